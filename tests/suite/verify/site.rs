//! The address of a site compared with what was published there.

use std::sync::Arc;

use diesel::prelude::*;
use lamin::db::Engine;
use lamin::db::schema::ledger;
use lamin::identity::Role;
use lamin::jobs;
use lamin::kernel::Digest;
use lamin::kernel::time::{HOUR, MINUTE};
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use super::host::Host;
use super::release::whole;
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::publish::{build, current};
use crate::support::{Call, TestApp};

on_both!(
    an_honest_host_is_intact_and_a_check_is_in_the_ledger,
    what_an_intruder_did_is_found_kept_as_evidence_and_cleared_when_it_is_gone,
    an_older_release_is_told_from_a_forged_one,
    a_large_site_is_checked_by_turns_and_what_changed_lately_every_time,
    a_check_is_asked_for_over_the_api_for_the_sites_own_addresses_alone,
    a_schedule_checks_each_site_once_when_its_time_has_come,
    a_forged_release_on_our_own_disk_is_found,
    a_target_that_somebody_changed_is_brought_anew_when_the_settings_say_so,
);

/// A small site and a host that serves it.
struct Watched {
    app: TestApp,
    portal: Portal,
    host: Host,
}

impl Watched {
    async fn open(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let host = Host::open(Default::default());
        let settings: Vec<_> = settings.iter().copied().chain([("fetch_private_networks", "127.0.0.0/8")]).collect();
        let app = TestApp::with(engine, &settings);
        let portal = Portal::open(&app, "portal").await;
        let about = Live::new("pengaturan", "situs").titled("Portal Uji").field("base_url", host.url.as_str());
        let mut entries = vec![about, Live::new("halaman", "profil").titled("Profil").long("body", "Tentang kami.")];
        for number in 0..30 {
            let live = Live::new("berita", &format!("b{number}")).long("body", "[a](/tidak-ada/)");
            entries.push(live.on("2026-01-01T08:00:00+08:00"));
        }
        portal.show(&app, &entries).await;
        build(&app, Mode::Fresh);
        let watched = Watched { app, portal, host };
        watched.deploy();
        watched
    }

    /// The host gets what is live here.
    fn deploy(&self) {
        self.host.content().files = whole(&current(&self.app));
    }

    /// A check by the job, and what it reports.
    async fn check(&self) -> Value {
        let site = self.portal.site;
        let job = jobs::NewJob {
            kind: "verify.site",
            payload: json!({"site": site, "by": "system:test"}),
            unique_key: None,
            run_at: self.app.now(),
        };
        let (id, now) = (self.app.id(lamin::kernel::id::JobId::new), self.app.now());
        self.app.db.write_blocking(|tx| jobs::enqueue(tx, id, &job, now)).unwrap();
        self.run_due().await;
        let done = self.app.db.read_blocking(|c| jobs::find(c, id)).unwrap().unwrap();
        assert_eq!(done.error, None);
        done.result.unwrap()
    }

    async fn run_due(&self) -> usize {
        let app = self.app.app.clone();
        super::release::off(move || jobs::run_due(&app, &lamin::boot::handlers()).unwrap()).await
    }

    fn events(&self, action: &str) -> usize {
        let action = action.to_owned();
        let count = self.app.db.read_blocking(move |c| {
            Ok(ledger::table.filter(ledger::action.eq(action)).count().get_result::<i64>(c)?)
        });
        usize::try_from(count.unwrap()).unwrap()
    }

    fn token(&self, role: Role) -> String {
        let name = format!("{role}-{}", self.app.now().micros());
        self.app.token(&self.app.user(&name, &[(role, Some(self.portal.site))]))
    }
}

fn problems(report: &Value) -> Vec<(&str, &str)> {
    let problems = report["problems"].as_array().unwrap();
    problems.iter().map(|one| (one["kind"].as_str().unwrap(), one["path"].as_str().unwrap())).collect()
}

async fn an_honest_host_is_intact_and_a_check_is_in_the_ledger(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[]).await;
    let report = watched.check().await;
    assert_eq!(report["intact"], true, "{report}");
    assert_eq!((&report["coverage"]["whole"], &report["served"]), (&json!(true), &json!(1)));
    assert_eq!(report["coverage"]["checked"], report["coverage"]["files"]);
    assert!(report["probed"].as_u64().unwrap() > 50);
    assert_eq!((watched.events("verify.site"), watched.events("verify.finding")), (1, 0));
}

async fn what_an_intruder_did_is_found_kept_as_evidence_and_cleared_when_it_is_gone(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[]).await;
    let host = &watched.host;
    let html = [("content-type", "text/html"), ("x-secret", "1")];
    host.answer("/profil/", 200, &html, "<a href='/gacor-hari-ini/'>slot</a>");
    host.answer("/gacor-hari-ini/", 200, &html, "maxwin");
    host.answer("/shell.php", 200, &html, "<?php");
    host.answer("/admin-lama/", 404, &html, "");
    host.answer("/judi/", 302, &[("location", "https://judi.example/")], "");
    host.answer("/robots.txt", 404, &html, "");
    host.content().without = vec!["content-security-policy".into()];
    host.content().with = vec![("Set-Cookie".into(), "PHPSESSID=1".into())];
    let report = watched.check().await;
    let expected = [
        ("changed", "profil/index.html"),
        ("missing", "robots.txt"),
        ("added", "gacor-hari-ini/"),
        ("added", "judi/"),
        ("added", "shell.php"),
        ("headers", "content-security-policy"),
        ("headers", "set-cookie"),
    ];
    let found = problems(&report);
    for one in expected {
        assert!(found.contains(&one), "{one:?} is not among {found:#?}");
    }
    assert_eq!(report["new_findings"], json!(found.len()));
    assert_eq!(watched.events("verify.finding"), found.len());
    let linked = report["problems"].as_array().unwrap().iter().find(|one| one["path"] == "gacor-hari-ini/").unwrap();
    assert_eq!(linked["detail"]["met_in"], "profil/index.html");

    let digest = Digest::parse(linked["evidence"].as_str().unwrap()).unwrap();
    let token = watched.token(Role::Monitor);
    let path = format!("/api/v1/sites/portal/findings/evidence/{digest}");
    let kept = Call::get(&path).token(&token).send(&watched.app).await.assert_ok();
    assert_eq!(Digest::of(&kept.text), digest, "evidence is named by its digest");
    let kept = kept.json();
    assert_eq!((&kept["status"], &kept["url"]), (&json!(200), &json!(format!("{}/gacor-hari-ini/", host.url))));
    assert!(kept["headers"].as_array().unwrap().contains(&json!(["x-secret", "1"])));
    use base64::Engine as _;
    let packed = base64::engine::general_purpose::STANDARD.decode(kept["body"].as_str().unwrap()).unwrap();
    let mut body = Vec::new();
    brotli::BrotliDecompress(&mut packed.as_slice(), &mut body).unwrap();
    assert_eq!(body, b"maxwin");

    assert_eq!(watched.check().await["new_findings"], 0, "what stands is told once");
    host.content().answers.clear();
    host.content().without.clear();
    host.content().with.clear();
    watched.app.clock.advance(MINUTE);
    let report = watched.check().await;
    assert_eq!((&report["intact"], &report["cleared"]), (&json!(true), &json!(found.len())), "{report}");
    let list = "/api/v1/sites/portal/findings?open=";
    let open = Call::get(&format!("{list}true")).token(&token).send(&watched.app).await.assert_ok().json();
    assert_eq!(open["items"], json!([]));
    let gone = Call::get(&format!("{list}false")).token(&token).send(&watched.app).await.assert_ok().json();
    assert_eq!(gone["items"].as_array().unwrap().len(), found.len());
}

async fn an_older_release_is_told_from_a_forged_one(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[]).await;
    watched.portal.show(&watched.app, &[Live::new("berita", "baru")]).await;
    build(&watched.app, Mode::Changed);
    let report = watched.check().await;
    assert_eq!(problems(&report), [("outdated", "")], "an old release of ours is whole in itself");
    assert_eq!((&report["served"], &report["release"]), (&json!(1), &json!(2)));
    watched.deploy();
    let other = TestApp::new(Engine::Sqlite);
    let foreign = Portal::open(&other, "portal").await;
    foreign.show(&other, &[Live::new("halaman", "profil").titled("Palsu")]).await;
    build(&other, Mode::Fresh);
    watched.host.content().files = whole(&current(&other));
    let report = watched.check().await;
    assert!(problems(&report).contains(&("seal", ".well-known/lamin/seal.json")), "{report}");
    assert!(problems(&report).contains(&("missing", "berita/b1/index.html")));
}

async fn a_large_site_is_checked_by_turns_and_what_changed_lately_every_time(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[("verify_fetches_max", "20")]).await;
    let lately = watched.app.now().to_string();
    watched.portal.show(&watched.app, &[Live::new("berita", "segar").on(&lately)]).await;
    build(&watched.app, Mode::Changed);
    watched.deploy();
    let report = watched.check().await;
    let coverage = &report["coverage"];
    assert_eq!((&report["intact"], &coverage["whole"]), (&json!(true), &json!(false)), "{report}");
    assert_eq!(coverage["checked"], 20);
    let (sampled, others) = (
        coverage["sampled"].as_f64().unwrap(),
        coverage["files"].as_f64().unwrap() - coverage["always"].as_f64().unwrap(),
    );
    let chance = &coverage["found_if_altered"][0];
    assert_eq!(chance["altered"], 1);
    assert!((chance["found"].as_f64().unwrap() - sampled / others).abs() < 1e-9);
    let checks = coverage["checks_for_all"].as_u64().unwrap();
    watched.host.answer("/berita/segar/", 200, &[], "diubah");
    assert!(problems(&watched.check().await).contains(&("changed", "berita/segar/index.html")));
    watched.host.answer("/berita/b7/", 200, &[], "diubah");
    let mut seen = false;
    for _ in 0..checks {
        seen |= problems(&watched.check().await).contains(&("changed", "berita/b7/index.html"));
    }
    assert!(seen, "every file has its turn within {checks} checks");
}

async fn a_check_is_asked_for_over_the_api_for_the_sites_own_addresses_alone(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[]).await;
    let token = watched.token(Role::Monitor);
    let post = |body: Value| Call::post("/api/v1/sites/portal/verify").token(&token).json(&body);
    let refused = post(json!({"url": "https://lain.example/"})).send(&watched.app).await;
    refused.assert_refused(422, "invalid");
    assert_eq!(refused.json()["errors"][0]["code"], "not_of_the_site");
    let asked = post(json!({"url": watched.host.url})).send(&watched.app).await.assert_ok();
    assert_eq!(asked.status, 202);
    watched.run_due().await;
    let job = format!("/api/v1/jobs/{}", asked.json()["job"].as_str().unwrap());
    let done = Call::get(&job).token(&token).send(&watched.app).await.assert_ok().json();
    assert_eq!((&done["state"], &done["result"]["intact"]), (&json!("done"), &json!(true)), "{done}");
    assert_eq!(watched.events("verify.request"), 1);
}

async fn a_schedule_checks_each_site_once_when_its_time_has_come(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[("verify_interval_hours", "6")]).await;
    let (_, tick) = lamin::boot::worker();
    tick(&watched.app).unwrap();
    tick(&watched.app).unwrap();
    watched.run_due().await;
    assert_eq!(watched.events("verify.site"), 1);
    tick(&watched.app).unwrap();
    watched.app.clock.advance(5 * HOUR);
    tick(&watched.app).unwrap();
    watched.run_due().await;
    assert_eq!(watched.events("verify.site"), 1, "its time has not come");
    watched.app.clock.advance(HOUR);
    tick(&watched.app).unwrap();
    watched.run_due().await;
    assert_eq!(watched.events("verify.site"), 2);
}

#[expect(clippy::disallowed_methods, reason = "a test tampers with what was published")]
async fn a_forged_release_on_our_own_disk_is_found(app: TestApp) {
    let watched = Watched::open(app.db.engine(), &[]).await;
    let kept = watched.app.config.public.join("portal/manifests/1/release.json");
    let text = std::fs::read_to_string(&kept).unwrap().replacen("\"size\":", "\"size\":9", 1);
    std::fs::remove_file(&kept).unwrap();
    std::fs::write(&kept, text).unwrap();
    let report = watched.check().await;
    assert_eq!(problems(&report), [("seal", ".well-known/lamin/release.json")]);
    assert_eq!(report["problems"][0]["detail"]["place"], "this server's public folder");
}

/// A certificate for `localhost` by an authority, as a server's configuration.
fn certificate(issuer: &rcgen::Issuer<'_, rcgen::KeyPair>) -> Arc<rustls::ServerConfig> {
    let own = rcgen::KeyPair::generate().unwrap();
    let asked = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let signed = asked.signed_by(&own, issuer).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(vec![signed.der().clone()], key).unwrap())
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "a test's own authority")]
async fn another_certificate_is_told_once_and_an_untrusted_one_is_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&key).unwrap();
    std::fs::write(&roots, root.pem()).unwrap();
    let issuer = rcgen::Issuer::new(authority, key);

    let watched = Watched::open(Engine::Sqlite, &[("fetch_roots_file", roots.to_str().unwrap())]).await;
    let host = Host::secure(whole(&current(&watched.app)), certificate(&issuer));
    let about = Live::new("pengaturan", "situs").titled("Portal Uji").field("base_url", host.url.as_str());
    watched.portal.show(&watched.app, &[about]).await;
    build(&watched.app, Mode::Changed);
    host.content().files = whole(&current(&watched.app));
    // So that every request meets the certificate of its time.
    host.content().with = vec![("Connection".into(), "close".into())];
    let first = watched.check().await;
    assert_eq!(first["intact"], true, "{first}");
    assert_eq!(first["certificate"].as_str().unwrap().len(), 64);
    host.show_certificate(certificate(&issuer));
    let second = watched.check().await;
    assert_eq!(problems(&second), [("certificate", "")], "{second}");
    assert_eq!(second["problems"][0]["detail"]["before"], first["certificate"]);
    let third = watched.check().await;
    assert_eq!((&third["intact"], &third["cleared"]), (&json!(true), &json!(1)));
    assert!(host.asked() > 100);
}

#[expect(clippy::disallowed_methods, reason = "somebody changes a file of the target")]
async fn a_target_that_somebody_changed_is_brought_anew_when_the_settings_say_so(app: TestApp) {
    let www = tempfile::tempdir().unwrap();
    let above = www.path().parent().unwrap().to_str().unwrap().to_owned();
    let settings = [("self_heal", "true"), ("target_folders", above.as_str())];
    let watched = Watched::open(app.db.engine(), &settings).await;
    let developer = watched.token(Role::WebDeveloper);
    let target = json!({"key": "www", "kind": "directory", "settings": {"path": www.path()}, "url": watched.host.url});
    Call::post("/api/v1/sites/portal/targets").token(&developer).json(&target).send(&watched.app).await.assert_ok();
    lamin::deploy::service::follow(&watched.app).unwrap();
    watched.run_due().await;
    let shown = || www.path().join(std::fs::read_link(www.path().join("current")).unwrap());
    let page = || shown().join("profil/index.html");
    let good = std::fs::read(page()).unwrap();
    std::fs::remove_file(page()).unwrap();
    std::fs::write(page(), "slot gacor").unwrap();
    watched.host.content().files = whole(&shown());
    let report = watched.check().await;
    assert!(problems(&report).contains(&("changed", "profil/index.html")), "{report}");
    assert_eq!(watched.events("verify.heal"), 1);
    watched.run_due().await;
    assert_eq!(std::fs::read(page()).unwrap(), good);
    watched.host.content().files = whole(&shown());
    let report = watched.check().await;
    assert_eq!((&report["intact"], &report["cleared"]), (&json!(true), &json!(1)), "{report}");
    assert_eq!(watched.events("verify.heal"), 1);
}
