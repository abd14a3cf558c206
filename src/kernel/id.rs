//! Identifiers: a UUID of version 7 in a type of its own for each thing that is named by one.

use super::{Code, Refusal, Timestamp};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// Kept as the 36 letters it is written with, because it goes to the database, the ledger and
        /// the wire as text and is never calculated with.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 36]);

        impl $name {
            /// Time-ordered: `now` gives the first 48 bits (milliseconds), `chance` the rest.
            pub fn new(now: Timestamp, chance: [u8; 10]) -> Self {
                $name(v7(now, chance))
            }

            /// Reads the hyphenated form. Any other text names nothing, so the answer is "not found".
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                parse(text).map($name).ok_or_else(|| Refusal::new(Code::NotFound))
            }

            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                parse(&text).map($name).ok_or_else(|| serde::de::Error::custom("not an id"))
            }
        }
    )*};
}

ids! {
    /// A person with an account.
    UserId
    /// One sign-in of a user on one device.
    SessionId
    /// A website.
    SiteId
    /// A piece of content in one language.
    EntryId
    /// The entries that are translations of one another share one.
    GroupId
    /// One run of a procedure.
    CaseId
    /// A remark on an entry or a case.
    CommentId
    /// A file that belongs to a case.
    AttachmentId
    /// A file that is coming.
    UploadId
    /// A piece of work for the worker.
    JobId
    /// One complete rendering of a site.
    ReleaseId
    /// A server that releases of a site go to.
    TargetId
    /// One attempt to bring a release to a target.
    DeploymentId
    /// One check of what a site's address serves.
    RunId
    /// Something that such a check found wrong.
    FindingId
    /// A link to one revision that is not published.
    PreviewId
    /// A theme that a site has, had, or may have.
    ThemeId
    /// An address that is told what happens on a site.
    WebhookId
    /// What such an address is told of one event.
    DeliveryId
    /// A website that is watched from outside.
    MonitorId
    /// What one cause did to the websites that are watched.
    IncidentId
    /// A time of announced work on such websites.
    WindowId
    /// One full look at all of them.
    RoundId
    /// A weekly report on them.
    RecapId
}

fn v7(now: Timestamp, chance: [u8; 10]) -> [u8; 36] {
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    text(uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid())
}

fn parse(written: &str) -> Option<[u8; 36]> {
    uuid::Uuid::parse_str(written).ok().map(text)
}

fn text(uuid: uuid::Uuid) -> [u8; 36] {
    let mut letters = [0; 36];
    uuid.hyphenated().encode_lower(&mut letters);
    letters
}
