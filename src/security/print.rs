//! The official report on paper, in the language of official papers: what was saved, who handed it in and approved it, and the
//! timeline as far as it was written then.

use serde_json::{Value, json};

use super::model::{Account, Happened, Incident, Line, SavedAccount, Severity, Times};
use super::{reporting, rules, service, store};
use crate::app::App;
use crate::config::Config;
use crate::db::Conn;
use crate::identity::Actor;
use crate::kernel::Result;
use crate::kernel::id::{SecurityIncidentId, UserId};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::monitoring::letterhead::{self, Letterhead};
use crate::notices::rules::line as short;
use crate::procedure::views::People;
use crate::publish::dates::Clockface;
use crate::reports::{self, Document, Signer};

/// Of what was said in a line; the whole stands in the bundle.
const SAID_LETTERS_MAX: usize = 500;
const EMPTY: &str = "–";

/// What a report on paper is made of.
#[derive(Debug, Clone)]
pub struct Paper {
    pub head: Letterhead,
    pub incident: Incident,
    pub fields: Account,
    /// With the name of whoever saved it; `None` for what is known before anybody did.
    pub saved: Option<(SavedAccount, String)>,
    /// With the names of whoever did it.
    pub lines: Vec<(Line, String)>,
    pub reported: Option<Signer>,
    pub approved: Option<Signer>,
}

/// A version of the report as PDF, by whoever may see the incident, and the name of the file. Blocks.
pub fn report(app: &App, actor: &Actor, (id, version): (SecurityIncidentId, Option<i32>)) -> Result<(Vec<u8>, String)> {
    let paper = app.db.read_blocking(|c| {
        let incident = service::visible(c, actor, id)?;
        read(c, &app.config, (incident, version))
    })?;
    let name = format!("{}.pdf", rules::reference(paper.incident.year, paper.incident.number));
    Ok((pdf(app, &paper)?, name))
}

/// The newest version, if none is named; 0 is what is known before anybody saved one.
pub fn read(connection: &mut Conn, config: &Config, (incident, version): (Incident, Option<i32>)) -> Result<Paper> {
    let versions = store::accounts(connection, incident.id)?;
    let number = version.or(versions.first().map(|newest| newest.version)).unwrap_or(0);
    let saved = versions.into_iter().find(|one| one.version == number);
    if number != 0 && saved.is_none() {
        return Err(service::missing().into());
    }
    let fields = match &saved {
        Some(saved) => saved.fields.clone(),
        None => reporting::draft(connection, &incident)?,
    };
    let all = store::timeline(connection, incident.id)?;
    let lines = until(&all, number);
    let incident = as_of(incident, (lines, &all[lines.len()..]));
    let writers = saved.iter().map(|saved| saved.saved_by);
    let people = People::read(connection, lines.iter().filter_map(Line::user).chain(writers))?;
    let name = |user: UserId| people.person(user).name;
    let signer = |line: &Line| Signer { name: line.user().map(name).unwrap_or_default(), at: line.at };
    let (reported, approved) = signed(lines, number);
    Ok(Paper {
        head: letterhead::of_installation(connection, config)?,
        fields,
        reported: reported.map(signer),
        approved: approved.map(signer),
        saved: saved.map(|saved| (saved.clone(), name(saved.saved_by))),
        lines: lines.iter().map(|line| (line.clone(), line.user().map(name).unwrap_or_default())).collect(),
        incident,
    })
}

/// Which version a line names under a key of its detail.
fn version_of(line: &Line, key: &str) -> Option<i32> {
    line.detail.get(key).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok())
}

/// The lines that were written before the version after this one was saved: so an older version is printed as it stood.
fn until(lines: &[Line], number: i32) -> &[Line] {
    let is_next = |line: &Line| line.kind == Happened::ReportSaved && version_of(line, "version") == Some(number + 1);
    let end = lines.iter().position(|line| number > 0 && is_next(line));
    &lines[..end.unwrap_or(lines.len())]
}

/// The incident as it stood when the first of these lines were written and the others were not.
fn as_of(incident: Incident, (lines, later): (&[Line], &[Line])) -> Incident {
    let began = Times {
        detected_at: lines.first().map_or(incident.times.detected_at, |line| line.at),
        reported_at: incident.times.reported_at,
        taken_at: None,
        assigned_at: None,
        contained_at: None,
        recovered_at: None,
        approved_at: None,
        closed_at: None,
    };
    let times = lines.iter().fold(began, |times, line| rules::after(times, line.kind, line.at));
    let weighed = later.iter().find(|line| line.kind == Happened::SeverityChanged);
    let before = weighed.and_then(|line| line.detail.get("from")?.as_str()).and_then(Severity::parse);
    Incident { times, severity: before.unwrap_or(incident.severity), ..incident }
}

/// The lines by which a version was handed in, for the last time, and approved.
fn signed(lines: &[Line], number: i32) -> (Option<&Line>, Option<&Line>) {
    let is_handed_in = |line: &&Line| line.kind == Happened::Recovered;
    let of_it = |line: &&Line| is_handed_in(line) && version_of(line, "report") == Some(number);
    let Some(reported) = lines.iter().rev().find(of_it) else { return (None, None) };
    let after = lines.iter().filter(|line| line.number > reported.number);
    let mut answers = after.take_while(|line| !is_handed_in(line));
    (Some(reported), answers.find(|line| line.kind == Happened::Approved))
}

/// Prints it. Blocks.
pub fn pdf(app: &App, paper: &Paper) -> Result<Vec<u8>> {
    let seal = paper.head.picture(app)?;
    let printer = Printer { clock: Clockface::new(time::zone(ZONE_DEFAULT)?, "id") };
    let name = seal.as_ref().map(|seal| seal.name.as_str()).unwrap_or_default();
    let data = printer.data(paper, name);
    reports::pdf(&Document { template: include_str!("incident.typ"), data, pictures: seal.into_iter().collect() })
}

/// Writes times as officials do.
struct Printer {
    clock: Clockface,
}

impl Printer {
    /// What the template reads.
    fn data(&self, paper: &Paper, seal: &str) -> Value {
        let head = &paper.head;
        let number = rules::reference(paper.incident.year, paper.incident.number);
        json!({
            "doc": { "title": "Laporan Insiden Siber", "lang": "id", "number": number, "page_word": "Halaman" },
            "head": { "name": head.name, "address": head.address, "contact": head.contact, "seal": seal },
            "facts": self.facts(paper),
            "contact": pairs(&paper.fields, CONTACT),
            "contact_title": "Narahubung",
            "parts": parts(&paper.fields),
            "timeline_title": "Lini masa",
            "timeline": self.timeline(paper),
            "place": "",
            "signers": self.signers(paper),
        })
    }

    fn facts(&self, paper: &Paper) -> Vec<[String; 2]> {
        let Incident { place, times, title, year, number, .. } = &paper.incident;
        let mut facts = vec![
            ["Nomor".to_owned(), rules::reference(*year, *number)],
            ["Perihal".to_owned(), title.clone()],
            ["Dasar".to_owned(), "SOP Pengamanan Website".to_owned()],
            ["Website".to_owned(), place.url.clone()],
            ["Perangkat daerah".to_owned(), or_dash(&place.agency)],
            ["Tingkat keparahan".to_owned(), severity(paper.incident.severity).to_owned()],
            ["Terdeteksi".to_owned(), self.clock.moment(times.detected_at)],
            ["Dilaporkan".to_owned(), self.clock.moment(times.reported_at)],
        ];
        let later = [("Terkendali", times.contained_at), ("Pulih", times.recovered_at)];
        facts.extend(later.iter().filter_map(|(name, at)| Some([(*name).to_owned(), self.clock.moment((*at)?)])));
        match &paper.saved {
            Some((saved, by)) => {
                let version = format!("{}, disimpan oleh {by}, {}", saved.version, self.clock.moment(saved.saved_at));
                facts.push(["Versi laporan".to_owned(), version]);
                facts.push(["Sidik isi (SHA-256)".to_owned(), reporting::digest(&saved.fields).to_string()]);
            }
            None => facts.push(["Versi laporan".to_owned(), "Konsep, belum disimpan".to_owned()]),
        }
        facts
    }

    fn timeline(&self, paper: &Paper) -> Value {
        let column = |(title, width): (&str, &str)| json!({ "title": title, "width": width });
        let columns = [("Waktu", "auto"), ("Kejadian", "1fr"), ("Oleh", "1fr"), ("Keterangan", "2fr")];
        let row = |(line, by): &(Line, String)| {
            let by = if by.is_empty() { "Sistem" } else { by };
            let said = short(&line.said, SAID_LETTERS_MAX);
            vec![self.clock.moment(line.at), reporting::words(line.kind).to_owned(), by.to_owned(), said]
        };
        let told = paper.lines.iter().filter(|(line, _)| reporting::is_told(line.kind));
        json!({ "columns": columns.map(column), "rows": told.map(row).collect::<Vec<_>>() })
    }

    fn signers(&self, paper: &Paper) -> Vec<Value> {
        let signer = |role: &str, one: Option<&Signer>, (done, pending): (&str, &str)| {
            let when = one.map_or_else(
                || pending.to_owned(),
                |one| format!("{done} secara elektronik, {}", self.clock.moment(one.at)),
            );
            let name = one.map(|one| one.name.clone()).unwrap_or_default();
            json!({ "role": role, "name": name, "number": "", "when": when })
        };
        vec![
            signer("Tim Pengelola Website", paper.reported.as_ref(), ("Dilaporkan", "Belum dilaporkan")),
            signer("Kepala Bidang Aptika", paper.approved.as_ref(), ("Disetujui", "Menunggu persetujuan")),
        ]
    }
}

fn or_dash(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { EMPTY.to_owned() } else { text.to_owned() }
}

const CONTACT: &[&str] = &["contact_name", "contact_position", "contact_phone", "contact_email"];

fn pairs(fields: &Account, wanted: &[&str]) -> Vec<[String; 2]> {
    let of_them = rules::fields(fields).into_iter().filter(|(field, _)| wanted.contains(field));
    of_them.map(|(field, text)| [reporting::label(field).to_owned(), or_dash(text)]).collect()
}

/// Everything but the contact, each under its own head.
fn parts(fields: &Account) -> Vec<Value> {
    let of_them = rules::fields(fields).into_iter().filter(|(field, _)| !CONTACT.contains(field));
    of_them.map(|(field, text)| json!({ "title": reporting::label(field), "text": or_dash(text) })).collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Rendah",
        Severity::Medium => "Sedang",
        Severity::High => "Tinggi",
        Severity::Critical => "Kritis",
    }
}
