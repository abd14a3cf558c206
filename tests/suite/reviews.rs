//! What is live is looked at again after the span of its type.

use lamin::identity::Role;
use lamin::kernel::Timestamp;
use lamin::kernel::time::DAY;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    what_goes_live_is_due_after_the_span_of_its_type,
    whoever_looked_at_it_says_so_and_its_time_begins_anew,
    what_is_due_is_listed_by_when,
    another_span_counts_from_when_it_was_last_looked_at,
);

/// A question whose answer is live.
async fn question<'n>(room: &'n Newsroom, title: &str) -> Item<'n> {
    let body = json!({"type": "faq", "fields": {"title": title, "answer": "Di loket satu."}});
    let entry = room.create(Role::Author, body).await.assert_ok().json();
    let item = Item { room, id: entry["id"].as_str().unwrap().to_owned() };
    item.goes_to("published").await;
    item
}

fn time(value: &Value) -> Timestamp {
    Timestamp::parse(value.as_str().unwrap_or_else(|| panic!("{value} is no time"))).unwrap()
}

/// Days from when it was looked at until it is due.
fn span(entry: &Value) -> i64 {
    (time(&entry["review_at"]).micros() - time(&entry["reviewed_at"]).micros()) / DAY
}

async fn what_goes_live_is_due_after_the_span_of_its_type(app: TestApp) {
    let room = Newsroom::open(app);
    let faq = question(&room, "Di mana membayar pajak?").await;
    let live = faq.now().await;
    assert_eq!((span(&live), time(&live["reviewed_at"])), (180, room.app.now()));
    let news = room.in_step("published").await.now().await;
    assert_eq!(news["review_at"], Value::Null, "news are not looked at again");
    assert_eq!(time(&news["reviewed_at"]), room.app.now());
    // A new revision that goes live was looked at by whoever approved it; until then the old date stands.
    room.app.clock.advance(10 * DAY);
    faq.does(Role::Editor, json!({"command": "revise"})).await.assert_ok();
    faq.edits(Role::Editor, json!({"answer": "Di loket dua."})).await.assert_ok();
    assert_eq!(faq.now().await["review_at"], live["review_at"]);
    faq.goes_to("published").await;
    let again = faq.now().await;
    assert_eq!((span(&again), time(&again["reviewed_at"])), (180, room.app.now()));
    let gone = faq.does(Role::Publisher, json!({"command": "withdraw", "comment": "x"})).await.assert_ok().json();
    assert_eq!((&gone["review_at"], &gone["reviewed_at"]), (&Value::Null, &Value::Null));
    assert_eq!(faq.now().await["review_at"], Value::Null);
}

async fn whoever_looked_at_it_says_so_and_its_time_begins_anew(app: TestApp) {
    let room = Newsroom::open(app);
    let faq = question(&room, "Di mana membayar pajak?").await;
    room.app.clock.advance(6 * DAY);
    let before = faq.now().await;
    faq.posts(Role::Author, "/reviewed", json!({})).await.assert_refused(403, "forbidden");
    let reply =
        faq.posts(Role::Editor, "/reviewed", json!({"comment": " Loket masih sama. "})).await.assert_ok().json();
    assert_eq!((span(&reply), time(&reply["reviewed_at"])), (180, room.app.now()));
    let after = faq.now().await;
    assert_eq!((&after["version"], &after["updated_at"]), (&before["version"], &before["updated_at"]));
    assert_eq!(after["review_at"], reply["review_at"]);
    let path = format!("/api/v1/ledger?subject=entry:{}&action=editorial.reviewed", faq.id);
    let events = room.get(Role::Auditor, &path).await.assert_ok().json()["items"].clone();
    assert_eq!(events[0]["detail"]["comment"], "Loket masih sama.");
    assert_eq!(
        (&events[0]["digests"][0], events[0]["detail"]["review_at"].is_string()),
        (&after["live"]["digest"], true)
    );
    faq.posts(Role::Approver, "/reviewed", json!({})).await.assert_ok();
    let stale = Call::post(&faq.path("/reviewed")).token(&room.token(Role::Editor)).seen(&json!(1)).json(&json!({}));
    stale.send(&room.app).await.assert_refused(412, "stale");
    let draft = room.written("Belum tayang").await;
    draft.posts(Role::Editor, "/reviewed", json!({})).await.assert_refused(409, "not_live");
    let long = "x".repeat(1_001);
    faq.posts(Role::Editor, "/reviewed", json!({"comment": long})).await.assert_refused(422, "invalid");
}

async fn what_is_due_is_listed_by_when(app: TestApp) {
    let room = Newsroom::open(app);
    let (first, _) = (question(&room, "Pertama?").await, room.in_step("published").await);
    room.app.clock.advance(DAY);
    question(&room, "Kedua?").await;
    let list = async |query: &str| {
        let path = format!("/api/v1/sites/portal/entries?{query}");
        let items = room.get(Role::Editor, &path).await.assert_ok().json()["items"].clone();
        let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
        items.as_array().unwrap().iter().map(title).collect::<Vec<_>>()
    };
    assert_eq!(list("sort=review_at").await, ["Pertama?", "Kedua?"], "news have no date");
    assert_eq!(list("sort=-review_at&filter[type]=faq").await, ["Kedua?", "Pertama?"]);
    let due = first.now().await["review_at"].as_str().unwrap().replace('+', "%2B");
    assert_eq!(list(&format!("filter[review_at][lte]={due}")).await, ["Pertama?"]);
    assert_eq!(list(&format!("sort=review_at&filter[review_at][gt]={due}")).await, ["Kedua?"]);
    let path = "/api/v1/sites/portal/entries?sort=review_at&limit=1";
    let page = room.get(Role::Editor, path).await.assert_ok().json();
    assert_eq!(page["items"][0]["review_at"], first.now().await["review_at"]);
    let path = format!("{path}&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(room.get(Role::Editor, &path).await.assert_ok().json()["items"][0]["title"], "Kedua?");
}

async fn another_span_counts_from_when_it_was_last_looked_at(app: TestApp) {
    let room = Newsroom::open(app);
    let news = room.in_step("published").await;
    room.app.clock.advance(5 * DAY);
    let path = "/api/v1/sites/portal/types/berita";
    let change = async |version: i32, days: Value| {
        let mut berita = room.get(Role::WebDeveloper, path).await.assert_ok().json();
        berita["review_after_days"] = days;
        let call = Call::new("PUT", path).token(&room.token(Role::WebDeveloper)).seen(&json!(version));
        call.json(&berita).send(&room.app).await
    };
    let stored = change(1, json!(30)).await.assert_ok().json();
    assert_eq!(stored["review_after_days"], 30);
    let now = news.now().await;
    assert_eq!(span(&now), 30);
    assert_eq!(time(&now["reviewed_at"]).plus(5 * DAY), room.app.now());
    let reply = change(2, json!(0)).await;
    reply.assert_refused(422, "bad_definition");
    assert_eq!(reply.json()["errors"][0]["field"], "review_after_days");
    change(2, Value::Null).await.assert_ok();
    assert_eq!(news.now().await["review_at"], Value::Null);
}
