//! Dates for machines: JSON-LD, meta elements, microdata.

use jiff::Timestamp;
use serde_json::Value;

use super::model::{Published, Signal};
use super::tree::Tree;
use super::zones::Zone;
use crate::monitoring::dates::{How, Named, makassar, read};

/// Bytes of one JSON-LD script that are read.
const JSON_BYTES_MAX: usize = 512 * 1024;

/// JSON-LD scripts of a page that are read.
const SCRIPTS_MAX: usize = 20;

/// The first year in which an agency can have put an article on a website.
const YEAR_MIN: i16 = 1995;

/// Characters of a found text that are kept as evidence.
pub const EVIDENCE_CHARS_MAX: usize = 160;

/// Hours that a date may be ahead of the look at it: zones and wrong clocks, not plans.
pub const AHEAD_HOURS_MAX: i64 = 24;

/// The day that a text names, unless that is still to come: articles are not published in the future.
pub fn past(text: &str, now: Timestamp) -> Option<(Named, How)> {
    let reading = read(text, now, &makassar()).filter(|reading| reading.to.is_none())?;
    let Named::Day(day) = reading.from else { return None };
    let limit = now.checked_add(jiff::SignedDuration::from_hours(AHEAD_HOURS_MAX)).ok()?;
    (day.year() >= YEAR_MIN && day <= makassar().to_datetime(limit).date()).then_some((reading.from, reading.how))
}

fn published(text: &str, signal: Signal, now: Timestamp) -> Option<Published> {
    let (date, how) = past(text, now)?;
    let text = text.trim().chars().take(EVIDENCE_CHARS_MAX).collect();
    (how == How::Written).then_some(Published { date, signal, text })
}

/// `datePublished` of the page's own article.
pub fn json_ld(tree: &Tree, title: &str, now: Timestamp) -> Option<Published> {
    let scripts = (1..tree.elements.len()).filter(|at| {
        let kind = tree.elements[*at].attribute("type").unwrap_or("");
        tree.elements[*at].name == "script" && kind.to_ascii_lowercase().contains("ld+json")
    });
    let mut found: Vec<(u8, Published)> = Vec::new();
    for script in scripts.take(SCRIPTS_MAX) {
        let text: String = tree.runs.iter().filter(|run| run.element == script).map(|run| run.text.as_str()).collect();
        let text = &text[..text.floor_char_boundary(JSON_BYTES_MAX)];
        match serde_json::from_str::<Value>(text) {
            Ok(value) => objects(&value, title, now, &mut found),
            Err(_) => found.extend(broken(text, now).map(|published| (4, published))),
        }
    }
    // The first of the best: of several articles a page names its own one first.
    found.into_iter().min_by_key(|(rank, _)| *rank).map(|(_, published)| published)
}

/// Keys under which other things than the page's article are told.
const OTHERS: &[&str] = &[
    "comment",
    "review",
    "itemListElement",
    "relatedLink",
    "isRelatedTo",
    "citation",
    "hasPart",
    "author",
    "publisher",
    "image",
    "video",
    "subjectOf",
    "mentions",
];

fn objects(value: &Value, title: &str, now: Timestamp, found: &mut Vec<(u8, Published)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| objects(one, title, now, found)),
        Value::Object(fields) => {
            let date = ["datePublished", "dateCreated", "uploadDate"].into_iter().find_map(|key| {
                let text = fields.get(key)?.as_str()?;
                published(text, Signal::JsonLd, now)
            });
            if let (Some(date), Some(rank)) = (date, kind_rank(value)) {
                let headline = ["headline", "name"].iter().find_map(|key| fields.get(*key)?.as_str());
                let own = headline.is_some_and(|headline| same_title(headline, title));
                found.push((if own { 0 } else { rank }, date));
            }
            for (key, one) in fields {
                if !OTHERS.contains(&key.as_str()) {
                    objects(one, title, now, found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// How surely an object is the page's article; `None` if it is none.
fn kind_rank(value: &Value) -> Option<u8> {
    let kind = match value.get("@type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or(""),
        _ => "",
    };
    match kind {
        _ if kind.ends_with("Article") || kind.ends_with("Posting") || kind == "Report" => Some(1),
        "WebPage" | "ItemPage" | "" => Some(2),
        "CreativeWork" | "DigitalDocument" | "GovernmentService" => Some(3),
        _ => None,
    }
}

pub fn same_title(one: &str, other: &str) -> bool {
    let bare =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (one, other) = (bare(one), bare(other));
    one.len() > 7 && other.len() > 7 && (one.starts_with(&other) || other.starts_with(&one))
}

/// JSON that a template broke with a quote or a line break still names its key.
fn broken(text: &str, now: Timestamp) -> Option<Published> {
    let rest = text.split_once("\"datePublished\"")?.1.trim_start().strip_prefix(':')?.trim_start();
    let value = rest.strip_prefix('"')?.split('"').next()?;
    published(value, Signal::JsonLd, now)
}

/// Names of meta elements, the surest first.
const META: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "publishdate",
    "publish-date",
    "publish_date",
    "published-date",
    "publication_date",
    "publication-date",
    "article.published",
    "pubdate",
    "pub_date",
    "citation_publication_date",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.issued",
    "dc.date.published",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "dc.created",
    "og:pubdate",
    "datecreated",
    "citation_date",
    "date",
    "article:created_time",
    "created",
];

pub fn meta(tree: &Tree, zones: &[Zone], now: Timestamp) -> Option<Published> {
    let named = |element: usize| {
        let element = &tree.elements[element];
        let name = ["property", "name", "itemprop"].iter().find_map(|key| element.attribute(key))?;
        let name = name.trim().to_ascii_lowercase();
        let rank = META.iter().position(|known| *known == name)?;
        Some((rank, element.attribute("content")?))
    };
    let metas = (1..tree.elements.len()).filter(|at| tree.elements[*at].name == "meta" && zones[*at] != Zone::Other);
    let found = metas.filter_map(named).filter_map(|(rank, text)| Some((rank, published(text, Signal::Meta, now)?)));
    found.min_by_key(|(rank, _)| *rank).map(|(_, published)| published).or_else(|| microdata(tree, zones, now))
}

fn microdata(tree: &Tree, zones: &[Zone], now: Timestamp) -> Option<Published> {
    (1..tree.elements.len()).filter(|at| zones[*at] <= Zone::Page).find_map(|at| {
        let element = &tree.elements[at];
        let kind = element.attribute("itemprop")?;
        if !kind.split_whitespace().any(|word| matches!(word, "datePublished" | "dateCreated")) {
            return None;
        }
        let values = [element.attribute("content"), element.attribute("datetime"), element.attribute("title")];
        let told = values.into_iter().flatten().find_map(|text| published(text, Signal::Meta, now));
        told.or_else(|| published(&tree.text(at, EVIDENCE_CHARS_MAX), Signal::Meta, now))
    })
}
