//! `lamin verify`: is what is stored what was recorded?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Place;
use crate::kernel::{Context, Digest, Error, Result};
use crate::ledger;
use crate::verify::model::{Problem, Verdict};
use crate::verify::release;
use crate::verify::visit::Limits;
use crate::{boot, evidence, verify};

/// Of a release that is fetched: 100 GiB, and one hour.
const FETCHED_BYTES_MAX: u64 = 100 << 30;
const FETCHED_SECONDS_MAX: u64 = 3600;

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
    /// Check a release, in a folder or at an address, by a public key alone; needs no installation
    Release {
        /// The folder of a release (such as public/portal/current) or the address of a site
        #[arg(value_name = "DIR|URL")]
        place: String,
        /// The public key that must have signed it: 64 hexadecimal letters, or a file that begins with them
        #[arg(long, value_name = "PUB", value_parser = release::public_key)]
        key: String,
        /// From an address: bytes to fetch at most
        #[arg(long, value_name = "BYTES", default_value_t = FETCHED_BYTES_MAX)]
        bytes_max: u64,
        /// From an address: seconds to take at most
        #[arg(long, value_name = "SECONDS", default_value_t = FETCHED_SECONDS_MAX)]
        seconds_max: u64,
        /// Print the verdict as JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a file of evidence (GET /api/v1/entries/{id}/evidence) by itself; needs no installation
    Evidence {
        file: PathBuf,
        /// The public key that must have signed it; without it the file is only compared with itself
        #[arg(long, value_name = "PUB", value_parser = release::public_key)]
        key: Option<String>,
        /// Print what does not fit as JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare what an address serves with what this installation published there
    Site {
        /// The address with its scheme; the site's own, if absent
        #[arg(long)]
        url: Option<String>,
        /// Key of the site; may be left out when there is one site only
        #[arg(long, value_name = "KEY")]
        site: Option<String>,
        /// Print the report as JSON
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
        match self.what {
            What::Ledger { head, json } => of_ledger(place, head, json),
            What::Release { place: at, key, bytes_max, seconds_max, json } => {
                of_release(place, (&at, &key), Limits { bytes_max, seconds_max }, json)
            }
            What::Evidence { file, key, json } => of_evidence(&file, key.as_deref(), json),
            What::Site { url, site, json } => of_site(place, url.as_deref(), site.as_deref(), json),
        }
    }
}

fn of_ledger(place: &Place, head: Option<(i64, Digest)>, json: bool) -> Result<ExitCode> {
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
            println!("  {}", serde_json::to_string(finding).map_err(|error| Error::broken("write a finding", error))?);
        }
    }
    Ok(exit(verdict.intact))
}

fn exit(intact: bool) -> ExitCode {
    if intact { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_json(value: &impl serde::Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value).context("write the verdict")?);
    Ok(())
}

fn of_release(place: &Place, (at, key): (&str, &str), limits: Limits, json: bool) -> Result<ExitCode> {
    let verdict = if at.starts_with("http://") || at.starts_with("https://") {
        let config = place.config(&[])?;
        release::at_address(boot::fetcher(&config)?.as_ref(), at, key, limits)
    } else {
        release::in_folder(Path::new(at), key)?
    };
    if json {
        print_json(&verdict)?;
    } else {
        tell(&verdict);
    }
    Ok(exit(verdict.intact))
}

fn tell(verdict: &Verdict) {
    if let (Some(site), Some(release), Some(at)) = (&verdict.site, verdict.release, verdict.sealed_at) {
        println!("{site}: release {release}, sealed {at}");
    }
    let Verdict { files, checked, bytes, .. } = verdict;
    let state = if verdict.intact { "intact" } else { "NOT intact" };
    println!("{state}: {checked} of {files} files compared, {bytes} bytes");
    tell_problems(&verdict.problems, verdict.problems_left_out);
}

fn tell_problems(problems: &[Problem], left_out: usize) {
    problems.iter().for_each(|problem| println!("  {problem}"));
    if left_out > 0 {
        println!("  and {left_out} more");
    }
}

fn of_site(place: &Place, url: Option<&str>, site: Option<&str>, json: bool) -> Result<ExitCode> {
    let app = place.open()?;
    let report = verify::service::by_command_line(&app, site, url)?;
    if json {
        print_json(&report)?;
        return Ok(exit(report.intact));
    }
    let state = if report.intact { "intact" } else { "NOT intact" };
    println!("{state}: {} at {}, release {}", report.site, report.url, report.release);
    println!(
        "  {} of {} files compared, {} addresses probed",
        report.coverage.checked, report.coverage.files, report.probed
    );
    for chance in report.coverage.found_if_altered.iter().filter(|_| !report.coverage.whole) {
        println!(
            "  had {} of the others been altered, this check would have met one with {:.1} %",
            chance.altered,
            chance.found * 100.0
        );
    }
    if let Some(limit) = report.ended_by {
        println!("  ended early: the limit of {limit} was reached");
    }
    tell_problems(&report.problems, report.problems_left_out);
    Ok(exit(report.intact))
}

#[expect(clippy::disallowed_methods, reason = "a file that the command line names")]
fn of_evidence(file: &Path, key: Option<&str>, json: bool) -> Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let wrong = evidence::service::check(&bytes, key);
    if json {
        print_json(&wrong)?;
        return Ok(exit(wrong.is_empty()));
    }
    match (wrong.is_empty(), key) {
        (true, Some(_)) => println!("all of it fits, and the key signed it"),
        (true, None) => println!("all of it fits together; give --key to know who signed it"),
        (false, _) => println!("it does NOT fit:"),
    }
    wrong.iter().for_each(|misfit| println!("  {misfit}"));
    Ok(exit(wrong.is_empty()))
}
