//! What open screens are told at once: one listener of the process follows the ledger, and each stream takes what is its
//! reader's from what the listener heard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, watch};

use super::store;
use crate::app::App;
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::{Code, Refusal, Result};
use crate::ledger;

/// Streams that one person may have open: screens, on all their devices.
pub const STREAMS_PER_PERSON_MAX: usize = 8;
/// Commits of other processes wake nobody here; the listener looks that often by itself.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// What is committed shortly one after another is told together.
const SETTLE: Duration = Duration::from_millis(100);
/// A look that finds more tells everybody to look for themselves.
const EVENTS_PER_LOOK_MAX: i64 = 500;
/// A stream that has so many looks to catch up with is told that it missed some.
const LOOKS_KEPT: usize = 64;

/// What one look heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    /// Too much to be told one by one.
    pub much: bool,
    /// Sites on which work moved; `None`: work of no site.
    pub moved: Vec<Option<SiteId>>,
    /// Whoever has a new notice, or has read one.
    pub told: Vec<UserId>,
    /// Whoever's account, appointments or sessions changed.
    pub accounts: Vec<UserId>,
}

impl Heard {
    /// `told` has a notice of one of these events.
    fn of(events: &[ledger::Heard], told: Vec<UserId>) -> Self {
        let mut heard = Heard { told, ..Heard::default() };
        for event in events {
            if moves(event) {
                heard.moved.push(event.site);
            }
            let user = event.subject.strip_prefix("user:").and_then(|id| UserId::parse(id).ok());
            if event.action.starts_with("identity.") {
                heard.accounts.extend(user);
            }
        }
        heard.moved.sort_unstable();
        heard.moved.dedup();
        heard
    }
}

/// Whether what waits for somebody is another than before.
fn moves(event: &ledger::Heard) -> bool {
    let (room, verb) = event.action.split_once('.').unwrap_or_default();
    match (room, verb) {
        (_, "comment" | "attach") => false,
        // Saved every few seconds; few of them move the entry.
        (_, "edit") => event.detail["from"] != event.detail["to"],
        ("editorial" | "procedure", _) => true,
        (_, _) => false,
    }
}

/// The streams of this process, and their one listener.
#[derive(Clone)]
pub struct Bell(Arc<Parts>);

struct Parts {
    heard: broadcast::Sender<Arc<Heard>>,
    /// Whether the server stops: whoever has a stream open would hold it up.
    closing: watch::Sender<bool>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    listens: bool,
    streams: HashMap<UserId, usize>,
}

impl Default for Bell {
    fn default() -> Self {
        let (heard, _) = broadcast::channel(LOOKS_KEPT);
        Bell(Arc::new(Parts { heard, closing: watch::Sender::new(false), state: Mutex::default() }))
    }
}

/// A place among the streams of a person, which is free again when this is dropped.
pub struct Listening {
    pub heard: broadcast::Receiver<Arc<Heard>>,
    /// True when the stream is to end because the server stops.
    pub closing: watch::Receiver<bool>,
    bell: Bell,
    user: UserId,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut state = self.bell.state();
        if let Some(count) = state.streams.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                state.streams.remove(&self.user);
            }
        }
    }
}

impl Bell {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens for somebody from now on. `too_many_requests` when they listen often enough already.
    pub async fn listen(&self, app: &App, user: UserId) -> Result<Listening> {
        let (head, _) = app.db.read(ledger::head).await?;
        let mut state = self.state();
        let count = state.streams.entry(user).or_default();
        if *count >= STREAMS_PER_PERSON_MAX {
            let detail = format!("at most {STREAMS_PER_PERSON_MAX} streams of one person");
            return Err(Refusal::new(Code::TooManyRequests).detail(detail).extra("retry_after_s", 60).into());
        }
        *count += 1;
        // Before the listener is looked for: it ends only while nobody listens.
        let heard = self.0.heard.subscribe();
        if !state.listens {
            state.listens = true;
            tokio::spawn(follow(self.clone(), app.clone(), head));
        }
        Ok(Listening { heard, closing: self.0.closing.subscribe(), bell: self.clone(), user })
    }

    /// Ends every stream, also those that begin later.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Tells the other screens of somebody that they have read a notice here.
    pub fn has_read(&self, user: UserId) {
        // Nobody listening is no mistake.
        let _ = self.0.heard.send(Arc::new(Heard { told: vec![user], ..Heard::default() }));
    }

    /// Whether the listener is to end, because nobody listens any more.
    fn is_over(&self) -> bool {
        let mut state = self.state();
        let over = self.0.heard.receiver_count() == 0;
        if over {
            state.listens = false;
        }
        over
    }
}

/// Follows the ledger for as long as somebody listens. Its numbers are given in the order of commits, so none is missed.
async fn follow(bell: Bell, app: App, mut last: i64) {
    let mut commits = app.db.commits();
    while !bell.is_over() {
        match look(&app, last).await {
            Ok(Some((until, heard))) => {
                last = until;
                let _ = bell.0.heard.send(Arc::new(heard));
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "could not look for what open screens are to be told"),
        }
        // A timeout is not an error: it is the next look.
        let _ = tokio::time::timeout(LOOK_EVERY, commits.changed()).await;
        tokio::time::sleep(SETTLE).await;
        commits.mark_unchanged();
    }
}

/// What happened after an event, and the newest number.
async fn look(app: &App, last: i64) -> Result<Option<(i64, Heard)>> {
    app.db
        .read(move |c| {
            let (head, _) = ledger::head(c)?;
            if head <= last {
                return Ok(None);
            }
            let events = ledger::since(c, last, EVENTS_PER_LOOK_MAX)?;
            let much = head - last > EVENTS_PER_LOOK_MAX;
            let heard = Heard { much, ..Heard::of(&events, store::told_since(c, last)?) };
            Ok(Some((head, heard)))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    #[test]
    fn moves_change_inboxes_and_what_concerns_accounts_has_streams_look_again() {
        let site = SiteId::new(Timestamp::from_micros(0), [1; 10]);
        let user = UserId::new(Timestamp::from_micros(0), [2; 10]);
        let event = |action: &str, subject: String, site| {
            let detail = serde_json::json!({"from": "draft", "to": "draft"});
            ledger::Heard { sequence: 1, action: action.into(), subject, site, detail }
        };
        let heard = Heard::of(
            &[
                event("editorial.submit", "entry:x".into(), Some(site)),
                event("editorial.claim", "entry:x".into(), Some(site)),
                event("publish.build", "site:x".into(), None),
                event("editorial.edit", "entry:x".into(), None),
                event("editorial.comment", "entry:x".into(), None),
                event("identity.logout", format!("user:{user}"), None),
            ],
            vec![],
        );
        assert_eq!(heard, Heard { much: false, moved: vec![Some(site)], told: vec![], accounts: vec![user] });
    }
}
