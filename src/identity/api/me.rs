//! `/api/v1/me`: who I am, what I may do where, where I am signed in.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::UserView;
use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::account::Session;
use crate::identity::model::{Actor, Role};
use crate::identity::permits::ALL as USE_CASES;
use crate::identity::{service, store};
use crate::kernel::id::{SessionId, SiteId};
use crate::kernel::{Code, Refusal, Timestamp};

pub fn routes(config: &mut ServiceConfig) {
    config.service(me).service(change_me).service(end_session);
}

/// The caller's account, appointments in force, and open sessions.
#[derive(Serialize, ToSchema)]
struct Me {
    user: UserView,
    roles: Vec<RolesView>,
    sessions: Vec<SessionView>,
}

#[derive(Serialize, ToSchema)]
struct RolesView {
    /// Key of the site; `null` for the whole installation, and then it holds on every site.
    #[schema(required)]
    site: Option<String>,
    roles: Vec<Role>,
    /// Names of the use cases that these roles allow.
    may: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct SessionView {
    id: SessionId,
    /// What the device calls itself.
    client: String,
    created_at: Timestamp,
    refreshed_at: Timestamp,
    expires_at: Timestamp,
    /// Whether the request came from it.
    current: bool,
}

/// Roles by site, the installation first, then by key.
fn roles(actor: &Actor, keys: &[(SiteId, String)]) -> Vec<RolesView> {
    let view = |place: Option<SiteId>, key: Option<String>| {
        let here = actor.grants().iter().filter(|grant| grant.site == place).map(|grant| grant.role);
        let mut roles: Vec<Role> = here.collect();
        roles.sort_unstable();
        let may = USE_CASES.iter().filter(|(_, allowed)| roles.iter().any(|role| allowed.contains(role)));
        let may = may.map(|(name, _)| (*name).to_owned()).collect();
        RolesView { site: key, roles, may }
    };
    let sites = keys.iter().map(|(id, key)| view(Some(*id), Some(key.clone())));
    std::iter::once(view(None, None)).chain(sites).filter(|view| !view.roles.is_empty()).collect()
}

fn session(session: Session, current: Option<SessionId>) -> SessionView {
    let Session { id, user: _, client, created_at, refreshed_at, expires_at, ended_at: _ } = session;
    SessionView { id, client, created_at, refreshed_at, expires_at, current: Some(id) == current }
}

/// Who I am.
#[utoipa::path(tag = "identity", responses((status = 200, body = Me), (status = 401)))]
#[get("/api/v1/me")]
async fn me(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let id = actor.user().ok_or_else(|| Refusal::new(Code::Unauthenticated))?;
    let now = app.now();
    let (user, keys, sessions) = app
        .db
        .read(move |connection| {
            let user = store::find_user(connection, id)?.ok_or_else(|| Refusal::new(Code::SessionEnded))?;
            Ok((user, store::site_keys(connection)?, store::open_sessions(connection, id, now)?))
        })
        .await?;
    let sessions = sessions.into_iter().map(|open| session(open, actor.session())).collect();
    Ok(HttpResponse::Ok().json(Me { user: user.into(), roles: roles(&actor, &keys), sessions }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeMe {
    /// In which screens and letters speak to me, such as `id` or `en`.
    locale: String,
}

/// Change my own account: its language. Name and address are the administrator's to change.
#[utoipa::path(tag = "identity", params(("If-Match" = String, Header)), request_body = ChangeMe,
    responses((status = 200, body = UserView), (status = 401), (status = 412), (status = 422), (status = 428)))]
#[patch("/api/v1/me")]
async fn change_me(app: web::Data<App>, actor: Actor, request: HttpRequest, body: Json<ChangeMe>) -> Answer {
    let seen = etag::if_match(&request)?;
    let user = service::choose_language(&app, &actor, seen, &body.0.locale).await?;
    Ok(super::users::answer(HttpResponse::Ok(), user))
}

/// End one of my sessions.
#[utoipa::path(tag = "identity", params(("id" = SessionId, Path)),
    responses((status = 204), (status = 401), (status = 404)))]
#[delete("/api/v1/me/sessions/{id}")]
async fn end_session(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    service::end_session(&app, &actor, SessionId::parse(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
