//! One file that proves an entry, and what a forger meets.

use std::process::Command;

use lamin::deploy::model::Kind;
use lamin::deploy::service::{Wanted, deploy_now};
use lamin::evidence::rules::signed_text;
use lamin::evidence::service::check;
use lamin::identity::Role;
use lamin::kernel::id::EntryId;
use lamin::kernel::time::MINUTE;
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::publish::build;
use crate::support::{Call, TestApp};

on_both!(
    the_whole_way_of_an_entry_is_proved,
    where_its_releases_came_to_is_proved,
    what_was_imported_says_so,
    what_was_withdrawn_is_still_proved_and_what_was_never_shown_is_not,
    whoever_holds_the_key_cannot_change_what_the_ledger_holds,
    events_of_others_are_not_told,
);

fn places(wrong: &[lamin::evidence::model::Misfit]) -> Vec<&str> {
    wrong.iter().map(|misfit| misfit.place.as_str()).collect()
}

fn bytes(file: &Value) -> Vec<u8> {
    serde_json::to_vec(file).unwrap()
}

async fn evidence(item: &Item<'_>) -> Value {
    item.room.get(Role::Auditor, &item.path("/evidence")).await.assert_ok().json()
}

/// An entry that was published, revised, remarked on and published again, each with a release.
async fn published_twice(room: &Newsroom) -> Item<'_> {
    let item = room.in_step("published").await;
    build(&room.app, Mode::Changed);
    room.app.clock.advance(MINUTE);
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"body": "Isi yang **baru** sekali."})).await.assert_ok();
    item.posts(Role::Editor, "/comments", json!({"body": "Sudah diperiksa."})).await.assert_ok();
    room.app.clock.advance(MINUTE);
    item.goes_to("published").await;
    build(&room.app, Mode::Changed);
    item
}

async fn the_whole_way_of_an_entry_is_proved(app: TestApp) {
    let room = Newsroom::open(app);
    let item = published_twice(&room).await;
    let file = evidence(&item).await;
    let key = room.app.secrets.public_key();
    assert_eq!(check(&bytes(&file), Some(&key)), []);
    assert_eq!(check(&bytes(&file), None), []);
    assert_eq!(file["shown"]["content"]["fields"]["body"], "Isi yang **baru** sekali.");
    assert_eq!(file["before"]["content"]["fields"]["body"], "Isi **tebal**.");
    assert_eq!((file["diff"].as_array().unwrap().len(), &file["diff"][0]["field"]), (1, &json!("fields.body")));
    assert_eq!(file["periods"].as_array().unwrap().len(), 2);
    assert_eq!(file["approvals"].as_array().unwrap().len(), 2);
    assert_eq!(file["approvals"][1]["closure"], file["shown"]["closure"]);
    assert_eq!(file["approvals"][0]["name"], "approver");
    assert_eq!(file["origin"]["kind"], "written");
    let releases = file["releases"].as_array().unwrap();
    assert_eq!((releases.len(), &releases[0]["number"], &file["releases_in_all"]), (1, &json!(2), &json!(1)));
    assert!(releases[0]["page"].is_string() && releases[0]["seal"].is_object() && file["manifest"].is_string());
    let page = file["entry"]["page"].as_str().unwrap();
    let page = std::fs::metadata(crate::publish::current(&room.app).join(page));
    assert!(page.is_ok(), "the page is where the file says");
    assert_eq!(places(&check(&bytes(&file), Some(&"ab".repeat(32)))).first(), Some(&"public_key"));
}

async fn where_its_releases_came_to_is_proved(app: TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let folders = std::env::temp_dir();
    let app = TestApp::with(app.db.engine(), &[("target_folders", folders.to_str().unwrap())]);
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    let settings = json!({"path": folder.path(), "in_place": false});
    let wanted = Wanted { kind: Kind::Directory, settings, credentials: None, url: None, active: true, position: 0 };
    let developer = room.actor(Role::WebDeveloper);
    lamin::deploy::service::create(&room.app, developer, room.site(), "utama".into(), wanted).await.unwrap();
    build(&room.app, Mode::Changed);
    deploy_now(&room.app, "portal", Some("utama"), false).unwrap();
    let file = evidence(&item).await;
    assert_eq!(check(&bytes(&file), Some(&room.app.secrets.public_key())), []);
    let delivered = &file["deployments"][0];
    assert_eq!((&delivered["target"], &delivered["release"]), (&json!("utama"), &json!(1)));
    assert_eq!(delivered["manifest"], file["releases"][0]["manifest"]);
    for (member, value) in [("target", json!("lain")), ("at", json!("2026-11-23T05:00:00Z")), ("release", json!(7))] {
        let mut forged = file.clone();
        forged["deployments"][0][member] = value;
        let wrong = check(&bytes(&signed(&room.app, forged)), None);
        assert_eq!(places(&wrong), ["deployments[0]"], "{member}");
    }
}

async fn what_was_imported_says_so(app: TestApp) {
    let folder = tempfile::tempdir().unwrap();
    crate::import::put(folder.path(), "berita/satu.md", b"---\ntitle: Satu\ndate: 2026-01-02\n---\nIsi.\n");
    crate::import::put(folder.path(), "berita/dua.md", b"---\ntitle: Dua\ndate: 2026-01-03\n---\nIsi.\n");
    crate::import::import(&app, folder.path());
    build(&app, Mode::Changed);
    let site = crate::import::site(&app).id;
    let head = app.token(&app.user("kabid", &[(Role::Head, Some(site))]));
    let list = Call::get("/api/v1/sites/portal/entries?filter[type]=berita").token(&head).send(&app).await.assert_ok();
    let id = list.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let file = Call::get(&format!("/api/v1/entries/{id}/evidence")).token(&head).send(&app).await.assert_ok().json();
    assert_eq!(check(&bytes(&file), Some(&app.secrets.public_key())), []);
    assert_eq!((&file["origin"]["kind"], &file["approvals"]), (&json!("imported"), &json!([])));
    assert!(file["origin"]["en"].as_str().unwrap().contains("no official has approved it"));
    let mut forged = file.clone();
    forged["origin"] = json!(lamin::evidence::model::Origin::of("written", true));
    assert!(places(&check(&bytes(&signed(&app, forged)), None)).contains(&"origin"));

    let approver = app.token(&app.user("pejabat", &[(Role::Approver, Some(site))]));
    let body = json!({"entries": [{"id": id, "digest": file["shown"]["closure"]}]});
    let confirm = Call::post("/api/v1/sites/portal/imported/confirm").token(&approver).json(&body);
    confirm.send(&app).await.assert_ok();
    let file = Call::get(&format!("/api/v1/entries/{id}/evidence")).token(&head).send(&app).await.assert_ok().json();
    assert_eq!(check(&bytes(&file), Some(&app.secrets.public_key())), []);
    assert_eq!(file["approvals"][0]["name"], "pejabat");
    assert!(file["origin"]["en"].as_str().unwrap().starts_with("First imported"));
    let mut forged = file.clone();
    forged["approvals"][0]["at"] = json!("2026-11-23T00:00:00Z");
    assert!(places(&check(&bytes(&signed(&app, forged)), None)).contains(&"approvals[0]"));
}

async fn what_was_withdrawn_is_still_proved_and_what_was_never_shown_is_not(app: TestApp) {
    let room = Newsroom::open(app);
    let draft = room.written("Belum tayang").await;
    room.get(Role::Auditor, &draft.path("/evidence")).await.assert_refused(409, "not_live");
    room.get(Role::Author, &draft.path("/evidence")).await.assert_refused(403, "forbidden");
    let item = published_twice(&room).await;
    room.app.clock.advance(MINUTE);
    item.does(Role::Publisher, json!({"command": "withdraw", "comment": "Keliru."})).await.assert_ok();
    build(&room.app, Mode::Changed);
    let file = evidence(&item).await;
    assert_eq!(check(&bytes(&file), Some(&room.app.secrets.public_key())), []);
    assert_eq!((&file["entry"]["live"], &file["periods"][1]["until_sequence"]), (&json!(false), &json!(3)));
    assert_eq!(file["releases"][0]["number"], 2, "the release without it did not carry it");
}

/// Signed anew, as whoever holds the server's key could.
fn signed(app: &TestApp, mut file: Value) -> Value {
    file["signature"] = app.secrets.sign(signed_text(&file).as_bytes()).into();
    file
}

async fn whoever_holds_the_key_cannot_change_what_the_ledger_holds(app: TestApp) {
    let room = Newsroom::open(app);
    let item = published_twice(&room).await;
    let file = evidence(&item).await;
    let other = room.actor(Role::Author).user().unwrap().to_string();
    let happened = file["happened"].as_array().unwrap();
    let of_kind = |kind: &str| happened.iter().position(|one| one["kind"] == kind).unwrap();
    let (moved, revision) = (of_kind("moved"), of_kind("revision"));
    let (approval, comment) = (of_kind("approval"), of_kind("comment"));
    let later = json!("2026-11-23T05:00:00Z");
    let digest = json!("0".repeat(64));
    let changes: Vec<(String, Value, String)> = vec![
        ("/shown/content/fields/body".into(), json!("lain"), "shown.content".into()),
        ("/before/content/fields/body".into(), json!("lain"), "before.content".into()),
        ("/shown/closure".into(), digest.clone(), "shown.closure".into()),
        ("/shown/assets".into(), json!([digest]), "shown.closure".into()),
        ("/diff/0/field".into(), json!("fields.title"), "diff".into()),
        ("/periods/1/digest".into(), digest.clone(), "periods".into()),
        ("/periods/1/from".into(), later.clone(), "shown".into()),
        ("/entry/live".into(), json!(false), "entry.live".into()),
        ("/entry/type".into(), json!("artikel"), "entry".into()),
        ("/approvals/1/approver".into(), json!(other), "approvals[1]".into()),
        ("/approvals/1/at".into(), later.clone(), "approvals[1]".into()),
        ("/approvals/1/closure".into(), digest.clone(), "approvals[1]".into()),
        ("/approvals/1/revision".into(), json!(1), "approvals[1]".into()),
        (format!("/happened/{moved}/actor/id"), json!(file["approvals"][0]["approver"]), format!("happened[{moved}]")),
        (format!("/happened/{moved}/command"), json!("approve"), format!("happened[{moved}]")),
        (format!("/happened/{moved}/to"), json!("approved"), format!("happened[{moved}]")),
        (format!("/happened/{moved}/at"), later.clone(), format!("happened[{moved}]")),
        (format!("/happened/{moved}/comment"), json!("x"), format!("happened[{moved}]")),
        (format!("/happened/{revision}/at"), later.clone(), format!("happened[{revision}]")),
        (format!("/happened/{approval}/digest"), digest.clone(), format!("happened[{approval}]")),
        (
            format!("/happened/{comment}/author/id"),
            json!(file["approvals"][0]["approver"]),
            format!("happened[{comment}]"),
        ),
        (format!("/happened/{comment}/body"), json!("Tidak pernah dikatakan."), format!("happened[{comment}]")),
        ("/ledger/events/0/detail/slug".into(), json!("lain"), "ledger.events[0]".into()),
        ("/ledger/events/0/actor".into(), json!("system:x"), "ledger.events[0]".into()),
        ("/ledger/segments/0/bodies/0".into(), digest.clone(), "ledger.segments[0]".into()),
        ("/ledger/segments/0/previous".into(), digest.clone(), "ledger.segments[0]".into()),
        ("/ledger/segments/0/checkpoint/at".into(), later, "ledger.segments[0].checkpoint".into()),
        ("/releases/0/number".into(), json!(9), "releases[0]".into()),
        ("/releases/0/manifest".into(), digest.clone(), "releases[0]".into()),
        ("/releases/0/live_sequence".into(), json!(1), "releases[0]".into()),
        ("/releases/0/page".into(), digest, "manifest".into()),
        ("/releases/0/seal/created_at".into(), json!("2026-11-23T00:00:00Z"), "releases[0].seal".into()),
        ("/entry/page".into(), json!("berita/lain/index.html"), "manifest".into()),
    ];
    for (pointer, value, place) in changes {
        let mut forged = file.clone();
        let target = forged.pointer_mut(&pointer).unwrap_or_else(|| panic!("no {pointer}"));
        assert_ne!(*target, value, "{pointer} is changed");
        *target = value;
        let wrong = check(&bytes(&signed(&room.app, forged)), Some(&room.app.secrets.public_key()));
        assert!(places(&wrong).contains(&place.as_str()), "{pointer}: {wrong:?}");
    }
    let mut forged = file.clone();
    forged["approvals"].as_array_mut().unwrap().pop();
    let wrong = check(&bytes(&signed(&room.app, forged)), None);
    assert!(places(&wrong).contains(&"approvals"), "{wrong:?}");
}

/// The places of all values that hold no others.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| leaves(inner, format!("{at}/{}", name.replace('/', "~1")), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, inner)| leaves(inner, format!("{at}/{n}"), found))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(at),
    }
}

fn altered(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(format!("{text}x")),
        Value::Number(number) => json!(number.as_i64().unwrap_or(0) + 1),
        Value::Bool(flag) => json!(!flag),
        _ => json!("x"),
    }
}

#[actix_web::test]
async fn any_changed_field_is_found() {
    let room = Newsroom::open(TestApp::new(lamin::db::Engine::Sqlite));
    let item = published_twice(&room).await;
    let file = evidence(&item).await;
    let mut places = Vec::new();
    leaves(&file, String::new(), &mut places);
    assert!(places.len() > 300, "{}", places.len());
    for place in &places {
        let mut forged = file.clone();
        let target = forged.pointer_mut(place).unwrap();
        *target = altered(target);
        assert_ne!(check(&bytes(&forged), None), [], "{place}");
    }
    for place in ["", "/entry", "/ledger", "/shown/content"] {
        let mut forged = file.clone();
        forged.pointer_mut(place).unwrap()["tambahan"] = json!(1);
        assert_ne!(check(&bytes(&forged), None), [], "an added member in {place:?}");
    }
}

async fn events_of_others_are_not_told(app: TestApp) {
    let room = Newsroom::open(app);
    room.written("Rahasia dagang orang lain").await;
    let item = published_twice(&room).await;
    let other = room.written("Satu lagi yang rahasia").await;
    let file = evidence(&item).await;
    let text = file.to_string();
    assert!(!text.contains("rahasia") && !text.contains(&other.id) && !text.contains("Rahasia"));
    let own = EntryId::parse(&item.id).unwrap();
    for event in file["ledger"]["events"].as_array().unwrap() {
        let subject = event["subject"].as_str().unwrap();
        assert!(subject == format!("entry:{own}") || subject.starts_with("release:"), "{subject}");
    }
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "a test's own files")]
async fn the_command_checks_a_file_without_an_installation() {
    let room = Newsroom::open(TestApp::new(lamin::db::Engine::Sqlite));
    let item = published_twice(&room).await;
    let file = evidence(&item).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bukti.json");
    let lamin = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lamin"));
        command.args(["verify", "evidence"]).arg(&path).args(more).current_dir(folder.path()).output().unwrap()
    };
    std::fs::write(&path, bytes(&file)).unwrap();
    let key = room.app.secrets.public_key();
    assert!(lamin(&["--key", &key]).status.success() && lamin(&[]).status.success());
    assert_eq!(lamin(&["--key", &"ab".repeat(32)]).status.code(), Some(1));
    let mut forged = file;
    forged["approvals"][1]["name"] = json!("Orang lain");
    std::fs::write(&path, bytes(&forged)).unwrap();
    let told = lamin(&["--key", &key, "--json"]);
    assert_eq!(told.status.code(), Some(1));
    assert_eq!(serde_json::from_slice::<Value>(&told.stdout).unwrap()[0]["place"], "signature");
    std::fs::write(&path, "{").unwrap();
    assert_eq!(lamin(&[]).status.code(), Some(1));
}
