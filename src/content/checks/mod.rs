//! Checks before publication: what somebody should look at before citizens do.
//!
//! [`rules`] reads content and says what it finds, pure, one file for each family; what a site makes of a finding (block,
//! warn, off) is its [`model::Policy`]. A finding that blocks is mended, or confirmed with a reason: a confirmation
//! ([`service::confirm`]) names the revision and the findings that it is about, so a changed text needs a new one.
//! `editorial` asks [`service::refuse_blocked`] before content is handed on, approved or published.

pub mod api;
pub mod external;
pub mod model;
pub mod reading;
pub mod rules;
pub mod service;
pub mod store;
pub mod wording;
