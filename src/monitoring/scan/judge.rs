//! From evidence to a verdict.

use super::hosts::is_official;
use super::links;
use super::model::{Evidence, Kind, Scan, Verdict};
use super::page::{Page, Passage};
use super::style::Hiding;
use super::wording::Wording;
use super::{defacement, structure};
use crate::threats::{host_of, is_gambling_host};

/// Pieces of evidence of one kind that are told; more of a kind say nothing more.
const EVIDENCE_OF_A_KIND_MAX: usize = 8;
/// Share of what speaks against it in title and headings that counts for each passage.
const HEADING_SHARE: f64 = 0.5;
/// From what weight on a passage tells of gambling instead of offering it.
pub const TELLING: f64 = 2.0;

/// What is known of a page before its parts are judged.
pub struct Around<'a> {
    /// The page.
    pub page: &'a Page,
    /// The host it came from, as told or as it says itself.
    pub own: Option<String>,
    /// Where it came from.
    pub url: Option<&'a str>,
    /// What speaks against an offer in title and headings.
    pub headings_against: f64,
}

impl<'a> Around<'a> {
    /// What is known of a page.
    pub fn of(page: &'a Page, url: Option<&'a str>) -> Self {
        let told = url.and_then(host_of);
        let said = || {
            let canonical = page.alternates.iter().find(|(kind, _)| kind == "canonical");
            canonical.and_then(|(_, to)| host_of(to)).filter(|host| !is_gambling_host(host))
        };
        let mut headings = page.title.clone().unwrap_or_default();
        for (level, heading) in page.headings.iter().take(64) {
            if *level < 3 {
                headings.push('\n');
                headings.push_str(heading);
            }
        }
        let headings_against = Wording::of(&headings).against();
        Around { page, own: told.or_else(said), url, headings_against }
    }

    /// Whether the page is known to be an office's or a school's.
    pub fn is_official(&self) -> bool {
        self.own.as_deref().is_some_and(is_official)
    }
}

/// Judges a page.
pub fn judge(page: &Page, url: Option<&str>) -> Scan {
    let around = Around::of(page, url);
    let (evidence, is_defaced) = gather(&around);
    weigh(&around, evidence, is_defaced)
}

/// All evidence of a page, and whether it was replaced.
pub fn gather(around: &Around) -> (Vec<Evidence>, bool) {
    let mut evidence = Vec::new();
    texts(around, &mut evidence);
    evidence.extend(links::evidence(around));
    evidence.extend(structure::evidence(around));
    let (defaced, is_defaced) = defacement::evidence(around.page);
    evidence.extend(defaced);
    (evidence, is_defaced)
}

/// Offers in title, description and passages.
fn texts(around: &Around, evidence: &mut Vec<Evidence>) {
    let page = around.page;
    if let Some(title) = &page.title {
        let wording = Wording::of(title);
        let offer = wording.offer(0.0);
        let (names, _) = wording.names();
        if offer.is_some() || names > 1 && wording.against() == 0.0 {
            evidence.push(Evidence::new(Kind::Title, title, "title", "a title that offers gambling or other wares"));
        }
    }
    let described: Vec<&str> = page.described.iter().take(16).map(|(_, text)| text.as_str()).collect();
    if let Some(offer) = Wording::of(&described.join("\n")).offer(around.headings_against * HEADING_SHARE) {
        evidence.push(Evidence::new(Kind::Promotion, &offer.text, "meta", "a description that offers"));
    }
    let wordings: Vec<Wording> = page.passages.iter().map(|passage| Wording::of(&passage.text)).collect();
    let against: Vec<f64> = wordings.iter().map(Wording::against).collect();
    for (number, (passage, wording)) in page.passages.iter().zip(&wordings).enumerate() {
        let around_it = outside(around, passage, number, &against);
        // A row of names whose links stay with the owner or lead to newspapers refers to news of them.
        let stays = !passage.links.is_empty()
            && !passage.links.iter().any(|link| links::is_foreign(&page.links[*link], around));
        if let Some(offer) =
            wording.offer(around_it).filter(|offer| !(offer.is_names && stays && passage.hiding == Hiding::None))
        {
            evidence.push(Evidence::new(
                Kind::Promotion,
                &offer.text,
                &passage.place,
                "an offer: a game or ware with a promise or a call",
            ));
            if passage.hiding == Hiding::Odd {
                evidence.push(Evidence::new(Kind::Hidden, &offer.text, &passage.place, passage.how));
            }
        }
    }
}

/// What speaks against an offer in this passage from outside it. What links away or is hidden speaks for itself.
fn outside(around: &Around, passage: &Passage, number: usize, against: &[f64]) -> f64 {
    let page = around.page;
    let links_away = passage.links.iter().any(|link| links::is_foreign(&page.links[*link], around));
    if links_away && !passage.is_quoted || passage.hiding != Hiding::None || !page.is_markup {
        return 0.0;
    }
    let near = |at: Option<usize>| at.and_then(|at| against.get(at)).copied().unwrap_or(0.0);
    let neighbours = near(number.checked_sub(1)) + near(number.checked_add(1));
    match (passage.is_quoted, passage.is_main) {
        (true, _) => around.headings_against + neighbours,
        (false, true) => around.headings_against * HEADING_SHARE + neighbours * HEADING_SHARE,
        (false, false) => around.headings_against * HEADING_SHARE,
    }
}

fn weigh(around: &Around, mut evidence: Vec<Evidence>, is_defaced: bool) -> Scan {
    evidence.sort();
    evidence.dedup();
    let mut counted = (None, 0);
    evidence.retain(|one| {
        counted = if counted.0 == Some(one.kind) { (counted.0, counted.1 + 1) } else { (Some(one.kind), 1) };
        counted.1 <= EVIDENCE_OF_A_KIND_MAX
    });
    let mut kinds: Vec<Kind> = evidence.iter().map(|one| one.kind).collect();
    kinds.dedup();
    let verdict = match kinds.len() {
        _ if is_defaced => Verdict::Defaced,
        0 => Verdict::Clean,
        1 => Verdict::Suspicious,
        // A search repeats what was asked in title, heading and address: nothing was stored on the site.
        _ if structure::is_search(around)
            && kinds.iter().all(|kind| matches!(kind, Kind::Title | Kind::Promotion | Kind::Address)) =>
        {
            Verdict::Suspicious
        }
        _ => Verdict::Infected,
    };
    Scan { verdict, evidence }
}
