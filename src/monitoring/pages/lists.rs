//! The dated items of a list of articles.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use url::Url;

use super::model::{Item, Signal};
use super::tree::Tree;
use super::zones::{Zone, zones};
use crate::monitoring::dates::{How, Named, Reading, makassar, read};

/// Items of a list that are told.
pub const ITEMS_MAX: usize = 200;

/// Elements from a date up to what holds the whole item.
const ITEM_DEPTH: usize = 6;

/// Letters of a link that may be a title.
const TITLE_CHARS_MIN: usize = 8;

/// Words of a line that is a date with what stands around it.
const DATE_WORDS_MAX: usize = 14;

/// The dates of the items of a list, in their order, each with the address of its item.
pub fn list_dates(html: &str, address: Option<&str>, now: Timestamp) -> Vec<Item> {
    let tree = Tree::read(html);
    let zones = zones(&tree, None);
    let base = address.and_then(|address| Url::parse(address).ok());
    let links = Links::of(&tree);
    let mut dates_lead = HashMap::new();
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for (element, date, signal) in dated(&tree, &zones, now) {
        let Some(link) = links.of_date(&tree, element, &mut dates_lead) else { continue };
        let href = tree.elements[link].attribute("href").unwrap_or("").trim();
        let full =
            base.as_ref().and_then(|base| base.join(href).ok()).map_or_else(|| href.to_owned(), |url| url.into());
        if seen.insert(full.clone()) {
            let date = with_year_of(&full, date);
            items.push(Item { address: full, date, signal });
        }
        if items.len() == ITEMS_MAX {
            break;
        }
    }
    items
}

/// "12 Jan" of an item at `/2023/01/judul/` is one of 2023: where a list leaves out the year, the folders of its addresses may have it.
fn with_year_of(address: &str, date: Reading) -> Reading {
    let (Named::Day(day), How::YearGuessed, None) = (date.from, date.how, date.to) else { return date };
    let folders = address.split('/').skip_while(|part| part.is_empty() || part.ends_with(':'));
    let year = folders.filter(|part| part.len() == 4).find_map(|part| part.parse::<i16>().ok().filter(is_year));
    let written = year.and_then(|year| day.with().year(year).build().ok());
    written.map_or(date, |day| Reading { from: Named::Day(day), how: How::Written, ..date })
}

/// A year of which a website can tell.
fn is_year(year: &i16) -> bool {
    (1995..=2100).contains(year)
}

/// Everything that is a date by itself: `<time>`, and short lines.
fn dated(tree: &Tree, zones: &[Zone], now: Timestamp) -> Vec<(usize, Reading, Signal)> {
    let day = |text: &str| {
        let reading = read(text, now, &makassar());
        reading.filter(|reading| matches!(reading.from, Named::Day(_)))
    };
    let times = (1..tree.elements.len()).filter(|at| tree.elements[*at].name == "time" && zones[*at] < Zone::Other);
    let stamped = times.filter_map(|at| {
        let stamp = tree.elements[at].attribute("datetime").and_then(day).filter(|reading| reading.how == How::Written);
        Some((at, stamp.or_else(|| day(&tree.text(at, 80)))?, Signal::Time))
    });
    let stamped: Vec<_> = stamped.collect();
    let known: HashSet<usize> = stamped.iter().map(|(at, ..)| *at).collect();
    let shown = tree.runs.iter().enumerate().filter_map(|(place, run)| {
        let zone = zones[run.element];
        let short = run.text.split_whitespace().take(DATE_WORDS_MAX + 1).count() <= DATE_WORDS_MAX;
        let in_time = tree.up(run.element).take(3).any(|at| known.contains(&at));
        if zone >= Zone::Other || !short || in_time || in_link(tree, run.element) {
            return None;
        }
        // "12" and "Jan 2026" in two boxes make one date.
        let parent = tree.elements[run.element].parent;
        let two_boxes = || day(&tree.text(parent, 40)).filter(|_| place > 0);
        Some((run.element, day(&run.text).or_else(two_boxes)?, Signal::Visible))
    });
    let mut found: Vec<_> = stamped.iter().copied().chain(shown).collect();
    found.sort_by_key(|(at, ..)| *at);
    found
}

/// Dates in titles are events of the article, not its date; a date that is a link of its own is an archive's.
fn in_link(tree: &Tree, element: usize) -> bool {
    tree.up(element).take(4).any(|at| {
        let one = &tree.elements[at];
        let titled = matches!(one.name.as_str(), "h1" | "h2" | "h3" | "h4" | "h5");
        titled || (one.name == "a" && title_link(tree, at) && read_as_title(tree, at))
    })
}

fn read_as_title(tree: &Tree, at: usize) -> bool {
    tree.text(at, 120).split(' ').count() > 6 && tree.elements[at + 1..].first().is_none_or(|next| next.parent != at)
}

/// Links that may be titles, in their order; and of each element the first and the number of those in it.
struct Links {
    all: Vec<usize>,
    in_element: Vec<u32>,
}

fn title_link(tree: &Tree, at: usize) -> bool {
    let href = tree.elements[at].attribute("href").unwrap_or("").trim();
    let leads = !href.is_empty() && !href.starts_with(['#', '?']) && !href.starts_with("javascript:");
    leads && !href.starts_with("mailto:") && !href.starts_with("tel:")
}

/// Is a link's text a title, and no date or "more"?
fn titled_text(text: &str) -> bool {
    let dated = || text.split(' ').count() <= 4 && read(text, Timestamp::UNIX_EPOCH, &makassar()).is_some();
    text.chars().count() >= TITLE_CHARS_MIN && !dated()
}

impl Links {
    fn of(tree: &Tree) -> Links {
        let mut in_element = vec![0u32; tree.elements.len()];
        let titled =
            |at: &usize| tree.elements[*at].name == "a" && title_link(tree, *at) && titled_text(&tree.text(*at, 60));
        let all: Vec<usize> = (1..tree.elements.len()).filter(titled).collect();
        for link in &all {
            for above in tree.up(*link).take(ITEM_DEPTH + 2) {
                in_element[above] += 1;
            }
        }
        Links { all, in_element }
    }

    /// The link of the item that a date stands in: of those in the smallest part that has any, the one before the date; or
    /// the one after it, where the first date of that part stood before its first link.
    fn of_date(&self, tree: &Tree, date: usize, dates_lead: &mut HashMap<usize, bool>) -> Option<usize> {
        let holder = tree.up(date).take(ITEM_DEPTH).find(|at| self.in_element[*at] > 0)?;
        if matches!(tree.elements[holder].name.as_str(), "html" | "body") {
            return None;
        }
        let place = self.all.partition_point(|link| *link < date);
        let within = |link: &&usize| tree.up(**link).any(|at| at == holder);
        let before = place.checked_sub(1).and_then(|place| self.all.get(place)).filter(within);
        let after = self.all.get(place).filter(within);
        let lead = *dates_lead.entry(holder).or_insert(before.is_none());
        if lead { after.or(before).copied() } else { before.or(after).copied() }
    }
}
