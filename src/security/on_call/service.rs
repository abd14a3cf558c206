//! Use cases of the list: see it, set it.

use serde_json::json;
use zeroize::Zeroizing;

use super::model::{OnCall, Reached};
use super::rules::{self, Beside};
use super::store;
use crate::app::App;
use crate::http::etag;
use crate::identity::{self, Actor, Permit, cases};
use crate::kernel::{Code, Error, Refusal, Result};
use crate::ledger::{self, Event};
use crate::notices::mail::model::Secret;
use crate::notices::telegram;

const PURPOSE: &str = "lamin on call: secrets, version 1";
const WEBHOOK: &str = "webhook";

/// What the list is to be. A secret that is absent stays; an empty one is removed.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub people: Vec<Reached>,
    pub repeat_minutes: i32,
    pub telegram_token: Option<Secret>,
    pub webhook_secret: Option<Secret>,
}

pub async fn find(app: &App, actor: &Actor) -> Result<OnCall> {
    let _permit: Permit<cases::ManageOnCall> = actor.permit_installation()?;
    app.db.read(store::find).await
}

/// Sets the list; `seen` is 0 where there is none yet.
pub async fn set(app: &App, actor: &Actor, seen: i32, wanted: Wanted) -> Result<OnCall> {
    let _permit: Permit<cases::ManageOnCall> = actor.permit_installation()?;
    let token = typed(wanted.telegram_token.as_ref(), |token| telegram::service::seal(app, token))?;
    let secret = typed(wanted.webhook_secret.as_ref(), |secret| seal(app, secret))?;
    let (now, by) = (app.now(), actor.ledger_name());
    let list = app
        .db
        .write(move |tx| {
            let before = store::find(tx)?;
            etag::current(seen, before.version)?;
            let list = OnCall {
                people: wanted.people.clone(),
                repeat_minutes: wanted.repeat_minutes,
                telegram_token: token.clone().unwrap_or(before.telegram_token),
                webhook_secret: secret.clone().unwrap_or(before.webhook_secret),
                version: before.version + 1,
                updated_at: now,
            };
            let words = |secret: &'_ Option<Secret>| secret.as_ref().map(|secret| secret.0.to_string());
            let (typed_token, typed_secret) = (words(&wanted.telegram_token), words(&wanted.webhook_secret));
            let beside = Beside {
                repeat_minutes: wanted.repeat_minutes,
                telegram_token: typed_token.as_deref(),
                webhook_secret: typed_secret.as_deref(),
            };
            let has = (list.telegram_token.is_some(), list.webhook_secret.is_some());
            let mut wrong = rules::check(&list.people, &beside, has);
            for (at, one) in list.people.iter().enumerate() {
                if identity::store::find_user(tx, one.user)?.is_none() {
                    let (field, code) = (format!("people[{at}].user"), "unknown".to_owned());
                    wrong.push(crate::kernel::FieldRefusal { field, code, detail: "no such account".into() });
                }
            }
            if !wrong.is_empty() {
                return Err(Refusal::new(Code::Invalid).fields(wrong).into());
            }
            store::save(tx, &list)?;
            let people: Vec<_> =
                list.people.iter().map(|one| json!({ "user": one.user, "ways": one.ways() })).collect();
            let detail = json!({ "people": people, "repeat_minutes": list.repeat_minutes,
                "has_telegram": list.telegram_token.is_some(), "has_webhook": list.webhook_secret.is_some() });
            ledger::record(tx, &Event::new(&*by, "on_call.set", "installation:on_call").detail(detail), now)?;
            Ok(list)
        })
        .await?;
    // Incidents may wait for somebody who can be called now.
    app.job_waiting.notify_one();
    Ok(list)
}

/// What a typed secret means: `None` leaves what is stored, `Some(None)` removes it.
fn typed(secret: Option<&Secret>, seal: impl FnOnce(&Secret) -> Result<String>) -> Result<Option<Option<String>>> {
    match secret {
        None => Ok(None),
        Some(secret) if secret.0.is_empty() => Ok(Some(None)),
        Some(secret) => Ok(Some(Some(seal(secret)?))),
    }
}

fn seal(app: &App, secret: &Secret) -> Result<String> {
    let sealed = app.secrets.seal((PURPOSE, WEBHOOK), secret.0.as_bytes(), app.random());
    sealed.ok_or_else(|| Error::broken("seal the secret of the on-call list", "the cipher refused"))
}

/// The secret of webhooks in the clear; why there is none.
pub fn clear(app: &App, sealed: Option<&str>) -> Result<Zeroizing<String>, String> {
    let sealed = sealed.ok_or("it is not set")?;
    let clear = app.secrets.unseal((PURPOSE, WEBHOOK), sealed).ok_or("it was sealed with other keys: enter it anew")?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&clear).into_owned()))
}
