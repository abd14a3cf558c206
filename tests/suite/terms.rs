//! Tags and categories: how often each is used, and another name for one.

use lamin::identity::Role;
use lamin::kernel::id::EntryId;
use lamin::kernel::time::SECOND;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_tag_gets_another_name_in_what_may_be_edited_and_in_nothing_else,
    what_is_live_shows_the_old_name_until_the_new_one_is_approved,
    one_term_is_merged_into_another_only_when_that_is_wished,
);

const PATH: &str = "/api/v1/sites/portal/terms";

async fn tagged<'n>(room: &'n Newsroom, title: &str, category: Option<&str>, tags: Value) -> Item<'n> {
    let body = json!({"type": "berita", "category": category, "tags": tags, "fields": {"title": title, "body": "Isi"}});
    // The newest says how a tag is spelled, and what is written within one millisecond has no order.
    room.app.clock.advance(SECOND);
    let entry = room.create(Role::Author, body).await.assert_ok().json();
    Item { room, id: entry["id"].as_str().unwrap().to_owned() }
}

/// Each term with its spelling, its entries and how many of them are live.
async fn terms(room: &Newsroom, query: &str) -> Value {
    let page = room.get(Role::Auditor, &format!("{PATH}?{query}")).await.assert_ok().json();
    let one = |term: &Value| json!([term["slug"], term["text"], term["entries"], term["live"]]);
    page["items"].as_array().unwrap().iter().map(one).collect()
}

async fn renames(room: &Newsroom, role: Role, body: Value) -> Reply {
    Call::post(&format!("{PATH}/rename")).token(&room.token(role)).json(&body).send(&room.app).await
}

fn sorted(items: &Value, member: &str) -> Vec<(String, String)> {
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let mut all: Vec<_> =
        items.as_array().unwrap().iter().map(|item| (text(item, "title"), text(item, member))).collect();
    all.sort_unstable();
    all
}

async fn a_tag_gets_another_name_in_what_may_be_edited_and_in_nothing_else(app: TestApp) {
    let room = Newsroom::open(app);
    let draft = tagged(&room, "Rancangan", None, json!(["a", "BANJIR"])).await;
    for (title, step) in [("Diserahkan", "handed_over"), ("Disetujui", "approved"), ("Tayang", "published")] {
        tagged(&room, title, None, json!(["banjir"])).await.goes_to(step).await;
    }
    let approved = room.get(Role::Auditor, "/api/v1/sites/portal/entries?filter[step][eq]=approved").await.json();
    assert_eq!(terms(&room, "q=banj").await[0][2], json!(4), "however it is spelled");
    assert_eq!(terms(&room, "").await, json!([["a", "a", 1, 0], ["banjir", "banjir", 4, 1]]));

    let wish = json!({"kind": "tag", "from": "banjir", "to": "Banjir rob"});
    renames(&room, Role::Author, wish.clone()).await.assert_refused(403, "forbidden");
    let renamed = renames(&room, Role::Editor, wish.clone()).await.assert_ok().json();
    let pair = |title: &str, said: &str| (title.to_owned(), said.to_owned());
    assert_eq!(sorted(&renamed["items"], "step"), [pair("Rancangan", "draft")]);
    let left = [pair("Diserahkan", "not_in_hand"), pair("Disetujui", "being_approved"), pair("Tayang", "live")];
    assert_eq!(sorted(&renamed["left"], "why"), left);
    assert_eq!(draft.now().await["tags"], json!(["a", "Banjir rob"]));
    let after = room.get(Role::Auditor, "/api/v1/sites/portal/entries?filter[step][eq]=approved").await.json();
    assert_eq!(after["items"][0]["digest"], approved["items"][0]["digest"], "no approval is voided in passing");
    let again = renames(&room, Role::Editor, json!({"kind": "tag", "from": "banjir", "to": "x"})).await;
    again.assert_refused(409, "nothing_changed");
    assert_eq!(again.json()["left"].as_array().unwrap().len(), 3);
}

async fn what_is_live_shows_the_old_name_until_the_new_one_is_approved(app: TestApp) {
    let room = Newsroom::open(app);
    let item = tagged(&room, "Tayang", None, json!(["banjir"])).await;
    item.goes_to("published").await;
    let shown = || {
        let id = EntryId::parse(&item.id).unwrap();
        let live = room.app.db.read_blocking(|c| lamin::content::live::find(c, id)).unwrap().unwrap();
        live.card["tags"].clone()
    };
    let wish = json!({"kind": "tag", "from": "banjir", "to": "Banjir rob", "live": true});
    let renamed = renames(&room, Role::Editor, wish).await.assert_ok().json();
    assert_eq!(sorted(&renamed["items"], "step"), [("Tayang".to_owned(), "draft".to_owned())]);
    assert_eq!((shown(), item.now().await["tags"].clone()), (json!(["banjir"]), json!(["Banjir rob"])));
    item.goes_to("published").await;
    assert_eq!(shown(), json!(["Banjir rob"]));
    let ledger = room.get(Role::Auditor, &format!("/api/v1/ledger?subject=entry:{}", item.id)).await.json();
    assert!(ledger.to_string().contains("editorial.rename_term"));
}

async fn one_term_is_merged_into_another_only_when_that_is_wished(app: TestApp) {
    let room = Newsroom::open(app);
    let one = tagged(&room, "Satu", Some("budaya"), json!(["rob", "banjir", "b"])).await;
    tagged(&room, "Dua", Some("kesenian"), json!(["Rob"])).await;
    let wish = json!({"kind": "tag", "from": "banjir", "to": "Rob"});
    renames(&room, Role::Editor, wish.clone()).await.assert_refused(409, "taken");
    let merged = json!({"kind": "tag", "from": "banjir", "to": "Rob", "merge": true});
    renames(&room, Role::Editor, merged.clone()).await.assert_ok();
    assert_eq!(one.now().await["tags"], json!(["Rob", "b"]), "and each stands there once");
    assert_eq!(terms(&room, "limit=1").await, json!([["b", "b", 1, 0]]));
    renames(&room, Role::Editor, merged).await.assert_refused(404, "not_found");

    let wish = |to: &str| json!({"kind": "category", "from": "kesenian", "to": to, "merge": true});
    renames(&room, Role::Editor, wish("Bukan Kunci")).await.assert_refused(422, "invalid");
    renames(&room, Role::Editor, wish("budaya")).await.assert_ok();
    assert_eq!(terms(&room, "kind=category").await, json!([["budaya", "budaya", 2, 0]]));
    room.get(Role::Auditor, &format!("{PATH}?kind=x")).await.assert_refused(422, "invalid");
}
