//! Answers of the management API go out packed: its JSON shrinks to a tenth, and editors sit on slow lines.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ContentEncoding, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;

use super::request::is_api;

/// What fits into one packet arrives no sooner when packed. It also leaves alone what holds tokens, whose length would
/// else tell of them.
const PACKED_BYTES_MIN: usize = 1_400;
/// Longer ones would hold up the thread that packs them; lists are far shorter.
const PACKED_BYTES_MAX: usize = 4 << 20;
/// Of 11: beyond it an answer is hardly shorter, and takes several times as long.
const EFFORT: i32 = 4;

/// Middleware. What streams (events, files) and what is not JSON passes as it is.
pub async fn packed(
    incoming: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let wanted = is_api(incoming.path()) && takes_brotli(incoming.headers());
    let answer = next.call(incoming).await?.map_into_boxed_body();
    if !wanted || !is_plain_json(answer.headers()) {
        return Ok(answer);
    }
    let (request, answer) = answer.into_parts();
    let (mut answer, body) = answer.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) if (PACKED_BYTES_MIN..=PACKED_BYTES_MAX).contains(&bytes.len()) => {
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_ENCODING, ContentEncoding::Brotli.to_header_value());
            headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            BoxBody::new(pack(&bytes)?)
        }
        Ok(bytes) => BoxBody::new(bytes),
        Err(stream) => stream,
    };
    Ok(ServiceResponse::new(request, answer.set_body(body)))
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_json = kind.starts_with("application/json") || kind.starts_with("application/problem+json");
    is_json && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Every browser since 2017 does, over TLS and on its own machine; others get the answer as it is.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let taken = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    taken.split(',').map(str::trim).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim() == "br"
            && weight.trim().strip_prefix("q=").is_none_or(|q| q.trim().parse().is_ok_and(|q: f32| q > 0.0))
    })
}

fn pack(bytes: &[u8]) -> std::io::Result<Bytes> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: EFFORT, ..Default::default() };
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(Bytes::from(packed))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn taking(value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        takes_brotli(&headers)
    }

    #[test]
    fn what_is_packed_unpacks_to_the_same() {
        let text = "{\"items\":[]}".repeat(500);
        let packed = pack(text.as_bytes()).unwrap();
        let mut back = String::new();
        brotli::Decompressor::new(&packed[..], 4096).read_to_string(&mut back).unwrap();
        assert_eq!((back == text, packed.len() < 100), (true, true));
    }

    #[test]
    fn only_whoever_says_so_is_sent_packed_answers() {
        assert!(taking("gzip, deflate, br, zstd") && taking("br;q=0.5"));
        assert!(!taking("gzip") && !taking("br;q=0") && !taking("brunch") && !takes_brotli(&HeaderMap::new()));
    }
}
