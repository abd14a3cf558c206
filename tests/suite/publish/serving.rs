//! What a reader's browser gets.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{test, web};
use lamin::content::model::WithdrawalReason;
use lamin::publish::model::Mode;
use lamin::publish::serve::{self, Published};
use lamin::publish::service;

use super::{build, portal};
use crate::live_rows::Live;
use crate::on_both;
use crate::support::TestApp;

on_both!(
    pages_come_by_host_name_with_a_tag_and_the_right_headers,
    what_is_unchanged_is_not_sent_again,
    compressed_copies_are_chosen_by_what_the_reader_takes,
    redirects_and_missing_pages_have_their_own_status,
    nothing_outside_the_release_is_served,
    a_swap_shows_at_once,
    a_part_of_a_film_is_sent_alone,
    a_withdrawn_page_answers_410_with_why_by_whom_and_when,
);

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(published: &web::Data<Published>, path: &str, headers: &[(&str, &str)]) -> Answer {
    let service = actix_web::App::new().app_data(published.clone()).default_service(web::to(serve::page));
    let service = test::init_service(service).await;
    let mut request = test::TestRequest::get().uri(path);
    for header in headers {
        request = request.insert_header(*header);
    }
    let answer = test::call_service(&service, request.to_request()).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    Answer { status, headers, body: test::read_body(answer).await.to_vec() }
}

async fn site(app: &TestApp) -> web::Data<Published> {
    portal(app).await;
    build(app, Mode::Fresh);
    service::tidy(app, "portal").unwrap();
    web::Data::new(Published::new(app.app.clone()))
}

async fn pages_come_by_host_name_with_a_tag_and_the_right_headers(app: TestApp) {
    let published = site(&app).await;
    for host in ["portal.localhost:8080", "localhost:8080", "elsewhere.example"] {
        let answer = ask(&published, "/berita/", &[("Host", host)]).await;
        assert_eq!(answer.status, 200, "{host}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(answer.header(header::CACHE_CONTROL), "public, max-age=0, must-revalidate");
        assert!(answer.header(header::CONTENT_SECURITY_POLICY).contains("default-src 'none'"));
        assert!(!answer.header(header::CONTENT_SECURITY_POLICY).contains("unsafe"));
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
    let page = ask(&published, "/", &[]).await;
    let page = String::from_utf8(page.body).unwrap();
    let style = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = ask(&published, style, &[]).await;
    assert_eq!(style.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert!(String::from_utf8(style.body).unwrap().starts_with(":root{--site:#224466;--on-site:#ffffff}"));
    assert_eq!(
        ask(&published, "/berita/atom.xml", &[]).await.header(header::CONTENT_TYPE),
        "application/atom+xml; charset=utf-8"
    );
}

async fn what_is_unchanged_is_not_sent_again(app: TestApp) {
    let published = site(&app).await;
    let first = ask(&published, "/profil/", &[]).await;
    let tag = first.header(header::ETAG).to_owned();
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    let again = ask(&published, "/profil/", &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    build(&app, Mode::Fresh);
    let again = ask(&published, "/profil/", &[("If-None-Match", &tag)]).await;
    assert_eq!(again.status, 304, "the same page in another release is the same page");
}

async fn compressed_copies_are_chosen_by_what_the_reader_takes(app: TestApp) {
    let published = site(&app).await;
    let plain = ask(&published, "/berita/", &[]).await;
    let brotli = ask(&published, "/berita/", &[("Accept-Encoding", "gzip, br")]).await;
    let gzip = ask(&published, "/berita/", &[("Accept-Encoding", "gzip")]).await;
    assert_eq!(brotli.header(header::CONTENT_ENCODING), "br");
    assert_eq!(gzip.header(header::CONTENT_ENCODING), "gzip");
    assert_ne!(brotli.header(header::ETAG), plain.header(header::ETAG));
    assert_eq!(brotli.header(header::CONTENT_TYPE), plain.header(header::CONTENT_TYPE));
    assert_eq!(plain.header(header::VARY), "Accept-Encoding");
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzip.body.as_slice()), &mut unpacked).unwrap();
    assert!(unpacked == plain.body);
}

async fn redirects_and_missing_pages_have_their_own_status(app: TestApp) {
    let published = site(&app).await;
    let answer = ask(&published, "/b", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (302, "/berita/"));
    let answer = ask(&published, "/berita", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (301, "/berita/"));
    let answer = ask(&published, "/cari?q=kartu+%22KTP%22&page=2", &[]).await;
    assert_eq!(answer.header(header::LOCATION), "/cari/?q=kartu+%22KTP%22&page=2", "what was looked for is kept");
    let answer = ask(&published, "/tidak/ada/", &[]).await;
    assert_eq!(answer.status, 404);
    assert!(String::from_utf8(answer.body).unwrap().contains("Halaman tidak ditemukan"));
}

async fn nothing_outside_the_release_is_served(app: TestApp) {
    let published = site(&app).await;
    std::os::unix::fs::symlink("/etc", super::current(&app).join("etc")).unwrap();
    for path in
        ["/../../../data/signing.key", "/%2e%2e/%2e%2e/data/signing.key", "/etc/passwd", "/.lock", "//etc/passwd"]
    {
        let answer = ask(&published, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

async fn a_swap_shows_at_once(app: TestApp) {
    let portal = portal(&app).await;
    build(&app, Mode::Fresh);
    let published = web::Data::new(Published::new(app.app.clone()));
    assert_eq!(ask(&published, "/berita/baru/", &[]).await.status, 404);
    portal.show(&app, &[Live::new("berita", "baru")]).await;
    build(&app, Mode::Changed);
    assert_eq!(ask(&published, "/berita/baru/", &[]).await.status, 200);
}

async fn a_withdrawn_page_answers_410_with_why_by_whom_and_when(app: TestApp) {
    let portal = portal(&app).await;
    build(&app, Mode::Fresh);
    let published = web::Data::new(Published::new(app.app.clone()));
    let gone = Live::new("berita", "berita-7").on("2026-11-20T23:30:00+08:00");
    portal.hide(&app, &gone.clone().withdrawn(WithdrawalReason::Mistake, "Angka <salah>.")).await;
    build(&app, Mode::Changed);
    for path in ["/berita/berita-7/", "/berita/berita-7/index.html"] {
        let answer = ask(&published, path, &[("If-None-Match", "*")]).await;
        let page = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 410, "{path}");
        for words in ["memuat kekeliruan", "Angka &lt;salah&gt;.", "portal", "20 November 2026", "noindex"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("ke-7"), "the title is not repeated there");
    }
    assert_eq!(ask(&published, "/berita/berita-7", &[]).await.status, 301);
    portal.show(&app, &[gone]).await;
    build(&app, Mode::Changed);
    assert_eq!(ask(&published, "/berita/berita-7/", &[]).await.status, 200);
}

async fn a_part_of_a_film_is_sent_alone(app: TestApp) {
    let portal = portal(&app).await;
    let film: Vec<u8> = (0..900_000_u32).map(|at| (at % 251) as u8).collect();
    let digest = lamin::kernel::Digest::of(&film);
    app.storage.put(&digest, &film).unwrap();
    portal.store_stored(&app, digest, "film.mp4", "video/mp4").await;
    portal.show(&app, &[Live::new("berita", "film").long("body", format!("![Film](asset:{digest})"))]).await;
    build(&app, Mode::Fresh);
    let published = web::Data::new(Published::new(app.app.clone()));
    let path = format!("/media/{}/film.mp4", &digest.as_str()[..16]);
    let whole = ask(&published, &path, &[]).await;
    assert_eq!((whole.status.as_u16(), whole.header(header::ACCEPT_RANGES)), (200, "bytes"));
    assert!(whole.body == film);
    let part = ask(&published, &path, &[("Range", "bytes=70000-199999"), ("Accept-Encoding", "br")]).await;
    assert_eq!((part.status.as_u16(), part.header(header::CONTENT_RANGE)), (206, "bytes 70000-199999/900000"));
    assert!(part.body == film[70_000..200_000]);
    let end = ask(&published, &path, &[("Range", "bytes=-5"), ("If-Range", whole.header(header::ETAG))]).await;
    assert!(end.status == 206 && end.body == film[899_995..]);
    let other = ask(&published, &path, &[("Range", "bytes=-5"), ("If-Range", "\"other\"")]).await;
    assert!(other.status == 200 && other.body == film, "a part of something else would not fit");
    let beyond = ask(&published, &path, &[("Range", "bytes=900000-")]).await;
    assert_eq!((beyond.status.as_u16(), beyond.header(header::CONTENT_RANGE)), (416, "bytes */900000"));
    let page = ask(&published, "/berita/", &[("Range", "bytes=0-9")]).await;
    assert!(page.status == 206 && page.body == b"<!DOCTYPE ", "{:?}", String::from_utf8_lossy(&page.body));
}
