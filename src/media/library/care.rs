//! Looking after stored bytes: are they what their names say, is anything missing, what does nobody name any more?

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Serialize;
use sha2::Digest as _;

use super::store;
use crate::app::App;
use crate::kernel::time::DAY;
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result};
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
    storage.each(&mut |file| {
        stored.insert(file.digest);
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

/// What left the library, or would.
#[derive(Debug)]
pub struct Forgotten {
    /// Files that were long in the trash and that no revision names.
    pub files: usize,
    /// What the library still names after that.
    pub named: Vec<Digest>,
}

/// Takes out of the library what is long in the trash and what no revision names, with what was made of it; without
/// `remove` that is only rehearsed. Nothing is stored or removed on the disk.
pub fn forget(app: &App, remove: bool) -> Result<Forgotten> {
    let now = app.now();
    let mut outcome = None;
    let done = app.db.write_blocking(|tx| {
        let gone = store::forgettable(tx, now.plus(-TRASH_SPAN))?;
        for (site, digest) in &gone {
            store::forget(tx, *site, digest)?;
            let event = Event::new("system:library", "media.forget", format!("asset:{digest}")).site(*site);
            ledger::record(tx, &event.digest(*digest), now)?;
        }
        store::forget_derivatives(tx)?;
        outcome = Some(Forgotten { files: gone.len(), named: store::stored(tx)? });
        // A refusal takes everything back.
        if remove { Ok(()) } else { Err(Refusal::new(Code::NothingChanged).into()) }
    });
    match (done, outcome) {
        (Ok(()), Some(forgotten)) => Ok(forgotten),
        (Err(Error::Refused(refusal)), Some(forgotten)) if refusal.code() == Code::NothingChanged => Ok(forgotten),
        (Err(error), _) => Err(error),
        (Ok(()), None) => Err(Error::broken("empty the trash", "the transaction told nothing")),
    }
}

/// Stored files that nothing names and that were not stored within the last day.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Collected {
    pub files: usize,
    pub bytes: u64,
}

/// Removes them; without `remove` they are only told of.
pub fn collect(storage: &dyn Storage, named: &Named, remove: bool) -> Result<Collected> {
    let mut unnamed = Vec::new();
    storage.each(&mut |file| {
        if file.is_old && !named.contains_key(&file.digest) {
            unnamed.push(file);
        }
    })?;
    let mut collected = Collected::default();
    for file in unnamed {
        if !remove || storage.remove_old(&file.digest)? {
            collected.files += 1;
            collected.bytes += file.bytes;
        }
    }
    Ok(collected)
}
