//! What stored texts mean, read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Digest;

/// What a text means, by the digest of the text: reading is pure, so one memory of it serves everybody in this process.
/// It holds as many as there are stored versions.
#[derive(Debug)]
pub struct Parsed<T>(Mutex<HashMap<Digest, Arc<T>>>);

impl<T> Default for Parsed<T> {
    fn default() -> Self {
        Parsed(Mutex::default())
    }
}

impl<T> Parsed<T> {
    pub fn get(&self, digest: &Digest) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    pub fn keep(&self, digest: Digest, value: T) -> Arc<T> {
        let value = Arc::new(value);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, value.clone());
        value
    }
}
