//! `/api/v1/incidents`.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::handling::{self, Work};
use super::model::{Account, Severity};
use super::service::{self, Asked};
use super::views::{self, AccountView, Figures, IncidentSummary, IncidentView};
use super::{bundle, print, reporting, store};
use crate::app::App;
use crate::http::{Answer, Json, Params, etag, off_the_loop};
use crate::identity::Actor;
use crate::kernel::id::{EntryId, MonitorId, ReleaseId, SecurityIncidentId, UserId};
use crate::kernel::page::Page;
use crate::kernel::time::ZONE_DEFAULT;
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::publish::api::ReleasePage;
use crate::publish::model::Consequences;

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct IncidentPage {
    items: Vec<IncidentSummary>,
    next_cursor: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct IncidentReportPage {
    items: Vec<AccountView>,
}

/// Incidents that the caller may see: open ones first, then the newest.
#[utoipa::path(tag = "incidents",
    params(("open" = Option<bool>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = IncidentPage), (status = 403)))]
#[get("/api/v1/incidents")]
async fn list_incidents(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor, open) = (params.limit()?, params.cursor()?, params.take_flag("open")?);
    params.finish()?;
    let (wanted, now) = (store::Wanted { open, sites: views::readable_sites(&actor)? }, app.now());
    let page = app
        .db
        .read(move |c| {
            let page = store::page(c, &wanted, (limit, cursor.as_ref()))?;
            Ok(Page { items: views::summaries(c, page.items, now)?, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// How many are open, and how long the ways took: medians of the last twelve months, and by month.
#[utoipa::path(tag = "incidents", responses((status = 200, body = Figures), (status = 403)))]
#[get("/api/v1/incidents/summary")]
async fn summarise_incidents(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let (sites, now) = (views::readable_sites(&actor)?, app.now());
    Ok(HttpResponse::Ok().json(app.db.read(move |c| views::figures(c, sites, now)).await?))
}

/// What an incident is opened with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewIncident {
    /// Where it was seen.
    url: String,
    title: String,
    summary: String,
    #[serde(default)]
    agency: String,
    /// The key of the site, where it is published here.
    site: Option<String>,
    monitor: Option<MonitorId>,
    severity: Option<Severity>,
    /// The first sign of it; now, if absent.
    detected_at: Option<Timestamp>,
}

/// Opens an incident with its case. 200 with the one that is open for the same website, which got another line.
#[utoipa::path(tag = "incidents", request_body = NewIncident,
    responses((status = 200, body = IncidentView), (status = 201, body = IncidentView), (status = 403), (status = 422)))]
#[post("/api/v1/incidents")]
async fn open_incident(app: web::Data<App>, actor: Actor, body: Json<NewIncident>) -> Answer {
    let NewIncident { url, title, summary, agency, site, monitor, severity, detected_at } = body.0;
    let asked = Asked { url, title, summary, agency, site, monitor, severity, detected_at };
    let opened = service::open(&app, &actor, asked).await?;
    let id = opened.incident.id;
    let mut answer = if opened.is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    answer.insert_header(("Location", format!("/api/v1/incidents/{id}")));
    // Whoever may report may not see what becomes of it.
    match look(&app, &actor, id).await {
        Ok(view) => Ok(answer.insert_header(("ETag", etag::etag(view.summary.version))).json(view)),
        Err(error) if error.refusal().is_some() => Ok(answer.json(first(&app, opened.incident).await?)),
        Err(error) => Err(error.into()),
    }
}

/// What whoever opened it is told, seeing it or not.
async fn first(app: &App, incident: super::model::Incident) -> Result<Option<IncidentSummary>> {
    let now = app.now();
    app.db.read(move |c| Ok(views::summaries(c, vec![incident], now)?.pop())).await
}

async fn look(app: &App, actor: &Actor, id: SecurityIncidentId) -> Result<IncidentView> {
    let (seeing, actor, now) = (app.clone(), actor.clone(), app.now());
    app.db
        .read(move |c| {
            let incident = service::visible(c, &actor, id)?;
            views::incident(c, &seeing, incident, (&actor, now))
        })
        .await
}

async fn shown(app: &App, actor: &Actor, id: SecurityIncidentId) -> Answer {
    let view = look(app, actor, id).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.summary.version))).json(view))
}

/// An incident with its timeline and its case.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)),
    responses((status = 200, body = IncidentView), (status = 403), (status = 404)))]
#[get("/api/v1/incidents/{id}")]
async fn read_incident(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    shown(&app, &actor, SecurityIncidentId::parse(&id)?).await
}

/// Something to be written into the timeline.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewIncidentNote {
    note: String,
    /// When it happened; now, if absent.
    at: Option<Timestamp>,
}

/// Writes a line into the timeline.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = NewIncidentNote,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/incidents/{id}/notes")]
async fn note_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<NewIncidentNote>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    service::note(&app, &actor, id, (body.0.note, body.0.at)).await?;
    shown(&app, &actor, id).await
}

/// Says that it harms and spreads no further. Needs `If-Match`.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = NewIncidentNote,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[post("/api/v1/incidents/{id}/contain")]
async fn contain_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
    body: Json<NewIncidentNote>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    service::contain(&app, &actor, (id, etag::if_match(&request)?), (body.0.note, body.0.at)).await?;
    shown(&app, &actor, id).await
}

/// Takes an incident: nobody else of the on-call list is called.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)),
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409)))]
#[post("/api/v1/incidents/{id}/take")]
async fn take_incident(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    service::take(&app, &actor, id).await?;
    shown(&app, &actor, id).await
}

/// How bad it is, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewIncidentSeverity {
    severity: Severity,
    note: String,
}

/// Weighs an incident anew. Needs `If-Match`.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = NewIncidentSeverity,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[put("/api/v1/incidents/{id}/severity")]
async fn weigh_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
    body: Json<NewIncidentSeverity>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let which = (id, etag::if_match(&request)?);
    service::weigh(&app, &actor, which, (body.0.severity, body.0.note)).await?;
    shown(&app, &actor, id).await
}

/// Releases of the website's site, newest first; those that are `kept` can be put back.
#[utoipa::path(tag = "incidents",
    params(("id" = SecurityIncidentId, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ReleasePage), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[get("/api/v1/incidents/{id}/releases")]
async fn list_incident_releases(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    Ok(HttpResponse::Ok().json(handling::releases(&app, &actor, id, (limit, cursor)).await?))
}

/// What putting a release back would do to what citizens see.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path), ("release" = ReleaseId, Path)),
    responses((status = 200, body = Consequences), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[get("/api/v1/incidents/{id}/releases/{release}/consequences")]
async fn incident_release_consequences(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (id, release) = path.into_inner();
    let which = (SecurityIncidentId::parse(&id)?, ReleaseId::parse(&release)?);
    let app = App::clone(&app);
    let compare = move || handling::consequences(&app, &actor, which);
    Ok(HttpResponse::Ok().json(off_the_loop("compare a release", compare).await?))
}

/// Which release is to be put back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseToRestore {
    /// Absent: the one that is live; its files are brought to every target anew.
    release: Option<ReleaseId>,
}

/// Puts a good release back: it goes live, and every target of the site is brought anew.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = ReleaseToRestore,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/incidents/{id}/restore")]
async fn restore_in_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<ReleaseToRestore>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let (at, by, release) = (App::clone(&app), actor.clone(), body.0.release);
    off_the_loop("put a release back", move || handling::restore(&at, &by, id, release)).await?;
    shown(&app, &actor, id).await
}

/// Which page is to be taken down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageToWithdraw {
    entry: EntryId,
    /// Of the entry, as it was seen.
    version: i32,
    reason: String,
}

/// Takes a page down, by whoever may withdraw it.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = PageToWithdraw,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422)))]
#[post("/api/v1/incidents/{id}/withdraw")]
async fn withdraw_in_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<PageToWithdraw>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let PageToWithdraw { entry, version, reason } = body.0;
    handling::withdraw(&app, &actor, id, (entry, version, reason)).await?;
    shown(&app, &actor, id).await
}

/// Which account is to be locked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountToLock {
    user: UserId,
    reason: String,
}

/// Locks an account that was misused; its sessions end at once.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = AccountToLock,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/incidents/{id}/lock")]
async fn lock_in_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<AccountToLock>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    handling::lock(&app, &actor, id, (body.0.user, body.0.reason)).await?;
    shown(&app, &actor, id).await
}

/// When work on the website is announced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WorkToAnnounce {
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

/// Announces work on the website, so that nobody is told that it is down.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = WorkToAnnounce,
    responses((status = 200, body = IncidentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/incidents/{id}/maintenance")]
async fn maintain_in_incident(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<WorkToAnnounce>,
) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let WorkToAnnounce { zone, starts, ends, reason } = body.0;
    handling::maintain(&app, &actor, id, Work { zone, starts, ends, reason }).await?;
    shown(&app, &actor, id).await
}

/// The newest version of the official report; version 0 is what is known before anybody saved one.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)),
    responses((status = 200, body = AccountView), (status = 403), (status = 404)))]
#[get("/api/v1/incidents/{id}/report")]
async fn read_incident_report(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let read = move |c: &mut crate::db::Conn| {
        let incident = service::visible(c, &actor, id)?;
        views::account(c, &incident)
    };
    let view = app.db.read(read).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.version))).json(view))
}

/// Saves a version of the official report. Needs `If-Match` with the version that was seen, 0 for the first.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)), request_body = Account,
    responses((status = 200, body = AccountView), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[put("/api/v1/incidents/{id}/report")]
async fn save_incident_report(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
    body: Json<Account>,
) -> Answer {
    let which = (SecurityIncidentId::parse(&id)?, etag::if_match(&request)?);
    let saved = reporting::save(&app, &actor, which, body.0).await?;
    let view = app.db.read(move |c| views::saved_account(c, saved)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.version))).json(view))
}

/// The official report as PDF, in Indonesian: the newest version, or the one that is named.
#[utoipa::path(tag = "incidents",
    params(("id" = SecurityIncidentId, Path),
        ("version" = Option<i32>, Query, description = "0 is what is known before anybody saved one")),
    responses((status = 200, content_type = "application/pdf"), (status = 400), (status = 403), (status = 404),
        (status = 415)))]
#[get("/api/v1/incidents/{id}/report.pdf")]
async fn print_incident_report(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
) -> Answer {
    let (app, id) = (App::clone(&app), SecurityIncidentId::parse(&id)?);
    let mut params = Params::parse(request.query_string())?;
    let version = params.take("version")?;
    params.finish()?;
    let wrong = |_| Refusal::new(Code::Malformed).field("version", "not_a_choice", "see the reference");
    let version = version.map(|text| text.parse::<i32>().map_err(wrong)).transpose()?;
    let print = move || print::report(&app, &actor, (id, version));
    let (bytes, name) = off_the_loop("print a report", print).await?;
    Ok(attached("application/pdf", &name, bytes))
}

/// A file that is saved, and that nobody keeps on the way.
fn attached(kind: &str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(bytes)
}

/// Every version of the official report, newest first.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)),
    responses((status = 200, body = IncidentReportPage), (status = 403), (status = 404)))]
#[get("/api/v1/incidents/{id}/report/versions")]
async fn list_incident_reports(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = SecurityIncidentId::parse(&id)?;
    let read = move |c: &mut crate::db::Conn| {
        let incident = service::visible(c, &actor, id)?;
        let found = store::accounts(c, incident.id)?;
        found.into_iter().map(|saved| views::saved_account(c, saved)).collect::<Result<Vec<_>>>()
    };
    Ok(HttpResponse::Ok().json(Page::whole(app.db.read(read).await?)))
}

/// Everything that a response team asks for, in one `tar.gz` with signed sums.
#[utoipa::path(tag = "incidents", params(("id" = SecurityIncidentId, Path)),
    responses((status = 200, content_type = "application/gzip"), (status = 403), (status = 404)))]
#[post("/api/v1/incidents/{id}/bundle")]
async fn bundle_incident(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let (app, id) = (App::clone(&app), SecurityIncidentId::parse(&id)?);
    let made = off_the_loop("make a bundle", move || bundle::make(&app, &actor, id)).await?;
    Ok(attached("application/gzip", &made.name, made.bytes))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_incidents).service(summarise_incidents).service(open_incident).service(read_incident);
    config.service(note_incident).service(contain_incident).service(take_incident).service(weigh_incident);
    config.service(list_incident_releases).service(incident_release_consequences);
    config.service(restore_in_incident).service(withdraw_in_incident).service(lock_in_incident);
    config.service(maintain_in_incident).service(read_incident_report).service(save_incident_report);
    config.service(list_incident_reports).service(print_incident_report).service(bundle_incident);
}
