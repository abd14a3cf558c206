//! Watching websites from outside, whatever they run on: are they there, are they kept up, did somebody else write on
//! them. See `docs/monitoring.md`.
//!
//! What is read of them is judged by pure functions (`dates`, `pages`, `scan`, `posture`); `look` fetches, and asks them.
//! `baselines` are what operators accepted of them, `discovery` finds out about new ones.
//! `sites` are those that are watched, `schedule` looks at each in its time, `states` says what people are told of it;
//! `rounds` look at all of each, `recap` is the weekly report on that.

pub mod baselines;
pub mod dates;
pub mod decoding;
pub mod discovery;
pub mod letterhead;
pub mod look;
mod markup;
pub mod page;
pub mod pages;
pub mod posture;
pub mod recap;
pub mod rounds;
pub mod scan;
pub mod schedule;
pub mod sites;
pub mod states;
