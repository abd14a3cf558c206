//! Events for the calendars of citizens, as iCalendar (RFC 5545): each event by itself, and all of a section.

use jiff::Zoned;
use serde_json::{Map, Value};

use super::feeds::File;
use super::model::{Card, text_in};
use super::plan::ListKind;
use super::views::World;
use crate::kernel::Timestamp;

/// The content type whose entries are events.
const EVENTS: &str = "agenda";
/// Newest events of a section in its calendar; older ones keep their own files.
const CALENDAR_EVENTS_MAX: usize = 500;
/// Below the section's address, and below each event's.
const SECTION_FILE: &str = "agenda.ics";
const EVENT_FILE: &str = "acara.ics";
/// RFC 5545, 3.1: longer lines are folded.
const LINE_BYTES_MAX: usize = 75;

/// The calendars of all sections of events, and those of the events; with `changed`, of these cards only.
pub fn calendars(world: &World, changed: Option<&[u32]>) -> Vec<File> {
    let is_event = |at: &u32| &*world.snapshot.cards[*at as usize].type_key == EVENTS;
    if changed.is_some_and(|cards| !cards.iter().any(is_event)) {
        return Vec::new();
    }
    let mut files = Vec::new();
    for list in &world.plan.lists {
        let ListKind::Section(key) = &list.kind else { continue };
        if &**key != EVENTS {
            continue;
        }
        let events = list.entries.iter().filter(|at| changed.is_none_or(|cards| cards.contains(at)));
        files.extend(events.filter_map(|at| {
            let path = format!("{}{EVENT_FILE}", &world.plan.addresses[*at as usize][1..]);
            Some((path, calendar(world, list.locale, &[event(world, *at)?])))
        }));
        let mut newest = list.entries.clone();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(CALENDAR_EVENTS_MAX);
        let all: Vec<String> = newest.iter().filter_map(|at| event(world, *at)).collect();
        files.push((format!("{}{SECTION_FILE}", &list.base[1..]), calendar(world, list.locale, &all)));
    }
    files
}

fn calendar(world: &World, locale: usize, events: &[String]) -> Vec<u8> {
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Lamin//Agenda//ID\r\nMETHOD:PUBLISH\r\n");
    line(&mut out, "X-WR-CALNAME", &escape(&world.locales[locale].title));
    events.iter().for_each(|event| out.push_str(event));
    out.push_str("END:VCALENDAR\r\n");
    out.into_bytes()
}

/// One event; `None` without a time at which it begins.
fn event(world: &World, at: u32) -> Option<String> {
    let card = &world.snapshot.cards[at as usize];
    let (fields, address) = (card.fields(), &world.plan.addresses[at as usize]);
    let moment = |name: &str| text_in(&fields, name).and_then(|text| Timestamp::parse(text).ok());
    let start = moment("start")?;
    let host = world.base_url.split("://").last().unwrap_or_default();
    let url = format!("{}{address}", world.base_url);
    let mut out = String::from("BEGIN:VEVENT\r\n");
    // Not the entry's id, which differs from machine to machine: the address names the event as well.
    line(&mut out, "UID", &escape(&format!("{}@{host}", address.trim_matches('/').replace('/', "."))));
    line(&mut out, "DTSTAMP", &utc(card.changed_at()));
    line(&mut out, "LAST-MODIFIED", &utc(card.changed_at()));
    times(world, card, &fields, (start, moment("end")), &mut out);
    line(&mut out, "SUMMARY", &escape(&card.title));
    let place = [text_in(&fields, "location"), text_in(&fields, "address")];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    let texts = [("DESCRIPTION", text_in(&fields, "summary")), ("CONTACT", text_in(&fields, "organizer"))];
    for (name, text) in texts.into_iter().chain([("LOCATION", Some(place.join(", ").as_str()))]) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            line(&mut out, name, &escape(text));
        }
    }
    match text_in(&fields, "status") {
        Some("cancelled") => line(&mut out, "STATUS", "CANCELLED"),
        Some("postponed") => line(&mut out, "STATUS", "TENTATIVE"),
        _ => line(&mut out, "STATUS", "CONFIRMED"),
    }
    line(&mut out, "URL", &url);
    out.push_str("END:VEVENT\r\n");
    Some(out)
}

fn times(
    world: &World,
    card: &Card,
    fields: &Map<String, Value>,
    (start, end): (Timestamp, Option<Timestamp>),
    out: &mut String,
) {
    let end = end.filter(|end| *end > start);
    if fields.get("all_day") != Some(&Value::Bool(true)) {
        line(out, "DTSTART", &utc(start));
        if let Some(end) = end {
            line(out, "DTEND", &utc(end));
        }
        return;
    }
    let clock = &world.locales[card.locale].clock;
    line(out, "DTSTART;VALUE=DATE", &date(&clock.at(start)));
    // The day after the last one: the end is not part of the event.
    if let Ok(after) = clock.at(end.unwrap_or(start)).tomorrow() {
        line(out, "DTEND;VALUE=DATE", &date(&after));
    }
}

fn utc(time: Timestamp) -> String {
    let at = time.in_zone(&jiff::tz::TimeZone::UTC);
    format!("{}T{:02}{:02}{:02}Z", date(&at), at.hour(), at.minute(), at.second())
}

fn date(at: &Zoned) -> String {
    format!("{:04}{:02}{:02}", at.year(), at.month(), at.day())
}

/// Text as RFC 5545, 3.3.11 has it; other control characters go.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            _ => out.push(letter),
        }
    }
    out
}

/// One content line, folded between letters.
fn line(out: &mut String, name: &str, value: &str) {
    let mut bytes = 0;
    for letter in name.chars().chain([':']).chain(value.chars()) {
        if bytes + letter.len_utf8() > LINE_BYTES_MAX {
            out.push_str("\r\n ");
            bytes = 1;
        }
        out.push(letter);
        bytes += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters() {
        let mut out = String::new();
        line(&mut out, "SUMMARY", &"é".repeat(60));
        let lines: Vec<&str> = out.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= LINE_BYTES_MAX) && lines.len() == 3, "{lines:?}");
        assert_eq!(out.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "é".repeat(60)));
    }

    #[test]
    fn what_has_a_meaning_in_a_calendar_is_escaped() {
        assert_eq!(escape("Aula; lantai 2, kiri\\kanan\nBaris\r\u{7}"), "Aula\\; lantai 2\\, kiri\\\\kanan\\nBaris");
    }
}
