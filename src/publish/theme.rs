//! Themes: Tera templates, words in each language and files that go out with the pages.
#![expect(clippy::disallowed_methods, reason = "themes are read here")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use tera::Tera;

use super::plan::Wanted;
use super::squeeze;
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result};

/// The theme of a site that has none of its own.
const HOUSE_THEME: &str = "lamin";

/// The built-in theme.
#[derive(rust_embed::RustEmbed)]
#[folder = "themes/lamin/"]
struct Lamin;

/// `theme.toml`
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// For whoever chooses among themes.
    pub title: String,
    /// Newest entries of each type on the home page.
    #[serde(default = "six")]
    pub home_items: usize,
    /// Whether an entry's page knows the one before and after it.
    #[serde(default)]
    pub neighbours: bool,
}

fn six() -> usize {
    6
}

/// A theme, read and checked.
pub struct Theme {
    pub name: String,
    pub about: About,
    pub tera: Tera,
    /// As they were written, for telling the line of an error.
    sources: Vec<(String, String)>,
    /// Of every file of the theme: what an approval of a theme binds to.
    pub digest: Digest,
    /// Language → name → text.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Files that go out with the pages, by their path below `assets/`. Style sheets are tight already.
    pub assets: Vec<(String, Vec<u8>)>,
}

impl Theme {
    /// The theme of a site: `<folder>/<site key>`, else `<folder>/lamin`, else the built-in one.
    /// A theme that cannot be read is refused with its file, line and reason.
    pub fn of_site(themes_folder: &str, site_key: &str) -> Result<Theme> {
        let (name, files) = Theme::files(themes_folder, site_key)?;
        Theme::read(&name, &files)
    }

    /// The same; `known` serves again while its files are the same.
    pub fn of_site_again(themes_folder: &str, site_key: &str, known: Theme) -> Result<Theme> {
        let (name, files) = Theme::files(themes_folder, site_key)?;
        match known.name == name && known.digest == digest_of(&files) {
            true => Ok(known),
            false => Theme::read(&name, &files),
        }
    }

    fn files(themes_folder: &str, site_key: &str) -> Result<(String, BTreeMap<String, Vec<u8>>)> {
        if !themes_folder.is_empty() {
            for name in [site_key, HOUSE_THEME] {
                let folder = Path::new(themes_folder).join(name);
                if folder.is_dir() {
                    return Ok((name.to_owned(), files_of(&folder)?));
                }
            }
        }
        let file =
            |path: std::borrow::Cow<'static, str>| Some((path.to_string(), Lamin::get(&path)?.data.into_owned()));
        Ok((HOUSE_THEME.to_owned(), Lamin::iter().filter_map(file).collect()))
    }

    fn read(name: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Theme> {
        let about = toml_of(name, files, "theme.toml")?;
        let words = toml_of(name, files, "words.toml")?;
        let mut sources = Vec::new();
        let mut assets = Vec::new();
        for (path, bytes) in files {
            if let Some(template) = path.strip_prefix("templates/") {
                sources.push((template.to_owned(), text(name, path, bytes)?.to_owned()));
            } else if let Some(asset) = path.strip_prefix("assets/") {
                let bytes = if asset.ends_with(".css") {
                    squeeze::css(text(name, path, bytes)?).into_bytes()
                } else {
                    bytes.clone()
                };
                assets.push((asset.to_owned(), bytes));
            }
        }
        // First as they were written, so that a mistake is told with its line.
        as_written(&sources).map_err(|error| bad(name, "templates", &error.to_string()))?;
        let mut tera = Tera::default();
        let tight = sources.iter().map(|(name, source)| (name, squeeze::template(source)));
        tera.add_raw_templates(tight).map_err(|error| bad(name, "templates", &error.to_string()))?;
        for needed in ["home.html", "entry.html", "list.html", "404.html"] {
            if !tera.contains_template(needed) {
                return Err(bad(name, needed, "the theme lacks this template"));
            }
        }
        Ok(Theme { name: name.into(), about, tera, sources, digest: digest_of(files), words, assets })
    }

    /// Renders a template into memory. An error names template and line as they were written.
    pub fn render(&self, template: &str, context: &tera::Context, out: &mut Vec<u8>) -> Result<(), tera::Error> {
        self.tera.render_to(template, context, out).map_err(|error| {
            let told = as_written(&self.sources).and_then(|tera| tera.render(template, context));
            told.err().unwrap_or(error)
        })
    }

    /// Which kinds of pages it has templates for.
    pub fn wanted(&self) -> Wanted {
        Wanted { archive: self.template(&["archive.html"]).is_some(), terms: self.template(&["terms.html"]).is_some() }
    }

    /// The first of these templates that the theme has.
    pub fn template<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.tera.contains_template(name))
    }

    /// A word in a language, or else in Indonesian, or else its name.
    pub fn word<'w>(&'w self, locale: &str, name: &'w str) -> &'w str {
        let of = |locale: &str| self.words.get(locale).and_then(|words| words.get(name));
        of(locale).or_else(|| of("id")).map_or(name, String::as_str)
    }
}

fn digest_of(files: &BTreeMap<String, Vec<u8>>) -> Digest {
    let digests: Vec<_> = files.iter().map(|(path, bytes)| json!([path, Digest::of(bytes)])).collect();
    Digest::of_json(&json!(digests))
}

fn as_written(sources: &[(String, String)]) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.add_raw_templates(sources.iter().map(|(name, source)| (name, source)))?;
    Ok(tera)
}

fn bad(theme: &str, file: &str, reason: &str) -> Error {
    Refusal::new(Code::BadDefinition).detail(format!("theme {theme}, {file}: {reason}")).into()
}

fn text<'b>(theme: &str, path: &str, bytes: &'b [u8]) -> Result<&'b str> {
    std::str::from_utf8(bytes).map_err(|error| bad(theme, path, &error.to_string()))
}

fn toml_of<T: serde::de::DeserializeOwned>(theme: &str, files: &BTreeMap<String, Vec<u8>>, path: &str) -> Result<T> {
    let bytes = files.get(path).ok_or_else(|| bad(theme, path, "the theme lacks this file"))?;
    toml::from_str(text(theme, path, bytes)?).map_err(|error| bad(theme, path, &error.to_string()))
}

fn files_of(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for found in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let found = found.with_context(|| format!("read the theme {}", folder.display()))?;
        let path = found.path().strip_prefix(folder).unwrap_or(found.path()).to_string_lossy().into_owned();
        if found.file_type().is_file() && !path.split('/').any(|part| part.starts_with('.')) {
            let bytes = std::fs::read(found.path()).with_context(|| format!("read {}", found.path().display()))?;
            files.insert(path, bytes);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_theme_is_whole_and_reads() {
        let theme = Theme::of_site("", "portal").unwrap();
        assert!(theme.template(&["entry/agenda.html", "entry.html"]) == Some("entry/agenda.html"));
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        let theme = Theme::of_site("", "portal").unwrap();
        let names = |locale: &str| theme.words[locale].keys().cloned().collect::<Vec<_>>();
        assert_eq!(names("id"), names("en"));
    }

    #[test]
    fn a_broken_template_is_refused_with_its_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let theme = folder.path().join("portal");
        std::fs::create_dir_all(theme.join("templates")).unwrap();
        std::fs::write(theme.join("theme.toml"), "title = \"x\"\n").unwrap();
        std::fs::write(theme.join("words.toml"), "[id]\n").unwrap();
        for name in ["home", "entry", "list"] {
            std::fs::write(theme.join(format!("templates/{name}.html")), "<p>").unwrap();
        }
        std::fs::write(theme.join("templates/404.html"), "<p>\n{{ nonsense | no_such_filter }}\n").unwrap();
        let error = Theme::of_site(folder.path().to_str().unwrap(), "portal").err().unwrap().to_string();
        assert!(error.contains("404.html:2") && error.contains("no_such_filter"), "{error}");
    }
}
