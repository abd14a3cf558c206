//! What a report says, and what people may write on it: pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::model::{Excused, Override, Row, Seen, Verdict};
use crate::kernel::{Code, Refusal, Timestamp, word};
use crate::monitoring::look::model::{Fresh, Reached, Section};
use crate::monitoring::rounds::model::Kept;
use crate::monitoring::sites;
use crate::monitoring::sites::model::{Check, Watched};

const NUMBER_LETTERS_MAX: usize = 100;
const REASON_LETTERS_MAX: usize = 1_000;

/// The Monday of the week of an instant, where people live.
pub fn week_of(at: Timestamp, zone: &TimeZone) -> Date {
    let date = at.in_zone(zone).date();
    let since_monday = i64::from(date.weekday().to_monday_zero_offset());
    date.saturating_sub(jiff::Span::new().days(since_monday))
}

/// The last day of the week that begins on that Monday.
pub fn sunday_of(week: &str) -> String {
    let monday: Option<Date> = week.parse().ok();
    monday.map(|day| day.saturating_add(jiff::Span::new().days(6)).to_string()).unwrap_or_default()
}

/// A text as Markdown that means nothing but its letters, in one line.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '|' | '[' | ']' | '<' | '>' | '*' | '_' | '`' | '#' | '!' => plain.extend(['\\', letter]),
            letter if letter.is_control() => plain.push(' '),
            letter => plain.push(letter),
        }
    }
    plain
}

/// The parts of a website that a report has rows of: those that are to be kept up, or all while nobody said which.
pub fn sections(site: &Watched) -> Vec<Section> {
    match site.profile.sections.as_slice() {
        [] => Section::ALL.to_vec(),
        named => {
            Section::ALL.iter().copied().filter(|section| named.iter().any(|part| part.section == *section)).collect()
        }
    }
}

/// The row of one part as a look tells it. A website that is not there says nothing of its parts, and is never "updated". An
/// exception explains a part that is not kept up; it is judged as measured all the same. `zone`: where the website's days begin.
pub fn row(site: &Watched, kept: &Kept, section: Section, (before, zone): (Option<Verdict>, &TimeZone)) -> Row {
    let fresh = kept.freshness.get(&section);
    let expected_days = site.profile.sections.iter().find(|part| part.section == section).and_then(|part| part.days);
    let is_there = kept.reached == Reached::Ok;
    let told = fresh.filter(|_| is_there);
    let seen = Seen {
        date: told.and_then(|fresh| fresh.date),
        signal: told.and_then(|fresh| fresh.signal.clone()),
        evidence: told.and_then(|fresh| fresh.url.clone()),
        days: told.and_then(|fresh| fresh.days),
        expected_days,
        doubtful: told.is_some_and(|fresh| fresh.against.is_some()),
        cause: kept.cause.clone().filter(|_| !is_there),
        injection: kept.injection.map(word),
        grade: kept.grade.clone(),
        exception: None,
        nudged_at: None,
        report: Some(kept.report),
    };
    let measured = match kept.reached {
        Reached::Ok => of_part(told.map(|fresh| fresh.verdict), seen.days, expected_days),
        Reached::Maintenance => Verdict::Maintenance,
        Reached::Down | Reached::Unknown if kept.quiet => Verdict::Maintenance,
        Reached::Down => Verdict::Down,
        Reached::Unknown => Verdict::NoAnswer,
    };
    let needs_one = matches!(measured, Verdict::NotUpdated | Verdict::NoAnswer);
    let exception = needs_one.then(|| excused(site, section, kept.looked_at.in_zone(zone).date())).flatten();
    let seen = Seen { exception, ..seen };
    let (agency, url) = (site.agency.clone(), site.url.clone());
    let monitor = site.id;
    Row {
        monitor,
        section,
        agency,
        url,
        seen,
        measured,
        verdict: measured,
        before,
        reason: String::new(),
        overridden: None,
        version: 1,
    }
}

/// Why a part need not be kept up on a day.
fn excused(site: &Watched, section: Section, on: Date) -> Option<Excused> {
    let one = sites::rules::excused(&site.profile, Check::Freshness(section), on)?;
    let (reason, agreed_by) = (one.reason.clone(), one.agreed_by.clone());
    Some(Excused { reason, agreed_by, valid_until: one.valid_until })
}

/// The rhythm that was agreed comes before the usual week.
fn of_part(verdict: Option<Fresh>, days: Option<i32>, expected: Option<u16>) -> Verdict {
    match (verdict, days, expected) {
        (Some(Fresh::Updated | Fresh::NotUpdated), Some(days), Some(expected)) => {
            if days <= i32::from(expected) {
                Verdict::Updated
            } else {
                Verdict::NotUpdated
            }
        }
        (Some(Fresh::Updated), ..) => Verdict::Updated,
        (Some(Fresh::NotUpdated), ..) => Verdict::NotUpdated,
        (Some(Fresh::Down), ..) => Verdict::Down,
        (Some(Fresh::Maintenance), ..) => Verdict::Maintenance,
        (Some(Fresh::NoAnswer) | None, ..) => Verdict::NoAnswer,
    }
}

/// Figures that are newer keep what people wrote on the older ones; what they put right only where the same is measured again.
pub fn carried(mut new: Row, old: &Row) -> Row {
    new.reason.clone_from(&old.reason);
    new.version = old.version + 1;
    if old.measured == new.measured {
        new.overridden.clone_from(&old.overridden);
        new.verdict = old.verdict;
    }
    new
}

/// What somebody writes on a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Writing {
    pub reason: Option<String>,
    /// `Some(None)`: the judgement is as measured again.
    pub overridden: Option<Option<Override>>,
}

/// The row with what somebody wrote on it.
pub fn written(mut row: Row, writing: Writing) -> Result<Row, Refusal> {
    if let Some(reason) = writing.reason {
        let reason = reason.trim().to_owned();
        if reason.chars().count() > REASON_LETTERS_MAX {
            return Err(too_long("reason", REASON_LETTERS_MAX));
        }
        row.reason = reason;
    }
    if let Some(overridden) = writing.overridden {
        if let Some(by_hand) = &overridden {
            match by_hand.reason.trim().chars().count() {
                0 => {
                    return Err(Refusal::new(Code::CommentRequired).field(
                        "override.reason",
                        "required",
                        "why it is judged otherwise",
                    ));
                }
                letters if letters > REASON_LETTERS_MAX => return Err(too_long("override.reason", REASON_LETTERS_MAX)),
                _ => {}
            }
        }
        row.verdict = overridden.as_ref().map_or(row.measured, |by_hand| by_hand.verdict);
        row.overridden = overridden;
    }
    row.version += 1;
    Ok(row)
}

fn too_long(field: &'static str, letters_max: usize) -> Refusal {
    Refusal::new(Code::Invalid).field(field, "too_long", format!("at most {letters_max} letters"))
}

/// The number of a letter, as people write it.
pub fn check_number(number: &str) -> Result<String, Refusal> {
    let number = number.trim();
    let is_fit = number.chars().count() <= NUMBER_LETTERS_MAX && !number.chars().any(char::is_control);
    if is_fit { Ok(number.to_owned()) } else { Err(too_long("number", NUMBER_LETTERS_MAX)) }
}

#[cfg(test)]
mod tests;
