//! Use cases of cases: open, move, comment, attach. Each is one transaction and one ledger event.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::case::{Attachment, Case, CaseEvent, Command, Comment, Facts};
use super::hours::Calendar;
use super::model::Definition;
use super::rules::{self, Transition};
use super::timing::Timing;
use super::{shelf, store, telling};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::identity::{Actor, Permit, Scope, UseCase, cases};
use crate::jobs::{self, NewJob};
use crate::kernel::id::{AttachmentId, CaseId, CommentId, EntryId, JobId, SiteId, UserId};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::media::Accepted;
use crate::sites;

pub use super::loading::{Loaded, Outcome, check, load};

const TITLE_CHARS_MAX: usize = 200;
const COMMENT_BYTES_MAX: usize = 10_000;

/// What a decision stands on: the procedure that a case began with, the holidays, the zone.
#[derive(Debug, Clone)]
pub struct Ground {
    pub definition: Arc<Definition>,
    pub calendar: Arc<Calendar>,
    pub zone: TimeZone,
}

impl Ground {
    pub fn of(connection: &mut Conn, case: &Case) -> Result<Self> {
        let definition = shelf::definition(connection, &case.procedure_key, case.procedure_version)?;
        Ok(Ground { definition, calendar: shelf::calendar(connection)?, zone: store::zone(connection, case.site_id)? })
    }

    pub fn timing(&self, now: Timestamp) -> Timing<'_> {
        Timing { now, calendar: &self.calendar, zone: &self.zone }
    }
}

/// A case with everything that a decision asks for.
#[derive(Debug, Clone)]
pub struct Whole {
    pub case: Case,
    pub events: Vec<CaseEvent>,
    pub attachments: Vec<Attachment>,
    pub ground: Ground,
}

impl Whole {
    /// Absent is `not_found`. Whether somebody may see it is not asked here.
    pub fn read(connection: &mut Conn, id: CaseId) -> Result<Self> {
        let case = store::find(connection, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let events = store::events(connection, id)?;
        let attachments = store::attachments(connection, id)?;
        let ground = Ground::of(connection, &case)?;
        Ok(Whole { case, events, attachments, ground })
    }

    /// What the system may do because a person ordered it before: see [`rules::carry_out`].
    pub fn carry_out(&self, command: &Command, system: &Actor, now: Timestamp) -> Result<Transition> {
        let facts = Facts { case: &self.case, events: &self.events, authors: &[], attachments: &[] };
        Ok(rules::carry_out(&self.ground.definition, &facts, command, system, &self.ground.timing(now))?)
    }

    /// `authors`: see [`Facts`].
    pub fn decide(&self, command: &Command, actor: &Actor, authors: &[UserId], now: Timestamp) -> Result<Transition> {
        let attachments: Vec<AttachmentId> = self.attachments.iter().map(|attachment| attachment.id).collect();
        let facts = Facts { case: &self.case, events: &self.events, authors, attachments: &attachments };
        Ok(rules::decide(&self.ground.definition, &facts, command, actor, &self.ground.timing(now))?)
    }
}

/// A permit for a case: on its site, or for the installation. What is not the actor's to see is not found.
pub fn permit<U: UseCase>(actor: &Actor, site: Option<SiteId>) -> Result<Permit<U>, Refusal> {
    match site {
        Some(site) => actor.permit(site),
        None if actor.roles(None).is_empty() => Err(Refusal::new(Code::NotFound)),
        None => actor.permit_installation(),
    }
}

/// What a case is opened with.
#[derive(Debug, Clone)]
pub struct NewCase {
    pub procedure: String,
    /// Needed where the procedure has several flows.
    pub flow: Option<String>,
    /// The key of the site that it is about.
    pub site: Option<String>,
    pub title: String,
}

/// Opens a plain case in the first step of its flow.
pub async fn open(app: &App, actor: &Actor, new: NewCase) -> Result<CaseId> {
    let title = new.title.trim().to_owned();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        let rule = format!("1 to {TITLE_CHARS_MAX} characters");
        return Err(Refusal::new(Code::Invalid).field("title", "wrong_length", rule).into());
    }
    let (id, now, actor) = (app.id(CaseId::new), app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let site = new.site.as_deref().map(|key| store::site(tx, key)).transpose()?;
            let _permit: Permit<cases::WorkOnCases> = match site {
                Some(site) => actor.permit(site)?,
                None => actor.permit_installation()?,
            };
            let (version, definition) = shelf::current(tx, &new.procedure).map_err(unknown_procedure)?;
            let flow = flow_of(&definition, new.flow.as_deref())?;
            rules::may_open(flow, site, &actor)?;
            let origin = Origin { id, procedure: (&definition.key, version), flow: &flow.key, site, entry: None };
            begin(tx, (&definition, flow), &origin, (title.clone(), &actor, now)).map(drop)
        })
        .await?;
    Ok(id)
}

/// Opens a plain case in the system's name, because its time has come or because something was seen; nobody has it in hand.
/// An unknown procedure or flow is a refusal (`not_found`).
pub fn open_by_itself(
    tx: &mut Tx,
    (id, procedure, flow): (CaseId, &str, &str),
    (site, title): (Option<SiteId>, String),
    (system, now): (&Actor, Timestamp),
) -> Result<Case> {
    let _permit: Permit<cases::WorkOnCases> = Permit::system(system, site.map_or(Scope::Installation, Scope::Site))?;
    let (version, definition) = shelf::current(tx, procedure)?;
    let known = definition.flow(flow).filter(|flow| flow.subject == super::model::Subject::Case);
    let flow = known.ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("{procedure} has no flow {flow}")))?;
    let origin = Origin { id, procedure: (&definition.key, version), flow: &flow.key, site, entry: None };
    begin(tx, (&definition, flow), &origin, (title, system, now))
}

/// Stores a new plain case, records it, and tells whose turn it is.
fn begin(
    tx: &mut Tx,
    (definition, flow): (&Definition, &super::model::Flow),
    origin: &Origin,
    (title, by, now): (String, &Actor, Timestamp),
) -> Result<Case> {
    let (calendar, zone) = (shelf::calendar(tx)?, store::zone(tx, origin.site)?);
    let timing = Timing { now, calendar: &calendar, zone: &zone };
    let state = rules::opened(definition, flow, by.user(), &timing)?;
    let case = new_case(origin, title, flow.start.clone(), (state, by.user(), now));
    store::insert(tx, &case)?;
    let detail = json!({ "procedure": case.procedure_key, "flow": case.flow, "step": case.step });
    record(tx, by, "procedure.open", &case, (Vec::new(), detail, now))?;
    telling::opened(tx, case.id, (by.user(), now))?;
    Ok(case)
}

fn unknown_procedure(error: crate::kernel::Error) -> crate::kernel::Error {
    match error.refusal() {
        Some(refusal) => {
            Refusal::new(Code::Invalid).field("procedure", "unknown", refusal.detail_text().to_owned()).into()
        }
        None => error,
    }
}

fn flow_of<'d>(definition: &'d Definition, key: Option<&str>) -> Result<&'d super::model::Flow, Refusal> {
    let known: Vec<&str> = definition.flows.iter().map(|flow| flow.key.as_str()).collect();
    let refuse = |code: &str| Refusal::new(Code::Invalid).field("flow", code, format!("one of {}", known.join(", ")));
    match (key, definition.flows.as_slice()) {
        (Some(key), _) => definition.flow(key).ok_or_else(|| refuse("unknown")),
        (None, [only]) => Ok(only),
        (None, _) => Err(refuse("required")),
    }
}

/// Opens the case of a new entry, in the transaction that makes the entry. Its ledger event is the entry's.
pub fn open_for_entry(
    tx: &mut Tx,
    (id, entry): (CaseId, EntryId),
    (site, procedure): (SiteId, &str),
    title: &str,
    (opener, now): (Option<UserId>, Timestamp),
) -> Result<Case> {
    let (version, definition) = shelf::current(tx, procedure)?;
    let flow = definition.flows.iter().find(|flow| flow.subject == super::model::Subject::Entry);
    let flow =
        flow.ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("{procedure} has no flow of entries")))?;
    let (calendar, zone) = (shelf::calendar(tx)?, store::zone(tx, Some(site))?);
    let timing = Timing { now, calendar: &calendar, zone: &zone };
    let state = rules::opened(&definition, flow, opener, &timing)?;
    let origin =
        Origin { id, procedure: (&definition.key, version), flow: &flow.key, site: Some(site), entry: Some(entry) };
    let case = new_case(&origin, title.to_owned(), flow.start.clone(), (state, opener, now));
    store::insert(tx, &case)?;
    Ok(case)
}

struct Origin<'a> {
    id: CaseId,
    procedure: (&'a str, i32),
    flow: &'a str,
    site: Option<SiteId>,
    entry: Option<EntryId>,
}

fn new_case(
    origin: &Origin,
    title: String,
    step: String,
    (state, opener, now): (rules::State, Option<UserId>, Timestamp),
) -> Case {
    Case {
        id: origin.id,
        procedure_key: origin.procedure.0.to_owned(),
        procedure_version: origin.procedure.1,
        flow: origin.flow.to_owned(),
        site_id: origin.site,
        entry_id: origin.entry,
        title,
        step,
        step_since: state.step_since,
        due_at: state.due_at,
        agreed_due_at: state.agreed_due_at,
        waiting_since: state.waiting_since,
        assigned_to: state.assigned_to,
        opened_by: opener,
        opened_at: now,
        ended_at: state.ended_at,
        version: 1,
    }
}

/// The job by which higher rooms learn that a plain case made a move with an action: `{"case", "action", "event"}`, the last
/// being the number of the case's event.
pub const ACTION_JOB: &str = "procedure.action";

/// Moves a plain case. `seen` is the version that the caller looked at.
pub async fn transition(app: &App, actor: &Actor, id: CaseId, seen: i32, command: Command) -> Result<()> {
    let (now, actor, job) = (app.now(), actor.clone(), app.id(JobId::new));
    app.db
        .write(move |tx| {
            let whole = Whole::read(tx, id)?;
            let _permit: Permit<cases::WorkOnCases> = permit(&actor, whole.case.site_id)?;
            refuse_entries(&whole.case)?;
            crate::http::etag::current(seen, whole.case.version)?;
            let transition = whole.decide(&command, &actor, &[], now)?;
            refuse_without_live_site(tx, &whole, &transition, &actor)?;
            store::apply(tx, &transition)?;
            let detail = json!({ "from": transition.from(), "to": transition.to(), "comment": transition.comment(),
                "fields": transition.fields(), "action": transition.action() });
            let action = format!("procedure.{}", transition.command());
            record(tx, &actor, &action, &whole.case, (Vec::new(), detail, now))?;
            if let Some(action) = transition.action() {
                let payload = json!({ "case": id, "action": action, "event": whole.events.len() + 1 });
                let follows = NewJob { kind: ACTION_JOB, payload, unique_key: None, run_at: now };
                jobs::enqueue(tx, job, &follows, now)?;
            }
            telling::moved(tx, &transition, (actor.user(), now))
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(())
}

/// Writes the move of an entry's case; its ledger event is the entry's. Returns the case's new version.
pub fn apply(tx: &mut Tx, transition: &Transition) -> Result<i32> {
    store::apply(tx, transition)
}

/// Has the title of an entry's case follow the entry's.
pub fn rename(tx: &mut Tx, case: CaseId, title: &str) -> Result<()> {
    store::rename(tx, case, title)
}

/// A move that needs a site which citizens see waits for it. A site of others is no site.
fn refuse_without_live_site(tx: &mut Tx, whole: &Whole, transition: &Transition, actor: &Actor) -> Result<()> {
    let flow = rules::flow_of(&whole.ground.definition, &whole.case)?;
    let Some((field, named)) = rules::live_site_named(flow, transition) else { return Ok(()) };
    let site = sites::store::find_named(tx, named)?.filter(|site| actor.sees(site.id));
    let is_live = site.map(|site| store::is_live(tx, site.id)).transpose()?;
    if is_live == Some(true) {
        return Ok(());
    }
    let detail = if is_live.is_none() { "there is no such site" } else { "the site has no live release" };
    Err(Refusal::new(Code::NoLiveSite).field(format!("fields.{field}"), "no_live_site", detail).into())
}

fn refuse_entries(case: &Case) -> Result<(), Refusal> {
    match case.entry_id {
        None => Ok(()),
        Some(entry) => Err(Refusal::new(Code::MovesWithEntry).extra("entry", entry.to_string())),
    }
}

/// Leaves a remark on a plain case. Entries have their own door to the same comments.
pub async fn comment(app: &App, actor: &Actor, id: CaseId, body: String) -> Result<Comment> {
    let (comment_id, now, actor) = (app.id(CommentId::new), app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let case = store::find(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let _permit: Permit<cases::WorkOnCases> = permit(&actor, case.site_id)?;
            let comment = add_comment(tx, &case, &actor, &body, (comment_id, now))?;
            record(tx, &actor, "procedure.comment", &case, (Vec::new(), json!({ "comment": comment_id }), now))?;
            telling::remarked(tx, &comment, now)?;
            Ok(comment)
        })
        .await
}

/// Writes a comment on any case; the caller has asked for the permit and records the event.
pub fn add_comment(
    tx: &mut Tx,
    case: &Case,
    actor: &Actor,
    body: &str,
    (id, now): (CommentId, Timestamp),
) -> Result<Comment> {
    let author_id = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
    let body = body.trim();
    if body.is_empty() || body.len() > COMMENT_BYTES_MAX {
        let rule = format!("1 to {COMMENT_BYTES_MAX} bytes");
        return Err(Refusal::new(Code::Invalid).field("body", "wrong_length", rule).into());
    }
    let comment =
        Comment { id, case_id: case.id, author_id, step: case.step.clone(), body: body.into(), created_at: now };
    store::insert_comment(tx, &comment)?;
    Ok(comment)
}

/// Keeps a file with a case. The bytes are stored before the row, so that a row never names nothing.
pub async fn attach(app: &App, actor: &Actor, id: CaseId, file: Accepted) -> Result<Attachment> {
    let (attachment_id, now, actor) = (app.id(AttachmentId::new), app.now(), actor.clone());
    let site = app.db.read(move |c| Ok(store::find(c, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?.site_id));
    let _permit: Permit<cases::WorkOnCases> = permit(&actor, site.await?)?;
    let Accepted { name, media_type, size_bytes, digest, file, .. } = file;
    let (size_bytes, storage) = (size_bytes.cast_signed(), app.storage.clone());
    let stored = tokio::task::spawn_blocking(move || storage.take(&digest, file.path())).await;
    stored.map_err(|panicked| crate::kernel::Error::broken("store an attachment", panicked))??;
    app.db
        .write(move |tx| {
            let case = store::find(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let _permit: Permit<cases::WorkOnCases> = permit(&actor, case.site_id)?;
            if case.ended_at.is_some() && case.entry_id.is_none() {
                return Err(Refusal::new(Code::CaseEnded).into());
            }
            let attachment = Attachment {
                id: attachment_id,
                case_id: id,
                digest,
                name: name.clone(),
                media_type: media_type.clone(),
                size_bytes,
                uploaded_by: actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?,
                created_at: now,
            };
            store::insert_attachment(tx, &attachment)?;
            let detail = json!({ "attachment": attachment_id, "name": attachment.name });
            record(tx, &actor, "procedure.attach", &case, (vec![digest], detail, now))?;
            Ok(attachment)
        })
        .await
}

fn record(
    tx: &mut Tx,
    actor: &Actor,
    action: &str,
    case: &Case,
    (digests, detail, now): (Vec<Digest>, Value, Timestamp),
) -> Result<()> {
    let mut event = Event::new(actor.ledger_name(), action, format!("case:{}", case.id)).detail(detail);
    if let Some(site) = case.site_id {
        event = event.site(site);
    }
    ledger::record(tx, &digests.into_iter().fold(event, Event::digest), now)?;
    Ok(())
}
