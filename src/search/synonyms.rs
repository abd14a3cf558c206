//! A query and what else it may mean: KTP is e-KTP is kartu tanda penduduk.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::dictionary::lines;
use super::terms;

/// Stems a query may have; what follows is not looked at.
pub const QUERY_TERMS_MAX: usize = 16;
/// Stems one phrase of the list may have.
pub(super) const PHRASE_TERMS_MAX: usize = 6;

/// Stems that belong together: all of them must be on a page.
pub type Phrase = Vec<String>;

/// `phrase = phrase = …`, one meaning a line.
pub(super) const SYNONYMS: &str = include_str!("synonyms.txt");

static MEANINGS: LazyLock<HashMap<Phrase, Vec<Phrase>>> = LazyLock::new(|| {
    let mut meanings: HashMap<Phrase, Vec<Phrase>> = HashMap::new();
    for line in lines(SYNONYMS) {
        let phrases = line.split('=').map(phrase).collect::<Vec<_>>();
        for one in &phrases {
            let known = meanings.entry(one.clone()).or_insert_with(|| vec![one.clone()]);
            for other in &phrases {
                add(known, other);
            }
        }
    }
    meanings
});

/// How each phrase of the list is written.
static WRITTEN: LazyLock<HashMap<Phrase, &'static str>> = LazyLock::new(|| {
    let mut written = HashMap::new();
    for text in lines(SYNONYMS).flat_map(|line| line.split('=')) {
        written.entry(phrase(text)).or_insert(text.trim());
    }
    written
});

/// How a phrase that [`expand`] gave as an alternative is written in the list of synonyms; `None` for others.
pub fn written(phrase: &Phrase) -> Option<&'static str> {
    WRITTEN.get(phrase).copied()
}

/// Adds an alternative that finds pages which the others do not: *KTP digital* finds none that *KTP* would miss.
fn add(known: &mut Vec<Phrase>, other: &Phrase) {
    let asks_no_less = |one: &Phrase, than: &Phrase| than.iter().all(|term| one.contains(term));
    if known.iter().any(|one| asks_no_less(other, one)) {
        return;
    }
    let mut place = 0;
    known.retain(|one| {
        place += 1;
        place == 1 || !asks_no_less(one, other)
    });
    known.push(other.clone());
}

/// The stems of a phrase, as [`expand`] compares them.
pub(super) fn phrase(text: &str) -> Phrase {
    terms(text).map(|term| term.into_owned()).collect()
}

/// What to look for: for each word or known phrase of the query, the alternatives, its own stems first.
///
/// A page answers the query if for every group it holds all stems of one alternative. Longer phrases win over the words in
/// them. A query of stop words alone gives nothing.
///
/// ```
/// let groups = lamin::search::expand("syarat e-KTP");
/// assert_eq!(groups[0], [["syarat"]]);
/// assert_eq!(groups[1][0], ["ktp"]);
/// assert_eq!(groups[1][1], ["kartu", "tanda", "penduduk"]);
/// ```
pub fn expand(query: &str) -> Vec<Vec<Phrase>> {
    let words: Phrase = terms(query).take(QUERY_TERMS_MAX).map(|term| term.into_owned()).collect();
    let mut groups = Vec::new();
    let mut left = words.as_slice();
    while !left.is_empty() {
        let longest = (1..=left.len().min(PHRASE_TERMS_MAX)).rev();
        let known = longest.into_iter().find_map(|count| Some((count, MEANINGS.get(&left[..count])?)));
        let (count, group) =
            known.map_or_else(|| (1, vec![left[..1].to_vec()]), |(count, group)| (count, group.clone()));
        groups.push(group);
        left = &left[count..];
    }
    groups
}
