//! Uploaded files in a folder: `ab/cd/abcd…`, named by the digest of their bytes.
#![expect(clippy::disallowed_methods, reason = "the home of stored files")]

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::kernel::{Context, Digest, Result};
use crate::ports::Storage;

/// A file that was stored longer ago may be removed when nothing names it.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);
/// A file that was stored longer ago is stored anew when it comes again. Less than [`OLD`], so that what is not stored
/// anew is not removed either.
const AGING: Duration = Duration::from_secs(12 * 60 * 60);

pub struct FolderStorage {
    folder: PathBuf,
}

impl FolderStorage {
    pub fn new(folder: PathBuf) -> Self {
        FolderStorage { folder }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.as_str();
        self.folder.join(&name[..2]).join(&name[2..4]).join(name)
    }
}

/// How long ago a file was stored; `None` when it is not there. A clock that was set back makes it new.
fn age(path: &Path) -> std::io::Result<Option<Duration>> {
    match fs::metadata(path).and_then(|file| file.modified()) {
        Ok(at) => Ok(Some(at.elapsed().unwrap_or_default())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Storage for FolderStorage {
    fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let path = self.path(digest);
        let doing = || format!("store {}", path.display());
        if age(&path).with_context(doing)?.is_some_and(|age| age < AGING) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(doing)?;
        let mut draft = tempfile::NamedTempFile::new_in(folder).with_context(doing)?;
        draft.write_all(bytes).with_context(doing)?;
        draft.as_file().sync_all().with_context(doing)?;
        draft.persist(&path).with_context(doing)?;
        fs::File::open(folder).and_then(|folder| folder.sync_all()).with_context(doing)
    }

    fn take(&self, digest: &Digest, file: &Path) -> Result<()> {
        let path = self.path(digest);
        let doing = || format!("store {}", path.display());
        if age(&path).with_context(doing)?.is_some_and(|age| age < AGING) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(doing)?;
        fs::File::open(file).and_then(|file| file.sync_all()).with_context(doing)?;
        if fs::rename(file, &path).is_err() {
            // Another file system: what stands under a digest is whole at any time, so it is copied beside first.
            let mut draft = tempfile::NamedTempFile::new_in(folder).with_context(doing)?;
            let mut file = fs::File::open(file).with_context(doing)?;
            std::io::copy(&mut file, &mut draft).with_context(doing)?;
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

    fn each(&self, tell: &mut dyn FnMut(Digest, u64)) -> Result<()> {
        let doing = || format!("look through {}", self.folder.display());
        if !self.folder.exists() {
            return Ok(());
        }
        for found in walkdir::WalkDir::new(&self.folder) {
            let found = found.with_context(doing)?;
            let digest = found.file_name().to_str().and_then(Digest::parse);
            if let Some(digest) = digest.filter(|_| found.file_type().is_file()) {
                tell(digest, found.metadata().with_context(doing)?.len());
            }
        }
        Ok(())
    }

    fn remove_old(&self, digest: &Digest) -> Result<bool> {
        let path = self.path(digest);
        let doing = || format!("remove the stored file {digest}");
        let aside = path.with_extension("removed");
        // Out of reach first: who stores it again from now on finds nothing and writes it anew; who did before left it
        // young.
        match fs::rename(&path, &aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            outcome => outcome.with_context(doing)?,
        }
        let old = age(&aside).with_context(doing)?.is_some_and(|age| age >= OLD);
        if old { fs::remove_file(&aside) } else { fs::rename(&aside, &path) }.with_context(doing)?;
        Ok(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_comes_back_and_can_be_placed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::new(folder.path().join("assets"));
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
}
