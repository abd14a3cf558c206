//! Which hours and days are worked: holidays, days of joint leave, and weekly hours that an administrator set.
//!
//! What ships as a file holds until somebody changes it on the screen; each change counts from its own moment
//! ([`model::Era`]), so what passed before it stays counted as it was. `procedure` counts with it, `notices` asks it
//! for days off, and `procedure::service_time` changes it.

pub mod model;
pub mod rules;
pub mod store;

pub use model::{Calendar, Holiday, HolidayKind};
