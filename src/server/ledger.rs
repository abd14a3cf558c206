//! `GET /api/v1/ledger` and its check.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::http::{Answer, Params};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Refusal};
use crate::ledger::{self, Verdict, Wanted};

/// The events that the caller may see, newest first.
#[utoipa::path(
    tag = "ledger",
    params(("subject" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = LedgerPage), (status = 403))
)]
#[get("/api/v1/ledger")]
async fn list(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (subject, limit, cursor) = (params.take("subject")?, params.limit()?, params.cursor()?);
    params.finish()?;
    let wanted = Wanted { subject, sites: readable_sites(&actor)? };
    let page = app.db.read(move |c| ledger::list(c, &wanted, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Walks the whole chain.
#[utoipa::path(tag = "ledger", responses((status = 200, body = Verdict), (status = 403)))]
#[get("/api/v1/ledger/verify")]
async fn verify(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let _: Permit<cases::ReadLedger> = actor.permit_installation()?;
    let holds = ledger::signed_by(app.secrets.public_key());
    let verdict = app.db.read(move |c| ledger::verify(c, None, holds)).await?;
    Ok(HttpResponse::Ok().json(verdict))
}

/// The sites whose events the caller may read: `None` for all and for events of no site.
fn readable_sites(actor: &Actor) -> Result<Option<Vec<crate::kernel::id::SiteId>>, Refusal> {
    if actor.permit_installation::<cases::ReadLedger>().is_ok() {
        return Ok(None);
    }
    let sites = actor.visible_sites().unwrap_or_default();
    let readable: Vec<_> = sites.into_iter().filter(|site| actor.permit::<cases::ReadLedger>(*site).is_ok()).collect();
    if readable.is_empty() { Err(Refusal::new(Code::Forbidden)) } else { Ok(Some(readable)) }
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the shape of the answer, for the OpenAPI document")]
struct LedgerPage {
    items: Vec<ledger::Record>,
    next_cursor: Option<String>,
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(verify);
}
