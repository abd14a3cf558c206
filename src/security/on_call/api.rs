//! `/api/v1/on-call`.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{OnCall, Reached};
use super::rules::REPEAT_MINUTES_DEFAULT;
use super::service::{self, Wanted};
use crate::app::App;
use crate::http::{Answer, Json, etag};
use crate::identity::{Actor, UseCase as _, cases};
use crate::notices::mail::model::Secret;
use crate::procedure::views::{People, Person};
use crate::security::views::people_by_name;

/// Who is called when an incident begins, without the secrets.
#[derive(Serialize, ToSchema)]
struct OnCallList {
    people: Vec<Reached>,
    /// The same people by name.
    names: Vec<Person>,
    /// Who may be put on it: those who handle incidents of the whole installation.
    candidates: Vec<Person>,
    repeat_minutes: i32,
    has_telegram_token: bool,
    has_webhook_secret: bool,
    /// 0: nothing was set yet.
    version: i32,
}

/// What the list is to be. A secret that is absent stays; an empty one is removed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedOnCallList {
    /// In the order in which they are called; at most 20.
    people: Vec<Reached>,
    /// Between two calls, until somebody takes the incident; 1 to 240.
    #[serde(default = "repeat")]
    repeat_minutes: i32,
    #[schema(value_type = Option<String>)]
    telegram_token: Option<Secret>,
    /// 16 to 256 bytes.
    #[schema(value_type = Option<String>)]
    webhook_secret: Option<Secret>,
}

fn repeat() -> i32 {
    REPEAT_MINUTES_DEFAULT
}

async fn answer(app: &App, list: OnCall) -> Answer {
    let users: Vec<_> = list.people.iter().map(|one| one.user).collect();
    let asked = users.clone();
    let now = app.now();
    let read = move |c: &mut crate::db::Conn| {
        let members = crate::notices::store::members(c, None, now)?;
        let handle = |one: &&crate::notices::model::Member| {
            one.roles.iter().any(|role| cases::HandleIncident::ROLES.contains(role))
        };
        let candidates = members.iter().filter(handle).map(|one| one.user).collect();
        Ok((People::read(c, asked)?, people_by_name(c, candidates)?))
    };
    let (people, candidates) = app.db.read(read).await?;
    let view = OnCallList {
        names: users.into_iter().map(|user| people.person(user)).collect(),
        people: list.people,
        candidates,
        repeat_minutes: list.repeat_minutes,
        has_telegram_token: list.telegram_token.is_some(),
        has_webhook_secret: list.webhook_secret.is_some(),
        version: list.version,
    };
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(view.version))).json(view))
}

/// Who is called when an incident begins.
#[utoipa::path(tag = "incidents", responses((status = 200, body = OnCallList), (status = 403)))]
#[get("/api/v1/on-call")]
async fn read_on_call(app: web::Data<App>, actor: Actor) -> Answer {
    let list = service::find(&app, &actor).await?;
    answer(&app, list).await
}

/// Sets who is called. Needs `If-Match` with the version that was seen, 0 for the first.
#[utoipa::path(tag = "incidents", request_body = WantedOnCallList,
    responses((status = 200, body = OnCallList), (status = 403), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/on-call")]
async fn set_on_call(app: web::Data<App>, actor: Actor, request: HttpRequest, body: Json<WantedOnCallList>) -> Answer {
    let seen = etag::if_match(&request)?;
    let WantedOnCallList { people, repeat_minutes, telegram_token, webhook_secret } = body.0;
    let wanted = Wanted { people, repeat_minutes, telegram_token, webhook_secret };
    let list = service::set(&app, &actor, seen, wanted).await?;
    answer(&app, list).await
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read_on_call).service(set_on_call);
}
