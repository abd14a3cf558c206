//! Who somebody is and what they may do.
//!
//! Users, passwords, sessions and tokens lead to an [`Actor`]; an actor asked for a use case on a site
//! gives a [`Permit`] or a refusal. Nothing else in the house decides about permission.

pub mod account;
pub mod api;
mod limits;
pub mod links;
pub mod model;
pub mod passwords;
mod permits;
pub mod rules;
pub mod service;
pub mod store;
pub mod tokens;

pub use model::{Actor, Grant, Role};
pub use permits::{ALL as USE_CASES, Permit, Scope, UseCase, cases};
