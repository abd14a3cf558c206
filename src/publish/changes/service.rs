//! The use case: a release is compared with the one before it.

use std::collections::{BTreeSet, HashMap};

use super::model::{Cause, Change, ChangeCounts, ReleaseChange, ReleaseChanges};
use super::rules::{self, Found, Point};
use super::store::{self, Live};
use crate::app::App;
use crate::content::type_store;
use crate::content::view;
use crate::db::Conn;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{CaseId, EntryId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Context, Refusal, Result};
use crate::procedure::views::People;
use crate::publish::attested;
use crate::publish::listing::Listing;
use crate::publish::manifest::Manifest;
use crate::sites::{self, Site};

/// The command by which a person has an entry shown, now or at its time; and why it is shown, then.
const PUBLISH: &str = "publish";

/// What the release of that number changed against the last one before it that was live. `not_found` for one that never was.
pub fn read(
    app: &App,
    actor: &Actor,
    (site, number): (&str, i32),
    (limit, cursor): (Limit, Option<&Cursor>),
) -> Result<ReleaseChanges> {
    let after =
        cursor.map(|cursor| cursor.key.parse::<i64>().map_err(|_| Refusal::new(Code::BadCursor))).transpose()?;
    let (site, two, mut changes) = app.db.read_blocking(|c| {
        let site = sites::store::find_visible(c, site, actor)?;
        let _permit: Permit<cases::SeeReleases> = actor.permit(site.id)?;
        let (two, points) = compared(c, site.id, number)?;
        let changes = listed(c, &site, &two, &points, (limit, after))?;
        Ok((site, two, changes))
    })?;
    if let Some(causes) = &mut changes.causes {
        let (pages, others) = by_manifests(app, site.id, &two)?;
        changes.pages = pages;
        causes.extend(others);
        if causes.is_empty() {
            causes.push(Cause::Other);
        }
    }
    Ok(changes)
}

/// A release and the one before it.
struct Two {
    now: Live,
    before: Option<Live>,
}

struct Points {
    now: Point,
    before: Option<Point>,
}

fn compared(connection: &mut Conn, site: SiteId, number: i32) -> Result<(Two, Points)> {
    // The third says whether the second went back.
    let live = store::live_up_to(connection, site, number, 3)?;
    let now = live.first().filter(|now| now.number == number).copied().ok_or_else(|| Refusal::new(Code::NotFound))?;
    let before = live.get(1).copied();
    let points = Points {
        now: point(connection, site, (now, before))?,
        before: before.map(|before| point(connection, site, (before, live.get(2).copied()))).transpose()?,
    };
    Ok((Two { now, before }, points))
}

/// A release that shows an earlier state than the one before it went back, and leaves out what was withdrawn since.
fn point(connection: &mut Conn, site: SiteId, (of, before): (Live, Option<Live>)) -> Result<Point> {
    let went_back = before.is_some_and(|before| before.sequence > of.sequence);
    let without_hidden_by =
        if went_back { store::last_by(connection, site, of.sequence, of.created_at)? } else { None };
    Ok(Point { sequence: of.sequence, without_hidden_by })
}

fn listed(
    connection: &mut Conn,
    site: &Site,
    two: &Two,
    points: &Points,
    (limit, after): (Limit, Option<i64>),
) -> Result<ReleaseChanges> {
    let steps = store::steps(connection, site.id, (points.before.as_ref(), &points.now))?;
    let all = rules::differences(&steps, points.before.as_ref(), &points.now);
    let counts = all.iter().fold(ChangeCounts::default(), |counts, found| counts.count(found.change));
    let causes = match after {
        None => Some(causes(connection, site.id, points, &all)?),
        Some(_) => None,
    };
    let rest = all.into_iter().filter(|found| after.is_none_or(|after| found.sequence < after));
    let page = rest.take(limit.items() + 1).collect();
    let cursor = |found: &Found| Cursor { key: found.sequence.to_string(), id: found.entry.to_string() };
    let Page { items, next_cursor } = Page::cut(page, limit, cursor);
    let items = told(connection, site, &items)?;
    let (release, before) = (two.now.number, two.before.map(|before| before.number));
    Ok(ReleaseChanges { release, before, causes, pages: None, counts, items, next_cursor })
}

fn causes(connection: &mut Conn, site: SiteId, points: &Points, all: &[Found]) -> Result<Vec<Cause>> {
    let sequences: Vec<i64> = all.iter().map(|found| found.sequence).collect();
    let types = store::types(connection, site, &sequences)?;
    let mut causes: BTreeSet<Cause> = rules::causes_of(types.iter().map(String::as_str));
    if let Some(before) = points.before
        && store::redrawn_between(connection, site, before.sequence, points.now.sequence)?
    {
        causes.insert(Cause::Pictures);
    }
    Ok(causes.into_iter().collect())
}

/// What the two manifests tell; nothing when one of them is not kept any more.
fn by_manifests(app: &App, site: SiteId, two: &Two) -> Result<(Option<ChangeCounts>, Vec<Cause>)> {
    let Some(now) = manifest(app, site, two.now.number)? else { return Ok((None, Vec::new())) };
    let Some(before) = two.before else {
        return Ok((Some(rules::pages(&Listing::default(), &now.files)), Vec::new()));
    };
    let Some(before) = manifest(app, site, before.number)? else { return Ok((None, Vec::new())) };
    let differ = [(Cause::Theme, now.theme != before.theme), (Cause::Renderer, now.renderer != before.renderer)];
    let causes = differ.into_iter().filter(|(_, differs)| *differs).map(|(cause, _)| cause).collect();
    Ok((Some(rules::pages(&before.files, &now.files)), causes))
}

fn manifest(app: &App, site: SiteId, number: i32) -> Result<Option<Manifest>> {
    let Some(attested) = attested::kept(app, site, number)? else { return Ok(None) };
    let read = serde_json::from_slice(&attested.manifest);
    read.map(Some).with_context(|| format!("read the manifest of release {number}"))
}

/// What some of the differences are told as: the entry, and who answered for it.
fn told(connection: &mut Conn, site: &Site, some: &[Found]) -> Result<Vec<ReleaseChange>> {
    let sequences: Vec<i64> = some.iter().map(|found| found.sequence).collect();
    let mut rows = store::rows(connection, site.id, &sequences)?;
    let ids: Vec<EntryId> = some.iter().map(|found| found.entry).collect();
    let mut named = store::named(connection, &ids)?;
    let cases: Vec<CaseId> = named.values().map(|(_, case)| *case).collect();
    let (approvals, moves) = (store::approvals(connection, &ids)?, store::moves(connection, &cases)?);
    let by: Vec<UserId> = approvals.iter().map(|one| one.by).chain(moves.iter().map(|one| one.by)).collect();
    let people = People::read(connection, by)?;
    let types: HashMap<String, _> = type_store::list(connection, site.id)?
        .into_iter()
        .map(|stored| (stored.content_type.key.clone(), stored.content_type))
        .collect();
    let mut items = Vec::with_capacity(some.len());
    for found in some {
        let Some(row) = rows.remove(&found.sequence) else { continue };
        let (title, case) =
            named.remove(&found.entry).map_or((String::new(), None), |(title, case)| (title, Some(case)));
        // An approval comes before; only what was imported is confirmed later.
        let mut of_revision = approvals.iter().filter(|one| one.entry == row.entry && one.digest == row.digest);
        let approved = match found.change {
            Change::Removed => None,
            Change::Added | Change::Changed => {
                of_revision.clone().rev().find(|one| one.at <= row.at).or_else(|| of_revision.next())
            }
        };
        let mut of_case = moves.iter().filter(|one| Some(one.case) == case && one.at <= row.at).rev();
        let published = match found.change {
            // Ordered for later, or done there and then.
            Change::Added | Change::Changed if row.reason == PUBLISH => of_case.find(|one| one.command == PUBLISH),
            Change::Added | Change::Changed => None,
            Change::Removed => of_case.find(|one| one.at == row.at),
        };
        items.push(ReleaseChange {
            change: found.change,
            entry: found.entry,
            title,
            url: view::url(types.get(&row.type_key).map(|found| &**found), site, &row.locale, &row.slug),
            type_key: row.type_key,
            locale: row.locale.to_string(),
            slug: row.slug.to_string(),
            at: row.at,
            reason: row.reason,
            revision_digest: row.digest,
            approved_by: approved.map(|one| people.person(one.by)),
            approved_at: approved.map(|one| one.at),
            published_by: published.map(|one| people.person(one.by)),
        });
    }
    Ok(items)
}
