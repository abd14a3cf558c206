//! What the search words promise, held against the lists.

use std::collections::HashSet;

use proptest::prelude::*;

use super::dictionary::{IRREGULAR, NAMES, ROOTS, STOP_WORDS, lines};
use super::synonyms::{PHRASE_TERMS_MAX, SYNONYMS, phrase};
use super::{expand, stem, terms};

const FAMILIES: &str = include_str!("families.txt");
const APART: &str = include_str!("apart.txt");
/// The bar: at least so many of a hundred related pairs meet.
const JOINED_PERCENT_MIN: usize = 97;

fn stems(text: &str) -> Vec<String> {
    terms(text).map(|term| term.into_owned()).collect()
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

#[test]
fn related_words_meet_in_one_stem() {
    let (mut pairs, mut joined, mut failing) = (0, 0, Vec::new());
    for family in lines(FAMILIES) {
        let words = family.split(' ').collect::<Vec<_>>();
        for (at, one) in words.iter().enumerate() {
            for other in &words[..at] {
                pairs += 1;
                if stem(one) == stem(other) {
                    joined += 1;
                } else {
                    failing.push(format!("{other} {one}"));
                }
            }
        }
    }
    assert!(lines(FAMILIES).count() >= 60 && pairs >= 350);
    assert!(joined * 100 >= pairs * JOINED_PERCENT_MIN, "{joined} of {pairs}: {failing:?}");
}

#[test]
fn unrelated_words_stay_apart() {
    let pairs = lines(APART).map(|line| line.split_once(' ').unwrap());
    let wrong = pairs.filter(|(one, other)| stem(one) == stem(other)).collect::<Vec<_>>();
    assert!(lines(APART).count() >= 60);
    assert_eq!(wrong, []);
}

#[test]
fn the_known_traps_are_stepped_over() {
    let cases = [
        ("petugas", "tugas"),
        ("menerbitkan", "terbit"),
        ("memohon", "mohon"),
        ("permohonan", "mohon"),
        ("sekolah", "sekolah"),
        ("keputusan", "putus"),
        ("perpajakan", "pajak"),
        ("penarikan", "tarik"),
        ("pengadaan", "ada"),
        ("penganggaran", "anggar"),
        ("pemerintahan", "pemerintah"),
        ("memerintahkan", "perintah"),
        ("kependudukan", "penduduk"),
        ("kedudukan", "duduk"),
        ("perundang-undangan", "uu"),
        ("undangan", "undang"),
        ("mengurus", "urus"),
        ("keberlanjutan", "lanjut"),
        ("sepengetahuan", "tahu"),
    ];
    for (word, expected) in cases {
        assert_eq!(stem(word), expected, "{word}");
    }
}

#[test]
fn words_said_twice_are_one_and_other_hyphens_part_words() {
    assert_eq!(stems("anak-anaknya berlari-lari, obat-obatan"), ["anak", "lari", "obat"]);
    assert_eq!(stems("sayur-mayur e-KTP ke-17 Covid-19"), ["sayur", "ktp", "17", "covid", "19"]);
    assert_eq!(stems("website-website"), ["website"]);
}

#[test]
fn names_and_foreign_words_are_not_mangled() {
    for word in ["makassar", "bandung", "kalimantan", "sultan", "bekasi", "kediri", "online", "website", "status"] {
        assert_eq!(stem(word), word);
    }
    assert_eq!(stems("permits, policies and businesses"), ["permit", "policy", "business"]);
}

#[test]
fn letters_are_folded_and_numbers_pass() {
    assert_eq!(stem("JUM’AT"), "jumat");
    assert_eq!(stem("Qur'an"), "quran");
    assert_eq!(stem("Café"), "cafe");
    assert_eq!(stems("Perda Nomor 5 Tahun 2026"), ["perda", "nomor", "5", "tahun", "2026"]);
    assert_eq!(stems("東京 Москва"), ["東京", "москва"]);
}

#[test]
fn stop_words_single_letters_and_keys_are_left_out() {
    assert_eq!(stems("yang di dan ke the of a x"), [""; 0]);
    assert_eq!(stems(&"a".repeat(41)), [""; 0]);
    assert_eq!(stems(&"b".repeat(40)), ["b".repeat(40)]);
}

#[test]
fn a_query_is_read_in_every_direction_of_its_synonyms() {
    let ktp = expand("syarat e-KTP");
    assert_eq!(ktp[0], [["syarat"]]);
    assert!(ktp[1].contains(&phrase("kartu tanda penduduk")));
    let card = expand("kartu tanda penduduk");
    assert_eq!(card.len(), 1);
    assert!(card[0].contains(&phrase("ktp")));
    assert_eq!(expand("yang di"), Vec::<Vec<Vec<String>>>::new());
}

#[test]
fn an_alternative_that_asks_for_more_than_another_is_left_out() {
    let meant = &expand("ktp elektronik")[0];
    assert_eq!(meant[0], phrase("ktp elektronik"));
    assert_eq!(meant.iter().filter(|one| one.contains(&"ktp".to_owned())).count(), 2);
}

#[test]
fn every_list_is_sorted_without_doubles_and_in_small_letters() {
    for list in [ROOTS, NAMES, IRREGULAR, STOP_WORDS] {
        let words = lines(list).map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>();
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
    assert!(lines(ROOTS).count() >= 4000);
}

#[test]
fn no_word_stands_in_two_lists() {
    let roots = lines(ROOTS).collect::<HashSet<_>>();
    let irregular = lines(IRREGULAR).map(|line| line.split(' ').next().unwrap()).collect::<HashSet<_>>();
    let names = lines(NAMES).collect::<HashSet<_>>();
    assert!(roots.is_disjoint(&irregular) && roots.is_disjoint(&names) && irregular.is_disjoint(&names));
}

#[test]
fn an_irregular_form_leads_to_a_stem_that_is_not_longer_and_stays() {
    for line in lines(IRREGULAR) {
        let (form, root) = line.split_once(' ').unwrap();
        assert!(root.len() <= form.len() && form != root, "{line}");
        assert_eq!(stem(root), root, "{line}");
    }
}

#[test]
fn roots_and_names_are_their_own_stems() {
    for word in lines(ROOTS).chain(lines(NAMES)) {
        assert_eq!(stem(word), word);
    }
}

#[test]
fn every_line_of_the_synonyms_says_something() {
    for line in lines(SYNONYMS) {
        let phrases = line.split('=').map(phrase).collect::<HashSet<_>>();
        assert!(phrases.len() >= 2, "{line}");
        assert!(phrases.iter().all(|one| (1..=PHRASE_TERMS_MAX).contains(&one.len())), "{line}");
    }
}

/// A listed root between affixes, some of them absurd.
fn affixed() -> impl Strategy<Value = String> {
    let roots = lines(ROOTS).collect::<Vec<_>>();
    let prefixes = vec!["", "me", "mem", "meng", "di", "ke", "pe", "peng", "ber", "ter", "memper", "seke", "kau"];
    let suffixes = vec!["", "an", "kan", "i", "nya", "kannya", "lah", "anmupun", "-nya"];
    let parts = (prop::sample::select(prefixes), prop::sample::select(roots), prop::sample::select(suffixes));
    parts.prop_map(|(prefix, root, suffix)| format!("{prefix}{root}{suffix}"))
}

proptest! {
    #[test]
    fn a_stem_is_never_longer_than_its_word(word in prop_oneof![affixed(), ".{0,60}", "[a-z'’-]{0,50}"]) {
        prop_assert!(letters(&stem(&word)) <= letters(&word));
        prop_assert_eq!(stem(&word), stem(&word));
    }

    #[test]
    fn a_listed_stem_is_its_own_stem(word in affixed()) {
        let once = stem(&word).into_owned();
        if lines(ROOTS).any(|root| root == once) {
            prop_assert_eq!(stem(&once), once.as_str());
        }
    }

    #[test]
    fn any_text_gives_terms_within_the_limits(text in "\\PC{0,300}") {
        for term in terms(&text) {
            prop_assert!((1..=super::WORD_LETTERS_MAX).contains(&letters(&term)));
        }
        prop_assert!(expand(&text).len() <= super::QUERY_TERMS_MAX);
    }
}
