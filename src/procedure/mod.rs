//! The official procedures: SOP definitions, the engine that follows them, cases, service hours.

//!
//! [`rules::decide`] alone says whether a case moves; [`service`] opens, moves, comments and attaches, and
//! serves the entries of `editorial`, whose cases move with them.

pub mod api;
pub mod case;
mod checks;
pub mod definition;
mod files;
mod form;
pub mod hours;
mod loading;
pub mod model;
pub mod rhythm;
pub mod rules;
pub mod service;
pub mod service_time;
pub mod shelf;
pub mod store;
pub mod telling;
mod text;
pub mod timing;
pub mod views;
