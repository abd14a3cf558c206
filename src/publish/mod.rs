//! Publishing: a release is a pure function of live revisions, settings, theme and renderer version.
//!
//! `snapshot` reads what is live, `plan` says which pages follow from it, `render` makes their bytes,
//! `folder` writes them into a fresh folder, `swap` makes the complete release live by renaming a
//! link. `serve` shows it. Public: [`service`] (build, activate), [`api`], [`serve`], [`model`].

pub mod api;
mod build;
mod compress;
mod dates;
mod feeds;
mod folder;
mod manifest;
pub mod model;
mod pages;
pub mod plan;
mod redirects;
pub mod render;
pub mod rules;
pub mod serve;
mod served;
pub mod service;
pub mod snapshot;
mod squeeze;
mod store;
mod swap;
pub mod theme;
pub mod views;
