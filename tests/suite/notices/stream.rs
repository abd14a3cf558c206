//! What open screens are told at once, over a real line.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use lamin::identity::Role;
use lamin::notices::bell::STREAMS_PER_PERSON_MAX;
use serde_json::json;

use crate::editorial::Newsroom;
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_move_rings_where_it_concerns_somebody_and_nowhere_else,
    a_stream_ends_with_its_session,
    a_stop_ends_open_streams_in_order,
    streams_are_counted_and_free_again_when_they_end,
    what_another_process_commits_is_heard_too,
);

/// Longer than any look of the listener, also on a machine with much else to do; what comes is waited for no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open stream; what has come of it so far.
struct Line {
    stream: TcpStream,
    come: String,
    ended: bool,
}

impl Line {
    fn open(address: SocketAddr, token: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        Line { stream, come: String::new(), ended: false }
    }

    /// Takes what is there.
    fn read(&mut self) {
        let mut piece = [0; 4096];
        match self.stream.read(&mut piece) {
            Ok(0) => self.ended = true,
            Ok(read) => self.come += &String::from_utf8_lossy(&piece[..read]),
            Err(_) => {}
        }
        self.ended |= self.come.ends_with("\r\n0\r\n\r\n");
    }

    /// Waits until so many events of a kind have come, or the stream has ended.
    fn waits_for(&mut self, kind: &str, count: usize) -> bool {
        let begun = Instant::now();
        while self.count(kind) < count && !self.ended && begun.elapsed() < PATIENCE {
            self.read();
        }
        self.count(kind) >= count
    }

    fn count(&self, kind: &str) -> usize {
        self.come.matches(&format!("event: {kind}\n")).count()
    }

    fn ends(&mut self) -> bool {
        let begun = Instant::now();
        while !self.ended && begun.elapsed() < PATIENCE {
            self.read();
        }
        self.ended
    }
}

/// Waits off the test's own loop, which may have to answer meanwhile.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    actix_web::web::block(work).await.unwrap()
}

async fn opened(address: SocketAddr, token: String) -> Line {
    off(move || {
        let mut line = Line::open(address, &token);
        assert!(line.waits_for("ready", 1), "{}", line.come);
        line
    })
    .await
}

async fn a_move_rings_where_it_concerns_somebody_and_nowhere_else(app: TestApp) {
    let room = Newsroom::open(app);
    let running = lamin::server::start(&room.app.serving, lamin::boot::handlers(), |_| Ok(())).unwrap();
    let elsewhere = room.app.site("lain").id;
    let stranger = room.app.user("orang", &[(Role::Editor, Some(elsewhere))]);
    let mut editor = opened(running.address, room.token(Role::Editor)).await;
    let mut author = opened(running.address, room.token(Role::Author)).await;
    let mut other = opened(running.address, room.app.token(&stranger)).await;
    room.in_step("handed_over").await;
    let (told, author, other) = off(move || {
        let told = editor.waits_for("notice", 1) && editor.waits_for("inbox", 1);
        author.waits_for("inbox", 1);
        other.read();
        (told, author, other)
    })
    .await;
    assert!(told);
    assert_eq!((author.count("inbox") > 0, author.count("notice")), (true, 0));
    assert_eq!((other.count("inbox"), other.count("notice")), (0, 0), "{}", other.come);
    drop((author, other));
    running.stop().await.unwrap();
}

async fn a_stream_ends_with_its_session(app: TestApp) {
    let room = Newsroom::open(app);
    let running = lamin::server::start(&room.app.serving, lamin::boot::handlers(), |_| Ok(())).unwrap();
    let mut line = opened(running.address, room.token(Role::Editor)).await;
    let session = room.actor(Role::Editor).session().unwrap();
    let path = format!("/api/v1/me/sessions/{session}");
    Call::new("DELETE", &path).token(&room.token(Role::Editor)).send(&room.app).await.assert_ok();
    assert!(off(move || line.ends()).await);
    running.stop().await.unwrap();
}

async fn a_stop_ends_open_streams_in_order(app: TestApp) {
    let room = Newsroom::open(app);
    let running = lamin::server::start(&room.app.serving, lamin::boot::handlers(), |_| Ok(())).unwrap();
    let mut line = opened(running.address, room.token(Role::Editor)).await;
    running.stop().await.unwrap();
    assert!(off(move || line.ends() && line.come.ends_with("0\r\n\r\n")).await, "it was not cut off, but ended");
}

async fn streams_are_counted_and_free_again_when_they_end(app: TestApp) {
    let room = Newsroom::open(app);
    let running = lamin::server::start(&room.app.serving, lamin::boot::handlers(), |_| Ok(())).unwrap();
    let mut lines = Vec::new();
    for _ in 0..STREAMS_PER_PERSON_MAX {
        lines.push(opened(running.address, room.token(Role::Editor)).await);
    }
    let refused = room.get(Role::Editor, "/api/v1/events").await;
    refused.assert_refused(429, "too_many_requests");
    drop(opened(running.address, room.token(Role::Author)).await);
    drop(lines);
    // Whoever went away is noticed when something is sent to them: a move of work rings for all.
    let begun = Instant::now();
    loop {
        room.in_step("handed_over").await;
        let (address, token) = (running.address, room.token(Role::Editor));
        let again = off(move || {
            let mut line = Line::open(address, &token);
            line.waits_for("ready", 1) && !line.come.starts_with("HTTP/1.1 429")
        });
        if again.await {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "the places did not become free");
    }
    running.stop().await.unwrap();
}

async fn what_another_process_commits_is_heard_too(app: TestApp) {
    let room = Newsroom::open(app);
    let running = lamin::server::start(&room.app.serving, lamin::boot::handlers(), |_| Ok(())).unwrap();
    let mut line = opened(running.address, room.token(Role::Editor)).await;
    // Another opening of the same database knows nothing of this one's commits, like another process.
    let other = lamin::db::Db::open(&room.app.config.database()).unwrap();
    let (site, now) = (room.site(), room.app.now());
    let event = lamin::ledger::Event::new("system:test", "editorial.submit", "entry:x").site(site).detail(json!({}));
    off(move || other.write_blocking(|tx| lamin::ledger::record(tx, &event, now)).unwrap()).await;
    assert!(off(move || line.waits_for("inbox", 1)).await);
    running.stop().await.unwrap();
}
