//! Content types of sites in the database. Every version stays; the highest is in force.

use std::sync::Arc;

use diesel::prelude::*;

use super::model::{ContentType, StoredType};
use super::types::{shipped, shipped_keys};
use crate::db::schema::{content_types, entries, live_entries, revisions};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Code, Context, Refusal, Result, Timestamp};

const VERSION_SHIPPED: i32 = 1;
/// How many bodies are read at once when a change is checked.
const BATCH_ROWS: i64 = 500;

/// A type of a site; shipped types are there without being stored. `None` when it has no such type.
pub fn find(connection: &mut Conn, site: SiteId, key: &str) -> Result<Option<StoredType>> {
    // The key comes from an address; PostgreSQL fails on a NUL.
    if key.contains('\0') {
        return Ok(None);
    }
    let stored = content_types::table
        .filter(content_types::site_id.eq(site).and(content_types::key.eq(key)))
        .order(content_types::version.desc())
        .select((content_types::version, content_types::definition))
        .first::<(i32, String)>(connection)
        .optional()?;
    match stored {
        Some((version, definition)) => Ok(Some(StoredType { version, content_type: read(key, &definition)? })),
        None => Ok(shipped(key).map(|content_type| StoredType { version: VERSION_SHIPPED, content_type })),
    }
}

/// The type, or a refusal that names it: for what callers name in a body.
pub fn require(connection: &mut Conn, site: SiteId, key: &str) -> Result<StoredType> {
    let found = find(connection, site, key)?;
    let refusal = || Refusal::new(Code::Invalid).field("type", "not_a_type", format!("the site has no type {key}"));
    found.ok_or_else(|| refusal().into())
}

fn read(key: &str, definition: &str) -> Result<Arc<ContentType>> {
    serde_json::from_str(definition).map(Arc::new).with_context(|| format!("read the content type {key}"))
}

/// Every type of a site: the shipped ones in their order, then its own by key.
pub fn list(connection: &mut Conn, site: SiteId) -> Result<Vec<StoredType>> {
    let own = content_types::table
        .filter(content_types::site_id.eq(site))
        .order((content_types::key, content_types::version))
        .select((content_types::key, content_types::version, content_types::definition))
        .load::<(String, i32, String)>(connection)?;
    let mut found: Vec<StoredType> = shipped_keys()
        .filter_map(shipped)
        .map(|content_type| StoredType { version: VERSION_SHIPPED, content_type })
        .collect();
    for (key, version, definition) in own {
        let stored = StoredType { version, content_type: read(&key, &definition)? };
        match found.iter_mut().find(|known| known.content_type.key == key) {
            Some(known) => *known = stored,
            None => found.push(stored),
        }
    }
    Ok(found)
}

/// Stores the shipped types that a site has not stored yet, so that a later Lamin does not change what
/// it has. May be called as often as one likes.
pub fn install_shipped(tx: &mut Tx, site: SiteId, now: Timestamp) -> Result<()> {
    let stored: Vec<String> = content_types::table
        .filter(content_types::site_id.eq(site))
        .select(content_types::key)
        .distinct()
        .load(&mut **tx)?;
    let missing = shipped_keys().filter(|key| stored.iter().all(|stored| stored != key));
    for content_type in missing.filter_map(shipped) {
        insert(tx, site, &StoredType { version: VERSION_SHIPPED, content_type }, now)?;
    }
    Ok(())
}

/// Stores a version of a type.
pub fn insert(tx: &mut Tx, site: SiteId, stored: &StoredType, now: Timestamp) -> Result<()> {
    let definition = serde_json::to_string(stored.content_type.as_ref()).context("write a content type")?;
    diesel::insert_into(content_types::table)
        .values((
            content_types::site_id.eq(site),
            content_types::key.eq(&stored.content_type.key),
            content_types::version.eq(stored.version),
            content_types::definition.eq(definition),
            content_types::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Calls `each` with every body of a type that is worked on or live: title, id, text.
pub fn for_each_body(
    connection: &mut Conn,
    site: SiteId,
    key: &str,
    mut each: impl FnMut(EntryId, &str, &str) -> Result<()>,
) -> Result<()> {
    let mut after: Option<EntryId> = None;
    loop {
        let mut query = entries::table
            .filter(entries::site_id.eq(site).and(entries::type_key.eq(key)))
            .order(entries::id)
            .limit(BATCH_ROWS)
            .select((entries::id, entries::title, entries::revision))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(entries::id.gt(after));
        }
        let rows = query.load::<(EntryId, String, i32)>(connection)?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = Some(*last);
        let ids: Vec<EntryId> = rows.iter().map(|row| row.0).collect();
        let mut wanted: Vec<(EntryId, i32)> = rows.iter().map(|row| (row.0, row.2)).collect();
        wanted.extend(
            live_entries::table
                .filter(live_entries::entry_id.eq_any(&ids))
                .select((live_entries::entry_id, live_entries::revision))
                .load::<(EntryId, i32)>(connection)?,
        );
        wanted.sort_unstable();
        wanted.dedup();
        for (id, number) in wanted {
            let body = revisions::table.find((id, number)).select(revisions::body).first::<String>(connection)?;
            let title = rows.iter().find(|row| row.0 == id).map_or("", |row| row.1.as_str());
            each(id, title, &body)?;
        }
    }
}
