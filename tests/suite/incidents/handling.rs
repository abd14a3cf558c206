//! What handling does to a site that is published here: a real release, on a real target.

use lamin::db::Engine;
use lamin::identity::{Actor, Role};
use serde_json::{Value, json};

use super::{path, tick};
use crate::editorial::{Item, Newsroom};
use crate::on_each;
use crate::publish::{current, tree};
use crate::support::{Call, Reply, TestApp};

on_each!(
    a_good_release_is_put_back_and_what_was_changed_on_a_server_goes,
    an_older_release_is_put_back_after_a_look_at_what_goes_from_view,
    a_page_is_taken_down_by_whoever_may_do_so,
);

/// A newsroom whose site is served from a folder, with two releases: the second shows a page more.
struct Scene {
    room: Newsroom,
    www: tempfile::TempDir,
    incident: Value,
    team: Actor,
}

impl Scene {
    async fn open(engine: Engine) -> Self {
        let www = tempfile::tempdir().unwrap();
        let room = Newsroom::open(TestApp::with(engine, &[("target_folders", www.path().to_str().unwrap())]));
        let site = Some(room.site());
        // Of the team, and a publisher too: what each may do in an incident is asked for by itself.
        let team = room.app.user("tim", &[(Role::Monitor, site), (Role::Publisher, site)]);
        let target = json!({ "key": "web", "kind": "directory", "settings": { "path": www.path() } });
        let token = room.token(Role::WebDeveloper);
        let made = Call::post("/api/v1/sites/portal/targets").token(&token).json(&target).send(&room.app).await;
        made.assert_ok();
        for title in ["Halaman pertama", "Halaman kedua"] {
            room.written(title).await.goes_to("published").await;
            tick(&room.app).await;
        }
        let asked =
            json!({ "url": "https://portal.go.id/", "title": "Diserang", "summary": "Berubah", "site": "portal" });
        let token = room.token(Role::Monitor);
        let opened = Call::post("/api/v1/incidents").token(&token).json(&asked).send(&room.app).await.assert_ok();
        let incident = opened.json()["id"].clone();
        Scene { room, www, incident, team }
    }

    /// A page as citizens see it, from the target.
    #[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
    fn page(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.www.path().join("current").join(name)).ok()
    }

    async fn get(&self, role: Role, rest: &str) -> Reply {
        self.room.get(role, &path(&self.incident, rest)).await
    }

    async fn post(&self, actor: &Actor, rest: &str, body: Value) -> Reply {
        let token = self.room.app.token(actor);
        Call::post(&path(&self.incident, rest)).token(&token).json(&body).send(&self.room.app).await
    }

    /// The id of a release by its number.
    async fn release(&self, number: i32) -> String {
        let all = self.get(Role::Monitor, "/releases").await.assert_ok().json();
        let one = all["items"].as_array().unwrap().iter().find(|one| one["number"] == number);
        one.unwrap_or_else(|| panic!("{all:#}"))["id"].as_str().unwrap().to_owned()
    }

    async fn last_line(&self) -> Value {
        let whole = self.get(Role::Monitor, "").await.assert_ok().json();
        whole["timeline"].as_array().unwrap().last().unwrap().clone()
    }
}

const FIRST: &str = "berita/halaman-pertama/index.html";
const SECOND: &str = "berita/halaman-kedua/index.html";

async fn a_good_release_is_put_back_and_what_was_changed_on_a_server_goes(engine: Engine) {
    let scene = Scene::open(engine).await;
    let good = scene.page(SECOND).expect("the second release was brought");
    let at = std::fs::canonicalize(scene.www.path().join("current")).unwrap();
    write(&at.join(SECOND), "slot gacor");
    write(&at.join("slot.html"), "slot gacor");
    let restore = |actor: Actor| {
        let scene = &scene;
        async move { scene.post(&actor, "/restore", json!({})).await }
    };
    restore(scene.room.actor(Role::Author).clone()).await.assert_refused(403, "forbidden");
    restore(scene.room.actor(Role::Auditor).clone()).await.assert_refused(403, "forbidden");
    assert_eq!(scene.page("slot.html").as_deref(), Some("slot gacor"), "what is refused changes nothing");
    restore(scene.room.actor(Role::Monitor).clone()).await.assert_ok();
    let line = scene.last_line().await;
    assert_eq!(
        (&line["kind"], &line["detail"]),
        (&json!("release_restored"), &json!({ "release": null, "targets": ["web"] }))
    );
    tick(&scene.room.app).await;
    assert!(scene.page(SECOND).as_deref() == Some(good.as_str()), "the page is as it was signed");
    assert_eq!(scene.page("slot.html"), None, "what others added is gone");
}

#[expect(clippy::disallowed_methods, reason = "a test changes what was published")]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

async fn an_older_release_is_put_back_after_a_look_at_what_goes_from_view(engine: Engine) {
    let scene = Scene::open(engine).await;
    let all = scene.get(Role::Monitor, "/releases").await.assert_ok().json();
    let told: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| (&one["number"], &one["state"])).collect();
    assert_eq!(told, [(&json!(2), &json!("active")), (&json!(1), &json!("kept"))]);
    scene.get(Role::Auditor, "/releases").await.assert_refused(403, "forbidden");
    let first = scene.release(1).await;
    let compare = format!("/releases/{first}/consequences");
    scene.get(Role::Auditor, &compare).await.assert_refused(403, "forbidden");
    let goes = scene.get(Role::Monitor, &compare).await.assert_ok().json();
    assert_eq!(goes["counts"], json!({ "withdrawn": 0, "hidden": 1, "older": 0 }));
    assert_eq!(goes["hidden"][0]["slug"], "halaman-kedua");
    let monitor = scene.room.actor(Role::Monitor).clone();
    scene.post(&monitor, "/restore", json!({ "release": first })).await.assert_ok();
    assert_eq!(scene.last_line().await["detail"], json!({ "release": 1, "targets": ["web"] }));
    tick(&scene.room.app).await;
    let shown = tree(&current(&scene.room.app));
    assert!(shown.contains_key(FIRST) && !shown.contains_key(SECOND));
    assert!(scene.page(FIRST).is_some() && scene.page(SECOND).is_none(), "on the target too");
    // A release of somebody else's site is none of this incident.
    let other = scene.room.app.site("lain");
    let elsewhere = json!({ "url": "https://lain.go.id/", "title": "Diserang", "summary": "Berubah", "site": "lain" });
    let team = scene.room.app.user("tim lain", &[(Role::Monitor, Some(other.id))]);
    let token = scene.room.app.token(&team);
    let opened = Call::post("/api/v1/incidents").token(&token).json(&elsewhere).send(&scene.room.app).await.assert_ok();
    let at = path(&opened.json()["id"], &compare);
    Call::get(&at).token(&token).send(&scene.room.app).await.assert_refused(404, "not_found");
    let at = path(&opened.json()["id"], "/restore");
    let foreign = Call::post(&at).token(&token).json(&json!({ "release": first })).send(&scene.room.app).await;
    foreign.assert_refused(404, "not_found");
}

async fn a_page_is_taken_down_by_whoever_may_do_so(engine: Engine) {
    let scene = Scene::open(engine).await;
    let entries = scene.room.get(Role::Monitor, "/api/v1/sites/portal/entries").await.assert_ok().json();
    let second = entries["items"].as_array().unwrap().iter().find(|one| one["slug"] == "halaman-kedua").unwrap();
    let item = Item { room: &scene.room, id: second["id"].as_str().unwrap().to_owned() };
    let asked = json!({ "entry": item.id, "version": item.now().await["version"], "reason": "Disisipi tautan judi" });
    let monitor = scene.room.actor(Role::Monitor).clone();
    scene.post(&monitor, "/withdraw", asked.clone()).await.assert_refused(403, "forbidden");
    let publisher = scene.room.actor(Role::Publisher).clone();
    scene.post(&publisher, "/withdraw", asked.clone()).await.assert_refused(403, "forbidden");
    let mut stale = asked.clone();
    stale["version"] = json!(1);
    scene.post(&scene.team, "/withdraw", stale).await.assert_refused(412, "stale");
    assert_eq!(scene.last_line().await["kind"], "reported", "what is refused leaves no line");
    let older = scene.release(1).await;
    scene.post(&scene.team, "/withdraw", asked.clone()).await.assert_ok();
    let line = scene.last_line().await;
    assert_eq!(
        (&line["kind"], &line["said"], &line["detail"]["entry"]),
        (&json!("page_withdrawn"), &json!("Disisipi tautan judi"), &json!(item.id))
    );
    tick(&scene.room.app).await;
    let gone = scene.page(SECOND).unwrap();
    assert!(gone.contains("telah ditarik") && !gone.contains("Isi <strong>tebal"), "{gone}");
    let second = scene.release(2).await;
    let goes = scene.get(Role::Monitor, &format!("/releases/{second}/consequences")).await.assert_ok().json();
    assert_eq!(goes["withdrawn"][0]["slug"], "halaman-kedua", "{goes:#}");
    let refused = scene.post(&scene.team, "/restore", json!({ "release": second })).await;
    refused.assert_refused(409, "in_use");
    assert_eq!(scene.last_line().await["kind"], "page_withdrawn");
    let clean = scene.get(Role::Monitor, &format!("/releases/{older}/consequences")).await.assert_ok().json();
    assert_eq!(clean["counts"], json!({ "withdrawn": 0, "hidden": 0, "older": 0 }));
}
