//! Where the index for searching is cut into a base and a small delta. Pure.
//!
//! The cut follows from the list of changes alone, never from what was built when: so a release that was made step by step holds the
//! same files as one that is made at once. A withdrawal begins a new base, so that no word of what was withdrawn stays in it.

use std::collections::HashSet;

use crate::kernel::id::EntryId;

/// So many changed entries stay beside the base however small the site is.
const DELTA_MIN: usize = 16;
/// One in so many entries: where more changed, the base is made anew.
const DELTA_SHARE: usize = 20;
/// What an edit writes anew must stay small on the largest site.
const DELTA_MAX: usize = 96;

/// A change of what is live.
#[derive(Debug, Clone)]
pub struct Change {
    pub sequence: i64,
    pub entry: EntryId,
    pub shown: bool,
}

/// Which entries are in the base as they are now: those that did not change since it began.
#[derive(Debug, Clone, Default)]
pub struct Cut {
    /// The base holds what was live at this sequence number.
    pub since: i64,
    /// Changes up to here were taken.
    pub until: i64,
    /// What was shown after `since`.
    pub changed: HashSet<EntryId>,
    live: HashSet<EntryId>,
}

impl Cut {
    /// Everything is in the base.
    pub fn at(sequence: i64) -> Cut {
        Cut { since: sequence, until: sequence, ..Cut::default() }
    }

    /// Takes the next change.
    pub fn take(&mut self, change: &Change) {
        self.until = change.sequence;
        if change.shown {
            self.live.insert(change.entry);
            self.changed.insert(change.entry);
        } else {
            self.live.remove(&change.entry);
        }
        if !change.shown || self.changed.len() > (self.live.len() / DELTA_SHARE).clamp(DELTA_MIN, DELTA_MAX) {
            self.since = change.sequence;
            self.changed.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn entry(number: u8) -> EntryId {
        EntryId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn cut(changes: &[(u8, bool)]) -> Cut {
        let mut cut = Cut::default();
        for (at, (number, shown)) in changes.iter().enumerate() {
            cut.take(&Change { sequence: at as i64 + 1, entry: entry(*number), shown: *shown });
        }
        cut
    }

    #[test]
    fn a_base_begins_when_too_much_changed() {
        let few: Vec<(u8, bool)> = (0..16).map(|number| (number, true)).collect();
        assert_eq!((cut(&few).since, cut(&few).changed.len()), (0, 16));
        let often: Vec<(u8, bool)> = (0..90).map(|turn| (turn % 3, true)).collect();
        assert_eq!((cut(&often).since, cut(&often).changed.len()), (0, 3));
        let many: Vec<(u8, bool)> = (0..17).map(|number| (number, true)).collect();
        assert_eq!((cut(&many).since, cut(&many).changed.len()), (17, 0));
    }

    #[test]
    fn a_withdrawal_begins_a_base() {
        let cut = cut(&[(1, true), (2, true), (1, false), (3, true)]);
        assert_eq!((cut.since, cut.changed.len()), (3, 1));
    }
}
