//! What a site is used to show, and what is new since. Something new is a question to the operator, not a verdict; the
//! answer is bound to the digest of what was asked, so a change asks anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::hosts::{Whose, whose};
use super::reader;
use crate::kernel::Digest;
use crate::monitoring::decoding::text_of;
use crate::threats::host_of;

/// Entries of each kind that are remembered of a site.
pub const ENTRIES_MAX: usize = 5_000;
/// Addresses in one new directory from which it is told.
const DIRECTORY_ADDRESSES_MIN: u32 = 5;
/// By how much a sitemap may grow between two rounds, as a share and as a number.
const SITEMAP_GROWTH_MAX: f64 = 0.5;
const SITEMAP_ADDRESSES_MORE_MAX: u32 = 200;

/// What was seen of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Titles of the pages that are looked at each time, by path.
    pub titles: BTreeMap<String, String>,
    /// Hosts of other owners to which pages link.
    pub outbound: BTreeSet<String>,
    /// Hosts of other owners from which scripts come.
    pub scripts: BTreeSet<String>,
    /// First steps of paths in the sitemap, with the number of addresses below each.
    pub directories: BTreeMap<String, u32>,
    /// Addresses in the sitemap.
    pub sitemap_addresses: u32,
    /// Tokens by which owners of search consoles name themselves.
    pub tokens: BTreeSet<String>,
}

impl Seen {
    /// What one page shows.
    pub fn of_page(document: &[u8], url: &str) -> Self {
        let page = reader::read(&text_of(document));
        let own = host_of(url);
        let other = |to: &str| host_of(to).filter(|_| whose(to, own.as_deref()) != Whose::Own);
        let mut seen = Seen::default();
        if let Some(title) = &page.title {
            seen.titles.insert(path_of(url).to_owned(), super::model::shortened(title));
        }
        seen.outbound.extend(page.links.iter().filter_map(|link| other(&link.to)).take(ENTRIES_MAX));
        seen.scripts.extend(page.script_addresses.iter().filter_map(|to| other(to)).take(ENTRIES_MAX));
        seen.tokens.extend(page.tokens.into_iter().take(ENTRIES_MAX));
        seen
    }

    /// What a sitemap lists.
    pub fn of_sitemap<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let mut seen = Seen::default();
        for address in addresses {
            seen.sitemap_addresses = seen.sitemap_addresses.saturating_add(1);
            let first = path_of(address).trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
            if seen.directories.len() < ENTRIES_MAX || seen.directories.contains_key(first) {
                *seen.directories.entry(first.to_owned()).or_default() += 1;
            }
        }
        seen
    }

    /// Adds what was seen elsewhere on the site. Of two sitemaps, one listed by the other, the numbers are added.
    pub fn join(&mut self, other: Seen) {
        self.titles.extend(other.titles);
        self.outbound.extend(other.outbound);
        self.scripts.extend(other.scripts);
        self.tokens.extend(other.tokens);
        for (directory, count) in other.directories {
            *self.directories.entry(directory).or_default() += count;
        }
        self.sitemap_addresses = self.sitemap_addresses.saturating_add(other.sitemap_addresses);
    }
}

fn path_of(address: &str) -> &str {
    match address.split_once("//") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => address,
    }
}

/// What of a site is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A page that was there before has another title.
    Title,
    /// A link to a host that was not linked to.
    Outbound,
    /// A script from a host that sent none.
    Script,
    /// A directory with several addresses.
    Directory,
    /// Many more addresses in the sitemap.
    Sitemap,
    /// Another owner of a search console.
    Token,
}

/// One thing that is new: a question to the operator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct New {
    /// What it is.
    pub what: What,
    /// The host, the path, the directory or the token.
    pub name: String,
    /// What stands there now.
    pub now: String,
    /// What stood there before; empty if nothing did.
    pub before: String,
    /// The digest of the question: an answer names it.
    pub digest: Digest,
}

impl New {
    fn of(what: What, name: &str, now: &str, before: &str) -> Self {
        let digest = Digest::of_json(&json!({"what": what, "name": name, "now": now, "before": before}));
        New { what, name: name.to_owned(), now: now.to_owned(), before: before.to_owned(), digest }
    }
}

/// What was accepted of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it may show.
    pub seen: Seen,
}

/// The question was another one by the time it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed;

impl Baseline {
    /// Accepts the one thing that this digest names, if it is still what is seen.
    pub fn accept(&mut self, seen: &Seen, digest: &Digest) -> Result<New, Changed> {
        let new = new_since(self, seen).into_iter().find(|new| new.digest == *digest).ok_or(Changed)?;
        match new.what {
            What::Title => drop(self.seen.titles.insert(new.name.clone(), new.now.clone())),
            What::Outbound => drop(self.seen.outbound.insert(new.name.clone())),
            What::Script => drop(self.seen.scripts.insert(new.name.clone())),
            What::Token => drop(self.seen.tokens.insert(new.name.clone())),
            What::Directory => {
                let count = seen.directories.get(&new.name).copied().unwrap_or(0);
                self.seen.directories.insert(new.name.clone(), count);
            }
            What::Sitemap => self.seen.sitemap_addresses = seen.sitemap_addresses,
        }
        Ok(new)
    }
}

/// What is seen and was not accepted. What is gone is no question: links and pages may go.
pub fn new_since(baseline: &Baseline, seen: &Seen) -> Vec<New> {
    let known = &baseline.seen;
    let mut new = Vec::new();
    for (path, title) in &seen.titles {
        if let Some(before) = known.titles.get(path).filter(|before| *before != title) {
            new.push(New::of(What::Title, path, title, before));
        }
    }
    let names = |what: What, now: &BTreeSet<String>, before: &BTreeSet<String>| -> Vec<New> {
        now.difference(before).map(|name| New::of(what, name, name, "")).collect()
    };
    new.extend(names(What::Outbound, &seen.outbound, &known.outbound));
    new.extend(names(What::Script, &seen.scripts, &known.scripts));
    new.extend(names(What::Token, &seen.tokens, &known.tokens));
    for (directory, count) in &seen.directories {
        if *count >= DIRECTORY_ADDRESSES_MIN && !known.directories.contains_key(directory) {
            new.push(New::of(What::Directory, directory, &count.to_string(), ""));
        }
    }
    let more = seen.sitemap_addresses.saturating_sub(known.sitemap_addresses);
    if more > SITEMAP_ADDRESSES_MORE_MAX && f64::from(more) > f64::from(known.sitemap_addresses) * SITEMAP_GROWTH_MAX {
        new.push(New::of(What::Sitemap, "", &seen.sitemap_addresses.to_string(), &known.sitemap_addresses.to_string()));
    }
    new.sort();
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(more: &str) -> Seen {
        let document = format!(
            "<title>Dinas Contoh</title><meta name=google-site-verification content=a><a href='https://lapor.go.id'>L</a>{more}"
        );
        Seen::of_page(document.as_bytes(), "https://dinas.contoh.go.id/")
    }

    #[test]
    fn only_what_was_not_there_is_asked() {
        let baseline = Baseline { seen: seen("") };
        assert_eq!(new_since(&baseline, &seen("")), []);
        assert_eq!(new_since(&baseline, &seen("<a href='/x'>own</a>")), []);
        let asked = new_since(
            &baseline,
            &seen(
                "<a href='https://jauh.example'>x</a><script src='//jauh.example/a.js'></script><meta name=google-site-verification content=b>",
            ),
        );
        assert_eq!(asked.iter().map(|new| new.what).collect::<Vec<_>>(), [What::Outbound, What::Script, What::Token]);
    }

    #[test]
    fn an_answer_holds_for_what_was_asked_alone() {
        let mut baseline = Baseline { seen: seen("") };
        let mut first = seen("");
        first.titles.insert("/".into(), "Slot".into());
        let asked = new_since(&baseline, &first).remove(0);
        let mut second = seen("");
        second.titles.insert("/".into(), "Togel".into());
        assert_eq!(baseline.accept(&second, &asked.digest), Err(Changed));
        assert_eq!(baseline.accept(&first, &asked.digest).map(|new| new.now), Ok("Slot".into()));
        assert_eq!(new_since(&baseline, &first), []);
        assert_eq!(new_since(&baseline, &second).len(), 1);
    }

    #[test]
    fn a_new_directory_and_a_sitemap_that_bursts_are_asked() {
        let usual: Vec<String> = (0..300).map(|number| format!("https://a.go.id/berita/{number}")).collect();
        let spam: Vec<String> = (0..400).map(|number| format!("https://a.go.id/slot/{number}")).collect();
        let baseline = Baseline { seen: Seen::of_sitemap(usual.iter().map(String::as_str)) };
        let burst = Seen::of_sitemap(usual.iter().chain(&spam).map(String::as_str));
        let asked: Vec<What> = new_since(&baseline, &burst).iter().map(|new| new.what).collect();
        assert_eq!(asked, [What::Directory, What::Sitemap]);
    }
}
