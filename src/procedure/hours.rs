//! Service time: when a step is due, and how late it is, counted in the hours that its procedure names.
//!
//! Pure: the calendar, the zone and the instants come from the caller.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday as CivilWeekday};
use jiff::tz::TimeZone;

use super::model::{Hours, Rhythm, SpanUnit, StandardTime};
use crate::calendar::model::{Calendar, ClockTime, DayHours, Era, Weekday};
use crate::kernel::Timestamp;
use crate::kernel::time::MINUTE;

/// How far ahead a due time is looked for. Beyond it a time counts as none.
const DAYS_MAX: u32 = 3660;

/// A case that begins by itself must not be late before anybody is at work.
const RHYTHM_OPENS: Time = Time::constant(8, 0, 0, 0);

/// The hours of one procedure in one zone.
#[derive(Debug, Clone, Copy)]
pub struct ServiceTime<'a> {
    pub calendar: &'a Calendar,
    pub hours: &'a Hours,
    pub zone: &'a TimeZone,
}

impl ServiceTime<'_> {
    /// When a step that began at `start` is due. `agreed` is the instant agreed in the case (see
    /// [`ServiceTime::end_of`]); `paused_minutes` are service minutes that the case waited for somebody
    /// outside the step. `None`: no limit is set.
    ///
    /// Minutes and hours run in service time. Days under weekly hours are working days: from Monday 10.00,
    /// one day is Tuesday 10.00, at most the end of that day's service; what begins outside of service
    /// begins with the next opening. Days elsewhere, and months, keep the time of day. Whatever falls on a day without
    /// service moves to the next day that has some; under `Always` every day has.
    pub fn due(
        &self,
        start: Timestamp,
        time: &StandardTime,
        agreed: Option<Timestamp>,
        paused_minutes: i64,
    ) -> Option<Timestamp> {
        match time {
            StandardTime::None | StandardTime::Relative { .. } => None,
            StandardTime::Agreed { .. } => agreed,
            StandardTime::Span { amount, unit, .. } => {
                let due = self.add(start, i64::from(*amount), *unit)?;
                self.add_minutes(due, paused_minutes)
            }
        }
    }

    /// The instant at which `amount` units of service time since `start` have passed.
    pub fn add(&self, start: Timestamp, amount: i64, unit: SpanUnit) -> Option<Timestamp> {
        match unit {
            SpanUnit::Minutes => self.add_minutes(start, amount),
            SpanUnit::Hours => self.add_minutes(start, amount.checked_mul(60)?),
            SpanUnit::Days => self.add_days(start, amount),
            SpanUnit::Months => {
                let at = start.in_zone(self.zone);
                self.land(at.date().checked_add(amount.months()).ok()?, at.time())
            }
        }
    }

    /// Service minutes from one instant to another, whole ones; 0 when `to` is not later.
    pub fn working_minutes_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.micros_between(from, to) / MINUTE
    }

    fn micros_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        if to <= from {
            return 0;
        }
        if matches!(self.hours, Hours::Always) {
            return to.micros() - from.micros();
        }
        let last = to.in_zone(self.zone).date();
        let mut date = from.in_zone(self.zone).date();
        let mut micros = 0;
        while date <= last {
            for (opens, closes) in self.stretches(date) {
                micros += (closes.min(to.micros()) - opens.max(from.micros())).max(0);
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        micros
    }

    /// When a step is due that `before`, another calendar for the same hours and zone, has due at `due`: what was left of
    /// its time at `base` is left still, and counted by this one. What was due before `base` stays.
    pub fn carried(&self, before: &ServiceTime, unit: SpanUnit, base: Timestamp, due: Timestamp) -> Timestamp {
        if due <= base {
            return due;
        }
        match (self.hours, unit) {
            (Hours::Always, _) => due,
            (Hours::CalendarDays, SpanUnit::Days) | (_, SpanUnit::Months) => {
                let at = due.in_zone(self.zone);
                self.land(at.date(), at.time()).unwrap_or(due)
            }
            (Hours::CalendarDays | Hours::Weekly { .. }, SpanUnit::Minutes | SpanUnit::Hours | SpanUnit::Days) => {
                let left = before.micros_between(base, due);
                let Some((closing, opening)) = self.ends(base, left) else { return due };
                let was_closing = before.ends(base, left).is_some_and(|(closing, _)| closing == due);
                if closing == due || opening == due {
                    due
                } else if was_closing {
                    closing
                } else {
                    opening
                }
            }
        }
    }

    /// Where so much service time since `base` ends: at a closing, and at the opening after it, which counts the same. What
    /// was due at an opening stays due at one.
    fn ends(&self, base: Timestamp, left: i64) -> Option<(Timestamp, Timestamp)> {
        Some((self.add_micros(base, left)?, self.add_micros(base, left + 1)?.plus(-1)))
    }

    /// The end of service on a date, moved to the next day that has service: the due time of a step whose
    /// date was agreed.
    pub fn end_of(&self, date: Date) -> Option<Timestamp> {
        let date = self.next_service_day(date)?;
        self.stretches_in(self.era(date), date).last().map(|(_, closes)| Timestamp::from_micros(*closes))
    }

    /// When a flow with this rhythm next begins by itself, later than `after`: with the opening of service
    /// (08.00 where no hours are named) on the Monday, or on the first day of the month, quarter or half-year, moved
    /// off holidays.
    pub fn next_start(&self, rhythm: Rhythm, after: Timestamp) -> Option<Timestamp> {
        let mut nominal = rhythm_date(rhythm, after.in_zone(self.zone).date())?;
        for _ in 0..DAYS_MAX {
            let date = self.next_service_day(nominal)?;
            let named = self.weekly(date).first().map(|hours| hours.from.on(date).time());
            let opens = instant(self.zone, date, named.unwrap_or(RHYTHM_OPENS))?;
            if opens > after {
                return Some(opens);
            }
            nominal = rhythm_date(rhythm, next_rhythm_date(rhythm, nominal)?)?;
        }
        None
    }

    /// Whether service is given on that date at all.
    pub fn is_service_day(&self, date: Date) -> bool {
        self.serves(self.era(date), date)
    }

    fn serves(&self, era: &Era, date: Date) -> bool {
        match self.hours {
            Hours::Always => true,
            Hours::CalendarDays => era.is_worked(date),
            Hours::Weekly { .. } => {
                self.days(era).iter().any(|hours| civil(hours.day) == date.weekday()) && era.holiday(date).is_none()
            }
        }
    }

    fn era(&self, date: Date) -> &Era {
        self.calendar.on(date, self.zone)
    }

    /// The weekly hours of an era: those that were set, or else the procedure's own. None unless hours are weekly.
    fn days<'s>(&'s self, era: &'s Era) -> &'s [DayHours] {
        match self.hours {
            Hours::Weekly { days } => era.weekly.as_ref().unwrap_or(days),
            Hours::Always | Hours::CalendarDays => &[],
        }
    }

    fn add_minutes(&self, start: Timestamp, minutes: i64) -> Option<Timestamp> {
        self.add_micros(start, minutes.checked_mul(MINUTE)?)
    }

    fn add_micros(&self, start: Timestamp, micros: i64) -> Option<Timestamp> {
        let mut left = micros;
        if left <= 0 {
            return Some(start);
        }
        if matches!(self.hours, Hours::Always) {
            return Some(start.plus(left));
        }
        let mut date = start.in_zone(self.zone).date();
        for _ in 0..DAYS_MAX {
            for (opens, closes) in self.stretches(date) {
                let opens = opens.max(start.micros());
                let open = (closes - opens).max(0);
                if open >= left {
                    return Some(Timestamp::from_micros(opens + left));
                }
                left -= open;
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn add_days(&self, start: Timestamp, days: i64) -> Option<Timestamp> {
        if days <= 0 {
            return Some(start);
        }
        let at = start.in_zone(self.zone);
        if !matches!(self.hours, Hours::Weekly { .. }) {
            return self.land(at.date().checked_add(days.days()).ok()?, at.time());
        }
        let (mut date, time) = self.begin(at.date(), at.time())?;
        for _ in 0..days.min(i64::from(DAYS_MAX)) {
            date = self.next_service_day(date.tomorrow().ok()?)?;
        }
        self.land(date, time)
    }

    /// Where work that arrives at this hour begins: now, or with the next opening.
    fn begin(&self, date: Date, time: Time) -> Option<(Date, Time)> {
        let open = self.weekly(date).into_iter().find(|hours| time <= hours.to.on(date).time());
        if let Some(hours) = open.filter(|_| self.is_service_day(date)) {
            return Some((date, time.max(hours.from.on(date).time())));
        }
        let date = self.next_service_day(date.tomorrow().ok()?)?;
        let opens = self.weekly(date).first().map(|hours| hours.from.on(date).time())?;
        Some((date, opens))
    }

    /// That time of day on that date, or on the next date with service, held within its service.
    fn land(&self, date: Date, time: Time) -> Option<Timestamp> {
        let date = self.next_service_day(date)?;
        let hours = self.weekly(date);
        let open = hours.iter().find(|hours| time <= hours.to.on(date).time());
        let time = match (open, hours.last()) {
            (Some(open), _) => time.max(open.from.on(date).time()),
            (None, Some(last)) => last.to.on(date).time(),
            (None, None) => time,
        };
        instant(self.zone, date, time)
    }

    /// The first date from `date` on with service.
    fn next_service_day(&self, date: Date) -> Option<Date> {
        let mut date = date;
        for _ in 0..DAYS_MAX {
            if self.is_service_day(date) {
                return Some(date);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The stretches named for that date's weekday, in order; none unless hours are weekly.
    fn weekly(&self, date: Date) -> Vec<&DayHours> {
        self.weekly_in(self.era(date), date)
    }

    fn weekly_in<'s>(&'s self, era: &'s Era, date: Date) -> Vec<&'s DayHours> {
        let mut hours: Vec<_> = self.days(era).iter().filter(|hours| civil(hours.day) == date.weekday()).collect();
        hours.sort_by_key(|hours| hours.from);
        hours
    }

    /// When service runs on a date, as microseconds, in order and without overlap: of each era what lies within it.
    fn stretches(&self, date: Date) -> Vec<(i64, i64)> {
        let mut stretches = Vec::new();
        for (era, ends) in self.calendar.eras() {
            let within = |(opens, closes): (i64, i64)| (opens.max(era.from.micros()), closes.min(ends));
            stretches.extend(self.stretches_in(era, date).into_iter().map(within).filter(|(from, to)| from < to));
        }
        stretches
    }

    fn stretches_in(&self, era: &Era, date: Date) -> Vec<(i64, i64)> {
        if !self.serves(era, date) {
            return Vec::new();
        }
        if !matches!(self.hours, Hours::Weekly { .. }) {
            let day =
                |date: Date| date.to_zoned(self.zone.clone()).ok().map(|at| Timestamp::from(at.timestamp()).micros());
            return day(date).zip(date.tomorrow().ok().and_then(day)).into_iter().collect();
        }
        let mut stretches = Vec::new();
        let mut free_from = i64::MIN;
        for hours in self.weekly_in(era, date) {
            let edge = |time: ClockTime| instant(self.zone, date, time.on(date).time()).map(Timestamp::micros);
            let Some((opens, closes)) = edge(hours.from).zip(edge(hours.to)) else { continue };
            // Where the clock jumps forward inside service, two stretches could overlap by the jump.
            let opens = opens.max(free_from);
            if opens < closes {
                stretches.push((opens, closes));
                free_from = closes;
            }
        }
        stretches
    }
}

/// A time of day that a zone skips is read as that much later; one that it repeats, as the first of the two.
fn instant(zone: &TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok().map(Timestamp::from)
}

/// The last nominal start on or before a date.
fn rhythm_date(rhythm: Rhythm, date: Date) -> Option<Date> {
    let months = match rhythm {
        Rhythm::WeeklyMonday => {
            return date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok();
        }
        Rhythm::Monthly => 1,
        Rhythm::Quarterly => 3,
        Rhythm::HalfYearly => 6,
    };
    Date::new(date.year(), (date.month() - 1) / months * months + 1, 1).ok()
}

/// The nominal start after a nominal start.
fn next_rhythm_date(rhythm: Rhythm, nominal: Date) -> Option<Date> {
    let span = match rhythm {
        Rhythm::WeeklyMonday => 7.days(),
        Rhythm::Monthly => 1.month(),
        Rhythm::Quarterly => 3.months(),
        Rhythm::HalfYearly => 6.months(),
    };
    nominal.checked_add(span).ok()
}

fn civil(day: Weekday) -> CivilWeekday {
    match day {
        Weekday::Monday => CivilWeekday::Monday,
        Weekday::Tuesday => CivilWeekday::Tuesday,
        Weekday::Wednesday => CivilWeekday::Wednesday,
        Weekday::Thursday => CivilWeekday::Thursday,
        Weekday::Friday => CivilWeekday::Friday,
        Weekday::Saturday => CivilWeekday::Saturday,
        Weekday::Sunday => CivilWeekday::Sunday,
    }
}

#[cfg(test)]
mod tests;
