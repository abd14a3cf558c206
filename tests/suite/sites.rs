//! Sites and appointments: who sees what, who may change it, and from when to when.

use diesel::prelude::*;
use lamin::db::schema::{jobs, ledger, sites};
use lamin::identity::{Actor, Role};
use lamin::kernel::time::{DAY, HOUR};
use lamin::sites::Site;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    only_sites_with_a_role_exist,
    a_site_is_made_by_an_administrator_of_the_installation,
    every_wrong_field_of_a_site_is_named,
    keys_and_hosts_belong_to_one_site,
    a_site_is_changed_in_the_version_that_was_seen,
    a_change_of_what_is_live_is_built,
    sites_are_listed_page_by_page,
    members_are_appointed_replaced_and_let_go,
    an_appointment_counts_from_and_until_its_time,
    nobody_appoints_themselves,
    only_an_administrator_makes_administrators,
    what_is_no_appointment_is_named,
    appointments_for_the_installation_are_the_administrators,
    every_change_is_in_the_ledger,
);

async fn get(app: &TestApp, actor: &Actor, path: &str) -> Reply {
    Call::get(path).token(&app.token(actor)).send(app).await
}

fn member_address(site: &Site, who: &Actor) -> String {
    format!("/api/v1/sites/{}/members/{}", site.key, who.user().unwrap())
}

async fn appoint(app: &TestApp, by: &Actor, address: &str, roles: Value) -> Reply {
    Call::new("PUT", address).token(&app.token(by)).json(&json!({"roles": roles})).send(app).await
}

async fn only_sites_with_a_role_exist(app: TestApp) {
    let (portal, dinas) = (app.site("portal"), app.site("dinas"));
    let ani = app.user("ani", &[(Role::AgencyHead, Some(portal.id)), (Role::Admin, Some(portal.id))]);
    let listed = get(&app, &ani, "/api/v1/sites").await.assert_ok().json();
    let keys: Vec<_> = listed["items"].as_array().unwrap().iter().map(|site| site["key"].clone()).collect();
    assert_eq!(keys, [json!("portal")]);
    let token = app.token(&ani);
    let foreign = [
        Call::get("/api/v1/sites/dinas"),
        Call::get("/api/v1/sites/dinas/members"),
        Call::get(&member_address(&dinas, &ani)),
        Call::new("PATCH", "/api/v1/sites/dinas").seen(&json!(1)).json(&json!({"name": "Punya saya"})),
        Call::new("PUT", &member_address(&dinas, &ani)).json(&json!({"roles": [{"role": "admin"}]})),
        Call::new("DELETE", &member_address(&dinas, &ani)).seen(&json!(1)),
    ];
    let absent = get(&app, &ani, "/api/v1/sites/tiada").await;
    absent.assert_refused(404, "not_found");
    for call in foreign {
        let reply = call.token(&token).send(&app).await;
        reply.assert_refused(404, "not_found");
        assert_eq!(reply.json()["detail"], absent.json()["detail"], "foreign and absent look alike");
    }
    let nobody = app.user("budi", &[]);
    assert_eq!(get(&app, &nobody, "/api/v1/sites").await.assert_ok().json()["items"], json!([]));
    let auditor = app.user("cici", &[(Role::Auditor, None)]);
    assert_eq!(get(&app, &auditor, "/api/v1/sites").await.json()["items"].as_array().unwrap().len(), 2);
    Call::get("/api/v1/sites").send(&app).await.assert_refused(401, "unauthenticated");
}

async fn a_site_is_made_by_an_administrator_of_the_installation(app: TestApp) {
    let admin = app.user("admin", &[(Role::Admin, None)]);
    let body =
        json!({"key": "dinkes", "name": "Dinas Kesehatan", "hosts": ["Dinkes.example.go.id"], "locales": ["en", "id"]});
    let create = |actor: &Actor| Call::post("/api/v1/sites").token(&app.token(actor)).json(&body);
    let made = create(&admin).send(&app).await;
    assert_eq!((made.status, made.header("location"), made.header("etag")), (201, "/api/v1/sites/dinkes", "\"1\""));
    let site = made.json();
    assert_eq!(site["hosts"], json!(["dinkes.example.go.id"]));
    assert_eq!((&site["zone"], &site["default_locale"]), (&json!("Asia/Makassar"), &json!("en")));
    assert_eq!(get(&app, &admin, "/api/v1/sites/dinkes").await.assert_ok().json(), site);
    let portal = app.site("portal");
    let of_site = app.user("budi", &[(Role::Admin, Some(portal.id))]);
    create(&of_site).send(&app).await.assert_refused(403, "forbidden");
    Call::post("/api/v1/sites").json(&body).send(&app).await.assert_refused(401, "unauthenticated");
}

async fn every_wrong_field_of_a_site_is_named(app: TestApp) {
    let token = app.token(&app.user("admin", &[(Role::Admin, None)]));
    let create = |body: &Value| Call::post("/api/v1/sites").token(&token).json(body);
    let body =
        json!({"key": "admin", "name": "", "hosts": ["a b"], "zone": "Mars", "locales": [], "default_locale": "x"});
    let reply = create(&body).send(&app).await;
    reply.assert_refused(422, "invalid");
    let fields: Vec<_> = reply.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["key", "name", "hosts[0]", "zone", "locales", "default_locale"]);
    create(&json!({"key": "a"})).send(&app).await.assert_refused(400, "malformed");
    create(&json!({"key": "a", "name": "A", "theme": "x"})).send(&app).await.assert_refused(400, "unknown_field");
    let stored: i64 = app.db.read(|c| Ok(sites::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(stored, 0);
}

async fn keys_and_hosts_belong_to_one_site(app: TestApp) {
    let token = app.token(&app.user("admin", &[(Role::Admin, None)]));
    let create = |body: Value| Call::post("/api/v1/sites").token(&token).json(&body);
    create(json!({"key": "a", "name": "A", "hosts": ["x.go.id"]})).send(&app).await.assert_ok();
    create(json!({"key": "b", "name": "B", "hosts": ["y.go.id"]})).send(&app).await.assert_ok();
    let both = create(json!({"key": "a", "name": "C", "hosts": ["z.go.id", "Y.go.id"]})).send(&app).await;
    both.assert_refused(409, "taken");
    let fields: Vec<_> = both.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["key", "hosts[1]"]);
    let patch = |body: Value| Call::new("PATCH", "/api/v1/sites/b").token(&token).seen(&json!(1)).json(&body);
    patch(json!({"key": "a"})).send(&app).await.assert_refused(409, "taken");
    patch(json!({"hosts": ["x.go.id"]})).send(&app).await.assert_refused(409, "taken");
    patch(json!({"key": "b", "hosts": ["y.go.id", "w.go.id"]})).send(&app).await.assert_ok();
}

async fn a_site_is_changed_in_the_version_that_was_seen(app: TestApp) {
    let site = app.site("portal");
    let admin = app.token(&app.user("admin", &[(Role::Admin, Some(site.id))]));
    let patch = || Call::new("PATCH", "/api/v1/sites/portal").token(&admin);
    patch().json(&json!({"name": "P"})).send(&app).await.assert_refused(428, "if_match_required");
    let changed = patch().seen(&json!(1)).json(&json!({"key": "beranda", "zone": "Asia/Jakarta"})).send(&app).await;
    let changed = changed.assert_ok();
    assert_eq!((changed.header("etag"), &changed.json()["key"]), ("\"2\"", &json!("beranda")));
    patch().seen(&json!(2)).json(&json!({})).send(&app).await.assert_refused(404, "not_found");
    let patch = || Call::new("PATCH", "/api/v1/sites/beranda").token(&admin);
    let stale = patch().seen(&json!(1)).json(&json!({"name": "P"})).send(&app).await;
    stale.assert_refused(412, "stale");
    assert_eq!(stale.json()["current_version"], 2);
    patch().seen(&json!(2)).json(&json!({"tagline": "x"})).send(&app).await.assert_refused(400, "unknown_field");
    patch().seen(&json!(2)).json(&json!({"zone": "x"})).send(&app).await.assert_refused(422, "invalid");
    let same = patch().seen(&json!(2)).json(&json!({"key": "beranda"})).send(&app).await.assert_ok();
    assert_eq!(same.header("etag"), "\"2\"");
    let editor = app.token(&app.user("budi", &[(Role::Editor, Some(site.id))]));
    let forbidden = Call::new("PATCH", "/api/v1/sites/beranda").token(&editor).seen(&json!(2)).json(&json!({}));
    forbidden.send(&app).await.assert_refused(403, "forbidden");
}

async fn a_change_of_what_is_live_is_built(app: TestApp) {
    let (live, id) = (app.site("portal"), app.site("kosong").id);
    app.db
        .write(move |tx| {
            diesel::update(sites::table.find(live.id)).set(sites::live_sequence.eq(4)).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    let admin = app.token(&app.user("admin", &[(Role::Admin, None)]));
    for key in ["portal", "kosong"] {
        let patch = Call::new("PATCH", &format!("/api/v1/sites/{key}")).token(&admin).seen(&json!(1));
        patch.json(&json!({"hosts": [format!("{key}.go.id")]})).send(&app).await.assert_ok();
    }
    let waiting: Vec<(String, String)> =
        app.db.read(|c| Ok(jobs::table.select((jobs::kind, jobs::payload)).load(c)?)).await.unwrap();
    assert_eq!(waiting.len(), 1, "nothing is live on the other: {waiting:?}");
    assert!(waiting[0].0 == "publish.build" && !waiting[0].1.contains(id.as_str()));
}

async fn sites_are_listed_page_by_page(app: TestApp) {
    for key in ["c", "a", "b"] {
        app.site(key);
    }
    let admin = app.user("admin", &[(Role::Admin, None)]);
    let first = get(&app, &admin, "/api/v1/sites?limit=2").await.assert_ok().json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&app, &admin, &format!("/api/v1/sites?limit=2&cursor={cursor}")).await.assert_ok().json();
    let pages = [&first, &second].map(|page| {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|site| site["key"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    });
    assert_eq!(pages, [vec!["a", "b"], vec!["c"]]);
    assert!(second.get("next_cursor").is_none());
    get(&app, &admin, "/api/v1/sites?limit=101").await.assert_refused(400, "bad_limit");
    get(&app, &admin, "/api/v1/sites?sort=key").await.assert_refused(400, "unknown_parameter");
}

async fn members_are_appointed_replaced_and_let_go(app: TestApp) {
    let site = app.site("portal");
    let (kadis, ani) = (app.user("kadis", &[(Role::AgencyHead, Some(site.id))]), app.user("ani", &[]));
    let address = member_address(&site, &ani);
    get(&app, &kadis, &address).await.assert_refused(404, "not_found");
    get(&app, &ani, "/api/v1/sites/portal").await.assert_refused(404, "not_found");
    let appointed =
        appoint(&app, &kadis, &address, json!([{"role": "author", "decree": "SK 7/2026"}])).await.assert_ok();
    assert_eq!(appointed.json()["roles"][0]["decree"], "SK 7/2026");
    assert_eq!(appointed.header("etag"), "\"2\"");
    assert_eq!(get(&app, &ani, "/api/v1/sites/portal").await.status, 200);
    get(&app, &ani, "/api/v1/sites/portal/members").await.assert_refused(403, "forbidden");
    let by_author = appoint(&app, &ani, &address, json!([{"role": "approver"}])).await;
    by_author.assert_refused(403, "forbidden");
    let listed = get(&app, &kadis, "/api/v1/sites/portal/members").await.assert_ok().json();
    let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|member| member["name"].clone()).collect();
    assert_eq!(names, ["ani", "kadis"]);
    appoint(&app, &kadis, &address, json!([{"role": "editor"}])).await.assert_refused(428, "if_match_required");
    let put = |seen: i32| Call::new("PUT", &address).token(&app.token(&kadis)).seen(&json!(seen));
    let stale = put(1).json(&json!({"roles": [{"role": "editor"}]})).send(&app).await;
    stale.assert_refused(412, "stale");
    let replaced = put(2).json(&json!({"roles": [{"role": "editor"}, {"role": "publisher"}]})).send(&app).await;
    let roles: Vec<_> =
        replaced.assert_ok().json()["roles"].as_array().unwrap().iter().map(|one| one["role"].clone()).collect();
    assert_eq!(roles, ["editor", "publisher"]);
    let delete = || Call::new("DELETE", &address).token(&app.token(&kadis));
    delete().send(&app).await.assert_refused(428, "if_match_required");
    assert_eq!(delete().seen(&json!(3)).send(&app).await.status, 204);
    delete().seen(&json!(4)).send(&app).await.assert_refused(404, "not_found");
    get(&app, &ani, "/api/v1/sites/portal").await.assert_refused(404, "not_found");
    let stranger = format!("/api/v1/sites/portal/members/{}", app.id(lamin::kernel::id::UserId::new));
    appoint(&app, &kadis, &stranger, json!([{"role": "author"}])).await.assert_refused(404, "not_found");
}

async fn an_appointment_counts_from_and_until_its_time(app: TestApp) {
    let site = app.site("portal");
    let (admin, ani) = (app.user("admin", &[(Role::Admin, None)]), app.user("ani", &[]));
    let (from, until) = (app.now().plus(DAY), app.now().plus(2 * DAY));
    let terms = json!([{"role": "editor", "from": from, "until": until}]);
    let member = appoint(&app, &admin, &member_address(&site, &ani), terms).await.assert_ok().json();
    assert_eq!(member["roles"][0]["in_force"], false);
    get(&app, &ani, "/api/v1/sites/portal").await.assert_refused(404, "not_found");
    app.clock.advance(DAY);
    // The token of yesterday has expired; whoever refreshes in time keeps one and the clock decides.
    let refreshed = app.token(&ani);
    let site_now = || Call::get("/api/v1/sites/portal").token(&refreshed);
    assert_eq!(site_now().send(&app).await.status, 200, "in force from the very instant");
    app.clock.advance(DAY - HOUR);
    assert_eq!(get(&app, &ani, "/api/v1/sites/portal").await.status, 200);
    app.clock.advance(HOUR);
    get(&app, &ani, "/api/v1/sites/portal").await.assert_refused(404, "not_found");
}

async fn nobody_appoints_themselves(app: TestApp) {
    let site = app.site("portal");
    let kadis = app.user("kadis", &[(Role::AgencyHead, Some(site.id)), (Role::Approver, Some(site.id))]);
    let address = member_address(&site, &kadis);
    let put = |roles: Value| {
        let call = Call::new("PUT", &address).token(&app.token(&kadis)).seen(&json!(1));
        call.json(&json!({"roles": roles}))
    };
    let more = json!([{"role": "agency_head"}, {"role": "approver"}, {"role": "publisher"}]);
    put(more).send(&app).await.assert_refused(403, "forbidden");
    put(json!([{"role": "agency_head", "decree": "by myself"}])).send(&app).await.assert_refused(403, "forbidden");
    put(json!([{"role": "agency_head"}])).send(&app).await.assert_ok();
    let admin = app.user("admin", &[(Role::Admin, Some(site.id))]);
    let own = Call::new("PUT", &member_address(&site, &admin)).token(&app.token(&admin)).seen(&json!(1));
    own.json(&json!({"roles": [{"role": "admin"}, {"role": "editor"}]})).send(&app).await.assert_ok();
}

async fn only_an_administrator_makes_administrators(app: TestApp) {
    let site = app.site("portal");
    let kadis = app.user("kadis", &[(Role::AgencyHead, Some(site.id))]);
    let (ani, chief) = (app.user("ani", &[]), app.user("chief", &[(Role::Admin, Some(site.id))]));
    let made = appoint(&app, &kadis, &member_address(&site, &ani), json!([{"role": "admin"}])).await;
    made.assert_refused(403, "forbidden");
    let unmade = Call::new("DELETE", &member_address(&site, &chief)).token(&app.token(&kadis)).seen(&json!(1));
    unmade.send(&app).await.assert_refused(403, "forbidden");
    appoint(&app, &chief, &member_address(&site, &ani), json!([{"role": "admin"}])).await.assert_ok();
}

async fn what_is_no_appointment_is_named(app: TestApp) {
    let site = app.site("portal");
    let (admin, ani) = (app.user("admin", &[(Role::Admin, None)]), app.user("ani", &[]));
    let address = member_address(&site, &ani);
    let wrong = json!([{"role": "king"}, {"role": "editor", "from": "tomorrow", "until": "2026"}]);
    let reply = appoint(&app, &admin, &address, wrong).await;
    reply.assert_refused(422, "invalid");
    let fields: Vec<_> = reply.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["roles[0].role", "roles[1].from", "roles[1].until"]);
    let twice = json!([{"role": "editor"}, {"role": "editor"}]);
    appoint(&app, &admin, &address, twice).await.assert_refused(422, "invalid");
    let backwards = json!([{"role": "editor", "from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}]);
    appoint(&app, &admin, &address, backwards).await.assert_refused(422, "invalid");
    let unknown = json!([{"role": "editor", "site": "portal"}]);
    appoint(&app, &admin, &address, unknown).await.assert_refused(400, "unknown_field");
    get(&app, &admin, &address).await.assert_refused(404, "not_found");
}

async fn appointments_for_the_installation_are_the_administrators(app: TestApp) {
    let site = app.site("portal");
    let admin = app.user("admin", &[(Role::Admin, None)]);
    let kadis = app.user("kadis", &[(Role::AgencyHead, None), (Role::Admin, Some(site.id))]);
    let ani = app.user("ani", &[]);
    let address = format!("/api/v1/members/{}", ani.user().unwrap());
    let roles = json!([{"role": "auditor"}]);
    appoint(&app, &kadis, &address, roles.clone()).await.assert_refused(403, "forbidden");
    get(&app, &kadis, &address).await.assert_refused(403, "forbidden");
    get(&app, &kadis, "/api/v1/members").await.assert_refused(403, "forbidden");
    let token = app.token(&kadis);
    let delete = Call::new("DELETE", &address).token(&token).seen(&json!(1)).send(&app).await;
    delete.assert_refused(403, "forbidden");
    Call::get("/api/v1/members").send(&app).await.assert_refused(401, "unauthenticated");
    appoint(&app, &admin, &address, roles).await.assert_ok();
    assert_eq!(get(&app, &ani, "/api/v1/sites/portal").await.status, 200, "it holds on every site");
    let listed = get(&app, &admin, "/api/v1/members").await.assert_ok().json();
    let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|member| member["name"].clone()).collect();
    assert_eq!(names, ["admin", "ani", "kadis"]);
    assert_eq!(get(&app, &admin, &address).await.assert_ok().json()["roles"][0]["role"], "auditor");
    let delete = Call::new("DELETE", &address).token(&app.token(&admin));
    assert_eq!(delete.seen(&json!(2)).send(&app).await.status, 204);
}

async fn every_change_is_in_the_ledger(app: TestApp) {
    let admin = app.user("admin", &[(Role::Admin, None)]);
    let ani = app.user("ani", &[]);
    let token = app.token(&admin);
    let create = Call::post("/api/v1/sites").token(&token).json(&json!({"key": "portal", "name": "Portal"}));
    let site: Value = create.send(&app).await.assert_ok().json();
    let patch = Call::new("PATCH", "/api/v1/sites/portal").token(&token).seen(&json!(1));
    patch.json(&json!({"name": "Portal Baru"})).send(&app).await.assert_ok();
    let address = format!("/api/v1/sites/portal/members/{}", ani.user().unwrap());
    appoint(&app, &admin, &address, json!([{"role": "editor", "decree": "SK 9"}])).await.assert_ok();
    get(&app, &admin, "/api/v1/sites/portal").await.assert_ok();
    let rows: Vec<(String, String, String, Option<String>, String)> = app
        .db
        .read(|c| {
            let columns = (ledger::actor, ledger::action, ledger::subject, ledger::site_id, ledger::detail);
            Ok(ledger::table.order(ledger::sequence).select(columns).load(c)?)
        })
        .await
        .unwrap();
    let site = site["id"].as_str().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.1.as_str(), row.2.as_str())).collect();
    let (of_site, of_ani) = (format!("site:{site}"), format!("user:{}", ani.user().unwrap()));
    let expected =
        [("sites.create", of_site.as_str()), ("sites.change", of_site.as_str()), ("identity.appoint", of_ani.as_str())];
    assert_eq!(told, expected);
    assert!(rows.iter().all(|row| row.0 == admin.ledger_name() && row.3.as_deref() == Some(site)));
    assert!(rows[2].4.contains("SK 9"));
}
