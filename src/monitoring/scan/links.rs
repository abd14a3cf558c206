//! Where links, frames and addresses in the text lead, and what is hidden with them.

use std::collections::HashSet;

use super::hosts::{Whose, is_official, whose};
use super::judge::{Around, TELLING};
use super::model::{Evidence, Kind};
use super::page::{Link, Passage};
use super::style::Hiding;
use super::wording::Wording;
use crate::threats::{host_of, is_doubtful_host, is_gambling_address, is_gambling_host, leads_to_gambling};

/// Letters of the longest host that is looked for in a text.
const HOST_LETTERS_MAX: usize = 253;

/// Whether a link leads to a host of another owner.
pub fn is_foreign(link: &Link, around: &Around) -> bool {
    whose(&link.to, around.own.as_deref()) == Whose::Foreign
}

/// Evidence from links, frames and addresses in the text.
pub fn evidence(around: &Around) -> Vec<Evidence> {
    let page = around.page;
    let mut found = Vec::new();
    for passage in &page.passages {
        of_passage(around, passage, &mut found);
        bare(around, passage, &mut found);
    }
    for frame in &page.frames {
        let is_foreign = whose(&frame.to, around.own.as_deref()) == Whose::Foreign;
        if is_foreign && frame.hiding == Hiding::Odd {
            found.push(
                Evidence::new(Kind::Frame, "", &frame.place, "a hidden frame of another owner").leading_to(&frame.to),
            );
        } else if is_foreign && leads_to_gambling(&frame.to) {
            found.push(
                Evidence::new(Kind::Frame, "", &frame.place, "a frame that shows gambling").leading_to(&frame.to),
            );
        }
    }
    found
}

/// Why a link is bad, if it is.
fn fault(link: &Link, around: &Around) -> Option<&'static str> {
    let of = whose(&link.to, around.own.as_deref());
    // Most links of a page are its own and harmless: their words need no reading.
    if of != Whose::Foreign && !is_own_offer(&link.to) {
        return None;
    }
    let anchor = Wording::of(&link.text);
    if anchor.against() > 0.0 {
        return None;
    }
    let address = Wording::of(&link.to);
    let (names, promises) = anchor.names();
    match of {
        Whose::Foreign if host_of(&link.to).is_some_and(|host| is_gambling_host(&host)) => {
            Some("leads to a host of gambling")
        }
        Whose::Foreign if address.against() == 0.0 && is_gambling_address(&link.to) => {
            Some("leads to an address of gambling")
        }
        Whose::Foreign if names > 0 || anchor.offer(0.0).is_some() => {
            Some("leads to another owner with the words of an offer")
        }
        // Pages that were added to the own site, or to another office's that was broken into as well.
        Whose::Own | Whose::Usual
            if is_official_or_own(link, around) && address.against() == 0.0 && (names > 0 || promises) =>
        {
            Some("leads to an own page that is named like an offer")
        }
        Whose::Own | Whose::Usual | Whose::Foreign => None,
    }
}

fn is_official_or_own(link: &Link, around: &Around) -> bool {
    whose(&link.to, around.own.as_deref()) == Whose::Own || host_of(&link.to).is_some_and(|host| is_official(&host))
}

/// Whether an address of the own site is named like an offer. The name of a host says nothing there.
pub fn is_own_offer(address: &str) -> bool {
    let path = host_of(address).map_or(address, |host| address.split_once(&host).map_or(address, |(_, path)| path));
    is_gambling_address(&format!("//x.invalid/{path}"))
}

fn of_passage(around: &Around, passage: &Passage, found: &mut Vec<Evidence>) {
    let links = passage.links.iter().map(|number| &around.page.links[*number]);
    let foreign: Vec<&Link> = links.clone().filter(|link| is_foreign(link, around)).collect();
    let bad: Vec<(&Link, &'static str)> =
        links.filter_map(|link| fault(link, around).map(|fault| (link, fault))).collect();
    if bad.is_empty() && foreign.is_empty() {
        return;
    }
    let wording = Wording::of(&passage.text);
    let offers = wording.offer(0.0).is_some();
    let tells = passage.hiding == Hiding::None && wording.against() >= TELLING && !offers;
    if tells {
        return;
    }
    for (link, fault) in &bad {
        let is_own = whose(&link.to, around.own.as_deref()) != Whose::Foreign;
        let kind = if is_own { Kind::Address } else { Kind::Link };
        found.push(Evidence::new(kind, &link.text, &link.place, fault).leading_to(&link.to));
        if link.hiding != Hiding::None {
            found.push(Evidence::new(Kind::Hidden, &link.text, &link.place, link.how).leading_to(&link.to));
        }
    }
    // A name that may be one of a house, or a word of an offer on the button: only beside the offer itself.
    let known: HashSet<*const Link> = bad.iter().map(|(link, _)| std::ptr::from_ref(*link)).collect();
    for link in foreign.iter().copied().filter(|_| offers) {
        let is_doubtful =
            host_of(&link.to).is_some_and(|host| is_doubtful_host(&host)) || Wording::of(&link.text).calls();
        if is_doubtful && !known.contains(&std::ptr::from_ref(link)) {
            found.push(
                Evidence::new(Kind::Link, &link.text, &link.place, "leads to another owner from an offer")
                    .leading_to(&link.to),
            );
        }
    }
    for link in foreign.iter().filter(|link| link.hiding == Hiding::Odd) {
        found.push(Evidence::new(Kind::Hidden, &link.text, &link.place, link.how).leading_to(&link.to));
    }
}

/// Addresses that stand in the text without being links.
fn bare(around: &Around, passage: &Passage, found: &mut Vec<Evidence>) {
    let hosts: Vec<&str> =
        passage.text.split_whitespace().filter(|word| word.contains('.')).filter_map(bare_host).collect();
    if hosts.is_empty() {
        return;
    }
    let wording = Wording::of(&passage.text);
    let telling = wording.against() + if passage.is_main || passage.is_quoted { around.headings_against } else { 0.0 };
    let offers = wording.offer(telling - wording.against()).is_some();
    for host in hosts {
        if around.own.as_deref() == Some(host) {
            continue;
        }
        if is_gambling_host(host) && (telling < TELLING || offers) || is_doubtful_host(host) && offers {
            found.push(Evidence::new(Kind::Link, host, &passage.place, "names a host of gambling").leading_to(host));
        }
    }
}

fn bare_host(word: &str) -> Option<&str> {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':', ',', ')', '"']).next()?;
    let (_, ending) = host.rsplit_once('.')?;
    let is_host =
        host.len() <= HOST_LETTERS_MAX && ending.len() >= 2 && ending.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_host && host.is_ascii() && !is_file(ending)).then_some(host)
}

/// "slot-gacor.pdf" is a file.
fn is_file(ending: &str) -> bool {
    const FILES: &[&str] = &[
        "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "jpg", "jpeg", "png", "webp", "gif", "html", "htm", "php",
        "zip", "apk", "txt",
    ];
    FILES.contains(&ending.to_ascii_lowercase().as_str())
}
