//! A document as a row of passages with links, and what it says of itself in its head.

use super::style::Hiding;

/// Text that stands together.
#[derive(Debug, Clone, Default)]
pub struct Passage {
    /// Its words, with those of pictures.
    pub text: String,
    /// Where it stands.
    pub place: String,
    /// Whether readers see it.
    pub hiding: Hiding,
    /// By what it is hidden.
    pub how: &'static str,
    /// Whether it is quoted: in a quotation, a code, or a table.
    pub is_quoted: bool,
    /// Whether it belongs to the main part of the page: an article, not a footer or a menu.
    pub is_main: bool,
    /// Its links, by number.
    pub links: Vec<usize>,
}

/// A link.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// Its address as it stands there.
    pub to: String,
    /// Its words, with those of its title and pictures.
    pub text: String,
    /// Where it stands.
    pub place: String,
    /// Whether readers see it.
    pub hiding: Hiding,
    /// By what it is hidden.
    pub how: &'static str,
}

/// A frame.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its address.
    pub to: String,
    /// Whether readers see it.
    pub hiding: Hiding,
    /// Where it stands.
    pub place: String,
}

/// A document that was read.
#[derive(Debug, Default)]
pub struct Page {
    /// Whether it is markup at all.
    pub is_markup: bool,
    /// Its title.
    pub title: Option<String>,
    /// Its language, as it says.
    pub language: Option<String>,
    /// Texts of the head: description, keywords, titles for sharing; name and text.
    pub described: Vec<(String, String)>,
    /// `canonical`, `amphtml`, `alternate`: kind and address.
    pub alternates: Vec<(String, String)>,
    /// Where it sends its readers by `refresh`.
    pub refreshes: Vec<String>,
    /// Tokens by which owners of search consoles name themselves.
    pub tokens: Vec<String>,
    /// Structured data, and `itemtype` of elements.
    pub structured: Vec<String>,
    /// Passages in their order.
    pub passages: Vec<Passage>,
    /// Headings: level and text.
    pub headings: Vec<(u8, String)>,
    /// Links in their order.
    pub links: Vec<Link>,
    /// Frames.
    pub frames: Vec<Frame>,
    /// Addresses of scripts.
    pub script_addresses: Vec<String>,
    /// Scripts that stand in the page.
    pub scripts: Vec<String>,
    /// Whether something of the usual skeleton is there: a menu, or several own links.
    pub has_skeleton: bool,
}
