//! Headers and body of an answer, within limits.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use tokio::time::Instant;

use super::super::unpacking::Unpacker;
use crate::ports::probing::Ended;

pub fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Reads and unpacks a body until its end, `bytes_max` or `until`: what has come by then is kept.
pub async fn body(
    mut body: Incoming,
    headers: &[(String, String)],
    bytes_max: usize,
    until: Instant,
) -> (Vec<u8>, Ended) {
    let coding = headers.iter().find(|(name, _)| name == "content-encoding").map_or("", |(_, value)| value.as_str());
    let Some(mut unpacker) = Unpacker::of(coding, bytes_max) else { return (Vec::new(), Ended::Broken) };
    let mut left = bytes_max;
    loop {
        let frame = match tokio::time::timeout_at(until, body.frame()).await {
            Err(_) => return (unpacker.end().0, Ended::TooSlow),
            Ok(None) => break,
            Ok(Some(Err(_))) => return (unpacker.end().0, Ended::Broken),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(piece) = frame.into_data() else { continue };
        let taken = &piece[..piece.len().min(left)];
        left -= taken.len();
        match unpacker.take(taken) {
            Ok(()) if taken.len() == piece.len() && !unpacker.is_full() => {}
            Ok(()) => return (unpacker.end().0, Ended::Cut),
            Err(_) => return (unpacker.end().0, Ended::Broken),
        }
    }
    let is_full = unpacker.is_full();
    match unpacker.end() {
        (bytes, _) if is_full => (bytes, Ended::Cut),
        (bytes, true) => (bytes, Ended::Whole),
        (bytes, false) => (bytes, Ended::Broken),
    }
}
