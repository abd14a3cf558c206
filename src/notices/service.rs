//! Use cases of notices: tell, read, choose how to be told.

use serde_json::json;

use super::model::{Happening, Mail, Notice, Preferences, Recipient};
use super::store::{self, Which};
use super::{hooks, mail, rules};
use crate::app::App;
use crate::calendar;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::Actor;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::time::{self, DAY, ZONE_DEFAULT};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger;
use crate::sites;

/// Older notices are removed; what they told of stays in the ledger.
pub const NOTICE_DAYS_KEPT: i64 = 180;
pub const TIDY_JOB: &str = "notices.tidy";

/// Tells whom it concerns of what the ledger's newest event records: to be called after that was written, in its
/// transaction, and at most once for each event.
pub fn tell(tx: &mut Tx, happening: &Happening, now: Timestamp) -> Result<()> {
    let (event, _) = ledger::head(tx)?;
    let members = store::members(tx, happening.site, now)?;
    let recipients = rules::recipients(happening, &members);
    store::insert(tx, happening, &recipients, (event, now))?;
    write_letters(tx, happening.site, &recipients, (event, now))?;
    hooks::service::enqueue(tx, happening, (event, now))?;
    let id = JobId::new(now, rules::seed(TIDY_JOB, event, ""));
    let job =
        NewJob { kind: TIDY_JOB, payload: json!({}), unique_key: Some(TIDY_JOB.to_owned()), run_at: now.plus(DAY) };
    jobs::enqueue(tx, id, &job, now)?;
    Ok(())
}

/// Has each of them written to when they chose to be; nobody where the installation has no mail server.
fn write_letters(
    tx: &mut Tx,
    site: Option<SiteId>,
    recipients: &[Recipient],
    (event, now): (i64, Timestamp),
) -> Result<()> {
    if recipients.is_empty() || mail::store::find(tx)?.is_none() {
        return Ok(());
    }
    let site = site.map(|site| sites::store::find(tx, site)).transpose()?.flatten();
    let zone_name = site.as_ref().map_or(ZONE_DEFAULT, |site| &site.zone);
    let zone = time::zone(zone_name)?;
    let calendar = calendar::store::calendar(tx)?;
    for recipient in recipients {
        let preferences = store::preferences(tx, recipient.user)?;
        if let Some(at) = rules::mail_at(&preferences, &calendar, &zone, now) {
            let id = JobId::new(now, rules::seed(mail::JOB, event, recipient.user.as_str()));
            jobs::enqueue(tx, id, &mail::service::job_for(recipient.user, 0, (at, zone_name)), now)?;
        }
    }
    Ok(())
}

/// Does the job `notices.tidy`.
pub fn tidy(app: &App, _job: &Job) -> Outcome {
    let now = app.now();
    let (notices, deliveries) = app.db.write_blocking(|tx| {
        let notices = store::forget(tx, now.plus(-NOTICE_DAYS_KEPT * DAY))?;
        Ok((notices, hooks::store::forget(tx, now.plus(-hooks::DELIVERY_DAYS_KEPT * DAY))?))
    })?;
    Ok(json!({"notices": notices, "deliveries": deliveries}))
}

/// Whoever asks is a person.
pub fn person(actor: &Actor) -> Result<UserId> {
    actor.user().ok_or_else(|| Refusal::new(Code::Forbidden).into())
}

/// The caller's own, newest first, and how many of all they have not read.
pub async fn list(
    app: &App,
    actor: &Actor,
    which: Which,
    (limit, after): (Limit, Option<Cursor>),
) -> Result<(Page<Notice>, i64)> {
    let user = person(actor)?;
    app.db.read(move |c| Ok((store::list(c, user, which, (limit, after.as_ref()))?, store::unread(c, user)?))).await
}

/// Marks one of the caller's own as read.
pub async fn read_one(app: &App, actor: &Actor, event: i64) -> Result<()> {
    let (user, now) = (person(actor)?, app.now());
    let found = app.db.write(move |tx| store::read_one(tx, user, event, now)).await?;
    if found { Ok(()) } else { Err(Refusal::new(Code::NotFound).into()) }
}

/// Marks all of the caller's own up to and with one as read, so that none is that came since they looked.
pub async fn read_until(app: &App, actor: &Actor, event: i64) -> Result<()> {
    let (user, now) = (person(actor)?, app.now());
    app.db.write(move |tx| store::read_until(tx, user, event, now)).await
}

/// Changes how the caller is told; `seen` is the version that they looked at.
pub async fn choose(app: &App, actor: &Actor, seen: i32, (mail, digest_hour): (Mail, i32)) -> Result<Preferences> {
    rules::check_hour(digest_hour)?;
    let (user, now) = (person(actor)?, app.now());
    app.db
        .write(move |tx| {
            let before = store::preferences(tx, user)?;
            etag::current(seen, before.version)?;
            let chosen = Preferences { mail, digest_hour, version: before.version + 1 };
            store::save_preferences(tx, user, &chosen, now)?;
            Ok(chosen)
        })
        .await
}
