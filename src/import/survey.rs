//! The first look at a folder: what each file is and where it will stand, without keeping its text.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::files::{Listing, Roots};
use super::model::{Finding, Problem, ProblemCode};
use super::rules::front;
use super::rules::groups::{self, Member};
use super::rules::identity::{self, Ground, Identity};
use super::rules::keys::Keys;
use super::rules::layout::{self, Grounds, Part, Place};
use super::store::Address;
use crate::content::{self, model::ContentType};
use crate::kernel::{Locale, Slug, Timestamp};

/// The type whose entries have a list for an address.
const CATEGORIES: &str = "kategori";

/// One file that will be an entry.
#[derive(Debug, Clone)]
pub struct Page {
    /// Within the content folder.
    pub path: String,
    /// Its folder, `` for the content folder itself.
    pub folder: String,
    /// Whether everything in its folder belongs to it.
    pub bundle: bool,
    pub place: Place,
    pub identity: Identity,
    /// Where it will be shown; `None` for what has no page.
    pub address: Option<String>,
    /// The number of the first page of its translation group.
    pub group: usize,
    /// Another page is the translation that it says it is, which has been told.
    pub alone: bool,
}

impl Page {
    /// Type, locale and slug.
    pub fn key(&self) -> Address {
        let Identity { type_key, locale, slug, .. } = &self.identity;
        (type_key.clone(), locale.clone(), slug.clone())
    }
}

/// The whole folder.
pub struct Survey {
    /// In the order of their paths; type, locale and slug together are there once.
    pub pages: Vec<Page>,
    /// Every file beside the Markdown.
    pub others: BTreeSet<String>,
    /// Files of Markdown, section pages included.
    pub read: usize,
    pub problems: Vec<Problem>,
    /// The newest date in the folder: what a file without any date is dated.
    pub newest: Option<Timestamp>,
    by_path: HashMap<String, usize>,
    by_former_address: HashMap<String, usize>,
}

/// What the site brings to the reading of a folder.
#[derive(Clone)]
pub struct SiteWords {
    pub locales: Vec<Locale>,
    pub default_locale: Locale,
    pub zone: TimeZone,
    pub types: Vec<Arc<ContentType>>,
    /// The keys of the types, for [`Grounds`].
    pub type_keys: Vec<String>,
}

impl SiteWords {
    pub fn ground(&self) -> Ground<'_> {
        let grounds = Grounds { locales: &self.locales, types: &self.type_keys };
        Ground { grounds, default_locale: &self.default_locale, zone: &self.zone }
    }

    pub fn new(locales: Vec<Locale>, default_locale: Locale, zone: TimeZone, types: Vec<Arc<ContentType>>) -> Self {
        let type_keys = types.iter().map(|content_type| content_type.key.clone()).collect();
        SiteWords { locales, default_locale, zone, types, type_keys }
    }

    pub fn content_type(&self, key: &str) -> Option<&Arc<ContentType>> {
        self.types.iter().find(|content_type| content_type.key == key)
    }

    /// The address of an entry; a category has that of its list, and other types may have none.
    fn address(&self, type_key: &str, locale: &Locale, slug: &Slug) -> Option<String> {
        let content_type = self.content_type(type_key)?;
        if content_type.key == CATEGORIES {
            return Some(layout::address(locale, &self.default_locale, &[CATEGORIES, slug.as_str()]));
        }
        content::rules::path(content_type, locale, &self.default_locale, slug)
    }
}

impl Survey {
    /// The page that a file of Markdown became.
    pub fn page_at(&self, path: &str) -> Option<&Page> {
        self.by_path.get(path).and_then(|at| self.pages.get(*at))
    }

    /// The page that an address of the old site led to, where it is another one now.
    pub fn page_of_address(&self, address: &str) -> Option<&Page> {
        let address = format!("{}/", address.trim_end_matches('/'));
        self.by_former_address.get(&address).and_then(|at| self.pages.get(*at))
    }
}

/// Reads every file once, in parallel.
pub fn look(roots: &Roots, listing: Listing, words: &SiteWords) -> Survey {
    let Listing { markdown, others, mut problems } = listing;
    let ground = words.ground();
    let bundles = bundles(&markdown, ground.grounds);
    let read = markdown.len();
    let seen: Vec<Seen> = markdown.into_par_iter().map(|path| see(roots, path, &bundles, words)).collect();
    let mut pages: Vec<Page> = Vec::with_capacity(seen.len());
    let mut taken: HashMap<Address, String> = HashMap::new();
    for seen in seen {
        problems.extend(seen.problems);
        let Some(page) = seen.page else { continue };
        let (slug, address) = (&page.identity.slug, page.key());
        if let Some(other) = taken.get(&address) {
            let text = format!(
                "{} stands there already, with the slug {slug:?} too",
                roots.shown(other),
                slug = slug.as_str()
            );
            problems
                .push(Finding::error(seen.slug_line, ProblemCode::SlugTaken, text).within(&roots.shown(&page.path)));
            continue;
        }
        taken.insert(address, page.path.clone());
        pages.push(page);
    }
    group(roots, &mut pages, &mut problems);
    let newest = pages.iter().filter_map(|page| page.identity.date).max();
    let (by_path, by_former_address) = indexes(&pages);
    Survey { pages, others, read, problems, newest, by_path, by_former_address }
}

struct Seen {
    page: Option<Page>,
    slug_line: u32,
    problems: Vec<Problem>,
}

fn see(roots: &Roots, path: String, bundles: &BTreeSet<String>, words: &SiteWords) -> Seen {
    let ground = words.ground();
    let shown = roots.shown(&path);
    let nothing = |problems| Seen { page: None, slug_line: 0, problems };
    let place = match layout::place(&path, ground.grounds) {
        Part::Page(place) => place,
        Part::Section => return nothing(Vec::new()),
        Part::Foreign(language) => {
            let text = format!("the site has no locale {language:?}");
            return nothing(vec![Finding::error(0, ProblemCode::UnknownLocale, text).within(&shown)]);
        }
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let own_page = layout::is_bundle_page(file, ground.grounds);
    if !own_page && ancestors(folder).any(|ancestor| bundles.contains(ancestor)) {
        let text = "lies in the folder of an index.md and is no page of its own: not imported";
        return nothing(vec![Finding::warning(0, ProblemCode::PartOfBundle, text).within(&shown)]);
    }
    let text = match roots.text(&path) {
        Ok(text) => text,
        Err(problem) => return nothing(vec![problem]),
    };
    let parted = match front::part(&text) {
        Ok(parted) => parted,
        Err(bad) => return nothing(vec![Finding::error(bad.line, bad.code, bad.text).within(&shown)]),
    };
    let mut keys = Keys::read(parted.values.clone());
    let content_type = words.content_type(&place.type_key);
    let is_field = |field: &str| content_type.is_some_and(|content_type| content_type.field(field).is_some());
    let slug_line = parted.line_of("slug");
    match identity::take(&mut keys, &parted, &place, ground, &is_field) {
        Ok((identity, findings)) => {
            let problems = findings.into_iter().map(|finding| finding.within(&shown)).collect();
            let Identity { type_key, locale, slug, .. } = &identity;
            let address = words.address(type_key, locale, slug);
            let folder = folder.to_owned();
            let page = Page { folder, bundle: own_page, place, identity, address, group: 0, alone: false, path };
            Seen { page: Some(page), slug_line, problems }
        }
        Err(finding) => nothing(vec![finding.within(&shown)]),
    }
}

fn bundles(markdown: &[String], grounds: Grounds) -> BTreeSet<String> {
    let own_pages = markdown.iter().filter_map(|path| path.rsplit_once('/'));
    own_pages
        .filter(|(folder, file)| layout::is_bundle_page(file, grounds) && layout::may_be_bundle(folder, grounds))
        .map(|(folder, _)| folder.to_owned())
        .collect()
}

/// The folder, its parent, and so on.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder).filter(|folder| !folder.is_empty()), |folder| Some(folder.rsplit_once('/')?.0))
}

fn group(roots: &Roots, pages: &mut [Page], problems: &mut Vec<Problem>) {
    let member = |page: &Page| Member { locale: page.identity.locale.clone(), names: page.identity.names.clone() };
    let members: Vec<Member> = pages.iter().map(member).collect();
    let groups = groups::gather(&members);
    for (page, first) in pages.iter_mut().zip(groups.first) {
        page.group = first;
    }
    for at in groups.unclear {
        let text = "another file is the translation in this language; this one stands alone";
        let shown = roots.shown(&pages[at].path);
        problems.push(Finding::warning(0, ProblemCode::TranslationUnclear, text).within(&shown));
        pages[at].alone = true;
    }
}

type Index = HashMap<String, usize>;

fn indexes(pages: &[Page]) -> (Index, Index) {
    let addresses: HashSet<&str> = pages.iter().filter_map(|page| page.address.as_deref()).collect();
    let by_path = pages.iter().enumerate().map(|(at, page)| (page.path.clone(), at)).collect();
    let mut by_former = Index::new();
    for (at, page) in pages.iter().enumerate() {
        let former = &page.identity.former_address;
        if !addresses.contains(former.as_str()) {
            by_former.entry(former.clone()).or_insert(at);
        }
    }
    (by_path, by_former)
}
