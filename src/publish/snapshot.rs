//! Reading what is live, at one moment: cards of all entries, whole entries that steer the site.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::cut::Cut;
use super::history::{self, Shown};
use super::model::{Asset, Card, Former, Gone, Shape, Show, SiteFacts, Snapshot, Steering, Term, has_picture, text_in};
use super::plan;
use super::rules::{self, Presence};
use super::share;
use super::store::{self, LiveRow};
use crate::content;
use crate::content::model::{Choice, ContentType, Field, FieldKind};
use crate::content::type_store;
use crate::db::Conn;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result, time};

/// The content of a revision, as far as pages need it.
#[derive(serde::Deserialize)]
pub struct Body {
    pub fields: Map<String, Value>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Reads all in the caller's transaction, so that it is one state of the database.
pub fn read(connection: &mut Conn, site: SiteId) -> Result<Snapshot> {
    let mut snapshot = read_whole(connection, site)?;
    snapshot.cut = Cut::default();
    follow_cut(connection, &mut snapshot)?;
    Ok(snapshot)
}

/// The same with the whole index for searching in one part, for what is built once: the list of changes is not read.
pub fn read_whole(connection: &mut Conn, site: SiteId) -> Result<Snapshot> {
    let live = store::live(connection, site)?;
    of_rows(connection, site, live)
}

/// What was live at a sequence number and is live now, as it was then. Types, files and the theme are those of now.
pub fn read_at(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Snapshot> {
    let mut then = history::shown_at(connection, site, sequence)?;
    let mut rows = Vec::new();
    for row in store::live(connection, site)? {
        match then.remove(&row.entry) {
            // Nothing happened to it since.
            None => rows.push(row),
            Some(None) => {}
            Some(Some(shown)) => rows.push(as_shown(connection, row, &shown)?),
        }
    }
    let mut snapshot = of_rows(connection, site, rows)?;
    snapshot.site.live_sequence = sequence;
    snapshot.cut = Cut::at(sequence);
    Ok(snapshot)
}

/// A row of what is live, with the revision that was shown earlier.
fn as_shown(connection: &mut Conn, row: LiveRow, shown: &Shown) -> Result<LiveRow> {
    let (revision, content) = content::store::content_by_digest(connection, row.entry, &shown.digest)?;
    let content_type = type_store::require(connection, shown.site, &row.type_key)?.content_type;
    let card = Value::Object(content::rules::card(&content_type, &content)).to_string();
    let (slug, updated_at) = (shown.slug.clone(), shown.at);
    Ok(LiveRow { slug, revision: revision.number, digest: shown.digest, card, updated_at, ..row })
}

fn of_rows(connection: &mut Conn, site: SiteId, live: Vec<LiveRow>) -> Result<Snapshot> {
    let row = store::site(connection, site)?.ok_or_else(|| Error::from(Refusal::new(Code::NotFound)))?;
    let site = facts(row)?;
    let shapes = shapes(connection, site.id)?;
    let (steering, paged): (Vec<LiveRow>, Vec<LiveRow>) =
        live.into_iter().partition(|row| steers(&shapes, &row.type_key));
    let steering = read_steering(connection, &site, steering)?;
    let (former, gone) = (former(connection, &site)?, gone(connection, &site)?);
    let assets = known_assets(store::assets(connection, site.id)?)?;
    let mut cards = paged
        .into_par_iter()
        .filter_map(|row| site.locale_index(&row.locale).map(|locale| card(row, locale)))
        .collect::<Result<Vec<_>>>()?;
    cards.sort_unstable_by(in_order);
    let (known, derivatives) = (HashMap::with_capacity(assets.len()), HashMap::new());
    let attached = HashMap::new();
    let cut = Cut::at(site.live_sequence);
    let shares = share::store::read(connection, site.id)?;
    let mut snapshot =
        Snapshot { cards, steering, former, gone, assets: known, attached, derivatives, cut, shapes, shares, site };
    snapshot.learn(assets.into_iter());
    for (entry, attached) in store::attached(connection, snapshot.site.id)? {
        snapshot.attached.entry(entry).or_default().insert(attached);
    }
    Ok(snapshot)
}

/// What an update found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// The cards of these entries changed, but none changed its place: the plan of the site stays.
    Within {
        cards: Vec<u32>,
        /// Whether the map for search engines tells something else of one of them: another day, or another form of
        /// its picture.
        map_changed: bool,
    },
    /// Something changed its place, or what steers the site changed.
    Places,
}

/// Changes of which a whole reading costs less than looking after each.
const CHANGES_MAX: usize = 2_000;

/// Brings a snapshot up to date, reading what changed since. After an error it must not be used.
pub fn update(connection: &mut Conn, snapshot: &mut Snapshot) -> Result<Update> {
    let row = store::site(connection, snapshot.site.id)?.ok_or_else(|| Error::from(Refusal::new(Code::NotFound)))?;
    let site = facts(row)?;
    let shapes = shapes(connection, site.id)?;
    let changed = store::changed_since(connection, site.id, snapshot.site.live_sequence)?;
    if !site.same_but_for_entries(&snapshot.site) || shapes != snapshot.shapes || changed.len() > CHANGES_MAX {
        *snapshot = read(connection, site.id)?;
        return Ok(Update::Places);
    }
    snapshot.site = site;
    if share::store::version(connection, snapshot.site.id)? != snapshot.shares.version {
        snapshot.shares = share::store::read(connection, snapshot.site.id)?;
    }
    follow_cut(connection, snapshot)?;
    if changed.is_empty() {
        return Ok(Update::Within { cards: Vec::new(), map_changed: false });
    }
    if changed.iter().any(|(_, type_key)| steers(&shapes, type_key)) {
        let rows = store::live_of_types(connection, snapshot.site.id, &steering_types(&shapes))?;
        snapshot.steering = read_steering(connection, &snapshot.site, rows)?;
        replace_cards(connection, snapshot, &changed)?;
        read_signs(connection, snapshot)?;
        return Ok(Update::Places);
    }
    let update = replace_cards(connection, snapshot, &changed)?;
    if update == Update::Places {
        read_signs(connection, snapshot)?;
    }
    Ok(update)
}

/// Puts what is live of these entries in the place of what was.
fn replace_cards(connection: &mut Conn, snapshot: &mut Snapshot, changed: &[(EntryId, String)]) -> Result<Update> {
    let ids: Vec<EntryId> = changed.iter().map(|(entry, _)| *entry).collect();
    let rows = store::live_among(connection, &ids)?;
    let redrawn = read_named_assets(connection, snapshot, &rows)?;
    let paged = rows.into_iter().filter(|row| !steers(&snapshot.shapes, &row.type_key));
    let site = &snapshot.site;
    let cards = paged.filter_map(|row| site.locale_index(&row.locale).map(|locale| card(row, locale)));
    let mut now: HashMap<EntryId, Card> = HashMap::new();
    for card in cards {
        let card = card?;
        now.insert(card.entry, card);
    }
    let wanted: HashSet<EntryId> = ids.into_iter().collect();
    let mut within = Vec::new();
    let (mut gone, mut map_changed) = (false, false);
    for (at, card) in snapshot.cards.iter_mut().enumerate().filter(|(_, card)| wanted.contains(&card.entry)) {
        match now.remove(&card.entry) {
            Some(new) if plan::stand_alike(card, &new) => {
                let day = |card: &Card| card.changed_at().in_zone(&snapshot.site.zone).date();
                map_changed |= day(card) != day(&new);
                map_changed |= plan::picture(&new).is_some_and(|picture| redrawn.contains(&picture));
                *card = new;
                within.push(at as u32);
            }
            Some(new) => {
                now.insert(new.entry, new);
                gone = true;
            }
            None => gone = true,
        }
    }
    if !gone && now.is_empty() {
        return Ok(Update::Within { cards: within, map_changed });
    }
    let stays: HashSet<EntryId> = within.iter().map(|at| snapshot.cards[*at as usize].entry).collect();
    snapshot.cards.retain(|card| !wanted.contains(&card.entry) || stays.contains(&card.entry));
    snapshot.cards.extend(now.into_values());
    // Nearly in order already, which the stable sort knows how to use.
    snapshot.cards.sort_by(in_order);
    Ok(Update::Places)
}

/// Files that entries name: they may have been uploaded, or got other forms, after the snapshot was read. Says which.
fn read_named_assets(connection: &mut Conn, snapshot: &mut Snapshot, rows: &[LiveRow]) -> Result<HashSet<Digest>> {
    let mut named = BTreeMap::<Digest, Vec<(EntryId, Digest)>>::new();
    let revisions: HashMap<EntryId, Digest> = rows.iter().map(|row| (row.entry, row.digest)).collect();
    for chunk in rows.chunks(BODIES_AT_ONCE) {
        let wanted: Vec<_> = chunk.iter().map(|row| (row.entry, row.revision)).collect();
        for (entry, body) in bodies(connection, &wanted)? {
            let revision = revisions.get(&entry).ok_or_else(|| lost(entry))?;
            for file in content::rules::digests_in(&body) {
                named.entry(file).or_default().push((entry, *revision));
            }
        }
    }
    let files: Vec<Digest> = named.keys().copied().collect();
    for (file, since) in store::texts_since(connection, snapshot.site.id, &files)? {
        for (entry, revision) in named.get(&file).into_iter().flatten() {
            snapshot.attached.entry(*entry).or_default().insert((*revision, file, since));
        }
    }
    let named = files;
    let mut redrawn = HashSet::new();
    for chunk in named.chunks(BODIES_AT_ONCE) {
        let known = known_assets(store::assets_among(connection, snapshot.site.id, chunk)?)?;
        let differs = |(digest, asset): &&(Digest, Asset)| snapshot.assets.get(digest) != Some(asset);
        redrawn.extend(known.iter().filter(differs).map(|(digest, _)| *digest));
        snapshot.learn(known.into_iter());
    }
    Ok(redrawn)
}

/// Oldest first; ties by type, locale and slug, so that the order is the same everywhere.
pub fn in_order(a: &Card, b: &Card) -> std::cmp::Ordering {
    let first = a.published_at.cmp(&b.published_at).then_with(|| a.type_key.cmp(&b.type_key));
    first.then_with(|| a.locale.cmp(&b.locale)).then_with(|| a.slug.cmp(&b.slug))
}

/// Takes the changes that the cut of the index does not know yet.
fn follow_cut(connection: &mut Conn, snapshot: &mut Snapshot) -> Result<()> {
    let since = snapshot.cut.since;
    for (change, type_key) in store::changes_after(connection, snapshot.site.id, snapshot.cut.until)? {
        if !steers(&snapshot.shapes, &type_key) {
            snapshot.cut.take(&change);
        }
    }
    if snapshot.cut.since != since {
        // A base of the index that begins later holds revisions that this model never showed.
        snapshot.attached.clear();
        for (entry, attached) in store::attached(connection, snapshot.site.id)? {
            snapshot.attached.entry(entry).or_default().insert(attached);
        }
    }
    Ok(())
}

/// Whether entries of the type steer the site instead of having pages.
pub fn steers(shapes: &HashMap<String, Shape>, type_key: &str) -> bool {
    let wants_none = shapes.get(type_key).is_some_and(|shape| !shape.pages);
    wants_none || rules::presence(type_key) == Presence::Hidden
}

fn steering_types(shapes: &HashMap<String, Shape>) -> Vec<&str> {
    shapes.keys().map(String::as_str).filter(|key| steers(shapes, key)).collect()
}

fn former(connection: &mut Conn, site: &SiteFacts) -> Result<Vec<Former>> {
    let rows = store::former(connection, site.id)?.into_iter();
    let former = rows.filter_map(|(type_key, locale, slug, entry)| {
        Some(Former { locale: site.locale_index(&locale)?, type_key, slug, entry })
    });
    Ok(former.collect())
}

fn gone(connection: &mut Conn, site: &SiteFacts) -> Result<Vec<Gone>> {
    let told = content::withdrawals::list(connection, site.id)?.into_iter();
    Ok(told.filter_map(|told| Some(Gone { locale: site.locale_index(told.locale.as_str())?, told })).collect())
}

/// Reads anew what stands at addresses that entries have left.
fn read_signs(connection: &mut Conn, snapshot: &mut Snapshot) -> Result<()> {
    snapshot.former = former(connection, &snapshot.site)?;
    snapshot.gone = gone(connection, &snapshot.site)?;
    Ok(())
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
    let title = text_in(&fields, "title").unwrap_or(&row.slug).into();
    Ok(Card {
        has_picture: has_picture(&fields),
        title,
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
        card: row.card.into(),
    })
}

/// Category and tags of an entry.
pub fn terms(fields: &Map<String, Value>) -> (Option<Term>, Vec<Term>) {
    let term = |text: &str| Some(Term { slug: rules::term_slug(text)?.as_str().into(), text: text.into() });
    let tags = fields.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    (text_in(fields, "category").and_then(term), tags.filter_map(term).collect())
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

fn known_assets(rows: Vec<store::AssetRow>) -> Result<Vec<(Digest, Asset)>> {
    let from_row = |((digest, name, media_type, bytes, width, height), shown): store::AssetRow| {
        let derived = shown.map(|text| serde_json::from_str(&text).map(Arc::new)).transpose();
        let shown = derived.with_context(|| format!("read the derivatives of {digest}"))?;
        let (derived, page) = if media_type.starts_with("image/") { (shown, None) } else { (None, shown) };
        Ok((digest, Asset { name, media_type, bytes, width, height, derived, page }))
    };
    rows.into_iter().map(from_row).collect()
}

/// How the fields of the site's content types are shown.
fn shapes(connection: &mut Conn, site: SiteId) -> Result<HashMap<String, Shape>> {
    let types = type_store::list(connection, site)?;
    Ok(types.into_iter().map(|stored| (stored.content_type.key.clone(), shape(&stored.content_type))).collect())
}

/// How the fields of a content type are shown.
pub fn shape(of: &Arc<ContentType>) -> Shape {
    Shape {
        of: of.clone(),
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
