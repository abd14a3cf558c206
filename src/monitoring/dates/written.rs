//! Dates with the name of a month: 12 Januari 2026, March 3rd, 2026, 12–14 Januari 2026, Januari 2026.

use super::line::{Line, Year, full_year};
use super::numeric;
use super::parts::{Found, Part, small};
use super::words::{DATE_CUES, month, nearly_month, weekday};

/// Days that are listed before one month: "12, 13 dan 14 Januari".
const DAYS_MAX: usize = 8;

/// How two parts of a date hang together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Comma,
    And,
    Until,
    Slash,
}

/// The joint at this place, and what stands after it.
fn joint(line: &Line, at: usize) -> Option<(Joint, usize)> {
    if let Some(mark) = line.mark(at) {
        return match mark {
            '-' => Some((Joint::Until, at + 1)),
            ',' if matches!(line.word(at + 1), Some("dan" | "and")) => Some((Joint::And, at + 2)),
            ',' => Some((Joint::Comma, at + 1)),
            '&' => Some((Joint::And, at + 1)),
            '/' => Some((Joint::Slash, at + 1)),
            _ => None,
        };
    }
    let dot = |at: usize| if line.mark(at) == Some('.') { at + 1 } else { at };
    match line.word(at)? {
        "dan" | "and" => Some((Joint::And, at + 1)),
        "sd" => Some((Joint::Until, dot(at + 1))),
        "s" => {
            let mark = matches!(line.mark(at + 1), Some('.' | '/')).then_some(at + 2)?;
            (line.word(mark) == Some("d")).then(|| (Joint::Until, dot(mark + 1)))
        }
        "sampai" | "hingga" | "smp" => {
            let skip = usize::from(matches!(line.word(at + 1), Some("dengan" | "dgn")));
            Some((Joint::Until, at + 1 + skip))
        }
        "to" | "until" | "till" | "through" => Some((Joint::Until, at + 1)),
        _ => None,
    }
}

/// A day's number here, with what English hangs on it.
fn number(line: &Line, at: usize) -> Option<(i8, usize)> {
    let (value, digits) = line.number(at)?;
    if digits > 2 {
        return None;
    }
    let ordinal = line.tight(at + 1) && matches!(line.word(at + 1), Some("st" | "nd" | "rd" | "th"));
    Some((small(value), at + 1 + usize::from(ordinal)))
}

/// Over a weekday and words that say that a day follows.
fn over_cues(line: &Line, mut at: usize) -> usize {
    for _ in 0..4 {
        match line.word(at) {
            Some(word) if weekday(word).is_some() || DATE_CUES.contains(&word) || word == "the" => {
                at = line.soft(at + 1)
            }
            _ => break,
        }
    }
    at
}

/// Days before a month: the first, the last, and what stands after them.
fn days(line: &Line, at: usize) -> Option<(i8, Option<i8>, usize)> {
    let (first, mut end) = number(line, at)?;
    let (mut last, mut joints, mut in_a_row) = (None, Vec::new(), true);
    while joints.len() < DAYS_MAX {
        let Some((joint, next)) = joint(line, end) else { break };
        let Some((day, after)) = number(line, over_cues(line, next)) else { break };
        joints.push(joint);
        in_a_row &= last.unwrap_or(first).checked_add(1) == Some(day);
        (last, end) = (Some(day), after);
    }
    let listed = joints.contains(&Joint::Comma);
    let wrong = (listed && joints.last() != Some(&Joint::And) && !in_a_row)
        || (joints.last() == Some(&Joint::Slash) && last != first.checked_add(1));
    (!wrong).then_some((first, last, end))
}

/// Over what stands between the day and the month.
fn to_month(line: &Line, at: usize) -> usize {
    let at = line.soft(at);
    if matches!(line.word(at), Some("bulan" | "bln" | "of")) { line.soft(at + 1) } else { at }
}

/// The year after a month, over marks, "tahun" and a time with its zone.
fn year_after(line: &Line, at: usize) -> (Year, usize) {
    let mut from = line.soft(at);
    if matches!(line.word(from), Some("tahun" | "thn" | "th")) {
        from = line.soft(from + 1);
    }
    if let Some((end, _)) = line.time(from) {
        let zone = matches!(line.word(end), Some("wib" | "wita" | "wit" | "utc" | "gmt" | "ict"));
        let behind = end + usize::from(zone);
        return match line.number(behind) {
            Some((_, 4)) => (line.year(behind), behind + 1),
            _ => (Year::None, at),
        };
    }
    match line.year(from) {
        Year::None => (Year::None, at),
        year => (year, from + 1),
    }
}

/// May a date without a year be read here? Only where the words around say that it is a date.
fn yearless_stands(line: &Line, at: usize) -> bool {
    let cue = |word: &str| DATE_CUES.contains(&word) || weekday(word).is_some();
    line.clean || line.word_before(at).is_some_and(cue)
}

/// A date that begins with its day: one part, or the two of a range that share their month.
fn day_first(line: &Line, at: usize) -> Option<Result<(Part, Option<Part>), usize>> {
    let (first, last, end) = days(line, at)?;
    let named = to_month(line, end);
    let (month, after) = match line.word(named) {
        Some(word) => match month(word) {
            Some(month) => (month, named + 1),
            None => {
                let (year, _) = year_after(line, named + 1);
                (nearly_month(word).filter(|_| matches!(year, Year::Is(_)))?, named + 1)
            }
        },
        // "tanggal 12 bulan 1 tahun 2026"
        None if named > end && line.word(named - 1) == Some("bulan") => (small(line.number(named)?.0), named + 1),
        None => return None,
    };
    let (year, end) = match year_after(line, after) {
        (Year::Is(year), end) => (Some(year), end),
        (Year::None, _) => (None, after),
        (Year::Bad, end) => return Some(Err(end)),
    };
    let part = Part { day: Some(first), month, year, end };
    Some(Ok((part, last.map(|day| Part { day: Some(day), ..part }))))
}

/// "2026-Jan-12", "2026 Januari 12".
fn year_first(line: &Line, at: usize) -> Option<Result<(Part, Option<Part>), usize>> {
    let (value, _) = line.number(at).filter(|(_, digits)| *digits == 4)?;
    let named = line.soft(at + 1);
    let month = month(line.word(named)?)?;
    let (day, end) =
        number(line, line.soft(named + 1)).filter(|_| line.number(named + 1).is_some() || named > at + 1)?;
    // "Hits: 2025 Januari 12, 2026" goes on to a year: the number before was none.
    if matches!(year_after(line, end).0, Year::Is(_)) {
        return None;
    }
    Some(Ok((Part { day: Some(day), month, year: Some(full_year(value)?), end }, None)))
}

/// A date that begins with its month: "March 3rd, 2026", "March 3-5, 2026", "March 2026".
fn month_first(line: &Line, at: usize) -> Option<Result<(Part, Option<Part>), usize>> {
    let word = line.word(at)?;
    let (month, exact) = month(word).map(|month| (month, true)).or_else(|| Some((nearly_month(word)?, false)))?;
    let next = line.soft(at + 1);
    let quoted = line.mark(next.wrapping_sub(1)) == Some('\'');
    if let (Some((first, last, end)), false) = (days(line, next), quoted) {
        let part = |day: i8, year, end| Part { day: Some(day), month, year, end };
        return match year_after(line, end) {
            (Year::Is(year), end) => {
                Some(Ok((part(first, Some(year), end), last.map(|day| part(day, Some(year), end)))))
            }
            (Year::Bad, _) => None,
            (Year::None, _) if exact && line.time(next).is_none() => {
                Some(Ok((part(first, None, end), last.map(|day| part(day, None, end)))))
            }
            (Year::None, _) => None,
        };
    }
    match year_after(line, at + 1) {
        (Year::Is(year), end) => Some(Ok((Part { day: None, month, year: Some(year), end }, None))),
        // Only the second half of a range may name the year for it.
        (Year::None, _) if exact => Some(Ok((Part { day: None, month, year: None, end: at + 1 }, None))),
        (Year::Bad, end) => Some(Err(end)),
        (Year::None, _) => None,
    }
}

/// Where the second half of a range may begin, over a time with its zone.
fn second_half(line: &Line, at: usize) -> Option<usize> {
    let mut end = at;
    let timed = line.soft(end) + usize::from(matches!(line.word(line.soft(end)), Some("pukul" | "pkl" | "jam")));
    if let Some((after, _)) = line.time(timed) {
        end = after + usize::from(matches!(line.word(after), Some("wib" | "wita" | "wit")));
    }
    // The dot of "Feb." and the bracket of "(12/1/2026)".
    while matches!(line.mark(end), Some('.' | ')')) {
        end += 1;
    }
    let (joint, next) = joint(line, end)?;
    (joint == Joint::Until).then(|| over_cues(line, line.soft(next)))
}

/// What stands at this place, if a month is named.
pub fn read(line: &Line, at: usize) -> Found {
    let found = match line.word(at) {
        Some(_) if before_is_number(line, at) => return Found::Nothing,
        Some(_) => month_first(line, at),
        None if counted(line, at) => return Found::Nothing,
        None => year_first(line, at).or_else(|| day_first(line, at)),
    };
    let (from, to) = match found {
        None => return Found::Nothing,
        Some(Err(end)) => return Found::Refused(end),
        Some(Ok(parts)) => parts,
    };
    if let Some(to) = to {
        if from.year.is_none() && !yearless_stands(line, at) {
            return Found::Refused(from.end);
        }
        return if from.day > to.day { Found::Refused(from.end) } else { from.until(to, line) };
    }
    if let Some(found) = range(line, from) {
        return found;
    }
    match (from.day, from.year) {
        (None, None) => Found::Nothing,
        (Some(_), None) if !yearless_stands(line, at) => Found::Refused(from.end),
        _ => from.alone(line, line.weekday_before(at)),
    }
}

/// The range that begins with a part, if another date of the same kind follows.
fn range(line: &Line, from: Part) -> Option<Found> {
    let at = second_half(line, from.end)?;
    let second = if line.word(at).is_some() { month_first(line, at) } else { day_first(line, at) };
    let (to, _) = second?.ok().filter(|(_, more)| more.is_none())?;
    if to.day.is_some() != from.day.is_some() || (to.year.is_none() && from.year.is_none() && from.day.is_none()) {
        return None;
    }
    match from.until(to, line) {
        // Two dates that a dash parts and that run backwards are no range: the first stands alone.
        Found::Refused(_) if from.named().is_some() && to.named().is_some() => None,
        found => Some(found),
    }
}

/// A range of dates in digits: "12/01/2026 - 14/01/2026".
pub fn digits_range(line: &Line, found: Found) -> Found {
    let Found::Date { reading, end } = found else { return found };
    let Some(at) = second_half(line, end).filter(|_| reading.to.is_none()) else { return found };
    match numeric::read(line, at) {
        Found::Date { reading: second, end }
            if second.to.is_none() && reading.from.first_day() < second.from.first_day() =>
        {
            Found::Date { reading: super::Reading { to: Some(second.from), ..reading }, end }
        }
        _ => found,
    }
}

/// "02/03 - 04/03/2026": the second half names the year for both.
pub fn short_range(line: &Line, at: usize) -> Found {
    let Some(from) = numeric::short_start(line, at) else { return Found::Nothing };
    let Some(second) = second_half(line, from.end) else { return Found::Nothing };
    match numeric::read(line, second) {
        Found::Date { reading, end } if reading.to.is_none() => match reading.from {
            super::Named::Day(day) => {
                let to = Part { day: Some(day.day()), month: day.month(), year: Some(day.year()), end };
                Part { month: if from.month == 0 { to.month } else { from.month }, ..from }.until(to, line)
            }
            super::Named::Month { .. } => Found::Nothing,
        },
        _ => Found::Nothing,
    }
}

/// "ke-12" counts something, and is no day.
fn counted(line: &Line, at: usize) -> bool {
    at >= 2 && line.mark(at - 1) == Some('-') && line.word(at - 2) == Some("ke")
}

/// A number right before a month is its day; if that was refused, the month alone is no date either.
fn before_is_number(line: &Line, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let ordinal = matches!(line.word(before), Some("st" | "nd" | "rd" | "th")) && before > 0;
    let tight_mark = line.mark(before).is_some_and(|mark| mark == '-' || mark == '/' || mark == '.') && before > 0;
    let number = if ordinal || tight_mark { before - 1 } else { before };
    let near = |digits: usize| digits <= 2 || (number == before && digits != 4);
    line.number(number).is_some_and(|(_, digits)| near(digits)) && !(number == before && counted(line, number))
}
