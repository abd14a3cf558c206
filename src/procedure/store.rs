//! Cases in the database. A case moves by a [`Transition`] alone, and only from where it was seen.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::case::{Attachment, Case, CaseEvent, Comment};
use super::rules::{State, Transition};
use crate::db::rows::insert_all;
use crate::db::schema::{attachments, case_events, cases, comments, entries, releases, sites, users};
use crate::db::{Conn, Tx};
use crate::kernel::id::{AttachmentId, CaseId, EntryId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};

type Row = (
    (CaseId, String, i32, String, Option<SiteId>, Option<EntryId>, String),
    (String, Timestamp, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>, Option<UserId>),
    (Option<UserId>, Timestamp, Option<Timestamp>, i32),
);

type Columns = (
    (
        cases::id,
        cases::procedure_key,
        cases::procedure_version,
        cases::flow,
        cases::site_id,
        cases::entry_id,
        cases::title,
    ),
    (cases::step, cases::step_since, cases::due_at, cases::agreed_due_at, cases::waiting_since, cases::assigned_to),
    (cases::opened_by, cases::opened_at, cases::ended_at, cases::version),
);

const COLUMNS: Columns = (
    (
        cases::id,
        cases::procedure_key,
        cases::procedure_version,
        cases::flow,
        cases::site_id,
        cases::entry_id,
        cases::title,
    ),
    (cases::step, cases::step_since, cases::due_at, cases::agreed_due_at, cases::waiting_since, cases::assigned_to),
    (cases::opened_by, cases::opened_at, cases::ended_at, cases::version),
);

fn from_row(row: Row) -> Case {
    let (what, stand, life) = row;
    let (id, procedure_key, procedure_version, flow, site_id, entry_id, title) = what;
    let (step, step_since, due_at, agreed_due_at, waiting_since, assigned_to) = stand;
    let (opened_by, opened_at, ended_at, version) = life;
    Case {
        id,
        procedure_key,
        procedure_version,
        flow,
        site_id,
        entry_id,
        title,
        step,
        step_since,
        due_at,
        agreed_due_at,
        waiting_since,
        assigned_to,
        opened_by,
        opened_at,
        ended_at,
        version,
    }
}

pub fn find(connection: &mut Conn, id: CaseId) -> Result<Option<Case>> {
    let row = cases::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    Ok(row.map(from_row))
}

/// When the system last opened a case of this flow.
pub fn begun_by_itself(connection: &mut Conn, procedure: &str, flow: &str) -> Result<Option<Timestamp>> {
    let of_flow = cases::procedure_key.eq(procedure).and(cases::flow.eq(flow)).and(cases::opened_by.is_null());
    Ok(cases::table.filter(of_flow).select(diesel::dsl::max(cases::opened_at)).first(connection)?)
}

/// A new case. `case.version` and its times are as given: see `rules::opened`.
pub fn insert(tx: &mut Tx, case: &Case) -> Result<()> {
    insert_all(tx, std::slice::from_ref(case))
}

/// New cases, as [`insert`] stores one.
pub fn insert_all(tx: &mut Tx, new: &[Case]) -> Result<()> {
    let row = |case: &Case| {
        (
            (
                cases::id.eq(case.id),
                cases::procedure_key.eq(case.procedure_key.clone()),
                cases::procedure_version.eq(case.procedure_version),
                cases::flow.eq(case.flow.clone()),
                cases::site_id.eq(case.site_id),
                cases::entry_id.eq(case.entry_id),
                cases::title.eq(case.title.clone()),
            ),
            (
                cases::step.eq(case.step.clone()),
                cases::step_since.eq(case.step_since),
                cases::due_at.eq(case.due_at),
                cases::agreed_due_at.eq(case.agreed_due_at),
                cases::waiting_since.eq(case.waiting_since),
                cases::assigned_to.eq(case.assigned_to),
            ),
            (
                cases::opened_by.eq(case.opened_by),
                cases::opened_at.eq(case.opened_at),
                cases::ended_at.eq(case.ended_at),
                cases::version.eq(case.version),
            ),
        )
    };
    insert_all!(tx, cases::table, new.iter().map(row));
    Ok(())
}

/// Moves a case where it still is what the decision saw; otherwise `stale` with the current version.
/// Returns the case's new version.
pub fn apply(tx: &mut Tx, transition: &Transition) -> Result<i32> {
    let State { step_since, due_at, agreed_due_at, waiting_since, assigned_to, ended_at } = transition.state();
    let version = transition.seen() + 1;
    let unmoved = cases::table
        .filter(cases::id.eq(transition.case()))
        .filter(cases::step.eq(transition.from()))
        .filter(cases::version.eq(transition.seen()));
    let moved = diesel::update(unmoved)
        .set((
            cases::step.eq(transition.to()),
            cases::step_since.eq(step_since),
            cases::due_at.eq(*due_at),
            cases::agreed_due_at.eq(*agreed_due_at),
            cases::waiting_since.eq(*waiting_since),
            cases::assigned_to.eq(*assigned_to),
            cases::ended_at.eq(*ended_at),
            cases::version.eq(version),
        ))
        .execute(&mut **tx)?;
    if moved == 0 {
        let current = cases::table.find(transition.case()).select(cases::version).first::<i32>(&mut **tx)?;
        return Err(Refusal::new(Code::Stale).extra("current_version", current).into());
    }
    add_event(tx, transition)?;
    Ok(version)
}

fn add_event(tx: &mut Tx, transition: &Transition) -> Result<()> {
    let last = case_events::table
        .filter(case_events::case_id.eq(transition.case()))
        .select(diesel::dsl::max(case_events::number))
        .first::<Option<i32>>(&mut **tx)?;
    diesel::insert_into(case_events::table)
        .values((
            case_events::case_id.eq(transition.case()),
            case_events::number.eq(last.unwrap_or(0) + 1),
            case_events::command.eq(transition.command()),
            case_events::from_step.eq(transition.from()),
            case_events::to_step.eq(transition.to()),
            case_events::actor_id.eq(transition.actor()),
            case_events::comment.eq(transition.comment()),
            case_events::fields.eq(Value::Object(transition.fields().clone()).to_string()),
            case_events::due_at.eq(transition.was_due_at()),
            case_events::at.eq(transition.at()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Cases whose time runs, or waits, and is not over at `now`; with the time for which a publication was ordered.
pub fn running(connection: &mut Conn, now: Timestamp) -> Result<Vec<(Case, Option<Timestamp>)>> {
    let ahead = cases::due_at.gt(now).or(cases::waiting_since.is_not_null());
    let rows = cases::table
        .left_join(entries::table.on(entries::case_id.eq(cases::id)))
        .filter(cases::ended_at.is_null())
        .filter(cases::due_at.is_not_null())
        .filter(ahead.assume_not_null())
        .select((COLUMNS, entries::publish_at.nullable()))
        .load::<(Row, Option<Timestamp>)>(connection)?;
    Ok(rows.into_iter().map(|(row, starts_at)| (from_row(row), starts_at)).collect())
}

/// Another due time for a case that stays where it is.
pub fn set_due(tx: &mut Tx, id: CaseId, due: Timestamp) -> Result<()> {
    diesel::update(cases::table.find(id)).set(cases::due_at.eq(due)).execute(&mut **tx)?;
    Ok(())
}

/// A case whose title follows its entry's.
pub fn rename(tx: &mut Tx, id: CaseId, title: &str) -> Result<()> {
    diesel::update(cases::table.find(id)).set(cases::title.eq(title)).execute(&mut **tx)?;
    Ok(())
}

type EventRow = (i32, String, String, String, Option<UserId>, String, String, Option<Timestamp>, Timestamp);

/// In order.
pub fn events(connection: &mut Conn, id: CaseId) -> Result<Vec<CaseEvent>> {
    let rows = case_events::table
        .filter(case_events::case_id.eq(id))
        .order(case_events::number)
        .select((
            case_events::number,
            case_events::command,
            case_events::from_step,
            case_events::to_step,
            case_events::actor_id,
            case_events::comment,
            case_events::fields,
            case_events::due_at,
            case_events::at,
        ))
        .load::<EventRow>(connection)?;
    Ok(rows.into_iter().map(event_from_row).collect())
}

fn event_from_row(row: EventRow) -> CaseEvent {
    let (number, command, from_step, to_step, actor_id, comment, fields, due_at, at) = row;
    let fields: Map<String, Value> = serde_json::from_str(&fields).unwrap_or_default();
    CaseEvent { number, command, from_step, to_step, actor_id, comment, fields, due_at, at }
}

type AttachmentRow = (AttachmentId, CaseId, Digest, String, String, i64, UserId, Timestamp);

/// Oldest first.
pub fn attachments(connection: &mut Conn, id: CaseId) -> Result<Vec<Attachment>> {
    let rows = attachments::table
        .filter(attachments::case_id.eq(id))
        .order((attachments::created_at, attachments::id))
        .select(attachments::all_columns)
        .load::<AttachmentRow>(connection)?;
    Ok(rows.into_iter().map(attachment_from_row).collect())
}

pub fn attachment(connection: &mut Conn, id: AttachmentId) -> Result<Option<Attachment>> {
    let row = attachments::table.find(id).select(attachments::all_columns).first::<AttachmentRow>(connection);
    Ok(row.optional()?.map(attachment_from_row))
}

fn attachment_from_row(row: AttachmentRow) -> Attachment {
    let (id, case_id, digest, name, media_type, size_bytes, uploaded_by, created_at) = row;
    Attachment { id, case_id, digest, name, media_type, size_bytes, uploaded_by, created_at }
}

pub fn insert_attachment(tx: &mut Tx, attachment: &Attachment) -> Result<()> {
    diesel::insert_into(attachments::table)
        .values((
            attachments::id.eq(attachment.id),
            attachments::case_id.eq(attachment.case_id),
            attachments::digest.eq(attachment.digest),
            attachments::name.eq(&attachment.name),
            attachments::media_type.eq(&attachment.media_type),
            attachments::size_bytes.eq(attachment.size_bytes),
            attachments::uploaded_by.eq(attachment.uploaded_by),
            attachments::created_at.eq(attachment.created_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Oldest first.
pub fn comments(connection: &mut Conn, id: CaseId) -> Result<Vec<Comment>> {
    type CommentRow = (crate::kernel::id::CommentId, CaseId, UserId, String, String, Timestamp);
    let rows = comments::table
        .filter(comments::case_id.eq(id))
        .order((comments::created_at, comments::id))
        .select(comments::all_columns)
        .load::<CommentRow>(connection)?;
    let from_row = |(id, case_id, author_id, step, body, created_at): CommentRow| Comment {
        id,
        case_id,
        author_id,
        step,
        body,
        created_at,
    };
    Ok(rows.into_iter().map(from_row).collect())
}

pub fn insert_comment(tx: &mut Tx, comment: &Comment) -> Result<()> {
    diesel::insert_into(comments::table)
        .values((
            comments::id.eq(comment.id),
            comments::case_id.eq(comment.case_id),
            comments::author_id.eq(comment.author_id),
            comments::step.eq(&comment.step),
            comments::body.eq(&comment.body),
            comments::created_at.eq(comment.created_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Stands for the time of what has none, behind all others.
const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

crate::words! {
    /// The order of a list of cases; ties by id.
    #[derive(Default)]
    pub enum Order {
        /// Newest first.
        #[default]
        OpenedAt = "-opened_at",
        /// What is due first; what has no time at the end.
        DueAt = "due_at",
    }
}

diesel::define_sql_function! {
    fn coalesce(first: diesel::sql_types::Nullable<diesel::sql_types::BigInt>, second: diesel::sql_types::BigInt)
        -> diesel::sql_types::BigInt;
}

/// Which cases a list shows, and in which order.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub order: Order,
    pub ended: Option<bool>,
    pub procedure: Option<String>,
    pub step: Option<String>,
    /// Due before this time, not ended and not waiting (or the contrary, with `false`).
    pub late: Option<(bool, Timestamp)>,
    /// `None`: of every site and of none.
    pub sites: Option<Vec<SiteId>>,
}

/// The case of an entry in the trash is left out, as its entry is.
pub fn list(connection: &mut Conn, wanted: &Wanted, limit: Limit, after: Option<&Cursor>) -> Result<Page<Case>> {
    let due = || coalesce(cases::due_at, NEVER);
    let mut query = cases::table
        .left_join(entries::table.on(cases::entry_id.eq(entries::id.nullable())))
        .filter(entries::trashed_at.is_null())
        .select(COLUMNS)
        .into_boxed();
    if let Some(procedure) = &wanted.procedure {
        query = query.filter(cases::procedure_key.eq(procedure));
    }
    if let Some(step) = &wanted.step {
        query = query.filter(cases::step.eq(step));
    }
    query = match wanted.ended {
        None => query,
        Some(true) => query.filter(cases::ended_at.is_not_null()),
        Some(false) => query.filter(cases::ended_at.is_null()),
    };
    if let Some((late, now)) = wanted.late {
        let runs = cases::ended_at.is_null().and(cases::waiting_since.is_null());
        // Without a due time nothing is late; NULL would be neither late nor on time.
        query = if late {
            query.filter(runs.and(cases::due_at.lt(now)))
        } else {
            query.filter(
                cases::ended_at
                    .is_not_null()
                    .or(cases::waiting_since.is_not_null())
                    .or(cases::due_at.is_null())
                    .or(cases::due_at.ge(now)),
            )
        };
    }
    if let Some(sites) = &wanted.sites {
        query = query.filter(cases::site_id.eq_any(sites));
    }
    if let Some(cursor) = after {
        let bad = || Refusal::new(Code::BadCursor);
        let micros = cursor.key.parse::<i64>().map_err(|_| bad())?;
        let (at, id) = (Timestamp::from_micros(micros), CaseId::parse(&cursor.id).map_err(|_| bad())?);
        query = match wanted.order {
            Order::OpenedAt => query.filter(cases::opened_at.lt(at).or(cases::opened_at.eq(at).and(cases::id.lt(id)))),
            Order::DueAt => query.filter(due().gt(at).or(due().eq(at).and(cases::id.gt(id)))),
        };
    }
    query = match wanted.order {
        Order::OpenedAt => query.order((cases::opened_at.desc(), cases::id.desc())),
        Order::DueAt => query.order((due(), cases::id)),
    };
    let found = query.limit(limit.probe()).load::<Row>(connection)?.into_iter().map(from_row).collect();
    let cursor = |case: &Case| {
        let at = match wanted.order {
            Order::OpenedAt => case.opened_at,
            Order::DueAt => case.due_at.unwrap_or(NEVER),
        };
        Cursor { key: at.micros().to_string(), id: case.id.to_string() }
    };
    Ok(Page::cut(found, limit, cursor))
}

/// The names of people, for whoever reads what they did.
pub fn names(connection: &mut Conn, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let rows = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name));
    Ok(rows.load::<(UserId, String)>(connection)?.into_iter().collect())
}

/// The keys of sites, for addresses.
pub fn site_keys(connection: &mut Conn, ids: &[SiteId]) -> Result<HashMap<SiteId, String>> {
    let rows = sites::table.filter(sites::id.eq_any(ids)).select((sites::id, sites::key));
    Ok(rows.load::<(SiteId, String)>(connection)?.into_iter().collect())
}

/// The zone of a case: its site's, or the first users'.
pub fn zone(connection: &mut Conn, site: Option<SiteId>) -> Result<jiff::tz::TimeZone> {
    let name = match site {
        Some(site) => sites::table.find(site).select(sites::zone).first::<String>(connection).optional()?,
        None => None,
    };
    Ok(time::zone(name.as_deref().unwrap_or(ZONE_DEFAULT))?)
}

/// The site with this key; absent is `not_found`.
pub fn site(connection: &mut Conn, key: &str) -> Result<SiteId> {
    let found = sites::table.filter(sites::key.eq(key)).select(sites::id).first::<SiteId>(connection).optional()?;
    found.ok_or_else(|| Refusal::new(Code::NotFound).into())
}

/// Whether citizens see a release of the site.
pub fn is_live(connection: &mut Conn, site: SiteId) -> Result<bool> {
    let active = releases::table
        .filter(releases::site_id.eq(site).and(releases::state.eq("active")))
        .select(releases::number)
        .first::<i32>(connection);
    Ok(active.optional()?.is_some())
}

/// Every digest of a stored file that is attached to a case.
pub fn stored(connection: &mut Conn) -> Result<Vec<Digest>> {
    Ok(attachments::table.select(attachments::digest).distinct().load(connection)?)
}
