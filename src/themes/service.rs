//! Use cases: which theme a build takes, what is proposed, what is decided.

use serde_json::{Map, Value, json};

use super::model::{Candidate, Decision, IgnoredSetting, SiteTheme, ThemeSettings, ThemeState, ThemesOfSite};
use super::theme::Theme;
use super::{files, rules, settings, store};
use crate::app::App;
use crate::db::Conn;
use crate::identity::{Actor, Permit, cases};
use crate::jobs;
use crate::kernel::id::{JobId, SiteId, ThemeId};
use crate::kernel::{Code, Digest, Locale, Refusal, Result};
use crate::ledger::{self, Event};
use crate::sites::{self, Site};

/// The theme that citizens see: the approved one. Before the first release it is what stands in the themes folder,
/// which [`adopt`] then makes the first.
pub fn of_release(app: &App, site: SiteId, key: &str) -> Result<Theme> {
    match in_state(app, site, ThemeState::Live)? {
        Some(live) => kept(app, &live),
        None => candidate(app, key),
    }
}

/// The same; `known` serves again while it is still the one.
pub fn of_release_again(app: &App, site: SiteId, key: &str, known: Theme) -> Result<Theme> {
    match in_state(app, site, ThemeState::Live)? {
        Some(live) if live.name == known.name && live.digest == known.digest => Ok(known),
        Some(live) => kept(app, &live),
        None => candidate(app, key),
    }
}

/// The theme that a release was made with, whatever is live now.
pub fn by_digest(app: &App, name: &str, digest: &Digest) -> Result<Theme> {
    Theme::read(name, files::kept(app.storage.as_ref(), digest)?)
}

/// The theme that staging shows: the one that waits for a decision, or else what stands in the themes folder.
pub fn of_staging(app: &App, site: SiteId, key: &str) -> Result<Theme> {
    match in_state(app, site, ThemeState::Proposed)? {
        Some(proposed) => kept(app, &proposed),
        None => candidate(app, key),
    }
}

/// Every digest of a stored file of a theme that any site has, had, or was proposed.
pub fn stored(app: &App) -> Result<Vec<Digest>> {
    let lists = app.db.read_blocking(store::digests)?;
    let files = lists.iter().map(|list| Ok(files::kept_list(app.storage.as_ref(), list)?.into_values()));
    let files = files.collect::<Result<Vec<_>>>()?;
    Ok(files.into_iter().flatten().chain(lists).collect())
}

/// The same where some lists cannot be read: these are named, and their files are not.
pub fn stored_but_unreadable(app: &App) -> Result<Vec<Digest>> {
    let lists = app.db.read_blocking(store::digests)?;
    let files = lists.iter().filter_map(|list| files::kept_list(app.storage.as_ref(), list).ok());
    Ok(files.flat_map(std::collections::BTreeMap::into_values).chain(lists.iter().copied()).collect())
}

fn in_state(app: &App, site: SiteId, state: ThemeState) -> Result<Option<SiteTheme>> {
    app.db.read_blocking(|c| store::in_state(c, site, state))
}

fn kept(app: &App, theme: &SiteTheme) -> Result<Theme> {
    by_digest(app, &theme.name, &theme.digest)
}

fn candidate(app: &App, key: &str) -> Result<Theme> {
    let (name, files) = files::found(&app.config.themes_folder, key)?;
    Theme::read(&name, files)
}

/// Whether what stands in the themes folder for a site is something else than what citizens see.
pub fn waits(app: &App, site: &Site) -> Result<bool> {
    let live = in_state(app, site.id, ThemeState::Live)?;
    let (_, files) = files::found(&app.config.themes_folder, &site.key)?;
    Ok(live.is_some_and(|live| live.digest != files::digest_of(&files)))
}

/// Makes the theme of a site's first release its first theme: as with imported content nobody has approved it
/// yet, which the site's themes say until somebody does.
pub fn adopt(app: &App, site: SiteId, theme: &Theme) -> Result<()> {
    if in_state(app, site, ThemeState::Live)?.is_some() {
        return Ok(());
    }
    files::keep(app.storage.as_ref(), &theme.files)?;
    let first = row(app, site, theme, ThemeState::Live);
    let event = event(&Actor::system("publisher"), "theme.found", &first);
    app.db.write_blocking(|tx| {
        if store::in_state(tx, site, ThemeState::Live)?.is_none() {
            store::insert(tx, &first)?;
            ledger::record(tx, &event, first.proposed_at)?;
        }
        Ok(())
    })
}

/// The themes of a site. Blocks.
pub fn of_site(app: &App, actor: &Actor, key: &str) -> Result<ThemesOfSite> {
    let (site, live, proposed) = app.db.read_blocking(|c| {
        let site = sites::store::find_visible(c, key, actor)?;
        let _permit: Permit<cases::SeeTheme> = actor.permit(site.id)?;
        let (live, proposed) = standing(c, site.id)?;
        Ok((site, live, proposed))
    })?;
    let (name, files) = files::found(&app.config.themes_folder, &site.key)?;
    let digest = files::digest_of(&files);
    let broken = Theme::read(&name, files).err().map(|error| error.to_string());
    let list = |theme: &SiteTheme| files::kept_list(app.storage.as_ref(), &theme.digest);
    let differences = match (&live, &proposed) {
        (Some(live), Some(proposed)) => Some(rules::differences(&list(live)?, &list(proposed)?)),
        _ => None,
    };
    Ok(ThemesOfSite { live, proposed, differences, candidate: Candidate { name, digest, broken } })
}

/// What the theme that citizens see lets its site choose; before the first release, what stands in the themes folder.
/// Blocks.
pub fn settings_of(app: &App, actor: &Actor, key: &str) -> Result<ThemeSettings> {
    let site = app.db.read_blocking(|c| {
        let site = sites::store::find_visible(c, key, actor)?;
        let _permit: Permit<cases::SeeTheme> = actor.permit(site.id)?;
        Ok(site)
    })?;
    let theme = of_release(app, site.id, &site.key)?;
    let chosen = app.db.read_blocking(|c| store::chosen(c, site.id))?;
    let schema = theme.about.settings;
    let in_vain = |(locale, given): (Locale, Map<String, Value>)| {
        let details = settings::values(&schema, Some(&given)).1.into_iter();
        details.map(move |detail| IgnoredSetting { locale: locale.clone(), detail })
    };
    let ignored = chosen.into_iter().flat_map(in_vain).collect();
    Ok(ThemeSettings { name: theme.name, digest: theme.digest, settings: schema, ignored })
}

/// Proposes what stands in the themes folder now; an earlier proposal that nobody decided on gives way to it.
/// A theme that cannot be read is refused with its file, line and reason. Blocks.
pub fn propose(app: &App, actor: &Actor, key: &str, note: &str) -> Result<SiteTheme> {
    rules::words("note", note)?;
    let site = app.db.read_blocking(|c| {
        let site = sites::store::find_visible(c, key, actor)?;
        let _permit: Permit<cases::ProposeTheme> = actor.permit(site.id)?;
        Ok(site)
    })?;
    let theme = candidate(app, &site.key)?;
    files::keep(app.storage.as_ref(), &theme.files)?;
    let proposed = SiteTheme {
        note: note.to_owned(),
        proposed_by: actor.user(),
        ..row(app, site.id, &theme, ThemeState::Proposed)
    };
    let event = event(actor, "theme.propose", &proposed);
    app.db.write_blocking(|tx| {
        let (live, waiting) = standing(tx, site.id)?;
        rules::refuse_same(live.as_ref(), waiting.as_ref(), &proposed.digest)?;
        store::move_on(tx, site.id, ThemeState::Proposed, ThemeState::Superseded)?;
        store::insert(tx, &proposed)?;
        ledger::record(tx, &event, proposed.proposed_at)
    })?;
    Ok(proposed)
}

/// What is live and what is proposed.
fn standing(connection: &mut Conn, site: SiteId) -> Result<(Option<SiteTheme>, Option<SiteTheme>)> {
    let mut state = |state| store::in_state(connection, site, state);
    Ok((state(ThemeState::Live)?, state(ThemeState::Proposed)?))
}

/// A theme of which nobody has said anything yet.
fn row(app: &App, site: SiteId, theme: &Theme, state: ThemeState) -> SiteTheme {
    SiteTheme {
        id: app.id(ThemeId::new),
        site,
        name: theme.name.clone(),
        digest: theme.digest,
        state,
        note: String::new(),
        proposed_by: None,
        proposed_at: app.now(),
        decided_by: None,
        decided_at: None,
        reason: String::new(),
    }
}

/// Decides on the theme that waits. An approved one is live with the next release, which is asked for here.
pub async fn decide(
    app: &App,
    actor: &Actor,
    key: String,
    digest: Digest,
    decision: Decision,
) -> Result<(SiteTheme, Option<JobId>)> {
    let (actor, now, job) = (actor.clone(), app.now(), app.id(JobId::new));
    let outcome = app
        .db
        .write(move |tx| {
            let site = sites::store::find_visible(tx, &key, &actor)?;
            let _permit: Permit<cases::DecideTheme> = actor.permit(site.id)?;
            let by = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
            let (live, proposed) = standing(tx, site.id)?;
            let waiting = rules::decided((live.as_ref(), proposed.as_ref()), &digest, by, &decision)?;
            let (verb, reason) = match &decision {
                Decision::Approve => ("theme.approve", String::new()),
                Decision::Reject { reason } => ("theme.reject", reason.clone()),
            };
            let state = rules::state_after(&decision);
            let theme = SiteTheme { state, decided_by: Some(by), decided_at: Some(now), reason, ..waiting.clone() };
            let takes_over = waiting.state == ThemeState::Proposed && state == ThemeState::Live;
            if takes_over {
                store::move_on(tx, site.id, ThemeState::Live, ThemeState::Replaced)?;
            }
            store::decide(tx, &theme)?;
            ledger::record(tx, &event(&actor, verb, &theme), now)?;
            let job = match takes_over {
                true => Some(jobs::enqueue(tx, job, &sites::service::release_wanted(site.id, now), now)?),
                false => None,
            };
            Ok((theme, job))
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(outcome)
}

fn event(actor: &Actor, verb: &str, theme: &SiteTheme) -> Event {
    let detail = json!({ "name": theme.name, "note": theme.note, "reason": theme.reason });
    Event::new(actor.ledger_name(), verb, format!("site:{}", theme.site))
        .site(theme.site)
        .digest(theme.digest)
        .detail(detail)
}
