//! Use cases of the mail server, and the job that writes letters.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::model::Mail;
use super::super::store::{self as notices, Which};
use super::letters::{self, Language, Words};
use super::model::{Security, Server, Wanted};
use super::{JOB, rules, store};
use crate::app::App;
use crate::calendar;
use crate::db::Conn;
use crate::http::etag;
use crate::identity::{self, Actor, Permit, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, UserId};
use crate::kernel::page::Limit;
use crate::kernel::time::{self, DAY, ZONE_DEFAULT};
use crate::kernel::{Code, Error, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::ports::{Letter, MailSecurity, MailServer, Unsent};

/// One letter tells of so many; it counts the rest.
const NOTICES_PER_LETTER_MAX: u32 = 30;
/// What is older stands in no letter any more: whoever was away finds it on the screen.
const MAILED_DAYS_MAX: i64 = 4;
const PURPOSE: &str = "lamin mail: password, version 1";
const BOUND: &str = "mail";

fn event(by: &str, verb: &str, server: &Server) -> Event {
    let detail = json!({ "host": server.host, "port": server.port, "security": server.security,
        "username": server.username, "from_address": server.from_address, "has_password": server.password.is_some() });
    Event::new(by, &format!("mail.{verb}"), "installation:mail").detail(detail)
}

/// Sets the server; `seen` is 0 where there is none yet.
pub async fn set(app: &App, actor: &Actor, seen: i32, wanted: Wanted) -> Result<Server> {
    let _permit: Permit<cases::ManageMail> = actor.permit_installation()?;
    let wrong = rules::check(&wanted);
    if !wrong.is_empty() {
        return Err(Refusal::new(Code::Invalid).fields(wrong).into());
    }
    let given = wanted.password.as_ref().map(|secret| secret.0.as_str());
    let sealed = match given {
        Some(given) if !given.is_empty() => {
            let sealed = app.secrets.seal((PURPOSE, BOUND), given.as_bytes(), app.random());
            Some(sealed.ok_or_else(|| Error::broken("seal a password", "the cipher refused"))?)
        }
        Some(_) | None => None,
    };
    let (now, by, keeps) = (app.now(), actor.ledger_name(), given.is_none());
    app.db
        .write(move |tx| {
            let before = store::find(tx)?;
            etag::current(seen, before.as_ref().map_or(0, |before| before.version))?;
            let kept = before.as_ref().filter(|before| keeps && rules::keeps_password(before, &wanted));
            let server = Server {
                host: wanted.host.clone(),
                port: wanted.port,
                security: wanted.security,
                username: wanted.username.clone(),
                password: sealed.clone().or_else(|| kept.and_then(|before| before.password.clone())),
                from_address: wanted.from_address.clone(),
                from_name: wanted.from_name.clone(),
                version: seen + 1,
                updated_at: now,
            };
            store::save(tx, &server)?;
            ledger::record(tx, &event(&by, "set", &server), now)?;
            Ok(server)
        })
        .await
}

/// Sends no letters from now on.
pub async fn remove(app: &App, actor: &Actor, seen: i32) -> Result<()> {
    let _permit: Permit<cases::ManageMail> = actor.permit_installation()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let server = store::find(tx)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            etag::current(seen, server.version)?;
            store::remove(tx)?;
            ledger::record(tx, &event(&by, "remove", &server), now)?;
            Ok(())
        })
        .await
}

/// Sends a letter to the caller now; says what the server answered when it did not take it. Blocks.
pub fn test(app: &App, actor: &Actor) -> Result<Option<String>> {
    let _permit: Permit<cases::ManageMail> = actor.permit_installation()?;
    let id = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
    let (server, user) = app.db.read_blocking(|c| Ok((store::find(c)?, identity::store::find_user(c, id)?)))?;
    let missing = || Refusal::new(Code::NotFound);
    let (server, user) = (server.ok_or_else(missing)?, user.ok_or_else(missing)?);
    let words = letters::test(&user.name, (&admin(app), Language::of(&user.locale)));
    let sent = send(app, &server, (&user.name, &user.email), (words, format!("test.{}", app.id(JobId::new))))?;
    let (now, by) = (app.now(), actor.ledger_name());
    let detail = json!({ "host": server.host, "to": user.email, "sent": sent.is_ok() });
    let tested = Event::new(by, "mail.test", "installation:mail").detail(detail);
    app.db.write_blocking(|tx| ledger::record(tx, &tested, now))?;
    Ok(sent.err().map(|unsent| unsent.to_string()))
}

fn admin(app: &App) -> String {
    format!("{}/admin", app.config.server_url.as_str().trim_end_matches('/'))
}

/// The job that writes to somebody, after so many attempts that failed; the zone is that of the site of what is told.
pub fn job_for(user: UserId, attempts: usize, (run_at, zone): (Timestamp, &str)) -> NewJob {
    let payload = json!({ "user": user, "attempts": attempts, "zone": zone });
    NewJob { kind: JOB, payload, unique_key: Some(format!("{JOB}:{user}")), run_at }
}

/// Does the job `notices.mail` with its payload `{"user", "attempts", "zone"}`. A letter that was not taken is tried again by
/// another job, because an outage of a mail server lasts longer than the queue's own patience.
pub fn job(app: &App, job: &Job) -> Outcome {
    let user = UserId::parse(job.payload.get("user").and_then(Value::as_str).unwrap_or_default())?;
    let attempts = job.payload.get("attempts").and_then(Value::as_u64).unwrap_or_default();
    // A job of an older version names none.
    let zone = job.payload.get("zone").and_then(Value::as_str).unwrap_or(ZONE_DEFAULT);
    let now = app.now();
    let limit = Limit::new(Some(NOTICES_PER_LETTER_MAX))?;
    if let Some(at) = app.db.read_blocking(|c| waits_for_a_working_day(c, user, zone, now))? {
        let next = app.id(JobId::new);
        app.db.write_blocking(|tx| jobs::enqueue(tx, next, &job_for(user, 0, (at, zone)), now))?;
        return Ok(json!({ "sent": 0 }));
    }
    let (server, user, page, unread) = app.db.read_blocking(|c| {
        // They may have chosen otherwise since.
        let wants = notices::preferences(c, user)?.mail != Mail::None;
        let found = identity::store::find_user(c, user)?.filter(|user| wants && !user.disabled);
        let which = Which::Unmailed(now.plus(-MAILED_DAYS_MAX * DAY));
        let page = notices::list(c, user, which, (limit, None))?;
        Ok((store::find(c)?, found, page, notices::unmailed(c, user, now.plus(-MAILED_DAYS_MAX * DAY))?))
    })?;
    let (Some(server), Some(user)) = (server, user) else { return Ok(json!({ "sent": 0 })) };
    if page.items.is_empty() {
        return Ok(json!({ "sent": 0 }));
    }
    let more = unread.len().saturating_sub(page.items.len());
    let words = letters::notices(&user.name, &page.items, more, (&admin(app), Language::of(&user.locale)));
    let newest = page.items.first().map_or(0, |notice| notice.id);
    match send(app, &server, (&user.name, &user.email), (words, format!("{newest}.{}", user.id)))? {
        Ok(()) => {
            app.db.write_blocking(|tx| notices::set_mailed(tx, user.id, &unread, now))?;
            Ok(json!({ "sent": page.items.len() }))
        }
        Err(unsent) => {
            let attempts = usize::try_from(attempts).unwrap_or_default() + 1;
            let again = match &unsent {
                // Each new notice tries at once, too, so what ends the trying is the age of what is told, not their number.
                Unsent::Later(_) => Some(rules::again_at(attempts, now).unwrap_or(now.plus(DAY))),
                Unsent::Refused(_) => None,
            };
            tracing::warn!(user = %user.id, attempts, error = %unsent, again = again.is_some(), "a letter was not sent");
            if let Some(at) = again {
                let next = app.id(JobId::new);
                app.db.write_blocking(|tx| jobs::enqueue(tx, next, &job_for(user.id, attempts, (at, zone)), now))?;
            }
            Ok(json!({ "sent": 0, "error": unsent.to_string() }))
        }
    }
}

/// A digest that was put off to a day which has become a holiday, or was tried again until then, waits for the next.
fn waits_for_a_working_day(
    connection: &mut Conn,
    user: UserId,
    zone: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let preferences = notices::preferences(connection, user)?;
    let (calendar, zone) = (calendar::store::calendar(connection)?, time::zone(zone)?);
    let works = calendar.newest().is_worked(now.in_zone(&zone).date());
    if preferences.mail != Mail::Daily || works {
        return Ok(None);
    }
    Ok(super::super::rules::mail_at(&preferences, &calendar, &zone, now))
}

/// Hands a letter that waits for nobody's choice to the server that takes letters; `None`: there is none. `to`: name and address.
pub fn send_now(app: &App, to: (&str, &str), (words, id): (Words, String)) -> Result<Option<Result<(), Unsent>>> {
    let server = app.db.read_blocking(store::find)?;
    server.map(|server| send(app, &server, to, (words, id))).transpose()
}

/// Hands a letter to the server. What it says when it does not take it holds no secret.
pub(super) fn send(
    app: &App,
    server: &Server,
    (name, email): (&str, &str),
    (words, id): (Words, String),
) -> Result<Result<(), Unsent>> {
    let password = match &server.password {
        Some(stored) => {
            let broken = || Error::broken("open the mail password", "it was sealed with other keys: enter it anew");
            let clear = app.secrets.unseal((PURPOSE, BOUND), stored).ok_or_else(broken)?;
            Zeroizing::new(String::from_utf8_lossy(&clear).into_owned())
        }
        None => Zeroizing::new(String::new()),
    };
    let login = (!server.username.is_empty()).then(|| (server.username.clone(), password.clone()));
    let security = match server.security {
        Security::Tls => MailSecurity::Tls,
        Security::StartTls => MailSecurity::StartTls,
        Security::Plain => MailSecurity::Plain,
    };
    let way = MailServer { host: server.host.clone(), port: server.port, security, login };
    let letter = Letter {
        from: (server.from_name.clone(), server.from_address.clone()),
        to: (name.to_owned(), email.to_owned()),
        subject: words.subject,
        text: words.text,
        html: words.html,
        at: app.now(),
        id,
    };
    let sent = app.mailer.send(&way, &letter);
    Ok(sent.map_err(|unsent| match unsent {
        Unsent::Refused(said) => Unsent::Refused(rules::tellable(&said, &password)),
        Unsent::Later(said) => Unsent::Later(rules::tellable(&said, &password)),
    }))
}
