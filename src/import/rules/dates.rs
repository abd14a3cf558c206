//! Dates as people write them in front matter, read in the zone of the site.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};

use crate::kernel::Timestamp;

/// A day, or a time of a day, with an offset if one was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    date: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

impl Moment {
    /// Reads `2026-01-02`, `2026-01-02T09:00`, `2026-01-02 09:00:00 +0800`, `2026-01-02T01:00:00Z` and
    /// what lies between; `None` when it is no date.
    pub fn read(text: &str) -> Option<Moment> {
        let text = text.trim();
        let (day, rest) = text.split_at_checked(10)?;
        // Go prints `+0800 WITA`, Jekyll writes `09:00:00 +0800`; neither is RFC 3339.
        let clock = rest.trim_start_matches(['T', 't', ' ']).trim_end();
        let clock = match clock.rsplit_once(' ') {
            Some((head, word)) if word.bytes().all(|byte| byte.is_ascii_alphabetic()) => head,
            Some(_) | None => clock,
        };
        if clock.is_empty() && !rest.trim().is_empty() {
            return None;
        }
        let joined = if clock.is_empty() { day.to_owned() } else { format!("{day}T{}", clock.replace(' ', "")) };
        let pieces = Pieces::parse(&joined).ok()?;
        Some(Moment { date: pieces.date(), time: pieces.time(), offset: pieces.to_numeric_offset() })
    }

    /// The instant; a day begins at midnight in the zone.
    pub fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        self.zoned(zone).map(|zoned| Timestamp::from(zoned.timestamp()))
    }

    /// RFC 3339 with the written offset, or with that of the zone.
    pub fn with_offset(&self, zone: &TimeZone) -> Option<String> {
        let zoned = self.zoned(zone)?;
        Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    /// The day, as it was written.
    pub fn day(&self) -> String {
        self.date.to_string()
    }

    fn zoned(&self, zone: &TimeZone) -> Option<jiff::Zoned> {
        let at = DateTime::from_parts(self.date, self.time.unwrap_or(Time::midnight()));
        let zone = self.offset.map_or_else(|| zone.clone(), TimeZone::fixed);
        at.to_zoned(zone).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::time::zone;

    fn instant(text: &str) -> Option<String> {
        Moment::read(text)?.instant(&zone("Asia/Makassar").unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn a_day_and_a_naive_time_are_of_the_sites_zone() {
        assert_eq!(instant("2026-01-02").as_deref(), Some("2026-01-01T16:00:00Z"));
        assert_eq!(instant("2026-01-02T09:00:00").as_deref(), Some("2026-01-02T01:00:00Z"));
        assert_eq!(instant(" 2026-01-02 09:00 ").as_deref(), Some("2026-01-02T01:00:00Z"));
    }

    #[test]
    fn a_written_offset_wins() {
        for text in [
            "2026-01-02T09:00:00+07:00",
            "2026-01-02 09:00:00 +0700",
            "2026-01-02 09:00:00 +0700 WIB",
            "2026-01-02T02:00:00Z",
            "2026-01-02 02:00:00 +0000 UTC",
            "2026-01-02t02:00:00z",
        ] {
            assert_eq!(instant(text).as_deref(), Some("2026-01-02T02:00:00Z"), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "kemarin",
            "2026",
            "2026-13-01",
            "2026-01-02T25:00",
            "2026-01-02T",
            "02/01/2026",
            "2026-01-02x",
            "é026-01-0é",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_written_with_the_offset_it_came_with() {
        let zone = zone("Asia/Makassar").unwrap();
        let written = |text: &str| Moment::read(text).and_then(|moment| moment.with_offset(&zone));
        assert_eq!(written("2026-01-02").as_deref(), Some("2026-01-02T00:00:00+08:00"));
        assert_eq!(written("2026-01-02T09:00:00+07:00").as_deref(), Some("2026-01-02T09:00:00+07:00"));
        assert_eq!(Moment::read("2026-01-02T23:00:00-08:00").unwrap().day(), "2026-01-02");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}", near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:+Z -]{0,14}") {
            let zone = zone("Asia/Makassar").unwrap();
            for text in [text, near] {
                if let Some(moment) = Moment::read(&text) {
                    let _ = (moment.instant(&zone), moment.with_offset(&zone));
                }
            }
        }
    }
}
