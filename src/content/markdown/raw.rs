//! Raw HTML in a text: read tag by tag, then cleaned by ammonia.
//!
//! The first pass lets pass only elements that a text needs, closes what was left open, caps how deep
//! elements nest, resolves `asset:` addresses and drops every attribute it does not know. It is there
//! so that the second pass, a whole HTML parser, is given only what it handles in linear time. What is
//! safe is decided by the second.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Files;
use super::links::{self, Use};
use super::nesting::DEPTH_MAX;
use super::writer::escape_attribute;
use crate::kernel::Digest;

/// HTML's parser opens these again in every block that follows, so few of them may stay open.
const PHRASES_OPEN_MAX: usize = 8;

const PHRASES: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strong", "sub", "sup", "time", "u", "var",
];
const BLOCKS: &[&str] = &[
    "blockquote",
    "caption",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
const VOID: &[&str] = &["br", "col", "hr", "img", "wbr"];
/// What stands between these tags is no text for people, or is read by other rules than HTML's.
const SWALLOWED: &[&str] = &[
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "script",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
];

/// The elements that the text opened as HTML and has not closed yet.
#[derive(Default)]
pub struct Raw {
    open: Vec<&'static str>,
    used: bool,
}

impl Raw {
    pub fn was_used(&self) -> bool {
        self.used
    }

    /// Writes a piece of raw HTML: a whole block, or one inline tag.
    pub fn write(&mut self, html: &str, out: &mut String, files: &dyn Files) {
        self.used = true;
        for piece in Pieces::of(html) {
            match piece {
                Piece::Text(text) => write_text(text, out),
                Piece::Open { name, attributes } => self.open_tag(&name, &attributes, out, files),
                Piece::Close { name } => self.close_tag(&name, out),
            }
        }
    }

    fn open_tag(&mut self, name: &str, attributes: &[(String, Cow<'_, str>)], out: &mut String, files: &dyn Files) {
        let phrase = PHRASES.iter().find(|known| **known == name);
        let stays = phrase.or_else(|| BLOCKS.iter().find(|known| **known == name)).copied();
        let void = VOID.contains(&name);
        let phrases_open = self.open.iter().filter(|open| PHRASES.contains(open)).count();
        let full = self.open.len() >= DEPTH_MAX || (phrase.is_some() && phrases_open >= PHRASES_OPEN_MAX);
        if (stays.is_none() && !void) || (stays.is_some() && full) {
            return;
        }
        out.push('<');
        out.push_str(name);
        for (attribute, value) in attributes {
            write_attribute(name, attribute, value, out, files);
        }
        out.push('>');
        self.open.extend(stays);
    }

    /// Closes an element and whatever was opened inside of it; nothing when it is not open.
    fn close_tag(&mut self, name: &str, out: &mut String) {
        let Some(at) = self.open.iter().rposition(|open| *open == name) else { return };
        for name in self.open.drain(at..).rev() {
            close(name, out);
        }
    }

    /// Closes phrases at the end of a block, so that they do not reach into the next.
    pub fn close_phrases(&mut self, out: &mut String) {
        while let Some(name) = self.open.pop_if(|name| PHRASES.contains(name)) {
            close(name, out);
        }
    }

    pub fn close_all(&mut self, out: &mut String) {
        for name in self.open.drain(..).rev() {
            close(name, out);
        }
    }
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Text between raw tags keeps its character references.
fn write_text(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(letter),
        }
    }
}

fn write_attribute(element: &str, name: &str, value: &str, out: &mut String, files: &dyn Files) {
    let known = attributes_of(element).contains(&name) || GENERIC.contains(&name);
    if !known {
        return;
    }
    let value = match name {
        "href" => match links::resolve(value, Use::Link, files) {
            Some(url) => Cow::Owned(url),
            None => return,
        },
        "src" => match links::resolve(value, Use::Picture, files) {
            Some(url) => Cow::Owned(url),
            None => return,
        },
        _ => Cow::Borrowed(value),
    };
    if name == "href" && links::is_external(&value) {
        out.push_str(" rel=\"noopener\"");
    }
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape_attribute(&value, out);
    out.push('"');
}

const GENERIC: &[&str] = &["lang", "dir", "title"];

fn attributes_of(element: &str) -> &'static [&'static str] {
    match element {
        "a" => &["href", "hreflang"],
        "img" => &["src", "alt", "width", "height"],
        "td" => &["colspan", "rowspan"],
        "th" => &["colspan", "rowspan", "scope"],
        "col" | "colgroup" => &["span"],
        "ol" => &["start", "reversed", "type"],
        "li" => &["value"],
        "del" | "ins" | "time" => &["datetime"],
        "details" => &["open"],
        _ => &[],
    }
}

/// The assets that raw HTML places or links to.
pub fn assets(html: &str) -> Vec<Digest> {
    let attributes = Pieces::of(html).filter_map(|piece| match piece {
        Piece::Open { attributes, .. } => Some(attributes),
        Piece::Close { .. } | Piece::Text(_) => None,
    });
    attributes
        .flatten()
        .filter(|(name, _)| name == "href" || name == "src")
        .filter_map(|(_, value)| links::asset(&value))
        .collect()
}

/// Every tag that opens, with its attributes.
pub fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let pieces = Pieces::of(html).filter_map(|piece| match piece {
        Piece::Open { name, attributes } => {
            Some((name, attributes.into_iter().map(|(name, value)| (name, value.into_owned())).collect()))
        }
        Piece::Close { .. } | Piece::Text(_) => None,
    });
    pieces.collect()
}

/// The second pass: a whole HTML parser and its table of what may stay.
pub fn clean(html: &str) -> String {
    static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(cleaner);
    CLEANER.clean(html).to_string()
}

fn cleaner() -> ammonia::Builder<'static> {
    let tags: HashSet<&str> =
        PHRASES.iter().chain(BLOCKS).chain(VOID).copied().chain(["input", "picture", "source"]).collect();
    // Beside what the text may say, what the writer says: ids, roles and a few classes.
    let mut attributes: HashMap<&str, HashSet<&str>> =
        tags.iter().map(|tag| (*tag, attributes_of(tag).iter().copied().collect())).collect();
    let own: [(&str, &[&str]); 14] = [
        ("source", &["type", "srcset", "sizes"]),
        ("img", &["srcset", "sizes"]),
        ("a", &["id", "role", "rel", "aria-label"]),
        ("div", &["tabindex", "role", "aria-label"]),
        ("input", &["checked", "aria-label"]),
        ("li", &["id"]),
        ("h1", &["id"]),
        ("h2", &["id"]),
        ("h3", &["id"]),
        ("h4", &["id"]),
        ("h5", &["id"]),
        ("h6", &["id"]),
        ("code", &["class"]),
        ("pre", &["tabindex"]),
    ];
    for (tag, names) in own {
        attributes.entry(tag).or_default().extend(names);
    }
    let aligned: HashSet<&str> = ["align-left", "align-center", "align-right"].into();
    let classes = HashMap::from([
        ("div", HashSet::from(["table-scroll", "footnotes"])),
        ("td", aligned.clone()),
        ("th", aligned),
    ]);
    let mut cleaner = ammonia::Builder::empty();
    cleaner
        .tags(tags)
        .tag_attributes(attributes)
        .generic_attributes(GENERIC.iter().copied().collect())
        .allowed_classes(classes)
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None)
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "decoding", "async")
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("code", "class") if !value.starts_with("language-") || value.contains(' ') => None,
            _ => Some(value.into()),
        });
    cleaner
}

/// A piece of raw HTML.
enum Piece<'h> {
    Text(&'h str),
    Open { name: String, attributes: Vec<(String, Cow<'h, str>)> },
    Close { name: String },
}

/// Reads raw HTML from left to right, once.
struct Pieces<'h> {
    rest: &'h str,
}

impl<'h> Pieces<'h> {
    fn of(html: &'h str) -> Self {
        Pieces { rest: html }
    }

    /// Takes `bytes` off the front; fewer when there are not so many.
    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Skips to behind `end`, or to the end of everything.
    fn skip_past(&mut self, end: &str) {
        let bytes = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.advance(bytes);
    }

    fn name(&mut self) -> String {
        let stops = |byte: u8| byte.is_ascii_whitespace() || byte == b'/' || byte == b'>';
        let bytes = self.rest.bytes().position(stops).unwrap_or(self.rest.len());
        let name = self.rest[..bytes].to_ascii_lowercase();
        self.advance(bytes);
        name
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace());
    }

    /// The attributes up to and past `>`.
    fn attributes(&mut self) -> Vec<(String, Cow<'h, str>)> {
        let mut found = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
            if self.rest.is_empty() {
                return found;
            }
            if self.rest.starts_with('>') {
                self.advance(1);
                return found;
            }
            let stops = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'=');
            // A name may begin with `=`, says HTML.
            let bytes = self.rest.bytes().skip(1).position(stops).map_or(self.rest.len(), |at| at + 1);
            let bytes = (bytes..).find(|at| self.rest.is_char_boundary(*at)).unwrap_or(bytes);
            let name = self.rest[..bytes].to_ascii_lowercase();
            self.advance(bytes);
            self.space();
            let value = if self.rest.starts_with('=') {
                self.advance(1);
                self.space();
                self.value()
            } else {
                ""
            };
            found.push((name, decode(value)));
        }
    }

    fn value(&mut self) -> &'h str {
        let quote = self.rest.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let (value, past) = match quote {
            Some(quote) => {
                let inner = &self.rest[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], end + 2)
            }
            None => {
                let stops = |letter: char| letter.is_ascii_whitespace() || letter == '>';
                let end = self.rest.find(stops).unwrap_or(self.rest.len());
                (&self.rest[..end], end)
            }
        };
        self.advance(past.min(self.rest.len()));
        value
    }

    /// Skips to behind the end tag of an element whose content is not for us.
    fn swallow(&mut self, name: &str) {
        while let Some(at) = self.rest.find("</") {
            self.advance(at + 2);
            let here = self.rest.as_bytes().get(..name.len());
            if here.is_some_and(|here| here.eq_ignore_ascii_case(name.as_bytes())) {
                return self.skip_past(">");
            }
        }
        self.rest = "";
    }
}

impl<'h> Iterator for Pieces<'h> {
    type Item = Piece<'h>;

    fn next(&mut self) -> Option<Piece<'h>> {
        loop {
            let after = match self.rest.as_bytes() {
                [] => return None,
                [b'<', after @ ..] => after,
                _ => {
                    let end = self.rest.find('<').unwrap_or(self.rest.len());
                    let (text, rest) = self.rest.split_at(end);
                    self.rest = rest;
                    return Some(Piece::Text(text));
                }
            };
            match after {
                [b'!', b'-', b'-', ..] => self.skip_past("-->"),
                [b'!' | b'?', ..] => self.skip_past(">"),
                [b'/', letter, ..] if letter.is_ascii_alphabetic() => {
                    self.advance(2);
                    let name = self.name();
                    self.skip_past(">");
                    return Some(Piece::Close { name });
                }
                [letter, ..] if letter.is_ascii_alphabetic() => {
                    self.advance(1);
                    let name = self.name();
                    let attributes = self.attributes();
                    if SWALLOWED.contains(&name.as_str()) {
                        self.swallow(&name);
                        continue;
                    }
                    return Some(Piece::Open { name, attributes });
                }
                _ => {
                    let (text, rest) = self.rest.split_at(1);
                    self.rest = rest;
                    return Some(Piece::Text(text));
                }
            }
        }
    }
}

/// Character references in an attribute's value: the numeric ones and the five that XML has, which is
/// all that an address needs. What is not decoded is escaped again and so stays as it was written.
fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut decoded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| reference(&rest[1..end]).map(|letter| (letter, end + 1))) {
            Some((letter, past)) => {
                decoded.push(letter);
                rest = &rest[past..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
