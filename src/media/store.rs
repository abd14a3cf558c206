//! Assets in the database.

use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Alt, Asset, Kind};
use crate::db::rows::insert_all;
use crate::db::schema::assets;
use crate::db::{Conn, Tx};
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Error, Refusal, Result, Timestamp};

/// How many files one question names. SQLite takes 32,766 parameters, and an import may bring more files at once.
const ASKED_DIGESTS_MAX: usize = 1_000;

type Row = (
    SiteId,
    Digest,
    String,
    String,
    String,
    i64,
    Option<i32>,
    Option<i32>,
    String,
    String,
    Option<UserId>,
    i32,
    Timestamp,
);

fn from_row(row: Row) -> Result<Asset> {
    let (
        site_id,
        digest,
        name,
        kind,
        media_type,
        size_bytes,
        width,
        height,
        alt,
        credit,
        uploaded_by,
        version,
        created_at,
    ) = row;
    let kind = Kind::parse(&kind).ok_or_else(|| Error::broken("read an asset", format!("its kind is {kind:?}")))?;
    let alt: Alt = serde_json::from_str(&alt).map_err(|cause| Error::broken("read an asset", cause))?;
    Ok(Asset {
        site_id,
        digest,
        name,
        kind,
        media_type,
        size_bytes,
        width,
        height,
        alt,
        credit,
        uploaded_by,
        version,
        created_at,
    })
}

pub fn find(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<Option<Asset>> {
    let row = assets::table.find((site, digest)).select(assets::all_columns).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// Those of the digests that the site has.
pub fn find_all(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<Vec<Asset>> {
    let rows = assets::table
        .filter(assets::site_id.eq(site))
        .filter(assets::digest.eq_any(digests))
        .select(assets::all_columns)
        .load::<Row>(connection)?;
    rows.into_iter().map(from_row).collect()
}

/// Which of the digests the site has; only the index is read.
pub fn known(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<HashSet<Digest>> {
    let mut known = HashSet::new();
    for part in digests.chunks(ASKED_DIGESTS_MAX) {
        let query =
            assets::table.filter(assets::site_id.eq(site).and(assets::digest.eq_any(part))).select(assets::digest);
        known.extend(query.load::<Digest>(connection)?);
    }
    Ok(known)
}

/// What all files of the site take together.
pub fn used_bytes(connection: &mut Conn, site: SiteId) -> Result<u64> {
    // PostgreSQL adds whole numbers up to a decimal one.
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)");
    let used = assets::table.filter(assets::site_id.eq(site)).select(sum).first::<i64>(connection)?;
    Ok(used.unsigned_abs())
}

/// Newest first.
pub fn list(connection: &mut Conn, site: SiteId, limit: Limit, after: Option<&Cursor>) -> Result<Page<Asset>> {
    let mut query = assets::table.filter(assets::site_id.eq(site)).select(assets::all_columns).into_boxed();
    if let Some(cursor) = after {
        let bad = || Refusal::new(Code::BadCursor);
        let at = Timestamp::from_micros(cursor.key.parse().map_err(|_| bad())?);
        let digest = Digest::parse(&cursor.id).ok_or_else(bad)?;
        let same_time_before = assets::created_at.eq(at).and(assets::digest.lt(digest));
        query = query.filter(assets::created_at.le(at)).filter(assets::created_at.lt(at).or(same_time_before));
    }
    let rows =
        query.order((assets::created_at.desc(), assets::digest.desc())).limit(limit.probe()).load::<Row>(connection)?;
    let found = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, limit, |asset| Cursor {
        key: asset.created_at.micros().to_string(),
        id: asset.digest.to_string(),
    }))
}

/// The caller has looked that the site has none of them.
pub fn insert_all(tx: &mut Tx, new: &[Asset]) -> Result<()> {
    let row = |asset: &Asset| {
        (
            assets::site_id.eq(asset.site_id),
            assets::digest.eq(asset.digest),
            assets::name.eq(asset.name.clone()),
            assets::kind.eq(asset.kind.as_str()),
            assets::media_type.eq(asset.media_type.clone()),
            assets::size_bytes.eq(asset.size_bytes),
            assets::width.eq(asset.width),
            assets::height.eq(asset.height),
            assets::alt.eq(serde_json::json!(asset.alt).to_string()),
            assets::credit.eq(asset.credit.clone()),
            assets::uploaded_by.eq(asset.uploaded_by),
            assets::version.eq(asset.version),
            assets::created_at.eq(asset.created_at),
        )
    };
    insert_all!(tx, assets::table, new.iter().map(row));
    Ok(())
}

/// Saves what may change of an asset: its alternative text, its credit, its version.
pub fn describe(tx: &mut Tx, asset: &Asset) -> Result<()> {
    diesel::update(assets::table.find((asset.site_id, asset.digest)))
        .set((
            assets::alt.eq(serde_json::json!(asset.alt).to_string()),
            assets::credit.eq(&asset.credit),
            assets::version.eq(asset.version),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
