//! What can be found out about a website before it is watched: proposed to whoever adds it.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
