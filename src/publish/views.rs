//! What templates see: small values, made once and shared by the pages that show them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;
use tera::Value;
use tera::value::{Key, Map};

use super::dates::{self, Clockface};
use super::model::{Asset, Card, Shape, Show, Snapshot, Steering, Term};
use super::plan::{self, ListKind, Plan};
use super::{forms, menus, pictures, rules};
use crate::kernel::{Colour, Digest, Origin, Timestamp};
use crate::media::rules::public_path;
use crate::themes::theme::Theme;

/// A map for a template: `map([("title", "…".into())])`.
pub fn map<const N: usize>(pairs: [(&'static str, Value); N]) -> Value {
    let mut map = Map::with_capacity(N);
    for (name, value) in pairs {
        map.insert(Key::Str(name), value);
    }
    Value::from(map)
}

/// What is the same on all pages of one language.
pub struct LocaleView {
    /// Its place among the site's.
    pub at: usize,
    pub locale: String,
    pub prefix: String,
    pub clock: Clockface,
    pub site: Value,
    pub words: Value,
    pub menu: Value,
    /// What the site chooses of what the theme lets it choose.
    pub theme_settings: Value,
    pub title: String,
    /// What pages and feeds without a summary say of themselves; never empty.
    pub description: String,
}

/// The text that a category or tag was made from, and how it is shown.
type MadeTerm = (Arc<str>, Value);

/// Values that many cards have alike, made once: they would be most of a large site's memory.
pub struct Shared<'b> {
    /// Names of fields.
    names: HashMap<&'b str, Arc<str>>,
    /// Categories and tags by locale and address, with the text that they were made from.
    terms: HashMap<(usize, &'b str), OnceLock<MadeTerm>>,
}

impl<'b> Shared<'b> {
    pub fn new(snapshot: &'b Snapshot, plan: &'b Plan) -> Self {
        let fields = snapshot.shapes.values().flat_map(|shape| shape.fields.keys());
        let bases = plan.lists.iter().filter(|list| matches!(list.kind, ListKind::Category(_) | ListKind::Tag(_)));
        Shared {
            names: fields.map(|name| (name.as_str(), Arc::from(name.as_str()))).collect(),
            terms: bases.map(|list| ((list.locale, list.base.as_str()), OnceLock::new())).collect(),
        }
    }

    fn name(&self, name: &str) -> Arc<str> {
        self.names.get(name).cloned().unwrap_or_else(|| name.into())
    }

    /// A category or a tag as it is shown.
    fn term(&self, locale: usize, url: String, title: &str) -> Value {
        let make = || map([("title", title.into()), ("url", url.as_str().into())]);
        match self.terms.get(&(locale, url.as_str())).map(|term| term.get_or_init(|| (title.into(), make()))) {
            Some((made_from, value)) if **made_from == *title => value.clone(),
            // Written otherwise by somebody, or without a page of its own.
            _ => make(),
        }
    }
}

/// What all pages share.
pub struct World<'b> {
    pub snapshot: &'b Snapshot,
    pub theme: &'b Theme,
    pub plan: &'b Plan,
    pub base_url: String,
    pub locales: Vec<LocaleView>,
    pub prefixes: Vec<String>,
    /// The site's colour, and that of text on it.
    pub colours: (Colour, Colour),
    /// The seal in each language.
    pub seals: Vec<Option<Digest>>,
    pub shared: Shared<'b>,
    /// One for each card, made when a page first shows it, and how many of them were.
    pub cards: Vec<OnceLock<Value>>,
    pub cards_kept: AtomicUsize,
    /// Fingerprinted addresses of the theme's files.
    pub theme_files: Value,
    /// What stands on all pages of a language alike, already made.
    pub once: Vec<Value>,
}

/// The settings entry of a locale, or else of the default one.
fn settings(steering: &[Steering], locale: usize) -> Option<&Steering> {
    let of = |locale: usize| steering.iter().find(|entry| entry.type_key == "pengaturan" && entry.locale == locale);
    of(locale).or_else(|| of(0))
}

/// Where the site is reached: its settings say it, or else its first host name, or else this server.
pub fn base_url(snapshot: &Snapshot, server_url: &str) -> String {
    let set = settings(&snapshot.steering, 0).and_then(|entry| entry.text("base_url"));
    let host = snapshot.site.hosts.first().map(|host| format!("https://{host}"));
    set.map(str::to_owned).or(host).unwrap_or_else(|| server_url.to_owned()).trim_end_matches('/').to_owned()
}

/// Where the public API answers searches for readers without a script; `None`: the site's own host does.
pub fn api(snapshot: &Snapshot) -> Option<Origin> {
    settings(&snapshot.steering, 0).and_then(|entry| entry.text("api_url")).and_then(Origin::parse)
}

/// The site's colour, and the colour of text on it.
pub fn colours(snapshot: &Snapshot) -> (Colour, Colour) {
    let set = |name| settings(&snapshot.steering, 0).and_then(|entry| entry.text(name));
    let colour = rules::colour(set("color"));
    (colour, rules::ink_on(colour, set("color_text")))
}

/// The site's seal in a language, if its kind can be drawn. One seal serves all languages that name none.
pub fn seal(snapshot: &Snapshot, locale: usize) -> Option<Digest> {
    let of = |locale: usize| settings(&snapshot.steering, locale).and_then(|entry| entry.text("seal"));
    let seal = Digest::parse(of(locale).or_else(|| of(0))?)?;
    let kind = snapshot.assets.get(&seal)?.media_type.as_str();
    ["image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"].contains(&kind).then_some(seal)
}

/// What the site says of itself in a few words.
pub fn tagline(snapshot: &Snapshot, locale: usize) -> &str {
    settings(&snapshot.steering, locale).and_then(|entry| entry.text("tagline")).unwrap_or_default()
}

/// The digest of everything that steers the site.
pub fn settings_digest(snapshot: &Snapshot) -> Digest {
    let list: Vec<Json> = snapshot
        .steering
        .iter()
        .map(|entry| serde_json::json!([entry.type_key, entry.locale, entry.slug, entry.digest]))
        .collect();
    Digest::of_json(&Json::from(list))
}

/// The mail address that security reports go to.
pub fn contact(snapshot: &Snapshot) -> Option<String> {
    settings(&snapshot.steering, 0).and_then(|entry| entry.text("email")).map(str::to_owned)
}

pub fn locale_views(
    snapshot: &Snapshot,
    theme: &Theme,
    plan: &Plan,
    base_url: &str,
    markdown: &dyn Fn(&str) -> String,
) -> Vec<LocaleView> {
    let site = &snapshot.site;
    let view = |(at, locale): (usize, &String)| {
        let prefix = rules::prefix(locale, site.default_locale());
        let entry = settings(&snapshot.steering, at);
        let text = |name: &str| entry.and_then(|entry| entry.text(name)).unwrap_or_default();
        let title = if text("title").is_empty() { site.name.as_str() } else { text("title") };
        let clock = Clockface::new(site.zone.clone(), locale);
        // A seal is the same in all languages.
        let first = settings(&snapshot.steering, 0);
        let shown = |entry: Option<&Steering>, name: &str, show: &Show| {
            entry.and_then(|entry| field(entry.fields.get(name)?, Some(show), snapshot, &clock, None))
        };
        let seal = shown(entry, "seal", &Show::Asset).or_else(|| shown(first, "seal", &Show::Asset));
        let social = shown(entry, "social", &Show::Parts(BTreeMap::new()));
        let other = |(other, tongue): (usize, &String)| {
            let home = rules::prefix(tongue, site.default_locale()) + "/";
            let there = other != at && plan.known.contains(&home);
            there.then(|| map([("locale", tongue.as_str().into()), ("url", home.into())]))
        };
        let others: Vec<Value> = site.locales.iter().enumerate().filter_map(other).collect();
        let search = plan.search_of(at, &prefix);
        let search_form = search.as_deref().map(|own| forms::search(snapshot, locale, own));
        LocaleView {
            at,
            site: map([
                ("title", title.into()),
                ("tagline", text("tagline").into()),
                ("description", text("description").into()),
                ("address", text("address").into()),
                ("phone", text("phone").into()),
                ("email", text("email").into()),
                ("hours", text("hours").into()),
                ("seal", seal.unwrap_or(Value::none())),
                ("social", social.unwrap_or(Value::none())),
                ("footer", Value::safe_string(&markdown(text("footer")))),
                ("base_url", base_url.into()),
                ("home", format!("{prefix}/").into()),
                ("prefix", prefix.as_str().into()),
                ("locale", locale.as_str().into()),
                ("others", others.into()),
                ("register", register(plan, &prefix).into()),
                ("search", search.into()),
                ("search_form", search_form.unwrap_or(Value::none())),
                ("map", Some(plan::site_map_address(&prefix)).filter(|address| plan.known.contains(address)).into()),
            ]),
            words: words(theme, locale),
            theme_settings: theme_settings_shown(snapshot, theme, at),
            menu: menus::menus(snapshot, plan, (at, locale), &prefix),
            clock,
            title: title.into(),
            // A site need not describe itself, but a page and a feed must say something.
            description: [text("description"), text("tagline")]
                .into_iter()
                .find(|said| !said.is_empty())
                .unwrap_or(title)
                .into(),
            locale: locale.clone(),
            prefix,
        }
    };
    site.locales.iter().enumerate().map(view).collect()
}

/// What the site chooses of what the theme lets it choose, and what of that the theme does not know.
pub fn theme_settings(snapshot: &Snapshot, theme: &Theme, locale: usize) -> (BTreeMap<String, Json>, Vec<String>) {
    let given = settings(&snapshot.steering, locale).and_then(|entry| entry.fields.get("theme_settings"));
    crate::themes::settings::values(&theme.about.settings, given.and_then(Json::as_object))
}

fn theme_settings_shown(snapshot: &Snapshot, theme: &Theme, locale: usize) -> Value {
    let values = theme_settings(snapshot, theme, locale).0.into_iter();
    let shown = values.filter_map(|(key, value)| Some((key, Value::try_from_serializable(&value).ok()?)));
    Value::from(shown.collect::<BTreeMap<String, Value>>())
}

/// Where a language tells what was put right and withdrawn, if the theme shows it.
fn register(plan: &Plan, prefix: &str) -> Option<String> {
    let address = plan::register_address(prefix);
    plan.known.contains(&address).then_some(address)
}

pub fn words(theme: &Theme, locale: &str) -> Value {
    let names = theme.words.get("id").into_iter().flat_map(BTreeMap::keys);
    Value::from(names.map(|name| (name.clone(), theme.word(locale, name).to_owned())).collect::<BTreeMap<_, _>>())
}

/// What every card has, whatever its type's fields are.
const RESERVED: &[&str] = &["type", "url", "date", "date_short", "date_iso", "day_iso"];

/// How one entry is shown in lists, and at the head of its own page.
pub fn card(world: &World, at: usize) -> Value {
    let World { snapshot, plan, shared, .. } = world;
    let card = &snapshot.cards[at];
    let view = &world.locales[card.locale];
    let day = view.clock.at(card.published_at);
    let shape = snapshot.shapes.get(&*card.type_key);
    let fields = card.fields();
    let mut shown = Map::with_capacity(fields.len() + 6);
    shown.insert(Key::Str("type"), (&*card.type_key).into());
    shown.insert(Key::Str("title"), (&*card.title).into());
    shown.insert(Key::Str("url"), plan.addresses[at].as_str().into());
    shown.insert(Key::Str("date"), view.clock.day(&day).into());
    shown.insert(Key::Str("date_short"), format!("{:02}/{:02}/{}", day.day(), day.month(), day.year()).into());
    shown.insert(Key::Str("date_iso"), dates::iso(&day).into());
    shown.insert(Key::Str("day_iso"), dates::iso_day(&day).into());
    for (name, value) in &fields {
        let value = match name.as_str() {
            "title" => continue,
            "category" => category(plan, shared, card, &view.prefix),
            "tags" => tags(shared, card, &view.prefix),
            _ => field(value, shape.and_then(|shape| shape.fields.get(name)), snapshot, &view.clock, None),
        };
        if let Some(value) = value {
            // A field that is named like what every card has: `own_url` is a service's own address.
            let taken = RESERVED.contains(&name.as_str());
            let name = if taken { Arc::from(format!("own_{name}")) } else { shared.name(name) };
            shown.insert(Key::String(name), value);
        }
    }
    Value::from(shown)
}

fn category(plan: &Plan, shared: &Shared, card: &Card, prefix: &str) -> Option<Value> {
    let Term { slug, text } = card.category.as_ref()?;
    let title = plan::category_name(&plan.categories, card.locale, slug).unwrap_or_else(|| text.to_string());
    Some(shared.term(card.locale, format!("{prefix}/kategori/{slug}/"), &title))
}

fn tags(shared: &Shared, card: &Card, prefix: &str) -> Option<Value> {
    let tag = |Term { slug, text }: &Term| shared.term(card.locale, format!("{prefix}/tag/{slug}/"), text);
    let tags: Vec<Value> = card.tags.iter().map(tag).collect();
    (!tags.is_empty()).then(|| tags.into())
}

/// What turns Markdown into HTML; `None` where a field cannot be Markdown.
pub type Markdown<'m> = &'m dyn Fn(&str) -> String;

/// A field's value as it is shown; `None` when there is nothing to show.
pub fn field(
    value: &Json,
    show: Option<&Show>,
    snapshot: &Snapshot,
    clock: &Clockface,
    markdown: Option<Markdown>,
) -> Option<Value> {
    match (show.unwrap_or(&Show::Plain), value) {
        (_, Json::Null) => None,
        (_, Json::String(text)) if text.is_empty() => None,
        (Show::Markdown, Json::String(text)) => markdown.map(|html| Value::safe_string(&html(text))),
        (Show::Asset, Json::String(digest)) => Digest::parse(digest).and_then(|digest| asset(&digest, snapshot, clock)),
        (Show::Assets, Json::Array(list)) => {
            let digests = list.iter().filter_map(|item| Digest::parse(item.as_str()?));
            Some(digests.filter_map(|digest| asset(&digest, snapshot, clock)).collect::<Vec<_>>().into())
        }
        (Show::Moment, Json::String(text)) => Timestamp::parse(text).ok().map(|time| moment(time, clock)),
        (Show::Day, Json::String(text)) => {
            Some(map([("day", clock.written_day(text).into()), ("iso", text.as_str().into())]))
        }
        (Show::Choice(labels), Json::String(key)) => {
            let label = labels.get(key).map(|(id, en)| if clock.is_english() { en } else { id });
            Some(label.unwrap_or(key).as_str().into())
        }
        (Show::Parts(shape), Json::Array(list)) => {
            let part = |item: &Json| {
                let fields = item.as_object()?.iter();
                let shown = fields.filter_map(|(name, value)| {
                    Some((name.clone(), field(value, shape.get(name), snapshot, clock, markdown)?))
                });
                Some(Value::from(shown.collect::<BTreeMap<String, Value>>()))
            };
            Some(list.iter().filter_map(part).collect::<Vec<_>>().into())
        }
        (_, other) => Value::try_from_serializable(other).ok(),
    }
}

fn moment(time: Timestamp, clock: &Clockface) -> Value {
    let at = clock.at(time);
    map([
        ("day", clock.day(&at).into()),
        ("time", clock.time(&at).into()),
        ("iso", dates::iso(&at).into()),
        ("day_iso", dates::iso_day(&at).into()),
    ])
}

/// A stored file: its address and what a page needs to place it without a jump.
fn asset(digest: &Digest, snapshot: &Snapshot, clock: &Clockface) -> Option<Value> {
    let asset = snapshot.assets.get(digest)?;
    if let Some(derived) = &asset.derived {
        return pictures::view(asset, derived, |bytes| size_text(bytes, clock.is_english()));
    }
    let Asset { name, media_type, bytes, width, height, page, .. } = asset;
    Some(map([
        ("page", page.as_deref().and_then(|page| pictures::page(asset, page)).into()),
        ("url", public_path(digest, name).into()),
        ("name", name.as_str().into()),
        ("type", media_type.as_str().into()),
        ("format", format_name(name).into()),
        ("size", size_text(*bytes, clock.is_english()).into()),
        ("width", (*width).into()),
        ("height", (*height).into()),
    ]))
}

pub fn format_name(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_uppercase()).unwrap_or_default()
}

/// `312 kB`, `1,4 MB`; in English `1.4 MB`.
fn size_text(bytes: i64, english: bool) -> String {
    let mark = if english { '.' } else { ',' };
    match bytes {
        0..=999 => format!("{bytes} B"),
        1_000..=999_499 => format!("{} kB", (bytes + 500) / 1000),
        _ => format!("{}{mark}{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The name of a section in a language: the theme's word for it, or else the content type's name.
pub fn section_title(theme: &Theme, shape: Option<&Shape>, key: &str, locale: &str) -> String {
    let name = format!("section_{key}");
    let word = theme.word(locale, &name);
    if word != name {
        return word.to_owned();
    }
    let title = shape.map(|shape| if locale.starts_with("en") { &shape.title_en } else { &shape.title_id });
    title.filter(|title| !title.is_empty()).cloned().unwrap_or_else(|| key.to_owned())
}
