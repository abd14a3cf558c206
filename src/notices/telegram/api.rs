//! `/api/v1/me/notices/telegram`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Problem;
use super::service;
use crate::app::App;
use crate::http::{Answer, Json, off_the_loop};
use crate::identity::Actor;

/// Which chat is to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChatToTry {
    /// The number of a chat; a group's begins with a minus.
    chat: String,
}

/// What became of a test.
#[derive(Serialize, ToSchema)]
struct TelegramTest {
    /// Whether the message was taken.
    sent: bool,
    /// What was wrong otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// Have the bot write to a chat of mine, now; at most five times in ten minutes.
#[utoipa::path(tag = "notices", request_body = ChatToTry,
    responses((status = 200, body = TelegramTest), (status = 401), (status = 422), (status = 429)))]
#[post("/api/v1/me/notices/telegram/test")]
async fn test_telegram(app: web::Data<App>, actor: Actor, body: Json<ChatToTry>) -> Answer {
    let (app, chat) = (App::clone(&app), body.0.chat);
    let problem = off_the_loop("send a test message", move || service::test(&app, &actor, &chat)).await?;
    Ok(HttpResponse::Ok().json(TelegramTest { sent: problem.is_none(), problem }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(test_telegram);
}
