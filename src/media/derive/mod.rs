//! Derivatives: what citizens get instead of an uploaded picture. Smaller, upright, in sRGB, without anything that
//! the camera told. And what a document shows before it is opened: its first page, and its text for searching.
//!
//! `rules` says which there are to be, `picture` makes pixels of a file, `encode` files of pixels, at a quality that
//! `score` measured; `service` is the job that does it, one picture after another. Everything follows from the
//! original, the focus and [`rules::VERSION`], so a derivative is named by these and made once.

mod credit;
pub mod document;
pub mod drawn;
mod encode;
pub mod model;
#[cfg(feature = "documents")]
pub mod pdf;
pub mod picture;
pub mod rules;
mod score;
pub mod service;
pub mod store;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod work;

pub use encode::{JPEG_HAS_VECTORS, WRITES_AVIF};
pub use model::{Derivative, Derived, Focus};

/// Whether this program can read PDF.
pub const READS_PDF: bool = cfg!(feature = "documents");
