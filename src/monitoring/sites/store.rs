//! Watched websites and windows in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Faring, Watched, Window};
use crate::db::schema::{monitor_states, monitor_windows, monitored_sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{MonitorId, SiteId, WindowId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Error, Result, Timestamp};
use crate::monitoring::states::model::{Standing, State};
use crate::monitoring::states::windows::{Extent, Span};

type Row = (MonitorId, Option<SiteId>, String, String, String, i32, bool, i32, Timestamp, Timestamp);
type FaringRow = (String, Timestamp, Option<Timestamp>, Option<String>, Option<String>);
type FaringColumns = (
    monitor_states::state,
    monitor_states::since,
    monitor_states::looked_at,
    monitor_states::cause,
    monitor_states::address,
);
const FARING: FaringColumns = (
    monitor_states::state,
    monitor_states::since,
    monitor_states::looked_at,
    monitor_states::cause,
    monitor_states::address,
);

pub(in crate::monitoring) fn from_row(row: Row) -> Result<Watched> {
    let (id, site_id, agency, url, profile, interval_seconds, active, version, created_at, updated_at) = row;
    let profile = serde_json::from_str(&profile);
    let profile = profile.map_err(|error| Error::broken(format!("read the profile of {url}"), error))?;
    Ok(Watched { id, site_id, agency, url, profile, interval_seconds, active, version, created_at, updated_at })
}

fn faring((state, since, looked_at, cause, address): FaringRow) -> Result<Faring> {
    let known = State::parse(&state);
    let state = known.ok_or_else(|| Error::broken("read how a website fares", format!("no state {state:?}")))?;
    Ok(Faring { state, since, looked_at, cause, address })
}

/// A page of them, by agency, with how each fares; `state`: those that fare so.
pub fn page(
    connection: &mut Conn,
    state: Option<State>,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<(Watched, Faring)>> {
    let mut query = monitored_sites::table.inner_join(monitor_states::table).into_boxed();
    if let Some(state) = state {
        query = query.filter(monitor_states::state.eq(state.as_str()));
    }
    if let Some(Cursor { key, id }) = after {
        let same = monitored_sites::agency.eq(key.clone()).and(monitored_sites::id.gt(id.clone()));
        query = query.filter(monitored_sites::agency.gt(key.clone()).or(same));
    }
    let rows = query
        .order((monitored_sites::agency, monitored_sites::id))
        .limit(limit.probe())
        .select((monitored_sites::all_columns, FARING))
        .load::<(Row, FaringRow)>(connection)?;
    let found = rows.into_iter().map(|(row, how)| Ok((from_row(row)?, faring(how)?))).collect::<Result<Vec<_>>>()?;
    let cursor = |(one, _): &(Watched, Faring)| Cursor { key: one.agency.clone(), id: one.id.to_string() };
    Ok(Page::cut(found, limit, cursor))
}

/// `None` when there is no such website.
pub fn find(connection: &mut Conn, id: MonitorId) -> Result<Option<(Watched, Faring)>> {
    let query = monitored_sites::table.inner_join(monitor_states::table).filter(monitored_sites::id.eq(id));
    let row = query.select((monitored_sites::all_columns, FARING)).first::<(Row, FaringRow)>(connection).optional()?;
    row.map(|(row, how)| Ok((from_row(row)?, faring(how)?))).transpose()
}

/// The one at an address.
pub fn find_by_url(connection: &mut Conn, url: &str) -> Result<Option<MonitorId>> {
    let query = monitored_sites::table.filter(monitored_sites::url.eq(url)).select(monitored_sites::id);
    Ok(query.first(connection).optional()?)
}

/// The one that is this site.
pub fn find_hosted(connection: &mut Conn, site: SiteId) -> Result<Option<Watched>> {
    let row = monitored_sites::table.filter(monitored_sites::site_id.eq(site)).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// Those that are published here, with the address at which each is watched.
pub fn hosted(connection: &mut Conn) -> Result<HashMap<SiteId, String>> {
    let query = monitored_sites::table.filter(monitored_sites::site_id.is_not_null());
    let rows =
        query.select((monitored_sites::site_id, monitored_sites::url)).load::<(Option<SiteId>, String)>(connection)?;
    Ok(rows.into_iter().filter_map(|(site, url)| Some((site?, url))).collect())
}

pub fn count(connection: &mut Conn) -> Result<i64> {
    Ok(monitored_sites::table.count().get_result(connection)?)
}

/// Stores a new one, which nobody has looked at yet.
pub fn insert(tx: &mut Tx, one: &Watched) -> Result<()> {
    diesel::insert_into(monitored_sites::table)
        .values((
            monitored_sites::id.eq(one.id),
            monitored_sites::site_id.eq(one.site_id),
            monitored_sites::agency.eq(&one.agency),
            monitored_sites::url.eq(&one.url),
            monitored_sites::profile.eq(profile(one)),
            monitored_sites::interval_seconds.eq(one.interval_seconds),
            monitored_sites::active.eq(one.active),
            monitored_sites::version.eq(one.version),
            monitored_sites::created_at.eq(one.created_at),
            monitored_sites::updated_at.eq(one.updated_at),
        ))
        .execute(&mut **tx)?;
    diesel::insert_into(monitor_states::table)
        .values((
            monitor_states::monitor_id.eq(one.id),
            monitor_states::state.eq(State::Unknown.as_str()),
            monitor_states::since.eq(one.created_at),
            monitor_states::standing.eq(serde_json::json!(Standing::default()).to_string()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn profile(one: &Watched) -> String {
    serde_json::json!(one.profile).to_string()
}

pub fn update(tx: &mut Tx, one: &Watched) -> Result<()> {
    diesel::update(monitored_sites::table.find(one.id))
        .set((
            monitored_sites::agency.eq(&one.agency),
            monitored_sites::url.eq(&one.url),
            monitored_sites::profile.eq(profile(one)),
            monitored_sites::interval_seconds.eq(one.interval_seconds),
            monitored_sites::active.eq(one.active),
            monitored_sites::version.eq(one.version),
            monitored_sites::updated_at.eq(one.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Removes one with all that was seen of it.
pub fn remove(tx: &mut Tx, id: MonitorId) -> Result<()> {
    diesel::delete(monitored_sites::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

type WindowRow = (WindowId, Option<MonitorId>, Option<String>, Timestamp, Timestamp, String, String, String, Timestamp);

fn window(row: WindowRow) -> Window {
    let (id, monitor, group, from, until, zone, reason, created_by, created_at) = row;
    let extent = match (monitor, group) {
        (Some(monitor), _) => Extent::One(monitor),
        (None, Some(group)) => Extent::Group(group),
        (None, None) => Extent::All,
    };
    Window { id, span: Span { from, until, extent }, zone, reason, created_by, created_at }
}

/// Windows that have not ended at an instant: those that hold, and those to come.
pub fn windows_from(connection: &mut Conn, now: Timestamp) -> Result<Vec<Window>> {
    let query = monitor_windows::table.filter(monitor_windows::ends_at.gt(now)).order(monitor_windows::starts_at);
    Ok(query.load::<WindowRow>(connection)?.into_iter().map(window).collect())
}

/// All of them, the latest end first.
pub fn windows(connection: &mut Conn, limit: Limit, after: Option<&Cursor>) -> Result<Page<Window>> {
    let mut query = monitor_windows::table.into_boxed();
    if let Some(Cursor { key, id }) = after {
        let at = Timestamp::from_micros(key.parse().unwrap_or(i64::MAX));
        let same = monitor_windows::ends_at.eq(at).and(monitor_windows::id.lt(id.clone()));
        query = query.filter(monitor_windows::ends_at.lt(at).or(same));
    }
    let query = query.order((monitor_windows::ends_at.desc(), monitor_windows::id.desc())).limit(limit.probe());
    let found: Vec<Window> = query.load::<WindowRow>(connection)?.into_iter().map(window).collect();
    let cursor = |one: &Window| Cursor { key: one.span.until.micros().to_string(), id: one.id.to_string() };
    Ok(Page::cut(found, limit, cursor))
}

pub fn find_window(connection: &mut Conn, id: WindowId) -> Result<Option<Window>> {
    Ok(monitor_windows::table.find(id).first::<WindowRow>(connection).optional()?.map(window))
}

pub fn insert_window(tx: &mut Tx, one: &Window) -> Result<()> {
    diesel::insert_into(monitor_windows::table)
        .values((
            monitor_windows::id.eq(one.id),
            monitor_windows::monitor_id.eq(one.monitor()),
            monitor_windows::group_name.eq(one.group()),
            monitor_windows::starts_at.eq(one.span.from),
            monitor_windows::ends_at.eq(one.span.until),
            monitor_windows::zone.eq(&one.zone),
            monitor_windows::reason.eq(&one.reason),
            monitor_windows::created_by.eq(&one.created_by),
            monitor_windows::created_at.eq(one.created_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends a window at an instant, or, if it has not begun, removes it.
pub fn end_window(tx: &mut Tx, one: &Window, now: Timestamp) -> Result<()> {
    match one.span.from < now {
        true => {
            let ended = monitor_windows::ends_at.eq(now.min(one.span.until));
            diesel::update(monitor_windows::table.find(one.id)).set(ended).execute(&mut **tx)?
        }
        false => diesel::delete(monitor_windows::table.find(one.id)).execute(&mut **tx)?,
    };
    Ok(())
}
