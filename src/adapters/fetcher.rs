//! Foreign hosts over HTTP/1.1, by `ureq`: connections are kept and used again, threads wait.

use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, NextTimeout, TcpConnector};
use ureq::{Agent, Error, http::Uri};

use super::addresses::is_public;
use super::tls::{Shown, Tls};
use crate::kernel::Result;
use crate::ports::{Ask, Fetched, Fetcher, Unfetched};

const CONNECT_SECONDS: u64 = 10;
/// Headers beyond it are refused.
const HEADER_BYTES_MAX: usize = 32 * 1024;
const IDLE_CONNECTIONS_PER_HOST: usize = 8;
const PIECE_BYTES: usize = 16 * 1024;
const NAME: &str = concat!("Lamin-verify/", env!("CARGO_PKG_VERSION"));
/// What a refused name is told by; `ureq` hands it through.
const PRIVATE: &str = "private network";

type Allowed = Box<dyn Fn(IpAddr) -> bool + Send + Sync>;

pub struct HttpFetcher {
    agent: Agent,
    shown: Shown,
}

impl HttpFetcher {
    /// `allowed` says which addresses may be spoken to although they are not public; `more_roots` is a PEM
    /// file of certificate authorities to trust beside Mozilla's.
    pub fn new(allowed: impl Fn(IpAddr) -> bool + Send + Sync + 'static, more_roots: &[u8]) -> Result<Self> {
        let shown = Shown::default();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(NAME)
            .accept_encoding("identity")
            .max_response_header_size(HEADER_BYTES_MAX)
            .max_idle_connections_per_host(IDLE_CONNECTIONS_PER_HOST)
            .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS)))
            .build();
        let connector = TcpConnector::default().chain(Tls::new(more_roots, shown.clone())?);
        let resolver = Guarded { allowed: Box::new(allowed), names: DefaultResolver::default() };
        Ok(HttpFetcher { agent: Agent::with_parts(config, connector, resolver), shown })
    }
}

impl Fetcher for HttpFetcher {
    fn fetch(&self, ask: &Ask, sink: &mut dyn FnMut(&[u8])) -> std::result::Result<Fetched, Unfetched> {
        let (uri, authority) = address(&ask.url)?;
        let told = |error: Error| why(error, &authority);
        let request = self.agent.get(uri.clone()).config().timeout_global(Some(Duration::from_secs(ask.seconds_max)));
        let answer = request.build().call().map_err(told)?;
        let (status, headers) = head(&answer);
        let mut body = answer.into_body().into_reader();
        let mut left = ask.bytes_max;
        let mut piece = vec![0; PIECE_BYTES];
        let cut = loop {
            let read = body.read(&mut piece).map_err(|error| told(Error::from(error)))?;
            if read == 0 {
                break false;
            }
            let taken = read.min(usize::try_from(left).unwrap_or(usize::MAX));
            sink(&piece[..taken]);
            left -= taken as u64;
            if taken < read {
                break true;
            }
        };
        let certificate = if uri.scheme_str() == Some("https") { self.shown.by(&authority) } else { None };
        Ok(Fetched { status, headers, cut, certificate })
    }

    fn post(&self, ask: &Ask, headers: &[(&str, String)], body: &[u8]) -> std::result::Result<Fetched, Unfetched> {
        let (uri, authority) = address(&ask.url)?;
        let request = self.agent.post(uri).config().timeout_global(Some(Duration::from_secs(ask.seconds_max))).build();
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let answer = request.send(body).map_err(|error| why(error, &authority))?;
        let (status, headers) = head(&answer);
        Ok(Fetched { status, headers, cut: true, certificate: None })
    }
}

/// The address and whom it leads to.
fn address(url: &str) -> std::result::Result<(Uri, String), Unfetched> {
    let bad = || Unfetched::BadAddress(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(bad)?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(bad());
    }
    let authority = authority.as_str().to_owned();
    Ok((uri, authority))
}

/// Status and headers of an answer.
fn head(answer: &ureq::http::Response<ureq::Body>) -> (u16, Vec<(String, String)>) {
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    (answer.status().as_u16(), headers)
}

fn why(error: Error, authority: &str) -> Unfetched {
    match error {
        Error::Other(cause) if cause.to_string() == PRIVATE => Unfetched::PrivateNetwork(authority.to_owned()),
        Error::HostNotFound => Unfetched::NoSuchHost,
        Error::Timeout(_) => Unfetched::TooSlow,
        Error::Tls(why) => Unfetched::Insecure(why.to_owned()),
        Error::Rustls(error) => Unfetched::Insecure(error.to_string()),
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(tls) => Unfetched::Insecure(tls.to_string()),
            None if error.kind() == std::io::ErrorKind::TimedOut => Unfetched::TooSlow,
            None => Unfetched::Broken(error.to_string()),
        },
        other => Unfetched::Broken(other.to_string()),
    }
}

/// Looks a name up once and hands only addresses on that may be spoken to, so that a name which changes its
/// answer between the check and the connection gains nothing.
struct Guarded {
    allowed: Allowed,
    names: DefaultResolver,
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guarded")
    }
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout).map_err(unknown_or_not)?;
        let mut fit = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip()) || (self.allowed)(address.ip())) {
            fit.push(*address);
        }
        if fit.is_empty() { Err(Error::Other(PRIVATE.into())) } else { Ok(fit) }
    }
}

/// How C libraries say that a name does not exist; that a name server does not answer is another matter. The standard
/// library hands through nothing but these words, in English whatever the machine speaks.
const UNKNOWN_NAME: &[&str] = &[
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "Name has no usable address",
    "nodename nor servname provided",
];

fn unknown_or_not(error: Error) -> Error {
    let says_so = |error: &std::io::Error| UNKNOWN_NAME.iter().any(|words| error.to_string().contains(words));
    match error {
        Error::Io(error) if says_so(&error) => Error::HostNotFound,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    /// A server that answers one connection with these bytes.
    fn answering(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        });
        format!("http://{address}/")
    }

    fn ask(url: &str, bytes_max: u64) -> Ask {
        Ask { url: url.into(), bytes_max, seconds_max: 5 }
    }

    fn fetch(fetcher: &HttpFetcher, ask: &Ask) -> std::result::Result<(Fetched, Vec<u8>), Unfetched> {
        let mut body = Vec::new();
        let fetched = fetcher.fetch(ask, &mut |piece| body.extend_from_slice(piece))?;
        Ok((fetched, body))
    }

    #[test]
    fn this_machine_is_spoken_to_only_when_that_is_allowed() {
        let closed = HttpFetcher::new(|_| false, b"").unwrap();
        let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assert!(matches!(fetch(&closed, &ask(&url, 9)), Err(Unfetched::PrivateNetwork(_))));
        assert!(matches!(fetch(&closed, &ask("http://localhost:1/", 9)), Err(Unfetched::PrivateNetwork(_))));
        let open = HttpFetcher::new(|address| address.is_loopback(), b"").unwrap();
        let (fetched, body) = fetch(&open, &ask(&url, 9)).unwrap();
        assert_eq!((fetched.status, fetched.cut, body.as_slice()), (200, false, &b"ok"[..]));
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_from_a_name_server_that_does_not_answer() {
        let open = HttpFetcher::new(|_| true, b"").unwrap();
        // No name is that long, which the library knows without asking anybody.
        let unknown = format!("http://{}.example/", "a".repeat(70));
        assert_eq!(fetch(&open, &ask(&unknown, 1)), Err(Unfetched::NoSuchHost));
        let silent =
            std::io::Error::other("failed to lookup address information: Temporary failure in name resolution");
        assert!(matches!(unknown_or_not(Error::Io(silent)), Error::Io(_)));
    }

    #[test]
    fn a_redirect_is_told_and_not_followed_and_a_long_body_is_cut() {
        let open = HttpFetcher::new(|address| address.is_loopback(), b"").unwrap();
        let url =
            answering("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 6\r\n\r\nabcdef");
        let (fetched, body) = fetch(&open, &ask(&url, 4)).unwrap();
        assert_eq!((fetched.status, fetched.header("location")), (302, Some("http://169.254.169.254/")));
        assert_eq!((fetched.cut, body.as_slice()), (true, &b"abcd"[..]));
    }

    #[test]
    fn an_address_with_a_user_or_of_another_kind_is_refused() {
        let open = HttpFetcher::new(|_| true, b"").unwrap();
        for url in ["ftp://a/", "http://u:p@127.0.0.1/", "file:///etc/passwd", "x"] {
            assert!(matches!(fetch(&open, &ask(url, 1)), Err(Unfetched::BadAddress(_))), "{url}");
        }
    }
}
