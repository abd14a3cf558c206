//! Links to other hosts, asked of a small server that this test is.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lamin::db::Engine;
use lamin::identity::Role;
use lamin::kernel::time::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

use super::with_body;
use crate::editorial::{Item, Newsroom};
use crate::on_each;
use crate::support::{Call, TestApp};

/// A foreign host: `/404/x` is answered with 404, `/on/x` leads on to `/404/x`; it keeps the paths that were asked.
struct Foreign {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Foreign {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut request) = (stream.unwrap(), [0; 4096]);
                let read = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
                let (first, rest) = path[1..].split_once('/').unwrap_or_default();
                let head = match first {
                    "on" => format!("301 x\r\nLocation: /404/{rest}"),
                    status => format!("{status} x"),
                };
                kept.lock().unwrap().push(path.clone());
                let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Foreign { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn room(engine: Engine) -> Newsroom {
    Newsroom::open(TestApp::with(engine, &[("fetch_private_networks", "127.0.0.0/8")]))
}

/// The worker's turn, some time later.
async fn work(room: &Newsroom, later: i64) {
    room.app.clock.advance(later);
    let app = room.app.app.clone();
    actix_web::web::block(move || lamin::jobs::run_due(&app, &lamin::boot::handlers())).await.unwrap().unwrap();
}

/// The addresses that are told to be broken, with what is said of them in English.
async fn told(item: &Item<'_>) -> (Vec<(String, String)>, bool) {
    let report = item.checks().await;
    let of_it = |finding: &&Value| finding["check"] == "external_link_broken";
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = report["findings"].as_array().unwrap().iter().filter(of_it);
    let found = found.map(|finding| (text(&finding["excerpt"]), text(&finding["detail"]["en"])));
    (found.collect(), report["asks_links"] == true)
}

async fn a_page_that_is_gone_is_told_after_the_background_asked_and_holds_nothing_up(engine: Engine) {
    let (foreign, room) = (Foreign::open(), room(engine));
    let url = &foreign.url;
    let body = format!("[a]({url}/200/a) [b]({url}/404/b#x) [c]({url}/on/c) [d]({url}/403/d) [e]({url}/503/e)");
    let item = with_body(&room, &body).await;
    assert_eq!(told(&item).await, (vec![], true), "nobody waits for a foreign host");
    assert_eq!(foreign.asked(), 0);
    work(&room, MINUTE).await;
    assert_eq!(foreign.asked(), 6, "each once, and what one leads on to");
    let (found, is_asking) = told(&item).await;
    let addresses: Vec<&str> = found.iter().map(|(address, _)| address.as_str()).collect();
    assert_eq!((addresses, is_asking), (vec![&*format!("{url}/404/b#x"), &*format!("{url}/on/c")], false));
    let sentence = "The other site says that it has no such page (404; asked on 2026-11-23 at 09:01).";
    assert_eq!(found[0].1, sentence);
    work(&room, HOUR).await;
    assert_eq!(foreign.asked(), 6, "what was said holds");
    work(&room, DAY).await;
    assert!(told(&item).await.1, "but what is not good is asked again when somebody looks");
    work(&room, 0).await;
    assert_eq!(foreign.asked(), 11);
    item.goes_to("published").await;
}

async fn a_host_that_does_not_exist_is_told_when_it_was_unknown_twice(engine: Engine) {
    let room = room(engine);
    // The library knows without a name server that no name is that long.
    let item = with_body(&room, &format!("[a](https://{}.example/)", "a".repeat(70))).await;
    work(&room, MINUTE).await;
    assert_eq!(told(&item).await, (vec![], false));
    work(&room, HOUR).await;
    let (found, _) = told(&item).await;
    assert!(found[0].1.contains("not found, twice (no_such_host"), "{found:?}");
}

async fn a_host_is_asked_slowly_and_one_that_is_silent_slower(engine: Engine) {
    let (foreign, room) = (Foreign::open(), room(engine));
    let silent = TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap();
    let links = (0..10).map(|at| format!("[a]({}/200/{at}) [b](http://{silent}/{at}) ", foreign.url));
    let item = with_body(&room, &links.collect::<String>()).await;
    work(&room, MINUTE).await;
    assert_eq!((foreign.asked(), told(&item).await), (6, (vec![], true)));
    work(&room, MINUTE).await;
    assert_eq!((foreign.asked(), told(&item).await), (10, (vec![], true)), "the silent one has eight to go");
}

async fn no_site_lets_foreign_hosts_hold_content_back_and_one_may_leave_them_alone(engine: Engine) {
    let (foreign, room) = (Foreign::open(), room(engine));
    let set = |severity: &str| {
        let call = Call::new("PUT", "/api/v1/sites/portal/checks").token(&room.token(Role::Head)).seen(&json!(0));
        call.json(&json!({"severities": {"external_link_broken": severity}})).send(&room.app)
    };
    let refused = set("block").await;
    refused.assert_refused(422, "invalid");
    assert_eq!(refused.json()["errors"][0]["code"], "cannot_block");
    set("off").await.assert_ok();
    let item = with_body(&room, &format!("[b]({}/404/b)", foreign.url)).await;
    work(&room, MINUTE).await;
    assert_eq!((foreign.asked(), told(&item).await), (0, (vec![], false)));
}

on_each!(
    a_page_that_is_gone_is_told_after_the_background_asked_and_holds_nothing_up,
    a_host_that_does_not_exist_is_told_when_it_was_unknown_twice,
    a_host_is_asked_slowly_and_one_that_is_silent_slower,
    no_site_lets_foreign_hosts_hold_content_back_and_one_may_leave_them_alone,
);
