//! The pictures that programs show beside a link to a page which has none of its own: the site's colour, seal and name, the page's title, its kind and day.
//!
//! What such a picture shows is its [`Recipe`], and the digest of that is its address: so a page names its picture from the start, without knowing
//! whether it is made yet, and no page is written again when it is. [`rules`] lay out, [`paint`] draws, [`service`] is the job that makes them, the
//! newest first; a release holds those that are made. All letters are of one font, which is built in (`plus-jakarta-sans.OFL.txt` is its licence).

mod paint;
mod recipes;
mod rules;
pub mod service;
pub mod store;
#[cfg(test)]
mod tests;

pub use recipes::{Of, Standing};
pub use rules::{HEIGHT, Recipe, WIDTH, is_share, path};
