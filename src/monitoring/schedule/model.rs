//! What the engine knows of each website, and what is kept of looks.

use std::net::IpAddr;

use url::Url;
use utoipa::ToSchema;

use crate::kernel::Timestamp;
use crate::kernel::id::MonitorId;
use crate::monitoring::states::grouping::Fall;
use crate::monitoring::states::model::{Measurement, Outcome, Standing, State};

/// Somebody who is watched, with what is remembered of them.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: MonitorId,
    pub url: Url,
    pub groups: Vec<String>,
    /// Between two looks, in microseconds.
    pub interval: i64,
    pub state: State,
    /// When that state began.
    pub since: Timestamp,
    pub standing: Standing,
    /// The slot of the last look that is stored.
    pub due_at: Option<Timestamp>,
    /// Where it was found last.
    pub address: Option<IpAddr>,
    /// What tells the page that was there last from others; nothing after a start.
    pub page: Option<u64>,
}

/// One look with all that follows from it: stored together or not at all.
#[derive(Debug, Clone)]
pub struct Saved {
    pub monitor: MonitorId,
    pub due: Timestamp,
    pub seen: Measurement,
    pub quiet: bool,
    pub status: Option<u16>,
    pub first_byte_ms: Option<i32>,
    pub whole_ms: i32,
    pub state: State,
    pub since: Timestamp,
    pub standing: Standing,
    /// Beginning and end of an outage that is over.
    pub ended: Option<(Timestamp, Timestamp)>,
    /// Whether there is something new to be told of it: then it leaves the incident that it is in.
    pub leaves: bool,
    /// What befell it; it joins an incident.
    pub fall: Option<Fall>,
}

crate::words! {
    /// What looks are added up by.
    pub enum Span as "HistorySpan" {
        Hour = "hour",
        Day = "day",
    }
}

impl Span {
    pub fn seconds(self) -> i32 {
        match self {
            Span::Hour => 60 * 60,
            Span::Day => 24 * 60 * 60,
        }
    }
}

/// One look, as it is kept.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
#[schema(as = Probe)]
pub struct Look {
    /// When it was to begin.
    pub due_at: Timestamp,
    pub looked_at: Timestamp,
    pub outcome: Outcome,
    /// Within a window of maintenance.
    pub quiet: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<i32>,
    pub whole_ms: i32,
}

/// A time in which a website was not there.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
#[schema(as = MonitoredOutage)]
pub struct Out {
    /// The first look that failed.
    pub since: Timestamp,
    pub confirmed_at: Timestamp,
    /// The first good look; absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub cause: String,
}

/// The looks of an hour or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = ProbeRollup)]
pub struct Rollup {
    pub begins_at: Timestamp,
    pub good: i32,
    pub bad: i32,
    /// They tell nothing: our own line, a guard, work that the website announces itself.
    pub unknown: i32,
    /// Those within windows of maintenance, which count nowhere else.
    pub quiet: i32,
    /// All good looks together.
    pub good_ms: i64,
    pub slowest_ms: i32,
}

impl Rollup {
    pub fn empty(begins_at: Timestamp) -> Self {
        Rollup { begins_at, good: 0, bad: 0, unknown: 0, quiet: 0, good_ms: 0, slowest_ms: 0 }
    }

    pub fn add(&mut self, outcome: Outcome, quiet: bool, whole_ms: i32) {
        match outcome {
            _ if quiet => self.quiet += 1,
            Outcome::Good => {
                self.good += 1;
                self.good_ms += i64::from(whole_ms);
                self.slowest_ms = self.slowest_ms.max(whole_ms);
            }
            Outcome::Bad => self.bad += 1,
            Outcome::Maintenance | Outcome::Unknown => self.unknown += 1,
        }
    }
}
