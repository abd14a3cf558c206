//! An answer that proves a finding, as one file that is kept under its digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::visit::Answer;
use crate::kernel::{Context, Digest, Result, Timestamp};
use crate::ports::Storage;

const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW_BITS: i32 = 22;

/// Keeps headers, the beginning of the body and the time; returns the digest of the file.
///
/// The file is JSON: `{"v","url","at","status","headers":[[name,value]],"sha256","bytes","body_bytes","body"}`,
/// where `body` is compressed with Brotli and written in Base64.
pub fn keep(storage: &dyn Storage, answer: &Answer, at: Timestamp) -> Result<Digest> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: BROTLI_WINDOW_BITS, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut answer.kept.as_slice(), &mut packed, &parameters).context("compress an answer")?;
    let file = json!({
        "v": 1,
        "url": answer.url,
        "at": at,
        "status": answer.fetched.status,
        "headers": answer.fetched.headers,
        "certificate": answer.fetched.certificate,
        "sha256": answer.sha256,
        "bytes": answer.size,
        "body_bytes": answer.kept.len(),
        "body": STANDARD.encode(packed),
    });
    let bytes = crate::kernel::canonical::to_string(&file).into_bytes();
    let digest = Digest::of(&bytes);
    storage.put(&digest, &bytes)?;
    Ok(digest)
}
