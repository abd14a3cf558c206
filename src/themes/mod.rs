//! Themes of sites: the templates and files that pages are made with, and how a changed one reaches citizens.
//!
//! What stands in the themes folder is a candidate. Somebody proposes it, which keeps its files by digest; it is
//! shown on the staging site; somebody else approves its digest; then it is live. Builds never read the folder:
//! whoever can write there changes nothing that citizens see.

pub mod api;
mod files;
mod layers;
pub mod model;
pub mod rules;
mod sandbox;
pub mod service;
pub mod settings;
pub mod squeeze;
mod store;
pub mod tags;
pub mod theme;
