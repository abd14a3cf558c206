//! Addresses in a text: which are safe, which lead outside, which name an asset.

use super::Files;
use crate::kernel::Digest;

/// Everything else that looks like a scheme is dropped: `javascript:`, `data:`, `vbscript:`, `file:` …
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel"];
const PICTURE_SCHEMES: &[&str] = &["http", "https"];

/// What may be done with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Link,
    Picture,
}

/// The digest in `asset:<digest>`.
pub fn asset(address: &str) -> Option<Digest> {
    Digest::parse(address.strip_prefix("asset:")?)
}

/// An address as it may stand in an attribute, still to be escaped: resolved when it names an asset,
/// percent-encoded where needed. `None` when it is dangerous or its asset is unknown.
pub fn resolve(address: &str, to: Use, files: &dyn Files) -> Option<String> {
    if address.starts_with("asset:") {
        return files.url(&asset(address)?).map(|url| encode(&url));
    }
    is_safe(address, to).then(|| encode(address))
}

/// Whether its scheme is one we know. Browsers skip white space and control letters when they look for
/// the scheme, so they are skipped here as well.
pub fn is_safe(address: &str, to: Use) -> bool {
    let allowed = match to {
        Use::Link => SCHEMES,
        Use::Picture => PICTURE_SCHEMES,
    };
    scheme(address).is_none_or(|scheme| allowed.contains(&scheme.as_str()))
}

/// What stands before the first colon, if no `/`, `?` or `#` comes first.
fn scheme(address: &str) -> Option<String> {
    let mut scheme = String::new();
    for letter in address.chars() {
        match letter {
            ':' => return Some(scheme),
            '/' | '?' | '#' => return None,
            _ if letter <= ' ' || letter == '\u{7f}' => {}
            _ => scheme.push(letter.to_ascii_lowercase()),
        }
    }
    None
}

/// Whether the address names a host.
pub fn is_external(address: &str) -> bool {
    address.starts_with("//") || matches!(scheme(address).as_deref(), Some("http" | "https"))
}

/// Letters that no address may hold become `%XX`; what is encoded already stays.
fn encode(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for byte in address.trim().bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-_.~!*'(),;:@&=+$/?#%".contains(&byte);
        if plain {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_pass_however_they_are_written() {
        for bad in
            ["javascript:x", "JaVaScRiPt:x", " java\nscript:x", "\u{1}data:text/html,x", "vbscript:x", "file:///x"]
        {
            assert!(!is_safe(bad, Use::Link), "{bad:?}");
        }
        for good in ["/a:b", "a/b:c", "?a:b", "#a:b", "https://a.test", "mailto:a@b.test", "tel:112", ""] {
            assert!(is_safe(good, Use::Link), "{good:?}");
        }
        assert!(!is_safe("mailto:a@b.test", Use::Picture));
    }

    #[test]
    fn an_address_is_encoded_once() {
        let none = |_: &Digest| None;
        assert_eq!(resolve("/a b/é?x=%20&y=\"", Use::Link, &none).as_deref(), Some("/a%20b/%C3%A9?x=%20&y=%22"));
        assert_eq!(resolve("asset:abc", Use::Link, &none), None);
    }
}
