//! SOP 1 on entries, row by row of the contract, by the API.

use lamin::editorial;
use lamin::editorial::model::{Move, Times};
use lamin::identity::{Actor, Role};
use lamin::kernel::id::{EntryId, SiteId};
use lamin::kernel::time::{HOUR, MINUTE};
use lamin::kernel::{Code, Digest, Refusal};
use lamin::procedure::service;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_news_item_goes_from_draft_to_live_page_through_the_procedure,
    an_entry_begins_as_a_draft_with_location_and_tag,
    what_is_wrong_with_a_new_entry_is_told,
    every_command_is_refused_to_every_other_role_and_in_every_other_step,
    returned_rejected_and_declined_work_goes_back_with_a_reason,
    an_author_cannot_approve_their_own_entry,
    whoever_edited_cannot_approve_and_neither_can_whoever_wrote_what_was_restored,
    an_approval_asks_for_the_digest_that_was_seen,
    an_edit_after_approval_voids_it_and_says_who_must_look_again,
    what_changed_in_the_database_is_not_published,
    each_step_says_how_it_is_edited,
    an_entry_is_published_again_while_the_old_revision_stays_live,
    what_is_live_is_withdrawn_whatever_step_the_work_is_in,
    a_scheduled_entry_appears_at_its_time_exactly_once_and_goes_again,
    after_downtime_what_fell_due_appears_and_goes_in_order,
    a_schedule_is_taken_back_by_unschedule_decline_edit_and_trash,
    what_is_no_longer_what_was_approved_does_not_appear_at_its_time,
    waiting_for_its_time_is_not_lateness,
    times_are_checked_and_wishes_are_kept_in_the_history,
    a_stale_version_is_refused_and_none_is_too,
    the_trash_keeps_and_gives_back,
    the_case_of_an_entry_in_the_trash_is_in_no_list,
    an_old_revision_becomes_a_new_draft,
    the_history_tells_everything_in_order,
    the_inbox_holds_what_waits_for_me_by_due_time,
    what_is_on_another_site_is_not_found,
    menus_redirects_and_settings_go_the_same_way,
    two_publishers_cannot_both_publish,
    information_that_is_exempt_is_never_published_but_its_test_of_consequences_is,
    translations_share_a_group,
    every_change_is_in_the_ledger,
);

pub struct Newsroom {
    pub app: TestApp,
    people: Vec<(Role, Actor)>,
}

/// An entry that is being worked on.
pub struct Item<'n> {
    pub room: &'n Newsroom,
    pub id: String,
}

impl Newsroom {
    pub fn open(app: TestApp) -> Self {
        let site = app.site("portal").id;
        Newsroom::staffed(app, Some(site))
    }

    /// One person for each role, on a site or on all.
    pub fn staffed(app: TestApp, site: Option<SiteId>) -> Self {
        service::load(&app).unwrap();
        let people = Role::ALL.iter().map(|role| (*role, app.user(role.as_str(), &[(*role, site)]))).collect();
        Newsroom { app, people }
    }

    pub fn actor(&self, role: Role) -> &Actor {
        &self.people.iter().find(|(other, _)| *other == role).unwrap().1
    }

    /// Fresh each time, because the tests move the clock.
    pub fn token(&self, role: Role) -> String {
        self.app.token(self.actor(role))
    }

    pub fn site(&self) -> SiteId {
        self.app.db.read_blocking(|c| lamin::sites::store::find_by_key(c, "portal")).unwrap().unwrap().id
    }

    pub async fn get(&self, role: Role, path: &str) -> Reply {
        Call::get(path).token(&self.token(role)).send(&self.app).await
    }

    pub async fn create(&self, role: Role, body: Value) -> Reply {
        self.create_on("portal", role, body).await
    }

    async fn create_on(&self, site: &str, role: Role, body: Value) -> Reply {
        let path = format!("/api/v1/sites/{site}/entries");
        Call::post(&path).token(&self.token(role)).json(&body).send(&self.app).await
    }

    pub async fn written(&self, title: &str) -> Item<'_> {
        self.written_on("portal", title).await
    }

    pub async fn written_on(&self, site: &str, title: &str) -> Item<'_> {
        let body =
            json!({"type": "berita", "fields": {"title": title, "summary": "Ringkas", "body": "Isi **tebal**."}});
        let entry = self.create_on(site, Role::Author, body).await.assert_ok().json();
        Item { room: self, id: entry["id"].as_str().unwrap().to_owned() }
    }

    pub async fn in_step(&self, step: &str) -> Item<'_> {
        let item = self.written("Jembatan dibuka").await;
        item.goes_to(step).await;
        item
    }

    pub fn run_due(&self) -> usize {
        editorial::run_due(&self.app).unwrap()
    }
}

impl Item<'_> {
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/entries/{}{rest}", self.id)
    }

    pub async fn now(&self) -> Value {
        self.room.get(Role::Auditor, &self.path("")).await.assert_ok().json()
    }

    async fn step(&self) -> String {
        self.now().await["step"].as_str().unwrap().to_owned()
    }

    pub async fn asks(&self, actor: &Actor, body: Value) -> Reply {
        let version = self.now().await["version"].clone();
        let token = self.room.app.token(actor);
        Call::post(&self.path("/transitions")).token(&token).seen(&version).json(&body).send(&self.room.app).await
    }

    pub async fn does(&self, role: Role, body: Value) -> Reply {
        self.asks(self.room.actor(role), body).await
    }

    /// With the digest that is there now.
    pub async fn with_digest(&self, role: Role, mut body: Value) -> Reply {
        body["digest"] = self.now().await["digest"].clone();
        self.does(role, body).await
    }

    pub async fn edits(&self, role: Role, fields: Value) -> Reply {
        let version = self.now().await["version"].clone();
        let call = Call::new("PATCH", &self.path("")).token(&self.room.token(role)).seen(&version);
        call.json(&json!({ "fields": fields })).send(&self.room.app).await
    }

    pub async fn posts(&self, role: Role, rest: &str, body: Value) -> Reply {
        let version = self.now().await["version"].clone();
        let call = Call::post(&self.path(rest)).token(&self.room.token(role)).seen(&version);
        call.json(&body).send(&self.room.app).await
    }

    async fn is_trashed(&self, role: Role) -> Reply {
        let version = self.now().await["version"].clone();
        Call::new("DELETE", &self.path("")).token(&self.room.token(role)).seen(&version).send(&self.room.app).await
    }

    /// From where it is to a step on the straight way.
    pub async fn goes_to(&self, step: &str) {
        loop {
            let body = match self.step().await.as_str() {
                at if at == step => return,
                "draft" => self.does(Role::Author, json!({"command": "submit"})).await,
                "handed_over" => self.does(Role::Editor, json!({"command": "claim"})).await,
                "editing" => self.does(Role::Editor, json!({"command": "forward"})).await,
                "filtering" => self.with_digest(Role::Approver, json!({"command": "approve"})).await,
                "approved" => self.with_digest(Role::Publisher, json!({"command": "publish"})).await,
                "published" => self.does(Role::Publisher, json!({"command": "withdraw", "comment": "x"})).await,
                other => panic!("no way from {other} to {step}"),
            };
            body.assert_ok();
        }
    }

    fn is_live(&self) -> bool {
        self.live_digest().is_some()
    }

    /// What citizens are told where the entry was, by reason and words.
    fn told(&self) -> Vec<(String, String)> {
        let id = EntryId::parse(&self.id).unwrap();
        let read = |c: &mut lamin::db::Conn| {
            let site = lamin::content::store::require(c, id)?.site_id;
            lamin::content::withdrawals::list(c, site)
        };
        let told = self.room.app.db.read_blocking(read).unwrap().into_iter().filter(|told| told.entry == id);
        told.map(|told| (told.reason.as_str().to_owned(), told.notice)).collect()
    }

    fn live_digest(&self) -> Option<String> {
        let id = EntryId::parse(&self.id).unwrap();
        let live = self.room.app.db.read_blocking(|c| lamin::content::live::find(c, id)).unwrap();
        live.map(|live| live.closure.to_string())
    }
}

async fn a_news_item_goes_from_draft_to_live_page_through_the_procedure(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.written("Gubernur meresmikan jembatan").await;
    assert_eq!(item.step().await, "draft");
    assert_eq!(item.does(Role::Author, json!({"command": "submit"})).await.assert_ok().json()["step"], "handed_over");
    assert_eq!(item.does(Role::Editor, json!({"command": "claim"})).await.assert_ok().json()["step"], "editing");
    item.edits(Role::Editor, json!({"summary": "Lebih ringkas"})).await.assert_ok();
    assert_eq!(item.does(Role::Editor, json!({"command": "forward"})).await.assert_ok().json()["step"], "filtering");
    let approved = item.with_digest(Role::Approver, json!({"command": "approve"})).await.assert_ok().json();
    assert_eq!((&approved["step"], &approved["approved"]), (&json!("approved"), &json!(true)));
    let published = item.with_digest(Role::Publisher, json!({"command": "publish"})).await.assert_ok();
    let published = published.json();
    assert_eq!(published["step"], "published");
    let job = format!("/api/v1/jobs/{}", published["job"].as_str().unwrap());
    assert_eq!(room.get(Role::Publisher, &job).await.assert_ok().json()["kind"], "publish.build");
    let entry = item.now().await;
    assert_eq!(entry["live"]["digest"], entry["digest"]);
    let live = Call::get("/delivery/v1/sites/portal/entries").send(&room.app).await.assert_ok().json();
    assert_eq!(live["items"][0]["title"], "Gubernur meresmikan jembatan", "{live:#}");
}

async fn an_entry_begins_as_a_draft_with_location_and_tag(app: TestApp) {
    let room = Newsroom::open(app);
    let body = json!({"type": "berita", "tags": ["Jalan"], "fields": {"title": "Jalan & jembatan"}});
    let reply = room.create(Role::Author, body).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("etag"), "\"1\"");
    let entry = reply.json();
    assert_eq!(reply.header("location"), format!("/api/v1/entries/{}", entry["id"].as_str().unwrap()));
    assert_eq!(
        (&entry["slug"], &entry["step"], &entry["version"]),
        (&json!("jalan-dan-jembatan"), &json!("draft"), &json!(1))
    );
    assert_eq!(entry["digest"].as_str().unwrap().len(), 64);
}

async fn what_is_wrong_with_a_new_entry_is_told(app: TestApp) {
    let room = Newsroom::open(app);
    let title = json!({"title": "A"});
    room.create(Role::Author, json!({"type": "puisi", "fields": title})).await.assert_refused(422, "invalid");
    room.create(Role::Author, json!({"type": "berita"})).await.assert_refused(422, "invalid");
    let unknown = json!({"type": "berita", "fields": {"title": "A", "colour": "red"}});
    room.create(Role::Author, unknown).await.assert_refused(400, "unknown_field");
    let unknown = json!({"type": "berita", "colour": "red", "fields": title});
    room.create(Role::Author, unknown).await.assert_refused(400, "unknown_field");
    let slug = json!({"type": "berita", "slug": "Bukan Slug", "fields": title});
    room.create(Role::Author, slug).await.assert_refused(422, "invalid");
    room.create(Role::Publisher, json!({"type": "berita", "fields": title})).await.assert_refused(403, "forbidden");
    let taken = json!({"type": "berita", "slug": "a", "fields": title});
    room.create(Role::Author, taken.clone()).await.assert_ok();
    room.create(Role::Author, taken).await.assert_refused(409, "taken");
    let elsewhere = Call::post("/api/v1/sites/nowhere/entries").token(&room.token(Role::Author));
    elsewhere.json(&json!({"type": "berita", "fields": title})).send(&room.app).await.assert_refused(404, "not_found");
}

/// Command, the steps that it applies in, the roles that may.
const TABLE: &[(&str, &[&str], &[Role])] = &[
    ("submit", &["draft"], &[Role::Author]),
    ("claim", &["handed_over"], &[Role::Editor]),
    ("return", &["handed_over", "editing"], &[Role::Editor]),
    ("forward", &["editing"], &[Role::Editor]),
    ("approve", &["filtering"], &[Role::Approver]),
    ("reject", &["filtering"], &[Role::Approver]),
    ("decline", &["approved"], &[Role::Publisher]),
    ("publish", &["approved"], &[Role::Publisher]),
    ("unschedule", &["approved"], &[Role::Publisher]),
    ("revise", &["published", "withdrawn"], &[Role::Author, Role::Editor]),
];

async fn every_command_is_refused_to_every_other_role_and_in_every_other_step(app: TestApp) {
    let room = Newsroom::open(app);
    for step in ["draft", "handed_over", "editing", "filtering", "approved", "published", "withdrawn"] {
        let item = room.in_step(step).await;
        let entry = item.now().await;
        let id = EntryId::parse(&item.id).unwrap();
        let digest = Digest::parse(entry["digest"].as_str().unwrap()).unwrap();
        let version = entry["version"].as_i64().unwrap() as i32;
        for (command, steps, roles) in TABLE {
            for role in Role::ALL.iter().copied() {
                let allowed = roles.contains(&role);
                if allowed && steps.contains(&step) {
                    continue;
                }
                let expected = if allowed { Code::WrongStep } else { Code::Forbidden };
                let asked = Move {
                    command: (*command).to_owned(),
                    comment: "karena".into(),
                    digest: Some(digest),
                    times: Times::default(),
                    withdrawal: None,
                };
                let refused = editorial::service::transition(&room.app, room.actor(role), id, version, asked).await;
                let code = refused.unwrap_err().refusal().map(Refusal::code);
                assert_eq!(code, Some(expected), "{command} by {role:?} in {step}");
            }
        }
        item.does(Role::Author, json!({"command": "fly"})).await.assert_refused(400, "unknown_command");
        item.does(Role::Editor, json!({"command": "edit"})).await.assert_refused(400, "unknown_command");
        assert_eq!(item.step().await, step, "nothing moved");
    }
}

async fn returned_rejected_and_declined_work_goes_back_with_a_reason(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("editing").await;
    item.does(Role::Editor, json!({"command": "return"})).await.assert_refused(422, "comment_required");
    item.does(Role::Editor, json!({"command": "return", "comment": "Foto kurang"})).await.assert_ok();
    assert_eq!(item.step().await, "draft");
    item.goes_to("filtering").await;
    item.does(Role::Approver, json!({"command": "reject", "comment": " "}))
        .await
        .assert_refused(422, "comment_required");
    item.does(Role::Approver, json!({"command": "reject", "comment": "Angka salah"})).await.assert_ok();
    assert_eq!(item.step().await, "editing");
    item.goes_to("approved").await;
    item.does(Role::Publisher, json!({"command": "decline"})).await.assert_refused(422, "comment_required");
    item.does(Role::Publisher, json!({"command": "decline", "comment": "Tidak layak"})).await.assert_ok();
    let entry = item.now().await;
    assert_eq!((&entry["step"], &entry["approved"]), (&json!("editing"), &json!(false)));
    item.goes_to("published").await;
}

fn of_two_hats(room: &Newsroom, name: &str, roles: &[Role]) -> Actor {
    let site = room.site();
    let grants: Vec<_> = roles.iter().map(|role| (*role, Some(site))).collect();
    room.app.user(name, &grants)
}

async fn an_author_cannot_approve_their_own_entry(app: TestApp) {
    let room = Newsroom::open(app);
    let ani = of_two_hats(&room, "ani", Role::ALL);
    let body = json!({"type": "berita", "fields": {"title": "Karya Ani"}});
    let call = Call::post("/api/v1/sites/portal/entries").token(&room.app.token(&ani)).json(&body);
    let entry = call.send(&room.app).await.assert_ok().json();
    let item = Item { room: &room, id: entry["id"].as_str().unwrap().to_owned() };
    item.goes_to("filtering").await;
    let digest = item.now().await["digest"].clone();
    item.asks(&ani, json!({"command": "approve", "digest": digest})).await.assert_refused(403, "own_work");
    let offered = Call::get(&item.path("/transitions")).token(&room.app.token(&ani)).send(&room.app).await.assert_ok();
    assert!(!offered.text.contains("\"approve\""), "it is not offered either: {}", offered.text);
    assert!(offered.text.contains("\"reject\""));
    item.goes_to("published").await;
}

async fn whoever_edited_cannot_approve_and_neither_can_whoever_wrote_what_was_restored(app: TestApp) {
    let room = Newsroom::open(app);
    let budi = of_two_hats(&room, "budi", &[Role::Editor, Role::Approver]);
    let item = room.in_step("editing").await;
    let patch = async |fields: Value| {
        let version = item.now().await["version"].clone();
        let call = Call::new("PATCH", &item.path("")).token(&room.app.token(&budi)).seen(&version);
        call.json(&json!({ "fields": fields })).send(&room.app).await
    };
    patch(json!({"summary": "Tulisan Budi"})).await.assert_ok();
    let of_budi = item.now().await["revision_digest"].clone();
    item.goes_to("filtering").await;
    let approve = async || {
        let digest = item.now().await["digest"].clone();
        item.asks(&budi, json!({"command": "approve", "digest": digest})).await
    };
    approve().await.assert_refused(403, "own_work");
    item.goes_to("published").await;
    item.does(Role::Editor, json!({"command": "revise"})).await.assert_ok();
    item.goes_to("editing").await;
    item.edits(Role::Editor, json!({"summary": "Tulisan editor"})).await.assert_ok();
    item.posts(Role::Editor, "/restore", json!({ "revision": of_budi })).await.assert_ok();
    item.goes_to("filtering").await;
    approve().await.assert_refused(403, "own_work");
    item.does(Role::Approver, json!({"command": "reject", "comment": "belum"})).await.assert_ok();
    item.edits(Role::Editor, json!({"summary": "Sama sekali lain"})).await.assert_ok();
    item.goes_to("approved").await;
}

async fn an_approval_asks_for_the_digest_that_was_seen(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("filtering").await;
    let other = "0".repeat(64);
    item.does(Role::Approver, json!({"command": "approve"})).await.assert_refused(422, "digest_required");
    let reply = item.does(Role::Approver, json!({"command": "approve", "digest": other})).await;
    reply.assert_refused(409, "digest_mismatch");
    assert_eq!(reply.json()["current_digest"], item.now().await["digest"]);
    let no_digest = json!({"command": "approve", "digest": "xyz"});
    item.does(Role::Approver, no_digest).await.assert_refused(422, "invalid");
    item.goes_to("approved").await;
    item.does(Role::Publisher, json!({"command": "publish"})).await.assert_refused(422, "digest_required");
    let reply = item.does(Role::Publisher, json!({"command": "publish", "digest": other})).await;
    reply.assert_refused(409, "digest_mismatch");
    assert!(!item.is_live());
}

async fn an_edit_after_approval_voids_it_and_says_who_must_look_again(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let digest = item.now().await["digest"].clone();
    item.edits(Role::Author, json!({"summary": "b"})).await.assert_refused(403, "forbidden");
    let edited = item.edits(Role::Editor, json!({"summary": "Angka diperbaiki"})).await.assert_ok().json();
    assert_eq!((&edited["step"], &edited["approved"]), (&json!("editing"), &json!(false)));
    assert_eq!(edited["voided"]["approved_by"]["name"], "approver");
    assert_eq!(
        (&edited["voided"]["step"], &edited["voided"]["look_again"]),
        (&json!("approved"), &json!(["approver"]))
    );
    let publish = json!({"command": "publish", "digest": digest});
    item.does(Role::Publisher, publish).await.assert_refused(409, "wrong_step");
    item.goes_to("filtering").await;
    let edited = item.edits(Role::Editor, json!({"summary": "Lagi"})).await.assert_ok().json();
    assert_eq!((&edited["step"], &edited["voided"]["approved_by"]), (&json!("editing"), &Value::Null));
    let approve = json!({"command": "approve", "digest": digest});
    item.goes_to("filtering").await;
    item.does(Role::Approver, approve).await.assert_refused(409, "digest_mismatch");
}

async fn what_changed_in_the_database_is_not_published(app: TestApp) {
    use diesel::prelude::*;
    use lamin::db::schema::{entries, revisions};
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let id = EntryId::parse(&item.id).unwrap();
    room.app
        .db
        .write(move |tx| {
            let body: String = revisions::table.find((id, 1)).select(revisions::body).first(&mut **tx)?;
            let body = body.replace("Ringkas", "Rahasia");
            diesel::update(revisions::table.find((id, 1))).set(revisions::body.eq(body)).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    let reply = item.with_digest(Role::Publisher, json!({"command": "publish"})).await;
    reply.assert_refused(409, "digest_mismatch");
    let second = room.in_step("filtering").await;
    let id = EntryId::parse(&second.id).unwrap();
    room.app
        .db
        .write(move |tx| {
            let row = entries::table.find(id);
            diesel::update(row).set(entries::step.eq("approved")).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    let reply = second.with_digest(Role::Publisher, json!({"command": "publish"})).await;
    reply.assert_refused(409, "wrong_step");
    assert!(!item.is_live() && !second.is_live());
}

async fn each_step_says_how_it_is_edited(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    item.edits(Role::Author, json!({"summary": "oleh petugas"})).await.assert_ok();
    item.edits(Role::Editor, json!({"summary": "oleh editor"})).await.assert_ok();
    item.edits(Role::Editor, json!({"summary": "oleh editor"})).await.assert_refused(409, "nothing_changed");
    item.edits(Role::Approver, json!({"summary": "x"})).await.assert_refused(403, "forbidden");
    item.goes_to("handed_over").await;
    item.edits(Role::Editor, json!({"summary": "x"})).await.assert_refused(409, "claim_first");
    item.edits(Role::Author, json!({"summary": "x"})).await.assert_refused(409, "claim_first");
    item.goes_to("editing").await;
    item.edits(Role::Author, json!({"summary": "x"})).await.assert_refused(403, "forbidden");
    item.edits(Role::Editor, json!({"summary": "y"})).await.assert_ok();
    item.goes_to("published").await;
    item.edits(Role::Editor, json!({"summary": "z"})).await.assert_refused(409, "revise_first");
    item.goes_to("withdrawn").await;
    item.edits(Role::Author, json!({"summary": "z"})).await.assert_refused(409, "revise_first");
}

async fn an_entry_is_published_again_while_the_old_revision_stays_live(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    let first = item.live_digest().unwrap();
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"title": "Jembatan ditutup"})).await.assert_ok();
    assert_eq!(item.live_digest().unwrap(), first, "citizens see what they saw");
    item.goes_to("published").await;
    assert_ne!(item.live_digest().unwrap(), first);
    let entry = item.now().await;
    assert_eq!(entry["live"]["digest"], entry["digest"]);
}

async fn what_is_live_is_withdrawn_whatever_step_the_work_is_in(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    let withdraw = json!({"command": "withdraw", "comment": "Salah data"});
    item.does(Role::Publisher, json!({"command": "withdraw"})).await.assert_refused(422, "comment_required");
    item.does(Role::Editor, withdraw.clone()).await.assert_refused(403, "forbidden");
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.goes_to("editing").await;
    let gone = item.does(Role::Approver, withdraw.clone()).await.assert_ok().json();
    assert_eq!((&gone["step"], &gone["live"]), (&json!("editing"), &Value::Null));
    assert!(gone["job"].is_string());
    assert_eq!(item.told(), [("other".to_owned(), String::new())], "the comment is for colleagues");
    item.does(Role::Approver, withdraw.clone()).await.assert_refused(409, "not_live");
    item.goes_to("published").await;
    assert_eq!(item.told(), []);
    let mut told = withdraw.clone();
    told["reason"] = json!("expired");
    item.does(Role::Publisher, told.clone()).await.assert_refused(422, "invalid");
    told["reason"] = json!("mistake");
    told["notice"] = json!("x".repeat(501));
    item.does(Role::Publisher, told.clone()).await.assert_refused(422, "invalid");
    told["notice"] = json!(" Angkanya keliru. ");
    let gone = item.does(Role::Publisher, told).await.assert_ok().json();
    assert_eq!(gone["step"], "withdrawn");
    assert_eq!(item.told(), [("mistake".to_owned(), "Angkanya keliru.".to_owned())]);
    item.does(Role::Publisher, withdraw).await.assert_refused(409, "wrong_step");
    item.does(Role::Editor, json!({"command": "revise"})).await.assert_ok();
    item.goes_to("published").await;
    assert!(item.is_live());
}

async fn a_scheduled_entry_appears_at_its_time_exactly_once_and_goes_again(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let order = json!({"command": "publish", "publish_at": "2026-11-23T10:00:00+08:00",
        "unpublish_at": "2026-11-23T12:00:00+08:00"});
    let scheduled = item.with_digest(Role::Publisher, order).await.assert_ok().json();
    assert_eq!((&scheduled["step"], &scheduled["job"]), (&json!("approved"), &Value::Null));
    assert_eq!(scheduled["publish_at"], "2026-11-23T02:00:00Z");
    assert_eq!(room.run_due(), 0);
    room.app.clock.set("2026-11-23T09:59:59+08:00");
    assert_eq!(room.run_due(), 0);
    assert!(!item.is_live());
    room.app.clock.set("2026-11-23T10:00:00+08:00");
    assert_eq!(room.run_due(), 1);
    assert_eq!((item.step().await.as_str(), item.is_live()), ("published", true));
    assert_eq!(room.run_due(), 0, "exactly once");
    room.app.clock.set("2026-11-23T12:00:00+08:00");
    assert_eq!(room.run_due(), 1);
    assert_eq!((item.step().await.as_str(), item.is_live()), ("withdrawn", false));
    assert_eq!(room.run_due(), 0);
}

async fn after_downtime_what_fell_due_appears_and_goes_in_order(app: TestApp) {
    let room = Newsroom::open(app);
    let (short, long) = (room.in_step("approved").await, room.in_step("approved").await);
    let order = json!({"command": "publish", "publish_at": "2026-11-23T10:00:00+08:00",
        "unpublish_at": "2026-11-23T12:00:00+08:00"});
    short.with_digest(Role::Publisher, order).await.assert_ok();
    let order = json!({"command": "publish", "publish_at": "2026-11-23T11:00:00+08:00"});
    long.with_digest(Role::Publisher, order).await.assert_ok();
    room.app.clock.set("2026-11-25T08:00:00+08:00");
    assert_eq!(room.run_due(), 3, "two appear, one of them goes again");
    assert_eq!((short.step().await.as_str(), short.is_live()), ("withdrawn", false));
    assert_eq!((long.step().await.as_str(), long.is_live()), ("published", true));
    let changes = room.app.db.read_blocking(|c| {
        let site = lamin::sites::store::find_by_key(c, "portal")?.unwrap();
        lamin::content::live::changes_since(c, site.id, 0)
    });
    assert_eq!(changes.unwrap().len(), 3);
}

async fn a_schedule_is_taken_back_by_unschedule_decline_edit_and_trash(app: TestApp) {
    let room = Newsroom::open(app);
    let order = json!({"command": "publish", "publish_at": "2026-11-24T10:00:00+08:00"});
    let unscheduled = room.in_step("approved").await;
    unscheduled.does(Role::Publisher, json!({"command": "unschedule"})).await.assert_refused(409, "wrong_step");
    unscheduled.with_digest(Role::Publisher, order.clone()).await.assert_ok();
    let entry = unscheduled.does(Role::Publisher, json!({"command": "unschedule"})).await.assert_ok().json();
    assert_eq!(
        (&entry["step"], &entry["publish_at"], &entry["approved"]),
        (&json!("approved"), &Value::Null, &json!(true))
    );
    let declined = room.in_step("approved").await;
    declined.with_digest(Role::Publisher, order.clone()).await.assert_ok();
    declined.does(Role::Publisher, json!({"command": "decline", "comment": "x"})).await.assert_ok();
    let edited = room.in_step("approved").await;
    edited.with_digest(Role::Publisher, order.clone()).await.assert_ok();
    edited.edits(Role::Editor, json!({"summary": "b"})).await.assert_ok();
    let trashed = room.in_step("approved").await;
    trashed.with_digest(Role::Publisher, order).await.assert_ok();
    trashed.is_trashed(Role::Editor).await.assert_ok();
    room.app.clock.set("2026-11-24T10:00:00+08:00");
    assert_eq!(room.run_due(), 0);
    assert!([unscheduled, declined, edited, trashed].iter().all(|item| !item.is_live()));
}

async fn what_is_no_longer_what_was_approved_does_not_appear_at_its_time(app: TestApp) {
    use diesel::prelude::*;
    use lamin::db::schema::entries;
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let order = json!({"command": "publish", "publish_at": "2026-11-23T10:00:00+08:00"});
    item.with_digest(Role::Publisher, order).await.assert_ok();
    let id = EntryId::parse(&item.id).unwrap();
    let other = lamin::kernel::Digest::of("something else");
    room.app
        .db
        .write(move |tx| {
            let row = entries::table.find(id);
            diesel::update(row).set(entries::approved_closure.eq(other)).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    room.app.clock.set("2026-11-23T10:00:00+08:00");
    assert_eq!(room.run_due(), 1, "the order is taken back");
    let entry = item.now().await;
    assert_eq!((&entry["step"], &entry["publish_at"], item.is_live()), (&json!("approved"), &Value::Null, false));
    let history = room.get(Role::Auditor, &item.path("/history")).await.assert_ok();
    assert!(history.text.contains("digest_mismatch"), "the history says why: {}", history.text);
    assert_eq!(room.run_due(), 0);
}

async fn waiting_for_its_time_is_not_lateness(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let late = async || {
        let list = room.get(Role::Publisher, "/api/v1/cases?step=approved").await.assert_ok().json();
        (list["items"][0]["due_at"].clone(), list["items"][0]["late_minutes"].as_i64().unwrap())
    };
    assert_eq!(late().await, (json!("2026-11-23T01:15:00Z"), 0), "15 minutes from approval");
    let order = json!({"command": "publish", "publish_at": "2026-11-23T14:00:00+08:00"});
    item.with_digest(Role::Publisher, order).await.assert_ok();
    assert_eq!(late().await.0, json!("2026-11-23T06:15:00Z"), "15 minutes from publish_at, which is later");
    room.app.clock.advance(2 * HOUR);
    assert_eq!(late().await.1, 0);
    item.does(Role::Publisher, json!({"command": "unschedule"})).await.assert_ok();
    assert_eq!(late().await, (json!("2026-11-23T01:15:00Z"), 105));
}

async fn times_are_checked_and_wishes_are_kept_in_the_history(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    let wish = json!({"command": "submit", "publish_at": "2026-12-01T08:00:00+08:00"});
    item.does(Role::Author, wish).await.assert_ok();
    let history = room.get(Role::Approver, &item.path("/history")).await.assert_ok().json();
    let moved = history["items"].as_array().unwrap().iter().find(|one| one["command"] == "submit").unwrap().clone();
    assert_eq!(moved["fields"]["publish_at"], "2026-12-01T00:00:00Z");
    assert_eq!(item.now().await["publish_at"], Value::Null, "a wish orders nothing");
    let claim = json!({"command": "claim", "publish_at": "2026-12-01T08:00:00+08:00"});
    item.does(Role::Editor, claim).await.assert_refused(422, "invalid");
    item.goes_to("approved").await;
    let backwards = json!({"command": "publish", "publish_at": "2026-12-02T08:00:00+08:00",
        "unpublish_at": "2026-12-01T08:00:00+08:00"});
    item.with_digest(Role::Publisher, backwards).await.assert_refused(422, "invalid");
    let past = json!({"command": "publish", "unpublish_at": "2026-11-01T08:00:00+08:00"});
    item.with_digest(Role::Publisher, past).await.assert_refused(422, "invalid");
    let nonsense = json!({"command": "publish", "publish_at": "besok"});
    item.with_digest(Role::Publisher, nonsense).await.assert_refused(422, "invalid");
    let past = json!({"command": "publish", "publish_at": "2026-11-01T08:00:00+08:00"});
    let now = item.with_digest(Role::Publisher, past).await.assert_ok().json();
    assert_eq!(now["step"], "published", "a time that has passed is now");
}

async fn a_stale_version_is_refused_and_none_is_too(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    item.edits(Role::Author, json!({"summary": "b"})).await.assert_ok();
    let current = item.now().await["version"].clone();
    for (method, rest, body) in [
        ("PATCH", "", json!({"fields": {"summary": "c"}})),
        ("DELETE", "", json!({})),
        ("POST", "/transitions", json!({"command": "submit"})),
        ("POST", "/restore", json!({})),
    ] {
        let call = || Call::new(method, &item.path(rest)).token(&room.token(Role::Author));
        call().json(&body).send(&room.app).await.assert_refused(428, "if_match_required");
        let reply = call().seen(&json!(1)).json(&body).send(&room.app).await;
        reply.assert_refused(412, "stale");
        assert_eq!(reply.json()["current_version"], current);
    }
}

async fn the_trash_keeps_and_gives_back(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("published").await;
    item.is_trashed(Role::Author).await.assert_refused(409, "already_live");
    item.goes_to("withdrawn").await;
    item.is_trashed(Role::Publisher).await.assert_refused(403, "forbidden");
    item.posts(Role::Author, "/restore", json!({})).await.assert_refused(409, "not_in_trash");
    let gone = item.is_trashed(Role::Author).await.assert_ok().json();
    assert!(gone["trashed_at"].is_string());
    item.is_trashed(Role::Author).await.assert_refused(409, "in_trash");
    item.edits(Role::Author, json!({"summary": "x"})).await.assert_refused(409, "in_trash");
    item.does(Role::Author, json!({"command": "revise"})).await.assert_refused(409, "in_trash");
    let other = json!({"type": "berita", "slug": "jembatan-dibuka", "fields": {"title": "Lain"}});
    let other = room.create(Role::Author, other).await.assert_ok().json();
    item.posts(Role::Author, "/restore", json!({})).await.assert_refused(409, "taken");
    let other = Item { room: &room, id: other["id"].as_str().unwrap().to_owned() };
    other.is_trashed(Role::Author).await.assert_ok();
    let back = item.posts(Role::Author, "/restore", json!({})).await.assert_ok().json();
    assert_eq!((&back["trashed_at"], &back["step"]), (&Value::Null, &json!("withdrawn")));
}

async fn the_case_of_an_entry_in_the_trash_is_in_no_list(app: TestApp) {
    let room = Newsroom::open(app);
    let (item, other) = (room.in_step("draft").await, room.in_step("draft").await);
    let body = json!({"procedure": "website_monitoring", "flow": "monitoring", "title": "Senin", "site": "portal"});
    let plain = Call::post("/api/v1/cases").token(&room.token(Role::Head)).json(&body);
    plain.send(&room.app).await.assert_ok();
    let listed = async |query: &str| -> Vec<Value> {
        let page = room.get(Role::Auditor, &format!("/api/v1/cases{query}")).await.assert_ok().json();
        page["items"].as_array().unwrap().iter().map(|case| case["entry"].clone()).collect()
    };
    let count = async |query: &str| listed(query).await.len();
    assert_eq!((count("").await, count("?late=false").await), (3, 3));
    item.is_trashed(Role::Author).await.assert_ok();
    assert_eq!((count("").await, count("?late=false").await, count("?step=draft").await), (2, 2, 1));
    assert!(listed("").await.contains(&json!(other.id)) && !listed("").await.contains(&json!(item.id)));
    item.posts(Role::Author, "/restore", json!({})).await.assert_ok();
    assert!(listed("").await.contains(&json!(item.id)));
}

async fn an_old_revision_becomes_a_new_draft(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("draft").await;
    let first = item.now().await;
    item.edits(Role::Author, json!({"summary": "kedua"})).await.assert_ok();
    let old = json!({"revision": first["revision_digest"]});
    let back = item.posts(Role::Author, "/restore", old.clone()).await.assert_ok().json();
    assert_eq!((&back["revision"], &back["digest"], &back["step"]), (&json!(3), &first["digest"], &json!("draft")));
    item.posts(Role::Author, "/restore", old.clone()).await.assert_refused(409, "nothing_changed");
    let unknown = json!({"revision": "0".repeat(64)});
    item.posts(Role::Author, "/restore", unknown).await.assert_refused(404, "not_found");
    item.posts(Role::Author, "/restore", json!({"revision": "x"})).await.assert_refused(422, "invalid");
    item.goes_to("handed_over").await;
    item.posts(Role::Author, "/restore", old.clone()).await.assert_refused(409, "claim_first");
    item.goes_to("editing").await;
    item.edits(Role::Editor, json!({"summary": "ketiga"})).await.assert_ok();
    item.goes_to("published").await;
    let live = item.live_digest();
    let draft = item.posts(Role::Editor, "/restore", old).await.assert_ok().json();
    assert_eq!((&draft["step"], &draft["digest"], item.live_digest()), (&json!("draft"), &first["digest"], live));
}

async fn the_history_tells_everything_in_order(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.written("Riwayat").await;
    room.app.clock.advance(MINUTE);
    item.does(Role::Author, json!({"command": "submit"})).await.assert_ok();
    room.app.clock.advance(MINUTE);
    let said = item.posts(Role::Head, "/comments", json!({"body": "Mohon didahulukan."})).await.assert_ok();
    assert_eq!(said.status, 201);
    item.posts(Role::Auditor, "/comments", json!({"body": "x"})).await.assert_refused(403, "forbidden");
    for step in ["editing", "filtering", "approved", "published"] {
        room.app.clock.advance(MINUTE);
        item.goes_to(step).await;
    }
    let history = room.get(Role::Auditor, &item.path("/history")).await.assert_ok().json();
    let told: Vec<String> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["command"].as_str().or(one["kind"].as_str()).unwrap().to_owned())
        .collect();
    assert_eq!(told, ["revision", "submit", "comment", "claim", "forward", "approve", "approval", "publish"]);
    let comments = room.get(Role::Author, &item.path("/comments")).await.assert_ok().json();
    assert_eq!(comments["items"][0]["author"]["name"], "head");
}

async fn the_inbox_holds_what_waits_for_me_by_due_time(app: TestApp) {
    let room = Newsroom::open(app);
    let inbox = async |role: Role| room.get(role, "/api/v1/inbox").await.assert_ok().json()["items"].clone();
    let drafted = room.written("Masih ditulis").await;
    room.app.clock.advance(MINUTE);
    let handed = room.in_step("handed_over").await;
    room.app.clock.advance(MINUTE);
    let editing = room.in_step("editing").await;
    let body = json!({"procedure": "website_monitoring", "site": "portal", "title": "Pekan 48"});
    Call::post("/api/v1/cases").token(&room.token(Role::Head)).json(&body).send(&room.app).await.assert_ok();
    let for_editor = inbox(Role::Editor).await;
    let ids: Vec<&str> = for_editor.as_array().unwrap().iter().map(|one| one["entry"].as_str().unwrap()).collect();
    assert_eq!(ids, [handed.id.as_str(), editing.id.as_str()]);
    assert_eq!((&for_editor[0]["kind"], &for_editor[0]["late_minutes"]), (&json!("entry"), &json!(0)));
    assert_eq!(for_editor[1]["assigned_to"]["name"], "editor");
    assert_eq!(inbox(Role::Author).await[0]["entry"], drafted.id.as_str());
    assert_eq!(inbox(Role::Head).await[0]["kind"], "case");
    assert_eq!(inbox(Role::Approver).await, json!([]));
    assert_eq!(inbox(Role::Auditor).await, json!([]));
    room.app.clock.advance(5 * HOUR);
    assert_eq!(inbox(Role::Editor).await[0]["late_minutes"], 121, "service hours go on until 16.00");
    handed.does(Role::Editor, json!({"command": "claim"})).await.assert_ok();
    handed.is_trashed(Role::Editor).await.assert_ok();
    assert_eq!(inbox(Role::Editor).await.as_array().unwrap().len(), 1, "the trash waits for nobody");
    editing.goes_to("approved").await;
    assert_eq!(inbox(Role::Publisher).await.as_array().unwrap().len(), 1);
    let order = json!({"command": "publish", "publish_at": "2026-11-24T10:00:00+08:00"});
    editing.with_digest(Role::Publisher, order).await.assert_ok();
    assert_eq!(inbox(Role::Publisher).await, json!([]), "it waits for its time, not for the publisher");
    let many = room.app.user("many", &[(Role::Author, None), (Role::Editor, None), (Role::Head, None)]);
    room.in_step("handed_over").await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/inbox?limit=1".to_owned();
    loop {
        let page = Call::get(&path).token(&room.app.token(&many)).send(&room.app).await.assert_ok().json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["due_at"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/inbox?limit=1&cursor={cursor}");
    }
    assert_eq!(seen.len(), 3);
    assert!(seen.is_sorted(), "{seen:?}");
}

async fn what_is_on_another_site_is_not_found(app: TestApp) {
    let room = Newsroom::open(app);
    let other = room.app.site("other").id;
    let grants: Vec<_> = Role::ALL.iter().map(|role| (*role, Some(other))).collect();
    let stranger = room.app.user("stranger", &grants);
    let item = room.in_step("filtering").await;
    item.asks(&stranger, json!({"command": "reject", "comment": "x"})).await.assert_refused(404, "not_found");
    for rest in ["/history", "/comments", "/transitions"] {
        let call = Call::get(&item.path(rest)).token(&room.app.token(&stranger));
        call.send(&room.app).await.assert_refused(404, "not_found");
    }
    let list = Call::get("/api/v1/inbox").token(&room.app.token(&stranger)).send(&room.app).await.assert_ok();
    assert_eq!(list.json()["items"], json!([]));
    Call::get("/api/v1/inbox").send(&room.app).await.assert_refused(401, "unauthenticated");
    let case = room.get(Role::Editor, "/api/v1/cases").await.assert_ok().json()["items"][0]["id"].clone();
    let seen = room.get(Role::Approver, &format!("/api/v1/cases/{}", case.as_str().unwrap())).await.assert_ok().json();
    assert_eq!((&seen["entry"], &seen["allowed"]), (&json!(item.id), &json!([])));
    let door = Call::post(&format!("/api/v1/cases/{}/transitions", case.as_str().unwrap()));
    let door = door.token(&room.token(Role::Approver)).seen(&json!(4)).json(&json!({"command": "approve"}));
    door.send(&room.app).await.assert_refused(409, "moves_with_entry");
}

async fn menus_redirects_and_settings_go_the_same_way(app: TestApp) {
    let room = Newsroom::open(app);
    for (type_key, fields) in [
        ("kategori", json!({"title": "Budaya"})),
        ("menu", json!({"title": "Utama", "location": "main", "items": [{"label": "Beranda", "url": "/"}]})),
        ("pengalihan", json!({"title": "Lapor", "from": "/lapor", "to": "/layanan/", "permanent": true})),
        ("pengaturan", json!({"title": "Portal", "tagline": "Melayani"})),
    ] {
        let entry = room.create(Role::Author, json!({"type": type_key, "fields": fields})).await.assert_ok().json();
        let item = Item { room: &room, id: entry["id"].as_str().unwrap().to_owned() };
        assert!(!item.is_live());
        item.goes_to("published").await;
        assert!(item.is_live(), "{type_key}");
    }
}

async fn two_publishers_cannot_both_publish(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let entry = item.now().await;
    let body = json!({"command": "publish", "digest": entry["digest"]});
    let publish = || {
        let call = Call::post(&item.path("/transitions")).token(&room.token(Role::Publisher)).seen(&entry["version"]);
        call.json(&body).send(&room.app)
    };
    let (one, other) = futures_util::future::join(publish(), publish()).await;
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 412]);
}

async fn translations_share_a_group(app: TestApp) {
    let room = Newsroom::open(app);
    let original = room.written("Festival").await;
    let body =
        json!({"type": "berita", "locale": "en", "translation_of": original.id, "fields": {"title": "Festival"}});
    let translation = room.create(Role::Author, body.clone()).await.assert_ok().json();
    let entry = original.now().await;
    assert_eq!(translation["group"], entry["group"]);
    assert_eq!(entry["translations"][0]["locale"], "en");
    room.create(Role::Author, body).await.assert_refused(422, "invalid");
    let unknown = json!({"type": "halaman", "locale": "en", "translation_of": original.id, "fields": {"title": "X", "body": "y"}});
    room.create(Role::Author, unknown).await.assert_refused(422, "invalid");
}

async fn every_change_is_in_the_ledger(app: TestApp) {
    use diesel::prelude::*;
    use lamin::db::schema::ledger;
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    item.edits(Role::Editor, json!({"summary": "b"})).await.assert_ok();
    item.posts(Role::Editor, "/comments", json!({"body": "diperbaiki"})).await.assert_ok();
    item.goes_to("approved").await;
    let order = json!({"command": "publish", "publish_at": "2026-11-23T10:00:00+08:00",
        "unpublish_at": "2026-11-23T12:00:00+08:00"});
    item.with_digest(Role::Publisher, order).await.assert_ok();
    room.app.clock.set("2026-11-23T13:00:00+08:00");
    room.run_due();
    item.is_trashed(Role::Editor).await.assert_ok();
    item.posts(Role::Editor, "/restore", json!({})).await.assert_ok();
    let subject = format!("entry:{}", item.id);
    let told: Vec<(String, String)> = room
        .app
        .db
        .read(move |c| {
            let events = ledger::table.filter(ledger::subject.eq(subject)).order(ledger::sequence);
            Ok(events.select((ledger::action, ledger::actor)).load(c)?)
        })
        .await
        .unwrap();
    let verbs: Vec<&str> = told.iter().map(|(action, _)| action.strip_prefix("editorial.").unwrap()).collect();
    assert_eq!(
        verbs,
        [
            "create", "submit", "claim", "forward", "approve", "edit", "comment", "forward", "approve", "publish",
            "publish", "withdraw", "trash", "restore"
        ]
    );
    assert_eq!((told[10].1.as_str(), told[11].1.as_str()), ("system:worker", "system:worker"));
    let verdict = room.app.db.read(|c| lamin::ledger::verify(c, None, |_| true)).await.unwrap();
    assert!(verdict.intact);
}

async fn information_that_is_exempt_is_never_published_but_its_test_of_consequences_is(app: TestApp) {
    let room = Newsroom::open(app);
    let write = async |type_key: &str, fields: Value| {
        let entry = room.create(Role::Author, json!({"type": type_key, "fields": fields})).await.assert_ok().json();
        Item { room: &room, id: entry["id"].as_str().unwrap().to_owned() }
    };
    let exempt = json!({"title": "Rencana pengamanan", "information_class": "dikecualikan"});
    let item = write("informasi", exempt).await;
    item.goes_to("filtering").await;
    let refused = item.with_digest(Role::Approver, json!({"command": "approve"})).await;
    refused.assert_refused(422, "invalid");
    let fault = &refused.json()["errors"][0];
    assert_eq!((&fault["field"], &fault["code"]), (&json!("fields.information_class"), &json!("never_published")));
    assert!(!item.is_live());
    let found = async || {
        let results = Call::get("/delivery/v1/sites/portal/search?q=pengaman").send(&room.app).await.assert_ok().json();
        results["items"].as_array().unwrap().iter().map(|item| item["type"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found().await, [] as [Value; 0]);
    let test = json!({"title": "Rencana pengamanan", "legal_basis": "Pasal 17", "consequence": "A", "benefit": "B",
        "period": "5 tahun", "tested_on": "2026-03-30"});
    let item = write("dikecualikan", test).await;
    item.goes_to("published").await;
    assert!(item.is_live());
    assert_eq!(found().await, ["dikecualikan"]);
    let open = write("informasi", json!({"title": "Rencana kerja", "information_class": "berkala"})).await;
    open.goes_to("published").await;
    assert!(open.is_live());
}
