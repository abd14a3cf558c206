//! The themes that a site has had, and what is to become of a proposed one.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::settings::Settings;
use crate::kernel::id::{SiteId, ThemeId, UserId};
use crate::kernel::{Digest, Locale, Timestamp};

/// The files of a theme, by their path.
pub type Files = BTreeMap<String, Vec<u8>>;

crate::words! {
    /// Where a theme stands.
    pub enum ThemeState {
        /// Waits for somebody else's decision; staging shows it.
        Proposed = "proposed",
        /// Citizens see it.
        Live = "live",
        /// Was live.
        Replaced = "replaced",
        Rejected = "rejected",
        /// Another proposal took its place before it was decided.
        Superseded = "superseded",
    }
}

/// A theme of a site: the first, or one that somebody proposed.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct SiteTheme {
    pub id: ThemeId,
    #[serde(skip)]
    pub site: SiteId,
    pub name: String,
    /// Of every file of the theme.
    pub digest: Digest,
    pub state: ThemeState,
    /// What whoever proposed it says of it.
    pub note: String,
    /// `null`: what the site was founded with.
    pub proposed_by: Option<UserId>,
    pub proposed_at: Timestamp,
    /// `null`: nobody has looked at it yet.
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    /// Of a rejection.
    pub reason: String,
}

/// Files that one theme has otherwise than another, by their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct Differences {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
}

/// What stands in the themes folder for a site.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Candidate {
    pub name: String,
    pub digest: Digest,
    /// Why it cannot be proposed: file, line and reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}

/// The themes of a site.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct ThemesOfSite {
    /// `null` before the first build.
    pub live: Option<SiteTheme>,
    pub proposed: Option<SiteTheme>,
    /// What the proposed theme has otherwise than the live one.
    pub differences: Option<Differences>,
    pub candidate: Candidate,
}

/// What a theme lets a site choose: the form of the field `theme_settings` of the site's settings.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct ThemeSettings {
    pub name: String,
    pub digest: Digest,
    pub settings: Settings,
    /// What the site's live settings choose in vain: the defaults hold instead.
    pub ignored: Vec<IgnoredSetting>,
}

/// A choice that the theme does not take.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct IgnoredSetting {
    /// The language of the settings that it stands in.
    pub locale: Locale,
    pub detail: String,
}

/// What somebody decides of a theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Reject { reason: String },
}
