//! Use cases of the mail server, and the job that writes letters.

use serde_json::json;
use zeroize::Zeroizing;

use super::super::model::Way;
use super::super::service::{self as notices, Waiting, Writing};
use super::super::store::set_told;
use super::letters::{self, Language, Words};
use super::model::{Security, Server, Wanted};
use super::{rules, store};
use crate::app::App;
use crate::http::etag;
use crate::identity::{self, Actor, Permit, cases};
use crate::jobs::{Job, Outcome};
use crate::kernel::id::JobId;
use crate::kernel::time::DAY;
use crate::kernel::{Code, Error, Refusal, Result};
use crate::ledger::{self, Event};
use crate::ports::{Letter, MailSecurity, MailServer, Unsent};

/// One letter tells of so many; it counts the rest.
const NOTICES_PER_LETTER_MAX: u32 = 30;
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
    let words = letters::test(&user.name, (&notices::admin(app), Language::of(&user.locale)));
    let sent = send(app, &server, (&user.name, &user.email), (words, format!("test.{}", app.id(JobId::new))))?;
    let (now, by) = (app.now(), actor.ledger_name());
    let detail = json!({ "host": server.host, "to": user.email, "sent": sent.is_ok() });
    let tested = Event::new(by, "mail.test", "installation:mail").detail(detail);
    app.db.write_blocking(|tx| ledger::record(tx, &tested, now))?;
    Ok(sent.err().map(|unsent| unsent.to_string()))
}

/// Does the job `notices.mail` with its payload `{"user", "attempts", "zone"}`. A letter that was not taken is tried again by
/// another job, because an outage of a mail server lasts longer than the queue's own patience.
pub fn job(app: &App, job: &Job) -> Outcome {
    let (writing, now) = (Writing::of(job)?, app.now());
    if let Some(at) = writing.waits_for_a_working_day(app, Way::Mail)? {
        writing.put_off(app, Way::Mail, (0, at))?;
        return Ok(json!({ "sent": 0 }));
    }
    let (server, waiting) = app.db.read_blocking(|c| {
        Ok((store::find(c)?, notices::waiting(c, (writing.user, Way::Mail), (NOTICES_PER_LETTER_MAX, now))?))
    })?;
    let (Some(server), Some(Waiting { user, notices: told, events, .. })) = (server, waiting) else {
        return Ok(json!({ "sent": 0 }));
    };
    let more = events.len().saturating_sub(told.len());
    let words = letters::notices(&user.name, &told, more, (&notices::admin(app), Language::of(&user.locale)));
    let newest = told.first().map_or(0, |notice| notice.id);
    match send(app, &server, (&user.name, &user.email), (words, format!("{newest}.{}", user.id)))? {
        Ok(()) => {
            app.db.write_blocking(|tx| set_told(tx, (user.id, Way::Mail), &events, now))?;
            Ok(json!({ "sent": told.len() }))
        }
        Err(unsent) => {
            let attempts = writing.attempts + 1;
            let again = match &unsent {
                // Each new notice tries at once, too, so what ends the trying is the age of what is told, not their number.
                Unsent::Later(_) => Some(rules::again_at(attempts, now).unwrap_or(now.plus(DAY))),
                Unsent::Refused(_) => None,
            };
            tracing::warn!(user = %user.id, attempts, error = %unsent, again = again.is_some(), "a letter was not sent");
            if let Some(at) = again {
                writing.put_off(app, Way::Mail, (attempts, at))?;
            }
            Ok(json!({ "sent": 0, "error": unsent.to_string() }))
        }
    }
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
