//! `/api/v1/monitoring`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Faring, Profile, Watched, Window};
use super::service::{self, Announced, Wanted};
use super::{rules, store};
use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{IncidentId, MonitorId, SiteId, WindowId};
use crate::kernel::page::{Cursor, Limit};
use crate::kernel::time::ZONE_DEFAULT;
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::monitoring::schedule::model::{Look, Out, Rollup, Span};
use crate::monitoring::schedule::store as history;
use crate::monitoring::states::grouping::Kind;
use crate::monitoring::states::model::{Incident, State};
use crate::monitoring::states::store as incidents;

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

/// What one cause did.
#[derive(Serialize, ToSchema)]
struct WebsiteIncident {
    id: IncidentId,
    kind: Kind,
    cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    domain: String,
    since: Timestamp,
    /// When people were told, or last reminded.
    #[serde(skip_serializing_if = "Option::is_none")]
    told_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    over_at: Option<Timestamp>,
    websites_count: i64,
    /// The first hundred, by agency.
    websites: Vec<IncidentWebsite>,
}

/// A website that it struck.
#[derive(Serialize, ToSchema)]
struct IncidentWebsite {
    id: MonitorId,
    agency: String,
    url: String,
    since: Timestamp,
    /// When it was back.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<Timestamp>,
}

const WEBSITES_LISTED_MAX: i64 = 100;

/// Incidents, newest first.
#[derive(Serialize, ToSchema)]
struct WebsiteIncidentPage {
    items: Vec<WebsiteIncident>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A time of announced work.
#[derive(Serialize, ToSchema)]
struct MaintenanceWindow {
    id: WindowId,
    /// Of one website; without it and without a group: of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    monitor: Option<MonitorId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    starts_at: Timestamp,
    ends_at: Timestamp,
    zone: String,
    reason: String,
    created_at: Timestamp,
}

impl From<Window> for MaintenanceWindow {
    fn from(one: Window) -> Self {
        MaintenanceWindow {
            id: one.id,
            monitor: one.monitor(),
            group: one.group().map(str::to_owned),
            starts_at: one.span.from,
            ends_at: one.span.until,
            zone: one.zone,
            reason: one.reason,
            created_at: one.created_at,
        }
    }
}

/// Windows, the latest end first.
#[derive(Serialize, ToSchema)]
struct MaintenanceWindowPage {
    items: Vec<MaintenanceWindow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Work to be announced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMaintenanceWindow {
    monitor: Option<MonitorId>,
    group: Option<String>,
    /// Of the IANA database; `Asia/Makassar` if none is named.
    #[serde(default = "zone")]
    zone: String,
    /// On the clock of that zone: `2026-11-23T18:00`.
    starts: String,
    ends: String,
    reason: String,
}

fn zone() -> String {
    ZONE_DEFAULT.to_owned()
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
    params(("id" = String, Path), ("span" = Option<Span>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
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

fn incident(one: Incident, count: i64, members: Vec<incidents::Member>) -> WebsiteIncident {
    let website = |member: incidents::Member| IncidentWebsite {
        id: member.monitor,
        agency: member.agency,
        url: member.url,
        since: member.since,
        left_at: member.left_at,
    };
    WebsiteIncident {
        id: one.id,
        kind: one.what.kind,
        cause: one.what.cause,
        address: one.what.address.map(|address| address.to_string()),
        domain: one.what.domain,
        since: one.what.since,
        told_at: one.told.told_at,
        over_at: one.told.over_at,
        websites_count: count,
        websites: members.into_iter().map(website).collect(),
    }
}

/// What befell websites, newest first: one incident for each cause, with the list of those that it struck.
#[utoipa::path(tag = "monitoring", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = WebsiteIncidentPage), (status = 403)))]
#[get("/api/v1/monitoring/incidents")]
async fn list_incidents(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let read = move |c: &mut crate::db::Conn| {
        let page = incidents::page(c, (limit, cursor.as_ref()))?;
        let mut items = Vec::new();
        for one in page.items {
            let (count, members) =
                (incidents::members_count(c, one.id)?, incidents::members(c, one.id, WEBSITES_LISTED_MAX)?);
            items.push(incident(one, count, members));
        }
        Ok(WebsiteIncidentPage { items, next_cursor: page.next_cursor })
    };
    Ok(HttpResponse::Ok().json(app.db.read(read).await?))
}

/// Announced work, the latest end first.
#[utoipa::path(tag = "monitoring", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MaintenanceWindowPage), (status = 403)))]
#[get("/api/v1/monitoring/windows")]
async fn list_windows(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let page = app.db.read(move |c| store::windows(c, limit, cursor.as_ref())).await?;
    let items = page.items.into_iter().map(MaintenanceWindow::from).collect();
    Ok(HttpResponse::Ok().json(MaintenanceWindowPage { items, next_cursor: page.next_cursor }))
}

/// Announces work: looks go on, and nobody is told.
#[utoipa::path(tag = "monitoring", request_body = NewMaintenanceWindow,
    responses((status = 201, body = MaintenanceWindow), (status = 403), (status = 404), (status = 422)))]
#[post("/api/v1/monitoring/windows")]
async fn announce_window(app: web::Data<App>, actor: Actor, body: Json<NewMaintenanceWindow>) -> Answer {
    let NewMaintenanceWindow { monitor, group, zone, starts, ends, reason } = body.0;
    let one = service::announce(&app, &actor, Announced { monitor, group, zone, starts, ends, reason }).await?;
    Ok(HttpResponse::Created().json(MaintenanceWindow::from(one)))
}

/// Ends announced work now, or takes back what was to come.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
#[delete("/api/v1/monitoring/windows/{id}")]
async fn end_window(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    service::end(&app, &actor, WindowId::parse(&id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_monitored).service(create_monitored).service(one_monitored).service(change_monitored);
    config.service(remove_monitored).service(list_probes).service(list_history).service(list_outages);
    config.service(list_incidents).service(list_windows).service(announce_window).service(end_window);
}
