//! A release being made: the folder of an earlier release, brought up to date by what differs.
//!
//! Two folders take turns. The one that is not live holds an older release, and shares with the live
//! one every file that is the same in both (hard links). Bringing it up to date costs what changed
//! since, not what the site weighs; a file that did not change keeps its inode and its time. What is
//! replaced goes to `objects/` by its digest, so that older releases can be put together again.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::build::with_lingering;
use super::disk;
use super::listing::{Listed, Listing};
use super::manifest::{self, Lingering};
use super::swap::Place;
use crate::kernel::{Context, Digest, Result};
use crate::ports::Storage;

/// Endings of the compressed copies that stand beside a file.
pub const COPIES: [&str; 2] = [".br", ".gz"];

/// The folder of an older release, which the next build brings up to date.
#[derive(Debug, Default)]
pub struct Spare {
    pub number: i32,
    /// Where it does not hold what the live release holds: what it holds there, or that there is nothing.
    pub differs: HashMap<Arc<str>, Option<Listed>>,
}

/// The folder that becomes a release. Nothing is synced before [`Draft::sync`].
pub struct Draft<'d> {
    place: &'d Place,
    root: PathBuf,
    live: &'d Listing,
    live_root: Option<PathBuf>,
    /// As in [`Spare`].
    differs: Cow<'d, HashMap<Arc<str>, Option<Listed>>>,
}

impl<'d> Draft<'d> {
    /// `root` holds what `differs` says, and elsewhere what the live release holds.
    pub fn new(
        place: &'d Place,
        root: PathBuf,
        (live, live_root): (&'d Listing, Option<PathBuf>),
        differs: Cow<'d, HashMap<Arc<str>, Option<Listed>>>,
    ) -> Self {
        Draft { place, root, live, live_root, differs }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the live release.
    pub fn live_root(&self) -> Option<&Path> {
        self.live_root.as_deref()
    }

    fn held(&self, path: &str) -> Option<&Listed> {
        match self.differs.get(path) {
            Some(held) => held.as_ref(),
            None => self.live.find(path),
        }
    }

    /// Whether this file need not be made: the folder holds it, or the live release does.
    pub fn has(&self, path: &str, sha256: &Digest) -> bool {
        let same = |known: Option<&Listed>| known.is_some_and(|known| known.sha256 == *sha256);
        same(self.live.find(path)) || same(self.held(path))
    }

    /// Makes the folders of these files, each once: cheaper than finding out file by file.
    pub fn make_folders<'p>(&self, files: impl Iterator<Item = &'p str>) -> Result<()> {
        let mut folders = BTreeSet::new();
        for file in files.filter(|file| self.held(file).is_none()) {
            let mut path = file;
            while let Some((parent, _)) = path.rsplit_once('/') {
                if !folders.insert(parent) {
                    break;
                }
                path = parent;
            }
        }
        // In order, a parent comes before what is in it.
        folders.into_iter().try_for_each(|folder| {
            disk::make_folder(&self.root.join(folder)).with_context(|| format!("make the folder {folder} of a release"))
        })
    }

    /// Has the folder hold these bytes; says whether they had to be written.
    pub fn put(&self, path: Arc<str>, bytes: &[u8]) -> Result<(Listed, bool)> {
        let wanted = Listed { path, size: bytes.len() as u64, sha256: Digest::of(bytes) };
        let there = self.bring(&wanted)?;
        if !there {
            let file = self.root.join(&*wanted.path);
            disk::write_new(&file, bytes).with_context(|| format!("write {} of a release", wanted.path))?;
        }
        Ok((wanted, !there))
    }

    /// The same for a stored file, whose digest is the name it is stored by. `None`: it is not stored.
    pub fn place(&self, storage: &dyn Storage, digest: &Digest, path: String) -> Result<Option<(Listed, bool)>> {
        let known = self.held(&path).or_else(|| self.live.find(&path)).filter(|known| known.sha256 == *digest);
        if let Some(known) = known.cloned()
            && self.bring(&known)?
        {
            return Ok(Some((known, false)));
        }
        let target = self.root.join(&path);
        if let Some(folder) = target.parent().filter(|folder| !folder.exists()) {
            disk::make_folders(folder).with_context(|| format!("make the folder of {path}"))?;
        }
        if !storage.place(digest, &target)? {
            return Ok(None);
        }
        let doing = || format!("look at {path} of a release");
        let size = std::fs::metadata(&target).with_context(doing)?.len();
        Ok(Some((Listed { path: path.into(), size, sha256: *digest }, true)))
    }

    /// Has the folder hold this file if it or the live release has it; makes room for it otherwise.
    fn bring(&self, wanted: &Listed) -> Result<bool> {
        let held = self.held(&wanted.path);
        if held.is_some_and(|held| held.same_bytes(wanted)) {
            return Ok(true);
        }
        if let Some(held) = held {
            self.set_aside(held)?;
        }
        match (&self.live_root, self.live.find(&wanted.path)) {
            (Some(live_root), Some(live)) if live.same_bytes(wanted) => {
                link_with_copies((live_root, &self.root), &wanted.path)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Takes a file out of the folder; an older release may still need it.
    fn set_aside(&self, held: &Listed) -> Result<()> {
        let doing = || format!("put {} aside", held.path);
        let (file, object) = (self.root.join(&*held.path), self.place.object(&held.sha256));
        // Not always renamed: of two names of one file, the system would keep both.
        match object.exists() {
            true => disk::remove(&file).map(|_| ()),
            false => disk::rename_into(&file, &object),
        }
        .with_context(doing)?;
        self.remove_copies(&held.path)
    }

    fn remove_copies(&self, path: &str) -> Result<()> {
        COPIES.iter().try_for_each(|ending| {
            let copy = self.root.join(format!("{path}{ending}"));
            disk::remove(&copy).map(|_| ()).with_context(|| format!("remove {}", copy.display()))
        })
    }

    /// Has the folder hold exactly these files. Those that were not put or placed are brought: from
    /// the live release, from `objects/`, or from where uploads are stored. `put` names the others.
    pub fn finish(&self, files: &Listing, put: &HashSet<&str>, storage: &dyn Storage) -> Result<()> {
        let changed = files.differences(self.live).map(|(path, ..)| &**path);
        let paths: BTreeSet<&str> = changed.chain(self.differs.keys().map(|path| &**path)).collect();
        for path in paths.into_iter().filter(|path| !put.contains(path)) {
            match (files.find(path), self.held(path)) {
                (Some(file), _) => {
                    if !self.bring(file)? {
                        self.fetch(file, storage)?;
                    }
                }
                (None, Some(held)) => {
                    self.set_aside(held)?;
                    self.remove_empty_folders(path)?;
                }
                (None, None) => {}
            }
        }
        Ok(())
    }

    fn fetch(&self, file: &Listed, storage: &dyn Storage) -> Result<()> {
        let target = self.root.join(&*file.path);
        let doing = || format!("bring {} back", file.path);
        match disk::link(&self.place.object(&file.sha256), &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if storage.place(&file.sha256, &target)? {
                    return Ok(());
                }
                Err(error).with_context(|| format!("{}: its bytes ({}) are no longer kept", doing(), file.sha256))
            }
            outcome => outcome.with_context(doing),
        }
    }

    fn remove_empty_folders(&self, path: &str) -> Result<()> {
        let mut path = path;
        while let Some((folder, _)) = path.rsplit_once('/') {
            let removed = disk::remove_if_empty(&self.root.join(folder));
            if !removed.with_context(|| format!("remove the folder {folder} of a release"))? {
                break;
            }
            path = folder;
        }
        Ok(())
    }

    /// Writes the manifest or the seal, which no list of files names.
    pub fn attest(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let file = self.root.join(path);
        let doing = || format!("write {path} of a release");
        disk::remove(&file).with_context(doing)?;
        self.remove_copies(path)?;
        disk::write_new(&file, bytes).with_context(doing)
    }

    /// Waits until everything written is on the disk.
    pub fn sync(&self) -> Result<()> {
        disk::sync_file_system(&self.root).with_context(|| format!("sync {}", self.root.display()))
    }
}

/// Links a file from one folder of a release into another, with the compressed copies that stand beside it.
pub fn link_with_copies((from, to): (&Path, &Path), path: &str) -> Result<()> {
    let doing = || format!("link {path} into a release");
    disk::link(&from.join(path), &to.join(path)).with_context(doing)?;
    for ending in COPIES {
        let copy = format!("{path}{ending}");
        match disk::link(&from.join(&copy), &to.join(&copy)) {
            // It was too small to be worth one, or is not made yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            outcome => outcome.with_context(doing)?,
        }
    }
    Ok(())
}

/// What the release in a folder is made of, by its own manifest, and what lingers there, by its seal; nothing
/// when there is no release.
pub fn read_attested(folder: &Path) -> Result<(Listing, Vec<Lingering>)> {
    let doing = || format!("read what {} holds", folder.display());
    let Some(bytes) = disk::read(&folder.join(manifest::RELEASE)).with_context(doing)? else {
        return Ok((Listing::default(), Vec::new()));
    };
    let files = manifest::files_of(&bytes).with_context(doing)?;
    let seal = disk::read(&folder.join(manifest::SEAL)).with_context(doing)?;
    let lingering = seal.map_or(Ok(Vec::new()), |seal| manifest::lingering_of(&seal).with_context(doing))?;
    Ok((files, lingering))
}

/// Everything that the folder of a release holds.
pub fn listing_of(folder: &Path) -> Result<Listing> {
    let (files, lingering) = read_attested(folder)?;
    Ok(with_lingering(&files, &lingering))
}
