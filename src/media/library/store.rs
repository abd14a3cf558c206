//! Which entries name which files, in the database. `content` writes the rows of `asset_uses` with each revision.

use std::collections::BTreeMap;

use diesel::dsl::{auto_type, count_star, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Folder, Use};
use crate::db::schema::{asset_tags, asset_uses, assets, derivatives, document_texts, entries, live_entries, pictures};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Digest, Locale, Result, Timestamp};

/// Rows deleted by one statement; SQLite takes 32,766 parameters.
const ROWS_AT_ONCE: usize = 500;

/// Whether a use is that of an entry's newest revision. What waits in the trash is no use.
#[auto_type]
pub fn is_newest() -> _ {
    entries::trashed_at.is_null().and(entries::revision.eq(asset_uses::revision))
}

/// Files that the newest revision of an entry names.
#[auto_type]
pub fn of_newest(site: SiteId) -> _ {
    asset_uses::table
        .inner_join(entries::table)
        .filter(entries::site_id.eq(site))
        .filter(is_newest())
        .select(asset_uses::digest)
}

/// Files that what citizens see names.
#[auto_type]
pub fn of_live(site: SiteId) -> _ {
    asset_uses::table
        .inner_join(live_entries::table)
        .filter(live_entries::site_id.eq(site))
        .filter(live_entries::revision.eq(asset_uses::revision))
        .select(asset_uses::digest)
}

/// Entries that are named of each kind.
pub const USES_NAMED_MAX: i64 = 100;

/// What `uses` found.
pub struct Found {
    /// By title; of those whose newest revision names the file, and of those whose live one does, at most
    /// [`USES_NAMED_MAX`] each.
    pub uses: Vec<Use>,
    /// All entries that name it, in whatever revision.
    pub ever: i64,
}

/// The entries of a site that use a file.
pub fn uses(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<Found> {
    type Named = (EntryId, String, Locale, String);
    let shown = (entries::id, entries::type_key, entries::locale, entries::title);
    let of_file = asset_uses::digest.eq(digest).and(entries::site_id.eq(site));
    let newest: Vec<Named> = asset_uses::table
        .inner_join(entries::table)
        .filter(of_file)
        .filter(is_newest())
        .order((entries::title, entries::id))
        .limit(USES_NAMED_MAX)
        .select(shown)
        .load(connection)?;
    let live: Vec<Named> = asset_uses::table
        .inner_join(live_entries::table)
        .inner_join(entries::table)
        .filter(of_file)
        .filter(live_entries::revision.eq(asset_uses::revision))
        .order((entries::title, entries::id))
        .limit(USES_NAMED_MAX)
        .select(shown)
        .load(connection)?;
    let ever = asset_uses::table
        .inner_join(entries::table)
        .filter(of_file)
        .select(sql::<BigInt>("COUNT(DISTINCT asset_uses.entry_id)"))
        .first(connection)?;
    let mut uses: BTreeMap<(String, EntryId), Use> = BTreeMap::new();
    for (rows, is_live) in [(newest, false), (live, true)] {
        for (entry, type_key, locale, title) in rows {
            let row = Use { entry, type_key, locale, title: title.clone(), live: false, newest: false };
            let used = uses.entry((title, entry)).or_insert(row);
            used.live |= is_live;
            used.newest |= !is_live;
        }
    }
    Ok(Found { uses: uses.into_values().collect(), ever })
}

/// The folders that hold files, in order, with how many.
pub fn folders(connection: &mut Conn, site: SiteId) -> Result<Vec<Folder>> {
    let rows: Vec<(String, i64)> = assets::table
        .filter(assets::site_id.eq(site).and(assets::trashed_at.is_null()))
        .group_by(assets::folder)
        .select((assets::folder, count_star()))
        .order(assets::folder)
        .load(connection)?;
    Ok(rows.into_iter().map(|(folder, files)| Folder { folder, files }).collect())
}

/// Files of all sites that went into the trash before a time and that no revision of the site names.
pub fn forgettable(connection: &mut Conn, before: Timestamp) -> Result<Vec<(SiteId, Digest)>> {
    let rows: Vec<(SiteId, Digest)> = assets::table
        .filter(assets::trashed_at.lt(before))
        .select((assets::site_id, assets::digest))
        .load(connection)?;
    let mut found = Vec::new();
    for (site, digest) in rows {
        if !ever_named(connection, site, &digest)? {
            found.push((site, digest));
        }
    }
    Ok(found)
}

fn ever_named(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<bool> {
    let uses = asset_uses::table.inner_join(entries::table);
    let named = uses.filter(asset_uses::digest.eq(digest).and(entries::site_id.eq(site)));
    Ok(diesel::select(diesel::dsl::exists(named)).get_result(connection)?)
}

/// Takes a file out of a site for good, with its tags and what is known of it as a picture or a document.
pub fn forget(tx: &mut Tx, site: SiteId, digest: &Digest) -> Result<()> {
    let of = asset_tags::table.filter(asset_tags::site_id.eq(site).and(asset_tags::digest.eq(digest)));
    diesel::delete(of).execute(&mut **tx)?;
    diesel::delete(document_texts::table.find((site, digest))).execute(&mut **tx)?;
    diesel::delete(pictures::table.find((site, digest))).execute(&mut **tx)?;
    diesel::delete(assets::table.find((site, digest))).execute(&mut **tx)?;
    Ok(())
}

/// What was made of originals that no site has any more goes from the database; returns how much it was.
pub fn forget_derivatives(tx: &mut Tx) -> Result<usize> {
    let kept = assets::table.select(assets::digest);
    let orphans = derivatives::table.filter(not(derivatives::original.eq_any(kept))).select(derivatives::name);
    let orphans: Vec<Digest> = orphans.load(&mut **tx)?;
    for part in orphans.chunks(ROWS_AT_ONCE) {
        diesel::delete(derivatives::table.filter(derivatives::name.eq_any(part))).execute(&mut **tx)?;
    }
    Ok(orphans.len())
}

/// Every digest of a stored file that this room's rows name.
pub fn stored(connection: &mut Conn) -> Result<Vec<Digest>> {
    let mut digests: Vec<Digest> = assets::table.select(assets::digest).distinct().load(connection)?;
    digests.extend(derivatives::table.select(derivatives::sha256).load::<Digest>(connection)?);
    Ok(digests)
}
