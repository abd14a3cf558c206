//! What a target lacks, and what it has too much. Pure but for reading the copies of files.

use std::collections::HashSet;

use super::rules::{self, is_safe_path};
use super::work::{Going, copies_of, failed, proof};
use crate::publish::outgoing::{Listed, Listing, Outgoing, RELEASE, SEAL};

/// What brings a target from what it holds to a release.
#[derive(Debug, Default)]
pub struct Difference {
    /// Files, their compressed copies, manifest and seal: in the order in which they take effect.
    pub send: Vec<Listed>,
    /// Paths that must be gone in the end.
    pub remove: Vec<String>,
}

/// `held`: what the target holds, by its own manifest and seal. `copies`: with those that are compressed.
pub fn difference(release: &Outgoing, held: &Listing, copies: bool) -> Going<Difference> {
    let mut found = Difference::default();
    let mut stale = Vec::new();
    for (path, ours, theirs) in release.files.differences(held) {
        if theirs.is_some() && copies {
            stale.extend(Outgoing::copy_endings().map(|ending| format!("{path}{ending}")));
        }
        match ours {
            Some(file) => {
                if !is_safe_path(path) {
                    return failed("read the release", format!("the path {path:?} cannot be deployed"));
                }
                found.send.push(file.clone());
                if copies {
                    found.send.extend(copies_of(release, path)?);
                }
            }
            None => stale.push(path.to_string()),
        }
    }
    found.send.extend(proof(release));
    found.send.sort_by(|a, b| (rules::phase(&a.path), &a.path).cmp(&(rules::phase(&b.path), &b.path)));
    // The manifest last of all: it is what says which release this is.
    found.send.sort_by_key(|file| &*file.path == RELEASE);
    let stays: HashSet<&str> = found.send.iter().map(|file| &*file.path).collect();
    found.remove = stale.into_iter().filter(|path| !stays.contains(path.as_str())).collect();
    Ok(found)
}

/// The bytes of one file of [`Difference::send`].
pub fn bytes_to_send(release: &Outgoing, file: &Listed) -> Going<Vec<u8>> {
    match &*file.path {
        RELEASE => Ok(release.manifest.to_vec()),
        SEAL => Ok(release.seal.to_vec()),
        _ => super::work::bytes_of(release, file),
    }
}
