//! Accepting, storing and describing files.

use std::io::Cursor;

use super::derive::Focus;
use super::model::{Accepted, Alt, Asset, Kind};
use super::{derive, rules, store};
use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{SiteId, UserId};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

const CREDIT_LETTERS_MAX: usize = 200;
const ALT_LETTERS_MAX: usize = 500;

/// Judges a file, whatever door it came through: its kind by its content, its name ours, pictures
/// within a number of pixels that is read from their header before anything is decoded.
///
/// Refusals: `unsupported_media`, `too_large`.
pub fn accept(bytes: Vec<u8>, name: &str) -> Result<Accepted, Refusal> {
    let refusal = || Refusal::new(Code::UnsupportedMedia).detail(format!("{name:?} is of a kind that is not taken"));
    let (kind, media_type, extension) = rules::kind_of(&bytes, name).ok_or_else(refusal)?;
    let size_pixels = if kind == Kind::Picture { Some(pixels(&bytes, name)?) } else { None };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = rules::safe_name(&format!("{stem}.{extension}"));
    Ok(Accepted { digest: Digest::of(&bytes), name, kind, media_type: media_type.into(), size_pixels, bytes })
}

fn pixels(bytes: &[u8], name: &str) -> Result<(u32, u32), Refusal> {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    let broken = || Refusal::new(Code::UnsupportedMedia).detail(format!("{name:?} is not a whole picture"));
    let (width, height) = size.ok_or_else(broken)?;
    if u64::from(width) * u64::from(height) > rules::PIXELS_MAX {
        let limit = format!("{name:?} has {width} × {height} pixels; at most {} together", rules::PIXELS_MAX);
        return Err(Refusal::new(Code::TooLarge).detail(limit).extra("limit_pixels", rules::PIXELS_MAX));
    }
    Ok((width, height))
}

/// Stores accepted files for a site; what it has already is left as it is. Returns all of them.
pub async fn upload(app: &App, actor: &Actor, site: SiteId, files: Vec<Accepted>) -> Result<Vec<Asset>> {
    let _: Permit<cases::UploadAssets> = actor.permit(site)?;
    let storing = app.clone();
    let stored = tokio::task::spawn_blocking(move || {
        files.iter().try_for_each(|file| storing.storage.put(&file.digest, &file.bytes)).map(|()| files)
    });
    let files = stored.await.map_err(|cause| crate::kernel::Error::broken("store uploads", cause))??;
    let (now, user, name) = (app.now(), actor.user(), actor.ledger_name());
    let rows: Vec<Asset> = files.iter().map(|file| asset_of(file, site, user, now)).collect();
    app.db.write(move |tx| rows.iter().map(|asset| keep(tx, asset, &name, now)).collect()).await
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
        size_bytes: file.bytes.len() as i64,
        width: file.size_pixels.and_then(|(width, _)| side(width)),
        height: file.size_pixels.and_then(|(_, height)| side(height)),
        alt: Alt::default(),
        credit: String::new(),
        uploaded_by,
        version: 1,
        created_at: now,
    }
}

/// Writes the row and its event unless the site has the file. For use cases that bring files of their
/// own (import); the bytes must be in the storage already.
pub fn keep(tx: &mut Tx, asset: &Asset, actor: &str, now: Timestamp) -> Result<Asset> {
    if let Some(known) = store::find(tx, asset.site_id, &asset.digest)? {
        return Ok(known);
    }
    keep_new(tx, std::slice::from_ref(asset), actor, now)?;
    Ok(asset.clone())
}

/// The same for many files of a site; returns how many it did not have.
pub fn keep_all(tx: &mut Tx, site: SiteId, assets: &[Asset], actor: &str, now: Timestamp) -> Result<usize> {
    let digests: Vec<Digest> = assets.iter().map(|asset| asset.digest).collect();
    let mut known = store::known(tx, site, &digests)?;
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
    /// Of a picture: shares of its width and height.
    pub focus: Option<(f64, f64)>,
}

/// Describes a file: alternative text, credit, and the focus of a picture, whose crops are then made anew.
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
    let (now, name) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let mut asset = store::find(tx, site, &digest)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            etag::current(seen, asset.version)?;
            asset.alt = new.alt.clone().unwrap_or(asset.alt);
            asset.credit = new.credit.clone().unwrap_or(asset.credit);
            asset.version += 1;
            store::describe(tx, &asset)?;
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

fn focus_at(x: f64, y: f64) -> Result<Focus, Refusal> {
    let outside = || Refusal::new(Code::Invalid).field("focus", "out_of_range", "x and y are shares from 0 to 1");
    Focus::at(x, y).ok_or_else(outside)
}

fn check(new: &Description) -> Result<(), Refusal> {
    let mut refusal = Refusal::new(Code::Invalid);
    let too_long = |text: &str, max: usize| text.chars().count() > max;
    if new.credit.as_deref().is_some_and(|credit| too_long(credit, CREDIT_LETTERS_MAX)) {
        refusal = refusal.field("credit", "too_long", format!("at most {CREDIT_LETTERS_MAX} letters"));
    }
    for (field, text) in new.alt.iter().flat_map(|alt| [("alt.id", &alt.id), ("alt.en", &alt.en)]) {
        if too_long(text, ALT_LETTERS_MAX) {
            refusal = refusal.field(field, "too_long", format!("at most {ALT_LETTERS_MAX} letters"));
        }
    }
    if refusal.field_refusals().is_empty() { Ok(()) } else { Err(refusal) }
}
