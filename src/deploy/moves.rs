//! Files under temporary names first, then renames: for targets that offer files and no shell.
//!
//! ```text
//! <root>/.lamin/new/<name>       a file that arrived whole; its name is a digest of path and content
//! <root>/.lamin/journal.json     everything arrived: what is to be renamed and removed, in order
//! ```
//! Until the journal stands, nothing that the public sees has changed, and what arrived is not sent again. Once it
//! stands, whoever comes next finishes it before anything else: no byte is missing then. Assets are renamed first,
//! pages next, manifest and seal after them; deletions are last, so that no page names what is not there.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::difference::{Difference, bytes_to_send, difference};
use super::model::Moved;
use super::rules::{OURS, is_safe_path, phase};
use super::work::{Going, failed, shown_manifest};
use crate::kernel::{Context, Digest, Error, Result};
use crate::publish::outgoing::{Listed, Listing, Outgoing, RELEASE, SEAL, lingering_of};

/// What a target shows us at most.
pub const SHOWN_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The few things that a target must be able to do. Paths are below its root; they are checked before.
pub trait Files {
    /// `None` when there is no such file.
    fn read(&mut self, path: &str) -> Going<Option<Vec<u8>>>;
    /// Stores a file for [`Files::list_new`] to find, perhaps after a while: [`Files::settle`] waits for it. A file
    /// that is cut off is shorter than it should be.
    fn put_new(&mut self, name: &str, bytes: &[u8], becomes: &str) -> Going<()>;
    /// The files that `put_new` stored, with what of them arrived; no size where they always arrive whole.
    fn list_new(&mut self) -> Going<HashMap<String, Option<u64>>>;
    /// Stores a file that appears whole or not at all, and waits for it.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Going<()>;
    /// Renames new files over whatever has their path, in any order; makes the folders for them. Tells which
    /// of them, by their place in the list, are not among the new ones.
    fn rename_all(&mut self, renames: &[(String, String)]) -> Going<Vec<usize>>;
    /// Whether a file of that size, as it was handed over, stands at its path.
    fn is_there(&mut self, path: &str, size: u64) -> Going<bool>;
    /// Removes files in any order. Removing what is not there is no error.
    fn remove_all(&mut self, paths: &[String]) -> Going<()>;
    /// Removes the folders above a path as far as they are empty.
    fn prune_folders(&mut self, path: &str) -> Going<()>;
    /// Waits until the other side has taken what was handed over without waiting.
    fn settle(&mut self) -> Going<()>;
    /// Whether compressed copies beside the files are of use to whoever serves them.
    fn takes_copies(&self) -> bool;
    /// Bytes that went out.
    fn sent(&self) -> u64;
}

/// What remains to be done, in order, when all bytes are there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journal {
    v: u32,
    release: i32,
    manifest: Digest,
    /// Where a file stands in the folder of new ones, its path, and how large it is.
    renames: Vec<(Digest, String, u64)>,
    removals: Vec<String>,
}

fn journal_path() -> String {
    format!("{OURS}/journal.json")
}

/// Where a new file stands until it is renamed.
pub fn new_path(name: &str) -> String {
    format!("{OURS}/new/{name}")
}

/// The name of a file until it is renamed. Equal contents at two paths are two files.
fn name_of(file: &Listed) -> Digest {
    Digest::of(format!("{}\n{}", file.path, file.sha256))
}

/// Brings the release to a target. `fresh`: every file is sent, whatever the target says it holds.
pub fn deploy(release: &Outgoing, files: &mut dyn Files, fresh: bool) -> Going<Moved> {
    let mut moved = Moved::default();
    let outcome = bring(release, files, fresh, &mut moved);
    moved.bytes_sent = files.sent();
    outcome.map(|()| moved)
}

fn bring(release: &Outgoing, files: &mut dyn Files, fresh: bool, moved: &mut Moved) -> Going<()> {
    if let Some(bytes) = files.read(&journal_path())? {
        // Read for its version: a bucket replaces what was seen and nothing else.
        files.read(RELEASE)?;
        match read_journal(&bytes) {
            Ok(journal) => finish(files, &journal)?,
            Err(error) => tracing::warn!(%error, "the journal on a target is not ours"),
        }
    }
    let Some(held) = held(release, files, fresh)? else { return Ok(()) };
    let difference = difference(release, &held, files.takes_copies())?;
    send(release, files, &difference, moved)?;
    let journal = Journal {
        v: 1,
        release: release.release,
        manifest: release.manifest_digest,
        renames: difference.send.iter().map(|file| (name_of(file), file.path.to_string(), file.size)).collect(),
        removals: difference.remove.clone(),
    };
    moved.files_removed = u32::try_from(journal.removals.len()).unwrap_or(u32::MAX);
    let bytes = serde_json::to_vec(&journal).context("write a journal")?;
    files.put(&journal_path(), &bytes)?;
    finish(files, &journal)?;
    let shown = files.read(RELEASE)?.map(Digest::of);
    if shown != Some(release.manifest_digest) {
        return failed("deploy", "the target shows another manifest than it was sent");
    }
    Ok(())
}

/// What the target holds; `None` when that is this release already.
fn held(release: &Outgoing, files: &mut dyn Files, fresh: bool) -> Going<Option<Listing>> {
    let Some(manifest) = files.read(RELEASE)? else { return Ok(Some(Listing::default())) };
    let seal = files.read(SEAL)?.unwrap_or_default();
    if fresh {
        return Ok(Some(Listing::default()));
    }
    if manifest == release.manifest && seal == release.seal {
        return Ok(None);
    }
    let mut listed = match shown_manifest(&manifest) {
        Ok(listed) => listed,
        Err(error) => {
            tracing::warn!(%error, "everything is sent anew");
            return Ok(Some(Listing::default()));
        }
    };
    // A seal that cannot be read lists nothing: what lingers then stays there, and no page names it.
    let lingering = lingering_of(&seal).unwrap_or_default().into_iter().map(|lingering| lingering.file);
    listed.extend(lingering.filter(|file| is_safe_path(&file.path)));
    Ok(Some(listed.into_iter().collect()))
}

/// Has everything that is to be sent stand in the folder of new files.
fn send(release: &Outgoing, files: &mut dyn Files, difference: &Difference, moved: &mut Moved) -> Going<()> {
    let mut there = files.list_new()?;
    for file in &difference.send {
        let name = name_of(file);
        let arrived = there.remove(name.as_str());
        if arrived.is_some_and(|size| size.is_none_or(|size| size == file.size)) {
            continue;
        }
        let bytes = bytes_to_send(release, file)?;
        files.put_new(name.as_str(), &bytes, &file.path)?;
        moved.files_sent += 1;
    }
    // Of an attempt at another release.
    let stale: Vec<String> = there.keys().map(|name| new_path(name)).collect();
    files.settle()?;
    files.remove_all(&stale)
}

/// What a journal says comes from the target, so nothing in it is believed before it is looked at.
fn read_journal(bytes: &[u8]) -> Result<Journal> {
    let journal: Journal = serde_json::from_slice(bytes).context("read the journal on the target")?;
    let mut paths = journal.renames.iter().map(|(_, path, _)| path).chain(&journal.removals);
    match paths.find(|path| !is_safe_path(path)) {
        Some(path) => Err(Error::broken("read the journal on the target", format!("it names {path:?}"))),
        None => Ok(journal),
    }
}

/// Renames and removes what a journal says, from wherever an earlier attempt came to.
fn finish(files: &mut dyn Files, journal: &Journal) -> Going<()> {
    // A manifest is the last of all: it is what says which release this is.
    let turn = |path: &str| (phase(path), path == RELEASE);
    let mut renames: Vec<_> = journal.renames.iter().collect();
    renames.sort_by_key(|(_, path, _)| turn(path));
    for phase in renames.chunk_by(|(_, a, _), (_, b, _)| turn(a) == turn(b)) {
        let pairs: Vec<_> = phase.iter().map(|(name, path, _)| (new_path(name.as_str()), path.clone())).collect();
        for absent in files.rename_all(&pairs)? {
            let (_, path, size) = phase[absent];
            if !files.is_there(path, *size)? {
                // Somebody took it away. Without a manifest everything is sent anew.
                files.remove_all(&[RELEASE.into(), journal_path()])?;
                return failed("finish an earlier deploy", format!("{path} is neither new nor in its place"));
            }
        }
    }
    files.remove_all(&journal.removals)?;
    for path in &journal.removals {
        files.prune_folders(path)?;
    }
    files.remove_all(&[journal_path()])
}
