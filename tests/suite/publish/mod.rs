//! Publishing: releases, their bytes, their order, and what a reader gets.

mod activation;
mod catalogues;
mod changes;
mod contract;
mod documents;
mod faults;
mod histories;
mod kills;
mod pages;
mod pictures;
mod publishers;
mod readers;
mod schedules;
pub mod search;
mod serving;
mod shares;
pub mod themes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lamin::app::App;
use lamin::db::Engine;
use lamin::kernel::Digest;
use lamin::publish::model::{Mode, Report};
use lamin::publish::service;
use serde_json::{Value, json};

use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::{Server, TestApp};

on_both!(
    two_fresh_builds_are_equal_to_the_byte,
    nothing_changed_means_no_new_release,
    a_job_builds_what_was_committed_before_it,
    every_file_has_the_digest_that_the_manifest_says,
    builds_at_the_same_time_make_one_release_after_the_other,
    a_broken_template_is_named_and_the_old_release_stays,
    a_failed_build_leaves_nothing_behind_after_the_next,
);

/// The files of a release by their path; the seal, which differs from build to build, left out.
pub type Tree = BTreeMap<String, Vec<u8>>;

pub fn build(app: &App, mode: Mode) -> Report {
    service::build(app, "portal", mode, &|_| {}).unwrap()
}

/// Has a server make a release of what is live now; back when it is live.
pub fn release_by(server: &Server, token: &str) {
    let asked = server.call(token, "/api/v1/sites/portal/releases", Some(&json!({})));
    let path = format!("/api/v1/jobs/{}", asked["job"].as_str().unwrap());
    loop {
        let job = server.call(token, &path, None);
        assert!(job["error"].is_null(), "{job:#}");
        if job["state"] == "done" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

pub fn current(app: &App) -> PathBuf {
    let home = app.config.public.join("portal");
    home.join(std::fs::read_link(home.join("current")).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
pub fn tree(root: &Path) -> Tree {
    let files = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|found| found.file_type().is_file());
    files
        .map(|found| {
            let path = found.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (path, std::fs::read(found.path()).unwrap())
        })
        .filter(|(path, _)| path != ".well-known/lamin/seal.json")
        .collect()
}

pub fn text<'t>(tree: &'t Tree, path: &str) -> &'t str {
    let bytes = tree.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", tree.keys().collect::<Vec<_>>()));
    std::str::from_utf8(bytes).unwrap()
}

/// A small portal with everything that steers a site.
pub async fn portal(app: &App) -> Portal {
    let portal = Portal::open(app, "portal").await;
    let picture = b"not really a picture";
    let digest = Digest::of(picture);
    app.storage.put(&digest, picture).unwrap();
    portal.store_stored(app, digest, "Foto Jembatan.JPG", "image/jpeg").await;
    let item = |label: &str, label_en: &str, url: &str| json!({"label": label, "label_en": label_en, "url": url});
    let items = json!([
        item("Beranda", "Home", "/"),
        item("Berita", "News", "/berita/"),
        item("Galeri", "Gallery", "/galeri/"),
        item("Lapor", "Report", "https://www.lapor.go.id")
    ]);
    let mut entries = vec![
        Live::new("pengaturan", "situs")
            .titled("Portal Uji")
            .field("tagline", "Satu atap")
            .field("base_url", "https://portal.example")
            .field("email", "redaksi@portal.example")
            .field("color", "#224466")
            .long("footer", "Darurat: **112**."),
        Live::new("menu", "utama").titled("Menu utama").field("location", "main").long("items", items),
        Live::new("kategori", "pendidikan").titled("Pendidikan & Sekolah").field("summary", "Sekolah dan beasiswa."),
        Live::new("halaman", "profil").titled("Profil").long("body", "Tentang kami."),
        Live::new("pengalihan", "pintas")
            .titled("x")
            .field("from", "/b")
            .field("to", "/berita/")
            .field("permanent", false),
        Live::new("agenda", "rapat")
            .titled("Rapat <Kerja>")
            .on("2026-10-01T08:00:00+08:00")
            .field("start", "2026-12-09T08:30:00+08:00"),
        Live::new("agenda", "meeting")
            .locale("en")
            .titled("Meeting")
            .translates("rapat")
            .on("2026-10-01T08:00:00+08:00"),
    ];
    for number in 1..=45 {
        let day = format!("2026-{:02}-{:02}T08:00:00+08:00", 7 + number / 25, 1 + number % 25);
        let body = format!("Isi **berita** {number}, lihat [profil](/profil/).\n\n![Jembatan](asset:{digest})");
        entries.push(
            Live::new("berita", &format!("berita-{number}"))
                .titled(&format!("Berita ke-{number} \"uji\" & coba"))
                .on(&day)
                .category("pendidikan")
                .tags(&["Sekolah Dasar", if number % 2 == 0 { "genap" } else { "ganjil" }])
                .field("summary", format!("Ringkasan {number} < 100"))
                .field("author", "Ani")
                .long("body", body),
        );
    }
    portal.show(app, &entries).await;
    portal
}

async fn two_fresh_builds_are_equal_to_the_byte(app: TestApp) {
    portal(&app).await;
    let first = build(&app, Mode::Fresh);
    let one = tree(&current(&app));
    app.clock.advance(1_000_000_000);
    let second = build(&app, Mode::Fresh);
    let two = tree(&current(&app));
    assert_eq!((first.release, second.release), (1, 2));
    assert_eq!(first.manifest, second.manifest);
    assert!(one == two, "the same content gives the same bytes");
    assert!(first.warnings.is_empty(), "{:?}", first.warnings);
}

#[actix_web::test]
async fn both_engines_give_equal_manifests() {
    let (sqlite, postgres) = (TestApp::new(Engine::Sqlite), TestApp::new(Engine::Postgres));
    portal(&sqlite).await;
    portal(&postgres).await;
    assert_eq!(build(&sqlite, Mode::Fresh).manifest, build(&postgres, Mode::Fresh).manifest);
    let (one, two) = (tree(&current(&sqlite)), tree(&current(&postgres)));
    let differing: Vec<_> = one.iter().filter(|(path, bytes)| two.get(*path) != Some(bytes)).map(|(p, _)| p).collect();
    assert!(differing.is_empty() && one.len() == two.len(), "{differing:?}");
}

async fn nothing_changed_means_no_new_release(app: TestApp) {
    let portal = portal(&app).await;
    assert!(!build(&app, Mode::Changed).skipped);
    assert!(build(&app, Mode::Changed).skipped);
    portal.show(&app, &[Live::new("berita", "baru")]).await;
    let report = build(&app, Mode::Changed);
    assert!(!report.skipped && report.release == 2);
    assert!(tree(&current(&app)).contains_key("berita/baru/index.html"));
}

async fn a_job_builds_what_was_committed_before_it(app: TestApp) {
    use lamin::jobs::{self, NewJob};
    use lamin::kernel::id::JobId;
    let portal = portal(&app).await;
    let job = NewJob {
        kind: "publish.build",
        payload: json!({"site": portal.site}),
        unique_key: Some(format!("publish.build:{}", portal.site)),
        run_at: app.now(),
    };
    for slug in ["satu", "dua"] {
        portal.show(&app, &[Live::new("berita", slug)]).await;
        let (id, now, job) = (app.id(JobId::new), app.now(), job.clone());
        app.db.write(move |tx| jobs::enqueue(tx, id, &job, now)).await.unwrap();
    }
    let handlers = lamin::boot::handlers();
    assert_eq!(jobs::run_due(&app, &handlers).unwrap(), 1, "two commits cost one release");
    let tree = tree(&current(&app));
    assert!(tree.contains_key("berita/satu/index.html") && tree.contains_key("berita/dua/index.html"));
}

/// Paths of files that no page of the release names, but pages of older ones do.
#[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
pub fn lingering(root: &Path) -> Vec<String> {
    let seal: Value =
        serde_json::from_slice(&std::fs::read(root.join(".well-known/lamin/seal.json")).unwrap()).unwrap();
    let paths = seal["lingering"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned());
    paths.collect()
}

/// Every file of a release, and nothing else, is in its manifest with its size and digest.
#[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
pub fn assert_whole(root: &Path) {
    let mut files = tree(root);
    files.retain(|path, _| !path.ends_with(".br") && !path.ends_with(".gz"));
    let manifest = files.remove(".well-known/lamin/release.json").expect("a release has a manifest");
    let seal: Value =
        serde_json::from_slice(&std::fs::read(root.join(".well-known/lamin/seal.json")).unwrap()).unwrap();
    assert_eq!(seal["manifest"], json!(Digest::of(&manifest)));
    let signed = |signature: &str, text: &[u8]| {
        lamin::secrets::signature_holds(seal["public_key"].as_str().unwrap(), seal[signature].as_str().unwrap(), text)
    };
    assert!(signed("signature", &manifest));
    for file in seal["lingering"].as_array().unwrap() {
        let bytes = files.remove(file["path"].as_str().unwrap()).expect("what lingers is there");
        assert_eq!(file["sha256"], json!(Digest::of(&bytes)), "{file}");
    }
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len(), files.len());
    for file in listed {
        let bytes = &files[file["path"].as_str().unwrap()];
        assert_eq!(file["size"], json!(bytes.len()), "{file}");
        assert_eq!(file["sha256"], json!(Digest::of(bytes)), "{file}");
    }
}

async fn every_file_has_the_digest_that_the_manifest_says(app: TestApp) {
    portal(&app).await;
    build(&app, Mode::Fresh);
    assert_whole(&current(&app));
    service::tidy(&app, "portal").unwrap();
    assert_whole(&current(&app));
    assert!(current(&app).join("index.html.br").is_file() && current(&app).join("index.html.gz").is_file());
}

async fn builds_at_the_same_time_make_one_release_after_the_other(app: TestApp) {
    portal(&app).await;
    let numbers: Vec<i32> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| build(&app, Mode::Fresh).release)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [1, 2, 3, 4]);
    assert!(current(&app).ends_with("releases/4"));
    assert_whole(&current(&app));
}

#[expect(clippy::disallowed_methods, reason = "a test's own theme")]
pub fn theme(folder: &Path, entry: &str) {
    let theme = folder.join("lamin");
    std::fs::create_dir_all(theme.join("templates")).unwrap();
    std::fs::write(theme.join("theme.toml"), "title = \"Uji\"\n").unwrap();
    std::fs::write(theme.join("words.toml"), "[id]\n").unwrap();
    for name in ["home", "list", "404"] {
        std::fs::write(theme.join(format!("templates/{name}.html")), "<p>{{ page.title }}</p>").unwrap();
    }
    std::fs::write(theme.join("templates/entry.html"), entry).unwrap();
}

async fn a_broken_template_is_named_and_the_old_release_stays(app: TestApp) {
    let engine = app.db.engine();
    let themes = tempfile::tempdir().unwrap();
    theme(themes.path(), "<h1>{{ entry.title }}</h1>");
    let app = TestApp::with(engine, &[("themes_folder", themes.path().to_str().unwrap())]);
    portal(&app).await;
    build(&app, Mode::Fresh);
    let before = tree(&current(&app));
    theme(themes.path(), "<h1>\n{{ entry.nothing_of_the_kind }}</h1>");
    themes::approve(&app, "portal").await;
    let error = service::build(&app, "portal", Mode::Changed, &|_| {}).unwrap_err().to_string();
    for part in ["entry.html:2", "nothing_of_the_kind", "(entry "] {
        assert!(error.contains(part), "{error}");
    }
    assert!(tree(&current(&app)) == before);
}

async fn a_failed_build_leaves_nothing_behind_after_the_next(app: TestApp) {
    portal(&app).await;
    build(&app, Mode::Fresh);
    let half = app.config.public.join("portal/releases/.new-1-0");
    std::fs::create_dir_all(half.join("berita")).unwrap();
    build(&app, Mode::Fresh);
    service::tidy(&app, "portal").unwrap();
    let left = std::fs::read_dir(app.config.public.join("portal/releases")).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["1", "2"]);
}
