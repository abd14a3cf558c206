//! Uploads in the database.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::Coming;
use crate::db::schema::uploads;
use crate::db::{Conn, Tx};
use crate::kernel::id::{SiteId, UploadId, UserId};
use crate::kernel::{Digest, Result, Timestamp};

type Row = (UploadId, SiteId, UserId, String, i64, Option<Digest>, Timestamp, Timestamp);

fn from_row((id, site_id, user_id, name, length, digest, created_at, expires_at): Row) -> Coming {
    Coming { id, site_id, user_id, name, length_bytes: length.unsigned_abs(), digest, created_at, expires_at }
}

pub fn insert(tx: &mut Tx, new: &Coming) -> Result<()> {
    diesel::insert_into(uploads::table)
        .values((
            uploads::id.eq(new.id),
            uploads::site_id.eq(new.site_id),
            uploads::user_id.eq(new.user_id),
            uploads::name.eq(&new.name),
            uploads::length_bytes.eq(new.length_bytes.cast_signed()),
            uploads::created_at.eq(new.created_at),
            uploads::expires_at.eq(new.expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn find(connection: &mut Conn, id: UploadId) -> Result<Option<Coming>> {
    let row = uploads::table.find(id).select(uploads::all_columns).first::<Row>(connection).optional()?;
    Ok(row.map(from_row))
}

pub fn count_of(connection: &mut Conn, user: UserId) -> Result<i64> {
    let open = uploads::table.filter(uploads::user_id.eq(user).and(uploads::digest.is_null()));
    Ok(open.count().get_result(connection)?)
}

/// What uploads of the site will take when they are whole.
pub fn coming_bytes(connection: &mut Conn, site: SiteId) -> Result<u64> {
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(length_bytes), 0) AS BIGINT)");
    let open = uploads::table.filter(uploads::site_id.eq(site).and(uploads::digest.is_null()));
    Ok(open.select(sum).first::<i64>(connection)?.unsigned_abs())
}

pub fn finish(tx: &mut Tx, id: UploadId, digest: &Digest) -> Result<()> {
    diesel::update(uploads::table.find(id)).set(uploads::digest.eq(digest)).execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: UploadId) -> Result<()> {
    diesel::delete(uploads::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Those that nobody may go on with.
pub fn expired(connection: &mut Conn, now: Timestamp) -> Result<Vec<UploadId>> {
    Ok(uploads::table.filter(uploads::expires_at.le(now)).select(uploads::id).load(connection)?)
}

/// When the next one expires.
pub fn next_expiry(connection: &mut Conn) -> Result<Option<Timestamp>> {
    let first = uploads::table.order(uploads::expires_at).select(uploads::expires_at);
    Ok(first.first::<Timestamp>(connection).optional()?)
}
