//! The score of a website's headers: the tests, modifiers and grades of the MDN HTTP Observatory (version 5 of its
//! algorithm), so that a figure here can be compared with a figure there. What it asks of the list of preloaded names
//! is left out: that list is no visitor's.

use serde::Serialize;
use url::Url;

use super::policy::{Judged, Policy};
use crate::monitoring::page::{Page, SourceKind};

/// The whole score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headers {
    /// 0 to 145.
    pub score: i32,
    pub grade: &'static str,
    pub tests: Vec<Test>,
}

/// One test, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Test {
    pub test: &'static str,
    pub result: &'static str,
    pub modifier: i32,
}

/// What is judged: the last answer over HTTPS, or over HTTP where there is none, and how one came from HTTP.
pub struct Judging<'a> {
    pub url: &'a Url,
    pub headers: &'a [(String, String)],
    pub page: &'a Page,
    /// Whether browsers trust its certificate.
    pub trusted: bool,
    /// Where plain HTTP led, from the first address to the last; empty when nobody answers there.
    pub from_http: &'a [Url],
}

const BASE: i32 = 100;
/// Bonuses count from here on.
const BONUS_SCORE_MIN: i32 = 90;
const GRADES: [(i32, &str); 13] = [
    (100, "A+"),
    (90, "A"),
    (85, "A-"),
    (80, "B+"),
    (70, "B"),
    (65, "B-"),
    (60, "C+"),
    (50, "C"),
    (45, "C-"),
    (40, "D+"),
    (30, "D"),
    (25, "D-"),
    (0, "F"),
];
/// Six months, in seconds, as the Observatory counts them.
const HSTS_SECONDS_MIN: u64 = 15_768_000;

pub fn judge(judging: &Judging<'_>) -> Headers {
    let tests = vec![
        judging.policy(),
        judging.cookies(),
        judging.sharing(),
        judging.redirection(),
        judging.referrer(),
        judging.transport(),
        judging.integrity(),
        judging.sniffing(),
        judging.framing(),
    ];
    let lost: i32 = tests.iter().map(|test| test.modifier.min(0)).sum();
    let won: i32 = tests.iter().map(|test| test.modifier.max(0)).sum();
    let base = BASE + lost;
    let score = if base >= BONUS_SCORE_MIN { base + won } else { base.max(0) };
    let grade = GRADES.iter().find(|(from, _)| score >= *from).map_or("F", |(_, grade)| grade);
    Headers { score, grade, tests }
}

fn test(test: &'static str, (result, modifier): (&'static str, i32)) -> Test {
    Test { test, result, modifier }
}

impl Judging<'_> {
    fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    fn first(&self, name: &str) -> Option<String> {
        self.all(name).first().map(|value| value.trim().to_ascii_lowercase())
    }

    fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    fn content_policy(&self) -> Option<Policy> {
        let mut texts = self.all("content-security-policy");
        texts.extend(self.page.meta("content-security-policy"));
        Policy::read(&texts)
    }

    fn policy(&self) -> Test {
        let judged = self.content_policy().map_or(Judged::Absent, |policy| policy.judge());
        test(
            "content-security-policy",
            match judged {
                Judged::NoUnsafeDefaultNone => ("csp-implemented-with-no-unsafe-default-src-none", 10),
                Judged::NoUnsafe => ("csp-implemented-with-no-unsafe", 5),
                Judged::UnsafeStyles => ("csp-implemented-with-unsafe-inline-in-style-src-only", 0),
                Judged::InsecurePassive => ("csp-implemented-with-insecure-scheme-in-passive-content-only", -10),
                Judged::UnsafeEval => ("csp-implemented-with-unsafe-eval", -10),
                Judged::UnsafeInline => ("csp-implemented-with-unsafe-inline", -20),
                Judged::InsecureScheme => ("csp-implemented-with-insecure-scheme", -20),
                Judged::Invalid => ("csp-header-invalid", -25),
                Judged::Absent => ("csp-not-implemented", -25),
            },
        )
    }

    fn has_hsts(&self) -> bool {
        self.is_https()
            && self.first("strict-transport-security").is_some_and(|value| max_age(&value).is_some_and(|age| age > 0))
    }

    fn cookies(&self) -> Test {
        let cookies: Vec<Cookie> = self.all("set-cookie").into_iter().map(Cookie::read).collect();
        let any = |is: &dyn Fn(&Cookie) -> bool| cookies.iter().any(is);
        let hsts = self.has_hsts();
        let insecure = |cookie: &Cookie| !cookie.secure || !self.is_https();
        let outcome = if cookies.is_empty() {
            ("cookies-not-found", 0)
        } else if any(&|cookie| cookie.session && insecure(cookie)) && !hsts {
            ("cookies-session-without-secure-flag", -40)
        } else if any(&|cookie| cookie.session && !cookie.http_only) {
            ("cookies-session-without-httponly-flag", -30)
        } else if any(&|cookie| cookie.same_site == SameSite::Invalid) {
            ("cookies-samesite-flag-invalid", -20)
        } else if any(&|cookie| cookie.anti_csrf && cookie.same_site == SameSite::Absent) {
            ("cookies-anticsrf-without-samesite-flag", -20)
        } else if any(&insecure) && !hsts {
            ("cookies-without-secure-flag", -20)
        } else if any(&|cookie| cookie.session && insecure(cookie)) {
            ("cookies-session-without-secure-flag-but-protected-by-hsts", -10)
        } else if any(&insecure) {
            ("cookies-without-secure-flag-but-protected-by-hsts", -5)
        } else if any(&|cookie| cookie.same_site == SameSite::Absent) {
            ("cookies-secure-with-httponly-sessions", 0)
        } else {
            ("cookies-secure-with-httponly-sessions-and-samesite", 5)
        };
        test("cookies", outcome)
    }

    fn sharing(&self) -> Test {
        let origin = self.first("access-control-allow-origin");
        let credentials = self.first("access-control-allow-credentials").is_some_and(|value| value == "true");
        let outcome = match origin.as_deref() {
            None => ("cross-origin-resource-sharing-not-implemented", 0),
            // A browser sends no credentials where `*` is answered.
            Some("*") => ("cross-origin-resource-sharing-implemented-with-public-access", 0),
            Some("null") if credentials => ("cross-origin-resource-sharing-implemented-with-universal-access", -50),
            Some(_) => ("cross-origin-resource-sharing-implemented-with-restricted-access", 0),
        };
        test("cross-origin-resource-sharing", outcome)
    }

    fn redirection(&self) -> Test {
        let outcome = match self.from_http {
            [] => ("redirection-not-needed-no-http", 0),
            _ if !self.trusted && self.is_https() => ("redirection-invalid-cert", -20),
            [_] => ("redirection-missing", -20),
            [.., last] if last.scheme() != "https" => ("redirection-not-to-https", -20),
            [_, second, ..] if second.scheme() != "https" => ("redirection-not-to-https-on-initial-redirection", -10),
            [first, second, ..] if first.host_str() != second.host_str() => ("redirection-off-host-from-http", -5),
            _ => ("redirection-to-https", 0),
        };
        test("redirection", outcome)
    }

    fn referrer(&self) -> Test {
        const PRIVATE: [&str; 4] = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
        const UNSAFE: [&str; 4] = ["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];
        let value = self.all("referrer-policy").join(",").to_ascii_lowercase();
        let value =
            if value.is_empty() { self.page.meta("referrer").unwrap_or_default().to_ascii_lowercase() } else { value };
        // Of a list the last that a browser knows counts.
        let last = value.split(',').map(str::trim).rfind(|one| PRIVATE.contains(one) || UNSAFE.contains(one));
        let outcome = match last {
            Some(one) if PRIVATE.contains(&one) => ("referrer-policy-private", 5),
            Some(_) => ("referrer-policy-unsafe", -5),
            None if value.trim().is_empty() => ("referrer-policy-not-implemented", 0),
            None => ("referrer-policy-header-invalid", -5),
        };
        test("referrer-policy", outcome)
    }

    fn transport(&self) -> Test {
        let outcome = match (self.is_https(), self.first("strict-transport-security")) {
            (false, _) => ("hsts-not-implemented-no-https", -20),
            (true, _) if !self.trusted => ("hsts-invalid-cert", -20),
            (true, None) => ("hsts-not-implemented", -20),
            (true, Some(value)) => match max_age(&value) {
                None => ("hsts-header-invalid", -20),
                Some(age) if age >= HSTS_SECONDS_MIN => ("hsts-implemented-max-age-at-least-six-months", 0),
                Some(_) => ("hsts-implemented-max-age-less-than-six-months", -10),
            },
        };
        test("strict-transport-security", outcome)
    }

    fn integrity(&self) -> Test {
        let scripts = self.page.sources.iter().filter(|source| source.kind == SourceKind::Script);
        let resolved =
            scripts.filter_map(|source| Some((self.page.resolve(self.url, &source.address)?, source.has_integrity)));
        let foreign: Vec<(Url, bool)> = resolved.filter(|(url, _)| url.host_str() != self.url.host_str()).collect();
        let insecure = foreign.iter().any(|(url, _)| url.scheme() != "https");
        let bare = foreign.iter().any(|(_, has_integrity)| !has_integrity);
        let outcome = match (foreign.is_empty(), bare, insecure) {
            (true, ..) => ("sri-not-implemented-but-all-scripts-loaded-from-secure-origin", 0),
            (_, false, false) => ("sri-implemented-and-external-scripts-loaded-securely", 5),
            (_, false, true) => ("sri-implemented-but-external-scripts-not-loaded-securely", -20),
            (_, true, false) => ("sri-not-implemented-but-external-scripts-loaded-securely", -5),
            (_, true, true) => ("sri-not-implemented-and-external-scripts-not-loaded-securely", -50),
        };
        test("subresource-integrity", outcome)
    }

    fn sniffing(&self) -> Test {
        let outcome = match self.first("x-content-type-options").as_deref() {
            Some(value) if value.starts_with("nosniff") => ("x-content-type-options-nosniff", 0),
            Some(_) => ("x-content-type-options-header-invalid", -5),
            None => ("x-content-type-options-not-implemented", -5),
        };
        test("x-content-type-options", outcome)
    }

    fn framing(&self) -> Test {
        let by_policy = self.content_policy().is_some_and(|policy| policy.restricts_frames());
        let outcome = match (by_policy, self.first("x-frame-options").as_deref()) {
            (true, _) => ("x-frame-options-implemented-via-csp", 5),
            (_, Some("deny" | "sameorigin")) => ("x-frame-options-sameorigin-or-deny", 5),
            (_, Some(value)) if value.starts_with("allow-from") => ("x-frame-options-allow-from-origin", 0),
            (_, Some(_)) => ("x-frame-options-header-invalid", -20),
            (_, None) => ("x-frame-options-not-implemented", -20),
        };
        test("x-frame-options", outcome)
    }
}

fn max_age(value: &str) -> Option<u64> {
    let age = value.split(';').map(str::trim).find_map(|part| part.strip_prefix("max-age"))?;
    age.trim_start().strip_prefix('=')?.trim().trim_matches('"').parse().ok()
}

#[derive(Debug, PartialEq)]
enum SameSite {
    Absent,
    Set,
    Invalid,
}

struct Cookie {
    session: bool,
    anti_csrf: bool,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
}

impl Cookie {
    fn read(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().and_then(|pair| pair.split('=').next()).unwrap_or_default().to_owned();
        let rest: Vec<&str> = parts.collect();
        let same_site = rest
            .iter()
            .find_map(|part| part.strip_prefix("samesite").map(|value| value.trim_start_matches(['=', ' '])));
        Cookie {
            session: ["login", "sess", "sid"].iter().any(|part| name.contains(part)),
            anti_csrf: ["csrf", "xsrf"].iter().any(|part| name.contains(part)),
            secure: rest.contains(&"secure"),
            http_only: rest.contains(&"httponly"),
            same_site: match same_site {
                None => SameSite::Absent,
                Some("strict" | "lax" | "none") => SameSite::Set,
                Some(_) => SameSite::Invalid,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(headers: &[(&str, &str)], html: &str, (url, from_http): (&str, &[&str])) -> Headers {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (page, url) = (Page::read(html), Url::parse(url).unwrap());
        let from_http: Vec<_> = from_http.iter().map(|url| Url::parse(url).unwrap()).collect();
        judge(&Judging { url: &url, headers: &headers, page: &page, trusted: true, from_http: &from_http })
    }

    fn result<'h>(headers: &'h Headers, test: &str) -> &'h str {
        headers.tests.iter().find(|one| one.test == test).unwrap().result
    }

    const HTTPS: (&str, &[&str]) = ("https://a.go.id/", &["http://a.go.id/", "https://a.go.id/"]);

    #[test]
    fn a_bare_site_fails_and_one_that_is_kept_well_gets_the_best_grade() {
        let bare = judged(&[], "<p>x", ("http://a.go.id/", &["http://a.go.id/"]));
        // 100 - 25 (policy) - 20 (no redirect) - 20 (no HSTS) - 5 (sniffing) - 20 (frames)
        assert_eq!((bare.score, bare.grade), (10, "F"));
        let kept = [
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
            ),
            ("strict-transport-security", "max-age=31536000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer, strict-origin-when-cross-origin"),
        ];
        let kept = judged(&kept, "<script src=/a.js></script>", HTTPS);
        assert_eq!((kept.score, kept.grade), (120, "A+"));
    }

    #[test]
    fn each_test_tells_what_it_saw() {
        let cookie = judged(&[("set-cookie", "PHPSESSID=1; path=/")], "", HTTPS);
        assert_eq!(result(&cookie, "cookies"), "cookies-session-without-secure-flag");
        let csrf = judged(&[("set-cookie", "csrftoken=1; Secure")], "", HTTPS);
        assert_eq!(result(&csrf, "cookies"), "cookies-anticsrf-without-samesite-flag");
        let scripts = judged(&[], "<script src=http://cdn.example/x.js></script>", HTTPS);
        assert_eq!(
            result(&scripts, "subresource-integrity"),
            "sri-not-implemented-and-external-scripts-not-loaded-securely"
        );
        let short = judged(&[("strict-transport-security", "max-age=\"600\"")], "", HTTPS);
        assert_eq!(result(&short, "strict-transport-security"), "hsts-implemented-max-age-less-than-six-months");
        let away = judged(&[], "", ("https://b.go.id/", &["http://a.go.id/", "https://b.go.id/"]));
        assert_eq!(result(&away, "redirection"), "redirection-off-host-from-http");
        let stays =
            judged(&[], "", ("https://a.go.id/", &["http://a.go.id/", "http://www.a.go.id/", "https://a.go.id/"]));
        assert_eq!(result(&stays, "redirection"), "redirection-not-to-https-on-initial-redirection");
    }
}
