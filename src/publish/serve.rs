//! The published sites over HTTP: files of the live release, by host name.
//!
//! A request reads the link once and stays within that release. Nothing here needs the database while
//! it knows the sites' host names: when the database is gone, the sites stay.
#![expect(clippy::disallowed_methods, reason = "the home of published files")]

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use moka::sync::Cache;

use super::ranges::{self, Part};
use super::redirects::{self, Redirect};
use super::served::{Cached, Coding, Held, accepted, pieces, read_best, site_path};
use super::{forms, gone};
use crate::app::App;
use crate::http::Answer;
use crate::kernel::{Code, Refusal, Result};
use crate::sites;
use crate::themes::theme::Theme;

/// Memory for small files of live releases.
const CACHE_BYTES_MAX: u64 = 24 * 1024 * 1024;
/// A changed host name is known after so long.
const HOSTS_FRESH: Duration = Duration::from_secs(2);
/// Releases whose signs are in memory.
const SIGNS_MAX: u64 = 64;
/// Themes that are in memory, some hundred kilobytes each.
const THEMES_MAX: u64 = 16;

/// How long browsers may keep a page.
pub const PAGE_CACHE: &str = "public, max-age=0, must-revalidate";
/// How long they may keep what is named by its content.
pub const FOREVER: &str = "public, max-age=31536000, immutable";
/// What every answer says, here and on the servers that releases go to.
pub const SECURITY: [(&str, &str); 5] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
];

/// What serves the published sites; one for a process.
pub struct Published {
    pub(super) app: App,
    hosts: RwLock<Hosts>,
    files: Cache<(Arc<Path>, String, Coding), Arc<Cached>>,
    signs: Cache<Arc<Path>, Arc<Signs>>,
    /// The themes by which releases show what was found.
    pub(super) themes: Cache<Arc<Path>, Arc<Theme>>,
}

/// Which site each host name shows, as the database last said.
#[derive(Default, Clone)]
struct Hosts {
    sites: Arc<HashMap<String, String>>,
    first: Option<String>,
    read_at: Option<Instant>,
}

/// What a release says of addresses without a page.
#[derive(Default)]
pub struct Signs {
    redirects: HashMap<String, Redirect>,
    gone: HashSet<String>,
    /// Instead of the usual one.
    pub(super) policy: Option<HeaderValue>,
}

/// What a path leads to within a release.
enum Found {
    File {
        path: String,
        file: Arc<Cached>,
    },
    /// What tells that a page was withdrawn.
    Gone {
        path: String,
        file: Arc<Cached>,
    },
    Moved {
        to: String,
        status: StatusCode,
    },
    /// The page stands there, behind a slash.
    Folder {
        to: String,
    },
    Nothing,
}

impl Published {
    pub fn new(app: App) -> Self {
        let files = Cache::builder()
            .max_capacity(CACHE_BYTES_MAX)
            .weigher(|(_, path, _): &(Arc<Path>, String, Coding), file: &Arc<Cached>| {
                let bytes = if let Held::Bytes(bytes) = &file.body { bytes.len() } else { 0 };
                u32::try_from(bytes + path.len() + 256).unwrap_or(u32::MAX)
            })
            .build();
        let (signs, themes) = (Cache::new(SIGNS_MAX), Cache::new(THEMES_MAX));
        Published { app, hosts: RwLock::default(), files, signs, themes }
    }

    /// Answers any GET or HEAD with a file of the site that the host name names.
    pub async fn answer(&self, request: &HttpRequest) -> Result<HttpResponse> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Refusal::new(Code::MethodNotAllowed).detail("a published page takes GET and HEAD").into());
        }
        let host = request.connection_info().host().to_owned();
        let Some(site) = self.site_of(&host).await else { return Err(Refusal::new(Code::NotFound).into()) };
        let live_root = || live_root(&self.app.config.public, &site);
        let Some(mut root) = live_root() else { return Err(Refusal::new(Code::NotFound).into()) };
        loop {
            let answer = self.answer_from(request, &root).await?;
            let found = answer.as_ref().is_some_and(|answer| answer.status() != StatusCode::NOT_FOUND);
            // A folder whose release is over may be taken away under a slow reader: look again.
            match live_root().filter(|now| !found && *now != root) {
                Some(now) => root = now,
                None => return answer.ok_or_else(|| Refusal::new(Code::NotFound).into()),
            }
        }
    }

    /// The answer of one release, with the policy that its forms need; `None` when it has not even a page for what is
    /// missing.
    async fn answer_from(&self, request: &HttpRequest, root: &Arc<Path>) -> Result<Option<HttpResponse>> {
        let mut answer = self.found_in(request, root).await?;
        if let (Some(answer), Some(policy)) = (&mut answer, &self.signs(root).await.policy) {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        Ok(answer)
    }

    async fn found_in(&self, request: &HttpRequest, root: &Arc<Path>) -> Result<Option<HttpResponse>> {
        let headers = request.headers();
        // A part is a part of the file as it is.
        let accepted = if headers.contains_key(header::RANGE) { vec![Coding::Plain] } else { accepted(headers) };
        let found = match site_path(request.path()) {
            Some(path) => self.find(root, &path, &accepted).await?,
            None => Found::Nothing,
        };
        match found {
            Found::File { path, file } => file_answer(request, StatusCode::OK, &path, &file).await.map(Some),
            Found::Gone { path, file } => file_answer(request, StatusCode::GONE, &path, &file).await.map(Some),
            Found::Moved { to, status } => Ok(Some(moved(status, &to))),
            Found::Folder { to } => {
                // The same page: what is asked of it is still asked.
                let query = Some(request.query_string()).filter(|query| !query.is_empty());
                let to = query.map_or_else(|| to.clone(), |query| format!("{to}?{query}"));
                Ok(Some(moved(StatusCode::MOVED_PERMANENTLY, &to)))
            }
            Found::Nothing => match self.load(root, "404.html", &accepted).await? {
                Some(file) => file_answer(request, StatusCode::NOT_FOUND, "404.html", &file).await.map(Some),
                None => Ok(None),
            },
        }
    }

    /// The key of the site that a host name shows: its own, `<key>.localhost`, or else the default one.
    pub(super) async fn site_of(&self, host: &str) -> Option<String> {
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        let name = name.map_or(host, |(name, _)| name).trim_end_matches('.').to_ascii_lowercase();
        let hosts = self.hosts().await;
        if let Some(key) = hosts.sites.get(&name) {
            return Some(key.clone());
        }
        let by_key = name.strip_suffix(".localhost").filter(|key| is_key(key));
        if let Some(key) = by_key.filter(|key| self.app.config.public.join(key).join("current").exists()) {
            return Some(key.to_owned());
        }
        let default = Some(self.app.config.default_site.clone()).filter(|key| is_key(key));
        default.or(hosts.first)
    }

    /// The folder of a site's live release.
    pub(super) fn root_of(&self, site: &str) -> Option<Arc<Path>> {
        live_root(&self.app.config.public, site)
    }

    /// The host names, read again when they are old; what is known stays known when that fails.
    async fn hosts(&self) -> Hosts {
        let known = self.hosts.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.read_at.is_some_and(|at| at.elapsed() < HOSTS_FRESH) {
            return known;
        }
        let mut fresh = known.clone();
        match self.app.db.read(sites::store::list).await {
            Ok(sites) => {
                let pairs =
                    sites.iter().flat_map(|site| site.hosts.iter().map(|host| (host.clone(), site.key.clone())));
                fresh.sites = Arc::new(pairs.collect());
                fresh.first = sites.first().map(|site| site.key.clone());
            }
            Err(error) => tracing::warn!(%error, "could not read the sites' host names; those known serve on"),
        }
        fresh.read_at = Some(Instant::now());
        *self.hosts.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        fresh
    }

    async fn find(&self, root: &Arc<Path>, path: &str, accepted: &[Coding]) -> Result<Found> {
        let address = format!("/{path}");
        let signs = self.signs(root).await;
        if let Some(redirect) = signs.redirect(&address) {
            let status = StatusCode::from_u16(redirect.status()).unwrap_or(StatusCode::FOUND);
            return Ok(Found::Moved { to: redirect.to.clone(), status });
        }
        let file = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
        if let Some(found) = self.load(root, &file, accepted).await? {
            return Ok(match signs.is_gone(&address) {
                true => Found::Gone { path: file, file: found },
                false => Found::File { path: file, file: found },
            });
        }
        if !path.ends_with('/') && self.load(root, &format!("{path}/index.html"), accepted).await?.is_some() {
            return Ok(Found::Folder { to: format!("{address}/") });
        }
        Ok(Found::Nothing)
    }

    pub(super) async fn signs(&self, root: &Arc<Path>) -> Arc<Signs> {
        if let Some(signs) = self.signs.get(root) {
            return signs;
        }
        let folder = root.clone();
        let signs = Arc::new(off_the_event_loop(move || Signs::of(&folder)).await);
        self.signs.insert(root.clone(), signs.clone());
        signs
    }

    /// The best form of a file that the reader accepts; `None` when there is no such file.
    pub(super) async fn load(&self, root: &Arc<Path>, path: &str, accepted: &[Coding]) -> Result<Option<Arc<Cached>>> {
        let best = accepted.first().copied().unwrap_or(Coding::Plain);
        let key = (root.clone(), path.to_owned(), best);
        if let Some(found) = self.files.get(&key) {
            return Ok(Some(found));
        }
        let (root, path, accepted) = (root.clone(), path.to_owned(), accepted.to_vec());
        let read = off_the_event_loop(move || read_best(&root, &path, &accepted)).await;
        let Some(found) = read.map(Arc::new) else { return Ok(None) };
        // What is not compressed yet will be in a moment: only the form that was asked for is kept.
        if found.coding == best {
            self.files.insert(key, found.clone());
        }
        Ok(Some(found))
    }
}

impl Signs {
    /// Reads them in the folder of a release; what cannot be read says nothing.
    pub fn of(release: &Path) -> Self {
        let redirects: Vec<Redirect> = read_json(&release.join(redirects::JSON));
        let redirects = redirects.into_iter().map(|redirect| (redirect.from.clone(), redirect)).collect();
        let policy = forms::policy(forms::of(release).unwrap_or_default().as_ref());
        let policy = policy.and_then(|policy| HeaderValue::from_str(&policy).ok());
        Signs { redirects, gone: read_json(&release.join(gone::JSON)), policy }
    }

    /// Where an address leads, with or without the slash at its end.
    pub fn redirect(&self, address: &str) -> Option<&Redirect> {
        self.redirects.get(address).or_else(|| self.redirects.get(&format!("{address}/")))
    }

    /// Whether what stands at an address tells that its page was withdrawn.
    pub fn is_gone(&self, address: &str) -> bool {
        self.gone.contains(address.trim_end_matches("index.html"))
    }
}

fn read_json<T: Default + serde::de::DeserializeOwned>(path: &Path) -> T {
    let bytes = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// The handler for everything that is no program's address: the server's default service.
pub async fn page(request: HttpRequest, published: actix_web::web::Data<Published>) -> Answer {
    Ok(published.answer(&request).await?)
}

async fn off_the_event_loop<T: Send + Default + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // A panic in it is logged by the runtime, and the reader gets "not found".
    actix_web::web::block(work).await.unwrap_or_default()
}

/// Folder of the live release: the link is read once for each request.
fn live_root(public: &Path, site: &str) -> Option<Arc<Path>> {
    let home = public.join(site);
    let target = std::fs::read_link(home.join("current")).ok()?;
    Some(home.join(target).into())
}

fn is_key(text: &str) -> bool {
    crate::kernel::Slug::parse(text).is_ok()
}

async fn file_answer(request: &HttpRequest, status: StatusCode, path: &str, file: &Cached) -> Result<HttpResponse> {
    let unchanged = status == StatusCode::OK && knows(request.headers(), &file.etag);
    let mut answer = HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { status });
    let lasting = status == StatusCode::OK && (path.starts_with("media/") || path.starts_with("theme/"));
    answer
        .insert_header((header::ETAG, file.etag.as_str()))
        .insert_header((header::CACHE_CONTROL, if lasting { FOREVER } else { PAGE_CACHE }))
        .insert_header((header::VARY, "Accept-Encoding"));
    secure(&mut answer);
    if unchanged {
        return Ok(answer.finish());
    }
    answer.insert_header((header::CONTENT_TYPE, content_type(path)));
    if let Some(coding) = file.coding.name() {
        answer.insert_header((header::CONTENT_ENCODING, coding));
    }
    let size = file.body.size();
    let range = match asked_part(request, status, file) {
        Part::Whole => 0..size,
        Part::Of(range) => {
            let of = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            answer.status(StatusCode::PARTIAL_CONTENT).insert_header((header::CONTENT_RANGE, of));
            range
        }
        Part::Beyond => {
            answer.status(StatusCode::RANGE_NOT_SATISFIABLE);
            return Ok(answer.insert_header((header::CONTENT_RANGE, format!("bytes */{size}"))).finish());
        }
    };
    if file.coding == Coding::Plain && status == StatusCode::OK {
        answer.insert_header((header::ACCEPT_RANGES, "bytes"));
    }
    Ok(send(answer, request.method(), &file.body, range))
}

/// The part that is asked for, unless the reader has a part of something else (`If-Range`).
fn asked_part(request: &HttpRequest, status: StatusCode, file: &Cached) -> Part {
    let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let is_of_this = text(header::IF_RANGE).is_none_or(|seen| seen == file.etag);
    let may_be_part = status == StatusCode::OK && *request.method() == Method::GET && file.coding == Coding::Plain;
    match may_be_part && is_of_this {
        true => ranges::part(text(header::RANGE), file.body.size()),
        false => Part::Whole,
    }
}

fn send(mut answer: HttpResponseBuilder, method: &Method, body: &Held, range: Range<u64>) -> HttpResponse {
    let size = range.end - range.start;
    match body {
        Held::Bytes(bytes) => {
            // Within a file that is held in memory.
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            answer.body(bytes.slice(place(range.start)..place(range.end)))
        }
        Held::Large { .. } if *method == Method::HEAD => {
            let nothing = futures_util::stream::empty::<Result<Bytes, std::io::Error>>();
            answer.body(actix_web::body::SizedStream::new(size, nothing))
        }
        Held::Large { path, .. } => answer.body(actix_web::body::SizedStream::new(size, pieces(path.clone(), range))),
    }
}

fn moved(status: StatusCode, to: &str) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    secure(&mut answer);
    answer.insert_header((header::CACHE_CONTROL, PAGE_CACHE));
    // Targets were checked when the release was built; one that is no header value is not sent.
    match HeaderValue::from_str(to) {
        Ok(target) => answer.insert_header((header::LOCATION, target)).finish(),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

fn knows(headers: &HeaderMap, etag: &str) -> bool {
    let text = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

/// The headers that every page brings.
pub fn secure(answer: &mut HttpResponseBuilder) {
    for header in SECURITY {
        answer.insert_header(header);
    }
}

/// The type that a file of a site is served with, by its name.
pub fn content_type(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match (name, name.rsplit_once('.').map_or("", |(_, extension)| extension)) {
        ("atom.xml", _) => "application/atom+xml; charset=utf-8".into(),
        ("rss.xml", _) => "application/rss+xml; charset=utf-8".into(),
        ("feed.json", _) => "application/feed+json; charset=utf-8".into(),
        (_, "jsonld") => "application/ld+json; charset=utf-8".into(),
        (_, "csv") => "text/csv; charset=utf-8".into(),
        (_, "html") => "text/html; charset=utf-8".into(),
        (_, "xml") => "application/xml; charset=utf-8".into(),
        (_, "ics") => "text/calendar; charset=utf-8".into(),
        (_, "css") => "text/css; charset=utf-8".into(),
        (_, "txt" | "apache" | "nginx") => "text/plain; charset=utf-8".into(),
        _ => mime_guess::from_path(name).first_or_octet_stream().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_has_is_not_sent_again() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"a\", W/\"b\""));
        assert!(knows(&headers, "\"b\"") && knows(&headers, "\"a\"") && !knows(&headers, "\"c\""));
    }
}
