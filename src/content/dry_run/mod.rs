//! What a change of a content type would break, before anybody makes it.
//!
//! What breaks is said by the very check that refuses the change; what changes is said by the two definitions.

pub mod model;
mod rules;
pub mod service;
