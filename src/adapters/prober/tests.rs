//! Hosts that answer in every way but the right one.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use super::*;
use crate::ports::probing::Ended;

/// A host that does this with each connection, after it has read a request.
fn host(does: impl Fn(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            does(&mut stream);
        }
    });
    format!("http://{address}/")
}

fn says(answer: impl Into<Vec<u8>>) -> String {
    let answer = answer.into();
    host(move |stream| drop(stream.write_all(&answer)))
}

fn prober() -> HttpProber {
    HttpProber::new(|address| address.is_loopback(), &[], (b"", "+https://lamin.example/")).unwrap()
}

fn visit(url: &str) -> Visit {
    let url = Url::parse(url).unwrap();
    Visit { url, visitor: Visitor::Browser, bytes_max: 10_000, span_max: Duration::from_secs(5) }
}

async fn look(url: &str) -> Looked {
    prober().look(visit(url)).await
}

fn kind(looked: &Looked) -> FailureKind {
    looked.outcome.as_ref().unwrap_err().kind
}

#[tokio::test]
async fn a_page_is_read_whole_and_each_part_of_the_way_is_timed() {
    let looked = look(&says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok")).await;
    let answer = looked.outcome.unwrap();
    assert_eq!((answer.status, answer.header("x-a"), answer.body.as_slice()), (200, Some("b"), &b"ok"[..]));
    assert_eq!((answer.ended, looked.address), (Ended::Whole, Some(IpAddr::from([127, 0, 0, 1]))));
    let spans = looked.spans;
    assert!(spans.resolved <= spans.connected && spans.connected <= spans.first_byte);
    assert!(spans.first_byte.is_some_and(|first| first <= spans.whole) && spans.secured.is_none());
}

#[tokio::test]
async fn private_networks_are_not_spoken_to_unless_allowed_or_pinned() {
    let url = says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let closed = HttpProber::new(|_| false, &[], (b"", "")).unwrap();
    for url in [url.as_str(), "http://localhost:1/", "http://[::1]/", "http://169.254.169.254/", "http://2130706433/"] {
        assert_eq!(kind(&closed.look(visit(url)).await), FailureKind::PrivateNetwork, "{url}");
    }
    let port = Url::parse(&url).unwrap().port().unwrap();
    let pin = Pinned::parse(&format!("situs.example.go.id:{port}:127.0.0.1")).unwrap();
    let pinned = HttpProber::new(|_| false, &[pin], (b"", "")).unwrap();
    assert!(pinned.look(visit(&format!("http://situs.example.go.id:{port}/"))).await.outcome.is_ok());
    assert_eq!(kind(&pinned.look(visit("ftp://a.example/")).await), FailureKind::BadAddress);
    assert_eq!(kind(&pinned.look(visit("http://u:p@a.example/")).await), FailureKind::BadAddress);
}

#[tokio::test]
async fn whatever_a_host_does_ends_as_an_outcome() {
    let flood: String = (0..5000).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let failures = [
        (says(""), FailureKind::Closed),
        (says("SSH-2.0-OpenSSH_9.2\r\n"), FailureKind::Malformed),
        (says("\x16\x03\x01\x02\x00\x01\x00\x01\x03\x03 not http at all"), FailureKind::Malformed),
        (says(format!("HTTP/1.1 200 OK\r\n{flood}\r\n")), FailureKind::TooManyHeaders),
        (says(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(200_000))), FailureKind::TooManyHeaders),
    ];
    for (url, expected) in failures {
        assert_eq!(kind(&look(&url).await), expected);
    }
    // Nobody listens there.
    assert_eq!(kind(&look("http://127.0.0.1:1/").await), FailureKind::Refused);
    let tls = look(&says("HTTP/1.1 400 Bad Request\r\n\r\n").replace("http:", "https:")).await;
    assert_eq!(kind(&tls), FailureKind::Tls);
}

#[tokio::test]
async fn bodies_end_at_their_limits_and_what_came_is_kept() {
    let ended = |looked: Looked| looked.outcome.map(|answer| (answer.ended, answer.body.len())).unwrap();
    let long = format!("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n{}", "a".repeat(50_000));
    assert_eq!(ended(look(&says(long)).await), (Ended::Cut, 10_000));
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc";
    assert_eq!(ended(look(&says(short)).await), (Ended::Broken, 3));
    let endless = host(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'a'; 4096]).is_ok() {}
    });
    assert_eq!(ended(look(&endless).await), (Ended::Cut, 10_000));
    let drip = host(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b"a").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let hasty = Visit { span_max: Duration::from_secs(3), ..visit(&drip) };
    let (end, bytes) = ended(prober().look(hasty).await);
    assert!(end == Ended::TooSlow && bytes > 0);
    let silent = host(|_| std::thread::sleep(Duration::from_secs(20)));
    let hasty = Visit { span_max: Duration::from_millis(300), ..visit(&silent) };
    assert_eq!(kind(&prober().look(hasty).await), FailureKind::TooSlow);
}

#[tokio::test]
async fn a_packed_body_is_unpacked_and_a_bomb_is_cut() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![b'0'; 20 << 20]).unwrap();
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    answer.extend(gzip.finish().unwrap());
    let answer = look(&says(answer)).await.outcome.unwrap();
    assert_eq!((answer.ended, answer.body.len()), (Ended::Cut, 10_000));
    let wrong = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok";
    assert_eq!(look(&says(wrong)).await.outcome.unwrap().ended, Ended::Broken);
}

#[tokio::test]
async fn each_visitor_says_who_they_are_and_how_to_reach_us() {
    // The request itself is what is looked at: a listener of its own.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a?b=c", listener.local_addr().unwrap());

    for (visitor, agent, referrer) in [
        (Visitor::Browser, "Windows NT", false),
        (Visitor::FromSearch, "Windows NT", true),
        (Visitor::Phone, "Mobile", true),
        (Visitor::Crawler, "Googlebot", false),
    ] {
        let asks = tokio::spawn({
            let visit = Visit { visitor, ..visit(&url) };
            async move { prober().look(visit).await }
        });
        let listener = listener.try_clone().unwrap();
        let request = tokio::task::spawn_blocking(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes[..read]).to_lowercase()
        });
        let request = request.await.unwrap();
        assert!(request.starts_with("get /a?b=c http/1.1\r\n"), "{request}");
        assert!(request.contains(&agent.to_lowercase()) && request.contains("+https://lamin.example/"), "{request}");
        assert_eq!(request.contains("referer: https://www.google.com/"), referrer, "{request}");
        asks.await.unwrap();
    }
}

/// A host with a certificate of its own making for these names.
fn secured(names: &[&str]) -> (u16, String) {
    let certified =
        rcgen::generate_simple_self_signed(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    let root = certified.cert.pem();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (port, root)
}

#[tokio::test]
async fn a_certificate_that_browsers_refuse_is_told_and_the_page_is_seen_nevertheless() {
    let (port, root) = secured(&["situs.example.go.id"]);
    let pins: Vec<_> = ["situs", "lain"]
        .iter()
        .map(|name| Pinned::parse(&format!("{name}.example.go.id:{port}:127.0.0.1")).unwrap())
        .collect();
    let look = async |roots: &[u8], name: &str| {
        let prober = HttpProber::new(|_| false, &pins, (roots, "")).unwrap();
        prober.look(visit(&format!("https://{name}.example.go.id:{port}/"))).await
    };
    let looked = look(root.as_bytes(), "situs").await;
    let shown = looked.secured.unwrap();
    assert_eq!((shown.version.as_str(), shown.distrusted, shown.chain.len()), ("1.3", None, 1));
    assert_eq!(looked.outcome.unwrap().body, b"ok");
    let other = look(root.as_bytes(), "lain").await;
    assert_eq!(other.secured.unwrap().distrusted.as_deref(), Some("for another name"));
    assert!(other.outcome.is_ok() && looked.spans.secured.is_some());
    let unknown = look(b"", "situs").await.secured.unwrap();
    assert!(unknown.distrusted.is_some_and(|why| why.contains("unknown issuer")));
}
