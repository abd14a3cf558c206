//! Which line of which template a part of a page came from: the check renders templates with marks in them.
//!
//! A mark is two letters of a plane of Unicode that nobody writes in: the template, and the line. It stands before the
//! text of a line, goes out with it wherever that goes, and is taken out again before the page is read.

use std::cmp::Reverse;

use crate::kernel::{Result, line_of};
use crate::themes::tags::{self, Kind};
use crate::themes::theme::Theme;

/// Private use, planes 15 and 16.
const TEMPLATES_FROM: u32 = 0xF_0000;
const LINES_FROM: u32 = 0x10_0000;
const NUMBER_MAX: u32 = 0xFFFD;

/// A place in a theme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Below the theme's folder.
    pub file: String,
    /// From 1.
    pub line: usize,
}

/// A page that the check made.
pub struct Made {
    pub html: String,
    /// From where on in it a place holds, in order.
    places: Vec<(usize, Found)>,
}

impl Made {
    /// Where what stands at a byte of the page came from.
    pub fn place(&self, at: usize) -> Found {
        let after = self.places.partition_point(|(from, _)| *from <= at);
        after.checked_sub(1).map(|last| self.places[last].1.clone()).unwrap_or_default()
    }

    /// Where what stands on a line of the page came from.
    pub fn line(&self, line: usize) -> Found {
        let lines = self.html.split_inclusive('\n').take(line.saturating_sub(1));
        let at: usize = lines.map(str::len).sum();
        let rest = &self.html[at.min(self.html.len())..];
        self.place(at + rest.len() - rest.trim_start().len())
    }

    /// Where a link came from.
    pub fn link(&self, link: &str) -> Found {
        let address = link.split('#').next().unwrap_or(link);
        let wanted = [link, address].map(|link| format!("href=\"{link}\""));
        let at = wanted.iter().find_map(|wanted| self.html.find(wanted.as_str()));
        // A relative or absolute form of it stands elsewhere.
        at.map(|at| self.place(at)).unwrap_or_default()
    }
}

/// The theme with marks in its templates; everything else, its digest included, is as it was.
pub fn marked(theme: &Theme) -> Result<Theme> {
    let templates = theme.written();
    let number = |number: usize| u32::try_from(number).unwrap_or(NUMBER_MAX).min(NUMBER_MAX);
    let made = templates.iter().enumerate().map(|(at, template)| {
        let source = with_marks(template.source, number(at));
        (template.name.clone(), source)
    });
    theme.with_templates(made.collect())
}

fn with_marks(source: &str, template: u32) -> String {
    let mut out = String::with_capacity(source.len() * 2);
    // What stands before `extends` is part of nothing.
    let mut part = !tags::pieces(source).iter().any(|piece| piece.word() == "extends");
    for piece in tags::pieces(source) {
        if piece.kind != Kind::Text {
            part = part || piece.word() == "extends";
            out.push_str(piece.text);
            continue;
        }
        let mut line = line_of(source, piece.at);
        for text in piece.text.split_inclusive('\n') {
            let begins = text.len() - text.trim_start().len();
            out.push_str(&text[..begins]);
            if part && begins < text.len() {
                let line = u32::try_from(line).unwrap_or(NUMBER_MAX).min(NUMBER_MAX);
                out.extend([TEMPLATES_FROM + template, LINES_FROM + line].into_iter().filter_map(char::from_u32));
            }
            out.push_str(&text[begins..]);
            line += usize::from(text.ends_with('\n'));
        }
    }
    out
}

/// Takes the marks out of a page.
pub fn read(theme: &Theme, page: &[u8]) -> Made {
    let templates = theme.written();
    let mut html = String::with_capacity(page.len());
    let mut places = Vec::new();
    let mut file = None;
    for letter in String::from_utf8_lossy(page).chars() {
        let number = u32::from(letter);
        match number {
            LINES_FROM.. => {
                let line = (number - LINES_FROM) as usize;
                places.extend(file.take().map(|file| (html.len(), Found { file, line })));
            }
            TEMPLATES_FROM.. => {
                file = templates.get((number - TEMPLATES_FROM) as usize).map(|template| template.file.to_owned());
            }
            _ => html.push(letter),
        }
    }
    Made { html, places }
}

/// The place that a message of the template engine names as `template:line`.
pub fn in_message(theme: &Theme, message: &str) -> Found {
    let named = |name: &str| {
        let at = message.find(&format!("{name}:"))?;
        let line = &message[at + name.len() + 1..];
        let digits: String = line.chars().take_while(char::is_ascii_digit).collect();
        Some((at, digits.parse::<usize>().ok()?))
    };
    let places = theme.written().into_iter().filter_map(|template| {
        let (at, line) = named(&template.name)?;
        // The first that is named; of several that end alike, the longest name.
        let (end, length) = (at + template.name.len(), template.name.len());
        Some(((end, Reverse(length)), Found { file: template.file.to_owned(), line }))
    });
    places.min_by_key(|(order, _)| *order).map(|(_, place)| place).unwrap_or_default()
}

/// A message of the template engine on one line.
pub fn short(message: &str) -> String {
    const LETTERS_MAX: usize = 300;
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LETTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_page_knows_its_line() {
        let mut theme = Theme::built_in().unwrap();
        let source = "<p class=\"{% if 1 %}a{% endif %}\">\n  {{ 1 }}\n  <b>x</b>{% include \"parts/b.html\" %}</p>\n";
        theme.files.insert("templates/404.html".into(), source.into());
        theme.files.insert("templates/parts/b.html".into(), "\n<i>y</i>".into());
        let marked = marked(&theme).unwrap();
        let mut out = Vec::new();
        marked.render("404.html", &tera::Context::new(), &mut out).unwrap();
        let page = read(&marked, &out);
        assert_eq!(page.html, "<p class=\"a\">\n  1\n  <b>x</b>\n<i>y</i></p>\n");
        let place = |text: &str| {
            let found = page.place(page.html.find(text).unwrap());
            (found.file, found.line)
        };
        assert_eq!(place("<p"), ("templates/404.html".into(), 1));
        assert_eq!(place("<b>"), ("templates/404.html".into(), 3));
        assert_eq!(place("<i>"), ("templates/parts/b.html".into(), 2));
        assert_eq!(place("</p>"), ("templates/404.html".into(), 3));
        assert_eq!(page.line(3).line, 3);
    }
}
