//! Where releases live, and how one becomes the live one: by the rename of a link.
//!
//! ```text
//! <public>/<site>/current → releases/<number>
//! <public>/<site>/releases/<number>/   complete and synced before anything leads to it
//! <public>/<site>/releases/.new-*      being written, or left behind by a build that died
//! <public>/<site>/releases/.old-*      being removed
//! <public>/<site>/.lock                held by the one build of the site, across processes
//! <public>/<site>/.tidy-lock           held by the one who tidies, beside a build that may go on
//! <public>/<site>/.copy                a compressed copy being written
//! ```

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::folder::sync_folder;
use crate::db::Durability;
use crate::kernel::{Context, Result};

const NEW: &str = ".new-";
const OLD: &str = ".old-";

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

    /// Where a compressed copy is written before it is renamed into its release, so that who walks a
    /// release meets whole files only.
    pub fn copy_draft(&self) -> PathBuf {
        self.root.join(".copy")
    }

    fn lock_by(&self, name: &str) -> Result<Lock> {
        let doing = || format!("lock {}", self.root.display());
        fs::create_dir_all(self.releases()).with_context(doing)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.root.join(name))
            .with_context(doing)?;
        file.lock().with_context(doing)?;
        Ok(Lock { _file: file })
    }

    /// The number of the live release, by the link.
    pub fn live(&self) -> Option<i32> {
        let target = fs::read_link(self.current()).ok()?;
        target.file_name()?.to_str()?.parse().ok()
    }

    /// The highest number of any release folder; numbers are never used twice.
    pub fn highest(&self) -> Result<i32> {
        Ok(self.names()?.iter().filter_map(|name| name.parse().ok()).max().unwrap_or(0))
    }

    /// A new folder to write a release into. The lock must be held.
    pub fn fresh(&self) -> Result<PathBuf> {
        let process = std::process::id();
        let free = (0..).map(|turn| self.releases().join(format!("{NEW}{process}-{turn}"))).find(|path| !path.exists());
        let path = free.unwrap_or_else(|| self.releases().join(NEW));
        fs::create_dir(&path).with_context(|| format!("make the folder {}", path.display()))?;
        Ok(path)
    }

    /// Gives a finished, synced folder its number.
    pub fn keep(&self, finished: &Path, number: i32) -> Result<()> {
        let target = self.release(number);
        fs::rename(finished, &target).with_context(|| format!("rename a release to {}", target.display()))?;
        self.sync(&self.releases())
    }

    /// Makes a kept release live. When this returns, a power cut changes nothing any more.
    pub fn point(&self, number: i32) -> Result<()> {
        let doing = || format!("make release {number} live");
        let draft = self.root.join(".current-new");
        if fs::symlink_metadata(&draft).is_ok() {
            fs::remove_file(&draft).with_context(doing)?;
        }
        symlink(format!("releases/{number}"), &draft).with_context(doing)?;
        fs::rename(&draft, self.current()).with_context(doing)?;
        self.sync(&self.root)
    }

    /// Takes everything but these releases and the live one out of sight; returns the numbers that went.
    /// What was being written by builds that died goes too. The lock must be held.
    pub fn retire(&self, kept: &[i32]) -> Result<Vec<i32>> {
        let live = self.live();
        let mut gone = Vec::new();
        for name in self.names()? {
            let number = name.parse::<i32>().ok();
            let stays = match number {
                Some(number) => kept.contains(&number) || live == Some(number),
                None => !name.starts_with(NEW),
            };
            if !stays {
                self.hide(&self.releases().join(&name))?;
                gone.extend(number);
            }
        }
        Ok(gone)
    }

    /// Renames a folder of releases so that only [`Place::sweep`] will look at it again.
    pub fn hide(&self, folder: &Path) -> Result<()> {
        let name = folder.file_name().map(|name| name.to_string_lossy().trim_start_matches(NEW).to_owned());
        let name = name.unwrap_or_default();
        let free = (0..).map(|turn| self.releases().join(format!("{OLD}{name}-{turn}"))).find(|path| !path.exists());
        let target = free.unwrap_or_else(|| self.releases().join(OLD));
        fs::rename(folder, target).with_context(|| format!("put {} aside", folder.display()))
    }

    /// Removes what was taken out of sight. Slow, may be cut short at any moment.
    pub fn sweep(&self) -> Result<()> {
        for name in self.names()?.iter().filter(|name| name.starts_with(OLD)) {
            let path = self.releases().join(name);
            fs::remove_dir_all(&path).with_context(|| format!("remove {}", path.display()))?;
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>> {
        let doing = || format!("list {}", self.releases().display());
        let entries = match fs::read_dir(self.releases()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(doing)?,
        };
        entries.map(|entry| Ok(entry.with_context(doing)?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn sync(&self, folder: &Path) -> Result<()> {
        match self.durability {
            Durability::Full => sync_folder(folder),
            Durability::Off => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test's own files")]
    fn a_link_leads_to_one_complete_release_and_old_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), "portal", Durability::Off);
        let _lock = place.lock().unwrap();
        assert_eq!(place.live(), None);
        for number in 1..=4 {
            let new = place.fresh().unwrap();
            fs::write(new.join("index.html"), number.to_string()).unwrap();
            place.keep(&new, number).unwrap();
            place.point(number).unwrap();
        }
        let half = place.fresh().unwrap();
        assert_eq!(place.live(), Some(4));
        assert_eq!(fs::read_to_string(place.current().join("index.html")).unwrap(), "4");
        place.point(2).unwrap();
        let mut gone = place.retire(&[4]).unwrap();
        gone.sort_unstable();
        assert_eq!(gone, [1, 3], "the live one stays though nobody asked for it");
        assert!(!half.exists(), "what a dead build left goes");
        place.sweep().unwrap();
        let mut left = place.names().unwrap();
        left.sort();
        assert_eq!(left, ["2", "4"]);
        assert_eq!(place.highest().unwrap(), 4);
    }
}
