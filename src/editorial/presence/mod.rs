//! Who has an entry open, and who of them is to write in it: so that two do not write the same thing twice.
//!
//! The lease only asks. What decides is the version in `If-Match`: who saves over something newer is refused
//! whether or not they held it, and nothing is lost when a browser dies with a lease.

pub mod api;
mod rules;
pub mod service;
mod store;
