//! How often the look at a document for injection and defacement is right: on labelled documents, of which a part was
//! written before the rules and kept apart. `docs/monitoring.md` tells the figures.

use lamin::monitoring::decoding::DOCUMENT_BYTES_MAX;
use lamin::monitoring::scan::{Kind, Verdict, scan};
use proptest::prelude::*;

/// A labelled document.
struct Record {
    line: usize,
    verdict: Verdict,
    url: Option<&'static str>,
    text: &'static str,
}

const TUNED: &str = include_str!("../fixtures/monitoring/injection/tuned.txt");
const LATER: &str = include_str!("../fixtures/monitoring/injection/later.txt");
const LAST: &str = include_str!("../fixtures/monitoring/injection/last.txt");
const SENTENCES: &str = include_str!("../fixtures/monitoring/injection/sentences.txt");
const HELD: &str = include_str!("../fixtures/monitoring/injection/held.txt");

fn read(file: &'static str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut line = 1 + file.split("### ").next().unwrap_or_default().lines().count();
    for piece in file.split("\n### ").skip(1) {
        let (head, text) = piece.split_once('\n').expect("a record has a document");
        let (verdict, url) = head.split_once(' ').expect("a record has a verdict and an address");
        let verdict = match verdict {
            "clean" => Verdict::Clean,
            "suspicious" => Verdict::Suspicious,
            "infected" => Verdict::Infected,
            "defaced" => Verdict::Defaced,
            other => panic!("{other} is no verdict (line {line})"),
        };
        records.push(Record { line, verdict, url: (url != "-").then_some(url), text: text.trim_end() });
        line += piece.lines().count();
    }
    records
}

/// What the verdicts on a set are worth.
#[derive(Debug)]
struct Figures {
    records: usize,
    precision: f64,
    recall: f64,
    f1: f64,
    false_alarms: f64,
    exact: f64,
}

fn measure(name: &str, records: &[Record]) -> Figures {
    let (mut hits, mut alarms, mut misses, mut clean, mut exact) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for record in records {
        let answer = scan(record.text.as_bytes(), record.url);
        let (is_bad, is_found) = (record.verdict != Verdict::Clean, answer.verdict != Verdict::Clean);
        hits += f64::from(u8::from(is_bad && is_found));
        alarms += f64::from(u8::from(!is_bad && is_found));
        misses += f64::from(u8::from(is_bad && !is_found));
        clean += f64::from(u8::from(!is_bad));
        exact += f64::from(u8::from(answer.verdict == record.verdict));
        if answer.verdict != record.verdict {
            let text: String = record.text.chars().take(110).collect();
            let why: Vec<String> = answer.evidence.iter().map(|one| format!("{:?}", one.kind)).collect();
            println!(
                "{name}:{} {:?} instead of {:?} ({}): {text}",
                record.line,
                answer.verdict,
                record.verdict,
                why.join(", ")
            );
        }
    }
    let (precision, recall) = (hits / (hits + alarms), hits / (hits + misses));
    Figures {
        records: records.len(),
        precision,
        recall,
        f1: 2.0 * precision * recall / (precision + recall),
        false_alarms: alarms / clean,
        exact: exact / records.len() as f64,
    }
}

#[test]
fn figures_of_injection_and_defacement() {
    for (name, file, f1_min) in [
        ("tuned", TUNED, 0.95),
        ("held", HELD, 0.95),
        ("later", LATER, 0.95),
        ("last", LAST, 0.95),
        ("sentences", SENTENCES, 0.95),
    ] {
        let records = read(file);
        let figures = measure(name, &records);
        println!(
            "{name}: {} documents, precision {:.3}, recall {:.3}, F1 {:.3}, false alarms {:.3}, exact {:.3}",
            figures.records, figures.precision, figures.recall, figures.f1, figures.false_alarms, figures.exact
        );
        assert!(figures.f1 >= f1_min, "{name}: {figures:?}");
        assert!(figures.false_alarms <= 0.03, "{name}: {figures:?}");
        assert!(figures.exact >= 0.95, "{name}: {figures:?}");
    }
}

#[test]
fn a_verdict_is_the_same_in_every_encoding() {
    let text = "<html lang=id><title>Dinas</title><p>Panen raya di dua desa.</p><div style='display:none'><a href='https://raja777.example'>slot gacor</a></div>";
    let wide = |little: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let mut broken = text.as_bytes().to_vec();
    broken.splice(40..40, [0xff, 0xfe, 0xc3, 0x00]);
    let marked = [b"\xef\xbb\xbf".to_vec(), text.into()].concat();
    for bytes in [text.as_bytes().to_vec(), wide(true), wide(false), broken, marked] {
        assert_eq!(scan(&bytes, Some("https://dinas.contoh.go.id/")).verdict, Verdict::Infected);
    }
}

#[test]
fn evidence_names_what_stands_where_and_why() {
    let text = "<body><div id=x style='left:-9999px'><a href='https://raja777.example/a'>slot gacor</a></div>";
    let answer = scan(text.as_bytes(), None);
    let hidden = answer.evidence.iter().find(|one| one.kind == Kind::Hidden).expect("hidden");
    assert_eq!((hidden.text.as_str(), hidden.place.as_str()), ("slot gacor", "body > div#x > a"));
    assert_eq!(hidden.reason, "outside of the window");
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["verdict"], "infected");
    assert!(
        json["evidence"]
            .as_array()
            .is_some_and(|all| all.iter().all(|one| one["kind"].is_string() && one["text"].is_string()))
    );
}

/// Each of these takes a reader that walks up a tree, or compares everything with everything, minutes to hours.
#[test]
fn hostile_documents_take_time_in_proportion_to_their_size() {
    let whole = |piece: &str| piece.repeat(DOCUMENT_BYTES_MAX / 10 / piece.len());
    let attributes: String = (0..40_000).map(|number| format!(" a{number}")).collect();
    let rules: String = (0..10_000).map(|number| format!(".c{number},.d{number} e{{display:none}}")).collect();
    let documents = [
        whole("<div>"),
        whole("<p style='display:none'><a href=https://a.example>slot gacor"),
        whole("<a "),
        whole("<a href='"),
        whole("<a href=https://raja777.example>x</a>"),
        whole("raja777.example slot gacor daftar "),
        whole("</x>"),
        whole("<b></i>"),
        whole("<"),
        whole("<!--"),
        whole("<script>"),
        whole("<title>"),
        whole("&"),
        whole("&#0000000"),
        whole("a"),
        whole("slot gacor maxwin daftar polisi "),
        whole("slotgacor"),
        whole("s l o t "),
        whole("sl0t88 "),
        whole("a.b "),
        whole("hacked by "),
        whole("<a href=x>hacked by x</a>\n"),
        whole("\u{300}"),
        format!("<p{attributes}>"),
        format!("<style>{rules}</style><div class='{}'>", whole("c1 ")),
        format!("<script>{}</script>", whole("eval(atob('c2xvdA==')) ")),
        format!("<script>{}</script>", whole("document.write('<a href=x>');")),
        format!("<script>{}</script>", whole("getElementById(\"")),
        format!("<script>{}</script>", whole("\\x68")),
    ];
    for document in documents {
        let before = processor_seconds();
        scan(document.as_bytes(), Some("https://dinas.contoh.go.id/"));
        let head: String = document.chars().take(40).collect();
        let seconds = processor_seconds() - before;
        println!("{seconds:6.2} s  {head}");
        // What this is about takes minutes to hours.
        assert!(seconds < 20.0, "{head}: {seconds} s");
    }
}

/// Of this thread: what others do on a crowded machine does not count.
#[expect(clippy::disallowed_methods, reason = "what the kernel says of this thread")]
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let after = stat.rsplit(") ").next().unwrap();
    after.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        scan(&bytes, None);
    }

    #[test]
    fn any_markup_is_judged(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "<", ">", "</", "a", " href=", "\"", "'", "https://raja777.example", "div", "<script>", "</script>", "<style>", ".a{", "}", "display:none",
        "<!--", "-->", "&#", "x41", ";", "é", "\u{200b}", "slot", "gacor", " ", "\n", "s l o t", "atob(", "\\x6", "hacked by", "%", "สล็อต", "=", "\\",
        "<title>", "<meta http-equiv=refresh content='0;url=", "getElementById(\"", "fromCharCode(", "1,", ".", "@", "$",
    ]), 0..60)) {
        let text = pieces.concat();
        let first = scan(text.as_bytes(), Some("https://dinas.contoh.go.id/"));
        prop_assert_eq!(first, scan(text.as_bytes(), Some("https://dinas.contoh.go.id/")));
    }
}
