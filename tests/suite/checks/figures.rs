//! How often the checks for personal data and gambling are right: on labelled snippets, and on the content of the demo.
//! `docs/checks.md` tells the figures.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use lamin::content::checks::model::{Around, Check, Severity};
use lamin::content::checks::{rules, service};
use lamin::content::model::Content;
use lamin::content::types::shipped;
use lamin::db::Engine;
use lamin::kernel::{Locale, Slug, Timestamp};
use serde_json::json;

use crate::import::{import, site};
use crate::support::{MONDAY_MORNING, TestApp};

const SNIPPETS: &str = include_str!("../../checks/snippets.txt");
const SNIPPETS_MIN: usize = 200;
/// The floors: a change of the rules may raise them.
const PRECISION_MIN: f64 = 0.97;
const RECALL_MIN: f64 = 0.95;

/// A snippet without its labels, and what they say: check and words.
fn read(line: &str) -> (String, Vec<(Check, String)>) {
    let (mut text, mut labels) = (String::new(), Vec::new());
    let line = line.replace("\\n", "\n");
    let mut rest = line.as_str();
    while let Some((before, label)) = rest.split_once('⟦') {
        let (label, after) = label.split_once('⟧').expect("a label ends");
        let (check, words) = label.split_once(':').expect("a label names its check");
        labels.push((Check::parse(check).expect("a check that is known"), words.to_owned()));
        text.push_str(before);
        text.push_str(words);
        rest = after;
    }
    text.push_str(rest);
    (text, labels)
}

fn found(text: &str) -> Vec<(Check, String)> {
    let berita = shipped("berita").unwrap();
    let fields = json!({"title": "Uji", "body": text}).as_object().cloned().unwrap();
    let content = Content {
        type_key: "berita".into(),
        locale: Locale::indonesian(),
        slug: Slug::parse("uji").unwrap(),
        category: None,
        tags: Vec::new(),
        fields,
    };
    let around = Around::nothing(Timestamp::parse(MONDAY_MORNING).unwrap(), TimeZone::UTC);
    let wanted: Vec<Check> = Check::PERSONAL.iter().copied().chain([Check::Gambling]).collect();
    let found = rules::look(&berita, &content, &around, &wanted);
    found.findings.into_iter().map(|finding| (finding.check, finding.excerpt)).collect()
}

/// Letters and digits alone: how a number is parted says nothing of whether it was found.
fn bare(words: &str) -> String {
    words.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

#[derive(Default)]
struct Figures {
    right: usize,
    false_alarms: usize,
    missed: usize,
}

impl Figures {
    fn share(of: usize, all: usize) -> f64 {
        if all == 0 { 1.0 } else { of as f64 / all as f64 }
    }

    fn precision(&self) -> f64 {
        Figures::share(self.right, self.right + self.false_alarms)
    }

    fn recall(&self) -> f64 {
        Figures::share(self.right, self.right + self.missed)
    }
}

#[test]
fn precision_and_recall_on_labelled_snippets_stay_above_their_floor() {
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    let mut wrong = String::new();
    let snippets: Vec<&str> = SNIPPETS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(snippets.len() >= SNIPPETS_MIN, "{} snippets", snippets.len());
    for line in snippets {
        let (text, mut expected) = read(line);
        for (check, words) in found(&text) {
            let at = expected.iter().position(|(wanted, label)| *wanted == check && bare(label) == bare(&words));
            let of_check = figures.entry(check.as_str()).or_default();
            match at {
                Some(at) => {
                    expected.remove(at);
                    of_check.right += 1;
                }
                None => {
                    of_check.false_alarms += 1;
                    wrong.push_str(&format!("false alarm {check} {words:?} in {text:?}\n"));
                }
            }
        }
        for (check, words) in expected {
            figures.entry(check.as_str()).or_default().missed += 1;
            wrong.push_str(&format!("missed {check} {words:?} in {text:?}\n"));
        }
    }
    let mut all = Figures::default();
    println!("{:<16} right false missed precision recall", "check");
    for (check, of_check) in &figures {
        let Figures { right, false_alarms, missed } = of_check;
        let (precision, recall) = (of_check.precision(), of_check.recall());
        println!("{check:<16} {right:>5} {false_alarms:>5} {missed:>6} {precision:>9.3} {recall:>6.3}");
        all.right += right;
        all.false_alarms += false_alarms;
        all.missed += missed;
    }
    println!("all: precision {:.3}, recall {:.3}\n{wrong}", all.precision(), all.recall());
    assert!(all.precision() >= PRECISION_MIN && all.recall() >= RECALL_MIN, "\n{wrong}");
}

#[actix_web::test]
async fn the_demo_raises_no_alarm_that_blocks() {
    let app = TestApp::new(Engine::Sqlite);
    import(&app, std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/content")));
    let (site, now) = (site(&app).id, app.now());
    let looked = |c: &mut lamin::db::Conn| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut blocking = Vec::new();
        let live = lamin::content::live::list(c, site)?;
        for entry in &live {
            let row = lamin::content::store::require(c, entry.entry_id)?;
            let look = service::look(c, row, &[Severity::Block, Severity::Warn], now)?;
            for finding in &look.found.findings {
                *counts.entry(finding.check.as_str()).or_default() += 1;
            }
            let told = |finding: &_| format!("{} {finding:?}", look.row.title);
            blocking.extend(look.blocking().map(told));
            let links = look.found.findings.iter().filter(|finding| finding.check == Check::BrokenLink);
            blocking.extend(links.map(told));
        }
        Ok((live.len(), counts, blocking))
    };
    let (entries, counts, blocking) = app.db.read_blocking(looked).unwrap();
    println!("{entries} entries of the demo: {counts:?}");
    assert!(blocking.is_empty(), "{blocking:#?}");
}
