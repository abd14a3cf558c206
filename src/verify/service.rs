//! Use cases: check what a site's address serves, now, by a job, or every so often.

use serde_json::json;

use super::checking::check;
use super::model::{Report, SiteFinding};
use super::store;
use crate::app::App;
use crate::db::Conn;
use crate::identity::{Actor, Permit, Scope, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::time::HOUR;
use crate::kernel::{Code, Context, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::sites::{self, Site};

/// The job that checks; the ledger names the check by the same word.
pub const JOB: &str = "verify.site";

/// Checks at the command line. Without a key, the only site there is.
pub fn by_command_line(app: &App, key: Option<&str>, url: Option<&str>) -> Result<Report> {
    let actor = Actor::system("command_line");
    let site = app.db.read_blocking(|c| match key {
        Some(key) => sites::store::find_by_key(c, key),
        None => Ok(sites::store::list(c)?).map(|mut all| if all.len() == 1 { all.pop() } else { None }),
    })?;
    let refuse = || Refusal::new(Code::NotFound).detail("name the site with --site KEY");
    let site = site.ok_or_else(refuse)?;
    let _permit: Permit<cases::VerifySite> = Permit::system(&actor, Scope::Site(site.id))?;
    check(app, &site, url, &actor.ledger_name())
}

/// Asks the worker for a check; one that already waits serves as well. `url` must be of the site.
pub async fn request(app: &App, actor: &Actor, key: String, url: Option<String>) -> Result<JobId> {
    let (asking, server) = (actor.clone(), app.config.server_url.as_str().to_owned());
    let wanted = url.clone();
    let site = app
        .db
        .read(move |c| {
            let site = sites::store::find_visible(c, &key, &asking)?;
            let _permit: Permit<cases::VerifySite> = asking.permit(site.id)?;
            if let Some(url) = &wanted {
                refuse_foreign(c, &site, url, &server)?;
            }
            Ok(site.id)
        })
        .await?;
    let (id, now, by) = (app.id(JobId::new), app.now(), actor.ledger_name());
    let event = Event::new(by.clone(), "verify.request", format!("site:{site}")).site(site).detail(json!({"url": url}));
    let id = app
        .db
        .write(move |tx| {
            let id = jobs::enqueue(tx, id, &new_job(site, url.as_deref(), &by, now), now)?;
            ledger::record(tx, &event, now)?;
            Ok(id)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(id)
}

fn new_job(site: SiteId, url: Option<&str>, by: &str, now: Timestamp) -> NewJob {
    NewJob {
        kind: JOB,
        payload: json!({"site": site, "url": url, "by": by}),
        unique_key: Some(format!("{JOB}:{site}:{}", url.unwrap_or_default())),
        run_at: now,
    }
}

/// This server must not be made to look for weak spots of hosts that are not the site's.
fn refuse_foreign(connection: &mut Conn, site: &Site, url: &str, server: &str) -> Result<()> {
    let host = |url: &str| url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let known = [Some(server.to_owned()), store::base_url(connection, site.id)?];
    let known: Vec<String> = known.iter().flatten().filter_map(|url| host(url)).chain(site.hosts.clone()).collect();
    match host(url) {
        Some(host) if known.contains(&host) || host == format!("{}.localhost", site.key) => Ok(()),
        _ => {
            let why = format!("an address of the site: {}", known.join(", "));
            Err(Refusal::new(Code::Invalid).field("url", "not_of_the_site", why).into())
        }
    }
}

/// Does the job `verify.site` with its payload `{"site", "url"?, "by"}`.
pub fn job(app: &App, job: &Job) -> Outcome {
    let text = |name: &str| job.payload.get(name).and_then(serde_json::Value::as_str);
    let id = SiteId::parse(text("site").unwrap_or_default())?;
    let site = app.db.read_blocking(|c| sites::store::find(c, id))?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let report = check(app, &site, text("url"), text("by").unwrap_or("system:worker"))?;
    serde_json::to_value(&report).context("report a check")
}

/// Enqueues a check of every site whose last one is older than the setting says.
pub fn enqueue_due(app: &App) -> Result<()> {
    let hours = i64::try_from(app.config.verify_interval_hours).unwrap_or(i64::MAX);
    if hours == 0 {
        return Ok(());
    }
    let now = app.now();
    let long_ago = now.plus(hours.saturating_mul(HOUR).saturating_neg());
    let due = app.db.read_blocking(|c| due(c, long_ago))?;
    for site in due {
        let id = app.id(JobId::new);
        app.db.write_blocking(|tx| {
            // Another node may have begun one since.
            if store::last_begun(tx, site)?.is_none_or(|at| at <= long_ago) {
                jobs::enqueue(tx, id, &new_job(site, None, "system:schedule", now), now)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn due(connection: &mut Conn, long_ago: Timestamp) -> Result<Vec<SiteId>> {
    let mut due = Vec::new();
    for site in sites::store::list(connection)? {
        if site.live_sequence > 0 && store::last_begun(connection, site.id)?.is_none_or(|at| at <= long_ago) {
            due.push(site.id);
        }
    }
    Ok(due)
}

/// Findings of a site, newest first.
pub async fn findings(
    app: &App,
    actor: &Actor,
    key: String,
    open: Option<bool>,
    (limit, after): (Limit, Option<Cursor>),
) -> Result<Page<SiteFinding>> {
    let actor = actor.clone();
    app.db
        .read(move |c| {
            let site = sites::store::find_visible(c, &key, &actor)?;
            let _permit: Permit<cases::VerifySite> = actor.permit(site.id)?;
            store::list(c, site.id, open, limit, after.as_ref())
        })
        .await
}

/// The kept answer that proves a finding of a site.
pub async fn proof(app: &App, actor: &Actor, key: String, digest: Digest) -> Result<Vec<u8>> {
    let actor = actor.clone();
    let known = app
        .db
        .read(move |c| {
            let site = sites::store::find_visible(c, &key, &actor)?;
            let _permit: Permit<cases::VerifySite> = actor.permit(site.id)?;
            store::is_evidence(c, site.id, &digest)
        })
        .await?;
    let bytes = if known { app.storage.get(&digest)? } else { None };
    bytes.ok_or_else(|| Refusal::new(Code::NotFound).into())
}
