//! Use cases of watched websites: one transaction and one ledger event each. All are for the whole installation: who watches, watches
//! the websites of every agency.

use serde_json::json;
use url::{Host, Url};

use super::model::{Change, Counts, Faring, Lately, Order, Profile, Shown, Wanted, Watched, Window};
use super::{rules, store};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::http::etag;
use crate::identity::{Actor, Permit, Scope, cases};
use crate::kernel::id::{MonitorId, WindowId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::time::HOUR;
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::monitoring::states::model::State;
use crate::monitoring::states::store as incidents;
use crate::monitoring::states::windows::{self, Extent, Span};
use crate::sites::{self as published, Site};

fn missing() -> Refusal {
    Refusal::new(Code::NotFound)
}

fn event(by: &str, verb: &str, one: &Watched) -> Event {
    let detail = json!({
        "agency": one.agency, "url": one.url, "interval_seconds": one.interval_seconds, "active": one.active,
        "mandate": one.profile.mandate, "exceptions": one.profile.exceptions,
    });
    let event = Event::new(by, &format!("monitoring.{verb}"), format!("monitor:{}", one.id)).detail(detail);
    match one.site_id {
        Some(site) => event.site(site),
        None => event,
    }
}

fn refuse_taken(tx: &mut Tx, url: &str, own: Option<MonitorId>) -> Result<()> {
    match store::find_by_url(tx, url)? {
        Some(other) if Some(other) != own => {
            Err(Refusal::new(Code::Taken).field("url", "taken", "this address is watched already").into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Has a website watched. 409 `taken` when it is already.
pub async fn create(app: &App, actor: &Actor, wanted: Wanted) -> Result<(Watched, Faring)> {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let wanted = rules::tidied(wanted);
    let url = rules::check(&wanted)?.to_string();
    let (now, id, by) = (app.now(), app.id(MonitorId::new), actor.ledger_name());
    let Wanted { agency, profile, interval_seconds, active, .. } = wanted;
    let new = Watched::new(id, agency, url, now);
    let one = Watched { profile, interval_seconds, active, ..new };
    app.db
        .write(move |tx| {
            refuse_taken(tx, &one.url, None)?;
            if store::count(tx)? >= rules::MONITORS_MAX {
                let most = format!("at most {} websites", rules::MONITORS_MAX);
                return Err(Refusal::new(Code::TooLarge).detail(most).into());
            }
            store::insert(tx, &one)?;
            ledger::record(tx, &event(&by, "create", &one), now)?;
            store::find(tx, one.id)?.ok_or_else(|| missing().into())
        })
        .await
}

/// One of them.
pub async fn find(app: &App, actor: &Actor, id: MonitorId) -> Result<(Watched, Faring)> {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    app.db.read(move |c| store::find(c, id)).await?.ok_or_else(|| missing().into())
}

/// What a list shows of them, with how many there are in each state.
pub async fn page(
    app: &App,
    actor: &Actor,
    (shown, order): (Shown, Order),
    (limit, after): (Limit, Option<Cursor>),
) -> Result<(Page<(Watched, Faring)>, Counts)> {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let read =
        move |c: &mut Conn| Ok((store::page(c, (&shown, order), (limit, after.as_ref()))?, store::counts(c, &shown)?));
    app.db.read(read).await
}

/// What everybody who watches should see first.
pub struct Summary {
    pub counts: Counts,
    /// Those that do not fare well, the worst first.
    pub worst: Vec<(Watched, Faring)>,
    /// Of the last 24 hours, newest first.
    pub outages: Vec<Lately>,
    pub outages_count: i64,
    /// Announced work that goes on now.
    pub windows: Vec<Window>,
    /// The names of all groups.
    pub groups: Vec<String>,
}

const WORST_MAX: u32 = 10;
const OUTAGES_MAX: i64 = 20;
const OUTAGES_SPAN: i64 = 24 * HOUR;

pub async fn summary(app: &App, actor: &Actor) -> Result<Summary> {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let now = app.now();
    let limit = Limit::new(Some(WORST_MAX))?;
    let read = move |c: &mut Conn| {
        let shown = Shown { active: Some(true), ..Shown::default() };
        let worst = store::page(c, (&shown, Order::Worst), (limit, None))?.items;
        let (outages, outages_count) = store::outages_since(c, now.plus(-OUTAGES_SPAN), OUTAGES_MAX)?;
        let windows = store::windows_from(c, now)?.into_iter().filter(|one| one.span.from <= now).collect();
        Ok(Summary {
            counts: store::counts(c, &Shown::default())?,
            worst: worst.into_iter().filter(|(_, how)| how.state != State::Ok).collect(),
            outages,
            outages_count,
            windows,
            groups: store::groups(c)?,
        })
    };
    app.db.read(read).await
}

/// Changes one that the caller has `seen` in its present version. The address of one that is published here is its site's.
pub async fn change(
    app: &App,
    actor: &Actor,
    (id, seen): (MonitorId, i32),
    change: Change,
) -> Result<(Watched, Faring)> {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let (before, _) = store::find(tx, id)?.ok_or_else(missing)?;
            etag::current(seen, before.version)?;
            let wanted = rules::tidied(change.clone().of(&before));
            let url = rules::check(&wanted)?.to_string();
            if before.site_id.is_some() && before.url != url {
                let why = "it is that of the site, which is changed there";
                return Err(Refusal::new(Code::Invalid).field("url", "not_of_the_site", why).into());
            }
            refuse_taken(tx, &url, Some(id))?;
            let one = before.changed(wanted, url, now);
            save(tx, &one, now)?;
            ledger::record(tx, &event(&by, "change", &one), now)?;
            store::find(tx, id)?.ok_or_else(|| missing().into())
        })
        .await
}

/// Stores what one has become.
pub(super) fn save(tx: &mut Tx, one: &Watched, now: Timestamp) -> Result<()> {
    store::update(tx, one)?;
    match one.active {
        true => Ok(()),
        // Nobody will see that it is back.
        false => incidents::leave(tx, one.id, now),
    }
}

/// Watches one no more, and forgets what was seen of it. 409 `in_use` for one that is published here: it would be back at once, so it is
/// made inactive instead.
pub async fn remove(app: &App, actor: &Actor, (id, seen): (MonitorId, i32)) -> Result<()> {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let (one, _) = store::find(tx, id)?.ok_or_else(missing)?;
            etag::current(seen, one.version)?;
            if one.site_id.is_some() {
                return Err(Refusal::new(Code::InUse).detail("a site of this house; make it inactive").into());
            }
            store::remove(tx, id)?;
            ledger::record(tx, &event(&by, "remove", &one), now)?;
            Ok(())
        })
        .await
}

/// Has every site that is published here watched, at its first host, and follows it when that changes.
pub fn follow_hosted(app: &App) -> Result<()> {
    let actor = Actor::system("monitor");
    let _permit: Permit<cases::ManageMonitored> = Permit::system(&actor, Scope::Installation)?;
    let (sites, hosted) = app.db.read_blocking(|c| Ok((published::store::list(c)?, store::hosted(c)?)))?;
    let (now, by) = (app.now(), actor.ledger_name());
    for (site, url) in sites.iter().filter_map(|site| Some((site, address(site)?))) {
        let id = app.id(MonitorId::new);
        match hosted.get(&site.id) {
            // Where nothing changed, nobody's turn to write is taken.
            Some(known) if known == url.as_str() => {}
            Some(_) => app.db.write_blocking(|tx| move_hosted(tx, (site, &url), &by, now))?,
            None => app.db.write_blocking(|tx| add_hosted(tx, (site, &url), id, &by, now))?,
        }
    }
    Ok(())
}

/// Where citizens find a site that is live; nothing for names that only this machine knows.
fn address(site: &Site) -> Option<Url> {
    let host = site.hosts.first().filter(|host| site.live_sequence > 0 && host.contains('.'))?;
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    matches!(url.host(), Some(Host::Domain(name)) if !name.ends_with(".localhost")).then_some(url)
}

fn add_hosted(tx: &mut Tx, (site, url): (&Site, &Url), id: MonitorId, by: &str, now: Timestamp) -> Result<()> {
    // Somebody watches that address already.
    if store::find_by_url(tx, url.as_str())?.is_some() || store::find_hosted(tx, site.id)?.is_some() {
        return Ok(());
    }
    let profile = Profile { software: Some("lamin".to_owned()), ..Profile::default() };
    let new = Watched::new(id, site.name.clone(), url.to_string(), now);
    let one = Watched { site_id: Some(site.id), profile, ..new };
    store::insert(tx, &one)?;
    ledger::record(tx, &event(by, "create", &one), now)?;
    Ok(())
}

fn move_hosted(tx: &mut Tx, (site, url): (&Site, &Url), by: &str, now: Timestamp) -> Result<()> {
    let Some(before) = store::find_hosted(tx, site.id)? else { return Ok(()) };
    if before.url == url.as_str() || store::find_by_url(tx, url.as_str())?.is_some() {
        return Ok(());
    }
    let one = Watched { url: url.to_string(), version: before.version + 1, updated_at: now, ..before };
    store::update(tx, &one)?;
    ledger::record(tx, &event(by, "change", &one), now)?;
    Ok(())
}

/// What work is to be announced.
#[derive(Debug, Clone)]
pub struct Announced {
    pub monitor: Option<MonitorId>,
    pub group: Option<String>,
    pub zone: String,
    /// On the clock of that zone.
    pub starts: String,
    pub ends: String,
    pub reason: String,
}

fn window_event(by: &str, verb: &str, one: &Window) -> Event {
    let detail = json!({
        "monitor": one.monitor(), "group": one.group(), "from": one.span.from, "until": one.span.until, "zone": one.zone,
        "reason": one.reason,
    });
    Event::new(by, &format!("monitoring.{verb}"), format!("window:{}", one.id)).detail(detail)
}

/// Announces work.
pub async fn announce(app: &App, actor: &Actor, asked: Announced) -> Result<Window> {
    let _permit: Permit<cases::AnnounceMaintenance> = actor.permit_installation()?;
    rules::check_reason(&asked.reason)?;
    let (from, until) = windows::read(&asked.zone, &asked.starts, &asked.ends)?;
    let (now, id, by) = (app.now(), app.id(WindowId::new), actor.ledger_name());
    if until <= now {
        return Err(Refusal::new(Code::Invalid).field("ends", "out_of_range", "in the future").into());
    }
    let extent = match (asked.monitor, asked.group) {
        (Some(_), Some(_)) => {
            return Err(Refusal::new(Code::Invalid).field("group", "out_of_range", "one website, or a group").into());
        }
        (Some(monitor), None) => Extent::One(monitor),
        (None, Some(group)) => Extent::Group(group),
        (None, None) => Extent::All,
    };
    let one = Window {
        id,
        span: Span { from, until, extent },
        zone: asked.zone,
        reason: asked.reason.trim().to_owned(),
        created_by: by.clone(),
        created_at: now,
    };
    app.db
        .write(move |tx| {
            if let Some(monitor) = one.monitor() {
                store::find(tx, monitor)?.ok_or_else(missing)?;
            }
            store::insert_window(tx, &one)?;
            ledger::record(tx, &window_event(&by, "announce", &one), now)?;
            Ok(one.clone())
        })
        .await
}

/// Ends announced work now, or takes back what was to come.
pub async fn end(app: &App, actor: &Actor, id: WindowId) -> Result<()> {
    let _permit: Permit<cases::AnnounceMaintenance> = actor.permit_installation()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let one = store::find_window(tx, id)?.ok_or_else(missing)?;
            if one.span.until <= now {
                return Err(Refusal::new(Code::NothingChanged).detail("it has ended").into());
            }
            store::end_window(tx, &one, now)?;
            ledger::record(tx, &window_event(&by, "end", &one), now)?;
            Ok(())
        })
        .await
}
