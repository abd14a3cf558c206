//! The pages' own pass: rendered and written on all processors, a few bodies in memory at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::build::Build;
use super::folder::{Listed, Output};
use super::model::{KindCost, Phase};
use super::plan::Page;
use super::render;
use super::snapshot::{self, Body};
use super::views::World;
use crate::kernel::{Digest, Error, Result};

/// The pages' own pass over all processors.
pub struct Rendering<'r, 'b> {
    build: &'r Build<'b>,
    world: &'r World<'r>,
    output: &'r Output,
    done: AtomicUsize,
    total: usize,
    shared: Mutex<(BTreeMap<&'static str, KindCost>, BTreeSet<Digest>)>,
}

impl<'r, 'b> Rendering<'r, 'b> {
    pub fn new(build: &'r Build<'b>, world: &'r World<'r>, output: &'r Output, total: usize) -> Self {
        Rendering { build, world, output, done: AtomicUsize::new(0), total, shared: Mutex::default() }
    }

    /// Writes all pages; says what was written.
    pub fn pages(&mut self, pages: &[(String, &Page)]) -> Result<Vec<Listed>> {
        let chunks: Vec<&[(String, &Page)]> = pages.chunks(snapshot::BODIES_AT_ONCE).collect();
        let written: Vec<Vec<Listed>> = chunks.into_par_iter().map(|chunk| self.chunk(chunk)).collect::<Result<_>>()?;
        Ok(written.into_iter().flatten().collect())
    }

    /// The stored files that pages placed.
    pub fn placed(&mut self) -> BTreeSet<Digest> {
        let mut placed = std::mem::take(&mut self.shared_mut().1);
        for entry in &self.build.snapshot.steering {
            let fields = serde_json::Value::Object(entry.fields.clone());
            render::find_assets(&fields, self.build.snapshot, &mut placed);
        }
        placed
    }

    /// What each kind of page cost.
    pub fn kinds(&mut self) -> BTreeMap<&'static str, KindCost> {
        std::mem::take(&mut self.shared_mut().0)
    }

    fn shared_mut(&mut self) -> &mut (BTreeMap<&'static str, KindCost>, BTreeSet<Digest>) {
        self.shared.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Some pages: their bodies are read together, and nothing of them is kept.
    fn chunk(&self, pages: &[(String, &Page)]) -> Result<Vec<Listed>> {
        let snapshot = self.build.snapshot;
        let wanted = |(_, page): &(String, &Page)| match page {
            Page::Entry { card } => Some(&snapshot.cards[*card as usize]).map(|card| (card.entry, card.revision)),
            Page::Home { .. } | Page::List { .. } | Page::Terms { .. } | Page::ArchiveIndex { .. } | Page::NotFound => {
                None
            }
        };
        let wanted: Vec<_> = pages.iter().filter_map(wanted).collect();
        let bodies = match wanted.is_empty() {
            true => Default::default(),
            false => self.build.app.db.read_blocking(|c| snapshot::bodies(c, &wanted))?,
        };
        let mut listed = Vec::with_capacity(pages.len());
        let mut placed = BTreeSet::new();
        let mut kinds: BTreeMap<&'static str, KindCost> = BTreeMap::new();
        for (path, page) in pages {
            let begun = Instant::now();
            let bytes = match page {
                Page::Entry { card } => {
                    let entry = snapshot.cards[*card as usize].entry;
                    let body = bodies.get(&entry).ok_or_else(|| snapshot::lost(entry))?;
                    let body: Body = serde_json::from_str(body)
                        .map_err(|error| Error::broken(format!("read the entry {entry}"), error))?;
                    self.world.entry(*card as usize, &body.fields, &mut placed)?
                }
                Page::Home { .. }
                | Page::List { .. }
                | Page::Terms { .. }
                | Page::ArchiveIndex { .. }
                | Page::NotFound => self.world.page(page)?,
            };
            listed.push(self.output.write(path.clone(), &bytes)?);
            let cost = kinds.entry(page.kind(&self.world.plan.lists)).or_default();
            cost.pages += 1;
            cost.bytes += bytes.len() as u64;
            cost.seconds += begun.elapsed().as_secs_f64();
        }
        let done = self.done.fetch_add(pages.len(), Ordering::Relaxed) + pages.len();
        self.build.say(Phase::Render, done, self.total);
        let mut shared = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.1.append(&mut placed);
        for (kind, cost) in kinds {
            let sum = shared.0.entry(kind).or_default();
            sum.pages += cost.pages;
            sum.bytes += cost.bytes;
            sum.seconds += cost.seconds;
        }
        Ok(listed)
    }
}
