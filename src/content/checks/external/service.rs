//! What is known of links to other hosts, who wants it known, and the job that asks.

use serde_json::json;
use url::Url;

use super::model::{Address, Answer, Known, Said, Verdict};
use super::{JOB, rules, store};
use crate::app::App;
use crate::content::checks::model::{Check, Severity};
use crate::content::checks::store as checks;
use crate::content::model::{Content, ContentType, EntryRow};
use crate::content::{self, type_store};
use crate::db::{Conn, Tx};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{EntryId, JobId};
use crate::kernel::time::{DAY, MINUTE, SECOND};
use crate::kernel::{Digest, Result, Timestamp};
use crate::ports::{Ask, Fetcher, Unfetched};
use crate::sites;

/// Who writes saves every few seconds; an address that is still being typed is not asked.
const SETTLE_SPAN: i64 = 10 * SECOND;
/// One entry's turn; then others have theirs.
const ROUND_ADDRESSES_MAX: usize = 20;
const ANSWER_SECONDS_MAX: u64 = 10;
const REDIRECTS_MAX: usize = 3;
/// What nobody asked for so long is asked anew before it is told again.
const KEPT: i64 = 30 * DAY;

fn key(entry: EntryId) -> String {
    format!("{JOB}:{entry}")
}

fn new_job(entry: EntryId, run_at: Timestamp) -> NewJob {
    NewJob { kind: JOB, payload: json!({ "entry": entry }), unique_key: Some(key(entry)), run_at }
}

/// What is known of these addresses.
pub fn known(connection: &mut Conn, addresses: &[Address], now: Timestamp) -> Result<Known> {
    let mut known = Known::default();
    if addresses.is_empty() {
        return Ok(known);
    }
    let digests: Vec<Digest> = addresses.iter().map(Address::digest).collect();
    let answers = store::answers(connection, &digests)?;
    for (address, digest) in addresses.iter().zip(&digests) {
        let answer = answers.get(digest);
        known.due |= answer.is_none_or(|answer| answer.again_at <= now);
        if let Some(answer) = answer.filter(|answer| answer.verdict == Verdict::Broken) {
            known.broken.insert(address.url.clone(), *answer);
        }
    }
    Ok(known)
}

/// Has the links of a revision asked that was just stored.
pub fn follow(
    tx: &mut Tx,
    row: &EntryRow,
    (content_type, content): (&ContentType, &Content),
    now: Timestamp,
) -> Result<()> {
    if rules::addresses(content_type, content, &[]).is_empty() {
        return Ok(());
    }
    // An entry has each of its revisions once, so this names the job as well as chance would.
    let digest = Digest::of(format!("{}:{}:{now}", row.id, row.revision));
    let mut chance = [0; 10];
    chance.copy_from_slice(&digest.as_str().as_bytes()[..10]);
    jobs::enqueue(tx, JobId::new(now, chance), &new_job(row.id, now.plus(SETTLE_SPAN)), now).map(drop)
}

/// Has the links of an entry asked that somebody looks at; where that waits already, nobody's turn to write is taken.
pub async fn want(app: &App, entry: EntryId) -> Result<()> {
    let (now, id) = (app.now(), app.id(JobId::new));
    if app.db.read(move |connection| jobs::is_pending(connection, &key(entry))).await? {
        return Ok(());
    }
    app.db.write(move |tx| jobs::enqueue(tx, id, &new_job(entry, now), now).map(drop)).await?;
    app.job_waiting.notify_one();
    Ok(())
}

/// Does the job with its payload `{"entry"}`: asks what is due, and comes back for what has to wait.
pub fn job(app: &App, job: &Job) -> Outcome {
    let text = job.payload.get("entry").and_then(serde_json::Value::as_str);
    let entry = EntryId::parse(text.unwrap_or_default())?;
    let addresses = app.db.read_blocking(|connection| addresses_of(connection, entry))?;
    let mut asked = 0;
    for address in &addresses {
        if asked == ROUND_ADDRESSES_MAX {
            break;
        }
        asked += usize::from(ask_one(app, address)?);
    }
    let (now, next) = (app.now(), app.id(JobId::new));
    let waits_until = app.db.write_blocking(|tx| {
        store::forget(tx, now.plus(-KEPT))?;
        let again = next_turn(tx, &addresses, now)?;
        if let Some(at) = again {
            jobs::enqueue(tx, next, &new_job(entry, at), now)?;
        }
        Ok(again)
    })?;
    Ok(json!({ "asked": asked, "again_at": waits_until }))
}

/// The addresses of the newest revision, where the site wants them asked.
fn addresses_of(connection: &mut Conn, entry: EntryId) -> Result<Vec<Address>> {
    let Some(row) = content::store::find(connection, entry)?.filter(|row| row.trashed_at.is_none()) else {
        return Ok(Vec::new());
    };
    let (policy, _) = checks::policy(connection, row.site_id)?;
    let site = sites::store::find(connection, row.site_id)?;
    let Some(site) = site.filter(|_| policy.of(Check::ExternalLink) != Severity::Off) else { return Ok(Vec::new()) };
    let content_type = type_store::require(connection, row.site_id, &row.type_key)?.content_type;
    let content = content::store::content(connection, row.id, row.revision)?;
    Ok(rules::addresses(&content_type, &content, &site.hosts))
}

/// Asks an address that is due and may be asked now; says whether it was.
fn ask_one(app: &App, address: &Address) -> Result<bool> {
    let (now, digest) = (app.now(), address.digest());
    let (before, lately) = app.db.read_blocking(|connection| {
        let before = store::answers(connection, &[digest])?.remove(&digest);
        Ok((before, store::asked_since(connection, now.plus(-MINUTE))?))
    })?;
    let is_due = before.is_none_or(|answer: Answer| answer.again_at <= now);
    if !is_due || !rules::may_ask(&address.host, &lately) {
        return Ok(false);
    }
    let said = ask(app.fetcher.as_ref(), &address.url);
    let answer = rules::judge(said, before.as_ref(), app.now());
    app.db.write_blocking(|tx| store::save(tx, address, &answer))?;
    Ok(true)
}

/// What an address says, or where it leads on to: many a lost page hides behind the step to https.
fn ask(fetcher: &dyn Fetcher, url: &str) -> Said {
    let mut url = url.to_owned();
    let mut led_on = 0;
    loop {
        // What stands on the page does not matter.
        let ask = Ask { url: url.clone(), bytes_max: 0, seconds_max: ANSWER_SECONDS_MAX };
        let answer = match fetcher.fetch(&ask, &mut |_| {}) {
            Ok(answer) => answer,
            Err(Unfetched::NoSuchHost) => return Said::NoSuchHost,
            Err(_) => return Said::Nothing,
        };
        let to = answer.header("location").filter(|_| (300..400).contains(&answer.status) && led_on < REDIRECTS_MAX);
        match to.and_then(|to| Url::parse(&url).ok()?.join(to).ok()) {
            Some(next) => (url, led_on) = (next.into(), led_on + 1),
            None => return Said::Status(answer.status),
        }
    }
}

/// When the job has to come back: for what may not be asked yet, and for a name that was unknown once.
fn next_turn(connection: &mut Conn, addresses: &[Address], now: Timestamp) -> Result<Option<Timestamp>> {
    let digests: Vec<Digest> = addresses.iter().map(Address::digest).collect();
    let answers = store::answers(connection, &digests)?;
    let of = |digest: &Digest| match answers.get(digest) {
        Some(answer) if answer.again_at > now => {
            let is_open = answer.said == Said::NoSuchHost && answer.verdict == Verdict::Uncertain;
            is_open.then_some(answer.again_at)
        }
        Some(_) | None => Some(now.plus(MINUTE)),
    };
    Ok(digests.iter().filter_map(of).min())
}
