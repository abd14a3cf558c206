//! Pages of what is not live yet, by the code that makes releases: one page for a preview, a whole site for
//! staging. Nothing here is ever part of a release.
#![expect(clippy::disallowed_methods, reason = "staging is written here")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::model::{Card, Snapshot, Stand, Steering, has_picture, text_in};
use super::plan::{self, Page, Plan, Wanted};
use super::redirects::{self, Redirect};
use super::render::Finds;
use super::rules::file_of;
use super::snapshot::{self, Body};
use super::styles::theme_files;
use super::views::{self, World};
use super::{beside, gone, render, search};
use crate::app::App;
use crate::content;
use crate::content::model::{Content, ContentType, EntryRow};
use crate::db::Conn;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Context, Digest, Result, Timestamp};
use crate::themes::{self, theme::Theme};

/// A revision that is to be shown as if it were live.
#[derive(Debug, Clone)]
pub struct Coming {
    pub entry: EntryRow,
    /// The number of the revision; `content` is what it says.
    pub revision: i32,
    pub content: Content,
    pub content_type: std::sync::Arc<ContentType>,
    /// The day that its page shows if it was never published.
    pub at: Timestamp,
}

/// One page with everything that it needs.
#[derive(Debug, Default)]
pub struct Shown {
    pub html: Vec<u8>,
    pub locale: String,
    /// Files of the theme, by their path.
    pub theme: BTreeMap<String, Vec<u8>>,
    /// Stored files, by their path.
    pub media: BTreeMap<String, Digest>,
}

/// What is live, with these revisions in the place of theirs.
fn read(connection: &mut Conn, site: SiteId, coming: &[Coming]) -> Result<Snapshot> {
    let mut snapshot = snapshot::read_whole(connection, site)?;
    for one in coming {
        snapshot.cards.retain(|card| card.entry != one.entry.id);
        let Some(locale) = snapshot.site.locale_index(one.content.locale.as_str()) else { continue };
        if snapshot::steers(&snapshot.shapes, &one.content.type_key) {
            let steering = steering(one, locale);
            let same = |other: &Steering| {
                (&other.type_key, other.locale, &other.slug) == (&steering.type_key, locale, &steering.slug)
            };
            snapshot.steering.retain(|other| !same(other));
            snapshot.steering.push(steering);
        } else {
            snapshot.cards.push(card(one, locale));
        }
    }
    snapshot.steering.sort_by(|a, b| (&a.type_key, a.locale, &a.slug).cmp(&(&b.type_key, b.locale, &b.slug)));
    snapshot.cards.sort_by(snapshot::in_order);
    Ok(snapshot)
}

fn steering(one: &Coming, locale: usize) -> Steering {
    Steering {
        type_key: one.content.type_key.clone(),
        locale,
        slug: one.content.slug.to_string(),
        digest: one.content.digest(),
        fields: one.content.fields.clone(),
    }
}

fn card(one: &Coming, locale: usize) -> Card {
    let fields = content::rules::card(&one.content_type, &one.content);
    let (category, tags) = snapshot::terms(&fields);
    Card {
        entry: one.entry.id,
        type_key: one.content.type_key.as_str().into(),
        locale,
        slug: one.content.slug.to_string(),
        group: one.entry.group_id,
        revision: one.revision,
        digest: one.content.digest(),
        published_at: one.entry.published_at.unwrap_or(one.at),
        updated_at: one.at,
        title: text_in(&fields, "title").unwrap_or(one.content.slug.as_str()).into(),
        has_picture: has_picture(&fields),
        card: Value::Object(fields).to_string().into(),
        category,
        tags,
    }
}

/// The page of a revision in the site's real theme; of an entry without a page, the home page that it steers.
pub fn page(app: &App, coming: &Coming) -> Result<Shown> {
    let site = coming.entry.site_id;
    let snapshot = app.db.read_blocking(|c| read(c, site, std::slice::from_ref(coming)))?;
    let theme = themes::service::of_release(app, site, &snapshot.site.key)?;
    let plan = plan::plan(&snapshot, Wanted::by(&theme));
    let (files, addresses) = theme_files(&snapshot, &theme);
    let base_url = views::base_url(&snapshot, app.config.server_url.as_str());
    let world = World::new(&snapshot, &theme, &plan, base_url, addresses)?;
    let mut finds = Finds::default();
    let at = snapshot.cards.iter().position(|card| card.entry == coming.entry.id);
    let html = match at {
        Some(at) => world.entry(at, &coming.content.fields, &mut finds)?,
        None => {
            let locale = snapshot.site.locale_index(coming.content.locale.as_str()).unwrap_or(0);
            world.page(&Page::Home { locale })?
        }
    };
    let text = String::from_utf8_lossy(&html);
    // Also what cards and settings place, but nothing that this page does not name.
    let placeable = snapshot.assets.keys().chain(snapshot.derivatives.keys());
    let media = placeable.filter_map(|digest| {
        let Stand { path, sha256 } = snapshot.stand(digest)?;
        text.contains(path.as_str()).then_some((path, sha256))
    });
    let media = media.collect();
    drop(world);
    Ok(Shown { locale: coming.content.locale.to_string(), html, theme: files.into_iter().collect(), media })
}

/// What a staging build did.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Staged {
    pub pages: usize,
    /// Revisions that are not live yet.
    pub coming: usize,
    /// The theme that is shown: the proposed one, or else the one in the themes folder.
    pub theme: Digest,
}

/// Writes the whole site with these revisions into an empty folder.
pub fn site(app: &App, site: SiteId, coming: &[Coming], folder: &Path) -> Result<Staged> {
    let snapshot = app.db.read_blocking(|c| read(c, site, coming))?;
    let theme = themes::service::of_staging(app, site, &snapshot.site.key)?;
    let pages = whole(app, &snapshot, &theme, folder)?;
    Ok(Staged { pages, coming: coming.len(), theme: theme.digest })
}

/// Writes what is live into an empty folder, with a theme that somebody is making. Says how many pages there are.
pub fn with_theme(app: &App, site: SiteId, theme: &Theme, folder: &Path) -> Result<usize> {
    let snapshot = app.db.read_blocking(|c| read(c, site, &[]))?;
    whole(app, &snapshot, theme, folder)
}

fn whole(app: &App, snapshot: &Snapshot, theme: &Theme, folder: &Path) -> Result<usize> {
    let plan = plan::plan(snapshot, Wanted::by(theme));
    let (mut small, addresses) = theme_files(snapshot, theme);
    let base_url = views::base_url(snapshot, app.config.server_url.as_str());
    let world = World::new(snapshot, theme, &plan, base_url, addresses)?;
    let (table, _) = redirects::table(snapshot, &plan, &world.prefixes);
    small.extend(beside::files(&world, None, true)?);
    small.extend(search::index(app, &world, None)?.files);
    small.push(("robots.txt".into(), b"User-agent: *\nDisallow: /\n".to_vec()));
    small.push((redirects::JSON.into(), serde_json::to_vec::<Vec<Redirect>>(&table).context("write the redirects")?));
    small.push((gone::JSON.into(), gone::json(&gone::addresses(&plan))?));
    for (path, bytes) in &small {
        write(folder, path, bytes)?;
    }
    let chunks: Vec<&[Page]> = plan.pages.chunks(snapshot::BODIES_AT_ONCE).collect();
    let placed = chunks.into_par_iter().map(|pages| chunk(app, &world, &plan, pages, folder)).try_reduce(
        BTreeSet::new,
        |mut all, some| {
            all.extend(some);
            Ok(all)
        },
    )?;
    media(app, snapshot, placed, folder)?;
    Ok(plan.pages.len())
}

/// Some pages; their bodies are read together, and nothing of them is kept. Says which files they place.
fn chunk(app: &App, world: &World, plan: &Plan, pages: &[Page], folder: &Path) -> Result<BTreeSet<Digest>> {
    let cards = &world.snapshot.cards;
    let card = |page: &Page| page.card().map(|card| card as usize);
    let wanted: Vec<_> = pages.iter().filter_map(card).map(|at| (cards[at].entry, cards[at].revision)).collect();
    let bodies: HashMap<EntryId, String> = match wanted.is_empty() {
        true => HashMap::new(),
        false => app.db.read_blocking(|c| snapshot::bodies(c, &wanted))?,
    };
    let mut finds = Finds::default();
    for page in pages {
        let bytes = match card(page) {
            Some(at) => world.entry(at, &fields(&bodies, cards[at].entry)?, &mut finds)?,
            None => world.page(page)?,
        };
        write(folder, &file_of(&plan.address(page, &world.prefixes)), &bytes)?;
    }
    Ok(finds.placed)
}

fn fields(bodies: &HashMap<EntryId, String>, entry: EntryId) -> Result<Map<String, Value>> {
    let body = bodies.get(&entry).ok_or_else(|| snapshot::lost(entry))?;
    let body: Body = serde_json::from_str(body).with_context(|| format!("read the entry {entry}"))?;
    Ok(body.fields)
}

fn media(app: &App, snapshot: &Snapshot, mut placed: BTreeSet<Digest>, folder: &Path) -> Result<()> {
    for entry in &snapshot.steering {
        render::find_assets(&Value::Object(entry.fields.clone()), snapshot, &mut placed);
    }
    for digest in placed {
        let Some(Stand { path, sha256 }) = snapshot.stand(&digest) else { continue };
        let target = folder.join(&path);
        make_folder_of(&target)?;
        app.storage.place(&sha256, &target)?;
    }
    Ok(())
}

fn make_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let target = folder.join(path);
    make_folder_of(&target)?;
    std::fs::write(&target, bytes).with_context(|| format!("write {}", target.display()))
}
