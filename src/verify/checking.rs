//! One check of a site's address: look, compare, probe, then write down what was found.

use std::collections::HashSet;

use serde_json::json;

use super::model::{Coverage, Kind, Problem, Report, Signed, SiteFinding};
use super::service::JOB;
use super::visit::{Gathered, Limits, Visit};
use super::{evidence, release, rules, store};
use crate::app::App;
use crate::db::Tx;
use crate::deploy;
use crate::identity::{UseCase, cases};
use crate::jobs::{self, INCIDENT_JOB, NewJob};
use crate::kernel::digest::hex;
use crate::kernel::id::{FindingId, JobId, RunId};
use crate::kernel::time::DAY;
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::notices::{self, Happening};
use crate::publish::listing::Listed;
use crate::publish::{attested, gone, redirects, rules as addresses};
use crate::sites::Site;

/// A notice names the first few; all are in the list of findings.
const PROBLEMS_TOLD_MAX: usize = 3;
const PROBLEMS_IN_INCIDENT_MAX: usize = 50;
/// Pages that changed since then are checked every time.
const LATELY: i64 = 7 * DAY;
/// Findings of one check that get an event each; the check's own event counts all.
const EVENTS_MAX: usize = 100;
/// Addresses that pages link to, though nobody signed them.
const LINKED_MAX: usize = 500;
/// A release that goes live during a check makes its result worthless: it is done again.
const ATTEMPTS_MAX: usize = 3;
/// What readers and search engines ask for first.
const ALWAYS: [&str; 6] = ["index.html", "sitemap.xml", "robots.txt", "404.html", redirects::JSON, gone::JSON];
const INTRUDERS: &str = include_str!("intruders.txt");

/// Compares, records, and says what was found.
pub fn check(app: &App, site: &Site, url: Option<&str>, by: &str) -> Result<Report> {
    let named = app.db.read_blocking(|c| store::base_url(c, site.id))?;
    let host = site.hosts.first().map(|host| format!("https://{host}"));
    let url = url.map(str::to_owned).or(named).or(host).unwrap_or_else(|| app.config.server_url.as_str().to_owned());
    let url = url.trim_end_matches('/').to_owned();
    let (run, begun) = (app.id(RunId::new), app.now());
    app.db.write_blocking(|tx| store::begin(tx, run, site.id, &url, begun))?;
    let checking = Checking { app, site, url: &url, run };
    let mut looked = checking.look()?;
    for _ in 1..ATTEMPTS_MAX {
        if attested::live(app, site.id)?.is_some_and(|live| live.number == looked.release) {
            break;
        }
        looked = checking.look()?;
    }
    checking.conclude(looked, by)
}

struct Checking<'c> {
    app: &'c App,
    site: &'c Site,
    url: &'c str,
    run: RunId,
}

/// What one look at the address gave.
struct Looked {
    release: i32,
    manifest: Digest,
    served: Option<i32>,
    coverage: Coverage,
    probed: usize,
    next_turn: usize,
    gathered: Gathered,
    fetched: usize,
    bytes: u64,
    seconds: f64,
}

impl Checking<'_> {
    fn look(&self) -> Result<Looked> {
        let app = self.app;
        let live = attested::live(app, self.site.id)?.ok_or_else(|| Refusal::new(Code::NotLive))?;
        let key = app.secrets.public_key();
        let limits =
            Limits { bytes_max: app.config.verify_bytes_max as u64, seconds_max: app.config.verify_seconds_max as u64 };
        let visit = Visit::new(app.fetcher.as_ref(), self.url, limits);
        let own = match rules::signed(&live.manifest, &live.seal, &key) {
            Ok(own) => own,
            // Somebody reached the publishing server's own disk.
            Err(mut problem) => {
                problem.detail["place"] = json!("this server's public folder");
                return Ok(self.hopeless(&visit, live.number, Digest::of(&live.manifest), *problem));
            }
        };
        let (reference, served) = self.reference(&visit, own, &key);
        let (open, lately, turn) = app.db.read_blocking(|c| {
            let open = store::open(c, self.site.id, self.url)?;
            let since = app.now().plus(-LATELY);
            Ok((open, store::shown_since(c, self.site.id, since)?, store::turn(c, self.site.id, self.url)?))
        })?;
        let always = self.always(lately, open.values());
        let salt = app.secrets.sign(format!("lamin-verify-order\n{}\n", self.site.id).as_bytes());
        let order = |path: &str| Digest::of(format!("{salt}{path}"));
        let most = app.config.verify_fetches_max;
        let chosen = rules::choose(reference.served(), |file| always.contains(&*file.path), order, turn, most);
        let files: Vec<&Listed> = chosen.always.iter().chain(&chosen.sampled).copied().collect();
        visit.compare(&files, &reference, true);
        let probed = self.probe(&visit, &reference, open.values());
        let gathered = visit.take();
        Ok(Looked {
            release: live.number,
            manifest: Digest::of(&live.manifest),
            served,
            coverage: rules::coverage(&chosen, gathered.checked),
            probed,
            next_turn: chosen.next_turn,
            fetched: visit.fetched(),
            bytes: visit.bytes(),
            seconds: visit.seconds(),
            gathered,
        })
    }

    fn hopeless(&self, visit: &Visit, release: i32, manifest: Digest, problem: Problem) -> Looked {
        visit.note(problem, None);
        let nothing = rules::Choice { always: Vec::new(), sampled: Vec::new(), others: 0, next_turn: 0 };
        let coverage = Coverage { whole: false, ..rules::coverage(&nothing, 0) };
        let gathered = visit.take();
        Looked {
            release,
            manifest,
            served: None,
            coverage,
            probed: 0,
            next_turn: 0,
            gathered,
            fetched: visit.fetched(),
            bytes: visit.bytes(),
            seconds: visit.seconds(),
        }
    }

    /// What the address is compared with: the release that it serves, if that is one of ours; else the live one.
    fn reference(&self, visit: &Visit, own: Signed, key: &str) -> (Signed, Option<i32>) {
        match release::signed_at(visit, key) {
            Err(problem) => {
                visit.note(*problem, None);
                (own, None)
            }
            Ok(served) if served.seal.site != self.site.key => {
                let why = format!("it is the seal of the site {}", served.seal.site);
                visit.note(Problem::new(Kind::Seal, crate::publish::manifest::SEAL, json!({ "why": why })), None);
                (own, None)
            }
            Ok(served) => {
                let (number, newest) = (served.seal.release, own.seal.release);
                if number != newest {
                    let detail = json!({"served": number, "newest": newest, "sealed_at": served.seal.created_at});
                    visit.note(Problem::new(Kind::Outdated, "", detail), None);
                }
                (served, Some(number))
            }
        }
    }

    /// Files that every check looks at: what readers meet first, what changed lately, what was wrong before.
    fn always<'f>(
        &self,
        lately: Vec<(String, String, String)>,
        open: impl Iterator<Item = &'f SiteFinding>,
    ) -> HashSet<String> {
        let default = self.site.default_locale.as_str();
        let page = |(type_key, locale, slug): (String, String, String)| {
            addresses::entry_address(&addresses::prefix(&locale, default), &type_key, &slug)
        };
        let lately = lately.into_iter().filter_map(page).map(|address| addresses::file_of(&address));
        let open = open.map(|finding| finding.problem.path.clone());
        ALWAYS.iter().map(|path| (*path).to_owned()).chain(lately).chain(open).collect()
    }

    /// Asks for what should not be there; says for how many addresses.
    fn probe<'f>(&self, visit: &Visit, signed: &Signed, open: impl Iterator<Item = &'f SiteFinding>) -> usize {
        let linked = visit.linked(LINKED_MAX);
        let known = INTRUDERS.lines().filter(|line| line.starts_with('/'));
        let known = known.map(|path| (path.to_owned(), "known to intruders".to_owned()));
        let before = open.filter(|finding| finding.problem.kind == Kind::Added);
        let before = before.map(|finding| (format!("/{}", finding.problem.path), "an earlier check".to_owned()));
        let mut seen = HashSet::new();
        let fits = |(address, _): &(String, String)| {
            let path = address.trim_end_matches('/').to_owned();
            !rules::is_signed(signed, address) && seen.insert(path)
        };
        let wanted: Vec<(String, String)> = linked.into_iter().chain(known).chain(before).filter(fits).collect();
        visit.probe(&wanted, &format!("/{}/", hex(self.app.random::<8>())));
        wanted.len()
    }

    /// Keeps the evidence and writes run, findings, certificate and ledger in one transaction.
    fn conclude(&self, looked: Looked, by: &str) -> Result<Report> {
        let (app, now) = (self.app, self.app.now());
        let Looked { mut gathered, .. } = looked;
        let mut problems = std::mem::take(&mut gathered.problems);
        problems.extend(std::mem::take(&mut gathered.headers).problems());
        for (kind, path, answer) in &gathered.evidence {
            let proved = problems.iter_mut().find(|problem| problem.kind == *kind && problem.path == *path);
            if let Some(problem) = proved {
                problem.evidence = Some(evidence::keep(app.storage.as_ref(), answer, now)?);
            }
        }
        problems.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
        problems.dedup_by(|next, before| (next.kind, &next.path) == (before.kind, &before.path));
        let report = Report {
            run: self.run,
            site: self.site.key.clone(),
            url: self.url.to_owned(),
            intact: true,
            release: looked.release,
            served: looked.served,
            coverage: looked.coverage,
            probed: looked.probed,
            ended_by: gathered.ended_by,
            certificate: gathered.certificate,
            problems,
            problems_left_out: gathered.left_out,
            new_findings: 0,
            cleared: 0,
            fetched: looked.fetched,
            bytes: looked.bytes,
            seconds: looked.seconds,
        };
        let ids: Vec<FindingId> = (0..=report.problems.len()).map(|_| app.id(FindingId::new)).collect();
        app.db.write_blocking(|tx| {
            let mut report = report.clone();
            self.record(tx, &mut report, (&ids, looked.manifest, looked.next_turn), by, now)?;
            Ok(report)
        })
    }

    fn record(
        &self,
        tx: &mut Tx,
        report: &mut Report,
        (ids, manifest, next_turn): (&[FindingId], Digest, usize),
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        if let Some(shown) = report.certificate {
            let before = store::certificate(tx, self.site.id, self.url)?;
            if let Some(before) = before.filter(|before| *before != shown) {
                let detail = json!({"before": before, "now": shown});
                report.problems.push(Problem::new(Kind::Certificate, "", detail));
            }
            store::remember_certificate(tx, self.site.id, self.url, &shown, now)?;
        }
        let mut open = store::open(tx, self.site.id, self.url)?;
        for (problem, id) in report.problems.iter().zip(ids) {
            match open.remove(&(problem.kind, problem.path.clone())) {
                Some(known) => store::see_again(tx, known.id, now)?,
                None => {
                    self.find(tx, *id, problem, (report.new_findings < EVENTS_MAX, by), now)?;
                    report.new_findings += 1;
                }
            }
        }
        // Who could not look cannot say that something is gone.
        let saw_all = report.ended_by.is_none() && report.problems.iter().all(|one| one.kind != Kind::Unreachable);
        for gone in open.values().filter(|_| saw_all) {
            store::clear(tx, gone.id, now)?;
            report.cleared += 1;
        }
        report.intact = report.problems.is_empty() && report.ended_by.is_none();
        store::end(tx, report, next_turn, now)?;
        let detail = json!({
            "run": report.run, "url": report.url, "release": report.release, "intact": report.intact,
            "checked": report.coverage.checked, "files": report.coverage.files,
            "problems": report.problems.len() + report.problems_left_out,
            "new_findings": report.new_findings, "cleared": report.cleared,
        });
        let event = Event::new(by, JOB, format!("site:{}", self.site.id)).site(self.site.id);
        ledger::record(tx, &event.digest(manifest).detail(detail), now)?;
        if report.new_findings > 0 {
            self.tell(tx, report, now)?;
            self.open_incident(tx, report, now)?;
        }
        self.heal(tx, report, manifest, now)
    }

    /// Tells those who look after the site that something new was found.
    fn tell(&self, tx: &mut Tx, report: &Report, now: Timestamp) -> Result<()> {
        let subject = format!("site:{}", self.site.id);
        let found = Happening::new(notices::Kind::VerificationFailed, Some(self.site.id), subject, &self.site.name);
        let named = report.problems.iter().take(PROBLEMS_TOLD_MAX);
        let said = named.map(|one| format!("{} {}", one.kind, one.path)).collect::<Vec<_>>().join("\n");
        let roles = cases::CheckTarget::ROLES.to_vec();
        notices::tell(tx, &Happening { said: format!("{}\n{said}", self.url), roles, ..found }, now)
    }

    /// Has an incident opened when others changed what the address serves: signatures that do not hold, pages changed or added.
    fn open_incident(&self, tx: &mut Tx, report: &Report, now: Timestamp) -> Result<()> {
        let tampered = |one: &&Problem| matches!(one.kind, Kind::Seal | Kind::Changed | Kind::Added);
        let found: Vec<&Problem> = report.problems.iter().filter(tampered).collect();
        let Some(first) = found.first() else { return Ok(()) };
        let named = |one: &&Problem| format!("{} {}", one.kind, one.path);
        let evidence: Vec<String> = found.iter().take(PROBLEMS_IN_INCIDENT_MAX).map(named).collect();
        let summary = format!("{} berkas berbeda dengan yang disahkan; antara lain {}", found.len(), named(first));
        let payload = json!({
            "source": "verify", "site": self.site.id, "url": self.url, "agency": self.site.name,
            "title": format!("Isi situs berubah: {}", self.site.name), "detected_at": now.micros(), "summary": summary,
            "evidence": evidence, "report": first.evidence,
        });
        let unique_key = Some(format!("{INCIDENT_JOB}:{}", self.url));
        let job = NewJob { kind: INCIDENT_JOB, payload, unique_key, run_at: now };
        jobs::enqueue(tx, self.app.id(JobId::new), &job, now).map(drop)
    }

    /// Has the targets behind the address brought anew, when the settings say so and what they serve is not what
    /// was signed. What was found stays a finding until a check sees it gone.
    fn heal(&self, tx: &mut Tx, report: &Report, manifest: Digest, now: Timestamp) -> Result<()> {
        let broken =
            |problem: &Problem| matches!(problem.kind, Kind::Changed | Kind::Missing | Kind::Added | Kind::Seal);
        if !self.app.config.self_heal || !report.problems.iter().any(broken) {
            return Ok(());
        }
        let targets = deploy::service::heal(tx, self.app, (self.site.id, self.url), now)?;
        if targets.is_empty() {
            return Ok(());
        }
        let detail = json!({"run": report.run, "url": self.url, "targets": targets});
        let event = Event::new("system:verifier", "verify.heal", format!("site:{}", self.site.id)).site(self.site.id);
        ledger::record(tx, &event.digest(manifest).detail(detail), now)?;
        Ok(())
    }

    /// Stores a new finding; with `tells` it gets an event of its own, which whatever handles incidents follows.
    fn find(
        &self,
        tx: &mut Tx,
        id: FindingId,
        problem: &Problem,
        (tells, by): (bool, &str),
        now: Timestamp,
    ) -> Result<()> {
        let url = self.url.to_owned();
        let found = SiteFinding {
            id,
            site_id: self.site.id,
            url,
            problem: problem.clone(),
            found_at: now,
            seen_at: now,
            cleared_at: None,
        };
        store::insert(tx, &found)?;
        if tells {
            let detail = json!({"kind": problem.kind, "path": problem.path, "url": self.url, "run": self.run});
            let mut event = Event::new(by, "verify.finding", format!("finding:{id}")).site(self.site.id).detail(detail);
            event.digests.extend(problem.evidence);
            ledger::record(tx, &event, now)?;
        }
        Ok(())
    }
}
