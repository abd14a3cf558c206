//! What an import reads of the database; it writes through the features that own the tables.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::{entries, live_entries};
use crate::db::{Backend, Conn};
use crate::kernel::id::{EntryId, GroupId, SiteId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Locale, Refusal, Result, Slug, Timestamp};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfirmed {
    pub entry_id: EntryId,
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub title: String,
    /// What an approver would confirm.
    pub closure: Digest,
    pub published_at: Timestamp,
}

type Row = (EntryId, String, Locale, Slug, String, Digest, Timestamp);

fn from_row((entry_id, type_key, locale, slug, card, closure, published_at): Row) -> Unconfirmed {
    // Written by `content::live` alone; every type has a title.
    let card: Value = serde_json::from_str(&card).unwrap_or_default();
    let title = card.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    Unconfirmed { entry_id, type_key, locale, slug, title, closure, published_at }
}

/// A page of what is live on a site with the origin `imported` and without an approver, by type, locale and slug.
pub fn unconfirmed(
    connection: &mut Conn,
    site: SiteId,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<Unconfirmed>> {
    let mut found = Vec::new();
    for stretch in stretches(after)? {
        let wanted = limit.probe() - found.len() as i64;
        if wanted > 0 {
            found.extend(unconfirmed_within(connection, site, &stretch, wanted)?);
        }
    }
    Ok(Page::cut(found, limit, |entry| Cursor {
        key: format!("{}/{}/{}", entry.type_key, entry.locale, entry.slug),
        id: entry.entry_id.to_string(),
    }))
}

/// A stretch of the list that is one range of the index, so that no row is read for nothing.
enum Stretch {
    Whole,
    /// The rest of a type in a locale.
    BehindSlug(Address),
    /// The other locales of that type.
    BehindLocale(String, Locale),
    BehindType(String),
}

fn stretches(after: Option<&Cursor>) -> Result<Vec<Stretch>, Refusal> {
    let Some(cursor) = after else { return Ok(vec![Stretch::Whole]) };
    let bad = || Refusal::new(Code::BadCursor);
    let [type_key, locale, slug]: [&str; 3] =
        cursor.key.splitn(3, '/').collect::<Vec<_>>().try_into().map_err(|_| bad())?;
    let (locale, slug) = (Locale::parse(locale).map_err(|_| bad())?, Slug::parse(slug).map_err(|_| bad())?);
    Ok(vec![
        Stretch::BehindSlug((type_key.to_owned(), locale.clone(), slug)),
        Stretch::BehindLocale(type_key.to_owned(), locale),
        Stretch::BehindType(type_key.to_owned()),
    ])
}

fn unconfirmed_within(
    connection: &mut Conn,
    site: SiteId,
    stretch: &Stretch,
    limit: i64,
) -> Result<impl Iterator<Item = Unconfirmed> + use<>> {
    let query = live_entries::table
        .filter(live_entries::site_id.eq(site))
        .filter(live_entries::origin.eq(super::ORIGIN).and(live_entries::approver_id.is_null()))
        .select((
            live_entries::entry_id,
            live_entries::type_key,
            live_entries::locale,
            live_entries::slug,
            live_entries::card,
            live_entries::closure,
            live_entries::published_at,
        ))
        .into_boxed::<Backend>();
    let query = match stretch {
        Stretch::Whole => query,
        Stretch::BehindSlug((type_key, locale, slug)) => query
            .filter(live_entries::type_key.eq(type_key).and(live_entries::locale.eq(locale)))
            .filter(live_entries::slug.gt(slug)),
        Stretch::BehindLocale(type_key, locale) => {
            query.filter(live_entries::type_key.eq(type_key).and(live_entries::locale.gt(locale)))
        }
        Stretch::BehindType(type_key) => query.filter(live_entries::type_key.gt(type_key)),
    };
    let sorted = query.order((live_entries::type_key, live_entries::locale, live_entries::slug));
    Ok(sorted.limit(limit).load::<Row>(connection)?.into_iter().map(from_row))
}
