//! Unpredictable bytes from the operating system.

use crate::ports::Chance;

pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // Without unpredictable bytes every key and token would be guessable: better to stop.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}
