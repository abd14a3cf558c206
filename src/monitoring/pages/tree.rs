//! A page as a list of elements and runs of text, made for hostile input.
//!
//! The standard's own way to build a tree looks through all open elements for many a tag, so a page can make it work for
//! minutes; and no date hangs on the finer rules of nesting.

use crate::monitoring::markup::{Piece, Pieces, Tag};

/// Bytes of a page that are read; what stands behind them is no article's head.
pub const PAGE_BYTES_MAX: usize = 5 * 1024 * 1024;

/// Elements of a page; the pages of agencies have some thousands.
const ELEMENTS_MAX: usize = 100_000;

/// What may stand in a head that nobody has closed.
const HEAD: &[&str] = &["title", "meta", "link", "base", "script", "style", "noscript", "template"];

/// Elements within each other; deeper ones hang on the last that counts.
const DEPTH_MAX: usize = 256;

pub struct Element {
    pub parent: usize,
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub struct Run {
    pub element: usize,
    pub text: String,
}

/// Elements in the order of the page, a parent before its children; the first one is the page itself, and its own parent.
pub struct Tree {
    pub elements: Vec<Element>,
    pub runs: Vec<Run>,
    /// The runs of each element's own, by its place.
    first_run: Vec<usize>,
}

impl Tree {
    pub fn read(html: &str) -> Tree {
        let mut builder = Builder::new();
        for piece in Pieces::of(&html[..html.floor_char_boundary(PAGE_BYTES_MAX)]) {
            match piece {
                Piece::Start(tag) => builder.start(tag),
                Piece::End(name) => builder.end(&name),
                Piece::Text(text) | Piece::Raw(_, text) => builder.characters(&text),
            }
            if builder.elements.len() >= ELEMENTS_MAX {
                break;
            }
        }
        builder.finish()
    }

    /// An element's ancestors with itself first, the page left out.
    pub fn up(&self, from: usize) -> impl Iterator<Item = usize> {
        let next = |at: &usize| Some(self.elements[*at].parent);
        std::iter::successors(Some(from), next).take_while(|at| *at != 0).take(DEPTH_MAX + 1)
    }

    /// The text of an element with all in it, white space as single spaces, at most `chars` of it.
    pub fn text(&self, element: usize, chars: usize) -> String {
        let mut text = String::new();
        let from = self.first_run.get(element).copied().unwrap_or(self.runs.len());
        for run in &self.runs[from..] {
            // Elements behind this one that are not in it end it.
            if run.element < element || !self.up(run.element).any(|at| at == element) || text.len() > chars {
                break;
            }
            text.push_str(&run.text);
            text.push(' ');
        }
        tidy(&text).chars().take(chars).collect()
    }
}

/// White space as single spaces.
pub fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Builder {
    elements: Vec<Element>,
    runs: Vec<Run>,
    open: Vec<usize>,
}

const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Tags that end an open element of the same kind: their end tags are often left out.
const FOLLOWS: &[(&str, &[&str])] = &[
    ("li", &["li"]),
    ("tr", &["tr", "td", "th"]),
    ("td", &["td", "th"]),
    ("th", &["td", "th"]),
    ("p", &["p"]),
    ("dt", &["dt", "dd"]),
    ("dd", &["dt", "dd"]),
    ("option", &["option"]),
];

/// Open elements that are looked through for one that a tag ends.
const LOOK_BACK_MAX: usize = 32;

impl Builder {
    fn new() -> Builder {
        let page = Element { parent: 0, name: String::new(), attributes: Vec::new() };
        Builder { elements: vec![page], runs: Vec::new(), open: vec![0] }
    }

    fn start(&mut self, mut tag: Tag<'_>) {
        let name = std::mem::take(&mut tag.name);
        if let Some((_, ends)) = FOLLOWS.iter().find(|(follows, _)| *follows == name) {
            while self.open.last().is_some_and(|last| ends.contains(&self.elements[*last].name.as_str())) {
                self.open.pop();
            }
        }
        if self.open.last().is_some_and(|last| self.elements[*last].name == "head") && !HEAD.contains(&name.as_str()) {
            self.open.pop();
        }
        let parent = self.open.last().copied().unwrap_or(0);
        let empty = VOID.contains(&name.as_str());
        self.elements.push(Element { parent, name, attributes: tag.into_attributes().collect() });
        if !empty && self.open.len() < DEPTH_MAX {
            self.open.push(self.elements.len() - 1);
        }
    }

    /// An end tag that ends nothing is passed over; what is open within the element ends with it.
    fn end(&mut self, name: &str) {
        let back = self.open.iter().rev().take(LOOK_BACK_MAX).position(|open| self.elements[*open].name == name);
        if let Some(back) = back {
            self.open.truncate(self.open.len() - back - 1);
        }
        if self.open.is_empty() {
            self.open.push(0);
        }
    }

    fn characters(&mut self, text: &str) {
        let element = self.open.last().copied().unwrap_or(0);
        match self.runs.last_mut() {
            Some(run) if run.element == element && self.elements.len() - 1 == element => run.text.push_str(text),
            _ => self.runs.push(Run { element, text: text.to_owned() }),
        }
    }

    fn finish(self) -> Tree {
        // From behind, so that each element knows the first run at or behind its beginning.
        let mut first_run = vec![self.runs.len(); self.elements.len()];
        for (place, run) in self.runs.iter().enumerate().rev() {
            first_run[run.element] = place;
        }
        for at in (1..self.elements.len()).rev() {
            let parent = self.elements[at].parent;
            first_run[parent] = first_run[parent].min(first_run[at]);
        }
        Tree { elements: self.elements, runs: self.runs, first_run }
    }
}
