//! Addresses within pages: pure.

use std::collections::BTreeSet;

use url::Url;

/// Links taken from one page.
const LINKS_MAX: usize = 2_000;
const LINK_BYTES_MAX: usize = 2_048;

/// A path with what an address cannot hold written as `%xx`.
pub fn encode(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'/' | b'-' | b'_' | b'.' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' => {
                out.push(char::from(byte));
            }
            b'+' | b',' | b';' | b'=' | b':' | b'@' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where a link on a page leads, without its fragment.
pub fn resolve(page: &str, link: &str) -> Option<String> {
    let mut url = Url::parse(page).ok()?.join(link.trim()).ok()?;
    url.set_fragment(None);
    Some(url.into())
}

/// Whether a link on a page leads to the same site.
pub fn stays(page: &str, link: &str, base: &str) -> bool {
    local(page, link, base).is_some()
}

/// The address on the site that a link leads to, without query and fragment.
fn local(page: &str, link: &str, base: &str) -> Option<String> {
    let url = Url::parse(page).ok()?.join(link.trim()).ok()?;
    let home = Url::parse(base).ok()?;
    // The same host by the other scheme or port is still the same host for a reader.
    let same = matches!(url.scheme(), "http" | "https") && url.host_str() == home.host_str();
    let path = decode(url.path());
    let root = home.path().trim_end_matches('/');
    same.then(|| path.strip_prefix(root).map(str::to_owned)).flatten().filter(|path| path.starts_with('/'))
}

/// Addresses on the site that a page or a sitemap names: in `href`, `src`, `action`, `content` (of a refresh)
/// and in `<loc>`. Lenient, because what an intruder adds need not be well formed.
pub fn of_page(bytes: &[u8], page: &str, base: &str) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let attributes = ["href", "src", "action", "data-src", "srcset"].into_iter();
    let values = attributes.flat_map(|name| values(&text, name)).chain(locations(&text));
    let values = values.filter(|value| value.len() <= LINK_BYTES_MAX);
    values.take(LINKS_MAX).filter_map(|value| local(page, &unescape(value), base)).collect()
}

fn values<'t>(text: &'t str, name: &'static str) -> impl Iterator<Item = &'t str> {
    text.match_indices(name).filter_map(move |(at, _)| {
        let before = text[..at].bytes().next_back();
        let rest = text[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let alone = before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'/'));
        let value = match rest.as_bytes().first()? {
            b'"' => rest[1..].split('"').next(),
            b'\'' => rest[1..].split('\'').next(),
            _ => rest.split(|letter: char| letter.is_whitespace() || letter == '>').next(),
        };
        value.filter(|value| alone && !value.is_empty())
    })
}

/// The addresses of a sitemap.
pub fn locations(text: &str) -> impl Iterator<Item = &str> {
    text.split("<loc>").skip(1).filter_map(|rest| rest.split('<').next()).map(str::trim)
}

fn unescape(value: &str) -> String {
    value.replace("&amp;", "&").replace("&#38;", "&").replace("&#x2F;", "/").replace("&#47;", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_the_same_host_are_found_however_they_are_written() {
        let page = r#"<a href="/berita/">x</a><A HREF='x'><a href=slot/gacor/>y</a><img src = "../a%20b.png?x#y">
            <a href="https://judi.example/">z</a><a href="http://portal.example:80/wp-login.php">w</a>
            <a data-href="/nicht/"><a href="mailto:a@b.c"><loc>https://portal.example/peta/</loc>"#;
        let found = of_page(page.as_bytes(), "https://portal.example/berita/a/", "https://portal.example");
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["/berita/", "/berita/a b.png", "/berita/a/slot/gacor/", "/peta/", "/wp-login.php"]);
    }

    #[test]
    fn an_address_is_encoded_and_read_back() {
        assert_eq!(encode("/a b/é%.html"), "/a%20b/%C3%A9%25.html");
        assert_eq!(decode(&encode("/a b/é%.html")), "/a b/é%.html");
        assert_eq!(decode("/%zz%4"), "/%zz%4");
    }

    #[test]
    fn a_redirect_to_another_host_does_not_stay() {
        let base = "https://portal.example";
        assert!(stays("https://portal.example/admin", "/admin/", base));
        assert!(!stays("https://portal.example/admin", "//judi.example/", base));
        assert_eq!(
            resolve("https://portal.example/b", "/berita/#x").as_deref(),
            Some("https://portal.example/berita/")
        );
    }
}
