//! What a command does to an entry, beside moving its case.

use serde_json::{Map, Value, json};

use super::desk::{Desk, person};
use super::model::{Approval, Changed, Move, Times};
use super::rules::{self, APPROVE, EDIT, PUBLISH, UNSCHEDULE, WITHDRAW};
use super::{store, telling};
use crate::content::model::{LiveEntry, Withdrawal, WithdrawalReason};
use crate::content::{self, checks, live};
use crate::db::Tx;
use crate::identity::Actor;
use crate::kernel::id::JobId;
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::procedure::case::{Command, Effect};
use crate::procedure::model::TransitionRule;
use crate::procedure::rules::Transition;

/// Moves an entry by a person's command, in the caller's transaction. `job` names the build that may follow.
pub fn by_command(
    tx: &mut Tx,
    mut desk: Desk,
    asked: &Move,
    actor: &Actor,
    (job, now): (JobId, Timestamp),
) -> Result<Changed> {
    refuse_edit(&desk, &asked.command)?;
    let command = Command::new(asked.command.as_str()).comment(asked.comment.as_str());
    let command = command.effect(effect(&desk, asked, now)?);
    let authors = desk.authors(tx)?;
    let transition = desk.whole.decide(&command, actor, &authors, now)?.noting(asked.times.to_fields());
    let rule = rule(&desk, &asked.command)?.clone();
    rules::check_times(&rule, &asked.times, now)?;
    rules::check_withdrawal(&rule, asked.withdrawal.as_ref())?;
    if rules::hands_on(&rule) {
        checks::service::refuse_blocked(tx, &desk.row, now)?;
    }
    let changed = act(tx, &mut desk, &rule, asked, (actor, now))?;
    let mut detail = detail(&transition, &desk, &asked.times);
    if rule.action.as_deref() == Some(WITHDRAW) {
        let told = told(asked);
        detail["told"] = json!({ "reason": told.reason.as_str(), "notice": told.notice });
    }
    finish(tx, &mut desk, &transition, now)?;
    desk.record(tx, actor, (&asked.command, detail), now)?;
    telling::moved(tx, &desk, &transition, (actor.user(), now))?;
    let job = if changed { Some(desk.build(tx, job, now)?) } else { None };
    Ok(desk.changed(job))
}

/// Changing content is done by changing it; the name of that move is no command.
fn refuse_edit(desk: &Desk, command: &str) -> Result<(), Refusal> {
    let edits =
        desk.flow()?.transitions.iter().any(|rule| rule.command == command && rule.action.as_deref() == Some(EDIT));
    if edits {
        let detail = format!("{command} happens when the content is changed (PATCH)");
        return Err(Refusal::new(Code::UnknownCommand).field("command", "unknown", detail));
    }
    Ok(())
}

fn rule<'d>(desk: &'d Desk, command: &str) -> Result<&'d TransitionRule, Refusal> {
    let rule = desk.flow()?.transition(command, &desk.whole.case.step);
    rule.ok_or_else(|| Refusal::new(Code::WrongStep).extra("step", desk.whole.case.step.as_str()))
}

/// A publication that is ordered for later leaves the entry where it is; so does taking the order back.
fn effect(desk: &Desk, asked: &Move, now: Timestamp) -> Result<Effect, Refusal> {
    let rule = desk.flow()?.transition(&asked.command, &desk.whole.case.step);
    let action = rule.and_then(|rule| rule.action.as_deref());
    Ok(match (action, asked.times.publish_at) {
        (Some(PUBLISH), Some(at)) if at > now => Effect::StaysUntil(at),
        (Some(UNSCHEDULE), _) => Effect::StaysUntil(desk.whole.case.step_since),
        (_, _) => Effect::Moves,
    })
}

/// What the rule's action does to the row and to what citizens see; whether the latter changed.
fn act(
    tx: &mut Tx,
    desk: &mut Desk,
    rule: &TransitionRule,
    asked: &Move,
    (actor, now): (&Actor, Timestamp),
) -> Result<bool> {
    match rule.action.as_deref() {
        Some(APPROVE) => approve(tx, desk, asked, (actor, now)).map(|()| false),
        Some(PUBLISH) => {
            let seen = asked.digest.ok_or_else(digest_required)?;
            refuse_unapproved(tx, desk, Some(&seen))?;
            match asked.times.publish_at.filter(|at| *at > now) {
                Some(at) => schedule(tx, desk, at, asked.times.unpublish_at).map(|()| false),
                None => show(tx, desk, asked.times.unpublish_at, now).map(|()| true),
            }
        }
        Some(UNSCHEDULE) => unschedule(tx, desk).map(|()| false),
        Some(WITHDRAW) => hide(tx, desk, &told(asked), &asked.comment, now).map(|()| true),
        Some(_) | None => Ok(false),
    }
}

fn approve(tx: &mut Tx, desk: &mut Desk, asked: &Move, (actor, now): (&Actor, Timestamp)) -> Result<()> {
    let seen = asked.digest.ok_or_else(digest_required)?;
    let (content, closure) = desk.closure(tx)?;
    content::rules::refuse_exempt(&content)?;
    if seen != closure || desk.row.closure != closure {
        return Err(mismatch(&closure).into());
    }
    let approver = person(actor)?;
    let approval = Approval { revision: desk.row.revision, closure, approver, approved_at: now, voided_at: None };
    store::insert_approval(tx, desk.row.id, &approval)?;
    desk.row.approved_closure = Some(closure);
    desk.row.approved_revision = desk.row.revision;
    Ok(())
}

fn digest_required() -> Refusal {
    Refusal::new(Code::DigestRequired).field("digest", "required", "the digest of the entry that you have looked at")
}

fn mismatch(closure: &Digest) -> Refusal {
    Refusal::new(Code::DigestMismatch).extra("current_digest", closure.as_str())
}

/// Refuses what is not, byte for byte, what was approved; and what is not what the caller has seen.
pub fn refuse_unapproved(tx: &mut Tx, desk: &Desk, seen: Option<&Digest>) -> Result<()> {
    let (_, closure) = desk.closure(tx)?;
    let approved = desk.row.approved_closure.ok_or_else(|| Refusal::new(Code::NotApproved))?;
    if approved != closure || desk.row.closure != closure || seen.is_some_and(|seen| *seen != closure) {
        return Err(mismatch(&closure).into());
    }
    if desk.approver().is_none() || desk.row.approved_revision != desk.row.revision {
        return Err(Refusal::new(Code::NotApproved).into());
    }
    Ok(())
}

/// Times of what is live already stay in the row until the new revision takes its place.
fn schedule(tx: &mut Tx, desk: &mut Desk, at: Timestamp, until: Option<Timestamp>) -> Result<()> {
    desk.row.publish_at = Some(at);
    if live::find(tx, desk.row.id)?.is_none() {
        desk.row.unpublish_at = until;
    }
    Ok(())
}

fn unschedule(tx: &mut Tx, desk: &mut Desk) -> Result<()> {
    if desk.row.publish_at.take().is_none() {
        let refusal = Refusal::new(Code::WrongStep).detail("nothing is scheduled");
        return Err(refusal.extra("step", desk.row.step.as_str()).into());
    }
    if live::find(tx, desk.row.id)?.is_none() {
        desk.row.unpublish_at = None;
    }
    Ok(())
}

/// Makes what was approved live. [`refuse_unapproved`] has been asked in this transaction.
pub fn show(tx: &mut Tx, desk: &mut Desk, until: Option<Timestamp>, now: Timestamp) -> Result<()> {
    let (content, _) = desk.closure(tx)?;
    let live = LiveEntry::of(&desk.row, &desk.content_type, &content, desk.approver(), now)?;
    live::show(tx, &live, PUBLISH, now)?;
    desk.row.published_at = Some(live.published_at);
    desk.row.publish_at = None;
    desk.row.unpublish_at = until;
    desk.row.reviewed_at = Some(now);
    desk.row.review_at = desk.content_type.review_after(now);
    Ok(())
}

/// What citizens are told. The comment is for colleagues and is never shown.
fn told(asked: &Move) -> Withdrawal {
    let unsaid = Withdrawal { reason: WithdrawalReason::Other, notice: String::new() };
    asked.withdrawal.clone().unwrap_or(unsaid)
}

/// Takes what is live away.
pub fn hide(tx: &mut Tx, desk: &mut Desk, withdrawal: &Withdrawal, comment: &str, now: Timestamp) -> Result<()> {
    live::hide(tx, desk.row.id, withdrawal, comment, now)?;
    desk.row.unpublish_at = None;
    desk.row.reviewed_at = None;
    desk.row.review_at = None;
    Ok(())
}

/// Voids what no longer counts where the entry goes, and writes case and row.
pub fn finish(tx: &mut Tx, desk: &mut Desk, transition: &Transition, now: Timestamp) -> Result<()> {
    let target = crate::procedure::rules::step_of(desk.flow()?, transition.to())?;
    if transition.to() != transition.from() && rules::voids(target) {
        desk.void(tx, now)?;
    }
    desk.settle(tx, transition, now)
}

/// What the ledger keeps of a move.
pub fn detail(transition: &Transition, desk: &Desk, times: &Times) -> Value {
    let mut detail = Map::from_iter([
        ("from".to_owned(), json!(transition.from())),
        ("to".to_owned(), json!(transition.to())),
        ("revision".to_owned(), json!(desk.row.revision)),
    ]);
    if !transition.comment().is_empty() {
        detail.insert("comment".to_owned(), json!(transition.comment()));
    }
    detail.extend(times.to_fields());
    Value::Object(detail)
}
