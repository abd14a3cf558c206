//! Versions of things that are changed: `ETag` out, `If-Match` in.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::kernel::{Code, Refusal};

/// The tag of a version: `"7"`.
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// An answer with the tag of a version of what it says.
pub fn tagged(mut answer: HttpResponseBuilder, version: i32, body: impl serde::Serialize) -> HttpResponse {
    answer.insert_header(("ETag", etag(version))).json(body)
}

/// The version that the caller has seen. Required for every write of something that exists.
pub fn if_match(request: &HttpRequest) -> Result<i32, Refusal> {
    let header = request.headers().get("If-Match").ok_or_else(|| Refusal::new(Code::IfMatchRequired))?;
    let text = header.to_str().unwrap_or_default().trim();
    let number = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    number.parse().map_err(|_| Refusal::new(Code::Malformed).detail("If-Match holds the ETag that you were given"))
}

/// Refuses a version that is no longer the current one, and says which is.
pub fn current(seen: i32, version: i32) -> Result<(), Refusal> {
    if seen == version {
        return Ok(());
    }
    Err(Refusal::new(Code::Stale).extra("current_version", version))
}
