//! The words that are known, each with its stem.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

/// Roots, one a line, sorted: each is its own stem.
pub(super) const ROOTS: &str = include_str!("roots.txt");
/// Names and acronyms, some of which look like words with affixes, one a line, sorted.
pub(super) const NAMES: &str = include_str!("names.txt");
/// `form stem`, one a line, sorted by form: what no rule decides, other spellings, infixes.
pub(super) const IRREGULAR: &str = include_str!("irregular.txt");
/// Words that say nothing about a page, one a line, sorted.
pub(super) const STOP_WORDS: &str = include_str!("stop.txt");

/// What the lists say of a word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Listed {
    /// Its stem, when it is a root or irregular.
    pub stem: Option<&'static str>,
    /// The name that the word is: names keep what looks like an affix, and no other word comes from them.
    pub name: Option<&'static str>,
    pub is_stop_word: bool,
}

impl Listed {
    /// The stem of the word as it stands.
    pub(super) fn whole(self) -> Option<&'static str> {
        self.stem.or(self.name)
    }
}

static LISTED: LazyLock<HashMap<&'static [u8], Listed, RandomState>> = LazyLock::new(|| {
    let mut listed: HashMap<&[u8], Listed, RandomState> = HashMap::default();
    for word in lines(ROOTS) {
        listed.entry(word.as_bytes()).or_default().stem = Some(word);
    }
    for (form, stem) in lines(IRREGULAR).filter_map(|line| line.split_once(' ')) {
        listed.entry(form.as_bytes()).or_default().stem = Some(stem);
    }
    for name in lines(NAMES) {
        listed.entry(name.as_bytes()).or_default().name = Some(name);
    }
    for word in lines(STOP_WORDS) {
        listed.entry(word.as_bytes()).or_default().is_stop_word = true;
    }
    listed
});

/// The lines of a list without its comments.
pub(super) fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// All that the lists say of a word, in one look.
pub(super) fn listed(word: &[u8]) -> Listed {
    LISTED.get(word).copied().unwrap_or_default()
}

/// The stem of a word that is in the lists as it stands, and no name.
pub(super) fn known(word: &[u8]) -> Option<&'static str> {
    listed(word).stem
}
