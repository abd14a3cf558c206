//! Watched websites and windows in the database.

use std::collections::{BTreeSet, HashMap};

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::model::{Counts, Faring, Lately, Order, Shown, Watched, Window};
use super::rules;
use crate::db::rows::insert_all;
use crate::db::schema::{monitor_groups, monitor_outages, monitor_states, monitor_windows, monitored_sites};
use crate::db::{Backend, Conn, Tx, like_anywhere};
use crate::kernel::id::{MonitorId, SiteId, WindowId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Error, Refusal, Result, Timestamp};
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
    Ok(Faring { state: known(&state)?, since, looked_at, cause, address })
}

fn known(state: &str) -> Result<State> {
    State::parse(state).ok_or_else(|| Error::broken("read how a website fares", format!("no state {state:?}")))
}

/// Leaves of a query what a list shows, whatever its state.
macro_rules! narrowed {
    ($query:expr, $shown:expr) => {{
        let mut query = $query;
        if let Some(active) = $shown.active {
            query = query.filter(monitored_sites::active.eq(active));
        }
        if let Some(text) = &$shown.text {
            let texts = sql::<Text>("LOWER(monitored_sites.agency || ' ' || monitored_sites.url)");
            query = query.filter(texts.like(like_anywhere(text)).escape('\\'));
        }
        if let Some(group) = &$shown.group {
            let of_it = monitor_groups::table.filter(monitor_groups::name.eq(group.clone()));
            query = query.filter(monitored_sites::id.eq_any(of_it.select(monitor_groups::monitor_id)));
        }
        query
    }};
}

/// How bad each fares, as the engines tell it.
fn rank() -> String {
    let cases: String =
        State::ALL.iter().map(|state| format!(" WHEN state = '{state}' THEN {}", rules::rank(*state))).collect();
    format!("(CASE WHEN NOT active THEN {}{cases} END)", rules::RANK_INACTIVE)
}

/// A page of them, with how each fares.
pub fn page(
    connection: &mut Conn,
    (shown, order): (&Shown, Order),
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<(Watched, Faring)>> {
    let query = monitored_sites::table.inner_join(monitor_states::table).into_boxed::<Backend>();
    let mut query = narrowed!(query, shown);
    if let Some(state) = shown.state {
        query = query.filter(monitor_states::state.eq(state.as_str()).and(monitored_sites::active.eq(true)));
    }
    let query = match order {
        Order::Agency => {
            if let Some(Cursor { key, id }) = after {
                let same = monitored_sites::agency.eq(key.clone()).and(monitored_sites::id.gt(id.clone()));
                query = query.filter(monitored_sites::agency.gt(key.clone()).or(same));
            }
            query.order((monitored_sites::agency, monitored_sites::id))
        }
        Order::Worst => {
            let worse = || sql::<Integer>(&rank());
            if let Some(cursor) = after {
                let (rank, since) = worst_after(cursor)?;
                let same_time = monitor_states::since.eq(since).and(monitored_sites::id.gt(cursor.id.clone()));
                let same_rank = worse().eq(rank).and(monitor_states::since.gt(since).or(same_time));
                query = query.filter(worse().gt(rank).or(same_rank));
            }
            query.order((worse(), monitor_states::since, monitored_sites::id))
        }
    };
    let rows = query
        .limit(limit.probe())
        .select((monitored_sites::all_columns, FARING))
        .load::<(Row, FaringRow)>(connection)?;
    let found = rows.into_iter().map(|(row, how)| Ok((from_row(row)?, faring(how)?))).collect::<Result<Vec<_>>>()?;
    let cursor = |(one, how): &(Watched, Faring)| match order {
        Order::Agency => Cursor { key: one.agency.clone(), id: one.id.to_string() },
        Order::Worst => {
            let rank = if one.active { rules::rank(how.state) } else { rules::RANK_INACTIVE };
            Cursor { key: format!("{rank}:{}", how.since.micros()), id: one.id.to_string() }
        }
    };
    Ok(Page::cut(found, limit, cursor))
}

/// Where a page by the worst ended.
fn worst_after(cursor: &Cursor) -> Result<(i32, Timestamp)> {
    let read = || {
        let (rank, since) = cursor.key.split_once(':')?;
        Some((rank.parse().ok()?, Timestamp::from_micros(since.parse().ok()?)))
    };
    read().ok_or_else(|| Refusal::new(Code::BadCursor).into())
}

/// How many there are in each state of what a list shows, whatever state it is asked for.
pub fn counts(connection: &mut Conn, shown: &Shown) -> Result<Counts> {
    let query = monitored_sites::table
        .inner_join(monitor_states::table)
        .group_by((monitored_sites::active, monitor_states::state))
        .select((monitored_sites::active, monitor_states::state, count_star()))
        .into_boxed::<Backend>();
    let rows = narrowed!(query, shown).load::<(bool, String, i64)>(connection)?;
    let mut counts = Counts::default();
    for (active, state, count) in rows {
        counts.add(known(&state)?, active, count);
    }
    Ok(counts)
}

/// The names of all groups, in their order.
pub fn groups(connection: &mut Conn) -> Result<Vec<String>> {
    let query = monitor_groups::table.select(monitor_groups::name).distinct().order(monitor_groups::name);
    Ok(query.load(connection)?)
}

/// Outages that last, or ended after an instant, the newest first; and how many they are.
pub fn outages_since(connection: &mut Conn, from: Timestamp, outages_max: i64) -> Result<(Vec<Lately>, i64)> {
    let lately = || monitor_outages::ended_at.is_null().or(monitor_outages::ended_at.gt(from));
    let count = monitor_outages::table.filter(lately()).count().get_result(connection)?;
    let rows = monitor_outages::table
        .inner_join(monitored_sites::table)
        .filter(lately())
        .order((monitor_outages::since.desc(), monitored_sites::id))
        .limit(outages_max)
        .select((
            monitored_sites::id,
            monitored_sites::agency,
            monitored_sites::url,
            monitor_outages::since,
            monitor_outages::ended_at,
            monitor_outages::cause,
        ))
        .load::<(MonitorId, String, String, Timestamp, Option<Timestamp>, String)>(connection)?;
    let lately = |(id, agency, url, since, ended_at, cause)| Lately { id, agency, url, since, ended_at, cause };
    Ok((rows.into_iter().map(lately).collect(), count))
}

/// All of them, by agency.
pub fn all(connection: &mut Conn) -> Result<Vec<Watched>> {
    let query = monitored_sites::table.order((monitored_sites::agency, monitored_sites::id));
    query.load::<Row>(connection)?.into_iter().map(from_row).collect()
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
    insert_many(tx, std::slice::from_ref(one))
}

/// The same for many.
pub fn insert_many(tx: &mut Tx, new: &[Watched]) -> Result<()> {
    let sites = new.iter().map(|one| {
        (
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
        )
    });
    insert_all!(tx, monitored_sites::table, sites);
    let standing = serde_json::json!(Standing::default()).to_string();
    let states = new.iter().map(|one| {
        (
            monitor_states::monitor_id.eq(one.id),
            monitor_states::state.eq(State::Unknown.as_str()),
            monitor_states::since.eq(one.created_at),
            monitor_states::standing.eq(standing.clone()),
        )
    });
    insert_all!(tx, monitor_states::table, states);
    new.iter().try_for_each(|one| insert_groups(tx, one))
}

fn insert_groups(tx: &mut Tx, one: &Watched) -> Result<()> {
    let names: BTreeSet<&String> = one.profile.groups.iter().collect();
    let rows = names.into_iter().map(|name| (monitor_groups::name.eq(name), monitor_groups::monitor_id.eq(one.id)));
    insert_all!(tx, monitor_groups::table, rows);
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
    diesel::delete(monitor_groups::table.filter(monitor_groups::monitor_id.eq(one.id))).execute(&mut **tx)?;
    insert_groups(tx, one)
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

/// All of them, or those of one website, the latest end first.
pub fn windows(
    connection: &mut Conn,
    monitor: Option<MonitorId>,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<Window>> {
    let mut query = monitor_windows::table.into_boxed();
    if let Some(monitor) = monitor {
        let groups = monitor_groups::table.filter(monitor_groups::monitor_id.eq(monitor)).select(monitor_groups::name);
        let of_group = monitor_windows::group_name.eq_any(groups.nullable());
        let of_all = monitor_windows::monitor_id.is_null().and(monitor_windows::group_name.is_null());
        query = query.filter(monitor_windows::monitor_id.eq(monitor).or(of_all).or(of_group));
    }
    if let Some(cursor) = after {
        let (at, id) = (cursor.time()?, cursor.id.clone());
        let same = monitor_windows::ends_at.eq(at).and(monitor_windows::id.lt(id));
        query = query.filter(monitor_windows::ends_at.lt(at).or(same));
    }
    let query = query.order((monitor_windows::ends_at.desc(), monitor_windows::id.desc())).limit(limit.probe());
    let found: Vec<Window> = query.load::<WindowRow>(connection)?.into_iter().map(window).collect();
    Ok(Page::cut(found, limit, |one: &Window| Cursor::at(one.span.until, one.id)))
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
