//! Doing at its time what a publisher ordered: publish the approved digest, take away what had its time.

use serde_json::json;

use super::desk::Desk;
use super::model::{Changed, Times};
use super::{moves, store, telling};
use crate::app::App;
use crate::content;
use crate::content::model::{Withdrawal, WithdrawalReason};
use crate::db::Tx;
use crate::identity::Actor;
use crate::kernel::id::{EntryId, JobId};
use crate::kernel::{Refusal, Result, Timestamp};
use crate::procedure::case::{Command, Effect};
use crate::procedure::rules::Transition;

/// How many entries one look takes; the next look takes the rest.
const ENTRIES_MAX: i64 = 200;
/// What acts, in the ledger.
const WORKER: &str = "worker";

/// Publishes and takes away what is due now, also what fell due while nothing ran: appearing goes before
/// going. Returns how many entries changed. What is no longer what was approved is not published: its order
/// is taken back, and the history says why.
pub fn run_due(app: &App) -> Result<usize> {
    let now = app.now();
    let mut done = 0;
    for id in app.db.read_blocking(|connection| store::to_appear(connection, now, ENTRIES_MAX))? {
        done += one(app, id, "publish", |app| appear(app, id, now));
    }
    for id in app.db.read_blocking(|connection| store::to_go(connection, now, ENTRIES_MAX))? {
        done += one(app, id, "withdraw", |app| go(app, id, now));
    }
    Ok(done)
}

/// One that fails must not keep the others waiting; it is tried again with the next look.
fn one(app: &App, id: EntryId, doing: &str, work: impl FnOnce(&App) -> Result<Option<Changed>>) -> usize {
    match work(app) {
        Ok(Some(changed)) => {
            if changed.job.is_some() {
                app.live_changed();
            }
            1
        }
        Ok(None) => 0,
        Err(error) => {
            tracing::error!(entry = %id, doing, %error, "a scheduled change failed");
            0
        }
    }
}

fn appear(app: &App, id: EntryId, now: Timestamp) -> Result<Option<Changed>> {
    let job = app.id(JobId::new);
    let outcome = app.db.write_blocking(|tx| publish(tx, id, job, now));
    match outcome.as_ref().err().and_then(|error| error.refusal()).cloned() {
        // Nothing was written: what refused is said in a transaction of its own.
        Some(refusal) => app.db.write_blocking(|tx| take_back(tx, id, &refusal, now)),
        None => outcome,
    }
}

/// `None` when the order is gone by now: done by another node, or taken back.
fn ordered(tx: &mut Tx, id: EntryId, now: Timestamp) -> Result<Option<(Desk, Times)>> {
    let row = content::store::require(tx, id)?;
    if row.trashed_at.is_some() || row.publish_at.is_none_or(|at| at > now) {
        return Ok(None);
    }
    let desk = Desk::of(tx, row)?;
    let is_order = |event: &&crate::procedure::case::CaseEvent| event.command == "publish";
    let order = desk.whole.events.iter().rev().find(is_order);
    let times = order.map(|order| Times::from_fields(&order.fields)).unwrap_or_default();
    Ok(Some((desk, times)))
}

fn publish(tx: &mut Tx, id: EntryId, job: JobId, now: Timestamp) -> Result<Option<Changed>> {
    let Some((mut desk, times)) = ordered(tx, id, now)? else { return Ok(None) };
    let transition = desk.whole.carry_out(&Command::new("publish"), &Actor::system(WORKER), now)?;
    moves::refuse_unapproved(tx, &desk, None)?;
    moves::show(tx, &mut desk, times.unpublish_at, now)?;
    conclude(tx, desk, &transition, ("publish", Some(job)), now).map(Some)
}

fn take_back(tx: &mut Tx, id: EntryId, refusal: &Refusal, now: Timestamp) -> Result<Option<Changed>> {
    let Some((mut desk, _)) = ordered(tx, id, now)? else { return Ok(None) };
    let command = Command::new("unschedule").comment(refusal.to_string());
    let command = command.effect(Effect::StaysUntil(desk.whole.case.step_since));
    let transition = desk.whole.carry_out(&command, &Actor::system(WORKER), now)?;
    desk.row.publish_at = None;
    tracing::warn!(entry = %id, %refusal, "a scheduled entry was not published");
    conclude(tx, desk, &transition, ("unschedule", None), now).map(Some)
}

fn go(app: &App, id: EntryId, now: Timestamp) -> Result<Option<Changed>> {
    let job = app.id(JobId::new);
    app.db.write_blocking(|tx| {
        let row = content::store::require(tx, id)?;
        let is_due = row.unpublish_at.is_some_and(|at| at <= now) && content::live::find(tx, id)?.is_some();
        if !is_due {
            return Ok(None);
        }
        let mut desk = Desk::of(tx, row)?;
        let command = Command::new("withdraw").comment("unpublish_at");
        let transition = desk.whole.carry_out(&command, &Actor::system(WORKER), now)?;
        let expired = Withdrawal { reason: WithdrawalReason::Expired, notice: String::new() };
        moves::hide(tx, &mut desk, &expired, "unpublish_at", now)?;
        conclude(tx, desk, &transition, ("withdraw", Some(job)), now).map(Some)
    })
}

/// Writes case, row and ledger; the event names whoever ordered.
fn conclude(
    tx: &mut Tx,
    mut desk: Desk,
    transition: &Transition,
    (verb, job): (&str, Option<JobId>),
    now: Timestamp,
) -> Result<Changed> {
    let order = desk.whole.events.iter().rev().find(|event| event.command == "publish" && event.actor_id.is_some());
    let ordered_by = order.and_then(|order| order.actor_id);
    let mut detail = moves::detail(transition, &desk, &Times::default());
    if let Some(members) = detail.as_object_mut() {
        members.insert("ordered_by".into(), json!(ordered_by));
    }
    moves::finish(tx, &mut desk, transition, now)?;
    desk.record(tx, &Actor::system(WORKER), (verb, detail), now)?;
    telling::carried_out(tx, &desk, transition, now)?;
    let job = job.map(|job| desk.build(tx, job, now)).transpose()?;
    Ok(desk.changed(job))
}
