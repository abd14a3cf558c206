//! Websites of our own making, on this machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

pub const HOST: &str = "dinas.example.go.id";

pub struct Request {
    head: String,
    pub port: u16,
}

impl Request {
    /// Without what stands behind `?`.
    pub fn path(&self) -> &str {
        let target = self.head.split(' ').nth(1).unwrap_or_default();
        target.split('?').next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

pub struct Site {
    pub port: u16,
}

impl Site {
    /// A website that answers each request with these bytes, one connection each.
    pub fn open(answers: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        // Whoever looks may have seen enough.
        Site::wild(move |request, stream| drop(stream.write_all(&answers(request))))
    }

    /// A website that does this with the connection of each request.
    pub fn wild(does: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Site::accepting(move |mut stream, port| {
            let mut bytes = [0; 8192];
            let read = stream.read(&mut bytes).unwrap_or_default();
            let request = Request { head: String::from_utf8_lossy(&bytes[..read]).into_owned(), port };
            does(&request, &mut stream);
        })
    }

    /// A website with a certificate for `name`, of its own making. Gives it as PEM, too.
    pub fn secured(name: &str, answers: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> (Self, String) {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let root = made.cert.pem();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
        let config = Arc::new(config.unwrap());
        let site = Site::accepting(move |stream, port| {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let mut bytes = [0; 8192];
            let read = stream.read(&mut bytes).unwrap_or_default();
            let request = Request { head: String::from_utf8_lossy(&bytes[..read]).into_owned(), port };
            if read > 0 {
                let _ = stream.write_all(&answers(&request));
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        (site, root)
    }

    /// A port that does this with each connection, on a thread for each.
    pub fn accepting(does: impl Fn(TcpStream, u16) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let does = Arc::new(does);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, does) = (stream.unwrap(), does.clone());
                std::thread::spawn(move || does(stream, port));
            }
        });
        Site { port }
    }
}

pub fn says(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

pub fn redirects(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} x\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=id><head><title>{title}</title></head><body>{body}<footer>© 2026 Dinas Kominfo Kota Contoh</footer></body></html>"
    )
}

/// The day so many days before the day of the tests, 12 January 2026.
pub fn days_ago(days: i64) -> String {
    let day = jiff::civil::date(2026, 1, 12) - jiff::Span::new().days(days);
    day.to_string()
}

/// A list of items of these ages in days.
pub fn list(section: &str, days: &[i64]) -> String {
    let item = |days: &i64| {
        let day = days_ago(*days);
        format!(
            "<article><h2><a href=/{section}/kegiatan-{day}/>Kegiatan dinas pada hari itu</a></h2><time datetime={day}>{day}</time></article>"
        )
    };
    days.iter().map(item).collect()
}

pub fn rss(days: &[i64]) -> String {
    let item = |days: &i64| {
        let day: jiff::civil::Date = days_ago(*days).parse().unwrap();
        let date = day.strftime("%a, %d %b %Y 08:00:00 +0800");
        format!("<item><title>x</title><link>http://{HOST}/{days}/</link><pubDate>{date}</pubDate></item>")
    };
    let items: String = days.iter().map(item).collect();
    format!(
        "<?xml version='1.0'?><rss><channel><lastBuildDate>Mon, 12 Jan 2026 09:00:00 +0800</lastBuildDate>{items}</channel></rss>"
    )
}
