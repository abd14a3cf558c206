//! The websites that are watched.

pub mod list;
