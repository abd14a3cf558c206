//! What differs between two revisions: field by field, and word by word in texts. Pure.

use serde::Serialize;
use serde_json::{Value, json};
use similar::{Algorithm, DiffOp};
use utoipa::ToSchema;

use super::model::Content;

/// Comparing takes at most about as many steps as the product of both lengths. Beyond this, texts are
/// compared by lines, and beyond that as a whole.
const COMPARISONS_MAX: usize = 4_000_000;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldDiff {
    /// `slug`, `category`, `tags` or `fields.<key>`.
    pub field: String,
    /// Absent when the field was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// Absent when the field was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// For texts: the pieces which, without the inserted ones, are the text before and, without the
    /// deleted ones, the text after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

/// A piece of a text that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Piece {
    pub change: Change,
    pub text: String,
}

crate::words! {
    pub enum Change {
        Equal = "equal",
        Deleted = "deleted",
        Inserted = "inserted",
    }
}

/// The fields that differ, `slug`, `category` and `tags` first, the others by name.
pub fn between(before: &Content, after: &Content) -> Vec<FieldDiff> {
    let present = |value: Value| (!value.is_null()).then_some(value);
    let mut found: Vec<FieldDiff> = [
        ("slug", json!(before.slug), json!(after.slug)),
        ("category", json!(before.category), json!(after.category)),
        ("tags", json!(before.tags), json!(after.tags)),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(name, before, after)| field(name.to_owned(), present(before), present(after)))
    .collect();
    let mut names: Vec<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (old, new) = (before.fields.get(name), after.fields.get(name));
        if old != new {
            found.push(field(format!("fields.{name}"), old.cloned(), new.cloned()));
        }
    }
    found
}

fn field(field: String, before: Option<Value>, after: Option<Value>) -> FieldDiff {
    let pieces = match (&before, &after) {
        (Some(Value::String(before)), Some(Value::String(after))) => words(before, after),
        _ => Vec::new(),
    };
    FieldDiff { field, before, after, pieces }
}

/// Two texts, word by word.
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (split_words(before), split_words(after));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut pieces = Pieces::default();
    pieces.add(Change::Equal, &old[..head]);
    if fits(old_middle, new_middle) {
        pieces.compare(old_middle, new_middle);
    } else {
        let (old_text, new_text) = (old_middle.concat(), new_middle.concat());
        let old_lines: Vec<&str> = old_text.split_inclusive('\n').collect();
        let new_lines: Vec<&str> = new_text.split_inclusive('\n').collect();
        if fits(&old_lines, &new_lines) {
            pieces.compare(&old_lines, &new_lines);
        } else {
            pieces.add(Change::Deleted, &[&old_text]);
            pieces.add(Change::Inserted, &[&new_text]);
        }
    }
    pieces.add(Change::Equal, &old[old.len() - tail..]);
    pieces.0
}

fn fits(old: &[&str], new: &[&str]) -> bool {
    old.len().saturating_mul(new.len()) <= COMPARISONS_MAX
}

/// Words and the white space between them, in turn.
fn split_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = 0;
    let mut in_space = None;
    for (at, letter) in text.char_indices() {
        let space = letter.is_whitespace();
        if in_space.is_some_and(|before| before != space) {
            words.push(&text[from..at]);
            from = at;
        }
        in_space = Some(space);
    }
    if from < text.len() {
        words.push(&text[from..]);
    }
    words
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn add(&mut self, change: Change, words: &[&str]) {
        if words.is_empty() {
            return;
        }
        match self.0.last_mut().filter(|last| last.change == change) {
            Some(last) => words.iter().for_each(|word| last.text.push_str(word)),
            None => self.0.push(Piece { change, text: words.concat() }),
        }
    }

    fn compare(&mut self, old: &[&str], new: &[&str]) {
        for op in similar::capture_diff_slices(Algorithm::Myers, old, new) {
            match op {
                DiffOp::Equal { old_index, len, .. } => self.add(Change::Equal, &old[old_index..old_index + len]),
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    self.add(Change::Deleted, &old[op.old_range()]);
                    self.add(Change::Inserted, &new[op.new_range()]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::{Locale, Slug};

    fn content(fields: Value, tags: &[&str]) -> Content {
        Content {
            type_key: "berita".into(),
            locale: Locale::indonesian(),
            slug: Slug::parse("a").unwrap(),
            category: None,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            fields: fields.as_object().cloned().unwrap(),
        }
    }

    #[test]
    fn only_fields_that_differ_are_named() {
        let before = content(json!({"title": "A", "source": "x", "n": 1}), &["a"]);
        let after = content(json!({"title": "A", "author": "Ani", "n": 2}), &["b"]);
        let found = between(&before, &after);
        let names: Vec<_> = found.iter().map(|diff| diff.field.as_str()).collect();
        assert_eq!(names, ["tags", "fields.author", "fields.n", "fields.source"]);
        assert_eq!((found[1].before.clone(), found[1].after.clone()), (None, Some(json!("Ani"))));
        assert_eq!(between(&before, &before), vec![]);
    }

    #[test]
    fn a_text_is_compared_by_words() {
        let found = words("satu dua tiga", "satu empat tiga lima");
        let found: Vec<_> = found.iter().map(|piece| (piece.change, piece.text.as_str())).collect();
        assert_eq!(
            found,
            [
                (Change::Equal, "satu "),
                (Change::Deleted, "dua"),
                (Change::Inserted, "empat"),
                (Change::Equal, " tiga"),
                (Change::Inserted, " lima"),
            ]
        );
    }

    #[test]
    fn long_texts_without_anything_in_common_are_compared_as_a_whole() {
        let text = |letter: &str| format!("{letter}\n").repeat(100_000);
        let changes: Vec<_> = words(&text("a"), &text("b")).iter().map(|piece| piece.change).collect();
        assert_eq!(changes, [Change::Deleted, Change::Inserted, Change::Equal]);
    }

    proptest! {
        #[test]
        fn the_pieces_give_both_texts_again(before in "[ab \n]{0,40}", after in "[ab \n]{0,40}") {
            let pieces = words(&before, &after);
            let without = |change| {
                pieces.iter().filter(|piece| piece.change != change).map(|piece| piece.text.as_str()).collect::<String>()
            };
            prop_assert_eq!(without(Change::Inserted), before);
            prop_assert_eq!(without(Change::Deleted), after);
        }
    }
}
