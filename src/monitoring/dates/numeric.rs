//! Dates in digits: 12/01/2026, 2026-01-12, 20260112, 01/2026, 12-14/01/2026. Day first, unless the year is.

use super::line::{Line, full_year};
use super::parts::{Found, Part, small};
use super::words::{DATE_CUES, NUMBERING, PUBLISHED, weekday};

/// Numbers with nothing but a separator between two of them; longer ones are no dates in any form.
const CHAIN_NUMBERS_MAX: usize = 12;

/// Years that eight digits in a row may begin with: such a number is more often a code or somebody's birth.
const COMPACT_YEARS: std::ops::RangeInclusive<u64> = 1990..=2100;

struct Chain {
    numbers: Vec<(u64, usize)>,
    marks: Vec<char>,
    end: usize,
}

/// A chain that begins here; `None` in the middle of one.
fn chain(line: &Line, at: usize) -> Option<Chain> {
    let mut chain = Chain { numbers: vec![line.number(at)?], marks: Vec::new(), end: at + 1 };
    while let (Some(mark @ ('-' | '/' | '.')), Some(number)) = (line.mark(chain.end), line.number(chain.end + 1)) {
        if !line.tight(chain.end) || !line.tight(chain.end + 1) || chain.numbers.len() > CHAIN_NUMBERS_MAX {
            break;
        }
        chain.marks.push(mark);
        chain.numbers.push(number);
        chain.end += 2;
    }
    Some(chain)
}

/// "12 - 01 - 2026": one spaced mark between all three. With dots, as "12. 1. 2026", it could be a list.
fn loose(line: &Line, at: usize) -> Option<Chain> {
    let mark = line.mark(at + 1).filter(|mark| matches!(mark, '-' | '/') || (*mark == '.' && line.clean))?;
    let numbers = vec![line.number(at)?, line.number(at + 2)?, line.number(at + 4)?];
    let fits = line.mark(at + 3) == Some(mark) && numbers[0].1 <= 2 && numbers[1].1 <= 2 && numbers[2].1 == 4;
    fits.then(|| Chain { numbers, marks: vec![mark, mark], end: at + 5 })
}

/// What a number at this place, with the numbers that hang on it, says of a date.
pub fn read(line: &Line, at: usize) -> Found {
    let Some(chain) = chain(line, at) else { return Found::Nothing };
    let alone = chain.numbers.len() == 1;
    if alone {
        if let Some(chain) = loose(line, at) {
            return whole(line, at, &chain);
        }
        return compact(line, at);
    }
    if days_of_a_month(&chain) {
        return Found::Nothing;
    }
    whole(line, at, &chain)
}

/// "12-14" before the name of a month: no date yet.
fn days_of_a_month(chain: &Chain) -> bool {
    chain.numbers.len() == 2
        && chain.marks[0] != '.'
        && chain.numbers.iter().all(|(value, digits)| *digits <= 2 && *value <= 31)
}

fn whole(line: &Line, at: usize, chain: &Chain) -> Found {
    if refused_around(line, at, chain) {
        return Found::Refused(chain.end);
    }
    let (numbers, marks) = (&chain.numbers, &chain.marks);
    let same = |from: usize| marks[from] == marks[from + 1];
    let found = match numbers.len() {
        2 => month_of_year(line, at, chain),
        3 if same(0) => date(line, at, &numbers[..3], marks[0], chain.end).map(|part| part.alone(line, None)),
        4 if same(1) && marks[0] == '-' && marks[1] != '-' && numbers[0].1 <= 2 => {
            let to = date(line, at, &numbers[1..], marks[1], chain.end);
            to.map(|to| Part { day: Some(small(numbers[0].0)), ..to }.until(to, line))
        }
        6 if same(0) && same(3) && marks[2] != marks[0] => {
            let from = date(line, at, &numbers[..3], marks[0], chain.end);
            let to = date(line, at, &numbers[3..], marks[3], chain.end);
            from.zip(to).map(|(from, to)| from.until(to, line))
        }
        _ => in_an_address(line, chain),
    };
    found.unwrap_or(Found::Refused(chain.end))
}

/// A year, a month and a day among the folders of an address, or at the head of a name: 2026-01-12-3.
fn in_an_address(line: &Line, chain: &Chain) -> Option<Found> {
    let begins = if line.address { chain.numbers.len().saturating_sub(2) } else { 1 };
    let at = (0..begins).find(|at| {
        let [(_, 4), (month, 1..=2), (day, 1..=2)] = chain.numbers[*at..*at + 3] else { return false };
        let marks = (chain.marks[*at], chain.marks[*at + 1]);
        marks.0 == marks.1 && marks.0 != '.' && (1..=12).contains(&month) && (1..=31).contains(&day)
    })?;
    let part = year_first(&chain.numbers[at..at + 3], chain.end)?;
    Some(part.alone(line, None))
}

fn year_first(numbers: &[(u64, usize)], end: usize) -> Option<Part> {
    let year = full_year(numbers[0].0)?;
    Some(Part { day: Some(small(numbers[2].0)), month: small(numbers[1].0), year: Some(year), end })
}

/// Three numbers as a date. Two digits as a year only where the line is about its date: "3.10.12" is a version.
fn date(line: &Line, at: usize, numbers: &[(u64, usize)], mark: char, end: usize) -> Option<Part> {
    match [numbers[0].1, numbers[1].1, numbers[2].1] {
        [4, 1..=2, 1..=2] => year_first(numbers, end),
        [1..=2, 1..=2, 4] => {
            let year = full_year(numbers[2].0)?;
            Some(Part { day: Some(small(numbers[0].0)), month: small(numbers[1].0), year: Some(year), end })
        }
        [1..=2, 1..=2, 2] if line.clean || dated(line, at) => {
            if mark == '.' && (numbers[0].1 < 2 || numbers[1].1 < 2) {
                return None;
            }
            let year = line.short_year(numbers[2].0);
            Some(Part { day: Some(small(numbers[0].0)), month: small(numbers[1].0), year: Some(year), end })
        }
        _ => None,
    }
}

/// Does the word before say that a date follows?
fn dated(line: &Line, at: usize) -> bool {
    line.word_before(at)
        .is_some_and(|word| DATE_CUES.contains(&word) || PUBLISHED.contains(&word) || weekday(word).is_some())
}

/// "2026-01", "01/2026"; and "Senin (12/1)", as newspapers write.
fn month_of_year(line: &Line, at: usize, chain: &Chain) -> Option<Found> {
    let [(first, first_digits), (second, second_digits)] = chain.numbers[..] else { return None };
    if chain.marks[0] == '.' {
        return None;
    }
    let (year, month) = match (first_digits, second_digits) {
        (4, 1..=2) if line.clean || line.address || dated(line, at) => (full_year(first)?, small(second)),
        (1..=2, 4) if line.clean || dated(line, at) => (full_year(second)?, small(first)),
        _ => return None,
    };
    Some(Part { day: None, month, year: Some(year), end: chain.end }.alone(line, None))
}

/// "12/01", or "12" alone, before the whole date that ends its range; where that date begins is asked of the caller.
pub fn short_start(line: &Line, at: usize) -> Option<Part> {
    let chain = chain(line, at)?;
    match chain.numbers[..] {
        [(day, _), (month, _)] if days_of_a_month(&chain) => {
            Some(Part { day: Some(small(day)), month: small(month), year: None, end: chain.end })
        }
        [(day, 1..=2)] => Some(Part { day: Some(small(day)), month: 0, year: None, end: chain.end }),
        _ => None,
    }
}

/// "(12/1)" behind a weekday.
pub fn day_and_month(line: &Line, at: usize) -> Found {
    let (Some(chain), Some(weekday)) = (chain(line, at), line.weekday_before(at)) else { return Found::Nothing };
    let [(day, _), (month, _)] = chain.numbers[..] else { return Found::Nothing };
    let part = Part { day: Some(small(day)), month: small(month), year: None, end: chain.end };
    part.alone(line, Some(weekday))
}

/// 20260112, alone or with a time behind it.
fn compact(line: &Line, at: usize) -> Found {
    let Some((value, digits)) = line.number(at) else { return Found::Nothing };
    let value = match digits {
        8 => value,
        12 if line.clean => value / 10_000,
        14 if line.clean => value / 1_000_000,
        0..=5 => return Found::Nothing,
        _ => return Found::Refused(at + 1),
    };
    // Staff numbers are a birth, an appointment, a sex and a serial: 19850312 201001 1 004.
    let staff = matches!((line.number(at + 1), line.number(at + 2)), (Some((_, 6)), Some((_, 1))));
    let in_a_name = at > 0 && line.tight(at) && matches!(line.mark(at - 1), Some('_' | '-' | '/'));
    let stands = line.clean || in_a_name || dated(line, at);
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    if staff || !stands || numbered(line, at) || !COMPACT_YEARS.contains(&year) {
        return Found::Refused(at + 1);
    }
    let part = Part { day: Some(small(day)), month: small(month), year: full_year(year), end: at + 1 };
    part.alone(line, None)
}

fn numbered(line: &Line, at: usize) -> bool {
    let parted = at > 0 && line.mark(at - 1) == Some(',');
    !parted && !line.address && line.word_before(at).is_some_and(|word| NUMBERING.contains(&word))
}

/// Is this number a telephone's, a letter's, an amount, a version, going by what touches it?
fn refused_around(line: &Line, at: usize, chain: &Chain) -> bool {
    if numbered(line, at) {
        return true;
    }
    let glued_behind_letters = line.tight(at) && line.word(at - 1).is_some_and(|word| !DATE_CUES.contains(&word));
    let before = at.checked_sub(1).and_then(|before| line.mark(before)).filter(|_| line.tight(at));
    let named = at >= 2 && line.word(at - 2).is_some() && line.tight(at - 1);
    let letter = before == Some('/') && named && !line.address;
    let signed = matches!(before, Some('+' | '$' | '=' | '#' | '-')) && !named && before != Some('=');
    let after = line.mark(chain.end).filter(|_| line.tight(chain.end));
    let followed = line.tight(chain.end + 1) && line.word(chain.end + 1).is_some();
    let letter_goes_on = after == Some('/') && followed && !line.address;
    // "(0411) 12-01-2026" and "0411 12-01-2026".
    let area = at >= 1 && (line.mark(at - 1) == Some(')') || line.number(at - 1).is_some()) && {
        let number = if line.mark(at - 1) == Some(')') { at.wrapping_sub(2) } else { at - 1 };
        line.number(number).is_some_and(|(value, digits)| {
            digits >= 3 && value < 10u64.pow(u32::try_from(digits.min(18)).unwrap_or(1) - 1)
        })
    };
    glued_behind_letters || letter || signed || letter_goes_on || area || matches!(after, Some('%'))
}
