//! What watched websites are used to show, as operators accepted it, and what is new since: questions to the operator.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;
