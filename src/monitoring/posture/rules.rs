//! What somebody should see to.

use jiff::Timestamp;
use url::Url;

use super::{Finding, Kind, Severity};
use crate::monitoring::page::{Page, SourceKind};
use crate::monitoring::posture::certificate::Certificate;
use crate::ports::probing::OldTls;

const FINDINGS_PER_KIND_MAX: usize = 5;
/// Notices are sent at these, once each: a month, two weeks, a week, a day.
pub const CERTIFICATE_DAYS: [i64; 4] = [30, 14, 7, 1];

/// What the name service said; an error is no answer.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The name whose records these are: the domain that was registered, for mail and keys.
    pub domain: String,
    pub ds: Answered,
    pub caa: Answered,
    pub txt: Answered,
    /// Of `_dmarc.<domain>`.
    pub dmarc: Answered,
    pub cname: Answered,
    /// Whether the name leads to an address.
    pub resolves: bool,
}

type Answered = Option<Result<Vec<String>, String>>;

fn finding(kind: Kind, severity: Severity, detail: impl Into<String>) -> Finding {
    Finding { kind, severity, detail: detail.into() }
}

/// Of the certificate.
pub fn of_certificate(certificate: &Certificate) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(why) = &certificate.distrusted {
        found.push(finding(Kind::CertificateDistrusted, Severity::High, why.clone()));
    }
    let nearest = CERTIFICATE_DAYS.iter().rfind(|days| certificate.days_left <= **days);
    if let (Some(days), true) = (nearest, certificate.days_left >= 0) {
        let severity = if *days <= 7 { Severity::High } else { Severity::Medium };
        found.push(finding(Kind::CertificateEndsSoon, severity, format!("{} days left", certificate.days_left)));
    }
    if let Some(why) = &certificate.weak {
        found.push(finding(Kind::CertificateWeak, Severity::Medium, why.clone()));
    }
    found
}

/// Of versions of TLS that browsers refuse (RFC 8996); `is_alone`: no newer one is spoken, so nobody reads the site.
pub fn old_protocols(answered: &[OldTls], is_alone: bool) -> Option<Finding> {
    let named: Vec<_> = answered.iter().map(|version| format!("TLS {version}")).collect();
    if named.is_empty() {
        return None;
    }
    let (severity, only) = if is_alone { (Severity::High, "nothing newer than ") } else { (Severity::Medium, "") };
    Some(finding(Kind::OldProtocols, severity, format!("speaks {only}{}", named.join(" and "))))
}

/// Of how a reader comes to HTTPS, if at all.
pub fn of_way(served: &Url, from_http: &[Url]) -> Option<Finding> {
    if served.scheme() != "https" {
        return Some(finding(Kind::NoHttps, Severity::High, format!("{served} is read without HTTPS")));
    }
    let last = from_http.last().filter(|last| last.scheme() == "http")?;
    Some(finding(Kind::NoRedirectToHttps, Severity::Medium, format!("{last} answers without leading to HTTPS")))
}

/// Of what a page that was served over HTTPS loads without it. What runs is worse than what shows.
pub fn mixed_content(page: &Page, served: &Url) -> Vec<Finding> {
    if served.scheme() != "https" {
        return Vec::new();
    }
    let plain = page.sources.iter().filter_map(|source| {
        let url = page.resolve(served, &source.address).filter(|url| url.scheme() == "http")?;
        let passive = matches!(source.kind, SourceKind::Picture | SourceKind::Media);
        let severity = if passive { Severity::Low } else { Severity::High };
        Some(finding(Kind::MixedContent, severity, url.to_string()))
    });
    plain.take(FINDINGS_PER_KIND_MAX).collect()
}

/// Versions of software that an answer names. A product's name alone tells nothing that cannot be seen anyway.
pub fn versions(headers: &[(String, String)], page: &Page) -> Vec<Finding> {
    const TELLING: [&str; 6] =
        ["server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator", "via"];
    let told = headers.iter().filter(|(name, _)| TELLING.contains(&name.as_str()));
    let told = told
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(page.meta("generator").map(|it| ("generator", it)));
    let versioned = told.filter(|(_, value)| names_a_version(value));
    let found =
        versioned.map(|(name, value)| finding(Kind::VersionDisclosed, Severity::Low, format!("{name}: {value}")));
    found.take(FINDINGS_PER_KIND_MAX).collect()
}

/// A number with a dot after a name: `Apache/2.4.41`, `WordPress 6.1`.
fn names_a_version(text: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    bytes.windows(3).any(|three| digit(three.first()) && three[1] == b'.' && digit(three.last()))
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
}

/// Of `/.well-known/security.txt` (RFC 9116): `None` where there is none.
pub fn security_txt(text: Option<&str>, now: Timestamp) -> Option<Finding> {
    let fields = |text: &str, name: &str| {
        let of_name = |line: &str| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        text.lines().find_map(of_name)
    };
    let Some(text) = text.filter(|text| fields(text, "contact").is_some()) else {
        return Some(finding(Kind::NoSecurityTxt, Severity::Low, "no /.well-known/security.txt with a contact"));
    };
    let expires = fields(text, "expires")?;
    let at: Timestamp = expires.parse().ok()?;
    (at < now).then(|| finding(Kind::SecurityTxtExpired, Severity::Low, format!("expired {expires}")))
}

/// Of the name service. No answer is told as such, and nothing is concluded from it.
pub fn of_names(names: &Names) -> Vec<Finding> {
    let mut found = Vec::new();
    let asked = [&names.ds, &names.caa, &names.txt, &names.dmarc, &names.cname];
    if let Some(why) = asked.iter().find_map(|one| one.as_ref()?.as_ref().err()) {
        found.push(finding(Kind::NameServiceSilent, Severity::Low, why.clone()));
    }
    let known = |answered: &Answered| answered.as_ref().and_then(|one| one.as_ref().ok()).cloned();
    let domain = &names.domain;
    if known(&names.ds).is_some_and(|records| records.is_empty()) {
        found.push(finding(Kind::NoDnssec, Severity::Low, format!("{domain} is not signed")));
    }
    if known(&names.caa).is_some_and(|records| records.is_empty()) {
        found.push(finding(Kind::NoCaa, Severity::Low, format!("{domain} does not say who may make its certificates")));
    }
    let is_spf = |record: &String| unquoted(record).to_ascii_lowercase().starts_with("v=spf1");
    if known(&names.txt).is_some_and(|records| !records.iter().any(is_spf)) {
        found.push(finding(Kind::NoSpf, Severity::Medium, format!("anybody may send mail as {domain}")));
    }
    if let Some(records) = known(&names.dmarc) {
        let policy = records
            .iter()
            .map(|record| unquoted(record).to_ascii_lowercase())
            .find(|record| record.starts_with("v=dmarc1"));
        match policy {
            None => found.push(finding(Kind::NoDmarc, Severity::Medium, format!("no _dmarc.{domain}"))),
            Some(policy) if policy.contains("p=none") => {
                found.push(finding(
                    Kind::WeakDmarc,
                    Severity::Low,
                    format!("_dmarc.{domain} asks for nothing (p=none)"),
                ));
            }
            Some(_) => {}
        }
    }
    if let Some(target) = known(&names.cname).and_then(|records| records.first().cloned()).filter(|_| !names.resolves) {
        let detail =
            format!("leads to {}, which leads nowhere: whoever takes that name has this one", unquoted(&target));
        found.push(finding(Kind::DanglingName, Severity::High, detail));
    }
    found
}

fn unquoted(record: &str) -> &str {
    record.trim_matches('"')
}

/// The domain that was registered, of which a site's name is a part. In Indonesia that is the third level below names such
/// as `go.id`; elsewhere the second.
pub fn domain_of(host: &str) -> String {
    const SECOND_LEVEL: [&str; 12] =
        ["go", "co", "ac", "sch", "or", "web", "my", "biz", "mil", "net", "desa", "ponpes"];
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let parts = match labels.as_slice() {
        [.., second, "id"] if SECOND_LEVEL.contains(second) => 3,
        _ => 2,
    };
    labels[labels.len().saturating_sub(parts)..].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(found: &[Finding]) -> Vec<Kind> {
        found.iter().map(|one| one.kind).collect()
    }

    #[test]
    fn what_a_page_loads_without_https_is_told_and_what_runs_is_worse() {
        let page = Page::read(
            "<img src=http://a.go.id/x.jpg><script src=http://a.go.id/x.js></script><a href=http://a.go.id/>x</a>",
        );
        let found = mixed_content(&page, &Url::parse("https://a.go.id/").unwrap());
        assert_eq!(found.iter().map(|one| one.severity).collect::<Vec<_>>(), [Severity::Low, Severity::High]);
        assert_eq!(mixed_content(&page, &Url::parse("http://a.go.id/").unwrap()), []);
    }

    #[test]
    fn old_protocols_are_told_and_are_worse_where_they_are_all_there_is() {
        let told =
            |answered: &[OldTls], is_alone| old_protocols(answered, is_alone).map(|one| (one.severity, one.detail));
        assert_eq!(told(&[], true), None);
        assert_eq!(told(OldTls::ALL, false), Some((Severity::Medium, "speaks TLS 1.0 and TLS 1.1".to_owned())));
        let alone = Some((Severity::High, "speaks nothing newer than TLS 1.0".to_owned()));
        assert_eq!(told(&[OldTls::V1_0], true), alone);
    }

    #[test]
    fn versions_are_told_and_names_alone_are_not() {
        let header = |value: &str| vec![("server".to_owned(), value.to_owned())];
        assert_eq!(versions(&header("nginx"), &Page::default()).len(), 0);
        assert_eq!(versions(&header("Apache/2.4.41 (Ubuntu)"), &Page::default()).len(), 1);
        let page = Page::read("<meta name=generator content='WordPress 6.1.1'>");
        assert_eq!(versions(&header("1.1 vegur"), &page)[0].detail, "generator: WordPress 6.1.1");
    }

    #[test]
    fn names_are_judged_by_what_was_answered_only() {
        let none = || Some(Ok(Vec::new()));
        let bare =
            Names { domain: "a.go.id".into(), ds: none(), caa: none(), txt: none(), dmarc: none(), ..Names::default() };
        assert_eq!(kinds(&of_names(&bare)), [Kind::NoDnssec, Kind::NoCaa, Kind::NoSpf, Kind::NoDmarc]);
        let silent = Names { txt: Some(Err("took too long".into())), ..Names::default() };
        assert_eq!(kinds(&of_names(&silent)), [Kind::NameServiceSilent]);
        let some = |text: &str| Some(Ok(vec![text.to_owned()]));
        let kept = Names { txt: some("\"v=spf1 -all\""), dmarc: some("v=DMARC1; p=none"), ..Names::default() };
        assert_eq!(kinds(&of_names(&kept)), [Kind::WeakDmarc]);
        let dangling = Names { cname: some("lama.hosting.example."), ..Names::default() };
        assert_eq!(kinds(&of_names(&dangling)), [Kind::DanglingName]);
        assert_eq!(domain_of("dinkes.kaltimprov.go.id"), "kaltimprov.go.id");
        assert_eq!(domain_of("www.example.com"), "example.com");
    }

    #[test]
    fn a_security_txt_needs_a_contact_and_a_time_that_has_not_passed() {
        let now: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        assert_eq!(security_txt(Some("<html>404"), now).unwrap().kind, Kind::NoSecurityTxt);
        let text = |year: &str| format!("Contact: mailto:csirt@a.go.id\nExpires: {year}-01-01T00:00:00Z\n");
        assert_eq!(security_txt(Some(&text("2025")), now).unwrap().kind, Kind::SecurityTxtExpired);
        assert_eq!(security_txt(Some(&text("2027")), now), None);
    }

    #[test]
    fn a_certificate_is_told_of_at_each_threshold() {
        let certificate = |days_left| Certificate {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::UNIX_EPOCH,
            days_left,
            tls: "1.3".into(),
            distrusted: None,
            weak: None,
        };
        let severity = |days| of_certificate(&certificate(days)).first().map(|one| one.severity);
        assert_eq!(
            (severity(31), severity(30), severity(7), severity(-1)),
            (None, Some(Severity::Medium), Some(Severity::High), None)
        );
    }
}
