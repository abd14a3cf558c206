//! What must hold before a procedure is taken into force. Each fault names its line.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{ACTIONS, At, Fault, Places};
use super::model::{
    AUTHORS, Definition, Flow, FormField, FormKind, Hours, SAME, StandardTime, Step, Subject, Text, TransitionRule,
};
use super::rules::{HOLD, RESUME};
use crate::calendar::model::DayHours;

/// The largest figure of a standard time, in any unit.
const AMOUNT_MAX: u32 = 10_000;

/// Everything that is wrong with a procedure that could be read, in no order.
pub(super) fn faults(definition: &Definition, places: &Places<'_>) -> Vec<Fault> {
    let mut page = Page { places, faults: Vec::new() };
    page.key(&definition.key, &[At::Key("key")]);
    page.text(&definition.title, &[At::Key("title")]);
    hours(&definition.hours, &mut page);
    if definition.flows.is_empty() {
        page.fault(&[At::Key("flows")], "a procedure needs a flow");
    }
    page.unique(definition.flows.iter().map(|flow| flow.key.as_str()), "flow", |at| {
        vec![At::Key("flows"), At::Item(at), At::Key("key")]
    });
    for (at, flow) in definition.flows.iter().enumerate() {
        FlowCheck { flow, at }.run(&mut page);
    }
    page.faults
}

/// The source's places, and what was found wrong at them.
struct Page<'a> {
    places: &'a Places<'a>,
    faults: Vec<Fault>,
}

impl Page<'_> {
    fn fault(&mut self, path: &[At<'_>], reason: impl Into<String>) {
        self.faults.push(Fault { line: self.places.line(path), reason: reason.into() });
    }

    /// Keys are in addresses, in the database and in programs: small letters, digits and underscores.
    fn key(&mut self, key: &str, path: &[At<'_>]) {
        let sound = key.starts_with(|letter: char| letter.is_ascii_lowercase())
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !sound {
            self.fault(path, format!("{key:?} is not a key: small letters, digits and _, a letter first"));
        }
        if [SAME, AUTHORS, HOLD, RESUME].contains(&key) {
            self.fault(path, format!("{key:?} has a meaning of its own and cannot be a key"));
        }
    }

    fn text(&mut self, text: &Text, path: &[At<'_>]) {
        for (language, words) in [("id", &text.id), ("en", &text.en)] {
            if words.trim().is_empty() {
                let mut path = path.to_vec();
                path.push(At::Key(language));
                self.fault(&path, format!("the words in {language:?} are missing"));
            }
        }
    }

    fn unique<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k str>,
        what: &str,
        path: impl Fn(usize) -> Vec<At<'static>>,
    ) {
        let mut seen = BTreeSet::new();
        for (at, key) in keys.enumerate() {
            if !seen.insert(key) {
                self.fault(&path(at), format!("there are two {what}s {key:?}"));
            }
        }
    }
}

fn hours(hours: &Hours, page: &mut Page<'_>) {
    let Hours::Weekly { days } = hours else { return };
    let path = |at: usize| [At::Key("hours"), At::Key("days"), At::Item(at)];
    if days.is_empty() {
        page.fault(&[At::Key("hours"), At::Key("days")], "weekly hours need a day");
    }
    for (at, day) in days.iter().enumerate() {
        if day.from >= day.to {
            page.fault(
                &path(at),
                format!("service on {} ends at {} before it begins at {}", day.day, day.to, day.from),
            );
        }
        let overlaps = |other: &&DayHours| other.day == day.day && other.from < day.to && day.from < other.to;
        if days[..at].iter().any(|other| overlaps(&other)) {
            page.fault(&path(at), format!("service on {} overlaps an earlier line", day.day));
        }
    }
}

struct FlowCheck<'a> {
    flow: &'a Flow,
    at: usize,
}

impl<'a> FlowCheck<'a> {
    fn run(&self, page: &mut Page<'_>) {
        let flow = self.flow;
        let before = page.faults.len();
        page.key(&flow.key, &self.path(&[At::Key("key")]));
        page.text(&flow.title, &self.path(&[At::Key("title")]));
        if flow.openers.is_empty() && flow.subject == Subject::Case {
            page.fault(
                &self.path(&[At::Key("openers")]),
                format!("flow {:?} names nobody who may open a case", flow.key),
            );
        }
        page.unique(flow.steps.iter().map(|step| step.key.as_str()), "step", |at| {
            self.step_path(at, &[At::Key("key")])
        });
        for (at, step) in flow.steps.iter().enumerate() {
            self.step(at, step, page);
        }
        for (at, rule) in flow.transitions.iter().enumerate() {
            self.transition(at, rule, page);
        }
        self.commands_are_clear(page);
        match flow.step(&flow.start) {
            None => {
                page.fault(&self.path(&[At::Key("start")]), format!("there is no step {:?} to start from", flow.start))
            }
            Some(step) if step.end => {
                page.fault(&self.path(&[At::Key("start")]), format!("the start {:?} is an end", flow.start));
            }
            // A name that leads nowhere would make the ways through the flow look broken as well.
            Some(_) if page.faults.len() > before => {}
            Some(_) => {
                self.every_step_is_reached_and_can_end(page);
                self.nothing_is_published_unapproved(page);
            }
        }
    }

    fn path<'p>(&self, rest: &[At<'p>]) -> Vec<At<'p>> {
        [&[At::Key("flows"), At::Item(self.at)], rest].concat()
    }

    fn step_path<'p>(&self, at: usize, rest: &[At<'p>]) -> Vec<At<'p>> {
        self.path(&[&[At::Key("steps"), At::Item(at)], rest].concat())
    }

    fn rule_path<'p>(&self, at: usize, rest: &[At<'p>]) -> Vec<At<'p>> {
        self.path(&[&[At::Key("transitions"), At::Item(at)], rest].concat())
    }

    fn step(&self, at: usize, step: &Step, page: &mut Page<'_>) {
        page.key(&step.key, &self.step_path(at, &[At::Key("key")]));
        page.text(&step.title, &self.step_path(at, &[At::Key("title")]));
        if step.actors.is_empty() && !step.end {
            page.fault(&self.step_path(at, &[At::Key("actors")]), format!("nobody acts in step {:?}", step.key));
        }
        if self.flow.subject == Subject::Case && !step.edits.is_empty() {
            page.fault(&self.step_path(at, &[At::Key("edits")]), "only entries have content to edit");
        }
        self.time(at, step, page);
        page.unique(step.fields.iter().map(|field| field.key.as_str()), "field", |index| {
            self.step_path(at, &[At::Key("fields"), At::Item(index), At::Key("key")])
        });
        for (index, field) in step.fields.iter().enumerate() {
            self.field(self.step_path(at, &[At::Key("fields"), At::Item(index)]), step, field, page);
        }
    }

    fn time(&self, at: usize, step: &Step, page: &mut Page<'_>) {
        let place = self.step_path(at, &[At::Key("time")]);
        match &step.time {
            StandardTime::None | StandardTime::Relative { .. } => {}
            StandardTime::Span { amount, .. } => {
                if !(1..=AMOUNT_MAX).contains(amount) {
                    page.fault(&place, format!("a standard time is 1 to {AMOUNT_MAX}, not {amount}"));
                }
            }
            StandardTime::Agreed { .. } => {
                let agreed = self.flow.steps.iter().flat_map(|step| &step.fields).any(|field| field.agrees);
                if !agreed {
                    page.fault(&place, format!("no field of flow {:?} agrees the date of this step", self.flow.key));
                }
            }
        }
    }

    fn field(&self, place: Vec<At<'_>>, step: &Step, field: &FormField, page: &mut Page<'_>) {
        page.key(&field.key, &place);
        let mut label = place.clone();
        label.push(At::Key("label"));
        page.text(&field.label, &label);
        if (field.kind == FormKind::Choice) == field.choices.is_empty() {
            page.fault(
                &place,
                format!("field {:?}: choices belong to the kind \"choice\", and it needs some", field.key),
            );
        }
        if field.agrees && field.kind != FormKind::Date {
            page.fault(&place, format!("field {:?}: only a date can agree the due date", field.key));
        }
        let taken = |rule: &TransitionRule| rule.leaves(&step.key) && rule.fields.contains(&field.key);
        if !self.flow.transitions.iter().any(taken) {
            page.fault(&place, format!("no transition from {:?} takes the field {:?}", step.key, field.key));
        }
    }

    fn transition(&self, at: usize, rule: &TransitionRule, page: &mut Page<'_>) {
        page.key(&rule.command, &self.rule_path(at, &[At::Key("command")]));
        page.text(&rule.title, &self.rule_path(at, &[At::Key("title")]));
        if rule.from.is_empty() {
            page.fault(&self.rule_path(at, &[At::Key("from")]), format!("{:?} leaves no step", rule.command));
        }
        if rule.roles.is_empty() {
            page.fault(&self.rule_path(at, &[At::Key("roles")]), format!("nobody may {:?}", rule.command));
        }
        for from in &rule.from {
            let place = self.rule_path(at, &[At::Key("from")]);
            match self.flow.step(from) {
                None => page.fault(&place, format!("there is no step {from:?}")),
                Some(step) if step.end && self.flow.subject == Subject::Case => {
                    page.fault(&place, format!("{from:?} is an end, and a case does not leave its end"));
                }
                Some(step) => self.takes_known_fields(at, rule, step, page),
            }
        }
        if rule.to != SAME && self.flow.step(&rule.to).is_none() {
            page.fault(&self.rule_path(at, &[At::Key("to")]), format!("there is no step {:?}", rule.to));
        }
        self.separation(at, rule, page);
        self.live_site(at, rule, page);
        self.action(at, rule, page);
    }

    fn takes_known_fields(&self, at: usize, rule: &TransitionRule, step: &Step, page: &mut Page<'_>) {
        for key in &rule.fields {
            if step.field(key).is_none() {
                let place = self.rule_path(at, &[At::Key("fields")]);
                page.fault(&place, format!("step {:?} has no field {key:?}", step.key));
            }
        }
    }

    /// What names the site is a text that is filled in.
    fn live_site(&self, at: usize, rule: &TransitionRule, page: &mut Page<'_>) {
        let Some(key) = &rule.requires_live_site else { return };
        let place = self.rule_path(at, &[At::Key("requires_live_site")]);
        if self.flow.subject == Subject::Entry {
            page.fault(&place, "only cases name a site in their form");
        }
        let fits = |field: &FormField| field.kind == FormKind::Text && field.required && rule.fields.contains(key);
        for step in rule.from.iter().filter_map(|from| self.flow.step(from)) {
            if !step.field(key).is_some_and(fits) {
                page.fault(&place, format!("step {:?} has no required text {key:?} in this form", step.key));
            }
        }
    }

    fn separation(&self, at: usize, rule: &TransitionRule, page: &mut Page<'_>) {
        let place = self.rule_path(at, &[At::Key("other_than")]);
        for who in &rule.other_than {
            if who == AUTHORS {
                if self.flow.subject == Subject::Case {
                    page.fault(&place, "only entries have authors");
                }
            } else if !self.flow.transitions.iter().any(|other| other.command == *who) {
                page.fault(&place, format!("there is no command {who:?} in flow {:?}", self.flow.key));
            }
        }
    }

    fn action(&self, at: usize, rule: &TransitionRule, page: &mut Page<'_>) {
        let Some(action) = rule.action.as_deref() else { return };
        let place = self.rule_path(at, &[At::Key("action")]);
        if !ACTIONS.contains(&action) {
            page.fault(&place, format!("there is no action {action:?}; known are {}", ACTIONS.join(", ")));
        }
        if self.flow.subject == Subject::Case
            && matches!(action, "approve" | "edit" | "publish" | "unschedule" | "withdraw")
        {
            page.fault(&place, format!("the action {action:?} is for entries"));
        }
        if action == "approve" && !rule.approves() {
            let place = self.rule_path(at, &[At::Key("other_than")]);
            page.fault(&place, format!("an approval must be by somebody else: other_than = [{AUTHORS:?}]"));
        }
    }

    /// From one step, a command means one thing.
    fn commands_are_clear(&self, page: &mut Page<'_>) {
        let mut seen = BTreeSet::new();
        for (at, rule) in self.flow.transitions.iter().enumerate() {
            for from in &rule.from {
                if !seen.insert((&rule.command, from)) {
                    let place = self.rule_path(at, &[At::Key("command")]);
                    page.fault(&place, format!("there are two {:?} from step {from:?}", rule.command));
                }
            }
        }
    }

    fn every_step_is_reached_and_can_end(&self, page: &mut Page<'_>) {
        let forward = self.edges(|_| true);
        let mut backward: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, targets) in &forward {
            for to in targets {
                backward.entry(to).or_default().push(from);
            }
        }
        let reached = closure(&forward, [self.flow.start.as_str()]);
        let ends = self.flow.steps.iter().filter(|step| step.end).map(|step| step.key.as_str());
        let can_end = closure(&backward, ends);
        for (at, step) in self.flow.steps.iter().enumerate() {
            let place = self.step_path(at, &[At::Key("key")]);
            if !reached.contains(step.key.as_str()) {
                page.fault(&place, format!("step {:?} is never reached from {:?}", step.key, self.flow.start));
            }
            if !can_end.contains(step.key.as_str()) {
                page.fault(&place, format!("from step {:?} no end is reached", step.key));
            }
        }
    }

    /// No way from a place where the content may have changed leads to `publish` around an approval.
    fn nothing_is_published_unapproved(&self, page: &mut Page<'_>) {
        let unapproved = closure(&self.edges(|rule| !rule.approves()), self.changing());
        for (at, rule) in self.flow.transitions.iter().enumerate() {
            if rule.action.as_deref() != Some("publish") {
                continue;
            }
            for from in rule.from.iter().filter(|from| unapproved.contains(from.as_str())) {
                let place = self.rule_path(at, &[At::Key("action")]);
                page.fault(
                    &place,
                    format!("{:?} can be reached in step {from:?} without an approval by another person", rule.command),
                );
            }
        }
    }

    /// The steps in which nothing is approved: the start, those where the content may be edited, and those that
    /// an edit leads to.
    fn changing(&self) -> Vec<&'a str> {
        let edited = self.flow.steps.iter().filter(|step| !step.edits.is_empty()).map(|step| step.key.as_str());
        let after = self.flow.transitions.iter().filter(|rule| rule.action.as_deref() == Some("edit"));
        let after = after.flat_map(|rule| rule.from.iter().map(|from| rule.target(from)));
        [self.flow.start.as_str()].into_iter().chain(edited).chain(after).collect()
    }

    fn edges(&self, counts: impl Fn(&TransitionRule) -> bool) -> BTreeMap<&'a str, Vec<&'a str>> {
        let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for rule in self.flow.transitions.iter().filter(|rule| counts(rule)) {
            for from in &rule.from {
                edges.entry(from).or_default().push(rule.target(from));
            }
        }
        edges
    }
}

/// All that is reached along the edges, the seeds included.
fn closure<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>, seeds: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = seeds.into_iter().collect();
    while let Some(step) = open.pop() {
        if reached.insert(step) {
            open.extend(edges.get(step).into_iter().flatten());
        }
    }
    reached
}
