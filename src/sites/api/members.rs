//! Who was appointed to what: `/api/v1/sites/{site}/members`, and `/api/v1/members` for the installation.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::http::{Answer, Json, Params, etag};
use crate::identity::account::{Appointment, User};
use crate::identity::model::in_force;
use crate::identity::service::{Appoint, appoint, appoint_for_installation};
use crate::identity::{self, Actor, Permit, Role, cases};
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::{Code, FieldRefusal, Refusal, Result, Timestamp};
use crate::sites::model::Site;
use crate::sites::store;

pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(read).service(replace).service(remove);
    config.service(list_installation).service(read_installation);
    config.service(replace_installation).service(remove_installation);
}

/// Somebody with their appointments in one place. `version` is the account's.
#[derive(Serialize, ToSchema)]
struct MemberView {
    user: UserId,
    email: String,
    name: String,
    disabled: bool,
    version: i32,
    roles: Vec<AppointmentView>,
}

#[derive(Serialize, ToSchema)]
struct AppointmentView {
    role: Role,
    /// Number of the decree; empty when none was named.
    decree: String,
    #[schema(required)]
    from: Option<Timestamp>,
    #[schema(required)]
    until: Option<Timestamp>,
    /// Whether it counts now.
    in_force: bool,
}

/// One page of members.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "says how `Page<MemberView>` looks")]
struct MemberPage {
    items: Vec<MemberView>,
    next_cursor: Option<String>,
}

fn view((user, appointments): (User, Vec<Appointment>), now: Timestamp) -> MemberView {
    let roles = appointments.into_iter().map(|one| AppointmentView {
        in_force: in_force(one.from, one.until, now),
        role: one.role,
        decree: one.decree,
        from: one.from,
        until: one.until,
    });
    let roles = roles.collect();
    let User { id, email, name, disabled, version, .. } = user;
    MemberView { user: id, email, name, disabled, version, roles }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Members {
    /// All roles that this person shall hold here.
    roles: Vec<NewAppointment>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAppointment {
    #[schema(value_type = Role)]
    role: String,
    decree: Option<String>,
    /// RFC 3339; in force from here on.
    #[schema(value_type = Option<Timestamp>)]
    from: Option<String>,
    /// RFC 3339; in force until, but not at, this time.
    #[schema(value_type = Option<Timestamp>)]
    until: Option<String>,
}

/// What was asked for, or every value that is none.
fn appointments(wanted: Members) -> Result<Vec<Appointment>, Refusal> {
    let mut wrong = Vec::new();
    let mut good = Vec::new();
    for (at, new) in wanted.roles.into_iter().enumerate() {
        let mut flaw = |field: &str, code: &str, detail: String| {
            wrong.push(FieldRefusal { field: format!("roles[{at}].{field}"), code: code.into(), detail });
        };
        let mut time = |field: &str, text: Option<String>| {
            let parsed = text.as_deref().map(Timestamp::parse).transpose();
            parsed.map_err(|refusal| flaw(field, "not_a_time", refusal.detail_text().to_owned())).ok().flatten()
        };
        let (from, until) = (time("from", new.from), time("until", new.until));
        match Role::parse(&new.role) {
            Ok(role) => {
                let decree = new.decree.unwrap_or_default().trim().to_owned();
                good.push(Appointment { role, decree, from, until });
            }
            Err(_) => flaw("role", "not_a_role", format!("{:?} is no role", new.role)),
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(Refusal::new(Code::Invalid).fields(wrong)) }
}

/// A first appointment needs no version; whether there is one already is seen in the transaction.
fn seen(request: &HttpRequest) -> Result<Option<i32>, Refusal> {
    request.headers().contains_key("If-Match").then(|| etag::if_match(request)).transpose()
}

fn answer(member: MemberView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", etag::etag(member.version))).json(member)
}

async fn site_of(app: &App, actor: &Actor, key: String) -> Result<Site> {
    let actor = actor.clone();
    app.db.read(move |connection| store::find_visible(connection, &key, &actor)).await
}

async fn find_member(app: &App, site: Option<SiteId>, user: UserId) -> Result<MemberView> {
    let now = app.now();
    app.db
        .read(move |connection| {
            let not_found = || Refusal::new(Code::NotFound);
            let found = identity::store::find_user(connection, user)?.ok_or_else(not_found)?;
            let appointments = identity::store::appointments(connection, user, site)?;
            if appointments.is_empty() { Err(not_found().into()) } else { Ok(view((found, appointments), now)) }
        })
        .await
}

async fn page_of(app: &App, site: Option<SiteId>, request: &HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor) = (params.limit()?, params.cursor()?);
    params.finish()?;
    let now = app.now();
    let page =
        app.db.read(move |connection| identity::store::members(connection, site, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(page.map(|member| view(member, now))))
}

/// List whoever was appointed on a site, by address.
#[utoipa::path(tag = "sites",
    params(("site" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MemberPage), (status = 401), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/members")]
async fn list(app: web::Data<App>, actor: Actor, path: web::Path<String>, request: HttpRequest) -> Answer {
    let site = site_of(&app, &actor, path.into_inner()).await?;
    let _permit: Permit<cases::SeeMembers> = actor.permit(site.id)?;
    page_of(&app, Some(site.id), &request).await
}

/// One member of a site.
#[utoipa::path(tag = "sites", params(("site" = String, Path), ("user" = UserId, Path)),
    responses((status = 200, body = MemberView), (status = 401), (status = 403), (status = 404)))]
#[get("/api/v1/sites/{site}/members/{user}")]
async fn read(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (key, user) = path.into_inner();
    let site = site_of(&app, &actor, key).await?;
    let _permit: Permit<cases::SeeMembers> = actor.permit(site.id)?;
    Ok(answer(find_member(&app, Some(site.id), UserId::parse(&user)?).await?))
}

/// Appoint somebody on a site: the roles in the body replace those held there.
#[utoipa::path(tag = "sites", params(("site" = String, Path), ("user" = UserId, Path), ("If-Match" = Option<String>, Header)),
    request_body = Members,
    responses((status = 200, body = MemberView), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)))]
#[put("/api/v1/sites/{site}/members/{user}")]
async fn replace(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: Json<Members>,
) -> Answer {
    let (key, user) = path.into_inner();
    let permit = actor.permit(site_of(&app, &actor, key).await?.id)?;
    let wanted = Appoint { user: UserId::parse(&user)?, appointments: appointments(body.0)?, seen: seen(&request)? };
    let member = appoint(&app, &actor, permit, wanted).await?;
    Ok(answer(view(member, app.now())))
}

/// Take all roles on a site from somebody.
#[utoipa::path(tag = "sites", params(("site" = String, Path), ("user" = UserId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 412), (status = 428)))]
#[delete("/api/v1/sites/{site}/members/{user}")]
async fn remove(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>, request: HttpRequest) -> Answer {
    let (key, user) = path.into_inner();
    let permit = actor.permit(site_of(&app, &actor, key).await?.id)?;
    let wanted = Appoint { user: UserId::parse(&user)?, appointments: Vec::new(), seen: seen(&request)? };
    appoint(&app, &actor, permit, wanted).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List whoever was appointed for the whole installation, by address.
#[utoipa::path(tag = "sites", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MemberPage), (status = 401), (status = 403)))]
#[get("/api/v1/members")]
async fn list_installation(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let _permit: Permit<cases::AppointForInstallation> = actor.permit_installation()?;
    page_of(&app, None, &request).await
}

/// One who was appointed for the whole installation.
#[utoipa::path(tag = "sites", params(("user" = UserId, Path)),
    responses((status = 200, body = MemberView), (status = 401), (status = 403), (status = 404)))]
#[get("/api/v1/members/{user}")]
async fn read_installation(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    let _permit: Permit<cases::AppointForInstallation> = actor.permit_installation()?;
    Ok(answer(find_member(&app, None, UserId::parse(&path)?).await?))
}

/// Appoint somebody for the whole installation: the roles in the body replace those held there.
#[utoipa::path(tag = "sites", params(("user" = UserId, Path), ("If-Match" = Option<String>, Header)),
    request_body = Members,
    responses((status = 200, body = MemberView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/members/{user}")]
async fn replace_installation(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<String>,
    request: HttpRequest,
    body: Json<Members>,
) -> Answer {
    let permit = actor.permit_installation()?;
    let wanted = Appoint { user: UserId::parse(&path)?, appointments: appointments(body.0)?, seen: seen(&request)? };
    let member = appoint_for_installation(&app, &actor, permit, wanted).await?;
    Ok(answer(view(member, app.now())))
}

/// Take all roles for the whole installation from somebody. The last administrator stays.
#[utoipa::path(tag = "sites", params(("user" = UserId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 428)))]
#[delete("/api/v1/members/{user}")]
async fn remove_installation(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<String>,
    request: HttpRequest,
) -> Answer {
    let permit = actor.permit_installation()?;
    let wanted = Appoint { user: UserId::parse(&path)?, appointments: Vec::new(), seen: seen(&request)? };
    appoint_for_installation(&app, &actor, permit, wanted).await?;
    Ok(HttpResponse::NoContent().finish())
}
