//! Is this an address of gambling, do these words offer it?

const HOSTS: &str = include_str!("hosts.txt");
const MARKS: &str = include_str!("marks.txt");
const PROMOTIONS: &str = include_str!("promotions.txt");

/// Stems of words by which news and warnings speak of gambling: such a text does not offer it.
const AGAINST: &[&str] = &[
    "bahaya",
    "berantas",
    "blokir",
    "cegah",
    "denda",
    "hukum",
    "jerat",
    "kecanduan",
    "korban",
    "larang",
    "larangan",
    "lapor",
    "pidana",
    "pinjol",
    "polda",
    "polisi",
    "polres",
    "satgas",
    "sanksi",
    "tangkap",
    "tangkal",
    "tersangka",
    "tindak",
    "tutup",
    "waspada",
    "peretas",
    "disusupi",
    "retas",
];

/// Letters before and behind an offer in which a word against it counts.
const AROUND_BYTES: usize = 200;

/// The entries of a list: one a line, without remarks.
pub(super) fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The listed words by which gambling is offered.
pub(super) fn promotions_listed() -> impl Iterator<Item = &'static str> {
    lines(PROMOTIONS)
}

/// The host of an `http` or `https` address, or of one without a scheme (`//host/…`), in small letters.
pub fn host_of(address: &str) -> Option<String> {
    let rest = match address.trim().split_once("//") {
        Some((scheme, rest)) if matches!(scheme.to_ascii_lowercase().as_str(), "" | "http:" | "https:") => rest,
        _ => return None,
    };
    // Browsers pass over further strokes: `https:///host` leads to the host.
    let rest = rest.trim_start_matches(['/', '\\']);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

/// Whether an address of another host is on the lists: its host by name, or host or path by what gives them away.
/// A path counts on every host, because pages of offices that were broken into are linked to as well.
pub fn is_gambling_address(address: &str) -> bool {
    let Some(host) = host_of(address) else { return false };
    let is_listed = |listed: &str| host == listed || host.strip_suffix(listed).is_some_and(|rest| rest.ends_with('.'));
    if lines(HOSTS).any(is_listed) {
        return true;
    }
    let joined: String = address.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    lines(MARKS).any(|mark| joined.contains(mark))
}

/// Where a text offers gambling: the byte range of each offer. A text that warns of it or tells of a raid does not.
pub fn promotions(text: &str) -> Vec<std::ops::Range<usize>> {
    let small = text.to_ascii_lowercase();
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for phrase in lines(PROMOTIONS) {
        for (at, _) in small.match_indices(phrase) {
            let range = at..at + phrase.len();
            if stands_alone(&small, &range) && !speaks_against(&small, &range) {
                found.push(range);
            }
        }
    }
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    // "situs slot", "slot gacor" and "gacor hari ini" may be one offer.
    let mut offers: Vec<std::ops::Range<usize>> = Vec::new();
    for range in found {
        match offers.last_mut().filter(|before| range.start < before.end) {
            Some(before) => before.end = before.end.max(range.end),
            None => offers.push(range),
        }
    }
    offers
}

fn stands_alone(text: &str, range: &std::ops::Range<usize>) -> bool {
    let ends = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    ends(text[..range.start].chars().next_back()) && ends(text[range.end..].chars().next())
}

fn speaks_against(text: &str, range: &std::ops::Range<usize>) -> bool {
    let from = text.floor_char_boundary(range.start.saturating_sub(AROUND_BYTES));
    let until = text.ceil_char_boundary((range.end + AROUND_BYTES).min(text.len()));
    AGAINST.iter().any(|word| text[from..until].contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_small_letters_and_name_nothing_twice() {
        for list in [HOSTS, MARKS, PROMOTIONS] {
            let mut all: Vec<_> = lines(list).collect();
            assert!(all.iter().all(|line| *line == line.to_lowercase()));
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count);
        }
    }

    #[test]
    fn hosts_below_a_listed_one_and_paths_that_give_themselves_away_are_found() {
        for bad in [
            "https://sbobet.com/",
            "http://m.bet365.com/id",
            "//slot-gacor.example/",
            "https://dinas.contoh.go.id/wp-content/slot-gacor-hari-ini/",
            "https://user@w88.com:443",
        ] {
            assert!(is_gambling_address(bad), "{bad}");
        }
        for good in [
            "https://www.lapor.go.id/",
            "https://parkir.contoh.go.id/slot/12",
            "/berita/bahaya-judi-online/",
            "mailto:a@w88.com",
            "https://steak.example/",
        ] {
            assert!(!is_gambling_address(good), "{good}");
        }
    }

    #[test]
    fn an_offer_is_found_and_a_warning_is_not() {
        assert_eq!(promotions("Daftar situs SLOT GACOR hari ini, gampang maxwin!").len(), 2);
        assert!(promotions("Polisi menangkap pengelola situs slot di dua kota.").is_empty());
        assert!(promotions("Waspada bahaya judi daring dan iming-iming bonus new member.").is_empty());
        assert!(promotions("Slot antrean dibuka pukul 08.00.").is_empty());
        assert!(promotions("").is_empty());
    }

    #[test]
    fn the_host_of_an_address_is_what_stands_between_user_and_port() {
        assert_eq!(host_of("https://A@Contoh.GO.id.:8443/x").as_deref(), Some("contoh.go.id"));
        assert_eq!(host_of("/berita/"), None);
        assert_eq!(host_of("mailto:a@b.test"), None);
    }
}
