//! When articles were published, from their pages, from lists, feeds and sitemaps, by signals in their order of trust.
//!
//! Pure: a page is a text, the time of reading an argument. `docs/monitoring.md` tells the method and the figures.

mod feeds;
mod freshness;
mod lists;
mod model;
mod structured;
#[cfg(test)]
mod tests;
mod tree;
mod visible;
mod zones;

use jiff::Timestamp;

pub use feeds::{FEED_BYTES_MAX, FEED_ITEMS_MAX, feed_dates, sitemap_dates};
pub use freshness::{Evidence, Freshness, coming, freshness, monday};
pub use lists::{ITEMS_MAX, list_dates};
pub use model::{Item, Published, Signal};
pub use tree::PAGE_BYTES_MAX;

use visible::Called;

/// When the article on a page was published, with evidence. The first signal that answers is taken; a date still to come is
/// none of an article.
pub fn published(html: &str, address: Option<&str>, now: Timestamp) -> Option<Published> {
    let tree = tree::Tree::read(html);
    let title = visible::title(&tree, &zones::zones(&tree, None));
    let zones = zones::zones(&tree, title);
    let name = title.map(|title| tree.text(title, 300)).unwrap_or_default();
    structured::json_ld(&tree, &name, now)
        .or_else(|| structured::meta(&tree, &zones, now))
        .or_else(|| visible::time(&tree, &zones, title, now, Called::Published))
        .or_else(|| visible::near_title(&tree, &zones, title, now))
        .or_else(|| visible::time(&tree, &zones, title, now, Called::Updated))
        .or_else(|| in_address(&tree, address, now))
}

/// Year, month and day among the folders of the page's address, or of the one it calls its own.
fn in_address(tree: &tree::Tree, address: Option<&str>, now: Timestamp) -> Option<Published> {
    let own = tree.elements.iter().find_map(|element| {
        let canonical = element.name == "link" && element.attribute("rel") == Some("canonical");
        let shared = element.name == "meta" && element.attribute("property") == Some("og:url");
        let key = if canonical { "href" } else { "content" };
        element.attribute(key).filter(|_| canonical || shared)
    });
    [address, own].into_iter().flatten().find_map(|address| {
        let path = url::Url::parse(address).ok().map_or_else(|| address.to_owned(), |url| url.path().to_owned());
        let (date, _) = structured::past(&path, now).filter(|_| path.starts_with('/'))?;
        Some(Published {
            date,
            signal: Signal::Address,
            text: address.chars().take(structured::EVIDENCE_CHARS_MAX).collect(),
        })
    })
}

/// The same as the command line answers it: a date, or nothing.
pub fn page_date(html: &str, address: Option<&str>, now: Timestamp) -> String {
    published(html, address, now).map(|published| published.date.to_string()).unwrap_or_default()
}
