//! Who has an entry open, and who of them is to write.

use lamin::identity::Role;
use lamin::kernel::time::SECOND;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    the_first_who_writes_holds_the_lease_until_it_is_taken_over,
    who_closes_the_entry_or_says_nothing_for_long_is_gone,
    the_lease_is_for_those_who_may_write,
    two_who_come_at_once_do_not_both_hold_it,
);

async fn attends(item: &Item<'_>, role: Role, wish: &str) -> Reply {
    let call = Call::new("PUT", &format!("/api/v1/entries/{}/presence", item.id)).token(&item.room.token(role));
    call.json(&json!({ "wish": wish })).send(&item.room.app).await
}

fn holder(answer: &Value) -> &str {
    answer["holder"]["name"].as_str().unwrap_or("nobody")
}

async fn the_first_who_writes_holds_the_lease_until_it_is_taken_over(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    let first = attends(&item, Role::Author, "write").await.assert_ok().json();
    assert_eq!((holder(&first), &first["mine"], &first["others"]), ("author", &json!(true), &json!([])));
    let second = attends(&item, Role::Editor, "write").await.assert_ok().json();
    assert_eq!((holder(&second), &second["mine"]), ("author", &json!(false)));
    assert_eq!(second["others"][0]["name"], "author");
    let taken = attends(&item, Role::Editor, "take_over").await.assert_ok().json();
    assert_eq!((holder(&taken), &taken["mine"]), ("editor", &json!(true)));
    let told = attends(&item, Role::Author, "write").await.assert_ok().json();
    assert_eq!((holder(&told), &told["mine"]), ("editor", &json!(false)));
    // It asks, and no more: what was written meanwhile is told by the version.
    item.edits(Role::Author, json!({"summary": "tetap dapat disimpan"})).await.assert_ok();
}

async fn who_closes_the_entry_or_says_nothing_for_long_is_gone(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    attends(&item, Role::Author, "write").await.assert_ok();
    attends(&item, Role::Head, "read").await.assert_ok();
    let path = format!("/api/v1/entries/{}/presence", item.id);
    let leave = || Call::new("DELETE", &path).token(&room.token(Role::Author));
    assert_eq!(leave().send(&room.app).await.status, 204);
    assert_eq!(leave().send(&room.app).await.status, 204, "twice is once");
    let alone = attends(&item, Role::Editor, "write").await.assert_ok().json();
    assert_eq!((holder(&alone), &alone["others"][0]["name"]), ("editor", &json!("head")));
    room.app.clock.advance(150 * SECOND);
    let later = attends(&item, Role::Author, "write").await.assert_ok().json();
    assert_eq!((holder(&later), &later["others"]), ("author", &json!([])));
}

async fn the_lease_is_for_those_who_may_write(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    attends(&item, Role::Auditor, "read").await.assert_ok();
    attends(&item, Role::Auditor, "write").await.assert_refused(403, "forbidden");
    attends(&item, Role::Requester, "read").await.assert_refused(403, "forbidden");
    attends(&item, Role::Author, "own").await.assert_refused(400, "malformed");
}

async fn two_who_come_at_once_do_not_both_hold_it(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    let (one, two) = tokio::join!(attends(&item, Role::Author, "write"), attends(&item, Role::Editor, "write"));
    let (one, two) = (one.assert_ok().json(), two.assert_ok().json());
    assert_eq!(holder(&one), holder(&two));
    assert_ne!(one["mine"], two["mine"]);
}
