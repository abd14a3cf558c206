//! What a use case may touch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, Semaphore, watch};

use crate::config::Config;
use crate::db::{Db, Tx};
use crate::kernel::id::{CaseId, UserId};
use crate::kernel::tally::Tally;
use crate::kernel::{Result, Timestamp};
use crate::ports::probing::Prober;
use crate::ports::{Apart, Chance, Clock, Fetcher, Mailer, Scanner, Storage};
use crate::secrets::Secrets;

/// Cheap to clone; every request, job and command holds one.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts, named.
pub struct Parts {
    pub config: Config,
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub storage: Arc<dyn Storage>,
    pub fetcher: Arc<dyn Fetcher>,
    /// Looks at websites of others; `None` where this machine has no name service to ask.
    pub prober: Option<Arc<dyn Prober>>,
    pub mailer: Arc<dyn Mailer>,
    /// Looks at every file that is to be kept, where the settings name one.
    pub scanner: Option<Arc<dyn Scanner>>,
    /// Reads files that their reader may die of.
    pub apart: Arc<dyn Apart>,
    pub secrets: Secrets,
    /// One place for each password hash in flight: each takes 19 MiB and a core for a while.
    pub hashing: Arc<Semaphore>,
    /// One place for each password hash in flight or waiting for its turn; beyond them, 429.
    pub hashing_queue: Arc<Semaphore>,
    /// Failed sign-ins by account and network; see `identity::limits`.
    pub login_failures: Mutex<Tally>,
    /// Networks from which an account has signed in lately.
    pub login_networks: Mutex<Tally>,
    /// Counts commits on this node that changed what citizens see; whoever shows that watches it.
    pub live_commits: watch::Sender<u64>,
    /// What the features above the procedures do when a plain case moves, in the transaction of the move.
    pub case_followers: &'static [CaseFollower],
    /// Reports of citizens by network, and of all together.
    pub citizen_reports: Mutex<Tally>,
    /// Test messages by Telegram that somebody had sent.
    pub telegram_tests: Mutex<Tally>,
    /// Woken when a job was enqueued on this node.
    pub job_waiting: Arc<Notify>,
    /// How far the jobs are that run on this node, by their ids.
    pub job_progress: Mutex<HashMap<String, JobProgress>>,
}

/// Follows a move of a plain case. What it refuses takes the move back.
pub type CaseFollower = fn(&mut Tx, &CaseMove<'_>) -> Result<()>;

/// A plain case that has moved.
#[derive(Debug, Clone, Copy)]
pub struct CaseMove<'m> {
    pub case: CaseId,
    pub command: &'m str,
    pub from: &'m str,
    pub to: &'m str,
    /// What the procedure says that the move triggers, such as `incident.close`.
    pub action: Option<&'m str>,
    /// `None` for the system.
    pub by: Option<UserId>,
    pub comment: &'m str,
    pub at: Timestamp,
}

/// How far a running job is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JobProgress {
    pub phase: &'static str,
    /// Of this phase.
    pub done: usize,
    pub total: usize,
    /// Since the phase began.
    pub seconds: f64,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        App(Arc::new(parts))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// To be called after a commit that changed what citizens see.
    pub fn live_changed(&self) {
        self.live_commits.send_modify(|count| *count += 1);
        self.job_waiting.notify_one();
    }

    /// A new id of any kind: `app.id(EntryId::new)`.
    pub fn id<T>(&self, new: fn(Timestamp, [u8; 10]) -> T) -> T {
        new(self.now(), self.random())
    }

    /// Unpredictable bytes.
    pub fn random<const BYTES: usize>(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        self.chance.fill(&mut bytes);
        bytes
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
