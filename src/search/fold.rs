//! One spelling for every way to write a letter.

use std::borrow::Cow;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Apostrophes are no letters: Jum'at is jumat, Qur’an is quran.
pub(super) fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// Lower case, Latin letters without their marks, no apostrophes. Never more letters than before.
pub(super) fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase() && b != b'\'' && b != b'`') {
        return Cow::Borrowed(word);
    }
    Cow::Owned(word.chars().filter_map(folded).collect())
}

fn folded(letter: char) -> Option<char> {
    if is_apostrophe(letter) || is_combining_mark(letter) {
        return None;
    }
    if letter.is_ascii() {
        return Some(letter.to_ascii_lowercase());
    }
    // The first of a decomposed letter is the bare one. Other scripts keep their letters whole: a syllable
    // of Hangul would fall apart.
    let mut bare = None;
    decompose_canonical(letter, |part| bare = bare.or(Some(part)));
    match bare {
        Some(bare) if bare.is_ascii_alphanumeric() => Some(bare.to_ascii_lowercase()),
        _ => letter.to_lowercase().next(),
    }
}
