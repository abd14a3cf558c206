//! Incidents in the database. The timeline and the versions of reports are only added to; the database itself refuses anything else.

use diesel::prelude::*;

use super::model::{
    Account, CitizenReport, Happened, Incident, Line, Place, ReportKind, SavedAccount, Severity, Source, Times,
};
use super::rules;
use crate::db::schema::{citizen_reports, incident_reports, incident_timeline, incidents, monitored_sites, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{CaseId, MonitorId, SecurityIncidentId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Digest, Error, Result, Timestamp};

type Row = (
    (SecurityIncidentId, CaseId, i32, i32, String, String),
    (String, String, String, Option<SiteId>, Option<MonitorId>),
    (String, String, Option<Digest>, i32),
    (Timestamp, Timestamp, Option<Timestamp>, Option<Timestamp>),
    (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>),
);

type Columns = (
    (incidents::id, incidents::case_id, incidents::year, incidents::number, incidents::source, incidents::severity),
    (incidents::url, incidents::website, incidents::agency, incidents::site_id, incidents::monitor_id),
    (incidents::title, incidents::summary, incidents::evidence, incidents::version),
    (incidents::detected_at, incidents::reported_at, incidents::taken_at, incidents::assigned_at),
    (incidents::contained_at, incidents::recovered_at, incidents::approved_at, incidents::closed_at),
);

const COLUMNS: Columns = (
    (incidents::id, incidents::case_id, incidents::year, incidents::number, incidents::source, incidents::severity),
    (incidents::url, incidents::website, incidents::agency, incidents::site_id, incidents::monitor_id),
    (incidents::title, incidents::summary, incidents::evidence, incidents::version),
    (incidents::detected_at, incidents::reported_at, incidents::taken_at, incidents::assigned_at),
    (incidents::contained_at, incidents::recovered_at, incidents::approved_at, incidents::closed_at),
);

fn from_row(row: Row) -> Result<Incident> {
    let (what, place, about, began, went) = row;
    let (id, case_id, year, number, source, severity) = what;
    let (url, website, agency, site_id, monitor_id) = place;
    let (title, summary, evidence, version) = about;
    let (detected_at, reported_at, taken_at, assigned_at) = began;
    let (contained_at, recovered_at, approved_at, closed_at) = went;
    let broken = || Error::broken("read an incident", format!("source {source:?}, severity {severity:?}"));
    let (source, severity) = Source::parse(&source).zip(Severity::parse(&severity)).ok_or_else(broken)?;
    let place = Place { url, website, agency, site_id, monitor_id };
    let times =
        Times { detected_at, reported_at, taken_at, assigned_at, contained_at, recovered_at, approved_at, closed_at };
    Ok(Incident { id, case_id, year, number, source, severity, place, title, summary, evidence, times, version })
}

pub fn find(connection: &mut Conn, id: SecurityIncidentId) -> Result<Option<Incident>> {
    let row = incidents::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// The incident beside a case.
pub fn find_by_case(connection: &mut Conn, case: CaseId) -> Result<Option<Incident>> {
    let query = incidents::table.filter(incidents::case_id.eq(case)).select(COLUMNS);
    query.first::<Row>(connection).optional()?.map(from_row).transpose()
}

/// The one that is open for a website, if any: the newest.
pub fn find_open(connection: &mut Conn, website: &str) -> Result<Option<Incident>> {
    let query = incidents::table.filter(incidents::website.eq(website).and(incidents::closed_at.is_null()));
    let row = query.order(incidents::id.desc()).select(COLUMNS).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// Those that nobody has taken, oldest first.
pub fn untaken(connection: &mut Conn) -> Result<Vec<SecurityIncidentId>> {
    let waits = incidents::closed_at.is_null().and(incidents::taken_at.is_null());
    Ok(incidents::table.filter(waits).order(incidents::id).select(incidents::id).load(connection)?)
}

/// The number after the highest of a year.
pub fn next_number(tx: &mut Tx, year: i32) -> Result<i32> {
    let query = incidents::table.filter(incidents::year.eq(year)).select(diesel::dsl::max(incidents::number));
    Ok(query.first::<Option<i32>>(&mut **tx)?.unwrap_or(0) + 1)
}

/// Which incidents a list shows; what is `None` leaves nothing out.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub open: Option<bool>,
    /// `None`: of every site and of none.
    pub sites: Option<Vec<SiteId>>,
}

/// A page of them: the open ones first, then the newest.
pub fn page(
    connection: &mut Conn,
    wanted: &Wanted,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<Incident>> {
    const OPEN: &str = "open";
    // Two rows of one list, because both engines sort nothing at all differently.
    let in_closed = wanted.open == Some(false) || after.is_some_and(|cursor| cursor.key != OPEN);
    let mut found = Vec::new();
    if !in_closed {
        found = part(connection, wanted, true, (limit.probe(), after))?;
    }
    let missing = limit.probe() - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if wanted.open != Some(true) && missing > 0 {
        let after = after.filter(|_| in_closed);
        found.extend(part(connection, wanted, false, (missing, after))?);
    }
    let key = |one: &Incident| if one.times.closed_at.is_none() { OPEN.to_owned() } else { String::new() };
    Ok(Page::cut(found, limit, |one| Cursor { key: key(one), id: one.id.to_string() }))
}

fn part(
    connection: &mut Conn,
    wanted: &Wanted,
    open: bool,
    (rows_max, after): (i64, Option<&Cursor>),
) -> Result<Vec<Incident>> {
    let mut query = incidents::table.select(COLUMNS).into_boxed();
    query = match open {
        true => query.filter(incidents::closed_at.is_null()),
        false => query.filter(incidents::closed_at.is_not_null()),
    };
    if let Some(sites) = &wanted.sites {
        query = query.filter(incidents::site_id.eq_any(sites.clone()));
    }
    if let Some(cursor) = after {
        query = query.filter(incidents::id.lt(cursor.id.clone()));
    }
    let rows = query.order(incidents::id.desc()).limit(rows_max).load::<Row>(connection)?;
    rows.into_iter().map(from_row).collect()
}

/// How many are open, and milestones of all that were reported since then.
pub fn since(connection: &mut Conn, from: Timestamp, only: Option<Vec<SiteId>>) -> Result<Vec<Incident>> {
    let reported = incidents::reported_at.ge(from).or(incidents::closed_at.is_null());
    let mut query = incidents::table.filter(reported).select(COLUMNS).into_boxed();
    if let Some(sites) = only {
        query = query.filter(incidents::site_id.eq_any(sites));
    }
    query.order(incidents::reported_at).load::<Row>(connection)?.into_iter().map(from_row).collect()
}

pub fn insert(tx: &mut Tx, one: &Incident) -> Result<()> {
    diesel::insert_into(incidents::table)
        .values((
            (
                incidents::id.eq(one.id),
                incidents::case_id.eq(one.case_id),
                incidents::year.eq(one.year),
                incidents::number.eq(one.number),
                incidents::reference.eq(rules::reference(one.year, one.number)),
                incidents::source.eq(one.source.as_str()),
                incidents::severity.eq(one.severity.as_str()),
            ),
            (
                incidents::title.eq(&one.title),
                incidents::url.eq(&one.place.url),
                incidents::website.eq(&one.place.website),
                incidents::agency.eq(&one.place.agency),
                incidents::site_id.eq(one.place.site_id),
                incidents::monitor_id.eq(one.place.monitor_id),
                incidents::summary.eq(&one.summary),
                incidents::evidence.eq(one.evidence),
            ),
            (
                incidents::detected_at.eq(one.times.detected_at),
                incidents::reported_at.eq(one.times.reported_at),
                incidents::version.eq(one.version),
            ),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Writes milestones, severity and evidence; its version is one more.
pub fn update(tx: &mut Tx, one: &Incident) -> Result<()> {
    diesel::update(incidents::table.find(one.id))
        .set((
            incidents::severity.eq(one.severity.as_str()),
            incidents::evidence.eq(one.evidence),
            incidents::detected_at.eq(one.times.detected_at),
            incidents::taken_at.eq(one.times.taken_at),
            incidents::assigned_at.eq(one.times.assigned_at),
            incidents::contained_at.eq(one.times.contained_at),
            incidents::recovered_at.eq(one.times.recovered_at),
            incidents::approved_at.eq(one.times.approved_at),
            incidents::closed_at.eq(one.times.closed_at),
            incidents::version.eq(one.version + 1),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Adds a line; its number is given here.
pub fn add_line(tx: &mut Tx, incident: SecurityIncidentId, line: &Line) -> Result<()> {
    let of_it = incident_timeline::table.filter(incident_timeline::incident_id.eq(incident));
    let last = of_it.select(diesel::dsl::max(incident_timeline::number)).first::<Option<i32>>(&mut **tx)?;
    diesel::insert_into(incident_timeline::table)
        .values((
            incident_timeline::incident_id.eq(incident),
            incident_timeline::number.eq(last.unwrap_or(0) + 1),
            incident_timeline::kind.eq(line.kind.as_str()),
            incident_timeline::actor.eq(&line.actor),
            incident_timeline::said.eq(&line.said),
            incident_timeline::detail.eq(line.detail.to_string()),
            incident_timeline::at.eq(line.at),
            incident_timeline::noted_at.eq(line.noted_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

type LineRow = (SecurityIncidentId, i32, String, String, String, String, Timestamp, Timestamp);

/// In the order in which it was written.
pub fn timeline(connection: &mut Conn, incident: SecurityIncidentId) -> Result<Vec<Line>> {
    let of_it = incident_timeline::table.filter(incident_timeline::incident_id.eq(incident));
    let rows = of_it.order(incident_timeline::number).load::<LineRow>(connection)?;
    let line = |(_, number, kind, actor, said, detail, at, noted_at): LineRow| {
        let known = Happened::parse(&kind);
        let kind = known.ok_or_else(|| Error::broken("read a timeline", format!("no kind {kind:?}")))?;
        let detail = serde_json::from_str(&detail).unwrap_or_default();
        Ok(Line { number, kind, actor, said, detail, at, noted_at })
    };
    rows.into_iter().map(line).collect()
}

/// How many lines of a kind there are.
pub fn count_lines(connection: &mut Conn, incident: SecurityIncidentId, kind: Happened) -> Result<i64> {
    let of_it = incident_timeline::incident_id.eq(incident).and(incident_timeline::kind.eq(kind.as_str()));
    Ok(incident_timeline::table.filter(of_it).count().get_result(connection)?)
}

type AccountRow = (SecurityIncidentId, i32, String, UserId, Timestamp);

fn account((_, version, fields, saved_by, saved_at): AccountRow) -> Result<SavedAccount> {
    let fields: Account =
        serde_json::from_str(&fields).map_err(|error| Error::broken("read the report of an incident", error))?;
    Ok(SavedAccount { version, fields, saved_by, saved_at })
}

/// Every version of the official report, newest first.
pub fn accounts(connection: &mut Conn, incident: SecurityIncidentId) -> Result<Vec<SavedAccount>> {
    let of_it = incident_reports::table.filter(incident_reports::incident_id.eq(incident));
    let rows = of_it.order(incident_reports::version.desc()).load::<AccountRow>(connection)?;
    rows.into_iter().map(account).collect()
}

/// The newest version of the official report.
pub fn newest_account(connection: &mut Conn, incident: SecurityIncidentId) -> Result<Option<SavedAccount>> {
    let of_it = incident_reports::table.filter(incident_reports::incident_id.eq(incident));
    let row = of_it.order(incident_reports::version.desc()).first::<AccountRow>(connection).optional()?;
    row.map(account).transpose()
}

pub fn insert_account(tx: &mut Tx, incident: SecurityIncidentId, saved: &SavedAccount) -> Result<()> {
    diesel::insert_into(incident_reports::table)
        .values((
            incident_reports::incident_id.eq(incident),
            incident_reports::version.eq(saved.version),
            incident_reports::fields.eq(serde_json::json!(saved.fields).to_string()),
            incident_reports::saved_by.eq(saved.saved_by),
            incident_reports::saved_at.eq(saved.saved_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

type CitizenRow = (String, SiteId, SecurityIncidentId, String, String, String, Option<String>, Timestamp);

fn citizen_report(row: CitizenRow) -> Result<CitizenReport> {
    let (reference, site_id, incident_id, kind, url, description, person, created_at) = row;
    let known = ReportKind::parse(&kind);
    let kind = known.ok_or_else(|| Error::broken("read a citizen's report", format!("no kind {kind:?}")))?;
    Ok(CitizenReport { reference, site_id, incident_id, kind, url, description, person, created_at })
}

pub fn insert_citizen_report(tx: &mut Tx, one: &CitizenReport) -> Result<()> {
    diesel::insert_into(citizen_reports::table)
        .values((
            citizen_reports::reference.eq(&one.reference),
            citizen_reports::site_id.eq(one.site_id),
            citizen_reports::incident_id.eq(one.incident_id),
            citizen_reports::kind.eq(one.kind.as_str()),
            citizen_reports::url.eq(&one.url),
            citizen_reports::description.eq(&one.description),
            citizen_reports::person.eq(&one.person),
            citizen_reports::created_at.eq(one.created_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn find_citizen_report(connection: &mut Conn, reference: &str) -> Result<Option<CitizenReport>> {
    let row = citizen_reports::table.find(reference).first::<CitizenRow>(connection).optional()?;
    row.map(citizen_report).transpose()
}

/// Those that an incident is made of, oldest first; at most so many.
pub fn citizen_reports(
    connection: &mut Conn,
    incident: SecurityIncidentId,
    reports_max: i64,
) -> Result<Vec<CitizenReport>> {
    let of_it = citizen_reports::table.filter(citizen_reports::incident_id.eq(incident));
    let order = (citizen_reports::created_at, citizen_reports::reference);
    let rows = of_it.order(order).limit(reports_max).load::<CitizenRow>(connection)?;
    rows.into_iter().map(citizen_report).collect()
}

/// Forgets who reported: what is of incidents that closed before one time, and whatever came before another. Returns how many.
pub fn forget_people(tx: &mut Tx, (closed_before, created_before): (Timestamp, Timestamp)) -> Result<usize> {
    let closed = incidents::table.filter(incidents::closed_at.lt(closed_before)).select(incidents::id);
    let is_old = citizen_reports::incident_id.eq_any(closed).or(citizen_reports::created_at.lt(created_before));
    let known = citizen_reports::table.filter(citizen_reports::person.is_not_null()).filter(is_old);
    Ok(diesel::update(known).set(citizen_reports::person.eq(None::<String>)).execute(&mut **tx)?)
}

/// Whether anybody is still known.
pub fn knows_anybody(connection: &mut Conn) -> Result<bool> {
    let known = citizen_reports::table.filter(citizen_reports::person.is_not_null());
    Ok(known.select(citizen_reports::reference).first::<String>(connection).optional()?.is_some())
}

/// Host names of everything that is published or watched here, with the watched website where it is one; as `rules::website` writes
/// them. At most ten thousand: as many as can be watched.
pub fn known_websites(connection: &mut Conn) -> Result<Vec<(String, Option<MonitorId>, String)>> {
    let watched = monitored_sites::table.select((monitored_sites::id, monitored_sites::url, monitored_sites::agency));
    let rows = watched.load::<(MonitorId, String, String)>(connection)?;
    let found = rows.into_iter().filter_map(|(id, url, agency)| Some((rules::website(&url)?, Some(id), agency)));
    let mut found: Vec<_> = found.collect();
    let published = sites::table.select((sites::hosts, sites::name)).load::<(String, String)>(connection)?;
    for (hosts, name) in published {
        let hosts: Vec<String> = serde_json::from_str(&hosts).unwrap_or_default();
        let own = hosts.iter().filter_map(|host| rules::website(&format!("https://{host}/")));
        found.extend(own.map(|website| (website, None, name.clone())));
    }
    Ok(found)
}

/// Digests of looks that incidents stand on; they are kept with them.
pub fn stored(connection: &mut Conn) -> Result<Vec<Digest>> {
    let query = incidents::table.filter(incidents::evidence.is_not_null()).select(incidents::evidence);
    Ok(query.load::<Option<Digest>>(connection)?.into_iter().flatten().collect())
}
