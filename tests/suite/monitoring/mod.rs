//! Websites of every kind, looked at from outside.

mod animals;
mod baselines;
mod lists;
mod recaps;
mod schedule;
mod states;
mod watching;
mod zoo;

use lamin::adapters::HttpProber;
use lamin::monitoring::look::model::{Cause, Fresh, Reached, Report, Section, Verdict};
use lamin::monitoring::look::{Asking, look};
use lamin::monitoring::scan;
use lamin::ports::probing::{Pinned, Visitor};
use url::Url;
use zoo::{Request, Site, days_ago, page, rss, says};

const NOW: &str = "2026-01-12T01:00:00Z";

async fn look_at(site: &Site, as_crawler: bool) -> Report {
    let pin = Pinned::parse(&format!("{}:{}:127.0.0.1", zoo::HOST, site.port)).unwrap();
    let prober = HttpProber::new(|_| false, &[pin], (b"", "+https://lamin.example/")).unwrap();
    let url = Url::parse(&format!("http://{}:{}/", zoo::HOST, site.port)).unwrap();
    let asking = Asking { as_crawler, ..Asking::of(url, NOW.parse().unwrap()) };
    look(&prober, &asking).await
}

async fn of(answers: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Report {
    look_at(&Site::open(answers), false).await
}

fn fresh(report: &Report, section: Section) -> (Fresh, Option<String>, Option<&str>) {
    let found = &report.freshness[&section];
    (found.verdict, found.date.map(|date| date.to_string()), found.signal.as_deref())
}

#[actix_web::test]
async fn a_site_that_is_kept_up_is_well() {
    let report = of(|request| match request.path() {
        "/" => says(
            200,
            &page(
                "Dinas Kominfo",
                "<nav><a href=/berita/>Berita</a><a href=/agenda/>Agenda</a></nav><p>Selamat datang di Dinas Kominfo.",
            ),
        ),
        "/berita/" => says(200, &page("Berita", &zoo::list("berita", &[1, 9, 20]))),
        "/agenda/" => says(200, &page("Agenda", &zoo::list("agenda", &[-3, 40]))),
        _ => says(404, "tidak ditemukan"),
    })
    .await;
    assert_eq!(report.reachability.verdict, Reached::Ok);
    assert_eq!(fresh(&report, Section::Berita), (Fresh::Updated, Some(days_ago(1)), Some("time")));
    assert_eq!(fresh(&report, Section::Agenda).0, Fresh::Updated);
    assert_eq!(fresh(&report, Section::Artikel).0, Fresh::NoAnswer);
    assert_eq!(report.injection.verdict, Some(scan::Verdict::Clean), "{:#?}", report.injection);
    assert_eq!(report.verdict, Verdict::Ok);
}

#[actix_web::test]
async fn a_site_that_nobody_writes_on_is_not_updated_whatever_its_clock_says() {
    let report = of(|request| match request.path() {
        "/" => says(200, &page("Dinas", &format!("<header>Senin, 12 Januari 2026</header><a href=/category/berita/>Berita</a><p>Pengunjung hari ini: 12</p>{}", zoo::list("berita", &[300, 320])))),
        "/category/berita/" => says(200, &page("Berita", &format!("<div>Senin, 12 Januari 2026 09.00 WITA</div>{}", zoo::list("berita", &[300, 320])))),
        _ => says(404, ""),
    })
    .await;
    assert_eq!(fresh(&report, Section::Berita).0, Fresh::NotUpdated);
    assert_eq!(fresh(&report, Section::Berita).1, Some(days_ago(300)));
    assert_eq!(report.verdict, Verdict::Attention);
}

#[actix_web::test]
async fn the_api_of_wordpress_is_believed_before_its_feed() {
    let report = of(|request| match request.path() {
        "/" => says(200, "<title>Dinas</title><link rel='https://api.w.org/' href='/wp-json/'><link rel=alternate type=application/rss+xml href=/feed/><p>Selamat datang"),
        "/wp-json/wp/v2/posts" => says(200, &format!(
            "[{{\"date_gmt\":\"{}T01:00:00\",\"link\":\"http://{}/a/\"}},{{\"date_gmt\":\"{}T01:00:00\",\"link\":\"http://{}/b/\"}}]",
            days_ago(2), zoo::HOST, days_ago(5), zoo::HOST
        )),
        "/feed/" => says(200, &rss(&[2, 5])),
        _ => says(404, ""),
    })
    .await;
    assert_eq!(fresh(&report, Section::Berita), (Fresh::Updated, Some(days_ago(2)), Some("api")));
}

#[actix_web::test]
async fn what_answers_without_being_there_is_down() {
    for (answer, expected) in [
        (
            says(200, "<title>Account Suspended</title><h1>This Account has been suspended.</h1>"),
            Cause::HostingSuspended,
        ),
        (says(200, "<h1>Error establishing a database connection</h1>"), Cause::DatabaseError),
        (says(200, "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>"), Cause::DefaultPage),
        (says(500, "x"), Cause::ServerError),
        (says(404, "x"), Cause::NotFound),
        (zoo::redirects(302, "/"), Cause::RedirectLoop),
        (zoo::redirects(301, "http://169.254.169.254/latest/"), Cause::PrivateNetwork),
        (b"HTTP/1.1 302 Found\r\n\r\n".to_vec(), Cause::RedirectToNowhere),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx".to_vec(), Cause::BodyBroken),
        (b"apa ini\r\n\r\n".to_vec(), Cause::Malformed),
        (Vec::new(), Cause::Closed),
    ] {
        let report = of(move |_| answer.clone()).await;
        assert_eq!((report.reachability.verdict, report.reachability.cause), (Reached::Down, Some(expected)));
        assert_eq!((report.verdict, fresh(&report, Section::Berita).0), (Verdict::Down, Fresh::Down), "{expected:?}");
    }
    let guarded = of(|_| says(403, "Forbidden")).await;
    assert_eq!((guarded.reachability.verdict, guarded.verdict), (Reached::Unknown, Verdict::Unknown));
    assert_eq!(fresh(&guarded, Section::Berita).0, Fresh::NoAnswer);
    let mended = of(|_| says(200, "<h1>Situs sedang dalam perbaikan</h1>")).await;
    assert_eq!((mended.verdict, fresh(&mended, Section::Berita).0), (Verdict::Maintenance, Fresh::Maintenance));
}

const PROMOTION: &str = "<div style='display:none'><a href='https://slot-gacor88.example/'>Slot gacor maxwin hari ini, daftar dan deposit pulsa bonus 100%</a></div>";

#[actix_web::test]
async fn hidden_links_make_a_site_infected() {
    let report = of(|request| match request.path() {
        "/" => says(200, &page("Dinas", &format!("<p>Selamat datang di situs dinas.{PROMOTION}"))),
        _ => says(404, ""),
    })
    .await;
    assert_eq!(report.injection.verdict, Some(scan::Verdict::Infected), "{:#?}", report.injection);
    assert_eq!(report.verdict, Verdict::Compromised);
}

#[actix_web::test]
async fn what_only_search_visitors_see_is_seen() {
    let cloaked = |shown: fn(&Request) -> bool| {
        move |request: &Request| match request.path() {
            "/" if shown(request) => {
                says(200, &page("Dinas", &format!("<p>Selamat datang di situs dinas.{PROMOTION}")))
            }
            "/" => says(200, &page("Dinas", "<p>Selamat datang di situs dinas.")),
            _ => says(404, ""),
        }
    };
    let by_referrer = of(cloaked(|request| request.header("referer").contains("google"))).await;
    assert_eq!(by_referrer.injection.verdict, Some(scan::Verdict::Infected));
    let kinds: Vec<_> = by_referrer.injection.evidence.iter().map(|seen| seen.evidence.kind).collect();
    assert!(kinds.contains(&scan::Kind::Cloaking), "{kinds:?}");
    let by_agent = cloaked(|request| request.header("user-agent").contains("Googlebot"));
    let site = Site::open(by_agent);
    assert_eq!(look_at(&site, false).await.injection.verdict, Some(scan::Verdict::Clean), "nobody agreed to a crawler");
    assert_eq!(look_at(&site, true).await.injection.verdict, Some(scan::Verdict::Infected));
    let guarded = of(|request| match (request.path(), request.header("referer")) {
        ("/", "") => says(200, &page("Dinas", "<p>Selamat datang di situs dinas.")),
        ("/", _) => says(403, ""),
        _ => says(404, ""),
    })
    .await;
    assert_eq!(guarded.injection.inconclusive, [Visitor::FromSearch, Visitor::Phone]);
}

#[actix_web::test]
async fn a_page_deep_in_the_sitemap_and_one_that_replaced_the_home_page_are_found() {
    let report = of(|request| match request.path() {
        "/" => says(200, &page("Dinas", "<p>Selamat datang di situs dinas.")),
        "/sitemap.xml" => says(
            200,
            &format!(
                "<urlset><url><loc>http://{0}:{1}/lama/</loc></url><url><loc>http://{0}:{1}/baru/</loc></url></urlset>",
                zoo::HOST,
                request.port
            ),
        ),
        "/lama/" => says(
            200,
            &page(
                "Slot Gacor Maxwin",
                &format!(
                    "<h1>Situs slot gacor gampang maxwin</h1><p>Daftar sekarang, bonus new member 100%{PROMOTION}"
                ),
            ),
        ),
        "/baru/" => {
            says(200, &page("Berita", "<p>Polisi menangkap pelaku judi online yang menawarkan slot kepada warga."))
        }
        _ => says(404, ""),
    })
    .await;
    assert_eq!(report.injection.verdict, Some(scan::Verdict::Infected));
    assert!(
        report.injection.evidence.iter().all(|seen| seen.url.ends_with("/lama/") || seen.url.ends_with("sitemap.xml"))
    );
    let defaced = of(|_| {
        says(200, "<title>Hacked by R00T</title><h1>Hacked by R00T</h1><p>Security is an illusion. Greetz to all")
    })
    .await;
    assert_eq!((defaced.injection.verdict, defaced.verdict), (Some(scan::Verdict::Defaced), Verdict::Compromised));
}

#[actix_web::test]
async fn a_site_that_answers_everything_is_not_guessed_at() {
    let home = page("Dinas", "<p>Selamat datang di situs dinas kami yang baru.");
    let report = of(move |_| says(200, &home)).await;
    assert_eq!(fresh(&report, Section::Berita).0, Fresh::NoAnswer);
    assert_eq!(report.injection.verdict, Some(scan::Verdict::Clean), "{:#?}", report.injection);
}
