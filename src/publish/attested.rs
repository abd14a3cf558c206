//! What the releases of a site say of themselves, for whoever checks them.

use super::listing::Listing;
use super::swap::Place;
use super::{manifest, store};
use crate::app::App;
use crate::kernel::id::SiteId;
use crate::kernel::{Code, Context, Refusal, Result};

/// The two files of a release that prove it, as they were written.
pub struct Attested {
    pub number: i32,
    /// `release.json`
    pub manifest: Vec<u8>,
    /// `seal.json`
    pub seal: Vec<u8>,
}

impl Attested {
    pub fn files(&self) -> Result<Listing> {
        manifest::files_of(&self.manifest).with_context(|| format!("read the manifest of release {}", self.number))
    }
}

fn place(app: &App, site: SiteId) -> Result<Place> {
    let row = app.db.read_blocking(|c| store::site(c, site))?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok(Place::new(&app.config.public, &row.key, app.config.durability.0))
}

/// A release whose manifest is still kept; `None` when it is not.
pub fn kept(app: &App, site: SiteId, number: i32) -> Result<Option<Attested>> {
    let place = place(app, site)?;
    if !place.is_kept(number) {
        return Ok(None);
    }
    let [manifest, seal] = place.attested(number)?;
    Ok(Some(Attested { number, manifest, seal }))
}

/// The live one; `None` for a site that was never published.
pub fn live(app: &App, site: SiteId) -> Result<Option<Attested>> {
    match place(app, site)?.live() {
        Some(number) => kept(app, site, number),
        None => Ok(None),
    }
}

/// The kept releases by number, the newest first.
pub fn numbers(app: &App, site: SiteId) -> Result<Vec<i32>> {
    let place = place(app, site)?;
    let complete = app.db.read_blocking(|c| store::complete(c, site))?;
    Ok(complete.into_iter().map(|release| release.number).filter(|number| place.is_kept(*number)).collect())
}
