//! Incidents, their timeline, and the official report.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::kernel::id::{CaseId, MonitorId, SecurityIncidentId, SiteId, UserId};
use crate::kernel::{Digest, Timestamp};

crate::words! {
    /// Where an incident was seen first.
    pub enum Source as "IncidentSource" {
        /// A website that is watched.
        Monitor = "monitor",
        /// A check of what an address serves against what was signed.
        Verify = "verify",
        /// The public form.
        Report = "report",
        /// Somebody who works here.
        Person = "person",
    }
}

crate::words! {
    /// How bad it is.
    pub enum Severity as "IncidentSeverity" {
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

crate::words! {
    /// What stands in a line of the timeline.
    pub enum Happened as "IncidentEventKind" {
        /// The first sign of it.
        Detected = "detected",
        /// Told to whoever secures websites; the case began.
        Reported = "reported",
        /// The same website was found so once more.
        DetectedAgain = "detected_again",
        /// The report was received (disposition).
        Received = "received",
        /// Somebody of the on-call list was called.
        Called = "called",
        /// Somebody answers for it from now on.
        Taken = "taken",
        Assigned = "assigned",
        /// It spreads and harms no further.
        Contained = "contained",
        /// The team reported that the website is fit for use.
        Recovered = "recovered",
        /// Not approved; the team goes on.
        Returned = "returned",
        Approved = "approved",
        /// Declared secured: website fit for use.
        Closed = "closed",
        /// The official report was saved.
        ReportSaved = "report_saved",
        ReleaseRestored = "release_restored",
        PageWithdrawn = "page_withdrawn",
        AccountLocked = "account_locked",
        MaintenanceAnnounced = "maintenance_announced",
        SeverityChanged = "severity_changed",
        /// The evidence was handed out.
        BundleMade = "bundle_made",
        Note = "note",
    }
}

/// An incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    pub id: SecurityIncidentId,
    pub case_id: CaseId,
    /// Counted within `year`, without gaps.
    pub year: i32,
    pub number: i32,
    pub source: Source,
    pub severity: Severity,
    pub place: Place,
    pub title: String,
    pub summary: String,
    /// Digest of the kept look at the website.
    pub evidence: Option<Digest>,
    pub times: Times,
    pub version: i32,
}

/// Which website it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Where it was seen.
    pub url: String,
    /// What one website's addresses have in common: see `rules::website`.
    pub website: String,
    pub agency: String,
    pub site_id: Option<SiteId>,
    pub monitor_id: Option<MonitorId>,
}

/// The milestones: what the spans are measured between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// The first bad look.
    pub detected_at: Timestamp,
    pub reported_at: Timestamp,
    /// When somebody took it, and the calling ended.
    pub taken_at: Option<Timestamp>,
    pub assigned_at: Option<Timestamp>,
    pub contained_at: Option<Timestamp>,
    /// The last time, where it was returned.
    pub recovered_at: Option<Timestamp>,
    pub approved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

/// A line of the timeline. It is never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub number: i32,
    pub kind: Happened,
    /// As the ledger names them: `user:<id>` or `system:<part>`.
    pub actor: String,
    pub said: String,
    /// A small object with what else is known.
    pub detail: Value,
    pub at: Timestamp,
    pub noted_at: Timestamp,
}

impl Line {
    /// Whoever did it, where it was a person.
    pub fn user(&self) -> Option<UserId> {
        self.actor.strip_prefix("user:").and_then(|id| UserId::parse(id).ok())
    }
}

/// What an incident is opened with.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub source: Source,
    pub severity: Severity,
    pub url: String,
    pub agency: String,
    pub site: Option<SiteId>,
    pub monitor: Option<MonitorId>,
    pub title: String,
    pub summary: String,
    /// In words, one a line.
    pub evidence: Vec<String>,
    pub report: Option<Digest>,
    pub detected_at: Timestamp,
}

/// The official report, by the fields that the national cyber agency (BSSN) asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = IncidentReportFields)]
pub struct Account {
    /// Who can be asked: name, position, telephone, e-mail.
    pub contact_name: String,
    pub contact_position: String,
    pub contact_phone: String,
    pub contact_email: String,
    /// Such as defacement, an injection of gambling links, malware, data exposed.
    pub incident_kind: String,
    /// Addresses, servers, programs.
    pub systems: String,
    pub description: String,
    pub chronology: String,
    pub impact: String,
    pub actions: String,
    pub cause: String,
    /// Addresses, files, accounts by which others know it again; one a line.
    pub indicators: String,
    pub prevention: String,
    /// Whether help is asked for, and which.
    pub assistance: String,
}

/// A version of the official report.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedAccount {
    pub version: i32,
    pub fields: Account,
    pub saved_by: UserId,
    pub saved_at: Timestamp,
}

crate::words! {
    /// What a citizen or an official tells of.
    pub enum ReportKind as "CitizenReportKind" {
        Gambling = "gambling",
        Defacement = "defacement",
        Malware = "malware",
        Phishing = "phishing",
        Data = "data",
        Unavailable = "unavailable",
        Other = "other",
    }
}

/// A report by the public form.
#[derive(Debug, Clone, PartialEq)]
pub struct CitizenReport {
    /// Not to be guessed: whoever has it may ask how it stands.
    pub reference: String,
    pub site_id: SiteId,
    pub incident_id: SecurityIncidentId,
    pub kind: ReportKind,
    pub url: String,
    pub description: String,
    /// [`Person`], sealed; `None` where nobody said who they are, or it was forgotten.
    pub person: Option<String>,
    pub created_at: Timestamp,
}

/// Who reported, as far as they said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CitizenContact)]
pub struct Person {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
}

crate::words! {
    /// How a report of a citizen stands; nothing more is told outside.
    pub enum Standing as "CitizenReportState" {
        Received = "received",
        Handling = "handling",
        Done = "done",
    }
}
