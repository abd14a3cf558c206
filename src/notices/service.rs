//! Use cases of notices: tell, read, choose how to be told.

use serde_json::{Value, json};

use super::model::{Chosen, Happening, Notice, Preferences, Recipient, Way, When};
use super::store::{self, Which};
use super::{hooks, mail, rules, telegram};
use crate::app::App;
use crate::calendar;
use crate::db::{Conn, Tx};
use crate::http::etag;
use crate::identity::account::User;
use crate::identity::{self, Actor};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::time::{self, DAY, ZONE_DEFAULT};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger;
use crate::sites;

/// Older notices are removed; what they told of stays in the ledger.
pub const NOTICE_DAYS_KEPT: i64 = 180;
/// What is older stands in no letter or message any more: whoever was away finds it on the screen.
const TOLD_DAYS_MAX: i64 = 4;
pub const TIDY_JOB: &str = "notices.tidy";

/// Tells whom it concerns of what the ledger's newest event records: to be called after that was written, in its
/// transaction, and at most once for each event.
pub fn tell(tx: &mut Tx, happening: &Happening, now: Timestamp) -> Result<()> {
    let (event, _) = ledger::head(tx)?;
    let members = store::members(tx, happening.site, now)?;
    let recipients = rules::recipients(happening, &members);
    store::insert(tx, happening, &recipients, (event, now))?;
    write_out(tx, happening.site, &recipients, (event, now))?;
    hooks::service::enqueue(tx, happening, (event, now))?;
    let id = JobId::new(now, rules::seed(TIDY_JOB, event, ""));
    let job =
        NewJob { kind: TIDY_JOB, payload: json!({}), unique_key: Some(TIDY_JOB.to_owned()), run_at: now.plus(DAY) };
    jobs::enqueue(tx, id, &job, now)?;
    Ok(())
}

/// Has each of them written to when they chose to be, by the ways that the installation has.
fn write_out(
    tx: &mut Tx,
    site: Option<SiteId>,
    recipients: &[Recipient],
    (event, now): (i64, Timestamp),
) -> Result<()> {
    if recipients.is_empty() {
        return Ok(());
    }
    let ways = ways(tx)?;
    if ways.is_empty() {
        return Ok(());
    }
    let site = site.map(|site| sites::store::find(tx, site)).transpose()?.flatten();
    let zone_name = site.as_ref().map_or(ZONE_DEFAULT, |site| &site.zone);
    let zone = time::zone(zone_name)?;
    let calendar = calendar::store::calendar(tx)?;
    for recipient in recipients {
        let chosen = store::preferences(tx, recipient.user)?.chosen;
        for way in &ways {
            if let Some(at) = rules::told_at((&chosen, *way), &calendar, &zone, now) {
                let job = job_for((recipient.user, *way), 0, (at, zone_name));
                let id = JobId::new(now, rules::seed(job.kind, event, recipient.user.as_str()));
                jobs::enqueue(tx, id, &job, now)?;
            }
        }
    }
    Ok(())
}

/// The ways that the installation has: a mail server, a bot.
fn ways(connection: &mut Conn) -> Result<Vec<Way>> {
    let has_mail = mail::store::find(connection)?.is_some();
    let has_bot = telegram::store::find(connection)?.is_some();
    let ways = [(Way::Mail, has_mail), (Way::Telegram, has_bot)];
    Ok(ways.into_iter().filter(|(_, has)| *has).map(|(way, _)| way).collect())
}

/// The job that writes to somebody by one way, after so many attempts that failed; the zone is that of the site of what is told.
pub(super) fn job_for((user, way): (UserId, Way), attempts: usize, (run_at, zone): (Timestamp, &str)) -> NewJob {
    let kind = match way {
        Way::Mail => mail::JOB,
        Way::Telegram => telegram::JOB,
    };
    let payload = json!({ "user": user, "attempts": attempts, "zone": zone });
    NewJob { kind, payload, unique_key: Some(format!("{kind}:{user}")), run_at }
}

/// What such a job is about.
pub(super) struct Writing {
    pub user: UserId,
    pub attempts: usize,
    pub zone: String,
}

impl Writing {
    pub fn of(job: &Job) -> Result<Self> {
        let user = UserId::parse(job.payload.get("user").and_then(Value::as_str).unwrap_or_default())?;
        let attempts = job.payload.get("attempts").and_then(Value::as_u64).unwrap_or_default();
        // A job of an older version names none.
        let zone = job.payload.get("zone").and_then(Value::as_str).unwrap_or(ZONE_DEFAULT).to_owned();
        Ok(Writing { user, attempts: usize::try_from(attempts).unwrap_or_default(), zone })
    }

    /// Puts it off to a time, as if it were begun then, or after an attempt that failed.
    pub fn put_off(&self, app: &App, way: Way, (attempts, at): (usize, Timestamp)) -> Result<()> {
        let (now, id) = (app.now(), app.id(JobId::new));
        let job = job_for((self.user, way), attempts, (at, &self.zone));
        app.db.write_blocking(|tx| jobs::enqueue(tx, id, &job, now)).map(drop)
    }

    /// A digest that was put off to a day which has become a holiday, or was tried again until then, waits for the next.
    pub fn waits_for_a_working_day(&self, app: &App, way: Way) -> Result<Option<Timestamp>> {
        let (now, zone) = (app.now(), time::zone(&self.zone)?);
        app.db.read_blocking(|c| {
            let chosen = store::preferences(c, self.user)?.chosen;
            let calendar = calendar::store::calendar(c)?;
            let works = calendar.newest().is_worked(now.in_zone(&zone).date());
            if chosen.when(way) != When::Daily || works {
                return Ok(None);
            }
            Ok(rules::told_at((&chosen, way), &calendar, &zone, now))
        })
    }
}

/// What is to be told to somebody by one way.
pub(super) struct Waiting {
    pub user: User,
    pub chosen: Chosen,
    /// The newest of it.
    pub notices: Vec<Notice>,
    /// All of it, as numbers of events.
    pub events: Vec<i64>,
}

/// `None` where there is nothing, or they do not want it any more.
pub(super) fn waiting(
    connection: &mut Conn,
    (user, way): (UserId, Way),
    (shown_max, now): (u32, Timestamp),
) -> Result<Option<Waiting>> {
    // They may have chosen otherwise since.
    let chosen = store::preferences(connection, user)?.chosen;
    let found = identity::store::find_user(connection, user)?.filter(|user| !user.disabled);
    let Some(user) = found.filter(|_| chosen.when(way) != When::None) else { return Ok(None) };
    let since = now.plus(-TOLD_DAYS_MAX * DAY);
    let page = store::list(connection, user.id, Which::Untold(way, since), (Limit::new(Some(shown_max))?, None))?;
    if page.items.is_empty() {
        return Ok(None);
    }
    let events = store::untold(connection, (user.id, way), since)?;
    Ok(Some(Waiting { user, chosen, notices: page.items, events }))
}

/// The address of the admin.
pub(super) fn admin(app: &App) -> String {
    format!("{}/admin", app.config.server_url.as_str().trim_end_matches('/'))
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
pub async fn choose(app: &App, actor: &Actor, seen: i32, chosen: Chosen) -> Result<Preferences> {
    rules::check(&chosen)?;
    let (user, now) = (person(actor)?, app.now());
    app.db
        .write(move |tx| {
            let before = store::preferences(tx, user)?;
            etag::current(seen, before.version)?;
            let wanted = Preferences { chosen: chosen.clone(), version: before.version + 1 };
            store::save_preferences(tx, user, &wanted, now)?;
            Ok(wanted)
        })
        .await
}
