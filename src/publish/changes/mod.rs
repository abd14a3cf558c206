//! What a release changed against the one before it, and who approved and published each of its changes.
//!
//! All of it is told by the list of what went live and by the two manifests; nothing that was rendered or written is read.

pub mod model;
mod rules;
pub mod service;
mod store;
