//! What citizens see: the only writer of `live_entries`, `live_changes`, `former_addresses` and of
//! `sites.live_sequence`.
//!
//! Each change takes the site's next sequence number, so that the published site and the public API
//! know what they have seen. Call `app.live_changed()` after the commit.

use diesel::prelude::*;

use super::model::{Content, ContentType, EntryRow, FormerAddress, LiveChange, LiveChangeKind, LiveEntry};
use super::rules;
use crate::db::schema::{entries, former_addresses, live_changes, live_entries, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, GroupId, SiteId, UserId};
use crate::kernel::{Code, Digest, Locale, Refusal, Result, Slug, Timestamp};

impl LiveEntry {
    /// The newest revision of an entry as it would go live; `published_at` is when it first did.
    pub fn of(
        row: &EntryRow,
        content_type: &ContentType,
        content: &Content,
        approver: Option<UserId>,
        published_at: Timestamp,
    ) -> Self {
        LiveEntry {
            entry_id: row.id,
            site_id: row.site_id,
            type_key: row.type_key.clone(),
            locale: row.locale.clone(),
            slug: row.slug.clone(),
            group_id: row.group_id,
            revision: row.revision,
            digest: row.digest,
            closure: row.closure,
            card: rules::card(content_type, content).into(),
            approver_id: approver,
            origin: row.origin.clone(),
            published_at: row.published_at.unwrap_or(published_at),
            updated_at: published_at,
            sequence: 0,
        }
    }
}

type Row = (
    EntryId,
    SiteId,
    String,
    Locale,
    Slug,
    GroupId,
    i32,
    Digest,
    Digest,
    String,
    Option<UserId>,
    String,
    Timestamp,
    Timestamp,
    i64,
);

fn from_row(row: Row) -> LiveEntry {
    let (entry_id, site_id, type_key, locale, slug, group_id, revision, digest, closure, card, approver_id, ..) = row;
    let (.., origin, published_at, updated_at, sequence) = row;
    LiveEntry {
        entry_id,
        site_id,
        type_key,
        locale,
        slug,
        group_id,
        revision,
        digest,
        closure,
        card: serde_json::from_str(&card).unwrap_or_default(),
        approver_id,
        origin,
        published_at,
        updated_at,
        sequence,
    }
}

/// Makes an entry live, or shows another revision of it; returns the change's sequence number.
///
/// Refuses an address that another live entry has (`taken`). The address that the entry had before
/// leads to the new one from now on; an old address of others that it occupies is freed. Sets
/// `entries.published_at` as well.
pub fn show(tx: &mut Tx, live: &LiveEntry, reason: &str, now: Timestamp) -> Result<i64> {
    if let Some(other) = at_address(tx, live)?.filter(|other| *other != live.entry_id) {
        let about = format!("the entry {other} is live at this address");
        return Err(Refusal::new(Code::Taken).field("slug", "taken", about).into());
    }
    let before = find(tx, live.entry_id)?;
    if let Some(before) = before.as_ref().filter(|before| !same_address(before, live)) {
        remember_address(tx, before, now)?;
    }
    free_address(tx, live)?;
    let sequence = next_sequence(tx, live.site_id)?;
    if before.is_some() {
        diesel::delete(live_entries::table.find(live.entry_id)).execute(&mut **tx)?;
    }
    diesel::insert_into(live_entries::table)
        .values((
            live_entries::entry_id.eq(live.entry_id),
            live_entries::site_id.eq(live.site_id),
            live_entries::type_key.eq(&live.type_key),
            live_entries::locale.eq(&live.locale),
            live_entries::slug.eq(&live.slug),
            live_entries::group_id.eq(live.group_id),
            live_entries::revision.eq(live.revision),
            live_entries::digest.eq(live.digest),
            live_entries::closure.eq(live.closure),
            live_entries::card.eq(live.card.to_string()),
            live_entries::approver_id.eq(live.approver_id),
            live_entries::origin.eq(&live.origin),
            live_entries::published_at.eq(live.published_at),
            live_entries::updated_at.eq(live.updated_at),
            live_entries::sequence.eq(sequence),
        ))
        .execute(&mut **tx)?;
    diesel::update(entries::table.find(live.entry_id))
        .set(entries::published_at.eq(live.published_at))
        .execute(&mut **tx)?;
    record(tx, live, LiveChangeKind::Shown, sequence, reason, now)?;
    Ok(sequence)
}

/// Takes an entry away from citizens; returns the change's sequence number. `not_live` when it is not.
pub fn hide(tx: &mut Tx, entry: EntryId, reason: &str, now: Timestamp) -> Result<i64> {
    let live = find(tx, entry)?.ok_or_else(|| Refusal::new(Code::NotLive))?;
    let sequence = next_sequence(tx, live.site_id)?;
    diesel::delete(live_entries::table.find(entry)).execute(&mut **tx)?;
    record(tx, &live, LiveChangeKind::Hidden, sequence, reason, now)?;
    Ok(sequence)
}

/// Names the approver of entries that went live without one. What citizens see stays as it is, so no change is
/// counted. `already_approved` unless every one of them is live and waits for an approver.
pub fn confirm(tx: &mut Tx, entries: &[EntryId], approver: UserId) -> Result<()> {
    let waiting =
        live_entries::table.filter(live_entries::entry_id.eq_any(entries)).filter(live_entries::approver_id.is_null());
    let confirmed = diesel::update(waiting).set(live_entries::approver_id.eq(approver)).execute(&mut **tx)?;
    if confirmed == entries.len() { Ok(()) } else { Err(Refusal::new(Code::AlreadyApproved).into()) }
}

fn same_address(one: &LiveEntry, other: &LiveEntry) -> bool {
    (&one.type_key, &one.locale, &one.slug) == (&other.type_key, &other.locale, &other.slug)
}

fn at_address(connection: &mut Conn, live: &LiveEntry) -> Result<Option<EntryId>> {
    let query = live_entries::table
        .filter(live_entries::site_id.eq(live.site_id))
        .filter(live_entries::type_key.eq(&live.type_key))
        .filter(live_entries::locale.eq(&live.locale))
        .filter(live_entries::slug.eq(&live.slug))
        .select(live_entries::entry_id);
    Ok(query.first::<EntryId>(connection).optional()?)
}

fn remember_address(tx: &mut Tx, before: &LiveEntry, now: Timestamp) -> Result<()> {
    free_address(tx, before)?;
    diesel::insert_into(former_addresses::table)
        .values((
            former_addresses::site_id.eq(before.site_id),
            former_addresses::type_key.eq(&before.type_key),
            former_addresses::locale.eq(&before.locale),
            former_addresses::slug.eq(&before.slug),
            former_addresses::entry_id.eq(before.entry_id),
            former_addresses::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn free_address(tx: &mut Tx, live: &LiveEntry) -> Result<()> {
    let address = (live.site_id, &live.type_key, &live.locale, &live.slug);
    let row = former_addresses::table.find(address);
    diesel::delete(row).execute(&mut **tx)?;
    Ok(())
}

fn next_sequence(tx: &mut Tx, site: SiteId) -> Result<i64> {
    let last: i64 = sites::table.find(site).select(sites::live_sequence).first(&mut **tx)?;
    diesel::update(sites::table.find(site)).set(sites::live_sequence.eq(last + 1)).execute(&mut **tx)?;
    Ok(last + 1)
}

fn record(
    tx: &mut Tx,
    live: &LiveEntry,
    kind: LiveChangeKind,
    sequence: i64,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(live_changes::table)
        .values((
            live_changes::site_id.eq(live.site_id),
            live_changes::sequence.eq(sequence),
            live_changes::kind.eq(kind.as_str()),
            live_changes::entry_id.eq(live.entry_id),
            live_changes::type_key.eq(&live.type_key),
            live_changes::locale.eq(&live.locale),
            live_changes::slug.eq(&live.slug),
            live_changes::digest.eq(live.digest),
            live_changes::reason.eq(reason),
            live_changes::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// What citizens see of an entry; `None` when nothing.
pub fn find(connection: &mut Conn, entry: EntryId) -> Result<Option<LiveEntry>> {
    let row = live_entries::table.find(entry).select(live_entries::all_columns).first::<Row>(connection).optional()?;
    Ok(row.map(from_row))
}

/// What citizens see of these entries, in no order.
pub fn find_all(connection: &mut Conn, entries: &[EntryId]) -> Result<Vec<LiveEntry>> {
    let query = live_entries::table.filter(live_entries::entry_id.eq_any(entries)).select(live_entries::all_columns);
    Ok(query.load::<Row>(connection)?.into_iter().map(from_row).collect())
}

/// Everything live on a site, in the order of its sequence numbers.
pub fn list(connection: &mut Conn, site: SiteId) -> Result<Vec<LiveEntry>> {
    list_since(connection, site, 0)
}

/// What is live and was shown after a sequence number. What was hidden is in [`changes_since`] alone.
pub fn list_since(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Vec<LiveEntry>> {
    let rows = live_entries::table
        .filter(live_entries::site_id.eq(site).and(live_entries::sequence.gt(sequence)))
        .order(live_entries::sequence)
        .select(live_entries::all_columns)
        .load::<Row>(connection)?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Every change after a sequence number, in order.
pub fn changes_since(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Vec<LiveChange>> {
    type ChangeRow = (i64, String, EntryId, String, Locale, Slug, Digest, String, Timestamp);
    let rows = live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.gt(sequence)))
        .order(live_changes::sequence)
        .select((
            live_changes::sequence,
            live_changes::kind,
            live_changes::entry_id,
            live_changes::type_key,
            live_changes::locale,
            live_changes::slug,
            live_changes::digest,
            live_changes::reason,
            live_changes::at,
        ))
        .load::<ChangeRow>(connection)?;
    let changes = rows.into_iter().map(|(sequence, kind, entry_id, type_key, locale, slug, digest, reason, at)| {
        // A kind that is not ours can only mean that the entry is gone for us.
        let kind = LiveChangeKind::parse(&kind).unwrap_or(LiveChangeKind::Hidden);
        LiveChange { sequence, kind, entry_id, type_key, locale, slug, digest, reason, at }
    });
    Ok(changes.collect())
}

/// The old addresses of a site, each with the entry that it leads to.
pub fn former_addresses(connection: &mut Conn, site: SiteId) -> Result<Vec<FormerAddress>> {
    let rows = former_addresses::table
        .filter(former_addresses::site_id.eq(site))
        .order((former_addresses::type_key, former_addresses::locale, former_addresses::slug))
        .select((
            former_addresses::type_key,
            former_addresses::locale,
            former_addresses::slug,
            former_addresses::entry_id,
        ))
        .load::<(String, Locale, Slug, EntryId)>(connection)?;
    let address = |(type_key, locale, slug, entry_id)| FormerAddress { type_key, locale, slug, entry_id };
    Ok(rows.into_iter().map(address).collect())
}
