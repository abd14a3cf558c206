//! Use cases: build a release, keep the releases of a site in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::json;

use super::build::{Build, Reach, Stopwatch, peak_memory_bytes, with_lingering};
use super::links::LinkReport;
pub use super::model::{Mode, Phase, Progress, Report};
use super::model::{RENDERER, Release, ReleaseState, Snapshot};
use super::models::{Model, Models};
use super::swap::Place;
use super::{compress, share, store, views};
use crate::app::{App, JobProgress};
use crate::db::Conn;
use crate::identity::{Actor, Permit, Scope, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, ReleaseId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page as Items};
use crate::kernel::{Code, Context, Digest, Refusal, Result};
use crate::ledger::{self, Event};
use crate::sites;

/// Tells whoever watches how far a build is; called from several threads.
pub type Watch<'w> = &'w (dyn Fn(Progress) + Sync);

/// Builds a release of what is live and makes it the live one. Blocks; one build of a site runs at
/// a time, across processes. When this returns, the release is durable.
pub fn build(app: &App, site_key: &str, mode: Mode, watch: Watch) -> Result<Report> {
    build_by(app, &Models::default(), (site_by_key(app, site_key)?, mode), None, watch)
}

fn site_by_key(app: &App, key: &str) -> Result<SiteId> {
    let site = app.db.read_blocking(|c| sites::store::find_by_key(c, key))?;
    site.map(|site| site.id)
        .ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("there is no site {key:?}")).into())
}

/// The same with the models of sites in memory, in the name of a user.
fn build_by(
    app: &App,
    models: &Models,
    (site, mode): (SiteId, Mode),
    by: Option<UserId>,
    watch: Watch,
) -> Result<Report> {
    let begun = Instant::now();
    let watched = Stopwatch::new(begun);
    watch(Progress { phase: Phase::Read, done: 0, total: 0 });
    let place = place(app, site)?;
    let _lock = place.lock()?;
    reconcile(app, site, &place)?;
    // Read under the lock: whatever was committed before the caller's job began is in it.
    let model = match (mode, models.take(site).filter(|model| model.fits(&place))) {
        (Mode::Back(sequence), _) => Model::read(app, site, &place, Some(sequence))?,
        (_, Some(model)) => model.refreshed(app)?,
        (_, None) => Model::read(app, site, &place, None)?,
    };
    watched.step("read");
    let base_url = views::base_url(&model.snapshot, app.config.server_url.as_str());
    let inputs = inputs(&model, &base_url);
    let active = app.db.read_blocking(|c| store::active(c, site))?;
    if let (Mode::Changed, Some(active)) = (mode, &active)
        && active.live_sequence == model.snapshot.site.live_sequence
        && active.inputs == inputs
        && place.live() == Some(active.number)
    {
        let report = unchanged(&model.snapshot, active, begun);
        models.put(site, model);
        return Ok(report);
    }
    let held = with_lingering(&model.past.files, &model.past.lingering);
    let draft = place.draft(&held, model.spare.as_ref())?;
    watched.step("draft");
    let Model { snapshot, plan, theme, .. } = &model;
    let map_changed = model.map_changed;
    let reach = if mode == Mode::Fresh { Reach::Whole } else { model.reach(&inputs) };
    let build = Build {
        app,
        place: &place,
        snapshot,
        plan,
        theme,
        base_url,
        inputs,
        by,
        mode,
        reach,
        map_changed,
        begun,
        watched,
        watch,
    };
    let (report, news) = build.run(&draft, &model.past).inspect_err(|_| {
        // The build's own error is what matters; the next build tidies what this leaves.
        if let Err(error) = place.hide(draft.root()) {
            tracing::warn!(%error, "could not put a failed release aside");
        }
    })?;
    drop(draft);
    if news.shares_missing > 0 {
        share::service::want(app, site)?;
    }
    let model = model.after(report.release, &place, news);
    // What stood at another time is no beginning for the next build.
    if !matches!(mode, Mode::Back(_)) {
        models.put(site, model);
    }
    Ok(report)
}

/// Removes releases that nobody needs any more and makes compressed copies of the live one. Slow, and
/// nothing depends on it: call it after [`build`], off the path of whoever waits. One at a time, across
/// processes.
pub fn tidy(app: &App, site_key: &str) -> Result<()> {
    let place = place(app, site_by_key(app, site_key)?)?;
    let _lock = place.tidy_lock()?;
    compress::live_release(&place)?;
    place.sweep()?;
    place.prepare_spare()?;
    place.prune_objects()?;
    Ok(())
}

/// Every digest of a stored file that a kept release places: it may be put together again from them.
pub fn stored(app: &App) -> Result<Vec<Digest>> {
    let mut digests = Vec::new();
    for site in app.db.read_blocking(sites::store::list)? {
        let place = Place::new(&app.config.public, &site.key, app.config.durability.0);
        for number in place.kept_numbers()? {
            let files = match place.kept(number) {
                // It was retired meanwhile.
                Err(_) if !place.is_kept(number) => continue,
                files => files?,
            };
            digests.extend(files.iter().filter(|file| file.path.starts_with("media/")).map(|file| file.sha256));
        }
    }
    Ok(digests)
}

/// Forgets releases but the newest `kept` and those that a target serves; says which went. The lock must be held.
pub(super) fn retire(app: &App, place: &Place, site: SiteId, kept: usize) -> Result<Vec<i32>> {
    let (complete, served) =
        app.db.read_blocking(|c| Ok((store::complete(c, site)?, store::served_by_targets(c, site)?)))?;
    let newest = complete.iter().take(kept.max(1)).map(|release| release.number);
    let kept: Vec<i32> = newest.chain(served).collect();
    let known: Vec<i32> = complete.iter().map(|release| release.number).collect();
    let gone = place.retire(&kept, &known)?;
    let ids: Vec<ReleaseId> =
        complete.iter().filter(|release| gone.contains(&release.number)).map(|release| release.id).collect();
    app.db.write_blocking(|tx| ids.iter().try_for_each(|id| store::set_state(tx, *id, ReleaseState::Removed)))?;
    Ok(gone)
}

/// From the command line: forgets releases but the newest `kept` and those that a target serves, and frees what
/// they took. Says which went.
pub fn prune(app: &App, site_key: &str, kept: usize) -> Result<Vec<i32>> {
    let site = site_by_key(app, site_key)?;
    let place = place(app, site)?;
    let gone = {
        let _lock = place.lock()?;
        reconcile(app, site, &place)?;
        retire(app, &place, site, kept)?
    };
    tidy(app, site_key)?;
    Ok(gone)
}

/// Does the job `publish.build` with its payload `{"site", "fresh"?, "back"?, "by"?}`.
pub fn build_job(app: &App, models: &Models, job: &Job) -> Outcome {
    let text = |name: &str| job.payload.get(name).and_then(serde_json::Value::as_str);
    let site = SiteId::parse(text("site").unwrap_or_default())?;
    let by = text("by").map(UserId::parse).transpose()?;
    let fresh = job.payload.get("fresh").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let mode = match job.payload.get("back").and_then(serde_json::Value::as_i64) {
        Some(sequence) => Mode::Back(sequence),
        None if fresh => Mode::Fresh,
        None => Mode::Changed,
    };
    let watched = Telling::new(app, job.id);
    let report = build_by(app, models, (site, mode), by, &|progress| watched.tell(progress))?;
    if !report.skipped {
        let (app, key) = (app.clone(), report.site.clone());
        std::thread::spawn(move || {
            if let Err(error) = tidy(&app, &key) {
                tracing::warn!(%error, "could not tidy the releases of a site");
            }
        });
    }
    serde_json::to_value(&report).context("report a build")
}

/// Tells this node how far a job is.
struct Telling<'a> {
    app: &'a App,
    job: JobId,
    phase: Mutex<(Phase, Instant)>,
}

impl<'a> Telling<'a> {
    fn new(app: &'a App, job: JobId) -> Self {
        Telling { app, job, phase: Mutex::new((Phase::Read, Instant::now())) }
    }

    fn tell(&self, Progress { phase, done, total }: Progress) {
        let mut known = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != phase {
            *known = (phase, Instant::now());
        }
        let progress = JobProgress { phase: phase.as_str(), done, total, seconds: known.1.elapsed().as_secs_f64() };
        let mut board = self.app.job_progress.lock().unwrap_or_else(PoisonError::into_inner);
        // Threads report out of order.
        let before = board.get(self.job.as_str()).filter(|before| before.phase == progress.phase);
        if before.is_none_or(|before| before.done <= done) {
            board.insert(self.job.to_string(), progress);
        }
    }
}

/// Asks the worker for a release; one that already waits serves as well.
pub async fn request(app: &App, actor: &Actor, site: SiteId, fresh: bool) -> Result<JobId> {
    let permit: Permit<cases::BuildRelease> = actor.permit(site)?;
    debug_assert_eq!(permit.scope(), Scope::Site(site));
    let now = app.now();
    let id = app.id(JobId::new);
    let kind = if fresh { "publish.build.fresh" } else { "publish.build" };
    let job = NewJob {
        kind: "publish.build",
        payload: json!({"site": site, "fresh": fresh, "by": actor.user()}),
        unique_key: Some(format!("{kind}:{site}")),
        run_at: now,
    };
    let event = Event::new(actor.ledger_name(), "publish.request", format!("site:{site}")).site(site);
    let event = event.detail(json!({"fresh": fresh}));
    let id = app
        .db
        .write(move |tx| {
            let id = jobs::enqueue(tx, id, &job, now)?;
            ledger::record(tx, &event, now)?;
            Ok(id)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(id)
}

/// Releases of a site, newest first.
pub fn releases(connection: &mut Conn, site: SiteId, limit: Limit, after: Option<&Cursor>) -> Result<Items<Release>> {
    store::list(connection, site, limit, after)
}

pub(super) fn place(app: &App, site: SiteId) -> Result<Place> {
    let row = app.db.read_blocking(|c| store::site(c, site))?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok(Place::new(&app.config.public, &row.key, app.config.durability.0))
}

/// What a release is made from besides the live entries: when it is the same, and they are, so is the release.
fn inputs(model: &Model, base_url: &str) -> Digest {
    let Model { snapshot: Snapshot { site, shapes, shares, .. }, theme, .. } = model;
    let place = [&site.key, &site.name, &site.zone_name];
    // Its derived text names every field that a shape has; the map puts them in order.
    let shapes = format!("{:?}", shapes.iter().collect::<BTreeMap<_, _>>());
    Digest::of_json(&json!([RENDERER, theme.name, theme.digest, place, site.locales, base_url, shapes, shares.version]))
}

/// The ledger's event of a release that went live.
pub(super) fn released(release: &Release, actor: &str, action: &str) -> Event {
    Event::new(actor, action, format!("release:{}", release.id))
        .site(release.site_id)
        .digest(release.manifest_digest)
        .detail(json!({"number": release.number, "live_sequence": release.live_sequence}))
}

/// Brings the database to what the link says: a build may have died right after it made its release
/// live, or right before. The lock must be held.
pub(super) fn reconcile(app: &App, site: SiteId, place: &Place) -> Result<()> {
    let (building, complete) = app.db.read_blocking(|c| Ok((store::building(c, site)?, store::complete(c, site)?)))?;
    let live = place.live();
    let stale = complete.iter().find(|release| Some(release.number) == live && release.state != ReleaseState::Active);
    if building.is_empty() && stale.is_none() {
        return Ok(());
    }
    let now = app.now();
    app.db.write_blocking(|tx| {
        for release in &building {
            if live == Some(release.number) {
                store::activate(tx, release, now)?;
                ledger::record(tx, &released(release, "system:publisher", "publish.release"), now)?;
            } else {
                store::set_state(tx, release.id, ReleaseState::Failed)?;
            }
        }
        if let Some(release) = stale {
            store::activate(tx, release, now)?;
            ledger::record(tx, &released(release, "system:publisher", "publish.activate"), now)?;
        }
        Ok(())
    })
}

fn unchanged(snapshot: &Snapshot, active: &Release, begun: Instant) -> Report {
    Report {
        site: snapshot.site.key.clone(),
        release: active.number,
        release_id: active.id,
        skipped: true,
        manifest: active.manifest_digest,
        pages: usize::try_from(active.pages).unwrap_or(0),
        rendered: 0,
        written: 0,
        files: usize::try_from(active.files).unwrap_or(0),
        bytes: u64::try_from(active.size_bytes).unwrap_or(0),
        build_s: 0.0,
        sync_s: 0.0,
        total_s: begun.elapsed().as_secs_f64(),
        peak_memory_bytes: peak_memory_bytes(),
        steps: Vec::new(),
        kinds: BTreeMap::new(),
        links: LinkReport::default(),
        warnings: Vec::new(),
    }
}
