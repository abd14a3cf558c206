//! One site's live entries in memory, read from the database and kept up with it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::index::Index;
use super::model::{Assets, Card, LiveRow, Settings, Shown, SiteRow};
use super::rules::{self, Words};
use super::search::Searched;
use super::search::rules::Documents;
use super::store;
use crate::content::type_store;
use crate::db::Conn;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Digest, Result};
use crate::media::{self, derive};

/// Behind by more changes than this, a site is read anew.
const CHANGES_MAX: i64 = 1000;
const ASSETS_PER_QUERY: usize = 500;

/// Unchanging: whoever holds one sees one state of the site.
pub struct Shelf {
    /// Shared with the shelf before when nothing in them changed.
    pub settings: Arc<Settings>,
    pub index: Index,
    /// The site's row when this was read.
    row: SiteRow,
    /// Words that the cards hold or held, for those that come; shared with the shelf before.
    words: Arc<Mutex<Words>>,
    /// What is searched; made when it is first asked for.
    searched: OnceLock<Searched>,
    /// Different for every shelf of the process: answers made from it are kept under this number.
    pub generation: u64,
}

impl Shelf {
    /// Reads all live entries of a site.
    pub fn read(connection: &mut Conn, row: &SiteRow, server_url: &str) -> Result<Self> {
        let settings = settings(connection, row, server_url)?;
        let (mut cards, mut words, mut sequence) = (Vec::new(), Words::default(), 0);
        loop {
            let rows = store::live_behind(connection, row.id, sequence)?;
            let Some(last) = rows.last() else { break };
            sequence = last.sequence;
            cards.extend(read_cards(connection, &settings, rows, &mut words)?);
        }
        Ok(Shelf::new(row.clone(), settings, cards, words))
    }

    /// A shelf of cards that were made with these settings and words.
    pub fn new(row: SiteRow, settings: Settings, cards: Vec<Arc<Card>>, words: Words) -> Self {
        let index = Index::new(cards, settings.fields.clone());
        let (settings, words) = (Arc::new(settings), Arc::new(Mutex::new(words)));
        Shelf { settings, index, row, words, searched: OnceLock::new(), generation: next_generation() }
    }

    /// This shelf when nothing changed since, else the one that follows from what did.
    pub fn follow(self: &Arc<Self>, connection: &mut Conn, row: &SiteRow, server_url: &str) -> Result<Arc<Self>> {
        if *row == self.row {
            return Ok(self.clone());
        }
        let behind = row.live_sequence - self.row.live_sequence;
        let same_site = SiteRow { live_sequence: self.row.live_sequence, ..row.clone() } == self.row;
        if !same_site || !(1..=CHANGES_MAX).contains(&behind) {
            return Shelf::read(connection, row, server_url).map(Arc::new);
        }
        let changes = store::changes_behind(connection, row.id, self.row.live_sequence, CHANGES_MAX)?;
        let complete = changes.len() as i64 == behind;
        let settings_changed = changes.iter().any(|change| change.type_key == rules::SETTINGS_TYPE);
        if !complete || settings_changed {
            return Shelf::read(connection, row, server_url).map(Arc::new);
        }
        let mut touched: Vec<EntryId> = changes.iter().map(|change| change.entry).collect();
        touched.sort_unstable();
        touched.dedup();
        let settings = settings(connection, row, server_url)?;
        if settings != *self.settings {
            return Shelf::read(connection, row, server_url).map(Arc::new);
        }
        let rows: Vec<LiveRow> =
            store::live(connection, &touched)?.into_iter().filter(|live| live.site == row.id).collect();
        let cards =
            read_cards(connection, &settings, rows, &mut self.words.lock().unwrap_or_else(PoisonError::into_inner))?;
        let (settings, index) = (self.settings.clone(), self.index.after(cards.clone(), &touched));
        let searched = match self.searched.get() {
            Some(before) => before.after(connection, Documents::of(&index, &settings), &cards)?.into(),
            None => OnceLock::new(),
        };
        let (row, words, generation) = (row.clone(), self.words.clone(), next_generation());
        Ok(Arc::new(Shelf { settings, index, row, words, searched, generation }))
    }

    /// What of it can be searched.
    pub fn searched(&self) -> &Searched {
        self.searched.get_or_init(|| Searched::new(Documents::of(&self.index, &self.settings)))
    }
}

fn next_generation() -> u64 {
    static GENERATION: AtomicU64 = AtomicU64::new(0);
    GENERATION.fetch_add(1, Ordering::Relaxed)
}

fn settings(connection: &mut Conn, row: &SiteRow, server_url: &str) -> Result<Settings> {
    let written = store::settings(connection, row.id)?;
    let types = type_store::list(connection, row.id)?.into_iter();
    let types = types.map(|stored| (stored.content_type.key.clone(), stored.content_type)).collect();
    Ok(Settings {
        site: row.id,
        key: row.key.clone(),
        zone: row.zone.clone(),
        default_locale: row.default_locale.clone(),
        base_url: rules::base_url(&written, &row.default_locale, server_url),
        api: rules::api(&written, &row.default_locale),
        fields: rules::field_uses(&types),
        types,
    })
}

/// Those of some digests that are the site's files.
pub fn read_assets(connection: &mut Conn, site: SiteId, mut digests: Vec<Digest>) -> Result<Assets> {
    digests.sort_unstable();
    digests.dedup();
    let mut assets = Assets::new();
    for some in digests.chunks(ASSETS_PER_QUERY) {
        let mut derived = derive::store::shown(connection, site, some)?;
        let found = media::store::find_all(connection, site, some)?.into_iter();
        // Of a document the first page is shown on pages; its address leads to the document.
        assets.extend(found.map(|asset| {
            let derived = derived.remove(&asset.digest).filter(|_| asset.kind == media::Kind::Picture);
            (asset.digest, Shown { derived, asset })
        }));
    }
    Ok(assets)
}

fn read_cards(
    connection: &mut Conn,
    settings: &Settings,
    rows: Vec<LiveRow>,
    words: &mut Words,
) -> Result<Vec<Arc<Card>>> {
    let mut digests = Vec::new();
    let mut parsed = HashMap::with_capacity(rows.len());
    for row in &rows {
        let fields = rules::stored_card(row)?;
        if let Some(content_type) = settings.types.get(&row.type_key) {
            rules::placed(&content_type.fields, &fields, &mut digests);
        }
        parsed.insert(row.entry, fields);
    }
    let assets = read_assets(connection, settings.site, digests)?;
    let cards = rows.into_iter().map(|row| {
        let fields = parsed.remove(&row.entry).unwrap_or_default();
        Arc::new(rules::card(row, fields, settings, &assets, words))
    });
    Ok(cards.collect())
}
