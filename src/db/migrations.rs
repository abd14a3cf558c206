//! The migrations of both engines, embedded in the binary and run at start.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;
use crate::kernel::{Context, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// PostgreSQL: nodes that start together must not migrate together. Any fixed number will do.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(7126201101)";
const MIGRATION_UNLOCK: &str = "SELECT pg_advisory_unlock(7126201101)";

/// Brings the tables up to date; returns how many migrations were applied.
pub fn migrate(connection: &mut Conn) -> Result<usize> {
    let applied = match connection {
        Conn::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(|done| done.len()),
        Conn::Postgres(postgres) => {
            use diesel::connection::SimpleConnection;
            postgres.batch_execute(MIGRATION_LOCK).context("lock the migrations")?;
            let applied = postgres.run_pending_migrations(POSTGRES).map(|done| done.len());
            postgres.batch_execute(MIGRATION_UNLOCK).context("unlock the migrations")?;
            applied
        }
    };
    applied.context("migrate the database")
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// How many migrations the database lacks; for `doctor` and `/readyz`. Only reads: diesel's own question
/// would make its table, which a reading transaction must not.
pub fn pending_migrations(connection: &mut Conn) -> Result<usize> {
    use __diesel_schema_migrations::{table, version};
    let known: Vec<String> = match connection {
        Conn::Sqlite(_) => names(MigrationSource::<Sqlite>::migrations(&SQLITE)),
        Conn::Postgres(_) => names(MigrationSource::<Pg>::migrations(&POSTGRES)),
    }?;
    let applied: Vec<String> = table.select(version).load(connection)?;
    Ok(known.iter().filter(|name| !applied.contains(name)).count())
}

fn names<DB: diesel::backend::Backend>(
    migrations: diesel::migration::Result<Vec<Box<dyn Migration<DB>>>>,
) -> Result<Vec<String>> {
    let migrations = migrations.context("list the migrations")?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}
