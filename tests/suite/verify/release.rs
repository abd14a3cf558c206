//! A release checked by a public key alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use lamin::ports::Fetcher;
use lamin::publish::model::Mode;
use lamin::publish::service;
use lamin::verify::model::{Kind, Verdict};
use lamin::verify::release;
use lamin::verify::visit::Limits;
use serde_json::Value;

use super::host::Host;
use crate::on_both;
use crate::publish::{Tree, build, current, portal, tree};
use crate::support::TestApp;

on_both!(
    an_untouched_release_is_intact_with_its_compressed_copies,
    lingering_files_belong_to_a_release_and_withdrawn_ones_do_not,
    every_kind_of_tampering_in_a_folder_is_found,
    an_address_is_checked_like_a_folder,
    a_hacked_host_is_found_out,
);

const LIMITS: Limits = Limits { bytes_max: 1 << 30, seconds_max: 60 };

fn key(app: &TestApp) -> String {
    app.secrets.public_key()
}

async fn published(app: &TestApp) -> PathBuf {
    portal(app).await;
    build(app, Mode::Fresh);
    service::tidy(app, "portal").unwrap();
    current(app)
}

fn found(verdict: &Verdict) -> Vec<(Kind, &str)> {
    verdict.problems.iter().map(|problem| (problem.kind, problem.path.as_str())).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test tampers with what was published")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // Releases share files by links: the tampered one gets a file of its own.
    let _ = std::fs::remove_file(path);
    std::fs::write(path, bytes).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

async fn an_untouched_release_is_intact_with_its_compressed_copies(app: TestApp) {
    published(&app).await;
    let live = app.config.public.join("portal/current");
    assert!(live.join("index.html.br").is_file());
    let verdict = release::in_folder(&live, &key(&app)).unwrap();
    assert!(verdict.intact && verdict.problems.is_empty(), "{:?}", verdict.problems);
    assert_eq!((verdict.checked, verdict.release, verdict.site.as_deref()), (verdict.files, Some(1), Some("portal")));
}

async fn lingering_files_belong_to_a_release_and_withdrawn_ones_do_not(app: TestApp) {
    use crate::live_rows::Live;
    let portal = portal(&app).await;
    build(&app, Mode::Fresh);
    let style = tree(&current(&app)).keys().find(|path| path.ends_with(".css")).cloned().unwrap();
    let other = Live::new("pengaturan", "situs").titled("Portal Uji").field("color", "#111111");
    portal.show(&app, &[other]).await;
    build(&app, Mode::Changed);
    assert!(current(&app).join(&style).is_file(), "the old style sheet stays for readers of old pages");
    let verdict = release::in_folder(&current(&app), &key(&app)).unwrap();
    assert!(verdict.intact, "{:?}", verdict.problems);
    write(&current(&app).join(&style), b"body{background:url(//judi.example/)}");
    let verdict = release::in_folder(&current(&app), &key(&app)).unwrap();
    assert_eq!(found(&verdict), [(Kind::Changed, style.as_str())]);
}

async fn every_kind_of_tampering_in_a_folder_is_found(app: TestApp) {
    let root = published(&app).await;
    let key = key(&app);
    let check = || release::in_folder(&root, &key).unwrap();
    let tampered = |path: &str, bytes: &[u8], expected: &[(Kind, &str)]| {
        let file = root.join(path);
        let before = file.exists().then(|| read(&file));
        write(&file, bytes);
        assert_eq!(found(&check()), expected, "{path}");
        match before {
            Some(before) => write(&file, &before),
            None => std::fs::remove_file(&file).unwrap(),
        }
        assert!(check().intact, "{path} was put back");
    };
    tampered("profil/index.html", b"<h1>slot gacor</h1>", &[(Kind::Changed, "profil/index.html")]);
    tampered("slot/index.html", b"x", &[(Kind::Added, "slot/index.html")]);
    tampered(".htaccess", b"RewriteEngine on", &[(Kind::Added, ".htaccess")]);
    tampered("neu.html.gz", b"x", &[(Kind::Added, "neu.html.gz")]);
    let other = lamin_gzip(b"<h1>slot gacor</h1>");
    tampered("index.html.gz", &other, &[(Kind::Changed, "index.html.gz")]);
    tampered("index.html.br", b"not brotli at all", &[(Kind::Changed, "index.html.br")]);
    let seal = ".well-known/lamin/seal.json";
    let manifest = ".well-known/lamin/release.json";
    let text = |path: &str| String::from_utf8(read(&root.join(path))).unwrap();
    tampered(manifest, text(manifest).replacen("\"size\":", "\"size\":1", 1).as_bytes(), &[(Kind::Seal, manifest)]);
    tampered(seal, text(seal).replacen("\"release\": 1", "\"release\": 2", 1).as_bytes(), &[(Kind::Seal, seal)]);
    tampered(seal, text(seal).replacen("{\n", "{\n  \"note\": 1,\n", 1).as_bytes(), &[(Kind::Seal, seal)]);
    std::fs::remove_file(root.join("robots.txt")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", root.join("theme/x.css")).unwrap();
    assert_eq!(found(&check()), [(Kind::Missing, "robots.txt"), (Kind::Added, "theme/x.css")]);
    let other = "ab".repeat(32);
    assert_eq!(found(&release::in_folder(&root, &other).unwrap()), [(Kind::Seal, seal)]);
    std::fs::remove_file(root.join(seal)).unwrap();
    assert_eq!(found(&check()), [(Kind::Missing, seal)]);
}

fn lamin_gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What may speak to this machine, for tests.
pub fn fetcher() -> impl Fetcher {
    lamin::adapters::HttpFetcher::new(|address| address.is_loopback(), b"").unwrap()
}

/// Work that waits for the network, off the test's event loop.
pub async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    actix_web::web::block(work).await.unwrap()
}

async fn an_address_is_checked_like_a_folder(app: TestApp) {
    published(&app).await;
    let running = lamin::server::start(&app.serving, lamin::boot::handlers(), |_| Ok(())).unwrap();
    let (url, key) = (format!("http://{}", running.address), key(&app));
    let files = release::in_folder(&current(&app), &key).unwrap().files;
    let verdict = off(move || release::at_address(&fetcher(), &url, &key, LIMITS)).await;
    assert!(verdict.intact, "{:?}", verdict.problems);
    assert_eq!((verdict.checked, verdict.files), (files, files), "redirects are compared by where they lead");
    running.stop().await.unwrap();
}

/// A release with its seal, as a host holds it.
#[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
pub fn whole(root: &Path) -> Tree {
    let mut files = tree(root);
    files.retain(|path, _| !path.ends_with(".br") && !path.ends_with(".gz"));
    let seal = ".well-known/lamin/seal.json";
    files.insert(seal.into(), std::fs::read(root.join(seal)).unwrap());
    files
}

async fn a_hacked_host_is_found_out(app: TestApp) {
    let root = published(&app).await;
    let host = Host::open(whole(&root));
    let check = |url: &str, limits: Limits| {
        let (url, key) = (url.to_owned(), key(&app));
        off(move || release::at_address(&fetcher(), &url, &key, limits))
    };
    let verdict = check(&host.url, LIMITS).await;
    assert!(verdict.intact, "{:?}", verdict.problems);
    assert_eq!(verdict.checked, verdict.files);
    host.answer("/profil/", 200, &[], "<h1>slot</h1>");
    host.answer("/robots.txt", 404, &[], "");
    host.answer("/berita/", 302, &[("Location", "https://judi.example/")], "");
    let long = format!("{}x", "a".repeat(100_000));
    host.answer("/sitemap.xml", 200, &[], &long);
    let verdict = check(&host.url, LIMITS).await;
    let expected = [
        (Kind::Changed, "berita/index.html"),
        (Kind::Changed, "profil/index.html"),
        (Kind::Changed, "sitemap.xml"),
        (Kind::Missing, "robots.txt"),
    ];
    assert_eq!(found(&verdict), expected);
    let away = &verdict.problems[0].detail["found"];
    assert_eq!((&away["status"], &away["location"]), (&Value::from(302), &Value::from("https://judi.example/")));
    let verdict = check(&host.url, Limits { bytes_max: 100_000, ..LIMITS }).await;
    assert!(!verdict.intact && verdict.checked < verdict.files, "what a limit cut off is not called intact");
    let verdict = check("http://127.0.0.1:1", LIMITS).await;
    assert_eq!(found(&verdict), [(Kind::Unreachable, ".well-known/lamin/release.json")]);
}

#[actix_web::test]
async fn the_command_checks_without_an_installation() {
    let app = TestApp::new(lamin::db::Engine::Sqlite);
    let root = published(&app).await;
    let nowhere = tempfile::tempdir().unwrap();
    let lamin = |place: &str, key: &str, more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_lamin"))
            .args(["verify", "release", place, "--key", key])
            .args(more)
            .arg("--data")
            .arg(nowhere.path().join("none"))
            .output()
            .unwrap()
    };
    let place = root.to_str().unwrap();
    let good = lamin(place, &key(&app), &["--json"]);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert_eq!(serde_json::from_slice::<Value>(&good.stdout).unwrap()["intact"], Value::from(true));
    let file = nowhere.path().join("lamin.pub");
    write(&file, format!("{}\n", key(&app)).as_bytes());
    assert!(lamin(place, file.to_str().unwrap(), &[]).status.success());
    write(&root.join("slot/index.html"), b"x");
    let bad = lamin(place, &key(&app), &[]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&bad.stdout).contains("added"), "{bad:?}");
    assert_eq!(lamin(place, "abc", &[]).status.code(), Some(2));
    let refused = lamin("http://127.0.0.1:1/", &key(&app), &[]);
    assert!(String::from_utf8_lossy(&refused.stdout).contains("fetch_private_networks"), "{refused:?}");
    assert!(!nowhere.path().join("none").exists(), "nothing is made");
}
