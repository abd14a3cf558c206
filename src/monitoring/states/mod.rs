//! What is made of single looks: the state of a website, what people are told of it, and which of that is one incident.
//!
//! Three things that are easily mixed up stay apart. A [`model::Measurement`] is what one look saw. A [`model::Standing`] is
//! what is remembered of all of them, from which the state follows. A [`model::Word`] is what people are told, and that is little:
//! only what differs from what they were told before, together for all websites that one cause has struck.

pub mod api;
pub mod flaps;
pub mod grouping;
pub mod line;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;
pub mod windows;
