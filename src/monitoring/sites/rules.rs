//! What may be watched, and how often: pure.

use std::collections::BTreeSet;

use jiff::civil::Date;
use url::Url;

use super::list;
use super::model::{Check, Exception, Mandate, MandateScope, Profile, Responsible, Wanted};
use crate::identity::account::Email;
use crate::kernel::{Code, Refusal, time};
use crate::monitoring::states::model::State;
use crate::monitoring::states::windows::REASON_LETTERS_MAX;

/// Of one installation.
pub const MONITORS_MAX: i64 = 10_000;
/// A look may take ten seconds; a server that is asked more often than this would notice.
const INTERVAL_SECONDS_MIN: i32 = 30;
const INTERVAL_SECONDS_MAX: i32 = 24 * 60 * 60;
const NAME_LETTERS_MAX: usize = 200;
const HOSTS_MAX: usize = 200;
const GROUPS_MAX: usize = 20;
pub const DAYS_MAX: u16 = 366;
const URL_BYTES_MAX: usize = 2_000;
const EXCEPTIONS_MAX: usize = 50;
/// Between the names of groups in a cell of a list, so in none of them.
pub const BETWEEN_GROUPS: char = ';';

/// How bad a state is; 0 is the worst.
pub fn rank(state: State) -> i32 {
    match state {
        State::Down => 0,
        State::Unstable => 1,
        State::Suspect => 2,
        State::Unknown => 3,
        State::Maintenance => 4,
        State::Ok => 5,
    }
}

/// That of those whom nobody looks at now.
pub const RANK_INACTIVE: i32 = 6;

/// The exception that excuses a check on a day; its last day is one of them.
pub fn excused(profile: &Profile, check: Check, on: Date) -> Option<&Exception> {
    profile.exceptions.iter().find(|one| one.check == check && on <= one.valid_until)
}

/// The mandate that gives leave on a day, if there is one: from the day on which it was signed to its last.
pub fn mandate(profile: &Profile, scope: MandateScope, on: Date) -> Option<&Mandate> {
    let mandate = profile.mandate.as_ref()?;
    (mandate.scope.contains(&scope) && (mandate.signed_on..=mandate.valid_until).contains(&on)).then_some(mandate)
}

/// The same without white space around names.
pub fn tidied(mut wanted: Wanted) -> Wanted {
    let trim = |text: &mut String| *text = text.trim().to_owned();
    trim(&mut wanted.agency);
    let profile = &mut wanted.profile;
    profile.software.iter_mut().chain(&mut profile.groups).chain(&mut profile.hosts).for_each(trim);
    if let Some(one) = &mut profile.responsible {
        [Some(&mut one.name), one.email.as_mut(), one.phone.as_mut()].into_iter().flatten().for_each(trim);
    }
    wanted
}

/// Reads what is to be watched. Gives its address as it is stored.
pub fn check(wanted: &Wanted) -> Result<Url, Refusal> {
    let Wanted { agency, url, profile, interval_seconds, active: _ } = wanted;
    let mut wrong = Refusal::new(Code::Invalid);
    if !is_name(agency) {
        wrong = wrong.field("agency", "out_of_range", format!("1 to {NAME_LETTERS_MAX} letters"));
    }
    let address = list::address(url).filter(|_| url.len() <= URL_BYTES_MAX);
    if address.is_none() {
        wrong = wrong.field("url", "malformed", "an http or https address without a user");
    }
    if !(INTERVAL_SECONDS_MIN..=INTERVAL_SECONDS_MAX).contains(interval_seconds) {
        let range = format!("{INTERVAL_SECONDS_MIN} to {INTERVAL_SECONDS_MAX}");
        wrong = wrong.field("interval_seconds", "out_of_range", range);
    }
    wrong = check_profile(wrong, profile);
    match address {
        Some(address) if wrong.field_refusals().is_empty() => Ok(address),
        _ => Err(wrong),
    }
}

fn check_profile(mut wrong: Refusal, profile: &Profile) -> Refusal {
    let software = profile.software.as_deref().unwrap_or("x");
    if !is_name(software) {
        wrong = wrong.field("profile.software", "out_of_range", format!("1 to {NAME_LETTERS_MAX} letters"));
    }
    if !profile.responsible.as_ref().is_none_or(is_reached) {
        wrong = wrong.field("profile.responsible", "out_of_range", "a name, and an e-mail address or a telephone");
    }
    let parts: BTreeSet<_> = profile.sections.iter().map(|part| part.section).collect();
    if parts.len() < profile.sections.len() {
        wrong = wrong.field("profile.sections", "repeated", "each once");
    }
    let is_fit = |url: &Option<String>| url.as_deref().is_none_or(|url| list::address(url).is_some());
    if profile.sections.iter().any(|part| !is_fit(&part.url) || part.days.is_some_and(|d| d == 0 || d > DAYS_MAX)) {
        wrong = wrong.field("profile.sections", "malformed", format!("addresses; 1 to {DAYS_MAX} days"));
    }
    let hosts = &profile.hosts;
    if hosts.len() > HOSTS_MAX || !hosts.iter().all(|host| url::Host::parse(host).is_ok()) {
        wrong = wrong.field("profile.hosts", "malformed", format!("at most {HOSTS_MAX} names of hosts"));
    }
    let is_group = |group: &String| is_name(group) && !group.contains(BETWEEN_GROUPS);
    if profile.groups.len() > GROUPS_MAX || !profile.groups.iter().all(is_group) {
        wrong =
            wrong.field("profile.groups", "out_of_range", format!("at most {GROUPS_MAX} names without a semicolon"));
    }
    if profile.zone.as_deref().is_some_and(|zone| time::zone(zone).is_err()) {
        wrong = wrong.field("profile.zone", "not_a_zone", "such as Asia/Makassar");
    }
    if !profile.mandate.as_ref().is_none_or(is_whole) {
        let why = "a number, who signed it, days in their order, and what it gives leave for";
        wrong = wrong.field("profile.mandate", "out_of_range", why);
    }
    check_exceptions(wrong, &profile.exceptions)
}

fn check_exceptions(wrong: Refusal, exceptions: &[Exception]) -> Refusal {
    let is_whole = |one: &Exception| is_name(&one.agreed_by) && check_reason(&one.reason).is_ok();
    if exceptions.len() > EXCEPTIONS_MAX || !exceptions.iter().all(is_whole) {
        let why = format!("at most {EXCEPTIONS_MAX}, each with a reason and who agreed");
        return wrong.field("profile.exceptions", "out_of_range", why);
    }
    let is_repeated = |at: usize| exceptions[..at].iter().any(|one| one.check == exceptions[at].check);
    match (0..exceptions.len()).any(is_repeated) {
        true => wrong.field("profile.exceptions", "repeated", "each check once"),
        false => wrong,
    }
}

fn is_reached(one: &Responsible) -> bool {
    let is_mailed = one.email.as_deref().is_none_or(|email| Email::parse(email).is_ok());
    let is_called = one.phone.as_deref().is_none_or(is_name);
    is_name(&one.name) && is_mailed && is_called && (one.email.is_some() || one.phone.is_some())
}

fn is_whole(mandate: &Mandate) -> bool {
    let scopes: BTreeSet<_> = mandate.scope.iter().collect();
    let is_scope = !scopes.is_empty() && scopes.len() == mandate.scope.len();
    is_scope && is_name(&mandate.number) && is_name(&mandate.signed_by) && mandate.signed_on <= mandate.valid_until
}

/// A reason must be one that readers of a report understand.
pub fn check_reason(reason: &str) -> Result<(), Refusal> {
    let letters = reason.trim().chars().count();
    match letters {
        1..=REASON_LETTERS_MAX => Ok(()),
        _ => Err(Refusal::new(Code::CommentRequired).field(
            "reason",
            "out_of_range",
            format!("1 to {REASON_LETTERS_MAX} letters"),
        )),
    }
}

fn is_name(text: &str) -> bool {
    let letters = text.trim().chars().count();
    (1..=NAME_LETTERS_MAX).contains(&letters) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitoring::look::model::Section;
    use crate::monitoring::posture::Kind;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn excuse(check: Check) -> Exception {
        Exception {
            check,
            reason: "Situs dipindahkan".into(),
            valid_until: day("2026-12-31"),
            agreed_by: "Kabid".into(),
        }
    }

    fn refused(profile: Profile) -> Vec<String> {
        let wanted = Wanted { profile, ..Wanted::new("Dinas".into(), "dinas.example.go.id".into()) };
        let refusal = check(&wanted).map_or_else(|refusal| refusal, |_| Refusal::new(Code::Invalid));
        refusal.field_refusals().iter().map(|one| format!("{} {}", one.field, one.code)).collect()
    }

    #[test]
    fn an_exception_excuses_its_own_check_up_to_its_last_day() {
        let agenda = Check::Freshness(Section::Agenda);
        let profile = Profile { exceptions: vec![excuse(agenda)], ..Profile::default() };
        assert!(excused(&profile, agenda, day("2026-12-31")).is_some());
        assert!(excused(&profile, agenda, day("2027-01-01")).is_none());
        assert!(excused(&profile, Check::Freshness(Section::Berita), day("2026-11-23")).is_none());
        assert!(excused(&profile, Check::Posture(Kind::NoCaa), day("2026-11-23")).is_none());
    }

    #[test]
    fn a_mandate_gives_leave_for_what_it_names_from_its_signature_to_its_last_day() {
        let mandate = Mandate {
            number: "045/12/Kominfo".into(),
            signed_on: day("2026-11-02"),
            signed_by: "Kepala Dinas".into(),
            valid_until: day("2027-11-01"),
            scope: vec![MandateScope::Crawler],
        };
        let profile = Profile { mandate: Some(mandate.clone()), ..Profile::default() };
        let holds = |scope, on| super::mandate(&profile, scope, day(on)).is_some();
        assert!(holds(MandateScope::Crawler, "2026-11-02") && holds(MandateScope::Crawler, "2027-11-01"));
        assert!(!holds(MandateScope::Crawler, "2026-11-01") && !holds(MandateScope::Crawler, "2027-11-02"));
        assert!(!holds(MandateScope::ExposedFiles, "2026-12-01"));
        assert_eq!(refused(profile), Vec::<String>::new());
        let with = |mandate| refused(Profile { mandate: Some(mandate), ..Profile::default() });
        assert_eq!(with(Mandate { scope: vec![], ..mandate.clone() }), ["profile.mandate out_of_range"]);
        assert_eq!(with(Mandate { valid_until: day("2026-11-01"), ..mandate }), ["profile.mandate out_of_range"]);
    }

    #[test]
    fn an_exception_has_a_reason_and_stands_once_and_somebody_can_be_reached() {
        let agenda = excuse(Check::Freshness(Section::Agenda));
        let twice = Profile { exceptions: vec![agenda.clone(), agenda.clone()], ..Profile::default() };
        assert_eq!(refused(twice), ["profile.exceptions repeated"]);
        let bare = Profile { exceptions: vec![Exception { reason: " ".into(), ..agenda }], ..Profile::default() };
        assert_eq!(refused(bare), ["profile.exceptions out_of_range"]);
        let person = |email: Option<&str>, phone: Option<&str>| Profile {
            responsible: Some(Responsible {
                name: "Ani".into(),
                email: email.map(str::to_owned),
                phone: phone.map(str::to_owned),
            }),
            zone: Some("Asia/Jayapura".into()),
            ..Profile::default()
        };
        assert_eq!(refused(person(Some("ani@example.go.id"), None)), Vec::<String>::new());
        assert_eq!(refused(person(None, None)), ["profile.responsible out_of_range"]);
        assert_eq!(refused(person(Some("ani"), Some("0811"))), ["profile.responsible out_of_range"]);
    }
}
