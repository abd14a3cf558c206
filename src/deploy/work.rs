//! Words that all ways to a target share: how an attempt ends, what there is to send.

use crate::kernel::{Digest, Error, Result};
use crate::publish::outgoing::{Listed, Outgoing};

/// Why an attempt goes no further.
#[derive(Debug)]
pub enum Stop {
    /// The release is no longer there to be read: begin again with the newest.
    Outdated,
    Failed(Error),
}

pub type Going<T> = std::result::Result<T, Stop>;

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

/// Ends the attempt with words for whoever has to mend it.
pub fn failed<T>(doing: &str, cause: impl Into<String>) -> Going<T> {
    Err(Stop::Failed(Error::broken(doing, cause.into())))
}

/// The bytes of a file that is to be sent.
pub fn bytes_of(release: &Outgoing, file: &Listed) -> Going<Vec<u8>> {
    release.read(file)?.ok_or(Stop::Outdated)
}

/// The compressed copies of these files, each a file to be sent like others.
pub fn copies_of(release: &Outgoing, path: &str) -> Going<Vec<Listed>> {
    let copies = release.copies(path)?.ok_or(Stop::Outdated)?;
    let listed = |(path, bytes): (String, Vec<u8>)| Listed {
        path: path.into(),
        size: bytes.len() as u64,
        sha256: Digest::of(bytes),
    };
    Ok(copies.into_iter().map(listed).collect())
}

/// Manifest and seal as files.
pub fn proof(release: &Outgoing) -> [Listed; 2] {
    use crate::publish::outgoing::{RELEASE, SEAL};
    let listed =
        |path: &str, bytes: &[u8]| Listed { path: path.into(), size: bytes.len() as u64, sha256: Digest::of(bytes) };
    [listed(SEAL, &release.seal), listed(RELEASE, &release.manifest)]
}

/// Reads a manifest that a target showed us. One that names a path outside is nobody's manifest.
pub fn shown_manifest(bytes: &[u8]) -> Result<Vec<Listed>> {
    let files = crate::publish::outgoing::files_of(bytes);
    let files = files.map_err(|error| Error::broken("read the manifest that the target shows", error))?;
    let files: Vec<Listed> = files.into();
    match files.iter().find(|file| !super::rules::is_safe_path(&file.path)) {
        Some(file) => {
            Err(Error::broken("read the manifest that the target shows", format!("it names {:?}", file.path)))
        }
        None => Ok(files),
    }
}
