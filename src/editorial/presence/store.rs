//! Presences in the database.

use diesel::prelude::*;

use super::rules::Presence;
use crate::db::Tx;
use crate::db::rows::insert_all;
use crate::db::schema::presences;
use crate::kernel::Result;
use crate::kernel::id::{EntryId, UserId};

/// In the order in which they were last seen.
pub fn of(tx: &mut Tx, entry: EntryId) -> Result<Vec<Presence>> {
    let rows = presences::table
        .filter(presences::entry_id.eq(entry))
        .order((presences::seen_at, presences::user_id))
        .select((presences::user_id, presences::seen_at, presences::holds_since))
        .load(&mut **tx)?;
    let presence = |(user, seen_at, holds_since)| Presence { user, seen_at, holds_since };
    Ok(rows.into_iter().map(presence).collect())
}

/// These and nobody else.
pub fn replace(tx: &mut Tx, entry: EntryId, all: &[Presence]) -> Result<()> {
    diesel::delete(presences::table.filter(presences::entry_id.eq(entry))).execute(&mut **tx)?;
    let row = |one: &Presence| {
        (
            presences::entry_id.eq(entry),
            presences::user_id.eq(one.user),
            presences::seen_at.eq(one.seen_at),
            presences::holds_since.eq(one.holds_since),
        )
    };
    insert_all!(tx, presences::table, all.iter().map(row));
    Ok(())
}

pub fn remove(tx: &mut Tx, entry: EntryId, user: UserId) -> Result<()> {
    diesel::delete(presences::table.find((entry, user))).execute(&mut **tx)?;
    Ok(())
}
