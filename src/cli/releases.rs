//! `lamin releases`: what is kept of earlier releases.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Place;
use crate::kernel::Result;
use crate::publish::service;

/// Look after the releases of a site
#[derive(Args)]
pub struct Releases {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Remove old releases; those that a target still serves stay, and so does the live one
    Prune {
        /// Key of the site
        #[arg(long, value_name = "KEY")]
        site: String,
        /// How many of the newest stay [default: the setting releases_kept]
        #[arg(long, value_name = "N")]
        keep: Option<usize>,
    },
}

impl Releases {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let What::Prune { site, keep } = self.what;
        let app = place.open()?;
        let gone = service::prune(&app, &site, keep.unwrap_or(app.config.releases_kept))?;
        match gone.as_slice() {
            [] => println!("nothing to remove"),
            gone => println!("removed: {}", gone.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")),
        }
        Ok(ExitCode::SUCCESS)
    }
}
