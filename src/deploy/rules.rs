//! Which paths, settings and moments are right. Pure.

use super::model::{Credentials, Kind, State, Way};
use crate::kernel::time::{MINUTE, SECOND};
use crate::kernel::{FieldRefusal, Timestamp};

/// The folder of ours beside what a target serves; no file of a release is ever in it.
pub const OURS: &str = ".lamin";

const PATH_BYTES_MAX: usize = 1024;
const NAME_BYTES_MAX: usize = 255;
const KEY_BYTES_MAX: usize = 40;
const TEXT_BYTES_MAX: usize = 300;
const ERROR_BYTES_MAX: usize = 600;

/// Whether a path of a manifest may be written below the root of a target. What a server shows us as its
/// manifest or journal goes through the same, since it decides what we remove and rename there.
pub fn is_safe_path(path: &str) -> bool {
    let safe_name = |name: &str| {
        let dots = name == "." || name == "..";
        !name.is_empty() && !dots && name.len() <= NAME_BYTES_MAX && name.trim() == name && !name.starts_with('-')
    };
    path.len() <= PATH_BYTES_MAX
        && !path.chars().any(|letter| letter.is_control() || letter == '\\')
        && path.split('/').all(safe_name)
        && path.split('/').next() != Some(OURS)
}

/// The order in which a release that is not swapped at once takes effect: a page never names what is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Named by their content, or by nobody yet.
    Assets,
    Pages,
    /// `release.json` and `seal.json`: they say that the rest is there.
    Proof,
}

pub fn phase(path: &str) -> Phase {
    if path.starts_with(".well-known/lamin/release.json") || path.starts_with(".well-known/lamin/seal.json") {
        return Phase::Proof;
    }
    let page = path.ends_with(".html") || path.ends_with(".html.br") || path.ends_with(".html.gz");
    if !page && (path.starts_with("theme/") || path.starts_with("media/")) { Phase::Assets } else { Phase::Pages }
}

/// A text as one word of a POSIX shell.
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// How long after that many failures in a row the next attempt is made.
pub fn pause(failures: i32) -> i64 {
    const FIRST: i64 = 5 * SECOND;
    const LONGEST: i64 = 15 * MINUTE;
    (FIRST << failures.clamp(1, 20).saturating_sub(1)).min(LONGEST)
}

/// One failure may be a restart on the other side; this many in a row are an outage that somebody must hear of.
const FAILURES_ALARMING: i32 = 3;

/// A target's state after an attempt that failed, and whether this is the moment to raise the alarm.
pub fn failed(before: &State, error: String, now: Timestamp) -> (State, bool) {
    let failures = before.failures.saturating_add(1);
    let alarm = before.alarmed_at.is_none() && failures >= FAILURES_ALARMING;
    let alarmed_at = if alarm { Some(now) } else { before.alarmed_at };
    let failing_since = before.failing_since.or(Some(now));
    (State { failures, failing_since, alarmed_at, error: Some(error), ..before.clone() }, alarm)
}

/// An error as it may be stored and shown: on one line, short, without what opens the target.
pub fn tellable(error: &str, credentials: &Credentials) -> String {
    let mut text = error.to_owned();
    for secret in credentials.secrets().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > ERROR_BYTES_MAX {
        let end = (0..=ERROR_BYTES_MAX).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        line.truncate(end);
        line.push('…');
    }
    line
}

fn wrong(field: &str, code: &str, detail: &str) -> FieldRefusal {
    FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() }
}

/// What is wrong with a target's key and public address.
pub fn names(key: &str, url: Option<&str>) -> Vec<FieldRefusal> {
    let mut found = Vec::new();
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if key.is_empty() || key.len() > KEY_BYTES_MAX || !key.bytes().all(letter) {
        found.push(wrong("key", "not_a_key", "1 to 40 of a-z, 0-9, - and _"));
    }
    let is_web = |url: &str| {
        let parsed = url::Url::parse(url);
        parsed.is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.has_host())
    };
    if url.is_some_and(|url| url.len() > TEXT_BYTES_MAX || !is_web(url)) {
        found.push(wrong("url", "not_an_address", "http:// or https://, without a user's name"));
    }
    found
}

/// What is wrong with the settings of a way. `folders`: where directories may stand.
pub fn way(way: &Way, folders: &[String]) -> Vec<FieldRefusal> {
    let mut found = Vec::new();
    match way {
        Way::Directory(folder) => {
            let below = |root: &String| folder.path == *root || folder.path.starts_with(&format!("{root}/"));
            if !is_absolute(&folder.path) {
                found.push(wrong("settings.path", "not_a_folder", "an absolute path without . and .."));
            } else if !folders.iter().any(below) {
                let detail = "directories stand below one of the setting target_folders of this server";
                found.push(wrong("settings.path", "not_allowed", detail));
            }
        }
        Way::Ssh(remote) | Way::Sftp(remote) => {
            let name = |text: &str, more: &str| {
                let letter = |letter: char| letter.is_ascii_alphanumeric() || more.contains(letter);
                !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.starts_with('-') && text.chars().all(letter)
            };
            if !name(&remote.host, ".-_:") {
                found.push(wrong("settings.host", "not_a_host", "a name or an address"));
            }
            if remote.user.as_deref().is_some_and(|user| !name(user, ".-_@+")) {
                found.push(wrong("settings.user", "not_a_name", "the name of an account"));
            }
            if !is_absolute(&remote.path) {
                found.push(wrong("settings.path", "not_a_folder", "an absolute path without . and .."));
            }
            if remote.host_key.as_deref().is_some_and(|key| !is_host_key(key)) {
                found.push(wrong("settings.host_key", "not_a_key", "such as: ssh-ed25519 AAAA…"));
            }
        }
        Way::S3(bucket) => {
            let letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
            let named = |text: &str| !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.chars().all(letter);
            if !named(&bucket.bucket) {
                found.push(wrong("settings.bucket", "not_a_bucket", "the name of a bucket"));
            }
            if !named(&bucket.region) {
                found.push(wrong("settings.region", "not_a_region", "such as ap-southeast-3"));
            }
            if !bucket.prefix.is_empty() && !is_safe_path(&bucket.prefix) {
                found.push(wrong("settings.prefix", "not_a_prefix", "a path without slashes at its ends"));
            }
            if let Some(endpoint) = &bucket.endpoint {
                found.extend(names("k", Some(endpoint)).into_iter().map(|_| {
                    wrong("settings.endpoint", "not_an_address", "http:// or https://, without a user's name")
                }));
            }
        }
    }
    found
}

fn is_absolute(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(is_safe_path)
}

fn is_host_key(key: &str) -> bool {
    let mut words = key.split(' ');
    let kind = words.next().is_some_and(|kind| kind.starts_with("ssh-") || kind.starts_with("ecdsa-"));
    let body = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    kind && words.next().is_some_and(|text| text.len() >= 32 && body(text)) && words.next().is_none()
}

/// What is wrong with credentials for a kind.
pub fn credentials(kind: Kind, given: &Credentials) -> Vec<FieldRefusal> {
    let mut found = Vec::new();
    let both = given.access_key_id.is_some() == given.secret_access_key.is_some();
    let keys = given.access_key_id.is_some() || given.secret_access_key.is_some();
    let login = given.private_key.is_some() || given.password.is_some();
    match kind {
        Kind::Directory if keys || login => found.push(wrong("credentials", "not_needed", "a directory needs none")),
        Kind::Ssh | Kind::Sftp if keys => {
            found.push(wrong("credentials", "not_of_this_kind", "private_key or password"));
        }
        Kind::S3 if login => {
            found.push(wrong("credentials", "not_of_this_kind", "access_key_id and secret_access_key"));
        }
        Kind::S3 if !both => found.push(wrong("credentials", "required", "both halves of the key")),
        Kind::Directory | Kind::Ssh | Kind::Sftp | Kind::S3 => {}
    }
    if given.password.as_deref().is_some_and(|text| text.contains('\n')) {
        found.push(wrong("credentials.password", "malformed", "one line"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::model::{Bucket, Folder, Remote};
    use super::*;

    #[test]
    fn only_paths_below_the_root_are_written() {
        for path in ["index.html", "berita/a b/index.html", ".well-known/lamin/release.json", "é/x.br"] {
            assert!(is_safe_path(path), "{path}");
        }
        let bad = [
            "",
            "/etc/passwd",
            "a//b",
            "../x",
            "a/../b",
            "./a",
            "a/.",
            "a\nb",
            "a\\b",
            ".lamin/x",
            "-rf",
            "a/-rf",
            " a",
            "a ",
            "a\u{0}",
            "a\u{1b}[2J",
        ];
        for path in bad {
            assert!(!is_safe_path(path), "{path:?}");
        }
        assert!(!is_safe_path(&"x".repeat(256)));
    }

    #[test]
    fn a_page_comes_after_what_it_names_and_the_proof_after_all() {
        assert_eq!(phase("theme/lamin.1a2b.css"), Phase::Assets);
        assert_eq!(phase("media/a.jpg"), Phase::Assets);
        assert_eq!(phase("berita/x/index.html.br"), Phase::Pages);
        assert_eq!(phase("sitemap.xml"), Phase::Pages);
        assert_eq!(phase(".well-known/lamin/release.json"), Phase::Proof);
    }

    #[test]
    fn an_outage_is_told_once() {
        let mut state = State::default();
        let mut alarms = 0;
        for turn in 0..10 {
            let (after, alarm) = failed(&state, "no route".into(), Timestamp::from_micros(turn));
            alarms += usize::from(alarm);
            state = after;
        }
        assert_eq!((alarms, state.failures), (1, 10));
        assert_eq!(state.failing_since, Some(Timestamp::from_micros(0)));
        assert_eq!(pause(1), 5 * SECOND);
        assert_eq!(pause(2), 10 * SECOND);
        assert_eq!(pause(1000), 15 * MINUTE);
    }

    #[test]
    fn an_error_tells_no_secret_and_stays_short() {
        let credentials = Credentials { password: Some("rahasia".into()), ..Credentials::default() };
        let told = tellable("login with rahasia\r\nfailed\u{1b}[31m", &credentials);
        assert_eq!(told, "login with *** failed [31m");
        assert!(tellable(&"é".repeat(5000), &credentials).len() < 700);
    }

    #[test]
    fn a_word_stays_one_word_of_the_shell() {
        assert_eq!(shell_word("a'b; rm -rf /"), "'a'\\''b; rm -rf /'");
    }

    fn remote(host: &str, path: &str) -> Way {
        Way::Ssh(Remote { host: host.into(), port: None, user: None, path: path.into(), host_key: None })
    }

    #[test]
    fn settings_that_could_be_read_as_an_option_or_lead_elsewhere_are_refused() {
        let fields = |way: &Way| super::way(way, &["/srv/www".into()]).into_iter().map(|f| f.field).collect::<Vec<_>>();
        assert!(fields(&remote("web.example.go.id", "/srv/www")).is_empty());
        assert_eq!(fields(&remote("-oProxyCommand=id", "/srv")), ["settings.host"]);
        assert_eq!(fields(&remote("a b", "/srv/../etc")), ["settings.host", "settings.path"]);
        let folder = |path: &str| Way::Directory(Folder { path: path.into(), in_place: false });
        assert!(fields(&folder("/srv/www/portal")).is_empty());
        assert_eq!(fields(&folder("/srv/www2")), ["settings.path"]);
        assert_eq!(fields(&folder("/srv/www/../../etc")), ["settings.path"]);
        let bucket = Bucket {
            bucket: "a/b".into(),
            prefix: "../x".into(),
            endpoint: Some("file:///etc".into()),
            region: "us-east-1".into(),
        };
        assert_eq!(fields(&Way::S3(bucket)), ["settings.bucket", "settings.prefix", "settings.endpoint"]);
    }
}
