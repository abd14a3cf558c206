//! Webhooks: other programs are told what happens on a site, by a signed request for each event.
//!
//! A delivery is a row and a job, written in the transaction of what it tells of. Whoever receives it checks
//! `Lamin-Signature`: HMAC-SHA256 with the secret they were given, over `Lamin-Timestamp`, a dot and the body.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;

/// The job that makes one delivery.
pub const JOB: &str = "notices.webhook";
/// Older deliveries are removed.
pub const DELIVERY_DAYS_KEPT: i64 = 30;
