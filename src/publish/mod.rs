//! Publishing: a release is a pure function of live revisions, settings, theme and renderer version.
//!
//! `snapshot` reads what is live, `plan` says which pages follow from it, `render` makes their bytes,
//! `keys` and `record` say which of them are made already, `draft` writes the others into the folder of
//! an older release, `swap` makes the complete release live by renaming a link. `serve` shows it.
//! `back` makes an older release live again; `changes` tells what a release changed. `share` makes pictures for links to pages.
//! Public: [`service`] (build), [`back`], [`api`], [`serve`], [`model`].

pub mod ahead;
pub mod api;
pub mod attested;
pub mod back;
mod beside;
mod build;
mod calendar;
mod catalogues;
pub mod changes;
mod compress;
mod cut;
pub mod dates;
mod disk;
mod draft;
mod elsewhere;
mod feeds;
pub mod finding;
pub mod forms;
pub mod gone;
mod history;
pub mod inspect;
mod keys;
mod links;
pub mod listing;
pub mod manifest;
mod menus;
pub mod model;
pub mod models;
pub mod outgoing;
mod pages;
mod pictures;
pub mod plan;
mod ranges;
mod record;
pub mod redirects;
pub mod render;
pub mod rules;
mod search;
pub mod serve;
pub mod served;
pub mod service;
pub mod share;
pub mod snapshot;
mod store;
pub mod styles;
mod swap;
pub mod views;
