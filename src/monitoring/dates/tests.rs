//! Spellings of others with the dates they mean, and properties that hold for every date.

use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;

use super::{LINE_BYTES_MAX, dates_line};

const WILD: &str = include_str!("../../../tests/fixtures/monitoring/dates.tsv");

struct Case {
    text: &'static str,
    now: Timestamp,
    expected: &'static str,
    held: bool,
}

fn cases() -> Vec<Case> {
    let case = |line: &'static str| {
        let [text, now, expected, set] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        Case { text, now: now.parse().unwrap(), expected, held: set == "held" }
    };
    WILD.lines().skip(1).map(case).collect()
}

/// Right ones of how many, and every miss in words.
fn score(cases: &[&Case]) -> (usize, usize, Vec<String>) {
    let missed: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let answer = dates_line(case.text, case.now);
            (answer != case.expected).then(|| format!("{:?}: {:?} and not {:?}", case.text, answer, case.expected))
        })
        .collect();
    (cases.len() - missed.len(), cases.len(), missed)
}

#[test]
fn dates_met_in_the_wild_are_read_and_what_is_none_is_refused() {
    let cases = cases();
    assert!(cases.len() >= 420, "{} strings", cases.len());
    let part = |held: bool, none: bool| -> Vec<&Case> {
        cases.iter().filter(|case| case.held == held && case.expected.is_empty() == none).collect()
    };
    let mut misses = Vec::new();
    for (name, held) in [("own", false), ("held", true)] {
        let (read, of, missed) = score(&part(held, false));
        let (refused, none, wrong) = score(&part(held, true));
        println!("{name}: {read} of {of} dates read, {refused} of {none} refused");
        misses.extend(missed);
        misses.extend(wrong);
    }
    let refusals = cases.iter().filter(|case| case.expected.is_empty()).count();
    assert!(refusals * 4 >= cases.len(), "a quarter must be refusals");
    assert!(misses.is_empty(), "\n{}", misses.join("\n"));
}

fn now() -> Timestamp {
    "2026-01-14T10:00:00+08:00".parse().unwrap()
}

const INDONESIAN: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jum'at", "Sabtu", "Minggu"];

fn spellings(date: Date) -> Vec<String> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let at = usize::try_from(month - 1).unwrap();
    let (id, en) = (INDONESIAN[at], ENGLISH[at]);
    let weekday = DAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()];
    vec![
        format!("{day} {id} {year}"),
        format!("{weekday}, {day:02} {id} {year}"),
        format!("{weekday}, {day} {} {year} 08:15 WITA", &id[..3]),
        format!("Diposting pada {} oleh admin", format_args!("{day} {} {year}", id.to_uppercase())),
        format!("{en} {day}, {year}"),
        format!("{day} {en} {year}"),
        format!("{} {day}, {year}", &en[..3]),
        format!("{day:02}-{month:02}-{year}"),
        format!("{day}/{month}/{year}"),
        format!("{day:02}.{month:02}.{year}"),
        format!("{weekday}, {day:02}/{month:02}/{year}"),
        format!("{year}-{month:02}-{day:02}"),
        format!("{year}/{month:02}/{day:02}"),
        format!("{year}{month:02}{day:02}"),
        format!("{year}-{month:02}-{day:02}T23:10:00+08:00"),
        format!("{year}-{month:02}-{day:02}T03:10:00Z"),
        format!("{day:02}/{month:02}/{:02}", year % 100),
        format!("https://contoh.go.id/{year}/{month:02}/{day:02}/judul/"),
        format!("{day:02}-{}-{year}", &en[..3]),
        format!("{day} {id} {year}, dibaca 120 kali"),
    ]
}

#[test]
fn every_date_of_2000_to_2035_reads_back_in_each_spelling() {
    let mut missed = Vec::new();
    let mut date = jiff::civil::date(2000, 1, 1);
    let mut count = 0;
    while date.year() <= 2035 {
        // Every eighth day in all spellings, each other one in three of them, in turn: a second instead of ten.
        for (place, text) in spellings(date).into_iter().enumerate() {
            if count % 8 != 0 && (place + count) % 7 != 0 {
                continue;
            }
            let answer = dates_line(&text, now());
            if answer != date.to_string() {
                missed.push(format!("{text}: {answer}"));
            }
        }
        count += 1;
        date = date.tomorrow().unwrap();
    }
    assert!(missed.is_empty(), "{} missed\n{}", missed.len(), missed[..missed.len().min(20)].join("\n"));
}

#[test]
fn a_line_without_end_takes_no_longer_than_its_limit() {
    for piece in ["12-", "<", "&#", "12, ", "1/2/", "senin ", "12 januari - ", "dua ", "Jum'", "<a ", "2026-01-12/"] {
        let long = piece.repeat(2_000_000 / piece.len());
        let started = std::time::Instant::now();
        dates_line(&long, now());
        assert!(started.elapsed().as_millis() < 1_000, "{piece:?} took {:?}", started.elapsed());
    }
    let far = format!("{}12 Januari 2026", " ".repeat(LINE_BYTES_MAX));
    assert_eq!(dates_line(&far, now()), "");
}

proptest! {
    #[test]
    fn whatever_stands_in_a_line_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        dates_line(&String::from_utf8_lossy(&bytes), now());
    }

    #[test]
    fn pieces_of_dates_in_any_order_never_panic(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "12", "31", "0", "2026", "1447", "20260112", "99999999999999999999", "januari", "peb", "senin", "-",
                "/", ".", ":", " ", ",", "'", "lalu", "hari", "jam", "s.d.", "ago", "T", "Z", "+00:00", "(", ")",
                "NIP", "&#8217;", "<", ">", "kemarin", "ke", "dua", "ribu", "\u{a0}", "–", "lagi", "tahun", "9999",
            ]),
            0..40,
        )
    ) {
        let text = pieces.concat();
        let answer = dates_line(&text, now());
        let (first, last) = answer.split_once('/').unwrap_or((&answer, ""));
        prop_assert!(first.len() <= 10 && (last.is_empty() || first < last), "{}: {}", text, answer);
    }
}
