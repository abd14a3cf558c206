//! What a page says of itself, where it sends its readers, and what its scripts do.

use super::hosts::{Whose, whose};
use super::judge::{Around, gather};
use super::links::is_own_offer;
use super::model::{Evidence, Kind};
use super::page::Passage;
use super::reader;
use super::scripts::{Doings, doings};
use super::wording::Wording;
use crate::threats::leads_to_gambling;

/// Letters of a page below which its script says nothing.
const LETTERS_MIN: usize = 60;

/// Evidence from the head, from structured data, redirects, scripts, the address and the language.
pub fn evidence(around: &Around) -> Vec<Evidence> {
    let page = around.page;
    let own = around.own.as_deref();
    let mut found = Vec::new();
    for (kind, to) in &page.alternates {
        let is_told = around.url.is_some()
            || leads_to_gambling(to)
            || own.is_some_and(|own| kind != "canonical" && super::hosts::is_official(own));
        if is_told && whose(to, own) == Whose::Foreign {
            found.push(
                Evidence::new(Kind::Canonical, kind, "head > link", "names a page of another owner as its own")
                    .leading_to(to),
            );
        }
    }
    found.extend(schema(around));
    for to in page.refreshes.iter().filter(|to| whose(to, own) == Whose::Foreign) {
        found.push(
            Evidence::new(Kind::Redirect, "refresh", "head > meta", "sends readers to another owner").leading_to(to),
        );
        found.extend(named(to, "head > meta"));
    }
    for code in &page.scripts {
        script(around, code, &doings(code), &mut found);
    }
    for to in page.script_addresses.iter().filter(|to| whose(to, own) == Whose::Foreign && leads_to_gambling(to)) {
        found.push(Evidence::new(Kind::Script, "", "script", "a script from a host of gambling").leading_to(to));
    }
    found.extend(address(around));
    found.extend(language(around));
    found
}

/// A redirect to a host that is named like gambling is a link there as well.
fn named(to: &str, place: &str) -> Option<Evidence> {
    leads_to_gambling(to).then(|| Evidence::new(Kind::Link, "", place, "leads to a host of gambling").leading_to(to))
}

fn schema(around: &Around) -> Vec<Evidence> {
    let mut found = Vec::new();
    for piece in around.page.structured.iter().take(64) {
        let joined: String =
            piece.chars().filter(|letter| !letter.is_whitespace()).take(100_000).collect::<String>().to_lowercase();
        let is_product = ["product", "game", "mobileapplication", "softwareapplication", "videogame", "casino"]
            .iter()
            .any(|kind| joined.contains(&format!("\"@type\":\"{kind}\"")));
        let is_rated = joined.contains("aggregaterating");
        if !is_product && !is_rated {
            continue;
        }
        let wording = Wording::of(piece);
        let (names, _) = wording.names();
        let title = around.page.title.as_deref().map(Wording::of);
        let is_offer = names > 0 || wording.offer(0.0).is_some() || title.is_some_and(|title| title.names().0 > 0);
        // Fairs and catalogues of offices show real products, with prices and without hundreds of thousands of judges.
        if is_offer && wording.against() == 0.0
            || is_rated && is_product && around.is_official() && judges(&joined) > 5_000
        {
            found.push(Evidence::new(
                Kind::Schema,
                piece,
                "script[type=\"application/ld+json\"]",
                "calls itself a product with ratings",
            ));
        }
    }
    found
}

/// How many people are said to have rated.
fn judges(joined: &str) -> u64 {
    ["ratingcount", "reviewcount"]
        .iter()
        .filter_map(|name| joined.split_once(name))
        .filter_map(|(_, rest)| {
            let digits: String = rest
                .trim_start_matches(|letter: char| !letter.is_ascii_digit())
                .chars()
                .take_while(char::is_ascii_digit)
                .take(12)
                .collect();
            digits.parse().ok()
        })
        .max()
        .unwrap_or(0)
}

fn script(around: &Around, code: &str, doings: &Doings, found: &mut Vec<Evidence>) {
    let own = around.own.as_deref();
    let before = found.len();
    for to in doings.redirects.iter().filter(|to| whose(to, own) == Whose::Foreign) {
        found.push(Evidence::new(Kind::Redirect, to, "script", "sends readers to another owner").leading_to(to));
        found.extend(named(to, "script"));
        if doings.is_choosy {
            found.push(Evidence::new(
                Kind::Cloaking,
                code,
                "script",
                "looks at where readers come from before it does",
            ));
        }
    }
    for markup in &doings.markup {
        // What is written is judged as a page of its own; scripts in it are not followed.
        let mut written = reader::read(markup);
        written.scripts.clear();
        written.title = None;
        let inner = Around { page: &written, own: around.own.clone(), url: around.url, headings_against: 0.0 };
        let (evidence, _) = gather(&inner);
        found.extend(evidence.into_iter().map(|mut one| {
            one.place = format!("script > {}", one.place);
            one
        }));
    }
    let is_packed = doings.is_obfuscated
        && (found.len() > before || code.contains("eval(") && doings.unpacked.iter().any(|text| is_code(text)));
    if is_packed {
        found.push(Evidence::new(Kind::Script, code, "script", "hides what it does"));
    }
}

/// Whether what was unpacked is more than a word: code or markup. Counters of visits pack an address of their own host.
fn is_code(text: &str) -> bool {
    let is_usual =
        text.split(['"', '\'', '=']).any(|part| part.contains("google-analytics") || part.contains("histats"));
    !is_usual && text.len() > 20 && (text.contains('(') && text.contains(')') || text.contains('<'))
}

/// Whether the page answers a search.
pub fn is_search(around: &Around) -> bool {
    let asks = around.url.is_some_and(|url| {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|part| {
            let name = part.split('=').next().unwrap_or_default();
            matches!(name, "s" | "q" | "cari" | "search" | "keyword" | "searchword" | "query" | "kata" | "keys" | "k")
                || name.contains("search")
        }) || url.contains("/search/")
            || url.contains("/cari/")
            || url.contains("/pencarian/")
    });
    let says = |text: &str| {
        let text = text.to_lowercase();
        [
            "hasil pencarian",
            "search results",
            "you searched for",
            "anda mencari",
            "pencarian untuk",
            "hasil cari",
            "search for",
        ]
        .iter()
        .any(|words| text.contains(words))
    };
    asks || around.page.title.as_deref().is_some_and(says)
        || around.page.headings.iter().take(8).any(|(_, heading)| says(heading))
}

fn address(around: &Around) -> Option<Evidence> {
    let url = around.url?;
    let path = url.split('?').next().unwrap_or(url);
    let is_offer = is_own_offer(path) && Wording::of(path).against() == 0.0 && around.headings_against == 0.0;
    is_offer.then(|| Evidence::new(Kind::Address, path, "", "the address is named like an offer").leading_to(url))
}

/// A page of an Indonesian office whose letters are of another part of the world, in text and title.
fn language(around: &Around) -> Option<Evidence> {
    let page = around.page;
    if !page.is_markup || !around.is_official() {
        return None;
    }
    let is_far = |letter: char| matches!(letter, '\u{e00}'..='\u{e7f}' | '\u{400}'..='\u{4ff}' | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    let share = |texts: &mut dyn Iterator<Item = &str>| {
        let (mut far, mut all) = (0usize, 0usize);
        for letter in texts.flat_map(str::chars).filter(|letter| letter.is_alphabetic()) {
            far += usize::from(is_far(letter));
            all += 1;
        }
        (far, all)
    };
    let (far, all) = share(&mut page.passages.iter().map(|passage: &Passage| passage.text.as_str()));
    let (far_title, _) = share(&mut page.title.iter().map(String::as_str));
    let title = page.title.as_deref().unwrap_or_default();
    (all >= LETTERS_MIN && far * 2 > all && far_title > 4)
        .then(|| Evidence::new(Kind::Language, title, "body", "speaks a language that such a site does not"))
}
