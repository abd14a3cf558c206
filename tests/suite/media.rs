//! Uploads: what is taken, how it is named and described, who may.

use std::io::Write;

use diesel::prelude::*;
use lamin::db::Engine;
use lamin::db::schema::{assets, ledger};
use lamin::identity::{Actor, Role};
use lamin::kernel::Digest;
use lamin::media;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_file_is_known_by_its_bytes_and_not_by_its_name,
    several_files_come_in_one_form_or_none_at_all,
    the_same_file_is_stored_once,
    a_small_picture_is_shown_to_those_who_may_read,
    what_is_not_taken_is_refused_and_leaves_nothing,
    assets_are_listed_newest_first_and_paged,
    a_description_is_changed_in_the_version_that_was_seen,
    a_file_belongs_to_its_site_and_to_those_who_may,
    uploads_and_descriptions_are_in_the_ledger,
);

const PATH: &str = "/api/v1/sites/portal/assets";

fn author(app: &TestApp) -> Actor {
    let site = app.site("portal");
    app.user("ani", &[(Role::Author, Some(site.id))])
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_luma8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn upload(app: &TestApp, actor: &Actor, name: &str, bytes: &[u8]) -> Reply {
    Call::post(PATH).token(&app.token(actor)).file(name, bytes).send(app).await
}

async fn get(app: &TestApp, actor: &Actor, path: &str) -> Reply {
    Call::get(path).token(&app.token(actor)).send(app).await
}

/// A form of several files.
fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

fn stored(app: &TestApp) -> i64 {
    app.db.read_blocking(|c| Ok(assets::table.count().get_result(c)?)).unwrap()
}

async fn a_file_is_known_by_its_bytes_and_not_by_its_name(app: TestApp) {
    let ani = author(&app);
    let bytes = png(40, 30);
    let reply = upload(&app, &ani, "Foto Gubernur.pdf", &bytes).await.assert_ok();
    assert_eq!(reply.status, 201);
    let asset = &reply.json()["items"][0];
    let digest = Digest::of(&bytes);
    assert_eq!(asset["digest"], json!(digest));
    assert_eq!((&asset["kind"], &asset["media_type"]), (&json!("picture"), &json!("image/png")));
    assert_eq!((&asset["width"], &asset["height"]), (&json!(40), &json!(30)));
    assert_eq!((&asset["name"], &asset["size_bytes"]), (&json!("foto-gubernur.png"), &json!(bytes.len())));
    assert_eq!(app.storage.get(&digest).unwrap().unwrap(), bytes);
    let one = get(&app, &ani, &format!("{PATH}/{digest}")).await.assert_ok();
    let mut detail = one.json();
    let picture = detail.as_object_mut().unwrap().remove("picture").unwrap();
    assert_eq!((one.header("etag"), &detail), ("\"1\"", asset));
    assert_eq!(picture, json!({"state": "waiting", "derivatives": []}));
}

async fn several_files_come_in_one_form_or_none_at_all(app: TestApp) {
    let ani = author(&app);
    let send = |files: &[(&str, &[u8])]| {
        Call::post(PATH).token(&app.token(&ani)).body("multipart/form-data; boundary=x", form(files))
    };
    let both = send(&[("a.csv", b"a,b\n1,2\n"), ("b.txt", b"isi")]).send(&app).await.assert_ok().json();
    let kinds: Vec<_> = both["items"].as_array().unwrap().iter().map(|asset| asset["media_type"].clone()).collect();
    assert_eq!(kinds, [json!("text/csv"), json!("text/plain")]);
    let mixed = send(&[("c.txt", b"lain"), ("d.html", b"<p/>")]).send(&app).await;
    mixed.assert_refused(415, "unsupported_media");
    assert_eq!(stored(&app), 2, "one bad file keeps the others out");
    send(&[]).send(&app).await.assert_refused(422, "invalid");
    let call = Call::post(PATH).token(&app.token(&ani)).json(&json!({}));
    call.send(&app).await.assert_refused(415, "unsupported_media");
}

async fn a_small_picture_is_shown_to_those_who_may_read(app: TestApp) {
    let ani = author(&app);
    let bytes = png(40, 30);
    let of = |digest: &Digest| format!("{PATH}/{digest}/thumbnail");
    let sent = |reply: Reply| Digest::parse(reply.json()["items"][0]["digest"].as_str().unwrap()).unwrap();
    let picture = sent(upload(&app, &ani, "a.png", &bytes).await.assert_ok());
    let shown = get(&app, &ani, &of(&picture)).await.assert_ok();
    assert_eq!((shown.header("content-type"), shown.header("cache-control")), ("image/png", "private, max-age=300"));
    let text = sent(upload(&app, &ani, "b.txt", b"isi").await.assert_ok());
    get(&app, &ani, &of(&text)).await.assert_refused(404, "not_found");
    let stranger = app.user("dewi", &[]);
    get(&app, &stranger, &of(&picture)).await.assert_refused(404, "not_found");
}

async fn the_same_file_is_stored_once(app: TestApp) {
    let ani = author(&app);
    let first = upload(&app, &ani, "a.txt", b"isi").await.assert_ok().json();
    let again = upload(&app, &ani, "nama-lain.txt", b"isi").await.assert_ok().json();
    assert_eq!(first, again);
    assert_eq!(stored(&app), 1);
}

async fn what_is_not_taken_is_refused_and_leaves_nothing(app: TestApp) {
    let ani = author(&app);
    let program = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".repeat(8);
    let cut = &png(40, 30)[..30];
    let refused: [(&str, &[u8]); 6] = [
        ("a.svg", b"<html xmlns=\"http://www.w3.org/1999/xhtml\"><svg/></html>"),
        ("a.png", b"<html><script>x</script>"),
        ("a.exe", &program),
        ("a.jpg", &program),
        ("a.png", cut),
        ("a.txt", b""),
    ];
    for (name, bytes) in refused {
        upload(&app, &ani, name, bytes).await.assert_refused(415, "unsupported_media");
    }
    assert_eq!(stored(&app), 0);
    assert_eq!(std::fs::read_dir(app.config.spool()).unwrap().count(), 0, "the spool is empty again");
}

#[actix_web::test]
async fn a_site_takes_no_more_than_its_quota() {
    let app = TestApp::with(Engine::Sqlite, &[("site_bytes_max", "1000")]);
    let ani = author(&app);
    upload(&app, &ani, "a.txt", &b"a".repeat(600)).await.assert_ok();
    let refused = upload(&app, &ani, "b.txt", &b"b".repeat(600)).await;
    refused.assert_refused(413, "too_large");
    assert_eq!((&refused.json()["reason"], &refused.json()["used_bytes"]), (&json!("site_quota"), &json!(600)));
    upload(&app, &ani, "c.txt", &b"c".repeat(400)).await.assert_ok();
}

#[actix_web::test]
async fn a_file_over_the_limit_is_refused_with_the_limit() {
    let app = TestApp::with(Engine::Sqlite, &[("upload_bytes_max", "1000")]);
    let ani = author(&app);
    let refused = upload(&app, &ani, "a.txt", &b"a".repeat(1001)).await;
    refused.assert_refused(413, "too_large");
    assert_eq!(refused.json()["limit_bytes"], 1000);
    upload(&app, &ani, "a.txt", &b"a".repeat(1000)).await.assert_ok();
}

/// A header that promises more pixels than memory holds is refused before anything is decoded.
#[test]
fn a_picture_of_too_many_pixels_is_refused_by_its_header() {
    let mut bytes = png(8, 8);
    // Width and height stand behind the chunk's length and name; the checksum follows them.
    bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let checksum = crc(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&checksum);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let refused = media::judge::judge(file, "a.png").unwrap_err();
    let refused = refused.refusal().unwrap();
    assert_eq!(refused.code(), lamin::kernel::Code::TooLarge);
    assert_eq!(refused.extras()["limit_pixels"], media::rules::PIXELS_MAX);
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

async fn assets_are_listed_newest_first_and_paged(app: TestApp) {
    let ani = author(&app);
    for text in ["satu", "dua", "tiga"] {
        upload(&app, &ani, &format!("{text}.txt"), text.as_bytes()).await.assert_ok();
        app.clock.advance(lamin::kernel::time::SECOND);
    }
    let names = |page: &Value| page["items"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect::<Vec<_>>();
    let first = get(&app, &ani, &format!("{PATH}?limit=2")).await.assert_ok().json();
    assert_eq!(names(&first), [json!("tiga.txt"), json!("dua.txt")]);
    let next = first["next_cursor"].as_str().unwrap();
    let rest = get(&app, &ani, &format!("{PATH}?limit=2&cursor={next}")).await.assert_ok().json();
    assert_eq!((names(&rest), &rest["next_cursor"]), (vec![json!("satu.txt")], &json!(null)));
    get(&app, &ani, &format!("{PATH}?colour=red")).await.assert_refused(400, "unknown_parameter");
    get(&app, &ani, &format!("{PATH}?cursor=YQo")).await.assert_refused(400, "bad_cursor");
}

async fn a_description_is_changed_in_the_version_that_was_seen(app: TestApp) {
    let ani = author(&app);
    let digest = upload(&app, &ani, "a.png", &png(4, 4)).await.assert_ok().json()["items"][0]["digest"].clone();
    let path = format!("{PATH}/{}", digest.as_str().unwrap());
    let patch = |body: Value| Call::new("PATCH", &path).token(&app.token(&ani)).json(&body);
    let body = json!({"alt": {"id": "Jembatan", "en": "Bridge"}});
    patch(body.clone()).send(&app).await.assert_refused(428, "if_match_required");
    let changed = patch(body.clone()).seen(&json!(1)).send(&app).await.assert_ok();
    assert_eq!((changed.header("etag"), &changed.json()["alt"]["en"]), ("\"2\"", &json!("Bridge")));
    let stale = patch(json!({"credit": "Ani"})).seen(&json!(1)).send(&app).await;
    stale.assert_refused(412, "stale");
    assert_eq!(stale.json()["current_version"], 2);
    let changed = patch(json!({"credit": "Ani"})).seen(&json!(2)).send(&app).await.assert_ok().json();
    assert_eq!((&changed["credit"], &changed["alt"]["id"]), (&json!("Ani"), &json!("Jembatan")));
    let long =
        patch(json!({"credit": "x".repeat(201), "alt": {"id": "x".repeat(501)}})).seen(&json!(3)).send(&app).await;
    long.assert_refused(422, "invalid");
    let fields: Vec<_> = long.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["credit", "alt.id"]);
    patch(json!({"name": "x"})).seen(&json!(3)).send(&app).await.assert_refused(400, "unknown_field");
}

async fn a_file_belongs_to_its_site_and_to_those_who_may(app: TestApp) {
    let ani = author(&app);
    let digest = upload(&app, &ani, "a.txt", b"isi").await.assert_ok().json()["items"][0]["digest"].clone();
    let dinas = app.site("dinas");
    let budi = app.user("budi", &[(Role::Author, Some(dinas.id))]);
    let path = format!("{PATH}/{}", digest.as_str().unwrap());
    for reply in [get(&app, &budi, PATH).await, get(&app, &budi, &path).await, upload(&app, &budi, "b.txt", b"b").await]
    {
        reply.assert_refused(404, "not_found");
    }
    let elsewhere = path.replace("portal", "dinas");
    get(&app, &budi, &elsewhere).await.assert_refused(404, "not_found");
    let approver = app.user("cici", &[(Role::Approver, Some(app_site(&app)))]);
    upload(&app, &approver, "b.txt", b"b").await.assert_refused(403, "forbidden");
    let patch = Call::new("PATCH", &path).token(&app.token(&approver)).seen(&json!(1)).json(&json!({"credit": "c"}));
    patch.send(&app).await.assert_refused(403, "forbidden");
    get(&app, &approver, &path).await.assert_ok();
    let requester = app.user("dodi", &[(Role::Requester, Some(app_site(&app)))]);
    get(&app, &requester, &path).await.assert_refused(403, "forbidden");
    Call::post(PATH).file("a.txt", b"a").send(&app).await.assert_refused(401, "unauthenticated");
    get(&app, &ani, &format!("{PATH}/abc")).await.assert_refused(404, "not_found");
}

fn app_site(app: &TestApp) -> lamin::kernel::id::SiteId {
    app.db.read_blocking(|c| lamin::sites::store::find_by_key(c, "portal")).unwrap().unwrap().id
}

async fn uploads_and_descriptions_are_in_the_ledger(app: TestApp) {
    let ani = author(&app);
    let digest = upload(&app, &ani, "a.txt", b"isi").await.assert_ok().json()["items"][0]["digest"].clone();
    upload(&app, &ani, "a.txt", b"isi").await.assert_ok();
    let path = format!("{PATH}/{}", digest.as_str().unwrap());
    let patch = Call::new("PATCH", &path).token(&app.token(&ani)).seen(&json!(1)).json(&json!({"credit": "Ani"}));
    patch.send(&app).await.assert_ok();
    let subject = format!("asset:{}", digest.as_str().unwrap());
    let query = ledger::table.filter(ledger::subject.eq(subject)).order(ledger::sequence).select(ledger::action);
    let actions: Vec<String> = app.db.read_blocking(|c| Ok(query.load(c)?)).unwrap();
    assert_eq!(actions, ["media.upload", "media.describe"]);
}
