//! Incidents: how they begin, their timeline, what handling offers, the report, the bundle, and who is called.

pub mod calling;
mod handling;
mod paper;

use std::collections::BTreeMap;
use std::io::Read as _;

use diesel::RunQueryDsl as _;
use lamin::db::Engine;
use lamin::identity::{Actor, Role};
use lamin::jobs::NewJob;
use lamin::kernel::Digest;
use lamin::kernel::id::JobId;
use lamin::kernel::time::{DAY, HOUR, MINUTE};
use lamin::procedure::service;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_finding_opens_a_case_without_a_person_and_a_second_one_is_a_line,
    numbers_begin_anew_each_year_and_have_no_gaps,
    the_timeline_is_only_added_to,
    a_citizen_is_told_the_state_alone_and_is_known_to_the_team_alone,
    securing_is_walked_from_a_finding_to_a_website_fit_for_use,
    a_report_of_an_incident_has_versions_and_is_whole_when_it_is_handed_in,
    an_account_is_locked_and_work_announced_with_a_line_each,
    the_bundle_holds_what_was_seen_and_nobody_who_reported,
    only_those_who_handle_incidents_change_them,
);

/// One person for each role of the whole installation, and a site.
pub struct Watch {
    pub app: TestApp,
    everybody: Vec<(Role, Actor)>,
}

impl Watch {
    pub fn open(app: TestApp) -> Self {
        service::load(&app).unwrap();
        let mut site = app.site("portal");
        site.hosts = vec!["portal.go.id".into()];
        app.db.write_blocking(|tx| lamin::sites::store::update(tx, &site)).unwrap();
        let everybody = Role::ALL.iter().map(|role| (*role, app.user(role.as_str(), &[(*role, None)]))).collect();
        Watch { app, everybody }
    }

    pub fn actor(&self, role: Role) -> &Actor {
        &self.everybody.iter().find(|(other, _)| *other == role).unwrap().1
    }

    pub async fn get(&self, role: Role, path: &str) -> Reply {
        Call::get(path).token(&self.app.token(self.actor(role))).send(&self.app).await
    }

    pub async fn send(&self, role: Role, method: &str, (path, version): (&str, &Value), body: Value) -> Reply {
        let token = self.app.token(self.actor(role));
        Call::new(method, path).token(&token).seen(version).json(&body).send(&self.app).await
    }

    pub async fn post(&self, role: Role, path: &str, body: Value) -> Reply {
        self.send(role, "POST", (path, &json!(0)), body).await
    }

    pub async fn work(&self) {
        let app = self.app.app.clone();
        actix_web::web::block(move || lamin::jobs::run_due(&app, &lamin::boot::handlers())).await.unwrap().unwrap();
    }

    /// Enqueues what a round of looks would, and has it done.
    pub async fn found(&self, url: &str, title: &str) {
        let now = self.app.now();
        let payload = json!({ "source": "monitor", "url": url, "agency": "Dinas Kearsipan", "title": title,
            "detected_at": now.plus(-5 * MINUTE).micros(), "summary": "Tautan perjudian tersembunyi",
            "evidence": ["slot gacor di /berita/", "tautan ke raja777"] });
        let job = NewJob { kind: lamin::jobs::INCIDENT_JOB, payload, unique_key: None, run_at: now };
        let id = self.app.id(JobId::new);
        self.app.db.write_blocking(|tx| lamin::jobs::enqueue(tx, id, &job, now)).unwrap();
        self.work().await;
    }

    pub async fn incidents(&self) -> Vec<Value> {
        let page = self.get(Role::Monitor, "/api/v1/incidents").await.assert_ok().json();
        page["items"].as_array().unwrap().clone()
    }

    pub async fn incident(&self, id: &Value) -> Value {
        self.get(Role::Monitor, &path(id, "")).await.assert_ok().json()
    }

    /// A citizen's report, from an address of theirs.
    async fn reported(&self, from: &str, body: &Value) -> Reply {
        Call::post("/delivery/v1/sites/portal/reports").from(from).json(body).send(&self.app).await
    }

    async fn moves(&self, role: Role, incident: &Value, command: &str, fields: Value) -> Reply {
        let case = self.incident(incident).await["case_view"].clone();
        let path = format!("/api/v1/cases/{}/transitions", case["id"].as_str().unwrap());
        let comment = if command == "reject" { "Sebabnya belum jelas." } else { "" };
        let body = json!({ "command": command, "comment": comment, "fields": fields });
        self.send(role, "POST", (&path, &case["version"]), body).await
    }

    /// Everything that the ledger says, as text.
    fn ledger(&self) -> String {
        let all = self.app.db.read_blocking(|c| {
            let limit = lamin::kernel::page::Limit::new(Some(100))?;
            lamin::ledger::list(c, &lamin::ledger::Wanted::default(), limit, None)
        });
        serde_json::to_string(&all.unwrap().items).unwrap()
    }
}

/// What the server does between two looks at its queue, and then what is in it; until nothing is left that is due.
pub async fn tick(app: &TestApp) {
    let app = app.app.clone();
    let turn = move || -> lamin::kernel::Result<()> {
        let (handlers, tick) = lamin::boot::worker();
        loop {
            tick(&app)?;
            if lamin::jobs::run_due(&app, &handlers)? == 0 {
                return Ok(());
            }
        }
    };
    actix_web::web::block(turn).await.unwrap().unwrap();
}

pub fn path(id: &Value, rest: &str) -> String {
    format!("/api/v1/incidents/{}{rest}", id.as_str().unwrap())
}

pub fn kinds(incident: &Value) -> Vec<String> {
    let lines = incident["timeline"].as_array().unwrap();
    lines.iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect()
}

async fn a_finding_opens_a_case_without_a_person_and_a_second_one_is_a_line(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://www.arsip.go.id/berita/", "Perjudian di situs arsip").await;
    let all = watch.incidents().await;
    assert_eq!(all.len(), 1, "{all:#?}");
    let one = &all[0];
    assert_eq!((&one["reference"], &one["source"]), (&json!("INS-2026-0001"), &json!("monitor")));
    assert_eq!((&one["step"], &one["severity"]), (&json!("received"), &json!("high")));
    let whole = watch.incident(&one["id"]).await;
    assert_eq!(kinds(&whole), ["detected", "reported"]);
    assert_eq!(whole["timeline"][0]["detail"]["evidence"][1], "tautan ke raja777");
    assert!(whole["case_view"]["opened_by"].is_null() && whole["timeline"][0]["actor"].is_null(), "{whole:#}");
    assert_eq!((&whole["proposed"]["problem_kind"], &whole["proposed"]["website"]), (&json!("serangan"), &one["url"]));
    let notices = watch.get(Role::Head, "/api/v1/notices").await.assert_ok().json();
    let told = &notices["items"][0];
    assert_eq!((&told["kind"], &told["incident"]), (&json!("waiting"), &one["id"]), "{notices:#}");
    watch.app.clock.advance(HOUR);
    watch.found("http://arsip.go.id/", "Masih ada").await;
    let all = watch.incidents().await;
    assert_eq!(all.len(), 1, "the same website has one incident");
    assert_eq!(kinds(&watch.incident(&one["id"]).await), ["detected", "reported", "detected_again"]);
    let asked = json!({ "url": "https://arsip.go.id/x", "title": "Saya juga melihat", "summary": "Ada iklan judi" });
    let again = watch.post(Role::Operator, "/api/v1/incidents", asked).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &one["id"]), "{}", again.text);
    let other = json!({ "url": "https://dinas.go.id/", "title": "Situs lain", "summary": "Tidak wajar" });
    let opened = watch.post(Role::Monitor, "/api/v1/incidents", other).await;
    assert_eq!((opened.status, &opened.json()["reference"]), (201, &json!("INS-2026-0002")), "{}", opened.text);
    let wrong = json!({ "url": "ftp://a/", "title": "", "summary": "x", "detected_at": "2030-01-01T00:00:00Z" });
    watch.post(Role::Monitor, "/api/v1/incidents", wrong).await.assert_refused(422, "invalid");
    assert_eq!(watch.incidents().await.len(), 2);
}

async fn numbers_begin_anew_each_year_and_have_no_gaps(app: TestApp) {
    // Before anybody signs in: no session lasts for weeks.
    app.clock.set("2026-12-31T23:00:00+08:00");
    let watch = Watch::open(app);
    for (at, host) in
        [("2026-12-31T23:30:00+08:00", "a"), ("2026-12-31T23:50:00+08:00", "b"), ("2027-01-01T00:10:00+08:00", "c")]
    {
        watch.app.clock.set(at);
        watch.found(&format!("https://{host}.go.id/"), "Diserang").await;
    }
    let all = watch.incidents().await;
    let references: Vec<&str> = all.iter().map(|one| one["reference"].as_str().unwrap()).collect();
    assert_eq!(references, ["INS-2027-0001", "INS-2026-0002", "INS-2026-0001"]);
}

async fn the_timeline_is_only_added_to(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://arsip.go.id/", "Diserang").await;
    for statement in ["UPDATE incident_timeline SET said = 'lain'", "DELETE FROM incident_timeline"] {
        let done = watch.app.db.write_blocking(|tx| Ok(diesel::sql_query(statement).execute(&mut **tx)?));
        let error = done.expect_err(statement).to_string();
        assert!(error.contains("only added to"), "{statement}: {error}");
    }
    let all = watch.incidents().await;
    assert_eq!(kinds(&watch.incident(&all[0]["id"]).await), ["detected", "reported"]);
}

async fn a_citizen_is_told_the_state_alone_and_is_known_to_the_team_alone(app: TestApp) {
    let watch = Watch::open(app);
    let told = json!({ "kind": "gambling", "url": "https://portal.go.id/berita/x/", "name": "Budi Santoso",
        "description": "Ada iklan slot di bawah berita", "contact": "0812-555-0101" });
    let taken = watch.reported("203.0.113.9", &told).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    assert_eq!(taken.header("access-control-allow-origin"), "*");
    let reference = taken.json()["reference"].as_str().unwrap().to_owned();
    assert_eq!(taken.json().as_object().unwrap().len(), 1);
    let ask = format!("/delivery/v1/sites/portal/reports/{}", reference.to_lowercase());
    let state = Call::get(&ask).send(&watch.app).await.assert_ok().json();
    assert_eq!(state, json!({ "reference": reference, "state": "received" }));
    Call::get("/delivery/v1/sites/portal/reports/LAP-0000-0000")
        .send(&watch.app)
        .await
        .assert_refused(404, "not_found");
    let all = watch.incidents().await;
    let whole = watch.incident(&all[0]["id"]).await;
    assert_eq!((&whole["source"], &whole["site"]), (&json!("report"), &json!("portal")));
    assert_eq!(whole["reports"][0]["person"], json!({ "name": "Budi Santoso", "contact": "0812-555-0101" }));
    let auditor = watch.get(Role::Auditor, &path(&all[0]["id"], "")).await.assert_ok();
    for secret in ["Budi", "0812-555"] {
        assert!(!auditor.text.contains(secret), "an auditor is not shown who reported");
        assert!(!watch.ledger().contains(secret), "the ledger keeps nobody's name");
    }
    let foreign = json!({ "kind": "other", "url": "https://www.example.com/", "description": "Situs orang lain" });
    watch.reported("203.0.113.10", &foreign).await.assert_refused(422, "invalid");
    for _ in 0..3 {
        watch.reported("203.0.113.9", &told).await.assert_ok();
    }
    let often = watch.reported("203.0.113.77", &told).await;
    often.assert_refused(429, "too_many_requests");
    assert!(often.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(watch.incidents().await.len(), 1);
    assert_eq!(watch.reported("198.51.100.1", &told).await.status, 201, "others may still report");
    watch.post(Role::Monitor, &path(&all[0]["id"], "/take"), json!({})).await.assert_ok();
    assert_eq!(Call::get(&ask).send(&watch.app).await.json()["state"], "handling");
    watch.app.clock.advance(366 * DAY);
    watch.work().await;
    let id = lamin::kernel::id::SecurityIncidentId::parse(all[0]["id"].as_str().unwrap()).unwrap();
    let kept = watch.app.db.read_blocking(|c| lamin::security::store::citizen_reports(c, id, 10)).unwrap();
    assert!(kept.len() == 5 && kept.iter().all(|one| one.person.is_none()), "nobody is known for ever: {kept:?}");
}

fn account() -> Value {
    json!({ "contact_name": "Sitti Rahma", "contact_phone": "0411-123", "incident_kind": "Penyisipan tautan perjudian",
        "systems": "arsip.go.id", "description": "Tautan tersembunyi", "chronology": "Lihat lini masa",
        "impact": "Nama baik", "actions": "Berkas dibersihkan", "cause": "Plugin usang", "indicators": "=raja777" })
}

async fn securing_is_walked_from_a_finding_to_a_website_fit_for_use(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://arsip.go.id/", "Perjudian di situs arsip").await;
    let id = watch.incidents().await[0]["id"].clone();
    let minutes = |minutes: i64| watch.app.clock.advance(minutes * MINUTE);
    let received = watch.incident(&id).await["proposed"].clone();
    minutes(10);
    watch.moves(Role::SubCoordinator, &id, "receive", received).await.assert_ok();
    watch.moves(Role::Head, &id, "assign", json!({ "disposition": "Segera" })).await.assert_ok();
    minutes(30);
    let version = watch.incident(&id).await["version"].clone();
    let contained = json!({ "note": "Situs diblokir di proksi" });
    watch
        .send(Role::Monitor, "POST", (&path(&id, "/contain"), &json!(99)), contained.clone())
        .await
        .assert_refused(412, "stale");
    watch.send(Role::Monitor, "POST", (&path(&id, "/contain"), &version), contained).await.assert_ok();
    minutes(60);
    let done = json!({ "work_done": "Dibersihkan" });
    let early = watch.moves(Role::Monitor, &id, "report", done.clone()).await;
    early.assert_refused(422, "invalid");
    assert_eq!(early.json()["errors"][0]["field"], "report", "{}", early.text);
    assert_eq!(watch.incident(&id).await["step"], "securing", "what was refused moved nothing");
    watch.send(Role::Monitor, "PUT", (&path(&id, "/report"), &json!(0)), account()).await.assert_ok();
    watch.moves(Role::Monitor, &id, "report", done.clone()).await.assert_ok();
    watch.moves(Role::Head, &id, "reject", json!({})).await.assert_ok();
    minutes(20);
    watch.moves(Role::Monitor, &id, "report", done).await.assert_ok();
    minutes(5);
    watch.moves(Role::Head, &id, "approve", json!({})).await.assert_ok();
    watch.moves(Role::Head, &id, "close", json!({})).await.assert_ok();
    let whole = watch.incident(&id).await;
    let expected = [
        "detected",
        "reported",
        "received",
        "assigned",
        "contained",
        "report_saved",
        "recovered",
        "returned",
        "recovered",
        "approved",
        "closed",
    ];
    assert_eq!(kinds(&whole), expected);
    assert_eq!((&whole["step"], &whole["may"]), (&json!("secured"), &json!([])));
    assert!(whole["closed_at"].is_string() && whole["case_view"]["ended_at"].is_string());
    let figures = watch.get(Role::Head, "/api/v1/incidents/summary").await.assert_ok().json();
    assert_eq!((&figures["open"], &figures["months"][0]["month"]), (&json!(0), &json!("2026-11")));
    let medians: BTreeMap<String, i64> = figures["medians"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["span"].as_str().unwrap().to_owned(), one["minutes"].as_i64().unwrap()))
        .collect();
    let took = ["detected_to_reported", "reported_to_assigned", "assigned_to_contained", "contained_to_recovered"];
    assert_eq!(took.map(|span| medians[span]), [5, 10, 30, 80]);
    assert_eq!((medians["recovered_to_approved"], medians["whole"]), (5, 130));
    watch
        .post(Role::Monitor, &path(&id, "/notes"), json!({ "note": "Terlambat" }))
        .await
        .assert_refused(409, "case_ended");
    watch.found("https://arsip.go.id/", "Diserang lagi").await;
    assert_eq!(
        watch.incidents().await[0]["reference"],
        "INS-2026-0002",
        "what begins after the end is another incident"
    );
}

async fn a_report_of_an_incident_has_versions_and_is_whole_when_it_is_handed_in(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://arsip.go.id/", "Diserang").await;
    let id = watch.incidents().await[0]["id"].clone();
    let at = path(&id, "/report");
    let draft = watch.get(Role::Monitor, &at).await.assert_ok().json();
    assert_eq!(draft["version"], 0);
    assert!(draft["fields"]["chronology"].as_str().unwrap().contains("Terdeteksi"), "{draft:#}");
    watch.send(Role::Monitor, "PUT", (&at, &json!(0)), json!({ "impact": "Belum diketahui" })).await.assert_ok();
    watch.send(Role::Monitor, "PUT", (&at, &json!(0)), account()).await.assert_refused(412, "stale");
    let second = watch.send(Role::Monitor, "PUT", (&at, &json!(1)), account()).await.assert_ok().json();
    assert_eq!((&second["version"], &second["missing"]), (&json!(2), &json!([])));
    let versions = watch.get(Role::Auditor, &path(&id, "/report/versions")).await.assert_ok().json();
    let numbers: Vec<_> = versions["items"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    assert_eq!(numbers, [2, 1]);
    let unknown = watch.send(Role::Monitor, "PUT", (&at, &json!(2)), json!({ "dampak": "x" })).await;
    assert_eq!(unknown.status, 400, "{}", unknown.text);
}

async fn an_account_is_locked_and_work_announced_with_a_line_each(app: TestApp) {
    let watch = Watch::open(app);
    let body = json!({ "agency": "Dinas Kearsipan", "url": "https://arsip.go.id/" });
    let monitor = watch.post(Role::Monitor, "/api/v1/monitored", body).await.assert_ok().json()["id"].clone();
    let asked = json!({ "url": "https://arsip.go.id/", "title": "Diserang", "summary": "Akun dipakai orang lain", "monitor": monitor });
    let id = watch.post(Role::Monitor, "/api/v1/incidents", asked).await.assert_ok().json()["id"].clone();
    let author = watch.actor(Role::Author).clone();
    let lock = json!({ "user": author.user(), "reason": "Kata sandi bocor" });
    watch.post(Role::WebDeveloper, &path(&id, "/lock"), lock.clone()).await.assert_refused(403, "forbidden");
    watch.post(Role::Monitor, &path(&id, "/lock"), lock.clone()).await.assert_ok();
    let gone = Call::get("/api/v1/cases").token(&watch.app.token(&author)).send(&watch.app).await;
    assert_eq!(gone.status, 401, "its sessions have ended: {}", gone.text);
    watch.post(Role::Monitor, &path(&id, "/lock"), lock).await.assert_refused(409, "nothing_changed");
    let admin = json!({ "user": watch.actor(Role::Admin).user(), "reason": "Mencoba" });
    watch.post(Role::Monitor, &path(&id, "/lock"), admin).await.assert_refused(403, "forbidden");
    let work = json!({ "starts": "2026-11-23T10:00", "ends": "2026-11-23T12:00", "reason": "Pembersihan" });
    watch.post(Role::Monitor, &path(&id, "/maintenance"), work).await.assert_ok();
    let windows = watch.get(Role::Monitor, "/api/v1/monitoring/windows").await.assert_ok().json();
    assert_eq!(windows["items"][0]["reason"], "Pembersihan", "{windows:#}");
    let version = watch.incident(&id).await["version"].clone();
    let weighed = json!({ "severity": "critical", "note": "Data warga terlihat" });
    watch.send(Role::Head, "PUT", (&path(&id, "/severity"), &version), weighed).await.assert_ok();
    let whole = watch.incident(&id).await;
    assert_eq!(kinds(&whole)[2..], ["account_locked", "maintenance_announced", "severity_changed"]);
    assert_eq!(whole["severity"], "critical");
    watch.post(Role::Monitor, &path(&id, "/restore"), json!({})).await.assert_refused(422, "invalid");
}

async fn the_bundle_holds_what_was_seen_and_nobody_who_reported(app: TestApp) {
    let watch = Watch::open(app);
    let told = json!({ "kind": "defacement", "url": "https://portal.go.id/", "description": "Halaman depan berubah",
        "name": "Budi Santoso", "contact": "0812-555-0101" });
    watch.reported("203.0.113.9", &told).await.assert_ok();
    let id = watch.incidents().await[0]["id"].clone();
    watch.send(Role::Monitor, "PUT", (&path(&id, "/report"), &json!(0)), account()).await.assert_ok();
    watch.post(Role::Auditor, &path(&id, "/bundle"), json!({})).await.assert_refused(403, "forbidden");
    let (app, actor) = (watch.app.app.clone(), watch.actor(Role::Monitor).clone());
    let which = lamin::kernel::id::SecurityIncidentId::parse(id.as_str().unwrap()).unwrap();
    let make = move || lamin::security::bundle::make(&app, &actor, which).map(|bundle| (bundle.name, bundle.bytes));
    let (name, bytes) = actix_web::web::block(make).await.unwrap().unwrap();
    assert_eq!(name, "INS-2026-0001.tar.gz");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name.strip_prefix("INS-2026-0001/").unwrap().to_owned(), bytes);
    }
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    let sums = text("SHA256SUMS");
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        assert_eq!(Digest::of(&files[name]).to_string(), digest, "{name}");
    }
    assert_eq!(sums.lines().count(), files.len() - 2, "everything but the sums and their signature");
    let signed: Value = serde_json::from_str(&text("SHA256SUMS.signature.json")).unwrap();
    let holds = |text: &str| {
        let (key, signature) = (signed["public_key"].as_str().unwrap(), signed["signature"].as_str().unwrap());
        lamin::secrets::signature_holds(key, signature, text.as_bytes())
    };
    assert!(holds(&sums) && !holds(&sums.replacen('a', "b", 1)));
    assert!(text("report.txt").contains("Plugin usang") && text("ledger.json").contains("incident.open"));
    assert_eq!(&files["report.pdf"][..5], b"%PDF-");
    assert!(crate::support::text_of(&files["report.pdf"]).contains("Plugin usang"));
    assert!(text("timeline.csv").starts_with("\u{feff}number,at,noted_at,kind,actor,said\r\n1,"));
    for (name, bytes) in &files {
        assert!(!String::from_utf8_lossy(bytes).contains("Budi"), "{name} names who reported");
    }
    assert_eq!(kinds(&watch.incident(&id).await).last().unwrap(), "bundle_made");
}

async fn only_those_who_handle_incidents_change_them(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://arsip.go.id/", "Diserang").await;
    let id = watch.incidents().await[0]["id"].clone();
    for role in [Role::Auditor, Role::Admin, Role::AgencyHead] {
        watch.post(role, &path(&id, "/notes"), json!({ "note": "x" })).await.assert_refused(403, "forbidden");
        watch.get(role, &path(&id, "")).await.assert_ok();
    }
    for role in [Role::Author, Role::Requester] {
        watch.get(role, &path(&id, "")).await.assert_refused(403, "forbidden");
        watch.get(role, "/api/v1/incidents").await.assert_refused(403, "forbidden");
    }
    let elsewhere = watch.app.user("lain", &[(Role::Head, Some(watch.app.site("lain").id))]);
    let token = watch.app.token(&elsewhere);
    Call::get(&path(&id, "")).token(&token).send(&watch.app).await.assert_refused(404, "not_found");
    let seen = Call::get("/api/v1/incidents").token(&token).send(&watch.app).await.assert_ok().json();
    assert_eq!(seen["items"], json!([]));
    assert_eq!(kinds(&watch.incident(&id).await), ["detected", "reported"]);
}

/// With settings of its own.
pub fn with(engine: Engine, settings: &[(&str, &str)]) -> Watch {
    Watch::open(TestApp::with(engine, settings))
}
