//! `GET /api/v1/jobs/{id}`, and its progress as a stream of events.

use std::sync::PoisonError;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::http::{Answer, event_stream};
use crate::identity::{self, Actor, Permit, cases};
use crate::jobs::{self, Job, JobState};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::{Code, Refusal, Result};

/// So often the stream looks; who may see it is asked anew each time, so that a logout ends it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Where a piece of work is. A job of a site is seen by those who may read that site's content.
#[utoipa::path(tag = "jobs", params(("id" = JobId, Path)), responses((status = 200, body = Job), (status = 404)))]
#[get("/api/v1/jobs/{id}")]
async fn show_job(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(visible(&app, &actor, JobId::parse(&path)?).await?))
}

async fn visible(app: &App, actor: &Actor, id: JobId) -> Result<Job> {
    let job = app.db.read(move |c| jobs::find(c, id)).await?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    match job.payload.get("site").and_then(|site| site.as_str()) {
        Some(site) => {
            let _: Permit<cases::ReadContent> = actor.permit(SiteId::parse(site)?)?;
        }
        None => {
            let _: Permit<cases::ReadLedger> = actor.permit_installation()?;
        }
    }
    Ok(job)
}

/// How far a job is: the data of each event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct JobEvent {
    #[schema(value_type = String)]
    state: JobState,
    /// `read`, `render`, `sync`, `swap`; absent when the job waits, has ended, or runs on another node.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    /// Pages of the phase that are done, of all that are to be.
    done: usize,
    total: usize,
    /// Pages in a second.
    rate_per_s: f64,
    /// By that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_s: Option<f64>,
}

impl JobEvent {
    fn of(app: &App, job: &Job) -> JobEvent {
        let board = app.job_progress.lock().unwrap_or_else(PoisonError::into_inner);
        let at = board.get(job.id.as_str()).filter(|_| job.state == JobState::Running);
        let (done, total) = at.map_or((0, 0), |at| (at.done, at.total));
        let rate = at.filter(|at| at.seconds > 0.0).map_or(0.0, |at| at.done as f64 / at.seconds);
        let remaining = (rate > 0.0).then(|| total.saturating_sub(done) as f64 / rate);
        JobEvent {
            state: job.state,
            phase: at.map(|at| at.phase),
            done,
            total,
            rate_per_s: rate.round(),
            remaining_s: remaining,
        }
    }
}

/// The progress of a job as server-sent events, each with a `JobEvent`; the stream ends with the job.
#[utoipa::path(tag = "jobs", params(("id" = JobId, Path)),
    responses((status = 200, body = JobEvent, content_type = "text/event-stream"), (status = 404)))]
#[get("/api/v1/jobs/{id}/events")]
async fn job_events(app: web::Data<App>, actor: Actor, request: HttpRequest, path: web::Path<String>) -> Answer {
    let id = JobId::parse(&path)?;
    let first = visible(&app, &actor, id).await?;
    let token = identity::api::bearer(&request)?;
    let state = Some((App::clone(&app), token, Some(first)));
    let events = stream::unfold(state, move |state| async move {
        let (app, token, looked) = state?;
        let job = match looked {
            Some(job) => job,
            None => look_again(&app, &token, id).await.ok()?,
        };
        let event = JobEvent::of(&app, &job);
        let text = format!("event: progress\ndata: {}\n\n", serde_json::to_string(&event).ok()?);
        let goes_on = matches!(job.state, JobState::Ready | JobState::Running);
        let next = goes_on.then_some((app, token, None));
        Some((text, next))
    });
    Ok(event_stream(events))
}

async fn look_again(app: &App, token: &str, id: JobId) -> Result<Job> {
    tokio::time::sleep(LOOK_EVERY).await;
    let actor = identity::service::authenticate(app, token).await?;
    visible(app, &actor, id).await
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_job).service(job_events);
}
