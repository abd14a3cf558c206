//! Every kind of page, looked at from outside: HTML, links, structured data, feeds, weight, and in a real browser
//! accessibility, the Content-Security-Policy and the keyboard. The checks are those of `tests/audit`; here is what
//! they are asked to look at. With `LAMIN_TEST_AUDIT` (`make audit`) all pages, a large site and Lighthouse as well.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lamin::app::App;
use lamin::content::model::{Withdrawal, WithdrawalReason};
use lamin::content::{live, types};
use lamin::db::Engine;
use lamin::import::{self, Options};
use lamin::kernel::time::MINUTE;
use lamin::media::derive;
use lamin::publish::model::{Mode, Report, Snapshot};
use lamin::publish::plan::{self, ListKind, Page, Plan, TermKind, Wanted};
use lamin::publish::{service, snapshot, views};
use lamin::{sites, themes};
use serde_json::{Value, json};

use crate::browser::{chromium, pictures_folder};
use crate::support::{Server, TestApp};

/// What a sample of the pages is asked in every run of the tests.
const CHECKS: &[&str] = &["markup", "links", "graphs", "feeds", "weights", "browser"];
/// Every kind of page that a build reports; the demo has each.
const KINDS: [&str; 13] = [
    "archive",
    "archive_index",
    "category",
    "entry",
    "gone",
    "home",
    "not_found",
    "register",
    "search",
    "section",
    "site_map",
    "tag",
    "terms",
];
/// Articles of the large site.
const LARGE_FILES_MIN: usize = 2_000;

fn themes_folder() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/themes")
}

fn demo() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/content"))
}

/// A path that `scripts/audit-tools` says, which installs what is missing.
fn tools() -> BTreeMap<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/audit-tools");
    let found = Command::new(script).output().expect("scripts/audit-tools runs");
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    let lines = String::from_utf8(found.stdout).unwrap();
    lines.lines().filter_map(|line| line.split_once('=')).map(|(name, path)| (name.into(), path.into())).collect()
}

/// A site of its own, as a server would have built it, with every picture in its forms.
struct Published {
    app: TestApp,
    /// Key of the site; the house's theme serves each but `polos`.
    key: &'static str,
    /// What the last build said.
    report: Report,
}

/// Imports a folder, withdraws a page in each language, and builds until nothing is left to do.
async fn published(key: &'static str, folder: &Path, settings: &[(&str, &str)]) -> Published {
    let app = TestApp::with(Engine::Sqlite, settings);
    let options = Options { site: key.into(), create: true, folder: folder.to_owned(), publish: true, dry_run: false };
    import::service::run(&app, &options, &|_| {}).unwrap();
    service::build(&app, key, Mode::Changed, &|_| {}).unwrap();
    withdraw(&app, key).await;
    let handlers = lamin::boot::handlers();
    let mut is_idle = false;
    while !is_idle {
        derive::service::follow(&app).unwrap();
        is_idle = true;
        while lamin::jobs::run_due(&app, &handlers).unwrap() > 0 {
            is_idle = false;
        }
        // A release waits a while for its pictures to share.
        app.clock.advance(MINUTE);
    }
    let report = service::build(&app, key, Mode::Fresh, &|_| {}).unwrap();
    service::tidy(&app, key).unwrap();
    let site = Published { app, key, report };
    let kinds: BTreeSet<&str> = site.report.kinds.keys().copied().collect();
    let listed = site.pages();
    let listed: BTreeSet<&str> = listed.iter().map(|page| page["kind"].as_str().unwrap()).collect();
    assert!(listed.is_superset(&kinds), "every kind that the build reports is looked at: {listed:?}, {kinds:?}");
    site
}

/// News of the demo that no other page leads to, in both languages.
const WITHDRAWN: [&str; 2] = ["trans-damar-tambah-dua-rute", "two-new-trans-damar-routes"];

async fn withdraw(app: &App, key: &str) {
    let site = app.db.read_blocking(|c| sites::store::find_by_key(c, key)).unwrap().unwrap().id;
    let all = app.db.read_blocking(|c| live::list(c, site)).unwrap();
    for entry in all.into_iter().filter(|entry| WITHDRAWN.contains(&entry.slug.as_str())) {
        let told = Withdrawal { reason: WithdrawalReason::Outdated, notice: "Diganti keterangan baru.".into() };
        let (id, now) = (entry.entry_id, app.now());
        app.db.write(move |tx| live::hide(tx, id, &told, "", now)).await.unwrap();
    }
    app.live_changed();
}

impl Published {
    fn folder(&self) -> PathBuf {
        let home = self.app.config.public.join(self.key);
        home.join(std::fs::read_link(home.join("current")).unwrap())
    }

    fn read(&self) -> (Snapshot, Plan) {
        let app: &App = &self.app;
        let site = app.db.read_blocking(|c| sites::store::find_by_key(c, self.key)).unwrap().unwrap();
        let theme = themes::service::of_release(app, site.id, self.key).unwrap();
        let snapshot = app.db.read_blocking(|c| snapshot::read_whole(c, site.id)).unwrap();
        let plan = plan::plan(&snapshot, Wanted::by(&theme));
        (snapshot, plan)
    }

    /// Every page with its kind, as the plan of the build has them, and the pages of redirects.
    fn pages(&self) -> Vec<Value> {
        let (snapshot, plan) = self.read();
        let locales = &snapshot.site.locales;
        let of = |(page, file): (&Page, &std::sync::Arc<str>)| {
            let (of_type, number) = parts(page, &plan, &snapshot);
            let locale = match page {
                Page::Entry { card } => snapshot.cards[*card as usize].locale,
                Page::Gone { gone } => snapshot.gone[*gone as usize].locale,
                others => others.locale(&plan.lists).unwrap_or(0),
            };
            let address = format!("/{}", file.trim_end_matches("index.html"));
            json!({
                "kind": page.kind(&plan.lists), "type": of_type, "number": number, "locale": locales[locale],
                "file": file, "address": address,
            })
        };
        let mut pages: Vec<Value> = plan.pages.iter().zip(&plan.paths).map(of).collect();
        let known: BTreeSet<&str> = plan.paths.iter().map(|path| &**path).collect();
        let root = self.folder();
        let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        for found in files.filter(|found| found.path().extension().is_some_and(|ending| ending == "html")) {
            let file = found.path().strip_prefix(&root).unwrap().to_str().unwrap();
            if !known.contains(file) {
                let address = format!("/{}", file.trim_end_matches("index.html"));
                pages.push(json!({"kind": "redirect", "locale": locales[0], "file": file, "address": address}));
            }
        }
        pages
    }

    /// Runs checks on the site, served by the real binary. Findings as text, one a line, and the whole answer.
    fn audited(&self, name: &str, checks: &[&str], depth: &str) -> (Vec<String>, Value) {
        let server = Server::of(&self.app, &[], &[]);
        let tools = tools();
        let (snapshot, _) = self.read();
        let job = json!({
            "name": name, "origin": server.url(), "checks": checks, "depth": depth,
            "base_url": views::base_url(&snapshot, self.app.config.server_url.as_str()),
            "folder": self.folder(), "pages": self.pages(), "chromium": chromium(),
            "java": tools["LAMIN_TEST_JAVA"], "pictures": pictures_folder().map(|folder| folder.join(name)),
        });
        let file = self.app.folder.path().join("job.json");
        crate::import::put(self.app.folder.path(), "job.json", job.to_string().as_bytes());
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/audit.js");
        let run = Command::new(&tools["LAMIN_TEST_NODE"])
            .arg(driver)
            .arg(file)
            .env("LAMIN_TEST_AUDIT_TOOLS", &tools["LAMIN_TEST_AUDIT_TOOLS"])
            // A long run tells how far it is.
            .stderr(if is_whole() { Stdio::inherit() } else { Stdio::piped() })
            .output()
            .expect("the driver of the audit runs");
        assert!(run.status.success(), "{}: {}", run.status, String::from_utf8_lossy(&run.stderr));
        let answer: Value = serde_json::from_slice(&run.stdout).unwrap();
        let line = |finding: &Value| {
            let part = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}: {}", part("check"), part("page"), part("text"))
        };
        let found = answer["findings"].as_array().unwrap().iter().map(line).collect();
        (found, answer)
    }
}

/// What a page is of, and which page of its list.
fn parts(page: &Page, plan: &Plan, snapshot: &Snapshot) -> (Option<String>, Option<usize>) {
    match page {
        Page::Entry { card } => (Some(snapshot.cards[*card as usize].type_key.to_string()), None),
        Page::List { list, page } => match &plan.lists[*list].kind {
            ListKind::Section(key) => (Some(key.to_string()), page.number),
            ListKind::Category(_) | ListKind::Tag(_) | ListKind::Archive(..) => (None, page.number),
        },
        Page::Terms { kind: TermKind::Category, .. } => (Some("category".into()), None),
        Page::Terms { kind: TermKind::Tag, .. } => (Some("tag".into()), None),
        Page::Home { .. } | Page::ArchiveIndex { .. } | Page::Register { .. } | Page::SiteMap { .. } => (None, None),
        Page::Gone { .. } | Page::Search { .. } | Page::NotFound => (None, None),
    }
}

/// Nothing was found, neither from outside nor by the build itself.
fn assert_clean(site: &Published, (findings, answer): (Vec<String>, Value)) {
    let Report { links, warnings, .. } = &site.report;
    assert!(links.broken == 0 && warnings.is_empty(), "{:?} {warnings:?}", links.named);
    println!("{}", serde_json::to_string_pretty(&answer["figures"]).unwrap());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[expect(clippy::disallowed_methods, reason = "asks how much is to be run")]
fn is_whole() -> bool {
    std::env::var("LAMIN_TEST_AUDIT").is_ok()
}

/// Those of these checks that `LAMIN_TEST_AUDIT_CHECKS` names, or else all.
#[expect(clippy::disallowed_methods, reason = "asks how much is to be run")]
fn chosen(mut checks: Vec<&str>) -> Vec<&str> {
    if let Ok(chosen) = std::env::var("LAMIN_TEST_AUDIT_CHECKS") {
        checks.retain(|check| chosen.split(' ').any(|one| one == *check));
    }
    checks
}

#[actix_web::test]
async fn a_page_of_every_kind_of_the_demo_is_valid_accessible_and_leads_somewhere() {
    let site = published("portal", demo(), &[]).await;
    assert!(site.report.kinds.keys().eq(&KINDS), "{:?}", site.report.kinds);
    let mut checks = CHECKS.to_vec();
    if is_whole() {
        checks.push("lighthouse");
    }
    if pictures_folder().is_some() {
        checks.push("pictures");
    }
    let shown: BTreeSet<String> = site
        .pages()
        .iter()
        .filter(|page| page["kind"] == "entry")
        .map(|page| page["type"].as_str().unwrap().to_owned())
        .collect();
    let shipped = types::shipped_keys().filter_map(types::shipped).filter(|of| of.pages);
    let missing: Vec<String> = shipped.map(|of| of.key.clone()).filter(|key| !shown.contains(key)).collect();
    assert!(missing.is_empty(), "the demo has no page of {missing:?}");
    assert_clean(&site, site.audited("demo", &checks, if is_whole() { "whole" } else { "sample" }));
}

#[actix_web::test]
async fn the_second_theme_is_valid_and_leads_somewhere_too() {
    let site = published("polos", demo(), &[("themes_folder", themes_folder())]).await;
    assert_clean(&site, site.audited("polos", &["markup", "links", "feeds"], "whole"));
}

/// What each check must be able to see, put into a page that is otherwise that of the theme.
const FAULTS: &str = r##"{% extends "lamin/404.html" %}{% block main %}
<h1>{{ page.title }}</h1><h3 id="satu">x</h3><p id="satu" style="color:#777">x</p><p class="pucat">Tulisan pucat</p>
<section><a href="/tidak-ada-sama-sekali/">x</a><a href="#tidak-ada">y</a></section>
<button class="bisu">z</button><span role="button" onclick="x()">w</span><div class="lebar">v</div>
<article><h2>u</h2></article><article><h2 class="geser">t</h2></article>
<img src="https://x.example/a.png" alt=""><script>document.title = "x"</script>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"Berita","headline":"a"}</script>
{% endblock %}"##;
const FAULTY_STYLES: &str = ".pucat { color: #cccccc; background: #ffffff; } .bisu:focus { outline: none; } \
    .lebar { width: 900px; } .geser { margin-left: 3rem; }";

#[actix_web::test]
async fn the_audit_sees_each_fault() {
    let (themes, articles) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let css = format!("{}{FAULTY_STYLES}", include_str!("../../themes/lamin/assets/lamin.css"));
    let files = [
        ("theme.toml", "title = \"Salah\"\nextends = \"lamin\"\n"),
        ("templates/404.html", FAULTS),
        ("assets/lamin.css", &css),
    ];
    for (path, text) in files {
        crate::import::put(themes.path(), &format!("portal/{path}"), text.as_bytes());
    }
    crate::import::put(
        articles.path(),
        "berita/satu.md",
        "+++\ntitle = \"Satu\"\ndate = 2026-10-01T08:00:00+08:00\n+++\nIsi.\n".as_bytes(),
    );
    let settings = [("themes_folder", themes.path().to_str().unwrap())];
    let site = published("portal", articles.path(), &settings).await;
    let (found, _) = site.audited("faults", CHECKS, "sample");
    let found = found.join("\n");
    for part in [
        "Duplicate ID",
        "Section lacks heading",
        "the id satu stands twice",
        "/tidak-ada-sama-sekali/ leads nowhere",
        "#tidak-ada names no place",
        "schema.org has no Berita",
        "color-contrast",
        "against the policy",
        "a request to https://x.example",
        "px wide",
        "begins elsewhere",
        "the focus does not show",
    ] {
        assert!(found.contains(part), "not seen: {part}\n{found}");
    }
}

/// The articles stand in the folder that `LAMIN_TEST_AUDIT_CORPUS` names (`scripts/audit` makes it).
#[actix_web::test]
async fn a_large_site_is_valid_accessible_and_leads_somewhere() {
    let Some(corpus) = std::env::var_os("LAMIN_TEST_AUDIT_CORPUS").map(PathBuf::from) else { return };
    let files = walkdir::WalkDir::new(&corpus).into_iter().map(Result::unwrap);
    let articles = files.filter(|found| found.path().extension().is_some_and(|ending| ending == "md")).count();
    assert!(articles >= LARGE_FILES_MIN, "{articles} articles in {}", corpus.display());
    let site = published("portal", &corpus, &[]).await;
    assert_clean(&site, site.audited("large", &chosen([CHECKS, &["lighthouse"]].concat()), "sample"));
}
