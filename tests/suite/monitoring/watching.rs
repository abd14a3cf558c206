//! Websites that are watched: the engine, what it stores, and the API.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use lamin::adapters::HttpProber;
use lamin::db::Engine as Database;
use lamin::db::schema::{probes, sites};
use lamin::identity::Role;
use lamin::kernel::Timestamp;
use lamin::kernel::id::MonitorId;
use lamin::kernel::time::{MINUTE, SECOND};
use lamin::monitoring::schedule::engine::Engine;
use lamin::monitoring::schedule::looking;
use lamin::monitoring::schedule::rules::slot_after;
use lamin::monitoring::schedule::store::HOLD_SPAN;
use lamin::monitoring::sites::model::Watched;
use lamin::monitoring::sites::store;
use lamin::monitoring::states::grouping::{GATHER_SPAN, REMIND_SPAN};
use lamin::monitoring::states::model::Outcome;
use serde_json::{Value, json};

use super::zoo::{Site, page, says};
use crate::support::{Call, TestApp};

/// By then every confirmation is due.
const STEP: i64 = 31 * SECOND;

/// A website whose answers can be changed while it is looked at.
fn changing() -> (Site, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(200));
    let now = status.clone();
    let text = page("Dinas Kominfo", "<p>Selamat datang di situs resmi dinas kami.</p>");
    (Site::open(move |_| says(now.load(Ordering::SeqCst), &text)), status)
}

/// An installation whose own line is known by what stands at that port.
fn installation(engine: Database, line: u16) -> TestApp {
    TestApp::with(engine, &[("monitor_line_targets", &format!("http://127.0.0.1:{line}/"))])
}

async fn engine(app: &TestApp) -> Engine {
    let prober = HttpProber::new(|_| true, &[], (b"", "+https://lamin.example/")).unwrap();
    Engine::open(&app.app, Arc::new(prober)).await.unwrap().expect("nobody else looks")
}

/// Has so many websites watched, all of them at one port.
fn watch(app: &TestApp, port: u16, many: usize) -> Vec<MonitorId> {
    let now = app.now();
    let one = |number: usize| {
        let (agency, url) = (format!("Dinas {number:03}"), format!("http://127.0.0.1:{port}/{number}/"));
        Watched::new(app.id(MonitorId::new), agency, url, now)
    };
    let all: Vec<Watched> = (0..many).map(one).collect();
    app.db.write_blocking(|tx| all.iter().try_for_each(|one| store::insert(tx, one))).unwrap();
    all.into_iter().map(|one| one.id).collect()
}

/// Lets that much time pass, and everything be done that was due by then.
async fn after(app: &TestApp, engine: &mut Engine, span: i64) {
    app.clock.advance(span);
    engine.settle().await.unwrap();
}

fn monitor(app: &TestApp) -> String {
    app.token(&app.user("pemantau", &[(Role::Monitor, None)]))
}

async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    Call::get(path).token(token).send(app).await.assert_ok().json()
}

async fn notices(app: &TestApp, token: &str) -> Vec<String> {
    let told = get(app, token, "/api/v1/notices").await;
    let items = told["items"].as_array().unwrap().iter().rev();
    items.map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["title"].as_str().unwrap())).collect()
}

async fn one_cause_is_told_once(database: Database) {
    let (site, status) = changing();
    let line = Site::open(|_| says(204, ""));
    let app = installation(database, line.port);
    let team = app.user("pemantau", &[(Role::Monitor, None)]);
    let token = app.token(&team);
    watch(&app, site.port, 60);
    let mut engine = engine(&app).await;
    after(&app, &mut engine, MINUTE + 5 * SECOND).await;
    let ok = get(&app, &token, "/api/v1/monitored?state=ok&limit=100").await;
    assert_eq!(ok["items"].as_array().unwrap().len(), 60);
    status.store(503, Ordering::SeqCst);
    // A slot may come 63 seconds after the one before; two confirmations follow it.
    for _ in 0..5 {
        after(&app, &mut engine, STEP).await;
    }
    let down = get(&app, &token, "/api/v1/monitored?state=down&limit=100").await;
    assert_eq!(down["items"].as_array().unwrap().len(), 60);
    after(&app, &mut engine, GATHER_SPAN).await;
    assert_eq!(notices(&app, &token).await, ["websites_failed Dinas 000, Dinas 001, Dinas 002 (+57)"]);
    let incidents = get(&app, &token, "/api/v1/monitoring/incidents").await;
    let incident = &incidents["items"][0];
    assert_eq!((&incident["cause"], &incident["websites_count"]), (&json!("server_error"), &json!(60)));
    assert_eq!(incidents["items"].as_array().unwrap().len(), 1);
    after(&app, &mut engine, REMIND_SPAN).await;
    let token = app.token(&team);
    assert_eq!(notices(&app, &token).await.len(), 2, "one clock, one reminder");
    status.store(200, Ordering::SeqCst);
    for _ in 0..5 {
        after(&app, &mut engine, STEP).await;
    }
    assert_eq!(notices(&app, &token).await[2..], ["websites_recovered Dinas 000, Dinas 001, Dinas 002 (+57)"]);
    let id = ok["items"][0]["id"].as_str().unwrap();
    let outages = get(&app, &token, &format!("/api/v1/monitored/{id}/outages")).await;
    assert!(outages["items"][0]["ended_at"].is_string() && outages["items"].as_array().unwrap().len() == 1);
    let days = get(&app, &token, &format!("/api/v1/monitored/{id}/history?span=day")).await;
    let looks = get(&app, &token, &format!("/api/v1/monitored/{id}/probes?limit=100")).await;
    let count =
        |name: &str| days["items"].as_array().unwrap().iter().map(|day| day[name].as_i64().unwrap()).sum::<i64>();
    assert_eq!(count("good") + count("bad"), looks["items"].as_array().unwrap().len() as i64);
    engine.close().await;
}

#[actix_web::test]
async fn a_page_that_is_still_there_is_known_and_another_in_its_place_is_read() {
    let is_suspended = Arc::new(AtomicBool::new(false));
    let now = is_suspended.clone();
    let suspended = "<title>Account Suspended</title><h1>This Account has been suspended.</h1>";
    let well = page("Dinas Kominfo", "<p>Selamat datang di situs resmi dinas kami.</p>");
    let site = Site::open(move |_| says(200, if now.load(Ordering::SeqCst) { suspended } else { &well }));
    let url = url::Url::parse(&format!("http://127.0.0.1:{}/", site.port)).unwrap();
    let prober = HttpProber::new(|_| true, &[], (b"", "+https://lamin.example/")).unwrap();
    let look =
        async |known| looking::look(&prober, (&url, known), Duration::from_secs(30), Timestamp::from_micros(0)).await;
    let first = look(None).await;
    let again = look(first.page).await;
    assert!(first.outcome == Outcome::Good && again.outcome == Outcome::Good);
    assert!(first.page.is_some() && first.page == again.page);
    is_suspended.store(true, Ordering::SeqCst);
    let gone = look(again.page).await;
    assert_eq!((gone.outcome, gone.cause.as_deref(), gone.page), (Outcome::Bad, Some("hosting_suspended"), None));
}

async fn nobody_is_blamed_for_our_line(database: Database) {
    let (site, status) = changing();
    // Nobody listens there.
    let app = installation(database, 1);
    let token = monitor(&app);
    watch(&app, site.port, 3);
    status.store(500, Ordering::SeqCst);
    let mut engine = engine(&app).await;
    for _ in 0..10 {
        after(&app, &mut engine, STEP).await;
    }
    let unknown = get(&app, &token, "/api/v1/monitored?state=unknown").await;
    assert_eq!(unknown["items"].as_array().unwrap().len(), 3);
    assert_eq!(notices(&app, &token).await, Vec::<String>::new());
    assert_eq!(get(&app, &token, "/api/v1/monitoring/incidents").await["items"], json!([]));
}

/// The slots that have a row, each as often as it has one.
fn rows(app: &TestApp, id: MonitorId) -> Vec<Timestamp> {
    let query = |c: &mut lamin::db::Conn| {
        let of_it = probes::table.filter(probes::monitor_id.eq(id)).order(probes::due_at);
        Ok(of_it.select(probes::due_at).load::<Timestamp>(c)?)
    };
    app.db.read_blocking(query).unwrap()
}

async fn a_cut_round_is_resumed(database: Database) {
    let slow = Site::open(|_| {
        std::thread::sleep(Duration::from_millis(5));
        says(200, &page("Dinas", "<p>Selamat datang di situs resmi dinas kami.</p>"))
    });
    let app = installation(database, slow.port);
    let ids = watch(&app, slow.port, 80);
    let begun = app.now();
    let mut first = engine(&app).await;
    after(&app, &mut first, MINUTE + 5 * SECOND).await;
    app.clock.advance(MINUTE - 10 * SECOND);
    let cut = tokio::time::timeout(Duration::from_millis(40), first.settle()).await;
    assert!(cut.is_err(), "it was to be cut in its midst");
    // As it dies it gives nothing back.
    drop(first);
    let prober = HttpProber::new(|_| true, &[], (b"", "")).unwrap();
    assert!(Engine::open(&app.app, Arc::new(prober)).await.unwrap().is_none(), "the other one may live");
    app.clock.advance(HOLD_SPAN);
    let mut second = engine(&app).await;
    second.settle().await.unwrap();
    for id in ids {
        let mut slots = Vec::new();
        let mut at = slot_after(id.as_str(), MINUTE, begun);
        while at <= app.now() {
            slots.push(at);
            at = slot_after(id.as_str(), MINUTE, at);
        }
        let found = rows(&app, id);
        assert_eq!(found.len(), found.iter().collect::<BTreeSet<_>>().len(), "no row twice");
        let lost: Vec<_> = slots.iter().filter(|slot| !found.contains(slot)).collect();
        // A slot within the rest between both is made up for by one look, not by two.
        assert!(lost.len() <= usize::from(slots.len() > 2), "{lost:?} of {slots:?}, found {found:?}");
    }
}

async fn the_list_is_kept_by_people(database: Database) {
    let app = installation(database, 1);
    let token = monitor(&app);
    let path = "/api/v1/monitored";
    let body = json!({"agency": "Dinas Kesehatan", "url": "dinkes.example.go.id", "profile": {
        "sections": [{"section": "berita", "days": 7}], "responsible": {"name": "Ani", "phone": "0811"}}});
    let made = Call::post(path).token(&token).json(&body).send(&app).await.assert_ok().json();
    assert_eq!((&made["url"], &made["state"]), (&json!("https://dinkes.example.go.id/"), &json!("unknown")));
    Call::post(path).token(&token).json(&body).send(&app).await.assert_refused(409, "taken");
    let wrong = json!({"agency": " ", "url": "ftp://a", "interval_seconds": 1, "profile": {"hosts": ["a b"]}});
    let wrong = Call::post(path).token(&token).json(&wrong).send(&app).await;
    wrong.assert_refused(422, "invalid");
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 4);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let changed = json!({"active": false});
    let changed = Call::new("PATCH", &one)
        .token(&token)
        .seen(&made["version"])
        .json(&changed)
        .send(&app)
        .await
        .assert_ok()
        .json();
    assert_eq!((&changed["active"], &changed["version"]), (&json!(false), &json!(2)));
    assert_eq!(
        (&changed["agency"], &changed["profile"]),
        (&made["agency"], &made["profile"]),
        "what is not named stays"
    );
    let window = json!({"monitor": made["id"], "starts": "2026-11-24T18:00", "ends": "2026-11-24T20:00", "reason": "Pindah server"});
    let windows = "/api/v1/monitoring/windows";
    let window = Call::post(windows).token(&token).json(&window).send(&app).await.assert_ok().json();
    assert_eq!(window["starts_at"], "2026-11-24T10:00:00Z");
    let ends = format!("{windows}/{}", window["id"].as_str().unwrap());
    Call::new("DELETE", &ends).token(&token).send(&app).await.assert_ok();
    assert_eq!(get(&app, &token, windows).await["items"], json!([]), "what had not begun is taken back");
    Call::new("DELETE", &one).token(&token).seen(&changed["version"]).send(&app).await.assert_ok();
    assert_eq!(get(&app, &token, path).await["items"], json!([]));
}

async fn a_site_of_this_house_is_watched_by_itself(database: Database) {
    let app = installation(database, 1);
    let token = monitor(&app);
    let site = app.site("portal");
    let lives = |tx: &mut lamin::db::Tx| {
        let hosts = json!(["portal.example.go.id"]).to_string();
        diesel::update(sites::table.find(site.id))
            .set((sites::hosts.eq(hosts), sites::live_sequence.eq(1_i64)))
            .execute(&mut **tx)?;
        Ok(())
    };
    app.db.write_blocking(lives).unwrap();
    let _engine = engine(&app).await;
    let all = get(&app, &token, "/api/v1/monitored").await;
    let one = &all["items"][0];
    assert_eq!((&one["url"], &one["site"]), (&json!("https://portal.example.go.id/"), &json!(site.id)));
    let path = format!("/api/v1/monitored/{}", one["id"].as_str().unwrap());
    Call::new("DELETE", &path).token(&token).seen(&one["version"]).send(&app).await.assert_refused(409, "in_use");
}

macro_rules! on_both_databases {
    ($($test:ident = $work:ident),* $(,)?) => {
        mod sqlite { $(#[actix_web::test] async fn $test() { super::$work(super::Database::Sqlite).await; })* }
        mod postgres { $(#[actix_web::test] async fn $test() { super::$work(super::Database::Postgres).await; })* }
    };
}

on_both_databases!(
    what_one_cause_strikes_is_told_once_reminded_of_by_one_clock_and_told_when_over = one_cause_is_told_once,
    while_our_own_line_is_silent_nobody_is_blamed = nobody_is_blamed_for_our_line,
    a_round_that_was_cut_is_resumed_with_no_row_twice_and_none_lost = a_cut_round_is_resumed,
    who_watches_keeps_the_list_and_announces_work = the_list_is_kept_by_people,
    a_site_of_this_house_is_watched_by_itself = a_site_of_this_house_is_watched_by_itself,
);
