//! Atom, RSS, JSON Feed, sitemap, robots.txt, security.txt, humans.txt: files for programs.

use std::collections::HashSet;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::dates;
use super::model::{Card, Snapshot, text_in};
use super::plan::{self, ListKind, Page};
use super::views::World;
use super::{pictures, rules};
use crate::kernel::Timestamp;

/// A file of the site: path below its root, bytes.
pub type File = (String, Vec<u8>);

/// Text for an XML element or attribute. Control characters that XML cannot hold go.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(letter),
        }
    }
    out
}

/// One feed: of a site in a language, or of one of its sections.
struct Feed<'f> {
    title: String,
    /// The address of the page it accompanies, with a slash at its end.
    base: &'f str,
    locale: usize,
    /// Newest first.
    entries: Vec<u32>,
}

/// All feeds, of each kind.
pub fn feeds(world: &World) -> Vec<File> {
    let mut feeds = Vec::new();
    let homes: Vec<String> = world.prefixes.iter().map(|prefix| format!("{prefix}/")).collect();
    for page in &world.plan.pages {
        if let Page::Home { locale } = page {
            let entries = world.plan.news[*locale].iter().rev().take(rules::FEED_ITEMS).copied().collect();
            let title = world.locales[*locale].title.clone();
            feeds.push(Feed { title, base: &homes[*locale], locale: *locale, entries });
        }
    }
    for list in &world.plan.lists {
        let ListKind::Section(key) = &list.kind else { continue };
        if rules::is_news(key) {
            let view = &world.locales[list.locale];
            let shape = world.snapshot.shapes.get(&**key);
            let name = super::views::section_title(world.theme, shape, key, &view.locale);
            // A feed is in order of publication, whatever the list's own order is.
            let entries = newest(&list.entries, rules::FEED_ITEMS);
            let title = format!("{name} | {}", view.title);
            feeds.push(Feed { title, base: &list.base, locale: list.locale, entries });
        }
    }
    let all = |feed: &Feed| {
        let path = |name: &str| format!("{}{name}", &feed.base[1..]);
        [
            (path("atom.xml"), atom(world, feed).into_bytes()),
            (path("rss.xml"), rss(world, feed).into_bytes()),
            (path("feed.json"), json_feed(world, feed).to_string().into_bytes()),
        ]
    };
    feeds.par_iter().flat_map_iter(all).collect()
}

/// The highest of some places, in falling order.
fn newest(entries: &[u32], count: usize) -> Vec<u32> {
    let mut newest: Vec<u32> = Vec::with_capacity(count + 1);
    for &entry in entries.iter().rev() {
        if newest.len() < count || newest.last().is_some_and(|last| entry > *last) {
            let at = newest.partition_point(|other| *other > entry);
            newest.insert(at, entry);
            newest.truncate(count);
        }
    }
    newest
}

fn atom(world: &World, feed: &Feed) -> String {
    let view = &world.locales[feed.locale];
    let base = escape(&world.base_url);
    let page = escape(feed.base);
    let cards = || feed.entries.iter().map(|at| (*at as usize, &world.snapshot.cards[*at as usize]));
    let updated = cards().map(|(_, card)| card.changed_at()).max().unwrap_or(Timestamp::from_micros(0));
    let time = |time: Timestamp| dates::iso(&view.clock.at(time));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\
         <id>{base}{page}</id><title>{}</title><updated>{}</updated><author><name>{}</name></author>\
         <link rel=\"alternate\" type=\"text/html\" href=\"{base}{page}\"/>\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{base}{page}atom.xml\"/>",
        escape(&view.locale),
        escape(&feed.title),
        time(updated),
        escape(&view.title),
    );
    for (at, card) in cards() {
        let address = escape(&world.plan.addresses[at]);
        xml.push_str(&format!(
            "<entry><id>{base}{address}</id><title>{}</title><link rel=\"alternate\" type=\"text/html\" href=\"{base}{address}\"/>\
             <published>{}</published><updated>{}</updated>",
            escape(&card.title),
            time(card.published_at),
            time(card.changed_at()),
        ));
        let fields = card.fields();
        if let Some(author) = text_in(&fields, "author") {
            xml.push_str(&format!("<author><name>{}</name></author>", escape(author)));
        }
        if let Some(summary) = text_in(&fields, "summary") {
            xml.push_str(&format!("<summary>{}</summary>", escape(summary)));
        }
        xml.push_str("</entry>");
    }
    xml.push_str("</feed>\n");
    xml
}

fn rss(world: &World, feed: &Feed) -> String {
    let view = &world.locales[feed.locale];
    let base = escape(&world.base_url);
    let page = escape(feed.base);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\
         <title>{}</title><link>{base}{page}</link><description>{}</description><language>{}</language>\
         <atom:link href=\"{base}{page}rss.xml\" rel=\"self\" type=\"application/rss+xml\"/>",
        escape(&feed.title),
        escape(&view.description),
        escape(&view.locale),
    );
    for at in &feed.entries {
        let card = &world.snapshot.cards[*at as usize];
        let address = escape(&world.plan.addresses[*at as usize]);
        xml.push_str(&format!(
            "<item><title>{}</title><link>{base}{address}</link><guid>{base}{address}</guid><pubDate>{}</pubDate>",
            escape(&card.title),
            dates::rfc822(&view.clock.at(card.published_at)),
        ));
        if let Some(summary) = text_in(&card.fields(), "summary") {
            xml.push_str(&format!("<description>{}</description>", escape(summary)));
        }
        xml.push_str("</item>");
    }
    xml.push_str("</channel></rss>\n");
    xml
}

/// JSON Feed 1.1.
fn json_feed(world: &World, feed: &Feed) -> Value {
    let view = &world.locales[feed.locale];
    let time = |time: Timestamp| dates::iso(&view.clock.at(time));
    let item = |at: &u32| {
        let card = &world.snapshot.cards[*at as usize];
        let address = format!("{}{}", world.base_url, world.plan.addresses[*at as usize]);
        let fields = card.fields();
        let mut item = json!({
            "id": address,
            "url": address,
            "title": card.title,
            "content_text": text_in(&fields, "summary").unwrap_or(&card.title),
            "date_published": time(card.published_at),
            "date_modified": time(card.changed_at()),
        });
        if let Some(author) = text_in(&fields, "author") {
            item["authors"] = json!([{ "name": author }]);
        }
        if let Some(image) = picture(world, card) {
            item["image"] = image.into();
        }
        if !card.tags.is_empty() {
            item["tags"] = card.tags.iter().map(|tag| &*tag.text).collect();
        }
        item
    };
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": view.description,
        "home_page_url": format!("{}{}", world.base_url, feed.base),
        "feed_url": format!("{}{}feed.json", world.base_url, feed.base),
        "language": view.locale,
        "authors": [{"name": view.title, "url": format!("{}{}/", world.base_url, view.prefix)}],
        "items": feed.entries.iter().map(item).collect::<Vec<_>>(),
    })
}

/// The address of the picture that a card shows.
fn picture(world: &World, card: &Card) -> Option<String> {
    let digest = plan::picture(card)?;
    let asset = world.snapshot.assets.get(&digest)?;
    asset.media_type.starts_with("image/").then(|| format!("{}{}", world.base_url, pictures::url(&digest, asset)))
}

/// Who makes the site, and how to see that it is what they made. <https://humanstxt.org>
pub fn humans(world: &World) -> File {
    let mut text = String::new();
    for view in &world.locales {
        let english = view.clock.is_english();
        let said = |id: &'static str, en: &'static str| if english { en } else { id };
        let Some(home) = world.plan.known.get(&format!("{}/", view.prefix)) else { continue };
        text.push_str(&format!("/* {} */\n", said("PENGELOLA", "TEAM")));
        text.push_str(&format!("{}: {}\n", said("Nama", "Name"), one_line(&view.title)));
        text.push_str(&format!("{}: {}{home}\n\n", said("Situs", "Site"), world.base_url));
    }
    let locales: Vec<&str> = world.locales.iter().map(|view| view.locale.as_str()).collect();
    text.push_str(&format!(
        "/* SITUS */\nBahasa: {}\nStandar: HTML5, CSS, WCAG 2.2 AA, schema.org, Atom, RSS, JSON Feed, iCalendar\n\
         Perangkat lunak: Lamin\nBukti rilis: {}/.well-known/lamin/release.json\n",
        locales.join(", "),
        world.base_url,
    ));
    ("humans.txt".into(), text.into_bytes())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const SITEMAP_HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const SITEMAP_SPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";
const SITEMAP_MORE: &str =
    "xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\"";

/// All addresses that search engines may know: in one file, or in parts of at most `addresses_max` and a list of them.
/// Entries come in their order of time and apart from lists, so that one that is new or changed changes one part. With
/// `changed`, only the parts that can have changed with these cards, and the list.
pub fn sitemap(world: &World, addresses_max: usize, changed: Option<&[u32]>) -> Vec<File> {
    let pages: Vec<&Page> = world.plan.pages.iter().filter(|page| page.may_be_found()).collect();
    if pages.len() <= addresses_max {
        return vec![("sitemap.xml".into(), sitemap_of(world, &pages))];
    }
    let (entries, lists): (Vec<&Page>, Vec<&Page>) = pages.into_iter().partition(|page| page.card().is_some());
    let entries = entries.chunks(addresses_max).enumerate().map(|(at, part)| (format!("sitemap-{}.xml", at + 1), part));
    let lists =
        lists.chunks(addresses_max).enumerate().map(|(at, part)| (format!("sitemap-lists-{}.xml", at + 1), part));
    let parts: Vec<(String, &[&Page])> = entries.chain(lists).collect();
    let list = sitemap_list(world, &parts);
    let changed: Option<HashSet<u32>> = changed.map(|cards| cards.iter().copied().collect());
    let touched = |part: &[&Page]| match &changed {
        None => true,
        Some(cards) => part.iter().any(|page| page.card().is_some_and(|card| cards.contains(&card))),
    };
    let parts = parts.into_par_iter().filter(|(_, part)| touched(part));
    let mut files: Vec<File> = parts.map(|(path, part)| (path, sitemap_of(world, part))).collect();
    files.push(("sitemap.xml".to_owned(), list));
    files
}

/// The list of a sitemap's parts, each with the day of its newest change.
fn sitemap_list(world: &World, parts: &[(String, &[&Page])]) -> Vec<u8> {
    let base = escape(&world.base_url);
    let mut xml = format!("{SITEMAP_HEAD}<sitemapindex {SITEMAP_SPACE}>\n");
    for (path, part) in parts {
        let cards = part.iter().filter_map(|page| page.card()).map(|at| &world.snapshot.cards[at as usize]);
        let newest = cards.max_by_key(|card| card.changed_at());
        xml.push_str(&format!("<sitemap><loc>{base}/{path}</loc>"));
        if let Some(card) = newest {
            let day = dates::iso_day(&world.locales[card.locale].clock.at(card.changed_at()));
            xml.push_str(&format!("<lastmod>{day}</lastmod>"));
        }
        xml.push_str("</sitemap>\n");
    }
    xml.push_str("</sitemapindex>\n");
    xml.into_bytes()
}

fn sitemap_of(world: &World, pages: &[&Page]) -> Vec<u8> {
    const LINE_BYTES_USUAL: usize = 140;
    let base = escape(&world.base_url);
    let mut xml = String::with_capacity(SITEMAP_HEAD.len() + pages.len() * LINE_BYTES_USUAL);
    xml.push_str(&format!("{SITEMAP_HEAD}<urlset {SITEMAP_SPACE} {SITEMAP_MORE}>\n"));
    for page in pages {
        sitemap_line(world, &base, page, &mut xml);
    }
    xml.push_str("</urlset>\n");
    xml.into_bytes()
}

fn sitemap_line(world: &World, base: &str, page: &Page, xml: &mut String) {
    let address = world.plan.address(page, &world.prefixes);
    xml.push_str(&format!("<url><loc>{base}{}</loc>", escape(&address)));
    match page.card() {
        Some(at) => {
            let card = &world.snapshot.cards[at as usize];
            xml.push_str("<lastmod>");
            xml.push_str(&dates::iso_day(&world.locales[card.locale].clock.at(card.changed_at())));
            xml.push_str("</lastmod>");
            for member in world.plan.translations.get(&card.group).into_iter().flatten() {
                let locale = &world.locales[world.snapshot.cards[*member as usize].locale].locale;
                alternate(base, locale, &world.plan.addresses[*member as usize], xml);
            }
            if let Some(picture) = picture(world, card) {
                xml.push_str(&format!("<image:image><image:loc>{}</image:loc></image:image>", escape(&picture)));
            }
        }
        None => {
            for (locale, url) in
                page.locale(&world.plan.lists).map(|at| world.places_elsewhere(at, &address)).unwrap_or_default()
            {
                alternate(base, locale, &url, xml);
            }
        }
    }
    xml.push_str("</url>\n");
}

fn alternate(base: &str, locale: &str, url: &str, xml: &mut String) {
    let (locale, url) = (escape(locale), escape(url));
    xml.push_str(&format!("<xhtml:link rel=\"alternate\" hreflang=\"{locale}\" href=\"{base}{url}\"/>"));
}

pub fn robots(base_url: &str) -> File {
    ("robots.txt".into(), format!("User-agent: *\nAllow: /\n\nSitemap: {base_url}/sitemap.xml\n").into_bytes())
}

/// RFC 9116 asks for an end: that of the year after the newest entry, so that it follows from content alone.
pub fn security(snapshot: &Snapshot, base_url: &str) -> Option<File> {
    let contact = super::views::contact(snapshot)?;
    let clean = contact.chars().all(|letter| letter.is_ascii_graphic()) && contact.contains('@');
    let newest = snapshot.cards.iter().map(|card| card.published_at).max();
    let year = newest.map_or(1970, |time| time.in_zone(&snapshot.site.zone).year()) + 1;
    let languages = snapshot.site.locales.join(", ");
    clean.then(|| {
        let text = format!(
            "Contact: mailto:{contact}\nExpires: {year}-12-31T23:59:59Z\nPreferred-Languages: {languages}\n\
             Canonical: {base_url}/.well-known/security.txt\n"
        );
        (".well-known/security.txt".to_owned(), text.into_bytes())
    })
}
