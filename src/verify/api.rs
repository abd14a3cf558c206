//! `/api/v1/sites/{site}/verify`, its findings and their evidence.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::SiteFinding;
use super::service;
use crate::app::App;
use crate::http::{Answer, Json, Params};
use crate::identity::Actor;
use crate::kernel::id::JobId;
use crate::kernel::{Code, Digest, Refusal};

/// What to check.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyRequest {
    /// An address of the site; absent: the one that its settings name.
    url: Option<String>,
}

/// The job that checks: the `result` of `/api/v1/jobs/{id}` is what it found.
#[derive(serde::Serialize, ToSchema)]
struct VerifyAnswer {
    job: JobId,
}

/// A page of findings.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct FindingPage {
    items: Vec<SiteFinding>,
    next_cursor: Option<String>,
}

/// Has what the site's address serves compared with what was published there.
#[utoipa::path(tag = "verify", params(("site" = String, Path)), request_body = VerifyRequest,
    responses((status = 202, body = VerifyAnswer), (status = 403), (status = 404), (status = 422)))]
#[post("/api/v1/sites/{site}/verify")]
async fn verify_site(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<VerifyRequest>) -> Answer {
    let job = service::request(&app, &actor, site.into_inner(), body.0.url).await?;
    Ok(HttpResponse::Accepted().json(VerifyAnswer { job }))
}

/// What checks of the site found, newest first; `open=true`: what no later check found gone.
#[utoipa::path(tag = "verify",
    params(("site" = String, Path), ("open" = Option<bool>, Query), ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query)),
    responses((status = 200, body = FindingPage), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/findings")]
async fn site_findings(app: web::Data<App>, actor: Actor, site: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (open, limit, cursor) = (params.take_flag("open")?, params.limit()?, params.cursor()?);
    params.finish()?;
    let page = service::findings(&app, &actor, site.into_inner(), open, (limit, cursor)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// The kept answer that proves a finding: JSON with headers, time and the beginning of the body, which is
/// compressed with Brotli and written in Base64.
#[utoipa::path(tag = "verify", params(("site" = String, Path), ("digest" = String, Path)),
    responses((status = 200), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/findings/evidence/{digest}")]
async fn finding_evidence(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let digest = Digest::parse(&digest).ok_or_else(|| Refusal::new(Code::NotFound))?;
    let bytes = service::proof(&app, &actor, site, digest).await?;
    let name = format!("attachment; filename=\"{digest}.json\"");
    Ok(HttpResponse::Ok().content_type("application/json").insert_header(("Content-Disposition", name)).body(bytes))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(verify_site).service(site_findings).service(finding_evidence);
}
