//! Use cases of incidents: which website joins which, and what people are told of them.

use std::collections::HashMap;

use serde_json::json;

use super::grouping::{self, Fall, Telling, Trait};
use super::model::Incident;
use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::identity::Role;
use crate::kernel::id::{IncidentId, MonitorId};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Result, Timestamp};
use crate::ledger::{self, Event};
use crate::monitoring::sites;
use crate::monitoring::sites::model::Window;
use crate::notices::{self, Happening};

/// Agencies that a notice names; the list of the incident has all.
const AGENCIES_TOLD_MAX: i64 = 3;
/// Who looks after the websites of all agencies.
const TOLD: [Role; 2] = [Role::Monitor, Role::Head];

/// Enters falls with the incidents that they are of, and makes those that there are not yet. `ids` has one for each fall.
pub fn enter(tx: &mut Tx, falls: &[(MonitorId, Fall)], ids: &[IncidentId]) -> Result<()> {
    let open: Vec<Incident> = store::open(tx)?.into_iter().filter(|one| one.told.over_at.is_none()).collect();
    let traits: Vec<Trait> = open.iter().map(|one| one.what.clone()).collect();
    let of: Vec<Fall> = falls.iter().map(|(_, fall)| fall.clone()).collect();
    let (places, new) = grouping::place(&traits, &of);
    for (id, what) in ids.iter().zip(&new) {
        store::insert(tx, *id, what)?;
    }
    let all: Vec<IncidentId> = open.iter().map(|one| one.id).chain(ids.iter().copied()).collect();
    for (place, (monitor, fall)) in places.iter().zip(falls) {
        store::join(tx, (all[*place], *monitor), fall.what.since)?;
    }
    Ok(())
}

/// Tells whom it concerns what there is to be told of incidents now. Returns how many notices that were.
pub fn tell_due(app: &App) -> Result<usize> {
    let now = app.now();
    let due = app.db.read_blocking(|c| {
        let (open, here) = (store::open(c)?, store::members_here(c)?.into_iter().collect());
        Ok(open.into_iter().any(|one| step(one, &here, now).is_some()))
    })?;
    if !due {
        return Ok(0);
    }
    app.db.write_blocking(|tx| {
        let (open, here) = (store::open(tx)?, store::members_here(tx)?.into_iter().collect());
        let mut told = 0;
        let windows = sites::store::windows_from(tx, now)?;
        for (incident, telling) in open.into_iter().filter_map(|one| step(one, &here, now)) {
            if telling == Some(Telling::Reminder) && !is_missed(tx, &incident, &windows, now)? {
                continue;
            }
            store::set_told(tx, &incident)?;
            if let Some(telling) = telling {
                tell(tx, &incident, telling, now)?;
                told += 1;
            }
        }
        Ok(told)
    })
}

/// Whether any of those that are still struck is expected to be there: work on the others was announced.
fn is_missed(tx: &mut Tx, incident: &Incident, windows: &[Window], now: Timestamp) -> Result<bool> {
    let struck = store::struck(tx, incident.id)?;
    let quiet = |(monitor, groups): &(MonitorId, Vec<String>)| {
        windows.iter().any(|window| window.span.holds(*monitor, groups, now))
    };
    Ok(!struck.iter().all(quiet))
}

/// What becomes of an incident now, and what is told of it; `None`: nothing.
fn step(
    mut incident: Incident,
    here: &HashMap<IncidentId, i64>,
    now: Timestamp,
) -> Option<(Incident, Option<Telling>)> {
    let ends = incident.told.over_at.is_none() && !here.contains_key(&incident.id);
    if ends {
        incident.told.over_at = Some(now);
    }
    let telling = grouping::telling((incident.what.since, &incident.told), incident.closed, now);
    if let Some(telling) = telling {
        incident.told.told_at = Some(now);
        incident.closed = matches!(telling, Telling::Over | Telling::WasBrief);
    }
    (ends || telling.is_some()).then_some((incident, telling))
}

fn tell(tx: &mut Tx, incident: &Incident, telling: Telling, now: Timestamp) -> Result<()> {
    let what = &incident.what;
    let (named, count) = (store::members(tx, incident.id, AGENCIES_TOLD_MAX)?, store::members_count(tx, incident.id)?);
    let subject = format!("incident:{}", incident.id);
    let detail = json!({
        "telling": telling, "kind": what.kind, "cause": what.cause, "address": what.address, "domain": what.domain,
        "since": what.since, "websites": count,
    });
    ledger::record(tx, &Event::new("system:monitor", "monitoring.tell", subject.clone()).detail(detail), now)?;
    let mut title = named.iter().map(|one| one.agency.as_str()).collect::<Vec<_>>().join(", ");
    let more = count - i64::try_from(named.len()).unwrap_or(0);
    if more > 0 {
        title.push_str(&format!(" (+{more})"));
    }
    let kind = match telling {
        Telling::Began | Telling::Reminder => notices::Kind::WebsitesFailed,
        Telling::Over | Telling::WasBrief => notices::Kind::WebsitesRecovered,
    };
    let happening = Happening::new(kind, None, subject, &title);
    let said = said(what, named.first().map(|one| one.url.as_str()))?;
    notices::tell(tx, &Happening { said, roles: TOLD.to_vec(), ..happening }, now)
}

/// The facts, in no language: address of the first website, cause, server, since when.
fn said(what: &Trait, url: Option<&str>) -> Result<String> {
    let since = what.since.in_zone(&time::zone(ZONE_DEFAULT)?).strftime("%Y-%m-%d %H:%M:%S %:z").to_string();
    let cause = what.cause.clone();
    let server = what.address.map(|address| address.to_string());
    Ok([url.map(str::to_owned), Some(cause), server, Some(since)].into_iter().flatten().collect::<Vec<_>>().join("\n"))
}
