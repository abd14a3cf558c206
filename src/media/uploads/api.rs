//! `/api/v1/sites/{site}/uploads`: the tus protocol (<https://tus.io/protocols/resumable-upload>, 1.0).

use std::time::{Duration, UNIX_EPOCH};

use actix_web::http::header::HttpDate;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, head, options, patch, post, web};
use futures_util::StreamExt;
use sha2::Digest as _;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Checksum, Coming, file_name};
use super::service::{self, Held};
use crate::app::App;
use crate::http::body::too_large;
use crate::http::{Answer, Problem};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Digest, Refusal};
use crate::media::Asset;
use crate::sites;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,checksum,termination";
const PIECE_TYPE: &str = "application/offset+octet-stream";
/// So much of a file is in memory at once.
const PIECE_BYTES: usize = 256 * 1024;

/// What this server understands of the protocol.
#[utoipa::path(tag = "media", params(("site" = String, Path)), responses((status = 204)))]
#[options("/api/v1/sites/{site}/uploads")]
async fn about(app: web::Data<App>) -> HttpResponse {
    answer(&mut HttpResponse::NoContent())
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Checksum-Algorithm", "sha256"))
        .insert_header(("Tus-Max-Size", app.config.resumable_bytes_max))
        .finish()
}

/// Begins a resumable upload (tus 1.0): `Upload-Length` says its size, `Upload-Metadata` its name.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("Upload-Length" = u64, Header), ("Upload-Metadata" = Option<String>, Header)),
    responses((status = 201), (status = 412), (status = 413), (status = 429))
)]
#[post("/api/v1/sites/{site}/uploads")]
async fn begin(app: web::Data<App>, actor: Actor, path: web::Path<String>, request: HttpRequest) -> Answer {
    let site = allowed(&app, &actor, path.into_inner()).await?;
    speaks_tus(&request)?;
    let length = number(&request, "Upload-Length")?;
    let metadata = header(&request, "Upload-Metadata").unwrap_or_default();
    let malformed = || Refusal::new(Code::Malformed).detail("Upload-Metadata holds no name in base64");
    let name = file_name(metadata).ok_or_else(malformed)?;
    let coming = service::create(&app, &actor, site.id, (length, name)).await?;
    let location = format!("/api/v1/sites/{}/uploads/{}", site.key, coming.id);
    let mut created = HttpResponse::Created();
    Ok(state(&mut created, &coming, 0).insert_header(("Location", location)).finish())
}

/// How far an upload is.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("upload" = String, Path)),
    responses((status = 200), (status = 404))
)]
#[head("/api/v1/sites/{site}/uploads/{upload}")]
async fn look(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, id) = path.into_inner();
    let site = allowed(&app, &actor, site).await?;
    let (coming, offset) = service::find(&app, &actor, site.id, &id).await?;
    let mut found = HttpResponse::Ok();
    state(&mut found, &coming, offset).insert_header(("Upload-Length", coming.length_bytes));
    if let Some(digest) = &coming.digest {
        found.insert_header(("Content-Location", asset_path(&site.key, digest)));
    }
    Ok(found.insert_header(("Cache-Control", "no-store")).finish())
}

/// Goes on with an upload at `Upload-Offset`. The last piece has the whole file judged: 415 or 413 when it is refused.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("upload" = String, Path), ("Upload-Offset" = u64, Header), ("Upload-Checksum" = Option<String>, Header)),
    request_body(content_type = "application/offset+octet-stream", description = "The next bytes"),
    responses((status = 204), (status = 404), (status = 409), (status = 413), (status = 415), (status = 460))
)]
#[patch("/api/v1/sites/{site}/uploads/{upload}")]
async fn go_on(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let (site, id) = path.into_inner();
    let site = allowed(&app, &actor, site).await?;
    speaks_tus(&request)?;
    if header(&request, "Content-Type") != Some(PIECE_TYPE) {
        return Err(Refusal::new(Code::UnsupportedMedia).detail(format!("send {PIECE_TYPE}")).into());
    }
    let (coming, _) = service::find(&app, &actor, site.id, &id).await?;
    let held = service::hold(&app, &coming, number(&request, "Upload-Offset")?)?;
    let held = receive(held, coming.length_bytes, checksum(&request)?, payload).await?;
    let offset = held.offset;
    let mut done = HttpResponse::NoContent();
    state(&mut done, &coming, offset);
    if offset == coming.length_bytes {
        let Asset { digest, .. } = service::finish(&app, &actor, coming, held).await?;
        done.insert_header(("Content-Location", asset_path(&site.key, &digest)));
    }
    Ok(done.finish())
}

/// Gives an upload up.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("upload" = String, Path)),
    responses((status = 204), (status = 404))
)]
#[delete("/api/v1/sites/{site}/uploads/{upload}")]
async fn give_up(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, id) = path.into_inner();
    let site = allowed(&app, &actor, site).await?;
    let (coming, _) = service::find(&app, &actor, site.id, &id).await?;
    service::abandon(&app, &coming).await?;
    Ok(answer(&mut HttpResponse::NoContent()).finish())
}

/// Writes what comes. What came before a connection broke is kept, unless a checksum was promised.
async fn receive(
    mut held: Held,
    length: u64,
    checksum: Option<Checksum>,
    mut payload: web::Payload,
) -> Result<Held, Problem> {
    let (start, mut hash, mut piece) = (held.offset, sha2::Sha256::new(), Vec::new());
    let mut broken = false;
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else {
            broken = true;
            break;
        };
        if held.offset + (piece.len() + chunk.len()) as u64 > length {
            held.cut(start)?;
            return Err(too_large(usize::try_from(length).unwrap_or(usize::MAX)).into());
        }
        hash.update(&chunk);
        piece.extend_from_slice(&chunk);
        if piece.len() >= PIECE_BYTES {
            held = held.append(std::mem::take(&mut piece)).await?;
        }
    }
    held = held.append(piece).await?;
    let found = Digest::from_bytes(hash.finalize().into());
    if checksum.is_some_and(|Checksum(promised)| promised != found) {
        held.cut(start)?;
        return Err(Refusal::new(Code::ChecksumMismatch).into());
    }
    if broken { Err(Refusal::new(Code::Malformed).detail("the connection broke").into()) } else { Ok(held) }
}

async fn allowed(app: &App, actor: &Actor, key: String) -> crate::kernel::Result<sites::Site> {
    let reader = actor.clone();
    let site = app.db.read(move |c| sites::store::find_visible(c, &key, &reader)).await?;
    let _: Permit<cases::UploadAssets> = actor.permit(site.id)?;
    Ok(site)
}

fn asset_path(site: &str, digest: &Digest) -> String {
    format!("/api/v1/sites/{site}/assets/{digest}")
}

fn answer(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response.insert_header(("Tus-Resumable", VERSION))
}

fn state<'a>(response: &'a mut HttpResponseBuilder, coming: &Coming, offset: u64) -> &'a mut HttpResponseBuilder {
    let expires = UNIX_EPOCH + Duration::from_micros(coming.expires_at.micros().unsigned_abs());
    answer(response)
        .insert_header(("Upload-Offset", offset))
        .insert_header(("Upload-Expires", HttpDate::from(expires).to_string()))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

fn number(request: &HttpRequest, name: &str) -> Result<u64, Refusal> {
    let number = header(request, name).and_then(|text| text.parse().ok());
    number.ok_or_else(|| Refusal::new(Code::Malformed).field(name, "malformed", "a whole number of bytes"))
}

fn checksum(request: &HttpRequest) -> Result<Option<Checksum>, Refusal> {
    let Some(text) = header(request, "Upload-Checksum") else { return Ok(None) };
    let malformed = || Refusal::new(Code::Malformed).field("Upload-Checksum", "malformed", "sha256 and base64");
    Checksum::parse(text).map(Some).ok_or_else(malformed)
}

fn speaks_tus(request: &HttpRequest) -> Result<(), Refusal> {
    if header(request, "Tus-Resumable") == Some(VERSION) {
        return Ok(());
    }
    Err(Refusal::new(Code::TusVersion).extra("tus_version", VERSION))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(about).service(begin).service(look).service(go_on).service(give_up);
}
