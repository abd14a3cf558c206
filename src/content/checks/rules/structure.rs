//! How a text is built: its headings, the words of its links, its tables, its pictures.

use crate::content::checks::model::{Check, Finding};
use crate::content::checks::reading::Part;
use crate::content::markdown::outline::Named;
use crate::content::model::FieldKind;

/// The level of the title of the page, under which every text stands.
const TITLE_LEVEL: u8 = 1;

/// Words of links that say nothing of where they lead, in small letters.
const IDLE: &[&str] = &[
    "baca",
    "baca di sini",
    "baca lebih lanjut",
    "baca selengkapnya",
    "berikut",
    "berikut ini",
    "click",
    "click here",
    "di sini",
    "disini",
    "here",
    "ini",
    "klik",
    "klik di sini",
    "klik disini",
    "klik ini",
    "klik link",
    "klik tautan",
    "learn more",
    "lihat di sini",
    "lihat selengkapnya",
    "link",
    "link berikut",
    "link ini",
    "more",
    "pada tautan ini",
    "read more",
    "selengkapnya",
    "sini",
    "tautan",
    "tautan berikut",
    "tautan ini",
    "this",
    "this link",
];

pub fn look(part: &Part<'_>, found: &mut Vec<Finding>) {
    match part.field.kind {
        FieldKind::Markdown => of_text(part, found),
        FieldKind::Asset => of_picture(part, found),
        FieldKind::Text | FieldKind::Email | FieldKind::Url => {}
        FieldKind::Number | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime => {}
        FieldKind::Choice | FieldKind::Reference | FieldKind::Components | FieldKind::Geo | FieldKind::Json => {}
    }
}

fn of_text(part: &Part<'_>, found: &mut Vec<Finding>) {
    let mut level = TITLE_LEVEL;
    for heading in &part.outline.headings {
        if heading.level > level + 1 {
            let finding = Finding::new(Check::HeadingOrder, part.at(heading.at.start), &heading.text);
            found.push(finding.saying(heading.level.to_string()).saying(level.to_string()));
        }
        level = heading.level;
    }
    let idle = part.outline.links.iter().filter(|link| is_idle(part, link));
    found.extend(idle.map(|link| Finding::new(Check::LinkText, part.at(link.at.start), excerpt(link))));
    let headless = part.outline.tables.iter().filter(|table| !table.has_head);
    found.extend(headless.map(|table| {
        let first = part.source().get(table.at.clone()).unwrap_or_default().lines().last().unwrap_or_default();
        Finding::new(Check::TableHeader, part.at(table.at.start), first)
    }));
    let mute = part.outline.pictures.iter().filter(|picture| picture.text.trim().is_empty());
    found.extend(mute.map(|picture| Finding::new(Check::MissingAlt, part.at(picture.at.start), &picture.to)));
}

fn excerpt(link: &Named) -> &str {
    if link.text.trim().is_empty() { &link.to } else { &link.text }
}

fn is_idle(part: &Part<'_>, link: &Named) -> bool {
    // Tags of raw HTML come without the words between them.
    if part.source().get(link.at.start..).is_some_and(|source| source.starts_with('<')) {
        return false;
    }
    let words = link.text.to_lowercase();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.trim_matches(|letter: char| !letter.is_alphanumeric());
    if words.is_empty() {
        // A picture speaks by its alternative text.
        let holds = |picture: &Named| link.at.start <= picture.at.start && picture.at.end <= link.at.end;
        return !part.outline.pictures.iter().any(holds);
    }
    IDLE.contains(&words)
}

/// A field with a picture, where the type has a place for its alternative text: `image_alt` beside `image`, or `alt`.
fn of_picture(part: &Part<'_>, found: &mut Vec<Finding>) {
    let own = format!("{}_alt", part.field.key);
    let there = |key: &str| part.fields.iter().any(|field| field.key == key);
    let Some(key) = [own.as_str(), "alt"].into_iter().find(|key| there(key)) else { return };
    let written = part.beside.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    if written.trim().is_empty() && !part.value.is_null() {
        let path = match part.path.rsplit_once('.') {
            Some((before, _)) => format!("{before}.{key}"),
            None => key.to_owned(),
        };
        let place = crate::content::checks::model::Place { field: path, offset: 0, document: None };
        found.push(Finding::new(Check::MissingAlt, place, &part.field.label.id));
    }
}
