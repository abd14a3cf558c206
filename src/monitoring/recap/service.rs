//! Use cases of weekly reports: they come with their case, adopt figures, take what people write, and are handed in.

use std::collections::HashMap;

use serde_json::json;

use super::model::{Frozen, Recap, Row};
use super::rules::{self, Writing};
use super::{nudges, store};
use crate::app::{App, CaseMove};
use crate::db::{Conn, Tx};
use crate::http::etag;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{CaseId, JobId, MonitorId, RecapId, RoundId};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::monitoring::look::model::Section;
use crate::monitoring::rounds::model::{Occasion, Round};
use crate::monitoring::rounds::service::{self as rounds, PROCEDURE};
use crate::monitoring::rounds::store as looks;
use crate::procedure::case::Case;
use crate::procedure::service::{NewCase, Whole};
use crate::procedure::{service as procedure, store as case_store};

/// The step of the case in which the report is written.
pub const WRITING_STEP: &str = "monitoring";
/// The flow of the procedure.
const FLOW: &str = "monitoring";
/// The command by which the head has the team look, the field that says whether at fresh figures, and its word for that.
const ORDER: (&str, &str, &str) = ("order", "figures", "baru");
/// The command by which the report is handed in, and the field with its summary.
const REPORT: (&str, &str) = ("report", "summary");

/// Gives each new case its report, and those that wait for figures theirs.
pub fn follow(app: &App) -> Result<()> {
    let (new, waiting) = app.db.read_blocking(|c| {
        // While figures are being taken, nobody's turn to write is.
        let mut served = Vec::new();
        for one in store::waiting(c, WRITING_STEP)? {
            if source(c, &one)?.is_some() {
                served.push(one.id);
            }
        }
        Ok((store::cases_without(c, PROCEDURE)?, served))
    })?;
    for (case, opened_at) in new {
        app.db.write_blocking(|tx| make(tx, case, opened_at).map(drop))?;
    }
    for id in waiting {
        let ids = (app.id(RoundId::new), app.id(JobId::new));
        // Later than the order that was just read, or the figures would be too old for it.
        app.db.write_blocking(|tx| adopt_newest(tx, id, ids, app.now()))?;
    }
    Ok(())
}

/// The report of a case; made if there is none.
fn make(tx: &mut Tx, case: CaseId, opened_at: Timestamp) -> Result<Recap> {
    if let Some(there) = store::of_case(tx, case)? {
        return Ok(there);
    }
    // A case has one report, so its own id names that as well as chance would.
    let mut chance = [0; 10];
    chance.copy_from_slice(&Digest::of(format!("recap:{case}")).as_str().as_bytes()[..10]);
    let id = RecapId::new(opened_at, chance);
    let zone = time::zone(ZONE_DEFAULT)?;
    let week = rules::week_of(opened_at, &zone);
    // A report that is asked for before seven on Monday is not to wait for what comes then.
    let scheduled = crate::monitoring::rounds::rules::recap_time(week, &zone);
    let since = scheduled.filter(|at| *at <= opened_at).unwrap_or(opened_at);
    let (created_at, updated_at) = (opened_at, opened_at);
    let one = Recap {
        id,
        case,
        week: week.to_string(),
        number: String::new(),
        round: None,
        since,
        version: 1,
        created_at,
        updated_at,
    };
    store::insert(tx, &one)?;
    Ok(one)
}

/// Has a report adopt the newest figures that it may have; where there are none, and none are being taken, they are ordered.
fn adopt_newest(tx: &mut Tx, id: RecapId, (round, job): (RoundId, JobId), now: Timestamp) -> Result<()> {
    let Some(recap) = store::find(tx, id)?.filter(|recap| recap.round.is_none()) else { return Ok(()) };
    match source(tx, &recap)? {
        Some(Source::There(round)) => adopt(tx, recap, &round, now),
        Some(Source::ToBeOrdered) => rounds::begin(tx, (round, job), Occasion::Order, now).map(drop),
        None => Ok(()),
    }
}

/// Where the figures of a report come from.
enum Source {
    There(Round),
    ToBeOrdered,
}

/// `None` while a round is made that may serve, and where nothing is watched.
fn source(connection: &mut Conn, recap: &Recap) -> Result<Option<Source>> {
    if let Some(round) = looks::newest_for_report(connection, recap.since)? {
        return Ok(Some(Source::There(round)));
    }
    let is_taking = looks::last(connection, None)?.is_some_and(|last| last.ended_at.is_none());
    Ok((!is_taking && looks::watched(connection)? > 0).then_some(Source::ToBeOrdered))
}

/// Puts the figures of a round into a report; what people wrote on older ones stays where it is still about the same.
fn adopt(tx: &mut Tx, recap: Recap, round: &Round, now: Timestamp) -> Result<()> {
    let before = store::before(tx, &recap.week)?;
    let written: HashMap<(MonitorId, Section), Row> =
        store::all_rows(tx, recap.id)?.into_iter().map(|row| ((row.monitor, row.section), row)).collect();
    let nudged = nudges::store::of_days(tx, (&recap.week, &rules::sunday_of(&recap.week)))?;
    let mut rows = Vec::new();
    for (site, kept) in looks::of_round(tx, round.id)? {
        let zone = site.profile.clock()?;
        for section in rules::sections(&site) {
            let key = (site.id, section);
            let mut row = rules::row(&site, &kept, section, (before.get(&key).copied(), &zone));
            row.seen.nudged_at = nudged.get(&key).copied().flatten();
            rows.push(written.get(&key).map_or(row.clone(), |old| rules::carried(row, old)));
        }
    }
    store::replace_rows(tx, recap.id, &rows)?;
    let detail = json!({ "round": round.id, "rows": rows.len() });
    let recap = Recap { round: Some(round.id), version: recap.version + 1, updated_at: now, ..recap };
    store::update(tx, &recap)?;
    record(tx, ("system:monitor".to_owned(), "recap.adopt"), &recap, (detail, now))
}

fn record(
    tx: &mut Tx,
    (actor, action): (String, &str),
    recap: &Recap,
    (detail, now): (serde_json::Value, Timestamp),
) -> Result<()> {
    ledger::record(tx, &Event::new(actor, action, format!("recap:{}", recap.id)).detail(detail), now)?;
    Ok(())
}

/// What follows from a move of its case: the head's order says which figures serve, handing in freezes the report.
pub fn follow_move(tx: &mut Tx, moved: &CaseMove<'_>) -> Result<()> {
    match moved.action {
        Some("monitor.round") => ordered(tx, moved),
        Some("monitor.recap") => reported(tx, moved),
        _ => Ok(()),
    }
}

/// The report takes this week's figures, or waits for fresh ones if those were asked for.
fn ordered(tx: &mut Tx, moved: &CaseMove<'_>) -> Result<()> {
    let whole = Whole::read(tx, moved.case)?;
    let recap = make(tx, moved.case, whole.case.opened_at)?;
    let (command, field, fresh) = ORDER;
    let order = whole.events.iter().rev().find(|event| event.command == command);
    match order.filter(|event| event.fields.get(field).and_then(serde_json::Value::as_str) == Some(fresh)) {
        Some(_) => store::update(tx, &Recap { round: None, since: moved.at, ..recap }),
        None => Ok(()),
    }
}

/// The report is frozen as the next version, with the evidence that its rows name.
fn reported(tx: &mut Tx, moved: &CaseMove<'_>) -> Result<()> {
    let whole = Whole::read(tx, moved.case)?;
    let recap = make(tx, moved.case, whole.case.opened_at)?;
    let (command, field) = REPORT;
    let event = whole.events.iter().rev().find(|event| event.command == command);
    let summary = event.and_then(|event| event.fields.get(field)).and_then(serde_json::Value::as_str);
    let frozen = draft(tx, &recap, summary.unwrap_or_default())?;
    let number = store::freeze(tx, (recap.id, recap.round), &frozen, (moved.by, moved.at))?;
    let by = moved.by.map_or("system:monitor".to_owned(), |user| format!("user:{user}"));
    record(tx, (by, "recap.report"), &recap, (json!({ "number": number, "rows": frozen.rows.len() }), moved.at))
}

/// The report as it stands now.
pub fn draft(connection: &mut Conn, recap: &Recap, summary: &str) -> Result<Frozen> {
    let round = recap.round.map(|round| looks::find(connection, round)).transpose()?.flatten();
    Ok(Frozen {
        week: recap.week.clone(),
        number: recap.number.clone(),
        began_at: round.map_or(recap.since, |round| round.began_at),
        ended_at: round.and_then(|round| round.ended_at),
        summary: summary.to_owned(),
        rows: store::all_rows(connection, recap.id)?,
    })
}

/// Opens a case with its report now, whatever day it is.
pub async fn open(app: &App, actor: &Actor) -> Result<RecapId> {
    let now = app.now();
    let date = now.in_zone(&time::zone(ZONE_DEFAULT)?).date();
    let title = format!("Monitoring {}", date.strftime("%d-%m-%Y"));
    let new = NewCase { procedure: PROCEDURE.to_owned(), flow: Some(FLOW.to_owned()), site: None, title };
    let case = procedure::open(app, actor, new).await?;
    Ok(app.db.write(move |tx| make(tx, case, now)).await?.id)
}

/// A report with its case. Absent is `not_found`.
pub fn find(connection: &mut Conn, id: RecapId) -> Result<(Recap, Case)> {
    let absent = || Refusal::new(Code::NotFound);
    let recap = store::find(connection, id)?.ok_or_else(absent)?;
    let case = case_store::find(connection, recap.case)?.ok_or_else(absent)?;
    Ok((recap, case))
}

/// The report, while it may be written on.
fn open_for_writing(tx: &mut Tx, id: RecapId) -> Result<Recap> {
    let (recap, case) = find(tx, id)?;
    match case.step == WRITING_STEP {
        true => Ok(recap),
        false => Err(Refusal::new(Code::WrongStep).extra("step", case.step).into()),
    }
}

/// Gives the report the number of a letter. `seen` is the version that the caller looked at.
pub async fn number(app: &App, actor: &Actor, (id, seen): (RecapId, i32), number: String) -> Result<()> {
    let _permit: Permit<cases::WriteRecap> = actor.permit_installation()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let (recap, case) = find(tx, id)?;
            if case.ended_at.is_some() {
                return Err(Refusal::new(Code::CaseEnded).into());
            }
            etag::current(seen, recap.version)?;
            let number = rules::check_number(&number)?;
            let recap = Recap { number, version: recap.version + 1, updated_at: now, ..recap };
            store::update(tx, &recap)?;
            record(tx, (by.clone(), "recap.number"), &recap, (json!({ "number": recap.number }), now))
        })
        .await
}

/// Has the figures taken anew; what people wrote stays.
pub async fn refresh(app: &App, actor: &Actor, id: RecapId) -> Result<()> {
    let _permit: Permit<cases::WriteRecap> = actor.permit_installation()?;
    let (now, by, ids) = (app.now(), actor.ledger_name(), (app.id(RoundId::new), app.id(JobId::new)));
    app.db
        .write(move |tx| {
            let recap = open_for_writing(tx, id)?;
            let recap = Recap { round: None, since: now, version: recap.version + 1, updated_at: now, ..recap };
            store::update(tx, &recap)?;
            record(tx, (by.clone(), "recap.refresh"), &recap, (json!({}), now))?;
            adopt_newest(tx, id, ids, now)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(())
}

/// Writes a reason on a row, or puts its judgement right. `seen` is the version of the row that the caller looked at.
pub async fn write(
    app: &App,
    actor: &Actor,
    (id, key): (RecapId, (MonitorId, Section)),
    (seen, writing): (i32, Writing),
) -> Result<Row> {
    let _permit: Permit<cases::WriteRecap> = actor.permit_installation()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let recap = open_for_writing(tx, id)?;
            let row = store::find_row(tx, id, key)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            etag::current(seen, row.version)?;
            let (was, row) = (row.verdict, rules::written(row, writing.clone())?);
            store::update_row(tx, id, &row)?;
            let detail = json!({
                "monitor": row.monitor, "section": row.section, "verdict": row.verdict, "was": was, "reason": row.reason,
                "override": row.overridden.as_ref().map(|by_hand| &by_hand.reason),
            });
            record(tx, (by.clone(), "recap.write"), &recap, (detail, now))?;
            Ok(row)
        })
        .await
}
