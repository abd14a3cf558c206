//! The letter of a reminder.

use jiff::tz::TimeZone;

use super::super::words::{filled, word};
use super::rules::Stale;
use crate::monitoring::sites::model::Watched;
use crate::notices::mail::letters::{self, Language, Words};
use crate::publish::dates::Clockface;

/// What is written to somebody before the report of a day. Whoever has no account has chosen no language.
pub fn words(to: &str, day: &str, parts: &[(Watched, Stale)]) -> Words {
    let clock = Clockface::new(TimeZone::UTC, "id");
    let say = |name, values: &[(&str, &str)]| filled(&clock, name, values);
    let written = clock.written_day(day);
    let line = |(site, part): &(Watched, Stale)| {
        let newest = part.newest.map(|date| clock.written_day(&date.to_string())).unwrap_or_default();
        let (days, name) = (part.days.to_string(), format!("section.{}", part.section));
        let values = [("agency", site.agency.as_str()), ("section", word(&clock, &name)), ("url", &site.url)];
        let values = [values.as_slice(), &[("newest", newest.as_str()), ("days", &days)]].concat();
        let mut line = say("nudge.line", &values);
        if let Some(expected) = part.expected_days {
            line += " ";
            line += &say("expected", &[("days", &expected.to_string())]);
        }
        line
    };
    let lines: Vec<String> = parts.iter().map(line).collect();
    let agency = parts.first().map(|(site, _)| site.agency.as_str()).unwrap_or_default();
    let subject = say("nudge.subject", &[("agency", agency)]);
    let opening = say("nudge.opening", &[("day", &written)]);
    letters::lines(to, (&subject, &opening, &lines, &say("nudge.closing", &[])), Language::Indonesian)
}
