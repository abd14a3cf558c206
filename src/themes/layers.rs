//! A theme over the one that it extends: which file stands where, and what both say together. Pure.
//!
//! The files of the theme below are kept with the theme's own, under `parent/`: one digest covers both, so that
//! nobody changes a page by changing the theme below it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::model::Files;
use super::settings::{self, Settings};
use super::{sandbox, tags};
use crate::kernel::{Code, Error, Refusal, Result, Slug, line_of};

/// Where the files of the theme below stand.
pub const PARENT: &str = "parent/";

/// Files of a theme, those of the theme below it included.
pub const FILES_MAX: usize = 1_000;
/// All of them together.
pub const THEME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// One template.
pub const TEMPLATE_BYTES_MAX: usize = 256 * 1024;
/// The newest entries of each type that a home page may ask for.
const HOME_ITEMS_MAX: usize = 100;

/// `theme.toml` as it is written.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    extends: Option<String>,
    home_items: Option<usize>,
    neighbours: Option<bool>,
    share_pictures: Option<bool>,
    #[serde(default)]
    settings: Settings,
}

/// What `theme.toml` says, together with that of the theme below.
#[derive(Debug, Clone)]
pub struct About {
    /// For whoever chooses among themes.
    pub title: String,
    /// The theme below it.
    pub extends: Option<String>,
    /// Newest entries of each type on the home page.
    pub home_items: usize,
    /// Whether an entry's page knows the one before and after it.
    pub neighbours: bool,
    /// Whether pages without a picture of their own name one that is made for them.
    pub share_pictures: bool,
    /// What a site may choose.
    pub settings: Settings,
}

/// Language → name → text.
pub type Words = BTreeMap<String, BTreeMap<String, String>>;

/// The name of the theme that a theme extends, if its `theme.toml` can be read.
pub fn extends(files: &Files) -> Option<String> {
    let text = std::str::from_utf8(files.get("theme.toml")?).ok()?;
    let name = toml::from_str::<Written>(text).ok()?.extends?;
    Slug::parse(&name).is_ok().then_some(name)
}

/// Reads `theme.toml` of a theme and of the one below it.
pub fn about(theme: &str, files: &Files) -> Result<About> {
    const HOME_ITEMS: usize = 6;
    let own: Written = toml_of(theme, files, "theme.toml")?;
    let below = match &own.extends {
        Some(name) => Some(below(theme, files, name)?),
        None => None,
    };
    let of = |both: [Option<usize>; 2]| both.into_iter().flatten().next();
    let mut settings = below.as_ref().map(|below| below.settings.clone()).unwrap_or_default();
    settings.extend(own.settings);
    if let Some((key, why)) = settings::faults(&settings) {
        return Err(bad_at(theme, files, "theme.toml", &format!("settings.{key}"), why));
    }
    let home_items = of([own.home_items, below.as_ref().and_then(|below| below.home_items)]).unwrap_or(HOME_ITEMS);
    if home_items > HOME_ITEMS_MAX {
        return Err(bad_at(theme, files, "theme.toml", "home_items", &format!("at most {HOME_ITEMS_MAX}")));
    }
    let neighbours = own.neighbours.or(below.as_ref().and_then(|below| below.neighbours)).unwrap_or(false);
    let share_pictures = own.share_pictures.or(below.and_then(|below| below.share_pictures)).unwrap_or(false);
    Ok(About { title: own.title, extends: own.extends, home_items, neighbours, share_pictures, settings })
}

fn below(theme: &str, files: &Files, name: &str) -> Result<Written> {
    let path = format!("{PARENT}theme.toml");
    if !files.contains_key(&path) {
        let why = format!("no theme {name} stands beside this one or comes with Lamin");
        return Err(bad_at(theme, files, "theme.toml", "extends", &why));
    }
    let below: Written = toml_of(theme, files, &path)?;
    match &below.extends {
        Some(_) => Err(bad_at(theme, files, &path, "extends", "the theme below extends another one")),
        None => Ok(below),
    }
}

/// The words of a theme over those of the one below it.
pub fn words(theme: &str, files: &Files, extends: bool) -> Result<Words> {
    if !extends {
        return toml_of(theme, files, "words.toml");
    }
    let mut words: Words = toml_of(theme, files, &format!("{PARENT}words.toml"))?;
    if files.contains_key("words.toml") {
        for (locale, own) in toml_of::<Words>(theme, files, "words.toml")? {
            words.entry(locale).or_default().extend(own);
        }
    }
    Ok(words)
}

/// Which file stands at each path of a theme: its own, or else that of the theme below.
pub fn standing(files: &Files, extends: bool) -> BTreeMap<&str, &str> {
    let below = files.keys().filter(|_| extends).filter_map(|path| Some((path.strip_prefix(PARENT)?, path.as_str())));
    let own = files.keys().filter(|path| !path.starts_with(PARENT)).map(|path| (path.as_str(), path.as_str()));
    below.chain(own).collect()
}

/// A template by its name, with the file that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<'f> {
    pub name: String,
    pub file: &'f str,
    pub source: &'f str,
}

/// Every template. What a theme overrides of the one below is there too, under that theme's name
/// (`lamin/base.html`), so that the theme can extend what it overrides.
pub fn templates<'f>(files: &'f Files, extends: Option<&str>) -> Vec<Template<'f>> {
    let source = |file: &str| files.get(file).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let mut found = Vec::new();
    for (path, file) in standing(files, extends.is_some()) {
        let Some(name) = path.strip_prefix("templates/") else { continue };
        let Some(text) = source(file) else { continue };
        found.push(Template { name: name.to_owned(), file, source: text });
        let covered = files.get_key_value(&format!("{PARENT}{path}")).filter(|_| file == path);
        if let (Some(below), Some((covered, _))) = (extends, covered)
            && let Some(text) = source(covered)
            // A component has one definition.
            && !tags::pieces(text).iter().any(|piece| piece.word() == "component")
        {
            found.push(Template { name: format!("{below}/{name}"), file: covered, source: text });
        }
    }
    found
}

/// Refuses what is too much, and templates that are no text or that nobody could count.
pub fn refuse_excess(theme: &str, files: &Files) -> Result<()> {
    let bytes: usize = files.values().map(Vec::len).sum();
    if files.len() > FILES_MAX || bytes > THEME_BYTES_MAX {
        let why = format!("at most {FILES_MAX} files of {THEME_BYTES_MAX} bytes together");
        return Err(bad(theme, "theme.toml", 1, &why));
    }
    for (path, bytes) in files {
        if path.strip_prefix(PARENT).unwrap_or(path).starts_with("templates/") {
            let source = text(theme, path, bytes)?;
            if source.len() > TEMPLATE_BYTES_MAX {
                return Err(bad(theme, path, 1, &format!("at most {TEMPLATE_BYTES_MAX} bytes")));
            }
            if let Some(at) = sandbox::nested_lists(source) {
                let why = "a list within a list: give the inner one a name with {% set %} first";
                return Err(bad(theme, path, line_of(source, at), why));
            }
        }
    }
    Ok(())
}

/// The refusal of a theme, with file, line and reason.
pub fn bad(theme: &str, file: &str, line: usize, reason: &str) -> Error {
    let refusal = Refusal::new(Code::BadDefinition).detail(format!("theme {theme}, {file}:{line}: {reason}"));
    refusal.extra("file", file).extra("line", line as u64).extra("reason", reason).into()
}

/// The same at the first line that has a word.
fn bad_at(theme: &str, files: &Files, file: &str, word: &str, reason: &str) -> Error {
    let source = files.get(file).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let line = source.find(word).map_or(1, |at| line_of(&source, at));
    bad(theme, file, line, &format!("{word}: {reason}"))
}

/// The text of a file.
pub fn text<'b>(theme: &str, path: &str, bytes: &'b [u8]) -> Result<&'b str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        bad(theme, path, line, "no UTF-8 text")
    })
}

fn toml_of<T: DeserializeOwned>(theme: &str, files: &Files, path: &str) -> Result<T> {
    let bytes = files.get(path).ok_or_else(|| bad(theme, path, 1, "the theme lacks this file"))?;
    let source = text(theme, path, bytes)?;
    toml::from_str(source).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        bad(theme, path, line_of(source, at), error.message())
    })
}
