//! Whether a theme keeps the contract of `docs/theme.md`: every template is rendered with a site that comes with
//! Lamin, and read. No installation, no database.
//!
//! `fixture` is that site, `lint` reads the templates as they are written, `html` reads the pages with a parser that
//! knows the standard, `place` says which line of which template a part of a page came from.

mod fixture;
mod html;
mod lint;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use self::fixture::{Filled, Site};
use self::place::{Found, Made};
use super::feeds::File;
use super::links::{Broken, Links};
use super::listing::{Listed, Listing};
use super::plan::{self, Page, Plan, Wanted};
use super::render::Finds;
use super::styles::theme_files;
use super::views::World;
use super::{beside, feeds, search};
use crate::kernel::{Context, Digest, Error, Result};
use crate::themes::theme::Theme;

/// Compressed.
pub const STYLES_BYTES_MAX: usize = 10 * 1024;
pub const SCRIPTS_BYTES_MAX: usize = 5 * 1024;
/// What searches a site on its search page alone, with a stemmer in it.
const SEARCH_SCRIPT: &str = "cari.js";
const SEARCH_SCRIPT_BYTES_MAX: usize = 6 * 1024;
/// More than these tell nobody anything.
pub const FINDINGS_MAX: usize = 200;

crate::words! {
    /// What is wrong with a theme.
    pub enum Fault {
        /// A page could not be made.
        Render = "render",
        /// A variable that no page has.
        UnknownVariable = "unknown_variable",
        /// A word that `words.toml` lacks in the first language; in another one it is only a warning.
        MissingWord = "missing_word",
        /// A template that no page is made with.
        UnusedTemplate = "unused_template",
        /// HTML that the standard's parser takes offence at.
        Html = "html",
        DeadLink = "dead_link",
        /// Styles or scripts that are larger than the budget.
        OverBudget = "over_budget",
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The file, below the theme's folder; empty where none is known.
    pub file: String,
    /// From 1; 0 where none is known.
    pub line: usize,
    pub fault: Fault,
    /// Whether the theme fails for it.
    pub error: bool,
    pub text: String,
    /// A page on which it shows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub page: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let weight = if self.error { "error" } else { "warning" };
        match self.file.as_str() {
            "" => write!(f, "{weight} {}: {}", self.fault, self.text)?,
            file => write!(f, "{file}:{}: {weight} {}: {}", self.line, self.fault, self.text)?,
        }
        if self.page.is_empty() { Ok(()) } else { write!(f, " (on {})", self.page) }
    }
}

/// What the check of a theme found.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Verdict {
    pub theme: String,
    pub digest: Digest,
    /// Pages that were made, of all fixture sites together.
    pub pages: usize,
    pub largest_page_bytes: usize,
    pub errors: usize,
    pub warnings: usize,
    /// At most 200, errors first.
    pub findings: Vec<Finding>,
}

/// Reads and renders a theme. One that cannot be read at all is refused with file, line and reason.
pub fn check(theme: &Theme) -> Result<Verdict> {
    let mut findings = lint::lint(theme);
    let marked = place::marked(theme)?;
    let (mut pages, mut largest) = (0, 0);
    for filled in [Filled::Whole, Filled::Bare, Filled::Empty] {
        let seen = inspect(theme, &marked, filled)?;
        pages += seen.pages;
        largest = largest.max(seen.largest);
        findings.extend(seen.findings);
    }
    findings.extend(budgets(theme)?);
    Ok(verdict(theme, (pages, largest), findings))
}

/// Each fault at a place once, whatever pages show it.
fn verdict(theme: &Theme, (pages, largest_page_bytes): (usize, usize), findings: Vec<Finding>) -> Verdict {
    let mut once: BTreeMap<(bool, String, usize, Fault, String), Finding> = BTreeMap::new();
    for finding in findings {
        let Finding { file, line, fault, error, text, .. } = finding.clone();
        once.entry((!error, file, line, fault, text)).or_insert(finding);
    }
    let errors = once.values().filter(|finding| finding.error).count();
    let warnings = once.len() - errors;
    let findings = once.into_values().take(FINDINGS_MAX).collect();
    let (theme, digest) = (theme.name.clone(), theme.digest);
    Verdict { theme, digest, pages, largest_page_bytes, errors, warnings, findings }
}

/// What one fixture site showed.
#[derive(Default)]
struct Seen {
    pages: usize,
    largest: usize,
    findings: Vec<Finding>,
}

fn inspect(theme: &Theme, marked: &Theme, filled: Filled) -> Result<Seen> {
    let site = fixture::site(filled)?;
    let plan = plan::plan(&site.snapshot, Wanted::by(theme));
    let (files, addresses) = theme_files(&site.snapshot, theme);
    let mut seen = Seen::default();
    let world = match World::new(&site.snapshot, marked, &plan, fixture::BASE_URL.to_owned(), addresses) {
        Ok(world) => world,
        Err(error) => {
            seen.findings.push(not_made(theme, &error, ""));
            return Ok(seen);
        }
    };
    let mut links = Links::default();
    let mut made: BTreeMap<Arc<str>, Made> = BTreeMap::new();
    for (page, path) in plan.pages.iter().zip(&plan.paths) {
        let address = plan.address(page, &world.prefixes);
        seen.pages += 1;
        match render(&world, &site, page) {
            Ok(bytes) => {
                let page = place::read(marked, &bytes);
                seen.largest = seen.largest.max(page.html.len());
                seen.findings.extend(html::faults(&page, &address));
                links.read((path, &address), page.html.as_bytes(), fixture::BASE_URL, &plan.known);
                made.insert(path.clone(), page);
            }
            Err(error) => seen.findings.push(not_made(theme, &error, &address)),
        }
    }
    // Only a whole site has everything that a theme may lead to.
    if filled == Filled::Whole {
        seen.findings.extend(dead_links(links, &world, &plan, (&made, &files))?);
    }
    Ok(seen)
}

fn render(world: &World, site: &Site, page: &Page) -> Result<Vec<u8>> {
    match page.card() {
        Some(card) => {
            let nothing = serde_json::Map::new();
            let entry = world.snapshot.cards[card as usize].entry;
            world.entry(card as usize, site.bodies.get(&entry).unwrap_or(&nothing), &mut Finds::default())
        }
        None => world.page(page),
    }
}

fn not_made(theme: &Theme, error: &Error, page: &str) -> Finding {
    let text = match error {
        Error::Refused(refusal) => refusal.to_string(),
        Error::Broken { cause, .. } => cause.to_string(),
    };
    let Found { file, line } = place::in_message(theme, &text);
    let text = place::short(&text);
    Finding { file, line, fault: Fault::Render, error: true, text, page: page.to_owned() }
}

fn dead_links(
    links: Links,
    world: &World,
    plan: &Plan,
    (made, files): (&BTreeMap<Arc<str>, Made>, &[File]),
) -> Result<Vec<Finding>> {
    let mut others = beside::files(world, None, true)?;
    others.push(feeds::robots(fixture::BASE_URL));
    others.extend(search::promised(plan).into_iter().map(|path| (path, Vec::new())));
    others.extend(files.iter().cloned());
    let listed = |path: Arc<str>| Listed { path, size: 0, sha256: Digest::of("") };
    let all = others.into_iter().map(|(path, _)| listed(path.into())).chain(plan.paths.iter().cloned().map(listed));
    let listing: Listing = all.collect();
    let read = |path: &str| Ok(made.get(path).map(|page| page.html.clone().into_bytes()).unwrap_or_default());
    let report = links.end(&listing, (&plan.known, &plan.gone), &read)?;
    let finding = |Broken { page, link }: Broken| {
        let found = made.get(&page).map(|made| made.link(&link)).unwrap_or_default();
        let text = format!("{link} is no page and no file");
        let page = format!("/{}", page.trim_end_matches("index.html"));
        Finding { file: found.file, line: found.line, fault: Fault::DeadLink, error: true, text, page }
    };
    Ok(report.named.into_iter().map(finding).collect())
}

fn budgets(theme: &Theme) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (ending, most) in [(".css", STYLES_BYTES_MAX), (".js", SCRIPTS_BYTES_MAX)] {
        for (name, bytes) in theme.assets.iter().filter(|(name, _)| name.ends_with(ending)) {
            let size = compressed(bytes)?;
            let most = if name == SEARCH_SCRIPT { SEARCH_SCRIPT_BYTES_MAX } else { most };
            if size > most {
                let text = format!("{size} bytes compressed, the budget is {most}");
                let file = format!("assets/{name}");
                found.push(Finding {
                    file,
                    line: 1,
                    fault: Fault::OverBudget,
                    error: false,
                    text,
                    page: String::new(),
                });
            }
        }
    }
    Ok(found)
}

fn compressed(bytes: &[u8]) -> Result<usize> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).context("compress a file of a theme")?;
    Ok(encoder.finish().context("compress a file of a theme")?.len())
}

/// The names of the templates that pages can be made with.
fn page_templates() -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        ["home", "entry", "list", "404", "terms", "archive", "register", "sitemap", "search", "gone"]
            .iter()
            .map(|name| format!("{name}.html"))
            .collect();
    for content_type in fixture::types().filter(|content_type| content_type.pages) {
        names.insert(format!("entry/{}.html", content_type.key));
        names.insert(format!("list/{}.html", content_type.key));
    }
    names
}
