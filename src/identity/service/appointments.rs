//! Who was appointed to what.

use serde_json::json;

use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::account::{Appointment, User};
use crate::identity::model::{Actor, Role, in_force};
use crate::identity::permits::{Permit, Scope, cases};
use crate::identity::rules::{self, Appointing};
use crate::identity::store;
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

/// All roles that somebody shall hold in one place; none of them takes all away.
#[derive(Clone)]
pub struct Appoint {
    pub user: UserId,
    pub appointments: Vec<Appointment>,
    /// The version of the user that the caller has seen; required once there is an appointment there.
    pub seen: Option<i32>,
}

/// Replaces somebody's roles on a site. Access with the former roles ends at once.
pub async fn appoint(
    app: &App,
    actor: &Actor,
    permit: Permit<cases::AppointMembers>,
    wanted: Appoint,
) -> Result<(User, Vec<Appointment>)> {
    let site = match permit.scope() {
        Scope::Site(site) => Some(site),
        Scope::Installation => return Err(Refusal::new(Code::Forbidden).into()),
    };
    replace(app, actor, site, wanted).await
}

/// Replaces somebody's roles for the whole installation. The last administrator stays.
pub async fn appoint_for_installation(
    app: &App,
    actor: &Actor,
    _permit: Permit<cases::AppointForInstallation>,
    wanted: Appoint,
) -> Result<(User, Vec<Appointment>)> {
    replace(app, actor, None, wanted).await
}

async fn replace(app: &App, actor: &Actor, site: Option<SiteId>, wanted: Appoint) -> Result<(User, Vec<Appointment>)> {
    let system = actor.user().is_none();
    let who = Appointing { by_admin: system || actor.holds(Role::Admin, site), own: actor.user() == Some(wanted.user) };
    let (ledger_name, now) = (actor.ledger_name(), app.now());
    app.db
        .write(move |tx| {
            let Appoint { user, appointments, seen } = wanted.clone();
            let user = store::find_user(tx, user)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let before = store::appointments(tx, user.id, site)?;
            if before.is_empty() && appointments.is_empty() {
                return Err(Refusal::new(Code::NotFound).into());
            }
            // Whoever holds the machine names people by address and has seen no version.
            match seen {
                Some(seen) => etag::current(seen, user.version)?,
                None if before.is_empty() || system => {}
                None => return Err(Refusal::new(Code::IfMatchRequired).into()),
            }
            rules::may_appoint(who, &before, &appointments)?;
            if site.is_none() && !system {
                keep_an_administrator(tx, user.id, &appointments, now)?;
            }
            let user = user.changed(now).revoked();
            store::update_user(tx, &user)?;
            store::replace_appointments(tx, user.id, site, &appointments, now)?;
            ledger::record(tx, &event(&ledger_name, user.id, site, &appointments), now)?;
            Ok((user, appointments))
        })
        .await
}

fn event(by: &str, user: UserId, site: Option<SiteId>, after: &[Appointment]) -> Event {
    let roles: Vec<_> = after
        .iter()
        .map(|one| json!({"role": one.role, "decree": one.decree, "from": one.from, "until": one.until}))
        .collect();
    let event = Event::new(by, "identity.appoint", format!("user:{user}")).detail(json!({"roles": roles}));
    match site {
        Some(site) => event.site(site),
        None => event,
    }
}

/// `in_use` when nobody could administer the installation any more.
pub(super) fn keep_an_administrator(
    tx: &mut Tx,
    leaving: UserId,
    left_with: &[Appointment],
    now: Timestamp,
) -> Result<()> {
    let stays = left_with.iter().any(|one| one.role == Role::Admin && in_force(one.from, one.until, now));
    if stays || store::other_administrator(tx, leaving, now)? || !store::is_administrator(tx, leaving, now)? {
        return Ok(());
    }
    Err(Refusal::new(Code::InUse).detail("the installation would be left without an administrator").into())
}
