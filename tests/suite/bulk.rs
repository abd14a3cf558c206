//! One command to many entries: all of them or none.

use lamin::identity::Role;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    many_entries_are_handed_over_at_once_and_each_as_if_it_were_alone,
    one_refusal_takes_all_of_them_back_and_every_refusal_is_named,
    an_approval_in_bulk_asks_for_the_digest_of_each_and_never_for_own_work,
    what_was_approved_is_published_at_once_with_one_build,
    a_withdrawal_in_bulk_tells_citizens_why,
    many_go_to_the_trash_and_come_back,
    category_and_tags_change_on_drafts_and_leave_what_is_so_already,
    what_is_wrong_with_the_list_is_told_before_anything_is_asked,
);

/// The entry as a list names it: its version, and its digest where one is asked for.
async fn named(item: &Item<'_>, with_digest: bool) -> Value {
    let now = item.now().await;
    let mut named = json!({"id": now["id"], "version": now["version"]});
    if with_digest {
        named["digest"] = now["digest"].clone();
    }
    named
}

async fn all(items: &[&Item<'_>], with_digest: bool) -> Value {
    let mut list = Vec::new();
    for item in items {
        list.push(named(item, with_digest).await);
    }
    json!(list)
}

async fn asks(room: &Newsroom, role: Role, body: Value) -> Reply {
    Call::post("/api/v1/sites/portal/entries/bulk").token(&room.token(role)).json(&body).send(&room.app).await
}

async fn events(room: &Newsroom, action: &str) -> Vec<Value> {
    let path = format!("/api/v1/ledger?action={action}");
    let found = room.get(Role::Auditor, &path).await.assert_ok().json();
    found["items"].as_array().unwrap().clone()
}

/// Code and id of every refusal.
fn refused(reply: &Reply) -> Vec<(String, String)> {
    reply.assert_refused(409, "bulk_refused");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = reply.json()["refused"].as_array().unwrap().clone();
    all.iter().map(|one| (text(&one["code"]), text(&one["id"]))).collect()
}

async fn many_entries_are_handed_over_at_once_and_each_as_if_it_were_alone(app: TestApp) {
    let room = Newsroom::open(app);
    let items = [room.written("Satu").await, room.written("Dua").await, room.written("Tiga").await];
    let [one, two, three] = &items;
    let body =
        json!({"command": "submit", "entries": all(&[three, one, two], false).await, "comment": "Mohon disunting."});
    let done = asks(&room, Role::Author, body).await.assert_ok().json();
    let titles: Vec<&str> = done["items"].as_array().unwrap().iter().map(|i| i["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Tiga", "Satu", "Dua"], "in the order in which they were named");
    assert!(
        done["items"].as_array().unwrap().iter().all(|item| item["step"] == "handed_over" && item["changed"] == true)
    );
    assert!(done["job"].is_null(), "citizens see nothing else");
    for item in &items {
        let now = item.now().await;
        assert_eq!((&now["step"], &now["version"]), (&json!("handed_over"), &json!(2)));
    }
    let events = events(&room, "editorial.submit").await;
    assert_eq!(events.len(), 3, "one event for each");
    assert!(events.iter().all(|event| event["detail"]["comment"] == "Mohon disunting."));
    let inbox = room.get(Role::Editor, "/api/v1/inbox").await.assert_ok().json();
    assert_eq!(inbox["items"].as_array().unwrap().len(), 3);
    let told = room.get(Role::Editor, "/api/v1/notices").await.assert_ok().json();
    assert_eq!(told["items"].as_array().unwrap().len(), 3, "and each is told of as if it were alone");
}

async fn one_refusal_takes_all_of_them_back_and_every_refusal_is_named(app: TestApp) {
    let room = Newsroom::staffed(app, None);
    room.app.site("portal");
    room.app.site("lain");
    let (fine, stale, moved) = (room.written("Baik").await, room.written("Usang").await, room.written("Sudah").await);
    let (foreign, trashed) = (room.written_on("lain", "Situs lain").await, room.written("Terbuang").await);
    moved.goes_to("handed_over").await;
    let sent = json!({"command": "trash", "entries": all(&[&trashed], false).await});
    asks(&room, Role::Author, sent).await.assert_ok();
    let mut entries = all(&[&fine, &stale, &moved, &foreign, &trashed], false).await;
    entries[1]["version"] = json!(7);
    let absent = "0192f0c1-2345-7abc-8def-0123456789ab";
    entries.as_array_mut().unwrap().push(json!({"id": absent, "version": 1}));
    let before = fine.now().await;
    let reply = asks(&room, Role::Author, json!({"command": "submit", "entries": entries})).await;
    let found = refused(&reply);
    let expected = [
        ("stale", stale.id.as_str()),
        ("wrong_step", moved.id.as_str()),
        ("not_found", foreign.id.as_str()),
        ("in_trash", trashed.id.as_str()),
        ("not_found", absent),
    ];
    assert_eq!(found, expected.map(|(code, id)| (code.to_owned(), id.to_owned())));
    let told = reply.json()["refused"].clone();
    assert_eq!((&told[0]["title"], &told[0]["current_version"]), (&json!("Usang"), &json!(1)));
    assert_eq!(
        (&told[1]["step"], &told[2]["title"]),
        (&json!("handed_over"), &Value::Null),
        "a site of others tells nothing"
    );
    for language in ["id", "en"] {
        assert!(told[0]["words"][language].as_str().unwrap().ends_with('.'), "{told:#}");
    }
    assert_eq!(fine.now().await, before, "nothing was changed");
    assert_eq!(events(&room, "editorial.submit").await.len(), 1, "only the one that went alone");
}

async fn an_approval_in_bulk_asks_for_the_digest_of_each_and_never_for_own_work(app: TestApp) {
    let room = Newsroom::open(app);
    let (one, two) = (room.in_step("filtering").await, room.written("Kedua").await);
    two.goes_to("filtering").await;
    let approve = |entries: Value| json!({"command": "approve", "entries": entries});
    let mut entries = all(&[&one, &two], true).await;
    entries[1].as_object_mut().unwrap().remove("digest");
    let reply = asks(&room, Role::Approver, approve(entries.clone())).await;
    assert_eq!(refused(&reply), [("digest_required".to_owned(), two.id.clone())]);
    entries[1]["digest"] = entries[0]["digest"].clone();
    let reply = asks(&room, Role::Approver, approve(entries)).await;
    assert_eq!(refused(&reply), [("digest_mismatch".to_owned(), two.id.clone())]);
    assert_eq!(one.now().await["step"], "filtering", "the one that was right was taken back");
    let both = app_with_two_roles(&room);
    let own = {
        let body = json!({"type": "berita", "fields": {"title": "Sendiri", "body": "Isi."}});
        let call = Call::post("/api/v1/sites/portal/entries").token(&room.app.token(&both)).json(&body);
        let entry = call.send(&room.app).await.assert_ok().json();
        Item { room: &room, id: entry["id"].as_str().unwrap().to_owned() }
    };
    own.goes_to("filtering").await;
    let entries = all(&[&one, &own], true).await;
    let call = Call::post("/api/v1/sites/portal/entries/bulk").token(&room.app.token(&both)).json(&approve(entries));
    assert_eq!(refused(&call.send(&room.app).await), [("own_work".to_owned(), own.id.clone())]);
    asks(&room, Role::Approver, approve(all(&[&one, &two], true).await)).await.assert_ok();
    assert_eq!((one.now().await["approved"].clone(), two.now().await["approved"].clone()), (json!(true), json!(true)));
}

/// Somebody who writes and approves.
fn app_with_two_roles(room: &Newsroom) -> lamin::identity::Actor {
    let site = room.site();
    room.app.user("both", &[(Role::Author, Some(site)), (Role::Approver, Some(site))])
}

async fn what_was_approved_is_published_at_once_with_one_build(app: TestApp) {
    let room = Newsroom::open(app);
    let (one, two) = (room.in_step("approved").await, room.written("Kedua").await);
    two.goes_to("approved").await;
    let body = json!({"command": "publish", "entries": all(&[&one, &two], true).await});
    let done = asks(&room, Role::Publisher, body).await.assert_ok().json();
    assert!(done["job"].is_string(), "{done:#}");
    let live = Call::get("/delivery/v1/sites/portal/entries").send(&room.app).await.assert_ok().json();
    assert_eq!(live["items"].as_array().unwrap().len(), 2, "citizens see both");
    let path = format!("/api/v1/jobs/{}", done["job"].as_str().unwrap());
    assert_eq!(room.get(Role::Publisher, &path).await.assert_ok().json()["kind"], "publish.build");
}

async fn a_withdrawal_in_bulk_tells_citizens_why(app: TestApp) {
    let room = Newsroom::open(app);
    let one = room.in_step("published").await;
    let entries = all(&[&one], false).await;
    let reply = asks(&room, Role::Publisher, json!({"command": "withdraw", "entries": entries})).await;
    assert_eq!(refused(&reply)[0].0, "comment_required");
    let body = json!({"command": "withdraw", "entries": entries, "comment": "Salah.", "reason": "mistake", "notice": "Keliru."});
    asks(&room, Role::Publisher, body).await.assert_ok();
    let events = events(&room, "editorial.withdraw").await;
    assert_eq!(events[0]["detail"]["told"], json!({"reason": "mistake", "notice": "Keliru."}));
}

async fn many_go_to_the_trash_and_come_back(app: TestApp) {
    let room = Newsroom::open(app);
    let (one, two, live) = (room.written("Satu").await, room.written("Dua").await, room.in_step("published").await);
    let body = json!({"command": "trash", "entries": all(&[&one, &live], false).await});
    assert_eq!(refused(&asks(&room, Role::Author, body).await), [("already_live".to_owned(), live.id.clone())]);
    let body = json!({"command": "trash", "entries": all(&[&one, &two], false).await});
    asks(&room, Role::Author, body).await.assert_ok();
    assert!(one.now().await["trashed_at"].is_string() && two.now().await["trashed_at"].is_string());
    let body = json!({"command": "restore", "entries": all(&[&one, &two], false).await});
    asks(&room, Role::Author, body.clone()).await.assert_ok();
    assert!(one.now().await["trashed_at"].is_null() && two.now().await["trashed_at"].is_null());
    let body = json!({"command": "restore", "entries": all(&[&one], false).await});
    assert_eq!(refused(&asks(&room, Role::Author, body).await)[0].0, "not_in_trash");
    asks(&room, Role::Approver, json!({"command": "trash", "entries": all(&[&one], false).await}))
        .await
        .assert_refused(403, "forbidden");
}

async fn category_and_tags_change_on_drafts_and_leave_what_is_so_already(app: TestApp) {
    let room = Newsroom::open(app);
    let (one, two) = (room.written("Satu").await, room.written("Dua").await);
    let ask = async |more: Value, items: &[&Item<'_>]| {
        let mut body = more;
        body["entries"] = all(items, false).await;
        asks(&room, Role::Author, body).await
    };
    ask(json!({"command": "set_category", "category": "ekonomi"}), &[&one, &two]).await.assert_ok();
    ask(json!({"command": "add_tags", "tags": ["Pasar Pagi"]}), &[&one]).await.assert_ok();
    let done = ask(json!({"command": "add_tags", "tags": ["pasar pagi"]}), &[&one, &two]).await.assert_ok().json();
    let changed: Vec<&Value> = done["items"].as_array().unwrap().iter().map(|item| &item["changed"]).collect();
    assert_eq!(changed, [false, true], "the same tag, written otherwise");
    assert_eq!((&one.now().await["tags"], &two.now().await["tags"]), (&json!(["Pasar Pagi"]), &json!(["pasar pagi"])));
    assert_eq!(one.now().await["category"], "ekonomi");
    ask(json!({"command": "remove_tags", "tags": ["PASAR PAGI"]}), &[&one, &two]).await.assert_ok();
    ask(json!({"command": "set_category", "category": null}), &[&one, &two]).await.assert_ok();
    assert_eq!((&one.now().await["tags"], &one.now().await["category"]), (&json!([]), &Value::Null));
    ask(json!({"command": "set_category", "category": null}), &[&one, &two])
        .await
        .assert_refused(409, "nothing_changed");
    let approved = room.in_step("approved").await;
    let body = json!({"command": "add_tags", "tags": ["x"], "entries": all(&[&approved], false).await});
    assert_eq!(refused(&asks(&room, Role::Editor, body).await)[0].0, "wrong_step");
    assert_eq!(approved.now().await["approved"], true, "an approval is not voided in passing");
    assert_eq!(room.get(Role::Auditor, &one.path("/revisions")).await.json()["items"].as_array().unwrap().len(), 5);
}

async fn what_is_wrong_with_the_list_is_told_before_anything_is_asked(app: TestApp) {
    let room = Newsroom::open(app);
    let one = room.written("Satu").await;
    let entry = named(&one, false).await;
    let wrong = async |body: Value| {
        let reply = asks(&room, Role::Author, body).await;
        reply.assert_refused(422, "invalid");
        let error = reply.json()["errors"][0].clone();
        (error["field"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
    };
    let told = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(wrong(json!({"command": "submit", "entries": []})).await, told("entries", "required"));
    let many: Vec<&Value> = std::iter::repeat_n(&entry, 101).collect();
    assert_eq!(wrong(json!({"command": "submit", "entries": many})).await, told("entries", "too_many_items"));
    let twice = json!({"command": "submit", "entries": [entry, entry]});
    assert_eq!(wrong(twice).await, told("entries[1].id", "repeated"));
    let category = json!({"command": "set_category", "entries": [entry]});
    assert_eq!(wrong(category).await, told("category", "required"));
    let tags = json!({"command": "submit", "entries": [entry], "tags": ["x"]});
    assert_eq!(wrong(tags).await, told("tags", "not_taken"));
    let none = json!({"command": "fly", "entries": [entry]});
    asks(&room, Role::Author, none).await.assert_refused(400, "unknown_command");
    let edit = json!({"command": "edit", "entries": [entry]});
    asks(&room, Role::Author, edit).await.assert_refused(400, "unknown_command");
    assert_eq!(one.now().await["version"], 1);
}
