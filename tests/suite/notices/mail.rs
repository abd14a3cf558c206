//! Letters, to a small SMTP server that this test is.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lamin::identity::Role;
use lamin::kernel::time::{HOUR, MINUTE};
use serde_json::{Value, json};

use crate::editorial::Newsroom;
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_letter_says_in_both_forms_what_waits_and_is_sent_once,
    a_server_that_is_away_is_tried_again_and_a_reader_is_not_written_to,
    a_digest_waits_for_its_hour_and_nobody_is_written_to_who_does_not_want_it,
    a_digest_does_not_come_on_a_holiday_that_was_set_after_it_was_put_off,
    a_digest_that_was_put_off_comes_by_the_clock_of_its_site,
    a_link_is_sent_to_whose_it_is_and_shown_to_nobody_else_where_it_replaces_a_password,
    the_password_is_sealed_and_goes_to_its_own_server_alone,
    a_test_letter_says_what_the_server_said,
    without_tls_a_letter_that_needs_it_is_not_sent,
);

/// A server that takes letters, or answers to each address as it is told to.
pub struct Post {
    port: u16,
    letters: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<&'static str>>,
}

impl Post {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (letters, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new("250 ok")));
        let (kept, said) = (letters.clone(), answer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away in the middle is its own business.
                let _ = converse(stream.unwrap(), &kept, &said);
            }
        });
        Post { port, letters, answer }
    }

    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }

    fn answers(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
    }

    pub fn settings(&self) -> Value {
        json!({"host": "127.0.0.1", "port": self.port, "security": "plain", "username": "lamin",
            "password": "kata-sandi-surel", "from_address": "lamin@dinas.go.id", "from_name": "Situs Dinas"})
    }
}

fn converse(
    stream: std::net::TcpStream,
    letters: &Mutex<Vec<String>>,
    answer: &Mutex<&'static str>,
) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 uji\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let reply = match verb.as_str() {
            "EHLO" => "250-uji\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => "235 ok".to_owned(),
            "RCPT" => answer.lock().unwrap().to_owned(),
            "QUIT" => "221 selesai".to_owned(),
            "DATA" => {
                out.write_all(b"354 silakan\r\n")?;
                let mut letter = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    letter += &line;
                    letter.push('\n');
                }
                letters.lock().unwrap().push(letter);
                "250 diterima".to_owned()
            }
            _ => "250 ok".to_owned(),
        };
        out.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}

/// A newsroom with an administrator of the installation, whose letters go to `post`.
async fn with_mail(app: TestApp, post: &Post) -> (Newsroom, String) {
    let admin = app.user("pengelola", &[(Role::Admin, None)]);
    let room = Newsroom::open(app);
    let token = room.app.token(&admin);
    set(&room, &token, 0, post.settings()).await.assert_ok();
    (room, token)
}

async fn set(room: &Newsroom, token: &str, version: i32, settings: Value) -> crate::support::Reply {
    Call::new("PUT", "/api/v1/mail").token(token).seen(&json!(version)).json(&settings).send(&room.app).await
}

async fn work(room: &Newsroom) {
    let app = room.app.app.clone();
    actix_web::web::block(move || lamin::jobs::run_due(&app, &lamin::boot::handlers())).await.unwrap().unwrap();
}

/// The text of a quoted-printable part, near enough for these tests.
fn plain(letter: &str) -> String {
    letter.replace("=\n", "").replace("=3D", "=")
}

async fn choose(room: &Newsroom, role: Role, mail: &str) {
    let body = json!({"mail": mail, "digest_hour": 8});
    let call = Call::new("PUT", "/api/v1/me/notices").token(&room.token(role)).seen(&json!(0)).json(&body);
    call.send(&room.app).await.assert_ok();
}

async fn a_letter_says_in_both_forms_what_waits_and_is_sent_once(app: TestApp) {
    let post = Post::open();
    let (room, _) = with_mail(app, &post).await;
    room.in_step("handed_over").await;
    work(&room).await;
    let letters = post.letters();
    assert_eq!(letters.len(), 1, "{letters:#?}");
    let letter = plain(&letters[0]);
    assert!(letter.contains("To: editor <editor@demo.test>"), "{letter}");
    assert!(letter.contains("From: \"Situs Dinas\" <lamin@dinas.go.id>"), "{letter}");
    assert!(letter.contains("Subject: Menunggu tindakan Anda: Jembatan dibuka"), "{letter}");
    assert!(letter.contains("Auto-Submitted: auto-generated") && letter.contains("multipart/alternative"));
    assert!(letter.contains("text/plain") && letter.contains("text/html"));
    assert!(letter.contains("langkah Diserahkan") && letter.contains("http://localhost:8080/admin/entries/"));
    work(&room).await;
    assert_eq!(post.letters().len(), 1);
}

async fn a_server_that_is_away_is_tried_again_and_a_reader_is_not_written_to(app: TestApp) {
    let post = Post::open();
    let (room, _) = with_mail(app, &post).await;
    post.answers("451 nanti");
    room.in_step("handed_over").await;
    work(&room).await;
    assert_eq!(post.letters().len(), 0);
    post.answers("250 ok");
    room.app.clock.advance(MINUTE - 1);
    work(&room).await;
    assert_eq!(post.letters().len(), 0, "the pause is not over");
    room.app.clock.advance(1);
    work(&room).await;
    assert_eq!(post.letters().len(), 1);
    post.answers("451 nanti");
    room.in_step("handed_over").await;
    work(&room).await;
    post.answers("250 ok");
    let newest = room.get(Role::Editor, "/api/v1/notices").await.json()["items"][0]["id"].clone();
    let read = Call::post("/api/v1/notices/read").token(&room.token(Role::Editor)).json(&json!({"until": newest}));
    read.send(&room.app).await.assert_ok();
    room.app.clock.advance(HOUR);
    work(&room).await;
    assert_eq!(post.letters().len(), 1, "what was read on the screen needs no letter");
}

async fn a_digest_waits_for_its_hour_and_nobody_is_written_to_who_does_not_want_it(app: TestApp) {
    let post = Post::open();
    let (room, _) = with_mail(app, &post).await;
    choose(&room, Role::Editor, "daily").await;
    room.in_step("handed_over").await;
    room.in_step("handed_over").await;
    work(&room).await;
    assert_eq!(post.letters().len(), 0);
    room.app.clock.set("2026-11-24T08:00:00+08:00");
    work(&room).await;
    let letters = post.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].contains("Subject: 2 pemberitahuan baru"), "{}", letters[0]);
    choose(&room, Role::Author, "none").await;
    let item = room.in_step("editing").await;
    item.does(Role::Editor, json!({"command": "return", "comment": "Lengkapi"})).await.assert_ok();
    room.app.clock.set("2026-11-25T08:00:00+08:00");
    work(&room).await;
    assert!(post.letters().iter().all(|letter| !letter.contains("author@demo.test")));
}

async fn a_digest_does_not_come_on_a_holiday_that_was_set_after_it_was_put_off(app: TestApp) {
    let post = Post::open();
    let (room, token) = with_mail(app, &post).await;
    choose(&room, Role::Editor, "daily").await;
    room.in_step("handed_over").await;
    let day = json!({"date": "2026-11-24", "name": "Cuti bersama", "kind": "cuti bersama"});
    let wanted = json!({"hours": null, "holidays": [day]});
    Call::new("PUT", "/api/v1/calendar").token(&token).seen(&json!(0)).json(&wanted).send(&room.app).await.assert_ok();
    room.app.clock.set("2026-11-24T08:00:00+08:00");
    work(&room).await;
    assert_eq!(post.letters().len(), 0);
    room.app.clock.set("2026-11-25T08:00:00+08:00");
    work(&room).await;
    assert_eq!(post.letters().len(), 1);
}

async fn a_digest_that_was_put_off_comes_by_the_clock_of_its_site(app: TestApp) {
    let post = Post::open();
    let (room, token) = with_mail(app, &post).await;
    let site = Call::new("PATCH", "/api/v1/sites/portal").token(&token).seen(&json!(1));
    site.json(&json!({"zone": "Asia/Jayapura"})).send(&room.app).await.assert_ok();
    choose(&room, Role::Editor, "daily").await;
    room.in_step("handed_over").await;
    let day = json!({"date": "2026-11-24", "name": "Cuti bersama", "kind": "cuti bersama"});
    let wanted = json!({"hours": null, "holidays": [day]});
    Call::new("PUT", "/api/v1/calendar").token(&token).seen(&json!(0)).json(&wanted).send(&room.app).await.assert_ok();
    room.app.clock.set("2026-11-24T08:00:00+09:00");
    work(&room).await;
    room.app.clock.set("2026-11-25T07:59:00+09:00");
    work(&room).await;
    assert_eq!(post.letters().len(), 0);
    room.app.clock.set("2026-11-25T08:00:00+09:00");
    work(&room).await;
    assert_eq!(post.letters().len(), 1);
}

async fn a_link_is_sent_to_whose_it_is_and_shown_to_nobody_else_where_it_replaces_a_password(app: TestApp) {
    let post = Post::open();
    let (room, token) = with_mail(app, &post).await;
    let body = json!({"email": "ani@example.go.id", "name": "Ani Wijaya", "locale": "en"});
    let made = Call::post("/api/v1/users").token(&token).json(&body).send(&room.app).await.assert_ok().json();
    let path = format!("/api/v1/users/{}/link", made["id"].as_str().unwrap());
    let first = Call::post(&path).token(&token).send(&room.app).await.assert_ok().json();
    assert_eq!(first["mailed"], true, "{first}");
    let url = first["url"].as_str().unwrap();
    let letters = post.letters();
    let letter = plain(&letters[0]);
    assert!(letter.contains("To: \"Ani Wijaya\" <ani@example.go.id>") && letter.contains(url), "{letter}");
    assert!(letter.contains("Subject: Your Lamin account"), "{letter}");
    let held = url.split("token=").nth(1).unwrap();
    let body = json!({"token": held, "password": "perahu kuning menyeberang"});
    Call::post("/api/v1/auth/link/password").json(&body).send(&room.app).await.assert_ok();
    let again = Call::post(&path).token(&token).send(&room.app).await.assert_ok().json();
    assert_eq!((&again["mailed"], &again["url"]), (&json!(true), &Value::Null));
    post.answers("550 tidak dikenal");
    let unsent = Call::post(&path).token(&token).send(&room.app).await.assert_ok().json();
    assert!(unsent["mailed"] == false && unsent["url"].is_string(), "{unsent}");
    assert!(unsent["error"].as_str().unwrap().contains("550"), "{unsent}");
}

async fn the_password_is_sealed_and_goes_to_its_own_server_alone(app: TestApp) {
    let post = Post::open();
    let (room, token) = with_mail(app, &post).await;
    let shown = Call::get("/api/v1/mail").token(&token).send(&room.app).await.assert_ok();
    assert_eq!(shown.json()["has_password"], true);
    let stored = room.app.db.read_blocking(lamin::notices::mail::store::find).unwrap().unwrap().password.unwrap();
    assert!(!shown.text.contains("kata-sandi") && !stored.contains("kata-sandi"));
    let mut same = post.settings();
    same.as_object_mut().unwrap().remove("password");
    assert_eq!(set(&room, &token, 1, same.clone()).await.assert_ok().json()["has_password"], true);
    same["host"] = json!("surel.lain.go.id");
    assert_eq!(set(&room, &token, 2, same.clone()).await.assert_ok().json()["has_password"], false);
    set(&room, &token, 2, same.clone()).await.assert_refused(412, "stale");
    same["from_name"] = json!("A\r\nBcc: x@y.z");
    set(&room, &token, 3, same).await.assert_refused(422, "invalid");
    let mut open = post.settings();
    open["host"] = json!("surel.lain.go.id");
    set(&room, &token, 3, open).await.assert_refused(422, "invalid");
    Call::new("DELETE", "/api/v1/mail").token(&token).seen(&json!(3)).send(&room.app).await.assert_ok();
    Call::get("/api/v1/mail").token(&token).send(&room.app).await.assert_refused(404, "not_found");
}

async fn a_test_letter_says_what_the_server_said(app: TestApp) {
    let post = Post::open();
    let (room, token) = with_mail(app, &post).await;
    let test = || Call::post("/api/v1/mail/test").token(&token).json(&json!({})).send(&room.app);
    assert_eq!(test().await.assert_ok().json(), json!({"sent": true}));
    assert!(post.letters()[0].contains("Subject: Surel percobaan dari Lamin"), "{}", post.letters()[0]);
    post.answers("550 kata-sandi-surel tidak dikenal");
    let failed = test().await.assert_ok().json();
    assert_eq!(failed["sent"], false);
    let error = failed["error"].as_str().unwrap();
    assert!(error.contains("tidak dikenal") && !error.contains("kata-sandi-surel"), "{error}");
}

async fn without_tls_a_letter_that_needs_it_is_not_sent(app: TestApp) {
    let post = Post::open();
    let (room, token) = with_mail(app, &post).await;
    for (version, security) in [(1, "starttls"), (2, "tls")] {
        let mut settings = post.settings();
        settings["security"] = json!(security);
        // The server must not hang on a greeting that never comes.
        set(&room, &token, version, settings).await.assert_ok();
        let test = Call::post("/api/v1/mail/test").token(&token).json(&json!({})).send(&room.app).await;
        assert_eq!(test.assert_ok().json()["sent"], false, "{security}");
    }
    assert_eq!(post.letters().len(), 0);
}
