//! `/api/v1/sites`.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::{Actor, Permit, cases};
use crate::sites::model::Site;
use crate::sites::rules::Wanted;
use crate::sites::{service, store};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(read).service(change);
}

/// One page of sites.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "says how `Page<Site>` looks")]
struct SitePage {
    items: Vec<Site>,
    next_cursor: Option<String>,
}

/// List the sites on which I hold a role, by key.
#[utoipa::path(tag = "sites", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = SitePage), (status = 401)))]
#[get("/api/v1/sites")]
async fn list(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let visible = actor.visible_sites();
    let page =
        app.db.read(move |connection| store::page(connection, visible.as_deref(), limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(page))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateSite {
    /// A slug of at most 40 letters.
    key: String,
    name: String,
    /// Host names without a port.
    hosts: Option<Vec<String>>,
    /// Absent: `Asia/Makassar`.
    zone: Option<String>,
    /// Absent: `id`.
    locales: Option<Vec<String>>,
    /// Absent: the first of the locales.
    default_locale: Option<String>,
}

/// Create a site.
#[utoipa::path(tag = "sites", request_body = CreateSite,
    responses((status = 201, body = Site), (status = 401), (status = 403), (status = 409), (status = 422)))]
#[post("/api/v1/sites")]
async fn create(app: web::Data<App>, actor: Actor, body: Json<CreateSite>) -> Answer {
    let permit = actor.permit_installation()?;
    let CreateSite { key, name, hosts, zone, locales, default_locale } = body.0;
    let wanted = Wanted { key: Some(key), name: Some(name), hosts, zone, locales, default_locale };
    let site = service::create(&app, &actor, permit, wanted).await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/sites/{}", site.key)))
        .insert_header(("ETag", etag::etag(site.version)))
        .json(site))
}

/// One site.
#[utoipa::path(tag = "sites", params(("site" = String, Path)),
    responses((status = 200, body = Site), (status = 401), (status = 404)))]
#[get("/api/v1/sites/{site}")]
async fn read(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    let site = app.db.read(move |connection| store::find_visible(connection, &path, &actor)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(site.version))).json(site))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeSite {
    key: Option<String>,
    name: Option<String>,
    hosts: Option<Vec<String>>,
    zone: Option<String>,
    locales: Option<Vec<String>>,
    default_locale: Option<String>,
}

/// Change key, name, host names, zone or locales. All else that shows on pages is content.
#[utoipa::path(tag = "sites", params(("site" = String, Path), ("If-Match" = String, Header)), request_body = ChangeSite,
    responses((status = 200, body = Site), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)))]
#[patch("/api/v1/sites/{site}")]
async fn change(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<String>,
    request: HttpRequest,
    body: Json<ChangeSite>,
) -> Answer {
    let asking = actor.clone();
    let site = app.db.read(move |connection| store::find_visible(connection, &path, &asking)).await?;
    let permit: Permit<cases::ChangeSite> = actor.permit(site.id)?;
    let seen = etag::if_match(&request)?;
    let ChangeSite { key, name, hosts, zone, locales, default_locale } = body.0;
    let wanted = Wanted { key, name, hosts, zone, locales, default_locale };
    let site = service::change(&app, &actor, permit, seen, wanted).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(site.version))).json(site))
}
