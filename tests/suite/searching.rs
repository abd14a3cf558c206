//! Searching by the public API over both databases: what is found, in which order, and that it follows what is live.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use lamin::content::findable;
use lamin::db::schema::{findable as rows, live_entries, revisions, sites};
use lamin::db::{Conn, Engine};
use lamin::identity::Role;
use lamin::kernel::id::{EntryId, SiteId};
use lamin::kernel::page::Limit;
use lamin::publish;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    an_entry_is_found_from_its_publication_to_its_withdrawal,
    what_is_scheduled_is_found_from_its_time_to_its_end,
    what_means_the_same_is_found_and_told,
    every_word_must_be_there_and_the_title_counts_most,
    filters_narrow_and_say_how_many_there_would_be,
    each_language_and_each_site_has_results_of_its_own,
    pages_follow_one_another_until_the_last,
    an_answer_is_kept_until_something_changes,
    what_is_asked_wrongly_is_refused_by_name,
    words_that_are_written_to_break_a_query_find_nothing,
    a_type_without_pages_is_not_found,
    a_changed_type_changes_what_is_found,
    a_change_that_is_read_nowhere_leaves_the_stems_alone,
    an_entry_that_cannot_be_read_holds_up_nothing_and_is_tried_again_at_a_start,
    a_reader_without_a_script_gets_results_on_the_page_itself,
    what_a_reader_writes_is_only_text_and_never_refused,
    a_host_that_only_sends_files_leads_readers_without_a_script_to_the_api,
    the_api_gives_a_page_to_nobody_where_no_form_leads_to_it,
    what_is_withdrawn_is_on_no_page_of_results_although_the_release_still_holds_it,
    the_results_wear_the_theme_of_the_release_that_is_shown,
    what_an_older_lamin_left_is_made_at_the_start_however_often_it_is_cut,
);

async fn ask(app: &TestApp, site: &str, query: &str) -> Reply {
    Call::get(&format!("/delivery/v1/sites/{site}/search?{query}")).send(app).await
}

async fn found(app: &TestApp, query: &str) -> Value {
    ask(app, "portal", query).await.assert_ok().json()
}

fn slugs_of(results: &Value) -> Vec<String> {
    results["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

async fn slugs(app: &TestApp, query: &str) -> Vec<String> {
    slugs_of(&found(app, query).await)
}

/// How many rows say where the words of what is live are.
fn rows_of(app: &TestApp) -> i64 {
    app.db.read_blocking(|c| Ok(rows::table.count().get_result(c)?)).unwrap()
}

async fn revised(item: &Item<'_>, title: &str) {
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"title": title})).await.assert_ok();
}

async fn an_entry_is_found_from_its_publication_to_its_withdrawal(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.written("Perizinan tambang").await;
    for step in ["handed_over", "editing", "filtering", "approved"] {
        item.goes_to(step).await;
        assert_eq!(slugs(&room.app, "q=izin").await.len(), 0, "{step}");
    }
    item.goes_to("published").await;
    assert_eq!(slugs(&room.app, "q=mengizinkan").await, ["perizinan-tambang"]);
    revised(&item, "Pajak restoran").await;
    assert_eq!(slugs(&room.app, "q=izin").await.len(), 1, "what is live stays");
    assert_eq!(slugs(&room.app, "q=restoran").await.len(), 0, "what is worked on is nobody's business");
    item.goes_to("published").await;
    assert_eq!((slugs(&room.app, "q=izin").await.len(), slugs(&room.app, "q=perpajakan").await.len()), (0, 1));
    assert_eq!(rows_of(&room.app), 1);
    item.goes_to("withdrawn").await;
    assert_eq!(slugs(&room.app, "q=pajak").await.len(), 0);
    assert_eq!(rows_of(&room.app), 0);
}

async fn what_is_scheduled_is_found_from_its_time_to_its_end(app: TestApp) {
    let room = Newsroom::open(app);
    let item = room.in_step("approved").await;
    let order = json!({"command": "publish", "publish_at": "2026-11-23T10:00:00+08:00",
        "unpublish_at": "2026-11-23T12:00:00+08:00"});
    item.with_digest(Role::Publisher, order).await.assert_ok();
    for (time, hits) in [("09:59:59", 0), ("10:00:00", 1), ("12:00:00", 0)] {
        room.app.clock.set(&format!("2026-11-23T{time}+08:00"));
        room.run_due();
        assert_eq!(slugs(&room.app, "q=jembatan").await.len(), hits, "{time}");
    }
}

async fn shown(app: &TestApp, entries: &[Live]) -> Portal {
    let portal = Portal::open(app, "portal").await;
    portal.show(app, entries).await;
    portal
}

async fn what_means_the_same_is_found_and_told(app: TestApp) {
    let body = "Bawa **kartu tanda penduduk** dan kartu keluarga.";
    let other = Live::new("berita", "lain").titled("Kartu ucapan").long("body", "Penduduk memberi tanda.");
    shown(&app, &[Live::new("layanan", "pindah").titled("Pindah datang").long("body", body), other]).await;
    let results = found(&app, "q=syarat+e-KTP").await;
    assert_eq!(results["total"], 0, "there is no word of requirements");
    let results = found(&app, "q=KTP").await;
    assert_eq!(slugs_of(&results), ["lain", "pindah"], "stems in any order: the title weighs more");
    assert_eq!(results["understood"][0]["stems"], json!(["ktp"]));
    let also = results["understood"][0]["also"].as_array().unwrap();
    assert!(also.contains(&json!("kartu tanda penduduk")), "{also:?}");
    assert_eq!(results["items"][1]["summary"], "Bawa kartu tanda penduduk dan kartu keluarga.");
}

async fn every_word_must_be_there_and_the_title_counts_most(app: TestApp) {
    let entry = |slug: &str, title: &str, summary: &str, body: &str| {
        Live::new("berita", slug).titled(title).field("summary", summary).long("body", body)
    };
    let entries = [
        entry("isi", "Kabar", "Singkat", "Izin keluar hari ini di loket usaha."),
        entry("ringkasan", "Kabar", "Perizinan usaha", "Panjang."),
        entry("judul", "Izin usaha", "Singkat", "Panjang."),
        entry("satu", "Izin", "Singkat", "Panjang."),
    ];
    shown(&app, &entries).await;
    assert_eq!(slugs(&app, "q=izin+usaha").await, ["judul", "ringkasan", "isi"]);
    assert_eq!(slugs(&app, "q=izin+yang+dan").await.len(), 4, "words that say nothing ask for nothing");
    assert_eq!(found(&app, "q=yang+dan").await["total"], 0);
}

async fn filters_narrow_and_say_how_many_there_would_be(app: TestApp) {
    let entry = |type_key: &str, slug: &str, year: i32, unit: &str| {
        let live = Live::new(type_key, slug).titled("Laporan kinerja").on(&format!("{year}-03-01T08:00:00+08:00"));
        live.field("unit", unit)
    };
    let entries = [
        entry("dokumen", "a", 2024, "Dinas Kesehatan"),
        entry("dokumen", "b", 2025, "Dinas Kesehatan").field("year", 2023),
        entry("berita", "c", 2025, "Dinas Kesehatan"),
        entry("berita", "d", 2025, "Biro Hukum"),
    ];
    shown(&app, &entries).await;
    let results = found(&app, "q=kinerja&unit=dinas-kesehatan&type=dokumen&year=").await;
    assert_eq!(slugs_of(&results).into_iter().collect::<BTreeSet<_>>(), ["a", "b"].map(str::to_owned).into());
    let counts = |name: &str| {
        let list = results["counts"][name].as_array().unwrap();
        list.iter().map(|count| format!("{}: {}", count["key"].as_str().unwrap(), count["count"])).collect::<Vec<_>>()
    };
    assert_eq!(counts("type"), ["dokumen: 2", "berita: 1"], "of that office");
    assert_eq!(counts("year"), ["2024: 1", "2023: 1"], "its own year stands before that of its publication");
    assert_eq!(counts("unit"), ["dinas-kesehatan: 2"]);
    assert_eq!(results["items"][0]["unit"]["title"], "Dinas Kesehatan");
    assert_eq!(slugs(&app, "q=kinerja&year=2025").await.len(), 2);
    assert_eq!(slugs(&app, "q=kinerja&type=puisi").await.len(), 0);
}

async fn each_language_and_each_site_has_results_of_its_own(app: TestApp) {
    let entries = [
        Live::new("berita", "indonesia").titled("Rilis pelabuhan"),
        Live::new("berita", "english").titled("Port permits released").locale("en"),
    ];
    shown(&app, &entries).await;
    let other = Portal::open(&app, "lain").await;
    other.show(&app, &[Live::new("berita", "jauh").titled("Rilis pelabuhan")]).await;
    assert_eq!(slugs(&app, "q=pelabuhan").await, ["indonesia"]);
    assert_eq!(slugs(&app, "q=permit&locale=en").await, ["english"]);
    assert_eq!(slugs(&app, "q=permit").await.len(), 0);
    assert_eq!(slugs_of(&ask(&app, "lain", "q=rilis").await.json()), ["jauh"]);
    ask(&app, "tiada", "q=rilis").await.assert_refused(404, "not_found");
}

async fn pages_follow_one_another_until_the_last(app: TestApp) {
    let entry = |number: i32| {
        let at = format!("2026-11-{:02}T08:00:00+08:00", number + 1);
        Live::new("berita", &format!("kabar-{number}")).titled("Kabar jembatan").on(&at)
    };
    shown(&app, &(0..25).map(entry).collect::<Vec<_>>()).await;
    let (mut query, mut seen) = ("q=jembatan".to_owned(), Vec::new());
    loop {
        let reply = ask(&app, "portal", &query).await.assert_ok();
        assert_eq!(reply.json()["total"], 25);
        seen.extend(slugs_of(&reply.json()));
        let link = reply.header("link").to_owned();
        let next = link.split_once('?').and_then(|(_, rest)| rest.split_once('>'));
        assert_eq!(next.is_some(), reply.json()["next_page"].is_number());
        let Some((next, _)) = next else { break };
        query = next.to_owned();
    }
    let newest_first: Vec<String> = (0..25).rev().map(|number| format!("kabar-{number}")).collect();
    assert_eq!(seen, newest_first);
    assert_eq!(slugs(&app, "q=jembatan&page=4").await.len(), 0);
    assert_eq!(slugs(&app, "q=jembatan&limit=100").await.len(), 25);
}

async fn an_answer_is_kept_until_something_changes(app: TestApp) {
    let portal = shown(&app, &[Live::new("berita", "satu").titled("Jembatan")]).await;
    let path = "/delivery/v1/sites/portal/search?q=jembatan";
    let first = Call::get(path).send(&app).await.assert_ok();
    assert_eq!(first.header("access-control-allow-origin"), "*");
    let again = || Call::get(path).header("If-None-Match", first.header("etag")).send(&app);
    assert_eq!(again().await.status, 304);
    let head = Call::new("HEAD", path).send(&app).await;
    assert_eq!((head.status, head.header("etag")), (200, first.header("etag")));
    portal.show(&app, &[Live::new("berita", "dua").titled("Jembatan baru")]).await;
    assert_eq!(again().await.assert_ok().json()["total"], 2);
}

async fn what_is_asked_wrongly_is_refused_by_name(app: TestApp) {
    shown(&app, &[]).await;
    let long = format!("q={}", "a".repeat(201));
    for (query, field) in [("", "q"), (long.as_str(), "q"), ("q=a&page=x", "page"), ("q=a&year=x", "year")] {
        let reply = ask(&app, "portal", query).await;
        reply.assert_refused(400, "malformed");
        assert_eq!(reply.json()["errors"][0]["field"], field);
    }
    ask(&app, "portal", "q=a&sort=title").await.assert_refused(400, "unknown_parameter");
    ask(&app, "portal", "q=a&limit=0").await.assert_refused(400, "bad_limit");
}

async fn words_that_are_written_to_break_a_query_find_nothing(app: TestApp) {
    shown(&app, &[Live::new("berita", "satu").titled("Jembatan OR kayu")]).await;
    let nasty = [
        "\" OR *",
        "title:jembatan*",
        "') | !('a",
        "NEAR(a b)",
        "\\",
        "{a} : b",
        "ﷺ 𝒜𝒷 ٣٤ क्षि",
        "<script>alert(1)</script>",
    ];
    for text in nasty {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
        let results = found(&app, &query).await;
        let hits = usize::from(text.starts_with("title"));
        assert!(slugs_of(&results).len() <= hits, "{text}: {results}");
    }
    let many: String = (10..50).map(|number| format!("k{number}+")).collect();
    assert_eq!(found(&app, &format!("q={many}")).await["understood"].as_array().unwrap().len(), 16);
    shown_in_scripts(&app).await;
}

/// Letters beyond ASCII are cut and kept alike by both databases.
async fn shown_in_scripts(app: &TestApp) {
    let other = Portal::open(app, "aksara").await;
    let text = "ﷺ Ünïcode 𝒜𝒷𝒸 ٣٤٥ क्षि ลานนา 東京 naïve";
    other.show(app, &[Live::new("berita", "aksara").titled(text)]).await;
    for word in lamin::search::terms(text) {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &word).finish();
        assert_eq!(slugs_of(&ask(app, "aksara", &query).await.json()), ["aksara"], "{word}");
    }
}

async fn a_type_without_pages_is_not_found(app: TestApp) {
    let menu = Live::new("menu", "utama").titled("Menu jembatan");
    shown(&app, &[menu, Live::new("berita", "satu").titled("Jembatan")]).await;
    assert_eq!(slugs(&app, "q=jembatan").await, ["satu"]);
}

/// A type with a choice, changed by somebody who may.
struct Changing<'a> {
    app: &'a TestApp,
    portal: Portal,
    token: String,
}

impl<'a> Changing<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let site = app.site("portal").id;
        let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(site))]);
        let token = app.token(&dewi);
        let changing = Changing { app, portal: Portal { site }, token };
        changing.put("Lowongan", "Sarjana", 0).await;
        let entry = Live::new("kursus-uji", "satu").titled("Perawat").field("level", "a");
        changing.portal.show(app, &[entry, Live::new("berita", "dua").titled("Perawat")]).await;
        changing
    }

    async fn put(&self, title: &str, label: &str, version: i32) {
        let definition = json!({"key": "kursus-uji", "title": {"id": title, "en": "Vacancies"}, "fields": [
            {"key": "title", "kind": "text", "label": {"id": "Judul", "en": "Title"}, "required": true},
            {"key": "level", "kind": "choice", "label": {"id": "Jenjang", "en": "Level"},
             "choices": [{"key": "a", "label": {"id": label, "en": "Any"}}]},
        ]});
        let call = Call::new("PUT", "/api/v1/sites/portal/types/kursus-uji").token(&self.token);
        let call = if version > 0 { call.seen(&json!(version)) } else { call };
        call.json(&definition).send(self.app).await.assert_ok();
        self.app.live_changed();
    }

    async fn by_each_label(&self) -> (usize, usize) {
        (slugs(self.app, "q=sarjana").await.len(), slugs(self.app, "q=magister").await.len())
    }
}

/// How many rows wait for their stems.
fn stale(app: &TestApp) -> i64 {
    app.db.read_blocking(|c| Ok(rows::table.filter(rows::mark.eq("")).count().get_result(c)?)).unwrap()
}

fn stems_version(app: &TestApp, site: SiteId) -> i64 {
    app.db.read_blocking(move |c| Ok(sites::table.find(site).select(sites::stems_version).first(c)?)).unwrap()
}

fn run_due(app: &TestApp) -> usize {
    lamin::jobs::run_due(app, &lamin::boot::handlers()).unwrap()
}

async fn a_changed_type_changes_what_is_found(app: TestApp) {
    let changing = Changing::open(&app).await;
    let before = stems_version(&app, changing.portal.site);
    assert_eq!(changing.by_each_label().await, (1, 0));
    changing.put("Lowongan", "Magister", 1).await;
    assert_eq!(changing.by_each_label().await, (1, 0), "no stem is made in the transaction of the change");
    assert_eq!(stale(&app), 1, "of that type alone");
    assert_eq!(run_due(&app), 1);
    assert_eq!((changing.by_each_label().await, stale(&app)), ((0, 1), 0));
    assert_eq!(stems_version(&app, changing.portal.site), before + 1);
}

async fn a_change_that_is_read_nowhere_leaves_the_stems_alone(app: TestApp) {
    let changing = Changing::open(&app).await;
    changing.put("Kursus", "Sarjana", 1).await;
    assert_eq!((stale(&app), run_due(&app)), (0, 0));
    let results = found(&app, "q=sarjana").await;
    assert_eq!(results["counts"]["type"][0]["title"], "Kursus", "how it is named is seen at once");
}

async fn an_entry_that_cannot_be_read_holds_up_nothing_and_is_tried_again_at_a_start(app: TestApp) {
    let portal = shown(&app, &[Live::new("berita", "satu").titled("Jembatan")]).await;
    let other = Portal::open(&app, "lain").await;
    other.show(&app, &[Live::new("berita", "dua").titled("Jembatan")]).await;
    let site = portal.site;
    let body = move |c: &mut Conn| {
        let live = live_entries::table.filter(live_entries::site_id.eq(site)).select(live_entries::entry_id);
        let entry = live.first::<EntryId>(c)?;
        let body = revisions::table.filter(revisions::entry_id.eq(entry)).select(revisions::body).first::<String>(c)?;
        Ok((entry, body))
    };
    let (entry, whole) = app.db.read_blocking(body).unwrap();
    // Of the same part as the one that cannot be read.
    portal.show(&app, &[Live::new("berita", "tiga").titled("Jembatan")]).await;
    app.db.write_blocking(|tx| forget_stems(tx)).unwrap();
    let before = [portal.site, other.site].map(|site| stems_version(&app, site));
    let write = |text: &str| {
        let of_entry = revisions::table.filter(revisions::entry_id.eq(entry));
        app.db
            .write_blocking(|tx| Ok(diesel::update(of_entry).set(revisions::body.eq(text)).execute(&mut **tx)?))
            .unwrap();
    };
    write("torn");
    findable::service::follow(&app, false).unwrap();
    assert_eq!(run_due(&app), 1);
    app.live_changed();
    let hits = async || (slugs(&app, "q=jembatan").await, slugs_of(&ask(&app, "lain", "q=jembatan").await.json()));
    assert_eq!(hits().await, (vec!["tiga".to_owned()], vec!["dua".to_owned()]));
    let after = [portal.site, other.site].map(|site| stems_version(&app, site));
    assert_eq!(after, before.map(|version| version + 1), "who holds a site in memory reads it again once");
    findable::service::follow(&app, false).unwrap();
    assert_eq!(run_due(&app), 0, "it is told once, and nobody waits for it");
    write(&whole);
    findable::service::follow(&app, true).unwrap();
    assert_eq!(run_due(&app), 1, "a start tries again");
    assert_eq!(hits().await.0.len(), 2);
    findable::service::follow(&app, true).unwrap();
    assert_eq!(run_due(&app), 0);
}

/// Leaves the tables as a migration makes them: a row for each live entry, and no stem.
fn forget_stems(connection: &mut Conn) -> lamin::kernel::Result<()> {
    match connection {
        Conn::Sqlite(sqlite) => diesel::sql_query("DELETE FROM findable_words").execute(sqlite)?,
        Conn::Postgres(postgres) => diesel::sql_query("DELETE FROM findable_words").execute(postgres)?,
    };
    diesel::update(rows::table).set((rows::mark.eq(""), rows::summary.eq(""))).execute(connection)?;
    Ok(())
}

async fn what_an_older_lamin_left_is_made_at_the_start_however_often_it_is_cut(app: TestApp) {
    let entry = |number: i32| Live::new("berita", &format!("kabar-{number}")).titled("Kabar jembatan");
    let portal = shown(&app, &(0..200).map(entry).collect::<Vec<_>>()).await;
    let other = Portal::open(&app, "lain").await;
    other.show(&app, &[entry(0)]).await;
    let before = [portal.site, other.site].map(|site| stems_version(&app, site));
    app.db.write_blocking(|tx| forget_stems(tx)).unwrap();
    app.live_changed();
    assert_eq!(found(&app, "q=jembatan").await["total"], 0);
    // What another process had done before it was killed, and what changed meanwhile.
    let some = app.db.read_blocking(findable::store::outdated).unwrap();
    assert_eq!(some.len(), 201);
    let of_portal = some.iter().filter(|(site, _)| *site == portal.site).map(|(_, entry)| *entry);
    let done: Vec<EntryId> = of_portal.take(7).collect();
    app.db.write_blocking(|tx| findable::store::keep(tx, &done)).unwrap();
    portal.hide(&app, &entry(3)).await;
    portal.show(&app, &[entry(201)]).await;
    findable::service::follow(&app, true).unwrap();
    assert_eq!(run_due(&app), 1);
    assert_eq!(found(&app, "q=jembatan").await["total"], 200);
    let after = [portal.site, other.site].map(|site| stems_version(&app, site));
    assert_eq!(after, before.map(|version| version + 1), "once for each site, however many parts it had");
    let again = findable::service::catch_up(&app).unwrap();
    assert_eq!((again.entries, again.failure.is_none()), (0, true));
}

/// Pages in which FTS5 notes what is gone; behind all that hold stems (`FTS5_TOMBSTONE_ROWID` of its source).
fn pages_of_what_is_gone(app: &TestApp) -> i64 {
    let held = "SELECT count(*) AS held FROM findable_words_data WHERE id >= 1 << 53";
    let held = app.db.read_blocking(|connection| Ok(diesel::sql_query(held).get_result::<Held>(connection)?));
    held.unwrap().held
}

#[derive(diesel::QueryableByName)]
struct Held {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    held: i64,
}

#[actix_web::test]
async fn what_older_stems_left_behind_is_taken_out() {
    let app = TestApp::new(Engine::Sqlite);
    let entry = |number: i32| Live::new("berita", &format!("kabar-{number}")).titled("Kabar jembatan");
    let portal = shown(&app, &(0..150).map(entry).collect::<Vec<_>>()).await;
    let again = |entries: &[EntryId]| app.db.write_blocking(|tx| findable::store::keep(tx, entries)).unwrap();
    app.db.write_blocking(|tx| findable::store::mark_stale(tx, portal.site, "berita")).unwrap();
    let all: Vec<EntryId> =
        app.db.read_blocking(findable::store::outdated).unwrap().into_iter().map(|of| of.1).collect();
    again(&all[..5]);
    assert!(pages_of_what_is_gone(&app) > 0);
    let mut is_first = true;
    while app.db.write_blocking(|tx| findable::store::tidy(tx, is_first)).unwrap() {
        is_first = false;
    }
    assert_eq!(pages_of_what_is_gone(&app), 0);
    let done = findable::service::catch_up(&app).unwrap();
    assert_eq!((done.entries, done.failure.is_none()), (145, true));
    assert_eq!(pages_of_what_is_gone(&app), 0);
    assert_eq!(found(&app, "q=jembatan").await["total"], 150);
}

/// A published site with what our server shows of it.
async fn published(app: &TestApp) -> Portal {
    let at = |number: i32| format!("2026-11-{:02}T08:00:00+08:00", number + 1);
    let entry = |number: i32| Live::new("berita", &format!("kabar-{number}")).titled("Kabar jembatan").on(&at(number));
    let service = Live::new("layanan", "ktp").titled("Cetak <b>KTP</b> & akta").field("unit", "Dinas Dukcapil");
    let english = Live::new("berita", "permits").titled("Building permits").locale("en");
    let portal = shown(app, &(0..25).map(entry).chain([service, english]).collect::<Vec<_>>()).await;
    crate::publish::build(app, lamin::publish::model::Mode::Fresh);
    portal
}

async fn page(app: &TestApp, path: &str) -> Reply {
    Call::get(path).header("Host", "portal.localhost").send(app).await
}

async fn a_reader_without_a_script_gets_results_on_the_page_itself(app: TestApp) {
    published(&app).await;
    let plain = page(&app, "/cari/").await.assert_ok();
    assert!(plain.text.contains("<noscript>") && plain.text.contains("action=\"/cari/\""), "{}", plain.text);
    let first = page(&app, "/cari/?q=jembatan&type=&year=&unit=").await.assert_ok();
    assert!(first.text.contains("25 hasil ditemukan.") && !first.text.contains("<noscript>"), "{}", first.text);
    assert_eq!(first.text.matches("<li><h2><a href=\"/berita/kabar-").count(), 10);
    assert!(first.text.contains("value=\"jembatan\"") && first.text.contains("25 November 2026"));
    assert_eq!((first.header("cache-control"), first.header("x-robots-tag")), ("public, max-age=30", "noindex"));
    assert!(first.header("content-security-policy").contains("form-action 'self'"));
    assert!(first.text.contains("<!DOCTYPE html>") && first.text.contains("</html>"), "the page around it stays");
    assert!(first.text.contains("<title>jembatan | "), "{}", first.text);
    let next = first.text.split("<a href=\"/cari/?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let second = page(&app, &format!("/cari/?{next}")).await.assert_ok();
    assert!(second.text.contains("kabar-14") && !second.text.contains("kabar-24"), "{}", second.text);
    let narrowed = page(&app, "/cari/?q=kartu+tanda+penduduk&unit=dinas-dukcapil").await.assert_ok().text;
    assert!(
        narrowed.contains("Cetak &lt;b&gt;KTP&lt;/b&gt; &amp; akta") && narrowed.contains("Juga dicari: "),
        "{narrowed}"
    );
    assert!(narrowed.contains("<option value=\"dinas-dukcapil\" selected>Dinas Dukcapil (1)</option>"), "{narrowed}");
    let english = page(&app, "/en/cari/?q=permit").await.assert_ok().text;
    assert!(english.contains("1 result found.") && english.contains("href=\"/en/berita/permits/\""), "{english}");
}

async fn what_a_reader_writes_is_only_text_and_never_refused(app: TestApp) {
    published(&app).await;
    let script: String = url::form_urlencoded::byte_serialize(b"\"><script>alert(1)</script>").collect();
    let answer = page(&app, &format!("/cari/?q={script}")).await.assert_ok().text;
    assert!(!answer.contains("<script>alert") && answer.contains("&lt;script&gt;alert(1)"), "{answer}");
    assert!(answer.contains("Tidak ada hasil"));
    assert!(answer.contains("<title>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; | "), "{answer}");
    let long = "a".repeat(5000);
    let strange = [
        long.as_str(),
        "%00%01",
        "x&page=0",
        "x&page=99999999999999999999",
        "x&year=dua",
        "x&colour=red",
        "yang",
        "%ff",
    ];
    for query in strange {
        assert_eq!(page(&app, &format!("/cari/?q={query}")).await.status, 200, "{query:.40}");
    }
    assert_eq!(page(&app, "/cari/?q=").await.assert_ok().text, page(&app, "/cari/").await.text);
    let head = Call::new("HEAD", "/cari/?q=jembatan").header("Host", "portal.localhost").send(&app).await;
    assert_eq!(head.status, 200);
}

/// What a browser says that it takes.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn api_page(app: &TestApp, query: &str) -> Reply {
    Call::get(&format!("/delivery/v1/sites/portal/search?{query}")).header("Accept", BROWSER).send(app).await
}

async fn a_host_that_only_sends_files_leads_readers_without_a_script_to_the_api(app: TestApp) {
    let settings = Live::new("pengaturan", "situs").field("base_url", "https://portal.example");
    let portal = published(&app).await;
    portal.show(&app, &[settings.field("api_url", "https://api.example/")]).await;
    crate::publish::build(&app, lamin::publish::model::Mode::Changed);
    let tree = crate::publish::tree(&crate::publish::current(&app));
    let form = "action=\"https://api.example/delivery/v1/sites/portal/search\"";
    for (path, locale) in [("index.html", "id"), ("cari/index.html", "id"), ("en/index.html", "en")] {
        let html = crate::publish::text(&tree, path);
        assert!(html.contains(form) && html.contains(&format!("name=\"locale\" value=\"{locale}\"")), "{path}: {html}");
    }
    assert!(crate::publish::text(&tree, "index.html").contains("data-own=\"/cari/\""));
    let allowed = "form-action 'self' https://api.example;";
    for path in ["/", "/cari/", "/cari/?q=jembatan", "/tidak-ada/"] {
        assert!(page(&app, path).await.header("content-security-policy").contains(allowed), "{path}");
    }

    let first = api_page(&app, "q=jembatan&locale=id").await.assert_ok();
    assert!(first.header("content-type").starts_with("text/html") && first.header("vary").contains("Accept"));
    let policy = first.header("content-security-policy");
    assert!(policy.contains("base-uri https://portal.example;") && !policy.contains("script"), "{policy}");
    assert!(first.text.contains("<base href=\"https://portal.example/\">") && !first.text.contains("<script"));
    assert!(
        first.text.contains("25 hasil ditemukan.")
            && first.text.contains("<title>jembatan | ")
            && first.text.contains(form)
    );
    assert!(
        first
            .text
            .contains("href=\"https://api.example/delivery/v1/sites/portal/search?q=jembatan&amp;locale=id#_isi\"")
    );
    let before = first.text.split("\" rel=\"next\"").next().unwrap();
    let next =
        before.rsplit("https://api.example/delivery/v1/sites/portal/search?").next().unwrap().replace("&amp;", "&");
    let second = api_page(&app, &next).await.assert_ok();
    assert!(second.text.contains("kabar-14") && !second.text.contains("kabar-24"), "{next}: {}", second.text);
    let english = api_page(&app, "q=permit&locale=en").await.assert_ok().text;
    assert!(english.contains("1 result found.") && english.contains("name=\"locale\" value=\"en\""), "{english}");
    assert!(api_page(&app, "q=&locale=xx-").await.assert_ok().text.contains("id=\"kata\""), "the plain page");
    let program = ask(&app, "portal", "q=jembatan").await.assert_ok();
    assert_eq!((&program.json()["total"], program.header("vary").contains("Accept")), (&json!(25), true));
}

async fn the_api_gives_a_page_to_nobody_where_no_form_leads_to_it(app: TestApp) {
    published(&app).await;
    assert_eq!(api_page(&app, "q=jembatan").await.assert_ok().json()["total"], 25);
    assert!(page(&app, "/").await.header("content-security-policy").contains("form-action 'self';"));
    Call::get("/delivery/v1/sites/tiada/search?q=a")
        .header("Accept", BROWSER)
        .send(&app)
        .await
        .assert_refused(404, "not_found");
}

async fn what_is_withdrawn_is_on_no_page_of_results_although_the_release_still_holds_it(app: TestApp) {
    let portal = published(&app).await;
    assert!(page(&app, "/cari/?q=akta").await.text.contains("/layanan/ktp/"));
    portal.hide(&app, &Live::new("layanan", "ktp")).await;
    assert!(!page(&app, "/cari/?q=akta").await.assert_ok().text.contains("/layanan/ktp/"));
}

#[expect(clippy::disallowed_methods, reason = "a test's own theme")]
fn theme(folder: &std::path::Path, name: &str) {
    let own = folder.join("portal");
    std::fs::create_dir_all(own.join("templates/parts")).unwrap();
    std::fs::write(own.join("theme.toml"), "title = \"Anak\"\nextends = \"lamin\"\n").unwrap();
    let results = ["{% if found %}<p>", name, ": {{ found.told }}</p>{% endif %}"].concat();
    std::fs::write(own.join("templates/parts/found.html"), results).unwrap();
}

async fn the_results_wear_the_theme_of_the_release_that_is_shown(app: TestApp) {
    let themes = tempfile::tempdir().unwrap();
    theme(themes.path(), "the first");
    let app = TestApp::with(app.db.engine(), &[("themes_folder", themes.path().to_str().unwrap())]);
    let portal = published(&app).await;
    let shown = async || page(&app, "/cari/?q=jembatan").await.assert_ok().text;
    theme(themes.path(), "the second");
    crate::publish::themes::approve(&app, "portal").await;
    crate::publish::build(&app, lamin::publish::model::Mode::Changed);
    assert!(shown().await.contains("the second: 25 hasil"));
    let publisher = app.user("penerbit", &[(Role::Publisher, Some(portal.site))]);
    let releases = app.db.read_blocking(|c| publish::service::releases(c, portal.site, Limit::new(Some(9))?, None));
    let first = releases.unwrap().items.pop().unwrap();
    publish::back::activate(&app, &publisher, first.id).unwrap();
    // Nobody asked the first while its theme was live: nothing remembers it.
    assert!(shown().await.contains("the first: 25 hasil"), "its page around the results is that of the first, too");
}

/// Chance that is the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Words of which some are common and most are not.
    fn words(&mut self, count: usize) -> String {
        const WORDS: [&str; 24] = [
            "izin",
            "usaha",
            "perizinan",
            "ktp",
            "kartu tanda penduduk",
            "puskesmas",
            "jembatan",
            "anggaran",
            "laporan",
            "kinerja",
            "bupati",
            "gubernur",
            "sekolah",
            "guru",
            "pajak",
            "retribusi",
            "banjir",
            "bantuan",
            "layanan",
            "pelayanan",
            "perda",
            "peraturan daerah",
            "desa",
            "kecamatan",
        ];
        let some: Vec<&str> = (0..count).map(|_| WORDS[self.below(WORDS.len()).min(self.below(WORDS.len()))]).collect();
        some.join(" ")
    }

    /// The entry of a number, with words that are others each time.
    fn entry(&mut self, number: usize) -> Live {
        let at = format!("2026-{:02}-{:02}T08:00:00+08:00", 1 + number / 28, 1 + number % 28);
        let live = Live::new(["berita", "layanan", "dokumen"][number % 3], &format!("e-{number}"));
        let live = live.titled(&self.words(3)).field("summary", self.words(4)).long("body", self.words(12));
        live.locale(if number % 7 == 6 { "en" } else { "id" }).on(&at)
    }
}

fn corpus() -> Vec<Live> {
    let mut chance = Chance(7);
    (0..120).map(|number| chance.entry(number)).collect()
}

/// What is found of everything in an order of worth, in both languages.
async fn all_found(app: &TestApp) -> Vec<(Vec<String>, Value)> {
    let mut all = Vec::new();
    for query in ["izin", "usaha+ktp", "kartu+penduduk", "puskesmas", "perda", "sekolah+desa", "kecamatan"] {
        for locale in ["id", "en"] {
            let results = found(app, &format!("q={query}&locale={locale}&limit=100")).await;
            all.push((slugs_of(&results), results["counts"].clone()));
        }
    }
    all
}

#[actix_web::test]
async fn what_is_kept_in_memory_of_a_search_follows_each_change() {
    let [kept, anew] = [TestApp::new(Engine::Sqlite), TestApp::new(Engine::Postgres)];
    let mut chance = Chance(11);
    let first: Vec<Live> = (0..30).map(|number| chance.entry(number)).collect();
    let portals = [shown(&kept, &first).await, shown(&anew, &first).await];
    let by_slug = |entries: Vec<Live>| entries.into_iter().map(|entry| (entry.slug.clone(), entry));
    let mut live: BTreeMap<String, Live> = by_slug(first).collect();
    for step in 0..30 {
        let before = all_found(&kept).await;
        let gone = (step % 5 == 1).then(|| live.keys().nth(chance.below(live.len())).unwrap().clone());
        let gone = gone.and_then(|slug| live.remove(&slug));
        // Once more than what is followed entry by entry.
        let changed: Vec<Live> = match (step, chance.below(3)) {
            (17, _) => (30 + step..130).map(|number| chance.entry(number)).collect(),
            (_, 0) => vec![chance.entry(30 + step)],
            (_, some) => {
                let numbers: Vec<usize> = (0..some).map(|_| chance.below(30 + step)).collect();
                numbers.into_iter().map(|number| chance.entry(number)).collect()
            }
        };
        for (app, portal) in [&kept, &anew].into_iter().zip(&portals) {
            if let Some(gone) = &gone {
                portal.hide(app, gone).await;
            }
            portal.show(app, &changed).await;
        }
        live.extend(by_slug(changed));
        let site = portals[1].site;
        anew.db.write(move |tx| findable::store::raise(tx, site)).await.unwrap();
        anew.live_changed();
        let after = all_found(&kept).await;
        assert_eq!(after, all_found(&anew).await, "step {step}");
        assert_ne!(after, before, "step {step}");
    }
}

#[actix_web::test]
async fn both_databases_give_the_same_results_in_the_same_order() {
    let apps = [TestApp::new(Engine::Sqlite), TestApp::new(Engine::Postgres)];
    for app in &apps {
        shown(app, &corpus()).await;
    }
    let queries = [
        "izin",
        "izin+usaha",
        "ktp",
        "perda+pajak",
        "pelayanan",
        "kinerja+laporan+anggaran",
        "desa&type=berita",
        "guru&year=2026",
    ];
    for query in queries {
        let query = format!("q={query}&limit=100");
        let [one, other] = [found(&apps[0], &query).await, found(&apps[1], &query).await];
        assert!(!slugs_of(&one).is_empty(), "{query}");
        assert_eq!(slugs_of(&one), slugs_of(&other), "{query}");
        assert_eq!((&one["counts"], &one["total"]), (&other["counts"], &other["total"]), "{query}");
    }
}

#[actix_web::test]
async fn the_api_finds_what_the_page_finds() {
    let app = TestApp::new(Engine::Sqlite);
    shown(&app, &corpus()).await;
    crate::publish::build(&app, lamin::publish::model::Mode::Fresh);
    let tree = crate::publish::tree(&crate::publish::current(&app));
    for query in ["guru", "izin usaha pajak", "e-KTP pajak", "peraturan daerah pajak", "melayani", "jembatan banjir"] {
        let by_page = crate::publish::search::found(&tree, "cari/", query);
        let asked: String =
            url::form_urlencoded::Serializer::new("limit=100&".to_owned()).append_pair("q", query).finish();
        let results = found(&app, &asked).await;
        let path = |item: &Value| url::Url::parse(item["url"].as_str().unwrap()).unwrap().path().to_owned();
        let by_api: BTreeSet<String> = results["items"].as_array().unwrap().iter().map(path).collect();
        assert!((1..100).contains(&by_page.len()), "{query}: {}", by_page.len());
        assert_eq!(by_api, by_page, "{query}");
    }
}
