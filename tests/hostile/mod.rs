//! Hostile files and legal odd ones, made anew for each run, each with what the judge must say of it.

pub mod documents;
pub mod made;
pub mod others;
pub mod pictures;

/// What the judge must say.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// Kept as this media type; a picture shows what it showed.
    Kept(&'static str),
    /// Kept, but without any of these.
    Without(&'static str, &'static [&'static str]),
    /// Refused for this reason.
    Refused(&'static str),
    /// Refused for this limit.
    Beyond(&'static str),
}

pub struct Case {
    /// What is special about it.
    pub about: String,
    pub name: String,
    pub bytes: Vec<u8>,
    pub expected: Expected,
}

impl Case {
    pub fn new(about: impl Into<String>, name: &str, bytes: impl Into<Vec<u8>>, expected: Expected) -> Self {
        Case { about: about.into(), name: name.into(), bytes: bytes.into(), expected }
    }
}

pub fn all() -> Vec<Case> {
    [pictures::all(), documents::all(), others::all()].into_iter().flatten().collect()
}
