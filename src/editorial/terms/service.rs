//! Use cases of terms: see them, give one another name.

use serde_json::json;

use super::model::{Left, Rename, Renamed, Term, TermKind, Why};
use super::{rules, store};
use crate::app::App;
use crate::content::model::Patch;
use crate::content::{self, live, service as contents};
use crate::db::Tx;
use crate::editorial::desk::Desk;
use crate::editorial::model::Changed;
use crate::editorial::rules::REVISE;
use crate::editorial::service::{rewrite, way_of_editing};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::EntryId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Error, Refusal, Result, Timestamp};
use crate::sites;

/// Entries that one renaming looks at, in one transaction.
const ENTRIES_MAX: usize = 200;

/// The terms of a site by their slugs; `part` narrows them.
pub async fn list(
    app: &App,
    actor: &Actor,
    (site, kind): (String, TermKind),
    part: &str,
    (limit, after): (Limit, Option<Cursor>),
) -> Result<Page<Term>> {
    // What cannot stand in a slug finds nothing there.
    let part = content::rules::tag_slug(part).map(|slug| slug.to_string()).unwrap_or_default();
    let actor = actor.clone();
    app.db
        .read(move |connection| {
            let site = sites::store::find_visible(connection, &site, &actor)?.id;
            let _permit: Permit<cases::ReadContent> = actor.permit(site)?;
            store::list(connection, (site, kind), &part, (limit, after.as_ref()))
        })
        .await
}

/// Gives a term another name in every entry that can take it, in one transaction; the others are named with why not.
///
/// Refusals: `not_found` for a term that nobody bears, `taken` where others bear the new name and it is not to be merged,
/// `too_large`, `nothing_changed` when every entry stays as it is, and what stands in the way of an edit, with the entry.
pub async fn rename(app: &App, actor: &Actor, site: String, wish: Rename) -> Result<Renamed> {
    let slug = rules::slug_of(wish.kind, &wish.to)?;
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let site = sites::store::find_visible(tx, &site, &actor)?.id;
            let _permit: Permit<cases::RenameTerms> = actor.permit(site)?;
            let bearing = store::bearing(tx, site, (wish.kind, &wish.from))?;
            if bearing.is_empty() {
                return Err(Refusal::new(Code::NotFound).into());
            }
            if slug != wish.from && !wish.merge && !store::bearing(tx, site, (wish.kind, &slug))?.is_empty() {
                return Err(Refusal::new(Code::Taken).field("to", "taken", "other entries bear it: merge").into());
            }
            if bearing.len() > ENTRIES_MAX {
                let detail = format!("{} entries bear it; at most {ENTRIES_MAX} at once", bearing.len());
                return Err(Refusal::new(Code::TooLarge).detail(detail).into());
            }
            let mut renamed = Renamed { changed: Vec::new(), left: Vec::new() };
            for entry in bearing {
                in_entry(tx, entry, &wish, (&actor, now), &mut renamed)?;
            }
            if renamed.changed.is_empty() {
                return Err(Refusal::new(Code::NothingChanged).extra("left", json!(renamed.left)).into());
            }
            Ok(renamed)
        })
        .await
}

fn in_entry(
    tx: &mut Tx,
    entry: EntryId,
    wish: &Rename,
    (actor, now): (&Actor, Timestamp),
    renamed: &mut Renamed,
) -> Result<()> {
    let row = content::store::require(tx, entry)?;
    let borne = (row.category.as_deref(), row.tags.as_slice());
    let Some(patch) = rules::patch(wish.kind, (&wish.from, &wish.to), borne) else { return Ok(()) };
    let desk = Desk::of(tx, row)?;
    match way(tx, &desk, actor, wish)? {
        Ok(command) => {
            let (id, title) = (desk.row.id, desk.row.title.clone());
            let changed = rewritten(tx, desk, (&patch, command), (actor, now)).map_err(|error| match error {
                Error::Refused(refusal) => refusal.extra("entry", id.as_str()).extra("title", title).into(),
                broken => broken,
            })?;
            renamed.changed.push(changed);
        }
        Err(why) => {
            let (step, title) = (desk.row.step, desk.row.title);
            renamed.left.push(Left { entry, title, step, why });
        }
    }
    Ok(())
}

/// By which command the entry changes, if one is needed, or why it stays: no approval is voided in passing.
fn way(tx: &mut Tx, desk: &Desk, actor: &Actor, wish: &Rename) -> Result<Result<Option<String>, Why>> {
    if desk.step()?.end {
        let is_live = live::find(tx, desk.row.id)?.is_some();
        return Ok(match (is_live, wish.live) {
            (true, true) => Ok(Some(REVISE.to_owned())),
            (true, false) => Err(Why::Live),
            (false, _) => Err(Why::Withdrawn),
        });
    }
    Ok(match way_of_editing(desk, actor) {
        Ok(None) => Ok(None),
        Ok(Some(_)) => Err(Why::BeingApproved),
        Err(_) => Err(Why::NotInHand),
    })
}

fn rewritten(
    tx: &mut Tx,
    desk: Desk,
    (patch, command): (&Patch, Option<String>),
    (actor, now): (&Actor, Timestamp),
) -> Result<Changed> {
    let content = contents::prepare_change(tx, &desk.row, &desk.content_type, patch)?;
    rewrite(tx, desk, &content, command, (actor, "rename_term", now))
}
