//! The cases of imported entries. They begin where the import puts them: at the start of SOP 1, or at
//! its end for the founding of a site.

use super::PUBLISHED;
use crate::app::App;
use crate::calendar::store as calendars;
use crate::kernel::id::{CaseId, EntryId, SiteId};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::procedure::case::Case;
use crate::procedure::model::Subject;
use crate::procedure::rules::{self, State};
use crate::procedure::timing::Timing;
use crate::procedure::{service, shelf, store};

/// The procedure of entries.
const PROCEDURE: &str = "website_management";
/// What all cases of one import have in common.
pub struct Mold {
    site: SiteId,
    version: i32,
    flow: String,
    start: String,
    opened: State,
    now: Timestamp,
}

impl Mold {
    /// Reads the procedure in force; a new installation gets the shipped ones first.
    pub fn of(app: &App, site: SiteId) -> Result<Mold> {
        let known = app.db.read_blocking(|connection| shelf::in_force(connection, PROCEDURE))?;
        if known.is_none() {
            service::load(app)?;
        }
        let now = app.now();
        app.db.read_blocking(|connection| {
            let (version, definition) = shelf::current(connection, PROCEDURE)?;
            let flow = definition.flows.iter().find(|flow| flow.subject == Subject::Entry);
            let flow = flow.ok_or_else(|| Refusal::new(Code::NotFound).detail("no flow of entries"))?;
            rules::step_of(flow, PUBLISHED)?;
            let (calendar, zone) = (calendars::calendar(connection)?, store::zone(connection, Some(site))?);
            let opened = rules::opened(&definition, flow, None, &Timing { now, calendar: &calendar, zone: &zone })?;
            Ok(Mold { site, version, flow: flow.key.clone(), start: flow.start.clone(), opened, now })
        })
    }

    /// The step of an entry: the first one for a draft.
    pub fn step(&self, draft: bool) -> &str {
        if draft { &self.start } else { PUBLISHED }
    }

    /// The case of an entry. A published one has ended, as if it had been walked through.
    pub fn case(&self, id: CaseId, entry: EntryId, title: &str, draft: bool) -> Case {
        Case {
            id,
            procedure_key: PROCEDURE.to_owned(),
            procedure_version: self.version,
            flow: self.flow.clone(),
            site_id: Some(self.site),
            entry_id: Some(entry),
            title: title.to_owned(),
            step: self.step(draft).to_owned(),
            step_since: self.opened.step_since,
            due_at: if draft { self.opened.due_at } else { None },
            agreed_due_at: None,
            waiting_since: None,
            assigned_to: None,
            opened_by: None,
            opened_at: self.now,
            ended_at: if draft { None } else { Some(self.now) },
            version: 1,
        }
    }
}
