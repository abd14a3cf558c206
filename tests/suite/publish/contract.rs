//! The theme contract as a tool: `lamin theme check`.

use std::path::Path;
use std::process::Command;

use lamin::publish::inspect::{self, Fault, Finding, Verdict};
use lamin::themes::theme::Theme;
use serde_json::Value;

fn checked(folder: &Path) -> Verdict {
    inspect::check(&Theme::at(folder).unwrap()).unwrap()
}

/// A child of the built-in theme with these templates.
#[expect(clippy::disallowed_methods, reason = "a test's own theme")]
fn child(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let toml = ("anak/theme.toml", "title = \"Anak\"\nextends = \"lamin\"\n");
    for (path, text) in files.iter().chain([&toml]) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn told(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_themes_that_come_with_lamin_keep_the_contract() {
    for name in ["lamin", "polos"] {
        let verdict = checked(&Path::new("themes").join(name));
        assert_eq!((verdict.errors, verdict.warnings), (0, 0), "{name}:\n{}", told(&verdict.findings));
        assert!(verdict.pages > 150, "{}", verdict.pages);
    }
}

#[test]
fn each_fault_is_told_with_template_and_line() {
    let entry = "{% extends \"lamin/entry.html\" %}\n{% block above %}\n<div><p>{{ entry.title }}</div></div>\n\
        <a href=\"/tidak-ada/\">x</a>{% if site.titel %}{% endif %}{% if t.tidak_ada %}{% endif %}\n{% endblock %}\n";
    let folder = child(&[
        ("anak/templates/entry.html", entry),
        ("anak/templates/home.html", "<!DOCTYPE html>\n{{ latest[0].title }}"),
        ("anak/templates/parts/lepas.html", "x"),
    ]);
    let verdict = checked(&folder.path().join("anak"));
    let at = |fault: Fault| {
        let found = verdict.findings.iter().filter(|finding| finding.fault == fault);
        found.map(|finding| (finding.file.as_str(), finding.line)).collect::<Vec<_>>()
    };
    let everything = told(&verdict.findings);
    assert!(at(Fault::Html).contains(&("templates/entry.html", 3)), "{everything}");
    assert_eq!(at(Fault::DeadLink), [("templates/entry.html", 4)], "{everything}");
    assert_eq!(at(Fault::UnknownVariable), [("templates/entry.html", 4)], "{everything}");
    assert!(at(Fault::MissingWord).contains(&("templates/entry.html", 4)), "{everything}");
    assert_eq!(at(Fault::UnusedTemplate), [("templates/parts/lepas.html", 1)], "{everything}");
    assert!(at(Fault::Render).contains(&("templates/home.html", 2)), "a site without entries: {everything}");
}

#[test]
fn the_command_answers_programs_and_fails_for_errors() {
    let run = |folder: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_lamin")).args(["theme", "check", "--json"]).arg(folder).output();
        let output = output.unwrap();
        let verdict: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        (output.status.code(), verdict)
    };
    let good = child(&[]);
    let (status, verdict) = run(&good.path().join("anak"));
    let verdict = verdict.unwrap();
    assert_eq!((status, &verdict["errors"], &verdict["theme"]), (Some(0), &0.into(), &"anak".into()));
    let bad = child(&[("anak/templates/404.html", "<p>{{ nama }}")]);
    let (status, verdict) = run(&bad.path().join("anak"));
    assert_eq!(status, Some(1));
    assert!(verdict.unwrap()["findings"].to_string().contains("no page gives nama"));
}
