//! `/api/v1/sites/{site}/types`, lists of entries, one entry, its revisions and their differences.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dry_run::model::TypeDryRun;
use super::list::{self, EntryFilter, Sort, Wanted};
use super::model::{ContentType, EntryRow, Revision, StoredType};
use super::view::EntryView;
use super::{diff, dry_run, service, store, type_store, types, view};
use crate::app::App;
use crate::db::Conn;
use crate::http::body::{self, Definition};
use crate::http::{Answer, Params, Problem, etag};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::EntryId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Locale, Refusal, Result, Slug, Timestamp, Words, time};
use crate::sites::{self, Site};

/// The version of a type that was just made.
const VERSION_FIRST: i32 = 1;

/// A content type as it stands on a site, with the JSON Schema of an entry's `fields`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypeView {
    /// For `If-Match`.
    pub version: i32,
    #[serde(flatten)]
    pub definition: ContentType,
    /// JSON Schema 2020-12.
    #[schema(value_type = Object)]
    pub schema: Value,
}

impl From<&StoredType> for TypeView {
    fn from(stored: &StoredType) -> Self {
        let schema = types::schema(&stored.content_type);
        TypeView { version: stored.version, definition: stored.content_type.as_ref().clone(), schema }
    }
}

/// The content types of a site.
#[utoipa::path(tag = "content", responses((status = 200, body = TypePage), (status = 404)))]
#[get("/api/v1/sites/{site}/types")]
async fn list_types(app: web::Data<App>, actor: Actor, site: web::Path<String>, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let types = app
        .db
        .read(move |c| {
            let site = readable_site(c, &site, &actor)?;
            type_store::list(c, site.id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page::whole(types.iter().map(TypeView::from).collect())))
}

/// A content type in a list of those that are only to be named.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypeSummary {
    pub key: String,
    pub version: i32,
    pub title: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
    /// Whether each entry has a page of its own on the site.
    pub pages: bool,
    pub field_count: usize,
}

impl From<&StoredType> for TypeSummary {
    fn from(stored: &StoredType) -> Self {
        let ContentType { key, title, help, pages, review_after_days: _, fields } = stored.content_type.as_ref();
        let (title, help) = (title.clone(), help.clone());
        TypeSummary { key: key.clone(), version: stored.version, title, help, pages: *pages, field_count: fields.len() }
    }
}

/// The content types of a site by their names, without what they ask for: a seventh of the whole.
#[utoipa::path(tag = "content", responses((status = 200, body = TypeSummaries), (status = 404)))]
#[get("/api/v1/sites/{site}/type-summaries")]
async fn summarise_types(app: web::Data<App>, actor: Actor, site: web::Path<String>, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let types = app
        .db
        .read(move |c| {
            let site = readable_site(c, &site, &actor)?;
            type_store::list(c, site.id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page::whole(types.iter().map(TypeSummary::from).collect())))
}

/// One content type of a site.
#[utoipa::path(tag = "content", responses((status = 200, body = TypeView), (status = 404)))]
#[get("/api/v1/sites/{site}/types/{type}")]
async fn show_type(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let (site, key) = path.into_inner();
    let found = app
        .db
        .read(move |c| {
            let site = readable_site(c, &site, &actor)?;
            type_store::find(c, site.id, &key)
        })
        .await?;
    let stored = found.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag::etag(stored.version))).json(TypeView::from(&stored)))
}

/// Changes a content type, or makes one. A change that existing entries would not survive is refused
/// with the list of what would break. `version` and `schema` of an answer may be sent back; they are
/// not read. A TOML file, as the shipped types are, may be sent as it is: what is wrong with it is told with
/// its line.
#[utoipa::path(
    tag = "content",
    params(("If-Match" = Option<String>, Header, description = "needed when the type exists")),
    request_body(content((ContentType = "application/json"), (String = "application/toml"))),
    responses((status = 200, body = TypeView), (status = 201, body = TypeView), (status = 409), (status = 412),
        (status = 415), (status = 422), (status = 428))
)]
#[put("/api/v1/sites/{site}/types/{type}")]
async fn put_type(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: Definition,
) -> Answer {
    let (site, key) = path.into_inner();
    let (site, seen) = changing_types(&app, &actor, site, &request).await?;
    let definition = definition(&key, body)?;
    let stored = service::change_type(&app, &actor, site.id, definition, seen).await?;
    let made = stored.version == VERSION_FIRST;
    let mut answer = if made { HttpResponse::Created() } else { HttpResponse::Ok() };
    if made {
        answer.insert_header((LOCATION, format!("/api/v1/sites/{}/types/{key}", site.key)));
    }
    Ok(answer.insert_header((ETAG, etag::etag(stored.version))).json(TypeView::from(&stored)))
}

/// What `PUT` of the same body would change and break, by the check that would refuse it. Nothing is stored; with `If-Match`
/// it is `stale` when another version is in force.
#[utoipa::path(
    tag = "content",
    params(("If-Match" = Option<String>, Header)),
    request_body(content((ContentType = "application/json"), (String = "application/toml"))),
    responses((status = 200, body = TypeDryRun), (status = 403), (status = 404), (status = 412), (status = 415),
        (status = 422))
)]
#[post("/api/v1/sites/{site}/types/{type}/dry-run")]
async fn try_type(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: Definition,
) -> Answer {
    let (site, key) = path.into_inner();
    let (site, seen) = changing_types(&app, &actor, site, &request).await?;
    let definition = definition(&key, body)?;
    Ok(HttpResponse::Ok().json(dry_run::service::dry_run(&app, &actor, site.id, definition, seen).await?))
}

/// The site whose types the caller may change, and the version that they have seen, if they name one.
async fn changing_types(
    app: &App,
    actor: &Actor,
    site: String,
    request: &HttpRequest,
) -> Result<(Site, Option<i32>), Problem> {
    Params::parse(request.query_string())?.finish()?;
    let seen = request.headers().contains_key("If-Match").then(|| etag::if_match(request)).transpose()?;
    let by = actor.clone();
    let site = app.db.read(move |c| sites::store::find_visible(c, &site, &by)).await?;
    let _: Permit<cases::ChangeTypes> = actor.permit(site.id)?;
    Ok((site, seen))
}

/// The definition in a body, whose key is that of the address.
fn definition(key: &str, body: Definition) -> Result<ContentType, Refusal> {
    let found = match body {
        Definition::Toml(source) => types::from_file(&format!("{key}.toml"), &source)?,
        Definition::Json(bytes) => {
            let mut members: Map<String, Value> = body::parse(&bytes)?;
            members.remove("version");
            members.remove("schema");
            members.entry("key").or_insert_with(|| key.into());
            types::from_json(Value::Object(members).to_string().as_bytes())?
        }
    };
    if found.key != key {
        let refusal = Refusal::new(Code::BadDefinition);
        return Err(refusal.field("key", "not_the_address", "the key is the last part of the address"));
    }
    Ok(found)
}

/// An entry in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryItem {
    pub id: EntryId,
    #[serde(rename = "type")]
    pub type_key: String,
    pub slug: Slug,
    pub locale: Locale,
    pub step: String,
    pub title: String,
    pub category: Option<String>,
    pub tags: Vec<String>,
    /// When it first went live.
    pub published_at: Option<Timestamp>,
    /// When it is to go live, and when it is to be taken away again.
    pub publish_at: Option<Timestamp>,
    pub unpublish_at: Option<Timestamp>,
    /// When what is live of it is to be looked at again.
    pub review_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub version: i32,
    /// Of the closure: what `approve` and `publish` ask for.
    pub digest: Digest,
    /// The path of its page; null when its type has none.
    pub url: Option<String>,
    /// Those that `fields` asks for and that the entry has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub fields: Option<Map<String, Value>>,
}

/// The entries of a site that are worked on. Sorted by `published_at`, it holds only those that were
/// published once; by `review_at`, only those that are to be looked at again.
#[utoipa::path(
    tag = "content",
    params(
        ("filter[type]" = Option<String>, Query, description = "and locale, step, category, tag, slug, title, \
            published_at, updated_at, created_at, review_at; with [eq], [ne], [in], [lt], [lte], [gt], [gte], [prefix]"),
        ("q" = Option<String>, Query, description = "words of the title, or parts of them"),
        ("sort" = Option<String>, Query, description = "updated_at, created_at, published_at, review_at or title; - \
            reverses"),
        ("fields" = Option<String>, Query, description = "names of fields, with commas between"),
        ("trashed" = Option<bool>, Query),
        ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = EntryPage), (status = 400), (status = 404))
)]
#[get("/api/v1/sites/{site}/entries")]
async fn list_entries(app: web::Data<App>, actor: Actor, site: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    let sort = Sort::parse(params.take("sort")?.as_deref())?;
    let trashed = params.take_flag("trashed")?.unwrap_or(false);
    let words = params.take("q")?.unwrap_or_default();
    let (filters, fields) = (params.filters()?, params.list("fields")?);
    params.finish()?;
    let page = app
        .db
        .read(move |c| {
            let site = readable_site(c, &site, &actor)?;
            let zone = time::zone(&site.zone)?;
            let mut filters: Vec<EntryFilter> =
                filters.iter().map(|filter| EntryFilter::parse(filter, &zone)).collect::<Result<_, _>>()?;
            filters.extend(EntryFilter::title_words(&words));
            let wanted = Wanted { site: site.id, trashed, filters, sort };
            entry_page(c, &site, &wanted, &fields, (limit, cursor.as_ref()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

fn entry_page(
    connection: &mut Conn,
    site: &Site,
    wanted: &Wanted,
    fields: &[String],
    (limit, cursor): (Limit, Option<&Cursor>),
) -> Result<Page<EntryItem>> {
    let types: HashMap<String, Arc<ContentType>> = type_store::list(connection, site.id)?
        .into_iter()
        .map(|stored| (stored.content_type.key.clone(), stored.content_type))
        .collect();
    let unknown: Vec<&String> =
        fields.iter().filter(|name| types.values().all(|known| known.field(name).is_none())).collect();
    if !unknown.is_empty() {
        let refusal = Refusal::new(Code::UnknownField);
        let no = "no type of the site has such a field";
        return Err(unknown.into_iter().fold(refusal, |refusal, name| refusal.field(name, "unknown", no)).into());
    }
    let page = list::page(connection, wanted, limit, cursor)?;
    let ids: Vec<EntryId> = page.items.iter().map(|row| row.id).collect();
    let mut contents: HashMap<EntryId, Map<String, Value>> = HashMap::new();
    if !fields.is_empty() {
        let newest = store::newest_contents(connection, &ids)?;
        contents.extend(newest.into_iter().map(|(id, content)| (id, content.fields)));
    }
    Ok(page.map(|row| {
        let asked = contents.remove(&row.id).map(|mut all| {
            all.retain(|name, _| fields.contains(name));
            all
        });
        item(site, types.get(&row.type_key).map(Arc::as_ref), row, asked)
    }))
}

fn item(
    site: &Site,
    content_type: Option<&ContentType>,
    row: EntryRow,
    fields: Option<Map<String, Value>>,
) -> EntryItem {
    EntryItem {
        url: view::url(content_type, site, &row.locale, &row.slug),
        id: row.id,
        type_key: row.type_key,
        slug: row.slug,
        locale: row.locale,
        step: row.step,
        title: row.title,
        category: row.category,
        tags: row.tags,
        published_at: row.published_at,
        publish_at: row.publish_at,
        unpublish_at: row.unpublish_at,
        review_at: row.review_at,
        updated_at: row.updated_at,
        version: row.version,
        digest: row.closure,
        fields,
    }
}

/// One entry with its newest revision.
#[utoipa::path(tag = "content", responses((status = 200, body = EntryView), (status = 404)))]
#[get("/api/v1/entries/{id}")]
async fn show_entry(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let entry = app
        .db
        .read(move |c| {
            let (site, row) = readable_entry(c, &id, &actor)?;
            view::entry(c, &site, &row)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag::etag(entry.version))).json(entry))
}

/// The revisions of an entry, newest first.
#[utoipa::path(
    tag = "content",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = RevisionPage), (status = 404))
)]
#[get("/api/v1/entries/{id}/revisions")]
async fn list_revisions(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let page = app
        .db
        .read(move |c| {
            let (_, row) = readable_entry(c, &id, &actor)?;
            store::revisions(c, row.id, limit, cursor.as_ref())
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// A revision with all that it says: the canonical content that its digest names.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionView {
    #[serde(flatten)]
    pub revision: Revision,
    #[schema(value_type = Object)]
    pub content: Value,
}

/// One revision of an entry, by its digest.
#[utoipa::path(tag = "content", responses((status = 200, body = RevisionView), (status = 404)))]
#[get("/api/v1/entries/{id}/revisions/{digest}")]
async fn show_revision(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let (id, digest) = path.into_inner();
    let digest = Digest::parse(&digest).ok_or_else(|| Refusal::new(Code::NotFound))?;
    let (revision, content) = app
        .db
        .read(move |c| {
            let (_, row) = readable_entry(c, &id, &actor)?;
            store::content_by_digest(c, row.id, &digest)
        })
        .await?;
    Ok(HttpResponse::Ok().json(RevisionView { revision, content: content.to_json() }))
}

/// What differs between two revisions.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffView {
    pub from: Digest,
    pub to: Digest,
    pub fields: Vec<diff::FieldDiff>,
}

/// The differences between two revisions, field by field.
#[utoipa::path(
    tag = "content",
    params(
        ("from" = String, Query, description = "the digest of a revision"),
        ("to" = String, Query, description = "the digest of a revision"),
    ),
    responses((status = 200, body = DiffView), (status = 400), (status = 404))
)]
#[get("/api/v1/entries/{id}/diff")]
async fn show_diff(app: web::Data<App>, actor: Actor, id: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (from, to) = (digest_of(&mut params, "from")?, digest_of(&mut params, "to")?);
    params.finish()?;
    let (before, after) = app
        .db
        .read(move |c| {
            let (_, row) = readable_entry(c, &id, &actor)?;
            Ok((store::content_by_digest(c, row.id, &from)?.1, store::content_by_digest(c, row.id, &to)?.1))
        })
        .await?;
    // Long texts take a while to compare: not on the event loop.
    let fields = web::block(move || diff::between(&before, &after)).await;
    let fields = fields.map_err(|error| crate::kernel::Error::broken("compare two revisions", error))?;
    Ok(HttpResponse::Ok().json(DiffView { from, to, fields }))
}

fn digest_of(params: &mut Params, name: &str) -> Result<Digest, Refusal> {
    let text = params.take(name)?.unwrap_or_default();
    let refusal = || Refusal::new(Code::Malformed).field(name, "not_a_digest", "the digest of a revision");
    Digest::parse(&text).ok_or_else(refusal)
}

fn readable_site(connection: &mut Conn, key: &str, actor: &Actor) -> Result<Site> {
    let site = sites::store::find_visible(connection, key, actor)?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    Ok(site)
}

/// The entry of an address with its site, for somebody who may read it: `not_found` when it is absent
/// or of a site on which they hold no role.
pub fn readable_entry(connection: &mut Conn, id: &str, actor: &Actor) -> Result<(Site, EntryRow)> {
    let row = store::require(connection, EntryId::parse(id)?)?;
    let _: Permit<cases::ReadContent> = actor.permit(row.site_id)?;
    let site = sites::store::find(connection, row.site_id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok((site, row))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct TypePage {
    items: Vec<TypeView>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct TypeSummaries {
    items: Vec<TypeSummary>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct EntryPage {
    items: Vec<EntryItem>,
    next_cursor: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct RevisionPage {
    items: Vec<Revision>,
    next_cursor: Option<String>,
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_types)
        .service(summarise_types)
        .service(show_type)
        .service(put_type)
        .service(try_type)
        .service(list_entries)
        .service(show_entry)
        .service(list_revisions)
        .service(show_revision)
        .service(show_diff);
}
