//! Search words: from running text to stems, and from a query to what else it may mean.
//!
//! Pure: an index at rest, an API and a test all get the same answer. `docs/search.md` tells the method,
//! the lists and what was measured.
//!
//! ```
//! use lamin::search::{stem, terms};
//!
//! assert_eq!(stem("Penerbitan"), "terbit");
//! assert_eq!(terms("Pelayanan penerbitan e-KTP").collect::<Vec<_>>(), ["layan", "terbit", "ktp"]);
//! ```

mod affixes;
mod browser;
mod dictionary;
mod fold;
pub mod shards;
mod stem;
mod synonyms;
mod terms;
#[cfg(test)]
mod tests;
pub mod words;

pub use browser::lists;
pub use stem::stem;
pub use synonyms::{Phrase, QUERY_TERMS_MAX, expand, written};
pub use terms::terms;

/// Letters or digits a word may have; what is longer is no word, but an address or a key.
pub const WORD_LETTERS_MAX: usize = 40;

/// Letters a word must have; single digits pass, for "RT 5" and "Perda Nomor 5".
pub const WORD_LETTERS_MIN: usize = 2;
