//! Confirming what a site was founded with: the approval that came live without one.

use serde_json::json;

use super::model::Seen;
use super::rules::confirmation;
use super::{ORIGIN, PUBLISHED};
use crate::app::App;
use crate::content::{self, LiveEntry, live};
use crate::db::Tx;
use crate::editorial;
use crate::editorial::model::Approval;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{EntryId, SiteId, UserId};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::sites;

/// Confirms imported entries that an approver has looked at, all of them or none, and returns how many.
///
/// Refusals: `invalid` (not 1 to 100 entries, each once), `not_live`, `already_approved`, `digest_mismatch`.
pub async fn confirm(app: &App, actor: &Actor, site: String, seen: Vec<Seen>) -> Result<usize> {
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let site = sites::store::find_visible(tx, &site, &actor)?.id;
            let _permit: Permit<cases::ConfirmImported> = actor.permit(site)?;
            let approver = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
            let confirmed = confirm_in(tx, site, &seen, (approver, now))?;
            record(tx, site, &actor, &confirmed, now)?;
            Ok(confirmed.len())
        })
        .await
}

fn confirm_in(
    tx: &mut Tx,
    site: SiteId,
    seen: &[Seen],
    (approver, now): (UserId, Timestamp),
) -> Result<Vec<LiveEntry>> {
    confirmation::check_list(seen)?;
    let ids: Vec<EntryId> = seen.iter().map(|one| one.entry).collect();
    let confirmed = confirmation::check(site, seen, &live::find_all(tx, &ids)?)?;
    live::confirm(tx, &ids, approver)?;
    for live in &confirmed {
        approve(tx, live, approver, now)?;
    }
    Ok(confirmed)
}

/// Keeps the approval with the entry, whose history shows it. What is being revised meanwhile stays unapproved.
fn approve(tx: &mut Tx, live: &LiveEntry, approver: UserId, now: Timestamp) -> Result<()> {
    let (revision, closure) = (live.revision, live.closure);
    let approval = Approval { revision, closure, approver, approved_at: now, voided_at: None };
    editorial::store::insert_approval(tx, live.entry_id, &approval)?;
    let mut row = content::store::require(tx, live.entry_id)?;
    if row.step == PUBLISHED && (row.revision, row.closure) == (revision, closure) {
        row.approved_closure = Some(closure);
        row.approved_revision = revision;
        content::store::save_state(tx, &row, now)?;
    }
    Ok(())
}

fn record(tx: &mut Tx, site: SiteId, actor: &Actor, confirmed: &[LiveEntry], now: Timestamp) -> Result<()> {
    let detail = json!({"entries": confirmed.len(), "origin": ORIGIN});
    let mut event = Event::new(actor.ledger_name(), "import.confirm", format!("site:{site}")).site(site).detail(detail);
    event.digests = confirmed.iter().map(|live| live.closure).collect();
    ledger::record(tx, &event, now)?;
    Ok(())
}
