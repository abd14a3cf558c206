//! What was shown at two releases, by the list of what went live.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Cause, Change, ChangeCounts};
use crate::kernel::Digest;
use crate::kernel::id::EntryId;
use crate::publish::listing::Listing;

/// What a release shows: the state of the site at a number in the list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub sequence: i64,
    /// Set for a release that went back: it leaves out what was withdrawn by this number.
    pub without_hidden_by: Option<i64>,
}

impl Point {
    /// The last number that says anything of it.
    pub fn end(&self) -> i64 {
        self.without_hidden_by.unwrap_or(self.sequence).max(self.sequence)
    }
}

/// One change of what citizens saw of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub sequence: i64,
    pub shown: bool,
    pub digest: Digest,
}

/// The change by which the entry is shown at a point. `steps` in order.
fn shown(steps: &[Step], point: &Point) -> Option<Step> {
    let last = |by: i64| steps.iter().rev().find(|step| step.sequence <= by).copied().filter(|step| step.shown);
    let found = last(point.sequence)?;
    match point.without_hidden_by {
        Some(by) => last(by).map(|_| found),
        None => Some(found),
    }
}

/// How an entry differs, and the number of the change that made it so. What was hidden and shown again as it was does not.
fn difference(steps: &[Step], before: Option<&Point>, after: &Point) -> Option<(Change, i64)> {
    let was = before.and_then(|before| shown(steps, before));
    match (was, shown(steps, after)) {
        (None, Some(now)) => Some((Change::Added, now.sequence)),
        (Some(was), Some(now)) if was.digest != now.digest => Some((Change::Changed, now.sequence)),
        (Some(_), None) => {
            let hidden = steps.iter().rev().find(|step| step.sequence <= after.end() && !step.shown);
            // A release that went back shows less than stood there, and nobody hid it then.
            Some((Change::Removed, hidden.or(steps.first())?.sequence))
        }
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// An entry that differs, by the number of its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub sequence: i64,
    pub entry: EntryId,
    pub change: Change,
}

/// Every entry that differs between two releases, the newest change first. `steps`: of each entry that changed between
/// them, in order, with the last one before.
pub fn differences(steps: &BTreeMap<EntryId, Vec<Step>>, before: Option<&Point>, after: &Point) -> Vec<Found> {
    let found = |(entry, steps): (&EntryId, &Vec<Step>)| {
        difference(steps, before, after).map(|(change, sequence)| Found { sequence, entry: *entry, change })
    };
    let mut all: Vec<Found> = steps.iter().filter_map(found).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

/// What the content of a release names as its causes.
pub fn causes_of<'t>(types: impl Iterator<Item = &'t str>) -> BTreeSet<Cause> {
    let cause = |key: &str| match key {
        "menu" => Cause::Menu,
        "pengaturan" => Cause::Settings,
        "kategori" => Cause::Categories,
        "pengalihan" => Cause::Redirects,
        _ => Cause::Content,
    };
    types.map(cause).collect()
}

/// How many pages differ between the files of two releases.
pub fn pages(before: &Listing, after: &Listing) -> ChangeCounts {
    let pages = before.differences(after).filter(|(path, ..)| path.ends_with(".html"));
    pages.fold(ChangeCounts::default(), |counts, (_, was, is)| match (was, is) {
        (None, _) => counts.count(Change::Added),
        (Some(_), None) => counts.count(Change::Removed),
        (Some(_), Some(_)) => counts.count(Change::Changed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(sequence: i64) -> Point {
        Point { sequence, without_hidden_by: None }
    }

    fn steps(all: &[(i64, Option<&str>)]) -> Vec<Step> {
        let step = |(sequence, words): &(i64, Option<&str>)| Step {
            sequence: *sequence,
            shown: words.is_some(),
            digest: Digest::of(words.unwrap_or("gone")),
        };
        all.iter().map(step).collect()
    }

    #[test]
    fn an_entry_is_added_changed_and_removed_by_what_stood_at_two_releases() {
        let one = steps(&[(2, Some("a")), (5, Some("b")), (8, None), (9, Some("b"))]);
        assert_eq!(difference(&one, None, &at(3)), Some((Change::Added, 2)));
        assert_eq!(difference(&one, Some(&at(1)), &at(5)), Some((Change::Added, 5)));
        assert_eq!(difference(&one, Some(&at(2)), &at(7)), Some((Change::Changed, 5)));
        assert_eq!(difference(&one, Some(&at(5)), &at(8)), Some((Change::Removed, 8)));
        assert_eq!(difference(&one, Some(&at(5)), &at(9)), None, "as it was");
        assert_eq!(difference(&one, Some(&at(1)), &at(1)), None);
    }

    #[test]
    fn a_release_that_went_back_leaves_out_what_was_withdrawn_since() {
        let (changed, hidden) = (steps(&[(1, Some("a")), (5, Some("b"))]), steps(&[(1, Some("a")), (6, None)]));
        let back = Point { sequence: 2, without_hidden_by: Some(6) };
        assert_eq!(difference(&changed, Some(&at(6)), &back), Some((Change::Changed, 1)));
        assert_eq!(difference(&hidden, Some(&at(6)), &back), None);
        assert_eq!(difference(&hidden, Some(&at(5)), &back), Some((Change::Removed, 6)));
        let later = steps(&[(4, Some("a"))]);
        assert_eq!(difference(&later, Some(&at(6)), &back), Some((Change::Removed, 4)), "not there yet");
        assert_eq!(difference(&later, Some(&back), &at(6)), Some((Change::Added, 4)));
    }

    #[test]
    fn what_steers_a_site_is_a_cause_of_its_own() {
        let found = causes_of(["berita", "menu", "pengaturan", "berita"].into_iter());
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [Cause::Content, Cause::Menu, Cause::Settings]);
    }
}
