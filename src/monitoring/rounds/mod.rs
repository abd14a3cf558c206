//! Full looks at all watched websites, kept: by the clock, before the weekly report, or because somebody ordered them.
//!
//! A round is a job. It looks at whoever has no report in the round yet, so one that was killed goes on where it was, and no
//! website has two. What is seen is stored as it is seen; what others have to know of it is said in the same transaction.

pub mod model;
pub mod rules;
pub mod service;
pub mod store;
