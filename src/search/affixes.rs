//! Indonesian affixes: which there are, what they do to a root's first letter, and which go together.
//!
//! After Nazief and Adriani (1996) in the form of Adriani, Asian, Nazief, Tahaghoghi and Williams,
//! "Stemming Indonesian: A confix-stripping approach", ACM TALIP 6(4), 2007.

use super::WORD_LETTERS_MAX;

/// The shortest root that may be left when affixes are off: shorter ones are found by accident.
pub(super) const ROOT_LETTERS_MIN: usize = 3;
/// Without a prefix to vouch for it, a final -i is too common in roots and names.
const BARE_I_LETTERS_MIN: usize = 4;
/// ku- and kau- stand before verbs only, and those are not short.
const PRONOUN_ROOT_LETTERS_MIN: usize = 4;
/// menge- and penge- stand before roots of one syllable: mengesahkan, pengecatan.
const SYLLABLE_LETTERS_MAX: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suffix {
    None,
    An,
    Kan,
    I,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    Me,
    Pe,
    Ber,
    Ter,
    Per,
    Di,
    Ke,
    Se,
    /// ku- and kau-, the agent before a verb.
    Pronoun,
}

impl Prefix {
    /// Whether the outermost prefix goes with the derivational suffix.
    ///
    /// The published table, and two pairs more that Indonesian does not have: pe-…-kan and pe-…-i. Without
    /// them, *penarikan* would come from *tari*.
    pub(super) fn goes_with(self, suffix: Suffix) -> bool {
        match (self, suffix) {
            (_, Suffix::None) | (Prefix::Per, _) => true,
            (Prefix::Me | Prefix::Di | Prefix::Ter, Suffix::An) => false,
            (Prefix::Me | Prefix::Di | Prefix::Ter, Suffix::Kan | Suffix::I) => true,
            (Prefix::Ber, Suffix::I) => false,
            (Prefix::Ber, Suffix::An | Suffix::Kan) => true,
            (Prefix::Pe | Prefix::Ke | Prefix::Se, Suffix::Kan | Suffix::I) => false,
            (Prefix::Pe | Prefix::Ke | Prefix::Se, Suffix::An) => true,
            (Prefix::Pronoun, Suffix::An) => false,
            (Prefix::Pronoun, Suffix::Kan | Suffix::I) => true,
        }
    }

    /// Whether `inner` may stand directly behind this prefix: *mem-ber-dayakan*, *ke-ter-bukaan*.
    ///
    /// me-, di- and the pronouns are outermost only.
    pub(super) fn admits(self, inner: Prefix) -> bool {
        use Prefix::{Ber, Di, Ke, Me, Pe, Per, Pronoun, Se, Ter};
        match (self, inner) {
            (_, Me | Di | Pronoun) => false,
            (Me | Di, Pe | Ber | Ter | Per | Ke | Se) => true,
            (Pe, Ber | Ter | Per | Ke | Se) => true,
            (Ke, Pe | Ber | Ter | Per | Se) => true,
            (Se, Pe | Ber | Ter | Per | Ke) => true,
            (Ber, Pe | Per | Ke | Se) => true,
            (Ter, Pe | Ber | Per | Ke | Se) => true,
            (Per, Pe | Ber | Ke | Se) => true,
            (Pronoun, Ber | Ter | Per | Ke) => true,
            (Pe, Pe) | (Ke, Ke) | (Se, Se) | (Ber, Ber | Ter) | (Ter, Ter) | (Per, Per | Ter) => false,
            (Pronoun, Pe | Se) => false,
        }
    }
}

/// Part of a folded word, in place: a prefix that swallowed the root's first letter gets it written back over
/// its own last one, so *men|ulis* becomes *me|tulis* without an allocation.
#[derive(Clone, Copy)]
pub(super) struct Part {
    bytes: [u8; WORD_LETTERS_MAX],
    start: usize,
    end: usize,
}

impl Part {
    /// `None` for a word that is too long or holds anything but a to z.
    pub(super) fn new(word: &str) -> Option<Self> {
        let fits = word.len() <= WORD_LETTERS_MAX && word.bytes().all(|b| b.is_ascii_lowercase());
        fits.then(|| {
            let mut bytes = [0; WORD_LETTERS_MAX];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            Part { bytes, start: 0, end: word.len() }
        })
    }

    pub(super) fn letters(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Without this ending, if it has it and a root may be left.
    pub(super) fn without_ending(&self, ending: &str) -> Option<Part> {
        let ends = self.letters().ends_with(ending.as_bytes());
        let left = self.letters().len().checked_sub(ending.len())?;
        (ends && left >= ROOT_LETTERS_MIN).then(|| Part { end: self.end - ending.len(), ..*self })
    }

    /// Without the first letters, if a root may be left.
    fn without_first(&self, count: usize) -> Option<Part> {
        let left = self.letters().len().checked_sub(count)?;
        (left >= ROOT_LETTERS_MIN).then(|| Part { start: self.start + count, ..*self })
    }

    /// The same with a letter that a prefix swallowed.
    fn with_first(mut self, letter: u8) -> Part {
        self.start -= 1;
        self.bytes[self.start] = letter;
        self
    }

    fn first(&self) -> u8 {
        self.bytes[self.start]
    }
}

/// What may be left without one derivational suffix.
///
/// -an comes before -kan: *tarikan* is from *tarik*, and where only -kan can be meant, the prefix forbids -an.
pub(super) fn without_suffix(word: &Part) -> impl Iterator<Item = (Suffix, Part)> {
    [("an", Suffix::An), ("kan", Suffix::Kan), ("i", Suffix::I)]
        .into_iter()
        .filter_map(|(ending, suffix)| Some((suffix, word.without_ending(ending)?)))
}

/// Whether a root may carry the suffix and no prefix at all: *layanan*, *laporkan*, *lindungi*.
pub(super) fn stands_alone(root: &Part, suffix: Suffix) -> bool {
    suffix != Suffix::I || root.letters().len() >= BARE_I_LETTERS_MIN
}

/// The combinations whose prefix comes off before the suffix (Adriani et al., table of rule precedence; be-…-lah needs
/// no rule here, because particles come off last).
pub(super) fn is_prefix_first(word: &[u8]) -> bool {
    let starts = |prefix: &[u8]| word.starts_with(prefix);
    (starts(b"be") && word.ends_with(b"an"))
        || ((starts(b"me") || starts(b"di") || starts(b"pe") || starts(b"te")) && word.ends_with(b"i"))
}

/// Hands every reading of the first prefix to `found` until one gives an answer, likelier readings first.
pub(super) fn each_prefix<T>(word: &Part, mut found: impl FnMut(Prefix, Part) -> Option<T>) -> Option<T> {
    let letters = word.letters();
    match letters {
        [b'm', b'e', ..] => each_nasal(word, |rest| found(Prefix::Me, rest)),
        [b'p', b'e', ..] => {
            each_r(word, |rest| found(Prefix::Per, rest)).or_else(|| each_nasal(word, |rest| found(Prefix::Pe, rest)))
        }
        [b'b', b'e', ..] => each_r(word, |rest| found(Prefix::Ber, rest)),
        [b't', b'e', ..] => each_r(word, |rest| found(Prefix::Ter, rest)),
        [b'd', b'i', ..] => found(Prefix::Di, word.without_first(2)?),
        [b'k', b'e', ..] => found(Prefix::Ke, word.without_first(2)?),
        [b's', b'e', ..] => found(Prefix::Se, word.without_first(2)?),
        [b'k', b'a', b'u', ..] => found(Prefix::Pronoun, pronoun(word, 3)?),
        [b'k', b'u', ..] => found(Prefix::Pronoun, pronoun(word, 2)?),
        _ => None,
    }
}

fn pronoun(word: &Part, count: usize) -> Option<Part> {
    word.without_first(count).filter(|rest| rest.letters().len() >= PRONOUN_ROOT_LETTERS_MIN)
}

/// ber-, ter-, per-: the whole prefix, or be-, te-, pe- before r (*berambut*) and before a syllable with -er-
/// (*bekerja*, *tepercaya*). For per-, what follows pe- otherwise is the nasal prefix's affair.
fn each_r<T>(word: &Part, mut found: impl FnMut(Part) -> Option<T>) -> Option<T> {
    let rest = word.without_first(2)?;
    let after_r = (rest.first() == b'r').then(|| rest.without_first(1)).flatten();
    let drops_r = rest.first() == b'r' || matches!(rest.letters(), [_, b'e', b'r', ..]);
    let whole = after_r.and_then(&mut found);
    if word.first() == b'p' {
        return whole;
    }
    whole.or_else(|| drops_r.then(|| found(rest)).flatten())
}

/// me- and pe- with their nasal: the bare prefix first (*melayani*, *memohon*, *petugas*), then the nasal with the
/// root's letter kept (*membantu*), then with the letter it swallowed (*menulis*, *memilih*).
fn each_nasal<T>(word: &Part, mut found: impl FnMut(Part) -> Option<T>) -> Option<T> {
    let bare = word.without_first(2)?;
    let stands_bare = matches!(bare.first(), b'l' | b'm' | b'n' | b'r' | b'w' | b'y') || word.first() == b'p';
    stands_bare.then(|| found(bare)).flatten().or_else(|| {
        let (nasal, swallowed, kept): (usize, u8, &[u8]) = match bare.letters() {
            [b'm', ..] => (1, b'p', b"bfpv"),
            [b'n', b'g', ..] => (2, b'k', b"aeioughkqr"),
            [b'n', b'y', ..] => (2, b's', b""),
            [b'n', ..] => (1, b't', b"cdjstz"),
            _ => return None,
        };
        let rest = bare.without_first(nasal)?;
        let keeps = kept.contains(&rest.first());
        keeps
            .then(|| found(rest))
            .flatten()
            .or_else(|| swallows(rest.first()).then(|| found(rest.with_first(swallowed))).flatten())
            .or_else(|| found(one_syllable(&rest, nasal)?))
    })
}

/// What stands behind menge- or penge-, if it is one syllable.
fn one_syllable(rest: &Part, nasal: usize) -> Option<Part> {
    let root = (nasal == 2 && rest.first() == b'e').then(|| rest.without_first(1)).flatten()?;
    let vowels = root.letters().iter().filter(|letter| is_vowel(**letter)).count();
    (root.letters().len() <= SYLLABLE_LETTERS_MAX && vowels == 1).then_some(root)
}

/// Whether a nasal swallows the letter that stood before this one: *menulis*, *memroses*, *mengritik*.
fn swallows(next: u8) -> bool {
    is_vowel(next) || matches!(next, b'l' | b'r')
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}
