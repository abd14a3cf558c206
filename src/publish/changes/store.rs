//! What the list of changes, the approvals and the histories of cases say of some entries.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::max;
use diesel::prelude::*;

use super::rules::{Point, Step};
use crate::content::model::LiveChangeKind;
use crate::db::Conn;
use crate::db::schema::{approvals, case_events, entries, live_changes, releases, revisions};
use crate::kernel::id::{CaseId, EntryId, SiteId, UserId};
use crate::kernel::{Digest, Locale, Result, Slug, Timestamp};
use crate::publish::store::IDS_AT_ONCE;

/// A release as far as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    pub number: i32,
    pub sequence: i64,
    pub created_at: Timestamp,
}

/// The releases up to a number that were ever live, the newest first: `count` of them at most.
pub fn live_up_to(connection: &mut Conn, site: SiteId, number: i32, count: i64) -> Result<Vec<Live>> {
    let rows = releases::table
        .filter(releases::site_id.eq(site).and(releases::number.le(number)))
        .filter(releases::activated_at.is_not_null())
        .order(releases::number.desc())
        .limit(count)
        .select((releases::number, releases::live_sequence, releases::created_at))
        .load::<(i32, i64, Timestamp)>(connection)?;
    Ok(rows.into_iter().map(|(number, sequence, created_at)| Live { number, sequence, created_at }).collect())
}

/// The number of the last change that was made by then, if it is above `sequence`.
pub fn last_by(connection: &mut Conn, site: SiteId, sequence: i64, by: Timestamp) -> Result<Option<i64>> {
    Ok(live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.gt(sequence)))
        .filter(live_changes::at.le(by))
        .select(max(live_changes::sequence))
        .first(connection)?)
}

/// Whether other forms of pictures came between two numbers.
pub fn redrawn_between(connection: &mut Conn, site: SiteId, after: i64, until: i64) -> Result<bool> {
    let found = live_changes::table
        .filter(live_changes::site_id.eq(site))
        .filter(live_changes::sequence.gt(after).and(live_changes::sequence.le(until)))
        .filter(live_changes::kind.eq(LiveChangeKind::Redrawn.as_str()))
        .select(live_changes::sequence)
        .first::<i64>(connection);
    Ok(found.optional()?.is_some())
}

type StepRow = (EntryId, i64, String, Digest);

fn step((entry, sequence, kind, digest): StepRow) -> (EntryId, Step) {
    (entry, Step { sequence, shown: kind == LiveChangeKind::Shown.as_str(), digest })
}

/// What was shown and hidden between two points, of each entry in order, with its last change before them.
pub fn steps(
    connection: &mut Conn,
    site: SiteId,
    (before, after): (Option<&Point>, &Point),
) -> Result<BTreeMap<EntryId, Vec<Step>>> {
    let from = before.map_or(0, |before| before.sequence.min(after.sequence));
    let until = before.map_or(after.end(), |before| before.end().max(after.end()));
    let rows = live_changes::table
        .filter(live_changes::site_id.eq(site))
        .filter(live_changes::sequence.gt(from).and(live_changes::sequence.le(until)))
        .filter(live_changes::kind.ne(LiveChangeKind::Redrawn.as_str()))
        .order(live_changes::sequence)
        .select((live_changes::entry_id, live_changes::sequence, live_changes::kind, live_changes::digest))
        .load::<StepRow>(connection)?;
    let mut found: BTreeMap<EntryId, Vec<Step>> = BTreeMap::new();
    for (entry, step) in rows.into_iter().map(step) {
        found.entry(entry).or_default().push(step);
    }
    if from > 0 {
        let changed: Vec<EntryId> = found.keys().copied().collect();
        for (entry, step) in last_before(connection, site, &changed, from)? {
            found.entry(entry).or_default().insert(0, step);
        }
    }
    Ok(found)
}

/// The last change of each of these entries up to a number, pictures aside.
fn last_before(connection: &mut Conn, site: SiteId, some: &[EntryId], by: i64) -> Result<Vec<(EntryId, Step)>> {
    let mut found = Vec::with_capacity(some.len());
    for chunk in some.chunks(IDS_AT_ONCE) {
        // Without the site, so that the index of an entry's changes is the only way.
        let last = live_changes::table
            .filter(live_changes::entry_id.eq_any(chunk).and(live_changes::sequence.le(by)))
            .filter(live_changes::kind.ne(LiveChangeKind::Redrawn.as_str()))
            .group_by(live_changes::entry_id)
            .select(max(live_changes::sequence))
            .load::<Option<i64>>(connection)?;
        let rows = live_changes::table
            .filter(live_changes::site_id.eq(site))
            .filter(live_changes::sequence.eq_any(last.into_iter().flatten()))
            .select((live_changes::entry_id, live_changes::sequence, live_changes::kind, live_changes::digest))
            .load::<StepRow>(connection)?;
        found.extend(rows.into_iter().map(step));
    }
    Ok(found)
}

/// A change as it stands in the list.
#[derive(Debug, Clone)]
pub struct Row {
    pub entry: EntryId,
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub digest: Digest,
    pub reason: String,
    pub at: Timestamp,
}

/// The changes of these numbers, by number.
pub fn rows(connection: &mut Conn, site: SiteId, sequences: &[i64]) -> Result<HashMap<i64, Row>> {
    type Columns = (i64, EntryId, String, Locale, Slug, Digest, String, Timestamp);
    let rows = live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::sequence.eq_any(sequences)))
        .select((
            live_changes::sequence,
            live_changes::entry_id,
            live_changes::type_key,
            live_changes::locale,
            live_changes::slug,
            live_changes::digest,
            live_changes::reason,
            live_changes::at,
        ))
        .load::<Columns>(connection)?;
    let row = |(sequence, entry, type_key, locale, slug, digest, reason, at): Columns| {
        (sequence, Row { entry, type_key, locale, slug, digest, reason, at })
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The types of the entries of these changes, each once.
pub fn types(connection: &mut Conn, site: SiteId, sequences: &[i64]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for chunk in sequences.chunks(IDS_AT_ONCE) {
        let types = live_changes::table
            .filter(live_changes::site_id.eq(site).and(live_changes::sequence.eq_any(chunk)))
            .select(live_changes::type_key)
            .distinct();
        found.extend(types.load::<String>(connection)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The title and the case of each of these entries.
pub fn named(connection: &mut Conn, some: &[EntryId]) -> Result<HashMap<EntryId, (String, CaseId)>> {
    let rows = entries::table
        .filter(entries::id.eq_any(some))
        .select((entries::id, entries::title, entries::case_id))
        .load::<(EntryId, String, CaseId)>(connection)?;
    Ok(rows.into_iter().map(|(id, title, case)| (id, (title, case))).collect())
}

/// An approval that stands, with the digest of the revision that it is of.
pub struct Approved {
    pub entry: EntryId,
    pub digest: Digest,
    pub by: UserId,
    pub at: Timestamp,
}

/// The approvals of these entries that stand, oldest first.
pub fn approvals(connection: &mut Conn, some: &[EntryId]) -> Result<Vec<Approved>> {
    let of_revision = revisions::entry_id.eq(approvals::entry_id).and(revisions::number.eq(approvals::revision));
    let rows = approvals::table
        .inner_join(revisions::table.on(of_revision))
        .filter(approvals::entry_id.eq_any(some).and(approvals::voided_at.is_null()))
        .order(approvals::approved_at)
        .select((approvals::entry_id, revisions::digest, approvals::approver_id, approvals::approved_at))
        .load::<(EntryId, Digest, UserId, Timestamp)>(connection)?;
    Ok(rows.into_iter().map(|(entry, digest, by, at)| Approved { entry, digest, by, at }).collect())
}

/// A move that a person made.
pub struct Moved {
    pub case: CaseId,
    pub command: String,
    pub by: UserId,
    pub at: Timestamp,
}

/// The moves of these cases that persons made, oldest first.
pub fn moves(connection: &mut Conn, some: &[CaseId]) -> Result<Vec<Moved>> {
    let rows = case_events::table
        .filter(case_events::case_id.eq_any(some).and(case_events::actor_id.is_not_null()))
        .order((case_events::case_id, case_events::number))
        .select((case_events::case_id, case_events::command, case_events::actor_id, case_events::at))
        .load::<(CaseId, String, Option<UserId>, Timestamp)>(connection)?;
    let moved = |(case, command, by, at): (CaseId, String, Option<UserId>, Timestamp)| {
        Some(Moved { case, command, by: by?, at })
    };
    Ok(rows.into_iter().filter_map(moved).collect())
}
