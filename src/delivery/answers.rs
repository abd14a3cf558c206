//! What is answered to a request: from memory, and from the database where whole entries are asked for.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::index::Found;
use super::model::{Card, Settings};
use super::query::{self, EntryRequest, Include, ListRequest, Markdown};
use super::render::Page;
use super::rules;
use super::search;
use super::search::model::{SearchResult, SearchResults};
use super::service::Answer;
use super::shelf::{self, Shelf};
use super::store;
use crate::app::App;
use crate::content::model::Content;
use crate::kernel::id::EntryId;
use crate::kernel::{Code, Context, Digest, Refusal, Result, time};

/// Whole fields of entries, by entry.
type Whole = HashMap<EntryId, Map<String, Value>>;

/// A list, as its query string asks for it.
pub async fn list(app: &App, shelf: &Arc<Shelf>, query: &str) -> Result<Answer> {
    let settings = &shelf.settings;
    let asked = query::list(query, &shelf.index, &settings.zone, &settings.default_locale)?;
    let found = shelf.index.page(&asked.query);
    let beyond_card = |name: &String| shelf.index.field(name).is_some_and(|field| !field.on_card);
    let whole = if asked.fields.iter().flatten().any(beyond_card) {
        whole(app, shelf, &found.cards, Markdown::Html).await?
    } else {
        Whole::new()
    };
    Ok(list_answer(shelf, query, &asked, &found, &whole))
}

/// The same for a list that asks for nothing but what cards hold: without the database.
pub fn list_of_cards(shelf: &Shelf, query: &str) -> Result<Answer> {
    let settings = &shelf.settings;
    let asked = query::list(query, &shelf.index, &settings.zone, &settings.default_locale)?;
    let found = shelf.index.page(&asked.query);
    Ok(list_answer(shelf, query, &asked, &found, &Whole::new()))
}

fn list_answer(shelf: &Shelf, query: &str, asked: &ListRequest, found: &Found, whole: &Whole) -> Answer {
    let total = asked.total.then(|| shelf.index.count(&asked.query.tests));
    let next = found.next.as_ref().map(|(value, entry)| query::write_cursor(&asked.query.sort, value, *entry));
    let page = Page {
        settings: &shelf.settings,
        index: &shelf.index,
        fields: asked.fields.as_deref(),
        include: asked.include,
        whole,
    };
    let body = page.list(found, next.as_deref(), total);
    answer(shelf, body, next.map(|cursor| query::with_cursor(query, &cursor)))
}

/// A search, as its query string asks for it.
pub async fn search(app: &App, shelf: &Arc<Shelf>, query: &str) -> Result<Answer> {
    let asked = search::query::read(query, &shelf.settings.default_locale)?;
    let found = search::search(app, shelf, asked).await?;
    let results = results(&shelf.settings, &found)?;
    let next = results.next_page.map(|page| search::query::with_page(query, page));
    let body = serde_json::to_string(&results).context("write the results of a search")?;
    Ok(answer(shelf, body, next))
}

fn results(settings: &Settings, found: &search::model::Found) -> Result<SearchResults> {
    let zone = time::zone(&settings.zone)?;
    let item = |(card, summary): &(Arc<Card>, String)| SearchResult {
        id: card.entry,
        r#type: card.type_key.to_string(),
        slug: card.slug.to_string(),
        locale: card.locale.to_string(),
        title: card.title.to_string(),
        summary: summary.clone(),
        url: rules::entry_url(card, settings),
        published_at: card.published_at,
        date: card.published_at.in_zone(&zone).date().to_string(),
        unit: search::rules::unit(card),
    };
    let page = found.asked.page;
    Ok(SearchResults {
        items: found.shown.iter().map(item).collect(),
        total: found.total,
        page,
        next_page: (page < found.pages().min(search::query::PAGES_MAX)).then_some(page + 1),
        counts: found.counts.clone(),
        understood: search::rules::understood(&found.asked.groups),
    })
}

/// What an address of an entry leads to.
pub enum AtAddress {
    Here(Answer),
    /// The entry has another slug now.
    Moved(String),
}

/// One entry. `not_found` when nothing is live at the address and nothing was.
pub async fn entry(app: &App, shelf: &Arc<Shelf>, type_key: &str, slug: &str, query: &str) -> Result<AtAddress> {
    let settings = &shelf.settings;
    let asked: EntryRequest = query::entry(query, &shelf.index, &settings.default_locale)?;
    let Some(card) = shelf.index.at_address(type_key, &asked.locale, slug) else {
        return Ok(AtAddress::Moved(moved(app, shelf, (type_key, &asked.locale, slug)).await?));
    };
    let whole = whole(app, shelf, std::slice::from_ref(card), asked.markdown).await?;
    let page =
        Page { settings, index: &shelf.index, fields: asked.fields.as_deref(), include: asked.include, whole: &whole };
    let mut answer = answer(shelf, page.entry(card), None);
    answer.card = (asked.include == Include::default()).then(|| card.clone());
    Ok(AtAddress::Here(answer))
}

async fn moved(app: &App, shelf: &Arc<Shelf>, address: (&str, &str, &str)) -> Result<String> {
    let site = shelf.settings.site;
    let (type_key, locale, slug) = (address.0.to_owned(), address.1.to_owned(), address.2.to_owned());
    let entry = app.db.read(move |connection| store::moved(connection, site, (&type_key, &locale, &slug))).await?;
    let now_at = entry.and_then(|entry| shelf.index.find(entry)).filter(|card| &*card.type_key == address.0);
    now_at.map(|card| card.slug.to_string()).ok_or_else(|| Refusal::new(Code::NotFound).into())
}

fn answer(shelf: &Shelf, body: String, next: Option<String>) -> Answer {
    let etag = format!("\"{}\"", &Digest::of(&body).as_str()[..32]);
    Answer { generation: shelf.generation, settings: shelf.settings.clone(), card: None, body: body.into(), etag, next }
}

/// Reads revisions and makes of their fields what goes over the wire.
async fn whole(app: &App, shelf: &Arc<Shelf>, cards: &[Arc<Card>], markdown: Markdown) -> Result<Whole> {
    let (shelf, cards) = (shelf.clone(), cards.to_vec());
    app.db
        .read(move |connection| {
            let settings = &shelf.settings;
            let wanted: Vec<(EntryId, i32)> = cards.iter().map(|card| (card.entry, card.revision)).collect();
            let mut bodies = store::bodies(connection, &wanted)?;
            let mut whole = Whole::new();
            for card in cards {
                let Some(body) = bodies.remove(&card.entry) else { continue };
                let Some(content_type) = settings.types.get(&*card.type_key) else { continue };
                let values = Content::from_text(&body)?.fields;
                let mut digests = Vec::new();
                rules::placed(&content_type.fields, &values, &mut digests);
                let assets = shelf::read_assets(connection, settings.site, digests)?;
                let outfit =
                    rules::Outfit { base_url: &settings.base_url, assets: &assets, locale: &card.locale, markdown };
                whole.insert(card.entry, outfit.dress(&content_type.fields, &values));
            }
            Ok(whole)
        })
        .await
}
