//! How the chain is linked and checked: pure.

use serde_json::{Value, json};

use super::model::{Finding, Record};
use crate::kernel::id::SiteId;
use crate::kernel::{Digest, Timestamp};

use super::model::Event;

/// What the first event follows: 64 zeros.
pub fn origin() -> Digest {
    Digest::from_bytes([0; 32])
}

/// Puts an event at its place: the hash covers every field and the hash before.
pub fn link(event: &Event, sequence: i64, previous: Digest, at: Timestamp) -> Record {
    let mut record = Record {
        sequence,
        hash: origin(),
        previous,
        at,
        actor: event.actor.clone(),
        on_behalf: event.on_behalf.clone(),
        action: event.action.clone(),
        subject: event.subject.clone(),
        site_id: event.site,
        digests: event.digests.clone(),
        detail: event.detail.clone(),
    };
    record.hash = hash(&record);
    record
}

/// The hash that the record's fields give.
pub fn hash(record: &Record) -> Digest {
    chained(record.sequence, &record.previous, &body(record))
}

/// The hash of an event, by the digest of what it says: so a proof can lead past events of others without
/// telling what they say.
pub fn chained(sequence: i64, previous: &Digest, body: &Digest) -> Digest {
    Digest::of_json(&json!({"sequence": sequence, "previous": previous, "body": body}))
}

/// The digest of what an event says, without its place in the chain.
pub fn body(record: &Record) -> Digest {
    Digest::of_json(&json!({
        "at": record.at.micros(),
        "actor": record.actor,
        "on_behalf": record.on_behalf,
        "action": record.action,
        "subject": record.subject,
        "site": record.site_id.as_ref().map(SiteId::as_str),
        "digests": record.digests,
        "detail": record.detail,
    }))
}

/// Follows the chain record by record.
pub struct Walk {
    next: i64,
    previous: Digest,
    pub findings: Vec<Finding>,
}

/// After so many findings the rest adds nothing.
const FINDINGS_MAX: usize = 100;

impl Walk {
    pub fn new() -> Self {
        Walk { next: 1, previous: origin(), findings: Vec::new() }
    }

    pub fn step(&mut self, record: &Record) {
        if record.sequence != self.next {
            self.find(Finding::Gap { expected: self.next, found: record.sequence });
        }
        if record.previous != self.previous {
            self.find(Finding::Unlinked { sequence: record.sequence });
        }
        if hash(record) != record.hash {
            self.find(Finding::Altered { sequence: record.sequence });
        }
        self.previous = record.hash;
        self.next = record.sequence + 1;
    }

    /// The chain must end where the head says.
    pub fn end(&mut self, sequence: i64, hash: Digest) {
        if self.next - 1 != sequence || self.previous != hash {
            self.find(Finding::Truncated { expected: sequence, found: self.next - 1 });
        }
    }

    pub fn find(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    pub fn head(&self) -> (i64, Digest) {
        (self.next - 1, self.previous)
    }
}

/// The detail as stored; an unreadable one is a value of its own, so that its hash cannot fit.
pub fn read_detail(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!({ "unreadable": text }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain(length: usize) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        for at in 0..length {
            let previous = records.last().map_or_else(origin, |record| record.hash);
            let event = Event::new("user:a", "content.save", format!("entry:{at}")).digest(Digest::of([at as u8]));
            records.push(link(&event, at as i64 + 1, previous, Timestamp::from_micros(at as i64)));
        }
        records
    }

    fn findings(records: &[Record], head: (i64, Digest)) -> Vec<Finding> {
        let mut walk = Walk::new();
        records.iter().for_each(|record| walk.step(record));
        walk.end(head.0, head.1);
        walk.findings
    }

    fn edit(record: &mut Record, field: u8) {
        match field {
            0 => record.actor.push('x'),
            1 => record.action.push('x'),
            2 => record.subject.push('x'),
            3 => record.at = record.at.plus(1),
            4 => record.digests.push(origin()),
            5 => record.detail = json!({"x": 1}),
            6 => record.on_behalf = Some("user:b".into()),
            7 => record.site_id = Some(SiteId::new(Timestamp::from_micros(0), [1; 10])),
            8 => record.previous = Digest::of("x"),
            _ => record.hash = Digest::of("x"),
        }
    }

    #[test]
    fn an_untouched_chain_is_intact() {
        let records = chain(9);
        assert_eq!(findings(&records, (9, records[8].hash)), []);
        assert_eq!(findings(&[], (0, origin())), []);
    }

    proptest! {
        #[test]
        fn any_single_edit_removal_insertion_swap_or_truncation_is_found(
            length in 2usize..12, at in 0usize..12, field in 0u8..10, kind in 0u8..5,
        ) {
            let mut records = chain(length);
            let head = (length as i64, records[length - 1].hash);
            let at = at % length;
            match kind {
                0 => edit(&mut records[at], field),
                1 => { records.remove(at); }
                2 => { let copy = records[at].clone(); records.insert(at, copy); }
                3 => { let other = (at + 1) % length; records.swap(at, other); }
                _ => records.truncate(at),
            }
            prop_assert!(!findings(&records, head).is_empty());
        }
    }
}
