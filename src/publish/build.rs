//! One build: render into a fresh folder, seal, sync, swap.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::draft::Draft;
use super::links::{LinkReport, Links};
use super::listing::{Listed, Listing};
use super::manifest::{self, Lingering, Manifest, Named, Seal};
use super::model::{KindCost, Mode, Phase, Progress, Release, ReleaseState, Report, Snapshot, Stand, Step};
use super::pages::{Rendered, Rendering};
use super::plan::{Page, Plan};
use super::record::{Made, Record};
use super::service::{Watch, released};
use super::share::{self, Standing};
use super::styles::theme_files;
use super::swap::Place;
use super::views::{self, World};
use super::{beside, disk, feeds, forms, gone, redirects, render, rules, search, store};
use crate::app::App;
use crate::db::Durability;
use crate::kernel::id::{ReleaseId, SiteId, UserId};
use crate::kernel::time::DAY;
use crate::kernel::{Context, Digest, Result};
use crate::ledger;
use crate::themes::{self, theme::Theme};

/// How long a file stays that only pages of older releases name.
const LINGERS: i64 = DAY;

/// One build, with what all its steps need.
pub struct Build<'b> {
    pub app: &'b App,
    pub place: &'b Place,
    pub snapshot: &'b Snapshot,
    pub plan: &'b Plan,
    pub theme: &'b Theme,
    pub base_url: String,
    pub inputs: Digest,
    pub by: Option<UserId>,
    pub mode: Mode,
    pub reach: Reach<'b>,
    /// Whether the map for search engines tells something else of a card within the reach.
    pub map_changed: bool,
    pub begun: Instant,
    pub watched: Stopwatch,
    pub watch: Watch<'b>,
}

/// Tells where the time of a build went.
pub struct Stopwatch(Mutex<(Instant, Vec<Step>)>);

impl Stopwatch {
    pub fn new(begun: Instant) -> Self {
        Stopwatch(Mutex::new((begun, Vec::new())))
    }

    /// What was done since the last step, or the beginning, was this.
    pub fn step(&self, name: &'static str) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let seconds = (now - std::mem::replace(&mut watched.0, now)).as_secs_f64();
        watched.1.push(Step { name, seconds });
    }

    fn steps(&self) -> Vec<Step> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

/// Which pages a build looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach<'b> {
    Whole,
    /// Those that show these cards: nothing else changed since the last build, and these stand where they stood.
    Cards(&'b [u32]),
}

/// What earlier builds left: what the live release is made of, and how its pages were made.
#[derive(Debug, Default)]
pub struct Past {
    pub files: Listing,
    pub lingering: Vec<Lingering>,
    pub record: Record,
}

/// What a build leaves for the next one.
pub struct News {
    pub made: Vec<(Arc<str>, Made)>,
    /// What the live release is made of now, and what lingers beside it.
    pub files: Listing,
    pub lingering: Vec<Lingering>,
    /// Both together.
    pub holds: Listing,
    pub inputs: Digest,
    /// Pictures to share that pages name and that are not made yet.
    pub shares_missing: usize,
}

/// What rendering left in the draft.
struct Written {
    files: Listing,
    /// With what lingers.
    holds: Listing,
    made: Vec<(Arc<str>, Made)>,
    rendered: usize,
    written: usize,
    lingering: Vec<Lingering>,
    kinds: BTreeMap<&'static str, KindCost>,
    links: LinkReport,
    warnings: Vec<String>,
    shares_missing: usize,
}

impl Build<'_> {
    /// Leaves a new live release; on an error the draft's folder is the caller's to put aside.
    pub fn run(&self, draft: &Draft, past: &Past) -> Result<(Report, News)> {
        let written = self.write(draft, past)?;
        let theme = Named { name: self.theme.name.clone(), digest: self.theme.digest };
        let manifest = Manifest::new(theme, views::settings_digest(self.snapshot), written.files);
        let bytes = manifest.to_bytes();
        draft.attest(manifest::RELEASE, &bytes)?;
        self.watched.step("manifest");
        let build_time = self.begun.elapsed();

        let seal_lingering = written.lingering.clone();
        let digest = Digest::of(&bytes);
        let release = self.enter(&manifest, digest, self.plan.pages.len(), build_time)?;
        let outcome = self.go_live(draft, &release, &bytes, written.lingering);
        let sync_time = match outcome {
            Ok(time) => time,
            Err(error) => {
                self.app.db.write_blocking(|tx| store::set_state(tx, release.id, ReleaseState::Failed))?;
                return Err(error);
            }
        };
        let report = Report {
            site: self.snapshot.site.key.clone(),
            release: release.number,
            release_id: release.id,
            skipped: false,
            manifest: release.manifest_digest,
            pages: self.plan.pages.len(),
            rendered: written.rendered,
            files: manifest.files.len(),
            written: written.written,
            bytes: manifest.files.bytes(),
            build_s: build_time.as_secs_f64(),
            sync_s: sync_time.as_secs_f64(),
            total_s: self.begun.elapsed().as_secs_f64(),
            peak_memory_bytes: peak_memory_bytes(),
            steps: self.watched.steps(),
            kinds: written.kinds,
            links: written.links,
            warnings: written.warnings,
        };
        let Written { made, holds, shares_missing, .. } = written;
        let (files, lingering, inputs) = (manifest.files, seal_lingering, self.inputs);
        Ok((report, News { made, files, lingering, holds, inputs, shares_missing }))
    }

    /// Enters the release into the database before it is live, so that its number is nobody else's.
    fn enter(&self, manifest: &Manifest, digest: Digest, pages: usize, time: Duration) -> Result<Release> {
        let now = self.app.now();
        let id = self.app.id(ReleaseId::new);
        let site = self.snapshot.site.id;
        let small = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let size = manifest.files.bytes();
        let on_disk = self.place.highest()?;
        themes::service::adopt(self.app, site, self.theme)?;
        self.app.db.write_blocking(|tx| {
            let release = Release {
                id,
                site_id: site,
                number: store::highest_number(tx, site)?.max(on_disk) + 1,
                state: ReleaseState::Building,
                manifest_digest: digest,
                live_sequence: self.snapshot.site.live_sequence,
                pages: small(pages),
                files: small(manifest.files.len()),
                size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
                build_micros: i64::try_from(time.as_micros()).unwrap_or(i64::MAX),
                created_by: self.by,
                created_at: now,
                activated_at: None,
                inputs: self.inputs,
            };
            store::insert(tx, &release)?;
            Ok(release)
        })
    }

    /// Seals, syncs, swaps; then the database knows it too.
    fn go_live(
        &self,
        draft: &Draft,
        release: &Release,
        manifest: &[u8],
        lingering: Vec<Lingering>,
    ) -> Result<Duration> {
        let now = release.created_at;
        let secrets = &self.app.secrets;
        let checkpoint = self.app.db.write_blocking(|tx| ledger::checkpoint(tx, secrets, now))?;
        self.watched.step("enter");
        let signed = (manifest, release.manifest_digest);
        let seal = Seal::new(&self.snapshot.site.key, release.number, signed, (checkpoint, lingering), (secrets, now));
        draft.attest(manifest::SEAL, &seal.to_bytes())?;
        self.watched.step("seal");
        self.say(Phase::Sync, 0, 0);
        let begun = Instant::now();
        if self.place.durability() == Durability::Full {
            draft.sync()?;
        }
        self.watched.step("sync");
        self.say(Phase::Swap, 0, 0);
        self.place.keep(draft.root(), release.number)?;
        self.place.point(release.number)?;
        let took = begun.elapsed();
        self.watched.step("swap");
        let actor = self.by.map_or("system:publisher".into(), |user| format!("user:{user}"));
        let event = released(release, &actor, "publish.release");
        self.app.db.write_blocking(|tx| {
            store::activate(tx, release, now)?;
            ledger::record(tx, &event, now)?;
            Ok(())
        })?;
        self.watched.step("ledger");
        if let Err(error) = self.retire(release.site_id) {
            // The new release is live and stays so; the next build tries again.
            tracing::warn!(%error, "could not put old releases aside");
        }
        Ok(took)
    }

    fn retire(&self, site: SiteId) -> Result<()> {
        super::service::retire(self.app, self.place, site, self.app.config.releases_kept).map(drop)
    }

    /// Tells whoever watches.
    pub fn say(&self, phase: Phase, done: usize, total: usize) {
        (self.watch)(Progress { phase, done, total });
    }

    /// Has the draft hold everything but manifest and seal.
    fn write(&self, draft: &Draft, past: &Past) -> Result<Written> {
        let plan = self.plan;
        let mut warnings = plan.doubles.clone();
        let styles = theme_files(self.snapshot, self.theme);
        let world = World::new(self.snapshot, self.theme, plan, self.base_url.clone(), styles.1)?;
        let mut small = styles.0;
        let paths = plan.paths.iter().map(|path| &**path);
        // The one waits for the processor, the other for the file system.
        let (beside, made) = rayon::join(
            || self.small_files(&world, &mut warnings),
            || if past.files.is_empty() { draft.make_folders(paths) } else { Ok(()) },
        );
        small.extend(beside?);
        made?;
        self.watched.step("feeds and folders");
        let pages: Vec<u32> = match self.reach {
            Reach::Whole => (0..plan.pages.len() as u32).collect(),
            Reach::Cards(cards) => plan.reach(self.snapshot, cards, self.theme.about.neighbours),
        };
        if past.files.is_empty() {
            let small = small.iter().map(|(path, _)| path.as_str());
            draft.make_folders(small.chain([manifest::RELEASE]))?;
        }
        let index = self.index(&world, draft, past)?;
        small.extend(index.files);
        self.watched.step("search");
        let rendering = Rendering::new(self, &world, &past.record, draft, pages.len());
        let mut rendered = rendering.pages(&pages)?;
        self.watched.step("pages");

        let mut files = std::mem::take(&mut rendered.files);
        let mut put: HashSet<Arc<str>> = rendered.made.iter().map(|(path, _)| path.clone()).collect();
        let mut written = rendered.written;
        let placed = self.placed(past, &rendered);
        let small = small.into_iter().map(|(path, bytes)| draft.put(path.into(), &bytes));
        let shares = world.standing_shares();
        let new = |(path, sha256): &(&String, &Digest)| {
            self.reach == Reach::Whole || past.files.find(path).is_none_or(|known| known.sha256 != **sha256)
        };
        let shown = shares.ready.iter().filter(new);
        let shown =
            shown.filter_map(|(path, sha256)| draft.place(self.app.storage.as_ref(), sha256, path.clone()).transpose());
        let media = placed.iter().flatten().filter_map(|digest| self.place(draft, digest, &mut warnings).transpose());
        for file in small.chain(media).chain(shown) {
            let (listed, new) = file?;
            written += usize::from(new);
            put.insert(listed.path.clone());
            files.push(listed);
        }
        files.extend(index.kept);
        let files = match self.reach {
            Reach::Whole => Listing::new(files),
            Reach::Cards(_) => past.files.patched(&patch(files, past, (placed.is_some(), &shares))),
        };
        let lingering = self.lingering(&files, past)?;
        let holds = with_lingering(&files, &lingering);
        let put = put.iter().map(|path| &**path).collect();
        draft.finish(&holds, &put, self.app.storage.as_ref())?;
        self.watched.step("files");
        let links = self.links(std::mem::take(&mut rendered.links), draft, &files, &world)?;
        self.watched.step("links");
        let Rendered { made, kinds, .. } = rendered;
        let (rendered, shares_missing) = (made.len(), shares.missing);
        Ok(Written { files, holds, rendered, made, written, lingering, kinds, links, warnings, shares_missing })
    }

    /// The index for searching, of which a part that is the same as before is kept.
    fn index(&self, world: &World, draft: &Draft, past: &Past) -> Result<search::Index> {
        let before = draft.live_root().filter(|_| self.mode != Mode::Fresh);
        let before = before.map(|root| search::Before { files: &past.files, root });
        search::index(self.app, world, before.as_ref())
    }

    /// Looks after what pages link to, when all files of the release are known.
    fn links(&self, mut found: Links, draft: &Draft, files: &Listing, world: &World) -> Result<LinkReport> {
        let plan = self.plan;
        let file = |path: &str| {
            let bytes = disk::read(&draft.root().join(path)).with_context(|| format!("read {path} of a release"))?;
            Ok(bytes.unwrap_or_default())
        };
        if self.reach == Reach::Whole {
            // Menu and footer, which all pages of a language share: what they name may be gone though no page changed.
            let homes = plan.pages.iter().zip(&plan.paths).filter(|(page, _)| matches!(page, Page::Home { .. }));
            for (page, path) in homes {
                let html = file(path)?;
                found.read((path, &plan.address(page, &world.prefixes)), &html, &self.base_url, &plan.known);
            }
        }
        found.end(files, (&plan.known, &plan.gone), &file)
    }

    /// Feeds, maps and texts for programs. What cannot have changed within its reach is left out.
    fn small_files(&self, world: &World, warnings: &mut Vec<String>) -> Result<Vec<feeds::File>> {
        let changed = match self.reach {
            Reach::Whole => None,
            Reach::Cards(cards) => Some(cards),
        };
        let mut small = beside::files(world, changed, self.map_changed)?;
        if self.reach == Reach::Whole {
            let (redirects, refused) = redirects::table(self.snapshot, self.plan, &world.prefixes);
            warnings.extend(refused);
            warnings.extend(views::theme_settings(self.snapshot, self.theme, 0).1);
            small.push(feeds::robots(&self.base_url));
            small.extend(feeds::security(self.snapshot, &self.base_url));
            small.extend(self.sign_files(&redirects)?);
            small.extend(forms::file(self.snapshot)?);
        }
        Ok(small)
    }

    /// The stored files that all pages together place, and what steers the site; within a reach, `None` when
    /// they are those of the release before.
    fn placed(&self, past: &Past, rendered: &Rendered) -> Option<BTreeSet<Digest>> {
        let mut placed = rendered.placed.clone();
        if let Reach::Cards(_) = self.reach {
            let same = |(path, made): &(Arc<str>, Made)| past.record.placed_by(path) == made.placed;
            if rendered.made.iter().all(same) {
                return None;
            }
            let anew = rendered.made.iter().map(|(path, _)| &**path).collect();
            placed.append(&mut past.record.placed_but_by(&anew));
        }
        for entry in &self.snapshot.steering {
            let fields = serde_json::Value::Object(entry.fields.clone());
            render::find_assets(&fields, self.snapshot, &mut placed);
        }
        Some(placed)
    }

    /// Fingerprinted files that this release does without: they stay for a while for readers of older pages.
    /// After a withdrawal no picture stays, because it may be what was withdrawn.
    fn lingering(&self, files: &Listing, past: &Past) -> Result<Vec<Lingering>> {
        let (site, now) = (self.snapshot.site.id, self.app.now());
        let held = with_lingering(&past.files, &past.lingering);
        let gone: Vec<&Listed> =
            files.differences(&held).filter_map(|(_, now, before)| before.filter(|_| now.is_none())).collect();
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let active = self.app.db.read_blocking(|c| store::active(c, site))?;
        let since = active.map_or(0, |release| release.live_sequence);
        let withdrawn = self.app.db.read_blocking(|c| store::any_hidden_since(c, site, since))?;
        let until = |file: &Listed| {
            let known = past.lingering.iter().find(|known| known.file.path == file.path).map(|known| known.until);
            known.unwrap_or(now.plus(LINGERS))
        };
        let stays = gone.into_iter().filter(|file| rules::lingers(&file.path, withdrawn));
        let stays = stays.map(|file| Lingering { file: file.clone(), until: until(file) });
        Ok(stays.filter(|file| file.until > now).collect())
    }

    /// What servers are told of addresses without a page of their own.
    fn sign_files(&self, table: &[redirects::Redirect]) -> Result<Vec<feeds::File>> {
        let default = self.snapshot.site.default_locale();
        let mut files: Vec<feeds::File> = table
            .iter()
            .filter(|redirect| !redirect.from.contains('%'))
            .map(|redirect| {
                (rules::file_of(&redirect.from), redirects::page(redirect, &self.base_url, default).into_bytes())
            })
            .collect();
        files.push((redirects::JSON.into(), serde_json::to_vec(table).context("write the redirects")?));
        let gone = gone::addresses(self.plan);
        files.push((gone::JSON.into(), gone::json(&gone)?));
        files.push((redirects::APACHE.into(), (redirects::apache(table) + &gone::apache(&gone)).into_bytes()));
        files.push((redirects::NGINX.into(), (redirects::nginx(table) + &gone::nginx(&gone)).into_bytes()));
        Ok(files)
    }

    /// Has the draft hold a stored file. One that is missing from the store is a warning, not a dead site.
    fn place(&self, draft: &Draft, digest: &Digest, warnings: &mut Vec<String>) -> Result<Option<(Listed, bool)>> {
        let Some(Stand { path, sha256 }) = self.snapshot.stand(digest) else { return Ok(None) };
        let placed = draft.place(self.app.storage.as_ref(), &sha256, path.clone())?;
        if placed.is_none() {
            warnings.push(format!("{path}: the stored file {sha256} is missing"));
        }
        Ok(placed)
    }
}

/// What is to be changed in the listing of the release before. With `media`, these are all stored files
/// that pages place, and others go; so do pictures to share that no page names.
fn patch(files: Vec<Listed>, past: &Past, (media, shares): (bool, &Standing)) -> HashMap<Arc<str>, Option<Listed>> {
    let may_go = |file: &&Listed| match share::is_share(&file.path) {
        true => !shares.ready.contains_key(&*file.path),
        false => (media && file.path.starts_with("media/")) || search::is_part_of(&file.path),
    };
    let before = past.files.iter().filter(may_go);
    let mut patch: HashMap<Arc<str>, Option<Listed>> = before.map(|file| (file.path.clone(), None)).collect();
    patch.extend(files.into_iter().map(|file| (file.path.clone(), Some(file))));
    patch
}

/// What a folder holds whose release is made of `files`.
pub fn with_lingering(files: &Listing, lingering: &[Lingering]) -> Listing {
    match lingering.is_empty() {
        true => files.clone(),
        false => files.iter().chain(lingering.iter().map(|file| &file.file)).cloned().collect(),
    }
}

/// The largest resident memory of this process so far; 0 where the system does not tell.
pub fn peak_memory_bytes() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the system tells by a file")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
