//! `lamin deploy`: brings the live release of a site to its targets, now.

use std::process::ExitCode;

use clap::Args;

use super::Place;
use crate::deploy::model::{Deployment, Outcome};
use crate::deploy::service;
use crate::kernel::{Context, Result};

/// Bring the live release of a site to its targets; it ends with 1 when one of them could not be served
#[derive(Args)]
pub struct Deploy {
    /// Key of the site
    #[arg(long, value_name = "KEY")]
    site: String,
    /// Key of one target; without it every active one, in order
    #[arg(long, value_name = "KEY")]
    target: Option<String>,
    /// Send everything, whatever the target holds
    #[arg(long)]
    fresh: bool,
    /// Print what became of each as JSON
    #[arg(long)]
    json: bool,
}

impl Deploy {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        let done = service::deploy_now(&app, &self.site, self.target.as_deref(), self.fresh)?;
        for (key, deployment) in &done {
            if self.json {
                println!("{}", serde_json::to_string(deployment).context("write a deployment")?);
            } else {
                println!("{key}: {}", told(deployment));
            }
        }
        if done.is_empty() && !self.json {
            println!("the site has no active target");
        }
        let failed = done.iter().any(|(_, deployment)| deployment.outcome == Outcome::Failed);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn told(deployment: &Deployment) -> String {
    let release = deployment.release.map_or("no release".to_owned(), |number| format!("release {number}"));
    let moved = deployment.moved;
    match deployment.outcome {
        Outcome::Done => format!(
            "{release}: {} files sent, {} removed, {} bytes",
            moved.files_sent, moved.files_removed, moved.bytes_sent
        ),
        Outcome::Unchanged => format!("{release}: nothing to do"),
        Outcome::Failed => format!("failed: {}", deployment.error.as_deref().unwrap_or_default()),
        Outcome::Running => "under way".to_owned(),
    }
}
