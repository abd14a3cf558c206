//! The only wiring: picks adapters, opens the database, builds the [`App`].

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, Semaphore, watch};

use crate::adapters::{Child, ClamAv, FolderStorage, HttpFetcher, HttpProber, SmtpMailer, SystemChance, SystemClock};
use crate::app::{App, Parts};
use crate::config::Config;
use crate::content::checks::external;
use crate::content::findable::service as findable;
use crate::db::{self, Db, Tx};
use crate::jobs::{self, Handlers, Job, Outcome};
use crate::kernel::id::JobId;
use crate::kernel::pace::Pace;
use crate::kernel::tally::Tally;
use crate::kernel::time::HOUR;
use crate::kernel::time::{DAY, MINUTE};
use crate::kernel::{Context, Error, Result};
use crate::media::derive::service as derive;
use crate::monitoring::recap::nudges;
use crate::monitoring::recap::service as recap;
use crate::monitoring::rounds::service as rounds;
use crate::monitoring::schedule::engine;
use crate::ports::probing::{Pinned, Prober};
use crate::ports::{Chance, Clock, Fetcher, Scanner};
use crate::procedure::rhythm;
use crate::publish::models::Models;
use crate::publish::share::service as share;
use crate::secrets::Secrets;
use crate::{content, deploy, editorial, ledger, media, notices, preview, procedure, publish, security, sites, verify};

/// More than one network can have waiting (see `identity::limits`), and a wait of a second or two.
const HASHES_QUEUED_MAX: usize = 64;
const LOGIN_FAILURES_WINDOW: i64 = 15 * MINUTE;
/// As long as a session lives unused.
const LOGIN_NETWORKS_WINDOW: i64 = 30 * DAY;
const CITIZEN_REPORTS_WINDOW: i64 = HOUR;
const CITIZEN_KEYS_MAX: usize = 10_000;
/// Accounts whose test messages are counted.
const TEST_KEYS_MAX: usize = 10_000;
/// About 100 bytes each.
const LOGIN_KEYS_MAX: usize = 20_000;

/// A target that is slow or does not answer holds up nobody while others are free.
const TARGETS_AT_A_TIME: usize = 4;
/// One that does not answer holds up the other for seconds only.
const WEBHOOKS_AT_A_TIME: usize = 2;
/// An installation that nobody changes is signed no more often than this.
const CHECKPOINT_INTERVAL: i64 = HOUR;
/// What came of a job can be asked for so long.
const JOBS_KEPT: i64 = 30 * DAY;

/// Opens an installation with the machine's clock: makes its folders and keys if they are missing
/// and brings the database up to date.
pub fn open(config: Config) -> Result<App> {
    open_with(config, Arc::new(SystemClock), Arc::new(SystemChance))
}

/// The same with a clock and a chance of the caller's choice.
pub fn open_with(config: Config, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<App> {
    for folder in [&config.data, &config.public, &config.spool()] {
        std::fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))?;
    }
    let db = Db::open(&config.database())?;
    db.write_alone(|connection| {
        db::refuse_old_engine(connection)?;
        db::migrate(connection)
    })?;
    // Asked before, because a start that changes nothing has to wait for no writer.
    if !db.read_blocking(content::uses::is_filled)? {
        db.write_blocking(content::uses::fill)?;
    }
    let secrets = Secrets::open(&config.data, chance.as_ref())?;
    let storage = Arc::new(FolderStorage::new(config.data.join("assets"), clock.clone()));
    let fetcher = fetcher(&config)?;
    let unable = |error: &Error| tracing::warn!(%error, "websites cannot be looked at");
    let prober = prober(&config, (&[], false)).inspect_err(unable).ok().map(Arc::from);
    let mailer = Arc::new(SmtpMailer::new(more_roots(&config)?));
    let scanner = scanner(&config)?;
    let apart = Arc::new(Child::new(document_reader(&config)?));
    let hashing = Arc::new(Semaphore::new(config.password_hashes_in_flight.max(1)));
    Ok(App::new(Parts {
        config,
        db,
        clock,
        chance,
        storage,
        fetcher,
        prober,
        mailer,
        scanner,
        apart,
        secrets,
        hashing,
        hashing_queue: Arc::new(Semaphore::new(HASHES_QUEUED_MAX)),
        case_followers: &[security::following::follow, recap::follow_move],
        citizen_reports: Mutex::new(Tally::new(CITIZEN_REPORTS_WINDOW, CITIZEN_KEYS_MAX)),
        telegram_tests: Mutex::new(Tally::new(notices::telegram::rules::TESTS_WINDOW, TEST_KEYS_MAX)),
        login_failures: Mutex::new(Tally::new(LOGIN_FAILURES_WINDOW, LOGIN_KEYS_MAX)),
        login_networks: Mutex::new(Tally::new(LOGIN_NETWORKS_WINDOW, LOGIN_KEYS_MAX)),
        live_commits: watch::Sender::new(0),
        job_waiting: Arc::new(Notify::new()),
        job_progress: Mutex::default(),
    }))
}

/// What speaks to foreign hosts, within what the settings allow. Needs no installation.
pub fn fetcher(config: &Config) -> Result<Arc<dyn Fetcher>> {
    let roots = more_roots(config)?;
    let allowed = config.fetch_private_networks.clone();
    Ok(Arc::new(HttpFetcher::new(move |address| allowed.contains(address), &roots)?))
}

/// What looks at websites of others, within what the settings and the command line allow. Needs no installation.
pub fn prober(config: &Config, (pinned, allow_private): (&[Pinned], bool)) -> Result<Box<dyn Prober>> {
    let roots = more_roots(config)?;
    let allowed = config.fetch_private_networks.clone();
    let contact = format!("Lamin-monitor/{} (+{})", env!("CARGO_PKG_VERSION"), config.server_url.as_str());
    let allowed = move |address| allow_private || allowed.contains(address);
    Ok(Box::new(HttpProber::new(allowed, pinned, (&roots, &contact))?))
}

/// Looks at the websites that are watched, until `stop` is true.
pub async fn watch(app: App, stop: watch::Receiver<bool>) {
    if !app.config.monitor_websites {
        return;
    }
    if let Some(prober) = app.prober.clone() {
        engine::run(app, prober, stop).await;
    }
}

/// The machine's clock, for a command that needs no installation.
pub fn clock() -> impl Clock {
    SystemClock
}

/// Certificate authorities to trust beside Mozilla's, as PEM.
#[expect(clippy::disallowed_methods, reason = "a file that a setting names")]
fn more_roots(config: &Config) -> Result<Vec<u8>> {
    let file = &config.fetch_roots_file;
    let roots = if file.is_empty() { Ok(Vec::new()) } else { std::fs::read(file) };
    roots.with_context(|| format!("read fetch_roots_file {file}"))
}

fn scanner(config: &Config) -> Result<Option<Arc<dyn Scanner>>> {
    if config.scanner.is_empty() {
        return Ok(None);
    }
    let wrong = || Error::broken("read the setting scanner", "write unix:/path/of/socket or tcp:host:port");
    Ok(Some(Arc::new(ClamAv::parse(&config.scanner).ok_or_else(wrong)?)))
}

fn document_reader(config: &Config) -> Result<PathBuf> {
    match config.document_reader.as_str() {
        "" => std::env::current_exe().context("find this program"),
        program => Ok(program.into()),
    }
}

/// Logs to the error stream: readable on a terminal, one JSON object a line elsewhere.
pub fn log_to_stderr(config: &Config) {
    use std::io::IsTerminal;
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second initialisation in one process (tests) keeps the first.
    let _ = if std::io::stderr().is_terminal() {
        builder.try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(true).try_init()
    };
}

/// What a server's worker does: the jobs, and what comes before each look at its queue. Both share the models
/// of the sites in memory.
pub fn worker() -> (Handlers, impl Fn(&App) -> Result<()> + Send + Sync + 'static) {
    let (models, has_looked) = (Models::default(), AtomicBool::new(false));
    let (rhythms, looks) = (Pace::new(rhythm::LOOK_EVERY), Pace::new(rounds::LOOK_EVERY));
    let handlers = handlers_with(models.clone());
    let tick = move |app: &App| {
        on_tick(app, &models)?;
        if rhythms.is_time(app.now()) {
            rhythm::follow(app)?;
        }
        recap::follow(app)?;
        if looks.is_time(app.now()) {
            rounds::follow(app)?;
        }
        // What another Lamin left can only be there at the start.
        match findable::follow(app, !has_looked.load(Ordering::Relaxed)) {
            Ok(()) => has_looked.store(true, Ordering::Relaxed),
            // It holds nothing else up.
            Err(error) => tracing::error!(%error, "could not look for stems that wait to be made anew"),
        }
        Ok(())
    };
    (handlers, tick)
}

/// The jobs alone.
pub fn handlers() -> Handlers {
    handlers_with(Models::default())
}

/// Which job follows which event: the one table of who does what.
fn handlers_with(models: Models) -> Handlers {
    Handlers::default()
        .on("publish.build", move |app, job| publish::service::build_job(app, &models, job))
        .on(jobs::INCIDENT_JOB, security::service::open_job)
        .on(security::TIDY_JOB, security::citizens::tidy)
        .beside(security::CALL_JOB, 1, security::on_call::calling::job)
        .beside("deploy.target", TARGETS_AT_A_TIME, deploy::service::deploy_job)
        .beside(derive::KIND, 1, |app, job| derive::job(app, job, &redraw))
        .beside(share::KIND, 1, share::job)
        .beside(findable::KIND, 1, |app, _| findable::job(app))
        .on("verify.site", verify::service::job)
        .beside(external::JOB, 1, external::service::job)
        .on(media::uploads::service::TIDY_JOB, media::uploads::service::tidy)
        .on("preview.stage", preview::staging::job)
        .on(notices::service::TIDY_JOB, notices::service::tidy)
        .beside(notices::mail::JOB, 1, notices::mail::service::job)
        .beside(notices::telegram::JOB, 1, notices::telegram::service::job)
        .beside(notices::hooks::JOB, WEBHOOKS_AT_A_TIME, notices::hooks::service::job)
        .beside(rounds::JOB, 1, round)
        .beside(nudges::JOB, 1, nudges::service::job)
}

/// Whoever is responsible for what a round found stale is reminded of it.
fn round(app: &App, job: &Job) -> Outcome {
    let told = rounds::job(app, job, &|app| prober(&app.config, (&[], false)))?;
    if let Err(error) = nudges::service::after_round(app) {
        // The round is made, and the next one finds the same.
        tracing::error!(%error, "could not remind the people who are responsible for websites");
    }
    Ok(told)
}

/// Pages that show pictures of which there are other forms now are made anew; what documents say is found from now on.
fn redraw(tx: &mut Tx, app: &App, ready: &derive::Ready) -> Result<bool> {
    let now = app.now();
    content::live::reread(tx, ready.site, ready.read)?;
    let changed = content::live::redraw(tx, ready.site, ready.files, now)? > 0;
    if changed {
        jobs::enqueue(tx, app.id(JobId::new), &sites::service::release_wanted(ready.site, now), now)?;
    }
    Ok(changed)
}

/// Publications that came due, a checkpoint of the ledger when the last one is old, models that nobody uses.
fn on_tick(app: &App, models: &Models) -> Result<()> {
    editorial::schedule::run_due(app)?;
    deploy::service::follow(app)?;
    security::on_call::calling::follow(app)?;
    derive::follow(app)?;
    verify::service::enqueue_due(app)?;
    let now = app.now();
    models.forget_unused(now);
    let (newest, (head, _)) = app.db.read_blocking(|c| Ok((ledger::newest_checkpoint(c)?, ledger::head(c)?)))?;
    // Where nothing happened since, nobody's turn to write is taken.
    let is_old = |point: ledger::Checkpoint| point.sequence < head && point.at.plus(CHECKPOINT_INTERVAL) <= now;
    if head > 0 && newest.is_none_or(is_old) {
        app.db.write_blocking(|tx| {
            jobs::forget(tx, now.plus(-JOBS_KEPT))?;
            ledger::checkpoint(tx, &app.secrets, now)
        })?;
    }
    Ok(())
}

/// Puts the procedure files in force; a broken one is told in the log, and what was in force stays.
pub async fn load_procedures(app: &App) -> Result<()> {
    let loading = app.clone();
    let loaded = tokio::task::spawn_blocking(move || procedure::service::load(&loading)).await;
    loaded.context("load the procedures")??;
    Ok(())
}
