//! How an entry is shown to those who work on it.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{ContentType, EntryRow};
use super::{live, rules, store, type_store};
use crate::db::Conn;
use crate::db::schema::users;
use crate::kernel::id::{EntryId, GroupId, UserId};
use crate::kernel::{Digest, Locale, Result, Slug, Timestamp};
use crate::procedure::views::Person;
use crate::sites::Site;

/// An entry with its newest revision.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntryView {
    pub id: EntryId,
    /// The key of its site.
    pub site: String,
    #[serde(rename = "type")]
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub group: GroupId,
    pub step: String,
    /// For `If-Match`.
    pub version: i32,
    /// The number of the newest revision, from 1.
    pub revision: i32,
    /// Of the closure: what `approve` and `publish` ask for.
    pub digest: Digest,
    pub revision_digest: Digest,
    pub title: String,
    pub category: Option<String>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// What citizens see now, if anything.
    pub live: Option<LiveView>,
    pub publish_at: Option<Timestamp>,
    pub unpublish_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    /// When what is live was last looked at; going live counts.
    pub reviewed_at: Option<Timestamp>,
    /// When it is to be looked at again; null when nothing is live, or its type sets no time.
    pub review_at: Option<Timestamp>,
    pub trashed_at: Option<Timestamp>,
    /// Whether this very content has been approved.
    pub approved: bool,
    pub origin: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub created_by: Option<Person>,
    /// The same content in other languages.
    pub translations: Vec<Translation>,
}

/// What citizens see of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveView {
    /// Of the closure.
    pub digest: Digest,
    pub revision: i32,
    pub published_at: Timestamp,
    /// The path of its page; null when its type has none.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Translation {
    pub id: EntryId,
    pub locale: Locale,
    pub slug: Slug,
    pub step: String,
}

/// The view of a row, read with it in one transaction.
pub fn entry(connection: &mut Conn, site: &Site, row: &EntryRow) -> Result<EntryView> {
    let content = store::content(connection, row.id, row.revision)?;
    let content_type = type_store::find(connection, site.id, &row.type_key)?.map(|stored| stored.content_type);
    let live = live::find(connection, row.id)?.map(|live| LiveView {
        digest: live.closure,
        revision: live.revision,
        published_at: live.published_at,
        url: url(content_type.as_deref(), site, &live.locale, &live.slug),
    });
    let translations = store::translations(connection, row.group_id)?;
    let translations = translations.into_iter().filter(|other| other.id != row.id);
    Ok(EntryView {
        id: row.id,
        site: site.key.clone(),
        type_key: row.type_key.clone(),
        locale: row.locale.clone(),
        slug: row.slug.clone(),
        group: row.group_id,
        step: row.step.clone(),
        version: row.version,
        revision: row.revision,
        digest: row.closure,
        revision_digest: row.digest,
        title: row.title.clone(),
        category: row.category.clone(),
        tags: row.tags.clone(),
        fields: content.fields,
        live,
        publish_at: row.publish_at,
        unpublish_at: row.unpublish_at,
        published_at: row.published_at,
        reviewed_at: row.reviewed_at,
        review_at: row.review_at,
        trashed_at: row.trashed_at,
        approved: row.is_approved(),
        origin: row.origin.clone(),
        created_at: row.created_at,
        updated_at: row.updated_at,
        created_by: row.created_by.map(|user| person(connection, user)).transpose()?,
        translations: translations
            .map(|other| Translation { id: other.id, locale: other.locale, slug: other.slug, step: other.step })
            .collect(),
    })
}

/// The path of an entry's page on its site.
pub fn url(content_type: Option<&ContentType>, site: &Site, locale: &Locale, slug: &Slug) -> Option<String> {
    content_type.and_then(|content_type| rules::path(content_type, locale, &site.default_locale, slug))
}

fn person(connection: &mut Conn, id: UserId) -> Result<Person> {
    let name = users::table.find(id).select(users::name).first::<String>(connection).optional()?;
    Ok(Person { id, name: name.unwrap_or_default() })
}
