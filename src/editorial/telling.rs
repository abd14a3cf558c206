//! What is told of an entry, after the ledger's event of it.

use super::desk::Desk;
use super::{rules, store};
use crate::db::Tx;
use crate::kernel::id::UserId;
use crate::kernel::{Result, Timestamp};
use crate::notices::{self, Happening, Kind};
use crate::procedure::case::{CaseEvent, Comment};
use crate::procedure::model::Flow;
use crate::procedure::rules::{Transition, flow_of};
use crate::procedure::service::Whole;
use crate::procedure::telling::{next, of_case};

/// Somebody moved it, or ordered what happens later.
pub fn moved(tx: &mut Tx, desk: &Desk, transition: &Transition, who: (Option<UserId>, Timestamp)) -> Result<()> {
    let kind = rules::outcome(desk.flow()?, transition);
    let moves = transition.from() != transition.to();
    tell(tx, desk, (kind, transition.comment(), moves), who)
}

/// What was ordered happened, or could not, because it is no longer what was approved.
pub fn carried_out(tx: &mut Tx, desk: &Desk, transition: &Transition, now: Timestamp) -> Result<()> {
    if transition.from() != transition.to() {
        let kind = rules::outcome(desk.flow()?, transition);
        return tell(tx, desk, (kind, "", true), (None, now));
    }
    match transition.action() {
        Some(rules::WITHDRAW) => tell(tx, desk, (Kind::Withdrawn, "", false), (None, now)),
        Some(_) | None => tell(tx, desk, (Kind::Voided, "", true), (None, now)),
    }
}

/// A change of the content brought it back.
pub fn changed(tx: &mut Tx, desk: &Desk, was_approved: bool, who: (Option<UserId>, Timestamp)) -> Result<()> {
    let kind = if was_approved { Kind::Voided } else { Kind::Waiting };
    tell(tx, desk, (kind, "", true), who)
}

pub fn remarked(tx: &mut Tx, desk: &Desk, comment: &Comment, now: Timestamp) -> Result<()> {
    tell(tx, desk, (Kind::Comment, &comment.body, true), (Some(comment.author_id), now))
}

/// `waits`: whether it waits for somebody after this.
fn tell(
    tx: &mut Tx,
    desk: &Desk,
    (kind, said, waits): (Kind, &str, bool),
    (by, now): (Option<UserId>, Timestamp),
) -> Result<()> {
    // As it stands after the move.
    let whole = Whole::read(tx, desk.row.case_id)?;
    let since = round(flow_of(&whole.ground.definition, &whole.case)?, &whole.events);
    let mut happening = of_case(tx, &whole, (kind, format!("entry:{}", desk.row.id)), since)?;
    let revisions = store::revisions(tx, desk.row.id)?;
    let of_round = revisions.iter().filter(|one| since.is_none_or(|since| one.created_at >= since));
    happening.took_part.extend(of_round.filter_map(|one| one.author));
    // What waits for its time waits for nobody.
    if waits && desk.row.publish_at.is_none() {
        let authors = desk.authors(tx)?;
        happening.next = next(&whole, &authors, by)?;
    }
    notices::tell(tx, &Happening { by, said: said.to_owned(), ..happening }, now)
}

/// When the round of work began that the newest move belongs to: with the last move before it that left an end. Whoever
/// worked on what was published years ago has nothing to do with it now.
fn round(flow: &Flow, events: &[CaseEvent]) -> Option<Timestamp> {
    let (_, before) = events.split_last()?;
    let leaves_end = |event: &&CaseEvent| flow.step(&event.from_step).is_some_and(|step| step.end);
    before.iter().rev().find(leaves_end).map(|event| event.at)
}
