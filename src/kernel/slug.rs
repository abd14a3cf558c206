//! Slugs: the last part of an address. Only [`Slug::parse`] and [`Slug::from_title`] make one.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{Code, Refusal};

const SLUG_BYTES_MAX: usize = 120;

/// Lower-case ASCII letters, digits and single hyphens between them, at most 120 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let letters_fit = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens_fit = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        if text.is_empty() || text.len() > SLUG_BYTES_MAX || !letters_fit || !hyphens_fit {
            let rule = format!("a slug is 1 to {SLUG_BYTES_MAX} bytes of a-z, 0-9 and single hyphens between them");
            return Err(Refusal::new(Code::Invalid).field("slug", "not_a_slug", rule));
        }
        Ok(Slug(text.into()))
    }

    /// A slug for an Indonesian or English title; `None` when no letter of it survives.
    ///
    /// `&` is read as "dan"; apostrophes vanish without a hyphen (Jum'at → jumat, Qur'an → quran);
    /// accents are taken off. A long title is cut at a word.
    pub fn from_title(title: &str) -> Option<Self> {
        let mut slug = String::new();
        for letter in title.replace('&', " dan ").nfkd() {
            match letter {
                'a'..='z' | '0'..='9' => slug.push(letter),
                'A'..='Z' => slug.push(letter.to_ascii_lowercase()),
                '\'' | '’' | '‘' | '`' | 'ʼ' | '´' => {}
                _ if unicode_normalization::char::is_combining_mark(letter) => {}
                _ if slug.is_empty() || slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        if slug.len() > SLUG_BYTES_MAX {
            let end = slug[..=SLUG_BYTES_MAX].rfind('-').unwrap_or(SLUG_BYTES_MAX);
            slug.truncate(end);
        }
        let slug = slug.trim_end_matches('-');
        (!slug.is_empty()).then(|| Slug(slug.into()))
    }

    /// The same slug with a number behind it, for when it is taken: `pasar-murah-2`.
    pub fn numbered(&self, number: u32) -> Self {
        let tail = format!("-{number}");
        let head = self.0.get(..SLUG_BYTES_MAX - tail.len()).unwrap_or(&self.0).trim_end_matches('-');
        Slug(format!("{head}{tail}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Slug::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indonesian_titles_become_readable_slugs() {
        let of = |title| Slug::from_title(title).map(|slug| slug.0);
        assert_eq!(of("Gubernur Resmikan Jembatan & Jalan").as_deref(), Some("gubernur-resmikan-jembatan-dan-jalan"));
        assert_eq!(of("Khutbah Jum'at — Al-Qur’an").as_deref(), Some("khutbah-jumat-al-quran"));
        assert_eq!(of("  Café 2026!  ").as_deref(), Some("cafe-2026"));
        assert_eq!(of("…"), None);
    }

    #[test]
    fn a_long_title_is_cut_at_a_word_and_what_comes_out_parses() {
        let slug = Slug::from_title(&"pembangunan ".repeat(30)).unwrap();
        assert!(slug.as_str().len() <= SLUG_BYTES_MAX && slug.as_str().ends_with("pembangunan"));
        assert!(Slug::parse(slug.as_str()).is_ok());
        assert!(Slug::parse(slug.numbered(12).as_str()).is_ok());
    }

    #[test]
    fn what_is_no_slug_is_refused() {
        for text in ["", "-a", "a-", "a--b", "A", "é", "a/b", "a b", &"a".repeat(121)] {
            assert!(Slug::parse(text).is_err(), "{text}");
        }
    }
}
