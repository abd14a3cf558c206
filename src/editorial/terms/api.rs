//! `/api/v1/sites/{site}/terms`.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Left, Rename, Term, TermKind};
use super::service;
use crate::app::App;
use crate::editorial::api::Rewritten;
use crate::http::{Answer, Json, Params};
use crate::identity::Actor;
use crate::kernel::{Code, Refusal, Slug};

fn kind(text: &str) -> Result<TermKind, Refusal> {
    let unknown = || Refusal::new(Code::Invalid).field("kind", "unknown", "category or tag");
    TermKind::parse(text).ok_or_else(unknown)
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct TermPage {
    items: Vec<Term>,
    next_cursor: Option<String>,
}

/// The tags or categories of a site by their slugs, with how many entries bear each.
#[utoipa::path(tag = "terms",
    params(("site" = String, Path), ("kind" = Option<String>, Query, description = "`tag` (if absent) or `category`"),
        ("q" = Option<String>, Query, description = "part of the name"),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = TermPage), (status = 404), (status = 422)))]
#[get("/api/v1/sites/{site}/terms")]
async fn site_terms(app: web::Data<App>, actor: Actor, request: HttpRequest, site: web::Path<String>) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let of = kind(params.take("kind")?.as_deref().unwrap_or(TermKind::Tag.as_str()))?;
    let part = params.take("q")?.unwrap_or_default();
    let page = (params.limit()?, params.cursor()?);
    params.finish()?;
    let page = service::list(&app, &actor, (site.into_inner(), of), &part, page).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Another name for a term.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenameTerm {
    /// `tag` or `category`.
    kind: String,
    /// The slug of the term.
    from: String,
    /// As entries are to spell it; of a category, its key.
    to: String,
    /// Whether `to` may be a term that other entries bear.
    #[serde(default)]
    merge: bool,
    /// Whether what citizens see becomes a draft beside itself, and is approved again.
    #[serde(default)]
    live: bool,
}

/// What a renaming changed, and what it left.
#[derive(Serialize, ToSchema)]
struct RenamedTerm {
    items: Vec<Rewritten>,
    left: Vec<Left>,
}

/// Gives a tag or category another name in every entry whose content may be changed now, at most 200. What waits for an
/// approval or has one stays as it is, and is named in `left`; so is what citizens see, unless `live` is set.
#[utoipa::path(tag = "terms", params(("site" = String, Path)), request_body = RenameTerm,
    responses((status = 200, body = RenamedTerm), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/terms/rename")]
async fn rename_term(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<RenameTerm>) -> Answer {
    let RenameTerm { kind: of, from, to, merge, live } = body.0;
    let from = Slug::parse(&from).map_err(|_| Refusal::new(Code::NotFound))?;
    let wish = Rename { kind: kind(&of)?, from, to, merge, live };
    let renamed = service::rename(&app, &actor, site.into_inner(), wish).await?;
    let items = renamed.changed.into_iter().map(Rewritten::from).collect();
    Ok(HttpResponse::Ok().json(RenamedTerm { items, left: renamed.left }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(site_terms).service(rename_term);
}
