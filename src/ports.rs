//! The outside world on one page. Everything else that a use case touches is the database.

use std::path::Path;

use crate::kernel::{Result, Timestamp};

/// What time it is. Tests set it; nothing in the house sleeps to wait for it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Unpredictable bytes: for ids, tokens and salts.
pub trait Chance: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Uploaded files, each named by the digest of its bytes. What is stored is never changed.
pub trait Storage: Send + Sync {
    /// Stores the bytes under their digest, durably; storing the same twice is no error.
    fn put(&self, digest: &crate::kernel::Digest, bytes: &[u8]) -> Result<()>;
    /// `None` when nothing is stored under that digest.
    fn get(&self, digest: &crate::kernel::Digest) -> Result<Option<Vec<u8>>>;
    /// Writes the file to a path (linked where the file system allows); `false` when it is not stored.
    fn place(&self, digest: &crate::kernel::Digest, path: &Path) -> Result<bool>;
}
