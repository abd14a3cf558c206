//! Connections of both engines, and the two kinds of transaction.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{Connection as _, PgConnection, SqliteConnection};
use tokio::sync::watch;

use crate::kernel::{Context, Error, Result};

/// How long a caller waits for a connection before the use case fails.
const CHECKOUT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process that is writing (an import beside a server).
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// PostgreSQL answers a lost race of serializable transactions with an error; it is tried again, for about ten seconds.
const RACES_MAX: u32 = 100;
/// Whoever looked for a row before writing it may find it written meanwhile, but not again and again.
const COLLISIONS_MAX: u32 = 12;
const READERS_MAX: u32 = 8;
const POSTGRES_CONNECTIONS_MAX: u32 = 12;
/// A page cache for each connection; small, because the operating system caches the file as well.
const CACHE_KIB: u32 = 2048;

/// One connection of either engine; diesel's queries run on it unchanged.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// `Off` is for tests whose subject is not durability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Full,
    Off,
}

/// Where the data is.
#[derive(Debug, Clone)]
pub enum DbSettings {
    Sqlite {
        file: PathBuf,
        durability: Durability,
    },
    /// `url` holds a password and is never logged.
    Postgres {
        url: String,
        durability: Durability,
    },
}

impl DbSettings {
    pub fn engine(&self) -> Engine {
        match self {
            DbSettings::Sqlite { .. } => Engine::Sqlite,
            DbSettings::Postgres { .. } => Engine::Postgres,
        }
    }
}

/// The proof that a writing transaction is open. Only [`Db::write`] makes one.
pub struct Tx<'c>(&'c mut Conn);

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.0
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.0
    }
}

/// The pools. Cheap to clone.
///
/// SQLite has one writer, because it allows one at a time anyway and queueing here is fairer than its
/// busy timeout; readers cannot write. On PostgreSQL both names are the same pool.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    readers: Pool<Opener>,
    writers: Pool<Opener>,
    /// Whoever lost a race goes on only with this in hand: of many who try again at once, somebody would lose every time.
    turn: Arc<Mutex<()>>,
    /// Counts commits of this process.
    commits: Arc<watch::Sender<u64>>,
}

impl Db {
    /// Opens the pools. The tables are not touched: see [`super::migrate`].
    pub fn open(settings: &DbSettings) -> Result<Db> {
        let engine = settings.engine();
        let opener = |mode| Opener { settings: settings.clone(), mode };
        let pool = |size: u32, mode| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(CHECKOUT_TIMEOUT)
                .test_on_check_out(engine == Engine::Postgres)
                .build(opener(mode))
                .context("open the database")
        };
        let writers = match engine {
            Engine::Sqlite => pool(1, Mode::Write)?,
            Engine::Postgres => pool(POSTGRES_CONNECTIONS_MAX, Mode::Write)?,
        };
        let readers = match engine {
            Engine::Sqlite => pool(READERS_MAX, Mode::Read)?,
            Engine::Postgres => writers.clone(),
        };
        Ok(Db { engine, readers, writers, turn: Arc::default(), commits: Arc::new(watch::Sender::new(0)) })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Runs `query` on one consistent state of the database.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        off_the_event_loop(move || db.read_blocking(query)).await
    }

    /// Runs `change` in one transaction. It may run again when PostgreSQL asks for it, so it must not
    /// do anything but talk to the database.
    pub async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        off_the_event_loop(move || db.write_blocking(change)).await
    }

    /// A connection that may write, outside of any transaction: for migrations, which bring their own.
    pub fn write_alone<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut connection = self.writers.get().context("wait for a database connection")?;
        work(&mut connection)
    }

    pub fn read_blocking<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut connection = self.readers.get().context("wait for a database connection")?;
        begin(&mut connection, "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        finish(&mut connection, query)
    }

    pub fn write_blocking<T>(&self, mut change: impl FnMut(&mut Tx) -> Result<T>) -> Result<T> {
        let mut connection = self.writers.get().context("wait for a database connection")?;
        let (mut attempt, mut turn) = (1, None);
        loop {
            begin(&mut connection, "BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL SERIALIZABLE")?;
            match finish(&mut connection, |connection| change(&mut Tx(connection))) {
                Err(error) if attempt < attempts_max(&error) => {
                    turn.get_or_insert_with(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
                    std::thread::sleep(pause(attempt));
                    attempt += 1;
                }
                outcome => {
                    if outcome.is_ok() {
                        self.commits.send_modify(|count| *count += 1);
                    }
                    return outcome;
                }
            }
        }
    }

    /// Changes with every commit of this process; those of other processes are not seen here.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }
}

async fn off_the_event_loop<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(panicked) => Err(Error::broken("run a database task", panicked)),
    }
}

fn begin(connection: &mut Conn, sqlite: &str, postgres: &str) -> Result<()> {
    let statement = match connection {
        Conn::Sqlite(_) => sqlite,
        Conn::Postgres(_) => postgres,
    };
    connection.batch_execute(statement).context("begin a transaction")
}

/// Commits when `work` succeeds and rolls back when it does not (or panics, as the guard is dropped).
fn finish<T>(connection: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    struct RollBack<'c>(&'c mut Conn, bool);
    impl Drop for RollBack<'_> {
        fn drop(&mut self) {
            if self.1
                && let Err(error) = self.0.batch_execute("ROLLBACK")
            {
                tracing::warn!(%error, "could not roll back");
            }
        }
    }
    let mut guard = RollBack(connection, true);
    let value = work(guard.0)?;
    guard.0.batch_execute("COMMIT")?;
    guard.1 = false;
    Ok(value)
}

/// How often a change is tried that ended like this.
fn attempts_max(error: &Error) -> u32 {
    let Error::Broken { cause, .. } = error else { return 1 };
    match cause.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => RACES_MAX,
        Some(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => COLLISIONS_MAX,
        Some(DieselError::DatabaseError(_, about)) if about.message().contains("deadlock detected") => RACES_MAX,
        _ => 1,
    }
}

/// Longer with each attempt, and a different one in each process: two that lost to one another would meet again.
fn pause(attempt: u32) -> Duration {
    let longest: u64 = 500 << attempt.min(8);
    Duration::from_micros(longest / 2 + RandomState::new().hash_one(attempt) % longest)
}

/// A query that fails is a failure, never a refusal: the rules look before they write.
impl From<DieselError> for Error {
    fn from(cause: DieselError) -> Self {
        Error::broken("query the database", cause)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Read,
    Write,
}

/// Why a connection could not be had. The pool needs one type for both causes.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error("connect: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("set up the connection: {0}")]
    SetUp(#[from] DieselError),
}

#[derive(Debug)]
struct Opener {
    settings: DbSettings,
    mode: Mode,
}

impl ManageConnection for Opener {
    type Connection = Conn;
    type Error = OpenError;

    fn connect(&self) -> Result<Conn, Self::Error> {
        match &self.settings {
            DbSettings::Sqlite { file, durability } => {
                let mut sqlite = SqliteConnection::establish(&file.to_string_lossy())?;
                let synchronous = match durability {
                    Durability::Full => "FULL",
                    Durability::Off => "OFF",
                };
                sqlite.batch_execute(&format!(
                    "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; \
                     PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{CACHE_KIB};"
                ))?;
                if self.mode == Mode::Read {
                    sqlite.batch_execute("PRAGMA query_only = ON;")?;
                }
                Ok(Conn::Sqlite(sqlite))
            }
            DbSettings::Postgres { url, durability } => {
                let mut postgres = PgConnection::establish(url)?;
                // Bytewise order, times in UTC: the same answers as SQLite gives.
                postgres.batch_execute("SET TIME ZONE 'UTC';")?;
                if *durability == Durability::Off {
                    postgres.batch_execute("SET synchronous_commit = OFF;")?;
                }
                Ok(Conn::Postgres(postgres))
            }
        }
    }

    fn is_valid(&self, connection: &mut Conn) -> Result<(), Self::Error> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, _connection: &mut Conn) -> bool {
        std::thread::panicking()
    }
}

/// The engine's own version, such as `3.53.1` or `15.18`.
pub fn version(connection: &mut Conn) -> Result<String> {
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    diesel::define_sql_function!(fn sqlite_version() -> Text);
    diesel::define_sql_function!(fn current_setting(name: Text) -> Text);
    Ok(match connection {
        Conn::Sqlite(sqlite) => diesel::select(sqlite_version()).get_result::<String>(sqlite)?,
        Conn::Postgres(postgres) => diesel::select(current_setting("server_version")).get_result::<String>(postgres)?,
    })
}

/// Older ones can corrupt a WAL database when a checkpoint is cut (sqlite.org, "WAL-reset bug").
const SQLITE_VERSION_MIN: [u32; 3] = [3, 51, 3];

/// Refuses an SQLite that is too old to be trusted with the data.
pub fn refuse_old_engine(connection: &mut Conn) -> Result<()> {
    if matches!(connection, Conn::Postgres(_)) {
        return Ok(());
    }
    let version = version(connection)?;
    if is_older(&version, SQLITE_VERSION_MIN) {
        return Err(Error::broken("use SQLite", format!("version {version} is older than {SQLITE_VERSION_MIN:?}")));
    }
    Ok(())
}

fn is_older(version: &str, wanted: [u32; 3]) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = [parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0)];
    found < wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_sqlite_is_refused_and_the_bundled_one_is_not() {
        assert!(is_older("3.51.2", SQLITE_VERSION_MIN) && is_older("3.9.99", SQLITE_VERSION_MIN));
        assert!(!is_older("3.51.3", SQLITE_VERSION_MIN) && !is_older("3.53.0", SQLITE_VERSION_MIN));
    }
}
