//! Time: an instant in UTC, to the microsecond, and the zones it is shown in.

use std::fmt;

use jiff::tz::TimeZone;

use super::{Code, Refusal};

/// Microseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC; in the database the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The number in place, for those who need to borrow it.
    pub const fn micros_ref(&self) -> &i64 {
        &self.0
    }

    /// Later by some microseconds: `now.plus(10 * MINUTE)`.
    pub const fn plus(self, micros: i64) -> Self {
        Timestamp(self.0.saturating_add(micros))
    }

    /// Reads RFC 3339, which names an instant: an offset or `Z` is required.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        text.trim().parse::<jiff::Timestamp>().map(Timestamp::from).map_err(|_| {
            Refusal::new(Code::Invalid).detail(format!("{text:?} is not a time such as 2026-11-21T08:00:00+08:00"))
        })
    }

    pub fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The same instant on the clock of a zone.
    pub fn in_zone(self, zone: &TimeZone) -> jiff::Zoned {
        self.jiff().to_zoned(zone.clone())
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Timestamp(at.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// WITA, where the first users are; every site may choose another.
pub const ZONE_DEFAULT: &str = "Asia/Makassar";

/// A zone of the IANA database, by name.
pub fn zone(name: &str) -> Result<TimeZone, Refusal> {
    TimeZone::get(name).map_err(|_| Refusal::new(Code::Invalid).field("zone", "not_a_zone", "such as Asia/Makassar"))
}
