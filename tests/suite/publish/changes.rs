//! What a release changed, and who answered for it.

use lamin::identity::Role;
use lamin::kernel::time::HOUR;
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use super::build;
use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::TestApp;

on_both!(
    a_release_names_what_it_changed_with_who_approved_and_who_published,
    what_was_ordered_or_expired_names_whoever_ordered_it_or_nobody,
    what_steers_the_site_and_a_build_from_nothing_are_causes_of_their_own,
    changes_come_in_pages_and_only_to_those_who_see_releases,
    a_release_that_went_back_names_what_it_took_away_and_what_stayed_withdrawn,
);

async fn changes(room: &Newsroom, number: i32) -> Value {
    let path = format!("/api/v1/sites/portal/releases/{number}/changes");
    room.get(Role::Publisher, &path).await.assert_ok().json()
}

/// Builds, and what the release changed.
async fn built(room: &Newsroom) -> Value {
    let report = build(&room.app, Mode::Changed);
    assert!(!report.skipped);
    changes(room, report.release).await
}

fn told(changes: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    changes["items"].as_array().unwrap().iter().map(|item| (text(&item["change"]), text(&item["title"]))).collect()
}

fn pairs<const N: usize>(all: [(&str, &str); N]) -> Vec<(String, String)> {
    all.map(|(change, title)| (change.to_owned(), title.to_owned())).to_vec()
}

async fn a_release_names_what_it_changed_with_who_approved_and_who_published(app: TestApp) {
    let room = Newsroom::open(app);
    let one = room.written("Jembatan dibuka").await;
    one.goes_to("published").await;
    let first = built(&room).await;
    assert_eq!((&first["release"], &first["before"], &first["causes"]), (&json!(1), &Value::Null, &json!(["content"])));
    assert_eq!(first["counts"], json!({"added": 1, "changed": 0, "removed": 0}));
    assert!(first["pages"]["added"].as_u64().unwrap() > 1, "{first:#}");
    let item = &first["items"][0];
    assert_eq!((&item["change"], &item["entry"], &item["type"]), (&json!("added"), &json!(one.id), &json!("berita")));
    assert_eq!((&item["url"], &item["reason"]), (&json!("/berita/jembatan-dibuka/"), &json!("publish")));
    assert_eq!(item["approved_by"]["name"], "approver");
    assert_eq!(item["published_by"]["name"], "publisher");
    assert_eq!(item["revision_digest"], one.now().await["revision_digest"]);

    one.does(Role::Editor, json!({"command": "revise"})).await.assert_ok();
    one.edits(Role::Editor, json!({"title": "Jembatan ditutup"})).await.assert_ok();
    one.goes_to("published").await;
    let two = room.written("Pasar pindah").await;
    two.goes_to("published").await;
    let second = built(&room).await;
    assert_eq!(second["before"], 1);
    assert_eq!(told(&second), pairs([("added", "Pasar pindah"), ("changed", "Jembatan ditutup")]), "the newest first");
    assert_eq!((&second["pages"]["added"], &second["pages"]["removed"]), (&json!(1), &json!(0)), "{second:#}");

    two.does(Role::Approver, json!({"command": "withdraw", "comment": "Salah pasar."})).await.assert_ok();
    let third = built(&room).await;
    assert_eq!(told(&third), pairs([("removed", "Pasar pindah")]));
    let gone = &third["items"][0];
    assert_eq!((&gone["published_by"]["name"], &gone["reason"]), (&json!("approver"), &json!("Salah pasar.")));
    assert!(gone["approved_by"].is_null());
    assert_eq!(changes(&room, 2).await["items"], second["items"], "what came later changes nothing of it");
}

async fn what_was_ordered_or_expired_names_whoever_ordered_it_or_nobody(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let (at, until) = (room.app.now().plus(HOUR), room.app.now().plus(3 * HOUR));
    let order = json!({"command": "publish", "publish_at": at.to_string(), "unpublish_at": until.to_string()});
    item.with_digest(Role::Publisher, order).await.assert_ok();
    room.app.clock.advance(2 * HOUR);
    assert_eq!(room.run_due(), 1);
    let shown = built(&room).await;
    assert_eq!(shown["items"][0]["published_by"]["name"], "publisher");
    assert_eq!(shown["items"][0]["approved_by"]["name"], "approver");
    room.app.clock.advance(2 * HOUR);
    assert_eq!(room.run_due(), 1);
    let gone = built(&room).await;
    assert_eq!((&gone["items"][0]["change"], &gone["items"][0]["reason"]), (&json!("removed"), &json!("unpublish_at")));
    assert!(gone["items"][0]["published_by"].is_null(), "its time was over: nobody did it");
}

async fn what_steers_the_site_and_a_build_from_nothing_are_causes_of_their_own(app: TestApp) {
    let room = Newsroom::open(app);
    room.in_step("published").await;
    built(&room).await;
    let items = json!([{"label": "Beranda", "url": "/"}]);
    let body = json!({"type": "menu", "fields": {"title": "Menu utama", "location": "main", "items": items}});
    let menu = room.create(Role::Author, body).await.assert_ok().json();
    Item { room: &room, id: menu["id"].as_str().unwrap().to_owned() }.goes_to("published").await;
    let second = built(&room).await;
    assert_eq!(second["causes"], json!(["menu"]));
    assert!(second["pages"]["changed"].as_u64().unwrap() > 0, "every page has the menu: {second:#}");
    let anew = changes(&room, build(&room.app, Mode::Fresh).release).await;
    assert_eq!((&anew["causes"], &anew["items"]), (&json!(["other"]), &json!([])));
    assert_eq!(anew["pages"], json!({"added": 0, "changed": 0, "removed": 0}));
}

async fn changes_come_in_pages_and_only_to_those_who_see_releases(app: TestApp) {
    let room = Newsroom::open(app);
    for title in ["Satu", "Dua", "Tiga"] {
        room.written(title).await.goes_to("published").await;
    }
    built(&room).await;
    let path = "/api/v1/sites/portal/releases/1/changes?limit=2";
    let page = room.get(Role::Auditor, path).await.assert_ok().json();
    assert_eq!(told(&page), pairs([("added", "Tiga"), ("added", "Dua")]));
    let next = format!("{path}&cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = room.get(Role::Auditor, &next).await.assert_ok().json();
    assert_eq!((told(&rest), &rest["counts"]["added"]), (pairs([("added", "Satu")]), &json!(3)));
    assert!(rest["causes"].is_null() && rest["next_cursor"].is_null(), "said once, on the first page");
    room.get(Role::Author, path).await.assert_refused(403, "forbidden");
    for number in ["2", "0", "x"] {
        let path = format!("/api/v1/sites/portal/releases/{number}/changes");
        room.get(Role::Auditor, &path).await.assert_refused(404, "not_found");
    }
    room.get(Role::Auditor, &format!("{path}&cursor=bm8KbnVtYmVy")).await.assert_refused(400, "bad_cursor");
}

async fn a_release_that_went_back_names_what_it_took_away_and_what_stayed_withdrawn(app: TestApp) {
    let room = Newsroom::open(app);
    let (stays, goes) = (room.written("Tetap").await, room.written("Ditarik").await);
    stays.goes_to("published").await;
    goes.goes_to("published").await;
    built(&room).await;
    let sequence = lamin_sequence(&room);
    let later = room.written("Belakangan").await;
    later.goes_to("published").await;
    goes.does(Role::Publisher, json!({"command": "withdraw", "comment": "x"})).await.assert_ok();
    built(&room).await;
    let back = changes(&room, build(&room.app, Mode::Back(sequence)).release).await;
    assert_eq!(told(&back), pairs([("removed", "Belakangan")]), "what was withdrawn did not come back");
    let forth = built(&room).await;
    assert_eq!(told(&forth), pairs([("added", "Belakangan")]), "and so it is not taken away once more");
}

/// The number of the newest change of what is live.
fn lamin_sequence(room: &Newsroom) -> i64 {
    let site = room.site();
    room.app.db.read_blocking(|c| lamin::sites::store::find(c, site)).unwrap().unwrap().live_sequence
}
