//! Content types, content, and the rows that hold them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::kernel::id::{CaseId, EntryId, GroupId, SiteId, UserId};
use crate::kernel::time::DAY;
use crate::kernel::{Context, Digest, Locale, Result, Slug, Timestamp, Words};

/// The version of the shape in which content is written for its digest.
const CONTENT_SHAPE: u64 = 1;

crate::words! {
    /// What a field holds, and as which JSON.
    pub enum FieldKind {
        /// A string of one or a few lines.
        Text = "text",
        /// A string of Markdown.
        Markdown = "markdown",
        Number = "number",
        Boolean = "boolean",
        /// `2026-11-21`.
        Date = "date",
        /// RFC 3339 with an offset: `2026-11-21T08:00:00+08:00`.
        Datetime = "datetime",
        /// The key of one of `choices`.
        Choice = "choice",
        /// The id of an entry of one of `types`; with `many` a list of them.
        Reference = "reference",
        /// The digest of a file of the site; with `many` a list of them.
        Asset = "asset",
        /// A list of objects with `fields`.
        Components = "components",
        /// `http`, `https`, `mailto`, `tel`, or an address on the site beginning with `/` or `#`.
        Url = "url",
        Email = "email",
        /// `{"lat": -90 to 90, "lon": -180 to 180}`.
        Geo = "geo",
        /// Anything.
        Json = "json",
    }
}

/// One of the answers that a choice allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub key: String,
    pub label: Words,
}

fn no(flag: &bool) -> bool {
    !*flag
}

fn yes(flag: &bool) -> bool {
    *flag
}

fn is_true() -> bool {
    true
}

/// A field of a type. Limits that do not fit the kind are refused when the type is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(no_recursion)]
pub struct Field {
    pub key: String,
    pub kind: FieldKind,
    pub label: Words,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
    #[serde(default, skip_serializing_if = "no")]
    pub required: bool,
    /// No two entries of the type, site and locale have the same value.
    #[serde(default, skip_serializing_if = "no")]
    pub unique: bool,
    /// Whether a translation has a value of its own; absent: words have, other values have not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub localised: Option<bool>,
    /// Whether the public API filters by it; absent: by kind, see [`Field::is_indexed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indexed: Option<bool>,
    /// References and assets: a list instead of one.
    #[serde(default, skip_serializing_if = "no")]
    pub many: bool,
    /// Characters; bytes for Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Characters; bytes for Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Numbers: whole ones alone.
    #[serde(default, skip_serializing_if = "no")]
    pub integer: bool,
    /// Text: a colour as `#rrggbb`.
    #[serde(default, skip_serializing_if = "no")]
    pub color: bool,
    /// Colours: the field with the colour on which this one has to be read easily.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads_on: Option<String>,
    /// Addresses: that of a server alone, by https and without a path, such as `https://api.contoh.go.id`.
    #[serde(default, skip_serializing_if = "no")]
    pub origin: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The types that a reference may lead to; empty means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// What each item of components has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

impl Field {
    /// Whether the public API filters by it.
    pub fn is_indexed(&self) -> bool {
        let by_kind = match self.kind {
            FieldKind::Text | FieldKind::Number | FieldKind::Boolean | FieldKind::Date => true,
            FieldKind::Datetime | FieldKind::Choice | FieldKind::Reference => true,
            FieldKind::Url | FieldKind::Email => true,
            FieldKind::Markdown | FieldKind::Components | FieldKind::Asset => false,
            FieldKind::Geo | FieldKind::Json => false,
        };
        self.indexed.unwrap_or(by_kind)
    }

    /// Whether a translation has a value of its own.
    pub fn is_localised(&self) -> bool {
        let by_kind = matches!(self.kind, FieldKind::Text | FieldKind::Markdown | FieldKind::Components);
        self.localised.unwrap_or(by_kind)
    }

    /// Too long for a list: left out of cards.
    pub fn is_long(&self) -> bool {
        matches!(self.kind, FieldKind::Markdown | FieldKind::Components | FieldKind::Json)
    }

    pub fn is_list(&self) -> bool {
        self.many || self.kind == FieldKind::Components
    }
}

/// A content type: the fields that an entry of it has. Only `content::types` makes one, checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentType {
    /// `berita`: names the type in addresses.
    pub key: String,
    pub title: Words,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
    /// Whether each entry has a page of its own on the site.
    #[serde(default = "is_true", skip_serializing_if = "yes")]
    pub pages: bool,
    /// Days after which what is live has to be looked at again; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_after_days: Option<u32>,
    pub fields: Vec<Field>,
}

impl ContentType {
    /// The same in microseconds.
    pub fn review_span(&self) -> Option<i64> {
        self.review_after_days.map(|days| i64::from(days) * DAY)
    }

    /// When what was looked at is to be looked at again.
    pub fn review_after(&self, looked_at: Timestamp) -> Option<Timestamp> {
        self.review_span().map(|span| looked_at.plus(span))
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// A type as it stands on a site. Shipped types that a site has not changed are version 1.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredType {
    pub version: i32,
    pub content_type: std::sync::Arc<ContentType>,
}

/// Everything that an entry says in one revision. Its canonical JSON is what the digest names.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub fields: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u64,
    #[serde(rename = "type")]
    type_key: String,
    locale: Locale,
    slug: Slug,
    category: Option<String>,
    tags: Vec<String>,
    fields: Map<String, Value>,
}

impl Content {
    /// `{"v":1,"type","locale","slug","category","tags","fields"}`.
    pub fn to_json(&self) -> Value {
        json!({
            "v": CONTENT_SHAPE,
            "type": self.type_key,
            "locale": self.locale,
            "slug": self.slug,
            "category": self.category,
            "tags": self.tags,
            "fields": self.fields,
        })
    }

    /// The canonical text: what is stored and digested.
    pub fn to_text(&self) -> String {
        crate::kernel::canonical::to_string(&self.to_json())
    }

    /// Fails on anything that [`Content::to_json`] did not write.
    pub fn from_json(value: Value) -> Result<Self> {
        let written: Written = serde_json::from_value(value).context("read a revision")?;
        Content::from_written(written)
    }

    /// The same from the stored text.
    pub fn from_text(text: &str) -> Result<Self> {
        let written: Written = serde_json::from_str(text).context("read a revision")?;
        Content::from_written(written)
    }

    fn from_written(written: Written) -> Result<Self> {
        let Written { v, type_key, locale, slug, category, tags, fields } = written;
        if v != CONTENT_SHAPE {
            return Err(crate::kernel::Error::broken(
                "read a revision",
                format!("its shape {v} is of a newer version"),
            ));
        }
        Ok(Content { type_key, locale, slug, category, tags, fields })
    }

    /// The name of the revision.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_text())
    }

    /// The field `title`, which every type has.
    pub fn title(&self) -> &str {
        self.fields.get("title").and_then(Value::as_str).unwrap_or_default()
    }
}

/// What somebody wants an entry to be when it is made. Names are checked; values are not yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub locale: Locale,
    /// `None`: from the title.
    pub slug: Option<Slug>,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub fields: Map<String, Value>,
}

/// What somebody wants to be different. What is `None` or not named stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    pub slug: Option<Slug>,
    /// `Some(None)` takes the category away.
    pub category: Option<Option<String>>,
    pub tags: Option<Vec<String>>,
    /// By name; `null` takes a field away.
    pub fields: Map<String, Value>,
}

/// The row of an entry: what is being worked on. What citizens see is a [`LiveEntry`].
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    pub id: EntryId,
    pub site_id: SiteId,
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub group_id: GroupId,
    pub case_id: CaseId,
    pub step: String,
    pub version: i32,
    /// The number of the newest revision, from 1.
    pub revision: i32,
    /// Of the newest revision.
    pub digest: Digest,
    pub closure: Digest,
    pub title: String,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub approved_closure: Option<Digest>,
    /// 0 when none is approved.
    pub approved_revision: i32,
    pub publish_at: Option<Timestamp>,
    pub unpublish_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub trashed_at: Option<Timestamp>,
    /// `written` or `imported`.
    pub origin: String,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When what is live of it was last looked at; going live counts. Written by `content::reviews` alone, like the next.
    pub reviewed_at: Option<Timestamp>,
    /// When it is to be looked at again.
    pub review_at: Option<Timestamp>,
}

impl EntryRow {
    /// Whether what is being worked on is what was approved.
    pub fn is_approved(&self) -> bool {
        self.approved_closure == Some(self.closure)
    }
}

/// An entry to be stored, with its first revision. `closure` as `rules::closure` gives it.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub id: EntryId,
    pub site_id: SiteId,
    pub group_id: GroupId,
    /// The case must be stored already.
    pub case_id: CaseId,
    pub step: String,
    pub content: Content,
    pub closure: Digest,
    pub origin: String,
    pub author: Option<UserId>,
}

/// A revision without its body.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Revision {
    /// From 1.
    pub number: i32,
    pub digest: Digest,
    pub author: Option<UserId>,
    pub created_at: Timestamp,
}

/// What citizens see of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveEntry {
    pub entry_id: EntryId,
    pub site_id: SiteId,
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub group_id: GroupId,
    /// The number of the revision that is shown.
    pub revision: i32,
    /// Of that revision.
    pub digest: Digest,
    pub closure: Digest,
    /// What a list shows of it: `rules::card`.
    pub card: Value,
    /// `None` for what was imported and not yet confirmed.
    pub approver_id: Option<UserId>,
    pub origin: String,
    /// When it was first published; stays when it is published again.
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
    /// The site's sequence number of the change that showed it; `live::show` sets it.
    pub sequence: i64,
}

crate::words! {
    /// What happened to what citizens see.
    pub enum LiveChangeKind {
        Shown = "shown",
        Hidden = "hidden",
        /// The same revision, with other forms of what it places.
        Redrawn = "redrawn",
    }
}

crate::words! {
    /// Why something was withdrawn, as citizens are told it.
    pub enum WithdrawalReason {
        /// It does not hold any more, or something else took its place.
        Outdated = "outdated",
        Mistake = "mistake",
        /// It touched somebody's rights or personal data.
        Rights = "rights",
        /// An authority or a court ordered it.
        Order = "order",
        /// The time that it was published for has ended.
        Expired = "expired",
        Other = "other",
    }
}

impl WithdrawalReason {
    /// Whether the list of withdrawn pages may name the title: it may hold what had to go.
    pub fn may_repeat_the_title(self) -> bool {
        !matches!(self, WithdrawalReason::Rights | WithdrawalReason::Order)
    }
}

/// What citizens are told when something is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    pub reason: WithdrawalReason,
    /// In words, plain; may be empty.
    pub notice: String,
}

/// A withdrawn page, as citizens are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub entry: EntryId,
    /// Empty where it may not be repeated.
    pub title: String,
    /// Who answered for it.
    pub office: String,
    pub reason: WithdrawalReason,
    pub notice: String,
    pub at: Timestamp,
}

/// One change of what citizens see.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveChange {
    pub sequence: i64,
    pub kind: LiveChangeKind,
    pub entry_id: EntryId,
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    /// Of the revision that was shown or hidden.
    pub digest: Digest,
    pub reason: String,
    pub at: Timestamp,
}

/// An address that an entry had while it was live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerAddress {
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    pub entry_id: EntryId,
}
