//! Uploaded files: what is accepted, how it is described, where citizens find it.
//!
//! A file is named by the digest of its bytes, and its kind is told by its bytes and not by its name.
//! [`service::accept`] is the one judge of a file, whatever door it comes through; how it judges stands in [`judge`].

pub mod api;
pub mod derive;
pub mod judge;
pub mod library;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;
pub mod uploads;

pub use model::{Accepted, Asset, Kind};
