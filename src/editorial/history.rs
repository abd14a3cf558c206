//! Everything that happened to an entry, in order: moves, revisions, approvals, remarks.

use utoipa::ToSchema;

use super::desk::Desk;
use super::store;
use crate::content::checks::store as checks;
use crate::db::Conn;
use crate::identity::{Actor, cases};
use crate::kernel::id::EntryId;
use crate::kernel::{Digest, Result, Timestamp};
use crate::procedure::store as procedures;
use crate::procedure::views::{self, CommentView, EventView, People, Person};

/// Something that happened.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// A command moved the entry, or was ordered for later.
    Moved(EventView),
    Revision(RevisionView),
    Approval(ApprovalView),
    Comment(CommentView),
    /// Somebody answered for what the checks had found.
    Confirmation(ConfirmationView),
}

/// Findings of a revision were confirmed.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = FindingsAnsweredFor)]
pub struct ConfirmationView {
    /// Of the revision that it is about.
    pub digest: Digest,
    pub reason: String,
    /// How many findings.
    pub findings: usize,
    pub by: Person,
    pub at: Timestamp,
}

/// A revision was written.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
#[schema(as = RevisionWritten)]
pub struct RevisionView {
    pub number: i32,
    pub digest: Digest,
    /// Absent for what was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Person>,
    pub at: Timestamp,
}

/// An approval was given.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct ApprovalView {
    pub revision: i32,
    /// Of the closure that it binds.
    pub digest: Digest,
    pub approver: Person,
    pub at: Timestamp,
    /// When it was taken back, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<Timestamp>,
}

/// The history of an entry for somebody who may read it.
pub fn read(connection: &mut Conn, actor: &Actor, id: EntryId) -> Result<Vec<Happened>> {
    let desk = Desk::open::<cases::ReadContent>(connection, actor, id)?;
    let revisions = store::revisions(connection, id)?;
    let comments = procedures::comments(connection, desk.row.case_id)?;
    let mut ids: Vec<_> = desk.whole.events.iter().filter_map(|event| event.actor_id).collect();
    ids.extend(revisions.iter().filter_map(|revision| revision.author));
    ids.extend(comments.iter().map(|comment| comment.author_id));
    ids.extend(desk.approvals.iter().map(|approval| approval.approver));
    let confirmations = checks::confirmations(connection, id)?;
    ids.extend(confirmations.iter().map(|confirmation| confirmation.by));
    let people = People::read(connection, ids)?;

    let mut all: Vec<(Timestamp, Happened)> = Vec::new();
    all.extend(revisions.iter().map(|one| {
        let author = one.author.map(|id| people.person(id));
        let view = RevisionView { number: one.number, digest: one.digest, author, at: one.created_at };
        (one.created_at, Happened::Revision(view))
    }));
    all.extend(views::events(&desk.whole, &people).into_iter().map(|event| (event.at, Happened::Moved(event))));
    all.extend(desk.approvals.iter().map(|one| {
        let view = ApprovalView {
            revision: one.revision,
            digest: one.closure,
            approver: people.person(one.approver),
            at: one.approved_at,
            voided_at: one.voided_at,
        };
        (one.approved_at, Happened::Approval(view))
    }));
    all.extend(comments.iter().map(|one| (one.created_at, Happened::Comment(views::comment(one, &people)))));
    all.extend(confirmations.into_iter().map(|one| {
        let (findings, by) = (one.confirmed.len(), people.person(one.by));
        let view = ConfirmationView { digest: one.revision, reason: one.reason, findings, by, at: one.at };
        (one.at, Happened::Confirmation(view))
    }));
    // Stable: at one instant what was written comes before the move that it led to.
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, happened)| happened).collect())
}
