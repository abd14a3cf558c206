//! Every step × command × role of every SOP, as `decide` answers: one text that anyone can read.

use std::fmt::Write;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use lamin::calendar::model::{Calendar, HOLIDAYS_BUILT_IN, HOLIDAYS_FILE};
use lamin::identity::{Actor, Grant, Role};
use lamin::kernel::id::{AttachmentId, CaseId, EntryId, SessionId, SiteId, UserId};
use lamin::kernel::time::{ZONE_DEFAULT, zone};
use lamin::kernel::{Code, Refusal, Timestamp};
use lamin::procedure::case::{Case, CaseEvent, Command, Facts};
use lamin::procedure::definition::built_in;
use lamin::procedure::model::{AUTHORS, Definition, Flow, FormKind, Step, Subject};
use lamin::procedure::rules::{HOLD, RESUME, Transition, decide};
use lamin::procedure::timing::Timing;
use serde_json::{Map, Value, json};

use crate::support::{MONDAY_MORNING, golden};

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::parse(HOLIDAYS_BUILT_IN, HOLIDAYS_FILE).unwrap());
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| zone(ZONE_DEFAULT).unwrap());

fn now() -> Timestamp {
    Timestamp::parse(MONDAY_MORNING).unwrap()
}

fn site() -> SiteId {
    SiteId::new(now(), [1; 10])
}

fn user() -> UserId {
    UserId::new(now(), [1; 10])
}

fn attachment() -> AttachmentId {
    AttachmentId::new(now(), [1; 10])
}

fn actor(role: Role) -> Actor {
    let grant = Grant { role, site: Some(site()) };
    Actor::person(user(), SessionId::new(now(), [1; 10]), "somebody".into(), vec![grant])
}

fn case_in(definition: &Definition, flow: &Flow, step: &Step, waits: bool) -> Case {
    Case {
        id: CaseId::new(now(), [1; 10]),
        procedure_key: definition.key.clone(),
        procedure_version: 1,
        flow: flow.key.clone(),
        site_id: Some(site()),
        entry_id: (flow.subject == Subject::Entry).then(|| EntryId::new(now(), [1; 10])),
        title: "a case".into(),
        step: step.key.clone(),
        step_since: now(),
        due_at: None,
        agreed_due_at: None,
        waiting_since: waits.then(now),
        assigned_to: None,
        opened_by: None,
        opened_at: now(),
        ended_at: step.end.then(now),
        version: 1,
    }
}

/// A form with every field that the command takes in this step.
fn filled_in(flow: &Flow, step: &Step, command: &str) -> Map<String, Value> {
    let Some(rule) = flow.transition(command, &step.key) else { return Map::new() };
    let fields = step.fields.iter().filter(|field| rule.fields.contains(&field.key));
    let value = |kind: FormKind, choices: &[String]| match kind {
        FormKind::Text | FormKind::LongText => json!("x"),
        FormKind::Date => json!("2026-12-01"),
        FormKind::Choice => json!(choices[0]),
        FormKind::Number => json!(1),
        FormKind::Boolean => json!(true),
        FormKind::Rows => json!(["x"]),
        FormKind::Attachment => json!(attachment()),
    };
    fields.map(|field| (field.key.clone(), value(field.kind, &field.choices))).collect()
}

struct Asked<'a> {
    definition: &'a Definition,
    flow: &'a Flow,
    step: &'a Step,
    command: &'a str,
}

impl Asked<'_> {
    fn ask(&self, role: Role, comment: &str, events: &[CaseEvent], authors: &[UserId]) -> Result<Transition, Refusal> {
        let timing = Timing { now: now(), calendar: &CALENDAR, zone: &ZONE };
        let case = case_in(self.definition, self.flow, self.step, self.command == RESUME);
        let facts = Facts { case: &case, events, authors, attachments: &[attachment()] };
        let fields = filled_in(self.flow, self.step, self.command);
        let command = Command::new(self.command).comment(comment).fields(fields);
        decide(self.definition, &facts, &command, &actor(role), &timing)
    }

    /// `→ approved`, or the code of the refusal; and what else the move asks for.
    fn outcome(&self, role: Role) -> String {
        let moved = match self.ask(role, "because", &[], &[]) {
            Err(refusal) => return refusal.code().as_str(),
            Ok(moved) => moved,
        };
        let mut outcome = format!("→ {}", moved.to());
        if self.ask(role, "", &[], &[]).is_err_and(|refusal| refusal.code() == Code::CommentRequired) {
            outcome.push_str(", with a reason");
        }
        if self.ask(role, "because", &[], &[user()]).is_err_and(|refusal| refusal.code() == Code::OwnWork) {
            outcome.push_str(", not by its authors");
        }
        let others = self.flow.transition(self.command, &self.step.key).map_or(&[][..], |rule| &rule.other_than);
        for other in others.iter().filter(|other| *other != AUTHORS) {
            let event = CaseEvent {
                number: 1,
                command: other.clone(),
                from_step: self.flow.start.clone(),
                to_step: self.step.key.clone(),
                actor_id: Some(user()),
                comment: String::new(),
                fields: Map::new(),
                due_at: None,
                at: now(),
            };
            let refusal = self.ask(role, "because", &[event], &[]).unwrap_err();
            assert_eq!(refusal.code(), Code::OwnWork, "{} after {other}", self.command);
            write!(outcome, ", not by whoever did {other}").unwrap();
        }
        outcome
    }

    fn line(&self) -> String {
        let mut outcomes: Vec<(String, Vec<&str>)> = Vec::new();
        for role in Role::ALL {
            let outcome = self.outcome(*role);
            match outcomes.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, roles)) => roles.push(role.as_str()),
                None => outcomes.push((outcome, vec![role.as_str()])),
            }
        }
        // What moves first; the refusal of most roles last, as "others".
        outcomes.sort_by_key(|(outcome, roles)| (!outcome.starts_with('→'), roles.len()));
        let last = outcomes.len() - 1;
        let told = outcomes.iter().enumerate().map(|(at, (outcome, roles))| {
            let who = if at == last && last > 0 { "others".into() } else { roles.join(" ") };
            format!("{outcome}: {}", if roles.len() == Role::ALL.len() { "everybody".into() } else { who })
        });
        format!("{:<14} {:<15} {}", self.step.key, self.command, told.collect::<Vec<_>>().join(" | "))
    }
}

#[test]
fn every_step_command_and_role_is_decided_as_agreed() {
    let mut text = String::from(
        "What `decide` answers for each step × command × role. \"others\" are all roles that the line does not name.\n\
         Entries: approve and publish ask for the digest as well, withdraw for something live, unschedule for a\n\
         schedule; \"edit\" is what a change of the content does and is no command.\n",
    );
    for (name, source) in built_in() {
        let definition = Definition::load(source, name).unwrap();
        for flow in &definition.flows {
            write!(text, "\n## {} / {}\n", definition.key, flow.key).unwrap();
            let openers: Vec<&str> = flow.openers.iter().map(|role| role.as_str()).collect();
            if flow.subject == Subject::Case {
                writeln!(text, "opened by: {}", openers.join(" ")).unwrap();
            }
            let mut commands: Vec<&str> = Vec::new();
            for rule in &flow.transitions {
                if !commands.contains(&rule.command.as_str()) {
                    commands.push(&rule.command);
                }
            }
            if flow.subject == Subject::Case {
                commands.extend([HOLD, RESUME]);
            }
            for step in &flow.steps {
                for command in &commands {
                    let asked = Asked { definition: &definition, flow, step, command };
                    writeln!(text, "{}", asked.line()).unwrap();
                }
            }
        }
    }
    golden("workflow.txt", &text);
}
