//! What Lamin can do about an incident, each with a line in its timeline: put a good release back, take a page down, lock an account,
//! announce maintenance.

use serde_json::json;

use super::model::{Happened, Incident};
use super::{rules, service};
use crate::app::App;
use crate::content::model::{Withdrawal, WithdrawalReason};
use crate::db::Conn;
use crate::deploy;
use crate::editorial::{self, model::Move, model::Times};
use crate::identity::{self, Actor, Permit, cases};
use crate::kernel::id::{EntryId, MonitorId, ReleaseId, SecurityIncidentId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Refusal, Result};
use crate::ledger;
use crate::monitoring::sites as monitored;
use crate::publish::model::{Consequences, Release};
use crate::publish::{self, back};

async fn read(app: &App, actor: &Actor, id: SecurityIncidentId) -> Result<Incident> {
    let actor = actor.clone();
    app.db.read(move |c| service::open_handled(c, &actor, id)).await
}

/// Adds the line of what was done elsewhere, in a transaction of its own: what was done stands in the ledger by then.
async fn add(
    app: &App,
    actor: &Actor,
    id: SecurityIncidentId,
    done: (Happened, String, serde_json::Value),
) -> Result<()> {
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let (kind, said, detail) = done.clone();
            let incident = service::open_handled(tx, &actor, id)?;
            let line = service::line(kind, &actor, (now, now)).words(&said).detail(detail.clone());
            service::write(tx, &incident, line)?;
            let detail = json!({ "what": kind, "detail": detail });
            ledger::record(tx, &service::event(&actor.ledger_name(), "act", &incident).detail(detail), now)?;
            Ok(())
        })
        .await
}

fn no_site() -> Refusal {
    Refusal::new(Code::Invalid).field("incident", "no_site", "its website is not published here")
}

/// The site of an incident that the actor handles, with the leave to do so there.
fn handled_site(
    connection: &mut Conn,
    actor: &Actor,
    id: SecurityIncidentId,
) -> Result<(SiteId, Permit<cases::HandleIncident>)> {
    let incident = service::open_handled(connection, actor, id)?;
    let site = incident.place.site_id.ok_or_else(no_site)?;
    Ok((site, actor.permit(site)?))
}

/// Releases of the incident's site, newest first: those that are `kept` can be put back.
pub async fn releases(
    app: &App,
    actor: &Actor,
    id: SecurityIncidentId,
    (limit, after): (Limit, Option<Cursor>),
) -> Result<Page<Release>> {
    let actor = actor.clone();
    app.db
        .read(move |c| {
            let (site, _) = handled_site(c, &actor, id)?;
            publish::service::releases(c, site, limit, after.as_ref())
        })
        .await
}

/// What putting a release back would do to what citizens see. Blocks.
pub fn consequences(app: &App, actor: &Actor, (id, release): (SecurityIncidentId, ReleaseId)) -> Result<Consequences> {
    let (site, permit) = app.db.read_blocking(|c| handled_site(c, actor, id))?;
    back::consequences_in_incident(app, (site, release), permit)
}

/// Makes a kept release live again (`None`: the one that is live), and has every target of the site brought anew, whatever was
/// changed there. Blocks.
pub fn restore(app: &App, actor: &Actor, id: SecurityIncidentId, release: Option<ReleaseId>) -> Result<Vec<String>> {
    let (site, permit) = app.db.read_blocking(|c| handled_site(c, actor, id))?;
    let number = match release {
        Some(release) => Some(back::activate_in_incident(app, (site, release), (permit, &actor.ledger_name()))?.number),
        None => None,
    };
    let now = app.now();
    let targets = app.db.write_blocking(|tx| {
        let incident = service::open_handled(tx, actor, id)?;
        let targets = deploy::service::bring_anew(tx, app, site, now)?;
        let detail = json!({ "release": number, "targets": targets });
        let line = service::line(Happened::ReleaseRestored, actor, (now, now)).detail(detail.clone());
        service::write(tx, &incident, line)?;
        ledger::record(tx, &service::event(&actor.ledger_name(), "restore", &incident).detail(detail), now)?;
        Ok(targets)
    })?;
    app.live_changed();
    Ok(targets)
}

/// Takes a page down, by the procedure of publication: who may do so is said there.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    id: SecurityIncidentId,
    (entry, seen, reason): (EntryId, i32, String),
) -> Result<()> {
    rules::check_note(&reason)?;
    let incident = read(app, actor, id).await?;
    let site = incident.place.site_id.ok_or_else(no_site)?;
    refuse_other_site(app, entry, site).await?;
    let withdrawal = Withdrawal { reason: WithdrawalReason::Other, notice: String::new() };
    let asked = Move {
        command: "withdraw".to_owned(),
        comment: reason.clone(),
        digest: None,
        times: Times::default(),
        withdrawal: Some(withdrawal),
    };
    editorial::service::transition(app, actor, entry, seen, asked).await?;
    add(app, actor, id, (Happened::PageWithdrawn, reason, json!({ "entry": entry }))).await
}

async fn refuse_other_site(app: &App, entry: EntryId, site: SiteId) -> Result<()> {
    let row = app.db.read(move |c| crate::content::store::require(c, entry)).await?;
    if row.site_id == site { Ok(()) } else { Err(service::missing().into()) }
}

/// Locks an account that was misused: its sessions end at once.
pub async fn lock(app: &App, actor: &Actor, id: SecurityIncidentId, (user, reason): (UserId, String)) -> Result<()> {
    rules::check_note(&reason)?;
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let permit: Permit<cases::LockAccount> = actor.permit_installation()?;
            let incident = service::open_handled(tx, &actor, id)?;
            identity::service::lock_in(tx, &actor, permit, (user, now))?;
            let line = service::line(Happened::AccountLocked, &actor, (now, now)).words(&reason);
            service::write(tx, &incident, line.detail(json!({ "user": user })))?;
            let locked = service::event(&actor.ledger_name(), "lock", &incident).detail(json!({ "user": user }));
            ledger::record(tx, &locked, now)?;
            Ok(())
        })
        .await
}

/// When work on the website is announced.
#[derive(Debug, Clone)]
pub struct Work {
    pub zone: String,
    /// On the clock of that zone: `2026-11-23T18:00`.
    pub starts: String,
    pub ends: String,
    pub reason: String,
}

/// Announces work on the website, so that nobody is told that it is down.
pub async fn maintain(app: &App, actor: &Actor, id: SecurityIncidentId, work: Work) -> Result<()> {
    let incident = read(app, actor, id).await?;
    let monitor = watched(app, &incident).await?;
    let Work { zone, starts, ends, reason } = work;
    let announced = monitored::service::Announced {
        monitor: Some(monitor),
        group: None,
        zone,
        starts,
        ends,
        reason: reason.clone(),
    };
    let window = monitored::service::announce(app, actor, announced).await?;
    let detail = json!({ "window": window.id, "from": window.span.from, "until": window.span.until });
    add(app, actor, id, (Happened::MaintenanceAnnounced, reason, detail)).await
}

async fn watched(app: &App, incident: &Incident) -> Result<MonitorId> {
    let (known, site) = (incident.place.monitor_id, incident.place.site_id);
    if let Some(monitor) = known {
        return Ok(monitor);
    }
    let none = || Refusal::new(Code::Invalid).field("incident", "not_watched", "its website is not watched");
    let site = site.ok_or_else(none)?;
    let hosted = app.db.read(move |c| monitored::store::find_hosted(c, site)).await?;
    Ok(hosted.ok_or_else(none)?.id)
}
