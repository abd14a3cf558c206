//! Entries and revisions in the database.

use diesel::prelude::*;

use super::model::{Content, ContentType, EntryRow, NewEntry, Revision};
use super::{rules, uses};
use crate::db::rows::insert_all;
use crate::db::schema::{entries, entry_tags, revisions, unique_values};
use crate::db::{Conn, Tx};
use crate::kernel::id::{CaseId, EntryId, GroupId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Digest, Error, Locale, Refusal, Result, Slug, Timestamp};

pub(super) type Row = (
    (EntryId, SiteId, String, Locale, Slug, GroupId, CaseId, String),
    (i32, i32, Digest, Digest, String, Option<String>, String),
    (Option<Digest>, i32, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>),
    (String, Option<UserId>, Timestamp, Timestamp, Option<Timestamp>, Option<Timestamp>),
);

pub(super) type Columns = (
    (
        entries::id,
        entries::site_id,
        entries::type_key,
        entries::locale,
        entries::slug,
        entries::group_id,
        entries::case_id,
        entries::step,
    ),
    (
        entries::version,
        entries::revision,
        entries::digest,
        entries::closure,
        entries::title,
        entries::category,
        entries::tags,
    ),
    (
        entries::approved_closure,
        entries::approved_revision,
        entries::publish_at,
        entries::unpublish_at,
        entries::published_at,
        entries::trashed_at,
    ),
    (
        entries::origin,
        entries::created_by,
        entries::created_at,
        entries::updated_at,
        entries::reviewed_at,
        entries::review_at,
    ),
);

pub(super) const COLUMNS: Columns = (
    (
        entries::id,
        entries::site_id,
        entries::type_key,
        entries::locale,
        entries::slug,
        entries::group_id,
        entries::case_id,
        entries::step,
    ),
    (
        entries::version,
        entries::revision,
        entries::digest,
        entries::closure,
        entries::title,
        entries::category,
        entries::tags,
    ),
    (
        entries::approved_closure,
        entries::approved_revision,
        entries::publish_at,
        entries::unpublish_at,
        entries::published_at,
        entries::trashed_at,
    ),
    (
        entries::origin,
        entries::created_by,
        entries::created_at,
        entries::updated_at,
        entries::reviewed_at,
        entries::review_at,
    ),
);

pub(super) fn from_row(row: Row) -> EntryRow {
    let (address, content, approval, origin) = row;
    let (id, site_id, type_key, locale, slug, group_id, case_id, step) = address;
    let (version, revision, digest, closure, title, category, tags) = content;
    let (approved_closure, approved_revision, publish_at, unpublish_at, published_at, trashed_at) = approval;
    let (origin, created_by, created_at, updated_at, reviewed_at, review_at) = origin;
    EntryRow {
        id,
        site_id,
        type_key,
        locale,
        slug,
        group_id,
        case_id,
        step,
        version,
        revision,
        digest,
        closure,
        title,
        category,
        // Written by this file alone; the revision has them as well.
        tags: serde_json::from_str(&tags).unwrap_or_default(),
        approved_closure,
        approved_revision,
        publish_at,
        unpublish_at,
        published_at,
        trashed_at,
        origin,
        created_by,
        created_at,
        updated_at,
        reviewed_at,
        review_at,
    }
}

/// `None` when there is no such entry. Whether the caller may see it is not asked: see [`require`].
pub fn find(connection: &mut Conn, id: EntryId) -> Result<Option<EntryRow>> {
    let row = entries::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    Ok(row.map(from_row))
}

/// The entry, or `not_found`.
pub fn require(connection: &mut Conn, id: EntryId) -> Result<EntryRow> {
    find(connection, id)?.ok_or_else(|| Refusal::new(Code::NotFound).into())
}

/// The translations of one another, oldest first, what is in the trash left out.
pub fn translations(connection: &mut Conn, group: GroupId) -> Result<Vec<EntryRow>> {
    let query = entries::table.filter(entries::group_id.eq(group)).filter(entries::trashed_at.is_null());
    let rows = query.order((entries::created_at, entries::id)).select(COLUMNS).load::<Row>(connection)?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Which of these entries exist on a site, with their types; what is in the trash does not.
pub fn types_of(connection: &mut Conn, site: SiteId, ids: &[EntryId]) -> Result<Vec<(EntryId, String)>> {
    let query = entries::table
        .filter(entries::id.eq_any(ids))
        .filter(entries::site_id.eq(site))
        .filter(entries::trashed_at.is_null())
        .select((entries::id, entries::type_key));
    Ok(query.load(connection)?)
}

/// The entry, other than `except` and not in the trash, that has this address or shows itself there.
pub fn at_address(
    connection: &mut Conn,
    site: SiteId,
    address: (&str, &Locale, &Slug),
    except: Option<EntryId>,
) -> Result<Option<EntryId>> {
    use crate::db::schema::live_entries;
    let (type_key, locale, slug) = address;
    let worked_on = entries::table
        .filter(entries::site_id.eq(site).and(entries::slug.eq(slug)))
        .filter(entries::type_key.eq(type_key).and(entries::locale.eq(locale)))
        .filter(entries::trashed_at.is_null())
        .select(entries::id)
        .load::<EntryId>(connection)?;
    let shown = live_entries::table
        .filter(live_entries::site_id.eq(site).and(live_entries::type_key.eq(type_key)))
        .filter(live_entries::locale.eq(locale).and(live_entries::slug.eq(slug)))
        .select(live_entries::entry_id)
        .load::<EntryId>(connection)?;
    Ok(worked_on.into_iter().chain(shown).find(|id| Some(*id) != except))
}

/// The entry, other than `except`, that has this value in a field that is unique.
pub fn with_unique_value(
    connection: &mut Conn,
    site: SiteId,
    place: (&str, &str),
    value: &Digest,
    except: Option<EntryId>,
) -> Result<Option<EntryId>> {
    let found = unique_values::table
        .filter(unique_values::site_id.eq(site).and(unique_values::type_key.eq(place.0)))
        .filter(unique_values::field.eq(place.1).and(unique_values::value.eq(value)))
        .select(unique_values::entry_id)
        .load::<EntryId>(connection)?;
    Ok(found.into_iter().find(|id| Some(*id) != except))
}

/// Which of these values some entry has in a field that is unique.
pub fn taken_unique_values(
    connection: &mut Conn,
    site: SiteId,
    place: (&str, &str),
    values: &[Digest],
) -> Result<Vec<Digest>> {
    let found = unique_values::table
        .filter(unique_values::site_id.eq(site).and(unique_values::type_key.eq(place.0)))
        .filter(unique_values::field.eq(place.1).and(unique_values::value.eq_any(values)))
        .select(unique_values::value);
    Ok(found.load(connection)?)
}

/// Stores an entry with its first revision. Its content must have been checked (`service::prepare`), in
/// this transaction, and its case must be stored.
pub fn insert(tx: &mut Tx, new: &NewEntry, content_type: &ContentType, now: Timestamp) -> Result<EntryRow> {
    let first = First::of(new, content_type, now);
    insert_first(tx, std::slice::from_ref(&first))?;
    Ok(first.row)
}

/// The same for many entries, each with its type; returns their rows in the same order.
pub fn insert_all<'n>(
    tx: &mut Tx,
    new: impl IntoIterator<Item = (&'n NewEntry, &'n ContentType)>,
    now: Timestamp,
) -> Result<Vec<EntryRow>> {
    let all: Vec<First> = new.into_iter().map(|(new, content_type)| First::of(new, content_type, now)).collect();
    insert_first(tx, &all)?;
    Ok(all.into_iter().map(|first| first.row).collect())
}

/// An entry as it is stored at first, with the text of its first revision.
struct First<'n> {
    row: EntryRow,
    text: String,
    content: &'n Content,
    content_type: &'n ContentType,
}

impl<'n> First<'n> {
    fn of(new: &'n NewEntry, content_type: &'n ContentType, now: Timestamp) -> Self {
        let content = &new.content;
        let text = content.to_text();
        let row = EntryRow {
            id: new.id,
            site_id: new.site_id,
            type_key: content.type_key.clone(),
            locale: content.locale.clone(),
            slug: content.slug.clone(),
            group_id: new.group_id,
            case_id: new.case_id,
            step: new.step.clone(),
            version: 1,
            revision: 1,
            digest: Digest::of(&text),
            closure: new.closure,
            title: content.title().to_owned(),
            category: content.category.clone(),
            tags: content.tags.clone(),
            approved_closure: None,
            approved_revision: 0,
            publish_at: None,
            unpublish_at: None,
            published_at: None,
            trashed_at: None,
            origin: new.origin.clone(),
            created_by: new.author,
            created_at: now,
            updated_at: now,
            reviewed_at: None,
            review_at: None,
        };
        First { row, text, content, content_type }
    }
}

fn insert_first(tx: &mut Tx, all: &[First]) -> Result<()> {
    let row = |first: &First| {
        let row = first.row.clone();
        (
            (
                entries::id.eq(row.id),
                entries::site_id.eq(row.site_id),
                entries::type_key.eq(row.type_key),
                entries::locale.eq(row.locale),
                entries::slug.eq(row.slug),
                entries::group_id.eq(row.group_id),
                entries::case_id.eq(row.case_id),
                entries::step.eq(row.step),
            ),
            (
                entries::version.eq(row.version),
                entries::revision.eq(row.revision),
                entries::digest.eq(row.digest),
                entries::closure.eq(row.closure),
                entries::title.eq(row.title),
                entries::category.eq(row.category),
                entries::tags.eq(serde_json::json!(row.tags).to_string()),
                entries::approved_revision.eq(row.approved_revision),
            ),
            (
                entries::origin.eq(row.origin),
                entries::created_by.eq(row.created_by),
                entries::created_at.eq(row.created_at),
                entries::updated_at.eq(row.updated_at),
            ),
        )
    };
    insert_all!(tx, entries::table, all.iter().map(row));
    insert_revisions(tx, all.iter().map(|first| (&first.row, first.text.as_str(), first.row.created_by)))?;
    index(tx, &all.iter().map(|first| (&first.row, first.content, first.content_type)).collect::<Vec<_>>())
}

/// The newest revision of each row, with its text and its author, and which files it names.
fn insert_revisions<'r>(tx: &mut Tx, new: impl Iterator<Item = (&'r EntryRow, &'r str, Option<UserId>)>) -> Result<()> {
    let row = |(row, text, author): (&'r EntryRow, &'r str, Option<UserId>)| {
        (
            revisions::entry_id.eq(row.id),
            revisions::number.eq(row.revision),
            revisions::digest.eq(row.digest),
            revisions::body.eq(text),
            revisions::author_id.eq(author),
            revisions::created_at.eq(row.updated_at),
        )
    };
    let new: Vec<_> = new.collect();
    insert_all!(tx, revisions::table, new.iter().copied().map(row));
    uses::insert(tx, new.iter().map(|(row, text, _)| (row.id, row.revision, *text)))
}

/// Rows by which entries are found: tags, and values that are unique.
fn index(tx: &mut Tx, all: &[(&EntryRow, &Content, &ContentType)]) -> Result<()> {
    let tags = all.iter().flat_map(|(row, content, _)| {
        let mut tags: Vec<Slug> = content.tags.iter().filter_map(|tag| rules::tag_slug(tag)).collect();
        tags.sort_unstable();
        tags.dedup();
        tags.into_iter()
            .map(|tag| (entry_tags::entry_id.eq(row.id), entry_tags::site_id.eq(row.site_id), entry_tags::tag.eq(tag)))
    });
    insert_all!(tx, entry_tags::table, tags);
    let values = all.iter().flat_map(|(row, content, content_type)| {
        rules::unique_values(content_type, content).into_iter().map(|(field, value)| {
            (
                unique_values::entry_id.eq(row.id),
                unique_values::site_id.eq(row.site_id),
                unique_values::type_key.eq(content.type_key.as_str()),
                unique_values::field.eq(field),
                unique_values::value.eq(value),
            )
        })
    });
    insert_all!(tx, unique_values::table, values);
    Ok(())
}

/// Adds a revision to an entry and returns its row with the next version. `closure` as `rules::closure`
/// gives it. `stale` when the row is not the one that is stored.
///
/// Step, approval and times stay as they are: change them with [`save_state`].
pub fn add_revision(
    tx: &mut Tx,
    row: &EntryRow,
    (content, content_type, closure): (&Content, &ContentType, Digest),
    author: Option<UserId>,
    now: Timestamp,
) -> Result<EntryRow> {
    let text = content.to_text();
    let digest = Digest::of(&text);
    let number = row.revision + 1;
    let changed = diesel::update(entries::table.find(row.id).filter(entries::version.eq(row.version)))
        .set((
            entries::version.eq(row.version + 1),
            entries::revision.eq(number),
            entries::digest.eq(digest),
            entries::closure.eq(closure),
            entries::locale.eq(&content.locale),
            entries::slug.eq(&content.slug),
            entries::title.eq(content.title()),
            entries::category.eq(content.category.as_deref()),
            entries::tags.eq(serde_json::json!(content.tags).to_string()),
            entries::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if changed == 0 {
        return Err(stale(tx, row.id)?);
    }
    let row = require(tx, row.id)?;
    insert_revisions(tx, std::iter::once((&row, text.as_str(), author)))?;
    diesel::delete(entry_tags::table.filter(entry_tags::entry_id.eq(row.id))).execute(&mut **tx)?;
    diesel::delete(unique_values::table.filter(unique_values::entry_id.eq(row.id))).execute(&mut **tx)?;
    index(tx, &[(&row, content, content_type)])?;
    Ok(row)
}

/// Stores step, approval, closure, times of publication and trash of a row that the caller has changed,
/// and returns it with the next version. `stale` when its version is not the one that is stored.
pub fn save_state(tx: &mut Tx, row: &EntryRow, now: Timestamp) -> Result<EntryRow> {
    let changed = diesel::update(entries::table.find(row.id).filter(entries::version.eq(row.version)))
        .set((
            entries::version.eq(row.version + 1),
            entries::step.eq(&row.step),
            entries::closure.eq(row.closure),
            entries::approved_closure.eq(row.approved_closure),
            entries::approved_revision.eq(row.approved_revision),
            entries::publish_at.eq(row.publish_at),
            entries::unpublish_at.eq(row.unpublish_at),
            entries::published_at.eq(row.published_at),
            entries::trashed_at.eq(row.trashed_at),
            entries::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    if changed == 0 {
        return Err(stale(tx, row.id)?);
    }
    Ok(EntryRow { version: row.version + 1, updated_at: now, ..row.clone() })
}

fn stale(tx: &mut Tx, id: EntryId) -> Result<Error> {
    let row = require(tx, id)?;
    Ok(Refusal::new(Code::Stale).extra("current_version", row.version).into())
}

/// What a revision says, by its number.
pub fn content(connection: &mut Conn, entry: EntryId, number: i32) -> Result<Content> {
    let body = revisions::table.find((entry, number)).select(revisions::body).first::<String>(connection)?;
    Content::from_text(&body)
}

/// What the newest revision of each of these entries says, in no order.
pub fn newest_contents(connection: &mut Conn, ids: &[EntryId]) -> Result<Vec<(EntryId, Content)>> {
    let rows = entries::table
        .inner_join(revisions::table)
        .filter(entries::id.eq_any(ids))
        .filter(revisions::number.eq(entries::revision))
        .select((entries::id, revisions::body))
        .load::<(EntryId, String)>(connection)?;
    rows.into_iter().map(|(id, body)| Ok((id, Content::from_text(&body)?))).collect()
}

/// What a revision says, by its digest (the newest, when several say the same): `not_found`.
pub fn content_by_digest(connection: &mut Conn, entry: EntryId, digest: &Digest) -> Result<(Revision, Content)> {
    let row = revisions::table
        .filter(revisions::entry_id.eq(entry).and(revisions::digest.eq(digest)))
        .order(revisions::number.desc())
        .select(((revisions::number, revisions::digest, revisions::author_id, revisions::created_at), revisions::body))
        .first::<((i32, Digest, Option<UserId>, Timestamp), String)>(connection)
        .optional()?;
    let (row, body) = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok((revision(row), Content::from_text(&body)?))
}

fn revision((number, digest, author, created_at): (i32, Digest, Option<UserId>, Timestamp)) -> Revision {
    Revision { number, digest, author, created_at }
}

/// Revisions of an entry, newest first.
pub fn revisions(
    connection: &mut Conn,
    entry: EntryId,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<Revision>> {
    let mut query = revisions::table.filter(revisions::entry_id.eq(entry)).into_boxed();
    if let Some(cursor) = after {
        let number: i32 = cursor.id.parse().map_err(|_| Refusal::new(Code::BadCursor))?;
        query = query.filter(revisions::number.lt(number));
    }
    let rows = query
        .order(revisions::number.desc())
        .limit(limit.probe())
        .select((revisions::number, revisions::digest, revisions::author_id, revisions::created_at))
        .load::<(i32, Digest, Option<UserId>, Timestamp)>(connection)?;
    let revisions = rows.into_iter().map(revision).collect();
    Ok(Page::cut(revisions, limit, |revision| Cursor { key: String::new(), id: revision.number.to_string() }))
}

/// Who wrote the revisions after a number: whose work it is since the last approval.
pub fn authors_since(connection: &mut Conn, entry: EntryId, number: i32) -> Result<Vec<UserId>> {
    let authors = revisions::table
        .filter(revisions::entry_id.eq(entry).and(revisions::number.gt(number)))
        .select(revisions::author_id)
        .distinct()
        .load::<Option<UserId>>(connection)?;
    Ok(authors.into_iter().flatten().collect())
}
