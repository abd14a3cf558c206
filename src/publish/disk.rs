//! The file-system calls that a release depends on, each in one place, so that a test can have the n-th fail.
#![expect(clippy::disallowed_methods, reason = "the home of published files")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::symlink;
use std::path::Path;

/// What fails in tests: `fail::cfg("publish.disk", "return(28)")` with the number of the system's error.
fn point() -> io::Result<()> {
    fail::fail_point!("publish.disk", |number| {
        let number = number.and_then(|text| text.parse().ok()).unwrap_or(libc::EIO);
        Err(io::Error::from_raw_os_error(number))
    });
    Ok(())
}

pub fn make_folder(path: &Path) -> io::Result<()> {
    point()?;
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

pub fn make_folders(path: &Path) -> io::Result<()> {
    point()?;
    fs::create_dir_all(path)
}

/// Writes a file that must not be there yet; makes its folder if that is missing.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    point()?;
    let open = || OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = in_folder(path, open)?;
    point()?;
    file.write_all(bytes)
}

/// Gives a file a second name, or copies it where that cannot be; makes the folder if it is missing.
pub fn link(from: &Path, to: &Path) -> io::Result<()> {
    point()?;
    in_folder(to, || match fs::hard_link(from, to) {
        // Another file system, one without links, or one name too many.
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => {
            fs::copy(from, to).map(|_| ())
        }
        outcome => outcome,
    })
}

/// Tries again with the folder made, when the first try found none.
fn in_folder<T>(path: &Path, attempt: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match (attempt(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound && !folder.exists() => {
            make_folders(folder)?;
            attempt()
        }
        (outcome, _) => outcome,
    }
}

pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    point()?;
    fs::rename(from, to)
}

/// The same, into a folder that may be missing.
pub fn rename_into(from: &Path, to: &Path) -> io::Result<()> {
    point()?;
    in_folder(to, || fs::rename(from, to))
}

/// Removes a file; `false` when there was none.
pub fn remove(path: &Path) -> io::Result<bool> {
    point()?;
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

/// Removes a folder if nothing is in it; `false` when something is.
pub fn remove_if_empty(folder: &Path) -> io::Result<bool> {
    point()?;
    match fs::remove_dir(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

pub fn point_link(target: &str, at: &Path) -> io::Result<()> {
    point()?;
    symlink(target, at)
}

/// `None` when the file is not there.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    point()?;
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// Waits until what a folder holds by name (not the contents) is on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    point()?;
    File::open(folder)?.sync_all()
}

/// Waits until everything written to the file system that holds `folder` is on the disk.
pub fn sync_file_system(folder: &Path) -> io::Result<()> {
    point()?;
    sync_all_of(&File::open(folder)?)
}

#[cfg(target_os = "linux")]
fn sync_all_of(folder: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor belongs to `folder`, which outlives the call; syncfs touches no memory of ours.
    let outcome = unsafe { libc::syncfs(folder.as_raw_fd()) };
    if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
fn sync_all_of(_folder: &File) -> io::Result<()> {
    // SAFETY: sync takes and gives nothing.
    unsafe { libc::sync() };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_is_made_and_a_present_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("berita/a/index.html");
        write_new(&file, b"a").unwrap();
        assert!(write_new(&file, b"b").is_err(), "two pages must not share an address");
        let twin = folder.path().join("en/a/index.html");
        link(&file, &twin).unwrap();
        assert_eq!(read(&twin).unwrap().unwrap(), b"a");
        assert!(!remove_if_empty(twin.parent().unwrap()).unwrap());
        assert!(remove(&twin).unwrap() && !remove(&twin).unwrap());
        assert!(remove_if_empty(twin.parent().unwrap()).unwrap());
        assert!(link(&folder.path().join("none"), &twin).is_err());
    }
}
