//! Locales: the language of an entry, such as `id`, `en`, `bjn` or `zh-Hans`.

use std::fmt;

use super::{Code, Refusal};

/// The same words in both languages of the house.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub id: String,
    pub en: String,
}

const LOCALE_BYTES_MAX: usize = 20;

/// A language tag of BCP 47's simple form: a language of two or three letters, then subtags.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        let language_fits = matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase());
        let rest_fits = parts.all(|p| matches!(p.len(), 2..=8) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !language_fits || !rest_fits || text.len() > LOCALE_BYTES_MAX {
            return Err(Refusal::new(Code::Invalid).field("locale", "not_a_locale", "such as id, en or zh-Hans"));
        }
        Ok(Locale(text.into()))
    }

    pub fn indonesian() -> Self {
        Locale("id".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Locale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Locale::parse(&text).map_err(serde::de::Error::custom)
    }
}
