//! The report on paper and as a sheet. What was handed in is printed as it was; the approval stands beside it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::model::{Excused, Frozen, Row, Verdict, Version};
use super::words::{filled, word};
use crate::kernel::Result;
use crate::monitoring::letterhead::Letterhead;
use crate::monitoring::look::model::Section;
use crate::publish::dates::Clockface;
use crate::reports::{self, Cell, Column, Document, Picture, Sheet, Signer};

/// What stands on a report beside its rows.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    pub head: Letterhead,
    pub seal: Option<Picture>,
    /// Form of the order, who gave it, and when.
    pub order: Option<(String, Signer)>,
    pub reported: Option<Signer>,
    pub approved: Option<Signer>,
    /// `None` for a draft.
    pub version: Option<Version>,
}

/// Prints reports in one language.
pub struct Printer {
    clock: Clockface,
}

impl Printer {
    /// `locale`: `id` or `en`.
    pub fn new(zone: TimeZone, locale: &str) -> Self {
        Printer { clock: Clockface::new(zone, locale) }
    }

    fn say<'a>(&self, name: &'a str) -> &'a str {
        word(&self.clock, name)
    }

    fn verdict(&self, verdict: Verdict) -> String {
        self.say(&format!("verdict.{verdict}")).to_owned()
    }

    fn section(&self, section: Section) -> String {
        self.say(&format!("section.{section}")).to_owned()
    }

    /// As PDF.
    pub fn pdf(&self, frozen: &Frozen, frame: &Frame) -> Result<Vec<u8>> {
        let lang = if self.clock.is_english() { "en" } else { "id" };
        let title = self.say("title");
        let head = &frame.head;
        let data = json!({
            "doc": { "title": title, "lang": lang, "number": frozen.number, "page_word": self.say("page") },
            "head": {
                "name": head.name, "address": head.address, "contact": head.contact,
                "seal": frame.seal.as_ref().map(|seal| seal.name.as_str()).unwrap_or_default(),
            },
            "facts": self.facts(frozen, frame),
            "words": { "summary": self.say("summary"), "results": self.say("results"), "threats": self.say("threats"),
                "threats_none": self.say("threats.none") },
            "counts": self.counts(&frozen.rows),
            "summary": frozen.summary,
            "rows": self.rows(&frozen.rows),
            "threats": self.threats(&frozen.rows),
            "place": "",
            "signers": self.signers(frame),
        });
        let pictures = frame.seal.clone().into_iter().collect();
        reports::pdf(&Document { template: include_str!("recap.typ"), data, pictures })
    }

    fn facts(&self, frozen: &Frozen, frame: &Frame) -> Vec<[String; 2]> {
        let number = if frozen.number.is_empty() { "…".to_owned() } else { frozen.number.clone() };
        let ended = frozen.ended_at.map(|at| format!(" – {}", self.clock.time(&self.clock.at(at)))).unwrap_or_default();
        let mut facts = vec![
            (self.say("number"), number),
            (self.say("basis"), self.say("basis.text").to_owned()),
            (self.say("week"), self.clock.written_day(&frozen.week)),
            (self.say("measured"), format!("{}{ended}", self.clock.moment(frozen.began_at))),
        ];
        if let Some((form, by)) = &frame.order {
            let form = self.say(&format!("order.{form}")).trim_start_matches("order.").to_owned();
            facts.push((
                self.say("ordered"),
                format!("{form}, {} {}, {}", self.say("by"), by.name, self.clock.moment(by.at)),
            ));
        }
        match &frame.version {
            Some(version) => {
                facts.push((self.say("version"), version.number.to_string()));
                facts.push((self.say("digest"), version.digest.to_string()));
            }
            None => facts.push((self.say("version"), self.say("draft").to_owned())),
        }
        facts.into_iter().map(|(name, says)| [name.to_owned(), says]).collect()
    }

    fn counts(&self, rows: &[Row]) -> Value {
        let mut of: BTreeMap<(Section, Verdict), usize> = BTreeMap::new();
        rows.iter().for_each(|row| *of.entry((row.section, row.verdict)).or_default() += 1);
        let number = |section: &Section, verdict: &Verdict| of.get(&(*section, *verdict)).copied().unwrap_or(0);
        let mut columns = vec![column(self.say("section"), "1fr")];
        columns.extend(Verdict::ALL.iter().map(|verdict| column(&self.verdict(*verdict), "1fr")));
        columns.push(column(self.say("total"), "1fr"));
        let has_rows = |section: &&Section| rows.iter().any(|row| row.section == **section);
        let of_section = |section: &Section| {
            let numbers: Vec<usize> = Verdict::ALL.iter().map(|verdict| number(section, verdict)).collect();
            let all = numbers.iter().sum::<usize>();
            let numbers = numbers.into_iter().chain([all]).map(|one| one.to_string());
            [self.section(*section)].into_iter().chain(numbers).collect::<Vec<_>>()
        };
        json!({ "columns": columns, "rows": Section::ALL.iter().filter(|section| has_rows(section)).map(of_section).collect::<Vec<_>>() })
    }

    fn rows(&self, rows: &[Row]) -> Value {
        let columns = [
            ("col.no", "auto"),
            ("col.agency", "2.2fr"),
            ("section", "auto"),
            ("col.newest", "auto"),
            ("col.days", "auto"),
            ("col.evidence", "2.4fr"),
            ("col.verdict", "auto"),
            ("col.before", "auto"),
            ("col.remark", "2.4fr"),
        ];
        let columns: Vec<_> = columns.iter().map(|(name, width)| column(self.say(name), width)).collect();
        let line = |(at, row): (usize, &Row)| {
            let seen = &row.seen;
            let signal = seen.signal.as_deref().map(|signal| self.signal(signal)).unwrap_or_default();
            let evidence = seen.evidence.as_deref().unwrap_or_default();
            vec![
                (at + 1).to_string(),
                format!("{}\n{}", row.agency, row.url),
                self.section(row.section),
                seen.date.map(|date| self.clock.written_day(&date.to_string())).unwrap_or_default(),
                seen.days.map(|days| days.to_string()).unwrap_or_default(),
                [signal.as_str(), evidence].join("\n").trim().to_owned(),
                self.verdict(row.verdict),
                row.before.map(|before| self.verdict(before)).unwrap_or_default(),
                self.remark(row),
            ]
        };
        json!({ "columns": columns, "rows": rows.iter().enumerate().map(line).collect::<Vec<_>>() })
    }

    fn signal(&self, signal: &str) -> String {
        let name = format!("signal.{signal}");
        let said = self.say(&name);
        if said == name { signal.to_owned() } else { said.to_owned() }
    }

    fn cause(&self, cause: &str) -> String {
        let name = format!("cause.{cause}");
        let said = self.say(&name);
        if said == name { cause.to_owned() } else { said.to_owned() }
    }

    /// Whatever a reader has to know beside the figures: why it is not there, what was put right, and what the operator says.
    fn remark(&self, row: &Row) -> String {
        let mut said = Vec::new();
        said.extend(row.seen.cause.as_deref().map(|cause| format!("{}.", self.cause(cause))));
        if let Some(by_hand) = &row.overridden {
            let was = self.verdict(row.measured);
            said.push(filled(&self.clock, "overridden", &[("was", &was), ("reason", &by_hand.reason)]));
        }
        if row.seen.doubtful {
            said.push(self.say("doubtful").to_owned());
        }
        if let Some(days) = row.seen.expected_days {
            said.push(filled(&self.clock, "expected", &[("days", &days.to_string())]));
        }
        said.extend(row.seen.exception.as_ref().map(|one| self.exception(one)));
        said.extend(row.seen.nudged_at.map(|at| filled(&self.clock, "nudged", &[("at", &self.clock.moment(at))])));
        if !row.reason.is_empty() {
            said.push(row.reason.clone());
        }
        said.join(" ")
    }

    fn exception(&self, one: &Excused) -> String {
        let until = self.clock.written_day(&one.valid_until.to_string());
        let values = [("until", until.as_str()), ("by", &one.agreed_by), ("reason", &one.reason)];
        filled(&self.clock, "excepted", &values)
    }

    /// Websites with a sign that somebody else wrote on them, each once.
    fn threats(&self, rows: &[Row]) -> Value {
        let columns = [("col.no", "auto"), ("col.agency", "1fr"), ("col.website", "1fr"), ("col.injection", "auto")];
        let columns: Vec<_> = columns.iter().map(|(name, width)| column(self.say(name), width)).collect();
        let mut told: Vec<&Row> = rows.iter().filter(|row| is_threat(row)).collect();
        told.dedup_by_key(|row| row.monitor);
        let line = |(at, row): (usize, &&Row)| {
            let what = row.seen.injection.as_deref().map(|word| self.injection(word)).unwrap_or_default();
            vec![(at + 1).to_string(), row.agency.clone(), row.url.clone(), what]
        };
        json!({ "columns": columns, "rows": told.iter().enumerate().map(line).collect::<Vec<_>>() })
    }

    fn injection(&self, verdict: &str) -> String {
        let name = format!("injection.{verdict}");
        let said = self.say(&name);
        if said == name { verdict.to_owned() } else { said.to_owned() }
    }

    fn signers(&self, frame: &Frame) -> Vec<Value> {
        let signer = |role: &str, one: Option<&Signer>, how: &str| {
            let when = one.map(|one| filled(&self.clock, how, &[("at", &self.clock.moment(one.at))]));
            let when = when.unwrap_or_else(|| self.say("pending").to_owned());
            let name = one.map(|one| one.name.clone()).unwrap_or_default();
            json!({ "role": self.say(role), "name": name, "number": "", "when": when })
        };
        vec![
            signer("reported_by", frame.reported.as_ref(), "signed"),
            signer("approved_by", frame.approved.as_ref(), "approved"),
        ]
    }

    /// As a table, one line for each row.
    pub fn sheet(&self, frozen: &Frozen) -> Sheet {
        let columns = [
            ("col.agency", 34),
            ("col.website", 34),
            ("section", 10),
            ("col.newest", 12),
            ("col.days", 7),
            ("col.expected", 9),
            ("col.signal", 14),
            ("col.evidence", 40),
            ("col.verdict", 18),
            ("col.before", 18),
            ("col.measured", 18),
            ("col.override", 30),
            ("col.reason", 30),
            ("col.exception", 30),
            ("col.cause", 26),
            ("col.injection", 16),
            ("col.grade", 12),
        ];
        let columns = columns.iter().map(|(name, width)| Column::new(self.say(name), *width)).collect();
        let name = format!("{} {}", self.say("week"), frozen.week);
        Sheet { name, columns, rows: frozen.rows.iter().map(|row| self.cells(row)).collect() }
    }

    fn cells(&self, row: &Row) -> Vec<Cell> {
        let seen = &row.seen;
        vec![
            row.agency.as_str().into(),
            row.url.as_str().into(),
            self.section(row.section).into(),
            seen.date.into(),
            seen.days.into(),
            seen.expected_days.map(i32::from).into(),
            seen.signal.as_deref().map(|signal| self.signal(signal)).into(),
            seen.evidence.as_deref().into(),
            self.verdict(row.verdict).into(),
            row.before.map(|before| self.verdict(before)).into(),
            self.verdict(row.measured).into(),
            row.overridden.as_ref().map(|by_hand| by_hand.reason.as_str()).into(),
            row.reason.as_str().into(),
            seen.exception.as_ref().map(|one| self.exception(one)).into(),
            seen.cause.as_deref().map(|cause| self.cause(cause)).into(),
            seen.injection.as_deref().filter(|_| is_threat(row)).map(|word| self.injection(word)).into(),
            seen.grade.as_deref().into(),
        ]
    }

    /// The name of a workbook.
    pub fn title(&self) -> &str {
        self.say("title")
    }
}

fn column(title: &str, width: &str) -> Value {
    json!({ "title": title, "width": width })
}

fn is_threat(row: &Row) -> bool {
    row.seen.injection.as_deref().is_some_and(|word| word != "clean")
}
