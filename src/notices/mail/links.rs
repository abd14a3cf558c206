//! One-time links of accounts: made by an administrator, and sent to whom they are for.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::letters::{self, Language};
use super::{service, store};
use crate::app::App;
use crate::http::{Answer, off_the_loop};
use crate::identity::links::service::{NewLink, make_link};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{JobId, UserId};
use crate::kernel::{Result, Timestamp};

/// A link that was made, and whether it was sent.
#[derive(Serialize, ToSchema)]
struct AccountLink {
    /// Shown this once. `null` where it replaces a password and was sent: then it is for nobody else to see.
    #[schema(required)]
    url: Option<String>,
    expires_at: Timestamp,
    /// Whether the mail server took the letter with it.
    mailed: bool,
    /// What the mail server said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

enum Sent {
    Yes,
    /// No mail server is set.
    NoServer,
    No(String),
}

/// Hands the letter to the mail server now: the link is kept nowhere, so no job could send it later. Blocks.
fn send(app: &App, link: &NewLink) -> Result<Sent> {
    let Some(server) = app.db.read_blocking(store::find)? else { return Ok(Sent::NoServer) };
    let language = Language::of(&link.user.locale);
    let words = letters::link(&link.user.name, (&link.url, link.replaces_password), language);
    let id = format!("link.{}", app.id(JobId::new));
    Ok(match service::send(app, &server, (&link.user.name, &link.user.email), (words, id))? {
        Ok(()) => Sent::Yes,
        Err(unsent) => Sent::No(unsent.to_string()),
    })
}

/// Make a link by which the owner of an account sets their password, once and within 72 hours. The one before is worth
/// nothing then. It is sent to the owner where a mail server is set, and answered unless it replaces a password and was
/// sent.
#[utoipa::path(tag = "identity", params(("id" = UserId, Path)),
    responses((status = 201, body = AccountLink), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 429)))]
#[post("/api/v1/users/{id}/link")]
async fn make_account_link(app: web::Data<App>, actor: Actor, path: web::Path<String>) -> Answer {
    let permit: Permit<cases::ManageUsers> = actor.permit_installation()?;
    let link = make_link(&app, &actor, permit, UserId::parse(&path)?).await?;
    let app = App::clone(&app);
    let (link, sent) = off_the_loop("send a link", move || send(&app, &link).map(|sent| (link, sent))).await?;
    let (mailed, error) = match sent {
        Sent::Yes => (true, None),
        Sent::NoServer => (false, None),
        Sent::No(said) => (false, Some(said)),
    };
    let NewLink { url, expires_at, replaces_password, user: _ } = link;
    let url = Some(url).filter(|_| !(mailed && replaces_password));
    Ok(HttpResponse::Created().json(AccountLink { url, expires_at, mailed, error }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(make_account_link);
}
