//! Incidents in the database.

use std::collections::HashMap;
use std::net::IpAddr;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::grouping::{Kind, Told, Trait};
use super::model::Incident;
use crate::db::schema::{monitor_incident_members, monitor_incidents, monitored_sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{IncidentId, MonitorId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Error, Result, Timestamp};
use crate::monitoring::sites::model::Profile;

type Row = (IncidentId, String, String, Option<String>, String, Timestamp, Option<Timestamp>, Option<Timestamp>, bool);

fn from_row(row: Row) -> Result<Incident> {
    let (id, kind, cause, address, domain, since, told_at, over_at, closed) = row;
    let known = Kind::parse(&kind);
    let kind = known.ok_or_else(|| Error::broken("read an incident", format!("no kind {kind:?}")))?;
    let address = address.and_then(|address| address.parse::<IpAddr>().ok());
    let what = Trait { kind, cause, address, domain, since };
    Ok(Incident { id, what, told: Told { told_at, over_at }, closed })
}

/// Those that are not closed, oldest first.
pub fn open(connection: &mut Conn) -> Result<Vec<Incident>> {
    let query = monitor_incidents::table.filter(monitor_incidents::closed.eq(false)).order(monitor_incidents::id);
    query.load::<Row>(connection)?.into_iter().map(from_row).collect()
}

/// A page of all, newest first.
pub fn page(connection: &mut Conn, (limit, after): (Limit, Option<&Cursor>)) -> Result<Page<Incident>> {
    let mut query = monitor_incidents::table.into_boxed();
    if let Some(cursor) = after {
        query = query.filter(monitor_incidents::id.lt(cursor.id.clone()));
    }
    let rows = query.order(monitor_incidents::id.desc()).limit(limit.probe()).load::<Row>(connection)?;
    let found = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, limit, |one: &Incident| Cursor { key: String::new(), id: one.id.to_string() }))
}

pub fn insert(tx: &mut Tx, id: IncidentId, what: &Trait) -> Result<()> {
    diesel::insert_into(monitor_incidents::table)
        .values((
            monitor_incidents::id.eq(id),
            monitor_incidents::kind.eq(what.kind.as_str()),
            monitor_incidents::cause.eq(&what.cause),
            monitor_incidents::address.eq(what.address.map(|address| address.to_string())),
            monitor_incidents::domain.eq(&what.domain),
            monitor_incidents::since.eq(what.since),
            monitor_incidents::closed.eq(false),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts a website on the list of an incident; one that left it is on it again.
pub fn join(tx: &mut Tx, (incident, monitor): (IncidentId, MonitorId), since: Timestamp) -> Result<()> {
    let row = monitor_incident_members::table.find((incident, monitor));
    let back = monitor_incident_members::left_at.eq(None::<Timestamp>);
    if diesel::update(row).set(back).execute(&mut **tx)? == 0 {
        diesel::insert_into(monitor_incident_members::table)
            .values((
                monitor_incident_members::incident_id.eq(incident),
                monitor_incident_members::monitor_id.eq(monitor),
                monitor_incident_members::since.eq(since),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// What there is to be told of a website is no longer that.
pub fn leave(tx: &mut Tx, monitor: MonitorId, at: Timestamp) -> Result<()> {
    let here = monitor_incident_members::monitor_id.eq(monitor).and(monitor_incident_members::left_at.is_null());
    let left = monitor_incident_members::left_at.eq(Some(at));
    diesel::update(monitor_incident_members::table.filter(here)).set(left).execute(&mut **tx)?;
    Ok(())
}

/// How many are on the lists of open incidents, of each that has any.
pub fn members_here(connection: &mut Conn) -> Result<Vec<(IncidentId, i64)>> {
    let query = monitor_incident_members::table.filter(monitor_incident_members::left_at.is_null());
    let query = query.group_by(monitor_incident_members::incident_id);
    Ok(query.select((monitor_incident_members::incident_id, diesel::dsl::count_star())).load(connection)?)
}

/// Those who are still on its list, with their groups.
pub fn struck(connection: &mut Conn, id: IncidentId) -> Result<Vec<(MonitorId, Vec<String>)>> {
    let here = monitor_incident_members::incident_id.eq(id).and(monitor_incident_members::left_at.is_null());
    let query = monitor_incident_members::table.inner_join(monitored_sites::table).filter(here);
    let rows = query.select((monitored_sites::id, monitored_sites::profile)).load::<(MonitorId, String)>(connection)?;
    let groups = |(monitor, profile): (MonitorId, String)| {
        let profile = serde_json::from_str::<Profile>(&profile);
        let profile = profile.map_err(|error| Error::broken("read the profile of a website", error))?;
        Ok((monitor, profile.groups))
    };
    rows.into_iter().map(groups).collect()
}

/// A website on the list of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub monitor: MonitorId,
    pub agency: String,
    pub url: String,
    pub since: Timestamp,
    pub left_at: Option<Timestamp>,
}

type MemberRow = (MonitorId, String, String, Timestamp, Option<Timestamp>);

/// The list of an incident, by agency; at most so many of it.
pub fn members(connection: &mut Conn, id: IncidentId, members_max: i64) -> Result<Vec<Member>> {
    let query = monitor_incident_members::table.inner_join(monitored_sites::table);
    let rows = query
        .filter(monitor_incident_members::incident_id.eq(id))
        .order((monitored_sites::agency, monitored_sites::id))
        .limit(members_max)
        .select((
            monitored_sites::id,
            monitored_sites::agency,
            monitored_sites::url,
            monitor_incident_members::since,
            monitor_incident_members::left_at,
        ))
        .load::<MemberRow>(connection)?;
    let member = |(monitor, agency, url, since, left_at): MemberRow| Member { monitor, agency, url, since, left_at };
    Ok(rows.into_iter().map(member).collect())
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Text)]
    incident_id: IncidentId,
    #[diesel(sql_type = Text)]
    monitor_id: MonitorId,
    #[diesel(sql_type = Text)]
    agency: String,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = BigInt)]
    since: Timestamp,
    #[diesel(sql_type = Nullable<BigInt>)]
    left_at: Option<Timestamp>,
    #[diesel(sql_type = BigInt)]
    members: i64,
}

/// The lists of the incidents of one page, each by agency and at most so long, with how many were ever on each.
pub fn members_of_page(
    connection: &mut Conn,
    page: &[Incident],
    members_max: i64,
) -> Result<HashMap<IncidentId, (i64, Vec<Member>)>> {
    // A page leaves none out between its first and its last.
    const LISTED: &str = "SELECT incident_id, monitor_id, agency, url, since, left_at, members FROM (\
            SELECT member.incident_id, member.monitor_id, site.agency, site.url, member.since, member.left_at, \
            row_number() OVER (PARTITION BY member.incident_id ORDER BY site.agency, site.id) AS place, \
            count(*) OVER (PARTITION BY member.incident_id) AS members \
            FROM monitor_incident_members AS member JOIN monitored_sites AS site ON site.id = member.monitor_id \
            WHERE member.incident_id BETWEEN $1 AND $2\
        ) AS listed WHERE place <= $3 ORDER BY incident_id, place";
    let (Some(newest), Some(oldest)) = (page.first(), page.last()) else { return Ok(HashMap::new()) };
    let query = diesel::sql_query(LISTED).bind::<Text, _>(oldest.id).bind::<Text, _>(newest.id);
    let query = query.bind::<BigInt, _>(members_max);
    let rows: Vec<Listed> = match connection {
        Conn::Sqlite(sqlite) => query.load(sqlite)?,
        Conn::Postgres(postgres) => query.load(postgres)?,
    };
    let mut lists: HashMap<IncidentId, (i64, Vec<Member>)> = HashMap::new();
    for Listed { incident_id, monitor_id, agency, url, since, left_at, members } in rows {
        let (count, list) = lists.entry(incident_id).or_default();
        *count = members;
        list.push(Member { monitor: monitor_id, agency, url, since, left_at });
    }
    Ok(lists)
}

/// How many were ever on its list.
pub fn members_count(connection: &mut Conn, id: IncidentId) -> Result<i64> {
    let query = monitor_incident_members::table.filter(monitor_incident_members::incident_id.eq(id));
    Ok(query.count().get_result(connection)?)
}

/// Notes how far people were told, and whether there is nothing more to be told.
pub fn set_told(tx: &mut Tx, one: &Incident) -> Result<()> {
    diesel::update(monitor_incidents::table.find(one.id))
        .set((
            monitor_incidents::told_at.eq(one.told.told_at),
            monitor_incidents::over_at.eq(one.told.over_at),
            monitor_incidents::closed.eq(one.closed),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
