//! Redirects, each looked at like an address of its own.

use std::time::Duration;

use url::Url;

use crate::ports::probing::{Looked, Prober, Visit, Visitor};

/// As browsers and the Fetch standard: 20 would be allowed there; nobody who means well needs half of it.
const REDIRECTS_MAX: usize = 10;

/// Where an address led.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Each redirect: where it was, and its status.
    pub hops: Vec<(Url, u16)>,
    /// The last address.
    pub url: Url,
    pub looked: Looked,
    pub lost: Option<Lost>,
}

/// Why a trail ended before an answer that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    Loop,
    TooMany,
    /// A redirect without an address, or to none of HTTP.
    Nowhere,
}

/// What one look may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub bytes_max: usize,
    pub span_max: Duration,
}

/// Looks at an address as somebody, and follows where it leads.
pub async fn follow(prober: &dyn Prober, start: &Url, visitor: Visitor, limits: Limits) -> Trail {
    let mut hops: Vec<(Url, u16)> = Vec::new();
    let mut url = start.clone();
    loop {
        let visit = Visit { url: url.clone(), visitor, bytes_max: limits.bytes_max, span_max: limits.span_max };
        let looked = prober.look(visit).await;
        let Some((status, target)) = redirect(&looked) else {
            return Trail { hops, url, looked, lost: None };
        };
        let next =
            target.and_then(|target| url.join(&target).ok()).filter(|next| matches!(next.scheme(), "http" | "https"));
        hops.push((url.clone(), status));
        let lost = match &next {
            None => Some(Lost::Nowhere),
            Some(next) if hops.iter().any(|(seen, _)| seen == next) => Some(Lost::Loop),
            Some(_) if hops.len() >= REDIRECTS_MAX => Some(Lost::TooMany),
            Some(_) => None,
        };
        match next.filter(|_| lost.is_none()) {
            Some(next) => url = next,
            None => return Trail { hops, url, looked, lost },
        }
    }
}

/// The status of a redirect, and where it leads to.
fn redirect(looked: &Looked) -> Option<(u16, Option<String>)> {
    let answer = looked.outcome.as_ref().ok()?;
    matches!(answer.status, 301 | 302 | 303 | 307 | 308)
        .then(|| (answer.status, answer.header("location").map(str::to_owned)))
}
