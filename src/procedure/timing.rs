//! The clock, calendar and zone of one decision.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::case::Case;
use super::hours::ServiceTime;
use super::model::{Hours, SpanUnit, StandardTime};
use crate::calendar::Calendar;
use crate::kernel::Timestamp;

/// What a decision knows of time: now, the holidays, and the zone of the case's site.
#[derive(Debug, Clone, Copy)]
pub struct Timing<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub zone: &'a TimeZone,
}

impl Timing<'_> {
    /// When a step with this standard time is due that counts from `from`; `None` when none is set.
    pub fn due(
        &self,
        hours: &Hours,
        time: &StandardTime,
        from: Timestamp,
        agreed: Option<Timestamp>,
    ) -> Option<Timestamp> {
        self.service(hours).due(from, time, agreed, 0)
    }

    /// The due time of a step that waited from `since` until now: later by the service time of the wait.
    /// An agreed date stays as it was agreed.
    pub fn resumed(&self, hours: &Hours, time: &StandardTime, since: Timestamp, due: Timestamp) -> Timestamp {
        match time {
            StandardTime::Span { .. } => {
                let service = self.service(hours);
                let waited = service.working_minutes_between(since, self.now);
                service.add(due, waited, SpanUnit::Minutes).unwrap_or(due)
            }
            StandardTime::None | StandardTime::Relative { .. } | StandardTime::Agreed { .. } => due,
        }
    }

    /// The instant that an agreed date means: the end of its service.
    pub fn end_of(&self, hours: &Hours, date: Date) -> Option<Timestamp> {
        self.service(hours).end_of(date)
    }

    /// Service minutes since the step was due; 0 when it is not. A case that waits or has ended is as late
    /// as it was then.
    pub fn late_minutes(&self, hours: &Hours, case: &Case) -> i64 {
        let until = case.ended_at.or(case.waiting_since).unwrap_or(self.now);
        case.due_at.map_or(0, |due| self.service(hours).working_minutes_between(due, until))
    }

    /// When a step is due whose time was counted by another calendar until `base`: see [`ServiceTime::carried`]. A date
    /// that was agreed stays.
    pub fn carried(
        &self,
        before: &Calendar,
        (hours, time): (&Hours, &StandardTime),
        (base, due): (Timestamp, Timestamp),
    ) -> Timestamp {
        match time {
            StandardTime::Span { unit, .. } => {
                let before = ServiceTime { calendar: before, hours, zone: self.zone };
                self.service(hours).carried(&before, *unit, base, due)
            }
            StandardTime::None | StandardTime::Relative { .. } | StandardTime::Agreed { .. } => due,
        }
    }

    fn service<'s>(&'s self, hours: &'s Hours) -> ServiceTime<'s> {
        ServiceTime { calendar: self.calendar, hours, zone: self.zone }
    }
}
