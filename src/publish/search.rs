//! The index that a site is searched by in the browser: files of the release, made of its live entries.
//!
//! A language has a directory, `cari/indeks.json`, and one or two parts: the base and, beside it, the delta (see `cut`). A part stands
//! in a folder that is named by the digest of everything it was made from; its files are never changed but for the cards of entries
//! that a delta shows otherwise, which are blanked. `search::shards` tells what is in a shard, `docs/search.md` the rest.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::LazyLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::feeds::File;
use super::keys::{Key, Reads};
use super::listing::{Listed, Listing};
use super::model::{Card, RENDERER, Shape};
use super::plan::{Page, Plan};
use super::snapshot::{self, BODIES_AT_ONCE, Body};
use super::views::{self, World};
use super::{dates, disk, history, store};
use crate::app::App;
use crate::content::findable::rules::{self, Said};
use crate::kernel::{Context, Digest, Error, Result};
use crate::media::derive::texts;
use crate::search::shards::{Postings, Weighed};
use crate::search::words::Words;

/// The folder of the index below a language's first part of the address, and its directory in it.
const FOLDER: &str = "cari/";
pub const DIRECTORY: &str = "indeks.json";
/// Cards in one file: ten results then take ten small files at most.
const CHUNK_CARDS: usize = 10;
/// Enough of a digest to tell parts apart.
const MARK_LETTERS: usize = 12;

/// What the script reads first.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Directory {
    v: u32,
    /// The types that there are, with their names.
    types: BTreeMap<String, String>,
    parts: Vec<Part>,
}

/// A part as the directory tells of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Part {
    /// Its folder, below that of the directory.
    at: String,
    docs: usize,
    /// Documents that another part shows as they are now.
    gone: Vec<usize>,
    /// The first stem of each shard.
    first: Vec<String>,
    types: BTreeSet<String>,
    years: BTreeSet<i64>,
    /// By their address-like name, with the name as it is written.
    units: BTreeMap<String, String>,
}

/// A revision that a part holds.
struct Holding<'h> {
    /// What is shown of its entry now, and its place among the cards.
    card: &'h Card,
    at: usize,
    /// When the revision was shown; its address follows from it.
    slug: Cow<'h, str>,
    digest: Digest,
    /// Whether the delta holds a newer revision.
    is_stale: bool,
    /// Documents that it names and that said something when the part began, sorted.
    attached: Vec<Digest>,
}

/// What is found of a language's index.
#[derive(Debug, Default)]
pub struct Index {
    /// To be written.
    pub files: Vec<File>,
    /// Files of the release before that stay as they are.
    pub kept: Vec<Listed>,
}

/// What the release before holds.
pub struct Before<'p> {
    pub files: &'p Listing,
    pub root: &'p Path,
}

/// Whether a file belongs to an index.
pub fn is_part_of(path: &str) -> bool {
    let Some((prefix, name)) = path.split_once(FOLDER) else { return false };
    // Nothing, or a language.
    let begins =
        prefix.is_empty() || prefix.strip_suffix('/').is_some_and(|of| crate::kernel::Locale::parse(of).is_ok());
    begins && !prefix.starts_with("media") && (name.ends_with(".bin") || name.ends_with(".json"))
}

/// The index of every language that has a page for searching. Nothing of `before` is used when it is `None`.
pub fn index(app: &App, world: &World, before: Option<&Before>) -> Result<Index> {
    let mut index = Index::default();
    for page in &world.plan.pages {
        let Page::Search { locale } = page else { continue };
        if index.files.is_empty() {
            index.files.push((LISTS.0.clone(), LISTS.1.into()));
        }
        Maker { app, world, before, locale: *locale }.language(&mut index)?;
    }
    Ok(index)
}

/// The address of the lists that the script finds stems by.
pub fn lists_address() -> String {
    format!("/{}", LISTS.0)
}

/// What the script of a page reads, for templates.
pub fn addresses(page: &str) -> tera::Value {
    views::map([("url", format!("{page}{DIRECTORY}").into()), ("words", lists_address().into())])
}

/// Files that every site with a search page has, by their paths: directories and lists of words.
pub fn promised(plan: &Plan) -> Vec<String> {
    let pages = plan.known.iter().filter(|address| address.ends_with("/cari/"));
    let directories = pages.map(|address| format!("{}{DIRECTORY}", &address[1..]));
    directories.chain([lists_address()[1..].to_owned()]).collect()
}

/// The lists of words, with their path.
static LISTS: LazyLock<(String, &str)> = LazyLock::new(|| {
    let lists = crate::search::lists();
    let mark = &Digest::of(lists).as_str()[..MARK_LETTERS].to_owned();
    (format!("{FOLDER}kata.{mark}.json"), lists)
});

struct Maker<'m> {
    app: &'m App,
    world: &'m World<'m>,
    before: Option<&'m Before<'m>>,
    locale: usize,
}

impl Maker<'_> {
    fn folder(&self) -> String {
        format!("{}/{FOLDER}", self.world.prefixes[self.locale])[1..].to_owned()
    }

    fn language(&self, index: &mut Index) -> Result<()> {
        let known = self.known()?;
        let (base, delta) = self.holdings()?;
        let mut parts = Vec::new();
        for (kind, holdings) in [("base", &base), ("delta", &delta)] {
            if !holdings.is_empty() {
                parts.push(self.part(kind, holdings, &known, index)?);
            }
        }
        let title = |key: &String| {
            let shape = self.world.snapshot.shapes.get(key);
            let locale = &self.world.locales[self.locale].locale;
            (key.clone(), views::section_title(self.world.theme, shape, key, locale))
        };
        let types = parts.iter().flat_map(|part: &Part| &part.types).map(title).collect();
        let directory = Directory { v: 1, types, parts };
        let bytes = json_bytes(&directory)?;
        index.files.push((format!("{}{DIRECTORY}", self.folder()), bytes));
        Ok(())
    }

    /// The parts of the release before.
    fn known(&self) -> Result<Vec<Part>> {
        let Some(before) = self.before else { return Ok(Vec::new()) };
        let path = before.root.join(self.folder()).join(DIRECTORY);
        let bytes = disk::read(&path).with_context(|| format!("read {}", path.display()))?.unwrap_or_default();
        // A cache: what cannot be read is made anew.
        Ok(serde_json::from_slice::<Directory>(&bytes).unwrap_or_default().parts)
    }

    /// What the base and the delta hold, in the order of the cards: of two results that are equally good the one that was published
    /// later has the higher number. Ids play no part, so that equal sites have equal files.
    fn holdings(&self) -> Result<(Vec<Holding<'_>>, Vec<Holding<'_>>)> {
        let snapshot = self.world.snapshot;
        let cut = &snapshot.cut;
        let then = match cut.changed.is_empty() {
            true => HashMap::new(),
            false => self.app.db.read_blocking(|c| history::shown_at(c, snapshot.site.id, cut.since))?,
        };
        let (mut base, mut delta) = (Vec::with_capacity(snapshot.cards.len()), Vec::new());
        for (at, card) in snapshot.cards.iter().enumerate().filter(|(_, card)| card.locale == self.locale) {
            let is_in_delta = cut.changed.contains(&card.entry);
            let attached = |digest: &Digest, until| snapshot.attached_to(card.entry, digest, until).collect();
            let now = Holding {
                card,
                at,
                slug: card.slug.as_str().into(),
                digest: card.digest,
                is_stale: false,
                attached: attached(&card.digest, if is_in_delta { i64::MAX } else { cut.since }),
            };
            if !is_in_delta {
                base.push(now);
                continue;
            }
            let stale = then.get(&card.entry).and_then(Option::as_ref);
            base.extend(stale.map(|shown| Holding {
                card,
                at,
                slug: shown.slug.clone().into(),
                digest: shown.digest,
                is_stale: true,
                attached: attached(&shown.digest, cut.since),
            }));
            delta.push(now);
        }
        Ok((base, delta))
    }

    /// Everything that a part is made from. Both parts hold the same when all that the base holds was shown again as it was.
    fn mark(&self, kind: &str, holdings: &[Holding]) -> Key {
        let mut reads =
            Reads::of("search").text(kind).text(RENDERER).text(&LISTS.0).text(&self.world.prefixes[self.locale]);
        reads = reads.text(&self.world.snapshot.site.zone_name);
        let shapes: BTreeMap<&String, &Shape> = self.world.snapshot.shapes.iter().collect();
        reads = reads.text(&format!("{shapes:?}"));
        for holding in holdings {
            reads = reads.text(holding.digest.as_str()).text(&holding.slug).number(holding.card.published_at.micros());
            reads = holding.attached.iter().fold(reads, |reads, file| reads.text(file.as_str()));
        }
        reads.key()
    }

    fn part(&self, kind: &str, holdings: &[Holding], known: &[Part], index: &mut Index) -> Result<Part> {
        let at = format!("{}/", &self.mark(kind, holdings).to_string()[..MARK_LETTERS]);
        let folder = format!("{}{at}", self.folder());
        let gone: Vec<usize> = (0..holdings.len()).filter(|at| holdings[*at].is_stale).collect();
        if let (Some(part), Some(before)) = (known.iter().find(|part| part.at == at), self.before) {
            let turned = part.gone.iter().filter(|at| !gone.contains(at));
            let turned: BTreeSet<usize> =
                turned.chain(gone.iter().filter(|at| !part.gone.contains(at))).map(|at| at / CHUNK_CARDS).collect();
            let again = |path: &str| turned.iter().any(|chunk| path == chunk_path(&folder, *chunk));
            let kept = before.files.iter().filter(|file| file.path.starts_with(&folder) && !again(&file.path));
            index.kept.extend(kept.cloned());
            for chunk in turned {
                let from = chunk * CHUNK_CARDS;
                let some = &holdings[from..(from + CHUNK_CARDS).min(holdings.len())];
                let cards: Vec<Value> = self.documents(some)?.into_iter().map(|document| document.card).collect();
                index.files.push((chunk_path(&folder, chunk), json_bytes(&cards)?));
            }
            return Ok(Part { gone, ..part.clone() });
        }
        let mut part = Part { at, docs: holdings.len(), gone, ..Part::default() };
        let documents: Vec<Vec<Document>> =
            holdings.par_chunks(BODIES_AT_ONCE).map(|some| self.documents(some)).collect::<Result<_>>()?;
        let (mut postings, mut cards) = (Postings::default(), Vec::with_capacity(holdings.len()));
        for document in documents.into_iter().flatten() {
            part.types.insert(document.type_key);
            part.years.insert(document.year);
            part.units.extend(document.unit);
            postings.add(document.weighed);
            cards.push(document.card);
        }
        for (at, (first, bytes)) in postings.shards().into_iter().enumerate() {
            part.first.push(first.into());
            index.files.push((format!("{folder}{at}.bin"), bytes));
        }
        for (chunk, cards) in cards.chunks(CHUNK_CARDS).enumerate() {
            index.files.push((chunk_path(&folder, chunk), json_bytes(cards)?));
        }
        Ok(part)
    }

    /// These revisions, read together.
    fn documents(&self, holdings: &[Holding]) -> Result<Vec<Document>> {
        let (stale, now): (Vec<&Holding>, Vec<&Holding>) = holdings.iter().partition(|holding| holding.is_stale);
        let now: Vec<_> = now.iter().map(|holding| (holding.card.entry, holding.card.revision)).collect();
        let stale: Vec<_> = stale.iter().map(|holding| (holding.card.entry, holding.digest)).collect();
        let mut attached: Vec<Digest> = holdings.iter().flat_map(|holding| &holding.attached).copied().collect();
        attached.sort_unstable();
        attached.dedup();
        let (mut bodies, texts) = self.app.db.read_blocking(|c| {
            let mut bodies = store::bodies_by_digest(c, &stale)?;
            if !now.is_empty() {
                bodies.extend(snapshot::bodies(c, &now)?);
            }
            Ok((bodies, texts::of(c, self.world.snapshot.site.id, &attached)?))
        })?;
        let mut words = Words::default();
        let document = |holding: &Holding| {
            let entry = holding.card.entry;
            let body = bodies.remove(&entry).ok_or_else(|| snapshot::lost(entry))?;
            let body: Body =
                serde_json::from_str(&body).map_err(|error| Error::broken(format!("read the entry {entry}"), error))?;
            let attached: Vec<&str> =
                holding.attached.iter().filter_map(|file| texts.get(file).map(String::as_str)).collect();
            Ok(self.document(&mut words, holding, (&body, &attached)))
        };
        holdings.iter().map(document).collect()
    }

    fn document(&self, words: &mut Words, holding: &Holding, (body, attached): (&Body, &[&str])) -> Document {
        let card = holding.card;
        let said = Said {
            fields: &body.fields,
            category: body.category.as_deref(),
            tags: &body.tags,
            is_english: self.world.locales[self.locale].locale.starts_with("en"),
            attached,
        };
        let shape = self.world.snapshot.shapes.get(&*card.type_key);
        let summary = rules::read(words, shape.map(|shape| &*shape.of), said);
        let unit = rules::unit(&body.fields).map(|(slug, unit)| (slug, unit.to_owned()));
        let published = card.published_at.in_zone(&self.world.snapshot.site.zone);
        let year = rules::year(&body.fields).unwrap_or(i64::from(published.year()));
        words.facet('t', &card.type_key);
        words.facet('y', &year.to_string());
        if let Some((slug, _)) = &unit {
            words.facet('u', slug);
        }
        let result = match holding.is_stale {
            true => Value::Null,
            false => {
                let address = &self.world.plan.addresses[holding.at];
                let unit = unit.as_ref().map(|(_, unit)| unit.as_str()).unwrap_or_default();
                json!([address, card.title, summary, dates::iso_day(&published), card.type_key, unit])
            }
        };
        let weighed = words.weighed().map(|(stem, class)| (stem.into(), class)).collect();
        Document { weighed, card: result, type_key: card.type_key.to_string(), year, unit }
    }
}

/// One entry, read.
struct Document {
    weighed: Vec<Weighed>,
    /// `[address, title, summary, day, type, unit]`, or `null`.
    card: Value,
    type_key: String,
    year: i64,
    unit: Option<(String, String)>,
}

fn chunk_path(folder: &str, chunk: usize) -> String {
    format!("{folder}{chunk}.json")
}

/// Without anything that a browser could take for markup, whatever type a host sends it with.
fn json_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let text = serde_json::to_string(value).context("write a file of an index")?;
    Ok(text.replace('<', "\\u003c").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_an_index_are_told_from_pages() {
        for path in ["cari/indeks.json", "en/cari/0123456789ab/3.bin", "cari/kata.0123456789ab.json"] {
            assert!(is_part_of(path), "{path}");
        }
        for path in ["cari/index.html", "media/cari/x/a.json", "berita/cari/3.bin/index.html", "pencari.json"] {
            assert!(!is_part_of(path), "{path}");
        }
    }
}
