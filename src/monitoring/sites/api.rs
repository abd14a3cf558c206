//! `/api/v1/monitored` and `/api/v1/monitoring/summary`.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::importing::Difference;
use super::list::Wrong;
use super::model::{Change, Counts, Faring, INTERVAL_SECONDS_DEFAULT, Lately, Order, Profile, Shown, Wanted, Watched};
use super::{lists, service};
use crate::app::App;
use crate::http::query::not_a_choice;
use crate::http::{Answer, Json, Params, etag, upload};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{MonitorId, SiteId};
use crate::kernel::page::{Cursor, Limit};
use crate::kernel::{Digest, Result, Timestamp};
use crate::monitoring::schedule::model::{Look, Out, Rollup, Span};
use crate::monitoring::schedule::store as history;
use crate::monitoring::states::api::MaintenanceWindow;
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

/// Watched websites.
#[derive(Serialize, ToSchema)]
struct MonitoredSitePage {
    items: Vec<MonitoredSite>,
    /// Of all that fit what was asked for, but for the state.
    counts: Counts,
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
    INTERVAL_SECONDS_DEFAULT
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

/// What is to be changed of a watched website; the profile as a whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeMonitoredSite {
    agency: Option<String>,
    url: Option<String>,
    profile: Option<Profile>,
    interval_seconds: Option<i32>,
    active: Option<bool>,
}

impl From<ChangeMonitoredSite> for Change {
    fn from(body: ChangeMonitoredSite) -> Self {
        let ChangeMonitoredSite { agency, url, profile, interval_seconds, active } = body;
        Change { agency, url, profile, interval_seconds, active }
    }
}

/// What everybody who watches should see first.
#[derive(Serialize, ToSchema)]
struct MonitoringSummary {
    counts: Counts,
    /// The ten that fare worst, without those that fare well.
    worst: Vec<MonitoredSite>,
    /// Of the last 24 hours, the twenty newest.
    outages: Vec<Lately>,
    outages_count: i64,
    /// Announced work that goes on now.
    windows: Vec<MaintenanceWindow>,
    /// The names of all groups.
    groups: Vec<String>,
}

impl From<service::Summary> for MonitoringSummary {
    fn from(all: service::Summary) -> Self {
        let service::Summary { counts, worst, outages, outages_count, windows, groups } = all;
        let worst = worst.into_iter().map(MonitoredSite::from).collect();
        let windows = windows.into_iter().map(MaintenanceWindow::from).collect();
        MonitoringSummary { counts, worst, outages, outages_count, windows, groups }
    }
}

/// What came of a list, or would.
#[derive(Serialize, ToSchema)]
struct MonitoredImport {
    /// Send it along to have just this done; absent while anything is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    /// Whether it has been done.
    done: bool,
    new: usize,
    changed: usize,
    unchanged: usize,
    /// What is new or changed, the first 500.
    items: Vec<Difference>,
    /// The first 500.
    wrong: Vec<Wrong>,
    wrong_count: usize,
    /// Columns whose names mean nothing.
    ignored_columns: Vec<String>,
}

impl From<lists::Imported> for MonitoredImport {
    fn from(all: lists::Imported) -> Self {
        MonitoredImport {
            digest: all.digest,
            done: all.is_done,
            new: all.new,
            changed: all.changed,
            unchanged: all.unchanged,
            items: all.differences,
            wrong: all.wrong,
            wrong_count: all.wrong_count,
            ignored_columns: all.ignored,
        }
    }
}

/// A list as a file: CSV or XLSX.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of a form; what reads it is `upload::one_file`")]
struct MonitoredListFile {
    #[schema(value_type = String, format = Binary)]
    file: String,
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

/// Watched websites, with how many there are in each state.
#[utoipa::path(tag = "monitoring",
    params(("state" = Option<State>, Query, description = "of those who are watched now"), ("active" = Option<bool>, Query),
        ("q" = Option<String>, Query, description = "stands in the name of the agency or in the address"), ("group" = Option<String>, Query),
        ("order" = Option<String>, Query, description = "`worst` or `agency`; if absent, `worst`"), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MonitoredSitePage), (status = 403)))]
#[get("/api/v1/monitored")]
async fn list_monitored(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let part = (params.limit()?, params.cursor()?);
    let state = params.take("state")?.map(|text| State::parse(&text).ok_or_else(|| not_a_choice("state")));
    let order = params.take("order")?.map(|text| Order::parse(&text).ok_or_else(|| not_a_choice("order")));
    let words = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let (text, group) = (words(params.take("q")?), words(params.take("group")?));
    let shown = Shown { state: state.transpose()?, active: params.take_flag("active")?, text, group };
    params.finish()?;
    let order = order.transpose()?.unwrap_or(Order::Worst);
    let (page, counts) = service::page(&app, &actor, (shown, order), part).await?;
    let items = page.items.into_iter().map(MonitoredSite::from).collect();
    Ok(HttpResponse::Ok().json(MonitoredSitePage { items, counts, next_cursor: page.next_cursor }))
}

/// How many websites fare how, which fare worst, what happened within a day, and where work goes on.
#[utoipa::path(tag = "monitoring", responses((status = 200, body = MonitoringSummary), (status = 403)))]
#[get("/api/v1/monitoring/summary")]
async fn summarise_monitored(app: web::Data<App>, actor: Actor) -> Answer {
    Ok(HttpResponse::Ok().json(MonitoringSummary::from(service::summary(&app, &actor).await?)))
}

/// All watched websites as CSV, formula-safe.
#[utoipa::path(tag = "monitoring", responses((status = 200, body = String, content_type = "text/csv"), (status = 403)))]
#[get("/api/v1/monitored.csv")]
async fn export_monitored_csv(app: web::Data<App>, actor: Actor) -> Answer {
    Ok(attachment(("text/csv; charset=utf-8", "csv"), lists::as_csv(&app, &actor).await?))
}

/// All watched websites as a workbook.
#[utoipa::path(tag = "monitoring", responses((status = 200, body = [u8], content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (status = 403)))]
#[get("/api/v1/monitored.xlsx")]
async fn export_monitored_xlsx(app: web::Data<App>, actor: Actor) -> Answer {
    Ok(attachment((lists::XLSX, "xlsx"), lists::as_xlsx(&app, &actor).await?))
}

fn attachment((kind, extension): (&str, &str), bytes: Vec<u8>) -> HttpResponse {
    let name = format!("attachment; filename=\"situs-dipantau.{extension}\"");
    HttpResponse::Ok().content_type(kind).insert_header(("Content-Disposition", name)).body(bytes)
}

/// Takes a list of websites in, CSV or XLSX. Without `digest` nothing is changed: the answer says what would be new, changed and wrong.
/// With the `digest` of that answer just that is done, or nothing. What the list does not name stays.
#[utoipa::path(tag = "monitoring", params(("digest" = Option<Digest>, Query)),
    request_body(content = MonitoredListFile, content_type = "multipart/form-data"),
    responses((status = 200, body = MonitoredImport), (status = 403), (status = 409), (status = 413), (status = 415), (status = 422)))]
#[post("/api/v1/monitored/import")]
async fn import_monitored(app: web::Data<App>, actor: Actor, request: HttpRequest, form: Multipart) -> Answer {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let digest = params.take("digest")?.map(|text| Digest::parse(&text).ok_or_else(|| not_a_choice("digest")));
    params.finish()?;
    let file = upload::one_file(form, &app.config).await?;
    let imported = lists::import(&app, &actor, file, digest.transpose()?).await?;
    Ok(HttpResponse::Ok().json(MonitoredImport::from(imported)))
}

/// Has a website watched.
#[utoipa::path(tag = "monitoring", request_body = WantedMonitoredSite,
    responses((status = 201, body = MonitoredSite), (status = 403), (status = 409), (status = 413), (status = 422)))]
#[post("/api/v1/monitored")]
async fn create_monitored(app: web::Data<App>, actor: Actor, body: Json<WantedMonitoredSite>) -> Answer {
    let one = service::create(&app, &actor, body.0.into()).await?;
    Ok(etag::tagged(HttpResponse::Created(), one.0.version, MonitoredSite::from(one)))
}

/// One watched website.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 200, body = MonitoredSite), (status = 403), (status = 404)))]
#[get("/api/v1/monitored/{id}")]
async fn one_monitored(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let one = service::find(&app, &actor, MonitorId::parse(&id)?).await?;
    Ok(etag::tagged(HttpResponse::Ok(), one.0.version, MonitoredSite::from(one)))
}

/// Changes what is watched; what is not named stays.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)), request_body = ChangeMonitoredSite,
    responses((status = 200, body = MonitoredSite), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[patch("/api/v1/monitored/{id}")]
async fn change_monitored(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
    body: Json<ChangeMonitoredSite>,
) -> Answer {
    let which = (MonitorId::parse(&id)?, etag::if_match(&request)?);
    let one = service::change(&app, &actor, which, body.0.into()).await?;
    Ok(etag::tagged(HttpResponse::Ok(), one.0.version, MonitoredSite::from(one)))
}

/// Watches a website no more, and forgets what was seen of it.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409), (status = 412), (status = 428)))]
#[delete("/api/v1/monitored/{id}")]
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
#[get("/api/v1/monitored/{id}/probes")]
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
#[get("/api/v1/monitored/{id}/history")]
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
#[get("/api/v1/monitored/{id}/outages")]
async fn list_outages(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let params = Params::parse(request.query_string())?;
    let (id, limit, cursor) = paged(&app, &actor, &id, params).await?;
    let page = app.db.read(move |c| history::outages(c, id, (limit, cursor.as_ref()))).await?;
    Ok(HttpResponse::Ok().json(MonitoredOutagePage { items: page.items, next_cursor: page.next_cursor }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_monitored).service(create_monitored).service(import_monitored);
    config.service(export_monitored_csv).service(export_monitored_xlsx).service(summarise_monitored);
    config.service(one_monitored).service(change_monitored).service(remove_monitored);
    config.service(list_probes).service(list_history).service(list_outages);
}
