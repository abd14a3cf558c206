//! From bytes to letters: by mark, by what the bytes are, by what the document says of itself.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes of a document that are looked at; what follows is left out.
pub const DOCUMENT_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Bytes in which a document says its encoding, as browsers look for it (they take 1,024; pages in the wild need more).
const DECLARED_BYTES_MAX: usize = 4096;

/// The text of a document. Bytes that are no letter in its encoding become U+FFFD.
pub fn text_of(bytes: &[u8]) -> String {
    text_served(bytes, None)
}

/// The same of a document that was served with this `Content-Type`, which counts before what the document says of itself.
pub fn text_served(bytes: &[u8], content_type: Option<&str>) -> String {
    let is_cut = bytes.len() > DOCUMENT_BYTES_MAX;
    let bytes = &bytes[..bytes.len().min(DOCUMENT_BYTES_MAX)];
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Some(encoding) = without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    let served = content_type.and_then(|kind| declared(kind.as_bytes()));
    let declared = served.or_else(|| declared(&bytes[..bytes.len().min(DECLARED_BYTES_MAX)]));
    // Its letters are ASCII bytes, so it would pass for UTF-8.
    if declared == Some(ISO_2022_JP) {
        return ISO_2022_JP.decode_without_bom_handling(bytes).0.into_owned();
    }
    // A page that says one thing and is UTF-8 is UTF-8; the cap may have cut its last letter.
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) if is_cut && error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => match declared {
            Some(encoding) if encoding != encoding_rs::UTF_8 => {
                encoding.decode_without_bom_handling(bytes).0.into_owned()
            }
            // Mostly UTF-8 with broken letters, or an old page in windows-1252: the former has sequences that fit.
            _ if is_mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    }
}

/// UTF-16 without a mark shows by the zero bytes of its Latin letters.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512)];
    if head.len() < 8 {
        return None;
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let half = head.len() / 2;
    match (zeros(0), zeros(1)) {
        (even, odd) if odd * 10 > half * 6 && even * 10 < half => Some(UTF_16LE),
        (even, odd) if even * 10 > half * 6 && odd * 10 < half => Some(UTF_16BE),
        _ => None,
    }
}

fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.to_ascii_lowercase();
    let mut rest = head.as_slice();
    while let Some(at) = rest.windows(7).position(|window| window == b"charset") {
        rest = &rest[at + 7..];
        let value = rest.trim_ascii_start();
        let Some(value) = value.strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let length = value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)).count();
        if let Some(encoding) = Encoding::for_label(&value[..length]) {
            return Some(encoding);
        }
    }
    None
}

fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    good > bad
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_whatever_it_was_written_in() {
        let text = "Selamat datang, ความ";
        let wide = |little: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        assert_eq!(text_of(text.as_bytes()), text);
        assert_eq!(text_of(&wide(true)), text);
        assert_eq!(text_of(&wide(false)), text);
        assert_eq!(text_of(&[b"\xff\xfe".to_vec(), wide(true)].concat()), text);
        assert_eq!(text_of(&[b"\xef\xbb\xbf".to_vec(), text.into()].concat()), text);
        assert_eq!(text_of(b"<meta charset=tis-620>\xca\xc5\xe7\xcd\xb5"), "<meta charset=tis-620>สล็อต");
        assert_eq!(text_of(b"<meta charset=\"gb2312\">\xb2\xa9\xb2\xca"), "<meta charset=\"gb2312\">博彩");
        assert_eq!(text_of(b"caf\xe9"), "café");
        assert_eq!(
            text_served(b"<meta charset=utf-8>\xca", Some("text/html; charset=tis-620")),
            "<meta charset=utf-8>ส"
        );
        assert_eq!(text_of("teks é rusak".as_bytes()), "teks é rusak");
        assert_eq!(text_of(b"teks \xc3\xa9 \xc3\xa9 rusak \xff"), "teks é é rusak \u{fffd}");
    }
}
