//! What was ordered for later happens once, whatever happens to the server and to its clock.

use std::time::Duration;

use diesel::prelude::*;
use lamin::adapters::SystemClock;
use lamin::boot;
use lamin::db::schema::{jobs, ledger, live_changes};
use lamin::identity::Role;
use lamin::kernel::Timestamp;
use lamin::kernel::id::EntryId;
use lamin::kernel::time::{HOUR, MINUTE};
use lamin::ports::Clock as _;
use lamin::publish::model::Mode;
use lamin::publish::service;
use serde_json::{Value, json};

use super::{current, release_by, tree};
use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::{Server, TestApp};

on_both!(
    a_server_killed_at_any_moment_keeps_each_time_once,
    a_clock_that_jumps_keeps_each_time_once,
    a_clock_that_was_set_back_delays_no_release,
    what_a_killed_server_was_building_is_live_a_minute_later,
    the_same_wall_time_is_due_at_another_instant_in_each_zone,
);

const KILLS: i64 = 16;
/// From the order to appearing, and from there to going. In the machine's time, because a real server has no other.
const LEAD: i64 = 100_000;
/// The moments of the kills are spread over this, from the order on.
const SPAN: i64 = 400_000;

fn at(instant: Timestamp) -> Value {
    json!(instant.to_string())
}

/// What citizens saw of an entry, in order.
fn seen(app: &TestApp, item: &Item<'_>) -> Vec<String> {
    let id = EntryId::parse(&item.id).unwrap();
    let query = live_changes::table.filter(live_changes::entry_id.eq(id)).order(live_changes::sequence);
    app.db.read_blocking(|c| Ok(query.select(live_changes::kind).load(c)?)).unwrap()
}

/// What the worker did with an entry, as the ledger has it.
fn done(app: &TestApp, item: &Item<'_>) -> Vec<String> {
    let by_worker = ledger::actor.eq("system:worker").and(ledger::subject.eq(format!("entry:{}", item.id)));
    let query = ledger::table.filter(by_worker).order(ledger::sequence).select(ledger::action);
    app.db.read_blocking(|c| Ok(query.load(c)?)).unwrap()
}

#[track_caller]
fn assert_once(app: &TestApp, item: &Item<'_>) {
    assert_eq!(seen(app, item), ["shown", "hidden"], "{}", item.id);
    assert_eq!(done(app, item), ["editorial.publish", "editorial.withdraw"], "{}", item.id);
}

fn assert_chain_is_intact(app: &TestApp) {
    let verdict =
        app.db.read_blocking(|c| lamin::ledger::verify(c, None, lamin::ledger::signed_by(app.secrets.public_key())));
    let verdict = verdict.unwrap();
    assert!(verdict.intact && verdict.events > 0, "{verdict:?}");
}

async fn a_server_killed_at_any_moment_keeps_each_time_once(app: TestApp) {
    app.clock.set(&SystemClock.now().to_string());
    let room = Newsroom::open(app);
    let mut items = Vec::new();
    for turn in 0..KILLS {
        let item = room.written(&format!("Kabar {turn}")).await;
        item.goes_to("approved").await;
        items.push(item);
    }
    for (turn, item) in (0..KILLS).zip(&items) {
        let server = Server::of(&room.app, &[], &[]);
        room.app.clock.set(&SystemClock.now().to_string());
        let appears = room.app.now().plus(LEAD);
        let order = json!({"command": "publish", "publish_at": at(appears), "unpublish_at": at(appears.plus(LEAD))});
        item.with_digest(Role::Publisher, order).await.assert_ok();
        // In an order that looks like chance.
        let moment = room.app.now().plus(SPAN * (turn * 7 % KILLS) / KILLS);
        let token = room.token(Role::Publisher);
        while SystemClock.now() < moment {
            // A server with work at hand looks for what is due each time, not twice a second.
            server.call(&token, "/api/v1/sites/portal/releases", Some(&json!({})));
        }
        server.kill();
    }
    let mut server = Server::of(&room.app, &[], &[]);
    wait_until(&server, || items.iter().all(|item| seen(&room.app, item).last().is_some_and(|last| last == "hidden")));
    let token = room.token(Role::Publisher);
    release_by(&server, &token);
    server.end();
    items.iter().for_each(|item| assert_once(&room.app, item));
    assert_chain_is_intact(&room.app);
    let is_page = |path: &str| path.starts_with("berita/kabar-") && path.ends_with(".html");
    let left = tree(&current(&room.app)).into_iter().filter(|(path, _)| is_page(path));
    for (path, page) in left {
        assert!(String::from_utf8_lossy(&page).contains("telah ditarik"), "{path} only says that it is gone");
    }
    let failed: i64 =
        room.app.db.read(|c| Ok(jobs::table.filter(jobs::error.is_not_null()).count().first(c)?)).await.unwrap();
    assert_eq!(failed, 0);
}

/// Looks again and again, for a minute at most.
fn wait_until(server: &Server, holds: impl Fn() -> bool) {
    for _ in 0..1200 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not happen: {}", server.told());
}

async fn ordered<'n>(room: &'n Newsroom, appears: Timestamp, goes: Timestamp) -> Item<'n> {
    let item = room.in_step("approved").await;
    let order = json!({"command": "publish", "publish_at": at(appears), "unpublish_at": at(goes)});
    item.with_digest(Role::Publisher, order).await.assert_ok();
    item
}

async fn a_clock_that_jumps_keeps_each_time_once(app: TestApp) {
    let room = Newsroom::open(app);
    let start = room.app.now();
    let set = |minutes: i64| room.app.clock.set(&start.plus(minutes * MINUTE).to_string());
    // Due in 30 minutes and over in 60; due in 90 and over in 150; due in 4 hours and over in 5.
    let within = ordered(&room, start.plus(30 * MINUTE), start.plus(60 * MINUTE)).await;
    let across = ordered(&room, start.plus(90 * MINUTE), start.plus(150 * MINUTE)).await;
    let later = ordered(&room, start.plus(4 * HOUR), start.plus(5 * HOUR)).await;
    // Back before anything was due: nothing happens, and nothing is forgotten.
    set(-120);
    assert_eq!(room.run_due(), 0);
    set(0);
    assert_eq!(room.run_due(), 0);
    // Forward over both times of the first and over the beginning of the second.
    set(120);
    assert_eq!(room.run_due(), 3);
    assert_once(&room.app, &within);
    assert_eq!(seen(&room.app, &across), ["shown"]);
    // Back: what was shown stays, and its times do not come again.
    for minutes in [0, 30, 60, 90, 120] {
        set(minutes);
        assert_eq!(room.run_due(), 0, "after {minutes} minutes");
    }
    // Forward over the end of the second, back, and over it again on the straight way.
    set(270);
    assert_eq!(room.run_due(), 2);
    assert_eq!(seen(&room.app, &later), ["shown"]);
    for minutes in [150, 240, 270] {
        set(minutes);
        assert_eq!(room.run_due(), 0, "after {minutes} minutes");
    }
    set(300);
    assert_eq!(room.run_due(), 1);
    set(180);
    assert_eq!(room.run_due(), 0);
    [&within, &across, &later].into_iter().for_each(|item| assert_once(&room.app, item));
    assert_chain_is_intact(&room.app);
}

/// What appeared right before the clock was set back is not kept from citizens until it has caught up.
async fn a_clock_that_was_set_back_delays_no_release(app: TestApp) {
    let room = Newsroom::open(app);
    let start = room.app.now();
    let item = ordered(&room, start.plus(MINUTE), start.plus(3 * HOUR)).await;
    room.app.clock.set(&start.plus(2 * HOUR).to_string());
    assert_eq!(room.run_due(), 1);
    room.app.clock.set(&start.to_string());
    lamin::jobs::run_due(&room.app, &boot::handlers()).unwrap();
    let slug = item.now().await["slug"].as_str().unwrap().to_owned();
    assert!(tree(&current(&room.app)).contains_key(&format!("berita/{slug}/index.html")));
}

/// The server dies in the middle of the release that shows what appeared, and another one goes on.
async fn what_a_killed_server_was_building_is_live_a_minute_later(app: TestApp) {
    app.clock.set(&SystemClock.now().to_string());
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    // It stands still at the first call to the disk, for longer than anybody waits.
    let server = Server::of(&room.app, &[], &[("FAILPOINTS", "publish.disk=sleep(600000)")]);
    let running = jobs::table.filter(jobs::state.eq("running")).count();
    wait_until(&server, || room.app.db.read_blocking(|c| Ok(running.first::<i64>(c)?)).unwrap() == 1);
    server.kill();
    room.app.clock.set(&SystemClock.now().plus(MINUTE).to_string());
    assert_eq!(lamin::jobs::run_due(&room.app, &boot::handlers()).unwrap(), 1);
    let slug = item.now().await["slug"].as_str().unwrap().to_owned();
    assert!(tree(&current(&room.app)).contains_key(&format!("berita/{slug}/index.html")));
}

/// Half past midnight of the first of December: by UTC, and for neighbours, it is November.
const WALL: &str = "2026-12-01T00:30:00";
/// Zone, what its wall clock is ahead, and the instant. The sun rises in the east.
const ZONES: [(&str, &str, &str, &str); 3] = [
    ("wit", "Asia/Jayapura", "+09:00", "2026-11-30T15:30:00Z"),
    ("wita", "Asia/Makassar", "+08:00", "2026-11-30T16:30:00Z"),
    ("wib", "Asia/Jakarta", "+07:00", "2026-11-30T17:30:00Z"),
];

async fn the_same_wall_time_is_due_at_another_instant_in_each_zone(app: TestApp) {
    for (key, zone, _, _) in ZONES {
        app.site_in(zone, key);
    }
    let room = Newsroom::staffed(app, None);
    let mut items = Vec::new();
    for (key, _, offset, instant) in ZONES {
        let item = room.written_on(key, "Fajar").await;
        item.goes_to("approved").await;
        let order = |publish_at: String| json!({"command": "publish", "publish_at": publish_at});
        // A time without an offset is nobody's: it is not guessed.
        item.with_digest(Role::Publisher, order(WALL.into())).await.assert_refused(422, "invalid");
        let ordered = item.with_digest(Role::Publisher, order(format!("{WALL}{offset}"))).await.assert_ok().json();
        assert_eq!(ordered["publish_at"], instant);
        items.push(item);
    }
    for (turn, (key, _, _, instant)) in ZONES.into_iter().enumerate() {
        let instant = Timestamp::parse(instant).unwrap();
        room.app.clock.set(&instant.plus(-1).to_string());
        assert_eq!(room.run_due(), 0, "{key}");
        room.app.clock.set(&instant.to_string());
        assert_eq!(room.run_due(), 1, "{key}");
        let shown: Vec<_> = items.iter().map(|item| seen(&room.app, item).len()).collect();
        assert_eq!(shown.iter().sum::<usize>(), turn + 1);
        assert_eq!(shown[turn], 1, "{key} alone");
        assert_is_of_december(&room.app, key);
    }
}

/// The site tells the day by its own clock: in the archive, and on the page.
fn assert_is_of_december(app: &TestApp, key: &str) {
    service::build(app, key, Mode::Changed, &|_| {}).unwrap();
    let home = app.config.public.join(key);
    let tree = tree(&home.join(std::fs::read_link(home.join("current")).unwrap()));
    assert!(tree.contains_key("arsip/2026/12/index.html") && !tree.contains_key("arsip/2026/11/index.html"), "{key}");
    let page = super::text(&tree, "berita/fajar/index.html");
    assert!(page.contains("1 Desember 2026") && !page.contains("30 November"), "{key}: {page}");
}
