//! The fields in which two definitions differ, and what content says of each.

use serde_json::{Map, Value};

use super::model::{FieldChange, FieldChangeKind};
use crate::content::model::{ContentType, Field};

/// What a change of `before` into `after` asks more, or takes away: in the order of the fields as they would be, then
/// of those that would be gone.
pub fn changes(before: Option<&ContentType>, after: &ContentType) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare(before.map_or(&[][..], |before| &before.fields), &after.fields, "", &mut found);
    found
}

fn compare(before: &[Field], after: &[Field], above: &str, found: &mut Vec<FieldChange>) {
    for field in after {
        let path = format!("{above}{}", field.key);
        match before.iter().find(|old| old.key == field.key) {
            None => found.push(FieldChange { to: Some(field.kind), ..change(&path, FieldChangeKind::Added) }),
            Some(old) if (old.kind, old.many) != (field.kind, field.many) => {
                let (from, to) = (Some(old.kind), Some(field.kind));
                found.push(FieldChange { from, to, ..change(&path, FieldChangeKind::Kind) });
            }
            Some(old) => {
                narrower(old, field, &path, found);
                compare(&old.fields, &field.fields, &format!("{path}."), found);
            }
        }
    }
    for old in before.iter().filter(|old| after.iter().all(|field| field.key != old.key)) {
        let removed = change(&format!("{above}{}", old.key), FieldChangeKind::Removed);
        found.push(FieldChange { from: Some(old.kind), ..removed });
    }
}

fn change(path: &str, change: FieldChangeKind) -> FieldChange {
    FieldChange { field: path.into(), change, from: None, to: None, choices: Vec::new(), uses: 0, broken: 0 }
}

/// In what a field of the same kind would take less than before.
fn narrower(old: &Field, new: &Field, path: &str, found: &mut Vec<FieldChange>) {
    if new.required && !old.required {
        found.push(change(path, FieldChangeKind::Required));
    }
    let gone = old.choices.iter().filter(|choice| new.choices.iter().all(|other| other.key != choice.key));
    let choices: Vec<String> = gone.map(|choice| choice.key.clone()).collect();
    if !choices.is_empty() {
        found.push(FieldChange { choices, ..change(path, FieldChangeKind::Choices) });
    }
    let raised = |old: Option<u32>, new: Option<u32>| new.is_some_and(|new| old.is_none_or(|old| new > old));
    let lowered = |old: Option<u32>, new: Option<u32>| new.is_some_and(|new| old.is_none_or(|old| new < old));
    let fewer_types =
        !new.types.is_empty() && (old.types.is_empty() || old.types.iter().any(|key| !new.types.contains(key)));
    let tighter = raised(old.min_length, new.min_length)
        || lowered(old.max_length, new.max_length)
        || raised(old.min_items, new.min_items)
        || lowered(old.max_items, new.max_items)
        || new.min.is_some_and(|new| old.min.is_none_or(|old| new > old))
        || new.max.is_some_and(|new| old.max.is_none_or(|old| new < old))
        || (new.integer && !old.integer)
        || (new.color && !old.color)
        || (new.origin && !old.origin)
        || (new.reads_on.is_some() && new.reads_on != old.reads_on)
        || fewer_types;
    if tighter {
        found.push(change(path, FieldChangeKind::Limits));
    }
    if new.unique && !old.unique {
        found.push(change(path, FieldChangeKind::Unique));
    }
}

/// Whether content has a value at the path of a field, in any item of the components around it.
pub fn uses(fields: &Map<String, Value>, path: &str) -> bool {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    match (fields.get(key), rest) {
        (None | Some(Value::Null), _) => false,
        (Some(Value::Array(items)), None) => !items.is_empty(),
        (Some(_), None) => true,
        (Some(value), Some(rest)) => {
            let items = value.as_array().into_iter().flatten().filter_map(Value::as_object);
            items.into_iter().any(|item| uses(item, rest))
        }
    }
}

/// Whether what is wrong at a place of content (`fields.items[2].url`) is wrong because of the field of a path.
pub fn is_at(place: &str, path: &str) -> bool {
    let mut bare = String::with_capacity(place.len());
    let mut within = false;
    for letter in place.strip_prefix("fields.").unwrap_or(place).chars() {
        match letter {
            '[' => within = true,
            ']' => within = false,
            other if !within => bare.push(other),
            _ => {}
        }
    }
    bare.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::content::types::from_json;

    fn of(fields: Value) -> ContentType {
        let mut all = vec![json!({"key": "title", "kind": "text", "label": {"id": "J", "en": "T"}, "required": true})];
        all.extend(fields.as_array().unwrap().iter().cloned());
        let whole = json!({"key": "x", "title": {"id": "X", "en": "X"}, "fields": all});
        from_json(whole.to_string().as_bytes()).unwrap()
    }

    fn field(key: &str, more: Value) -> Value {
        let mut one = json!({"key": key, "kind": "text", "label": {"id": "L", "en": "L"}});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    }

    fn told(before: Value, after: Value) -> Vec<(String, &'static str)> {
        let found = changes(Some(&of(before)), &of(after));
        found.into_iter().map(|change| (change.field, change.change.as_str())).collect()
    }

    #[test]
    fn what_a_change_takes_away_or_asks_more_is_named() {
        let items = |inner: Value| field("items", json!({"kind": "components", "fields": inner}));
        let choice = |keys: &[&str]| {
            let choices: Vec<Value> =
                keys.iter().map(|key| json!({"key": key, "label": {"id": "P", "en": "C"}})).collect();
            field("pilihan", json!({"kind": "choice", "choices": choices}))
        };
        let before = json!([
            field("a", json!({})),
            field("b", json!({"max_length": 20})),
            choice(&["satu", "dua"]),
            items(json!([field("url", json!({})), field("alt", json!({}))])),
            field("gone", json!({})),
        ]);
        let after = json!([
            field("a", json!({"required": true, "unique": true})),
            field("b", json!({"kind": "number"})),
            choice(&["satu"]),
            items(json!([field("url", json!({"max_length": 5}))])),
            field("new", json!({})),
        ]);
        let found = told(before, after);
        let expected = [
            ("a", "required"),
            ("a", "unique"),
            ("b", "kind"),
            ("pilihan", "choices"),
            ("items.url", "limits"),
            ("items.alt", "removed"),
            ("new", "added"),
            ("gone", "removed"),
        ];
        assert_eq!(found, expected.map(|(field, change)| (field.to_owned(), change)));
    }

    #[test]
    fn what_only_widens_is_no_change() {
        let before = json!([field("a", json!({"required": true, "max_length": 5, "min_length": 2}))]);
        assert_eq!(told(before, json!([field("a", json!({"max_length": 9}))])), []);
    }

    #[test]
    fn a_value_counts_in_any_item_and_an_empty_list_is_none() {
        let content = json!({"items": [{"alt": null}, {"alt": "x"}], "none": [], "a": false});
        let has = |path: &str| uses(content.as_object().unwrap(), path);
        assert!(has("items.alt") && has("a") && has("items"));
        assert!(!has("none") && !has("items.url") && !has("b"));
    }

    #[test]
    fn a_fault_belongs_to_the_field_at_whose_place_it_stands() {
        assert!(is_at("fields.items[2].url", "items.url"));
        assert!(is_at("fields.items[2].url", "items"));
        assert!(!is_at("fields.items_old", "items"));
        assert!(!is_at("tags[1]", "items"));
    }
}
