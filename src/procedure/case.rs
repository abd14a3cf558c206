//! One run of a procedure: where it stands, what happened in it, and what somebody asks of it.

use serde_json::{Map, Value};

use crate::kernel::Timestamp;
use crate::kernel::id::{AttachmentId, CaseId, CommentId, EntryId, SiteId, UserId};

/// A case as stored. It stays on the version of the procedure that it began with.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub id: CaseId,
    pub procedure_key: String,
    pub procedure_version: i32,
    pub flow: String,
    /// `None` for a case that is not about one existing site.
    pub site_id: Option<SiteId>,
    /// Set for the case of an entry, which moves with its entry alone.
    pub entry_id: Option<EntryId>,
    pub title: String,
    pub step: String,
    pub step_since: Timestamp,
    /// When the step's standard time is over; `None` when none is set.
    pub due_at: Option<Timestamp>,
    /// The date agreed in the case, for steps whose time is agreed.
    pub agreed_due_at: Option<Timestamp>,
    /// Set while the case waits for somebody outside the step: its time stands still.
    pub waiting_since: Option<Timestamp>,
    pub assigned_to: Option<UserId>,
    pub opened_by: Option<UserId>,
    pub opened_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub version: i32,
}

/// A move that was made. `number` counts from 1 within the case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseEvent {
    pub number: i32,
    pub command: String,
    pub from_step: String,
    pub to_step: String,
    /// `None` for the system, which only carries out what a person ordered.
    pub actor_id: Option<UserId>,
    pub comment: String,
    pub fields: Map<String, Value>,
    /// When the step that was left was due.
    pub due_at: Option<Timestamp>,
    pub at: Timestamp,
}

/// What somebody asks of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    pub name: String,
    pub comment: String,
    /// The form, by field key.
    pub fields: Map<String, Value>,
    /// Where the case rests afterwards.
    pub effect: Effect,
}

impl Command {
    /// A plain command that moves the case.
    pub fn new(name: impl Into<String>) -> Self {
        Command { name: name.into(), comment: String::new(), fields: Map::new(), effect: Effect::Moves }
    }

    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = comment.into();
        self
    }

    pub fn fields(mut self, fields: Map<String, Value>) -> Self {
        self.fields = fields;
        self
    }

    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }
}

/// Where a command leaves the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It goes where the procedure says.
    Moves,
    /// It stays in its step: what was ordered happens at that time, and the step's standard time counts from
    /// then, or from when the case came to the step if that is later.
    StaysUntil(Timestamp),
}

/// A file that belongs to a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub case_id: CaseId,
    pub digest: crate::kernel::Digest,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub uploaded_by: UserId,
    pub created_at: Timestamp,
}

/// A remark, with the step in which it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    pub id: CommentId,
    pub case_id: CaseId,
    pub author_id: UserId,
    pub step: String,
    pub body: String,
    pub created_at: Timestamp,
}

/// What the decision needs to know of a case.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub case: &'a Case,
    /// In order.
    pub events: &'a [CaseEvent],
    /// Whoever wrote any part of the revision since the last approval; empty for plain cases.
    pub authors: &'a [UserId],
    /// Files of the case, which a form may name.
    pub attachments: &'a [AttachmentId],
}
