//! Counts that forget: how often something happened for a key since it first did, within a window.

use std::collections::HashMap;

use super::{Digest, Timestamp};

/// Counts by key. Bounded: when it is full, the keys that began earliest are forgotten.
#[derive(Debug)]
pub struct Tally {
    window_micros: i64,
    keys_max: usize,
    counts: HashMap<Digest, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    began: Timestamp,
    number: usize,
}

impl Tally {
    /// `window_micros`: a count starts anew that long after its first event.
    pub fn new(window_micros: i64, keys_max: usize) -> Self {
        Tally { window_micros, keys_max: keys_max.max(1), counts: HashMap::new() }
    }

    /// How often it happened in the window that is open now.
    pub fn number(&self, key: &Digest, now: Timestamp) -> usize {
        self.open(key, now).map_or(0, |count| count.number)
    }

    /// When the open window closes; `now` when none is open.
    pub fn forgets_at(&self, key: &Digest, now: Timestamp) -> Timestamp {
        self.open(key, now).map_or(now, |count| count.began.plus(self.window_micros))
    }

    pub fn add(&mut self, key: Digest, now: Timestamp) {
        let number = self.number(&key, now);
        if number == 0 {
            self.make_room(now);
            self.counts.insert(key, Count { began: now, number: 1 });
        } else if let Some(count) = self.counts.get_mut(&key) {
            count.number = number + 1;
        }
    }

    /// Undoes one [`Tally::add`].
    pub fn take_back(&mut self, key: &Digest) {
        if let Some(count) = self.counts.get_mut(key) {
            count.number = count.number.saturating_sub(1);
            if count.number == 0 {
                self.counts.remove(key);
            }
        }
    }

    pub fn forget(&mut self, key: &Digest) {
        self.counts.remove(key);
    }

    fn open(&self, key: &Digest, now: Timestamp) -> Option<&Count> {
        self.counts.get(key).filter(|count| now < count.began.plus(self.window_micros))
    }

    /// A quarter goes at once, so that a flood of new keys does not look at all of them each time.
    fn make_room(&mut self, now: Timestamp) {
        if self.counts.len() < self.keys_max {
            return;
        }
        let window = self.window_micros;
        self.counts.retain(|_, count| now < count.began.plus(window));
        if self.counts.len() < self.keys_max {
            return;
        }
        let mut began: Vec<Timestamp> = self.counts.values().map(|count| count.began).collect();
        began.sort_unstable();
        let earliest_kept = began[began.len() / 4];
        let mut surplus = self.counts.len() / 4 + 1;
        self.counts.retain(|_, count| {
            let goes = surplus > 0 && count.began <= earliest_kept;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::MINUTE;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * MINUTE)
    }

    #[test]
    fn a_count_starts_anew_when_its_window_has_closed() {
        let mut tally = Tally::new(15 * MINUTE, 10);
        let key = Digest::of("a");
        tally.add(key, at(0));
        tally.add(key, at(14));
        assert_eq!((tally.number(&key, at(14)), tally.forgets_at(&key, at(14))), (2, at(15)));
        assert_eq!(tally.number(&key, at(15)), 0);
        tally.add(key, at(16));
        assert_eq!((tally.number(&key, at(16)), tally.forgets_at(&key, at(16))), (1, at(31)));
        tally.take_back(&key);
        assert_eq!(tally.number(&key, at(16)), 0);
    }

    #[test]
    fn it_never_holds_more_keys_than_it_may_and_forgets_the_oldest() {
        let mut tally = Tally::new(15 * MINUTE, 8);
        let key = |number: i64| Digest::of(number.to_string());
        for number in 0..100 {
            tally.add(key(number), at(number / 20));
            assert!(tally.counts.len() <= 8);
        }
        assert_eq!(tally.number(&key(99), at(5)), 1);
        assert_eq!(tally.number(&key(0), at(5)), 0);
    }
}
