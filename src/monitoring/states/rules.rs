//! From one look to the next: pure.

use super::model::{Belief, Last, Measurement, Outage, Outcome, Standing, State, Step, Word};
use crate::kernel::Timestamp;
use crate::kernel::time::SECOND;

/// A slot is moved by at most this share of the interval, so that no two websites meet for ever.
pub const JITTER_SHARE: i64 = 20;
/// Looks that must fail, the first among them: two confirm it.
pub const FAILURES_MIN: u8 = 3;
/// Between two looks that both count. One that comes sooner, because somebody asked for it, says nothing new.
pub const CONFIRM_SPAN_MIN: i64 = 20 * SECOND;
/// By then the next one begins.
pub const CONFIRM_SPAN_MAX: i64 = 30 * SECOND;

/// What is remembered after a look, and what is to be told. `quiet`: within a window of maintenance, where looks go on and nobody is told.
pub fn follow(before: &Standing, seen: &Measurement, quiet: bool) -> Step {
    let mut standing = before.clone();
    standing.blind = seen.outcome == Outcome::Unknown;
    let mut ended = None;
    match seen.outcome {
        Outcome::Unknown => {}
        Outcome::Maintenance => standing.last = Some(Last::Announced),
        Outcome::Good => {
            standing.last = Some(Last::Good);
            standing.flaps = standing.flaps.push(true);
            (standing.outage, ended) = after_good(standing.outage, seen.at);
        }
        Outcome::Bad => {
            standing.last = Some(Last::Bad);
            standing.flaps = standing.flaps.push(false);
            standing.outage = Some(after_bad(standing.outage, seen));
        }
    }
    standing.unstable = standing.flaps.is_unstable(standing.unstable);
    let word = if quiet { None } else { word(&standing) };
    standing.believed = word.map_or(standing.believed, believed_after);
    let again_soon = is_undecided(&standing);
    Step { standing, word, ended, again_soon }
}

/// The state, from what is remembered.
pub fn state(standing: &Standing, quiet: bool) -> State {
    if standing.blind {
        return State::Unknown;
    }
    if quiet {
        return State::Maintenance;
    }
    match (&standing.last, &standing.outage) {
        (None, _) => State::Unknown,
        _ if standing.unstable => State::Unstable,
        (_, Some(outage)) if outage.is_confirmed() => State::Down,
        (Some(Last::Announced), _) => State::Maintenance,
        (_, Some(_)) => State::Suspect,
        (_, None) => State::Ok,
    }
}

/// A hiccup is over with the first good look, an outage with the second; both end with the first.
fn after_good(outage: Option<Outage>, at: Timestamp) -> (Option<Outage>, Option<(Outage, Timestamp)>) {
    match outage {
        None => (None, None),
        Some(outage) if !outage.is_confirmed() => (None, None),
        Some(outage) => match outage.better_since {
            Some(since) => (None, Some((outage, since))),
            None => (Some(Outage { better_since: Some(at), ..outage }), None),
        },
    }
}

fn after_bad(outage: Option<Outage>, seen: &Measurement) -> Outage {
    let cause = seen.cause.clone().unwrap_or_default();
    let Some(outage) = outage else {
        return Outage {
            since: seen.at,
            confirmed_at: None,
            cause,
            better_since: None,
            counted_at: seen.at,
            failures: 1,
        };
    };
    let outage = Outage { better_since: None, ..outage };
    if outage.is_confirmed() || outage.counted_at.plus(CONFIRM_SPAN_MIN) > seen.at {
        return outage;
    }
    let failures = outage.failures.saturating_add(1);
    let confirmed_at = (failures >= FAILURES_MIN).then_some(seen.at);
    // What is told is the newest cause: a server that dies slowly says different things before.
    Outage { failures, confirmed_at, cause, counted_at: seen.at, ..outage }
}

/// What people must be told, because it is not what they believe. Nothing while it is not certain.
fn word(standing: &Standing) -> Option<Word> {
    if standing.blind || standing.last == Some(Last::Announced) {
        return None;
    }
    let outage = standing.outage.as_ref();
    let is_down = outage.is_some_and(Outage::is_confirmed);
    match (standing.believed, standing.unstable) {
        (Belief::Well | Belief::Down, true) => Some(Word::Unstable),
        (Belief::Unstable, true) => None,
        (Belief::Well | Belief::Unstable, false) if is_down => Some(Word::Down),
        (Belief::Down, false) if outage.is_none() => Some(Word::Up),
        (Belief::Unstable, false) if outage.is_none() => Some(Word::Settled),
        (Belief::Well | Belief::Down | Belief::Unstable, false) => None,
    }
}

fn believed_after(word: Word) -> Belief {
    match word {
        Word::Down => Belief::Down,
        Word::Unstable => Belief::Unstable,
        Word::Up | Word::Settled => Belief::Well,
    }
}

/// Whether the next look decides something: an outage that is not confirmed, or one that seems to be over.
fn is_undecided(standing: &Standing) -> bool {
    standing.outage.as_ref().is_some_and(|outage| !outage.is_confirmed() || outage.better_since.is_some())
}
