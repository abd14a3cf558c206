//! Dates as a site's readers write them: `17 Agustus 2026`, `pukul 08.30 WITA`; `17 August 2026`, `08:30 WITA`.

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::kernel::Timestamp;

const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// For feeds alone, whose standard demands English.
const MONTHS_RFC: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS_RFC: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The zone and the tongue in which times are written.
#[derive(Debug, Clone)]
pub struct Clockface {
    zone: TimeZone,
    english: bool,
}

impl Clockface {
    /// Any locale but Indonesian and its sisters is written in English.
    pub fn new(zone: TimeZone, locale: &str) -> Self {
        Clockface { zone, english: locale.starts_with("en") }
    }

    /// Whether words and numbers beside the times are English too.
    pub fn is_english(&self) -> bool {
        self.english
    }

    pub fn at(&self, time: Timestamp) -> Zoned {
        time.in_zone(&self.zone)
    }

    /// `17 Agustus 2026`
    pub fn day(&self, at: &Zoned) -> String {
        format!("{} {} {}", at.day(), self.month_name(at.month()), at.year())
    }

    /// `08.30 WITA`; in English `08:30 WITA`.
    pub fn time(&self, at: &Zoned) -> String {
        let mark = if self.english { ':' } else { '.' };
        format!("{:02}{mark}{:02} {}", at.hour(), at.minute(), zone_name(at))
    }

    /// `17 Agustus 2026, 08.30 WITA`
    pub fn moment(&self, time: Timestamp) -> String {
        let at = self.at(time);
        format!("{}, {}", self.day(&at), self.time(&at))
    }

    /// `Agustus 2026`
    pub fn month(&self, year: i16, month: i8) -> String {
        format!("{} {year}", self.month_name(month))
    }

    /// The day of a date without a time, `2026-08-17`; text that is no date is given back.
    pub fn written_day(&self, date: &str) -> String {
        match date.parse::<jiff::civil::Date>() {
            Ok(date) => format!("{} {} {}", date.day(), self.month_name(date.month()), date.year()),
            Err(_) => date.to_owned(),
        }
    }

    fn month_name(&self, month: i8) -> &'static str {
        let names = if self.english { &MONTHS_EN } else { &MONTHS_ID };
        names[usize::try_from(month - 1).unwrap_or(0) % 12]
    }
}

/// The zones of Indonesia by their own names, others by their distance from UTC.
fn zone_name(at: &Zoned) -> String {
    match at.offset().seconds() {
        25_200 => "WIB".into(),
        28_800 => "WITA".into(),
        32_400 => "WIT".into(),
        0 => "UTC".into(),
        seconds => {
            let sign = if seconds < 0 { '-' } else { '+' };
            format!("UTC{sign}{:02}.{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
        }
    }
}

/// RFC 3339 with the zone's offset: `2026-08-17T08:30:00+08:00`.
pub fn iso(at: &Zoned) -> String {
    format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        offset(at, ":")
    )
}

/// `2026-08-17`
pub fn iso_day(at: &Zoned) -> String {
    format!("{}-{:02}-{:02}", at.year(), at.month(), at.day())
}

/// RFC 822, as RSS wants it: `Mon, 17 Aug 2026 08:30:00 +0800`.
pub fn rfc822(at: &Zoned) -> String {
    let day = DAYS_RFC[usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0)];
    let month = MONTHS_RFC[usize::try_from(at.month() - 1).unwrap_or(0) % 12];
    let (date, year) = (at.day(), at.year());
    format!("{day}, {date:02} {month} {year} {:02}:{:02}:{:02} {}", at.hour(), at.minute(), at.second(), offset(at, ""))
}

fn offset(at: &Zoned, between: &str) -> String {
    let seconds = at.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}{between}{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(locale: &str) -> Clockface {
        Clockface::new(crate::kernel::time::zone("Asia/Makassar").unwrap(), locale)
    }

    #[test]
    fn indonesian_pages_have_indonesian_months_and_english_pages_english_ones() {
        let time = Timestamp::parse("2026-08-17T00:30:00Z").unwrap();
        let (id, en) = (face("id"), face("en"));
        let at = id.at(time);
        assert_eq!(id.day(&at), "17 Agustus 2026");
        assert_eq!(id.time(&at), "08.30 WITA");
        assert_eq!(en.day(&at), "17 August 2026");
        assert_eq!(en.time(&at), "08:30 WITA");
        assert_eq!(id.month(2026, 5), "Mei 2026");
        assert_eq!(id.written_day("2026-12-09"), "9 Desember 2026");
        assert_eq!(id.written_day("segera"), "segera");
    }

    #[test]
    fn machines_read_their_own_forms() {
        let at = face("id").at(Timestamp::parse("2026-08-16T16:05:09Z").unwrap());
        assert_eq!(iso(&at), "2026-08-17T00:05:09+08:00");
        assert_eq!(rfc822(&at), "Mon, 17 Aug 2026 00:05:09 +0800");
    }
}
