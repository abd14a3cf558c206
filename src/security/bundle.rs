//! One file with everything that the response team of the agency (CSIRT) asks for: `tar.gz` with the report (text and PDF), the timeline, what was
//! seen, the extract of the ledger with its proof, the attachments of the case, and `SHA256SUMS` with its signature.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::model::{Happened, Incident, Line, Source};
use super::{print, reporting, rules, service, store, views};
use crate::app::App;
use crate::db::Conn;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::SecurityIncidentId;
use crate::kernel::page::Limit;
use crate::kernel::{Context, Digest, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::procedure;
use crate::reports::{self, Cell};
use crate::verify;

/// All files together; what does not fit is named in `LEFT_OUT.txt`.
const BUNDLE_BYTES_MAX: usize = 64 * 1024 * 1024;
const FINDINGS_MAX: u32 = 100;
const CITIZEN_REPORTS_MAX: i64 = 1_000;

/// A bundle ready to be handed out.
pub struct Bundle {
    pub name: String,
    pub bytes: Vec<u8>,
    pub digest: Digest,
}

/// Makes the bundle and notes that it was made. Blocks.
pub fn make(app: &App, actor: &Actor, id: SecurityIncidentId) -> Result<Bundle> {
    let now = app.now();
    app.db.read_blocking(|c| permitted(c, actor, id))?;
    // So that something signed follows the newest event too.
    app.db.write_blocking(|tx| ledger::checkpoint(tx, &app.secrets, now))?;
    let (incident, mut files, paper) = app.db.read_blocking(|c| {
        let incident = permitted(c, actor, id)?;
        let files = gather(c, app, &incident)?;
        let paper = print::read(c, &app.config, (incident.clone(), None))?;
        Ok((incident, files, paper))
    })?;
    if reports::PRINTS_PDF {
        files.push(("report.pdf".into(), print::pdf(app, &paper)?));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
    let signature = json!({ "public_key": app.secrets.public_key(), "signature": app.secrets.sign(sums.as_bytes()),
        "signs": "SHA256SUMS", "made_at": now });
    files.push(("SHA256SUMS".to_owned(), sums.into_bytes()));
    files.push(("SHA256SUMS.signature.json".to_owned(), pretty(&signature)?));
    let folder = rules::reference(incident.year, incident.number);
    let bytes = packed(&folder, &files, now)?;
    let digest = Digest::of(&bytes);
    note(app, actor, &incident, digest)?;
    Ok(Bundle { name: format!("{folder}.tar.gz"), bytes, digest })
}

/// Whoever handles incidents, and also when it is over.
fn permitted(connection: &mut Conn, actor: &Actor, id: SecurityIncidentId) -> Result<Incident> {
    let incident = service::visible(connection, actor, id)?;
    let _permit: Permit<cases::HandleIncident> = procedure::service::permit(actor, incident.place.site_id)?;
    Ok(incident)
}

fn note(app: &App, actor: &Actor, incident: &Incident, digest: Digest) -> Result<()> {
    let now = app.now();
    app.db.write_blocking(|tx| {
        let line = service::line(Happened::BundleMade, actor, (now, now)).detail(json!({ "digest": digest }));
        service::write(tx, incident, line)?;
        let made: Event = service::event(&actor.ledger_name(), "bundle", incident).digest(digest);
        ledger::record(tx, &made, now)?;
        Ok(())
    })
}

type Files = Vec<(String, Vec<u8>)>;

/// Every file but the sums. Who reported by the public form is in none of them.
fn gather(connection: &mut Conn, app: &App, incident: &Incident) -> Result<Files> {
    let mut files = Files::new();
    let lines = store::timeline(connection, incident.id)?;
    let case = procedure::service::Whole::read(connection, incident.case_id)?;
    files.push(("timeline.csv".into(), table(&lines)?));
    let account = views::account(connection, incident)?;
    files.push(("report.txt".into(), as_text(incident, &account.fields).into_bytes()));
    let versions = store::accounts(connection, incident.id)?;
    let versions: Vec<Value> = versions
        .iter()
        .map(|one| json!({ "version": one.version, "fields": one.fields, "saved_at": one.saved_at }))
        .collect();
    files.push(("report_versions.json".into(), pretty(&json!(versions))?));
    let shown = views::lines(connection, lines)?;
    files.push(("timeline.json".into(), pretty(&json!(shown))?));
    let attachments = case.attachments.clone();
    let about = views::summaries(connection, vec![incident.clone()], app.now())?;
    files.push(("incident.json".into(), pretty(&json!(about))?));
    let reports = store::citizen_reports(connection, incident.id, CITIZEN_REPORTS_MAX)?;
    let reports: Vec<Value> = reports
        .iter()
        .map(|one| {
            json!({ "reference": one.reference, "kind": one.kind, "url": one.url,
            "description": one.description, "created_at": one.created_at })
        })
        .collect();
    files.push(("citizen_reports.json".into(), pretty(&json!(reports))?));
    let subjects = [service::subject(incident.id), format!("case:{}", incident.case_id)];
    let events = ledger::records_of(connection, &subjects)?;
    files.push(("ledger.json".into(), pretty(&json!(ledger::prove(connection, events)?))?));
    let mut stored = Stored { app, left: BUNDLE_BYTES_MAX, left_out: String::new() };
    if let Some(look) = incident.evidence {
        // Looks of rounds are kept packed.
        let ending = if incident.source == Source::Monitor { ".json.gz" } else { "" };
        stored.add(&mut files, format!("looks/{look}{ending}"), &look)?;
    }
    if let Some(site) = incident.place.site_id {
        let found = verify::store::list(connection, site, Some(true), Limit::new(Some(FINDINGS_MAX))?, None)?;
        for digest in found.items.iter().filter_map(|one| one.problem.evidence) {
            stored.add(&mut files, format!("findings/{digest}"), &digest)?;
        }
        files.push(("findings.json".into(), pretty(&json!(found.items))?));
    }
    for one in &attachments {
        stored.add(&mut files, format!("attachments/{}-{}", one.digest, plain_name(&one.name)), &one.digest)?;
    }
    if !stored.left_out.is_empty() {
        files.push(("LEFT_OUT.txt".into(), stored.left_out.into_bytes()));
    }
    Ok(files)
}

/// Adds stored files as long as there is room.
struct Stored<'a> {
    app: &'a App,
    left: usize,
    left_out: String,
}

impl Stored<'_> {
    fn add(&mut self, files: &mut Files, name: String, digest: &Digest) -> Result<()> {
        if files.iter().any(|(known, _)| *known == name) {
            return Ok(());
        }
        match self.app.storage.get(digest)? {
            Some(bytes) if bytes.len() <= self.left => {
                self.left -= bytes.len();
                files.push((name, bytes));
            }
            Some(bytes) => self.left_out.push_str(&format!("{name} {} bytes\n", bytes.len())),
            None => self.left_out.push_str(&format!("{name} not stored any more\n")),
        }
        Ok(())
    }
}

/// A file's name without what a path could be made of.
fn plain_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    let name: String = name.chars().map(plain).take(80).collect();
    name.trim_start_matches('.').to_owned()
}

fn pretty(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).context("write a file of a bundle")
}

/// The timeline as a table.
fn table(lines: &[Line]) -> Result<Vec<u8>> {
    let row = |line: &Line| {
        let (at, noted) = (line.at.to_string(), line.noted_at.to_string());
        let words = [at, noted, line.kind.as_str().to_owned(), line.actor.clone(), line.said.clone()];
        [Cell::Number(line.number.into())].into_iter().chain(words.map(Cell::from))
    };
    reports::csv(["number", "at", "noted_at", "kind", "actor", "said"], lines.iter().map(row))
}

/// The official report as text, in the language of official papers.
pub fn as_text(incident: &Incident, fields: &super::model::Account) -> String {
    let head =
        format!("LAPORAN INSIDEN SIBER {}\n{}\n", rules::reference(incident.year, incident.number), incident.title);
    let part = |(field, text): (&'static str, &str)| {
        let text = text.trim();
        format!("\n{}\n{}\n", reporting::label(field), if text.is_empty() { "-" } else { text })
    };
    rules::fields(fields).into_iter().map(part).fold(head, |all, part| all + &part)
}

fn packed(folder: &str, files: &Files, now: Timestamp) -> Result<Vec<u8>> {
    let doing = "pack a bundle";
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(u64::try_from(now.micros() / crate::kernel::time::SECOND).unwrap_or(0));
        archive.append_data(&mut header, format!("{folder}/{name}"), bytes.as_slice()).context(doing)?;
    }
    let mut packer = archive.into_inner().context(doing)?;
    packer.flush().context(doing)?;
    packer.finish().context(doing)
}
