//! One of each thing on one site, for tests that try every route.

use std::collections::BTreeMap;

use lamin::identity::Role;
use lamin::kernel::id::SiteId;
use serde_json::{Value, json};

use crate::support::{Call, TestApp};

/// A site `portal` with an entry, a case, an asset, a job, a release and a user.
pub struct Things {
    pub site: SiteId,
    pub content_type: Value,
    pub entry: String,
    case: String,
    asset: String,
    job: String,
    release: String,
    user: String,
    revision: String,
    webhook: String,
}

impl Things {
    /// What the parameters of an address pattern stand for.
    pub fn of(&self, path: &str) -> BTreeMap<&'static str, String> {
        let id = match path.split('/').nth(3).unwrap_or_default() {
            "entries" => &self.entry,
            "cases" => &self.case,
            "jobs" => &self.job,
            "releases" => &self.release,
            _ => &self.user,
        };
        let digest = if path.contains("/revisions/") { &self.revision } else { &self.asset };
        BTreeMap::from([
            ("id", id.clone()),
            ("digest", digest.clone()),
            ("site", "portal".into()),
            ("type", "berita".into()),
            ("slug", "tidak-ada".into()),
            ("user", self.user.clone()),
            ("key", if path.contains("/targets/") { "server" } else { "website_management" }.into()),
            ("attachment", self.case.clone()),
            ("webhook", self.webhook.clone()),
            ("number", "1".into()),
            ("release", self.release.clone()),
        ])
    }
}

/// Makes them, through the API where it can.
pub async fn things(app: &TestApp) -> Things {
    lamin::boot::load_procedures(app).await.unwrap();
    let site = app.site("portal");
    let token = |role: Role| app.token(&app.user(&format!("maker-{role}"), &[(role, Some(site.id))]));
    let (author, publisher, head) = (token(Role::Author), token(Role::Publisher), token(Role::Head));
    let body = json!({"type": "berita", "fields": {"title": "Satu", "body": "Isi"}});
    let entry =
        Call::post("/api/v1/sites/portal/entries").token(&author).json(&body).send(app).await.assert_ok().json();
    let assets = "/api/v1/sites/portal/assets";
    let asset = Call::post(assets).token(&author).file("a.txt", b"teks").send(app).await.assert_ok().json();
    let body = json!({"procedure": "website_monitoring", "flow": "monitoring", "title": "Senin", "site": "portal"});
    let case = Call::post("/api/v1/cases").token(&head).json(&body).send(app).await.assert_ok().json();
    let target = json!({"key": "server", "kind": "ssh", "active": false,
        "settings": {"host": "127.0.0.1", "port": 1, "path": "/srv/www"}});
    let developer = token(Role::WebDeveloper);
    Call::post("/api/v1/sites/portal/targets").token(&developer).json(&target).send(app).await.assert_ok();
    let hook = json!({"url": "http://127.0.0.1:1/", "kinds": ["approved"], "secret": "0123456789abcdef"});
    let hooks = "/api/v1/sites/portal/webhooks";
    let hook = Call::post(hooks).token(&developer).json(&hook).send(app).await.assert_ok().json();
    let job = Call::post("/api/v1/sites/portal/releases")
        .token(&publisher)
        .json(&json!({}))
        .send(app)
        .await
        .assert_ok()
        .json();
    lamin::jobs::run_due(app, &lamin::boot::handlers()).unwrap();
    let releases = Call::get("/api/v1/sites/portal/releases").token(&publisher).send(app).await.assert_ok().json();
    let types = "/api/v1/sites/portal/types/berita";
    let content_type = Call::get(types).token(&author).send(app).await.assert_ok().json();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned();
    Things {
        site: site.id,
        content_type,
        entry: text(&entry["id"]),
        case: text(&case["id"]),
        asset: text(&asset["items"][0]["digest"]),
        job: text(&job["job"]),
        release: text(&releases["items"][0]["id"]),
        user: app.user("anyone", &[(Role::Author, Some(site.id))]).user().unwrap().to_string(),
        revision: text(&entry["revision_digest"]),
        webhook: text(&hook["id"]),
    }
}
