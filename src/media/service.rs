//! Accepting, storing and describing files.

use tempfile::NamedTempFile;

use super::derive::Focus;
use super::judge::reason::{Reason, unfit};
use super::model::{Accepted, Alt, Asset, Kind};
use super::{derive, judge, library, rules, store};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::http::etag;
use crate::http::upload::Upload;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::{Code, Context, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

const CREDIT_LETTERS_MAX: usize = 200;
const ALT_LETTERS_MAX: usize = 500;
const CONSENT_LETTERS_MAX: usize = 1_000;

/// Judges a file of the spool, whatever door it came through, and has the scanner look at what would be kept.
/// Takes a while: to be called off the event loop.
///
/// Refusals: `unsupported_media`, `too_large`, `scanner_unreachable`.
pub fn accept(app: &App, file: NamedTempFile, name: &str) -> Result<Accepted> {
    let accepted = judge::judge(file, name)?;
    let Some(scanner) = &app.scanner else { return Ok(accepted) };
    let mut kept = accepted.file.reopen().context("read an upload")?;
    match scanner.scan(&mut kept) {
        Ok(None) => Ok(accepted),
        Ok(Some(found)) => Err(unfit(Reason::Infected, "scanner", &format!("{name:?}: {found}"))),
        Err(error) => {
            tracing::error!(%error, "the scanner of uploads gives no answer");
            Err(Refusal::new(Code::ScannerUnreachable).into())
        }
    }
}

/// The same for the files of a form, off the event loop. One that is refused keeps the others out.
pub async fn accept_all(app: &App, files: Vec<Upload>) -> Result<Vec<Accepted>> {
    let app = app.clone();
    let judging = move || files.into_iter().map(|upload| accept(&app, upload.file, &upload.name)).collect();
    tokio::task::spawn_blocking(judging).await.context("judge uploads")?
}

/// The same for one file.
pub async fn accept_one(app: &App, upload: Upload) -> Result<Accepted> {
    let app = app.clone();
    let judging = move || accept(&app, upload.file, &upload.name);
    tokio::task::spawn_blocking(judging).await.context("judge an upload")?
}

/// Stores accepted files for a site; what it has already is left as it is. Returns all of them.
///
/// Refusals: `too_large` with `limit_bytes` when they do not fit into the site's quota.
pub async fn upload(app: &App, actor: &Actor, site: SiteId, files: Vec<Accepted>) -> Result<Vec<Asset>> {
    let _: Permit<cases::UploadAssets> = actor.permit(site)?;
    let (now, user, name) = (app.now(), actor.user(), actor.ledger_name());
    let rows: Vec<Asset> = files.iter().map(|file| asset_of(file, site, user, now)).collect();
    let quota = app.config.site_bytes_max as u64;
    let coming = rows.iter().map(|asset| asset.size_bytes.unsigned_abs()).sum();
    app.db.read(move |connection| check_quota(connection, site, coming, quota)).await?;
    let storing = app.clone();
    let stored = tokio::task::spawn_blocking(move || {
        files.iter().try_for_each(|file| storing.storage.take(&file.digest, file.file.path()))
    });
    stored.await.context("store uploads")??;
    app.db.write(move |tx| rows.iter().map(|asset| keep(tx, asset, &name, now)).collect()).await
}

/// Whether so many bytes more fit into a site; a quota of 0 is none.
pub fn check_quota(connection: &mut Conn, site: SiteId, coming: u64, quota: u64) -> Result<()> {
    if quota == 0 {
        return Ok(());
    }
    let used = store::used_bytes(connection, site)?;
    if used.saturating_add(coming) <= quota {
        return Ok(());
    }
    let detail = format!("the site has {used} of its {quota} bytes in use; {coming} more do not fit");
    let refusal = Refusal::new(Code::TooLarge).detail(detail).extra("reason", "site_quota");
    Err(refusal.extra("limit_bytes", quota).extra("used_bytes", used).into())
}

/// The row of an accepted file.
pub fn asset_of(file: &Accepted, site_id: SiteId, uploaded_by: Option<UserId>, now: Timestamp) -> Asset {
    let side = |pixels: u32| i32::try_from(pixels).ok();
    Asset {
        site_id,
        digest: file.digest,
        name: file.name.clone(),
        kind: file.kind,
        media_type: file.media_type.clone(),
        size_bytes: file.size_bytes.cast_signed(),
        width: file.size_pixels.and_then(|(width, _)| side(width)),
        height: file.size_pixels.and_then(|(_, height)| side(height)),
        alt: Alt::default(),
        credit: String::new(),
        uploaded_by,
        version: 1,
        created_at: now,
        folder: String::new(),
        tags: Vec::new(),
        source: String::new(),
        licence: String::new(),
        consent: String::new(),
        pages: file.document.and_then(|document| i32::try_from(document.pages).ok()),
        is_tagged: file.document.map(|document| document.is_tagged),
        names_language: file.document.map(|document| document.names_language),
        trashed_at: None,
    }
}

/// Writes the row and its event unless the site has the file; one that waits in the trash comes out of it. The bytes
/// must be in the storage already.
fn keep(tx: &mut Tx, asset: &Asset, actor: &str, now: Timestamp) -> Result<Asset> {
    if let Some(mut known) = store::find(tx, asset.site_id, &asset.digest)? {
        if known.trashed_at.is_some() {
            library::service::take_out_of_trash(tx, &mut known, actor, now)?;
            known.version += 1;
            store::save(tx, &known)?;
        }
        return Ok(known);
    }
    keep_new(tx, std::slice::from_ref(asset), actor, now)?;
    Ok(asset.clone())
}

/// The same for many files of a site, for use cases that bring files of their own (import); returns how many it did
/// not have.
pub fn keep_all(tx: &mut Tx, site: SiteId, assets: &[Asset], actor: &str, now: Timestamp) -> Result<usize> {
    let digests: Vec<Digest> = assets.iter().map(|asset| asset.digest).collect();
    let mut known = store::known(tx, site, &digests)?;
    let shown = store::placeable(tx, site, &digests)?;
    for asset in assets.iter().filter(|asset| known.contains(&asset.digest) && !shown.contains(&asset.digest)) {
        keep(tx, asset, actor, now)?;
    }
    let new: Vec<Asset> = assets.iter().filter(|asset| known.insert(asset.digest)).cloned().collect();
    keep_new(tx, &new, actor, now)?;
    Ok(new.len())
}

fn keep_new(tx: &mut Tx, new: &[Asset], actor: &str, now: Timestamp) -> Result<()> {
    store::insert_all(tx, new)?;
    derive::store::await_all(tx, new)?;
    let event = |asset: &Asset| {
        let detail =
            serde_json::json!({"name": asset.name, "media_type": asset.media_type, "size_bytes": asset.size_bytes});
        let event = Event::new(actor, "media.upload", format!("asset:{}", asset.digest)).site(asset.site_id);
        event.digest(asset.digest).detail(detail)
    };
    ledger::record_all(tx, &new.iter().map(event).collect::<Vec<_>>(), now)
}

/// What may be said of an asset; absent parts stay as they are.
#[derive(Debug, Clone, Default)]
pub struct Description {
    pub alt: Option<Alt>,
    pub credit: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    pub consent: Option<String>,
    pub folder: Option<String>,
    pub tags: Option<Vec<String>>,
    /// Of a picture: shares of its width and height.
    pub focus: Option<(f64, f64)>,
}

/// Describes a file: its texts, where it stands, and the focus of a picture, whose crops are then made anew.
pub async fn describe(
    app: &App,
    actor: &Actor,
    (site, digest): (SiteId, Digest),
    seen: i32,
    new: Description,
) -> Result<Asset> {
    let _: Permit<cases::DescribeAssets> = actor.permit(site)?;
    check(&new)?;
    let focus = new.focus.map(|(x, y)| focus_at(x, y)).transpose()?;
    let folder = new.folder.as_deref().map(rules::folder).transpose()?;
    let (now, name) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let mut asset = store::find(tx, site, &digest)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            etag::current(seen, asset.version)?;
            let new = new.clone();
            asset.alt = new.alt.unwrap_or(asset.alt);
            asset.credit = new.credit.unwrap_or(asset.credit);
            asset.source = new.source.unwrap_or(asset.source);
            asset.licence = new.licence.unwrap_or(asset.licence);
            asset.consent = new.consent.unwrap_or(asset.consent);
            asset.folder = folder.clone().unwrap_or(asset.folder);
            asset.tags = new.tags.unwrap_or(asset.tags);
            asset.version += 1;
            store::save(tx, &asset)?;
            if focus.is_some() {
                if asset.kind != Kind::Picture {
                    return Err(Refusal::new(Code::Invalid)
                        .field("focus", "not_a_picture", "only pictures have one")
                        .into());
                }
                derive::store::set_focus(tx, site, &digest, focus, now)?;
            }
            let event = Event::new(&name, "media.describe", format!("asset:{digest}")).site(site).digest(digest);
            ledger::record(tx, &event, now)?;
            Ok(asset)
        })
        .await
}

/// Says of a new file what is said of an old one, where nothing is said of it yet.
pub fn describe_alike(
    tx: &mut Tx,
    site: SiteId,
    (old, new): (&Digest, &Digest),
    (actor, now): (&str, Timestamp),
) -> Result<()> {
    let (Some(old), Some(mut asset)) = (store::find(tx, site, old)?, store::find(tx, site, new)?) else {
        return Ok(());
    };
    let before = asset.clone();
    let texts = [
        (&mut asset.alt.id, old.alt.id),
        (&mut asset.alt.en, old.alt.en),
        (&mut asset.credit, old.credit),
        (&mut asset.source, old.source),
        (&mut asset.licence, old.licence),
        (&mut asset.folder, old.folder),
    ];
    for (text, said) in texts {
        if text.is_empty() {
            *text = said;
        }
    }
    if asset.tags.is_empty() {
        asset.tags = old.tags;
    }
    if asset != before {
        asset.version += 1;
        store::save(tx, &asset)?;
        let event = Event::new(actor, "media.describe", format!("asset:{new}")).site(site).digest(*new);
        ledger::record(tx, &event, now)?;
    }
    Ok(())
}

fn focus_at(x: f64, y: f64) -> Result<Focus, Refusal> {
    let outside = || Refusal::new(Code::Invalid).field("focus", "out_of_range", "x and y are shares from 0 to 1");
    Focus::at(x, y).ok_or_else(outside)
}

fn check(new: &Description) -> Result<(), Refusal> {
    let mut refusal = Refusal::new(Code::Invalid);
    let texts = [
        ("credit", new.credit.as_deref(), CREDIT_LETTERS_MAX),
        ("source", new.source.as_deref(), CREDIT_LETTERS_MAX),
        ("licence", new.licence.as_deref(), CREDIT_LETTERS_MAX),
        ("consent", new.consent.as_deref(), CONSENT_LETTERS_MAX),
        ("alt.id", new.alt.as_ref().map(|alt| alt.id.as_str()), ALT_LETTERS_MAX),
        ("alt.en", new.alt.as_ref().map(|alt| alt.en.as_str()), ALT_LETTERS_MAX),
    ];
    for (field, text, max) in texts {
        if text.is_some_and(|text| text.chars().count() > max) {
            refusal = refusal.field(field, "too_long", format!("at most {max} letters"));
        }
    }
    if !refusal.field_refusals().is_empty() {
        return Err(refusal);
    }
    new.tags.as_deref().map_or(Ok(()), rules::check_tags)
}
