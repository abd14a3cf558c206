//! Searches.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::model::{Asked, Found};
use super::rules::{self, Postings};
use crate::app::App;
use crate::content::findable;
use crate::db::Conn;
use crate::delivery::shelf::Shelf;
use crate::kernel::Result;
use crate::kernel::id::EntryId;

/// What of a site answers. Read in one transaction; what was withdrawn meanwhile has no words in it any more.
pub async fn search(app: &App, shelf: &Arc<Shelf>, asked: Asked) -> Result<Found> {
    let shelf = shelf.clone();
    app.db.read(move |connection| find(connection, &shelf, asked)).await
}

fn find(connection: &mut Conn, shelf: &Shelf, asked: Asked) -> Result<Found> {
    let (settings, documents) = (&shelf.settings, shelf.documents());
    let stems: BTreeSet<&String> = asked.groups.iter().flatten().flatten().collect();
    let mut postings: HashMap<String, Postings> = HashMap::with_capacity(stems.len());
    for stem in stems {
        let found = findable::store::postings(connection, settings.site, stem)?;
        postings.insert(stem.clone(), documents.places(&asked.locale, &found));
    }
    let name = |key: &str| rules::type_title(&settings.types, key, &asked.locale);
    let (cards, counts) = documents.search((&asked.locale, &asked.filters), &asked.groups, &postings, &name);
    let on_page = cards.iter().skip((asked.page - 1) * asked.limit).take(asked.limit);
    let shown: Vec<_> = on_page.map(|at| shelf.index.cards()[*at].clone()).collect();
    let entries: Vec<EntryId> = shown.iter().map(|card| card.entry).collect();
    let mut summaries = findable::store::summaries(connection, &entries)?;
    let with_summary = |(card, entry)| (card, summaries.remove(&entry).unwrap_or_default());
    let shown = shown.into_iter().zip(entries).map(with_summary).collect();
    Ok(Found { total: cards.len(), asked, shown, counts })
}
