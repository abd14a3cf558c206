//! What programs of others read, each read by a parser of its kind.

use lamin::kernel::Digest;
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use super::{Tree, build, current, portal, text, tree};
use crate::live_rows::Live;
use crate::on_both;
use crate::support::TestApp;

on_both!(
    feeds_come_as_json_too,
    the_register_of_public_information_is_a_table_for_programs,
    data_sets_stand_in_a_catalogue,
    regulations_are_listed_as_the_legal_network_reads_them,
    the_map_for_search_engines_names_languages_and_pictures,
    people_have_a_map_of_the_site,
    a_change_of_one_entry_changes_its_list,
);

fn parsed(tree: &Tree, path: &str) -> Value {
    serde_json::from_str(text(tree, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

async fn with(app: &TestApp, entries: &[Live]) -> Tree {
    let portal = portal(app).await;
    portal.show(app, entries).await;
    build(app, Mode::Fresh);
    tree(&current(app))
}

async fn feeds_come_as_json_too(app: TestApp) {
    let tree = with(&app, &[]).await;
    let feed = parsed(&tree, "berita/feed.json");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["feed_url"], "https://portal.example/berita/feed.json");
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 20);
    assert_eq!(items[0]["title"], "Berita ke-45 \"uji\" & coba");
    assert_eq!(
        (&items[0]["content_text"], &items[0]["authors"]),
        (&json!("Ringkasan 45 < 100"), &json!([{"name": "Ani"}]))
    );
    for item in items {
        assert_eq!(item["id"], item["url"]);
        assert!(item["date_published"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    }
    let humans = text(&tree, "humans.txt");
    assert!(humans.contains("Nama: Portal Uji") && humans.contains("/.well-known/lamin/release.json"), "{humans}");
}

fn information() -> Vec<Live> {
    let item = |slug: &str, number: &str, class: &str| {
        Live::new("informasi", slug)
            .titled(&format!("Laporan, \"{slug}\""))
            .field("number", number)
            .field("information_class", class)
            .field("unit", "=Dinas")
    };
    vec![item("b", "2", "berkala"), item("a", "1", "berkala"), item("c", "3", "setiap-saat")]
}

/// The rows of a table, by a parser of RFC 4180.
fn rows_of(table: &str) -> Vec<Vec<String>> {
    let (mut reader, mut rest) = (csv_core::Reader::new(), table.as_bytes());
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), [0; 4096]);
    loop {
        let (result, read, written) = reader.read_field(rest, &mut cell);
        rest = &rest[read..];
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                row.push(String::from_utf8(cell[..written].to_vec()).unwrap());
                if record_end {
                    rows.push(std::mem::take(&mut row));
                }
            }
            csv_core::ReadFieldResult::InputEmpty if rest.is_empty() => {}
            csv_core::ReadFieldResult::End => return rows,
            other => panic!("{other:?}"),
        }
    }
}

async fn the_register_of_public_information_is_a_table_for_programs(app: TestApp) {
    let tree = with(&app, &information()).await;
    let bytes = text(&tree, "informasi/daftar.csv").strip_prefix('\u{feff}').unwrap();
    let mut rows = rows_of(bytes);
    let columns = rows.remove(0);
    assert_eq!(
        columns,
        [
            "nomor",
            "ringkasan_isi_informasi",
            "unit_yang_menguasai",
            "penanggung_jawab_pembuatan",
            "waktu_dan_tempat_pembuatan",
            "bentuk_informasi",
            "jangka_waktu_penyimpanan",
            "klasifikasi",
            "alamat"
        ]
    );
    let numbers: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(numbers, ["1", "2", "3"], "by class and number");
    assert_eq!(
        (rows[0][1].as_str(), rows[0][2].as_str()),
        ("Laporan, \"a\"", "'=Dinas"),
        "no spreadsheet takes it for a formula"
    );
    let list = parsed(&tree, "informasi/daftar.json");
    assert_eq!(
        (&list[2]["klasifikasi"], &list[2]["alamat"]),
        (&json!("Setiap saat"), &json!("https://portal.example/informasi/c/"))
    );
    assert_eq!(list[0].as_object().unwrap().len(), 9);
}

async fn data_sets_stand_in_a_catalogue(app: TestApp) {
    let digest = Digest::of(b"not really a picture");
    let data = Live::new("data", "penduduk")
        .titled("Penduduk")
        .field("summary", "Jumlah penduduk.")
        .field("frequency", "tahunan")
        .field("producer", "Dinas")
        .field("licence_url", "https://creativecommons.org/licenses/by/4.0/")
        .field("file", digest.to_string())
        .tags(&["Perencanaan"]);
    let tree = with(&app, &[data]).await;
    let catalogue = parsed(&tree, "data/katalog.jsonld");
    assert_eq!(
        (&catalogue["@type"], &catalogue["dcat:dataset"][0]["@type"]),
        (&json!("dcat:Catalog"), &json!("dcat:Dataset"))
    );
    for name in ["dct:title", "dct:description", "dct:publisher"] {
        assert!(catalogue[name].is_object(), "DCAT-AP wants {name} of a catalogue");
    }
    let set = &catalogue["dcat:dataset"][0];
    assert_eq!(set["@id"], "https://portal.example/data/penduduk/");
    assert_eq!(set["dct:title"], json!({"@value": "Penduduk", "@language": "id"}));
    assert_eq!(
        set["dct:accrualPeriodicity"]["@id"],
        "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
    );
    let file = set["dcat:distribution"][0]["dcat:downloadURL"]["@id"].as_str().unwrap();
    let path = file.strip_prefix("https://portal.example/").unwrap();
    assert!(tree.contains_key(path), "{path} is part of the release");
    assert!(text(&tree, "data/index.html").contains("href=\"/data/katalog.jsonld\""));
}

async fn regulations_are_listed_as_the_legal_network_reads_them(app: TestApp) {
    let regulation = Live::new("regulasi", "pergub-7-2026")
        .titled("Standar Pelayanan")
        .field("kind", "pergub")
        .field("number", "7")
        .field("year", 2026)
        .field("status", "berlaku")
        .field("promulgated_on", "2026-03-02");
    let list = parsed(&with(&app, &[regulation]).await, "regulasi/jdih.json");
    let one = list[0].as_object().unwrap();
    let names = "idData tahun_pengundangan tanggal_pengundangan jenis noPeraturan judul noPanggil singkatanJenis tempatTerbit \
        penerbit deskripsiFisik sumber subjek isbn status bahasa bidangHukum teuBadan nomorIndukBuku fileDownload urlDownload \
        abstrak urlAbstrak urlDetailPeraturan operasi display";
    let mut names: Vec<&str> = names.split_whitespace().collect();
    names.sort_unstable();
    let mut found: Vec<&str> = one.keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, names);
    assert!(one.values().all(Value::is_string));
    assert_eq!(
        (&one["jenis"], &one["tahun_pengundangan"], &one["status"]),
        (&json!("Peraturan Gubernur"), &json!("2026"), &json!("Berlaku"))
    );
    assert_eq!(one["urlDetailPeraturan"], "https://portal.example/regulasi/pergub-7-2026/");
}

async fn the_map_for_search_engines_names_languages_and_pictures(app: TestApp) {
    let digest = Digest::of(b"not really a picture").to_string();
    let tree = with(&app, &[Live::new("berita", "bergambar").field("image", digest)]).await;
    let mut reader = quick_xml::NsReader::from_str(text(&tree, "sitemap.xml"));
    let (mut pictures, mut languages) = (0, Vec::new());
    loop {
        let (space, event) = reader.read_resolved_event().unwrap();
        let space = format!("{space:?}");
        match event {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) if tag.local_name().as_ref() == "image" => {
                assert!(space.contains("sitemap-image"), "{space}");
                pictures += 1;
            }
            quick_xml::events::Event::Empty(tag) if tag.local_name().as_ref() == "link" => {
                let value = |name: &str| tag.try_get_attribute(name).unwrap().unwrap().value.to_string();
                languages.push((value("hreflang"), value("href")));
            }
            _ => {}
        }
    }
    assert_eq!(pictures, 1);
    for (language, address) in [("id", "/agenda/rapat/"), ("en", "/en/agenda/meeting/"), ("en", "/en/")] {
        let pair = (language.to_owned(), format!("https://portal.example{address}"));
        assert!(languages.contains(&pair), "{pair:?} among {languages:?}");
    }
}

async fn people_have_a_map_of_the_site(app: TestApp) {
    let tree = with(&app, &[]).await;
    let map = text(&tree, "peta-situs/index.html");
    for address in ["/profil/", "/berita/", "/agenda/", "/kategori/pendidikan/"] {
        assert!(map.contains(&format!("href=\"{address}\"")), "{address}");
    }
    assert!(text(&tree, "index.html").contains("href=\"/peta-situs/\""));
    assert!(
        text(&tree, "en/peta-situs/index.html").contains("hreflang=\"id\" href=\"https://portal.example/peta-situs/\"")
    );
}

/// Built step by step or at once, the bytes are the same.
async fn a_change_of_one_entry_changes_its_list(app: TestApp) {
    let portal = portal(&app).await;
    portal.show(&app, &information()).await;
    portal.show(&app, &[Live::new("berita", "bergambar")]).await;
    build(&app, Mode::Fresh);
    let digest = Digest::of(b"not really a picture").to_string();
    let changed = information().remove(1).titled("Judul baru");
    let profile = Live::new("halaman", "profil").titled("Profil baru").long("body", "Tentang kami.");
    portal.show(&app, &[changed, profile, Live::new("berita", "bergambar").field("image", digest)]).await;
    build(&app, Mode::Changed);
    let step = tree(&current(&app));
    assert!(text(&step, "informasi/daftar.csv").contains("Judul baru"));
    assert!(text(&step, "peta-situs/index.html").contains("Profil baru"));
    assert!(text(&step, "sitemap.xml").contains("<image:loc>"));
    build(&app, Mode::Fresh);
    assert!(step == tree(&current(&app)));
}
