//! Procedures in force, and plain cases walked by the API as the SOPs say.

use lamin::identity::{Actor, Role};
use lamin::kernel::time::MINUTE;
use lamin::procedure::service::{self, Outcome};
use serde_json::{Map, Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    the_shipped_procedures_are_in_force_and_loading_again_changes_nothing,
    a_new_file_comes_in_force_and_a_case_ends_on_the_version_it_began_with,
    a_broken_file_is_refused_and_what_was_in_force_stays,
    monitoring_is_walked_to_its_end_with_its_no,
    securing_is_walked_to_its_end_with_its_no,
    a_website_is_built_for_an_agency_that_has_none,
    what_was_begun_before_a_site_was_asked_for_is_ended_as_it_was_begun,
    a_website_is_refused_assessed_again_and_renewed,
    the_flows_of_ppid_security_are_walked_to_their_ends,
    development_follows_the_dates_agreed,
    a_case_that_is_about_no_site_asks_for_the_installation,
    what_is_wrong_with_a_form_is_told_field_by_field,
    a_stale_version_is_refused_with_the_current_one,
    a_case_waits_and_its_time_stands_still,
    lateness_counts_service_minutes_and_can_be_filtered,
    files_and_remarks_belong_to_a_case,
    only_those_with_a_role_see_a_case,
    cases_are_listed_newest_first_or_by_when_they_are_due,
);

/// The shortest that is one.
const PDF: &str = "%PDF-1.7\nnota\nstartxref\n0\n%%EOF";

/// Who gives which command, and the step that it leads to.
type Walked = (Role, &'static str, &'static str);

/// SOP 4 from the letter of an agency until somebody assesses it.
const ASKED_FOR: [Walked; 3] = [
    (Role::Requester, "send", "registration"),
    (Role::Secretary, "register", "disposition"),
    (Role::AgencyHead, "dispose", "assessment"),
];

/// One user for each role of the whole installation.
struct Office {
    app: TestApp,
    everybody: Vec<(Role, Actor)>,
}

impl Office {
    fn open(app: TestApp) -> Self {
        service::load(&app).unwrap();
        let everybody = Role::ALL.iter().map(|role| (*role, app.user(role.as_str(), &[(*role, None)]))).collect();
        Office { app, everybody }
    }

    /// Has citizens see the site.
    fn publishes(&self, key: &str) {
        let mode = lamin::publish::model::Mode::Changed;
        lamin::publish::service::build(&self.app, key, mode, &|_| {}).unwrap();
    }

    /// Fresh each time, because the tests move the clock.
    fn token(&self, role: Role) -> String {
        self.app.token(&self.everybody.iter().find(|(other, _)| *other == role).unwrap().1)
    }

    async fn get(&self, role: Role, path: &str) -> Reply {
        Call::get(path).token(&self.token(role)).send(&self.app).await
    }

    async fn post(&self, role: Role, path: &str, body: Value) -> Reply {
        Call::post(path).token(&self.token(role)).json(&body).send(&self.app).await
    }

    async fn opened(&self, role: Role, procedure: &str, flow: &str) -> Walk<'_> {
        let body = json!({"procedure": procedure, "flow": flow, "title": "Berkas uji"});
        let case = self.post(role, "/api/v1/cases", body).await.assert_ok().json();
        Walk { office: self, id: case["id"].as_str().unwrap().to_owned() }
    }
}

/// A case on its way.
struct Walk<'o> {
    office: &'o Office,
    id: String,
}

impl Walk<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/api/v1/cases/{}{rest}", self.id)
    }

    async fn seen_by(&self, role: Role) -> Value {
        self.office.get(role, &self.path("")).await.assert_ok().json()
    }

    async fn send(&self, role: Role, body: Value) -> Reply {
        let version = self.seen_by(role).await["version"].clone();
        let call = Call::post(&self.path("/transitions")).token(&self.office.token(role)).seen(&version);
        call.json(&body).send(&self.office.app).await
    }

    /// Does what `allowed` offers: fills in the form that it asks for, gives a reason where one is due.
    async fn does(&self, role: Role, command: &str, to: &str) -> Value {
        let case = self.seen_by(role).await;
        let offered = case["allowed"].as_array().unwrap().iter().find(|one| one["command"] == command);
        let offered = offered.unwrap_or_else(|| panic!("{role:?} may {command} in {}: {case:#}", case["step"]));
        let mut fields = Map::new();
        for field in offered["fields"].as_array().unwrap() {
            fields.insert(field["key"].as_str().unwrap().to_owned(), self.filled_in(role, field).await);
        }
        let comment = if offered["comment_required"] == true { "Belum lengkap." } else { "" };
        let reply = self.send(role, json!({"command": command, "comment": comment, "fields": fields})).await;
        let case = reply.assert_ok().json();
        assert_eq!(case["step"], to, "{command}");
        case
    }

    async fn goes(&self, steps: &[Walked]) {
        for (role, command, to) in steps {
            self.does(*role, command, to).await;
        }
    }

    async fn filled_in(&self, role: Role, field: &Value) -> Value {
        match field["kind"].as_str().unwrap() {
            // What an installation demands.
            "text" if field["key"] == "address" => json!("portal"),
            "text" | "long_text" => json!("Sesuai"),
            "date" => json!("2026-12-01"),
            "choice" => field["choices"][0].clone(),
            "number" => json!(1),
            "boolean" => json!(true),
            "rows" => json!(["satu", "dua"]),
            "attachment" => self.attached(role).await,
            other => panic!("no such kind of field: {other}"),
        }
    }

    async fn attached(&self, role: Role) -> Value {
        let call = Call::post(&self.path("/attachments")).token(&self.office.token(role));
        call.file("nota dinas.pdf", PDF.as_bytes()).send(&self.office.app).await.assert_ok().json()["id"].clone()
    }

    async fn is_not_installed_at(&self, address: &str) {
        let body = json!({"command": "install", "fields": {"address": address}});
        let reply = self.send(Role::WebDeveloper, body).await;
        reply.assert_refused(409, "no_live_site");
        assert_eq!(reply.json()["errors"][0]["field"], "fields.address");
        assert_eq!(self.seen_by(Role::WebDeveloper).await["step"], "installation");
    }

    async fn ended(&self, role: Role) {
        let case = self.seen_by(role).await;
        assert!(case["ended_at"].is_string() && case["allowed"] == json!([]), "{case:#}");
    }
}

async fn the_shipped_procedures_are_in_force_and_loading_again_changes_nothing(app: TestApp) {
    let first = service::load(&app).unwrap();
    assert_eq!(first.iter().filter(|loaded| loaded.outcome == Outcome::InForce(1)).count(), 5);
    let again = service::load(&app).unwrap();
    assert!(again.iter().all(|loaded| loaded.outcome == Outcome::Unchanged), "{again:?}");
    let office = Office::open(app);
    let list = office.get(Role::Author, "/api/v1/procedures").await.assert_ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 5);
    let one = office.get(Role::Author, "/api/v1/procedures/website_management").await.assert_ok().json();
    assert_eq!((&one["version"], &one["definition"]["flows"][0]["key"]), (&json!(1), &json!("publication")));
    let issuer = one["definition"]["document"]["issuer"].as_str().unwrap();
    assert!(one["text"].as_str().unwrap().contains(issuer), "{}", one["text"]);
    let lean = office.get(Role::Author, "/api/v1/procedures/website_management?texts=false").await.assert_ok().json();
    assert_eq!((&lean["definition"], &lean["text"], &lean["source"]), (&one["definition"], &Value::Null, &Value::Null));
    office.get(Role::Author, "/api/v1/procedures/none").await.assert_refused(404, "not_found");
    Call::get("/api/v1/procedures").send(&office.app).await.assert_refused(401, "unauthenticated");
}

/// The same installation with a folder of procedures.
fn with_folder(app: &TestApp, file: &str, text: &str) -> lamin::app::App {
    let folder = app.folder.path().join("procedures");
    std::fs::create_dir_all(&folder).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test's own file")]
    std::fs::write(folder.join(file), text).unwrap();
    let mut config = app.config.clone();
    config.procedures_folder = folder.to_string_lossy().into_owned();
    lamin::boot::open_with(config, app.clock.clone(), std::sync::Arc::new(lamin::adapters::SystemChance)).unwrap()
}

fn shipped(file: &str) -> &'static str {
    lamin::procedure::definition::built_in().into_iter().find(|(name, _)| *name == file).unwrap().1
}

async fn a_new_file_comes_in_force_and_a_case_ends_on_the_version_it_began_with(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Head, "website_monitoring", "monitoring").await;
    let changed = shipped("website_monitoring.toml").replace("command = \"archive\"", "command = \"file\"");
    let other = with_folder(&office.app, "website_monitoring.toml", &changed);
    let loaded = service::load(&other).unwrap();
    assert!(loaded.iter().any(|one| one.outcome == Outcome::InForce(2)), "{loaded:?}");
    case.does(Role::Head, "order", "monitoring").await;
    case.does(Role::Monitor, "report", "review").await;
    case.does(Role::Head, "approve", "archiving").await;
    let done = case.does(Role::SubCoordinator, "archive", "archived").await;
    assert_eq!(done["procedure_version"], 1);
    let next = office.opened(Role::Head, "website_monitoring", "monitoring").await;
    assert_eq!(next.seen_by(Role::Head).await["procedure_version"], 2);
}

async fn a_broken_file_is_refused_and_what_was_in_force_stays(app: TestApp) {
    service::load(&app).unwrap();
    let broken = shipped("website_monitoring.toml").replace("to = \"archived\"", "to = \"nowhere\"");
    let other = with_folder(&app, "website_monitoring.toml", &broken);
    let loaded = service::load(&other).unwrap();
    let Some(Outcome::Refused(refusal)) =
        loaded.into_iter().map(|one| one.outcome).find(|one| matches!(one, Outcome::Refused(_)))
    else {
        panic!("it is refused")
    };
    assert!(refusal.detail_text().contains("website_monitoring.toml:"), "{refusal}");
    assert_eq!(service::check(&other).unwrap().len(), 1);
    let office = Office::open(app);
    assert_eq!(
        office.opened(Role::Head, "website_monitoring", "monitoring").await.seen_by(Role::Head).await["procedure_version"],
        1
    );
}

async fn monitoring_is_walked_to_its_end_with_its_no(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Head, "website_monitoring", "monitoring").await;
    case.does(Role::Head, "order", "monitoring").await;
    case.does(Role::Monitor, "report", "review").await;
    case.send(Role::Head, json!({"command": "reject"})).await.assert_refused(422, "comment_required");
    case.does(Role::Head, "reject", "monitoring").await;
    case.does(Role::Monitor, "report", "review").await;
    case.does(Role::Head, "approve", "archiving").await;
    let done = case.does(Role::Head, "archive", "archived").await;
    assert_eq!(done["events"].as_array().unwrap().len(), 6);
    case.ended(Role::Head).await;
    let late = json!({"command": "archive"});
    case.send(Role::Head, late).await.assert_refused(409, "case_ended");
}

async fn securing_is_walked_to_its_end_with_its_no(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Requester, "website_security", "securing").await;
    case.does(Role::SubCoordinator, "receive", "assignment").await;
    let securing = case.does(Role::Head, "assign", "securing").await;
    assert_eq!(securing["due_at"], Value::Null, "relatif sets no limit");
    case.does(Role::Monitor, "report", "review").await;
    case.does(Role::Head, "reject", "securing").await;
    case.does(Role::Monitor, "report", "review").await;
    case.does(Role::Head, "approve", "upkeep").await;
    case.does(Role::Head, "close", "secured").await;
    case.ended(Role::Head).await;
}

async fn a_website_is_built_for_an_agency_that_has_none(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Requester, "website_creation", "creation").await;
    case.goes(&ASKED_FOR).await;
    case.goes(&[
        (Role::SubCoordinator, "assess", "decision"),
        (Role::Head, "accept", "site_check"),
        (Role::Head, "build", "needs"),
        (Role::Requester, "analyse", "building"),
        (Role::WebDeveloper, "deliver", "installation"),
    ])
    .await;
    let offered = case.seen_by(Role::WebDeveloper).await["allowed"].clone();
    let install = offered.as_array().unwrap().iter().find(|one| one["command"] == "install").unwrap();
    assert_eq!(install["requires_live_site"], "address", "whoever fills in the form is told");
    // Neither an address that nobody has, nor a site that shows nothing yet.
    case.is_not_installed_at("dinas-perikanan").await;
    let site = office.app.site("portal");
    case.is_not_installed_at("portal").await;
    office.publishes("portal");
    let hosts = vec!["perikanan.contoh.go.id".to_owned()];
    let site = lamin::sites::Site { hosts, ..site };
    office.app.db.write_blocking(|tx| lamin::sites::store::update(tx, &site)).unwrap();
    case.is_not_installed_at("lain.contoh.go.id").await;
    let fields = json!({"address": "https://Perikanan.contoh.go.id/"});
    let case_now =
        case.send(Role::WebDeveloper, json!({"command": "install", "fields": fields})).await.assert_ok().json();
    assert_eq!(case_now["step"], "reporting");
    case.does(Role::Head, "report", "completion").await;
    case.does(Role::Requester, "finish", "done").await;
    case.ended(Role::Requester).await;
}

async fn what_was_begun_before_a_site_was_asked_for_is_ended_as_it_was_begun(app: TestApp) {
    let office = Office::open(app);
    let older = shipped("website_creation.toml").replace("requires_live_site = \"address\"\n", "");
    service::load(&with_folder(&office.app, "website_creation.toml", &older)).unwrap();
    let case = office.opened(Role::Requester, "website_creation", "creation").await;
    case.goes(&ASKED_FOR).await;
    case.goes(&[
        (Role::Head, "assess", "decision"),
        (Role::Head, "accept", "site_check"),
        (Role::Head, "renew", "installation"),
    ])
    .await;
    service::load(&office.app).unwrap();
    let next = office.opened(Role::Requester, "website_creation", "creation").await;
    let (begun, new) = (case.seen_by(Role::Head).await, next.seen_by(Role::Head).await);
    assert_ne!(begun["procedure_version"], new["procedure_version"]);
    case.does(Role::WebDeveloper, "install", "reporting").await;
}

async fn a_website_is_refused_assessed_again_and_renewed(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Requester, "website_creation", "creation").await;
    case.goes(&ASKED_FOR).await;
    case.goes(&[
        (Role::Head, "assess", "decision"),
        (Role::Head, "refuse", "reply"),
        (Role::AgencyHead, "dispose_again", "assessment"),
        (Role::Head, "assess", "decision"),
        (Role::Head, "accept", "site_check"),
        (Role::Head, "renew", "installation"),
    ])
    .await;
    let refused = office.opened(Role::Requester, "website_creation", "creation").await;
    refused.goes(&ASKED_FOR).await;
    refused
        .goes(&[
            (Role::Head, "assess", "decision"),
            (Role::Head, "refuse", "reply"),
            (Role::AgencyHead, "reply", "refused"),
        ])
        .await;
    refused.ended(Role::AgencyHead).await;
}

async fn the_flows_of_ppid_security_are_walked_to_their_ends(app: TestApp) {
    let office = Office::open(app);
    let list = office.opened(Role::SubCoordinator, "ppid_website_security", "content_list").await;
    list.does(Role::SubCoordinator, "submit_list", "signing").await;
    list.does(Role::Head, "return_list", "listing").await;
    list.does(Role::SubCoordinator, "submit_list", "signing").await;
    list.does(Role::Head, "sign", "handover").await;
    list.does(Role::AgencyHead, "receive", "listed").await;
    let upload = office.opened(Role::Operator, "ppid_website_security", "content_upload").await;
    upload.does(Role::Operator, "upload", "uploaded").await;
    upload.ended(Role::Operator).await;
    let evaluation = office.opened(Role::Head, "ppid_website_security", "coordinator_evaluation").await;
    evaluation.does(Role::Head, "report", "handover").await;
    evaluation.does(Role::AgencyHead, "return_report", "evaluation").await;
    evaluation.does(Role::Head, "report", "handover").await;
    evaluation.does(Role::AgencyHead, "receive", "reported").await;
    let meeting = office.opened(Role::AgencyHead, "ppid_website_security", "head_evaluation").await;
    meeting.does(Role::AgencyHead, "conclude", "evaluated").await;
    let body = json!({"procedure": "ppid_website_security", "title": "Tanpa alur"});
    let reply = office.post(Role::Head, "/api/v1/cases", body).await;
    reply.assert_refused(422, "invalid");
}

async fn development_follows_the_dates_agreed(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::SubCoordinator, "ppid_website_security", "development").await;
    assert_eq!(case.seen_by(Role::Head).await["due_at"], Value::Null, "nothing is agreed yet");
    let discussed = case.does(Role::SubCoordinator, "present_plan", "discussion").await;
    assert_eq!(discussed["due_at"], discussed["agreed_due_at"]);
    let body = json!({"command": "agree_date", "comment": "rapat diundur", "fields": {"agreed_date": "2026-12-10"}});
    let moved = case.send(Role::Head, body).await.assert_ok().json();
    assert!(moved["due_at"].as_str() > discussed["due_at"].as_str());
    case.goes(&[
        (Role::Head, "return_plan", "planning"),
        (Role::SubCoordinator, "present_plan", "discussion"),
        (Role::Head, "conclude", "coordination"),
        (Role::SubCoordinator, "pass_on", "receipt"),
        (Role::WebDeveloper, "sign_receipt", "programme"),
        (Role::WebDeveloper, "present_draft", "draft_review"),
        (Role::SubCoordinator, "return_draft", "programme"),
        (Role::WebDeveloper, "present_draft", "draft_review"),
        (Role::SubCoordinator, "accept_draft", "change"),
        (Role::WebDeveloper, "submit_offline", "offline_check"),
        (Role::SubCoordinator, "return_offline", "change"),
        (Role::WebDeveloper, "submit_offline", "offline_check"),
        (Role::SubCoordinator, "accept_offline", "content_entry"),
        (Role::Operator, "submit_content", "online_check"),
        (Role::Head, "return_content", "content_entry"),
        (Role::Operator, "submit_content", "online_check"),
        (Role::Head, "go_online", "online"),
    ])
    .await;
    case.ended(Role::Head).await;
}

async fn a_case_that_is_about_no_site_asks_for_the_installation(app: TestApp) {
    service::load(&app).unwrap();
    let site = app.site("portal");
    let here = app.user("here", &[(Role::Requester, Some(site.id))]);
    let everywhere = app.user("everywhere", &[(Role::Requester, None)]);
    let body = |site: Option<&str>| match site {
        Some(site) => json!({"procedure": "website_creation", "site": site, "title": "Situs baru"}),
        None => json!({"procedure": "website_creation", "title": "Situs baru"}),
    };
    let open = async |who: &Actor, site: Option<&str>| {
        Call::post("/api/v1/cases").token(&app.token(who)).json(&body(site)).send(&app).await
    };
    open(&here, None).await.assert_refused(403, "forbidden");
    open(&here, Some("elsewhere")).await.assert_refused(404, "not_found");
    assert_eq!(open(&here, Some("portal")).await.assert_ok().json()["site"], "portal");
    let case = open(&everywhere, None).await.assert_ok().json();
    let path = format!("/api/v1/cases/{}", case["id"].as_str().unwrap());
    Call::get(&path).token(&app.token(&here)).send(&app).await.assert_refused(404, "not_found");
    let author = app.user("author", &[(Role::Author, None)]);
    open(&author, None).await.assert_refused(403, "forbidden");
}

async fn what_is_wrong_with_a_form_is_told_field_by_field(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Requester, "website_creation", "creation").await;
    let fields = json!({"letter_date": "kemarin", "request_kind": "hapus", "purpose": 3});
    let reply = case.send(Role::Requester, json!({"command": "send", "fields": fields})).await;
    reply.assert_refused(422, "invalid");
    let errors = reply.json()["errors"].as_array().unwrap().clone();
    let named: Vec<&str> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(named, ["fields.letter_number", "fields.letter_date", "fields.request_kind", "fields.purpose"]);
    let reply = case.send(Role::Requester, json!({"command": "send", "fields": {"colour": "red"}})).await;
    reply.assert_refused(400, "unknown_field");
    case.send(Role::Requester, json!({"command": "fly"})).await.assert_refused(400, "unknown_command");
    case.send(Role::Requester, json!({"command": "finish"})).await.assert_refused(409, "wrong_step");
    case.send(Role::Secretary, json!({"command": "send"})).await.assert_refused(403, "forbidden");
    case.send(Role::Auditor, json!({"command": "send"})).await.assert_refused(403, "forbidden");
    assert_eq!(case.seen_by(Role::Requester).await["version"], 1, "nothing moved");
}

async fn a_stale_version_is_refused_with_the_current_one(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Head, "website_monitoring", "monitoring").await;
    let body = json!({"command": "report"});
    office.post(Role::Head, &case.path("/transitions"), body.clone()).await.assert_refused(428, "if_match_required");
    case.does(Role::Head, "order", "monitoring").await;
    let call = Call::post(&case.path("/transitions")).token(&office.token(Role::Monitor)).seen(&json!(1));
    let reply = call.json(&body).send(&office.app).await;
    reply.assert_refused(412, "stale");
    assert_eq!(reply.json()["current_version"], 2);
}

async fn a_case_waits_and_its_time_stands_still(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Requester, "website_security", "securing").await;
    let waiting = case.does(Role::Head, "receive", "assignment").await;
    let due = waiting["due_at"].clone();
    case.send(Role::Head, json!({"command": "hold"})).await.assert_refused(422, "comment_required");
    case.send(Role::Monitor, json!({"command": "hold", "comment": "x"})).await.assert_refused(403, "forbidden");
    let held = case.does(Role::Head, "hold", "assignment").await;
    assert!(held["waiting_since"].is_string());
    office.app.clock.advance(120 * MINUTE);
    assert_eq!(case.seen_by(Role::Head).await["late_minutes"], 0);
    let resumed = case.does(Role::Head, "resume", "assignment").await;
    assert_eq!(resumed["waiting_since"], Value::Null);
    let moved = |text: &Value| lamin::kernel::Timestamp::parse(text.as_str().unwrap()).unwrap();
    assert_eq!(moved(&resumed["due_at"]), moved(&due).plus(120 * MINUTE));
    office.app.clock.advance(15 * MINUTE);
    assert_eq!(case.seen_by(Role::Head).await["late_minutes"], 5);
}

async fn lateness_counts_service_minutes_and_can_be_filtered(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Head, "website_monitoring", "monitoring").await;
    office.app.clock.advance(25 * MINUTE);
    assert_eq!(case.seen_by(Role::Head).await["late_minutes"], 15, "ten minutes are standard");
    let late = office.get(Role::Head, "/api/v1/cases?late=true").await.assert_ok().json();
    assert_eq!(late["items"][0]["id"], case.id.as_str());
    let moved = case.does(Role::Head, "order", "monitoring").await;
    assert_eq!(moved["events"][0]["late_minutes"], 15);
    let late = office.get(Role::Head, "/api/v1/cases?late=true").await.assert_ok().json();
    assert_eq!(late["items"], json!([]));
    let on_time = office.get(Role::Head, "/api/v1/cases?late=false&step=monitoring").await.assert_ok().json();
    assert_eq!(on_time["items"].as_array().unwrap().len(), 1);
    // Over the weekend no service minute passes.
    office.app.clock.set("2026-11-27T23:59:00+08:00");
    let before = case.seen_by(Role::Head).await["late_minutes"].as_i64().unwrap();
    office.app.clock.set("2026-11-29T23:59:00+08:00");
    assert!(case.seen_by(Role::Head).await["late_minutes"].as_i64().unwrap() <= before + 1);
    office.get(Role::Head, "/api/v1/cases?late=perhaps").await.assert_refused(400, "malformed");
    office.get(Role::Head, "/api/v1/cases?colour=red").await.assert_refused(400, "unknown_parameter");
}

async fn files_and_remarks_belong_to_a_case(app: TestApp) {
    let office = Office::open(app);
    let case = office.opened(Role::Requester, "website_security", "securing").await;
    let id = case.attached(Role::Requester).await;
    let seen = case.seen_by(Role::Head).await;
    assert_eq!(seen["attachments"][0]["id"], id);
    assert_eq!(seen["attachments"][0]["media_type"], "application/pdf");
    let path = seen["attachments"][0]["url"].as_str().unwrap();
    let bytes = office.get(Role::Monitor, path).await.assert_ok();
    assert_eq!(bytes.text, PDF);
    assert_eq!(bytes.header("content-disposition"), "attachment; filename=\"nota-dinas.pdf\"");
    let other = office.opened(Role::Requester, "website_security", "securing").await;
    let foreign = path.replace(&case.id, &other.id);
    office.get(Role::Monitor, &foreign).await.assert_refused(404, "not_found");
    let fields = json!({"problem_kind": "serangan", "problem": "judi", "letter": id});
    let refused = other.send(Role::Head, json!({"command": "receive", "fields": fields})).await;
    assert!(refused.text.contains("not_an_attachment"), "a file of another case is none: {}", refused.text);

    let plain = office.post(Role::Requester, &case.path("/attachments"), json!({})).await;
    plain.assert_refused(415, "unsupported_media");
    let said =
        office.post(Role::Head, &case.path("/comments"), json!({"body": " Segera ditangani. "})).await.assert_ok();
    assert_eq!((said.status, &said.json()["author"]["name"]), (201, &json!("head")));
    office.post(Role::Head, &case.path("/comments"), json!({"body": " "})).await.assert_refused(422, "invalid");
    office.post(Role::Auditor, &case.path("/comments"), json!({"body": "x"})).await.assert_refused(403, "forbidden");
    let remarks = office.get(Role::Auditor, &case.path("/comments")).await.assert_ok().json();
    assert_eq!(remarks["items"][0]["body"], "Segera ditangani.");
}

async fn only_those_with_a_role_see_a_case(app: TestApp) {
    service::load(&app).unwrap();
    let (portal, other) = (app.site("portal"), app.site("other"));
    let head = app.token(&app.user("head", &[(Role::Head, Some(portal.id))]));
    let stranger = app.token(&app.user("stranger", &[(Role::Head, Some(other.id))]));
    let body = json!({"procedure": "website_monitoring", "site": "portal", "title": "Pekan ke-48"});
    let case = Call::post("/api/v1/cases").token(&head).json(&body).send(&app).await.assert_ok().json();
    let path = format!("/api/v1/cases/{}", case["id"].as_str().unwrap());
    Call::get(&path).token(&stranger).send(&app).await.assert_refused(404, "not_found");
    let order = Call::post(&format!("{path}/transitions")).token(&stranger).seen(&json!(1));
    order.json(&json!({"command": "order"})).send(&app).await.assert_refused(404, "not_found");
    let list = Call::get("/api/v1/cases").token(&stranger).send(&app).await.assert_ok().json();
    assert_eq!(list["items"], json!([]));
    Call::get("/api/v1/cases/not-an-id").token(&head).send(&app).await.assert_refused(404, "not_found");
}

/// The ids of a whole list, two at a time.
async fn listed(office: &Office, asked: &str) -> Vec<String> {
    let first = format!("/api/v1/cases?limit=2&{asked}");
    let (mut ids, mut path) = (Vec::new(), first.clone());
    loop {
        let page = office.get(Role::Auditor, &path).await.assert_ok().json();
        ids.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return ids };
        path = format!("{first}&cursor={cursor}");
    }
}

async fn cases_are_listed_newest_first_or_by_when_they_are_due(app: TestApp) {
    let office = Office::open(app);
    let mut opened = Vec::new();
    for _ in 0..5 {
        opened.push(office.opened(Role::Head, "website_monitoring", "monitoring").await.id);
        office.app.clock.advance(MINUTE);
    }
    assert_eq!(listed(&office, "procedure=website_monitoring&sort=due_at").await, opened);
    assert_eq!(listed(&office, "ended=false&sort=due_at").await, opened);
    assert_eq!(listed(&office, "ended=true&sort=due_at").await, [""; 0]);
    opened.reverse();
    assert_eq!(listed(&office, "procedure=website_monitoring").await, opened);
    office.get(Role::Head, "/api/v1/cases?sort=colour").await.assert_refused(400, "unknown_parameter");
}
