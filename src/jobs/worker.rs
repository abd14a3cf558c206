//! The worker: takes due jobs one after another and runs the handler that `boot` names for each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use super::model::Job;
use super::store::{self, Lane};
use crate::app::App;
use crate::kernel::time::SECOND;
use crate::kernel::{Error, Result, Timestamp};
use crate::memory::Works;

/// A job whose worker said nothing for so long is taken over. A worker that lives says so three times as often;
/// what a killed one held, such as a release, waits for no longer than this.
const LOCK_SPAN: i64 = 30 * SECOND;
const ATTEMPTS_MAX: i32 = 8;
/// Other nodes enqueue too, and times come due: look that often even when nobody woke us.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// What a handler leaves behind.
pub type Outcome = Result<Value>;
type Handler = Arc<dyn Fn(&App, &Job) -> Outcome + Send + Sync>;

/// Which function does which kind of job. The table itself stands in `boot`.
#[derive(Clone, Default)]
pub struct Handlers {
    of: HashMap<&'static str, Handler>,
    /// Kinds that take long and must not hold up the others, with how many of them are worked on at a time.
    beside: Vec<(&'static str, usize)>,
}

impl Handlers {
    pub fn on(mut self, kind: &'static str, handler: impl Fn(&App, &Job) -> Outcome + Send + Sync + 'static) -> Self {
        self.of.insert(kind, Arc::new(handler));
        self
    }

    /// The same for jobs that wait for other machines or take long: beside the rest, `at_a_time` of them.
    pub fn beside(
        self,
        kind: &'static str,
        at_a_time: usize,
        handler: impl Fn(&App, &Job) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        let mut handlers = self.on(kind, handler);
        handlers.beside.push((kind, at_a_time));
        handlers
    }

    /// The usual lane.
    fn usual(&self) -> Lane {
        Lane::AllBut(self.beside.iter().map(|(kind, _)| *kind).collect())
    }

    /// Those beside it.
    fn aside(&self) -> impl Iterator<Item = Lane> {
        self.beside.iter().flat_map(|(kind, at_a_time)| std::iter::repeat_n(Lane::Only(vec![kind]), *at_a_time))
    }
}

/// Runs until `stop` is set. `on_tick` runs before each look at the queue: schedules live there.
pub async fn work(
    app: App,
    handlers: Handlers,
    on_tick: impl Fn(&App) -> Result<()> + Send + Sync + 'static,
    stop: Arc<AtomicBool>,
) {
    let (usual, aside) = (handlers.usual(), handlers.aside());
    let nothing = |_: &App| Ok(());
    let apart = aside
        .map(|lane| work_lane(app.clone(), (handlers.clone(), lane), nothing, stop.clone(), Arc::new(Notify::new())));
    let apart: Vec<_> = apart.collect();
    let woken = app.job_waiting.clone();
    let all_apart = futures_util::future::join_all(apart);
    futures_util::future::join(work_lane(app, (handlers, usual), on_tick, stop, woken), all_apart).await;
}

async fn work_lane(
    app: App,
    (handlers, lane): (Handlers, Lane),
    on_tick: impl Fn(&App) -> Result<()> + Send + Sync + 'static,
    stop: Arc<AtomicBool>,
    woken: Arc<Notify>,
) {
    let on_tick = Arc::new(on_tick);
    while !stop.load(Ordering::Relaxed) {
        let (round_app, round, round_tick) = (app.clone(), (handlers.clone(), lane.clone()), on_tick.clone());
        let round = tokio::task::spawn_blocking(move || {
            round_tick(&round_app)?;
            run_lane(&round_app, &round.0, &round.1)
        });
        match round.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the worker could not look at its queue"),
            Err(panicked) => tracing::error!(%panicked, "a job panicked"),
        }
        // A timeout is not an error: it is the next look.
        let _ = tokio::time::timeout(POLL_INTERVAL, woken.notified()).await;
    }
}

/// Runs every job that is due now, and those that they enqueue for now. Returns how many ran.
pub fn run_due(app: &App, handlers: &Handlers) -> Result<usize> {
    std::iter::once(handlers.usual()).chain(handlers.aside()).map(|lane| run_lane(app, handlers, &lane)).sum()
}

fn run_lane(app: &App, handlers: &Handlers, lane: &Lane) -> Result<usize> {
    let mut done = 0;
    while let Some(job) = next(app, lane)? {
        run_one(app, handlers, &job)?;
        done += 1;
    }
    Ok(done)
}

fn next(app: &App, lane: &Lane) -> Result<Option<Job>> {
    let now = app.now();
    // Most looks find nothing: they are not to wait for whoever writes.
    if !app.db.read_blocking(|connection| store::any_due(connection, lane, now))? {
        return Ok(None);
    }
    app.db.write_blocking(|tx| store::claim(tx, lane, now, now.plus(LOCK_SPAN)))
}

fn run_one(app: &App, handlers: &Handlers, job: &Job) -> Result<()> {
    let _works = Works::begin();
    let outcome = match handlers.of.get(job.kind.as_str()) {
        Some(handler) => keep_locked(app, job, || handler(app, job)),
        None => Err(Error::broken("run a job", format!("nothing handles {:?}", job.kind))),
    };
    app.job_progress.lock().unwrap_or_else(PoisonError::into_inner).remove(job.id.as_str());
    let now = app.now();
    app.db.write_blocking(|tx| match &outcome {
        Ok(result) => store::finish(tx, job.id, result, now),
        Err(error) => {
            tracing::error!(job = %job.id, kind = job.kind, attempt = job.attempts, %error, "a job failed");
            store::fail(tx, job.id, &error.to_string(), retry_at(job.attempts, error, now), now)
        }
    })
}

/// Extends the lock while the handler works, so that only a dead worker's job is taken over.
fn keep_locked(app: &App, job: &Job, work: impl FnOnce() -> Outcome) -> Outcome {
    let (done, wait) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let third = Duration::from_micros(LOCK_SPAN as u64 / 3);
            while wait.recv_timeout(third) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let until = app.now().plus(LOCK_SPAN);
                if let Err(error) = app.db.write_blocking(|tx| store::extend(tx, job.id, until)) {
                    tracing::warn!(%error, "could not extend a job's lock");
                }
            }
        });
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        drop(done);
        outcome.unwrap_or_else(|_| Err(Error::broken("run a job", "it panicked")))
    })
}

/// 1, 2, 4, … seconds, then never; what the machine lacks is waited for without end.
fn retry_at(attempts: i32, error: &Error, now: Timestamp) -> Option<Timestamp> {
    let span = SECOND << attempts.clamp(1, ATTEMPTS_MAX).saturating_sub(1);
    (attempts < ATTEMPTS_MAX || is_of_the_machine(error)).then(|| now.plus(span))
}

/// Whether a job failed for want of something that comes back by itself or by an operator's hand: room or
/// inodes on a disk, open files, memory, a disk that answers.
fn is_of_the_machine(error: &Error) -> bool {
    let Error::Broken { cause, .. } = error else { return false };
    let number = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
    number.is_some_and(|number| {
        [libc::ENOSPC, libc::EDQUOT, libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::EIO, libc::EROFS].contains(&number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_waited_for_and_a_mistake_is_not() {
        let now = Timestamp::from_micros(0);
        let full = Error::broken("write a page", std::io::Error::from_raw_os_error(libc::ENOSPC));
        let wrong = Error::broken("write a page", "it has no title");
        assert_eq!(retry_at(1, &wrong, now), Some(now.plus(SECOND)));
        assert_eq!(retry_at(ATTEMPTS_MAX, &wrong, now), None);
        assert_eq!(retry_at(1000, &full, now), Some(now.plus(SECOND << 7)));
    }
}
