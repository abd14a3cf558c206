//! Use cases of reminders: find out who is to be reminded after a round, and write to them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::rules as recap;
use super::rules::{self, Stale};
use super::{JOB, letter, store};
use crate::app::App;
use crate::db::Conn;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, MonitorId};
use crate::kernel::time::{self, DAY, ZONE_DEFAULT};
use crate::kernel::{Error, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::monitoring::rounds::service as rounds;
use crate::monitoring::rounds::store as looks;
use crate::monitoring::sites::model::Watched;
use crate::notices::mail::service as mail;
use crate::ports::Unsent;

/// How long it is known who was reminded of what.
const KEPT: i64 = 400 * DAY;

/// Has people reminded of what the newest round told; of nothing where it is not the time. Whatever was missed, the next round makes up for.
pub fn after_round(app: &App) -> Result<()> {
    let (now, days) = (app.now(), app.config.monitor_nudge_days);
    let Some(Due { day, parts }) = app.db.read_blocking(|c| due(c, now, days))? else { return Ok(()) };
    let zone = time::zone(ZONE_DEFAULT)?;
    let (run_at, before) = (rules::letter_time(now, &zone), now.plus(-KEPT).in_zone(&zone).date().to_string());
    let letters: Vec<(JobId, Vec<Stale>)> = parts.into_values().map(|parts| (app.id(JobId::new), parts)).collect();
    app.db.write_blocking(|tx| {
        store::forget(tx, &before)?;
        let known = store::of_days(tx, (&day, &day))?;
        for (job, parts) in &letters {
            // Another process may have been faster.
            let new: Vec<&Stale> =
                parts.iter().filter(|part| !known.contains_key(&(part.monitor, part.section))).collect();
            if new.is_empty() {
                continue;
            }
            let monitors: Vec<MonitorId> = new.iter().map(|part| part.monitor).collect();
            for part in new {
                store::insert(tx, &day, part)?;
            }
            let payload = json!({ "day": day, "monitors": monitors });
            jobs::enqueue(tx, *job, &NewJob { kind: JOB, payload, unique_key: None, run_at }, now)?;
        }
        Ok(())
    })
}

/// What people are to be reminded of.
struct Due {
    /// On which the report is made.
    day: String,
    /// By the e-mail address of who is responsible.
    parts: BTreeMap<String, Vec<Stale>>,
}

/// `None` where nobody is to be reminded now.
fn due(connection: &mut Conn, now: Timestamp, days: usize) -> Result<Option<Due>> {
    let Some(report_at) = rounds::recap_at(connection)?.filter(|at| rules::is_time(now, *at, days)) else {
        return Ok(None);
    };
    let day = report_at.in_zone(&time::zone(ZONE_DEFAULT)?).date().to_string();
    let Some(round) = looks::last(connection, None)?.filter(|round| round.ended_at.is_some()) else {
        return Ok(None);
    };
    let known = store::of_days(connection, (&day, &day))?;
    let mut found = BTreeMap::<String, Vec<Stale>>::new();
    for (site, kept) in looks::of_round(connection, round.id)? {
        let Some(email) = address(&site).filter(|_| site.active) else { continue };
        let zone = site.profile.clock()?;
        let rows = recap::sections(&site).into_iter().map(|section| recap::row(&site, &kept, section, (None, &zone)));
        let parts = rows.filter_map(|row| rules::stale(&row));
        let new: Vec<Stale> = parts.filter(|part| !known.contains_key(&(part.monitor, part.section))).collect();
        if !new.is_empty() {
            found.entry(email).or_default().extend(new);
        }
    }
    Ok((!found.is_empty()).then_some(Due { day, parts: found }))
}

/// Where the person who is responsible for a website is written to.
fn address(site: &Watched) -> Option<String> {
    Some(site.profile.responsible.as_ref()?.email.as_ref()?.to_lowercase())
}

/// Does the job `monitoring.nudge` with its payload `{"day", "monitors"}`: one letter on all of these websites. The address is that of
/// now, so that no job holds one.
pub fn job(app: &App, job: &Job) -> Outcome {
    let day = job.payload.get("day").and_then(Value::as_str).unwrap_or_default();
    let ids = job.payload.get("monitors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let monitors = ids.map(MonitorId::parse).collect::<Result<Vec<_>, _>>()?;
    let mut parts = app.db.read_blocking(|c| store::untold(c, day, &monitors))?;
    let to = parts.first().and_then(|(site, _)| Some((site.profile.responsible.clone()?.name, address(site)?)));
    let Some((name, email)) = to else { return Ok(json!({ "outcome": "nothing" })) };
    // Somebody else may have become responsible for one of them since.
    parts.retain(|(site, _)| address(site).as_ref() == Some(&email));
    let words = letter::words(&name, day, &parts);
    match mail::send_now(app, (&name, &email), (words, format!("nudge.{}", job.id)))? {
        None => return Ok(json!({ "outcome": "no_mail_server" })),
        Some(Err(Unsent::Refused(said))) => return Ok(json!({ "outcome": "refused", "said": said })),
        Some(Err(Unsent::Later(said))) => return Err(Error::broken("send a reminder", said)),
        Some(Ok(())) => {}
    }
    let now = app.now();
    let parts: Vec<Stale> = parts.into_iter().map(|(_, part)| part).collect();
    let told: Vec<Value> = parts.iter().map(|part| json!([part.monitor, part.section, part.days])).collect();
    app.db.write_blocking(|tx| {
        store::set_told(tx, day, &parts, now)?;
        let detail = json!({ "before": day, "parts": told });
        ledger::record(
            tx,
            &Event::new("system:monitor", "monitoring.nudge", "installation:monitoring").detail(detail),
            now,
        )?;
        Ok(())
    })?;
    Ok(json!({ "outcome": "sent", "parts": parts.len() }))
}
