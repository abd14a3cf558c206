//! Bytes of a page as text, in the encoding that it declares, as browsers decide it.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Where browsers look for a declaration.
const SNIFFED_BYTES: usize = 1_024;

/// Decodes a page. What no encoding knows becomes replacement characters.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    let declared = content_type.and_then(charset).or_else(|| in_the_page(bytes));
    let encoding = declared.unwrap_or_else(|| if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 });
    encoding.decode(bytes).0.into_owned()
}

/// `text/html; charset=…`
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let at = content_type.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let label = content_type[at..].trim_start_matches(['"', '\'', ' ']);
    let end = label.find(['"', '\'', ';', ' ', '>', '/']).unwrap_or(label.len());
    Encoding::for_label(&label.as_bytes()[..end])
}

/// `<meta charset=…>` or its longer form; a page whose declaration can be read is not in UTF-16, whatever it says.
fn in_the_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(SNIFFED_BYTES)]);
    let lower = head.to_ascii_lowercase();
    let meta = lower.match_indices("<meta").find_map(|(at, _)| {
        let tag = &lower[at..at + lower[at..].find('>').unwrap_or(lower.len() - at)];
        charset(tag)
    });
    meta.map(|found| if found.is_ascii_compatible() { found } else { UTF_8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_counts_before_the_page_and_a_mark_of_order_before_both() {
        assert_eq!(decode(b"caf\xe9", Some("text/html; charset=ISO-8859-1")), "café");
        assert_eq!(decode(b"<META HTTP-EQUIV=x content='text/html; charset=windows-1252'>\xe9", None).chars().last(), Some('é'));
        assert_eq!(decode("é".as_bytes(), None), "é");
        assert_eq!(decode(b"\xe9", None), "é");
        assert_eq!(decode(b"\xff\xfeh\0i\0", Some("text/html; charset=utf-8")), "hi");
        assert_eq!(decode(b"<meta charset=utf-16>\xc3\xa9", None).chars().last(), Some('é'));
    }
}
