//! Looking at websites of others from outside, as their visitors would. What is looked at is hostile: whatever it does ends
//! as an outcome.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::BoxFuture;
use url::Url;

/// Looks at addresses and asks for names. Each look is a connection of its own, to an address that was checked; redirects
/// are told, never followed.
pub trait Prober: Send + Sync {
    /// Looks at one address once. Takes no longer than `visit.span_max`.
    fn look(&self, visit: Visit) -> BoxFuture<'_, Looked>;
    /// What the name service says of a name: texts of all records of a kind. An error is no "there are none".
    fn records(&self, name: &str, kind: RecordKind) -> BoxFuture<'_, Result<Vec<String>, String>>;
    /// Whether the host of an `https` address answers a version of TLS that nobody should speak any more. `None`: it cannot be told.
    fn speaks_old_tls(&self, url: &Url, version: OldTls) -> BoxFuture<'_, Option<bool>>;
}

crate::words! {
    /// Versions of TLS that were withdrawn (RFC 8996).
    pub enum OldTls {
        V1_0 = "1.0",
        V1_1 = "1.1",
    }
}

/// Kinds of records that say how a name is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    Caa,
    Cname,
    Ds,
    Txt,
}

/// As whom one looks. Intruders show their additions to some visitors only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// A browser on a desk that was given the address.
    Browser,
    /// The same, come from a search engine's results.
    FromSearch,
    /// A phone, come from a search engine's results.
    Phone,
    /// A search engine's crawler. Only for websites whose owner agreed in writing.
    Crawler,
}

/// One look at one address.
#[derive(Debug, Clone)]
pub struct Visit {
    pub url: Url,
    pub visitor: Visitor,
    /// Of the body, as sent and as unpacked; reading stops there.
    pub bytes_max: usize,
    /// From the first look at the name to the last byte.
    pub span_max: Duration,
}

/// What came of one look.
#[derive(Debug, Clone)]
pub struct Looked {
    /// Whom the name led to; `None` when it led nowhere.
    pub address: Option<IpAddr>,
    pub spans: Spans,
    /// `None` without TLS, and when no handshake came about.
    pub secured: Option<Secured>,
    pub outcome: Result<Answer, Failure>,
}

/// Time since the look began, at the end of each part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spans {
    pub resolved: Option<Duration>,
    pub connected: Option<Duration>,
    pub secured: Option<Duration>,
    pub first_byte: Option<Duration>,
    pub whole: Duration,
}

/// How a connection was kept secret. A certificate that a browser would refuse is told, not refused: nothing secret is
/// sent, and what such a site shows is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    /// `1.2` or `1.3`.
    pub version: String,
    /// As DER, the site's own first.
    pub chain: Vec<Vec<u8>>,
    /// Why a browser would refuse it.
    pub distrusted: Option<String>,
}

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in small letters, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// Unpacked.
    pub body: Vec<u8>,
    pub ended: Ended,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Whole,
    /// It went on beyond the limit of bytes.
    Cut,
    /// It went on beyond the limit of time.
    TooSlow,
    /// The connection broke before its end, or it could not be unpacked.
    Broken,
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// For an operator; holds nothing of ours.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No `http` or `https` address, or one with a user.
    BadAddress,
    /// Leads to this machine or a private network, which nobody allowed.
    PrivateNetwork,
    NoSuchHost,
    /// The name service gave no answer.
    NameService,
    Refused,
    Unreachable,
    TooSlow,
    Tls,
    /// The connection ended before an answer.
    Closed,
    /// What came is no HTTP.
    Malformed,
    TooManyHeaders,
}

/// An address that a name is to lead to, whatever the name service says: `HOST:PORT:ADDR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    pub host: String,
    pub port: u16,
    pub address: IpAddr,
}

impl Pinned {
    /// Reads `HOST:PORT:ADDR`; an IPv6 address may stand in brackets.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, rest) = text.split_once(':')?;
        let (port, address) = rest.split_once(':')?;
        let address = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        (!host.is_empty())
            .then(|| Some(Pinned { host: host.to_ascii_lowercase(), port: port.parse().ok()?, address }))?
    }

    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}
