//! `GET /api/v1/jobs/{id}`.

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::http::Answer;
use crate::identity::{Actor, Permit, cases};
use crate::jobs::{self, Job};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::{Code, Refusal};

/// Where a piece of work is. A job of a site is seen by those who may read that site's content.
#[utoipa::path(tag = "jobs", params(("id" = JobId, Path)), responses((status = 200, body = Job), (status = 404)))]
#[get("/api/v1/jobs/{id}")]
async fn job(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    let id = JobId::parse(&path)?;
    let job = app.db.read(move |c| jobs::find(c, id)).await?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    match job.payload.get("site").and_then(|site| site.as_str()) {
        Some(site) => {
            let _: Permit<cases::ReadContent> = actor.permit(SiteId::parse(site)?)?;
        }
        None => {
            let _: Permit<cases::ReadLedger> = actor.permit_installation()?;
        }
    }
    Ok(HttpResponse::Ok().json(job))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(job);
}
