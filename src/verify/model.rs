//! What a check looks at and what it finds.

use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::kernel::id::{FindingId, RunId, SiteId};
use crate::kernel::{Digest, Timestamp};
use crate::publish::listing::{Listed, Listing};
use crate::publish::manifest::{Lingering, Seal};

crate::words! {
    /// What is wrong.
    pub enum Kind as "FindingKind" {
        /// Manifest or seal is not what the key signed.
        Seal = "seal",
        /// A file has other bytes than it had when it was signed.
        Changed = "changed",
        Missing = "missing",
        /// Something is there that nobody signed.
        Added = "added",
        /// A header that readers' safety needs is missing, or one is there that our files never bring.
        Headers = "headers",
        /// The host shows another certificate than it did before.
        Certificate = "certificate",
        /// A release of ours is served, but not the newest.
        Outdated = "outdated",
        Unreachable = "unreachable",
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Problem {
    #[schema(value_type = String)]
    pub kind: Kind,
    /// Below the site's root, without a slash at its beginning; for headers the header's name.
    pub path: String,
    /// What was expected, what was found.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// Digest of the kept answer: headers, body, time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
}

impl Problem {
    pub fn new(kind: Kind, path: impl Into<String>, detail: Value) -> Self {
        Problem { kind, path: path.into(), detail, evidence: None }
    }

    /// A file that is not what it should be; `found` says what it is.
    pub fn changed(file: &Listed, found: Value) -> Self {
        let expected = json!({"sha256": file.sha256, "size": file.size});
        Problem::new(Kind::Changed, &*file.path, json!({"expected": expected, "found": found}))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<12} {}  {}", self.kind, self.path, self.detail)
    }
}

/// A manifest whose signature holds.
#[derive(Debug, Clone)]
pub struct Signed {
    pub seal: Seal,
    pub files: Listing,
}

impl Signed {
    /// What may be served: the files of the manifest and those that linger.
    pub fn served(&self) -> impl Iterator<Item = &Listed> {
        self.files.iter().chain(self.seal.lingering.iter().map(|Lingering { file, .. }| file))
    }

    pub fn find(&self, path: &str) -> Option<&Listed> {
        let lingers = || self.seal.lingering.iter().map(|one| &one.file).find(|file| &*file.path == path);
        self.files.find(path).or_else(lingers)
    }
}

/// What a check of a release says.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Verdict {
    pub intact: bool,
    /// A folder or an address.
    pub place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<Timestamp>,
    /// Digest of the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    /// In the manifest.
    pub files: usize,
    /// Of these, compared.
    pub checked: usize,
    pub bytes: u64,
    pub problems: Vec<Problem>,
    /// Found beyond those that are told.
    pub problems_left_out: usize,
}

/// How much a check has looked at, and what that is worth.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Coverage {
    pub files: usize,
    pub checked: usize,
    /// Every file was compared.
    pub whole: bool,
    /// Checked because they changed lately, or because readers meet them first.
    pub always: usize,
    /// Taken from the others, which take turns.
    pub sampled: usize,
    /// Checks until every file has had its turn.
    pub checks_for_all: usize,
    /// The probability that this check would have met one of so many altered files among the others.
    pub found_if_altered: Vec<Chance>,
}

/// A probability.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, ToSchema)]
pub struct Chance {
    pub altered: usize,
    /// From 0 to 1.
    pub found: f64,
}

/// What one check of a site's address says.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct Report {
    pub run: RunId,
    /// The key of the site.
    pub site: String,
    pub url: String,
    pub intact: bool,
    /// The release that should be served.
    pub release: i32,
    /// The release that is served, when a seal of ours says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<i32>,
    pub coverage: Coverage,
    /// Asked for although they should not be there.
    pub probed: usize,
    /// The limit that ended the check before its time: `bytes` or `seconds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<&'static str>,
    /// SHA-256 of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Digest>,
    pub problems: Vec<Problem>,
    pub problems_left_out: usize,
    /// Problems that were not open before.
    pub new_findings: usize,
    /// Problems that were open before and are gone.
    pub cleared: usize,
    pub fetched: usize,
    pub bytes: u64,
    pub seconds: f64,
}

/// A problem that stands, as stored.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct SiteFinding {
    pub id: FindingId,
    #[serde(skip)]
    pub site_id: SiteId,
    pub url: String,
    #[serde(flatten)]
    pub problem: Problem,
    pub found_at: Timestamp,
    /// The last check that met it.
    pub seen_at: Timestamp,
    /// When a check found it gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Timestamp>,
}
