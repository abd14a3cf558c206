//! Which of the dates in a line is meant, and which of them is none.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::line::{Clock, Line};
use super::model::{How, Named, Reading};
use super::parts::Found;
use super::words::{BORN, NOT_BORN, PUBLISHED, UPDATED};
use super::{numeric, relative, written};

/// Tokens before a date in which words may say what it is the date of.
const CUE_TOKENS: usize = 8;

/// How well a date answers when something was published; the best one is taken, of two the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Published,
    Plain,
    Updated,
    YearGuessed,
    Relative,
    Month,
}

/// The date that a line tells.
pub fn date_of(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Reading> {
    let line = Line::new(text, now, zone);
    let (mut at, mut after_last) = (0, 0);
    let mut best: Option<(Rank, Reading)> = None;
    while at < line.tokens.len() {
        match look(&line, at) {
            Found::Nothing => at += 1,
            Found::Refused(end) => at = end.max(at + 1),
            Found::Date { reading, end } => {
                if !of_something_else(&line, at, after_last) {
                    let reading = in_the_zone(&line, reading, end, zone);
                    let rank = rank(&line, &reading, at, after_last);
                    if best.is_none_or(|(known, _)| rank < known) {
                        best = Some((rank, reading));
                    }
                }
                at = end.max(at + 1);
                after_last = at;
            }
        }
    }
    best.map(|(_, reading)| reading)
}

fn look(line: &Line, at: usize) -> Found {
    let forms: [fn(&Line, usize) -> Found; 6] = if line.number(at).is_some() {
        [
            |line, at| written::digits_range(line, numeric::read(line, at)),
            written::read,
            relative::read,
            written::short_range,
            numeric::day_and_month,
            rest_of_number,
        ]
    } else if line.word(at).is_some() {
        [relative::read, written::read, nothing, nothing, nothing, nothing]
    } else {
        return Found::Nothing;
    };
    forms.iter().map(|form| form(line, at)).find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
}

fn nothing(_: &Line, _: usize) -> Found {
    Found::Nothing
}

/// A number that no form takes is left behind with the numbers that hang on it: of "12-14/3" no part is a date.
fn rest_of_number(line: &Line, mut at: usize) -> Found {
    while matches!(line.mark(at + 1), Some('-' | '/' | '.')) && line.tight(at + 1) && line.tight(at + 2) {
        if line.number(at + 2).is_none() {
            break;
        }
        at += 2;
    }
    Found::Refused(at + 1)
}

/// Is it somebody's birth, or the year of a copyright?
fn of_something_else(line: &Line, at: usize, after_last: usize) -> bool {
    let reach = CUE_TOKENS.min(at - after_last.min(at));
    let before: Vec<&str> = line.words_before(at, reach).collect();
    let born = before.iter().enumerate().any(|(place, word)| {
        let excused = before.get(place + 1).is_some_and(|word| NOT_BORN.contains(word));
        BORN.contains(word) && !excused
    });
    let marked = line.tokens[at - reach..at].iter().any(|token| token.kind == super::fold::Kind::Mark('©'));
    let owned = before.windows(2).any(|pair| pair == ["cipta", "hak"]) || before.contains(&"copyright");
    born || marked || owned
}

fn rank(line: &Line, reading: &Reading, at: usize, after_last: usize) -> Rank {
    match (reading.how, reading.from) {
        (_, Named::Month { .. }) => return Rank::Month,
        (How::YearGuessed, _) => return Rank::YearGuessed,
        (How::Relative, _) => return Rank::Relative,
        (How::Written, Named::Day(_)) => {}
    }
    let reach = CUE_TOKENS.min(at - after_last.min(at));
    let cue = line.words_before(at, reach).find_map(|word| {
        let published = PUBLISHED.contains(&word).then_some(Rank::Published);
        published.or_else(|| UPDATED.contains(&word).then_some(Rank::Updated))
    });
    cue.unwrap_or(Rank::Plain)
}

/// A moment of UTC is a machine's stamp, which names no place: it becomes the day that citizens of the site's zone had.
/// Any other zone or offset is where the text was written, and its day stands as it is.
fn in_the_zone(line: &Line, reading: Reading, end: usize, zone: &TimeZone) -> Reading {
    let Named::Day(day) = reading.from else { return reading };
    if reading.to.is_some() || reading.how != How::Written {
        return reading;
    }
    match utc_clock(line, end).and_then(|clock| shifted(day, clock, zone)) {
        Some(day) => Reading { from: Named::Day(day), ..reading },
        None => reading,
    }
}

fn shifted(day: Date, clock: Clock, zone: &TimeZone) -> Option<Date> {
    let part = |value: u64| i64::try_from(value).ok();
    let seconds = part(clock.hour)? * 3600 + part(clock.minute)? * 60 + part(clock.second)?;
    let start = day.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp();
    let moment = start.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()?;
    Some(zone.to_datetime(moment).date())
}

/// The time after a date, if it is one of UTC.
fn utc_clock(line: &Line, end: usize) -> Option<Clock> {
    let mut at = line.soft(end);
    if matches!(line.word(at), Some("t" | "pukul" | "jam" | "at")) {
        at += 1;
    }
    let (after, clock) = line.time(at).or_else(|| compact_time(line, at))?;
    let zero = |at: usize| matches!(line.number(at), Some((0, 1..=4)));
    let utc = match (line.word(after), line.mark(after)) {
        (Some("z"), _) => true,
        (Some("utc" | "gmt"), _) => !matches!(line.mark(after + 1), Some('+' | '-')) || zero(after + 2),
        (None, Some('+' | '-')) => zero(after + 1),
        _ => false,
    };
    utc.then_some((after, clock)).map(|(_, clock)| clock)
}

/// "173000" behind 20260112T.
fn compact_time(line: &Line, at: usize) -> Option<(usize, Clock)> {
    let (value, digits) = line.number(at)?;
    let clock = match digits {
        6 => Clock { hour: value / 10_000, minute: value / 100 % 100, second: value % 100 },
        4 => Clock { hour: value / 100, minute: value % 100, second: 0 },
        _ => return None,
    };
    (clock.hour < 24 && clock.minute < 60 && clock.second < 60).then_some((at + 1, clock))
}
