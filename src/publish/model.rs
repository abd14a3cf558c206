//! What a build reads, what it leaves behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::cut::Cut;
use super::links::{Broken, LinkReport};
use super::share::store::Shares;
use crate::content::ContentType;
use crate::content::model::Withdrawn;
use crate::kernel::id::{EntryId, GroupId, ReleaseId, SiteId, UserId};
use crate::kernel::{Digest, Timestamp};
use crate::media::derive::{self, Derivative, Derived};
use crate::media::rules::public_path;

/// Changes whenever the same input gives other bytes: it is part of what names a release.
pub const RENDERER: &str = concat!("lamin ", env!("CARGO_PKG_VERSION"), " renderer 5");

/// The site, as far as its pages depend on it.
#[derive(Debug, Clone)]
pub struct SiteFacts {
    pub id: SiteId,
    pub key: String,
    pub name: String,
    pub hosts: Vec<String>,
    pub zone_name: String,
    pub zone: TimeZone,
    /// The default one first.
    pub locales: Vec<String>,
    /// Counts the changes of what is live; the snapshot holds all of them up to here.
    pub live_sequence: i64,
}

impl SiteFacts {
    pub fn default_locale(&self) -> &str {
        self.locales.first().map_or("id", String::as_str)
    }

    /// Whether nothing but entries can differ.
    pub fn same_but_for_entries(&self, other: &SiteFacts) -> bool {
        let named = |site: &SiteFacts| (site.key.clone(), site.name.clone(), site.zone_name.clone());
        named(self) == named(other) && (&self.hosts, &self.locales) == (&other.hosts, &other.locales)
    }

    /// The place of a locale among the site's; entries in another are not shown.
    pub fn locale_index(&self, locale: &str) -> Option<usize> {
        self.locales.iter().position(|known| known == locale)
    }
}

/// What lists show of a live entry, and what its page is read by. Never its body.
#[derive(Debug, Clone)]
pub struct Card {
    pub entry: EntryId,
    pub type_key: Arc<str>,
    pub locale: usize,
    pub slug: String,
    pub group: GroupId,
    /// The number of the revision that is shown.
    pub revision: i32,
    pub digest: Digest,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
    /// The fields that are not long, with `category` and `tags`, as JSON: read where they are shown, since
    /// all cards of a site are in memory at once. See [`Card::fields`].
    pub card: Box<str>,
    pub title: Box<str>,
    pub category: Option<Term>,
    pub tags: Vec<Term>,
    /// Whether it is shown with a picture of its own.
    pub has_picture: bool,
}

/// Whether an entry with these fields is shown with a picture of its own.
pub fn has_picture(fields: &Map<String, Value>) -> bool {
    ["image", "photo"].iter().any(|name| text_in(fields, name).is_some())
}

/// A category or tag: as it stands in addresses, and as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub slug: Box<str>,
    pub text: Box<str>,
}

impl Card {
    /// When it was last different for readers.
    pub fn changed_at(&self) -> Timestamp {
        self.updated_at.max(self.published_at)
    }

    /// The fields that are not long.
    pub fn fields(&self) -> Map<String, Value> {
        // It was read whole when the card was made.
        serde_json::from_str(&self.card).unwrap_or_default()
    }
}

/// A field that is text and not empty.
pub fn text_in<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A live entry without a page (menu, redirect, settings, category), whole.
#[derive(Debug, Clone)]
pub struct Steering {
    pub type_key: String,
    pub locale: usize,
    pub slug: String,
    pub digest: Digest,
    pub fields: Map<String, Value>,
}

impl Steering {
    pub fn text(&self, name: &str) -> Option<&str> {
        text_in(&self.fields, name)
    }
}

/// An uploaded file that pages may place. Its alternative text is not here: what a page says comes from
/// approved fields alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// What pages show instead of a picture; `None` until all of it is there.
    pub derived: Option<Arc<Derived>>,
    /// How the first page of a document looks, once somebody has looked.
    pub page: Option<Arc<Derived>>,
}

impl Asset {
    /// What its address leads to instead of the original.
    pub fn usual(&self) -> Option<&Derivative> {
        derive::rules::usual(&self.derived.as_ref()?.whole)
    }

    /// What its address leads to: media type and bytes.
    pub fn served(&self) -> (&str, i64) {
        let original = || (self.media_type.as_str(), self.bytes);
        let derived = |file: &Derivative| (file.media_type.as_str(), i64::try_from(file.bytes).unwrap_or(i64::MAX));
        self.usual().map_or_else(original, derived)
    }

    /// Everything that was made of it.
    pub fn forms(&self) -> impl Iterator<Item = &Derivative> {
        self.derived.iter().chain(&self.page).flat_map(|derived| derived.all())
    }
}

/// What a document says that a revision names: the revision, the file, and from which change of the site on it counts.
pub type Attached = (Digest, Digest, i64);

/// Where a stored file stands on the site, and whose bytes stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// Below the site's folder.
    pub path: String,
    pub sha256: Digest,
}

/// An address that an entry had while it was live.
#[derive(Debug, Clone)]
pub struct Former {
    pub type_key: String,
    pub locale: usize,
    pub slug: String,
    pub entry: EntryId,
}

/// An address whose page was withdrawn.
#[derive(Debug, Clone)]
pub struct Gone {
    pub locale: usize,
    pub told: Withdrawn,
}

/// How the values of a field are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    Plain,
    Markdown,
    Asset,
    Assets,
    /// An instant, shown as day and time on the site's clock.
    Moment,
    /// A date without a time.
    Day,
    /// One of some keys, shown by its Indonesian or English label.
    Choice(BTreeMap<String, (String, String)>),
    /// A list of parts with fields of their own.
    Parts(BTreeMap<String, Show>),
}

/// The fields of a content type that are shown otherwise than plainly, and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub of: Arc<ContentType>,
    pub title_id: String,
    pub title_en: String,
    /// Whether its entries have pages.
    pub pages: bool,
    pub fields: BTreeMap<String, Show>,
}

/// Everything a build reads but the bodies, at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub site: SiteFacts,
    /// Oldest first; ties by type, locale and slug, so that the order is the same everywhere.
    pub cards: Vec<Card>,
    pub steering: Vec<Steering>,
    pub former: Vec<Former>,
    /// The newest first.
    pub gone: Vec<Gone>,
    pub assets: HashMap<Digest, Asset>,
    /// What of it the base of the index for searching holds.
    pub cut: Cut,
    /// Of entries that name documents that say something, also in earlier revisions that a part of the index holds.
    pub attached: HashMap<EntryId, BTreeSet<Attached>>,
    /// Where derivatives stand, by their names.
    pub derivatives: HashMap<Digest, Stand>,
    pub shapes: HashMap<String, Shape>,
    /// Pictures to share that are made.
    pub shares: Shares,
}

impl Snapshot {
    /// Takes note of files; those that were known are known as these from now on.
    pub fn learn(&mut self, assets: impl Iterator<Item = (Digest, Asset)>) {
        for (digest, asset) in assets {
            for file in asset.forms() {
                let path = derive::rules::public_path(file, &asset.name)[1..].to_owned();
                self.derivatives.insert(file.name, Stand { path, sha256: file.sha256 });
            }
            self.assets.insert(digest, asset);
        }
    }

    /// Adds a stored file to what is placed, with all that was made of it.
    pub fn place(&self, digest: &Digest, placed: &mut BTreeSet<Digest>) {
        if let Some(asset) = self.assets.get(digest) {
            placed.insert(*digest);
            placed.extend(asset.forms().map(|file| file.name));
        }
    }

    /// Whether these are the files that a page placing the same would place now.
    pub fn still_places(&self, placed: &[Digest]) -> bool {
        let mut now = BTreeSet::new();
        placed.iter().for_each(|digest| self.place(digest, &mut now));
        now.len() == placed.len() && placed.iter().all(|digest| now.contains(digest))
    }

    /// The documents that a revision names and whose texts count at a change of the site, sorted.
    pub fn attached_to(&self, entry: EntryId, revision: &Digest, at: i64) -> impl Iterator<Item = Digest> {
        let of_entry = self.attached.get(&entry).into_iter().flatten();
        let revision = *revision;
        of_entry.filter(move |(of, _, since)| *of == revision && *since <= at).map(|(_, file, _)| *file)
    }

    /// Where something that is placed stands. An original stands nowhere once pages name what was made of it instead.
    pub fn stand(&self, placed: &Digest) -> Option<Stand> {
        let Some(asset) = self.assets.get(placed) else { return self.derivatives.get(placed).cloned() };
        let original = || Stand { path: public_path(placed, &asset.name)[1..].to_owned(), sha256: *placed };
        asset.usual().is_none().then(original)
    }
}

crate::words! {
    /// Where a release is.
    pub enum ReleaseState {
        /// Rendered, not yet live: a build is at work on it, or died there.
        Building = "building",
        /// What citizens see.
        Active = "active",
        /// Complete and kept for a rollback.
        Kept = "kept",
        /// Its build did not come to its end.
        Failed = "failed",
        /// Its files are gone.
        Removed = "removed",
    }
}

/// One complete rendering of a site.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Release {
    pub id: ReleaseId,
    pub site_id: SiteId,
    pub number: i32,
    #[schema(value_type = String)]
    pub state: ReleaseState,
    /// Digest of `/.well-known/lamin/release.json`.
    pub manifest_digest: Digest,
    pub live_sequence: i64,
    pub pages: i32,
    pub files: i32,
    pub size_bytes: i64,
    pub build_micros: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<Timestamp>,
    /// Digest of what the release was made from besides the live entries.
    #[serde(skip)]
    pub inputs: Digest,
}

/// What making a release live again would do; each list names at most 1,000, `counts` says how many there are.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Consequences {
    /// It would show these although they were withdrawn since: they refuse it.
    pub withdrawn: Vec<Named>,
    /// Live now, and not in it.
    pub hidden: Vec<Named>,
    /// Live now, and in it with an older revision.
    pub older: Vec<Named>,
    pub counts: ConsequenceCounts,
}

/// How many entries each list of the consequences would name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ConsequenceCounts {
    pub withdrawn: usize,
    pub hidden: usize,
    pub older: usize,
}

/// An entry by its type and address.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = NamedEntry)]
pub struct Named {
    pub entry: EntryId,
    #[serde(rename = "type")]
    pub type_key: String,
    pub slug: String,
}

/// Whether what is already there may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What did not change is taken over; nothing is done when nothing did.
    Changed,
    /// Every page is rendered anew. A file whose bytes come out the same stays as it was.
    Fresh,
    /// What was live at this sequence number and was not withdrawn since.
    Back(i64),
}

/// How far a build is, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub phase: Phase,
    /// Pages written, of all that are to be.
    pub done: usize,
    pub total: usize,
}

crate::words! {
    /// The steps of a build.
    pub enum Phase {
        Read = "read",
        Render = "render",
        Sync = "sync",
        Swap = "swap",
    }
}

/// What a build did.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    pub site: String,
    pub release: i32,
    pub release_id: ReleaseId,
    /// Nothing had changed, and the active release stayed.
    pub skipped: bool,
    pub manifest: Digest,
    pub pages: usize,
    /// Pages that had to be made; the others were taken over.
    pub rendered: usize,
    pub files: usize,
    /// Files that had to be written; the others stayed as they were.
    pub written: usize,
    pub bytes: u64,
    /// Reading, rendering and writing, not yet synced.
    pub build_s: f64,
    /// Until the disk has it all.
    pub sync_s: f64,
    /// From the call to the durable swap.
    pub total_s: f64,
    /// The process's largest resident memory so far.
    pub peak_memory_bytes: u64,
    /// Where the time went, step after step.
    pub steps: Vec<Step>,
    /// Pages of each kind and the processor time spent on them, all threads together.
    pub kinds: BTreeMap<&'static str, KindCost>,
    /// Where the links of the pages lead.
    pub links: LinkReport,
    /// What was left out of pages, such as a picture that is not stored.
    pub warnings: Vec<String>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MIB: f64 = 1024.0 * 1024.0;
        if self.skipped {
            return write!(f, "{}: nothing changed, release {} stays live", self.site, self.release);
        }
        writeln!(
            f,
            "{}: release {} is live, {} pages ({} made) in {} files ({} written, {:.1} MiB in all)",
            self.site,
            self.release,
            self.pages,
            self.rendered,
            self.files,
            self.written,
            self.bytes as f64 / MIB
        )?;
        for (kind, cost) in &self.kinds {
            writeln!(
                f,
                "  {kind:<14} {:>7} pages {:>9.1} KiB {:>8.3} s",
                cost.pages,
                cost.bytes as f64 / 1024.0,
                cost.seconds
            )?;
        }
        let steps: Vec<String> =
            self.steps.iter().map(|step| format!("{} {:.1}", step.name, step.seconds * 1000.0)).collect();
        writeln!(f, "  milliseconds: {}", steps.join(", "))?;
        writeln!(f, "  {} links on the site followed, {} lead nowhere", self.links.checked, self.links.broken)?;
        for Broken { page, link } in &self.links.named {
            writeln!(f, "  broken link: {page} to {link}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        let peak = self.peak_memory_bytes as f64 / MIB;
        write!(
            f,
            "  written in {:.3} s, synced in {:.3} s, live after {:.3} s; peak memory {peak:.0} MiB",
            self.build_s, self.sync_s, self.total_s
        )
    }
}

/// A part of a build, and how long it took.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Step {
    pub name: &'static str,
    pub seconds: f64,
}

/// What the pages of a kind cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct KindCost {
    pub pages: usize,
    pub bytes: u64,
    pub seconds: f64,
}
