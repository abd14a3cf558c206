//! Deploying: the live release of a site goes to the servers that show it.
//!
//! A *target* is such a server. Each release goes to every active one, in order; what a target missed
//! it does not get later: it gets the newest. A target is read first (its own `release.json` says what
//! it holds), then it is sent the difference. Two ways make that safe:
//!
//! - [`link`]: a complete new folder there, then the rename of a link. Needs a POSIX shell on the other
//!   side (`ssh`), or on this one (`directory`).
//! - [`moves`]: files come under temporary names first, then a journal says which are to be renamed, so that
//!   a deploy that is cut is finished by the next. For those who offer files and no shell: `sftp`, `s3`,
//!   and a `directory` whose server follows no links.
//!
//! Public: [`service`] (use cases and the job), [`api`], [`model`].

pub mod api;
mod channel;
mod check;
mod delta;
mod difference;
mod folder;
mod link;
pub mod model;
mod moves;
mod packets;
pub mod rules;
mod run;
mod s3;
mod sealed;
pub mod service;
mod sftp;
mod ssh;
mod store;
pub mod web;
mod work;
