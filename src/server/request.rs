//! What surrounds every request: an id, a language, a line in the log, headers.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use tracing::Instrument;

use crate::app::App;
use crate::http::request::{self, Language};
use crate::kernel::digest::hex;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id (its own if it brings a sane one), and everything under it too.
pub async fn identified(
    incoming: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = id_of(&incoming);
    let header = |name: &str| incoming.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let language = Language::of_header(header("Accept-Language"));
    let span = tracing::info_span!("request", request_id = %id, method = %incoming.method(), path = incoming.path());
    let api = is_api(incoming.path());
    let begun = Instant::now();
    let mut response = request::with(id.clone(), language, next.call(incoming).instrument(span.clone())).await?;
    let status = response.status().as_u16();
    let micros = begun.elapsed().as_micros() as u64;
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(status, micros, "answered")
        } else {
            tracing::debug!(status, micros, "answered")
        }
    });
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    if api {
        let absent = !headers.contains_key("cache-control");
        if absent {
            headers.insert(HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store"));
        }
    }
    Ok(response)
}

/// The management API: never cached, never framed.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

fn id_of(incoming: &ServiceRequest) -> String {
    let brought = incoming.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let sane = |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if let Some(id) = brought.filter(sane) {
        return id.to_owned();
    }
    match incoming.app_data::<web::Data<App>>() {
        Some(app) => hex(app.random::<8>()),
        None => String::new(),
    }
}
