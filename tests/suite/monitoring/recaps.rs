//! The weekly report (SOP 2): rounds that it takes its figures from, its rows, and what is printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use diesel::prelude::*;
use lamin::boot;
use lamin::db::Engine as Database;
use lamin::db::schema::{jobs as job_rows, monitor_reports, monitor_rounds};
use lamin::identity::{Actor, Role};
use lamin::jobs::{self, Job};
use lamin::kernel::Timestamp;
use lamin::kernel::id::{JobId, MonitorId};
use lamin::kernel::time::DAY;
use lamin::monitoring::look::model::Section;
use lamin::monitoring::rounds::service as rounds;
use lamin::monitoring::sites::model::{Check, Exception, Kept, Profile, Responsible, Watched};
use lamin::monitoring::sites::store;
use serde_json::{Value, json};

use super::zoo::{self, Site, page, says};
use crate::notices::mail::{Post, plain};
use crate::on_each;
use crate::support::{Call, Reply, TestApp, golden, text_of};

/// The Sunday before the day on which the zoo's dates count.
const SUNDAY: &str = "2026-01-11T10:00:00+08:00";

fn installation(engine: Database, line: &Site) -> TestApp {
    let line = format!("http://127.0.0.1:{}/", line.port);
    let app =
        TestApp::with(engine, &[("monitor_line_targets", line.as_str()), ("fetch_private_networks", "127.0.0.0/8")]);
    app.clock.set(SUNDAY);
    app
}

/// A website with news of these ages in days, which answers with a status that can be changed.
fn website(days: &'static [i64]) -> (Site, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(200));
    let now = status.clone();
    let site = Site::open(move |request| match (now.load(Ordering::SeqCst), request.path()) {
        (200, "/") => {
            says(200, &page("Dinas", "<nav><a href=/berita/>Berita</a></nav><p>Selamat datang di situs dinas."))
        }
        (200, "/berita/") => says(200, &page("Berita", &zoo::list("berita", days))),
        (200, _) => says(404, "tidak ditemukan"),
        (status, _) => says(status, "galat"),
    });
    (site, status)
}

fn watch(app: &TestApp, agency: &str, site: &Site, days: Option<u16>) -> MonitorId {
    let sections = vec![Kept { section: Section::Berita, url: None, days }];
    let (id, now) = (app.id(MonitorId::new), app.now());
    let url = format!("http://127.0.0.1:{}/", site.port);
    let profile = Profile { sections, ..Profile::default() };
    let one = Watched { profile, ..Watched::new(id, agency.to_owned(), url, now) };
    app.db.write_blocking(|tx| store::insert(tx, &one)).unwrap();
    id
}

/// What the worker does at that time: schedules, then all jobs that are due.
async fn work(app: &TestApp, at: &str) {
    app.clock.set(at);
    settle(app).await;
}

async fn settle(app: &TestApp) {
    let app = app.app.clone();
    let done = std::thread::spawn(move || {
        // A worker that is as old as its installation does at once what is due.
        for _ in 0..2 {
            let (handlers, tick) = boot::worker();
            tick(&app).unwrap();
            jobs::run_due(&app, &handlers).unwrap();
        }
    });
    actix_web::web::block(move || done.join().unwrap()).await.unwrap();
}

struct Office<'a> {
    app: &'a TestApp,
    head: Actor,
    team: Actor,
}

impl Office<'_> {
    async fn get(&self, path: &str) -> Value {
        Call::get(path).token(&self.app.token(&self.team)).send(self.app).await.assert_ok().json()
    }

    async fn move_case(&self, who: &Actor, case: &str, body: Value) -> Reply {
        let path = format!("/api/v1/cases/{case}");
        let seen = self.get(&path).await["version"].clone();
        let call = Call::post(&format!("{path}/transitions")).token(&self.app.token(who)).seen(&seen).json(&body);
        call.send(self.app).await
    }

    async fn print(&self, id: &str, form: &str) -> Reply {
        let path = format!("/api/v1/recaps/{id}.{form}");
        Call::get(&path).token(&self.app.token(&self.team)).send(self.app).await.assert_ok()
    }
}

fn office(app: &TestApp) -> Office<'_> {
    let head = app.user("Kepala Bidang", &[(Role::Head, None)]);
    let team = app.user("Pemantau", &[(Role::Monitor, None)]);
    Office { app, head, team }
}

async fn the_whole_of_a_monday(engine: Database) {
    let line = Site::open(|_| says(204, ""));
    let ((fresh, _), (stale, _), (dead, status)) = (website(&[1, 9]), website(&[300, 320]), website(&[1]));
    let app = installation(engine, &line);
    boot::load_procedures(&app).await.unwrap();
    let office = office(&app);
    status.store(500, Ordering::SeqCst);
    watch(&app, "Dinas Pertanian", &fresh, None);
    let late = watch(&app, "Dinas Sosial", &stale, Some(14));
    watch(&app, "Badan Arsip", &dead, None);
    let (still, _) = website(&[300, 320]);
    let excused = watch(&app, "Dinas Perikanan", &still, None);
    excuse(&app, excused);
    settle(&app).await;
    let none = office.get("/api/v1/recaps").await;
    assert_eq!(none["items"], json!([]), "no report begins on a Sunday");
    work(&app, "2026-01-12T07:00:30+08:00").await;
    assert_eq!(office.get("/api/v1/recaps").await["items"], json!([]), "figures are taken before the case opens");
    work(&app, "2026-01-12T08:00:30+08:00").await;
    let listed = office.get("/api/v1/recaps").await;
    let recap = &listed["items"][0];
    assert_eq!((&recap["week"], &recap["step"], &recap["counts"]), (&json!("2026-01-12"), &json!("order"), &json!({})));
    let (id, case) = (recap["id"].as_str().unwrap(), recap["case"].as_str().unwrap());
    let whole = format!("/api/v1/recaps/{id}");
    let order = json!({ "command": "order", "fields": { "order_form": "tertulis", "figures": "terjadwal" } });
    office.move_case(&office.head, case, order).await.assert_ok();
    settle(&app).await;
    let view = office.get(&whole).await;
    assert_eq!(view["counts"], json!({ "down": 1, "not_updated": 2, "updated": 1 }));
    assert_eq!((&view["open"], &view["round"]["occasion"]), (&json!(true), &json!("recap")));
    assert_eq!(view["round"]["began_at"], json!("2026-01-11T23:00:30Z"), "the figures are those of seven o'clock");
    let rows = office.get(&format!("{whole}/rows")).await;
    let told =
        |row: &Value| format!("{} {} {} {}", row["agency"], row["verdict"], row["seen"]["days"], row["seen"]["cause"]);
    let told: Vec<String> = rows["items"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(
        told,
        [
            "\"Badan Arsip\" \"down\" null \"server_error\"",
            "\"Dinas Perikanan\" \"not_updated\" 300 null",
            "\"Dinas Pertanian\" \"updated\" 1 null",
            "\"Dinas Sosial\" \"not_updated\" 300 null",
        ]
    );
    let exception =
        json!({ "reason": "Portal baru sedang dibangun", "agreed_by": "Kepala Bidang", "valid_until": "2026-03-31" });
    assert_eq!(rows["items"][1]["seen"]["exception"], exception, "it is told as measured, and explained");
    writing_on_rows(&office, id, late).await;
    handing_in(&office, (id, case)).await;
}

/// It need not have news until the end of March.
fn excuse(app: &TestApp, id: MonitorId) {
    let one = store_of(app, id);
    let exceptions = vec![Exception {
        check: Check::Freshness(Section::Berita),
        reason: "Portal baru sedang dibangun".into(),
        valid_until: jiff::civil::date(2026, 3, 31),
        agreed_by: "Kepala Bidang".into(),
    }];
    let one = Watched { profile: Profile { exceptions, ..one.profile.clone() }, ..one };
    app.db.write_blocking(|tx| store::update(tx, &one)).unwrap();
}

async fn writing_on_rows(office: &Office<'_>, id: &str, late: MonitorId) {
    let (app, token) = (office.app, office.app.token(&office.team));
    let row = format!("/api/v1/recaps/{id}/rows/{late}/berita");
    let patch = |body: Value, seen: i32| Call::new("PATCH", &row).token(&token).seen(&json!(seen)).json(&body);
    let reason = json!({ "reason": "Operator pindah tugas, akun belum diserahkan" });
    patch(reason.clone(), 1).send(app).await.assert_ok();
    patch(reason, 1).send(app).await.assert_refused(412, "stale");
    let silent = json!({ "override": { "verdict": "updated", "reason": "" } });
    patch(silent, 2).send(app).await.assert_refused(422, "comment_required");
    let put_right = json!({ "override": { "verdict": "updated", "reason": "=Berita dimuat pada kanal lain" } });
    let written = patch(put_right, 2).send(app).await.assert_ok().json();
    assert_eq!((&written["measured"], &written["verdict"]), (&json!("not_updated"), &json!("updated")));
    assert_eq!(written["reason"], json!("Operator pindah tugas, akun belum diserahkan"));
    let found = office.get(&format!("/api/v1/recaps/{id}/rows?q=sosial&verdict=updated")).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let whole = format!("/api/v1/recaps/{id}");
    let seen = office.get(&whole).await["version"].clone();
    let number = json!({ "number": "555/12/Diskominfo/2026" });
    Call::new("PATCH", &whole).token(&token).seen(&seen).json(&number).send(app).await.assert_ok();
    let head = app.token(&office.head);
    let citizen = app.token(&app.user("Penulis", &[(Role::Author, None)]));
    Call::get(&whole).token(&citizen).send(app).await.assert_refused(403, "forbidden");
    Call::get(&whole).token(&head).send(app).await.assert_ok();
}

async fn handing_in(office: &Office<'_>, (id, case): (&str, &str)) {
    let (app, whole) = (office.app, format!("/api/v1/recaps/{id}"));
    let report = || json!({ "command": "report", "fields": { "summary": "Satu website tidak dapat diakses." } });
    office.move_case(&office.team, case, report()).await.assert_ok();
    settle(app).await;
    let refused = Call::post(&format!("{whole}/refresh")).token(&app.token(&office.team)).send(app).await;
    refused.assert_refused(409, "wrong_step");
    let reject = json!({ "command": "reject", "comment": "Lengkapi alasan Badan Arsip." });
    office.move_case(&office.head, case, reject).await.assert_ok();
    office.move_case(&office.team, case, report()).await.assert_ok();
    settle(app).await;
    settle(app).await;
    let versions = office.get(&whole).await["versions"].clone();
    assert_eq!(versions.as_array().unwrap().len(), 2, "returned and handed in again: {versions}");
    office
        .move_case(&office.head, case, json!({ "command": "approve", "fields": { "disposition": "Setuju" } }))
        .await
        .assert_ok();
    a_page_for_citizens(office, id).await;
    let archive = json!({ "command": "archive", "fields": { "archive_place": "Rak 3" } });
    office.move_case(&office.head, case, archive).await.assert_ok();
    let csv = office.print(id, "csv").await;
    let text = csv.text;
    let port = |text: String| {
        let mut text = text;
        for port in ports(&text) {
            text = text.replace(&port, "PORT");
        }
        text
    };
    golden("recap/recap.csv", &port(text));
    let workbook = office.print(id, "xlsx").await;
    assert_eq!(&workbook.bytes[..2], b"PK");
    let pdf = office.print(id, "pdf").await;
    assert_eq!(&pdf.bytes[..5], b"%PDF-");
    assert_eq!(office.print(id, "pdf").await.bytes, pdf.bytes, "printing says nothing of its own time");
    let digest = versions[1]["digest"].as_str().unwrap();
    // First: its letters may hold the digits of a port.
    golden("recap/recap.pdf.txt", &port(text_of(&pdf.bytes).replace(digest, "DIGEST")));
}

/// The approved report becomes a draft of a site, then a new revision of the same page.
async fn a_page_for_citizens(office: &Office<'_>, id: &str) {
    let (app, path) = (office.app, format!("/api/v1/recaps/{id}/page"));
    let site = app.site("portal");
    let writer = app.user("Penulis Rekap", &[(Role::Monitor, None), (Role::Author, Some(site.id))]);
    let ask = |who: &Actor, body: Value| Call::post(&path).token(&app.token(who)).json(&body);
    ask(&office.team, json!({ "site": "portal" })).send(app).await.assert_refused(403, "forbidden");
    ask(&writer, json!({ "site": "portal", "group": "Tidak ada" })).send(app).await.assert_refused(422, "invalid");
    let made = ask(&writer, json!({ "site": "portal" })).send(app).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let entry = made.json()["entry"].as_str().unwrap().to_owned();
    let page = Call::get(&format!("/api/v1/entries/{entry}")).token(&app.token(&writer)).send(app).await.json();
    let body = page["fields"]["body"].as_str().unwrap();
    assert!(body.contains("| Berita | 18 Maret 2025 | Tidak diperbarui | Portal baru sedang dibangun |"), "{body}");
    assert_eq!((&page["slug"], &page["step"]), (&json!("status-website"), &json!("draft")));
    ask(&writer, json!({ "site": "portal" })).send(app).await.assert_refused(409, "nothing_changed");
}

/// Ports of this machine that a text names.
fn ports(text: &str) -> Vec<String> {
    let after = text.split("127.0.0.1:").skip(1);
    let mut ports: Vec<String> = after.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect()).collect();
    ports.sort();
    ports.dedup();
    ports
}

/// A website's own round: the job, as the queue would give it.
fn round_job(app: &TestApp) -> Job {
    let rows = job_rows::table.filter(job_rows::kind.eq(rounds::JOB)).select((job_rows::id, job_rows::payload));
    let (id, payload) = app.db.read_blocking(|c| Ok(rows.first::<(JobId, String)>(c)?)).unwrap();
    let mut job = app.db.read_blocking(|c| jobs::find(c, id)).unwrap().unwrap();
    job.payload = serde_json::from_str(&payload).unwrap();
    job
}

async fn a_round_that_died_goes_on_and_looks_at_nobody_twice(engine: Database) {
    let line = Site::open(|_| says(204, ""));
    let (site, _) = website(&[1]);
    let app = installation(engine, &line);
    boot::load_procedures(&app).await.unwrap();
    for number in 0..5 {
        let agency = format!("Dinas {number}");
        let one = Watched {
            url: format!("http://127.0.0.1:{}/?{number}", site.port),
            agency,
            ..store_of(&app, watch(&app, &format!("x{number}"), &Site { port: 1 + number }, None))
        };
        app.db.write_blocking(|tx| store::update(tx, &one)).unwrap();
    }
    rounds::follow(&app).unwrap();
    let job = round_job(&app);
    let prober = |app: &lamin::app::App| boot::prober(&app.config, (&[], false));
    let rows = |app: &TestApp| {
        let all = monitor_reports::table.select((monitor_reports::monitor_id, monitor_reports::looked_at));
        app.db.read_blocking(|c| Ok(all.load::<(MonitorId, Timestamp)>(c)?)).unwrap()
    };
    let make = |app: &TestApp| {
        let (app, job) = (app.app.clone(), job.clone());
        std::thread::spawn(move || rounds::job(&app, &job, &prober).unwrap()).join().unwrap()
    };
    assert_eq!(make(&app)["websites"], json!(5));
    let first = rows(&app);
    // As if it had died when three were stored and its end was not.
    let gone: Vec<MonitorId> = first.iter().take(2).map(|(id, _)| *id).collect();
    let forget = || monitor_reports::table.filter(monitor_reports::monitor_id.eq_any(gone.clone()));
    app.db.write_blocking(|tx| Ok(diesel::delete(forget()).execute(&mut **tx)?)).unwrap();
    app.clock.advance(60_000_000);
    assert_eq!(make(&app)["websites"], json!(2), "those that are left");
    let second = rows(&app);
    assert_eq!(second.len(), 5);
    let kept = second.iter().filter(|row| first.contains(row)).count();
    assert_eq!(kept, 3, "what was stored stays as it was");
    assert_eq!(make(&app)["websites"], json!(0));
    app.clock.advance(40 * DAY);
    rounds::follow(&app).unwrap();
}

fn store_of(app: &TestApp, id: MonitorId) -> Watched {
    app.db.read_blocking(|c| store::find(c, id)).unwrap().unwrap().0
}

async fn while_our_own_line_is_silent_nobody_is_said_to_be_down(engine: Database) {
    let silent = Site { port: 9 };
    let app = installation(engine, &silent);
    boot::load_procedures(&app).await.unwrap();
    watch(&app, "Dinas Jauh", &Site { port: 9 }, None);
    settle(&app).await;
    let reached = monitor_reports::table.select(monitor_reports::reached);
    let reached = app.db.read_blocking(|c| Ok(reached.load::<String>(c)?)).unwrap();
    assert_eq!(reached, ["unknown"]);
}

async fn whoever_wrote_on_a_website_is_told_once(engine: Database) {
    let line = Site::open(|_| says(204, ""));
    let offer = "<div style='display:none'><a href='https://slot-gacor88.example/'>Slot gacor maxwin hari ini, daftar dan deposit pulsa bonus 100%</a></div>";
    let site = Site::open(move |request| match request.path() {
        "/" => says(200, &page("Dinas", &format!("<p>Selamat datang di situs dinas.{offer}"))),
        _ => says(404, ""),
    });
    let app = installation(engine, &line);
    boot::load_procedures(&app).await.unwrap();
    watch(&app, "Dinas Kesehatan", &site, None);
    for _ in 0..2 {
        let worker = app.app.clone();
        std::thread::spawn(move || {
            rounds::follow(&worker).unwrap();
            let (handlers, _) = boot::worker();
            jobs::run_due(&worker, &handlers).unwrap();
        })
        .join()
        .unwrap();
        app.clock.advance(DAY / 3);
    }
    let told = job_rows::table.filter(job_rows::kind.eq(jobs::INCIDENT_JOB)).select(job_rows::payload);
    let told = app.db.read_blocking(|c| Ok(told.load::<String>(c)?)).unwrap();
    assert_eq!(told.len(), 1, "it was known the second time");
    let told: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!((&told["agency"], &told["source"]), (&json!("Dinas Kesehatan"), &json!("monitor")));
    assert!(told["evidence"].as_array().unwrap().len() > 1, "{told}");
}

/// Before the scheduled figures are taken, a report that is asked for is served by one round of its own, and waits for no other.
async fn a_report_asked_for_before_dawn_is_served_by_one_round(engine: Database) {
    let line = Site::open(|_| says(204, ""));
    let (site, _) = website(&[1, 9]);
    let app = installation(engine, &line);
    boot::load_procedures(&app).await.unwrap();
    let office = office(&app);
    watch(&app, "Dinas Pertanian", &site, None);
    work(&app, "2026-01-12T04:00:00+08:00").await;
    let opened = Call::post("/api/v1/recaps").token(&app.token(&office.head)).send(&app).await;
    let (id, case) =
        (opened.json()["id"].as_str().unwrap().to_owned(), opened.json()["case"].as_str().unwrap().to_owned());
    let order = json!({ "command": "order", "fields": { "order_form": "tertulis", "figures": "terjadwal" } });
    office.move_case(&office.head, &case, order).await.assert_ok();
    for _ in 0..3 {
        app.clock.advance(1_000_000);
        settle(&app).await;
    }
    assert_eq!(office.get(&format!("/api/v1/recaps/{id}")).await["counts"], json!({ "updated": 1 }));
    let ordered = monitor_rounds::table.filter(monitor_rounds::occasion.eq("order")).count();
    assert_eq!(app.db.read_blocking(|c| Ok(ordered.get_result::<i64>(c)?)).unwrap(), 1);
}

async fn whoever_is_responsible_is_reminded_once_before_the_report(engine: Database) {
    let (line, post) = (Site::open(|_| says(204, "")), Post::open());
    let ((fresh, _), (stale, _), (still, _)) = (website(&[1, 9]), website(&[300, 320]), website(&[300, 320]));
    let app = installation(engine, &line);
    boot::load_procedures(&app).await.unwrap();
    let admin = app.token(&app.user("pengelola", &[(Role::Admin, None)]));
    let mail = Call::new("PUT", "/api/v1/mail").token(&admin).seen(&json!(0)).json(&post.settings());
    mail.send(&app).await.assert_ok();
    for (agency, site) in [("Dinas Pertanian", &fresh), ("Dinas Sosial", &stale), ("Dinas Perikanan", &still)] {
        let one = store_of(&app, watch(&app, agency, site, Some(14)));
        let (name, email) = ("Operator Dinas".to_owned(), Some("operator@dinas.go.id".to_owned()));
        let responsible = Some(Responsible { name, email, phone: None });
        let one = Watched { profile: Profile { responsible, ..one.profile.clone() }, ..one };
        app.db.write_blocking(|tx| store::update(tx, &one)).unwrap();
        if agency == "Dinas Perikanan" {
            excuse(&app, one.id);
        }
    }
    work(&app, "2026-01-07T23:00:00+08:00").await;
    work(&app, "2026-01-08T05:30:00+08:00").await;
    assert_eq!(post.letters(), [""; 0], "a report five days from now is nobody's worry, and not yet at half past five");
    work(&app, "2026-01-08T12:00:00+08:00").await;
    let letters = post.letters();
    assert_eq!(letters.len(), 1, "{letters:#?}");
    let letter = plain(&letters[0]);
    assert!(
        letter.contains("operator@dinas.go.id") && letter.contains("Subject: Website belum diperbarui: Dinas Sosial")
    );
    assert!(letter.contains("pada 12 Januari 2026") && letter.contains("Target: setiap 14 hari."), "{letter}");
    assert!(!letter.contains("Pertanian") && !letter.contains("Perikanan"), "{letter}");
    work(&app, "2026-01-09T12:00:00+08:00").await;
    work(&app, SUNDAY).await;
    assert_eq!(post.letters().len(), 1, "one reminder for a report");
    work(&app, "2026-01-12T08:00:30+08:00").await;
    let office = office(&app);
    let recap = office.get("/api/v1/recaps").await["items"][0].clone();
    let (id, case) = (recap["id"].as_str().unwrap(), recap["case"].as_str().unwrap());
    let order = json!({ "command": "order", "fields": { "order_form": "tertulis", "figures": "terjadwal" } });
    office.move_case(&office.head, case, order).await.assert_ok();
    settle(&app).await;
    let rows = office.get(&format!("/api/v1/recaps/{id}/rows?q=sosial")).await;
    assert_eq!(rows["items"][0]["seen"]["nudged_at"], json!("2026-01-08T04:00:00Z"), "{rows}");
}

on_each!(
    the_whole_of_a_monday,
    a_report_asked_for_before_dawn_is_served_by_one_round,
    whoever_is_responsible_is_reminded_once_before_the_report,
    a_round_that_died_goes_on_and_looks_at_nobody_twice,
    while_our_own_line_is_silent_nobody_is_said_to_be_down,
    whoever_wrote_on_a_website_is_told_once,
);
