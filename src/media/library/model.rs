//! Where a file is used, and what is done with many files at once.

use serde::{Deserialize, Serialize};

use crate::kernel::id::EntryId;
use crate::kernel::{Digest, Locale};

/// An entry that names a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Use {
    pub entry: EntryId,
    #[serde(rename = "type")]
    pub type_key: String,
    pub locale: Locale,
    pub title: String,
    /// Whether what citizens see of it names the file.
    pub live: bool,
    /// Whether its newest revision does.
    pub newest: bool,
}

/// What is done with files, all of them or none.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    pub digests: Vec<Digest>,
    /// Where they are to stand.
    pub folder: Option<String>,
    #[serde(default)]
    pub add_tags: Vec<String>,
    #[serde(default)]
    pub remove_tags: Vec<String>,
    /// Into the trash (`true`), or out of it (`false`).
    pub trash: Option<bool>,
}

/// A folder of the library that holds files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Folder {
    pub folder: String,
    pub files: i64,
}
