//! `/api/v1/monitored/{id}/baseline`.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Asked, Baseline};
use super::service;
use crate::app::App;
use crate::http::{Answer, Json};
use crate::identity::Actor;
use crate::kernel::id::MonitorId;
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::monitoring::scan::baseline::New;
use crate::procedure::views::{People, Person};

/// What a website is used to show, and what is new since.
#[derive(Serialize, ToSchema, Default)]
struct MonitoredBaseline {
    /// When something was accepted last; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_by: Option<Person>,
    /// When it was looked at fully; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_at: Option<Timestamp>,
    /// What is new; before anything was accepted, everything that was seen.
    questions: Vec<New>,
    /// Of all questions: what `accept` asks for. Absent when nothing was seen yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

async fn view(app: &App, found: Option<(Baseline, Asked)>) -> Result<MonitoredBaseline> {
    let Some((Baseline { accepted, seen_at, .. }, asked)) = found else {
        return Ok(MonitoredBaseline::default());
    };
    let by = accepted.as_ref().map(|accepted| accepted.by);
    let people = app.db.read(move |c| People::read(c, by)).await?;
    Ok(MonitoredBaseline {
        accepted_at: accepted.map(|accepted| accepted.at),
        accepted_by: by.map(|user| people.person(user)),
        seen_at: Some(seen_at),
        questions: asked.questions,
        digest: Some(asked.digest),
    })
}

/// What a website is used to show, and what is new since.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)),
    responses((status = 200, body = MonitoredBaseline), (status = 403), (status = 404)))]
#[get("/api/v1/monitored/{id}/baseline")]
async fn monitored_baseline(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let found = service::find(&app, &actor, MonitorId::parse(&id)?).await?;
    Ok(HttpResponse::Ok().json(view(&app, found).await?))
}

/// What is accepted: the digest that was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptBaseline {
    /// Of all questions, or, once something was accepted, of one of them.
    #[serde(default)]
    digest: String,
}

/// Accepts what is new. 409 `digest_mismatch` when something else is asked by now.
#[utoipa::path(tag = "monitoring", params(("id" = String, Path)), request_body = AcceptBaseline,
    responses((status = 200, body = MonitoredBaseline), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/monitored/{id}/baseline/accept")]
async fn accept_baseline(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<AcceptBaseline>,
) -> Answer {
    let asked = "the digest of what you have looked at";
    let required = || Refusal::new(Code::DigestRequired).field("digest", "required", asked);
    let digest = Digest::parse(&body.0.digest).ok_or_else(required)?;
    let found = service::accept(&app, &actor, MonitorId::parse(&id)?, digest).await?;
    Ok(HttpResponse::Ok().json(view(&app, Some(found)).await?))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(monitored_baseline).service(accept_baseline);
}
