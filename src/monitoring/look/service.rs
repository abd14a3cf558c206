//! The look itself: what is fetched, in which order, and who judges it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use url::{Host, Url};

use super::exposed::{self, Mandate};
use super::follow::{Limits, Trail, follow};
use super::fresh;
use super::intrusion;
use super::model::{Freshness, Injection, Reached, Report, Section, Verdict};
use super::reach;
use crate::monitoring::decoding::text_served;
use crate::monitoring::page::Page;
use crate::monitoring::posture::certificate::Certificate;
use crate::monitoring::posture::headers::{self, Judging};
use crate::monitoring::posture::rules::{self, Names};
use crate::monitoring::posture::{Finding, Posture};
use crate::monitoring::scan::baseline::{Known, Seen};
use crate::ports::probing::{Answer, FailureKind, OldTls, Prober, RecordKind, Visitor};

/// Of a page whose content is looked at.
const BODY_BYTES_MAX: usize = 5 << 20;
const REQUEST_SPAN_MAX: Duration = Duration::from_secs(20);
/// Requests of one look, redirects not counted: what a visitor makes in a few minutes.
const REQUESTS_MAX: usize = 60;

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Asking {
    pub url: Url,
    pub now: Timestamp,
    /// Whether the owner agreed to be looked at as by a search engine.
    pub as_crawler: bool,
    /// Where its sections are, as far as somebody said so.
    pub sections: HashMap<Section, Url>,
    /// Under which files are asked for that nobody should see; without one they are not.
    pub mandate: Option<Mandate>,
    /// What was accepted of it; without that no link is called new.
    pub known: Option<Known>,
    /// Of one request.
    pub span_max: Duration,
}

impl Asking {
    /// What every visitor may see, and nothing known before.
    pub fn of(url: Url, now: Timestamp) -> Self {
        let (sections, span_max) = (HashMap::new(), REQUEST_SPAN_MAX);
        Asking { url, now, as_crawler: false, sections, mandate: None, known: None, span_max }
    }
}

/// One website, as far as it has been fetched: one address after another, each once for each visitor.
pub struct Round<'a> {
    pub prober: &'a dyn Prober,
    pub asking: &'a Asking,
    fetched: HashMap<(Url, Visitor), Arc<Fetched>>,
    left: usize,
}

/// Where an address led, and what stood there.
pub struct Fetched {
    pub trail: Trail,
    /// The last answer as text; empty where there was none.
    pub text: String,
    pub page: Page,
}

impl Fetched {
    pub fn answer(&self) -> Option<&Answer> {
        self.trail.looked.outcome.as_ref().ok()
    }

    /// The answer, when it says that it is what was asked for.
    pub fn success(&self) -> Option<&Answer> {
        self.answer().filter(|answer| answer.status == 200 && self.trail.lost.is_none())
    }

    pub fn bytes(&self) -> &[u8] {
        self.answer().map_or(&[], |answer| answer.body.as_slice())
    }
}

impl<'a> Round<'a> {
    pub fn new(prober: &'a dyn Prober, asking: &'a Asking) -> Self {
        Round { prober, asking, fetched: HashMap::new(), left: REQUESTS_MAX }
    }

    /// Fetches an address as somebody; `None` when this look has asked often enough.
    pub async fn get(&mut self, url: &Url, visitor: Visitor) -> Option<Arc<Fetched>> {
        let key = (url.clone(), visitor);
        if let Some(known) = self.fetched.get(&key) {
            return Some(known.clone());
        }
        self.left = self.left.checked_sub(1)?;
        let limits = Limits { bytes_max: BODY_BYTES_MAX, span_max: self.asking.span_max };
        let trail = follow(self.prober, url, visitor, limits).await;
        let text = match &trail.looked.outcome {
            Ok(answer) => text_served(&answer.body, answer.header("content-type")),
            Err(_) => String::new(),
        };
        let page = Page::read(&text);
        let fetched = Arc::new(Fetched { trail, text, page });
        self.fetched.insert(key, fetched.clone());
        Some(fetched)
    }
}

/// Looks at a website once. Whatever it does, there is a report.
pub async fn look(prober: &dyn Prober, asking: &Asking) -> Report {
    let mut round = Round::new(prober, asking);
    let Some(home) = round.get(&asking.url, Visitor::Browser).await else {
        unreachable!("the first request of a look is always left")
    };
    let reachability = reach::judge(&home.trail, home.answer().map(|_| (&home.page, home.text.as_str())));
    let mut posture = posture(&mut round, &home).await;
    let is_there = reachability.verdict == Reached::Ok;
    // A page with a certificate that browsers refuse is still a page, on which somebody may have written.
    let (injection, shown) = match home.answer() {
        Some(_) => intrusion::look(&mut round, &home, is_there).await,
        None => (Injection::unknown(), Seen::default()),
    };
    let mut freshness = BTreeMap::new();
    for section in Section::ALL {
        let found = match reachability.verdict {
            Reached::Ok => fresh::look(&mut round, &home, *section).await,
            Reached::Maintenance => Freshness::without(super::model::Fresh::Maintenance),
            Reached::Down => Freshness::without(super::model::Fresh::Down),
            Reached::Unknown => Freshness::without(super::model::Fresh::NoAnswer),
        };
        freshness.insert(*section, found);
    }
    if let Some(mandate) = asking.mandate.as_ref().filter(|_| is_there) {
        posture.tell_exposed(exposed::look(&mut round, &home, mandate).await);
    }
    let verdict = Verdict::of(&reachability, &freshness, &injection);
    let (url, looked_at, seen) = (asking.url.to_string(), asking.now, is_there.then_some(shown));
    Report { url, looked_at, verdict, reachability, freshness, injection, posture, seen }
}

async fn posture(round: &mut Round<'_>, home: &Fetched) -> Posture {
    let now = round.asking.now;
    let served = home.trail.url.clone();
    let from_http = from_http(round, home).await;
    let mut findings: Vec<Finding> = Vec::new();
    let secured = home.trail.looked.secured.as_ref();
    let certificate = secured
        .and_then(|secured| Certificate::read(&secured.chain, (&secured.version, secured.distrusted.as_deref()), now));
    findings.extend(certificate.iter().flat_map(rules::of_certificate));
    let is_alone = home.trail.looked.outcome.as_ref().is_err_and(|failure| failure.kind == FailureKind::Tls);
    if secured.is_some() || is_alone {
        findings.extend(rules::old_protocols(&old_protocols(round.prober, &served).await, is_alone));
    }
    let scored = home.answer().map(|answer| {
        findings.extend(rules::of_way(&served, &from_http));
        findings.extend(rules::mixed_content(&home.page, &served));
        findings.extend(rules::versions(&answer.headers, &home.page));
        let trusted = secured.is_none_or(|secured| secured.distrusted.is_none());
        headers::judge(&Judging {
            url: &served,
            headers: &answer.headers,
            page: &home.page,
            trusted,
            from_http: &from_http,
        })
    });
    if home.answer().is_some()
        && let Ok(address) = served.join("/.well-known/security.txt")
        && let Some(told) = round.get(&address, Visitor::Browser).await
    {
        let text = told.success().map(|_| told.text.as_str()).filter(|text| !text.trim_start().starts_with('<'));
        findings.extend(rules::security_txt(text, now));
    }
    findings.extend(
        names(round.prober, &served, home.trail.looked.address.is_some()).await.iter().flat_map(rules::of_names),
    );
    findings.sort_by_key(|finding| finding.severity);
    Posture { headers: scored, certificate, findings, exposed: None }
}

/// Versions of TLS that are answered although nobody should.
async fn old_protocols(prober: &dyn Prober, served: &Url) -> Vec<OldTls> {
    let mut answered = Vec::new();
    for version in OldTls::ALL {
        if prober.speaks_old_tls(served, *version).await == Some(true) {
            answered.push(*version);
        }
    }
    answered
}

/// Where plain HTTP leads. Asked only at the usual ports: what stands at another is for HTTPS or not.
async fn from_http(round: &mut Round<'_>, home: &Fetched) -> Vec<Url> {
    let trail =
        |trail: &Trail| trail.hops.iter().map(|(url, _)| url.clone()).chain([trail.url.clone()]).collect::<Vec<_>>();
    let asked = round.asking.url.clone();
    if asked.scheme() == "http" {
        return trail(&home.trail);
    }
    let mut plain = asked.clone();
    if asked.port().is_some() || plain.set_scheme("http").is_err() {
        return Vec::new();
    }
    plain.set_path("/");
    plain.set_query(None);
    match round.get(&plain, Visitor::Browser).await {
        Some(fetched) if fetched.answer().is_some() => trail(&fetched.trail),
        _ => Vec::new(),
    }
}

/// What the name service says; nothing of addresses without a name and of names of this machine.
async fn names(prober: &dyn Prober, url: &Url, resolves: bool) -> Option<Names> {
    let Some(Host::Domain(host)) = url.host() else { return None };
    if !host.contains('.') || host.ends_with(".localhost") {
        return None;
    }
    let domain = rules::domain_of(host);
    let dmarc = format!("_dmarc.{domain}");
    let asked = [
        (domain.as_str(), RecordKind::Ds),
        (domain.as_str(), RecordKind::Caa),
        (domain.as_str(), RecordKind::Txt),
        (dmarc.as_str(), RecordKind::Txt),
        (host, RecordKind::Cname),
    ];
    let mut told = join_all(asked.map(|(name, kind)| prober.records(name, kind))).await.into_iter().map(Some);
    let mut next = || told.next().flatten();
    Some(Names { ds: next(), caa: next(), txt: next(), dmarc: next(), cname: next(), resolves, domain: domain.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_move<T: Send>(_: &T) {}

    /// Rounds have many looks under way, each on whichever thread is free.
    #[test]
    fn a_look_may_move_between_threads() {
        let _holds = |prober: &dyn Prober, asking: &Asking| may_move(&look(prober, asking));
    }
}
