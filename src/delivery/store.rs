//! What the public API reads. Every query is answered by an index and reads no row it does not use.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Changed, LiveRow, SiteRow};
use super::rules::SETTINGS_TYPE;
use crate::db::Conn;
use crate::db::schema::{findable, former_addresses, live_changes, live_entries, revisions, sites};
use crate::kernel::id::{EntryId, GroupId, SiteId};
use crate::kernel::{Locale, Result, Timestamp};

/// Rows of one statement: SQLite and PostgreSQL both plan lists of this length well.
const ROWS_PER_QUERY: usize = 500;

type LiveTuple =
    (EntryId, SiteId, GroupId, String, String, String, i32, String, Timestamp, Timestamp, i64, Option<i64>);

type LiveColumns = (
    live_entries::entry_id,
    live_entries::site_id,
    live_entries::group_id,
    live_entries::type_key,
    live_entries::locale,
    live_entries::slug,
    live_entries::revision,
    live_entries::card,
    live_entries::published_at,
    live_entries::updated_at,
    live_entries::sequence,
    diesel::dsl::Nullable<findable::number>,
);

/// Rows of what is live, with the numbers by which they are searched.
macro_rules! numbered {
    () => {
        live_entries::table.left_join(findable::table.on(findable::entry_id.eq(live_entries::entry_id)))
    };
}

fn live_columns() -> LiveColumns {
    (
        live_entries::entry_id,
        live_entries::site_id,
        live_entries::group_id,
        live_entries::type_key,
        live_entries::locale,
        live_entries::slug,
        live_entries::revision,
        live_entries::card,
        live_entries::published_at,
        live_entries::updated_at,
        live_entries::sequence,
        findable::number.nullable(),
    )
}

fn live_row(row: LiveTuple) -> LiveRow {
    let (entry, site, group, type_key, locale, slug, revision, card, published_at, updated_at, sequence, number) = row;
    LiveRow { entry, site, group, type_key, locale, slug, revision, card, published_at, updated_at, sequence, number }
}

/// Every site, whether or not anything is live on it. There are few.
pub fn sites(connection: &mut Conn) -> Result<Vec<SiteRow>> {
    let counts = (sites::live_sequence, sites::stems_version, sites::version);
    let columns = (sites::id, sites::key, sites::zone, sites::default_locale, counts);
    let rows = sites::table.select(columns).load::<(SiteId, String, String, Locale, (i64, i64, i32))>(connection)?;
    let named = |(id, key, zone, default_locale, (live_sequence, stems_version, version))| SiteRow {
        id,
        key,
        zone,
        default_locale,
        live_sequence,
        stems_version,
        version,
    };
    Ok(rows.into_iter().map(named).collect())
}

/// The next live entries of a site in the order in which they last changed, at most
/// [`ROWS_PER_QUERY`]; begin behind sequence 0.
pub fn live_behind(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Vec<LiveRow>> {
    let query = numbered!()
        .filter(live_entries::site_id.eq(site).and(live_entries::sequence.gt(sequence)))
        .order(live_entries::sequence)
        .limit(ROWS_PER_QUERY as i64)
        .select(live_columns());
    Ok(query.load::<LiveTuple>(connection)?.into_iter().map(live_row).collect())
}

/// What changed on a site behind a sequence number, at most `limit` changes in their order.
pub fn changes_behind(connection: &mut Conn, site: SiteId, sequence: i64, limit: i64) -> Result<Vec<Changed>> {
    let query = live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.gt(sequence)))
        .order(live_changes::sequence)
        .limit(limit)
        .select((live_changes::sequence, live_changes::entry_id, live_changes::type_key));
    let rows = query.load::<(i64, EntryId, String)>(connection)?;
    Ok(rows.into_iter().map(|(sequence, entry, type_key)| Changed { sequence, entry, type_key }).collect())
}

/// Those of some entries that are live.
pub fn live(connection: &mut Conn, entries: &[EntryId]) -> Result<Vec<LiveRow>> {
    let mut rows = Vec::new();
    for some in entries.chunks(ROWS_PER_QUERY) {
        let query = numbered!().filter(live_entries::entry_id.eq_any(some)).select(live_columns());
        rows.extend(query.load::<LiveTuple>(connection)?.into_iter().map(live_row));
    }
    Ok(rows)
}

/// The cards of a site's live settings: locale and card, one for each locale.
pub fn settings(connection: &mut Conn, site: SiteId) -> Result<Vec<(Locale, String)>> {
    let of_type = live_entries::site_id.eq(site).and(live_entries::type_key.eq(SETTINGS_TYPE));
    let query = live_entries::table.filter(of_type).order((live_entries::locale, live_entries::slug));
    Ok(query.select((live_entries::locale, live_entries::card)).load(connection)?)
}

/// The canonical JSON of some revisions.
pub fn bodies(connection: &mut Conn, wanted: &[(EntryId, i32)]) -> Result<HashMap<EntryId, String>> {
    let mut bodies = HashMap::new();
    for (entry, number) in wanted {
        let body = revisions::table.find((*entry, *number)).select(revisions::body).first(connection).optional()?;
        bodies.extend(body.map(|body| (*entry, body)));
    }
    Ok(bodies)
}

/// The entry that once lived at an address of a site.
pub fn moved(
    connection: &mut Conn,
    site: SiteId,
    (type_key, locale, slug): (&str, &str, &str),
) -> Result<Option<EntryId>> {
    let former = former_addresses::table.find((site, type_key, locale, slug));
    Ok(former.select(former_addresses::entry_id).first(connection).optional()?)
}
