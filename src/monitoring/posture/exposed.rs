//! Files that hold secrets and that people forget on their servers: yes or no.

use serde::Serialize;

use super::{Finding, Kind, Severity};
use crate::ports::probing::Answer;

/// A file, and what tells it from a page that answers in its place.
#[derive(Debug)]
pub struct Forgotten {
    pub path: &'static str,
    shows: fn(&[u8]) -> bool,
}

/// At most ten, by what they give away and how often they are met: passwords, the whole of a site's code and data, what its
/// server runs.
pub const PATHS: &[Forgotten] = &[
    // Passwords and keys of Laravel, CodeIgniter 4 and most of what is deployed with Composer.
    Forgotten { path: "/.env", shows: |body| lines(body).any(is_setting) && !is_page(body) },
    // With it the whole code can be fetched, and whatever was ever in it.
    Forgotten { path: "/.git/HEAD", shows: |body| body.starts_with(b"ref: refs/") || is_commit(body) },
    Forgotten { path: "/.svn/wc.db", shows: |body| body.starts_with(b"SQLite format 3") },
    // Copies that editors and updates leave; a server shows them as text.
    Forgotten { path: "/wp-config.php.bak", shows: |body| holds(body, b"DB_PASSWORD") && !is_page(body) },
    Forgotten { path: "/configuration.php.bak", shows: |body| holds(body, b"$password") && !is_page(body) },
    Forgotten { path: "/.htpasswd", shows: |body| lines(body).any(is_password) && !is_page(body) },
    // Everything at once.
    Forgotten { path: "/backup.zip", shows: |body| body.starts_with(b"PK\x03\x04") },
    Forgotten {
        path: "/backup.sql",
        shows: |body| {
            !is_page(body) && [&b"CREATE TABLE"[..], b"INSERT INTO", b"-- MySQL dump"].iter().any(|it| holds(body, it))
        },
    },
    // What the server runs, with its variables.
    Forgotten { path: "/phpinfo.php", shows: |body| holds(body, b"PHP Version") },
    // Addresses, queries and often passwords of those who use it.
    Forgotten {
        path: "/storage/logs/laravel.log",
        shows: |body| !is_page(body) && lines(body).any(|line| line.starts_with(b"[20") && holds(line, b".ERROR:")),
    },
];

/// What was asked for under a mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exposed {
    pub mandate: String,
    /// Addresses that nobody made are answered with success, so that no answer tells that a file is there.
    pub answers_all: bool,
    pub asked: Vec<Asked>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    pub path: &'static str,
    #[serde(rename = "exposed")]
    pub told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Yes,
    No,
    /// It cannot be told.
    Unknown,
}

/// Whether an answer shows a file. Of a site that `answers_all` only what nothing but that file begins with counts.
pub fn judge(answer: Option<&Answer>, file: &Forgotten, answers_all: bool) -> Told {
    let Some(answer) = answer else { return Told::Unknown };
    match answer.status {
        200 | 206 if (file.shows)(&answer.body) => Told::Yes,
        200 | 206 if answers_all => Told::Unknown,
        408 | 425 | 429 | 500..=599 => Told::Unknown,
        _ => Told::No,
    }
}

/// What somebody should see to.
pub fn findings(exposed: &Exposed) -> Vec<Finding> {
    let of = |wanted: Told| exposed.asked.iter().filter(move |one| one.told == wanted);
    let finding = |kind, severity, detail: String| Finding { kind, severity, detail };
    let mut found: Vec<Finding> = of(Told::Yes)
        .map(|one| finding(Kind::FileExposed, Severity::High, format!("{} can be read by everybody", one.path)))
        .collect();
    let (untold, all) = (of(Told::Unknown).count(), exposed.asked.len());
    if untold > 0 {
        let why = if exposed.answers_all { "every address is answered" } else { "the server did not answer" };
        let detail = format!("of {untold} of {all} files it cannot be told: {why}");
        found.push(finding(Kind::ExposureUntold, Severity::Low, detail));
    }
    found
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

fn is_page(body: &[u8]) -> bool {
    let start = body.trim_ascii_start().iter().take(16).map(u8::to_ascii_lowercase).collect::<Vec<_>>();
    start.starts_with(b"<!doctype") || start.starts_with(b"<html") || start.starts_with(b"<head")
}

/// `DB_PASSWORD=…`
fn is_setting(line: &[u8]) -> bool {
    let Some(at) = line.iter().position(|byte| *byte == b'=') else { return false };
    let name = line[..at].trim_ascii();
    name.len() > 2 && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// A commit's name, where no branch is checked out.
fn is_commit(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    text.len() == 40 && text.iter().all(u8::is_ascii_hexdigit)
}

/// `name:$apr1$…`
fn is_password(line: &[u8]) -> bool {
    let Some(at) = line.iter().position(|byte| *byte == b':') else { return false };
    let hash = &line[at + 1..];
    [&b"$apr1$"[..], b"$2y$", b"$2a$", b"$5$", b"$6$", b"{SHA}"].iter().any(|start| hash.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::probing::Ended;

    fn told(path: &str, (status, body): (u16, &str), answers_all: bool) -> Told {
        let file = PATHS.iter().find(|one| one.path == path).unwrap();
        let answer = Answer { status, headers: Vec::new(), body: body.into(), ended: Ended::Whole };
        judge(Some(&answer), file, answers_all)
    }

    #[test]
    fn there_are_at_most_ten_and_each_knows_its_file_and_no_page() {
        assert!(PATHS.len() <= 10);
        let files = [
            ("/.env", "APP_NAME=Dinas\nDB_PASSWORD=x\n"),
            ("/.git/HEAD", "ref: refs/heads/main\n"),
            ("/.svn/wc.db", "SQLite format 3\0"),
            ("/wp-config.php.bak", "<?php define('DB_PASSWORD', 'x');"),
            ("/configuration.php.bak", "<?php class JConfig { public $password = 'x'; }"),
            ("/.htpasswd", "admin:$apr1$x$y\n"),
            ("/backup.zip", "PK\x03\x04"),
            ("/backup.sql", "-- MySQL dump 10.13\nCREATE TABLE `users` ("),
            ("/phpinfo.php", "<!DOCTYPE html><h1 class=p>PHP Version 7.4.3</h1>"),
            ("/storage/logs/laravel.log", "[2025-01-01 10:00:00] production.ERROR: SQLSTATE[HY000]"),
        ];
        assert_eq!(files.len(), PATHS.len());
        let page = "<!DOCTYPE html><html><body>DB_PASSWORD $password CREATE TABLE\nA=B\nAPP_KEY=1</body>";
        for (path, body) in files {
            assert_eq!(told(path, (200, body), true), Told::Yes, "{path}");
            assert_eq!(told(path, (403, body), false), Told::No, "{path}");
            assert_eq!(told(path, (200, page), false), Told::No, "{path}");
        }
    }

    #[test]
    fn what_answers_everything_and_what_does_not_answer_cannot_be_told() {
        assert_eq!(told("/.env", (200, "<html>Beranda"), true), Told::Unknown);
        assert_eq!(told("/.env", (404, ""), true), Told::No);
        assert_eq!(told("/.env", (429, ""), false), Told::Unknown);
        assert_eq!(judge(None, &PATHS[0], false), Told::Unknown);
        let asked = vec![Asked { path: "/.env", told: Told::Yes }, Asked { path: "/.git/HEAD", told: Told::Unknown }];
        let found = findings(&Exposed { mandate: "1".into(), answers_all: true, asked });
        let kinds: Vec<_> = found.iter().map(|one| (one.kind, one.severity)).collect();
        assert_eq!(kinds, [(Kind::FileExposed, Severity::High), (Kind::ExposureUntold, Severity::Low)]);
        assert!(found[1].detail.contains("1 of 2"), "{}", found[1].detail);
    }
}
