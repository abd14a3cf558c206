//! The model that every server thread shares: sites in memory, answers ready to send, and how both
//! keep up with what is published.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::model::{Card, Settings};
use super::shelf::Shelf;
use super::store;
use crate::app::App;
use crate::kernel::{Code, Refusal, Result, Timestamp};

/// A commit of another node or process is seen after so long at the latest; one of this process at once.
const LOOK_INTERVAL_MICROS: i64 = 250_000;
/// What an answer takes in the cache beside its bytes.
const ANSWER_OVERHEAD_BYTES: usize = 256;

/// Cheap to clone; one for each process.
#[derive(Clone)]
pub struct Model(Arc<Parts>);

struct Parts {
    sites: RwLock<Arc<Sites>>,
    /// `live_commits` as it stood before the last look at the database.
    commits_seen: AtomicU64,
    looked_at: AtomicI64,
    /// Held while looking, so that many requests cause one look.
    looking: tokio::sync::Mutex<()>,
    answers: moka::sync::Cache<String, Arc<Answer>>,
}

/// Every site by key; its entries once somebody asked for them.
type Sites = HashMap<String, Option<Arc<Shelf>>>;

/// An answer ready to send, and what it was made from.
pub struct Answer {
    /// See [`Shelf::generation`].
    pub generation: u64,
    pub settings: Arc<Settings>,
    /// When it was made from one entry alone.
    pub card: Option<Arc<Card>>,
    pub body: actix_web::web::Bytes,
    /// Strong, from the bytes of the body.
    pub etag: String,
    /// The query string of the next page.
    pub next: Option<String>,
}

impl Answer {
    /// Whether the same would be answered again. What was published since does not change the answer
    /// about another entry.
    fn holds_for(&self, shelf: &Shelf) -> bool {
        let same_entry = |card: &Arc<Card>| shelf.index.find(card.entry) == Some(card);
        self.generation == shelf.generation
            || (Arc::ptr_eq(&self.settings, &shelf.settings) && self.card.as_ref().is_some_and(same_entry))
    }
}

impl Model {
    /// Empty: sites are read when they are first asked for. `cache_bytes_max` bounds the answers kept.
    pub fn new(cache_bytes_max: usize) -> Self {
        let answers = moka::sync::Cache::builder()
            .max_capacity(cache_bytes_max as u64)
            .weigher(|key: &String, answer: &Arc<Answer>| {
                let bytes = key.len() + answer.body.len() + ANSWER_OVERHEAD_BYTES;
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .build();
        Model(Arc::new(Parts {
            sites: RwLock::default(),
            // No count is reached so soon, so the first request looks.
            commits_seen: AtomicU64::new(u64::MAX),
            looked_at: AtomicI64::new(i64::MIN),
            looking: tokio::sync::Mutex::new(()),
            answers,
        }))
    }

    /// Keeps the sites in memory up with the commits of this process, so that who reads first after a change need not
    /// wait. Runs until it is aborted.
    pub async fn follow(self, app: App) {
        let mut commits = app.live_commits.subscribe();
        while commits.changed().await.is_ok() {
            if let Err(error) = self.keep_up(&app).await {
                tracing::warn!(%error, "the public API could not look for changes");
            }
        }
    }

    /// A site as it is now: at once after a commit of this process, within a quarter of a second
    /// after one of another. `not_found` when no site has that key.
    pub async fn shelf(&self, app: &App, key: &str) -> Result<Arc<Shelf>> {
        if let Err(error) = self.keep_up(app).await {
            // What was published before is still right to show while the database is away.
            tracing::warn!(%error, "the public API could not look for changes");
        }
        match self.sites().get(key) {
            Some(Some(shelf)) => Ok(shelf.clone()),
            Some(None) => self.load(app, key).await,
            None if self.is_empty() => self.load(app, key).await,
            None => Err(Refusal::new(Code::NotFound).into()),
        }
    }

    /// The answer that was made for this address, if it still holds.
    pub fn kept(&self, address: &str, shelf: &Shelf) -> Option<Arc<Answer>> {
        self.0.answers.get(address).filter(|answer| answer.holds_for(shelf))
    }

    pub fn keep(&self, address: String, answer: Arc<Answer>) {
        self.0.answers.insert(address, answer);
    }

    /// What the answers kept take, in bytes.
    pub fn kept_bytes(&self) -> u64 {
        self.0.answers.run_pending_tasks();
        self.0.answers.weighted_size()
    }

    async fn keep_up(&self, app: &App) -> Result<()> {
        let parts = &*self.0;
        if parts.commits_seen.load(Ordering::Acquire) != *app.live_commits.borrow() {
            let _looking = parts.looking.lock().await;
            // Another request may have looked while this one waited.
            if parts.commits_seen.load(Ordering::Acquire) != *app.live_commits.borrow() {
                return self.look(app, None).await;
            }
        } else if is_old(parts.looked_at.load(Ordering::Relaxed), app.now())
            && let Ok(_looking) = parts.looking.try_lock()
        {
            return self.look(app, None).await;
        }
        Ok(())
    }

    async fn load(&self, app: &App, key: &str) -> Result<Arc<Shelf>> {
        let _looking = self.0.looking.lock().await;
        if !matches!(self.sites().get(key), Some(Some(_))) {
            self.look(app, Some(key.to_owned())).await?;
        }
        let shelf = self.sites().get(key).cloned().flatten();
        shelf.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    /// Reads what changed on the sites in memory, and all of `wanted`. Only for who holds `looking`.
    async fn look(&self, app: &App, wanted: Option<String>) -> Result<()> {
        let commits = *app.live_commits.borrow();
        // Even a look that fails is not repeated at once: the database has enough to do.
        self.0.looked_at.store(app.now().micros(), Ordering::Relaxed);
        let before = self.sites();
        let server_url = app.config.server_url.as_str().to_owned();
        let after = app
            .db
            .read(move |connection| {
                let mut after = Sites::new();
                for row in store::sites(connection)? {
                    let known = before.get(&row.key).cloned().flatten();
                    let shelf = match known {
                        Some(shelf) => Some(shelf.follow(connection, &row, &server_url)?),
                        None if wanted.as_deref() == Some(&row.key) => {
                            Some(Arc::new(Shelf::read(connection, &row, &server_url)?))
                        }
                        None => None,
                    };
                    after.insert(row.key, shelf);
                }
                Ok(after)
            })
            .await?;
        *self.0.sites.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        self.0.commits_seen.store(commits, Ordering::Release);
        Ok(())
    }

    fn sites(&self) -> Arc<Sites> {
        self.0.sites.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_empty(&self) -> bool {
        self.sites().is_empty()
    }
}

/// A clock that was set back counts as old too.
fn is_old(looked_at: i64, now: Timestamp) -> bool {
    let age = now.micros().saturating_sub(looked_at);
    !(0..LOOK_INTERVAL_MICROS).contains(&age)
}
