//! Of what, and when, people are reminded: pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::model::{Row, Verdict};
use crate::kernel::Timestamp;
use crate::kernel::id::MonitorId;
use crate::kernel::time::{DAY, HOUR};
use crate::monitoring::look::model::Section;

/// Letters go out between these hours, where people live; what was found in the night with the first of them.
const OFFICE_HOURS: std::ops::Range<i8> = 7..17;

/// A part of a website that is not kept up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub monitor: MonitorId,
    pub section: Section,
    pub newest: Option<Date>,
    pub days: i32,
    /// Something new is expected every so many days.
    pub expected_days: Option<u16>,
}

/// Whether people are reminded now of what a report will say: from so many days before it on.
pub fn is_time(now: Timestamp, report_at: Timestamp, days_before: usize) -> bool {
    let span = i64::try_from(days_before).unwrap_or(i64::MAX).saturating_mul(DAY);
    now < report_at && report_at.plus(-span) <= now
}

/// What somebody is to be reminded of; `None` where the part is kept up or excused, or where it is not certain that it is not.
pub fn stale(row: &Row) -> Option<Stale> {
    let seen = &row.seen;
    let is_certain = row.measured == Verdict::NotUpdated && !seen.doubtful && seen.exception.is_none();
    let days = seen.days.filter(|_| is_certain)?;
    let (monitor, section) = (row.monitor, row.section);
    Some(Stale { monitor, section, newest: seen.date, days, expected_days: seen.expected_days })
}

/// When a letter goes out: now by day, otherwise with the next morning.
pub fn letter_time(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let here = now.in_zone(zone);
    if OFFICE_HOURS.contains(&here.hour()) {
        return now;
    }
    let date = if here.hour() < OFFICE_HOURS.start { Ok(here.date()) } else { here.date().tomorrow() };
    let morning = date.ok().and_then(|date| date.at(OFFICE_HOURS.start, 0, 0, 0).to_zoned(zone.clone()).ok());
    morning.map_or(now.plus(12 * HOUR), |at| at.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::super::super::model::{Excused, Seen};
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn row(measured: Verdict, seen: Seen) -> Row {
        let monitor = MonitorId::new(at("2026-11-19T00:00:00Z"), [1; 10]);
        let (agency, url, reason) = (String::new(), String::new(), String::new());
        let (section, verdict) = (Section::Agenda, measured);
        Row {
            monitor,
            section,
            agency,
            url,
            seen,
            measured,
            verdict,
            before: None,
            reason,
            overridden: None,
            version: 1,
        }
    }

    #[test]
    fn people_are_reminded_of_what_is_certain_and_not_excused() {
        let seen = || Seen { days: Some(12), expected_days: Some(7), ..Seen::default() };
        assert_eq!(stale(&row(Verdict::NotUpdated, seen())).map(|part| part.days), Some(12));
        assert_eq!(stale(&row(Verdict::Updated, seen())), None);
        assert_eq!(stale(&row(Verdict::NoAnswer, seen())), None);
        assert_eq!(stale(&row(Verdict::NotUpdated, Seen { doubtful: true, ..seen() })), None);
        assert_eq!(stale(&row(Verdict::NotUpdated, Seen { days: None, ..seen() })), None);
        let (reason, agreed_by) = ("Renovasi".to_owned(), "Kepala Bidang".to_owned());
        let excused = Excused { reason, agreed_by, valid_until: jiff::civil::date(2026, 12, 31) };
        assert_eq!(stale(&row(Verdict::NotUpdated, Seen { exception: Some(excused), ..seen() })), None);
    }

    #[test]
    fn a_reminder_comes_in_the_days_before_the_report_alone() {
        let monday = at("2026-11-23T07:00:00+08:00");
        let is_time = |text, days| super::is_time(at(text), monday, days);
        assert!(!is_time("2026-11-19T06:59:00+08:00", 4));
        assert!(is_time("2026-11-19T07:00:00+08:00", 4));
        assert!(is_time("2026-11-23T06:59:00+08:00", 4));
        assert!(!is_time("2026-11-23T07:00:00+08:00", 4));
        assert!(!is_time("2026-11-23T06:59:00+08:00", 0));
    }

    #[test]
    fn letters_go_out_by_day() {
        let zone = TimeZone::get("Asia/Makassar").unwrap();
        let time = |text| letter_time(at(text), &zone);
        assert_eq!(time("2026-11-19T01:00:00+08:00"), at("2026-11-19T07:00:00+08:00"));
        assert_eq!(time("2026-11-19T13:00:00+08:00"), at("2026-11-19T13:00:00+08:00"));
        assert_eq!(time("2026-11-19T19:00:00+08:00"), at("2026-11-20T07:00:00+08:00"));
    }
}
