//! What the allocator keeps for itself, and when it gives it back.
//!
//! Left to itself it keeps freed memory for a while, which makes a build a third faster, and gives it back while
//! others allocate: so a server with nothing to do would keep what its last work needed.

use std::ffi::c_long;
use std::sync::{Mutex, PoisonError};

use libmimalloc_sys as mimalloc;

/// `mi_option_purge_delay` of mimalloc 3: milliseconds until freed memory goes back to the system.
const PURGE_DELAY: mimalloc::mi_option_t = 15;
const AT_ONCE_MILLIS: c_long = 0;
/// The allocator's own default.
const LATER_MILLIS: c_long = 1_000;

/// How much work goes on at the moment; `None` in a process that does its work and ends.
static WORK: Mutex<Option<usize>> = Mutex::new(None);

/// From now on freed memory goes back at once, but while something [`Works`]: for a process that stays.
pub fn spare() {
    let mut work = WORK.lock().unwrap_or_else(PoisonError::into_inner);
    *work = work.or(Some(0));
    set(AT_ONCE_MILLIS);
}

/// Some work that allocates much; as long as it lives, freed memory is kept for it.
pub struct Works(());

impl Works {
    pub fn begin() -> Works {
        if let Some(count) = &mut *WORK.lock().unwrap_or_else(PoisonError::into_inner) {
            *count += 1;
            set(LATER_MILLIS);
        }
        Works(())
    }
}

impl Drop for Works {
    fn drop(&mut self) {
        if let Some(count) = &mut *WORK.lock().unwrap_or_else(PoisonError::into_inner) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                // What was to go back later would stay otherwise.
                // SAFETY: it may be called at any time from any thread, and looks only at what is free.
                unsafe { mimalloc::mi_collect(true) };
                set(AT_ONCE_MILLIS);
            }
        }
    }
}

fn set(millis: c_long) {
    // SAFETY: options are read anew each time; any number is a valid delay.
    unsafe { mimalloc::mi_option_set(PURGE_DELAY, millis) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_is_the_one_that_is_meant() {
        // SAFETY: it only reads.
        assert_eq!(unsafe { mimalloc::mi_option_get(PURGE_DELAY) }, LATER_MILLIS);
    }
}
