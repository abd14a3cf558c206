//! Watching websites, whatever software they run on. See `docs/monitoring.md`.

pub mod dates;
pub mod pages;
