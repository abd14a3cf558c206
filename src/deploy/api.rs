//! `/api/v1/sites/{site}/targets`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Credentials, Deployment, Kind, State, Step, Target};
use super::service::{self, Wanted};
use super::store;
use super::web::WebServer;
use crate::app::App;
use crate::http::{Answer, Json, Params, etag, off_the_loop};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{SiteId, TargetId};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::sites;

/// A target, without what opens it.
#[derive(Serialize, ToSchema)]
struct TargetView {
    id: TargetId,
    key: String,
    kind: Kind,
    /// By kind: see `docs/deploy.md`.
    #[schema(value_type = Object)]
    settings: Value,
    has_credentials: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    active: bool,
    position: i32,
    state: State,
    version: i32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Target> for TargetView {
    fn from(target: Target) -> Self {
        TargetView {
            id: target.id,
            key: target.key,
            kind: target.way.kind(),
            settings: target.way.settings(),
            has_credentials: target.credentials.is_some(),
            url: target.url,
            active: target.active,
            position: target.position,
            state: target.state,
            version: target.version,
            created_at: target.created_at,
            updated_at: target.updated_at,
        }
    }
}

/// The targets of a site, in their order.
#[derive(Serialize, ToSchema)]
struct TargetPage {
    items: Vec<TargetView>,
}

/// Attempts, newest first.
#[derive(Serialize, ToSchema)]
struct DeploymentPage {
    items: Vec<Deployment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What a look at a target found.
#[derive(Serialize, ToSchema)]
struct CheckAnswer {
    /// Whether every step is.
    ok: bool,
    steps: Vec<Step>,
}

/// A target to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTarget {
    key: String,
    kind: Kind,
    #[schema(value_type = Object)]
    settings: Value,
    credentials: Option<Credentials>,
    url: Option<String>,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    position: i32,
}

/// What a target is to be from now on. Without `credentials` those that are stored stay, unless it leads
/// to another server; `{}` removes them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedTarget {
    kind: Kind,
    #[schema(value_type = Object)]
    settings: Value,
    credentials: Option<Credentials>,
    url: Option<String>,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    position: i32,
}

fn yes() -> bool {
    true
}

/// Servers that the releases of a site go to, in their order.
#[utoipa::path(tag = "targets", params(("site" = String, Path)),
    responses((status = 200, body = TargetPage), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/targets")]
async fn list_targets(app: web::Data<App>, actor: Actor, site: web::Path<String>) -> Answer {
    let site = site_of(&app, &actor, site.into_inner()).await?;
    let _permit: Permit<cases::SeeTargets> = actor.permit(site)?;
    let targets = app.db.read(move |c| store::list(c, site)).await?;
    Ok(HttpResponse::Ok().json(TargetPage { items: targets.into_iter().map(TargetView::from).collect() }))
}

/// Makes a target; the live release goes there at once if it is active.
#[utoipa::path(tag = "targets", params(("site" = String, Path)), request_body = NewTarget,
    responses((status = 201, body = TargetView), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/targets")]
async fn create_target(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<NewTarget>) -> Answer {
    let site = site_of(&app, &actor, site.into_inner()).await?;
    let NewTarget { key, kind, settings, credentials, url, active, position } = body.0;
    let wanted = Wanted { kind, settings, credentials, url, active, position };
    let target = service::create(&app, &actor, site, key, wanted).await?;
    let tag = etag::etag(target.version);
    Ok(HttpResponse::Created().insert_header(("ETag", tag)).json(TargetView::from(target)))
}

/// One target.
#[utoipa::path(tag = "targets", params(("site" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = TargetView), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/targets/{key}")]
async fn one_target(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let target = seen_target(&app, &actor, path.into_inner()).await?;
    let tag = etag::etag(target.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(TargetView::from(target)))
}

/// Replaces a target's settings.
#[utoipa::path(tag = "targets", params(("site" = String, Path), ("key" = String, Path)), request_body = ChangedTarget,
    responses((status = 200, body = TargetView), (status = 403), (status = 404), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/sites/{site}/targets/{key}")]
async fn change_target(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: Json<ChangedTarget>,
) -> Answer {
    let (site, key) = path.into_inner();
    let site = site_of(&app, &actor, site).await?;
    let ChangedTarget { kind, settings, credentials, url, active, position } = body.0;
    let wanted = Wanted { kind, settings, credentials, url, active, position };
    let target = service::change(&app, &actor, (site, key), etag::if_match(&request)?, wanted).await?;
    let tag = etag::etag(target.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(TargetView::from(target)))
}

/// Removes a target; what was deployed there stays there.
#[utoipa::path(tag = "targets", params(("site" = String, Path), ("key" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 412), (status = 428)))]
#[delete("/api/v1/sites/{site}/targets/{key}")]
async fn remove_target(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let (site, key) = path.into_inner();
    let site = site_of(&app, &actor, site).await?;
    service::remove(&app, &actor, (site, key), etag::if_match(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Looks at a target without deploying: reach, login, write, rename, free space, clock, what is served there.
#[utoipa::path(tag = "targets", params(("site" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = CheckAnswer), (status = 403), (status = 404)))]
#[post("/api/v1/sites/{site}/targets/{key}/check")]
async fn check_target(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, key) = path.into_inner();
    let site = site_of(&app, &actor, site).await?;
    let app = App::clone(&app);
    let steps = off_the_loop("check a target", move || service::look(&app, &actor, site, &key)).await?;
    Ok(HttpResponse::Ok().json(CheckAnswer { ok: steps.iter().all(|step| step.ok), steps }))
}

/// Settings for the target's web server, as a text: redirects, 404, caching, compression, headers.
#[utoipa::path(tag = "targets", params(("site" = String, Path), ("key" = String, Path), ("server" = WebServer, Query)),
    responses((status = 200, content_type = "text/plain", body = String), (status = 403), (status = 404), (status = 422)))]
#[get("/api/v1/sites/{site}/targets/{key}/settings")]
async fn web_settings(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let server = params.take("server")?.unwrap_or_default();
    params.finish()?;
    let (site, key) = path.into_inner();
    let target = seen_target(&app, &actor, (site.clone(), key)).await?;
    let server = WebServer::parse(&server);
    let server =
        server.ok_or_else(|| Refusal::new(Code::Malformed).field("server", "not_a_choice", "apache or nginx"))?;
    let write = move || service::web_settings(&app, &site, &target, server);
    let text = off_the_loop("write the settings of a web server", write).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

/// Attempts to serve a target, newest first.
#[utoipa::path(tag = "targets",
    params(("site" = String, Path), ("key" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = DeploymentPage), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/targets/{key}/deployments")]
async fn list_deployments(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let target = seen_target(&app, &actor, path.into_inner()).await?;
    let page = app.db.read(move |c| store::deployments(c, target.id, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(DeploymentPage { items: page.items, next_cursor: page.next_cursor }))
}

async fn site_of(app: &App, actor: &Actor, key: String) -> Result<SiteId> {
    let actor = actor.clone();
    app.db.read(move |c| Ok(sites::store::find_visible(c, &key, &actor)?.id)).await
}

async fn seen_target(app: &App, actor: &Actor, (site, key): (String, String)) -> Result<Target> {
    let site = site_of(app, actor, site).await?;
    let _permit: Permit<cases::SeeTargets> = actor.permit(site)?;
    let target = app.db.read(move |c| store::find_by_key(c, site, &key)).await?;
    target.ok_or_else(|| Refusal::new(Code::NotFound).into())
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_targets).service(create_target).service(one_target).service(change_target);
    config.service(remove_target).service(check_target).service(list_deployments).service(web_settings);
}
