//! Links to what is not published.

use utoipa::ToSchema;

use crate::kernel::id::{EntryId, PreviewId, SessionId, SiteId, UserId};
use crate::kernel::{Digest, Timestamp};

/// A link to one revision.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Preview {
    pub id: PreviewId,
    pub entry: EntryId,
    #[serde(skip)]
    pub site: SiteId,
    /// The number of the revision.
    pub revision: i32,
    pub digest: Digest,
    /// Who it is for; empty for the user who asked.
    pub recipient: String,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl Preview {
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPreview {
    /// `None`: the newest revision.
    pub revision: Option<Digest>,
    /// A person without an account.
    pub recipient: Option<String>,
    pub minutes: Option<i64>,
}

crate::words! {
    /// What lets somebody into a staging host.
    pub enum PassKind {
        /// Works once, and gives a cookie.
        Link = "link",
        Cookie = "cookie",
    }
}

/// Lets the member of a session into the staging host of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// Of what the member holds.
    pub hash: Digest,
    pub kind: PassKind,
    pub site: SiteId,
    pub session: SessionId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}
