//! The chain in the database.

use diesel::prelude::*;

use super::model::{Checkpoint, Event, Finding, Record, Verdict};
use super::proof::{LINKS_MAX, Proof, Segment};
use super::rules::{self, Walk};
use crate::db::rows::insert_all;
use crate::db::schema::{ledger, ledger_checkpoints, ledger_head};
use crate::db::{Conn, Tx};
use crate::kernel::id::SiteId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Error, Refusal, Result, Timestamp};

/// How many records a check reads at once.
const BATCH_ROWS: i64 = 2_000;

type Row = (i64, Digest, Digest, Timestamp, String, Option<String>, String, String, Option<SiteId>, String, String);

const COLUMNS: (
    ledger::sequence,
    ledger::hash,
    ledger::previous,
    ledger::at,
    ledger::actor,
    ledger::on_behalf,
    ledger::action,
    ledger::subject,
    ledger::site_id,
    ledger::digests,
    ledger::detail,
) = (
    ledger::sequence,
    ledger::hash,
    ledger::previous,
    ledger::at,
    ledger::actor,
    ledger::on_behalf,
    ledger::action,
    ledger::subject,
    ledger::site_id,
    ledger::digests,
    ledger::detail,
);

fn from_row(row: Row) -> Record {
    let (sequence, hash, previous, at, actor, on_behalf, action, subject, site_id, digests, detail) = row;
    Record {
        sequence,
        hash,
        previous,
        at,
        actor,
        on_behalf,
        action,
        subject,
        site_id,
        // Unreadable digests give none, and then the hash cannot fit.
        digests: serde_json::from_str(&digests).unwrap_or_default(),
        detail: rules::read_detail(&detail),
    }
}

/// Appends an event to the chain, in the transaction of what it tells of.
pub fn record(tx: &mut Tx, event: &Event, at: Timestamp) -> Result<Record> {
    let (sequence, previous) = head(tx)?;
    let record = rules::link(event, sequence + 1, previous, at);
    append(tx, std::slice::from_ref(&record))?;
    Ok(record)
}

/// Appends several events in their order.
pub fn record_all(tx: &mut Tx, events: &[Event], at: Timestamp) -> Result<()> {
    let (mut sequence, mut previous) = head(tx)?;
    let mut records = Vec::with_capacity(events.len());
    for event in events {
        sequence += 1;
        let record = rules::link(event, sequence, previous, at);
        previous = record.hash;
        records.push(record);
    }
    append(tx, &records)
}

fn append(tx: &mut Tx, records: &[Record]) -> Result<()> {
    let Some(last) = records.last() else { return Ok(()) };
    let row = |record: &Record| {
        (
            ledger::sequence.eq(record.sequence),
            ledger::hash.eq(record.hash),
            ledger::previous.eq(record.previous),
            ledger::at.eq(record.at),
            ledger::actor.eq(record.actor.clone()),
            ledger::on_behalf.eq(record.on_behalf.clone()),
            ledger::action.eq(record.action.clone()),
            ledger::subject.eq(record.subject.clone()),
            ledger::site_id.eq(record.site_id),
            ledger::digests.eq(serde_json::json!(record.digests).to_string()),
            ledger::detail.eq(record.detail.to_string()),
        )
    };
    insert_all!(tx, ledger::table, records.iter().map(row));
    let moved = diesel::update(ledger_head::table.find(1))
        .set((ledger_head::sequence.eq(last.sequence), ledger_head::hash.eq(last.hash)))
        .execute(&mut **tx)?;
    if moved == 0 {
        diesel::insert_into(ledger_head::table)
            .values((ledger_head::id.eq(1), ledger_head::sequence.eq(last.sequence), ledger_head::hash.eq(last.hash)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Number and hash of the newest event; `(0, zeros)` before the first.
pub fn head(connection: &mut Conn) -> Result<(i64, Digest)> {
    let head = ledger_head::table
        .find(1)
        .select((ledger_head::sequence, ledger_head::hash))
        .first::<(i64, Digest)>(connection)
        .optional()?;
    Ok(head.unwrap_or((0, rules::origin())))
}

/// Which events a list shows; what is `None` leaves nothing out.
#[derive(Default)]
pub struct Wanted {
    pub subject: Option<String>,
    /// As events name it: see `Actor::ledger_name`.
    pub actor: Option<String>,
    /// An action, `editorial.approve`, or a feature, `editorial`, with all that it does.
    pub action: Option<String>,
    pub from: Option<Timestamp>,
    /// Events at this time are left out.
    pub until: Option<Timestamp>,
    /// `None`: of every site and of none.
    pub sites: Option<Vec<SiteId>>,
}

/// Newest first.
pub fn list(connection: &mut Conn, wanted: &Wanted, limit: Limit, after: Option<&Cursor>) -> Result<Page<Record>> {
    let mut query = ledger::table.select(COLUMNS).into_boxed();
    if let Some(subject) = &wanted.subject {
        query = query.filter(ledger::subject.eq(subject));
    }
    if let Some(actor) = &wanted.actor {
        query = query.filter(ledger::actor.eq(actor));
    }
    if let Some(action) = &wanted.action {
        // From `editorial.` up to what sorts right behind every name that begins with it.
        let feature = ledger::action.ge(format!("{action}.")).and(ledger::action.lt(format!("{action}/")));
        query = query.filter(ledger::action.eq(action).or(feature));
    }
    if let Some(from) = wanted.from {
        query = query.filter(ledger::at.ge(from));
    }
    if let Some(until) = wanted.until {
        query = query.filter(ledger::at.lt(until));
    }
    if let Some(sites) = &wanted.sites {
        query = query.filter(ledger::site_id.eq_any(sites));
    }
    if let Some(cursor) = after {
        let sequence: i64 = cursor.id.parse().map_err(|_| Refusal::new(Code::BadCursor))?;
        query = query.filter(ledger::sequence.lt(sequence));
    }
    let rows = query.order(ledger::sequence.desc()).limit(limit.probe()).load::<Row>(connection)?;
    let records = rows.into_iter().map(from_row).collect();
    Ok(Page::cut(records, limit, |record| Cursor { key: String::new(), id: record.sequence.to_string() }))
}

/// Checks the whole chain: against itself, its head, its checkpoints, and `remembered`, a head that
/// somebody wrote down earlier (`sequence`, `hash`).
pub fn verify(
    connection: &mut Conn,
    remembered: Option<(i64, Digest)>,
    signature_holds: impl Fn(&Checkpoint) -> bool,
) -> Result<Verdict> {
    let checkpoints = checkpoints(connection)?;
    let mut walk = Walk::new();
    let mut anchors: Vec<(i64, Digest)> = checkpoints.iter().map(|point| (point.sequence, point.hash)).collect();
    anchors.extend(remembered);
    anchors.sort_unstable_by_key(|anchor| anchor.0);
    let mut anchors = anchors.into_iter().peekable();
    let mut events = 0;
    let mut after = i64::MIN;
    loop {
        let rows = ledger::table
            .filter(ledger::sequence.gt(after))
            .order(ledger::sequence)
            .limit(BATCH_ROWS)
            .select(COLUMNS)
            .load::<Row>(connection)?;
        let Some(last) = rows.last() else { break };
        after = last.0;
        for record in rows.into_iter().map(from_row) {
            walk.step(&record);
            events += 1;
            while let Some((sequence, hash)) = anchors.next_if(|anchor| anchor.0 <= record.sequence) {
                if sequence != record.sequence || hash != record.hash {
                    walk.find(Finding::BadCheckpoint { sequence });
                }
            }
        }
    }
    for (sequence, hash) in anchors {
        let (found, last) = walk.head();
        if (sequence, hash) != (found, last) {
            walk.find(Finding::Truncated { expected: sequence, found });
        }
    }
    for point in checkpoints.iter().filter(|point| !signature_holds(point)) {
        walk.find(Finding::BadCheckpoint { sequence: point.sequence });
    }
    let (sequence, hash) = head(connection)?;
    walk.end(sequence, hash);
    let head = walk.head().1;
    let intact = walk.findings.is_empty();
    Ok(Verdict { events, checkpoints: checkpoints.len() as i64, head, intact, findings: walk.findings })
}

type CheckpointRow = (i64, Digest, Timestamp, String, String);

fn checkpoint_from_row((sequence, hash, at, public_key, signature): CheckpointRow) -> Checkpoint {
    Checkpoint { sequence, hash, at, public_key, signature }
}

fn checkpoints(connection: &mut Conn) -> Result<Vec<Checkpoint>> {
    let rows = ledger_checkpoints::table
        .order(ledger_checkpoints::sequence)
        .select(ledger_checkpoints::all_columns)
        .load::<CheckpointRow>(connection)?;
    Ok(rows.into_iter().map(checkpoint_from_row).collect())
}

pub fn newest_checkpoint(connection: &mut Conn) -> Result<Option<Checkpoint>> {
    let row = ledger_checkpoints::table
        .order(ledger_checkpoints::sequence.desc())
        .select(ledger_checkpoints::all_columns)
        .first::<CheckpointRow>(connection)
        .optional()?;
    Ok(row.map(checkpoint_from_row))
}

pub fn save_checkpoint(tx: &mut Tx, point: &Checkpoint) -> Result<()> {
    diesel::insert_into(ledger_checkpoints::table)
        .values((
            ledger_checkpoints::sequence.eq(point.sequence),
            ledger_checkpoints::hash.eq(point.hash),
            ledger_checkpoints::at.eq(point.at),
            ledger_checkpoints::public_key.eq(&point.public_key),
            ledger_checkpoints::signature.eq(&point.signature),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Every event about one of these subjects, in order.
pub fn records_of(connection: &mut Conn, subjects: &[String]) -> Result<Vec<Record>> {
    let query = ledger::table.filter(ledger::subject.eq_any(subjects)).order(ledger::sequence);
    Ok(query.select(COLUMNS).load::<Row>(connection)?.into_iter().map(from_row).collect())
}

/// The events of a site with one of these actions that name a digest, in order.
pub fn records_naming(connection: &mut Conn, site: SiteId, actions: &[&str], digest: &Digest) -> Result<Vec<Record>> {
    let query = ledger::table
        .filter(ledger::site_id.eq(site).and(ledger::action.eq_any(actions)))
        .filter(ledger::digests.like(format!("%{digest}%")))
        .order(ledger::sequence);
    Ok(query.select(COLUMNS).load::<Row>(connection)?.into_iter().map(from_row).collect())
}

/// What leads from each of these events, which are in order, to the signed checkpoint after it.
pub fn prove(connection: &mut Conn, events: Vec<Record>) -> Result<Proof> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut links = 0;
    for event in &events {
        if segments.last().is_some_and(|segment| segment.holds(event.sequence)) {
            continue;
        }
        let checkpoint = checkpoint_from(connection, event.sequence)?;
        let checkpoint = checkpoint.ok_or_else(|| Error::broken("prove an event", "no checkpoint follows it"))?;
        links += usize::try_from(checkpoint.sequence - event.sequence + 1).unwrap_or(usize::MAX);
        if links > LINKS_MAX {
            return Err(Refusal::new(Code::TooLarge).detail(format!("a proof of at most {LINKS_MAX} links")).into());
        }
        let bodies = bodies(connection, event.sequence, checkpoint.sequence)?;
        segments.push(Segment { from: event.sequence, previous: event.previous, bodies, checkpoint });
    }
    Ok(Proof { events, segments })
}

fn checkpoint_from(connection: &mut Conn, sequence: i64) -> Result<Option<Checkpoint>> {
    let row = ledger_checkpoints::table
        .filter(ledger_checkpoints::sequence.ge(sequence))
        .order(ledger_checkpoints::sequence)
        .select(ledger_checkpoints::all_columns)
        .first::<CheckpointRow>(connection)
        .optional()?;
    Ok(row.map(checkpoint_from_row))
}

fn bodies(connection: &mut Conn, from: i64, until: i64) -> Result<Vec<Digest>> {
    let (mut bodies, mut next) = (Vec::new(), from);
    loop {
        let rows = ledger::table
            .filter(ledger::sequence.ge(next).and(ledger::sequence.le(until)))
            .order(ledger::sequence)
            .limit(BATCH_ROWS)
            .select(COLUMNS)
            .load::<Row>(connection)?;
        let Some(last) = rows.last() else { return Ok(bodies) };
        next = last.0 + 1;
        bodies.extend(rows.into_iter().map(|row| rules::body(&from_row(row))));
    }
}

/// What a listener needs of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub sequence: i64,
    pub action: String,
    pub subject: String,
    pub site: Option<SiteId>,
    pub detail: serde_json::Value,
}

/// The events after one, in order, at most so many.
pub fn since(connection: &mut Conn, sequence: i64, records_max: i64) -> Result<Vec<Heard>> {
    let rows = ledger::table
        .filter(ledger::sequence.gt(sequence))
        .order(ledger::sequence)
        .limit(records_max)
        .select((ledger::sequence, ledger::action, ledger::subject, ledger::site_id, ledger::detail))
        .load::<(i64, String, String, Option<SiteId>, String)>(connection)?;
    let heard = |(sequence, action, subject, site, detail): (_, _, _, _, String)| Heard {
        sequence,
        action,
        subject,
        site,
        detail: rules::read_detail(&detail),
    };
    Ok(rows.into_iter().map(heard).collect())
}
