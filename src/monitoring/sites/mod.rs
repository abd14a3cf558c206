//! The websites that are watched: who they are of, how often they are looked at, and when work on them was announced.

pub mod api;
pub mod importing;
pub mod list;
pub mod lists;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;
pub mod table;
