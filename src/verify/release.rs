//! `lamin verify release`: a folder or an address against its own manifest, by a public key and nothing else.

use std::path::Path;

use super::folder;
use super::model::{Kind, Problem, Signed, Verdict};
use super::rules::{self, PROBLEMS_MAX};
use super::visit::{Limits, Visit, unreachable};
use crate::kernel::{Context, Digest, Result};
use crate::ports::Fetcher;
use crate::publish::listing::Listed;
use crate::publish::manifest;

/// About 160 bytes a file: more than a million files.
pub const MANIFEST_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// It may name lingering files.
pub const SEAL_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Checks a folder.
pub fn in_folder(folder: &Path, key: &str) -> Result<Verdict> {
    let place = folder.display().to_string();
    // The live folder of a site is a link.
    let root = std::fs::canonicalize(folder).with_context(|| format!("look at {place}"))?;
    let manifest = match read(&root, manifest::RELEASE)? {
        Ok(bytes) => bytes,
        Err(problem) => return Ok(nothing(place, problem)),
    };
    let seal = match read(&root, manifest::SEAL)? {
        Ok(bytes) => bytes,
        Err(problem) => return Ok(nothing(place, problem)),
    };
    match rules::signed(&manifest, &seal, key) {
        Err(problem) => Ok(nothing(place, *problem)),
        Ok(signed) => {
            let (problems, bytes) = folder::compare(&root, &signed)?;
            Ok(verdict(place, &signed, signed.served().count(), bytes, (problems, 0)))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it reads what is to be checked")]
fn read(root: &Path, path: &str) -> Result<std::result::Result<Vec<u8>, Problem>> {
    match std::fs::read(root.join(path)) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Err(missing(path))),
        Err(error) => Err(error).with_context(|| format!("read {path}")),
    }
}

fn missing(path: &str) -> Problem {
    Problem::new(Kind::Missing, path, serde_json::json!({"why": "without it nothing can be checked"}))
}

/// Checks an address: fetches every file that the manifest there lists.
pub fn at_address(fetcher: &dyn Fetcher, url: &str, key: &str, limits: Limits) -> Verdict {
    let visit = Visit::new(fetcher, url, limits);
    let signed = match signed_at(&visit, key) {
        Ok(signed) => signed,
        Err(problem) => return nothing(url.to_owned(), *problem),
    };
    let files: Vec<&Listed> = signed.served().collect();
    visit.compare(&files, &signed, false);
    let mut gathered = visit.take();
    if let Some(limit) = gathered.ended_by {
        let left = files.len() - gathered.checked.min(files.len());
        let why = format!("the limit of {limit} was reached with {left} files to go");
        gathered.problems.push(Problem::new(Kind::Unreachable, "", serde_json::json!({ "why": why })));
    }
    gathered.problems.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    verdict(url.to_owned(), &signed, gathered.checked, visit.bytes(), (gathered.problems, gathered.left_out))
}

/// The manifest and seal that an address serves, if the key signed them.
pub fn signed_at(visit: &Visit, key: &str) -> std::result::Result<Signed, Box<Problem>> {
    let get = |path: &str, bytes_max: u64| {
        let kept_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        let answer = visit.get(&format!("/{path}"), bytes_max, kept_max);
        let answer = answer.map_err(|error| Box::new(unreachable(path, &error)))?;
        match answer.fetched.status {
            200 => Ok(answer.kept),
            404 | 410 => Err(Box::new(missing(path))),
            status => {
                let found = serde_json::json!({"found": {"status": status}});
                Err(Box::new(Problem::new(Kind::Changed, path, found)))
            }
        }
    };
    let manifest = get(manifest::RELEASE, MANIFEST_BYTES_MAX)?;
    let seal = get(manifest::SEAL, SEAL_BYTES_MAX)?;
    rules::signed(&manifest, &seal, key)
}

fn nothing(place: String, problem: Problem) -> Verdict {
    Verdict {
        intact: false,
        place,
        site: None,
        release: None,
        sealed_at: None,
        manifest: None,
        files: 0,
        checked: 0,
        bytes: 0,
        problems: vec![problem],
        problems_left_out: 0,
    }
}

fn verdict(
    place: String,
    signed: &Signed,
    checked: usize,
    bytes: u64,
    (mut problems, left_out): (Vec<Problem>, usize),
) -> Verdict {
    let more = problems.len().saturating_sub(PROBLEMS_MAX);
    problems.truncate(PROBLEMS_MAX);
    Verdict {
        intact: problems.is_empty(),
        place,
        site: Some(signed.seal.site.clone()),
        release: Some(signed.seal.release),
        sealed_at: Some(signed.seal.created_at),
        manifest: Some(signed.seal.manifest),
        files: signed.served().count(),
        checked,
        bytes,
        problems,
        problems_left_out: left_out + more,
    }
}

/// A public key as given on the command line: 64 hexadecimal letters, or a file that begins with them.
#[expect(clippy::disallowed_methods, reason = "a file that the command line names")]
pub fn public_key(text: &str) -> std::result::Result<String, String> {
    let is_key = |text: &str| Digest::parse(text).is_some();
    let lower = text.trim().to_ascii_lowercase();
    if is_key(&lower) {
        return Ok(lower);
    }
    let file = std::fs::read_to_string(text)
        .map_err(|error| format!("it is neither 64 hexadecimal letters nor a file that can be read: {error}"))?;
    let first = file.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    if is_key(&first) { Ok(first) } else { Err(format!("{text} does not begin with 64 hexadecimal letters")) }
}
