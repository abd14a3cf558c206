//! When a round is due, and what is kept of a look: pure.

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;

use super::model::{Kept, Looked, Occasion, Round};
use crate::kernel::id::MonitorId;
use crate::kernel::packed;
use crate::kernel::time::HOUR;
use crate::kernel::{Digest, Error, Result, Timestamp, word};
use crate::monitoring::look::model::Report;

/// Pieces of evidence that are passed on in words.
const FOUND_MAX: usize = 10;
/// When figures for the weekly report are taken (SOP 2, and the hour before service begins).
const RECAP_HOUR: i8 = 7;

/// When the figures for a report of that day are taken.
pub fn recap_time(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_datetime(time(RECAP_HOUR, 0, 0, 0)).to_zoned(zone.clone()).ok()?.timestamp().into())
}

/// Which round is due. `last`: of any kind; `recap_at`: when the next figures for a report are to be taken.
/// None begins while another is made; with 0 hours between them, none but for the report.
pub fn due(now: Timestamp, last: Option<&Round>, recap_at: Option<Timestamp>, every_hours: usize) -> Option<Occasion> {
    if last.is_some_and(|round| round.ended_at.is_none()) {
        return None;
    }
    if recap_at.is_some_and(|at| at <= now) {
        return Some(Occasion::Recap);
    }
    let span = i64::try_from(every_hours).ok().filter(|hours| *hours > 0)?.saturating_mul(HOUR);
    last.is_none_or(|round| round.began_at.plus(span) <= now).then_some(Occasion::Watch)
}

/// What is kept of a look.
pub fn keep(monitor: MonitorId, report: &Report, quiet: bool) -> Result<Looked> {
    let json = serde_json::to_vec(report).map_err(|error| Error::broken("keep a report", error))?;
    let kept = Kept {
        monitor,
        looked_at: report.looked_at.into(),
        verdict: report.verdict,
        reached: report.reachability.verdict,
        cause: report.reachability.cause.map(word),
        injection: report.injection.verdict,
        grade: report.posture.headers.as_ref().map(|headers| headers.grade.to_string()),
        freshness: report.freshness.clone(),
        quiet,
        report: Digest::of(&json),
    };
    let found = report.injection.evidence.iter().take(FOUND_MAX);
    let found = found.map(|seen| format!("{}: {} ({})", word(seen.evidence.kind), seen.evidence.text, seen.url));
    Ok(Looked { kept, body: packed::pack(&json)?, found: found.collect(), seen: report.seen.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::RoundId;

    fn round(began: i64, ended: Option<i64>) -> Round {
        let at = |hours: i64| Timestamp::from_micros(hours * HOUR);
        let id = RoundId::new(at(0), [0; 10]);
        Round { id, occasion: Occasion::Watch, websites: 1, began_at: at(began), ended_at: ended.map(at) }
    }

    #[test]
    fn rounds_follow_one_another_and_the_report_comes_first() {
        let at = |hours: i64| Timestamp::from_micros(hours * HOUR);
        assert_eq!(due(at(1), None, None, 6), Some(Occasion::Watch));
        assert_eq!(due(at(5), Some(&round(0, Some(1))), Some(at(7)), 6), None);
        assert_eq!(due(at(6), Some(&round(0, Some(1))), Some(at(7)), 6), Some(Occasion::Watch));
        assert_eq!(due(at(7), Some(&round(6, Some(6))), Some(at(7)), 6), Some(Occasion::Recap));
        assert_eq!(due(at(90), Some(&round(6, None)), Some(at(7)), 6), None);
        assert_eq!(due(at(90), Some(&round(6, Some(6))), Some(at(91)), 0), None);
    }

    #[test]
    fn the_figures_are_taken_at_seven_where_the_reader_lives() {
        let zone = TimeZone::get("Asia/Makassar").unwrap();
        let at = recap_time(jiff::civil::date(2026, 11, 23), &zone).unwrap();
        assert_eq!(at.in_zone(&zone).to_string(), "2026-11-23T07:00:00+08:00[Asia/Makassar]");
    }
}
