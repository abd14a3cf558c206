//! Changing the calendar: one transaction, one ledger event, and the due times of what runs.

use crate::app::App;
use crate::calendar::model::Era;
use crate::calendar::rules::{self, Wanted};
use crate::calendar::store as calendars;
use crate::calendar::{Calendar, Holiday};
use crate::db::{Conn, Tx};
use crate::http::etag;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::procedure::model::{Hours, Text};
use crate::procedure::timing::Timing;
use crate::procedure::{shelf, store};

/// What holds now, what ships, and which hours each procedure names.
#[derive(Debug)]
pub struct Standing {
    pub head: calendars::Head,
    pub newest: Era,
    /// Of the file: what holds until somebody changes it.
    pub shipped: Vec<Holiday>,
    pub procedures: Vec<(String, Text, Hours)>,
}

pub fn standing(connection: &mut Conn) -> Result<Standing> {
    let calendar = calendars::calendar(connection)?;
    let mut procedures = Vec::new();
    for (key, version) in shelf::versions(connection)? {
        let definition = shelf::definition(connection, &key, version)?;
        procedures.push((key, definition.title.clone(), definition.hours.clone()));
    }
    let shipped = calendar.shipped().holidays().cloned().collect();
    Ok(Standing { head: calendars::head(connection)?, newest: calendar.newest().clone(), shipped, procedures })
}

/// Puts other hours and holidays in force from now on; `seen` is 0 while the file holds. Says what holds then.
pub async fn change(
    app: &App,
    actor: &Actor,
    _permit: Permit<cases::ChangeServiceHours>,
    (seen, wanted): (i32, Wanted),
) -> Result<Standing> {
    let checked = rules::check(&wanted).map_err(|wrong| Refusal::new(Code::Invalid).fields(wrong))?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let head = calendars::head(tx)?;
            etag::current(seen, head.version)?;
            let before = calendars::calendar(tx)?;
            let Some(mut told) = rules::difference(before.newest(), &checked) else { return standing(tx) };
            let era = Era::new(now, checked.hours.clone(), checked.holidays.clone());
            told["version"] = calendars::add(tx, &head, &era, &by)?.into();
            let after = calendars::calendar(tx)?;
            told["cases_moved"] = carry_over(tx, (&before, &after), now)?.into();
            ledger::record(tx, &Event::new(&by, "calendar.change", "installation:calendar").detail(told), now)?;
            standing(tx)
        })
        .await
}

/// Gives every case that runs and is not late yet the due time of the new calendar; says of how many that is another.
fn carry_over(tx: &mut Tx, (before, after): (&Calendar, &Calendar), now: Timestamp) -> Result<usize> {
    let mut moved = 0;
    for (case, starts_at) in store::running(tx, now)? {
        let Some(due) = case.due_at else { continue };
        let definition = shelf::definition(tx, &case.procedure_key, case.procedure_version)?;
        let step = definition.flow(&case.flow).and_then(|flow| flow.step(&case.step));
        let Some(step) = step else { continue };
        let zone = store::zone(tx, case.site_id)?;
        let timing = Timing { now, calendar: after, zone: &zone };
        // The time of a case that waits stands still since then; that of an ordered publication has not begun.
        let base = case.waiting_since.unwrap_or_else(|| starts_at.map_or(now, |at| at.max(now)));
        let carried = timing.carried(before, (&definition.hours, &step.time), (base, due));
        if carried != due {
            store::set_due(tx, case.id, carried)?;
            moved += 1;
        }
    }
    Ok(moved)
}
