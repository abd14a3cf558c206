//! Notices: who is told what happened, and by which way.
//!
//! A notice is written in the transaction of what it tells of, after the ledger's event, whose number it bears: so each
//! person has at most one of each event. [`service::tell`] writes them; [`bell`] lets open screens know at once;
//! [`mail`] sends them as letters, [`telegram`] as messages, and [`hooks`] tells other programs.

pub mod api;
pub mod bell;
pub mod hooks;
pub mod mail;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;
pub mod telegram;

pub use bell::Bell;
pub use model::{Happening, Kind, Turn};
pub use service::tell;
