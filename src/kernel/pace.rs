//! What is done again and again, but not at every chance to do it.

use std::sync::atomic::{AtomicI64, Ordering};

use super::Timestamp;

/// Lets something through once in every so many microseconds.
#[derive(Debug)]
pub struct Pace {
    every: i64,
    next: AtomicI64,
}

impl Pace {
    pub const fn new(every: i64) -> Self {
        Pace { every, next: AtomicI64::new(0) }
    }

    /// Whether it is time; then the next time is later. A clock that was set back is no reason to wait.
    pub fn is_time(&self, now: Timestamp) -> bool {
        let next = self.next.load(Ordering::Relaxed);
        let is_time = next <= now.micros() || next > now.micros() + self.every;
        if is_time {
            self.next.store(now.micros() + self.every, Ordering::Relaxed);
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lets_through_once_in_a_while_whatever_the_clock_does() {
        let pace = Pace::new(100);
        let asked =
            [1_000, 1_050, 1_099, 1_100, 1_150, 900, 950, 1_000].map(|at| pace.is_time(Timestamp::from_micros(at)));
        assert_eq!(asked, [true, false, false, true, false, true, false, true]);
    }
}
