//! Which parts of a page speak of its article, and which of the site, of visitors or of other articles.

use super::tree::{Element, Tree};

/// What a part of a page is about, the more doubtful the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// Inside `article`, `main` or what is named so.
    Article,
    Page,
    /// Other articles: widgets, sidebars, "baca juga".
    Other,
    /// Clocks, counters, comments, footers, menus.
    Noise,
    /// Scripts, styles, what is not shown.
    Unseen,
}

const NOISE: &[&str] = &[
    "footer",
    "copyright",
    "comment",
    "komentar",
    "respond",
    "visitor",
    "pengunjung",
    "statistik",
    "statistic",
    "counter",
    "clock",
    "jam",
    "datetime-now",
    "current-date",
    "currentdate",
    "date-now",
    "today",
    "tanggalan",
    "live-date",
    "breadcrumb",
    "navbar",
    "nav",
    "topbar",
    "top-bar",
    "topheader",
    "top-header",
    "header-top",
    "headertop",
    "ticker",
    "marquee",
    "running",
    "breaking",
    "menu",
    "ads",
    "iklan",
    "cuaca",
    "weather",
    "sholat",
    "shalat",
    "polling",
    "kalender",
    "calendar-widget",
    "wp-calendar",
    "disqus",
    "online",
];

const OTHER: &[&str] = &[
    "sidebar",
    "widget",
    "aside",
    "related",
    "terkait",
    "recent",
    "latest",
    "popular",
    "populer",
    "terpopuler",
    "terkini",
    "terbaru",
    "trending",
    "most",
    "baca-juga",
    "bacajuga",
    "lainnya",
    "other",
    "next-post",
    "prev-post",
    "post-navigation",
    "pager",
    "pagination",
    "gpr",
    "rss",
    "feed",
    "also",
    "rekomendasi",
    "recommended",
    "banner",
];

const ARTICLE: &[&str] = &[
    "post",
    "single",
    "entry",
    "article",
    "artikel",
    "item-page",
    "node",
    "berita",
    "detail",
    "konten",
    "content",
    "isi",
    "hentry",
    "blog-post",
    "news",
];

/// Names of a site's head: what stands in it is a clock, unless it holds the title.
const HEAD: &[&str] = &["header", "head", "site-header", "main-header", "masthead", "top", "topnav", "kepala", "logo"];

fn is_head(element: &Element) -> bool {
    let names = [element.attribute("class"), element.attribute("id")];
    let mut words = names.into_iter().flatten().flat_map(str::split_whitespace).take(20);
    element.name == "header" || words.any(|word| HEAD.contains(&word.to_ascii_lowercase().as_str()))
}

/// Words of class and id. A name that begins with one of a list's words means it: "widget_recent_entries".
fn named(element: &Element, list: &[&str]) -> bool {
    let names = [element.attribute("class"), element.attribute("id")];
    let mut words = names.into_iter().flatten().flat_map(str::split_whitespace).take(20);
    words.any(|word| {
        let word = word.to_ascii_lowercase().replace('_', "-");
        // "jam" is a clock, "jamkesda" is not: short words stand alone or before a dash.
        list.iter().any(|known| {
            word == *known
                || word.strip_prefix(known).is_some_and(|rest| known.len() > 5 || rest.starts_with('-'))
                || (known.len() > 5
                    && word.strip_suffix(known).is_some_and(|rest| rest.ends_with('-') && !layout(rest)))
        })
    })
}

/// "has-sidebar", "right-sidebar" are names of a layout, not of the part itself.
fn layout(prefix: &str) -> bool {
    ["has-", "with-", "no-", "right-", "left-", "both-"].iter().any(|word| prefix.ends_with(word))
}

fn own_zone(element: &Element) -> Option<Zone> {
    let hidden = element.attribute("hidden").is_some()
        || element.attribute("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).take(400).collect();
            style.to_ascii_lowercase().contains("display:none")
        });
    match element.name.as_str() {
        "script" | "style" | "template" | "noscript" | "select" | "textarea" | "head" | "iframe" | "svg" => {
            return Some(Zone::Unseen);
        }
        _ if hidden => return Some(Zone::Unseen),
        "html" | "body" => return None,
        "footer" | "nav" | "marquee" => return Some(Zone::Noise),
        "aside" => return Some(Zone::Other),
        _ => {}
    }
    if named(element, NOISE) {
        return Some(Zone::Noise);
    }
    if named(element, OTHER) {
        return Some(Zone::Other);
    }
    let article = matches!(element.name.as_str(), "article" | "main") || named(element, ARTICLE);
    article.then_some(Zone::Article)
}

/// The zone of each element. What holds the title is never about something else, whatever it is called; a `footer` or a
/// `header` inside an article is the article's.
pub fn zones(tree: &Tree, title: Option<usize>) -> Vec<Zone> {
    let holds_title: Vec<usize> = title.map(|title| tree.up(title).collect()).unwrap_or_default();
    let mut zones = vec![Zone::Page; tree.elements.len()];
    for at in 1..tree.elements.len() {
        let element = &tree.elements[at];
        let above = zones[element.parent];
        let own = own_zone(element);
        let excused = holds_title.contains(&at)
            || (element.name == "footer" && above == Zone::Article)
            || (above == Zone::Article && element.name != "nav" && named(element, &["entry", "post", "article"]));
        zones[at] = match own {
            Some(Zone::Article) if above <= Zone::Page => Zone::Article,
            Some(own @ (Zone::Other | Zone::Noise)) if !excused => own.max(above),
            Some(Zone::Unseen) => Zone::Unseen,
            _ if above == Zone::Page && !holds_title.contains(&at) && is_head(element) => Zone::Noise,
            _ => above,
        };
    }
    zones
}
