//! What is told of a release.

use crate::kernel::id::EntryId;
use crate::kernel::{Digest, Timestamp};
use crate::procedure::views::Person;

crate::words! {
    /// How an entry differs from the release before.
    pub enum Change as "ReleaseChangeKind" {
        Added = "added",
        Changed = "changed",
        Removed = "removed",
    }
}

crate::words! {
    /// Why a release differs from the one before.
    pub enum Cause as "ReleaseCause" {
        Content = "content",
        Menu = "menu",
        Settings = "settings",
        Categories = "categories",
        Redirects = "redirects",
        /// Other forms of pictures were ready.
        Pictures = "pictures",
        Theme = "theme",
        /// Another version of Lamin rendered it.
        Renderer = "renderer",
        /// None of these: pictures to share, the date, or a build from nothing.
        Other = "other",
    }
}

/// What a release changed against the one before it, the newest change first.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReleaseChanges {
    pub release: i32,
    /// The number of the release before; null for a site's first.
    pub before: Option<i32>,
    /// On the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causes: Option<Vec<Cause>>,
    /// On the first page: pages (HTML) by the manifests of both; absent when one of them is not kept any more, and then
    /// neither theme nor renderer are known as causes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<ChangeCounts>,
    /// How many entries.
    pub counts: ChangeCounts,
    pub items: Vec<ReleaseChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ChangeCounts {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
}

impl ChangeCounts {
    pub fn count(mut self, change: Change) -> Self {
        match change {
            Change::Added => self.added += 1,
            Change::Changed => self.changed += 1,
            Change::Removed => self.removed += 1,
        }
        self
    }
}

/// An entry that differs from the release before.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ReleaseChange {
    pub change: Change,
    pub entry: EntryId,
    /// As it is called now.
    pub title: String,
    #[serde(rename = "type")]
    pub type_key: String,
    pub locale: String,
    pub slug: String,
    /// The path of its page; null when its type has none.
    pub url: Option<String>,
    /// When it was shown or taken away.
    pub at: Timestamp,
    /// What the list of changes says of it: `publish`, `import`; the comment of a withdrawal.
    pub reason: String,
    /// Of the revision that was shown or taken away.
    pub revision_digest: Digest,
    /// Who approved the revision that is shown; absent for what was imported and never confirmed, and for what was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Timestamp>,
    /// Who published or withdrew it, or ordered its publication; absent where no person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_by: Option<Person>,
}
