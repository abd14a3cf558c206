//! The use case of printing: gathers what stands on a report.

use super::model::Frozen;
use super::print::{Frame, Printer};
use super::{service, store};
use crate::app::App;
use crate::db::Conn;
use crate::kernel::id::RecapId;
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Refusal, Result};
use crate::monitoring::letterhead;
use crate::procedure::case::CaseEvent;
use crate::procedure::service::Whole;
use crate::procedure::views::People;
use crate::reports::{Sheet, Signer, csv, xlsx};

/// The bytes of a report in a form (`pdf`, `xlsx`, `csv`; anything else is `not_found`) and its week.
pub fn print(
    app: &App,
    (id, version): (RecapId, Option<i32>),
    (form, locale): &(String, String),
) -> Result<(Vec<u8>, String)> {
    let (frozen, mut frame) = app.db.read_blocking(|c| {
        let (frozen, frame) = frame(c, id, version)?;
        let head = letterhead::of_installation(c, &app.config)?;
        Ok((frozen, Frame { head, ..frame }))
    })?;
    frame.seal = frame.head.picture(app)?;
    let printer = Printer::new(time::zone(ZONE_DEFAULT)?, locale);
    let bytes = match form.as_str() {
        "pdf" => printer.pdf(&frozen, &frame)?,
        "xlsx" => xlsx(printer.title(), &[printer.sheet(&frozen)])?,
        "csv" => {
            let Sheet { columns, rows, .. } = printer.sheet(&frozen);
            csv(columns.iter().map(|column| column.title.as_str()), rows)?
        }
        _ => return Err(Refusal::new(Code::NotFound).into()),
    };
    Ok((bytes, frozen.week))
}

/// What is printed, and what stands around it: who ordered, handed in and approved. `version`: of those that were handed in, 0 the draft;
/// if absent the last.
pub fn frame(connection: &mut Conn, id: RecapId, version: Option<i32>) -> Result<(Frozen, Frame)> {
    let (recap, case) = service::find(connection, id)?;
    let versions = store::versions(connection, id)?;
    let number = version.or(versions.last().map(|last| last.number)).unwrap_or(0);
    let of_number = versions.iter().find(|one| one.number == number).cloned();
    let frozen = match number {
        0 => service::draft(connection, &recap, "")?,
        _ => store::frozen(connection, id, number)?.ok_or_else(|| Refusal::new(Code::NotFound))?,
    };
    let whole = Whole::read(connection, case.id)?;
    let people = People::read(connection, whole.events.iter().filter_map(|event| event.actor_id))?;
    let signer = |event: &CaseEvent| {
        let name = event.actor_id.map(|user| people.person(user).name).unwrap_or_default();
        Signer { name, at: event.at }
    };
    // The n-th time that it was handed in, and what was said of that before the next time.
    let handed_in = whole.events.iter().filter(|event| event.command == "report");
    let reported = usize::try_from(number - 1).ok().and_then(|before| handed_in.clone().nth(before));
    let next = usize::try_from(number).ok().and_then(|before| handed_in.clone().nth(before)).map(|event| event.number);
    let is_answer = |event: &&CaseEvent| {
        reported.is_some_and(|reported| event.number > reported.number) && next.is_none_or(|next| event.number < next)
    };
    let approved = whole.events.iter().filter(is_answer).find(|event| event.command == "approve");
    let order = whole.events.iter().rev().find(|event| event.command == "order");
    let form = |event: &CaseEvent| {
        event.fields.get("order_form").and_then(|form| form.as_str()).unwrap_or_default().to_owned()
    };
    Ok((
        frozen,
        Frame {
            order: order.map(|event| (form(event), signer(event))),
            reported: reported.map(&signer),
            approved: approved.map(&signer),
            version: of_number,
            ..Frame::default()
        },
    ))
}
