//! Targets through the API, the job that serves them, and what is told of an outage.

use lamin::identity::Role;
use lamin::kernel::time::{MINUTE, SECOND};
use lamin::{boot, deploy, jobs};
use serde_json::{Value, json};

use super::{On, Place, Stage, assert_same, ledger};
use crate::on_both;
use crate::publish::{build, current, tree};
use crate::support::{Call, TestApp};

const SECRET: &str = "kata-sandi-hosting-yang-rahasia";
const TARGETS: &str = "/api/v1/sites/portal/targets";

on_both!(
    credentials_are_never_told_and_never_follow_to_another_server,
    a_target_is_changed_in_the_version_that_was_seen,
    settings_that_lead_elsewhere_are_refused_by_name,
    a_release_goes_to_every_active_target_in_order,
    an_outage_is_told_once_and_ends_with_the_newest_release,
    a_release_that_a_target_serves_is_kept,
);

fn token(app: &TestApp, stage: &Stage, role: Role) -> String {
    app.token(&app.user(&format!("route-{role}"), &[(role, Some(stage.portal.site))]))
}

async fn stage(app: TestApp) -> Stage {
    Stage::on(app.db.engine()).await
}

fn sftp(host: &str) -> Value {
    json!({"kind": "sftp", "settings": {"host": host, "port": 1, "path": "/home/opd/public_html"}})
}

async fn credentials_are_never_told_and_never_follow_to_another_server(app: TestApp) {
    let stage = stage(app).await;
    let app = &stage.app;
    let developer = token(app, &stage, Role::WebDeveloper);
    let mut new = sftp("hosting.example.go.id");
    new["key"] = "hosting".into();
    new["credentials"] = json!({"password": SECRET});
    let made = Call::post(TARGETS).token(&developer).json(&new).send(app).await.assert_ok();
    let path = format!("{TARGETS}/hosting");
    let one = Call::get(&path).token(&developer).send(app).await.assert_ok();
    let all = Call::get(TARGETS).token(&developer).send(app).await.assert_ok();
    let failed = stage.try_deploy("hosting");
    let deployments = Call::get(&format!("{path}/deployments")).token(&developer).send(app).await.assert_ok();
    assert_eq!(one.json()["has_credentials"], true);
    let stored: Vec<Option<String>> = app
        .db
        .read_blocking(|c| {
            use diesel::prelude::*;
            use lamin::db::schema::targets;
            Ok(targets::table.select(targets::credentials).load(c)?)
        })
        .unwrap();
    let told = [made.text, one.text.clone(), all.text, deployments.text, format!("{failed:?} {stored:?}")];
    assert!(!told.iter().any(|text| text.contains(SECRET)), "{told:?}");
    assert!(!format!("{:?}", ledger(app, "deploy")).contains(SECRET));

    // Another order of targets keeps them, another server does not.
    let mut same = sftp("hosting.example.go.id");
    same["position"] = 3.into();
    let kept = Call::new("PUT", &path).token(&developer).seen(&json!(1)).json(&same).send(app).await.assert_ok();
    assert_eq!(kept.json()["has_credentials"], true);
    let moved = Call::new("PUT", &path).token(&developer).seen(&json!(2)).json(&sftp("evil.test")).send(app).await;
    assert_eq!(moved.assert_ok().json()["has_credentials"], false);
}

async fn a_target_is_changed_in_the_version_that_was_seen(app: TestApp) {
    let stage = stage(app).await;
    let app = &stage.app;
    let (developer, publisher) = (token(app, &stage, Role::WebDeveloper), token(app, &stage, Role::Publisher));
    let mut new = sftp("a.test");
    new["key"] = "a".into();
    Call::post(TARGETS).token(&developer).json(&new).send(app).await.assert_ok();
    Call::post(TARGETS).token(&developer).json(&new).send(app).await.assert_refused(409, "taken");
    Call::post(TARGETS).token(&publisher).json(&new).send(app).await.assert_refused(403, "forbidden");
    let path = format!("{TARGETS}/a");
    let put = |token: &str| Call::new("PUT", &path).token(token).json(&sftp("a.test"));
    put(&developer).send(app).await.assert_refused(428, "if_match_required");
    put(&developer).seen(&json!(7)).send(app).await.assert_refused(412, "stale");
    put(&publisher).seen(&json!(1)).send(app).await.assert_refused(403, "forbidden");
    assert_eq!(put(&developer).seen(&json!(1)).send(app).await.assert_ok().header("etag"), "\"2\"");
    assert_eq!(Call::get(&path).token(&publisher).send(app).await.assert_ok().json()["version"], 2);
    Call::new("DELETE", &path).token(&developer).send(app).await.assert_refused(428, "if_match_required");
    assert_eq!(Call::new("DELETE", &path).token(&developer).seen(&json!(2)).send(app).await.status, 204);
    Call::get(&path).token(&developer).send(app).await.assert_refused(404, "not_found");
    assert_eq!(ledger(app, "deploy.").len(), 3);
}

async fn settings_that_lead_elsewhere_are_refused_by_name(app: TestApp) {
    let stage = stage(app).await;
    let developer = token(&stage.app, &stage, Role::WebDeveloper);
    for (kind, settings, field) in [
        ("directory", json!({"path": "/etc"}), "settings.path"),
        ("directory", json!({"path": "/tmp/../etc"}), "settings.path"),
        ("ssh", json!({"host": "-oProxyCommand=sh", "path": "/srv"}), "settings.host"),
        ("ssh", json!({"host": "a.test", "path": "srv"}), "settings.path"),
        ("ssh", json!({"host": "a.test", "path": "/srv", "host_key": "ssh-rsa AAAA\nx"}), "settings.host_key"),
        ("s3", json!({"bucket": "b", "prefix": "../x"}), "settings.prefix"),
        ("s3", json!({"bukcet": "b"}), "settings"),
    ] {
        let body = json!({"key": "a", "kind": kind, "settings": settings});
        let reply = Call::post(TARGETS).token(&developer).json(&body).send(&stage.app).await;
        reply.assert_refused(422, "invalid");
        assert_eq!(reply.json()["errors"][0]["field"], field, "{}", reply.text);
    }
}

fn work(app: &TestApp) {
    deploy::service::follow(app).unwrap();
    // Jobs keep their order by a microsecond each.
    app.clock.advance(SECOND);
    let app = &app.app;
    std::thread::scope(|scope| scope.spawn(|| jobs::run_due(app, &boot::handlers()).unwrap()).join().unwrap());
}

async fn a_release_goes_to_every_active_target_in_order(app: TestApp) {
    let stage = stage(app).await;
    let app = &stage.app;
    let places = [Place::new(On::Folder), Place::new(On::FolderInPlace)];
    let developer = app.user("dev", &[(Role::WebDeveloper, Some(stage.portal.site))]);
    for (place, (key, position, active)) in places.iter().zip([("satu", 2, true), ("dua", 1, true)]) {
        let wanted = deploy::service::Wanted { position, active, ..place.wanted() };
        deploy::service::create(app, &developer, stage.portal.site, key.into(), wanted).await.unwrap();
    }
    let release = stage.release();
    work(app);
    for place in &places {
        assert_same(&place.shown(), &release, "the worker's deploy");
    }
    let order: Vec<Value> = ledger(app, "deploy.finish").into_iter().map(|detail| detail["target"].clone()).collect();
    assert_eq!(order, ["dua", "satu"]);
    work(app);
    assert_eq!(ledger(app, "deploy.finish").len(), 2, "nothing is behind any more");
}

async fn an_outage_is_told_once_and_ends_with_the_newest_release(app: TestApp) {
    let stage = stage(app).await;
    let app = &stage.app;
    let place = Place::new(On::Ssh);
    let key = stage.target(&place).await;
    stage.release();
    let wire = place.wire.as_ref().unwrap();
    wire.cut_after(0);
    for turn in 0..6 {
        work(app);
        stage.news(&format!("kabar-{turn}")).await;
        work(app);
        app.clock.advance(20 * MINUTE);
    }
    assert_eq!(ledger(app, "deploy.alarm").len(), 1);
    wire.mend();
    let newest = tree(&current(app));
    work(app);
    assert_same(&place.shown(), &newest, "after the outage");
    assert_eq!(ledger(app, "deploy.finish").len(), 1, "the newest once, not each that was missed");
    assert_eq!(ledger(app, "deploy.recover").len(), 1);
    let monitor = token(app, &stage, Role::Publisher);
    let state = Call::get(&format!("{TARGETS}/{key}")).token(&monitor).send(app).await.assert_ok().json();
    assert_eq!((&state["state"]["failures"], &state["state"]["release"]), (&json!(0), &json!(7)));
}

async fn a_release_that_a_target_serves_is_kept(app: TestApp) {
    let stage = stage(app).await;
    let place = Place::new(On::Folder);
    let key = stage.target(&place).await;
    stage.release();
    stage.deploy(&key);
    for number in 0..8 {
        stage.news(&format!("kabar-{number}")).await;
    }
    let gone = lamin::publish::service::prune(&stage.app, "portal", 1).unwrap();
    assert!(!gone.contains(&1) && !gone.contains(&9), "{gone:?}");
    let kept = |number: i32| stage.app.config.public.join(format!("portal/manifests/{number}")).is_dir();
    assert!(kept(1) && kept(9) && !kept(7));
    stage.deploy(&key);
    build(&stage.app, lamin::publish::model::Mode::Fresh);
    assert!(!lamin::publish::service::prune(&stage.app, "portal", 1).unwrap().contains(&9));
    assert!(!kept(1));
}

/// What a target says of itself before anything goes there, with what to do in both languages.
#[actix_web::test]
async fn a_check_says_what_is_wrong_and_what_to_do() {
    let stage = Stage::new().await;
    let app = &stage.app;
    let developer = token(app, &stage, Role::WebDeveloper);
    for on in [On::Folder, On::FolderInPlace, On::Ssh, On::Sftp, On::S3] {
        let place = Place::new(on);
        let key = stage.target(&place).await;
        let path = format!("{TARGETS}/{key}/check");
        let steps = Call::post(&path).token(&developer).send(app).await.assert_ok().json();
        let named = |name: &str| steps["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).cloned();
        for name in ["reach", "login", "write", "rename"] {
            assert_eq!(named(name).unwrap_or_else(|| panic!("{on:?}: no {name} in {steps}"))["ok"], true, "{steps}");
        }
        let Some(wire) = &place.wire else { continue };
        wire.cut_after(0);
        if on != On::S3 {
            let steps = Call::post(&path).token(&developer).send(app).await.assert_ok().json();
            assert_eq!((&steps["ok"], &steps["steps"][0]["step"]), (&json!(false), &json!("reach")));
            let advice = &steps["steps"][0]["advice"];
            assert!(
                advice["id"].as_str().unwrap().contains("Periksa") && advice["en"].as_str().unwrap().contains("Check")
            );
        }
    }
}
