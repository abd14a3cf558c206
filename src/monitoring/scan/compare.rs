//! One address, several visitors: what is added for those who come from a search engine, for telephones and crawlers.
//!
//! Two answers of one address are never equal: tokens, counters, dates and advertisements differ. So what is compared is
//! not their share of equal letters but the evidence of each, with numbers taken out of it.

use std::collections::BTreeSet;

use super::hosts::{Whose, owner_of, whose};
use super::judge::{Around, gather};
use super::model::{Evidence, Kind};
use super::page::Page;
use super::reader;
use super::scripts::doings;
use crate::monitoring::decoding::text_of;
use crate::threats::fold::fold;
use crate::threats::host_of;

/// Foreign owners that a second answer may link to more than the first: what turns, such as partners of the day.
const OWNERS_ADDED_MAX: usize = 2;
/// Words of an answer below which it is no content.
const CONTENT_WORDS_MIN: usize = 25;
/// Share of an answer's words that the home page has too, from which it is the same frame without content.
const FRAME_SHARE: f64 = 0.6;

/// What `other`, the answer to another kind of visitor, has and `plain`, the one to a plain browser, does not: the evidence
/// itself, and that it was added, which is evidence of its own.
pub fn added(plain: &[u8], other: &[u8], url: Option<&str>) -> Vec<Evidence> {
    let (plain, other) = (reader::read(&text_of(plain)), reader::read(&text_of(other)));
    let (seen, told) = (Around::of(&plain, url), Around::of(&other, url));
    let known: BTreeSet<(Kind, String)> = gather(&seen).0.iter().map(bare).collect();
    let mut found: Vec<Evidence> = gather(&told).0.into_iter().filter(|one| !known.contains(&bare(one))).collect();
    let mut added = Vec::new();
    for one in &found {
        let mut as_added = one.clone();
        as_added.kind = Kind::Cloaking;
        as_added.reason = format!("only for this visitor: {}", one.reason);
        added.push(as_added);
    }
    added.extend(foreign_added(&plain, &other, told.own.as_deref()));
    found.extend(added);
    found.sort();
    found.dedup();
    found
}

/// Owners of links, scripts and frames that only the second answer names.
fn foreign_added(plain: &Page, other: &Page, own: Option<&str>) -> Vec<Evidence> {
    let mut found = Vec::new();
    let owners = |addresses: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
        let foreign = addresses.filter(|to| whose(to, own) == Whose::Foreign);
        foreign.filter_map(host_of).map(|host| owner_of(&host).to_owned()).collect()
    };
    let tell = |owner: &str, what: &str| Evidence::new(Kind::Cloaking, owner, "", what).leading_to(owner);
    let links = |page: &Page| owners(&mut page.links.iter().map(|link| link.to.as_str()));
    let (before, after) = (links(plain), links(other));
    let more: Vec<&String> = after.difference(&before).collect();
    if more.len() > OWNERS_ADDED_MAX {
        found.extend(more.iter().map(|owner| tell(owner, "only for this visitor: links to another owner")));
    }
    let scripts = |page: &Page| owners(&mut page.script_addresses.iter().map(String::as_str));
    let (before, after) = (scripts(plain), scripts(other));
    found
        .extend(after.difference(&before).map(|owner| tell(owner, "only for this visitor: a script of another owner")));
    let redirects = |page: &Page| -> BTreeSet<String> {
        let by_script = page.scripts.iter().flat_map(|code| doings(code).redirects);
        let all: Vec<String> = page.refreshes.iter().cloned().chain(by_script).collect();
        owners(&mut all.iter().map(String::as_str))
    };
    let (before, after) = (redirects(plain), redirects(other));
    found.extend(after.difference(&before).map(|owner| tell(owner, "only for this visitor: sent to another owner")));
    found
}

/// Evidence without what differs from answer to answer.
fn bare(one: &Evidence) -> (Kind, String) {
    let host = one.address.as_deref().and_then(host_of).unwrap_or_default();
    let text: String = one.text.chars().filter(|letter| letter.is_alphabetic() || *letter == ' ').collect();
    (one.kind, format!("{host} {text}"))
}

/// Where redirects of the server ended, for a plain browser and for another visitor: evidence if only the latter left the owner.
pub fn sent_away(plain_end: &str, other_end: &str, url: &str) -> Option<Evidence> {
    let own = host_of(url);
    let left = |end: &str| whose(end, own.as_deref()) == Whose::Foreign;
    (left(other_end) && !left(plain_end)).then(|| {
        Evidence::new(Kind::Cloaking, other_end, "", "only for this visitor: sent to another owner")
            .leading_to(other_end)
    })
}

/// An address that nobody can have made, answered with status 200: is it content? Sites that answer everything with
/// their home page, or say in words that nothing is there, are careless, not infected.
pub fn random_path(home: &[u8], answer: &[u8], url: Option<&str>) -> Vec<Evidence> {
    let (home, answer) = (reader::read(&text_of(home)), reader::read(&text_of(answer)));
    let words = |page: &Page| -> BTreeSet<String> {
        let mut text = page.title.clone().unwrap_or_default();
        page.passages.iter().for_each(|passage| {
            text.push('\n');
            text.push_str(&passage.text);
        });
        let folded = fold(&text);
        folded.text.split(' ').filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
    };
    let (at_home, answered) = (words(&home), words(&answer));
    let shared = answered.intersection(&at_home).count() as f64 / answered.len().max(1) as f64;
    let is_content = answered.len() >= CONTENT_WORDS_MIN && shared < FRAME_SHARE && !says_nothing_there(&answer);
    let mut found = gather(&Around::of(&answer, url)).0;
    // What the home page has as well was not made for this address.
    let known: BTreeSet<(Kind, String)> = gather(&Around::of(&home, url)).0.iter().map(bare).collect();
    found.retain(|one| !known.contains(&bare(one)));
    if is_content {
        let title = answer.title.as_deref().unwrap_or_default();
        found.push(Evidence::new(Kind::RandomPath, title, "", "an address that nobody made answers with content"));
    }
    found.sort();
    found
}

fn says_nothing_there(page: &Page) -> bool {
    const WORDS: &[&str] = &[
        "404",
        "tidak ditemukan",
        "not found",
        "tidak tersedia",
        "page not exist",
        "doesn t exist",
        "does not exist",
        "tidak ada halaman",
        "belum tersedia",
        "nothing was found",
        "can t be found",
        "cannot be found",
        "tidak dapat ditemukan",
        "tidak bisa ditemukan",
        "no longer available",
        "halaman hilang",
    ];
    let headings = page.headings.iter().map(|(_, heading)| heading.as_str());
    let passages = page.passages.iter().map(|passage| passage.text.as_str());
    page.title.as_deref().into_iter().chain(headings).chain(passages).take(2_000).any(|text| {
        let text = fold(text).text;
        WORDS.iter().any(|words| text.contains(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: Option<&str> = Some("https://dinas.contoh.go.id/");

    fn page(more: &str) -> Vec<u8> {
        format!("<html lang=id><head><title>Dinas Contoh</title></head><body><nav><a href=/>Beranda</a></nav><p>Pengunjung ke-4711, 12:04:55. Panen raya dihadiri bupati.</p>{more}</body></html>").into_bytes()
    }

    fn kinds(found: &[Evidence]) -> BTreeSet<Kind> {
        found.iter().map(|one| one.kind).collect()
    }

    #[test]
    fn tokens_counters_and_known_widgets_are_no_difference() {
        let plain = page("<input name=csrf value=a81f><script src='https://www.googletagmanager.com/x.js'></script>");
        let other = page(
            "<input name=csrf value=77bc><script src='https://www.google-analytics.com/y.js'></script><a href='https://mitra.example'>Mitra</a>",
        );
        assert_eq!(added(&plain, &other, URL), []);
    }

    #[test]
    fn what_only_search_visitors_are_shown_is_evidence_of_two_kinds() {
        let plain = page("");
        let linked = added(&plain, &page("<p><a href='https://raja777.example'>slot gacor</a></p>"), URL);
        assert_eq!(kinds(&linked), BTreeSet::from([Kind::Link, Kind::Cloaking]));
        let sent = added(&plain, &page("<script>location.href='https://jauh.example/'</script>"), URL);
        assert_eq!(kinds(&sent), BTreeSet::from([Kind::Redirect, Kind::Cloaking]));
        let scripted = added(&plain, &page("<script src='https://jauh.example/x.js'></script>"), URL);
        assert_eq!(kinds(&scripted), BTreeSet::from([Kind::Cloaking]));
        // What both are shown is no difference.
        let both = page("<p><a href='https://raja777.example'>slot gacor</a></p>");
        assert_eq!(added(&both, &both, URL), []);
    }

    #[test]
    fn only_leaving_the_owner_counts_as_sent_away() {
        let url = "https://dinas.contoh.go.id/";
        assert!(sent_away(url, "https://jauh.example/", url).is_some());
        assert!(sent_away(url, "https://m.contoh.go.id/", url).is_none());
        assert!(sent_away("https://jauh.example/", "https://jauh.example/", url).is_none());
    }

    #[test]
    fn an_address_that_nobody_made_may_say_so_in_words_or_show_the_home_page() {
        let home = page(
            "<p>Bupati menghadiri panen raya bersama petani dan penyuluh di kecamatan timur pada musim tanam kedua tahun ini.</p>",
        );
        assert_eq!(random_path(&home, &home, URL), []);
        assert_eq!(random_path(&home, &page("<h1>Halaman tidak ditemukan</h1>"), URL), []);
        let long = "<p>Permainan pilihan keluarga modern dengan hadiah unik serta layanan ramah sepanjang musim. Koleksi lengkap, grafis memukau, suara jernih, \
            antarmuka ringkas, panduan praktis, komunitas aktif, dukungan cepat, pembayaran lancar, keamanan berlapis, tampilan segar.</p>";
        assert!(kinds(&random_path(&home, &page(long), URL)).contains(&Kind::RandomPath));
    }
}
