//! One-time links in the database.

use diesel::prelude::*;

use crate::db::schema::account_links;
use crate::db::{Conn, Tx};
use crate::kernel::id::UserId;
use crate::kernel::{Digest, Result, Timestamp};

/// A link that may be used.
#[derive(Debug, Clone)]
pub struct OpenLink {
    pub user: UserId,
    /// As the ledger names whoever made it.
    pub made_by: String,
    pub expires_at: Timestamp,
}

/// Puts a link in force and every other of the same account out of it.
pub fn replace(tx: &mut Tx, hash: &Digest, link: &OpenLink, now: Timestamp) -> Result<()> {
    revoke(tx, link.user, now)?;
    diesel::insert_into(account_links::table)
        .values((
            account_links::hash.eq(hash.as_str()),
            account_links::user_id.eq(link.user),
            account_links::made_by.eq(&link.made_by),
            account_links::created_at.eq(now),
            account_links::expires_at.eq(link.expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts every link of an account out of force.
pub fn revoke(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    let open = account_links::table
        .filter(account_links::user_id.eq(user))
        .filter(account_links::used_at.is_null())
        .filter(account_links::revoked_at.is_null());
    diesel::update(open).set(account_links::revoked_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Forgets those that ended before.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<()> {
    diesel::delete(account_links::table.filter(account_links::expires_at.lt(before))).execute(&mut **tx)?;
    Ok(())
}

/// When the links of an account were made that are newer than that, oldest first.
pub fn made_since(connection: &mut Conn, user: UserId, since: Timestamp) -> Result<Vec<Timestamp>> {
    let made = account_links::table
        .filter(account_links::user_id.eq(user))
        .filter(account_links::created_at.gt(since))
        .order(account_links::created_at);
    Ok(made.select(account_links::created_at).load(connection)?)
}

/// `None` when there is no such link, or it was used, revoked or is too old.
pub fn find_open(connection: &mut Conn, hash: &Digest, now: Timestamp) -> Result<Option<OpenLink>> {
    let row = account_links::table
        .find(hash.as_str())
        .filter(account_links::used_at.is_null())
        .filter(account_links::revoked_at.is_null())
        .filter(account_links::expires_at.gt(now))
        .select((account_links::user_id, account_links::made_by, account_links::expires_at))
        .first::<(UserId, String, Timestamp)>(connection)
        .optional()?;
    Ok(row.map(|(user, made_by, expires_at)| OpenLink { user, made_by, expires_at }))
}

/// Uses a link; `false` when somebody else has.
pub fn take(tx: &mut Tx, hash: &Digest, now: Timestamp) -> Result<bool> {
    let open = account_links::table
        .find(hash.as_str())
        .filter(account_links::used_at.is_null())
        .filter(account_links::revoked_at.is_null());
    Ok(diesel::update(open).set(account_links::used_at.eq(now)).execute(&mut **tx)? == 1)
}
