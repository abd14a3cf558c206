//! `lamin theme`: does a theme keep the contract, and how does it look?

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Place, theme_dev};
use crate::kernel::{Context, Error, Result};
use crate::publish::inspect;
use crate::themes::theme;

/// Check a theme that is being made
#[derive(Args)]
pub struct Theme {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Render every template with a site that comes with Lamin and read the pages; needs no installation
    Check {
        /// The folder of the theme
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print the verdict as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what is live of a site with a theme that is being made; pages come anew when a file of it changes
    Dev {
        /// The folder of the theme
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Key of the site
        #[arg(long, value_name = "KEY")]
        site: String,
        /// Address and port to listen on; a loopback address, because nobody has approved what is shown
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
    },
}

impl Theme {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        match self.what {
            What::Check { folder, json } => check(&folder, json),
            What::Dev { folder, site, listen } => {
                if !listen.ip().is_loopback() {
                    return Err(Error::broken("show a theme", "listen on a loopback address"));
                }
                theme_dev::run(place.open()?, &folder_of(&folder)?, &site, listen)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// The folder with its own name, whatever way leads to it.
fn folder_of(given: &Path) -> Result<PathBuf> {
    let folder = given.canonicalize().with_context(|| format!("find the theme {}", given.display()))?;
    match folder.is_dir() {
        true => Ok(folder),
        false => Err(Error::broken("read a theme", format!("{} is no folder", folder.display()))),
    }
}

fn check(folder: &Path, json: bool) -> Result<ExitCode> {
    let verdict = inspect::check(&theme::Theme::at(&folder_of(folder)?)?)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&verdict).context("write the verdict")?);
    } else {
        for finding in &verdict.findings {
            println!("{finding}");
        }
        let inspect::Verdict { theme, pages, errors, warnings, largest_page_bytes, .. } = &verdict;
        println!(
            "{theme}: {pages} pages made, the largest of {largest_page_bytes} bytes; {errors} errors, {warnings} warnings"
        );
    }
    Ok(if verdict.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
