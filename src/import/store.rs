//! What an import reads of the database; it writes through the features that own the tables.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{entries, live_entries};
use crate::kernel::id::{EntryId, GroupId, SiteId};
use crate::kernel::{Digest, Locale, Result, Slug, Timestamp};

/// Type, locale and slug.
pub type Address = (String, Locale, Slug);

/// Every address that an entry of the site has, in the trash too, with its translation group.
pub fn addresses(connection: &mut Conn, site: SiteId) -> Result<HashMap<Address, GroupId>> {
    let rows = entries::table
        .filter(entries::site_id.eq(site))
        .select((entries::type_key, entries::locale, entries::slug, entries::group_id))
        .load::<(String, Locale, Slug, GroupId)>(connection)?;
    Ok(rows.into_iter().map(|(type_key, locale, slug, group)| ((type_key, locale, slug), group)).collect())
}

/// Those of these slugs that an entry of the site has, in the trash too, with type and locale.
pub fn taken(connection: &mut Conn, site: SiteId, slugs: &[Slug]) -> Result<Vec<Address>> {
    let rows = entries::table.filter(entries::site_id.eq(site).and(entries::slug.eq_any(slugs))).select((
        entries::type_key,
        entries::locale,
        entries::slug,
    ));
    Ok(rows.load(connection)?)
}

/// An entry that went live by an import and that no approver has confirmed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unconfirmed {
    pub entry_id: EntryId,
    #[serde(rename = "type")]
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    /// What an approver would confirm.
    pub closure: Digest,
    pub published_at: Timestamp,
}

/// What is live on a site with the origin `imported` and without an approver, by its address.
pub fn unconfirmed(connection: &mut Conn, site: SiteId) -> Result<Vec<Unconfirmed>> {
    let rows = live_entries::table
        .filter(live_entries::site_id.eq(site))
        .filter(live_entries::origin.eq(super::ORIGIN).and(live_entries::approver_id.is_null()))
        .order((live_entries::type_key, live_entries::locale, live_entries::slug))
        .select((
            live_entries::entry_id,
            live_entries::type_key,
            live_entries::locale,
            live_entries::slug,
            live_entries::closure,
            live_entries::published_at,
        ))
        .load::<(EntryId, String, Locale, Slug, Digest, Timestamp)>(connection)?;
    let read = |(entry_id, type_key, locale, slug, closure, published_at)| Unconfirmed {
        entry_id,
        type_key,
        locale,
        slug,
        closure,
        published_at,
    };
    Ok(rows.into_iter().map(read).collect())
}
