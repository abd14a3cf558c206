//! `/api/v1/entries/{id}/presence`.

use actix_web::{HttpResponse, delete, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Wish;
use super::service;
use crate::app::App;
use crate::http::{Answer, Json};
use crate::identity::Actor;
use crate::kernel::Timestamp;
use crate::kernel::id::EntryId;
use crate::procedure::views::Person;

/// What the caller wants of an entry that is open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Attend {
    wish: Wish,
}

/// Who has an entry open beside the caller, and who is to write in it.
#[derive(Serialize, ToSchema)]
struct Attendance {
    others: Vec<Person>,
    /// Nobody, one of the others, or the caller.
    holder: Option<Person>,
    /// Since when.
    since: Option<Timestamp>,
    /// Whether it is the caller.
    mine: bool,
}

/// Says that the caller has the entry open, and asks for the lease of writing: to be said every 20 seconds, because
/// after 150 it is forgotten. The lease only asks others to wait; what decides a race is `If-Match`.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)), request_body = Attend,
    responses((status = 200, body = Attendance), (status = 403), (status = 404)))]
#[put("/api/v1/entries/{id}/presence")]
async fn attend(app: web::Data<App>, actor: Actor, id: web::Path<String>, body: Json<Attend>) -> Answer {
    let (mut all, people) = service::attend(&app, &actor, EntryId::parse(&id)?, body.0.wish).await?;
    let holder = all.iter().find(|one| one.holds_since.is_some()).copied();
    // The caller stands last.
    let me = all.pop();
    Ok(HttpResponse::Ok().json(Attendance {
        others: all.iter().map(|one| people.person(one.user)).collect(),
        holder: holder.map(|one| people.person(one.user)),
        since: holder.and_then(|one| one.holds_since),
        mine: me.is_some_and(|me| me.holds_since.is_some()),
    }))
}

/// Says that the caller has closed the entry.
#[utoipa::path(tag = "entries", params(("id" = EntryId, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
#[delete("/api/v1/entries/{id}/presence")]
async fn leave(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    service::leave(&app, &actor, EntryId::parse(&id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(attend).service(leave);
}
