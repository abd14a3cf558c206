//! Dates that count from now: "2 hari lalu", "kemarin", "sejam yang lalu", "3 hours ago".

use jiff::civil::Date;
use jiff::{SignedDuration, Span};

use super::line::Line;
use super::model::{How, Named, Reading};
use super::parts::Found;
use super::words::{Step, one_unit, unit, weekday};

/// Words of a line in which "2 tahun lalu" still tells when something was put up; a longer one is a sentence.
const RELATIVE_WORDS_MAX: usize = 10;

/// What is longer ago is history, or a broken template's zero.
const YEAR_MIN: i16 = 1971;

/// Largest count of units.
const COUNT_MAX: u64 = 9_999;

pub fn read(line: &Line, at: usize) -> Found {
    if line.words > RELATIVE_WORDS_MAX {
        return Found::Nothing;
    }
    match phrase(line, at).or_else(|| counted(line, at)) {
        Some((named, end)) if named.first_day().year() >= YEAR_MIN => {
            Found::Date { reading: Reading { from: named, to: None, how: How::Relative }, end }
        }
        _ => Found::Nothing,
    }
}

/// Fixed words. Counters of visitors use them too ("Kemarin: 456"), so no number but a time may follow,
/// and nothing else may stand in the line.
fn phrase(line: &Line, at: usize) -> Option<(Named, usize)> {
    let words = [line.word(at)?, line.word(at + 1).unwrap_or(""), line.word(at + 2).unwrap_or("")];
    let today = line.today();
    let days = |count: i64| today.checked_add(Span::new().days(count)).ok().map(Named::Day);
    let this_month = Named::Month { year: today.year(), month: today.month() };
    let (named, used) = match words {
        ["baru", "saja", _] | ["just", "now", _] | ["right", "now", _] | ["moments", "ago", _] => (days(0)?, 2),
        ["barusan" | "tadi", _, _] => (days(0)?, 1),
        ["beberapa", what, "yang" | "yg"] if line.word(at + 3) == Some("lalu") => (some_units(line, what)?, 4),
        ["beberapa", what, "lalu"] | ["few", what, "ago"] => (some_units(line, what)?, 3),
        ["hari", "ini", _] => (days(0)?, 2),
        ["kemarin" | "kemaren", "lusa" | "dulu", _] => (days(-2)?, 2),
        ["kemarin" | "kemaren" | "kmrn" | "yesterday", _, _] => (days(-1)?, 1),
        ["today", _, _] => (days(0)?, 1),
        ["besok" | "tomorrow", _, _] => (days(1)?, 1),
        ["lusa", _, _] => (days(2)?, 1),
        ["minggu" | "pekan", "lalu", _] | ["last", "week", _] => (days(-7)?, 2),
        ["bulan", "lalu", _] | ["last", "month", _] => (month_before(today)?, 2),
        ["bulan", "ini", _] | ["this", "month", _] => (this_month, 2),
        [day, "lalu" | "kemarin", _] if weekday(day).is_some() => (weekday_before(today, weekday(day)?)?, 2),
        _ => return None,
    };
    let end = at + used;
    (line.clean && !counts_something(line, end)).then_some((named, end))
}

/// "Beberapa menit yang lalu" is today; how many days "beberapa hari" are nobody can tell.
fn some_units(line: &Line, what: &str) -> Option<Named> {
    match (what, unit(what)) {
        ("saat" | "moments", _) | (_, Some(Step::Seconds(_))) => Some(Named::Day(line.today())),
        _ => None,
    }
}

fn month_before(today: Date) -> Option<Named> {
    let day = today.first_of_month().yesterday().ok()?;
    Some(Named::Month { year: day.year(), month: day.month() })
}

fn weekday_before(today: Date, wanted: i8) -> Option<Named> {
    let back = (today.weekday().to_monday_one_offset() - wanted).rem_euclid(7);
    let back = if back == 0 { 7 } else { i64::from(back) };
    today.checked_sub(Span::new().days(back)).ok().map(Named::Day)
}

/// Does a number follow that is no time?
fn counts_something(line: &Line, end: usize) -> bool {
    let mut at = end;
    while line.mark(at).is_some() && at < end + 4 {
        at += 1;
    }
    if matches!(line.word(at), Some("pukul" | "pkl" | "jam" | "at")) {
        return false;
    }
    // "Kemarin (13/1)"
    let dated = line.mark(at + 1) == Some('/') && line.number(at + 2).is_some();
    line.number(at).is_some() && !dated && (line.time(at).is_none() || thousands(line, at))
}

/// "1.204" is an amount; `time` has refused it, but "12.045" must be told from "12.04".
fn thousands(line: &Line, at: usize) -> bool {
    line.mark(at + 1) == Some('.') && line.number(at + 2).is_some_and(|(_, digits)| digits != 2)
}

/// "2 hari yang lalu", "1 day, 3 hours ago", "sejam lalu", "3 hari lagi".
fn counted(line: &Line, at: usize) -> Option<(Named, usize)> {
    let (mut seconds, mut days, mut months, mut end) = (0i64, 0i64, 0i64, at);
    for _ in 0..4 {
        let Some((step, next)) = quantity(line, end) else { break };
        match step {
            Step::Seconds(count) => seconds += count,
            Step::Days(count) => days += count,
            Step::Months(count) => months += count,
        }
        end = next + usize::from(line.mark(next) == Some(','));
        end += usize::from(matches!(line.word(end), Some("dan" | "and")));
    }
    if end == at {
        return None;
    }
    let (sign, end) = direction(line, end)?;
    let moment = line.now.checked_add(SignedDuration::from_secs(seconds * sign)).ok()?;
    let span = Span::new().try_days(days * sign).ok()?.try_months(months * sign).ok()?;
    let day = line.zone.to_datetime(moment).date().checked_add(span).ok()?;
    Some((Named::Day(day), end))
}

/// A count with its unit, and what stands after it.
fn quantity(line: &Line, at: usize) -> Option<(Step, usize)> {
    if let Some(word) = line.word(at) {
        if let Some(step) = one_unit(word) {
            return Some((step, at + 1));
        }
        let step = unit(line.word(at + 1)?).filter(|_| matches!(word, "a" | "an" | "one"));
        let half = || (word == "setengah" && line.word(at + 1) == Some("jam")).then_some(Step::Seconds(1800));
        return Some((step.or_else(half)?, at + 2));
    }
    let (count, _) = line.number(at).filter(|(count, _)| *count <= COUNT_MAX)?;
    // In "1.5 jam" and "10-12 hari" the number has more before it.
    let hangs =
        line.tight(at) && at >= 2 && line.mark(at - 1).is_some_and(|mark| mark != '(') && line.number(at - 2).is_some();
    let plus = usize::from(line.mark(at + 1) == Some('+'));
    let count = i64::try_from(count).ok().filter(|_| !hangs)?;
    // "hr" is a day in Indonesian and an hour in English.
    let step = match unit(line.word(at + 1 + plus)?)? {
        Step::Seconds(_) if line.word(at + 1 + plus) == Some("hr") && line.word(at + 2 + plus) != Some("ago") => {
            Step::Days(count)
        }
        Step::Seconds(one) => Step::Seconds(one * count),
        Step::Days(one) => Step::Days(one * count),
        Step::Months(one) => Step::Months(one * count),
    };
    Some((step, at + 2 + plus))
}

/// Back or ahead, as what follows says; without it the count is a duration.
fn direction(line: &Line, at: usize) -> Option<(i64, usize)> {
    match (line.word(at)?, line.word(at + 1)) {
        ("lalu" | "ago" | "yll" | "silam" | "sebelumnya", _) => Some((-1, at + 1)),
        ("yang" | "yg", Some("lalu" | "silam")) => Some((-1, at + 2)),
        ("lagi" | "mendatang", _) => Some((1, at + 1)),
        ("ke", Some("depan")) | ("from", Some("now")) => Some((1, at + 2)),
        _ => None,
    }
}
