//! Reminders in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use super::rules::Stale;
use crate::db::schema::{monitor_nudges, monitored_sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::MonitorId;
use crate::kernel::{Error, Result, Timestamp};
use crate::monitoring::look::model::Section;
use crate::monitoring::sites::model::Watched;
use crate::monitoring::sites::store as sites;

/// Parts that are reminded of before a report of these days, the last included, with when their people were told, if they were yet.
pub fn of_days(
    connection: &mut Conn,
    (first, last): (&str, &str),
) -> Result<HashMap<(MonitorId, Section), Option<Timestamp>>> {
    let rows: Vec<(MonitorId, String, Option<Timestamp>)> = monitor_nudges::table
        .filter(monitor_nudges::before_day.between(first, last))
        .select((monitor_nudges::monitor_id, monitor_nudges::section, monitor_nudges::told_at))
        .load(connection)?;
    rows.into_iter().map(|(monitor, name, told_at)| Ok(((monitor, section(&name)?), told_at))).collect()
}

fn section(name: &str) -> Result<Section> {
    Section::parse(name).ok_or_else(|| Error::broken("read a reminder", format!("no section {name:?}")))
}

pub fn insert(tx: &mut Tx, day: &str, part: &Stale) -> Result<()> {
    diesel::insert_into(monitor_nudges::table)
        .values((
            monitor_nudges::before_day.eq(day),
            monitor_nudges::monitor_id.eq(part.monitor),
            monitor_nudges::section.eq(part.section.as_str()),
            monitor_nudges::newest.eq(part.newest.map(|date| date.to_string())),
            monitor_nudges::days.eq(part.days),
            monitor_nudges::expected_days.eq(part.expected_days.map(i32::from)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

type NudgeRow = (MonitorId, String, Option<String>, i32, Option<i32>);

/// What is still to be told of these websites, by agency.
pub fn untold(connection: &mut Conn, day: &str, monitors: &[MonitorId]) -> Result<Vec<(Watched, Stale)>> {
    let rows = monitor_nudges::table
        .inner_join(monitored_sites::table)
        .filter(monitor_nudges::before_day.eq(day).and(monitor_nudges::told_at.is_null()))
        .filter(monitor_nudges::monitor_id.eq_any(monitors))
        .order((monitored_sites::agency, monitored_sites::id, monitor_nudges::section))
        .select((
            monitored_sites::all_columns,
            (
                monitor_nudges::monitor_id,
                monitor_nudges::section,
                monitor_nudges::newest,
                monitor_nudges::days,
                monitor_nudges::expected_days,
            ),
        ))
        .load(connection)?;
    let part = |(monitor, name, newest, days, expected): NudgeRow| -> Result<Stale> {
        let newest = newest.and_then(|date| date.parse().ok());
        let expected_days = expected.and_then(|days| u16::try_from(days).ok());
        Ok(Stale { monitor, section: section(&name)?, newest, days, expected_days })
    };
    rows.into_iter().map(|(site, row)| Ok((sites::from_row(site)?, part(row)?))).collect()
}

pub fn set_told(tx: &mut Tx, day: &str, parts: &[Stale], now: Timestamp) -> Result<()> {
    for part in parts {
        let row = monitor_nudges::table.find((day, part.monitor, part.section.as_str()));
        diesel::update(row).set(monitor_nudges::told_at.eq(now)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Forgets what was reminded of before a day.
pub fn forget(tx: &mut Tx, before: &str) -> Result<()> {
    diesel::delete(monitor_nudges::table.filter(monitor_nudges::before_day.lt(before))).execute(&mut **tx)?;
    Ok(())
}
