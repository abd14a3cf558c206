//! The two ways in which a use case ends badly.

use super::Refusal;

/// A boxed cause, whatever library it came from.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// `Refused`: the rules said no, nothing changed, the caller is told why.
/// `Broken`: something failed; the cause is logged and never shown to the caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Refused(Box<Refusal>),
    #[error("{doing}: {cause}")]
    Broken { doing: String, cause: Cause },
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure that has no underlying error of its own.
    pub fn broken(doing: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Error::Broken { doing: doing.into(), cause: cause.into() }
    }

    /// The refusal, when it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refused(refusal) => Some(refusal),
            Error::Broken { .. } => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(Box::new(refusal))
    }
}

/// Says what was being done when a foreign error came: `file.read().context("read theme.toml")?`.
pub trait Context<T> {
    fn context(self, doing: impl Into<String>) -> Result<T>;
    fn with_context(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Cause>> Context<T> for std::result::Result<T, E> {
    fn context(self, doing: impl Into<String>) -> Result<T> {
        self.map_err(|cause| Error::broken(doing, cause))
    }

    fn with_context(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|cause| Error::broken(doing(), cause))
    }
}
