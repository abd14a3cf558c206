//! The public API over both databases: what it shows, how it is asked, how soon it follows.

use std::collections::BTreeMap;

use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{test, web};
use diesel::prelude::*;
use lamin::content;
use lamin::db::schema::sites;
use lamin::delivery::{self, Model};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};
use utoipa_actix_web::AppExt;

use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::TestApp;

on_both!(
    a_list_shows_cards_and_an_entry_everything,
    every_filter_selects_what_it_says,
    every_sort_orders_as_it_says,
    walking_pages_meets_every_entry_once_even_while_entries_come_and_go,
    only_what_is_live_is_visible,
    an_answer_that_did_not_change_is_304,
    any_origin_may_read_problems_too,
    what_is_asked_wrongly_is_refused_by_name,
    markup_in_fields_is_only_text_and_bodies_are_safe,
    a_commit_of_this_process_is_seen_by_the_next_request,
    a_commit_of_another_process_is_seen_within_a_quarter_of_a_second,
    settings_decide_where_addresses_begin,
    translations_come_along_when_asked_for,
    an_entry_that_moved_is_found_at_its_former_address,
    sites_do_not_mix,
    a_sites_own_type_is_shown_as_it_defines,
    what_followed_changes_equals_what_is_read_anew,
    an_answer_is_kept_within_its_bytes,
    the_answer_about_an_entry_outlives_what_is_published_beside_it,
);

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[track_caller]
    fn refused(&self, status: u16, code: &str, field: &str) {
        let problem = self.json();
        assert_eq!((self.status.as_u16(), problem["code"].as_str()), (status, Some(code)), "{problem}");
        if !field.is_empty() {
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
    }
}

async fn ask(app: &TestApp, model: &Model, request: test::TestRequest) -> Reply {
    let (service, _) = actix_web::App::new()
        .into_utoipa_app()
        .app_data(web::Data::new(app.app.clone()))
        .app_data(web::Data::new(model.clone()))
        .configure(delivery::routes)
        .split_for_parts();
    let service = test::init_service(service).await;
    let response = test::call_service(&service, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
    Reply { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// A portal, and a model of its own.
struct Desk {
    app: TestApp,
    portal: Portal,
    model: Model,
}

impl Desk {
    async fn with(app: TestApp, entries: &[Live]) -> Self {
        let portal = Portal::open(&app, "portal").await;
        portal.show(&app, entries).await;
        Desk { app, portal, model: Model::new(1 << 20) }
    }

    async fn get(&self, path: &str) -> Reply {
        let path = format!("/delivery/v1/sites/portal/entries{path}");
        ask(&self.app, &self.model, test::TestRequest::get().uri(&path)).await
    }

    /// The slugs of a list.
    async fn slugs(&self, query: &str) -> Vec<String> {
        let reply = self.get(&format!("?{query}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        let list = reply.json();
        let slug = |item: &Value| item["slug"].as_str().unwrap().to_owned();
        list["items"].as_array().unwrap().iter().map(slug).collect()
    }
}

fn some_entries() -> Vec<Live> {
    vec![
        Live::new("berita", "jembatan")
            .titled("Jembatan Dibuka")
            .on("2026-11-01T08:00:00+08:00")
            .category("infrastruktur")
            .tags(&["jalan", "Pelayanan Publik"]),
        Live::new("berita", "air")
            .titled("air bersih")
            .on("2026-11-02T08:00:00+08:00")
            .category("kesehatan")
            .tags(&["air"])
            .field("source", "Dinas Kesehatan"),
        Live::new("berita", "banjir").titled("Banjir Surut").on("2026-11-03T08:00:00+08:00").tags(&["air", "jalan"]),
        Live::new("dokumen", "laporan")
            .titled("Laporan")
            .on("2026-10-05T08:00:00+08:00")
            .field("kind", "laporan")
            .field("year", 2025),
        Live::new("dokumen", "rencana")
            .titled("Rencana")
            .on("2026-10-06T08:00:00+08:00")
            .field("kind", "rencana")
            .field("year", 2026),
        Live::new("agenda", "festival")
            .titled("Festival")
            .on("2026-09-01T08:00:00+08:00")
            .field("start", "2026-12-01T09:00:00+08:00"),
        Live::new("agenda", "pasar")
            .titled("Pasar")
            .on("2026-09-02T08:00:00+08:00")
            .field("start", "2026-12-01T00:30:00Z"),
        Live::new("berita", "bridge")
            .titled("Bridge Opens")
            .on("2026-11-01T09:00:00+08:00")
            .locale("en")
            .translates("jembatan"),
    ]
}

async fn a_list_shows_cards_and_an_entry_everything(app: TestApp) {
    let photo = Live::asset(&app, "bus.jpg", "image/jpeg", Some((640, 480)));
    let entry = Live::new("berita", "bus")
        .titled("Bus Baru")
        .category("infrastruktur")
        .tags(&["jalan"])
        .on("2026-11-01T08:00:00+08:00")
        .field("summary", "Dua rute.")
        .field("image", photo.digest.as_str())
        .field("image_alt", "Bus hijau")
        .long("body", format!("Rute **baru**.\n\n![Peta](asset:{})\n", photo.digest));
    let desk = Desk::with(app, &[]).await;
    desk.portal.store_asset(&desk.app, &photo).await;
    desk.portal.show(&desk.app, &[entry]).await;
    let list = desk.get("?filter[type]=berita").await.json();
    let item = &list["items"][0];
    let shown = json!({
        "type": "berita", "slug": "bus", "locale": "id", "step": "published", "title": "Bus Baru",
        "category": "infrastruktur", "tags": ["jalan"], "published_at": "2026-11-01T00:00:00Z",
        "updated_at": "2026-11-01T00:00:00Z", "version": 1, "url": "http://localhost:8080/berita/bus/",
    });
    for (name, value) in shown.as_object().unwrap() {
        assert_eq!(&item[name], value, "{name}");
    }
    let picture = &item["fields"]["image"];
    let path = format!("http://localhost:8080/media/{}/bus.jpg", &photo.digest.as_str()[..16]);
    assert_eq!(picture["url"], path.as_str());
    assert_eq!(
        (&picture["width"], &picture["height"], &picture["alt"]),
        (&json!(640), &json!(480), &json!("Bus hijau"))
    );
    assert_eq!(picture["media_type"], "image/jpeg");
    assert!(item["fields"].get("body").is_none(), "lists hold no bodies");
    assert!(list.get("next_cursor").is_none() && list.get("total").is_none());

    let whole = desk.get("/berita/bus").await.json();
    let body = whole["fields"]["body"].as_str().unwrap();
    assert!(body.contains("<strong>baru</strong>") && body.contains(&path), "{body}");
    assert_eq!(whole["fields"]["image"]["alt"], "Bus hijau");
    let source = desk.get("/berita/bus?format=markdown").await.json();
    let source = source["fields"]["body"].as_str().unwrap();
    assert!(source.contains("**baru**") && source.contains(&format!("![Peta]({path})")), "{source}");

    let chosen = desk.get("?fields=summary,body").await.json();
    let fields = chosen["items"][0]["fields"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["body", "summary"]);
    assert!(fields["body"].as_str().unwrap().contains("<strong>"));
    let chosen = desk.get("/berita/bus?fields=summary").await.json();
    assert_eq!(chosen["fields"], json!({"summary": "Dua rute."}));
    assert_eq!(desk.get("?total=true&limit=1").await.json()["total"], 1);
}

async fn every_filter_selects_what_it_says(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    for (query, wanted) in [
        ("filter[type][eq]=agenda", "pasar festival"),
        ("filter[type]=agenda", "pasar festival"),
        ("filter[type][ne]=berita", "rencana laporan pasar festival"),
        ("filter[type][in]=agenda,dokumen", "rencana laporan pasar festival"),
        ("filter[category]=kesehatan", "air"),
        ("filter[category][ne]=kesehatan&filter[type]=berita", "banjir jembatan"),
        ("filter[tag]=air", "banjir air"),
        ("filter[tag]=pelayanan%20publik", "jembatan"),
        ("filter[tag]=pelayanan-publik", "jembatan"),
        ("filter[tag][prefix]=pelayanan", "jembatan"),
        ("filter[tag][in]=air,jalan", "banjir air jembatan"),
        ("filter[tag][ne]=air&filter[type]=berita", "jembatan"),
        ("filter[tag]=air&filter[tag][eq]=jalan", "banjir"),
        ("filter[tag]=tidak-ada", ""),
        ("filter[locale]=en", "bridge"),
        ("locale=en", "bridge"),
        ("locale=bjn", ""),
        ("filter[slug]=air", "air"),
        ("filter[slug][prefix]=b", "banjir"),
        ("filter[title][prefix]=JEMB", "jembatan"),
        ("filter[title]=Air%20Bersih", "air"),
        ("filter[published_at]=2026-11-02", "air"),
        ("filter[published_at][gte]=2026-11-02&filter[published_at][lt]=2026-11-03", "air"),
        ("filter[published_at][gt]=2026-11-02", "banjir"),
        ("filter[published_at][lte]=2026-09", "pasar festival"),
        ("filter[updated_at][gte]=2026-11-03T00:00:00Z", "banjir"),
        ("filter[year]=2026", "rencana"),
        ("filter[year][lt]=2026", "laporan"),
        ("filter[year][in]=2025,2026", "rencana laporan"),
        ("filter[year][ne]=2026&filter[type]=dokumen", "laporan"),
        ("filter[kind]=laporan", "laporan"),
        ("filter[source][prefix]=dinas", "air"),
        ("filter[start][lt]=2026-12-01T00:45:00Z", "pasar"),
        ("filter[start]=2026-12-01", "pasar festival"),
        ("filter[start][gt]=2026-12-01", ""),
    ] {
        let wanted: Vec<_> = wanted.split_whitespace().collect();
        assert_eq!(desk.slugs(query).await, wanted, "{query}");
        let total = desk.get(&format!("?{query}&total=true&limit=1")).await.json();
        assert_eq!(total["total"], wanted.len(), "{query}");
    }
}

async fn every_sort_orders_as_it_says(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    for (query, wanted) in [
        ("", "banjir air jembatan rencana laporan pasar festival"),
        ("sort=published_at", "festival pasar laporan rencana jembatan air banjir"),
        ("sort=title", "air banjir festival jembatan laporan pasar rencana"),
        ("sort=-title", "rencana pasar laporan jembatan festival banjir air"),
        ("sort=slug&limit=2", "air banjir"),
        ("sort=start&filter[type]=agenda", "pasar festival"),
        ("sort=-start&filter[type]=agenda", "festival pasar"),
        ("sort=year&limit=2", "laporan rencana"),
        ("sort=-year&limit=2", "rencana laporan"),
        ("sort=-updated_at&limit=2", "banjir air"),
    ] {
        let wanted: Vec<_> = wanted.split_whitespace().collect();
        assert_eq!(desk.slugs(query).await, wanted, "{query}");
    }
}

async fn walking_pages_meets_every_entry_once_even_while_entries_come_and_go(app: TestApp) {
    let many: Vec<Live> = (0..23)
        .map(|number| {
            let kind = if number % 3 == 0 { "dokumen" } else { "berita" };
            Live::new(kind, &format!("s-{number:02}"))
                .titled(&format!("Judul {}", number % 4))
                .on("2026-11-01T08:00:00+08:00")
        })
        .collect();
    let desk = Desk::with(app, &many).await;
    for sort in ["", "&sort=published_at", "&sort=title", "&sort=-title", "&sort=-slug", "&filter[type]=berita"] {
        let (mut met, mut next) = (BTreeMap::<String, u32>::new(), Some(format!("?limit=5{sort}")));
        let mut pages = 0;
        while let Some(query) = next {
            let reply = desk.get(&query).await;
            let list = reply.json();
            for item in list["items"].as_array().unwrap() {
                *met.entry(item["slug"].as_str().unwrap().into()).or_default() += 1;
            }
            pages += 1;
            // Something newer comes and goes between any two pages.
            let passing =
                Live::new("berita", &format!("lewat-{pages}")).titled("Lewat").on("2026-11-02T08:00:00+08:00");
            desk.portal.show(&desk.app, std::slice::from_ref(&passing)).await;
            if pages % 2 == 0 {
                desk.portal.hide(&desk.app, &passing).await;
            }
            let link = reply.header(header::LINK);
            next = list["next_cursor"].as_str().map(|cursor| {
                assert!(link.contains(cursor) && link.ends_with("; rel=\"next\""), "{link}");
                let address = link.split(['<', '>']).nth(1).unwrap();
                address.strip_prefix("/delivery/v1/sites/portal/entries").unwrap().to_owned()
            });
            assert_eq!(next.is_none(), link.is_empty());
        }
        assert!(met.values().all(|count| *count == 1), "{sort}: {met:?}");
        let wanted = if sort.contains("filter") { 15 } else { 23 };
        assert_eq!(met.keys().filter(|slug| slug.starts_with("s-")).count(), wanted, "{sort}");
        for page in 1..=pages {
            desk.portal.hide(&desk.app, &Live::new("berita", &format!("lewat-{page}"))).await;
        }
    }
}

async fn only_what_is_live_is_visible(app: TestApp) {
    let desk = Desk::with(app, &[Live::new("berita", "satu")]).await;
    desk.portal.draft(&desk.app, &Live::new("berita", "rahasia")).await;
    desk.portal.revise(&desk.app, "satu", "Judul yang belum disetujui").await;
    assert_eq!(desk.slugs("").await, ["satu"]);
    assert!(!desk.get("/berita/satu").await.text.contains("belum disetujui"));
    desk.get("/berita/rahasia").await.refused(404, "not_found", "");
    desk.portal.hide(&desk.app, &Live::new("berita", "satu")).await;
    assert!(desk.slugs("").await.is_empty());
    desk.get("/berita/satu").await.refused(404, "not_found", "");
    let elsewhere = test::TestRequest::get().uri("/delivery/v1/sites/lain/entries");
    ask(&desk.app, &desk.model, elsewhere).await.refused(404, "not_found", "");
}

async fn an_answer_that_did_not_change_is_304(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    for path in ["?limit=2", "/berita/air"] {
        let first = desk.get(path).await;
        let etag = first.header(header::ETAG).to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20, "{etag}");
        assert_eq!(first.header(header::CACHE_CONTROL), "public, max-age=0, must-revalidate");
        let uri = format!("/delivery/v1/sites/portal/entries{path}");
        for seen in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".into()] {
            let again = test::TestRequest::get().uri(&uri).insert_header((header::IF_NONE_MATCH, seen));
            let again = ask(&desk.app, &desk.model, again).await;
            assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
            assert_eq!(again.header(header::ETAG), etag);
        }
        let other_model = Model::new(0);
        let elsewhere = ask(&desk.app, &other_model, test::TestRequest::get().uri(&uri)).await;
        assert_eq!(elsewhere.header(header::ETAG), etag, "the same bytes on every node");
        let stale = test::TestRequest::get().uri(&uri).insert_header((header::IF_NONE_MATCH, "\"stale\""));
        assert_eq!(ask(&desk.app, &desk.model, stale).await.status, 200);
    }
}

async fn any_origin_may_read_problems_too(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    for path in ["", "/berita/air", "/berita/tidak-ada", "?warna=merah"] {
        let reply = desk.get(path).await;
        assert_eq!(reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*", "{path}");
        assert!(reply.headers.get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS).is_none());
        assert!(reply.header(header::ACCESS_CONTROL_EXPOSE_HEADERS).contains("Link"));
    }
    let asked = test::TestRequest::default()
        .method(actix_web::http::Method::OPTIONS)
        .uri("/delivery/v1/sites/portal/entries")
        .insert_header((header::ORIGIN, "https://dinas.example"))
        .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "GET"))
        .insert_header((header::ACCESS_CONTROL_REQUEST_HEADERS, "if-none-match"));
    let allowed = ask(&desk.app, &desk.model, asked).await;
    assert_eq!(allowed.status, StatusCode::NO_CONTENT);
    assert_eq!(allowed.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert!(allowed.header(header::ACCESS_CONTROL_ALLOW_HEADERS).contains("If-None-Match"));
    assert!(allowed.header(header::ACCESS_CONTROL_ALLOW_METHODS).contains("GET"));
    let head = test::TestRequest::default()
        .method(actix_web::http::Method::HEAD)
        .uri("/delivery/v1/sites/portal/entries/berita/air");
    let head = ask(&desk.app, &desk.model, head).await;
    assert_eq!((head.status.as_u16(), head.header(header::ETAG).is_empty()), (200, false));
}

async fn what_is_asked_wrongly_is_refused_by_name(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    let cursor = desk.get("?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    for (path, code, field) in [
        ("?warna=merah".to_owned(), "unknown_parameter", "warna"),
        ("?filter[warna]=merah".into(), "unknown_filter", "filter[warna]"),
        ("?filter[body]=merah".into(), "unknown_filter", "filter[body]"),
        ("?filter[title][like]=x".into(), "unknown_filter", "filter[title][like]"),
        ("?filter[year]=dua".into(), "malformed", "filter[year]"),
        ("?sort=warna".into(), "unknown_parameter", "sort"),
        ("?fields=warna".into(), "unknown_field", "fields.warna"),
        ("?include=warna".into(), "unknown_parameter", "include.warna"),
        ("?limit=0".into(), "bad_limit", ""),
        ("?limit=101".into(), "bad_limit", ""),
        ("?cursor=omong-kosong".into(), "bad_cursor", ""),
        (format!("?cursor={cursor}&sort=title"), "bad_cursor", ""),
        ("?limit=1&limit=2".into(), "malformed", "limit"),
        ("/berita/air?format=pdf".into(), "malformed", "format"),
        ("/berita/air?limit=2".into(), "unknown_parameter", "limit"),
        ("/berita/air?fields=warna".into(), "unknown_field", "fields.warna"),
    ] {
        desk.get(&path).await.refused(400, code, field);
    }
}

async fn markup_in_fields_is_only_text_and_bodies_are_safe(app: TestApp) {
    let evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
    let entry = Live::new("berita", "jahat")
        .titled(evil)
        .field("summary", format!("\"quoted\" {evil} \u{2028}"))
        .tags(&[evil])
        .long("body", format!("Halo {evil}\n\n[klik](javascript:alert(1))\n\n<iframe src=//x></iframe>"));
    let desk = Desk::with(app, &[entry]).await;
    let reply = desk.get("").await;
    assert_eq!(reply.header(header::CONTENT_TYPE), "application/json");
    assert_eq!(reply.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(reply.json()["items"][0]["title"], evil, "fields are text, to be escaped where they are shown");
    let whole = desk.get("/berita/jahat").await.json();
    let body = whole["fields"]["body"].as_str().unwrap().to_lowercase();
    for forbidden in ["<script", "onerror=", "javascript:", "<iframe"] {
        assert!(!body.contains(forbidden), "{forbidden} in {body}");
    }
}

async fn a_commit_of_this_process_is_seen_by_the_next_request(app: TestApp) {
    let desk = Desk::with(app, &[Live::new("berita", "satu")]).await;
    assert_eq!(desk.slugs("").await, ["satu"]);
    for round in 0..5 {
        let entry = Live::new("berita", &format!("dua-{round}"));
        desk.portal.show(&desk.app, std::slice::from_ref(&entry)).await;
        assert_eq!(desk.slugs("").await.len(), 2);
        assert_eq!(desk.get(&format!("/berita/dua-{round}")).await.status, 200);
        desk.portal.show(&desk.app, &[entry.clone().titled("Diperbarui")]).await;
        assert_eq!(desk.get(&format!("/berita/dua-{round}")).await.json()["title"], "Diperbarui");
        desk.portal.hide(&desk.app, &entry).await;
        assert_eq!(desk.slugs("").await, ["satu"]);
    }
}

async fn a_commit_of_another_process_is_seen_within_a_quarter_of_a_second(app: TestApp) {
    let desk = Desk::with(app, &[Live::new("berita", "satu")]).await;
    assert_eq!(desk.slugs("").await, ["satu"]);
    desk.portal.show_from_elsewhere(&desk.app, &[Live::new("berita", "dua").on("2026-11-22T08:00:00+08:00")]).await;
    desk.app.clock.advance(250_000);
    assert_eq!(desk.slugs("").await, ["dua", "satu"]);
}

async fn settings_decide_where_addresses_begin(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    let url = |reply: Reply| reply.json()["url"].as_str().map(str::to_owned);
    assert_eq!(url(desk.get("/berita/air").await).as_deref(), Some("http://localhost:8080/berita/air/"));
    let settings = Live::new("pengaturan", "situs").field("base_url", "https://portal.example/");
    desk.portal.show(&desk.app, &[settings, Live::new("halaman", "profil")]).await;
    assert_eq!(url(desk.get("/berita/air").await).as_deref(), Some("https://portal.example/berita/air/"));
    assert_eq!(url(desk.get("/halaman/profil").await).as_deref(), Some("https://portal.example/profil/"));
    let english = url(desk.get("/berita/bridge?locale=en").await);
    assert_eq!(english.as_deref(), Some("https://portal.example/en/berita/bridge/"));
    assert_eq!(url(desk.get("/pengaturan/situs").await), None, "settings have no page");
    let (site, app) = (desk.portal.site, &desk.app);
    app.db
        .write(move |tx| {
            diesel::update(sites::table.find(site))
                .set((sites::default_locale.eq("en"), sites::version.eq(sites::version + 1)))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    app.live_changed();
    let english = url(desk.get("/berita/bridge").await);
    assert_eq!(english.as_deref(), Some("https://portal.example/berita/bridge/"), "its locale is the default now");
}

async fn translations_come_along_when_asked_for(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    let entry = desk.get("/berita/jembatan?include=translations").await.json();
    let translation = &entry["translations"][0];
    assert_eq!((&translation["locale"], &translation["slug"]), (&json!("en"), &json!("bridge")));
    assert_eq!(translation["url"], "http://localhost:8080/en/berita/bridge/");
    assert!(desk.get("/berita/jembatan").await.json().get("translations").is_none());
    let list = desk.get("?locale=en&include=translations").await.json();
    assert_eq!(list["items"][0]["translations"][0]["slug"], "jembatan");
}

async fn an_entry_that_moved_is_found_at_its_former_address(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    desk.portal.rename(&desk.app, "air", "air-bersih").await;
    let reply = desk.get("/berita/air?format=markdown").await;
    assert_eq!(reply.status, StatusCode::PERMANENT_REDIRECT);
    let there = "/delivery/v1/sites/portal/entries/berita/air-bersih?format=markdown";
    assert_eq!(reply.header(header::LOCATION), there);
    assert_eq!(reply.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(desk.get("/berita/air-bersih").await.status, 200);
    desk.get("/artikel/air").await.refused(404, "not_found", "");
}

async fn sites_do_not_mix(app: TestApp) {
    let desk = Desk::with(app, &[Live::new("berita", "satu")]).await;
    let other = Portal::open(&desk.app, "dinas").await;
    other.show(&desk.app, &[Live::new("berita", "dua")]).await;
    assert_eq!(desk.slugs("").await, ["satu"]);
    desk.get("/berita/dua").await.refused(404, "not_found", "");
    let there = test::TestRequest::get().uri("/delivery/v1/sites/dinas/entries/berita/dua");
    assert_eq!(ask(&desk.app, &desk.model, there).await.status, 200);
}

async fn a_sites_own_type_is_shown_as_it_defines(app: TestApp) {
    let toml = r#"
        key = "proyek"
        title = { id = "Proyek", en = "Project" }
        [[fields]]
        key = "title"
        kind = "text"
        label = { id = "Judul", en = "Title" }
        required = true
        [[fields]]
        key = "related"
        kind = "reference"
        many = true
        label = { id = "Terkait", en = "Related" }
        [[fields]]
        key = "open"
        kind = "boolean"
        label = { id = "Terbuka", en = "Open" }
        [[fields]]
        key = "stages"
        kind = "components"
        label = { id = "Tahap", en = "Stages" }
        [[fields.fields]]
        key = "photo"
        kind = "asset"
        label = { id = "Foto", en = "Photo" }
        [[fields.fields]]
        key = "note"
        kind = "markdown"
        label = { id = "Catatan", en = "Note" }
    "#;
    let desk = Desk::with(app, &some_entries()).await;
    let photo = Live::asset(&desk.app, "tahap.jpg", "image/jpeg", Some((4, 3)));
    desk.portal.store_asset(&desk.app, &photo).await;
    desk.portal.define(&desk.app, content::types::from_toml("proyek.toml", toml).unwrap()).await;
    let air = desk.get("/berita/air").await.json()["id"].clone();
    let stages = json!([{"photo": photo.digest, "note": "Tahap *satu* <script>alert(1)</script>"}]);
    let project = Live::new("proyek", "waduk")
        .field("open", true)
        .field("related", json!([air]))
        .long("stages", stages)
        .long("old", "<b>tak dikenal</b>");
    desk.portal.show(&desk.app, &[project]).await;

    assert_eq!(desk.slugs("filter[open]=true").await, ["waduk"]);
    assert_eq!(desk.slugs("sort=-open&limit=1").await, ["waduk"], "a flag can be sorted by");
    desk.get("?filter[related]=x").await.refused(400, "unknown_filter", "filter[related]");
    let whole = desk.get("/proyek/waduk?include=references").await.json();
    let stage = &whole["fields"]["stages"][0];
    assert_eq!(stage["photo"]["alt"], "Keterangan berkas", "the file's own text, where none was written for the place");
    assert!(
        stage["note"].as_str().unwrap().contains("<em>satu</em>")
            && !stage["note"].as_str().unwrap().contains("<script")
    );
    assert!(whole["fields"].get("old").is_none(), "what no type knows stays behind");
    assert_eq!((&whole["included"][0]["slug"], &whole["included"][0]["id"]), (&json!("air"), &air));
    desk.portal.hide(&desk.app, &Live::new("berita", "air")).await;
    let list = desk.get("?filter[type]=proyek&include=references").await.json();
    assert_eq!(list["included"], json!([]), "what is not live is not included");
}

/// What may happen to one of a few entries.
#[derive(Debug, Clone, Copy)]
enum Change {
    Show(u8, u8),
    Hide(u8),
}

async fn what_followed_changes_equals_what_is_read_anew(app: TestApp) {
    let desk = Desk::with(app, &[]).await;
    let change = prop_oneof![
        3 => (0..6_u8, 0..4_u8).prop_map(|(entry, look)| Change::Show(entry, look)),
        1 => (0..6_u8).prop_map(Change::Hide),
    ];
    let histories = prop::collection::vec(prop::collection::vec(change, 1..6), 12);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for round in histories.new_tree(&mut runner).unwrap().current() {
        for change in round {
            match change {
                Change::Show(entry, look) => {
                    let kind = if entry % 2 == 0 { "berita" } else { "agenda" };
                    let live = Live::new(kind, &format!("e-{entry}"))
                        .titled(&format!("Judul {look}"))
                        .tags(&[if look % 2 == 0 { "a" } else { "b" }])
                        .on(&format!("2026-11-0{}T08:00:00+08:00", look + 1));
                    desk.portal.show(&desk.app, &[live]).await;
                }
                Change::Hide(entry) => {
                    let kind = if entry % 2 == 0 { "berita" } else { "agenda" };
                    desk.portal.hide(&desk.app, &Live::new(kind, &format!("e-{entry}"))).await;
                }
            }
        }
        let anew = Model::new(0);
        for query in ["", "?filter[tag]=a", "?sort=title&total=true", "?filter[type]=agenda&limit=2"] {
            let uri = format!("/delivery/v1/sites/portal/entries{query}");
            let fresh = ask(&desk.app, &anew, test::TestRequest::get().uri(&uri)).await;
            assert_eq!(desk.get(query).await.text, fresh.text, "{query}");
        }
    }
}

async fn an_answer_is_kept_within_its_bytes(app: TestApp) {
    let many: Vec<Live> = (0..30).map(|number| Live::new("berita", &format!("s-{number}"))).collect();
    let mut desk = Desk::with(app, &many).await;
    desk.model = Model::new(16 * 1024);
    for limit in 1..=30 {
        assert_eq!(desk.slugs(&format!("limit={limit}")).await.len(), limit);
    }
    assert!(desk.model.kept_bytes() <= 16 * 1024, "{}", desk.model.kept_bytes());
}

async fn the_answer_about_an_entry_outlives_what_is_published_beside_it(app: TestApp) {
    let desk = Desk::with(app, &some_entries()).await;
    let before = desk.get("/berita/air").await.text;
    let with_translations = desk.get("/berita/jembatan?include=translations").await.json();
    assert_eq!(with_translations["translations"][0]["title"], "Bridge Opens");
    // Without its body in the database, only the answer that was kept can tell it.
    desk.portal.forget_bodies(&desk.app).await;
    desk.portal.show(&desk.app, &[Live::new("berita", "lain")]).await;
    assert_eq!(desk.get("/berita/air").await.text, before);
    let renamed = Live::new("berita", "bridge").titled("Bridge Is Open").locale("en");
    desk.portal.show(&desk.app, &[renamed]).await;
    let with_translations = desk.get("/berita/jembatan?include=translations").await.json();
    assert_eq!(with_translations["translations"][0]["title"], "Bridge Is Open");
    let settings = Live::new("pengaturan", "situs").field("base_url", "https://portal.example");
    desk.portal.show(&desk.app, &[settings]).await;
    assert!(desk.get("/berita/air").await.text.contains("https://portal.example/berita/air/"));
}
