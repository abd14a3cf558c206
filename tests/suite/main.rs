//! Everything that crosses features, on both databases. One binary, because linking is what costs.

mod live_rows;
mod support;
mod things;

mod api;
mod browser;
mod cases;
mod content;
mod delivery;
mod deploy;
mod editorial;
mod evidence;
mod foundation;
mod identity;
mod import;
mod media;
mod model;
mod previews;
mod procedure_files;
mod procedures;
pub mod publish;
mod query_plans;
mod sites;
mod tour;
mod verify;
mod workflow;
