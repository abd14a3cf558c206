//! Dates in Indonesian and English, as they stand on websites: an own small grammar, exact about what it refuses.
//!
//! Pure: the time of reading and the zone are arguments. `docs/monitoring.md` tells what is read, what is refused and
//! how often it is right.

mod fold;
mod line;
mod model;
mod numeric;
mod parts;
mod relative;
mod rules;
#[cfg(test)]
mod tests;
mod words;
mod written;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use model::{How, Named, Reading};

/// Bytes of a line that are looked at: a date stands near the beginning of its line, or the line is a text.
pub const LINE_BYTES_MAX: usize = 4_096;

/// Hours that the zone of Makassar (WITA) is ahead of UTC; it knows no summer time.
const MAKASSAR_HOURS: i8 = 8;

/// The zone of a site that names no other.
pub fn makassar() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(MAKASSAR_HOURS))
}

/// The date that a line of text tells, if it tells one.
pub fn read(line: &str, now: Timestamp, zone: &TimeZone) -> Option<Reading> {
    rules::date_of(&line[..line.floor_char_boundary(LINE_BYTES_MAX)], now, zone)
}

/// The same as the command line answers it: an ISO date, a month, `A/B` for a range, or nothing.
pub fn dates_line(line: &str, now: Timestamp) -> String {
    read(line, now, &makassar()).map(|reading| reading.to_string()).unwrap_or_default()
}
