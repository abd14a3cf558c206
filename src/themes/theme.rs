//! A theme: Tera templates, words in each language and files that go out with the pages.

use std::borrow::Cow;
use std::path::Path;

use tera::Tera;

pub use super::layers::About;
use super::layers::{self, Template, Words};
use super::model::Files;
use super::{files, sandbox, squeeze};
use crate::kernel::{Digest, Result};

/// A theme, read and checked.
pub struct Theme {
    pub name: String,
    pub about: About,
    pub tera: Tera,
    /// As they were written; those of the theme below it stand under `parent/`.
    pub files: Files,
    /// Of every file of the theme and of the one below it: what an approval of a theme binds to.
    pub digest: Digest,
    pub words: Words,
    /// Files that go out with the pages, by their path below `assets/`. Style sheets are tight already.
    pub assets: Vec<(String, Vec<u8>)>,
}

impl Theme {
    /// The built-in theme.
    pub fn built_in() -> Result<Theme> {
        let (name, files) = files::found("", "")?;
        Theme::read(&name, files)
    }

    /// The theme in a folder, named like it.
    pub fn at(folder: &Path) -> Result<Theme> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Theme::read(&name, files::at(folder)?)
    }

    /// What names the theme that stands in a folder now, whether it can be read or not.
    pub fn digest_at(folder: &Path) -> Result<Digest> {
        Ok(files::digest_of(&files::at(folder)?))
    }

    /// A theme that cannot be read is refused with its file, line and reason.
    pub fn read(name: &str, files: Files) -> Result<Theme> {
        layers::refuse_excess(name, &files)?;
        let about = layers::about(name, &files)?;
        let words = layers::words(name, &files, about.extends.is_some())?;
        let mut assets = Vec::new();
        for (path, file) in layers::standing(&files, about.extends.is_some()) {
            let Some(asset) = path.strip_prefix("assets/") else { continue };
            let bytes = match asset.ends_with(".css") {
                true => squeeze::css(layers::text(name, file, &files[file])?).into_bytes(),
                false => files[file].clone(),
            };
            assets.push((asset.to_owned(), bytes));
        }
        // First as they were written, so that a mistake is told with its line.
        let tera = as_written(&files, about.extends.as_deref())
            .and_then(|_| templates(&files, about.extends.as_deref(), squeeze::template))
            .map_err(|error| layers::bad(name, "templates", 1, &error.to_string()))?;
        for needed in ["home.html", "entry.html", "list.html", "404.html"] {
            if !tera.contains_template(needed) {
                return Err(layers::bad(name, &format!("templates/{needed}"), 1, "the theme lacks this template"));
            }
        }
        Ok(Theme { name: name.into(), about, tera, digest: files::digest_of(&files), files, words, assets })
    }

    /// Renders a template into memory, within the limits of the sandbox. An error names template and line as they
    /// were written.
    pub fn render(&self, template: &str, context: &tera::Context, out: &mut Vec<u8>) -> Result<(), tera::Error> {
        sandbox::render(&self.tera, template, context, out).map_err(|error| {
            let again = as_written(&self.files, self.about.extends.as_deref());
            let told = again.and_then(|tera| sandbox::render(&tera, template, context, &mut Vec::new()));
            told.err().unwrap_or(error)
        })
    }

    /// The templates as they were written.
    pub fn written(&self) -> Vec<Template<'_>> {
        layers::templates(&self.files, self.about.extends.as_deref())
    }

    /// The theme with other sources of its templates: for checks that want to see where output comes from.
    pub fn with_templates(&self, sources: Vec<(String, String)>) -> Result<Theme> {
        let tera = sandbox::tera(sources.iter().map(|(name, source)| (name.as_str(), source.clone())));
        let tera = tera.map_err(|error| layers::bad(&self.name, "templates", 1, &error.to_string()))?;
        let (name, about, digest) = (self.name.clone(), self.about.clone(), self.digest);
        let (files, words, assets) = (self.files.clone(), self.words.clone(), self.assets.clone());
        Ok(Theme { name, about, tera, files, digest, words, assets })
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

fn as_written(files: &Files, extends: Option<&str>) -> Result<Tera, tera::Error> {
    templates(files, extends, str::to_owned)
}

fn templates(files: &Files, extends: Option<&str>, made: impl Fn(&str) -> String) -> Result<Tera, tera::Error> {
    let templates = layers::templates(files, extends);
    sandbox::tera(templates.iter().map(|template| (template.name.as_str(), made(template.source))))
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

    /// A theme over the built-in one.
    fn child(own: &[(&str, &str)]) -> Files {
        let below = files::found("", "").unwrap().1;
        let mut files: Files = below.into_iter().map(|(path, bytes)| (format!("parent/{path}"), bytes)).collect();
        files.extend(own.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        files
    }

    #[test]
    fn a_child_overrides_single_templates_words_and_files() {
        let setting = "[settings.news]\nkind = \"number\"\nlabel = { id = \"A\", en = \"A\" }\ndefault = 3\n";
        let toml = format!("title = \"Anak\"\nextends = \"lamin\"\nhome_items = 2\n{setting}");
        let theme = Theme::read(
            "portal",
            child(&[
                ("theme.toml", &toml),
                ("words.toml", "[id]\nhome = \"Muka\"\n"),
                ("templates/404.html", "{% extends \"lamin/404.html\" %}{% block title %}Hilang{% endblock %}"),
                ("assets/ikon.svg", "<svg/>"),
            ]),
        )
        .unwrap();
        let house = Theme::built_in().unwrap();
        assert_eq!((theme.about.home_items, theme.about.settings.len()), (2, 1));
        assert_eq!((theme.word("id", "home"), theme.word("en", "home")), ("Muka", house.word("en", "home")));
        assert_eq!(theme.assets.len(), house.assets.len());
        assert!(theme.assets.iter().any(|(path, bytes)| path == "ikon.svg" && bytes == b"<svg/>"));
        assert!(theme.tera.contains_template("lamin/404.html") && theme.tera.contains_template("entry/agenda.html"));
        assert!(!theme.tera.contains_template("lamin/home.html"), "what is not overridden has one name");
    }

    #[test]
    fn a_change_of_the_theme_below_is_another_theme() {
        let one = child(&[("theme.toml", "title = \"Anak\"\nextends = \"lamin\"\n")]);
        let mut other = one.clone();
        other.insert("parent/assets/lamin.css".into(), b"a{color:red}".to_vec());
        let digest = |files| Theme::read("portal", files).unwrap().digest;
        assert_ne!(digest(one), digest(other));
    }

    #[test]
    fn what_is_wrong_with_a_child_is_told_with_file_and_line() {
        let told = |own: &[(&str, &str)]| Theme::read("portal", child(own)).err().unwrap().to_string();
        let head = "title = \"Anak\"\nextends = \"lamin\"\n";
        let error = told(&[("theme.toml", head), ("words.toml", "[id]\nhome = 1\n")]);
        assert!(error.contains("words.toml:2"), "{error}");
        let error = told(&[("theme.toml", head), ("parent/theme.toml", head)]);
        assert!(error.contains("parent/theme.toml:2: extends"), "{error}");
        let error = told(&[("theme.toml", &format!("{head}colour = 1\n"))]);
        assert!(error.contains("theme.toml:3") && error.contains("colour"), "{error}");
        let alone: Files = [("theme.toml".to_owned(), head.as_bytes().to_vec())].into();
        let error = Theme::read("portal", alone).err().unwrap().to_string();
        assert!(error.contains("theme.toml:2: extends: no theme lamin"), "{error}");
        let nested = "\n{{ [[a for a in b] for b in c] }}";
        let error = told(&[("theme.toml", head), ("templates/404.html", nested)]);
        assert!(error.contains("templates/404.html:2: a list within a list"), "{error}");
    }
}
