//! Use cases of discovery.

use std::time::Duration;

use tokio::sync::Semaphore;
use url::Url;

use super::model::Proposal;
use super::rules;
use crate::app::App;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Refusal, Result, word};
use crate::monitoring::look::model::{Reached, Section};
use crate::monitoring::look::sections::{self, is_same_site};
use crate::monitoring::look::{Asking, Fetched, Round, lists, reach, sitemaps};
use crate::monitoring::pages;
use crate::monitoring::sites::list;
use crate::monitoring::sites::model::Kept;
use crate::ports::probing::Visitor;

/// Somebody waits before a form.
const SPAN_MAX: Duration = Duration::from_secs(25);
const REQUEST_SPAN_MAX: Duration = Duration::from_secs(8);
/// Of all who wait at the same time; each may be at it for `SPAN_MAX`.
const AT_A_TIME_MAX: usize = 4;
static PLACES: Semaphore = Semaphore::const_new(AT_A_TIME_MAX);
const FEEDS_MAX: usize = 6;

/// Finds out about a website what its home page and what that names tell. What came within the time is told.
///
/// Refusals: `invalid` for what is no address, `too_many_requests` while others wait, `not_ready` where nothing can be looked at.
pub async fn discover(app: &App, actor: &Actor, url: &str) -> Result<Proposal> {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let wrong = || Refusal::new(Code::Invalid).field("url", "malformed", "an http or https address without a user");
    let url = list::address(url).ok_or_else(wrong)?;
    let prober = app.prober.as_ref().ok_or_else(|| Refusal::new(Code::NotReady))?;
    let Ok(_place) = PLACES.try_acquire() else {
        return Err(Refusal::new(Code::TooManyRequests).detail("others wait for the same").into());
    };
    let asking = Asking { span_max: REQUEST_SPAN_MAX, ..Asking::of(url.clone(), app.now().jiff()) };
    let mut round = Round::new(prober.as_ref(), &asking);
    let mut found = Proposal { url: url.into(), ..Proposal::default() };
    found.cut = tokio::time::timeout(SPAN_MAX, fill(&mut round, &mut found)).await.is_err();
    Ok(found)
}

async fn fill(round: &mut Round<'_>, found: &mut Proposal) {
    let asked = round.asking.url.clone();
    let Some(home) = round.get(&asked, Visitor::Browser).await else { return };
    let reached = reach::judge(&home.trail, home.answer().map(|_| (&home.page, home.text.as_str())));
    found.reached = reached.verdict == Reached::Ok;
    found.cause = reached.cause.map(word);
    let Some(answer) = home.success() else { return };
    if let Some(url) = moved(&asked, &home.trail.url) {
        found.url = url.into();
    }
    found.agency = rules::agency(&home.page.title);
    found.profile.software = rules::software(&home.page, &answer.headers).map(str::to_owned);
    if !found.reached {
        return;
    }
    for section in Section::ALL {
        of_section(round, &home, *section, found).await;
    }
    found.sitemap = sitemap(round, &home).await;
}

/// The address that was asked for, with the scheme and the host that it leads to; `None` where that is another website.
fn moved(asked: &Url, led: &Url) -> Option<Url> {
    let mut url = asked.clone();
    let same = is_same_site(led, asked) && led.port() == asked.port();
    (same && url.set_scheme(led.scheme()).is_ok() && url.set_host(led.host_str()).is_ok()).then_some(url)
}

async fn of_section(round: &mut Round<'_>, home: &Fetched, section: Section, found: &mut Proposal) {
    let places = sections::find(&home.page, &home.trail.url, section);
    let list = lists(round, home, section, &places).await.first().map(|list| list.trail.url.to_string());
    let mut is_fed = false;
    for feed in &places.feeds {
        let now = round.asking.now;
        let answer = round.get(feed, Visitor::Browser).await.filter(|answer| answer.success().is_some());
        if answer.is_some_and(|answer| !pages::feed_dates(&answer.text, now).is_empty()) {
            is_fed = true;
            let feed = feed.to_string();
            if !found.feeds.contains(&feed) && found.feeds.len() < FEEDS_MAX {
                found.feeds.push(feed);
            }
        }
    }
    for api in &places.apis {
        let answer = round.get(api, Visitor::Browser).await.filter(|answer| answer.success().is_some());
        if answer.is_some_and(|answer| answer.text.trim_start().starts_with(['[', '{'])) {
            is_fed = true;
            found.api = found.api.take().or_else(|| Some(api.to_string()));
        }
    }
    if list.is_some() || is_fed {
        found.profile.sections.push(Kept { section, url: list, days: None });
    }
}

async fn sitemap(round: &mut Round<'_>, home: &Fetched) -> Option<String> {
    for map in sitemaps(round, home).await {
        let answer = round.get(&map, Visitor::Browser).await.filter(|answer| answer.success().is_some());
        if answer.is_some_and(|answer| answer.text.contains("<loc")) {
            return Some(map.to_string());
        }
    }
    None
}
