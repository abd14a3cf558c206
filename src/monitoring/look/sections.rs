//! Where a website has its news, articles and events: by its own links, feeds and programs.

use url::Url;

use super::model::Section;
use crate::monitoring::page::Page;

/// Lists looked at for one section.
const LISTS_MAX: usize = 2;
const FEEDS_MAX: usize = 2;

/// Where to look for one section, best first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places {
    /// Answers JSON: the posts of WordPress.
    pub apis: Vec<Url>,
    pub feeds: Vec<Url>,
    pub lists: Vec<Url>,
}

/// What says that a link leads to a section: words of its text or of its path.
fn words(section: Section) -> &'static [&'static str] {
    match section {
        Section::Berita => &[
            "berita",
            "news",
            "kabar",
            "warta",
            "siaran-pers",
            "siaran pers",
            "press-release",
            "press release",
            "informasi terkini",
            "berita terkini",
            "berita terbaru",
            "berita daerah",
            "seputar",
        ],
        Section::Artikel => &["artikel", "article", "articles", "opini", "kolom", "blog", "tulisan"],
        Section::Agenda => &[
            "agenda",
            "kalender",
            "calendar",
            "event",
            "events",
            "acara",
            "jadwal kegiatan",
            "jadwal-kegiatan",
            "agenda kegiatan",
            "agenda-kegiatan",
            "kalender kegiatan",
        ],
    }
}

/// Paths that programs in common use give a section, tried where the site links to none.
pub fn usual_paths(section: Section) -> &'static [&'static str] {
    match section {
        Section::Berita => &["/berita/", "/category/berita/", "/berita.html"],
        Section::Artikel => &["/artikel/", "/category/artikel/"],
        Section::Agenda => &["/agenda/", "/events/"],
    }
}

/// What stands before a section's name in links to all of it.
const BEFORE_A_NAME: [&str; 5] = ["lihat semua ", "semua ", "indeks ", "all ", "see all "];

/// Where the home page says that its sections are.
pub fn find(page: &Page, home: &Url, section: Section) -> Places {
    let mut scored: Vec<(u8, usize, Url)> = Vec::new();
    for (at, link) in page.links.iter().enumerate() {
        let Some(url) = page.resolve(home, &link.address).filter(|url| is_same_site(url, home)) else { continue };
        let score = score(&url, &link.text, section);
        if score > 0 && !is_home(&url, home) && !scored.iter().any(|(_, _, known)| known == &url) {
            scored.push((score, at, url));
        }
    }
    scored.sort_by_key(|(score, at, _)| (std::cmp::Reverse(*score), *at));
    let lists = scored.into_iter().take(LISTS_MAX).map(|(_, _, url)| url).collect();
    Places { apis: api(page, home, section), feeds: feeds(page, home, section), lists }
}

/// 3: the address is the section's own; 2: the text names it; 1: the address lies in it.
fn score(url: &Url, text: &str, section: Section) -> u8 {
    let words = words(section);
    let text = text.trim().to_lowercase();
    let text = BEFORE_A_NAME.iter().find_map(|start| text.strip_prefix(start)).unwrap_or(&text).trim();
    let names_it = words.contains(&text);
    let mut segments = url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()).peekable();
    let mut last = "";
    let mut within = false;
    while let Some(segment) = segments.next() {
        let bare = segment.trim_end_matches(".html").trim_end_matches(".php");
        within |= words.contains(&bare) && segments.peek().is_some();
        last = bare;
    }
    let by_query = url.query_pairs().any(|(_, value)| words.contains(&value.to_lowercase().as_str()));
    match () {
        () if words.contains(&last.to_lowercase().as_str()) || by_query => 3,
        () if names_it => 2,
        // A short path in the section is a list of a part of it, a long one is an item.
        () if within && last.len() <= 12 && !last.chars().any(|letter| letter.is_ascii_digit()) => 1,
        () => 0,
    }
}

fn is_home(url: &Url, home: &Url) -> bool {
    url.path() == home.path() && url.query() == home.query()
}

/// The same host, or the same with `www.`.
pub fn is_same_site(url: &Url, home: &Url) -> bool {
    let bare = |url: &Url| url.host_str().map(|host| host.trim_start_matches("www.").to_owned());
    bare(url) == bare(home)
}

/// Feeds that the page names: those of the section, and for news that of the whole site. Comments are nobody's news.
fn feeds(page: &Page, home: &Url, section: Section) -> Vec<Url> {
    let is_feed = |kind: &str| matches!(kind, "application/rss+xml" | "application/atom+xml" | "application/feed+json");
    let named = page.relations.iter().filter(|relation| relation.rel.contains("alternate") && is_feed(&relation.kind));
    let mut own = Vec::new();
    let mut whole = Vec::new();
    for relation in named {
        let about = format!("{} {}", relation.address, relation.title).to_lowercase();
        let Some(url) = page.resolve(home, &relation.address).filter(|url| is_same_site(url, home)) else { continue };
        // Its path alone: the title of a feed mostly names the site, whose name may hold any word.
        let by_path = |section: Section| words(section).iter().any(|word| url.path().contains(word));
        if about.contains("comment") || about.contains("komentar") || relation.kind == "application/feed+json" {
            continue;
        }
        let of_another =
            [Section::Berita, Section::Artikel, Section::Agenda].into_iter().any(|one| one != section && by_path(one));
        match section {
            _ if by_path(section) => own.push(url),
            Section::Berita if !of_another => whole.push(url),
            _ => {}
        }
    }
    own.extend(whole);
    own.dedup();
    own.truncate(FEEDS_MAX);
    own
}

/// The posts of WordPress, whose API the page names (`https://api.w.org/`) or whose files it loads.
fn api(page: &Page, home: &Url, section: Section) -> Vec<Url> {
    let named = page.relations.iter().find(|relation| relation.rel == "https://api.w.org/");
    let loads = || {
        page.sources
            .iter()
            .any(|source| source.address.contains("/wp-content/") || source.address.contains("/wp-includes/"))
    };
    let root = match named {
        Some(relation) => page.resolve(home, &relation.address),
        None if loads() || page.meta("generator").is_some_and(|it| it.starts_with("WordPress")) => {
            home.join("/wp-json/").ok()
        }
        None => None,
    };
    let Some(root) = root.filter(|root| is_same_site(root, home)) else { return Vec::new() };
    let path = match section {
        Section::Berita => "wp/v2/posts?per_page=10&orderby=date&_fields=date_gmt,date,link,title",
        // The calendar that most of them use.
        Section::Agenda => "tribe/events/v1/events?per_page=10",
        Section::Artikel => return Vec::new(),
    };
    // `/?rest_route=/` stands for the root where addresses are not rewritten.
    let joined = match root.query() {
        Some(query) => Url::parse(&format!(
            "{}?{query}{}",
            root.as_str().split('?').next().unwrap_or_default(),
            path.replace('?', "&")
        )),
        None => root.join(path),
    };
    joined.ok().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Url {
        Url::parse("https://dinas.example.go.id/").unwrap()
    }

    fn lists(html: &str, section: Section) -> Vec<String> {
        find(&Page::read(html), &home(), section)
            .lists
            .iter()
            .map(|url| url.path().to_owned() + url.query().unwrap_or(""))
            .collect()
    }

    #[test]
    fn sections_are_found_by_their_links() {
        let html = "<a href=/>Beranda</a><a href=/berita/jembatan-baru-2026/>Jembatan baru</a><a href=/category/berita/>Semua berita</a>
            <a href=/publikasi/tulisan-kami>Artikel</a><a href='index.php?page=agenda'>Kegiatan</a><a href=https://lain.example/berita/>Berita</a>
            <a href=/informasi/kegiatan>Agenda Kegiatan</a>";
        assert_eq!(lists(html, Section::Berita), ["/category/berita/"]);
        assert_eq!(lists(html, Section::Artikel), ["/publikasi/tulisan-kami"]);
        assert_eq!(lists(html, Section::Agenda), ["/index.phppage=agenda", "/informasi/kegiatan"]);
        assert_eq!(lists("<a href=/profil>Profil</a>", Section::Berita), Vec::<String>::new());
    }

    #[test]
    fn feeds_and_programs_are_found_by_what_the_page_names() {
        let html = "<link rel=alternate type=application/rss+xml href=/feed/ title='Dinas Agenda Kota'>
            <link rel=alternate type=application/rss+xml href=/comments/feed/><link rel=alternate type=application/atom+xml href=/agenda/atom.xml>
            <link rel='https://api.w.org/' href='/wp-json/'>";
        let of = |section| find(&Page::read(html), &home(), section);
        assert_eq!(of(Section::Berita).feeds, [home().join("/feed/").unwrap()]);
        assert_eq!(of(Section::Agenda).feeds, [home().join("/agenda/atom.xml").unwrap()]);
        assert!(of(Section::Berita).apis[0].as_str().contains("/wp-json/wp/v2/posts?per_page=10"));
        let plain = Page::read("<link rel='https://api.w.org/' href='/?rest_route=/'>");
        let api = find(&plain, &home(), Section::Berita).apis.remove(0);
        assert!(api.as_str().contains("/?rest_route=/wp/v2/posts&per_page=10"), "{api}");
        assert_eq!(find(&Page::default(), &home(), Section::Berita), Places::default());
    }
}
