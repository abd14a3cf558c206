//! Accounts, sessions and appointments as they are stored, and the words they are made of.

use serde::{Deserialize, Deserializer};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::model::Role;
use crate::kernel::id::{SessionId, SiteId, UserId};
use crate::kernel::{Code, Locale, Refusal, Timestamp};

const EMAIL_BYTES_MAX: usize = 254;
const NAME_LETTERS_MAX: usize = 120;
/// More than anybody types; without a bound, a flood of long passwords would cost memory.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// An e-mail address, folded: without white space around it, in lower case. Unique among accounts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The form in which addresses are compared, whether or not it is one.
    pub fn fold(text: &str) -> String {
        text.trim().nfc().collect::<String>().to_lowercase()
    }

    /// `invalid` on `email` when the text cannot be an address.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let folded = Email::fold(text);
        let fits = folded.split_once('@').is_some_and(|(name, domain)| {
            let label = |label: &str| {
                let letters = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                !label.is_empty() && letters && !label.starts_with('-') && !label.ends_with('-')
            };
            let name_fits = (1..=64).contains(&name.len())
                && !name.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c));
            name_fits && domain.split('.').all(label)
        });
        if !fits || folded.len() > EMAIL_BYTES_MAX {
            return Err(Refusal::new(Code::Invalid).field("email", "not_an_email", "such as ani@example.go.id"));
        }
        Ok(Email(folded))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's name, trimmed: `invalid` on `name` when it is empty, too long or has control characters.
pub fn person_name(text: &str) -> Result<String, Refusal> {
    let name: String = text.trim().nfc().collect();
    let refuse = |code, detail: String| Err(Refusal::new(Code::Invalid).field("name", code, detail));
    if name.is_empty() {
        return refuse("required", "a name is needed".into());
    }
    if name.chars().count() > NAME_LETTERS_MAX {
        return refuse("too_long", format!("at most {NAME_LETTERS_MAX} letters"));
    }
    if name.chars().any(char::is_control) {
        return refuse("control_character", "no line breaks or control characters".into());
    }
    Ok(name)
}

/// What somebody typed as a password. It is wiped when dropped and has no way to be printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// The same password however a keyboard composed its letters.
    pub fn new(text: &str) -> Self {
        Password(Zeroizing::new(text.nfkc().collect()))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Clone for Password {
    fn clone(&self) -> Self {
        Password(self.0.clone())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = Zeroizing::new(String::deserialize(deserializer)?);
        Ok(Password::new(&typed))
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    pub disabled: bool,
    /// Access tokens of an older epoch are worth nothing.
    pub epoch: i32,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl User {
    /// A new account: enabled, in Indonesian, of the first version.
    pub fn new(id: UserId, email: &Email, name: String, now: Timestamp) -> Self {
        User {
            id,
            email: email.as_str().to_owned(),
            name,
            locale: Locale::indonesian(),
            disabled: false,
            epoch: 1,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The next version.
    pub fn changed(self, now: Timestamp) -> Self {
        User { version: self.version + 1, updated_at: now, ..self }
    }

    /// Every access token made so far is worth nothing from here on.
    pub fn revoked(self) -> Self {
        User { epoch: self.epoch + 1, ..self }
    }
}

/// One sign-in on one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    /// What the device calls itself: its `User-Agent`, cut.
    pub client: String,
    pub created_at: Timestamp,
    pub refreshed_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A role that somebody was appointed to, with the decree it rests on and the time it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    pub role: Role,
    /// Number of the decree; empty when none was named.
    pub decree: String,
    /// In force from here on; `None`: always has been.
    pub from: Option<Timestamp>,
    /// In force until, but not at, this instant; `None`: open.
    pub until: Option<Timestamp>,
}

impl Appointment {
    /// Without a decree and without an end.
    pub fn of(role: Role) -> Self {
        Appointment { role, decree: String::new(), from: None, until: None }
    }
}

/// Where appointments hold, as the database names it.
pub fn scope_text(site: Option<SiteId>) -> String {
    site.map_or_else(|| "*".to_owned(), |site| site.to_string())
}

/// What is known of whoever signs in, beside what they say.
#[derive(Debug, Clone)]
pub struct Caller {
    /// See `rules::network`.
    pub network: String,
    /// The `User-Agent`, cut to [`CLIENT_LETTERS_MAX`].
    pub client: String,
}

pub const CLIENT_LETTERS_MAX: usize = 200;

/// An account and its appointments, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    pub email: String,
    pub name: String,
    pub disabled: bool,
    /// `author@portal`, `admin`.
    pub roles: Vec<String>,
}

impl std::fmt::Display for RosterLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = if self.disabled { " (disabled)" } else { "" };
        write!(f, "{:<32} {}{state}  {}", self.email, self.name, self.roles.join(" "))
    }
}
