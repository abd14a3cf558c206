//! `/api/v1/sites/{site}/imported`: what a site was founded with, and its confirmation.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::confirming;
use super::model::Seen;
use super::store::{self, Unconfirmed};
use crate::app::App;
use crate::content::{ContentType, type_store, view};
use crate::db::Conn;
use crate::http::{Answer, Json, Params};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::EntryId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Locale, Refusal, Result, Slug, Timestamp};
use crate::sites;

/// An entry that an import made live and that no approver has confirmed yet.
#[derive(Debug, Serialize, ToSchema)]
struct ImportedEntry {
    id: EntryId,
    #[serde(rename = "type")]
    type_key: String,
    locale: Locale,
    slug: Slug,
    title: String,
    /// The path of its page; null when its type has none.
    url: Option<String>,
    /// Of the closure that is live: what `confirm` asks for.
    digest: Digest,
    published_at: Timestamp,
}

/// What an import made live and no approver has confirmed, by type, locale and slug.
#[utoipa::path(tag = "import",
    params(("site" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ImportedPage), (status = 400), (status = 404)))]
#[get("/api/v1/sites/{site}/imported")]
async fn list_imported(app: web::Data<App>, actor: Actor, site: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let page = app.db.read(move |c| imported(c, &actor, &site, (limit, cursor.as_ref()))).await?;
    Ok(HttpResponse::Ok().json(page))
}

fn imported(
    connection: &mut Conn,
    actor: &Actor,
    site: &str,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<ImportedEntry>> {
    let site = sites::store::find_visible(connection, site, actor)?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let types: HashMap<String, Arc<ContentType>> = type_store::list(connection, site.id)?
        .into_iter()
        .map(|stored| (stored.content_type.key.clone(), stored.content_type))
        .collect();
    let page = store::unconfirmed(connection, site.id, limit, after)?;
    Ok(page.map(|Unconfirmed { entry_id, type_key, locale, slug, title, closure, published_at }| {
        let url = view::url(types.get(&type_key).map(Arc::as_ref), &site, &locale, &slug);
        ImportedEntry { id: entry_id, type_key, locale, slug, title, url, digest: closure, published_at }
    }))
}

/// The entries that an approver has looked at: 1 to 100.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmImported {
    entries: Vec<SeenEntry>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenEntry {
    id: String,
    /// The `digest` that the list gave.
    digest: String,
}

impl SeenEntry {
    fn read(self, at: usize) -> Result<Seen, Refusal> {
        let refuse = |part: &str, code: &str, detail: &str| {
            Refusal::new(Code::Invalid).field(format!("entries[{at}].{part}"), code, detail)
        };
        let entry = EntryId::parse(&self.id).map_err(|_| refuse("id", "not_an_id", "the id of an entry"))?;
        let not_a_digest = || refuse("digest", "not_a_digest", "64 lower-case hexadecimal letters");
        Ok(Seen { entry, digest: Digest::parse(&self.digest).ok_or_else(not_a_digest)? })
    }
}

/// How many entries were confirmed.
#[derive(Serialize, ToSchema)]
struct Confirmed {
    confirmed: usize,
}

/// Confirms entries that an import made live, as their approval: all of them, or none.
#[utoipa::path(tag = "import", params(("site" = String, Path)), request_body = ConfirmImported,
    responses((status = 200, body = Confirmed), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/imported/confirm")]
async fn confirm_imported(
    app: web::Data<App>,
    actor: Actor,
    site: web::Path<String>,
    body: Json<ConfirmImported>,
) -> Answer {
    let seen = body.0.entries.into_iter().enumerate().map(|(at, one)| one.read(at)).collect::<Result<_, _>>()?;
    let confirmed = confirming::confirm(&app, &actor, site.into_inner(), seen).await?;
    Ok(HttpResponse::Ok().json(Confirmed { confirmed }))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct ImportedPage {
    items: Vec<ImportedEntry>,
    next_cursor: Option<String>,
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_imported).service(confirm_imported);
}
