//! Live entries put straight into the tables, for tests whose subject is who reads them.

use std::sync::Arc;

use diesel::prelude::*;
use lamin::app::App;
use lamin::content::model::{ContentType, StoredType, Withdrawal, WithdrawalReason};
use lamin::content::{findable, type_store, withdrawals};
use lamin::db::Tx;
use lamin::db::schema::{assets, cases, entries, former_addresses, live_changes, live_entries, revisions, sites};
use lamin::kernel::id::{CaseId, EntryId, GroupId, SiteId};
use lamin::kernel::{Digest, Locale, Result, Timestamp};
use lamin::sites::{self as sites_feature, Site};
use serde_json::{Map, Value, json};

/// One entry as it is to be shown.
#[derive(Debug, Clone)]
pub struct Live {
    pub type_key: String,
    pub slug: String,
    locale: String,
    group_of: Option<String>,
    category: Option<String>,
    tags: Vec<String>,
    at: Timestamp,
    card: Map<String, Value>,
    long: Map<String, Value>,
    /// What is told when it is hidden.
    withdrawal: Withdrawal,
}

/// A stored picture, without its bytes.
pub struct StoredAsset {
    pub digest: Digest,
    name: String,
    media_type: String,
    size: Option<(i32, i32)>,
}

impl Live {
    pub fn new(type_key: &str, slug: &str) -> Self {
        let live = Live {
            type_key: type_key.into(),
            slug: slug.into(),
            locale: "id".into(),
            group_of: None,
            category: None,
            tags: Vec::new(),
            at: Timestamp::parse("2026-11-21T08:00:00+08:00").unwrap(),
            card: Map::new(),
            long: Map::new(),
            withdrawal: Withdrawal { reason: WithdrawalReason::Outdated, notice: String::new() },
        };
        live.titled(slug)
    }

    pub fn titled(self, title: &str) -> Self {
        self.field("title", title)
    }

    pub fn on(mut self, at: &str) -> Self {
        self.at = Timestamp::parse(at).unwrap();
        self
    }

    pub fn locale(mut self, locale: &str) -> Self {
        self.locale = locale.into();
        self
    }

    /// In one group with the entry that has this slug, if it is there already.
    pub fn translates(mut self, slug: &str) -> Self {
        self.group_of = Some(slug.into());
        self
    }

    pub fn category(mut self, key: &str) -> Self {
        self.category = Some(key.into());
        self
    }

    pub fn tags(mut self, tags: &[&str]) -> Self {
        self.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self
    }

    /// Why it is hidden, as citizens are told.
    pub fn withdrawn(mut self, reason: WithdrawalReason, notice: &str) -> Self {
        self.withdrawal = Withdrawal { reason, notice: notice.into() };
        self
    }

    /// A field that the card holds too.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.card.insert(name.into(), value.into());
        self
    }

    /// A field that only the revision holds.
    pub fn long(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.long.insert(name.into(), value.into());
        self
    }

    pub fn asset(_app: &App, name: &str, media_type: &str, size: Option<(i32, i32)>) -> StoredAsset {
        StoredAsset { digest: Digest::of(name), name: name.into(), media_type: media_type.into(), size }
    }

    fn card(&self) -> String {
        let mut card = self.card.clone();
        card.insert("category".into(), json!(self.category));
        card.insert("tags".into(), json!(self.tags));
        Value::Object(card).to_string()
    }

    fn body(&self) -> String {
        let mut fields = self.card.clone();
        fields.extend(self.long.clone());
        let content = json!({
            "v": 1, "type": self.type_key, "locale": self.locale, "slug": self.slug,
            "category": self.category, "tags": self.tags, "fields": fields,
        });
        lamin::kernel::canonical::to_string(&content)
    }
}

/// A site to show things on.
pub struct Portal {
    pub site: SiteId,
}

impl Portal {
    pub async fn open(app: &App, key: &str) -> Self {
        let (id, now) = (app.id(SiteId::new), app.now());
        let site = Site {
            id,
            key: key.into(),
            name: key.into(),
            hosts: Vec::new(),
            zone: "Asia/Makassar".into(),
            locales: vec![Locale::indonesian(), Locale::parse("en").unwrap()],
            default_locale: Locale::indonesian(),
            live_sequence: 0,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        app.db.write(move |tx| sites_feature::store::insert(tx, &site)).await.unwrap();
        app.live_changed();
        Portal { site: id }
    }

    /// Shows entries, each in a commit of its own, and says so.
    pub async fn show(&self, app: &App, entries: &[Live]) {
        self.show_from_elsewhere(app, entries).await;
        app.live_changed();
    }

    /// The same as if another process did it.
    pub async fn show_from_elsewhere(&self, app: &App, entries: &[Live]) {
        let site = self.site;
        for live in entries {
            let (live, ids) = (live.clone(), (app.id(EntryId::new), app.id(CaseId::new), app.id(GroupId::new)));
            app.db.write(move |tx| show(tx, site, &live, ids)).await.unwrap();
        }
    }

    pub async fn hide(&self, app: &App, live: &Live) {
        let (site, live) = (self.site, live.clone());
        app.db.write(move |tx| hide(tx, site, &live)).await.unwrap();
        app.live_changed();
    }

    /// An entry that was never shown.
    pub async fn draft(&self, app: &App, live: &Live) {
        let (site, live) = (self.site, live.clone());
        let ids = (app.id(EntryId::new), app.id(CaseId::new), app.id(GroupId::new));
        app.db.write(move |tx| insert(tx, site, &live, ids).map(|_| ())).await.unwrap();
    }

    /// A newer revision of a live entry that is still being worked on.
    pub async fn revise(&self, app: &App, slug: &str, title: &str) {
        let (site, slug, title) = (self.site, slug.to_owned(), title.to_owned());
        app.db
            .write(move |tx| {
                let (entry, _) = find(tx, site, &slug)?.unwrap();
                let live = Live::new("berita", &slug).titled(&title);
                store_revision(tx, entry, 2, &live)?;
                diesel::update(entries::table.find(entry))
                    .set((entries::revision.eq(2), entries::title.eq(&title)))
                    .execute(&mut **tx)?;
                Ok(())
            })
            .await
            .unwrap();
        app.live_changed();
    }

    /// A live entry gets another slug; its former address is kept.
    pub async fn rename(&self, app: &App, from: &str, to: &str) {
        let (site, from, to) = (self.site, from.to_owned(), to.to_owned());
        let now = app.now();
        app.db
            .write(move |tx| {
                let (entry, _) = find(tx, site, &from)?.unwrap();
                let sequence = next_sequence(tx, site)?;
                diesel::update(live_entries::table.find(entry))
                    .set((live_entries::slug.eq(&to), live_entries::sequence.eq(sequence)))
                    .execute(&mut **tx)?;
                diesel::insert_into(former_addresses::table)
                    .values((
                        former_addresses::site_id.eq(site),
                        former_addresses::type_key.eq("berita"),
                        former_addresses::locale.eq("id"),
                        former_addresses::slug.eq(&from),
                        former_addresses::entry_id.eq(entry),
                        former_addresses::at.eq(now),
                    ))
                    .execute(&mut **tx)?;
                note(tx, site, sequence, "changed", entry, &Live::new("berita", &to))
            })
            .await
            .unwrap();
        app.live_changed();
    }

    /// What is live of the entry that was written under `slug` gets another address, if it is live.
    pub async fn move_live(&self, app: &App, slug: &str, to: &str) {
        let (site, slug, to, now) = (self.site, slug.to_owned(), to.to_owned(), app.now());
        app.db
            .write(move |tx| {
                let Some((entry, _)) = find(tx, site, &slug)? else { return Ok(()) };
                let Some(mut live) = lamin::content::live::find(tx, entry)? else { return Ok(()) };
                live.slug = lamin::kernel::Slug::parse(&to)?;
                lamin::content::live::show(tx, &live, "test", now)?;
                Ok(())
            })
            .await
            .unwrap();
        app.live_changed();
    }

    /// Takes the bodies of all revisions away, behind everybody's back.
    pub async fn forget_bodies(&self, app: &App) {
        let forget = |tx: &mut Tx| {
            let nothing = Live::new("berita", "kosong").body();
            diesel::update(revisions::table).set(revisions::body.eq(nothing)).execute(&mut **tx)?;
            Ok(())
        };
        app.db.write(forget).await.unwrap();
    }

    /// A file that the storage holds under this digest.
    pub async fn store_stored(&self, app: &App, digest: Digest, name: &str, media_type: &str) {
        self.store_asset(app, &StoredAsset { digest, name: name.into(), media_type: media_type.into(), size: None })
            .await;
    }

    /// Gives the site a content type of its own.
    pub async fn define(&self, app: &App, content_type: ContentType) {
        let (site, now) = (self.site, app.now());
        let stored = StoredType { version: 1, content_type: Arc::new(content_type) };
        app.db.write(move |tx| type_store::insert(tx, site, &stored, now)).await.unwrap();
    }

    pub async fn store_asset(&self, app: &App, asset: &StoredAsset) {
        let site = self.site;
        let (digest, name, media_type) = (asset.digest, asset.name.clone(), asset.media_type.clone());
        let (size, now) = (asset.size, app.now());
        app.db
            .write(move |tx| {
                diesel::insert_into(assets::table)
                    .values((
                        assets::site_id.eq(site),
                        assets::digest.eq(digest),
                        assets::name.eq(&name),
                        assets::kind.eq("picture"),
                        assets::media_type.eq(&media_type),
                        assets::size_bytes.eq(1234_i64),
                        assets::width.eq(size.map(|(width, _)| width)),
                        assets::height.eq(size.map(|(_, height)| height)),
                        assets::alt.eq(json!({"id": "Keterangan berkas", "en": "The file's text"}).to_string()),
                        assets::credit.eq(""),
                        assets::version.eq(1),
                        assets::created_at.eq(now),
                    ))
                    .execute(&mut **tx)?;
                Ok(())
            })
            .await
            .unwrap();
    }
}

type Ids = (EntryId, CaseId, GroupId);

fn find(tx: &mut Tx, site: SiteId, slug: &str) -> Result<Option<(EntryId, GroupId)>> {
    let query = entries::table.filter(entries::site_id.eq(site).and(entries::slug.eq(slug)));
    Ok(query.select((entries::id, entries::group_id)).first(&mut **tx).optional()?)
}

fn next_sequence(tx: &mut Tx, site: SiteId) -> Result<i64> {
    diesel::update(sites::table.find(site))
        .set(sites::live_sequence.eq(sites::live_sequence + 1))
        .execute(&mut **tx)?;
    Ok(sites::table.find(site).select(sites::live_sequence).first(&mut **tx)?)
}

fn show(tx: &mut Tx, site: SiteId, live: &Live, ids: Ids) -> Result<()> {
    let (entry, group) = match find(tx, site, &live.slug)? {
        Some(known) => known,
        None => insert(tx, site, live, ids)?,
    };
    diesel::delete(live_entries::table.find(entry)).execute(&mut **tx)?;
    let number: i32 =
        1 + revisions::table.filter(revisions::entry_id.eq(entry)).count().get_result::<i64>(&mut **tx)? as i32;
    let number = if number == 2 && revision_is(tx, entry, live)? { 1 } else { number };
    let digest = if number == 1 { Digest::of(live.body()) } else { store_revision(tx, entry, number, live)? };
    let sequence = next_sequence(tx, site)?;
    diesel::insert_into(live_entries::table)
        .values((
            live_entries::entry_id.eq(entry),
            live_entries::site_id.eq(site),
            live_entries::type_key.eq(&live.type_key),
            live_entries::locale.eq(&live.locale),
            live_entries::slug.eq(&live.slug),
            live_entries::group_id.eq(group),
            live_entries::revision.eq(number),
            live_entries::digest.eq(digest),
            live_entries::closure.eq(digest),
            live_entries::card.eq(live.card()),
            live_entries::origin.eq("imported"),
            live_entries::published_at.eq(live.at),
            live_entries::updated_at.eq(live.at),
            live_entries::sequence.eq(sequence),
        ))
        .execute(&mut **tx)?;
    let shown = lamin::content::live::find(tx, entry)?.unwrap();
    withdrawals::clear(tx, site, &[shown])?;
    findable::store::keep(tx, &[entry])?;
    note(tx, site, sequence, "shown", entry, live)
}

fn revision_is(tx: &mut Tx, entry: EntryId, live: &Live) -> Result<bool> {
    let stored: String = revisions::table.find((entry, 1)).select(revisions::body).first(&mut **tx)?;
    Ok(stored == live.body())
}

fn hide(tx: &mut Tx, site: SiteId, live: &Live) -> Result<()> {
    let Some((entry, _)) = find(tx, site, &live.slug)? else { return Ok(()) };
    let Some(shown) = lamin::content::live::find(tx, entry)? else { return Ok(()) };
    diesel::delete(live_entries::table.find(entry)).execute(&mut **tx)?;
    withdrawals::put(tx, &shown, &live.withdrawal, live.at)?;
    findable::store::forget(tx, &[entry])?;
    let sequence = next_sequence(tx, site)?;
    note(tx, site, sequence, "hidden", entry, live)
}

fn note(tx: &mut Tx, site: SiteId, sequence: i64, kind: &str, entry: EntryId, live: &Live) -> Result<()> {
    diesel::insert_into(live_changes::table)
        .values((
            live_changes::site_id.eq(site),
            live_changes::sequence.eq(sequence),
            live_changes::kind.eq(kind),
            live_changes::entry_id.eq(entry),
            live_changes::type_key.eq(&live.type_key),
            live_changes::locale.eq(&live.locale),
            live_changes::slug.eq(&live.slug),
            live_changes::digest.eq(Digest::of(live.body())),
            live_changes::reason.eq("test"),
            live_changes::at.eq(live.at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

fn store_revision(tx: &mut Tx, entry: EntryId, number: i32, live: &Live) -> Result<Digest> {
    let body = live.body();
    diesel::insert_into(revisions::table)
        .values((
            revisions::entry_id.eq(entry),
            revisions::number.eq(number),
            revisions::digest.eq(Digest::of(&body)),
            revisions::body.eq(&body),
            revisions::created_at.eq(live.at),
        ))
        .execute(&mut **tx)?;
    lamin::content::uses::insert(tx, std::iter::once((entry, number, body.as_str())))?;
    Ok(Digest::of(&body))
}

fn insert(tx: &mut Tx, site: SiteId, live: &Live, (entry, case, group): Ids) -> Result<(EntryId, GroupId)> {
    let group = match &live.group_of {
        Some(slug) => find(tx, site, slug)?.map_or(group, |(_, group)| group),
        None => group,
    };
    diesel::insert_into(cases::table)
        .values((
            cases::id.eq(case),
            cases::procedure_key.eq("website_management"),
            cases::procedure_version.eq(1),
            cases::flow.eq("publication"),
            cases::site_id.eq(site),
            cases::entry_id.eq(entry.as_str()),
            cases::title.eq(&live.slug),
            cases::step.eq("published"),
            cases::step_since.eq(live.at),
            cases::opened_at.eq(live.at),
            cases::version.eq(1),
        ))
        .execute(&mut **tx)?;
    let digest = Digest::of(live.body());
    diesel::insert_into(entries::table)
        .values((
            (
                entries::id.eq(entry),
                entries::site_id.eq(site),
                entries::type_key.eq(&live.type_key),
                entries::locale.eq(&live.locale),
                entries::slug.eq(&live.slug),
                entries::group_id.eq(group),
                entries::case_id.eq(case),
                entries::step.eq("published"),
                entries::version.eq(1),
                entries::revision.eq(1),
            ),
            entries::digest.eq(digest),
            entries::closure.eq(digest),
            entries::title.eq(live.card["title"].as_str().unwrap_or_default()),
            entries::tags.eq(json!(live.tags).to_string()),
            entries::approved_revision.eq(0),
            entries::origin.eq("imported"),
            entries::created_at.eq(live.at),
            entries::updated_at.eq(live.at),
        ))
        .execute(&mut **tx)?;
    store_revision(tx, entry, 1, live)?;
    Ok((entry, group))
}
