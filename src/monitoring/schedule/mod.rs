//! When each website is looked at, and the engine that does it.
//!
//! A look is due at a *slot*: the intervals since 1970, moved by a share that the website's id says. So looks are spread evenly, and a
//! slot has the same time after every start: what is stored of it is stored once.

pub mod engine;
mod judging;
pub mod looking;
pub mod model;
pub mod rules;
pub mod store;
pub mod timetable;
