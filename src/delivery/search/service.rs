//! Searches.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::model::{Asked, Found};
use super::rules::{self, Answering, Documents, Place, Postings, Wanted};
use crate::app::App;
use crate::content::findable;
use crate::db::Conn;
use crate::delivery::model::Card;
use crate::delivery::shelf::Shelf;
use crate::kernel::Result;
use crate::kernel::id::EntryId;

/// What the postings of one site may take in memory, so that words which are everywhere are not read for every query.
const POSTINGS_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// After a change of more entries, postings are read again when they are asked for.
const CHANGED_ENTRIES_MAX: usize = 64;
/// What keeping them takes beside their bytes, about; so there are not too many to carry over to the next state.
const POSTINGS_OVERHEAD_BYTES: usize = 512;

/// What of one state of a site is searched: its documents, and the postings of stems that were asked for.
pub struct Searched {
    documents: Documents,
    /// By language and stem.
    postings: moka::sync::Cache<(String, String), Arc<Postings>>,
}

impl Searched {
    pub fn new(documents: Documents) -> Self {
        let postings = moka::sync::Cache::builder()
            .max_capacity(POSTINGS_BYTES_MAX)
            .weigher(|(_, stem): &(String, String), postings: &Arc<Postings>| {
                let bytes = POSTINGS_OVERHEAD_BYTES + stem.len() + size_of_val(postings.as_slice());
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .build();
        Searched { documents, postings }
    }

    /// What is searched of the state that follows, which has these documents and in which these entries changed. Postings
    /// that are in memory are kept: what the changed entries say is read once, instead of each stem for all entries again.
    pub fn after(&self, connection: &mut Conn, documents: Documents, changed: &[Arc<Card>]) -> Result<Self> {
        let after = Searched::new(documents);
        if changed.len() > CHANGED_ENTRIES_MAX {
            return Ok(after);
        }
        let numbers: HashMap<EntryId, i64> = changed.iter().map(|card| (card.entry, card.number)).collect();
        let entries: Vec<EntryId> = numbers.keys().copied().collect();
        let Some(stems) = findable::store::stems(connection, &entries)? else { return Ok(after) };
        let moved = after.documents.moved(&self.documents, &numbers.values().copied().collect());
        let mut kept: HashMap<(String, String), Postings> =
            self.postings.iter().map(|(key, postings)| (key.as_ref().clone(), moved.postings(&postings))).collect();
        for (entry, stems) in &stems {
            let Some((at, locale)) = numbers.get(entry).and_then(|number| after.documents.at(*number)) else {
                continue;
            };
            for (stem, class) in findable::rules::each(stems) {
                if let Some(postings) = kept.get_mut(&(locale.to_owned(), stem.to_owned())) {
                    postings.push(Place::new(at, class));
                }
            }
        }
        kept.into_iter().for_each(|(key, postings)| after.postings.insert(key, Arc::new(postings)));
        Ok(after)
    }

    fn postings(&self, connection: &mut Conn, shelf: &Shelf, (locale, stem): (&str, &str)) -> Result<Arc<Postings>> {
        if !self.documents.has(locale) {
            return Ok(Arc::default());
        }
        let key = (locale.to_owned(), stem.to_owned());
        if let Some(known) = self.postings.get(&key) {
            return Ok(known);
        }
        let found = findable::store::postings(connection, shelf.settings.site, stem)?;
        let places = Arc::new(self.documents.places(locale, &found));
        self.postings.insert(key, places.clone());
        Ok(places)
    }
}

/// What of a site answers. What was withdrawn meanwhile is left out, whatever is in memory: nothing is said of it any more.
pub async fn search(app: &App, shelf: &Arc<Shelf>, asked: Asked) -> Result<Found> {
    let shelf = shelf.clone();
    app.db.read(move |connection| find(connection, &shelf, asked)).await
}

fn find(connection: &mut Conn, shelf: &Shelf, asked: Asked) -> Result<Found> {
    let (settings, searched) = (&shelf.settings, shelf.searched());
    let stems: BTreeSet<&String> = asked.groups.iter().flatten().flatten().collect();
    let mut postings = HashMap::with_capacity(stems.len());
    for stem in stems {
        postings.insert(stem.clone(), searched.postings(connection, shelf, (&asked.locale, stem))?);
    }
    let name = |key: &str| rules::type_title(&settings.types, key, &asked.locale);
    let before = (asked.page - 1) * asked.limit;
    let wanted =
        Wanted { locale: &asked.locale, filters: &asked.filters, groups: &asked.groups, best: before + asked.limit };
    let Answering { cards, total, counts } = searched.documents.search(&wanted, &postings, &name);
    let shown: Vec<_> = cards.iter().skip(before).map(|at| shelf.index.cards()[*at].clone()).collect();
    let entries: Vec<EntryId> = shown.iter().map(|card| card.entry).collect();
    let mut summaries = findable::store::summaries(connection, &entries)?;
    let with_summary = |card: Arc<Card>| summaries.remove(&card.entry).map(|summary| (card, summary));
    let shown = shown.into_iter().filter_map(with_summary).collect();
    Ok(Found { total, asked, shown, counts })
}
