//! A folder of this machine as a target whose web server follows no links.
#![expect(clippy::disallowed_methods, reason = "the folder is another server's web root")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::moves::{Files, new_path};
use super::work::{Going, failed};
use crate::kernel::Context;

pub struct LocalFiles {
    root: PathBuf,
    durable: bool,
    sent: u64,
}

impl LocalFiles {
    pub fn new(root: &str, durable: bool) -> Self {
        LocalFiles { root: root.into(), durable, sent: 0 }
    }

    /// The path with its folder made. A link in the web root must not lead us out of it.
    fn make_room(&self, path: &str) -> Going<PathBuf> {
        let path = self.root.join(path);
        let Some(folder) = path.parent() else { return failed("write on the target", "a path without a folder") };
        let doing = || format!("make the folder {}", folder.display());
        fs::create_dir_all(folder).with_context(doing)?;
        let (root, real) = (self.root.canonicalize().with_context(doing)?, folder.canonicalize().with_context(doing)?);
        if !real.starts_with(&root) {
            return failed("write on the target", format!("{} leads out of it", folder.display()));
        }
        Ok(path)
    }
}

impl Files for LocalFiles {
    fn read(&mut self, path: &str) -> Going<Option<Vec<u8>>> {
        match fs::read(self.root.join(path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            outcome => Ok(Some(outcome.with_context(|| format!("read {path} on the target"))?)),
        }
    }

    fn put_new(&mut self, name: &str, bytes: &[u8], _becomes: &str) -> Going<()> {
        self.put(&new_path(name), bytes)
    }

    fn list_new(&mut self) -> Going<HashMap<String, Option<u64>>> {
        let doing = || "list the new files on the target".to_owned();
        let entries = match fs::read_dir(self.root.join(new_path(""))) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
            entries => entries.with_context(doing)?,
        };
        let mut found = HashMap::new();
        for entry in entries {
            let entry = entry.with_context(doing)?;
            let size = entry.metadata().with_context(doing)?.len();
            found.insert(entry.file_name().to_string_lossy().into_owned(), Some(size));
        }
        Ok(found)
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Going<()> {
        let path = self.make_room(path)?;
        let doing = || format!("write {}", path.display());
        let draft = path.with_extension("part");
        let mut file = File::create(&draft).with_context(doing)?;
        file.write_all(bytes).with_context(doing)?;
        if self.durable {
            file.sync_data().with_context(doing)?;
        }
        fs::rename(&draft, &path).with_context(doing)?;
        self.sent += bytes.len() as u64;
        Ok(())
    }

    fn rename_all(&mut self, renames: &[(String, String)]) -> Going<Vec<usize>> {
        let mut absent = Vec::new();
        for (at, (from, to)) in renames.iter().enumerate() {
            let target = self.make_room(to)?;
            match fs::rename(self.root.join(from), &target) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => absent.push(at),
                Err(error) => Err(error).with_context(|| format!("rename a file to {}", target.display()))?,
            }
        }
        Ok(absent)
    }

    fn is_there(&mut self, path: &str, size: u64) -> Going<bool> {
        match fs::metadata(self.root.join(path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            outcome => Ok(outcome.with_context(|| format!("look at {path} on the target"))?.len() == size),
        }
    }

    fn remove_all(&mut self, paths: &[String]) -> Going<()> {
        for path in paths {
            match fs::remove_file(self.root.join(path)) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                outcome => outcome.with_context(|| format!("remove {path} on the target"))?,
            }
        }
        Ok(())
    }

    fn prune_folders(&mut self, path: &str) -> Going<()> {
        let mut path = path;
        while let Some((folder, _)) = path.rsplit_once('/') {
            // Not empty, or gone already: both end the walk.
            if fs::remove_dir(self.root.join(folder)).is_err() {
                break;
            }
            path = folder;
        }
        Ok(())
    }

    fn settle(&mut self) -> Going<()> {
        Ok(())
    }

    fn takes_copies(&self) -> bool {
        true
    }

    fn sent(&self) -> u64 {
        self.sent
    }
}
