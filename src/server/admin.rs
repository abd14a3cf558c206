//! The admin: one page of HTML and the files that it loads, embedded in the binary. It talks to the API like every other
//! program, and is told nothing here that it could not ask there.

use std::borrow::Cow;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use crate::http::Answer;
use crate::kernel::{Code, Digest, Refusal};

/// What `npm run build` makes of `admin/`. A debug build reads the folder at each request.
#[derive(RustEmbed)]
#[folder = "admin/dist"]
#[allow_missing = true]
struct Built;

/// Scripts, styles and requests are our own alone; pictures may be made in the page (`blob:`, before they are sent).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    font-src 'self'; media-src 'self' blob:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Vite names these by their content.
const HASHED: &str = "assets/";

/// `GET /admin/…`: a file where there is one, else the page, which reads the address itself.
pub async fn answer(request: HttpRequest, path: web::Path<String>) -> Answer {
    let path = path.into_inner();
    if let Some(file) = Built::get(&path).filter(|_| path != "index.html") {
        let keep = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
        return Ok(file_answer(&request, &path, &file, keep));
    }
    // What has an ending is a file that an older page asks for.
    if path.starts_with(HASHED) {
        return Err(Refusal::new(Code::NotFound).into());
    }
    match Built::get("index.html") {
        Some(file) => Ok(file_answer(&request, "index.html", &file, "no-cache")),
        None => Ok(HttpResponse::ServiceUnavailable().content_type("text/html; charset=utf-8").body(NOT_BUILT)),
    }
}

/// `/admin` is `/admin/`.
pub async fn door() -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, "/admin/")).finish()
}

fn file_answer(request: &HttpRequest, path: &str, file: &rust_embed::EmbeddedFile, keep: &str) -> HttpResponse {
    let tag = format!("\"{}\"", Digest::from_bytes(file.metadata.sha256_hash()));
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::ETAG, tag.clone()))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .content_type(mime_guess::from_path(path).first_or_octet_stream().to_string());
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return answer.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
    }
    match &file.data {
        Cow::Borrowed(bytes) => answer.body(*bytes),
        Cow::Owned(bytes) => answer.body(bytes.clone()),
    }
}

const NOT_BUILT: &str = "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><title>Lamin</title>\
    <p>Layar pengelola belum dibangun. Jalankan <code>make admin</code>, lalu bangun ulang Lamin.</p>\
    <p lang=\"en\">The admin has not been built. Run <code>make admin</code>, then build Lamin again.</p></html>";
