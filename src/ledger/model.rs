//! Events and what is found when the chain is checked.

use serde_json::{Value, json};

use crate::kernel::id::SiteId;
use crate::kernel::{Digest, Timestamp};

/// What a use case says of itself. Build it with [`Event::new`] and the methods that follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `user:<id>` or `system:<part>`: see `Actor::ledger_name`.
    pub actor: String,
    pub on_behalf: Option<String>,
    /// Feature and verb: `editorial.approve`.
    pub action: String,
    /// Kind and id: `entry:<id>`.
    pub subject: String,
    pub site: Option<SiteId>,
    pub digests: Vec<Digest>,
    /// A small object with what else matters; never a secret, never a whole body.
    pub detail: Value,
}

impl Event {
    pub fn new(actor: impl Into<String>, action: &str, subject: impl Into<String>) -> Self {
        Event {
            actor: actor.into(),
            on_behalf: None,
            action: action.into(),
            subject: subject.into(),
            site: None,
            digests: Vec::new(),
            detail: json!({}),
        }
    }

    pub fn on_behalf(mut self, who: impl Into<String>) -> Self {
        self.on_behalf = Some(who.into());
        self
    }

    pub fn site(mut self, site: SiteId) -> Self {
        self.site = Some(site);
        self
    }

    pub fn digest(mut self, digest: Digest) -> Self {
        self.digests.push(digest);
        self
    }

    /// `detail` must be a JSON object.
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// An event at its place in the chain.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub sequence: i64,
    pub hash: Digest,
    pub previous: Digest,
    pub at: Timestamp,
    pub actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<String>,
    pub action: String,
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_id: Option<SiteId>,
    pub digests: Vec<Digest>,
    pub detail: Value,
}

/// The head of the chain at a time, signed with the server's Ed25519 key.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Checkpoint {
    pub sequence: i64,
    pub hash: Digest,
    pub at: Timestamp,
    /// 64 hexadecimal letters.
    pub public_key: String,
    /// Over the text of [`Checkpoint::signed_text`]; 128 hexadecimal letters.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    pub fn signed_text(sequence: i64, hash: &Digest, at: Timestamp) -> String {
        format!("lamin-ledger-checkpoint\n{sequence}\n{hash}\n{at}\n")
    }
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The event's text does not give its hash: it was edited.
    Altered { sequence: i64 },
    /// The event does not follow the one before it: something was removed, inserted or moved.
    Unlinked { sequence: i64 },
    /// Numbers are missing or doubled.
    Gap { expected: i64, found: i64 },
    /// The last event is not the head that was remembered.
    Truncated { expected: i64, found: i64 },
    /// A checkpoint does not fit the chain, or its signature does not hold.
    BadCheckpoint { sequence: i64 },
}

/// What a check of the whole chain says.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Verdict {
    pub events: i64,
    pub checkpoints: i64,
    pub head: Digest,
    pub intact: bool,
    pub findings: Vec<Finding>,
}
