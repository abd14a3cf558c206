//! The words that are known, each with its stem.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// Roots, one a line, sorted: each is its own stem.
pub(super) const ROOTS: &str = include_str!("roots.txt");
/// Names and acronyms, some of which look like words with affixes, one a line, sorted.
pub(super) const NAMES: &str = include_str!("names.txt");
/// `form stem`, one a line, sorted by form: what no rule decides, other spellings, infixes.
pub(super) const IRREGULAR: &str = include_str!("irregular.txt");
/// Words that say nothing about a page, one a line, sorted.
pub(super) const STOP_WORDS: &str = include_str!("stop.txt");

type Stems = HashMap<&'static [u8], &'static str, BuildHasherDefault<Fnv>>;
type Words = HashSet<&'static [u8], BuildHasherDefault<Fnv>>;

static STEMS: LazyLock<Stems> = LazyLock::new(|| {
    let itself = lines(ROOTS).map(|word| (word.as_bytes(), word));
    let irregular =
        lines(IRREGULAR).filter_map(|line| line.split_once(' ')).map(|(form, stem)| (form.as_bytes(), stem));
    itself.chain(irregular).collect()
});

static WHOLE: LazyLock<Stems> = LazyLock::new(|| lines(NAMES).map(|name| (name.as_bytes(), name)).collect());

static STOPS: LazyLock<Words> = LazyLock::new(|| lines(STOP_WORDS).map(str::as_bytes).collect());

/// The lines of a list without its comments.
pub(super) fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The name that the word is: names keep what looks like an affix, and no other word comes from them.
pub(super) fn name(word: &[u8]) -> Option<&'static str> {
    WHOLE.get(word).copied()
}

/// The stem of a word that is in the lists as it stands.
pub(super) fn known(word: &[u8]) -> Option<&'static str> {
    STEMS.get(word).copied()
}

pub(super) fn is_stop_word(word: &str) -> bool {
    STOPS.contains(word.as_bytes())
}

/// FNV-1a (Fowler, Noll, Vo): good for words of some ten bytes; nobody chooses the keys, so it need not resist.
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The length that slices put before their bytes: the bytes alone tell words apart.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
