//! The scanner of uploads, spoken to over real sockets.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use lamin::db::Engine;
use lamin::identity::Role;

use crate::support::{Call, TestApp};

/// Speaks what clamd(8) speaks, to one caller after another.
fn answer(mut stream: impl Read + Write) {
    let mut command = [0; 10];
    stream.read_exact(&mut command).unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut file = Vec::new();
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 {
            break;
        }
        let start = file.len();
        file.resize(start + length, 0);
        stream.read_exact(&mut file[start..]).unwrap();
    }
    let found = memchr::memmem::find(&file, b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE").is_some();
    let verdict: &[u8] = if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" };
    stream.write_all(verdict).unwrap();
}

const PATH: &str = "/api/v1/sites/portal/assets";

/// In two parts, so that no scanner takes this file for what it is not.
fn eicar() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

async fn sent(app: &TestApp, bytes: &[u8]) -> crate::support::Reply {
    let ani = app.user("ani", &[(Role::Author, Some(app.site("portal").id))]);
    Call::post(PATH).token(&app.token(&ani)).file("a.txt", bytes).send(app).await
}

#[actix_web::test]
async fn a_scanner_on_a_tcp_socket_finds_what_is_harmful() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let scanner = format!("tcp:{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    let app = TestApp::with(Engine::Sqlite, &[("scanner", &scanner)]);
    let refused = sent(&app, &eicar()).await;
    refused.assert_refused(415, "unsupported_media");
    assert_eq!(refused.json()["reason"], "infected");
    assert!(refused.json()["detail"].as_str().unwrap().contains("Eicar-Test-Signature"));
}

#[actix_web::test]
async fn a_scanner_on_a_unix_socket_lets_the_harmless_pass() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clamd.ctl");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    let app = TestApp::with(Engine::Sqlite, &[("scanner", &format!("unix:{}", path.display()))]);
    sent(&app, b"isi").await.assert_ok();
}

#[actix_web::test]
async fn nothing_is_accepted_while_the_scanner_cannot_be_reached() {
    let app = TestApp::with(Engine::Sqlite, &[("scanner", "unix:/nowhere/clamd.ctl")]);
    sent(&app, b"isi").await.assert_refused(503, "scanner_unreachable");
}
