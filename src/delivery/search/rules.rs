//! How postings become results: which entries answer, in which order, and how many there are of each kind. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::model::{Count, Counts, Filters, Named, Understood};
use crate::content::findable::store;
use crate::content::model::ContentType;
use crate::delivery::index::Index;
use crate::delivery::model::{Card, Settings, Unit};
use crate::kernel::time;
use crate::search::{Phrase, written};

/// What a stem weighs by its class, as the script of a published site has it.
const WEIGHTS: [f64; 4] = [1.0, 1.5, 2.5, 6.0];
/// What a synonym counts beside the word itself.
const SYNONYM_SHARE: f64 = 0.9;

/// A place in [`Documents`].
type At = u32;
/// Where a stem stands, each place once.
pub type Postings = Vec<Place>;

/// A place with the weight class that a stem has there, in the two lowest bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(u32);

impl Place {
    pub fn new(at: usize, class: u8) -> Self {
        // No site has a thousand million entries.
        Place((at as u32) << 2 | u32::from(class.min(3)))
    }

    fn at(self) -> usize {
        (self.0 >> 2) as usize
    }

    fn class(self) -> u8 {
        (self.0 & 3) as u8
    }

    fn weight(self) -> f64 {
        WEIGHTS[usize::from(self.class())]
    }
}

/// What leads from the places of an earlier state to those of a later one.
pub struct Moved(Vec<Option<usize>>);

impl Moved {
    /// What is left of postings of the earlier state.
    pub fn postings(&self, before: &Postings) -> Postings {
        before.iter().filter_map(|place| Some(Place::new(self.0[place.at()]?, place.class()))).collect()
    }
}

/// What is asked of [`Documents`].
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'q> {
    pub locale: &'q str,
    pub filters: &'q Filters,
    pub groups: &'q [Vec<Phrase>],
    /// So many of the best are put in order.
    pub best: usize,
}

/// What answers.
#[derive(Debug, Default)]
pub struct Answering {
    /// Places of the best cards, in their order.
    pub cards: Vec<usize>,
    /// All that answer.
    pub total: usize,
    /// How many there would be by other filters.
    pub counts: Counts,
}

/// The entries of a site that can be found: those that have a page.
#[derive(Debug, Default)]
pub struct Documents {
    /// By their numbers.
    all: Vec<Document>,
    locales: BTreeMap<Arc<str>, (u16, usize)>,
    types: Vec<Arc<str>>,
    units: Vec<Unit>,
}

#[derive(Debug)]
struct Document {
    number: i64,
    /// Its place among the cards, the newest first.
    card: u32,
    locale: u16,
    type_key: u16,
    year: i64,
    unit: Option<u16>,
}

impl Documents {
    pub fn of(index: &Index, settings: &Settings) -> Self {
        // A site without a zone shows days in UTC.
        let zone = time::zone(&settings.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let mut documents = Documents::default();
        let (mut types, mut units) = (Seen::default(), Seen::default());
        let has_page = |card: &Card| settings.types.get(&*card.type_key).is_some_and(|of| of.pages);
        for (at, card) in (0..).zip(index.cards()).filter(|(_, card)| card.number > 0 && has_page(card)) {
            if !documents.locales.contains_key(&card.locale) {
                let next = place_of(documents.locales.len());
                documents.locales.insert(card.locale.clone(), (next, 0));
            }
            let Some((locale, count)) = documents.locales.get_mut(&card.locale) else { continue };
            *count += 1;
            let locale = *locale;
            let type_key = seen(&mut types, &card.type_key, || documents.types.push(card.type_key.clone()));
            let unit =
                card.unit.as_ref().map(|unit| seen(&mut units, &unit.key, || documents.units.push(unit.clone())));
            let year = card.year.unwrap_or_else(|| i64::from(card.published_at.in_zone(&zone).year()));
            documents.all.push(Document { number: card.number, card: at, locale, type_key, year, unit });
        }
        documents.all.sort_unstable_by_key(|document| document.number);
        documents
    }

    /// Whether there is any document of a language.
    pub fn has(&self, locale: &str) -> bool {
        self.locales.contains_key(locale)
    }

    /// The documents of a language that some numbers name; numbers of others are passed over. As both are in order, one look
    /// through the documents serves for a class.
    pub fn places(&self, locale: &str, postings: &store::Postings) -> Postings {
        let Some((locale, _)) = self.locales.get(locale) else { return Postings::new() };
        let mut places = Postings::with_capacity(postings.iter().map(Vec::len).sum());
        for (class, numbers) in (0..).zip(postings) {
            let mut at = 0;
            for number in numbers {
                while self.all.get(at).is_some_and(|document| document.number < *number) {
                    at += 1;
                }
                if self.all.get(at).is_some_and(|found| found.number == *number && found.locale == *locale) {
                    places.push(Place::new(at, class));
                }
            }
        }
        places
    }

    /// Where the documents of an earlier state stand now, by their places there: those that are gone or have changed since,
    /// which `changed` numbers name, stand nowhere.
    pub fn moved(&self, before: &Documents, changed: &BTreeSet<i64>) -> Moved {
        let place = |document: &Document| self.find(document.number).filter(|_| !changed.contains(&document.number));
        Moved(before.all.iter().map(place).collect())
    }

    fn find(&self, number: i64) -> Option<usize> {
        self.all.binary_search_by_key(&number, |document| document.number).ok()
    }

    /// Where the document of a number stands, and its language.
    pub fn at(&self, number: i64) -> Option<(usize, &str)> {
        let at = self.find(number)?;
        let locale = self.locales.iter().find(|(_, (locale, _))| *locale == self.all[at].locale)?;
        Some((at, locale.0))
    }

    /// What holds all stems of one alternative for every group, with its score, in no order of worth. The same sums in the
    /// same order as the script of a published site.
    fn scored(&self, wanted: &Wanted, postings: &HashMap<String, Arc<Postings>>) -> Vec<(f32, At)> {
        let total = self.locales.get(wanted.locale).map_or(0, |(_, count)| *count) + 1;
        let (mut scores, mut hits) = (vec![0_f32; self.all.len()], vec![0_u16; self.all.len()]);
        for group in wanted.groups {
            for (at, best) in self.best(group, postings, total).into_iter().enumerate().filter(|(_, best)| *best > 0.0)
            {
                hits[at] += 1;
                scores[at] = added(scores[at], f64::from(best));
            }
        }
        let found = (0..).zip(&hits).filter(|(_, hits)| usize::from(**hits) == wanted.groups.len());
        found.map(|(at, _)| (scores[at as usize], at)).collect()
    }

    /// What the best alternative of a group gives each document; nothing where none is whole.
    fn best(&self, group: &[Phrase], postings: &HashMap<String, Arc<Postings>>, total: usize) -> Vec<f32> {
        let mut best = vec![0_f32; self.all.len()];
        let (mut sums, mut held) = (vec![0_f32; self.all.len()], vec![0_u16; self.all.len()]);
        for (place, phrase) in group.iter().enumerate() {
            let share = if place == 0 { 1.0 } else { SYNONYM_SHARE };
            let better = |best: &mut f32, sum: f32| *best = best.max((f64::from(sum) * share) as f32);
            let of = |stem: &String| {
                let list = postings.get(stem).map_or(&[][..], |list| list.as_slice());
                (list, (1.0 + total as f64 / list.len().max(1) as f64).ln())
            };
            if let [stem] = phrase.as_slice() {
                let (list, rare) = of(stem);
                for at in list {
                    better(&mut best[at.at()], added(0.0, at.weight() * rare));
                }
                continue;
            }
            sums.fill(0.0);
            held.fill(0);
            for (list, rare) in phrase.iter().map(of) {
                for at in list {
                    held[at.at()] += 1;
                    sums[at.at()] = added(sums[at.at()], at.weight() * rare);
                }
            }
            for (at, _) in held.iter().enumerate().filter(|(_, held)| usize::from(**held) == phrase.len()) {
                better(&mut best[at], sums[at]);
            }
        }
        best
    }

    /// What answers, the best first, of equal ones the newest.
    pub fn search(
        &self,
        wanted: &Wanted,
        postings: &HashMap<String, Arc<Postings>>,
        name: &dyn Fn(&str) -> String,
    ) -> Answering {
        if wanted.groups.is_empty() {
            return Answering::default();
        }
        let filters = wanted.filters;
        let (mut types, mut units) = (vec![0_usize; self.types.len()], vec![0_usize; self.units.len()]);
        let mut years = BTreeMap::new();
        let mut found = self.scored(wanted, postings);
        found.retain(|(_, at)| {
            let document = &self.all[*at as usize];
            let of_unit = document.unit.map(|unit| &self.units[usize::from(unit)]);
            let of_type =
                filters.type_key.as_deref().is_none_or(|key| key == &*self.types[usize::from(document.type_key)]);
            let of_year = filters.year.is_none_or(|year| year == document.year);
            let by_unit = filters.unit.as_deref().is_none_or(|key| of_unit.is_some_and(|unit| key == &*unit.key));
            if of_year && by_unit {
                types[usize::from(document.type_key)] += 1;
            }
            if of_type && by_unit {
                *years.entry(document.year).or_insert(0_usize) += 1;
            }
            if let Some(unit) = document.unit.filter(|_| of_type && of_year) {
                units[usize::from(unit)] += 1;
            }
            of_type && of_year && by_unit
        });
        let of_type = |(key, count): (&Arc<str>, usize)| Count { key: key.to_string(), title: name(key), count };
        let of_unit = |(unit, count): (&Unit, usize)| {
            let (key, title) = (unit.key.to_string(), unit.title.to_string());
            Count { key, title, count }
        };
        let of_year = |(year, count): (i64, usize)| Count { key: year.to_string(), title: year.to_string(), count };
        let counts = Counts {
            r#type: most_first(self.types.iter().zip(types).map(of_type).collect()),
            year: years.into_iter().rev().map(of_year).collect(),
            unit: most_first(self.units.iter().zip(units).map(of_unit).collect()),
        };
        let total = found.len();
        Answering { cards: self.first(found, wanted.best), total, counts }
    }

    /// The cards of the so many best: only these are worth putting in order.
    fn first(&self, mut found: Vec<(f32, At)>, so_many: usize) -> Vec<usize> {
        let card = |at: At| self.all[at as usize].card;
        let by_worth = |(score, at): &(f32, At), (other_score, other): &(f32, At)| {
            other_score.total_cmp(score).then_with(|| card(*at).cmp(&card(*other)))
        };
        if found.len() > so_many {
            found.select_nth_unstable_by(so_many, by_worth);
            found.truncate(so_many);
        }
        found.sort_unstable_by(by_worth);
        found.into_iter().map(|(_, at)| card(at) as usize).collect()
    }
}

/// Places of keys, in the order in which they were seen first.
type Seen = HashMap<Arc<str>, u16, RandomState>;

/// The place of a key; `on_new` is called when it was not seen before.
fn seen(known: &mut Seen, key: &Arc<str>, on_new: impl FnOnce()) -> u16 {
    if let Some(place) = known.get(key) {
        return *place;
    }
    on_new();
    let place = place_of(known.len());
    known.insert(key.clone(), place);
    place
}

/// A site has far fewer types and offices than 2^16; what is beyond shares the last place.
fn place_of(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// A sum as the script has it: kept in 32 bits, reckoned in 64.
fn added(sum: f32, more: f64) -> f32 {
    (f64::from(sum) + more) as f32
}

fn most_first(mut counts: Vec<Count>) -> Vec<Count> {
    counts.retain(|count| count.count > 0);
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.title.cmp(&other.title)));
    counts
}

/// The name of a type in a language.
pub fn type_title(types: &BTreeMap<String, Arc<ContentType>>, key: &str, locale: &str) -> String {
    let title = types.get(key).map(|of| if locale.starts_with("en") { &of.title.en } else { &of.title.id });
    title.map_or(key, String::as_str).to_owned()
}

/// The office of a card.
pub fn unit(card: &Card) -> Option<Named> {
    card.unit.as_ref().map(|unit| Named { key: unit.key.to_string(), title: unit.title.to_string() })
}

/// What the groups of a query stand for.
pub fn understood(groups: &[Vec<Phrase>]) -> Vec<Understood> {
    let said = |phrase: &Phrase| written(phrase).map_or_else(|| phrase.join(" "), str::to_owned);
    let one = |group: &Vec<Phrase>| {
        let (own, others) = group.split_first()?;
        Some(Understood { stems: own.clone(), also: others.iter().map(said).collect() })
    };
    groups.iter().filter_map(one).collect()
}
