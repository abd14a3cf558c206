//! Values of front matter, read the way a field wants them.

use std::collections::HashSet;

use serde_json::{Number, Value};

use super::keys::{text, texts};
use crate::content::Field;
use crate::kernel::Slug;

/// Tags that only differ in how they are written count once.
pub fn told_apart(tags: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    tags.into_iter().filter(|tag| Slug::from_title(tag).is_none_or(|slug| seen.insert(slug))).collect()
}

/// A list of people or words as one text.
pub fn people_or_text(value: &Value) -> Option<String> {
    text(value).or_else(|| Some(texts(value).join(", ")).filter(|text| !text.is_empty()))
}

/// The key of the choice that was meant by its key or by its label.
pub fn choice(field: &Field, said: String) -> String {
    let known = field.choices.iter().find(|choice| {
        [&choice.key, &choice.label.id, &choice.label.en].into_iter().any(|word| word.eq_ignore_ascii_case(&said))
    });
    known.map_or(said, |choice| choice.key.clone())
}

/// A number, also when it was written as text.
pub fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => {
            let whole = text.trim().parse::<i64>().ok().map(Value::from);
            whole.or_else(|| text.trim().parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A truth value, also when it was written as text.
pub fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        Value::String(text) => text.trim().to_lowercase().parse::<bool>().ok().map(Value::Bool),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A path, or a table with one: `{src: "foto.jpg", alt: "…"}`.
pub fn file_name(value: &Value) -> Option<String> {
    let inside = || ["src", "path", "url", "image", "file"].into_iter().find_map(|key| value.get(key).and_then(text));
    text(value).or_else(inside).filter(|path| !path.is_empty())
}

/// At most `max` characters, cut at a word, with an ellipsis.
pub fn cut(said: &str, max: usize) -> String {
    let head: String = said.chars().take(max.saturating_sub(1)).collect();
    let end = head.rfind(char::is_whitespace).filter(|end| *end > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::content::types::shipped;

    #[test]
    fn values_are_read_however_they_were_written() {
        assert_eq!(
            (number(&json!("12")), number(&json!("1.5")), number(&json!("dua"))),
            (Some(json!(12)), Some(json!(1.5)), None)
        );
        assert_eq!((boolean(&json!("True")), boolean(&json!("ya"))), (Some(json!(true)), None));
        assert_eq!(people_or_text(&json!(["Ani", {"name": "Budi"}])).as_deref(), Some("Ani, Budi"));
        assert_eq!(file_name(&json!({"src": "a.jpg", "alt": "A"})).as_deref(), Some("a.jpg"));
    }

    #[test]
    fn a_choice_is_known_by_its_label_too() {
        let documents = shipped("dokumen").unwrap();
        let kind = documents.field("kind").unwrap();
        assert_eq!(choice(kind, "Regulation".into()), "peraturan");
        assert_eq!(choice(kind, "lain sekali".into()), "lain sekali");
    }

    #[test]
    fn tags_that_read_alike_count_once_and_long_texts_are_cut_at_a_word() {
        let tags = ["Satu Data", "satu-data", "lain", "…"].map(str::to_owned).to_vec();
        assert_eq!(told_apart(tags), ["Satu Data", "lain", "…"]);
        assert_eq!(cut("satu dua tiga empat", 12), "satu dua…");
        assert_eq!(cut("satuduatigaempat", 6), "satud…");
    }
}
