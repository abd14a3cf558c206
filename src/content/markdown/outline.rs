//! What a text is made of, for those who look it over before it is published: its words with where they stand, its
//! headings, links, pictures and tables. Places are bytes of the source.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{OPTIONS, nesting, raw};

/// The parts of a text, each in order.
#[derive(Debug, Default, PartialEq)]
pub struct Outline {
    pub pieces: Vec<Piece>,
    pub headings: Vec<Titled>,
    pub links: Vec<Named>,
    pub pictures: Vec<Named>,
    pub tables: Vec<Table>,
}

/// Words that stand together: a paragraph, an item, a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    pub text: String,
    /// What they stand under: the head of the column and the first cell of the row.
    pub context: String,
    /// Where runs of `text` stand: byte of `text`, byte of the source.
    places: Vec<(usize, usize)>,
}

/// A heading.
#[derive(Debug, PartialEq)]
pub struct Titled {
    /// 1 to 6.
    pub level: u8,
    pub text: String,
    pub at: Range<usize>,
}

/// A link with its words, a picture with its alternative text.
#[derive(Debug, PartialEq)]
pub struct Named {
    pub to: String,
    pub text: String,
    pub at: Range<usize>,
}

#[derive(Debug, PartialEq)]
pub struct Table {
    pub has_head: bool,
    pub at: Range<usize>,
}

impl Piece {
    /// A text that is no Markdown.
    pub fn plain(text: impl Into<String>, context: impl Into<String>, at: usize) -> Self {
        Piece { text: text.into(), context: context.into(), places: vec![(0, at)] }
    }

    /// Where a byte of the words stands in the source.
    pub fn place(&self, byte: usize) -> usize {
        let behind = self.places.partition_point(|(in_text, _)| *in_text <= byte);
        let run = behind.checked_sub(1).map(|at| self.places[at]);
        run.map_or(0, |(in_text, in_source)| in_source + (byte - in_text))
    }

    fn push(&mut self, words: &str, at: usize) {
        self.places.push((self.text.len(), at));
        self.text.push_str(words);
    }
}

/// What a cell stands under is kept with each cell, so only so much of it.
const HEAD_BYTES_MAX: usize = 200;

fn beginning(text: &str) -> String {
    text[..text.floor_char_boundary(HEAD_BYTES_MAX)].to_owned()
}

/// Reads a text.
pub fn outline(source: &str) -> Outline {
    let source = nesting::cap(source);
    let mut reader = Reader::default();
    for (event, at) in Parser::new_ext(&source, OPTIONS).into_offset_iter() {
        reader.take(event, at);
    }
    reader.end_piece();
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Outline,
    piece: Piece,
    heading: Option<Titled>,
    links: Vec<Named>,
    picture: Option<Named>,
    html: Option<(String, usize)>,
    /// The cells of the head of the table, and the number of the cell that is read.
    head: Vec<String>,
    in_head: bool,
    cell: usize,
    first_cell: String,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, at),
            Event::End(tag) => self.end(tag),
            Event::Text(words) | Event::Code(words) => self.words(&words, at.start),
            Event::SoftBreak | Event::HardBreak => self.words(" ", at.start),
            Event::Html(html) => match &mut self.html {
                Some((block, _)) => block.push_str(&html),
                None => self.html(&html, at.start),
            },
            Event::InlineHtml(html) => self.html(&html, at.start),
            Event::Rule => self.end_piece(),
            _ => {}
        }
    }

    fn words(&mut self, words: &str, at: usize) {
        if let Some(picture) = &mut self.picture {
            picture.text.push_str(words);
            return;
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(words);
        }
        for link in &mut self.links {
            link.text.push_str(words);
        }
        self.piece.push(words, at);
    }

    fn start(&mut self, tag: Tag<'_>, at: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.end_piece();
                self.heading = Some(Titled { level: level as u8, text: String::new(), at });
            }
            Tag::Link { dest_url, .. } => {
                self.links.push(Named { to: dest_url.into_string(), text: String::new(), at });
            }
            Tag::Image { dest_url, .. } => {
                self.picture = Some(Named { to: dest_url.into_string(), text: String::new(), at });
            }
            Tag::Table(_) => {
                self.end_piece();
                self.head.clear();
                self.found.tables.push(Table { has_head: false, at });
            }
            Tag::TableHead => (self.in_head, self.cell) = (true, 0),
            Tag::TableRow => {
                self.cell = 0;
                self.first_cell.clear();
            }
            Tag::TableCell => {
                self.end_piece();
                let over = self.head.get(self.cell).map_or("", String::as_str);
                self.piece.context = format!("{over} {}", self.first_cell).trim().to_owned();
            }
            Tag::HtmlBlock => {
                self.end_piece();
                self.html = Some((String::new(), at.start));
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {}
            _ => self.end_piece(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.found.headings.extend(self.heading.take());
                self.end_piece();
            }
            TagEnd::Link => self.found.links.extend(self.links.pop()),
            TagEnd::Image => self.found.pictures.extend(self.picture.take()),
            TagEnd::TableHead => {
                self.in_head = false;
                let has_head = self.head.iter().any(|cell| !cell.trim().is_empty());
                if let Some(table) = self.found.tables.last_mut() {
                    table.has_head = has_head;
                }
            }
            TagEnd::TableCell => {
                if self.in_head {
                    self.head.push(beginning(&self.piece.text));
                } else if self.cell == 0 {
                    self.first_cell = beginning(&self.piece.text);
                }
                self.cell += 1;
                self.end_piece();
            }
            TagEnd::HtmlBlock => {
                if let Some((html, at)) = self.html.take() {
                    self.html(&html, at);
                }
                self.end_piece();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {}
            TagEnd::Superscript | TagEnd::Subscript => {}
            _ => self.end_piece(),
        }
    }

    /// Raw HTML: what its tags say, and the words between them.
    fn html(&mut self, html: &str, at: usize) {
        let whole = at..at + html.len();
        let tags = raw::tags(html);
        let heads = tags.iter().filter(|(name, _)| name == "th").count();
        for (name, attributes) in &tags {
            let value =
                |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
            match name.as_str() {
                "img" => {
                    let (to, text) = (value("src").unwrap_or_default(), value("alt").unwrap_or_default());
                    self.found.pictures.push(Named { to, text, at: whole.clone() });
                }
                "a" => {
                    let words = value("aria-label").unwrap_or_default();
                    let to = value("href").unwrap_or_default();
                    self.found.links.push(Named { to, text: words, at: whole.clone() });
                }
                "table" => self.found.tables.push(Table { has_head: heads > 0, at: whole.clone() }),
                _ => {}
            }
        }
        if self.picture.is_none() {
            self.piece.push(&without_tags(html), at);
        }
    }

    fn end_piece(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        if !piece.text.trim().is_empty() {
            self.found.pieces.push(piece);
        }
    }
}

/// The same with spaces in the place of each byte of a tag, so that every word stays where it is.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut in_tag = false;
    for letter in html.chars() {
        in_tag |= letter == '<';
        if in_tag {
            text.extend(std::iter::repeat_n(' ', letter.len_utf8()));
        } else {
            text.push(letter);
        }
        in_tag &= letter != '>';
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand() {
        let source = "# Judul\n\nKata **tebal** sini\n\n- satu\n- dua\n";
        let outline = outline(source);
        let texts: Vec<&str> = outline.pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(texts, ["Judul", "Kata tebal sini", "satu", "dua"]);
        let piece = &outline.pieces[1];
        let at = piece.place(piece.text.find("tebal").unwrap());
        assert!(source[at..].starts_with("tebal"));
        assert_eq!(outline.headings, [Titled { level: 1, text: "Judul".into(), at: 0..8 }]);
    }

    #[test]
    fn a_cell_knows_its_column_and_its_row() {
        let outline = outline("| Nama | NIK |\n|---|---|\n| Ani | 123 |\n");
        let cell = outline.pieces.last().unwrap();
        assert_eq!((cell.text.as_str(), cell.context.as_str()), ("123", "NIK Ani"));
        assert!(outline.tables[0].has_head);
        let headless = super::outline("| | |\n|---|---|\n| a | b |\n");
        assert!(!headless.tables[0].has_head);
    }

    #[test]
    fn links_pictures_and_raw_html_are_read() {
        let outline =
            outline("[di **sini**](/a/) ![](asset:x)\n\n<table><tr><td><img src=\"b.png\">kata</td></tr></table>\n");
        assert_eq!((outline.links[0].to.as_str(), outline.links[0].text.as_str()), ("/a/", "di sini"));
        assert_eq!(outline.pictures.iter().map(|one| one.to.as_str()).collect::<Vec<_>>(), ["asset:x", "b.png"]);
        assert!(!outline.tables[0].has_head);
        assert_eq!(outline.pieces.last().unwrap().text.trim(), "kata");
    }
}
