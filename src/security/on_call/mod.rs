//! Who is called when an incident begins: people in an order, each by the ways that they have, one after another until somebody takes
//! the incident. Day and night.

pub mod api;
pub mod calling;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;
