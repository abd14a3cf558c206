//! `lamin monitor`: looks at websites of others from outside. Needs no installation.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde_json::json;

use super::Place;
use crate::boot;
use crate::kernel::{Context, Error, Result, word};
use crate::monitoring::look::model::{Report, Section};
use crate::monitoring::look::{Asking, Mandate, look};
use crate::monitoring::sites::list;
use crate::monitoring::{dates, decoding, pages, scan};
use crate::ports::Clock as _;
use crate::ports::probing::{Pinned, Prober};

/// Of what stands on the standard input or in a file.
const INPUT_BYTES_MAX: u64 = 64 << 20;
/// Websites that are looked at at the same time; each is asked one thing after another.
const SITES_AT_A_TIME: usize = 16;

/// Look at websites from outside: are they there, kept up, unharmed
#[derive(Args)]
pub struct Monitor {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One full look at a website: reachability, freshness, injection and posture, each with evidence
    Check {
        /// The address of its home page
        url: String,
        #[command(flatten)]
        way: Way,
        /// Also look as a search engine's crawler: for websites whose owner agreed to it
        #[arg(long)]
        crawler: bool,
        /// Also ask for ten files that nobody should see, one a second: only under the owner's written mandate of this number
        #[arg(long, value_name = "NUMBER")]
        mandate: Option<String>,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Was something smuggled into a saved page or text? clean, suspicious, infected or defaced
    Scan {
        /// A file, or - for the standard input
        file: PathBuf,
        /// Where it came from, so that own links are told from foreign ones
        #[arg(long)]
        url: Option<String>,
        /// Print verdict and evidence as JSON
        #[arg(long)]
        json: bool,
    },
    /// Read lines and print the date of each: YYYY-MM-DD, YYYY-MM, A/B for a range, or an empty line
    Dates {
        #[command(flatten)]
        now: Now,
    },
    /// Print the date on which the article of a saved page was published, or an empty line
    PageDate {
        /// A file, or - for the standard input
        file: PathBuf,
        #[arg(long)]
        url: Option<String>,
        #[command(flatten)]
        now: Now,
    },
    /// Look at every website of a list, without a database
    Round {
        /// CSV with the column url, and perhaps agency, berita, artikel, agenda
        #[arg(long, value_name = "FILE")]
        site_list: PathBuf,
        #[command(flatten)]
        way: Way,
        /// Also look as a search engine's crawler: for websites whose owners agreed to it
        #[arg(long)]
        crawler: bool,
        /// Also ask for ten files that nobody should see, one a second: only under the owners' written mandate of this number
        #[arg(long, value_name = "NUMBER")]
        mandate: Option<String>,
        /// Print the reports as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Now {
    /// The time to reckon from (RFC 3339) instead of the clock's
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

#[derive(Args)]
struct Way {
    #[command(flatten)]
    now: Now,
    /// Where a host and port lead, whatever the name service says (may be repeated)
    #[arg(long, value_name = "HOST:PORT:ADDR", value_parser = pinned)]
    resolve: Vec<Pinned>,
    /// Speak to private networks and this machine, too
    #[arg(long)]
    allow_private: bool,
}

fn pinned(text: &str) -> Result<Pinned, String> {
    Pinned::parse(text).ok_or_else(|| "write HOST:PORT:ADDR".to_owned())
}

impl Now {
    fn time(&self) -> Timestamp {
        self.now.unwrap_or_else(|| boot::clock().now().jiff())
    }
}

impl Monitor {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        match self.what {
            What::Check { url, way, crawler, mandate, json } => {
                check(place, &url, &way, (leave(crawler, mandate), json))?
            }
            What::Scan { file, url, json } => scan_file(&file, url.as_deref(), json)?,
            What::Dates { now } => each_date(now.time())?,
            What::PageDate { file, url, now } => {
                let html = decoding::text_of(&read(&file)?);
                println!("{}", pages::page_date(&html, url.as_deref(), now.time()));
            }
            What::Round { site_list, way, crawler, mandate, json } => {
                round(place, &site_list, &way, (leave(crawler, mandate), json))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[expect(clippy::disallowed_methods, reason = "a file that the command line names")]
fn read(file: &std::path::Path) -> Result<Vec<u8>> {
    if file.as_os_str() != "-" {
        return std::fs::read(file).with_context(|| format!("read {}", file.display()));
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(INPUT_BYTES_MAX).read_to_end(&mut bytes).context("read the standard input")?;
    Ok(bytes)
}

fn each_date(now: Timestamp) -> Result<()> {
    let text = read(std::path::Path::new("-"))?;
    let text = String::from_utf8_lossy(&text);
    text.lines().for_each(|line| println!("{}", dates::dates_line(line, now)));
    Ok(())
}

fn scan_file(file: &std::path::Path, url: Option<&str>, json: bool) -> Result<()> {
    let found = scan::scan(&read(file)?, url);
    if json {
        return print_json(&found);
    }
    println!("{}", word(found.verdict));
    for one in &found.evidence {
        println!("  {}: {} ({})", word(one.kind), one.text, one.reason);
    }
    Ok(())
}

fn print_json(value: &impl serde::Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value).context("write the report")?);
    Ok(())
}

/// Waits for something without a thread for each part of it.
fn wait<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("begin to wait")?;
    Ok(runtime.block_on(work))
}

/// What the owners of websites agreed to.
struct Leave {
    as_crawler: bool,
    mandate: Option<Mandate>,
}

fn leave(as_crawler: bool, mandate: Option<String>) -> Leave {
    Leave { as_crawler, mandate: mandate.filter(|number| !number.trim().is_empty()).map(Mandate::of) }
}

fn check(place: &Place, url: &str, way: &Way, (leave, json): (Leave, bool)) -> Result<()> {
    let url = list::address(url)
        .ok_or_else(|| Error::broken("read the address", format!("{url:?} is no address of a website")))?;
    let report = wait(async {
        let prober = prober(place, way)?;
        let Leave { as_crawler, mandate } = leave;
        let asking = Asking { as_crawler, mandate, ..Asking::of(url, way.now.time()) };
        Ok::<_, Error>(look(prober.as_ref(), &asking).await)
    })??;
    if json {
        return print_json(&report);
    }
    tell(&report);
    Ok(())
}

fn prober(place: &Place, way: &Way) -> Result<Box<dyn Prober>> {
    boot::prober(&place.config(&[])?, (&way.resolve, way.allow_private))
}

fn round(place: &Place, file: &std::path::Path, way: &Way, (leave, json): (Leave, bool)) -> Result<()> {
    let text = decoding::text_of(&read(file)?);
    let sites = list::read(&text).map_err(|wrong| {
        let all: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        Error::broken("read the list of websites", all.join("; "))
    })?;
    let now = way.now.time();
    let reports = wait(async {
        let prober = prober(place, way)?;
        let looks = sites.iter().map(|site| {
            let Leave { as_crawler, mandate } = &leave;
            let (sections, mandate) = (site.sections.clone(), mandate.clone());
            let known = Asking::of(site.url.clone(), now);
            let asking = Asking { as_crawler: *as_crawler, mandate, sections, ..known };
            let prober = prober.as_ref();
            async move { look(prober, &asking).await }
        });
        // In the order of the list, whoever answers first.
        Ok::<_, Error>(futures_util::stream::iter(looks).buffered(SITES_AT_A_TIME).collect::<Vec<_>>().await)
    })??;
    if json {
        let rows: Vec<_> =
            sites.iter().zip(&reports).map(|(site, report)| json!({"agency": site.agency, "report": report})).collect();
        return print_json(&rows);
    }
    for (site, report) in sites.iter().zip(&reports) {
        println!("{}", site.agency);
        tell(report);
    }
    Ok(())
}

fn tell(report: &Report) {
    println!("{}: {}", report.url, word(report.verdict));
    let reached = &report.reachability;
    let cause = reached.cause.map(|cause| format!(", {}", word(cause))).unwrap_or_default();
    println!("  there      {}{cause} {}", word(reached.verdict), reached.detail);
    for section in Section::ALL {
        let Some(fresh) = report.freshness.get(section) else { continue };
        let date = fresh.date.map(|date| date.to_string()).unwrap_or_default();
        let signal = fresh.signal.as_deref().unwrap_or_default();
        println!(
            "  {section:<10} {} {date} {signal} {}",
            word(fresh.verdict),
            fresh.url.as_deref().unwrap_or_default()
        );
    }
    println!("  injection  {}", report.injection.verdict.as_ref().map_or_else(|| "unknown".to_owned(), word));
    for seen in &report.injection.evidence {
        println!("    {} on {}: {}", word(seen.evidence.kind), seen.url, seen.evidence.text);
    }
    let score = report.posture.headers.as_ref().map(|headers| format!("{} ({})", headers.grade, headers.score));
    println!("  posture    {}", score.unwrap_or_default());
    for finding in &report.posture.findings {
        println!("    {} {}: {}", word(finding.severity), word(finding.kind), finding.detail);
    }
    if let Some(exposed) = &report.posture.exposed {
        println!("  files      asked for under mandate {}", exposed.mandate);
    }
}
