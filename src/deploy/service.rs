//! Use cases of targets: one transaction and one ledger event each; and the job that serves them.

use serde_json::{Value, json};

use super::model::{Credentials, Deployment, Kind, Outcome, State, Step, Target, Way};
use super::web::{self, WebServer};
use super::{check, rules, run, sealed, store};
use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::{Actor, Permit, Scope, cases};
use crate::jobs::{self, Job, NewJob};
use crate::kernel::id::{JobId, SiteId, TargetId};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::publish::outgoing;
use crate::sites;

const TARGETS_MAX: usize = 20;

/// What a target is to be; the key is given once, when it is made.
#[derive(Clone)]
pub struct Wanted {
    pub kind: Kind,
    pub settings: Value,
    /// Absent: those that are stored stay, if the target still leads to the same server. Empty: none.
    pub credentials: Option<Credentials>,
    pub url: Option<String>,
    pub active: bool,
    pub position: i32,
}

impl Wanted {
    fn way(&self, app: &App, key: &str) -> Result<Way, Refusal> {
        let invalid = Refusal::new(Code::Invalid);
        let way = Way::read(self.kind, &self.settings);
        let way = way.map_err(|problem| invalid.clone().field("settings", "malformed", problem))?;
        let mut wrong = rules::names(key, self.url.as_deref());
        wrong.extend(rules::way(&way, &app.config.target_folders.0));
        wrong.extend(self.credentials.iter().flat_map(|given| rules::credentials(self.kind, given)));
        if wrong.is_empty() { Ok(way) } else { Err(invalid.fields(wrong)) }
    }
}

fn missing() -> Refusal {
    Refusal::new(Code::NotFound)
}

fn event(by: &str, verb: &str, target: &Target) -> Event {
    let detail = json!({
        "key": target.key,
        "kind": target.way.kind(),
        "settings": target.way.settings(),
        "url": target.url,
        "active": target.active,
        "has_credentials": target.credentials.is_some(),
    });
    Event::new(by, &format!("deploy.{verb}"), format!("target:{}", target.id)).site(target.site_id).detail(detail)
}

/// Makes a target; the live release goes there when it is active. 409 `taken` when the site has one of that key.
pub async fn create(app: &App, actor: &Actor, site: SiteId, key: String, wanted: Wanted) -> Result<Target> {
    let _permit: Permit<cases::ManageTargets> = actor.permit(site)?;
    let way = wanted.way(app, &key)?;
    let (now, id, by) = (app.now(), app.id(TargetId::new), actor.ledger_name());
    let given = wanted.credentials.filter(|given| !given.is_empty());
    let credentials = given.map(|given| sealed::seal(app, id, &given)).transpose()?;
    let target = Target {
        id,
        site_id: site,
        key,
        position: wanted.position,
        way,
        credentials,
        url: wanted.url,
        active: wanted.active,
        state: State::default(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let target = app
        .db
        .write(move |tx| {
            let others = store::list(tx, site)?;
            if others.iter().any(|other| other.key == target.key) {
                return Err(Refusal::new(Code::Taken).field("key", "taken", "another target has it").into());
            }
            if others.len() >= TARGETS_MAX {
                return Err(Refusal::new(Code::TooLarge).detail(format!("at most {TARGETS_MAX} targets")).into());
            }
            store::insert(tx, &target)?;
            ledger::record(tx, &event(&by, "create", &target), now)?;
            Ok(target.clone())
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(target)
}

/// Replaces a target that the caller has `seen` in its present version.
pub async fn change(
    app: &App,
    actor: &Actor,
    (site, key): (SiteId, String),
    seen: i32,
    wanted: Wanted,
) -> Result<Target> {
    let _permit: Permit<cases::ManageTargets> = actor.permit(site)?;
    let way = wanted.way(app, &key)?;
    let (now, by, app_in) = (app.now(), actor.ledger_name(), app.clone());
    let target = app
        .db
        .write(move |tx| {
            let before = store::find_by_key(tx, site, &key)?.ok_or_else(missing)?;
            etag::current(seen, before.version)?;
            let same_server = before.way.destination() == way.destination() && before.way.kind() == way.kind();
            let credentials = match &wanted.credentials {
                Some(given) if given.is_empty() => None,
                Some(given) => Some(sealed::seal(&app_in, before.id, given)?),
                // Or else whoever may change a target could have them sent to a server of their own.
                None => before.credentials.clone().filter(|_| same_server),
            };
            let state =
                State { failures: 0, failing_since: None, error: None, alarmed_at: None, ..before.state.clone() };
            // Another place knows nothing of what the one before was sent.
            let state = if before.way == way { state } else { State::default() };
            let target = Target {
                position: wanted.position,
                way: way.clone(),
                credentials,
                url: wanted.url.clone(),
                active: wanted.active,
                state,
                version: before.version + 1,
                updated_at: now,
                ..before
            };
            store::update(tx, &target)?;
            ledger::record(tx, &event(&by, "change", &target), now)?;
            Ok(target)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(target)
}

/// Removes a target. What was deployed there stays there.
pub async fn remove(app: &App, actor: &Actor, (site, key): (SiteId, String), seen: i32) -> Result<()> {
    let _permit: Permit<cases::ManageTargets> = actor.permit(site)?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let target = store::find_by_key(tx, site, &key)?.ok_or_else(missing)?;
            etag::current(seen, target.version)?;
            store::remove(tx, target.id)?;
            ledger::record(tx, &event(&by, "remove", &target), now)?;
            Ok(())
        })
        .await
}

/// Looks at a target without deploying anything. Blocks, for as long as the target takes to answer.
pub fn look(app: &App, actor: &Actor, site: SiteId, key: &str) -> Result<Vec<Step>> {
    let _permit: Permit<cases::CheckTarget> = actor.permit(site)?;
    let target = app.db.read_blocking(|c| store::find_by_key(c, site, key))?.ok_or_else(missing)?;
    let credentials = sealed::open(app, target.id, target.credentials.as_deref())?;
    Ok(check::check(&target, &credentials, app.now()))
}

/// The settings that a target's web server needs. 422 `invalid` where it has none of its own.
pub fn web_settings(app: &App, site_key: &str, target: &Target, server: WebServer) -> Result<String> {
    let root = web::document_root(&target.way).ok_or_else(|| {
        Refusal::new(Code::Invalid).detail("this kind of target has no web server that could be told, or its folder has a name that no settings file takes")
    })?;
    Ok(web::settings(server, &root, outgoing::forms(app, site_key)?.as_ref()))
}

/// The same for the command line.
pub fn web_settings_of(app: &App, site: &str, key: &str, server: WebServer) -> Result<String> {
    let target = app.db.read_blocking(|c| {
        let site = sites::store::find_by_key(c, site)?.ok_or_else(missing)?;
        store::find_by_key(c, site.id, key)
    })?;
    web_settings(app, site, &target.ok_or_else(missing)?, server)
}

fn job_key(target: TargetId) -> String {
    format!("deploy.target:{target}")
}

/// Asks for every active target that serves another release than the live one to be served. A target for which
/// a job waits is left alone: that job will bring the newest release, and it waits because the target failed.
pub fn follow(app: &App) -> Result<()> {
    let waiting = |connection: &mut crate::db::Conn, id: &TargetId| jobs::is_pending(connection, &job_key(*id));
    let behind = app.db.read_blocking(|c| {
        let behind = store::behind(c)?;
        behind
            .into_iter()
            .filter_map(|id| waiting(c, &id).map(|waits| (!waits).then_some(id)).transpose())
            .collect::<Result<Vec<_>>>()
    })?;
    if behind.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let new: Vec<(JobId, NewJob)> =
        (0..).zip(&behind).map(|(at, id)| (app.id(JobId::new), job(*id, now.plus(at)))).collect();
    app.db.write_blocking(|tx| new.iter().try_for_each(|(id, job)| jobs::enqueue(tx, *id, job, now).map(drop)))
}

/// Has the active targets of a site that show themselves at `url` brought anew, taking nothing over from what is
/// there. Returns their keys.
pub fn heal(tx: &mut Tx, app: &App, (site, url): (SiteId, &str), now: Timestamp) -> Result<Vec<String>> {
    let shows = |target: &Target| target.url.as_deref().is_some_and(|own| own.trim_end_matches('/') == url);
    let targets: Vec<Target> = store::list(tx, site)?.into_iter().filter(|t| t.active && shows(t)).collect();
    anew(tx, app, targets, now)
}

/// Has every active target of a site brought anew, whatever it seems to hold; returns their keys.
pub fn bring_anew(tx: &mut Tx, app: &App, site: SiteId, now: Timestamp) -> Result<Vec<String>> {
    let targets = store::list(tx, site)?.into_iter().filter(|target| target.active).collect();
    anew(tx, app, targets, now)
}

fn anew(tx: &mut Tx, app: &App, targets: Vec<Target>, now: Timestamp) -> Result<Vec<String>> {
    for target in &targets {
        let job = NewJob {
            kind: "deploy.target",
            payload: json!({"target": target.id, "fresh": true}),
            unique_key: Some(format!("deploy.heal:{}", target.id)),
            run_at: now,
        };
        jobs::enqueue(tx, app.id(JobId::new), &job, now)?;
    }
    Ok(targets.into_iter().map(|target| target.key).collect())
}

/// A microsecond apart, jobs keep the order of their targets.
fn job(target: TargetId, run_at: Timestamp) -> NewJob {
    NewJob { kind: "deploy.target", payload: json!({"target": target}), unique_key: Some(job_key(target)), run_at }
}

/// Does the job `deploy.target` with its payload `{"target", "fresh"?}`. A target that failed is tried again later by
/// another job, for as long as it takes.
pub fn deploy_job(app: &App, job: &Job) -> jobs::Outcome {
    let text = job.payload.get("target").and_then(Value::as_str).unwrap_or_default();
    let id = TargetId::parse(text)?;
    let target = app.db.read_blocking(|c| store::find(c, id))?;
    let Some(target) = target.filter(|target| target.active) else { return Ok(json!({"outcome": "removed"})) };
    let fresh = job.payload.get("fresh").and_then(Value::as_bool).unwrap_or(false);
    let deployment = run::deploy(app, id, "system:deployer", fresh)?;
    if deployment.outcome == Outcome::Failed {
        tracing::warn!(target = target.key, error = deployment.error, "a target could not be served");
        let now = app.now();
        let failures = app.db.read_blocking(|c| store::find(c, id))?.map_or(1, |target| target.state.failures);
        let (next, again) = (app.id(JobId::new), self::job(id, now.plus(rules::pause(failures))));
        app.db.write_blocking(|tx| jobs::enqueue(tx, next, &again, now))?;
    }
    Ok(json!({"outcome": deployment.outcome, "release": deployment.release, "moved": deployment.moved}))
}

/// From the command line: serves the targets of a site now, one of them or every active one, in order.
pub fn deploy_now(app: &App, site: &str, target: Option<&str>, fresh: bool) -> Result<Vec<(String, Deployment)>> {
    let actor = Actor::system("command line");
    let found = app.db.read_blocking(|c| sites::store::find_by_key(c, site))?;
    let site = found.ok_or_else(|| missing().detail(format!("there is no site {site:?}")))?;
    let _permit: Permit<cases::ManageTargets> = Permit::system(&actor, Scope::Site(site.id))?;
    let targets = app.db.read_blocking(|c| store::list(c, site.id))?;
    let wanted: Vec<Target> = match target {
        Some(key) => targets.into_iter().filter(|target| target.key == key).collect(),
        None => targets.into_iter().filter(|target| target.active).collect(),
    };
    if let (Some(key), true) = (target, wanted.is_empty()) {
        return Err(missing().detail(format!("the site has no target {key:?}")).into());
    }
    let serve = |target: Target| Ok((target.key, run::deploy(app, target.id, &actor.ledger_name(), fresh)?));
    wanted.into_iter().map(serve).collect()
}
