//! Looks at websites of others: a name looked up, a connection to an address that was checked, TLS, one request.
//! By hyper, rustls and hickory, all of which wait without a thread: thousands of looks may be under way.

mod old_tls;
mod reading;
mod trust;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RecordType;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::addresses::is_public;
use crate::kernel::{Context, Result};
use crate::ports::probing::{
    Answer, Failure, FailureKind, Looked, OldTls, Pinned, Prober, RecordKind, Secured, Spans, Visit, Visitor,
};

const RESOLVE_SPAN_MAX: Duration = Duration::from_secs(5);
const CONNECT_SPAN_MAX: Duration = Duration::from_secs(10);
const OLD_TLS_SPAN_MAX: Duration = Duration::from_secs(5);
const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Of one name; a list that is longer says nothing more.
const ADDRESSES_TRIED_MAX: usize = 3;
const RECORDS_MAX: usize = 50;

type Allowed = Box<dyn Fn(IpAddr) -> bool + Send + Sync>;
type Step<T> = std::result::Result<T, Failure>;

pub struct HttpProber {
    allowed: Allowed,
    pinned: HashMap<(String, u16), SocketAddr>,
    names: TokioResolver,
    tls: trust::Tls,
    /// Where whoever is looked at can read who we are; stands in the name that we give.
    contact: String,
}

impl HttpProber {
    /// `allowed` says which addresses may be spoken to although they are not public; what is `pinned` was named by
    /// whoever runs this, and needs no leave. `more_roots` is a PEM file of authorities to trust beside Mozilla's.
    pub fn new(
        allowed: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
        pinned: &[Pinned],
        (more_roots, contact): (&[u8], &str),
    ) -> Result<Self> {
        let mut names = TokioResolver::builder_tokio().context("read the settings of the name service")?;
        names.options_mut().timeout = Duration::from_secs(2);
        names.options_mut().attempts = 2;
        Ok(HttpProber {
            allowed: Box::new(allowed),
            pinned: pinned.iter().map(|pin| ((pin.host.clone(), pin.port), pin.socket())).collect(),
            names: names.build().context("begin to ask the name service")?,
            tls: trust::Tls::new(more_roots)?,
            contact: contact.to_owned(),
        })
    }

    async fn go(&self, visit: &Visit, seen: &mut Seen) -> Step<Answer> {
        let way = Way::of(&visit.url)?;
        let sockets = self.addresses(&way).await?;
        seen.spans.resolved = Some(seen.begun.elapsed());
        let stream = connect(&sockets, seen).await?;
        seen.spans.connected = Some(seen.begun.elapsed());
        if !way.is_tls {
            return self.ask(stream, visit, &way, seen).await;
        }
        let name = ServerName::try_from(way.host.clone())
            .map_err(|_| failed(FailureKind::BadAddress, "no name for a certificate"))?;
        let connector = TlsConnector::from(self.tls.config.clone());
        let stream = connector.connect(name.clone(), stream).await.map_err(|error| tls_failed(&error))?;
        seen.spans.secured = Some(seen.begun.elapsed());
        seen.secured = Some(self.secured(stream.get_ref().1, &name));
        self.ask(stream, visit, &way, seen).await
    }

    /// Whom the host leads to, of those that may be spoken to.
    async fn addresses(&self, way: &Way) -> Step<Vec<SocketAddr>> {
        if let Some(socket) = self.pinned.get(&(way.host.clone(), way.port)) {
            return Ok(vec![*socket]);
        }
        let found = match way.ip {
            Some(ip) => vec![ip],
            None if way.host == "localhost" || way.host.ends_with(".localhost") => vec![IpAddr::from([127, 0, 0, 1])],
            None => self.resolve(&way.host).await?,
        };
        let fit = found.iter().filter(|address| is_public(**address) || (self.allowed)(**address));
        let fit: Vec<_> = fit.take(ADDRESSES_TRIED_MAX).map(|address| SocketAddr::new(*address, way.port)).collect();
        if fit.is_empty() {
            let detail = format!("{} leads to this machine or a private network", way.host);
            return Err(failed(FailureKind::PrivateNetwork, detail));
        }
        Ok(fit)
    }

    async fn resolve(&self, host: &str) -> Step<Vec<IpAddr>> {
        // The dot at its end: no domain of ours is to be tried behind it.
        let asked = self.names.lookup_ip(format!("{}.", host.trim_end_matches('.')));
        match tokio::time::timeout(RESOLVE_SPAN_MAX, asked).await {
            Err(_) => Err(failed(FailureKind::NameService, "the name service took too long")),
            Ok(Ok(found)) => Ok(found.iter().collect()),
            Ok(Err(error)) if error.is_nx_domain() || error.is_no_records_found() => {
                Err(failed(FailureKind::NoSuchHost, format!("no address for {host}")))
            }
            Ok(Err(error)) => Err(failed(FailureKind::NameService, error.to_string())),
        }
    }

    fn secured(&self, connection: &rustls::ClientConnection, name: &ServerName<'_>) -> Secured {
        let chain = connection.peer_certificates().unwrap_or_default();
        let version = match connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "1.3",
            _ => "1.2",
        };
        Secured {
            version: version.to_owned(),
            distrusted: self.tls.why_distrusted(chain, name),
            chain: chain.iter().map(|certificate| certificate.to_vec()).collect(),
        }
    }

    async fn ask<S>(&self, stream: S, visit: &Visit, way: &Way, seen: &mut Seen) -> Step<Answer>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut http = hyper::client::conn::http1::Builder::new();
        http.max_headers(HEADERS_MAX).max_buf_size(HEADER_BYTES_MAX);
        let (mut sender, connection) =
            http.handshake(TokioIo::new(stream)).await.map_err(|error| http_failed(&error))?;
        // Ends with the connection: at the latest when `sender` and the body are dropped.
        let carrying = tokio::spawn(connection);
        let _carrying = AbortOnDrop(carrying.abort_handle());
        let answer = sender.send_request(self.request(visit, way)?).await.map_err(|error| http_failed(&error))?;
        seen.spans.first_byte = Some(seen.begun.elapsed());
        let (head, body) = answer.into_parts();
        let headers = reading::headers(&head.headers);
        let (body, ended) = reading::body(body, &headers, visit.bytes_max, seen.until).await;
        Ok(Answer { status: head.status.as_u16(), headers, body, ended })
    }

    async fn old_tls(&self, url: &Url, version: OldTls) -> Option<bool> {
        let way = Way::of(url).ok().filter(|way| way.is_tls)?;
        let sockets = self.addresses(&way).await.ok()?;
        let mut stream = connect(&sockets, &mut Seen::at(Instant::now())).await.ok()?;
        let name = way.ip.is_none().then_some(way.host.as_str());
        // One who hangs up in a temper takes it no more than one who says so.
        old_tls::is_taken(&mut stream, name, version).await.unwrap_or(Some(false))
    }

    fn request(&self, visit: &Visit, way: &Way) -> Step<Request<Empty<Bytes>>> {
        let who = Guise::of(visit.visitor);
        let mut request = Request::get(way.target.as_str())
            .header(header::HOST, &way.authority)
            .header(header::USER_AGENT, format!("{}; {}", who.agent, self.contact))
            .header(header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header(header::ACCEPT_LANGUAGE, "id-ID,id;q=0.9,en;q=0.7")
            .header(header::ACCEPT_ENCODING, "gzip, deflate, br")
            .header(header::CONNECTION, "close");
        if let Some(referrer) = who.referrer {
            request = request.header(header::REFERER, referrer);
        }
        request.body(Empty::new()).map_err(|error| failed(FailureKind::BadAddress, error.to_string()))
    }
}

impl Prober for HttpProber {
    fn look(&self, visit: Visit) -> BoxFuture<'_, Looked> {
        async move {
            let begun = Instant::now();
            let mut seen = Seen { begun, until: begun + visit.span_max, ..Seen::at(begun) };
            let outcome = match tokio::time::timeout(visit.span_max + READ_GRACE, self.go(&visit, &mut seen)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(failed(FailureKind::TooSlow, seen.waited_for())),
            };
            seen.spans.whole = begun.elapsed();
            Looked { address: seen.address, spans: seen.spans, secured: seen.secured, outcome }
        }
        .boxed()
    }

    fn records(&self, name: &str, kind: RecordKind) -> BoxFuture<'_, std::result::Result<Vec<String>, String>> {
        let name = format!("{}.", name.trim_end_matches('.'));
        async move {
            let kind = match kind {
                RecordKind::Caa => RecordType::CAA,
                RecordKind::Cname => RecordType::CNAME,
                RecordKind::Ds => RecordType::DS,
                RecordKind::Txt => RecordType::TXT,
            };
            match tokio::time::timeout(RESOLVE_SPAN_MAX, self.names.lookup(name, kind)).await {
                Err(_) => Err("the name service took too long".to_owned()),
                Ok(Ok(found)) => {
                    let of_kind = found.answers().iter().filter(|record| record.record_type() == kind);
                    Ok(of_kind.take(RECORDS_MAX).map(|record| record.data.to_string()).collect())
                }
                Ok(Err(error)) if error.is_nx_domain() || error.is_no_records_found() => Ok(Vec::new()),
                Ok(Err(error)) => Err(error.to_string()),
            }
        }
        .boxed()
    }

    fn speaks_old_tls(&self, url: &Url, version: OldTls) -> BoxFuture<'_, Option<bool>> {
        let url = url.clone();
        async move {
            let told = tokio::time::timeout(OLD_TLS_SPAN_MAX, self.old_tls(&url, version)).await;
            told.ok().flatten()
        }
        .boxed()
    }
}

/// A body that is too slow ends by itself, with what has come of it; this is how long it may take to notice.
const READ_GRACE: Duration = Duration::from_millis(200);

/// What is known of a look so far, should it end early.
struct Seen {
    begun: Instant,
    until: Instant,
    address: Option<IpAddr>,
    spans: Spans,
    secured: Option<Secured>,
}

impl Seen {
    fn at(begun: Instant) -> Self {
        Seen { begun, until: begun, address: None, spans: Spans::default(), secured: None }
    }

    fn waited_for(&self) -> &'static str {
        match &self.spans {
            Spans { resolved: None, .. } => "no answer of the name service",
            Spans { connected: None, .. } => "no connection",
            Spans { first_byte: None, .. } => "connected, but no answer",
            _ => "the answer did not end",
        }
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Where an address leads.
struct Way {
    host: String,
    ip: Option<IpAddr>,
    port: u16,
    is_tls: bool,
    authority: String,
    target: String,
}

impl Way {
    fn of(url: &Url) -> Step<Self> {
        let bad = || failed(FailureKind::BadAddress, "not an http or https address without a user");
        let is_tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(bad()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad());
        }
        let ip = match url.host().ok_or_else(bad)? {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
        };
        let shown = url.host_str().ok_or_else(bad)?;
        let host = shown.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let authority = match url.port() {
            Some(port) => format!("{shown}:{port}"),
            None => shown.to_owned(),
        };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let port = url.port_or_known_default().ok_or_else(bad)?;
        Ok(Way { host, ip, port, is_tls, authority, target: format!("{}{query}", url.path()) })
    }
}

/// What a visitor says of themselves.
struct Guise {
    agent: &'static str,
    referrer: Option<&'static str>,
}

impl Guise {
    fn of(visitor: Visitor) -> Self {
        const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
        const CRAWLER: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        const SEARCH: Option<&str> = Some("https://www.google.com/");
        match visitor {
            Visitor::Browser => Guise { agent: DESK, referrer: None },
            Visitor::FromSearch => Guise { agent: DESK, referrer: SEARCH },
            Visitor::Phone => Guise { agent: PHONE, referrer: SEARCH },
            Visitor::Crawler => Guise { agent: CRAWLER, referrer: None },
        }
    }
}

async fn connect(sockets: &[SocketAddr], seen: &mut Seen) -> Step<TcpStream> {
    let mut last = failed(FailureKind::Unreachable, "no address");
    for socket in sockets {
        seen.address = Some(socket.ip());
        match tokio::time::timeout(CONNECT_SPAN_MAX, TcpStream::connect(socket)).await {
            Ok(Ok(stream)) => {
                // Small requests; an error costs a little time only.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                last = failed(FailureKind::Refused, format!("{socket} refuses connections"));
            }
            Ok(Err(error)) => last = failed(FailureKind::Unreachable, format!("{socket}: {error}")),
            Err(_) => last = failed(FailureKind::TooSlow, format!("no connection to {socket}")),
        }
    }
    Err(last)
}

fn failed(kind: FailureKind, detail: impl Into<String>) -> Failure {
    Failure { kind, detail: detail.into() }
}

fn tls_failed(error: &std::io::Error) -> Failure {
    let kind = match error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
        true => FailureKind::Tls,
        false => FailureKind::Closed,
    };
    failed(kind, format!("no secure connection: {error}"))
}

fn http_failed(error: &hyper::Error) -> Failure {
    let detail = error.to_string();
    // The library tells this kind apart for its server only; a test holds the words.
    let kind = match error.is_parse() {
        true if detail.contains("too large") => FailureKind::TooManyHeaders,
        true => FailureKind::Malformed,
        false => FailureKind::Closed,
    };
    failed(kind, detail)
}

#[cfg(test)]
mod tests;
