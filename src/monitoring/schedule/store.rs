//! What the engine reads and stores: who is watched, looks, roll-ups, how each fares, and who looks.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::upsert::excluded;

use super::model::{Known, Look, Out, Rollup, Saved, Span};
use crate::db::rows::insert_all;
use crate::db::schema::{
    monitor_outages, monitor_states, monitor_watch, monitored_sites, probe_rollups, probes, sites,
};
use crate::db::{Conn, Tx};
use crate::kernel::id::MonitorId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::time::{self, DAY, HOUR, SECOND, ZONE_DEFAULT};
use crate::kernel::{Error, Result, Timestamp};
use crate::monitoring::sites::model::Profile;
use crate::monitoring::states::model::{Outcome, State};

/// A process that looks says so this often, or another takes over.
pub const HOLD_SPAN: i64 = 20 * SECOND;
/// Single looks are kept for so long; roll-ups by the hour for longer; those by the day for ever.
const PROBES_KEPT: i64 = 3 * DAY;
const HOURS_KEPT: i64 = 90 * DAY;
const WATCH: i32 = 1;

/// Takes or keeps the right to look; `false` when another process has it.
pub fn hold(tx: &mut Tx, holder: &str, now: Timestamp) -> Result<bool> {
    let row = monitor_watch::table.find(WATCH).select((monitor_watch::holder, monitor_watch::until));
    let until = now.plus(HOLD_SPAN);
    match row.first::<(String, Timestamp)>(&mut **tx).optional()? {
        Some((other, held)) if other != holder && held > now => Ok(false),
        Some(_) => {
            let values = (monitor_watch::holder.eq(holder), monitor_watch::until.eq(until));
            diesel::update(monitor_watch::table.find(WATCH)).set(values).execute(&mut **tx)?;
            Ok(true)
        }
        None => {
            let values =
                (monitor_watch::id.eq(WATCH), monitor_watch::holder.eq(holder), monitor_watch::until.eq(until));
            diesel::insert_into(monitor_watch::table).values(values).execute(&mut **tx)?;
            Ok(true)
        }
    }
}

/// Gives that right back.
pub fn release(tx: &mut Tx, holder: &str) -> Result<()> {
    diesel::delete(monitor_watch::table.filter(monitor_watch::holder.eq(holder))).execute(&mut **tx)?;
    Ok(())
}

/// Whether another process looks now.
pub fn is_held(connection: &mut Conn, holder: &str, now: Timestamp) -> Result<bool> {
    let row = monitor_watch::table.find(WATCH).select((monitor_watch::holder, monitor_watch::until));
    let row = row.first::<(String, Timestamp)>(connection).optional()?;
    Ok(row.is_some_and(|(other, held)| other != holder && held > now))
}

/// Changes whenever who is watched, or who is published here, does.
pub fn sign(connection: &mut Conn) -> Result<[i64; 4]> {
    use diesel::dsl::{count_star, max};
    let (watched, changed) =
        monitored_sites::table
            .select((count_star(), max(monitored_sites::updated_at)))
            .first::<(i64, Option<i64>)>(connection)?;
    let (published, renamed) = sites::table
        .filter(sites::live_sequence.gt(0))
        .select((count_star(), max(sites::updated_at)))
        .first::<(i64, Option<i64>)>(connection)?;
    Ok([watched, changed.unwrap_or(0), published, renamed.unwrap_or(0)])
}

type KnownRow = (MonitorId, String, String, i32, String, Timestamp, String, Option<Timestamp>, Option<String>);

/// Everyone who is watched, with what is remembered of them.
pub fn load(connection: &mut Conn) -> Result<Vec<Known>> {
    let query = monitored_sites::table.inner_join(monitor_states::table).filter(monitored_sites::active.eq(true));
    let rows = query
        .select((
            monitored_sites::id,
            monitored_sites::url,
            monitored_sites::profile,
            monitored_sites::interval_seconds,
            monitor_states::state,
            monitor_states::since,
            monitor_states::standing,
            monitor_states::due_at,
            monitor_states::address,
        ))
        .load::<KnownRow>(connection)?;
    rows.into_iter().map(known).collect()
}

fn known(row: KnownRow) -> Result<Known> {
    let (id, url, profile, interval_seconds, state, since, standing, due_at, address) = row;
    let broken = |error: serde_json::Error| Error::broken(format!("read what is remembered of {url}"), error);
    let profile: Profile = serde_json::from_str(&profile).map_err(broken)?;
    let standing = serde_json::from_str(&standing).map_err(broken)?;
    let parsed = url::Url::parse(&url).map_err(|error| Error::broken(format!("read the address {url}"), error))?;
    Ok(Known {
        id,
        url: parsed,
        groups: profile.groups,
        interval: i64::from(interval_seconds) * SECOND,
        state: State::parse(&state).unwrap_or(State::Unknown),
        since,
        standing,
        due_at,
        address: address.and_then(|address| address.parse::<IpAddr>().ok()),
        page: None,
    })
}

/// Stores looks and what follows from each. Looks at what was removed meanwhile are left out; which are kept is told.
pub fn save<'s>(tx: &mut Tx, saved: &'s [Saved]) -> Result<Vec<&'s Saved>> {
    let wanted: HashSet<MonitorId> = saved.iter().map(|one| one.monitor).collect();
    let query = monitored_sites::table.filter(monitored_sites::id.eq_any(wanted)).select(monitored_sites::id);
    let there: HashSet<MonitorId> = query.load(&mut **tx)?.into_iter().collect();
    let saved: Vec<&Saved> = saved.iter().filter(|one| there.contains(&one.monitor)).collect();
    let values = saved.iter().map(|one| {
        (
            probes::monitor_id.eq(one.monitor),
            probes::due_at.eq(one.due),
            probes::looked_at.eq(one.seen.at),
            probes::outcome.eq(one.seen.outcome.as_str()),
            probes::quiet.eq(one.quiet),
            probes::cause.eq(one.seen.cause.as_deref()),
            probes::status.eq(one.status.map(i32::from)),
            probes::address.eq(one.seen.address.map(|address| address.to_string())),
            probes::first_byte_ms.eq(one.first_byte_ms),
            probes::whole_ms.eq(one.whole_ms),
        )
    });
    insert_all!(tx, probes::table, values);
    for (monitor, due) in add(tx, sums(&saved)?)? {
        tidy(tx, monitor, due)?;
    }
    for one in &saved {
        save_state(tx, one)?;
        save_outage(tx, one)?;
    }
    Ok(saved)
}

type Key = (MonitorId, Span, Timestamp);

/// What looks add to each hour and day.
fn sums(saved: &[&Saved]) -> Result<BTreeMap<Key, Rollup>> {
    let mut sums = BTreeMap::new();
    for one in saved {
        for span in [Span::Hour, Span::Day] {
            let begins_at = beginning(span, one.due)?;
            let sum: &mut Rollup = sums.entry((one.monitor, span, begins_at)).or_insert(Rollup::empty(begins_at));
            sum.add(one.seen.outcome, one.quiet, one.whole_ms);
        }
    }
    Ok(sums)
}

/// Days begin where people's do.
pub fn beginning(span: Span, at: Timestamp) -> Result<Timestamp> {
    match span {
        Span::Hour => Ok(Timestamp::from_micros(at.micros().div_euclid(HOUR) * HOUR)),
        Span::Day => {
            let day = at.in_zone(&time::zone(ZONE_DEFAULT)?).start_of_day();
            Ok(day.map_err(|error| Error::broken("find the beginning of a day", error))?.timestamp().into())
        }
    }
}

/// How the engines call the greater of two numbers.
fn greater(connection: &Conn) -> &'static str {
    match connection {
        Conn::Sqlite(_) => "max(probe_rollups.slowest_ms, excluded.slowest_ms)",
        Conn::Postgres(_) => "greatest(probe_rollups.slowest_ms, excluded.slowest_ms)",
    }
}

/// Adds to an hour or a day what is new of it, with one statement each; gives how many looks it counts then.
macro_rules! upsert {
    ($connection:expr, ($monitor:expr, $span:expr, $begins_at:expr), $sum:expr, $slowest:expr) => {
        diesel::insert_into(probe_rollups::table)
            .values((
                probe_rollups::monitor_id.eq($monitor),
                probe_rollups::span_seconds.eq($span.seconds()),
                probe_rollups::begins_at.eq($begins_at),
                probe_rollups::good.eq($sum.good),
                probe_rollups::bad.eq($sum.bad),
                probe_rollups::unknown.eq($sum.unknown),
                probe_rollups::quiet.eq($sum.quiet),
                probe_rollups::good_ms.eq($sum.good_ms),
                probe_rollups::slowest_ms.eq($sum.slowest_ms),
            ))
            .on_conflict((probe_rollups::monitor_id, probe_rollups::span_seconds, probe_rollups::begins_at))
            .do_update()
            .set((
                probe_rollups::good.eq(probe_rollups::good + excluded(probe_rollups::good)),
                probe_rollups::bad.eq(probe_rollups::bad + excluded(probe_rollups::bad)),
                probe_rollups::unknown.eq(probe_rollups::unknown + excluded(probe_rollups::unknown)),
                probe_rollups::quiet.eq(probe_rollups::quiet + excluded(probe_rollups::quiet)),
                probe_rollups::good_ms.eq(probe_rollups::good_ms + excluded(probe_rollups::good_ms)),
                probe_rollups::slowest_ms.eq(sql::<Integer>($slowest)),
            ))
            .returning(probe_rollups::good + probe_rollups::bad + probe_rollups::unknown + probe_rollups::quiet)
            .get_result::<i32>($connection)?
    };
}

/// Adds up what is new. Gives the days that began with it, and whose they are.
fn add(tx: &mut Tx, sums: BTreeMap<Key, Rollup>) -> Result<Vec<(MonitorId, Timestamp)>> {
    let slowest = greater(tx);
    let mut begun = Vec::new();
    for ((monitor, span, begins_at), sum) in sums {
        let looks = match &mut **tx {
            Conn::Sqlite(sqlite) => upsert!(sqlite, (monitor, span, begins_at), sum, slowest),
            Conn::Postgres(postgres) => upsert!(postgres, (monitor, span, begins_at), sum, slowest),
        };
        let is_new = looks == sum.good + sum.bad + sum.unknown + sum.quiet;
        if span == Span::Day && is_new {
            begun.push((monitor, begins_at));
        }
    }
    Ok(begun)
}

fn save_state(tx: &mut Tx, one: &Saved) -> Result<()> {
    diesel::update(monitor_states::table.find(one.monitor))
        .set((
            monitor_states::state.eq(one.state.as_str()),
            monitor_states::since.eq(one.since),
            monitor_states::standing.eq(serde_json::json!(one.standing).to_string()),
            monitor_states::due_at.eq(Some(one.due)),
            monitor_states::looked_at.eq(Some(one.seen.at)),
            monitor_states::cause.eq(one.seen.cause.as_deref()),
            monitor_states::address.eq(one.seen.address.map(|address| address.to_string())),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn save_outage(tx: &mut Tx, one: &Saved) -> Result<()> {
    let confirmed = one.standing.outage.as_ref().filter(|outage| outage.confirmed_at == Some(one.seen.at));
    if let Some(outage) = confirmed {
        diesel::insert_into(monitor_outages::table)
            .values((
                monitor_outages::monitor_id.eq(one.monitor),
                monitor_outages::since.eq(outage.since),
                monitor_outages::confirmed_at.eq(one.seen.at),
                monitor_outages::cause.eq(&outage.cause),
            ))
            .execute(&mut **tx)?;
    }
    if let Some((since, until)) = one.ended {
        let ended = monitor_outages::ended_at.eq(Some(until));
        diesel::update(monitor_outages::table.find((one.monitor, since))).set(ended).execute(&mut **tx)?;
    }
    Ok(())
}

/// Forgets what is old of one website, whose day begins.
fn tidy(tx: &mut Tx, monitor: MonitorId, day: Timestamp) -> Result<()> {
    let old = probes::monitor_id.eq(monitor).and(probes::due_at.lt(day.plus(-PROBES_KEPT)));
    diesel::delete(probes::table.filter(old)).execute(&mut **tx)?;
    let old = probe_rollups::monitor_id
        .eq(monitor)
        .and(probe_rollups::span_seconds.eq(Span::Hour.seconds()))
        .and(probe_rollups::begins_at.lt(day.plus(-HOURS_KEPT)));
    diesel::delete(probe_rollups::table.filter(old)).execute(&mut **tx)?;
    Ok(())
}

type LookRow = (Timestamp, Timestamp, String, bool, Option<String>, Option<i32>, Option<String>, Option<i32>, i32);

/// Single looks at one, newest first.
pub fn looks(connection: &mut Conn, id: MonitorId, (limit, after): (Limit, Option<&Cursor>)) -> Result<Page<Look>> {
    let mut query = probes::table.filter(probes::monitor_id.eq(id)).into_boxed();
    if let Some(at) = after.map(Cursor::time).transpose()? {
        query = query.filter(probes::due_at.lt(at));
    }
    let columns = (
        probes::due_at,
        probes::looked_at,
        probes::outcome,
        probes::quiet,
        probes::cause,
        probes::status,
        probes::address,
        probes::first_byte_ms,
        probes::whole_ms,
    );
    let rows = query.order(probes::due_at.desc()).limit(limit.probe()).select(columns).load::<LookRow>(connection)?;
    let look = |(due_at, looked_at, outcome, quiet, cause, status, address, first_byte_ms, whole_ms): LookRow| Look {
        due_at,
        looked_at,
        outcome: Outcome::parse(&outcome).unwrap_or(Outcome::Unknown),
        quiet,
        cause,
        status,
        address,
        first_byte_ms,
        whole_ms,
    };
    let found = rows.into_iter().map(look).collect();
    Ok(Page::cut(found, limit, |one: &Look| Cursor::at(one.due_at, id)))
}

type RollupRow = (Timestamp, i32, i32, i32, i32, i64, i32);

/// Its hours or days, newest first.
pub fn history(
    connection: &mut Conn,
    (id, span): (MonitorId, Span),
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<Rollup>> {
    let of_it = probe_rollups::monitor_id.eq(id).and(probe_rollups::span_seconds.eq(span.seconds()));
    let mut query = probe_rollups::table.filter(of_it).into_boxed();
    if let Some(at) = after.map(Cursor::time).transpose()? {
        query = query.filter(probe_rollups::begins_at.lt(at));
    }
    let columns = (
        probe_rollups::begins_at,
        probe_rollups::good,
        probe_rollups::bad,
        probe_rollups::unknown,
        probe_rollups::quiet,
        probe_rollups::good_ms,
        probe_rollups::slowest_ms,
    );
    let query = query.order(probe_rollups::begins_at.desc()).limit(limit.probe()).select(columns);
    let rollup = |(begins_at, good, bad, unknown, quiet, good_ms, slowest_ms): RollupRow| Rollup {
        begins_at,
        good,
        bad,
        unknown,
        quiet,
        good_ms,
        slowest_ms,
    };
    let found = query.load::<RollupRow>(connection)?.into_iter().map(rollup).collect();
    Ok(Page::cut(found, limit, |one: &Rollup| Cursor::at(one.begins_at, id)))
}

type OutRow = (Timestamp, Timestamp, Option<Timestamp>, String);

/// Times in which it was not there, newest first.
pub fn outages(connection: &mut Conn, id: MonitorId, (limit, after): (Limit, Option<&Cursor>)) -> Result<Page<Out>> {
    let mut query = monitor_outages::table.filter(monitor_outages::monitor_id.eq(id)).into_boxed();
    if let Some(at) = after.map(Cursor::time).transpose()? {
        query = query.filter(monitor_outages::since.lt(at));
    }
    let columns =
        (monitor_outages::since, monitor_outages::confirmed_at, monitor_outages::ended_at, monitor_outages::cause);
    let query = query.order(monitor_outages::since.desc()).limit(limit.probe()).select(columns);
    let out = |(since, confirmed_at, ended_at, cause): OutRow| Out { since, confirmed_at, ended_at, cause };
    let found = query.load::<OutRow>(connection)?.into_iter().map(out).collect();
    Ok(Page::cut(found, limit, |one: &Out| Cursor::at(one.since, id)))
}
