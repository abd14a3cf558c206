//! Front matter: the values before the text of a file, as TOML (`+++`), YAML (`---`) or JSON (`{`).

use serde_json::{Map, Number, Value};

use crate::import::ProblemCode;

/// A file taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Parted<'t> {
    pub values: Map<String, Value>,
    /// The source of the values, for finding the line of a key, and the line where it begins.
    pub source: &'t str,
    pub source_line: u32,
    pub body: &'t str,
    /// The line where the body begins, counted from one.
    pub body_line: u32,
}

impl Parted<'_> {
    /// The line on which a key is written, or the first line of the file.
    pub fn line_of(&self, key: &str) -> u32 {
        let named = |line: &str| {
            let line = line.trim_start_matches([' ', '\t', '"', '\'', '-', '{', ',']);
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ', '\t']).starts_with(['=', ':']))
        };
        self.source.lines().position(named).map_or(1, |at| self.source_line + line_number(at))
    }
}

/// Why the values could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFront {
    pub code: ProblemCode,
    /// Of the file, counted from one.
    pub line: u32,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Toml,
    Yaml,
    Json,
}

/// Takes a file apart. A file without front matter is all body.
///
/// `text` has neither a byte order mark nor carriage returns: see [`plain`].
pub fn part(text: &str) -> Result<Parted<'_>, BadFront> {
    let blank = text.len() - text.trim_start_matches([' ', '\t', '\n']).len();
    let start = text[..blank].rfind('\n').map_or(0, |at| at + 1);
    match format_of(&text[start..]) {
        Some(Format::Json) => part_json(text, blank),
        Some(format) => part_fenced(text, start, format),
        None => Ok(Parted { values: Map::new(), source: "", source_line: 1, body: text, body_line: 1 }),
    }
}

/// The text without a byte order mark and NUL characters, and with plain line ends.
pub fn plain(text: String) -> String {
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    if text.contains('\r') { text.replace("\r\n", "\n") } else { text }
}

fn format_of(text: &str) -> Option<Format> {
    match text.lines().next().unwrap_or_default().trim_end() {
        "+++" => Some(Format::Toml),
        "---" => Some(Format::Yaml),
        // `{{` and `{%` begin a shortcode.
        line => {
            let line = line.trim_start();
            let json = line.starts_with('{') && !line.starts_with("{{") && !line.starts_with("{%");
            json.then_some(Format::Json)
        }
    }
}

fn part_fenced(text: &str, start: usize, format: Format) -> Result<Parted<'_>, BadFront> {
    let source_at = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
    let fence_line = 1 + newlines(&text[..start]);
    let closes = |line: &str| match format {
        Format::Toml => line == "+++",
        Format::Yaml => line == "---" || line == "...",
        Format::Json => false,
    };
    let mut at = source_at;
    let end = loop {
        let rest = &text[at..];
        if rest.is_empty() {
            let text = "the front matter has no closing line".into();
            return Err(BadFront { code: ProblemCode::FrontMatterUnclosed, line: fence_line, text });
        }
        let line = rest.lines().next().unwrap_or_default();
        let next = rest.find('\n').map_or(text.len(), |end| at + end + 1);
        if closes(line.trim_end()) {
            break (at, next);
        }
        at = next;
    };
    let source = &text[source_at..end.0];
    let source_line = fence_line + 1;
    let values = match format {
        Format::Toml => toml_values(source),
        Format::Yaml => yaml_values(source),
        Format::Json => Ok(Map::new()),
    };
    let values = values.map_err(|(line, text)| BadFront {
        code: ProblemCode::FrontMatterInvalid,
        line: source_line.saturating_add(line),
        text,
    })?;
    Ok(Parted { values, source, source_line, body: &text[end.1..], body_line: 1 + newlines(&text[..end.1]) })
}

fn part_json(text: &str, start: usize) -> Result<Parted<'_>, BadFront> {
    let source_line = 1 + newlines(&text[..start]);
    let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Map<String, Value>>();
    match values.next() {
        Some(Ok(values_read)) => {
            let mut end = start + values.byte_offset();
            if text[end..].starts_with('\n') {
                end += 1;
            }
            let (source, body) = (&text[start..end], &text[end..]);
            Ok(Parted { values: values_read, source, source_line, body, body_line: 1 + newlines(&text[..end]) })
        }
        Some(Err(error)) => {
            let code = if error.is_eof() { ProblemCode::FrontMatterUnclosed } else { ProblemCode::FrontMatterInvalid };
            let line = source_line + u32::try_from(error.line().saturating_sub(1)).unwrap_or(0);
            Err(BadFront { code, line, text: error.to_string() })
        }
        None => Ok(Parted { values: Map::new(), source: "", source_line: 1, body: text, body_line: 1 }),
    }
}

/// The line of an error is counted from zero, within the source.
type Values = Result<Map<String, Value>, (u32, String)>;

fn toml_values(source: &str) -> Values {
    match toml::from_str::<toml::Table>(source) {
        Ok(table) => Ok(table.into_iter().map(|(key, value)| (key, from_toml(value))).collect()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start.min(source.len()));
            let before = source.get(..at).unwrap_or_default();
            Err((newlines(before), error.message().replace('\n', "; ")))
        }
    }
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, from_toml(value))).collect())
        }
    }
}

fn yaml_values(source: &str) -> Values {
    let wrong = |error: serde_yaml_ng::Error| {
        let line = error.location().map_or(0, |at| at.line().saturating_sub(1));
        (u32::try_from(line).unwrap_or(0), error.to_string())
    };
    let mut value: serde_yaml_ng::Value = serde_yaml_ng::from_str(source).map_err(wrong)?;
    value.apply_merge().map_err(wrong)?;
    match from_yaml(value) {
        Value::Object(values) => Ok(values),
        Value::Null => Ok(Map::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err((0, "front matter is a list of keys with values".into()))
        }
    }
}

fn from_yaml(value: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => truth.into(),
        Yaml::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => number.into(),
            (_, Some(number), _) => number.into(),
            (_, _, Some(number)) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            (None, None, None) => Value::Null,
        },
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => items.into_iter().map(from_yaml).collect(),
        Yaml::Mapping(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (yaml_key(key), from_yaml(value))).collect())
        }
        Yaml::Tagged(tagged) => from_yaml(tagged.value),
    }
}

fn yaml_key(key: serde_yaml_ng::Value) -> String {
    match from_yaml(key) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// How many line ends a text has.
pub fn newlines(text: &str) -> u32 {
    line_number(text.bytes().filter(|byte| *byte == b'\n').count())
}

fn line_number(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values(text: &str) -> Value {
        Value::Object(part(text).unwrap().values)
    }

    #[test]
    fn the_three_formats_give_the_same_values() {
        let toml = "+++\ntitle = \"A\"\ndate = 2026-01-02\ntags = [\"x\"]\n[extra]\nn = 1\n+++\nBody\n";
        let yaml = "---\ntitle: A\ndate: 2026-01-02\ntags: [x]\nextra:\n  n: 1\n---\nBody\n";
        let json =
            "{\n\"title\": \"A\", \"date\": \"2026-01-02\",\n\"tags\": [\"x\"], \"extra\": {\"n\": 1}\n}\nBody\n";
        let wanted = json!({"title": "A", "date": "2026-01-02", "tags": ["x"], "extra": {"n": 1}});
        for text in [toml, yaml, json] {
            assert_eq!(values(text), wanted, "{text}");
            assert_eq!(part(text).unwrap().body, "Body\n");
        }
        assert_eq!(part(toml).unwrap().body_line, 8);
        assert_eq!(part(json).unwrap().body_line, 5);
    }

    #[test]
    fn native_dates_of_toml_become_text() {
        let text = "+++\na = 2026-01-02T09:00:00+08:00\nb = 2026-01-02T09:00:00\nc = 2026-01-02\n+++\n";
        let wanted = json!({"a": "2026-01-02T09:00:00+08:00", "b": "2026-01-02T09:00:00", "c": "2026-01-02"});
        assert_eq!(values(text), wanted);
    }

    #[test]
    fn an_error_names_its_line() {
        let line = |text: &str| part(text).map_err(|bad| (bad.code, bad.line)).unwrap_err();
        assert_eq!(line("+++\ntitle = \"A\"\nslug = \n+++\n"), (ProblemCode::FrontMatterInvalid, 3));
        assert_eq!(line("---\ntitle: A\ntags: [x\nb: c\n---\n").0, ProblemCode::FrontMatterInvalid);
        assert_eq!(line("---\ntitle: A\n"), (ProblemCode::FrontMatterUnclosed, 1));
        assert_eq!(line("+++"), (ProblemCode::FrontMatterUnclosed, 1));
        assert_eq!(line("{\"title\": \"A\",\n"), (ProblemCode::FrontMatterUnclosed, 2));
        assert_eq!(line("{\"title\": \"A\",\n oops}\n"), (ProblemCode::FrontMatterInvalid, 2));
        assert_eq!(line("---\n- a\n- b\n---\n"), (ProblemCode::FrontMatterInvalid, 2));
    }

    #[test]
    fn a_mark_carriage_returns_and_blank_lines_before_are_no_matter() {
        let text = plain("\u{feff}\n---\r\ntitle: A\r\n---\r\nBody\r\n".into());
        let parted = part(&text).unwrap();
        assert_eq!((parted.values["title"].as_str(), parted.body, parted.body_line), (Some("A"), "Body\n", 5));
        assert_eq!(parted.line_of("title"), 3);
    }

    #[test]
    fn without_front_matter_all_is_body() {
        for text in ["", "# A\n", "{{< gallery >}}\n", "{% raw() %}\n", "----\nA\n"] {
            assert_eq!(part(text).unwrap().body, text);
        }
        assert_eq!(part("---\n---\nBody").unwrap().body, "Body");
    }

    #[test]
    fn a_key_is_found_on_its_line_in_every_format() {
        let at = |text: &str| part(text).unwrap().line_of("image");
        assert_eq!(at("+++\ntitle = \"A\"\n[extra]\nimage = \"a.png\"\n+++\n"), 4);
        assert_eq!(at("---\ntitle: A\nextra:\n  image: a.png\n---\n"), 4);
        assert_eq!(at("{\n\"title\": \"A\",\n\"image\": \"a.png\"\n}\n"), 3);
        assert_eq!(at("---\ntitle: A\n---\n"), 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(\\+\\+\\+|---|\\{|\u{feff})?[\n\r]{0,2}(.|[\n\r\t]){0,200}") {
            let text = plain(text);
            if let Ok(parted) = part(&text) {
                prop_assert!(text.ends_with(parted.body));
            }
        }

        #[test]
        fn a_damaged_file_is_read_or_reported_with_a_line_that_exists(
            cut in 0usize..200, noise in "[\\[\\]{}\"'=:&*!|>%@\n #,+-]{0,6}", kind in 0usize..3
        ) {
            let whole = [
                "+++\ntitle = \"Judul\"\ndate = 2026-01-02T09:00:00+08:00\ntags = [\"a\", \"b\"]\n[extra]\nimage = \"x.png\"\n+++\n\nTeks.\n",
                "---\ntitle: \"Judul\"\ndate: 2026-01-02T09:00:00+08:00\ntags: [a, b]\nextra: {image: x.png}\n---\n\nTeks.\n",
                "{\"title\": \"Judul\", \"tags\": [\"a\"],\n\"extra\": {\"image\": \"x.png\"}}\n\nTeks.\n",
            ][kind];
            let cut = cut.min(whole.len());
            let text = format!("{}{noise}{}", &whole[..cut], &whole[cut..]);
            if let Err(bad) = part(&text) {
                prop_assert!(bad.line >= 1 && bad.line <= newlines(&text) + 2, "{bad:?}");
            }
        }
    }
}
