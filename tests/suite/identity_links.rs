//! Links by which somebody sets their own password: who gets one, and how often it serves.

use diesel::prelude::*;
use futures_util::future::join;
use lamin::db::schema::{account_links, ledger};
use lamin::identity::Role;
use lamin::kernel::time::{DAY, SECOND};
use serde_json::{Value, json};

use crate::library::lamin;
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

const PASSWORD: &str = "perahu kuning menyeberang";

on_both!(
    a_link_sets_a_password_once_and_signs_in,
    wrong_used_replaced_and_old_links_are_answered_with_the_same_bytes,
    of_two_who_hold_one_link_at_once_one_is_let_in,
    the_command_line_prints_a_link_and_makes_no_account_for_a_role_that_is_none,
);

/// An administrator's token, and the account of somebody new without a password.
async fn newcomer(app: &TestApp) -> (String, String) {
    let admin = app.token(&app.user("pengelola", &[(Role::Admin, None)]));
    let body = json!({"email": "ani@example.go.id", "name": "Ani Wijaya"});
    let made = Call::post("/api/v1/users").token(&admin).json(&body).send(app).await.assert_ok();
    (admin, made.json()["id"].as_str().unwrap().to_owned())
}

async fn make(app: &TestApp, (admin, user): &(String, String)) -> Reply {
    Call::post(&format!("/api/v1/users/{user}/link")).token(admin).send(app).await
}

/// What stands behind the `#` of a new link.
async fn token(app: &TestApp, whose: &(String, String)) -> String {
    let made = make(app, whose).await.assert_ok().json();
    let url = made["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("http://localhost:8080/admin/link#token="), "{url}");
    assert_eq!(made["mailed"], false);
    url.split("token=").nth(1).unwrap().to_owned()
}

async fn look(app: &TestApp, token: &str) -> Reply {
    Call::post("/api/v1/auth/link")
        .header("X-Request-Id", "0123456789abcdef")
        .json(&json!({"token": token}))
        .send(app)
        .await
}

async fn follow(app: &TestApp, token: &str, password: &str) -> Reply {
    let body = json!({"token": token, "password": password});
    Call::post("/api/v1/auth/link/password").header("X-Request-Id", "0123456789abcdef").json(&body).send(app).await
}

async fn a_link_sets_a_password_once_and_signs_in(app: TestApp) {
    let whose = newcomer(&app).await;
    let token = token(&app, &whose).await;
    assert_eq!(look(&app, &token).await.assert_ok().json()["email"], "ani@example.go.id");
    follow(&app, &token, "password1234").await.assert_refused(422, "weak_password");
    let seat = follow(&app, &token, PASSWORD).await.assert_ok();
    let access = seat.json()["access_token"].as_str().unwrap().to_owned();
    assert!(seat.header("set-cookie").contains("HttpOnly"));
    let me = Call::get("/api/v1/me").token(&access).send(&app).await.assert_ok().json();
    assert_eq!(me["user"]["name"], "Ani Wijaya");
    let sign_in = json!({"email": "ani@example.go.id", "password": PASSWORD});
    Call::post("/api/v1/auth/login").json(&sign_in).send(&app).await.assert_ok();
    follow(&app, &token, "tenun ulap doyo merah").await.assert_refused(401, "bad_link");
    // Another link takes nothing away before it is used; then it ends what was.
    let second = self::token(&app, &whose).await;
    Call::get("/api/v1/me").token(&access).send(&app).await.assert_ok();
    follow(&app, &second, "tenun ulap doyo merah").await.assert_ok();
    Call::get("/api/v1/me").token(&access).send(&app).await.assert_refused(401, "session_ended");
    let (rows, stored) = app
        .db
        .read(|c| {
            let columns = (ledger::action, ledger::actor, ledger::detail);
            let rows = ledger::table.order(ledger::sequence).select(columns).load::<(String, String, String)>(c)?;
            Ok((rows, account_links::table.select(account_links::hash).load::<String>(c)?))
        })
        .await
        .unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.0.as_str()).filter(|action| action.ends_with("_link")).collect();
    assert_eq!(actions, ["identity.make_link", "identity.use_link", "identity.make_link", "identity.use_link"]);
    let used: Value = serde_json::from_str(&rows.iter().find(|row| row.0 == "identity.use_link").unwrap().2).unwrap();
    assert!(used["made_by"].as_str().unwrap().starts_with("user:"), "{used}");
    let all = format!("{rows:?} {stored:?}");
    assert!(!all.contains(&token) && !all.contains(&second), "only digests are kept");
}

async fn wrong_used_replaced_and_old_links_are_answered_with_the_same_bytes(app: TestApp) {
    let whose = newcomer(&app).await;
    let replaced = token(&app, &whose).await;
    let used = token(&app, &whose).await;
    follow(&app, &used, PASSWORD).await.assert_ok();
    let old = token(&app, &whose).await;
    app.clock.advance(3 * DAY - SECOND);
    look(&app, &old).await.assert_ok();
    app.clock.advance(SECOND);
    let mut answers = Vec::new();
    for token in ["guess", &replaced, &used, &old] {
        for reply in [look(&app, token).await, follow(&app, token, PASSWORD).await] {
            reply.assert_refused(401, "bad_link");
            answers.push((reply.text, reply.headers.len()));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Too many guesses from one network have to wait, and with them whatever comes from there.
    look(&app, "guess").await.assert_refused(401, "bad_link");
    look(&app, "guess").await.assert_refused(401, "bad_link");
    look(&app, "guess").await.assert_refused(429, "too_many_requests");
}

async fn of_two_who_hold_one_link_at_once_one_is_let_in(app: TestApp) {
    let whose = newcomer(&app).await;
    let held = token(&app, &whose).await;
    let (one, two) = join(follow(&app, &held, PASSWORD), follow(&app, &held, "tenun ulap doyo merah")).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 401]);
    // Links are made so often and no more; a disabled account gets none, and the one that it had is worth nothing.
    let mut last = String::new();
    for _ in 0..9 {
        last = token(&app, &whose).await;
    }
    make(&app, &whose).await.assert_refused(429, "too_many_requests");
    let path = format!("/api/v1/users/{}", whose.1);
    let version = Call::get(&path).token(&whose.0).send(&app).await.json()["version"].clone();
    let disable = Call::new("PATCH", &path).token(&whose.0).seen(&version).json(&json!({"disabled": true}));
    disable.send(&app).await.assert_ok();
    look(&app, &last).await.assert_refused(401, "bad_link");
    make(&app, &whose).await.assert_refused(409, "account_disabled");
}

async fn the_command_line_prints_a_link_and_makes_no_account_for_a_role_that_is_none(app: TestApp) {
    app.site("portal");
    let add = |role: &str| {
        lamin(&app, &["user", "add", "ani@example.go.id", "--name", "Ani Wijaya", "--link", "--role", role])
    };
    for (role, why) in [("penulis", "not_a_role"), ("author@tiada", "there is no site tiada")] {
        let (done, said) = add(role);
        assert!(!done && said.contains(why), "{said}");
        assert!(!lamin(&app, &["user", "list"]).1.contains("ani@example.go.id"), "{role}: nobody is made");
    }
    let (done, said) = add("author@portal");
    assert!(done && said.contains("/admin/link#token=") && said.contains("serves once, until 20"), "{said}");
    let list = lamin(&app, &["user", "list"]).1;
    assert!(list.lines().any(|line| line.contains("ani@example.go.id") && line.contains("author@portal")), "{list}");
    let (done, again) = lamin(&app, &["user", "link", "ani@example.go.id"]);
    assert!(done && again.contains("/admin/link#token=") && again != said, "{again}");
}
