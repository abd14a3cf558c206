//! Each kind of target: a first release, a changed page, a release that takes pages away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use lamin::db::schema::sites;
use lamin::db::{Engine, Tx};
use lamin::deploy::model::Outcome;
use lamin::publish::model::Mode;
use lamin::publish::outgoing::Outgoing;
use lamin::publish::service;
use serde_json::json;

use super::{ALL, On, Place, Stage, assert_same, ledger};
use crate::live_rows::{Live, Portal};
use crate::publish::build;
use crate::support::TestApp;

/// What the list of the last changes says is believed only if it is whole.
#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "what a cut of the power leaves")]
async fn a_list_of_changes_that_is_not_whole_is_not_followed() {
    let stage = Stage::new().await;
    let place = Place::new(On::Folder);
    let key = stage.target(&place).await;
    stage.release();
    stage.deploy(&key);
    stage.news("satu").await;
    stage.deploy(&key);
    let list = place.root().join(".lamin/turn");
    let whole = std::fs::read_to_string(&list).unwrap();
    let shorter = whole.lines().take(whole.lines().count() - 1).map(|line| format!("{line}\n")).collect::<String>();
    std::fs::write(&list, &shorter).unwrap();
    let third = stage.news("dua").await;
    assert_eq!(stage.deploy(&key).outcome, Outcome::Done);
    assert_same(&place.shown(), &place.expected(&third), "the list was cut short");
}

async fn releases_follow_one_another(on: On) {
    let stage = Stage::new().await;
    let place = Place::new(on);
    let key = stage.target(&place).await;
    let first = stage.release();
    let done = stage.deploy(&key);
    assert_eq!((done.outcome, done.release), (Outcome::Done, Some(1)));
    assert_same(&place.shown(), &place.expected(&first), "the first release");
    assert!(place.is_tidy());
    let folder = place.live_folder();
    assert_eq!(stage.deploy(&key).outcome, Outcome::Unchanged);

    let second = stage.news("kabar").await;
    let done = stage.deploy(&key);
    assert_eq!((done.outcome, done.release), (Outcome::Done, Some(2)));
    assert!((done.moved.files_sent as usize) < first.len() / 2, "{:?} of {}", done.moved, first.len());
    assert_same(&place.shown(), &place.expected(&second), "one more page");

    stage.portal.hide(&stage.app, &Live::new("berita", "kabar")).await;
    let third = stage.release();
    let done = stage.deploy(&key);
    assert!(done.moved.files_removed > 0, "{:?}", done.moved);
    assert_same(&place.shown(), &place.expected(&third), "the page is gone");
    assert!(place.is_tidy());
    assert_eq!(place.live_folder(), folder, "two folders take turns");
    assert_eq!(ledger(&stage.app, "deploy.finish").len(), 3);
}

macro_rules! on_each {
    ($test:ident: $($name:ident $on:ident),*) => {
        mod $test { $(
            #[actix_web::test]
            async fn $name() {
                super::$test(super::On::$on).await;
            }
        )* }
    };
}

on_each!(releases_follow_one_another: folder Folder, folder_in_place FolderInPlace, ssh Ssh, sftp Sftp, s3 S3);

/// Each in turn gets the newest release, though it missed two in between.
#[actix_web::test]
async fn what_a_target_missed_it_does_not_get_later() {
    let stage = Stage::new().await;
    for on in ALL {
        let place = Place::new(on);
        let key = stage.target(&place).await;
        stage.release();
        stage.deploy(&key);
        let before = stage.news(&format!("satu-{key}")).await.len();
        let newest = stage.news(&format!("dua-{key}")).await;
        assert!(newest.len() > before);
        stage.deploy(&key);
        assert_same(&place.shown(), &place.expected(&newest), &key);
        assert_eq!(stage.deploy(&key).outcome, Outcome::Unchanged);
    }
}

/// What is there and not ours, or not as we left it, does not survive in a linked folder.
#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "somebody who broke in")]
async fn what_somebody_else_put_beside_a_release_does_not_come_along() {
    let stage = Stage::new().await;
    let place = Place::new(On::Ssh);
    let key = stage.target(&place).await;
    stage.release();
    stage.deploy(&key);
    std::fs::write(place.root().join("current/slot-gacor.html"), "judi").unwrap();
    std::os::unix::fs::symlink("/etc", place.root().join("current/etc")).unwrap();
    let second = stage.news("kabar").await;
    stage.deploy(&key);
    assert_same(&place.shown(), &place.expected(&second), "after the intruder");
    assert!(!place.root().join("current/etc").exists());
}

/// What a target shows decides what is removed and renamed there: a manifest or a journal that names paths outside
/// is not believed, and everything is sent anew.
#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "somebody who broke in")]
async fn a_manifest_or_journal_that_leads_outside_is_not_believed() {
    let stage = Stage::new().await;
    let digest = lamin::kernel::Digest::of("x");
    let paths = ["../../outside", "/etc/passwd", "a/../../outside", "a\nb", ".lamin/x"];
    for (number, on) in [On::Ssh, On::Sftp, On::FolderInPlace].into_iter().enumerate() {
        let place = Place::new(on);
        let key = stage.target(&place).await;
        stage.release();
        stage.deploy(&key);
        let shown = if on == On::Ssh { place.root().join("current") } else { place.root() };
        let manifest = shown.join(".well-known/lamin/release.json");
        let outside = place.root().parent().unwrap().join(format!("outside-{number}"));
        std::fs::write(&outside, "safe").unwrap();
        for (turn, path) in paths.iter().chain([&&*format!("../outside-{number}")]).enumerate() {
            let good = std::fs::read_to_string(&manifest).unwrap();
            let first = json!({"path": path, "size": 1, "sha256": digest}).to_string();
            // A file of its own, so that the release before keeps its bytes.
            std::fs::remove_file(&manifest).unwrap();
            std::fs::write(&manifest, good.replacen("[\n{", &format!("[\n{first},\n{{"), 1)).unwrap();
            if on != On::Ssh {
                let journal = json!({"v": 1, "release": 1, "manifest": digest, "renames": [[digest, path, 1]], "removals": [path]});
                std::fs::create_dir_all(place.root().join(".lamin")).unwrap();
                std::fs::write(place.root().join(".lamin/journal.json"), journal.to_string()).unwrap();
            }
            let release = stage.news(&format!("kabar-{number}-{turn}")).await;
            stage.deploy(&key);
            let (mut shown, expected) = (place.shown(), place.expected(&release));
            // Where files are replaced one by one, what only a manifest names that is not believed stays: a part of the
            // index for searching that the new release does without.
            if place.moves() {
                shown.retain(|path, _| !path.starts_with("cari/") || expected.contains_key(path));
            }
            assert_same(&shown, &expected, path);
        }
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "safe");
        std::fs::remove_file(outside).unwrap();
    }
}

/// Old and small systems: no `tar`, a `cp` that makes no links.
#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "the test server's own programs")]
async fn a_bare_posix_shell_is_enough() {
    use std::os::unix::fs::PermissionsExt;
    let programs = tempfile::tempdir().unwrap();
    let needed = "sh dd sha256sum cut sed sort find mkdir cat rm cmp mv ln readlink tail head wc sync rmdir sleep";
    for name in needed.split(' ') {
        let found = ["/usr/bin", "/bin"].map(|folder| format!("{folder}/{name}"));
        let found = found.iter().find(|path| std::path::Path::new(path).exists()).unwrap();
        std::os::unix::fs::symlink(found, programs.path().join(name)).unwrap();
    }
    let cp = programs.path().join("cp");
    std::fs::write(&cp, "#!/bin/sh\ncase $1 in -*) exit 1 ;; esac\nexec /bin/cp \"$@\"\n").unwrap();
    std::fs::set_permissions(&cp, std::fs::Permissions::from_mode(0o755)).unwrap();
    let force = format!("ForceCommand PATH={} sh -c \"$SSH_ORIGINAL_COMMAND\"\n", programs.path().display());
    let stage = Stage::new().await;
    let place = Place::with(On::Ssh, super::Server::Ssh(super::servers::Sshd::start(&force)));
    let key = stage.target(&place).await;
    let first = stage.release();
    stage.deploy(&key);
    assert_same(&place.shown(), &first, "the first release");
    let second = stage.news("kabar").await;
    stage.deploy(&key);
    assert_same(&place.shown(), &second, "one more page");
    assert!(place.is_tidy());
}

#[actix_web::test]
async fn an_asset_and_a_page_are_typed_and_cached_in_a_bucket() {
    let stage = Stage::new().await;
    let place = Place::new(On::S3);
    let key = stage.target(&place).await;
    stage.release();
    stage.deploy(&key);
    let super::Server::S3(bucket) = &place.server else { panic!("a bucket") };
    let (_, kind, cache) = bucket.get("index.html");
    assert_eq!((kind.as_str(), cache.as_str()), ("text/html; charset=utf-8", "public, max-age=0, must-revalidate"));
    let style = bucket.names().into_iter().find(|name| name.ends_with(".css")).unwrap();
    let (_, kind, cache) = bucket.get(&style);
    assert_eq!((kind.as_str(), cache.as_str()), ("text/css; charset=utf-8", "public, max-age=31536000, immutable"));
    assert!(bucket.get(".well-known/lamin/release.json").1.starts_with("application/json"));
}

#[actix_web::test]
async fn a_server_with_another_key_is_refused() {
    let stage = Stage::new().await;
    for on in [On::Ssh, On::Sftp] {
        let place = Place::new(on);
        let other = super::servers::Sshd::shell();
        let mut wanted = place.wanted();
        wanted.settings["host_key"] = other.host_key.clone().into();
        let developer = stage.app.user(
            &format!("dev-{on:?}").to_lowercase(),
            &[(lamin::identity::Role::WebDeveloper, Some(stage.portal.site))],
        );
        let key = format!("lain-{on:?}").to_lowercase();
        let made = super::service::create(&stage.app, &developer, stage.portal.site, key.clone(), wanted).await;
        made.unwrap();
        build(&stage.app, Mode::Changed);
        let done = stage.try_deploy(&key);
        assert_eq!(done.outcome, Outcome::Failed);
        let error = done.error.unwrap();
        assert!(error.contains("Host key verification failed"), "{error}");
        assert!(place.shown().is_empty());
    }
}

/// What goes out beside a page must not depend on what is published while it is packed.
#[actix_web::test]
async fn a_release_on_its_way_out_has_all_its_copies_whatever_is_published_meanwhile() {
    const ROUNDS: usize = 12;
    /// So that compressing comes to an end between two releases: each pause is longer than the one before it, on however crowded a machine.
    const PAUSE: Duration = Duration::from_millis(500);
    let app = TestApp::new(Engine::Sqlite);
    let portal = Portal::open(&app, "portal").await;
    let news: Vec<Live> = (0..40)
        .map(|number| Live::new("berita", &format!("kabar-{number}")).long("body", "Isi. ".repeat(400)))
        .collect();
    portal.show(&app, &news).await;
    service::build(&app, "portal", Mode::Fresh, &|_| {}).unwrap();
    let over = AtomicBool::new(false);
    let mut looked = Vec::new();
    let releases = std::thread::scope(|scope| {
        let building = scope.spawn(|| {
            let mut releases = 0;
            while !over.load(Ordering::Relaxed) {
                releases += 1;
                let name = format!("portal {releases}");
                // It stands on every page.
                let rename =
                    |tx: &mut Tx| Ok(diesel::update(sites::table).set(sites::name.eq(&name)).execute(&mut **tx)?);
                app.db.write_blocking(rename).unwrap();
                service::build(&app, "portal", Mode::Changed, &|_| {}).unwrap();
                std::thread::sleep(PAUSE * releases);
            }
            releases
        });
        for _ in 0..ROUNDS {
            let Ok(Some(release)) = Outgoing::live(&app, "portal") else { continue };
            let pages = release.files.iter().filter(|file| file.path.starts_with("berita/kabar-"));
            let names: Vec<usize> = pages.map(|page| release.copy_names(&page.path).count()).collect();
            // A folder that the next build but one took is none that anything was read of.
            if release.stands() {
                looked.push(names.iter().all(|copies| *copies == 2));
            }
        }
        over.store(true, Ordering::Relaxed);
        building.join().unwrap()
    });
    assert!(looked.contains(&true) && !looked.contains(&false), "{looked:?}");
    assert!(releases > 0);
}
