//! A host that is not ours: it serves what it was given, and what somebody put there since.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use lamin::publish::serve::content_type;

use crate::publish::Tree;

/// What the host answers for one path.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

#[derive(Default)]
pub struct Content {
    /// By path, as in a folder.
    pub files: Tree,
    /// Instead of a file, by address.
    pub answers: BTreeMap<String, Answer>,
    /// Headers that are left out everywhere.
    pub without: Vec<String>,
    /// Added everywhere.
    pub with: Vec<(String, String)>,
}

pub struct Host {
    pub url: String,
    content: Arc<Mutex<Content>>,
    tls: Arc<Mutex<Option<Arc<rustls::ServerConfig>>>>,
    asked: Arc<AtomicUsize>,
}

impl Host {
    pub fn open(files: Tree) -> Self {
        Host::start(files, None)
    }

    /// Over TLS as `localhost`.
    pub fn secure(files: Tree, config: Arc<rustls::ServerConfig>) -> Self {
        Host::start(files, Some(config))
    }

    fn start(files: Tree, config: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = match &config {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let content = Arc::new(Mutex::new(Content { files, ..Content::default() }));
        let host = Host { url, content, tls: Arc::new(Mutex::new(config)), asked: Arc::default() };
        let (content, tls, asked) = (host.content.clone(), host.tls.clone(), host.asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (content, tls, asked) = (content.clone(), tls.lock().unwrap().clone(), asked.clone());
                std::thread::spawn(move || match tls {
                    None => talk(stream, &content, &asked),
                    Some(config) => {
                        let connection = rustls::ServerConnection::new(config).unwrap();
                        talk(rustls::StreamOwned::<_, TcpStream>::new(connection, stream), &content, &asked);
                    }
                });
            }
        });
        host
    }

    pub fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    pub fn show_certificate(&self, config: Arc<rustls::ServerConfig>) {
        *self.tls.lock().unwrap() = Some(config);
    }

    /// Requests so far.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn answer(&self, address: &str, status: u16, headers: &[(&str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.content().answers.insert(address.into(), Answer { status, headers, body: body.into() });
    }
}

fn talk(mut stream: impl Read + Write, content: &Mutex<Content>, asked: &AtomicUsize) {
    let mut buffer = Vec::new();
    loop {
        let mut piece = [0; 4096];
        while !buffer.windows(4).any(|window| window == b"\r\n\r\n") {
            match stream.read(&mut piece) {
                Ok(read) if read > 0 => buffer.extend_from_slice(&piece[..read]),
                _ => return,
            }
        }
        asked.fetch_add(1, Ordering::SeqCst);
        let request = String::from_utf8_lossy(&buffer).into_owned();
        buffer.clear();
        let address = request.split(' ').nth(1).unwrap_or("/").to_owned();
        let answer = content.lock().unwrap().of(&address);
        let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&answer.body)).is_err() {
            return;
        }
        let _ = stream.flush();
        if answer.headers.iter().any(|(name, _)| name == "Connection") {
            return;
        }
    }
}

impl Content {
    fn of(&self, address: &str) -> Answer {
        if let Some(answer) = self.answers.get(address) {
            return answer.clone();
        }
        let path = address.trim_start_matches('/').replace("%20", " ");
        let file = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path };
        let (status, name) = if self.files.contains_key(&file) { (200, file.as_str()) } else { (404, "404.html") };
        let kept = |name: &&(&str, &str)| !self.without.iter().any(|left_out| left_out == name.0);
        let usual = [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("permissions-policy", "camera=()"),
            ("strict-transport-security", "max-age=31536000"),
        ];
        let usual = usual.iter().filter(kept).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let headers = usual.chain([("content-type".to_owned(), content_type(name))]).chain(self.with.clone()).collect();
        Answer { status, headers, body: self.files.get(name).cloned().unwrap_or_default() }
    }
}
