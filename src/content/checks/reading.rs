//! The texts of content, each with its place, as the checks read them. Pure.

use serde_json::{Map, Value};

use super::model::Place;
use crate::content::markdown::outline::{self, Named, Outline, Piece};
use crate::content::model::{Content, ContentType, Field, FieldKind};
use crate::kernel::Digest;

/// One field of an entry.
#[derive(Debug)]
pub struct Part<'c> {
    /// `fields.body`, `fields.items[2].alt`.
    pub path: String,
    pub field: &'c Field,
    pub value: &'c Value,
    /// The values that stand beside it.
    pub beside: &'c Map<String, Value>,
    /// The fields that could stand beside it.
    pub fields: &'c [Field],
    /// What its text is made of; empty for what is no text.
    pub outline: Outline,
}

/// Fields in which an office says how it is reached: a number there is meant to be known.
const CONTACT_FIELDS: &[&str] = &["phone", "contact", "whatsapp", "complaint", "hotline", "fax"];
/// What is said of such a field beside its label.
pub const CONTACT: &str = "kontak layanan";

impl<'c> Part<'c> {
    /// The text of the field, as it is stored.
    pub fn source(&self) -> &'c str {
        self.value.as_str().unwrap_or_default()
    }

    /// The place of a byte of the text.
    pub fn at(&self, byte: usize) -> Place {
        Place { field: self.path.clone(), offset: letters_before(self.source(), byte), document: None }
    }

    /// The files that the field names.
    pub fn files(&self) -> impl Iterator<Item = (String, Digest)> {
        let is_asset = self.field.kind == FieldKind::Asset;
        let many = self.value.as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(self.value));
        let named = many.iter().enumerate().filter(move |_| is_asset);
        named.filter_map(|(at, digest)| {
            let path = if self.field.many { format!("{}[{at}]", self.path) } else { self.path.clone() };
            Some((path, Digest::parse(digest.as_str()?)?))
        })
    }
}

/// Letters of a text before a byte.
pub fn letters_before(text: &str, byte: usize) -> u32 {
    let byte = text.floor_char_boundary(byte.min(text.len()));
    u32::try_from(text[..byte].chars().count()).unwrap_or(u32::MAX)
}

/// Every field that has a value, components opened.
pub fn parts<'c>(content_type: &'c ContentType, content: &'c Content) -> Vec<Part<'c>> {
    let mut found = Vec::new();
    gather(&content_type.fields, &content.fields, "fields", &mut found);
    found
}

fn gather<'c>(fields: &'c [Field], values: &'c Map<String, Value>, path: &str, found: &mut Vec<Part<'c>>) {
    for field in fields {
        let Some(value) = values.get(&field.key) else { continue };
        let path = format!("{path}.{}", field.key);
        if field.kind == FieldKind::Components {
            for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                if let Some(item) = item.as_object() {
                    gather(&field.fields, item, &format!("{path}[{at}]"), found);
                }
            }
        }
        let outline = outline_of(field, value);
        found.push(Part { path, field, value, beside: values, fields, outline });
    }
}

fn outline_of(field: &Field, value: &Value) -> Outline {
    let text = value.as_str().unwrap_or_default();
    match field.kind {
        FieldKind::Markdown => outline::outline(text),
        FieldKind::Url => {
            let link = Named { to: text.to_owned(), text: String::new(), at: 0..text.len() };
            Outline { links: vec![link], ..Outline::default() }
        }
        FieldKind::Text | FieldKind::Email => {
            let contact = if CONTACT_FIELDS.contains(&field.key.as_str()) { CONTACT } else { "" };
            let context = format!("{} {contact}", field.label.id);
            Outline { pieces: vec![Piece::plain(text, context, 0)], ..Outline::default() }
        }
        FieldKind::Number | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime => Outline::default(),
        FieldKind::Choice | FieldKind::Reference | FieldKind::Asset | FieldKind::Components => Outline::default(),
        FieldKind::Geo | FieldKind::Json => Outline::default(),
    }
}

/// Of the line before, which is kept with each line.
const LINE_BEFORE_BYTES_MAX: usize = 200;

/// The lines of what a document says. A line stands under the one before it, which may be the head of a table.
pub fn lines(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let (mut at, mut before) = (0, "");
    for line in text.split_inclusive('\n') {
        let words = line.trim_end();
        if !words.is_empty() {
            found.push(Piece::plain(words, before, at));
            before = &words[..words.floor_char_boundary(LINE_BEFORE_BYTES_MAX)];
        }
        at += line.len();
    }
    found
}
