//! `/api/v1/users`: accounts, for administrators of the installation.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::UserView;
use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::account::{Password, User};
use crate::identity::model::Actor;
use crate::identity::permits::{Permit, cases};
use crate::identity::service::{self, NewUser, UserChange};
use crate::identity::store;
use crate::kernel::id::UserId;
use crate::kernel::{Code, Refusal};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(read).service(change);
}

/// One page of accounts.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "says how `Page<UserView>` looks")]
struct UserPage {
    items: Vec<UserView>,
    next_cursor: Option<String>,
}

/// An account with its version.
pub(super) fn answer(mut response: actix_web::HttpResponseBuilder, user: User) -> HttpResponse {
    response.insert_header(("ETag", etag::etag(user.version))).json(UserView::from(user))
}

/// List accounts by address.
#[utoipa::path(tag = "identity", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = UserPage), (status = 401), (status = 403)))]
#[get("/api/v1/users")]
async fn list(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::ManageUsers> = actor.permit_installation()?;
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let page = app.db.read(move |connection| store::list_users(connection, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(page.map(UserView::from)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateUser {
    email: String,
    name: String,
    /// Without one nobody can sign in until the owner sets it by a link (`POST /api/v1/users/{id}/link`).
    #[schema(value_type = Option<String>)]
    password: Option<Password>,
    locale: Option<String>,
}

/// Create an account. It has no role yet.
#[utoipa::path(tag = "identity", request_body = CreateUser,
    responses((status = 201, body = UserView), (status = 401), (status = 403), (status = 409), (status = 422)))]
#[post("/api/v1/users")]
async fn create(app: web::Data<App>, actor: Actor, body: Json<CreateUser>) -> Answer {
    let permit = actor.permit_installation()?;
    let CreateUser { email, name, password, locale } = body.0;
    let user = service::create_user(&app, &actor, permit, NewUser { email, name, password, locale }).await?;
    let mut response = HttpResponse::Created();
    response.insert_header(("Location", format!("/api/v1/users/{}", user.id)));
    Ok(answer(response, user))
}

/// One account.
#[utoipa::path(tag = "identity", params(("id" = UserId, Path)),
    responses((status = 200, body = UserView), (status = 401), (status = 403), (status = 404)))]
#[get("/api/v1/users/{id}")]
async fn read(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    let _permit: Permit<cases::ManageUsers> = actor.permit_installation()?;
    let id = UserId::parse(&path)?;
    let user = app.db.read(move |connection| store::find_user(connection, id)).await?;
    Ok(answer(HttpResponse::Ok(), user.ok_or_else(|| Refusal::new(Code::NotFound))?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeUser {
    name: Option<String>,
    locale: Option<String>,
    /// `true` ends every session at once.
    disabled: Option<bool>,
}

/// Rename, disable or enable an account.
#[utoipa::path(tag = "identity", params(("id" = UserId, Path), ("If-Match" = String, Header)), request_body = ChangeUser,
    responses((status = 200, body = UserView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)))]
#[patch("/api/v1/users/{id}")]
async fn change(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<String>,
    request: HttpRequest,
    body: Json<ChangeUser>,
) -> Answer {
    let permit = actor.permit_installation()?;
    let (id, seen) = (UserId::parse(&path)?, etag::if_match(&request)?);
    let ChangeUser { name, locale, disabled } = body.0;
    let change = UserChange { name, locale, disabled };
    let user = service::change_user(&app, &actor, permit, id, (seen, change)).await?;
    Ok(answer(HttpResponse::Ok(), user))
}
