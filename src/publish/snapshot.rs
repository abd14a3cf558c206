//! Reading what is live, at one moment: cards of all entries, whole entries that steer the site.

use std::collections::HashMap;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::model::{Asset, Card, Former, Shape, Show, SiteFacts, Snapshot, Steering};
use super::rules::{self, Presence};
use super::store::{self, LiveRow};
use crate::content::model::{Choice, ContentType, Field, FieldKind};
use crate::content::type_store;
use crate::db::Conn;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result, time};

/// The content of a revision, as far as pages need it.
#[derive(serde::Deserialize)]
pub struct Body {
    pub fields: Map<String, Value>,
}

/// Reads all in the caller's transaction, so that it is one state of the database.
pub fn read(connection: &mut Conn, site: SiteId) -> Result<Snapshot> {
    let row = store::site(connection, site)?.ok_or_else(|| Error::from(Refusal::new(Code::NotFound)))?;
    let site = facts(row)?;
    let shapes = shapes(connection, site.id)?;
    let live = store::live(connection, site.id)?;
    let without_page = |row: &LiveRow| {
        let wants_none = shapes.get(&row.type_key).is_some_and(|shape| !shape.pages);
        wants_none || rules::presence(&row.type_key) == Presence::Hidden
    };
    let (steering, paged): (Vec<LiveRow>, Vec<LiveRow>) = live.into_iter().partition(without_page);
    let steering = read_steering(connection, &site, steering)?;
    let former = store::former(connection, site.id)?;
    let assets = store::assets(connection, site.id)?;
    let mut cards = paged
        .into_par_iter()
        .filter_map(|row| site.locale_index(&row.locale).map(|locale| card(row, locale)))
        .collect::<Result<Vec<_>>>()?;
    cards.sort_by(|a, b| {
        let key = |card: &Card| (card.published_at, card.type_key.clone(), card.locale);
        key(a).cmp(&key(b)).then_with(|| a.slug.cmp(&b.slug))
    });
    let former = former.into_iter().filter_map(|(type_key, locale, slug, entry)| {
        Some(Former { locale: site.locale_index(&locale)?, type_key, slug, entry })
    });
    let former = former.collect();
    Ok(Snapshot { cards, steering, former, assets: assets_by_digest(assets), shapes, site })
}

fn facts(row: store::SiteRow) -> Result<SiteFacts> {
    let doing = || format!("read the site {}", row.key);
    let mut locales: Vec<String> = serde_json::from_str(&row.locales).with_context(doing)?;
    let hosts: Vec<String> = serde_json::from_str(&row.hosts).with_context(doing)?;
    locales.retain(|locale| *locale != row.default_locale);
    locales.insert(0, row.default_locale);
    Ok(SiteFacts {
        zone: time::zone(&row.zone)?,
        zone_name: row.zone,
        id: row.id,
        key: row.key,
        name: row.name,
        hosts,
        locales,
        live_sequence: row.live_sequence,
    })
}

fn card(row: LiveRow, locale: usize) -> Result<Card> {
    let fields: Map<String, Value> =
        serde_json::from_str(&row.card).with_context(|| format!("read the card of {}", row.entry))?;
    let (category, tags) = terms(&fields);
    Ok(Card {
        card_digest: Digest::of(&row.card),
        category,
        tags,
        entry: row.entry,
        type_key: row.type_key.into(),
        locale,
        slug: row.slug,
        group: row.group,
        revision: row.revision,
        digest: row.digest,
        published_at: row.published_at,
        updated_at: row.updated_at,
        fields,
    })
}

/// Category and tags of an entry as they stand in addresses; the tags with how they were written.
pub fn terms(fields: &Map<String, Value>) -> (Option<String>, Vec<(String, String)>) {
    let slug = |text: &str| rules::term_slug(text).map(|slug| slug.to_string());
    let category = fields.get("category").and_then(Value::as_str).and_then(slug);
    let tags = fields.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    (category, tags.filter_map(|tag| Some((slug(tag)?, tag.to_owned()))).collect())
}

/// Menus, redirects, settings and categories are few and small: they are read whole.
fn read_steering(connection: &mut Conn, site: &SiteFacts, rows: Vec<LiveRow>) -> Result<Vec<Steering>> {
    let mut steering = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(BODIES_AT_ONCE) {
        let bodies = bodies(connection, &chunk.iter().map(|row| (row.entry, row.revision)).collect::<Vec<_>>())?;
        for row in chunk {
            let Some(locale) = site.locale_index(&row.locale) else { continue };
            let body = bodies.get(&row.entry).ok_or_else(|| lost(row.entry))?;
            let body: Body = serde_json::from_str(body).with_context(|| format!("read the entry {}", row.entry))?;
            steering.push(Steering {
                type_key: row.type_key.clone(),
                locale,
                slug: row.slug.clone(),
                digest: row.digest,
                fields: body.fields,
            });
        }
    }
    steering.sort_by(|a, b| (&a.type_key, a.locale, &a.slug).cmp(&(&b.type_key, b.locale, &b.slug)));
    Ok(steering)
}

/// Bodies are read so many at a time: enough to make the query cheap, few enough to stay small.
pub const BODIES_AT_ONCE: usize = 128;

/// The canonical JSON of these revisions, by entry.
pub fn bodies(connection: &mut Conn, wanted: &[(EntryId, i32)]) -> Result<HashMap<EntryId, String>> {
    let rows = store::bodies(connection, wanted)?;
    let numbers: HashMap<EntryId, i32> = wanted.iter().copied().collect();
    let right = |((entry, number), _): &((EntryId, i32), String)| numbers.get(entry) == Some(number);
    Ok(rows.into_iter().filter(right).map(|((entry, _), body)| (entry, body)).collect())
}

/// Something is live whose revision is not there: a damaged database.
pub fn lost(entry: EntryId) -> Error {
    Error::broken("read a live revision", format!("the entry {entry} is live, but its revision is missing"))
}

fn assets_by_digest(rows: Vec<store::AssetRow>) -> HashMap<Digest, Asset> {
    let from_row = |(digest, name, media_type, bytes, width, height): store::AssetRow| {
        (digest, Asset { name, media_type, bytes, width, height })
    };
    rows.into_iter().map(from_row).collect()
}

/// How the fields of the site's content types are shown.
fn shapes(connection: &mut Conn, site: SiteId) -> Result<HashMap<String, Shape>> {
    let types = type_store::list(connection, site)?;
    Ok(types.into_iter().map(|stored| (stored.content_type.key.clone(), shape(&stored.content_type))).collect())
}

/// How the fields of a content type are shown.
pub fn shape(of: &ContentType) -> Shape {
    Shape {
        title_id: of.title.id.clone(),
        title_en: of.title.en.clone(),
        pages: of.pages,
        fields: of.fields.iter().map(|field| (field.key.clone(), show(field))).collect(),
    }
}

fn show(field: &Field) -> Show {
    match field.kind {
        FieldKind::Markdown => Show::Markdown,
        FieldKind::Asset if field.many => Show::Assets,
        FieldKind::Asset => Show::Asset,
        FieldKind::Datetime => Show::Moment,
        FieldKind::Date => Show::Day,
        FieldKind::Components => Show::Parts(field.fields.iter().map(|part| (part.key.clone(), show(part))).collect()),
        FieldKind::Choice => {
            let label = |choice: &Choice| (choice.key.clone(), (choice.label.id.clone(), choice.label.en.clone()));
            Show::Choice(field.choices.iter().map(label).collect())
        }
        FieldKind::Text | FieldKind::Number | FieldKind::Boolean | FieldKind::Reference => Show::Plain,
        FieldKind::Url | FieldKind::Email | FieldKind::Geo | FieldKind::Json => Show::Plain,
    }
}
