//! Bringing a folder of Markdown into a site.
//!
//! The folder is surveyed first (what each file is, and where it will stand), because links, pictures
//! and translations point from file to file; then batches are read in parallel and written, one
//! transaction each. `rules` is pure and knows front matter, layouts and keys; `files` alone reads the
//! disk; `service` is the use case behind `lamin import`.
//!
//! With `--publish` it founds a site: what is new goes live with origin `imported`, without an
//! approver, and [`store::unconfirmed`] lists it until an approver has confirmed it ([`confirming`]).

pub mod api;
mod cases;
pub mod confirming;
mod files;
pub mod model;
mod planning;
mod reading;
pub mod rules;
pub mod service;
pub mod store;
mod surroundings;
mod survey;
mod writing;

pub use model::{Level, Options, Problem, ProblemCode, Progress, Report};

/// The origin of what an import brought, in entries and in what is live.
pub const ORIGIN: &str = "imported";
/// Who imports: whoever holds the command line.
const ACTOR_PART: &str = "command_line";
/// The same as the ledger names it.
const ACTOR: &str = "system:command_line";
/// The step in which a published entry rests.
const PUBLISHED: &str = "published";
/// The type of redirects.
const REDIRECTS: &str = "pengalihan";
