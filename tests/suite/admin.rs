//! The admin: how it is served, and its screens in a real browser against the real program. What people do there stands in
//! `admin/e2e/*.mjs`; here they are run.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::browser::chromium;
use crate::support::{Call, Server, TestApp};

const PASSWORD: &str = "rahasia desa 2026";

fn demo(settings: &[&str]) -> Server {
    let settings = ["durability=off"].iter().chain(settings).flat_map(|setting| ["--set", *setting]);
    let arguments: Vec<&str> = ["--demo"].into_iter().chain(settings).collect();
    Server::start(&arguments, &[("LAMIN_DEMO_PASSWORD", PASSWORD)])
}

/// Runs one story on a server of its own.
#[track_caller]
fn tell(story: &str) {
    tell_with(story, &[]);
}

/// The same on a server with some settings. What went wrong is said at once, past the test runner, which keeps it to the end.
#[track_caller]
fn tell_with(story: &str, settings: &[&str]) {
    let server = demo(settings);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("admin/e2e").join(story);
    let mut node = Command::new("node");
    node.arg(script).arg(server.url()).env("LAMIN_DEMO_PASSWORD", PASSWORD).env("LAMIN_TEST_CHROMIUM", chromium());
    let told = node.output().expect("node runs; scripts/admin installs it");
    if !told.status.success() {
        let text = String::from_utf8_lossy(&told.stdout) + String::from_utf8_lossy(&told.stderr);
        writeln!(std::io::stderr(), "{story}:\n{text}").expect("standard error is open");
        panic!("{story} did not end well:\n{text}");
    }
}

#[test]
fn four_people_take_news_from_a_draft_to_a_live_page() {
    tell("publication.mjs");
}

#[test]
fn news_goes_from_a_draft_to_citizens_without_a_mouse() {
    tell("keyboard.mjs");
}

#[test]
fn what_an_official_marks_comes_back_to_the_editor_with_its_place() {
    tell("marks.mjs");
}

#[test]
fn what_is_pasted_from_word_comes_out_clean_where_it_is_published() {
    tell("paste.mjs");
}

#[test]
fn websites_are_monitored_and_secured_by_their_procedures() {
    tell("monitoring.mjs");
}

#[test]
fn a_weeks_report_goes_from_the_order_to_the_archive() {
    // The story's websites are on this machine, so its line to the world says nothing about them.
    tell_with("recap.mjs", &["fetch_private_networks=127.0.0.0/8", "monitor_line_targets="]);
}

#[test]
fn an_attack_is_handled_from_a_citizens_report_to_a_website_fit_for_use() {
    tell_with("incidents.mjs", &["telegram_api_url=http://127.0.0.1:9"]);
}

#[test]
fn an_agency_gets_a_website_from_its_letter_to_the_end() {
    tell("creation.mjs");
}

#[test]
fn the_flows_of_the_ppid_website_are_walked_by_their_roles() {
    tell("ppid.mjs");
}

#[test]
fn a_web_developer_adds_checks_changes_and_removes_a_server() {
    tell("servers.mjs");
}

#[test]
fn what_is_scheduled_gets_another_time_by_its_button_and_by_dragging() {
    tell("calendar.mjs");
}

#[test]
fn many_pieces_of_content_go_their_way_at_once_or_none_does() {
    tell("bulk.mjs");
}

#[test]
fn a_new_colleague_sets_their_password_by_a_link_and_a_list_of_holidays_is_read() {
    tell("accounts.mjs");
}

#[test]
fn every_screen_is_accessible_in_both_languages_and_widths() {
    tell("screens.mjs");
}

#[actix_web::test]
async fn the_page_of_the_admin_answers_at_every_address_below_its_own_and_allows_only_our_origin() {
    let app = TestApp::new(lamin::db::Engine::Sqlite);
    for path in ["/admin/", "/admin/content/portal"] {
        let page = Call::get(path).send(&app).await;
        assert_eq!(page.status, 200, "is admin/dist built? scripts/admin does it");
        assert!(page.text.contains("<div id=\"lamin\">"), "{}", page.text);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'; style-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-cache");
    }
    let page = Call::get("/admin/").send(&app).await.text;
    let script = page.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let file = Call::get(script).send(&app).await;
    assert_eq!((file.status, file.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    assert_eq!(file.header("content-type"), "text/javascript");
    Call::get("/admin/assets/gone.js").send(&app).await.assert_refused(404, "not_found");
    assert_eq!(Call::get("/admin").send(&app).await.header("location"), "/admin/");
}
