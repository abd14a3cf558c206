//! Parts of dates, possibly incomplete, and how two of them make a range.

use jiff::civil::Date;

use super::line::Line;
use super::model::{How, Named, Reading};

/// What one form of a date found: its parts, and the token after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub day: Option<i8>,
    pub month: i8,
    pub year: Option<i16>,
    pub end: usize,
}

/// What a form says of a place in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Another form may fit.
    Nothing,
    /// It has the shape of a date or of a number that is none; nothing up to this token may be read as a date.
    Refused(usize),
    Date {
        reading: Reading,
        end: usize,
    },
}

/// What stands in databases and programs for "no date", in zones on both sides of Greenwich.
const NULLS: [(i16, i8, i8); 4] = [(1970, 1, 1), (1969, 12, 31), (1900, 1, 1), (1899, 12, 30)];

/// A day of the calendar that is not one of the nulls.
pub fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    if NULLS.contains(&(year, month, day)) {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// Two digits at most as a day or a month; what cannot be one becomes 0, which no calendar knows.
pub fn small(value: u64) -> i8 {
    i8::try_from(value).unwrap_or(0)
}

impl Part {
    pub fn named(self) -> Option<Named> {
        let year = self.year?;
        match self.day {
            Some(number) => day(year, self.month, number).map(Named::Day),
            None => (1..=12).contains(&self.month).then_some(Named::Month { year, month: self.month }),
        }
    }

    /// The part alone; without a year the nearest one.
    pub fn alone(self, line: &Line, weekday: Option<i8>) -> Found {
        let (named, how) = match self.year {
            Some(_) => (self.named(), How::Written),
            None => {
                (self.day.and_then(|day| nearest(line, day, self.month, weekday)).map(Named::Day), How::YearGuessed)
            }
        };
        match named {
            Some(from) => Found::Date { reading: Reading { from, to: None, how }, end: self.end },
            None => Found::Refused(self.end),
        }
    }

    /// From this part to another one. Who writes a range names what both share only once, mostly behind.
    pub fn until(self, mut to: Part, line: &Line) -> Found {
        let mut from = self;
        let over_new_year = (from.month, from.day) > (to.month, to.day);
        match (from.year, to.year) {
            (None, Some(year)) => from.year = Some(if over_new_year { year - 1 } else { year }),
            (Some(year), None) => to.year = Some(if over_new_year { year + 1 } else { year }),
            _ => {}
        }
        let mut how = How::Written;
        if from.year.is_none() {
            how = How::YearGuessed;
            from.year = from.day.and_then(|day| nearest(line, day, from.month, None)).map(Date::year);
            to.year = from.year.map(|year| if over_new_year { year + 1 } else { year });
        }
        match (from.named(), to.named()) {
            (Some(from), Some(until)) if from == until => {
                Found::Date { reading: Reading { from, to: None, how }, end: to.end }
            }
            (Some(from), Some(until)) if from.first_day() < until.first_day() => {
                Found::Date { reading: Reading { from, to: Some(until), how }, end: to.end }
            }
            _ => Found::Refused(to.end),
        }
    }
}

/// The day of which the year is left out. Pages leave it out for what is near, behind them or ahead; the nearest year is
/// right for news and for events, and what it puts into the future never makes a site look fresh. A weekday that fits
/// one year alone decides.
fn nearest(line: &Line, number: i8, month: i8, weekday: Option<i8>) -> Option<Date> {
    let today = line.today();
    let years = [today.year(), today.year() - 1, today.year() + 1];
    let days = years.into_iter().filter_map(|year| day(year, month, number));
    let apart = |day: &Date| today.until(*day).map_or(i32::MAX, |span| span.get_days().abs());
    let fits = |day: &Date| weekday.is_none_or(|weekday| day.weekday().to_monday_one_offset() == weekday);
    days.clone().filter(fits).min_by_key(apart).or_else(|| days.min_by_key(apart))
}
