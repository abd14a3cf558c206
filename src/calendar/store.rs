//! The calendar as stored: the text of the file in force, and one row for each change since.

use std::sync::{Arc, LazyLock};

use diesel::prelude::*;

use super::model::{Calendar, DayHours, Era, HOLIDAYS_BUILT_IN, HOLIDAYS_FILE, Holiday};
use crate::db::schema::{calendar_versions, installation};
use crate::db::{Conn, Tx};
use crate::kernel::{Digest, Error, Parsed, Result, Timestamp};

/// Where the calendar of the file is kept in the table `installation`.
const CALENDAR_KEY: &str = "procedure.calendar";

/// The newest change, as far as it can be told without reading it.
#[derive(Debug, Clone)]
pub struct Head {
    /// 0: nobody has changed anything, the file holds.
    pub version: i32,
    pub changed_at: Option<Timestamp>,
    /// Over this change and all before it.
    digest: String,
}

pub fn head(connection: &mut Conn) -> Result<Head> {
    let row = calendar_versions::table
        .order(calendar_versions::version.desc())
        .select((calendar_versions::version, calendar_versions::from_at, calendar_versions::digest))
        .first::<(i32, Timestamp, String)>(connection)
        .optional()?;
    let none = Head { version: 0, changed_at: None, digest: String::new() };
    Ok(row.map_or(none, |(version, from, digest)| Head { version, changed_at: Some(from), digest }))
}

/// The calendar in force, with what was in force before.
pub fn calendar(connection: &mut Conn) -> Result<Arc<Calendar>> {
    let (source, head) = (source(connection)?, head(connection)?);
    let digest = Digest::of(format!("{}\n{source}", head.digest));
    if let Some(calendar) = PARSED.get(&digest) {
        return Ok(calendar);
    }
    let mut calendar = Calendar::parse(&source, HOLIDAYS_FILE)?;
    for era in eras(connection)? {
        calendar = calendar.followed_by(era);
    }
    Ok(PARSED.keep(digest, calendar))
}

fn eras(connection: &mut Conn) -> Result<Vec<Era>> {
    let rows = calendar_versions::table
        .order(calendar_versions::version)
        .select((calendar_versions::from_at, calendar_versions::hours, calendar_versions::holidays))
        .load::<(Timestamp, String, String)>(connection)?;
    let read = |(from, hours, holidays): (Timestamp, String, String)| -> Result<Era, serde_json::Error> {
        let hours = serde_json::from_str::<Option<Vec<DayHours>>>(&hours)?;
        Ok(Era::new(from, hours, serde_json::from_str::<Vec<Holiday>>(&holidays)?))
    };
    let eras = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>();
    eras.map_err(|error| Error::broken("read the calendar", error))
}

/// Puts an era in force behind the one that has been until now; the caller has checked the version.
pub fn add(tx: &mut Tx, before: &Head, era: &Era, by: &str) -> Result<i32> {
    let written = |error| Error::broken("write the calendar", error);
    let hours = serde_json::to_string(&era.weekly).map_err(written)?;
    let holidays: Vec<&Holiday> = era.holidays().collect();
    let holidays = serde_json::to_string(&holidays).map_err(written)?;
    let digest = Digest::of(format!("{}\n{}\n{hours}\n{holidays}", before.digest, era.from));
    let version = before.version + 1;
    diesel::insert_into(calendar_versions::table)
        .values((
            calendar_versions::version.eq(version),
            calendar_versions::from_at.eq(era.from),
            calendar_versions::hours.eq(&hours),
            calendar_versions::holidays.eq(&holidays),
            calendar_versions::digest.eq(digest.as_str()),
            calendar_versions::changed_by.eq(by),
        ))
        .execute(&mut **tx)?;
    Ok(version)
}

/// The text of the file that was loaded last; the built-in one until another was.
pub fn source(connection: &mut Conn) -> Result<String> {
    let row = installation::table.find(CALENDAR_KEY).select(installation::value).first::<String>(connection);
    Ok(row.optional()?.unwrap_or_else(|| HOLIDAYS_BUILT_IN.to_owned()))
}

pub fn set_source(tx: &mut Tx, source: &str) -> Result<()> {
    let row = installation::table.find(CALENDAR_KEY);
    let changed = diesel::update(row).set(installation::value.eq(source)).execute(&mut **tx)?;
    if changed == 0 {
        let values = (installation::key.eq(CALENDAR_KEY), installation::value.eq(source));
        diesel::insert_into(installation::table).values(values).execute(&mut **tx)?;
    }
    Ok(())
}

/// Calendars by the digest of all that they were read from.
static PARSED: LazyLock<Parsed<Calendar>> = LazyLock::new(Parsed::default);
