//! Derivatives: what citizens get instead of an uploaded picture. Smaller, upright, in sRGB, without anything that
//! the camera told.
//!
//! `rules` says which there are to be, `picture` makes pixels of a file, `encode` files of pixels, at a quality that
//! `score` measured; `service` is the job that does it, one picture after another. Everything follows from the
//! original, the focus and [`rules::VERSION`], so a derivative is named by these and made once.

mod credit;
mod encode;
pub mod model;
mod picture;
pub mod rules;
mod score;
pub mod service;
pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

pub use model::{Derivative, Derived, Focus};
