//! Sites in the database.

use diesel::prelude::*;

use super::model::Site;
use crate::db::schema::sites;
use crate::db::{Conn, Tx};
use crate::identity::Actor;
use crate::kernel::id::SiteId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Context, Locale, Refusal, Result, Timestamp};

type Row = (SiteId, String, String, String, String, String, Locale, i64, i32, Timestamp, Timestamp, i64, i64);

fn from_row(row: Row) -> Result<Site> {
    // The last count what is searched and pictures to share, which are no business of this room.
    let (id, key, name, hosts, zone, locales, default_locale, live_sequence, version, created_at, updated_at, ..) = row;
    let hosts = serde_json::from_str(&hosts).with_context(|| format!("read the host names of the site {key}"))?;
    let locales = serde_json::from_str(&locales).with_context(|| format!("read the locales of the site {key}"))?;
    Ok(Site { id, key, name, hosts, zone, locales, default_locale, live_sequence, version, created_at, updated_at })
}

/// `None` when there is no such site.
pub fn find(connection: &mut Conn, id: SiteId) -> Result<Option<Site>> {
    let row = sites::table.find(id).select(sites::all_columns).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// `None` when no site has that key. Whether the caller may see it is not asked: see [`find_visible`].
pub fn find_by_key(connection: &mut Conn, key: &str) -> Result<Option<Site>> {
    // The key comes from an address; PostgreSQL fails on a NUL.
    if key.contains('\0') {
        return Ok(None);
    }
    let query = sites::table.filter(sites::key.eq(key)).select(sites::all_columns);
    query.first::<Row>(connection).optional()?.map(from_row).transpose()
}

/// The site of an address, for somebody: `not_found` when it is absent or the actor holds no role on it.
pub fn find_visible(connection: &mut Conn, key: &str, actor: &Actor) -> Result<Site> {
    let site = find_by_key(connection, key)?.filter(|site| actor.sees(site.id));
    site.ok_or_else(|| Refusal::new(Code::NotFound).into())
}

/// The site that somebody names in words: by its key, or by one of its hosts, with `https://` before it or without.
pub fn find_named(connection: &mut Conn, words: &str) -> Result<Option<Site>> {
    let words = words.trim().to_lowercase();
    if let Some(site) = find_by_key(connection, &words)? {
        return Ok(Some(site));
    }
    let bare = words.strip_prefix("https://").or_else(|| words.strip_prefix("http://")).unwrap_or(&words);
    let host = bare.split('/').next().unwrap_or_default();
    Ok(list(connection)?.into_iter().find(|site| site.hosts.iter().any(|own| own == host)))
}

/// Every site, by key.
pub fn list(connection: &mut Conn) -> Result<Vec<Site>> {
    let rows = sites::table.order(sites::key).select(sites::all_columns).load::<Row>(connection)?;
    rows.into_iter().map(from_row).collect()
}

/// A page of sites by key; `visible` as [`Actor::visible_sites`] gives it.
pub fn page(
    connection: &mut Conn,
    visible: Option<&[SiteId]>,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<Site>> {
    let mut query = sites::table.select(sites::all_columns).into_boxed();
    if let Some(visible) = visible {
        query = query.filter(sites::id.eq_any(visible));
    }
    if let Some(cursor) = after {
        query = query.filter(sites::key.gt(&cursor.key));
    }
    let rows = query.order(sites::key).limit(limit.probe()).load::<Row>(connection)?;
    let sites = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(sites, limit, |site| Cursor { key: site.key.clone(), id: site.id.to_string() }))
}

/// Stores a new site. That its key and hosts are free is the caller's to check, in this transaction.
pub fn insert(tx: &mut Tx, site: &Site) -> Result<()> {
    diesel::insert_into(sites::table)
        .values((
            sites::id.eq(site.id),
            sites::key.eq(&site.key),
            sites::name.eq(&site.name),
            sites::hosts.eq(serde_json::json!(site.hosts).to_string()),
            sites::zone.eq(&site.zone),
            sites::locales.eq(serde_json::json!(site.locales).to_string()),
            sites::default_locale.eq(&site.default_locale),
            sites::live_sequence.eq(site.live_sequence),
            sites::version.eq(site.version),
            sites::created_at.eq(site.created_at),
            sites::updated_at.eq(site.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Stores what a PATCH may change; `live_sequence` stays as it is.
pub fn update(tx: &mut Tx, site: &Site) -> Result<()> {
    diesel::update(sites::table.find(site.id))
        .set((
            sites::key.eq(&site.key),
            sites::name.eq(&site.name),
            sites::hosts.eq(serde_json::json!(site.hosts).to_string()),
            sites::zone.eq(&site.zone),
            sites::locales.eq(serde_json::json!(site.locales).to_string()),
            sites::default_locale.eq(&site.default_locale),
            sites::version.eq(site.version),
            sites::updated_at.eq(site.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
