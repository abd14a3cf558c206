//! Resumable uploads by the tus protocol 1.0: creation, expiration, checksum, termination.
//!
//! A file grows in the spool; how far it is, its length says. When it is whole, the judge has it like any other.

pub mod api;
pub mod model;
pub mod service;
pub mod store;
