//! `/api/v1/notices`, `/api/v1/me/notices` and `/api/v1/events`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bell::{Bell, Heard, Listening};
use super::model::{Chosen, Notice, Preferences, When};
use super::store::{self, Which};
use super::{service, telegram};
use crate::app::App;
use crate::db::Conn;
use crate::http::{Answer, Json, Params, etag, event_stream};
use crate::identity::{self, Actor};
use crate::kernel::id::UserId;
use crate::kernel::{Code, Refusal};

/// Own notices, newest first.
#[derive(Serialize, ToSchema)]
struct NoticePage {
    items: Vec<Notice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// How many of all have not been read.
    unread: i64,
}

/// What I was told.
#[utoipa::path(tag = "notices",
    params(("unread" = Option<bool>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = NoticePage), (status = 401)))]
#[get("/api/v1/notices")]
async fn list_notices(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let unread = params.take_flag("unread")?.unwrap_or(false);
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let which = if unread { Which::Unread } else { Which::All };
    let (page, unread) = service::list(&app, &actor, which, (limit, cursor)).await?;
    Ok(HttpResponse::Ok().json(NoticePage { items: page.items, next_cursor: page.next_cursor, unread }))
}

/// Mark one of my notices as read.
#[utoipa::path(tag = "notices", params(("id" = i64, Path)), responses((status = 204), (status = 401), (status = 404)))]
#[post("/api/v1/notices/{id}/read")]
async fn read_notice(app: web::Data<App>, bell: web::Data<Bell>, actor: Actor, path: web::Path<String>) -> Answer {
    let id = path.parse().map_err(|_| Refusal::new(Code::NotFound))?;
    service::read_one(&app, &actor, id).await?;
    bell.has_read(service::person(&actor)?);
    Ok(HttpResponse::NoContent().finish())
}

/// Up to which notice all are read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadNotices {
    /// The newest that was seen.
    until: i64,
}

/// Mark my notices up to one as read.
#[utoipa::path(tag = "notices", request_body = ReadNotices, responses((status = 204), (status = 401)))]
#[post("/api/v1/notices/read")]
async fn read_notices(app: web::Data<App>, bell: web::Data<Bell>, actor: Actor, body: Json<ReadNotices>) -> Answer {
    service::read_until(&app, &actor, body.0.until).await?;
    bell.has_read(service::person(&actor)?);
    Ok(HttpResponse::NoContent().finish())
}

/// How I am told.
#[derive(Serialize, ToSchema)]
struct NoticePreferences {
    /// By e-mail.
    mail: When,
    /// By the bot of this installation.
    telegram: When,
    /// The number of my chat with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    telegram_chat: Option<String>,
    /// Of both digests, on the clock of the site that a notice is of.
    digest_hour: i32,
    /// Whether there is a bot.
    has_telegram_bot: bool,
    /// 0 before anything was chosen.
    version: i32,
}

async fn preferences(app: &App, user: UserId) -> Answer {
    let read = move |c: &mut Conn| Ok((store::preferences(c, user)?, telegram::store::find(c)?.is_some()));
    let (Preferences { chosen, version }, has_telegram_bot) = app.db.read(read).await?;
    let Chosen { mail, telegram, telegram_chat, digest_hour } = chosen;
    let shown = NoticePreferences { mail, telegram, telegram_chat, digest_hour, has_telegram_bot, version };
    Ok(HttpResponse::Ok().insert_header(("ETag", etag::etag(version))).json(shown))
}

/// How I am told.
#[utoipa::path(tag = "notices", responses((status = 200, body = NoticePreferences), (status = 401)))]
#[get("/api/v1/me/notices")]
async fn my_preferences(app: web::Data<App>, actor: Actor) -> Answer {
    preferences(&app, service::person(&actor)?).await
}

/// How I want to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChosenPreferences {
    mail: When,
    /// Absent: never.
    #[serde(default = "never")]
    #[schema(required = false)]
    telegram: When,
    /// The number of my chat with the bot; a group's begins with a minus.
    telegram_chat: Option<String>,
    /// From 6 to 18.
    digest_hour: i32,
}

fn never() -> When {
    When::None
}

/// Choose how I am told; `If-Match: "0"` before anything was chosen.
#[utoipa::path(tag = "notices", request_body = ChosenPreferences,
    responses((status = 200, body = NoticePreferences), (status = 401), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/me/notices")]
async fn choose(app: web::Data<App>, actor: Actor, request: HttpRequest, body: Json<ChosenPreferences>) -> Answer {
    let ChosenPreferences { mail, telegram, telegram_chat, digest_hour } = body.0;
    let chosen = Chosen { mail, telegram, telegram_chat, digest_hour };
    service::choose(&app, &actor, etag::if_match(&request)?, chosen).await?;
    preferences(&app, service::person(&actor)?).await
}

/// A line that is still open says so that often, or what stands between would close it.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Then the stream ends, and whoever still may begins another: so a session that has expired is not followed for longer.
const STREAM_SPAN: Duration = Duration::from_secs(600);

crate::words! {
    /// What happened to whoever follows.
    pub enum Sound as "LiveEventKind" {
        /// The stream has begun: whatever was missed is to be looked for.
        Ready = "ready",
        /// What waits for me may have changed.
        Inbox = "inbox",
        /// I was told something, or have read it elsewhere.
        Notice = "notice",
    }
}

/// The data of each event.
#[derive(Serialize, ToSchema)]
struct LiveEvent {
    kind: Sound,
}

struct Stream {
    app: App,
    token: String,
    actor: Actor,
    listening: Listening,
    ends: Instant,
    begun: bool,
}

/// What happens, as server-sent events, each with a `LiveEvent`. The stream ends with the session, and after ten minutes.
#[utoipa::path(tag = "notices",
    responses((status = 200, body = LiveEvent, content_type = "text/event-stream"), (status = 401), (status = 429)))]
#[get("/api/v1/events")]
async fn events(app: web::Data<App>, bell: web::Data<Bell>, actor: Actor, request: HttpRequest) -> Answer {
    let token = identity::api::bearer(&request)?;
    let listening = bell.listen(&app, service::person(&actor)?).await?;
    let app = App::clone(&app);
    let first = Stream { app, token, actor, listening, ends: Instant::now() + STREAM_SPAN, begun: false };
    let events = stream::unfold(first, |mut stream| async move {
        let text = stream.next().await?;
        Some((text, stream))
    });
    Ok(event_stream(events))
}

impl Stream {
    /// What is sent next; `None` when the stream ends.
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some(event(Sound::Ready));
        }
        loop {
            if Instant::now() >= self.ends {
                return None;
            }
            let Listening { heard, closing, .. } = &mut self.listening;
            let news = tokio::select! {
                news = tokio::time::timeout(HEARTBEAT, heard.recv()) => news,
                _ = closing.wait_for(|closing| *closing) => return None,
            };
            match news {
                Err(_) => return Some(":\n\n".to_owned()),
                Ok(Err(RecvError::Closed)) => return None,
                Ok(Err(RecvError::Lagged(_))) => {
                    self.look_again().await?;
                    return Some(event(Sound::Inbox) + &event(Sound::Notice));
                }
                Ok(Ok(heard)) => {
                    let text = self.own(&heard).await?;
                    if !text.is_empty() {
                        return Some(text);
                    }
                }
            }
        }
    }

    /// What of it is its reader's; `None` when they are not let in any more.
    async fn own(&mut self, heard: &Arc<Heard>) -> Option<String> {
        let user = self.actor.user()?;
        let changed = heard.much || heard.accounts.contains(&user);
        if changed {
            self.look_again().await?;
        }
        let seen = |site: &Option<_>| site.map_or(!self.actor.roles(None).is_empty(), |site| self.actor.sees(site));
        let mut text = String::new();
        if changed || heard.moved.iter().any(seen) {
            text += &event(Sound::Inbox);
        }
        if heard.much || heard.told.contains(&user) {
            text += &event(Sound::Notice);
        }
        Some(text)
    }

    /// Asks anew who they are and where they are appointed.
    async fn look_again(&mut self) -> Option<()> {
        self.actor = identity::service::authenticate(&self.app, &self.token).await.ok()?;
        Some(())
    }
}

fn event(kind: Sound) -> String {
    format!("event: {kind}\ndata: {{\"kind\":\"{kind}\"}}\n\n")
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_notices).service(read_notices).service(read_notice);
    config.service(my_preferences).service(choose).service(events);
    super::mail::api::routes(config);
    telegram::api::routes(config);
    super::hooks::api::routes(config);
}
