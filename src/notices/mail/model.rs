//! The server that takes letters, as it is stored and as it is wanted.

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::kernel::Timestamp;

crate::words! {
    /// How the connection is kept secret.
    pub enum Security as "MailSecurity" {
        /// TLS from the first byte; usually port 465.
        Tls = "tls",
        /// A plain beginning, then TLS or no letter; usually port 587.
        StartTls = "starttls",
        /// Nothing is secret: for a server on this machine.
        Plain = "plain",
    }
}

/// The server, with its password as it lies in the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Empty: the server asks for none.
    pub username: String,
    /// Sealed with a key of the installation.
    pub password: Option<String>,
    pub from_address: String,
    pub from_name: String,
    pub version: i32,
    pub updated_at: Timestamp,
}

/// A secret that was typed: it is wiped when dropped and has no way to be printed.
#[derive(Clone)]
pub struct Secret(pub Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Secret(Zeroizing::new(String::deserialize(deserializer)?)))
    }
}

/// What the server is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: String,
    /// Absent: the one that is stored stays, if it is the same server and the same name. Empty: none.
    pub password: Option<Secret>,
    pub from_address: String,
    pub from_name: String,
}
