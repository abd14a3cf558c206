//! The moves of a case, written into the timeline of its incident in the transaction of the move.

use serde_json::json;

use super::model::{Happened, Line};
use super::{rules, service, store};
use crate::app::CaseMove;
use crate::db::Tx;
use crate::kernel::{Code, Refusal, Result};

/// Follows a move of a plain case; most have no incident.
pub fn follow(tx: &mut Tx, moved: &CaseMove<'_>) -> Result<()> {
    let Some(incident) = store::find_by_case(tx, moved.case)? else { return Ok(()) };
    let Some(kind) = rules::line_of(moved.command, moved.action) else { return Ok(()) };
    let mut detail = json!({ "command": moved.command, "step": moved.to });
    if kind == Happened::Recovered {
        detail["report"] = handed_in(tx, &incident)?.into();
    }
    let actor = moved.by.map_or_else(|| "system:security".to_owned(), |user| format!("user:{user}"));
    let (said, at, noted_at) = (moved.comment.trim().to_owned(), moved.at, moved.at);
    service::advance(tx, incident, Line { number: 0, kind, actor, said, detail, at, noted_at })?;
    Ok(())
}

/// The version of the official report that the team hands in with its move; without one it cannot be approved, so it is refused.
fn handed_in(tx: &mut Tx, incident: &super::model::Incident) -> Result<i32> {
    let none =
        || Refusal::new(Code::Invalid).field("report", "required", "the report of the incident is to be written first");
    let newest = store::newest_account(tx, incident.id)?.ok_or_else(none)?;
    let missing = rules::missing(&newest.fields);
    if missing.is_empty() {
        return Ok(newest.version);
    }
    let refusal = Refusal::new(Code::Invalid);
    let refuse =
        |refusal: Refusal, field: &&str| refusal.field(format!("report.{field}"), "required", "to be filled in first");
    Err(missing.iter().fold(refusal, refuse).into())
}
