//! The API as a whole: its document, its permissions, its manners.

use std::collections::BTreeMap;
use std::path::Path;

use lamin::identity::{Actor, Role, USE_CASES};
use lamin::kernel::id::SiteId;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, TestApp, golden};

/// Method and path of every route in the OpenAPI document.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(lamin::server::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if item.get(method).is_some() {
                routes.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    routes.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    routes
}

fn routes_of(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().unwrap().values();
    items.flat_map(|item| item.as_object().unwrap().values()).map(|operation| &operation["operationId"])
}

#[test]
fn the_openapi_document_is_the_one_that_was_agreed() {
    let document = serde_json::to_value(lamin::server::openapi()).unwrap();
    golden("openapi.json", &(serde_json::to_string_pretty(&document).unwrap() + "\n"));
}

#[test]
fn every_shape_that_the_openapi_document_names_stands_in_it() {
    let document = serde_json::to_value(lamin::server::openapi()).unwrap();
    let text = document.to_string();
    let named = text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
    let absent: Vec<&str> = named.filter(|name| document["components"]["schemas"].get(*name).is_none()).collect();
    assert!(absent.is_empty(), "named, but not described: {absent:?}");
}

#[test]
fn every_operation_is_described() {
    let document = serde_json::to_value(lamin::server::openapi()).unwrap();
    let ids: Vec<&Value> = routes_of(&document).collect();
    let different: std::collections::BTreeSet<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
    assert_eq!(different.len(), ids.len(), "two operations have one name");
    for (method, path) in routes() {
        let operation = &document["paths"][&path][method.to_lowercase()];
        let about = operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or_default();
        assert!(!about.is_empty(), "{method} {path} says nothing of itself");
        assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
    }
}

/// `tests/golden/permissions.txt`: the matrix, then every route with what it asks for.
const PERMISSIONS: &str = "tests/golden/permissions.txt";

#[expect(clippy::disallowed_methods, reason = "a golden file")]
fn permissions() -> String {
    std::fs::read_to_string(Path::new(PERMISSIONS)).unwrap()
}

fn matrix() -> String {
    let mut text = String::from("# use case × role\n");
    let heads: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    for (name, roles) in USE_CASES {
        let held: Vec<&str> =
            Role::ALL.iter().zip(&heads).filter(|(role, _)| roles.contains(role)).map(|(_, head)| *head).collect();
        text.push_str(&format!("{name:<22} {}\n", held.join(" ")));
    }
    text
}

/// Route → what it asks for: `public`, `signed_in`, or use cases with `|` between.
fn asked() -> BTreeMap<(String, String), String> {
    let text = permissions();
    let lines = text.split("# route → what it asks for\n").nth(1).unwrap_or_default().lines();
    lines
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path, asked) =
                (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or_default());
            ((method.to_owned(), path.to_owned()), asked.to_owned())
        })
        .collect()
}

#[test]
fn the_matrix_of_roles_and_use_cases_is_the_one_that_was_agreed() {
    let text = permissions();
    let agreed = text.split("\n# route").next().unwrap();
    assert_eq!(agreed.trim(), matrix().trim(), "the table in identity/permits.rs and {PERMISSIONS} differ");
}

#[test]
fn every_route_says_what_it_asks_for() {
    let asked = asked();
    let known: Vec<&str> = USE_CASES.iter().map(|(name, _)| *name).chain(["public", "signed_in"]).collect();
    let mut wrong: Vec<String> = Vec::new();
    for (method, path) in routes() {
        match asked.get(&(method.clone(), path.clone())) {
            None => wrong.push(format!("{method} {path} is missing")),
            Some(names) => wrong.extend(
                names
                    .split('|')
                    .filter(|name| !known.contains(name))
                    .map(|name| format!("{method} {path} asks for {name}?")),
            ),
        }
    }
    let routes = routes();
    wrong.extend(asked.keys().filter(|route| !routes.contains(route)).map(|(m, p)| format!("{m} {p} is gone")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

on_both!(
    without_a_token_only_public_routes_answer,
    a_stranger_finds_nothing_and_every_other_role_is_refused_what_is_not_its_own,
    an_idempotency_key_does_a_thing_once,
    a_comment_that_is_sent_again_is_left_once,
    the_table_of_permissions_is_the_one_that_permits,
    what_is_wrong_with_a_request_is_named,
    nothing_of_a_broken_database_is_told,
);

/// An address for a pattern, with things that exist.
fn address(path: &str, things: &BTreeMap<&str, String>) -> String {
    let mut address = path.to_owned();
    for (name, value) in things {
        address = address.replace(&format!("{{{name}}}"), value);
    }
    if path.ends_with("/diff") {
        let none = "0".repeat(64);
        address.push_str(&format!("?from={none}&to={none}"));
    }
    address
}

async fn without_a_token_only_public_routes_answer(app: TestApp) {
    let things = crate::things::things(&app).await;
    for ((method, path), asked) in asked() {
        let reply = Call::new(&method, &address(&path, &things.of(&path)))
            .header("If-Match", "\"1\"")
            .json(&json!({}))
            .send(&app)
            .await;
        if asked == "public" {
            assert!(reply.status < 500, "{method} {path}: {}", reply.text);
            // Signing in, refreshing and signing out look at a password or a cookie instead.
            let asks_itself = path.starts_with("/api/v1/auth/");
            assert!(asks_itself || reply.status != 401, "{method} {path}: {}", reply.text);
        } else {
            assert_eq!(reply.status, 401, "{method} {path} answers without a token: {}", reply.text);
        }
    }
}

/// A body that is well formed for the route, so that it is the permission that refuses.
fn body(method: &str, path: &str, things: &crate::things::Things) -> Value {
    match (method, path) {
        ("POST", "/api/v1/users") => {
            json!({"email": "baru@demo.test", "name": "Baru", "password": "kata-sandi-yang-panjang"})
        }
        ("PATCH", "/api/v1/users/{id}") => json!({"name": "Lain"}),
        ("PATCH", "/api/v1/me") => json!({"locale": "en"}),
        ("POST", "/api/v1/sites") => json!({"key": "baru", "name": "Baru"}),
        ("PATCH", "/api/v1/sites/{site}") => json!({"name": "Lain"}),
        ("PUT", p) if p.contains("/members/") => json!({"roles": []}),
        ("PUT", "/api/v1/entries/{id}/presence") => json!({"wish": "read"}),
        ("PUT" | "POST", p) if p.contains("/types/{type}") => things.content_type.clone(),
        ("POST", "/api/v1/sites/{site}/entries") => {
            json!({"type": "berita", "fields": {"title": "Judul", "body": "Isi"}})
        }
        ("PATCH", "/api/v1/entries/{id}") => json!({"fields": {"title": "Judul lain"}}),
        ("POST", "/api/v1/entries/{id}/transitions") => json!({"command": "submit"}),
        ("POST", "/api/v1/cases/{id}/transitions") => json!({"command": "report"}),
        ("POST", "/api/v1/cases") => {
            json!({"procedure": "website_monitoring", "flow": "monitoring", "title": "Senin", "site": "portal"})
        }
        ("POST", p) if p.ends_with("/comments") => json!({"body": "Catatan"}),
        ("POST", p) if p.ends_with("/targets") => {
            json!({"key": "lain", "kind": "ssh", "settings": {"host": "a.test", "path": "/srv/www"}})
        }
        ("PUT", p) if p.contains("/targets/") => {
            json!({"kind": "ssh", "settings": {"host": "a.test", "path": "/srv/www"}})
        }
        ("PUT", "/api/v1/calendar") => json!({"hours": null, "holidays": []}),
        ("POST", "/api/v1/monitored") => json!({"agency": "Dinas", "url": "https://dinas.test/"}),
        ("PATCH", "/api/v1/monitored/{id}") => json!({"agency": "Dinas"}),
        ("POST", p) if p.ends_with("/baseline/accept") => json!({"digest": "0".repeat(64)}),
        ("POST", "/api/v1/monitored/discover") => json!({"url": "http://127.0.0.1:1/"}),
        ("POST", "/api/v1/recaps/{id}/page") => json!({"site": "portal"}),
        ("PATCH", "/api/v1/recaps/{id}") => json!({"number": "555/1"}),
        ("PATCH", p) if p.starts_with("/api/v1/recaps/") => json!({"reason": "Operator pindah"}),
        ("POST", "/api/v1/monitoring/windows") => {
            json!({"starts": "2026-11-24T18:00", "ends": "2026-11-24T20:00", "reason": "Pindah server"})
        }
        ("POST", "/api/v1/incidents") => {
            json!({"url": "https://dinas.test/", "title": "Diserang", "summary": "Halaman berubah", "site": "portal"})
        }
        ("POST", p) if p.ends_with("/notes") || p.ends_with("/contain") => json!({"note": "Catatan"}),
        ("PUT", "/api/v1/incidents/{id}/severity") => json!({"severity": "low", "note": "Ringan"}),
        ("POST", "/api/v1/incidents/{id}/withdraw") => json!({"entry": things.entry, "version": 1, "reason": "Diubah"}),
        ("POST", "/api/v1/incidents/{id}/lock") => {
            json!({"user": "00000000-0000-7000-8000-000000000000", "reason": "Disalahgunakan"})
        }
        ("POST", "/api/v1/incidents/{id}/maintenance") => {
            json!({"starts": "2026-11-24T18:00", "ends": "2026-11-24T20:00", "reason": "Pembersihan"})
        }
        ("PUT", "/api/v1/on-call") => json!({"people": []}),
        ("PUT", "/api/v1/mail") => {
            json!({"host": "surel.test", "port": 465, "security": "tls", "from_address": "lamin@surel.test"})
        }
        ("POST" | "PUT", p) if p.contains("/webhooks") => {
            json!({"url": "https://a.test/", "kinds": ["published"], "secret": "0123456789abcdef"})
        }
        ("POST", p) if p.ends_with("/theme/approve") => json!({"digest": "0".repeat(64)}),
        ("POST", p) if p.ends_with("/theme/reject") => json!({"digest": "0".repeat(64), "reason": "Belum."}),
        ("POST", p) if p.ends_with("/checks/confirm") => {
            json!({"digest": "0".repeat(64), "blocking": "0".repeat(64), "reason": "Sudah diperiksa."})
        }
        ("PUT", p) if p.ends_with("/checks") => json!({"severities": {}}),
        ("POST", p) if p.ends_with("/imported/confirm") => json!({"entries": []}),
        ("POST", "/api/v1/sites/{site}/entries/bulk") => {
            json!({"command": "submit", "entries": [{"id": things.entry, "version": 1}]})
        }
        ("POST", "/api/v1/sites/{site}/assets/bulk") => json!({"digests": ["0".repeat(64)], "folder": "a"}),
        ("POST", p) if p.ends_with("/terms/rename") => json!({"kind": "tag", "from": "a", "to": "b"}),
        ("POST", p) if p.ends_with("/replace") => json!({"with": "0".repeat(64)}),
        ("PATCH", "/api/v1/sites/{site}/assets/{digest}") => json!({"credit": "Dinas"}),
        _ => json!({}),
    }
}

async fn a_stranger_finds_nothing_and_every_other_role_is_refused_what_is_not_its_own(app: TestApp) {
    let roles_of: BTreeMap<&str, &[Role]> = USE_CASES.iter().copied().collect();
    let things = crate::things::things(&app).await;
    let foreign = app.site("lain");
    let stranger = app.user("stranger", &[(Role::Author, Some(foreign.id))]);
    let stranger = app.token(&stranger);
    let actors = everybody(&app, things.site).await;
    let mut tried = 0;
    for ((method, path), asked) in asked() {
        let names: Vec<&str> = asked.split('|').collect();
        if names.iter().any(|name| ["public", "signed_in"].contains(name)) {
            continue;
        }
        let send = |token: String| {
            let call = Call::new(&method, &address(&path, &things.of(&path))).token(&token).header("If-Match", "\"1\"");
            let call =
                if method == "GET" || method == "DELETE" { call } else { call.json(&body(&method, &path, &things)) };
            let takes_file = path.ends_with("/assets") || path.ends_with("/attachments") || path.ends_with("/import");
            let call =
                if takes_file { if method == "POST" { call.file("a.txt", b"teks") } else { call } } else { call };
            call.send(&app)
        };
        let reply = send(stranger.clone()).await;
        assert!([403, 404].contains(&reply.status), "{method} {path} for a stranger: {} {}", reply.status, reply.text);
        for (role, token) in &actors {
            let holds = names.iter().any(|name| roles_of[name].contains(role));
            if !holds {
                let reply = send(token.clone()).await;
                assert!(
                    [403, 404].contains(&reply.status),
                    "{method} {path} for {role}: {} {}",
                    reply.status,
                    reply.text
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "only {tried} refusals were tried");
}

/// One token for each role on the site.
async fn everybody(app: &TestApp, site: SiteId) -> Vec<(Role, String)> {
    let mut actors: Vec<(Role, String)> = Vec::new();
    for role in Role::ALL {
        let actor: Actor = app.user(role.as_str(), &[(*role, Some(site))]);
        actors.push((*role, app.token(&actor)));
    }
    actors
}

async fn an_idempotency_key_does_a_thing_once(app: TestApp) {
    lamin::boot::load_procedures(&app).await.unwrap();
    let site = app.site("portal");
    let author = app.user("ani", &[(Role::Author, Some(site.id))]);
    let token = app.token(&author);
    let body = json!({"type": "berita", "fields": {"title": "Sekali saja", "body": "Isi"}});
    let send = |body: Value| {
        Call::post("/api/v1/sites/portal/entries").token(&token).header("Idempotency-Key", "k-1").json(&body).send(&app)
    };
    let first = send(body.clone()).await.assert_ok();
    let second = send(body.clone()).await.assert_ok();
    assert_eq!(first.json(), second.json());
    assert_eq!(first.header("location"), second.header("location"));
    send(json!({"type": "artikel", "fields": {"title": "Lain", "body": "Isi"}}))
        .await
        .assert_refused(409, "idempotency_mismatch");
    let list = Call::get("/api/v1/sites/portal/entries").token(&token).send(&app).await.assert_ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

async fn a_comment_that_is_sent_again_is_left_once(app: TestApp) {
    let things = crate::things::things(&app).await;
    let head = app.user("kepala", &[(Role::Head, Some(things.site))]);
    let token = app.token(&head);
    for kind in ["entries", "cases"] {
        let pattern = format!("/api/v1/{kind}/{{id}}/comments");
        let path = address(&pattern, &things.of(&pattern));
        let send = |words: &str| {
            let call = Call::post(&path).token(&token).header("Idempotency-Key", &format!("catatan-{kind}"));
            call.json(&json!({"body": words})).send(&app)
        };
        let first = send("Mohon diperiksa.").await.assert_ok();
        let second = send("Mohon diperiksa.").await.assert_ok();
        assert_eq!(first.json(), second.json());
        assert_eq!(second.header("idempotency-replayed"), "true");
        send("Yang lain.").await.assert_refused(409, "idempotency_mismatch");
        let left = Call::get(&path).token(&token).send(&app).await.assert_ok().json();
        assert_eq!(left["items"].as_array().unwrap().len(), 1, "{kind}");
    }
}

async fn the_table_of_permissions_is_the_one_that_permits(app: TestApp) {
    let site = app.site("portal");
    let author = app.user("ani", &[(Role::Author, Some(site.id))]);
    let table = Call::get("/api/v1/permissions").token(&app.token(&author)).send(&app).await.assert_ok().json();
    assert_eq!(table["roles"].as_array().unwrap().len(), Role::ALL.len());
    let items = table["items"].as_array().unwrap();
    assert_eq!(items.len(), USE_CASES.len());
    for (item, (name, roles)) in items.iter().zip(USE_CASES) {
        assert_eq!((&item["permission"], &item["roles"]), (&json!(name), &json!(roles)));
    }
}

async fn what_is_wrong_with_a_request_is_named(app: TestApp) {
    let site = app.site("portal");
    let author = app.user("ani", &[(Role::Author, Some(site.id))]);
    let token = app.token(&author);
    let post = |body: &str| Call::post("/api/v1/sites/portal/entries").token(&token).body("application/json", body);
    let reply = Call::get("/api/v1/sites/portal/entries?warna=merah").token(&token).send(&app).await;
    reply.assert_refused(400, "unknown_parameter");
    assert_eq!(reply.json()["errors"][0]["field"], "warna");
    let reply = post("{\"type\":\"berita\",\"judul\":\"x\"}").send(&app).await;
    reply.assert_refused(400, "unknown_field");
    post("{").send(&app).await.assert_refused(400, "malformed");
    let large = format!("{{\"type\":\"{}\"}}", "x".repeat(app.config.json_bytes_max));
    let reply = post(&large).send(&app).await;
    reply.assert_refused(413, "too_large");
    assert_eq!(reply.json()["limit_bytes"], app.config.json_bytes_max);
    let reply = Call::post("/api/v1/sites/portal/entries").token(&token).body("text/plain", "x").send(&app).await;
    reply.assert_refused(415, "unsupported_media");
    Call::get("/api/v1/nothing").token(&token).send(&app).await.assert_refused(404, "not_found");
    let reply = Call::new("DELETE", "/api/v1/sites").token(&token).send(&app).await;
    reply.assert_refused(405, "method_not_allowed");
    assert!(reply.header("allow").contains("POST"));
    Call::get("/api/v1/me")
        .header("Authorization", "Bearer nonsense")
        .send(&app)
        .await
        .assert_refused(401, "unauthenticated");
    let english = Call::get("/api/v1/me").header("Accept-Language", "en").send(&app).await.json();
    let indonesian = Call::get("/api/v1/me").send(&app).await.json();
    assert_eq!(
        (english["title"].as_str(), indonesian["title"].as_str()),
        (Some("You need to sign in."), Some("Anda perlu masuk terlebih dahulu."))
    );
}

async fn nothing_of_a_broken_database_is_told(app: TestApp) {
    use diesel::connection::SimpleConnection;
    let site = app.site("portal");
    let author = app.user("ani", &[(Role::Author, Some(site.id))]);
    let token = app.token(&author);
    app.db
        .write(|tx| {
            Ok(tx.batch_execute(
                "ALTER TABLE entry_tags RENAME TO secret_place; ALTER TABLE entries RENAME TO secret_table;",
            )?)
        })
        .await
        .unwrap();
    let reply = Call::get("/api/v1/sites/portal/entries").token(&token).send(&app).await;
    reply.assert_refused(500, "internal");
    assert!(!reply.text.contains("entries") && !reply.text.contains("table"), "{}", reply.text);
    assert_eq!(reply.json()["request_id"].as_str().unwrap(), reply.header("x-request-id"));
}
