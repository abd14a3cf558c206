//! Use cases of baselines.

use serde_json::json;

use super::model::{Accepted, Asked, Baseline};
use super::{rules, store};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::MonitorId;
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::monitoring::scan::baseline::{Known, New, Seen};
use crate::monitoring::sites;

/// What a full look is told of a website: what was accepted of it, and the `hosts` that it may lead to. `None` until something was
/// accepted: before, everything would be new.
pub fn known(connection: &mut Conn, monitor: MonitorId, hosts: &[String]) -> Result<Option<Known>> {
    let accepted = store::accepted(connection, monitor)?;
    Ok(accepted.map(|accepted| Known { accepted, hosts: hosts.to_vec() }))
}

/// Notes what a full look saw of a website, in the transaction that stores the look. Gives what its operator is asked now; for a
/// website that is watched no more, nothing.
pub fn note(tx: &mut Tx, monitor: MonitorId, seen: &Seen, now: Timestamp) -> Result<Vec<New>> {
    let Some((site, _)) = sites::store::find(tx, monitor)? else { return Ok(Vec::new()) };
    let before = store::find(tx, monitor)?;
    let accepted = before.and_then(|before| before.accepted);
    let baseline = Baseline { accepted, seen: seen.clone(), seen_at: now };
    let Asked { questions, .. } = rules::asked(&baseline, &site.profile.hosts);
    store::save(tx, monitor, &baseline, questions.len())?;
    Ok(questions)
}

/// What is known of a website, and what is asked; `None` where nothing was seen yet.
pub async fn find(app: &App, actor: &Actor, monitor: MonitorId) -> Result<Option<(Baseline, Asked)>> {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    app.db.read(move |c| read(c, monitor)).await
}

fn read(connection: &mut Conn, monitor: MonitorId) -> Result<Option<(Baseline, Asked)>> {
    let missing = || Refusal::new(Code::NotFound);
    let (site, _) = sites::store::find(connection, monitor)?.ok_or_else(missing)?;
    let found = store::find(connection, monitor)?;
    Ok(found.map(|baseline| {
        let asked = rules::asked(&baseline, &site.profile.hosts);
        (baseline, asked)
    }))
}

/// Accepts what this digest names: everything that is asked of a website, or one question.
///
/// Refusals: `not_found`, also where nothing was seen yet; `digest_mismatch` when something else is asked by now; `nothing_changed`.
pub async fn accept(app: &App, actor: &Actor, monitor: MonitorId, digest: Digest) -> Result<(Baseline, Asked)> {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let user = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let missing = || Refusal::new(Code::NotFound);
            let (site, _) = sites::store::find(tx, monitor)?.ok_or_else(missing)?;
            let mut baseline = store::find(tx, monitor)?.ok_or_else(missing)?;
            let hosts = &site.profile.hosts;
            let (seen, answered) = rules::accept(&baseline, hosts, &digest)?;
            baseline.accepted = Some(Accepted { seen, at: now, by: user });
            let asked = rules::asked(&baseline, hosts);
            store::save(tx, monitor, &baseline, asked.questions.len())?;
            ledger::record(tx, &event(&by, (monitor, &site.agency), (&digest, &answered)), now)?;
            Ok((baseline, asked))
        })
        .await
}

fn event(by: &str, (monitor, agency): (MonitorId, &str), (digest, answered): (&Digest, &[New])) -> Event {
    /// What was accepted first may be long; the digest stands for all of it.
    const ANSWERS_TOLD_MAX: usize = 20;
    let told: Vec<_> = answered.iter().take(ANSWERS_TOLD_MAX).map(|one| json!([one.kind, one.name, one.now])).collect();
    let detail = json!({"agency": agency, "digest": digest, "answers": answered.len(), "first": told});
    Event::new(by, "monitoring.accept", format!("monitor:{monitor}")).detail(detail)
}
