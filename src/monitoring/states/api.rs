//! `/api/v1/monitoring/incidents` and `/api/v1/monitoring/windows`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::grouping::Kind;
use super::model::Incident;
use super::store;
use crate::app::App;
use crate::db::Conn;
use crate::http::{Answer, Json, Params};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::Timestamp;
use crate::kernel::id::{IncidentId, MonitorId, WindowId};
use crate::kernel::time::ZONE_DEFAULT;
use crate::monitoring::sites::model::Window;
use crate::monitoring::sites::service::{self, Announced};
use crate::monitoring::sites::store as sites;

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
pub struct MaintenanceWindow {
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

fn incident(one: Incident, count: i64, members: Vec<store::Member>) -> WebsiteIncident {
    let website = |member: store::Member| IncidentWebsite {
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
    let read = move |c: &mut Conn| {
        let page = store::page(c, (limit, cursor.as_ref()))?;
        let mut lists = store::members_of_page(c, &page.items, WEBSITES_LISTED_MAX)?;
        let listed = |one: Incident| {
            let (count, members) = lists.remove(&one.id).unwrap_or_default();
            incident(one, count, members)
        };
        let items = page.items.into_iter().map(listed).collect();
        Ok(WebsiteIncidentPage { items, next_cursor: page.next_cursor })
    };
    Ok(HttpResponse::Ok().json(app.db.read(read).await?))
}

/// Announced work, the latest end first; `monitor`: that on one website, alone, with a group of its or with all.
#[utoipa::path(tag = "monitoring", params(("monitor" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MaintenanceWindowPage), (status = 403)))]
#[get("/api/v1/monitoring/windows")]
async fn list_windows(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    let monitor = params.take("monitor")?.map(|text| MonitorId::parse(&text)).transpose()?;
    params.finish()?;
    let page = app.db.read(move |c| sites::windows(c, monitor, (limit, cursor.as_ref()))).await?;
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
    config.service(list_incidents).service(list_windows).service(announce_window).service(end_window);
}
