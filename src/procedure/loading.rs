//! Putting procedure files in force at start. A broken one is refused, and what was in force stays.

use super::files::{self, SourceFile};
use super::model::Definition;
use super::shelf;
use crate::app::App;
use crate::calendar::{Calendar, store as calendars};
use crate::db::Tx;
use crate::kernel::{Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

/// What became of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub file: String,
    pub outcome: Outcome,
}

/// See [`Loaded`].
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is the version in force already.
    Unchanged,
    /// Its text is new: this version is in force from now on.
    InForce(i32),
    /// It is broken; the version before, if there is one, stays in force.
    Refused(Refusal),
}

/// Reads every file that the settings name, stores what is new, and says what became of each. A folder or
/// calendar that cannot be read is a failure; a file that is wrong is not.
///
/// A shipped procedure that the folder does not bring is put in force only where none was before.
pub fn load(app: &App) -> Result<Vec<Loaded>> {
    let mut all = Vec::new();
    let calendar = files::calendar(&app.config)?;
    all.push(Loaded { file: calendar.name.clone(), outcome: load_calendar(app, &calendar)? });
    for file in files::procedures(&app.config)? {
        all.push(Loaded { outcome: load_one(app, &file)?, file: file.name });
    }
    for file in files::built_in() {
        let definition = Definition::load(&file.text, &file.name)?;
        let known = app.db.read_blocking(|connection| shelf::in_force(connection, &definition.key))?;
        if known.is_none() {
            all.push(Loaded { outcome: load_one(app, &file)?, file: file.name });
        }
    }
    for loaded in &all {
        match &loaded.outcome {
            Outcome::Unchanged => {}
            Outcome::InForce(version) => tracing::info!(file = loaded.file, version, "in force"),
            Outcome::Refused(refusal) => tracing::error!(%refusal, "refused; what was in force stays"),
        }
    }
    Ok(all)
}

fn load_one(app: &App, file: &SourceFile) -> Result<Outcome> {
    let definition = match Definition::load(&file.text, &file.name) {
        Ok(definition) => definition,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    let now = app.now();
    app.db.write_blocking(|tx| put_in_force(tx, &definition.key, &file.text, now))
}

fn put_in_force(tx: &mut Tx, key: &str, text: &str, now: Timestamp) -> Result<Outcome> {
    let digest = Digest::of(text);
    if shelf::in_force(tx, key)?.is_some_and(|present| present.digest == digest) {
        return Ok(Outcome::Unchanged);
    }
    let version = shelf::add(tx, key, text, now)?;
    let event = Event::new("system:server", "procedure.load", format!("procedure:{key}"))
        .digest(digest)
        .detail(serde_json::json!({ "version": version }));
    ledger::record(tx, &event, now)?;
    Ok(Outcome::InForce(version))
}

fn load_calendar(app: &App, file: &SourceFile) -> Result<Outcome> {
    if let Err(refusal) = Calendar::parse(&file.text, &file.name) {
        return Ok(Outcome::Refused(refusal));
    }
    let now = app.now();
    app.db.write_blocking(|tx| {
        if calendars::source(tx)? == file.text {
            return Ok(Outcome::Unchanged);
        }
        calendars::set_source(tx, &file.text)?;
        let event = Event::new("system:server", "procedure.load", "calendar").digest(Digest::of(&file.text));
        ledger::record(tx, &event, now)?;
        Ok(Outcome::InForce(1))
    })
}

/// Checks every file without touching what is in force, for `doctor`: the refusals of the broken ones.
pub fn check(app: &App) -> Result<Vec<Refusal>> {
    let broken = |file: SourceFile| Definition::load(&file.text, &file.name).err();
    let mut refusals: Vec<Refusal> = files::procedures(&app.config)?.into_iter().filter_map(broken).collect();
    let calendar = files::calendar(&app.config)?;
    refusals.extend(Calendar::parse(&calendar.text, &calendar.name).err());
    Ok(refusals)
}
