//! The command line: what can be asked, and one file for each command.

mod build;
mod demo;
mod deploy;
mod doctor;
mod import;
pub mod media;
mod monitor;
mod read_document;
mod releases;
mod serve;
mod target;
mod theme;
mod theme_dev;
mod user;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, SETTINGS};
use crate::kernel::{Context, Error, Result};
use crate::{boot, db};

/// One house for the websites of a regional government: content, procedures, publishing, proof.
#[derive(Parser)]
#[command(name = "lamin", version, about, after_long_help = settings_help(), arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Place {
    /// Folder of the database, the keys and the uploads
    #[arg(long, global = true, value_name = "DIR", env = "LAMIN_DATA", default_value = "./data")]
    data: PathBuf,
    /// Folder of the published sites; a site is live at DIR/SITE/current
    #[arg(long, global = true, value_name = "DIR", env = "LAMIN_PUBLIC", default_value = "./public")]
    public: PathBuf,
    /// A setting for this run, such as --set releases_kept=10 (`lamin --help` lists them all)
    #[arg(long = "set", global = true, value_name = "NAME=VALUE", value_parser = name_and_value)]
    settings: Vec<(String, String)>,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Build(build::Build),
    Deploy(deploy::Deploy),
    Releases(releases::Releases),
    Target(target::Target),
    Theme(theme::Theme),
    Import(import::Import),
    Media(media::Media),
    #[command(hide = true)]
    ReadDocument,
    User(user::User),
    Doctor(doctor::Doctor),
    Monitor(monitor::Monitor),
    Verify(verify::Verify),
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn settings_help() -> String {
    let mut text =
        "Settings (lamin.toml in the data folder; LAMIN_<NAME> in the environment; --set NAME=VALUE):\n".to_owned();
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { "empty" } else { setting.default };
        text.push_str(&format!("  {}\n      {} Default: {default}.\n", setting.name, setting.about.trim()));
    }
    text
}

/// Runs a command. Exit status: 0 done, 1 refused or failed, 2 wrong use.
pub fn main(cli: Cli) -> ExitCode {
    // One who reads our output may stop reading (`lamin … | head`): that is no failure of ours.
    let outcome = run(cli);
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lamin: {}", explain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(serve) => serve.run(&cli.place),
        Command::Build(build) => build.run(&cli.place),
        Command::Deploy(deploy) => deploy.run(&cli.place),
        Command::Releases(releases) => releases.run(&cli.place),
        Command::Target(target) => target.run(&cli.place),
        Command::Theme(theme) => theme.run(&cli.place),
        Command::Import(import) => import.run(&cli.place),
        Command::Media(media) => media.run(&cli.place),
        Command::ReadDocument => read_document::run(),
        Command::User(user) => user.run(&cli.place),
        Command::Doctor(doctor) => doctor.run(&cli.place),
        Command::Monitor(monitor) => monitor.run(&cli.place),
        Command::Verify(verify) => verify.run(&cli.place),
    }
}

impl Place {
    /// The settings, with further flags of one command.
    fn config(&self, flags: &[(&str, String)]) -> Result<Config> {
        let mut settings = self.settings.clone();
        settings.extend(flags.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Config::load(&self.data, &self.public, &settings).context("read the settings")
    }

    /// An installation to work on, with a log on the error stream.
    fn open(&self) -> Result<App> {
        let config = self.config(&[])?;
        boot::log_to_stderr(&config);
        boot::open(config)
    }
}

/// The refusal or the chain of causes, on one line.
fn explain(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => format!("{} ({refusal})", refusal.code().title_en()),
        Error::Broken { doing, cause } => {
            let mut text = format!("could not {doing}: {cause}");
            let mut next = cause.source();
            while let Some(source) = next {
                text.push_str(&format!(": {source}"));
                next = source.source();
            }
            text
        }
    }
}

/// Runs async work of a command that has no server.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(work)
}

/// What `doctor` and `serve` both say of the database.
fn engine_name(app: &App) -> &'static str {
    match app.db.engine() {
        db::Engine::Sqlite => "SQLite",
        db::Engine::Postgres => "PostgreSQL",
    }
}
