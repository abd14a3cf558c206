//! The bot and the messages that it sends.

use std::sync::PoisonError;

use serde_json::json;
use zeroize::Zeroizing;

use super::super::mail::letters::Language;
use super::super::mail::model::Secret;
use super::super::mail::rules::again_at;
use super::super::model::Way;
use super::super::service::{self as notices, Waiting, Writing};
use super::super::store::set_told;
use super::rules::{self, Problem};
use super::{messages, store};
use crate::app::App;
use crate::identity::{self, Actor};
use crate::jobs::{Job, Outcome};
use crate::kernel::time::{DAY, SECOND};
use crate::kernel::{Code, Digest, Error, Refusal, Result};
use crate::ports::Ask;

/// One message tells of so many, where they fit; it counts the rest.
const NOTICES_PER_MESSAGE_MAX: u32 = 20;
const ANSWER_SECONDS_MAX: u64 = 10;
const CLIENT: &str = concat!("Lamin/", env!("CARGO_PKG_VERSION"));
/// Of the place where tokens were entered first; what was sealed there is opened by it.
const PURPOSE: &str = "lamin on call: secrets, version 1";
const BOUND: &str = "telegram";

/// A message that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    pub problem: Problem,
    /// For the log and for administrators; holds no secret.
    pub said: String,
    /// Asked for by the Bot API before another, in microseconds.
    pub pause: i64,
}

/// A token as it is stored.
pub fn seal(app: &App, token: &Secret) -> Result<String> {
    let sealed = app.secrets.seal((PURPOSE, BOUND), token.0.as_bytes(), app.random());
    sealed.ok_or_else(|| Error::broken("seal the token of a bot", "the cipher refused"))
}

fn clear(app: &App, sealed: Option<&str>) -> Result<Zeroizing<String>, Unsent> {
    let none = |said: &str| Unsent { problem: Problem::NoBot, said: said.to_owned(), pause: 0 };
    let sealed = sealed.ok_or_else(|| none("no bot is set"))?;
    let token = app.secrets.unseal((PURPOSE, BOUND), sealed);
    let token = token.ok_or_else(|| none("the token was sealed with other keys: enter it anew"))?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&token).into_owned()))
}

/// Has the bot with this token, as it is stored, write to a chat. Blocks.
pub fn send(app: &App, sealed: Option<&str>, (chat, text): (&str, &str)) -> Result<(), Unsent> {
    let token = clear(app, sealed)?;
    let base = app.config.telegram_api_url.as_str().trim_end_matches('/');
    let url = format!("{base}/bot{}/sendMessage", token.as_str());
    let body = json!({ "chat_id": chat, "text": text, "disable_web_page_preview": true }).to_string();
    let headers = [("Content-Type", "application/json".to_owned()), ("User-Agent", CLIENT.to_owned())];
    let ask = Ask { url, bytes_max: 0, seconds_max: ANSWER_SECONDS_MAX };
    let unsent = |problem: Problem, said: String, pause: i64| {
        // The address holds the token.
        let said = super::super::mail::rules::tellable(&said, &token);
        Unsent { problem, said, pause }
    };
    match app.fetcher.post(&ask, &headers, body.as_bytes()) {
        Ok(answer) => match rules::problem(answer.status) {
            None => Ok(()),
            Some(problem) => Err(unsent(problem, format!("answered {}", answer.status), rules::pause(&answer.headers))),
        },
        Err(error) => Err(unsent(Problem::Unreachable, error.to_string(), 0)),
    }
}

/// Does the job `notices.telegram` with its payload `{"user", "attempts", "zone"}`, as `notices.mail` does.
pub fn job(app: &App, job: &Job) -> Outcome {
    let (writing, now) = (Writing::of(job)?, app.now());
    if let Some(at) = writing.waits_for_a_working_day(app, Way::Telegram)? {
        writing.put_off(app, Way::Telegram, (0, at))?;
        return Ok(json!({ "sent": 0 }));
    }
    let (bot, waiting) = app.db.read_blocking(|c| {
        Ok((store::find(c)?, notices::waiting(c, (writing.user, Way::Telegram), (NOTICES_PER_MESSAGE_MAX, now))?))
    })?;
    let (Some(bot), Some(Waiting { user, chosen, notices: told, events })) = (bot, waiting) else {
        return Ok(json!({ "sent": 0 }));
    };
    let Some(chat) = chosen.telegram_chat else { return Ok(json!({ "sent": 0 })) };
    let more = events.len().saturating_sub(told.len());
    let text = messages::notices(&told, more, (&notices::admin(app), Language::of(&user.locale)));
    match send(app, Some(&bot), (&chat, &text)) {
        Ok(()) => {
            app.db.write_blocking(|tx| set_told(tx, (user.id, Way::Telegram), &events, now))?;
            Ok(json!({ "sent": told.len() }))
        }
        Err(unsent) => {
            let attempts = writing.attempts + 1;
            let later = again_at(attempts, now).unwrap_or(now.plus(DAY)).max(now.plus(unsent.pause));
            let again = unsent.problem.may_pass().then_some(later);
            tracing::warn!(user = %user.id, attempts, error = unsent.said, again = again.is_some(), "a message was not sent");
            if let Some(at) = again {
                writing.put_off(app, Way::Telegram, (attempts, at))?;
            }
            Ok(json!({ "sent": 0, "problem": unsent.problem, "error": unsent.said }))
        }
    }
}

/// Sends the caller a message to a chat of theirs now; what was wrong when it did not arrive. Blocks.
pub fn test(app: &App, actor: &Actor, chat: &str) -> Result<Option<Problem>> {
    let id = notices::person(actor)?;
    if !rules::is_chat(chat) {
        return Err(Refusal::new(Code::Invalid).field("chat", "not_a_number", "the number of a chat").into());
    }
    let (bot, user) = app.db.read_blocking(|c| Ok((store::find(c)?, identity::store::find_user(c, id)?)))?;
    let user = user.ok_or_else(|| Refusal::new(Code::NotFound))?;
    count(app, &Digest::of(id.as_str()))?;
    let sent = send(app, bot.as_deref(), (chat, messages::test(Language::of(&user.locale))));
    Ok(sent.err().map(|unsent| {
        tracing::info!(user = %id, error = unsent.said, "a test message was not sent");
        unsent.problem
    }))
}

/// A chat may be anybody's, so nobody may write to many of them.
fn count(app: &App, who: &Digest) -> Result<(), Refusal> {
    let now = app.now();
    let mut tally = app.telegram_tests.lock().unwrap_or_else(PoisonError::into_inner);
    if tally.number(who, now) >= rules::TESTS_MAX {
        let seconds = (tally.forgets_at(who, now).micros() - now.micros() + SECOND - 1) / SECOND;
        return Err(Refusal::new(Code::TooManyRequests).extra("retry_after_s", seconds.max(1)));
    }
    tally.add(*who, now);
    Ok(())
}
