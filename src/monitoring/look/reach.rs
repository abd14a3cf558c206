//! Whether a website is there, by where its address led.

use std::time::Duration;

use super::follow::{Lost, Trail};
use super::model::{Cause, Hop, Reachability, Reached, Times};
use crate::monitoring::page::Page;
use crate::ports::probing::{Answer, Ended, FailureKind, Spans};

/// Judges a trail; `page` is the last answer, read.
pub fn judge(trail: &Trail, page: Option<(&Page, &str)>) -> Reachability {
    let (verdict, cause, detail) = verdict(trail, page);
    let answer = trail.looked.outcome.as_ref().ok();
    Reachability {
        verdict,
        cause,
        detail,
        url: trail.url.to_string(),
        status: answer.map(|answer| answer.status),
        address: trail.looked.address,
        redirects: trail.hops.iter().map(|(url, status)| Hop { url: url.to_string(), status: *status }).collect(),
        bytes: answer.map_or(0, |answer| answer.body.len()),
        times_ms: times(&trail.looked.spans),
    }
}

fn times(spans: &Spans) -> Times {
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Times {
        resolved: spans.resolved.map(millis),
        connected: spans.connected.map(millis),
        secured: spans.secured.map(millis),
        first_byte: spans.first_byte.map(millis),
        whole: millis(spans.whole),
    }
}

type Judged = (Reached, Option<Cause>, String);

fn verdict(trail: &Trail, page: Option<(&Page, &str)>) -> Judged {
    let down = |cause, detail: &str| (Reached::Down, Some(cause), detail.to_owned());
    match trail.lost {
        Some(Lost::Loop) => return down(Cause::RedirectLoop, "redirects lead back to where they began"),
        Some(Lost::TooMany) => return down(Cause::TooManyRedirects, "redirects do not end"),
        Some(Lost::Nowhere) => return down(Cause::RedirectToNowhere, "a redirect leads to no address"),
        None => {}
    }
    let answer = match &trail.looked.outcome {
        Ok(answer) => answer,
        Err(failure) => {
            let (verdict, cause) = failed(failure.kind);
            // A website that leads its readers into a private network is there for none of them.
            let led_there = cause == Cause::PrivateNetwork && !trail.hops.is_empty();
            let verdict = if led_there { Reached::Down } else { verdict };
            return (verdict, Some(cause), failure.detail.clone());
        }
    };
    if let Some((verdict, cause)) = by_status(answer) {
        return (verdict, Some(cause), format!("answered {}", answer.status));
    }
    match answer.ended {
        Ended::TooSlow => return down(Cause::TooSlow, "the page did not end in time"),
        Ended::Broken => return down(Cause::BodyBroken, "the page broke off"),
        Ended::Whole | Ended::Cut => {}
    }
    if let Some(why) = trail.looked.secured.as_ref().and_then(|secured| secured.distrusted.as_deref()) {
        return down(Cause::Certificate, &format!("browsers refuse the certificate: {why}"));
    }
    match page.and_then(|(page, html)| super::dead::dead(page, html)) {
        Some(Cause::UnderConstruction) => (Reached::Maintenance, Some(Cause::UnderConstruction), page_says(page)),
        Some(cause) => (Reached::Down, Some(cause), page_says(page)),
        None => (Reached::Ok, None, String::new()),
    }
}

fn page_says(page: Option<(&Page, &str)>) -> String {
    const LETTERS_MAX: usize = 160;
    let page = page.map(|(page, _)| page);
    let said = page.map(|page| if page.title.is_empty() { page.text.as_str() } else { page.title.as_str() });
    said.unwrap_or_default().chars().take(LETTERS_MAX).collect()
}

fn by_status(answer: &Answer) -> Option<(Reached, Cause)> {
    match answer.status {
        200..=299 => None,
        // A guard before the site may refuse programs and let people in.
        401 | 403 | 406 | 451 => Some((Reached::Unknown, Cause::Blocked)),
        429 => Some((Reached::Unknown, Cause::TooManyRequests)),
        404 | 410 => Some((Reached::Down, Cause::NotFound)),
        503 if answer.header("retry-after").is_some() => Some((Reached::Maintenance, Cause::UnderConstruction)),
        500..=599 => Some((Reached::Down, Cause::ServerError)),
        _ => Some((Reached::Down, Cause::ClientError)),
    }
}

fn failed(kind: FailureKind) -> (Reached, Cause) {
    match kind {
        FailureKind::BadAddress => (Reached::Unknown, Cause::BadAddress),
        FailureKind::PrivateNetwork => (Reached::Unknown, Cause::PrivateNetwork),
        // Whether it is ours or theirs, only our own line can tell.
        FailureKind::NameService => (Reached::Unknown, Cause::NameService),
        FailureKind::NoSuchHost => (Reached::Down, Cause::NoSuchHost),
        FailureKind::Refused => (Reached::Down, Cause::Refused),
        FailureKind::Unreachable => (Reached::Down, Cause::Unreachable),
        FailureKind::TooSlow => (Reached::Down, Cause::TooSlow),
        FailureKind::Tls => (Reached::Down, Cause::Tls),
        FailureKind::Closed => (Reached::Down, Cause::Closed),
        FailureKind::Malformed => (Reached::Down, Cause::Malformed),
        FailureKind::TooManyHeaders => (Reached::Down, Cause::TooManyHeaders),
    }
}
