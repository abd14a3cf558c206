//! What was found.

use serde::Serialize;
use utoipa::ToSchema;

use crate::monitoring::sites::model::Profile;

/// What was found out about a website, for somebody to confirm. Nothing is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = MonitoredProposal)]
pub struct Proposal {
    /// Where the address leads, as long as that is the same website.
    pub url: String,
    /// By its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Whether it is there.
    pub reached: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Software and sections; the rest only people know.
    pub profile: Profile,
    /// With dated items.
    pub feeds: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sitemap: Option<String>,
    /// Answers with posts in JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// It took too long: there may be more to find.
    pub cut: bool,
}
