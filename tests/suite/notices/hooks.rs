//! Webhooks, to a small server that this test is.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lamin::db::Engine;
use lamin::identity::Role;
use lamin::kernel::time::{HOUR, MINUTE, SECOND};
use lamin::notices::hooks::rules::signature;
use serde_json::{Value, json};

use crate::editorial::Newsroom;
use crate::on_each;
use crate::support::{Call, TestApp};

const SECRET: &str = "sebuah rahasia panjang";

/// A server that keeps requests, and answers as it is told to.
struct Peer {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<u16>>,
}

impl Peer {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (requests, status) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(200)));
        let (kept, says) = (requests.clone(), status.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = whole(&mut stream);
                kept.lock().unwrap().push(request);
                let status = *says.lock().unwrap();
                let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Peer { url, requests, status }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Head and body of a request with a length.
fn whole(stream: &mut std::net::TcpStream) -> String {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").parse::<usize>().unwrap_or_default();
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return text,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

fn header(head: &str, name: &str) -> String {
    let found = head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

async fn work(room: &Newsroom) {
    let app = room.app.app.clone();
    actix_web::web::block(move || lamin::jobs::run_due(&app, &lamin::boot::handlers())).await.unwrap().unwrap();
}

const PATH: &str = "/api/v1/sites/portal/webhooks";

async fn hooked(room: &Newsroom, url: &str) -> String {
    let body = json!({"url": url, "kinds": ["rejected", "approved"], "secret": SECRET});
    let made = Call::post(PATH).token(&room.token(Role::WebDeveloper)).json(&body).send(&room.app).await;
    assert!(!made.text.contains(SECRET));
    made.assert_ok().json()["id"].as_str().unwrap().to_owned()
}

async fn deliveries(room: &Newsroom, id: &str) -> Vec<Value> {
    let page = room.get(Role::WebDeveloper, &format!("{PATH}/{id}/deliveries")).await.assert_ok().json();
    page["items"].as_array().unwrap().clone()
}

async fn a_program_is_told_of_its_kinds_with_a_signature(engine: Engine) {
    let peer = Peer::open();
    let room = Newsroom::open(TestApp::with(engine, &[("fetch_private_networks", "127.0.0.0/8")]));
    let id = hooked(&room, &peer.url).await;
    room.in_step("published").await;
    work(&room).await;
    let requests = peer.requests();
    assert_eq!(requests.len(), 1, "only the approval is of its kinds: {requests:#?}");
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook HTTP/1.1"), "{head}");
    assert_eq!(header(head, "lamin-event"), "approved");
    assert!(header(head, "user-agent").starts_with("Lamin-webhook/"));
    let seconds: i64 = header(head, "lamin-timestamp").parse().unwrap();
    assert_eq!(header(head, "lamin-signature"), signature(SECRET.as_bytes(), seconds, body));
    let told: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&told["title"], &told["by"], &told["site"]),
        (&json!("Jembatan dibuka"), &json!("approver"), &json!("portal"))
    );
    let listed = deliveries(&room, &id).await;
    assert_eq!((&listed[0]["state"], &listed[0]["status"], listed.len()), (&json!("delivered"), &json!(200), 1));
}

async fn what_was_not_taken_is_tried_again_and_then_not_twice(engine: Engine) {
    let peer = Peer::open();
    let room = Newsroom::open(TestApp::with(engine, &[("fetch_private_networks", "127.0.0.0/8")]));
    let id = hooked(&room, &peer.url).await;
    *peer.status.lock().unwrap() = 500;
    room.in_step("approved").await;
    work(&room).await;
    let listed = deliveries(&room, &id).await;
    assert_eq!((&listed[0]["state"], &listed[0]["error"]), (&json!("waiting"), &json!("answered 500")));
    *peer.status.lock().unwrap() = 204;
    room.app.clock.advance(10 * SECOND);
    work(&room).await;
    room.app.clock.advance(MINUTE);
    work(&room).await;
    assert_eq!(peer.requests().len(), 2);
    let listed = deliveries(&room, &id).await;
    assert_eq!((&listed[0]["state"], &listed[0]["attempts"]), (&json!("delivered"), &json!(2)));
}

async fn a_private_address_is_not_spoken_to_and_a_redirect_not_followed(engine: Engine) {
    let peer = Peer::open();
    let room = Newsroom::open(TestApp::new(engine));
    let id = hooked(&room, &peer.url).await;
    room.in_step("approved").await;
    work(&room).await;
    assert_eq!(peer.requests().len(), 0);
    let listed = deliveries(&room, &id).await;
    let error = listed[0]["error"].as_str().unwrap();
    assert!(error.contains("private network"), "{error}");
    let elsewhere = Newsroom::open(TestApp::with(engine, &[("fetch_private_networks", "127.0.0.0/8")]));
    let id = hooked(&elsewhere, &peer.url).await;
    *peer.status.lock().unwrap() = 302;
    elsewhere.in_step("approved").await;
    work(&elsewhere).await;
    assert_eq!(peer.requests().len(), 1);
    assert_eq!(deliveries(&elsewhere, &id).await[0]["error"], "answered 302");
}

async fn an_address_that_does_not_answer_is_tried_once_for_all_that_waits(engine: Engine) {
    let room = Newsroom::open(TestApp::with(engine, &[("fetch_private_networks", "127.0.0.0/8")]));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let id = hooked(&room, &format!("http://{free}/hook")).await;
    let attempts = async || {
        let listed = deliveries(&room, &id).await;
        let mut attempts: Vec<i64> = listed.iter().map(|one| one["attempts"].as_i64().unwrap()).collect();
        attempts.sort_unstable();
        attempts
    };
    room.in_step("approved").await;
    room.in_step("approved").await;
    work(&room).await;
    assert_eq!(attempts().await, [0, 1], "the second waits with the first");
    room.app.clock.advance(10 * SECOND);
    work(&room).await;
    assert_eq!(attempts().await.iter().sum::<i64>(), 2, "and one of both tries again");
    let peer = Peer::open();
    let body = json!({"url": peer.url, "kinds": ["approved"]});
    let token = room.token(Role::WebDeveloper);
    let changed = Call::new("PUT", &format!("{PATH}/{id}")).token(&token).seen(&json!(1)).json(&body).send(&room.app);
    changed.await.assert_ok();
    room.app.clock.advance(HOUR);
    work(&room).await;
    assert_eq!(peer.requests().len(), 2, "another address is told of both");
}

async fn webhooks_are_changed_by_version_and_are_of_their_site(engine: Engine) {
    let room = Newsroom::open(TestApp::new(engine));
    let id = hooked(&room, "https://a.example.go.id/hook").await;
    let path = format!("{PATH}/{id}");
    let put = |version: i32, body: Value| {
        let token = room.token(Role::WebDeveloper);
        Call::new("PUT", &path).token(&token).seen(&json!(version)).json(&body).send(&room.app)
    };
    let body = json!({"url": "https://b.example.go.id/", "kinds": ["published"], "active": false});
    put(7, body.clone()).await.assert_refused(412, "stale");
    assert_eq!(put(1, body.clone()).await.assert_ok().json()["active"], false);
    put(2, json!({"url": "ftp://x/", "kinds": []})).await.assert_refused(422, "invalid");
    put(2, json!({"url": "https://b.example.go.id/", "kinds": ["puisi"]})).await.assert_refused(400, "malformed");
    room.app.site("lain");
    let elsewhere = path.replace("/portal/", "/lain/");
    let admin = room.app.token(&room.app.user("pengelola", &[(Role::Admin, None)]));
    Call::get(&format!("{elsewhere}/deliveries")).token(&admin).send(&room.app).await.assert_refused(404, "not_found");
    let remove = |token: String| Call::new("DELETE", &path).token(&token).seen(&json!(2)).send(&room.app);
    remove(room.token(Role::Publisher)).await.assert_refused(403, "forbidden");
    assert_eq!(remove(admin).await.status, 204);
    let none = json!({"url": "https://b.example.go.id/", "kinds": ["published"]});
    let made = Call::post(PATH).token(&room.token(Role::WebDeveloper)).json(&none).send(&room.app).await;
    made.assert_refused(422, "invalid");
}

on_each!(
    a_program_is_told_of_its_kinds_with_a_signature,
    what_was_not_taken_is_tried_again_and_then_not_twice,
    a_private_address_is_not_spoken_to_and_a_redirect_not_followed,
    an_address_that_does_not_answer_is_tried_once_for_all_that_waits,
    webhooks_are_changed_by_version_and_are_of_their_site,
);
