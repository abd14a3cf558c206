//! Requests and answers about identity, and how a request becomes an [`Actor`].

mod auth;
mod me;
mod permissions;
mod users;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::account::{CLIENT_LETTERS_MAX, Caller, User};
use super::model::Actor;
use super::{rules, service};
use crate::app::App;
use crate::http::Problem;
use crate::kernel::id::UserId;
use crate::kernel::{Code, Error, Locale, Refusal, Timestamp};

/// The routes of identity.
pub fn routes(config: &mut ServiceConfig) {
    auth::routes(config);
    me::routes(config);
    permissions::routes(config);
    users::routes(config);
}

/// Who sends the request, from `Authorization: Bearer …`, confirmed by the database each time, so that
/// a logout, a disabled account, another password or another role count at once on every node.
///
/// 401: `unauthenticated` without a token of ours, `token_expired` when a refresh helps,
/// `session_ended` when only signing in again does.
impl FromRequest for Actor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>().cloned();
        let token = bearer(request);
        Box::pin(async move {
            let app = app.ok_or_else(|| Error::broken("answer a request", "the server was built without its app"))?;
            Ok(service::authenticate(&app, &token?).await?)
        })
    }
}

/// The access token of a request: `unauthenticated` when there is none.
pub fn bearer(request: &HttpRequest) -> Result<String, Refusal> {
    let header = request.headers().get("Authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim().to_owned()),
        _ => Err(Refusal::new(Code::Unauthenticated)),
    }
}

/// Network and client of a request. `X-Forwarded-For` counts from a trusted proxy only.
pub fn caller(app: &App, request: &HttpRequest) -> Caller {
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("X-Forwarded-For")
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    let peer = request.peer_addr().map(|peer| peer.ip());
    let network = rules::network(peer, &forwarded, |address| app.config.trusted_proxies.contains(address));
    let agent = request.headers().get("User-Agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    Caller { network, client: agent.chars().take(CLIENT_LETTERS_MAX).collect() }
}

/// An account as it is shown to administrators and to its owner.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    pub disabled: bool,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let User { id, email, name, locale, disabled, epoch: _, version, created_at, updated_at } = user;
        UserView { id, email, name, locale, disabled, version, created_at, updated_at }
    }
}
