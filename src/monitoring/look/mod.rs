//! One full look at a website: is it there, is it kept up, did somebody else write on it, how well is it kept.

pub mod dead;
mod exposed;
pub mod follow;
mod fresh;
mod intrusion;
pub mod model;
pub mod reach;
pub mod sections;
mod service;

pub use exposed::Mandate;
pub(in crate::monitoring) use fresh::lists;
pub(in crate::monitoring) use intrusion::sitemaps;
pub use service::{Asking, look};
pub(in crate::monitoring) use service::{Fetched, Round};
