//! What a file may be called, and what may be said of it.

use crate::kernel::{Code, Digest, Refusal, Slug};

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

const FOLDER_LETTERS_MAX: usize = 200;
const FOLDER_DEPTH_MAX: usize = 8;
const TAGS_MAX: usize = 30;
const TAG_LETTERS_MAX: usize = 60;

/// A folder of the library as it is stored: `foto/hari-jadi`, from what a person wrote. Empty is the top.
pub fn folder(text: &str) -> Result<String, Refusal> {
    let refuse = |detail: String| Refusal::new(Code::Invalid).field("folder", "out_of_range", detail);
    let parts: Vec<&str> = text.split('/').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > FOLDER_DEPTH_MAX || text.chars().count() > FOLDER_LETTERS_MAX {
        return Err(refuse(format!("at most {FOLDER_DEPTH_MAX} folders deep, and {FOLDER_LETTERS_MAX} letters")));
    }
    if parts.iter().any(|part| *part == "." || *part == ".." || part.chars().any(char::is_control)) {
        return Err(refuse("names with letters".to_owned()));
    }
    Ok(parts.join("/"))
}

/// Refuses too many tags, too long ones, and such that have no letter.
pub fn check_tags(tags: &[String]) -> Result<(), Refusal> {
    let refuse = |detail: String| Refusal::new(Code::Invalid).field("tags", "out_of_range", detail);
    if tags.len() > TAGS_MAX {
        return Err(refuse(format!("at most {TAGS_MAX} tags")));
    }
    let bad = |tag: &&String| tag.chars().count() > TAG_LETTERS_MAX || Slug::from_title(tag).is_none();
    match tags.iter().find(bad) {
        Some(tag) => Err(refuse(format!("{tag:?}: letters, at most {TAG_LETTERS_MAX}"))),
        None => Ok(()),
    }
}

/// By what the tags are found; each once.
pub fn tag_slugs(tags: &[String]) -> Vec<Slug> {
    let mut slugs: Vec<Slug> = tags.iter().filter_map(|tag| Slug::from_title(tag)).collect();
    slugs.sort_unstable();
    slugs.dedup();
    slugs
}

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

    #[test]
    fn a_folder_is_a_path_without_tricks() {
        assert_eq!(folder(" foto // Hari Jadi/ ").unwrap(), "foto/Hari Jadi");
        assert_eq!(folder("").unwrap(), "");
        for bad in ["a/../b", "a/\u{7}", "a/b/c/d/e/f/g/h/i", &"x".repeat(201)] {
            assert!(folder(bad).is_err(), "{bad}");
        }
    }
}
