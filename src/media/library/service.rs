//! Use cases of the library: many files at once, into the trash and out of it.

use std::collections::BTreeSet;

use serde_json::json;

use super::model::Bulk;
use super::store as uses;
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::SiteId;
use crate::kernel::{Code, Digest, Refusal, Result, Slug, Timestamp};
use crate::ledger::{self, Event};
use crate::media::model::Asset;
use crate::media::{rules, store};

/// Files of one request.
const BULK_FILES_MAX: usize = 500;

/// Moves, tags or trashes many files: all of them or, when one refuses, none.
///
/// Refusals: `not_found` for a file that the site does not have, `in_use` with the entries that name it.
pub async fn bulk(app: &App, actor: &Actor, site: SiteId, wanted: Bulk) -> Result<Vec<Asset>> {
    let _: Permit<cases::DescribeAssets> = actor.permit(site)?;
    if wanted.trash.is_some() {
        let _: Permit<cases::TrashAssets> = actor.permit(site)?;
    }
    if wanted.digests.is_empty() || wanted.digests.len() > BULK_FILES_MAX {
        let detail = format!("from 1 to {BULK_FILES_MAX} files");
        return Err(Refusal::new(Code::Invalid).field("digests", "out_of_range", detail).into());
    }
    let is_arranged = wanted.folder.is_some() || !wanted.add_tags.is_empty() || !wanted.remove_tags.is_empty();
    if !is_arranged && wanted.trash.is_none() {
        return Err(Refusal::new(Code::Invalid).field("trash", "required", "say what is to be done").into());
    }
    let digests: BTreeSet<Digest> = wanted.digests.iter().copied().collect();
    let folder = wanted.folder.as_deref().map(rules::folder).transpose()?;
    let gone = rules::tag_slugs(&wanted.remove_tags);
    let (now, name) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let change = |tx: &mut Tx, digest: &Digest| -> Result<Asset> {
                let mut asset = require(tx, site, digest)?;
                asset.folder = folder.clone().unwrap_or(asset.folder);
                asset.tags.retain(|tag| Slug::from_title(tag).is_none_or(|slug| !gone.contains(&slug)));
                let known = rules::tag_slugs(&asset.tags);
                let is_new = |tag: &&String| Slug::from_title(tag).is_none_or(|slug| !known.contains(&slug));
                let new: Vec<String> = wanted.add_tags.iter().filter(is_new).cloned().collect();
                asset.tags.extend(new);
                rules::check_tags(&asset.tags)?;
                match wanted.trash {
                    Some(true) => put_into_trash(tx, &mut asset, &name, now)?,
                    Some(false) => take_out_of_trash(tx, &mut asset, &name, now)?,
                    None => {}
                }
                asset.version += 1;
                store::save(tx, &asset)?;
                Ok(asset)
            };
            let changed = digests.iter().map(|digest| change(tx, digest)).collect::<Result<Vec<Asset>>>()?;
            if is_arranged {
                let events = changed.iter().map(|asset| event(asset, &name, "media.arrange"));
                ledger::record_all(tx, &events.collect::<Vec<_>>(), now)?;
            }
            Ok(changed)
        })
        .await
}

/// Puts a file into the trash. `in_use` with the entries that name it.
pub async fn trash(app: &App, actor: &Actor, site: SiteId, digest: Digest) -> Result<()> {
    one(app, actor, (site, digest), put_into_trash).await.map(|_| ())
}

/// Takes a file out of the trash.
pub async fn restore(app: &App, actor: &Actor, site: SiteId, digest: Digest) -> Result<Asset> {
    one(app, actor, (site, digest), take_out_of_trash).await
}

type Change = fn(&mut Tx, &mut Asset, &str, Timestamp) -> Result<()>;

async fn one(app: &App, actor: &Actor, (site, digest): (SiteId, Digest), change: Change) -> Result<Asset> {
    let _: Permit<cases::TrashAssets> = actor.permit(site)?;
    let (now, name) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let mut asset = require(tx, site, &digest)?;
            change(tx, &mut asset, &name, now)?;
            asset.version += 1;
            store::save(tx, &asset)?;
            Ok(asset)
        })
        .await
}

fn put_into_trash(tx: &mut Tx, asset: &mut Asset, actor: &str, now: Timestamp) -> Result<()> {
    if asset.trashed_at.is_some() {
        return Err(Refusal::new(Code::NothingChanged).into());
    }
    let used = uses::uses(tx, asset.site_id, &asset.digest)?.uses;
    if !used.is_empty() {
        let detail = format!("entries name {}", asset.name);
        return Err(Refusal::new(Code::InUse).detail(detail).extra("uses", json!(used)).into());
    }
    asset.trashed_at = Some(now);
    ledger::record(tx, &event(asset, actor, "media.trash"), now)?;
    Ok(())
}

/// The same for a file of the trash that somebody brings again.
pub fn take_out_of_trash(tx: &mut Tx, asset: &mut Asset, actor: &str, now: Timestamp) -> Result<()> {
    if asset.trashed_at.take().is_none() {
        return Err(Refusal::new(Code::NothingChanged).into());
    }
    ledger::record(tx, &event(asset, actor, "media.restore"), now)?;
    Ok(())
}

fn require(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<Asset> {
    let missing = || Refusal::new(Code::NotFound).detail(format!("the site has no file {digest}"));
    store::find(connection, site, digest)?.ok_or_else(|| missing().into())
}

fn event(asset: &Asset, actor: &str, action: &str) -> Event {
    let event = Event::new(actor, action, format!("asset:{}", asset.digest)).site(asset.site_id);
    event.digest(asset.digest).detail(json!({"name": asset.name, "folder": asset.folder}))
}
