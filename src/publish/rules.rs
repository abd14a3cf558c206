//! Decisions about addresses, lists and colours: pure functions.

use crate::kernel::colour::CONTRAST_MIN;
use crate::kernel::{Colour, Slug};

/// Entries on one page of a list.
pub const LIST_ITEMS: usize = 20;
/// Entries in a feed.
pub const FEED_ITEMS: usize = 20;
/// Addresses in one file of the sitemap. Its standard allows 50,000; but a part is what an edit writes, compresses and
/// sends anew.
pub const SITEMAP_ADDRESSES_MAX: usize = 1_000;

/// Types that steer the site and have no page of their own.
const WITHOUT_PAGE: &[&str] = &["kategori", "menu", "pengalihan", "pengaturan"];
/// Types that stand at the root of the site and are not listed.
const AT_THE_ROOT: &[&str] = &["halaman"];
/// Types that are no news: not in the site's feed, not in the archive.
const NO_NEWS: &[&str] = &["dikecualikan", "faq", "halaman", "informasi", "layanan", "maklumat", "opd", "pejabat"];
/// Types that are listed by title.
const BY_TITLE: &[&str] = &["faq", "layanan", "opd"];

/// How the entries of a type appear on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// No page: menus, redirects, settings, categories.
    Hidden,
    /// A page at the root, in no list.
    Root,
    /// A page below its type's list.
    Listed,
}

pub fn presence(type_key: &str) -> Presence {
    if WITHOUT_PAGE.contains(&type_key) {
        Presence::Hidden
    } else if AT_THE_ROOT.contains(&type_key) {
        Presence::Root
    } else {
        Presence::Listed
    }
}

/// Whether entries of the type are in the site's feed and archive.
pub fn is_news(type_key: &str) -> bool {
    presence(type_key) == Presence::Listed && !NO_NEWS.contains(&type_key)
}

/// Whether a list of the type is in the order of its titles.
pub fn is_listed_by_title(type_key: &str) -> bool {
    BY_TITLE.contains(&type_key)
}

/// The first part of every address of a locale: empty for the site's default locale.
pub fn prefix(locale: &str, default_locale: &str) -> String {
    if locale == default_locale { String::new() } else { format!("/{locale}") }
}

/// The address of an entry's page, `None` for a type without pages.
pub fn entry_address(prefix: &str, type_key: &str, slug: &str) -> Option<String> {
    match presence(type_key) {
        Presence::Hidden => None,
        Presence::Root => Some(format!("{prefix}/{slug}/")),
        Presence::Listed => Some(format!("{prefix}/{type_key}/{slug}/")),
    }
}

/// The file that an address is served from: `/berita/` → `berita/index.html`.
pub fn file_of(address: &str) -> String {
    let path = address.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
}

/// Whether a file that no page names any more stays for readers of older pages: its name changes with its
/// bytes, and it is not what somebody just withdrew.
pub fn lingers(path: &str, withdrawn: bool) -> bool {
    path.starts_with("theme/") || (!withdrawn && path.starts_with("media/"))
}

/// One page of a list: which of its entries (positions in the list, oldest first) and its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// `None` for the newest page, whose address is the list's own.
    pub number: Option<usize>,
    pub from: usize,
    pub until: usize,
    /// Number of the next older page.
    pub older: Option<usize>,
    /// `Some(None)`: the newest page. `None`: this is the newest.
    pub newer: Option<Option<usize>>,
}

/// Divides a list of `count` entries, oldest first, into pages numbered from the oldest.
///
/// A numbered page is full and never changes when an entry is added (but the last one's way to the
/// newer page, once every [`LIST_ITEMS`] entries). The newest page shows the newest [`LIST_ITEMS`]
/// entries, so it is never thin; some of them may stand on the last numbered page too.
pub fn list_pages(count: usize) -> Vec<ListPage> {
    let numbered = count.div_ceil(LIST_ITEMS).saturating_sub(1);
    let newest = ListPage {
        number: None,
        from: count.saturating_sub(LIST_ITEMS),
        until: count,
        older: (numbered > 0).then_some(numbered),
        newer: None,
    };
    let older = (1..=numbered).rev().map(|number| ListPage {
        number: Some(number),
        from: (number - 1) * LIST_ITEMS,
        until: number * LIST_ITEMS,
        older: (number > 1).then_some(number - 1),
        newer: Some((number < numbered).then_some(number + 1)),
    });
    std::iter::once(newest).chain(older).collect()
}

/// The address of a page of the list at `base` (which ends with a slash).
pub fn list_address(base: &str, number: Option<usize>) -> String {
    match number {
        None => base.to_owned(),
        Some(number) => format!("{base}page/{number}/"),
    }
}

/// A number as people write it: `1.234`, in English `1,234`.
pub fn grouped(number: usize, english: bool) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(if english { ',' } else { '.' });
        }
        out.push(digit);
    }
    out
}

/// The slug of a tag or category; `None` when no letter of it can stand in an address.
pub fn term_slug(text: &str) -> Option<Slug> {
    Slug::from_title(text)
}

/// The site's colour; without one, or with something else, the house's own.
pub fn colour(text: Option<&str>) -> Colour {
    const HOUSE: &str = "#1f5c4a";
    let given = text.and_then(|text| Colour::parse(text.trim()));
    given.or_else(|| Colour::parse(HOUSE)).unwrap_or(Colour::BLACK)
}

/// The colour of text on the site's colour: the one that was set, or else black or white.
pub fn ink_on(ground: Colour, text: Option<&str>) -> Colour {
    let given = text.and_then(|text| Colour::parse(text.trim()));
    given.filter(|ink| ink.contrast(ground) >= CONTRAST_MIN).unwrap_or(ground.ink())
}

/// An address within the site that a redirect may start from: absolute path, no host, no query,
/// nothing that a web server's map could misread. Given back with a slash at its end unless it names a file.
pub fn redirect_source(text: &str) -> Option<String> {
    let fits = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() > 1
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~%".contains(&b))
        && !text.split('/').any(|part| part == ".." || part == ".");
    let names_a_file = text.rsplit('/').next().is_some_and(|last| last.contains('.'));
    match (fits, names_a_file || text.ends_with('/')) {
        (false, _) => None,
        (true, true) => Some(text.to_owned()),
        (true, false) => Some(format!("{text}/")),
    }
}

/// Where a redirect may lead: within the site or to a web address, without anything that a map,
/// a header or a page could misread.
pub fn redirect_target(text: &str) -> Option<String> {
    let within = text.starts_with('/') && !text.starts_with("//");
    let elsewhere = text.starts_with("https://") || text.starts_with("http://");
    let clean = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\`{}|^$;".contains(&b));
    ((within || elsewhere) && clean && text.len() <= 2000).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pages_are_numbered_from_the_oldest() {
        assert_eq!(list_pages(0).len(), 1);
        let pages = list_pages(45);
        let spans: Vec<_> = pages.iter().map(|p| (p.number, p.from, p.until)).collect();
        assert_eq!(spans, [(None, 25, 45), (Some(2), 20, 40), (Some(1), 0, 20)]);
        assert_eq!(pages[0].older, Some(2));
        assert_eq!(pages[1].newer, Some(None));
        assert_eq!(pages[2].newer, Some(Some(2)));
        assert_eq!(list_pages(20).len(), 1);
        assert_eq!(list_pages(40).len(), 2);
    }

    proptest! {
        #[test]
        fn a_new_entry_changes_the_newest_page_and_once_in_a_while_the_one_before(count in 0usize..400) {
            let (before, after) = (list_pages(count), list_pages(count + 1));
            let kept = |pages: &[ListPage]| pages.iter().skip(1).rev().cloned().collect::<Vec<_>>();
            let (before, after) = (kept(&before), kept(&after));
            for (at, page) in before.iter().enumerate() {
                let grown = after.len() > before.len() && at + 1 == before.len();
                prop_assert!(grown || *page == after[at]);
                prop_assert_eq!((page.from, page.until), (after[at].from, after[at].until));
            }
        }

        #[test]
        fn every_entry_is_on_a_page_and_no_page_is_over_full(count in 0usize..400) {
            let pages = list_pages(count);
            for entry in 0..count {
                prop_assert!(pages.iter().any(|page| (page.from..page.until).contains(&entry)));
            }
            prop_assert!(pages.iter().all(|page| page.until - page.from <= LIST_ITEMS));
        }
    }

    #[test]
    fn addresses_follow_the_contract() {
        assert_eq!(entry_address("", "berita", "a").as_deref(), Some("/berita/a/"));
        assert_eq!(entry_address("/en", "halaman", "about").as_deref(), Some("/en/about/"));
        assert_eq!(entry_address("", "menu", "a"), None);
        assert_eq!(file_of("/"), "index.html");
        assert_eq!(file_of("/berita/a/"), "berita/a/index.html");
        assert_eq!(file_of("/atom.xml"), "atom.xml");
        assert_eq!(list_address("/berita/", Some(3)), "/berita/page/3/");
    }

    #[test]
    fn a_redirect_can_break_no_map_and_no_header() {
        assert_eq!(redirect_source("/beasiswa").as_deref(), Some("/beasiswa/"));
        assert_eq!(redirect_source("/lama/berkas.html").as_deref(), Some("/lama/berkas.html"));
        for bad in ["", "/", "//evil", "beasiswa", "/a b/", "/../etc/", "/a;b/", "/a\"b/", "/a\nb/"] {
            assert_eq!(redirect_source(bad), None, "{bad}");
        }
        assert_eq!(
            redirect_target("https://www.lapor.go.id/?a=1&b=2").as_deref(),
            Some("https://www.lapor.go.id/?a=1&b=2")
        );
        for bad in ["javascript:alert(1)", "//evil.example/", "/a\r\nX: y", "/a\"b", "/$uri", "/a;b"] {
            assert_eq!(redirect_target(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_on_the_sites_colour_can_be_read() {
        let house = colour(Some("red; }"));
        assert_eq!((house.to_string().as_str(), house), ("#1f5c4a", colour(None)));
        assert_eq!(ink_on(colour(Some("#ffd500")), None), Colour::BLACK);
        assert_eq!(ink_on(house, Some("#f2d38b")).to_string(), "#f2d38b");
        assert_eq!(ink_on(house, Some("#2f6c5a")), Colour::WHITE, "of a setting from before the check");
    }
}
