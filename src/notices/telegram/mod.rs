//! Telegram: the bot of the installation, and notices as messages of it to those who chose so.
//!
//! A message tells of everything that its reader has neither read nor been written to about by this way. It names what happened and
//! where it is seen; what people said stays with us, because whoever carries the message can read it.

pub mod api;
pub mod messages;
pub mod rules;
pub mod service;
pub mod store;

/// The job that writes to one person.
pub const JOB: &str = "notices.telegram";
