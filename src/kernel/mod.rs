//! Shared words of the house: identifiers, time, digests, slugs, locales, pages, refusals.
//!
//! Everything here is pure: no database, no clock, no chance, no files. A word belongs here when two
//! features say it; a word that one feature says belongs to that feature.

pub mod canonical;
pub mod colour;
pub mod digest;
pub mod error;
pub mod id;
mod lines;
pub mod locale;
pub mod origin;
pub mod pace;
pub mod packed;
pub mod page;
mod parsed;
pub mod refusal;
pub mod slug;
pub mod tally;
pub mod time;
mod words;

pub use colour::Colour;
pub use digest::Digest;
pub use error::{Context, Error, Result};
pub use lines::line_of;
pub use locale::{Locale, Words};
pub use origin::Origin;
pub use parsed::Parsed;
pub use refusal::{Code, FieldRefusal, Refusal};
pub use slug::Slug;
pub use time::Timestamp;
pub use words::word;
