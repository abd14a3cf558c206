//! Use cases: make an older release live again, or build a new one of what it showed.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::draft::listing_of;
use super::model::{ConsequenceCounts, Consequences, Named, Release};
use super::service::{place, reconcile, released};
use super::swap::Place;
use super::{history, manifest, store};
use crate::app::App;
use crate::db::{Conn, Durability};
use crate::identity::{Actor, Permit, Scope, cases};
use crate::jobs::{self, NewJob};
use crate::kernel::id::{JobId, ReleaseId, SiteId};
use crate::kernel::{Code, Context, Refusal, Result};
use crate::ledger::{self, Event};

/// Entries that a list of consequences names; its count says how many there are.
const NAMED_MAX: usize = 1_000;

/// What making a release live again would do to what citizens see.
pub fn consequences(app: &App, actor: &Actor, id: ReleaseId) -> Result<Consequences> {
    let release = find(app, id)?;
    let _permit: Permit<cases::SeeReleases> = actor.permit(release.site_id)?;
    app.db.read_blocking(|c| compare(c, release.site_id, release.live_sequence))
}

/// Compares what was live at a sequence number with what is live now.
fn compare(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<Consequences> {
    let then = history::shown_at(connection, site, sequence)?;
    let entries: Vec<_> = then.keys().copied().collect();
    let now: HashMap<_, _> = store::live_among(connection, &entries)?.into_iter().map(|row| (row.entry, row)).collect();
    let mut found = Consequences::default();
    for (entry, then) in then {
        match (then, now.get(&entry)) {
            (Some(then), None) => found.withdrawn.push(Named { entry, type_key: then.type_key, slug: then.slug }),
            (None, Some(now)) => found.hidden.push(named(now)),
            (Some(then), Some(now)) if then.digest != now.digest => found.older.push(named(now)),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    for list in [&mut found.withdrawn, &mut found.hidden, &mut found.older] {
        list.sort_by(|a, b| (&a.type_key, &a.slug, a.entry).cmp(&(&b.type_key, &b.slug, b.entry)));
    }
    found.counts =
        ConsequenceCounts { withdrawn: found.withdrawn.len(), hidden: found.hidden.len(), older: found.older.len() };
    for list in [&mut found.withdrawn, &mut found.hidden, &mut found.older] {
        list.truncate(NAMED_MAX);
    }
    Ok(found)
}

fn named(row: &store::LiveRow) -> Named {
    Named { entry: row.entry, type_key: row.type_key.clone(), slug: row.slug.clone() }
}

/// Makes a kept release live again. Refused, naming them, when it would show entries again that were
/// withdrawn since it was built. What goes from view by it is in the ledger.
pub fn activate(app: &App, actor: &Actor, id: ReleaseId) -> Result<Release> {
    let release = find(app, id)?;
    let _permit: Permit<cases::ActivateRelease> = actor.permit(release.site_id)?;
    make_live(app, &release, &actor.ledger_name())
}

/// The same by whoever handles an incident of the site.
pub fn activate_in_incident(
    app: &App,
    (site, id): (SiteId, ReleaseId),
    (permit, by): (Permit<cases::HandleIncident>, &str),
) -> Result<Release> {
    make_live(app, &of_incident(app, (site, id), &permit)?, by)
}

/// What that would do, for whoever handles an incident of the site.
pub fn consequences_in_incident(
    app: &App,
    (site, id): (SiteId, ReleaseId),
    permit: Permit<cases::HandleIncident>,
) -> Result<Consequences> {
    let release = of_incident(app, (site, id), &permit)?;
    app.db.read_blocking(|c| compare(c, site, release.live_sequence))
}

fn of_incident(app: &App, (site, id): (SiteId, ReleaseId), permit: &Permit<cases::HandleIncident>) -> Result<Release> {
    let release = find(app, id)?;
    let covers = match permit.scope() {
        Scope::Site(covered) => covered == site,
        Scope::Installation => true,
    };
    if release.site_id != site || !covers {
        return Err(Refusal::new(Code::NotFound).into());
    }
    Ok(release)
}

fn make_live(app: &App, release: &Release, by: &str) -> Result<Release> {
    let (id, site) = (release.id, release.site_id);
    let place = place(app, site)?;
    let _lock = place.lock()?;
    reconcile(app, site, &place)?;
    if !place.is_kept(release.number) {
        return Err(Refusal::new(Code::NotFound).detail("the files of this release are no longer kept").into());
    }
    let consequences = app.db.read_blocking(|c| compare(c, site, release.live_sequence))?;
    refuse_withdrawn(&consequences, id)?;
    bring_back(app, &place, release.number)?;
    place.point(release.number)?;
    let now = app.now();
    let mut event = released(release, by, "publish.activate");
    event.detail["hidden"] = slugs(&consequences.hidden);
    event.detail["older"] = slugs(&consequences.older);
    app.db.write_blocking(|tx| {
        store::activate(tx, release, now)?;
        ledger::record(tx, &event, now)?;
        Ok(())
    })?;
    find(app, id)
}

fn slugs(named: &[Named]) -> Value {
    named.iter().map(|entry| format!("{}/{}", entry.type_key, entry.slug)).collect()
}

fn refuse_withdrawn(consequences: &Consequences, id: ReleaseId) -> Result<(), Refusal> {
    if consequences.withdrawn.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::new(Code::InUse).detail(format!(
        "it would show again what was withdrawn since; POST /api/v1/releases/{id}/restore builds a new one without it"
    ));
    Err(consequences.withdrawn.iter().fold(refusal, |refusal, entry| {
        refusal.field(format!("entry:{}", entry.entry), "withdrawn", format!("{}/{}", entry.type_key, entry.slug))
    }))
}

/// Asks the worker for a new release of what this one showed, without what was withdrawn since.
pub async fn restore(app: &App, actor: &Actor, id: ReleaseId) -> Result<JobId> {
    let (actor, now, job) = (actor.clone(), app.now(), app.id(JobId::new));
    let job = app
        .db
        .write(move |tx| {
            let release = store::release(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let _permit: Permit<cases::ActivateRelease> = actor.permit(release.site_id)?;
            let (site, sequence) = (release.site_id, release.live_sequence);
            let new = NewJob {
                kind: "publish.build",
                payload: json!({ "site": site, "back": sequence, "by": actor.user() }),
                unique_key: Some(format!("publish.build.back:{site}:{sequence}")),
                run_at: now,
            };
            let event = Event::new(actor.ledger_name(), "publish.restore", format!("release:{id}")).site(site);
            let event = event.detail(json!({ "number": release.number, "live_sequence": sequence }));
            let job = jobs::enqueue(tx, job, &new, now)?;
            ledger::record(tx, &event, now)?;
            Ok(job)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(job)
}

fn find(app: &App, id: ReleaseId) -> Result<Release> {
    let found = app.db.read_blocking(|c| store::release(c, id))?;
    found.ok_or_else(|| Refusal::new(Code::NotFound).into())
}

/// Has the folder of a kept release stand whole again, put together from what is stored by digest.
fn bring_back(app: &App, place: &Place, number: i32) -> Result<()> {
    if place.release(number).is_dir() {
        return Ok(());
    }
    let live = listing_of(&place.current())?;
    let draft = place.draft(&live, None)?;
    let put_together = || {
        let [manifest, seal] = place.attested(number)?;
        let lingering = manifest::lingering_of(&seal).context("read the seal of a kept release")?;
        let files = place.kept(number)?;
        let files = files.iter().chain(lingering.iter().map(|file| &file.file)).cloned().collect();
        draft.finish(&files, &HashSet::new(), app.storage.as_ref())?;
        draft.attest(manifest::RELEASE, &manifest)?;
        draft.attest(manifest::SEAL, &seal)?;
        if place.durability() == Durability::Full {
            draft.sync()?;
        }
        place.keep(draft.root(), number)
    };
    put_together().inspect_err(|_| {
        if let Err(error) = place.hide(draft.root()) {
            tracing::warn!(%error, "could not put a failed release aside");
        }
    })
}
