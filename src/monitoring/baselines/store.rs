//! Baselines in the database.

use diesel::prelude::*;

use super::model::{Accepted, Baseline};
use crate::db::schema::monitor_baselines;
use crate::db::{Conn, Tx};
use crate::kernel::id::{MonitorId, UserId};
use crate::kernel::{Error, Result, Timestamp};
use crate::monitoring::scan::baseline::Seen;

type Row = (Option<String>, Option<Timestamp>, Option<UserId>, String, Timestamp);
type Columns = (
    monitor_baselines::accepted,
    monitor_baselines::accepted_at,
    monitor_baselines::accepted_by,
    monitor_baselines::seen,
    monitor_baselines::seen_at,
);
const COLUMNS: Columns = (
    monitor_baselines::accepted,
    monitor_baselines::accepted_at,
    monitor_baselines::accepted_by,
    monitor_baselines::seen,
    monitor_baselines::seen_at,
);

fn read(text: &str) -> Result<Seen> {
    serde_json::from_str(text).map_err(|error| Error::broken("read what was seen of a website", error))
}

fn from_row((accepted, at, by, seen, seen_at): Row) -> Result<Baseline> {
    let accepted = match (accepted, at, by) {
        (Some(seen), Some(at), Some(by)) => Some(Accepted { seen: read(&seen)?, at, by }),
        _ => None,
    };
    Ok(Baseline { accepted, seen: read(&seen)?, seen_at })
}

/// `None` for one of which nothing was seen yet.
pub fn find(connection: &mut Conn, monitor: MonitorId) -> Result<Option<Baseline>> {
    let row = monitor_baselines::table.find(monitor).select(COLUMNS).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// What was accepted of one, and nothing else of it.
pub fn accepted(connection: &mut Conn, monitor: MonitorId) -> Result<Option<Seen>> {
    let query = monitor_baselines::table.find(monitor).select(monitor_baselines::accepted);
    let text = query.first::<Option<String>>(connection).optional()?.flatten();
    text.map(|text| read(&text)).transpose()
}

/// Stores what is known of one, and how many questions that leaves.
pub fn save(tx: &mut Tx, monitor: MonitorId, baseline: &Baseline, questions: usize) -> Result<()> {
    let text = |seen: &Seen| serde_json::json!(seen).to_string();
    let accepted = baseline.accepted.as_ref();
    let values = (
        monitor_baselines::accepted.eq(accepted.map(|accepted| text(&accepted.seen))),
        monitor_baselines::accepted_at.eq(accepted.map(|accepted| accepted.at)),
        monitor_baselines::accepted_by.eq(accepted.map(|accepted| accepted.by)),
        monitor_baselines::seen.eq(text(&baseline.seen)),
        monitor_baselines::seen_at.eq(baseline.seen_at),
        monitor_baselines::questions.eq(i32::try_from(questions).unwrap_or(i32::MAX)),
    );
    let changed = diesel::update(monitor_baselines::table.find(monitor)).set(values.clone()).execute(&mut **tx)?;
    if changed == 0 {
        let new = (monitor_baselines::monitor_id.eq(monitor), values);
        diesel::insert_into(monitor_baselines::table).values(new).execute(&mut **tx)?;
    }
    Ok(())
}
