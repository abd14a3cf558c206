//! What of content is searched. Pure.

use serde_json::{Map, Value};

use crate::content::markdown::plain_text;
use crate::content::model::{ContentType, Field, FieldKind};
use crate::kernel::Slug;
use crate::kernel::id::{EntryId, SiteId};
use crate::search::words::{WEIGHT_CLASS_MAX, Words};

/// Letters of a summary on a result.
const SUMMARY_LETTERS_MAX: usize = 180;
/// Bytes of all stems of one entry, as they are kept; PostgreSQL takes one megabyte with what it adds.
const STEMS_BYTES_MAX: usize = 512 * 1024;

/// Letters of a site's id that its stems begin with.
const SITE_LETTERS: usize = 4;

/// The parts of a revision that are read.
#[derive(Debug, Clone, Copy)]
pub struct Said<'s> {
    pub fields: &'s Map<String, Value>,
    pub category: Option<&'s str>,
    pub tags: &'s [String],
    /// Of its language; choices are read by their labels.
    pub is_english: bool,
    /// What the documents say that it names.
    pub attached: &'s [&'s str],
}

/// Reads the words of a revision into `words`, and of nothing before it: the title above all, then summary, category and
/// tags, then all else that people read, and last what its documents say. A field that the type does not know is read as
/// plain text. Returns its own summary, or how it begins.
pub fn read(words: &mut Words, content_type: Option<&ContentType>, said: Said) -> String {
    words.clear();
    let mut long = String::new();
    for (name, value) in said.fields {
        match name.as_str() {
            "title" => words.title(value.as_str().unwrap_or_default()),
            "summary" => words.lead(value.as_str().unwrap_or_default()),
            _ => {
                let field = content_type.and_then(|known| known.field(name));
                take(words, value, field, said.is_english, &mut long);
            }
        }
    }
    for term in said.category.into_iter().chain(said.tags.iter().map(String::as_str)) {
        words.lead(&term.replace('-', " "));
    }
    said.attached.iter().for_each(|text| words.attached(text));
    summary(said.fields, &long)
}

/// Whether the words of content are the same by the fields of a type before and after a change: what [`read`] reads of
/// a field is its kind, its choices and the fields within it.
pub fn reads_alike(before: &[Field], after: &[Field]) -> bool {
    let alike = |one: &Field, other: &Field| {
        one.kind == other.kind && one.choices == other.choices && reads_alike(&one.fields, &other.fields)
    };
    let stayed = |one: &Field| after.iter().any(|other| other.key == one.key && alike(one, other));
    before.len() == after.len() && before.iter().all(stayed)
}

/// Adds the words of a field. The first long text is kept for the summary.
fn take(words: &mut Words, value: &Value, field: Option<&Field>, english: bool, long: &mut String) {
    match (field.map(|field| field.kind), value) {
        (Some(FieldKind::Markdown), Value::String(text)) => {
            let text = plain_text(text);
            words.text(&text);
            if long.is_empty() {
                *long = text;
            }
        }
        (Some(FieldKind::Choice), Value::String(key)) => {
            let choice = field.and_then(|field| field.choices.iter().find(|choice| choice.key == *key));
            if let Some(choice) = choice {
                words.text(if english { &choice.label.en } else { &choice.label.id });
            }
        }
        (Some(FieldKind::Components), Value::Array(parts)) => {
            let fields = field.map_or(&[][..], |field| &field.fields);
            for (name, value) in parts.iter().filter_map(Value::as_object).flatten() {
                let field = fields.iter().find(|field| field.key == *name);
                take(words, value, field, english, long);
            }
        }
        // Files, days and places are not for reading.
        (Some(FieldKind::Asset | FieldKind::Date | FieldKind::Datetime), _) => {}
        (Some(FieldKind::Markdown | FieldKind::Choice | FieldKind::Components), _) => {}
        (_, Value::String(text)) if is_prose(text) => words.text(text),
        (_, Value::Number(number)) => words.text(&number.to_string()),
        (_, Value::Array(items)) => items.iter().for_each(|item| take(words, item, None, english, long)),
        (_, Value::String(_) | Value::Null | Value::Bool(_) | Value::Object(_)) => {}
    }
}

/// Whether a plain text is for people: no address and no id.
fn is_prose(text: &str) -> bool {
    let is_address = ["http://", "https://", "/", "mailto:"].iter().any(|start| text.starts_with(start));
    !is_address && EntryId::parse(text).is_err()
}

fn text_in<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn summary(fields: &Map<String, Value>, long: &str) -> String {
    let own = ["summary", "answer", "abstract", "instruction"].iter().find_map(|name| text_in(fields, name));
    let text = own.unwrap_or(long);
    let mut out = String::new();
    for word in text.split_whitespace() {
        if out.chars().count() + word.chars().count() > SUMMARY_LETTERS_MAX {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The office that answers for an entry, as filters name it and as it is written.
pub fn unit(fields: &Map<String, Value>) -> Option<(String, &str)> {
    let written = text_in(fields, "unit").or_else(|| text_in(fields, "agency"))?;
    Some((Slug::from_title(written)?.as_str().to_owned(), written))
}

/// The year that an entry names as its own; without one, that of its publication counts.
pub fn year(fields: &Map<String, Value>) -> Option<i64> {
    fields.get("year").and_then(Value::as_i64)
}

/// The stems of an entry of a site, each once as [`kept`] writes it, with blanks between. Of a text of too many the
/// heaviest are kept, by the alphabet.
pub fn stems(words: &Words, site: SiteId) -> String {
    let mut weighed: Vec<(&str, u8)> = words.weighed().collect();
    let bytes = |stem: &str| SITE_LETTERS + 1 + stem.len() + 1;
    let all: usize = weighed.iter().map(|(stem, _)| bytes(stem)).sum();
    let mut left = STEMS_BYTES_MAX;
    if all > left {
        weighed
            .sort_unstable_by(|(one, class), (other, other_class)| other_class.cmp(class).then_with(|| one.cmp(other)));
        weighed.retain(|(stem, _)| {
            left = left.saturating_sub(bytes(stem));
            left > 0
        });
    }
    let mut text = String::with_capacity(all.min(STEMS_BYTES_MAX));
    for (stem, class) in weighed {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend([mark(&site), digit(class), stem]);
    }
    text
}

/// A stem as it is kept of a site where it has this weight class: behind letters of the site and the digit of the class, so
/// that who looks for it reads little of other sites, and of other classes nothing.
pub fn kept(site: SiteId, class: u8, stem: &str) -> String {
    [mark(&site), digit(class), stem].concat()
}

/// The stems that [`stems`] has written, with their weight classes.
pub fn each(stems: &str) -> impl Iterator<Item = (&str, u8)> {
    stems.split(' ').filter_map(|kept| {
        let (class, stem) = kept.get(SITE_LETTERS..)?.split_at_checked(1)?;
        Some((stem, class.parse().ok()?))
    })
}

/// Of an id the end alone is left to chance. Two sites may have the same: then each passes over the other's numbers.
fn mark(site: &SiteId) -> &str {
    let id = site.as_str();
    &id[id.len().saturating_sub(SITE_LETTERS)..]
}

fn digit(class: u8) -> &'static str {
    ["0", "1", "2", "3"][usize::from(class.min(WEIGHT_CLASS_MAX))]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::content::types::shipped;

    fn classes(type_key: &str, fields: &Value) -> [String; 4] {
        let tags = ["pelayanan-publik".to_owned()];
        let said =
            Said { fields: fields.as_object().unwrap(), category: None, tags: &tags, is_english: false, attached: &[] };
        stems_of(type_key, said)
    }

    fn stems_of(type_key: &str, said: Said) -> [String; 4] {
        let mut words = Words::default();
        read(&mut words, shipped(type_key).as_deref(), said);
        sorted(&stems(&words, site()))
    }

    fn site() -> SiteId {
        SiteId::new(crate::kernel::Timestamp::from_micros(0), [7; 10])
    }

    fn sorted(text: &str) -> [String; 4] {
        let mut all: Vec<(&str, u8)> = each(text).collect();
        all.sort_unstable();
        let of_class = |class| all.iter().filter(move |(_, of)| *of == class).map(|(stem, _)| *stem);
        [0, 1, 2, 3].map(|class| of_class(class).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_summary_ends_with_a_word() {
        let fields = Map::new();
        assert_eq!(summary(&fields, "Satu\n dua."), "Satu dua.");
        let long = summary(&fields, &"kata ".repeat(60));
        assert!(long.ends_with("kata…") && long.chars().count() <= SUMMARY_LETTERS_MAX + 1);
    }

    #[test]
    fn stems_stand_once_each_in_the_class_of_their_weight() {
        let fields =
            json!({"title": "Izin usaha", "summary": "Perizinan daring", "body": "Loket usaha, biaya **biaya**."});
        assert_eq!(classes("berita", &fields), ["loket", "biaya", "daring layan publik", "izin usaha"]);
    }

    #[test]
    fn what_is_kept_is_what_is_looked_for() {
        let mut words = Words::default();
        words.title("Izin usaha");
        words.text("Loket 7, loket Ψ");
        let text = stems(&words, site());
        assert_eq!(each(&text).collect::<Vec<_>>(), words.weighed().collect::<Vec<_>>());
        let asked: Vec<String> = each(&text).map(|(stem, class)| kept(site(), class, stem)).collect();
        assert_eq!(text.split(' ').collect::<Vec<_>>(), asked);
        let other = SiteId::new(crate::kernel::Timestamp::from_micros(0), [8; 10]);
        assert!(!text.contains(&kept(other, 3, "izin")));
    }

    #[test]
    fn what_a_document_says_weighs_least_however_often_it_says_it() {
        let fields = json!({"title": "Laporan", "body": "Loket."});
        let fields = fields.as_object().unwrap();
        let attached = ["retribusi retribusi retribusi retribusi loket laporan", "pajak"];
        let said = Said { fields, category: None, tags: &[], is_english: false, attached: &attached };
        let classes = stems_of("dokumen", said);
        assert_eq!(classes, ["loket pajak retribusi", "", "", "lapor"]);
    }

    #[test]
    fn addresses_files_and_ids_are_no_words() {
        let fields = json!({"title": "A1", "source": "https://contoh.test/rahasia", "image": "0".repeat(64)});
        assert!(classes("berita", &fields).iter().all(|class| !class.contains("rahasia") && !class.contains("000")));
    }

    #[test]
    fn only_what_is_read_of_a_type_makes_it_read_otherwise() {
        let before = shipped("layanan").unwrap().fields.clone();
        let mut named = before.clone();
        named.reverse();
        named.iter_mut().for_each(|field| (field.label.id, field.required) = ("Nama lain".into(), !field.required));
        assert!(reads_alike(&before, &named));
        let mut other = before.clone();
        let markdown = other.iter_mut().find(|field| field.kind == FieldKind::Markdown).unwrap();
        markdown.kind = FieldKind::Text;
        assert!(!reads_alike(&before, &other) && !reads_alike(&before, &before[1..]));
        let field = |choice: &str| -> Field {
            let inner = json!({"key": "level", "kind": "choice", "label": {"id": "a", "en": "a"},
                "choices": [{"key": "a", "label": {"id": choice, "en": "b"}}]});
            let outer =
                json!({"key": "parts", "kind": "components", "label": {"id": "a", "en": "a"}, "fields": [inner]});
            serde_json::from_value(outer).unwrap()
        };
        assert!(!reads_alike(&[field("Sarjana")], &[field("Magister")]));
    }

    #[test]
    fn a_text_of_nothing_but_new_words_is_cut() {
        let body: String = (0..90_000).map(|number| format!("kata{number} ")).collect();
        let classes = classes("berita", &json!({"title": "Judul", "body": body}));
        assert!(classes.iter().map(String::len).sum::<usize>() <= STEMS_BYTES_MAX);
        assert_eq!(classes[3], "judul");
    }
}
