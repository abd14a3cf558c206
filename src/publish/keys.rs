//! What a page reads, as one digest: equal keys make equal bytes. Pure.
//!
//! Each page's key is over everything that `render` takes into its context: what all pages of a language
//! show (settings, menu, theme), and its own entry, cards, neighbours and links. A test holds builds that
//! reuse pages by these keys against builds that reuse nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use sha2::Digest as _;

use super::model::{Gone, RENDERER, Shape};
use super::plan::{List, ListKind, Page, TermKind};
use super::render::HOME_LATEST;
use super::rules::{self, ListPage};
use super::search;
use super::share::Of;
use super::views::World;
use crate::content::rules::digests_in;

/// The digest of what a page reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    pub fn of(text: &str) -> Key {
        Reads::of("text").text(text).key()
    }

    /// Reads 64 hexadecimal letters.
    pub fn parse(text: &str) -> Option<Key> {
        let letters: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(letters.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Key(bytes))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// Collects what a page reads. Each part is preceded by its length, so that no two lists of parts look alike.
pub struct Reads(sha2::Sha256);

impl Reads {
    pub fn of(kind: &str) -> Reads {
        Reads(sha2::Sha256::new()).text(kind)
    }

    pub fn text(mut self, text: &str) -> Reads {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub fn number(mut self, number: i64) -> Reads {
        self.0.update(number.to_le_bytes());
        self
    }

    fn own(mut self, key: &Key) -> Reads {
        self.0.update(key.0);
        self
    }

    fn all<'k>(mut self, keys: impl Iterator<Item = &'k Key>) -> Reads {
        let mut count = 0_u64;
        for key in keys {
            self.0.update(key.0);
            count += 1;
        }
        self.0.update(count.to_le_bytes());
        self
    }

    pub fn key(self) -> Key {
        Key(self.0.finalize().into())
    }
}

/// The keys of a site's pages.
pub struct Keys<'w> {
    world: &'w World<'w>,
    /// What all pages of a language read.
    locales: Vec<Key>,
    shapes: HashMap<&'w str, Key>,
    /// What is read of each card where it is shown, made when it is first asked for.
    cards: Vec<OnceLock<Key>>,
}

impl<'w> Keys<'w> {
    pub fn new(world: &'w World<'w>) -> Self {
        let shapes = world.snapshot.shapes.iter().map(|(name, shape)| (name.as_str(), shape_key(shape))).collect();
        let locales = (0..world.locales.len()).map(|at| locale(world, &shapes, at)).collect();
        let cards = world.snapshot.cards.iter().map(|_| OnceLock::new()).collect();
        Keys { world, locales, shapes, cards }
    }

    pub fn page(&self, page: &Page) -> Key {
        match page {
            Page::Home { locale } => self.home(*locale),
            Page::Entry { card } => self.entry(*card as usize),
            Page::List { list, page } => self.list(&self.world.plan.lists[*list], page),
            Page::Terms { locale, kind } => self.terms(*locale, *kind),
            Page::ArchiveIndex { locale } => self.archive(*locale),
            Page::Register { locale } => self.register(*locale),
            Page::SiteMap { locale } => self.site_map(*locale),
            Page::Gone { gone } => {
                let gone = &self.world.snapshot.gone[*gone as usize];
                let address = self.world.plan.address(page, &self.world.prefixes);
                self.told(Reads::of("gone").own(&self.locales[gone.locale]).text(&address), gone).key()
            }
            Page::Search { locale } => {
                let reads = Reads::of("search").own(&self.locales[*locale]).text(&search::lists_address());
                self.elsewhere(reads, *locale, &self.world.plan.address(page, &self.world.prefixes)).key()
            }
            Page::NotFound => Reads::of("not_found").own(&self.locales[0]).key(),
        }
    }

    fn card(&self, at: &u32) -> &Key {
        let at = *at as usize;
        self.cards[at].get_or_init(|| card(self.world, &self.shapes, at))
    }

    fn home(&self, locale: usize) -> Key {
        let plan = self.world.plan;
        let reads = Reads::of("home").own(&self.locales[locale]);
        let mut reads = reads.all(plan.news[locale].iter().rev().take(HOME_LATEST).map(|at| self.card(at)));
        for list in plan.lists.iter().filter(|list| list.locale == locale) {
            if let ListKind::Section(key) = &list.kind {
                let newest = list.entries.iter().rev().take(self.world.theme.about.home_items);
                reads = reads.text(key).text(&list.base).text(&self.world.list_title(list));
                reads = reads.all(newest.map(|at| self.card(at)));
            }
        }
        self.elsewhere(reads, locale, &format!("{}/", self.world.prefixes[locale])).key()
    }

    fn entry(&self, at: usize) -> Key {
        let (world, plan) = (self.world, self.world.plan);
        let card = &world.snapshot.cards[at];
        let mut reads = Reads::of("entry").own(&self.locales[card.locale]).own(self.card(&(at as u32)));
        reads = self.share(reads.text(card.digest.as_str()), Of::Card(at as u32));
        for member in plan.translations.get(&card.group).into_iter().flatten() {
            let other = &world.snapshot.cards[*member as usize];
            reads = reads.text(&world.locales[other.locale].locale).text(&plan.addresses[*member as usize]);
        }
        if let Some(list) = plan.sections.get(&(card.locale, card.type_key.clone())) {
            let list = &plan.lists[*list];
            reads = reads.text("section").text(&list.base).text(&world.list_title(list));
            if world.theme.about.neighbours {
                let (newer, older) = world.neighbours_of(list, at as u32);
                reads = reads.all(newer.map(|at| self.card(at)).into_iter());
                reads = reads.all(older.map(|at| self.card(at)).into_iter());
            }
        }
        reads.key()
    }

    fn share(&self, reads: Reads, of: Of) -> Reads {
        match self.world.share(of) {
            Some(recipe) => reads.text(recipe.digest().as_str()),
            None => reads,
        }
    }

    fn list(&self, list: &List, page: &ListPage) -> Key {
        let number = |number: Option<usize>| number.map_or(0, |number| number as i64);
        let reads = Reads::of("list")
            .own(&self.locales[list.locale])
            .text(&list.base)
            .text(&self.world.list_title(list))
            .text(self.world.list_summary(list).unwrap_or_default())
            .number(number(page.number))
            .number(number(page.older))
            .number(page.newer.map_or(-1, number))
            .all(list.entries[page.from..page.until].iter().map(|at| self.card(at)));
        self.elsewhere(reads, list.locale, &rules::list_address(&list.base, page.number)).key()
    }

    fn terms(&self, locale: usize, kind: TermKind) -> Key {
        let reads = Reads::of("terms").own(&self.locales[locale]);
        let (reads, path) = match kind {
            TermKind::Category => (reads.text("category"), "kategori"),
            TermKind::Tag => (reads.text("tag"), "tag"),
        };
        self.index(reads, locale, path, self.world.term_lists(locale, kind))
    }

    fn archive(&self, locale: usize) -> Key {
        let reads = Reads::of("archive").own(&self.locales[locale]);
        self.index(reads, locale, "arsip", self.world.archive_lists(locale))
    }

    fn register(&self, locale: usize) -> Key {
        let world = self.world;
        let mut reads = Reads::of("register").own(&self.locales[locale]);
        reads = reads.all(world.plan.corrected[locale].iter().map(|at| self.card(at)));
        for gone in world.registered(locale) {
            reads = self.told(reads, gone);
        }
        let url = world.plan.address(&Page::Register { locale }, &world.prefixes);
        self.elsewhere(reads, locale, &url).key()
    }

    fn site_map(&self, locale: usize) -> Key {
        let world = self.world;
        let pages = world.plan.at_the_root(world.snapshot, locale);
        let mut reads = Reads::of("site_map").own(&self.locales[locale]);
        reads = reads.all(pages.iter().map(|(at, _)| self.card(at)));
        for list in world.section_lists(locale).chain(world.term_lists(locale, TermKind::Category)) {
            reads = reads.text(&list.base).text(&world.list_title(list)).number(list.entries.len() as i64);
        }
        self.elsewhere(reads, locale, &super::plan::site_map_address(&world.prefixes[locale])).key()
    }

    fn told(&self, reads: Reads, gone: &Gone) -> Reads {
        let told = &gone.told;
        let reads = reads.text(&told.type_key).text(&told.title).text(&told.office).text(told.reason.as_str());
        let reads = reads.text(&told.notice).number(told.at.micros());
        reads.all(self.shapes.get(told.type_key.as_str()).into_iter())
    }

    fn index<'l>(&self, mut reads: Reads, locale: usize, path: &str, lists: impl Iterator<Item = &'l List>) -> Key {
        for list in lists {
            reads = reads.text(&list.base).text(&self.world.list_title(list)).number(list.entries.len() as i64);
        }
        self.elsewhere(reads, locale, &format!("{}/{path}/", self.world.prefixes[locale])).key()
    }

    /// Which languages have a page of the same path.
    fn elsewhere(&self, mut reads: Reads, locale: usize, url: &str) -> Reads {
        for (locale, url) in self.world.places_elsewhere(locale, url) {
            reads = reads.text(locale).text(&url);
        }
        reads
    }
}

fn locale(world: &World, shapes: &HashMap<&str, Key>, at: usize) -> Key {
    let view = &world.locales[at];
    let alerts: Vec<Key> = world.plan.alerts[at].iter().map(|at| card(world, shapes, *at as usize)).collect();
    let json = |value: &tera::Value| serde_json::to_string(value).unwrap_or_default();
    Reads::of("locale")
        .text(RENDERER)
        .text(world.theme.digest.as_str())
        .text(&world.snapshot.site.zone_name)
        .text(&world.base_url)
        .text(&view.locale)
        .text(&view.prefix)
        .text(&view.title)
        .text(&view.description)
        .text(&json(&view.site))
        .text(&json(&view.menu))
        .text(&json(&view.theme_settings))
        .text(&json(&world.theme_files))
        .text(&json(&world.share_view(Of::Site(at))))
        .all(alerts.iter())
        .key()
}

fn shape_key(shape: &Shape) -> Key {
    // Its derived text names every field that it has, in order.
    Key::of(&format!("{shape:?}"))
}

fn card(world: &World, shapes: &HashMap<&str, Key>, at: usize) -> Key {
    let card = &world.snapshot.cards[at];
    let reads = Reads::of("card")
        .text(&world.plan.addresses[at])
        .text(&card.type_key)
        .number(card.published_at.micros())
        .text(&card.card);
    let mut reads = reads.all(shapes.get(&*card.type_key).into_iter());
    for digest in digests_in(&card.card) {
        for file in world.snapshot.assets.get(&digest).iter().flat_map(|asset| asset.forms()) {
            reads = reads.text(file.name.as_str());
        }
    }
    match world.category_name(card) {
        Some(name) => reads.text("category").text(&name),
        None => reads,
    }
    .key()
}
