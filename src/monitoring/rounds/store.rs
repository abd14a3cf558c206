//! Rounds and reports in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Kept, Looked, Occasion, Round};
use crate::db::schema::{monitor_evidence, monitor_reports, monitor_rounds, monitored_sites, recap_versions, recaps};
use crate::db::{Conn, Tx};
use crate::kernel::id::{MonitorId, RoundId};
use crate::kernel::{Digest, Error, Result, Timestamp, word};
use crate::monitoring::scan;
use crate::monitoring::sites::model::Watched;
use crate::monitoring::sites::store::{self as sites};

type RoundRow = (RoundId, String, i32, Timestamp, Option<Timestamp>);

fn round((id, occasion, websites, began_at, ended_at): RoundRow) -> Result<Round> {
    let known = Occasion::parse(&occasion);
    let occasion = known.ok_or_else(|| Error::broken("read a round", format!("no occasion {occasion:?}")))?;
    Ok(Round { id, occasion, websites, began_at, ended_at })
}

/// The one that began last; `occasion`: of that kind.
pub fn last(connection: &mut Conn, occasion: Option<Occasion>) -> Result<Option<Round>> {
    let mut query = monitor_rounds::table.into_boxed();
    if let Some(occasion) = occasion {
        query = query.filter(monitor_rounds::occasion.eq(occasion.as_str()));
    }
    query.order(monitor_rounds::began_at.desc()).first::<RoundRow>(connection).optional()?.map(round).transpose()
}

pub fn find(connection: &mut Conn, id: RoundId) -> Result<Option<Round>> {
    monitor_rounds::table.find(id).first::<RoundRow>(connection).optional()?.map(round).transpose()
}

/// The newest that has ended and began at or after an instant, made for a report or by order.
pub fn newest_for_report(connection: &mut Conn, since: Timestamp) -> Result<Option<Round>> {
    let made_for = [Occasion::Recap.as_str(), Occasion::Order.as_str()];
    let query = monitor_rounds::table
        .filter(monitor_rounds::began_at.ge(since).and(monitor_rounds::ended_at.is_not_null()))
        .filter(monitor_rounds::occasion.eq_any(made_for))
        .order(monitor_rounds::began_at.desc());
    query.first::<RoundRow>(connection).optional()?.map(round).transpose()
}

pub fn insert(tx: &mut Tx, round: &Round) -> Result<()> {
    diesel::insert_into(monitor_rounds::table)
        .values((
            monitor_rounds::id.eq(round.id),
            monitor_rounds::occasion.eq(round.occasion.as_str()),
            monitor_rounds::websites.eq(round.websites),
            monitor_rounds::began_at.eq(round.began_at),
            monitor_rounds::ended_at.eq(round.ended_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn end(tx: &mut Tx, id: RoundId, now: Timestamp) -> Result<()> {
    diesel::update(monitor_rounds::table.find(id)).set(monitor_rounds::ended_at.eq(Some(now))).execute(&mut **tx)?;
    Ok(())
}

/// Websites that are looked at.
pub fn watched(connection: &mut Conn) -> Result<i64> {
    Ok(monitored_sites::table.filter(monitored_sites::active).count().get_result(connection)?)
}

/// Those that a round has no report of yet.
pub fn left(connection: &mut Conn, id: RoundId) -> Result<Vec<Watched>> {
    let there = monitor_reports::table.filter(monitor_reports::round_id.eq(id)).select(monitor_reports::monitor_id);
    let rows = monitored_sites::table
        .filter(monitored_sites::active)
        .filter(monitored_sites::id.ne_all(there))
        .order(monitored_sites::id)
        .load(connection)?;
    rows.into_iter().map(sites::from_row).collect()
}

/// Stores a look; `false`: the round has one already, or nobody watches that website any more.
pub fn keep(tx: &mut Tx, id: RoundId, looked: &Looked) -> Result<bool> {
    let Looked { kept, body, .. } = looked;
    let there = monitor_reports::table.find((id, kept.monitor)).count().get_result::<i64>(&mut **tx)?;
    let watched = monitored_sites::table.find(kept.monitor).count().get_result::<i64>(&mut **tx)?;
    if there > 0 || watched == 0 {
        return Ok(false);
    }
    if monitor_evidence::table.find(kept.report).count().get_result::<i64>(&mut **tx)? == 0 {
        diesel::insert_into(monitor_evidence::table)
            .values((monitor_evidence::digest.eq(kept.report), monitor_evidence::body.eq(body)))
            .execute(&mut **tx)?;
    }
    diesel::insert_into(monitor_reports::table)
        .values((
            monitor_reports::round_id.eq(id),
            monitor_reports::monitor_id.eq(kept.monitor),
            monitor_reports::looked_at.eq(kept.looked_at),
            monitor_reports::verdict.eq(word(kept.verdict)),
            monitor_reports::reached.eq(word(kept.reached)),
            monitor_reports::cause.eq(&kept.cause),
            monitor_reports::injection.eq(kept.injection.map(word)),
            monitor_reports::grade.eq(&kept.grade),
            monitor_reports::freshness.eq(serde_json::json!(kept.freshness).to_string()),
            monitor_reports::quiet.eq(kept.quiet),
            monitor_reports::report.eq(kept.report),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

type KeptRow =
    (MonitorId, Timestamp, String, String, Option<String>, Option<String>, Option<String>, String, bool, Digest);
type Columns = (
    monitor_reports::monitor_id,
    monitor_reports::looked_at,
    monitor_reports::verdict,
    monitor_reports::reached,
    monitor_reports::cause,
    monitor_reports::injection,
    monitor_reports::grade,
    monitor_reports::freshness,
    monitor_reports::quiet,
    monitor_reports::report,
);
const COLUMNS: Columns = (
    monitor_reports::monitor_id,
    monitor_reports::looked_at,
    monitor_reports::verdict,
    monitor_reports::reached,
    monitor_reports::cause,
    monitor_reports::injection,
    monitor_reports::grade,
    monitor_reports::freshness,
    monitor_reports::quiet,
    monitor_reports::report,
);

fn kept(row: KeptRow) -> Result<Kept> {
    let (monitor, looked_at, verdict, reached, cause, injection, grade, freshness, quiet, report) = row;
    let broken = |error| Error::broken("read what a look told", error);
    let of_word = serde_json::Value::String;
    Ok(Kept {
        monitor,
        looked_at,
        verdict: serde_json::from_value(of_word(verdict)).map_err(broken)?,
        reached: serde_json::from_value(of_word(reached)).map_err(broken)?,
        cause,
        injection: injection.map(|name| serde_json::from_value(of_word(name))).transpose().map_err(broken)?,
        grade,
        freshness: serde_json::from_str(&freshness).map_err(broken)?,
        quiet,
        report,
    })
}

/// All that a round told, with the websites as they are now.
pub fn of_round(connection: &mut Conn, id: RoundId) -> Result<Vec<(Watched, Kept)>> {
    let rows = monitor_reports::table
        .inner_join(monitored_sites::table)
        .filter(monitor_reports::round_id.eq(id))
        .order((monitored_sites::agency, monitored_sites::id))
        .select((monitored_sites::all_columns, COLUMNS))
        .load(connection)?;
    rows.into_iter().map(|(site, row): (_, KeptRow)| Ok((sites::from_row(site)?, kept(row)?))).collect()
}

/// What was told last of a website.
pub fn newest(connection: &mut Conn, monitor: MonitorId) -> Result<Option<Kept>> {
    let query = monitor_reports::table.filter(monitor_reports::monitor_id.eq(monitor)).select(COLUMNS);
    let row = query.order(monitor_reports::looked_at.desc()).first::<KeptRow>(connection).optional()?;
    row.map(kept).transpose()
}

/// What somebody else was found to have written on websites the last time that it could be told.
pub fn injections(connection: &mut Conn, monitors: &[MonitorId]) -> Result<HashMap<MonitorId, scan::Verdict>> {
    let mut found = HashMap::new();
    for monitor in monitors {
        let told = monitor_reports::monitor_id.eq(*monitor).and(monitor_reports::injection.is_not_null());
        let query = monitor_reports::table.filter(told).order(monitor_reports::looked_at.desc());
        if let Some(row) = query.select(COLUMNS).first::<KeptRow>(connection).optional()?
            && let Some(verdict) = kept(row)?.injection
        {
            found.insert(*monitor, verdict);
        }
    }
    Ok(found)
}

/// A report, packed; `None` when it is not kept any more.
pub fn evidence(connection: &mut Conn, digest: &Digest) -> Result<Option<Vec<u8>>> {
    let query = monitor_evidence::table.find(*digest).select(monitor_evidence::body);
    Ok(query.first(connection).optional()?)
}

/// Forgets rounds before an instant that no weekly report was made of, and the evidence that is then of none.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<usize> {
    let used = recaps::table.filter(recaps::round_id.is_not_null()).select(recaps::round_id.assume_not_null());
    let old = monitor_rounds::began_at.lt(before).and(monitor_rounds::ended_at.is_not_null());
    let handed_in = recap_versions::table.filter(recap_versions::round_id.is_not_null());
    let handed_in = handed_in.select(recap_versions::round_id.assume_not_null());
    let unused = monitor_rounds::id.ne_all(used).and(monitor_rounds::id.ne_all(handed_in));
    let gone = diesel::delete(monitor_rounds::table.filter(old).filter(unused));
    if gone.execute(&mut **tx)? == 0 {
        return Ok(0);
    }
    let named = monitor_reports::table.select(monitor_reports::report);
    Ok(diesel::delete(monitor_evidence::table.filter(monitor_evidence::digest.ne_all(named))).execute(&mut **tx)?)
}
