//! Numbers, limits, which move writes what, and how long the ways took. Pure.

use jiff::tz::TimeZone;
use url::Url;

use super::model::{Account, Finding, Happened, Incident, ReportKind, Severity, Source, Standing, Times};
use crate::kernel::time::MINUTE;
use crate::kernel::{Code, FieldRefusal, Refusal, Timestamp};

pub const TITLE_LETTERS_MAX: usize = 200;
pub const NOTE_BYTES_MAX: usize = 10_000;
pub const URL_BYTES_MAX: usize = 2_000;
const AGENCY_LETTERS_MAX: usize = 200;
const SUMMARY_BYTES_MAX: usize = 10_000;
pub const EVIDENCE_LINES_MAX: usize = 50;
pub const EVIDENCE_LETTERS_MAX: usize = 500;
const ACCOUNT_FIELD_BYTES_MAX: usize = 20_000;
const DESCRIPTION_LETTERS_MIN: usize = 10;
const DESCRIPTION_BYTES_MAX: usize = 4_000;
const PERSON_LETTERS_MAX: usize = 200;

/// `INS-2026-0001`: the kind, the year, and its number in four digits or more.
pub fn reference(year: i32, number: i32) -> String {
    format!("INS-{year}-{number:04}")
}

/// The year in which something counts, on the clock of a zone.
pub fn year(at: Timestamp, zone: &TimeZone) -> i32 {
    i32::from(at.in_zone(zone).year())
}

/// `LAP-7K3F-9QTM`, of letters and digits that are not mistaken for one another when they are read out. 40 bits: nobody guesses one
/// of the few thousand that there are.
pub fn citizen_reference(chance: [u8; 5]) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = chance.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letter = |place: u32| char::from(LETTERS[usize::try_from(bits >> (5 * place) & 31).unwrap_or_default()]);
    let letters: String = (0..8).rev().map(letter).collect();
    format!("LAP-{}-{}", &letters[..4], &letters[4..])
}

/// What somebody typed as such a reference: small letters, O for 0, I and L for 1, spaces.
pub fn read_reference(typed: &str) -> String {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let Some(rest) = typed.strip_prefix("LAP-") else { return typed };
    let plain = rest.replace('O', "0").replace(['I', 'L'], "1");
    format!("LAP-{plain}")
}

/// What the addresses of one website have in common: its host without `www.`, and its port where it is none of the usual. `None` for
/// what is no address of a website, or holds a password.
pub fn website(url: &str) -> Option<String> {
    let parsed = Url::parse(url.trim()).ok()?;
    let is_plain = parsed.username().is_empty() && parsed.password().is_none();
    if !matches!(parsed.scheme(), "http" | "https") || !is_plain || url.len() > URL_BYTES_MAX {
        return None;
    }
    let host = parsed.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    Some(parsed.port().map_or(host.clone(), |port| format!("{host}:{port}")))
}

/// Text without what cannot be seen or stored, within limits.
fn is_text(text: &str, (bytes_max, lines): (usize, bool)) -> bool {
    text.len() <= bytes_max && !text.chars().any(|letter| letter.is_control() && !(lines && "\n\r\t".contains(letter)))
}

fn wrong(field: &str, code: &str, detail: impl Into<String>) -> FieldRefusal {
    FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() }
}

fn refused(wrong: Vec<FieldRefusal>) -> Result<(), Refusal> {
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::new(Code::Invalid).fields(wrong)) }
}

/// Everything that is wrong with what an incident is to be opened with.
pub fn check(finding: &Finding) -> Result<(), Refusal> {
    let mut found = Vec::new();
    let title = finding.title.trim();
    if title.is_empty() || title.chars().count() > TITLE_LETTERS_MAX || !is_text(title, (usize::MAX, false)) {
        found.push(wrong("title", "wrong_length", format!("one line of 1 to {TITLE_LETTERS_MAX} letters")));
    }
    if website(&finding.url).is_none() {
        found.push(wrong("url", "not_a_url", "an http or https address without a user"));
    }
    if finding.agency.chars().count() > AGENCY_LETTERS_MAX || !is_text(&finding.agency, (usize::MAX, false)) {
        found.push(wrong("agency", "wrong_length", format!("one line of at most {AGENCY_LETTERS_MAX} letters")));
    }
    let summary = finding.summary.trim();
    if summary.is_empty() || !is_text(summary, (SUMMARY_BYTES_MAX, true)) {
        found.push(wrong("summary", "wrong_length", format!("1 to {SUMMARY_BYTES_MAX} bytes")));
    }
    refused(found)
}

/// When it is said to have been seen must have been.
pub fn check_past(field: &str, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if at <= now {
        return Ok(());
    }
    Err(Refusal::new(Code::Invalid).field(field, "in_the_future", "not later than now"))
}

pub fn check_note(said: &str) -> Result<(), Refusal> {
    if !said.trim().is_empty() && is_text(said, (NOTE_BYTES_MAX, true)) {
        return Ok(());
    }
    let rule = format!("1 to {NOTE_BYTES_MAX} bytes");
    Err(Refusal::new(Code::Invalid).field("note", "wrong_length", rule))
}

/// What a report by the public form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub kind: ReportKind,
    pub url: String,
    pub description: String,
    pub name: String,
    pub contact: String,
}

pub fn check_told(told: &Told) -> Result<(), Refusal> {
    let mut found = Vec::new();
    if website(&told.url).is_none() {
        found.push(wrong("url", "not_a_url", "an http or https address without a user"));
    }
    let letters = told.description.trim().chars().count();
    if letters < DESCRIPTION_LETTERS_MIN || !is_text(&told.description, (DESCRIPTION_BYTES_MAX, true)) {
        let rule = format!("at least {DESCRIPTION_LETTERS_MIN} letters, at most {DESCRIPTION_BYTES_MAX} bytes");
        found.push(wrong("description", "wrong_length", rule));
    }
    for (field, text) in [("name", &told.name), ("contact", &told.contact)] {
        if text.chars().count() > PERSON_LETTERS_MAX || !is_text(text, (usize::MAX, false)) {
            found.push(wrong(field, "wrong_length", format!("one line of at most {PERSON_LETTERS_MAX} letters")));
        }
    }
    refused(found)
}

/// How bad an incident is taken to be until a person says otherwise.
pub fn severity(source: Source) -> Severity {
    match source {
        Source::Monitor | Source::Verify => Severity::High,
        Source::Report | Source::Person => Severity::Medium,
    }
}

/// What a move of the case writes into the timeline; `None`: nothing that the timeline tells (a wait, and its end).
pub fn line_of(command: &str, action: Option<&str>) -> Option<Happened> {
    match (command, action) {
        (_, Some("incident.close")) => Some(Happened::Closed),
        ("receive", _) => Some(Happened::Received),
        ("assign", _) => Some(Happened::Assigned),
        ("report", _) => Some(Happened::Recovered),
        ("approve", _) => Some(Happened::Approved),
        ("reject", _) => Some(Happened::Returned),
        _ => None,
    }
}

/// The milestones after a line of the timeline.
pub fn after(times: Times, kind: Happened, at: Timestamp) -> Times {
    let mut times = times;
    match kind {
        Happened::Taken => times.taken_at = times.taken_at.or(Some(at)),
        Happened::Assigned => {
            times.assigned_at = times.assigned_at.or(Some(at));
            // Whoever was assigned has it.
            times.taken_at = times.taken_at.or(Some(at));
        }
        Happened::Contained => times.contained_at = times.contained_at.or(Some(at)),
        Happened::Recovered => times.recovered_at = Some(at),
        Happened::Approved => times.approved_at = Some(at),
        Happened::Closed => {
            times.closed_at = Some(at);
            times.taken_at = times.taken_at.or(Some(at));
        }
        Happened::DetectedAgain => times.detected_at = times.detected_at.min(at),
        Happened::Detected
        | Happened::Reported
        | Happened::Received
        | Happened::Called
        | Happened::Returned
        | Happened::ReportSaved
        | Happened::ReleaseRestored
        | Happened::PageWithdrawn
        | Happened::AccountLocked
        | Happened::MaintenanceAnnounced
        | Happened::SeverityChanged
        | Happened::BundleMade
        | Happened::Note => {}
    }
    times
}

/// May it be said to be contained at that time?
pub fn check_contained(incident: &Incident, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if incident.times.closed_at.is_some() {
        return Err(Refusal::new(Code::CaseEnded));
    }
    if incident.times.contained_at.is_some() {
        return Err(Refusal::new(Code::NothingChanged).detail("it is contained already"));
    }
    check_past("at", at, now)?;
    if at < incident.times.detected_at {
        return Err(Refusal::new(Code::Invalid).field("at", "out_of_range", "not before it was detected"));
    }
    Ok(())
}

crate::words! {
    /// The ways between two milestones.
    pub enum Way as "IncidentSpanKind" {
        DetectedToReported = "detected_to_reported",
        ReportedToAssigned = "reported_to_assigned",
        AssignedToContained = "assigned_to_contained",
        ContainedToRecovered = "contained_to_recovered",
        RecoveredToApproved = "recovered_to_approved",
        /// From the first sign to the approved recovery.
        Whole = "whole",
    }
}

/// How long a way took, in minutes; `None` while one of its ends is missing.
pub fn minutes(times: &Times, way: Way) -> Option<i64> {
    let (from, to) = match way {
        Way::DetectedToReported => (Some(times.detected_at), Some(times.reported_at)),
        Way::ReportedToAssigned => (Some(times.reported_at), times.assigned_at),
        Way::AssignedToContained => (times.assigned_at, times.contained_at),
        Way::ContainedToRecovered => (times.contained_at, times.recovered_at),
        Way::RecoveredToApproved => (times.recovered_at, times.approved_at),
        Way::Whole => (Some(times.detected_at), times.approved_at),
    };
    // Contained before anybody was assigned took no time.
    Some((to?.micros() - from?.micros()).max(0) / MINUTE)
}

/// The middle one; of an even number the mean of the two in the middle.
pub fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2),
    }
}

/// `2026-11`, on the clock of a zone.
pub fn month(at: Timestamp, zone: &TimeZone) -> String {
    let day = at.in_zone(zone).date();
    format!("{:04}-{:02}", day.year(), day.month())
}

/// How a citizen's report stands, by the incident that it is of.
pub fn standing(times: &Times) -> Standing {
    match (times.closed_at, times.taken_at) {
        (Some(_), _) => Standing::Done,
        (None, Some(_)) => Standing::Handling,
        (None, None) => Standing::Received,
    }
}

/// Everything that is wrong with a report to be saved. Drafts may be incomplete.
pub fn check_account(account: &Account) -> Result<(), Refusal> {
    let too_long = fields(account).into_iter().filter(|(_, text)| !is_text(text, (ACCOUNT_FIELD_BYTES_MAX, true)));
    let rule = format!("at most {ACCOUNT_FIELD_BYTES_MAX} bytes, without control characters");
    refused(too_long.map(|(field, _)| wrong(field, "wrong_length", rule.clone())).collect())
}

/// What is missing before the report can be handed in.
pub fn missing(account: &Account) -> Vec<&'static str> {
    const NEEDED: [&str; 6] = ["contact_name", "incident_kind", "description", "chronology", "impact", "actions"];
    let empty = fields(account).into_iter().filter(|(_, text)| text.trim().is_empty()).map(|(field, _)| field);
    empty.filter(|field| NEEDED.contains(field)).collect()
}

/// The fields with their names, in the order in which they are read.
pub fn fields(account: &Account) -> Vec<(&'static str, &str)> {
    vec![
        ("contact_name", &account.contact_name),
        ("contact_position", &account.contact_position),
        ("contact_phone", &account.contact_phone),
        ("contact_email", &account.contact_email),
        ("incident_kind", &account.incident_kind),
        ("systems", &account.systems),
        ("description", &account.description),
        ("chronology", &account.chronology),
        ("impact", &account.impact),
        ("actions", &account.actions),
        ("cause", &account.cause),
        ("indicators", &account.indicators),
        ("prevention", &account.prevention),
        ("assistance", &account.assistance),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::{HOUR, zone};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * MINUTE)
    }

    fn times() -> Times {
        Times {
            detected_at: at(0),
            reported_at: at(10),
            taken_at: None,
            assigned_at: None,
            contained_at: None,
            recovered_at: None,
            approved_at: None,
            closed_at: None,
        }
    }

    #[test]
    fn one_website_has_one_name_whatever_its_address() {
        for url in ["https://www.Dinas.go.id/berita/", "http://dinas.go.id", "https://dinas.go.id.:443/?x=1#y"] {
            assert_eq!(website(url).as_deref(), Some("dinas.go.id"), "{url}");
        }
        assert_eq!(website("http://dinas.go.id:8080/").as_deref(), Some("dinas.go.id:8080"));
        for none in ["dinas.go.id", "ftp://dinas.go.id/", "https://a:b@dinas.go.id/", "javascript:alert(1)", ""] {
            assert_eq!(website(none), None, "{none}");
        }
    }

    #[test]
    fn references_are_read_out_and_typed_again() {
        assert_eq!((reference(2026, 1), reference(2026, 12_345)), ("INS-2026-0001".into(), "INS-2026-12345".into()));
        let made = citizen_reference([0xff, 0, 1, 2, 3]);
        assert_eq!(made.len(), 13);
        assert_eq!(read_reference(&format!(" {} ", made.to_lowercase().replace('0', "o").replace('1', "l"))), made);
        assert_ne!(citizen_reference([0; 5]), citizen_reference([0, 0, 0, 0, 1]));
    }

    #[test]
    fn an_incident_counts_in_the_year_of_the_office() {
        let wita = zone("Asia/Makassar").unwrap();
        let new_year = Timestamp::parse("2026-12-31T16:00:00Z").unwrap();
        assert_eq!((year(new_year, &wita), year(new_year.plus(-1), &wita)), (2027, 2026));
        assert_eq!(month(new_year, &wita), "2027-01");
    }

    #[test]
    fn milestones_are_the_first_of_their_kind_but_recovery_is_the_last() {
        let said = [
            (Happened::Assigned, 20),
            (Happened::Contained, 30),
            (Happened::Recovered, 40),
            (Happened::Returned, 50),
            (Happened::Assigned, 55),
            (Happened::Recovered, 60),
            (Happened::Approved, 70),
            (Happened::Closed, 80),
        ];
        let times = said.iter().fold(times(), |times, (kind, minute)| after(times, *kind, at(*minute)));
        let took: Vec<_> = Way::ALL.iter().map(|way| minutes(&times, *way)).collect();
        assert_eq!(took, [Some(10), Some(10), Some(10), Some(30), Some(10), Some(70)]);
        assert_eq!((times.taken_at, standing(&times)), (Some(at(20)), Standing::Done));
        assert_eq!(minutes(&after(super::tests::times(), Happened::Note, at(HOUR)), Way::Whole), None);
    }

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![10, 1, 4, 2]), Some(3));
    }

    #[test]
    fn what_the_public_form_takes_has_limits() {
        let told = |url: &str, description: &str| Told {
            kind: ReportKind::Gambling,
            url: url.into(),
            description: description.into(),
            name: String::new(),
            contact: "a\nb".into(),
        };
        let fields = |told: Told| {
            let refusal = check_told(&told).unwrap_err();
            refusal.field_refusals().iter().map(|one| one.field.clone()).collect::<Vec<_>>()
        };
        assert_eq!(fields(told("x", "pendek")), ["url", "description", "contact"]);
        assert_eq!(fields(told("https://a.go.id/", &"é".repeat(2_001))), ["description", "contact"]);
    }

    #[test]
    fn a_report_is_whole_only_with_what_the_agency_asks_for() {
        let mut account = Account { contact_name: "Ani".into(), ..Account::default() };
        assert_eq!(missing(&account), ["incident_kind", "description", "chronology", "impact", "actions"]);
        for field in [&mut account.incident_kind, &mut account.description, &mut account.chronology] {
            *field = "x".into();
        }
        (account.impact, account.actions) = ("x".into(), "x".into());
        assert_eq!(missing(&account), Vec::<&str>::new());
        account.indicators = "a\0".into();
        assert!(check_account(&account).is_err());
    }
}
