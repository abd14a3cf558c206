//! Who is on call, reached by a small server that this test is.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lamin::db::Engine;
use lamin::identity::Role;
use lamin::kernel::time::MINUTE;
use lamin::notices::hooks::rules::signature;
use serde_json::{Value, json};

use super::{Watch, kinds, path, tick, with};
use crate::on_each;

pub const TOKEN: &str = "123456:AAbbCC-dd_ee";
const SECRET: &str = "sebuah rahasia panjang";

/// A server that keeps requests, and answers as it is told to.
pub struct Peer {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<u16>>,
}

impl Peer {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (requests, status) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(200)));
        let (kept, says) = (requests.clone(), status.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                kept.lock().unwrap().push(whole(&mut stream));
                let status = *says.lock().unwrap();
                let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Peer { url, requests, status }
    }

    pub fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }
}

/// Head and body of a request with a length.
fn whole(stream: &mut std::net::TcpStream) -> String {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= header(head, "content-length").parse::<usize>().unwrap_or_default()
        {
            return text;
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

async fn set(watch: &Watch, peer: &Peer) {
    let (first, second) = (watch.actor(Role::Monitor).user(), watch.actor(Role::Head).user());
    let list = json!({ "people": [{ "user": first, "telegram": "-100200" }, { "user": second, "webhook": format!("{}/hook", peer.url) }],
        "repeat_minutes": 15, "telegram_token": TOKEN, "webhook_secret": SECRET });
    let set = watch.send(Role::Head, "PUT", ("/api/v1/on-call", &json!(0)), list).await.assert_ok();
    assert!(!set.text.contains(TOKEN) && !set.text.contains(SECRET), "{}", set.text);
}

fn calls(incident: &Value) -> Vec<Value> {
    let lines = incident["timeline"].as_array().unwrap();
    lines.iter().filter(|line| line["kind"] == "called").map(|line| line["detail"]["ways"][0].clone()).collect()
}

async fn people_are_called_one_after_another_until_somebody_takes_it(engine: Engine) {
    let peer = Peer::open();
    let watch = with(engine, &[("fetch_private_networks", "127.0.0.0/8"), ("telegram_api_url", peer.url.as_str())]);
    set(&watch, &peer).await;
    watch.found("https://arsip.go.id/", "Diserang").await;
    let requests = peer.take();
    assert_eq!(requests.len(), 1, "{requests:#?}");
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("POST /bot{TOKEN}/sendMessage HTTP/1.1")), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let text = body["text"].as_str().unwrap();
    assert!(body["chat_id"] == "-100200" && text.starts_with("INS-2026-0001 Diserang\n"), "{body:#}");
    let id = watch.incidents().await[0]["id"].clone();
    assert!(text.ends_with(&format!("/admin/incidents/{}", id.as_str().unwrap())), "{text}");
    watch.app.clock.advance(14 * MINUTE);
    watch.work().await;
    assert_eq!(peer.take().len(), 0, "nobody is called before the time");
    watch.app.clock.advance(MINUTE);
    watch.work().await;
    let requests = peer.take();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(requests.len() == 1 && head.starts_with("POST /hook HTTP/1.1"), "{requests:#?}");
    let seconds: i64 = header(head, "lamin-timestamp").parse().unwrap();
    assert_eq!(header(head, "lamin-signature"), signature(SECRET.as_bytes(), seconds, body));
    peer.answers(500);
    watch.app.clock.advance(15 * MINUTE);
    watch.work().await;
    assert_eq!(peer.take().len(), 1, "the first is called again");
    let whole = watch.incident(&id).await;
    let ways = calls(&whole);
    assert_eq!(
        (&ways[0]["way"], &ways[1]["way"], &ways[2]["error"]),
        (&json!("telegram"), &json!("webhook"), &json!("answered 500"))
    );
    watch.post(Role::Monitor, &path(&id, "/take"), json!({})).await.assert_ok();
    watch.app.clock.advance(60 * MINUTE);
    watch.work().await;
    assert_eq!(peer.take().len(), 0, "whoever took it is left to work");
    assert_eq!(kinds(&watch.incident(&id).await).last().unwrap(), "taken");
    watch.post(Role::Monitor, &path(&id, "/take"), json!({})).await.assert_refused(409, "nothing_changed");
}

async fn a_call_that_does_not_arrive_tells_no_secret(engine: Engine) {
    let watch = with(engine, &[("telegram_api_url", "http://127.0.0.1:9")]);
    let peer = Peer::open();
    set(&watch, &peer).await;
    watch.found("https://arsip.go.id/", "Diserang").await;
    let id = watch.incidents().await[0]["id"].clone();
    let ways = calls(&watch.incident(&id).await);
    assert_eq!(ways[0]["sent"], false);
    let error = ways[0]["error"].as_str().unwrap();
    assert!(!error.is_empty() && !error.contains("AAbbCC"), "{error}");
    assert!(!watch.ledger().contains("AAbbCC"));
}

async fn whoever_is_put_on_the_list_later_is_called_while_an_incident_still_waits(engine: Engine) {
    let peer = Peer::open();
    let watch = with(engine, &[("fetch_private_networks", "127.0.0.0/8"), ("telegram_api_url", peer.url.as_str())]);
    watch.found("https://arsip.go.id/", "Diserang").await;
    watch.found("https://dinas.go.id/", "Diserang juga").await;
    let id = watch.incidents().await[1]["id"].clone();
    let other = watch.incidents().await[0]["id"].clone();
    watch.post(Role::Monitor, &path(&other, "/take"), json!({})).await.assert_ok();
    tick(&watch.app).await;
    assert!(!kinds(&watch.incident(&id).await).contains(&"called".to_owned()), "nobody is on the list");
    // Somebody by e-mail, where no mail server is set: a way that leads nowhere.
    let by_mail = json!({ "people": [{ "user": watch.actor(Role::Monitor).user(), "mail": true }] });
    watch.send(Role::Head, "PUT", ("/api/v1/on-call", &json!(0)), by_mail).await.assert_ok();
    tick(&watch.app).await;
    assert!(!kinds(&watch.incident(&id).await).contains(&"called".to_owned()), "nobody can be reached");
    let list = json!({ "people": [{ "user": watch.actor(Role::Monitor).user(), "mail": true }, { "user": watch.actor(Role::Head).user(), "telegram": "77" }],
        "repeat_minutes": 15, "telegram_token": TOKEN });
    watch.send(Role::Head, "PUT", ("/api/v1/on-call", &json!(1)), list).await.assert_ok();
    tick(&watch.app).await;
    let requests = peer.take();
    assert!(requests.len() == 1 && requests[0].contains("\"77\""), "those who can be reached, at once: {requests:#?}");
    tick(&watch.app).await;
    assert_eq!(peer.take().len(), 0, "and once");
    watch.app.clock.advance(15 * MINUTE);
    tick(&watch.app).await;
    assert_eq!(peer.take().len(), 1, "until somebody takes it");
    assert_eq!(calls(&watch.incident(&id).await).len(), 2);
    watch.post(Role::Monitor, &path(&id, "/take"), json!({})).await.assert_ok();
    watch.app.clock.advance(15 * MINUTE);
    tick(&watch.app).await;
    assert_eq!(peer.take().len(), 0);
    assert!(!kinds(&watch.incident(&other).await).contains(&"called".to_owned()), "what somebody has calls nobody");
}

async fn a_list_is_set_whole_or_not_at_all(engine: Engine) {
    let watch = with(engine, &[]);
    let first = watch.actor(Role::Monitor).user();
    let at = ("/api/v1/on-call", &json!(0));
    let silent = json!({ "people": [{ "user": first }, { "user": first, "telegram": "x" }], "repeat_minutes": 0 });
    let refused = watch.send(Role::Head, "PUT", at, silent).await;
    refused.assert_refused(422, "invalid");
    let fields: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
    assert!(fields.contains(&json!("people[0].mail")) && fields.contains(&json!("repeat_minutes")), "{fields:?}");
    watch.send(Role::Monitor, "PUT", at, json!({ "people": [] })).await.assert_refused(403, "forbidden");
    let list = json!({ "people": [{ "user": first, "mail": true }] });
    watch.send(Role::Admin, "PUT", at, list.clone()).await.assert_ok();
    watch.send(Role::Admin, "PUT", at, list).await.assert_refused(412, "stale");
    let kept = watch.get(Role::Head, "/api/v1/on-call").await.assert_ok().json();
    assert_eq!(
        (&kept["version"], &kept["repeat_minutes"], &kept["names"][0]["name"]),
        (&json!(1), &json!(10), &json!("monitor"))
    );
}

on_each!(
    people_are_called_one_after_another_until_somebody_takes_it,
    a_call_that_does_not_arrive_tells_no_secret,
    whoever_is_put_on_the_list_later_is_called_while_an_incident_still_waits,
    a_list_is_set_whole_or_not_at_all,
);
