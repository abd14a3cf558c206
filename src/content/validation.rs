//! Whether content is what its type says. Pure; every fault is listed, with its path.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::model::{Content, ContentType, Field, FieldKind};
use crate::kernel::colour::CONTRAST_MIN;
use crate::kernel::id::EntryId;
use crate::kernel::{Code, Colour, Digest, FieldRefusal, Origin, Refusal, Slug, Timestamp};

const TAGS_MAX: usize = 20;
/// Of a tag.
pub const TAG_CHARS_MAX: usize = 60;
/// The longest Markdown text, also when its field allows more.
const MARKDOWN_BYTES_MAX: usize = 1 << 20;
const TEXT_CHARS_MAX: usize = 10_000;
const JSON_DEPTH_MAX: usize = 32;
const ITEMS_MAX: usize = 1_000;
const URL_BYTES_MAX: usize = 2_000;
/// More faults than these tell nobody anything.
const FAULTS_MAX: usize = 100;

/// Whether content may be published as it is: all that its type requires, and nothing that it forbids.
pub fn check(content_type: &ContentType, content: &Content) -> Result<(), Vec<FieldRefusal>> {
    Check { faults: Vec::new(), required: true }.content(content_type, content)
}

/// The same for a draft that is not complete: only the title is required.
pub fn check_draft(content_type: &ContentType, content: &Content) -> Result<(), Vec<FieldRefusal>> {
    Check { faults: Vec::new(), required: false }.content(content_type, content)
}

/// The refusal that lists these faults: 400 when a field is unknown, 422 otherwise.
pub fn refusal(faults: Vec<FieldRefusal>) -> Refusal {
    let unknown = faults.iter().any(|fault| fault.code == "unknown_field");
    Refusal::new(if unknown { Code::UnknownField } else { Code::Invalid }).fields(faults)
}

struct Check {
    faults: Vec<FieldRefusal>,
    required: bool,
}

impl Check {
    fn content(mut self, content_type: &ContentType, content: &Content) -> Result<(), Vec<FieldRefusal>> {
        if let Some(category) = &content.category
            && Slug::parse(category).is_err()
        {
            self.fault("category", "not_a_slug", "the key of a category, such as pendidikan");
        }
        self.tags(&content.tags);
        if content.title().trim().is_empty() && !self.required {
            self.fault("fields.title", "required", "every entry has a title");
        }
        self.fields(&content_type.fields, &content.fields, "fields");
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn fault(&mut self, path: &str, code: &str, detail: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(FieldRefusal { field: path.into(), code: code.into(), detail: detail.into() });
        }
    }

    fn tags(&mut self, tags: &[String]) {
        if tags.len() > TAGS_MAX {
            self.fault("tags", "too_many_items", format!("at most {TAGS_MAX}"));
        }
        let mut seen = HashSet::new();
        for (at, tag) in tags.iter().enumerate() {
            let path = format!("tags[{at}]");
            match Slug::from_title(tag) {
                None => self.fault(&path, "not_a_tag", "a tag has a letter or a digit"),
                Some(slug) if !seen.insert(slug.clone()) => self.fault(&path, "repeated", "give each tag once"),
                Some(_) if tag.trim() != tag => self.fault(&path, "not_a_tag", "without white space around it"),
                Some(_) if tag.chars().count() > TAG_CHARS_MAX => {
                    self.fault(&path, "too_long", format!("at most {TAG_CHARS_MAX} characters"));
                }
                Some(_) => {}
            }
        }
    }

    fn fields(&mut self, fields: &[Field], values: &Map<String, Value>, path: &str) {
        for name in values.keys().filter(|name| fields.iter().all(|field| field.key != **name)) {
            self.fault(&format!("{path}.{name}"), "unknown_field", "the type has no such field");
        }
        for field in fields {
            let path = format!("{path}.{}", field.key);
            match values.get(&field.key).filter(|value| !is_empty(value)) {
                Some(value) => self.value(field, value, &path),
                None if field.required && self.required => self.fault(&path, "required", "must not be empty"),
                None => self.empty(field, values.get(&field.key), &path),
            }
            if let Some(ground) = &field.reads_on {
                self.contrast((field, ground), values, &path);
            }
        }
    }

    /// What is written in one colour on another has to be read easily.
    fn contrast(&mut self, (field, ground): (&Field, &str), values: &Map<String, Value>, path: &str) {
        let colour = |key: &str| values.get(key).and_then(Value::as_str).and_then(Colour::parse);
        let Some(ink) = colour(&field.key) else { return };
        let Some(on) = colour(ground) else {
            return self.fault(path, "color_missing", format!("only together with {ground}"));
        };
        let contrast = ink.contrast(on);
        if contrast < CONTRAST_MIN {
            // Rounded down, so that 4.49 is not told as 4.5.
            let told = (contrast * 10.0).floor() / 10.0;
            let detail = format!("{ink} on {on} has a contrast of {told} to 1; at least {CONTRAST_MIN} to 1");
            self.fault(path, "contrast_too_low", detail);
        }
    }

    /// An empty value says nothing, but it has to be of the right shape all the same.
    fn empty(&mut self, field: &Field, value: Option<&Value>, path: &str) {
        let fits = match value {
            None => true,
            Some(Value::Array(_)) => field.is_list() || field.kind == FieldKind::Json,
            Some(Value::String(_)) => {
                matches!(field.kind, FieldKind::Text | FieldKind::Markdown | FieldKind::Json)
            }
            // Absent is written by leaving it out, so that equal content has one digest.
            Some(_) => false,
        };
        if !fits {
            self.fault(path, "empty", "leave it out instead");
        }
    }

    fn value(&mut self, field: &Field, value: &Value, path: &str) {
        if !field.is_list() {
            return self.one(field, value, path);
        }
        let Some(items) = value.as_array() else {
            return self.fault(path, "not_a_list", "a list");
        };
        let most = field.max_items.map_or(ITEMS_MAX, |most| most as usize).min(ITEMS_MAX);
        let least = field.min_items.unwrap_or(0) as usize;
        if items.len() > most {
            return self.fault(path, "too_many_items", format!("at most {most}"));
        }
        if items.len() < least {
            self.fault(path, "too_few_items", format!("at least {least}"));
        }
        for (at, item) in items.iter().enumerate() {
            let path = format!("{path}[{at}]");
            match (field.kind, item.as_object()) {
                (FieldKind::Components, Some(item)) => self.fields(&field.fields, item, &path),
                (FieldKind::Components, None) => self.fault(&path, "not_an_object", "an object with the sub-fields"),
                (_, _) => self.one(field, item, &path),
            }
        }
    }

    fn one(&mut self, field: &Field, value: &Value, path: &str) {
        match field.kind {
            FieldKind::Number => self.number(field, value, path),
            FieldKind::Boolean if value.is_boolean() => {}
            FieldKind::Boolean => self.fault(path, "not_a_boolean", "true or false"),
            FieldKind::Geo => self.geo(value, path),
            FieldKind::Json if depth(value, JSON_DEPTH_MAX) => {}
            FieldKind::Json => self.fault(path, "too_deep", format!("at most {JSON_DEPTH_MAX} levels")),
            FieldKind::Components => self.fault(path, "not_a_list", "a list of objects"),
            FieldKind::Text
            | FieldKind::Markdown
            | FieldKind::Date
            | FieldKind::Datetime
            | FieldKind::Choice
            | FieldKind::Reference
            | FieldKind::Asset
            | FieldKind::Url
            | FieldKind::Email => match value.as_str() {
                Some(text) => self.text(field, text, path),
                None => self.fault(path, "not_text", "a string"),
            },
        }
    }

    fn text(&mut self, field: &Field, text: &str, path: &str) {
        if text.contains('\0') {
            return self.fault(path, "not_text", "without NUL characters");
        }
        match field.kind {
            FieldKind::Text if field.color && Colour::parse(text).is_none() => {
                self.fault(path, "not_a_color", "six hexadecimal digits, such as #1f5c4a");
            }
            FieldKind::Text => self.length(field, text.chars().count(), TEXT_CHARS_MAX, "characters", path),
            FieldKind::Markdown => self.length(field, text.len(), MARKDOWN_BYTES_MAX, "bytes", path),
            FieldKind::Date if !is_date(text) => self.fault(path, "not_a_date", "such as 2026-11-21"),
            FieldKind::Datetime if Timestamp::parse(text).is_err() || text.trim() != text => {
                self.fault(path, "not_a_datetime", "with its offset, such as 2026-11-21T08:00:00+08:00");
            }
            FieldKind::Choice if field.choices.iter().all(|choice| choice.key != text) => {
                let known: Vec<_> = field.choices.iter().map(|choice| choice.key.as_str()).collect();
                self.fault(path, "not_a_choice", format!("one of {}", known.join(", ")));
            }
            FieldKind::Reference if EntryId::parse(text).map_or(true, |id| id.as_str() != text) => {
                self.fault(path, "not_a_reference", "the id of an entry");
            }
            FieldKind::Asset if Digest::parse(text).is_none() => {
                self.fault(path, "not_an_asset", "the digest of a file");
            }
            FieldKind::Url if field.origin && Origin::parse(text).is_none() => {
                self.fault(path, "not_an_origin", "https:// and the name of a server, without a path");
            }
            FieldKind::Url if !is_url(text) => {
                self.fault(path, "not_a_url", "https://… or an address on the site that begins with /");
            }
            FieldKind::Email if !is_email(text) => self.fault(path, "not_an_email", "such as nama@contoh.go.id"),
            FieldKind::Date | FieldKind::Datetime | FieldKind::Choice | FieldKind::Reference => {}
            FieldKind::Asset | FieldKind::Url | FieldKind::Email => {}
            FieldKind::Number | FieldKind::Boolean | FieldKind::Components => {}
            FieldKind::Geo | FieldKind::Json => {}
        }
    }

    fn length(&mut self, field: &Field, length: usize, most: usize, unit: &str, path: &str) {
        let most = field.max_length.map_or(most, |own| (own as usize).min(most));
        let least = field.min_length.unwrap_or(0) as usize;
        if length > most {
            self.fault(path, "too_long", format!("at most {most} {unit}, not {length}"));
        }
        if length < least {
            self.fault(path, "too_short", format!("at least {least} {unit}"));
        }
    }

    fn number(&mut self, field: &Field, value: &Value, path: &str) {
        let Some(number) = value.as_f64() else {
            return self.fault(path, "not_a_number", "a number");
        };
        if field.integer && !value.is_i64() && !value.is_u64() {
            self.fault(path, "not_an_integer", "a whole number");
        }
        if let Some(min) = field.min.filter(|min| number < *min) {
            self.fault(path, "too_small", format!("at least {min}"));
        }
        if let Some(max) = field.max.filter(|max| number > *max) {
            self.fault(path, "too_large", format!("at most {max}"));
        }
    }

    fn geo(&mut self, value: &Value, path: &str) {
        let part = |name: &str, most: f64| {
            let number = value.get(name).and_then(Value::as_f64);
            number.is_some_and(|number| number.abs() <= most)
        };
        let members = value.as_object().map_or(0, Map::len);
        if members != 2 || !part("lat", 90.0) || !part("lon", 180.0) {
            self.fault(path, "not_a_geo_point", "{\"lat\": -90 to 90, \"lon\": -180 to 180}");
        }
    }
}

/// Empty counts as absent.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_url(text: &str) -> bool {
    let address = |host_required: bool| {
        url::Url::parse(text).is_ok_and(|url| !host_required || url.host_str().is_some_and(|host| !host.is_empty()))
    };
    let shaped = match text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()) {
        _ if text.starts_with("//") => false,
        _ if text.starts_with(['/', '#']) => true,
        Some(scheme) if scheme == "http" || scheme == "https" => address(true),
        Some(scheme) if scheme == "mailto" || scheme == "tel" => address(false),
        Some(_) | None => false,
    };
    shaped && text.len() <= URL_BYTES_MAX && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\"\\@".contains(c))
    };
    plain(local) && plain(domain) && text.len() <= 254 && domain.contains('.') && !domain.split('.').any(str::is_empty)
}

/// Whether a value has at most so many levels. Its own reader stops at 128, so this does not run deep.
fn depth(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| depth(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|item| depth(item, levels - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::content::types::{self, shipped};
    use crate::kernel::Locale;

    fn content(fields: Value) -> Content {
        Content {
            type_key: "x".into(),
            locale: Locale::indonesian(),
            slug: Slug::parse("a").unwrap(),
            category: None,
            tags: Vec::new(),
            fields: fields.as_object().cloned().unwrap(),
        }
    }

    fn faults(content_type: &ContentType, fields: Value) -> Vec<(String, String)> {
        let faults = check(content_type, &content(fields)).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.field, fault.code)).collect()
    }

    fn everything() -> ContentType {
        let words = json!({"id": "A", "en": "A"});
        let mut fields = vec![json!({"key": "title", "kind": "text", "label": words, "required": true})];
        for kind in FieldKind::ALL {
            let mut field = json!({"key": kind.as_str(), "kind": kind, "label": words});
            match kind {
                FieldKind::Choice => field["choices"] = json!([{"key": "a", "label": words}]),
                FieldKind::Components => {
                    field["fields"] = json!([{"key": "url", "kind": "url", "label": words, "required": true}]);
                }
                FieldKind::Text => field["max_length"] = json!(3),
                FieldKind::Number => (field["min"], field["max"]) = (json!(1), json!(5)),
                _ => {}
            }
            fields.push(field);
        }
        let definition = json!({"key": "semua", "title": words, "fields": fields});
        types::from_json(&serde_json::to_vec(&definition).unwrap()).unwrap()
    }

    #[test]
    fn good_values_of_every_kind_pass() {
        let fields = json!({
            "title": "A", "text": "abc", "markdown": "# x", "number": 5, "boolean": false, "date": "2026-11-21",
            "datetime": "2026-11-21T08:00:00+08:00", "choice": "a", "asset": Digest::of("a"),
            "reference": "0193527b-7c2a-7000-8000-000000000000", "components": [{"url": "/a"}],
            "url": "https://a.test/b", "email": "a@b.test", "geo": {"lat": -0.5, "lon": 117.1}, "json": {"a": [1]},
        });
        assert_eq!(faults(&everything(), fields), vec![]);
    }

    #[test]
    fn a_bad_value_of_every_kind_is_named_by_its_path() {
        let fields = json!({
            "title": " ", "text": "abcd", "markdown": 1, "number": 6, "boolean": "yes", "date": "21/11/2026",
            "datetime": "2026-11-21T08:00:00", "choice": "b", "asset": "a", "reference": "b",
            "components": [{"url": "/a"}, {"url": "javascript:x"}, {}, 1], "url": "ftp://a", "email": "a@b",
            "geo": {"lat": 91, "lon": 0}, "nope": 1, "json": null,
        });
        let expected = [
            ("fields.nope", "unknown_field"),
            ("fields.title", "required"),
            ("fields.text", "too_long"),
            ("fields.markdown", "not_text"),
            ("fields.number", "too_large"),
            ("fields.boolean", "not_a_boolean"),
            ("fields.date", "not_a_date"),
            ("fields.datetime", "not_a_datetime"),
            ("fields.choice", "not_a_choice"),
            ("fields.reference", "not_a_reference"),
            ("fields.asset", "not_an_asset"),
            ("fields.components[1].url", "not_a_url"),
            ("fields.components[2].url", "required"),
            ("fields.components[3]", "not_an_object"),
            ("fields.url", "not_a_url"),
            ("fields.email", "not_an_email"),
            ("fields.geo", "not_a_geo_point"),
            ("fields.json", "empty"),
        ];
        let found = faults(&everything(), fields);
        let found: Vec<_> = found.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_unknown_field_makes_it_a_bad_request_and_a_bad_value_does_not() {
        let berita = shipped("berita").unwrap();
        let code = |fields| refusal(check(&berita, &content(fields)).unwrap_err()).code();
        assert_eq!(code(json!({"title": "A", "nope": 1})), Code::UnknownField);
        assert_eq!(code(json!({"title": ""})), Code::Invalid);
    }

    #[test]
    fn a_draft_may_lack_what_publishing_requires_but_not_a_title() {
        let agenda = shipped("agenda").unwrap();
        assert!(check_draft(&agenda, &content(json!({"title": "A"}))).is_ok());
        assert!(check(&agenda, &content(json!({"title": "A"}))).is_err());
        assert!(check_draft(&agenda, &content(json!({}))).is_err());
    }

    #[test]
    fn a_pair_of_colours_that_is_hard_to_read_is_refused() {
        let settings = shipped("pengaturan").unwrap();
        let with = |more: Value| {
            let mut fields = json!({"title": "A"});
            fields.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            check(&settings, &content(fields)).err().unwrap_or_default()
        };
        assert_eq!(with(json!({"color": "#1f5c4a", "color_text": "#f2d38b"})), []);
        assert_eq!(with(json!({"color": "#FFD500"})), [], "black or white is read on any colour");
        let faults = with(json!({"color": "#ffffff", "color_text": "#777777"}));
        assert_eq!((faults[0].field.as_str(), faults[0].code.as_str()), ("fields.color_text", "contrast_too_low"));
        assert_eq!(faults[0].detail, "#777777 on #ffffff has a contrast of 4.4 to 1; at least 4.5 to 1");
        let codes = |more| with(more).into_iter().map(|fault| fault.code).collect::<Vec<_>>();
        assert_eq!(codes(json!({"color": "hijau"})), ["not_a_color"]);
        assert_eq!(codes(json!({"color_text": "#ffffff"})), ["color_missing"]);
    }

    #[test]
    fn the_address_of_a_server_has_no_path() {
        let settings = shipped("pengaturan").unwrap();
        let codes = |url: &str| {
            let faults = check(&settings, &content(json!({"title": "A", "api_url": url}))).err().unwrap_or_default();
            faults.into_iter().map(|fault| (fault.field, fault.code)).collect::<Vec<_>>()
        };
        assert_eq!(codes("https://api.contoh.go.id"), []);
        for url in ["http://api.contoh.go.id", "https://api.contoh.go.id/../x", "/delivery", "https://a.go.id;x"] {
            assert_eq!(codes(url), [("fields.api_url".into(), "not_an_origin".into())], "{url}");
        }
    }

    #[test]
    fn tags_and_category_have_their_limits() {
        let berita = shipped("berita").unwrap();
        let mut content = content(json!({"title": "A"}));
        content.category = Some("Bukan Slug".into());
        content.tags = vec!["satu data".into(), "Satu Data".into(), "…".into(), " a".into(), "x".repeat(61)];
        let faults = check(&berita, &content).unwrap_err();
        let found: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect();
        let expected = [
            ("category", "not_a_slug"),
            ("tags[1]", "repeated"),
            ("tags[2]", "not_a_tag"),
            ("tags[3]", "not_a_tag"),
            ("tags[4]", "too_long"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn json_may_not_nest_without_end() {
        let deep = (0..JSON_DEPTH_MAX + 1).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(
            faults(&everything(), json!({"title": "A", "json": deep})),
            [("fields.json".into(), "too_deep".into())]
        );
    }
}
