//! What a line of text says of time.

use std::fmt;

use jiff::civil::Date;

/// A day, or a month of which no day is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Day(Date),
    Month { year: i16, month: i8 },
}

impl Named {
    /// The last day that it can mean: what freshness counts from, in favour of the site.
    pub fn last_day(self) -> Date {
        match self {
            Named::Day(day) => day,
            Named::Month { year, month } => Date::new(year, month, 1).map_or(Date::MIN, Date::last_of_month),
        }
    }

    /// The first day that it can mean.
    pub fn first_day(self) -> Date {
        match self {
            Named::Day(day) => day,
            Named::Month { year, month } => Date::new(year, month, 1).unwrap_or(Date::MIN),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Named::Day(day) => write!(f, "{day}"),
            Named::Month { year, month } => write!(f, "{year:04}-{month:02}"),
        }
    }
}

/// How much of it the text itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Day, month and year, or month and year.
    Written,
    /// The text names no year: the nearest one was taken.
    YearGuessed,
    /// Counted from the time of reading: "2 hari lalu".
    Relative,
}

/// A date or a range of dates, `to` after `from`. It shows itself as the command line prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub from: Named,
    pub to: Option<Named>,
    pub how: How,
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.from)?;
        match self.to {
            Some(to) => write!(f, "/{to}"),
            None => Ok(()),
        }
    }
}
