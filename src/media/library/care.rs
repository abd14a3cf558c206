//! Looking after stored bytes: are they what their names say, is anything missing, what does nobody name any more?

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Serialize;
use sha2::Digest as _;

use super::store;
use crate::app::App;
use crate::kernel::time::DAY;
use crate::kernel::{Context, Digest, Result};
use crate::ledger::{self, Event};
use crate::ports::Storage;

/// How long a file stays in the trash.
const TRASH_SPAN: i64 = 30 * DAY;
const READ_AT_ONCE_BYTES: usize = 128 * 1024;

/// Who names which stored file: its digest, and the first who was asked.
pub type Named = BTreeMap<Digest, &'static str>;

/// What a look at every stored byte came to.
#[derive(Debug, Default, Serialize)]
pub struct Verified {
    pub files: usize,
    pub bytes: u64,
    /// Files whose bytes are not what their name says.
    pub damaged: Vec<Digest>,
    /// What is named and not stored, with who names it.
    pub missing: Vec<(Digest, &'static str)>,
}

impl Verified {
    pub fn is_well(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

/// Reads every stored byte.
pub fn verify(storage: &dyn Storage, named: &Named) -> Result<Verified> {
    let mut stored = BTreeSet::new();
    storage.each(&mut |digest, _| {
        stored.insert(digest);
    })?;
    let mut found = Verified { files: stored.len(), ..Verified::default() };
    for digest in &stored {
        let (read, bytes) = digest_of(storage, digest)?;
        found.bytes += bytes;
        if read != *digest {
            found.damaged.push(*digest);
        }
    }
    let missing = named.iter().filter(|(digest, _)| !stored.contains(*digest));
    found.missing = missing.map(|(digest, who)| (*digest, *who)).collect();
    Ok(found)
}

fn digest_of(storage: &dyn Storage, digest: &Digest) -> Result<(Digest, u64)> {
    let doing = || format!("read the stored file {digest}");
    let mut hash = sha2::Sha256::new();
    let mut bytes = 0;
    // One that went meanwhile has no bytes, which are not those of its name.
    if let Some(mut file) = storage.read(digest)? {
        let mut piece = vec![0; READ_AT_ONCE_BYTES];
        loop {
            let read = file.read(&mut piece).with_context(doing)?;
            if read == 0 {
                break;
            }
            hash.update(&piece[..read]);
            bytes += read as u64;
        }
    }
    Ok((Digest::from_bytes(hash.finalize().into()), bytes))
}

/// What can be, or was, thrown away.
#[derive(Debug, Default, Serialize)]
pub struct Collected {
    /// Files that went out of the library: long in the trash, and named by no revision.
    pub forgotten: usize,
    /// Stored files that nothing names.
    pub files: usize,
    pub bytes: u64,
}

/// Empties the trash of what is long in it and of what no revision names. Nothing is stored or removed on the disk.
pub fn forget(app: &App, remove: bool) -> Result<usize> {
    let now = app.now();
    let before = now.plus(-TRASH_SPAN);
    if !remove {
        return Ok(app.db.read_blocking(|connection| store::forgettable(connection, before))?.len());
    }
    app.db.write_blocking(|tx| {
        let gone = store::forgettable(tx, before)?;
        for (site, digest) in &gone {
            store::forget(tx, *site, digest)?;
            let event = Event::new("system:library", "media.forget", format!("asset:{digest}")).site(*site);
            ledger::record(tx, &event.digest(*digest), now)?;
        }
        store::forget_derivatives(tx)?;
        Ok(gone.len())
    })
}

/// Removes stored files that nothing names, but for those that were stored within the last day; without `remove`
/// nothing goes.
pub fn collect(storage: &dyn Storage, named: &Named, remove: bool) -> Result<Collected> {
    let mut unnamed = Vec::new();
    storage.each(&mut |digest, bytes| {
        if !named.contains_key(&digest) {
            unnamed.push((digest, bytes));
        }
    })?;
    let mut collected = Collected::default();
    for (digest, bytes) in unnamed {
        if !remove || storage.remove_old(&digest)? {
            collected.files += 1;
            collected.bytes += bytes;
        }
    }
    Ok(collected)
}
