//! Which pictures are made, in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::rows::insert_all;
use crate::db::schema::{shares, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::SiteId;
use crate::kernel::{Digest, Result, Timestamp};

/// Names in one statement.
const NAMES_AT_ONCE: usize = 500;

/// A picture that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub name: Digest,
    /// Of its bytes, which the storage has under it.
    pub sha256: Digest,
    pub bytes: usize,
}

/// The pictures of a site that are made.
#[derive(Debug, Clone, Default)]
pub struct Shares {
    /// Rises when there are others.
    pub version: i64,
    /// The digests of their bytes, by their names.
    pub ready: HashMap<Digest, Digest>,
}

pub fn version(connection: &mut Conn, site: SiteId) -> Result<i64> {
    Ok(sites::table.find(site).select(sites::shares_version).first(connection)?)
}

pub fn read(connection: &mut Conn, site: SiteId) -> Result<Shares> {
    let version = version(connection, site)?;
    let rows = shares::table.filter(shares::site_id.eq(site)).select((shares::name, shares::sha256));
    Ok(Shares { version, ready: rows.load::<(Digest, Digest)>(connection)?.into_iter().collect() })
}

/// Enters new pictures and forgets others. One that somebody else entered meanwhile is the same.
pub fn change(tx: &mut Tx, site: SiteId, made: &[Made], gone: &[Digest], now: Timestamp) -> Result<()> {
    let known = read(tx, site)?.ready;
    let row = |made: &Made| {
        (
            shares::site_id.eq(site),
            shares::name.eq(made.name),
            shares::sha256.eq(made.sha256),
            shares::size_bytes.eq(made.bytes as i64),
            shares::made_at.eq(now),
        )
    };
    insert_all!(tx, shares::table, made.iter().filter(|made| !known.contains_key(&made.name)).map(row));
    for some in gone.chunks(NAMES_AT_ONCE) {
        let gone = shares::table.filter(shares::site_id.eq(site).and(shares::name.eq_any(some)));
        diesel::delete(gone).execute(&mut **tx)?;
    }
    let next = sites::shares_version.eq(sites::shares_version + 1);
    diesel::update(sites::table.find(site)).set(next).execute(&mut **tx)?;
    Ok(())
}

/// Every digest of a stored file that a picture of any site has.
pub fn stored(connection: &mut Conn) -> Result<Vec<Digest>> {
    Ok(shares::table.select(shares::sha256).distinct().load(connection)?)
}
