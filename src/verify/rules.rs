//! Decisions of a check: whether a seal holds, what is looked at, what that is worth. Pure.

use std::collections::BTreeMap;

use serde_json::json;

use super::model::{Chance, Coverage, Kind, Problem, Signed};
use crate::kernel::Digest;
use crate::ledger::signed_by;
use crate::publish::listing::Listed;
use crate::publish::manifest::{self, Seal};
use crate::secrets::signature_holds;

/// The newest shape of a seal that this program reads.
const SEAL_SHAPE: u32 = 1;
/// Problems of one check that are told one by one.
pub const PROBLEMS_MAX: usize = 1000;

/// What manifest and seal say, if `key` (64 hexadecimal letters) signed all of it.
pub fn signed(manifest: &[u8], seal: &[u8], key: &str) -> Result<Signed, Box<Problem>> {
    let wrong = |path: &str, why: &str| Box::new(Problem::new(Kind::Seal, path, json!({ "why": why })));
    let refuse = |why: &str| wrong(manifest::SEAL, why);
    let read: Seal = serde_json::from_slice(seal).map_err(|error| refuse(&format!("it cannot be read: {error}")))?;
    if read.v != SEAL_SHAPE {
        return Err(refuse("it has a shape that this program does not know"));
    }
    if read.to_bytes() != seal {
        return Err(refuse("it holds something that no signature covers"));
    }
    if read.public_key != key {
        return Err(refuse("another key signed it"));
    }
    if read.manifest != Digest::of(manifest) || !signature_holds(key, &read.signature, manifest) {
        return Err(wrong(manifest::RELEASE, "it is not what was signed"));
    }
    if !signature_holds(key, &read.seal_signature, read.signed_text().as_bytes()) {
        return Err(refuse("it is not what was signed"));
    }
    if read.checkpoint.as_ref().is_some_and(|point| !signed_by(key.to_owned())(point)) {
        return Err(refuse("the signature of its ledger checkpoint does not hold"));
    }
    match manifest::files_of(manifest) {
        Ok(files) => Ok(Signed { seal: read, files }),
        Err(error) => Err(wrong(manifest::RELEASE, &error.to_string())),
    }
}

/// The address of a file: a page stands in a folder of its own.
pub fn address_of(path: &str) -> String {
    let folder = path.strip_suffix("index.html").filter(|folder| folder.is_empty() || folder.ends_with('/'));
    format!("/{}", folder.unwrap_or(path))
}

/// Whether an address on the site leads to something that was signed.
pub fn is_signed(signed: &Signed, address: &str) -> bool {
    let path = address.trim_start_matches('/');
    let own = [manifest::RELEASE, manifest::SEAL].contains(&path);
    let folder = path.trim_end_matches('/');
    let page = if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
    own || signed.find(path).is_some() || signed.find(&page).is_some()
}

/// What a check compares: files that it always looks at, and the others whose turn it is.
#[derive(Debug)]
pub struct Choice<'f> {
    pub always: Vec<&'f Listed>,
    pub sampled: Vec<&'f Listed>,
    /// How many others there are.
    pub others: usize,
    /// Where the next check goes on.
    pub next_turn: usize,
}

/// Chooses at most `fetches_max` files. The others take turns in an order that `order` gives: a secret one, so
/// that nobody can tell what will be looked at next.
pub fn choose<'f>(
    files: impl Iterator<Item = &'f Listed>,
    is_always: impl Fn(&Listed) -> bool,
    order: impl Fn(&str) -> Digest,
    turn: usize,
    fetches_max: usize,
) -> Choice<'f> {
    let (mut always, mut others): (Vec<&Listed>, Vec<&Listed>) = files.partition(|file| is_always(file));
    if always.len() > fetches_max {
        // More changed than one check can fetch: these take turns like all.
        others.append(&mut always);
    }
    others.sort_by_cached_key(|file| order(&file.path));
    let count = others.len();
    let share = (fetches_max - always.len()).min(count);
    let from = if count == 0 { 0 } else { turn % count };
    let sampled = others.iter().cycle().skip(from).take(share).copied().collect();
    let next_turn = if count == 0 { 0 } else { (from + share) % count };
    Choice { always, sampled, others: count, next_turn }
}

/// What it is worth to have looked at `checked` of the files that were chosen.
pub fn coverage(choice: &Choice, checked: usize) -> Coverage {
    let files = choice.always.len() + choice.others;
    // What a limit cut off is taken from the sample, which comes last.
    let sampled = choice.sampled.len().min(checked.saturating_sub(choice.always.len()));
    let chances = [1, 10, 100].into_iter().filter(|altered| *altered <= choice.others);
    let chance = |altered| Chance { altered, found: found_if_altered(choice.others, sampled, altered) };
    Coverage {
        files,
        checked,
        whole: checked == files,
        always: choice.always.len(),
        sampled,
        checks_for_all: if sampled == 0 { 0 } else { choice.others.div_ceil(sampled) },
        found_if_altered: chances.map(chance).collect(),
    }
}

/// The probability that a sample of `sampled` among `files` holds one of `altered`: 1 - C(n-k, m) / C(n, m).
pub fn found_if_altered(files: usize, sampled: usize, altered: usize) -> f64 {
    if altered == 0 || sampled == 0 {
        return 0.0;
    }
    if sampled + altered > files {
        return 1.0;
    }
    let missed: f64 = (0..altered).map(|one| (files - sampled - one) as f64 / (files - one) as f64).product();
    1.0 - missed
}

/// Headers that every page brings; over TLS also `strict-transport-security`.
const WANTED: [&str; 4] =
    ["content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"];
/// Headers that no file of ours brings: what makes pages anew at each request does.
const SUSPICIOUS: [&str; 4] = ["set-cookie", "x-powered-by", "refresh", "x-redirect-by"];

/// What is wrong with the headers of a file: name of the header, and what is wrong with it.
pub fn wrong_headers(
    header: impl Fn(&str) -> Option<String>,
    expected_type: &str,
    secure: bool,
) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let found = header("content-type").unwrap_or_default();
    if !same_type(&essence(&found), &essence(expected_type)) {
        wrong.push(("content-type", format!("{} instead of {}", essence(&found), essence(expected_type))));
    }
    if essence(expected_type) == "text/html" {
        let lacks = |name: &&&str| header(name).is_none_or(|value| value.trim().is_empty());
        wrong.extend(WANTED.iter().filter(lacks).map(|name| (*name, "missing".to_owned())));
        let framed = header("content-security-policy").is_some_and(|policy| policy.contains("frame-ancestors"));
        if !framed && header("x-frame-options").is_none() {
            wrong.push(("x-frame-options", "missing, and the policy names no frame-ancestors".into()));
        }
        if secure && header("strict-transport-security").is_none() {
            wrong.push(("strict-transport-security", "missing".into()));
        }
    }
    if header("x-content-type-options").is_some_and(|value| !value.eq_ignore_ascii_case("nosniff")) {
        wrong.push(("x-content-type-options", "it is not nosniff".into()));
    }
    let unasked = SUSPICIOUS.iter().filter_map(|name| header(name).map(|value| (*name, format!("found {value:?}"))));
    wrong.extend(unasked);
    wrong
}

/// Web servers name a few types by two names.
fn same_type(found: &str, expected: &str) -> bool {
    const TWINS: [[&str; 2]; 4] = [
        ["application/xml", "text/xml"],
        ["application/javascript", "text/javascript"],
        ["image/x-icon", "image/vnd.microsoft.icon"],
        ["text/plain", "application/octet-stream"],
    ];
    found == expected || TWINS.iter().any(|twins| twins.contains(&found) && twins.contains(&expected))
}

/// Wrong headers of many files, one problem for each header and each thing that is wrong with it.
#[derive(Debug, Default)]
pub struct Headers(BTreeMap<(&'static str, String), (usize, String)>);

impl Headers {
    pub fn note(&mut self, path: &str, wrong: Vec<(&'static str, String)>) {
        for found in wrong {
            let (count, first) = self.0.entry(found).or_default();
            *count += 1;
            if first.is_empty() || path < first.as_str() {
                *first = path.to_owned();
            }
        }
    }

    pub fn problems(self) -> Vec<Problem> {
        let problem = |((name, wrong), (files, first)): ((&'static str, String), (usize, String))| {
            Problem::new(Kind::Headers, name, json!({"wrong": wrong, "files": files, "first": first}))
        };
        self.0.into_iter().map(problem).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(count: usize) -> Vec<Listed> {
        (0..count).map(|at| Listed { path: format!("{at:05}").into(), size: 1, sha256: Digest::of("x") }).collect()
    }

    #[test]
    fn every_file_has_its_turn() {
        let files = listed(107);
        let mut seen = std::collections::HashSet::new();
        let mut turn = 0;
        for _ in 0..10 {
            let choice = choose(files.iter(), |file| &*file.path == "00003", |path| Digest::of(path), turn, 12);
            assert_eq!((choice.always.len(), choice.sampled.len()), (1, 11));
            seen.extend(choice.always.iter().chain(&choice.sampled).map(|file| file.path.clone()));
            turn = choice.next_turn;
        }
        assert_eq!(seen.len(), 107);
        let whole = choose(files.iter(), |_| false, |path| Digest::of(path), 40, 1000);
        let mut paths: Vec<_> = whole.sampled.iter().map(|file| &file.path).collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 107, "a small site is checked whole, each file once");
        assert!(coverage(&whole, 107).whole && !coverage(&whole, 106).whole);
    }

    #[test]
    fn the_confidence_is_what_counting_gives() {
        assert_eq!(found_if_altered(10, 10, 1), 1.0);
        assert!((found_if_altered(10, 3, 1) - 0.3).abs() < 1e-12);
        // 1 - C(8,3) / C(10,3) = 1 - 56 / 120
        assert!((found_if_altered(10, 3, 2) - (1.0 - 56.0 / 120.0)).abs() < 1e-12);
        assert_eq!(found_if_altered(10, 0, 5), 0.0);
        assert!(found_if_altered(100_000, 2_000, 100) > 0.86);
    }

    #[test]
    fn headers_are_told_once_with_their_count() {
        let brings = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let good = brings(&[
            ("content-type", "text/html; charset=UTF-8"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("permissions-policy", "camera=()"),
        ]);
        assert_eq!(wrong_headers(good, "text/html; charset=utf-8", false), []);
        assert_eq!(wrong_headers(good, "text/html", true)[0].0, "strict-transport-security");
        let bad = brings(&[("content-type", "text/plain"), ("set-cookie", "PHPSESSID=1")]);
        let mut headers = Headers::default();
        headers.note("b/index.html", wrong_headers(bad, "text/html", false));
        headers.note("a/index.html", wrong_headers(bad, "text/html", false));
        let problems = headers.problems();
        let cookie = problems.iter().find(|problem| problem.path == "set-cookie").unwrap();
        assert_eq!((&cookie.detail["files"], &cookie.detail["first"]), (&json!(2), &json!("a/index.html")));
        assert_eq!(problems.len(), 7);
        assert_eq!(wrong_headers(brings(&[("content-type", "image/png")]), "image/png", true), []);
    }

    #[test]
    fn a_page_is_asked_for_by_its_folder() {
        assert_eq!(address_of("index.html"), "/");
        assert_eq!(address_of("berita/a/index.html"), "/berita/a/");
        assert_eq!(address_of("xindex.html"), "/xindex.html");
    }
}
