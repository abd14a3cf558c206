//! Files that nobody should see, asked for only where the owner agreed to it in writing. Whether one is there is kept, never
//! what stands in it.

use std::time::Duration;

use url::Url;

use super::intrusion::random_address;
use super::sections::is_same_site;
use super::service::{Fetched, Round};
use crate::monitoring::posture::exposed::{Asked, Exposed, PATHS, Told, judge};
use crate::ports::probing::{Visit, Visitor};

/// Between two requests of this kind.
const REST: Duration = Duration::from_secs(1);
/// As much as tells what a file is.
const BODY_BYTES_MAX: usize = 2 << 10;

/// The owner's written leave to be asked for these files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    pub number: String,
    /// Between two requests: a second, unless the host is one's own.
    pub rest: Duration,
}

impl Mandate {
    pub fn of(number: impl Into<String>) -> Self {
        Mandate { number: number.into(), rest: REST }
    }
}

/// Asks for each of the files once. Redirects are not followed, and a host that asks for rest is left alone.
pub async fn look(round: &mut Round<'_>, home: &Fetched, mandate: &Mandate) -> Exposed {
    let asking = round.asking;
    // The mandate is that of the website that was asked for, wherever it leads.
    let base = if is_same_site(&home.trail.url, &asking.url) { &home.trail.url } else { &asking.url };
    let answers_all = answers_all(round, base).await;
    let mut asked: Vec<Asked> = Vec::new();
    let mut is_left_alone = false;
    for one in PATHS {
        let mut told = Told::Unknown;
        if let Some(url) = base.join(one.path).ok().filter(|_| !is_left_alone) {
            tokio::time::sleep(mandate.rest).await;
            let visit = Visit { url, visitor: Visitor::Browser, bytes_max: BODY_BYTES_MAX, span_max: asking.span_max };
            let looked = round.prober.look(visit).await;
            is_left_alone = looked.outcome.as_ref().is_ok_and(|answer| matches!(answer.status, 429 | 503));
            told = judge(looked.outcome.as_ref().ok(), one, answers_all);
        }
        asked.push(Asked { path: one.path, told });
    }
    Exposed { mandate: mandate.number.clone(), answers_all, asked }
}

/// Whether an address that nobody made answers, too.
async fn answers_all(round: &mut Round<'_>, base: &Url) -> bool {
    let Some(address) = random_address(round.asking, base) else { return false };
    let answered = round.get(&address, Visitor::Browser).await;
    answered.is_some_and(|page| page.success().is_some() && page.trail.hops.is_empty())
}
