//! What a site is used to show, and what is new since. Something new is a question to the operator, not a verdict; the
//! answer is bound to the digest of what was asked, so a change asks anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::hosts::{Whose, is_below, whose};
use super::page::Page;
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
        Seen::of(&reader::read(&text_of(document)), url)
    }

    /// The same of a page that was read already.
    pub(super) fn of(page: &Page, url: &str) -> Self {
        let own = host_of(url);
        let other = |to: &str| host_of(to).filter(|_| whose(to, own.as_deref()) != Whose::Own);
        let mut seen = Seen::default();
        if let Some(title) = &page.title {
            seen.titles.insert(path_of(url).to_owned(), super::model::shortened(title));
        }
        seen.outbound.extend(page.links.iter().filter_map(|link| other(&link.to)).take(ENTRIES_MAX));
        seen.scripts.extend(page.script_addresses.iter().filter_map(|to| other(to)).take(ENTRIES_MAX));
        seen.tokens.extend(page.tokens.iter().take(ENTRIES_MAX).cloned());
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BaselineQuestionKind)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BaselineQuestion)]
pub struct New {
    pub kind: What,
    /// The host, the path, the directory or the token; empty for the sitemap.
    pub name: String,
    /// What stands there now.
    pub now: String,
    /// What stood there before; empty if nothing did.
    pub before: String,
    /// The digest of the question: an answer names it.
    pub digest: Digest,
}

impl New {
    fn of(kind: What, name: &str, now: &str, before: &str) -> Self {
        let digest = Digest::of_json(&json!({"kind": kind, "name": name, "now": now, "before": before}));
        New { kind, name: name.to_owned(), now: now.to_owned(), before: before.to_owned(), digest }
    }
}

/// What is known of a site when it is looked at: what was accepted of it, and the hosts that its agency may lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub accepted: Seen,
    pub hosts: Vec<String>,
}

impl Known {
    /// Hosts of other owners to which is linked, and that nobody knows of.
    pub fn new_hosts<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a String> {
        seen.outbound.difference(&self.accepted.outbound).filter(|host| !is_expected(host, &self.hosts))
    }
}

/// Whether nobody need be asked of links to a host: offices link to it anyway, or it is on the agency's list.
fn is_expected(host: &str, hosts: &[String]) -> bool {
    whose(&format!("//{host}"), None) == Whose::Usual || hosts.iter().any(|listed| is_below(host, listed))
}

/// What is seen and was not accepted; where nothing was accepted yet, everything. `hosts` are those that the agency may lead
/// to. What is gone is no question: links and pages may go.
pub fn new_since(accepted: Option<&Seen>, seen: &Seen, hosts: &[String]) -> Vec<New> {
    let nothing = Seen::default();
    let known = accepted.unwrap_or(&nothing);
    let mut new = Vec::new();
    for (path, title) in &seen.titles {
        match (known.titles.get(path), accepted) {
            (Some(before), _) if before != title => new.push(New::of(What::Title, path, title, before)),
            (None, None) => new.push(New::of(What::Title, path, title, "")),
            // A page that is new is no other page.
            (Some(_), _) | (None, Some(_)) => {}
        }
    }
    let names = |what: What, now: &BTreeSet<String>, before: &BTreeSet<String>| -> Vec<New> {
        now.difference(before).map(|name| New::of(what, name, name, "")).collect()
    };
    let mut outbound = names(What::Outbound, &seen.outbound, &known.outbound);
    outbound.retain(|one| !is_expected(&one.name, hosts));
    new.append(&mut outbound);
    new.extend(names(What::Script, &seen.scripts, &known.scripts));
    new.extend(names(What::Token, &seen.tokens, &known.tokens));
    for (directory, count) in &seen.directories {
        if *count >= DIRECTORY_ADDRESSES_MIN && !known.directories.contains_key(directory) {
            new.push(New::of(What::Directory, directory, &count.to_string(), ""));
        }
    }
    new.extend(of_sitemap(accepted, seen));
    new.sort();
    new
}

fn of_sitemap(accepted: Option<&Seen>, seen: &Seen) -> Option<New> {
    let now = seen.sitemap_addresses;
    let Some(known) = accepted else {
        return (now > 0).then(|| New::of(What::Sitemap, "", &now.to_string(), ""));
    };
    let more = now.saturating_sub(known.sitemap_addresses);
    let bursts =
        more > SITEMAP_ADDRESSES_MORE_MAX && f64::from(more) > f64::from(known.sitemap_addresses) * SITEMAP_GROWTH_MAX;
    bursts.then(|| New::of(What::Sitemap, "", &now.to_string(), &known.sitemap_addresses.to_string()))
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
        let before = seen("");
        let asked = |more: &str, hosts: &[String]| new_since(Some(&before), &seen(more), hosts);
        assert_eq!(asked("", &[]), []);
        assert_eq!(asked("<a href='/x'>own</a><a href='https://www.kemkes.go.id'>an office</a>", &[]), []);
        let more = "<a href='https://www.jauh.example'>x</a><script src='//jauh.example/a.js'></script><meta name=google-site-verification content=b>";
        let kinds = |found: Vec<New>| found.iter().map(|new| new.kind).collect::<Vec<_>>();
        assert_eq!(kinds(asked(more, &[])), [What::Outbound, What::Script, What::Token]);
        assert_eq!(kinds(asked(more, &["jauh.example".to_owned()])), [What::Script, What::Token], "it may lead there");
        let known = Known { accepted: before.clone(), hosts: Vec::new() };
        assert_eq!(known.new_hosts(&seen(more)).collect::<Vec<_>>(), ["www.jauh.example"]);
    }

    #[test]
    fn where_nothing_was_accepted_everything_is_asked() {
        let mut first = seen("<a href='https://jauh.example'>x</a>");
        first.join(Seen::of_sitemap(["https://dinas.contoh.go.id/a/1"]));
        let kinds: Vec<What> = new_since(None, &first, &[]).iter().map(|new| new.kind).collect();
        assert_eq!(kinds, [What::Title, What::Outbound, What::Sitemap, What::Token]);
    }

    #[test]
    fn a_question_of_another_text_is_another_question() {
        let titled = |title: &str| Seen { titles: [("/".to_owned(), title.to_owned())].into(), ..Seen::default() };
        let asked = |title: &str| new_since(Some(&titled("Dinas")), &titled(title), &[]).remove(0);
        assert_eq!((asked("Slot").before, asked("Slot").now), ("Dinas".to_owned(), "Slot".to_owned()));
        assert_ne!(asked("Slot").digest, asked("Togel").digest);
        assert_eq!(new_since(Some(&titled("Dinas")), &titled("Dinas"), &[]), []);
    }

    #[test]
    fn a_new_directory_and_a_sitemap_that_bursts_are_asked() {
        let usual: Vec<String> = (0..300).map(|number| format!("https://a.go.id/berita/{number}")).collect();
        let spam: Vec<String> = (0..400).map(|number| format!("https://a.go.id/slot/{number}")).collect();
        let before = Seen::of_sitemap(usual.iter().map(String::as_str));
        let burst = Seen::of_sitemap(usual.iter().chain(&spam).map(String::as_str));
        let asked: Vec<What> = new_since(Some(&before), &burst, &[]).iter().map(|new| new.kind).collect();
        assert_eq!(asked, [What::Directory, What::Sitemap]);
    }
}
