//! A walk over an address: what it answers for paths that were signed and for paths that were not, within limits
//! of fetches, bytes and time, a few requests at once and never a whole large file in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use sha2::Digest as _;

use super::links;
use super::model::{Kind, Problem, Signed};
use super::rules::{self, Headers, PROBLEMS_MAX};
use crate::kernel::Digest;
use crate::ports::{Ask, Fetched, Fetcher, Unfetched};
use crate::publish::gone;
use crate::publish::listing::Listed;
use crate::publish::redirects::{self, Redirect};
use crate::publish::serve::content_type;

const FETCHES_AT_ONCE: usize = 4;
/// Of one file.
const FETCH_SECONDS_MAX: u64 = 60;
/// Of a file whose size nobody signed.
const UNSIGNED_BYTES_MAX: u64 = 1024 * 1024;
/// Of each answer, for its links and as evidence.
const KEPT_BYTES_MAX: usize = 256 * 1024;
/// Answers that are kept as evidence of one check.
const EVIDENCE_MAX: usize = 50;
/// A host that fails so often in a row is not asked for the rest.
const FAILURES_MAX: usize = 10;

/// How far a check goes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub bytes_max: u64,
    pub seconds_max: u64,
}

/// One walk.
pub struct Visit<'v> {
    fetcher: &'v dyn Fetcher,
    /// Without a slash at its end.
    base: String,
    limits: Limits,
    begun: Instant,
    bytes: AtomicU64,
    fetched: AtomicUsize,
    /// In a row, without an answer.
    failures: AtomicUsize,
    gathered: Mutex<Gathered>,
}

/// What a walk brings home.
#[derive(Debug, Default)]
pub struct Gathered {
    pub problems: Vec<Problem>,
    pub left_out: usize,
    pub headers: Headers,
    /// Addresses on the site that pages link to, though nobody signed them.
    pub linked: BTreeMap<String, String>,
    /// Answers to keep, by the kind and path of the problem they prove.
    pub evidence: Vec<(Kind, String, Answer)>,
    pub certificate: Option<Digest>,
    /// Files that were compared.
    pub checked: usize,
    /// The limit that ended the walk.
    pub ended_by: Option<&'static str>,
}

/// What a file of a release is compared with.
struct Expected<'e> {
    /// What leads away from its address.
    redirect: Option<&'e Redirect>,
    /// Whether it tells that its page was withdrawn.
    gone: bool,
    signed: &'e Signed,
    with_headers: bool,
}

/// What came back for one path.
#[derive(Debug, Clone)]
pub struct Answer {
    pub url: String,
    pub fetched: Fetched,
    pub sha256: Digest,
    pub size: u64,
    /// The beginning of the body.
    pub kept: Vec<u8>,
}

impl<'v> Visit<'v> {
    pub fn new(fetcher: &'v dyn Fetcher, base: &str, limits: Limits) -> Self {
        Visit {
            fetcher,
            base: base.trim_end_matches('/').to_owned(),
            limits,
            begun: Instant::now(),
            bytes: AtomicU64::new(0),
            fetched: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            gathered: Mutex::default(),
        }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub fn fetched(&self) -> usize {
        self.fetched.load(Ordering::Relaxed)
    }

    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// What was gathered so far; the rest begins anew.
    pub fn take(&self) -> Gathered {
        std::mem::take(&mut *self.gathered())
    }

    /// Addresses that pages link to though nobody signed them, each with the page that links to it.
    pub fn linked(&self, most: usize) -> Vec<(String, String)> {
        self.gathered().linked.clone().into_iter().take(most).collect()
    }

    fn gathered(&self) -> std::sync::MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Fetches an address of the site (`/berita/`) and keeps the first `kept_max` bytes.
    pub fn get(&self, address: &str, bytes_max: u64, kept_max: usize) -> Result<Answer, Unfetched> {
        let url = format!("{}{}", self.base, links::encode(address));
        let ask = Ask { url: url.clone(), bytes_max, seconds_max: FETCH_SECONDS_MAX.min(self.limits.seconds_max) };
        let (mut state, mut size, mut kept) = (sha2::Sha256::new(), 0, Vec::new());
        self.fetched.fetch_add(1, Ordering::Relaxed);
        let outcome = self.fetcher.fetch(&ask, &mut |piece| {
            state.update(piece);
            size += piece.len() as u64;
            let room = kept_max - kept.len();
            kept.extend_from_slice(&piece[..piece.len().min(room)]);
        });
        self.bytes.fetch_add(size, Ordering::Relaxed);
        match &outcome {
            Ok(_) => self.failures.store(0, Ordering::Relaxed),
            Err(_) => _ = self.failures.fetch_add(1, Ordering::Relaxed),
        }
        let fetched = outcome?;
        if fetched.certificate.is_some() {
            self.gathered().certificate = fetched.certificate;
        }
        Ok(Answer { url, fetched, sha256: Digest::from_bytes(state.finalize().into()), size, kept })
    }

    /// The limit that has been reached.
    fn spent(&self) -> Option<&'static str> {
        if self.bytes() >= self.limits.bytes_max {
            return Some("bytes");
        }
        if self.begun.elapsed() >= Duration::from_secs(self.limits.seconds_max) {
            return Some("seconds");
        }
        (self.failures.load(Ordering::Relaxed) >= FAILURES_MAX).then_some("failures")
    }

    /// Does some work for each item, a few at once, until a limit is reached.
    fn each<T: Sync>(&self, items: &[T], work: impl Fn(&T) + Sync) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..FETCHES_AT_ONCE.min(items.len()) {
                scope.spawn(|| {
                    while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Some(limit) = self.spent() {
                            self.gathered().ended_by = Some(limit);
                            break;
                        }
                        work(item);
                    }
                });
            }
        });
    }

    /// A list that a release holds as JSON; empty when the file is not what was signed.
    fn list<T: serde::de::DeserializeOwned>(&self, signed: &Signed, path: &str) -> Vec<T> {
        let Some(file) = signed.find(path) else { return Vec::new() };
        let kept_max = usize::try_from(file.size).unwrap_or(usize::MAX);
        match self.get(&rules::address_of(&file.path), file.size + 1, kept_max) {
            Ok(answer) if answer.sha256 == file.sha256 => serde_json::from_slice(&answer.kept).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Compares files with what is served for them. With `with_headers` also what comes beside the bytes.
    pub fn compare(&self, files: &[&Listed], signed: &Signed, with_headers: bool) {
        let moved: BTreeMap<String, Redirect> =
            self.list(signed, redirects::JSON).into_iter().map(|to: Redirect| (to.from.clone(), to)).collect();
        let gone: BTreeSet<String> = self.list(signed, gone::JSON).into_iter().collect();
        self.each(files, |file| {
            let address = rules::address_of(&file.path);
            let gone = gone.contains(&address);
            // A web server may know a redirect by the address with or without a slash.
            let redirect = moved.get(&address).or_else(|| moved.get(address.trim_end_matches('/')));
            match self.get(&address, file.size + 1, KEPT_BYTES_MAX) {
                Ok(answer) => self.judge(file, &answer, &Expected { redirect, gone, signed, with_headers }),
                Err(error) => self.note(unreachable(&file.path, &error), None),
            }
        });
    }

    fn judge(&self, file: &Listed, answer: &Answer, expected: &Expected) {
        let Expected { redirect, signed, with_headers: headers, .. } = *expected;
        self.gathered().checked += 1;
        // A host without rules sends what tells of a withdrawal as a page like any other.
        let status = match answer.fetched.status {
            410 if expected.gone => 200,
            status => status,
        };
        if (300..400).contains(&status) {
            let location = answer.fetched.header("location").unwrap_or_default();
            let expected = redirect.map(|redirect| redirect.to.as_str());
            let to = links::resolve(&answer.url, location);
            if expected.is_some_and(|expected| links::resolve(&answer.url, expected) == to && to.is_some()) {
                return;
            }
            let found = json!({"status": status, "location": location});
            return self.note(Problem::changed(file, found), Some(answer));
        }
        if matches!(status, 404 | 410) {
            let detail = json!({"status": status, "expected": {"sha256": file.sha256, "size": file.size}});
            return self.note(Problem::new(Kind::Missing, &*file.path, detail), Some(answer));
        }
        let same = status == 200 && answer.sha256 == file.sha256 && answer.size == file.size && !answer.fetched.cut;
        if !same {
            let found =
                json!({"status": status, "sha256": answer.sha256, "size": answer.size, "more": answer.fetched.cut});
            self.note(Problem::changed(file, found), Some(answer));
        }
        if headers && status == 200 {
            let header = |name: &str| answer.fetched.header(name).map(str::to_owned);
            let wrong = rules::wrong_headers(header, &content_type(&file.path), self.is_secure());
            self.gathered().headers.note(&file.path, wrong);
        }
        if content_type(&file.path).starts_with("text/html") || file.path.ends_with(".xml") {
            self.gather_links(&file.path, answer, signed);
        }
    }

    fn gather_links(&self, from: &str, answer: &Answer, signed: &Signed) {
        for address in links::of_page(&answer.kept, &answer.url, &self.base) {
            if !rules::is_signed(signed, &address) {
                self.gathered().linked.entry(address).or_insert_with(|| from.to_owned());
            }
        }
    }

    /// Asks for addresses that nobody signed; whatever answers was added by somebody. `from` says where the
    /// address was met. What a server answers for any nonsense is told once.
    pub fn probe(&self, addresses: &[(String, String)], nonsense: &str) {
        let usual = match self.get(nonsense, UNSIGNED_BYTES_MAX, KEPT_BYTES_MAX) {
            Ok(answer) if answer.fetched.status == 200 => {
                let detail = json!({"why": "the host answers 200 for what is not there", "status": 200});
                self.note(Problem::new(Kind::Changed, "404.html", detail), Some(&answer));
                Some((answer.sha256, answer.size))
            }
            _ => None,
        };
        self.each(addresses, |(address, from)| {
            let Ok(answer) = self.get(address, UNSIGNED_BYTES_MAX, KEPT_BYTES_MAX) else { return };
            let status = answer.fetched.status;
            let location = answer.fetched.header("location").unwrap_or_default();
            let away = (300..400).contains(&status) && !links::stays(&answer.url, location, &self.base);
            let there = (200..300).contains(&status) && usual != Some((answer.sha256, answer.size));
            if there || away {
                let found = json!({"status": status, "sha256": answer.sha256, "size": answer.size});
                let mut detail = json!({"found": found, "met_in": from});
                if away {
                    detail["found"]["location"] = json!(location);
                }
                self.note(Problem::new(Kind::Added, address.trim_start_matches('/'), detail), Some(&answer));
            }
        });
    }

    pub fn note(&self, problem: Problem, answer: Option<&Answer>) {
        let mut gathered = self.gathered();
        if gathered.problems.len() >= PROBLEMS_MAX {
            gathered.left_out += 1;
            return;
        }
        if let Some(answer) = answer.filter(|_| gathered.evidence.len() < EVIDENCE_MAX) {
            gathered.evidence.push((problem.kind, problem.path.clone(), answer.clone()));
        }
        gathered.problems.push(problem);
    }
}

pub fn unreachable(path: &str, error: &Unfetched) -> Problem {
    Problem::new(Kind::Unreachable, path, json!({"why": error.to_string()}))
}
