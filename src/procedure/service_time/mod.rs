//! Service hours and holidays as an administrator sets them, and what a change does to cases that run.
//!
//! A change counts from its own moment. Time that has passed stays counted as it was; what is left of a step's time is
//! counted by the new calendar, so the due times of running cases move in the same transaction. What was late stays so.

pub mod api;
pub mod service;
