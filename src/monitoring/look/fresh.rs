//! How fresh a section is: its program's own answer, its feeds, its list, the pages of its newest items.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use super::model::{Against, Fresh, Freshness, Section};
use super::sections::{self, Places, is_same_site};
use super::service::{Fetched, Round};
use crate::monitoring::dates::{How, Reading, makassar, read};
use crate::monitoring::pages::{self, Item, Signal};
use crate::ports::probing::Visitor;

/// What is newer counts as kept up: from one Monday to the next, both included.
const DAYS_MAX: i32 = 7;
/// Pages of items that are opened where lists tell no dates.
const ITEM_PAGES_MAX: usize = 4;

pub async fn look(round: &mut Round<'_>, home: &Fetched, section: Section) -> Freshness {
    let now = round.asking.now;
    let mut places = sections::find(&home.page, &home.trail.url, section);
    if let Some(told) = round.asking.sections.get(&section) {
        places.lists = vec![told.clone()];
    }
    let mut items = of_programs(round, &places).await;
    let lists = lists(round, home, section, &places).await;
    for list in &lists {
        items.extend(pages::list_dates(&list.text, Some(list.trail.url.as_str()), now));
        items.extend(of_feeds_of(round, list).await);
    }
    let told = |items: &[Item]| matches!(pages::freshness(items, now), pages::Freshness::Newest { .. });
    if !told(&items) {
        for list in &lists {
            items.extend(of_items(round, list).await);
        }
    }
    if section == Section::Berita && !told(&items) {
        // Many a home page is the list of its news.
        items.extend(pages::list_dates(&home.text, Some(home.trail.url.as_str()), now));
    }
    judge(&items, section, now)
}

/// What the site's program and its feeds answer.
async fn of_programs(round: &mut Round<'_>, places: &Places) -> Vec<Item> {
    let now = round.asking.now;
    let mut items = Vec::new();
    for api in &places.apis {
        if let Some(answer) = round.get(api, Visitor::Browser).await.filter(|answer| answer.success().is_some()) {
            items.extend(of_json(&answer.text, now));
        }
    }
    for feed in &places.feeds {
        if let Some(answer) = round.get(feed, Visitor::Browser).await.filter(|answer| answer.success().is_some()) {
            items.extend(pages::feed_dates(&answer.text, now));
        }
    }
    items
}

/// The section's own feed, which its list names.
async fn of_feeds_of(round: &mut Round<'_>, list: &Fetched) -> Vec<Item> {
    let path = list.trail.url.path().trim_end_matches('/').to_owned();
    let named =
        list.page.relations.iter().filter(|relation| relation.kind.contains("rss") || relation.kind.contains("atom"));
    let own = named.filter_map(|relation| list.page.resolve(&list.trail.url, &relation.address));
    let own = own.filter(|url| is_same_site(url, &list.trail.url) && path.len() > 1 && url.path().starts_with(&path));
    match own.clone().next() {
        Some(feed) => of_programs(round, &Places { feeds: vec![feed], ..Places::default() }).await,
        None => Vec::new(),
    }
}

/// Dates of posts and events as WordPress answers them.
fn of_json(text: &str, now: Timestamp) -> Vec<Item> {
    let Ok(answer) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let posts = answer.as_array().or_else(|| answer["events"].as_array()).cloned().unwrap_or_default();
    let item = |post: &serde_json::Value| {
        let text = |name: &str| post[name].as_str().unwrap_or_default();
        // Without a zone: `date_gmt` says in its name which it is.
        let date = match text("date_gmt") {
            "" if !text("start_date").is_empty() => text("start_date").to_owned(),
            "" => text("date").to_owned(),
            utc => format!("{utc}Z"),
        };
        let address = [text("link"), text("url")].into_iter().find(|address| !address.is_empty()).unwrap_or_default();
        Some(Item { address: address.to_owned(), date: read(&date, now, &makassar())?, signal: Signal::Api })
    };
    posts.iter().filter_map(item).collect()
}

/// The pages that list the section; where the site links to none, the usual addresses are tried, unless it answers every address.
pub async fn lists(round: &mut Round<'_>, home: &Fetched, section: Section, places: &Places) -> Vec<Arc<Fetched>> {
    let mut found = Vec::new();
    for list in &places.lists {
        found.extend(round.get(list, Visitor::Browser).await.filter(|page| page.success().is_some()));
    }
    if !found.is_empty() || !places.lists.is_empty() {
        return found;
    }
    let guesses = sections::usual_paths(section).iter().filter_map(|path| home.trail.url.join(path).ok());
    for guess in guesses.collect::<Vec<Url>>() {
        let page = round.get(&guess, Visitor::Browser).await.filter(|page| page.success().is_some());
        // One that leads elsewhere, or shows the home page, is no list.
        let page = page.filter(|page| {
            page.trail.url.path() == guess.path() && page.text != home.text && page.page.title != home.page.title
        });
        if let Some(page) = page {
            return vec![page];
        }
    }
    found
}

/// The dates on the pages that a list leads to, the first of them: they are the newest.
async fn of_items(round: &mut Round<'_>, list: &Fetched) -> Vec<Item> {
    let now = round.asking.now;
    let base = list.trail.url.clone();
    let inside =
        |url: &Url| is_same_site(url, &base) && url.path() != base.path() && url.path().len() > base.path().len();
    let links = list.page.links.iter().filter(|link| link.text.split_whitespace().count() >= 3);
    let mut addresses: Vec<Url> =
        links.filter_map(|link| list.page.resolve(&base, &link.address)).filter(inside).collect();
    addresses.dedup();
    let mut items = Vec::new();
    for address in addresses.into_iter().take(ITEM_PAGES_MAX) {
        let Some(page) = round.get(&address, Visitor::Browser).await.filter(|page| page.success().is_some()) else {
            continue;
        };
        if let Some(published) = pages::published(&page.text, Some(address.as_str()), now) {
            let date = Reading { from: published.date, to: None, how: How::Written };
            items.push(Item { address: address.to_string(), date, signal: published.signal });
        }
    }
    items
}

fn judge(items: &[Item], section: Section, now: Timestamp) -> Freshness {
    if section == Section::Agenda
        && let Some(event) = pages::coming(items, now)
    {
        return Freshness {
            date: Some(event.date.from.first_day()),
            verdict: Fresh::Updated,
            signal: Some(event.signal.to_string()),
            url: Some(event.address.clone()),
            days: None,
            against: None,
        };
    }
    let pages::Freshness::Newest { evidence, against } = pages::freshness(items, now) else {
        return Freshness::without(Fresh::NoAnswer);
    };
    let days = days_since(evidence.date, now);
    Freshness {
        date: Some(evidence.date),
        verdict: if days <= DAYS_MAX { Fresh::Updated } else { Fresh::NotUpdated },
        signal: Some(evidence.signal.to_string()),
        url: Some(evidence.address),
        days: Some(days),
        against: against.map(|other| Against {
            date: other.date,
            signal: other.signal.to_string(),
            url: other.address,
        }),
    }
}

fn days_since(date: Date, now: Timestamp) -> i32 {
    let today = makassar().to_datetime(now).date();
    date.until(today).map_or(i32::MAX, |span| span.get_days())
}
