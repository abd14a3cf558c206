//! The machine's clock.

use crate::kernel::Timestamp;
use crate::ports::Clock;

pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one reader of the clock")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }
}
