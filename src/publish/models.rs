//! The model of each site in the memory of a server: what the last build read, kept so that the next one
//! reads only what changed since. Rebuilt from the database and the disk whenever it does not fit.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::build::{News, Past, Reach, with_lingering};
use super::draft::{Spare, read_attested};
use super::model::Snapshot;
use super::plan::{self, Plan, Wanted};
use super::record::Record;
use super::snapshot::{self, Update};
use super::swap::Place;
use crate::app::App;
use crate::kernel::id::SiteId;
use crate::kernel::time::MINUTE;
use crate::kernel::{Digest, Result, Timestamp};
use crate::themes::{self, theme::Theme};

/// A model that nobody used for so long is dropped: it weighs some kilobytes for each entry.
const KEPT_UNUSED: i64 = 10 * MINUTE;

/// The models of all sites that were built lately; one for a process.
#[derive(Clone, Default)]
pub struct Models(Arc<Mutex<HashMap<SiteId, Model>>>);

/// What the last build of a site left in memory.
pub struct Model {
    /// The release that is live; `None` before the first.
    pub number: Option<i32>,
    pub snapshot: Snapshot,
    pub plan: Plan,
    pub theme: Theme,
    pub past: Past,
    /// Cards that changed since the last build and stand where they stood; `None` when more changed, or when
    /// nothing was built yet.
    pub changed: Option<Vec<u32>>,
    /// Whether the map for search engines tells something else of one of them than the last build knew.
    pub map_changed: bool,
    /// What the last build was made from besides the entries.
    pub inputs: Option<Digest>,
    /// What the folder of the release before holds.
    pub spare: Option<Spare>,
    pub used_at: Timestamp,
}

impl Models {
    /// Takes the model of a site out; who builds puts it back when nothing went wrong.
    pub fn take(&self, site: SiteId) -> Option<Model> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&site)
    }

    pub fn put(&self, site: SiteId, model: Model) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(site, model);
    }

    /// Drops the models that nobody used lately.
    pub fn forget_unused(&self, now: Timestamp) {
        let mut models = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        models.retain(|_, model| model.used_at.plus(KEPT_UNUSED) > now);
    }
}

impl Model {
    /// Reads all: the first time, and whenever what is in memory does not speak of the live release.
    /// With a sequence number: as it stood then, without what was withdrawn since.
    pub fn read(app: &App, site: SiteId, place: &Place, at: Option<i64>) -> Result<Model> {
        let snapshot = app.db.read_blocking(|c| match at {
            Some(sequence) => snapshot::read_at(c, site, sequence),
            None => snapshot::read(c, site),
        })?;
        let theme = themes::service::of_release(app, site, &snapshot.site.key)?;
        let plan = plan::plan(&snapshot, Wanted::by(&theme));
        let past = past_on_disk(place)?;
        let (number, used_at) = (place.live(), app.now());
        Ok(Model {
            number,
            snapshot,
            plan,
            theme,
            past,
            changed: None,
            map_changed: false,
            inputs: None,
            spare: None,
            used_at,
        })
    }

    /// Which pages a build of these inputs has to look at.
    pub fn reach(&self, inputs: &Digest) -> Reach<'_> {
        match &self.changed {
            Some(cards) if self.inputs == Some(*inputs) => Reach::Cards(cards),
            _ => Reach::Whole,
        }
    }

    /// Reads what changed since.
    pub fn refreshed(mut self, app: &App) -> Result<Model> {
        let update = app.db.read_blocking(|c| snapshot::update(c, &mut self.snapshot))?;
        let wanted = Wanted::by(&self.theme);
        let site = &self.snapshot.site;
        self.theme = themes::service::of_release_again(app, site.id, &site.key, self.theme)?;
        match update {
            Update::Within { cards, map_changed } if Wanted::by(&self.theme) == wanted => {
                // Several readings may come between two builds.
                if let Some(changed) = &mut self.changed {
                    changed.extend(cards);
                }
                self.map_changed |= map_changed;
            }
            Update::Within { .. } | Update::Places => {
                self.plan = plan::plan(&self.snapshot, Wanted::by(&self.theme));
                self.changed = None;
            }
        }
        self.used_at = app.now();
        Ok(self)
    }

    /// Whether it speaks of the release that is live.
    pub fn fits(&self, place: &Place) -> bool {
        place.live() == self.number
    }

    /// Takes over what a build made: its release is live, and the one before is the next to be brought up to date.
    pub fn after(mut self, number: i32, place: &Place, news: News) -> Model {
        let held = with_lingering(&self.past.files, &self.past.lingering);
        let differs = news.holds.differs(&held);
        self.spare = self.number.map(|number| Spare { number, differs });
        self.number = Some(number);
        let record = &mut self.past.record;
        if self.changed.is_none() {
            let pages: HashSet<&str> = self.plan.paths.iter().map(|path| &**path).collect();
            record.retain(|path| pages.contains(path));
        }
        if let Err(error) = record.extend(&place.record(), news.made, self.plan.pages.len()) {
            // A page that is not remembered is made again next time.
            tracing::warn!(%error, "could not record how the pages were made");
        }
        self.past.files = news.files;
        self.past.lingering = news.lingering;
        self.changed = Some(Vec::new());
        self.map_changed = false;
        self.inputs = Some(news.inputs);
        self
    }
}

/// What earlier builds left on the disk.
fn past_on_disk(place: &Place) -> Result<Past> {
    let folder = place.current();
    let (files, lingering) = read_attested(&folder)?;
    Ok(Past { files, lingering, record: Record::read(&place.record())? })
}
