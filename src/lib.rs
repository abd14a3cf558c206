//! Lamin: one house for the websites of a regional government. See `ARCHITECTURE.md`.

pub mod adapters;
pub mod app;
pub mod boot;
pub mod cli;
pub mod config;
pub mod content;
pub mod db;
pub mod delivery;
pub mod deploy;
pub mod editorial;
pub mod evidence;
pub mod http;
pub mod identity;
pub mod import;
pub mod jobs;
pub mod kernel;
pub mod ledger;
pub mod media;
pub mod ports;
pub mod preview;
pub mod procedure;
pub mod publish;
pub mod secrets;
pub mod server;
pub mod sites;
pub mod verify;
