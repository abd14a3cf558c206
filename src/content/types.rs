//! Content types: read from definitions, checked, shipped, and as JSON Schema.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value, json};

use super::model::{ContentType, Field, FieldKind};
use crate::kernel::{Code, FieldRefusal, Refusal, Slug, line_of};

const FIELDS_MAX: usize = 100;
/// Components inside of components.
const NESTING_MAX: usize = 3;
const CHOICES_MAX: usize = 200;
/// Ten years.
const REVIEW_DAYS_MAX: u32 = 3_650;

macro_rules! shipped_types {
    ($($key:literal)*) => {
        /// The types that come with the house, in the order in which screens list them.
        const SHIPPED: &[(&str, &str)] = &[$(($key, include_str!(concat!("../../types/", $key, ".toml")))),*];
    };
}

shipped_types!(
    "berita" "artikel" "agenda" "pengumuman" "halaman" "dokumen" "galeri" "layanan" "pejabat"
    "opd" "regulasi" "informasi" "dikecualikan" "maklumat" "data" "infografis" "faq" "darurat" "lowongan"
    "kategori" "menu" "pengalihan" "pengaturan"
);

/// Why a definition was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct DefinitionError {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub reason: String,
}

/// Keys of the shipped types, in their order.
pub fn shipped_keys() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(key, _)| *key)
}

/// A shipped type; `None` when none has that key.
pub fn shipped(key: &str) -> Option<Arc<ContentType>> {
    static PARSED: LazyLock<BTreeMap<&str, Arc<ContentType>>> = LazyLock::new(|| {
        let read = |(key, source): &(&'static str, &'static str)| {
            // A test reads every file that is embedded here.
            let parsed = from_toml(key, source).expect("a shipped type is good");
            (*key, Arc::new(parsed))
        };
        SHIPPED.iter().map(read).collect()
    });
    PARSED.get(key).cloned()
}

/// Reads a definition file.
pub fn from_toml(file: &str, source: &str) -> Result<ContentType, DefinitionError> {
    let error = |line, reason: String| DefinitionError { file: file.to_owned(), line, reason };
    let parsed: ContentType = toml::from_str(source).map_err(|cause| {
        let at = cause.span().map_or(0, |span| span.start);
        error(line_of(source, at), cause.message().to_owned())
    })?;
    match check(&parsed).into_iter().next() {
        None => Ok(parsed),
        Some(fault) => {
            // The line of the field's key is near enough to find it.
            let key = fault.field.rsplit('.').next().unwrap_or_default();
            let at =
                source.find(&format!("key = \"{key}\"")).or_else(|| source.find(&format!("{key} = "))).unwrap_or(0);
            Err(error(line_of(source, at), format!("{}: {}", fault.field, fault.detail)))
        }
    }
}

/// Reads a definition file that came in a request: `bad_definition` with the line.
pub fn from_file(file: &str, source: &str) -> Result<ContentType, Refusal> {
    let parsed = from_toml(file, source).map_err(|error| {
        let refusal = Refusal::new(Code::BadDefinition).detail(error.to_string());
        refusal.extra("file", error.file).extra("line", error.line).extra("reason", error.reason)
    })?;
    // An escape of TOML can write what no text may hold.
    crate::http::body::refuse_nul(&json!(parsed).to_string().into_bytes())?;
    Ok(parsed)
}

/// Reads a definition from the body of a request: `bad_definition` lists what is wrong.
pub fn from_json(body: &[u8]) -> Result<ContentType, Refusal> {
    let parsed: ContentType = crate::http::body::parse(body)?;
    let faults = check(&parsed);
    if faults.is_empty() { Ok(parsed) } else { Err(Refusal::new(Code::BadDefinition).fields(faults)) }
}

/// What is wrong with a definition; paths are `fields.<key>.<sub-key>`.
fn check(content_type: &ContentType) -> Vec<FieldRefusal> {
    let mut faults = Vec::new();
    if Slug::parse(&content_type.key).is_err() {
        faults.push(fault("key", "not_a_slug", "the key of a type is a slug"));
    }
    if content_type.review_after_days.is_some_and(|days| !(1..=REVIEW_DAYS_MAX).contains(&days)) {
        faults.push(fault("review_after_days", "out_of_range", "1 to 3650 days"));
    }
    check_fields(&content_type.fields, "fields", NESTING_MAX, &mut faults);
    let title = content_type.field("title");
    if !title.is_some_and(|title| title.kind == FieldKind::Text && title.required) {
        faults.push(fault("fields.title", "required", "every type has a field `title` of kind text that is required"));
    }
    faults
}

fn fault(field: &str, code: &str, detail: &str) -> FieldRefusal {
    FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() }
}

fn check_fields(fields: &[Field], path: &str, levels: usize, faults: &mut Vec<FieldRefusal>) {
    let mut seen = HashSet::new();
    if fields.len() > FIELDS_MAX {
        faults.push(fault(path, "too_many_items", "at most 100 fields"));
    }
    for field in fields {
        let path = format!("{path}.{}", field.key);
        let named = field.key.starts_with(|c: char| c.is_ascii_lowercase())
            && field.key.len() <= 60
            && field.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !named {
            faults.push(fault(&path, "not_a_key", "a key has small letters, digits and _, and begins with a letter"));
        }
        if !seen.insert(&field.key) {
            faults.push(fault(&path, "repeated", "two fields have this key"));
        }
        if levels == 0 {
            faults.push(fault(&path, "too_deep", "components nest at most three deep"));
            continue;
        }
        if let Some(ground) = &field.reads_on
            && !fields.iter().any(|other| other.key == *ground && other.color && other.key != field.key)
        {
            faults.push(fault(&path, "does_not_fit", "reads_on names another field that is a color"));
        }
        faults.extend(misfits(field).into_iter().map(|detail| fault(&path, "does_not_fit", &detail)));
        check_fields(&field.fields, &path, levels - 1, faults);
    }
}

/// Options that do not fit the kind of a field, and limits that nothing can meet.
fn misfits(field: &Field) -> Vec<String> {
    let kind = field.kind;
    let listable = matches!(kind, FieldKind::Reference | FieldKind::Asset);
    let lengthy = matches!(kind, FieldKind::Text | FieldKind::Markdown);
    let above = |low: Option<u32>, high: Option<u32>| matches!((low, high), (Some(low), Some(high)) if low > high);
    let rules = [
        (field.many && !listable, "many is for references and assets"),
        ((field.min_length.is_some() || field.max_length.is_some()) && !lengthy, "lengths are for text and markdown"),
        ((field.min_items.is_some() || field.max_items.is_some()) && !field.is_list(), "items are counted in lists"),
        (
            (field.min.is_some() || field.max.is_some() || field.integer) && kind != FieldKind::Number,
            "min, max and integer are for numbers",
        ),
        (field.color && kind != FieldKind::Text, "color is for text"),
        (field.reads_on.is_some() && !field.color, "reads_on is for colors"),
        (field.origin && kind != FieldKind::Url, "origin is for addresses"),
        (above(field.min_length, field.max_length), "min_length is above max_length"),
        (above(field.min_items, field.max_items), "min_items is above max_items"),
        (matches!((field.min, field.max), (Some(min), Some(max)) if min > max), "min is above max"),
        ((kind == FieldKind::Choice) == field.choices.is_empty(), "choices belong to a choice, which has at least one"),
        (field.choices.len() > CHOICES_MAX, "at most 200 choices"),
        (repeats(field), "two choices have the same key"),
        (!field.types.is_empty() && kind != FieldKind::Reference, "types are for references"),
        (
            (kind == FieldKind::Components) == field.fields.is_empty(),
            "fields belong to components, which have at least one",
        ),
        (field.unique && (field.is_list() || field.is_long()), "only short single values can be unique"),
        (field.label.id.trim().is_empty() || field.label.en.trim().is_empty(), "the label is empty"),
    ];
    rules.into_iter().filter(|(wrong, _)| *wrong).map(|(_, detail)| detail.to_owned()).collect()
}

fn repeats(field: &Field) -> bool {
    let mut seen = HashSet::new();
    field.choices.iter().any(|choice| !seen.insert(&choice.key))
}

/// The type as JSON Schema (2020-12) of an entry's `fields`. Titles are Indonesian.
pub fn schema(content_type: &ContentType) -> Value {
    let mut schema = object_schema(&content_type.fields);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(content_type.title.id);
    schema
}

fn object_schema(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields.iter().map(|field| (field.key.clone(), field_schema(field))).collect();
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.key.as_str()).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn field_schema(field: &Field) -> Value {
    let mut one = match field.kind {
        FieldKind::Text => json!({"type": "string"}),
        FieldKind::Markdown => json!({"type": "string", "contentMediaType": "text/markdown"}),
        FieldKind::Number if field.integer => json!({"type": "integer"}),
        FieldKind::Number => json!({"type": "number"}),
        FieldKind::Boolean => json!({"type": "boolean"}),
        FieldKind::Date => json!({"type": "string", "format": "date"}),
        FieldKind::Datetime => json!({"type": "string", "format": "date-time"}),
        FieldKind::Choice => {
            let keys: Vec<&str> = field.choices.iter().map(|choice| choice.key.as_str()).collect();
            json!({"enum": keys})
        }
        FieldKind::Reference => json!({"type": "string", "format": "uuid"}),
        FieldKind::Asset => json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
        FieldKind::Components => object_schema(&field.fields),
        FieldKind::Url => json!({"type": "string", "format": "uri-reference"}),
        FieldKind::Email => json!({"type": "string", "format": "email"}),
        FieldKind::Geo => json!({
            "type": "object",
            "properties": {
                "lat": {"type": "number", "minimum": -90, "maximum": 90},
                "lon": {"type": "number", "minimum": -180, "maximum": 180},
            },
            "required": ["lat", "lon"],
            "additionalProperties": false,
        }),
        FieldKind::Json => json!({}),
    };
    let limits = [
        ("minLength", field.min_length.map(Value::from)),
        ("maxLength", field.max_length.map(Value::from)),
        ("minimum", field.min.map(Value::from)),
        ("maximum", field.max.map(Value::from)),
    ];
    for (name, limit) in limits {
        if let Some(limit) = limit {
            one[name] = limit;
        }
    }
    let mut whole = if field.is_list() { json!({"type": "array", "items": one}) } else { one };
    let items = [("minItems", field.min_items), ("maxItems", field.max_items)];
    for (name, limit) in items {
        if let Some(limit) = limit {
            whole[name] = limit.into();
        }
    }
    whole["title"] = json!(field.label.id);
    if let Some(help) = &field.help {
        whole["description"] = json!(help.id);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_type_is_good_and_its_file_is_named_by_its_key() {
        for (key, source) in SHIPPED {
            let parsed = from_toml(key, source).unwrap();
            assert_eq!(parsed.key, *key);
            let stored = serde_json::to_vec(&parsed).unwrap();
            assert_eq!(from_json(&stored).unwrap(), parsed, "what is stored comes back");
        }
    }

    #[test]
    fn a_bad_definition_is_refused_with_file_line_and_reason() {
        let head = "key = \"x\"\ntitle = { id = \"X\", en = \"X\" }\n";
        let title =
            "[[fields]]\nkey = \"title\"\nkind = \"text\"\nlabel = { id = \"J\", en = \"T\" }\nrequired = true\n";
        let bad = |source: &str| from_toml("x.toml", source).unwrap_err().to_string();
        assert!(bad(&format!("{head}{title}colour = 1\n")).starts_with("x.toml:8: unknown field `colour`"));
        assert!(bad(&format!("{head}fields = []\n")).contains("every type has a field `title`"));
        let choice = "[[fields]]\nkey = \"c\"\nkind = \"choice\"\nlabel = { id = \"J\", en = \"T\" }\n";
        assert_eq!(
            bad(&format!("{head}{title}{choice}")),
            "x.toml:9: fields.c: choices belong to a choice, which has at least one"
        );
        assert!(bad("key = ").starts_with("x.toml:1: "));
        let late = bad(&format!("{head}review_after_days = 3651\n{title}"));
        assert_eq!(late, "x.toml:3: review_after_days: 1 to 3650 days");
    }

    #[test]
    fn the_schema_says_what_the_type_says() {
        let schema = schema(&shipped("galeri").unwrap());
        assert_eq!(schema["properties"]["items"]["items"]["required"], json!(["image"]));
        assert_eq!(schema["properties"]["items"]["maxItems"], 200);
        assert_eq!(schema["required"], json!(["title"]));
        assert_eq!(schema["additionalProperties"], false);
    }
}
