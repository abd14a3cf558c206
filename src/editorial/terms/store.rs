//! Terms in the database: what the newest revisions of entries bear.

use std::collections::HashMap;

use diesel::dsl::{count, count_star, max};
use diesel::prelude::*;

use super::model::{Term, TermKind};
use crate::content::rules::tag_slug;
use crate::db::Conn;
use crate::db::schema::{entries, entry_tags, live_entries};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Context, Result, Slug};

/// The terms of a site by their slugs, those whose slug holds `part`.
pub fn list(
    connection: &mut Conn,
    (site, kind): (SiteId, TermKind),
    part: &str,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<Term>> {
    let after = after.map(|cursor| cursor.key.as_str()).unwrap_or_default();
    let pattern = format!("%{part}%");
    let terms = match kind {
        TermKind::Category => categories(connection, site, (&pattern, after), limit)?,
        TermKind::Tag => tags(connection, site, (&pattern, after), limit)?,
    };
    let at = |term: &Term| Cursor { key: term.slug.to_string(), id: term.slug.to_string() };
    Ok(Page::cut(terms, limit, at))
}

fn categories(connection: &mut Conn, site: SiteId, (pattern, after): (&str, &str), limit: Limit) -> Result<Vec<Term>> {
    let rows = entries::table
        .left_join(live_entries::table.on(live_entries::entry_id.eq(entries::id)))
        .filter(entries::site_id.eq(site).and(entries::trashed_at.is_null()))
        .filter(entries::category.gt(after).and(entries::category.like(pattern)))
        .group_by(entries::category)
        .order(entries::category)
        .limit(limit.probe())
        .select((entries::category.assume_not_null(), count_star(), count(live_entries::entry_id.nullable())))
        .load::<(Slug, i64, i64)>(connection)?;
    let term = |(slug, entries, live): (Slug, i64, i64)| Term { text: slug.to_string(), slug, entries, live };
    Ok(rows.into_iter().map(term).collect())
}

fn tags(connection: &mut Conn, site: SiteId, (pattern, after): (&str, &str), limit: Limit) -> Result<Vec<Term>> {
    let rows = entry_tags::table
        .inner_join(entries::table.on(entries::id.eq(entry_tags::entry_id)))
        .left_join(live_entries::table.on(live_entries::entry_id.eq(entry_tags::entry_id)))
        .filter(entry_tags::site_id.eq(site).and(entries::trashed_at.is_null()))
        .filter(entry_tags::tag.gt(after).and(entry_tags::tag.like(pattern)))
        .group_by(entry_tags::tag)
        .order(entry_tags::tag)
        .limit(limit.probe())
        .select((
            entry_tags::tag,
            count_star(),
            count(live_entries::entry_id.nullable()),
            max(entry_tags::entry_id).assume_not_null(),
        ))
        .load::<(Slug, i64, i64, EntryId)>(connection)?;
    let spelled = spelled(connection, rows.iter().map(|(_, _, _, newest)| *newest).collect())?;
    let term = |(slug, entries, live, newest): (Slug, i64, i64, EntryId)| {
        let text = spelled.get(&newest).and_then(|tags| tags.iter().find(|tag| tag_slug(tag).as_ref() == Some(&slug)));
        Term { text: text.cloned().unwrap_or_else(|| slug.to_string()), slug, entries, live }
    };
    Ok(rows.into_iter().map(term).collect())
}

/// The tags of these entries as they spell them.
fn spelled(connection: &mut Conn, of: Vec<EntryId>) -> Result<HashMap<EntryId, Vec<String>>> {
    let rows = entries::table
        .filter(entries::id.eq_any(of))
        .select((entries::id, entries::tags))
        .load::<(EntryId, String)>(connection)?;
    let read = |(id, tags): (EntryId, String)| Ok((id, serde_json::from_str(&tags).context("read tags")?));
    rows.into_iter().map(read).collect()
}

/// The entries whose newest revision bears a term, in order; what waits in the trash is left out.
pub fn bearing(connection: &mut Conn, site: SiteId, (kind, slug): (TermKind, &Slug)) -> Result<Vec<EntryId>> {
    let here = entries::site_id.eq(site).and(entries::trashed_at.is_null());
    let found = match kind {
        TermKind::Category => {
            let of_it = entries::table.filter(here).filter(entries::category.eq(slug.as_str()));
            of_it.order(entries::id).select(entries::id).load(connection)?
        }
        TermKind::Tag => {
            let tagged = entry_tags::table
                .filter(entry_tags::site_id.eq(site).and(entry_tags::tag.eq(slug)))
                .select(entry_tags::entry_id);
            let of_it = entries::table.filter(here).filter(entries::id.eq_any(tagged));
            of_it.order(entries::id).select(entries::id).load(connection)?
        }
    };
    Ok(found)
}
