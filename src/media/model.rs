//! Assets.

use serde::{Deserialize, Serialize};

use crate::kernel::id::{SiteId, UserId};
use crate::kernel::{Digest, Timestamp};

crate::words! {
    /// What a file is for a person.
    pub enum Kind as "FileKind" {
        Picture = "picture",
        Document = "document",
        Video = "video",
        Text = "text",
    }
}

/// What a PDF tells those who read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Document {
    pub pages: u32,
    /// Whether it says what is a heading, a table, a picture: a screen reader needs it.
    pub is_tagged: bool,
    /// Whether it says in which language it is.
    pub names_language: bool,
}

/// A file that was judged and may be stored.
#[derive(Debug)]
pub struct Accepted {
    pub digest: Digest,
    /// Ours, made from the sender's: see `rules::safe_name`. Its extension is that of the kind.
    pub name: String,
    pub kind: Kind,
    pub media_type: String,
    /// Of pictures, in pixels.
    pub size_pixels: Option<(u32, u32)>,
    /// Of a PDF.
    pub document: Option<Document>,
    pub size_bytes: u64,
    /// In the spool; it goes when nothing has stored it.
    pub file: tempfile::NamedTempFile,
}

/// Alternative text in each language; empty where nobody has written it yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alt {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub en: String,
}

/// A file of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Asset {
    #[serde(skip)]
    pub site_id: SiteId,
    pub digest: Digest,
    pub name: String,
    pub kind: Kind,
    pub media_type: String,
    pub size_bytes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    pub alt: Alt,
    pub credit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploaded_by: Option<UserId>,
    pub version: i32,
    pub created_at: Timestamp,
    /// Where it stands in the library, such as `foto/2026`; empty at the top.
    pub folder: String,
    pub tags: Vec<String>,
    /// Where the file comes from.
    pub source: String,
    /// Under which licence it may be shown.
    pub licence: String,
    /// How the people that it shows agreed. Never public.
    pub consent: String,
    /// Of a PDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<i32>,
    /// Of a PDF: whether a screen reader is told what is a heading or a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_tagged: Option<bool>,
    /// Of a PDF: whether it says in which language it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names_language: Option<bool>,
    /// Since when it waits in the trash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trashed_at: Option<Timestamp>,
}
