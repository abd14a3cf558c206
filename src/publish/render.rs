//! Pages as bytes: a pure function of what the build read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value as Json};
use tera::{Context, Value};

use super::links;
use super::model::{Card, Gone, SiteFacts, Snapshot, text_in};
use super::pictures;
use super::plan::{self, List, ListKind, Page, Plan, TermKind};
use super::rules::{self, ListPage};
use super::share::Of;
use super::views::{self, LocaleView, Shared, World, map};
use super::{forms, search};
use crate::content::markdown::{Drawn, Files, HeadingIds, to_html_beside};
use crate::content::model::WithdrawalReason;
use crate::kernel::{Digest, Error, Result};
use crate::themes::theme::Theme;

/// Cards that stay in memory as they are shown, about 2.5 kB each; on a larger site the others are made anew for each list
/// that shows them, which costs an eighth of the time of a whole build.
const CARDS_KEPT_MAX: usize = 40_000;
/// Templates that are made one time for all pages of a language.
pub const ONCE: &str = "once/";
/// No heading of a text has an id that begins with a low line.
const FOOTER_IDS: &str = "_footer-";
/// Newest entries of the whole site that a home page may show.
pub const HOME_LATEST: usize = 10;

impl<'b> World<'b> {
    /// Everything that pages share, made once. `theme_files` are the fingerprinted addresses.
    ///
    /// # Errors
    /// When a part that stands on all pages cannot be made.
    pub fn new(
        snapshot: &'b Snapshot,
        theme: &'b Theme,
        plan: &'b Plan,
        base_url: String,
        theme_files: Value,
    ) -> Result<Self> {
        // The footer stands below every text.
        let footer =
            |text: &str| markdown(text, snapshot, &mut BTreeSet::new(), &mut HeadingIds::beginning(FOOTER_IDS));
        let locales = views::locale_views(snapshot, theme, plan, &base_url, &footer);
        let cards = snapshot.cards.iter().map(|_| std::sync::OnceLock::new()).collect();
        let prefixes = prefixes(&snapshot.site);
        let shared = Shared::new(snapshot, plan);
        let mut world = World {
            snapshot,
            theme,
            plan,
            base_url,
            locales,
            prefixes,
            colours: views::colours(snapshot),
            seals: (0..snapshot.site.locales.len()).map(|at| views::seal(snapshot, at)).collect(),
            shared,
            cards,
            cards_kept: AtomicUsize::new(0),
            theme_files,
            once: Vec::new(),
        };
        world.once = world.locales.iter().map(|view| world.once(view)).collect::<Result<_>>()?;
        Ok(world)
    }

    /// The templates of `once/` in a language: what stands on all its pages alike is made one time.
    fn once(&self, view: &LocaleView) -> Result<Value> {
        let context = self.common(view);
        let name = |template: &str| Some(template.strip_prefix(ONCE)?.strip_suffix(".html")?.to_owned());
        let templates = self.theme.tera.get_template_names();
        let parts = templates.filter_map(|template| Some((name(template)?, template))).map(|(name, template)| {
            let bytes = self.render(template, &context, || view.locale.clone())?;
            Ok((name, Value::safe_string(String::from_utf8_lossy(&bytes).trim())))
        });
        Ok(Value::from(parts.collect::<Result<BTreeMap<String, Value>>>()?))
    }

    /// What lists show of a card.
    fn card(&self, at: u32) -> Value {
        let at = at as usize;
        match self.cards[at].get() {
            Some(card) => card.clone(),
            None if self.cards_kept.fetch_add(1, Ordering::Relaxed) < CARDS_KEPT_MAX => {
                self.cards[at].get_or_init(|| views::card(self, at)).clone()
            }
            None => views::card(self, at),
        }
    }

    /// The name of a card's category, when somebody gave it one.
    pub fn category_name(&self, card: &Card) -> Option<String> {
        plan::category_name(&self.plan.categories, card.locale, &card.category.as_ref()?.slug)
    }

    /// One page without a body: home, lists, terms, archive, 404.
    pub fn page(&self, page: &Page) -> Result<Vec<u8>> {
        let (template, context) = match page {
            Page::Home { locale } => self.home(*locale),
            Page::Entry { card } => self.entry_context(*card as usize, &Map::new(), &mut Finds::default()),
            Page::List { list, page } => self.list(&self.plan.lists[*list], page),
            Page::Terms { locale, kind } => self.terms(*locale, *kind),
            Page::ArchiveIndex { locale } => self.archive(*locale),
            Page::Register { locale } => self.register(*locale),
            Page::SiteMap { locale } => self.site_map(*locale),
            Page::Gone { gone } => self.gone(*gone as usize),
            Page::Search { locale } => self.search(*locale),
            Page::NotFound => self.not_found(),
        };
        self.render(&template, &context, || self.plan.address(page, &self.prefixes))
    }

    /// An entry's page; what was found in its fields is added to `finds`.
    pub fn entry(&self, at: usize, fields: &Map<String, Json>, finds: &mut Finds) -> Result<Vec<u8>> {
        let (template, context) = self.entry_context(at, fields, finds);
        self.render(&template, &context, || {
            let card = &self.snapshot.cards[at];
            format!("{} (entry {})", self.plan.addresses[at], card.entry)
        })
    }

    fn render(&self, template: &str, context: &Context, page: impl Fn() -> String) -> Result<Vec<u8>> {
        const PAGE_BYTES_USUAL: usize = 16 * 1024;
        let mut bytes = Vec::with_capacity(PAGE_BYTES_USUAL);
        self.theme
            .render(template, context, &mut bytes)
            .map_err(|error| Error::broken(format!("render {} with {}/{template}", page(), self.theme.name), error))?;
        Ok(bytes)
    }

    /// What is the same on all pages of a language.
    fn common(&self, view: &LocaleView) -> Context {
        let mut context = Context::new();
        context.insert_value("site", view.site.clone());
        context.insert_value("t", view.words.clone());
        context.insert_value("menu", view.menu.clone());
        context.insert_value("theme", self.theme_files.clone());
        context.insert_value("theme_settings", view.theme_settings.clone());
        context
    }

    fn context(&self, view: &LocaleView, about: About) -> Context {
        let mut context = self.common(view);
        context.insert_value("once", self.once[view.at].clone());
        context.insert_value("alerts", self.alerts(view));
        let canonical = format!("{}{}", self.base_url, about.url);
        let page = map([
            ("kind", about.kind.into()),
            ("section", about.section.into()),
            ("title", about.title.into()),
            ("description", about.description.into()),
            ("url", about.url.into()),
            ("canonical", canonical.into()),
            ("alternates", about.alternates),
            ("feed", about.feed.map_or(Value::none(), Value::from)),
        ]);
        context.insert_value("page", page);
        context.insert_value("share", self.share_view(Of::Site(view.at)));
        context
    }

    fn alerts(&self, view: &LocaleView) -> Value {
        let alert = |at: &u32| {
            let locale = self.snapshot.cards[*at as usize].locale;
            let foreign = (locale != view.at).then(|| self.locales[locale].locale.as_str());
            map([("card", self.card(*at)), ("lang", foreign.into())])
        };
        self.plan.alerts[view.at].iter().map(alert).collect::<Vec<Value>>().into()
    }

    fn home(&self, locale: usize) -> (Cow<'static, str>, Context) {
        let view = &self.locales[locale];
        let url = format!("{}/", view.prefix);
        let mut context = self.context(
            view,
            About {
                kind: "home",
                section: "",
                title: &view.title,
                description: &view.description,
                url: &url,
                alternates: self.same_path_elsewhere(locale, &url),
                feed: None,
            },
        );
        let newest = self.plan.news[locale].iter().rev().take(HOME_LATEST);
        let latest: Vec<Value> = newest.map(|at| self.card(*at)).collect();
        context.insert_value("latest", latest.into());
        let sections = self.plan.lists.iter().filter(|list| list.locale == locale).filter_map(|list| {
            let ListKind::Section(key) = &list.kind else { return None };
            let newest = list.entries.iter().rev().take(self.theme.about.home_items);
            let entries: Vec<Value> = newest.map(|at| self.card(*at)).collect();
            let title = self.list_title(list);
            let section =
                map([("title", title.into()), ("url", list.base.as_str().into()), ("entries", entries.into())]);
            Some((key.to_string(), section))
        });
        let sections: BTreeMap<String, Value> = sections.collect();
        context.insert_value("sections", sections.into());
        ("home.html".into(), context)
    }

    fn entry_context(&self, at: usize, fields: &Map<String, Json>, finds: &mut Finds) -> (Cow<'static, str>, Context) {
        let card = &self.snapshot.cards[at];
        let shown = card.fields();
        let view = &self.locales[card.locale];
        let url = &self.plan.addresses[at];
        let section = self.plan.sections.get(&(card.locale, card.type_key.clone()));
        let feed = section.filter(|_| rules::is_news(&card.type_key));
        let mut context = self.context(
            view,
            About {
                kind: "entry",
                section: &card.type_key,
                title: &card.title,
                description: text_in(&shown, "summary").unwrap_or(&view.description),
                url,
                alternates: self.translations(at),
                feed: feed.map(|list| self.plan.lists[*list].base.clone()),
            },
        );
        let shape = self.snapshot.shapes.get(&*card.type_key);
        let found = std::cell::RefCell::new(finds);
        let ids = std::cell::RefCell::new(HeadingIds::default());
        let html = |text: &str| {
            let finds = &mut *found.borrow_mut();
            let html = markdown(text, self.snapshot, &mut finds.placed, &mut ids.borrow_mut());
            finds.links.extend(links::of_text(&html, url, &self.base_url));
            html
        };
        let mut content = BTreeMap::new();
        for (name, value) in fields {
            find_assets(value, self.snapshot, &mut found.borrow_mut().placed);
            // What lists show is in the card already.
            if !shown.contains_key(name) {
                let show = shape.and_then(|shape| shape.fields.get(name));
                if let Some(value) = views::field(value, show, self.snapshot, &view.clock, Some(&html)) {
                    content.insert(name.clone(), value);
                }
            }
        }
        context.insert_value("entry", self.card(at as u32));
        context.insert_value("share", self.share_view(Of::Card(at as u32)));
        context.insert_value("content", content.into());
        if let Some(list) = section {
            let list = &self.plan.lists[*list];
            context.insert_value(
                "section",
                map([("title", self.list_title(list).into()), ("url", list.base.as_str().into())]),
            );
            if self.theme.about.neighbours {
                self.neighbours(list, at as u32, &mut context);
            }
        }
        (self.theme.template_of("entry", &card.type_key), context)
    }

    fn neighbours(&self, list: &List, at: u32, context: &mut Context) {
        let (newer, older) = self.neighbours_of(list, at);
        for (name, other) in [("newer", newer), ("older", older)] {
            if let Some(other) = other {
                context.insert_value(name, self.card(*other));
            }
        }
    }

    /// The entries after and before one in its section.
    pub fn neighbours_of<'l>(&self, list: &'l List, at: u32) -> (Option<&'l u32>, Option<&'l u32>) {
        let Some(place) = list.place(at) else { return (None, None) };
        (list.entries.get(place + 1), place.checked_sub(1).and_then(|place| list.entries.get(place)))
    }

    fn list(&self, list: &List, page: &ListPage) -> (Cow<'static, str>, Context) {
        let view = &self.locales[list.locale];
        let title = self.list_title(list);
        let url = rules::list_address(&list.base, page.number);
        let (kind, section, feed) = match &list.kind {
            ListKind::Section(key) => ("section", &**key, rules::is_news(key).then(|| list.base.clone())),
            ListKind::Category(_) => ("category", "", None),
            ListKind::Tag(_) => ("tag", "", None),
            ListKind::Archive(..) => ("archive", "", None),
        };
        let summary = self.list_summary(list).unwrap_or_default();
        let mut context = self.context(
            view,
            About {
                kind,
                section,
                title: &title,
                description: if summary.is_empty() { &view.description } else { summary },
                url: &url,
                alternates: self.same_path_elsewhere(list.locale, &url),
                feed,
            },
        );
        let entries: Vec<Value> = list.entries[page.from..page.until].iter().rev().map(|at| self.card(*at)).collect();
        let link = |number: Option<usize>| Value::from(rules::list_address(&list.base, number));
        context.insert_value(
            "list",
            map([
                ("title", title.as_str().into()),
                ("summary", summary.into()),
                ("url", list.base.as_str().into()),
                ("entries", entries.into()),
                ("number", page.number.into()),
                ("older", page.older.map(|number| link(Some(number))).into()),
                ("newer", page.newer.map(link).into()),
            ]),
        );
        (self.theme.template_of("list", section), context)
    }

    pub fn list_title(&self, list: &List) -> String {
        let view = &self.locales[list.locale];
        match &list.kind {
            ListKind::Section(key) => {
                views::section_title(self.theme, self.snapshot.shapes.get(&**key), key, &view.locale)
            }
            ListKind::Category(_) | ListKind::Tag(_) => list.title.clone(),
            ListKind::Archive(year, month) => view.clock.month(*year, *month),
        }
    }

    pub fn list_summary(&self, list: &List) -> Option<&str> {
        let ListKind::Category(slug) = &list.kind else { return None };
        let mut named = self.snapshot.steering.iter().filter(|e| e.type_key == "kategori" && e.slug == *slug);
        named.find(|entry| entry.locale == list.locale)?.text("summary")
    }

    fn terms(&self, locale: usize, kind: TermKind) -> (Cow<'static, str>, Context) {
        let (path, word) = match kind {
            TermKind::Category => ("kategori", "categories"),
            TermKind::Tag => ("tag", "tags"),
        };
        let terms: Vec<Value> = self.term_lists(locale, kind).map(|list| self.term(list)).collect();
        self.index(locale, (path, word), terms)
    }

    pub fn term_lists(&self, locale: usize, kind: TermKind) -> impl Iterator<Item = &List> {
        self.plan.lists.iter().filter(move |list| match (&list.kind, kind) {
            (ListKind::Category(_), TermKind::Category) | (ListKind::Tag(_), TermKind::Tag) => list.locale == locale,
            _ => false,
        })
    }

    /// The months, newest first.
    pub fn archive_lists(&self, locale: usize) -> impl Iterator<Item = &List> {
        let months = self.plan.lists.iter().rev().filter(move |list| list.locale == locale);
        months.filter(|list| matches!(list.kind, ListKind::Archive(..)))
    }

    fn archive(&self, locale: usize) -> (Cow<'static, str>, Context) {
        let months: Vec<Value> = self.archive_lists(locale).map(|list| self.term(list)).collect();
        let (_, context) = self.index(locale, ("arsip", "archive"), months);
        ("archive.html".into(), context)
    }

    fn term(&self, list: &List) -> Value {
        map([
            ("title", self.list_title(list).into()),
            ("url", list.base.as_str().into()),
            ("count", list.entries.len().into()),
        ])
    }

    fn index(&self, locale: usize, (path, word): (&str, &str), terms: Vec<Value>) -> (Cow<'static, str>, Context) {
        let view = &self.locales[locale];
        let url = format!("{}/{path}/", view.prefix);
        let mut context = self.context(
            view,
            About {
                kind: "terms",
                section: path,
                title: self.theme.word(&view.locale, word),
                description: &view.description,
                url: &url,
                alternates: self.same_path_elsewhere(locale, &url),
                feed: None,
            },
        );
        context.insert_value("terms", terms.into());
        ("terms.html".into(), context)
    }

    /// Everything that there is: pages, sections, and other ways in.
    fn site_map(&self, locale: usize) -> (Cow<'static, str>, Context) {
        let view = &self.locales[locale];
        let url = plan::site_map_address(&view.prefix);
        let title = self.theme.word(&view.locale, "site_map");
        let about = About {
            kind: "site_map",
            section: "",
            title,
            description: &view.description,
            url: &url,
            alternates: self.same_path_elsewhere(locale, &url),
            feed: None,
        };
        let mut context = self.context(view, about);
        let pages = self.plan.at_the_root(self.snapshot, locale);
        context.insert_value("pages", pages.iter().map(|(at, _)| self.card(*at)).collect::<Vec<Value>>().into());
        let sections: Vec<Value> = self.section_lists(locale).map(|list| self.term(list)).collect();
        context.insert_value("terms", sections.into());
        let categories: Vec<Value> = self.term_lists(locale, TermKind::Category).map(|list| self.term(list)).collect();
        context.insert_value("categories", categories.into());
        ("sitemap.html".into(), context)
    }

    /// The sections of a language.
    pub fn section_lists(&self, locale: usize) -> impl Iterator<Item = &List> {
        let here = self.plan.lists.iter().filter(move |list| list.locale == locale);
        here.filter(|list| matches!(list.kind, ListKind::Section(_)))
    }

    /// What was put right and what was withdrawn, the newest first.
    fn register(&self, locale: usize) -> (Cow<'static, str>, Context) {
        let view = &self.locales[locale];
        let url = self.plan.address(&Page::Register { locale }, &self.prefixes);
        let title = self.theme.word(&view.locale, "register");
        let about = About {
            kind: "register",
            section: "",
            title,
            description: &view.description,
            url: &url,
            alternates: self.same_path_elsewhere(locale, &url),
            feed: None,
        };
        let mut context = self.context(view, about);
        let corrections: Vec<Value> = self.plan.corrected[locale].iter().map(|at| self.card(*at)).collect();
        context.insert_value("corrections", corrections.into());
        let withdrawn: Vec<Value> = self.registered(locale).map(|gone| self.told(gone)).collect();
        context.insert_value("withdrawn", withdrawn.into());
        ("register.html".into(), context)
    }

    /// The withdrawals that the register of a language names: what its time has ended for is no news.
    pub fn registered(&self, locale: usize) -> impl Iterator<Item = &Gone> {
        let here = self.snapshot.gone.iter().filter(move |gone| gone.locale == locale);
        here.filter(|gone| gone.told.reason != WithdrawalReason::Expired)
    }

    /// The form; the theme's script fills in what it finds.
    fn search(&self, locale: usize) -> (Cow<'static, str>, Context) {
        let view = &self.locales[locale];
        let url = self.plan.address(&Page::Search { locale }, &self.prefixes);
        let about = About {
            kind: "search",
            section: "",
            title: self.theme.word(&view.locale, "search"),
            description: &view.description,
            url: &url,
            alternates: self.same_path_elsewhere(locale, &url),
            feed: None,
        };
        let mut context = self.context(view, about);
        context.insert_value("index", search::addresses(&url));
        context.insert_value("form", forms::search(self.snapshot, &view.locale, &url));
        // Our server puts what it found here, see `finding`.
        context.insert_value("found", Value::none());
        ("search.html".into(), context)
    }

    fn gone(&self, at: usize) -> (Cow<'static, str>, Context) {
        let gone = &self.snapshot.gone[at];
        let view = &self.locales[gone.locale];
        let about = About {
            kind: "gone",
            section: &gone.told.type_key,
            title: self.theme.word(&view.locale, "withdrawn"),
            description: &view.description,
            url: &self.plan.address(&Page::Gone { gone: at as u32 }, &self.prefixes),
            alternates: Vec::<Value>::new().into(),
            feed: None,
        };
        let mut context = self.context(view, about);
        context.insert_value("withdrawal", self.told(gone));
        let template = self.theme.template(&["gone.html", "404.html"]).unwrap_or("404.html");
        (template.to_owned().into(), context)
    }

    fn told(&self, gone: &Gone) -> Value {
        let Gone { locale, told } = gone;
        let view = &self.locales[*locale];
        let day = view.clock.at(told.at);
        let section =
            views::section_title(self.theme, self.snapshot.shapes.get(&told.type_key), &told.type_key, &view.locale);
        map([
            ("title", told.title.as_str().into()),
            ("section", section.into()),
            ("office", told.office.as_str().into()),
            ("reason", told.reason.as_str().into()),
            ("notice", told.notice.as_str().into()),
            ("date", view.clock.day(&day).into()),
            ("day_iso", super::dates::iso_day(&day).into()),
        ])
    }

    fn not_found(&self) -> (Cow<'static, str>, Context) {
        let view = &self.locales[0];
        let about = About {
            kind: "not_found",
            section: "",
            title: self.theme.word(&view.locale, "not_found"),
            description: &view.description,
            url: "/404.html",
            alternates: Vec::<Value>::new().into(),
            feed: None,
        };
        ("404.html".into(), self.context(view, about))
    }

    /// The translations of an entry, itself included; empty without any.
    fn translations(&self, at: usize) -> Value {
        let card = &self.snapshot.cards[at];
        let members = self.plan.translations.get(&card.group).map(Vec::as_slice).unwrap_or_default();
        let link = |at: &u32| {
            let locale = &self.locales[self.snapshot.cards[*at as usize].locale].locale;
            self.alternate(locale, &self.plan.addresses[*at as usize])
        };
        members.iter().map(link).collect::<Vec<Value>>().into()
    }

    /// Pages of the same path in the site's other languages.
    fn same_path_elsewhere(&self, locale: usize, url: &str) -> Value {
        let there = self.places_elsewhere(locale, url);
        there.iter().map(|(locale, url)| self.alternate(locale, url)).collect::<Vec<Value>>().into()
    }

    /// The languages that have a page of the same path, with its address; none when it is one alone.
    pub fn places_elsewhere(&self, locale: usize, url: &str) -> Vec<(&str, String)> {
        if self.prefixes.len() < 2 {
            return Vec::new();
        }
        let path = url.strip_prefix(self.prefixes[locale].as_str()).unwrap_or(url);
        let there: Vec<(&str, String)> = self
            .snapshot
            .site
            .locales
            .iter()
            .zip(&self.prefixes)
            .map(|(locale, prefix)| (locale.as_str(), format!("{prefix}{path}")))
            .filter(|(_, url)| self.plan.known.contains(url))
            .collect();
        if there.len() < 2 { Vec::new() } else { there }
    }

    fn alternate(&self, locale: &str, url: &str) -> Value {
        map([("locale", locale.into()), ("url", url.into()), ("absolute", format!("{}{url}", self.base_url).into())])
    }
}

/// What a page says of itself.
struct About<'p> {
    kind: &'static str,
    section: &'p str,
    title: &'p str,
    description: &'p str,
    url: &'p str,
    alternates: Value,
    /// The list whose feed it names, by the list's address.
    feed: Option<String>,
}

pub fn prefixes(site: &SiteFacts) -> Vec<String> {
    site.locales.iter().map(|locale| rules::prefix(locale, site.default_locale())).collect()
}

/// What the fields of an entry lead to.
#[derive(Debug, Default)]
pub struct Finds {
    /// Stored files that its page places.
    pub placed: BTreeSet<Digest>,
    /// Addresses on the site that its texts link to.
    pub links: BTreeSet<Box<str>>,
}

/// Markdown as safe HTML; stored files that it places are added to `placed`. `ids` are those of the page's headings so far.
fn markdown(source: &str, snapshot: &Snapshot, placed: &mut BTreeSet<Digest>, ids: &mut HeadingIds) -> String {
    to_html_beside(source, &Placing { snapshot, placed: std::cell::RefCell::new(placed) }, ids)
}

/// Answers for the stored files that a text names, and takes note of them.
struct Placing<'p> {
    snapshot: &'p Snapshot,
    placed: std::cell::RefCell<&'p mut BTreeSet<Digest>>,
}

impl Files for Placing<'_> {
    fn url(&self, digest: &Digest) -> Option<String> {
        let asset = self.snapshot.assets.get(digest)?;
        self.snapshot.place(digest, &mut self.placed.borrow_mut());
        Some(pictures::url(digest, asset))
    }

    fn drawn(&self, digest: &Digest) -> Option<Drawn> {
        self.snapshot.assets.get(digest).and_then(pictures::drawn)
    }
}

/// Adds every stored file that a value names.
pub fn find_assets(value: &Json, snapshot: &Snapshot, placed: &mut BTreeSet<Digest>) {
    match value {
        Json::String(text) => {
            if let Some(digest) = (text.len() == 64).then(|| Digest::parse(text)).flatten() {
                snapshot.place(&digest, placed);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| find_assets(item, snapshot, placed)),
        Json::Object(members) => members.values().for_each(|item| find_assets(item, snapshot, placed)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
