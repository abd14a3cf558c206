//! How live rows become what the public API shows. Pure.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde_json::{Map, Value, json};

use super::model::{Assets, Card, Compares, FieldUse, LiveRow, Settings, Shown, Unit};
use super::query::Markdown;
use crate::content::model::{ContentType, Field, FieldKind};
use crate::content::{self, markdown};
use crate::kernel::id::EntryId;
use crate::kernel::{Context, Digest, Locale, Origin, Result, Slug};
use crate::media::Asset;
use crate::media::derive::{self, Derivative};
use crate::media::rules::public_path;

/// The content type whose entries hold the settings of a site.
pub const SETTINGS_TYPE: &str = "pengaturan";

/// Equal words that thousands of cards hold, kept once.
#[derive(Default)]
pub struct Words(HashSet<Arc<str>, RandomState>);

impl Words {
    pub fn once(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.0.get(word) {
            return known.clone();
        }
        let new: Arc<str> = word.into();
        self.0.insert(new.clone());
        new
    }
}

/// A tag as it is compared: `Pelayanan Publik` and `pelayanan-publik` are one.
pub fn tag_text(tag: &str) -> String {
    content::rules::tag_slug(tag).map_or_else(|| tag.to_lowercase(), |slug| slug.to_string())
}

/// A card as stored, parsed.
pub fn stored_card(row: &LiveRow) -> Result<Map<String, Value>> {
    serde_json::from_str(&row.card).with_context(|| format!("read the card of the entry {}", row.entry))
}

/// The card of a live entry. Of `assets` it takes those that the card places.
pub fn card(
    row: LiveRow,
    mut fields: Map<String, Value>,
    settings: &Settings,
    assets: &Assets,
    words: &mut Words,
) -> Card {
    let category = fields.remove("category").and_then(|value| value.as_str().map(|key| words.once(key)));
    let tags = match fields.remove("tags") {
        Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).map(|tag| words.once(tag)).collect(),
        _ => Box::default(),
    };
    let title = fields.get("title").and_then(Value::as_str).unwrap_or_default().into();
    let year = content::findable::rules::year(&fields);
    let unit = content::findable::rules::unit(&fields);
    let unit = unit.map(|(key, title)| Unit { key: words.once(&key), title: words.once(title) });
    let outfit = Outfit { base_url: &settings.base_url, assets, locale: &row.locale, markdown: Markdown::Html };
    let known = settings.types.get(&row.type_key).map_or(&[][..], |content_type| &content_type.fields);
    let fields = outfit.dress(known, &fields);
    Card {
        entry: row.entry,
        group: row.group,
        type_key: words.once(&row.type_key),
        locale: words.once(&row.locale),
        slug: row.slug.into(),
        title,
        category,
        tags,
        published_at: row.published_at,
        updated_at: row.updated_at,
        revision: row.revision,
        fields: Value::Object(fields).to_string().into(),
        number: row.number.unwrap_or(0),
        year,
        unit,
    }
}

/// How the fields of all types compare. Where two types have fields of one name and different kinds,
/// the first comparable kind counts.
pub fn field_uses(types: &BTreeMap<String, Arc<ContentType>>) -> BTreeMap<String, FieldUse> {
    let mut uses = BTreeMap::<String, FieldUse>::new();
    for field in types.values().flat_map(|content_type| &content_type.fields) {
        let on_card = !field.is_long();
        let compares =
            if on_card && field.is_indexed() && !field.is_list() { compares(field.kind) } else { Compares::Not };
        let known = uses.entry(field.key.clone()).or_insert(FieldUse { on_card, compares });
        known.on_card &= on_card;
        if known.compares == Compares::Not {
            known.compares = compares;
        }
    }
    uses
}

fn compares(kind: FieldKind) -> Compares {
    match kind {
        FieldKind::Text | FieldKind::Choice | FieldKind::Reference | FieldKind::Url | FieldKind::Email => {
            Compares::Text
        }
        // Written so that the order of the texts is that of the days.
        FieldKind::Date => Compares::Text,
        FieldKind::Number => Compares::Number,
        FieldKind::Boolean => Compares::Flag,
        FieldKind::Datetime => Compares::Instant,
        FieldKind::Markdown | FieldKind::Asset | FieldKind::Components | FieldKind::Geo | FieldKind::Json => {
            Compares::Not
        }
    }
}

/// The files that some values place: in asset fields, in Markdown, in components.
pub fn placed(fields: &[Field], values: &Map<String, Value>, into: &mut Vec<Digest>) {
    for (field, value) in fields.iter().filter_map(|field| Some((field, values.get(&field.key)?))) {
        match field.kind {
            FieldKind::Asset => into.extend(one_or_many(value).filter_map(|digest| Digest::parse(digest.as_str()?))),
            FieldKind::Markdown => into.extend(markdown::assets(value.as_str().unwrap_or_default())),
            FieldKind::Components => {
                one_or_many(value).filter_map(Value::as_object).for_each(|item| placed(&field.fields, item, into));
            }
            FieldKind::Text | FieldKind::Number | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime => {}
            FieldKind::Choice | FieldKind::Reference | FieldKind::Url | FieldKind::Email => {}
            FieldKind::Geo | FieldKind::Json => {}
        }
    }
}

/// The entries that some values refer to.
pub fn referred(fields: &[Field], values: &Map<String, Value>) -> Vec<EntryId> {
    let references = fields.iter().filter(|field| field.kind == FieldKind::Reference);
    let ids = references.filter_map(|field| values.get(&field.key)).flat_map(one_or_many);
    ids.filter_map(|id| EntryId::parse(id.as_str()?).ok()).collect()
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map(Vec::as_slice);
    many.unwrap_or(std::slice::from_ref(value)).iter()
}

/// With what values are made fit for the wire.
pub struct Outfit<'o> {
    pub base_url: &'o str,
    pub assets: &'o Assets,
    pub locale: &'o str,
    pub markdown: Markdown,
}

impl Outfit<'_> {
    /// The values of a type's fields, in its order: Markdown as safe HTML (or with absolute addresses),
    /// digests of files as what is needed to show them. What the type does not know stays behind: nobody
    /// could say whether it is safe to show.
    pub fn dress(&self, fields: &[Field], values: &Map<String, Value>) -> Map<String, Value> {
        let known = fields.iter().filter_map(|field| Some((field, values.get(&field.key)?)));
        known.map(|(field, value)| (field.key.clone(), self.dress_one(field, value, values))).collect()
    }

    fn dress_one(&self, field: &Field, value: &Value, beside: &Map<String, Value>) -> Value {
        match field.kind {
            FieldKind::Asset => match value {
                Value::Array(digests) => digests.iter().map(|digest| self.asset(digest, None)).collect(),
                digest => self.asset(digest, written_alt(&field.key, beside)),
            },
            FieldKind::Markdown => value.as_str().map_or(Value::Null, |source| self.markdown(source).into()),
            FieldKind::Components => {
                let items = one_or_many(value).filter_map(Value::as_object);
                items.map(|item| Value::Object(self.dress(&field.fields, item))).collect()
            }
            FieldKind::Text | FieldKind::Number | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime => {
                value.clone()
            }
            FieldKind::Choice | FieldKind::Reference | FieldKind::Url | FieldKind::Email => value.clone(),
            FieldKind::Geo | FieldKind::Json => value.clone(),
        }
    }

    fn markdown(&self, source: &str) -> String {
        let url = |digest: &Digest| self.assets.get(digest).map(|shown| shown.url(self.base_url));
        match self.markdown {
            Markdown::Html => markdown::to_html(source, &url),
            Markdown::Source => markdown::assets(source).iter().fold(source.to_owned(), |text, digest| {
                url(digest).map_or_else(|| text.clone(), |url| text.replace(&format!("asset:{digest}"), &url))
            }),
        }
    }

    /// `null` for a file that the site does not have.
    fn asset(&self, digest: &Value, alt: Option<&str>) -> Value {
        let digest = digest.as_str().and_then(Digest::parse);
        let Some(shown) = digest.and_then(|digest| self.assets.get(&digest)) else { return Value::Null };
        let mut members = match shown.usual() {
            Some(usual) => shown.as_derived(usual, self.base_url),
            None => shown.as_it_is(self.base_url),
        };
        members.insert("alt".into(), alt.unwrap_or_else(|| asset_alt(&shown.asset, self.locale)).into());
        Value::Object(members)
    }
}

impl Shown {
    /// What its address leads to instead of the original, which no release holds then.
    fn usual(&self) -> Option<&Derivative> {
        derive::rules::usual(&self.derived.as_ref()?.whole)
    }

    fn address_of(&self, file: &Derivative, base_url: &str) -> String {
        format!("{base_url}{}", derive::rules::public_path(file, &self.asset.name))
    }

    /// Its absolute address.
    fn url(&self, base_url: &str) -> String {
        let original = || format!("{base_url}{}", public_path(&self.asset.digest, &self.asset.name));
        self.usual().map_or_else(original, |file| self.address_of(file, base_url))
    }

    fn as_it_is(&self, base_url: &str) -> Map<String, Value> {
        let asset = &self.asset;
        let mut members = Map::new();
        members.insert("url".into(), self.url(base_url).into());
        members.insert("media_type".into(), asset.media_type.as_str().into());
        members.insert("size_bytes".into(), asset.size_bytes.into());
        if let (Some(width), Some(height)) = (asset.width, asset.height) {
            members.insert("width".into(), width.into());
            members.insert("height".into(), height.into());
        }
        members
    }

    fn as_derived(&self, usual: &Derivative, base_url: &str) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("url".into(), self.address_of(usual, base_url).into());
        members.insert("media_type".into(), usual.media_type.as_str().into());
        members.insert("size_bytes".into(), usual.bytes.into());
        members.insert("width".into(), usual.width.into());
        members.insert("height".into(), usual.height.into());
        let widest = self.derived.as_ref().and_then(|derived| derive::rules::widest(&derived.whole));
        if let Some(widest) = widest.filter(|widest| widest.name != usual.name) {
            members.insert("large".into(), self.address_of(widest, base_url).into());
        }
        members
    }
}

/// The alternative text that was written for this place: `image_alt` beside `image`, or `alt` in the
/// same component.
fn written_alt<'v>(key: &str, beside: &'v Map<String, Value>) -> Option<&'v str> {
    let written = beside.get(&format!("{key}_alt")).or_else(|| beside.get("alt"))?;
    written.as_str().filter(|alt| !alt.is_empty())
}

/// The file's own alternative text: in the entry's language, else in the other.
fn asset_alt<'a>(asset: &'a Asset, locale: &str) -> &'a str {
    let (own, other) = match locale.split('-').next() {
        Some("en") => (&asset.alt.en, &asset.alt.id),
        _ => (&asset.alt.id, &asset.alt.en),
    };
    if own.is_empty() { other } else { own }
}

/// Where absolute addresses of a site begin: as its settings say in the default locale, else in any,
/// else the server's own address.
pub fn base_url(settings: &[(Locale, String)], default_locale: &Locale, server_url: &str) -> String {
    let written = |card: &String| {
        let card: Value = serde_json::from_str(card).ok()?;
        let url = card.get("base_url")?.as_str()?.trim_end_matches('/').to_owned();
        (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
    };
    let own = settings.iter().filter(|(locale, _)| locale == default_locale);
    let any = settings.iter().filter(|(locale, _)| locale != default_locale);
    own.chain(any).find_map(|(_, card)| written(card)).unwrap_or_else(|| server_url.trim_end_matches('/').into())
}

/// Where the site's forms lead for searching, as its settings say in the default locale.
pub fn api(settings: &[(Locale, String)], default_locale: &Locale) -> Option<Origin> {
    let (_, card) = settings.iter().find(|(locale, _)| locale == default_locale)?;
    let card: Value = serde_json::from_str(card).ok()?;
    Origin::parse(card.get("api_url")?.as_str()?)
}

/// What the list of an entry's translations says of each.
pub fn translation(card: &Card, settings: &Settings) -> Value {
    json!({
        "id": card.entry,
        "locale": &*card.locale,
        "slug": &*card.slug,
        "title": &*card.title,
        "url": entry_url(card, settings),
    })
}

/// The absolute address of an entry's page; `None` for what has no page.
pub fn entry_url(card: &Card, settings: &Settings) -> Option<String> {
    entry_path(card, settings).map(|path| format!("{}{path}", settings.base_url))
}

/// The same on its site.
pub fn entry_path(card: &Card, settings: &Settings) -> Option<String> {
    let content_type = settings.types.get(&*card.type_key)?;
    // What is live had a sound address when it was stored.
    let (locale, slug) = (Locale::parse(&card.locale).ok()?, Slug::parse(&card.slug).ok()?);
    content::rules::path(content_type, &locale, &settings.default_locale, &slug)
}
