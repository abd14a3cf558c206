//! `/.well-known/lamin/release.json` and `seal.json`: what a release is made of, and who says so.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::folder::Listed;
use super::model::RENDERER;
use crate::kernel::{Digest, Timestamp};
use crate::ledger::Checkpoint;
use crate::secrets::Secrets;

pub const RELEASE: &str = ".well-known/lamin/release.json";
pub const SEAL: &str = ".well-known/lamin/seal.json";

/// The manifest: equal for equal input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub v: u32,
    pub renderer: String,
    pub theme: Named,
    /// Digest of the live settings entries.
    pub settings: Digest,
    /// Sorted by path; neither of the two files of this module.
    pub files: Vec<Listed>,
}

/// Something with a digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    pub digest: Digest,
}

impl Manifest {
    pub fn new(theme: Named, settings: Digest, mut files: Vec<Listed>) -> Self {
        files.sort_unstable();
        Manifest { v: 1, renderer: RENDERER.into(), theme, settings, files }
    }

    /// The file's bytes: JSON, one line for each file, so that a difference is read easily.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = json!({"v": self.v, "renderer": self.renderer, "theme": self.theme, "settings": self.settings});
        let mut text = head.to_string();
        text.pop();
        text.push_str(",\"files\":[");
        for (at, file) in self.files.iter().enumerate() {
            text.push_str(if at == 0 { "\n" } else { ",\n" });
            text.push_str("{\"path\":");
            text.push_str(&serde_json::Value::from(file.path.as_str()).to_string());
            text.push_str(&format!(",\"size\":{},\"sha256\":\"{}\"}}", file.size, file.sha256));
        }
        text.push_str("\n]}\n");
        text.into_bytes()
    }
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
    /// 64 hexadecimal letters.
    pub public_key: String,
    /// Ed25519 over the bytes of `release.json`; 128 hexadecimal letters.
    pub signature: String,
    /// Ed25519 over [`Seal::signed_text`], which binds number, time and checkpoint to the manifest.
    pub seal_signature: String,
}

impl Seal {
    /// Signs a release, given the bytes of its `release.json`.
    pub fn new(
        site: &str,
        release: i32,
        manifest: &[u8],
        checkpoint: Option<Checkpoint>,
        (secrets, now): (&Secrets, Timestamp),
    ) -> Self {
        let mut seal = Seal {
            v: 1,
            site: site.into(),
            release,
            created_at: now,
            manifest: Digest::of(manifest),
            checkpoint,
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
        format!("lamin-release\n{}\n{}\n{}\n{}\n{anchor}\n", self.site, self.release, self.created_at, self.manifest)
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
        let manifest = Manifest::new(theme, Digest::of("s"), vec![file("b\"q"), file("a")]);
        let read: Manifest = serde_json::from_slice(&manifest.to_bytes()).unwrap();
        assert_eq!(read, manifest);
        assert_eq!(read.files[0].path, "a");
    }
}
