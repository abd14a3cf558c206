//! Databases with all tables and nothing in them, made one time: a test begins with a copy instead of all migrations.

use std::path::Path;
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, SqliteConnection};
use lamin::db::{self, Conn};
use lamin::kernel::Digest;

/// Test programs that run side by side must not make the same one at once. Any fixed number will do.
const LOCK: &str = "SELECT pg_advisory_lock(7126201102)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7126201102)";

/// Writes one to a file of SQLite that is not there yet.
#[expect(clippy::disallowed_methods, reason = "a file that a test begins with")]
pub fn sqlite(file: &Path) {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("lamin.db");
        let mut sqlite = SqliteConnection::establish(made.to_str().unwrap()).unwrap();
        sqlite.batch_execute("PRAGMA synchronous = OFF").unwrap();
        db::migrate(&mut Conn::Sqlite(sqlite)).unwrap();
        std::fs::read(made).unwrap()
    });
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// The name of one on that server of PostgreSQL, to make databases after. It stays there for later runs: its name is the digest of
/// the migrations, so it is never behind them.
pub fn postgres(server: &str) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = format!("lamin_migrated_{}", &migrations().as_str()[..16]);
        let mut postgres = PgConnection::establish(&format!("{server}/postgres")).unwrap();
        postgres.batch_execute(LOCK).unwrap();
        let there = diesel::sql_query("SELECT 1 FROM pg_database WHERE datname = $1").bind::<Text, _>(&name);
        if there.execute(&mut postgres).unwrap() == 0 {
            // Under its own name only when it is whole: a run that is killed leaves half a one.
            let half = format!("{name}_half");
            postgres.batch_execute(&format!("DROP DATABASE IF EXISTS {half}")).unwrap();
            postgres.batch_execute(&format!("CREATE DATABASE {half}")).unwrap();
            db::migrate(&mut Conn::Postgres(PgConnection::establish(&format!("{server}/{half}")).unwrap())).unwrap();
            postgres.batch_execute(&format!("ALTER DATABASE {half} RENAME TO {name}")).unwrap();
        }
        postgres.batch_execute(UNLOCK).unwrap();
        name
    })
}

#[expect(clippy::disallowed_methods, reason = "what the program carries, as it stands in the checkout")]
fn migrations() -> Digest {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().path().join("up.sql")).collect();
    files.sort();
    // By their names too: those say in the database what was done.
    let name = |file: &Path| file.strip_prefix(&folder).unwrap().display().to_string();
    let text = |file: &std::path::PathBuf| format!("{}\n{}", name(file), std::fs::read_to_string(file).unwrap());
    Digest::of(files.iter().map(text).collect::<String>())
}
