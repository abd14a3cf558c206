//! Where releases live, and how one becomes the live one: by the rename of a link.
//!
//! ```text
//! <public>/<site>/current → releases/<number>
//! <public>/<site>/releases/<number>/    complete and synced before anything leads to it: the live release,
//!                                       and the one before, which the next build brings up to date
//! <public>/<site>/releases/.new-*       being written, or left behind by a build that died
//! <public>/<site>/releases/.old-*       being removed
//! <public>/<site>/releases/.spare       links to the live release, for the second build to write into
//! <public>/<site>/manifests/<number>/   release.json and seal.json of every release that is kept
//! <public>/<site>/objects/              files that only older releases hold, by their digest
//! <public>/<site>/.lock                 held by the one build of the site, across processes
//! <public>/<site>/.tidy-lock            held by the one who tidies, beside a build that may go on
//! <public>/<site>/.copy                 a compressed copy being written
//! ```
#![expect(clippy::disallowed_methods, reason = "the home of published files")]

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::disk;
use super::draft::{COPIES, Draft, Spare, link_with_copies, listing_of};
use super::listing::Listing;
use super::manifest;
use crate::db::Durability;
use crate::kernel::{Context, Digest, Result};

const NEW: &str = ".new-";
const OLD: &str = ".old-";
const SPARE: &str = ".spare";

/// The folders of one site.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
    durability: Durability,
}

/// Held while a site is built, activated or tidied. Released when dropped, also by a killed process.
pub struct Lock {
    _file: File,
}

impl Place {
    pub fn new(public: &Path, site_key: &str, durability: Durability) -> Self {
        Place { root: public.join(site_key), durability }
    }

    /// The live link.
    pub fn current(&self) -> PathBuf {
        self.root.join("current")
    }

    fn releases(&self) -> PathBuf {
        self.root.join("releases")
    }

    pub fn release(&self, number: i32) -> PathBuf {
        self.releases().join(number.to_string())
    }

    fn manifests(&self) -> PathBuf {
        self.root.join("manifests")
    }

    /// What a kept release was made of: the folder of its `release.json` and `seal.json`.
    fn manifest(&self, number: i32) -> PathBuf {
        self.manifests().join(number.to_string())
    }

    fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// Where a file goes that only older releases hold.
    pub fn object(&self, digest: &Digest) -> PathBuf {
        let name = digest.as_str();
        self.objects().join(&name[..2]).join(name)
    }

    /// What earlier builds made of their pages (see `record`).
    pub fn record(&self) -> PathBuf {
        self.root.join(".record")
    }

    /// Where a compressed copy is written before it is renamed into its release, so that who walks a
    /// release meets whole files only.
    pub fn copy_draft(&self) -> PathBuf {
        self.root.join(".copy")
    }

    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// Waits until nobody else works on the site's releases.
    pub fn lock(&self) -> Result<Lock> {
        self.lock_by(".lock")
    }

    /// Waits until nobody else tidies the site's releases. Builds do not wait for it.
    pub fn tidy_lock(&self) -> Result<Lock> {
        self.lock_by(".tidy-lock")
    }

    fn lock_by(&self, name: &str) -> Result<Lock> {
        let doing = || format!("lock {}", self.root.display());
        disk::make_folders(&self.releases()).with_context(doing)?;
        let file =
            File::options().create(true).truncate(false).write(true).open(self.root.join(name)).with_context(doing)?;
        file.lock().with_context(doing)?;
        Ok(Lock { _file: file })
    }

    /// The number of the live release, by the link.
    pub fn live(&self) -> Option<i32> {
        let target = fs::read_link(self.current()).ok()?;
        target.file_name()?.to_str()?.parse().ok()
    }

    /// The highest number of any release; numbers are never used twice.
    pub fn highest(&self) -> Result<i32> {
        let folders = self.names(&self.releases())?.into_iter().chain(self.names(&self.manifests())?);
        Ok(folders.filter_map(|name| name.parse().ok()).max().unwrap_or(0))
    }

    /// The numbers of the releases that are kept, whole or by what they were made of, newest first.
    pub fn kept_numbers(&self) -> Result<Vec<i32>> {
        let mut numbers: Vec<i32> =
            self.names(&self.manifests())?.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers)
    }

    /// Whether an older release can be made live again.
    pub fn is_kept(&self, number: i32) -> bool {
        self.manifest(number).join(manifest::RELEASE_NAME).is_file()
    }

    /// What a kept release is made of.
    pub fn kept(&self, number: i32) -> Result<Listing> {
        let path = self.manifest(number).join(manifest::RELEASE_NAME);
        let doing = || format!("read {}", path.display());
        let bytes = disk::read(&path).with_context(doing)?.unwrap_or_default();
        manifest::files_of(&bytes).with_context(doing)
    }

    /// The files that tell what a kept release was, as they stood in it.
    pub fn attested(&self, number: i32) -> Result<[Vec<u8>; 2]> {
        let folder = self.manifest(number);
        let read = |name: &str| {
            let path = folder.join(name);
            let bytes = disk::read(&path).with_context(|| format!("read {}", path.display()))?;
            Ok::<_, crate::kernel::Error>(bytes.unwrap_or_default())
        };
        Ok([read(manifest::RELEASE_NAME)?, read(manifest::SEAL_NAME)?])
    }

    /// A folder to write the next release into: an older release that is taken out of sight, or else a
    /// copy of the live one made of links, or else an empty one. The lock must be held. `known` saves
    /// reading what the older release holds.
    pub fn draft<'d>(&'d self, live: &'d Listing, known: Option<&'d Spare>) -> Result<Draft<'d>> {
        let live_number = self.live();
        let live_root = live_number.map(|number| self.release(number));
        let root = self.free_name()?;
        let differs = match self.spare()? {
            Some(folder) => {
                let differs = match known.filter(|spare| folder == self.release(spare.number)) {
                    Some(spare) => Cow::Borrowed(&spare.differs),
                    None => Cow::Owned(live.differs(&listing_of(&folder)?)),
                };
                let doing = || format!("take {} out of sight", folder.display());
                disk::rename(&folder, &root).with_context(doing)?;
                differs
            }
            None => {
                disk::make_folders(&root).with_context(|| format!("make the folder {}", root.display()))?;
                Cow::Owned(live.iter().map(|file| (file.path.clone(), None)).collect::<HashMap<_, _>>())
            }
        };
        Ok(Draft::new(self, root, (live, live_root), differs))
    }

    fn free_name(&self) -> Result<PathBuf> {
        let process = std::process::id();
        let free = (0..).map(|turn| self.releases().join(format!("{NEW}{process}-{turn}"))).find(|path| !path.exists());
        Ok(free.unwrap_or_else(|| self.releases().join(NEW)))
    }

    /// Gives a finished, synced folder its number, and keeps what it is made of.
    pub fn keep(&self, finished: &Path, number: i32) -> Result<()> {
        let doing = || format!("keep what release {number} is made of");
        let kept = self.manifest(number);
        for (path, name) in [(manifest::RELEASE, manifest::RELEASE_NAME), (manifest::SEAL, manifest::SEAL_NAME)] {
            let target = kept.join(name);
            disk::remove(&target).with_context(doing)?;
            disk::link(&finished.join(path), &target).with_context(doing)?;
        }
        self.sync(&kept)?;
        let target = self.release(number);
        disk::rename(finished, &target).with_context(|| format!("rename a release to {}", target.display()))?;
        self.sync(&self.releases())
    }

    /// Makes a release live. When this returns, a power cut changes nothing any more.
    pub fn point(&self, number: i32) -> Result<()> {
        let doing = || format!("make release {number} live");
        let draft = self.root.join(".current-new");
        disk::remove(&draft).with_context(doing)?;
        disk::point_link(&format!("releases/{number}"), &draft).with_context(doing)?;
        disk::rename(&draft, &self.current()).with_context(doing)?;
        self.sync(&self.root)
    }

    /// Forgets what releases other than these and the live one were made of, and takes drafts of builds that
    /// died out of sight. Says which of `known` are no longer kept. The lock must be held.
    pub fn retire(&self, kept: &[i32], known: &[i32]) -> Result<Vec<i32>> {
        let live = self.live();
        for name in self.names(&self.releases())?.iter().filter(|name| name.starts_with(NEW)) {
            self.hide(&self.releases().join(name))?;
        }
        let stays = |number: &i32| kept.contains(number) || live == Some(*number);
        let manifests = self.names(&self.manifests())?;
        for number in manifests.iter().filter_map(|name| name.parse::<i32>().ok()).filter(|number| !stays(number)) {
            let folder = self.manifest(number);
            fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
        }
        Ok(known.iter().copied().filter(|number| !stays(number)).collect())
    }

    /// Renames a folder of releases so that only [`Place::sweep`] will look at it again.
    pub fn hide(&self, folder: &Path) -> Result<()> {
        let name = folder.file_name().map(|name| name.to_string_lossy().trim_start_matches(NEW).to_owned());
        let name = name.unwrap_or_default();
        let free = (0..).map(|turn| self.releases().join(format!("{OLD}{name}-{turn}"))).find(|path| !path.exists());
        let target = free.unwrap_or_else(|| self.releases().join(OLD));
        disk::rename(folder, &target).with_context(|| format!("put {} aside", folder.display()))
    }

    /// Removes what was taken out of sight; files that no other folder holds go to `objects/` first, since
    /// an older release may need them. Slow, may be cut short at any moment.
    pub fn sweep(&self) -> Result<()> {
        for name in self.names(&self.releases())?.iter().filter(|name| name.starts_with(OLD)) {
            let folder = self.releases().join(name);
            let doing = || format!("remove {}", folder.display());
            for found in walkdir::WalkDir::new(&folder) {
                let found = found.with_context(doing)?;
                let alone = found.file_type().is_file() && found.metadata().with_context(doing)?.nlink() == 1;
                let copy = COPIES.iter().any(|ending| found.path().to_string_lossy().ends_with(ending));
                if alone && !copy {
                    let digest = Digest::of(fs::read(found.path()).with_context(doing)?);
                    disk::rename_into(found.path(), &self.object(&digest)).with_context(doing)?;
                }
            }
            fs::remove_dir_all(&folder).with_context(doing)?;
        }
        Ok(())
    }

    /// Removes from `objects/` what no kept release needs. The lock for tidying must be held. Builds wait only
    /// while files are removed; when one came between, nothing is, and the next time will do.
    pub fn prune_objects(&self) -> Result<usize> {
        let objects = self.list_objects()?;
        if objects.is_empty() {
            return Ok(0);
        }
        let manifests = self.names(&self.manifests())?;
        let mut needed: HashSet<Digest> = HashSet::new();
        for number in manifests.iter().filter_map(|name| name.parse().ok()) {
            needed.extend(self.kept(number)?.iter().map(|file| file.sha256));
        }
        let _building = self.lock()?;
        if self.names(&self.manifests())? != manifests {
            return Ok(0);
        }
        let mut removed = 0;
        for digest in objects.iter().filter(|digest| !needed.contains(digest)) {
            let path = self.object(digest);
            removed += usize::from(disk::remove(&path).with_context(|| format!("remove {}", path.display()))?);
        }
        Ok(removed)
    }

    fn list_objects(&self) -> Result<Vec<Digest>> {
        let mut objects = Vec::new();
        for folder in self.names(&self.objects())? {
            let names = self.names(&self.objects().join(folder))?;
            objects.extend(names.iter().filter_map(|name| Digest::parse(name)));
        }
        Ok(objects)
    }

    /// Has a folder at hand for the next build to write into, when there is only the live release: links to
    /// everything in it. The lock for tidying must be held.
    pub fn prepare_spare(&self) -> Result<()> {
        let Some(live) = self.live() else { return Ok(()) };
        if self.spare()?.is_some() {
            return Ok(());
        }
        let (from, making) = (self.release(live), self.releases().join(format!("{OLD}spare")));
        let files = listing_of(&from)?;
        let doing = || format!("make links to {}", from.display());
        let paths = files.iter().map(|file| &*file.path).chain([manifest::RELEASE, manifest::SEAL]);
        for path in paths {
            link_with_copies((&from, &making), path)?;
        }
        let _building = self.lock()?;
        match self.live() == Some(live) && self.spare()?.is_none() {
            true => disk::rename(&making, &self.releases().join(SPARE)).with_context(doing),
            false => Ok(()),
        }
    }

    /// The folder of a release that is not the live one: the newest, or else one that was prepared.
    fn spare(&self) -> Result<Option<PathBuf>> {
        let live = self.live();
        let newest = self.numbers()?.into_iter().filter(|number| Some(*number) != live).max();
        let prepared = Some(self.releases().join(SPARE)).filter(|path| path.is_dir());
        Ok(newest.map(|number| self.release(number)).or(prepared))
    }

    /// The numbers of the releases whose folders are whole.
    fn numbers(&self) -> Result<Vec<i32>> {
        Ok(self.names(&self.releases())?.iter().filter_map(|name| name.parse().ok()).collect())
    }

    fn names(&self, folder: &Path) -> Result<Vec<String>> {
        let doing = || format!("list {}", folder.display());
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(doing)?,
        };
        entries.map(|entry| Ok(entry.with_context(doing)?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn sync(&self, folder: &Path) -> Result<()> {
        match self.durability {
            Durability::Full => disk::sync_folder(folder).with_context(|| format!("sync {}", folder.display())),
            Durability::Off => Ok(()),
        }
    }
}
