//! Incidents: attacks on websites and faults of them, handled by SOP 3. See `docs/incidents.md`.
//!
//! An incident stands beside a case of the flow `securing`: the case says whose turn it is, the incident says what happened, where and
//! when. It begins by a person, by the job [`crate::jobs::INCIDENT_JOB`] that lower rooms enqueue, or by a citizen ([`citizens`]); [`following`] writes
//! the moves of the case into its timeline; [`handling`] is what Lamin can do about it; [`on_call`] calls people until one takes it.

pub mod api;
pub mod bundle;
pub mod citizens;
pub mod following;
pub mod handling;
pub mod model;
pub mod on_call;
pub mod print;
pub mod reporting;
pub mod rules;
pub mod service;
pub mod store;
pub mod views;

/// The job that forgets who reported an incident.
pub const TIDY_JOB: &str = "security.tidy";
/// The job that calls the next person of the on-call list.
pub const CALL_JOB: &str = "security.call";
