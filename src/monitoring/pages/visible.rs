//! Dates that readers see: near the title of an article, with words or names that call them its date.

use jiff::Timestamp;

use super::model::{Published, Signal};
use super::structured::{EVIDENCE_CHARS_MAX, past, same_title};
use super::tree::{Element, Tree, tidy};
use super::zones::Zone;
use crate::monitoring::dates::How;

/// Characters of a heading that are looked at.
const TITLE_CHARS_MAX: usize = 300;

/// Lines before and after the title in which the date of its article may stand.
const LINES_BEFORE: usize = 4;
const LINES_AFTER: usize = 12;

/// Words of a line that may still be about its date; a longer one is prose, in which only the beginning counts.
const LINE_WORDS_MAX: usize = 18;

/// Characters of a paragraph in which it names place and day: "MAKASSAR, 12 Januari 2026 – ".
const DATELINE_CHARS: usize = 48;

/// The heading of the article: the one that `<title>` repeats, or else one that is not of a widget or the site's head.
pub fn title(tree: &Tree, zones: &[Zone]) -> Option<usize> {
    let named = |wanted: &'static str| (1..tree.elements.len()).filter(move |at| tree.elements[*at].name == wanted);
    let page_title = named("title").next().map(|at| tree.text(at, TITLE_CHARS_MAX)).unwrap_or_default();
    let headings = || (1..tree.elements.len()).filter(|at| heading(&tree.elements[*at]));
    let text = |at: usize| tree.text(at, TITLE_CHARS_MAX);
    headings()
        .take(200)
        .find(|at| same_title(&text(*at), &page_title))
        .or_else(|| headings().find(|at| zones[*at] <= Zone::Page && headline(&tree.elements[*at])))
        .or_else(|| {
            named("h1").rfind(|at| zones[*at] <= Zone::Page && !in_site_header(tree, *at) && !text(*at).is_empty())
        })
        .or_else(|| named("h2").find(|at| zones[*at] <= Zone::Page && !in_site_header(tree, *at)))
}

fn heading(element: &Element) -> bool {
    matches!(element.name.as_str(), "h1" | "h2" | "h3" | "h4") || headline(element)
}

fn headline(element: &Element) -> bool {
    let class = element.attribute("class").unwrap_or("");
    element.attribute("itemprop") == Some("headline")
        || class.split_whitespace().any(|word| {
            matches!(word, "entry-title" | "post-title" | "judul" | "judul-berita" | "page-title" | "article-title")
        })
}

fn in_site_header(tree: &Tree, at: usize) -> bool {
    let above: Vec<&str> = tree.up(at).map(|at| tree.elements[at].name.as_str()).collect();
    above.contains(&"header") && !above.contains(&"article") && !above.contains(&"main")
}

/// What a `<time>` may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// Published, or nothing.
    Published,
    /// Updated: in old themes the only one that there is.
    Updated,
}

/// `<time datetime>` of the article: of those in it the one called published, or else the first after the title.
pub fn time(tree: &Tree, zones: &[Zone], title: Option<usize>, now: Timestamp, wanted: Called) -> Option<Published> {
    let article = title.and_then(|title| tree.up(title).find(|at| tree.elements[*at].name == "article"));
    let times = (1..tree.elements.len()).filter(|at| tree.elements[*at].name == "time" && zones[*at] <= Zone::Page);
    let found = times.filter_map(|at| {
        let element = &tree.elements[at];
        let inside = article.is_none_or(|article| tree.up(at).any(|above| above == article));
        let shown = tree.text(at, EVIDENCE_CHARS_MAX);
        let stamp = element.attribute("datetime").unwrap_or("");
        let (date, text) = match past(stamp, now) {
            Some((date, How::Written)) => (date, stamp.to_owned()),
            _ => (past(&shown, now)?.0, shown),
        };
        let names = tree.up(at).take(2).filter_map(|at| tree.elements[at].attribute("class"));
        let class = names.collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let updated = class.split_whitespace().any(|word| word.contains("updated") || word.contains("modified"));
        let beside = tree.text(element.parent, 80).to_lowercase();
        let updated = updated || (says(&beside, CHANGED_WORDS) && !says(&beside, PUBLISHING));
        let called = element.attribute("pubdate").is_some() || class.contains("publish");
        let rank = u8::from(!called);
        let fits = if called || !updated { Called::Published } else { Called::Updated };
        if fits != wanted {
            return None;
        }
        let before = title.is_some_and(|title| at < title);
        Some(((!inside, rank, before, distance(at, title)), Published { date, signal: Signal::Time, text }))
    });
    found.min_by_key(|(rank, _)| *rank).map(|(_, published)| published)
}

fn distance(at: usize, title: Option<usize>) -> usize {
    title.map_or(at, |title| title.abs_diff(at))
}

/// A line as a browser shows it: what stands between two breaks.
struct Shown {
    element: usize,
    text: String,
}

const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "cite", "em", "font", "i", "img", "label", "mark", "s", "small", "span", "strong", "sub",
    "sup", "time", "u", "wbr", "ins",
];

/// The lines of the parts that may be the article's.
fn lines(tree: &Tree, zones: &[Zone]) -> Vec<Shown> {
    let mut lines: Vec<(usize, Shown)> = Vec::new();
    let mut last_element = 0;
    for run in &tree.runs {
        let block = tree.up(run.element).find(|at| !INLINE.contains(&tree.elements[*at].name.as_str())).unwrap_or(0);
        let from = last_element.min(run.element) + 1;
        let broken = tree.elements[from..=last_element.max(run.element)].iter().take(64).any(|one| one.name == "br");
        last_element = last_element.max(run.element);
        match lines.last_mut() {
            Some((known, line)) if *known == block && !broken => {
                line.text.push(' ');
                line.text.push_str(&run.text);
            }
            _ => lines.push((block, Shown { element: run.element, text: run.text.clone() })),
        }
    }
    let shown = lines.into_iter().map(|(_, line)| Shown { text: tidy(&line.text), ..line });
    shown.filter(|line| !line.text.is_empty() && zones[line.element] <= Zone::Page).collect()
}

/// Names that templates give to the place of an article's date.
const DATE_NAMES: &[&str] =
    &["date", "tanggal", "tgl", "meta", "publish", "posted", "create", "waktu", "info", "submitted"];

fn called_date(tree: &Tree, element: usize) -> bool {
    tree.up(element).take(3).any(|at| {
        let names = [tree.elements[at].attribute("class"), tree.elements[at].attribute("id")];
        let names: String = names.into_iter().flatten().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        DATE_NAMES.iter().any(|name| names.contains(name)) && !names.contains("update") && !names.contains("modif")
    })
}

const PUBLISHED_WORDS: &[&str] = &[
    "dipost",
    "posting",
    "diposkan",
    "dipublik",
    "publikasi",
    "publish",
    "posted",
    "terbit",
    "tayang",
    "dibuat",
    "created",
    "ditulis",
    "written",
    "oleh",
    "by ",
    "dibaca",
    "dilihat",
    "views",
    "hits",
    "wib",
    "wita",
    "admin",
    "submitted",
    "unggah",
    "rilis",
    "tanggal :",
    "tanggal:",
];
/// Those of them that speak of nothing but publication.
const PUBLISHING: &[&str] =
    &["dipost", "diposkan", "dipublik", "publish", "posted", "terbit", "tayang", "ditulis", "diunggah", "dirilis"];
const CHANGED_WORDS: &[&str] = &["update", "perbarui", "perbaharui", "diubah", "modified", "mutakhir", "perubahan"];
const EVENT_WORDS: &[&str] =
    &["pelaksanaan", "kegiatan :", "batas", "deadline", "berlaku", "lahir", "mulai", "s.d", "hari ini"];

fn says(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// A line behind the article that says when it was published.
fn below(lines: &[Shown], from: usize, now: Timestamp) -> Option<Published> {
    lines.iter().skip(from).find_map(|line| {
        let low = line.text.to_lowercase();
        let short = line.text.split(' ').count() <= LINE_WORDS_MAX;
        let (date, _) = past(&line.text, now).filter(|_| short && says(&low, PUBLISHING))?;
        let text = line.text.chars().take(EVIDENCE_CHARS_MAX).collect();
        Some(Published { date, signal: Signal::Visible, text })
    })
}

/// A date in a line near the title.
pub fn near_title(tree: &Tree, zones: &[Zone], title: Option<usize>, now: Timestamp) -> Option<Published> {
    let lines = lines(tree, zones);
    let place = title.and_then(|title| lines.iter().position(|line| tree.up(line.element).any(|at| at == title)));
    let from = place.map_or(0, |place| place.saturating_sub(LINES_BEFORE));
    let until = place.map_or(lines.len(), |place| lines.len().min(place + LINES_AFTER));
    let found = (from..until).filter(|at| Some(*at) != place).filter_map(|at| {
        let line = &lines[at];
        // "07", "Okt", "2025" in boxes of their own.
        let boxed = line.text.len() <= 2 && line.text.bytes().all(|byte| byte.is_ascii_digit());
        let joined = lines[at..lines.len().min(at + 3)].iter().filter(|_| boxed).map(|line| line.text.as_str());
        let joined = joined.collect::<Vec<_>>().join(" ");
        let whole = if boxed { &joined } else { &line.text };
        let prose = line.text.split(' ').count() > LINE_WORDS_MAX;
        let text: String = whole.chars().take(if prose { DATELINE_CHARS } else { 400 }).collect();
        let (date, how) = past(&text, now)?;
        let low = text.to_lowercase();
        // A cell "Lahir" beside a cell with a day.
        let label = at.checked_sub(1).map(|label| lines[label].text.to_lowercase()).unwrap_or_default();
        if label.len() < 40 && label.contains("lahir") {
            return None;
        }
        let said = |words: &[&str]| says(&low, words);
        let called = called_date(tree, line.element) || said(PUBLISHED_WORDS);
        let before = place.is_some_and(|place| at < place);
        // What stands above the title without a word is the clock of the page's head, as long as it shows today.
        if before && !called && zones[line.element] != Zone::Article {
            return None;
        }
        let rank = match () {
            () if said(EVENT_WORDS) => 5,
            () if said(CHANGED_WORDS) && !said(PUBLISHING) => 4,
            () if prose => 3,
            () if called => 0,
            () if how == How::Written => 1,
            () => 2,
        };
        let evidence = text.chars().take(EVIDENCE_CHARS_MAX).collect();
        let near = place.map_or(at, |place| place.abs_diff(at));
        Some(((rank, before, near), Published { date, signal: Signal::Visible, text: evidence }))
    });
    match found.min_by_key(|(rank, _)| *rank) {
        Some(((0..=2, ..), published)) => Some(published),
        doubtful => below(&lines, until, now).or(doubtful.map(|(_, published)| published)),
    }
}
