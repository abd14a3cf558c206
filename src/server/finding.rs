//! A search of readers without a script: asked of the public API's room, shown by the room of published pages.

use std::sync::Arc;

use actix_web::guard::GuardContext;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use url::form_urlencoded::{Serializer, parse};

use crate::app::App;
use crate::delivery::model::{Card, Settings};
use crate::delivery::search::model::{Asked, Count, Found};
use crate::delivery::search::{query, rules};
use crate::delivery::shelf::Shelf;
use crate::delivery::{self, Model};
use crate::http::Problem;
use crate::kernel::{Context, Locale, Origin, Result};
use crate::publish::finding::{self, Choice, Elsewhere, Item, Place, Results, SearchPage};
use crate::publish::forms;
use crate::publish::serve::Published;

/// The page with the results of a search; `None` when the request is for something else, or searches for nothing.
/// Nothing that a reader writes is refused: what cannot be read is left out.
pub async fn results(
    request: &HttpRequest,
    app: &App,
    model: &Model,
    published: &web::Data<Published>,
) -> Result<Option<HttpResponse>> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(given) = is_read.then(|| readable(request.query_string())).flatten() else { return Ok(None) };
    let Some(page) = published.search_page(request).await? else { return Ok(None) };
    let shelf = model.shelf(app, &page.site).await?;
    let page = Arc::new(page);
    let html = with_results(app, published, &shelf, (&page, None), &given).await?;
    Ok(Some(page.answer(html)))
}

/// Whether who asks wants a page and names it; programs that take anything get JSON.
pub fn wants_a_page(request: &GuardContext<'_>) -> bool {
    let accepts = request.head().headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let kinds = accepts.flat_map(|text| text.split(',')).map(|kind| kind.split(';').next().unwrap_or_default().trim());
    kinds.into_iter().any(|kind| kind.eq_ignore_ascii_case("text/html"))
}

/// The search of the public API for a reader without a script, whose site stands on a host that only sends files: the
/// site's own page with the results. Where the site's settings do not lead here, what programs get.
pub async fn at_the_api(
    request: HttpRequest,
    app: web::Data<App>,
    model: web::Data<Model>,
    published: web::Data<Published>,
    site: web::Path<String>,
) -> HttpResponse {
    match page_at_the_api(&request, &app, &model, &published, &site).await {
        Ok(Some(mut answer)) => {
            answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
            answer
        }
        Ok(None) => delivery::searched(&request, &app, &model, &site).await,
        Err(error) => Problem::from(error).error_response(),
    }
}

async fn page_at_the_api(
    request: &HttpRequest,
    app: &App,
    model: &Model,
    published: &web::Data<Published>,
    site: &str,
) -> Result<Option<HttpResponse>> {
    let shelf = model.shelf(app, site).await?;
    let settings = &shelf.settings;
    let (Some(api), Some(stands)) = (&settings.api, Origin::of(&settings.base_url)) else { return Ok(None) };
    let (default, query) = (settings.default_locale.as_str(), request.query_string());
    let asked = parse(query.as_bytes()).find(|(name, _)| name == "locale").map(|(_, locale)| locale);
    let locale = asked.and_then(|text| Locale::parse(&text).ok()).filter(|locale| locale.as_str() != default);
    let (locale, address) = match locale {
        Some(locale) => (Some(locale.to_string()), format!("/{locale}/cari/")),
        None => (None, "/cari/".to_owned()),
    };
    let Some(page) = published.search_page_of(site.to_owned(), locale, address).await? else { return Ok(None) };
    let elsewhere = Elsewhere { address: forms::search_address(api, site), site: stands };
    let page = Arc::new(page);
    let html = match readable(query) {
        Some(given) => with_results(app, published, &shelf, (&page, Some(&elsewhere)), &given).await?,
        None => page.plain().to_owned(),
    };
    finding::answer_elsewhere(&elsewhere, &html, query).map(Some)
}

/// A page with what is found of what was given.
async fn with_results(
    app: &App,
    published: &web::Data<Published>,
    shelf: &Arc<Shelf>,
    (page, elsewhere): (&Arc<SearchPage>, Option<&Elsewhere>),
    given: &[(String, String)],
) -> Result<String> {
    let settings = shelf.settings.clone();
    let locale = page.locale.clone().unwrap_or_else(|| settings.default_locale.to_string());
    let asked = query::read(&with_locale(given, &locale), &settings.default_locale)?;
    let found = delivery::search::search(app, shelf, asked).await?;
    let (published, page, elsewhere) = (published.clone(), page.clone(), elsewhere.cloned());
    let made = web::block(move || shown(&published, (&page, elsewhere.as_ref()), &settings, &found)).await;
    made.context("render the results of a search")?
}

/// What of a query string can be asked: the words cut to what is taken, filters and page where they make sense. `None`
/// without words.
fn readable(query: &str) -> Option<Vec<(String, String)>> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, value) in parse(query.as_bytes()) {
        let value: String =
            value.chars().filter(|letter| !letter.is_control()).take(query::QUERY_LETTERS_MAX).collect();
        let makes_sense = match &*name {
            "q" | "type" | "unit" => !value.trim().is_empty(),
            "year" => value.parse::<i64>().is_ok(),
            "page" => value.parse().is_ok_and(|page: usize| (1..=query::PAGES_MAX).contains(&page)),
            _ => false,
        };
        if makes_sense && kept.iter().all(|(known, _)| *known != name) {
            kept.push((name.into_owned(), value));
        }
    }
    kept.iter().any(|(name, _)| name == "q").then_some(kept)
}

fn with_locale(given: &[(String, String)], locale: &str) -> String {
    Serializer::new(String::new()).extend_pairs(given).append_pair("locale", locale).finish()
}

fn shown(
    published: &Published,
    (page, elsewhere): (&SearchPage, Option<&Elsewhere>),
    settings: &Settings,
    found: &Found,
) -> Result<String> {
    let place = Place { zone: &settings.zone, locale: &found.asked.locale, elsewhere };
    published.results(page, &place, &told(settings, found, elsewhere.is_some()))
}

fn told(settings: &Settings, found: &Found, is_elsewhere: bool) -> Results {
    let asked = &found.asked;
    let item = |(card, summary): &(Arc<Card>, String)| Item {
        url: delivery::rules::entry_path(card, settings).unwrap_or_default(),
        title: card.title.to_string(),
        summary: summary.clone(),
        type_key: card.type_key.to_string(),
        type_title: rules::type_title(&settings.types, &card.type_key, &asked.locale),
        published_at: card.published_at,
        unit: card.unit.as_ref().map(|unit| unit.title.to_string()),
    };
    let choices = |counts: &[Count], chosen: Option<&str>| {
        let one = |count: &Count| Choice {
            key: count.key.clone(),
            title: count.title.clone(),
            count: count.count,
            is_chosen: chosen == Some(&count.key),
        };
        counts.iter().map(one).collect()
    };
    let year = asked.filters.year.map(|year| year.to_string());
    let own = written(asked, is_elsewhere);
    let beside = |page: usize| query::with_page(&own, page);
    Results {
        words: asked.words.clone(),
        total: found.total,
        items: found.shown.iter().map(item).collect(),
        also: rules::understood(&asked.groups).into_iter().flat_map(|one| one.also).collect(),
        types: choices(&found.counts.r#type, asked.filters.type_key.as_deref()),
        years: choices(&found.counts.year, year.as_deref()),
        units: choices(&found.counts.unit, asked.filters.unit.as_deref()),
        previous: (asked.page > 1).then(|| beside(asked.page - 1)),
        next: (asked.page < found.pages().min(query::PAGES_MAX)).then(|| beside(asked.page + 1)),
    }
}

/// The query string that asks the same, on the first page. Away from the site it names the language.
fn written(asked: &Asked, is_elsewhere: bool) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("q", &asked.words);
    if is_elsewhere {
        query.append_pair("locale", &asked.locale);
    }
    let filters = &asked.filters;
    let year = filters.year.map(|year| year.to_string());
    for (name, value) in [("type", &filters.type_key), ("year", &year), ("unit", &filters.unit)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_left_out_and_nothing_is_refused() {
        let long = format!("q={}&q=lagi&year=abc&page=0&type=&colour=red&unit=biro%00", "a".repeat(900));
        let kept = readable(&long).unwrap();
        assert_eq!(
            kept.iter().map(|(name, value)| (name.as_str(), value.len())).collect::<Vec<_>>(),
            [("q", 200), ("unit", 4)]
        );
        assert!(readable("").is_none() && readable("q=+").is_none() && readable("type=berita").is_none());
    }
}
