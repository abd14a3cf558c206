//! What a site says: content types, entries and their revisions, and the Markdown in them.
//!
//! A content type is a definition (`types/*.toml`, or a site's own); an entry has revisions, each an
//! immutable [`model::Content`] named by the digest of its canonical JSON. The row of an entry is what
//! is being worked on; what citizens see is in `live_entries`, which only [`live`] writes. Who may move
//! an entry from step to step is the business of `editorial`, one floor up.

pub mod api;
pub mod checks;
pub mod diff;
pub mod dry_run;
pub mod findable;
pub mod list;
pub mod live;
pub mod markdown;
pub mod model;
pub mod reviews;
pub mod rules;
pub mod service;
pub mod store;
pub mod type_store;
pub mod types;
pub mod uses;
mod validation;
pub mod view;
pub mod withdrawals;

pub use model::{Content, ContentType, EntryRow, Field, FieldKind, LiveEntry};
pub use view::EntryView;

pub use validation::TAG_CHARS_MAX;
