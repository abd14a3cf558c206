//! What a look tells.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::monitoring::posture::Posture;
use crate::monitoring::scan::{self, baseline};
use crate::ports::probing::Visitor;

crate::words! {
    /// The parts of a website that are to be kept up.
    pub enum Section as "MonitoredSection" {
        Berita = "berita",
        Artikel = "artikel",
        Agenda = "agenda",
    }
}

/// Whether a website is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reachability {
    pub verdict: Reached,
    /// Why it is not there, or not as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// For an operator.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Where the last redirect led.
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    pub redirects: Vec<Hop>,
    /// Of the last answer, as read.
    pub bytes: usize,
    pub times_ms: Times,
}

/// A redirect on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hop {
    pub url: String,
    pub status: u16,
}

/// Milliseconds from the beginning of the last request, at the end of each part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Times {
    pub resolved: Option<u64>,
    pub connected: Option<u64>,
    pub secured: Option<u64>,
    pub first_byte: Option<u64>,
    pub whole: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    Ok,
    Down,
    /// It answers that it is being worked on.
    Maintenance,
    /// It cannot be told from here: our own line, or what we may not speak to.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    BadAddress,
    PrivateNetwork,
    NoSuchHost,
    NameService,
    Refused,
    Unreachable,
    TooSlow,
    Tls,
    /// Browsers refuse its certificate.
    Certificate,
    Closed,
    Malformed,
    TooManyHeaders,
    RedirectLoop,
    TooManyRedirects,
    RedirectToNowhere,
    /// It refuses us, and perhaps nobody else.
    Blocked,
    TooManyRequests,
    NotFound,
    ServerError,
    ClientError,
    BodyBroken,
    // What answers as if all were well.
    Empty,
    HostingSuspended,
    DefaultPage,
    Parked,
    DatabaseError,
    ApplicationError,
    Installer,
    DirectoryListing,
    UnderConstruction,
}

/// How fresh one section is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Freshness {
    /// The newest date of publication; of an agenda perhaps that of the event that comes next.
    pub date: Option<Date>,
    pub verdict: Fresh,
    /// What tells it.
    pub signal: Option<String>,
    /// Where that stands.
    pub url: Option<String>,
    /// Days since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// Another signal that tells otherwise: a person must look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Against {
    pub date: Date,
    pub signal: String,
    pub url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fresh {
    Updated,
    NotUpdated,
    /// Nothing tells when; that is not the same as not updated.
    NoAnswer,
    Down,
    Maintenance,
}

impl Freshness {
    /// Without a date.
    pub fn without(verdict: Fresh) -> Self {
        Freshness { date: None, verdict, signal: None, url: None, days: None, against: None }
    }
}

/// Whether somebody else wrote on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Injection {
    /// `None` where nothing could be seen.
    pub verdict: Option<scan::Verdict>,
    pub evidence: Vec<Seen>,
    /// Addresses that were looked at, as which visitors.
    pub pages: usize,
    /// Visitors who were refused: of them nothing is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inconclusive: Vec<Visitor>,
}

impl Injection {
    pub fn unknown() -> Self {
        Injection { verdict: None, evidence: Vec::new(), pages: 0, inconclusive: Vec::new() }
    }
}

/// Evidence, and on which page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    pub url: String,
    pub visitor: Visitor,
    #[serde(flatten)]
    pub evidence: scan::Evidence,
}

/// Everything that one look tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub url: String,
    pub looked_at: Timestamp,
    pub verdict: Verdict,
    pub reachability: Reachability,
    pub freshness: BTreeMap<Section, Freshness>,
    pub injection: Injection,
    pub posture: Posture,
    /// What a baseline remembers; absent where the website is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<baseline::Seen>,
}

/// The worst of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// Something is not kept up, or a person must look.
    Attention,
    Maintenance,
    Unknown,
    Down,
    /// Infected or defaced.
    Compromised,
}

impl Verdict {
    /// What is worst stands for all. How well a site is kept is told beside it: no site is perfect there.
    pub fn of(reachability: &Reachability, freshness: &BTreeMap<Section, Freshness>, injection: &Injection) -> Self {
        use scan::Verdict::{Defaced, Infected, Suspicious};
        let stale = freshness.values().any(|section| section.verdict == Fresh::NotUpdated || section.against.is_some());
        match (injection.verdict, reachability.verdict) {
            (Some(Infected | Defaced), _) => Verdict::Compromised,
            (_, Reached::Down) => Verdict::Down,
            (_, Reached::Maintenance) => Verdict::Maintenance,
            (_, Reached::Unknown) => Verdict::Unknown,
            (Some(Suspicious), Reached::Ok) => Verdict::Attention,
            (_, Reached::Ok) if stale => Verdict::Attention,
            (_, Reached::Ok) => Verdict::Ok,
        }
    }
}
