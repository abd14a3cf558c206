//! Weekly reports in the database.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Counts, Frozen, Recap, Row, Verdict, Version};
use crate::db::schema::{cases, recap_rows, recap_versions, recaps};
use crate::db::{Conn, Tx, like_anywhere, lower};
use crate::kernel::id::{CaseId, MonitorId, RecapId, RoundId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Digest, Error, Result, Timestamp, canonical, packed};
use crate::monitoring::look::model::Section;

type RecapRow = (RecapId, CaseId, String, String, Option<RoundId>, Timestamp, i32, Timestamp, Timestamp);

fn recap((id, case, week, number, round, since, version, created_at, updated_at): RecapRow) -> Recap {
    Recap { id, case, week, number, round, since, version, created_at, updated_at }
}

/// Reports, the newest week first.
pub fn page(connection: &mut Conn, (limit, after): (Limit, Option<&Cursor>)) -> Result<Page<Recap>> {
    let mut query = recaps::table.into_boxed();
    if let Some(Cursor { key, id }) = after {
        let same = recaps::week.eq(key.clone()).and(recaps::id.lt(id.clone()));
        query = query.filter(recaps::week.lt(key.clone()).or(same));
    }
    let rows =
        query.order((recaps::week.desc(), recaps::id.desc())).limit(limit.probe()).load::<RecapRow>(connection)?;
    let found = rows.into_iter().map(recap).collect();
    Ok(Page::cut(found, limit, |one: &Recap| Cursor { key: one.week.clone(), id: one.id.to_string() }))
}

pub fn find(connection: &mut Conn, id: RecapId) -> Result<Option<Recap>> {
    Ok(recaps::table.find(id).first::<RecapRow>(connection).optional()?.map(recap))
}

pub fn of_case(connection: &mut Conn, case: CaseId) -> Result<Option<Recap>> {
    Ok(recaps::table.filter(recaps::case_id.eq(case)).first::<RecapRow>(connection).optional()?.map(recap))
}

/// Running cases of a procedure that have no report yet, with the time at which each was opened.
pub fn cases_without(connection: &mut Conn, procedure: &str) -> Result<Vec<(CaseId, Timestamp)>> {
    let have = recaps::table.select(recaps::case_id);
    let query = cases::table
        .filter(cases::procedure_key.eq(procedure).and(cases::ended_at.is_null()))
        .filter(cases::id.ne_all(have))
        .select((cases::id, cases::opened_at));
    Ok(query.load(connection)?)
}

/// Reports without figures whose case rests in a step.
pub fn waiting(connection: &mut Conn, step: &str) -> Result<Vec<Recap>> {
    let query = recaps::table
        .inner_join(cases::table)
        .filter(recaps::round_id.is_null().and(cases::step.eq(step)))
        .select(recaps::all_columns);
    Ok(query.load::<RecapRow>(connection)?.into_iter().map(recap).collect())
}

pub fn insert(tx: &mut Tx, one: &Recap) -> Result<()> {
    diesel::insert_into(recaps::table)
        .values((
            recaps::id.eq(one.id),
            recaps::case_id.eq(one.case),
            recaps::week.eq(&one.week),
            recaps::number.eq(&one.number),
            recaps::round_id.eq(one.round),
            recaps::figures_since.eq(one.since),
            recaps::version.eq(one.version),
            recaps::created_at.eq(one.created_at),
            recaps::updated_at.eq(one.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn update(tx: &mut Tx, one: &Recap) -> Result<()> {
    diesel::update(recaps::table.find(one.id))
        .set((
            recaps::number.eq(&one.number),
            recaps::round_id.eq(one.round),
            recaps::figures_since.eq(one.since),
            recaps::version.eq(one.version),
            recaps::updated_at.eq(one.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

type RowRow =
    (RecapId, MonitorId, String, String, String, String, String, String, Option<String>, String, Option<String>, i32);

fn row(row: RowRow) -> Result<Row> {
    let (_, monitor, section, agency, url, seen, measured, verdict, before, reason, overridden, version) = row;
    let broken = |what: &str| Error::broken("read a row of a report", format!("{what:?} of {url}"));
    let word = |text: &str| Verdict::parse(text).ok_or_else(|| broken(text));
    Ok(Row {
        monitor,
        section: Section::parse(&section).ok_or_else(|| broken(&section))?,
        seen: serde_json::from_str(&seen).map_err(|error| broken(&error.to_string()))?,
        measured: word(&measured)?,
        verdict: word(&verdict)?,
        before: before.as_deref().map(word).transpose()?,
        reason,
        overridden: overridden
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| broken(&error.to_string()))?,
        version,
        agency,
        url,
    })
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub verdict: Option<Verdict>,
    pub section: Option<Section>,
    /// Words in the agency's name or the address.
    pub words: Option<String>,
}

/// Rows of a report, by agency.
pub fn rows(
    connection: &mut Conn,
    id: RecapId,
    wanted: &Wanted,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<Row>> {
    let mut query = recap_rows::table.filter(recap_rows::recap_id.eq(id)).into_boxed();
    if let Some(verdict) = wanted.verdict {
        query = query.filter(recap_rows::verdict.eq(verdict.as_str()));
    }
    if let Some(section) = wanted.section {
        query = query.filter(recap_rows::section.eq(section.as_str()));
    }
    if let Some(words) = &wanted.words {
        let like = like_anywhere(words.trim());
        let named = lower(recap_rows::agency).like(like.clone()).escape('\\');
        let at = lower(recap_rows::url).like(like).escape('\\');
        query = query.filter(named.or(at));
    }
    if let Some(Cursor { key, id }) = after {
        let (monitor, section) = id.split_once(' ').unwrap_or((id, ""));
        let section = recap_rows::monitor_id.eq(monitor.to_owned()).and(recap_rows::section.gt(section.to_owned()));
        let same = recap_rows::agency.eq(key.clone()).and(recap_rows::monitor_id.gt(monitor.to_owned()).or(section));
        query = query.filter(recap_rows::agency.gt(key.clone()).or(same));
    }
    let order = (recap_rows::agency, recap_rows::monitor_id, recap_rows::section);
    let rows = query.order(order).limit(limit.probe()).load::<RowRow>(connection)?;
    let found = rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let cursor = |one: &Row| Cursor { key: one.agency.clone(), id: format!("{} {}", one.monitor, one.section) };
    Ok(Page::cut(found, limit, cursor))
}

/// All rows of a report, by agency.
pub fn all_rows(connection: &mut Conn, id: RecapId) -> Result<Vec<Row>> {
    let order = (recap_rows::agency, recap_rows::monitor_id, recap_rows::section);
    let rows = recap_rows::table.filter(recap_rows::recap_id.eq(id)).order(order).load::<RowRow>(connection)?;
    rows.into_iter().map(row).collect()
}

pub fn find_row(connection: &mut Conn, id: RecapId, (monitor, section): (MonitorId, Section)) -> Result<Option<Row>> {
    let found = recap_rows::table.find((id, monitor, section.as_str())).first::<RowRow>(connection).optional()?;
    found.map(row).transpose()
}

/// Puts rows in the place of those that are there.
pub fn replace_rows(tx: &mut Tx, id: RecapId, rows: &[Row]) -> Result<()> {
    diesel::delete(recap_rows::table.filter(recap_rows::recap_id.eq(id))).execute(&mut **tx)?;
    for one in rows {
        diesel::insert_into(recap_rows::table)
            .values((
                recap_rows::recap_id.eq(id),
                recap_rows::monitor_id.eq(one.monitor),
                recap_rows::section.eq(one.section.as_str()),
                recap_rows::agency.eq(&one.agency),
                recap_rows::url.eq(&one.url),
                recap_rows::seen.eq(serde_json::json!(one.seen).to_string()),
                recap_rows::measured.eq(one.measured.as_str()),
                recap_rows::verdict.eq(one.verdict.as_str()),
                recap_rows::before.eq(one.before.map(Verdict::as_str)),
                recap_rows::reason.eq(&one.reason),
                recap_rows::overridden
                    .eq(one.overridden.as_ref().map(|by_hand| serde_json::json!(by_hand).to_string())),
                recap_rows::version.eq(one.version),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Stores what people wrote on a row.
pub fn update_row(tx: &mut Tx, id: RecapId, one: &Row) -> Result<()> {
    diesel::update(recap_rows::table.find((id, one.monitor, one.section.as_str())))
        .set((
            recap_rows::verdict.eq(one.verdict.as_str()),
            recap_rows::reason.eq(&one.reason),
            recap_rows::overridden.eq(one.overridden.as_ref().map(|by_hand| serde_json::json!(by_hand).to_string())),
            recap_rows::version.eq(one.version),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// How many rows of each verdict reports have.
pub fn counts(connection: &mut Conn, ids: &[RecapId]) -> Result<HashMap<RecapId, Counts>> {
    let rows = recap_rows::table
        .filter(recap_rows::recap_id.eq_any(ids))
        .group_by((recap_rows::recap_id, recap_rows::verdict))
        .select((recap_rows::recap_id, recap_rows::verdict, count_star()))
        .load::<(RecapId, String, i64)>(connection)?;
    let mut counts: HashMap<RecapId, Counts> = HashMap::new();
    for (id, verdict, count) in rows {
        if let Some(verdict) = Verdict::parse(&verdict) {
            counts.entry(id).or_default().insert(verdict, count);
        }
    }
    Ok(counts)
}

/// What the report before a week said of each part.
pub fn before(connection: &mut Conn, week: &str) -> Result<HashMap<(MonitorId, Section), Verdict>> {
    let last = recaps::table.filter(recaps::week.lt(week).and(recaps::round_id.is_not_null()));
    let last = last.order((recaps::week.desc(), recaps::id.desc())).select(recaps::id).first::<RecapId>(connection);
    let Some(last) = last.optional()? else { return Ok(HashMap::new()) };
    let rows = all_rows(connection, last)?;
    Ok(rows.into_iter().map(|row| ((row.monitor, row.section), row.verdict)).collect())
}

/// What the reports of a website said of its parts, the newest week first.
pub fn weeks(
    connection: &mut Conn,
    monitor: MonitorId,
    weeks_max: usize,
) -> Result<Vec<(String, BTreeMap<Section, Verdict>)>> {
    let rows = recap_rows::table
        .inner_join(recaps::table.on(recaps::id.eq(recap_rows::recap_id)))
        .filter(recap_rows::monitor_id.eq(monitor))
        .order((recaps::week.desc(), recaps::id.desc()))
        .limit(i64::try_from(weeks_max * Section::ALL.len()).unwrap_or(i64::MAX))
        .select((recaps::week, recap_rows::section, recap_rows::verdict))
        .load::<(String, String, String)>(connection)?;
    let mut found: Vec<(String, BTreeMap<Section, Verdict>)> = Vec::new();
    for (week, section, verdict) in rows {
        let (Some(section), Some(verdict)) = (Section::parse(&section), Verdict::parse(&verdict)) else { continue };
        if found.last().is_none_or(|(last, _)| *last != week) {
            found.push((week, BTreeMap::new()));
        }
        if let Some((_, parts)) = found.last_mut() {
            // Of two reports of one week the newer one counts.
            parts.entry(section).or_insert(verdict);
        }
    }
    Ok(found)
}

/// Keeps what was handed in; gives its number.
pub fn freeze(
    tx: &mut Tx,
    (id, round): (RecapId, Option<RoundId>),
    frozen: &Frozen,
    (by, now): (Option<UserId>, Timestamp),
) -> Result<i32> {
    let json = canonical::to_string(&serde_json::json!(frozen));
    let body = packed::pack(json.as_bytes())?;
    let number = versions(tx, id)?.len() + 1;
    let number = i32::try_from(number).unwrap_or(i32::MAX);
    diesel::insert_into(recap_versions::table)
        .values((
            recap_versions::recap_id.eq(id),
            recap_versions::number.eq(number),
            recap_versions::round_id.eq(round),
            recap_versions::digest.eq(Digest::of(&json)),
            recap_versions::body.eq(body),
            recap_versions::made_at.eq(now),
            recap_versions::made_by.eq(by),
        ))
        .execute(&mut **tx)?;
    Ok(number)
}

/// What was handed in, in order.
pub fn versions(connection: &mut Conn, id: RecapId) -> Result<Vec<Version>> {
    let columns = (recap_versions::number, recap_versions::digest, recap_versions::made_at, recap_versions::made_by);
    let query =
        recap_versions::table.filter(recap_versions::recap_id.eq(id)).order(recap_versions::number).select(columns);
    let rows = query.load::<(i32, Digest, Timestamp, Option<UserId>)>(connection)?;
    Ok(rows
        .into_iter()
        .map(|(number, digest, made_at, made_by)| Version { number, digest, made_at, made_by })
        .collect())
}

/// One of them, whole.
pub fn frozen(connection: &mut Conn, id: RecapId, number: i32) -> Result<Option<Frozen>> {
    let query = recap_versions::table.find((id, number)).select(recap_versions::body);
    let Some(body) = query.first::<Vec<u8>>(connection).optional()? else { return Ok(None) };
    let json = packed::unpack(&body)?;
    serde_json::from_slice(&json).map(Some).map_err(|error| Error::broken("read a report", error))
}
