//! How fresh a section is: the newest date of the best signal, and whether another signal speaks against it.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use super::model::{Item, Signal};
use super::structured::AHEAD_HOURS_MAX;
use crate::monitoring::dates::{How, Named, makassar};

/// Dated items that a signal needs before it is believed.
const ITEMS_MIN: usize = 2;

/// Days that two signals may be apart before a person must look.
const APART_DAYS_MAX: i32 = 7;

/// A date with what tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub date: Date,
    pub signal: Signal,
    pub address: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// No signal has two dated items. That is not the same as stale.
    NoAnswer,
    Newest {
        evidence: Evidence,
        /// Another signal's newest date that is more than a week away: a person must look.
        against: Option<Evidence>,
    },
}

/// What the items of all signals of a section tell. A date that is more than a day ahead of the look is a plan or a slip, and
/// left out: were it only capped, it would keep a dead site fresh.
pub fn freshness(items: &[Item], now: Timestamp) -> Freshness {
    let limit = now.checked_add(SignedDuration::from_hours(AHEAD_HOURS_MAX)).unwrap_or(now);
    let limit = makassar().to_datetime(limit).date();
    let mut signals: Vec<Signal> = items.iter().map(|item| item.signal).collect();
    signals.sort();
    signals.dedup();
    let newest = |signal: &Signal| {
        let dates: Vec<(Date, &Item)> = items
            .iter()
            .filter(|item| item.signal == *signal)
            .filter_map(|item| Some((behind(item, limit)?, item)))
            .collect();
        let (date, item) = dates.iter().max_by_key(|(date, _)| *date)?;
        let differ = dates.iter().any(|(other, _)| other != date);
        // One date for everything is when it was built, not when anything was written.
        let built = matches!(signal, Signal::Sitemap | Signal::FeedUpdated) && !differ;
        (dates.len() >= ITEMS_MIN && !built).then(|| Evidence {
            date: *date,
            signal: *signal,
            address: item.address.clone(),
        })
    };
    let mut found = signals.iter().filter_map(newest);
    let Some(evidence) = found.next() else { return Freshness::NoAnswer };
    let apart = |other: &Evidence| evidence.date.until(other.date).map_or(i32::MAX, |span| span.get_days().abs());
    let against = found.filter(|other| apart(other) > APART_DAYS_MAX).max_by_key(apart);
    Freshness::Newest { evidence, against }
}

/// The day of an article, which is behind us: of a day without a year the last one is meant, and any other that is still to come is a
/// plan or a slip.
fn behind(item: &Item, limit: Date) -> Option<Date> {
    let Named::Day(day) = item.date.from else { return None };
    match item.date.how {
        _ if day <= limit => Some(day),
        How::YearGuessed => day.checked_sub(Span::new().years(1)).ok(),
        How::Written | How::Relative => None,
    }
}

/// The Monday of the week of a moment, in the zone of sites that name no other.
pub fn monday(now: Timestamp) -> Date {
    let today = makassar().to_datetime(now).date();
    let back = Span::new().days(i64::from(today.weekday().to_monday_zero_offset()));
    today.checked_sub(back).unwrap_or(today)
}

/// The first event that ends in or after this week: an agenda with one is kept up to date, whenever that was written down.
pub fn coming(items: &[Item], now: Timestamp) -> Option<&Item> {
    let monday = monday(now);
    let ends = |item: &&Item| item.date.to.unwrap_or(item.date.from).last_day() >= monday;
    items.iter().filter(ends).min_by_key(|item| item.date.from.first_day())
}
