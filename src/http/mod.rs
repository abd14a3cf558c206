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

use crate::kernel::{Error, Result};

/// Has work that waits or computes done off the event loop. `doing` says what broke, should it panic.
pub async fn off_the_loop<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    actix_web::web::block(work).await.map_err(|error| Error::broken(doing, error))?
}
