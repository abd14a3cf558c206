//! All live cards of one site in memory, and the ways to find them. Pure: what changed is given.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use foldhash::fast::RandomState;

use super::model::{Accepts, Card, Compares, FieldUse, Key, Query, Scalar, Sort, Test};
use super::rules;
use crate::kernel::Timestamp;
use crate::kernel::id::{EntryId, GroupId};

/// A card's place in [`Index::cards`], newest first. Four bytes, because there are many lists of them.
type Place = u32;
type Postings = HashMap<Arc<str>, Vec<Place>, RandomState>;

/// Unchanging; a change makes a new one that shares the cards that stayed.
pub struct Index {
    cards: Vec<Arc<Card>>,
    fields: BTreeMap<String, FieldUse>,
    by_type: Postings,
    by_locale: Postings,
    by_category: Postings,
    by_tag: Postings,
    by_entry: Vec<Place>,
    by_group: Vec<Place>,
    by_address: Vec<Place>,
    /// Made when they are first asked for.
    columns: RwLock<HashMap<String, Arc<Vec<Scalar>>>>,
    orders: RwLock<HashMap<Sort, Arc<Vec<Place>>>>,
}

/// One page of a list.
pub struct Found {
    pub cards: Vec<Arc<Card>>,
    /// The sort value and id of the last card, when more follow.
    pub next: Option<(Scalar, EntryId)>,
}

impl Index {
    /// `fields` says how the fields of the cards compare.
    pub fn new(mut cards: Vec<Arc<Card>>, fields: BTreeMap<String, FieldUse>) -> Self {
        cards.sort_by(newest_first);
        let orders = [places(&cards), places(&cards), places(&cards)];
        Index::of(cards, fields, orders)
    }

    /// Of cards that are in order, and their places in about the orders of entry, group and address.
    fn of(cards: Vec<Arc<Card>>, fields: BTreeMap<String, FieldUse>, orders: [Vec<Place>; 3]) -> Self {
        // These sorts pass quickly over what is in order already, which is nearly all after a change.
        let [mut by_entry, mut by_group, mut by_address] = orders;
        by_entry.sort_by_key(|at| cards[*at as usize].entry);
        by_group.sort_by_key(|at| (cards[*at as usize].group, *at));
        by_address.sort_by(|one, other| address(&cards[*one as usize]).cmp(&address(&cards[*other as usize])));
        let mut index = Index {
            fields,
            by_type: Postings::default(),
            by_locale: Postings::default(),
            by_category: Postings::default(),
            by_tag: Postings::default(),
            by_entry,
            by_group,
            by_address,
            columns: RwLock::default(),
            orders: RwLock::default(),
            cards,
        };
        index.post();
        index
    }

    fn post(&mut self) {
        let (mut words, mut tags) = (Folds::new(folded), Folds::new(|tag| rules::tag_text(tag).into()));
        for (at, card) in (0..).zip(&self.cards) {
            post(&mut self.by_type, words.of(&card.type_key), at);
            post(&mut self.by_locale, words.of(&card.locale), at);
            if let Some(category) = &card.category {
                post(&mut self.by_category, words.of(category), at);
            }
            for tag in &card.tags {
                post(&mut self.by_tag, tags.of(tag), at);
            }
        }
        for postings in [&mut self.by_type, &mut self.by_locale, &mut self.by_category, &mut self.by_tag] {
            postings.values_mut().for_each(Vec::shrink_to_fit);
        }
    }

    /// The index after `changed` cards came or were replaced and `gone` entries went away.
    pub fn after(&self, changed: Vec<Arc<Card>>, gone: &[EntryId]) -> Self {
        let mut replaced: Vec<EntryId> = changed.iter().map(|card| card.entry).chain(gone.iter().copied()).collect();
        replaced.sort_unstable();
        let stayed: Vec<(Place, &Arc<Card>)> =
            (0..).zip(&self.cards).filter(|(_, card)| replaced.binary_search(&card.entry).is_err()).collect();
        let mut cards: Vec<Arc<Card>> = stayed.iter().map(|(_, card)| Arc::clone(card)).chain(changed).collect();
        cards.sort_by(newest_first);
        // Where the cards that stayed stand now; both are in the same order.
        let (mut moved, mut came): (Vec<Option<Place>>, Vec<Place>) = (vec![None; self.cards.len()], Vec::new());
        let mut stayed = stayed.into_iter().peekable();
        for (at, card) in (0..).zip(&cards) {
            match stayed.next_if(|(_, other)| Arc::ptr_eq(card, other)) {
                Some((stood, _)) => moved[stood as usize] = Some(at),
                None => came.push(at),
            }
        }
        let order = |before: &[Place]| {
            before.iter().filter_map(|at| moved[*at as usize]).chain(came.iter().copied()).collect::<Vec<_>>()
        };
        let orders = [order(&self.by_entry), order(&self.by_group), order(&self.by_address)];
        Index::of(cards, self.fields.clone(), orders)
    }

    /// All cards, newest first.
    pub fn cards(&self) -> &[Arc<Card>] {
        &self.cards
    }

    /// How a name in a request is understood; `None` when no type has such a field, or its values do
    /// not compare.
    pub fn key(&self, name: &str) -> Option<(Key, Compares)> {
        let key = match name {
            "id" => Key::Id,
            "type" => Key::Type,
            "locale" => Key::Locale,
            "slug" => Key::Slug,
            "title" => Key::Title,
            "category" => Key::Category,
            "tag" | "tags" => Key::Tag,
            "published_at" => return Some((Key::PublishedAt, Compares::Instant)),
            "updated_at" => return Some((Key::UpdatedAt, Compares::Instant)),
            field => {
                let known = self.fields.get(field)?;
                return (known.compares != Compares::Not).then(|| (Key::Field(field.into()), known.compares));
            }
        };
        Some((key, Compares::Text))
    }

    pub fn field(&self, name: &str) -> Option<FieldUse> {
        self.fields.get(name).copied()
    }

    pub fn find(&self, entry: EntryId) -> Option<&Arc<Card>> {
        let at = self.by_entry.binary_search_by_key(&entry, |at| self.card(*at).entry).ok()?;
        Some(self.card(self.by_entry[at]))
    }

    pub fn at_address(&self, type_key: &str, locale: &str, slug: &str) -> Option<&Arc<Card>> {
        let wanted = (type_key, locale, slug);
        let at = self.by_address.binary_search_by(|at| address(self.card(*at)).cmp(&wanted)).ok()?;
        Some(self.card(self.by_address[at]))
    }

    /// The translations of one another, newest first.
    pub fn group(&self, group: GroupId) -> impl Iterator<Item = &Arc<Card>> {
        let first = self.by_group.partition_point(|at| self.card(*at).group < group);
        self.by_group[first..].iter().map(|at| self.card(*at)).take_while(move |card| card.group == group)
    }

    /// One page of the cards that pass every test.
    pub fn page(&self, query: &Query) -> Found {
        let mut found = Vec::new();
        let columns = self.columns_of(&query.tests);
        let passes = |at: &Place| self.passes(*at, &query.tests, &columns);
        if query.sort == Sort::newest() {
            let places = self.narrowest(&query.tests);
            let start = query.after.as_ref().map_or(0, |after| self.newest_start(&places, after));
            found.extend(places.walk(start).filter(passes).take(query.limit + 1));
        } else {
            let order = self.order(&query.sort);
            let start = query.after.as_ref().map_or(0, |after| self.order_start(&order, &query.sort, after));
            found.extend(order[start..].iter().copied().filter(passes).take(query.limit + 1));
        }
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|at| (self.sort_value(&query.sort.key, *at), self.card(*at).entry));
        Found { cards: found.into_iter().map(|at| self.card(at).clone()).collect(), next }
    }

    /// How many cards pass every test.
    pub fn count(&self, tests: &[Test]) -> usize {
        let columns = self.columns_of(tests);
        self.narrowest(tests).walk(0).filter(|at| self.passes(*at, tests, &columns)).count()
    }

    fn card(&self, at: Place) -> &Arc<Card> {
        &self.cards[at as usize]
    }

    /// The shortest list that surely holds every card that passes.
    fn narrowest(&self, tests: &[Test]) -> Places<'_> {
        let lists = tests.iter().filter_map(|test| {
            let postings = match test.key {
                Key::Type => &self.by_type,
                Key::Locale => &self.by_locale,
                Key::Category => &self.by_category,
                Key::Tag => &self.by_tag,
                Key::Id | Key::Slug | Key::Title | Key::PublishedAt | Key::UpdatedAt | Key::Field(_) => return None,
            };
            let Accepts::AnyOf(spans) = &test.accepts else { return None };
            let [only] = spans.as_slice() else { return None };
            Some(postings.get(only.text()?).map_or(&[][..], Vec::as_slice))
        });
        let narrowest = lists.min_by_key(|list| list.len());
        narrowest.map_or(Places::All(self.by_entry.len()), Places::Listed)
    }

    fn newest_start(&self, places: &Places<'_>, after: &(Scalar, EntryId)) -> usize {
        let (Scalar::Instant(at), entry) = after else { return 0 };
        let seen = |card: &Card| (std::cmp::Reverse(card.published_at.micros()), card.entry);
        let last = (std::cmp::Reverse(*at), *entry);
        match places {
            Places::All(_) => self.cards.partition_point(|card| seen(card) <= last),
            Places::Listed(list) => list.partition_point(|at| seen(self.card(*at)) <= last),
        }
    }

    fn order_start(&self, order: &[Place], sort: &Sort, (value, entry): &(Scalar, EntryId)) -> usize {
        let column = self.sort_column(&sort.key);
        order.partition_point(|at| {
            let key = self.value(&sort.key, *at, column.as_deref());
            key.compare(value, sort.direction).then_with(|| self.card(*at).entry.cmp(entry)).is_le()
        })
    }

    /// Every card in an order, made once.
    fn order(&self, sort: &Sort) -> Arc<Vec<Place>> {
        if let Some(order) = self.orders.read().unwrap_or_else(PoisonError::into_inner).get(sort) {
            return order.clone();
        }
        let column = self.sort_column(&sort.key);
        let mut keyed: Vec<(Scalar, Place)> =
            places(&self.cards).into_iter().map(|at| (self.value(&sort.key, at, column.as_deref()), at)).collect();
        keyed.sort_by(|(a, at), (b, bt)| {
            a.compare(b, sort.direction).then_with(|| self.card(*at).entry.cmp(&self.card(*bt).entry))
        });
        let order = Arc::new(keyed.into_iter().map(|(_, at)| at).collect::<Vec<_>>());
        self.orders.write().unwrap_or_else(PoisonError::into_inner).insert(sort.clone(), order.clone());
        order
    }

    fn sort_column(&self, key: &Key) -> Option<Arc<Vec<Scalar>>> {
        match key {
            Key::Field(name) => Some(self.column(name)),
            Key::Id
            | Key::Type
            | Key::Locale
            | Key::Slug
            | Key::Title
            | Key::Category
            | Key::Tag
            | Key::PublishedAt
            | Key::UpdatedAt => None,
        }
    }

    fn sort_value(&self, key: &Key, at: Place) -> Scalar {
        self.value(key, at, self.sort_column(key).as_deref())
    }

    fn columns_of(&self, tests: &[Test]) -> Vec<Option<Arc<Vec<Scalar>>>> {
        tests.iter().map(|test| self.sort_column(&test.key)).collect()
    }

    /// The values of one field, card by card.
    fn column(&self, name: &str) -> Arc<Vec<Scalar>> {
        if let Some(column) = self.columns.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return column.clone();
        }
        let compares = self.fields.get(name).map_or(Compares::Not, |field| field.compares);
        let column: Arc<Vec<Scalar>> =
            Arc::new(self.cards.iter().map(|card| field_value(card, name, compares)).collect());
        self.columns.write().unwrap_or_else(PoisonError::into_inner).insert(name.into(), column.clone());
        column
    }

    fn passes(&self, at: Place, tests: &[Test], columns: &[Option<Arc<Vec<Scalar>>>]) -> bool {
        tests.iter().zip(columns).all(|(test, column)| match (&test.key, &test.accepts) {
            (Key::Tag, Accepts::NoneOf(spans)) => {
                !self.card(at).tags.iter().any(|tag| spans.iter().any(|span| span.holds(&tag_value(tag))))
            }
            (Key::Tag, accepts) => self.card(at).tags.iter().any(|tag| accepts.passes(&tag_value(tag))),
            (key, accepts) => match column {
                Some(column) => accepts.passes(&column[at as usize]),
                None => passes_core(self.card(at), key, accepts),
            },
        })
    }

    fn value(&self, key: &Key, at: Place, column: Option<&Vec<Scalar>>) -> Scalar {
        match column {
            Some(column) => column[at as usize].clone(),
            None => core_value(self.card(at), key),
        }
    }
}

/// Either every card or a list of some.
enum Places<'i> {
    All(usize),
    Listed(&'i [Place]),
}

impl Places<'_> {
    fn walk(&self, start: usize) -> Box<dyn Iterator<Item = Place> + '_> {
        match self {
            // A site's cards number far less than 2^32.
            Places::All(count) => Box::new((start..*count).map(|at| at as Place)),
            Places::Listed(list) => Box::new(list[start..].iter().copied()),
        }
    }
}

fn places(cards: &[Arc<Card>]) -> Vec<Place> {
    (0..).take(cards.len()).collect()
}

/// Notes a place once in the list of a word.
fn post(postings: &mut Postings, word: &Arc<str>, at: Place) {
    match postings.get_mut(word) {
        Some(places) if places.last() == Some(&at) => {}
        Some(places) => places.push(at),
        None => drop(postings.insert(word.clone(), vec![at])),
    }
}

/// Words as they are compared. A few stand on many cards, and each is folded once.
struct Folds {
    known: HashMap<Arc<str>, Arc<str>, RandomState>,
    fold: fn(&Arc<str>) -> Arc<str>,
}

impl Folds {
    fn new(fold: fn(&Arc<str>) -> Arc<str>) -> Self {
        Folds { known: HashMap::default(), fold }
    }

    fn of(&mut self, word: &Arc<str>) -> &Arc<str> {
        if !self.known.contains_key(word) {
            self.known.insert(word.clone(), (self.fold)(word));
        }
        &self.known[word]
    }
}

/// The order of the cards.
fn newest_first(one: &Arc<Card>, other: &Arc<Card>) -> std::cmp::Ordering {
    other.published_at.cmp(&one.published_at).then_with(|| one.entry.cmp(&other.entry))
}

fn address(card: &Card) -> (&str, &str, &str) {
    (&card.type_key, &card.locale, &card.slug)
}

/// In lower case, shared when it already is.
fn folded(text: &Arc<str>) -> Arc<str> {
    if text.chars().any(char::is_uppercase) { text.to_lowercase().into() } else { text.clone() }
}

fn tag_value(tag: &str) -> Scalar {
    Scalar::Text(rules::tag_text(tag).into())
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_lowercase().into())
}

/// The commonest tests without making a [`Scalar`].
fn passes_core(card: &Card, key: &Key, accepts: &Accepts) -> bool {
    let own: Option<&str> = match key {
        Key::Type => Some(&card.type_key),
        Key::Locale => Some(&card.locale),
        Key::Category => Some(card.category.as_deref().unwrap_or_default()),
        Key::Id | Key::Slug | Key::Title | Key::Tag | Key::PublishedAt | Key::UpdatedAt | Key::Field(_) => None,
    };
    if let (Some(own), Accepts::AnyOf(spans)) = (own, accepts)
        && let [only] = spans.as_slice()
        && let Some(wanted) = only.text()
    {
        return own.eq_ignore_ascii_case(wanted);
    }
    accepts.passes(&core_value(card, key))
}

fn core_value(card: &Card, key: &Key) -> Scalar {
    let instant = |at: Timestamp| Scalar::Instant(at.micros());
    match key {
        Key::Id => text(card.entry.as_str()),
        Key::Type => text(&card.type_key),
        Key::Locale => text(&card.locale),
        Key::Slug => text(&card.slug),
        Key::Title => text(&card.title),
        Key::Category => card.category.as_deref().map_or(Scalar::Missing, text),
        Key::PublishedAt => instant(card.published_at),
        Key::UpdatedAt => instant(card.updated_at),
        Key::Tag | Key::Field(_) => Scalar::Missing,
    }
}

/// A field's value, read out of the card's JSON. A value of another kind than the type now says is
/// as good as none.
fn field_value(card: &Card, name: &str, compares: Compares) -> Scalar {
    // Most cards are of types that lack the field: a look for its name spares them the parser.
    if !card.fields.contains(name) {
        return Scalar::Missing;
    }
    let Ok(fields) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&card.fields) else {
        return Scalar::Missing;
    };
    let value = fields.get(name).unwrap_or(&serde_json::Value::Null);
    let read = match compares {
        Compares::Text => value.as_str().map(text),
        Compares::Number => value.as_f64().map(Scalar::Number),
        Compares::Flag => value.as_bool().map(Scalar::Flag),
        Compares::Instant => {
            value.as_str().and_then(|text| Timestamp::parse(text).ok()).map(|at| Scalar::Instant(at.micros()))
        }
        Compares::Not => None,
    };
    read.unwrap_or(Scalar::Missing)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
