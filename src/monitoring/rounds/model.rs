//! Rounds, and what is kept of each look.

use std::collections::BTreeMap;

use crate::kernel::id::{MonitorId, RoundId};
use crate::kernel::{Digest, Timestamp};
use crate::monitoring::look::model::{Fresh, Freshness, Reached, Section, Verdict};
use crate::monitoring::scan;
use crate::monitoring::scan::baseline::Seen;

crate::words! {
    /// Why a round is made.
    pub enum Occasion as "RoundOccasion" {
        /// Every few hours.
        Watch = "watch",
        /// On the morning of the weekly report.
        Recap = "recap",
        /// Somebody asked for fresh figures.
        Order = "order",
    }
}

/// One full look at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    pub id: RoundId,
    pub occasion: Occasion,
    /// Websites that were watched when it began.
    pub websites: i32,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What one look told, as it is asked for later.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub monitor: MonitorId,
    pub looked_at: Timestamp,
    pub verdict: Verdict,
    pub reached: Reached,
    /// Why it was not there, by the name of `look::model::Cause`.
    pub cause: Option<String>,
    pub injection: Option<scan::Verdict>,
    /// Of its headers, as the Mozilla Observatory gives them.
    pub grade: Option<String>,
    pub freshness: BTreeMap<Section, Freshness>,
    /// Whether work on it was announced for that time.
    pub quiet: bool,
    /// Names the whole report among the evidence.
    pub report: Digest,
}

/// A look with its whole report, packed.
#[derive(Debug, Clone)]
pub struct Looked {
    pub kept: Kept,
    /// Gzip of the report's JSON.
    pub body: Vec<u8>,
    /// What was found, in words for whoever has to do something about it.
    pub found: Vec<String>,
    /// What it is used to show, to be held against what was accepted; `None` where nothing could be seen.
    pub seen: Option<Seen>,
}

impl Kept {
    /// Of our own line nothing can be told: nobody is said to be down, and no section to be old.
    pub fn unknown(mut self) -> Self {
        (self.verdict, self.reached, self.cause) = (Verdict::Unknown, Reached::Unknown, None);
        self.freshness.values_mut().for_each(|one| *one = Freshness::without(Fresh::NoAnswer));
        self
    }

    pub fn is_compromised(&self) -> bool {
        matches!(self.injection, Some(scan::Verdict::Infected | scan::Verdict::Defaced))
    }
}
