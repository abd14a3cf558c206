//! Which pages follow from what is live: pure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::model::{Card, Gone, Snapshot, Steering, Term};
use super::rules::{self, ListPage, Presence};
use crate::kernel::Digest;
use crate::kernel::id::{EntryId, GroupId};
use crate::themes::theme::Theme;

/// What a list is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListKind {
    /// Entries of a type.
    Section(Arc<str>),
    Category(String),
    Tag(String),
    /// Year and month.
    Archive(i16, i8),
}

/// Entries in an order, shown on as many pages as they need.
#[derive(Debug, Clone)]
pub struct List {
    pub kind: ListKind,
    pub locale: usize,
    /// The list's own address, with a slash at its end.
    pub base: String,
    /// As it was written first; empty for sections and archives, whose names the theme's language gives.
    pub title: String,
    /// Places in the snapshot's cards, oldest (or last) first.
    pub entries: Vec<u32>,
}

impl List {
    /// Where in it a card stands.
    pub fn place(&self, card: u32) -> Option<usize> {
        let found = self.entries.binary_search(&card).ok();
        match &self.kind {
            // Some sections have an order of their own.
            ListKind::Section(_) => found.or_else(|| self.entries.iter().position(|other| *other == card)),
            ListKind::Category(_) | ListKind::Tag(_) | ListKind::Archive(..) => found,
        }
    }
}

/// Which index of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    Category,
    Tag,
}

/// One page to render. What it reads follows from its kind: an entry's page its own entry and the
/// translations, a list page its cards, all of them settings, menu and theme.
#[derive(Debug, Clone)]
pub enum Page {
    Home {
        locale: usize,
    },
    Entry {
        card: u32,
    },
    List {
        list: usize,
        page: ListPage,
    },
    Terms {
        locale: usize,
        kind: TermKind,
    },
    ArchiveIndex {
        locale: usize,
    },
    /// What was put right, and what was withdrawn.
    Register {
        locale: usize,
    },
    /// Everything that there is, for people.
    SiteMap {
        locale: usize,
    },
    /// What stands where a page was withdrawn: a place in the snapshot's list.
    Gone {
        gone: u32,
    },
    /// Where readers search.
    Search {
        locale: usize,
    },
    NotFound,
}

/// The whole site.
#[derive(Debug)]
pub struct Plan {
    pub pages: Vec<Page>,
    pub lists: Vec<List>,
    /// Each card's address.
    pub addresses: Vec<String>,
    /// Entries that are news, oldest first, for each locale: feeds, home, archive.
    pub news: Vec<Vec<u32>>,
    /// Cards of the same group in other locales; only groups with more than one.
    pub translations: HashMap<GroupId, Vec<u32>>,
    /// Each card's place within its section's list, for themes that show neighbours.
    pub sections: HashMap<(usize, Arc<str>), usize>,
    /// Categories with their names, by locale and slug.
    pub categories: BTreeMap<(usize, String), String>,
    /// Emergencies that no later entry is known to have outlived, for each locale, the newest first.
    pub alerts: Vec<Vec<u32>>,
    /// Entries that were put right, for each locale, the newest first.
    pub corrected: Vec<Vec<u32>>,
    /// Every address that will have a page.
    pub known: HashSet<String>,
    /// Every address that says that its page was withdrawn.
    pub gone: HashSet<String>,
    /// The address of each withdrawn page; empty where a redirect leads elsewhere.
    stones: Vec<String>,
    /// Addresses that more than one page wanted.
    pub doubles: Vec<String>,
    /// The file of each page.
    pub paths: Vec<Arc<str>>,
    /// Which page each card has, and which pages each list.
    page_of_card: HashMap<u32, u32>,
    pages_of_list: Vec<Vec<u32>>,
    registers: Vec<u32>,
    site_maps: Vec<u32>,
}

/// Which kinds of pages the theme has templates for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub archive: bool,
    pub terms: bool,
    pub register: bool,
    pub search: bool,
    pub site_map: bool,
}

impl Wanted {
    pub fn by(theme: &Theme) -> Self {
        Wanted {
            archive: theme.template(&["archive.html"]).is_some(),
            terms: theme.template(&["terms.html"]).is_some(),
            register: theme.template(&["register.html"]).is_some(),
            search: theme.template(&["search.html"]).is_some(),
            site_map: theme.template(&["sitemap.html"]).is_some(),
        }
    }
}

pub fn plan(snapshot: &Snapshot, wanted: Wanted) -> Plan {
    let site = &snapshot.site;
    let prefixes: Vec<String> = site.locales.iter().map(|l| rules::prefix(l, site.default_locale())).collect();
    let address = |card: &Card| rules::entry_address(&prefixes[card.locale], &card.type_key, &card.slug);
    let addresses: Vec<String> = snapshot.cards.iter().map(|card| address(card).unwrap_or_default()).collect();
    let categories = category_names(&snapshot.steering);
    let lists = lists(snapshot, &prefixes, &categories, wanted);

    let mut pages: Vec<Page> = (0..site.locales.len())
        .filter(|locale| *locale == 0 || snapshot.cards.iter().any(|card| card.locale == *locale))
        .map(|locale| Page::Home { locale })
        .collect();
    let shown: Vec<usize> =
        pages.iter().filter_map(|page| if let Page::Home { locale } = page { Some(*locale) } else { None }).collect();
    pages.extend((0..snapshot.cards.len()).map(|card| Page::Entry { card: card as u32 }));
    for (list, of) in lists.iter().enumerate() {
        pages.extend(rules::list_pages(of.entries.len()).into_iter().map(|page| Page::List { list, page }));
    }
    for &locale in &shown {
        let any = |test: fn(&ListKind) -> bool| lists.iter().any(|list| list.locale == locale && test(&list.kind));
        if wanted.terms && any(|kind| matches!(kind, ListKind::Category(_))) {
            pages.push(Page::Terms { locale, kind: TermKind::Category });
        }
        if wanted.terms && any(|kind| matches!(kind, ListKind::Tag(_))) {
            pages.push(Page::Terms { locale, kind: TermKind::Tag });
        }
        if wanted.archive && any(|kind| matches!(kind, ListKind::Archive(..))) {
            pages.push(Page::ArchiveIndex { locale });
        }
        if wanted.register {
            pages.push(Page::Register { locale });
        }
        if wanted.site_map {
            pages.push(Page::SiteMap { locale });
        }
    }
    if wanted.search {
        pages.extend(shown.iter().map(|locale| Page::Search { locale: *locale }));
    }
    pages.push(Page::NotFound);
    // The last, so that whatever else stands at such an address has it.
    pages.extend((0..snapshot.gone.len()).map(|gone| Page::Gone { gone: gone as u32 }));

    let is_section = |(at, list): (usize, &List)| match &list.kind {
        ListKind::Section(key) => Some(((list.locale, key.clone()), at)),
        ListKind::Category(_) | ListKind::Tag(_) | ListKind::Archive(..) => None,
    };
    let sections = lists.iter().enumerate().filter_map(is_section).collect();
    let mut plan = Plan {
        pages,
        addresses,
        news: news(snapshot),
        translations: translations(&snapshot.cards),
        sections,
        categories,
        alerts: alerts(snapshot),
        corrected: corrected(snapshot),
        known: HashSet::new(),
        stones: stones(snapshot, &prefixes),
        gone: HashSet::new(),
        doubles: Vec::new(),
        paths: Vec::new(),
        page_of_card: HashMap::new(),
        pages_of_list: vec![Vec::new(); lists.len()],
        registers: Vec::new(),
        site_maps: Vec::new(),
        lists,
    };
    plan.drop_doubles(&prefixes);
    plan.index();
    plan
}

/// Whether two cards of an entry stand at the same places: same address, same lists, same order in them.
/// Then whatever else changed in it changes no plan.
pub fn stand_alike(one: &Card, other: &Card) -> bool {
    if &*one.type_key == EMERGENCY {
        return false;
    }
    let place = |card: &Card| {
        let order = match &*card.type_key {
            "agenda" => card.fields().remove("start"),
            "pejabat" => card.fields().remove("order"),
            key if rules::is_listed_by_title(key) => Some(serde_json::Value::from(&*card.title)),
            _ => None,
        };
        // The site's map for search engines names pictures.
        (card.published_at, card.locale, card.group, order, is_corrected(card), picture(card))
    };
    let names = |card: &Card| (card.type_key.clone(), card.slug.clone(), card.category.clone(), card.tags.clone());
    place(one) == place(other) && names(one) == names(other)
}

impl Plan {
    /// Of several pages at one address (a page named like a section), the first in the plan stays.
    fn drop_doubles(&mut self, prefixes: &[String]) {
        let mut pages = std::mem::take(&mut self.pages);
        pages.retain(|page| {
            let address = self.address(page, prefixes);
            if matches!(page, Page::Gone { .. }) {
                let stands = !address.is_empty() && !self.known.contains(&address);
                if stands {
                    self.paths.push(rules::file_of(&address).into());
                    self.gone.insert(address);
                }
                return stands;
            }
            if self.known.contains(&address) {
                self.doubles.push(format!("{address}: more than one page belongs at this address"));
                return false;
            }
            self.paths.push(rules::file_of(&address).into());
            self.known.insert(address)
        });
        self.pages = pages;
    }

    fn index(&mut self) {
        for (at, page) in self.pages.iter().enumerate() {
            match page {
                Page::Entry { card } => {
                    self.page_of_card.insert(*card, at as u32);
                }
                Page::List { list, .. } => self.pages_of_list[*list].push(at as u32),
                Page::Register { .. } => self.registers.push(at as u32),
                Page::SiteMap { .. } => self.site_maps.push(at as u32),
                Page::Home { .. } | Page::Terms { .. } | Page::ArchiveIndex { .. } => {}
                Page::Search { .. } | Page::Gone { .. } | Page::NotFound => {}
            }
        }
    }

    /// The entries of a language that stand at the root of the site, in the order of their titles.
    pub fn at_the_root<'s>(&self, snapshot: &'s Snapshot, locale: usize) -> Vec<(u32, &'s Card)> {
        let all = snapshot.cards.iter().enumerate();
        let here = all.filter(|(_, card)| card.locale == locale && is_at_the_root(card));
        let mut found: Vec<(u32, &Card)> = here.map(|(at, card)| (at as u32, card)).collect();
        found.sort_by(|(_, a), (_, b)| (&a.title, &a.slug).cmp(&(&b.title, &b.slug)));
        found
    }

    /// The pages that show these cards of a snapshot, which stand where they stood: their own, the lists', the homes',
    /// and with `neighbours` those of the entries before and after. In order, each once.
    pub fn reach(&self, snapshot: &Snapshot, cards: &[u32], neighbours: bool) -> Vec<u32> {
        let homes = self.pages.iter().take_while(|page| matches!(page, Page::Home { .. })).count();
        let mut reached: BTreeSet<u32> = (0..homes as u32).collect();
        for card in cards {
            reached.extend(self.page_of_card.get(card));
            if self.corrected.iter().any(|corrected| corrected.contains(card)) {
                reached.extend(&self.registers);
            }
            if is_at_the_root(&snapshot.cards[*card as usize]) {
                reached.extend(&self.site_maps);
            }
        }
        for (list, pages) in self.lists.iter().zip(&self.pages_of_list) {
            for place in cards.iter().filter_map(|card| list.place(*card)) {
                let shows = |page: &u32| match &self.pages[*page as usize] {
                    Page::List { page, .. } => (page.from..page.until).contains(&place),
                    _ => false,
                };
                reached.extend(pages.iter().filter(|page| shows(page)));
                if neighbours && matches!(list.kind, ListKind::Section(_)) {
                    let beside = [place.checked_sub(1), Some(place + 1)].into_iter().flatten();
                    let beside = beside.filter_map(|place| self.page_of_card.get(list.entries.get(place)?));
                    reached.extend(beside);
                }
            }
        }
        reached.into_iter().collect()
    }

    /// Where a language is searched, if the theme has a page for it.
    pub fn search_of(&self, locale: usize, prefix: &str) -> Option<String> {
        let is_it = |page: &Page| matches!(page, Page::Search { locale: of } if *of == locale);
        self.pages.iter().any(is_it).then(|| search_address(prefix))
    }

    /// The entries that were withdrawn, with the addresses that say so.
    pub fn gone_entries<'p>(&'p self, snapshot: &'p Snapshot) -> impl Iterator<Item = (EntryId, &'p String)> {
        let entries = snapshot.gone.iter().zip(&self.stones).map(|(gone, address)| (gone.told.entry, address));
        entries.filter(|(_, address)| self.gone.contains(*address))
    }

    /// The address of a page. `prefixes` are those of the site's locales.
    pub fn address(&self, page: &Page, prefixes: &[String]) -> String {
        match page {
            Page::Home { locale } => format!("{}/", prefixes[*locale]),
            Page::Entry { card } => self.addresses[*card as usize].clone(),
            Page::List { list, page } => rules::list_address(&self.lists[*list].base, page.number),
            Page::Terms { locale, kind: TermKind::Category } => format!("{}/kategori/", prefixes[*locale]),
            Page::Terms { locale, kind: TermKind::Tag } => format!("{}/tag/", prefixes[*locale]),
            Page::ArchiveIndex { locale } => format!("{}/arsip/", prefixes[*locale]),
            Page::Register { locale } => register_address(&prefixes[*locale]),
            Page::SiteMap { locale } => site_map_address(&prefixes[*locale]),
            Page::Gone { gone } => self.stones[*gone as usize].clone(),
            Page::Search { locale } => search_address(&prefixes[*locale]),
            Page::NotFound => "/404.html".into(),
        }
    }
}

impl Page {
    /// The card whose own page it is.
    pub fn card(&self) -> Option<u32> {
        if let Page::Entry { card } = self { Some(*card) } else { None }
    }

    /// The language of a page that shows many entries.
    pub fn locale(&self, lists: &[List]) -> Option<usize> {
        match self {
            Page::Home { locale } | Page::Terms { locale, .. } | Page::ArchiveIndex { locale } => Some(*locale),
            Page::Register { locale } | Page::SiteMap { locale } | Page::Search { locale } => Some(*locale),
            Page::List { list, .. } => Some(lists[*list].locale),
            Page::Entry { .. } | Page::Gone { .. } | Page::NotFound => None,
        }
    }

    /// Whether search engines are led to it.
    pub fn may_be_found(&self) -> bool {
        !matches!(self, Page::Search { .. } | Page::Gone { .. } | Page::NotFound)
    }

    /// For reports.
    pub fn kind(&self, lists: &[List]) -> &'static str {
        match self {
            Page::Home { .. } => "home",
            Page::Entry { .. } => "entry",
            Page::List { list, .. } => match lists[*list].kind {
                ListKind::Section(_) => "section",
                ListKind::Category(_) => "category",
                ListKind::Tag(_) => "tag",
                ListKind::Archive(..) => "archive",
            },
            Page::Terms { .. } => "terms",
            Page::ArchiveIndex { .. } => "archive_index",
            Page::Register { .. } => "register",
            Page::SiteMap { .. } => "site_map",
            Page::Gone { .. } => "gone",
            Page::Search { .. } => "search",
            Page::NotFound => "not_found",
        }
    }
}

fn category_names(steering: &[Steering]) -> BTreeMap<(usize, String), String> {
    let categories = steering.iter().filter(|entry| entry.type_key == "kategori");
    categories.filter_map(|entry| Some(((entry.locale, entry.slug.clone()), entry.text("title")?.to_owned()))).collect()
}

fn lists(
    snapshot: &Snapshot,
    prefixes: &[String],
    categories: &BTreeMap<(usize, String), String>,
    wanted: Wanted,
) -> Vec<List> {
    let mut lists: BTreeMap<(usize, ListKind), (String, Vec<u32>)> = BTreeMap::new();
    let mut add = |locale: usize, kind: ListKind, title: &str, card: usize| {
        let list = lists.entry((locale, kind)).or_default();
        // Of several spellings the first in order names the list, whatever was published when.
        if list.1.is_empty() || title < list.0.as_str() {
            list.0 = title.to_owned();
        }
        if list.1.last() != Some(&(card as u32)) {
            list.1.push(card as u32);
        }
    };
    for (at, card) in snapshot.cards.iter().enumerate() {
        if rules::presence(&card.type_key) == Presence::Listed {
            add(card.locale, ListKind::Section(card.type_key.clone()), "", at);
        }
        if let Some(Term { slug, text }) = &card.category {
            let name = category_name(categories, card.locale, slug).unwrap_or_else(|| capitalized(text));
            add(card.locale, ListKind::Category(slug.to_string()), &name, at);
        }
        for Term { slug, text } in &card.tags {
            add(card.locale, ListKind::Tag(slug.to_string()), text, at);
        }
        if wanted.archive && rules::is_news(&card.type_key) {
            let day = card.published_at.in_zone(&snapshot.site.zone);
            add(card.locale, ListKind::Archive(day.year(), day.month()), "", at);
        }
    }
    for (locale, key) in promised_sections(snapshot) {
        lists.entry((locale, ListKind::Section(key))).or_default();
    }
    let finish = |((locale, kind), (title, entries)): ((usize, ListKind), (String, Vec<u32>))| {
        let prefix = &prefixes[locale];
        let base = match &kind {
            ListKind::Section(key) => format!("{prefix}/{key}/"),
            ListKind::Category(slug) => format!("{prefix}/kategori/{slug}/"),
            ListKind::Tag(slug) => format!("{prefix}/tag/{slug}/"),
            ListKind::Archive(year, month) => format!("{prefix}/arsip/{year:04}/{month:02}/"),
        };
        let entries = in_list_order(&kind, entries, &snapshot.cards);
        List { kind, locale, base, title, entries }
    };
    lists.into_iter().map(finish).collect()
}

/// The content type whose entries stand on every page while they last.
const EMERGENCY: &str = "darurat";
/// More at once would push every page out of sight.
const ALERTS_MAX: usize = 3;

/// A build has no clock. The newest publication says that it is at least as late, so what ended before that is over;
/// the rest stays until it is withdrawn or something else is published, and a theme's script may hide it earlier.
/// An emergency that was not translated is shown in the site's first language.
fn alerts(snapshot: &Snapshot) -> Vec<Vec<u32>> {
    let newest = snapshot.cards.last().map(|card| card.published_at);
    let lasts = |card: &Card| {
        let end = card.fields().get("end").and_then(|end| crate::kernel::Timestamp::parse(end.as_str()?).ok());
        end.is_none_or(|end| Some(end) >= newest)
    };
    let all = snapshot.cards.iter().enumerate().rev().filter(|(_, card)| &*card.type_key == EMERGENCY && lasts(card));
    let all: Vec<(u32, &Card)> = all.map(|(at, card)| (at as u32, card)).collect();
    let of = |locale: usize| {
        let is_translated =
            |card: &Card| all.iter().any(|(_, other)| other.locale == locale && other.group == card.group);
        let shown = all.iter().filter(|(_, card)| card.locale == locale || (card.locale == 0 && !is_translated(card)));
        shown.map(|(at, _)| *at).take(ALERTS_MAX).collect()
    };
    (0..snapshot.site.locales.len()).map(of).collect()
}

/// Below a language's first part of the address.
const REGISTER: &str = "/koreksi/";

/// Where a language tells what was put right and what was withdrawn.
pub fn register_address(prefix: &str) -> String {
    format!("{prefix}{REGISTER}")
}

/// Where a language is searched.
pub fn search_address(prefix: &str) -> String {
    format!("{prefix}/cari/")
}

/// Where a language shows people everything that there is.
pub fn site_map_address(prefix: &str) -> String {
    format!("{prefix}/peta-situs/")
}

fn is_at_the_root(card: &Card) -> bool {
    rules::presence(&card.type_key) == Presence::Root
}

/// The file that a card shows as its picture.
pub fn picture(card: &Card) -> Option<Digest> {
    let value = text_from(card, "\"image\":\"").or_else(|| text_from(card, "\"photo\":\""))?;
    Digest::parse(value.get(..64)?)
}

/// What follows a name in a card, from the first letter of its text, without reading the whole card. A text of a card cannot
/// hold `named` (`"name":"`): its own quotation marks are escaped.
fn text_from<'c>(card: &'c Card, named: &str) -> Option<&'c str> {
    card.card.find(named).map(|at| &card.card[at + named.len()..])
}

/// Whether readers were told that an entry was put right.
pub fn is_corrected(card: &Card) -> bool {
    text_from(card, "\"correction\":\"").is_some_and(|text| !text.starts_with('"'))
}

fn corrected(snapshot: &Snapshot) -> Vec<Vec<u32>> {
    let mut corrected = vec![Vec::new(); snapshot.site.locales.len()];
    for (at, card) in snapshot.cards.iter().enumerate().rev().filter(|(_, card)| is_corrected(card)) {
        corrected[card.locale].push(at as u32);
    }
    corrected
}

fn stones(snapshot: &Snapshot, prefixes: &[String]) -> Vec<String> {
    let redirects = snapshot.steering.iter().filter(|entry| entry.type_key == "pengalihan");
    let led: HashSet<String> = redirects.filter_map(|entry| rules::redirect_source(entry.text("from")?)).collect();
    let address = |gone: &Gone| {
        let has_pages = snapshot.shapes.get(&gone.told.type_key).is_none_or(|shape| shape.pages);
        let address = rules::entry_address(&prefixes[gone.locale], &gone.told.type_key, gone.told.slug.as_str())
            .filter(|_| has_pages);
        address.filter(|address| !led.contains(address)).unwrap_or_default()
    };
    snapshot.gone.iter().map(address).collect()
}

/// The name of a category in a locale, or else in the site's default one.
pub fn category_name(categories: &BTreeMap<(usize, String), String>, locale: usize, slug: &str) -> Option<String> {
    let of = |locale: usize| categories.get(&(locale, slug.to_owned())).cloned();
    of(locale).or_else(|| of(0))
}

/// `pemerintahan-daerah` → `Pemerintahan daerah`, for a category that nobody named.
fn capitalized(text: &str) -> String {
    let text = text.replace('-', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Sections that the menu leads to exist even while nothing is in them.
fn promised_sections(snapshot: &Snapshot) -> Vec<(usize, Arc<str>)> {
    let menus = snapshot.steering.iter().filter(|entry| entry.type_key == "menu" && entry.locale == 0);
    let items = menus.filter_map(|menu| menu.fields.get("items")?.as_array()).flatten();
    let keys = items.filter_map(|item| item.get("url")?.as_str()?.strip_prefix('/')?.strip_suffix('/'));
    keys.filter(|key| snapshot.shapes.contains_key(*key) && rules::presence(key) == Presence::Listed)
        .map(|key| (0, Arc::from(key)))
        .collect()
}

/// Lists show their end first: events by their beginning, officials by their rank, services by name,
/// everything else by when it was published (which is the cards' own order).
fn in_list_order(kind: &ListKind, mut entries: Vec<u32>, cards: &[Card]) -> Vec<u32> {
    let ListKind::Section(key) = kind else { return entries };
    let card = |at: &u32| &cards[*at as usize];
    match &**key {
        "agenda" => entries.sort_by_cached_key(|at| (card(at).fields().get("start").and_then(instant), *at)),
        "pejabat" => entries.sort_by_cached_key(|at| {
            let rank = card(at).fields().get("order").and_then(serde_json::Value::as_f64).unwrap_or(f64::MAX);
            (std::cmp::Reverse(ordered(rank)), std::cmp::Reverse(*at))
        }),
        key if rules::is_listed_by_title(key) => {
            entries.sort_by(|a, b| card(b).title.cmp(&card(a).title).then(b.cmp(a)));
        }
        _ => {}
    }
    entries
}

fn ordered(number: f64) -> i64 {
    // Ranks are small numbers; thousandths are kept, and what is no number comes last.
    if number.is_finite() && number.abs() < 1e12 { (number * 1000.0) as i64 } else { i64::MAX }
}

fn instant(value: &serde_json::Value) -> Option<i64> {
    crate::kernel::Timestamp::parse(value.as_str()?).ok().map(crate::kernel::Timestamp::micros)
}

fn news(snapshot: &Snapshot) -> Vec<Vec<u32>> {
    let mut news = vec![Vec::new(); snapshot.site.locales.len()];
    for (at, card) in snapshot.cards.iter().enumerate() {
        if rules::is_news(&card.type_key) {
            news[card.locale].push(at as u32);
        }
    }
    news
}

fn translations(cards: &[Card]) -> HashMap<GroupId, Vec<u32>> {
    if cards.iter().all(|card| card.locale == 0) {
        return HashMap::new();
    }
    let mut groups: HashMap<GroupId, Vec<u32>> = HashMap::new();
    for (at, card) in cards.iter().enumerate() {
        groups.entry(card.group).or_default().push(at as u32);
    }
    groups.retain(|_, members| members.len() > 1);
    for members in groups.values_mut() {
        members.sort_by_key(|at| cards[*at as usize].locale);
    }
    groups
}
