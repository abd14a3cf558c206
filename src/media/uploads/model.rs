//! Uploads that are under way, and what their headers say.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::kernel::id::{SiteId, UploadId, UserId};
use crate::kernel::{Digest, Timestamp};

/// A file that is coming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    pub id: UploadId,
    pub site_id: SiteId,
    pub user_id: UserId,
    pub name: String,
    pub length_bytes: u64,
    /// What became of it; `None` until it is whole and accepted.
    pub digest: Option<Digest>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a piece must be: `Upload-Checksum: sha256 BASE64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum(pub Digest);

impl Checksum {
    /// `None` for another algorithm and for what cannot be read.
    pub fn parse(header: &str) -> Option<Self> {
        let bytes = STANDARD.decode(header.trim().strip_prefix("sha256 ")?.trim()).ok()?;
        Some(Checksum(Digest::from_bytes(bytes.try_into().ok()?)))
    }
}

/// The name of the file in `Upload-Metadata: filename BASE64,…`; empty without one.
pub fn file_name(metadata: &str) -> Option<String> {
    for pair in metadata.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        if key == "filename" || key == "name" {
            return String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok();
        }
    }
    Some(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_from_the_metadata() {
        assert_eq!(file_name("filetype aW1hZ2U=, filename Zm90by5qcGc=").unwrap(), "foto.jpg");
        assert_eq!(file_name("").unwrap(), "");
        assert_eq!(file_name("filename ???"), None);
    }

    #[test]
    fn only_sha256_is_a_checksum() {
        let digest = "sha256 ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
        assert_eq!(Checksum::parse(digest), Some(Checksum(Digest::of("a"))));
        assert_eq!(Checksum::parse("sha1 ypeB"), None);
    }
}
