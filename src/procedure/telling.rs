//! What is told of a case: whose turn it is, and who took part.

use super::case::{Comment, Facts};
use super::rules::{self, Transition};
use super::service::Whole;
use super::store;
use crate::db::{Conn, Tx};
use crate::kernel::id::{CaseId, UserId};
use crate::kernel::{Result, Timestamp, Words};
use crate::notices::model::Next;
use crate::notices::{self, Happening, Kind};

/// A happening of a case as it stands now, with whoever took part in it; nobody's turn yet. `since`: only those who did
/// something from then on, and whoever opened it.
pub fn of_case(
    connection: &mut Conn,
    whole: &Whole,
    (kind, subject): (Kind, String),
    since: Option<Timestamp>,
) -> Result<Happening> {
    let case = &whole.case;
    let is_late_enough = |at: Timestamp| since.is_none_or(|since| at >= since);
    let moved = whole.events.iter().filter(|event| is_late_enough(event.at)).filter_map(|event| event.actor_id);
    let mut took_part: Vec<UserId> = moved.chain(case.opened_by).chain(case.assigned_to).collect();
    let comments = store::comments(connection, case.id)?;
    took_part.extend(comments.iter().filter(|one| is_late_enough(one.created_at)).map(|one| one.author_id));
    let step = rules::step_of(rules::flow_of(&whole.ground.definition, case)?, &case.step)?;
    let step = Some(Words::from(&step.title));
    Ok(Happening { took_part, step, ..Happening::new(kind, case.site_id, subject, &case.title) })
}

/// Whose turn a case is now; nobody's while it waits for somebody outside, or has ended. `authors`: see [`Facts`].
pub fn next(whole: &Whole, authors: &[UserId], by: Option<UserId>) -> Result<Next> {
    let case = &whole.case;
    if case.waiting_since.is_some() {
        return Ok(Next::default());
    }
    let facts = Facts { case, events: &whole.events, authors, attachments: &[] };
    let turns = rules::turns(&whole.ground.definition, &facts)?;
    let flow = rules::flow_of(&whole.ground.definition, case)?;
    let last = whole.events.last().and_then(|event| flow.transition(&event.command, &event.from_step));
    let was_taken = last.is_some_and(|rule| rule.assigns);
    // Whoever moves a case on has it in hand no longer, unless the move was to take it.
    let assigned = case.assigned_to.filter(|assigned| was_taken || Some(*assigned) != by);
    Ok(Next { turns, assigned, began: case.step == flow.start })
}

fn subject(id: CaseId) -> String {
    format!("case:{id}")
}

pub(super) fn opened(tx: &mut Tx, id: CaseId, (by, now): (Option<UserId>, Timestamp)) -> Result<()> {
    let whole = Whole::read(tx, id)?;
    let happening = of_case(tx, &whole, (Kind::Waiting, subject(id)), None)?;
    notices::tell(tx, &Happening { by, next: next(&whole, &[], by)?, ..happening }, now)
}

pub(super) fn moved(tx: &mut Tx, transition: &Transition, (by, now): (Option<UserId>, Timestamp)) -> Result<()> {
    let (from, to) = (transition.from(), transition.to());
    if from == to {
        return Ok(());
    }
    let whole = Whole::read(tx, transition.case())?;
    let flow = rules::flow_of(&whole.ground.definition, &whole.case)?;
    let is_sent_back = rules::is_sent_back(flow, (transition.command(), from, to));
    let kind = if is_sent_back { Kind::Returned } else { Kind::Waiting };
    let happening = of_case(tx, &whole, (kind, subject(whole.case.id)), None)?;
    let said = transition.comment().to_owned();
    notices::tell(tx, &Happening { by, said, next: next(&whole, &[], by)?, ..happening }, now)
}

pub(super) fn remarked(tx: &mut Tx, comment: &Comment, now: Timestamp) -> Result<()> {
    let (whole, by) = (Whole::read(tx, comment.case_id)?, Some(comment.author_id));
    let happening = of_case(tx, &whole, (Kind::Comment, subject(whole.case.id)), None)?;
    let said = comment.body.clone();
    notices::tell(tx, &Happening { by, said, next: next(&whole, &[], None)?, ..happening }, now)
}
