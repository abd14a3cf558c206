//! `/delivery/v1`: public, read-only, for any origin.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, web};
use serde_json::{Map, Value};
use utoipa_actix_web::service_config::ServiceConfig;

use super::answers::{self, AtAddress};
use super::search::model::SearchResults;
use super::service::{Answer, Model};
use crate::app::App;
use crate::http::Problem;
use crate::kernel::Timestamp;
use crate::kernel::id::EntryId;

/// Kept by caches, but asked about each time: what is withdrawn must be gone.
const CACHE_CONTROL: &str = "public, max-age=0, must-revalidate";
/// How long a browser remembers what it was allowed.
const PREFLIGHT_SECONDS: &str = "86400";

/// A live entry. In lists `fields` are those of its card, short ones; alone, all of them, Markdown as
/// safe HTML and assets as `{url, media_type, size_bytes, width, height, alt}`; pictures as they are published, with the
/// address of a wider form in `large` if there is one.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct DeliveredEntry {
    id: EntryId,
    r#type: String,
    slug: String,
    locale: String,
    /// Always `published`.
    step: String,
    title: String,
    category: Option<String>,
    tags: Vec<String>,
    published_at: Timestamp,
    updated_at: Timestamp,
    version: i32,
    /// Absolute; `null` for what has no page.
    url: Option<String>,
    fields: Map<String, Value>,
    /// With `include=translations`.
    translations: Option<Vec<Translation>>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = DeliveredTranslation)]
struct Translation {
    id: EntryId,
    locale: String,
    slug: String,
    title: String,
    url: Option<String>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct DeliveredEntries {
    items: Vec<DeliveredEntry>,
    /// Absent at the end.
    next_cursor: Option<String>,
    /// With `total=true`.
    total: Option<usize>,
}

/// Lists what is live on a site. `filter[field][op]=` with any short field of any content type, or
/// `id, type, locale, slug, title, category, tag, published_at, updated_at`; times may be a day, a month or
/// a year of the site's zone. Text is compared without regard to case.
#[utoipa::path(
    tag = "delivery",
    params(
        ("site" = String, Path),
        ("filter[type][eq]" = Option<String>, Query, description = "eq, ne, in, lt, lte, gt, gte, prefix"),
        ("sort" = Option<String>, Query, description = "-published_at unless given"),
        ("fields" = Option<String>, Query, description = "names with commas between"),
        ("include" = Option<String>, Query, description = "translations, references"),
        ("locale" = Option<String>, Query, description = "the site's default unless given"),
        ("total" = Option<bool>, Query),
        ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = DeliveredEntries), (status = 304), (status = 400), (status = 404))
)]
#[get("/delivery/v1/sites/{site}/entries")]
async fn list(request: HttpRequest, app: web::Data<App>, model: web::Data<Model>) -> HttpResponse {
    any(request, app, model).await
}

/// One live entry with all its fields.
#[utoipa::path(
    tag = "delivery",
    params(
        ("site" = String, Path),
        ("type" = String, Path),
        ("slug" = String, Path),
        ("format" = Option<String>, Query, description = "html (unless given) or markdown"),
        ("fields" = Option<String>, Query),
        ("include" = Option<String>, Query),
        ("locale" = Option<String>, Query),
    ),
    responses((status = 200, body = DeliveredEntry), (status = 304), (status = 308), (status = 400), (status = 404))
)]
#[get("/delivery/v1/sites/{site}/entries/{type}/{slug}")]
async fn entry(request: HttpRequest, app: web::Data<App>, model: web::Data<Model>) -> HttpResponse {
    any(request, app, model).await
}

/// Searches what is live on a site, in one language. Words are compared by their stems, Indonesian and English, and
/// known synonyms count; a result holds every word. Empty parameters count as not sent. Who accepts `text/html` by name gets
/// the site's page with the results, if the settings of the site name this server (`api_url`).
#[utoipa::path(
    tag = "delivery",
    params(
        ("site" = String, Path),
        ("q" = String, Query, description = "words to look for, at most 200 letters; 16 words are looked at"),
        ("type" = Option<String>, Query, description = "key of a content type"),
        ("year" = Option<i64>, Query, description = "the entry's own year, or else that of its publication"),
        ("unit" = Option<String>, Query, description = "key of an office, as `counts` names it"),
        ("locale" = Option<String>, Query, description = "the site's default unless given"),
        ("page" = Option<u32>, Query, description = "1 unless given, at most 500"),
        ("limit" = Option<u32>, Query, description = "10 unless given, at most 100"),
    ),
    responses((status = 200, body = SearchResults), (status = 304), (status = 400), (status = 404))
)]
#[get("/delivery/v1/sites/{site}/search")]
async fn search(request: HttpRequest, app: web::Data<App>, model: web::Data<Model>) -> HttpResponse {
    any(request, app, model).await
}

/// Answers whatever the address asks for: by GET, and by HEAD, of which the server sends the head alone.
async fn any(request: HttpRequest, app: web::Data<App>, model: web::Data<Model>) -> HttpResponse {
    let part = |name| request.match_info().get(name);
    let site = part("site").unwrap_or_default();
    match (part("type"), part("slug")) {
        (Some(type_key), Some(slug)) => answered(&request, &app, &model, site, Wanted::Entry { type_key, slug }).await,
        _ if request.path().ends_with("/search") => searched(&request, &app, &model, site).await,
        _ => answered(&request, &app, &model, site, Wanted::List).await,
    }
}

/// A search for programs; at the same address readers may get a page.
pub async fn searched(request: &HttpRequest, app: &App, model: &Model, site: &str) -> HttpResponse {
    let mut answer = answered(request, app, model, site, Wanted::Search).await;
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    answer
}

enum Wanted<'r> {
    List,
    Search,
    Entry { type_key: &'r str, slug: &'r str },
}

/// From the answers kept, or made now and kept. Problems go to any origin too.
async fn answered(request: &HttpRequest, app: &App, model: &Model, site: &str, wanted: Wanted<'_>) -> HttpResponse {
    let shelf = match model.shelf(app, site).await {
        Ok(shelf) => shelf,
        Err(error) => return for_any_origin(Problem::from(error).error_response()),
    };
    let address = request.uri().path_and_query().map_or_else(|| request.path(), |address| address.as_str());
    if let Some(answer) = model.kept(address, &shelf) {
        return send(request, &answer);
    }
    let query = request.query_string();
    let made = match wanted {
        Wanted::List => answers::list(app, &shelf, query).await.map(AtAddress::Here),
        Wanted::Search => answers::search(app, &shelf, query).await.map(AtAddress::Here),
        Wanted::Entry { type_key, slug } => answers::entry(app, &shelf, type_key, slug, query).await,
    };
    match made {
        Ok(AtAddress::Here(answer)) => {
            let answer = Arc::new(answer);
            model.keep(address.to_owned(), answer.clone());
            send(request, &answer)
        }
        Ok(AtAddress::Moved(slug)) => moved(request, &slug),
        Err(error) => for_any_origin(Problem::from(error).error_response()),
    }
}

fn send(request: &HttpRequest, answer: &Answer) -> HttpResponse {
    let unchanged = request.headers().get(header::IF_NONE_MATCH).is_some_and(|seen| names(seen, &answer.etag));
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, answer.etag.as_str()));
    response.insert_header((header::CACHE_CONTROL, CACHE_CONTROL));
    if let Some(next) = &answer.next {
        response.insert_header((header::LINK, format!("<{}?{next}>; rel=\"next\"", request.path())));
    }
    if unchanged {
        return for_any_origin(response.finish());
    }
    for_any_origin(response.content_type("application/json").body(answer.body.clone()))
}

/// Whether `If-None-Match` names a tag; weak and strong are compared alike there.
fn names(header: &HeaderValue, etag: &str) -> bool {
    let text = header.to_str().unwrap_or_default();
    text.split(',').map(str::trim).any(|seen| seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == etag)
}

/// The same address with the entry's slug of today.
fn moved(request: &HttpRequest, slug: &str) -> HttpResponse {
    let path = request.path();
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = HttpResponse::PermanentRedirect();
    response.insert_header((header::LOCATION, format!("{folder}/{slug}{query}")));
    response.insert_header((header::CACHE_CONTROL, CACHE_CONTROL));
    for_any_origin(response.finish())
}

/// Nothing here is anybody's alone, so every origin may read it; without credentials, because there are none.
fn for_any_origin(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Link, X-Request-Id"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Answers the question that a browser asks before a request with headers of its own.
async fn preflight() -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    response.insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"));
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, Accept-Language, If-None-Match, X-Request-Id"));
    response.insert_header((header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS));
    for_any_origin(response.finish())
}

/// Needs `web::Data<Model>` beside `web::Data<App>`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(entry).service(search);
    for path in ["entries", "entries/{type}/{slug}", "search"] {
        config.route(&format!("/delivery/v1/sites/{{site}}/{path}"), web::head().to(any));
    }
    config.route("/delivery/v1/{path:.*}", web::method(actix_web::http::Method::OPTIONS).to(preflight));
}
