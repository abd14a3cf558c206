//! Decisions about entries that the procedure leaves to this house: how an edit is possible, whose work a
//! revision is, which times can be ordered.

use super::model::{Approval, Times};

use crate::content::model::{Revision, Withdrawal};
use crate::identity::Role;
use crate::kernel::id::UserId;
use crate::kernel::{Code, Refusal, Timestamp};
use crate::notices::Kind;
use crate::procedure::model::{Flow, Step, TransitionRule};
use crate::procedure::rules::{Transition, is_sent_back};

/// The name of the action that a change of the content itself triggers, in procedure files.
pub const EDIT: &str = "edit";
pub const APPROVE: &str = "approve";
pub const PUBLISH: &str = "publish";
pub const UNSCHEDULE: &str = "unschedule";
pub const WITHDRAW: &str = "withdraw";

/// The command by which a published or withdrawn entry becomes a draft again.
pub const REVISE: &str = "revise";
/// Commands with which an author or editor hands content on, and may tell the times that are wished for.
const HANDING_ON: &[&str] = &["submit", "forward"];

/// How the content can be changed in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edit<'d> {
    /// A new revision, and the entry stays in its step.
    InPlace,
    /// By this command of the procedure, which voids what was approved and brings the entry back.
    By(&'d TransitionRule),
}

/// Whether and how somebody with these roles may change the content in this step. `forbidden`,
/// `claim_first` where nobody has it in hand, `revise_first` where it has come to an end.
pub fn edit<'d>(flow: &'d Flow, step: &Step, roles: &[Role]) -> Result<Edit<'d>, Refusal> {
    if !step.edits.is_empty() {
        if roles.iter().any(|role| step.edits.contains(role)) {
            return Ok(Edit::InPlace);
        }
        let names: Vec<&str> = step.edits.iter().map(|role| role.as_str()).collect();
        return Err(Refusal::new(Code::Forbidden).detail(format!("only {} may edit here", names.join(", "))));
    }
    let rule = flow.transitions.iter().find(|rule| rule.action.as_deref() == Some(EDIT) && rule.leaves(&step.key));
    match rule {
        Some(rule) => Ok(Edit::By(rule)),
        None if step.end => Err(Refusal::new(Code::ReviseFirst).extra("step", step.key.as_str())),
        None => Err(Refusal::new(Code::ClaimFirst).extra("step", step.key.as_str())),
    }
}

/// Whoever wrote any part of the newest revision since the last approval that stands; an approval of that
/// very revision does not count, because it is theirs still.
///
/// A revision that says what an older one said (a restored one) is also the work of those whose work the
/// older one was.
pub fn authors(revisions: &[Revision], approvals: &[Approval]) -> Vec<UserId> {
    let stands = |number: i32| approvals.iter().any(|one| one.revision == number && one.voided_at.is_none());
    let mut authors = Vec::new();
    let mut done: Vec<i32> = Vec::new();
    let mut open: Vec<i32> = revisions.iter().map(|one| one.number).max().into_iter().collect();
    while let Some(until) = open.pop() {
        done.push(until);
        let before = revisions.iter().map(|one| one.number).filter(|number| *number < until && stands(*number));
        let base = before.max().unwrap_or(0);
        for one in revisions.iter().filter(|one| one.number > base && one.number <= until) {
            authors.extend(one.author);
            let same = revisions.iter().filter(|older| older.digest == one.digest && older.number < one.number);
            open.extend(same.map(|older| older.number).filter(|number| !done.contains(number)));
        }
    }
    authors.sort_unstable();
    authors.dedup();
    authors
}

/// Which times a command may bring: `publish` orders them, the hand-over wishes them.
pub fn check_times(rule: &TransitionRule, times: &Times, now: Timestamp) -> Result<(), Refusal> {
    let orders = rule.action.as_deref() == Some(PUBLISH);
    let takes = orders || HANDING_ON.contains(&rule.command.as_str());
    if !takes && !times.is_empty() {
        let detail = format!("{} takes no times", rule.command);
        return Err(Refusal::new(Code::Invalid).field("publish_at", "not_taken", detail));
    }
    let appears = times.publish_at.unwrap_or(now);
    let goes_too_early = |until: &Timestamp| *until <= appears || (orders && *until <= now);
    if times.unpublish_at.as_ref().is_some_and(goes_too_early) {
        let detail = "later than now, and than publish_at";
        return Err(Refusal::new(Code::Invalid).field("unpublish_at", "too_early", detail));
    }
    Ok(())
}

/// Whether a command brings content nearer to citizens, so that the checks have their say: it is handed on, approved or
/// published. Bringing it back, taking it in hand and taking it away never wait for them.
pub fn hands_on(rule: &TransitionRule) -> bool {
    matches!(rule.action.as_deref(), Some(APPROVE | PUBLISH)) || HANDING_ON.contains(&rule.command.as_str())
}

/// Letters of what citizens are told in words.
const NOTICE_LETTERS_MAX: usize = 500;

/// Only a withdrawal tells citizens why.
pub fn check_withdrawal(rule: &TransitionRule, withdrawal: Option<&Withdrawal>) -> Result<(), Refusal> {
    let Some(withdrawal) = withdrawal else { return Ok(()) };
    if rule.action.as_deref() != Some(WITHDRAW) {
        let detail = format!("{} tells citizens no reason", rule.command);
        return Err(Refusal::new(Code::Invalid).field("reason", "not_taken", detail));
    }
    if withdrawal.notice.chars().count() > NOTICE_LETTERS_MAX {
        let detail = format!("at most {NOTICE_LETTERS_MAX} letters");
        return Err(Refusal::new(Code::Invalid).field("notice", "too_long", detail));
    }
    Ok(())
}

/// Whether an entry's step holds content that may be changed, so that nothing approved before counts.
pub fn voids(step: &Step) -> bool {
    !step.edits.is_empty()
}

/// What a move means to those whom it concerns.
pub fn outcome(flow: &Flow, transition: &Transition) -> Kind {
    let (command, from, to) = (transition.command(), transition.from(), transition.to());
    match transition.action() {
        Some(APPROVE) => Kind::Approved,
        Some(PUBLISH) if from != to => Kind::Published,
        Some(WITHDRAW) => Kind::Withdrawn,
        Some(_) | None if !is_sent_back(flow, (command, from, to)) => Kind::Waiting,
        Some(_) | None => {
            let place = |key: &str| flow.steps.iter().position(|step| step.key == key);
            let judging = flow.transitions.iter().filter(|rule| rule.approves()).flat_map(|rule| &rule.from);
            let judged = judging.filter_map(|step| place(step)).min().is_some_and(|first| place(from) >= Some(first));
            if judged { Kind::Rejected } else { Kind::Returned }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Digest;
    use crate::procedure::model::Definition;

    fn user(number: u8) -> UserId {
        UserId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn revision(number: i32, words: &str, author: u8) -> Revision {
        let created_at = Timestamp::from_micros(i64::from(number));
        Revision { number, digest: Digest::of(words), author: Some(user(author)), created_at }
    }

    fn approval(revision: i32, voided: bool) -> Approval {
        let at = Timestamp::from_micros(0);
        Approval {
            revision,
            closure: Digest::of("x"),
            approver: user(9),
            approved_at: at,
            voided_at: voided.then_some(at),
        }
    }

    #[test]
    fn a_revision_is_the_work_of_all_who_wrote_since_the_last_approval_that_stands() {
        let revisions = [revision(1, "a", 1), revision(2, "b", 2), revision(3, "c", 3)];
        assert_eq!(authors(&revisions, &[]), [user(1), user(2), user(3)]);
        assert_eq!(authors(&revisions, &[approval(1, false)]), [user(2), user(3)]);
        assert_eq!(authors(&revisions, &[approval(1, false), approval(2, true)]), [user(2), user(3)]);
        assert_eq!(authors(&revisions, &[approval(2, false), approval(3, false)]), [user(3)], "theirs still");
    }

    #[test]
    fn what_was_restored_is_still_the_work_of_those_who_wrote_it() {
        let revisions = [revision(1, "a", 1), revision(2, "b", 2), revision(3, "c", 3), revision(4, "b", 4)];
        assert_eq!(authors(&revisions, &[approval(3, false)]), [user(1), user(2), user(4)]);
        assert_eq!(authors(&revisions, &[approval(1, false), approval(3, false)]), [user(2), user(4)]);
    }

    #[test]
    fn each_step_has_its_way_of_editing() {
        let files = crate::procedure::definition::built_in();
        let (name, text) = files.into_iter().find(|(name, _)| name.starts_with("website_management")).unwrap();
        let definition = Definition::load(text, name).unwrap();
        let flow = definition.flow("publication").unwrap();
        let way = |step: &str, role| edit(flow, flow.step(step).unwrap(), &[role]);
        assert_eq!(way("draft", Role::Author), Ok(Edit::InPlace));
        assert_eq!(way("draft", Role::Approver).unwrap_err().code(), Code::Forbidden);
        assert_eq!(way("handed_over", Role::Editor).unwrap_err().code(), Code::ClaimFirst);
        assert_eq!(way("editing", Role::Author).unwrap_err().code(), Code::Forbidden);
        assert_eq!(way("editing", Role::Editor), Ok(Edit::InPlace));
        for step in ["filtering", "approved"] {
            assert!(matches!(way(step, Role::Editor), Ok(Edit::By(rule)) if rule.to == "editing"));
        }
        for step in ["published", "withdrawn"] {
            assert_eq!(way(step, Role::Editor).unwrap_err().code(), Code::ReviseFirst);
        }
    }

    proptest! {
        #[test]
        fn whoever_wrote_what_the_newest_revision_says_is_among_its_authors(
            written in proptest::collection::vec((0u8..4, 0u8..4), 1..8),
            approved in proptest::collection::vec((1i32..8, any::<bool>()), 0..4),
        ) {
            let revisions: Vec<Revision> = written.iter().enumerate()
                .map(|(at, (words, author))| revision(at as i32 + 1, &words.to_string(), *author)).collect();
            let approvals: Vec<Approval> = approved.iter().map(|(number, voided)| approval(*number, *voided)).collect();
            let newest = revisions.last().unwrap();
            let found = authors(&revisions, &approvals);
            for same in revisions.iter().filter(|one| one.digest == newest.digest) {
                prop_assert!(found.contains(&same.author.unwrap()));
            }
        }
    }
}
