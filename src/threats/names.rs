//! Names of hosts as houses of gambling make them: a game, luck or rank, and a number.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::gambling::{host_of, is_gambling_address, lines};

const GAMES: &str = include_str!("names/game.txt");
const BESIDE: &str = include_str!("names/beside.txt");
const LUCK: &str = include_str!("names/luck.txt");
const NUMBERS: &str = include_str!("names/number.txt");

/// Names of makers and technology that look like such names.
const CIVIL: &[&str] = &[
    "toto", "bet", "spin", "slot", "zeus", "olympus", "joker", "pg", "domino", "macau", "princess", "totoku",
    "totolink", "betlive",
];

/// Letters of the longest name that is looked at.
const NAME_LETTERS_MAX: usize = 63;

/// Whether a name (a word, or a label of a host) is made as houses of gambling make theirs.
pub fn is_gambling_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.len() < 4 || name.len() > NAME_LETTERS_MAX || !name.is_ascii() || CIVIL.contains(&name.as_str()) {
        return false;
    }
    let Some(parts) = parts(&name) else { return false };
    let kind = |part: &&str| KINDS.get(part).copied().unwrap_or(0);
    let games = parts.iter().filter(|part| kind(part) & GAME != 0).count();
    let with = |wanted: u8| parts.iter().any(|part| kind(part) & wanted != 0);
    games > 1 || games == 1 && parts.len() > 1 && with(NUMBER | BY) || with(CHANCE) && with(NUMBER)
}

const GAME: u8 = 1;
const BY: u8 = 2;
const CHANCE: u8 = 4;
const NUMBER: u8 = 8;

/// What each part of a name may be.
static KINDS: LazyLock<HashMap<&'static str, u8>> = LazyLock::new(|| {
    let mut kinds = HashMap::new();
    for (list, kind) in [(GAMES, GAME), (BESIDE, BY), (LUCK, CHANCE), (NUMBERS, NUMBER)] {
        lines(list).for_each(|part| *kinds.entry(part).or_insert(0) |= kind);
    }
    kinds
});

/// Words that end like such names and are none.
const ORDINARY: &[&str] =
    &["alfabet", "tibet", "sorbet", "elizabet", "diabet", "alphabet", "robot", "timeslot", "babet"];
/// How names of houses begin or end.
const AT_ENDS: &[&str] =
    &["slot", "togel", "toto", "judi", "casino", "poker", "gacor", "bet", "qq", "betting", "maxwin", "jackpot"];

/// Whether a name may be one of a house: a game before or behind a word of their own, or such a word with a usual number.
/// Alone it says nothing; beside an offer it does.
pub fn is_doubtful_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.len() < 4 || name.len() > NAME_LETTERS_MAX || !name.is_ascii() || ORDINARY.contains(&name.as_str()) {
        return false;
    }
    let mut pieces = name.split(['-', '_']);
    let by_piece = name.contains(['-', '_']) && pieces.any(|piece| AT_ENDS.contains(&piece));
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let number = &name[stem.len()..];
    let is_word = stem.bytes().all(|letter| letter.is_ascii_alphabetic());
    let by_number =
        is_word && stem.len() >= 3 && number.len() < 5 && KINDS.get(number).is_some_and(|kind| kind & NUMBER != 0)
            || name
                .strip_suffix("4d")
                .is_some_and(|stem| stem.len() >= 3 && stem.bytes().all(|letter| letter.is_ascii_alphabetic()));
    by_piece
        || by_number
        || name.len() >= 6 && AT_ENDS.iter().any(|end| stem.len() > end.len() && (stem.ends_with(end) && stem != *end))
}

/// A name as games, words beside them, and numbers, or nothing when some of it is neither.
fn parts(name: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    for piece in name.split(['-', '_']).filter(|piece| !piece.is_empty()) {
        let mut best: Vec<Option<(usize, usize)>> = vec![None; piece.len() + 1];
        best[0] = Some((0, 0));
        for end in 1..=piece.len() {
            for start in end.saturating_sub(12)..end {
                let Some((count, _)) = best[start] else { continue };
                let part = &piece[start..end];
                let is_part = KINDS.contains_key(part) || is_number(part);
                if is_part && best[end].is_none_or(|(fewest, _)| count + 1 < fewest) {
                    best[end] = Some((count + 1, start));
                }
            }
        }
        let mut end = piece.len();
        let from = parts.len();
        while end > 0 {
            let (_, start) = best[end]?;
            parts.push(&piece[start..end]);
            end = start;
        }
        parts[from..].reverse();
    }
    Some(parts)
}

fn is_number(part: &str) -> bool {
    part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Endings that are sold for gambling.
const ENDINGS: &[&str] = &["bet", "casino", "poker"];

/// Whether a host belongs to gambling: by the lists, by its ending, or because one of its names is made so.
/// A name under the own domain of an office counts as well: forgotten records of names are taken over.
pub fn is_gambling_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    if is_gambling_address(&format!("//{host}/")) {
        return true;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let Some((ending, before)) = labels.split_last() else { return false };
    if before.is_empty() {
        return false;
    }
    ENDINGS.contains(ending) || before.iter().any(|label| *label != "www" && is_gambling_name(label))
}

/// Whether a host may be one of gambling, which counts only beside an offer.
pub fn is_doubtful_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    labels.split_last().is_some_and(|(_, before)| before.iter().any(|label| is_doubtful_name(label)))
}

/// Whether an address leads to gambling: by its host, or by the words of its path.
pub fn leads_to_gambling(address: &str) -> bool {
    is_gambling_address(address) || host_of(address).is_some_and(|host| is_gambling_host(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_houses_are_known_by_how_they_are_made() {
        for bad in [
            "raja777",
            "dewatangkas303",
            "slot-anti-rugi88",
            "slotgratis777",
            "zeus138",
            "mpo88",
            "toto4d",
            "kangtau-toto",
            "casino-royal-bet",
            "kamboja888",
            "bahis-giris",
            "hoki99",
            "ufa-thai168",
            "sv388",
        ] {
            assert!(is_gambling_name(bad), "{bad}");
        }
        for good in [
            "totolink",
            "toto",
            "betawi",
            "domino",
            "kompas100",
            "radio",
            "win32",
            "asia",
            "indonesia",
            "covid19",
            "g20",
            "spin",
            "bandara",
            "prolink",
            "mastercard",
            "playground",
            "goldstar",
            "livestream",
            "slotkar",
        ] {
            assert!(!is_gambling_name(good), "{good}");
        }
    }

    #[test]
    fn hosts_are_read_label_by_label() {
        assert!(is_gambling_host("m.raja777.example"));
        assert!(is_gambling_host("slot-gacor.dinas.contoh.go.id"));
        assert!(is_gambling_host("apa-saja.bet"));
        assert!(!is_gambling_host("www.toto.com"));
        assert!(!is_gambling_host("dominos.co.id"));
        assert!(!is_gambling_host("parkir-slot.telukbiru.go.id"));
    }
}
