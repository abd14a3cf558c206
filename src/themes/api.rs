//! `/api/v1/sites/{site}/theme`: which theme citizens see, what is proposed, what is decided.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Decision, SiteTheme, ThemeSettings, ThemesOfSite};
use super::service;
use crate::app::App;
use crate::http::{Answer, Json, off_the_loop};
use crate::identity::Actor;
use crate::kernel::id::JobId;
use crate::kernel::{Code, Digest, Refusal};

/// What somebody says of the theme that is proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProposeRequest {
    note: Option<String>,
}

/// Which theme is approved: the digest that was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApproveRequest {
    #[serde(default)]
    digest: String,
}

/// Which theme is rejected, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RejectRequest {
    #[serde(default)]
    digest: String,
    #[serde(default)]
    reason: String,
}

/// The theme, and the job that builds the release with it.
#[derive(Serialize, ToSchema)]
struct DecidedAnswer {
    theme: SiteTheme,
    job: Option<JobId>,
}

/// The live theme, the proposed one with what it has otherwise, and what stands in the themes folder.
#[utoipa::path(tag = "themes", params(("site" = String, Path)),
    responses((status = 200, body = ThemesOfSite), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/theme")]
async fn themes_of_site(app: web::Data<App>, actor: Actor, site: web::Path<String>) -> Answer {
    let themes = off_the_loop("read the themes of a site", move || service::of_site(&app, &actor, &site)).await?;
    Ok(HttpResponse::Ok().json(themes))
}

/// What the live theme lets the site choose: keys, kinds, labels and defaults of `theme_settings` in the site's settings; and
/// what the live settings choose in vain.
#[utoipa::path(tag = "themes", params(("site" = String, Path)),
    responses((status = 200, body = ThemeSettings), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/theme/settings")]
async fn theme_settings(app: web::Data<App>, actor: Actor, site: web::Path<String>) -> Answer {
    let settings =
        off_the_loop("read the settings of a theme", move || service::settings_of(&app, &actor, &site)).await?;
    Ok(HttpResponse::Ok().json(settings))
}

/// Proposes what stands in the themes folder now. Staging shows it until somebody else has decided.
#[utoipa::path(tag = "themes", params(("site" = String, Path)), request_body = ProposeRequest,
    responses((status = 201, body = SiteTheme), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/theme/propose")]
async fn propose_theme(
    app: web::Data<App>,
    actor: Actor,
    site: web::Path<String>,
    body: Json<ProposeRequest>,
) -> Answer {
    let note = body.0.note.unwrap_or_default();
    let proposed = off_the_loop("propose a theme", move || service::propose(&app, &actor, &site, &note)).await?;
    Ok(HttpResponse::Created().json(proposed))
}

/// Approves the proposed theme; the next release has it. Also approves, afterwards, what a site was founded with.
#[utoipa::path(tag = "themes", params(("site" = String, Path)), request_body = ApproveRequest,
    responses((status = 200, body = DecidedAnswer), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/theme/approve")]
async fn approve_theme(
    app: web::Data<App>,
    actor: Actor,
    site: web::Path<String>,
    body: Json<ApproveRequest>,
) -> Answer {
    decide(&app, &actor, site.into_inner(), &body.0.digest, Decision::Approve).await
}

/// Rejects the proposed theme; citizens keep what they see.
#[utoipa::path(tag = "themes", params(("site" = String, Path)), request_body = RejectRequest,
    responses((status = 200, body = DecidedAnswer), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/sites/{site}/theme/reject")]
async fn reject_theme(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<RejectRequest>) -> Answer {
    let RejectRequest { digest, reason } = body.0;
    decide(&app, &actor, site.into_inner(), &digest, Decision::Reject { reason }).await
}

async fn decide(app: &App, actor: &Actor, site: String, digest: &str, decision: Decision) -> Answer {
    let wrong = || Refusal::new(Code::Invalid).field("digest", "not_a_digest", "the digest of a theme");
    let digest = Digest::parse(digest).ok_or_else(wrong)?;
    let (theme, job) = service::decide(app, actor, site, digest, decision).await?;
    Ok(HttpResponse::Ok().json(DecidedAnswer { theme, job }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(themes_of_site)
        .service(theme_settings)
        .service(propose_theme)
        .service(approve_theme)
        .service(reject_theme);
}
