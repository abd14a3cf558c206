//! Documents show their first page and are found by what they say.

use std::collections::BTreeSet;

use lamin::adapters::Child;
use lamin::db::Engine;
use lamin::identity::{Actor, Role};
use lamin::media::derive::{self, READS_PDF, document};
use lamin::ports::Apart;
use lamin::publish::model::Mode;
use serde_json::Value;

use super::search::found;
use super::{Tree, assert_whole, build, current, lingering, text, tree};
use crate::hostile_files;
use crate::hostile_files::made::{pdf_of, stream};
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_document_shows_its_first_page_and_is_found_by_what_it_says,
    a_table_is_found_by_what_it_says,
    what_a_document_says_counts_from_the_release_after_it_was_read,
);

/// A page of text in a font that every reader has.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let shown: Vec<String> = lines.iter().map(|line| format!("({line}) Tj 0 -24 Td")).collect();
    let drawn = format!("0.1 0.3 0.6 rg 40 760 515 12 re f 0 g BT /F1 18 Tf 40 700 Td {} ET", shown.join(" "));
    pdf_of(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        stream("", drawn.as_bytes()),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ])
}

/// The digest of an uploaded file.
async fn upload(app: &TestApp, actor: &Actor, name: &str, bytes: &[u8]) -> String {
    let path = "/api/v1/sites/portal/assets";
    let reply = Call::post(path).token(&app.token(actor)).file(name, bytes).send(app).await.assert_ok();
    reply.json()["items"][0]["digest"].as_str().unwrap().to_owned()
}

/// Does what a server does until nothing is left to do.
fn work(app: &TestApp) {
    let handlers = lamin::boot::handlers();
    loop {
        derive::service::follow(app).unwrap();
        if lamin::jobs::run_due(app, &handlers).unwrap() == 0 {
            return;
        }
    }
}

fn held(app: &TestApp) -> Tree {
    let root = current(app);
    let old = lingering(&root);
    let mut tree = tree(&root);
    tree.retain(|path, _| !old.contains(path) && !path.ends_with(".gz") && !path.ends_with(".br"));
    tree
}

async fn asked(app: &TestApp, words: &str) -> Vec<String> {
    let path = format!("/delivery/v1/sites/portal/search?q={words}");
    let results: Value = Call::get(&path).send(app).await.assert_ok().json();
    results["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

/// By the API and in the files of the release.
async fn assert_found(app: &TestApp, words: &str, slugs: &[&str]) {
    assert_eq!(asked(app, words).await, slugs, "{words}");
    let addresses: BTreeSet<String> = found(&held(app), "cari/", words);
    let wanted: BTreeSet<String> = slugs.iter().map(|slug| format!("/dokumen/{slug}/")).collect();
    assert_eq!(addresses, wanted, "{words}");
}

fn assert_as_if_made_at_once(app: &TestApp) {
    let step_by_step = held(app);
    build(app, Mode::Fresh);
    let fresh = held(app);
    let paths = fresh.keys().chain(step_by_step.keys());
    let differing: Vec<_> = paths.filter(|path| fresh.get(*path) != step_by_step.get(*path)).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

async fn a_document_shows_its_first_page_and_is_found_by_what_it_says(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let file = upload(&app, &ani, "Laporan Retribusi.pdf", &pdf(&["Retribusi parkir", "tahun 2025"])).await;
    portal.show(&app, &[Live::new("dokumen", "laporan").titled("Laporan").field("file", file.as_str())]).await;
    build(&app, Mode::Changed);
    let before = held(&app);
    assert_found(&app, "parkir", &[]).await;
    work(&app);
    if !READS_PDF {
        assert!(held(&app) == before, "it waits for a program that can read it");
        return;
    }
    let after = held(&app);
    let original = format!("href=\"/media/{}/laporan-retribusi.pdf\"", &file[..16]);
    for (page, ending) in [("dokumen/laporan/index.html", "laporan-retribusi-480"), ("dokumen/index.html", "-160")] {
        let page = text(&after, page);
        assert!(page.contains(&original) && page.contains("class=\"first-page\""), "{page}");
        assert!(page.contains("width=\"480\" height=\"679\"") && page.contains("loading=\"lazy\""), "{page}");
        assert!(page.contains(ending) && page.contains("alt=\"\""), "{page}");
    }
    let page = text(&after, "dokumen/laporan/index.html");
    let drawn = page.split(['"', ' ']).find(|part| part.starts_with("/media/") && part.contains("-480.")).unwrap();
    let picture = image::load_from_memory(&after[&drawn[1..]]).unwrap().into_rgb8();
    assert_eq!((picture.width(), picture.height()), (480, 679));
    let [red, _, blue] = picture.get_pixel(200, 61).0;
    assert!(red < 60 && blue > 120, "the blue bar: {:?}", picture.get_pixel(200, 61));
    assert!(picture.enumerate_pixels().any(|(_, y, pixel)| (90..120).contains(&y) && pixel.0[0] < 90), "letters");
    let told = Call::get("/delivery/v1/sites/portal/entries/dokumen/laporan").send(&app).await.assert_ok().json();
    assert_eq!(told["fields"]["file"]["media_type"], "application/pdf", "programs are told the document: {told}");
    assert_found(&app, "retribusi", &["laporan"]).await;
    assert_found(&app, "parkir", &["laporan"]).await;
    assert_whole(&current(&app));
    assert_as_if_made_at_once(&app);
    assert!(build(&app, Mode::Changed).skipped);
}

async fn a_table_is_found_by_what_it_says(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let file = upload(&app, &ani, "Angka.csv", b"kecamatan,jumlah\nMuara Kembang,412\n").await;
    let body = format!("Lihat [angkanya](asset:{file}).");
    let named = Live::new("dokumen", "angka").titled("Angka").long("body", body);
    let other = Live::new("dokumen", "lain").titled("Kembang sepatu");
    portal.show(&app, &[named, other]).await;
    build(&app, Mode::Changed);
    work(&app);
    assert_found(&app, "412", &["angka"]).await;
    assert_eq!(asked(&app, "kembang").await, ["lain", "angka"], "what a file says weighs least");
    assert_as_if_made_at_once(&app);
    let once_more = Live::new("dokumen", "angka").titled("Angka");
    portal.show(&app, &[once_more]).await;
    build(&app, Mode::Changed);
    assert_found(&app, "412", &[]).await;
}

async fn what_a_document_says_counts_from_the_release_after_it_was_read(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let many = |number: usize| Live::new("dokumen", &format!("dokumen-{number}")).titled("Dokumen");
    let file = upload(&app, &ani, "a.txt", b"Baluwarti").await;
    let with_file = |number: usize| many(number).field("file", file.as_str());
    portal.show(&app, &(0..40).map(many).chain([with_file(40)]).collect::<Vec<_>>()).await;
    build(&app, Mode::Changed);
    work(&app);
    assert_found(&app, "baluwarti", &["dokumen-40"]).await;
    assert_as_if_made_at_once(&app);
    // The base of the index was begun before the file was read; now it is stale there, and a new base begins.
    portal.show(&app, &[with_file(40).titled("Dokumen lain"), with_file(3)]).await;
    build(&app, Mode::Changed);
    assert_as_if_made_at_once(&app);
    portal.show(&app, &(0..40).map(with_file).collect::<Vec<_>>()).await;
    build(&app, Mode::Changed);
    assert_eq!(found(&held(&app), "cari/", "baluwarti").len(), 41);
    portal.show(&app, &[many(40)]).await;
    build(&app, Mode::Changed);
    assert_eq!(found(&held(&app), "cari/", "baluwarti").len(), 40);
    assert_as_if_made_at_once(&app);
}

/// A page that draws itself, many times over on each level.
fn endless() -> Vec<u8> {
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /A 5 0 R >> >> >>".to_vec(),
        stream("", b"/A Do"),
    ];
    const LEVELS: usize = 12;
    for level in 0..LEVELS {
        let next = 6 + level;
        let form =
            format!("/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << /XObject << /A {next} 0 R >> >>");
        objects.push(stream(&form, "/A Do ".repeat(20).as_bytes()));
    }
    objects.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 200 200]", b"0 0 m 9 9 l S"));
    pdf_of(&objects)
}

/// Its reader runs until it is stopped, which takes a while.
#[actix_web::test]
async fn a_document_that_cannot_be_drawn_keeps_no_other_waiting() {
    if !READS_PDF {
        return;
    }
    let app = TestApp::new(Engine::Sqlite);
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let endless = upload(&app, &ani, "tanpa-akhir.pdf", &endless()).await;
    let good = upload(&app, &ani, "baik.pdf", &pdf(&["Baik"])).await;
    let document = |slug: &str, file: &str| Live::new("dokumen", slug).titled(slug).field("file", file);
    portal.show(&app, &[document("satu", &endless), document("dua", &good)]).await;
    build(&app, Mode::Changed);
    work(&app);
    let tree = held(&app);
    assert!(!text(&tree, "dokumen/satu/index.html").contains("first-page"));
    assert!(text(&tree, "dokumen/dua/index.html").contains("first-page"));
    let path = format!("/api/v1/sites/portal/assets/{endless}");
    let told = Call::get(&path).token(&app.token(&ani)).send(&app).await.assert_ok().json();
    assert_eq!(told["picture"]["state"], "failed", "{told:#}");
    assert!(told["picture"]["fault"].as_str().is_some_and(|fault| fault.contains("signal")), "{told:#}");
}

#[test]
fn no_hostile_document_does_more_than_end_its_own_reader() {
    let child = Child::new(env!("CARGO_BIN_EXE_lamin").into());
    let documents = hostile_files::documents::all().into_iter().filter(|case| case.name.ends_with(".pdf"));
    let mut read = 0;
    for case in documents {
        let told = child.run(document::COMMAND, &case.bytes, document::TOLD_BYTES_MAX).unwrap();
        assert!(told.said.len() as u64 <= document::TOLD_BYTES_MAX, "{}", case.about);
        let heard = document::heard(&told.said, told.ended);
        assert!(heard.page.is_some() || heard.fault.is_some(), "{}", case.about);
        read += usize::from(heard.page.is_some());
    }
    assert_eq!(read > 0, READS_PDF);
}

/// A server that shows the demo has read all of its documents.
#[actix_web::test]
async fn every_document_of_the_demo_can_be_read() {
    if !READS_PDF {
        return;
    }
    let app = TestApp::new(Engine::Sqlite);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/content/dokumen");
    let found = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let documents = found.filter(|found| found.path().extension().is_some_and(|ending| ending == "pdf"));
    for found in documents {
        #[expect(clippy::disallowed_methods, reason = "the demo's own files")]
        let file = std::fs::read(found.path()).unwrap();
        let told = app.apart.run(document::COMMAND, &file, document::TOLD_BYTES_MAX).unwrap();
        let heard = document::heard(&told.said, told.ended);
        assert!(heard.page.is_some() && heard.text.split(' ').count() > 20, "{}: {heard:?}", found.path().display());
    }
}
