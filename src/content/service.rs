//! Use cases of content: preparing it for an entry, changing a type.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::model::{Content, ContentType, Draft, EntryRow, Patch, StoredType};
use super::{findable, reviews, rules, store, type_store};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::identity::{Actor, Permit, cases};
use crate::jobs;
use crate::kernel::id::{EntryId, JobId, SiteId};
use crate::kernel::{Code, Digest, FieldRefusal, Locale, Refusal, Result, Slug, Timestamp};
use crate::ledger::{self, Event};
use crate::media;
use crate::sites::Site;

/// How many numbers are tried behind a slug that is taken.
const NUMBERS_MAX: u32 = 10_000;
/// How many entries that a change of a type would break are listed.
pub(super) const BROKEN_LISTED_MAX: usize = 100;

/// How complete content has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Everything that its type requires is there.
    Whole,
    /// Only the title is required: for what is imported as a draft.
    Draft,
}

/// Content of a new entry, checked: against its type, the site's locales, the files and entries that
/// it names, and the addresses that are taken. A slug that was not asked for comes from the title and
/// is numbered when it is taken; one that was is refused (`taken`).
pub fn prepare(
    connection: &mut Conn,
    site: &Site,
    content_type: &ContentType,
    draft: &Draft,
    completeness: Completeness,
) -> Result<Content> {
    if !site.locales.contains(&draft.locale) {
        let known: Vec<_> = site.locales.iter().map(Locale::as_str).collect();
        let detail = format!("the site has {}", known.join(", "));
        return Err(Refusal::new(Code::Invalid).field("locale", "not_a_locale_of_the_site", detail).into());
    }
    let title = draft.fields.get("title").and_then(Value::as_str).unwrap_or_default();
    let fallback = || Slug::from_title(&content_type.key);
    let wanted = draft.slug.clone().or_else(|| Slug::from_title(title)).or_else(fallback);
    let Some(slug) = wanted else {
        return Err(Refusal::new(Code::Invalid).field("slug", "required", "the title gives no slug").into());
    };
    let mut content = Content {
        type_key: content_type.key.clone(),
        locale: draft.locale.clone(),
        slug,
        category: draft.category.clone(),
        tags: draft.tags.clone(),
        fields: draft.fields.clone(),
    };
    // Absent is written by leaving it out.
    content.fields.retain(|_, value| !value.is_null());
    check(connection, site.id, content_type, (&content, None), completeness)?;
    content.slug = match &draft.slug {
        Some(slug) => refuse_taken(connection, site.id, &content, None).map(|()| slug.clone())?,
        None => free_slug(connection, site.id, &content)?,
    };
    Ok(content)
}

/// What a patch makes of an entry's newest revision, checked like new content. `nothing_changed` when
/// it is the same.
pub fn prepare_change(
    connection: &mut Conn,
    row: &EntryRow,
    content_type: &ContentType,
    patch: &Patch,
) -> Result<Content> {
    let before = store::content(connection, row.id, row.revision)?;
    let content = rules::merge_patch(&before, patch);
    if content == before {
        return Err(Refusal::new(Code::NothingChanged).into());
    }
    check(connection, row.site_id, content_type, (&content, Some(row.id)), Completeness::Whole)?;
    if content.slug != before.slug {
        refuse_taken(connection, row.site_id, &content, Some(row.id))?;
    }
    Ok(content)
}

/// Checks content that comes as a whole (a restored revision, an entry taken out of the trash) for an
/// entry that exists.
pub fn check_whole(connection: &mut Conn, row: &EntryRow, content_type: &ContentType, content: &Content) -> Result<()> {
    check(connection, row.site_id, content_type, (content, Some(row.id)), Completeness::Whole)?;
    refuse_taken(connection, row.site_id, content, Some(row.id))
}

/// `entry`: whose content it is, so that its own values are not in its way.
fn check(
    connection: &mut Conn,
    site: SiteId,
    content_type: &ContentType,
    (content, entry): (&Content, Option<EntryId>),
    completeness: Completeness,
) -> Result<()> {
    let checked = match completeness {
        Completeness::Whole => rules::check(content_type, content),
        Completeness::Draft => rules::check_draft(content_type, content),
    };
    checked.map_err(rules::refusal)?;
    let mut faults = unknown_assets(connection, site, content_type, content)?;
    faults.extend(bad_references(connection, site, content_type, content)?);
    if !faults.is_empty() {
        return Err(rules::refusal(faults).into());
    }
    for (field, value) in rules::unique_values(content_type, content) {
        let place = (content_type.key.as_str(), field);
        if let Some(other) = store::with_unique_value(connection, site, place, &value, entry)? {
            let detail = format!("the entry {other} has this value");
            return Err(Refusal::new(Code::Taken).field(format!("fields.{field}"), "taken", detail).into());
        }
    }
    Ok(())
}

fn unknown_assets(
    connection: &mut Conn,
    site: SiteId,
    content_type: &ContentType,
    content: &Content,
) -> Result<Vec<FieldRefusal>> {
    let placed = rules::asset_places(content_type, content);
    if placed.is_empty() {
        return Ok(Vec::new());
    }
    let digests: Vec<Digest> = placed.iter().map(|place| place.1).collect();
    let known = media::store::placeable(connection, site, &digests)?;
    let unknown = placed.into_iter().filter(|(_, digest)| !known.contains(digest));
    let fault = |(field, digest): (String, Digest)| FieldRefusal {
        field,
        code: "unknown_asset".into(),
        detail: format!("the site has no file {digest}, or it is in the trash"),
    };
    Ok(unknown.map(fault).collect())
}

fn bad_references(
    connection: &mut Conn,
    site: SiteId,
    content_type: &ContentType,
    content: &Content,
) -> Result<Vec<FieldRefusal>> {
    let references = rules::references_of(content_type, content);
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<EntryId> = references.iter().map(|reference| reference.entry).collect();
    let known: HashMap<EntryId, String> = store::types_of(connection, site, &ids)?.into_iter().collect();
    let bad = references.into_iter().filter_map(|reference| {
        let (code, detail) = match known.get(&reference.entry) {
            None => ("unknown_entry", "the site has no such entry".to_owned()),
            Some(key) if !reference.types.is_empty() && !reference.types.contains(key) => {
                ("wrong_type", format!("an entry of {}", reference.types.join(", ")))
            }
            Some(_) => return None,
        };
        Some(FieldRefusal { field: reference.path, code: code.into(), detail })
    });
    Ok(bad.collect())
}

fn refuse_taken(connection: &mut Conn, site: SiteId, content: &Content, except: Option<EntryId>) -> Result<()> {
    let address = (content.type_key.as_str(), &content.locale, &content.slug);
    match store::at_address(connection, site, address, except)? {
        None => Ok(()),
        Some(other) => {
            let detail = format!("the entry {other} has this address");
            Err(Refusal::new(Code::Taken).field("slug", "taken", detail).into())
        }
    }
}

fn free_slug(connection: &mut Conn, site: SiteId, content: &Content) -> Result<Slug> {
    let mut slug = content.slug.clone();
    for number in 2..NUMBERS_MAX {
        let address = (content.type_key.as_str(), &content.locale, &slug);
        if store::at_address(connection, site, address, None)?.is_none() {
            return Ok(slug);
        }
        slug = content.slug.numbered(number);
    }
    Err(Refusal::new(Code::Taken).field("slug", "taken", "every number behind it is taken as well").into())
}

/// Stores a new version of a type, or a new type. `seen` is the version that the caller has seen;
/// needed (428) when the type exists. `type_breaks_entries` lists what the change would break.
pub async fn change_type(
    app: &App,
    actor: &Actor,
    site: SiteId,
    content_type: ContentType,
    seen: Option<i32>,
) -> Result<StoredType> {
    let permit = actor.permit::<cases::ChangeTypes>(site)?;
    let (actor, now, job) = (actor.ledger_name(), app.now(), app.id(JobId::new));
    let content_type = Arc::new(content_type);
    app.db
        .write(move |tx| {
            let before = type_store::find(tx, site, &content_type.key)?;
            if let Some(before) = &before {
                let seen = seen.ok_or_else(|| Refusal::new(Code::IfMatchRequired))?;
                crate::http::etag::current(seen, before.version)?;
            }
            refuse_breaking(tx, &permit, site, &content_type)?;
            let version = before.as_ref().map_or(1, |before| before.version + 1);
            let stored = StoredType { version, content_type: content_type.clone() };
            type_store::insert(tx, site, &stored, now)?;
            find_anew(tx, site, before.as_ref(), &content_type, (job, now))?;
            let span = before.as_ref().and_then(|before| before.content_type.review_after_days);
            if span != content_type.review_after_days {
                reviews::reckon(tx, site, &content_type)?;
            }
            let event = Event::new(&actor, "content.change_type", format!("type:{}", content_type.key))
                .site(site)
                .detail(json!({"version": version}));
            ledger::record(tx, &event, now)?;
            Ok(stored)
        })
        .await
}

/// What is live of a type is found by its new definition: soon, where other words are read by it, for that takes longer
/// than others are to wait for this transaction.
fn find_anew(
    tx: &mut Tx,
    site: SiteId,
    before: Option<&StoredType>,
    content_type: &ContentType,
    (job, now): (JobId, Timestamp),
) -> Result<()> {
    let fields = before.map_or(&[][..], |before| &before.content_type.fields);
    let is_read_alike = findable::rules::reads_alike(fields, &content_type.fields);
    let stale = if is_read_alike { 0 } else { findable::store::mark_stale(tx, site, &content_type.key)? };
    match stale {
        // How it is named and filtered by is seen at once.
        0 => findable::store::raise(tx, site),
        _ => jobs::enqueue(tx, job, &findable::service::wanted(now), now).map(drop),
    }
}

/// What would be wrong with content by the new definition. A draft that is not complete yet is not broken by what it
/// lacked before.
pub(super) fn faults_of(before: Option<&ContentType>, after: &ContentType, content: &Content) -> Vec<FieldRefusal> {
    let whole = before.is_none_or(|before| rules::check(before, content).is_ok());
    let check = if whole { rules::check } else { rules::check_draft };
    check(after, content).err().unwrap_or_default()
}

/// A change must leave every newest and every live revision as valid as it was.
fn refuse_breaking(
    tx: &mut Tx,
    _permit: &Permit<cases::ChangeTypes>,
    site: SiteId,
    content_type: &ContentType,
) -> Result<()> {
    let mut broken: Vec<Value> = Vec::new();
    let mut count = 0_usize;
    let key = content_type.key.as_str();
    let before = type_store::find(tx, site, key)?;
    type_store::for_each_body(tx, site, key, |id, title, body| {
        let content = Content::from_text(body)?;
        let faults = faults_of(before.as_ref().map(|before| before.content_type.as_ref()), content_type, &content);
        if !faults.is_empty() {
            count += 1;
            if broken.len() < BROKEN_LISTED_MAX {
                broken.push(json!({"entry": id, "title": title, "errors": faults}));
            }
        }
        Ok(())
    })?;
    if count == 0 {
        return Ok(());
    }
    Err(Refusal::new(Code::TypeBreaksEntries).extra("broken_count", count as u64).extra("broken", broken).into())
}
