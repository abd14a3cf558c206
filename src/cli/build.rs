//! `lamin build`: renders a site into a new release and makes it live.

use std::process::ExitCode;

use clap::Args;

use super::Place;
use super::import::progress_bar;
use crate::kernel::{Context, Result};
use crate::publish::model::Mode;
use crate::publish::service;

/// Render a site from what is approved and live, and make the new release live
#[derive(Args)]
pub struct Build {
    /// Key of the site
    #[arg(long, value_name = "KEY")]
    site: String,
    /// Render every page anew; reuse nothing
    #[arg(long)]
    fresh: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Build {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        let bar = progress_bar(self.json);
        let mode = if self.fresh { Mode::Fresh } else { Mode::Changed };
        let report = service::build(&app, &self.site, mode, &|progress| {
            bar.set_message(progress.phase.as_str());
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        })?;
        bar.finish_and_clear();
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report).context("write the report")?);
        } else {
            println!("{report}");
        }
        if let Err(error) = service::tidy(&app, &self.site) {
            tracing::warn!(%error, "could not tidy the releases");
        }
        Ok(ExitCode::SUCCESS)
    }
}
