//! Terms: the categories and tags of a site, how many entries bear each, and another name for one.
//!
//! A term stands in the revisions that bear it, and an approval binds them. So another name changes drafts, never what
//! somebody has approved or citizens see: what is live becomes a draft beside itself, if that is wished, and goes its way.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
mod store;
