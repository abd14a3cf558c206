//! Whether somebody else wrote on a website: the same address as different visitors, an address that nobody made, and the
//! pages that intruders like best, the newest and the oldest.

use std::collections::BTreeSet;
use std::sync::Arc;

use url::Url;

use super::model::{Injection, Seen};
use super::sections::is_same_site;
use super::service::{Asking, Fetched, Round};
use crate::kernel::Digest;
use crate::monitoring::pages;
use crate::monitoring::scan::baseline::{self, Known};
use crate::monitoring::scan::compare::{added, random_path, sent_away};
use crate::monitoring::scan::{self, Evidence, Kind, Scan, Verdict};
use crate::ports::probing::Visitor;
use crate::verify::links;

const PAGES_AT_EACH_END: usize = 5;
const EVIDENCE_MAX: usize = 50;
/// Sitemaps below an index that are read.
const SITEMAPS_MAX: usize = 3;
const RANDOM_LETTERS: usize = 16;
/// Hosts of one page that nobody knows of; more of them say nothing more.
const NEW_HOSTS_MAX: usize = 8;

/// Looks at the home page; where the site `is_there`, at others and as others, too. Gives what a baseline remembers besides.
pub async fn look(round: &mut Round<'_>, home: &Arc<Fetched>, is_there: bool) -> (Injection, baseline::Seen) {
    let mut found = Found::default();
    let known = round.asking.known.as_ref();
    found.read(home, known);
    if is_there {
        as_others(round, home, &mut found).await;
        random(round, home, &mut found).await;
        others(round, home, &mut found).await;
    }
    found.judge()
}

#[derive(Default)]
struct Found {
    /// What a baseline remembers.
    shown: baseline::Seen,
    evidence: Vec<Seen>,
    worst: Option<Verdict>,
    pages: usize,
    inconclusive: Vec<Visitor>,
}

impl Found {
    /// A page as every visitor reads it. Where something was accepted of the site, links to hosts that nobody knows of count.
    fn read(&mut self, fetched: &Fetched, known: Option<&Known>) {
        let url = &fetched.trail.url;
        let (scan, shown) = scan::scan_seen(fetched.bytes(), url.as_str());
        self.scanned(url, scan);
        if let Some(known) = known {
            let unknown = known.new_hosts(&shown).take(NEW_HOSTS_MAX);
            let new = |host: &String| {
                Evidence::new(Kind::Link, host, "", "leads to another owner whom nobody accepted").leading_to(host)
            };
            self.tell(url, Visitor::Browser, unknown.map(new));
        }
        self.shown.join(shown);
    }

    /// A sitemap, which intruders fill like a page.
    fn scan(&mut self, fetched: &Fetched) {
        let scan = scan::scan(fetched.bytes(), Some(fetched.trail.url.as_str()));
        self.scanned(&fetched.trail.url, scan);
    }

    fn scanned(&mut self, url: &Url, scan: Scan) {
        self.pages += 1;
        self.worst = self.worst.max(Some(scan.verdict));
        self.tell(url, Visitor::Browser, scan.evidence);
    }

    fn tell(&mut self, url: &Url, visitor: Visitor, evidence: impl IntoIterator<Item = Evidence>) {
        self.evidence.extend(evidence.into_iter().map(|evidence| Seen { url: url.to_string(), visitor, evidence }));
    }

    /// What was seen on different pages confirms each other, as on one.
    fn judge(mut self) -> (Injection, baseline::Seen) {
        let kinds: BTreeSet<Kind> = self.evidence.iter().map(|seen| seen.evidence.kind).collect();
        let together = match kinds.len() {
            0 => Verdict::Clean,
            1 => Verdict::Suspicious,
            _ => Verdict::Infected,
        };
        let verdict = self.worst.max(Some(together));
        self.evidence.truncate(EVIDENCE_MAX);
        let (evidence, pages, inconclusive) = (self.evidence, self.pages, self.inconclusive);
        (Injection { verdict, evidence, pages, inconclusive }, self.shown)
    }
}

async fn as_others(round: &mut Round<'_>, home: &Fetched, found: &mut Found) {
    let asked = round.asking.url.clone();
    let mut visitors = vec![Visitor::FromSearch, Visitor::Phone];
    if round.asking.as_crawler {
        visitors.push(Visitor::Crawler);
    }
    for visitor in visitors {
        let Some(other) = round.get(&asked, visitor).await else { return };
        if other.success().is_none() {
            // Perhaps a guard before the site; perhaps what this visitor gets is hidden from us.
            found.inconclusive.push(visitor);
            continue;
        }
        found.pages += 1;
        let (plain_end, other_end) = (home.trail.url.as_str(), other.trail.url.as_str());
        found.tell(&other.trail.url, visitor, sent_away(plain_end, other_end, asked.as_str()));
        if is_same_site(&other.trail.url, &home.trail.url) {
            found.tell(&other.trail.url, visitor, added(home.bytes(), other.bytes(), Some(asked.as_str())));
        }
    }
}

/// An address that nobody can have made; the same one throughout a look.
pub fn random_address(asking: &Asking, base: &Url) -> Option<Url> {
    let seed = Digest::of(format!("{} {}", asking.url, asking.now)).to_string();
    base.join(&format!("/{}", &seed[..RANDOM_LETTERS])).ok()
}

async fn random(round: &mut Round<'_>, home: &Fetched, found: &mut Found) {
    let Some(address) = random_address(round.asking, &home.trail.url) else { return };
    let Some(answered) = round.get(&address, Visitor::Browser).await else { return };
    // One that leads home is careless, not infected.
    let stays = answered.trail.url.path() == address.path();
    if answered.success().is_some() && stays {
        found.pages += 1;
        found.tell(&address, Visitor::Browser, random_path(home.bytes(), answered.bytes(), Some(address.as_str())));
    }
}

/// Pages that the sitemap names, the newest and the oldest, and those that the home page leads to.
async fn others(round: &mut Round<'_>, home: &Fetched, found: &mut Found) {
    let mut addresses = of_sitemap(round, home, found).await;
    let base = home.trail.url.clone();
    let linked = home.page.links.iter().filter_map(|link| home.page.resolve(&base, &link.address));
    let linked = linked.filter(|url| is_same_site(url, &base) && url.path() != base.path() && is_page(url));
    addresses.extend(linked.take(PAGES_AT_EACH_END));
    let mut seen = BTreeSet::new();
    for address in addresses.into_iter().filter(|url| seen.insert(url.clone())) {
        let Some(page) = round.get(&address, Visitor::Browser).await else { return };
        if page.success().is_some() && is_same_site(&page.trail.url, &base) {
            found.read(&page, round.asking.known.as_ref());
        }
    }
}

fn is_page(url: &Url) -> bool {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').is_none_or(|(_, ending)| matches!(ending, "html" | "htm" | "php" | "aspx" | "jsp"))
}

/// The newest and the oldest addresses of the sitemap, which is itself a page that intruders fill.
async fn of_sitemap(round: &mut Round<'_>, home: &Fetched, found: &mut Found) -> Vec<Url> {
    let mut maps = sitemaps(round, home).await;
    let mut addresses = Vec::new();
    let mut at = 0;
    while at < maps.len().min(SITEMAPS_MAX + 1) {
        let map = maps[at].clone();
        at += 1;
        let Some(fetched) = round.get(&map, Visitor::Browser).await else { break };
        if fetched.success().is_none() || fetched.text.trim_start().starts_with("<!") || !fetched.text.contains("<loc")
        {
            continue;
        }
        found.scan(&fetched);
        let below = fetched.text.contains("<sitemapindex");
        let mut items: Vec<_> = locations(&fetched.text, round.asking.now);
        // Newest first; those without a day stay in their order at the end.
        items.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
        let urls = items.into_iter().filter_map(|(_, address)| Url::parse(&address).ok());
        let urls: Vec<Url> = urls.filter(|url| is_same_site(url, &home.trail.url)).collect();
        if below {
            let new = urls.into_iter().filter(|url| !maps.contains(url)).collect::<Vec<_>>();
            maps.extend(new);
        } else {
            found.shown.join(baseline::Seen::of_sitemap(urls.iter().map(Url::as_str)));
            addresses.extend(urls);
        }
    }
    let oldest = addresses
        .split_off(addresses.len().saturating_sub(PAGES_AT_EACH_END).max(PAGES_AT_EACH_END.min(addresses.len())));
    addresses.truncate(PAGES_AT_EACH_END);
    addresses.extend(oldest);
    addresses
}

/// Where its sitemaps may be: at the usual address, and where `robots.txt` says.
pub async fn sitemaps(round: &mut Round<'_>, home: &Fetched) -> Vec<Url> {
    let mut maps = vec![home.trail.url.join("/sitemap.xml").ok()];
    if let Ok(robots) = home.trail.url.join("/robots.txt")
        && let Some(robots) = round.get(&robots, Visitor::Browser).await.filter(|robots| robots.success().is_some())
    {
        let named = robots
            .text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("sitemap"));
        maps.extend(named.take(SITEMAPS_MAX).map(|(_, address)| Url::parse(address.trim()).ok()));
    }
    let mut known = BTreeSet::new();
    let own = maps.into_iter().flatten().filter(|map| is_same_site(map, &home.trail.url));
    own.filter(|map| known.insert(map.clone())).collect()
}

/// Addresses of a sitemap with their days, where they have any.
fn locations(xml: &str, now: jiff::Timestamp) -> Vec<(Option<jiff::civil::Date>, String)> {
    const LOCATIONS_MAX: usize = 50_000;
    let dated: std::collections::HashMap<String, jiff::civil::Date> =
        pages::sitemap_dates(xml, now).into_iter().map(|item| (item.address, item.date.from.first_day())).collect();
    let all = links::locations(xml).take(LOCATIONS_MAX);
    all.map(|address| address.replace("&amp;", "&")).map(|address| (dated.get(&address).copied(), address)).collect()
}
