//! `/api/v1/monitoring/sites`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Faring, Profile, Watched};
use super::service::{self, Wanted};
use super::{rules, store};
use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{MonitorId, SiteId};
use crate::kernel::page::{Cursor, Limit};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::monitoring::schedule::model::{Look, Out, Rollup, Span};
use crate::monitoring::schedule::store as history;
use crate::monitoring::states::model::State;

/// A watched website, and how it fares.
#[derive(Serialize, ToSchema)]
struct MonitoredSite {
    id: MonitorId,
    /// Published here.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<SiteId>,
    agency: String,
    url: String,
    profile: Profile,
    interval_seconds: i32,
    active: bool,
    state: State,
    /// When that state began.
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_at: Option<Timestamp>,
    /// Why the last look was not good.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// Where it was found last.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    version: i32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<(Watched, Faring)> for MonitoredSite {
    fn from((one, how): (Watched, Faring)) -> Self {
        MonitoredSite {
            id: one.id,
            site: one.site_id,
            agency: one.agency,
            url: one.url,
            profile: one.profile,
            interval_seconds: one.interval_seconds,
            active: one.active,
            state: how.state,
            since: how.since,
            looked_at: how.looked_at,
            cause: how.cause,
            address: how.address,
            version: one.version,
            created_at: one.created_at,
            updated_at: one.updated_at,
        }
    }
}

/// Watched websites, by agency.
#[derive(Serialize, ToSchema)]
struct MonitoredSitePage {
    items: Vec<MonitoredSite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What is to be watched.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedMonitoredSite {
    agency: String,
    /// Without a scheme it is read as HTTPS.
    url: String,
    #[serde(default)]
    profile: Profile,
    /// Between two looks; 30 to 86,400.
    #[serde(default = "interval")]
    interval_seconds: i32,
    #[serde(default = "yes")]
    active: bool,
}

fn interval() -> i32 {
    rules::INTERVAL_SECONDS_DEFAULT
}

fn yes() -> bool {
    true
}

impl From<WantedMonitoredSite> for Wanted {
    fn from(body: WantedMonitoredSite) -> Self {
        let WantedMonitoredSite { agency, url, profile, interval_seconds, active } = body;
        Wanted { agency, url, profile, interval_seconds, active }
    }
}

/// Single looks, newest first.
#[derive(Serialize, ToSchema)]
struct ProbePage {
    items: Vec<Look>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Hours or days, newest first.
#[derive(Serialize, ToSchema)]
struct ProbeRollupPage {
    items: Vec<Rollup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Outages, newest first.
#[derive(Serialize, ToSchema)]
struct MonitoredOutagePage {
    items: Vec<Out>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Watched websites, by agency.
#[utoipa::path(tag = "monitoring",
    params(("state" = Option<State>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MonitoredSitePage), (status = 403)))]
#[get("/api/v1/monitoring/sites")]
async fn list_monitored(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor, state) = (params.limit()?, params.cursor()?, params.take("state")?);
    params.finish()?;
    let state = state.map(|text| State::parse(&text).ok_or_else(|| not_a_choice("state"))).transpose()?;
    let page = app.db.read(move |c| store::page(c, state, (limit, cursor.as_ref()))).await?;
    let items = page.items.into_iter().map(MonitoredSite::from).collect();
    Ok(HttpResponse::Ok().json(MonitoredSitePage { items, next_cursor: page.next_cursor }))
}

fn not_a_choice(name: &str) -> Refusal {
    Refusal::new(Code::Malformed).field(name, "not_a_choice", "see the reference")
}

/// Has a website watched.
#[utoipa::path(tag = "monitoring", request_body = WantedMonitoredSite,
    responses((status = 201, body = MonitoredSite), (status = 403), (status = 409), (status = 413), (status = 422)))]
#[post("/api/v1/monitoring/sites")]
async fn create_monitored(app: web::Data<App>, actor: Actor, body: Json<WantedMonitoredSite>) -> Answer {
    let one = service::create(&app, &actor, body.0.into()).await?;
    let tag = etag::etag(one.0.version);
    Ok(HttpResponse::Created().insert_header(("ETag", tag)).json(MonitoredSite::from(one)))
}

/// One watched website.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 200, body = MonitoredSite), (status = 403), (status = 404)))]
#[get("/api/v1/monitoring/sites/{id}")]
async fn one_monitored(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let one = service::find(&app, &actor, MonitorId::parse(&id)?).await?;
    let tag = etag::etag(one.0.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(MonitoredSite::from(one)))
}

/// Changes what is watched.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)), request_body = WantedMonitoredSite,
    responses((status = 200, body = MonitoredSite), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/monitoring/sites/{id}")]
async fn change_monitored(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
    body: Json<WantedMonitoredSite>,
) -> Answer {
    let which = (MonitorId::parse(&id)?, etag::if_match(&request)?);
    let one = service::change(&app, &actor, which, body.0.into()).await?;
    let tag = etag::etag(one.0.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(MonitoredSite::from(one)))
}

/// Watches a website no more, and forgets what was seen of it.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409), (status = 412), (status = 428)))]
#[delete("/api/v1/monitoring/sites/{id}")]
async fn remove_monitored(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    service::remove(&app, &actor, (MonitorId::parse(&id)?, etag::if_match(&request)?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One that there is, and the page that is asked for.
async fn paged(app: &App, actor: &Actor, id: &str, mut params: Params) -> Result<(MonitorId, Limit, Option<Cursor>)> {
    let (one, _) = service::find(app, actor, MonitorId::parse(id)?).await?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    Ok((one.id, limit, cursor))
}

/// Single looks at a website, newest first; kept for three days.
#[utoipa::path(tag = "monitoring",
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ProbePage), (status = 403), (status = 404)))]
#[get("/api/v1/monitoring/sites/{id}/probes")]
async fn list_probes(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let params = Params::parse(request.query_string())?;
    let (id, limit, cursor) = paged(&app, &actor, &id, params).await?;
    let page = app.db.read(move |c| history::looks(c, id, (limit, cursor.as_ref()))).await?;
    Ok(HttpResponse::Ok().json(ProbePage { items: page.items, next_cursor: page.next_cursor }))
}

/// Looks at a website by the hour, kept for 90 days, or by the day.
#[utoipa::path(tag = "monitoring",
    params(("id" = String, Path), ("span" = Option<String>, Query, description = "`hour` or `day`; if absent, `day`"), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ProbeRollupPage), (status = 403), (status = 404)))]
#[get("/api/v1/monitoring/sites/{id}/history")]
async fn list_history(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let span = params.take("span")?.map(|text| Span::parse(&text).ok_or_else(|| not_a_choice("span")));
    let span = span.transpose()?.unwrap_or(Span::Day);
    let (id, limit, cursor) = paged(&app, &actor, &id, params).await?;
    let page = app.db.read(move |c| history::history(c, (id, span), (limit, cursor.as_ref()))).await?;
    Ok(HttpResponse::Ok().json(ProbeRollupPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Times in which a website was not there, newest first.
#[utoipa::path(tag = "monitoring",
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MonitoredOutagePage), (status = 403), (status = 404)))]
#[get("/api/v1/monitoring/sites/{id}/outages")]
async fn list_outages(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let params = Params::parse(request.query_string())?;
    let (id, limit, cursor) = paged(&app, &actor, &id, params).await?;
    let page = app.db.read(move |c| history::outages(c, id, (limit, cursor.as_ref()))).await?;
    Ok(HttpResponse::Ok().json(MonitoredOutagePage { items: page.items, next_cursor: page.next_cursor }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_monitored).service(create_monitored).service(one_monitored).service(change_monitored);
    config.service(remove_monitored).service(list_probes).service(list_history).service(list_outages);
}
