//! What citizens are told at an address whose page was withdrawn: why, by which office, when.
//!
//! A row stands until something is live at its address again, or the entry at any address. Written by
//! [`super::live`] alone.

use diesel::prelude::*;

use super::model::{LiveEntry, Withdrawal, WithdrawalReason, Withdrawn};
use crate::db::schema::{sites, withdrawals};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Locale, Result, Slug, Timestamp};

/// Keeps what is told of an entry that has just gone from view.
///
/// The office is the entry's own `unit`, or else the site. The title is kept only where the reason does not
/// forbid to repeat it.
pub fn put(tx: &mut Tx, live: &LiveEntry, withdrawal: &Withdrawal, now: Timestamp) -> Result<()> {
    let text = |name: &str| live.card.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    let office = match text("unit") {
        Some(unit) => unit.to_owned(),
        None => sites::table.find(live.site_id).select(sites::name).first(&mut **tx)?,
    };
    let title = text("title").filter(|_| withdrawal.reason.may_repeat_the_title()).unwrap_or_default();
    diesel::insert_into(withdrawals::table)
        .values((
            withdrawals::site_id.eq(live.site_id),
            withdrawals::type_key.eq(&live.type_key),
            withdrawals::locale.eq(live.locale.clone()),
            withdrawals::slug.eq(live.slug.clone()),
            withdrawals::entry_id.eq(live.entry_id),
            withdrawals::title.eq(title),
            withdrawals::office.eq(office),
            withdrawals::reason.eq(withdrawal.reason.as_str()),
            withdrawals::notice.eq(&withdrawal.notice),
            withdrawals::at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets what was told of entries that are live again, and of addresses that are in use again.
pub fn clear(tx: &mut Tx, site: SiteId, live: &[LiveEntry]) -> Result<()> {
    let entries: Vec<EntryId> = live.iter().map(|live| live.entry_id).collect();
    diesel::delete(withdrawals::table.filter(withdrawals::entry_id.eq_any(entries))).execute(&mut **tx)?;
    for ((type_key, locale), here) in super::live::by_place(live.iter()) {
        let at_their_places = withdrawals::table
            .filter(withdrawals::site_id.eq(site))
            .filter(withdrawals::type_key.eq(type_key))
            .filter(withdrawals::locale.eq(locale))
            .filter(withdrawals::slug.eq_any(here.iter().map(|live| &live.slug)));
        diesel::delete(at_their_places).execute(&mut **tx)?;
    }
    Ok(())
}

/// What a site tells of its withdrawn pages, the newest first.
pub fn list(connection: &mut Conn, site: SiteId) -> Result<Vec<Withdrawn>> {
    type Row = (String, Locale, Slug, EntryId, String, String, String, String, Timestamp);
    let rows = withdrawals::table
        .filter(withdrawals::site_id.eq(site))
        .select((
            withdrawals::type_key,
            withdrawals::locale,
            withdrawals::slug,
            withdrawals::entry_id,
            withdrawals::title,
            withdrawals::office,
            withdrawals::reason,
            withdrawals::notice,
            withdrawals::at,
        ))
        .load::<Row>(connection)?;
    let mut list: Vec<Withdrawn> = rows
        .into_iter()
        .map(|(type_key, locale, slug, entry, title, office, reason, notice, at)| {
            // A reason that is not ours can only be a later version's.
            let reason = WithdrawalReason::parse(&reason).unwrap_or(WithdrawalReason::Other);
            Withdrawn { type_key, locale, slug, entry, title, office, reason, notice, at }
        })
        .collect();
    let place = |one: &Withdrawn| (one.type_key.clone(), one.locale.to_string(), one.slug.to_string());
    list.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| place(a).cmp(&place(b))));
    Ok(list)
}
