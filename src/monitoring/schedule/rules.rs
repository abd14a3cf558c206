//! When the next look is due: pure.

use jiff::fmt::rfc2822;

use crate::kernel::time::{HOUR, SECOND};
use crate::kernel::{Digest, Timestamp};
use crate::monitoring::states::rules::{CONFIRM_SPAN_MAX, CONFIRM_SPAN_MIN, JITTER_SHARE};

/// A host that wants to be left alone for longer is asked all the same.
pub const RETRY_AFTER_MAX: i64 = HOUR;

/// A number of a name, spread evenly; the same on every machine.
fn spread(name: &str, of: i64) -> i64 {
    let digest = Digest::of(name);
    let number = i64::from_str_radix(&digest.as_str()[..15], 16).unwrap_or(0);
    number % of.max(1)
}

/// The time of a website's slot of this number.
fn slot(id: &str, interval: i64, number: i64) -> i64 {
    let jitter = spread(&format!("{id}/{number}"), interval / JITTER_SHARE);
    number * interval + spread(id, interval) + jitter
}

/// The first slot after an instant.
pub fn slot_after(id: &str, interval: i64, after: Timestamp) -> Timestamp {
    let interval = interval.max(SECOND);
    let mut number = (after.micros() - spread(id, interval)).div_euclid(interval);
    // The jitter may have moved that slot, or the one after it.
    while slot(id, interval, number) <= after.micros() {
        number += 1;
    }
    Timestamp::from_micros(slot(id, interval, number))
}

/// When a website is due after a start: the slot that was missed, if a round was cut in its midst, or the next one. What was missed
/// in a long time of rest is not made up for: all at once would be a burst.
pub fn resume(id: &str, interval: i64, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let next = slot_after(id, interval, now);
    let Some(last) = last else { return next };
    let missed = slot_after(id, interval, last);
    let is_of_this_round = now.plus(-2 * interval) <= missed;
    if missed <= now && is_of_this_round { missed } else { next }
}

/// When a look is confirmed: 20 to 30 seconds after it was due, by a share of its own.
pub fn confirmation(id: &str, looked_at: Timestamp) -> Timestamp {
    let share = spread(&format!("{id}?{}", looked_at.micros()), CONFIRM_SPAN_MAX - CONFIRM_SPAN_MIN);
    looked_at.plus(CONFIRM_SPAN_MIN + share)
}

/// How long a host asks to be left alone: seconds, or a day and time. `None` when it says nothing that can be read.
pub fn retry_after(header: &str, now: Timestamp) -> Option<i64> {
    let header = header.trim();
    let span = match header.parse::<u32>() {
        Ok(seconds) => i64::from(seconds) * SECOND,
        Err(_) => Timestamp::from(rfc2822::parse(header).ok()?.timestamp()).micros() - now.micros(),
    };
    (span > 0).then_some(span.min(RETRY_AFTER_MAX))
}
