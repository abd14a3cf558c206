//! What may be watched, and how often: pure.

use std::collections::BTreeSet;

use url::Url;

use super::list;
use super::model::Profile;
use crate::kernel::{Code, Refusal};
use crate::monitoring::states::windows::REASON_LETTERS_MAX;

/// Of one installation.
pub const MONITORS_MAX: i64 = 10_000;
pub const INTERVAL_SECONDS_DEFAULT: i32 = 60;
/// A look may take ten seconds; a server that is asked more often than this would notice.
const INTERVAL_SECONDS_MIN: i32 = 30;
const INTERVAL_SECONDS_MAX: i32 = 24 * 60 * 60;
const NAME_LETTERS_MAX: usize = 200;
const HOSTS_MAX: usize = 200;
const GROUPS_MAX: usize = 20;
const DAYS_MAX: u16 = 366;
const URL_BYTES_MAX: usize = 2_000;

/// Reads what is to be watched. Gives its address as it is stored.
pub fn check(agency: &str, url: &str, interval_seconds: i32, profile: &Profile) -> Result<Url, Refusal> {
    let mut wrong = Refusal::new(Code::Invalid);
    if !is_name(agency) {
        wrong = wrong.field("agency", "out_of_range", format!("1 to {NAME_LETTERS_MAX} letters"));
    }
    let address = list::address(url).filter(|_| url.len() <= URL_BYTES_MAX);
    if address.is_none() {
        wrong = wrong.field("url", "malformed", "an http or https address without a user");
    }
    if !(INTERVAL_SECONDS_MIN..=INTERVAL_SECONDS_MAX).contains(&interval_seconds) {
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
    let people = profile.responsible.iter().flat_map(|one| [&one.name, &one.contact]);
    if !people.into_iter().all(|text| is_name(text)) {
        wrong = wrong.field("profile.responsible", "out_of_range", "a name and a contact");
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
    if profile.groups.len() > GROUPS_MAX || !profile.groups.iter().all(|group| is_name(group)) {
        wrong = wrong.field("profile.groups", "out_of_range", format!("at most {GROUPS_MAX} names"));
    }
    wrong
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
