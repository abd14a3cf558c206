//! The engine: begins looks in their time, judges what they saw when our own line is known to work, and stores it in batches.
//!
//! One task owns it all. Looks run beside it and tell it what they saw; so do the line's targets and the database, so that
//! nothing that is slow holds up a look. What a batch holds is stored in one transaction or not at all, and that transaction asks
//! whether it is still this process that looks. A process that dies loses looks that were under way; the next one finds their
//! slots without a row and looks again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use url::Url;

use super::looking::{self, Seen};
use super::model::{Known, Saved};
use super::timetable::{Number, Timetable};
use super::{judging, rules, store};
use crate::app::App;
use crate::http::off_the_loop;
use crate::kernel::digest::hex;
use crate::kernel::id::{IncidentId, MonitorId};
use crate::kernel::time::SECOND;
use crate::kernel::{Error, Result, Timestamp};
use crate::monitoring::states::grouping::Fall;
use crate::monitoring::states::line::Line;
use crate::monitoring::states::model::Outcome;
use crate::monitoring::states::service as incidents;
use crate::monitoring::states::windows::Span;
use crate::monitoring::{sites, states};
use crate::ports::probing::Prober;

/// What was seen is stored this often.
const STORE_EVERY: i64 = SECOND;
/// Whether somebody was added or changed, and whether there is something to be told, is looked up this often.
const REFRESH_EVERY: i64 = 5 * SECOND;
/// The engine never sleeps longer: its clock may be set.
const NAP_MAX: Duration = Duration::from_millis(250);
/// Before another process is asked again whether it still looks, and after something broke.
const RETRY_EVERY: Duration = Duration::from_secs(5);

/// What runs beside the engine tells it.
enum News {
    Seen(Number, Timestamp, Timestamp, Seen),
    Line(Vec<bool>),
    Stored(Result<bool>),
}

/// What the engine waits for before it may store what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Free,
    AsksLine,
    Stores,
}

/// How the engine did so far. Lags are from when a look was due to when it began: milliseconds, of a bounded number of the last ones.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub looks: u64,
    pub stored: u64,
    pub slot_lags_ms: VecDeque<u32>,
    pub confirmation_lags_ms: VecDeque<u32>,
}

const LAGS_KEPT: usize = 100_000;

impl Tally {
    fn began(&mut self, lag_ms: u32, confirms: bool) {
        self.looks += 1;
        let lags = if confirms { &mut self.confirmation_lags_ms } else { &mut self.slot_lags_ms };
        lags.push_back(lag_ms);
        if lags.len() > LAGS_KEPT {
            lags.pop_front();
        }
    }
}

pub struct Engine {
    app: App,
    prober: Arc<dyn Prober>,
    /// Names this process to others.
    holder: String,
    targets: Vec<Url>,
    span_max: Duration,
    table: Timetable,
    known: HashMap<Number, Known>,
    numbers: HashMap<MonitorId, Number>,
    next_number: Number,
    windows: Vec<Span>,
    sign: Option<[i64; 4]>,
    /// When the right to look was taken or kept last.
    held_at: Timestamp,
    line: Line,
    phase: Phase,
    /// Seen, and not judged yet.
    seen: Vec<(Number, Timestamp, Timestamp, Seen)>,
    store_at: Timestamp,
    refresh_at: Timestamp,
    tell: mpsc::UnboundedSender<News>,
    hear: mpsc::UnboundedReceiver<News>,
    pub tally: Tally,
}

/// Looks until `stop` is true, whenever no other process does.
pub async fn run(app: App, prober: Arc<dyn Prober>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match Engine::open(&app, prober.clone()).await {
            Ok(Some(mut engine)) => match engine.work(&mut stop).await {
                Ok(()) => engine.close().await,
                Err(error) => tracing::error!(%error, "the engine that looks at websites begins anew"),
            },
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "websites cannot be looked at"),
        }
        let _ = tokio::time::timeout(RETRY_EVERY, stop.wait_for(|stop| *stop)).await;
    }
}

impl Engine {
    /// Opens it; `None` while another process looks.
    pub async fn open(app: &App, prober: Arc<dyn Prober>) -> Result<Option<Self>> {
        let holder = hex(app.random::<8>());
        let (now, asking) = (app.now(), holder.clone());
        if app.db.read(move |c| store::is_held(c, &asking, now)).await? {
            return Ok(None);
        }
        let asking = holder.clone();
        if !app.db.write(move |tx| store::hold(tx, &asking, now)).await? {
            return Ok(None);
        }
        let (tell, hear) = mpsc::unbounded_channel();
        let mut engine = Engine {
            targets: targets(&app.config.monitor_line_targets)?,
            span_max: Duration::from_secs(app.config.monitor_look_seconds_max.max(1) as u64),
            app: app.clone(),
            prober,
            holder,
            table: Timetable::default(),
            known: HashMap::new(),
            numbers: HashMap::new(),
            next_number: 0,
            windows: Vec::new(),
            sign: None,
            held_at: now,
            line: Line::default(),
            phase: Phase::Free,
            seen: Vec::new(),
            store_at: now,
            refresh_at: now,
            tell,
            hear,
            tally: Tally::default(),
        };
        engine.refresh().await?;
        Ok(Some(engine))
    }

    /// Looks, judges and stores, until `stop` is true or something breaks.
    pub async fn work(&mut self, stop: &mut watch::Receiver<bool>) -> Result<()> {
        while !*stop.borrow() {
            let now = self.app.now();
            self.begin(now);
            self.proceed(now);
            if self.refresh_at <= now && self.phase == Phase::Free {
                self.refresh().await?;
            }
            let nap = self.nap(self.app.now());
            tokio::select! {
                Some(news) = self.hear.recv() => self.take_in(news)?,
                () = tokio::time::sleep(nap) => {}
                _ = stop.changed() => {}
            }
            while let Ok(news) = self.hear.try_recv() {
                self.take_in(news)?;
            }
        }
        Ok(())
    }

    /// Does all that is due now, to its end: looks, judgement, rows, notices.
    pub async fn settle(&mut self) -> Result<()> {
        self.refresh().await?;
        self.begin(self.app.now());
        while self.table.in_flight() > 0 || self.phase != Phase::Free || !self.seen.is_empty() {
            self.store_at = self.app.now();
            self.proceed(self.app.now());
            if let Some(news) = self.hear.recv().await {
                self.take_in(news)?;
            }
            self.begin(self.app.now());
        }
        let app = self.app.clone();
        off_the_loop("tell of incidents", move || incidents::tell_due(&app)).await?;
        Ok(())
    }

    /// Stores what was seen, and lets others look.
    pub async fn close(mut self) {
        while self.phase != Phase::Free || !self.seen.is_empty() {
            self.store_at = self.app.now();
            self.proceed(self.app.now());
            match self.hear.recv().await.map(|news| self.take_in(news)) {
                Some(Ok(())) => {}
                Some(Err(_)) | None => return,
            }
        }
        let holder = self.holder.clone();
        if let Err(error) = self.app.db.write(move |tx| store::release(tx, &holder)).await {
            tracing::warn!(%error, "others will look at websites only when this process is missed");
        }
    }

    fn nap(&self, now: Timestamp) -> Duration {
        let next = self.table.next_at().map_or(i64::MAX, Timestamp::micros).max(now.micros());
        let store = if self.seen.is_empty() { i64::MAX } else { self.store_at.micros() };
        let until = next.min(store).min(self.refresh_at.micros()).saturating_sub(now.micros());
        Duration::from_micros(u64::try_from(until).unwrap_or(0)).min(NAP_MAX)
    }

    /// Begins every look whose time has come.
    fn begin(&mut self, now: Timestamp) {
        while let Some(turn) = self.table.take(now) {
            let Some(known) = self.known.get(&turn.number) else {
                self.table.ended(turn.number, (Timestamp::from_micros(i64::MAX), 0));
                continue;
            };
            let lag = (now.micros() - turn.due.micros()) / 1000;
            self.tally.began(u32::try_from(lag).unwrap_or(u32::MAX), turn.confirms);
            let (prober, span_max, (url, page)) = (self.prober.clone(), self.span_max, (known.url.clone(), known.page));
            let tell = self.tell.clone();
            tokio::spawn(async move {
                let seen = looking::look(&*prober, (&url, page), span_max, now).await;
                // Nobody hears it when the engine has ended.
                let _ = tell.send(News::Seen(turn.number, turn.due, now, seen));
            });
        }
    }

    fn take_in(&mut self, news: News) -> Result<()> {
        match news {
            News::Seen(number, due, at, seen) => self.ended(number, due, at, seen),
            News::Line(answers) => {
                let works = self.line.asked(&answers, self.app.now());
                if !works {
                    tracing::warn!("no target of our own line answers: websites are not judged");
                }
                self.store(works);
            }
            News::Stored(Ok(true)) => (self.phase, self.held_at) = (Phase::Free, self.store_at.plus(-STORE_EVERY)),
            News::Stored(Ok(false)) => {
                return Err(Error::broken("look at websites", "another process does"));
            }
            News::Stored(Err(error)) => return Err(error),
        }
        Ok(())
    }

    /// A look has ended: its place is free, and its next slot is known.
    fn ended(&mut self, number: Number, due: Timestamp, at: Timestamp, seen: Seen) {
        let Some(known) = self.known.get_mut(&number) else {
            self.table.ended(number, (Timestamp::from_micros(i64::MAX), 0));
            return;
        };
        known.page = seen.page;
        let from = at.plus(seen.retry_after.unwrap_or(0)).max(due);
        let place = looking::place(seen.address.or(known.address), &known.url);
        self.table.ended(number, (rules::slot_after(known.id.as_str(), known.interval, from), place));
        self.seen.push((number, due, at, seen));
    }

    /// Asks the line, or judges and stores, when there is something to store and nothing is under way.
    fn proceed(&mut self, now: Timestamp) {
        if self.phase != Phase::Free || self.seen.is_empty() || self.store_at > now {
            return;
        }
        self.store_at = now.plus(STORE_EVERY);
        let is_bad = |(_, _, _, seen): &(Number, Timestamp, Timestamp, Seen)| seen.outcome == Outcome::Bad;
        if !self.line.is_due(now) || !self.seen.iter().any(is_bad) {
            self.store(true);
            return;
        }
        self.phase = Phase::AsksLine;
        let (prober, targets, tell) = (self.prober.clone(), self.targets.clone(), self.tell.clone());
        tokio::spawn(async move {
            let _ = tell.send(News::Line(looking::line(&*prober, &targets).await));
        });
    }

    /// Judges what was seen and stores it.
    fn store(&mut self, line_works: bool) {
        let seen = std::mem::take(&mut self.seen);
        let batch: Vec<Saved> = seen
            .into_iter()
            .filter_map(|(number, due, at, seen)| self.judge((number, due, at), seen, line_works))
            .collect();
        let falls = batch.iter().filter(|one| one.fall.is_some()).count();
        let ids: Vec<IncidentId> = (0..falls).map(|_| self.app.id(IncidentId::new)).collect();
        let (app, holder, tell, now) = (self.app.clone(), self.holder.clone(), self.tell.clone(), self.app.now());
        self.phase = Phase::Stores;
        self.tally.stored += batch.len() as u64;
        tokio::spawn(async move {
            let stored = app.db.write(move |tx| {
                if !store::hold(tx, &holder, now)? {
                    return Ok(false);
                }
                let kept = store::save(tx, &batch)?;
                for one in kept.iter().filter(|one| one.leaves) {
                    states::store::leave(tx, one.monitor, one.seen.at)?;
                }
                let falls: Vec<(MonitorId, Fall)> =
                    kept.iter().filter_map(|one| Some((one.monitor, one.fall.clone()?))).collect();
                if !falls.is_empty() {
                    incidents::enter(tx, &falls, &ids)?;
                }
                Ok(true)
            });
            let _ = tell.send(News::Stored(stored.await));
        });
    }

    /// What follows from one look. `None` when nobody watches that website any more.
    fn judge(&mut self, (number, due, at): (Number, Timestamp, Timestamp), seen: Seen, works: bool) -> Option<Saved> {
        let known = self.known.get_mut(&number)?;
        let quiet = self.windows.iter().any(|span| span.holds(known.id, &known.groups, at));
        let (saved, again_soon) = judging::judge(known, (due, at), seen, (works, quiet));
        if again_soon {
            let soon = rules::confirmation(known.id.as_str(), at);
            self.table.confirm(number, soon, looking::place(known.address, &known.url));
        }
        Some(saved)
    }

    /// Looks up who is watched and when work was announced, and tells of incidents.
    async fn refresh(&mut self) -> Result<()> {
        let now = self.app.now();
        self.refresh_at = now.plus(REFRESH_EVERY);
        // Storing keeps the right to look, too; where nobody is watched, nobody's turn to write is taken.
        if !self.known.is_empty() && self.held_at.plus(store::HOLD_SPAN / 2) <= now {
            let holder = self.holder.clone();
            if !self.app.db.write(move |tx| store::hold(tx, &holder, now)).await? {
                return Err(Error::broken("look at websites", "another process does"));
            }
            self.held_at = now;
        }
        let app = self.app.clone();
        off_the_loop("tell of incidents", move || incidents::tell_due(&app)).await?;
        let windows = self.app.db.read(move |c| sites::store::windows_from(c, now)).await?;
        self.windows = windows.into_iter().map(|window| window.span).collect();
        let sign = self.app.db.read(store::sign).await?;
        if self.sign == Some(sign) {
            return Ok(());
        }
        let app = self.app.clone();
        off_the_loop("watch the sites of this house", move || sites::service::follow_hosted(&app)).await?;
        let (sign, all) = self.app.db.read(|c| Ok((store::sign(c)?, store::load(c)?))).await?;
        self.sign = Some(sign);
        self.enter_all(all, now);
        Ok(())
    }

    fn enter_all(&mut self, all: Vec<Known>, now: Timestamp) {
        let gone: Vec<MonitorId> = {
            let there: std::collections::HashSet<MonitorId> = all.iter().map(|one| one.id).collect();
            self.numbers.keys().copied().filter(|id| !there.contains(id)).collect()
        };
        for number in gone.into_iter().filter_map(|id| self.numbers.remove(&id)) {
            self.known.remove(&number);
            self.table.remove(number);
        }
        for one in all {
            let number = self.numbers.get(&one.id).copied();
            match number.and_then(|number| self.known.get_mut(&number)) {
                // What is remembered here is newer than what is stored.
                Some(known) => {
                    let same = (&known.url, known.interval) == (&one.url, one.interval);
                    (known.url, known.interval, known.groups) = (one.url, one.interval, one.groups);
                    if !same && let Some(number) = number {
                        let due = rules::slot_after(known.id.as_str(), known.interval, now);
                        self.table.enter(number, due, looking::place(None, &known.url));
                    }
                }
                None => self.enter_new(one, now),
            }
        }
    }

    fn enter_new(&mut self, one: Known, now: Timestamp) {
        let number = self.next_number;
        self.next_number += 1;
        let due = rules::resume(one.id.as_str(), one.interval, one.due_at, now);
        self.table.enter(number, due, looking::place(one.address, &one.url));
        self.numbers.insert(one.id, number);
        self.known.insert(number, one);
    }
}

pub(in crate::monitoring) fn targets(text: &str) -> Result<Vec<Url>> {
    let read = |text: &str| {
        sites::list::address(text)
            .ok_or_else(|| Error::broken("read the setting monitor_line_targets", format!("{text:?} is no address")))
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(read).collect()
}
