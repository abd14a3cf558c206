//! How often a sign-in may fail, by account and by network, counted before the password is looked at.
//!
//! The small limit holds for an account from one network, so that an attacker elsewhere does not shut
//! its owner out. A higher one holds for a network whatever the account, and the highest for an account
//! whatever the network; from the last, networks where the account signed in lately are exempt.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::app::App;
use crate::kernel::tally::Tally;
use crate::kernel::time::SECOND;
use crate::kernel::{Code, Digest, Refusal};

/// A network may hold a whole office behind one address.
const NETWORK_FACTOR: usize = 5;
const ACCOUNT_FACTOR: usize = 10;

/// A sign-in that has been counted as failed until it says otherwise.
pub struct Attempt {
    /// The account from this network.
    pair: Digest,
    network: Digest,
    account: Digest,
}

impl Attempt {
    /// `too_many_requests` with `retry_after_s` when one of the limits is reached. `folded` is the
    /// folded address, whether or not an account has it.
    pub fn begin(app: &App, folded: &str, network: &str) -> Result<Self, Refusal> {
        let attempt = Attempt {
            pair: Digest::of(format!("pair\n{network}\n{folded}")),
            network: Digest::of(format!("network\n{network}")),
            account: Digest::of(format!("account\n{folded}")),
        };
        let limit = app.config.login_failures_max.max(1);
        let known = locked(&app.login_networks).number(&attempt.pair, app.now()) > 0;
        let account_limit = if known { usize::MAX } else { limit.saturating_mul(ACCOUNT_FACTOR) };
        let limits = [
            (attempt.pair, limit),
            (attempt.network, limit.saturating_mul(NETWORK_FACTOR)),
            (attempt.account, account_limit),
        ];
        attempt.count(app, limits)
    }

    /// The same for whoever holds out a one-time link: there is no account to be shut out of, only networks count.
    pub fn of_link(app: &App, network: &str) -> Result<Self, Refusal> {
        let attempt = Attempt {
            pair: Digest::of(format!("link\n{network}")),
            network: Digest::of(format!("network\n{network}")),
            account: Digest::of("link"),
        };
        let limit = app.config.login_failures_max.max(1);
        let limits = [
            (attempt.pair, limit),
            (attempt.network, limit.saturating_mul(NETWORK_FACTOR)),
            (attempt.account, usize::MAX),
        ];
        attempt.count(app, limits)
    }

    fn count(self, app: &App, limits: [(Digest, usize); 3]) -> Result<Self, Refusal> {
        let now = app.now();
        let mut failures = locked(&app.login_failures);
        for (key, limit) in limits {
            if failures.number(&key, now) >= limit {
                let wait = failures.forgets_at(&key, now).micros() - now.micros();
                let seconds = (wait + SECOND - 1) / SECOND;
                return Err(Refusal::new(Code::TooManyRequests).extra("retry_after_s", seconds.max(1)));
            }
        }
        for (key, _) in limits {
            failures.add(key, now);
        }
        Ok(self)
    }

    /// The password was right: the account's failures from this network are forgotten.
    pub fn succeeded(self, app: &App) {
        let mut failures = locked(&app.login_failures);
        failures.forget(&self.pair);
        failures.take_back(&self.network);
        failures.take_back(&self.account);
        drop(failures);
        let mut known = locked(&app.login_networks);
        known.forget(&self.pair);
        known.add(self.pair, app.now());
    }

    /// The password was never looked at.
    pub fn withdraw(self, app: &App) {
        let mut failures = locked(&app.login_failures);
        for key in [&self.pair, &self.network, &self.account] {
            failures.take_back(key);
        }
    }
}

/// Counts stay usable when a thread panicked while it held them.
fn locked(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
