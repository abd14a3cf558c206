//! Use cases of rounds: begin one that is due, make it, and say what has to be done about what it saw.

use std::pin::pin;

use futures_util::StreamExt as _;
use serde_json::json;

use super::model::{Looked, Occasion, Round};
use super::{rules, store};
use crate::app::{App, JobProgress};
use crate::db::{Conn, Tx};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, MonitorId, RoundId};
use crate::kernel::time::{self, DAY, ZONE_DEFAULT};
use crate::kernel::{Context, Error, Refusal, Result, Timestamp, word};
use crate::ledger::{self, Event};
use crate::monitoring::baselines::service as baselines;
use crate::monitoring::look::model::Reached;
use crate::monitoring::look::{Asking, Mandate, look};
use crate::monitoring::schedule::{engine, looking};
use crate::monitoring::sites;
use crate::monitoring::sites::list;
use crate::monitoring::sites::model::{MandateScope, Watched, Window};
use crate::ports::probing::Prober;
use crate::procedure::model::Rhythm;
use crate::procedure::{rhythm, shelf};

pub const JOB: &str = "monitoring.round";
/// How often it is looked up whether a round is due.
pub const LOOK_EVERY: i64 = time::MINUTE;
/// The procedure whose rhythm says on which day the figures of a week are taken.
pub const PROCEDURE: &str = "website_monitoring";
/// Websites that are looked at at the same time; each is asked one thing after another.
const SITES_AT_A_TIME: usize = 24;
/// Looks that are stored together.
const STORED_TOGETHER_MAX: usize = 20;
/// What no weekly report was made of is forgotten then.
const KEPT: i64 = 35 * DAY;

/// Begins a round when one is due.
pub fn follow(app: &App) -> Result<()> {
    if !app.config.monitor_websites {
        return Ok(());
    }
    let now = app.now();
    let Some(occasion) = app.db.read_blocking(|c| due(c, now, app.config.monitor_round_hours))? else { return Ok(()) };
    let ids = (app.id(RoundId::new), app.id(JobId::new));
    app.db.write_blocking(|tx| {
        // Another process may have been faster.
        match due(tx, now, app.config.monitor_round_hours)? {
            Some(occasion) => begin(tx, ids, occasion, now).map(drop),
            None => Ok(()),
        }
    })?;
    tracing::debug!(%occasion, "a round begins");
    app.job_waiting.notify_one();
    Ok(())
}

fn due(connection: &mut Conn, now: Timestamp, every_hours: usize) -> Result<Option<Occasion>> {
    if store::watched(connection)? == 0 {
        return Ok(None);
    }
    let last = store::last(connection, None)?;
    let recap_at = recap_at(connection)?;
    Ok(rules::due(now, last.as_ref(), recap_at, every_hours))
}

/// When the next figures for a weekly report are to be taken: on the morning of the day on which its case opens.
pub fn recap_at(connection: &mut Conn) -> Result<Option<Timestamp>> {
    let zone = time::zone(ZONE_DEFAULT)?;
    let after = match store::last(connection, Some(Occasion::Recap))? {
        // The day of the last ones is over.
        Some(last) => last
            .began_at
            .in_zone(&zone)
            .tomorrow()
            .and_then(|day| day.start_of_day())
            .ok()
            .map(|at| at.timestamp().into()),
        None => shelf::since(connection, PROCEDURE)?,
    };
    let Some(after) = after else { return Ok(None) };
    let (_, definition) = shelf::current(connection, PROCEDURE)?;
    let opens = rhythm::next_start(connection, &definition, Rhythm::WeeklyMonday, after)?;
    Ok(opens.and_then(|at| rules::recap_time(at.in_zone(&zone).date(), &zone)))
}

/// Begins a round in a transaction of the caller; afterwards wake the worker.
pub fn begin(tx: &mut Tx, (id, job): (RoundId, JobId), occasion: Occasion, now: Timestamp) -> Result<Round> {
    let websites = i32::try_from(store::watched(tx)?).unwrap_or(i32::MAX);
    let round = Round { id, occasion, websites, began_at: now, ended_at: None };
    store::insert(tx, &round)?;
    let wanted = NewJob { kind: JOB, payload: json!({ "round": id }), unique_key: None, run_at: now };
    jobs::enqueue(tx, job, &wanted, now)?;
    Ok(round)
}

/// Makes the round of a job with the payload `{"round"}`, or what is left of it.
pub fn job(app: &App, job: &Job, prober: &dyn Fn(&App) -> Result<Box<dyn Prober>>) -> Outcome {
    let text = job.payload.get("round").and_then(serde_json::Value::as_str);
    let id = RoundId::parse(text.unwrap_or_default())?;
    let (left, windows) =
        app.db.read_blocking(|c| Ok((store::left(c, id)?, sites::store::windows_from(c, app.now())?)))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("begin a round")?;
    let (total, now) = (left.len(), app.now());
    let compromised = runtime.block_on(async {
        let prober = prober(app)?;
        let looks = left.iter().map(|one| look_at(app, prober.as_ref(), one, &windows));
        let mut seen =
            pin!(futures_util::stream::iter(looks).buffer_unordered(SITES_AT_A_TIME).ready_chunks(STORED_TOGETHER_MAX));
        let (mut done, mut compromised) = (0, 0);
        while let Some(looked) = seen.next().await {
            let looked = looked.into_iter().collect::<Result<Vec<_>>>()?;
            done += looked.len();
            let looked = with_line(app, prober.as_ref(), looked).await?;
            compromised += store_all(app, id, &left, &looked)?;
            let seconds = (app.now().micros() - now.micros()) as f64 / time::SECOND as f64;
            let progress = JobProgress { phase: "looking", done, total, seconds };
            app.job_progress
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .insert(job.id.to_string(), progress);
        }
        Ok::<_, Error>(compromised)
    })?;
    let now = app.now();
    app.db.write_blocking(|tx| {
        store::end(tx, id, now)?;
        let detail = json!({ "websites": total, "compromised": compromised });
        ledger::record(
            tx,
            &Event::new("system:monitor", "monitoring.round", format!("round:{id}")).detail(detail),
            now,
        )?;
        store::forget(tx, now.plus(-KEPT))
    })?;
    Ok(json!({ "websites": total, "compromised": compromised }))
}

async fn look_at(app: &App, prober: &dyn Prober, one: &Watched, windows: &[Window]) -> Result<Looked> {
    let now = app.now();
    let address = |url: &str| list::address(url).ok_or_else(|| Error::broken("look at a website", url.to_owned()));
    let part = |part: &sites::model::Kept| Some((part.section, list::address(part.url.as_deref()?)?));
    let (id, hosts) = (one.id, &one.profile.hosts);
    let known = app.db.read_blocking(|c| baselines::known(c, id, hosts))?;
    let date = now.in_zone(&one.profile.clock()?).date();
    let leave = |scope| sites::rules::mandate(&one.profile, scope, date);
    let asking = Asking {
        sections: one.profile.sections.iter().filter_map(part).collect(),
        known,
        as_crawler: leave(MandateScope::Crawler).is_some(),
        mandate: leave(MandateScope::ExposedFiles).map(|letter| Mandate::of(&letter.number)),
        ..Asking::of(address(&one.url)?, now.jiff())
    };
    let report = look(prober, &asking).await;
    let quiet = windows.iter().any(|window| window.span.holds(one.id, &one.profile.groups, now));
    rules::keep(one.id, &report, quiet)
}

/// Where a website seems to be gone, our own line is asked; if that is silent, nothing is said of these.
async fn with_line(app: &App, prober: &dyn Prober, looked: Vec<Looked>) -> Result<Vec<Looked>> {
    if !looked.iter().any(|one| one.kept.reached == Reached::Down) {
        return Ok(looked);
    }
    let targets = engine::targets(&app.config.monitor_line_targets)?;
    let answers = looking::line(prober, &targets).await;
    if targets.is_empty() || answers.contains(&true) {
        return Ok(looked);
    }
    tracing::warn!("no target of our own line answers: websites are not judged");
    let blind = |one: Looked| match one.kept.reached {
        Reached::Down => Looked { kept: one.kept.unknown(), ..one },
        Reached::Ok | Reached::Maintenance | Reached::Unknown => one,
    };
    Ok(looked.into_iter().map(blind).collect())
}

/// Stores looks, and says of which websites it is new that somebody else wrote on them. Gives how many those are.
fn store_all(app: &App, round: RoundId, sites: &[Watched], looked: &[Looked]) -> Result<usize> {
    let (now, ids) = (app.now(), looked.iter().map(|_| app.id(JobId::new)).collect::<Vec<_>>());
    let monitors: Vec<MonitorId> = looked.iter().map(|one| one.kept.monitor).collect();
    let found = app.db.write_blocking(|tx| {
        let before = store::injections(tx, &monitors)?;
        let mut found = 0;
        for (one, job) in looked.iter().zip(&ids) {
            if !store::keep(tx, round, one)? {
                continue;
            }
            if let Some(seen) = &one.seen {
                baselines::note(tx, one.kept.monitor, seen, now)?;
            }
            let was = before
                .get(&one.kept.monitor)
                .is_some_and(|verdict| *verdict >= crate::monitoring::scan::Verdict::Infected);
            if one.kept.is_compromised()
                && !was
                && let Some(site) = sites.iter().find(|site| site.id == one.kept.monitor)
            {
                found += 1;
                jobs::enqueue(tx, *job, &detected(site, one, now), now)?;
            }
        }
        Ok(found)
    })?;
    if found > 0 {
        app.job_waiting.notify_one();
    }
    Ok(found)
}

fn detected(site: &Watched, looked: &Looked, now: Timestamp) -> NewJob {
    let verdict = looked.kept.injection.map(word).unwrap_or_default();
    let payload = json!({
        "source": "monitor", "monitor": site.id, "site": site.site_id, "url": site.url, "agency": site.agency,
        "title": format!("{}: {verdict}", site.agency), "detected_at": looked.kept.looked_at.micros(),
        "summary": format!("{verdict}: {}", site.url), "evidence": looked.found, "report": looked.kept.report,
    });
    NewJob { kind: jobs::INCIDENT_JOB, payload, unique_key: None, run_at: now }
}

/// The whole of a report as JSON. Absent is `not_found`.
pub fn report(connection: &mut Conn, digest: &crate::kernel::Digest) -> Result<serde_json::Value> {
    let packed = store::evidence(connection, digest)?.ok_or_else(|| Refusal::new(crate::kernel::Code::NotFound))?;
    let json = crate::kernel::packed::unpack(&packed)?;
    serde_json::from_slice(&json).map_err(|error| Error::broken("read a report", error))
}
