//! The lists as a browser gets them, so that its script finds the stems that the index was made of.

use std::fmt::Write;
use std::sync::LazyLock;

use super::dictionary::{IRREGULAR, NAMES, ROOTS, STOP_WORDS, lines};
use super::synonyms::{SYNONYMS, phrase};

/// One JSON object: sorted lists in which each word leaves out what it shares with the one before (a digit of base 36 says how much),
/// the irregular forms with their stems, and the synonyms by their stems.
pub fn lists() -> &'static str {
    &LISTS
}

static LISTS: LazyLock<String> = LazyLock::new(|| {
    let irregular: Vec<&str> = lines(IRREGULAR).collect();
    let meaning = |line: &'static str| {
        let phrases: Vec<String> = line.split('=').map(|text| phrase(text).join(" ")).collect();
        phrases.join("=")
    };
    let synonyms: Vec<String> = lines(SYNONYMS).map(meaning).collect();
    serde_json::json!({
        "roots": shortened(lines(ROOTS)),
        "names": shortened(lines(NAMES)),
        "forms": irregular.join(","),
        "stop": lines(STOP_WORDS).collect::<Vec<_>>().join(","),
        "same": synonyms.join(","),
    })
    .to_string()
});

/// `abad,abadi,abai` → `0abad4i3i`: a digit of base 36 begins a word, as no word of the lists holds a capital or a digit. Capitals
/// stand for ten and more.
fn shortened(words: impl Iterator<Item = &'static str>) -> String {
    const SHARED_MAX: usize = 35;
    let (mut out, mut before) = (String::new(), "");
    for word in words {
        let shared = before.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count().min(SHARED_MAX);
        let digit = char::from_digit(shared as u32, 36).unwrap_or('0').to_ascii_uppercase();
        // Writing to a string cannot fail.
        let _ = write!(out, "{digit}{}", &word[shared..]);
        before = word;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_taken_apart_again() {
        let read: serde_json::Value = serde_json::from_str(lists()).unwrap();
        let (mut words, mut word) = (Vec::<String>::new(), String::new());
        for letter in read["roots"].as_str().unwrap().chars() {
            if letter.is_ascii_digit() || letter.is_ascii_uppercase() {
                words.push(word.clone());
                word.truncate(letter.to_digit(36).unwrap() as usize);
            } else {
                word.push(letter);
            }
        }
        words.push(word);
        assert!(words[1..].iter().map(String::as_str).eq(lines(ROOTS)));
    }
}
