//! The words around a number: what it is called, and whose it is.

use std::ops::Range;

const BEFORE_BYTES: usize = 90;
const BEHIND_BYTES: usize = 50;

/// Words in small letters, the marks between them as spaces.
#[derive(Debug, Clone)]
pub struct Around {
    /// Ends with a space, so that the last word ends.
    before: String,
    behind: String,
    /// What all stands under.
    over: String,
}

impl Around {
    pub fn of(text: &str, context: &str, at: &Range<usize>) -> Self {
        let from = text.floor_char_boundary(at.start.saturating_sub(BEFORE_BYTES));
        let until = text.ceil_char_boundary((at.end + BEHIND_BYTES).min(text.len()));
        Around { before: spaced(&text[from..at.start]), behind: spaced(&text[at.end..until]), over: spaced(context) }
    }

    /// Where the last of these words begins before the number; what stands over it is farther off than anything before.
    pub fn last_before(&self, words: &[&str]) -> Option<usize> {
        let before = words.iter().filter_map(|word| self.before.rfind(&format!(" {word} "))).max();
        let over = || words.iter().any(|word| holds(&self.over, word)).then_some(0);
        before.map(|at| at + 1).or_else(over)
    }

    /// Whether one of these words stands before the number or over it.
    pub fn says_before(&self, words: &[&str]) -> bool {
        self.last_before(words).is_some()
    }

    /// The same, or behind it.
    pub fn says(&self, words: &[&str]) -> bool {
        self.says_before(words) || words.iter().any(|word| holds(&self.behind, word))
    }
}

fn holds(text: &str, word: &str) -> bool {
    text.contains(&format!(" {word} "))
}

/// Small letters, words parted by one space, one at each end. Digits stay: "bank 1".
fn spaced(text: &str) -> String {
    let mut words = String::from(" ");
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            words.extend(letter.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}
