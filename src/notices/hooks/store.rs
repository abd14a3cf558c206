//! Webhooks and deliveries in the database.

use diesel::prelude::*;

use super::super::model::Kind;
use super::model::{Delivery, Hook, State};
use crate::db::schema::{users, webhook_deliveries, webhooks};
use crate::db::{Conn, Tx};
use crate::kernel::id::{DeliveryId, SiteId, UserId, WebhookId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Error, Refusal, Result, Timestamp};

type Row = (WebhookId, SiteId, String, String, String, bool, i32, Timestamp, Timestamp, Option<Timestamp>);

fn from_row(row: Row) -> Result<Hook> {
    let (id, site_id, url, kinds, secret, active, version, created_at, updated_at, quiet_until) = row;
    let kinds = serde_json::from_str(&kinds).map_err(|error| Error::broken("read the kinds of a webhook", error))?;
    Ok(Hook { id, site_id, url, kinds, secret, active, version, created_at, updated_at, quiet_until })
}

/// The webhooks of a site, oldest first.
pub fn list(connection: &mut Conn, site: SiteId) -> Result<Vec<Hook>> {
    let query = webhooks::table.filter(webhooks::site_id.eq(site)).order(webhooks::id);
    query.select(webhooks::all_columns).load::<Row>(connection)?.into_iter().map(from_row).collect()
}

pub fn find(connection: &mut Conn, id: WebhookId) -> Result<Option<Hook>> {
    let row = webhooks::table.find(id).select(webhooks::all_columns).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

pub fn insert(tx: &mut Tx, hook: &Hook) -> Result<()> {
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(hook.id),
            webhooks::site_id.eq(hook.site_id),
            webhooks::url.eq(&hook.url),
            webhooks::kinds.eq(serde_json::json!(hook.kinds).to_string()),
            webhooks::secret.eq(&hook.secret),
            webhooks::active.eq(hook.active),
            webhooks::version.eq(hook.version),
            webhooks::created_at.eq(hook.created_at),
            webhooks::updated_at.eq(hook.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn update(tx: &mut Tx, hook: &Hook) -> Result<()> {
    diesel::update(webhooks::table.find(hook.id))
        .set((
            webhooks::url.eq(&hook.url),
            webhooks::kinds.eq(serde_json::json!(hook.kinds).to_string()),
            webhooks::secret.eq(&hook.secret),
            webhooks::active.eq(hook.active),
            webhooks::version.eq(hook.version),
            webhooks::updated_at.eq(hook.updated_at),
            webhooks::quiet_until.eq(hook.quiet_until),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Leaves it alone until then; `None`: it answers.
pub fn set_quiet(tx: &mut Tx, id: WebhookId, until: Option<Timestamp>) -> Result<()> {
    diesel::update(webhooks::table.find(id)).set(webhooks::quiet_until.eq(until)).execute(&mut **tx)?;
    Ok(())
}

/// Its deliveries go with it.
pub fn remove(tx: &mut Tx, id: WebhookId) -> Result<()> {
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(webhooks::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Somebody's name, as they are called in what is sent.
pub fn name(connection: &mut Conn, user: UserId) -> Result<Option<String>> {
    Ok(users::table.find(user).select(users::name).first(connection).optional()?)
}

type DeliveryRow =
    (DeliveryId, WebhookId, String, String, String, i32, Option<i32>, Option<String>, Timestamp, Option<Timestamp>);

fn delivery_from_row(row: DeliveryRow) -> Result<Delivery> {
    let (id, hook, kind, body, state, attempts, status, error, created_at, finished_at) = row;
    let broken = || Error::broken("read a delivery", format!("kind {kind:?}, state {state:?}"));
    let (kind, state) = Kind::parse(&kind).zip(State::parse(&state)).ok_or_else(broken)?;
    Ok(Delivery { id, hook, kind, body, state, attempts, status, error, created_at, finished_at })
}

pub fn find_delivery(connection: &mut Conn, id: DeliveryId) -> Result<Option<Delivery>> {
    let query = webhook_deliveries::table.find(id).select(webhook_deliveries::all_columns);
    query.first::<DeliveryRow>(connection).optional()?.map(delivery_from_row).transpose()
}

/// What a webhook was told, newest first.
pub fn deliveries(
    connection: &mut Conn,
    hook: WebhookId,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<Delivery>> {
    let mut query = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(hook))
        .select(webhook_deliveries::all_columns)
        .into_boxed();
    if let Some(cursor) = after {
        let id = DeliveryId::parse(&cursor.id).map_err(|_| Refusal::new(Code::BadCursor))?;
        query = query.filter(webhook_deliveries::id.lt(id));
    }
    let rows = query.order(webhook_deliveries::id.desc()).limit(limit.probe()).load::<DeliveryRow>(connection)?;
    let found = rows.into_iter().map(delivery_from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, limit, |one| Cursor { key: String::new(), id: one.id.to_string() }))
}

pub fn insert_delivery(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    diesel::insert_into(webhook_deliveries::table)
        .values((
            webhook_deliveries::id.eq(delivery.id),
            webhook_deliveries::webhook_id.eq(delivery.hook),
            webhook_deliveries::kind.eq(delivery.kind.as_str()),
            webhook_deliveries::body.eq(&delivery.body),
            webhook_deliveries::state.eq(delivery.state.as_str()),
            webhook_deliveries::attempts.eq(delivery.attempts),
            webhook_deliveries::created_at.eq(delivery.created_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Notes what became of an attempt.
pub fn note(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    diesel::update(webhook_deliveries::table.find(delivery.id))
        .set((
            webhook_deliveries::state.eq(delivery.state.as_str()),
            webhook_deliveries::attempts.eq(delivery.attempts),
            webhook_deliveries::status.eq(delivery.status),
            webhook_deliveries::error.eq(&delivery.error),
            webhook_deliveries::finished_at.eq(delivery.finished_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Removes deliveries that were made before; says how many.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<usize> {
    let old = webhook_deliveries::table.filter(webhook_deliveries::created_at.lt(before));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}
