//! Procedures as stored: every version stays, because a case ends on the one it began with.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use diesel::prelude::*;

use super::model::Definition;
use crate::db::schema::procedures;
use crate::db::{Conn, Tx};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};

pub use crate::calendar::store::{calendar, set_source as set_calendar, source as calendar_source};

/// A stored version of a procedure.
#[derive(Debug, Clone)]
pub struct Shelved {
    pub key: String,
    pub version: i32,
    pub digest: Digest,
    pub source: String,
    pub created_at: Timestamp,
}

type Row = (String, i32, Digest, String, Timestamp);

fn from_row((key, version, digest, source, created_at): Row) -> Shelved {
    Shelved { key, version, digest, source, created_at }
}

/// The version in force: the highest.
pub fn in_force(connection: &mut Conn, key: &str) -> Result<Option<Shelved>> {
    // The key may come from an address; PostgreSQL fails on a NUL.
    if key.contains('\0') {
        return Ok(None);
    }
    let row = procedures::table
        .filter(procedures::key.eq(key))
        .order(procedures::version.desc())
        .select(procedures::all_columns)
        .first::<Row>(connection)
        .optional()?;
    Ok(row.map(from_row))
}

/// One version, parsed; absent is a refusal (`not_found`).
pub fn definition(connection: &mut Conn, key: &str, version: i32) -> Result<Arc<Definition>> {
    let digest = procedures::table.find((key, version)).select(procedures::digest).first::<Digest>(connection);
    let digest =
        digest.optional()?.ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("no procedure {key}")))?;
    if let Some(definition) = PARSED.get(&digest) {
        return Ok(definition);
    }
    let source = procedures::table.find((key, version)).select(procedures::source).first::<String>(connection)?;
    let definition = Definition::load(&source, &format!("{key} version {version}"))?;
    Ok(PARSED.keep(digest, definition))
}

/// The version in force, parsed, with its number.
pub fn current(connection: &mut Conn, key: &str) -> Result<(i32, Arc<Definition>)> {
    let version = procedures::table
        .filter(procedures::key.eq(key))
        .select(diesel::dsl::max(procedures::version))
        .first::<Option<i32>>(connection)?;
    let version = version.ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("no procedure {key}")))?;
    Ok((version, definition(connection, key, version)?))
}

/// When a procedure first came to this installation.
pub fn since(connection: &mut Conn, key: &str) -> Result<Option<Timestamp>> {
    let of_key = procedures::table.filter(procedures::key.eq(key));
    Ok(of_key.select(diesel::dsl::min(procedures::created_at)).first(connection)?)
}

/// Key and version of every procedure in force, by key.
pub fn versions(connection: &mut Conn) -> Result<Vec<(String, i32)>> {
    let rows = procedures::table
        .group_by(procedures::key)
        .order(procedures::key)
        .select((procedures::key, diesel::dsl::max(procedures::version)))
        .load::<(String, Option<i32>)>(connection)?;
    Ok(rows.into_iter().map(|(key, version)| (key, version.unwrap_or_default())).collect())
}

/// Every stored version, by key and number.
pub fn all_versions(connection: &mut Conn) -> Result<Vec<(String, i32)>> {
    let rows = procedures::table.order((procedures::key, procedures::version));
    Ok(rows.select((procedures::key, procedures::version)).load(connection)?)
}

/// Stores a new version behind the present one.
pub fn add(tx: &mut Tx, key: &str, source: &str, now: Timestamp) -> Result<i32> {
    let version = in_force(tx, key)?.map_or(0, |present| present.version) + 1;
    diesel::insert_into(procedures::table)
        .values((
            procedures::key.eq(key),
            procedures::version.eq(version),
            procedures::digest.eq(Digest::of(source)),
            procedures::source.eq(source),
            procedures::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(version)
}

/// What a text means, by the digest of the text: parsing is pure, so one memory of it serves everybody in
/// this process. It holds as many texts as there are stored versions.
struct Memory<T>(Mutex<HashMap<Digest, Arc<T>>>);

static PARSED: LazyLock<Memory<Definition>> = LazyLock::new(|| Memory(Mutex::default()));

impl<T> Memory<T> {
    fn get(&self, digest: &Digest) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn keep(&self, digest: Digest, value: T) -> Arc<T> {
        let value = Arc::new(value);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, value.clone());
        value
    }
}
