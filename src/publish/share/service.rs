//! The job `publish.share`: pictures that pages name and that are not made yet.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::json;

use super::store::{self, Made};
use super::{paint, rules};
use crate::app::App;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::time::MINUTE;
use crate::kernel::{Context, Digest, Result, Timestamp};
use crate::media::derive::drawn;
use crate::media::derive::picture::{self, Pixels};
use crate::publish::plan::{self, Wanted};
use crate::publish::snapshot;
use crate::publish::styles::theme_files;
use crate::publish::views::World;
use crate::{sites, themes};

pub const KIND: &str = "publish.share";

/// How long a release waits for its pictures: what goes live meanwhile has them made together.
const WAIT: i64 = MINUTE;
/// So many pictures, or so long, and then a release takes them up: ten thousand of them are not ten thousand releases.
const PICTURES_AT_ONCE: usize = 1_000;
const SPAN_AT_ONCE: Duration = Duration::from_secs(20);

/// Has the pictures made that a release of the site lacks.
pub fn want(app: &App, site: SiteId) -> Result<()> {
    let (id, now) = (app.id(JobId::new), app.now());
    app.db.write_blocking(|tx| jobs::enqueue(tx, id, &wanted(site, now), now).map(drop))
}

fn wanted(site: SiteId, now: Timestamp) -> NewJob {
    let unique_key = Some(format!("{KIND}:{site}"));
    NewJob { kind: KIND, payload: json!({"site": site}), unique_key, run_at: now.plus(WAIT) }
}

/// Does the job, the newest pages first, and asks for a release that holds what was made; that one asks for the rest.
pub fn job(app: &App, job: &Job) -> Outcome {
    let site = SiteId::parse(job.payload.get("site").and_then(serde_json::Value::as_str).unwrap_or_default())?;
    let snapshot = app.db.read_blocking(|c| snapshot::read_whole(c, site))?;
    let theme = themes::service::of_release(app, site, &snapshot.site.key)?;
    let plan = plan::plan(&snapshot, Wanted::by(&theme));
    let (_, addresses) = theme_files(&snapshot, &theme);
    let world = World::new(&snapshot, &theme, &plan, String::new(), addresses)?;
    let named = world.shares();
    let ready = &snapshot.shares.ready;
    let begun = Instant::now();
    let (mut made, mut seals) = (HashMap::new(), Seals::default());
    for (name, of) in named.iter().filter(|(name, _)| !ready.contains_key(name)) {
        if made.len() >= PICTURES_AT_ONCE || begun.elapsed() > SPAN_AT_ONCE {
            break;
        }
        if let (None, Some(recipe)) = (made.get(name), world.share(*of)) {
            let bytes = paint::png(&recipe, seals.of(app, recipe.seal.as_ref())?)?;
            let sha256 = Digest::of(&bytes);
            app.storage.put(&sha256, &bytes).context("store a picture to share")?;
            made.insert(*name, Made { name: *name, sha256, bytes: bytes.len() });
        }
    }
    let kept: HashSet<&Digest> = named.iter().map(|(name, _)| name).collect();
    let gone: Vec<Digest> = ready.keys().filter(|name| !kept.contains(name)).copied().collect();
    let made: Vec<Made> = made.into_values().collect();
    let bytes: usize = made.iter().map(|made| made.bytes).sum();
    let (id, now) = (app.id(JobId::new), app.now());
    if !made.is_empty() || !gone.is_empty() {
        app.db.write_blocking(|tx| {
            store::change(tx, site, &made, &gone, now)?;
            jobs::enqueue(tx, id, &sites::service::release_wanted(site, now), now).map(drop)
        })?;
        app.job_waiting.notify_one();
    }
    Ok(json!({"pictures": made.len(), "bytes": bytes, "seconds": begun.elapsed().as_secs_f64()}))
}

/// The seals of a site, each read once.
#[derive(Default)]
struct Seals(HashMap<Digest, Option<Pixels>>);

impl Seals {
    /// `None` as well when a seal cannot be read: the picture is made without it.
    fn of(&mut self, app: &App, seal: Option<&Digest>) -> Result<Option<&Pixels>> {
        let Some(digest) = seal else { return Ok(None) };
        if !self.0.contains_key(digest) {
            let pixels = app.storage.get(digest)?.and_then(|file| {
                let read = match drawn::is_svg(&file) {
                    true => drawn::pixels(&file, rules::seal_size),
                    false => picture::read(&file).and_then(|seal| {
                        let size = rules::seal_size(seal.size());
                        seal.upright(size)
                    }),
                };
                read.inspect_err(|fault| tracing::warn!(seal = %digest, %fault, "a seal cannot be drawn")).ok()
            });
            self.0.insert(*digest, pixels);
        }
        Ok(self.0.get(digest).and_then(Option::as_ref))
    }
}
