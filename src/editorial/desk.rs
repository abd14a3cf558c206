//! Everything that a use case needs of one entry, read in its transaction.

use std::sync::Arc;

use serde_json::Value;

use super::model::{Approval, Changed};
use super::{rules, store};
use crate::content::model::{Content, ContentType, EntryRow};
use crate::content::{self, type_store};
use crate::db::{Conn, Tx};
use crate::identity::{Actor, Permit, UseCase};
use crate::jobs;
use crate::kernel::id::{EntryId, JobId, UserId};
use crate::kernel::{Code, Digest, Error, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::procedure::model::{Flow, Step};
use crate::procedure::rules::{Transition, flow_of, step_of};
use crate::procedure::service::{self as cases, Whole};
use crate::sites;

/// An entry with its case, its type and its approvals.
pub struct Desk {
    pub row: EntryRow,
    pub whole: Whole,
    pub content_type: Arc<ContentType>,
    pub approvals: Vec<Approval>,
}

impl Desk {
    /// For the use case `U` on the entry's site: `not_found` for whoever holds no role there.
    pub fn open<U: UseCase>(connection: &mut Conn, actor: &Actor, id: EntryId) -> Result<Desk> {
        let row = content::store::require(connection, id)?;
        let _permit: Permit<U> = actor.permit(row.site_id)?;
        Desk::of(connection, row)
    }

    /// Without asking for a permit: for the system's own use cases.
    pub fn of(connection: &mut Conn, row: EntryRow) -> Result<Desk> {
        let whole = Whole::read(connection, row.case_id)?;
        let content_type = type_store::require(connection, row.site_id, &row.type_key)?.content_type;
        let approvals = store::approvals(connection, row.id)?;
        Ok(Desk { row, whole, content_type, approvals })
    }

    /// What is in the trash stays as it is, and what somebody else has changed meanwhile is looked at first.
    pub fn refuse_trash_and_stale(&self, seen: i32) -> Result<(), Refusal> {
        if self.row.trashed_at.is_some() {
            return Err(Refusal::new(Code::InTrash));
        }
        crate::http::etag::current(seen, self.row.version)
    }

    pub fn flow(&self) -> Result<&Flow, Refusal> {
        flow_of(&self.whole.ground.definition, &self.whole.case)
    }

    pub fn step(&self) -> Result<&Step, Refusal> {
        step_of(self.flow()?, &self.whole.case.step)
    }

    /// Whoever wrote any part of the newest revision since the last approval that stands.
    pub fn authors(&self, connection: &mut Conn) -> Result<Vec<UserId>> {
        Ok(rules::authors(&store::revisions(connection, self.row.id)?, &self.approvals))
    }

    /// The newest revision as stored, and its closure computed anew from it. A body that does not give its
    /// digest was changed behind our back: `digest_mismatch`.
    pub fn closure(&self, connection: &mut Conn) -> Result<(Content, Digest)> {
        let body = store::body(connection, self.row.id, self.row.revision)?;
        if Digest::of(&body) != self.row.digest {
            return Err(Refusal::new(Code::DigestMismatch).detail("the stored revision is not what it was").into());
        }
        let content = Content::from_text(&body)?;
        let closure = content::rules::closure_of(&self.content_type, &content);
        Ok((content, closure))
    }

    /// Who approved what is approved now, if it is.
    pub fn approver(&self) -> Option<UserId> {
        let closure = self.row.approved_closure?;
        let standing = self.approvals.iter().rev().find(|one| one.closure == closure && one.voided_at.is_none());
        standing.map(|approval| approval.approver)
    }

    /// Forgets the approval, because the entry comes to a step in which its content may be changed. The
    /// approval of what was published stays in the records; one that never came to that is voided.
    pub fn void(&mut self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        if let Some(closure) = self.row.approved_closure
            && !self.step()?.end
        {
            store::void_approval(tx, self.row.id, &closure, now)?;
        }
        self.row.approved_closure = None;
        self.row.approved_revision = 0;
        self.row.publish_at = None;
        Ok(())
    }

    /// Writes the case's move and the entry's row, whose step follows it.
    pub fn settle(&mut self, tx: &mut Tx, transition: &Transition, now: Timestamp) -> Result<()> {
        cases::apply(tx, transition)?;
        self.row.step = transition.to().to_owned();
        self.row = content::store::save_state(tx, &self.row, now)?;
        Ok(())
    }

    /// The ledger's event of a use case on this entry.
    pub fn record(&self, tx: &mut Tx, actor: &Actor, what: (&str, Value), now: Timestamp) -> Result<()> {
        let (verb, detail) = what;
        let event = Event::new(actor.ledger_name(), &format!("editorial.{verb}"), format!("entry:{}", self.row.id))
            .site(self.row.site_id)
            .digest(self.row.closure)
            .detail(detail);
        ledger::record(tx, &event, now)?;
        Ok(())
    }

    /// Has the site rendered anew after the commit.
    pub fn build(&self, tx: &mut Tx, job: JobId, now: Timestamp) -> Result<JobId> {
        jobs::enqueue(tx, job, &sites::service::release_wanted(self.row.site_id, now), now)
    }

    pub fn changed(self, job: Option<JobId>) -> Changed {
        Changed { row: self.row, job, voided: None }
    }
}

/// A person's use case that the system asked for.
pub fn person(actor: &Actor) -> Result<UserId> {
    actor.user().ok_or_else(|| Error::from(Refusal::new(Code::Forbidden)))
}
