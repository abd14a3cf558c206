//! Sign-in, tokens, limits, accounts: every way in, and every way in which somebody stays out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use futures_util::future::{join, join_all};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lamin::app::App;
use lamin::db::Engine;
use lamin::db::schema::{ledger, sessions, setup_links, users};
use lamin::identity::account::Password;
use lamin::identity::service::{self, NewUser};
use lamin::identity::{Actor, Permit, Role, Scope};
use lamin::kernel::time::{DAY, HOUR, MINUTE, SECOND};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

const PASSWORD: &str = "perahu kuning menyeberang";
const OTHER_PASSWORD: &str = "tenun ulap doyo merah";

on_both!(
    a_sign_in_gives_a_token_that_serves_for_ten_minutes,
    the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites,
    unknown_wrong_and_disabled_are_answered_with_the_same_bytes,
    a_logout_ends_access_at_once,
    who_waited_too_long_can_still_leave,
    disabling_ends_access_at_once,
    another_role_counts_at_once,
    another_password_ends_every_session,
    a_refresh_token_serves_once_and_its_reuse_ends_the_session,
    a_refresh_whose_answer_was_lost_can_be_asked_again_for_a_moment,
    a_session_that_nobody_refreshes_ends,
    a_forged_token_is_worth_nothing,
    every_claim_is_required,
    my_sessions_are_mine_to_end,
    my_language_is_mine_to_choose_and_nothing_else_of_my_account,
    passwords_that_are_easy_to_guess_are_refused,
    an_account_is_made_by_an_administrator_alone,
    an_account_is_changed_in_the_version_that_was_seen,
    the_last_administrator_stays,
    accounts_are_listed_page_by_page,
    the_set_up_link_makes_one_administrator_once,
    of_two_set_ups_at_once_one_makes_the_administrator,
    a_set_up_link_is_good_for_a_day_and_the_newest_alone,
    the_command_line_makes_resets_and_disables,
    demo_accounts_keep_their_sessions_while_their_password_stays,
    no_secret_is_in_the_ledger,
);

/// An account with a password, made as the command line makes it.
async fn account(app: &TestApp, email: &str) {
    let actor = Actor::system("test");
    service::add_user(app, &actor, email, "Ani Wijaya", PASSWORD).await.unwrap();
}

fn sign_in(email: &str, password: &str) -> Call {
    Call::post("/api/v1/auth/login").json(&json!({"email": email, "password": password}))
}

/// Somebody who is signed in: access token and refresh cookie.
struct Seat {
    token: String,
    cookie: String,
}

impl Seat {
    fn of(reply: &Reply) -> Self {
        let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
        Seat { token: reply.json()["access_token"].as_str().unwrap().to_owned(), cookie }
    }

    async fn at(app: &TestApp, email: &str) -> Self {
        Seat::of(&sign_in(email, PASSWORD).send(app).await.assert_ok())
    }

    async fn me(&self, app: &TestApp) -> Reply {
        me(app, &self.token).await
    }

    async fn refresh(&self, app: &TestApp) -> Reply {
        Call::post("/api/v1/auth/refresh").header("Cookie", &self.cookie).send(app).await
    }
}

async fn me(app: &TestApp, token: &str) -> Reply {
    Call::get("/api/v1/me").token(token).send(app).await
}

async fn a_sign_in_gives_a_token_that_serves_for_ten_minutes(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let reply = sign_in("  ANI@example.go.id ", PASSWORD).send(&app).await.assert_ok();
    assert_eq!(reply.json()["expires_in"], 600);
    assert_eq!(reply.json()["user"]["email"], "ani@example.go.id");
    let seat = Seat::of(&reply);
    app.clock.advance(599 * SECOND);
    assert_eq!(seat.me(&app).await.assert_ok().json()["user"]["name"], "Ani Wijaya");
    app.clock.advance(SECOND);
    seat.me(&app).await.assert_refused(401, "token_expired");
    assert_eq!(Seat::of(&seat.refresh(&app).await).me(&app).await.status, 200);
}

async fn the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let reply = sign_in("ani@example.go.id", PASSWORD).send(&app).await;
    let cookie = reply.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=2592000"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    assert!(!cookie.contains("Secure"), "a browser would not send it over http on localhost: {cookie}");
    assert!(cookie.starts_with("lamin_refresh="), "{cookie}");
    let engine = app.db.engine();
    let abroad = TestApp::with(engine, &[("server_url", "https://cms.example.go.id")]);
    account(&abroad, "ani@example.go.id").await;
    let reply = sign_in("ani@example.go.id", PASSWORD).send(&abroad).await;
    assert!(reply.header("set-cookie").contains("; Secure"), "{}", reply.header("set-cookie"));
}

async fn unknown_wrong_and_disabled_are_answered_with_the_same_bytes(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    account(&app, "budi@example.go.id").await;
    service::set_disabled(&app, &Actor::system("test"), "budi@example.go.id", true).await.unwrap();
    let ani_has_none =
        NewUser { email: "cici@example.go.id".into(), name: "Cici".into(), password: None, locale: None };
    let actor = Actor::system("test");
    let permit = Permit::system(&actor, Scope::Installation).unwrap();
    service::create_user(&app, &actor, permit, ani_has_none).await.unwrap();
    let attempts = [
        ("ani@example.go.id", OTHER_PASSWORD),
        ("budi@example.go.id", PASSWORD),
        ("cici@example.go.id", PASSWORD),
        ("cici@example.go.id", ""),
        ("nobody@example.go.id", PASSWORD),
        ("no address at all", PASSWORD),
        ("nobody@example.go.id", &"x".repeat(5000)),
    ];
    let mut answers = Vec::new();
    for (email, password) in attempts {
        let reply = sign_in(email, password).header("X-Request-Id", "0123456789abcdef").send(&app).await;
        reply.assert_refused(401, "bad_credentials");
        assert!(reply.header("set-cookie").is_empty());
        answers.push((reply.text, reply.headers.len()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

async fn a_logout_ends_access_at_once(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let other = Seat::at(&app, "ani@example.go.id").await;
    let reply = Call::post("/api/v1/auth/logout").token(&seat.token).send(&app).await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("set-cookie").contains("lamin_refresh=;") && reply.header("set-cookie").contains("Max-Age=0"));
    seat.me(&app).await.assert_refused(401, "session_ended");
    seat.refresh(&app).await.assert_refused(401, "session_ended");
    assert_eq!(other.me(&app).await.status, 200, "another device stays signed in");
    Call::post("/api/v1/auth/logout").send(&app).await.assert_refused(401, "unauthenticated");
}

async fn who_waited_too_long_can_still_leave(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    app.clock.advance(HOUR);
    let out = Call::post("/api/v1/auth/logout").token(&seat.token).header("Cookie", &seat.cookie).send(&app).await;
    assert_eq!(out.status, 204);
    seat.refresh(&app).await.assert_refused(401, "session_ended");
}

async fn disabling_ends_access_at_once(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    let user = seat.me(&app).await.json()["user"].clone();
    let address = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let disable = Call::new("PATCH", &address).token(&admin).seen(&user["version"]).json(&json!({"disabled": true}));
    let disabled = disable.send(&app).await.assert_ok().json();
    assert_eq!(disabled["disabled"], true);
    seat.me(&app).await.assert_refused(401, "session_ended");
    seat.refresh(&app).await.assert_refused(401, "session_ended");
    let enable =
        Call::new("PATCH", &address).token(&admin).seen(&disabled["version"]).json(&json!({"disabled": false}));
    enable.send(&app).await.assert_ok();
    seat.me(&app).await.assert_refused(401, "session_ended");
    assert_eq!(sign_in("ani@example.go.id", PASSWORD).send(&app).await.status, 200);
}

async fn another_role_counts_at_once(app: TestApp) {
    let site = app.site("portal");
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    let user = seat.me(&app).await.json()["user"]["id"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/sites/{}/members/{user}", site.key);
    let appointed =
        Call::new("PUT", &address).token(&admin).json(&json!({"roles": [{"role": "editor"}]})).send(&app).await;
    seat.me(&app).await.assert_refused(401, "token_expired");
    let refreshed = Seat::of(&seat.refresh(&app).await.assert_ok());
    let roles = refreshed.me(&app).await.json()["roles"].clone();
    assert_eq!((&roles[0]["site"], &roles[0]["roles"]), (&json!("portal"), &json!(["editor"])));
    assert!(roles[0]["may"].as_array().unwrap().contains(&json!("write_content")));
    let away = Call::new("DELETE", &address).token(&admin).seen(&appointed.json()["version"]).send(&app).await;
    assert_eq!(away.status, 204);
    refreshed.me(&app).await.assert_refused(401, "token_expired");
}

async fn another_password_ends_every_session(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let other = Seat::at(&app, "ani@example.go.id").await;
    let change = |current: &str, new: &str| {
        Call::post("/api/v1/auth/password").token(&seat.token).json(&json!({"current": current, "new": new}))
    };
    let wrong = change(OTHER_PASSWORD, OTHER_PASSWORD).send(&app).await;
    wrong.assert_refused(422, "invalid");
    assert_eq!(wrong.json()["errors"][0]["field"], "current");
    change(PASSWORD, "password1234").send(&app).await.assert_refused(422, "weak_password");
    change(PASSWORD, PASSWORD).send(&app).await.assert_refused(422, "invalid");
    let fresh = Seat::of(&change(PASSWORD, OTHER_PASSWORD).send(&app).await.assert_ok());
    assert_eq!(fresh.me(&app).await.status, 200);
    for old in [&seat, &other] {
        old.me(&app).await.assert_refused(401, "session_ended");
        old.refresh(&app).await.assert_refused(401, "session_ended");
    }
    sign_in("ani@example.go.id", PASSWORD).send(&app).await.assert_refused(401, "bad_credentials");
    assert_eq!(sign_in("ani@example.go.id", OTHER_PASSWORD).send(&app).await.status, 200);
    let nobody = Call::post("/api/v1/auth/password").json(&json!({"current": "a", "new": "b"})).send(&app).await;
    nobody.assert_refused(401, "unauthenticated");
}

async fn a_refresh_token_serves_once_and_its_reuse_ends_the_session(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let first = Seat::at(&app, "ani@example.go.id").await;
    let second = Seat::of(&first.refresh(&app).await.assert_ok());
    let third = Seat::of(&second.refresh(&app).await.assert_ok());
    assert_ne!(first.cookie, second.cookie);
    assert_eq!(third.me(&app).await.status, 200);
    app.clock.advance(30 * SECOND);
    // Two generations old: still known to be ours.
    first.refresh(&app).await.assert_refused(401, "session_ended");
    third.me(&app).await.assert_refused(401, "session_ended");
    third.refresh(&app).await.assert_refused(401, "session_ended");
    let told: Vec<String> = app.db.read(|c| Ok(ledger::table.select(ledger::detail).load(c)?)).await.unwrap();
    assert!(told.iter().any(|detail| detail.contains("refresh_token_reused")));
    let guesses = ["lamin_refresh=x", "lamin_refresh=", "other=1", &format!("{}x", third.cookie)];
    for guess in guesses {
        let reply = Call::post("/api/v1/auth/refresh").header("Cookie", guess).send(&app).await;
        reply.assert_refused(401, "unauthenticated");
    }
    let alive = Seat::at(&app, "ani@example.go.id").await;
    let session = alive.cookie.strip_prefix("lamin_refresh=").unwrap().split('.').next().unwrap();
    let guess = format!("lamin_refresh={session}.{}.{}", "A".repeat(43), "A".repeat(43));
    Call::post("/api/v1/auth/refresh").header("Cookie", &guess).send(&app).await.assert_refused(401, "unauthenticated");
    assert_eq!(alive.me(&app).await.status, 200, "a guess does not end a session");
}

async fn a_refresh_whose_answer_was_lost_can_be_asked_again_for_a_moment(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let (one, two) = join(seat.refresh(&app), seat.refresh(&app)).await;
    assert_eq!([one.status, two.status], [200, 200]);

    let seat = Seat::at(&app, "ani@example.go.id").await;
    let lost = Seat::of(&seat.refresh(&app).await.assert_ok());
    app.clock.advance(10 * SECOND);
    seat.refresh(&app).await.assert_ok();
    app.clock.advance(10 * SECOND);
    let newest = Seat::of(&seat.refresh(&app).await.assert_ok());
    app.clock.advance(30 * SECOND);
    assert_eq!(newest.me(&app).await.status, 200);
    lost.refresh(&app).await.assert_refused(401, "session_ended");
    newest.me(&app).await.assert_refused(401, "session_ended");
}

async fn a_session_that_nobody_refreshes_ends(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    app.clock.advance(29 * DAY);
    let seat = Seat::of(&seat.refresh(&app).await.assert_ok());
    app.clock.advance(30 * DAY);
    seat.refresh(&app).await.assert_refused(401, "session_ended");
}

/// The claims of a good token for an actor.
fn claims(app: &TestApp, actor: &Actor) -> Value {
    let now = app.now().micros() / SECOND;
    json!({"iss": app.config.server_url.as_str(), "aud": "lamin-api", "sub": actor.user(), "sid": actor.session(),
        "epoch": 1, "iat": now, "nbf": now, "exp": now + 600})
}

fn signed(claims: &Value, algorithm: Algorithm, key: &[u8]) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).unwrap()
}

async fn a_forged_token_is_worth_nothing(app: TestApp) {
    let ani = app.user("ani", &[(Role::Admin, None)]);
    let budi = app.user("budi", &[]);
    let key = app.secrets.token_key();
    let good = claims(&app, &ani);
    assert_eq!(me(&app, &signed(&good, Algorithm::HS256, key)).await.status, 200, "what is varied below is good");
    let body = URL_SAFE_NO_PAD.encode(good.to_string());
    let none =
        |name: &str| format!("{}.{body}.", URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"{name}\",\"typ\":\"JWT\"}}")));
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&claims, Algorithm::HS256, key)
    };
    let now = app.now().micros() / SECOND;
    let whole = signed(&good, Algorithm::HS256, key);
    let other_body = with("epoch", json!(1));
    let (head, _) = whole.rsplit_once('.').unwrap();
    let forged = [
        none("none"),
        none("None"),
        none("HS256"),
        signed(&good, Algorithm::HS256, &[7; 32]),
        signed(&good, Algorithm::HS256, b""),
        signed(&good, Algorithm::HS512, key),
        with("aud", json!("another")),
        with("aud", json!(["another"])),
        with("iss", json!("https://another.example")),
        with("nbf", json!(now + 60)),
        with("exp", json!("tomorrow")),
        with("exp", json!(-1)),
        with("sub", json!("nobody")),
        head.to_owned(),
        format!("{head}.{}", other_body.split('.').next().unwrap()),
        "x".into(),
        "..".into(),
        "a.b.c".into(),
        "x".repeat(10_000),
    ];
    for token in &forged {
        me(&app, token).await.assert_refused(401, "unauthenticated");
    }
    me(&app, &with("exp", json!(now))).await.assert_refused(401, "token_expired");
    me(&app, &with("epoch", json!(2))).await.assert_refused(401, "token_expired");
    me(&app, &with("sub", json!(budi.user()))).await.assert_refused(401, "session_ended");
    let unknown = app.id(lamin::kernel::id::SessionId::new);
    me(&app, &with("sid", json!(unknown))).await.assert_refused(401, "session_ended");
    for header in ["", "Bearer", "Basic YTpi", whole.as_str()] {
        let reply = Call::get("/api/v1/me").header("Authorization", header).send(&app).await;
        reply.assert_refused(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}

async fn every_claim_is_required(app: TestApp) {
    let ani = app.user("ani", &[]);
    let good = claims(&app, &ani);
    for name in ["iss", "aud", "sub", "sid", "epoch", "iat", "nbf", "exp"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        let token = signed(&claims, Algorithm::HS256, app.secrets.token_key());
        me(&app, &token).await.assert_refused(401, "unauthenticated");
    }
}

async fn my_sessions_are_mine_to_end(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let here = Seat::at(&app, "ani@example.go.id").await;
    app.clock.advance(SECOND);
    let phone = sign_in("ani@example.go.id", PASSWORD).header("User-Agent", "Telepon").send(&app).await;
    let phone = Seat::of(&phone);
    let listed = here.me(&app).await.json()["sessions"].clone();
    let names: Vec<_> =
        listed.as_array().unwrap().iter().map(|s| (s["client"].clone(), s["current"].clone())).collect();
    assert_eq!(names, [(json!("Telepon"), json!(false)), (json!(""), json!(true))]);
    let address = format!("/api/v1/me/sessions/{}", listed[0]["id"].as_str().unwrap());
    let stranger = app.token(&app.user("budi", &[(Role::Admin, None)]));
    Call::new("DELETE", &address).token(&stranger).send(&app).await.assert_refused(404, "not_found");
    Call::new("DELETE", &address).send(&app).await.assert_refused(401, "unauthenticated");
    assert_eq!(Call::new("DELETE", &address).token(&here.token).send(&app).await.status, 204);
    phone.me(&app).await.assert_refused(401, "session_ended");
    Call::new("DELETE", &address).token(&here.token).send(&app).await.assert_refused(404, "not_found");
    let nonsense = Call::new("DELETE", "/api/v1/me/sessions/x").token(&here.token).send(&app).await;
    nonsense.assert_refused(404, "not_found");
    let extra = Call::get("/api/v1/me?fields=name").token(&here.token).send(&app).await;
    extra.assert_refused(400, "unknown_parameter");
}

async fn my_language_is_mine_to_choose_and_nothing_else_of_my_account(app: TestApp) {
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let choose = |seen: i32, body: Value| {
        Call::new("PATCH", "/api/v1/me").token(&seat.token).seen(&json!(seen)).json(&body).send(&app)
    };
    let chosen = choose(1, json!({"locale": "en"})).await.assert_ok();
    assert_eq!((&chosen.json()["locale"], chosen.header("etag")), (&json!("en"), "\"2\""));
    assert_eq!(seat.me(&app).await.json()["user"]["locale"], "en");
    assert_eq!(choose(2, json!({"locale": "en"})).await.assert_ok().json()["version"], 2, "nothing changed");
    choose(1, json!({"locale": "id"})).await.assert_refused(412, "stale");
    choose(2, json!({"locale": "Bahasa"})).await.assert_refused(422, "invalid");
    choose(2, json!({"locale": "id", "name": "Kepala Dinas"})).await.assert_refused(400, "unknown_field");
    let unseen = Call::new("PATCH", "/api/v1/me").token(&seat.token).json(&json!({"locale": "id"})).send(&app).await;
    unseen.assert_refused(428, "if_match_required");
    let user = seat.me(&app).await.json()["user"].clone();
    assert_eq!((&user["locale"], &user["name"]), (&json!("en"), &json!("Ani Wijaya")));
    let admin = app.token(&app.user("pengelola", &[(Role::Admin, None)]));
    let told = Call::get("/api/v1/ledger?action=identity.change_user").token(&admin).send(&app).await.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(told["items"][0]["detail"]["changed"], json!(["locale"]));
}

async fn passwords_that_are_easy_to_guess_are_refused(app: TestApp) {
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    for password in ["kX9#mQ2$vL7", "password1234", "ani.wijaya@example.go.id", "aaaaaaaaaaaaaaaa"] {
        let body = json!({"email": "ani.wijaya@example.go.id", "name": "Ani Wijaya", "password": password});
        let reply = Call::post("/api/v1/users").token(&admin).json(&body).send(&app).await;
        reply.assert_refused(422, "weak_password");
        assert_eq!(reply.json()["errors"][0]["field"], "password");
        assert!(!reply.text.contains(password), "the answer does not repeat it: {}", reply.text);
    }
}

async fn an_account_is_made_by_an_administrator_alone(app: TestApp) {
    let site = app.site("portal");
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    let of_site = app.token(&app.user("siteadmin", &[(Role::Admin, Some(site.id)), (Role::AgencyHead, Some(site.id))]));
    let body = json!({"email": " Ani@Example.go.id", "name": " Ani ", "password": PASSWORD, "locale": "en"});
    let create = |token: &str, body: &Value| Call::post("/api/v1/users").token(token).json(body);
    create(&of_site, &body).send(&app).await.assert_refused(403, "forbidden");
    Call::post("/api/v1/users").json(&body).send(&app).await.assert_refused(401, "unauthenticated");
    let made = create(&admin, &body).send(&app).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    let user = made.json();
    assert_eq!(
        (&user["email"], &user["name"], &user["locale"]),
        (&json!("ani@example.go.id"), &json!("Ani"), &json!("en"))
    );
    assert!(user.get("password").is_none() && user.get("password_hash").is_none());
    assert_eq!(Call::get(made.header("location")).token(&admin).send(&app).await.assert_ok().json(), user);
    Call::get(made.header("location")).token(&of_site).send(&app).await.assert_refused(403, "forbidden");
    create(&admin, &body).send(&app).await.assert_refused(409, "taken");
    assert_eq!(sign_in("ani@example.go.id", PASSWORD).send(&app).await.status, 200);
    let wrong = [
        (json!({"email": "ani", "name": "Ani"}), 422, "invalid"),
        (json!({"email": "b@example.go.id", "name": " "}), 422, "invalid"),
        (json!({"email": "b@example.go.id", "name": "B", "locale": "english"}), 422, "invalid"),
        (json!({"email": "b@example.go.id"}), 400, "malformed"),
        (json!({"email": "b@example.go.id", "name": "B", "role": "admin"}), 400, "unknown_field"),
    ];
    for (body, status, code) in wrong {
        create(&admin, &body).send(&app).await.assert_refused(status, code);
    }
    let missing = Call::get("/api/v1/users/0193a000-0000-7000-8000-000000000000").token(&admin).send(&app).await;
    missing.assert_refused(404, "not_found");
}

async fn an_account_is_changed_in_the_version_that_was_seen(app: TestApp) {
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    let ani = app.user("ani", &[]);
    let address = format!("/api/v1/users/{}", ani.user().unwrap());
    let patch = || Call::new("PATCH", &address).token(&admin);
    patch().json(&json!({"name": "Ani B"})).send(&app).await.assert_refused(428, "if_match_required");
    patch().header("If-Match", "new").json(&json!({})).send(&app).await.assert_refused(400, "malformed");
    let changed = patch().seen(&json!(1)).json(&json!({"name": "Ani B", "locale": "en"})).send(&app).await.assert_ok();
    assert_eq!((changed.header("etag"), &changed.json()["name"]), ("\"2\"", &json!("Ani B")));
    let stale = patch().seen(&json!(1)).json(&json!({"name": "Ani C"})).send(&app).await;
    stale.assert_refused(412, "stale");
    assert_eq!(stale.json()["current_version"], 2);
    let same = patch().seen(&json!(2)).json(&json!({"name": "Ani B"})).send(&app).await.assert_ok();
    assert_eq!(same.header("etag"), "\"2\"", "nothing changed, so there is no new version");
    patch().seen(&json!(2)).json(&json!({"email": "x@y.z"})).send(&app).await.assert_refused(400, "unknown_field");
    patch().seen(&json!(2)).json(&json!({"name": ""})).send(&app).await.assert_refused(422, "invalid");
    let token = app.token(&ani);
    let own = Call::new("PATCH", &address).token(&token).seen(&json!(2)).json(&json!({})).send(&app).await;
    own.assert_refused(403, "forbidden");
}

async fn the_last_administrator_stays(app: TestApp) {
    let ani = app.user("ani", &[(Role::Admin, None)]);
    let token = app.token(&ani);
    let (account, member) =
        (format!("/api/v1/users/{}", ani.user().unwrap()), format!("/api/v1/members/{}", ani.user().unwrap()));
    let disable = Call::new("PATCH", &account).token(&token).seen(&json!(1)).json(&json!({"disabled": true}));
    disable.send(&app).await.assert_refused(409, "in_use");
    let leave = || Call::new("DELETE", &member).token(&token).seen(&json!(1));
    leave().send(&app).await.assert_refused(409, "in_use");
    let until = json!({"roles": [{"role": "admin", "until": "2026-11-23T00:00:00Z"}]});
    let lapse = Call::new("PUT", &member).token(&token).seen(&json!(1)).json(&until).send(&app).await;
    lapse.assert_refused(409, "in_use");
    app.user("budi", &[(Role::Admin, None)]);
    assert_eq!(leave().send(&app).await.status, 204);
}

async fn accounts_are_listed_page_by_page(app: TestApp) {
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    for name in ["cici", "ani", "budi"] {
        app.user(name, &[]);
    }
    let mut address = "/api/v1/users?limit=2".to_owned();
    let mut found = Vec::new();
    loop {
        let page = Call::get(&address).token(&admin).send(&app).await.assert_ok().json();
        found.extend(page["items"].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        address = format!("/api/v1/users?limit=2&cursor={cursor}");
    }
    assert_eq!(found, ["admin", "ani", "budi", "cici"]);
    for (query, code) in [("limit=0", "bad_limit"), ("cursor=%25", "bad_cursor"), ("colour=red", "unknown_parameter")] {
        let reply = Call::get(&format!("/api/v1/users?{query}")).token(&admin).send(&app).await;
        reply.assert_refused(400, code);
    }
    let author = app.token(&app.user("dedi", &[(Role::Author, None)]));
    Call::get("/api/v1/users").token(&author).send(&app).await.assert_refused(403, "forbidden");
    Call::get("/api/v1/users").send(&app).await.assert_refused(401, "unauthenticated");
}

fn set_up(link: &str, password: &str) -> Call {
    let token = link.split("token=").nth(1).unwrap_or_default();
    let body = json!({"token": token, "email": "kepala@example.go.id", "name": "Kepala", "password": password});
    Call::post("/api/v1/auth/setup").json(&body)
}

async fn the_set_up_link_makes_one_administrator_once(app: TestApp) {
    let link = service::setup_link(&app).await.unwrap().unwrap();
    assert!(link.starts_with("http://localhost:8080/admin/setup#token="), "{link}");
    let stored: Vec<String> = app.db.read(|c| Ok(setup_links::table.select(setup_links::hash).load(c)?)).await.unwrap();
    assert!(!link.contains(&stored[0]), "only a digest is stored");
    set_up("token=guess", PASSWORD).send(&app).await.assert_refused(401, "bad_link");
    set_up(&link, "password1234").send(&app).await.assert_refused(422, "weak_password");
    let seat = Seat::of(&set_up(&link, PASSWORD).send(&app).await.assert_ok());
    let me = seat.me(&app).await.json();
    assert_eq!((&me["roles"][0]["site"], &me["roles"][0]["roles"]), (&Value::Null, &json!(["admin"])));
    set_up(&link, PASSWORD).send(&app).await.assert_refused(409, "setup_done");
    assert_eq!(service::setup_link(&app).await.unwrap(), None);
    let accounts: i64 = app.db.read(|c| Ok(users::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(accounts, 1);
}

async fn of_two_set_ups_at_once_one_makes_the_administrator(app: TestApp) {
    let link = service::setup_link(&app).await.unwrap().unwrap();
    let (one, two) = join(set_up(&link, PASSWORD).send(&app), set_up(&link, PASSWORD).send(&app)).await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    let accounts: i64 = app.db.read(|c| Ok(users::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(accounts, 1);
}

async fn a_set_up_link_is_good_for_a_day_and_the_newest_alone(app: TestApp) {
    let first = service::setup_link(&app).await.unwrap().unwrap();
    let second = service::setup_link(&app).await.unwrap().unwrap();
    set_up(&first, PASSWORD).send(&app).await.assert_refused(401, "bad_link");
    app.clock.advance(DAY);
    set_up(&second, PASSWORD).send(&app).await.assert_refused(401, "bad_link");
    let third = service::setup_link(&app).await.unwrap().unwrap();
    app.clock.advance(DAY - SECOND);
    set_up(&third, PASSWORD).send(&app).await.assert_ok();
}

async fn the_command_line_makes_resets_and_disables(app: TestApp) {
    let system = Actor::system("command_line");
    service::add_user(&app, &system, "ani@example.go.id", "Ani", PASSWORD).await.unwrap();
    let seat = Seat::at(&app, "ani@example.go.id").await;
    service::reset_password(&app, &system, "ani@example.go.id", OTHER_PASSWORD).await.unwrap();
    seat.me(&app).await.assert_refused(401, "session_ended");
    assert_eq!(sign_in("ani@example.go.id", OTHER_PASSWORD).send(&app).await.status, 200);
    service::set_disabled(&app, &system, "ani@example.go.id", true).await.unwrap();
    sign_in("ani@example.go.id", OTHER_PASSWORD).send(&app).await.assert_refused(401, "bad_credentials");
    service::set_disabled(&app, &system, "ani@example.go.id", false).await.unwrap();
    let site = app.site("portal");
    lamin::sites::service::appoint_by_email(
        &app,
        &system,
        "ani@example.go.id",
        Role::Editor,
        Some("portal"),
        "SK 1/2026",
    )
    .await
    .unwrap();
    lamin::sites::service::appoint_by_email(&app, &system, "ani@example.go.id", Role::Author, None, "").await.unwrap();
    lamin::sites::service::appoint_by_email(&app, &system, "ani@example.go.id", Role::Approver, Some("portal"), "")
        .await
        .unwrap();
    let roster = service::roster(&app).await.unwrap();
    assert_eq!(roster[0].roles, ["approver@portal", "author", "editor@portal"]);
    let person = app.user("budi", &[(Role::Admin, None), (Role::Admin, Some(site.id))]);
    let refused = service::reset_password(&app, &person, "ani@example.go.id", PASSWORD).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 403, "an administrator cannot become an approver that way");
    let unknown = service::reset_password(&app, &system, "nobody@example.go.id", PASSWORD).await.unwrap_err();
    assert_eq!(unknown.refusal().unwrap().status(), 404);
    let (one, two) = (service::random_password(&app), service::random_password(&app));
    assert!(one != two && one.len() == 24, "{one}");
}

async fn demo_accounts_keep_their_sessions_while_their_password_stays(app: TestApp) {
    let system = Actor::system("demo");
    let accounts: Vec<(String, Role)> = Role::ALL.iter().map(|role| (format!("{role}@demo.test"), *role)).collect();
    let ensure = |password: &str| service::ensure_demo_accounts(&app, &system, &accounts, password).unwrap();
    ensure("demo");
    let seat = Seat::of(&sign_in("approver@demo.test", "demo").send(&app).await.assert_ok());
    ensure("demo");
    let me = seat.me(&app).await.assert_ok().json();
    assert_eq!(me["roles"][0]["roles"], json!(["approver"]));
    ensure("another");
    seat.me(&app).await.assert_refused(401, "session_ended");
    assert_eq!(sign_in("approver@demo.test", "another").send(&app).await.status, 200);
}

async fn no_secret_is_in_the_ledger(app: TestApp) {
    let link = service::setup_link(&app).await.unwrap().unwrap();
    let seat = Seat::of(&set_up(&link, PASSWORD).send(&app).await.assert_ok());
    let seat = Seat::of(&seat.refresh(&app).await.assert_ok());
    let change = json!({"current": PASSWORD, "new": OTHER_PASSWORD});
    Call::post("/api/v1/auth/password").token(&seat.token).json(&change).send(&app).await.assert_ok();
    let (rows, hashes, refresh) = app
        .db
        .read(|c| {
            let columns = (ledger::action, ledger::subject, ledger::detail);
            let rows = ledger::table.order(ledger::sequence).select(columns).load::<(String, String, String)>(c)?;
            let hashes = users::table.select(users::password_hash).load::<String>(c)?;
            Ok((rows, hashes, sessions::table.select(sessions::refresh_hash).load::<String>(c)?))
        })
        .await
        .unwrap();
    let actions: Vec<_> = rows.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(actions, ["identity.make_setup_link", "identity.setup", "identity.change_password"]);
    let all = format!("{rows:?}");
    let token = link.split("token=").nth(1).unwrap();
    let cookie = seat.cookie.split('.').nth(1).unwrap();
    let secrets = [PASSWORD, OTHER_PASSWORD, token, cookie, &seat.token, &hashes[0], &refresh[0], &refresh[1]];
    for secret in secrets {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(!format!("{:?}", Password::new(PASSWORD)).contains(PASSWORD));
}

// What follows is counted in memory, so one engine is enough.

fn with_limits(settings: &[(&str, &str)]) -> TestApp {
    TestApp::with(Engine::Sqlite, settings)
}

async fn fail(app: &TestApp, email: &str, from: &str) -> Reply {
    sign_in(email, OTHER_PASSWORD).from(from).send(app).await
}

#[actix_web::test]
async fn an_account_is_closed_to_a_network_that_failed_too_often_and_open_to_others() {
    let app = with_limits(&[("login_failures_max", "3")]);
    account(&app, "ani@example.go.id").await;
    for host in 1..=3 {
        fail(&app, "ANI@example.go.id", &format!("203.0.113.{host}")).await.assert_refused(401, "bad_credentials");
    }
    app.clock.advance(5 * MINUTE);
    let right = |from: &str| sign_in("ani@example.go.id", PASSWORD).from(from);
    let refused = right("203.0.113.99").send(&app).await;
    refused.assert_refused(429, "too_many_requests");
    assert_eq!((refused.header("retry-after"), &refused.json()["retry_after_s"]), ("600", &json!(600)));
    assert_eq!(right("198.51.100.1").send(&app).await.status, 200);
    app.clock.advance(10 * MINUTE);
    assert_eq!(right("203.0.113.99").send(&app).await.status, 200);
}

#[actix_web::test]
async fn an_unknown_account_is_limited_like_a_known_one() {
    let app = with_limits(&[("login_failures_max", "2")]);
    account(&app, "ani@example.go.id").await;
    for _ in 0..2 {
        fail(&app, "ani@example.go.id", "203.0.113.1").await.assert_refused(401, "bad_credentials");
        fail(&app, "nobody@example.go.id", "203.0.113.1").await.assert_refused(401, "bad_credentials");
    }
    let request = |email| sign_in(email, PASSWORD).from("203.0.113.1").header("X-Request-Id", "0123456789abcdef");
    let known = request("ani@example.go.id").send(&app).await;
    let unknown = request("nobody@example.go.id").send(&app).await;
    assert_eq!((known.status, &known.text), (429, &unknown.text));
}

#[actix_web::test]
async fn a_network_that_tries_many_accounts_must_wait() {
    let app = with_limits(&[("login_failures_max", "2")]);
    account(&app, "ani@example.go.id").await;
    for number in 0..10 {
        let guess = fail(&app, &format!("user{number}@example.go.id"), "2001:db8:1:2::1").await;
        guess.assert_refused(401, "bad_credentials");
    }
    let neighbour = sign_in("ani@example.go.id", PASSWORD).from("2001:db8:1:2:ffff::9").send(&app).await;
    neighbour.assert_refused(429, "too_many_requests");
    assert_eq!(sign_in("ani@example.go.id", PASSWORD).from("2001:db8:1:3::1").send(&app).await.status, 200);
}

#[actix_web::test]
async fn guesses_at_the_same_time_count_before_any_of_them_is_answered() {
    let app = with_limits(&[("login_failures_max", "2")]);
    account(&app, "ani@example.go.id").await;
    let guesses = (0..6).map(|_| fail(&app, "ani@example.go.id", "203.0.113.1"));
    let mut answers: Vec<u16> = join_all(guesses).await.iter().map(|reply| reply.status).collect();
    answers.sort_unstable();
    assert_eq!(answers, [401, 401, 429, 429, 429, 429]);
}

#[actix_web::test]
async fn a_forwarded_address_counts_from_a_trusted_proxy_alone() {
    let app = with_limits(&[("login_failures_max", "2"), ("trusted_proxies", "10.0.0.0/8")]);
    account(&app, "ani@example.go.id").await;
    let attempt = |password: &str, from: &str, forwarded: &str| {
        sign_in("ani@example.go.id", password).from(from).header("X-Forwarded-For", forwarded)
    };
    for number in 0..2 {
        let lie = format!("198.51.{number}.1");
        attempt(OTHER_PASSWORD, "203.0.113.1", &lie).send(&app).await.assert_refused(401, "bad_credentials");
    }
    let spoofed = attempt(PASSWORD, "203.0.113.1", "198.51.9.1").send(&app).await;
    spoofed.assert_refused(429, "too_many_requests");
    for number in 0..2 {
        let claimed = format!("192.0.{number}.1, 198.18.0.7");
        attempt(OTHER_PASSWORD, "10.0.0.1", &claimed).send(&app).await.assert_refused(401, "bad_credentials");
    }
    let spoofed = attempt(PASSWORD, "10.0.0.1", "192.0.9.1, 198.18.0.7").send(&app).await;
    spoofed.assert_refused(429, "too_many_requests");
    let other_client = attempt(PASSWORD, "10.0.0.1", "198.19.0.7").send(&app).await;
    assert_eq!(other_client.status, 200);
}

#[actix_web::test]
async fn many_networks_cannot_shut_an_owner_out_of_where_they_signed_in_before() {
    let app = with_limits(&[("login_failures_max", "1")]);
    account(&app, "ani@example.go.id").await;
    let office = || sign_in("ani@example.go.id", PASSWORD).from("203.0.113.1");
    assert_eq!(office().send(&app).await.status, 200);
    for network in 0..10 {
        fail(&app, "ani@example.go.id", &format!("198.51.{network}.1")).await.assert_refused(401, "bad_credentials");
    }
    fail(&app, "ani@example.go.id", "198.51.77.1").await.assert_refused(429, "too_many_requests");
    assert_eq!(office().send(&app).await.status, 200);
}

#[actix_web::test]
async fn a_sign_in_that_succeeds_takes_its_failures_back() {
    let app = with_limits(&[("login_failures_max", "3")]);
    account(&app, "ani@example.go.id").await;
    for _ in 0..4 {
        for _ in 0..2 {
            fail(&app, "ani@example.go.id", "203.0.113.1").await.assert_refused(401, "bad_credentials");
        }
        assert_eq!(sign_in("ani@example.go.id", PASSWORD).from("203.0.113.1").send(&app).await.status, 200);
    }
}

#[actix_web::test]
async fn the_current_password_cannot_be_guessed_through_a_stolen_session() {
    let app = with_limits(&[("login_failures_max", "2")]);
    account(&app, "ani@example.go.id").await;
    let seat = Seat::at(&app, "ani@example.go.id").await;
    let guess = |current: &str| {
        let body = json!({"current": current, "new": "rumput laut segar"});
        Call::post("/api/v1/auth/password").token(&seat.token).json(&body)
    };
    for _ in 0..2 {
        guess(OTHER_PASSWORD).send(&app).await.assert_refused(422, "invalid");
    }
    guess(PASSWORD).send(&app).await.assert_refused(429, "too_many_requests");
}

#[actix_web::test]
async fn a_flood_is_refused_before_it_is_hashed_and_is_held_against_nobody() {
    let app = with_limits(&[("login_failures_max", "1")]);
    account(&app, "ani@example.go.id").await;
    let app_parts: &App = &app;
    let queue = app_parts.hashing_queue.clone();
    let all = u32::try_from(queue.available_permits()).unwrap();
    let held = queue.acquire_many_owned(all).await.unwrap();
    for _ in 0..3 {
        let reply = sign_in("ani@example.go.id", PASSWORD).send(&app).await;
        reply.assert_refused(429, "too_many_requests");
        assert_eq!(reply.header("retry-after"), "1");
    }
    drop(held);
    assert_eq!(sign_in("ani@example.go.id", PASSWORD).send(&app).await.status, 200);
}
