//! The keys of front matter, wherever a generator wants them to stand.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Tables whose keys mean what they would mean outside of them.
const TABLES: [&str; 3] = ["taxonomies", "extra", "params"];

/// The keys of one file. What is taken is gone; what remains has no place in Lamin.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// By the name in small letters, with the name to report.
    values: BTreeMap<String, (String, Value)>,
}

impl Keys {
    /// A key outside of the tables wins over the same key in one. Empty values are as good as none.
    pub fn read(values: Map<String, Value>) -> Keys {
        let mut keys = Keys::default();
        let (tables, plain): (Vec<_>, Vec<_>) =
            values.into_iter().partition(|(key, value)| TABLES.contains(&key.as_str()) && value.is_object());
        for (key, value) in plain {
            keys.put(&key, key.clone(), value);
        }
        for (table, value) in tables {
            if let Value::Object(members) = value {
                for (key, value) in members {
                    keys.put(&key, format!("{table}.{key}"), value);
                }
            }
        }
        keys
    }

    fn put(&mut self, key: &str, shown: String, value: Value) {
        if !is_empty(&value) {
            self.values.entry(key.to_lowercase()).or_insert((shown, value));
        }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).map(|(_, value)| value)
    }

    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.values.remove(key).map(|(_, value)| value)
    }

    /// The value of the first of these names that is there.
    pub fn take_first(&mut self, names: &[&str]) -> Option<Value> {
        names.iter().find_map(|name| self.take(name))
    }

    pub fn take_text(&mut self, names: &[&str]) -> Option<String> {
        self.take_first(names).and_then(|value| text(&value))
    }

    /// Every text under these names; a text with commas is a list.
    pub fn take_list(&mut self, names: &[&str]) -> Vec<String> {
        let mut list: Vec<String> = Vec::new();
        for name in names {
            for said in self.take(name).map(|value| texts(&value)).unwrap_or_default() {
                if !list.contains(&said) {
                    list.push(said);
                }
            }
        }
        list
    }

    /// Puts something among what has no place.
    pub fn leave(&mut self, shown: &str) {
        self.values.entry(shown.to_owned()).or_insert((shown.to_owned(), Value::Null));
    }

    /// The names of what nobody took.
    pub fn left(self) -> Vec<String> {
        self.values.into_values().map(|(shown, _)| shown).collect()
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value as text; lists and tables have none.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A list of texts, or a text with commas. A table in the list is known by its `name` (authors).
pub fn texts(value: &Value) -> Vec<String> {
    let split =
        |text: &str| text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    match value {
        Value::String(text) => split(text),
        Value::Array(items) => items
            .iter()
            .filter_map(|item| text(item).or_else(|| item.get("name").and_then(text)))
            .filter(|said| !said.is_empty())
            .collect(),
        Value::Object(members) => members.get("name").and_then(text).into_iter().collect(),
        Value::Number(_) | Value::Bool(_) => text(value).into_iter().collect(),
        Value::Null => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(value: Value) -> Keys {
        match value {
            Value::Object(values) => Keys::read(values),
            _ => Keys::default(),
        }
    }

    #[test]
    fn a_key_counts_wherever_it_stands_and_the_outer_one_wins() {
        let mut keys =
            keys(json!({"Title": "A", "extra": {"image": "x.png", "title": "B"}, "taxonomies": {"tags": ["a", 2]}}));
        assert_eq!(keys.take_text(&["title"]).as_deref(), Some("A"));
        assert_eq!(keys.take_text(&["image"]).as_deref(), Some("x.png"));
        assert_eq!(keys.take_list(&["tag", "tags"]), ["a", "2"]);
        assert!(keys.left().is_empty());
    }

    #[test]
    fn what_nobody_takes_is_left_and_empty_values_are_none() {
        let keys = keys(json!({"layout": "x", "toc": true, "nothing": "", "none": null, "extra": {"color": "red"}}));
        assert_eq!(keys.left(), ["extra.color", "layout", "toc"]);
    }

    #[test]
    fn a_text_with_commas_is_a_list_and_people_have_names() {
        assert_eq!(texts(&json!("a, b,,c ")), ["a", "b", "c"]);
        assert_eq!(texts(&json!([{"name": "Ani"}, "Budi", {"x": 1}])), ["Ani", "Budi"]);
    }
}
