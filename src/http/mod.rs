//! Words that every `api.rs` shares: how requests are read and how answers are written.

pub mod body;
pub mod etag;
pub mod problem;
pub mod query;
pub mod request;
mod schema;
pub mod upload;

pub use body::Json;
pub use problem::{Answer, Problem};
pub use query::Params;
