//! `lamin import`: a folder of Markdown becomes the entries of a site.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Place;
use crate::import::{self, Options, Progress};
use crate::kernel::{Context, Result};

/// Import a folder of Markdown files with TOML, YAML or JSON front matter (the layouts of Zola and Hugo)
#[derive(Args)]
pub struct Import {
    /// Folder to read
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Key of the site
    #[arg(long, value_name = "KEY")]
    site: String,
    /// Create the site if there is none with that key
    #[arg(long)]
    create: bool,
    /// Found the site with what is imported: new entries go live with the origin "imported", and wait
    /// for an approver to confirm them
    #[arg(long)]
    publish: bool,
    /// Read and check everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        let options = Options {
            site: self.site,
            folder: self.folder,
            create: self.create,
            publish: self.publish,
            dry_run: self.dry_run,
        };
        let bar = progress_bar(self.json);
        let report = import::service::run(&app, &options, &|progress: Progress| {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        })?;
        bar.finish_and_clear();
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).context("write the report")?);
        } else {
            println!("{report}");
        }
        Ok(if report.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// A bar on a terminal, nothing elsewhere.
pub fn progress_bar(quiet: bool) -> indicatif::ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template("{msg:8} {bar:40} {pos}/{len} {per_sec} {eta}");
    let bar = indicatif::ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
