//! Everything that crosses features, on both databases. One binary, because linking is what costs.

#[path = "../hostile/mod.rs"]
mod hostile_files;
mod live_rows;
mod support;
mod things;

mod admin;
mod api;
mod audit;
mod browser;
mod bulk;
mod cases;
mod checks;
mod content;
mod delivery;
mod deploy;
mod editorial;
mod evidence;
mod foundation;
mod hostile;
mod identity;
mod identity_links;
mod import;
mod incidents;
mod injection;
mod ledger;
mod library;
mod media;
mod model;
mod monitoring;
mod notices;
mod presence;
mod previews;
mod procedure_files;
mod procedures;
pub mod publish;
mod query_plans;
mod reviews;
mod scanner;
mod searching;
mod service_time;
mod sites;
mod terms;
mod tour;
mod uploads;
mod verify;
mod workflow;
