//! `/.well-known/lamin/release.json` and `seal.json`: what a release is made of, and who says so.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::listing::{Listed, Listing};
use super::model::RENDERER;
use crate::kernel::{Digest, Timestamp};
use crate::ledger::Checkpoint;
use crate::secrets::Secrets;

/// The manifest within a release.
pub const RELEASE: &str = ".well-known/lamin/release.json";
/// The seal within a release.
pub const SEAL: &str = ".well-known/lamin/seal.json";
/// The two by their last name, as they are kept of every release.
pub const RELEASE_NAME: &str = "release.json";
pub const SEAL_NAME: &str = "seal.json";

/// The manifest: equal for equal input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub v: u32,
    pub renderer: String,
    pub theme: Named,
    /// Digest of the live settings entries.
    pub settings: Digest,
    /// Sorted by path; neither of the two files of this module.
    pub files: Listing,
}

/// Something with a digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    pub digest: Digest,
}

impl Manifest {
    pub fn new(theme: Named, settings: Digest, files: Listing) -> Self {
        Manifest { v: 1, renderer: RENDERER.into(), theme, settings, files }
    }

    /// The file's bytes: JSON, one line for each file, so that a difference is read easily.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = json!({"v": self.v, "renderer": self.renderer, "theme": self.theme, "settings": self.settings});
        const LINE_BYTES_USUAL: usize = 160;
        let mut text = head.to_string().into_bytes();
        text.reserve(self.files.len() * LINE_BYTES_USUAL);
        text.pop();
        text.extend_from_slice(b",\"files\":[");
        for (at, file) in self.files.iter().enumerate() {
            text.extend_from_slice(if at == 0 { b"\n{\"path\":" } else { b",\n{\"path\":" });
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut text, &file.path);
            let _ = write!(text, ",\"size\":{},\"sha256\":\"", file.size);
            text.extend_from_slice(file.sha256.as_str().as_bytes());
            text.extend_from_slice(b"\"}");
        }
        text.extend_from_slice(b"\n]}\n");
        text
    }
}

/// A file of earlier releases that stays for readers who still look at a page of theirs: no page of
/// this release names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lingering {
    #[serde(flatten)]
    pub file: Listed,
    pub until: Timestamp,
}

/// The files that the bytes of a `release.json` list.
pub fn files_of(bytes: &[u8]) -> serde_json::Result<Listing> {
    Ok(serde_json::from_slice::<Manifest>(bytes)?.files)
}

/// The theme by which the pages of a release were made, by the bytes of its `release.json`.
pub fn theme_of(bytes: &[u8]) -> serde_json::Result<Named> {
    #[derive(Deserialize)]
    struct Themed {
        theme: Named,
    }
    Ok(serde_json::from_slice::<Themed>(bytes)?.theme)
}

/// The files that linger by the bytes of a `seal.json`.
pub fn lingering_of(bytes: &[u8]) -> serde_json::Result<Vec<Lingering>> {
    Ok(serde_json::from_slice::<Seal>(bytes)?.lingering)
}

/// Stands beside the manifest and outside of it, because it differs from build to build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seal {
    pub v: u32,
    pub site: String,
    pub release: i32,
    pub created_at: Timestamp,
    /// SHA-256 of `release.json`.
    pub manifest: Digest,
    /// The newest checkpoint of the ledger, which so is anchored outside the database.
    pub checkpoint: Option<Checkpoint>,
    /// Served too, though the manifest does not list them.
    #[serde(default)]
    pub lingering: Vec<Lingering>,
    /// 64 hexadecimal letters.
    pub public_key: String,
    /// Ed25519 over the bytes of `release.json`; 128 hexadecimal letters.
    pub signature: String,
    /// Ed25519 over [`Seal::signed_text`], which binds number, time and checkpoint to the manifest.
    pub seal_signature: String,
}

impl Seal {
    /// Signs a release, given the bytes of its `release.json` and their digest.
    pub fn new(
        site: &str,
        release: i32,
        (manifest, digest): (&[u8], Digest),
        (checkpoint, lingering): (Option<Checkpoint>, Vec<Lingering>),
        (secrets, now): (&Secrets, Timestamp),
    ) -> Self {
        let mut seal = Seal {
            v: 1,
            site: site.into(),
            release,
            created_at: now,
            manifest: digest,
            checkpoint,
            lingering,
            public_key: secrets.public_key(),
            signature: secrets.sign(manifest),
            seal_signature: String::new(),
        };
        seal.seal_signature = secrets.sign(seal.signed_text().as_bytes());
        seal
    }

    /// What the seal's own signature is over: every other member of the seal, and by its digest the manifest.
    pub fn signed_text(&self) -> String {
        let anchor = self.checkpoint.as_ref().map_or("-".into(), |point| format!("{} {}", point.sequence, point.hash));
        let lingering = Digest::of(serde_json::to_vec(&self.lingering).unwrap_or_default());
        let Seal { site, release, created_at, manifest, .. } = self;
        format!("lamin-release\n{site}\n{release}\n{created_at}\n{manifest}\n{anchor}\n{lingering}\n")
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_sorted_and_reads_back() {
        let file = |path: &str| Listed { path: path.into(), size: 1, sha256: Digest::of(path) };
        let theme = Named { name: "lamin".into(), digest: Digest::of("t") };
        let manifest = Manifest::new(theme, Digest::of("s"), [file("b\"q"), file("a")].into_iter().collect());
        let read: Manifest = serde_json::from_slice(&manifest.to_bytes()).unwrap();
        assert_eq!(read, manifest);
        assert_eq!(&*read.files.iter().next().unwrap().path, "a");
        assert_eq!(files_of(&manifest.to_bytes()).unwrap(), manifest.files);
    }
}
