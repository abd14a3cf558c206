//! A theme: Tera templates, words in each language and files that go out with the pages.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tera::Tera;

use super::model::Files;
use super::{files, squeeze};
use crate::kernel::{Code, Digest, Error, Refusal, Result};

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
    /// As they were written.
    pub files: Files,
    /// Of every file of the theme: what an approval of a theme binds to.
    pub digest: Digest,
    /// Language → name → text.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Files that go out with the pages, by their path below `assets/`. Style sheets are tight already.
    pub assets: Vec<(String, Vec<u8>)>,
}

impl Theme {
    /// The built-in theme.
    pub fn built_in() -> Result<Theme> {
        let (name, files) = files::found("", "")?;
        Theme::read(&name, files)
    }

    /// A theme that cannot be read is refused with its file, line and reason.
    pub fn read(name: &str, files: Files) -> Result<Theme> {
        let about = toml_of(name, &files, "theme.toml")?;
        let words = toml_of(name, &files, "words.toml")?;
        let mut assets = Vec::new();
        for (path, bytes) in &files {
            if path.starts_with("templates/") {
                text(name, path, bytes)?;
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
        as_written(&files).map_err(|error| bad(name, "templates", &error.to_string()))?;
        let mut tera = Tera::default();
        let tight = templates(&files).map(|(name, source)| (name, squeeze::template(source)));
        tera.add_raw_templates(tight).map_err(|error| bad(name, "templates", &error.to_string()))?;
        for needed in ["home.html", "entry.html", "list.html", "404.html"] {
            if !tera.contains_template(needed) {
                return Err(bad(name, needed, "the theme lacks this template"));
            }
        }
        Ok(Theme { name: name.into(), about, tera, digest: files::digest_of(&files), files, words, assets })
    }

    /// Renders a template into memory. An error names template and line as they were written.
    pub fn render(&self, template: &str, context: &tera::Context, out: &mut Vec<u8>) -> Result<(), tera::Error> {
        self.tera.render_to(template, context, out).map_err(|error| {
            let told = as_written(&self.files).and_then(|tera| tera.render(template, context));
            told.err().unwrap_or(error)
        })
    }

    /// The first of these templates that the theme has.
    pub fn template<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.tera.contains_template(name))
    }

    /// The template of entries or lists of a content type, such as `entry/agenda.html`, or else `entry.html`.
    pub fn template_of(&self, kind: &'static str, type_key: &str) -> Cow<'static, str> {
        let own = format!("{kind}/{type_key}.html");
        match self.tera.contains_template(&own) {
            true => own.into(),
            false => format!("{kind}.html").into(),
        }
    }

    /// A word in a language, or else in Indonesian, or else its name.
    pub fn word<'w>(&'w self, locale: &str, name: &'w str) -> &'w str {
        let of = |locale: &str| self.words.get(locale).and_then(|words| words.get(name));
        of(locale).or_else(|| of("id")).map_or(name, String::as_str)
    }
}

/// Names and sources of the templates.
fn templates(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("templates/")?, std::str::from_utf8(bytes).ok()?)))
}

fn as_written(files: &Files) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.add_raw_templates(templates(files))?;
    Ok(tera)
}

fn bad(theme: &str, file: &str, reason: &str) -> Error {
    Refusal::new(Code::BadDefinition).detail(format!("theme {theme}, {file}: {reason}")).into()
}

fn text<'b>(theme: &str, path: &str, bytes: &'b [u8]) -> Result<&'b str> {
    std::str::from_utf8(bytes).map_err(|error| bad(theme, path, &error.to_string()))
}

fn toml_of<T: serde::de::DeserializeOwned>(theme: &str, files: &Files, path: &str) -> Result<T> {
    let bytes = files.get(path).ok_or_else(|| bad(theme, path, "the theme lacks this file"))?;
    toml::from_str(text(theme, path, bytes)?).map_err(|error| bad(theme, path, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_theme_is_whole_and_reads() {
        let theme = Theme::built_in().unwrap();
        assert!(theme.template(&["entry/agenda.html", "entry.html"]) == Some("entry/agenda.html"));
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        let theme = Theme::built_in().unwrap();
        let names = |locale: &str| theme.words[locale].keys().cloned().collect::<Vec<_>>();
        assert_eq!(names("id"), names("en"));
    }

    #[test]
    fn a_broken_template_is_refused_with_its_file_and_line() {
        let mut files = files::found("", "").unwrap().1;
        files.insert("templates/404.html".into(), b"<p>\n{{ nonsense | no_such_filter }}\n".to_vec());
        let error = Theme::read("portal", files).err().unwrap().to_string();
        assert!(error.contains("404.html:2") && error.contains("no_such_filter"), "{error}");
    }
}
