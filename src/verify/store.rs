//! Checks, findings and certificates in the database, and what a check reads of a site.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Kind, Problem, Report, SiteFinding};
use crate::db::schema::{live_entries, verify_certificates, verify_findings, verify_runs};
use crate::db::{Conn, Tx};
use crate::kernel::id::{FindingId, RunId, SiteId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Digest, Result, Timestamp};

/// Addresses of entries that changed lately; beyond them a change is one of many and has its turn.
const LATELY_ROWS_MAX: i64 = 5_000;

/// The address that a site's settings name.
pub fn base_url(connection: &mut Conn, site: SiteId) -> Result<Option<String>> {
    let cards: Vec<String> = live_entries::table
        .filter(live_entries::site_id.eq(site).and(live_entries::type_key.eq("pengaturan")))
        .order((live_entries::locale, live_entries::slug))
        .select(live_entries::card)
        .load(connection)?;
    let url = |card: &String| {
        let card: serde_json::Value = serde_json::from_str(card).ok()?;
        card.get("base_url")?.as_str().filter(|url| !url.is_empty()).map(str::to_owned)
    };
    Ok(cards.iter().find_map(url))
}

/// Type, locale and slug of what was shown since then, newest first.
pub fn shown_since(connection: &mut Conn, site: SiteId, since: Timestamp) -> Result<Vec<(String, String, String)>> {
    Ok(live_entries::table
        .filter(live_entries::site_id.eq(site).and(live_entries::updated_at.ge(since)))
        .order(live_entries::updated_at.desc())
        .limit(LATELY_ROWS_MAX)
        .select((live_entries::type_key, live_entries::locale, live_entries::slug))
        .load(connection)?)
}

/// Where the next check of an address goes on among the files that take turns.
pub fn turn(connection: &mut Conn, site: SiteId, url: &str) -> Result<usize> {
    let turn = verify_runs::table
        .filter(verify_runs::site_id.eq(site).and(verify_runs::url.eq(url)))
        .filter(verify_runs::finished_at.is_not_null())
        .order(verify_runs::started_at.desc())
        .select(verify_runs::turn)
        .first::<i64>(connection)
        .optional()?;
    Ok(turn.and_then(|turn| usize::try_from(turn).ok()).unwrap_or(0))
}

/// When a check of the site last began.
pub fn last_begun(connection: &mut Conn, site: SiteId) -> Result<Option<Timestamp>> {
    let runs = verify_runs::table.filter(verify_runs::site_id.eq(site));
    Ok(runs.select(diesel::dsl::max(verify_runs::started_at)).first::<Option<Timestamp>>(connection)?)
}

pub fn begin(tx: &mut Tx, id: RunId, site: SiteId, url: &str, now: Timestamp) -> Result<()> {
    diesel::insert_into(verify_runs::table)
        .values((
            verify_runs::id.eq(id),
            verify_runs::site_id.eq(site),
            verify_runs::url.eq(url),
            verify_runs::started_at.eq(now),
            verify_runs::turn.eq(0),
            verify_runs::report.eq("{}"),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn end(tx: &mut Tx, report: &Report, turn: usize, now: Timestamp) -> Result<()> {
    let text = serde_json::to_string(report).unwrap_or_default();
    diesel::update(verify_runs::table.find(report.run))
        .set((
            verify_runs::finished_at.eq(now),
            verify_runs::turn.eq(i64::try_from(turn).unwrap_or(0)),
            verify_runs::report.eq(text),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

type FindingRow =
    ((FindingId, SiteId, String), (String, String, String, Option<Digest>), (Timestamp, Timestamp, Option<Timestamp>));

type FindingColumns = (
    (verify_findings::id, verify_findings::site_id, verify_findings::url),
    (verify_findings::kind, verify_findings::path, verify_findings::detail, verify_findings::evidence),
    (verify_findings::found_at, verify_findings::seen_at, verify_findings::cleared_at),
);

const FINDING: FindingColumns = (
    (verify_findings::id, verify_findings::site_id, verify_findings::url),
    (verify_findings::kind, verify_findings::path, verify_findings::detail, verify_findings::evidence),
    (verify_findings::found_at, verify_findings::seen_at, verify_findings::cleared_at),
);

fn finding((names, problem, times): FindingRow) -> SiteFinding {
    let (id, site_id, url) = names;
    let (kind, path, detail, evidence) = problem;
    let (found_at, seen_at, cleared_at) = times;
    let kind = Kind::parse(&kind).unwrap_or(Kind::Changed);
    let detail = serde_json::from_str(&detail).unwrap_or_default();
    SiteFinding { id, site_id, url, problem: Problem { kind, path, detail, evidence }, found_at, seen_at, cleared_at }
}

/// What is open at an address, by kind and path.
pub fn open(connection: &mut Conn, site: SiteId, url: &str) -> Result<HashMap<(Kind, String), SiteFinding>> {
    let rows = verify_findings::table
        .filter(verify_findings::site_id.eq(site).and(verify_findings::url.eq(url)))
        .filter(verify_findings::cleared_at.is_null())
        .select(FINDING)
        .load::<FindingRow>(connection)?;
    let named = |found: SiteFinding| ((found.problem.kind, found.problem.path.clone()), found);
    Ok(rows.into_iter().map(finding).map(named).collect())
}

pub fn insert(tx: &mut Tx, found: &SiteFinding) -> Result<()> {
    let problem = &found.problem;
    diesel::insert_into(verify_findings::table)
        .values((
            verify_findings::id.eq(found.id),
            verify_findings::site_id.eq(found.site_id),
            verify_findings::url.eq(&found.url),
            verify_findings::kind.eq(problem.kind.as_str()),
            verify_findings::path.eq(&problem.path),
            verify_findings::detail.eq(problem.detail.to_string()),
            verify_findings::evidence.eq(problem.evidence),
            verify_findings::found_at.eq(found.found_at),
            verify_findings::seen_at.eq(found.seen_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn see_again(tx: &mut Tx, id: FindingId, now: Timestamp) -> Result<()> {
    diesel::update(verify_findings::table.find(id)).set(verify_findings::seen_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

pub fn clear(tx: &mut Tx, id: FindingId, now: Timestamp) -> Result<()> {
    diesel::update(verify_findings::table.find(id)).set(verify_findings::cleared_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Findings of a site, newest first; `open`: those that no check found gone, or the others.
pub fn list(
    connection: &mut Conn,
    site: SiteId,
    open: Option<bool>,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<SiteFinding>> {
    let mut query = verify_findings::table.filter(verify_findings::site_id.eq(site)).into_boxed::<crate::db::Backend>();
    query = match open {
        None => query,
        Some(true) => query.filter(verify_findings::cleared_at.is_null()),
        Some(false) => query.filter(verify_findings::cleared_at.is_not_null()),
    };
    if let Some(cursor) = after {
        query = query.filter(verify_findings::id.lt(cursor.id.clone()));
    }
    let rows =
        query.order(verify_findings::id.desc()).limit(limit.probe()).select(FINDING).load::<FindingRow>(connection)?;
    let rows = rows.into_iter().map(finding).collect();
    Ok(Page::cut(rows, limit, |one: &SiteFinding| Cursor { key: String::new(), id: one.id.to_string() }))
}

/// Whether a finding of the site is proved by this file.
pub fn is_evidence(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<bool> {
    let found = verify_findings::table
        .filter(verify_findings::site_id.eq(site).and(verify_findings::evidence.eq(digest)))
        .select(verify_findings::id)
        .first::<FindingId>(connection);
    Ok(found.optional()?.is_some())
}

/// Every digest of a stored file that proves a finding.
pub fn stored(connection: &mut Conn) -> Result<Vec<Digest>> {
    let evidence = verify_findings::table.filter(verify_findings::evidence.is_not_null());
    Ok(evidence.select(verify_findings::evidence.assume_not_null()).distinct().load(connection)?)
}

pub fn certificate(connection: &mut Conn, site: SiteId, url: &str) -> Result<Option<Digest>> {
    let row = verify_certificates::table.find((site, url)).select(verify_certificates::fingerprint);
    Ok(row.first::<Digest>(connection).optional()?)
}

pub fn remember_certificate(tx: &mut Tx, site: SiteId, url: &str, shown: &Digest, now: Timestamp) -> Result<()> {
    let values = (verify_certificates::fingerprint.eq(shown), verify_certificates::seen_at.eq(now));
    let known = diesel::update(verify_certificates::table.find((site, url))).set(values).execute(&mut **tx)?;
    if known == 0 {
        diesel::insert_into(verify_certificates::table)
            .values((verify_certificates::site_id.eq(site), verify_certificates::url.eq(url), values))
            .execute(&mut **tx)?;
    }
    Ok(())
}
