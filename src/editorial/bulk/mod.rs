//! One command to many entries: all of them or none, in one transaction.
//!
//! Nothing is decided here. Each entry goes through the function that the single command goes through, with its own
//! permit, its own version, its own digest where one is asked for, its own event and its own notices; what this room
//! adds is that one refusal takes everything back, after every entry has been asked.

pub mod api;
mod rules;
mod service;
