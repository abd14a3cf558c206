//! The use case: every entry is asked, and one refusal takes all of them back.

use serde_json::{Map, Value, json};

use super::rules::{Change, One, Wish};
use crate::app::App;
use crate::content;
use crate::content::model::EntryRow;
use crate::db::Tx;
use crate::editorial::desk::Desk;
use crate::editorial::model::{Changed, Move};
use crate::editorial::service::{edit_in, move_in, restore_in, trash_in, way_of_editing};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::{Code, Error, Refusal, Result, Timestamp};
use crate::sites;

/// What became of the entries, in the order in which they were named.
pub struct Done {
    pub items: Vec<Item>,
    /// The one build that follows, when what citizens see has changed.
    pub job: Option<JobId>,
}

pub struct Item {
    pub row: EntryRow,
    /// `false` for an entry that was so already.
    pub changed: bool,
}

/// Does what is wished to every entry, or nothing at all. `bulk_refused` names each entry that refuses with its own code;
/// `nothing_changed` when all of them are so already.
pub async fn command(app: &App, actor: &Actor, site: String, wish: Wish, entries: Vec<One>) -> Result<Done> {
    super::rules::check(&entries)?;
    let (now, job, actor) = (app.now(), app.id(JobId::new), actor.clone());
    let done = app.db.write(move |tx| {
        let site = sites::store::find_visible(tx, &site, &actor)?.id;
        refuse_role(&actor, site, &wish)?;
        let mut items = Vec::with_capacity(entries.len());
        let (mut follows, mut refused) = (None, Vec::new());
        for one in &entries {
            match in_entry(tx, (&actor, site), &wish, one, (job, now)) {
                Ok((item, job)) => {
                    follows = follows.or(job);
                    items.push(item);
                }
                // The same for every entry: it is the command that nobody knows.
                Err(Error::Refused(refusal)) if refusal.code() == Code::UnknownCommand => return Err((*refusal).into()),
                Err(Error::Refused(refusal)) => refused.push(told(tx, site, one, &refusal)?),
                Err(broken) => return Err(broken),
            }
        }
        if !refused.is_empty() {
            return Err(Refusal::new(Code::BulkRefused).extra("refused", refused).into());
        }
        if items.iter().all(|item| !item.changed) {
            return Err(Refusal::new(Code::NothingChanged).into());
        }
        Ok(Done { items, job: follows })
    });
    let done = done.await?;
    if done.job.is_some() {
        app.live_changed();
    }
    Ok(done)
}

/// Whoever could do it to no entry of the site is told so once.
fn refuse_role(actor: &Actor, site: SiteId, wish: &Wish) -> Result<(), Refusal> {
    match wish {
        Wish::Move(_) => actor.permit::<cases::MoveEntry>(site).map(|_: Permit<_>| ()),
        Wish::Trash | Wish::Restore => actor.permit::<cases::TrashContent>(site).map(|_: Permit<_>| ()),
        Wish::Describe(_) => actor.permit::<cases::WriteContent>(site).map(|_: Permit<_>| ()),
    }
}

fn in_entry(
    tx: &mut Tx,
    (actor, site): (&Actor, SiteId),
    wish: &Wish,
    one: &One,
    (job, now): (JobId, Timestamp),
) -> Result<(Item, Option<JobId>)> {
    if content::store::require(tx, one.id)?.site_id != site {
        return Err(Refusal::new(Code::NotFound).into());
    }
    let seen = (one.id, one.version);
    let changed = match wish {
        Wish::Move(asked) => {
            let asked = Move { digest: one.digest, ..asked.clone() };
            move_in(tx, actor, seen, &asked, (job, now))?
        }
        Wish::Trash => trash_in(tx, actor, seen, now)?,
        Wish::Restore => restore_in(tx, actor, seen, now)?,
        Wish::Describe(change) => return describe(tx, actor, one, change, now).map(|item| (item, None)),
    };
    Ok((Item { row: changed.row, changed: true }, changed.job))
}

/// Category and tags, where the content changes in its step: an approval that stands is not voided in passing.
fn describe(tx: &mut Tx, actor: &Actor, one: &One, change: &Change, now: Timestamp) -> Result<Item> {
    let desk = Desk::open::<cases::WriteContent>(tx, actor, one.id)?;
    desk.refuse_trash_and_stale(one.version)?;
    if way_of_editing(&desk, actor)?.is_some() {
        return Err(Refusal::new(Code::WrongStep).extra("step", desk.row.step.as_str()).into());
    }
    match change.patch(desk.row.category.as_deref(), &desk.row.tags) {
        None => Ok(Item { row: desk.row, changed: false }),
        Some(patch) => {
            let Changed { row, .. } = edit_in(tx, desk, (&patch, None), (actor, now))?;
            Ok(Item { row, changed: true })
        }
    }
}

/// A refusal as the answer names it: what the single command would have answered, with the entry.
fn told(tx: &mut Tx, site: SiteId, one: &One, refusal: &Refusal) -> Result<Value> {
    let row = content::store::find(tx, one.id)?.filter(|row| row.site_id == site);
    let code = refusal.code();
    let mut members: Map<String, Value> = refusal.extras().clone();
    let own = json!({
        "id": one.id,
        "title": row.map(|row| row.title),
        "code": code.as_str(),
        "words": { "id": code.title_id(), "en": code.title_en() },
        "detail": refusal.detail_text(),
        "errors": refusal.field_refusals(),
    });
    members.extend(own.as_object().cloned().unwrap_or_default());
    Ok(Value::Object(members))
}
