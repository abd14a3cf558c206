//! Windows of maintenance: work that was announced. Looks go on, nobody is told, and reports show that time apart.

use jiff::civil::DateTime;

use crate::kernel::id::MonitorId;
use crate::kernel::time::{self, DAY};
use crate::kernel::{Code, Refusal, Timestamp};

/// Work that takes longer is no window but another website.
pub const WINDOW_SPAN_MAX: i64 = 31 * DAY;
pub const REASON_LETTERS_MAX: usize = 500;

/// Of which websites it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    All,
    Group(String),
    One(MonitorId),
}

/// From the first instant to before the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
    pub extent: Extent,
}

impl Span {
    pub fn holds(&self, monitor: MonitorId, groups: &[String], at: Timestamp) -> bool {
        let is_of_it = match &self.extent {
            Extent::All => true,
            Extent::Group(group) => groups.contains(group),
            Extent::One(one) => *one == monitor,
        };
        is_of_it && self.from <= at && at < self.until
    }
}

/// Reads both ends, as people of a zone write them: `2026-11-23T18:00`.
pub fn read(zone: &str, starts: &str, ends: &str) -> Result<(Timestamp, Timestamp), Refusal> {
    let zone = time::zone(zone)?;
    let read = |field: &str, text: &str| {
        let local = text.parse::<DateTime>().ok();
        // An hour that the clock leaves out or has twice does not exist here; elsewhere the later one counts.
        let at = local.and_then(|local| zone.to_ambiguous_timestamp(local).compatible().ok());
        let wrong = || Refusal::new(Code::Invalid).field(field, "malformed", "such as 2026-11-23T18:00");
        at.map(Timestamp::from).ok_or_else(wrong)
    };
    let (from, until) = (read("starts", starts)?, read("ends", ends)?);
    let invalid = |why| Refusal::new(Code::Invalid).field("ends", "out_of_range", why);
    if until <= from {
        return Err(invalid("after its beginning"));
    }
    if until > from.plus(WINDOW_SPAN_MAX) {
        return Err(invalid("at most 31 days after its beginning"));
    }
    Ok((from, until))
}
