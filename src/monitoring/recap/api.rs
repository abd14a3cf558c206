//! `/api/v1/recaps`.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Counts, Override, Recap, Row, Verdict, Version};
use super::rules::Writing;
use super::store::{self, Wanted};
use super::{pages, printing, service};
use crate::app::App;
use crate::db::Conn;
use crate::http::query::not_a_choice;
use crate::http::{Answer, Json, Params, etag, off_the_loop};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{CaseId, EntryId, MonitorId, RecapId, RoundId};
use crate::kernel::page::Page;
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::monitoring::look::model::Section;
use crate::monitoring::rounds::model::Occasion;
use crate::monitoring::rounds::store as rounds;
use crate::monitoring::sites;

/// A year of weeks, and one more for those that have 53.
const WEEKS_MAX: usize = 53;

/// A weekly report.
#[derive(Serialize, ToSchema)]
struct RecapSummary {
    id: RecapId,
    case: CaseId,
    /// The Monday of its week.
    #[schema(value_type = String)]
    week: String,
    /// Of the letter; empty until somebody says.
    number: String,
    /// The step of its case.
    step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// Rows of each verdict; empty while it waits for figures.
    #[schema(value_type = std::collections::BTreeMap<String, i64>)]
    counts: Counts,
    version: i32,
    created_at: Timestamp,
}

/// The round whose figures it has.
#[derive(Serialize, ToSchema)]
struct RecapRound {
    id: RoundId,
    occasion: Occasion,
    websites: i32,
    began_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

/// A weekly report, with where its figures come from and what was handed in.
#[derive(Serialize, ToSchema)]
#[schema(as = Recap)]
struct RecapView {
    #[serde(flatten)]
    summary: RecapSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<RecapRound>,
    /// Whether rows may be written on now.
    open: bool,
    versions: Vec<Version>,
}

/// Weekly reports, the newest first.
#[derive(Serialize, ToSchema)]
struct RecapPage {
    items: Vec<RecapSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Rows of a report, by agency.
#[derive(Serialize, ToSchema)]
struct RecapRowPage {
    items: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What reports said of the parts of a website.
#[derive(Serialize, ToSchema)]
struct RecapWeek {
    week: String,
    #[schema(value_type = std::collections::BTreeMap<String, Verdict>)]
    sections: std::collections::BTreeMap<Section, Verdict>,
}

/// The newest week first.
#[derive(Serialize, ToSchema)]
struct RecapWeekPage {
    items: Vec<RecapWeek>,
}

/// What may be changed of a report itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecapChange {
    /// Of the letter.
    number: String,
}

/// Another judgement of a row than the measured one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecapJudgement {
    verdict: Verdict,
    /// Printed with the row.
    reason: String,
}

/// What may be written on a row; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecapRowChange {
    /// Why it is so, in the operator's words.
    #[serde(default)]
    reason: Option<String>,
    /// `null`: as measured again.
    #[serde(default, rename = "override", deserialize_with = "given")]
    #[schema(value_type = Option<RecapJudgement>)]
    overridden: Option<Option<RecapJudgement>>,
}

/// Tells what is `null` from what is left out.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

fn summaries(connection: &mut Conn, found: Vec<Recap>) -> Result<Vec<RecapSummary>> {
    let ids: Vec<RecapId> = found.iter().map(|one| one.id).collect();
    let mut counts = store::counts(connection, &ids)?;
    let mut items = Vec::new();
    for one in found {
        let (_, case) = service::find(connection, one.id)?;
        items.push(RecapSummary {
            id: one.id,
            case: one.case,
            week: one.week,
            number: one.number,
            step: case.step,
            due_at: case.due_at,
            ended_at: case.ended_at,
            counts: counts.remove(&one.id).unwrap_or_default(),
            version: one.version,
            created_at: one.created_at,
        });
    }
    Ok(items)
}

fn view(connection: &mut Conn, id: RecapId) -> Result<RecapView> {
    let (recap, _) = service::find(connection, id)?;
    let round = recap.round.map(|round| rounds::find(connection, round)).transpose()?.flatten();
    let round = round.map(|round| RecapRound {
        id: round.id,
        occasion: round.occasion,
        websites: round.websites,
        began_at: round.began_at,
        ended_at: round.ended_at,
    });
    let summary = summaries(connection, vec![recap])?.swap_remove(0);
    let open = summary.step == service::WRITING_STEP;
    Ok(RecapView { summary, round, open, versions: store::versions(connection, id)? })
}

/// Weekly reports, the newest first.
#[utoipa::path(tag = "monitoring", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = RecapPage), (status = 403)))]
#[get("/api/v1/recaps")]
async fn list_recaps(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let read = move |c: &mut Conn| {
        let Page { items, next_cursor } = store::page(c, (limit, cursor.as_ref()))?;
        Ok(RecapPage { items: summaries(c, items)?, next_cursor })
    };
    Ok(HttpResponse::Ok().json(app.db.read(read).await?))
}

/// Opens a report with its case, whatever day it is. On Mondays that happens by itself.
#[utoipa::path(tag = "monitoring", responses((status = 201, body = RecapView), (status = 403)))]
#[post("/api/v1/recaps")]
async fn open_recap(app: web::Data<App>, actor: Actor) -> Answer {
    let id = service::open(&app, &actor).await?;
    answer(&app, id, HttpResponse::Created()).await
}

async fn answer(app: &App, id: RecapId, mut response: actix_web::HttpResponseBuilder) -> Answer {
    let view = app.db.read(move |c| view(c, id)).await?;
    Ok(response.insert_header(("ETag", etag::etag(view.summary.version))).json(view))
}

/// One report.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 200, body = RecapView), (status = 403), (status = 404)))]
#[get("/api/v1/recaps/{id}")]
async fn read_recap(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    answer(&app, RecapId::parse(&id)?, HttpResponse::Ok()).await
}

/// Gives a report the number of its letter.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)), request_body = RecapChange,
    responses((status = 200, body = RecapView), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[patch("/api/v1/recaps/{id}")]
async fn change_recap(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    request: HttpRequest,
    body: Json<RecapChange>,
) -> Answer {
    let id = RecapId::parse(&id)?;
    service::number(&app, &actor, (id, etag::if_match(&request)?), body.0.number).await?;
    answer(&app, id, HttpResponse::Ok()).await
}

/// Has the figures of a report taken anew. What people wrote on it stays; what they put right, where the same is measured again.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 202, body = RecapView), (status = 403), (status = 404), (status = 409)))]
#[post("/api/v1/recaps/{id}/refresh")]
async fn refresh_recap(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = RecapId::parse(&id)?;
    service::refresh(&app, &actor, id).await?;
    answer(&app, id, HttpResponse::Accepted()).await
}

/// Rows of a report, by agency: one for each part of each website.
#[utoipa::path(tag = "monitoring",
    params(("id" = String, Path), ("verdict" = Option<Verdict>, Query), ("section" = Option<Section>, Query),
        ("q" = Option<String>, Query, description = "in the agency's name or the address"),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = RecapRowPage), (status = 403), (status = 404)))]
#[get("/api/v1/recaps/{id}/rows")]
async fn list_recap_rows(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let id = RecapId::parse(&id)?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor, words) = (params.limit()?, params.cursor()?, params.take("q")?);
    let verdict = params.take("verdict")?.map(|text| Verdict::parse(&text).ok_or_else(|| not_a_choice("verdict")));
    let section = params.take("section")?.map(|text| Section::parse(&text).ok_or_else(|| not_a_choice("section")));
    params.finish()?;
    let wanted = Wanted { verdict: verdict.transpose()?, section: section.transpose()?, words };
    let read = move |c: &mut Conn| {
        service::find(c, id)?;
        store::rows(c, id, &wanted, (limit, cursor.as_ref()))
    };
    let Page { items, next_cursor } = app.db.read(read).await?;
    Ok(HttpResponse::Ok().json(RecapRowPage { items, next_cursor }))
}

/// Writes the operator's reason on a row, or puts its judgement right; both are printed.
#[utoipa::path(tag = "monitoring",
    params(("id" = String, Path), ("monitor" = String, Path), ("section" = Section, Path)), request_body = RecapRowChange,
    responses((status = 200, body = Row), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[patch("/api/v1/recaps/{id}/rows/{monitor}/{section}")]
async fn change_recap_row(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String, String)>,
    request: HttpRequest,
    body: Json<RecapRowChange>,
) -> Answer {
    let (id, monitor, section) = path.into_inner();
    let section = Section::parse(&section).ok_or_else(|| Refusal::new(Code::NotFound))?;
    let which = (RecapId::parse(&id)?, (MonitorId::parse(&monitor)?, section));
    let (by, at) = (actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?, app.now());
    let RecapRowChange { reason, overridden } = body.0;
    let by_hand = |RecapJudgement { verdict, reason }| Override { verdict, reason: reason.trim().to_owned(), by, at };
    let writing = Writing { reason, overridden: overridden.map(|judgement| judgement.map(by_hand)) };
    let row = service::write(&app, &actor, which, (etag::if_match(&request)?, writing)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(row.version))).json(row))
}

/// A report as `pdf`, `xlsx` or `csv`: what was handed in last, or, before that, as it stands now.
#[utoipa::path(tag = "monitoring",
    params(("id" = String, Path), ("form" = String, Path, description = "`pdf`, `xlsx` or `csv`"),
        ("version" = Option<i32>, Query, description = "which of those that were handed in; 0 is the draft"),
        ("lang" = Option<String>, Query, description = "`id` (if absent) or `en`")),
    responses((status = 200), (status = 403), (status = 404), (status = 415)))]
#[get("/api/v1/recaps/{id}.{form}")]
async fn print_recap(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let (id, form) = path.into_inner();
    let id = RecapId::parse(&id)?;
    let mut params = Params::parse(request.query_string())?;
    let (version, locale) = (params.take("version")?, params.take("lang")?.unwrap_or_else(|| "id".to_owned()));
    params.finish()?;
    let version = version.map(|text| text.parse::<i32>().map_err(|_| not_a_choice("version"))).transpose()?;
    if !matches!(locale.as_str(), "id" | "en") {
        return Err(not_a_choice("lang").into());
    }
    let wanted = (form.clone(), locale);
    let app = App::clone(&app);
    let (bytes, week) = off_the_loop("print a report", move || printing::print(&app, (id, version), &wanted)).await?;
    let kind = match form.as_str() {
        "pdf" => "application/pdf",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "text/csv; charset=utf-8",
    };
    let name = format!("attachment; filename=\"rekap-{week}.{form}\"");
    Ok(HttpResponse::Ok().content_type(kind).insert_header(("Content-Disposition", name)).body(bytes))
}

/// Where a public page is made of a report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecapPublication {
    /// Key of the site.
    site: String,
    /// Only websites of this group; if absent, all.
    #[serde(default)]
    group: Option<String>,
}

/// The page, as a draft.
#[derive(Serialize, ToSchema)]
struct RecapDraft {
    entry: EntryId,
    /// false: it was there, and has the new figures now.
    created: bool,
}

/// Writes an approved report as a page of a site: a draft of whoever asks, which goes the way of all content before citizens see it. The
/// next one of the same group changes the same page. Intrusions are not told.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)), request_body = RecapPublication,
    responses((status = 200, body = RecapDraft), (status = 201, body = RecapDraft), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/recaps/{id}/page")]
async fn publish_recap(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<RecapPublication>,
) -> Answer {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let RecapPublication { site, group } = body.0;
    let (entry, created) = pages::draft(&app, &actor, RecapId::parse(&id)?, (site, group)).await?;
    let answer = RecapDraft { entry, created };
    Ok(if created { HttpResponse::Created().json(answer) } else { HttpResponse::Ok().json(answer) })
}

/// What the weekly reports of a year said of a website.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 200, body = RecapWeekPage), (status = 403), (status = 404)))]
#[get("/api/v1/monitored/{id}/weeks")]
async fn list_weeks(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let (one, _) = sites::service::find(&app, &actor, MonitorId::parse(&id)?).await?;
    let weeks = app.db.read(move |c| store::weeks(c, one.id, WEEKS_MAX)).await?;
    let items = weeks.into_iter().map(|(week, sections)| RecapWeek { week, sections }).collect();
    Ok(HttpResponse::Ok().json(RecapWeekPage { items }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    // With an ending first: the other address holds any letters.
    config.service(print_recap).service(list_recaps).service(open_recap).service(list_recap_rows).service(read_recap);
    config
        .service(change_recap)
        .service(refresh_recap)
        .service(change_recap_row)
        .service(list_weeks)
        .service(publish_recap);
}
