//! The weekly report on the agencies' websites (SOP 2). Each case of that procedure has one: it adopts the figures of a round, people
//! write their reasons and put right what was judged wrongly, and what is handed to the head is frozen as a version.

pub mod api;
pub mod model;
pub mod nudges;
pub mod pages;
pub mod print;
pub mod printing;
pub mod rules;
pub mod service;
pub mod store;
mod words;
