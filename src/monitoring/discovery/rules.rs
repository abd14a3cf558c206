//! What a home page tells of its software and its agency: pure.

use crate::monitoring::page::Page;

/// Names by which programs call themselves in `generator`, and ours for them.
const GENERATORS: [(&str, &str); 14] = [
    ("wordpress", "wordpress"),
    ("joomla", "joomla"),
    ("drupal", "drupal"),
    ("lamin", "lamin"),
    ("blogger", "blogger"),
    ("wix", "wix"),
    ("hugo", "hugo"),
    ("jekyll", "jekyll"),
    ("moodle", "moodle"),
    ("typo3", "typo3"),
    ("ghost", "ghost"),
    ("plone", "plone"),
    ("liferay", "liferay"),
    ("october", "october"),
];
/// Parts of the addresses that programs load their own files from.
const FILES: [(&str, &str); 9] = [
    ("/wp-content/", "wordpress"),
    ("/wp-includes/", "wordpress"),
    ("/media/jui/", "joomla"),
    ("/media/system/js/", "joomla"),
    ("/components/com_", "joomla"),
    ("/sites/default/files/", "drupal"),
    ("/core/misc/drupal", "drupal"),
    ("/_next/static/", "next.js"),
    ("/_nuxt/", "nuxt"),
];
/// Names of cookies.
const COOKIES: [(&str, &str); 5] = [
    ("ci_session", "codeigniter"),
    ("laravel_session", "laravel"),
    ("xsrf-token", "laravel"),
    ("moodlesession", "moodle"),
    ("asp.net_sessionid", "asp.net"),
];

/// The program that a website runs on, as far as its home page tells.
pub fn software(page: &Page, headers: &[(String, String)]) -> Option<&'static str> {
    let of = |table: &[(&str, &'static str)], text: &str, fits: fn(&str, &str) -> bool| {
        table.iter().find(|(mark, _)| fits(text, mark)).map(|(_, name)| *name)
    };
    let header = |name: &'static str| headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value);
    let calls_itself = page.meta("generator").into_iter().map(str::to_owned).chain(header("x-generator").cloned());
    let named =
        calls_itself.map(|text| text.to_lowercase()).find_map(|text| of(&GENERATORS, &text, |a, b| a.contains(b)));
    let by_api = || page.relations.iter().any(|one| one.rel == "https://api.w.org/").then_some("wordpress");
    let loaded = || {
        let sources = page.sources.iter().map(|source| source.address.as_str());
        let links = page.relations.iter().map(|relation| relation.address.as_str());
        sources.chain(links).find_map(|address| of(&FILES, address, |a, b| a.contains(b)))
    };
    let cookie = || {
        let cookies = header("set-cookie").map(|value| value.to_lowercase());
        cookies.into_iter().find_map(|cookie| of(&COOKIES, &cookie, |a, b| a.starts_with(b)))
    };
    named.or_else(by_api).or_else(loaded).or_else(cookie)
}

/// What parts a title.
const BETWEEN: [&str; 8] = [" - ", " | ", " – ", " — ", " :: ", " » ", " • ", " · "];
/// What titles say before the name of their agency, the longer first.
const BEFORE: [&str; 20] = [
    "selamat datang di",
    "selamat datang",
    "the official website of",
    "official website of",
    "official website",
    "official site",
    "welcome to",
    "situs web resmi",
    "website resmi",
    "situs resmi",
    "laman resmi",
    "portal resmi",
    "web resmi",
    "halaman utama",
    "halaman depan",
    "beranda",
    "homepage",
    "home",
    "website",
    "situs",
];
/// Words that a part with the name of an office has.
const OFFICES: [&str; 30] = [
    "dinas",
    "badan",
    "kantor",
    "kecamatan",
    "kelurahan",
    "desa",
    "nagari",
    "inspektorat",
    "sekretariat",
    "bagian",
    "biro",
    "satuan",
    "satpol",
    "rsud",
    "rumah",
    "puskesmas",
    "upt",
    "uptd",
    "dprd",
    "kabupaten",
    "kota",
    "provinsi",
    "pemerintah",
    "pemkab",
    "pemkot",
    "pemprov",
    "kementerian",
    "ppid",
    "komisi",
    "balai",
];
const NAME_LETTERS: std::ops::RangeInclusive<usize> = 3..=200;

/// The agency's name, by the title of its home page.
pub fn agency(title: &str) -> Option<String> {
    let mut parts = vec![title];
    for mark in BETWEEN {
        parts = parts.into_iter().flat_map(|part| part.split(mark)).collect();
    }
    let names: Vec<&str> =
        parts.into_iter().map(bare).filter(|name| NAME_LETTERS.contains(&name.chars().count())).collect();
    let is_office = |name: &&&str| {
        let lower = name.to_lowercase();
        lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| OFFICES.contains(&word))
    };
    names.iter().find(is_office).or_else(|| names.first()).map(|name| (*name).to_owned())
}

/// A part without what titles say before a name.
fn bare(part: &str) -> &str {
    let mut rest = part.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '(' && letter != ')');
    while let Some(after) = BEFORE.iter().find_map(|start| without(rest, start)) {
        rest = after.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    }
    rest
}

/// What stands behind a word, and nothing where the text goes on with letters: "Websiteku".
fn without<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let head = text.get(..start.len())?;
    let rest = &text[start.len()..];
    let ends = !rest.starts_with(|letter: char| letter.is_alphanumeric());
    (head.eq_ignore_ascii_case(start) && ends).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_is_known_by_the_title_of_its_home_page() {
        for (title, expected) in [
            ("Dinas Kesehatan Kota Contoh", Some("Dinas Kesehatan Kota Contoh")),
            ("Beranda - Dinas Kominfo Kota Contoh", Some("Dinas Kominfo Kota Contoh")),
            ("Selamat Datang di Website Resmi Kecamatan Teluk | Home", Some("Kecamatan Teluk")),
            ("BPBD – Badan Penanggulangan Bencana Daerah", Some("Badan Penanggulangan Bencana Daerah")),
            ("Home :: RSUD dr. Contoh", Some("RSUD dr. Contoh")),
            ("Official Website of PPID (Utama)", Some("PPID (Utama)")),
            ("Situsku", Some("Situsku")),
            ("Beranda", None),
            ("", None),
        ] {
            assert_eq!(agency(title).as_deref(), expected, "{title}");
        }
    }

    #[test]
    fn software_is_known_by_what_it_says_loads_and_sets() {
        let cookie = |value: &str| vec![("set-cookie".to_owned(), value.to_owned())];
        let of = |html: &str, headers: &[(String, String)]| software(&Page::read(html), headers);
        for (html, expected) in [
            ("<meta name=generator content='WordPress 6.1'>", "wordpress"),
            ("<meta name=generator content='Joomla! - Open Source Content Management'>", "joomla"),
            ("<link rel='https://api.w.org/' href='/wp-json/'>", "wordpress"),
            ("<script src=/wp-includes/js/a.js></script>", "wordpress"),
            ("<script src=/media/jui/js/a.js></script>", "joomla"),
            ("<img src=/sites/default/files/a.jpg>", "drupal"),
        ] {
            assert_eq!(of(html, &[]), Some(expected), "{html}");
        }
        assert_eq!(of("", &cookie("ci_session=a; path=/")), Some("codeigniter"));
        assert_eq!(of("", &cookie("XSRF-TOKEN=a")), Some("laravel"));
        assert_eq!(of("<p>wordpress</p>", &cookie("PHPSESSID=a")), None);
    }
}
