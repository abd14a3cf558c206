//! Decisions of the procedure engine: SOP 1 as shipped, one command each, without any I/O.

use lamin::calendar::model::{Calendar, HOLIDAYS_BUILT_IN, HOLIDAYS_FILE};
use lamin::identity::{Actor, Grant, Role};
use lamin::kernel::Timestamp;
use lamin::kernel::id::{CaseId, EntryId, SessionId, SiteId, UserId};
use lamin::kernel::time;
use lamin::procedure::case::{Case, CaseEvent, Command, Facts};
use lamin::procedure::definition;
use lamin::procedure::model::Definition;
use lamin::procedure::rules::decide;
use lamin::procedure::timing::Timing;
use serde_json::Map;

fn main() {
    divan::main();
}

/// Monday, 2026-11-23, nine in the morning at Makassar.
const MORNING: i64 = 1_795_395_600_000_000;

fn id<T>(new: fn(Timestamp, [u8; 10]) -> T, number: u8) -> T {
    new(Timestamp::from_micros(MORNING), [number; 10])
}

fn publication() -> Definition {
    let files = definition::built_in().into_iter();
    let loaded = files.map(|(name, text)| Definition::load(text, name).expect("a shipped procedure loads"));
    loaded.into_iter().find(|definition| definition.key == "website_management").expect("SOP 1 is shipped")
}

fn case_in(step: &str) -> Case {
    let morning = Timestamp::from_micros(MORNING);
    Case {
        id: id(CaseId::new, 1),
        procedure_key: "website_management".into(),
        procedure_version: 1,
        flow: "publication".into(),
        site_id: Some(id(SiteId::new, 1)),
        entry_id: Some(id(EntryId::new, 1)),
        title: "Jembatan Sungai Damar dibuka".into(),
        step: step.into(),
        step_since: morning,
        due_at: None,
        agreed_due_at: None,
        waiting_since: None,
        assigned_to: None,
        opened_by: Some(id(UserId::new, 1)),
        opened_at: morning,
        ended_at: None,
        version: 7,
    }
}

/// A case that has gone back and forth a few times.
fn events() -> Vec<CaseEvent> {
    let event = |number: i32| CaseEvent {
        number,
        command: "forward".into(),
        from_step: "editing".into(),
        to_step: "filtering".into(),
        actor_id: Some(id(UserId::new, 2)),
        comment: String::new(),
        fields: Map::new(),
        due_at: None,
        at: Timestamp::from_micros(MORNING),
    };
    (1..=20).map(event).collect()
}

fn actor(number: u8, role: Role) -> Actor {
    let grants = vec![Grant { role, site: Some(id(SiteId::new, 1)) }];
    Actor::person(id(UserId::new, number), id(SessionId::new, number), "Ani Wijaya".into(), grants)
}

fn run(bencher: divan::Bencher, step: &str, command: &str, who: Actor, allowed: bool) {
    let (definition, case, events) = (publication(), case_in(step), events());
    let calendar = Calendar::parse(HOLIDAYS_BUILT_IN, HOLIDAYS_FILE).expect("the shipped holidays read");
    let zone = time::zone(time::ZONE_DEFAULT).expect("the zone is built in");
    let timing = Timing { now: Timestamp::from_micros(MORNING), calendar: &calendar, zone: &zone };
    let authors = [id(UserId::new, 1)];
    let facts = Facts { case: &case, events: &events, authors: &authors, attachments: &[] };
    let command = Command::new(command);
    assert_eq!(decide(&definition, &facts, &command, &who, &timing).is_ok(), allowed);
    bencher.bench(|| decide(divan::black_box(&definition), &facts, &command, &who, &timing));
}

#[divan::bench]
fn an_approval(bencher: divan::Bencher) {
    run(bencher, "filtering", "approve", actor(3, Role::Approver), true);
}

/// Sets a due time over service hours and holidays.
#[divan::bench]
fn a_hand_over(bencher: divan::Bencher) {
    run(bencher, "draft", "submit", actor(1, Role::Author), true);
}

#[divan::bench]
fn a_refusal(bencher: divan::Bencher) {
    run(bencher, "filtering", "approve", actor(4, Role::Author), false);
}
