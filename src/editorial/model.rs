//! What somebody asks of an entry, and what they get back.

use serde_json::{Map, Value};

use crate::content::model::{EntryRow, Withdrawal};
use crate::kernel::id::{EntryId, JobId, UserId};
use crate::kernel::{Digest, Locale, Slug, Timestamp};

/// The procedure that every entry follows.
pub const PROCEDURE: &str = "website_management";

/// An entry to be written. Names are checked, values are not yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    pub type_key: String,
    /// `None`: the site's default.
    pub locale: Option<Locale>,
    pub slug: Option<Slug>,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub fields: Map<String, Value>,
    /// The entry that this one translates.
    pub translation_of: Option<EntryId>,
}

/// A command to an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub command: String,
    pub comment: String,
    /// Of the closure that the caller has looked at; asked for by `approve` and `publish`.
    pub digest: Option<Digest>,
    pub times: Times,
    /// What citizens are told; for `withdraw`.
    pub withdrawal: Option<Withdrawal>,
}

/// When an entry is to appear and to go. They are no content and void nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    pub publish_at: Option<Timestamp>,
    pub unpublish_at: Option<Timestamp>,
}

impl Times {
    pub fn is_empty(&self) -> bool {
        self.publish_at.is_none() && self.unpublish_at.is_none()
    }

    /// As a case's event keeps them.
    pub fn to_fields(self) -> Map<String, Value> {
        let named = [("publish_at", self.publish_at), ("unpublish_at", self.unpublish_at)];
        named.into_iter().filter_map(|(name, at)| Some((name.to_owned(), Value::from(at?.to_string())))).collect()
    }

    /// The contrary of [`Times::to_fields`].
    pub fn from_fields(fields: &Map<String, Value>) -> Self {
        let read = |name: &str| fields.get(name).and_then(Value::as_str).and_then(|text| Timestamp::parse(text).ok());
        Times { publish_at: read("publish_at"), unpublish_at: read("unpublish_at") }
    }
}

/// An entry after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub row: EntryRow,
    /// The build that follows, when what citizens see has changed.
    pub job: Option<JobId>,
    /// Set when the change voided what was approved or was about to be.
    pub voided: Option<Voided>,
}

/// An edit brought the entry back, and these must look at it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// Who had approved, if anybody had.
    pub approver: Option<UserId>,
    /// The step that it was in.
    pub step: String,
}

/// An approval as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub revision: i32,
    pub closure: Digest,
    pub approver: UserId,
    pub approved_at: Timestamp,
    /// Set when an edit or a publisher's "not fit" took it back before publication.
    pub voided_at: Option<Timestamp>,
}
