//! Was something smuggled into a document, or was it replaced? A pure look at bytes that somebody else fetched: no
//! network, no clock, nothing run. `docs/monitoring.md` tells the method and how often it is right.
//!
//! The parts, in the order in which a document passes them: `decoding`, `markup`, `style`, `reader` make a `page` of it; `wording` says
//! whether a text offers something; `links`, `structure`, `scripts` and `defacement` gather evidence; `judge` weighs it.
//! `compare` holds two answers of one address against each other, `baseline` a site against what was accepted.

pub mod baseline;
pub mod compare;
mod defacement;
mod hosts;
mod judge;
mod links;
mod model;
mod page;
mod reader;
mod scripts;
mod signs;
mod structure;
mod style;
mod wording;

use super::decoding::text_of;
pub use model::{Evidence, Kind, Scan, Verdict};

/// Judges a document, HTML or plain text. `url` is where it came from: with it, own links are told from foreign ones.
pub fn scan(bytes: &[u8], url: Option<&str>) -> Scan {
    let text = text_of(bytes);
    judge::judge(&reader::read(&text), url)
}

/// The same of a page that came from `url`, with what of it a baseline remembers.
pub fn scan_seen(bytes: &[u8], url: &str) -> (Scan, baseline::Seen) {
    let page = reader::read(&text_of(bytes));
    (judge::judge(&page, Some(url)), baseline::Seen::of(&page, url))
}
