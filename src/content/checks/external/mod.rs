//! Links to other hosts: whether they still lead somewhere.
//!
//! A job asks each address once, slowly, and keeps what it said ([`store`]); the checks only read that, so nobody ever
//! waits for a foreign host, and what was not asked yet is no finding. [`service::follow`] asks for the job when content is
//! stored, [`service::want`] when somebody looks.

pub mod model;
pub mod rules;
pub mod service;
mod store;

/// The job that asks the addresses of one entry.
pub const JOB: &str = "content.ask_links";
