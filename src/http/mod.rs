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

use actix_web::HttpResponse;
use actix_web::http::header::ContentEncoding;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::kernel::{Error, Result};

/// Answers with server-sent events, each as it is written on the wire, as they come: nothing between keeps them back.
pub fn event_stream(events: impl Stream<Item = String> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header(ContentEncoding::Identity)
        .streaming(events.map(|text| Ok::<_, actix_web::Error>(Bytes::from(text))))
}

/// Has work that waits or computes done off the event loop. `doing` says what broke, should it panic.
pub async fn off_the_loop<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    actix_web::web::block(work).await.map_err(|error| Error::broken(doing, error))?
}
