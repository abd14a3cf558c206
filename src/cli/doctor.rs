//! `lamin doctor`: what this installation stands on.

use std::process::ExitCode;

use clap::Args;
use diesel::prelude::*;

use super::{Place, engine_name};
use crate::app::App;
use crate::calendar::store as calendars;
use crate::config::SETTINGS;
use crate::db::schema::{self, entries, ledger, live_entries, users};
use crate::db::{self, Conn};
use crate::kernel::{Result, time};
use crate::media::derive::{JPEG_HAS_VECTORS, WRITES_AVIF};
use crate::{sites, themes};

/// Say what this installation stands on and what is wrong with it
#[derive(Args)]
pub struct Doctor {}

impl Doctor {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        println!("lamin {}", env!("CARGO_PKG_VERSION"));
        println!("data folder      {}", app.config.data.display());
        println!("public folder    {}", app.config.public.display());
        println!("database         {} {}", engine_name(&app), app.db.read_blocking(db::version)?);
        println!("migrations       {} pending", app.db.read_blocking(db::pending_migrations)?);
        println!("signing key      {} (public half)", app.secrets.public_key());
        let counts = app.db.read_blocking(counts)?;
        for (name, count) in ["sites", "users", "entries", "live entries", "ledger events"].iter().zip(counts) {
            println!("{name:<16} {count}");
        }
        println!("pictures         {}", pictures());
        for line in holidays(&app)? {
            println!("{line}");
        }
        for line in themes(&app)? {
            println!("{line}");
        }
        println!("settings");
        for setting in SETTINGS {
            println!("  {:<26} {}", setting.name, in_force(&app, setting.name));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Which forms this program writes, and how fast: what it was compiled with says so.
fn pictures() -> String {
    let how = if JPEG_HAS_VECTORS {
        "with vector instructions"
    } else {
        "without vector instructions (compiled without nasm)"
    };
    format!("JPEG {how}{}", if WRITES_AVIF { ", AVIF" } else { "" })
}

fn counts(connection: &mut Conn) -> Result<[i64; 5]> {
    Ok([
        schema::sites::table.count().get_result(connection)?,
        users::table.count().get_result(connection)?,
        entries::table.count().get_result(connection)?,
        live_entries::table.count().get_result(connection)?,
        ledger::table.count().get_result(connection)?,
    ])
}

/// The years of the calendar in force, and a warning for each that it lacks.
fn holidays(app: &App) -> Result<Vec<String>> {
    let calendar = app.db.read_blocking(calendars::calendar)?;
    let known: Vec<String> = calendar.years().iter().map(i16::to_string).collect();
    let mut lines = vec![format!("holidays         {}", known.join(", "))];
    let today = app.now().in_zone(&time::zone(time::ZONE_DEFAULT)?).date();
    lines.extend(calendar.years_missing(today).into_iter().map(|year| {
        format!("warning          no holidays of {year}: they count as working days; add them on the screen, or set holidays_file")
    }));
    Ok(lines)
}

/// Sites whose themes folder holds something that nobody has proposed or approved yet.
fn themes(app: &App) -> Result<Vec<String>> {
    let sites = app.db.read_blocking(sites::store::list)?;
    let mut lines = Vec::new();
    for site in sites {
        if themes::service::waits(app, &site)? {
            let propose = format!("POST /api/v1/sites/{}/theme/propose", site.key);
            lines.push(format!("theme            {}: the one in the folder is not the live one; {propose}", site.key));
        }
    }
    Ok(lines)
}

/// The value in force, as the debug form of the configuration shows it: that hides passwords.
fn in_force(app: &App, name: &str) -> String {
    let all = format!("{:#?}", app.config);
    let start = format!("    {name}: ");
    let lines: Vec<&str> = all.lines().skip_while(|line| !line.starts_with(&start)).collect();
    let end =
        lines.iter().position(|line| line.starts_with("    ") && line.ends_with(',') && !line.starts_with("     "));
    let text: Vec<&str> = lines.iter().take(end.map_or(0, |at| at + 1)).map(|line| line.trim()).collect();
    text.join(" ").trim_start_matches(start.trim_start()).trim_end_matches(',').to_owned()
}
