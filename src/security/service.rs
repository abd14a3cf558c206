//! Use cases of incidents: open, note, take, contain, weigh. One transaction and one ledger event each.

use serde_json::{Value, json};

use super::model::{Finding, Happened, Incident, Line, Place, Severity, Source, Times};
use super::{CALL_JOB, rules, store};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::http::etag;
use crate::identity::{Actor, Permit, Scope, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{CaseId, JobId, MonitorId, SecurityIncidentId, SiteId};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::monitoring::rounds;
use crate::procedure;
use crate::sites;

const PROCEDURE: &str = "website_security";
const FLOW: &str = "securing";

pub fn missing() -> Refusal {
    Refusal::new(Code::NotFound)
}

/// How the ledger names an incident.
pub fn subject(id: SecurityIncidentId) -> String {
    format!("security:{id}")
}

/// An event about an incident.
pub fn event(by: &str, verb: &str, one: &Incident) -> Event {
    let event = Event::new(by, &format!("incident.{verb}"), subject(one.id));
    match one.place.site_id {
        Some(site) => event.site(site),
        None => event,
    }
}

/// Ids for an incident that may have to be made, drawn before the transaction.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    pub incident: SecurityIncidentId,
    pub case: CaseId,
    pub job: JobId,
}

impl Ids {
    pub fn draw(app: &App) -> Self {
        Ids { incident: app.id(SecurityIncidentId::new), case: app.id(CaseId::new), job: app.id(JobId::new) }
    }
}

/// What came of a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub incident: Incident,
    /// False: one was open for the website already, and got another line.
    pub is_new: bool,
}

/// Opens an incident, or adds a line to the one that is open for the same website.
pub fn open_in(tx: &mut Tx, actor: &Actor, ids: Ids, finding: &Finding, now: Timestamp) -> Result<Opened> {
    rules::check(finding)?;
    let website = rules::website(&finding.url).unwrap_or_default();
    if let Some(open) = store::find_open(tx, &website)? {
        let incident = add_finding(tx, actor, open, finding, now)?;
        return Ok(Opened { incident, is_new: false });
    }
    let title = finding.title.trim();
    let (case, site) = ((ids.case, finding.site), finding.site);
    procedure::service::open_for(tx, case, (PROCEDURE, FLOW), title, (actor, now))?;
    let year = rules::year(now, &time::zone(ZONE_DEFAULT)?);
    let incident = Incident {
        id: ids.incident,
        case_id: ids.case,
        year,
        number: store::next_number(tx, year)?,
        source: finding.source,
        severity: finding.severity,
        place: Place {
            url: finding.url.trim().to_owned(),
            website,
            agency: finding.agency.trim().to_owned(),
            site_id: site,
            monitor_id: finding.monitor,
        },
        title: title.to_owned(),
        summary: finding.summary.trim().to_owned(),
        evidence: finding.report,
        times: Times {
            detected_at: finding.detected_at.min(now),
            reported_at: now,
            taken_at: None,
            assigned_at: None,
            contained_at: None,
            recovered_at: None,
            approved_at: None,
            closed_at: None,
        },
        version: 1,
    };
    store::insert(tx, &incident)?;
    write(tx, &incident, line(Happened::Detected, actor, (incident.times.detected_at, now)).saying(finding))?;
    write(tx, &incident, line(Happened::Reported, actor, (now, now)))?;
    let detail = json!({ "reference": rules::reference(incident.year, incident.number), "case": incident.case_id,
        "source": incident.source, "severity": incident.severity, "website": incident.place.website,
        "procedure": PROCEDURE, "flow": FLOW });
    let mut opened = event(&actor.ledger_name(), "open", &incident).detail(detail);
    opened.digests.extend(incident.evidence);
    ledger::record(tx, &opened, now)?;
    procedure::service::tell_opened(tx, incident.case_id, (actor.user(), now))?;
    jobs::enqueue(tx, ids.job, &call_job(incident.id, 0, now), now)?;
    Ok(Opened { incident, is_new: true })
}

/// The job that calls the next one of the on-call list.
pub fn call_job(incident: SecurityIncidentId, round: u32, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: CALL_JOB,
        payload: json!({ "incident": incident, "round": round }),
        unique_key: Some(call_key(incident)),
        run_at,
    }
}

/// By which the queue knows that a call waits.
pub fn call_key(incident: SecurityIncidentId) -> String {
    format!("{CALL_JOB}:{incident}")
}

fn add_finding(tx: &mut Tx, actor: &Actor, open: Incident, finding: &Finding, now: Timestamp) -> Result<Incident> {
    let at = finding.detected_at.min(now);
    let line = line(Happened::DetectedAgain, actor, (at, now)).saying(finding);
    let mut incident = Incident { evidence: open.evidence.or(finding.report), ..open };
    incident = advance(tx, incident, line)?;
    let mut again = event(&actor.ledger_name(), "detect_again", &incident)
        .detail(json!({ "source": finding.source, "title": finding.title.trim() }));
    again.digests.extend(finding.report);
    ledger::record(tx, &again, now)?;
    Ok(incident)
}

/// A line without words, by whoever acts.
pub fn line(kind: Happened, actor: &Actor, (at, noted_at): (Timestamp, Timestamp)) -> Line {
    let (actor, said) = (actor.ledger_name(), String::new());
    Line { number: 0, kind, actor, said, detail: json!({}), at, noted_at }
}

impl Line {
    /// In somebody's words.
    pub fn words(mut self, said: &str) -> Self {
        self.said = said.trim().to_owned();
        self
    }

    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// What was found, with its evidence as far as a timeline takes it.
    fn saying(self, finding: &Finding) -> Self {
        let short = |text: &String| crate::notices::rules::line(text, rules::EVIDENCE_LETTERS_MAX);
        let evidence: Vec<String> = finding.evidence.iter().take(rules::EVIDENCE_LINES_MAX).map(short).collect();
        let detail =
            json!({ "source": finding.source, "url": finding.url, "evidence": evidence, "report": finding.report });
        self.words(&finding.summary).detail(detail)
    }
}

/// Adds a line that changes no milestone.
pub fn write(tx: &mut Tx, incident: &Incident, line: Line) -> Result<()> {
    store::add_line(tx, incident.id, &line)
}

/// Adds a line, and moves the milestones that follow from it. The incident as it is then.
pub fn advance(tx: &mut Tx, incident: Incident, line: Line) -> Result<Incident> {
    let times = rules::after(incident.times, line.kind, line.at);
    let incident = Incident { times, ..incident };
    store::add_line(tx, incident.id, &line)?;
    store::update(tx, &incident)?;
    Ok(Incident { version: incident.version + 1, ..incident })
}

/// What somebody opens an incident with.
#[derive(Debug, Clone)]
pub struct Asked {
    pub url: String,
    pub title: String,
    pub summary: String,
    pub agency: String,
    /// The key of a site that is published here.
    pub site: Option<String>,
    pub monitor: Option<MonitorId>,
    pub severity: Option<Severity>,
    /// Now, if nobody says when.
    pub detected_at: Option<Timestamp>,
}

/// Opens an incident by a person.
pub async fn open(app: &App, actor: &Actor, asked: Asked) -> Result<Opened> {
    let (ids, now, actor) = (Ids::draw(app), app.now(), actor.clone());
    let opened = app
        .db
        .write(move |tx| {
            let site = asked.site.as_deref().map(|key| sites::store::find_visible(tx, key, &actor)).transpose()?;
            let site = site.map(|site| site.id);
            let _permit: Permit<cases::ReportIncident> = match site {
                Some(site) => actor.permit(site)?,
                None => actor.permit_installation()?,
            };
            let detected_at = asked.detected_at.unwrap_or(now);
            rules::check_past("detected_at", detected_at, now)?;
            let finding = Finding {
                source: Source::Person,
                severity: asked.severity.unwrap_or(rules::severity(Source::Person)),
                url: asked.url.clone(),
                agency: asked.agency.clone(),
                site,
                monitor: asked.monitor,
                title: asked.title.clone(),
                summary: asked.summary.clone(),
                evidence: Vec::new(),
                report: None,
                detected_at,
            };
            open_in(tx, &actor, ids, &finding, now)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(opened)
}

/// Does the job [`jobs::INCIDENT_JOB`] with its payload `{source, monitor?, site?, url, agency?, title, detected_at, summary, evidence, report?}`.
pub fn open_job(app: &App, job: &Job) -> Outcome {
    let actor = Actor::system("security");
    let (ids, now) = (Ids::draw(app), app.now());
    let finding = keep_look(app, read_finding(&job.payload, now)?)?;
    let opened = app.db.write_blocking(|tx| {
        let finding = with_own_site(tx, finding.clone())?;
        let scope = finding.site.map_or(Scope::Installation, Scope::Site);
        let _permit: Permit<cases::ReportIncident> = Permit::system(&actor, scope)?;
        open_in(tx, &actor, ids, &finding, now)
    })?;
    app.job_waiting.notify_one();
    let incident = opened.incident;
    Ok(
        json!({ "incident": incident.id, "reference": rules::reference(incident.year, incident.number), "new": opened.is_new }),
    )
}

/// A look is kept for some weeks with its round; as evidence of an incident it is kept for good.
fn keep_look(app: &App, finding: Finding) -> Result<Finding> {
    let (Source::Monitor, Some(digest)) = (finding.source, finding.report) else { return Ok(finding) };
    let look = app.db.read_blocking(|c| rounds::store::evidence(c, &digest))?;
    let Some(look) = look else { return Ok(Finding { report: None, ..finding }) };
    let report = Digest::of(&look);
    app.storage.put(&report, &look)?;
    Ok(Finding { report: Some(report), ..finding })
}

/// A website that is published here belongs to its site, whoever found it.
fn with_own_site(connection: &mut Conn, finding: Finding) -> Result<Finding> {
    let (Some(monitor), None) = (finding.monitor, finding.site) else { return Ok(finding) };
    let found = crate::monitoring::sites::store::find(connection, monitor)?;
    let Some((watched, _)) = found else { return Ok(finding) };
    let agency = if finding.agency.is_empty() { watched.agency } else { finding.agency };
    Ok(Finding { site: watched.site_id, agency, ..finding })
}

fn read_finding(payload: &Value, now: Timestamp) -> Result<Finding> {
    let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let lines = payload.get("evidence").and_then(Value::as_array).cloned().unwrap_or_default();
    let source = Source::parse(&text("source"));
    let source = source.ok_or_else(|| Refusal::new(Code::Invalid).field("source", "not_a_choice", text("source")))?;
    let optional = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    Ok(Finding {
        source,
        severity: Severity::parse(&text("severity")).unwrap_or(rules::severity(source)),
        url: text("url"),
        agency: text("agency"),
        site: optional("site").map(|id| SiteId::parse(&id)).transpose()?,
        monitor: optional("monitor").map(|id| MonitorId::parse(&id)).transpose()?,
        title: text("title").chars().take(rules::TITLE_LETTERS_MAX).collect(),
        summary: text("summary"),
        evidence: lines.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        report: optional("report").and_then(|digest| Digest::parse(&digest)),
        detected_at: payload.get("detected_at").and_then(Value::as_i64).map_or(now, Timestamp::from_micros),
    })
}

/// An incident that the actor may see; it is not found otherwise.
pub fn visible(connection: &mut Conn, actor: &Actor, id: SecurityIncidentId) -> Result<Incident> {
    let incident = store::find(connection, id)?.ok_or_else(missing)?;
    let _permit: Permit<cases::SeeIncidents> = procedure::service::permit(actor, incident.place.site_id)?;
    Ok(incident)
}

/// An incident that the actor may handle, in the version that they looked at, and not closed.
pub fn handled(tx: &mut Tx, actor: &Actor, (id, seen): (SecurityIncidentId, i32)) -> Result<Incident> {
    let incident = open_handled(tx, actor, id)?;
    etag::current(seen, incident.version)?;
    Ok(incident)
}

/// The same whatever its version: for what depends on nothing that somebody may have changed meanwhile.
pub fn open_handled(connection: &mut Conn, actor: &Actor, id: SecurityIncidentId) -> Result<Incident> {
    let incident = visible(connection, actor, id)?;
    let _permit: Permit<cases::HandleIncident> = procedure::service::permit(actor, incident.place.site_id)?;
    if incident.times.closed_at.is_some() {
        return Err(Refusal::new(Code::CaseEnded).into());
    }
    Ok(incident)
}

/// Notes something in the timeline; `at` is when it happened, now if nobody says.
pub async fn note(
    app: &App,
    actor: &Actor,
    id: SecurityIncidentId,
    (said, at): (String, Option<Timestamp>),
) -> Result<()> {
    rules::check_note(&said)?;
    let (now, actor) = (app.now(), actor.clone());
    let at = at.unwrap_or(now);
    rules::check_past("at", at, now)?;
    app.db
        .write(move |tx| {
            let incident = open_handled(tx, &actor, id)?;
            write(tx, &incident, line(Happened::Note, &actor, (at, now)).words(&said))?;
            // What was written stays in the timeline alone: it may hold what the ledger would keep for ever.
            let noted = event(&actor.ledger_name(), "note", &incident).detail(json!({ "words": Digest::of(&said) }));
            ledger::record(tx, &noted, now)?;
            Ok(())
        })
        .await
}

/// Says that it harms and spreads no further.
pub async fn contain(
    app: &App,
    actor: &Actor,
    which: (SecurityIncidentId, i32),
    (said, at): (String, Option<Timestamp>),
) -> Result<()> {
    rules::check_note(&said)?;
    let (now, actor) = (app.now(), actor.clone());
    let at = at.unwrap_or(now);
    app.db
        .write(move |tx| {
            let incident = handled(tx, &actor, which)?;
            rules::check_contained(&incident, at, now)?;
            let incident = advance(tx, incident, line(Happened::Contained, &actor, (at, now)).words(&said))?;
            let contained = event(&actor.ledger_name(), "contain", &incident).detail(json!({ "at": at }));
            ledger::record(tx, &contained, now)?;
            Ok(())
        })
        .await
}

/// Takes an incident: nobody is called any more.
pub async fn take(app: &App, actor: &Actor, id: SecurityIncidentId) -> Result<()> {
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let incident = open_handled(tx, &actor, id)?;
            if incident.times.taken_at.is_some() {
                return Err(Refusal::new(Code::NothingChanged).detail("somebody has it already").into());
            }
            let incident = advance(tx, incident, line(Happened::Taken, &actor, (now, now)))?;
            ledger::record(tx, &event(&actor.ledger_name(), "take", &incident), now)?;
            Ok(())
        })
        .await
}

/// Weighs an incident anew.
pub async fn weigh(
    app: &App,
    actor: &Actor,
    which: (SecurityIncidentId, i32),
    (severity, said): (Severity, String),
) -> Result<()> {
    rules::check_note(&said)?;
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let before = handled(tx, &actor, which)?;
            if before.severity == severity {
                return Err(Refusal::new(Code::NothingChanged).into());
            }
            let detail = json!({ "from": before.severity, "to": severity });
            let changed = line(Happened::SeverityChanged, &actor, (now, now)).words(&said).detail(detail.clone());
            let incident = advance(tx, Incident { severity, ..before }, changed)?;
            ledger::record(tx, &event(&actor.ledger_name(), "weigh", &incident).detail(detail), now)?;
            Ok(())
        })
        .await
}
