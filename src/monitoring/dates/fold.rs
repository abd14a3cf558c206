//! From a line as it was found to tokens: entities, tags, spaces, dashes and apostrophes of every kind become one kind.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::words::digit;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// More than 18 digits are no number that means anything here; they are cut to the largest.
    Number {
        value: u64,
        digits: usize,
    },
    Word(String),
    Mark(char),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// White space stands before it.
    pub spaced: bool,
}

/// The tokens of a line, never more than it has characters.
pub fn tokens(line: &str) -> Vec<Token> {
    let decoded = entities(&entities(line));
    let bare = without_tags(&decoded);
    let text = if bare.trim().is_empty() { &decoded } else { &bare };
    spelled(split(&letters(&text.replace("%20", " "))))
}

/// The names of entities that stand in dates, with what they mean.
const ENTITIES: &[(&str, char)] = &[
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("ndash", '-'),
    ("mdash", '-'),
    ("minus", '-'),
    ("shy", '\u{ad}'),
    ("rsquo", '\''),
    ("lsquo", '\''),
    ("apos", '\''),
    ("prime", '\''),
    ("acute", '\''),
    ("amp", '&'),
    ("quot", '"'),
    ("lt", '<'),
    ("gt", '>'),
    ("copy", '©'),
    ("middot", '·'),
    ("bull", '•'),
    ("sol", '/'),
    ("comma", ','),
    ("period", '.'),
    ("colon", ':'),
    ("raquo", '»'),
    ("laquo", '«'),
];

/// Bytes of the longest entity that is read, without its ampersand.
const ENTITY_BYTES_MAX: usize = 9;

fn entities(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        made.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(rest.get(..end)?)?, end))) {
            Some((meant, end)) => {
                made.push(meant);
                rest = &rest[end + 1..];
            }
            None => made.push('&'),
        }
    }
    made.push_str(rest);
    made
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, meant)| *meant)
}

/// Tags become spaces. A `<` that opens no tag stays.
fn without_tags(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        made.push_str(&rest[..at]);
        let tag = &rest[at..];
        let opens = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let Some(end) = opens.then(|| tag.find('>')).flatten() else {
            made.push(' ');
            // Without an end there is none for any later `<` either, or this one opens no tag.
            if !opens {
                rest = &tag[1..];
                continue;
            }
            made.push_str(&tag[1..].replace('<', " "));
            return made;
        };
        made.push(' ');
        rest = &tag[end + 1..];
    }
    made.push_str(rest);
    made
}

/// One spelling for every way to write a letter; accents go, "Méi" is "mei".
fn letters(text: &str) -> String {
    let one = |letter: char| match letter {
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '－' | '~' | '～' | '→' => Some('-'),
        '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | '`' | '´' | '′' | '＇' => Some('\''),
        '⁄' | '∕' => Some('/'),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => None,
        white if white.is_whitespace() => Some(' '),
        other => Some(other),
    };
    // Before the compatibility forms are taken apart, since some apostrophes become a space and a mark in it.
    let shaped = text.chars().filter_map(one).nfkd().filter(|letter| !is_combining_mark(*letter));
    shaped.filter_map(one).flat_map(char::to_lowercase).collect()
}

fn split(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut spaced = true;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == ' ' {
            spaced = true;
            continue;
        }
        let kind = if let Some(first) = letter.to_digit(10) {
            let (mut value, mut digits) = (u64::from(first), 1);
            while let Some(next) = letters.peek().and_then(|next| next.to_digit(10)) {
                value = value.saturating_mul(10).saturating_add(u64::from(next));
                digits += 1;
                letters.next();
            }
            Kind::Number { value, digits }
        } else if letter.is_alphabetic() {
            Kind::Word(word(letter, &mut letters))
        } else {
            Kind::Mark(letter)
        };
        found.push(Token { kind, spaced });
        spaced = false;
    }
    found
}

/// A run of letters; an apostrophe between two of them is left out: "jum'at" is "jumat".
fn word(first: char, letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut word = String::from(first);
    while let Some(&next) = letters.peek() {
        if next == '\'' {
            let mut ahead = letters.clone();
            ahead.next();
            if ahead.peek().is_some_and(|after| after.is_alphabetic()) {
                letters.next();
                continue;
            }
        }
        if !next.is_alphabetic() {
            break;
        }
        word.push(next);
        letters.next();
    }
    word
}

/// Numbers in words become numbers, since minutes of meetings write their dates so: "dua ribu dua puluh enam".
fn spelled(tokens: Vec<Token>) -> Vec<Token> {
    let mut made: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let run = tokens[at..].iter().take_while(|token| matches!(&token.kind, Kind::Word(word) if counts(word)));
        let words: Vec<&str> = run
            .filter_map(|token| match &token.kind {
                Kind::Word(word) => Some(word.as_str()),
                _ => None,
            })
            .collect();
        match total(&words) {
            Some(value) => {
                let kind = Kind::Number { value, digits: value.to_string().len() };
                made.push(Token { kind, spaced: tokens[at].spaced });
                at += words.len();
            }
            None => {
                let end = at + words.len().max(1);
                made.extend_from_slice(&tokens[at..end]);
                at = end;
            }
        }
    }
    made
}

fn counts(word: &str) -> bool {
    digit(word).is_some() || matches!(word, "belas" | "puluh" | "ratus" | "seratus" | "ribu" | "seribu")
}

/// The number that words make; none if they begin with no digit, or make nothing.
fn total(words: &[&str]) -> Option<u64> {
    if words.len() > 8 || !words.first().is_some_and(|first| digit(first).is_some() || first.starts_with("se")) {
        return None;
    }
    let (mut whole, mut part, mut last) = (0u64, 0u64, 0u64);
    for word in words {
        match *word {
            "belas" => last += 10,
            "puluh" => last *= 10,
            "ratus" => last *= 100,
            "ribu" => {
                whole += (part + last) * 1000;
                (part, last) = (0, 0);
            }
            "seratus" => last += 100,
            "seribu" => whole += 1000,
            _ => {
                part += last;
                last = digit(word)?;
            }
        }
    }
    Some(whole + part + last)
}
