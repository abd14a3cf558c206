//! One file that proves an entry: what was shown, what stood there before, who did what when, who approved
//! exactly this, that the ledger recorded it, and which releases carried it.
//!
//! [`service`] makes it, [`rules`] checks it without a database: `lamin verify evidence FILE`.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
mod store;
