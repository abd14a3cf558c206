//! What one cause has struck is one incident, with a list. Agencies share servers: this is the usual case.

use std::net::IpAddr;

use crate::kernel::Timestamp;
use crate::kernel::time::{HOUR, MINUTE, SECOND};
use crate::monitoring::states::rules::JITTER_SHARE;

/// What befell one website.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fall {
    pub what: Trait,
    /// Between two looks at it, in microseconds: it may have been so for that long before.
    pub interval: i64,
}

crate::words! {
    /// What kind of incident it is.
    pub enum Kind as "IncidentKind" {
        Down = "down",
        Unstable = "unstable",
    }
}

/// What it was. What holds of an incident as a whole is that of the first website that it was seen on: whoever joins changes none of it,
/// so no chain of chance likenesses grows out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trait {
    pub kind: Kind,
    pub cause: String,
    pub address: Option<IpAddr>,
    /// The domain that its host is of.
    pub domain: String,
    /// The first look that failed.
    pub since: Timestamp,
}

impl Trait {
    /// Whether this befell a website by the same cause: the same error at the same time, on the same server or under the
    /// same domain.
    pub fn holds(&self, fall: &Fall) -> bool {
        let other = &fall.what;
        let apart = (self.since.micros() - other.since.micros()).abs();
        let span = MINUTE.max(fall.interval);
        let shares_server = self.address.is_some() && self.address == other.address;
        self.kind == other.kind
            && self.cause == other.cause
            && apart <= span + span / JITTER_SHARE
            && (shares_server || self.domain == other.domain)
    }
}

/// Where each fall belongs: to one of the open incidents by its place, or, beyond them, to a new one. New ones are told in their order.
pub fn place(open: &[Trait], falls: &[Fall]) -> (Vec<usize>, Vec<Trait>) {
    let mut new: Vec<Trait> = Vec::new();
    let mut places = Vec::with_capacity(falls.len());
    for fall in falls {
        let at = open.iter().chain(&new).position(|one| one.holds(fall));
        places.push(at.unwrap_or_else(|| {
            new.push(fall.what.clone());
            open.len() + new.len() - 1
        }));
    }
    (places, new)
}

/// Looks are spread over a minute, and confirmed within another: by then all are known that the same cause has struck.
pub const GATHER_SPAN: i64 = 135 * SECOND;
/// Between two reminders of one incident.
pub const REMIND_SPAN: i64 = 4 * HOUR;

/// How far people have been told of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The last time that it was told or reminded of; the one clock of the incident.
    pub told_at: Option<Timestamp>,
    /// When the last of its websites came back.
    pub over_at: Option<Timestamp>,
}

crate::words! {
    /// What is told of an incident.
    pub enum Telling as "IncidentTelling" {
        Began = "began",
        /// It was over before anybody was told that it began.
        WasBrief = "was_brief",
        Reminder = "reminder",
        Over = "over",
    }
}

/// What is to be told now of an incident that began `since`. After its end, once; `over_told` says that this was done.
pub fn telling((since, told): (Timestamp, &Told), over_told: bool, now: Timestamp) -> Option<Telling> {
    match (told.told_at, told.over_at) {
        (_, Some(_)) if over_told => None,
        (Some(_), Some(_)) => Some(Telling::Over),
        (None, over) if since.plus(GATHER_SPAN) <= now => {
            Some(if over.is_some() { Telling::WasBrief } else { Telling::Began })
        }
        (Some(at), None) if at.plus(REMIND_SPAN) <= now => Some(Telling::Reminder),
        (None | Some(_), _) => None,
    }
}
