//! Bodies: JSON, read strictly and refused by name; a definition may come as its TOML file.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::app::App;
use crate::kernel::{Code, Refusal};

/// A JSON body. Its type must say `#[serde(deny_unknown_fields)]`, so that a misspelt name is told.
///
/// An empty body is read as `{}`. What does not fit the type is `malformed` with the place.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (kind, bytes) = (kind(request), whole(request, payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            if bytes.is_empty() {
                return Ok(Json(parse(b"{}")?));
            }
            if !is_json(&kind) {
                return Err(Refusal::new(Code::UnsupportedMedia).detail("send application/json").into());
            }
            Ok(Json(parse(&bytes)?))
        })
    }
}

/// A definition as its writer keeps it: JSON, or a TOML file. What it says is not read yet.
pub enum Definition {
    Json(Vec<u8>),
    Toml(String),
}

impl FromRequest for Definition {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (kind, bytes) = (kind(request), whole(request, payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            match kind.as_str() {
                "application/toml" => String::from_utf8(bytes)
                    .map(Definition::Toml)
                    .map_err(|_| Refusal::new(Code::Malformed).detail("the file is not UTF-8").into()),
                _ if bytes.is_empty() => Ok(Definition::Json(b"{}".to_vec())),
                kind if is_json(kind) => Ok(Definition::Json(bytes)),
                _ => {
                    let detail = "send application/json or application/toml";
                    Err(Refusal::new(Code::UnsupportedMedia).detail(detail).into())
                }
            }
        })
    }
}

/// The body within the limit of the settings, as soon as it is there.
fn whole(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Vec<u8>, Problem>> + use<> {
    let limit = request.app_data::<web::Data<App>>().map_or(0, |app| app.config.json_bytes_max);
    let declared = request.headers().get("Content-Length").and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let mut payload = payload.take();
    async move {
        if declared.is_some_and(|bytes| bytes > limit) {
            return Err(too_large(limit).into());
        }
        read(&mut payload, limit).await
    }
}

/// The whole body, refused as soon as it passes the limit.
pub async fn read(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    use futures_util::StreamExt;
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Refusal::new(Code::Malformed).detail(error.to_string()))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit).into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The refusal of a body over its limit, which is named with its unit.
pub fn too_large(limit: usize) -> Refusal {
    Refusal::new(Code::TooLarge).detail(format!("at most {limit} bytes")).extra("limit_bytes", limit as u64)
}

/// What the request says its body is, in small letters and without parameters.
fn kind(request: &HttpRequest) -> String {
    let value = request.headers().get("Content-Type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads JSON into a type; what does not fit is refused with the path to it.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    refuse_nul(bytes)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let text = error.inner().to_string();
        match text.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
            Some((name, _)) => {
                let field = if path == "." || path == name || path.ends_with(&format!(".{name}")) {
                    path
                } else {
                    format!("{path}.{name}")
                };
                let field = if field == "." { name.to_owned() } else { field };
                Refusal::new(Code::UnknownField).detail(text.clone()).field(field, "unknown", text.clone())
            }
            None if path == "." => Refusal::new(Code::Malformed).detail(text),
            None => Refusal::new(Code::Malformed).detail(text.clone()).field(path, "malformed", text),
        }
    })?;
    json.end().map_err(|error| Refusal::new(Code::Malformed).detail(error.to_string()))?;
    Ok(value)
}

/// Refuses JSON in which a string holds a NUL: `malformed`.
pub fn refuse_nul(json: &[u8]) -> Result<(), Refusal> {
    if has_nul(json) {
        return Err(Refusal::new(Code::Malformed).detail("texts hold no NUL characters"));
    }
    Ok(())
}

/// Whether a string of the JSON holds a NUL, which PostgreSQL does not store. JSON writes it as an escape
/// whose backslash is not itself escaped.
fn has_nul(json: &[u8]) -> bool {
    const ESCAPE: &[u8] = b"\\u0000";
    let mut at = 0;
    while let Some(found) = json[at..].windows(ESCAPE.len()).position(|window| window == ESCAPE) {
        let backslashes = json[..at + found].iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 0 {
            return true;
        }
        at += found + ESCAPE.len();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[allow(dead_code)]
        email: String,
    }

    fn refusal(text: &str) -> Refusal {
        parse::<Wanted>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(refusal("{").code(), Code::Malformed);
        assert_eq!(refusal("{\"email\":\"a\",\"x\":1}").code(), Code::UnknownField);
        assert_eq!(refusal("{\"email\":\"a\",\"x\":1}").field_refusals()[0].field, "x");
        assert_eq!(refusal("{\"email\":1}").field_refusals()[0].field, "email");
        assert_eq!(refusal("{\"email\":\"a\"} more").code(), Code::Malformed);
        assert_eq!(refusal(r#"{"email":"a\u0000"}"#).code(), Code::Malformed);
        assert!(parse::<Wanted>(br#"{"email":"a\\u0000"}"#).is_ok(), "a backslash, then letters");
    }
}
