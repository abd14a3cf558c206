//! What a file is and what it may be called.

use super::model::Kind;
use crate::kernel::{Digest, Slug};

/// Letters of the digest that an address shows.
const ADDRESS_LETTERS: usize = 16;
const EXTENSION_BYTES_MAX: usize = 8;

/// The public address of a file: `/media/<first 16 letters of the digest>/<safe file name>`.
pub fn public_path(digest: &Digest, name: &str) -> String {
    format!("/media/{}/{}", &digest.as_str()[..ADDRESS_LETTERS], safe_name(name))
}

/// A file name for addresses and disks: the last part of the path, its stem as a slug, its extension
/// in small letters. Never empty, never hidden, never a path.
pub fn safe_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let stem = Slug::from_title(stem).map_or_else(|| "berkas".to_owned(), |slug| slug.to_string());
    let extension: String = extension
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(EXTENSION_BYTES_MAX)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}

/// Kind, media type and extension of the files that are taken. Told by the first bytes.
const TAKEN: &[(&str, Kind, &str)] = &[
    ("image/jpeg", Kind::Picture, "jpg"),
    ("image/png", Kind::Picture, "png"),
    ("image/gif", Kind::Picture, "gif"),
    ("image/webp", Kind::Picture, "webp"),
    ("application/pdf", Kind::Document, "pdf"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Kind::Document, "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Kind::Document, "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", Kind::Document, "pptx"),
    ("application/vnd.oasis.opendocument.text", Kind::Document, "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", Kind::Document, "ods"),
    ("video/mp4", Kind::Video, "mp4"),
];

/// Some programs write it before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How much of a text is looked at to tell that it is one.
const SNIFF_BYTES: usize = 8 * 1024;

/// What a file is, by its content: kind, media type, extension. `None` for what is not taken: programs,
/// archives, SVG and HTML (they can carry script), and what cannot be told.
///
/// The name decides only between plain text and CSV, which nothing in the bytes tells apart.
pub fn kind_of(bytes: &[u8], name: &str) -> Option<(Kind, &'static str, &'static str)> {
    if let Some(told) = infer::get(bytes) {
        return TAKEN
            .iter()
            .find(|(media_type, ..)| *media_type == told.mime_type())
            .map(|(media_type, kind, extension)| (*kind, *media_type, *extension));
    }
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let head = &text[..text.len().min(SNIFF_BYTES)];
    let looks_like_markup = head.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte == b'<');
    if bytes.is_empty() || looks_like_markup || bytes.contains(&0) || std::str::from_utf8(bytes).is_err() {
        return None;
    }
    let csv = name.to_ascii_lowercase().ends_with(".csv");
    Some(if csv { (Kind::Text, "text/csv", "csv") } else { (Kind::Text, "text/plain", "txt") })
}

/// A picture of more pixels would take more memory to show than a phone has.
pub const PIXELS_MAX: u64 = 50_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say_and_not_what_its_name_says() {
        assert_eq!(kind_of(b"%PDF-1.7\n", "foto.jpg").unwrap().1, "application/pdf");
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n....", "a.exe").unwrap().2, "png");
        assert_eq!(kind_of(b"a,b\n1,2\n", "data.CSV").unwrap().1, "text/csv");
        assert_eq!(kind_of(b"teks biasa", "a").unwrap().1, "text/plain");
    }

    #[test]
    fn programs_archives_and_markup_are_not_taken() {
        let elf =
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0 and fifty-two bytes more or it is no program to tell";
        assert_eq!(kind_of(elf, "foto.jpg"), None);
        assert_eq!(kind_of(b"PK\x03\x04rest of an archive", "a.docx"), None);
        assert_eq!(kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg"), None);
        assert_eq!(kind_of(b"  <!doctype html><p>", "a.txt"), None);
        assert_eq!(kind_of(b"\xef\xbb\xbf<svg onload=x>", "a.txt"), None);
        assert_eq!(kind_of(b"a\0b", "a.txt"), None);
        assert_eq!(kind_of(b"", "a.txt"), None);
        assert_eq!(kind_of(b"\xff\xfe\x80", "a.txt"), None);
    }

    #[test]
    fn an_address_is_short_and_safe_whatever_the_name() {
        let digest = Digest::of("a");
        assert_eq!(public_path(&digest, "Foto Bus & Jalan.JPG"), "/media/ca978112ca1bbdca/foto-bus-dan-jalan.jpg");
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("C:\\a\\b.tar.gz"), "b-tar.gz");
        assert_eq!(safe_name(".htaccess"), "berkas.htaccess");
        assert_eq!(safe_name("…"), "berkas");
    }
}
