//! What waits for somebody, by due time.

use utoipa::ToSchema;

use super::store::{self, Place};
use crate::db::Conn;
use crate::identity::{Actor, Role};
use crate::kernel::id::SiteId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Result, Timestamp};
use crate::procedure::views::{self, CaseSummary};
use crate::procedure::{shelf, store as cases};

crate::words! {
    /// What waits.
    pub enum Kind as "WaitingKind" {
        Entry = "entry",
        Case = "case",
    }
}

/// Something that waits for the caller.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct Waiting {
    pub kind: Kind,
    #[serde(flatten)]
    pub case: CaseSummary,
}

/// Cases and entries whose step is acted in by one of the actor's roles there, soonest due first.
pub fn read(
    connection: &mut Conn,
    actor: &Actor,
    (limit, after): (Limit, Option<&Cursor>),
    now: Timestamp,
) -> Result<Page<Waiting>> {
    let places = places(connection, actor)?;
    let page = store::waiting(connection, &places, limit, after)?;
    let mut found = Vec::new();
    for id in page.items {
        found.extend(cases::find(connection, id)?);
    }
    let items = views::summaries(connection, found, now)?;
    let waiting = |case: CaseSummary| {
        let kind = if case.entry.is_some() { Kind::Entry } else { Kind::Case };
        Waiting { kind, case }
    };
    Ok(Page { items: items.into_iter().map(waiting).collect(), next_cursor: page.next_cursor })
}

/// Every step, of every stored version of a procedure, in which the actor acts; with the site where it is
/// not everywhere.
fn places(connection: &mut Conn, actor: &Actor) -> Result<Vec<Place>> {
    let everywhere = actor.roles(None);
    let mut sites: Vec<SiteId> = actor.grants().iter().filter_map(|grant| grant.site).collect();
    sites.sort_unstable();
    sites.dedup();
    let mut places = Vec::new();
    for (key, version) in shelf::all_versions(connection)? {
        let definition = shelf::definition(connection, &key, version)?;
        for flow in &definition.flows {
            for step in flow.steps.iter().filter(|step| !step.end) {
                let acts = |roles: &[Role]| roles.iter().any(|role| step.actors.contains(role));
                let place = |site| Place {
                    procedure: key.clone(),
                    version,
                    flow: flow.key.clone(),
                    step: step.key.clone(),
                    site,
                };
                if acts(&everywhere) {
                    places.push(place(None));
                    continue;
                }
                let here = sites.iter().filter(|site| acts(&actor.roles(Some(**site))));
                places.extend(here.map(|site| place(Some(*site))));
            }
        }
    }
    Ok(places)
}
