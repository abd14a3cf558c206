//! The report, its rows, and the versions that were handed in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::id::{CaseId, MonitorId, RecapId, RoundId, UserId};
use crate::kernel::{Digest, Timestamp};
use crate::monitoring::look::model::Section;

crate::words! {
    /// What a report says of one part of a website.
    pub enum Verdict as "RecapVerdict" {
        Updated = "updated",
        NotUpdated = "not_updated",
        /// Nothing tells when; that is not the same as not updated.
        NoAnswer = "no_answer",
        Down = "down",
        Maintenance = "maintenance",
    }
}

/// A report as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recap {
    pub id: RecapId,
    pub case: CaseId,
    /// The Monday of its week.
    pub week: String,
    /// As the office numbers its letters; empty until somebody says.
    pub number: String,
    /// Whose figures it has; `None` while it waits for some.
    pub round: Option<RoundId>,
    /// Figures must be from then on.
    pub since: Timestamp,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What was seen of one part, with all that the judgement stands on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecapSeen)]
pub struct Seen {
    /// The newest date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    /// What tells it, and where that stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// Something new is expected every so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_days: Option<u16>,
    /// Another signal tells otherwise: a person must look.
    #[serde(default)]
    pub doubtful: bool,
    /// Why the website was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Whether somebody else wrote on it: `clean`, `suspicious`, `infected`, `defaced`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub injection: Option<String>,
    /// Of its headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// Why this part need not be kept up on that day: "comply or explain".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Excused>,
    /// When whoever is responsible was reminded of this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nudged_at: Option<Timestamp>,
    /// The whole look, among the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Digest>,
}

/// An exception that held when the website was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecapException)]
pub struct Excused {
    pub reason: String,
    pub agreed_by: String,
    #[schema(value_type = String, format = Date)]
    pub valid_until: Date,
}

/// A judgement that people have put right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecapOverride)]
pub struct Override {
    pub verdict: Verdict,
    pub reason: String,
    pub by: UserId,
    pub at: Timestamp,
}

/// What a report says of one part of one website.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecapRow)]
pub struct Row {
    pub monitor: MonitorId,
    pub section: Section,
    pub agency: String,
    pub url: String,
    pub seen: Seen,
    /// As it was measured.
    pub measured: Verdict,
    /// As the report has it: as measured, or as put right.
    pub verdict: Verdict,
    /// Of the report before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// Why it is so, in the words of the operator.
    #[serde(default)]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Override>,
    pub version: i32,
}

/// Rows of each verdict.
pub type Counts = BTreeMap<Verdict, i64>;

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    pub week: String,
    pub number: String,
    /// When the figures were taken.
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub summary: String,
    pub rows: Vec<Row>,
}

/// One that was handed in, without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RecapVersion)]
pub struct Version {
    /// 1, 2, …: one more each time that it was returned and handed in again.
    pub number: i32,
    pub digest: Digest,
    pub made_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<UserId>,
}
