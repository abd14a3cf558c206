//! What a look at a document answers.

use serde::{Deserialize, Serialize};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks for an injection.
    Clean,
    /// Evidence of one kind: a person must look.
    Suspicious,
    /// Evidence of two kinds.
    Infected,
    /// The page was replaced by a message of those who broke in.
    Defaced,
}

/// Kinds of evidence. Two different ones confirm each other; two of a kind do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Words that offer gambling, or another ware for which pages are broken into.
    Promotion,
    /// A title that offers it.
    Title,
    /// A link, or an address in the text, that leads to it.
    Link,
    /// A container that readers do not see, with links to other hosts or an offer in it.
    Hidden,
    /// The page calls one of another owner its original, its mobile form or its translation.
    Canonical,
    /// The page says of itself that it is a product with ratings.
    Schema,
    /// An address of the own host that is named like an offer.
    Address,
    /// The page sends its readers to another owner's host.
    Redirect,
    /// A script whose purpose is hidden.
    Script,
    /// A frame of another owner that is hidden or offers gambling.
    Frame,
    /// The language is none of those that such a site speaks.
    Language,
    /// Search visitors, telephones or crawlers are shown something else.
    Cloaking,
    /// An address that nobody can have made answers with content.
    RandomPath,
    /// A message of those who broke in.
    Defacement,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind of evidence it is.
    pub kind: Kind,
    /// What stands there, shortened to `TEXT_LETTERS_MAX` letters.
    pub text: String,
    /// Where: the elements that lead there, as a selector names them; empty for plain text.
    pub place: String,
    /// Why it counts, in a few English words.
    pub reason: String,
    /// Where it leads, if it leads somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Letters of a document that a piece of evidence quotes.
pub const TEXT_LETTERS_MAX: usize = 160;

impl Evidence {
    /// Evidence without an address.
    pub fn new(kind: Kind, text: &str, place: &str, reason: &str) -> Self {
        Evidence { kind, text: shortened(text), place: place.to_owned(), reason: reason.to_owned(), address: None }
    }

    /// The same with the address it leads to.
    pub fn leading_to(mut self, address: &str) -> Self {
        self.address = Some(shortened(address));
        self
    }
}

/// White space joined, and not more letters than evidence quotes.
pub fn shortened(text: &str) -> String {
    let mut short = String::new();
    // A document may be one endless word.
    for word in text.split_whitespace().take(TEXT_LETTERS_MAX) {
        if !short.is_empty() {
            short.push(' ');
        }
        short.extend(word.chars().take(TEXT_LETTERS_MAX));
        if short.chars().count() > TEXT_LETTERS_MAX {
            return short.chars().take(TEXT_LETTERS_MAX - 1).chain(['…']).collect();
        }
    }
    short
}

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// What the document is.
    pub verdict: Verdict,
    /// What speaks for it, in the order of kinds; empty for a clean one.
    pub evidence: Vec<Evidence>,
}
