//! `/api/v1/entries/{id}/previews`, `/api/v1/previews/{id}` and `/api/v1/sites/{site}/staging`.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{NewPreview, Preview};
use super::{service, staging};
use crate::app::App;
use crate::http::{Answer, Json};
use crate::identity::Actor;
use crate::kernel::id::{EntryId, JobId, PreviewId};
use crate::kernel::page::Page;
use crate::kernel::{Code, Digest, Refusal, Timestamp};

/// Which revision, for whom, for how long.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewRequest {
    /// The digest of a revision; absent: the newest.
    revision: Option<String>,
    /// The name of a person without an account; absent: the link is for the user who asks.
    recipient: Option<String>,
    /// 1 to 15; with `recipient` 1 to 10080 (seven days), and then it must be given.
    minutes: Option<i64>,
}

/// A link, which is shown this once.
#[derive(Serialize, ToSchema)]
struct PreviewAnswer {
    #[serde(flatten)]
    preview: Preview,
    url: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct PreviewPage {
    items: Vec<Preview>,
}

/// Makes a link to one revision, rendered as it will be. It is kept by its digest only, so it cannot be shown again.
#[utoipa::path(tag = "previews", params(("id" = EntryId, Path)), request_body = PreviewRequest,
    responses((status = 201, body = PreviewAnswer), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/entries/{id}/previews")]
async fn create_preview(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<PreviewRequest>,
) -> Answer {
    let PreviewRequest { revision, recipient, minutes } = body.0;
    let digest = |text: String| {
        let wrong = || Refusal::new(Code::Invalid).field("revision", "not_a_digest", "the digest of a revision");
        Digest::parse(&text).ok_or_else(wrong)
    };
    let new = NewPreview { revision: revision.map(digest).transpose()?, recipient, minutes };
    let (preview, token) = service::create(&app, &actor, EntryId::parse(&id)?, new).await?;
    let url = format!("{}/preview/{token}", app.config.server_url.as_str());
    Ok(HttpResponse::Created().json(PreviewAnswer { preview, url }))
}

/// The open links of an entry, newest first, without what opens them.
#[utoipa::path(tag = "previews", params(("id" = EntryId, Path)),
    responses((status = 200, body = PreviewPage), (status = 403), (status = 404)))]
#[get("/api/v1/entries/{id}/previews")]
async fn list_previews(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let items = service::list(&app, &actor, EntryId::parse(&id)?).await?;
    Ok(HttpResponse::Ok().json(Page::whole(items)))
}

/// Ends a link now.
#[utoipa::path(tag = "previews", params(("id" = PreviewId, Path)),
    responses((status = 200, body = Preview), (status = 403), (status = 404), (status = 409)))]
#[delete("/api/v1/previews/{id}")]
async fn revoke_preview(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let preview = service::revoke(&app, &actor, PreviewId::parse(&id)?).await?;
    Ok(HttpResponse::Ok().json(preview))
}

/// The way into a site's staging host.
#[derive(Serialize, ToSchema)]
struct StagingAnswer {
    /// Works once, and sets the cookie of that host.
    url: String,
    expires_at: Timestamp,
    /// The job that builds what the host shows.
    job: JobId,
}

/// Has the staging site built anew and gives the caller a link into it: everything that is approved, as if it were
/// live already.
#[utoipa::path(tag = "previews", params(("site" = String, Path)),
    responses((status = 202, body = StagingAnswer), (status = 403), (status = 404)))]
#[post("/api/v1/sites/{site}/staging")]
async fn enter_staging(app: web::Data<App>, actor: Actor, site: web::Path<String>) -> Answer {
    let entrance = staging::invite(&app, &actor, site.into_inner()).await?;
    let staging::Entrance { url, expires_at, job } = entrance;
    Ok(HttpResponse::Accepted().json(StagingAnswer { url, expires_at, job }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_preview).service(list_previews).service(revoke_preview).service(enter_staging);
}
