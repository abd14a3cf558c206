//! Reads a document into a page. It keeps the open elements, no tree.

use std::collections::HashMap;

use super::page::{Frame, Link, Page, Passage};
use super::style::{Hiding, Sheet, is_folded_away, of_classes, of_declarations};
use crate::monitoring::markup::{Piece, Pieces, Tag, is_markup, resolved};

/// Elements that are open at the same time and remembered; what lies deeper is taken for a part of these.
const OPEN_MAX: usize = 512;
/// Passages that are kept.
const PASSAGES_MAX: usize = 20_000;
/// Links that are kept.
const LINKS_MAX: usize = 50_000;
/// Scripts that are kept.
const SCRIPTS_MAX: usize = 2_000;
/// Elements that a place names.
const PLACE_STEPS_MAX: usize = 4;

/// Reads a document.
pub fn read(text: &str) -> Page {
    if !is_markup(text) {
        // Pasted from a page, text may still hold references.
        let passage = Passage { text: resolved(text).into_owned(), is_main: true, ..Passage::default() };
        return Page { passages: vec![passage], ..Page::default() };
    }
    let mut reader = Reader { sheet: sheet_of(text), ..Reader::default() };
    reader.page.is_markup = true;
    for piece in Pieces::of(text) {
        match piece {
            Piece::Start(tag) => reader.open(&tag),
            Piece::End(name) => reader.close(&name),
            Piece::Text(text) => reader.text(&text),
            Piece::Raw(name, text) => reader.raw(name, &text),
        }
    }
    reader.finish()
}

/// The rules of all style elements, and what scripts hide: they count for what stands before them as well.
fn sheet_of(text: &str) -> Sheet {
    let mut sheet = Sheet::default();
    for piece in Pieces::of(text) {
        match piece {
            Piece::Raw("style", css) => sheet.read(&css),
            Piece::Raw("script", code) => {
                super::scripts::hidden_names(&code).for_each(|name| sheet.hide_by_script(&name))
            }
            _ => {}
        }
    }
    sheet
}

#[derive(Debug, Default, Clone)]
struct Open {
    name: String,
    label: String,
    hiding: Hiding,
    how: &'static str,
    is_quoted: bool,
    is_main: bool,
    is_folded_away: bool,
}

#[derive(Default)]
struct Reader {
    page: Page,
    sheet: Sheet,
    open: Vec<Open>,
    /// How often an element of a name is open, so that a stray end tag costs nothing.
    counts: HashMap<String, usize>,
    passage: Passage,
    link: Option<usize>,
    heading: Option<(u8, String)>,
    raw_type: String,
}

const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "frame", "keygen",
];
const PARTING: &[&str] = &[
    "div",
    "section",
    "article",
    "aside",
    "header",
    "footer",
    "nav",
    "main",
    "table",
    "form",
    "blockquote",
    "pre",
    "center",
    "marquee",
    "body",
    "dialog",
    "fieldset",
    "details",
    "noscript",
];
const SPACING: &[&str] = &[
    "p", "li", "br", "tr", "td", "th", "dt", "dd", "option", "label", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol",
    "hr", "button",
];

impl Reader {
    fn top(&self) -> Open {
        self.open.last().cloned().unwrap_or(Open { is_main: true, ..Open::default() })
    }

    fn place(&self) -> String {
        let from = self.open.len().saturating_sub(PLACE_STEPS_MAX);
        let labels: Vec<&str> = self.open[from..].iter().map(|open| open.label.as_str()).collect();
        labels.join(" > ")
    }

    fn part(&mut self) {
        if self.passage.text.trim().is_empty() && self.passage.links.is_empty() {
            self.passage = Passage::default();
        } else if self.page.passages.len() < PASSAGES_MAX {
            self.page.passages.push(std::mem::take(&mut self.passage));
        }
        let top = self.top();
        let place = self.place();
        self.passage = Passage {
            place,
            hiding: top.hiding,
            how: top.how,
            is_quoted: top.is_quoted,
            is_main: top.is_main,
            ..Passage::default()
        };
    }

    fn open(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        self.head(tag);
        // What browsers close by themselves, because people leave it open.
        let closes = |inner: &str| match inner {
            "p" => {
                PARTING.contains(&name) || matches!(name, "p" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
            }
            "li" | "option" | "tr" => name == inner,
            "td" | "th" => matches!(name, "td" | "th" | "tr"),
            "dt" | "dd" => matches!(name, "dt" | "dd"),
            "head" => name == "body",
            _ => false,
        };
        if self.open.last().is_some_and(|open| closes(&open.name)) {
            self.pop();
        }
        let next = self.element(tag);
        let parts = PARTING.contains(&name) || next.hiding != self.top().hiding;
        if SPACING.contains(&name) && !parts {
            self.passage.text.push('\n');
        }
        if name == "img" || name == "input" {
            let words = tag.attribute("alt").or_else(|| tag.attribute("value")).unwrap_or_default();
            self.text(&format!(" {words} "));
        }
        if VOID.contains(&name) || self.open.len() >= OPEN_MAX {
            if name == "area" {
                self.link(tag, &next);
            }
            return;
        }
        *self.counts.entry(next.name.clone()).or_default() += 1;
        self.open.push(next.clone());
        if parts {
            self.part();
        }
        match name {
            "a" => self.link(tag, &next),
            "iframe" | "embed" | "object" => self.frame(tag, &next),
            "script" | "style" => self.raw_type = tag.attribute("type").unwrap_or_default().to_ascii_lowercase(),
            "h1" | "h2" | "h3" => self.heading = Some((name.as_bytes()[1] - b'0', String::new())),
            _ => {}
        }
    }

    /// How an element stands in those around it.
    fn element(&self, tag: &Tag) -> Open {
        let top = self.top();
        let (id, classes) = (tag.attribute("id"), tag.attribute("class"));
        let label = match (id, classes.and_then(|classes| classes.split_whitespace().next())) {
            (Some(id), _) if !id.is_empty() && id.len() < 40 => format!("{}#{id}", tag.name),
            (_, Some(class)) if class.len() < 40 => format!("{}.{class}", tag.name),
            _ => tag.name.clone(),
        };
        let role = format!(
            "{} {} {}",
            id.unwrap_or_default(),
            classes.unwrap_or_default(),
            tag.attribute("role").unwrap_or_default()
        );
        let is_folded_away = top.is_folded_away || is_folded_away(&tag.name, &role);
        let own = [
            tag.attribute("style").map_or((Hiding::None, ""), of_declarations),
            self.sheet.look(&tag.name, id, classes),
            classes.map_or((Hiding::None, ""), of_classes),
            by_attributes(tag),
        ];
        let (mut hiding, mut how) = own.into_iter().max_by_key(|(hiding, _)| *hiding).unwrap_or_default();
        if hiding == Hiding::Odd
            && is_folded_away
            && !matches!(how, "outside of the window" | "font-size: 0" | "the colour of its ground")
        {
            hiding = Hiding::Usual;
        }
        if hiding == Hiding::Odd && role.contains("screen-reader") {
            hiding = Hiding::Usual;
        }
        if top.hiding >= hiding {
            (hiding, how) = (top.hiding, top.how);
        }
        let name = tag.name.as_str();
        let is_aside = matches!(name, "footer" | "aside" | "nav" | "header")
            || role.contains("footer")
            || role.contains("widget")
            || role.contains("comment");
        Open {
            name: tag.name.clone(),
            label,
            hiding,
            how,
            is_quoted: top.is_quoted || matches!(name, "blockquote" | "q" | "pre" | "code" | "table" | "samp"),
            is_main: (top.is_main && !is_aside) || matches!(name, "article" | "main"),
            is_folded_away,
        }
    }

    fn head(&mut self, tag: &Tag) {
        let value = |name: &str| tag.attribute(name).unwrap_or_default().trim().to_owned();
        match tag.name.as_str() {
            "html" => {
                self.page.language = tag.attribute("lang").or_else(|| tag.attribute("xml:lang")).map(str::to_owned)
            }
            "meta" => {
                let name =
                    if value("name").is_empty() { value("property") } else { value("name") }.to_ascii_lowercase();
                if value("http-equiv").eq_ignore_ascii_case("refresh") {
                    let content = value("content");
                    let at = content.to_ascii_lowercase().find("url");
                    let target = at.and_then(|at| content[at + 3..].trim_start().strip_prefix('='));
                    self.page.refreshes.extend(target.map(|to| to.trim().trim_matches(['"', '\'']).to_owned()));
                } else if name.ends_with("-verification")
                    || name.starts_with("msvalidate")
                    || name.contains("site-verification")
                {
                    self.page.tokens.push(format!("{name}={}", value("content")));
                } else if matches!(
                    name.as_str(),
                    "description"
                        | "keywords"
                        | "og:title"
                        | "og:description"
                        | "twitter:title"
                        | "twitter:description"
                ) {
                    self.page.described.push((name, value("content")));
                }
            }
            "link" => {
                let relation = value("rel").to_ascii_lowercase();
                let kind = match relation.as_str() {
                    "alternate" if tag.attribute("hreflang").is_none() => "",
                    "canonical" | "amphtml" | "alternate" => relation.as_str(),
                    _ => "",
                };
                if !kind.is_empty() && self.page.alternates.len() < LINKS_MAX {
                    self.page.alternates.push((kind.to_owned(), value("href")));
                }
            }
            "script" => self.page.script_addresses.extend(tag.attribute("src").map(str::to_owned)),
            "nav" => self.page.has_skeleton = true,
            _ => {}
        }
        if let Some(kind) = tag.attribute("itemtype") {
            self.page.structured.push(format!("\"@type\":\"{}\"", kind.rsplit('/').next().unwrap_or_default()));
        }
    }

    fn link(&mut self, tag: &Tag, at: &Open) {
        let Some(to) = tag.attribute("href") else { return };
        if self.page.links.len() >= LINKS_MAX {
            return;
        }
        let text = tag.attribute("title").unwrap_or_default().to_owned();
        // Browsers pass over line ends and tabs within an address.
        let to = to.trim().replace(['\n', '\r', '\t'], "");
        let place = self.place();
        self.passage.links.push(self.page.links.len());
        self.link = Some(self.page.links.len());
        self.page.links.push(Link { to, text, place, hiding: at.hiding, how: at.how });
    }

    fn frame(&mut self, tag: &Tag, at: &Open) {
        let Some(to) = tag.attribute("src").or_else(|| tag.attribute("data")) else { return };
        let flat = |name: &str| {
            tag.attribute(name).is_some_and(|value| matches!(value.trim().trim_end_matches("px"), "0" | "1"))
        };
        let hiding = if flat("width") || flat("height") { Hiding::Odd } else { at.hiding };
        let place = self.place();
        self.page.frames.push(Frame { to: to.trim().to_owned(), hiding, place });
    }

    fn text(&mut self, text: &str) {
        self.passage.text.push_str(text);
        if let Some(link) = self.link.and_then(|number| self.page.links.get_mut(number)) {
            link.text.push_str(text);
        }
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(text);
        }
    }

    fn raw(&mut self, name: &str, text: &str) {
        match name {
            "title" if self.page.title.is_none() => self.page.title = Some(text.trim().to_owned()),
            "script" if self.raw_type.contains("ld+json") => self.page.structured.push(text.to_owned()),
            "script" if self.page.scripts.len() < SCRIPTS_MAX && !text.trim().is_empty() => {
                self.page.scripts.push(text.to_owned())
            }
            "textarea" | "xmp" => self.text(text),
            _ => {}
        }
    }

    fn pop(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        if let Some(count) = self.counts.get_mut(&closed.name) {
            *count = count.saturating_sub(1);
        }
        match closed.name.as_str() {
            "a" => self.link = None,
            "h1" | "h2" | "h3" => {
                if let Some(heading) = self.heading.take() {
                    self.page.headings.push(heading);
                }
            }
            _ => {}
        }
        if PARTING.contains(&closed.name.as_str()) || closed.hiding != self.top().hiding {
            self.part();
        } else if SPACING.contains(&closed.name.as_str()) {
            self.passage.text.push('\n');
        }
    }

    fn close(&mut self, name: &str) {
        if self.counts.get(name).copied().unwrap_or(0) == 0 {
            return;
        }
        while let Some(open) = self.open.last() {
            let is_it = open.name == name;
            self.pop();
            if is_it {
                break;
            }
        }
    }

    fn finish(mut self) -> Page {
        while !self.open.is_empty() {
            self.pop();
        }
        self.part();
        self.page
    }
}

fn by_attributes(tag: &Tag) -> (Hiding, &'static str) {
    let flat =
        |name: &str| tag.attribute(name).is_some_and(|value| matches!(value.trim().trim_end_matches("px"), "0" | "1"));
    if tag.attribute("hidden").is_some() {
        return (Hiding::Odd, "hidden");
    }
    if tag.name == "marquee" && (flat("width") || flat("height")) {
        return (Hiding::Odd, "no height or width");
    }
    if tag.name == "noscript" {
        return (Hiding::Usual, "for readers without scripts");
    }
    if tag.name == "template" { (Hiding::Usual, "a template") } else { (Hiding::None, "") }
}
