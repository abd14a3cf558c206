//! From the keys and the text of a file to the fields of a content type.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::body;
use super::dates::Moment;
use super::front::Parted;
use super::identity::Identity;
use super::keys::{Keys, text};
use super::values::{boolean, choice, cut, file_name, number, people_or_text, told_apart};
use crate::content::model::{Content, ContentType, Field, FieldKind};
use crate::import::ProblemCode;
use crate::import::model::Finding;
use crate::kernel::{Digest, FieldRefusal, Slug};

/// How much of a wrong value a report shows.
const SHOWN_CHARS_MAX: usize = 80;
/// How many tags are kept of a file that has more than an entry may have.
const TAGS_KEPT: usize = 20;
/// Fields whose text is rather shortened than refused.
const SHORTENED: [&str; 2] = ["title", "summary"];

/// What only somebody who sees the folder can say.
pub trait Surroundings {
    /// Markdown with destinations and shortcodes turned into Lamin's; `line` is its first.
    fn text(&mut self, source: &str, line: u32) -> String;
    /// The digest of a file that a field names; `None` when there is none, which has been told.
    fn asset(&mut self, written: &str, line: u32) -> Option<Digest>;
}

/// A file as content.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    pub content: Content,
    /// Something is missing or wrong that a person must put right before it may be shown.
    pub draft: bool,
    pub findings: Vec<Finding>,
    /// Keys without a place, as they are reported.
    pub left: Vec<String>,
}

/// One file on its way to content.
struct Mapping<'m> {
    content_type: &'m ContentType,
    identity: &'m Identity,
    parted: &'m Parted<'m>,
    zone: &'m TimeZone,
    around: &'m mut dyn Surroundings,
    fields: Map<String, Value>,
    draft: bool,
    findings: Vec<Finding>,
}

/// Maps what [`super::identity::take`] left of the keys. `stem` is the file's name, for want of a title.
pub fn map(
    content_type: &ContentType,
    identity: &Identity,
    mut keys: Keys,
    (parted, stem, zone): (&Parted, &str, &TimeZone),
    around: &mut dyn Surroundings,
) -> Mapped {
    let (fields, findings) = (Map::new(), Vec::new());
    let mut mapping = Mapping { content_type, identity, parted, zone, around, fields, draft: identity.draft, findings };
    let (category, tags) = taxonomy(&mut keys, identity);
    mapping.named(&mut keys);
    mapping.synonyms(&mut keys);
    mapping.body(stem, &mut keys);
    mapping.required();
    mapping.shorten();
    let Mapping { fields, draft, findings, .. } = mapping;
    let content = Content {
        type_key: identity.type_key.clone(),
        locale: identity.locale.clone(),
        slug: identity.slug.clone(),
        category,
        tags,
        fields,
    };
    Mapped { content, draft, findings, left: keys.left() }
}

/// The first category counts; the others are kept as tags.
fn taxonomy(keys: &mut Keys, identity: &Identity) -> (Option<String>, Vec<String>) {
    let said = keys.take_list(&["category", "categories", "kategori"]);
    let mut tags = keys.take_list(&["tags", "tag"]);
    let own = said.iter().find_map(|name| Slug::from_title(name));
    tags.extend(said.into_iter().skip(1).filter(|name| !tags.contains(name)).collect::<Vec<_>>());
    let folder = || identity.folder_category.as_deref().and_then(Slug::from_title);
    (own.or_else(folder).map(|slug| slug.to_string()), told_apart(tags))
}

impl Mapping<'_> {
    /// Keys that are names of fields.
    fn named(&mut self, keys: &mut Keys) {
        for field in &self.content_type.fields {
            if let Some(value) = keys.take(&field.key) {
                let line = self.parted.line_of(&field.key);
                self.set(field, value, line);
            }
        }
    }

    /// Keys that mean a field by another name.
    fn synonyms(&mut self, keys: &mut Keys) {
        for (field, names) in [
            ("summary", ["description", "excerpt"].as_slice()),
            ("author", &["authors"]),
            ("photo", &["image"]),
            ("image", &["images"]),
            ("order", &["weight"]),
        ] {
            if self.fields.contains_key(field) {
                continue;
            }
            let Some(field) = self.content_type.field(field) else { continue };
            let named = names.iter().find_map(|name| keys.take(name).map(|value| (*name, value)));
            if let Some((name, value)) = named {
                let line = self.parted.line_of(name);
                self.set(field, value, line);
            }
        }
    }

    fn set(&mut self, field: &Field, value: Value, line: u32) {
        match self.value(field, &value, line) {
            Ok(Some(value)) => {
                self.fields.insert(field.key.clone(), value);
            }
            Ok(None) => {}
            Err(rule) => self.wrong(&field.key, line, &rule, &value),
        }
    }

    fn wrong(&mut self, field: &str, line: u32, rule: &str, value: &Value) {
        let shown = text(value).unwrap_or_else(|| value.to_string());
        let shown: String = shown.chars().take(SHOWN_CHARS_MAX).collect();
        let text = format!("{field}: {rule}; left out: {shown:?}");
        self.findings.push(Finding::warning(line, ProblemCode::FieldInvalid, text));
        self.draft = true;
    }

    /// The value as the field's kind wants it; `None` when it is not there, which has been told. An
    /// error says the rule.
    fn value(&mut self, field: &Field, value: &Value, line: u32) -> Result<Option<Value>, String> {
        match field.kind {
            FieldKind::Text => Ok(people_or_text(value).map(Value::String)),
            FieldKind::Choice => Ok(text(value).map(|key| Value::String(choice(field, key)))),
            FieldKind::Url | FieldKind::Email => Ok(text(value).map(Value::String)),
            FieldKind::Markdown => {
                let source = text(value).ok_or("a text is wanted")?;
                Ok(Some(self.around.text(&source, line).into()))
            }
            FieldKind::Number => number(value).map(Some).ok_or_else(|| "a number is wanted".to_owned()),
            FieldKind::Boolean => boolean(value).map(Some).ok_or_else(|| "true or false is wanted".to_owned()),
            FieldKind::Date => {
                let moment = text(value).as_deref().and_then(Moment::read);
                Ok(Some(moment.ok_or("a date such as 2026-11-21 is wanted")?.day().into()))
            }
            FieldKind::Datetime => {
                let moment = text(value).as_deref().and_then(Moment::read);
                let written = moment.and_then(|moment| moment.with_offset(self.zone));
                Ok(Some(written.ok_or("a time such as 2026-11-21T08:00:00+08:00 is wanted")?.into()))
            }
            FieldKind::Asset => self.assets(field, value, line),
            FieldKind::Components => self.components(field, value, line).map(Some),
            FieldKind::Reference | FieldKind::Geo | FieldKind::Json => Ok(Some(value.clone())),
        }
    }

    fn assets(&mut self, field: &Field, value: &Value, line: u32) -> Result<Option<Value>, String> {
        let written: Vec<String> = match value {
            Value::Array(items) => items.iter().filter_map(file_name).collect(),
            other => file_name(other).into_iter().collect(),
        };
        if written.is_empty() {
            return Err("the name of a file is wanted".to_owned());
        }
        let wanted = if field.many { written.len() } else { 1 };
        let found: Vec<Value> = written
            .iter()
            .take(wanted)
            .filter_map(|path| self.around.asset(path, line))
            .map(|d| d.to_string().into())
            .collect();
        match (field.many, found.is_empty()) {
            (_, true) => Ok(None),
            (true, false) => Ok(Some(found.into())),
            (false, false) => Ok(found.into_iter().next()),
        }
    }

    /// An item without a file that it needs is left out: that the file is missing has been told.
    fn components(&mut self, field: &Field, value: &Value, line: u32) -> Result<Value, String> {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            one @ Value::Object(_) => std::slice::from_ref(one),
            _ => return Err("a list of tables is wanted".to_owned()),
        };
        let mut read = Vec::with_capacity(items.len());
        for item in items {
            let members = item.as_object().ok_or("a list of tables is wanted")?;
            let mut fields = Map::new();
            let mut whole = true;
            for part in &field.fields {
                let Some(said) = members.get(&part.key) else { continue };
                let line = text(said).map_or(line, |said| self.line_of_value(&said, line));
                match self.value(part, said, line).map_err(|rule| format!("{}: {rule}", part.key))? {
                    Some(value) => {
                        fields.insert(part.key.clone(), value);
                    }
                    None => whole &= !part.required,
                }
            }
            if whole {
                read.push(Value::Object(fields));
            }
        }
        Ok(read.into())
    }

    fn line_of_value(&self, value: &str, otherwise: u32) -> u32 {
        let first = value.lines().next().unwrap_or_default();
        let at = self.parted.source.lines().position(|line| !first.is_empty() && line.contains(first));
        at.map_or(otherwise, |at| self.parted.source_line.saturating_add(u32::try_from(at).unwrap_or(0)))
    }

    fn body(&mut self, stem: &str, keys: &mut Keys) {
        let (mut source, mut line) = (self.parted.body, self.parted.body_line);
        if !self.fields.contains_key("title") {
            let heading = body::heading(source);
            let title = match heading {
                Some((title, rest)) => {
                    line += super::front::newlines(&source[..rest]);
                    source = &source[rest..];
                    title
                }
                None => {
                    let text = "no title; the name of the file stands in its place";
                    self.findings.push(Finding::warning(1, ProblemCode::TitleMissing, text));
                    self.draft = true;
                    stem.replace(['-', '_'], " ")
                }
            };
            self.fields.insert("title".into(), title.into());
        }
        let trimmed = source.trim_start_matches('\n');
        line += super::front::newlines(&source[..source.len() - trimmed.len()]);
        let trimmed = trimmed.trim_end();
        if trimmed.is_empty() {
            return;
        }
        if self.content_type.field("body").is_some() {
            let text = self.around.text(trimmed, line);
            self.fields.insert("body".into(), format!("{text}\n").into());
        } else {
            keys.leave("(text)");
        }
    }

    /// What a required field lacks is taken from where it evidently stands.
    fn required(&mut self) {
        for field in self.content_type.fields.iter().filter(|field| field.required) {
            if self.fields.contains_key(&field.key) {
                continue;
            }
            let evident = match field.kind {
                FieldKind::Datetime | FieldKind::Date => self.evident_date(field.kind),
                FieldKind::Text if field.key == "summary" => body::paragraph(self.parted.body).map(Value::String),
                FieldKind::Boolean => Some(false.into()),
                FieldKind::Text | FieldKind::Markdown | FieldKind::Number | FieldKind::Choice => None,
                FieldKind::Reference | FieldKind::Asset | FieldKind::Components | FieldKind::Url => None,
                FieldKind::Email | FieldKind::Geo | FieldKind::Json => None,
            };
            match evident {
                Some(value) => {
                    self.fields.insert(field.key.clone(), value);
                }
                None => {
                    let text = format!("{} is required and stands nowhere", field.key);
                    self.findings.push(Finding::warning(1, ProblemCode::FieldMissing, text));
                    self.draft = true;
                }
            }
        }
    }

    fn evident_date(&self, kind: FieldKind) -> Option<Value> {
        let at = self.identity.date?.in_zone(self.zone);
        let format = if kind == FieldKind::Date { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S%:z" };
        Some(at.strftime(format).to_string().into())
    }

    /// A summary that is too long is cut; a title too, and then somebody must look at it.
    fn shorten(&mut self) {
        for key in SHORTENED {
            let Some(max) = self.content_type.field(key).and_then(|field| field.max_length) else { continue };
            let Some(Value::String(said)) = self.fields.get(key) else { continue };
            let max = usize::try_from(max).unwrap_or(usize::MAX);
            if said.chars().count() <= max {
                continue;
            }
            let cut = cut(said, max);
            self.fields.insert(key.into(), cut.into());
            let text = format!("{key} was longer than {max} characters and was cut");
            self.findings.push(Finding::warning(self.parted.line_of(key), ProblemCode::FieldShortened, text));
            self.draft |= key == "title";
        }
    }
}

impl Mapped {
    /// Takes out what the type's own rules refuse, and makes the file a draft.
    pub fn without(&mut self, refusals: &[FieldRefusal], parted: &Parted) {
        // From the last: what is taken out of a list moves what follows.
        for refusal in refusals.iter().rev() {
            self.draft = true;
            let path = refusal.field.strip_prefix("fields.").unwrap_or(&refusal.field);
            let field = path.split(['.', '[']).next().unwrap_or_default();
            let line = parted.line_of(field);
            let removed = match field {
                "category" => self.content.category.take().map(Value::String),
                "tags" => self.drop_tag(path),
                "title" => None,
                field => self.content.fields.remove(field),
            };
            let shown = removed.map(|value| {
                let shown: String =
                    text(&value).unwrap_or_else(|| value.to_string()).chars().take(SHOWN_CHARS_MAX).collect();
                format!("; left out: {shown:?}")
            });
            let code = if refusal.code == "required" { ProblemCode::FieldMissing } else { ProblemCode::FieldInvalid };
            let told = self
                .findings
                .iter()
                .any(|finding| finding.code == ProblemCode::FieldMissing && finding.text.starts_with(field));
            if !told {
                let text = format!("{path}: {}{}", refusal.detail, shown.unwrap_or_default());
                self.findings.push(Finding::warning(line, code, text));
            }
        }
    }

    /// The tag that a path such as `tags[3]` names; all above the number allowed for `tags`.
    fn drop_tag(&mut self, path: &str) -> Option<Value> {
        let at = path.strip_prefix("tags[").and_then(|rest| rest.strip_suffix(']')).and_then(|at| at.parse().ok());
        match at {
            Some(at) if at < self.content.tags.len() => Some(self.content.tags.remove(at).into()),
            Some(_) => None,
            None => {
                let most = self.content.tags.len().min(TAGS_KEPT);
                Some(self.content.tags.split_off(most).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::front::part;
    use super::*;
    use crate::content::types::shipped;
    use crate::kernel::{Locale, Timestamp, time};

    /// Every file is there but those that begin with `tidak`.
    struct Everything;

    impl Surroundings for Everything {
        fn text(&mut self, source: &str, line: u32) -> String {
            format!("{line}:{source}")
        }

        fn asset(&mut self, written: &str, _line: u32) -> Option<Digest> {
            (!written.starts_with("tidak")).then(|| Digest::of(written))
        }
    }

    fn mapped(type_key: &str, text: &str) -> Mapped {
        let parted = part(text).unwrap();
        let identity = Identity {
            type_key: type_key.into(),
            locale: Locale::indonesian(),
            slug: Slug::parse("a").unwrap(),
            folder_category: None,
            draft: false,
            date: Some(Timestamp::parse("2026-01-02T01:00:00Z").unwrap()),
            updated: None,
            aliases: Vec::new(),
            names: Vec::new(),
            former_address: String::new(),
        };
        let zone = time::zone("Asia/Makassar").unwrap();
        let keys = Keys::read(parted.values.clone());
        map(&shipped(type_key).unwrap(), &identity, keys, (&parted, "nama-berkas", &zone), &mut Everything)
    }

    #[test]
    fn keys_fill_the_fields_of_their_name_and_their_synonyms() {
        let text = "---\ntitle: A\nexcerpt: S\nweight: 3\nimage: foto.png\nlayout: x\n---\n\n\nTeks.\n";
        let official = mapped("pejabat", text);
        let wanted =
            json!({"title": "A", "summary": "S", "order": 3, "photo": Digest::of("foto.png"), "body": "10:Teks.\n"});
        assert_eq!((Value::Object(official.content.fields), official.draft), (wanted, false));
        assert_eq!(official.left, ["layout"]);
    }

    #[test]
    fn a_field_keeps_its_key_though_others_know_it_by_another_meaning() {
        let settings = mapped("pengaturan", "---\ntitle: A\ndescription: D\n---\nTeks.\n");
        assert_eq!(Value::Object(settings.content.fields), json!({"title": "A", "description": "D"}));
        assert_eq!(settings.left, ["(text)"], "the type has no place for a text");
    }

    #[test]
    fn an_item_without_its_picture_is_left_out_and_the_others_stay() {
        let text = "---\ntitle: A\nitems:\n  - {image: a.png, alt: A}\n  - {image: tidak-ada.png}\n---\n";
        let gallery = mapped("galeri", text);
        assert_eq!(gallery.content.fields["items"], json!([{"image": Digest::of("a.png"), "alt": "A"}]));
    }

    #[test]
    fn what_is_required_comes_from_the_date_or_makes_a_draft() {
        let event = mapped("agenda", "---\ntitle: A\n---\n");
        assert_eq!((event.content.fields["start"].as_str(), event.draft), (Some("2026-01-02T09:00:00+08:00"), false));
        let document = mapped("dokumen", "---\ntitle: A\n---\n");
        assert_eq!((document.findings[0].code, document.draft), (ProblemCode::FieldMissing, true));
    }

    #[test]
    fn a_wrong_value_is_left_out_with_its_line() {
        let document = mapped("dokumen", "---\ntitle: A\nfile: a.pdf\nyear: dua ribu\n---\n");
        assert_eq!((document.findings[0].code, document.findings[0].line), (ProblemCode::FieldInvalid, 4));
        assert!(document.draft && !document.content.fields.contains_key("year"));
    }

    #[test]
    fn a_long_summary_is_cut_and_a_long_title_needs_a_look() {
        let long = "kata ".repeat(120);
        let summary = mapped("berita", &format!("---\ntitle: A\nsummary: {long}\n---\n"));
        assert!(!summary.draft && summary.content.fields["summary"].as_str().is_some_and(|s| s.chars().count() <= 500));
        let title = mapped("berita", &format!("---\ntitle: {long}\n---\n"));
        assert!(title.draft && title.content.title().chars().count() <= 200);
    }

    #[test]
    fn categories_beyond_the_first_are_tags() {
        let news = mapped("berita", "---\ntitle: A\ncategories: [Hukum & HAM, Sosial]\ntags: [sosial, x]\n---\n");
        assert_eq!(news.content.category.as_deref(), Some("hukum-dan-ham"));
        assert_eq!(news.content.tags, ["sosial", "x"]);
    }

    #[test]
    fn what_the_type_refuses_is_taken_out() {
        let mut news = mapped("berita", "---\ntitle: A\nsource: S\ntags: [a, b, c]\n---\n");
        let refusal =
            |field: &str, code: &str| FieldRefusal { field: field.into(), code: code.into(), detail: "no".into() };
        let refusals =
            [refusal("tags[0]", "too_long"), refusal("tags[2]", "too_long"), refusal("fields.source", "too_long")];
        news.without(&refusals, &part("---\ntitle: A\nsource: S\n---\n").unwrap());
        assert_eq!(
            (news.content.tags.as_slice(), news.content.fields.get("source")),
            (["b".to_owned()].as_slice(), None)
        );
        assert!(news.draft && news.findings.len() == 3);
    }
}
