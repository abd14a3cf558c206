//! Resumable uploads by the tus protocol.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lamin::boot;
use lamin::db::Engine;
use lamin::identity::{Actor, Role};
use lamin::jobs;
use lamin::kernel::Digest;
use lamin::kernel::time::DAY;
use serde_json::json;

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_file_comes_in_pieces_and_is_judged_when_it_is_whole,
    a_piece_at_the_wrong_place_or_with_a_wrong_checksum_changes_nothing,
    a_refused_file_is_gone_and_an_abandoned_one_too,
    what_is_not_finished_is_tidied_after_two_days,
    uploads_are_their_sender_s_alone,
    many_uploads_grow_side_by_side,
);

const PATH: &str = "/api/v1/sites/portal/uploads";

fn author(app: &TestApp) -> Actor {
    let site = app.site("portal");
    app.user("ani", &[(Role::Author, Some(site.id))])
}

async fn begun(app: &TestApp, actor: &Actor, name: &str, length: usize) -> String {
    let reply = begin(app, actor, name, length).await.assert_ok();
    assert_eq!((reply.status, reply.header("upload-offset")), (201, "0"));
    reply.header("location").to_owned()
}

async fn begin(app: &TestApp, actor: &Actor, name: &str, length: usize) -> Reply {
    let metadata = format!("filename {}", STANDARD.encode(name));
    let call = Call::post(PATH).token(&app.token(actor)).header("Tus-Resumable", "1.0.0");
    call.header("Upload-Length", &length.to_string()).header("Upload-Metadata", &metadata).send(app).await
}

fn piece(app: &TestApp, actor: &Actor, path: &str, offset: usize, bytes: &[u8]) -> Call {
    let call = Call::new("PATCH", path).token(&app.token(actor)).header("Tus-Resumable", "1.0.0");
    call.header("Upload-Offset", &offset.to_string()).body("application/offset+octet-stream", bytes)
}

async fn look(app: &TestApp, actor: &Actor, path: &str) -> Reply {
    Call::new("HEAD", path).token(&app.token(actor)).send(app).await
}

fn spooled(app: &TestApp) -> usize {
    std::fs::read_dir(app.config.spool()).unwrap().count()
}

async fn a_file_comes_in_pieces_and_is_judged_when_it_is_whole(app: TestApp) {
    let ani = author(&app);
    let path = begun(&app, &ani, "Catatan Rapat.txt", 10).await;
    let half = piece(&app, &ani, &path, 0, b"01234").send(&app).await.assert_ok();
    assert_eq!((half.status, half.header("upload-offset")), (204, "5"));
    assert_eq!(look(&app, &ani, &path).await.assert_ok().header("upload-offset"), "5");
    let whole = piece(&app, &ani, &path, 5, b"56789").send(&app).await.assert_ok();
    let digest = Digest::of("0123456789");
    let asset = format!("/api/v1/sites/portal/assets/{digest}");
    assert_eq!((whole.header("upload-offset"), whole.header("content-location")), ("10", &*asset));
    let known = Call::get(&asset).token(&app.token(&ani)).send(&app).await.assert_ok().json();
    assert_eq!(known["name"], "catatan-rapat.txt");
    assert_eq!(app.storage.get(&digest).unwrap().unwrap(), b"0123456789");
    let again = look(&app, &ani, &path).await.assert_ok();
    assert_eq!((again.header("upload-offset"), again.header("content-location")), ("10", &*asset));
    assert_eq!(spooled(&app), 0);
}

async fn a_piece_at_the_wrong_place_or_with_a_wrong_checksum_changes_nothing(app: TestApp) {
    let ani = author(&app);
    let path = begun(&app, &ani, "a.txt", 10).await;
    let wrong = piece(&app, &ani, &path, 3, b"345").send(&app).await;
    wrong.assert_refused(409, "wrong_offset");
    assert_eq!(wrong.json()["offset"], 0);
    piece(&app, &ani, &path, 0, b"0123456789a").send(&app).await.assert_refused(413, "too_large");
    let checksum = "sha256 ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
    let damaged = piece(&app, &ani, &path, 0, b"b").header("Upload-Checksum", checksum).send(&app).await;
    damaged.assert_refused(460, "checksum_mismatch");
    assert_eq!(look(&app, &ani, &path).await.assert_ok().header("upload-offset"), "0");
    piece(&app, &ani, &path, 0, b"a").header("Upload-Checksum", checksum).send(&app).await.assert_ok();
    let old =
        Call::new("PATCH", &path).token(&app.token(&ani)).header("Tus-Resumable", "0.2.2").header("Upload-Offset", "1");
    old.send(&app).await.assert_refused(412, "tus_version");
    let other = Call::new("PATCH", &path).token(&app.token(&ani)).header("Tus-Resumable", "1.0.0").json(&json!({}));
    other.send(&app).await.assert_refused(415, "unsupported_media");
}

async fn a_refused_file_is_gone_and_an_abandoned_one_too(app: TestApp) {
    let ani = author(&app);
    let path = begun(&app, &ani, "foto.jpg", 9).await;
    let refused = piece(&app, &ani, &path, 0, b"#!/bin/sh").send(&app).await;
    refused.assert_refused(415, "unsupported_media");
    assert_eq!(refused.json()["reason"], "executable");
    assert_eq!(look(&app, &ani, &path).await.status, 404);
    let path = begun(&app, &ani, "a.txt", 9).await;
    let gone = Call::new("DELETE", &path).token(&app.token(&ani)).send(&app).await.assert_ok();
    assert_eq!((gone.status, spooled(&app)), (204, 0));
}

async fn what_is_not_finished_is_tidied_after_two_days(app: TestApp) {
    let ani = author(&app);
    let path = begun(&app, &ani, "a.txt", 9).await;
    app.clock.advance(DAY);
    let later = begun(&app, &ani, "b.txt", 9).await;
    app.clock.advance(DAY);
    jobs::run_due(&app, &boot::handlers()).unwrap();
    assert_eq!(spooled(&app), 1);
    assert_eq!(look(&app, &ani, &path).await.status, 404);
    look(&app, &ani, &later).await.assert_ok();
    app.clock.advance(DAY);
    jobs::run_due(&app, &boot::handlers()).unwrap();
    assert_eq!(spooled(&app), 0);
}

async fn uploads_are_their_sender_s_alone(app: TestApp) {
    let ani = author(&app);
    let site = app.db.read_blocking(|c| lamin::sites::store::find_by_key(c, "portal")).unwrap().unwrap();
    let path = begun(&app, &ani, "a.txt", 9).await;
    let budi = app.user("budi", &[(Role::Author, Some(site.id))]);
    let cici = app.user("cici", &[(Role::Approver, Some(site.id))]);
    piece(&app, &budi, &path, 0, b"x").send(&app).await.assert_refused(404, "not_found");
    piece(&app, &cici, &path, 0, b"x").send(&app).await.assert_refused(403, "forbidden");
    begin(&app, &cici, "a.txt", 9).await.assert_refused(403, "forbidden");
}

async fn many_uploads_grow_side_by_side(app: TestApp) {
    let ani = author(&app);
    let mut paths = Vec::new();
    for number in 0..20 {
        paths.push(begun(&app, &ani, &format!("{number}.txt"), 4).await);
    }
    for half in 0..2 {
        let pieces = paths.iter().enumerate().map(|(number, path)| {
            let bytes = format!("{number:04}");
            piece(&app, &ani, path, half * 2, &bytes.as_bytes()[half * 2..half * 2 + 2]).send(&app)
        });
        for reply in futures_util::future::join_all(pieces).await {
            reply.assert_ok();
        }
    }
    for number in 0..20 {
        assert!(app.storage.get(&Digest::of(format!("{number:04}"))).unwrap().is_some());
    }
}

#[actix_web::test]
async fn an_upload_is_within_the_limit_and_the_quota_before_it_begins() {
    let app = TestApp::with(Engine::Sqlite, &[("resumable_bytes_max", "1000"), ("site_bytes_max", "1500")]);
    let ani = author(&app);
    begin(&app, &ani, "a.txt", 1001).await.assert_refused(413, "too_large");
    begin(&app, &ani, "a.txt", 0).await.assert_refused(422, "invalid");
    begun(&app, &ani, "a.txt", 1000).await;
    let full = begin(&app, &ani, "b.txt", 600).await;
    full.assert_refused(413, "too_large");
    assert_eq!(full.json()["reason"], "site_quota");
    assert_eq!(spooled(&app), 1);
}
