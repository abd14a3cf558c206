use std::sync::LazyLock;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::calendar::model::{Calendar, HOLIDAYS_BUILT_IN, HOLIDAYS_FILE};
use crate::identity::Grant;
use crate::kernel::id::{EntryId, SessionId, SiteId};
use crate::kernel::time::{MINUTE, ZONE_DEFAULT, zone};
use crate::procedure::case::CaseEvent;

static SOPS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let files = crate::procedure::definition::built_in();
    files.into_iter().map(|(name, text)| Definition::load(text, name).unwrap()).collect()
});
static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::parse(HOLIDAYS_BUILT_IN, HOLIDAYS_FILE).unwrap());
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| zone(ZONE_DEFAULT).unwrap());

fn sop(key: &str) -> &'static Definition {
    SOPS.iter().find(|definition| definition.key == key).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn timing(now: &str) -> Timing<'static> {
    Timing { now: at(now), calendar: &CALENDAR, zone: &ZONE }
}

const MORNING: &str = "2026-11-23T09:00:00+08:00";

fn site() -> SiteId {
    SiteId::new(at(MORNING), [1; 10])
}

fn user(number: u8) -> UserId {
    UserId::new(at(MORNING), [number; 10])
}

fn actor(number: u8, roles: &[Role]) -> Actor {
    let grants = roles.iter().map(|role| Grant { role: *role, site: Some(site()) }).collect();
    Actor::person(user(number), SessionId::new(at(MORNING), [number; 10]), format!("user {number}"), grants)
}

fn case_in(definition: &Definition, flow: &str, step: &str) -> Case {
    let flow = definition.flow(flow).unwrap();
    Case {
        id: CaseId::new(at(MORNING), [1; 10]),
        procedure_key: definition.key.clone(),
        procedure_version: 1,
        flow: flow.key.clone(),
        site_id: Some(site()),
        entry_id: (flow.subject == Subject::Entry).then(|| EntryId::new(at(MORNING), [1; 10])),
        title: "a case".into(),
        step: step.into(),
        step_since: at(MORNING),
        due_at: None,
        agreed_due_at: None,
        waiting_since: None,
        assigned_to: None,
        opened_by: Some(user(1)),
        opened_at: at(MORNING),
        ended_at: flow.step(step).unwrap().end.then(|| at(MORNING)),
        version: 7,
    }
}

fn entry_in(step: &str) -> Case {
    case_in(sop("website_management"), "publication", step)
}

fn event(command: &str, from: &str, to: &str, who: u8) -> CaseEvent {
    CaseEvent {
        number: 1,
        command: command.into(),
        from_step: from.into(),
        to_step: to.into(),
        actor_id: Some(user(who)),
        comment: String::new(),
        fields: Map::new(),
        due_at: None,
        at: at(MORNING),
    }
}

fn ask(
    case: &Case,
    events: &[CaseEvent],
    authors: &[UserId],
    command: &Command,
    who: &Actor,
) -> Result<Transition, Refusal> {
    let facts = Facts { case, events, authors, attachments: &[] };
    decide(sop(&case.procedure_key), &facts, command, who, &timing(MORNING))
}

fn refused(case: &Case, command: &Command, who: &Actor) -> Code {
    ask(case, &[], &[], command, who).unwrap_err().code()
}

#[test]
fn an_author_hands_over_and_the_clock_of_the_next_step_starts() {
    let moved = ask(&entry_in("draft"), &[], &[], &Command::new("submit"), &actor(1, &[Role::Author])).unwrap();
    assert_eq!((moved.from(), moved.to(), moved.seen()), ("draft", "handed_over", 7));
    assert_eq!(moved.state().step_since, at(MORNING));
    assert_eq!(moved.state().due_at, Some(at("2026-11-23T12:00:00+08:00")), "three hours, the longer of 1-3");
}

#[test]
fn each_wrong_question_has_its_refusal() {
    let draft = entry_in("draft");
    let author = actor(1, &[Role::Author]);
    assert_eq!(refused(&draft, &Command::new("vanish"), &author), Code::UnknownCommand);
    assert_eq!(refused(&draft, &Command::new("hold").comment("why"), &author), Code::UnknownCommand);
    assert_eq!(refused(&draft, &Command::new("claim"), &author), Code::Forbidden);
    assert_eq!(refused(&draft, &Command::new("submit"), &actor(2, &[Role::Approver])), Code::Forbidden);
    assert_eq!(refused(&entry_in("editing"), &Command::new("submit"), &author), Code::WrongStep);
    let approver = actor(3, &[Role::Approver]);
    assert_eq!(
        refused(&entry_in("filtering"), &Command::new("reject").comment("  "), &approver),
        Code::CommentRequired
    );
    let form = json!({"why": 1}).as_object().unwrap().clone();
    assert_eq!(refused(&draft, &Command::new("submit").fields(form), &author), Code::UnknownField);
}

#[test]
fn a_role_on_another_site_does_not_count() {
    let elsewhere = Grant { role: Role::Author, site: Some(SiteId::new(at(MORNING), [9; 10])) };
    let who = Actor::person(user(1), SessionId::new(at(MORNING), [1; 10]), "Ani".into(), vec![elsewhere]);
    assert_eq!(refused(&entry_in("draft"), &Command::new("submit"), &who), Code::Forbidden);
}

#[test]
fn nobody_approves_their_own_work_whatever_roles_they_hold() {
    let filtering = entry_in("filtering");
    let everything = actor(1, Role::ALL);
    let approve = Command::new("approve");
    assert_eq!(ask(&filtering, &[], &[user(1)], &approve, &everything).unwrap_err().code(), Code::OwnWork);
    assert!(ask(&filtering, &[], &[user(2)], &approve, &everything).is_ok());
}

#[test]
fn whoever_reported_does_not_approve_the_report_until_the_case_starts_anew() {
    let review = case_in(sop("website_monitoring"), "monitoring", "review");
    let both = actor(1, &[Role::Head, Role::Monitor]);
    let approve = Command::new("approve");
    let own = [event("order", "order", "monitoring", 2), event("report", "monitoring", "review", 1)];
    assert_eq!(ask(&review, &own, &[], &approve, &both).unwrap_err().code(), Code::OwnWork);
    let others = [event("order", "order", "monitoring", 1), event("report", "monitoring", "review", 2)];
    assert_eq!(ask(&review, &others, &[], &approve, &both).unwrap().to(), "archiving");
}

#[test]
fn an_ended_case_is_ended_but_an_entry_is_revised() {
    let archived = case_in(sop("website_monitoring"), "monitoring", "archived");
    let head = actor(1, &[Role::Head]);
    assert_eq!(refused(&archived, &Command::new("approve"), &head), Code::CaseEnded);
    assert_eq!(refused(&archived, &Command::new(HOLD).comment("x"), &head), Code::CaseEnded);
    let revised = ask(&entry_in("published"), &[], &[], &Command::new("revise"), &actor(1, &[Role::Editor])).unwrap();
    assert_eq!((revised.to(), revised.state().ended_at), ("draft", None));
}

#[test]
fn fifteen_minutes_count_from_the_time_of_publication_when_that_is_later() {
    let publisher = actor(4, &[Role::Publisher]);
    let command = Command::new("publish").effect(Effect::StaysUntil(at("2026-11-24T10:00:00+08:00")));
    let scheduled = ask(&entry_in("approved"), &[], &[], &command, &publisher).unwrap();
    assert_eq!((scheduled.to(), scheduled.state().due_at), ("approved", Some(at("2026-11-24T10:15:00+08:00"))));
    let command = Command::new("unschedule").effect(Effect::StaysUntil(at("2026-11-22T10:00:00+08:00")));
    let unscheduled = ask(&entry_in("approved"), &[], &[], &command, &publisher).unwrap();
    assert_eq!(unscheduled.state().due_at, Some(at("2026-11-23T09:15:00+08:00")), "approval is later");
}

#[test]
fn what_is_live_can_be_withdrawn_while_work_goes_on() {
    let mut editing = entry_in("editing");
    editing.due_at = Some(at("2026-11-23T11:00:00+08:00"));
    let withdraw = Command::new("withdraw").comment("wrong figures");
    let stayed = ask(&editing, &[], &[], &withdraw, &actor(4, &[Role::Publisher])).unwrap();
    assert_eq!((stayed.to(), stayed.state().due_at), ("editing", editing.due_at));
    assert_eq!(
        ask(&entry_in("published"), &[], &[], &withdraw, &actor(3, &[Role::Approver])).unwrap().to(),
        "withdrawn"
    );
}

#[test]
fn a_case_that_waits_is_due_later_by_the_wait() {
    let definition = sop("website_security");
    let mut upkeep = case_in(definition, "securing", "upkeep");
    upkeep.due_at = Some(at(MORNING).plus(15 * MINUTE));
    let head = actor(1, &[Role::Head]);
    assert_eq!(refused(&upkeep, &Command::new(HOLD), &head), Code::CommentRequired);
    assert_eq!(refused(&upkeep, &Command::new(RESUME), &head), Code::WrongStep);
    assert_eq!(refused(&upkeep, &Command::new(HOLD).comment("x"), &actor(2, &[Role::Author])), Code::Forbidden);
    let held = ask(&upkeep, &[], &[], &Command::new(HOLD).comment("the data centre"), &head).unwrap();
    assert_eq!((held.to(), held.state().waiting_since), ("upkeep", Some(at(MORNING))));
    upkeep.waiting_since = held.state().waiting_since;
    let facts = Facts { case: &upkeep, events: &[], authors: &[], attachments: &[] };
    let later = Timing { now: at(MORNING).plus(60 * MINUTE), ..timing(MORNING) };
    assert_eq!(later.late_minutes(&definition.hours, &upkeep), 0, "its time stands still");
    let resumed = decide(definition, &facts, &Command::new(RESUME), &head, &later).unwrap();
    assert_eq!(resumed.state().waiting_since, None);
    assert_eq!(resumed.state().due_at, Some(at(MORNING).plus(75 * MINUTE)));
}

#[test]
fn an_agreed_date_rules_the_steps_that_have_an_agreed_time() {
    let planning = case_in(sop("ppid_website_security"), "development", "planning");
    let form = json!({"plan": "new pages", "agreed_date": "2026-12-01"}).as_object().unwrap().clone();
    let who = actor(1, &[Role::SubCoordinator]);
    let moved = ask(&planning, &[], &[], &Command::new("present_plan").fields(form), &who).unwrap();
    assert_eq!(moved.state().due_at, moved.state().agreed_due_at);
    let due = moved.state().due_at.unwrap();
    assert_eq!(due.in_zone(&ZONE).date(), jiff::civil::date(2026, 12, 2), "the end of the first of December");
    let form = json!({"agreed_date": "2026-12-03"}).as_object().unwrap().clone();
    let command = Command::new("agree_date").comment("the developer is ill").fields(form);
    let stayed = ask(&planning, &[], &[], &command, &who).unwrap();
    assert_eq!(stayed.to(), "planning");
    assert!(stayed.state().due_at.unwrap() > due);
}

#[test]
fn the_system_carries_out_and_a_person_does_not() {
    let approved = entry_in("approved");
    let facts = Facts { case: &approved, events: &[], authors: &[], attachments: &[] };
    let definition = sop("website_management");
    let publish = Command::new("publish");
    let system = Actor::system("worker");
    assert_eq!(ask(&approved, &[], &[], &publish, &system).unwrap_err().code(), Code::Forbidden);
    let moved = carry_out(definition, &facts, &publish, &system, &timing(MORNING)).unwrap();
    assert_eq!((moved.to(), moved.actor()), ("published", None));
    let person = carry_out(definition, &facts, &publish, &actor(1, Role::ALL), &timing(MORNING));
    assert_eq!(person.unwrap_err().code(), Code::Forbidden);
}

proptest! {
    #[test]
    fn a_move_goes_only_where_a_rule_of_a_role_held_says(
        sop_at in 0usize..5, flow_at in any::<proptest::sample::Index>(), step_at in any::<proptest::sample::Index>(),
        command_at in any::<proptest::sample::Index>(), roles in proptest::sample::subsequence(Role::ALL.to_vec(), 0..4),
        is_author in any::<bool>(),
    ) {
        let definition = &SOPS[sop_at % SOPS.len()];
        let flow = &definition.flows[flow_at.index(definition.flows.len())];
        let step = &flow.steps[step_at.index(flow.steps.len())];
        let named = &flow.transitions[command_at.index(flow.transitions.len())].command;
        let (who, case) = (actor(1, &roles), case_in(definition, &flow.key, &step.key));
        let authors = if is_author { vec![user(1)] } else { vec![] };
        let command = Command::new(named.as_str()).comment("because");
        match ask(&case, &[], &authors, &command, &who) {
            Err(refusal) => prop_assert!(refusal.status() < 500),
            Ok(moved) => {
                let rule = flow.transition(named, &step.key).unwrap();
                prop_assert!(roles.iter().any(|role| rule.roles.contains(role)));
                prop_assert_eq!(moved.to(), rule.target(&step.key));
                prop_assert!(!(is_author && rule.other_than.iter().any(|other| other == AUTHORS)));
                prop_assert_eq!(moved.state().ended_at.is_some(), flow.step(moved.to()).unwrap().end);
            }
        }
        let facts = Facts { case: &case, events: &[], authors: &authors, attachments: &[] };
        let (offered, _) = allowed(definition, &facts, &who).unwrap();
        for rule in offered {
            let answer = ask(&case, &[], &authors, &Command::new(rule.command.as_str()).comment("because"), &who);
            // Only its form can still be wrong.
            prop_assert!(answer.is_ok() || answer.unwrap_err().code() == Code::Invalid);
        }
    }
}
