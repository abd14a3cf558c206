//! What a site is.

use crate::kernel::id::SiteId;
use crate::kernel::{Locale, Timestamp};

/// One website.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Site {
    pub id: SiteId,
    /// A slug: names the site in addresses and its folder under the public folder.
    pub key: String,
    pub name: String,
    /// Host names under which it is served, in lower case, without a port.
    pub hosts: Vec<String>,
    /// A zone of the IANA database: `Asia/Makassar`.
    pub zone: String,
    /// Never empty; holds `default_locale`.
    pub locales: Vec<Locale>,
    pub default_locale: Locale,
    /// Counts what went live or went away; only `content::live` moves it.
    pub live_sequence: i64,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
