//! `GET /api/v1/ledger` and its check.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::http::{Answer, Params};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::UserId;
use crate::kernel::page::Page;
use crate::kernel::{Code, Refusal, Timestamp};
use crate::ledger::{self, Record, Verdict, Wanted};
use crate::procedure::store::names;
use crate::sites;

/// The events that the caller may see, newest first: about a subject, by an actor, of an action or a feature, of a
/// site, within a time. With them the names of the people that they speak of.
#[utoipa::path(
    tag = "ledger",
    params(
        ("subject" = Option<String>, Query), ("actor" = Option<String>, Query), ("action" = Option<String>, Query),
        ("site" = Option<String>, Query), ("from" = Option<Timestamp>, Query), ("until" = Option<Timestamp>, Query),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)
    ),
    responses((status = 200, body = LedgerPage), (status = 400), (status = 403), (status = 404))
)]
#[get("/api/v1/ledger")]
async fn list(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor, site) = (params.limit()?, params.cursor()?, params.take("site")?);
    let mut wanted = Wanted {
        subject: params.take("subject")?,
        actor: params.take("actor")?,
        action: params.take("action")?,
        from: params.time("from")?,
        until: params.time("until")?,
        sites: None,
    };
    params.finish()?;
    wanted.sites = readable_sites(&actor)?;
    let page = app.db.read(move |c| {
        if let Some(key) = site {
            let site = sites::store::find_visible(c, &key, &actor)?;
            let _: Permit<cases::ReadLedger> = actor.permit(site.id)?;
            wanted.sites = Some(vec![site.id]);
        }
        let Page { items, next_cursor } = ledger::list(c, &wanted, limit, cursor.as_ref())?;
        let people: Vec<UserId> = items.iter().flat_map(people).collect();
        let names = names(c, &people)?.into_iter().map(|(id, name)| (format!("user:{id}"), name)).collect();
        Ok(LedgerPage { items, next_cursor, names })
    });
    Ok(HttpResponse::Ok().json(page.await?))
}

/// Whom an event speaks of.
fn people(event: &Record) -> impl Iterator<Item = UserId> {
    let named = [Some(&event.actor), event.on_behalf.as_ref(), Some(&event.subject)];
    named.into_iter().flatten().filter_map(|name| UserId::parse(name.strip_prefix("user:")?).ok())
}

/// Walks the whole chain.
#[utoipa::path(tag = "ledger", responses((status = 200, body = Verdict), (status = 403)))]
#[get("/api/v1/ledger/verify")]
async fn verify(app: web::Data<App>, actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let _: Permit<cases::ReadLedger> = actor.permit_installation()?;
    let holds = ledger::signed_by(app.secrets.public_key());
    let verdict = app.db.read(move |c| ledger::verify(c, None, holds)).await?;
    Ok(HttpResponse::Ok().json(verdict))
}

/// The sites whose events the caller may read: `None` for all and for events of no site.
fn readable_sites(actor: &Actor) -> Result<Option<Vec<crate::kernel::id::SiteId>>, Refusal> {
    if actor.permit_installation::<cases::ReadLedger>().is_ok() {
        return Ok(None);
    }
    let sites = actor.visible_sites().unwrap_or_default();
    let readable: Vec<_> = sites.into_iter().filter(|site| actor.permit::<cases::ReadLedger>(*site).is_ok()).collect();
    if readable.is_empty() { Err(Refusal::new(Code::Forbidden)) } else { Ok(Some(readable)) }
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct LedgerPage {
    items: Vec<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Of people, by what events call them.
    names: BTreeMap<String, String>,
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(verify);
}
