//! What an imported list would change: pure.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::list::{self, COLUMNS, Listed, Wrong};
use super::model::{Wanted, Watched};
use super::rules;
use crate::kernel::id::MonitorId;
use crate::kernel::{Digest, Refusal};

crate::words! {
    /// What a line of a list would do.
    pub enum Effect as "ImportEffect" {
        New = "new",
        Changed = "changed",
    }
}

/// A website that the list brings or changes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ImportedSite)]
pub struct Difference {
    pub line: u64,
    pub effect: Effect,
    pub agency: String,
    pub url: String,
    /// Of one that is watched already.
    pub cells: Vec<CellChange>,
}

/// A cell that would become another one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CellChange {
    pub column: String,
    pub before: String,
    pub after: String,
}

/// What is to be stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    Add(Wanted),
    /// That one becomes this; the address stays.
    Change(MonitorId, Wanted),
}

/// What a whole list would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub deeds: Vec<Deed>,
    pub differences: Vec<Difference>,
    pub unchanged: usize,
    pub wrong: Vec<Wrong>,
}

impl Plan {
    pub fn count(&self, effect: Effect) -> usize {
        self.differences.iter().filter(|one| one.effect == effect).count()
    }

    /// Names what would be done; the same list over other websites has another.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&serde_json::json!(self.differences))
    }
}

/// Holds a list against those that are watched. What the list does not name stays as it is.
pub fn plan(listed: &[Listed], watched: &[Watched]) -> Plan {
    let known: HashMap<&str, &Watched> = watched.iter().map(|one| (one.url.as_str(), one)).collect();
    let mut plan = Plan::default();
    let mut seen: HashSet<&str> = HashSet::new();
    for one in listed {
        if !seen.insert(one.url.as_str()) {
            plan.wrong.push(Wrong::new(one.line, ("url", "repeated"), "each address once"));
            continue;
        }
        let before = known.get(one.url.as_str()).map(|known| (known.id, Wanted::of(known)));
        let wanted = rules::tidied(one.wanted(before.as_ref().map(|(_, now)| now.clone())));
        match before {
            Some((_, now)) if now == wanted => plan.unchanged += 1,
            before => match rules::check(&wanted) {
                Err(refusal) => plan.wrong.extend(mistakes(one.line, &refusal)),
                Ok(_) => plan.add(one.line, before, wanted),
            },
        }
    }
    let after = watched.len() + plan.count(Effect::New);
    if after > usize::try_from(rules::MONITORS_MAX).unwrap_or(usize::MAX) {
        let what = format!("at most {} websites of one installation", rules::MONITORS_MAX);
        plan.wrong.push(Wrong::new(0, ("", "too_many"), what));
    }
    plan
}

impl Plan {
    fn add(&mut self, line: u64, before: Option<(MonitorId, Wanted)>, wanted: Wanted) {
        let (agency, url) = (wanted.agency.clone(), wanted.url.clone());
        let (effect, cells) = match &before {
            None => (Effect::New, Vec::new()),
            Some((_, now)) => (Effect::Changed, cells(now, &wanted)),
        };
        self.differences.push(Difference { line, effect, agency, url, cells });
        self.deeds.push(match before {
            None => Deed::Add(wanted),
            Some((id, _)) => Deed::Change(id, wanted),
        });
    }
}

fn cells(before: &Wanted, after: &Wanted) -> Vec<CellChange> {
    let pairs = list::cells(before).into_iter().zip(list::cells(after));
    let named = COLUMNS.into_iter().zip(pairs).filter(|(_, (before, after))| before != after);
    named.map(|(column, (before, after))| CellChange { column: column.to_owned(), before, after }).collect()
}

fn mistakes(line: u64, refusal: &Refusal) -> Vec<Wrong> {
    let wrong = refusal.field_refusals().iter();
    wrong.map(|one| Wrong::new(line, (list::column_of(&one.field), &one.code), one.detail.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn watched(number: u8, agency: &str, url: &str) -> Watched {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        Watched::new(MonitorId::new(now, [number; 10]), agency.into(), url.into(), now)
    }

    #[test]
    fn a_list_brings_changes_and_leaves_alone_and_its_digest_names_that() {
        let there =
            [watched(1, "A", "https://a.go.id/"), watched(2, "B", "https://b.go.id/"), watched(3, "X", "https://x/")];
        let listed = list::read("agency,url,active\nA,a.go.id,\nBB,b.go.id,tidak\nC,c.go.id,\n").unwrap();
        let plan = super::plan(&listed, &there);
        assert_eq!((plan.count(Effect::New), plan.count(Effect::Changed), plan.unchanged), (1, 1, 1));
        let cells: Vec<_> =
            plan.differences[0].cells.iter().map(|one| (one.column.as_str(), one.after.as_str())).collect();
        assert_eq!(cells, [("agency", "BB"), ("active", "tidak")]);
        assert_eq!(plan.wrong, []);
        assert_ne!(plan.digest(), super::plan(&listed, &there[1..]).digest());
        assert_eq!(plan.digest(), super::plan(&listed, &there).digest());
    }

    #[test]
    fn an_address_twice_and_a_value_beyond_its_rule_are_told_by_line_and_column() {
        let listed = list::read("url,interval_seconds,responsible\na.go.id,5,Ani\nb.go.id,60,\nb.go.id,60,\n").unwrap();
        let plan = super::plan(&listed, &[]);
        let wrong: Vec<_> = plan.wrong.iter().map(|one| format!("{} {} {}", one.line, one.column, one.code)).collect();
        assert_eq!(wrong, ["2 interval_seconds out_of_range", "2 responsible out_of_range", "4 url repeated"]);
    }
}
