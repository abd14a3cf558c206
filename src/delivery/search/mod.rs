//! Searching what is live: stems from the database, everything else from memory.
//!
//! A query becomes groups of alternatives (`crate::search::expand`). The postings of their stems are the only thing that is
//! asked of the database, once for each state of a site as long as there is room for them; [`rules`] combine and rank them
//! with the weights that the index of a published site is ranked with, so both databases and the script of a page answer
//! alike.

pub mod model;
pub mod query;
pub mod rules;
mod service;

pub use service::{Searched, search};
