//! `GET /api/v1/entries/{id}/evidence`.

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::service;
use crate::app::App;
use crate::http::{Answer, off_the_loop};
use crate::identity::Actor;
use crate::kernel::id::EntryId;

/// One JSON file that proves what citizens saw of an entry last: content, difference to what stood there before,
/// history, approvals, ledger, releases. `lamin verify evidence FILE` checks it without this server. 409
/// `not_live` when the entry was never shown.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)),
    responses((status = 200), (status = 403), (status = 404), (status = 409)))]
#[get("/api/v1/entries/{id}/evidence")]
async fn entry_evidence(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    let id = EntryId::parse(&id)?;
    let app = App::clone(&app);
    let file = off_the_loop("make evidence", move || service::make(&app, &actor, id)).await?;
    let name = format!("attachment; filename=\"evidence-{id}.json\"");
    Ok(HttpResponse::Ok().insert_header(("Content-Disposition", name)).json(file))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(entry_evidence);
}
