//! Watching websites: when they were last updated, and what stands on them that should not.

pub mod dates;
