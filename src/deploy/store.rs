//! Targets and deployments in the database.

use diesel::prelude::*;

use super::model::{Deployment, Kind, Moved, Outcome, State, Target, Way};
use crate::db::schema::{deployments, releases, sites, targets};
use crate::db::{Conn, Tx};
use crate::kernel::id::{DeploymentId, SiteId, TargetId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Digest, Error, Result, Timestamp};

type Names = (TargetId, SiteId, String, i32, String, String, Option<String>, Option<String>, bool);
type Fares =
    (Option<i32>, Option<Digest>, Option<Timestamp>, i32, Option<Timestamp>, Option<Timestamp>, Option<String>);
type Row = (Names, Fares, (i32, Timestamp, Timestamp));

type NameColumns = (
    targets::id,
    targets::site_id,
    targets::key,
    targets::position,
    targets::kind,
    targets::settings,
    targets::credentials,
    targets::url,
    targets::active,
);
type FareColumns = (
    targets::release_number,
    targets::manifest_digest,
    targets::succeeded_at,
    targets::failures,
    targets::failing_since,
    targets::alarmed_at,
    targets::error,
);
type Columns = (NameColumns, FareColumns, (targets::version, targets::created_at, targets::updated_at));

const COLUMNS: Columns = (
    (
        targets::id,
        targets::site_id,
        targets::key,
        targets::position,
        targets::kind,
        targets::settings,
        targets::credentials,
        targets::url,
        targets::active,
    ),
    (
        targets::release_number,
        targets::manifest_digest,
        targets::succeeded_at,
        targets::failures,
        targets::failing_since,
        targets::alarmed_at,
        targets::error,
    ),
    (targets::version, targets::created_at, targets::updated_at),
);

fn from_row((names, fares, times): Row) -> Result<Target> {
    let (id, site_id, key, position, kind, settings, credentials, url, active) = names;
    let (release, manifest, succeeded_at, failures, failing_since, alarmed_at, error) = fares;
    let (version, created_at, updated_at) = times;
    let settings = serde_json::from_str(&settings).unwrap_or_default();
    let way = Kind::parse(&kind).ok_or_else(|| format!("there is no kind {kind:?}"));
    let way = way.and_then(|kind| Way::read(kind, &settings));
    let way = way.map_err(|problem| Error::broken(format!("read the settings of the target {key}"), problem))?;
    let state = State { release, manifest, succeeded_at, failures, failing_since, alarmed_at, error };
    Ok(Target { id, site_id, key, position, way, credentials, url, active, state, version, created_at, updated_at })
}

/// `None` when there is no such target.
pub fn find(connection: &mut Conn, id: TargetId) -> Result<Option<Target>> {
    let row = targets::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

pub fn find_by_key(connection: &mut Conn, site: SiteId, key: &str) -> Result<Option<Target>> {
    // The key comes from an address; PostgreSQL fails on a NUL.
    if key.contains('\0') {
        return Ok(None);
    }
    let query = targets::table.filter(targets::site_id.eq(site).and(targets::key.eq(key))).select(COLUMNS);
    query.first::<Row>(connection).optional()?.map(from_row).transpose()
}

/// The targets of a site, in their order.
pub fn list(connection: &mut Conn, site: SiteId) -> Result<Vec<Target>> {
    let query = targets::table.filter(targets::site_id.eq(site)).order((targets::position, targets::key));
    query.select(COLUMNS).load::<Row>(connection)?.into_iter().map(from_row).collect()
}

/// Stores a new target. That its key is free is the caller's to check, in this transaction.
pub fn insert(tx: &mut Tx, target: &Target) -> Result<()> {
    diesel::insert_into(targets::table)
        .values((
            (
                targets::id.eq(target.id),
                targets::site_id.eq(target.site_id),
                targets::key.eq(&target.key),
                targets::position.eq(target.position),
                targets::kind.eq(target.way.kind().as_str()),
                targets::settings.eq(target.way.settings().to_string()),
                targets::credentials.eq(target.credentials.as_deref()),
                targets::url.eq(target.url.as_deref()),
                targets::active.eq(target.active),
            ),
            targets::failures.eq(0),
            (
                targets::version.eq(1),
                targets::created_at.eq(target.created_at),
                targets::updated_at.eq(target.updated_at),
            ),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Stores what a change may change; how the target fares stays as it is, but for its outage, which is over:
/// whoever changed it wants to know at once whether that mended it.
pub fn update(tx: &mut Tx, target: &Target) -> Result<()> {
    diesel::update(targets::table.find(target.id))
        .set((
            targets::position.eq(target.position),
            targets::kind.eq(target.way.kind().as_str()),
            targets::settings.eq(target.way.settings().to_string()),
            targets::credentials.eq(target.credentials.as_deref()),
            targets::url.eq(target.url.as_deref()),
            targets::active.eq(target.active),
            targets::version.eq(target.version),
            targets::updated_at.eq(target.updated_at),
        ))
        .execute(&mut **tx)?;
    set_state(tx, target.id, &target.state)
}

pub fn set_state(tx: &mut Tx, id: TargetId, state: &State) -> Result<()> {
    diesel::update(targets::table.find(id))
        .set((
            targets::release_number.eq(state.release),
            targets::manifest_digest.eq(state.manifest),
            targets::succeeded_at.eq(state.succeeded_at),
            targets::failures.eq(state.failures),
            targets::failing_since.eq(state.failing_since),
            targets::alarmed_at.eq(state.alarmed_at),
            targets::error.eq(state.error.as_deref()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Removes a target and its deployments; the ledger keeps what was deployed.
pub fn remove(tx: &mut Tx, id: TargetId) -> Result<()> {
    diesel::delete(deployments::table.filter(deployments::target_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(targets::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Active targets that serve another release than the live one of their site, in their order.
pub fn behind(connection: &mut Conn) -> Result<Vec<TargetId>> {
    let live = releases::table
        .filter(releases::site_id.eq(targets::site_id).and(releases::state.eq("active")))
        .filter(releases::number.nullable().ne(targets::release_number).or(targets::release_number.is_null()));
    Ok(targets::table
        .filter(targets::active.eq(true))
        .filter(diesel::dsl::exists(live))
        .order((targets::site_id, targets::position, targets::key))
        .select(targets::id)
        .load(connection)?)
}

pub fn site_key(connection: &mut Conn, site: SiteId) -> Result<Option<String>> {
    Ok(sites::table.find(site).select(sites::key).first(connection).optional()?)
}

type DeploymentRow = (
    (DeploymentId, TargetId, Option<i32>, Option<Digest>, String, Option<String>),
    (i32, i32, i64, Timestamp, Option<Timestamp>),
);

/// Attempts of a target, newest first.
pub fn deployments(
    connection: &mut Conn,
    target: TargetId,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<Deployment>> {
    let mut query = deployments::table.filter(deployments::target_id.eq(target)).into_boxed::<crate::db::Backend>();
    if let Some(cursor) = after {
        query = query.filter(deployments::id.lt(cursor.id.clone()));
    }
    let columns = (
        (
            deployments::id,
            deployments::target_id,
            deployments::release_number,
            deployments::manifest_digest,
            deployments::outcome,
            deployments::error,
        ),
        (
            deployments::files_sent,
            deployments::files_removed,
            deployments::bytes_sent,
            deployments::started_at,
            deployments::finished_at,
        ),
    );
    let query = query.order(deployments::id.desc()).limit(limit.probe()).select(columns);
    let found = query.load::<DeploymentRow>(connection)?.into_iter().map(deployment_from_row).collect();
    Ok(Page::cut(found, limit, |one: &Deployment| Cursor { key: String::new(), id: one.id.to_string() }))
}

fn deployment_from_row((names, sizes): DeploymentRow) -> Deployment {
    let (id, target, release, manifest, outcome, error) = names;
    let (files_sent, files_removed, bytes_sent, started_at, finished_at) = sizes;
    let moved = Moved {
        files_sent: u32::try_from(files_sent).unwrap_or(0),
        files_removed: u32::try_from(files_removed).unwrap_or(0),
        bytes_sent: u64::try_from(bytes_sent).unwrap_or(0),
    };
    let outcome = Outcome::parse(&outcome).unwrap_or(Outcome::Failed);
    Deployment { id, target, release, manifest, outcome, error, moved, started_at, finished_at }
}

/// Notes that an attempt begins. The one before, if it never ended, was cut short.
pub fn begin(tx: &mut Tx, deployment: &Deployment) -> Result<()> {
    let running = deployments::target_id.eq(deployment.target).and(deployments::outcome.eq(Outcome::Running.as_str()));
    diesel::update(deployments::table.filter(running))
        .set((
            deployments::outcome.eq(Outcome::Failed.as_str()),
            deployments::error.eq("it was cut short"),
            deployments::finished_at.eq(deployment.started_at),
        ))
        .execute(&mut **tx)?;
    diesel::insert_into(deployments::table)
        .values((
            deployments::id.eq(deployment.id),
            deployments::target_id.eq(deployment.target),
            deployments::outcome.eq(deployment.outcome.as_str()),
            deployments::files_sent.eq(0),
            deployments::files_removed.eq(0),
            deployments::bytes_sent.eq(0_i64),
            deployments::started_at.eq(deployment.started_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn end(tx: &mut Tx, deployment: &Deployment) -> Result<()> {
    let moved = deployment.moved;
    diesel::update(deployments::table.find(deployment.id))
        .set((
            deployments::release_number.eq(deployment.release),
            deployments::manifest_digest.eq(deployment.manifest),
            deployments::outcome.eq(deployment.outcome.as_str()),
            deployments::error.eq(deployment.error.as_deref()),
            deployments::files_sent.eq(i32::try_from(moved.files_sent).unwrap_or(i32::MAX)),
            deployments::files_removed.eq(i32::try_from(moved.files_removed).unwrap_or(i32::MAX)),
            deployments::bytes_sent.eq(i64::try_from(moved.bytes_sent).unwrap_or(i64::MAX)),
            deployments::finished_at.eq(deployment.finished_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
