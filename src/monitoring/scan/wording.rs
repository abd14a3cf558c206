//! Does a text offer gambling, or does it tell of it? Nouns alone say neither: an offer has a game and a promise or a
//! call near it, and no police, no warning and no advice around.

use std::collections::HashMap;

use crate::threats::fold::{Folded, fold};
use crate::threats::words::{Class, Hit, hits};

use super::model::shortened;

/// Words over which game and promise may stand apart.
const OFFER_WORDS_MAX: usize = 40;
/// Words before and behind an offer in which one that speaks against it counts.
const AROUND_WORDS: usize = 30;

/// What speaks for and against an offer, in points.
const GAME_POINTS: f64 = 3.0;
const THING_POINTS: f64 = 1.5;
const OFFER_POINTS: f64 = 2.0;
const VERB_POINTS: f64 = 0.8;
const VERBS_MAX: usize = 6;
const AGAINST_POINTS: f64 = 1.8;
/// From what weight against it a text that calls upon nobody tells of offers.
const TOLD: f64 = 2.0;
/// The fewest points of an offer.
const POINTS_MIN: f64 = 2.0;
/// The weight of words that call upon the reader.
const CALL: u8 = 4;

/// A text with what the lists found in it.
pub struct Wording<'a> {
    text: &'a str,
    folded: Folded,
    hits: Vec<Hit>,
}

/// An offer in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The words of it, as they stand there.
    pub text: String,
    /// How much more speaks for it than against it.
    pub points: f64,
    /// Whether it is a row of names alone, without any promise.
    pub is_names: bool,
}

impl<'a> Wording<'a> {
    /// Folds a text and finds the words of the lists.
    pub fn of(text: &'a str) -> Self {
        let folded = fold(text);
        let hits = hits(&folded);
        Wording { text, folded, hits }
    }

    /// Whether it calls upon the reader: to register, to log in, to play.
    pub fn calls(&self) -> bool {
        let is_door = |word: &str| {
            matches!(
                word,
                "daftar"
                    | "login"
                    | "masuk"
                    | "main"
                    | "klik"
                    | "register"
                    | "disini"
                    | "sini"
                    | "ini"
                    | "join"
                    | "play"
                    | "link"
            )
        };
        self.hits.iter().any(|hit| hit.weight == CALL && hit.class != Class::Against)
            || self.folded.text.split(' ').take(8).any(is_door)
    }

    /// How much speaks against an offer in the whole text: different words, each once.
    pub fn against(&self) -> f64 {
        let mut seen = HashMap::new();
        for hit in &self.hits {
            if hit.class == Class::Against {
                seen.insert(hit.entry, hit.weight);
            }
        }
        seen.values().map(|weight| f64::from(*weight) / 2.0).sum()
    }

    /// Different games and other wares that the text names, and whether it promises anything.
    pub fn names(&self) -> (usize, bool) {
        let mut count = Count::default();
        self.hits.iter().for_each(|hit| count.add(hit, 1));
        (
            count.games + usize::from(count.things > 1 && count.civil == 0) + count.wares,
            count.offers + count.verbs + count.trades > 0,
        )
    }

    /// The strongest offer, when `around` speaks against it as much as that from outside the text.
    pub fn offer(&self, around: f64) -> Option<Offer> {
        let hits = &self.hits;
        let mut best: Option<(f64, usize, usize, bool)> = None;
        let (mut near, mut wide) = (Count::default(), Count::default());
        let (mut to, mut wide_from, mut wide_to) = (0, 0, 0);
        for from in 0..hits.len() {
            while to < hits.len() && hits[to].last < hits[from].word + OFFER_WORDS_MAX {
                near.add(&hits[to], 1);
                to += 1;
            }
            let end = hits[from].word + OFFER_WORDS_MAX + AROUND_WORDS;
            while wide_to < hits.len() && hits[wide_to].word < end {
                wide.add(&hits[wide_to], 1);
                wide_to += 1;
            }
            while wide_from < wide_to && hits[wide_from].last + AROUND_WORDS < hits[from].word {
                wide.add(&hits[wide_from], -1);
                wide_from += 1;
            }
            if let Some(points) = near.points(wide.civil) {
                let against = wide.against + around;
                // Who tells of offers quotes them; who makes them calls upon the reader.
                let is_told =
                    near.calls == 0 && against >= if near.offers > 0 || near.trades > 1 { TOLD } else { TOLD / 2.0 };
                let points = points - AGAINST_POINTS * against;
                if points >= POINTS_MIN && !is_told && best.is_none_or(|(most, _, _, _)| points > most) {
                    best = Some((points, from, to, near.offers + near.verbs + near.trades == 0));
                }
            }
            if from < to {
                near.add(&hits[from], -1);
            } else {
                to = from + 1;
            }
        }
        let (points, from, to, is_names) = best?;
        Some(Offer { text: self.quoted(hits[from].word, hits[to.max(from + 1) - 1].last), points, is_names })
    }

    fn quoted(&self, from: usize, last: usize) -> String {
        let words = &self.folded.words;
        let start = words.get(from).map_or(0, |(_, origin)| *origin);
        let end = words.get(last + 1).map_or(self.text.len(), |(_, origin)| *origin).max(start);
        shortened(&self.text[start..end])
    }
}

/// Different words of each class in a window.
#[derive(Default)]
struct Count {
    seen: HashMap<(usize, u8), i32>,
    games: usize,
    things: usize,
    solid: usize,
    offers: usize,
    verbs: usize,
    wares: usize,
    trades: usize,
    civil: usize,
    calls: usize,
    against: f64,
}

impl Count {
    fn add(&mut self, hit: &Hit, by: i32) {
        let group = u8::from(hit.class == Class::Against);
        let seen = self.seen.entry((hit.entry, group)).or_insert(0);
        *seen += by;
        let is_change = by > 0 && *seen == 1 || by < 0 && *seen == 0;
        if *seen == 0 {
            self.seen.remove(&(hit.entry, group));
        }
        if !is_change {
            return;
        }
        if hit.weight == CALL && !matches!(hit.class, Class::Against) {
            self.calls = self.calls.saturating_add_signed(by as isize);
        }
        let step = |count: &mut usize| *count = count.saturating_add_signed(by as isize);
        match hit.class {
            Class::Game => step(&mut self.games),
            Class::Thing => {
                step(&mut self.things);
                if hit.weight > 1 {
                    step(&mut self.solid);
                }
            }
            Class::Offer => {
                step(&mut self.offers);
                // An offer that nobody but a house of gambling makes names the game as well.
                if hit.weight == 1 {
                    step(&mut self.things);
                    step(&mut self.solid);
                }
            }
            Class::Verb => step(&mut self.verbs),
            Class::Ware => step(&mut self.wares),
            Class::Trade => step(&mut self.trades),
            Class::Civil => step(&mut self.civil),
            Class::Against => self.against += f64::from(hit.weight) / 2.0 * f64::from(by),
        }
    }

    /// The points of an offer, if there is one; `civil` words around give nouns their civil meaning back.
    fn points(&self, civil: usize) -> Option<f64> {
        let things = self.things.saturating_sub(civil);
        let (games, offers, verbs) = (self.games, self.offers, self.verbs.min(VERBS_MAX));
        let is_game = games > 0 && (offers > 0 || verbs > 1 || games + things > 1 && verbs > 0) || games > 1;
        let is_thing = things > 0 && offers > 0 && (offers + verbs + things > 2)
            || things > 1 && offers + verbs > 1
            || things > 2 && verbs > 0
            || things > 1 && self.solid > 0 && civil == 0 && offers + verbs > 0
            || self.solid > 0 && civil == 0 && verbs > 2 && self.calls > 0;
        let is_ware = self.wares > 0 && (self.trades > 1 || self.wares > 1 && self.trades > 0 || self.wares > 3);
        if is_ware && !is_game {
            return Some(GAME_POINTS * self.wares as f64 + OFFER_POINTS * self.trades.min(4) as f64);
        }
        (is_game || is_thing).then_some(
            GAME_POINTS * games as f64
                + THING_POINTS * things as f64
                + OFFER_POINTS * offers as f64
                + VERB_POINTS * verbs as f64,
        )
    }
}
