//! `/api/v1/sites/{site}/webhooks`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::super::mail::model::Secret;
use super::super::model::Kind;
use super::model::{Delivery, Hook};
use super::service::{self, Wanted};
use super::store;
use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{SiteId, WebhookId};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::sites;

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
struct WebhookView {
    id: WebhookId,
    url: String,
    kinds: Vec<Kind>,
    active: bool,
    version: i32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Hook> for WebhookView {
    fn from(hook: Hook) -> Self {
        let Hook { id, url, kinds, active, version, created_at, updated_at, .. } = hook;
        WebhookView { id, url, kinds, active, version, created_at, updated_at }
    }
}

/// The webhooks of a site, oldest first.
#[derive(Serialize, ToSchema)]
struct WebhookPage {
    items: Vec<WebhookView>,
}

/// What a webhook was told, newest first.
#[derive(Serialize, ToSchema)]
struct DeliveryPage {
    items: Vec<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What a webhook is to be. Without `secret` (16 to 256 bytes) the one that is stored stays; a new one needs one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedWebhook {
    url: String,
    kinds: Vec<Kind>,
    #[schema(value_type = Option<String>)]
    secret: Option<Secret>,
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

impl From<WantedWebhook> for Wanted {
    fn from(body: WantedWebhook) -> Self {
        Wanted { url: body.url, kinds: body.kinds, secret: body.secret, active: body.active }
    }
}

/// Programs that are told what happens on a site.
#[utoipa::path(tag = "webhooks", params(("site" = String, Path)),
    responses((status = 200, body = WebhookPage), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/webhooks")]
async fn list_webhooks(app: web::Data<App>, actor: Actor, site: web::Path<String>) -> Answer {
    let site = site_of(&app, &actor, site.into_inner()).await?;
    let _permit: Permit<cases::ManageWebhooks> = actor.permit(site)?;
    let hooks = app.db.read(move |c| store::list(c, site)).await?;
    Ok(HttpResponse::Ok().json(WebhookPage { items: hooks.into_iter().map(WebhookView::from).collect() }))
}

/// Have a program told from now on.
#[utoipa::path(tag = "webhooks", params(("site" = String, Path)), request_body = WantedWebhook,
    responses((status = 201, body = WebhookView), (status = 403), (status = 404), (status = 413), (status = 422)))]
#[post("/api/v1/sites/{site}/webhooks")]
async fn create_webhook(
    app: web::Data<App>,
    actor: Actor,
    site: web::Path<String>,
    body: Json<WantedWebhook>,
) -> Answer {
    let site = site_of(&app, &actor, site.into_inner()).await?;
    let hook = service::create(&app, &actor, site, body.0.into()).await?;
    let tag = etag::etag(hook.version);
    Ok(HttpResponse::Created().insert_header(("ETag", tag)).json(WebhookView::from(hook)))
}

/// Change what a program is told, or where.
#[utoipa::path(tag = "webhooks", params(("site" = String, Path), ("webhook" = WebhookId, Path)), request_body = WantedWebhook,
    responses((status = 200, body = WebhookView), (status = 403), (status = 404), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/sites/{site}/webhooks/{webhook}")]
async fn change_webhook(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: Json<WantedWebhook>,
) -> Answer {
    let (site, id) = path.into_inner();
    let site = site_of(&app, &actor, site).await?;
    let named = (site, WebhookId::parse(&id)?);
    let hook = service::change(&app, &actor, named, etag::if_match(&request)?, body.0.into()).await?;
    let tag = etag::etag(hook.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(WebhookView::from(hook)))
}

/// Tell a program nothing any more.
#[utoipa::path(tag = "webhooks", params(("site" = String, Path), ("webhook" = WebhookId, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 412), (status = 428)))]
#[delete("/api/v1/sites/{site}/webhooks/{webhook}")]
async fn remove_webhook(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let (site, id) = path.into_inner();
    let site = site_of(&app, &actor, site).await?;
    service::remove(&app, &actor, (site, WebhookId::parse(&id)?), etag::if_match(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a program was told, newest first, and what became of it.
#[utoipa::path(tag = "webhooks",
    params(("site" = String, Path), ("webhook" = WebhookId, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = DeliveryPage), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/webhooks/{webhook}/deliveries")]
async fn list_deliveries(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let (site, id) = path.into_inner();
    let site = site_of(&app, &actor, site).await?;
    let _permit: Permit<cases::ManageWebhooks> = actor.permit(site)?;
    let id = WebhookId::parse(&id)?;
    let page = app
        .db
        .read(move |c| {
            let hook = store::find(c, id)?.filter(|hook| hook.site_id == site);
            let hook = hook.ok_or_else(|| Refusal::new(Code::NotFound))?;
            store::deliveries(c, hook.id, limit, cursor.as_ref())
        })
        .await?;
    Ok(HttpResponse::Ok().json(DeliveryPage { items: page.items, next_cursor: page.next_cursor }))
}

async fn site_of(app: &App, actor: &Actor, key: String) -> Result<SiteId> {
    let actor = actor.clone();
    app.db.read(move |c| Ok(sites::store::find_visible(c, &key, &actor)?.id)).await
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_webhooks).service(create_webhook).service(change_webhook);
    config.service(remove_webhook).service(list_deliveries);
}
