//! `/api/v1/auth`: sign in, refresh, sign out, change the password, set up.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{UserView, bearer, caller};
use crate::app::App;
use crate::http::{Answer, Json};
use crate::identity::account::Password;
use crate::identity::links;
use crate::identity::model::Actor;
use crate::identity::service::{self, NewPassword, Setup, SignedIn};
use crate::identity::tokens::{ACCESS_SECONDS, SESSION_MICROS};
use crate::kernel::time::SECOND;
use crate::kernel::{Code, Refusal, Timestamp};

const COOKIE: &str = "lamin_refresh";
const COOKIE_PATH: &str = "/api/v1/auth";

pub fn routes(config: &mut ServiceConfig) {
    config.service(login).service(refresh).service(logout).service(change_password).service(setup);
    config.service(look_at_link).service(follow_link);
}

/// What a sign-in or a refresh answers; the refresh token is in the cookie `lamin_refresh`.
#[derive(Serialize, ToSchema)]
struct SignedInView {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// Seconds until the access token has to be refreshed.
    expires_in: i64,
    user: UserView,
}

fn signed_in(app: &App, signed_in: SignedIn) -> HttpResponse {
    let cookie = cookie(app, signed_in.refresh.reveal(), SESSION_MICROS / SECOND);
    let SignedIn { access_token, user, .. } = signed_in;
    HttpResponse::Ok().cookie(cookie).json(SignedInView { access_token, expires_in: ACCESS_SECONDS, user: user.into() })
}

/// An age of 0 takes the cookie away.
fn cookie<'c>(app: &App, value: &str, age_seconds: i64) -> Cookie<'c> {
    Cookie::build(COOKIE, value.to_owned())
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(!app.config.server_url.is_local())
        .max_age(Duration::seconds(age_seconds))
        .finish()
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    email: String,
    #[schema(value_type = String)]
    password: Password,
}

/// Sign in. Refused alike for an unknown account and a wrong password.
#[utoipa::path(tag = "identity", request_body = Login, security(()),
    responses((status = 200, body = SignedInView), (status = 401), (status = 429)))]
#[post("/api/v1/auth/login")]
async fn login(app: web::Data<App>, request: HttpRequest, body: Json<Login>) -> Answer {
    let Login { email, password } = body.0;
    let outcome = service::login(&app, &email, password, &caller(&app, &request)).await?;
    Ok(signed_in(&app, outcome))
}

/// Get another access token for the refresh cookie, which serves once.
#[utoipa::path(tag = "identity", security(()),
    responses((status = 200, body = SignedInView), (status = 401)))]
#[post("/api/v1/auth/refresh")]
async fn refresh(app: web::Data<App>, request: HttpRequest) -> Answer {
    let cookie = request.cookie(COOKIE).ok_or_else(|| Refusal::new(Code::Unauthenticated))?;
    let outcome = service::refresh(&app, cookie.value()).await?;
    Ok(signed_in(&app, outcome))
}

/// End the session of the access token, or else of the refresh cookie.
#[utoipa::path(tag = "identity", responses((status = 204), (status = 401)))]
#[post("/api/v1/auth/logout")]
async fn logout(app: web::Data<App>, request: HttpRequest) -> Answer {
    let cookie_sent = request.cookie(COOKIE);
    service::logout(&app, bearer(&request).ok().as_deref(), cookie_sent.as_ref().map(Cookie::value)).await?;
    Ok(HttpResponse::NoContent().cookie(cookie(&app, "", 0)).finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    #[schema(value_type = String)]
    current: Password,
    #[schema(value_type = String)]
    new: Password,
}

/// Change one's own password. Every session ends; the answer is a new one.
#[utoipa::path(tag = "identity", request_body = ChangePassword,
    responses((status = 200, body = SignedInView), (status = 401), (status = 422), (status = 429)))]
#[post("/api/v1/auth/password")]
async fn change_password(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    body: Json<ChangePassword>,
) -> Answer {
    let ChangePassword { current, new } = body.0;
    let change = NewPassword { current, new };
    let outcome = service::change_password(&app, &actor, change, &caller(&app, &request)).await?;
    Ok(signed_in(&app, outcome))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUp {
    /// From the link that the server printed at its first start.
    token: String,
    email: String,
    name: String,
    #[schema(value_type = String)]
    password: Password,
}

/// Make the first administrator. Only while there is no account.
#[utoipa::path(tag = "identity", request_body = SetUp, security(()),
    responses((status = 200, body = SignedInView), (status = 401), (status = 409), (status = 422)))]
#[post("/api/v1/auth/setup")]
async fn setup(app: web::Data<App>, request: HttpRequest, body: Json<SetUp>) -> Answer {
    let SetUp { token, email, name, password } = body.0;
    let outcome = service::setup(&app, Setup { token, email, name, password }, &caller(&app, &request)).await?;
    Ok(signed_in(&app, outcome))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HeldLink {
    /// What stands behind `#token=` in the link.
    token: String,
}

/// Whose link it is.
#[derive(Serialize, ToSchema)]
struct LinkView {
    email: String,
    name: String,
    expires_at: Timestamp,
}

/// Whose one-time link it is. Refused alike for one that is unknown, used, replaced or too old.
#[utoipa::path(tag = "identity", request_body = HeldLink, security(()),
    responses((status = 200, body = LinkView), (status = 401), (status = 429)))]
#[post("/api/v1/auth/link")]
async fn look_at_link(app: web::Data<App>, request: HttpRequest, body: Json<HeldLink>) -> Answer {
    let (user, expires_at) = links::service::look(&app, &body.0.token, &caller(&app, &request)).await?;
    Ok(HttpResponse::Ok().json(LinkView { email: user.email, name: user.name, expires_at }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FollowedLink {
    token: String,
    #[schema(value_type = String)]
    password: Password,
}

/// Set one's password by a one-time link, and be signed in. Every session before ends.
#[utoipa::path(tag = "identity", request_body = FollowedLink, security(()),
    responses((status = 200, body = SignedInView), (status = 401), (status = 422), (status = 429)))]
#[post("/api/v1/auth/link/password")]
async fn follow_link(app: web::Data<App>, request: HttpRequest, body: Json<FollowedLink>) -> Answer {
    let FollowedLink { token, password } = body.0;
    let outcome = links::service::follow(&app, &token, password, &caller(&app, &request)).await?;
    Ok(signed_in(&app, outcome))
}
