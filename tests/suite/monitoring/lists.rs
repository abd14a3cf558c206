//! The list of watched websites: its profiles, its order and counts, what goes in and out as a file, and the screen that comes first.

use diesel::prelude::*;
use lamin::db::schema::{monitor_outages, monitor_states};
use lamin::identity::Role;
use lamin::kernel::Timestamp;
use lamin::kernel::id::MonitorId;
use lamin::kernel::time::{DAY, HOUR, MINUTE};
use lamin::monitoring::sites::list::COLUMNS;
use lamin::monitoring::sites::table;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_profile_keeps_mandate_exceptions_and_contact_and_refuses_half_of_them,
    a_list_shows_the_worst_first_counts_all_and_is_cut_into_pages_that_meet,
    a_list_is_held_against_what_is_there_before_anything_is_changed,
    a_list_with_anything_wrong_changes_nothing,
    what_is_exported_comes_in_again_unchanged,
    announced_work_is_asked_for_by_website,
    the_first_screen_says_what_is_bad_what_was_and_where_work_goes_on,
);

const PATH: &str = "/api/v1/monitored";

fn monitor(app: &TestApp) -> String {
    app.token(&app.user("pemantau", &[(Role::Monitor, None)]))
}

async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    Call::get(path).token(token).send(app).await.assert_ok().json()
}

async fn add(app: &TestApp, token: &str, body: Value) -> Value {
    Call::post(PATH).token(token).json(&body).send(app).await.assert_ok().json()
}

/// Says how one fares, and since when.
fn fares(app: &TestApp, one: &Value, state: &'static str, since: Timestamp) {
    let id = MonitorId::parse(one["id"].as_str().unwrap()).unwrap();
    let told = move |tx: &mut lamin::db::Tx| {
        let values = (monitor_states::state.eq(state), monitor_states::since.eq(since));
        diesel::update(monitor_states::table.find(id)).set(values).execute(&mut **tx)?;
        Ok(())
    };
    app.db.write_blocking(told).unwrap();
}

fn agencies(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["agency"].as_str().unwrap()).collect()
}

async fn a_profile_keeps_mandate_exceptions_and_contact_and_refuses_half_of_them(app: TestApp) {
    let token = monitor(&app);
    let profile = json!({
        "sections": [{"section": "agenda", "days": 14}], "hosts": [], "groups": ["Server 1"], "zone": "Asia/Jayapura",
        "responsible": {"name": "Ani", "email": "ani@dinas.example.go.id", "phone": "+62 811"},
        "mandate": {"number": "045/1/Kominfo", "signed_on": "2026-11-02", "signed_by": "Kepala Dinas", "valid_until": "2027-11-01",
            "scope": ["exposed_files", "crawler"]},
        "exceptions": [
            {"check": "agenda", "reason": "Sedang dipindahkan", "valid_until": "2026-12-31", "agreed_by": "Kepala Bidang"},
            {"check": "no_caa", "reason": "DNS dikelola pusat", "valid_until": "2027-06-30", "agreed_by": "Kepala Bidang"},
        ],
    });
    let made = add(&app, &token, json!({"agency": "Dinas A", "url": "a.example.go.id", "profile": profile})).await;
    assert_eq!(made["profile"], profile);
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let change = |body: Value| Call::new("PATCH", &path).token(&token).seen(&made["version"]).json(&body);
    let with = |name: &str, value: Value| {
        let mut profile = profile.clone();
        profile[name] = value;
        json!({ "profile": profile })
    };
    for (body, field) in [
        (with("zone", json!("Mars/Phobos")), "profile.zone"),
        (with("responsible", json!({"name": "Ani"})), "profile.responsible"),
        (with("groups", json!(["a;b"])), "profile.groups"),
    ] {
        let reply = change(body).send(&app).await;
        reply.assert_refused(422, "invalid");
        assert_eq!(reply.json()["errors"][0]["field"], field, "{}", reply.text);
    }
    let mut unknown = profile.clone();
    unknown["exceptions"][0]["check"] = json!("no_such_check");
    change(json!({"profile": unknown})).send(&app).await.assert_refused(400, "malformed");
    assert_eq!(get(&app, &token, &path).await, made, "nothing has changed");
    let changed = change(with("mandate", Value::Null)).send(&app).await.assert_ok().json();
    assert_eq!(changed["profile"]["mandate"], Value::Null);
    change(json!({"active": false})).send(&app).await.assert_refused(412, "stale");
}

async fn a_list_shows_the_worst_first_counts_all_and_is_cut_into_pages_that_meet(app: TestApp) {
    let token = monitor(&app);
    let now = app.now();
    let states = ["ok", "down", "unknown", "unstable", "ok", "maintenance", "down", "suspect"];
    for (number, state) in (0..).zip(states) {
        let groups = if number % 2 == 0 { json!(["Genap", "Semua"]) } else { json!(["Semua"]) };
        let body = json!({"agency": format!("Dinas {number}"), "url": format!("opd{number}.example.go.id"), "profile": {"groups": groups}});
        let one = add(&app, &token, body).await;
        fares(&app, &one, state, now.plus(-number * MINUTE));
    }
    let off = json!({"agency": "Badan 50% Lama", "url": "lama.example.go.id", "active": false});
    fares(&app, &add(&app, &token, off).await, "down", now.plus(-DAY));
    let all = get(&app, &token, PATH).await;
    let worst =
        ["Dinas 6", "Dinas 1", "Dinas 3", "Dinas 7", "Dinas 2", "Dinas 5", "Dinas 4", "Dinas 0", "Badan 50% Lama"];
    assert_eq!(agencies(&all), worst);
    let counts =
        json!({"down": 2, "unstable": 1, "suspect": 1, "unknown": 1, "maintenance": 1, "ok": 2, "inactive": 1});
    assert_eq!(all["counts"], counts);
    for order in ["worst", "agency"] {
        let whole = get(&app, &token, &format!("{PATH}?order={order}")).await;
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&app, &token, &format!("{PATH}?order={order}&limit=2{cursor}")).await;
            paged.extend(agencies(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(paged, agencies(&whole), "{order}");
    }
    let down = get(&app, &token, &format!("{PATH}?state=down")).await;
    assert_eq!((agencies(&down), &down["counts"]), (vec!["Dinas 6", "Dinas 1"], &counts), "counts are of all states");
    let found = |query: &str| format!("{PATH}?order=agency&{query}");
    assert_eq!(agencies(&get(&app, &token, &found("q=50%25")).await), ["Badan 50% Lama"], "a percent sign is one");
    assert_eq!(agencies(&get(&app, &token, &found("q=OPD3.ex")).await), ["Dinas 3"]);
    let even = get(&app, &token, &found("group=Genap&q=dinas&active=true")).await;
    assert_eq!(agencies(&even), ["Dinas 0", "Dinas 2", "Dinas 4", "Dinas 6"]);
    assert_eq!((&even["counts"]["ok"], &even["counts"]["inactive"]), (&json!(2), &json!(0)));
    let by_agency = get(&app, &token, &found("limit=1")).await;
    let foreign = format!("{PATH}?cursor={}", by_agency["next_cursor"].as_str().unwrap());
    Call::get(&foreign).token(&token).send(&app).await.assert_refused(400, "bad_cursor");
    Call::get(&format!("{PATH}?order=best")).token(&token).send(&app).await.assert_refused(400, "malformed");
}

async fn import(
    app: &TestApp,
    token: &str,
    (name, bytes): (&str, &[u8]),
    digest: Option<&Value>,
) -> crate::support::Reply {
    let query = digest.map(|digest| format!("?digest={}", digest.as_str().unwrap())).unwrap_or_default();
    Call::post(&format!("{PATH}/import{query}")).token(token).file(name, bytes).send(app).await
}

async fn a_list_is_held_against_what_is_there_before_anything_is_changed(app: TestApp) {
    let token = monitor(&app);
    let kept = json!({"agency": "Dinas A", "url": "a.example.go.id", "profile": {"exceptions": [
        {"check": "berita", "reason": "Baru", "valid_until": "2026-12-31", "agreed_by": "Kabid"}]}});
    let kept = add(&app, &token, kept).await;
    let list = "OPD;Alamat;Berita;Berita hari;Kontak;Penanggung jawab;Kelompok;Warna\r\n\
        Dinas A;a.example.go.id;/kabar;7;ani@a.example.go.id;Ani;Server 1; merah\r\n\
        Dinas B;b.example.go.id;ya;;;;;\r\n";
    let file = ("daftar.csv", list.as_bytes());
    let told = import(&app, &token, file, None).await.assert_ok().json();
    assert_eq!(
        (&told["new"], &told["changed"], &told["unchanged"], &told["done"]),
        (&json!(1), &json!(1), &json!(0), &json!(false))
    );
    assert_eq!(told["ignored_columns"], json!(["Warna"]));
    let cells: Vec<&str> =
        told["items"][0]["cells"].as_array().unwrap().iter().map(|one| one["column"].as_str().unwrap()).collect();
    assert_eq!(cells, ["berita", "berita_days", "responsible", "contact", "groups"]);
    assert_eq!(get(&app, &token, PATH).await["items"].as_array().unwrap().len(), 1, "nothing has changed yet");
    add(&app, &token, json!({"agency": "Dinas B", "url": "b.example.go.id"})).await;
    import(&app, &token, file, Some(&told["digest"])).await.assert_refused(409, "digest_mismatch");
    let told = import(&app, &token, file, None).await.assert_ok().json();
    let done = import(&app, &token, file, Some(&told["digest"])).await.assert_ok().json();
    assert_eq!((&done["new"], &done["changed"], &done["done"]), (&json!(0), &json!(2), &json!(true)));
    let one = get(&app, &token, &format!("{PATH}/{}", kept["id"].as_str().unwrap())).await;
    assert_eq!(
        one["profile"]["sections"],
        json!([{"section": "berita", "url": "https://a.example.go.id/kabar", "days": 7}])
    );
    assert_eq!(one["profile"]["responsible"], json!({"name": "Ani", "email": "ani@a.example.go.id"}));
    assert_eq!(one["profile"]["exceptions"], kept["profile"]["exceptions"], "what a list cannot say stays");
    let again = import(&app, &token, file, None).await.assert_ok().json();
    assert_eq!((&again["unchanged"], &again["items"]), (&json!(2), &json!([])));
    let auditor = app.token(&app.user("auditor", &[(Role::Auditor, None)]));
    import(&app, &auditor, file, None).await.assert_refused(403, "forbidden");
}

async fn a_list_with_anything_wrong_changes_nothing(app: TestApp) {
    let token = monitor(&app);
    let list = "agency,url,interval_seconds,active\nA,a.example.go.id,60,ya\nB,ftp://b,60,ya\nC,c.example.go.id,1,ya\nA,a.example.go.id,60,kadang\n";
    let told = import(&app, &token, ("a.csv", list.as_bytes()), None).await.assert_ok().json();
    let wrong: Vec<String> = told["wrong"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["line"], one["column"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (wrong, &told["wrong_count"]),
        (vec!["3 url".into(), "4 interval_seconds".into(), "5 active".into()], &json!(3))
    );
    assert_eq!(told["digest"], Value::Null);
    let zeros = json!("0".repeat(64));
    import(&app, &token, ("a.csv", list.as_bytes()), Some(&zeros)).await.assert_refused(422, "invalid");
    assert_eq!(get(&app, &token, PATH).await["items"], json!([]));
    let nameless = import(&app, &token, ("a.csv", b"agency,warna\nA,merah\n"), None).await.assert_ok().json();
    assert_eq!((&nameless["wrong"][0]["column"], &nameless["wrong"][0]["code"]), (&json!("url"), &json!("required")));
    let many: String = (0..=10_000).map(|number| format!("opd{number}.example.go.id\n")).collect();
    let many = import(&app, &token, ("a.csv", many.as_bytes()), None).await.assert_ok().json();
    assert_eq!(many["wrong"][0]["code"], "too_many");
    let long = "a.example.go.id\n".repeat(400_000);
    import(&app, &token, ("a.csv", long.as_bytes()), None).await.assert_refused(413, "too_large");
    let png = b"\x89PNG\r\n\x1a\n nonsense";
    import(&app, &token, ("a.xlsx", png), None).await.assert_refused(415, "unsupported_media");
}

#[actix_web::test]
async fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let app = TestApp::new(lamin::db::Engine::Sqlite);
    let token = monitor(&app);
    let row = |number: usize| vec![format!("{number}{}", "a".repeat(32_000)), "https://a.example.go.id/".to_owned()];
    let rows: Vec<Vec<String>> = (0..1_100).map(row).collect();
    let bomb = table::write_xlsx("Situs", &["agency", "url"], &rows).unwrap();
    assert!(u64::try_from(bomb.len()).unwrap() < table::LIST_BYTES_MAX, "its limit is that of what it holds");
    import(&app, &token, ("a.xlsx", &bomb), None).await.assert_refused(413, "too_large");
}

async fn what_is_exported_comes_in_again_unchanged(app: TestApp) {
    let token = monitor(&app);
    let profile = json!({"software": "=HYPERLINK(\"x\")", "groups": ["Server 1", "+Kota"], "hosts": ["www.lapor.go.id"],
        "sections": [{"section": "agenda", "days": 14}, {"section": "berita", "url": "https://a.example.go.id/kabar"}],
        "responsible": {"name": "-Ani", "email": "ani@a.example.go.id", "phone": "+62 811"}});
    add(
        &app,
        &token,
        json!({"agency": "@Dinas \"A\", Kota", "url": "a.example.go.id", "interval_seconds": 300, "profile": profile}),
    )
    .await;
    add(&app, &token, json!({"agency": "'=Dinas B", "url": "b.example.go.id", "active": false})).await;
    let csv = Call::get("/api/v1/monitored.csv").token(&token).send(&app).await.assert_ok();
    assert!(csv.header("content-type").starts_with("text/csv") && csv.header("content-disposition").contains(".csv"));
    assert!(
        csv.text.contains("'=HYPERLINK") && csv.text.contains("'@Dinas") && csv.text.contains("'-Ani"),
        "{}",
        csv.text
    );
    let told = import(&app, &token, ("a.csv", csv.text.as_bytes()), None).await.assert_ok().json();
    assert_eq!((&told["unchanged"], &told["items"], &told["wrong"]), (&json!(2), &json!([]), &json!([])), "{told}");
    let xlsx = Call::get("/api/v1/monitored.xlsx").token(&token).send(&app).await.assert_ok();
    assert!(xlsx.text.starts_with("PK") && xlsx.header("content-type").contains("spreadsheetml"));
    let (lines, _) = table::read_csv(&csv.text);
    let rows: Vec<Vec<String>> = lines[1..].iter().map(|line| line.cells.clone()).collect();
    let workbook = table::write_xlsx("Situs", &COLUMNS, &rows).unwrap();
    let told = import(&app, &token, ("a.xlsx", &workbook), None).await.assert_ok().json();
    assert_eq!((&told["unchanged"], &told["items"], &told["wrong"]), (&json!(2), &json!([]), &json!([])), "{told}");
}

async fn announce(app: &TestApp, token: &str, whom: Value, from: &str) -> Value {
    let mut body = json!({"starts": from, "ends": "2026-11-24T20:00", "reason": "Pindah server"});
    body.as_object_mut().unwrap().extend(whom.as_object().unwrap().clone());
    Call::post("/api/v1/monitoring/windows").token(token).json(&body).send(app).await.assert_ok().json()["id"].clone()
}

async fn announced_work_is_asked_for_by_website(app: TestApp) {
    let token = monitor(&app);
    let one =
        add(&app, &token, json!({"agency": "A", "url": "a.example.go.id", "profile": {"groups": ["Kota"]}})).await;
    let other = add(&app, &token, json!({"agency": "B", "url": "b.example.go.id"})).await;
    let at = "2026-11-24T18:00";
    let own = announce(&app, &token, json!({"monitor": one["id"]}), at).await;
    announce(&app, &token, json!({"monitor": other["id"]}), at).await;
    let group = announce(&app, &token, json!({"group": "Kota"}), at).await;
    announce(&app, &token, json!({"group": "Desa"}), at).await;
    let all = announce(&app, &token, json!({}), at).await;
    // All end at the same time, so their ids say in which order they stand.
    let mut wanted = [all, group, own].map(|id| id.as_str().unwrap().to_owned());
    wanted.sort_unstable_by(|a, b| b.cmp(a));
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/monitoring/windows?monitor={}&limit=1{cursor}", one["id"].as_str().unwrap());
        let page = get(&app, &token, &path).await;
        found.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, wanted);
}

async fn the_first_screen_says_what_is_bad_what_was_and_where_work_goes_on(app: TestApp) {
    let token = monitor(&app);
    let now = app.now();
    let fine =
        add(&app, &token, json!({"agency": "A", "url": "a.example.go.id", "profile": {"groups": ["Kota"]}})).await;
    let down =
        add(&app, &token, json!({"agency": "B", "url": "b.example.go.id", "profile": {"groups": ["Kota", "Desa"]}}))
            .await;
    fares(&app, &fine, "ok", now);
    fares(&app, &down, "down", now);
    let outage = |one: &Value, since: i64, ended: Option<i64>| {
        let id = MonitorId::parse(one["id"].as_str().unwrap()).unwrap();
        let ended = ended.map(|ended| now.plus(-ended));
        app.db
            .write_blocking(move |tx| {
                diesel::insert_into(monitor_outages::table)
                    .values((
                        monitor_outages::monitor_id.eq(id),
                        monitor_outages::since.eq(now.plus(-since)),
                        monitor_outages::confirmed_at.eq(now.plus(MINUTE - since)),
                        monitor_outages::ended_at.eq(ended),
                        monitor_outages::cause.eq("refused"),
                    ))
                    .execute(&mut **tx)?;
                Ok(())
            })
            .unwrap();
    };
    outage(&fine, 40 * HOUR, Some(30 * HOUR));
    outage(&fine, 30 * HOUR, Some(23 * HOUR));
    outage(&down, 40 * HOUR, None);
    let runs = announce(&app, &token, json!({}), "2026-11-23T08:00").await;
    announce(&app, &token, json!({}), "2026-11-24T08:00").await;
    let told = get(&app, &token, "/api/v1/monitoring/summary").await;
    assert_eq!((&told["counts"]["ok"], &told["counts"]["down"]), (&json!(1), &json!(1)));
    assert_eq!(told["worst"].as_array().unwrap().iter().map(|one| &one["agency"]).collect::<Vec<_>>(), ["B"]);
    let outages: Vec<(&str, bool)> = told["outages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["agency"].as_str().unwrap(), one["ended_at"].is_string()))
        .collect();
    assert_eq!((outages, &told["outages_count"]), (vec![("A", true), ("B", false)], &json!(2)));
    assert_eq!(told["windows"].as_array().unwrap().iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&runs]);
    assert_eq!(told["groups"], json!(["Desa", "Kota"]));
}

/// A thousand websites, their days of a year, their hours of 90 days and two outages of each a month. It prints how long the API takes;
/// `cargo test --test suite a_thousand_websites -- --ignored --nocapture`.
#[actix_web::test]
#[ignore = "a measurement; it fills a database for a minute"]
async fn a_thousand_websites_with_a_year_of_history() {
    use diesel::connection::SimpleConnection as _;
    let app = TestApp::new(lamin::db::Engine::Sqlite);
    let token = monitor(&app);
    let list: String = (0..1_000)
        .map(|number| format!("Dinas {number:04},opd{number}.example.go.id,Server {}\n", number % 20))
        .collect();
    let list = format!("agency,url,groups\n{list}");
    let told = import(&app, &token, ("a.csv", list.as_bytes()), None).await.assert_ok().json();
    import(&app, &token, ("a.csv", list.as_bytes()), Some(&told["digest"])).await.assert_ok();
    let now = app.now().micros();
    let row = "good, bad, unknown, quiet, good_ms, slowest_ms) SELECT id";
    let rollups = |seconds: i64, count: i64| {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1) \
             INSERT INTO probe_rollups (monitor_id, span_seconds, begins_at, {row}, {seconds}, {now} - i * {seconds} * 1000000, 60, 0, 0, 0, 9000, 400 \
             FROM monitored_sites, n;"
        )
    };
    let outages = format!(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 23) \
         INSERT INTO monitor_outages (monitor_id, since, confirmed_at, ended_at, cause) SELECT id, {now} - i * 15 * {DAY} - {HOUR}, \
         {now} - i * 15 * {DAY} - {HOUR} + {MINUTE}, {now} - i * 15 * {DAY}, 'refused' FROM monitored_sites, n; \
         UPDATE monitor_states SET state = CASE abs(random()) % 20 WHEN 0 THEN 'down' WHEN 1 THEN 'unstable' ELSE 'ok' END;"
    );
    let fill = format!("{} {} {outages} ANALYZE;", rollups(86_400, 365), rollups(3_600, 90 * 24));
    let filled = move |tx: &mut lamin::db::Tx| Ok((**tx).batch_execute(&fill)?);
    app.db.write_blocking(filled).unwrap();
    let id = get(&app, &token, PATH).await["items"][0]["id"].as_str().unwrap().to_owned();
    for path in [
        "/api/v1/monitoring/summary".to_owned(),
        format!("{PATH}?limit=100"),
        format!("{PATH}?limit=100&order=agency"),
        format!("{PATH}?limit=100&q=dinas+09&group=Server+3"),
        format!("{PATH}/{id}/history?span=day&limit=100"),
        format!("{PATH}/{id}/history?span=hour&limit=100"),
        "/api/v1/monitored.csv".to_owned(),
    ] {
        let mut took = Vec::new();
        for _ in 0..20 {
            let begun = std::time::Instant::now();
            Call::get(&path).token(&token).send(&app).await.assert_ok();
            took.push(begun.elapsed().as_millis());
        }
        took.sort_unstable();
        println!("{path}: median {} ms, slowest {} ms", took[10], took[19]);
    }
}
