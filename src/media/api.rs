//! `/api/v1/sites/{site}/assets`.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Alt, Asset};
use super::service::{self, Description};
use super::store;
use crate::app::App;
use crate::http::{Answer, Json, Params, etag, upload};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Digest, Refusal};
use crate::sites;

#[derive(serde::Serialize, utoipa::ToSchema)]
struct AssetPage {
    items: Vec<Asset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Stores one or many files; each is named by the digest of its bytes.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path)),
    request_body(content_type = "multipart/form-data", description = "One or more files"),
    responses((status = 201, body = AssetPage), (status = 413), (status = 415), (status = 503))
)]
#[post("/api/v1/sites/{site}/assets")]
async fn create(app: web::Data<App>, actor: Actor, path: web::Path<String>, form: Multipart) -> Answer {
    let site = visible(&app, &actor, path.into_inner()).await?;
    let _: Permit<cases::UploadAssets> = actor.permit(site.id)?;
    let files = upload::files(form, &app.config).await?;
    let accepted = service::accept_all(&app, files).await?;
    let items = service::upload(&app, &actor, site.id, accepted).await?;
    Ok(HttpResponse::Created().json(AssetPage { items, next_cursor: None }))
}

/// The files of a site, newest first.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = AssetPage))
)]
#[get("/api/v1/sites/{site}/assets")]
async fn list(app: web::Data<App>, actor: Actor, path: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let site = visible(&app, &actor, path.into_inner()).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let page = app.db.read(move |c| store::list(c, site.id, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(AssetPage { items: page.items, next_cursor: page.next_cursor }))
}

/// What is known of one file.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    responses((status = 200, body = Asset), (status = 404))
)]
#[get("/api/v1/sites/{site}/assets/{digest}")]
async fn one(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let site = visible(&app, &actor, site).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let digest = named(&digest)?;
    let asset = app.db.read(move |c| store::find(c, site.id, &digest)).await?;
    let asset = asset.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(asset.version))).json(asset))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AssetDescription {
    alt: Option<Alt>,
    credit: Option<String>,
}

/// Writes alternative text and credit.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    request_body = AssetDescription,
    responses((status = 200, body = Asset), (status = 412))
)]
#[patch("/api/v1/sites/{site}/assets/{digest}")]
async fn describe(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    Json(new): Json<AssetDescription>,
) -> Answer {
    let (site, digest) = path.into_inner();
    let (site, digest) = (visible(&app, &actor, site).await?, named(&digest)?);
    let new = Description { alt: new.alt, credit: new.credit };
    let asset = service::describe(&app, &actor, (site.id, digest), etag::if_match(&request)?, new).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(asset.version))).json(asset))
}

async fn visible(app: &App, actor: &Actor, key: String) -> crate::kernel::Result<sites::Site> {
    let actor = actor.clone();
    app.db.read(move |c| sites::store::find_visible(c, &key, &actor)).await
}

fn named(digest: &str) -> Result<Digest, Refusal> {
    Digest::parse(digest).ok_or_else(|| Refusal::new(Code::NotFound))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create).service(list).service(one).service(describe);
}
