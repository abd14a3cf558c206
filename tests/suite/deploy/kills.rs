//! A `lamin deploy` that is killed leaves the old or the new release, whenever it happens.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{ALL, On, Place, Server, Stage, assert_same, copy_folder, empty_folder};
use crate::support::in_torture;

const KILLS_OF_EACH: u32 = 10;
const KILLS_OF_EACH_IN_TORTURE: u32 = 200;

fn start(stage: &Stage, key: &str) -> Child {
    let config = &stage.app.config;
    Command::new(env!("CARGO_BIN_EXE_lamin"))
        .args(["deploy", "--site", "portal", "--target", key, "--set", "durability=off", "--data"])
        .arg(&config.data)
        .arg("--public")
        .arg(&config.public)
        .args(["--set", &format!("target_folders={}", std::env::temp_dir().display())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn killed_deploys(on: On, kills: u32) {
    let stage = Stage::new().await;
    let place = Place::new(on);
    let key = stage.target(&place).await;
    let old = place.expected(&stage.release());
    let base = tempfile::tempdir().unwrap();
    let is_folder = !matches!(place.server, Server::S3(_));
    if is_folder {
        stage.deploy(&key);
        copy_folder(&place.root(), base.path());
    }
    let new = place.expected(&stage.news("kabar").await);
    let begun = Instant::now();
    assert!(start(&stage, &key).wait().unwrap().success());
    let whole = begun.elapsed() + begun.elapsed() / 10;
    for turn in 0..kills {
        match &place.server {
            Server::S3(bucket) => bucket.reset(),
            Server::Folder(_) | Server::Ssh(_) => {
                empty_folder(&place.root());
                copy_folder(base.path(), &place.root());
            }
        }
        let mut child = start(&stage, &key);
        // Spread over a little more than a whole deploy, in an order that looks like chance.
        std::thread::sleep((whole * (turn * 7 % kills) / kills).max(Duration::from_millis(1)));
        child.kill().unwrap();
        child.wait().unwrap();
        place.settle();
        // Renamed file by file, the release is in between for as long as the journal stands.
        if !place.moves() || (is_folder && !place.has_journal()) {
            let shown = place.shown();
            assert!(shown == old || shown == new, "{key}, turn {turn}: neither the old nor the new release");
        }
        if turn % 2 == 1 || place.moves() {
            stage.deploy(&key);
            assert_same(&place.shown(), &new, &format!("{key}, after turn {turn}"));
        }
    }
    stage.deploy(&key);
    assert_same(&place.shown(), &new, "in the end");
}

#[actix_web::test]
async fn fifty_killed_deploys_leave_the_old_or_the_new_release() {
    for on in ALL {
        killed_deploys(on, KILLS_OF_EACH).await;
    }
}

#[actix_web::test]
async fn torture_killed_deploys() {
    if in_torture() {
        for on in ALL {
            killed_deploys(on, KILLS_OF_EACH_IN_TORTURE).await;
        }
    }
}
