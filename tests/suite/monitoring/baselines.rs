//! What operators accept of watched websites, and what is found out of one before it is watched.

use lamin::adapters::HttpProber;
use lamin::db::Engine as Database;
use lamin::identity::Role;
use lamin::kernel::id::MonitorId;
use lamin::monitoring::baselines::service;
use lamin::monitoring::look::{Asking, look};
use lamin::monitoring::scan::baseline::{New, Seen};
use lamin::monitoring::scan::{Kind, Verdict};
use serde_json::{Value, json};
use url::Url;

use super::zoo::{self, Site, page, rss, says};
use crate::support::{Call, TestApp};

const SITES: &str = "/api/v1/monitored";

fn person(app: &TestApp, role: Role) -> String {
    app.token(&app.user(&format!("orang-{role}"), &[(role, None)]))
}

async fn watched(app: &TestApp, token: &str, hosts: &[&str]) -> (MonitorId, String) {
    let body = json!({"agency": "Dinas Contoh", "url": "https://dinas.example.go.id/", "profile": {"hosts": hosts}});
    let made = Call::post(SITES).token(token).json(&body).send(app).await.assert_ok().json();
    let id = made["id"].as_str().unwrap();
    (MonitorId::parse(id).unwrap(), format!("/api/v1/monitored/{id}/baseline"))
}

fn seen(hosts: &[&str]) -> Seen {
    let outbound = hosts.iter().map(|host| (*host).to_owned()).collect();
    Seen { titles: [("/".to_owned(), "Dinas Contoh".to_owned())].into(), outbound, ..Seen::default() }
}

fn note(app: &TestApp, id: MonitorId, seen: &Seen) -> Vec<New> {
    let now = app.now();
    app.db.write_blocking(|tx| service::note(tx, id, seen, now)).unwrap()
}

async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    Call::get(path).token(token).send(app).await.assert_ok().json()
}

fn accepts(path: &str, token: &str, digest: &Value) -> Call {
    Call::post(&format!("{path}/accept")).token(token).json(&json!({"digest": digest}))
}

async fn one_click_accepts_what_was_looked_at(database: Database) {
    let app = TestApp::new(database);
    let (monitor, auditor) = (person(&app, Role::Monitor), person(&app, Role::Auditor));
    let (id, path) = watched(&app, &monitor, &["mitra.example"]).await;
    assert_eq!(get(&app, &monitor, &path).await, json!({"questions": []}), "nobody has looked yet");
    accepts(&path, &monitor, &json!("0".repeat(64))).send(&app).await.assert_refused(404, "not_found");
    // What the agency may lead to is no question.
    assert_eq!(note(&app, id, &seen(&["a.example", "www.mitra.example"])).len(), 2);
    let first = get(&app, &auditor, &path).await;
    let kinds: Vec<_> = first["questions"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!((kinds, first.get("accepted_at")), (vec![json!("title"), json!("outbound")], None));
    accepts(&path, &auditor, &first["digest"]).send(&app).await.assert_refused(403, "forbidden");
    accepts(&path, &monitor, &json!("x")).send(&app).await.assert_refused(422, "digest_required");
    accepts(&path, &monitor, &first["questions"][0]["digest"]).send(&app).await.assert_refused(409, "digest_mismatch");
    // Between looking and clicking another link came.
    note(&app, id, &seen(&["a.example", "b.example"]));
    let late = accepts(&path, &monitor, &first["digest"]).send(&app).await;
    late.assert_refused(409, "digest_mismatch");
    let now = get(&app, &monitor, &path).await;
    assert_eq!((late.json()["current_digest"].clone(), now.get("accepted_at")), (now["digest"].clone(), None));
    let done = accepts(&path, &monitor, &now["digest"]).send(&app).await.assert_ok().json();
    assert_eq!((&done["questions"], &done["accepted_by"]["name"]), (&json!([]), &json!("orang-monitor")));
    accepts(&path, &monitor, &done["digest"]).send(&app).await.assert_refused(409, "nothing_changed");
    assert_eq!(note(&app, id, &seen(&["b.example"])), [], "what is gone is no question");
    let asked = note(&app, id, &seen(&["c.example", "d.example"]));
    let one = accepts(&path, &monitor, &json!(asked[0].digest)).send(&app).await.assert_ok().json();
    assert_eq!(one["questions"], json!([asked[1]]), "the other one stays open");
    let ledger = get(&app, &auditor, "/api/v1/ledger?action=monitoring.accept").await;
    let answers: Vec<_> =
        ledger["items"].as_array().unwrap().iter().map(|one| one["detail"]["answers"].clone()).collect();
    assert_eq!(answers.len(), 2, "{ledger}");
    let removed = app.db.write_blocking(|tx| lamin::monitoring::sites::store::remove(tx, id));
    removed.unwrap();
    assert_eq!(note(&app, id, &seen(&[])), [], "nobody watches it any more");
    Call::get(&path).token(&monitor).send(&app).await.assert_refused(404, "not_found");
}

async fn a_link_that_nobody_accepted_counts(database: Database) {
    let app = TestApp::new(database);
    let token = person(&app, Role::Monitor);
    let (id, path) = watched(&app, &token, &[]).await;
    let link = std::sync::Arc::new(std::sync::Mutex::new("mitra.example"));
    let shown = link.clone();
    let site = Site::open(move |request| match request.path() {
        "/" => {
            let host = *shown.lock().unwrap();
            says(
                200,
                &page("Dinas Contoh", &format!("<p>Selamat datang di dinas kami.<a href='https://{host}/'>Mitra</a>")),
            )
        }
        "/sitemap.xml" => {
            let urls: String = (0..6)
                .map(|n| format!("<url><loc>http://{}:{}/berita/{n}/</loc></url>", zoo::HOST, request.port))
                .collect();
            says(200, &format!("<urlset>{urls}</urlset>"))
        }
        _ => says(404, ""),
    });
    let pin = lamin::ports::probing::Pinned::parse(&format!("{}:{}:127.0.0.1", zoo::HOST, site.port)).unwrap();
    let prober = HttpProber::new(|_| false, &[pin], (b"", "")).unwrap();
    let url = Url::parse(&format!("http://{}:{}/", zoo::HOST, site.port)).unwrap();
    let again = async || {
        let known = app.db.read_blocking(|c| service::known(c, id, &[])).unwrap();
        look(&prober, &Asking { known, ..Asking::of(url.clone(), app.now().jiff()) }).await
    };
    let first = again().await;
    assert_eq!(first.injection.verdict, Some(Verdict::Clean), "before anything was accepted nothing is new");
    note(&app, id, &first.seen.unwrap());
    let asked = get(&app, &token, &path).await;
    let kinds: Vec<_> = asked["questions"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["title", "outbound", "directory", "sitemap"].map(|kind| json!(kind)));
    accepts(&path, &token, &asked["digest"]).send(&app).await.assert_ok();
    let second = again().await;
    assert_eq!(second.injection.verdict, Some(Verdict::Clean));
    assert_eq!(note(&app, id, &second.seen.unwrap()), []);
    *link.lock().unwrap() = "tamu-tak-diundang.example";
    let third = again().await;
    let evidence: Vec<_> =
        third.injection.evidence.iter().map(|seen| (seen.evidence.kind, seen.evidence.text.as_str())).collect();
    assert_eq!(evidence, [(Kind::Link, "tamu-tak-diundang.example")]);
    assert_eq!(third.injection.verdict, Some(Verdict::Suspicious), "a person must look");
    assert_eq!(note(&app, id, &third.seen.unwrap()).len(), 1);
}

async fn a_website_is_found_out_about_before_it_is_watched(database: Database) {
    let app = TestApp::with(database, &[("fetch_private_networks", "127.0.0.0/8")]);
    let token = person(&app, Role::Monitor);
    let site = Site::open(|request| {
        match request.path() {
        "/" => says(
            200,
            &format!(
                "<title>Beranda - Dinas Kominfo Kota Contoh</title><link rel=alternate type=application/rss+xml href=/feed/>
                <script src=/wp-includes/a.js></script><p>Selamat datang<a href=/agenda/>Agenda</a><a href=/kabar/berita/>Berita</a>{}",
                "<p>Kami melayani warga kota.".repeat(3)
            ),
        ),
        "/feed/" => says(200, &rss(&[1, 5])),
        "/kabar/berita/" | "/agenda/" => says(200, &page("Daftar", &zoo::list("berita", &[1]))),
        "/robots.txt" => says(200, &format!("Sitemap: http://127.0.0.1:{}/peta.xml", request.port)),
        "/peta.xml" => says(200, "<urlset><url><loc>http://127.0.0.1/</loc></url></urlset>"),
        _ => says(404, ""),
    }
    });
    let discovers =
        |url: String, token: &str| Call::post("/api/v1/monitored/discover").token(token).json(&json!({"url": url}));
    let base = format!("http://127.0.0.1:{}", site.port);
    let found = discovers(format!("{base}/"), &token).send(&app).await.assert_ok().json();
    let profile = json!({"software": "wordpress", "hosts": [], "groups": [], "sections": [
        {"section": "berita", "url": format!("{base}/kabar/berita/")}, {"section": "agenda", "url": format!("{base}/agenda/")},
    ]});
    assert_eq!(
        (&found["agency"], &found["reached"], &found["cut"]),
        (&json!("Dinas Kominfo Kota Contoh"), &json!(true), &json!(false))
    );
    for key in ["software", "sections"] {
        assert_eq!(found["profile"][key], profile[key]);
    }
    assert_eq!(
        (&found["feeds"], &found["sitemap"]),
        (&json!([format!("{base}/feed/")]), &json!(format!("{base}/peta.xml")))
    );
    let nobody = discovers("http://127.0.0.1:1/".into(), &token).send(&app).await.assert_ok().json();
    assert_eq!((&nobody["reached"], &nobody["cause"]), (&json!(false), &json!("refused")));
    discovers("ftp://a".into(), &token).send(&app).await.assert_refused(422, "invalid");
    discovers(base, &person(&app, Role::Auditor)).send(&app).await.assert_refused(403, "forbidden");
    let closed = TestApp::new(database);
    let guarded =
        discovers(format!("http://127.0.0.1:{}/", site.port), &person(&closed, Role::Monitor)).send(&closed).await;
    assert_eq!(guarded.assert_ok().json()["cause"], json!("private_network"), "no way into our own network");
}

macro_rules! on_both_databases {
    ($($test:ident = $work:ident),* $(,)?) => {
        mod sqlite { $(#[actix_web::test] async fn $test() { super::$work(super::Database::Sqlite).await; })* }
        mod postgres { $(#[actix_web::test] async fn $test() { super::$work(super::Database::Postgres).await; })* }
    };
}

on_both_databases!(
    one_click_accepts_what_was_looked_at_and_a_change_asks_anew = one_click_accepts_what_was_looked_at,
    a_link_that_nobody_accepted_counts_once_something_was_accepted = a_link_that_nobody_accepted_counts,
    a_website_is_found_out_about_before_it_is_watched = a_website_is_found_out_about_before_it_is_watched,
);
