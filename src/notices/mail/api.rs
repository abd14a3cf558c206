//! `/api/v1/mail`: the SMTP server of the installation.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Secret, Security, Server, Wanted};
use super::{service, store};
use crate::app::App;
use crate::http::{Answer, Json, etag, off_the_loop};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Refusal, Timestamp};

/// The server, without its password.
#[derive(Serialize, ToSchema)]
struct MailView {
    host: String,
    port: u16,
    security: Security,
    /// Empty: the server asks for none.
    username: String,
    has_password: bool,
    from_address: String,
    from_name: String,
    version: i32,
    updated_at: Timestamp,
}

impl From<Server> for MailView {
    fn from(server: Server) -> Self {
        MailView {
            host: server.host,
            port: server.port,
            security: server.security,
            username: server.username,
            has_password: server.password.is_some(),
            from_address: server.from_address,
            from_name: server.from_name,
            version: server.version,
            updated_at: server.updated_at,
        }
    }
}

/// What the server is to be. Without `password` the one that is stored stays, if it is the same server and the same
/// name; `""` removes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedMail {
    host: String,
    port: u16,
    security: Security,
    #[serde(default)]
    username: String,
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
    from_address: String,
    #[serde(default)]
    from_name: String,
}

/// What became of a test.
#[derive(Serialize, ToSchema)]
struct MailTest {
    /// Whether the server took the letter, which goes to the address of whoever asked.
    sent: bool,
    /// What the server said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The server that takes letters; 404 where none is set.
#[utoipa::path(tag = "mail", responses((status = 200, body = MailView), (status = 403), (status = 404)))]
#[get("/api/v1/mail")]
async fn show_mail(app: web::Data<App>, actor: Actor) -> Answer {
    let _permit: Permit<cases::ManageMail> = actor.permit_installation()?;
    let server = app.db.read(store::find).await?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let tag = etag::etag(server.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(MailView::from(server)))
}

/// Set the server; `If-Match: "0"` where there is none.
#[utoipa::path(tag = "mail", request_body = WantedMail,
    responses((status = 200, body = MailView), (status = 403), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/mail")]
async fn set_mail(app: web::Data<App>, actor: Actor, request: HttpRequest, body: Json<WantedMail>) -> Answer {
    let WantedMail { host, port, security, username, password, from_address, from_name } = body.0;
    let wanted = Wanted { host, port, security, username, password, from_address, from_name };
    let server = service::set(&app, &actor, etag::if_match(&request)?, wanted).await?;
    let tag = etag::etag(server.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).json(MailView::from(server)))
}

/// Send no letters any more.
#[utoipa::path(tag = "mail", responses((status = 204), (status = 403), (status = 404), (status = 412), (status = 428)))]
#[delete("/api/v1/mail")]
async fn remove_mail(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    service::remove(&app, &actor, etag::if_match(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send a letter to myself, now.
#[utoipa::path(tag = "mail", responses((status = 200, body = MailTest), (status = 403), (status = 404)))]
#[post("/api/v1/mail/test")]
async fn test_mail(app: web::Data<App>, actor: Actor) -> Answer {
    let app = App::clone(&app);
    let error = off_the_loop("send a test letter", move || service::test(&app, &actor)).await?;
    Ok(HttpResponse::Ok().json(MailTest { sent: error.is_none(), error }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_mail).service(set_mail).service(remove_mail).service(test_mail);
    super::links::routes(config);
}
