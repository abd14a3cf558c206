//! Assets in the database.

use std::collections::HashSet;

use diesel::dsl::{not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::model::{Alt, Asset, Kind};
use super::{library, rules};
use crate::db::rows::insert_all;
use crate::db::schema::{asset_tags, assets};
use crate::db::{Backend, Conn, Tx, like_anywhere};
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result, Slug, Timestamp};

/// How many files one question names. SQLite takes 32,766 parameters, and an import may bring more files at once.
const ASKED_DIGESTS_MAX: usize = 1_000;

/// The columns of `assets`, in their order.
#[derive(Queryable)]
struct Row {
    site_id: SiteId,
    digest: Digest,
    name: String,
    kind: String,
    media_type: String,
    size_bytes: i64,
    width: Option<i32>,
    height: Option<i32>,
    alt: String,
    credit: String,
    uploaded_by: Option<UserId>,
    version: i32,
    created_at: Timestamp,
    folder: String,
    tags: String,
    source: String,
    licence: String,
    consent: String,
    pages: Option<i32>,
    is_tagged: Option<bool>,
    names_language: Option<bool>,
    trashed_at: Option<Timestamp>,
}

fn from_row(row: Row) -> Result<Asset> {
    let doing = "read an asset";
    let kind = Kind::parse(&row.kind).ok_or_else(|| Error::broken(doing, format!("its kind is {:?}", row.kind)))?;
    let alt: Alt = serde_json::from_str(&row.alt).context(doing)?;
    let tags: Vec<String> = serde_json::from_str(&row.tags).context(doing)?;
    Ok(Asset {
        kind,
        alt,
        tags,
        site_id: row.site_id,
        digest: row.digest,
        name: row.name,
        media_type: row.media_type,
        size_bytes: row.size_bytes,
        width: row.width,
        height: row.height,
        credit: row.credit,
        uploaded_by: row.uploaded_by,
        version: row.version,
        created_at: row.created_at,
        folder: row.folder,
        source: row.source,
        licence: row.licence,
        consent: row.consent,
        pages: row.pages,
        is_tagged: row.is_tagged,
        names_language: row.names_language,
        trashed_at: row.trashed_at,
    })
}

pub fn find(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<Option<Asset>> {
    let row = assets::table.find((site, digest)).select(assets::all_columns).first::<Row>(connection).optional()?;
    row.map(from_row).transpose()
}

/// Those of the digests that the site has.
pub fn find_all(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<Vec<Asset>> {
    let rows = assets::table
        .filter(assets::site_id.eq(site))
        .filter(assets::digest.eq_any(digests))
        .select(assets::all_columns)
        .load::<Row>(connection)?;
    rows.into_iter().map(from_row).collect()
}

/// Which of the digests the site has; only the index is read.
pub fn known(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<HashSet<Digest>> {
    let mut known = HashSet::new();
    for part in digests.chunks(ASKED_DIGESTS_MAX) {
        let query =
            assets::table.filter(assets::site_id.eq(site).and(assets::digest.eq_any(part))).select(assets::digest);
        known.extend(query.load::<Digest>(connection)?);
    }
    Ok(known)
}

/// The same without those that wait in the trash: what content may place.
pub fn placeable(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<HashSet<Digest>> {
    let mut found = HashSet::new();
    for part in digests.chunks(ASKED_DIGESTS_MAX) {
        let query = assets::table
            .filter(assets::site_id.eq(site).and(assets::digest.eq_any(part)))
            .filter(assets::trashed_at.is_null())
            .select(assets::digest);
        found.extend(query.load::<Digest>(connection)?);
    }
    Ok(found)
}

/// What all files of the site take together.
pub fn used_bytes(connection: &mut Conn, site: SiteId) -> Result<u64> {
    // PostgreSQL adds whole numbers up to a decimal one.
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)");
    let used = assets::table.filter(assets::site_id.eq(site)).select(sum).first::<i64>(connection)?;
    Ok(used.unsigned_abs())
}

/// Which files of a site a list shows.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    pub kind: Option<Kind>,
    pub folder: Option<String>,
    pub tag: Option<Slug>,
    /// Letters of the name, the alternative text, the credit or the source, whatever their size.
    pub text: Option<String>,
    /// What no newest and no live revision names.
    pub unused: bool,
    /// Those in the trash instead of the others.
    pub trash: bool,
}

/// Newest first.
pub fn list(
    connection: &mut Conn,
    site: SiteId,
    shown: &Shown,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<Asset>> {
    let mut query = assets::table.filter(assets::site_id.eq(site)).select(assets::all_columns).into_boxed::<Backend>();
    query = match shown.trash {
        true => query.filter(assets::trashed_at.is_not_null()),
        false => query.filter(assets::trashed_at.is_null()),
    };
    if let Some(kind) = shown.kind {
        query = query.filter(assets::kind.eq(kind.as_str()));
    }
    if let Some(folder) = &shown.folder {
        query = query.filter(assets::folder.eq(folder.clone()));
    }
    if let Some(tag) = &shown.tag {
        let tagged = asset_tags::table.filter(asset_tags::site_id.eq(site).and(asset_tags::tag.eq(tag.clone())));
        query = query.filter(assets::digest.eq_any(tagged.select(asset_tags::digest)));
    }
    if let Some(text) = &shown.text {
        let pattern = like_anywhere(text);
        let alt = match connection {
            Conn::Sqlite(_) => "json_extract(alt, '$.id') || ' ' || json_extract(alt, '$.en')",
            Conn::Postgres(_) => "(alt::json->>'id') || ' ' || (alt::json->>'en')",
        };
        let texts = sql::<Text>(&format!("LOWER(name || ' ' || {alt} || ' ' || credit || ' ' || source)"));
        query = query.filter(texts.like(pattern).escape('\\'));
    }
    if shown.unused {
        // Not `ne_all`: PostgreSQL would compare every file with every use.
        query = query.filter(not(assets::digest.eq_any(library::store::of_newest(site))));
        query = query.filter(not(assets::digest.eq_any(library::store::of_live(site))));
    }
    if let Some(cursor) = after {
        let bad = || Refusal::new(Code::BadCursor);
        let at = Timestamp::from_micros(cursor.key.parse().map_err(|_| bad())?);
        let digest = Digest::parse(&cursor.id).ok_or_else(bad)?;
        let same_time_before = assets::created_at.eq(at).and(assets::digest.lt(digest));
        query = query.filter(assets::created_at.le(at)).filter(assets::created_at.lt(at).or(same_time_before));
    }
    let rows =
        query.order((assets::created_at.desc(), assets::digest.desc())).limit(limit.probe()).load::<Row>(connection)?;
    let found = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, limit, |asset| Cursor {
        key: asset.created_at.micros().to_string(),
        id: asset.digest.to_string(),
    }))
}

/// The caller has looked that the site has none of them.
pub fn insert_all(tx: &mut Tx, new: &[Asset]) -> Result<()> {
    let row = |asset: &Asset| {
        (
            assets::site_id.eq(asset.site_id),
            assets::digest.eq(asset.digest),
            assets::name.eq(asset.name.clone()),
            assets::kind.eq(asset.kind.as_str()),
            assets::media_type.eq(asset.media_type.clone()),
            assets::size_bytes.eq(asset.size_bytes),
            assets::width.eq(asset.width),
            assets::height.eq(asset.height),
            assets::alt.eq(serde_json::json!(asset.alt).to_string()),
            assets::credit.eq(asset.credit.clone()),
            assets::uploaded_by.eq(asset.uploaded_by),
            assets::version.eq(asset.version),
            assets::created_at.eq(asset.created_at),
            assets::pages.eq(asset.pages),
            assets::is_tagged.eq(asset.is_tagged),
            assets::names_language.eq(asset.names_language),
        )
    };
    insert_all!(tx, assets::table, new.iter().map(row));
    Ok(())
}

/// Saves what may change of an asset: what is said of it, where it stands, whether it is in the trash, its version.
pub fn save(tx: &mut Tx, asset: &Asset) -> Result<()> {
    diesel::update(assets::table.find((asset.site_id, asset.digest)))
        .set((
            assets::alt.eq(serde_json::json!(asset.alt).to_string()),
            assets::credit.eq(&asset.credit),
            assets::version.eq(asset.version),
            assets::folder.eq(&asset.folder),
            assets::tags.eq(serde_json::json!(asset.tags).to_string()),
            assets::source.eq(&asset.source),
            assets::licence.eq(&asset.licence),
            assets::consent.eq(&asset.consent),
            assets::trashed_at.eq(asset.trashed_at),
        ))
        .execute(&mut **tx)?;
    let tags = asset_tags::table.filter(asset_tags::site_id.eq(asset.site_id));
    diesel::delete(tags.filter(asset_tags::digest.eq(asset.digest))).execute(&mut **tx)?;
    let row = |tag: Slug| {
        (asset_tags::site_id.eq(asset.site_id), asset_tags::digest.eq(asset.digest), asset_tags::tag.eq(tag))
    };
    insert_all!(tx, asset_tags::table, rules::tag_slugs(&asset.tags).into_iter().map(row));
    Ok(())
}
