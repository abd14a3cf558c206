//! The job `content.findable`: stems that have to be made anew, because a type has changed, an older Lamin made them, or a
//! migration left them to be made. Until then the older ones serve.

use serde_json::json;

use super::store;
use crate::app::App;
use crate::jobs::{self, NewJob, Outcome};
use crate::kernel::id::{EntryId, JobId, SiteId};
use crate::kernel::{Error, Result, Timestamp};

pub const KIND: &str = "content.findable";

/// When so many stems were made anew, what the older ones left behind is taken out; of fewer, the engine does it in time.
const TIDY_ENTRIES_MIN: usize = store::BODIES_AT_ONCE;

/// Asks for the job when stems wait for it. `whole` looks also for stems that are missing or of what is not live, which
/// nothing that runs leaves behind, and reads all rows for it.
pub fn follow(app: &App, whole: bool) -> Result<()> {
    let waits = app.db.read_blocking(|c| {
        let waits = if whole { !store::outdated(c)?.is_empty() } else { store::is_any_stale(c)? };
        Ok(waits && !jobs::is_pending(c, KIND)?)
    })?;
    if waits {
        let (id, now) = (app.id(JobId::new), app.now());
        app.db.write_blocking(|tx| jobs::enqueue(tx, id, &wanted(now), now))?;
    }
    Ok(())
}

/// One for all sites: it does whatever waits when it runs.
pub fn wanted(now: Timestamp) -> NewJob {
    NewJob { kind: KIND, payload: json!({}), unique_key: Some(KIND.into()), run_at: now }
}

/// Does the job. What fails is left for its next attempt.
pub fn job(app: &App) -> Outcome {
    let Done { entries, unreadable, failure } = catch_up(app)?;
    match failure {
        None => Ok(json!({ "entries": entries, "unreadable": unreadable })),
        Some(error) => Err(error),
    }
}

/// What became of stems that waited.
#[derive(Debug, Default)]
pub struct Done {
    /// How many entries have theirs now.
    pub entries: usize,
    /// How many cannot be read as they are stored.
    pub unreadable: usize,
    /// Why the first part that failed did.
    pub failure: Option<Error>,
}

/// Makes the stems of everything whose stems are stale or missing, and forgets those of what is not live. Each part is a
/// transaction of its own, so it may be killed at any time: what is done is not done again. A part that fails is told and
/// holds up no other.
pub fn catch_up(app: &App) -> Result<Done> {
    let outdated = app.db.read_blocking(store::outdated)?;
    let mut done = Done::default();
    for of_site in outdated.chunk_by(|(one, _), (other, _)| one == other) {
        if let Some((site, _)) = of_site.first() {
            let entries: Vec<EntryId> = of_site.iter().map(|(_, entry)| *entry).collect();
            make(app, *site, &entries, &mut done)?;
        }
    }
    if done.entries > 0 {
        // Searches are right without it, so a failure is only told.
        if done.entries >= TIDY_ENTRIES_MIN
            && let Err(error) = tidy(app)
        {
            tracing::warn!(%error, "what older stems left behind could not be taken out; searches are slower until it is");
        }
        app.live_changed();
        tracing::info!(entries = done.entries, "the stems of live entries were made for searching");
    }
    Ok(done)
}

fn tidy(app: &App) -> Result<()> {
    let mut is_first = true;
    while app.db.write_blocking(|tx| store::tidy(tx, is_first))? {
        is_first = false;
    }
    Ok(())
}

/// The parts of one site. Who holds the site in memory reads it again once, after the last.
fn make(app: &App, site: SiteId, entries: &[EntryId], done: &mut Done) -> Result<()> {
    let (mut made, mut is_told) = (0, false);
    let mut parts = entries.chunks(store::BODIES_AT_ONCE).peekable();
    while let Some(some) = parts.next() {
        let is_last = parts.peek().is_none();
        // What has changed since is read as it is now.
        let kept = app.db.write_blocking(|tx| {
            let unreadable = store::keep(tx, some)?;
            let of_part = some.len() - unreadable.len();
            let tells = is_last && made + of_part > 0;
            if tells {
                store::raise(tx, site)?;
            }
            Ok((of_part, tells, unreadable))
        });
        match kept {
            Ok((of_part, tells, unreadable)) => {
                (made, is_told) = (made + of_part, tells);
                done.unreadable += unreadable.len();
                for (entry, error) in unreadable {
                    tracing::error!(%site, %entry, %error, "a live entry cannot be read; it is found by the words that it had");
                }
            }
            Err(error) => {
                tracing::warn!(%site, entries = some.len(), %error, "the stems of live entries could not be made");
                done.failure.get_or_insert(error);
            }
        }
    }
    if made > 0 && !is_told {
        app.db.write_blocking(|tx| store::raise(tx, site))?;
    }
    done.entries += made;
    Ok(())
}
