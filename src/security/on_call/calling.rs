//! Calling: the job that writes to the next person of the list, by every way that they have, and comes back until somebody took it.

use serde_json::{Value, json};

use super::model::{OnCall, Reached, Way};
use super::{rules, service, store};
use crate::app::App;
use crate::db::Conn;
use crate::identity::account::User;
use crate::identity::{self, Actor};
use crate::jobs::{self, Job, Outcome};
use crate::kernel::id::{JobId, SecurityIncidentId};
use crate::kernel::time::{self, SECOND, ZONE_DEFAULT};
use crate::kernel::{Result, Timestamp};
use crate::ledger;
use crate::notices::hooks::rules::signature;
use crate::notices::mail::letters::{self, Language};
use crate::notices::mail::rules::tellable;
use crate::notices::telegram;
use crate::ports::Ask;
use crate::security::model::{Happened, Incident};
use crate::security::{self, rules as incidents};

const ANSWER_SECONDS_MAX: u64 = 10;
const CLIENT: &str = concat!("Lamin-on-call/", env!("CARGO_PKG_VERSION"));

/// What is told of an incident, in somebody's language.
struct Message {
    title: String,
    lines: Vec<String>,
    url: String,
}

/// Does the job `security.call` with its payload `{"incident", "round"}`. What it sent before it died is sent again.
pub fn job(app: &App, job: &Job) -> Outcome {
    let text = |name: &str| job.payload.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = SecurityIncidentId::parse(text("incident"))?;
    let round = job.payload.get("round").and_then(Value::as_u64).and_then(|round| u32::try_from(round).ok());
    let round = round.unwrap_or_default();
    let (incident, list, people) = app.db.read_blocking(|c| {
        let list = store::find(c)?;
        let people = reachable(c, &list)?;
        Ok((security::store::find(c, id)?, list, people))
    })?;
    let Some(incident) = incident.filter(waits) else { return Ok(json!({ "outcome": "taken" })) };
    // Then [`follow`] has somebody called when somebody can be.
    let Some((reached, user)) = rules::turn(&people, round) else { return Ok(json!({ "outcome": "nobody" })) };
    let ways = called(app, (&incident, &list), (reached, user), round)?;
    let (now, next, actor) = (app.now(), app.id(JobId::new), Actor::system("on_call"));
    let is_waiting = app.db.write_blocking(|tx| {
        // Somebody may have taken it while the others were written to.
        let Some(incident) = security::store::find(tx, id)?.filter(waits) else { return Ok(false) };
        let detail = json!({ "user": reached.user, "ways": ways, "round": round });
        let line = security::service::line(Happened::Called, &actor, (now, now)).detail(detail.clone());
        security::service::write(tx, &incident, line)?;
        let event = security::service::event(&actor.ledger_name(), "call", &incident).detail(detail);
        ledger::record(tx, &event, now)?;
        let at = rules::next_at(now, list.repeat_minutes);
        jobs::enqueue(tx, next, &security::service::call_job(id, round.saturating_add(1), at), now)?;
        Ok(true)
    })?;
    Ok(json!({ "outcome": if is_waiting { "called" } else { "taken" }, "ways": ways }))
}

/// Has those incidents called out that nobody has taken and for which no call is in the queue: when they began, or since, the list
/// was empty, or nobody on it could be reached.
pub fn follow(app: &App) -> Result<()> {
    let now = app.now();
    let silent = app.db.read_blocking(silent)?;
    if silent.is_empty() {
        return Ok(());
    }
    let calls: Vec<_> = silent.into_iter().map(|(id, round)| (id, round, app.id(JobId::new))).collect();
    app.db.write_blocking(|tx| {
        for (id, round, job) in &calls {
            jobs::enqueue(tx, *job, &security::service::call_job(*id, *round, now), now)?;
        }
        Ok(())
    })
}

/// Such incidents, with the number of the call that is next.
fn silent(connection: &mut Conn) -> Result<Vec<(SecurityIncidentId, u32)>> {
    let waiting = security::store::untaken(connection)?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let list = store::find(connection)?;
    if reachable(connection, &list)?.is_empty() {
        return Ok(Vec::new());
    }
    let mut silent = Vec::new();
    for id in waiting {
        if !jobs::is_pending(connection, &security::service::call_key(id))? {
            let calls = security::store::count_lines(connection, id, Happened::Called)?;
            silent.push((id, u32::try_from(calls).unwrap_or(u32::MAX)));
        }
    }
    Ok(silent)
}

/// Those of a list who can be reached now, with the ways that are open to them, in its order.
fn reachable(connection: &mut Conn, list: &OnCall) -> Result<Vec<(Reached, User)>> {
    let open = rules::Open {
        mail: crate::notices::mail::store::find(connection)?.is_some(),
        telegram: list.telegram_token.is_some(),
        webhook: list.webhook_secret.is_some(),
    };
    let mut found = Vec::new();
    for one in list.people.iter().filter_map(|one| rules::reachable(one, open)) {
        let user = identity::store::find_user(connection, one.user)?;
        found.extend(user.filter(|user| !user.disabled).map(|user| (one, user)));
    }
    Ok(found)
}

/// Whether nobody has it yet.
fn waits(incident: &Incident) -> bool {
    incident.times.taken_at.is_none() && incident.times.closed_at.is_none()
}

/// Writes to somebody by every way; what came of each. Nothing that is told here holds a secret.
fn called(
    app: &App,
    (incident, list): (&Incident, &OnCall),
    (reached, user): (&Reached, &User),
    round: u32,
) -> Result<Vec<Value>> {
    let language = Language::of(&user.locale);
    let message = message(app, incident, language)?;
    let mut ways = Vec::new();
    for way in reached.ways() {
        let sent = match way {
            Way::Mail => mail(app, user, &message, (language, format!("{}.{round}", incident.id)))?,
            Way::Telegram => telegram(app, list, reached, &message),
            Way::Webhook => webhook(app, list, (reached, user), (incident, &message)),
        };
        if let Err(error) = &sent {
            tracing::warn!(incident = %incident.id, user = %user.id, way = way.as_str(), error, "a call did not arrive");
        }
        ways.push(json!({ "way": way, "sent": sent.is_ok(), "error": sent.err() }));
    }
    Ok(ways)
}

fn message(app: &App, incident: &Incident, language: Language) -> Result<Message> {
    let label = |indonesian: &'static str, english: &'static str| match language {
        Language::Indonesian => indonesian,
        Language::English => english,
    };
    let zone = time::zone(ZONE_DEFAULT)?;
    let clock = |at: Timestamp| at.in_zone(&zone).strftime("%Y-%m-%d %H:%M %:z").to_string();
    let reference = incidents::reference(incident.year, incident.number);
    let place = &incident.place;
    let lines = vec![
        format!("{}: {}", label("Website", "Website"), place.url),
        format!("{}: {}", label("Perangkat daerah", "Agency"), place.agency),
        format!("{}: {}", label("Terdeteksi", "Detected"), clock(incident.times.detected_at)),
        format!("{}: {}", label("Keparahan", "Severity"), incident.severity),
    ];
    let server = app.config.server_url.as_str().trim_end_matches('/');
    let url = format!("{server}/admin/incidents/{}", incident.id);
    Ok(Message { title: format!("{reference} {}", incident.title), lines, url })
}

impl Message {
    fn text(&self) -> String {
        format!("{}\n{}\n{}", self.title, self.lines.join("\n"), self.url)
    }
}

fn mail(app: &App, user: &User, message: &Message, (language, id): (Language, String)) -> Result<Result<(), String>> {
    let words = letters::call(&user.name, (&message.title, &message.lines, &message.url), language);
    let sent = crate::notices::mail::service::send_now(app, (&user.name, &user.email), (words, id))?;
    Ok(match sent {
        Some(sent) => sent.map_err(|unsent| unsent.to_string()),
        None => Err("there is no mail server".to_owned()),
    })
}

fn telegram(app: &App, list: &OnCall, reached: &Reached, message: &Message) -> Result<(), String> {
    let chat = reached.telegram.as_deref().unwrap_or_default();
    let sent = telegram::service::send(app, list.telegram_token.as_deref(), (chat, &message.text()));
    sent.map_err(|unsent| unsent.said)
}

fn webhook(
    app: &App,
    list: &OnCall,
    (reached, user): (&Reached, &User),
    (incident, message): (&Incident, &Message),
) -> Result<(), String> {
    let secret = service::clear(app, list.webhook_secret.as_deref())?;
    let body = json!({
        "kind": "incident_call",
        "incident": incident.id,
        "reference": incidents::reference(incident.year, incident.number),
        "title": incident.title,
        "website": incident.place.url,
        "agency": incident.place.agency,
        "severity": incident.severity,
        "detected_at": incident.times.detected_at,
        "person": user.name,
        "url": message.url,
    })
    .to_string();
    let seconds = app.now().micros() / SECOND;
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", CLIENT.to_owned()),
        ("Lamin-Event", "incident_call".to_owned()),
        ("Lamin-Timestamp", seconds.to_string()),
        ("Lamin-Signature", signature(secret.as_bytes(), seconds, &body)),
    ];
    let url = reached.webhook.clone().unwrap_or_default();
    // Many an address holds a secret.
    post(app, url.clone(), &headers, &body).map_err(|error| tellable(&error, &url))
}

fn post(app: &App, url: String, headers: &[(&str, String)], body: &str) -> Result<(), String> {
    let ask = Ask { url, bytes_max: 0, seconds_max: ANSWER_SECONDS_MAX };
    match app.fetcher.post(&ask, headers, body.as_bytes()) {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => Err(format!("answered {}", answer.status)),
        Err(unsent) => Err(unsent.to_string()),
    }
}
