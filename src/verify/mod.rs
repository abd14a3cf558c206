//! Is what a reader gets what was signed?
//!
//! [`release`] compares a folder or an address with the manifest that stands in it, by a public key alone and
//! without a database. [`service`] compares the address of a site with what this installation published there:
//! changed, missing and added files, wrong headers, another certificate; whole, or by a sample whose worth it
//! says. A finding is a row and an event of the ledger (`verify.finding`), with the evidence kept by its digest.

pub mod api;
mod checking;
mod evidence;
mod folder;
pub mod links;
pub mod model;
pub mod release;
pub mod rules;
pub mod service;
pub mod store;
pub mod visit;
