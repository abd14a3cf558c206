//! What the public API shows: sites, cards, and the values that filters and sorting compare.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use crate::content::model::ContentType;
use crate::kernel::id::{EntryId, GroupId, SiteId};
use crate::kernel::{Digest, Locale, Origin, Timestamp};
use crate::media::Asset;
use crate::media::derive::Derived;

/// What a site's answers depend on beside its entries. When it changes, every card is made anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub site: SiteId,
    pub key: String,
    pub zone: String,
    pub default_locale: Locale,
    /// `https://portal.example`, without a slash at its end: absolute addresses begin with it.
    pub base_url: String,
    /// Where its forms lead for searching, if its own host cannot answer.
    pub api: Option<Origin>,
    /// The content types in force, by key.
    pub types: BTreeMap<String, Arc<ContentType>>,
    /// Every field of them, and how its values compare.
    pub fields: BTreeMap<String, FieldUse>,
}

/// How the fields of one name take part in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldUse {
    /// Whether every card holds its own. What a card does not hold is read from the revision.
    pub on_card: bool,
    pub compares: Compares,
}

/// What a field's values are compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compares {
    Text,
    Number,
    Flag,
    Instant,
    /// Pictures, components and the like: neither filtered by nor sorted by.
    Not,
}

/// What a list shows of one live entry; at most about a kilobyte, because all of them stay in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub entry: EntryId,
    pub group: GroupId,
    pub type_key: Arc<str>,
    pub locale: Arc<str>,
    pub slug: Box<str>,
    pub title: Box<str>,
    pub category: Option<Arc<str>>,
    pub tags: Box<[Arc<str>]>,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
    pub revision: i32,
    /// The card's fields as the JSON object that goes over the wire, assets resolved.
    pub fields: Box<str>,
    /// By which its words are found; 0 when there are none yet.
    pub number: i64,
    /// The year that it names as its own.
    pub year: Option<i64>,
    pub unit: Option<Unit>,
}

/// An office that answers for entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// As filters name it.
    pub key: Arc<str>,
    pub title: Arc<str>,
}

/// A value as it is compared. Values of different kinds never meet in one column, except that any
/// may be missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    Flag(bool),
    Number(f64),
    /// Microseconds since 1970, UTC.
    Instant(i64),
    /// In lower case: text is compared without regard to case.
    Text(Box<str>),
    /// Sorts behind everything, whichever way the list runs.
    Missing,
}

impl Scalar {
    fn rank(&self) -> u8 {
        match self {
            Scalar::Flag(_) => 0,
            Scalar::Number(_) => 1,
            Scalar::Instant(_) => 2,
            Scalar::Text(_) => 3,
            Scalar::Missing => 4,
        }
    }

    /// The order of two values; what is missing comes last in both directions.
    pub fn compare(&self, other: &Scalar, direction: Direction) -> Ordering {
        let order = match (self, other) {
            (Scalar::Flag(a), Scalar::Flag(b)) => a.cmp(b),
            (Scalar::Number(a), Scalar::Number(b)) => a.total_cmp(b),
            (Scalar::Instant(a), Scalar::Instant(b)) => a.cmp(b),
            (Scalar::Text(a), Scalar::Text(b)) => a.cmp(b),
            (a, b) => return a.rank().cmp(&b.rank()),
        };
        match direction {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    Ascending,
    Descending,
}

/// What a list is sorted by: a name of [`Key`] and a direction. Ties are broken by id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sort {
    pub key: Key,
    pub direction: Direction,
}

impl Sort {
    /// Newest first.
    pub fn newest() -> Self {
        Sort { key: Key::PublishedAt, direction: Direction::Descending }
    }

    /// As it is written in a request: `-published_at`.
    pub fn name(&self) -> String {
        let sign = match self.direction {
            Direction::Ascending => "",
            Direction::Descending => "-",
        };
        format!("{sign}{}", self.key.name())
    }
}

/// What can be compared about a card.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Id,
    Type,
    Locale,
    Slug,
    Title,
    Category,
    /// Holds when any tag holds; no list is sorted by it.
    Tag,
    PublishedAt,
    UpdatedAt,
    /// A field of the card.
    Field(String),
}

impl Key {
    pub fn name(&self) -> &str {
        match self {
            Key::Id => "id",
            Key::Type => "type",
            Key::Locale => "locale",
            Key::Slug => "slug",
            Key::Title => "title",
            Key::Category => "category",
            Key::Tag => "tag",
            Key::PublishedAt => "published_at",
            Key::UpdatedAt => "updated_at",
            Key::Field(name) => name,
        }
    }
}

/// One filter, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub key: Key,
    pub accepts: Accepts,
}

/// Which values a filter lets through. What is missing passes only what it cannot be equal to.
#[derive(Debug, Clone, PartialEq)]
pub enum Accepts {
    AnyOf(Vec<Span>),
    NoneOf(Vec<Span>),
    /// Text that begins so.
    Prefix(Box<str>),
}

/// Values between two bounds: one value, a day of instants, everything below.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub from: Bound<Scalar>,
    pub to: Bound<Scalar>,
}

impl Span {
    /// Exactly one value.
    pub fn one(value: Scalar) -> Self {
        Span { from: Bound::Included(value.clone()), to: Bound::Included(value) }
    }

    pub fn holds(&self, value: &Scalar) -> bool {
        let order = |bound: &Scalar| (bound.rank() == value.rank()).then(|| value.compare(bound, Direction::Ascending));
        let above = match &self.from {
            Bound::Included(bound) => order(bound).is_some_and(Ordering::is_ge),
            Bound::Excluded(bound) => order(bound).is_some_and(Ordering::is_gt),
            Bound::Unbounded => true,
        };
        let below = match &self.to {
            Bound::Included(bound) => order(bound).is_some_and(Ordering::is_le),
            Bound::Excluded(bound) => order(bound).is_some_and(Ordering::is_lt),
            Bound::Unbounded => true,
        };
        above && below
    }

    /// The text, when the span is one text and nothing else.
    pub fn text(&self) -> Option<&str> {
        match (&self.from, &self.to) {
            (Bound::Included(Scalar::Text(from)), Bound::Included(Scalar::Text(to))) if from == to => Some(from),
            _ => None,
        }
    }
}

impl Accepts {
    pub fn passes(&self, value: &Scalar) -> bool {
        match self {
            Accepts::AnyOf(spans) => spans.iter().any(|span| span.holds(value)),
            Accepts::NoneOf(spans) => !spans.iter().any(|span| span.holds(value)),
            Accepts::Prefix(prefix) => matches!(value, Scalar::Text(text) if text.starts_with(&**prefix)),
        }
    }
}

/// Which cards, in which order, from where.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub tests: Vec<Test>,
    pub sort: Sort,
    /// The last card of the page before: its sort value and id.
    pub after: Option<(Scalar, EntryId)>,
    pub limit: usize,
}

/// What the model reads of a site's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    pub id: SiteId,
    pub key: String,
    pub zone: String,
    pub default_locale: Locale,
    pub live_sequence: i64,
    /// See `content::findable`.
    pub stems_version: i64,
    pub version: i32,
}

/// A live entry as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRow {
    pub entry: EntryId,
    pub site: SiteId,
    pub group: GroupId,
    pub type_key: String,
    pub locale: String,
    pub slug: String,
    pub revision: i32,
    /// JSON: the fields of the card.
    pub card: String,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
    pub sequence: i64,
    /// By which its words are found.
    pub number: Option<i64>,
}

/// One change of what citizens see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub sequence: i64,
    pub entry: EntryId,
    pub type_key: String,
}

/// A file of a site, and what is published instead of it if it is a picture.
#[derive(Debug, Clone)]
pub struct Shown {
    pub asset: Asset,
    /// `None` until it is ready.
    pub derived: Option<Derived>,
}

/// A site's files by digest: those that were asked for and exist.
pub type Assets = HashMap<Digest, Shown>;
