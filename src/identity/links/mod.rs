//! Links that work once, by which somebody sets their own password and is signed in.
//!
//! Only a digest of what stands in a link is kept. A newer one, another password and the end of the account put it out
//! of force; an unknown, used, old and revoked one are answered alike.

pub mod service;
pub mod store;
