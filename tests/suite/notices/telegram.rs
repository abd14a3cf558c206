//! Messages of the bot, to a small server that this test is.

use lamin::db::Engine;
use lamin::identity::Role;
use lamin::kernel::time::{HOUR, MINUTE};
use serde_json::{Value, json};

use crate::editorial::Newsroom;
use crate::incidents::calling::{Peer, TOKEN};
use crate::on_each;
use crate::support::{Call, Reply, TestApp};

on_each!(
    a_message_says_what_waits_and_where_and_is_sent_once,
    a_bot_that_is_away_is_tried_again_and_a_chat_that_is_gone_is_not,
    a_digest_of_messages_waits_for_its_hour,
    each_way_tells_of_a_notice_once,
    a_chat_is_tried_before_it_is_chosen,
    without_a_bot_nothing_is_sent_and_nothing_is_lost,
);

/// A newsroom with a bot whose messages go to a server of the test.
struct Desk {
    room: Newsroom,
    peer: Peer,
    head: String,
}

impl Desk {
    async fn open(engine: Engine) -> Self {
        let desk = Desk::without_a_bot(engine);
        desk.enter(TOKEN).await;
        desk
    }

    fn without_a_bot(engine: Engine) -> Self {
        let peer = Peer::open();
        let settings = [("fetch_private_networks", "127.0.0.0/8"), ("telegram_api_url", peer.url.as_str())];
        let app = TestApp::with(engine, &settings);
        let head = app.user("kabid", &[(Role::Head, None)]);
        let head = app.token(&head);
        Desk { room: Newsroom::open(app), peer, head }
    }

    /// Enters the token of a bot; an empty one takes it away.
    async fn enter(&self, token: &str) {
        let list = Call::get("/api/v1/on-call").token(&self.head).send(&self.room.app).await.assert_ok().json();
        let body = json!({ "people": [], "telegram_token": token });
        let put = Call::new("PUT", "/api/v1/on-call").token(&self.head).seen(&list["version"]).json(&body);
        put.send(&self.room.app).await.assert_ok();
    }

    async fn choose(&self, role: Role, body: Value) {
        let token = self.room.token(role);
        let seen = self.room.get(role, "/api/v1/me/notices").await.assert_ok().json()["version"].clone();
        let put = Call::new("PUT", "/api/v1/me/notices").token(&token).seen(&seen).json(&body);
        put.send(&self.room.app).await.assert_ok();
    }

    async fn work(&self) {
        let app = self.room.app.app.clone();
        let work = move || lamin::jobs::run_due(&app, &lamin::boot::handlers());
        actix_web::web::block(work).await.unwrap().unwrap();
    }

    /// Chat and text of what the bot was asked to send.
    fn sent(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let message = |request: String| {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("POST /bot{TOKEN}/sendMessage HTTP/1.1")), "{head}");
            let body: Value = serde_json::from_str(body).unwrap();
            (text(&body["chat_id"]), text(&body["text"]))
        };
        self.peer.take().into_iter().map(message).collect()
    }

    async fn tries(&self, role: Role, chat: &str) -> Reply {
        let call = Call::post("/api/v1/me/notices/telegram/test").token(&self.room.token(role));
        call.json(&json!({ "chat": chat })).send(&self.room.app).await
    }
}

fn by_telegram(telegram: &str, chat: &str) -> Value {
    json!({ "mail": "none", "telegram": telegram, "telegram_chat": chat, "digest_hour": 8 })
}

async fn a_message_says_what_waits_and_where_and_is_sent_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.choose(Role::Editor, by_telegram("immediate", "77")).await;
    desk.choose(Role::Author, by_telegram("immediate", "11")).await;
    let item = desk.room.in_step("handed_over").await;
    desk.work().await;
    let sent = desk.sent();
    let expected = format!(
        "Menunggu tindakan Anda: Jembatan dibuka\nportal · oleh author · langkah Diserahkan\n\
         http://localhost:8080/admin/entries/{}/review",
        item.id
    );
    assert_eq!(sent, [("77".to_owned(), expected)], "whoever handed it over is told nothing");
    desk.work().await;
    assert_eq!(desk.sent(), []);
    item.does(Role::Editor, json!({ "command": "claim" })).await.assert_ok();
    item.does(Role::Editor, json!({ "command": "return", "comment": "Telepon 0812-555-0101 terbaca" }))
        .await
        .assert_ok();
    desk.work().await;
    let sent = desk.sent();
    assert!(sent.len() == 1 && sent[0].0 == "11" && sent[0].1.starts_with("Dikembalikan: "), "{sent:?}");
    assert!(!sent[0].1.contains("0812"), "what people said stays with us: {sent:?}");
}

async fn a_bot_that_is_away_is_tried_again_and_a_chat_that_is_gone_is_not(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.choose(Role::Editor, by_telegram("immediate", "77")).await;
    desk.peer.answers(502);
    desk.room.in_step("handed_over").await;
    desk.work().await;
    assert_eq!(desk.sent().len(), 1);
    desk.peer.answers(200);
    desk.room.app.clock.advance(MINUTE - 1);
    desk.work().await;
    assert_eq!(desk.sent().len(), 0, "the pause is not over");
    desk.room.app.clock.advance(1);
    desk.work().await;
    assert_eq!(desk.sent().len(), 1);
    desk.peer.answers(403);
    desk.room.in_step("handed_over").await;
    desk.work().await;
    assert_eq!(desk.sent().len(), 1);
    desk.peer.answers(200);
    desk.room.app.clock.advance(2 * HOUR);
    desk.work().await;
    assert_eq!(desk.sent().len(), 0, "whoever has blocked the bot is left alone");
    desk.room.in_step("handed_over").await;
    desk.work().await;
    let sent = desk.sent();
    assert!(sent.len() == 1 && sent[0].1.matches("Menunggu tindakan Anda").count() == 2, "{sent:?}");
}

async fn a_digest_of_messages_waits_for_its_hour(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.choose(Role::Editor, by_telegram("daily", "77")).await;
    desk.room.in_step("handed_over").await;
    desk.room.in_step("handed_over").await;
    desk.work().await;
    assert_eq!(desk.sent(), []);
    desk.room.app.clock.set("2026-11-24T08:00:00+08:00");
    desk.work().await;
    let sent = desk.sent();
    assert!(sent.len() == 1 && sent[0].1.matches("Jembatan dibuka").count() == 2, "{sent:?}");
    desk.room.in_step("handed_over").await;
    desk.choose(Role::Editor, by_telegram("none", "77")).await;
    desk.room.app.clock.set("2026-11-25T08:00:00+08:00");
    desk.work().await;
    assert_eq!(desk.sent(), [], "they have changed their mind");
}

async fn each_way_tells_of_a_notice_once(engine: Engine) {
    let desk = Desk::open(engine).await;
    let post = super::mail::Post::open();
    let admin = desk.room.app.user("pengelola", &[(Role::Admin, None)]);
    let admin = desk.room.app.token(&admin);
    let mail = Call::new("PUT", "/api/v1/mail").token(&admin).seen(&json!(0)).json(&post.settings());
    mail.send(&desk.room.app).await.assert_ok();
    let both = json!({ "mail": "immediate", "telegram": "immediate", "telegram_chat": "77", "digest_hour": 8 });
    desk.choose(Role::Editor, both).await;
    desk.peer.answers(500);
    desk.room.in_step("handed_over").await;
    desk.work().await;
    assert_eq!((post.letters().len(), desk.sent().len()), (1, 1));
    desk.peer.answers(200);
    desk.room.app.clock.advance(MINUTE);
    desk.work().await;
    assert_eq!((post.letters().len(), desk.sent().len()), (1, 1), "one way that fails does not repeat the other");
    desk.peer.answers(500);
    desk.room.in_step("handed_over").await;
    desk.work().await;
    desk.sent();
    let newest = desk.room.get(Role::Editor, "/api/v1/notices").await.json()["items"][0]["id"].clone();
    let read =
        Call::post("/api/v1/notices/read").token(&desk.room.token(Role::Editor)).json(&json!({ "until": newest }));
    read.send(&desk.room.app).await.assert_ok();
    desk.peer.answers(200);
    desk.room.app.clock.advance(HOUR);
    desk.work().await;
    assert_eq!(desk.sent(), [], "what was read on the screen needs no message");
}

async fn a_chat_is_tried_before_it_is_chosen(engine: Engine) {
    let desk = Desk::open(engine).await;
    let told = desk.tries(Role::Author, "-100200").await.assert_ok().json();
    assert_eq!(told, json!({ "sent": true }));
    let sent = desk.sent();
    assert!(sent[0].0 == "-100200" && sent[0].1.starts_with("Pesan percobaan dari Lamin"), "{sent:?}");
    for (status, problem) in [(400, "unknown_chat"), (401, "no_bot"), (429, "too_often"), (500, "unreachable")] {
        desk.peer.answers(status);
        let told = desk.tries(Role::Author, "11").await.assert_ok().json();
        assert_eq!(told, json!({ "sent": false, "problem": problem }), "{status}");
    }
    desk.tries(Role::Author, "11").await.assert_refused(429, "too_many_requests");
    desk.tries(Role::Editor, "@ani").await.assert_refused(422, "invalid");
    assert_eq!(desk.sent().len(), 4);
    let put = |body: Value| {
        let call = Call::new("PUT", "/api/v1/me/notices").token(&desk.room.token(Role::Author)).seen(&json!(0));
        call.json(&body).send(&desk.room.app)
    };
    put(by_telegram("daily", "x")).await.assert_refused(422, "invalid");
    put(json!({ "mail": "none", "telegram": "daily", "digest_hour": 8 })).await.assert_refused(422, "invalid");
    let kept = put(by_telegram("daily", "11")).await.assert_ok().json();
    let expected = json!({ "mail": "none", "telegram": "daily", "telegram_chat": "11", "digest_hour": 8, "has_telegram_bot": true, "version": 1 });
    assert_eq!(kept, expected);
    let sealed = desk.room.app.db.read_blocking(lamin::notices::telegram::store::find).unwrap().unwrap();
    assert!(!sealed.contains("AAbb"), "a token is sealed");
}

async fn without_a_bot_nothing_is_sent_and_nothing_is_lost(engine: Engine) {
    let desk = Desk::without_a_bot(engine);
    let told = desk.tries(Role::Editor, "77").await.assert_ok().json();
    assert_eq!(told, json!({ "sent": false, "problem": "no_bot" }));
    desk.choose(Role::Editor, by_telegram("immediate", "77")).await;
    desk.room.in_step("handed_over").await;
    desk.work().await;
    desk.enter(TOKEN).await;
    desk.room.in_step("handed_over").await;
    desk.work().await;
    let sent = desk.sent();
    assert!(sent.len() == 1 && sent[0].1.matches("Menunggu tindakan Anda").count() == 2, "{sent:?}");
    desk.enter("").await;
    desk.room.in_step("handed_over").await;
    desk.work().await;
    assert_eq!(desk.sent(), []);
    assert_eq!(desk.room.get(Role::Editor, "/api/v1/me/notices").await.json()["has_telegram_bot"], false);
}
