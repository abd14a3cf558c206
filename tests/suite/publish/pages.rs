//! Which pages there are and what stands on them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use lamin::content::model::WithdrawalReason;
use lamin::db::Engine;
use lamin::db::schema::live_entries;
use lamin::identity::Role;
use lamin::publish::model::Mode;

use super::{Tree, build, current, portal, text, tree};
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::TestApp;

on_both!(
    lists_are_numbered_from_the_oldest,
    a_new_entry_changes_no_numbered_page,
    every_address_of_the_contract_is_there,
    a_site_that_describes_itself_nowhere_says_its_tagline_or_its_name,
    feeds_and_sitemap_are_well_formed,
    events_come_as_calendars,
    what_was_put_right_and_what_was_withdrawn_stands_in_a_register,
    an_emergency_stands_on_every_page_until_it_is_over,
    every_link_within_the_site_leads_somewhere,
    a_link_that_leads_nowhere_is_named_and_so_is_one_whose_page_goes_from_view,
    a_former_address_leads_to_the_new_one,
    no_page_carries_an_id_and_every_text_is_escaped,
);

async fn published(app: &TestApp) -> Tree {
    portal(app).await;
    build(app, Mode::Fresh);
    tree(&current(app))
}

/// The entries that a list page shows, in order.
fn listed(page: &str) -> Vec<&str> {
    let main = page.split("<main").nth(1).unwrap();
    let cards = main.split("<h2><a href=\"").skip(1);
    cards.map(|rest| rest.split('"').next().unwrap()).collect()
}

async fn lists_are_numbered_from_the_oldest(app: TestApp) {
    let tree = published(&app).await;
    let newest = listed(text(&tree, "berita/index.html"));
    assert_eq!(newest.len(), 20);
    assert_eq!(newest[0], "/berita/berita-45/");
    let first = listed(text(&tree, "berita/page/1/index.html"));
    assert_eq!((first.len(), first[0], first[19]), (20, "/berita/berita-20/", "/berita/berita-1/"));
    let second = listed(text(&tree, "berita/page/2/index.html"));
    assert_eq!((second[0], second[19]), ("/berita/berita-40/", "/berita/berita-21/"));
    assert!(!tree.contains_key("berita/page/3/index.html"));
    assert!(text(&tree, "berita/page/1/index.html").contains("href=\"/berita/page/2/\""));
    assert!(text(&tree, "berita/page/2/index.html").contains("href=\"/berita/\""));
}

async fn a_new_entry_changes_no_numbered_page(app: TestApp) {
    let portal = portal(&app).await;
    build(&app, Mode::Fresh);
    let before = tree(&current(&app));
    let new = Live::new("berita", "terbaru").on("2026-11-20T08:00:00+08:00").category("pendidikan").tags(&["ganjil"]);
    portal.show(&app, &[new]).await;
    build(&app, Mode::Changed);
    let after = tree(&current(&app));
    let changed: Vec<&String> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(p, _)| p).collect();
    // Tests of its own hold the index for searching to what it may write.
    let changed: Vec<&String> = changed.into_iter().filter(|path| !path.starts_with("cari/")).collect();
    assert!(changed.iter().all(|path| !path.contains("/page/")), "{changed:?}");
    assert!(changed.len() < 20, "{changed:?}");
}

async fn a_site_that_describes_itself_nowhere_says_its_tagline_or_its_name(app: TestApp) {
    let site = Portal::open(&app, "portal").await;
    let settings = || Live::new("pengaturan", "situs").titled("Portal Uji");
    for (settings, said) in [(settings(), "Portal Uji"), (settings().field("tagline", "Satu atap"), "Satu atap")] {
        site.show(&app, &[settings]).await;
        build(&app, Mode::Fresh);
        let tree = tree(&current(&app));
        let home = text(&tree, "index.html");
        for name in ["name=\"description\"", "property=\"og:description\""] {
            assert!(home.contains(&format!("<meta {name} content=\"{said}\">")), "{name}: {home}");
        }
        assert!(text(&tree, "rss.xml").contains(&format!("<description>{said}</description>")));
        let feed: serde_json::Value = serde_json::from_str(text(&tree, "feed.json")).unwrap();
        assert_eq!(feed["description"], said);
    }
}

async fn every_address_of_the_contract_is_there(app: TestApp) {
    let tree = published(&app).await;
    for path in [
        "index.html",
        "berita/index.html",
        "berita/berita-1/index.html",
        "profil/index.html",
        "tag/index.html",
        "tag/sekolah-dasar/index.html",
        "tag/sekolah-dasar/page/1/index.html",
        "kategori/pendidikan/index.html",
        "arsip/index.html",
        "arsip/2026/07/index.html",
        "atom.xml",
        "rss.xml",
        "berita/atom.xml",
        "berita/rss.xml",
        "berita/feed.json",
        "feed.json",
        "en/feed.json",
        "humans.txt",
        "peta-situs/index.html",
        "en/peta-situs/index.html",
        "sitemap.xml",
        "robots.txt",
        "404.html",
        ".well-known/security.txt",
        ".well-known/lamin/release.json",
        "en/index.html",
        "en/agenda/meeting/index.html",
        "en/atom.xml",
        "galeri/index.html",
        "b/index.html",
    ] {
        assert!(tree.contains_key(path), "{path} is missing");
    }
    assert!(!tree.keys().any(|path| path.starts_with("menu/") || path.starts_with("pengaturan/")));
    assert!(tree.keys().any(|path| path.starts_with("media/") && path.ends_with("/foto-jembatan.jpg")));
    assert!(tree.keys().any(|path| path.starts_with("theme/lamin.") && path.ends_with(".css")));
    let english = text(&tree, "en/agenda/meeting/index.html");
    assert!(english.contains("hreflang=\"id\" href=\"https://portal.example/agenda/rapat/\""), "{english}");
    assert!(
        english.contains("<html lang=\"en\">") && english.contains("1 October 2026") || english.contains("Meeting")
    );
    assert!(text(&tree, "agenda/rapat/index.html").contains("9 Desember 2026, pukul 08.30 WITA"));
    assert!(text(&tree, "kategori/pendidikan/index.html").contains("<h1>Pendidikan &amp; Sekolah</h1>"));
    assert!(text(&tree, ".well-known/security.txt").contains("Expires: 2027-12-31T23:59:59Z"));
}

async fn feeds_and_sitemap_are_well_formed(app: TestApp) {
    let tree = published(&app).await;
    let mut read = 0;
    for (path, bytes) in tree.iter().filter(|(path, _)| path.ends_with(".xml")) {
        let mut reader = quick_xml::Reader::from_reader(bytes.as_slice());
        reader.config_mut().check_end_names = true;
        let mut buffer = Vec::new();
        loop {
            match reader.read_event_into(&mut buffer) {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{path}: {error}"),
            }
        }
        read += 1;
    }
    assert!(read >= 7, "{read}");
    let atom = text(&tree, "berita/atom.xml");
    assert_eq!(atom.matches("<entry>").count(), 20);
    assert!(atom.contains("<title>Berita ke-45 &quot;uji&quot; &amp; coba</title>"));
    assert!(text(&tree, "rss.xml").contains("+0800</pubDate>"));
    let sitemap = text(&tree, "sitemap.xml");
    assert!(sitemap.contains("<loc>https://portal.example/berita/page/1/</loc>") && !sitemap.contains("404"));
}

/// The addresses within the site that a page names.
fn links(page: &str) -> BTreeSet<&str> {
    let of = |mark: &'static str| page.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap());
    let all = of("href=\"").chain(of("src=\"")).map(|link| link.strip_prefix("https://portal.example").unwrap_or(link));
    all.map(|link| link.split('#').next().unwrap()).filter(|link| link.starts_with('/')).collect()
}

async fn every_link_within_the_site_leads_somewhere(app: TestApp) {
    let tree = published(&app).await;
    for (path, bytes) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
        for link in links(std::str::from_utf8(bytes).unwrap()) {
            let file = link.trim_start_matches('/');
            let file = if file.is_empty() || file.ends_with('/') { format!("{file}index.html") } else { file.into() };
            assert!(tree.contains_key(&file), "{path} leads to {link}, which is nowhere");
        }
    }
}

async fn a_former_address_leads_to_the_new_one(app: TestApp) {
    let portal = portal(&app).await;
    portal.rename(&app, "berita-3", "berita-tiga").await;
    build(&app, Mode::Fresh);
    let tree = tree(&current(&app));
    assert!(text(&tree, "berita/berita-3/index.html").contains("url=/berita/berita-tiga/"));
    assert!(tree.contains_key("berita/berita-tiga/index.html"));
    let apache = text(&tree, ".well-known/lamin/redirects.apache");
    assert!(apache.contains("RedirectMatch 301 \"^/berita/berita-3/?$\" \"/berita/berita-tiga/\""), "{apache}");
    assert!(apache.contains("RedirectMatch 302 \"^/b/?$\" \"/berita/\""), "{apache}");
    let nginx = text(&tree, ".well-known/lamin/redirects.nginx");
    assert!(nginx.contains("location = /b/ { return 302 /berita/; }"), "{nginx}");
    assert!(!text(&tree, "sitemap.xml").contains("berita-3<"));
}

async fn no_page_carries_an_id_and_every_text_is_escaped(app: TestApp) {
    let tree = published(&app).await;
    let is_id = |word: &str| word.len() == 36 && uuid::Uuid::parse_str(word).is_ok();
    for (path, bytes) in &tree {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let id = text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-')).find(|word| is_id(word));
        assert_eq!(id, None, "{path}");
        assert!(path.ends_with(".ics") || path.ends_with("feed.json") || !text.contains("Rapat <Kerja>"), "{path}");
    }
    let page = text(&tree, "berita/berita-1/index.html");
    assert!(page.contains("<strong>berita</strong>") && page.contains("&lt; 100"), "{page}");
    let idle = page.find("  ").or_else(|| page.find("\n\n"));
    assert_eq!(idle.map(|at| &page[at.saturating_sub(40)..at + 20]), None, "the output is tight");
}

async fn a_link_that_leads_nowhere_is_named_and_so_is_one_whose_page_goes_from_view(app: TestApp) {
    let portal = portal(&app).await;
    let text = "Lihat [profil](/profil/), [visi](/profil/#visi-kami), [salah](/profil/#salah), [hilang](/tidak-ada/), \
                [diri](#bagian), [lama](/berita/berita-7/) dan [luar](https://contoh.example/x).";
    portal.show(&app, &[Live::new("halaman", "profil").titled("Profil").long("body", "## Visi kami\n\nMaju.")]).await;
    portal.show(&app, &[Live::new("berita", "tautan").long("body", text)]).await;
    let first = build(&app, Mode::Fresh);
    let named = |report: &lamin::publish::model::Report| -> Vec<String> {
        let of_text = report.links.named.iter().filter(|broken| &*broken.page == "berita/tautan/index.html");
        of_text.map(|broken| broken.link.clone()).collect()
    };
    assert_eq!(named(&first), ["/berita/tautan/#bagian", "/profil/#salah", "/tidak-ada/"]);
    assert!(first.links.checked > 500 && first.to_string().contains("berita/tautan/index.html to /tidak-ada/"));
    portal.hide(&app, &Live::new("berita", "berita-7")).await;
    let second = build(&app, Mode::Changed);
    assert!(second.rendered < second.pages, "the page with the link was not made again");
    assert!(named(&second).contains(&"/berita/berita-7/".to_owned()), "{:?}", second.links);
    // The anchor goes, though the page that names it stays as it is.
    portal.show(&app, &[Live::new("halaman", "profil").titled("Profil").long("body", "## Misi\n\nMaju.")]).await;
    build(&app, Mode::Changed);
    portal.show(&app, &[Live::new("berita", "lain")]).await;
    let third = build(&app, Mode::Changed);
    assert!(named(&third).contains(&"/profil/#visi-kami".to_owned()), "{:?}", third.links);
}

async fn events_come_as_calendars(app: TestApp) {
    let portal = portal(&app).await;
    let event = |slug: &str| {
        let event =
            Live::new("agenda", slug).titled("Rapat, \"Kerja\"; Satu").field("summary", "Baris satu.\nBaris dua.");
        event.field("start", "2026-12-01T08:30:00+08:00").field("end", "2026-12-01T11:00:00+08:00")
    };
    portal.show(&app, &[event("rapat").field("location", "Balai Lamin")]).await;
    portal.show(&app, &[event("pekan").field("all_day", true), Live::new("agenda", "tanpa-waktu")]).await;
    build(&app, Mode::Fresh);
    let files = tree(&current(&app));
    let own = text(&files, "agenda/rapat/acara.ics");
    for wanted in [
        "UID:agenda.rapat@portal.example",
        "DTSTART:20261201T003000Z",
        "DTEND:20261201T030000Z",
        "SUMMARY:Rapat\\, \"Kerja\"\\; Satu",
        "DESCRIPTION:Baris satu.\\nBaris dua.",
        "LOCATION:Balai Lamin",
        "URL:https://portal.example/agenda/rapat/",
    ] {
        assert!(own.contains(&format!("\r\n{wanted}\r\n")), "{wanted}: {own}");
    }
    let whole_days = text(&files, "agenda/pekan/acara.ics");
    assert!(whole_days.contains("DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202\r\n"), "{whole_days}");
    assert!(!files.contains_key("agenda/tanpa-waktu/acara.ics"));
    assert_eq!(text(&files, "agenda/agenda.ics").matches("BEGIN:VEVENT").count(), 2);
    portal.show(&app, &[event("rapat").titled("Rapat baru")]).await;
    build(&app, Mode::Changed);
    let changed = tree(&current(&app));
    assert!(text(&changed, "agenda/rapat/acara.ics").contains("SUMMARY:Rapat baru"));
    assert_eq!(text(&changed, "agenda/agenda.ics").matches("SUMMARY:Rapat baru").count(), 1);
    portal.hide(&app, &Live::new("agenda", "rapat")).await;
    build(&app, Mode::Changed);
    assert!(!tree(&current(&app)).contains_key("agenda/rapat/acara.ics"));
}

async fn what_was_put_right_and_what_was_withdrawn_stands_in_a_register(app: TestApp) {
    let portal = portal(&app).await;
    let corrected = |words: &str| Live::new("berita", "keliru").titled("Yang keliru").field("correction", words);
    portal.show(&app, &[corrected("Semula 12, seharusnya 21.")]).await;
    build(&app, Mode::Fresh);
    let register = |app: &TestApp| text(&tree(&current(app)), "koreksi/index.html").to_owned();
    assert!(register(&app).contains("Semula 12, seharusnya 21.") && register(&app).contains("/berita/keliru/"));
    portal.show(&app, &[corrected("Semula 12, seharusnya 22.")]).await;
    assert!(build(&app, Mode::Changed).rendered < 20);
    assert!(register(&app).contains("seharusnya 22."), "{}", register(&app));

    let hide = |number: i32, reason: WithdrawalReason| {
        Live::new("berita", &format!("berita-{number}")).withdrawn(reason, &format!("Sebab {number}."))
    };
    portal.hide(&app, &hide(3, WithdrawalReason::Outdated)).await;
    portal.hide(&app, &hide(4, WithdrawalReason::Rights)).await;
    portal.hide(&app, &hide(5, WithdrawalReason::Expired)).await;
    let report = build(&app, Mode::Changed);
    let page = register(&app);
    assert!(page.contains("Berita ke-3") && page.contains("Sebab 3."), "{page}");
    assert!(!page.contains("ke-4") && page.contains("Sebab 4."), "a title that may be the reason is not repeated");
    assert!(!page.contains("Sebab 5."), "what ended by itself is no withdrawal");
    let files = tree(&current(&app));
    assert!(text(&files, "berita/berita-5/index.html").contains("telah berakhir"));
    assert!(!text(&files, "sitemap.xml").contains("berita-3<") && text(&files, "sitemap.xml").contains("/koreksi/"));
    assert_eq!(text(&files, ".well-known/lamin/gone.json").matches("berita-").count(), 3);
    assert_eq!(report.links.broken, 0, "{:?}", report.links);

    // A redirect that somebody writes over it, or something else at its address, takes its place.
    let redirect =
        Live::new("pengalihan", "lain").titled("x").field("from", "/berita/berita-3/").field("to", "/berita/");
    portal.show(&app, &[redirect.field("permanent", true)]).await;
    portal.move_live(&app, "berita-6", "berita-4").await;
    build(&app, Mode::Changed);
    let files = tree(&current(&app));
    assert!(text(&files, "berita/berita-3/index.html").contains("http-equiv=\"refresh\""));
    assert!(text(&files, "berita/berita-4/index.html").contains("Berita ke-6"));
    assert_eq!(text(&files, ".well-known/lamin/gone.json"), "[\"/berita/berita-5/\"]");
}

async fn an_emergency_stands_on_every_page_until_it_is_over(app: TestApp) {
    let portal = portal(&app).await;
    portal.define(&app, lamin::content::types::shipped("darurat").unwrap().as_ref().clone()).await;
    let flood = |end: &str| {
        let flood = Live::new("darurat", "banjir").titled("Banjir Sungai").on("2026-12-01T08:00:00+08:00");
        flood.field("start", "2026-12-01T08:00:00+08:00").field("end", end)
    };
    build(&app, Mode::Fresh);
    portal.show(&app, &[flood("2026-12-03T08:00:00+08:00")]).await;
    build(&app, Mode::Changed);
    let shown = |app: &TestApp, path: &str| text(&tree(&current(app)), path).contains("data-lamin=\"alert\"");
    for path in ["index.html", "profil/index.html", "berita/berita-1/index.html", "tag/index.html", "404.html"] {
        assert!(shown(&app, path), "{path}");
    }
    let english = tree(&current(&app));
    assert!(text(&english, "en/agenda/meeting/index.html").contains("<p lang=\"id\" data-until="), "it is marked");
    // Longer, then over: something was published later than its end.
    portal.show(&app, &[flood("2026-12-09T08:00:00+08:00")]).await;
    portal.show(&app, &[Live::new("berita", "kemudian").on("2026-12-08T08:00:00+08:00")]).await;
    build(&app, Mode::Changed);
    assert!(shown(&app, "profil/index.html"));
    portal.show(&app, &[Live::new("berita", "sesudah").on("2026-12-10T08:00:00+08:00")]).await;
    build(&app, Mode::Changed);
    assert!(!shown(&app, "profil/index.html"));
    let step_by_step = tree(&current(&app));
    build(&app, Mode::Fresh);
    assert!(tree(&current(&app)) == step_by_step);
}

/// The site has more pages than one part of a sitemap holds; a server that keeps its model builds twice.
#[actix_web::test]
async fn a_large_sitemap_is_in_parts_and_an_edit_changes_one() {
    let app = TestApp::new(Engine::Sqlite);
    let site = Portal::open(&app, "portal").await;
    let article = |number: usize| {
        let minute = format!("2026-03-{:02}T{:02}:{:02}:00Z", 1 + number / 144, number % 144 / 6, number % 6);
        Live::new("artikel", &format!("artikel-{number:04}")).on(&minute).long("body", "Isi.")
    };
    let articles: Vec<Live> = (0..1_010).map(article).collect();
    site.show(&app, &articles).await;
    let publisher = app.user("cici", &[(Role::Publisher, Some(site.site))]);
    let handlers = lamin::boot::handlers();
    // They are made while we look.
    let without_copies = || {
        let mut tree = tree(&current(&app));
        tree.retain(|path, _| !path.ends_with(".gz") && !path.ends_with(".br"));
        tree
    };
    let release = async || {
        lamin::publish::service::request(&app, &publisher, site.site, false).await.unwrap();
        while lamin::jobs::run_due(&app, &handlers).unwrap() > 0 {}
        without_copies()
    };
    let before = release().await;
    let list = text(&before, "sitemap.xml");
    for part in [
        "sitemap-1.xml</loc><lastmod>2026-03-08<",
        "sitemap-2.xml</loc><lastmod>2026-03-08<",
        "sitemap-lists-1.xml</loc></s",
    ] {
        assert!(list.contains(part), "{part} in {list}");
    }
    assert_eq!(text(&before, "sitemap-1.xml").matches("<url>").count(), 1_000);
    assert_eq!(text(&before, "sitemap-2.xml").matches("<url>").count(), 10);

    site.show(&app, &[article(1_005).long("body", "Lain.")]).await;
    let later = lamin::kernel::Timestamp::parse("2026-04-02T00:00:00Z").unwrap();
    let of_the_day = live_entries::table.filter(live_entries::slug.eq("artikel-1005"));
    let put_off = move |tx: &mut lamin::db::Tx| {
        Ok(diesel::update(of_the_day).set(live_entries::updated_at.eq(later)).execute(&mut **tx)?)
    };
    app.db.write_blocking(put_off).unwrap();
    let after = release().await;
    let changed: Vec<&str> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(path, _)| path.as_str()).collect();
    assert_eq!(after.len(), before.len());
    assert!(changed.contains(&"artikel/artikel-1005/index.html"), "{changed:?}");
    assert!(changed.contains(&"sitemap-2.xml") && changed.contains(&"sitemap.xml"), "{changed:?}");
    assert!(!changed.contains(&"sitemap-1.xml") && !changed.contains(&"sitemap-lists-1.xml"), "{changed:?}");
    build(&app, Mode::Fresh);
    assert_eq!(without_copies(), after, "what was kept is what a build from nothing makes");
}
