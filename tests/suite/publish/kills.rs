//! A build that is killed leaves one complete release live, whenever it happens.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use lamin::db::Engine;
use lamin::db::schema::releases;
use lamin::publish::model::Mode;

use super::{assert_whole, build, current, portal};
use crate::support::TestApp;

const KILLS: u32 = 100;

fn start(app: &TestApp) -> Child {
    Command::new(env!("CARGO_BIN_EXE_lamin"))
        .args(["build", "--site", "portal", "--fresh", "--json", "--set", "durability=off", "--data"])
        .arg(&app.config.data)
        .arg("--public")
        .arg(&app.config.public)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[actix_web::test]
async fn a_hundred_killed_builds_leave_a_complete_release_each_time() {
    let app = TestApp::new(Engine::Sqlite);
    portal(&app).await;
    build(&app, Mode::Fresh);
    let begun = Instant::now();
    assert!(start(&app).wait().unwrap().success());
    // The moments are spread over a little more than a whole build, in an order that looks like chance.
    let mut whole = begun.elapsed() + begun.elapsed() / 10;
    let mut seen = std::collections::BTreeSet::new();
    for turn in 0..KILLS {
        let moment = whole * (turn * 37 % KILLS) / KILLS;
        let mut child = start(&app);
        std::thread::sleep(moment.max(Duration::from_millis(1)));
        // The machine is busier than when a whole build was timed.
        if moment >= whole * 10 / 11 && child.try_wait().unwrap().is_none() {
            whole *= 2;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let live = current(&app);
        assert_whole(&live);
        seen.insert(live);
    }
    assert!(seen.len() > 1, "some builds came to their end before they were killed");
    let last = build(&app, Mode::Fresh);
    assert_whole(&current(&app));
    let active: Vec<i32> = app
        .db
        .read(|c| Ok(releases::table.filter(releases::state.eq("active")).select(releases::number).load(c)?))
        .await
        .unwrap();
    assert_eq!(active, [last.release]);
    let unfinished: i64 = app
        .db
        .read(|c| Ok(releases::table.filter(releases::state.eq("building")).count().get_result(c)?))
        .await
        .unwrap();
    assert_eq!(unfinished, 0);
}
