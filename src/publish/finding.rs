//! The results of a search as a page, for readers without a script: the page of the live release with the theme's results
//! in the place of its form. Who searches is not this room's business; it is given what was found.

use std::path::Path;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use tera::Value;

use super::dates::Clockface;
pub use super::elsewhere::Elsewhere;
use super::serve::{self, Published};
use super::served::{Coding, Held};
use super::views::{self, map};
use super::{feeds, forms, manifest, rules, search};
use crate::kernel::{Context, Error, Locale, Result, Timestamp, time};
use crate::themes;
use crate::themes::theme::Theme;

/// Within these the template's part stands, in the page of a release.
const BEGIN: &str = "<!--found-->";
const END: &str = "<!--/found-->";
const TEMPLATE: &str = "parts/found.html";
/// A page of results may be shown again for so long: what is withdrawn stays in it no longer.
const CACHE_CONTROL: &str = "public, max-age=30";

/// Where a site is searched in one language.
pub struct SearchPage {
    /// The site's key.
    pub site: String,
    /// `None`: the site's first language.
    pub locale: Option<String>,
    /// Its path, with a slash at its end.
    address: String,
    root: Arc<Path>,
    html: String,
    /// Where its forms may lead, if the release says more than usual.
    policy: Option<HeaderValue>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// What was looked for, as it was written.
    pub words: String,
    pub total: usize,
    pub items: Vec<Item>,
    /// Phrases that mean the same and were looked for too.
    pub also: Vec<String>,
    pub types: Vec<Choice>,
    pub years: Vec<Choice>,
    pub units: Vec<Choice>,
    /// Query strings of the pages beside this one.
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Item {
    pub url: String,
    pub title: String,
    pub summary: String,
    pub type_key: String,
    pub type_title: String,
    pub published_at: Timestamp,
    pub unit: Option<String>,
}

/// A value of a filter.
#[derive(Debug, Clone)]
pub struct Choice {
    pub key: String,
    pub title: String,
    pub count: usize,
    pub is_chosen: bool,
}

/// The site whose results are shown, as its row says, and where they are.
pub struct Place<'p> {
    pub zone: &'p str,
    pub locale: &'p str,
    /// `None`: on the site itself.
    pub elsewhere: Option<&'p Elsewhere>,
}

/// The language of a page where one searches, by its path; `None` for other pages.
fn language(path: &str) -> Option<Option<String>> {
    let prefix = path.strip_prefix('/')?.strip_suffix("cari/")?;
    match prefix.strip_suffix('/') {
        None if prefix.is_empty() => Some(None),
        None => None,
        Some(locale) => Locale::parse(locale).ok().map(|locale| Some(locale.to_string())),
    }
}

impl Published {
    /// The page that a request searches on; `None` when it asks for another, or when the theme of the release shows no
    /// results.
    pub async fn search_page(&self, request: &HttpRequest) -> Result<Option<SearchPage>> {
        let address = request.path().to_owned();
        let Some(locale) = language(&address) else { return Ok(None) };
        let host = request.connection_info().host().to_owned();
        match self.site_of(&host).await {
            Some(site) => self.search_page_of(site, locale, address).await,
            None => Ok(None),
        }
    }

    /// The page at a path of a site's live release; `None` as above.
    pub async fn search_page_of(
        &self,
        site: String,
        locale: Option<String>,
        address: String,
    ) -> Result<Option<SearchPage>> {
        let Some(root) = self.root_of(&site) else { return Ok(None) };
        let file = self.load(&root, &format!("{}index.html", &address[1..]), &[Coding::Plain]).await?;
        let html = file.and_then(|file| match &file.body {
            Held::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok(),
            Held::Large { .. } => None,
        });
        let page = html.filter(|html| html.contains(BEGIN) && html.contains(END));
        let policy = self.signs(&root).await.policy.clone();
        Ok(page.map(|html| SearchPage { site, locale, address, root, html, policy }))
    }

    /// The page with results. Reads the theme where the release is new to this process.
    pub fn results(&self, page: &SearchPage, place: &Place, results: &Results) -> Result<String> {
        let theme = self.theme_of(&page.root)?;
        let inside = inside(&theme, page, place, results)?;
        let (before, rest) = page.html.split_once(BEGIN).unwrap_or((&page.html, ""));
        let (_, after) = rest.split_once(END).unwrap_or(("", rest));
        Ok([&titled(before, &results.words), inside.as_str(), after].concat())
    }

    /// The theme of the release itself: after a step back another one is live in the database.
    #[expect(clippy::disallowed_methods, reason = "a file of a release")]
    fn theme_of(&self, root: &Arc<Path>) -> Result<Arc<Theme>> {
        if let Some(theme) = self.themes.get(root) {
            return Ok(theme);
        }
        let file = root.join(manifest::RELEASE);
        let attempt = || format!("read the theme that {} names", file.display());
        let bytes = std::fs::read(&file).with_context(attempt)?;
        let manifest::Named { name, digest } = manifest::theme_of(&bytes).with_context(attempt)?;
        let theme = Arc::new(themes::service::by_digest(&self.app, &name, &digest)?);
        self.themes.insert(root.clone(), theme.clone());
        Ok(theme)
    }
}

impl SearchPage {
    /// Without results.
    pub fn plain(&self) -> &str {
        &self.html
    }

    /// How the page is sent where it belongs.
    pub fn answer(&self, html: String) -> HttpResponse {
        let mut answer = answer(html);
        if let Some(policy) = &self.policy {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        answer
    }
}

/// How a page is sent at another address. `query` is what was asked there.
pub fn answer_elsewhere(elsewhere: &Elsewhere, html: &str, query: &str) -> Result<HttpResponse> {
    let policy = HeaderValue::from_str(&elsewhere.policy()).context("write the policy of a page of results")?;
    let mut answer = answer(elsewhere.page(html, query));
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

fn answer(html: String) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    serve::secure(&mut answer);
    answer.insert_header((header::CACHE_CONTROL, CACHE_CONTROL)).insert_header(("X-Robots-Tag", "noindex"));
    answer.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"));
    answer.body(html)
}

/// The beginning of the page, with what was looked for before its title: it names the tab, and the page in a history.
fn titled(beginning: &str, words: &str) -> String {
    const TITLE: &str = "<title>";
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match beginning.split_once(TITLE) {
        Some((before, title)) => format!("{before}{TITLE}{} | {title}", feeds::escape(&words)),
        None => beginning.to_owned(),
    }
}

/// The theme's part of the page.
fn inside(theme: &Theme, page: &SearchPage, place: &Place, results: &Results) -> Result<String> {
    let mut context = tera::Context::new();
    context.insert_value("t", views::words(theme, place.locale));
    context.insert_value("index", search::addresses(&page.address));
    let form = match place.elsewhere {
        Some(elsewhere) => forms::form(&elsewhere.address, Some(place.locale)),
        None => forms::form(&page.address, None),
    };
    context.insert_value("form", form);
    context.insert_value("found", found(theme, page, place, results)?);
    let mut bytes = Vec::new();
    theme.render(TEMPLATE, &context, &mut bytes).map_err(|error| {
        Error::broken(format!("render the results on {} with {}/{TEMPLATE}", page.address, theme.name), error)
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn found(theme: &Theme, page: &SearchPage, place: &Place, results: &Results) -> Result<Value> {
    let clock = Clockface::new(time::zone(place.zone)?, place.locale);
    let here = place.elsewhere.map_or(&page.address, |elsewhere| &elsewhere.address);
    let link = |query: &Option<String>| Value::from(query.as_ref().map(|query| format!("{here}?{query}")));
    let item = |item: &Item| {
        let kind = type_title(theme, place.locale, &item.type_key, &item.type_title);
        let day = clock.day(&clock.at(item.published_at));
        let facts: Vec<&str> = [kind.as_str(), &day].into_iter().chain(item.unit.as_deref()).collect();
        map([
            ("url", item.url.as_str().into()),
            ("title", item.title.as_str().into()),
            ("summary", item.summary.as_str().into()),
            ("facts", facts.join(" · ").into()),
        ])
    };
    let choices = |choices: &[Choice], is_type: bool| {
        let one = |choice: &Choice| {
            let own = || type_title(theme, place.locale, &choice.key, &choice.title);
            let title = if is_type { own() } else { choice.title.clone() };
            map([
                ("key", choice.key.as_str().into()),
                ("title", title.into()),
                ("count", rules::grouped(choice.count, clock.is_english()).into()),
                ("chosen", choice.is_chosen.into()),
            ])
        };
        Value::from(choices.iter().map(one).collect::<Vec<_>>())
    };
    let told = match results.total {
        0 => "search_none",
        1 => "search_one",
        _ => "search_many",
    };
    let told = theme.word(place.locale, told).replace('#', &rules::grouped(results.total, clock.is_english()));
    Ok(map([
        ("words", results.words.as_str().into()),
        ("told", told.into()),
        ("also", results.also.join(", ").into()),
        ("items", results.items.iter().map(item).collect::<Vec<_>>().into()),
        ("types", choices(&results.types, true)),
        ("years", choices(&results.years, false)),
        ("units", choices(&results.units, false)),
        ("previous", link(&results.previous)),
        ("next", link(&results.next)),
    ]))
}

/// As the theme names a section, or else as the type is named.
fn type_title(theme: &Theme, locale: &str, key: &str, title: &str) -> String {
    let name = format!("section_{key}");
    let word = theme.word(locale, &name);
    if word == name { title.to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_for_stands_before_the_title_as_text() {
        let titled = |words| titled("<head><title>Pencarian | Portal</title><svg><title>x</title>", words);
        assert_eq!(
            titled("izin  <b> & \"usaha\""),
            "<head><title>izin &lt;b&gt; &amp; &quot;usaha&quot; | Pencarian | Portal</title><svg><title>x</title>"
        );
        assert_eq!(titled("</title><script>").matches("</title>").count(), 2);
    }

    #[test]
    fn a_page_where_one_searches_is_known_by_its_path() {
        assert_eq!(language("/cari/"), Some(None));
        assert_eq!(language("/en/cari/"), Some(Some("en".into())));
        for other in ["/", "/cari", "/berita/cari/", "/pencari/", "/berita/mencari/", "/a/b/cari/", "//cari/"] {
            assert_eq!(language(other), None, "{other}");
        }
    }
}
