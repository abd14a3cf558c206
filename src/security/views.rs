//! What the API shows of incidents.

use std::collections::HashMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{
    Account, CitizenReport, Happened, Incident, Line, Person as Citizen, ReportKind, SavedAccount, Severity, Source,
};
use super::rules::{self, Way};
use super::{citizens, reporting, store};
use crate::app::App;
use crate::db::Conn;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{CaseId, MonitorId, SecurityIncidentId, UserId};
use crate::kernel::time::{self, DAY, ZONE_DEFAULT};
use crate::kernel::{Digest, Result, Timestamp, Words};
use crate::procedure;
use crate::procedure::service::Whole;
use crate::procedure::views::{self as cases_shown, CaseView, People, Person};

/// Reports of citizens that one incident shows.
const CITIZEN_REPORTS_SHOWN_MAX: i64 = 50;
/// The months that a summary tells of, and some days, so that the first is whole.
const SUMMARY_DAYS: i64 = 366;

/// An incident in a list.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct IncidentSummary {
    pub id: SecurityIncidentId,
    /// `INS-2026-0001`
    pub reference: String,
    pub case: CaseId,
    pub source: Source,
    pub severity: Severity,
    pub title: String,
    pub url: String,
    pub agency: String,
    /// The key of the site, where it is published here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitor: Option<MonitorId>,
    /// Where its case rests.
    pub step: String,
    pub step_title: Words,
    pub detected_at: Timestamp,
    pub reported_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contained_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    pub version: i32,
}

/// Incidents as a list shows them.
pub fn summaries(connection: &mut Conn, found: Vec<Incident>, now: Timestamp) -> Result<Vec<IncidentSummary>> {
    let mut shown = Vec::with_capacity(found.len());
    for one in found {
        let case = procedure::store::find(connection, one.case_id)?.ok_or_else(super::service::missing)?;
        let case = cases_shown::summaries(connection, vec![case], now)?.swap_remove(0);
        shown.push(summary(one, case.site, (case.step, case.step_title)));
    }
    Ok(shown)
}

fn summary(one: Incident, site: Option<String>, (step, step_title): (String, Words)) -> IncidentSummary {
    IncidentSummary {
        id: one.id,
        reference: rules::reference(one.year, one.number),
        case: one.case_id,
        source: one.source,
        severity: one.severity,
        title: one.title,
        url: one.place.url,
        agency: one.place.agency,
        site,
        monitor: one.place.monitor_id,
        step,
        step_title,
        detected_at: one.times.detected_at,
        reported_at: one.times.reported_at,
        taken_at: one.times.taken_at,
        assigned_at: one.times.assigned_at,
        contained_at: one.times.contained_at,
        recovered_at: one.times.recovered_at,
        approved_at: one.times.approved_at,
        closed_at: one.times.closed_at,
        version: one.version,
    }
}

/// A line of the timeline.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = IncidentEvent)]
pub struct LineView {
    pub number: i32,
    pub kind: Happened,
    /// Absent for the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Person>,
    pub said: String,
    #[schema(value_type = Object)]
    pub detail: Value,
    pub at: Timestamp,
    pub noted_at: Timestamp,
}

/// A timeline with names.
pub fn lines(connection: &mut Conn, lines: Vec<Line>) -> Result<Vec<LineView>> {
    let people = People::read(connection, lines.iter().filter_map(Line::user))?;
    let shown = |line: Line| LineView {
        actor: line.user().map(|user| people.person(user)),
        number: line.number,
        kind: line.kind,
        said: line.said,
        detail: line.detail,
        at: line.at,
        noted_at: line.noted_at,
    };
    Ok(lines.into_iter().map(shown).collect())
}

/// What a citizen or an official reported.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = CitizenReport)]
pub struct CitizenReportView {
    pub reference: String,
    pub kind: ReportKind,
    pub url: String,
    pub description: String,
    /// Absent for whoever does not handle the incident, where nobody said who they are, and when it was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Citizen>,
    pub created_at: Timestamp,
}

/// The official report.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = IncidentReport)]
pub struct AccountView {
    /// 0: nothing was saved yet, and `fields` are what is known.
    pub version: i32,
    pub fields: Account,
    /// Fields that are still empty and must not be when the team reports.
    pub missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_by: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_at: Option<Timestamp>,
}

/// The newest version, or what a first one begins with.
pub fn account(connection: &mut Conn, incident: &Incident) -> Result<AccountView> {
    match store::newest_account(connection, incident.id)? {
        Some(saved) => saved_account(connection, saved),
        None => {
            let fields = reporting::draft(connection, incident)?;
            Ok(AccountView { version: 0, missing: missing(&fields), fields, saved_by: None, saved_at: None })
        }
    }
}

pub fn saved_account(connection: &mut Conn, saved: SavedAccount) -> Result<AccountView> {
    let people = People::read(connection, [saved.saved_by])?;
    Ok(AccountView {
        version: saved.version,
        missing: missing(&saved.fields),
        fields: saved.fields,
        saved_by: Some(people.person(saved.saved_by)),
        saved_at: Some(saved.saved_at),
    })
}

fn missing(fields: &Account) -> Vec<String> {
    rules::missing(fields).into_iter().map(str::to_owned).collect()
}

/// An incident in full.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = IncidentView)]
pub struct IncidentView {
    #[serde(flatten)]
    pub summary: IncidentSummary,
    pub description: String,
    /// Digest of the kept look at the website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
    pub timeline: Vec<LineView>,
    pub reports: Vec<CitizenReportView>,
    pub case_view: CaseView,
    /// Words with which the case's next form may begin, by field.
    #[schema(value_type = Object)]
    pub proposed: Map<String, Value>,
    /// People whose accounts the reader may lock: those with a role on the website's site, or for the installation.
    pub accounts: Vec<Person>,
    /// What the reader may do with the incident itself: `note`, `contain`, `take`, `weigh`, `report`, `restore`, `withdraw`,
    /// `lock`, `maintain`.
    pub may: Vec<String>,
}

/// An incident in full for somebody who may see it.
pub fn incident(
    connection: &mut Conn,
    app: &App,
    incident: Incident,
    (actor, now): (&Actor, Timestamp),
) -> Result<IncidentView> {
    let whole = Whole::read(connection, incident.case_id)?;
    let case_view = cases_shown::case(connection, whole, actor, now)?;
    let timeline = store::timeline(connection, incident.id)?;
    let reports = store::citizen_reports(connection, incident.id, CITIZEN_REPORTS_SHOWN_MAX)?;
    let handles = handles(actor, &incident);
    let shown = |one: CitizenReport| CitizenReportView {
        person: handles.then(|| citizens::person(app, &one)).flatten(),
        reference: one.reference,
        kind: one.kind,
        url: one.url,
        description: one.description,
        created_at: one.created_at,
    };
    let step = (case_view.summary.step.clone(), case_view.summary.step_title.clone());
    let may = may(actor, &incident);
    let accounts =
        if may.iter().any(|one| one == "lock") { accounts(connection, &incident, (actor, now))? } else { Vec::new() };
    Ok(IncidentView {
        accounts,
        description: incident.summary.clone(),
        evidence: incident.evidence,
        timeline: lines(connection, timeline)?,
        reports: reports.into_iter().map(shown).collect(),
        proposed: proposed(&incident),
        may,
        summary: summary(incident, case_view.summary.site.clone(), step),
        case_view,
    })
}

fn accounts(connection: &mut Conn, incident: &Incident, (actor, now): (&Actor, Timestamp)) -> Result<Vec<Person>> {
    let members = crate::notices::store::members(connection, incident.place.site_id, now)?;
    let others: Vec<UserId> = members.iter().map(|one| one.user).filter(|user| Some(*user) != actor.user()).collect();
    people_by_name(connection, others)
}

/// People by their names.
pub fn people_by_name(connection: &mut Conn, users: Vec<UserId>) -> Result<Vec<Person>> {
    let people = People::read(connection, users.iter().copied())?;
    let mut named: Vec<Person> = users.into_iter().map(|user| people.person(user)).collect();
    named.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    named.dedup_by_key(|one| one.id);
    Ok(named)
}

fn handles(actor: &Actor, incident: &Incident) -> bool {
    let permit = procedure::service::permit::<cases::HandleIncident>(actor, incident.place.site_id);
    permit.is_ok()
}

fn may(actor: &Actor, incident: &Incident) -> Vec<String> {
    let (times, site) = (&incident.times, incident.place.site_id);
    if times.closed_at.is_some() {
        return Vec::new();
    }
    let handles = handles(actor, incident);
    let withdraws = site.is_some_and(|site| actor.permit::<cases::MoveEntry>(site).is_ok());
    let watched = site.is_some() || incident.place.monitor_id.is_some();
    let offered = [
        ("note", handles),
        ("weigh", handles),
        ("report", handles),
        ("take", handles && times.taken_at.is_none()),
        ("contain", handles && times.contained_at.is_none()),
        ("restore", handles && site.is_some()),
        ("withdraw", handles && withdraws),
        ("lock", handles && actor.permit_installation::<cases::LockAccount>().is_ok()),
        ("maintain", handles && watched && actor.permit_installation::<cases::AnnounceMaintenance>().is_ok()),
    ];
    offered.into_iter().filter(|(_, may)| *may).map(|(what, _)| what.to_owned()).collect()
}

/// The SOP's own fields of its first step, filled in.
fn proposed(incident: &Incident) -> Map<String, Value> {
    let reporter = match incident.source {
        Source::Monitor => "Pemantauan otomatis",
        Source::Verify => "Pemeriksaan keutuhan otomatis",
        Source::Report => "Laporan masyarakat atau perangkat daerah",
        Source::Person => "",
    };
    let known = [
        ("problem_kind", "serangan"),
        ("problem", incident.summary.as_str()),
        ("website", incident.place.url.as_str()),
        ("reporter", reporter),
    ];
    let known = known.into_iter().filter(|(_, words)| !words.is_empty());
    known.map(|(field, words)| (field.to_owned(), words.into())).collect()
}

/// How long the ways took in a month.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = IncidentMonth)]
pub struct MonthView {
    /// `2026-11`, by when they were reported, on the clock of Makassar.
    pub month: String,
    pub incidents: usize,
    pub medians: Vec<MedianView>,
}

/// The middle of how long a way took.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = IncidentMedian)]
pub struct MedianView {
    pub span: Way,
    /// Absent while no incident has gone that way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
    /// How many have.
    pub incidents: usize,
}

/// Incidents in figures.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = IncidentFigures)]
pub struct Figures {
    pub open: usize,
    /// Of these, with nobody who has taken them.
    pub untaken: usize,
    /// Of the last twelve months together.
    pub medians: Vec<MedianView>,
    /// Newest first; months without any are left out.
    pub months: Vec<MonthView>,
}

/// Which sites' incidents somebody may see; `None`: of all, and of none.
pub fn readable_sites(actor: &Actor) -> Result<Option<Vec<crate::kernel::id::SiteId>>> {
    let everywhere: Result<Permit<cases::SeeIncidents>, _> = actor.permit_installation();
    let refused = match everywhere {
        Ok(_) => return Ok(None),
        Err(refused) => refused,
    };
    let sites = actor.visible_sites().unwrap_or_default();
    let seen: Vec<_> = sites.into_iter().filter(|site| actor.permit::<cases::SeeIncidents>(*site).is_ok()).collect();
    if seen.is_empty() { Err(refused.into()) } else { Ok(Some(seen)) }
}

/// The figures of the last twelve months.
pub fn figures(
    connection: &mut Conn,
    sites: Option<Vec<crate::kernel::id::SiteId>>,
    now: Timestamp,
) -> Result<Figures> {
    let found = store::since(connection, now.plus(-SUMMARY_DAYS * DAY), sites)?;
    let zone = time::zone(ZONE_DEFAULT)?;
    let mut by_month: HashMap<String, Vec<&Incident>> = HashMap::new();
    for one in &found {
        by_month.entry(rules::month(one.times.reported_at, &zone)).or_default().push(one);
    }
    let month = |(month, of): (String, Vec<&Incident>)| MonthView { month, incidents: of.len(), medians: medians(&of) };
    let mut months: Vec<MonthView> = by_month.into_iter().map(month).collect();
    months.sort_by(|a, b| b.month.cmp(&a.month));
    let open: Vec<&Incident> = found.iter().filter(|one| one.times.closed_at.is_none()).collect();
    Ok(Figures {
        open: open.len(),
        untaken: open.iter().filter(|one| one.times.taken_at.is_none()).count(),
        medians: medians(&found.iter().collect::<Vec<_>>()),
        months,
    })
}

fn medians(of: &[&Incident]) -> Vec<MedianView> {
    let median = |span: Way| {
        let took: Vec<i64> = of.iter().filter_map(|one| rules::minutes(&one.times, span)).collect();
        MedianView { span, incidents: took.len(), minutes: rules::median(took) }
    };
    Way::ALL.iter().map(|way| median(*way)).collect()
}
