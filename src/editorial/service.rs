//! Use cases of entries: write, change, move, trash, restore, remark. Each is one transaction and one ledger
//! event, and holds its permit.

use serde_json::json;

use super::desk::{Desk, person};
use super::model::{Changed, Move, NewEntry, PROCEDURE, Voided};
use super::rules::{self, Edit, REVISE};
use super::{moves, telling};
use crate::app::App;
use crate::content::checks::external::service as links;
use crate::content::model::{Content, Draft, NewEntry as Stored, Patch};
use crate::content::service::{self as contents, Completeness};
use crate::content::{self, live, type_store};
use crate::db::{Conn, Tx};
use crate::identity::{Actor, Permit, Role, cases};
use crate::kernel::id::{CaseId, CommentId, EntryId, GroupId, JobId, UserId};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::procedure::case::{Command, Comment};
use crate::procedure::service::{self as procedures, Whole};
use crate::procedure::views::{self as procedures_views, Allowed};
use crate::sites::{self, Site};

pub use super::schedule::run_due;

/// Where entries come from that were written here.
const WRITTEN: &str = "written";

/// Writes a new entry, which begins in the first step of its procedure.
pub async fn create(app: &App, actor: &Actor, site: String, new: NewEntry) -> Result<Changed> {
    let ids = (app.id(EntryId::new), app.id(CaseId::new), app.id(GroupId::new));
    let (now, actor) = (app.now(), actor.clone());
    app.db.write(move |tx| create_in(tx, &actor, &site, &new, (ids, now))).await
}

type NewIds = (EntryId, CaseId, GroupId);

fn create_in(
    tx: &mut Tx,
    actor: &Actor,
    site: &str,
    new: &NewEntry,
    ((id, case_id, fresh_group), now): (NewIds, Timestamp),
) -> Result<Changed> {
    let site = sites::store::find_visible(tx, site, actor)?;
    let _permit: Permit<cases::WriteContent> = actor.permit(site.id)?;
    let author = Some(person(actor)?);
    let content_type = type_store::require(tx, site.id, &new.type_key)?.content_type;
    let draft = Draft {
        locale: new.locale.clone().unwrap_or_else(|| site.default_locale.clone()),
        slug: new.slug.clone(),
        category: new.category.clone(),
        tags: new.tags.clone(),
        fields: new.fields.clone(),
    };
    let content = contents::prepare(tx, &site, &content_type, &draft, Completeness::Whole)?;
    let group_id = match new.translation_of {
        Some(original) => group_of(tx, &site, original, &content)?,
        None => fresh_group,
    };
    let title = content.title().to_owned();
    let case = procedures::open_for_entry(tx, (case_id, id), (site.id, PROCEDURE), &title, (author, now))?;
    let closure = content::rules::closure_of(&content_type, &content);
    let origin = WRITTEN.to_owned();
    let stored = Stored { id, site_id: site.id, group_id, case_id, step: case.step, content, closure, origin, author };
    let row = content::store::insert(tx, &stored, &content_type, now)?;
    links::follow(tx, &row, (&content_type, &stored.content), now)?;
    let desk = Desk::of(tx, row)?;
    let detail = json!({ "type": desk.row.type_key, "locale": desk.row.locale, "slug": desk.row.slug });
    desk.record(tx, actor, ("create", detail), now)?;
    Ok(desk.changed(None))
}

/// The group of the entry that is translated: of the same site and type, without this language yet.
fn group_of(tx: &mut Tx, site: &Site, original: EntryId, content: &Content) -> Result<GroupId> {
    let refuse = |code: &str, detail: &str| Refusal::new(Code::Invalid).field("translation_of", code, detail);
    let original = content::store::find(tx, original)?
        .filter(|row| row.site_id == site.id && row.type_key == content.type_key && row.trashed_at.is_none())
        .ok_or_else(|| refuse("unknown_entry", "an entry of this site and type"))?;
    let translations = content::store::translations(tx, original.group_id)?;
    if translations.iter().any(|other| other.locale == content.locale) {
        return Err(refuse("taken", "there is a translation into this language").into());
    }
    Ok(original.group_id)
}

/// An entry, and the version of it that the caller looked at.
pub(super) type Seen = (EntryId, i32);

/// Changes the content, where the step allows it; `seen` is the version that the caller looked at.
pub async fn edit(app: &App, actor: &Actor, id: EntryId, seen: i32, patch: Patch) -> Result<Changed> {
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let desk = Desk::open::<cases::WriteContent>(tx, &actor, id)?;
            desk.refuse_trash_and_stale(seen)?;
            let way = way_of_editing(&desk, &actor)?;
            edit_in(tx, desk, (&patch, way), (&actor, now))
        })
        .await
}

/// The same in the caller's transaction, once it is known how the content changes.
pub(super) fn edit_in(
    tx: &mut Tx,
    desk: Desk,
    (patch, way): (&Patch, Option<String>),
    (actor, now): (&Actor, Timestamp),
) -> Result<Changed> {
    let content = contents::prepare_change(tx, &desk.row, &desk.content_type, patch)?;
    rewrite(tx, desk, &content, way, (actor, "edit", now))
}

/// How the content changes: in its step, or by a command of the procedure.
pub(super) fn way_of_editing(desk: &Desk, actor: &Actor) -> Result<Option<String>, Refusal> {
    match rules::edit(desk.flow()?, desk.step()?, &actor.roles(Some(desk.row.site_id)))? {
        Edit::InPlace => Ok(None),
        Edit::By(rule) => Ok(Some(rule.command.clone())),
    }
}

/// The same, and after `revise` where the entry has come to an end.
pub(super) fn way_of_changing(desk: &Desk, actor: &Actor) -> Result<Option<String>> {
    if desk.step()?.end { Ok(Some(REVISE.to_owned())) } else { Ok(way_of_editing(desk, actor)?) }
}

/// Stores a new revision; `by` moves the case first, which voids what was approved.
pub(super) fn rewrite(
    tx: &mut Tx,
    mut desk: Desk,
    content: &Content,
    by: Option<String>,
    (actor, verb, now): (&Actor, &str, Timestamp),
) -> Result<Changed> {
    let author = Some(person(actor)?);
    let (from, approver) = (desk.row.step.clone(), desk.approver());
    let ended = desk.step()?.end;
    if let Some(command) = &by {
        let authors = desk.authors(tx)?;
        let transition = desk.whole.decide(&Command::new(command.as_str()), actor, &authors, now)?;
        moves::finish(tx, &mut desk, &transition, now)?;
    }
    let closure = content::rules::closure_of(&desk.content_type, content);
    desk.row = content::store::add_revision(tx, &desk.row, (content, &desk.content_type, closure), author, now)?;
    links::follow(tx, &desk.row, (&desk.content_type, content), now)?;
    procedures::rename(tx, desk.row.case_id, &desk.row.title)?;
    let voided = (by.is_some() && !ended).then_some(Voided { approver, step: from.clone() });
    let detail = json!({ "from": from, "to": desk.row.step, "revision": desk.row.revision,
        "voided": voided.is_some(), "look_again": voided.as_ref().and_then(|voided| voided.approver) });
    desk.record(tx, actor, (verb, detail), now)?;
    if by.is_some() {
        let was_approved = voided.as_ref().is_some_and(|voided| voided.approver.is_some());
        telling::changed(tx, &desk, was_approved, (actor.user(), now))?;
    }
    Ok(Changed { voided, ..desk.changed(None) })
}

/// Moves an entry; `seen` is the version that the caller looked at.
pub async fn transition(app: &App, actor: &Actor, id: EntryId, seen: i32, asked: Move) -> Result<Changed> {
    let (now, job, by) = (app.now(), app.id(JobId::new), actor.clone());
    let changed = app.db.write(move |tx| move_in(tx, &by, (id, seen), &asked, (job, now))).await?;
    if changed.job.is_some() {
        app.live_changed();
    }
    Ok(changed)
}

/// The same in the caller's transaction, who counts the commit when a job follows.
pub(super) fn move_in(
    tx: &mut Tx,
    actor: &Actor,
    (id, seen): Seen,
    asked: &Move,
    (job, now): (JobId, Timestamp),
) -> Result<Changed> {
    let desk = Desk::open::<cases::MoveEntry>(tx, actor, id)?;
    desk.refuse_trash_and_stale(seen)?;
    moves::by_command(tx, desk, asked, actor, (job, now))
}

/// Puts an entry into the trash. What is live is withdrawn first: `already_live`.
pub async fn trash(app: &App, actor: &Actor, id: EntryId, seen: i32) -> Result<Changed> {
    let (now, actor) = (app.now(), actor.clone());
    app.db.write(move |tx| trash_in(tx, &actor, (id, seen), now)).await
}

pub(super) fn trash_in(tx: &mut Tx, actor: &Actor, (id, seen): Seen, now: Timestamp) -> Result<Changed> {
    let mut desk = Desk::open::<cases::TrashContent>(tx, actor, id)?;
    desk.refuse_trash_and_stale(seen)?;
    if live::find(tx, id)?.is_some() {
        return Err(Refusal::new(Code::AlreadyLive).into());
    }
    desk.row.trashed_at = Some(now);
    desk.row.publish_at = None;
    desk.row.unpublish_at = None;
    desk.row = content::store::save_state(tx, &desk.row, now)?;
    desk.record(tx, actor, ("trash", json!({ "step": desk.row.step })), now)?;
    Ok(desk.changed(None))
}

/// Takes an entry out of the trash; its address must still be free.
pub async fn restore(app: &App, actor: &Actor, id: EntryId, seen: i32) -> Result<Changed> {
    let (now, actor) = (app.now(), actor.clone());
    app.db.write(move |tx| restore_in(tx, &actor, (id, seen), now)).await
}

pub(super) fn restore_in(tx: &mut Tx, actor: &Actor, (id, seen): Seen, now: Timestamp) -> Result<Changed> {
    let mut desk = Desk::open::<cases::TrashContent>(tx, actor, id)?;
    crate::http::etag::current(seen, desk.row.version)?;
    if desk.row.trashed_at.take().is_none() {
        return Err(Refusal::new(Code::NotInTrash).into());
    }
    let content = content::store::content(tx, id, desk.row.revision)?;
    contents::check_whole(tx, &desk.row, &desk.content_type, &content)?;
    desk.row = content::store::save_state(tx, &desk.row, now)?;
    desk.record(tx, actor, ("restore", json!({ "step": desk.row.step })), now)?;
    Ok(desk.changed(None))
}

/// Makes an old revision, named by its digest, a new draft: a new revision where the content may be changed,
/// after `revise` where the entry has come to an end.
pub async fn restore_revision(app: &App, actor: &Actor, id: EntryId, seen: i32, revision: Digest) -> Result<Changed> {
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let desk = Desk::open::<cases::WriteContent>(tx, &actor, id)?;
            desk.refuse_trash_and_stale(seen)?;
            let way = way_of_changing(&desk, &actor)?;
            let (_, content) = content::store::content_by_digest(tx, id, &revision)?;
            if revision == desk.row.digest {
                return Err(Refusal::new(Code::NothingChanged).into());
            }
            contents::check_whole(tx, &desk.row, &desk.content_type, &content)?;
            rewrite(tx, desk, &content, way, (&actor, "restore_revision", now))
        })
        .await
}

/// Letters of what is noted when something was looked at.
const NOTE_LETTERS_MAX: usize = 1_000;

/// Says that what citizens see was looked at and is still right, whatever is being worked on beside it: its time
/// begins anew. `not_live` when they see nothing.
pub async fn review(app: &App, actor: &Actor, id: EntryId, seen: i32, note: String) -> Result<Changed> {
    if note.chars().count() > NOTE_LETTERS_MAX {
        let detail = format!("at most {NOTE_LETTERS_MAX} letters");
        return Err(Refusal::new(Code::Invalid).field("comment", "too_long", detail).into());
    }
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let mut desk = Desk::open::<cases::ReviewContent>(tx, &actor, id)?;
            desk.refuse_trash_and_stale(seen)?;
            let live = live::find(tx, id)?.ok_or_else(|| Refusal::new(Code::NotLive))?;
            let due = desk.content_type.review_after(now);
            content::reviews::looked_at(tx, id, (now, due))?;
            (desk.row.reviewed_at, desk.row.review_at) = (Some(now), due);
            let detail = json!({ "revision": live.revision, "comment": note.trim(), "review_at": due });
            let event = Event::new(actor.ledger_name(), "editorial.reviewed", format!("entry:{id}"));
            ledger::record(tx, &event.site(live.site_id).digest(live.closure).detail(detail), now)?;
            Ok(desk.changed(None))
        })
        .await
}

/// Leaves a remark on an entry.
pub async fn comment(app: &App, actor: &Actor, id: EntryId, body: String) -> Result<Comment> {
    let (comment_id, now, actor) = (app.id(CommentId::new), app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let desk = Desk::open::<cases::CommentContent>(tx, &actor, id)?;
            let comment = procedures::add_comment(tx, &desk.whole.case, &actor, &body, (comment_id, now))?;
            // The words by their digest: who proves an entry proves its remarks, and the ledger stays small.
            let detail = json!({ "comment": comment.id, "words": Digest::of(&comment.body) });
            desk.record(tx, &actor, ("comment", detail), now)?;
            telling::remarked(tx, &desk, &comment, now)?;
            Ok(comment)
        })
        .await
}

/// The case of an entry and its authors, for whoever may read it.
pub fn case_of(connection: &mut Conn, actor: &Actor, id: EntryId) -> Result<(Whole, Vec<UserId>)> {
    let desk = Desk::open::<cases::ReadContent>(connection, actor, id)?;
    let authors = desk.authors(connection)?;
    Ok((desk.whole, authors))
}

/// What somebody may do with an entry now. Changing its content is no command, and nothing moves in the trash.
pub fn allowed(connection: &mut Conn, actor: &Actor, id: EntryId) -> Result<Vec<Allowed>> {
    let desk = Desk::open::<cases::ReadContent>(connection, actor, id)?;
    if desk.row.trashed_at.is_some() {
        return Ok(Vec::new());
    }
    let authors = desk.authors(connection)?;
    let is_live = live::find(connection, id)?.is_some();
    let scheduled = desk.row.publish_at.is_some();
    let flow = desk.flow()?;
    let possible = |one: &Allowed| {
        let rule = flow.transition(&one.command, &desk.row.step);
        match rule.and_then(|rule| rule.action.as_deref()) {
            Some(rules::EDIT) => false,
            Some(rules::WITHDRAW) => is_live,
            Some(rules::UNSCHEDULE) => scheduled,
            Some(_) | None => true,
        }
    };
    let all = procedures_views::allowed(&desk.whole, actor, &authors)?;
    Ok(all.into_iter().filter(possible).collect())
}

/// The roles that can approve in the procedure of a case: those who look again at what an edit brought back.
pub fn approving_roles(whole: &Whole) -> Vec<Role> {
    let flow = whole.ground.definition.flow(&whole.case.flow);
    let rules = flow.into_iter().flat_map(|flow| &flow.transitions);
    let mut roles: Vec<Role> = rules.filter(|rule| rule.approves()).flat_map(|rule| rule.roles.clone()).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}
