//! How well a website is kept, by what every visitor is told: its certificate, its headers, its names. Nothing here asks
//! for anything that a visitor's browser and resolver would not ask for, but `exposed`, for which the owner's leave is needed.

pub mod certificate;
pub mod exposed;
pub mod headers;
mod policy;
pub mod rules;

use serde::{Deserialize, Serialize};

use certificate::Certificate;
use exposed::Exposed;
use headers::Headers;

/// What was found about one website.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Posture {
    /// As the Mozilla Observatory scores answers; `None` when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// What somebody should see to, worst first.
    pub findings: Vec<Finding>,
    /// Files that nobody should see; absent without a mandate to ask for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Exposed>,
}

impl Posture {
    /// Adds what was asked for under a mandate.
    pub fn tell_exposed(&mut self, exposed: Exposed) {
        self.findings.extend(exposed::findings(&exposed));
        self.findings.sort_by_key(|finding| finding.severity);
        self.exposed = Some(exposed);
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub kind: Kind,
    pub severity: Severity,
    /// What was seen, and where.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    High,
    Medium,
    Low,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NoHttps,
    NoRedirectToHttps,
    CertificateDistrusted,
    CertificateEndsSoon,
    CertificateWeak,
    /// TLS 1.0 or 1.1.
    OldProtocols,
    MixedContent,
    VersionDisclosed,
    NoSecurityTxt,
    SecurityTxtExpired,
    NoDnssec,
    NoCaa,
    NoSpf,
    NoDmarc,
    WeakDmarc,
    DanglingName,
    NameServiceSilent,
    /// A file that nobody should see.
    FileExposed,
    /// Whether such files are there cannot be told.
    ExposureUntold,
}
