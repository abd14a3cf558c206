//! Writing a release: many small files into a fresh folder, with few calls, and one sync at the end.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::kernel::{Context, Digest, Result};
use crate::ports::Storage;

/// A file of a release, as its manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Listed {
    /// Below the site's root, without a slash at its beginning.
    pub path: String,
    pub size: u64,
    pub sha256: Digest,
}

/// The folder that a release is written into. Nothing is synced before [`Output::sync`].
pub struct Output {
    root: PathBuf,
}

impl Output {
    /// A new, empty folder.
    pub fn create(root: PathBuf) -> Result<Output> {
        fs::create_dir_all(&root).with_context(|| format!("make the folder {}", root.display()))?;
        Ok(Output { root })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the folders of these files, each once.
    pub fn make_folders<'p>(&self, files: impl Iterator<Item = &'p str>) -> Result<()> {
        let mut folders = BTreeSet::new();
        for file in files {
            let mut path = file;
            while let Some((parent, _)) = path.rsplit_once('/') {
                if !folders.insert(parent) {
                    break;
                }
                path = parent;
            }
        }
        // In order, a parent comes before what is in it.
        for folder in folders {
            match fs::create_dir(self.root.join(folder)) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                    return Err(error).with_context(|| format!("make the folder {folder} of a release"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes a file that is not there yet, into a folder that is.
    pub fn write(&self, path: String, bytes: &[u8]) -> Result<Listed> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(self.root.join(&path))
            .and_then(|mut file| file.write_all(bytes))
            .with_context(|| format!("write {path} of a release"))?;
        Ok(Listed { path, size: bytes.len() as u64, sha256: Digest::of(bytes) })
    }

    /// Places a stored file; `None` when it is not stored. Its digest is the name it is stored by.
    pub fn place(&self, storage: &dyn Storage, digest: &Digest, path: String) -> Result<Option<Listed>> {
        let target = self.root.join(&path);
        if !storage.place(digest, &target)? {
            return Ok(None);
        }
        let size = fs::metadata(&target).with_context(|| format!("look at {path} of a release"))?.len();
        Ok(Some(Listed { path, size, sha256: *digest }))
    }

    /// Waits until everything written is on the disk.
    pub fn sync(&self) -> Result<()> {
        let folder = File::open(&self.root).with_context(|| format!("open {}", self.root.display()))?;
        sync_file_system(&folder).with_context(|| format!("sync {}", self.root.display()))
    }
}

#[cfg(target_os = "linux")]
fn sync_file_system(folder: &File) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor belongs to `folder`, which outlives the call; syncfs touches no memory of ours.
    let outcome = unsafe { libc::syncfs(folder.as_raw_fd()) };
    if outcome == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_folder: &File) -> std::io::Result<()> {
    // SAFETY: sync takes and gives nothing.
    unsafe { libc::sync() };
    Ok(())
}

/// Waits until what a folder holds by name (not the contents) is on the disk.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(|| format!("sync {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_once_into_folders_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::create(folder.path().join("new")).unwrap();
        output.make_folders(["berita/a/index.html", "berita/index.html", "index.html"].into_iter()).unwrap();
        output.make_folders(["berita/b/index.html"].into_iter()).unwrap();
        let listed = output.write("berita/a/index.html".into(), b"a").unwrap();
        assert_eq!((listed.size, listed.sha256), (1, Digest::of(b"a")));
        assert!(output.write("berita/a/index.html".into(), b"b").is_err(), "two pages must not share an address");
        output.sync().unwrap();
    }
}
