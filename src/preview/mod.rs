//! What is not published yet, for those who may see it: one revision by a link, a whole site on its staging host.
//!
//! Both are rendered by the code that makes releases (`publish::ahead`), both are `no-store` and `noindex`, and
//! neither is ever part of a release or reachable by a public host.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
pub mod show;
pub mod staging;
mod store;
