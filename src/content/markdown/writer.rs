//! Events of the parser to HTML. Nothing reaches the output but known elements, escaped text, checked
//! addresses and raw HTML that [`super::raw`] has been through.

use std::collections::{BTreeMap, HashMap, HashSet};

use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, LinkType, Tag, TagEnd};

use super::links::{self, Use};
use super::nesting::DEPTH_MAX;
use super::raw::Raw;
use super::{Drawn, Files};
use crate::kernel::Slug;

/// The id of a heading of whose words no letter survives.
const HEADING_ID_FALLBACK: &str = "bagian";

/// Gives each heading of a text, or of all texts of a page, an id of its own.
#[derive(Default)]
pub struct HeadingIds {
    used: HashSet<String>,
    next: HashMap<String, u32>,
    beginning: &'static str,
}

impl HeadingIds {
    /// For a text that stands beside others on pages that know nothing of it: all its ids begin so.
    pub fn beginning(with: &'static str) -> Self {
        HeadingIds { beginning: with, ..HeadingIds::default() }
    }

    /// The slug of the words, numbered when it is taken.
    pub fn of(&mut self, text: &str) -> String {
        let slug = Slug::from_title(text).map_or_else(|| HEADING_ID_FALLBACK.to_owned(), |slug| slug.to_string());
        let slug = format!("{}{slug}", self.beginning);
        let mut id = slug.clone();
        while !self.used.insert(id.clone()) {
            let number = self.next.entry(slug.clone()).or_insert(2);
            id = format!("{slug}-{number}");
            *number += 1;
        }
        id
    }
}

/// Words that are gathered while they are written, because a tag before them needs them.
struct Gathered {
    /// Where in the output the tag belongs.
    at: usize,
    text: String,
    tag: Awaiting,
}

enum Awaiting {
    Heading(u8),
    Checkbox {
        checked: bool,
    },
    /// Its heads name it.
    Table,
}

struct Picture {
    src: Option<String>,
    drawn: Option<Drawn>,
    title: String,
    alt: String,
    /// Elements open inside of it.
    depth: usize,
}

pub struct Writer<'a> {
    out: String,
    /// Label of each footnote that is being written, and the output that waits below it.
    aside: Vec<(String, String)>,
    /// What closes each open element.
    open: Vec<String>,
    files: &'a dyn Files,
    ids: &'a mut HeadingIds,
    gathered: Option<Gathered>,
    picture: Option<Picture>,
    block: Option<String>,
    raw: Raw,
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
    notes: BTreeMap<String, String>,
    note_numbers: HashMap<String, usize>,
    /// Stands in the ids of the notes, because a page may show several texts.
    note_scope: &'a str,
}

impl<'a> Writer<'a> {
    /// `note_scope` is what the texts of one page differ in; `ids` are those that the page has already.
    pub fn new(source_bytes: usize, note_scope: &'a str, files: &'a dyn Files, ids: &'a mut HeadingIds) -> Self {
        Writer {
            note_scope,
            out: String::with_capacity(source_bytes + source_bytes / 4),
            aside: Vec::new(),
            open: Vec::new(),
            files,
            ids,
            gathered: None,
            picture: None,
            block: None,
            raw: Raw::default(),
            columns: Vec::new(),
            column: 0,
            in_head: false,
            notes: BTreeMap::new(),
            note_numbers: HashMap::new(),
        }
    }

    fn put(&mut self, html: &str) {
        self.out.push_str(html);
    }

    pub fn take(&mut self, event: Event<'_>) {
        if self.picture.is_some() {
            return self.take_in_picture(event);
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                self.gather(&text);
                escape_text(&text, &mut self.out);
            }
            Event::Code(code) => {
                self.gather(&code);
                self.put("<code>");
                escape_text(&code, &mut self.out);
                self.put("</code>");
            }
            Event::InlineMath(text) | Event::DisplayMath(text) => escape_text(&text, &mut self.out),
            Event::Html(html) => match &mut self.block {
                Some(block) => block.push_str(&html),
                None => self.raw_html(&html),
            },
            Event::InlineHtml(html) => self.raw_html(&html),
            Event::FootnoteReference(label) => self.note_reference(&label),
            Event::SoftBreak => {
                self.gather(" ");
                self.put("\n");
            }
            Event::HardBreak => {
                self.gather(" ");
                self.put("<br>\n");
            }
            Event::Rule => self.put("<hr>\n"),
            Event::TaskListMarker(checked) => {
                self.settle();
                self.await_words(Awaiting::Checkbox { checked });
            }
        }
    }

    fn raw_html(&mut self, html: &str) {
        self.raw.write(html, &mut self.out, self.files);
    }

    /// Opens an element unless too many are open, and remembers what closes it.
    fn element(&mut self, open: &str, close: &str) {
        let fits = self.open.len() < DEPTH_MAX;
        if fits {
            self.put(open);
        }
        self.open.push(if fits { close.to_owned() } else { String::new() });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.element("<p>", "</p>\n"),
            Tag::Heading { level, .. } => {
                self.settle();
                self.await_words(Awaiting::Heading(level as u8));
                self.open.push(format!("</h{}>\n", level as u8));
            }
            Tag::BlockQuote(_) => self.element("<blockquote>\n", "</blockquote>\n"),
            Tag::CodeBlock(kind) => self.code_block(&kind),
            Tag::HtmlBlock => {
                self.block = Some(String::new());
                self.open.push(String::new());
            }
            Tag::List(first) => {
                self.settle();
                match first {
                    None => self.element("<ul>\n", "</ul>\n"),
                    Some(1) => self.element("<ol>\n", "</ol>\n"),
                    Some(first) => self.element(&format!("<ol start=\"{first}\">\n"), "</ol>\n"),
                }
            }
            Tag::Item => self.element("<li>", "</li>\n"),
            Tag::FootnoteDefinition(label) => {
                self.settle();
                self.aside.push((label.to_string(), std::mem::take(&mut self.out)));
                self.open.push(String::new());
            }
            Tag::Table(columns) => {
                self.settle();
                self.columns = columns;
                if self.open.len() < DEPTH_MAX {
                    self.await_words(Awaiting::Table);
                }
                self.element("", "</tbody></table></div>\n");
            }
            Tag::TableHead => {
                (self.column, self.in_head) = (0, true);
                self.element("<thead><tr>", "</tr></thead>\n<tbody>\n");
            }
            Tag::TableRow => {
                (self.column, self.in_head) = (0, false);
                self.element("<tr>", "</tr>\n");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.element("<em>", "</em>"),
            Tag::Strong => self.element("<strong>", "</strong>"),
            Tag::Strikethrough => self.element("<del>", "</del>"),
            Tag::Link { link_type, dest_url, title, .. } => self.link(link_type, &dest_url, &title),
            Tag::Image { dest_url, title, .. } => {
                let src = links::resolve(&dest_url, Use::Picture, self.files);
                let drawn = links::asset(&dest_url).and_then(|digest| self.files.drawn(&digest));
                self.picture = Some(Picture { src, drawn, title: title.to_string(), alt: String::new(), depth: 0 });
            }
            // These belong to extensions that are off.
            Tag::Superscript
            | Tag::Subscript
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => self.open.push(String::new()),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableHead => self.settle(),
            TagEnd::TableCell if self.in_head => self.head_written(),
            TagEnd::HtmlBlock => {
                let block = self.block.take().unwrap_or_default();
                self.raw_html(&block);
            }
            _ => {}
        }
        let inline = matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link);
        if !inline {
            self.raw.close_phrases(&mut self.out);
        }
        let close = self.open.pop().unwrap_or_default();
        self.put(&close);
        if let TagEnd::Paragraph = tag {
            self.settle();
        }
        if let TagEnd::FootnoteDefinition = tag {
            self.note_written();
        }
    }

    /// Long lines scroll, by keyboard too.
    fn code_block(&mut self, kind: &CodeBlockKind<'_>) {
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        let known = info.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-_#".contains(&byte));
        if info.is_empty() || !known {
            self.element("<pre tabindex=\"0\"><code>", "</code></pre>\n");
        } else {
            self.element(&format!("<pre tabindex=\"0\"><code class=\"language-{info}\">"), "</code></pre>\n");
        }
    }

    fn cell(&mut self) {
        self.column += 1;
        if self.in_head {
            if self.column > 1 {
                self.gather(", ");
            }
            let head = self.head();
            self.element(&head, "</th>");
        } else {
            self.element(&format!("<td{}>", self.alignment()), "</td>");
        }
    }

    /// What opens the head of this column.
    fn head(&self) -> String {
        format!("<th scope=\"col\"{}>", self.alignment())
    }

    /// The class of this column.
    fn alignment(&self) -> &'static str {
        match self.columns.get(self.column.saturating_sub(1)) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        }
    }

    /// A head without words is none: over what begins the rows stands a plain cell.
    fn head_written(&mut self) {
        let Some(before) = self.out.strip_suffix(&self.head()).map(str::len) else { return };
        if let Some(close) = self.open.last_mut() {
            "</td>".clone_into(close);
            self.out.truncate(before);
            self.put(&format!("<td{}>", self.alignment()));
        }
    }

    fn link(&mut self, kind: LinkType, address: &str, title: &str) {
        let mail = (kind == LinkType::Email).then(|| format!("mailto:{address}"));
        let address = mail.as_deref().unwrap_or(address);
        let Some(href) = links::resolve(address, Use::Link, self.files) else {
            return self.open.push(String::new());
        };
        let mut open = String::from("<a href=\"");
        escape_attribute(&href, &mut open);
        open.push('"');
        if !title.is_empty() {
            open.push_str(" title=\"");
            escape_attribute(title, &mut open);
            open.push('"');
        }
        if links::is_external(address) {
            open.push_str(" rel=\"noopener\"");
        }
        open.push('>');
        self.element(&open, "</a>");
    }

    /// Inside of a picture only its alternative text matters.
    fn take_in_picture(&mut self, event: Event<'_>) {
        let Some(picture) = &mut self.picture else { return };
        match event {
            Event::Start(_) => picture.depth += 1,
            Event::End(_) if picture.depth > 0 => picture.depth -= 1,
            Event::End(_) => self.picture_written(),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                picture.alt.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => picture.alt.push(' '),
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => {}
            Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn picture_written(&mut self) {
        let Some(picture) = self.picture.take() else { return };
        self.gather(&picture.alt);
        let Some(src) = picture.src else {
            return escape_text(&picture.alt, &mut self.out);
        };
        let out = &mut self.out;
        if let Some(drawn) = &picture.drawn {
            out.push_str("<picture>");
            for (media_type, srcset) in &drawn.sources {
                let sizes = drawn.sizes;
                out.push_str(&format!("<source type=\"{media_type}\" srcset=\"{srcset}\" sizes=\"{sizes}\">"));
            }
        }
        out.push_str("<img src=\"");
        escape_attribute(&src, out);
        if let Some(Drawn { srcset, sizes, width, height, .. }) = &picture.drawn {
            if !srcset.is_empty() {
                out.push_str(&format!("\" srcset=\"{srcset}\" sizes=\"{sizes}"));
            }
            out.push_str(&format!("\" width=\"{width}\" height=\"{height}"));
        }
        out.push_str("\" alt=\"");
        escape_attribute(&picture.alt, out);
        out.push('"');
        if !picture.title.is_empty() {
            out.push_str(" title=\"");
            escape_attribute(&picture.title, out);
            out.push('"');
        }
        out.push_str(" loading=\"lazy\" decoding=\"async\">");
        if picture.drawn.is_some() {
            out.push_str("</picture>");
        }
    }

    fn gather(&mut self, words: &str) {
        if let Some(gathered) = &mut self.gathered {
            gathered.text.push_str(words);
        }
    }

    fn await_words(&mut self, tag: Awaiting) {
        let at = self.out.len();
        self.gathered = Some(Gathered { at, text: String::new(), tag });
    }

    /// The words are complete: writes the tag that waited for them.
    fn settle(&mut self) {
        let Some(Gathered { at, text, tag }) = self.gathered.take() else { return };
        let opening = match tag {
            Awaiting::Heading(level) => format!("<h{level} id=\"{}\">", self.ids.of(&text)),
            Awaiting::Checkbox { checked } => {
                let mut input = String::from("<input type=\"checkbox\" disabled=\"\"");
                if checked {
                    input.push_str(" checked=\"\"");
                }
                input.push_str(" aria-label=\"");
                escape_attribute(text.trim(), &mut input);
                input + "\"> "
            }
            // Whoever comes to it by keyboard, to scroll it, hears what it is; as a group, because two tables may have the same heads.
            Awaiting::Table => {
                let mut table = String::from("<div class=\"table-scroll\" tabindex=\"0\" role=\"group\"");
                let heads = text.trim_matches([',', ' ']);
                if !heads.is_empty() {
                    table.push_str(" aria-label=\"");
                    escape_attribute(heads, &mut table);
                    table.push('"');
                }
                table + "><table>\n"
            }
        };
        self.out.insert_str(at, &opening);
    }

    /// Notes are numbered in the order in which the text refers to them.
    fn note_reference(&mut self, label: &CowStr<'_>) {
        let next = self.note_numbers.len() + 1;
        let known = self.note_numbers.get(label.as_ref()).copied();
        let number = known.unwrap_or(next);
        if known.is_none() {
            self.note_numbers.insert(label.to_string(), number);
        }
        let scope = self.note_scope;
        let id = if known.is_none() { format!(" id=\"fnref:{scope}-{number}\"") } else { String::new() };
        self.put(&format!("<sup><a href=\"#fn:{scope}-{number}\"{id} role=\"doc-noteref\">{number}</a></sup>"));
    }

    fn note_written(&mut self) {
        let Some((label, below)) = self.aside.pop() else { return };
        let html = std::mem::replace(&mut self.out, below);
        self.notes.entry(label).or_insert(html);
    }

    /// The notes that the text refers to, each with a way back.
    fn write_notes(&mut self) {
        let mut numbered: Vec<(usize, String)> = std::mem::take(&mut self.note_numbers)
            .into_iter()
            .filter_map(|(label, number)| self.notes.remove(&label).map(|html| (number, html)))
            .collect();
        if numbered.is_empty() {
            return;
        }
        numbered.sort_unstable_by_key(|note| note.0);
        let scope = self.note_scope;
        self.put("<div class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n");
        for (number, html) in numbered {
            let back =
                format!(" <a href=\"#fnref:{scope}-{number}\" role=\"doc-backlink\" aria-label=\"{number}\">↩</a>");
            let html = html.trim_end();
            self.put(&format!("<li id=\"fn:{scope}-{number}\" value=\"{number}\">"));
            match html.strip_suffix("</p>") {
                Some(words) => self.put(&format!("{words}{back}</p>")),
                None => self.put(&format!("{html}{back}")),
            }
            self.put("</li>\n");
        }
        self.put("</ol>\n</div>\n");
    }

    /// The HTML; cleaned if any of it came from the text as HTML.
    pub fn finish(mut self) -> String {
        self.settle();
        self.raw.close_all(&mut self.out);
        self.write_notes();
        if self.raw.was_used() { super::raw::clean(&self.out) } else { self.out }
    }
}

/// Text between tags.
pub fn escape_text(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            0 => "\u{fffd}",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Text between double quotation marks.
pub fn escape_attribute(text: &str, out: &mut String) {
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            out.push_str("&quot;");
        }
        escape_text(part, out);
    }
}
