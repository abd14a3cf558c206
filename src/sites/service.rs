//! Use cases of sites: one transaction and one ledger event each.

use serde_json::json;

use super::model::Site;
use super::rules::{self, Wanted};
use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::account::{Appointment, Email};
use crate::identity::service::{Appoint, appoint, appoint_for_installation};
use crate::identity::{self, Actor, Permit, Role, Scope, cases};
use crate::jobs::{self, NewJob};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::time::ZONE_DEFAULT;
use crate::kernel::{Code, Locale, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

/// Makes a site. `wanted` needs key and name. 409 `taken` when its key or one of its hosts is in use.
pub async fn create(app: &App, actor: &Actor, _permit: Permit<cases::CreateSite>, wanted: Wanted) -> Result<Site> {
    let site = planned(app, &wanted)?;
    let (now, ledger_name) = (app.now(), actor.ledger_name());
    app.db.write(move |tx| store_new(tx, &site, &ledger_name, now)).await
}

/// The same for the command line, which waits for the database.
pub fn create_blocking(app: &App, actor: &Actor, _permit: Permit<cases::CreateSite>, wanted: &Wanted) -> Result<Site> {
    let site = planned(app, wanted)?;
    let (now, ledger_name) = (app.now(), actor.ledger_name());
    app.db.write_blocking(|tx| store_new(tx, &site, &ledger_name, now))
}

/// A site as `create` would make it. Refuses values that break a rule; whether they are taken is not asked.
pub fn planned(app: &App, wanted: &Wanted) -> Result<Site, Refusal> {
    let now = app.now();
    let blank = Site {
        id: app.id(SiteId::new),
        key: String::new(),
        name: String::new(),
        hosts: Vec::new(),
        zone: ZONE_DEFAULT.to_owned(),
        locales: vec![Locale::indonesian()],
        default_locale: Locale::indonesian(),
        live_sequence: 0,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let first = wanted.locales.as_ref().and_then(|locales| locales.first()).filter(|text| Locale::parse(text).is_ok());
    let required = Wanted {
        default_locale: wanted.default_locale.clone().or(first.cloned()),
        key: Some(wanted.key.clone().unwrap_or_default()),
        name: Some(wanted.name.clone().unwrap_or_default()),
        ..wanted.clone()
    };
    rules::apply(&blank, &required).map_err(|wrong| Refusal::new(Code::Invalid).fields(wrong))
}

fn store_new(tx: &mut Tx, site: &Site, by: &str, now: Timestamp) -> Result<Site> {
    refuse_taken(tx, site)?;
    store::insert(tx, site)?;
    ledger::record(tx, &event(by, "create", site), now)?;
    Ok(site.clone())
}

/// Changes a site that the caller has `seen` in its present version. What is live is built anew where
/// the change shows on pages.
pub async fn change(
    app: &App,
    actor: &Actor,
    permit: Permit<cases::ChangeSite>,
    seen: i32,
    wanted: Wanted,
) -> Result<Site> {
    let Scope::Site(id) = permit.scope() else { return Err(Refusal::new(Code::NotFound).into()) };
    let (ledger_name, now, job) = (actor.ledger_name(), app.now(), app.id(JobId::new));
    let site = app
        .db
        .write(move |tx| {
            let before = store::find(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            etag::current(seen, before.version)?;
            let after = rules::apply(&before, &wanted).map_err(|wrong| Refusal::new(Code::Invalid).fields(wrong))?;
            if after == before {
                return Ok(after);
            }
            refuse_taken(tx, &after)?;
            let after = Site { version: before.version + 1, updated_at: now, ..after };
            store::update(tx, &after)?;
            ledger::record(tx, &event(&ledger_name, "change", &after), now)?;
            if after.live_sequence > 0 {
                jobs::enqueue(tx, job, &release_wanted(id, now), now)?;
            }
            Ok(after)
        })
        .await?;
    app.live_changed();
    Ok(site)
}

/// The job that makes a release of what is live; one that already waits serves as well.
pub fn release_wanted(site: SiteId, now: Timestamp) -> NewJob {
    NewJob {
        kind: "publish.build",
        payload: json!({ "site": site }),
        unique_key: Some(format!("publish.build:{site}")),
        run_at: now,
    }
}

fn event(by: &str, verb: &str, site: &Site) -> Event {
    let detail = json!({
        "key": site.key,
        "name": site.name,
        "hosts": site.hosts,
        "zone": site.zone,
        "locales": site.locales,
        "default_locale": site.default_locale,
    });
    Event::new(by, &format!("sites.{verb}"), format!("site:{}", site.id)).site(site.id).detail(detail)
}

fn refuse_taken(tx: &mut Tx, site: &Site) -> Result<()> {
    let mut refusal = Refusal::new(Code::Taken);
    for other in store::list(tx)?.iter().filter(|other| other.id != site.id) {
        if other.key == site.key {
            refusal = refusal.field("key", "taken", "another site has it");
        }
        for (at, _) in site.hosts.iter().enumerate().filter(|(_, host)| other.hosts.contains(host)) {
            refusal = refusal.field(format!("hosts[{at}]"), "taken", "another site has it");
        }
    }
    if refusal.field_refusals().is_empty() { Ok(()) } else { Err(refusal.into()) }
}

/// From the command line: gives an account one more role (or other terms of one that it holds), on a
/// site by its key, or for the installation. `actor` must be the system.
pub async fn appoint_by_email(
    app: &App,
    actor: &Actor,
    email: &str,
    role: Role,
    site: Option<&str>,
    decree: &str,
) -> Result<()> {
    let email = Email::parse(email)?;
    let key = site.map(str::to_owned);
    let (user, site, mut appointments) = app
        .db
        .read(move |connection| {
            let missing = |what: &str| Refusal::new(Code::NotFound).detail(format!("there is no such {what}"));
            let user = identity::store::find_user_by_email(connection, &email)?.ok_or_else(|| missing("account"))?;
            let site = match &key {
                Some(key) => Some(store::find_by_key(connection, key)?.ok_or_else(|| missing("site"))?.id),
                None => None,
            };
            let appointments = identity::store::appointments(connection, user.id, site)?;
            Ok((user, site, appointments))
        })
        .await?;
    appointments.retain(|one| one.role != role);
    appointments.push(Appointment { decree: decree.to_owned(), ..Appointment::of(role) });
    let wanted = Appoint { user: user.id, appointments, seen: Some(user.version) };
    match site {
        Some(site) => appoint(app, actor, Permit::system(actor, Scope::Site(site))?, wanted).await?,
        None => appoint_for_installation(app, actor, Permit::system(actor, Scope::Installation)?, wanted).await?,
    };
    Ok(())
}
