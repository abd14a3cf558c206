//! The job `media.derive`: the derivatives of a site's pictures and what its documents show, one file after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::json;

use super::model::{PictureState, Waiting};
use super::picture::Unreadable;
use super::work::{self, Extent, Work};
use super::{READS_PDF, document, store, texts};
use crate::app::App;
use crate::db::Tx;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::{Context, Digest, Result, Timestamp};

pub const KIND: &str = "media.derive";

/// What is ready together is shown together: after so many pictures, or so long.
const PICTURES_AT_ONCE: i64 = 16;
const SPAN_AT_ONCE: Duration = Duration::from_secs(5);

/// What is ready of a site's files.
pub struct Ready<'r> {
    pub site: SiteId,
    /// Files of which other forms are shown, or which are found by other words, from now on.
    pub files: &'r [Digest],
    /// Of these it is known now what they say.
    pub read: &'r [Digest],
}

/// What follows when files are ready, in the same transaction; says whether anything that is live changed.
pub type Follow<'f> = &'f dyn Fn(&mut Tx, &App, &Ready) -> Result<bool>;

/// Asks for the job for each site of which a file waits, whatever door it came through.
pub fn follow(app: &App) -> Result<()> {
    let sites = app.db.read_blocking(|c| {
        let mut idle = Vec::new();
        for site in store::sites_that_wait(c)? {
            if !jobs::is_pending(c, &key(site))? {
                idle.push(site);
            }
        }
        Ok(idle)
    })?;
    if sites.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let new: Vec<(JobId, NewJob)> = sites.iter().map(|site| (app.id(JobId::new), wanted(*site, now))).collect();
    app.db.write_blocking(|tx| new.iter().try_for_each(|(id, job)| jobs::enqueue(tx, *id, job, now).map(drop)))
}

fn key(site: SiteId) -> String {
    format!("{KIND}:{site}")
}

fn wanted(site: SiteId, now: Timestamp) -> NewJob {
    NewJob { kind: KIND, payload: json!({"site": site}), unique_key: Some(key(site)), run_at: now }
}

/// Files and what became of them.
struct Outcomes {
    worked: Vec<(Waiting, Work)>,
    failed: Vec<(Waiting, Unreadable)>,
}

/// Does the job: some pictures, what all browsers read before documents and AVIF; and asks for the job again while there are
/// more.
pub fn job(app: &App, job: &Job, follow: Follow) -> Outcome {
    let site = SiteId::parse(job.payload.get("site").and_then(serde_json::Value::as_str).unwrap_or_default())?;
    let listed = |state, limit| app.db.read_blocking(move |c| store::in_state(c, site, state, limit));
    let waiting = listed(PictureState::Waiting, PICTURES_AT_ONCE)?;
    let unread =
        if READS_PDF && waiting.is_empty() { listed(PictureState::Unread, PICTURES_AT_ONCE)? } else { Vec::new() };
    let outcomes = match (waiting.is_empty(), unread.is_empty()) {
        (false, _) => work_on(app, waiting, Extent::Plain)?,
        (true, false) => work_on(app, unread, Extent::Plain)?,
        // Each of these takes seconds, and a new picture may come meanwhile.
        (true, true) => work_on(app, listed(PictureState::Partly, 1)?, Extent::Whole)?,
    };
    let changed = enter(app, site, &outcomes, follow)?;
    if changed {
        app.live_changed();
    }
    for (of, fault) in &outcomes.failed {
        tracing::warn!(picture = %of.digest, %fault, "no derivatives can be made of a picture");
    }
    for (of, work) in &outcomes.worked {
        if let Some(fault) = &work.fault {
            tracing::warn!(document = %of.digest, %fault, "a document cannot be shown whole");
        }
    }
    Ok(json!({"pictures": outcomes.worked.len(), "failed": outcomes.failed.len()}))
}

fn work_on(app: &App, pictures: Vec<Waiting>, extent: Extent) -> Result<Outcomes> {
    let begun = Instant::now();
    let mut outcomes = Outcomes { worked: Vec::new(), failed: Vec::new() };
    for of in pictures {
        match derive(app, &of, extent)? {
            Ok(work) => outcomes.worked.push((of, work)),
            Err(fault) => outcomes.failed.push((of, fault)),
        }
        if begun.elapsed() > SPAN_AT_ONCE {
            break;
        }
    }
    Ok(outcomes)
}

/// Makes what is missing and stores its bytes.
fn derive(app: &App, of: &Waiting, extent: Extent) -> Result<Result<Work, Unreadable>> {
    let known = app.db.read_blocking(|c| store::made_of(c, &of.digest))?;
    let Some(file) = app.storage.get(&of.digest)? else {
        return Ok(Err(Unreadable("its stored file is missing".into())));
    };
    let document = match of.media_type.as_str() {
        store::PDF => {
            let told = app.apart.run(document::COMMAND, &file, document::TOLD_BYTES_MAX).context("read a document")?;
            Some(document::heard(&told.said, told.ended))
        }
        kind if kind.starts_with("text/") => Some(document::of_text(&file)),
        _ => None,
    };
    // One file that a reader of pictures stumbles over must not keep the others waiting.
    let work = catch_unwind(AssertUnwindSafe(|| match document {
        Some(document) => work::of_document(&of.digest, document, &known),
        None => work::derive((&of.digest, &file), of.focus, extent, &known),
    }));
    let mut work = match work.unwrap_or_else(|_| Err(Unreadable("its reader panicked".into()))) {
        Ok(work) => work,
        Err(fault) => return Ok(Err(fault)),
    };
    for (made, bytes) in &mut work.new {
        // Not needed any more: a batch of pictures would add up.
        app.storage.put(&made.derivative.sha256, &std::mem::take(bytes)).context("store a derivative")?;
    }
    Ok(Ok(work))
}

/// One transaction: what is ready, what follows from it, and the next job.
fn enter(app: &App, site: SiteId, outcomes: &Outcomes, follow: Follow) -> Result<bool> {
    let (now, next) = (app.now(), app.id(JobId::new));
    app.db.write_blocking(|tx| {
        let (mut files, mut read) = (Vec::new(), Vec::new());
        for (of, work) in &outcomes.worked {
            let made: Vec<_> = work.new.iter().map(|(made, _)| made).collect();
            store::enter(tx, &of.digest, &made, now)?;
            let before = store::find(tx, site, &of.digest)?.and_then(|row| row.shown);
            let state = if work.unfinished { PictureState::Partly } else { PictureState::Ready };
            let shown = store::show(tx, of, state, work.derived.as_ref())? && before != work.derived;
            if let Some(text) = &work.text
                && texts::keep(tx, site, &of.digest, text)?
            {
                read.push(of.digest);
            }
            if shown || read.last() == Some(&of.digest) {
                files.push(of.digest);
            }
            if let Some(fault) = &work.fault {
                store::fail(tx, of, fault)?;
            }
        }
        for (of, fault) in &outcomes.failed {
            store::fail(tx, of, &fault.to_string())?;
        }
        let changed = !files.is_empty() && follow(tx, app, &Ready { site, files: &files, read: &read })?;
        if store::sites_that_wait(tx)?.contains(&site) {
            jobs::enqueue(tx, next, &wanted(site, now), now)?;
        }
        Ok(changed)
    })
}
