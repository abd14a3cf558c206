//! One look whether a website is there.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use super::rules;
use crate::kernel::{Timestamp, word};
use crate::monitoring::decoding::text_served;
use crate::monitoring::look::follow::{Limits, follow};
use crate::monitoring::look::model::{Cause, Reached};
use crate::monitoring::look::reach;
use crate::monitoring::page::Page;
use crate::monitoring::states::model::Outcome;
use crate::ports::probing::{Answer, Prober, Visit, Visitor};

/// Of a page that only has to be there.
const BODY_BYTES_MAX: usize = 1 << 20;
const LINE_BYTES_MAX: usize = 4 * 1024;
const LINE_SPAN_MAX: Duration = Duration::from_secs(5);

/// What one look saw.
#[derive(Debug, Clone)]
pub struct Seen {
    pub outcome: Outcome,
    pub cause: Option<String>,
    pub address: Option<IpAddr>,
    pub status: Option<u16>,
    pub first_byte_ms: Option<i32>,
    pub whole_ms: i32,
    /// How long it asks to be left alone, in microseconds.
    pub retry_after: Option<i64>,
    /// What tells this page from others, where it was one that is there.
    pub page: Option<u64>,
}

/// Looks at a website, and where it leads; each of its redirects may take as long as the first address, all together twice as long.
/// `known`: the page that was there last; where it still is, byte by byte, it is not read again, which would take as long as the whole rest.
pub async fn look(prober: &dyn Prober, (url, known): (&Url, Option<u64>), span_max: Duration, now: Timestamp) -> Seen {
    let limits = Limits { bytes_max: BODY_BYTES_MAX, span_max };
    let Ok(trail) = tokio::time::timeout(span_max * 2, follow(prober, url, Visitor::Browser, limits)).await else {
        return Seen::too_slow(span_max * 2);
    };
    let answer = trail.looked.outcome.as_ref().ok();
    let seen = answer.map(fingerprint);
    let new = answer.filter(|_| seen != known);
    let text = new.map(|answer| text_served(&answer.body, answer.header("content-type")));
    let page = text.as_deref().map(Page::read);
    let reached = reach::judge(&trail, page.as_ref().zip(text.as_deref()));
    Seen {
        outcome: outcome(reached.verdict),
        cause: reached.cause.map(word),
        address: reached.address,
        status: reached.status,
        first_byte_ms: reached.times_ms.first_byte.map(small),
        whole_ms: small(reached.times_ms.whole),
        retry_after: answer.and_then(|answer| rules::retry_after(answer.header("retry-after")?, now)),
        page: seen.filter(|_| reached.verdict == Reached::Ok),
    }
}

/// Of what a page is read from.
fn fingerprint(answer: &Answer) -> u64 {
    let mut hasher = DefaultHasher::new();
    (answer.header("content-type"), &answer.body).hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    fn too_slow(span: Duration) -> Self {
        Seen {
            outcome: Outcome::Bad,
            cause: Some(word(Cause::TooSlow)),
            address: None,
            status: None,
            first_byte_ms: None,
            whole_ms: i32::try_from(span.as_millis()).unwrap_or(i32::MAX),
            retry_after: None,
            page: None,
        }
    }
}

fn outcome(verdict: Reached) -> Outcome {
    match verdict {
        Reached::Ok => Outcome::Good,
        Reached::Down => Outcome::Bad,
        Reached::Maintenance => Outcome::Maintenance,
        Reached::Unknown => Outcome::Unknown,
    }
}

fn small(millis: u64) -> i32 {
    i32::try_from(millis).unwrap_or(i32::MAX)
}

/// Whether each target of our own line answers; what it answers does not matter.
pub async fn line(prober: &dyn Prober, targets: &[Url]) -> Vec<bool> {
    let ask = |url: &Url| {
        let visit =
            Visit { url: url.clone(), visitor: Visitor::Browser, bytes_max: LINE_BYTES_MAX, span_max: LINE_SPAN_MAX };
        prober.look(visit)
    };
    let looked = futures_util::future::join_all(targets.iter().map(ask)).await;
    looked.into_iter().map(|looked| looked.outcome.is_ok()).collect()
}

/// A number for a server, or for a host whose server is not known yet.
pub fn place(address: Option<IpAddr>, url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    match address {
        Some(address) => address.hash(&mut hasher),
        None => url.host_str().hash(&mut hasher),
    }
    hasher.finish()
}
