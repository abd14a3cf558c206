//! Where a file stands says what it is: the layouts of Zola and Hugo, and plain folders.

use std::collections::BTreeSet;

use crate::kernel::Locale;

/// What a top folder that names no type makes of its files.
pub const TYPE_OF_OTHER_FOLDERS: &str = "artikel";
/// What a file without any folder is.
pub const TYPE_WITHOUT_FOLDER: &str = "halaman";

/// Languages whose folders are known as such, also when the site does not have them.
pub const LANGUAGES: [&str; 10] = ["id", "en", "ms", "jv", "ar", "zh", "ja", "ko", "nl", "fr"];

/// What is known of the site that the folder goes to.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'g> {
    pub locales: &'g [Locale],
    pub types: &'g [String],
}

impl Grounds<'_> {
    fn locale(&self, text: &str) -> Option<Locale> {
        self.locales.iter().find(|locale| locale.as_str().eq_ignore_ascii_case(text)).cloned()
    }

    fn is_type(&self, folder: &str) -> bool {
        self.types.iter().any(|key| key == folder)
    }
}

/// What a file of Markdown is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The page of a section or of the whole site (`_index.md`); Lamin makes those itself.
    Section,
    /// It stands in the folder of a language that the site does not have.
    Foreign(String),
    Page(Place),
}

/// What the path of a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From a suffix (`name.en.md`), else from a top folder (`en/`).
    pub locale: Option<Locale>,
    pub type_key: String,
    /// The top folder, when it names no type.
    pub category: Option<String>,
    /// The name for the slug, without date and suffix.
    pub stem: String,
    /// The date before the name: `2026-01-02-rapat.md`.
    pub date: Option<String>,
    /// The path without anything of a locale: files that share it are translations of one another.
    pub pair: String,
    /// Where Zola or Hugo would have shown the page: `/opini/rapat/`. Links may still say so.
    pub former_address: String,
}

/// Reads a path such as `en/berita/rapat/index.md`, within the content folder.
pub fn place(path: &str, grounds: Grounds) -> Part {
    let mut folders: Vec<&str> = path.split('/').collect();
    let file = folders.pop().unwrap_or_default();
    let folder_locale = folders.first().and_then(|top| grounds.locale(top));
    if folder_locale.is_some() {
        folders.remove(0);
    }
    if let (None, Some(top)) = (&folder_locale, folders.first())
        && LANGUAGES.contains(top)
    {
        return Part::Foreign((*top).to_owned());
    }
    let (name, suffix_locale) = name_and_locale(file, grounds);
    let bundle = name == "index";
    let top_is_type = folders.first().is_some_and(|top| grounds.is_type(top));
    if name == "_index" || (bundle && (folders.is_empty() || (folders.len() == 1 && top_is_type))) {
        return Part::Section;
    }
    let mut pair = folders.clone();
    let name = if bundle { folders.pop().unwrap_or_default() } else { name };
    if !bundle {
        pair.push(name);
    }
    let (type_key, category) = match folders.first() {
        Some(top) if top_is_type => ((*top).to_owned(), None),
        Some(top) => (TYPE_OF_OTHER_FOLDERS.to_owned(), Some((*top).to_owned())),
        None => (TYPE_WITHOUT_FOLDER.to_owned(), None),
    };
    let (date, stem) = date_and_stem(name);
    let locale = suffix_locale.or(folder_locale);
    let mut former = vec![];
    former.extend(path.split('/').next().filter(|top| grounds.locale(top).is_some()));
    former.extend(folders.iter().copied());
    former.push(stem);
    Part::Page(Place {
        locale,
        type_key,
        category,
        stem: stem.to_owned(),
        date: date.map(str::to_owned),
        pair: pair.join("/"),
        former_address: format!("/{}/", former.join("/")),
    })
}

/// Whether a file is a folder's own page, which makes the folder its bundle.
pub fn is_bundle_page(file: &str, grounds: Grounds) -> bool {
    name_and_locale(file, grounds).0 == "index"
}

/// Whether a folder can be a bundle at all: the content folder, a locale's and a type's cannot.
pub fn may_be_bundle(folder: &str, grounds: Grounds) -> bool {
    let mut folders: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if folders.first().is_some_and(|top| grounds.locale(top).is_some()) {
        folders.remove(0);
    }
    match folders.as_slice() {
        [] => false,
        [top] => !grounds.is_type(top),
        [_, ..] => true,
    }
}

/// The kinds of file that are read.
pub fn is_markdown(file: &str) -> bool {
    extension(file).is_some_and(|kind| kind == "md" || kind == "markdown")
}

/// The ending of a file's name, in small letters.
pub fn extension(file: &str) -> Option<String> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then(|| ending.to_ascii_lowercase())
}

/// The locales that folders and suffixes of these paths name, for a site that is still to be made.
pub fn languages_of<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<&'static str> {
    let known = |text: &str| LANGUAGES.into_iter().find(|language| *language == text);
    let of_path = |path: &'p str| {
        let folder = path.split_once('/').and_then(|(top, _)| known(top));
        let name = path.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map(|(name, _)| name);
        let suffix = name.and_then(|name| name.rsplit_once('.')).and_then(|(_, suffix)| known(suffix));
        folder.into_iter().chain(suffix)
    };
    paths.flat_map(of_path).collect()
}

/// An address within a locale: `/kategori/budaya/`, `/en/berita/`, and `/` for no parts at all.
pub fn address(locale: &Locale, default_locale: &Locale, parts: &[&str]) -> String {
    let locale = (locale != default_locale).then(|| locale.as_str());
    let parts: Vec<&str> = locale.into_iter().chain(parts.iter().copied()).collect();
    if parts.is_empty() { "/".to_owned() } else { format!("/{}/", parts.join("/")) }
}

fn name_and_locale<'f>(file: &'f str, grounds: Grounds) -> (&'f str, Option<Locale>) {
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    match name.rsplit_once('.') {
        Some((head, suffix)) if !head.is_empty() => match grounds.locale(suffix) {
            Some(locale) => (head, Some(locale)),
            None => (name, None),
        },
        Some(_) | None => (name, None),
    }
}

fn date_and_stem(name: &str) -> (Option<&str>, &str) {
    let Some((date, rest)) = name.split_at_checked(10) else { return (None, name) };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = matches!(date.split('-').collect::<Vec<_>>().as_slice(),
        [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2 && digits(year) && digits(month) && digits(day));
    match rest.strip_prefix(['-', '_']) {
        Some(stem) if is_date && !stem.is_empty() => (Some(date), stem),
        Some(_) | None => (None, name),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with<T>(test: impl FnOnce(Grounds) -> T) -> T {
        let locales = ["id", "en"].map(|text| Locale::parse(text).unwrap());
        let types = ["berita", "halaman", "artikel"].map(str::to_owned);
        test(Grounds { locales: &locales, types: &types })
    }

    fn read(path: &str) -> Option<(String, Option<String>, Option<String>, String)> {
        match with(|grounds| place(path, grounds)) {
            Part::Section | Part::Foreign(_) => None,
            Part::Page(place) => {
                let locale = place.locale.map(|locale| locale.as_str().to_owned());
                Some((place.type_key, place.category, locale, place.stem))
            }
        }
    }

    fn page(
        type_key: &str,
        category: Option<&str>,
        locale: Option<&str>,
        stem: &str,
    ) -> Option<(String, Option<String>, Option<String>, String)> {
        Some((type_key.into(), category.map(str::to_owned), locale.map(str::to_owned), stem.into()))
    }

    #[test]
    fn the_top_folder_gives_the_type_and_any_other_a_category() {
        assert_eq!(read("berita/rapat.md"), page("berita", None, None, "rapat"));
        assert_eq!(read("berita/2026/rapat.md"), page("berita", None, None, "rapat"));
        assert_eq!(read("opini/rapat.md"), page("artikel", Some("opini"), None, "rapat"));
        assert_eq!(read("tentang.md"), page("halaman", None, None, "tentang"));
    }

    #[test]
    fn folders_and_suffixes_give_the_locale_and_the_suffix_wins() {
        assert_eq!(read("en/berita/meeting.md"), page("berita", None, Some("en"), "meeting"));
        assert_eq!(read("berita/rapat.en.md"), page("berita", None, Some("en"), "rapat"));
        assert_eq!(read("id/berita/rapat.en.md"), page("berita", None, Some("en"), "rapat"));
        assert_eq!(read("berita/versi-1.2.md"), page("berita", None, None, "versi-1.2"));
        assert_eq!(read("en/about.md"), page("halaman", None, Some("en"), "about"));
    }

    #[test]
    fn a_bundle_is_named_by_its_folder() {
        assert_eq!(read("berita/rapat/index.md"), page("berita", None, None, "rapat"));
        assert_eq!(read("berita/rapat/index.en.md"), page("berita", None, Some("en"), "rapat"));
        assert_eq!(read("profil/index.md"), page("halaman", None, None, "profil"));
    }

    #[test]
    fn pages_of_sections_are_not_entries() {
        for path in
            ["_index.md", "berita/_index.md", "en/berita/_index.en.md", "index.md", "en/index.md", "berita/index.md"]
        {
            assert_eq!(read(path), None, "{path}");
        }
    }

    #[test]
    fn a_language_that_the_site_does_not_have_is_no_category() {
        assert_eq!(with(|grounds| place("ms/berita/a.md", grounds)), Part::Foreign("ms".into()));
    }

    #[test]
    fn a_date_before_the_name_is_a_date() {
        with(|grounds| {
            let Part::Page(place) = place("berita/2026-01-02-rapat.md", grounds) else { panic!("a page") };
            assert_eq!((place.date.as_deref(), place.stem.as_str()), (Some("2026-01-02"), "rapat"));
        });
        assert_eq!(read("berita/2026-01-02.md"), page("berita", None, None, "2026-01-02"));
    }

    #[test]
    fn translations_share_a_pair() {
        let pair = |path: &str| match with(|grounds| place(path, grounds)) {
            Part::Page(place) => place.pair,
            Part::Section | Part::Foreign(_) => String::new(),
        };
        for path in ["berita/rapat.en.md", "en/berita/rapat.md", "berita/rapat/index.md", "id/berita/rapat/index.id.md"]
        {
            assert_eq!(pair(path), "berita/rapat", "{path}");
        }
    }

    #[test]
    fn languages_are_seen_in_folders_and_suffixes() {
        let paths = ["en/berita/a.md", "berita/b.ms.md", "berita/c.md", "id.md", "opini/versi.x.md"];
        assert_eq!(languages_of(paths.into_iter()).into_iter().collect::<Vec<_>>(), ["en", "ms"]);
    }

    #[test]
    fn addresses_begin_with_the_locale_unless_it_is_the_sites_own() {
        let [id, en] = ["id", "en"].map(|text| Locale::parse(text).unwrap());
        assert_eq!(address(&id, &id, &["berita"]), "/berita/");
        assert_eq!(address(&en, &id, &["berita"]), "/en/berita/");
        assert_eq!(address(&id, &id, &[]), "/");
    }

    proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "([a-z.é_-]{0,12}/){0,4}[0-9a-z.é_-]{0,24}(\\.md)?") {
            with(|grounds| {
                let _ = (place(&path, grounds), is_bundle_page(&path, grounds), may_be_bundle(&path, grounds), extension(&path));
            });
        }
    }
}
