//! `/api/v1/sites/{site}/releases` and `/api/v1/releases/{id}`.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::changes::model::ReleaseChanges;
use super::model::{Consequences, Release};
use super::{back, changes, service, store};
use crate::app::App;
use crate::http::{Answer, Json, Params, off_the_loop};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{JobId, ReleaseId, SiteId};
use crate::kernel::{Code, Refusal, Result};
use crate::sites;

/// What to build.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildRequest {
    /// Render every page anew even if nothing changed.
    #[serde(default)]
    fresh: bool,
}

/// The job that makes the release: `/api/v1/jobs/{id}` says when it is done.
#[derive(serde::Serialize, ToSchema)]
pub struct BuildAnswer {
    job: JobId,
}

/// A page of releases.
#[derive(serde::Serialize, ToSchema)]
pub struct ReleasePage {
    items: Vec<Release>,
    next_cursor: Option<String>,
}

/// Releases of a site, newest first.
#[utoipa::path(tag = "releases",
    params(("site" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ReleasePage), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/releases")]
async fn list_releases(app: web::Data<App>, actor: Actor, site: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let site = site_of(&app, &actor, site.into_inner()).await?;
    let _permit: Permit<cases::SeeReleases> = actor.permit(site)?;
    let page = app.db.read(move |c| store::list(c, site, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// What a release changed against the one before it: entries with who approved and who published them, the newest change
/// first, and on the first page the causes and how many pages differ.
#[utoipa::path(tag = "releases",
    params(("site" = String, Path), ("number" = i32, Path), ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ReleaseChanges), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/releases/{number}/changes")]
async fn release_changes(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let (site, number) = path.into_inner();
    let number = number.parse().map_err(|_| Refusal::new(Code::NotFound))?;
    let app = App::clone(&app);
    let read = move || changes::service::read(&app, &actor, (&site, number), (limit, cursor.as_ref()));
    Ok(HttpResponse::Ok().json(off_the_loop("compare a release with the one before", read).await?))
}

/// Asks for a release of what is live now.
#[utoipa::path(tag = "releases", params(("site" = String, Path)), request_body = BuildRequest,
    responses((status = 202, body = BuildAnswer), (status = 403), (status = 404)))]
#[post("/api/v1/sites/{site}/releases")]
async fn build_release(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<BuildRequest>) -> Answer {
    let site = site_of(&app, &actor, site.into_inner()).await?;
    let job = service::request(&app, &actor, site, body.0.fresh).await?;
    Ok(HttpResponse::Accepted().json(BuildAnswer { job }))
}

/// Makes a kept release live again. 409 `in_use`, naming them, when it would show entries again that were
/// withdrawn since it was built.
#[utoipa::path(tag = "releases", params(("id" = String, Path)),
    responses((status = 200, body = Release), (status = 403), (status = 404), (status = 409)))]
#[post("/api/v1/releases/{id}/activate")]
async fn activate_release(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = ReleaseId::parse(&id)?;
    let app = App::clone(&app);
    let release = off_the_loop("activate a release", move || back::activate(&app, &actor, id)).await?;
    Ok(HttpResponse::Ok().json(release))
}

/// What making the release live again would do to what citizens see.
#[utoipa::path(tag = "releases", params(("id" = String, Path)),
    responses((status = 200, body = Consequences), (status = 403), (status = 404)))]
#[get("/api/v1/releases/{id}/consequences")]
async fn release_consequences(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = ReleaseId::parse(&id)?;
    let app = App::clone(&app);
    let consequences = off_the_loop("compare a release", move || back::consequences(&app, &actor, id)).await?;
    Ok(HttpResponse::Ok().json(consequences))
}

/// Builds a new release of what this one showed, without what was withdrawn since. Types, files and the theme are
/// those of now.
#[utoipa::path(tag = "releases", params(("id" = String, Path)),
    responses((status = 202, body = BuildAnswer), (status = 403), (status = 404)))]
#[post("/api/v1/releases/{id}/restore")]
async fn restore_release(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let job = back::restore(&app, &actor, ReleaseId::parse(&id)?).await?;
    Ok(HttpResponse::Accepted().json(BuildAnswer { job }))
}

async fn site_of(app: &App, actor: &Actor, key: String) -> Result<SiteId> {
    let actor = actor.clone();
    app.db.read(move |c| Ok(sites::store::find_visible(c, &key, &actor)?.id)).await
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_releases)
        .service(release_changes)
        .service(build_release)
        .service(activate_release)
        .service(release_consequences)
        .service(restore_release);
}
