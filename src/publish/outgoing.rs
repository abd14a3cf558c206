//! The live release as those read it who bring it elsewhere: file by file, each checked by its digest.
//!
//! Only the live release stands as a folder that nobody changes. It stops being that while somebody still
//! reads it: the next build but one takes the folder out of sight, then changes it. So a file that is gone or
//! other than listed is no damage but a sign to begin again with the newest release.
#![expect(clippy::disallowed_methods, reason = "the home of published files")]

use std::fs;
use std::path::PathBuf;

pub use super::compress::gzip;
use super::draft::{COPIES, listing_of};
pub use super::listing::{Listed, Listing};
pub use super::manifest::{RELEASE, SEAL, files_of, lingering_of};
pub use super::serve::{FOREVER as NEVER_CHANGES, PAGE_CACHE as PAGES_CHANGE, content_type};
use super::swap::Place;
use super::{compress, disk, forms};
use crate::app::App;
use crate::kernel::{Context, Digest, Error, Origin, Result};

/// Releases that may go live one after another while one is being compressed, before we give up for now.
const RESTARTS_MAX: u32 = 5;

/// Compressed copies: path and bytes.
pub type Copies = Vec<(String, Vec<u8>)>;

/// A release on its way out.
pub struct Outgoing {
    pub release: i32,
    /// Its folder is named by its number, which no other release ever gets.
    root: PathBuf,
    place: Place,
    /// What the manifest lists, and what lingers.
    pub files: Listing,
    /// The bytes of `release.json`.
    pub manifest: Vec<u8>,
    pub manifest_digest: Digest,
    /// The bytes of `seal.json`.
    pub seal: Vec<u8>,
}

/// Where forms of the live release lead beside their own site.
pub fn forms(app: &App, site_key: &str) -> Result<Option<Origin>> {
    forms::of(&Place::new(&app.config.public, site_key, app.config.durability.0).current())
}

/// The live release, when all its copies are made: whether a file has copies must not depend on how far somebody else's
/// tidying is, nor on what is published while we wait for it.
fn with_copies(place: &Place) -> Result<Option<i32>> {
    for _ in 0..RESTARTS_MAX {
        let release = place.live();
        {
            let _tidying = place.tidy_lock()?;
            compress::live_release(place)?;
        }
        if place.live() == release {
            return Ok(release);
        }
    }
    Err(Error::broken("compress a release", "releases follow one another faster than they can be compressed"))
}

impl Outgoing {
    /// The live release of a site, with its compressed copies made; `None` when none is live.
    pub fn live(app: &App, site_key: &str) -> Result<Option<Outgoing>> {
        let place = Place::new(&app.config.public, site_key, app.config.durability.0);
        let Some(release) = with_copies(&place)? else { return Ok(None) };
        let root = place.release(release);
        let doing = || format!("read release {release}");
        let manifest = disk::read(&root.join(RELEASE)).with_context(doing)?;
        let seal = disk::read(&root.join(SEAL)).with_context(doing)?;
        let (Some(manifest), Some(seal)) = (manifest, seal) else { return Ok(None) };
        let files = listing_of(&root)?;
        let manifest_digest = Digest::of(&manifest);
        Ok(Some(Outgoing { release, root, place, files, manifest, manifest_digest, seal }))
    }

    /// A file with the bytes that are listed; `None` when this release is no longer there to be read.
    pub fn read(&self, file: &Listed) -> Result<Option<Vec<u8>>> {
        let bytes = self.read_at(&file.path)?;
        Ok(bytes.filter(|bytes| Digest::of(bytes) == file.sha256))
    }

    /// The compressed copies that stand beside a file: path and bytes. `None` as for [`Outgoing::read`].
    pub fn copies(&self, path: &str) -> Result<Option<Copies>> {
        let mut copies = Vec::new();
        for ending in COPIES {
            let path = format!("{path}{ending}");
            if let Some(bytes) = self.read_at(&path)? {
                copies.push((path, bytes));
            }
        }
        // A folder is renamed before anything in it is changed: while it stands, what was read is of this release.
        Ok(self.root.is_dir().then_some(copies))
    }

    /// The endings of [`Outgoing::copies`].
    pub fn copy_endings() -> [&'static str; 2] {
        COPIES
    }

    /// The paths of [`Outgoing::copies`], without reading them.
    pub fn copy_names(&self, path: &str) -> impl Iterator<Item = String> {
        let names = COPIES.map(|ending| format!("{path}{ending}"));
        names.into_iter().filter(|name| self.root.join(name).is_file())
    }

    /// Whether this release still is to be read, and so whatever was seen of it until now.
    pub fn stands(&self) -> bool {
        self.root.is_dir()
    }

    fn read_at(&self, path: &str) -> Result<Option<Vec<u8>>> {
        disk::read(&self.root.join(path)).with_context(|| format!("read {path} of release {}", self.release))
    }

    /// The `release.json` of a kept release by its digest.
    pub fn known_manifest(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        if *digest == self.manifest_digest {
            return Ok(Some(self.manifest.clone()));
        }
        for number in self.place.kept_numbers()? {
            let [manifest, _] = self.place.attested(number)?;
            if Digest::of(&manifest) == *digest {
                return Ok(Some(manifest));
            }
        }
        Ok(None)
    }

    /// The bytes of a file of an earlier release, if they are still anywhere.
    pub fn earlier(&self, file: &Listed) -> Option<Vec<u8>> {
        let aside = self.place.object(&file.sha256);
        let standing = self.place.kept_numbers().unwrap_or_default().into_iter();
        let standing = standing.map(|number| self.place.release(number).join(&*file.path));
        let found = std::iter::once(aside).chain(standing).filter_map(|path| fs::read(path).ok());
        found.into_iter().find(|bytes| Digest::of(bytes) == file.sha256)
    }
}
