//! Digests: SHA-256, written as 64 lower-case hexadecimal letters so that `sha256sum` can check them.

use std::fmt;

use sha2::Digest as _;

/// Bytes as lower-case hexadecimal letters.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of some bytes, kept as the 64 letters it is written with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; Digest::LETTERS]);

impl Digest {
    /// How long one is, written down.
    pub const LETTERS: usize = 64;

    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Digest::from_bytes(sha2::Sha256::digest(bytes.as_ref()).into())
    }

    /// The digest of canonical JSON (see [`super::canonical`]).
    pub fn of_json(value: &serde_json::Value) -> Self {
        Digest::of(super::canonical::to_string(value))
    }

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        const LETTERS: &[u8; 16] = b"0123456789abcdef";
        let mut letters = [0; Digest::LETTERS];
        for (pair, byte) in letters.chunks_exact_mut(2).zip(bytes) {
            pair[0] = LETTERS[usize::from(byte >> 4)];
            pair[1] = LETTERS[usize::from(byte & 15)];
        }
        Digest(letters)
    }

    /// Reads 64 lower-case hexadecimal letters; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        text.bytes().all(Digest::is_letter).then(|| text.as_bytes().try_into().ok().map(Digest)).flatten()
    }

    /// Whether a digest may hold this letter.
    pub fn is_letter(letter: u8) -> bool {
        matches!(letter, b'0'..=b'9' | b'a'..=b'f')
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", &self.as_str()[..12])
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::parse(&text).ok_or_else(|| serde::de::Error::custom("a digest is 64 lower-case hexadecimal letters"))
    }
}
