//! The ledger: one event for each use case, written in its transaction, chained by hashes.
//!
//! Every event holds the hash of the one before, so an edit, a removal, an insertion or a swap breaks
//! the chain from there on; a truncation shows against the head and against signed checkpoints.
//! Tamper-evident, not tamper-proof: who holds the database and the signing key can forge both.

mod checkpoints;
pub mod model;
pub mod proof;
mod rules;
mod store;

pub use checkpoints::{checkpoint, newest_checkpoint, signed_by};
pub use model::{Checkpoint, Event, Finding, Record, Verdict};
pub use store::{Heard, Wanted, head, list, prove, record, record_all, records_naming, records_of, since, verify};
