//! A changed theme reaches citizens when somebody else than whoever proposed it has approved its digest.

use lamin::identity::account::Email;
use lamin::identity::store::find_user_by_email;
use lamin::identity::{Actor, Grant, Role};
use lamin::kernel::Code;
use lamin::kernel::id::SessionId;
use lamin::publish::model::Mode;
use lamin::publish::{ahead, service as publishing};
use lamin::themes::model::{Decision, SiteTheme, ThemesOfSite};
use lamin::themes::service;
use serde_json::json;

use super::{build, current, portal, theme, tree};
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_changed_theme_waits_for_somebody_else,
    a_rejected_theme_is_never_live,
    a_broken_theme_is_not_proposed,
    what_a_site_was_founded_with_can_be_approved_afterwards,
    files_that_change_after_the_proposal_are_not_what_was_approved,
    a_theme_that_was_changed_in_the_store_is_not_built,
    roles_and_members_decide_who_sees_proposes_and_approves,
    a_child_theme_is_approved_together_with_the_one_below_it,
);

/// Has what stands in the themes folder proposed and approved, if it is not live.
pub async fn approve(app: &TestApp, site: &str) {
    let [developer, approver] = people(app);
    match service::propose(app, &developer, site, "") {
        Ok(proposed) => {
            service::decide(app, &approver, site.into(), proposed.digest, Decision::Approve).await.unwrap();
        }
        Err(error) => assert_eq!(error.refusal().map(|refusal| refusal.code()), Some(Code::NothingChanged), "{error}"),
    }
}

/// Who proposes, and who approves, on every site.
fn people(app: &TestApp) -> [Actor; 2] {
    let person = |name: &str, role: Role| {
        let (email, known) = (Email::parse(&format!("{name}@demo.test")).unwrap(), Grant { role, site: None });
        match app.db.read_blocking(|c| find_user_by_email(c, &email)).unwrap() {
            Some(user) => Actor::person(user.id, app.id(SessionId::new), user.name, vec![known]),
            None => app.user(name, &[(role, None)]),
        }
    };
    [person("pengembang", Role::WebDeveloper), person("penyetuju-tema", Role::Approver)]
}

/// What the ledger says of themes, oldest first.
fn theme_events(app: &TestApp) -> Vec<String> {
    use diesel::prelude::*;
    use lamin::db::schema::ledger;
    let query = ledger::table.filter(ledger::action.like("theme.%")).order(ledger::sequence).select(ledger::action);
    app.db.read_blocking(|c| Ok(query.load(c)?)).unwrap()
}

/// A portal with a theme of its own, built once.
async fn themed(app: TestApp) -> (TestApp, tempfile::TempDir) {
    let themes = tempfile::tempdir().unwrap();
    theme(themes.path(), "<h1>one</h1>");
    let app = TestApp::with(app.db.engine(), &[("themes_folder", themes.path().to_str().unwrap())]);
    portal(&app).await;
    build(&app, Mode::Fresh);
    (app, themes)
}

fn entry_page(app: &TestApp) -> String {
    let tree = tree(&current(app));
    let page = tree.iter().find(|(path, _)| path.starts_with("berita/berita-7/")).unwrap().1;
    String::from_utf8(page.clone()).unwrap()
}

fn themes_of(app: &TestApp) -> ThemesOfSite {
    service::of_site(app, &people(app)[0], "portal").unwrap()
}

fn staged(app: &TestApp) -> String {
    let site = app.db.read_blocking(|c| lamin::sites::store::find_by_key(c, "portal")).unwrap().unwrap().id;
    let folder = tempfile::tempdir().unwrap();
    let staged = ahead::site(app, site, &[], folder.path()).unwrap();
    assert!(staged.pages > 0);
    let page = tree(folder.path()).into_iter().find(|(path, _)| path.starts_with("berita/berita-7/")).unwrap().1;
    String::from_utf8(page).unwrap()
}

async fn decide(
    app: &TestApp,
    by: &Actor,
    theme: &SiteTheme,
    decision: Decision,
) -> lamin::kernel::Result<(SiteTheme, Option<lamin::kernel::id::JobId>)> {
    service::decide(app, by, "portal".into(), theme.digest, decision).await
}

async fn a_changed_theme_waits_for_somebody_else(app: TestApp) {
    let (app, themes) = themed(app).await;
    let [developer, approver] = people(&app);
    theme(themes.path(), "<h1>two</h1>");
    assert!(build(&app, Mode::Changed).skipped, "the folder alone changes nothing");
    build(&app, Mode::Fresh);
    assert!(entry_page(&app).contains("one"));
    assert!(staged(&app).contains("two"), "staging shows what stands in the folder");
    let proposed = service::propose(&app, &developer, "portal", "Larger titles").unwrap();
    let seen = themes_of(&app);
    assert_eq!(seen.proposed.as_ref().map(|theme| theme.digest), Some(proposed.digest));
    assert_eq!(seen.differences.unwrap().changed, ["templates/entry.html"]);
    let refused = service::propose(&app, &developer, "portal", "").unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), Code::NothingChanged);
    let both = app.user("rangkap", &[(Role::WebDeveloper, None), (Role::Approver, None)]);
    theme(themes.path(), "<h1>three</h1>");
    let third = service::propose(&app, &both, "portal", "").unwrap();
    let refused = decide(&app, &both, &third, Decision::Approve).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), Code::OwnWork);
    let refused = decide(&app, &approver, &proposed, Decision::Approve).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), Code::DigestMismatch, "the older proposal gave way");
    let (live, job) = decide(&app, &approver, &third, Decision::Approve).await.unwrap();
    assert_eq!((live.state.as_str(), live.decided_by), ("live", approver.user()));
    assert!(job.is_some(), "a release is asked for");
    lamin::jobs::run_due(&app, &lamin::boot::handlers()).unwrap();
    assert!(entry_page(&app).contains("three"));
    assert_eq!(theme_events(&app), ["theme.found", "theme.propose", "theme.propose", "theme.approve"]);
}

async fn a_rejected_theme_is_never_live(app: TestApp) {
    let (app, themes) = themed(app).await;
    let [developer, approver] = people(&app);
    theme(themes.path(), "<h1>two</h1>");
    let proposed = service::propose(&app, &developer, "portal", "").unwrap();
    let mute = decide(&app, &approver, &proposed, Decision::Reject { reason: String::new() }).await.unwrap_err();
    assert_eq!(mute.refusal().unwrap().code(), Code::CommentRequired);
    let reason = "The contrast is too low.".to_owned();
    let (rejected, job) = decide(&app, &approver, &proposed, Decision::Reject { reason }).await.unwrap();
    assert_eq!((rejected.state.as_str(), job), ("rejected", None));
    build(&app, Mode::Fresh);
    assert!(entry_page(&app).contains("one"));
    let late = decide(&app, &approver, &proposed, Decision::Approve).await.unwrap_err();
    assert_eq!(late.refusal().unwrap().code(), Code::DigestMismatch, "only the founding theme can be approved now");
}

async fn a_broken_theme_is_not_proposed(app: TestApp) {
    let (app, themes) = themed(app).await;
    theme(themes.path(), "<h1>\n{{ entry.title | no_such_filter }}");
    let error = service::propose(&app, &people(&app)[0], "portal", "").unwrap_err().to_string();
    assert!(error.contains("entry.html:2") && error.contains("no_such_filter"), "{error}");
    let seen = themes_of(&app);
    assert!(seen.proposed.is_none() && seen.candidate.broken.unwrap().contains("entry.html:2"));
}

async fn what_a_site_was_founded_with_can_be_approved_afterwards(app: TestApp) {
    let (app, _themes) = themed(app).await;
    let founding = themes_of(&app).live.unwrap();
    assert_eq!((founding.proposed_by, founding.decided_by), (None, None));
    let approver = &people(&app)[1];
    let (approved, job) = decide(&app, approver, &founding, Decision::Approve).await.unwrap();
    assert_eq!((approved.decided_by, job), (approver.user(), None), "nothing changes for citizens");
    assert!(build(&app, Mode::Changed).skipped);
    let again = decide(&app, approver, &founding, Decision::Approve).await.unwrap_err();
    assert_eq!(again.refusal().unwrap().code(), Code::WrongStep);
}

async fn files_that_change_after_the_proposal_are_not_what_was_approved(app: TestApp) {
    let (app, themes) = themed(app).await;
    let [developer, approver] = people(&app);
    theme(themes.path(), "<h1>looked at</h1>");
    let proposed = service::propose(&app, &developer, "portal", "").unwrap();
    theme(themes.path(), "<h1>smuggled in</h1>");
    assert!(staged(&app).contains("looked at"), "staging shows what is to be decided on");
    decide(&app, &approver, &proposed, Decision::Approve).await.unwrap();
    build(&app, Mode::Changed);
    assert!(entry_page(&app).contains("looked at"));
}

#[expect(clippy::disallowed_methods, reason = "somebody tampers with the store")]
async fn a_theme_that_was_changed_in_the_store_is_not_built(app: TestApp) {
    let (app, _themes) = themed(app).await;
    let before = entry_page(&app);
    let digest = lamin::kernel::Digest::of("<h1>one</h1>").to_string();
    let stored = walkdir::WalkDir::new(&app.config.data).into_iter().map(Result::unwrap);
    let stored: Vec<_> =
        stored.filter(|file| file.path().to_string_lossy().replace('/', "").contains(&digest)).collect();
    assert_eq!(stored.len(), 1);
    let path = stored[0].path();
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, "<h1>smuggled in</h1>").unwrap();
    let error = publishing::build(&app, "portal", Mode::Fresh, &|_| {}).unwrap_err().to_string();
    assert!(error.contains("was changed in the store"), "{error}");
    assert_eq!(entry_page(&app), before);
}

async fn roles_and_members_decide_who_sees_proposes_and_approves(app: TestApp) {
    let (app, themes) = themed(app).await;
    theme(themes.path(), "<h1>two</h1>");
    let token = |name: &str, role: Role| app.token(&app.user(name, &[(role, None)]));
    let (author, publisher) = (token("penulis", Role::Author), token("penerbit", Role::Publisher));
    let (developer, approver) = (token("webdev", Role::WebDeveloper), token("kabid", Role::Head));
    let path = "/api/v1/sites/portal/theme";
    Call::get(path).token(&author).send(&app).await.assert_refused(403, "forbidden");
    let seen = Call::get(path).token(&publisher).send(&app).await.assert_ok().json();
    assert_ne!(seen["live"]["digest"], seen["candidate"]["digest"]);
    let ask = |verb: &str, token: &str, body: serde_json::Value| {
        Call::post(&format!("{path}/{verb}")).token(token).json(&body).send(&app)
    };
    ask("propose", &publisher, json!({})).await.assert_refused(403, "forbidden");
    let proposed = ask("propose", &developer, json!({"note": "Larger titles"})).await;
    assert_eq!(proposed.status, 201, "{}", proposed.text);
    let digest = proposed.json()["digest"].clone();
    ask("approve", &publisher, json!({ "digest": digest })).await.assert_refused(403, "forbidden");
    ask("approve", &approver, json!({"digest": "abc"})).await.assert_refused(422, "invalid");
    ask("reject", &approver, json!({"digest": digest, "reason": ""})).await.assert_refused(422, "comment_required");
    let approved = ask("approve", &approver, json!({ "digest": digest })).await.assert_ok().json();
    assert_eq!(approved["theme"]["state"], "live");
    assert!(approved["job"].is_string());
    Call::get("/api/v1/sites/lain/theme").token(&developer).send(&app).await.assert_refused(404, "not_found");
}

#[expect(clippy::disallowed_methods, reason = "a test's own theme")]
async fn a_child_theme_is_approved_together_with_the_one_below_it(app: TestApp) {
    let themes = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = themes.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    theme(themes.path(), "<h1>below</h1>");
    let setting = "[settings.news]\nkind = \"number\"\nlabel = { id = \"Berita\", en = \"News\" }\ndefault = 3\n";
    write("portal/theme.toml", &format!("title = \"Anak\"\nextends = \"lamin\"\n{setting}"));
    write("portal/templates/404.html", "{% extends \"lamin/404.html\" %}");
    let app = TestApp::with(app.db.engine(), &[("themes_folder", themes.path().to_str().unwrap())]);
    let site = portal(&app).await;
    build(&app, Mode::Fresh);
    assert!(entry_page(&app).contains("below"));
    let [developer, approver] = people(&app);
    let settings = Call::get("/api/v1/sites/portal/theme/settings").token(&app.token(&developer)).send(&app).await;
    let settings = settings.assert_ok().json();
    assert_eq!((&settings["settings"]["news"]["default"], &settings["ignored"]), (&json!(3), &json!([])));

    theme(themes.path(), "<h1>changed below</h1>");
    write("portal/templates/home.html", "<h1>{{ theme_settings.news }} of {{ site.hours }}</h1>");
    build(&app, Mode::Fresh);
    assert!(!entry_page(&app).contains("changed"), "citizens see what was approved, the theme below included");
    let proposed = service::propose(&app, &developer, "portal", "").unwrap();
    let differences = themes_of(&app).differences.unwrap();
    assert_eq!(differences.changed, ["parent/templates/entry.html"]);
    assert_eq!(differences.added, ["templates/home.html"]);
    decide(&app, &approver, &proposed, Decision::Approve).await.unwrap();
    let chosen = crate::live_rows::Live::new("pengaturan", "situs")
        .titled("Portal Uji")
        .field("hours", "08.00")
        .long("theme_settings", json!({"news": 5, "unknown": 1}));
    site.show(&app, &[chosen]).await;
    let report = build(&app, Mode::Changed);
    assert!(entry_page(&app).contains("changed below"));
    assert_eq!(super::text(&tree(&current(&app)), "index.html"), "<h1>5 of 08.00</h1>");
    let in_vain = "theme_settings.unknown: the theme has no such setting";
    assert_eq!(report.warnings, [in_vain]);
    let settings = Call::get("/api/v1/sites/portal/theme/settings").token(&app.token(&developer)).send(&app).await;
    assert_eq!(settings.assert_ok().json()["ignored"], json!([{"locale": "id", "detail": in_vain}]));
}
