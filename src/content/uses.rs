//! Which files each revision names: the only writer of `asset_uses`.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::rules;
use crate::db::rows::insert_all;
use crate::db::schema::{asset_uses, entries, installation, live_entries, revisions};
use crate::db::{Backend, Conn, Tx};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Digest, Result};
use crate::media::library;

/// How many files one question names.
const FILES_AT_ONCE: usize = 500;

/// Which files revisions name, from their texts.
pub fn insert<'r>(tx: &mut Tx, new: impl Iterator<Item = (EntryId, i32, &'r str)>) -> Result<()> {
    let uses = new.flat_map(|(entry, revision, text)| {
        let digests: BTreeSet<Digest> = rules::digests_in(text).collect();
        digests.into_iter().map(move |digest| {
            (asset_uses::digest.eq(digest), asset_uses::entry_id.eq(entry), asset_uses::revision.eq(revision))
        })
    });
    insert_all!(tx, asset_uses::table, uses);
    Ok(())
}

/// The entries of a site whose newest revision names a file, in order; what waits in the trash is left out.
pub fn naming(connection: &mut Conn, site: SiteId, file: &Digest) -> Result<Vec<EntryId>> {
    let named = asset_uses::table
        .inner_join(entries::table)
        .filter(asset_uses::digest.eq(file).and(entries::site_id.eq(site)))
        .filter(library::store::is_newest())
        .order(entries::id)
        .select(entries::id);
    Ok(named.load(connection)?)
}

/// The live entries whose shown revision names one of these files, sorted.
pub fn live_naming(connection: &mut Conn, site: SiteId, files: &[Digest]) -> Result<Vec<EntryId>> {
    let mut found = BTreeSet::new();
    for part in files.chunks(FILES_AT_ONCE) {
        let named = asset_uses::table
            .inner_join(live_entries::table)
            .filter(asset_uses::digest.eq_any(part).and(live_entries::site_id.eq(site)))
            .filter(asset_uses::revision.eq(live_entries::revision))
            .select(live_entries::entry_id);
        found.extend(named.load::<EntryId>(connection)?);
    }
    Ok(found.into_iter().collect())
}

/// Under this key the installation notes that `asset_uses` was filled from the revisions that were there before it.
const FILLED: &str = "asset_uses";
const REVISIONS_AT_ONCE: i64 = 200;

/// Whether `fill` has nothing left to do.
pub fn is_filled(connection: &mut Conn) -> Result<bool> {
    let note = installation::table.find(FILLED).select(installation::key);
    Ok(note.first::<String>(connection).optional()?.is_some())
}

/// Notes which files the revisions name that an earlier version stored. Once; all of them or none.
pub fn fill(tx: &mut Tx) -> Result<()> {
    if is_filled(tx)? {
        return Ok(());
    }
    let mut after: Option<(EntryId, i32)> = None;
    loop {
        let mut query = revisions::table.into_boxed::<Backend>();
        if let Some((entry, number)) = after {
            let same = revisions::entry_id.eq(entry).and(revisions::number.gt(number));
            query = query.filter(revisions::entry_id.ge(entry)).filter(revisions::entry_id.gt(entry).or(same));
        }
        let rows: Vec<(EntryId, i32, String)> = query
            .order((revisions::entry_id, revisions::number))
            .limit(REVISIONS_AT_ONCE)
            .select((revisions::entry_id, revisions::number, revisions::body))
            .load(&mut **tx)?;
        let Some((entry, number, _)) = rows.last() else { break };
        after = Some((*entry, *number));
        insert(tx, rows.iter().map(|(entry, number, body)| (*entry, *number, body.as_str())))?;
    }
    diesel::insert_into(installation::table)
        .values((installation::key.eq(FILLED), installation::value.eq("filled")))
        .execute(&mut **tx)?;
    Ok(())
}
