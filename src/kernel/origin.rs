//! Origins: scheme, host and port of an address.

use std::fmt;

use url::Url;

/// `https://api.contoh.go.id`, with its port unless that is the usual one. Of letters, digits, dots and hyphens alone, so
/// that it can stand in a header and in the settings of a web server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// That of an address by http or https; `None` for others, and for hosts that are written otherwise.
    pub fn of(address: &str) -> Option<Origin> {
        let url = Url::parse(address).ok()?;
        let is_plain = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
        let nobody = url.username().is_empty() && url.password().is_none();
        let fits = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(is_plain) && nobody;
        fits.then(|| Origin(url.origin().ascii_serialization()))
    }

    /// Reads what is an origin by https and nothing more, but for a slash at its end.
    pub fn parse(text: &str) -> Option<Origin> {
        let rest = text.strip_suffix('/').unwrap_or(text);
        let exact = |origin: &Origin| origin.0.starts_with("https://") && rest.eq_ignore_ascii_case(&origin.0);
        Origin::of(text).filter(exact)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_https_a_host_and_nothing_more() {
        for text in ["https://api.contoh.go.id", "https://API.contoh.go.id/", "https://cms.contoh.go.id:8443"] {
            let origin = Origin::parse(text).map(|origin| origin.to_string());
            assert_eq!(origin.as_deref(), Some(text.trim_end_matches('/').to_lowercase().as_str()));
        }
        let others = [
            "http://api.contoh.go.id",
            "https://api.contoh.go.id/delivery",
            "https://api.contoh.go.id//",
            "https://api.contoh.go.id?x",
            "https://api.contoh.go.id#x",
            "https://a@api.contoh.go.id",
            "https://api.contoh.go.id:443",
            "https:\\\\api.contoh.go.id",
            "https:///api.contoh.go.id",
            "https://api.contoh.go.id;script-src",
            "https://a\"b.go.id",
            "https://[::1]",
            "//api.contoh.go.id",
            "/delivery",
            "ftp://api.contoh.go.id",
            "https://",
            "",
        ];
        for text in others {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_has_an_origin_whatever_follows() {
        assert_eq!(Origin::of("http://localhost:8080/a?b").unwrap().as_str(), "http://localhost:8080");
        assert_eq!(Origin::of("https://a;b.go.id/"), None);
    }
}
