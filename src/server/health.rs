//! Whether the server lives, and whether it can work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::db;
use crate::http::Answer;
use crate::kernel::{Code, Refusal};

/// Set once everything that a start has to do is done (with `--demo`: the demo site is published).
#[derive(Clone, Default)]
pub struct Ready(Arc<AtomicBool>);

impl Ready {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Health {
    status: &'static str,
    version: &'static str,
}

/// The process answers. Touches neither disk nor database.
#[utoipa::path(tag = "health", responses((status = 200, body = Health)))]
#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// The server can work: the database answers and its tables are up to date.
#[utoipa::path(tag = "health", responses((status = 200, body = Health), (status = 503)))]
#[get("/readyz")]
async fn readyz(app: web::Data<App>, ready: web::Data<Ready>) -> Answer {
    let not_ready = |why: &str| Refusal::new(Code::NotReady).detail(why).extra("retry_after_s", 1);
    if !ready.0.load(Ordering::Acquire) {
        return Err(not_ready("still starting").into());
    }
    match app.db.read(db::pending_migrations).await {
        Ok(0) => Ok(HttpResponse::Ok().json(Health { status: "ready", version: env!("CARGO_PKG_VERSION") })),
        Ok(_) => Err(not_ready("the database lacks migrations").into()),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err(not_ready("the database does not answer").into())
        }
    }
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(healthz).service(readyz);
}
