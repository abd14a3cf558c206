//! When websites are looked at, and who must wait.

use std::collections::{BTreeMap, HashSet};

use lamin::kernel::Timestamp;
use lamin::kernel::time::{HOUR, MINUTE, SECOND};
use lamin::monitoring::schedule::rules::{RETRY_AFTER_MAX, confirmation, resume, retry_after, slot_after};
use lamin::monitoring::schedule::timetable::{AT_ONE_PLACE_MAX, FOR_SLOTS, IN_FLIGHT_MAX, Timetable, Turn};
use proptest::prelude::*;

const START: Timestamp = Timestamp::from_micros(1_800_000_000 * SECOND);

#[test]
fn ten_thousand_looks_are_spread_over_their_minute() {
    let mut seconds: BTreeMap<i64, usize> = BTreeMap::new();
    for number in 0..10_000 {
        let due = slot_after(&format!("situs-{number}"), MINUTE, START);
        *seconds.entry((due.micros() - START.micros()) / SECOND).or_default() += 1;
    }
    let most = seconds.values().max().unwrap();
    assert!(seconds.len() >= 60 && *most < 230, "{most} in one second of {}", seconds.len());
}

#[test]
fn a_confirmation_comes_after_20_to_30_seconds_and_not_for_all_at_once() {
    let spans: HashSet<i64> =
        (0..100).map(|number| confirmation(&format!("situs-{number}"), START).micros() - START.micros()).collect();
    assert!(spans.iter().all(|span| (20 * SECOND..30 * SECOND).contains(span)) && spans.len() > 90);
}

#[test]
fn a_round_that_was_cut_is_resumed_and_a_long_rest_is_not_made_up_for() {
    let slot = slot_after("situs", MINUTE, START);
    let missed = slot_after("situs", MINUTE, slot);
    let now = missed.plus(10 * SECOND);
    assert_eq!(resume("situs", MINUTE, Some(slot), now), missed);
    assert_eq!(resume("situs", MINUTE, Some(missed), now), slot_after("situs", MINUTE, now));
    assert_eq!(resume("situs", MINUTE, None, now), slot_after("situs", MINUTE, now));
    let later = now.plus(HOUR);
    assert_eq!(resume("situs", MINUTE, Some(slot), later), slot_after("situs", MINUTE, later));
}

#[test]
fn a_host_that_asks_for_peace_is_left_alone_but_not_for_ever() {
    assert_eq!(retry_after(" 120 ", START), Some(120 * SECOND));
    assert_eq!(retry_after("86400", START), Some(RETRY_AFTER_MAX));
    let at = Timestamp::parse("2026-11-23T00:00:00Z").unwrap();
    assert_eq!(retry_after("Mon, 23 Nov 2026 00:05:00 GMT", at), Some(5 * MINUTE));
    for nothing in ["", "0", "-5", "besok", "Sun, 22 Nov 2026 00:05:00 GMT", "99999999999999999999"] {
        assert_eq!(retry_after(nothing, at), None, "{nothing}");
    }
}

#[test]
fn no_more_looks_are_under_way_than_allowed_at_one_place_and_in_all() {
    let mut table = Timetable::default();
    for number in 0..10 {
        table.enter(number, START, 1);
    }
    let begun: Vec<Turn> = std::iter::from_fn(|| table.take(START)).collect();
    assert_eq!((begun.len(), table.in_flight()), (AT_ONE_PLACE_MAX, AT_ONE_PLACE_MAX));
    table.ended(begun[0].number, (START.plus(MINUTE), 1));
    assert_eq!(table.take(START), Some(Turn { number: 4, due: START, confirms: false }), "who waited longest is next");
    let mut table = Timetable::default();
    for number in 0..300 {
        table.enter(number, START, u64::from(number));
    }
    assert_eq!(std::iter::from_fn(|| table.take(START)).count(), IN_FLIGHT_MAX);
    assert_eq!(table.next_at(), None, "a look must end first");
}

#[test]
fn who_is_taken_off_is_not_looked_at_and_who_is_entered_anew_once() {
    let mut table = Timetable::default();
    table.enter(1, START, 1);
    table.enter(2, START, 2);
    table.enter(1, START.plus(SECOND), 1);
    table.remove(2);
    assert_eq!(table.take(START), None);
    assert_eq!(table.take(START.plus(SECOND)), Some(Turn { number: 1, due: START.plus(SECOND), confirms: false }));
    table.remove(1);
    table.ended(1, (START.plus(MINUTE), 1));
    assert_eq!((table.take(START.plus(HOUR)), table.in_flight()), (None, 0));
}

#[test]
fn confirmations_wait_for_slots_and_the_next_slot_confirms_too() {
    let mut table = Timetable::default();
    let at = |seconds: i64| START.plus(seconds * SECOND);
    for number in 0..IN_FLIGHT_MAX as u32 + 1 {
        table.enter(number, at(10), u64::from(number));
    }
    table.confirm(7, at(5), 7);
    assert_eq!(table.next_at(), Some(at(5)));
    assert_eq!(table.take(at(6)), Some(Turn { number: 7, due: at(5), confirms: true }), "where there is room");
    table.ended(7, (at(10), 7));
    table.confirm(7, at(8), 7);
    let begun: Vec<Turn> = std::iter::from_fn(|| table.take(at(10))).collect();
    assert!(begun.len() == IN_FLIGHT_MAX && begun.iter().all(|turn| !turn.confirms && turn.due == at(10)));
    assert_eq!(begun.iter().filter(|turn| turn.number == 7).count(), 1, "its slot came, and no room was left before");
    table.ended(begun[0].number, (at(70), 0));
    let last = table.take(at(10)).unwrap();
    table.ended(last.number, (at(70), u64::from(last.number)));
    assert_eq!(table.take(at(11)), None, "what was to be confirmed was looked at");
}

#[test]
fn confirmations_leave_places_for_slots() {
    let mut table = Timetable::default();
    for number in 0..300 {
        table.enter(number, START.plus(MINUTE), u64::from(number));
        table.confirm(number, START, u64::from(number));
    }
    let begun: Vec<Turn> = std::iter::from_fn(|| table.take(START)).collect();
    assert_eq!(begun.len(), IN_FLIGHT_MAX - FOR_SLOTS);
    assert_eq!(table.next_at(), Some(START.plus(MINUTE)), "only a slot can be next");
    table.ended(begun[0].number, (START.plus(2 * MINUTE), 0));
    assert_eq!(table.next_at(), Some(START));
    assert!(table.take(START).is_some_and(|turn| turn.confirms) && table.take(START).is_none());
    let slots = std::iter::from_fn(|| table.take(START.plus(MINUTE))).count();
    assert_eq!(slots, FOR_SLOTS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Slots follow one another by about an interval, and each has one time, whenever one asks.
    #[test]
    fn slots_are_the_same_whenever_one_asks(id in "[a-z]{1,8}", seconds in 10_i64..3600, ask in 0_i64..100_000_000_000) {
        let interval = seconds * SECOND;
        let first = slot_after(&id, interval, START.plus(ask));
        prop_assert!(first > START.plus(ask) && first <= START.plus(ask + interval + interval / 20));
        let second = slot_after(&id, interval, first);
        let span = second.micros() - first.micros();
        prop_assert!(span > interval - interval / 20 - 1 && span < interval + interval / 20 + 1);
        prop_assert_eq!(slot_after(&id, interval, first.plus(span - 1)), second);
        prop_assert_eq!(slot_after(&id, interval, first.plus(-1)), first);
    }

    /// Whatever ends in whatever order: everybody who is due has their turn, once, within the limits.
    #[test]
    fn everybody_has_their_turn(places in proptest::collection::vec(0_u64..6, 1..400), order in any::<u64>()) {
        let mut table = Timetable::default();
        for (number, place) in (0..).zip(&places) {
            table.enter(number, START, *place);
        }
        let (mut under_way, mut done, mut dice) = (Vec::new(), HashSet::new(), order | 1);
        loop {
            while let Some(turn) = table.take(START) {
                prop_assert!(done.insert(turn.number), "twice");
                under_way.push(turn.number);
            }
            let at_one = |place: u64| under_way.iter().filter(|one| places[**one as usize] == place).count();
            prop_assert!((0..6).all(|place| at_one(place) <= AT_ONE_PLACE_MAX) && under_way.len() <= IN_FLIGHT_MAX);
            if under_way.is_empty() {
                break;
            }
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = under_way.swap_remove((dice >> 33) as usize % under_way.len());
            table.ended(number, (START.plus(MINUTE), places[number as usize]));
        }
        prop_assert_eq!(done.len(), places.len());
        prop_assert_eq!(table.in_flight(), 0);
    }
}
