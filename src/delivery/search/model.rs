//! What is asked of a search, and what it answers.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::delivery::model::Card;
use crate::kernel::Timestamp;
use crate::kernel::id::EntryId;
use crate::search::Phrase;

/// A search, as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// As it was written.
    pub words: String,
    /// What the words may mean; empty when none of them says anything.
    pub groups: Vec<Vec<Phrase>>,
    pub locale: String,
    pub filters: Filters,
    /// From 1.
    pub page: usize,
    /// Results on a page.
    pub limit: usize,
}

/// What results are narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    pub type_key: Option<String>,
    pub year: Option<i64>,
    pub unit: Option<String>,
}

/// What was found, before it is written down.
#[derive(Debug, Clone)]
pub struct Found {
    pub asked: Asked,
    /// All results, on whatever page.
    pub total: usize,
    /// Those of the page that was asked for, with their summaries.
    pub shown: Vec<(Arc<Card>, String)>,
    pub counts: Counts,
}

impl Found {
    pub fn pages(&self) -> usize {
        self.total.div_ceil(self.asked.limit)
    }
}

/// An answer: the best results first, of equal ones the newest.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchResults {
    pub items: Vec<SearchResult>,
    /// All results, on whatever page.
    pub total: usize,
    pub page: usize,
    /// Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page: Option<usize>,
    /// How many results each value of a filter would leave, the other filters as they are.
    pub counts: Counts,
    /// What was looked for: one item for each word or known phrase.
    pub understood: Vec<Understood>,
}

/// A live entry that answers a search.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchResult {
    pub id: EntryId,
    pub r#type: String,
    pub slug: String,
    pub locale: String,
    pub title: String,
    /// Its own summary, or how it begins.
    pub summary: String,
    /// Absolute.
    pub url: Option<String>,
    pub published_at: Timestamp,
    /// The day of publication in the site's zone.
    pub date: String,
    /// The office that answers for it.
    pub unit: Option<Named>,
}

/// What a filter takes, with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NamedUnit)]
pub struct Named {
    pub key: String,
    pub title: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// By type, the most results first.
    pub r#type: Vec<Count>,
    /// By year, the newest first.
    pub year: Vec<Count>,
    /// By office, the most results first.
    pub unit: Vec<Count>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    pub key: String,
    pub title: String,
    pub count: usize,
}

/// A word or a known phrase of the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Understood {
    /// Its stems; a result holds all of them, or all of one that means the same.
    pub stems: Vec<String>,
    /// What else means the same and was looked for too.
    pub also: Vec<String>,
}
