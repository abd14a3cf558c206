//! A proof that events were recorded, for whoever has no database: pure.
//!
//! Each event is followed to the next signed checkpoint. Events of others on the way are there by the digest of
//! what they say, so that the chain can be computed and nothing of theirs is told.

use serde::{Deserialize, Serialize};

use super::model::{Checkpoint, Record};
use super::rules;
use super::signed_by;
use crate::kernel::Digest;

/// Of one proof; each takes 67 bytes.
pub const LINKS_MAX: usize = 100_000;

/// Events with what leads from each to a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    pub events: Vec<Record>,
    pub segments: Vec<Segment>,
}

/// A piece of the chain that ends with a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// The number of its first event.
    pub from: i64,
    /// The hash before that.
    pub previous: Digest,
    /// The digest of what each event says, without a gap.
    pub bodies: Vec<Digest>,
    pub checkpoint: Checkpoint,
}

impl Segment {
    pub fn holds(&self, sequence: i64) -> bool {
        (self.from..=self.checkpoint.sequence).contains(&sequence)
    }

    /// The hash of each event, and before the first the one that it follows.
    fn hashes(&self) -> Vec<Digest> {
        let mut hashes = vec![self.previous];
        for (sequence, body) in (self.from..).zip(&self.bodies) {
            let previous = hashes[hashes.len() - 1];
            hashes.push(rules::chained(sequence, &previous, body));
        }
        hashes
    }
}

/// What does not fit: where, and why.
pub fn check(proof: &Proof, public_key: &str) -> Vec<(String, &'static str)> {
    let mut wrong = Vec::new();
    let signed = signed_by(public_key.to_owned());
    let hashes: Vec<Vec<Digest>> = proof.segments.iter().map(Segment::hashes).collect();
    for ((at, segment), hashes) in proof.segments.iter().enumerate().zip(&hashes) {
        let place = format!("ledger.segments[{at}]");
        let point = &segment.checkpoint;
        if segment.from + segment.bodies.len() as i64 != point.sequence + 1 {
            wrong.push((place.clone(), "it does not reach its checkpoint"));
        } else if hashes.last() != Some(&point.hash) {
            wrong.push((place.clone(), "the chain does not lead to its checkpoint"));
        }
        if !signed(point) {
            wrong.push((format!("{place}.checkpoint"), "the signature does not hold"));
        }
    }
    for (at, event) in proof.events.iter().enumerate() {
        let place = format!("ledger.events[{at}]");
        let segment = proof.segments.iter().zip(&hashes).find(|(segment, _)| segment.holds(event.sequence));
        let Some((segment, hashes)) = segment else {
            wrong.push((place, "nothing leads from it to a checkpoint"));
            continue;
        };
        let offset = usize::try_from(event.sequence - segment.from).unwrap_or(usize::MAX);
        let chain = hashes.get(offset).zip(hashes.get(offset.saturating_add(1)));
        if rules::hash(event) != event.hash || chain != Some((&event.previous, &event.hash)) {
            wrong.push((place, "it is not what was recorded"));
        }
    }
    wrong
}
