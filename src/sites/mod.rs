//! Websites of the installation, and who was appointed to what on each.
//!
//! A site holds only what addresses and the calendar need: key, name, host names, zone, locales. All
//! that shows on its pages is content and goes through the procedure. A site on which somebody holds
//! no role does not exist for them.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
pub mod store;

pub use model::Site;
