//! The pages' own pass: made and written on all processors, a few bodies in memory at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::build::Build;
use super::draft::Draft;
use super::keys::{Key, Keys};
use super::links::Links;
use super::listing::Listed;
use super::model::{KindCost, Mode, Phase};
use super::plan::Page;
use super::record::{Made, Record};
use super::render::Finds;
use super::snapshot::{self, Body};
use super::views::World;
use crate::kernel::id::EntryId;
use crate::kernel::{Digest, Error, Result};

/// What the pass over all pages reads, and how far it is.
pub struct Rendering<'r, 'b> {
    build: &'r Build<'b>,
    world: &'r World<'r>,
    keys: Keys<'r>,
    record: &'r Record,
    draft: &'r Draft<'r>,
    done: AtomicUsize,
    total: usize,
}

/// What it leaves.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Every page that was looked at.
    pub files: Vec<Listed>,
    /// Those that were made anew.
    pub made: Vec<(Arc<str>, Made)>,
    /// How many of them had to be written.
    pub written: usize,
    /// Stored files that pages place.
    pub placed: BTreeSet<Digest>,
    /// What the pages that were made link to, and the texts of the others.
    pub links: Links,
    /// What each kind of page that was made cost.
    pub kinds: BTreeMap<&'static str, KindCost>,
}

impl Rendered {
    fn and(mut self, other: Rendered) -> Rendered {
        self.files.extend(other.files);
        self.made.extend(other.made);
        self.written += other.written;
        self.placed.extend(other.placed);
        self.links = self.links.and(other.links);
        for (kind, cost) in other.kinds {
            let sum = self.kinds.entry(kind).or_default();
            sum.pages += cost.pages;
            sum.bytes += cost.bytes;
            sum.seconds += cost.seconds;
        }
        self
    }
}

impl<'r, 'b> Rendering<'r, 'b> {
    pub fn new(
        build: &'r Build<'b>,
        world: &'r World<'r>,
        record: &'r Record,
        draft: &'r Draft<'r>,
        total: usize,
    ) -> Self {
        Rendering { build, world, keys: Keys::new(world), record, draft, done: AtomicUsize::new(0), total }
    }

    /// Has the draft hold these pages of the plan.
    pub fn pages(&self, pages: &[u32]) -> Result<Rendered> {
        let chunks: Vec<&[u32]> = pages.chunks(snapshot::BODIES_AT_ONCE).collect();
        let rendered: Vec<Rendered> = chunks.into_par_iter().map(|chunk| self.chunk(chunk)).collect::<Result<_>>()?;
        Ok(rendered.into_iter().fold(Rendered::default(), Rendered::and))
    }

    /// Some pages: their bodies are read together, and nothing of them is kept.
    fn chunk(&self, pages: &[u32]) -> Result<Rendered> {
        let mut rendered = Rendered::default();
        let mut to_make = Vec::new();
        for at in pages {
            let (path, page) = (&self.build.plan.paths[*at as usize], &self.build.plan.pages[*at as usize]);
            let key = self.keys.page(page);
            let known = self.record.of(path, &key).filter(|_| self.build.mode != Mode::Fresh);
            match known.filter(|made| self.may_stand(path, made)) {
                Some(made) => {
                    rendered.files.push(made.listed(path));
                    rendered.placed.extend(&made.placed);
                    rendered.links.follow_text(path, &made.links, &self.build.plan.known);
                }
                None => to_make.push((path, page, key)),
            }
        }
        let bodies = self.bodies(&to_make)?;
        for (path, page, key) in to_make {
            self.make(path, page, key, &bodies, &mut rendered)?;
        }
        let done = self.done.fetch_add(pages.len(), Ordering::Relaxed) + pages.len();
        self.build.say(Phase::Render, done, self.total);
        Ok(rendered)
    }

    /// Whether a page whose key is the same has the same bytes now, and they are there: other forms of the pictures
    /// that its texts place are not in its key.
    fn may_stand(&self, path: &str, made: &Made) -> bool {
        self.draft.has(path, &made.sha256) && self.build.snapshot.still_places(&made.placed)
    }

    fn bodies(&self, pages: &[(&Arc<str>, &Page, Key)]) -> Result<HashMap<EntryId, String>> {
        let cards = &self.build.snapshot.cards;
        let wanted = |(_, page, _): &(&Arc<str>, &Page, Key)| {
            page.card().map(|at| &cards[at as usize]).map(|card| (card.entry, card.revision))
        };
        let wanted: Vec<_> = pages.iter().filter_map(wanted).collect();
        match wanted.is_empty() {
            true => Ok(HashMap::new()),
            false => self.build.app.db.read_blocking(|c| snapshot::bodies(c, &wanted)),
        }
    }

    fn make(
        &self,
        path: &Arc<str>,
        page: &Page,
        key: Key,
        bodies: &HashMap<EntryId, String>,
        rendered: &mut Rendered,
    ) -> Result<()> {
        let begun = Instant::now();
        let mut finds = Finds::default();
        let bytes = match page.card() {
            Some(card) => {
                let entry = self.build.snapshot.cards[card as usize].entry;
                let body = bodies.get(&entry).ok_or_else(|| snapshot::lost(entry))?;
                let body: Body = serde_json::from_str(body)
                    .map_err(|error| Error::broken(format!("read the entry {entry}"), error))?;
                self.world.entry(card as usize, &body.fields, &mut finds)?
            }
            None => self.world.page(page)?,
        };
        let (listed, written) = self.draft.put(path.clone(), &bytes)?;
        rendered.written += usize::from(written);
        let address = self.build.plan.address(page, &self.world.prefixes);
        rendered.links.read((path, &address), &bytes, &self.world.base_url, &self.build.plan.known);
        let Finds { mut placed, links } = finds;
        let made = Made {
            key,
            size: listed.size,
            sha256: listed.sha256,
            placed: placed.iter().copied().collect(),
            links: links.into_iter().collect(),
        };
        rendered.files.push(listed);
        rendered.made.push((path.clone(), made));
        rendered.placed.append(&mut placed);
        let cost = rendered.kinds.entry(page.kind(&self.world.plan.lists)).or_default();
        cost.pages += 1;
        cost.bytes += bytes.len() as u64;
        cost.seconds += begun.elapsed().as_secs_f64();
        Ok(())
    }
}
