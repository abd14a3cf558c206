//! What the API shows of procedures and cases.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::case::{Attachment, Case, CaseEvent, Comment, Facts};
use super::model::{Definition, FormField, Hours, Text};
use super::rules::{self, HOLD};
use super::service::{Ground, Whole};
use super::{form, shelf, store};
use crate::calendar::model::{DayHours, Weekday};
use crate::calendar::store as calendars;
use crate::db::Conn;
use crate::identity::Actor;
use crate::kernel::id::{AttachmentId, CaseId, CommentId, EntryId, SiteId, UserId};
use crate::kernel::{Digest, Refusal, Result, Timestamp, Words};

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Words { id: text.id.clone(), en: text.en.clone() }
    }
}

/// Somebody, by id and name.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Person {
    pub id: UserId,
    pub name: String,
}

/// Names looked up once for a whole answer.
pub struct People(HashMap<UserId, String>);

impl People {
    pub fn read(connection: &mut Conn, ids: impl IntoIterator<Item = UserId>) -> Result<Self> {
        let mut ids: Vec<UserId> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(People(if ids.is_empty() { HashMap::new() } else { store::names(connection, &ids)? }))
    }

    pub fn person(&self, id: UserId) -> Person {
        Person { id, name: self.0.get(&id).cloned().unwrap_or_default() }
    }
}

/// A procedure in force.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct ProcedureSummary {
    pub key: String,
    pub version: i32,
    pub digest: Digest,
    pub title: Words,
    pub issuer: String,
    pub number: String,
    /// The keys of its flows.
    pub flows: Vec<String>,
    /// Since when this version is in force.
    pub since: Timestamp,
}

/// A span of service on a weekday; a day with a break has two.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpan {
    #[schema(inline)]
    pub day: Weekday,
    /// `08:00`
    pub from: String,
    pub to: String,
}

impl From<&DayHours> for ServiceSpan {
    fn from(hours: &DayHours) -> Self {
        ServiceSpan { day: hours.day, from: hours.from.to_string(), to: hours.to.to_string() }
    }
}

/// Weekly hours that an administrator set; they count in the place of those of the document.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct HoursInForce {
    pub since: Timestamp,
    pub days: Vec<ServiceSpan>,
}

/// A procedure in full.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct ProcedureView {
    #[serde(flatten)]
    pub summary: ProcedureSummary,
    /// As in the file: document, hours, readings, flows with steps and transitions.
    #[schema(value_type = Object)]
    pub definition: Value,
    /// Where others than its own count; absent where its own do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_in_force: Option<HoursInForce>,
    /// The official document as text, in Indonesian; left out with `texts=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file itself; left out with `texts=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Whether a procedure is told in its other forms, too: as text, and as its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    With,
    Without,
}

/// All procedures in force, by key.
pub fn procedures(connection: &mut Conn) -> Result<Vec<ProcedureSummary>> {
    let mut found = Vec::new();
    for (key, _) in shelf::versions(connection)? {
        found.extend(in_force(connection, &key)?.map(|(_, _, summary)| summary));
    }
    Ok(found)
}

fn in_force(connection: &mut Conn, key: &str) -> Result<Option<(Arc<Definition>, String, ProcedureSummary)>> {
    let Some(shelved) = shelf::in_force(connection, key)? else { return Ok(None) };
    let definition = shelf::definition(connection, key, shelved.version)?;
    let summary = ProcedureSummary {
        key: shelved.key,
        version: shelved.version,
        digest: shelved.digest,
        title: Words::from(&definition.title),
        issuer: definition.document.issuer.clone(),
        number: definition.document.number.clone(),
        flows: definition.flows.iter().map(|flow| flow.key.clone()).collect(),
        since: shelved.created_at,
    };
    Ok(Some((definition, shelved.source, summary)))
}

/// A procedure in force; `None` when there is none of that key.
pub fn procedure(connection: &mut Conn, key: &str, texts: Texts) -> Result<Option<ProcedureView>> {
    let Some((definition, source, summary)) = in_force(connection, key)? else { return Ok(None) };
    let value = serde_json::to_value(&*definition);
    let value = value.map_err(|error| crate::kernel::Error::broken("write a procedure as JSON", error))?;
    let (text, source) = match texts {
        Texts::With => (Some(super::definition::as_text(&definition)), Some(source)),
        Texts::Without => (None, None),
    };
    let hours_in_force = match definition.hours {
        Hours::Weekly { .. } => calendars::calendar(connection)?
            .hours_set()
            .map(|(since, days)| HoursInForce { since, days: days.iter().map(ServiceSpan::from).collect() }),
        Hours::Always | Hours::CalendarDays => None,
    };
    Ok(Some(ProcedureView { summary, definition: value, hours_in_force, text, source }))
}

/// A case in a list.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct CaseSummary {
    pub id: CaseId,
    pub procedure: String,
    pub procedure_version: i32,
    pub flow: String,
    /// The key of the site that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Set for the case of an entry, which moves with its entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    pub title: String,
    pub step: String,
    pub step_title: Words,
    pub step_since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Service minutes since it was due; 0 when it is not late.
    pub late_minutes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<Person>,
    pub opened_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub version: i32,
}

/// Summaries of cases, with the names of people and sites.
pub fn summaries(connection: &mut Conn, found: Vec<Case>, now: Timestamp) -> Result<Vec<CaseSummary>> {
    let people = People::read(connection, found.iter().flat_map(|case| [case.assigned_to, case.opened_by]).flatten())?;
    let sites: Vec<SiteId> = found.iter().filter_map(|case| case.site_id).collect();
    let keys = if sites.is_empty() { HashMap::new() } else { store::site_keys(connection, &sites)? };
    found
        .into_iter()
        .map(|case| {
            let ground = Ground::of(connection, &case)?;
            let site = case.site_id.and_then(|site| keys.get(&site).cloned());
            summary(case, site, &ground, (&people, now))
        })
        .collect()
}

fn summary(
    case: Case,
    site: Option<String>,
    ground: &Ground,
    (people, now): (&People, Timestamp),
) -> Result<CaseSummary> {
    let flow = rules::flow_of(&ground.definition, &case)?;
    let step_title = Words::from(&rules::step_of(flow, &case.step)?.title);
    let late_minutes = ground.timing(now).late_minutes(&ground.definition.hours, &case);
    Ok(CaseSummary {
        id: case.id,
        procedure: case.procedure_key,
        procedure_version: case.procedure_version,
        flow: case.flow,
        site,
        entry: case.entry_id,
        title: case.title,
        step: case.step,
        step_title,
        step_since: case.step_since,
        due_at: case.due_at,
        late_minutes,
        waiting_since: case.waiting_since,
        assigned_to: case.assigned_to.map(|id| people.person(id)),
        opened_by: case.opened_by.map(|id| people.person(id)),
        opened_at: case.opened_at,
        ended_at: case.ended_at,
        version: case.version,
    })
}

/// A command that the caller may give now.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Allowed {
    pub command: String,
    pub title: Words,
    pub comment_required: bool,
    /// The form to fill in.
    pub fields: Vec<FormFieldView>,
    /// The field of the form that must name a live site, by its key or its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_live_site: Option<String>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct FormFieldView {
    pub key: String,
    pub label: Words,
    /// `text`, `long_text`, `date`, `choice`, `number`, `boolean`, `rows`, `attachment`.
    pub kind: String,
    pub required: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

impl From<&FormField> for FormFieldView {
    fn from(field: &FormField) -> Self {
        FormFieldView {
            key: field.key.clone(),
            label: Words::from(&field.label),
            kind: field.kind.to_string(),
            required: field.required,
            choices: field.choices.clone(),
        }
    }
}

/// What this actor may ask of a case in its present step. `authors`: see [`Facts`].
pub fn allowed(whole: &Whole, actor: &Actor, authors: &[UserId]) -> Result<Vec<Allowed>, Refusal> {
    let facts = Facts { case: &whole.case, events: &whole.events, authors, attachments: &[] };
    let (rules, waits) = rules::allowed(&whole.ground.definition, &facts, actor)?;
    let step = rules::step_of(rules::flow_of(&whole.ground.definition, &whole.case)?, &whole.case.step)?;
    let mut all: Vec<Allowed> = rules
        .into_iter()
        .map(|rule| Allowed {
            command: rule.command.clone(),
            title: Words::from(&rule.title),
            comment_required: rule.comment_required,
            fields: form::fields_of(step, rule).into_iter().map(FormFieldView::from).collect(),
            requires_live_site: rule.requires_live_site.clone(),
        })
        .collect();
    all.extend(waits.map(|command| {
        let (id, en) = if command == HOLD { ("Tunda (menunggu)", "Hold") } else { ("Lanjutkan", "Resume") };
        Allowed {
            command: command.into(),
            title: Words { id: id.into(), en: en.into() },
            comment_required: command == HOLD,
            fields: Vec::new(),
            requires_live_site: None,
        }
    }));
    Ok(all)
}

/// A move that was made.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct EventView {
    pub number: i32,
    pub command: String,
    pub from: String,
    pub to: String,
    /// Absent for the system, which carries out what a person ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Person>,
    pub comment: String,
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// When the step that was left was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Service minutes by which the step was left too late.
    pub late_minutes: i64,
    pub at: Timestamp,
}

/// The moves of a case, in order.
pub fn events(whole: &Whole, people: &People) -> Vec<EventView> {
    let late = |event: &CaseEvent| {
        let left = Case { due_at: event.due_at, ended_at: Some(event.at), ..whole.case.clone() };
        whole.ground.timing(event.at).late_minutes(&whole.ground.definition.hours, &left)
    };
    let view = |event: &CaseEvent| EventView {
        number: event.number,
        command: event.command.clone(),
        from: event.from_step.clone(),
        to: event.to_step.clone(),
        actor: event.actor_id.map(|id| people.person(id)),
        comment: event.comment.clone(),
        fields: event.fields.clone(),
        due_at: event.due_at,
        late_minutes: late(event),
        at: event.at,
    };
    whole.events.iter().map(view).collect()
}

/// A remark.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct CommentView {
    pub id: CommentId,
    pub author: Person,
    /// The step in which it was made.
    pub step: String,
    pub body: String,
    pub created_at: Timestamp,
}

pub fn comment(comment: &Comment, people: &People) -> CommentView {
    CommentView {
        id: comment.id,
        author: people.person(comment.author_id),
        step: comment.step.clone(),
        body: comment.body.clone(),
        created_at: comment.created_at,
    }
}

/// A file of a case.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct AttachmentView {
    pub id: AttachmentId,
    pub digest: Digest,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub uploaded_by: Person,
    pub created_at: Timestamp,
    /// Where its bytes are.
    pub url: String,
}

pub fn attachment(attachment: &Attachment, people: &People) -> AttachmentView {
    AttachmentView {
        id: attachment.id,
        digest: attachment.digest,
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        size_bytes: attachment.size_bytes,
        uploaded_by: people.person(attachment.uploaded_by),
        created_at: attachment.created_at,
        url: format!("/api/v1/cases/{}/attachments/{}", attachment.case_id, attachment.id),
    }
}

/// A case in full.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct CaseView {
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// The date agreed in the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_due_at: Option<Timestamp>,
    /// What the caller may do now; nothing for the case of an entry, whose commands are given to the entry.
    pub allowed: Vec<Allowed>,
    pub events: Vec<EventView>,
    pub comments: Vec<CommentView>,
    pub attachments: Vec<AttachmentView>,
}

/// A case in full for somebody; the caller has asked for the permit.
pub fn case(connection: &mut Conn, whole: Whole, actor: &Actor, now: Timestamp) -> Result<CaseView> {
    let comments = store::comments(connection, whole.case.id)?;
    let mut ids: Vec<UserId> = whole.events.iter().filter_map(|event| event.actor_id).collect();
    ids.extend(comments.iter().map(|comment| comment.author_id));
    ids.extend(whole.attachments.iter().map(|attachment| attachment.uploaded_by));
    let people = People::read(connection, ids)?;
    let moves_alone = whole.case.entry_id.is_none();
    let allowed = if moves_alone { allowed(&whole, actor, &[])? } else { Vec::new() };
    let events = events(&whole, &people);
    let agreed_due_at = whole.case.agreed_due_at;
    let attachments = whole.attachments.iter().map(|one| attachment(one, &people)).collect();
    let summary = summaries(connection, vec![whole.case], now)?.swap_remove(0);
    let comments = comments.iter().map(|one| comment(one, &people)).collect();
    Ok(CaseView { summary, agreed_due_at, allowed, events, comments, attachments })
}
