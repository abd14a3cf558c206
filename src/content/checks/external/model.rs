//! Addresses on other hosts and what they said.

use std::collections::HashMap;

use crate::kernel::{Digest, Timestamp};

crate::words! {
    /// Whether an address leads somewhere.
    pub enum Verdict as "LinkVerdict" {
        Good = "good",
        /// It said something that a robot or a bad hour may be told, too.
        Uncertain = "uncertain",
        /// The page is gone, or the host is.
        Broken = "broken",
    }
}

/// An address of another host, as it is asked: absolute, without its fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub url: String,
    pub host: String,
}

impl Address {
    /// What it said is kept under this.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.url)
    }
}

/// What an address said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The status of its answer, or of what it leads on to.
    Status(u16),
    /// No such name.
    NoSuchHost,
    /// Too slow, no secure connection, a network that is not spoken to.
    Nothing,
}

const NO_SUCH_HOST: &str = "no_such_host";
const NOTHING: &str = "no_answer";

impl Said {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            NO_SUCH_HOST => Some(Said::NoSuchHost),
            NOTHING => Some(Said::Nothing),
            status => status.parse().ok().map(Said::Status),
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Said::Status(status) => write!(f, "{status}"),
            Said::NoSuchHost => f.write_str(NO_SUCH_HOST),
            Said::Nothing => f.write_str(NOTHING),
        }
    }
}

/// What is kept of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub said: Said,
    pub verdict: Verdict,
    pub asked_at: Timestamp,
    /// From then on it is asked again.
    pub again_at: Timestamp,
}

/// What is known of the addresses that content links to.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Those that are broken.
    pub broken: HashMap<String, Answer>,
    /// Whether some are to be asked.
    pub due: bool,
}
