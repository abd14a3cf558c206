//! Writing and moving entries, their history and comments, and the inbox.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::history::{self, Happened};
use super::inbox::{self, Waiting};
use super::model::{Changed, Move, NewEntry, Times};
use super::{bulk, presence, replace, service, terms};
use crate::app::App;
use crate::content::model::{Patch, Withdrawal, WithdrawalReason};
use crate::content::view::{self, EntryView};
use crate::http::{Answer, Json, Params, etag};
use crate::identity::Actor;
use crate::kernel::id::{EntryId, JobId};
use crate::kernel::page::Page;
use crate::kernel::{Code, Digest, Locale, Refusal, Result, Slug, Timestamp};
use crate::procedure::views::{self, Allowed, CommentView, People, Person};
use crate::procedure::{service as procedures, store as cases};
use crate::sites;

/// An entry to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteEntry {
    /// `berita`
    #[serde(rename = "type")]
    type_key: String,
    /// The site's default, if absent.
    locale: Option<String>,
    /// From the title, if absent.
    slug: Option<String>,
    category: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// The id of the entry that this one translates.
    translation_of: Option<String>,
}

impl WriteEntry {
    fn read(self) -> Result<NewEntry, Refusal> {
        Ok(NewEntry {
            type_key: self.type_key,
            locale: self.locale.as_deref().map(Locale::parse).transpose()?,
            slug: self.slug.as_deref().map(Slug::parse).transpose()?,
            category: self.category,
            tags: self.tags,
            fields: self.fields,
            translation_of: self.translation_of.as_deref().map(translation).transpose()?,
        })
    }
}

fn translation(text: &str) -> Result<EntryId, Refusal> {
    EntryId::parse(text)
        .map_err(|_| Refusal::new(Code::Invalid).field("translation_of", "unknown_entry", "the id of an entry"))
}

/// Writes a new entry; it begins as a draft.
#[utoipa::path(tag = "entries", params(("site" = String, Path)), request_body = WriteEntry,
    responses((status = 201, body = EntryView), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/entries")]
async fn write_entry(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<WriteEntry>) -> Answer {
    let changed = service::create(&app, &actor, site.into_inner(), body.0.read()?).await?;
    let location = format!("/api/v1/entries/{}", changed.row.id);
    let view = view(&app, changed).await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", location))
        .insert_header(("ETag", etag::etag(view.entry.version)))
        .json(view))
}

/// What is to be different; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeEntry {
    slug: Option<String>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    category: Option<Option<String>>,
    tags: Option<Vec<String>>,
    /// By name; `null` takes a field away.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// Tells a `null` from a member that is not there.
pub(super) fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Changes an entry where its step allows it. Needs `If-Match`. In filtering and approved it voids what was
/// approved, brings the entry back to editing, and `voided` says who must look again.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)), request_body = ChangeEntry,
    responses((status = 200, body = EntryAnswer), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[patch("/api/v1/entries/{id}")]
async fn change_entry(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<String>,
    body: Json<ChangeEntry>,
) -> Answer {
    let (id, seen) = (EntryId::parse(&id)?, etag::if_match(&request)?);
    let ChangeEntry { slug, category, tags, fields } = body.0;
    let slug = slug.as_deref().map(Slug::parse).transpose()?;
    let changed = service::edit(&app, &actor, id, seen, Patch { slug, category, tags, fields }).await?;
    answer(&app, changed).await
}

/// Puts an entry into the trash. Needs `If-Match`; what is live is withdrawn first.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)),
    responses((status = 200, body = EntryAnswer), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 428)))]
#[delete("/api/v1/entries/{id}")]
async fn trash_entry(app: web::Data<App>, actor: Actor, request: HttpRequest, id: web::Path<String>) -> Answer {
    let (id, seen) = (EntryId::parse(&id)?, etag::if_match(&request)?);
    let changed = service::trash(&app, &actor, id, seen).await?;
    answer(&app, changed).await
}

/// `{}` takes an entry out of the trash; `{revision}` makes an old revision a new draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RestoreEntry {
    /// The digest of a revision.
    revision: Option<String>,
}

/// Restores an entry, or an old revision of it. Needs `If-Match`.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)), request_body = RestoreEntry,
    responses((status = 200, body = EntryAnswer), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[post("/api/v1/entries/{id}/restore")]
async fn restore_entry(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<String>,
    body: Json<RestoreEntry>,
) -> Answer {
    let (id, seen) = (EntryId::parse(&id)?, etag::if_match(&request)?);
    let changed = match body.0.revision {
        None => service::restore(&app, &actor, id, seen).await?,
        Some(text) => service::restore_revision(&app, &actor, id, seen, digest("revision", &text)?).await?,
    };
    answer(&app, changed).await
}

pub(super) fn digest(field: &str, text: &str) -> Result<Digest, Refusal> {
    Digest::parse(text)
        .ok_or_else(|| Refusal::new(Code::Invalid).field(field, "not_a_digest", "64 lower-case hexadecimal letters"))
}

/// A command to an entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveEntry {
    /// `submit`, `claim`, `return`, `forward`, `approve`, `reject`, `decline`, `publish`, `unschedule`, `revise`,
    /// `withdraw`
    command: String,
    #[serde(default)]
    comment: String,
    /// The `digest` of the entry that was looked at; for `approve` and `publish`.
    digest: Option<String>,
    /// RFC 3339. With `publish`: later than now schedules; with `submit` and `forward`: a wish.
    publish_at: Option<String>,
    /// RFC 3339; when it goes by itself.
    unpublish_at: Option<String>,
    /// With `withdraw`: why, as citizens are told: `outdated`, `mistake`, `rights`, `order`, `other`.
    reason: Option<String>,
    /// With `withdraw`: the same in words, plain, at most 500 letters. The comment is for colleagues only.
    notice: Option<String>,
}

impl MoveEntry {
    fn read(self) -> Result<Move, Refusal> {
        let times = Times {
            publish_at: time("publish_at", self.publish_at.as_deref())?,
            unpublish_at: time("unpublish_at", self.unpublish_at.as_deref())?,
        };
        let digest = self.digest.as_deref().map(|text| digest("digest", text)).transpose()?;
        let withdrawal = withdrawal(self.reason.as_deref(), self.notice)?;
        Ok(Move { command: self.command, comment: self.comment, digest, times, withdrawal })
    }
}

pub(super) fn withdrawal(reason: Option<&str>, notice: Option<String>) -> Result<Option<Withdrawal>, Refusal> {
    if reason.is_none() && notice.is_none() {
        return Ok(None);
    }
    let unknown =
        || Refusal::new(Code::Invalid).field("reason", "unknown", "outdated, mistake, rights, order or other");
    let reason = match reason {
        None => WithdrawalReason::Other,
        // Only the clock may say that the time has ended.
        Some(key) => {
            WithdrawalReason::parse(key).filter(|reason| *reason != WithdrawalReason::Expired).ok_or_else(unknown)?
        }
    };
    Ok(Some(Withdrawal { reason, notice: notice.unwrap_or_default().trim().to_owned() }))
}

fn time(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Refusal> {
    let not_a_time =
        |refusal: Refusal| Refusal::new(Code::Invalid).field(field, "not_a_time", refusal.detail_text().to_owned());
    text.map(|text| Timestamp::parse(text).map_err(not_a_time)).transpose()
}

/// Moves an entry through the procedure. Needs `If-Match`. `publish` and `withdraw` answer with the `job` that
/// brings the change to the site; the public API shows it from now on.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)), request_body = MoveEntry,
    responses((status = 200, body = EntryAnswer), (status = 400), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)))]
#[post("/api/v1/entries/{id}/transitions")]
async fn move_entry(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<String>,
    body: Json<MoveEntry>,
) -> Answer {
    let (id, seen) = (EntryId::parse(&id)?, etag::if_match(&request)?);
    let changed = service::transition(&app, &actor, id, seen, body.0.read()?).await?;
    answer(&app, changed).await
}

/// That somebody has looked at what is live.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReviewedEntry {
    /// For colleagues; the ledger keeps it.
    #[serde(default)]
    comment: String,
}

/// Says that what citizens see of an entry was looked at and is still right; its type says when it is to be looked at
/// again. Needs `If-Match`, and leaves the version as it is.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)), request_body = ReviewedEntry,
    responses((status = 200, body = EntryAnswer), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[post("/api/v1/entries/{id}/reviewed")]
async fn reviewed_entry(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<String>,
    body: Json<ReviewedEntry>,
) -> Answer {
    let (id, seen) = (EntryId::parse(&id)?, etag::if_match(&request)?);
    let changed = service::review(&app, &actor, id, seen, body.0.comment).await?;
    answer(&app, changed).await
}

/// An entry after a change.
#[derive(Serialize, ToSchema)]
struct EntryAnswer {
    #[serde(flatten)]
    entry: EntryView,
    /// The build that follows: `GET /api/v1/jobs/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
    /// Set when the change voided what was approved or was about to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    voided: Option<VoidedView>,
}

/// An edit brought the entry back: these must look at it again.
#[derive(Serialize, ToSchema)]
struct VoidedView {
    /// The step that it was in.
    step: String,
    /// The roles that look at it again.
    look_again: Vec<String>,
    /// Who had approved, if anybody had.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<Person>,
}

async fn view(app: &App, changed: Changed) -> Result<EntryAnswer> {
    app.db
        .read(move |connection| {
            let site =
                sites::store::find(connection, changed.row.site_id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let voided = match &changed.voided {
                None => None,
                Some(voided) => {
                    let people = People::read(connection, voided.approver)?;
                    let case = procedures::Whole::read(connection, changed.row.case_id)?;
                    let roles = service::approving_roles(&case);
                    let look_again = roles.iter().map(|role| role.as_str().to_owned()).collect();
                    let approved_by = voided.approver.map(|id| people.person(id));
                    Some(VoidedView { step: voided.step.clone(), look_again, approved_by })
                }
            };
            let entry = view::entry(connection, &site, &changed.row)?;
            Ok(EntryAnswer { entry, job: changed.job, voided })
        })
        .await
}

async fn answer(app: &App, changed: Changed) -> Answer {
    let view = view(app, changed).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.entry.version))).json(view))
}

/// Everything that happened to an entry, in order.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)),
    responses((status = 200, body = HistoryPage), (status = 404)))]
#[get("/api/v1/entries/{id}/history")]
async fn entry_history(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = EntryId::parse(&id)?;
    let items = app.db.read(move |connection| history::read(connection, &actor, id)).await?;
    Ok(HttpResponse::Ok().json(Page::whole(items)))
}

/// What the caller may do with an entry now, and how its step stands with its time.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)),
    responses((status = 200, body = AllowedPage), (status = 404)))]
#[get("/api/v1/entries/{id}/transitions")]
async fn entry_transitions(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = EntryId::parse(&id)?;
    let allowed = app.db.read(move |connection| service::allowed(connection, &actor, id)).await?;
    Ok(HttpResponse::Ok().json(Page::whole(allowed)))
}

/// The comments on an entry, oldest first.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)),
    responses((status = 200, body = EntryCommentPage), (status = 404)))]
#[get("/api/v1/entries/{id}/comments")]
async fn entry_comments(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = EntryId::parse(&id)?;
    let items = app
        .db
        .read(move |connection| {
            let (whole, _) = service::case_of(connection, &actor, id)?;
            let found = cases::comments(connection, whole.case.id)?;
            let people = People::read(connection, found.iter().map(|comment| comment.author_id))?;
            Ok(found.iter().map(|comment| views::comment(comment, &people)).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page::whole(items)))
}

/// A remark.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntryComment {
    body: String,
}

/// Leaves a comment on an entry.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)), request_body = NewEntryComment,
    responses((status = 201, body = CommentView), (status = 403), (status = 404), (status = 422)))]
#[post("/api/v1/entries/{id}/comments")]
async fn comment_on_entry(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<NewEntryComment>,
) -> Answer {
    let comment = service::comment(&app, &actor, EntryId::parse(&id)?, body.0.body).await?;
    let author = comment.author_id;
    let people = app.db.read(move |connection| People::read(connection, [author])).await?;
    Ok(HttpResponse::Created().json(views::comment(&comment, &people)))
}

/// Which file takes the place of one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplaceFile {
    with: Digest,
}

/// The entries that name another file now.
#[derive(Serialize, ToSchema)]
struct ReplacedFile {
    items: Vec<Rewritten>,
}

/// An entry with a new revision.
#[derive(Serialize, ToSchema)]
pub(super) struct Rewritten {
    entry: EntryId,
    title: String,
    step: String,
    version: i32,
    /// Whether it had been approved, or was about to be.
    voided: bool,
}

impl From<Changed> for Rewritten {
    fn from(changed: Changed) -> Self {
        Rewritten {
            entry: changed.row.id,
            title: changed.row.title,
            step: changed.row.step,
            version: changed.row.version,
            voided: changed.voided.is_some(),
        }
    }
}

/// Names another file wherever the newest revision of an entry names this one: all of them or none. What is published
/// becomes a draft, and has to be approved again before citizens see it.
#[utoipa::path(tag = "media", params(("site" = String, Path), ("digest" = Digest, Path)), request_body = ReplaceFile,
    responses((status = 200, body = ReplacedFile), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/assets/{digest}/replace")]
async fn replace_file(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    Json(wanted): Json<ReplaceFile>,
) -> Answer {
    let (site, digest) = path.into_inner();
    let old = Digest::parse(&digest).ok_or_else(|| Refusal::new(Code::NotFound))?;
    let of = actor.clone();
    let site = app.db.read(move |connection| sites::store::find_visible(connection, &site, &of)).await?;
    let changed = replace::replace(&app, &actor, site.id, (old, wanted.with)).await?;
    let items = changed.into_iter().map(Rewritten::from).collect();
    Ok(HttpResponse::Ok().json(ReplacedFile { items }))
}

/// What waits for the caller, by due time: entries and cases.
#[utoipa::path(tag = "cases",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = InboxPage)))]
#[get("/api/v1/inbox")]
async fn inbox_list(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let now = app.now();
    let page = app.db.read(move |connection| inbox::read(connection, &actor, (limit, cursor.as_ref()), now)).await?;
    Ok(HttpResponse::Ok().json(page))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct HistoryPage {
    items: Vec<Happened>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct AllowedPage {
    items: Vec<Allowed>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct EntryCommentPage {
    items: Vec<CommentView>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct InboxPage {
    items: Vec<Waiting>,
    next_cursor: Option<String>,
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(write_entry).service(change_entry).service(trash_entry).service(restore_entry);
    config.service(move_entry).service(reviewed_entry).service(entry_transitions).service(entry_history);
    config.service(entry_comments).service(comment_on_entry).service(replace_file).service(inbox_list);
    presence::api::routes(config);
    bulk::api::routes(config);
    terms::api::routes(config);
}
