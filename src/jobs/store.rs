//! The queue in the database.

use diesel::prelude::*;

use super::model::{Job, JobState, NewJob};
use crate::db::schema::jobs;
use crate::db::{Conn, Tx};
use crate::kernel::id::JobId;
use crate::kernel::{Result, Timestamp};

type Row = (
    JobId,
    String,
    String,
    String,
    Timestamp,
    i32,
    Option<String>,
    Option<String>,
    Timestamp,
    Option<Timestamp>,
    Option<Timestamp>,
);

type Columns = (
    jobs::id,
    jobs::kind,
    jobs::payload,
    jobs::state,
    jobs::run_at,
    jobs::attempts,
    jobs::error,
    jobs::result,
    jobs::created_at,
    jobs::started_at,
    jobs::finished_at,
);

const COLUMNS: Columns = (
    jobs::id,
    jobs::kind,
    jobs::payload,
    jobs::state,
    jobs::run_at,
    jobs::attempts,
    jobs::error,
    jobs::result,
    jobs::created_at,
    jobs::started_at,
    jobs::finished_at,
);

fn from_row(row: Row) -> Job {
    let (id, kind, payload, state, run_at, attempts, error, result, created_at, started_at, finished_at) = row;
    Job {
        id,
        kind,
        payload: serde_json::from_str(&payload).unwrap_or_default(),
        state: JobState::parse(&state).unwrap_or(JobState::Failed),
        run_at,
        attempts,
        error,
        result: result.and_then(|text| serde_json::from_str(&text).ok()),
        created_at,
        started_at,
        finished_at,
    }
}

/// Puts a job into the queue, or finds the ready one with the same key. `id` names the new one.
/// After the commit, wake the worker with `app.job_waiting.notify_one()`.
pub fn enqueue(tx: &mut Tx, id: JobId, job: &NewJob, now: Timestamp) -> Result<JobId> {
    if let Some(key) = &job.unique_key {
        let waiting = jobs::table
            .filter(jobs::unique_key.eq(key))
            .filter(jobs::state.eq(JobState::Ready.as_str()))
            .select((jobs::id, jobs::run_at))
            .first::<(JobId, Timestamp)>(&mut **tx)
            .optional()?;
        if let Some((waiting, run_at)) = waiting {
            if job.run_at < run_at {
                diesel::update(jobs::table.find(waiting)).set(jobs::run_at.eq(job.run_at)).execute(&mut **tx)?;
            }
            return Ok(waiting);
        }
    }
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(job.kind),
            jobs::payload.eq(job.payload.to_string()),
            jobs::unique_key.eq(job.unique_key.as_deref()),
            jobs::state.eq(JobState::Ready.as_str()),
            jobs::run_at.eq(job.run_at),
            jobs::attempts.eq(0),
            jobs::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(id)
}

/// Whether a job with that key waits or is being worked on.
pub fn is_pending(connection: &mut Conn, key: &str) -> Result<bool> {
    let pending = [JobState::Ready.as_str(), JobState::Running.as_str()];
    let query = jobs::table.filter(jobs::unique_key.eq(key).and(jobs::state.eq_any(pending))).select(jobs::id);
    Ok(query.first::<JobId>(connection).optional()?.is_some())
}

pub fn find(connection: &mut Conn, id: JobId) -> Result<Option<Job>> {
    let row = jobs::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    Ok(row.map(from_row))
}

/// Which jobs a worker takes: those of some kinds, or all but those of some kinds.
#[derive(Debug, Clone)]
pub enum Lane {
    Only(Vec<&'static str>),
    AllBut(Vec<&'static str>),
}

/// Whether a lane has something to take.
pub fn any_due(connection: &mut Conn, lane: &Lane, now: Timestamp) -> Result<bool> {
    Ok(due(connection, lane, now)?.is_some())
}

/// A running job whose lock has passed belonged to a worker that died, and is taken over. A new job that was made later
/// than now is due: since then the clock was set back, and nobody is to wait until it has caught up. After that it waits
/// between attempts like any other.
fn due(connection: &mut Conn, lane: &Lane, now: Timestamp) -> Result<Option<Row>> {
    let of_lane = |state: JobState| {
        let query = jobs::table.filter(jobs::state.eq(state.as_str())).order((jobs::run_at, jobs::id));
        let query = query.select(COLUMNS).into_boxed::<crate::db::Backend>();
        match lane {
            Lane::Only(kinds) => query.filter(jobs::kind.eq_any(kinds.clone())),
            Lane::AllBut(kinds) => query.filter(jobs::kind.ne_all(kinds.clone())),
        }
    };
    let has_come = jobs::run_at.le(now).or(jobs::created_at.gt(now).and(jobs::attempts.eq(0)));
    let ready = of_lane(JobState::Ready).filter(has_come).first::<Row>(connection).optional()?;
    match ready {
        Some(row) => Ok(Some(row)),
        None => {
            Ok(of_lane(JobState::Running).filter(jobs::locked_until.lt(now)).first::<Row>(connection).optional()?)
        }
    }
}

/// Takes the next due job of a lane: no other worker gets it before `locked_until`.
pub fn claim(tx: &mut Tx, lane: &Lane, now: Timestamp, locked_until: Timestamp) -> Result<Option<Job>> {
    let row = due(tx, lane, now)?;
    let Some(mut job) = row.map(from_row) else { return Ok(None) };
    job.attempts += 1;
    job.state = JobState::Running;
    diesel::update(jobs::table.find(job.id))
        .set((
            jobs::state.eq(job.state.as_str()),
            jobs::attempts.eq(job.attempts),
            jobs::locked_until.eq(locked_until),
            jobs::started_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(Some(job))
}

pub fn finish(tx: &mut Tx, id: JobId, result: &serde_json::Value, now: Timestamp) -> Result<()> {
    diesel::update(jobs::table.find(id))
        .set((
            jobs::state.eq(JobState::Done.as_str()),
            jobs::result.eq(result.to_string()),
            jobs::error.eq(None::<String>),
            jobs::finished_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Tries again at `retry_at`, or gives up when there is none.
pub fn fail(tx: &mut Tx, id: JobId, error: &str, retry_at: Option<Timestamp>, now: Timestamp) -> Result<()> {
    let job = jobs::table.find(id);
    match retry_at {
        Some(at) => diesel::update(job)
            .set((jobs::state.eq(JobState::Ready.as_str()), jobs::error.eq(error), jobs::run_at.eq(at)))
            .execute(&mut **tx)?,
        None => diesel::update(job)
            .set((jobs::state.eq(JobState::Failed.as_str()), jobs::error.eq(error), jobs::finished_at.eq(now)))
            .execute(&mut **tx)?,
    };
    Ok(())
}

/// Removes jobs that have ended and were due before; says how many.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<usize> {
    let ended = [JobState::Done.as_str(), JobState::Failed.as_str()];
    let old = jobs::table.filter(jobs::state.eq_any(ended).and(jobs::run_at.lt(before)));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}

/// Extends the lock of a job that is still being worked on.
pub fn extend(tx: &mut Tx, id: JobId, locked_until: Timestamp) -> Result<()> {
    diesel::update(jobs::table.find(id)).set(jobs::locked_until.eq(locked_until)).execute(&mut **tx)?;
    Ok(())
}
