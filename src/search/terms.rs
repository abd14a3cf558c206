//! Running text to stems.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

use super::dictionary::listed;
use super::fold::{fold, is_apostrophe};
use super::stem::{of_folded, repeated};
use super::{WORD_LETTERS_MAX, WORD_LETTERS_MIN};

/// The stems of a text in its order, Indonesian and English alike, without stop words.
///
/// A word is a run of letters and digits, with apostrophes inside. Words joined by hyphens are one if they are the same
/// word twice (*anak-anak*), else each counts (*e-KTP*, *ke-17*). Words of fewer than [`WORD_LETTERS_MIN`] or more than
/// [`WORD_LETTERS_MAX`] letters are left out, numbers are kept.
pub fn terms(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    chunks(text).flat_map(of_chunk)
}

/// The stems of a run that [`chunks`] gives.
pub(super) fn of_chunk(chunk: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let twice = twice(chunk);
    let parts = if twice.is_some() { "" } else { chunk };
    twice.into_iter().chain(parts.split('-').filter_map(term))
}

/// Runs of letters, digits, marks, apostrophes and hyphens.
pub(super) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !is_part(letter)).filter(|chunk| !chunk.is_empty())
}

fn is_part(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric() || matches!(letter, '-' | '\'' | '`');
    }
    letter.is_alphanumeric() || is_apostrophe(letter) || is_combining_mark(letter)
}

fn twice(chunk: &str) -> Option<Cow<'_, str>> {
    if !chunk.contains('-') {
        return None;
    }
    match fold(chunk) {
        Cow::Borrowed(folded) => repeated(folded),
        Cow::Owned(folded) => repeated(&folded).map(|stem| Cow::Owned(stem.into_owned())),
    }
    .filter(|stem| is_word(stem))
}

fn term(word: &str) -> Option<Cow<'_, str>> {
    let folded = fold(word);
    if !is_word(&folded) {
        return None;
    }
    let listed = listed(folded.as_bytes());
    (!listed.is_stop_word).then(|| of_folded(folded, listed))
}

fn is_word(folded: &str) -> bool {
    let letters = if folded.is_ascii() { folded.len() } else { folded.chars().take(WORD_LETTERS_MAX + 1).count() };
    let is_digit = letters == 1 && folded.bytes().all(|b| b.is_ascii_digit());
    is_digit || (WORD_LETTERS_MIN..=WORD_LETTERS_MAX).contains(&letters)
}
