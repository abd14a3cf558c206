//! A file-system call that fails, whichever it is, leaves the old release live and whole.

use std::path::Path;
use std::process::{Command, Output};

use lamin::db::Engine;
use lamin::publish::model::Mode;

use super::{assert_whole, build, current, tree};
use crate::live_rows::{Live, Portal};
use crate::support::TestApp;

/// No room, too many open files, a disk that does not answer.
const ERRORS: &[(i32, &str)] = &[(28, "No space left"), (24, "Too many open files"), (5, "Input/output error")];

fn build_failing_at(app: &TestApp, call: usize, error: i32) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lamin"))
        .args(["build", "--site", "portal", "--set", "durability=full", "--data"])
        .arg(&app.config.data)
        .arg("--public")
        .arg(&app.config.public)
        .env("FAILPOINTS", format!("publish.disk={call}*off->1*return({error})->off"))
        .output()
        .unwrap()
}

/// What lies in the site's folder beside its releases, objects and locks.
fn leftovers(home: &Path) -> Vec<String> {
    let names = std::fs::read_dir(home.join("releases")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".new-")).collect()
}

/// The publication of one change, again and again, each time with the next call failing, until none is left.
#[actix_web::test]
async fn whichever_call_fails_the_old_release_stays_live_and_the_error_says_where() {
    let app = TestApp::new(Engine::Sqlite);
    let portal = Portal::open(&app, "portal").await;
    portal.show(&app, &[Live::new("berita", "satu"), Live::new("berita", "dua").on("2026-03-01T08:00:00+08:00")]).await;
    build(&app, Mode::Fresh);
    portal.show(&app, &[Live::new("berita", "tiga")]).await;
    build(&app, Mode::Changed);
    portal.show(&app, &[Live::new("berita", "satu").titled("Judul baru")]).await;
    let (root, before) = (current(&app), tree(&current(&app)));
    let mut calls = 0;
    loop {
        let (error, said) = ERRORS[calls % ERRORS.len()];
        let output = build_failing_at(&app, calls, error);
        if current(&app) != root {
            break;
        }
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "call {calls}: the failure was not told");
        // What was being done and to which file stands before what the system said.
        assert!(told.contains(said) && told.matches(": ").count() > 1, "call {calls}: {told}");
        assert!(tree(&root) == before, "call {calls}");
        assert_whole(&root);
        calls += 1;
    }
    assert!(calls > 30, "only {calls} calls were tried");
    assert_whole(&current(&app));
    // What failed after the swap (tidying, the record) is made up for by the next build.
    let after = build(&app, Mode::Fresh);
    assert_eq!(after.written, 0, "{after}");
    assert_whole(&current(&app));
    assert_eq!(leftovers(&app.config.public.join("portal")), Vec::<String>::new());
}
