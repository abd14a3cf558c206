//! Flows with a rhythm begin by themselves: one case each time, also when nobody was there to see the hour pass.

use std::sync::Arc;

use super::hours::ServiceTime;
use super::model::{Definition, Flow, Rhythm, Subject};
use super::{service, shelf, store};
use crate::app::App;
use crate::db::Conn;
use crate::identity::Actor;
use crate::kernel::id::CaseId;
use crate::kernel::time::MINUTE;
use crate::kernel::{Result, Timestamp};

/// How often it is looked up whether a flow is due.
pub const LOOK_EVERY: i64 = MINUTE;

/// A flow that is to begin.
struct Due {
    definition: Arc<Definition>,
    flow: String,
}

/// Opens the cases whose time has come. What was missed while nothing ran is made up for by one case, not by one for each time.
pub fn follow(app: &App) -> Result<()> {
    let now = app.now();
    for one in app.db.read_blocking(|c| due(c, now))? {
        let id = app.id(CaseId::new);
        app.db.write_blocking(|tx| {
            // Another process may have been faster.
            let Some(flow) = one.definition.flow(&one.flow) else { return Ok(()) };
            if !is_due(tx, &one.definition, flow, now)? {
                return Ok(());
            }
            let date = now.in_zone(&store::zone(tx, None)?).date();
            let title = format!("{} {}", flow.title.id, date.strftime("%d-%m-%Y"));
            let system = Actor::system("rhythm");
            let case = (id, one.definition.key.as_str(), flow.key.as_str());
            service::open_by_itself(tx, case, (None, title), (&system, now)).map(drop)
        })?;
    }
    Ok(())
}

fn due(connection: &mut Conn, now: Timestamp) -> Result<Vec<Due>> {
    let mut found = Vec::new();
    for (key, version) in shelf::versions(connection)? {
        let definition = shelf::definition(connection, &key, version)?;
        for flow in &definition.flows {
            if is_due(connection, &definition, flow, now)? {
                found.push(Due { definition: definition.clone(), flow: flow.key.clone() });
            }
        }
    }
    Ok(found)
}

/// Whether its next beginning, reckoned from the last one or from when the procedure came to this installation, has passed.
fn is_due(connection: &mut Conn, definition: &Definition, flow: &Flow, now: Timestamp) -> Result<bool> {
    let Some(rhythm) = flow.rhythm.filter(|_| flow.subject == Subject::Case) else { return Ok(false) };
    let last = store::begun_by_itself(connection, &definition.key, &flow.key)?;
    let from = match last {
        Some(last) => Some(last),
        None => shelf::since(connection, &definition.key)?,
    };
    let Some(from) = from else { return Ok(false) };
    Ok(next_start(connection, definition, rhythm, from)?.is_some_and(|at| at <= now))
}

/// When a flow with this rhythm begins next, later than `after`.
pub fn next_start(
    connection: &mut Conn,
    definition: &Definition,
    rhythm: Rhythm,
    after: Timestamp,
) -> Result<Option<Timestamp>> {
    let (calendar, zone) = (shelf::calendar(connection)?, store::zone(connection, None)?);
    let service = ServiceTime { hours: &definition.hours, calendar: &calendar, zone: &zone };
    Ok(service.next_start(rhythm, after))
}
