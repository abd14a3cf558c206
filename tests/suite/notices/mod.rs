//! Who is told what happened, and by which way.

mod hooks;
pub mod mail;
mod stream;
mod telegram;

use lamin::identity::Role;
use lamin::kernel::time::DAY;
use serde_json::{Value, json};

use crate::editorial::Newsroom;
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    each_person_is_told_of_each_event_once_and_never_of_what_they_did,
    a_rejection_reaches_those_who_took_part_with_its_reason,
    a_void_approval_is_told_to_whoever_gave_it,
    a_comment_reaches_those_who_took_part_and_names_whom_it_names,
    what_is_read_is_read_and_the_notices_of_others_stay_theirs,
    whoever_has_left_the_site_is_told_nothing,
    a_plain_case_is_told_to_whoever_acts_next,
    a_round_of_work_concerns_those_who_worked_in_it,
    what_was_ordered_is_told_when_it_happens,
    preferences_are_versioned_and_bounded,
    old_notices_are_tidied_away,
);

/// Kinds and titles of what somebody was told, newest first.
pub async fn told(room: &Newsroom, role: Role) -> Vec<(String, String)> {
    let page = list(room, role, "").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(|one| (text(&one["kind"]), text(&one["title"]))).collect()
}

async fn kinds(room: &Newsroom, role: Role) -> Vec<String> {
    told(room, role).await.into_iter().map(|(kind, _)| kind).collect()
}

async fn list(room: &Newsroom, role: Role, query: &str) -> Value {
    room.get(role, &format!("/api/v1/notices{query}")).await.assert_ok().json()
}

async fn post(room: &Newsroom, role: Role, path: &str, body: Value) -> Reply {
    Call::post(path).token(&room.token(role)).json(&body).send(&room.app).await
}

async fn each_person_is_told_of_each_event_once_and_never_of_what_they_did(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.written("Jembatan dibuka").await;
    item.goes_to("published").await;
    assert_eq!(kinds(&room, Role::Author).await, ["published", "approved"]);
    assert_eq!(kinds(&room, Role::Editor).await, ["published", "approved", "waiting"]);
    assert_eq!(kinds(&room, Role::Approver).await, ["published", "waiting"]);
    assert_eq!(kinds(&room, Role::Publisher).await, ["waiting"]);
    assert_eq!(kinds(&room, Role::Head).await, [""; 0], "a head acts in no step of it");
    let page = list(&room, Role::Approver, "").await;
    let waiting = &page["items"][1];
    assert_eq!(waiting["about"], json!({"kind": "entry", "id": item.id}));
    assert_eq!(
        (&waiting["waits"], &waiting["by"], &waiting["site"]),
        (&json!(true), &json!("editor"), &json!("portal"))
    );
    assert_eq!(waiting["step"], json!({"id": "Penyaringan", "en": "Filtering"}));
    item.does(Role::Publisher, json!({"command": "withdraw", "comment": "Keliru"})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Author).await[0], "withdrawn");
    assert_eq!(kinds(&room, Role::Publisher).await, ["waiting"]);
}

async fn a_rejection_reaches_those_who_took_part_with_its_reason(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("filtering").await;
    item.does(Role::Approver, json!({"command": "reject", "comment": "Judul keliru"})).await.assert_ok();
    for role in [Role::Author, Role::Editor] {
        let newest = &list(&room, role, "").await["items"][0];
        assert_eq!((&newest["kind"], &newest["said"]), (&json!("rejected"), &json!("Judul keliru")), "{role}");
        assert_eq!(newest["waits"], json!(role == Role::Editor), "{role}");
    }
    item.does(Role::Editor, json!({"command": "return", "comment": "Lengkapi"})).await.assert_ok();
    let newest = &list(&room, Role::Author, "").await["items"][0];
    assert_eq!((&newest["kind"], &newest["waits"]), (&json!("returned"), &json!(true)));
    assert_eq!(kinds(&room, Role::Approver).await[0], "returned", "whoever rejected it took part");
}

async fn a_void_approval_is_told_to_whoever_gave_it(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    item.edits(Role::Editor, json!({"summary": "Lain"})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Approver).await, ["voided", "waiting"]);
    assert_eq!(kinds(&room, Role::Author).await, ["voided", "approved"]);
    assert_eq!(kinds(&room, Role::Editor).await, ["approved", "waiting"], "they did it themselves");
}

async fn a_comment_reaches_those_who_took_part_and_names_whom_it_names(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("editing").await;
    let path = item.path("/comments");
    let body = json!({"body": "Mohon data terbaru, @publisher. Hormat kami, a@b"});
    post(&room, Role::Editor, &path, body).await.assert_ok();
    assert_eq!(kinds(&room, Role::Author).await, ["comment"]);
    let named = &list(&room, Role::Publisher, "").await["items"][0];
    assert_eq!((&named["kind"], &named["waits"]), (&json!("mention"), &json!(false)));
    assert_eq!(kinds(&room, Role::Approver).await, [""; 0]);
    post(&room, Role::Author, &path, json!({"body": "Sudah."})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Editor).await, ["comment", "waiting"]);
}

async fn what_is_read_is_read_and_the_notices_of_others_stay_theirs(app: TestApp) {
    let room = Newsroom::open(app);
    room.in_step("handed_over").await;
    room.in_step("handed_over").await;
    let page = list(&room, Role::Editor, "?limit=1").await;
    assert_eq!(page["unread"], 2);
    let cursor = page["next_cursor"].as_str().unwrap();
    let older = list(&room, Role::Editor, &format!("?cursor={cursor}")).await["items"][0].clone();
    let id = older["id"].as_i64().unwrap();
    let read = format!("/api/v1/notices/{id}/read");
    post(&room, Role::Author, &read, json!({})).await.assert_refused(404, "not_found");
    assert_eq!(post(&room, Role::Editor, &read, json!({})).await.status, 204);
    assert_eq!(post(&room, Role::Editor, &read, json!({})).await.status, 204, "reading twice changes nothing");
    let unread = list(&room, Role::Editor, "?unread=true").await;
    assert_eq!((unread["unread"].as_i64(), unread["items"].as_array().unwrap().len()), (Some(1), 1));
    let until = unread["items"][0]["id"].clone();
    room.in_step("handed_over").await;
    assert_eq!(post(&room, Role::Editor, "/api/v1/notices/read", json!({"until": until})).await.status, 204);
    assert_eq!(list(&room, Role::Editor, "").await["unread"], 1, "what came since is not read");
    for bad in ["x", "99999999999999999999"] {
        let path = format!("/api/v1/notices/{bad}/read");
        post(&room, Role::Editor, &path, json!({})).await.assert_refused(404, "not_found");
    }
    room.get(Role::Editor, "/api/v1/notices?cursor=eA").await.assert_refused(400, "bad_cursor");
}

async fn whoever_has_left_the_site_is_told_nothing(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("filtering").await;
    let (author, site, now) = (room.actor(Role::Author).user().unwrap(), room.site(), room.app.now());
    let leave = |tx: &mut lamin::db::Tx| lamin::identity::store::replace_appointments(tx, author, Some(site), &[], now);
    room.app.db.write_blocking(leave).unwrap();
    item.with_digest(Role::Approver, json!({"command": "approve"})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Author).await, [""; 0]);
    assert_eq!(kinds(&room, Role::Editor).await[0], "approved");
}

async fn a_plain_case_is_told_to_whoever_acts_next(app: TestApp) {
    let room = Newsroom::open(app);
    let body = json!({"procedure": "website_monitoring", "flow": "monitoring", "title": "Senin", "site": "portal"});
    let case = post(&room, Role::Head, "/api/v1/cases", body).await.assert_ok().json();
    let path = |rest: &str| format!("/api/v1/cases/{}{rest}", case["id"].as_str().unwrap());
    assert_eq!(kinds(&room, Role::Monitor).await, [""; 0], "a head orders it first");
    let order = json!({"command": "order", "fields": {"order_form": "lisan", "order_text": "Semua situs"}});
    let call = Call::post(&path("/transitions")).token(&room.token(Role::Head)).seen(&json!(1)).json(&order);
    call.send(&room.app).await.assert_ok();
    let ordered = &list(&room, Role::Monitor, "").await["items"][0];
    assert_eq!((&ordered["kind"], &ordered["waits"]), (&json!("waiting"), &json!(true)));
    assert_eq!(ordered["about"], json!({"kind": "case", "id": case["id"]}));
    post(&room, Role::Head, &path("/comments"), json!({"body": "Mulai dari situs dinas."})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Monitor).await, ["comment", "waiting"]);
    assert_eq!(kinds(&room, Role::Head).await, [""; 0]);
}

async fn a_round_of_work_concerns_those_who_worked_in_it(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    let site = room.site();
    let second = room.app.user("penyunting2", &[(Role::Editor, Some(site))]);
    room.app.clock.advance(DAY);
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"summary": "Kedua"})).await.assert_ok();
    item.does(Role::Author, json!({"command": "submit"})).await.assert_ok();
    item.asks(&second, json!({"command": "claim"})).await.assert_ok();
    let before = kinds(&room, Role::Editor).await.len();
    item.asks(&second, json!({"command": "return", "comment": "Lengkapi"})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Editor).await.len(), before, "they edited the round before");
    assert_eq!(kinds(&room, Role::Author).await[0], "returned");
}

async fn what_was_ordered_is_told_when_it_happens(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let at = room.app.now().plus(DAY);
    item.with_digest(Role::Publisher, json!({"command": "publish", "publish_at": at})).await.assert_ok();
    assert_eq!(kinds(&room, Role::Author).await, ["approved"]);
    room.app.clock.advance(DAY);
    assert_eq!(room.run_due(), 1);
    let newest = &list(&room, Role::Publisher, "").await["items"][0];
    assert_eq!((&newest["kind"], &newest["by"]), (&json!("published"), &Value::Null));
    assert_eq!(kinds(&room, Role::Author).await[0], "published");
}

async fn preferences_are_versioned_and_bounded(app: TestApp) {
    let room = Newsroom::open(app);
    let path = "/api/v1/me/notices";
    let put = |version: i32, body: Value| {
        let call = Call::new("PUT", path).token(&room.token(Role::Author)).seen(&json!(version)).json(&body);
        call.send(&room.app)
    };
    let before = room.get(Role::Author, path).await.assert_ok().json();
    assert_eq!(
        before,
        json!({"mail": "immediate", "telegram": "none", "digest_hour": 8, "has_telegram_bot": false, "version": 0})
    );
    put(0, json!({"mail": "daily", "digest_hour": 5})).await.assert_refused(422, "invalid");
    put(1, json!({"mail": "daily", "digest_hour": 7})).await.assert_refused(412, "stale");
    let after = put(0, json!({"mail": "daily", "digest_hour": 7})).await.assert_ok().json();
    assert_eq!(
        after,
        json!({"mail": "daily", "telegram": "none", "digest_hour": 7, "has_telegram_bot": false, "version": 1})
    );
    put(1, json!({"mail": "none", "digest_hour": 7})).await.assert_ok();
    assert_eq!(room.get(Role::Author, path).await.json()["mail"], "none");
}

async fn old_notices_are_tidied_away(app: TestApp) {
    let room = Newsroom::open(app);
    room.in_step("handed_over").await;
    let editor = room.actor(Role::Editor).user().unwrap();
    let unread = || room.app.db.read_blocking(|c| lamin::notices::store::unread(c, editor)).unwrap();
    let tidied = |micros: i64| {
        room.app.clock.advance(micros);
        lamin::jobs::run_due(&room.app, &lamin::boot::handlers()).unwrap();
        unread()
    };
    assert_eq!(tidied(DAY), 1);
    room.in_step("handed_over").await;
    assert_eq!(tidied(lamin::notices::service::NOTICE_DAYS_KEPT * DAY), 1, "only what came last is kept");
}
