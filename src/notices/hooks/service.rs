//! Use cases of webhooks, and the job that tells them.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::mail::model::Secret;
use super::super::model::{Happening, Kind};
use super::super::rules::{line, seed};
use super::model::{Delivery, Hook, State};
use super::{JOB, rules, store};
use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::{Actor, Permit, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{DeliveryId, JobId, SiteId, WebhookId};
use crate::kernel::time::SECOND;
use crate::kernel::{Code, Digest, Error, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::ports::Ask;
use crate::sites;

const WEBHOOKS_MAX: usize = 10;
const ANSWER_SECONDS_MAX: u64 = 10;
const ERROR_LETTERS_MAX: usize = 300;
const PURPOSE: &str = "lamin webhooks: secret, version 1";
const CLIENT: &str = concat!("Lamin-webhook/", env!("CARGO_PKG_VERSION"));

/// What a webhook is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub url: String,
    pub kinds: Vec<Kind>,
    /// Absent: the one that is stored stays. A new webhook needs one.
    pub secret: Option<Secret>,
    pub active: bool,
}

fn missing() -> Refusal {
    Refusal::new(Code::NotFound)
}

fn event(by: &str, verb: &str, hook: &Hook) -> Event {
    // Many an address holds a secret, which the ledger would keep for ever.
    let origin = url::Url::parse(&hook.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let digest = Digest::of(&hook.url);
    let detail = json!({ "host": origin, "address": digest, "kinds": hook.kinds, "active": hook.active });
    Event::new(by, &format!("webhook.{verb}"), format!("webhook:{}", hook.id)).site(hook.site_id).detail(detail)
}

fn refuse_wrong(wanted: &Wanted) -> Result<(), Refusal> {
    let wrong = rules::check(&wanted.url, &wanted.kinds, wanted.secret.as_ref().map(|secret| secret.0.as_str()));
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::new(Code::Invalid).fields(wrong)) }
}

fn seal(app: &App, id: WebhookId, secret: &Secret) -> Result<String> {
    let sealed = app.secrets.seal((PURPOSE, id.as_str()), secret.0.as_bytes(), app.random());
    sealed.ok_or_else(|| Error::broken("seal a webhook's secret", "the cipher refused"))
}

pub async fn create(app: &App, actor: &Actor, site: SiteId, wanted: Wanted) -> Result<Hook> {
    let _permit: Permit<cases::ManageWebhooks> = actor.permit(site)?;
    refuse_wrong(&wanted)?;
    let none = || Refusal::new(Code::Invalid).field("secret", "required", "what requests are signed with");
    let secret = wanted.secret.as_ref().ok_or_else(none)?;
    let (now, id, by) = (app.now(), app.id(WebhookId::new), actor.ledger_name());
    let hook = Hook {
        id,
        site_id: site,
        url: wanted.url.clone(),
        kinds: wanted.kinds.clone(),
        secret: seal(app, id, secret)?,
        active: wanted.active,
        version: 1,
        created_at: now,
        updated_at: now,
        quiet_until: None,
    };
    app.db
        .write(move |tx| {
            if store::list(tx, site)?.len() >= WEBHOOKS_MAX {
                return Err(Refusal::new(Code::TooLarge).detail(format!("at most {WEBHOOKS_MAX} webhooks")).into());
            }
            store::insert(tx, &hook)?;
            ledger::record(tx, &event(&by, "create", &hook), now)?;
            Ok(hook.clone())
        })
        .await
}

/// Replaces a webhook that the caller has `seen` in its present version.
pub async fn change(
    app: &App,
    actor: &Actor,
    (site, id): (SiteId, WebhookId),
    seen: i32,
    wanted: Wanted,
) -> Result<Hook> {
    let _permit: Permit<cases::ManageWebhooks> = actor.permit(site)?;
    refuse_wrong(&wanted)?;
    let sealed = wanted.secret.as_ref().map(|secret| seal(app, id, secret)).transpose()?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let before = store::find(tx, id)?.filter(|hook| hook.site_id == site).ok_or_else(missing)?;
            etag::current(seen, before.version)?;
            let hook = Hook {
                url: wanted.url.clone(),
                kinds: wanted.kinds.clone(),
                secret: sealed.clone().unwrap_or(before.secret),
                active: wanted.active,
                version: before.version + 1,
                updated_at: now,
                // It may be another address.
                quiet_until: None,
                ..before
            };
            store::update(tx, &hook)?;
            ledger::record(tx, &event(&by, "change", &hook), now)?;
            Ok(hook)
        })
        .await
}

pub async fn remove(app: &App, actor: &Actor, (site, id): (SiteId, WebhookId), seen: i32) -> Result<()> {
    let _permit: Permit<cases::ManageWebhooks> = actor.permit(site)?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let hook = store::find(tx, id)?.filter(|hook| hook.site_id == site).ok_or_else(missing)?;
            etag::current(seen, hook.version)?;
            store::remove(tx, id)?;
            ledger::record(tx, &event(&by, "remove", &hook), now)?;
            Ok(())
        })
        .await
}

/// Has every active webhook of the site that wants such events told of one.
pub fn enqueue(tx: &mut Tx, happening: &Happening, (event, now): (i64, Timestamp)) -> Result<()> {
    let Some(site) = happening.site else { return Ok(()) };
    let hooks = store::list(tx, site)?;
    let wanting: Vec<Hook> =
        hooks.into_iter().filter(|hook| hook.active && hook.kinds.contains(&happening.kind)).collect();
    if wanting.is_empty() {
        return Ok(());
    }
    let key = sites::store::find(tx, site)?.map(|site| site.key).unwrap_or_default();
    let by = happening.by.map(|by| store::name(tx, by)).transpose()?.flatten();
    let body = rules::body(happening, event, (&key, by.as_deref()), now).to_string();
    for hook in wanting {
        let id = DeliveryId::new(now, seed("delivery", event, hook.id.as_str()));
        let delivery = Delivery {
            id,
            hook: hook.id,
            kind: happening.kind,
            body: body.clone(),
            state: State::Waiting,
            attempts: 0,
            status: None,
            error: None,
            created_at: now,
            finished_at: None,
        };
        store::insert_delivery(tx, &delivery)?;
        jobs::enqueue(tx, JobId::new(now, seed(JOB, event, hook.id.as_str())), &job_for(id, site, now), now)?;
    }
    Ok(())
}

fn job_for(delivery: DeliveryId, site: SiteId, run_at: Timestamp) -> NewJob {
    NewJob { kind: JOB, payload: json!({ "delivery": delivery, "site": site }), unique_key: None, run_at }
}

/// Does the job `notices.webhook` with its payload `{"delivery", "site"}`. What was not taken is tried again by another
/// job, for two days; so it arrives at least once, and perhaps twice.
pub fn job(app: &App, job: &Job) -> Outcome {
    let id = DeliveryId::parse(job.payload.get("delivery").and_then(Value::as_str).unwrap_or_default())?;
    let found = app.db.read_blocking(|c| {
        let Some(delivery) = store::find_delivery(c, id)? else { return Ok(None) };
        Ok(store::find(c, delivery.hook)?.map(|hook| (delivery, hook)))
    })?;
    let found = found.filter(|(delivery, _)| delivery.state == State::Waiting);
    let Some((mut delivery, hook)) = found else { return Ok(json!({ "outcome": "removed" })) };
    if let Some(until) = hook.quiet_until.filter(|until| hook.active && *until > app.now()) {
        return postpone(app, &mut delivery, &hook, until);
    }
    let answered = match hook.active {
        true => send(app, &hook, &delivery),
        false => Err("the webhook is switched off".to_owned()),
    };
    let now = app.now();
    delivery.attempts += 1;
    delivery.status = answered.as_ref().ok().copied().map(i32::from);
    delivery.error = match &answered {
        Ok(200..=299) => None,
        Ok(status) => Some(format!("answered {status}")),
        Err(unsent) => Some(line(unsent, ERROR_LETTERS_MAX)),
    };
    let again = rules::again_at(delivery.attempts, now).filter(|_| hook.active && delivery.error.is_some());
    delivery.state = match (&delivery.error, again) {
        (None, _) => State::Delivered,
        (Some(_), Some(_)) => State::Waiting,
        (Some(_), None) => State::Failed,
    };
    delivery.finished_at = (delivery.state != State::Waiting).then_some(now);
    // Whoever answers, whatever it is, holds up nobody.
    let quiet = again.filter(|_| answered.is_err());
    let next = app.id(JobId::new);
    app.db.write_blocking(|tx| {
        store::note(tx, &delivery)?;
        if quiet != hook.quiet_until {
            store::set_quiet(tx, hook.id, quiet)?;
        }
        match again {
            Some(at) => jobs::enqueue(tx, next, &job_for(id, hook.site_id, at), now).map(drop),
            None => Ok(()),
        }
    })?;
    Ok(json!({ "outcome": delivery.state, "status": delivery.status }))
}

/// Lets a delivery wait with the one that its address did not answer: tried one by one, what waits for a dead address
/// would hold up the addresses of others.
fn postpone(app: &App, delivery: &mut Delivery, hook: &Hook, until: Timestamp) -> Outcome {
    let (now, next) = (app.now(), app.id(JobId::new));
    let waits = until <= delivery.created_at.plus(rules::TRYING_SPAN);
    if !waits {
        (delivery.state, delivery.finished_at) = (State::Failed, Some(now));
        delivery.error.get_or_insert_with(|| "the address has not answered for two days".to_owned());
    }
    app.db.write_blocking(|tx| match waits {
        true => jobs::enqueue(tx, next, &job_for(delivery.id, hook.site_id, until), now).map(drop),
        false => store::note(tx, delivery),
    })?;
    Ok(json!({ "outcome": delivery.state }))
}

/// The status of the answer, or why there is none.
fn send(app: &App, hook: &Hook, delivery: &Delivery) -> Result<u16, String> {
    let broken = || "its secret was sealed with other keys: enter it anew".to_owned();
    let secret: Zeroizing<Vec<u8>> =
        app.secrets.unseal((PURPOSE, hook.id.as_str()), &hook.secret).ok_or_else(broken)?;
    let seconds = app.now().micros() / SECOND;
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", CLIENT.to_owned()),
        ("Lamin-Event", delivery.kind.to_string()),
        ("Lamin-Delivery", delivery.id.to_string()),
        ("Lamin-Timestamp", seconds.to_string()),
        ("Lamin-Signature", rules::signature(&secret, seconds, &delivery.body)),
    ];
    let ask = Ask { url: hook.url.clone(), bytes_max: 0, seconds_max: ANSWER_SECONDS_MAX };
    let answered = app.fetcher.post(&ask, &headers, delivery.body.as_bytes());
    answered.map(|answer| answer.status).map_err(|unsent| unsent.to_string())
}
