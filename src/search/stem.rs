//! The stem of one word.

use std::borrow::Cow;

use super::WORD_LETTERS_MAX;
use super::affixes::{self, Part, Prefix, Suffix};
use super::dictionary::{Listed, known, listed};
use super::fold::fold;

/// Prefixes one word may carry: *ke-ber-…*, *mem-per-…*, *se-penge-…*; nobody stacks four.
const PREFIXES_MAX: usize = 3;
/// Two words and a hyphen, each of the longest.
const HYPHENATED_BYTES_MAX: usize = 2 * WORD_LETTERS_MAX + 1;
/// What must be left when -nya or an English plural comes off a word that is in no list.
const UNKNOWN_LETTERS_MIN: usize = 4;

const PARTICLES: [&str; 4] = ["lah", "kah", "tah", "pun"];
const POSSESSIVES: [&str; 3] = ["nya", "ku", "mu"];

/// The stem by which related words meet: lower case, without marks, affixes and repetition.
///
/// Affixes come off only if a word of the lists is left; what is in no list stays as it is, but for -nya and the plural
/// -s of English. The answer is never longer (in letters) than the word.
pub fn stem(word: &str) -> Cow<'_, str> {
    let folded = fold(word);
    let listed = listed(folded.as_bytes());
    of_folded(folded, listed)
}

/// The stem of a folded word of which the lists say this.
pub(super) fn of_folded(folded: Cow<'_, str>, listed: Listed) -> Cow<'_, str> {
    if let Some(stem) = root(&folded, listed) {
        return Cow::Borrowed(stem);
    }
    match repeated(&folded) {
        Some(stem) => Cow::Owned(stem.into_owned()),
        None => unknown(folded),
    }
}

/// The stem of a word in two halves that are one word said twice: *anak-anak*, *berlari-lari*, *obat-obatan*.
pub(super) fn repeated(folded: &str) -> Option<Cow<'_, str>> {
    let (left, right) = folded.split_once('-')?;
    if left.is_empty() || right.contains('-') || folded.len() > HYPHENATED_BYTES_MAX {
        return None;
    }
    if let Some(stem) = known(folded.as_bytes()) {
        return Some(Cow::Borrowed(stem));
    }
    let (left, right) = (single(left), single(right));
    if left != right {
        return None;
    }
    // Some words are another word when said twice: undang is to invite, undang-undang is a law.
    let twice = known(format!("{left}-{left}").as_bytes()).map(Cow::Borrowed);
    Some(twice.unwrap_or(left))
}

fn single(folded: &str) -> Cow<'_, str> {
    match root(folded, listed(folded.as_bytes())) {
        Some(stem) => Cow::Borrowed(stem),
        None => unknown(Cow::Borrowed(folded)),
    }
}

/// The listed root of a folded word.
fn root(folded: &str, listed: Listed) -> Option<&'static str> {
    listed.whole().or_else(|| inflected(&Part::new(folded)?))
}

/// Takes off a possessive and a particle, as few as give an answer.
///
/// The published order takes all of them first; *membantah* would then come from *ban*.
fn inflected(word: &Part) -> Option<&'static str> {
    let bare = without_one(word, &PARTICLES);
    let owned = without_one(bare.as_ref().unwrap_or(word), &POSSESSIVES);
    let stages = [Some(word), bare.as_ref(), owned.as_ref()];
    stages.into_iter().flatten().find_map(|stage| listed(stage.letters()).name.or_else(|| derived(stage)))
}

fn without_one(word: &Part, endings: &[&str]) -> Option<Part> {
    endings.iter().find_map(|ending| word.without_ending(ending))
}

/// Takes off derivational affixes, suffix or prefix first as the rules of precedence say.
fn derived(word: &Part) -> Option<&'static str> {
    if let Some(stem) = known(word.letters()) {
        return Some(stem);
    }
    // One prefix alone: with two, mengetuai would come from tuai, before -i had its turn and gave ketua.
    let first =
        affixes::is_prefix_first(word.letters()).then(|| unprefixed(word, Suffix::None, None, PREFIXES_MAX - 1));
    first.flatten().or_else(|| unsuffixed(word)).or_else(|| unprefixed(word, Suffix::None, None, 0))
}

fn unsuffixed(word: &Part) -> Option<&'static str> {
    affixes::without_suffix(word).find_map(|(suffix, rest)| {
        let alone = affixes::stands_alone(&rest, suffix).then(|| known(rest.letters())).flatten();
        alone.or_else(|| unprefixed(&rest, suffix, None, 0))
    })
}

/// Takes off up to three prefixes, of which `depth` are spent.
///
/// The outermost must go with the suffix, each must admit the next.
fn unprefixed(word: &Part, suffix: Suffix, outer: Option<Prefix>, depth: usize) -> Option<&'static str> {
    if depth == PREFIXES_MAX {
        return None;
    }
    affixes::each_prefix(word, |prefix, rest| {
        let fits = outer.map_or(prefix.goes_with(suffix), |outer| outer.admits(prefix));
        if !fits {
            return None;
        }
        known(rest.letters()).or_else(|| unprefixed(&rest, suffix, Some(prefix), depth + 1))
    })
}

/// The light treatment of a word that is in no list: without -nya, or in the singular of English.
fn unknown(folded: Cow<'_, str>) -> Cow<'_, str> {
    if !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        return folded;
    }
    let ending = ["nya", plural(&folded)].into_iter().find(|ending| {
        !ending.is_empty() && folded.ends_with(ending) && folded.len() >= UNKNOWN_LETTERS_MIN + ending.len()
    });
    let Some(ending) = ending else { return folded };
    let left = folded.len() - ending.len();
    match folded {
        _ if ending == "ies" => Cow::Owned(format!("{}y", &folded[..left])),
        Cow::Borrowed(text) => Cow::Borrowed(&text[..left]),
        Cow::Owned(mut text) => {
            text.truncate(left);
            Cow::Owned(text)
        }
    }
}

/// The plural ending of permits, policies, businesses; none in status, analysis, Anas and Carlos.
fn plural(word: &str) -> &'static str {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    match () {
        () if ends(&["ss", "us", "is", "as", "os"]) => "",
        () if ends(&["ies"]) => "ies",
        () if ends(&["sses", "ches", "shes", "xes"]) => "es",
        () => "s",
    }
}
