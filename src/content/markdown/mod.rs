//! Markdown to HTML that is safe by construction.
//!
//! CommonMark with GFM's tables, footnotes, task lists and strikethrough. What the writer makes holds
//! only elements it knows, escaped text and checked addresses, so that text without raw HTML needs no
//! sanitiser. Raw HTML is read tag by tag (see [`raw`]) and then goes through ammonia. Nesting is
//! capped in the source (see [`nesting`]), because some texts are written to break parsers.

mod links;
mod nesting;
pub mod outline;
mod raw;
#[cfg(test)]
mod tests;
mod writer;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::kernel::Digest;
pub use links::asset;
pub use writer::HeadingIds;
use writer::Writer;

const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// Enough that the few texts of one page differ.
const NOTE_SCOPE_LETTERS: usize = 8;

/// Where the stored files are that a text names by `asset:`. A function from digest to address is one.
pub trait Files {
    /// `None` for what is not known.
    fn url(&self, digest: &Digest) -> Option<String>;

    /// How a picture is placed, where there is more to say than its address.
    fn drawn(&self, _: &Digest) -> Option<Drawn> {
        None
    }
}

impl<F: Fn(&Digest) -> Option<String>> Files for F {
    fn url(&self, digest: &Digest) -> Option<String> {
        self(digest)
    }
}

/// A picture in several widths. The texts are those of the HTML attributes, made by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Better forms with their media types, the best first: each with its `srcset`.
    pub sources: Vec<(&'static str, String)>,
    /// The widths of the form that every browser reads; empty when there is one alone.
    pub srcset: String,
    pub sizes: &'static str,
    pub width: u32,
    pub height: u32,
}

/// HTML for a page. `files` says where the file of an `asset:` address is; what it does not know
/// loses its link or picture and keeps its text.
pub fn to_html(source: &str, files: &dyn Files) -> String {
    to_html_beside(source, files, &mut HeadingIds::default())
}

/// The same for one of several texts of a page: no heading has an id that is among `ids` already.
pub fn to_html_beside(source: &str, files: &dyn Files, ids: &mut HeadingIds) -> String {
    let source = nesting::cap(source);
    let scope = note_scope(&source);
    let mut writer = Writer::new(source.len(), &scope, files, ids);
    for event in Parser::new_ext(&source, OPTIONS) {
        writer.take(event);
    }
    writer.finish()
}

/// What the notes of a text are named after: the text itself, so that they keep their ids wherever it is shown.
fn note_scope(source: &str) -> String {
    if source.contains("[^") { Digest::of(source).as_str()[..NOTE_SCOPE_LETTERS].to_owned() } else { String::new() }
}

/// A heading of a text: its level (1 to 6), the id it has in the HTML, its words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    pub level: u8,
    pub id: String,
    pub text: String,
}

/// The headings in order, for a table of contents.
pub fn headings(source: &str) -> Vec<Heading> {
    let source = nesting::cap(source);
    let mut ids = HeadingIds::default();
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new_ext(&source, OPTIONS) {
        match (event, &mut open) {
            (Event::Start(Tag::Heading { .. }), _) => open = Some(String::new()),
            (Event::End(TagEnd::Heading(level)), Some(text)) => {
                let text = std::mem::take(text);
                found.push(Heading { level: level as u8, id: ids.of(&text), text: text.trim().to_owned() });
                open = None;
            }
            (Event::Text(words) | Event::Code(words), Some(text)) => text.push_str(&words),
            (Event::SoftBreak | Event::HardBreak, Some(text)) => text.push(' '),
            _ => {}
        }
    }
    found
}

/// The words alone: for search, summaries and feeds. Blocks are parted by line ends.
pub fn plain_text(source: &str) -> String {
    let source = nesting::cap(source);
    let mut text = String::with_capacity(source.len());
    let part = |text: &mut String, with: char| {
        if with == '\n' && text.ends_with(' ') {
            text.pop();
        }
        if !text.is_empty() && !text.ends_with(char::is_whitespace) {
            text.push(with);
        }
    };
    for event in Parser::new_ext(&source, OPTIONS) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::End(TagEnd::TableCell) => part(&mut text, ' '),
            Event::HardBreak | Event::Rule => part(&mut text, '\n'),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) => {}
            Event::End(_) => part(&mut text, '\n'),
            Event::Start(Tag::List(_)) => part(&mut text, '\n'),
            _ => {}
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// The files that a text places or links to by `asset:`, each once, sorted.
pub fn assets(source: &str) -> Vec<Digest> {
    if !source.contains("asset:") {
        return Vec::new();
    }
    let source = nesting::cap(source);
    let mut found = Vec::new();
    let mut block = String::new();
    for event in Parser::new_ext(&source, OPTIONS) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                found.extend(links::asset(&dest_url));
            }
            Event::Html(html) => block.push_str(&html),
            Event::InlineHtml(html) => found.extend(raw::assets(&html)),
            Event::End(TagEnd::HtmlBlock) => found.extend(raw::assets(&std::mem::take(&mut block))),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
