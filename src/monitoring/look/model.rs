//! What a look tells.

use std::net::IpAddr;

use serde::Serialize;

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
