//! Pictures and derivatives in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use super::READS_PDF;
use super::model::{Derivative, Derived, Focus, Format, Made, PictureState, Waiting};
use crate::db::rows::insert_all;
use crate::db::schema::{assets, derivatives, pictures};
use crate::db::{Conn, Tx};
use crate::kernel::id::SiteId;
use crate::kernel::{Context, Digest, Error, Result, Timestamp};
use crate::media::{Asset, Kind};

/// Has the derivatives of these files made, of those that are pictures, and those read that say something. The site has
/// them for the first time.
pub fn await_all(tx: &mut Tx, new: &[Asset]) -> Result<()> {
    let state = |asset: &Asset| match asset.kind {
        Kind::Picture | Kind::Text => Some(PictureState::Waiting),
        Kind::Document => (asset.media_type == PDF).then_some(PictureState::Unread),
        Kind::Video => None,
    };
    let row = |asset: &Asset| {
        let state = state(asset)?;
        Some((
            pictures::site_id.eq(asset.site_id),
            pictures::digest.eq(asset.digest),
            pictures::state.eq(state.as_str()),
            pictures::asked_at.eq(asset.created_at),
        ))
    };
    insert_all!(tx, pictures::table, new.iter().filter_map(row));
    Ok(())
}

/// What is read by a process of its own.
pub const PDF: &str = "application/pdf";

/// States in which a file waits for this program.
fn waiting_states() -> impl Iterator<Item = PictureState> {
    let unread = READS_PDF.then_some(PictureState::Unread);
    [PictureState::Waiting, PictureState::Partly].into_iter().chain(unread)
}

/// What is known of a picture beside its row as a file.
pub struct PictureRow {
    pub state: PictureState,
    pub focus: Option<Focus>,
    pub shown: Option<Derived>,
    pub fault: Option<String>,
}

pub fn find(connection: &mut Conn, site: SiteId, digest: &Digest) -> Result<Option<PictureRow>> {
    type Row = (String, Option<String>, Option<String>, Option<String>);
    let row = pictures::table
        .find((site, digest))
        .select((pictures::state, pictures::focus, pictures::shown, pictures::fault))
        .first::<Row>(connection)
        .optional()?;
    row.map(|(state, focus, shown, fault)| {
        let doing = "read a picture";
        let state =
            PictureState::parse(&state).ok_or_else(|| Error::broken(doing, format!("its state is {state:?}")))?;
        let shown = shown.map(|text| serde_json::from_str(&text)).transpose().context(doing)?;
        Ok(PictureRow { state, focus: focus.as_deref().and_then(Focus::parse), shown, fault })
    })
    .transpose()
}

/// What is shown of those of these pictures of which something is ready.
pub fn shown(connection: &mut Conn, site: SiteId, digests: &[Digest]) -> Result<HashMap<Digest, Derived>> {
    let rows = pictures::table
        .filter(pictures::site_id.eq(site).and(pictures::digest.eq_any(digests)))
        .filter(pictures::shown.is_not_null())
        .select((pictures::digest, pictures::shown.assume_not_null()))
        .load::<(Digest, String)>(connection)?;
    let read = |(digest, text): (Digest, String)| {
        let derived = serde_json::from_str(&text).with_context(|| format!("read the derivatives of {digest}"))?;
        Ok((digest, derived))
    };
    rows.into_iter().map(read).collect()
}

/// The sites of which a file waits for something that this program can do.
pub fn sites_that_wait(connection: &mut Conn) -> Result<Vec<SiteId>> {
    let mut sites = Vec::new();
    for state in waiting_states() {
        let of_state = pictures::table.filter(pictures::state.eq(state.as_str())).select(pictures::site_id).distinct();
        sites.extend(of_state.load::<SiteId>(connection)?);
    }
    sites.sort_unstable();
    sites.dedup();
    Ok(sites)
}

/// Files of a site in a state, those that were asked for last first: somebody waits for them.
pub fn in_state(connection: &mut Conn, site: SiteId, state: PictureState, limit: i64) -> Result<Vec<Waiting>> {
    let asset = assets::site_id.eq(pictures::site_id).and(assets::digest.eq(pictures::digest));
    let rows = pictures::table
        .inner_join(assets::table.on(asset))
        .filter(pictures::state.eq(state.as_str()).and(pictures::site_id.eq(site)))
        .order(pictures::asked_at.desc())
        .limit(limit)
        .select((pictures::digest, assets::media_type, pictures::focus))
        .load::<(Digest, String, Option<String>)>(connection)?;
    let waiting = |(digest, media_type, focus): (Digest, String, Option<String>)| Waiting {
        site,
        digest,
        media_type,
        focus: focus.as_deref().and_then(Focus::parse),
    };
    Ok(rows.into_iter().map(waiting).collect())
}

/// Sets the focus and has the crops made anew.
pub fn set_focus(tx: &mut Tx, site: SiteId, digest: &Digest, focus: Option<Focus>, now: Timestamp) -> Result<()> {
    diesel::update(pictures::table.find((site, digest)))
        .set((
            pictures::focus.eq(focus.map(|focus| focus.to_string())),
            pictures::state.eq(PictureState::Waiting.as_str()),
            pictures::asked_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Shows this of a file from now on, unless its focus was changed meanwhile; says whether.
pub fn show(tx: &mut Tx, of: &Waiting, state: PictureState, derived: Option<&Derived>) -> Result<bool> {
    let shown = derived.map(serde_json::to_string).transpose().context("write a picture")?;
    let set = (pictures::state.eq(state.as_str()), pictures::shown.eq(shown), pictures::fault.eq(None::<String>));
    let row = pictures::table.find((of.site, of.digest));
    let changed = match of.focus.map(|focus| focus.to_string()) {
        Some(focus) => diesel::update(row.filter(pictures::focus.eq(focus))).set(set).execute(&mut **tx)?,
        None => diesel::update(row.filter(pictures::focus.is_null())).set(set).execute(&mut **tx)?,
    };
    Ok(changed > 0)
}

/// Gives a file up; what was shown of it stays.
pub fn fail(tx: &mut Tx, of: &Waiting, fault: &str) -> Result<()> {
    diesel::update(pictures::table.find((of.site, of.digest)))
        .set((pictures::state.eq(PictureState::Failed.as_str()), pictures::fault.eq(fault)))
        .execute(&mut **tx)?;
    Ok(())
}

type DerivativeRow = (Digest, String, String, i32, i32, i64, Digest, Option<i32>, Option<i32>);

const PPM: f64 = 1_000_000.0;

/// Everything that was ever made of an original, by name.
pub fn made_of(connection: &mut Conn, original: &Digest) -> Result<HashMap<Digest, Made>> {
    let rows = derivatives::table
        .filter(derivatives::original.eq(original))
        .select((
            derivatives::name,
            derivatives::recipe,
            derivatives::media_type,
            derivatives::width,
            derivatives::height,
            derivatives::size_bytes,
            derivatives::sha256,
            derivatives::quality,
            derivatives::similarity_ppm,
        ))
        .load::<DerivativeRow>(connection)?;
    let made = |(name, recipe, media_type, width, height, bytes, sha256, quality, similarity): DerivativeRow| {
        let media_type = Format::parse(&media_type)
            .ok_or_else(|| Error::broken("read a derivative", format!("its media type is {media_type:?}")))?;
        let (width, height) = (width.unsigned_abs(), height.unsigned_abs());
        let derivative = Derivative { name, sha256, media_type, width, height, bytes: bytes.unsigned_abs() };
        let quality = quality.and_then(|quality| u8::try_from(quality).ok());
        let similarity = similarity.map(|ppm| f64::from(ppm) / PPM);
        Ok((name, Made { derivative, recipe, quality, similarity }))
    };
    rows.into_iter().map(made).collect()
}

/// Enters what was made of an original, but for what is entered already.
pub fn enter(tx: &mut Tx, original: &Digest, made: &[&Made], now: Timestamp) -> Result<()> {
    let known = made_of(tx, original)?;
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let row = |made: &Made| {
        let Derivative { name, sha256, media_type, width, height, bytes } = made.derivative;
        (
            derivatives::name.eq(name),
            derivatives::original.eq(*original),
            derivatives::recipe.eq(made.recipe.clone()),
            derivatives::media_type.eq(media_type.as_str()),
            derivatives::width.eq(side(width)),
            derivatives::height.eq(side(height)),
            derivatives::size_bytes.eq(i64::try_from(bytes).unwrap_or(i64::MAX)),
            derivatives::sha256.eq(sha256),
            derivatives::quality.eq(made.quality.map(i32::from)),
            derivatives::similarity_ppm.eq(made.similarity.map(|similarity| (similarity * PPM).round() as i32)),
            derivatives::made_at.eq(now),
        )
    };
    let new = made.iter().filter(|made| !known.contains_key(&made.derivative.name));
    insert_all!(tx, derivatives::table, new.map(|made| row(made)));
    Ok(())
}
