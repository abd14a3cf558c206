//! `lamin verify`: is what is stored what was recorded?

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Place;
use crate::kernel::{Context, Digest, Error, Result};
use crate::ledger;

/// Check that what is stored is what was recorded
#[derive(Args)]
pub struct Verify {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Walk the whole ledger: every hash, every link, the head and the signed checkpoints
    Ledger {
        /// A head that was written down earlier, as SEQUENCE:HASH; the chain must still hold it
        #[arg(long, value_name = "SEQUENCE:HASH", value_parser = head)]
        head: Option<(i64, Digest)>,
        /// Print the verdict as JSON
        #[arg(long)]
        json: bool,
    },
}

fn head(text: &str) -> Result<(i64, Digest), String> {
    let (sequence, hash) = text.split_once(':').ok_or("write SEQUENCE:HASH")?;
    let sequence = sequence.parse().map_err(|_| "the sequence is a number")?;
    Ok((sequence, Digest::parse(hash).ok_or("the hash is 64 lower-case hexadecimal letters")?))
}

impl Verify {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let What::Ledger { head, json } = self.what;
        let app = place.open()?;
        let holds = ledger::signed_by(app.secrets.public_key());
        let verdict = app.db.read_blocking(|c| ledger::verify(c, head, holds))?;
        let text = serde_json::to_string_pretty(&verdict).context("write the verdict")?;
        if json {
            println!("{text}");
        } else if verdict.intact {
            println!("intact: {} events, {} checkpoints", verdict.events, verdict.checkpoints);
            println!("head: {}:{}", verdict.events, verdict.head);
        } else {
            println!("NOT intact:");
            for finding in &verdict.findings {
                println!(
                    "  {}",
                    serde_json::to_string(finding).map_err(|error| Error::broken("write a finding", error))?
                );
            }
        }
        Ok(if verdict.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
