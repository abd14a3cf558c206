//! Days off, weekly hours, and from when each of them holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday as CivilWeekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::kernel::{Code, Refusal, Timestamp, line_of};

/// How long before its end a year asks for the holidays of the next: cases opened then are due in it.
const YEAR_AHEAD_DAYS: i32 = 60;

/// The holidays that ship: 2026.
pub const HOLIDAYS_BUILT_IN: &str = include_str!("../../procedures/holidays-2026.toml");

/// The name under which the built-in holidays are spoken of.
pub const HOLIDAYS_FILE: &str = "holidays-2026.toml";

crate::words! {
    /// Both stop service time alike; people want to know which it is.
    pub enum HolidayKind {
        Holiday = "libur",
        JointLeave = "cuti bersama",
    }
}

/// One day off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
    /// Empty: nobody has translated it.
    #[serde(default)]
    pub name_en: String,
    pub kind: HolidayKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    holidays: Vec<toml::Spanned<Holiday>>,
}

/// One stretch of service on a weekday; a day with a midday break has two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayHours {
    pub day: Weekday,
    pub from: ClockTime,
    pub to: ClockTime,
}

crate::words! {
    pub enum Weekday {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

/// A time of day to the minute, `00:00` to `23:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    hour: i8,
    minute: i8,
}

impl ClockTime {
    /// Reads `08:00`; two digits each.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(hour) || !digits(minute) {
            return None;
        }
        let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(ClockTime { hour, minute })
    }

    pub fn on(self, date: jiff::civil::Date) -> jiff::civil::DateTime {
        date.at(self.hour, self.minute, 0, 0)
    }
}

impl std::fmt::Display for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Serialize for ClockTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        ClockTime::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a time such as 08:00")))
    }
}

/// What holds from one moment until the next era begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    pub from: Timestamp,
    /// In the place of the weekly hours that procedures name; `None`: theirs.
    pub weekly: Option<Vec<DayHours>>,
    days: BTreeMap<Date, Holiday>,
}

impl Era {
    /// Of two holidays on one date the later counts.
    pub fn new(from: Timestamp, weekly: Option<Vec<DayHours>>, holidays: Vec<Holiday>) -> Self {
        Era { from, weekly, days: holidays.into_iter().map(|holiday| (holiday.date, holiday)).collect() }
    }

    pub fn holiday(&self, date: Date) -> Option<&Holiday> {
        self.days.get(&date)
    }

    /// In the order of the calendar.
    pub fn holidays(&self) -> impl Iterator<Item = &Holiday> {
        self.days.values()
    }

    /// Whether offices whose hours nobody named work on that date: Monday to Friday but for holidays.
    pub fn is_worked(&self, date: Date) -> bool {
        !matches!(date.weekday(), CivilWeekday::Saturday | CivilWeekday::Sunday) && self.holiday(date).is_none()
    }
}

/// The holidays, days of joint leave and weekly hours, now and before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// What the file says, from the beginning of time.
    first: Era,
    /// What was set since, oldest first.
    later: Vec<Era>,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar::of(BTreeMap::new())
    }
}

impl Calendar {
    fn of(days: BTreeMap<Date, Holiday>) -> Self {
        let first = Era { from: Timestamp::from_micros(i64::MIN), weekly: None, days };
        Calendar { first, later: Vec::new() }
    }

    /// Reads a file of holidays; `file` is what a refusal calls it. Refuses with `bad_definition`.
    pub fn parse(source: &str, file: &str) -> Result<Self, Refusal> {
        let refuse = |line: usize, reason: String| {
            Refusal::new(Code::BadDefinition)
                .detail(format!("{file}:{line}: {reason}"))
                .extra("file", file)
                .extra("line", line)
                .extra("reason", reason)
        };
        let read: CalendarFile = toml::from_str(source).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(source, span.start));
            refuse(line, error.message().trim().to_owned())
        })?;
        let mut days = BTreeMap::new();
        for holiday in read.holidays {
            let line = line_of(source, holiday.span().start);
            let holiday = holiday.into_inner();
            if holiday.name.trim().is_empty() {
                return Err(refuse(line, format!("{} has no name", holiday.date)));
            }
            let date = holiday.date;
            if days.insert(date, holiday).is_some() {
                return Err(refuse(line, format!("{date} stands here twice")));
            }
        }
        Ok(Calendar::of(days))
    }

    /// The same, and from a moment on something else. Eras come in their order.
    pub fn followed_by(mut self, era: Era) -> Self {
        self.later.push(era);
        self
    }

    /// What holds now.
    pub fn newest(&self) -> &Era {
        self.later.last().unwrap_or(&self.first)
    }

    /// What the file says, whatever was set since.
    pub fn shipped(&self) -> &Era {
        &self.first
    }

    /// The weekly hours that were set, and since when they hold without a break; `None`: those that procedures name.
    pub fn hours_set(&self) -> Option<(Timestamp, &[DayHours])> {
        let hours = self.newest().weekly.as_deref()?;
        let since = self.later.iter().rev().take_while(|era| era.weekly.as_deref() == Some(hours)).last()?;
        Some((since.from, hours))
    }

    /// What holds at the end of a day: a day off that is announced on the day itself is one.
    pub fn on(&self, date: Date, zone: &TimeZone) -> &Era {
        if self.later.is_empty() {
            return &self.first;
        }
        let end = date.tomorrow().and_then(|next| next.to_zoned(zone.clone()));
        let end = end.map_or(i64::MAX, |end| Timestamp::from(end.timestamp()).micros());
        self.later.iter().rev().find(|era| era.from.micros() < end).unwrap_or(&self.first)
    }

    /// Every era with the moment at which it ends, in microseconds; in order.
    pub fn eras(&self) -> impl Iterator<Item = (&Era, i64)> {
        let ends = self.later.iter().map(|era| era.from.micros()).chain([i64::MAX]);
        std::iter::once(&self.first).chain(&self.later).zip(ends)
    }

    pub fn holiday(&self, date: Date) -> Option<&Holiday> {
        self.newest().holiday(date)
    }

    /// In the order of the calendar.
    pub fn holidays(&self) -> impl Iterator<Item = &Holiday> {
        self.newest().holidays()
    }

    /// Years for which nobody has written the list although they count: this one, and the next when it is near.
    pub fn years_missing(&self, today: Date) -> Vec<i16> {
        let known = self.years();
        let near = today.saturating_add(YEAR_AHEAD_DAYS.days());
        let wanted = BTreeSet::from([today.year(), near.year()]);
        wanted.into_iter().filter(|year| !known.contains(year)).collect()
    }

    /// The years that have at least one holiday: for others, nobody has written the list yet.
    pub fn years(&self) -> BTreeSet<i16> {
        self.holidays().map(|holiday| holiday.date.year()).collect()
    }
}
