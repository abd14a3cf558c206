//! What was accepted of a website, and what was seen of it last.

use crate::kernel::id::UserId;
use crate::kernel::{Digest, Timestamp};
use crate::monitoring::scan::baseline::{New, Seen};

/// Of one website.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// `None` until somebody accepted anything.
    pub accepted: Option<Accepted>,
    /// By the last full look.
    pub seen: Seen,
    pub seen_at: Timestamp,
}

/// What a website may show, and who said so last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub seen: Seen,
    pub at: Timestamp,
    pub by: UserId,
}

/// What the operator is asked, and the digest of it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub questions: Vec<New>,
    pub digest: Digest,
}
