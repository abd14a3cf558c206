//! Decisions about content: what is valid, what a change makes of it, what it places, where it stands.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::markdown;
use super::model::{Content, ContentType, Field, FieldKind, Patch};
pub use super::validation::{check, check_draft, refusal};
use crate::kernel::id::EntryId;
use crate::kernel::{Code, Digest, Locale, Refusal, Slug};

/// The type whose pages stand at the root of a site.
pub const ROOT_TYPE: &str = "halaman";

/// What a change makes of content. Fields are replaced one by one; a `null` takes its field away.
pub fn merge_patch(content: &Content, patch: &Patch) -> Content {
    let mut merged = content.clone();
    if let Some(slug) = &patch.slug {
        merged.slug = slug.clone();
    }
    if let Some(category) = &patch.category {
        merged.category = category.clone();
    }
    if let Some(tags) = &patch.tags {
        merged.tags = tags.clone();
    }
    for (name, value) in &patch.fields {
        if value.is_null() {
            merged.fields.remove(name);
        } else {
            merged.fields.insert(name.clone(), value.clone());
        }
    }
    merged
}

/// Everything in a text that could be a digest: runs of hexadecimal digits that are as long as one.
///
/// Of so many places in a row such a run covers one, so most places are not looked at.
pub fn digests_in(text: &str) -> impl Iterator<Item = Digest> {
    let bytes = text.as_bytes();
    let mut at = Digest::LETTERS - 1;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let (before, behind) = bytes.split_at(at);
            let right = behind.iter().take_while(|byte| Digest::is_letter(**byte)).count();
            let left = before.iter().rev().take_while(|byte| right > 0 && Digest::is_letter(**byte)).count();
            let run = text.get(at - left..at + right);
            // The next run begins behind the letter that ends this one.
            at += right + Digest::LETTERS;
            if left + right == Digest::LETTERS {
                return run.and_then(Digest::parse);
            }
        }
        None
    })
}

/// The files that content places: in asset fields and in Markdown. Each once, sorted.
pub fn assets_of(content_type: &ContentType, content: &Content) -> Vec<Digest> {
    let mut found: Vec<Digest> = asset_places(content_type, content).into_iter().map(|place| place.1).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The same with the path of the field that places each.
pub fn asset_places(content_type: &ContentType, content: &Content) -> Vec<(String, Digest)> {
    let mut found = Vec::new();
    gather_assets(&content_type.fields, &content.fields, "fields", &mut found);
    found
}

fn gather_assets(fields: &[Field], values: &Map<String, Value>, path: &str, found: &mut Vec<(String, Digest)>) {
    for field in fields {
        let Some(value) = values.get(&field.key) else { continue };
        let path = format!("{path}.{}", field.key);
        match field.kind {
            FieldKind::Asset => {
                for (at, digest) in one_or_many(value).enumerate() {
                    let path = if field.many { format!("{path}[{at}]") } else { path.clone() };
                    found.extend(digest.as_str().and_then(Digest::parse).map(|digest| (path, digest)));
                }
            }
            FieldKind::Markdown => {
                let placed = markdown::assets(value.as_str().unwrap_or_default());
                found.extend(placed.into_iter().map(|digest| (path.clone(), digest)));
            }
            FieldKind::Components => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    if let Some(item) = item.as_object() {
                        gather_assets(&field.fields, item, &format!("{path}[{at}]"), found);
                    }
                }
            }
            FieldKind::Text | FieldKind::Number | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime => {}
            FieldKind::Choice | FieldKind::Reference | FieldKind::Url | FieldKind::Email => {}
            FieldKind::Geo | FieldKind::Json => {}
        }
    }
}

/// The entries that content refers to, with the path of each reference and the types it may lead to.
pub fn references_of<'t>(content_type: &'t ContentType, content: &Content) -> Vec<Reference<'t>> {
    let mut found = Vec::new();
    gather_references(&content_type.fields, &content.fields, "fields", &mut found);
    found
}

/// One reference to another entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference<'t> {
    pub path: String,
    pub entry: EntryId,
    /// Empty: any type.
    pub types: &'t [String],
}

fn gather_references<'t>(fields: &'t [Field], values: &Map<String, Value>, path: &str, found: &mut Vec<Reference<'t>>) {
    for field in fields {
        let Some(value) = values.get(&field.key) else { continue };
        let path = format!("{path}.{}", field.key);
        if field.kind == FieldKind::Reference {
            for (at, id) in one_or_many(value).enumerate() {
                let path = if field.many { format!("{path}[{at}]") } else { path.clone() };
                // What is no id was refused by `check`.
                if let Some(entry) = id.as_str().and_then(|id| EntryId::parse(id).ok()) {
                    found.push(Reference { path, entry, types: &field.types });
                }
            }
        }
        if field.kind == FieldKind::Components {
            for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                if let Some(item) = item.as_object() {
                    gather_references(&field.fields, item, &format!("{path}[{at}]"), found);
                }
            }
        }
    }
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map(Vec::as_slice);
    many.unwrap_or(std::slice::from_ref(value)).iter()
}

/// What an approval binds: the revision, the bytes of every file it places (sorted digests), and the
/// live content it embeds.
pub fn closure(revision: &Digest, assets: &[Digest], embeds: &BTreeMap<EntryId, Digest>) -> Digest {
    let embeds: Map<String, Value> = embeds.iter().map(|(id, digest)| (id.to_string(), json!(digest))).collect();
    Digest::of_json(&json!({"revision": revision, "assets": assets, "embeds": embeds}))
}

/// The closure of content that embeds nothing, as all shipped types do.
pub fn closure_of(content_type: &ContentType, content: &Content) -> Digest {
    closure(&content.digest(), &assets_of(content_type, content), &BTreeMap::new())
}

/// What a list shows of content: every field of the type that is not long, the category and the tags.
pub fn card(content_type: &ContentType, content: &Content) -> Map<String, Value> {
    let mut card = Map::new();
    for field in content_type.fields.iter().filter(|field| !field.is_long()) {
        if let Some(value) = content.fields.get(&field.key) {
            card.insert(field.key.clone(), value.clone());
        }
    }
    card.insert("category".into(), json!(content.category));
    card.insert("tags".into(), json!(content.tags));
    card
}

/// The path of an entry's page on its site: `/berita/<slug>/`, `/en/berita/<slug>/`, and for a page
/// (`halaman`) `/<slug>/`. `None` when entries of the type have no page.
pub fn path(content_type: &ContentType, locale: &Locale, default_locale: &Locale, slug: &Slug) -> Option<String> {
    if !content_type.pages {
        return None;
    }
    let mut path = String::from("/");
    if locale != default_locale {
        path.push_str(&format!("{locale}/"));
    }
    if content_type.key != ROOT_TYPE {
        path.push_str(&format!("{}/", content_type.key));
    }
    path.push_str(&format!("{slug}/"));
    Some(path)
}

/// The values of fields that must be unique, as digests: of the locale and the value.
pub fn unique_values<'t>(content_type: &'t ContentType, content: &Content) -> Vec<(&'t str, Digest)> {
    let unique = content_type.fields.iter().filter(|field| field.unique);
    let valued = unique.filter_map(|field| content.fields.get(&field.key).map(|value| (field, value)));
    valued.map(|(field, value)| (field.key.as_str(), Digest::of_json(&json!([content.locale, value])))).collect()
}

/// How a tag stands in addresses and filters; `None` when no letter of it survives.
pub fn tag_slug(tag: &str) -> Option<Slug> {
    Slug::from_title(tag)
}

/// The field that classes information after the law on public information, and the class that is not open.
const INFORMATION_CLASS: &str = "information_class";
const EXEMPT: &str = "dikecualikan";

/// Refuses what may never be shown: information that is classed as exempt. Its test of consequences is an entry of
/// the type `dikecualikan`. A law says it, so no site's type can say otherwise.
pub fn refuse_exempt(content: &Content) -> Result<(), Refusal> {
    if content.fields.get(INFORMATION_CLASS).and_then(Value::as_str) != Some(EXEMPT) {
        return Ok(());
    }
    let detail = "exempt information is never published; publish its test of consequences (type dikecualikan)";
    Err(Refusal::new(Code::Invalid).field(format!("fields.{INFORMATION_CLASS}"), "never_published", detail))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::content::types::shipped;

    proptest! {
        #[test]
        fn digests_are_found_wherever_they_stand(parts in prop::collection::vec(
            prop_oneof!["[a-f0-9]{0,70}", "[a-f0-9]{64}", "[ \"g-zA-Zé]{1,70}", "[ ,]"], 0..12)) {
            let text = parts.concat();
            let runs = text.split(|letter: char| !letter.is_ascii() || !Digest::is_letter(letter as u8));
            let expected: Vec<Digest> = runs.filter_map(Digest::parse).collect();
            prop_assert_eq!(digests_in(&text).collect::<Vec<_>>(), expected);
        }
    }

    fn content(fields: Value) -> Content {
        Content {
            type_key: "berita".into(),
            locale: Locale::indonesian(),
            slug: Slug::parse("a").unwrap(),
            category: None,
            tags: vec!["x".into()],
            fields: fields.as_object().cloned().unwrap(),
        }
    }

    #[test]
    fn a_patch_replaces_what_it_names_and_null_takes_away() {
        let before = content(json!({"title": "A", "summary": "s"}));
        let patch = Patch {
            category: Some(Some("budaya".into())),
            fields: json!({"summary": null, "source": "b"}).as_object().cloned().unwrap(),
            ..Patch::default()
        };
        let after = merge_patch(&before, &patch);
        assert_eq!(Value::from(after.fields.clone()), json!({"title": "A", "source": "b"}));
        assert_eq!((after.category.as_deref(), &after.tags), (Some("budaya"), &before.tags));
        assert_eq!(merge_patch(&before, &Patch::default()), before);
    }

    #[test]
    fn content_comes_back_from_its_canonical_text_with_the_same_digest() {
        let content = content(json!({"title": "A", "year": 2026, "n": 1.5}));
        let again = Content::from_text(&content.to_text()).unwrap();
        assert_eq!((again.digest(), &again), (content.digest(), &content));
        assert!(Content::from_text("{\"v\":2}").is_err());
    }

    #[test]
    fn every_file_that_is_placed_is_found_once() {
        let (a, b, c) = (Digest::of("a"), Digest::of("b"), Digest::of("c"));
        let gallery = shipped("galeri").unwrap();
        let fields = json!({
            "title": "G",
            "items": [{"image": a}, {"image": b}],
            "body": format!("![x](asset:{c}) ![y](asset:{a})"),
        });
        let mut expected = vec![a, b, c];
        expected.sort_unstable();
        assert_eq!(assets_of(&gallery, &content(fields)), expected);
    }

    #[test]
    fn a_closure_changes_with_every_part_of_it() {
        let (a, b) = (Digest::of("a"), Digest::of("b"));
        let none = BTreeMap::new();
        assert_ne!(closure(&a, &[], &none), closure(&b, &[], &none));
        assert_ne!(closure(&a, &[], &none), closure(&a, &[b], &none));
    }

    #[test]
    fn addresses_follow_the_contract() {
        let (id, en) = (Locale::indonesian(), Locale::parse("en").unwrap());
        let slug = Slug::parse("a-b").unwrap();
        let of = |key: &str, locale| path(&shipped(key).unwrap(), locale, &id, &slug);
        assert_eq!(of("berita", &id).as_deref(), Some("/berita/a-b/"));
        assert_eq!(of("berita", &en).as_deref(), Some("/en/berita/a-b/"));
        assert_eq!(of("halaman", &id).as_deref(), Some("/a-b/"));
        assert_eq!(of("halaman", &en).as_deref(), Some("/en/a-b/"));
        assert_eq!(of("menu", &id), None);
    }

    #[test]
    fn information_that_is_exempt_is_never_shown() {
        let of = |class: &str| refuse_exempt(&content(json!({"title": "A", "information_class": class})));
        assert!(of("berkala").is_ok() && refuse_exempt(&content(json!({"title": "A"}))).is_ok());
        let refused = of("dikecualikan").unwrap_err();
        assert_eq!(refused.field_refusals()[0].code, "never_published");
    }

    #[test]
    fn a_card_leaves_out_what_is_long() {
        let card = card(&shipped("berita").unwrap(), &content(json!({"title": "A", "body": "long", "author": "Ani"})));
        assert_eq!(Value::from(card), json!({"title": "A", "author": "Ani", "category": null, "tags": ["x"]}));
    }
}
