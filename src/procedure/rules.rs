//! The one function that decides whether a case moves, and its answer, which nothing else can make.

use serde_json::{Map, Value};

use super::case::{Case, Command, Effect, Facts};
use super::form;
use super::model::{AUTHORS, Definition, Flow, StandardTime, Step, Subject, TransitionRule};
use super::timing::Timing;
use crate::identity::{Actor, Role};
use crate::kernel::id::{CaseId, UserId};
use crate::kernel::{Code, Refusal, Timestamp};
use crate::notices::Turn;

/// Stops a plain case's time while it waits for somebody outside the step; needs a comment.
pub const HOLD: &str = "hold";
/// Lets the time run again.
pub const RESUME: &str = "resume";
/// A move that was allowed. Only this file makes one; the store takes nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    case: CaseId,
    seen: i32,
    command: String,
    from: String,
    to: String,
    actor: Option<UserId>,
    comment: String,
    fields: Map<String, Value>,
    at: Timestamp,
    was_due_at: Option<Timestamp>,
    state: State,
    action: Option<String>,
}

/// How the case stands after a transition.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub step_since: Timestamp,
    pub due_at: Option<Timestamp>,
    pub agreed_due_at: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub assigned_to: Option<UserId>,
    pub ended_at: Option<Timestamp>,
}

impl Transition {
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// The version of the case that the decision saw.
    pub fn seen(&self) -> i32 {
        self.seen
    }

    pub fn command(&self) -> &str {
        &self.command
    }

    pub fn from(&self) -> &str {
        &self.from
    }

    pub fn to(&self) -> &str {
        &self.to
    }

    /// `None` for the system.
    pub fn actor(&self) -> Option<UserId> {
        self.actor
    }

    pub fn comment(&self) -> &str {
        &self.comment
    }

    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// When the step that is left was due.
    pub fn was_due_at(&self) -> Option<Timestamp> {
        self.was_due_at
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the move triggers: bound to a use case in `boot`.
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// Has the history keep more with the move than its form. Where it leads is not changed by that.
    pub fn noting(mut self, notes: Map<String, Value>) -> Self {
        self.fields.extend(notes);
        self
    }
}

/// May this actor make that move now?
///
/// Refusals, in the order of asking: `unknown_command`, `forbidden`, `case_ended`, `wrong_step`,
/// `comment_required`, `own_work`, `unknown_field`, `invalid` with every field.
pub fn decide(
    definition: &Definition,
    facts: &Facts,
    command: &Command,
    actor: &Actor,
    timing: &Timing,
) -> Result<Transition, Refusal> {
    let flow = flow_of(definition, facts.case)?;
    let step = step_of(flow, &facts.case.step)?;
    if flow.subject == Subject::Case && [HOLD, RESUME].contains(&command.name.as_str()) {
        return wait(definition, step, facts.case, command, (actor, timing));
    }
    let rule = rule_for(flow, facts.case, command, actor)?;
    if rule.comment_required && command.comment.trim().is_empty() {
        return Err(Refusal::new(Code::CommentRequired).field("comment", "required", "say why"));
    }
    if is_own_work(flow, rule, facts, actor) {
        return Err(Refusal::new(Code::OwnWork));
    }
    form::check(step, rule, &command.fields, facts.attachments)?;
    let agreed = form::agreed_date(step, rule, &command.fields);
    let agreed = agreed.and_then(|date| timing.end_of(&definition.hours, date));
    moved(definition, facts.case, command, rule, (actor, timing, agreed))
}

/// What the form of a move that was decided names as a site that must be live: the field and the words.
pub fn live_site_named<'t>(flow: &Flow, transition: &'t Transition) -> Option<(String, &'t str)> {
    let rule = flow.transition(transition.command(), transition.from())?;
    let field = rule.requires_live_site.as_deref()?;
    // A form without it was refused.
    let words = transition.fields().get(field).and_then(Value::as_str).unwrap_or_default();
    Some((field.to_owned(), words.trim()))
}

/// The system doing what a person ordered before (a scheduled publication). The command must exist and
/// apply in the step; no role is asked, because the order's was. A person is refused.
pub fn carry_out(
    definition: &Definition,
    facts: &Facts,
    command: &Command,
    system: &Actor,
    timing: &Timing,
) -> Result<Transition, Refusal> {
    if system.user().is_some() {
        return Err(Refusal::new(Code::Forbidden));
    }
    let flow = flow_of(definition, facts.case)?;
    let rule =
        flow.transition(&command.name, &facts.case.step).ok_or_else(|| wrong_step(flow, facts.case, &command.name))?;
    moved(definition, facts.case, command, rule, (system, timing, None))
}

/// What may be asked for in the case's present step by this actor: commands with their rules, and
/// whether the case may be held (`hold`) or let go on (`resume`). Own work is left out.
pub fn allowed<'d>(
    definition: &'d Definition,
    facts: &Facts,
    actor: &Actor,
) -> Result<(Vec<&'d TransitionRule>, Option<&'static str>), Refusal> {
    let flow = flow_of(definition, facts.case)?;
    let step = step_of(flow, &facts.case.step)?;
    let open = flow.subject == Subject::Entry || facts.case.ended_at.is_none();
    let rules = flow.transitions.iter().filter(|rule| {
        open && rule.leaves(&facts.case.step)
            && holds_any(actor, facts.case, &rule.roles)
            && !is_own_work(flow, rule, facts, actor)
    });
    let may_wait = open && flow.subject == Subject::Case && may_hold(step, facts.case, actor);
    let waiting = facts.case.waiting_since.is_some();
    let waits = may_wait.then_some(if waiting { RESUME } else { HOLD });
    Ok((rules.collect(), waits))
}

/// The flow that a case follows. A definition without it is not the one that the case began with.
pub fn flow_of<'d>(definition: &'d Definition, case: &Case) -> Result<&'d Flow, Refusal> {
    definition
        .flow(&case.flow)
        .ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("no flow {:?} in {}", case.flow, definition.key)))
}

pub fn step_of<'d>(flow: &'d Flow, key: &str) -> Result<&'d Step, Refusal> {
    flow.step(key).ok_or_else(|| Refusal::new(Code::NotFound).detail(format!("no step {key:?} in flow {}", flow.key)))
}

/// How a new case stands in the first step of its flow.
pub fn opened(definition: &Definition, flow: &Flow, opener: Option<UserId>, timing: &Timing) -> Result<State, Refusal> {
    let start = step_of(flow, &flow.start)?;
    Ok(State {
        step_since: timing.now,
        due_at: timing.due(&definition.hours, &start.time, timing.now, None),
        agreed_due_at: None,
        waiting_since: None,
        assigned_to: opener,
        ended_at: None,
    })
}

/// May this actor open a case of the flow there?
pub fn may_open(flow: &Flow, site: Option<crate::kernel::id::SiteId>, actor: &Actor) -> Result<(), Refusal> {
    let holds = flow.openers.iter().any(|role| actor.holds(*role, site));
    match flow.subject {
        Subject::Entry => Err(Refusal::new(Code::Invalid).field("flow", "of_entries", "it opens with its entry")),
        Subject::Case if !holds => {
            Err(Refusal::new(Code::Forbidden).detail(format!("only {} may open this", names(&flow.openers))))
        }
        Subject::Case => Ok(()),
    }
}

/// The rule that the command is judged by, once it is known, in place, and the actor's to give.
fn rule_for<'d>(flow: &'d Flow, case: &Case, command: &Command, actor: &Actor) -> Result<&'d TransitionRule, Refusal> {
    let named: Vec<&TransitionRule> = flow.transitions.iter().filter(|rule| rule.command == command.name).collect();
    if named.is_empty() {
        return Err(unknown_command(flow, &command.name));
    }
    if !named.iter().any(|rule| holds_any(actor, case, &rule.roles)) {
        let roles: Vec<Role> = named.iter().flat_map(|rule| rule.roles.iter().copied()).collect();
        return Err(Refusal::new(Code::Forbidden).detail(format!("only {} may {}", names(&roles), command.name)));
    }
    if flow.subject == Subject::Case && case.ended_at.is_some() {
        return Err(Refusal::new(Code::CaseEnded));
    }
    let rule = flow.transition(&command.name, &case.step).ok_or_else(|| wrong_step(flow, case, &command.name))?;
    if !holds_any(actor, case, &rule.roles) {
        return Err(Refusal::new(Code::Forbidden).detail(format!("only {} may {}", names(&rule.roles), command.name)));
    }
    Ok(rule)
}

fn unknown_command(flow: &Flow, command: &str) -> Refusal {
    let mut known: Vec<&str> = flow.transitions.iter().map(|rule| rule.command.as_str()).collect();
    known.dedup();
    let detail = format!("{command:?} is none of {}", known.join(", "));
    Refusal::new(Code::UnknownCommand).detail(detail.clone()).field("command", "unknown", detail)
}

fn wrong_step(flow: &Flow, case: &Case, command: &str) -> Refusal {
    let rules = flow.transitions.iter().filter(|rule| rule.command == command);
    let steps: Vec<&str> = rules.flat_map(|rule| rule.from.iter().map(String::as_str)).collect();
    let detail = format!("{command} applies in {}, not in {}", steps.join(", "), case.step);
    Refusal::new(Code::WrongStep).detail(detail).extra("step", case.step.as_str())
}

fn holds_any(actor: &Actor, case: &Case, roles: &[Role]) -> bool {
    roles.iter().any(|role| actor.holds(*role, case.site_id))
}

fn names(roles: &[Role]) -> String {
    let mut names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    names.dedup();
    names.join(", ")
}

/// People, not roles: whoever made one of the named commands since the case last left its start, or
/// wrote a part since the last approval.
fn is_own_work(flow: &Flow, rule: &TransitionRule, facts: &Facts, actor: &Actor) -> bool {
    actor.user().is_some_and(|user| owners(flow, rule, facts).any(|owner| owner == user))
}

/// Those whose own work the rule's move would be about.
fn owners<'a>(flow: &'a Flow, rule: &'a TransitionRule, facts: &Facts<'a>) -> impl Iterator<Item = UserId> + use<'a> {
    let left_start = |at: &super::case::CaseEvent| at.from_step == flow.start && at.to_step != flow.start;
    let since = facts.events.iter().rposition(left_start).unwrap_or(0);
    let excludes = |name: &str| rule.other_than.iter().any(|other| other == name);
    let authors = if excludes(AUTHORS) { facts.authors } else { &[] };
    let made = facts.events[since..].iter().filter(move |event| excludes(&event.command));
    made.filter_map(|event| event.actor_id).chain(authors.iter().copied())
}

/// Whose turn a case is: of those who act in its step, and may make one of the moves from there.
pub fn turns(definition: &Definition, facts: &Facts) -> Result<Vec<Turn>, Refusal> {
    let flow = flow_of(definition, facts.case)?;
    let step = step_of(flow, &facts.case.step)?;
    let leaving = flow.transitions.iter().filter(|rule| !step.end && rule.leaves(&step.key));
    let turn = |rule: &TransitionRule| Turn {
        roles: rule.roles.iter().copied().filter(|role| step.actors.contains(role)).collect(),
        not: owners(flow, rule, facts).collect(),
    };
    Ok(leaving.map(turn).filter(|turn| !turn.roles.is_empty()).collect())
}

/// Whether a move brings a case back to a step before its own, and had to say why.
pub fn is_sent_back(flow: &Flow, (command, from, to): (&str, &str, &str)) -> bool {
    let place = |key: &str| flow.steps.iter().position(|step| step.key == key);
    let says_why = flow.transition(command, from).is_some_and(|rule| rule.comment_required);
    says_why && place(to) < place(from)
}

/// Held by whoever acts in the step, and by heads, who answer for its lateness.
fn may_hold(step: &Step, case: &Case, actor: &Actor) -> bool {
    holds_any(actor, case, &step.actors) || actor.holds(Role::Head, case.site_id)
}

fn wait(
    definition: &Definition,
    step: &Step,
    case: &Case,
    command: &Command,
    (actor, timing): (&Actor, &Timing),
) -> Result<Transition, Refusal> {
    if !may_hold(step, case, actor) {
        let detail = format!("only {}, head may {}", names(&step.actors), command.name);
        return Err(Refusal::new(Code::Forbidden).detail(detail));
    }
    if case.ended_at.is_some() {
        return Err(Refusal::new(Code::CaseEnded));
    }
    let holds = command.name == HOLD;
    if holds == case.waiting_since.is_some() {
        let detail = if holds { "it waits already" } else { "it does not wait" };
        return Err(Refusal::new(Code::WrongStep).detail(detail).extra("step", case.step.as_str()));
    }
    if holds && command.comment.trim().is_empty() {
        return Err(Refusal::new(Code::CommentRequired).field("comment", "required", "say for whom or what it waits"));
    }
    form::none(&command.fields)?;
    let mut state = unchanged(case);
    match case.waiting_since {
        None => state.waiting_since = Some(timing.now),
        Some(since) => {
            state.waiting_since = None;
            state.due_at = case.due_at.map(|due| timing.resumed(&definition.hours, &step.time, since, due));
        }
    }
    Ok(transition(case, command, &case.step, (actor, timing.now, state)))
}

fn moved(
    definition: &Definition,
    case: &Case,
    command: &Command,
    rule: &TransitionRule,
    (actor, timing, agreed): (&Actor, &Timing, Option<Timestamp>),
) -> Result<Transition, Refusal> {
    let flow = flow_of(definition, case)?;
    let agreed = agreed.or(case.agreed_due_at);
    let (to, mut state) = match command.effect {
        Effect::StaysUntil(until) => {
            let step = step_of(flow, &case.step)?;
            let due_at = timing.due(&definition.hours, &step.time, case.step_since.max(until), agreed);
            (case.step.as_str(), State { due_at, ..unchanged(case) })
        }
        Effect::Moves if rule.target(&case.step) == case.step => {
            let follows_date = matches!(step_of(flow, &case.step)?.time, StandardTime::Agreed { .. });
            let due_at = if follows_date { agreed } else { case.due_at };
            (case.step.as_str(), State { due_at, agreed_due_at: agreed, ..unchanged(case) })
        }
        Effect::Moves => {
            let target = step_of(flow, &rule.to)?;
            (rule.to.as_str(), entered(definition, target, case, (timing, agreed)))
        }
    };
    if rule.assigns {
        state.assigned_to = actor.user();
    }
    let mut transition = transition(case, command, to, (actor, timing.now, state));
    transition.action = rule.action.clone();
    Ok(transition)
}

/// How a case stands that has just come to a step.
fn entered(definition: &Definition, step: &Step, case: &Case, (timing, agreed): (&Timing, Option<Timestamp>)) -> State {
    State {
        step_since: timing.now,
        due_at: timing.due(&definition.hours, &step.time, timing.now, agreed).filter(|_| !step.end),
        agreed_due_at: agreed,
        waiting_since: None,
        assigned_to: case.assigned_to,
        ended_at: step.end.then_some(timing.now),
    }
}

fn unchanged(case: &Case) -> State {
    State {
        step_since: case.step_since,
        due_at: case.due_at,
        agreed_due_at: case.agreed_due_at,
        waiting_since: case.waiting_since,
        assigned_to: case.assigned_to,
        ended_at: case.ended_at,
    }
}

fn transition(case: &Case, command: &Command, to: &str, (actor, at, state): (&Actor, Timestamp, State)) -> Transition {
    Transition {
        case: case.id,
        seen: case.version,
        command: command.name.clone(),
        from: case.step.clone(),
        to: to.into(),
        actor: actor.user(),
        comment: command.comment.trim().into(),
        fields: command.fields.clone(),
        at,
        was_due_at: case.due_at,
        state,
        action: None,
    }
}

#[cfg(test)]
mod tests;
