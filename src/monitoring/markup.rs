//! HTML as a row of tags and texts. The standard's own parser keeps a tree, and closes elements by walking up it: a page
//! of a million open elements takes it hours. This one reads each byte once, whatever stands there.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

/// Bytes of the longest tag that is read; what is longer is passed over as text.
const TAG_BYTES_MAX: usize = 64 * 1024;
/// Attributes of one tag that are kept.
const ATTRIBUTES_MAX: usize = 64;

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its name in small letters.
    pub name: String,
    attributes: Vec<(String, Cow<'a, str>)>,
}

impl Tag<'_> {
    /// The value of an attribute, if the tag has it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_ref())
    }

    /// Names in small letters, each once, with their values.
    pub fn into_attributes(self) -> impl Iterator<Item = (String, String)> {
        self.attributes.into_iter().map(|(name, value)| (name, value.into_owned()))
    }
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag.
    End(String),
    /// Text with its character references resolved.
    Text(Cow<'a, str>),
    /// What stands in an element whose content is no markup, such as a script or a title.
    Raw(&'static str, Cow<'a, str>),
}

/// Elements whose content is no markup, and whether character references count in them.
const RAW: &[(&str, bool)] = &[
    ("script", false),
    ("style", false),
    ("title", true),
    ("textarea", true),
    ("xmp", false),
    ("iframe", false),
    ("noembed", false),
    ("noframes", false),
];

/// Whether a document holds markup at all.
pub fn is_markup(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = text[at + 1..].trim_start_matches('/').as_bytes();
        let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let behind = rest.get(name).copied();
        rest.first().is_some_and(u8::is_ascii_alphabetic)
            && matches!(behind, Some(b'>' | b' ' | b'/' | b'\n' | b'\t' | b'\r'))
            || text[at..].starts_with("<!--")
            || text[at..].get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<!doctype"))
    })
}

/// Reads a document from front to back.
pub struct Pieces<'a> {
    text: &'a str,
    at: usize,
    raw: Option<(&'static str, bool)>,
}

impl<'a> Pieces<'a> {
    /// Begins at the front of a document.
    pub fn of(text: &'a str) -> Self {
        Pieces { text, at: 0, raw: None }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The content of a raw element, up to its end tag or, without one, to the end of the document.
    fn raw(&mut self, name: &'static str, references: bool) -> Piece<'a> {
        let rest = self.rest();
        let end = rest.match_indices("</").map(|(at, _)| at).find(|at| {
            let tail = &rest.as_bytes()[at + 2..];
            tail.len() >= name.len()
                && tail[..name.len()].eq_ignore_ascii_case(name.as_bytes())
                && tail
                    .get(name.len())
                    .is_none_or(|byte| matches!(byte, b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r' | b'\x0c'))
        });
        let end = end.unwrap_or(rest.len());
        self.at += end;
        let content = &rest[..end];
        Piece::Raw(name, if references { resolved(content) } else { Cow::Borrowed(content) })
    }

    /// Passes over `<!…>`, `<?…>` and comments.
    fn remark(&mut self) {
        let rest = self.rest();
        let length = if let Some(inner) = rest.strip_prefix("<!--") {
            // `<!-->` and `<!--->` are whole comments; `--!>` ends one as well.
            if inner.starts_with('>') {
                5
            } else if inner.starts_with("->") {
                6
            } else {
                let usual = inner.find("-->").map(|at| at + 3);
                let odd = inner[..usual.unwrap_or(inner.len())].find("--!>").map(|at| at + 4);
                odd.or(usual).map_or(rest.len(), |at| at + 4)
            }
        } else if rest.starts_with("<![CDATA[") {
            // In XHTML its content is text, so only the mark is passed over.
            9
        } else {
            rest.find('>').map_or(rest.len(), |at| at + 1)
        };
        self.at += length;
    }

    /// A tag, if one begins here; else how many bytes are text. A tag without an end within the limit is text as a whole,
    /// or a page of such beginnings would be read again from each of them.
    fn tag(&mut self) -> Result<Piece<'a>, usize> {
        let rest = self.rest();
        let first = rest.as_bytes().get(1 + usize::from(rest.as_bytes().get(1) == Some(&b'/')));
        if !first.is_some_and(u8::is_ascii_alphabetic) {
            let behind = rest.ceil_char_boundary(1);
            return Err(rest[behind..].find('<').map_or(rest.len(), |at| at + behind));
        }
        self.whole_tag().ok_or_else(|| rest.ceil_char_boundary(rest.len().min(TAG_BYTES_MAX)))
    }

    fn whole_tag(&mut self) -> Option<Piece<'a>> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let is_end = bytes.get(1) == Some(&b'/');
        let from = 1 + usize::from(is_end);
        let limit = bytes.len().min(TAG_BYTES_MAX);
        let name_end =
            (from..limit).find(|at| matches!(bytes[*at], b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r' | b'\x0c'))?;
        let name = rest.get(from..name_end)?.to_ascii_lowercase();
        let mut tag = Tag { name, attributes: Vec::new() };
        let mut at = name_end;
        loop {
            while at < limit && matches!(bytes[at], b' ' | b'\n' | b'\t' | b'\r' | b'\x0c' | b'/') {
                at += 1;
            }
            if at >= limit {
                return None;
            }
            if bytes[at] == b'>' {
                at += 1;
                break;
            }
            at = attribute(rest, at, limit, &mut tag.attributes)?;
        }
        self.at += at;
        if is_end {
            return Some(Piece::End(tag.name));
        }
        self.raw = RAW.iter().find(|(raw, _)| *raw == tag.name).copied();
        Some(Piece::Start(tag))
    }
}

/// Reads one attribute and says where it ends.
fn attribute<'a>(rest: &'a str, from: usize, limit: usize, into: &mut Vec<(String, Cow<'a, str>)>) -> Option<usize> {
    let bytes = rest.as_bytes();
    let is_space = |at: usize| matches!(bytes[at], b' ' | b'\n' | b'\t' | b'\r' | b'\x0c');
    // A name may begin with `=`.
    let end = (from + 1..limit).find(|at| is_space(*at) || matches!(bytes[*at], b'=' | b'>' | b'/'))?;
    let name = &rest.as_bytes()[from..end];
    let mut at = end;
    while at < limit && is_space(at) {
        at += 1;
    }
    let mut value = "";
    let mut behind = at;
    if at < limit && bytes[at] == b'=' {
        at += 1;
        while at < limit && is_space(at) {
            at += 1;
        }
        let quote = *bytes.get(at)?;
        let (start, until) = match quote {
            b'"' | b'\'' => (at + 1, (at + 1..limit).find(|at| bytes[*at] == quote)?),
            _ => (at, (at..limit).find(|at| is_space(*at) || bytes[*at] == b'>')?),
        };
        value = rest.get(start..until)?;
        behind = until + usize::from(matches!(quote, b'"' | b'\''));
    } else {
        behind = behind.max(end);
    }
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    if into.len() < ATTRIBUTES_MAX && !into.iter().any(|(one, _)| *one == name) {
        into.push((name, resolved(value)));
    }
    Some(behind)
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some((name, references)) = self.raw.take() {
            return Some(self.raw(name, references));
        }
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            if rest.starts_with("<!") || rest.starts_with("<?") {
                self.remark();
                continue;
            }
            let length = if rest.starts_with('<') {
                match self.tag() {
                    Ok(piece) => return Some(piece),
                    Err(length) => length,
                }
            } else {
                rest.find('<').unwrap_or(rest.len())
            };
            self.at += length;
            return Some(Piece::Text(resolved(&rest[..length])));
        }
    }
}

/// A text with its character references resolved, as browsers do: also those without a semicolon. A NUL is no letter to
/// them, and no database keeps it.
pub fn resolved(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        return Cow::Owned(resolved(&text.replace('\0', "")).into_owned());
    }
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match reference(rest) {
            Some((letters, length)) => {
                out.push_str(&letters);
                length
            }
            None => {
                out.push('&');
                1
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        let (radix, from) = if matches!(bytes.get(2), Some(b'x' | b'X')) { (16, 3) } else { (10, 2) };
        // Zeros in front are a way to hide a letter.
        let digits = text[from..].bytes().take(32).take_while(|byte| (*byte as char).is_digit(radix)).count();
        if digits == 0 {
            return None;
        }
        let value = u32::from_str_radix(&text[from..from + digits], radix).unwrap_or(0xfffd);
        let letter = char::from_u32(value).filter(|letter| *letter != '\0').unwrap_or('\u{fffd}');
        let end = from + digits;
        return Some((letter.to_string(), end + usize::from(bytes.get(end) == Some(&b';'))));
    }
    let length = bytes[1..].iter().take(32).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = &text[1..1 + length];
    let with_end = bytes.get(1 + length) == Some(&b';');
    let find = |name: &str| NAMED_ENTITIES.get(name).filter(|found| found.0 != 0).copied();
    let letters = |(first, second): (u32, u32)| -> String {
        [first, second].into_iter().filter(|one| *one != 0).filter_map(char::from_u32).collect()
    };
    if with_end && let Some(found) = find(&text[1..2 + length]) {
        return Some((letters(found), length + 2));
    }
    // Old names count without a semicolon, and even in front of further letters.
    (2..=name.len().min(6)).rev().find_map(|length| find(&name[..length]).map(|found| (letters(found), length + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let piece = |piece: Piece| match piece {
            Piece::Start(tag) => {
                let name = tag.name.clone();
                let attributes: String =
                    tag.into_attributes().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("[{name}{attributes}]")
            }
            Piece::End(name) => format!("[/{name}]"),
            Piece::Text(text) => text.into_owned(),
            Piece::Raw(name, text) => format!("{{{name}:{text}}}"),
        };
        Pieces::of(text).map(piece).collect()
    }

    #[test]
    fn pieces_are_read_as_browsers_read_them() {
        for (written, read) in [
            ("<A HREF=x>b</A>", "[a href=x]b[/a]"),
            ("<a href='x y' hidden>b", "[a href=x y hidden=]b"),
            ("a < b & c &amp; &lt;d&gt; &#115;&#x6c", "a < b & c & <d> sl"),
            ("<!-- <a> -->x<!-->y<!doctype html>z", "xyz"),
            ("<script>if (a<b) '</a>'</script>x", "[script]{script:if (a<b) '</a>'}[/script]x"),
            ("<title>a &amp; b</TITLE >c", "[title]{title:a & b}[/title]c"),
            ("<a href=\"https&#58;//x\">", "[a href=https://x]"),
            ("<a href=\"x", "<a href=\"x"),
            ("é<é>é", "é<é>é"),
            ("s\0l<a title='o\0t'>", "sl[a title=ot]"),
            ("<iframe src=x><a>b</iframe>c", "[iframe src=x]{iframe:<a>b}[/iframe]c"),
            ("<br/><img src=a/b.png/>", "[br][img src=a/b.png/]"),
        ] {
            assert_eq!(told(written), read, "{written}");
        }
    }

    #[test]
    fn plain_text_is_no_markup() {
        for text in ["a < b", "<3 kamu", "x <- y", "a<b"] {
            assert!(!is_markup(text), "{text}");
        }
        for text in ["<p>a", "x <b>y</b>", "<!doctype html>", "a</div >"] {
            assert!(is_markup(text), "{text}");
        }
    }
}
