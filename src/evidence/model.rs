//! The file, member by member.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kernel::id::{EntryId, SiteId, UserId};
use crate::kernel::{Digest, Timestamp};
use crate::ledger::{Record, proof::Proof};
use crate::publish::manifest::Seal;

/// What the file calls itself.
pub const KIND: &str = "lamin-evidence";
/// The shape of the file.
pub const SHAPE: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub kind: String,
    pub v: u32,
    pub made_at: Timestamp,
    /// 64 hexadecimal letters; whoever checks compares it with what they know.
    pub public_key: String,
    pub site: OfSite,
    pub entry: OfEntry,
    pub origin: Origin,
    /// What was shown last, and since when.
    pub shown: Version,
    pub periods: Vec<Period>,
    /// What was shown before that.
    pub before: Option<Version>,
    /// Field by field, from `before` to `shown`.
    pub diff: Value,
    /// Every approval that was ever given, oldest first.
    pub approvals: Vec<Approval>,
    /// Moves, revisions, approvals and remarks, as the history of the entry tells them.
    pub happened: Vec<Value>,
    pub ledger: Proof,
    /// Releases that carried what was shown last: the first, and the newest.
    pub releases: Vec<Carried>,
    pub releases_in_all: usize,
    /// Targets that these releases came to, in order.
    pub deployments: Vec<Delivered>,
    /// `release.json` of the newest of them that is still kept, compressed with Brotli, in Base64.
    pub manifest: Option<String>,
    /// Ed25519 over the canonical JSON of all other members; 128 hexadecimal letters.
    pub signature: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfSite {
    pub id: SiteId,
    pub key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfEntry {
    pub id: EntryId,
    #[serde(rename = "type")]
    pub type_key: String,
    pub locale: String,
    /// The file of its page within a release; absent for what has no page.
    pub page: Option<String>,
    /// Whether citizens see it at `made_at`.
    pub live: bool,
}

/// Where the content came from, said plainly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// `written` or `imported`.
    pub kind: String,
    pub id: String,
    pub en: String,
}

impl Origin {
    /// `approved`: somebody approved exactly what was shown last.
    pub fn of(kind: &str, approved: bool) -> Self {
        let (id, en) = match (kind, approved) {
            ("imported", false) => (
                "Diimpor saat situs didirikan; belum disetujui pejabat mana pun.",
                "Imported when the site was founded; no official has approved it.",
            ),
            ("imported", true) => (
                "Semula diimpor; isi yang ditayangkan terakhir telah disetujui.",
                "First imported; what was shown last has been approved.",
            ),
            (_, true) => (
                "Ditulis di sistem ini dan disetujui sebelum tayang.",
                "Written in this system and approved before it was shown.",
            ),
            (_, false) => (
                "Ditulis di sistem ini; tidak ada persetujuan untuk isi yang ditayangkan terakhir.",
                "Written in this system; there is no approval of what was shown last.",
            ),
        };
        Origin { kind: kind.into(), id: id.into(), en: en.into() }
    }
}

/// A revision with everything that its approval binds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    pub revision: i32,
    /// Of the canonical JSON of `content`.
    pub digest: Digest,
    pub content: Value,
    pub author: Option<UserId>,
    pub written_at: Timestamp,
    /// What the approval binds: revision, files and what it embeds.
    pub closure: Digest,
    /// The files that it places, by their digests.
    pub assets: Vec<Digest>,
}

/// A time in which citizens saw a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Of the revision.
    pub digest: Digest,
    pub from: Timestamp,
    /// Absent while it lasts.
    pub until: Option<Timestamp>,
    /// `publish`, `import`, or why it was hidden.
    pub why: String,
    /// Numbers of the site's changes at which it begins and ends.
    pub sequence: i64,
    pub until_sequence: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    pub revision: i32,
    pub closure: Digest,
    pub approver: UserId,
    pub name: String,
    pub at: Timestamp,
    pub voided_at: Option<Timestamp>,
}

/// A release that carried it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    pub number: i32,
    pub id: String,
    /// Digest of its `release.json`.
    pub manifest: Digest,
    /// The site's change up to which it shows everything.
    pub live_sequence: i64,
    pub live_at: Timestamp,
    /// Digest of the page in it; absent when the manifest is no longer kept, or for what has no page.
    pub page: Option<Digest>,
    /// `seal.json`, as long as it is kept.
    pub seal: Option<Seal>,
}

/// A release that came to a target, as the ledger tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivered {
    /// The key of the target.
    pub target: String,
    pub release: i32,
    /// Digest of its `release.json`.
    pub manifest: Digest,
    pub at: Timestamp,
}

impl Delivered {
    /// The ledger's action for it.
    pub const ACTION: &str = "deploy.finish";

    pub fn of(event: &Record) -> Option<Self> {
        let target = event.detail["target"].as_str().filter(|_| event.action == Self::ACTION)?;
        let release = i32::try_from(event.detail["release"].as_i64()?).ok()?;
        Some(Delivered { target: target.into(), release, manifest: *event.digests.first()?, at: event.at })
    }
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// The member of the file: `approvals[0].at`.
    pub place: String,
    pub why: String,
}

impl Misfit {
    pub fn new(place: impl Into<String>, why: impl Into<String>) -> Self {
        Misfit { place: place.into(), why: why.into() }
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}
