//! The outside world on one page. Everything else that a use case touches is the database.

pub mod probing;

use std::path::Path;

use zeroize::Zeroizing;

use crate::kernel::{Digest, Result, Timestamp};

/// What time it is. Tests set it; nothing in the house sleeps to wait for it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Unpredictable bytes: for ids, tokens and salts.
pub trait Chance: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Uploaded files, each named by the digest of its bytes. What is stored is never changed.
pub trait Storage: Send + Sync {
    /// Stores the bytes under their digest, durably; storing the same twice is no error.
    fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<()>;
    /// The same for a file of the spool, which is moved where that is possible.
    fn take(&self, digest: &Digest, file: &Path) -> Result<()>;
    /// `None` when nothing is stored under that digest.
    fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>>;
    /// Writes the file to a path (linked where the file system allows); `false` when it is not stored.
    fn place(&self, digest: &Digest, path: &Path) -> Result<bool>;
    /// The same as [`Storage::get`], piece by piece.
    fn read(&self, digest: &Digest) -> Result<Option<Box<dyn std::io::Read>>>;
    /// Everything that is stored, in no order.
    fn each(&self, tell: &mut dyn FnMut(Stored)) -> Result<()>;
    /// Removes a file unless it was stored within the last day, perhaps again: somebody may be about to name it.
    /// Says whether it is gone.
    fn remove_old(&self, digest: &Digest) -> Result<bool>;
}

/// A stored file.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    pub digest: Digest,
    pub bytes: u64,
    /// Whether it may be removed when nothing names it.
    pub is_old: bool,
}

/// Commands of this program that are run apart from it, within limits of their own: what they die of takes nothing else along.
pub trait Apart: Send + Sync {
    /// Gives a command its input and hears what it says, at most so many bytes. An error when it cannot be run at all.
    fn run(&self, command: &str, input: &[u8], said_bytes_max: u64) -> std::io::Result<Told>;
}

/// What a command said that was run apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub said: Vec<u8>,
    /// How it ended; `None` when it ended well.
    pub ended: Option<String>,
}

/// Looks for harmful software in files.
pub trait Scanner: Send + Sync {
    /// The name of what was found; an error when there is no answer, which is no "nothing found".
    fn scan(&self, file: &mut dyn std::io::Read) -> std::io::Result<Option<String>>;
}

/// Pages of foreign hosts; nothing else in the house speaks to them over HTTP.
///
/// GET, and POST of what the caller signed; redirects are told, never followed; names that lead to this machine or to a private network
/// are refused unless a setting allows them.
pub trait Fetcher: Send + Sync {
    /// Fetches an `http` or `https` address; the body goes to `sink` piece by piece.
    fn fetch(&self, ask: &Ask, sink: &mut dyn FnMut(&[u8])) -> std::result::Result<Fetched, Unfetched>;

    /// Sends a body there with these headers; of the answer only the status and the headers are read.
    fn post(&self, ask: &Ask, headers: &[(&str, String)], body: &[u8]) -> std::result::Result<Fetched, Unfetched>;
}

/// What is asked of a foreign host.
#[derive(Debug, Clone)]
pub struct Ask {
    pub url: String,
    /// Of the body; reading stops there.
    pub bytes_max: u64,
    /// From the first look at the name to the last byte.
    pub seconds_max: u64,
}

/// What a foreign host answered, but for the body.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    pub status: u16,
    /// Names in small letters, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// Whether the body went on beyond the limit.
    pub cut: bool,
    /// SHA-256 of the certificate that the host showed; `None` without TLS.
    pub certificate: Option<Digest>,
}

impl Fetched {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfetched {
    #[error("{0:?} is not an http or https address without a user")]
    BadAddress(String),
    #[error("{0} leads to this machine or a private network; allow it with the setting fetch_private_networks")]
    PrivateNetwork(String),
    #[error("no such host")]
    NoSuchHost,
    #[error("no secure connection: {0}")]
    Insecure(String),
    #[error("took longer than allowed")]
    TooSlow,
    #[error("{0}")]
    Broken(String),
}

/// Letters by SMTP.
pub trait Mailer: Send + Sync {
    /// Hands one letter to a server; `Ok` when the server has taken it.
    fn send(&self, server: &MailServer, letter: &Letter) -> std::result::Result<(), Unsent>;
}

/// How a connection to a mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// A plain beginning, then TLS, or no letter.
    StartTls,
    Plain,
}

/// A server that takes letters. It cannot be printed, for it holds a password.
#[derive(Clone)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Name and password; `None` for a server that asks for none.
    pub login: Option<(String, Zeroizing<String>)>,
}

/// A letter in two forms of the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Name (possibly empty) and address.
    pub from: (String, String),
    pub to: (String, String),
    pub subject: String,
    pub text: String,
    pub html: String,
    pub at: Timestamp,
    /// Left of the `@` of its own id: the same letter sent again has the same.
    pub id: String,
}

/// Why a letter was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// Sending it again would end in the same way.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Later(String),
}
