//! The use case: the check that refuses a change, without the change.

use super::model::{BrokenEntry, TypeDryRun};
use super::rules;
use crate::app::App;
use crate::content::model::{Content, ContentType};
use crate::content::service::{BROKEN_LISTED_MAX, faults_of};
use crate::content::type_store;
use crate::db::Conn;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::Result;
use crate::kernel::id::{EntryId, SiteId};

/// What storing a type would change and break. Nothing is stored; `stale` when the caller has seen another version.
pub async fn dry_run(
    app: &App,
    actor: &Actor,
    site: SiteId,
    content_type: ContentType,
    seen: Option<i32>,
) -> Result<TypeDryRun> {
    let _permit: Permit<cases::ChangeTypes> = actor.permit(site)?;
    app.db.read(move |connection| look(connection, site, &content_type, seen)).await
}

fn look(connection: &mut Conn, site: SiteId, after: &ContentType, seen: Option<i32>) -> Result<TypeDryRun> {
    let before = type_store::find(connection, site, &after.key)?;
    if let (Some(seen), Some(before)) = (seen, &before) {
        crate::http::etag::current(seen, before.version)?;
    }
    let before_type = before.as_ref().map(|before| before.content_type.as_ref());
    let mut changes = rules::changes(before_type, after);
    let (mut entries, mut broken_count) = (0, 0);
    let mut broken: Vec<BrokenEntry> = Vec::new();
    // What is live and what is being worked on come one after the other: each entry counts once.
    let mut current: Option<Current> = None;
    type_store::for_each_body(connection, site, &after.key, |id, title, body| {
        let content = Content::from_text(body)?;
        if current.as_ref().is_none_or(|current| current.entry != id) {
            entries += 1;
            current = Some(Current {
                entry: id,
                used: vec![false; changes.len()],
                broken: vec![false; changes.len()],
                counted: false,
            });
        }
        let Some(current) = &mut current else { return Ok(()) };
        let errors = faults_of(before_type, after, &content);
        for (at, change) in changes.iter_mut().enumerate() {
            if !current.used[at] && rules::uses(&content.fields, &change.field) {
                current.used[at] = true;
                change.uses += 1;
            }
            if !current.broken[at] && errors.iter().any(|error| rules::is_at(&error.field, &change.field)) {
                current.broken[at] = true;
                change.broken += 1;
            }
        }
        if !errors.is_empty() && !current.counted {
            current.counted = true;
            broken_count += 1;
            if broken.len() < BROKEN_LISTED_MAX {
                broken.push(BrokenEntry { entry: id, title: title.to_owned(), errors });
            }
        }
        Ok(())
    })?;
    let version = before.as_ref().map(|before| before.version);
    Ok(TypeDryRun { version, entries, breaks: broken_count > 0, changes, broken_count, broken })
}

/// What has been counted of one entry.
struct Current {
    entry: EntryId,
    /// By the place of the change.
    used: Vec<bool>,
    broken: Vec<bool>,
    counted: bool,
}
