//! One attempt at one target: read the newest release, bring it there, note what became of it.

use std::fs::File;

use serde_json::json;

use super::folder::LocalFiles;
use super::link::{self, Order};
use super::model::{Credentials, Deployment, Moved, Outcome, State, Target, Way};
use super::moves;
use super::rules;
use super::s3::BucketFiles;
use super::sftp::RemoteFiles;
use super::ssh::{self, Ask};
use super::work::{Going, Stop};
use super::{sealed, store};
use crate::app::App;
use crate::db::Durability;
use crate::identity::{UseCase, cases};
use crate::kernel::id::{DeploymentId, TargetId};
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result};
use crate::ledger::{self, Event};
use crate::notices::{self, Happening};
use crate::publish::outgoing::Outgoing;

/// Releases that may go live one after another while one is being read, before we give up for now.
const RESTARTS_MAX: u32 = 5;

/// Brings a target to the live release of its site. Blocks; one attempt at a target runs at a time, across
/// processes. `fresh`: take nothing over from what is there. Says what became of it; failing is no error
/// of ours but noted at the target.
pub fn deploy(app: &App, id: TargetId, by: &str, fresh: bool) -> Result<Deployment> {
    let found = app.db.read_blocking(|c| {
        let Some(target) = store::find(c, id)? else { return Ok(None) };
        let site = store::site_key(c, target.site_id)?;
        Ok(site.map(|site| (target, site)))
    })?;
    let (_, site) = found.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let _lock = lock(app, &site, id)?;
    // Read again under the lock: whoever held it may have brought the release already.
    let target = app.db.read_blocking(|c| store::find(c, id))?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let mut deployment = Deployment {
        id: app.id(DeploymentId::new),
        target: id,
        release: None,
        manifest: None,
        outcome: Outcome::Running,
        error: None,
        moved: Moved::default(),
        started_at: app.now(),
        finished_at: None,
    };
    app.db.write_blocking(|tx| store::begin(tx, &deployment))?;
    let credentials = sealed::open(app, id, target.credentials.as_deref());
    let known = credentials.as_ref().cloned().unwrap_or_default();
    let brought = credentials.and_then(|credentials| bring(app, (&site, &target), &credentials, fresh));
    deployment.finished_at = Some(app.now());
    match brought {
        Ok(Some(brought)) => {
            let same = target.state.manifest == Some(brought.manifest);
            let idle = brought.moved.files_sent == 0 && brought.moved.files_removed == 0;
            deployment.outcome = if same && idle { Outcome::Unchanged } else { Outcome::Done };
            deployment.release = Some(brought.release);
            deployment.manifest = Some(brought.manifest);
            deployment.moved = brought.moved;
        }
        Ok(None) => deployment.outcome = Outcome::Unchanged,
        Err(error) => {
            deployment.outcome = Outcome::Failed;
            deployment.error = Some(rules::tellable(&error.to_string(), &known));
        }
    }
    note(app, &target, &deployment, by)?;
    Ok(deployment)
}

/// Held while one target of a site is worked on. Released when dropped, also by a killed process.
fn lock(app: &App, site: &str, id: TargetId) -> Result<File> {
    let path = app.config.public.join(site).join(format!(".deploy-{id}"));
    let doing = || format!("lock {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(doing)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(&path).with_context(doing)?;
    file.lock().with_context(doing)?;
    Ok(file)
}

/// The release that a target now has.
struct Brought {
    release: i32,
    manifest: Digest,
    moved: Moved,
}

fn bring(app: &App, to: (&str, &Target), credentials: &Credentials, fresh: bool) -> Result<Option<Brought>> {
    let (site, target) = to;
    for _ in 0..RESTARTS_MAX {
        let Some(release) = Outgoing::live(app, site)? else { return Ok(None) };
        let durable = matches!(app.config.durability.0, Durability::Full);
        match send(&release, &target.way, credentials, (durable, fresh)) {
            Ok(moved) => {
                let (release, manifest) = (release.release, release.manifest_digest);
                return Ok(Some(Brought { release, manifest, moved }));
            }
            Err(Stop::Outdated) => {}
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    Err(Error::broken("deploy", "releases follow one another faster than they can be sent"))
}

fn send(release: &Outgoing, way: &Way, credentials: &Credentials, (durable, fresh): (bool, bool)) -> Going<Moved> {
    let order = |root| Order { release, root, durable, fresh };
    match way {
        Way::Directory(folder) if folder.in_place => {
            moves::deploy(release, &mut LocalFiles::new(&folder.path, durable), fresh)
        }
        Way::Directory(folder) => link::deploy(&order(&folder.path), link::local_shell),
        Way::Ssh(remote) => {
            link::deploy(&order(&remote.path), |line| ssh::open(remote, credentials, &Ask::Command(line)))
        }
        Way::Sftp(remote) => {
            let channel = ssh::open(remote, credentials, &Ask::Files)?;
            moves::deploy(release, &mut RemoteFiles::open(channel, &remote.path)?, fresh)
        }
        Way::S3(bucket) => moves::deploy(release, &mut BucketFiles::open(bucket, credentials)?, fresh),
    }
}

/// Stores what became of an attempt, how the target fares now, and what the ledger must know.
fn note(app: &App, target: &Target, deployment: &Deployment, by: &str) -> Result<()> {
    let now = deployment.finished_at.unwrap_or(deployment.started_at);
    let before = &target.state;
    let (state, alarm) = match (&deployment.error, deployment.release) {
        (Some(error), _) => rules::failed(before, error.clone(), now),
        (None, None) => (before.clone(), false),
        (None, release) => {
            let succeeded =
                State { release, manifest: deployment.manifest, succeeded_at: Some(now), ..State::default() };
            (succeeded, false)
        }
    };
    let over = before.alarmed_at.filter(|_| deployment.error.is_none() && deployment.release.is_some());
    app.db.write_blocking(|tx| {
        store::end(tx, deployment)?;
        store::set_state(tx, target.id, &state)?;
        let event = |action: &str| {
            let event = Event::new(by, action, format!("target:{}", target.id)).site(target.site_id);
            deployment.manifest.into_iter().fold(event, Event::digest)
        };
        if deployment.outcome == Outcome::Done {
            let detail = json!({"target": target.key, "release": deployment.release, "moved": deployment.moved});
            ledger::record(tx, &event("deploy.finish").detail(detail), now)?;
        }
        if alarm {
            let detail = json!({"target": target.key, "error": state.error, "since": state.failing_since});
            ledger::record(tx, &event("deploy.alarm").detail(detail), now)?;
            let subject = format!("target:{}", target.id);
            let failed = Happening::new(notices::Kind::DeploymentFailed, Some(target.site_id), subject, &target.key);
            let (said, roles) = (state.error.clone().unwrap_or_default(), cases::CheckTarget::ROLES.to_vec());
            notices::tell(tx, &Happening { said, roles, ..failed }, now)?;
        }
        if over.is_some() {
            let detail = json!({"target": target.key, "since": before.failing_since});
            ledger::record(tx, &event("deploy.recover").detail(detail), now)?;
        }
        Ok(())
    })
}
