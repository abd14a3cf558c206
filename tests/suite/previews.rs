//! What is not published yet, for those who may see it.

use lamin::identity::Role;
use lamin::jobs;
use lamin::kernel::time::{DAY, HOUR, MINUTE};
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::publish::{build, current, tree};
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_link_shows_exactly_one_revision_in_the_real_theme,
    a_link_ends_by_its_time_and_when_it_is_revoked,
    a_guest_needs_somebody_who_may_share_and_a_name,
    pictures_and_theme_come_with_a_preview_and_nothing_else_does,
    nothing_of_a_preview_is_in_a_release,
    staging_shows_what_is_approved_to_members_who_came_by_a_link,
    staging_ends_with_membership_and_the_link_works_once,
);

async fn link(item: &Item<'_>, role: Role, body: Value) -> Value {
    let room = item.room;
    let call = Call::post(&item.path("/previews")).token(&room.token(role)).json(&body);
    call.send(&room.app).await.assert_ok().json()
}

async fn open(room: &Newsroom, link: &Value) -> Reply {
    Call::get(path(link)).send(&room.app).await
}

fn path(link: &Value) -> &str {
    link["url"].as_str().unwrap().strip_prefix("http://localhost:8080").unwrap()
}

#[track_caller]
fn assert_private(reply: &Reply) {
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{}", reply.text);
    assert_eq!((reply.header("x-robots-tag"), reply.header("referrer-policy")), ("noindex, nofollow", "no-referrer"));
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));
}

async fn a_link_shows_exactly_one_revision_in_the_real_theme(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    build(&room.app, Mode::Changed);
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"title": "Judul baru"})).await.assert_ok();
    let newest = link(&item, Role::Author, json!({})).await;
    item.edits(Role::Author, json!({"title": "Judul lebih baru lagi"})).await.assert_ok();
    let page = open(&room, &newest).await;
    assert_private(&page);
    assert!(page.header("content-security-policy").contains("frame-ancestors 'self'"), "the admin shows it in a frame");
    assert!(page.text.contains("Judul baru") && !page.text.contains("lebih baru lagi"), "one revision: {}", page.text);
    assert!(page.text.contains("<strong>Pratinjau.</strong>") && page.text.contains("noindex"));
    let published = tree(&current(&room.app));
    let live = published.iter().find(|(path, _)| path.starts_with("berita/") && path.contains("jembatan")).unwrap().1;
    let live = String::from_utf8(live.clone()).unwrap();
    assert!(live.contains("Jembatan dibuka") && !live.contains("Pratinjau"));
    let skeleton =
        |html: &str| html.matches("<header").count() + html.matches("<nav").count() + html.matches("<footer").count();
    assert_eq!(skeleton(&page.text), skeleton(&live), "the same theme around it");
    let old = live_revision(&item).await;
    let older = link(&item, Role::Editor, json!({ "revision": old })).await;
    assert!(open(&room, &older).await.text.contains("Jembatan dibuka"));
    let unknown = json!({"revision": "0".repeat(64)});
    let call = Call::post(&item.path("/previews")).token(&room.token(Role::Author)).json(&unknown);
    call.send(&room.app).await.assert_refused(404, "not_found");
}

async fn live_revision(item: &Item<'_>) -> String {
    let revisions = item.room.get(Role::Auditor, &item.path("/revisions")).await.assert_ok().json();
    revisions["items"].as_array().unwrap().last().unwrap()["digest"].as_str().unwrap().to_owned()
}

async fn a_link_ends_by_its_time_and_when_it_is_revoked(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.written("Rancangan").await;
    let first = link(&item, Role::Author, json!({})).await;
    let second = link(&item, Role::Editor, json!({"minutes": 5})).await;
    let list = room.get(Role::Author, &item.path("/previews")).await.assert_ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let token = path(&first).rsplit('/').next().unwrap();
    assert!(!list.to_string().contains(token), "a link is shown once");
    room.app.clock.advance(5 * MINUTE);
    open(&room, &second).await.assert_refused(401, "bad_link");
    assert_private(&open(&room, &first).await);
    let revoke = |role: Role| {
        let path = format!("/api/v1/previews/{}", first["id"].as_str().unwrap());
        Call::new("DELETE", &path).token(&room.token(role)).send(&room.app)
    };
    revoke(Role::Auditor).await.assert_refused(403, "forbidden");
    revoke(Role::Operator).await.assert_refused(403, "forbidden");
    revoke(Role::Editor).await.assert_ok();
    open(&room, &first).await.assert_refused(401, "bad_link");
    revoke(Role::Editor).await.assert_refused(409, "nothing_changed");
    Call::get("/preview/abc").send(&room.app).await.assert_refused(401, "bad_link");
    let events = Call::get("/api/v1/ledger?limit=100").token(&room.token(Role::Auditor)).send(&room.app).await.json();
    let actions: Vec<&str> =
        events["items"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"preview.create") && actions.contains(&"preview.revoke"));
    assert!(!events.to_string().contains(token));
}

async fn a_guest_needs_somebody_who_may_share_and_a_name(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.written("Untuk Pak Bupati").await;
    let ask = |role: Role, body: Value| {
        let call = Call::post(&item.path("/previews")).token(&room.token(role)).json(&body);
        call.send(&room.app)
    };
    let guest = json!({"recipient": "Pak Bupati", "minutes": 7 * 24 * 60});
    ask(Role::Author, guest.clone()).await.assert_refused(403, "forbidden");
    ask(Role::Author, json!({"minutes": 16})).await.assert_refused(422, "invalid");
    ask(Role::Editor, json!({"recipient": "Pak Bupati"})).await.assert_refused(422, "invalid");
    ask(Role::Editor, json!({"recipient": "Pak Bupati", "minutes": 10_081})).await.assert_refused(422, "invalid");
    ask(Role::Auditor, json!({})).await.assert_refused(403, "forbidden");
    let link = link(&item, Role::Editor, guest).await;
    room.app.clock.advance(7 * DAY - MINUTE);
    assert_private(&open(&room, &link).await);
    room.app.clock.advance(MINUTE);
    open(&room, &link).await.assert_refused(401, "bad_link");
}

async fn pictures_and_theme_come_with_a_preview_and_nothing_else_does(app: TestApp) {
    let room = Newsroom::open(app);
    let upload = |bytes: &'static [u8]| {
        let call = Call::post("/api/v1/sites/portal/assets").token(&room.token(Role::Author));
        call.file("lampiran.txt", bytes).send(&room.app)
    };
    let placed = upload(b"terlampir").await.assert_ok().json()["items"][0]["digest"].as_str().unwrap().to_owned();
    let other = upload(b"milik orang lain").await.assert_ok().json()["items"][0]["digest"].as_str().unwrap().to_owned();
    let item = room.written("Dengan lampiran").await;
    item.edits(Role::Author, json!({"body": format!("[unduh](asset:{placed})")})).await.assert_ok();
    let link = link(&item, Role::Author, json!({})).await;
    let page = open(&room, &link).await;
    let named = |start: &str| {
        let at = page.text.find(start).unwrap_or_else(|| panic!("no {start} in {}", page.text));
        page.text[at..].split(['"', '\'', ' ', '>']).next().unwrap().to_owned()
    };
    let root = path(&link);
    for (start, content_type) in [
        (format!("{root}/theme/"), "text/css"),
        (format!("{root}/media/"), "text/plain"),
        (format!("{root}/bar.css"), "text/css"),
    ] {
        let file = Call::get(&named(&start)).send(&room.app).await;
        assert_private(&file);
        assert!(file.header("content-type").starts_with(content_type), "{start}");
    }
    let hidden = format!("{root}/media/{}/lampiran.txt", &other[..16]);
    Call::get(&hidden).send(&room.app).await.assert_refused(404, "not_found");
    Call::get(&format!("{root}/theme/../../data/signing.key")).send(&room.app).await.assert_refused(404, "not_found");
}

async fn nothing_of_a_preview_is_in_a_release(app: TestApp) {
    let room = Newsroom::open(app);
    room.in_step("published").await;
    build(&room.app, Mode::Changed);
    let before = tree(&current(&room.app));
    let item = room.written("Sangat rahasia sekali").await;
    let link = link(&item, Role::Author, json!({})).await;
    assert!(open(&room, &link).await.text.contains("Sangat rahasia sekali"));
    build(&room.app, Mode::Fresh);
    assert!(tree(&current(&room.app)) == before);
}

const HOST: &str = "staging.portal.localhost:8080";

async fn at_staging(room: &Newsroom, path: &str, cookie: Option<&str>) -> Reply {
    let call = Call::get(path).header("Host", HOST);
    let call = match cookie {
        Some(cookie) => call.header("Cookie", cookie),
        None => call,
    };
    call.send(&room.app).await
}

/// A link into staging, with what it shows built.
async fn invited(room: &Newsroom, role: Role) -> String {
    let call = Call::post("/api/v1/sites/portal/staging").token(&room.token(role)).json(&json!({}));
    let answer = call.send(&room.app).await.assert_ok().json();
    let app = room.app.app.clone();
    actix_web::web::block(move || jobs::run_due(&app, &lamin::boot::handlers()).unwrap()).await.unwrap();
    let job = format!("/api/v1/jobs/{}", answer["job"].as_str().unwrap());
    let done = Call::get(&job).token(&room.token(role)).send(&room.app).await.assert_ok().json();
    assert_eq!(done["state"], "done", "{done}");
    answer["url"].as_str().unwrap().strip_prefix(&format!("http://{HOST}")).unwrap().to_owned()
}

fn cookie(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "of this host alone: {cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

async fn staging_shows_what_is_approved_to_members_who_came_by_a_link(app: TestApp) {
    let room = Newsroom::open(app);
    let live = room.in_step("published").await;
    let waiting = room.written("Menunggu waktunya").await;
    waiting.goes_to("approved").await;
    room.written("Masih rancangan").await;
    let gone = room.written("Sudah ditarik").await;
    gone.goes_to("published").await;
    gone.does(Role::Publisher, json!({"command": "withdraw", "comment": "x"})).await.assert_ok();
    build(&room.app, Mode::Changed);

    at_staging(&room, "/", None).await.assert_refused(401, "unauthenticated");
    let link = invited(&room, Role::Auditor).await;
    let entered = at_staging(&room, &link, None).await;
    assert_private(&entered);
    assert!(entered.text.contains("url=/"), "a strict cookie does not travel with a redirect from elsewhere");
    let cookie = cookie(&entered);
    let list = at_staging(&room, "/berita/", Some(&cookie)).await;
    assert_private(&list);
    assert!(list.text.contains("Menunggu waktunya") && list.text.contains("Jembatan dibuka"), "{}", list.text);
    assert!(!list.text.contains("Masih rancangan") && !list.text.contains("Sudah ditarik"));
    assert!(at_staging(&room, "/berita/menunggu-waktunya/", Some(&cookie)).await.text.contains("Menunggu waktunya"));
    assert!(at_staging(&room, "/robots.txt", Some(&cookie)).await.text.contains("Disallow: /"));
    assert_eq!(at_staging(&room, "/tidak/ada/", Some(&cookie)).await.status, 404);
    for path in ["/../../lamin.db", "/%2e%2e/%2e%2e/signing.key", "/.lamin/enter/x"] {
        assert_ne!(at_staging(&room, path, Some(&cookie)).await.status, 200, "{path}");
    }
    for (host, path) in [("portal.localhost:8080", "/berita/menunggu-waktunya/"), ("staging.lain.localhost", "/")] {
        let reply = Call::get(path).header("Host", host).header("Cookie", &cookie).send(&room.app).await;
        assert_eq!(reply.status, 404, "{host} {path}");
    }
    assert!(!tree(&current(&room.app)).keys().any(|path| path.contains("menunggu")));
    assert!(!room.app.config.public.join("staging").exists());
    drop(live);
}

async fn staging_ends_with_membership_and_the_link_works_once(app: TestApp) {
    let room = Newsroom::open(app);
    room.in_step("published").await;
    let call = Call::post("/api/v1/sites/portal/staging").token(&room.token(Role::Requester)).json(&json!({}));
    call.send(&room.app).await.assert_refused(403, "forbidden");
    let link = invited(&room, Role::Operator).await;
    let cookie = cookie(&at_staging(&room, &link, None).await);
    at_staging(&room, &link, None).await.assert_refused(401, "bad_link");
    assert_private(&at_staging(&room, "/", Some(&cookie)).await);
    let late = invited(&room, Role::Operator).await;
    room.app.clock.advance(10 * MINUTE);
    at_staging(&room, &late, None).await.assert_refused(401, "bad_link");
    let operator = room.actor(Role::Operator).user().unwrap();
    let (site, now) = (room.site(), room.app.now());
    room.app
        .db
        .write_blocking(|tx| lamin::identity::store::replace_appointments(tx, operator, Some(site), &[], now))
        .unwrap();
    at_staging(&room, "/", Some(&cookie)).await.assert_refused(404, "not_found");
    let other = invited(&room, Role::Editor).await;
    let cookie = self::cookie(&at_staging(&room, &other, None).await);
    room.app.clock.advance(8 * HOUR);
    at_staging(&room, "/", Some(&cookie)).await.assert_refused(401, "unauthenticated");
    at_staging(&room, "/", Some(&link)).await.assert_refused(401, "unauthenticated");
}
