//! Entries through the procedure of publication: SOP 1.
//!
//! An entry moves with its case, and [`crate::procedure::rules::decide`] alone says whether. Approval binds
//! to the digest of the closure; whatever changes it afterwards voids it. [`service`] writes and moves,
//! [`schedule`] does at its time what a publisher ordered, [`inbox`] and [`history`] are read, [`presence`]
//! tells who else is at an entry, [`bulk`] gives one command to many,
//! [`terms`] gives a tag or category another name.
//! Every type goes this way, also kategori, menu, pengalihan and pengaturan: there is no second door.

pub mod api;
pub mod bulk;
mod desk;
pub mod history;
pub mod inbox;
pub mod model;
mod moves;
pub mod presence;
pub mod replace;
pub mod rules;
pub mod schedule;
pub mod service;
pub mod store;
mod telling;
pub mod terms;

pub use schedule::run_due;
