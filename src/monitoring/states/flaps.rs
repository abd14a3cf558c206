//! The guard against websites that come and go: how often did the last results differ from the one before?

use serde::{Deserialize, Serialize};

pub const RESULTS_KEPT: u32 = 21;
/// Of 20 possible changes; from here on it is unstable.
pub const CHANGES_HIGH: u32 = 6;
/// Down to here it is stable again. Between the marks it stays what it was, or it would flap between those two.
pub const CHANGES_LOW: u32 = 2;

/// The last results, the newest in the lowest bit; a set bit is a good one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaps {
    bits: u32,
    count: u32,
}

impl Flaps {
    pub fn push(self, good: bool) -> Self {
        let bits = (self.bits << 1 | u32::from(good)) & ((1 << RESULTS_KEPT) - 1);
        Flaps { bits, count: (self.count + 1).min(RESULTS_KEPT) }
    }

    /// How many of the kept results differ from the one before.
    pub fn changes(self) -> u32 {
        let pairs = self.count.saturating_sub(1);
        ((self.bits ^ self.bits >> 1) & ((1 << pairs) - 1)).count_ones()
    }

    /// Whether it is unstable, by what it was before.
    pub fn is_unstable(self, before: bool) -> bool {
        if before { self.changes() > CHANGES_LOW } else { self.changes() >= CHANGES_HIGH }
    }
}
