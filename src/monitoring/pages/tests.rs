//! Pages in the manner of the systems in use, each with the date it must give and the signal that tells it.

use std::path::Path;

use jiff::Timestamp;

use super::*;

const FOLDER: &str = "tests/fixtures/monitoring/pages";

fn now() -> Timestamp {
    "2026-01-14T10:00:00+08:00".parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the test reads its saved pages")]
fn saved(name: &str) -> String {
    std::fs::read_to_string(Path::new(FOLDER).join(name)).unwrap()
}

#[test]
fn saved_pages_give_their_date_and_not_that_of_a_clock_a_counter_or_a_neighbour() {
    let table = saved("pages.tsv");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() >= 40, "{} pages", rows.len());
    let mut missed = Vec::new();
    for row in &rows {
        let [file, address, expected, signal] = row[..] else { panic!("four columns: {row:?}") };
        let html = saved(&format!("{file}.html"));
        let found = published(&html, Some(address).filter(|address| !address.is_empty()), now());
        let answer = found.as_ref().map(|found| (found.date.to_string(), found.signal.to_string())).unwrap_or_default();
        if answer != (expected.to_owned(), signal.to_owned()) {
            missed.push(format!("{file}: {found:?} and not {expected} by {signal}"));
        }
    }
    println!("{} of {} pages", rows.len() - missed.len(), rows.len());
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}

fn told(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| format!("{} {} {}", item.address, item.date, item.signal)).collect()
}

#[test]
fn a_list_gives_its_items_with_their_addresses() {
    let cards = r##"<div class="top-bar">Rabu, 14 Januari 2026</div><div class="list">
        <div class="card"><a href="/b/1">Bupati buka musrenbang</a><span>12 Januari 2026</span><a href="#">Bagikan kepada</a></div>
        <div class="card"><a href="/b/2">Pasar murah digelar dinas</a><span>9 Jan 2026, dibaca 12 kali</span></div></div>
        <div class="statistik">Hari ini: 3<br>Kemarin: 8</div><footer>&copy; 2026</footer>"##;
    let expected = ["https://a.go.id/b/1 2026-01-12 visible", "https://a.go.id/b/2 2026-01-09 visible"];
    assert_eq!(told(&list_dates(cards, Some("https://a.go.id/berita"), now())), expected);

    let flat = r#"<div><h3><a href="/b/1">Bupati buka musrenbang</a></h3><p>12/01/2026</p><h3><a href="/b/2">Pasar murah
        digelar dinas</a></h3><p>09/01/2026</p></div>"#;
    assert_eq!(told(&list_dates(flat, None, now())), ["/b/1 2026-01-12 visible", "/b/2 2026-01-09 visible"]);

    let dates_first = r#"<div><p>12/01/2026</p><h3><a href="/b/1">Bupati buka musrenbang</a></h3><p>09/01/2026</p>
        <h3><a href="/b/2">Pasar murah digelar dinas</a></h3></div>"#;
    assert_eq!(told(&list_dates(dates_first, None, now())), ["/b/1 2026-01-12 visible", "/b/2 2026-01-09 visible"]);

    let boxes = r#"<ul><li><div><b>12</b><i>Jan 2026</i></div><a href="/a/1">Rapat kerja tahunan</a></li>
        <li><div><b>20</b><i>Jan 2026</i></div><a href="/a/2">Upacara hari jadi</a></li></ul>"#;
    assert_eq!(told(&list_dates(boxes, None, now())), ["/a/1 2026-01-12 visible", "/a/2 2026-01-20 visible"]);

    let wordpress = r#"<main><article><h2><a href="/x/">Panen raya di dua kecamatan</a></h2><time class="entry-date"
        datetime="2026-01-12T16:30:00+00:00">13 Januari 2026</time></article><article><h2><a href="/y/">Sekolah lapang
        petani dibuka</a></h2><time datetime="2025-12-30">30 Desember 2025</time></article></main>"#;
    assert_eq!(told(&list_dates(wordpress, None, now())), ["/x/ 2026-01-13 time", "/y/ 2025-12-30 time"]);

    let agenda = r#"<table><tr><td>12–14 Januari 2026</td><td><a href="/agenda/1">Pelatihan pengelola laman</a></td></tr>
        <tr><td>20 Januari 2026</td><td><a href="/agenda/2">Rapat evaluasi laman</a></td></tr></table>"#;
    assert_eq!(
        told(&list_dates(agenda, None, now())),
        ["/agenda/1 2026-01-12/2026-01-14 visible", "/agenda/2 2026-01-20 visible"]
    );
}

#[test]
fn a_feed_gives_its_items_also_if_it_is_broken() {
    let rss = "Notice: undefined index\n<?xml version=\"1.0\"?><rss><channel><title>Berita</title><link>https://a.go.id</link>\
        <lastBuildDate>Wed, 14 Jan 2026 02:00:00 +0000</lastBuildDate><pubDate>Wed, 14 Jan 2026 02:00:00 +0000</pubDate>\
        <item><title>Satu & dua</title><link>https://a.go.id/1</link><pubDate>Mon, 12 Jan 2026 18:00:00 +0000</pubDate></item>\
        <item><title><![CDATA[Dua]]></title><guid>https://a.go.id/?p=2</guid><pubDate><![CDATA[Sel, 30 Des 2025 08:00:00 +0800]]></pubDate></item>\
        <item><link>https://a.go.id/3</link><pubDate></pubDate><dc:date>2025-12-01T08:00:00+08:00</dc:date></item><item><link>https://a.go.id/4</link><pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate></item><item><link>https://a.go.id/5</link><pubDate>Mon, 24 Nov 2025 08:00:00 +0800";
    let expected = [
        "https://a.go.id/1 2026-01-13 feed",
        "https://a.go.id/?p=2 2025-12-30 feed",
        "https://a.go.id/3 2025-12-01 feed",
        "https://a.go.id/5 2025-11-24 feed",
    ];
    assert_eq!(told(&feed_dates(rss, now())), expected);
    let atom = "<feed><updated>2026-01-14T00:00:00Z</updated><entry><link rel=\"edit\" href=\"/e\"/><link rel='alternate' href='/1?a=1&amp;b=2'/>\
        <published>2025-11-01T02:00:00Z</published><updated>2026-01-13T02:00:00Z</updated></entry>\
        <entry><link href=\"/2\"/><updated>2026-01-13T02:00:00Z</updated></entry></feed>";
    assert_eq!(told(&feed_dates(atom, now())), ["/1?a=1&b=2 2025-11-01 feed", "/2 2026-01-13 feed_updated"]);
    let map = "<urlset><url><loc>https://a.go.id/1</loc><lastmod>2026-01-12T18:00:00+00:00</lastmod></url><url><loc>https://a.go.id/2</loc></url></urlset>";
    assert_eq!(told(&sitemap_dates(map, now())), ["https://a.go.id/1 2026-01-13 sitemap"]);
    assert_eq!(told(&feed_dates("<html><body>404</body></html>", now())), Vec::<String>::new());
}

fn items(signal: Signal, dates: &[&str]) -> Vec<Item> {
    let read = |text: &str| crate::monitoring::dates::read(text, now(), &crate::monitoring::dates::makassar()).unwrap();
    let item = |text: &&str| Item { address: format!("/{text}"), date: read(text), signal };
    dates.iter().map(item).collect()
}

#[test]
fn freshness_takes_the_best_signal_with_two_items_and_calls_a_person_when_signals_differ() {
    let newest = |items: &[Item]| match freshness(items, now()) {
        Freshness::NoAnswer => "none".to_owned(),
        Freshness::Newest { evidence, against } => {
            format!(
                "{} {} {}",
                evidence.date,
                evidence.signal,
                against.map(|one| one.signal.to_string()).unwrap_or_default()
            )
        }
    };
    assert_eq!(newest(&[]), "none");
    assert_eq!(newest(&items(Signal::Feed, &["2026-01-12"])), "none");
    let feed = items(Signal::Feed, &["2026-01-12", "2026-01-02", "2027-01-01"]);
    assert_eq!(newest(&feed), "2026-01-12 feed ", "what is still to come keeps no site fresh");
    let differ =
        [items(Signal::Feed, &["2025-10-01", "2025-09-01"]), items(Signal::Visible, &["2026-01-12", "2026-01-11"])];
    assert_eq!(newest(&differ.concat()), "2025-10-01 feed visible");
    let agree =
        [items(Signal::Feed, &["2026-01-12", "2025-09-01"]), items(Signal::Visible, &["2026-01-06", "2026-01-05"])];
    assert_eq!(newest(&agree.concat()), "2026-01-12 feed ");
    assert_eq!(
        newest(&items(Signal::Sitemap, &["2026-01-14", "2026-01-14", "2026-01-14"])),
        "none",
        "the time of building"
    );
    assert_eq!(newest(&items(Signal::Sitemap, &["2026-01-14", "2025-12-01"])), "2026-01-14 sitemap ");
    let pinned = items(Signal::Visible, &["2024-05-01", "2025-12-01", "2026-01-13"]);
    assert_eq!(newest(&pinned), "2026-01-13 visible ", "the order of a list says nothing");
}

#[test]
fn a_day_without_a_year_is_behind_us_in_a_list_of_articles_and_its_address_may_name_the_year() {
    let newest = |items: &[Item]| match freshness(items, now()) {
        Freshness::NoAnswer => "none".to_owned(),
        Freshness::Newest { evidence, .. } => evidence.date.to_string(),
    };
    assert_eq!(newest(&items(Signal::Visible, &["20 Mei", "10 Mei"])), "2025-05-20", "the next May has no news yet");
    assert_eq!(newest(&items(Signal::Visible, &["12 Jan", "28 Des"])), "2026-01-12");
    assert_eq!(
        newest(&items(Signal::Visible, &["2026-05-20", "2026-05-10"])),
        "none",
        "a year that is written is meant"
    );
    let item =
        |day: &str, at: &str| format!("<div><a href='{at}'>Kegiatan dinas bersama warga</a><span>{day}</span></div>");
    let html = item("12 Jan", "/2023/01/satu/") + &item("5 Jan", "/2023/01/dua/") + &item("3 Jan", "/berita/tiga/");
    let told = told(&list_dates(&html, None, now()));
    assert!(told[0].contains("2023-01-12") && told[1].contains("2023-01-05"), "{told:?}");
    assert!(told[2].contains("2026-01-03"), "{told:?}");
}

#[test]
fn an_agenda_is_up_to_date_with_an_event_in_or_after_this_week() {
    assert_eq!(monday(now()).to_string(), "2026-01-12");
    let event = |dates: &[&str]| coming(&items(Signal::Visible, dates), now()).map(|item| item.address.clone());
    assert_eq!(event(&["2025-12-01", "8-12 Januari 2026"]).as_deref(), Some("/8-12 Januari 2026"));
    assert_eq!(event(&["2026-03-01", "2026-02-01"]).as_deref(), Some("/2026-02-01"));
    assert_eq!(event(&["2026-01-11", "2025-12-01"]), None);
}

#[test]
fn hostile_pages_are_read_to_their_end_without_deep_recursion() {
    // What takes the square of its bytes does not end within any patience.
    let bytes = 150_000;
    for piece in [
        "<div>",
        "<a>",
        "<p>",
        "<table>",
        "<h1>",
        "<h2>a",
        "</b>",
        "<a href=/berita/1>Judul yang panjang</a>12 Januari 2026 ",
        "<time datetime=2026-01-12>",
        "<script type=application/ld+json>[</script>",
        "<svg><title>",
        "&amp",
        "<a a b c d ",
        "<li><b>",
        "<!--",
        "<div class='widget date sidebar'>12 Jan 2026",
        "<item><pubDate>",
        "<br>12 Januari 2026",
    ] {
        let html = piece.repeat(bytes / piece.len());
        published(&html, None, now());
        list_dates(&html, None, now());
        feed_dates(&html, now());
        sitemap_dates(&html, now());
    }
    let attributes: String = (0..200_000).map(|number| format!(" a{number}")).collect();
    published(&format!("<div{attributes}>"), None, now());
}
