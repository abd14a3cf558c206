//! `/api/v1/procedures` and `/api/v1/cases`.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::case::{Case, Command};
use super::service::{self, NewCase, Whole};
use super::store::{self, Order, Wanted};
use super::views::{
    self, AttachmentView, CaseSummary, CaseView, CommentView, People, ProcedureSummary, ProcedureView, Texts,
};
use crate::app::App;
use crate::http::{Answer, Json, Params, etag, off_the_loop, upload};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{AttachmentId, CaseId, SiteId};
use crate::kernel::page::Page;
use crate::kernel::{Code, Refusal, Result};
use crate::media;

/// The procedures in force. They are public documents: whoever is signed in may read them.
#[utoipa::path(tag = "procedures", responses((status = 200, body = ProcedurePage)))]
#[get("/api/v1/procedures")]
async fn list_procedures(app: web::Data<App>, _actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    Ok(HttpResponse::Ok().json(Page::whole(app.db.read(views::procedures).await?)))
}

/// One procedure: its definition, its version, and the official document as text.
#[utoipa::path(tag = "procedures",
    params(("key" = String, Path), ("texts" = Option<bool>, Query, description = "false leaves out `text` and `source`")),
    responses((status = 200, body = ProcedureView), (status = 404)))]
#[get("/api/v1/procedures/{key}")]
async fn read_procedure(app: web::Data<App>, _actor: Actor, key: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let texts = if params.take_flag("texts")?.unwrap_or(true) { Texts::With } else { Texts::Without };
    params.finish()?;
    let found = app.db.read(move |connection| views::procedure(connection, &key, texts)).await?;
    let view = found.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok(HttpResponse::Ok().json(view))
}

/// Cases of the caller's sites, and of none for whoever has a role for the installation: newest first, or by
/// `sort=due_at` what is due first.
#[utoipa::path(tag = "cases",
    params(("procedure" = Option<String>, Query), ("step" = Option<String>, Query), ("late" = Option<bool>, Query),
        ("ended" = Option<bool>, Query), ("sort" = Option<String>, Query, description = "-opened_at or due_at"),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = CasePage), (status = 400)))]
#[get("/api/v1/cases")]
async fn list_cases(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (procedure, step, late) = (params.take("procedure")?, params.take("step")?, params.take_flag("late")?);
    let (limit, cursor, ended) = (params.limit()?, params.cursor()?, params.take_flag("ended")?);
    let order = params.take("sort")?.map(|text| Order::parse(&text).ok_or_else(unknown_order)).transpose()?;
    params.finish()?;
    let (now, order) = (app.now(), order.unwrap_or_default());
    let late = late.map(|late| (late, now));
    let wanted = Wanted { order, ended, procedure, step, late, sites: readable_sites(&actor) };
    let page = app
        .db
        .read(move |connection| {
            let page = store::list(connection, &wanted, limit, cursor.as_ref())?;
            Ok(Page { items: views::summaries(connection, page.items, now)?, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

fn unknown_order() -> Refusal {
    let known: Vec<_> = Order::ALL.iter().map(|order| order.as_str()).collect();
    Refusal::new(Code::UnknownParameter).field("sort", "unknown", format!("one of {}", known.join(", ")))
}

/// `None` for all, because of a role for the installation that may read cases.
fn readable_sites(actor: &Actor) -> Option<Vec<SiteId>> {
    if actor.permit_installation::<cases::ReadCases>().is_ok() {
        return None;
    }
    let sites = actor.visible_sites().unwrap_or_default();
    Some(sites.into_iter().filter(|site| actor.permit::<cases::ReadCases>(*site).is_ok()).collect())
}

/// What a case is opened with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenCase {
    /// `website_monitoring`
    procedure: String,
    /// Needed where the procedure has several flows.
    flow: Option<String>,
    /// The key of the site that it is about; absent when it is not about one existing site.
    site: Option<String>,
    title: String,
}

/// Opens a case.
#[utoipa::path(tag = "cases", request_body = OpenCase,
    responses((status = 201, body = CaseView), (status = 403), (status = 422)))]
#[post("/api/v1/cases")]
async fn open_case(app: web::Data<App>, actor: Actor, body: Json<OpenCase>) -> Answer {
    let OpenCase { procedure, flow, site, title } = body.0;
    let id = service::open(&app, &actor, NewCase { procedure, flow, site, title }).await?;
    let view = look(&app, &actor, id).await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/cases/{id}")))
        .insert_header(("ETag", etag::etag(view.summary.version)))
        .json(view))
}

/// A case with what the caller may do, what happened, and its files.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = CaseView), (status = 404)))]
#[get("/api/v1/cases/{id}")]
async fn read_case(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let view = look(&app, &actor, CaseId::parse(&id)?).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.summary.version))).json(view))
}

async fn look(app: &App, actor: &Actor, id: CaseId) -> Result<CaseView> {
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .read(move |connection| {
            let whole = Whole::read(connection, id)?;
            let _: Permit<cases::ReadCases> = service::permit(&actor, whole.case.site_id)?;
            views::case(connection, whole, &actor, now)
        })
        .await
}

/// A command to a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveCase {
    command: String,
    #[serde(default)]
    comment: String,
    /// The form that the command asks for.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// Moves a case. Needs `If-Match`.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)), request_body = MoveCase,
    responses((status = 200, body = CaseView), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[post("/api/v1/cases/{id}/transitions")]
async fn move_case(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<String>,
    body: Json<MoveCase>,
) -> Answer {
    let (id, seen) = (CaseId::parse(&id)?, etag::if_match(&request)?);
    let command = Command::new(body.0.command).comment(body.0.comment).fields(body.0.fields);
    service::transition(&app, &actor, id, seen, command).await?;
    let view = look(&app, &actor, id).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.summary.version))).json(view))
}

/// A remark.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewComment {
    body: String,
}

/// The remarks on a case, oldest first.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = CommentPage), (status = 404)))]
#[get("/api/v1/cases/{id}/comments")]
async fn list_case_comments(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = CaseId::parse(&id)?;
    let items = app
        .db
        .read(move |connection| {
            readable(store::find(connection, id)?, &actor)?;
            let found = store::comments(connection, id)?;
            let people = People::read(connection, found.iter().map(|comment| comment.author_id))?;
            Ok(found.iter().map(|comment| views::comment(comment, &people)).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page::whole(items)))
}

/// Leaves a remark on a case.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)), request_body = NewComment,
    responses((status = 201, body = CommentView), (status = 403), (status = 404), (status = 422)))]
#[post("/api/v1/cases/{id}/comments")]
async fn comment_on_case(app: web::Data<App>, actor: Actor, id: web::Path<String>, body: Json<NewComment>) -> Answer {
    let comment = service::comment(&app, &actor, CaseId::parse(&id)?, body.0.body).await?;
    let author = comment.author_id;
    let people = app.db.read(move |connection| People::read(connection, [author])).await?;
    Ok(HttpResponse::Created().json(views::comment(&comment, &people)))
}

fn readable(case: Option<Case>, actor: &Actor) -> Result<Case, Refusal> {
    let case = case.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let _: Permit<cases::ReadCases> = service::permit(actor, case.site_id)?;
    Ok(case)
}

/// A file for a case.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the body, for the OpenAPI document")]
struct NewAttachment {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Keeps a file with a case: one part with a file name, at most `upload_bytes_max`.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path)),
    request_body(content = NewAttachment, content_type = "multipart/form-data"),
    responses((status = 201, body = AttachmentView), (status = 403), (status = 404), (status = 413), (status = 415)))]
#[post("/api/v1/cases/{id}/attachments")]
async fn attach_to_case(app: web::Data<App>, actor: Actor, id: web::Path<String>, form: Multipart) -> Answer {
    let id = CaseId::parse(&id)?;
    let file = upload::one_file(form, &app.config).await?;
    let accepted = media::service::accept_one(&app, file).await?;
    let attachment = service::attach(&app, &actor, id, accepted).await?;
    let uploader = attachment.uploaded_by;
    let people = app.db.read(move |connection| People::read(connection, [uploader])).await?;
    let view = views::attachment(&attachment, &people);
    Ok(HttpResponse::Created().insert_header(("Location", view.url.clone())).json(view))
}

/// The bytes of a file, always as a download.
#[utoipa::path(tag = "cases", params(("id" = CaseId, Path), ("attachment" = AttachmentId, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404)))]
#[get("/api/v1/cases/{id}/attachments/{attachment}")]
async fn read_attachment(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (id, attachment) = (CaseId::parse(&path.0)?, AttachmentId::parse(&path.1)?);
    let find = app.db.read(move |connection| {
        readable(store::find(connection, id)?, &actor)?;
        store::attachment(connection, attachment)
    });
    let found = find.await?.filter(|found| found.case_id == id).ok_or_else(|| Refusal::new(Code::NotFound))?;
    let (storage, digest) = (app.storage.clone(), found.digest);
    let bytes = off_the_loop("read an attachment", move || storage.get(&digest)).await?;
    let name = crate::kernel::Slug::from_title(found.name.rsplit_once('.').map_or(&*found.name, |(name, _)| name));
    let ending = found.name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.map_or("lampiran".to_owned(), |name| name.to_string());
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}.{ending}\"")))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(bytes.ok_or_else(|| Refusal::new(Code::NotFound))?))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct ProcedurePage {
    items: Vec<ProcedureSummary>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct CasePage {
    items: Vec<CaseSummary>,
    next_cursor: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct CommentPage {
    items: Vec<CommentView>,
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_procedures)
        .service(read_procedure)
        .service(list_cases)
        .service(open_case)
        .service(read_case)
        .service(move_case);
    super::service_time::api::routes(config);
    config.service(list_case_comments).service(comment_on_case).service(attach_to_case).service(read_attachment);
}
