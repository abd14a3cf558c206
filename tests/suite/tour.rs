//! The tour in the README, run as it stands against the real binary.

use std::process::Command;

use crate::support::Server;

/// The `sh` block that follows `<!-- tour -->`.
fn tour() -> String {
    let readme = include_str!("../../README.md");
    let rest = readme.split("<!-- tour -->\n```sh\n").nth(1).expect("the README has a tour");
    rest.split("\n```").next().unwrap().to_owned()
}

#[test]
fn the_tour_of_the_readme_leads_from_draft_to_live_page() {
    let server = Server::start(&["--demo"], &[("LAMIN_DEMO_PASSWORD", "kata-sandi-contoh")]);
    let script = format!("set -euo pipefail\n{}", tour());
    let outcome = Command::new("bash")
        .args(["-c", &script])
        .env("LAMIN_URL", server.url())
        .env("LAMIN_DEMO_PASSWORD", "kata-sandi-contoh")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success(), "{said}\n{}", String::from_utf8_lossy(&outcome.stderr));
    assert!(said.contains("<h1"), "the page is on the site: {said}");
    for action in ["submit", "claim", "forward", "approve", "publish"] {
        assert!(said.contains(action), "the history tells of {action}: {said}");
    }
}

/// All that the public API gives of a site, but for the addresses of pictures: they name a smaller form as soon as it is
/// made, which goes on while the server answers.
fn delivered(server: &Server) -> serde_json::Value {
    let (_, body) = server.get("/delivery/v1/sites/portal/entries?limit=100&total=true");
    let mut all: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(all["total"].as_u64() > Some(100), "the demo is there: {body}");
    for entry in all["items"].as_array_mut().unwrap() {
        let fields = entry["fields"].as_object_mut().unwrap().values_mut();
        for picture in fields.filter_map(|field| field.as_object_mut()).filter(|field| field.contains_key("width")) {
            picture.retain(|key, _| ["alt", "width", "height"].contains(&key.as_str()));
        }
    }
    all
}

#[test]
fn a_second_start_keeps_all_data_and_stops_when_asked() {
    let server = Server::start(&["--demo"], &[("LAMIN_DEMO_PASSWORD", "kata-sandi-contoh")]);
    let before = delivered(&server);
    let folder = server.stop();
    let again = Server::start_in(folder, &["--demo"], &[("LAMIN_DEMO_PASSWORD", "kata-sandi-contoh")]);
    assert_eq!(delivered(&again), before);
    assert_eq!(again.get("/healthz").0, 200);
    assert_eq!(again.get("/tidak-ada/").0, 404);
}

#[test]
fn the_demo_is_refused_on_an_address_that_others_reach() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = Command::new(env!("CARGO_BIN_EXE_lamin"))
        .args(["serve", "--demo", "--listen", "0.0.0.0:0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!outcome.status.success());
    assert!(String::from_utf8_lossy(&outcome.stderr).contains("loopback"));
}
