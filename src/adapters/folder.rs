//! Uploaded files in a folder: `ab/cd/abcd…`, named by the digest of their bytes.
#![expect(clippy::disallowed_methods, reason = "the home of stored files")]

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::kernel::{Context, Digest, Result};
use crate::ports::{Clock, Storage, Stored};

/// A file that was stored longer ago may be removed when nothing names it.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);
/// A file that was stored longer ago is stored anew when it comes again. Less than [`OLD`], so that what is not stored
/// anew is not removed either.
const AGING: Duration = Duration::from_secs(12 * 60 * 60);

/// What is taken out of reach before it is removed.
const ASIDE: &str = "removed";

pub struct FolderStorage {
    folder: PathBuf,
    /// When a file was stored is its time of modification, by this clock.
    clock: Arc<dyn Clock>,
}

impl FolderStorage {
    pub fn new(folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        FolderStorage { folder, clock }
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.clock.now().micros().unsigned_abs())
    }

    /// How long ago a file was stored; `None` when it is not there. A clock that was set back makes it new.
    fn age(&self, path: &Path) -> std::io::Result<Option<Duration>> {
        match fs::metadata(path).and_then(|file| file.modified()) {
            Ok(at) => Ok(Some(self.now().duration_since(at).unwrap_or_default())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts back what a removal left aside that was cut off.
    fn put_back(&self, aside: &Path) -> std::io::Result<()> {
        let path = aside.with_extension("");
        if path.exists() { fs::remove_file(aside) } else { fs::rename(aside, path) }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.as_str();
        self.folder.join(&name[..2]).join(&name[2..4]).join(name)
    }
}

impl Storage for FolderStorage {
    fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let path = self.path(digest);
        let doing = || format!("store {}", path.display());
        if self.age(&path).with_context(doing)?.is_some_and(|age| age < AGING) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(doing)?;
        let mut draft = tempfile::NamedTempFile::new_in(folder).with_context(doing)?;
        draft.write_all(bytes).with_context(doing)?;
        draft.as_file().set_modified(self.now()).with_context(doing)?;
        draft.as_file().sync_all().with_context(doing)?;
        draft.persist(&path).with_context(doing)?;
        fs::File::open(folder).and_then(|folder| folder.sync_all()).with_context(doing)
    }

    fn take(&self, digest: &Digest, file: &Path) -> Result<()> {
        let path = self.path(digest);
        let doing = || format!("store {}", path.display());
        if self.age(&path).with_context(doing)?.is_some_and(|age| age < AGING) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(doing)?;
        // Young from its first moment, however long it lay in the spool.
        let spooled = fs::File::options().append(true).open(file).with_context(doing)?;
        spooled.set_modified(self.now()).and_then(|()| spooled.sync_all()).with_context(doing)?;
        if fs::rename(file, &path).is_err() {
            // Another file system: what stands under a digest is whole at any time, so it is copied beside first.
            let mut draft = tempfile::NamedTempFile::new_in(folder).with_context(doing)?;
            let mut file = fs::File::open(file).with_context(doing)?;
            std::io::copy(&mut file, &mut draft).with_context(doing)?;
            draft.as_file().set_modified(self.now()).with_context(doing)?;
            draft.as_file().sync_all().with_context(doing)?;
            draft.persist(&path).with_context(doing)?;
        }
        fs::File::open(folder).and_then(|folder| folder.sync_all()).with_context(doing)
    }

    fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        match fs::read(self.path(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read the stored file {digest}")),
        }
    }

    fn place(&self, digest: &Digest, path: &Path) -> Result<bool> {
        let stored = self.path(digest);
        let doing = || format!("place the stored file {digest} at {}", path.display());
        match fs::hard_link(&stored, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound && !stored.exists() => Ok(false),
            // Another file system, or one without links: copy.
            Err(_) => fs::copy(&stored, path).map(|_| true).with_context(doing),
        }
    }

    fn read(&self, digest: &Digest) -> Result<Option<Box<dyn Read>>> {
        match fs::File::open(self.path(digest)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read the stored file {digest}")),
        }
    }

    fn each(&self, tell: &mut dyn FnMut(Stored)) -> Result<()> {
        let doing = || format!("look through {}", self.folder.display());
        if !self.folder.exists() {
            return Ok(());
        }
        let mut left_aside = Vec::new();
        for found in walkdir::WalkDir::new(&self.folder) {
            let found = found.with_context(doing)?;
            if found.path().extension().is_some_and(|extension| extension == ASIDE) {
                left_aside.push(found.into_path());
                continue;
            }
            let digest = found.file_name().to_str().and_then(Digest::parse);
            if let Some(digest) = digest.filter(|_| found.file_type().is_file()) {
                let file = found.metadata().with_context(doing)?;
                let age = file.modified().ok().and_then(|at| self.now().duration_since(at).ok());
                tell(Stored { digest, bytes: file.len(), is_old: age.is_some_and(|age| age >= OLD) });
            }
        }
        left_aside.iter().try_for_each(|aside| self.put_back(aside)).with_context(doing)
    }

    fn remove_old(&self, digest: &Digest) -> Result<bool> {
        let path = self.path(digest);
        let doing = || format!("remove the stored file {digest}");
        let is_old = |path: &Path| Ok::<_, std::io::Error>(self.age(path)?.is_some_and(|age| age >= OLD));
        if !is_old(&path).with_context(doing)? {
            return Ok(false);
        }
        // Out of reach, then looked at again: who stores it from now on finds nothing and writes it anew, and who did
        // before left it young.
        let aside = path.with_extension(ASIDE);
        match fs::rename(&path, &aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            outcome => outcome.with_context(doing)?,
        }
        match is_old(&aside).with_context(doing)? {
            true => fs::remove_file(&aside).with_context(doing).map(|()| true),
            false => self.put_back(&aside).with_context(doing).map(|()| false),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::kernel::Timestamp;
    use crate::kernel::time::{DAY, HOUR};

    struct Standing(Mutex<Timestamp>);

    impl Standing {
        fn new() -> Arc<Self> {
            Arc::new(Standing(Mutex::new(Timestamp::from_micros(1_800_000_000_000_000))))
        }

        fn advance(&self, micros: i64) {
            let mut at = self.0.lock().unwrap();
            *at = at.plus(micros);
        }
    }

    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[test]
    fn what_was_stored_comes_back_and_can_be_placed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::new(folder.path().join("assets"), Standing::new());
        let digest = Digest::of(b"bytes");
        assert_eq!(storage.get(&digest).unwrap(), None);
        assert!(!storage.place(&digest, &folder.path().join("copy")).unwrap());
        storage.put(&digest, b"bytes").unwrap();
        storage.put(&digest, b"bytes").unwrap();
        assert_eq!(storage.get(&digest).unwrap().unwrap(), b"bytes");
        assert!(storage.place(&digest, &folder.path().join("copy")).unwrap());
        assert_eq!(fs::read(folder.path().join("copy")).unwrap(), b"bytes");
        let spooled = folder.path().join("spooled");
        fs::write(&spooled, b"more").unwrap();
        storage.take(&Digest::of(b"more"), &spooled).unwrap();
        assert_eq!(storage.get(&Digest::of(b"more")).unwrap().unwrap(), b"more");
        assert!(!spooled.exists());
    }

    #[test]
    fn a_file_is_young_from_the_moment_when_it_was_stored_and_again_when_it_comes_again() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Standing::new();
        let storage = FolderStorage::new(folder.path().join("assets"), clock.clone());
        let (digest, spooled) = (Digest::of(b"slow"), folder.path().join("spooled"));
        let spool = || fs::write(&spooled, b"slow").unwrap();
        spool();
        // It lay in the spool for two days, by the file system's own time for much longer.
        clock.advance(2 * DAY);
        storage.take(&digest, &spooled).unwrap();
        clock.advance(23 * HOUR);
        assert!(!storage.remove_old(&digest).unwrap());
        spool();
        storage.take(&digest, &spooled).unwrap();
        clock.advance(23 * HOUR);
        assert!(!storage.remove_old(&digest).unwrap(), "somebody brought it again");
        clock.advance(HOUR);
        assert!(storage.remove_old(&digest).unwrap());
        assert_eq!(storage.get(&digest).unwrap(), None);
        assert!(!storage.remove_old(&digest).unwrap());
    }

    #[test]
    fn what_a_removal_that_was_cut_off_left_aside_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::new(folder.path().join("assets"), Standing::new());
        let digest = Digest::of(b"bytes");
        storage.put(&digest, b"bytes").unwrap();
        let path = storage.path(&digest);
        fs::rename(&path, path.with_extension(ASIDE)).unwrap();
        let seen = || {
            let mut seen = Vec::new();
            storage.each(&mut |file| seen.push(file.digest)).unwrap();
            seen
        };
        assert_eq!(seen(), []);
        assert_eq!(seen(), [digest]);
        assert_eq!(storage.get(&digest).unwrap().unwrap(), b"bytes");
    }
}
