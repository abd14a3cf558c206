//! Links and passes in the database, and what a staging build looks for.

use diesel::prelude::*;

use super::model::{Pass, PassKind, Preview};
use crate::db::schema::{cases, entries, live_entries, previews, staging_passes};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, PreviewId, SessionId, SiteId, UserId};
use crate::kernel::{Digest, Result, Timestamp};

type Row = ((PreviewId, EntryId, SiteId, i64, Digest), (String, UserId, Timestamp, Timestamp, Option<Timestamp>));

type Columns = (
    (previews::id, previews::entry_id, previews::site_id, previews::revision, previews::digest),
    (previews::recipient, previews::created_by, previews::created_at, previews::expires_at, previews::revoked_at),
);

const COLUMNS: Columns = (
    (previews::id, previews::entry_id, previews::site_id, previews::revision, previews::digest),
    (previews::recipient, previews::created_by, previews::created_at, previews::expires_at, previews::revoked_at),
);

fn from_row((what, about): Row) -> Preview {
    let (id, entry, site, revision, digest) = what;
    let (recipient, created_by, created_at, expires_at, revoked_at) = about;
    let revision = i32::try_from(revision).unwrap_or(0);
    Preview { id, entry, site, revision, digest, recipient, created_by, created_at, expires_at, revoked_at }
}

pub fn insert(tx: &mut Tx, preview: &Preview, token: &Digest) -> Result<()> {
    diesel::insert_into(previews::table)
        .values((
            previews::id.eq(preview.id),
            previews::entry_id.eq(preview.entry),
            previews::site_id.eq(preview.site),
            previews::revision.eq(i64::from(preview.revision)),
            previews::digest.eq(preview.digest),
            previews::recipient.eq(&preview.recipient),
            previews::token_hash.eq(token),
            previews::created_by.eq(preview.created_by),
            previews::created_at.eq(preview.created_at),
            previews::expires_at.eq(preview.expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn find(connection: &mut Conn, id: PreviewId) -> Result<Option<Preview>> {
    let row = previews::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    Ok(row.map(from_row))
}

pub fn by_token(connection: &mut Conn, token: &Digest) -> Result<Option<Preview>> {
    let row = previews::table.filter(previews::token_hash.eq(token)).select(COLUMNS);
    Ok(row.first::<Row>(connection).optional()?.map(from_row))
}

/// Those that are still open, newest first.
pub fn open(connection: &mut Conn, entry: EntryId, now: Timestamp) -> Result<Vec<Preview>> {
    let rows = previews::table
        .filter(previews::entry_id.eq(entry).and(previews::expires_at.gt(now)))
        .filter(previews::revoked_at.is_null())
        .order(previews::id.desc())
        .select(COLUMNS)
        .load::<Row>(connection)?;
    Ok(rows.into_iter().map(from_row).collect())
}

pub fn revoke(tx: &mut Tx, id: PreviewId, now: Timestamp) -> Result<()> {
    diesel::update(previews::table.find(id)).set(previews::revoked_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

pub fn insert_pass(tx: &mut Tx, pass: &Pass) -> Result<()> {
    // What nobody can use any more is forgotten on the way.
    diesel::delete(staging_passes::table.filter(staging_passes::expires_at.le(pass.created_at))).execute(&mut **tx)?;
    diesel::insert_into(staging_passes::table)
        .values((
            staging_passes::hash.eq(pass.hash),
            staging_passes::kind.eq(pass.kind.as_str()),
            staging_passes::site_id.eq(pass.site),
            staging_passes::session_id.eq(pass.session),
            staging_passes::created_at.eq(pass.created_at),
            staging_passes::expires_at.eq(pass.expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn pass(connection: &mut Conn, hash: &Digest) -> Result<Option<Pass>> {
    type PassRow = (Digest, String, SiteId, SessionId, Timestamp, Timestamp, Option<Timestamp>);
    let row = staging_passes::table.find(hash).select(staging_passes::all_columns).first::<PassRow>(connection);
    let pass = |(hash, kind, site, session, created_at, expires_at, used_at): PassRow| {
        let kind = PassKind::parse(&kind).unwrap_or(PassKind::Link);
        Pass { hash, kind, site, session, created_at, expires_at, used_at }
    };
    Ok(row.optional()?.map(pass))
}

/// Whether it was unused until now.
pub fn use_pass(tx: &mut Tx, hash: &Digest, now: Timestamp) -> Result<bool> {
    let unused = staging_passes::table.find(hash).filter(staging_passes::used_at.is_null());
    Ok(diesel::update(unused).set(staging_passes::used_at.eq(now)).execute(&mut **tx)? == 1)
}

/// Entries of a site whose newest revision is approved and waits: for its publisher, or for its time.
pub fn approved(connection: &mut Conn, site: SiteId) -> Result<Vec<EntryId>> {
    let waiting = entries::table
        .inner_join(cases::table)
        .left_join(live_entries::table.on(live_entries::entry_id.eq(entries::id)))
        .filter(entries::site_id.eq(site).and(entries::trashed_at.is_null()))
        .filter(entries::approved_closure.eq(entries::closure.nullable()))
        .filter(entries::approved_revision.eq(entries::revision))
        .filter(cases::ended_at.is_null())
        .filter(live_entries::revision.is_null().or(live_entries::revision.ne(entries::revision)))
        .order(entries::id)
        .select(entries::id);
    Ok(waiting.load(connection)?)
}
