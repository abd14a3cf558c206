//! The public JSON API: what is live, read-only, for any origin.
//!
//! All cards of a site stay in memory ([`index`]), read when the site is first asked for and kept up
//! with its `live_sequence` ([`shelf`]); whole entries are read by primary key. Answers are kept
//! ready to send in a cache bounded by bytes ([`service`]), each under the state it was made from, so
//! that nothing has to be thrown out when something is published.
//!
//! A commit of this process is seen by the next request, because whoever changes what is live calls
//! [`crate::app::App::live_changed`]; one of another process within a quarter of a second.

pub mod answers;
mod api;
pub mod index;
pub mod model;
pub mod query;
mod render;
pub mod rules;
pub mod search;
mod service;
pub mod shelf;
pub mod store;

pub use api::{routes, searched};
pub use service::{Answer, Model};
