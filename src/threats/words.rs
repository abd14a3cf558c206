//! The lists of words with their matcher: where do words of which class stand in a folded text?

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::fold::{Folded, fold_plain};
use super::gambling;
use super::names::{is_doubtful_name, is_gambling_name};

/// Letters of the shortest part into which a word is taken apart.
const PART_LETTERS_MIN: usize = 3;
/// Letters of the longest part.
const PART_LETTERS_MAX: usize = 14;

/// What a word speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A game or house of gambling, hardly ever anything else.
    Game,
    /// A noun of gambling that also has a civil meaning.
    Thing,
    /// An offer as promoters make it.
    Offer,
    /// A small word of promotion.
    Verb,
    /// Another ware for which pages are broken into.
    Ware,
    /// How such a ware is offered.
    Trade,
    /// What gives a noun its civil meaning back.
    Civil,
    /// How news, warnings and advice speak.
    Against,
}

/// A word or phrase that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// What it speaks of.
    pub class: Class,
    /// How much of it, in halves: 1, 2 or 4. An offer or a small word of promotion with 4 calls upon the reader; an offer
    /// with 1 is one that nobody but a house of gambling makes; a noun with 1 is mostly civil.
    pub weight: u8,
    /// Which entry of the lists it is: equal numbers are the same words.
    pub entry: usize,
    /// Number of its first word in the folded text.
    pub word: usize,
    /// Number of its last word.
    pub last: usize,
}

struct Entry {
    class: Class,
    weight: u8,
    open_before: bool,
    open_behind: bool,
}

struct Lists {
    entries: Vec<Entry>,
    matcher: AhoCorasick,
}

const FILES: &[(Class, &str)] = &[
    (Class::Offer, include_str!("words/offer.txt")),
    (Class::Game, include_str!("words/game.txt")),
    (Class::Thing, include_str!("words/thing.txt")),
    (Class::Verb, include_str!("words/verb.txt")),
    (Class::Ware, include_str!("words/ware.txt")),
    (Class::Trade, include_str!("words/trade.txt")),
    (Class::Civil, include_str!("words/civil.txt")),
    (Class::Against, include_str!("words/against.txt")),
];

/// What the lists hold: the words, whether they are open before and behind, and their class. The first class of several holds.
fn read() -> Vec<(String, Entry)> {
    let mut seen: HashSet<(String, u8)> = HashSet::new();
    let mut read = Vec::new();
    let promotions = gambling::promotions_listed().map(|line| (Class::Game, line));
    let listed = FILES.iter().flat_map(|(class, file)| gambling::lines(file).map(|line| (*class, line)));
    for (class, line) in listed.chain(promotions) {
        let (line, weight) = match (line.strip_prefix('!'), line.strip_prefix('~')) {
            (Some(line), _) => (line, 4),
            (None, Some(line)) => (line, 1),
            (None, None) => (line, 2),
        };
        let (open_before, line) = line.strip_prefix('*').map_or((false, line), |line| (true, line));
        let (open_behind, line) = line.strip_suffix('*').map_or((false, line), |line| (true, line));
        let words = fold_plain(line);
        // A word promotes once, trades once, and speaks against once.
        let group = match class {
            Class::Against => 0,
            Class::Trade => 1,
            Class::Civil => 2,
            Class::Ware => 3,
            Class::Game | Class::Thing | Class::Offer | Class::Verb => 4,
        };
        // Languages that part no words are found anywhere.
        let unparted = words.chars().any(is_unparted);
        if !words.is_empty() && seen.insert((words.clone(), group)) {
            let open_before = open_before || unparted;
            read.push((words, Entry { class, weight, open_before, open_behind: open_behind || unparted }));
        }
    }
    read
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let read = read();
    // Cannot fail: the lists are part of the program, and far smaller than what the builder refuses.
    let matcher = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(read.iter().map(|(words, _)| words))
        .expect("the lists are small");
    Lists { entries: read.into_iter().map(|(_, entry)| entry).collect(), matcher }
});

/// Single words of the lists, and those by which a word that was run together is known.
static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let fits = |word: &&str| word.is_ascii() && word.len() >= PART_LETTERS_MIN;
    let mut known: HashSet<String> =
        gambling::lines(include_str!("words/joined.txt")).filter(fits).map(str::to_owned).collect();
    for (words, entry) in read() {
        if entry.class != Class::Civil {
            known.extend(words.split(' ').filter(fits).map(str::to_owned));
        }
    }
    known
});

/// What a word that was run together must hold, so that it is worth taking apart.
static ROOTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // Cannot fail: the lists are part of the program, and far smaller than what the builder refuses.
    AhoCorasick::new(gambling::lines(include_str!("words/roots.txt"))).expect("the list is small")
});

fn is_unparted(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{e7f}' | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// Whether this is a word of the lists.
pub fn is_known(word: &str) -> bool {
    word.len() >= PART_LETTERS_MIN && KNOWN.contains(word)
}

/// Whether a word holds one that gambling is known by.
pub fn is_rooted(word: &str) -> bool {
    ROOTS.is_match(word)
}

/// The known words of which a word is run together, with digits between and behind them; at least two.
pub fn parts_of(word: &str) -> Option<Vec<String>> {
    if word.len() < 2 * PART_LETTERS_MIN || word.len() > 48 || !word.is_ascii() || !ROOTS.is_match(word) {
        return None;
    }
    // best[i]: the fewest parts that make up the first i letters, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=word.len() {
        for start in end.saturating_sub(PART_LETTERS_MAX)..end {
            let Some((count, _)) = best[start] else { continue };
            let part = &word[start..end];
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            let is_short = matches!(part, "qq" | "4d" | "by" | "di" | "wd" | "jp");
            let is_part = is_number || is_short || is_known(part);
            if is_part && best[end].is_none_or(|(fewest, _)| count + 1 < fewest) {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best[end]?;
        parts.push(word[start..end].to_owned());
        end = start;
    }
    parts.reverse();
    (parts.len() > 1).then_some(parts)
}

/// Where words of the lists stand, in the order of the text; of those that lie in each other the longest.
pub fn hits(folded: &Folded) -> Vec<Hit> {
    let text = folded.text.as_str();
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for hit in LISTS.matcher.find_overlapping_iter(text) {
        let entry = &LISTS.entries[hit.pattern().as_usize()];
        let closed_before = hit.start() == 0 || text.as_bytes()[hit.start() - 1] == b' ';
        let closed_behind = hit.end() == text.len() || matches!(text.as_bytes()[hit.end()], b' ' | b'%');
        if (closed_before || entry.open_before) && (closed_behind || entry.open_behind) {
            found.push((hit.start(), hit.end(), hit.pattern().as_usize()));
        }
    }
    found.sort_unstable_by_key(|(start, end, entry)| (*start, std::cmp::Reverse(*end), *entry));
    let mut taken: HashMap<u8, usize> = HashMap::new();
    let mut hits = Vec::with_capacity(found.len());
    for (start, end, entry) in found {
        let class = LISTS.entries[entry].class;
        let group = match class {
            Class::Against => 0,
            Class::Civil => 1,
            Class::Ware | Class::Trade => 2,
            Class::Game | Class::Thing | Class::Offer | Class::Verb => 3,
        };
        // "anti blokir" is an offer and no warning.
        let until = taken.get(&group).copied().unwrap_or(0);
        let offered = taken.get(&3).copied().unwrap_or(0);
        if start < until || group == 0 && start < offered {
            continue;
        }
        taken.insert(group, end);
        let weight = LISTS.entries[entry].weight;
        hits.push(Hit {
            class,
            weight,
            entry,
            word: folded.word_at(start),
            last: folded.word_at(end.saturating_sub(1)),
        });
    }
    brands(folded, &mut hits);
    hits
}

/// Names of houses, which no list can hold: "dewatangkas303".
fn brands(folded: &Folded, hits: &mut Vec<Hit>) {
    let text = folded.text.as_str();
    let mut found = Vec::new();
    for (number, (start, _)) in folded.words.iter().enumerate() {
        let end = folded.words.get(number + 1).map_or(text.len(), |(next, _)| next - 1);
        let word = &text[*start..end];
        let next = folded.words.get(number + 1).map(|(next, _)| {
            let end = folded.words.get(number + 2).map_or(text.len(), |(after, _)| after - 1);
            &text[*next..end]
        });
        let joined =
            next.filter(|next| next.len() <= 4 && next.bytes().all(|byte| byte.is_ascii_digit() || byte == b'd'));
        let name = joined.map_or(word.to_owned(), |next| format!("{word}{next}"));
        // Without a number the lists and `parts_of` know it.
        let numbered = word.len() >= 3 && word.is_ascii() && name.bytes().any(|byte| byte.is_ascii_digit());
        if numbered && is_gambling_name(&name) {
            let last = number + usize::from(joined.is_some());
            found.push(Hit { class: Class::Game, weight: 2, entry: BRAND, word: number, last });
        } else if word.len() >= 4 && word.is_ascii() && !is_known(word) && is_doubtful_name(&name) {
            found.push(Hit { class: Class::Thing, weight: 2, entry: BRAND - 1, word: number, last: number });
        }
    }
    if !found.is_empty() {
        hits.extend(found);
        hits.sort_by_key(|hit| hit.word);
    }
}

/// The entry of all names that no list holds.
pub const BRAND: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use super::super::fold::fold;
    use super::*;

    fn classes(text: &str) -> Vec<Class> {
        hits(&fold(text)).into_iter().map(|hit| hit.class).collect()
    }

    #[test]
    fn the_longest_words_count_and_an_offer_is_no_warning() {
        assert_eq!(classes("situs slot"), [Class::Game]);
        assert_eq!(classes("link anti blokir"), [Class::Offer]);
        assert!(classes("Pemblokiran rekening").contains(&Class::Against));
        assert_eq!(classes("RAJA777"), [Class::Game]);
    }

    #[test]
    fn words_run_together_are_parted_only_when_all_of_them_are_known() {
        assert_eq!(parts_of("slotgacorhariini"), Some(["slot", "gacor", "hari", "ini"].map(str::to_owned).to_vec()));
        for civil in ["totalitas", "betawian", "pemerintahan", "slotting", "perjudian"] {
            assert_eq!(parts_of(civil), None, "{civil}");
        }
    }
}
