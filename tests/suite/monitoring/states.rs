//! From single looks to what people are told.

use std::net::IpAddr;

use lamin::kernel::Timestamp;
use lamin::kernel::id::MonitorId;
use lamin::kernel::time::{HOUR, MINUTE, SECOND};
use lamin::monitoring::states::flaps::Flaps;
use lamin::monitoring::states::grouping::{self, Fall, GATHER_SPAN, Kind, REMIND_SPAN, Telling, Told, Trait, place};
use lamin::monitoring::states::line::{KNOWN_SPAN, Line};
use lamin::monitoring::states::model::{Measurement, Outage, Outcome, Standing, State, Word};
use lamin::monitoring::states::rules::{CONFIRM_SPAN_MIN, follow, state};
use lamin::monitoring::states::windows::{self, Extent, Span};
use proptest::prelude::*;

const START: Timestamp = Timestamp::from_micros(1_800_000_000 * SECOND);

fn seen(outcome: Outcome, at: i64) -> Measurement {
    let cause = (outcome == Outcome::Bad).then(|| "refused".to_owned());
    Measurement { at: START.plus(at * SECOND), outcome, cause, address: None }
}

type Run = (Standing, Vec<(i64, Word)>, Vec<(Outage, Timestamp)>);

/// Looks by their letters, each so many seconds after the one before: good, bad, unknown, maintenance; a capital is one within
/// a window. The standing after them, and each word with the second in which it was said.
fn after(looks: &str, every: i64) -> Run {
    let (mut standing, mut words, mut ended) = (Standing::default(), Vec::new(), Vec::new());
    for (number, letter) in (0..).zip(looks.chars()) {
        let outcome = match letter.to_ascii_lowercase() {
            'g' => Outcome::Good,
            'b' => Outcome::Bad,
            'm' => Outcome::Maintenance,
            _ => Outcome::Unknown,
        };
        let step = follow(&standing, &seen(outcome, number * every), letter.is_ascii_uppercase());
        words.extend(step.word.map(|word| (number * every, word)));
        ended.extend(step.ended);
        standing = step.standing;
    }
    (standing, words, ended)
}

fn words(looks: &str, every: i64) -> Vec<(i64, Word)> {
    after(looks, every).1
}

fn state_after(looks: &str) -> State {
    let quiet = looks.ends_with(|letter: char| letter.is_ascii_uppercase());
    state(&after(looks, 25).0, quiet)
}

#[test]
fn a_site_is_down_after_two_confirmations_and_up_after_two_good_looks() {
    assert_eq!(words("gbb", 25), []);
    assert_eq!(words("gbbbbb", 25), [(75, Word::Down)]);
    assert_eq!(words("gbbbg", 25), [(75, Word::Down)]);
    let (_, words, ended) = after("gbbbbgg", 25);
    assert_eq!(words, [(75, Word::Down), (150, Word::Up)]);
    assert_eq!((ended[0].0.since, ended[0].1), (START.plus(25 * SECOND), START.plus(125 * SECOND)));
    assert_eq!(self::words("gbbbbgbgg", 25), [(75, Word::Down), (200, Word::Up)], "one good look is not enough");
}

#[test]
fn looks_that_follow_too_closely_confirm_nothing() {
    assert_eq!(words("gbbbbbb", 7), [(6 * 7 + 7, Word::Down)].into_iter().filter(|_| false).collect::<Vec<_>>());
    assert_eq!(words("gbbbbbbb", 7), [(49, Word::Down)]);
}

#[test]
fn a_state_is_read_from_what_is_remembered() {
    let states = ["", "g", "gb", "gbbb", "gbbbg", "gu", "gbbbu", "gm", "G", "gbbbB", "gbgbgbg"].map(state_after);
    let down = State::Down;
    assert_eq!(
        states,
        [
            State::Unknown,
            State::Ok,
            State::Suspect,
            down,
            down,
            State::Unknown,
            State::Unknown,
            State::Maintenance,
            State::Maintenance,
            State::Maintenance,
            State::Unstable
        ]
    );
}

#[test]
fn what_cannot_be_told_changes_nothing_that_is_known() {
    assert_eq!(words("guuuuuug", 25), []);
    assert_eq!(words("gbubub", 25), [(125, Word::Down)]);
    assert_eq!(words("gbbbuuguug", 25), [(75, Word::Down), (225, Word::Up)]);
}

#[test]
fn a_site_that_comes_and_goes_is_unstable_once_and_nothing_else() {
    let flapping = words(&"gb".repeat(30), 60);
    assert_eq!(flapping, [(6 * 60, Word::Unstable)]);
    let settled = words(&format!("{}{}", "gb".repeat(10), "g".repeat(30)), 60);
    assert_eq!(settled.iter().map(|(_, word)| *word).collect::<Vec<_>>(), [Word::Unstable, Word::Settled]);
    let gone = words(&format!("{}{}", "gb".repeat(10), "b".repeat(30)), 60);
    assert_eq!(gone.iter().map(|(_, word)| *word).collect::<Vec<_>>(), [Word::Unstable, Word::Down]);
}

#[test]
fn in_a_window_nobody_is_told_and_what_was_told_before_is_not_told_again() {
    assert_eq!(words("gBBBBGG", 25), [], "it began and ended within");
    assert_eq!(words("gBBBBb", 25), [(125, Word::Down)], "it is still down afterwards");
    assert_eq!(words("gbbbBBBBbbb", 25), [(75, Word::Down)], "it was down before");
    assert_eq!(
        words("gbbbBBGGGg", 25),
        [(75, Word::Down), (225, Word::Up)],
        "the end is told when people listen again"
    );
}

#[test]
fn changes_are_counted_over_the_last_21_results() {
    let many = |text: &str| text.chars().fold(Flaps::default(), |flaps, letter| flaps.push(letter == 'g')).changes();
    assert_eq!(many(""), 0);
    assert_eq!(many("b"), 0);
    assert_eq!(many("gbg"), 2);
    assert_eq!(many(&"gb".repeat(40)), 20);
    assert_eq!(many(&format!("gbgbgb{}", "g".repeat(20))), 1);
}

#[test]
fn a_site_is_blamed_only_when_our_own_line_was_seen_to_work() {
    let mut line = Line::default();
    assert!(line.is_due(START));
    assert!(
        line.asked(&[false, true, false], START)
            && !line.is_due(START.plus(KNOWN_SPAN - 1))
            && line.is_due(START.plus(KNOWN_SPAN))
    );
    assert!(!line.asked(&[false; 3], START.plus(KNOWN_SPAN)) && line.is_due(START.plus(KNOWN_SPAN)));
    assert!(Line::default().asked(&[], START), "without targets nothing speaks against it");
    const { assert!(KNOWN_SPAN < CONFIRM_SPAN_MIN) };
}

fn fall(domain: &str, address: [u8; 4], since: i64) -> Fall {
    let what = Trait {
        kind: Kind::Down,
        cause: "refused".into(),
        address: Some(IpAddr::from(address)),
        domain: domain.into(),
        since: START.plus(since * SECOND),
    };
    Fall { what, interval: MINUTE }
}

#[test]
fn a_thousand_failures_of_one_cause_are_one_incident() {
    let server: Vec<Fall> = (0..1000).map(|at| fall(&format!("opd{at}.go.id"), [10, 0, 0, 1], at % 60)).collect();
    let (places, new) = place(&[], &server);
    assert_eq!((places.iter().max(), new.len()), (Some(&0), 1));
    let domain: Vec<Fall> = (0..250).map(|at: u8| fall("kota.go.id", [10, 0, 1, at], i64::from(at) % 60)).collect();
    assert_eq!(place(&[], &domain).1.len(), 1);
    let (places, again) = place(&new, &server[..3]);
    assert_eq!((places, again.len()), (vec![0, 0, 0], 0), "who comes late joins");
}

#[test]
fn what_differs_in_cause_time_or_server_is_an_incident_of_its_own() {
    let first = fall("a.go.id", [10, 0, 0, 1], 0);
    let what = || first.what.clone();
    let others = [
        Trait { cause: "tls".into(), ..what() },
        Trait { since: START.plus(64 * SECOND), ..what() },
        Trait { kind: Kind::Unstable, ..what() },
        Trait { domain: "b.go.id".into(), address: Some(IpAddr::from([10, 0, 0, 2])), ..what() },
        Trait { domain: "c.go.id".into(), address: None, ..what() },
    ];
    let others = others.map(|what| Fall { what, interval: MINUTE });
    let falls: Vec<Fall> = std::iter::once(first.clone()).chain(others).collect();
    assert_eq!(place(&[], &falls).0, [0, 1, 2, 3, 4, 5]);
    let rare = Fall { what: Trait { since: START.plus(200 * SECOND), ..what() }, interval: 5 * MINUTE };
    assert_eq!(place(&[], &[first, rare]).0, [0, 0], "who is looked at rarely is found to be down later");
}

#[test]
fn an_incident_is_told_when_all_are_known_then_by_one_clock_then_when_it_is_over() {
    let telling =
        |told_at, over_at, over_told, now| grouping::telling((START, &Told { told_at, over_at }), over_told, now);
    let at = |span| START.plus(span);
    let begun = at(GATHER_SPAN);
    assert_eq!(telling(None, None, false, at(GATHER_SPAN - 1)), None);
    assert_eq!(telling(None, None, false, begun), Some(Telling::Began));
    assert_eq!(telling(None, Some(at(1)), false, begun), Some(Telling::WasBrief));
    assert_eq!(telling(Some(begun), None, false, begun.plus(REMIND_SPAN - 1)), None);
    assert_eq!(telling(Some(begun), None, false, begun.plus(REMIND_SPAN)), Some(Telling::Reminder));
    assert_eq!(telling(Some(begun), Some(at(1)), false, begun), Some(Telling::Over));
    assert_eq!(telling(Some(begun), Some(at(1)), true, begun.plus(9 * REMIND_SPAN)), None);
}

#[test]
fn a_window_is_read_in_its_zone_and_holds_for_those_that_it_names() {
    let (from, until) = windows::read("Asia/Makassar", "2026-11-23T18:00", "2026-11-23T20:00").unwrap();
    assert_eq!(from, Timestamp::parse("2026-11-23T10:00:00Z").unwrap());
    assert_eq!(until, from.plus(2 * HOUR));
    for (zone, starts, ends) in [
        ("Mars/Phobos", "2026-11-23T18:00", "2026-11-23T20:00"),
        ("Asia/Makassar", "besok", "2026-11-23T20:00"),
        ("Asia/Makassar", "2026-11-23T18:00", "2026-11-23T18:00"),
        ("Asia/Makassar", "2026-11-23T18:00", "2027-11-23T18:00"),
    ] {
        assert!(windows::read(zone, starts, ends).is_err(), "{zone} {starts} {ends}");
    }
    let one = MonitorId::new(START, [1; 10]);
    let holds = |extent, at| Span { from, until, extent }.holds(one, &["server-a".to_owned()], at);
    assert!(holds(Extent::All, from) && !holds(Extent::All, until));
    assert!(holds(Extent::Group("server-a".into()), from) && !holds(Extent::Group("server-b".into()), from));
    assert!(holds(Extent::One(one), from) && !holds(Extent::One(MonitorId::new(START, [2; 10])), from));
}

fn looks() -> impl Strategy<Value = Vec<(Outcome, i64, bool)>> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Good), 5 => Just(Outcome::Bad), 1 => Just(Outcome::Unknown), 1 => Just(Outcome::Maintenance)
    ];
    proptest::collection::vec((outcome, 1_i64..90, proptest::bool::weighted(0.1)), 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever comes: people are told what is new to them and is true, and never too early.
    #[test]
    fn words_are_new_true_and_never_too_early(looks in looks()) {
        let (mut standing, mut believed, mut at) = (Standing::default(), Word::Up, 0);
        for (outcome, span, quiet) in looks {
            at += span;
            let step = follow(&standing, &seen(outcome, at), quiet);
            if let Some(word) = step.word {
                prop_assert!(!quiet, "in a window nobody is told");
                prop_assert!(word != believed, "told {word:?} twice");
                prop_assert!(!matches!((word, believed), (Word::Up, Word::Settled | Word::Unstable)));
                prop_assert!(word != Word::Settled || believed == Word::Unstable);
                let outage = step.standing.outage.as_ref();
                match word {
                    Word::Down => {
                        let outage = outage.unwrap();
                        prop_assert!(outage.confirmed_at.unwrap().micros() - outage.since.micros() >= 2 * CONFIRM_SPAN_MIN);
                    }
                    Word::Up | Word::Settled => prop_assert!(outage.is_none() && outcome == Outcome::Good),
                    Word::Unstable => prop_assert!(step.standing.unstable),
                }
                believed = word;
            }
            if let Some((outage, until)) = &step.ended {
                prop_assert!(outage.is_confirmed() && outage.since < *until && until.micros() < START.plus(at * SECOND).micros());
            }
            if outcome == Outcome::Unknown {
                prop_assert_eq!((&step.standing.outage, step.word), (&standing.outage, None));
            }
            standing = step.standing;
        }
    }

    /// Nothing is lost between processes: what is remembered comes back as it was stored.
    #[test]
    fn a_standing_comes_back_as_it_was_stored(looks in looks()) {
        let mut standing = Standing::default();
        for (number, (outcome, span, quiet)) in looks.into_iter().enumerate() {
            standing = follow(&standing, &seen(outcome, number as i64 * 90 + span), quiet).standing;
        }
        let text = serde_json::to_string(&standing).unwrap();
        prop_assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
    }
}
