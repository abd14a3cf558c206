//! Files beside the pages that follow from the same entries: feeds, calendars, catalogues, maps for search engines.

use super::feeds::{self, File};
use super::views::World;
use super::{calendar, catalogues, rules};
use crate::kernel::Result;

/// All of them; with `changed`, those that can have changed with these cards, and with `map_changed` also the map, which tells
/// the day of each page's last change and its picture.
pub fn files(world: &World, changed: Option<&[u32]>, map_changed: bool) -> Result<Vec<File>> {
    let mut files = feeds::feeds(world);
    files.extend(calendar::calendars(world, changed));
    files.extend(catalogues::catalogues(world, changed)?);
    if changed.is_none() || map_changed {
        files.extend(feeds::sitemap(world, rules::SITEMAP_ADDRESSES_MAX, changed));
    }
    if changed.is_none() {
        files.push(feeds::humans(world));
    }
    Ok(files)
}
