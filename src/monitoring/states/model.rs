//! Measurements, what is remembered of them, and what people are told.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::flaps::Flaps;
use super::grouping::{Told, Trait};
use crate::kernel::Timestamp;
use crate::kernel::id::IncidentId;

crate::words! {
    /// How a watched website fares.
    pub enum State as "MonitoredState" {
        /// Nobody has looked yet, or it cannot be told from here.
        Unknown = "unknown",
        Ok = "ok",
        /// A look failed, and no other has confirmed it yet.
        Suspect = "suspect",
        Down = "down",
        /// It comes and goes.
        Unstable = "unstable",
        /// Work on it was announced, by its people or by itself.
        Maintenance = "maintenance",
    }
}

crate::words! {
    /// What one look came to.
    pub enum Outcome as "ProbeOutcome" {
        Good = "good",
        Bad = "bad",
        /// The website itself says that it is being worked on.
        Maintenance = "maintenance",
        /// A guard refused us, or our own line was silent.
        Unknown = "unknown",
    }
}

/// What one look saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    pub at: Timestamp,
    pub outcome: Outcome,
    /// Why it is not good, by the name of `look::model::Cause`.
    pub cause: Option<String>,
    /// Whom the name led to.
    pub address: Option<IpAddr>,
}

/// A time in which a website was not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outage {
    /// The first look that failed.
    pub since: Timestamp,
    /// When it was certain; `None`: it may have been a hiccup.
    pub confirmed_at: Option<Timestamp>,
    pub cause: String,
    /// The look from which on it counts as over, if the next one says so too.
    pub better_since: Option<Timestamp>,
    /// The last look that counted as a confirmation.
    pub counted_at: Timestamp,
    /// Looks that failed one after another, each long enough after the one before.
    pub failures: u8,
}

impl Outage {
    pub fn is_confirmed(&self) -> bool {
        self.confirmed_at.is_some()
    }
}

/// What people believe, because they were told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Belief {
    #[default]
    Well,
    Down,
    Unstable,
}

/// What is remembered of one website between two looks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The last look that told anything but that nothing could be told.
    pub last: Option<Last>,
    /// Whether the very last look could not tell.
    pub blind: bool,
    pub outage: Option<Outage>,
    pub flaps: Flaps,
    pub unstable: bool,
    pub believed: Belief,
}

/// The last look that told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Last {
    Good,
    Bad,
    /// It announces work on itself.
    Announced,
}

crate::words! {
    /// What there is to be told of a website.
    pub enum Word as "MonitoredWord" {
        Down = "down",
        Up = "up",
        Unstable = "unstable",
        /// It stopped coming and going, and is there.
        Settled = "settled",
    }
}

/// What one look leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub standing: Standing,
    /// What is to be told; at most one word for each look.
    pub word: Option<Word>,
    /// An outage that this look ended, with the time of the first good look.
    pub ended: Option<(Outage, Timestamp)>,
    /// Whether it is to be looked at again soon, instead of at its usual time.
    pub again_soon: bool,
}

/// What one cause did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: IncidentId,
    pub what: Trait,
    pub told: Told,
    /// Over, and told so.
    pub closed: bool,
}
