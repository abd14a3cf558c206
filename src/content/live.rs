//! What citizens see: the only writer of `live_entries`, `live_changes`, `former_addresses`, of
//! `sites.live_sequence`, (by [`withdrawals`]) of `withdrawals`, (by [`findable`]) of what is searched and (by [`reviews`]) of
//! when it is to be looked at again.
//!
//! Each change takes the site's next sequence number, so that the published site and the public API
//! know what they have seen. Call `app.live_changed()` after the commit.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::model::{Content, ContentType, EntryRow, FormerAddress, LiveChange, LiveChangeKind, LiveEntry, Withdrawal};
use super::{findable, reviews, rules, uses, withdrawals};
use crate::db::rows::insert_all;
use crate::db::schema::{entries, former_addresses, live_changes, live_entries, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, GroupId, SiteId, UserId};
use crate::kernel::{Code, Digest, Error, Locale, Refusal, Result, Slug, Timestamp};

impl LiveEntry {
    /// The newest revision of an entry as it would go live; `published_at` is when it first did. What may never be
    /// shown is refused here, where everything that goes live comes from.
    pub fn of(
        row: &EntryRow,
        content_type: &ContentType,
        content: &Content,
        approver: Option<UserId>,
        published_at: Timestamp,
    ) -> Result<Self, Refusal> {
        rules::refuse_exempt(content)?;
        Ok(LiveEntry {
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
        })
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
    put(tx, live.site_id, std::slice::from_ref(live), (reason, now))
}

/// The same for many entries of one site at once, in their order; so none of them can take the address that another
/// of them leaves.
pub fn show_all(tx: &mut Tx, entries: &[LiveEntry], reason: &str, now: Timestamp) -> Result<()> {
    let Some(site) = entries.first().map(|live| live.site_id) else { return Ok(()) };
    if entries.iter().any(|live| live.site_id != site) {
        return Err(Error::broken("show entries at once", "they are of several sites"));
    }
    put(tx, site, entries, (reason, now)).map(|_| ())
}

/// Returns the sequence number of the last change.
fn put(tx: &mut Tx, site: SiteId, live: &[LiveEntry], (reason, now): (&str, Timestamp)) -> Result<i64> {
    refuse_taken(tx, site, live)?;
    let ids: Vec<EntryId> = live.iter().map(|live| live.entry_id).collect();
    let before = find_all(tx, &ids)?;
    move_addresses(tx, site, &before, live, now)?;
    withdrawals::clear(tx, site, live)?;
    if !before.is_empty() {
        diesel::delete(live_entries::table.filter(live_entries::entry_id.eq_any(&ids))).execute(&mut **tx)?;
    }
    let last = take_sequences(tx, site, live.len())?;
    insert_live(tx, live, last + 1)?;
    findable::store::keep(tx, &ids)?;
    let published_at = live_entries::table
        .filter(live_entries::entry_id.eq(entries::id))
        .select(live_entries::published_at.nullable())
        .single_value();
    diesel::update(entries::table.filter(entries::id.eq_any(&ids)))
        .set(entries::published_at.eq(published_at))
        .execute(&mut **tx)?;
    reviews::begin(tx, site, live, now)?;
    record(tx, (LiveChangeKind::Shown, reason), (last + 1..).zip(live), now)?;
    Ok(last + live.len() as i64)
}

fn insert_live(tx: &mut Tx, live: &[LiveEntry], first_sequence: i64) -> Result<()> {
    let row = |(sequence, live): (i64, &LiveEntry)| {
        let live = live.clone();
        (
            live_entries::entry_id.eq(live.entry_id),
            live_entries::site_id.eq(live.site_id),
            live_entries::type_key.eq(live.type_key),
            live_entries::locale.eq(live.locale),
            live_entries::slug.eq(live.slug),
            live_entries::group_id.eq(live.group_id),
            live_entries::revision.eq(live.revision),
            live_entries::digest.eq(live.digest),
            live_entries::closure.eq(live.closure),
            live_entries::card.eq(live.card.to_string()),
            live_entries::approver_id.eq(live.approver_id),
            live_entries::origin.eq(live.origin),
            live_entries::published_at.eq(live.published_at),
            live_entries::updated_at.eq(live.updated_at),
            live_entries::sequence.eq(sequence),
        )
    };
    insert_all!(tx, live_entries::table, (first_sequence..).zip(live).map(row));
    Ok(())
}

/// Takes an entry away from citizens, who are told of it by `withdrawal`; `comment` is for the house. Returns the
/// change's sequence number. `not_live` when it is not.
pub fn hide(tx: &mut Tx, entry: EntryId, withdrawal: &Withdrawal, comment: &str, now: Timestamp) -> Result<i64> {
    let live = find(tx, entry)?.ok_or_else(|| Refusal::new(Code::NotLive))?;
    let sequence = take_sequences(tx, live.site_id, 1)? + 1;
    diesel::delete(live_entries::table.find(entry)).execute(&mut **tx)?;
    findable::store::forget(tx, &[entry])?;
    reviews::end(tx, entry)?;
    record(tx, (LiveChangeKind::Hidden, comment), std::iter::once((sequence, &live)), now)?;
    withdrawals::put(tx, &live, withdrawal, now)?;
    Ok(sequence)
}

/// Counts a change of every live entry of a site that names one of these files, because citizens get other forms of
/// them from now on; nothing that the entries say changes. Returns how many entries it were.
pub fn redraw(tx: &mut Tx, site: SiteId, files: &[Digest], now: Timestamp) -> Result<usize> {
    let named = uses::live_naming(tx, site, files)?;
    if named.is_empty() {
        return Ok(0);
    }
    let entries = find_all(tx, &named)?;
    let last = take_sequences(tx, site, entries.len())?;
    for (sequence, live) in (last + 1..).zip(&entries) {
        let row = live_entries::table.find(live.entry_id);
        diesel::update(row).set(live_entries::sequence.eq(sequence)).execute(&mut **tx)?;
    }
    record(tx, (LiveChangeKind::Redrawn, ""), (last + 1..).zip(&entries), now)?;
    Ok(entries.len())
}

/// Has every live entry of a site that names one of these documents found by what they say, too.
pub fn reread(tx: &mut Tx, site: SiteId, files: &[Digest]) -> Result<()> {
    let named = uses::live_naming(tx, site, files)?;
    findable::store::keep(tx, &named)?;
    Ok(())
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

/// What stands beside one another: by type and locale, so that an index answers for all of them at once.
pub(super) fn by_place<'l>(
    all: impl Iterator<Item = &'l LiveEntry>,
) -> BTreeMap<(&'l str, &'l Locale), Vec<&'l LiveEntry>> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for live in all {
        places.entry((live.type_key.as_str(), &live.locale)).or_default().push(live);
    }
    places
}

fn refuse_taken(connection: &mut Conn, site: SiteId, live: &[LiveEntry]) -> Result<()> {
    for ((type_key, locale), here) in by_place(live.iter()) {
        let query = live_entries::table
            .filter(live_entries::site_id.eq(site))
            .filter(live_entries::type_key.eq(type_key))
            .filter(live_entries::locale.eq(locale))
            .filter(live_entries::slug.eq_any(here.iter().map(|live| &live.slug)))
            .select((live_entries::slug, live_entries::entry_id));
        let mut owners: HashMap<Slug, EntryId> = query.load::<(Slug, EntryId)>(connection)?.into_iter().collect();
        for live in here {
            let other = owners.insert(live.slug.clone(), live.entry_id);
            if let Some(other) = other.filter(|other| *other != live.entry_id) {
                let about = format!("the entry {other} is live at this address");
                return Err(Refusal::new(Code::Taken).field("slug", "taken", about).into());
            }
        }
    }
    Ok(())
}

/// Each address that one of the entries leaves leads to it from now on; those that they come to lead nowhere else.
fn move_addresses(tx: &mut Tx, site: SiteId, before: &[LiveEntry], live: &[LiveEntry], now: Timestamp) -> Result<()> {
    let after: HashMap<EntryId, &LiveEntry> = live.iter().map(|live| (live.entry_id, live)).collect();
    let moves = |before: &&LiveEntry| after.get(&before.entry_id).is_some_and(|live| !same_address(before, live));
    let left: Vec<&LiveEntry> = before.iter().filter(moves).collect();
    for ((type_key, locale), here) in by_place(left.iter().copied().chain(live)) {
        let freed = former_addresses::table
            .filter(former_addresses::site_id.eq(site))
            .filter(former_addresses::type_key.eq(type_key))
            .filter(former_addresses::locale.eq(locale))
            .filter(former_addresses::slug.eq_any(here.iter().map(|live| &live.slug)));
        diesel::delete(freed).execute(&mut **tx)?;
    }
    let row = |before: &LiveEntry| {
        (
            former_addresses::site_id.eq(site),
            former_addresses::type_key.eq(before.type_key.clone()),
            former_addresses::locale.eq(before.locale.clone()),
            former_addresses::slug.eq(before.slug.clone()),
            former_addresses::entry_id.eq(before.entry_id),
            former_addresses::at.eq(now),
        )
    };
    insert_all!(tx, former_addresses::table, left.into_iter().map(row));
    Ok(())
}

/// Counts so many changes; returns the number of the last one before them.
fn take_sequences(tx: &mut Tx, site: SiteId, changes: usize) -> Result<i64> {
    let last: i64 = sites::table.find(site).select(sites::live_sequence).first(&mut **tx)?;
    let next = last + changes as i64;
    diesel::update(sites::table.find(site)).set(sites::live_sequence.eq(next)).execute(&mut **tx)?;
    Ok(last)
}

/// Writes each change under its sequence number.
fn record<'l>(
    tx: &mut Tx,
    (kind, reason): (LiveChangeKind, &str),
    changes: impl Iterator<Item = (i64, &'l LiveEntry)>,
    now: Timestamp,
) -> Result<()> {
    let row = |(sequence, live): (i64, &LiveEntry)| {
        (
            live_changes::site_id.eq(live.site_id),
            live_changes::sequence.eq(sequence),
            live_changes::kind.eq(kind.as_str()),
            live_changes::entry_id.eq(live.entry_id),
            live_changes::type_key.eq(live.type_key.clone()),
            live_changes::locale.eq(live.locale.clone()),
            live_changes::slug.eq(live.slug.clone()),
            live_changes::digest.eq(live.digest),
            live_changes::reason.eq(reason),
            live_changes::at.eq(now),
        )
    };
    insert_all!(tx, live_changes::table, changes.map(row));
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

/// What citizens see of one type.
pub fn list_of_type(connection: &mut Conn, site: SiteId, type_key: &str) -> Result<Vec<LiveEntry>> {
    let of_type = live_entries::site_id.eq(site).and(live_entries::type_key.eq(type_key));
    let rows = live_entries::table.filter(of_type).order(live_entries::entry_id);
    let rows = rows.select(live_entries::all_columns).load::<Row>(connection)?;
    Ok(rows.into_iter().map(from_row).collect())
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
