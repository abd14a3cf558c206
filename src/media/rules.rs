//! What a file may be called.

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

pub use super::judge::rules::PIXELS_MAX;

#[cfg(test)]
mod tests {
    use super::*;

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
