//! What a build reads from the database, and the rows of releases.

use std::collections::HashMap;

use diesel::prelude::*;

use super::cut::Change;
use super::model::{Attached, Release, ReleaseState};
use crate::content::model::LiveChangeKind;
use crate::db::schema::{
    asset_uses, assets, document_texts, former_addresses, live_changes, live_entries, pictures, releases, revisions,
    sites, targets,
};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, GroupId, ReleaseId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};

pub struct SiteRow {
    pub id: SiteId,
    pub key: String,
    pub name: String,
    pub hosts: String,
    pub zone: String,
    pub locales: String,
    pub default_locale: String,
    pub live_sequence: i64,
}

type SiteColumns = (SiteId, String, String, String, String, String, String, i64);

pub fn site(connection: &mut Conn, id: SiteId) -> Result<Option<SiteRow>> {
    let row = sites::table
        .find(id)
        .select((
            sites::id,
            sites::key,
            sites::name,
            sites::hosts,
            sites::zone,
            sites::locales,
            sites::default_locale,
            sites::live_sequence,
        ))
        .first::<SiteColumns>(connection)
        .optional()?;
    Ok(row.map(|(id, key, name, hosts, zone, locales, default_locale, live_sequence)| SiteRow {
        id,
        key,
        name,
        hosts,
        zone,
        locales,
        default_locale,
        live_sequence,
    }))
}

pub struct LiveRow {
    pub entry: EntryId,
    pub type_key: String,
    pub locale: String,
    pub slug: String,
    pub group: GroupId,
    pub revision: i32,
    pub digest: Digest,
    pub card: String,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
}

type LiveColumns = (EntryId, String, String, String, GroupId, i32, Digest, String, Timestamp, Timestamp);

type LiveSelection = (
    live_entries::entry_id,
    live_entries::type_key,
    live_entries::locale,
    live_entries::slug,
    live_entries::group_id,
    live_entries::revision,
    live_entries::digest,
    live_entries::card,
    live_entries::published_at,
    live_entries::updated_at,
);

const LIVE: LiveSelection = (
    live_entries::entry_id,
    live_entries::type_key,
    live_entries::locale,
    live_entries::slug,
    live_entries::group_id,
    live_entries::revision,
    live_entries::digest,
    live_entries::card,
    live_entries::published_at,
    live_entries::updated_at,
);

fn live_from_row(row: LiveColumns) -> LiveRow {
    let (entry, type_key, locale, slug, group, revision, digest, card, published_at, updated_at) = row;
    LiveRow { entry, type_key, locale, slug, group, revision, digest, card, published_at, updated_at }
}

/// Every live entry of a site: its card, not its body.
pub fn live(connection: &mut Conn, site: SiteId) -> Result<Vec<LiveRow>> {
    let rows =
        live_entries::table.filter(live_entries::site_id.eq(site)).select(LIVE).load::<LiveColumns>(connection)?;
    Ok(rows.into_iter().map(live_from_row).collect())
}

/// What is live of these types.
pub fn live_of_types(connection: &mut Conn, site: SiteId, types: &[&str]) -> Result<Vec<LiveRow>> {
    let rows = live_entries::table
        .filter(live_entries::site_id.eq(site).and(live_entries::type_key.eq_any(types)))
        .select(LIVE)
        .load::<LiveColumns>(connection)?;
    Ok(rows.into_iter().map(live_from_row).collect())
}

/// What is live of these entries.
pub fn live_among(connection: &mut Conn, entries: &[EntryId]) -> Result<Vec<LiveRow>> {
    let mut found = Vec::with_capacity(entries.len());
    for chunk in entries.chunks(IDS_AT_ONCE) {
        let rows = live_entries::table
            .filter(live_entries::entry_id.eq_any(chunk))
            .select(LIVE)
            .load::<LiveColumns>(connection)?;
        found.extend(rows.into_iter().map(live_from_row));
    }
    Ok(found)
}

/// Ids in one statement.
pub const IDS_AT_ONCE: usize = 500;

/// The entries whose state changed after a sequence number, each once, with their types.
pub fn changed_since(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Vec<(EntryId, String)>> {
    Ok(live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.gt(sequence)))
        .select((live_changes::entry_id, live_changes::type_key))
        .distinct()
        .load(connection)?)
}

/// Every change after a sequence number, in order, with the type of the entry.
pub fn changes_after(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Vec<(Change, String)>> {
    let rows = live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.gt(sequence)))
        .order(live_changes::sequence)
        .select((live_changes::sequence, live_changes::entry_id, live_changes::kind, live_changes::type_key))
        .load::<(i64, EntryId, String, String)>(connection)?;
    let change = |(sequence, entry, kind, type_key): (i64, EntryId, String, String)| {
        (Change { sequence, entry, shown: kind != LiveChangeKind::Hidden.as_str() }, type_key)
    };
    Ok(rows.into_iter().map(change).collect())
}

/// The bodies of earlier revisions, by entry.
pub fn bodies_by_digest(connection: &mut Conn, wanted: &[(EntryId, Digest)]) -> Result<HashMap<EntryId, String>> {
    let digests: HashMap<EntryId, Digest> = wanted.iter().copied().collect();
    let mut bodies = HashMap::new();
    for chunk in wanted.chunks(IDS_AT_ONCE) {
        let (ids, named): (Vec<EntryId>, Vec<Digest>) = chunk.iter().copied().unzip();
        let rows = revisions::table
            .filter(revisions::entry_id.eq_any(ids).and(revisions::digest.eq_any(named)))
            .select((revisions::entry_id, revisions::digest, revisions::body))
            .load::<(EntryId, Digest, String)>(connection)?;
        let right = rows.into_iter().filter(|(entry, digest, _)| digests.get(entry) == Some(digest));
        bodies.extend(right.map(|(entry, _, body)| (entry, body)));
    }
    Ok(bodies)
}

/// A revision, by its entry and number.
pub type RevisionKey = (EntryId, i32);

/// The bodies of these revisions, and perhaps of others of the same entries. A revision never changes,
/// so this may be read at any later time.
pub fn bodies(connection: &mut Conn, wanted: &[RevisionKey]) -> Result<Vec<(RevisionKey, String)>> {
    let (ids, mut numbers): (Vec<EntryId>, Vec<i32>) = wanted.iter().copied().unzip();
    // Few different ones: the primary key is searched once for each pair.
    numbers.sort_unstable();
    numbers.dedup();
    Ok(revisions::table
        .filter(revisions::entry_id.eq_any(ids).and(revisions::number.eq_any(numbers)))
        .select(((revisions::entry_id, revisions::number), revisions::body))
        .load(connection)?)
}

pub type FormerRow = (String, String, String, EntryId);

pub fn former(connection: &mut Conn, site: SiteId) -> Result<Vec<FormerRow>> {
    Ok(former_addresses::table
        .filter(former_addresses::site_id.eq(site))
        .order((former_addresses::type_key, former_addresses::locale, former_addresses::slug))
        .select((
            former_addresses::type_key,
            former_addresses::locale,
            former_addresses::slug,
            former_addresses::entry_id,
        ))
        .load(connection)?)
}

/// With what pages show of a picture, as JSON.
pub type AssetRow = ((Digest, String, String, i64, Option<i32>, Option<i32>), Option<String>);

pub fn assets(connection: &mut Conn, site: SiteId) -> Result<Vec<AssetRow>> {
    let picture = pictures::site_id.eq(assets::site_id).and(pictures::digest.eq(assets::digest));
    Ok(assets::table
        .left_join(pictures::table.on(picture))
        .filter(assets::site_id.eq(site))
        .select((
            (assets::digest, assets::name, assets::media_type, assets::size_bytes, assets::width, assets::height),
            pictures::shown.nullable(),
        ))
        .load(connection)?)
}

/// Of these digests, the files of the site.
pub fn assets_among(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<Vec<AssetRow>> {
    let picture = pictures::site_id.eq(assets::site_id).and(pictures::digest.eq(assets::digest));
    Ok(assets::table
        .left_join(pictures::table.on(picture))
        .filter(assets::site_id.eq(site).and(assets::digest.eq_any(digests)))
        .select((
            (assets::digest, assets::name, assets::media_type, assets::size_bytes, assets::width, assets::height),
            pictures::shown.nullable(),
        ))
        .load(connection)?)
}

/// The documents of a site that say something, with every revision of an entry that names them.
pub fn attached(connection: &mut Conn, site: SiteId) -> Result<Vec<(EntryId, Attached)>> {
    let of_use = revisions::entry_id.eq(asset_uses::entry_id).and(revisions::number.eq(asset_uses::revision));
    let rows = document_texts::table
        .inner_join(asset_uses::table.on(asset_uses::digest.eq(document_texts::digest)))
        .inner_join(revisions::table.on(of_use))
        .filter(document_texts::site_id.eq(site))
        .select((revisions::entry_id, revisions::digest, document_texts::digest, document_texts::sequence))
        .load::<(EntryId, Digest, Digest, i64)>(connection)?;
    Ok(rows.into_iter().map(|(entry, revision, file, since)| (entry, (revision, file, since))).collect())
}

/// Of these files, those that say something, and from which change of the site on that counts.
pub fn texts_since(connection: &mut Conn, site: SiteId, files: &[Digest]) -> Result<Vec<(Digest, i64)>> {
    let mut found = Vec::new();
    for some in files.chunks(IDS_AT_ONCE) {
        let texts = document_texts::table
            .filter(document_texts::site_id.eq(site).and(document_texts::digest.eq_any(some)))
            .select((document_texts::digest, document_texts::sequence));
        found.extend(texts.load::<(Digest, i64)>(connection)?);
    }
    Ok(found)
}

type ReleaseColumns = (
    (ReleaseId, SiteId, i32, String, Digest, Digest),
    (i64, i32, i32, i64, i64),
    (Option<UserId>, Timestamp, Option<Timestamp>),
);

type ReleaseSelection = (
    (releases::id, releases::site_id, releases::number, releases::state, releases::manifest_digest, releases::inputs),
    (releases::live_sequence, releases::pages, releases::files, releases::size_bytes, releases::build_micros),
    (releases::created_by, releases::created_at, releases::activated_at),
);

const RELEASE: ReleaseSelection = (
    (releases::id, releases::site_id, releases::number, releases::state, releases::manifest_digest, releases::inputs),
    (releases::live_sequence, releases::pages, releases::files, releases::size_bytes, releases::build_micros),
    (releases::created_by, releases::created_at, releases::activated_at),
);

fn release_from_row((names, sizes, times): ReleaseColumns) -> Release {
    let (id, site_id, number, state, manifest_digest, inputs) = names;
    let (live_sequence, pages, files, size_bytes, build_micros) = sizes;
    let (created_by, created_at, activated_at) = times;
    Release {
        id,
        site_id,
        number,
        state: ReleaseState::parse(&state).unwrap_or(ReleaseState::Failed),
        manifest_digest,
        live_sequence,
        pages,
        files,
        size_bytes,
        build_micros,
        created_by,
        created_at,
        activated_at,
        inputs,
    }
}

pub fn release(connection: &mut Conn, id: ReleaseId) -> Result<Option<Release>> {
    let row = releases::table.find(id).select(RELEASE).first::<ReleaseColumns>(connection).optional()?;
    Ok(row.map(release_from_row))
}

/// What the database takes for live; the link in the public folder is the truth.
pub fn active(connection: &mut Conn, site: SiteId) -> Result<Option<Release>> {
    let row = releases::table
        .filter(releases::site_id.eq(site).and(releases::state.eq(ReleaseState::Active.as_str())))
        .order(releases::number.desc())
        .select(RELEASE)
        .first::<ReleaseColumns>(connection)
        .optional()?;
    Ok(row.map(release_from_row))
}

/// Releases, newest first.
pub fn list(connection: &mut Conn, site: SiteId, limit: Limit, after: Option<&Cursor>) -> Result<Page<Release>> {
    let mut query = releases::table.filter(releases::site_id.eq(site)).into_boxed::<crate::db::Backend>();
    if let Some(cursor) = after {
        let number: i32 = cursor.key.parse().map_err(|_| Refusal::new(Code::BadCursor))?;
        query = query.filter(releases::number.lt(number));
    }
    let rows =
        query.order(releases::number.desc()).limit(limit.probe()).select(RELEASE).load::<ReleaseColumns>(connection)?;
    let releases = rows.into_iter().map(release_from_row).collect();
    let cursor = |release: &Release| Cursor { key: release.number.to_string(), id: release.id.to_string() };
    Ok(Page::cut(releases, limit, cursor))
}

/// Releases that are in the database as complete, newest first.
pub fn complete(connection: &mut Conn, site: SiteId) -> Result<Vec<Release>> {
    let states = [ReleaseState::Active.as_str(), ReleaseState::Kept.as_str()];
    let rows = releases::table
        .filter(releases::site_id.eq(site).and(releases::state.eq_any(states)))
        .order(releases::number.desc())
        .select(RELEASE)
        .load::<ReleaseColumns>(connection)?;
    Ok(rows.into_iter().map(release_from_row).collect())
}

/// The releases that targets of a site serve: they are compared with what stands there, so they stay.
pub fn served_by_targets(connection: &mut Conn, site: SiteId) -> Result<Vec<i32>> {
    let served = targets::table.filter(targets::site_id.eq(site)).select(targets::release_number);
    Ok(served.load::<Option<i32>>(connection)?.into_iter().flatten().collect())
}

pub fn building(connection: &mut Conn, site: SiteId) -> Result<Vec<Release>> {
    let rows = releases::table
        .filter(releases::site_id.eq(site).and(releases::state.eq(ReleaseState::Building.as_str())))
        .order(releases::number.desc())
        .select(RELEASE)
        .load::<ReleaseColumns>(connection)?;
    Ok(rows.into_iter().map(release_from_row).collect())
}

pub fn highest_number(connection: &mut Conn, site: SiteId) -> Result<i32> {
    let number: Option<i32> = releases::table
        .filter(releases::site_id.eq(site))
        .select(diesel::dsl::max(releases::number))
        .first(connection)?;
    Ok(number.unwrap_or(0))
}

pub fn insert(tx: &mut Tx, release: &Release) -> Result<()> {
    diesel::insert_into(releases::table)
        .values((
            releases::id.eq(release.id),
            releases::site_id.eq(release.site_id),
            releases::number.eq(release.number),
            releases::state.eq(release.state.as_str()),
            releases::folder.eq(release.number.to_string()),
            releases::manifest_digest.eq(release.manifest_digest),
            releases::inputs.eq(release.inputs),
            releases::live_sequence.eq(release.live_sequence),
            releases::pages.eq(release.pages),
            releases::files.eq(release.files),
            releases::size_bytes.eq(release.size_bytes),
            releases::build_micros.eq(release.build_micros),
            releases::created_by.eq(release.created_by),
            releases::created_at.eq(release.created_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn set_state(tx: &mut Tx, id: ReleaseId, state: ReleaseState) -> Result<()> {
    diesel::update(releases::table.find(id)).set(releases::state.eq(state.as_str())).execute(&mut **tx)?;
    Ok(())
}

/// Makes one release the active one; the one before is kept.
pub fn activate(tx: &mut Tx, release: &Release, now: Timestamp) -> Result<()> {
    diesel::update(
        releases::table
            .filter(releases::site_id.eq(release.site_id).and(releases::state.eq(ReleaseState::Active.as_str()))),
    )
    .set(releases::state.eq(ReleaseState::Kept.as_str()))
    .execute(&mut **tx)?;
    diesel::update(releases::table.find(release.id))
        .set((releases::state.eq(ReleaseState::Active.as_str()), releases::activated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether anything was withdrawn after a sequence number.
pub fn any_hidden_since(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<bool> {
    let hidden = live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.gt(sequence)))
        .filter(live_changes::kind.eq(LiveChangeKind::Hidden.as_str()))
        .select(live_changes::sequence)
        .first::<i64>(connection);
    Ok(hidden.optional()?.is_some())
}
