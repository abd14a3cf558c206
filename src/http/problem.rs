//! The one place that turns refusals and failures into answers (RFC 9457).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde_json::{Map, Value, json};

use super::request::{self, Language};
use crate::kernel::{Code, Error, Refusal};

/// What a handler returns.
pub type Answer = Result<HttpResponse, Problem>;

/// A use case that ended badly, on its way to the caller.
#[derive(Debug)]
pub struct Problem(Error);

impl Problem {
    pub fn error(&self) -> &Error {
        &self.0
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem(error)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem(refusal.into())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        let status = self.0.refusal().map_or(500, Refusal::status);
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let (members, retry_after) = match &self.0 {
            Error::Refused(refusal) => {
                (refused(refusal), refusal.extras().get("retry_after_s").and_then(Value::as_u64))
            }
            Error::Broken { doing, cause } => {
                tracing::error!(request_id = request::id(), doing, cause = %chain(cause.as_ref()), "a request failed");
                (broken(), None)
            }
        };
        let mut answer = HttpResponseBuilder::new(self.status_code());
        answer.content_type("application/problem+json").insert_header(("Cache-Control", "no-store"));
        if let Some(seconds) = retry_after {
            answer.insert_header(("Retry-After", seconds));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            answer.insert_header(("WWW-Authenticate", "Bearer"));
        }
        answer.body(Value::Object(members).to_string())
    }
}

fn refused(refusal: &Refusal) -> Map<String, Value> {
    let mut members = members(refusal.code().as_str(), title(refusal.code()), refusal.status());
    if !refusal.detail_text().is_empty() {
        members.insert("detail".into(), refusal.detail_text().into());
    }
    if !refusal.field_refusals().is_empty() {
        members.insert("errors".into(), json!(refusal.field_refusals()));
    }
    members.extend(refusal.extras().clone());
    members
}

/// The cause stays in the log; the caller gets the id to ask about.
fn broken() -> Map<String, Value> {
    let title = match request::language() {
        Language::Indonesian => "Terjadi gangguan pada server.",
        Language::English => "Something broke on the server.",
    };
    members("internal".into(), title, 500)
}

fn members(code: String, title: &str, status: u16) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("type".into(), "about:blank".into());
    members.insert("title".into(), title.into());
    members.insert("status".into(), status.into());
    members.insert("code".into(), code.into());
    members.insert("request_id".into(), request::id().into());
    members
}

fn title(code: Code) -> &'static str {
    match request::language() {
        Language::Indonesian => code.title_id(),
        Language::English => code.title_en(),
    }
}

fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
