//! The library over HTTP: where a file is used, folders, the trash, many files at once.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Bulk, Folder, Use};
use super::{service, store};
use crate::app::App;
use crate::http::{Answer, Json, Params};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::Digest;
use crate::media::api::{AssetPage, named, visible};

/// Where a file is used.
#[derive(Serialize, utoipa::ToSchema)]
struct Uses {
    /// At most 100 by their newest revision, and 100 by what citizens see.
    items: Vec<Use>,
    /// All entries that name it, also those that did so in older revisions alone.
    ever: i64,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Folders {
    items: Vec<Folder>,
}

/// The entries that name a file, in what citizens see or in their newest revision.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    responses((status = 200, body = Uses))
)]
#[get("/api/v1/sites/{site}/assets/{digest}/uses")]
async fn uses(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let (site, digest) = (visible(&app, &actor, site).await?, named(&digest)?);
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let found = app.db.read(move |c| store::uses(c, site.id, &digest)).await?;
    Ok(HttpResponse::Ok().json(Uses { items: found.uses, ever: found.ever }))
}

/// The folders of the library that hold files, with how many.
#[utoipa::path(tag = "media", params(("site" = String, Path)), responses((status = 200, body = Folders)))]
#[get("/api/v1/sites/{site}/asset-folders")]
async fn folders(app: web::Data<App>, actor: Actor, path: web::Path<String>, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let site = visible(&app, &actor, path.into_inner()).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let items = app.db.read(move |c| store::folders(c, site.id)).await?;
    Ok(HttpResponse::Ok().json(Folders { items }))
}

/// Moves, tags, trashes or restores many files: all of them or none.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path)),
    request_body = Bulk,
    responses((status = 200, body = AssetPage), (status = 404), (status = 409), (status = 422))
)]
#[post("/api/v1/sites/{site}/assets/bulk")]
async fn bulk(app: web::Data<App>, actor: Actor, path: web::Path<String>, Json(wanted): Json<Bulk>) -> Answer {
    let site = visible(&app, &actor, path.into_inner()).await?;
    let items = service::bulk(&app, &actor, site.id, wanted).await?;
    Ok(HttpResponse::Ok().json(AssetPage { items, next_cursor: None }))
}

/// Puts a file into the trash. 409 `in_use` with the entries that name it.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    responses((status = 204), (status = 404), (status = 409))
)]
#[delete("/api/v1/sites/{site}/assets/{digest}")]
async fn trash(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let (site, digest) = (visible(&app, &actor, site).await?, named(&digest)?);
    service::trash(&app, &actor, site.id, digest).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a file out of the trash.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    responses((status = 200, body = AssetPage), (status = 404), (status = 409))
)]
#[post("/api/v1/sites/{site}/assets/{digest}/restore")]
async fn restore(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let (site, digest) = (visible(&app, &actor, site).await?, named(&digest)?);
    let asset = service::restore(&app, &actor, site.id, digest).await?;
    Ok(HttpResponse::Ok().json(AssetPage { items: vec![asset], next_cursor: None }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(folders).service(bulk).service(uses).service(trash).service(restore);
}
