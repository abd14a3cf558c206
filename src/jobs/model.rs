//! Jobs and their states.

use serde_json::Value;

use crate::kernel::Timestamp;
use crate::kernel::id::JobId;

crate::words! {
    /// Where a job is.
    pub enum JobState {
        /// Waits for its time, or to be tried again.
        Ready = "ready",
        Running = "running",
        Done = "done",
        /// Every attempt failed.
        Failed = "failed",
    }
}

/// The job that opens an incident (SOP 3), or adds to the one that is open for the same website: rooms below `security`, which does
/// it, ask for it by this name. Its payload is read by `security::service::open_job`.
pub const INCIDENT_JOB: &str = "security.open";

/// What to do, and when.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// `publish.build`: names the handler in `boot`'s table.
    pub kind: &'static str,
    pub payload: Value,
    /// While a job with the same key is ready, another is not enqueued: the one that waits will see
    /// the newest state anyway.
    pub unique_key: Option<String>,
    pub run_at: Timestamp,
}

/// A job as stored.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    #[serde(skip)]
    pub payload: Value,
    pub state: JobState,
    pub run_at: Timestamp,
    pub attempts: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}
