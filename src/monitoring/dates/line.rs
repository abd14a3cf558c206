//! A line as tokens, with what one look at the whole of it tells.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::fold::{Kind, Token, tokens};
use super::words::{self, around};

/// Years that a page of an agency can speak of; everything else is a counter, a Hijri year or a null.
const YEAR_MIN: u64 = 1900;
const YEAR_MAX: u64 = 2100;

/// Two digits mean a year up to so many years ahead, or else one of the last century.
const SHORT_YEAR_AHEAD: i16 = 20;

pub struct Line {
    pub tokens: Vec<Token>,
    /// Nothing stands in it but a date and the usual words around one.
    pub clean: bool,
    /// An address, in which slashes part folders.
    pub address: bool,
    /// The zone that the text names, or else the site's.
    pub zone: TimeZone,
    pub now: Timestamp,
    pub words: usize,
}

impl Line {
    pub fn new(text: &str, now: Timestamp, zone: &TimeZone) -> Line {
        let tokens = tokens(text);
        let words = || tokens.iter().filter_map(|token| token.word());
        let clean = words().all(around);
        let named = words().find_map(|word| match word {
            "wib" => Some(7),
            "wita" => Some(8),
            "wit" => Some(9),
            _ => None,
        });
        let zone = named.map_or_else(|| zone.clone(), |hours| TimeZone::fixed(jiff::tz::offset(hours)));
        let address = text.contains("://") || text.trim_start().starts_with('/') || begins_with_host(text.trim());
        Line { clean, address, zone, now, words: words().count(), tokens }
    }

    pub fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    pub fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.word()
    }

    pub fn mark(&self, at: usize) -> Option<char> {
        match self.tokens.get(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Value and number of digits.
    pub fn number(&self, at: usize) -> Option<(u64, usize)> {
        match self.tokens.get(at)?.kind {
            Kind::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }

    /// Stands this token without white space behind the one before?
    pub fn tight(&self, at: usize) -> bool {
        at > 0 && self.tokens.get(at).is_some_and(|token| !token.spaced)
    }

    /// The words before a token, the nearest first, with how far they are; at most `reach` tokens back.
    pub fn words_before(&self, at: usize, reach: usize) -> impl Iterator<Item = &str> {
        let from = at.saturating_sub(reach);
        self.tokens[from..at.min(self.tokens.len())].iter().rev().filter_map(|token| token.word())
    }

    /// The word that stands before a token with nothing but marks between.
    pub fn word_before(&self, at: usize) -> Option<&str> {
        let before = self.tokens[..at].iter().rev().take(4).find(|token| !matches!(token.kind, Kind::Mark(_)))?;
        before.word()
    }

    /// The weekday directly before a token.
    pub fn weekday_before(&self, at: usize) -> Option<i8> {
        words::weekday(self.word_before(at)?)
    }

    /// After marks that mean nothing between the parts of a date, at most three.
    pub fn soft(&self, mut at: usize) -> usize {
        for _ in 0..3 {
            match self.mark(at) {
                Some(',' | '.' | '-' | '/' | '|' | '_' | '+' | '(' | ')' | '\'' | '·' | '•') => at += 1,
                _ => break,
            }
        }
        at
    }

    /// Does a clock's time begin here, as "14:30" or "14.30"? What stands after it.
    pub fn time(&self, at: usize) -> Option<(usize, Clock)> {
        let (hour, hour_digits) = self.number(at)?;
        let (minute, minute_digits) = self.number(at + 2)?;
        let parted = matches!(self.mark(at + 1), Some(':' | '.')) && self.tight(at + 1) && self.tight(at + 2);
        if !parted || hour > 24 || hour_digits > 2 || minute > 59 || minute_digits != 2 {
            return None;
        }
        let mut clock = Clock { hour, minute, second: 0 };
        let mut end = at + 3;
        if let (Some(':' | '.'), Some((second, 2))) = (self.mark(end), self.number(end + 1)) {
            clock.second = second.min(59);
            end += 2;
            if let (Some('.' | ','), Some(_), true) = (self.mark(end), self.number(end + 1), self.tight(end + 1)) {
                end += 2;
            }
        }
        match self.word(end) {
            Some("am") => (clock.hour, end) = (clock.hour % 12, end + 1),
            Some("pm") => (clock.hour, end) = (clock.hour % 12 + 12, end + 1),
            _ => {}
        }
        Some((end, clock))
    }

    /// A year with four digits here, or with two where nothing else can be meant.
    pub fn year(&self, at: usize) -> Year {
        let Some((value, digits)) = self.number(at) else { return Year::None };
        match digits {
            // A template without a space: "202614:22".
            6 if self.mark(at + 1) == Some(':') && self.tight(at + 1) => {
                full_year(value / 100).map_or(Year::Bad, Year::Is)
            }
            4 if self.mark(at.wrapping_sub(1)) == Some('-') && value < YEAR_MIN => Year::Bad,
            4 => full_year(value).map_or(Year::Bad, Year::Is),
            // The day of another date: "30 Desember - 2 Januari".
            1..=2 if self.word(at + 1).is_some_and(|word| words::month(word).is_some()) => Year::None,
            1..=2 if self.time(at).is_some() => Year::None,
            2 if self.mark(at.wrapping_sub(1)) == Some('\'') || self.year_may_end(at + 1) => {
                Year::Is(self.short_year(value))
            }
            _ => Year::Bad,
        }
    }

    fn year_may_end(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return true };
        match &token.kind {
            Kind::Number { .. } => self.time(at).is_some(),
            Kind::Word(word) => matches!(word.as_str(), "pukul" | "pkl" | "jam" | "oleh" | "by" | "dibaca" | "at"),
            Kind::Mark(mark) => !matches!(mark, '%' | ':'),
        }
    }

    pub fn short_year(&self, value: u64) -> i16 {
        let value = i16::try_from(value).unwrap_or(0);
        if 2000 + value > self.today().year() + SHORT_YEAR_AHEAD { 1900 + value } else { 2000 + value }
    }
}

/// "dinkes.contoh.go.id/berita": letters after the last dot before the first slash, and no white space.
fn begins_with_host(text: &str) -> bool {
    let host = text.split_once('/').and_then(|(host, _)| host.rsplit_once('.'));
    let named = host.is_some_and(|(_, last)| last.len() > 1 && last.chars().all(|letter| letter.is_ascii_alphabetic()));
    named && !text.contains(char::is_whitespace)
}

pub fn full_year(value: u64) -> Option<i16> {
    (YEAR_MIN..=YEAR_MAX).contains(&value).then(|| i16::try_from(value).ok()).flatten()
}

#[derive(Debug, Clone, Copy)]
pub struct Clock {
    pub hour: u64,
    pub minute: u64,
    pub second: u64,
}

pub enum Year {
    Is(i16),
    None,
    /// A number that stands where the year must stand, and is none.
    Bad,
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}
