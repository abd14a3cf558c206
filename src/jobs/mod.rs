//! The queue, also the outbox: work is enqueued in the transaction that causes it and done after it.

pub mod model;
mod store;
mod worker;

pub use model::{INCIDENT_JOB, Job, JobState, NewJob};
pub use store::{enqueue, find, forget, is_pending};
pub use worker::{Handlers, Outcome, run_due, work};
