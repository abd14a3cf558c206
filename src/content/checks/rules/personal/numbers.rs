//! Numbers in running text, as people write them: with spaces, dots or hyphens between groups.

use std::ops::Range;

/// Digits of the shortest number that says who somebody is.
pub const DIGITS_MIN: usize = 9;
/// A group of so many digits is a number of its own, whatever stands beside it.
const GROUP_ALONE_DIGITS: usize = 9;
/// Words that are written to a number without a space.
const GLUED: &[&str] = &["hp", "kk", "nik", "no", "npwp", "rek", "telp", "wa"];

/// A number as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    pub digits: String,
    /// How many digits stand between separators.
    pub groups: Vec<usize>,
    /// What stands between the groups.
    pub separators: Vec<char>,
    pub at: Range<usize>,
}

impl Number {
    pub fn is_grouped_as(&self, groups: &[usize]) -> bool {
        self.groups == groups
    }
}

/// The numbers of a text that have at least [`DIGITS_MIN`] digits. One that stands within an address, a word or a
/// fraction of a decree's number is none.
pub fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = Run::read(text, at);
        at = run.end();
        // What is too short is not looked at further: a text may be made of numbers.
        let long: Vec<Number> = run.split().into_iter().filter(|number| number.digits.len() >= DIGITS_MIN).collect();
        if !long.is_empty() && is_free(text, run.start(), run.end()) {
            found.extend(long);
        }
    }
    found
}

/// Groups of digits with single separators between them.
struct Run<'t> {
    text: &'t str,
    groups: Vec<Range<usize>>,
    separators: Vec<char>,
}

impl<'t> Run<'t> {
    fn read(text: &'t str, from: usize) -> Self {
        let mut run = Run { text, groups: vec![digits(text, from)], separators: Vec::new() };
        while let Some((separator, next)) = separator(text, run.end()) {
            run.separators.push(separator);
            run.groups.push(digits(text, next));
        }
        run
    }

    fn start(&self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// Long groups stand alone; what is between them belongs together.
    fn split(&self) -> Vec<Number> {
        let mut numbers: Vec<Number> = Vec::new();
        let mut joins = false;
        for (number, group) in self.groups.iter().enumerate() {
            let text = &self.text[group.clone()];
            let is_alone = text.len() >= GROUP_ALONE_DIGITS;
            // "+62 81234567890"
            let follows_country = numbers.last().is_some_and(|before| before.digits == "62") && text.starts_with('8');
            match numbers.last_mut().filter(|_| joins && (!is_alone || follows_country)) {
                Some(before) => {
                    before.digits.push_str(text);
                    before.groups.push(text.len());
                    before.separators.extend(self.separators.get(number - 1));
                    before.at.end = group.end;
                }
                None => numbers.push(Number {
                    digits: text.to_owned(),
                    groups: vec![text.len()],
                    separators: Vec::new(),
                    at: group.clone(),
                }),
            }
            joins = !is_alone;
        }
        numbers
    }
}

fn digits(text: &str, from: usize) -> Range<usize> {
    let count = text.as_bytes()[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    from..from + count
}

/// What stands between two groups of one number, and where the next begins. `(0812) 345…`: the bracket is passed over.
fn separator(text: &str, at: usize) -> Option<(char, usize)> {
    let mut rest = text[at..].chars();
    let mut next = at;
    let mut letter = rest.next()?;
    if letter == ')' {
        next += 1;
        letter = rest.next()?;
    }
    if !matches!(letter, ' ' | '.' | '-' | '–' | '\u{a0}' | '\u{2011}') {
        return None;
    }
    next += letter.len_utf8();
    text.as_bytes().get(next).filter(|byte| byte.is_ascii_digit()).map(|_| (letter, next))
}

/// Whether no letter and no mark ties the run to something that is no number.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    let before = &text[..start];
    let before = before.strip_suffix('+').unwrap_or(before);
    let tied = before.chars().next_back().is_some_and(|letter| match letter {
        '_' | '=' | '#' | '&' | '@' | '%' | ',' => true,
        letter if letter.is_alphabetic() => {
            let word = before.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
            !GLUED.contains(&word.to_lowercase().as_str())
        }
        letter => letter.is_numeric(),
    });
    let mut behind = text[end..].chars();
    let tied_behind = match behind.next() {
        Some('_' | '=' | '@' | '%') => true,
        // The pence of an amount.
        Some(',') => behind.next().is_some_and(|letter| letter.is_ascii_digit()),
        Some(letter) => letter.is_alphanumeric(),
        None => false,
    };
    !tied && !tied_behind && !is_amount(before) && !is_of_path(text, start, end)
}

/// So much beside a number is looked at for the address that it may be a part of.
const PATH_BYTES_MAX: usize = 300;

/// Whether the run is a part of an address or of the number of a decree: `800/0812…/BKD`. Two long numbers, or a name and
/// one, may have a stroke between them.
fn is_of_path(text: &str, start: usize, end: usize) -> bool {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '"' | '|' | ';');
    let first = text.floor_char_boundary(start.saturating_sub(PATH_BYTES_MAX));
    let last = text.ceil_char_boundary(end.saturating_add(PATH_BYTES_MAX));
    let before = text[first..start].rfind(ends).map(|at| first + at);
    let from = before.map_or(first, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let until = text[end..last].find(ends).map_or(last, |at| end + at);
    let (head, tail) = (&text[from..start], &text[end..until]);
    if head.contains("://") || head.starts_with("www.") {
        return true;
    }
    if !head.ends_with('/') && !tail.starts_with('/') {
        return false;
    }
    let is_long = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN;
    let is_name = |part: &str| {
        part.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '.' | ',' | ':'))
            && part.chars().any(char::is_lowercase)
    };
    let parts = head.split('/').chain(tail.split('/')).filter(|part| !part.is_empty());
    let mut others = parts.filter(|part| !part.chars().all(|letter| matches!(letter, '.' | ',' | '+' | ':')));
    others.any(|part| !is_long(part) && !is_name(part))
}

/// `Rp1.842.600.000`.
fn is_amount(before: &str) -> bool {
    let before = before.trim_end().trim_end_matches('.');
    let word = before.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    ["rp", "idr", "rupiah"].iter().any(|unit| word.eq_ignore_ascii_case(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        numbers(text).into_iter().map(|number| number.digits).collect()
    }

    #[test]
    fn groups_of_a_number_are_joined_and_two_numbers_are_not() {
        assert_eq!(found("6472 0145 0890 0003"), ["6472014508900003"]);
        assert_eq!(found("6472014508900003 081234567890"), ["6472014508900003", "081234567890"]);
        assert_eq!(found("(0812) 3456-7890"), ["081234567890"]);
        assert_eq!(found("+62 81234567890"), ["6281234567890"]);
        assert_eq!(found("NIK6472014508900003"), ["6472014508900003"]);
        assert_eq!(found("081234567890/081234567891."), ["081234567890", "081234567891"]);
        assert_eq!(found("Hasan/6472014508900003"), ["6472014508900003"]);
    }

    #[test]
    fn what_is_tied_to_a_word_an_address_or_a_fraction_is_no_number() {
        for text in [
            "800/081234567890/BKD",
            "https://contoh.test/f/6472014508900003",
            "027/6472014508900003/PPK/2026",
            "Rp1.842.600.000.000",
            "a6472014508900003",
            "6472014508900003b",
            "Rp 125.000.000.000,00",
            "12345678",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
