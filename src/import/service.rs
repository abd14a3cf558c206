//! The use case behind `lamin import`.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc;
use std::time::Instant;

use jiff::tz::TimeZone;
use rayon::prelude::*;
use serde_json::{Map, Value};

use super::cases::Mold;
use super::files::{Listing, Roots};
use super::model::{Options, Progress, Report};
use super::planning;
use super::reading::{self, Entry, Reading};
use super::rules::redirects::Redirect;
use super::rules::{front, layout};
use super::store;
use super::surroundings::Assets;
use super::survey::{self, Page, SiteWords, Survey};
use super::writing::{self, Ready, Written};
use super::{ACTOR_PART, REDIRECTS};
use crate::app::App;
use crate::content::{Content, type_store, types};
use crate::identity::{Actor, Permit, Scope};
use crate::kernel::id::{CaseId, EntryId, GroupId};
use crate::kernel::{Code, Digest, Error, Locale, Refusal, Result, time};
use crate::media;
use crate::sites::{self, Site};

/// Files that become one transaction.
const BATCH_FILES: usize = 500;
/// The type whose title names a new site.
const SETTINGS: &str = "pengaturan";

/// Imports a folder, or says what importing it would do. Blocks: call it off the event loop.
///
/// Refusals: `not_found` (no such site, and none was to be made), `invalid` (no such folder, or a key
/// that names no site). What is wrong with single files is in the report.
pub fn run(app: &App, options: &Options, progress: &dyn Fn(Progress)) -> Result<Report> {
    let began = Instant::now();
    let roots = Roots::open(&options.folder)?;
    let listing = roots.list();
    let known = app.db.read_blocking(|connection| sites::store::find_by_key(connection, &options.site))?;
    let words = words(app, known.as_ref(), &listing)?;
    let survey = survey::look(&roots, listing, &words);
    let site = match known {
        Some(site) => site,
        None => make_site(app, options, &roots, &survey, &words)?,
    };
    let mut import = Import::plan(app, options, &site, (&roots, &survey, &words))?;
    import.go(progress)?;
    let mut report = import.report;
    report.set_aside = import.left.into_iter().collect();
    report.set_aside.sort();
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// Locales, zone and types of the site; for one that is still to be made, those that it will have.
fn words(app: &App, site: Option<&Site>, listing: &Listing) -> Result<SiteWords> {
    let Some(site) = site else {
        let named = layout::languages_of(listing.markdown.iter().map(String::as_str));
        let mut locales = vec![Locale::indonesian()];
        for language in named {
            let locale = Locale::parse(language)?;
            if !locales.contains(&locale) {
                locales.push(locale);
            }
        }
        let zone = time::zone(time::ZONE_DEFAULT)?;
        let shipped = types::shipped_keys().filter_map(types::shipped).collect();
        return Ok(SiteWords::new(locales, Locale::indonesian(), zone, shipped));
    };
    let stored = app.db.read_blocking(|connection| type_store::list(connection, site.id))?;
    let types = stored.into_iter().map(|stored| stored.content_type).collect();
    let zone: TimeZone = time::zone(&site.zone)?;
    Ok(SiteWords::new(site.locales.clone(), site.default_locale.clone(), zone, types))
}

/// A new site, named by the settings of the folder. A dry run only plans it.
fn make_site(app: &App, options: &Options, roots: &Roots, survey: &Survey, words: &SiteWords) -> Result<Site> {
    if !options.create {
        let detail = format!("no site {:?}; --create makes it", options.site);
        return Err(Refusal::new(Code::NotFound).detail(detail).into());
    }
    let wanted = sites::rules::Wanted {
        key: Some(options.site.clone()),
        name: Some(name_of_site(roots, survey, words).unwrap_or_else(|| options.site.clone())),
        locales: Some(words.locales.iter().map(|locale| locale.as_str().to_owned()).collect()),
        default_locale: Some(words.default_locale.as_str().to_owned()),
        ..sites::rules::Wanted::default()
    };
    if options.dry_run {
        return Ok(sites::service::planned(app, &wanted)?);
    }
    let actor = Actor::system(ACTOR_PART);
    let site = sites::service::create_blocking(app, &actor, Permit::system(&actor, Scope::Installation)?, &wanted)?;
    let now = app.now();
    app.db.write_blocking(|tx| type_store::install_shipped(tx, site.id, now))?;
    Ok(site)
}

fn name_of_site(roots: &Roots, survey: &Survey, words: &SiteWords) -> Option<String> {
    let is_settings = |page: &&Page| {
        page.identity.type_key == SETTINGS && page.identity.locale == words.default_locale && !page.identity.draft
    };
    let page = survey.pages.iter().find(is_settings)?;
    let text = roots.text(&page.path).ok()?;
    let parted = front::part(&text).ok()?;
    let title = parted.values.get("title").and_then(Value::as_str)?.trim().to_owned();
    (!title.is_empty()).then_some(title)
}

/// An import under way.
struct Import<'a> {
    app: &'a App,
    options: &'a Options,
    site: &'a Site,
    roots: &'a Roots,
    survey: &'a Survey,
    words: &'a SiteWords,
    /// Numbers of the pages that are new, in order.
    new: Vec<usize>,
    /// Of each page.
    groups: Vec<GroupId>,
    redirects: HashMap<usize, Vec<Redirect>>,
    report: Report,
    left: HashMap<String, usize>,
    kinds_told: HashSet<String>,
    /// By a dry run, which keeps none.
    assets_seen: HashSet<Digest>,
}

/// The answers of the site to the survey.
impl<'a> Import<'a> {
    fn plan(
        app: &'a App,
        options: &'a Options,
        site: &'a Site,
        (roots, survey, words): (&'a Roots, &'a Survey, &'a SiteWords),
    ) -> Result<Self> {
        let known = app.db.read_blocking(|connection| store::addresses(connection, site.id))?;
        let is_new = |at: &usize| survey.pages.get(*at).is_some_and(|page| !known.contains_key(&page.key()));
        let new: Vec<usize> = (0..survey.pages.len()).filter(is_new).collect();
        let (groups, unclear) = planning::groups(app, survey, &known);
        let (redirects, lost) = planning::redirects(survey, &new);
        let told = unclear
            .into_iter()
            .chain(lost)
            .filter_map(|(at, finding)| Some(finding.within(&roots.shown(&survey.pages.get(at)?.path))));
        let problems = survey.problems.iter().cloned().chain(told).collect();
        let untouched = survey.pages.len() - new.len();
        let report = Report {
            site: options.site.clone(),
            dry_run: options.dry_run,
            read: survey.read,
            untouched,
            problems,
            ..Report::default()
        };
        Ok(Import {
            app,
            options,
            site,
            roots,
            survey,
            words,
            new,
            groups,
            redirects,
            report,
            left: HashMap::new(),
            kinds_told: HashSet::new(),
            assets_seen: HashSet::new(),
        })
    }

    /// Reads the next batch while the last one is written.
    fn go(&mut self, progress: &dyn Fn(Progress)) -> Result<()> {
        let (app, survey, now) = (self.app, self.survey, self.app.now());
        let assets = Assets::new(app, self.roots, self.site.id, !self.options.dry_run);
        let desk = reading::Desk { roots: self.roots, survey, words: self.words, assets: &assets, now };
        let mold = if self.options.dry_run { None } else { Some(Mold::of(app, self.site.id)?) };
        let site = self.site;
        let writing = mold.map(|mold| writing::Desk { app, site, mold, publish: self.options.publish, now });
        let batches: Vec<Vec<usize>> = self.new.chunks(BATCH_FILES).map(<[usize]>::to_vec).collect();
        let total = survey.pages.len();
        let mut done = total - self.new.len();
        progress(Progress { done, total });
        std::thread::scope(|scope| {
            let (send, receive) = mpsc::sync_channel(1);
            scope.spawn(move || {
                for batch in batches {
                    let read = |at: &usize| survey.pages.get(*at).map(|page| Ok((*at, reading::read(desk, page)?)));
                    let readings: Result<Vec<(usize, Reading)>> = batch.par_iter().filter_map(read).collect();
                    // The other end is gone when writing has failed.
                    if send.send(readings).is_err() {
                        return;
                    }
                }
            });
            for readings in receive {
                let readings: Vec<(usize, Reading)> = readings?;
                done += readings.len();
                let batch = self.take(readings);
                let written = match &writing {
                    Some(writing) => writing::write(writing, &batch)?,
                    None => self.would_write(&batch)?,
                };
                self.count(written);
                progress(Progress { done, total });
            }
            Ok::<(), Error>(())
        })
    }

    /// Notes what the readings tell and gives the entries their ids.
    fn take(&mut self, readings: Vec<(usize, Reading)>) -> Vec<Ready> {
        let mut batch = Vec::with_capacity(readings.len());
        for (at, reading) in readings {
            self.report.problems.extend(reading.problems);
            for key in reading.left {
                *self.left.entry(key).or_default() += 1;
            }
            for (kind, problem) in reading.kinds {
                if self.kinds_told.insert(kind) {
                    self.report.problems.push(problem);
                }
            }
            let Some(read) = reading.entry else { continue };
            let group = self.groups.get(at).copied().unwrap_or_else(|| self.app.id(GroupId::new));
            for redirect in self.redirects.remove(&at).unwrap_or_default() {
                batch.extend(self.redirect(&redirect, &read));
            }
            batch.extend(self.ready(read, group, false));
        }
        batch
    }

    fn ready(&self, read: Entry, group: GroupId, redirect: bool) -> Option<Ready> {
        let content_type = self.words.content_type(&read.content.type_key)?.clone();
        let (entry, case) = (self.app.id(EntryId::new), self.app.id(CaseId::new));
        Some(Ready { entry, case, group, content_type, read, redirect })
    }

    /// The entry of a redirect; it is as old as the entry it leads to, and a draft when that is one.
    fn redirect(&self, redirect: &Redirect, of: &Entry) -> Option<Ready> {
        let fields = [
            ("title", format!("Pengalihan {}", redirect.from).into()),
            ("from", redirect.from.clone().into()),
            ("to", redirect.to.clone().into()),
            ("permanent", Value::Bool(true)),
        ];
        let content = Content {
            type_key: REDIRECTS.to_owned(),
            locale: self.site.default_locale.clone(),
            slug: redirect.slug.clone(),
            category: None,
            tags: Vec::new(),
            fields: fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<String, Value>>(),
        };
        let read = Entry {
            content,
            draft: of.draft,
            published_at: of.published_at,
            updated_at: of.published_at,
            assets: Vec::new(),
        };
        self.ready(read, self.app.id(GroupId::new), true)
    }

    /// What writing a batch would do.
    fn would_write(&mut self, batch: &[Ready]) -> Result<Written> {
        let (site, publish) = (self.site.id, self.options.publish);
        let placed = batch.iter().flat_map(|ready| &ready.read.assets).map(|asset| asset.digest);
        let fresh: Vec<Digest> = placed.filter(|digest| self.assets_seen.insert(*digest)).collect();
        let known = self.app.db.read_blocking(|connection| media::store::known(connection, site, &fresh))?;
        let files = || batch.iter().filter(|ready| !ready.redirect);
        let published = files().filter(|ready| publish && !ready.read.draft).count();
        Ok(Written {
            published,
            drafts: files().count() - published,
            untouched: 0,
            assets: fresh.len() - known.len(),
            redirects: batch.len() - files().count(),
        })
    }

    fn count(&mut self, written: Written) {
        let report = &mut self.report;
        report.created += written.published + written.drafts;
        report.published += written.published;
        report.drafts += written.drafts;
        report.untouched += written.untouched;
        report.assets += written.assets;
        report.redirects += written.redirects;
    }
}
