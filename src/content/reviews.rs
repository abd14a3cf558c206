//! When what is live has to be looked at again: the only writer of `entries.reviewed_at` and `entries.review_at`.
//!
//! Going live counts as being looked at, because somebody has just approved it. What is not live has neither date.

use diesel::prelude::*;

use super::model::{ContentType, LiveEntry};
use super::type_store;
use crate::db::Tx;
use crate::db::schema::entries;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Result, Timestamp};

/// Has the time of entries begin that have just gone live.
pub(super) fn begin(tx: &mut Tx, site: SiteId, live: &[LiveEntry], now: Timestamp) -> Result<()> {
    let mut keys: Vec<&str> = live.iter().map(|live| live.type_key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let due = type_store::find(tx, site, key)?.and_then(|stored| stored.content_type.review_after(now));
        let ids: Vec<EntryId> = live.iter().filter(|live| live.type_key == key).map(|live| live.entry_id).collect();
        diesel::update(entries::table.filter(entries::id.eq_any(&ids)))
            .set((entries::reviewed_at.eq(Some(now)), entries::review_at.eq(due)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Ends it, because the entry is not live any more.
pub(super) fn end(tx: &mut Tx, entry: EntryId) -> Result<()> {
    diesel::update(entries::table.find(entry))
        .set((entries::reviewed_at.eq(None::<Timestamp>), entries::review_at.eq(None::<Timestamp>)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Somebody has looked at what is live. The version stays: nothing that anybody is working on has changed.
pub fn looked_at(tx: &mut Tx, entry: EntryId, (now, due): (Timestamp, Option<Timestamp>)) -> Result<()> {
    diesel::update(entries::table.find(entry))
        .set((entries::reviewed_at.eq(Some(now)), entries::review_at.eq(due)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Counts the dates of a type anew, because its span has changed.
pub(super) fn reckon(tx: &mut Tx, site: SiteId, content_type: &ContentType) -> Result<()> {
    let of_type = entries::table
        .filter(entries::site_id.eq(site).and(entries::type_key.eq(&content_type.key)))
        .filter(entries::reviewed_at.is_not_null());
    match content_type.review_span() {
        Some(micros) => diesel::update(of_type)
            .set(entries::review_at.eq(entries::reviewed_at + Some(micros)))
            .execute(&mut **tx)?,
        None => diesel::update(of_type).set(entries::review_at.eq(None::<Timestamp>)).execute(&mut **tx)?,
    };
    Ok(())
}
