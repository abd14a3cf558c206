//! Whether our own line works: before a website is blamed, three targets that have nothing to do with one another are asked.

use crate::kernel::Timestamp;
use crate::kernel::time::SECOND;

/// A line that was seen to work is believed for so long. It is shorter than the time between two confirmations, so no
/// website is ever called down without a look at the line in between.
pub const KNOWN_SPAN: i64 = 15 * SECOND;

/// What is known of our line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Line {
    /// When it was last seen to work.
    works_at: Option<Timestamp>,
}

impl Line {
    /// Whether it must be asked before a failed look is believed.
    pub fn is_due(self, now: Timestamp) -> bool {
        self.works_at.is_none_or(|at| at.plus(KNOWN_SPAN) <= now || at > now)
    }

    /// Remembers what the targets answered, and says whether it works. Any answer proves the line; without targets it is taken to work.
    pub fn asked(&mut self, answers: &[bool], now: Timestamp) -> bool {
        let works = answers.is_empty() || answers.contains(&true);
        self.works_at = works.then_some(now);
        works
    }
}
