//! How often the look at a document for injection and defacement is right: on labelled documents, of which a part was
//! written before the rules and kept apart. `docs/monitoring.md` tells the figures.

use lamin::monitoring::scan::{Verdict, scan};

/// A labelled document.
struct Record {
    line: usize,
    verdict: Verdict,
    url: Option<&'static str>,
    text: &'static str,
}

const TUNED: &str = include_str!("../fixtures/monitoring/injection/tuned.txt");
const LATER: &str = include_str!("../fixtures/monitoring/injection/later.txt");
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
            println!("{name}:{} {:?} instead of {:?} ({}): {text}", record.line, answer.verdict, record.verdict, why.join(", "));
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
    for (name, file, f1_min) in [("tuned", TUNED, 0.97), ("held", HELD, 0.95), ("later", LATER, 0.90)] {
        let records = read(file);
        let figures = measure(name, &records);
        println!("{name}: {figures:.3?}");
        assert!(figures.f1 >= f1_min, "{name}: {figures:?}");
        assert!(figures.false_alarms <= 0.03, "{name}: {figures:?}");
        assert!(figures.exact >= 0.90, "{name}: {figures:?}");
    }
}
