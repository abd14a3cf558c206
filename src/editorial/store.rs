//! Approvals in the database, and what the rules ask of an entry's past.

use diesel::prelude::*;

use super::model::Approval;
use crate::content::model::Revision;
use crate::db::schema::{approvals, cases, entries, live_entries, revisions};
use crate::db::{Conn, Tx};
use crate::kernel::id::{CaseId, EntryId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};

type ApprovalRow = (i32, Digest, UserId, Timestamp, Option<Timestamp>);

/// Oldest first.
pub fn approvals(connection: &mut Conn, entry: EntryId) -> Result<Vec<Approval>> {
    let rows = approvals::table
        .filter(approvals::entry_id.eq(entry))
        .order(approvals::approved_at)
        .select((
            approvals::revision,
            approvals::closure,
            approvals::approver_id,
            approvals::approved_at,
            approvals::voided_at,
        ))
        .load::<ApprovalRow>(connection)?;
    let approval = |(revision, closure, approver, approved_at, voided_at): ApprovalRow| Approval {
        revision,
        closure,
        approver,
        approved_at,
        voided_at,
    };
    Ok(rows.into_iter().map(approval).collect())
}

/// Keeps an approval. Two in one microsecond would be one: the later waits for the next.
pub fn insert_approval(tx: &mut Tx, entry: EntryId, approval: &Approval) -> Result<()> {
    let last = approvals::table.filter(approvals::entry_id.eq(entry)).select(diesel::dsl::max(approvals::approved_at));
    let last = last.first::<Option<Timestamp>>(&mut **tx)?;
    let at = last.map_or(approval.approved_at, |last| approval.approved_at.max(last.plus(1)));
    diesel::insert_into(approvals::table)
        .values((
            approvals::entry_id.eq(entry),
            approvals::revision.eq(approval.revision),
            approvals::closure.eq(approval.closure),
            approvals::approver_id.eq(approval.approver),
            approvals::approved_at.eq(at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes the newest approval of a closure back, because it never was published. Others stay: something was
/// published with each.
pub fn void_approval(tx: &mut Tx, entry: EntryId, closure: &Digest, now: Timestamp) -> Result<()> {
    let newest = approvals::table
        .filter(approvals::entry_id.eq(entry).and(approvals::voided_at.is_null()))
        .filter(approvals::closure.eq(closure))
        .select(diesel::dsl::max(approvals::approved_at))
        .first::<Option<Timestamp>>(&mut **tx)?;
    if let Some(at) = newest {
        diesel::update(approvals::table.find((entry, at))).set(approvals::voided_at.eq(now)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Every revision, oldest first.
pub fn revisions(connection: &mut Conn, entry: EntryId) -> Result<Vec<Revision>> {
    type Row = (i32, Digest, Option<UserId>, Timestamp);
    let rows = revisions::table
        .filter(revisions::entry_id.eq(entry))
        .order(revisions::number)
        .select((revisions::number, revisions::digest, revisions::author_id, revisions::created_at))
        .load::<Row>(connection)?;
    let revision = |(number, digest, author, created_at): Row| Revision { number, digest, author, created_at };
    Ok(rows.into_iter().map(revision).collect())
}

/// The canonical text of a revision, as it is stored.
pub fn body(connection: &mut Conn, entry: EntryId, number: i32) -> Result<String> {
    Ok(revisions::table.find((entry, number)).select(revisions::body).first(connection)?)
}

/// Entries whose time to appear has come, earliest first; at most `limit`.
pub fn to_appear(connection: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<EntryId>> {
    let due = entries::table
        .filter(entries::publish_at.le(now))
        .filter(entries::trashed_at.is_null())
        .order((entries::publish_at, entries::id))
        .limit(limit)
        .select(entries::id);
    Ok(due.load(connection)?)
}

/// Live entries whose time to go has come, earliest first; at most `limit`.
pub fn to_go(connection: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<EntryId>> {
    let due = entries::table
        .inner_join(live_entries::table.on(live_entries::entry_id.eq(entries::id)))
        .filter(entries::unpublish_at.le(now))
        .order((entries::unpublish_at, entries::id))
        .limit(limit)
        .select(entries::id);
    Ok(due.load(connection)?)
}

/// A place where cases rest: procedure, version, flow and step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub procedure: String,
    pub version: i32,
    pub flow: String,
    pub step: String,
    /// `None`: on every site, and on none.
    pub site: Option<SiteId>,
}

/// Open cases that rest in one of these places, soonest due first, without a due time last. Entries in the
/// trash wait for nobody, and scheduled ones for their time.
pub fn waiting(connection: &mut Conn, places: &[Place], limit: Limit, after: Option<&Cursor>) -> Result<Page<CaseId>> {
    let no_case = cases::id.eq("");
    let mut query = cases::table
        .left_join(entries::table.on(cases::entry_id.eq(entries::id.nullable())))
        .select((cases::id, cases::due_at))
        .filter(no_case)
        .into_boxed();
    for place in places {
        let rests = cases::procedure_key
            .eq(&place.procedure)
            .and(cases::procedure_version.eq(place.version))
            .and(cases::flow.eq(&place.flow))
            .and(cases::step.eq(&place.step));
        query = match place.site {
            Some(site) => query.or_filter(rests.and(cases::site_id.eq(site))),
            None => query.or_filter(rests),
        };
    }
    query = query
        .filter(cases::ended_at.is_null())
        .filter(entries::trashed_at.is_null())
        .filter(entries::publish_at.is_null());
    if let Some(cursor) = after {
        let bad = || Refusal::new(Code::BadCursor);
        let id = CaseId::parse(&cursor.id).map_err(|_| bad())?;
        query = match cursor.key.as_str() {
            "" => query.filter(cases::due_at.is_null().and(cases::id.gt(id))),
            key => {
                let due = Timestamp::from_micros(key.parse().map_err(|_| bad())?);
                let later = cases::due_at.gt(due).or(cases::due_at.eq(due).and(cases::id.gt(id)));
                query.filter(cases::due_at.is_null().or(later))
            }
        };
    }
    let rows =
        query
            .order((cases::due_at.is_null(), cases::due_at, cases::id))
            .limit(limit.probe())
            .load::<(CaseId, Option<Timestamp>)>(connection)?;
    let cursor = |row: &(CaseId, Option<Timestamp>)| Cursor {
        key: row.1.map(|due| due.micros().to_string()).unwrap_or_default(),
        id: row.0.to_string(),
    };
    Ok(Page::cut(rows, limit, cursor).map(|row| row.0))
}
