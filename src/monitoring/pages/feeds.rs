//! The items of RSS, Atom and sitemaps, read leniently: feeds in the wild are cut off, unescaped, or have a script's
//! complaint before their first line. What an item says is read; whether the whole is well-formed is not asked.

use jiff::Timestamp;

use super::model::{Item, Signal};
use crate::monitoring::dates::{makassar, read};

/// Bytes of a feed that are read.
pub const FEED_BYTES_MAX: usize = 5 * 1024 * 1024;

/// Items of a feed that are told: the newest stand first, or the feed is sorted by something else.
pub const FEED_ITEMS_MAX: usize = 1_000;

/// Dates of a feed's items. The channel's own date is passed over, since it is the time of building.
pub fn feed_dates(xml: &str, now: Timestamp) -> Vec<Item> {
    let item = |body: &str| {
        let address = link(body);
        let date = |names: &[&str], signal| {
            let date =
                names.iter().filter_map(|name| element(body, name)).find_map(|text| read(&text, now, &makassar()))?;
            Some(Item { address: address.clone(), date, signal })
        };
        let published = date(&["pubDate", "published", "dc:date", "issued", "dcterms:created", "date"], Signal::Feed);
        published.or_else(|| date(&["updated", "modified"], Signal::FeedUpdated))
    };
    parts(xml, &["item", "entry"]).into_iter().filter_map(item).collect()
}

/// `lastmod` of a sitemap's addresses, or of the sitemaps of an index.
pub fn sitemap_dates(xml: &str, now: Timestamp) -> Vec<Item> {
    let item = |body: &str| {
        let date = read(&element(body, "lastmod")?, now, &makassar())?;
        Some(Item { address: element(body, "loc").unwrap_or_default(), date, signal: Signal::Sitemap })
    };
    parts(xml, &["url", "sitemap"]).into_iter().filter_map(item).collect()
}

/// What stands in each element of these names, up to its end or to the next one's beginning.
fn parts<'a>(xml: &'a str, names: &[&str]) -> Vec<&'a str> {
    let xml = &xml[..xml.floor_char_boundary(FEED_BYTES_MAX)];
    let mut found: Vec<&str> = Vec::new();
    let mut begun: Option<usize> = None;
    for (at, _) in xml.match_indices('<') {
        let rest = &xml[at + 1..];
        let (closing, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name = local(rest);
        if !names.contains(&name) {
            continue;
        }
        if let Some(from) = begun.take() {
            found.push(&xml[from..at]);
        }
        if !closing {
            begun = Some(at);
        }
        if found.len() == FEED_ITEMS_MAX {
            return found;
        }
    }
    found.extend(begun.map(|from| &xml[from..]));
    found
}

/// The name of a tag without its prefix.
fn local(tag: &str) -> &str {
    let end =
        tag.bytes().take(40).position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-')));
    let name = &tag[..end.unwrap_or(0)];
    name.rsplit(':').next().unwrap_or(name)
}

/// The text of the first element of a name in an item: `date` is found as `dc:date` too.
fn element(body: &str, name: &str) -> Option<String> {
    let wanted = name.rsplit(':').next()?;
    let text = body.match_indices('<').find_map(|(at, _)| {
        let tag = &body[at + 1..];
        (local(tag) == wanted).then(|| tag.split_once('>').map(|(_, text)| text))?
    })?;
    let text = match text.trim_start().strip_prefix("<![CDATA[") {
        Some(quoted) => quoted.split("]]>").next()?,
        None => text.split('<').next()?,
    };
    Some(text.trim().replace("&amp;", "&")).filter(|text| !text.is_empty())
}

/// An item's address: the text of RSS's `link`, the `href` of Atom's, or a `guid` that is one.
fn link(body: &str) -> String {
    let own = element(body, "link").filter(|text| text.contains('/'));
    let attribute = || {
        body.match_indices("<link").find_map(|(at, _)| {
            let tag = body[at..].split('>').next()?;
            let alternate = !tag.contains("rel=") || tag.contains("alternate");
            let value = tag.split_once("href=")?.1;
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            alternate.then(|| value[1..].split(quote).next().map(|href| href.replace("&amp;", "&")))?
        })
    };
    own.or_else(attribute).or_else(|| element(body, "guid").filter(|guid| guid.contains("://"))).unwrap_or_default()
}
