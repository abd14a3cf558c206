//! `lamin target`: what the servers of a site need to be told.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Place;
use crate::deploy::service;
use crate::deploy::web::WebServer;
use crate::kernel::Result;

/// Look after the servers that a site's releases go to
#[derive(Args)]
pub struct Target {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print the settings for the web server of a target: redirects, 404, caching, compression, headers
    Settings {
        /// Key of the site
        #[arg(long, value_name = "KEY")]
        site: String,
        /// Key of the target
        #[arg(long, value_name = "KEY")]
        target: String,
        /// apache or nginx
        #[arg(long, value_name = "SERVER", value_parser = web_server)]
        kind: WebServer,
    },
}

fn web_server(text: &str) -> Result<WebServer, String> {
    WebServer::parse(text).ok_or_else(|| "apache or nginx".to_owned())
}

impl Target {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let What::Settings { site, target, kind } = self.what;
        let app = place.open()?;
        print!("{}", service::web_settings_of(&app, &site, &target, kind)?);
        Ok(ExitCode::SUCCESS)
    }
}
