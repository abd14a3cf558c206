//! Notices as letters: the SMTP server of the installation, what a letter says, and the job that sends it.
//!
//! A letter tells of everything that its reader has neither read nor been written to about; one that could not be sent
//! is tried again for two days, and what it told of stands in the next one.

pub mod api;
pub mod letters;
mod links;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;

/// The job that writes to one person.
pub const JOB: &str = "notices.mail";
