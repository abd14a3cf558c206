//! Targets, what they are told, and what became of each attempt.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kernel::id::{DeploymentId, SiteId, TargetId};
use crate::kernel::{Digest, Timestamp};

crate::words! {
    /// How releases come to a target.
    pub enum Kind as "TargetKind" {
        /// A folder of this machine, or one that is mounted.
        Directory = "directory",
        /// A server with a POSIX shell, by the system's OpenSSH client.
        Ssh = "ssh",
        /// A server that offers files alone, by the same client.
        Sftp = "sftp",
        /// A bucket that speaks S3.
        S3 = "s3",
    }
}

crate::words! {
    /// What became of one attempt.
    pub enum Outcome {
        Running = "running",
        Done = "done",
        /// The target held the release already.
        Unchanged = "unchanged",
        Failed = "failed",
    }
}

/// The settings of a `directory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Absolute; below one of the setting `target_folders`.
    pub path: String,
    /// Files in the folder itself instead of `current` → `releases/…`: for web servers that follow no links.
    #[serde(default)]
    pub in_place: bool,
}

/// The settings of `ssh` and `sftp`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remote {
    /// A name or address, or an alias of the SSH client's own configuration.
    pub host: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// With `ssh` the folder that gets `current` and `releases`; with `sftp` the web root itself.
    pub path: String,
    /// The server's public key as `ssh-keyscan` prints it, without the name: `ssh-ed25519 AAAA…`. Without it
    /// the client's own `known_hosts` must know the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key: Option<String>,
}

/// The settings of `s3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    pub bucket: String,
    /// Names of the objects begin with it.
    #[serde(default)]
    pub prefix: String,
    /// `https://…`; without it Amazon's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    #[serde(default = "usual_region")]
    pub region: String,
}

fn usual_region() -> String {
    "us-east-1".into()
}

/// Kind and settings together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Directory(Folder),
    Ssh(Remote),
    Sftp(Remote),
    S3(Bucket),
}

impl Way {
    pub fn kind(&self) -> Kind {
        match self {
            Way::Directory(_) => Kind::Directory,
            Way::Ssh(_) => Kind::Ssh,
            Way::Sftp(_) => Kind::Sftp,
            Way::S3(_) => Kind::S3,
        }
    }

    /// Reads the settings of a kind; says what does not fit.
    pub fn read(kind: Kind, settings: &Value) -> Result<Way, String> {
        fn to<T: serde::de::DeserializeOwned>(settings: &Value) -> Result<T, String> {
            T::deserialize(settings).map_err(|error| error.to_string())
        }
        Ok(match kind {
            Kind::Directory => Way::Directory(to(settings)?),
            Kind::Ssh => Way::Ssh(to(settings)?),
            Kind::Sftp => Way::Sftp(to(settings)?),
            Kind::S3 => Way::S3(to(settings)?),
        })
    }

    pub fn settings(&self) -> Value {
        let value = match self {
            Way::Directory(folder) => serde_json::to_value(folder),
            Way::Ssh(remote) | Way::Sftp(remote) => serde_json::to_value(remote),
            Way::S3(bucket) => serde_json::to_value(bucket),
        };
        value.unwrap_or_default()
    }

    /// Whom credentials are shown to: they never follow a target to another server.
    pub fn destination(&self) -> String {
        match self {
            Way::Directory(_) => String::new(),
            Way::Ssh(remote) | Way::Sftp(remote) => {
                format!("{:?} {:?} {:?} {:?}", remote.host, remote.port, remote.user, remote.host_key)
            }
            Way::S3(bucket) => format!("{:?} {:?}", bucket.endpoint, bucket.region),
        }
    }
}

/// What opens a target. Stored sealed, never told again; it has no `Debug` on purpose.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// `ssh`, `sftp`: an unencrypted private key, as `ssh-keygen` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
    /// `ssh`, `sftp`, where the server takes no keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// `s3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// `s3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<String>,
}

impl Credentials {
    pub fn is_empty(&self) -> bool {
        *self == Credentials::default()
    }

    /// Every text that must not appear anywhere.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        [&self.private_key, &self.password, &self.secret_access_key].into_iter().flatten().map(String::as_str)
    }
}

/// A target, as everybody who may see targets sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub id: TargetId,
    pub site_id: SiteId,
    pub key: String,
    /// Targets are served in this order.
    pub position: i32,
    pub way: Way,
    /// Sealed.
    pub credentials: Option<String>,
    /// Where the public sees what it shows.
    pub url: Option<String>,
    pub active: bool,
    pub state: State,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How a target fares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TargetState)]
pub struct State {
    /// The release that it serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeded_at: Option<Timestamp>,
    /// Attempts in a row that failed.
    pub failures: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// When the alarm of this outage was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarmed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What an attempt moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Moved {
    pub files_sent: u32,
    pub files_removed: u32,
    /// What went out, before the SSH client or TLS packs it.
    pub bytes_sent: u64,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Deployment {
    pub id: DeploymentId,
    #[serde(skip)]
    pub target: TargetId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(flatten)]
    pub moved: Moved,
    pub started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// A look at one thing before it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Step {
    pub step: StepName,
    pub ok: bool,
    /// What was seen, in the words of whoever answered.
    pub detail: String,
    /// What to do about it; absent when nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

crate::words! {
    /// What a check looks at, in this order.
    pub enum StepName {
        Reach = "reach",
        Login = "login",
        Write = "write",
        Rename = "rename",
        FreeSpace = "free_space",
        Clock = "clock",
        Serves = "serves",
    }
}

/// One sentence or two for whoever has to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Advice {
    pub id: String,
    pub en: String,
}
