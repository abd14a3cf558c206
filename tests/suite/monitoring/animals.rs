//! The zoo: websites of every kind, well and broken, each with the verdict that it must get.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use lamin::adapters::HttpProber;
use lamin::monitoring::look::model::{Cause, Fresh, Reached, Report, Section};
use lamin::monitoring::look::{Asking, Mandate, look};
use lamin::monitoring::posture::Kind as Flaw;
use lamin::monitoring::scan::Verdict as Scan;
use lamin::ports::probing::{OldTls, Pinned, Prober as _};
use url::Url;

use super::zoo::{HOST, Request, Site, days_ago, list, page, redirects, rss, says};

type Says = fn(&Request) -> Vec<u8>;

/// A website, and the verdict that it must get.
struct Animal {
    name: &'static str,
    does: Does,
    reached: (Reached, Option<Cause>),
    berita: Fresh,
    injection: Option<Scan>,
    /// Among the findings.
    flaws: &'static [Flaw],
    /// Not among them.
    without: &'static [Flaw],
}

enum Does {
    Says(Says),
    /// Writes what it wants.
    Writes(fn(&Request, &mut TcpStream)),
    /// Over TLS, with a certificate for this name; it is an authority's if the last is true.
    Secured(Says, &'static str, bool),
}

const OK: (Reached, Option<Cause>) = (Reached::Ok, None);

/// One that is there and unharmed.
fn well(name: &'static str, berita: Fresh, answers: Says) -> Animal {
    let (does, reached, injection) = (Does::Says(answers), OK, Some(Scan::Clean));
    Animal { name, does, reached, berita, injection, flaws: &[], without: &[Flaw::FileExposed, Flaw::OldProtocols] }
}

/// One that is not there, though it may answer.
fn down(name: &'static str, cause: Cause, answers: Says) -> Animal {
    Animal { reached: (Reached::Down, Some(cause)), ..well(name, Fresh::Down, answers) }
}

/// One that breaks the connection in its own way.
fn wild(name: &'static str, cause: Cause, writes: fn(&Request, &mut TcpStream)) -> Animal {
    Animal { does: Does::Writes(writes), injection: None, ..down(name, cause, |_| Vec::new()) }
}

/// One on which somebody else wrote.
fn struck(name: &'static str, injection: Scan, answers: Says) -> Animal {
    Animal { injection: Some(injection), ..well(name, Fresh::NoAnswer, answers) }
}

fn secured(name: &'static str, certified: (&'static str, bool), answers: Says) -> Animal {
    Animal { does: Does::Secured(answers, certified.0, certified.1), ..well(name, Fresh::NoAnswer, answers) }
}

const WELCOME: &str = "<p>Selamat datang di situs resmi dinas kami, yang melayani warga kota.</p>";
const SPAM: &str = "<div style='display:none'><a href='https://slot-gacor88.example/'>Slot gacor maxwin hari ini, daftar dan deposit pulsa bonus 100%</a></div>";
const OFFER: &str = "<h1>Situs slot gacor gampang maxwin</h1><p>Daftar sekarang, bonus new member 100% <a href='https://slot-gacor88.example/'>daftar slot</a>";

/// A home page with this on it; other addresses are not there.
fn home(request: &Request, title: &str, body: &str) -> Vec<u8> {
    match request.path() {
        "/" => says(200, &page(title, body)),
        _ => says(404, "tidak ditemukan"),
    }
}

/// A home page that leads to a list of news with this on it.
fn news(request: &Request, path: &str, items: &str) -> Vec<u8> {
    match request.path() {
        "/" => says(200, &page("Dinas Contoh", &format!("{WELCOME}<nav><a href='{path}'>Berita</a></nav>"))),
        at if at == path.split('?').next().unwrap_or_default() => says(200, &page("Berita", items)),
        _ => says(404, "tidak ditemukan"),
    }
}

/// Items of a list, each with a date as it is written there.
fn dated(dates: &[&str]) -> String {
    let item = |(at, date): (usize, &&str)| {
        format!(
            "<div class=item><h3><a href='/berita/kegiatan-{at}'>Kegiatan dinas yang ke-{at} bersama warga</a></h3><span class=tanggal>{date}</span></div>"
        )
    };
    dates.iter().enumerate().map(item).collect()
}

fn kept_up() -> Vec<Animal> {
    vec![
        well("WordPress whose API answers", Fresh::Updated, |request| match request.path() {
            "/" => says(
                200,
                &page(
                    "Dinas",
                    &format!(
                        "<link rel='https://api.w.org/' href='/wp-json/'><script src=/wp-includes/a.js></script>{WELCOME}"
                    ),
                ),
            ),
            "/wp-json/wp/v2/posts" => says(
                200,
                &format!(
                    "[{{\"date\":\"{}T01:00:00\",\"link\":\"/a/\"}},{{\"date\":\"{}T01:00:00\",\"link\":\"/b/\"}}]",
                    days_ago(2),
                    days_ago(6)
                ),
            ),
            _ => says(404, ""),
        }),
        well("WordPress whose API is shut and whose feed is open", Fresh::Updated, |request| match request.path() {
            "/" => says(
                200,
                &page(
                    "Dinas",
                    &format!(
                        "<link rel='https://api.w.org/' href='/wp-json/'><link rel=alternate type=application/rss+xml href=/feed/>{WELCOME}"
                    ),
                ),
            ),
            "/feed/" => says(200, &rss(&[3, 8])),
            path if path.starts_with("/wp-json") => says(401, "{\"code\":\"rest_forbidden\"}"),
            _ => says(404, ""),
        }),
        well("a feed that is built daily, of old items", Fresh::NotUpdated, |request| match request.path() {
            "/" => says(
                200,
                &page("Dinas", &format!("<link rel=alternate type=application/rss+xml href=/feed/>{WELCOME}")),
            ),
            "/feed/" => says(200, &rss(&[90, 120])),
            _ => says(404, ""),
        }),
        well("a feed without an end tag", Fresh::Updated, |request| match request.path() {
            "/" => says(
                200,
                &page("Dinas", &format!("<link rel=alternate type=application/rss+xml href=/feed/>{WELCOME}")),
            ),
            "/feed/" => says(200, rss(&[1, 5]).trim_end_matches("</channel></rss>")),
            _ => says(404, ""),
        }),
        well("Joomla", Fresh::Updated, |request| {
            news(
                request,
                "/index.php/berita",
                &dated(&["Ditulis oleh Admin, 10 Januari 2026", "Ditulis oleh Admin, 2 Januari 2026"]),
            )
        }),
        well("Drupal", Fresh::Updated, |request| news(request, "/berita", &list("berita", &[2, 30]))),
        well("CodeIgniter", Fresh::Updated, |request| {
            news(request, "/index.php/berita/semua", &dated(&["Jum&#8217;at, 09/01/2026", "Senin, 05/01/2026"]))
        }),
        well("a table made by hand", Fresh::Updated, |request| match request.path() {
            "/" => says(200, &page("Dinas", &format!("{WELCOME}<a href=berita.html>Berita</a>"))),
            "/berita.html" => says(
                200,
                &page(
                    "Berita",
                    "<table><tr><td>11-01-2026</td><td><a href=a.html>Rapat koordinasi dinas</a></td></tr><tr><td>04-01-2026</td><td><a href=b.html>Gotong royong bersama warga</a></td></tr></table>",
                ),
            ),
            _ => says(404, ""),
        }),
        well("a query for an address", Fresh::Updated, |request| match request.path() {
            "/" => says(200, &page("Dinas", &format!("{WELCOME}<a href='index.php?page=berita'>Kabar</a>"))),
            "/index.php" => says(200, &page("Berita", &dated(&["8 Jan 2026", "1 Jan 2026"]))),
            _ => says(404, ""),
        }),
        well("static pages with an Atom feed", Fresh::Updated, |request| match request.path() {
            "/" => says(
                200,
                &page("Dinas", &format!("<link rel=alternate type=application/atom+xml href=/atom.xml>{WELCOME}")),
            ),
            "/atom.xml" => says(
                200,
                &format!(
                    "<feed xmlns='http://www.w3.org/2005/Atom'><updated>2026-01-12T00:00:00Z</updated><entry><link href='/a/'/><published>{}T08:00:00+08:00</published></entry><entry><link href='/b/'/><published>{}T08:00:00+08:00</published></entry></feed>",
                    days_ago(4),
                    days_ago(9)
                ),
            ),
            _ => says(404, ""),
        }),
        well("news in English", Fresh::Updated, |request| match request.path() {
            "/" => says(200, &page("Agency", &format!("{WELCOME}<a href=/news/>News</a>"))),
            "/news/" => says(200, &page("News", &dated(&["January 10, 2026", "December 30, 2025"]))),
            _ => says(404, ""),
        }),
        well("a home page that is the list", Fresh::Updated, |request| {
            home(request, "Dinas", &format!("{WELCOME}{}", list("berita", &[1, 3])))
        }),
        well("dates on the pages of items alone", Fresh::Updated, |request| match request.path() {
            "/" => says(200, &page("Dinas", &format!("{WELCOME}<a href=/berita/>Berita</a>"))),
            "/berita/" => says(
                200,
                &page(
                    "Berita",
                    "<h3><a href=/berita/satu/>Kegiatan dinas yang pertama</a></h3><h3><a href=/berita/dua/>Kegiatan dinas yang kedua</a></h3>",
                ),
            ),
            "/berita/satu/" => says(
                200,
                &format!(
                    "<title>Satu</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Satu\",\"datePublished\":\"{}\"}}</script><h1>Satu</h1>",
                    days_ago(2)
                ),
            ),
            "/berita/dua/" => says(
                200,
                &format!(
                    "<title>Dua</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Dua\",\"datePublished\":\"{}\"}}</script><h1>Dua</h1>",
                    days_ago(12)
                ),
            ),
            _ => says(404, ""),
        }),
        well("a list that pins an old item", Fresh::Updated, |request| {
            news(request, "/berita/", &list("berita", &[700, 2, 5]))
        }),
        well("counted from now", Fresh::Updated, |request| {
            news(request, "/berita/", &dated(&["2 hari lalu", "5 hari lalu"]))
        }),
        well("a dead site under a clock", Fresh::NotUpdated, |request| {
            news(
                request,
                "/berita/",
                &format!("<header>Senin, 12 Januari 2026 09.00 WITA</header>{}", list("berita", &[200, 230])),
            )
        }),
        well("months as people misspell them", Fresh::NotUpdated, |request| {
            news(request, "/berita/", &dated(&["10 Nopember 2025", "3 Pebruari 2025"]))
        }),
        well("a date still to come among old ones", Fresh::NotUpdated, |request| {
            news(request, "/berita/", &list("berita", &[-300, 100, 120]))
        }),
        well("days without a year", Fresh::Updated, |request| news(request, "/berita/", &dated(&["11 Jan", "28 Des"]))),
        well("days without a year, of last May", Fresh::NotUpdated, |request| {
            news(request, "/berita/", &dated(&["20 Mei", "10 Mei"]))
        }),
        well("a counter of visitors alone", Fresh::NoAnswer, |request| {
            home(request, "Dinas", &format!("{WELCOME}<div>Pengunjung hari ini: 120<br>kemarin: 98</div>"))
        }),
        well("nulls for dates", Fresh::NoAnswer, |request| {
            news(request, "/berita/", &dated(&["0000-00-00", "01 Januari 1970", "00-00-0000"]))
        }),
        well("a page that a script makes", Fresh::NoAnswer, |request| match request.path() {
            "/" => says(200, "<!doctype html><title>Dinas</title><div id=app></div><script src=/app.js></script>"),
            _ => says(404, ""),
        }),
        well("one that answers every address with its home page", Fresh::NoAnswer, |_| {
            says(200, &page("Dinas", WELCOME))
        }),
        well("a sitemap that never ends", Fresh::NoAnswer, |request| match request.path() {
            "/sitemap.xml" => {
                let mut answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n".to_vec();
                answer.extend(vec![b' '; 6 << 20]);
                answer
            }
            _ => home(request, "Dinas", WELCOME),
        }),
    ]
}

#[actix_web::test]
async fn websites_of_every_make_are_read() {
    judge(kept_up()).await;
}

/// One of which it cannot be told from here.
fn unknown(name: &'static str, cause: Cause, answers: Says) -> Animal {
    Animal { reached: (Reached::Unknown, Some(cause)), ..well(name, Fresh::NoAnswer, answers) }
}

/// One that says that it is worked on.
fn mended(name: &'static str, answers: Says) -> Animal {
    let reached = (Reached::Maintenance, Some(Cause::UnderConstruction));
    Animal { reached, ..well(name, Fresh::Maintenance, answers) }
}

fn not_there() -> Vec<Animal> {
    let mut all = vec![
        down("a suspended account", Cause::HostingSuspended, |_| {
            says(200, "<title>Account Suspended</title><h1>This Account has been suspended.</h1>")
        }),
        down("the front page of nginx", Cause::DefaultPage, |_| {
            says(200, "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>")
        }),
        down("the front page of Apache", Cause::DefaultPage, |_| {
            says(200, "<html><body><h1>It works!</h1></body></html>")
        }),
        down("the front page of CodeIgniter", Cause::DefaultPage, |_| {
            says(200, "<title>Welcome to CodeIgniter</title><h1>Welcome to CodeIgniter!</h1>")
        }),
        down("a name for sale", Cause::Parked, |_| {
            says(200, "<title>dinas.go.id</title><h1>dinas.go.id</h1><p>Buy this domain.")
        }),
        down("WordPress without its database", Cause::DatabaseError, |_| {
            says(200, "<title>Galat Database</title><h1>Error establishing a database connection</h1>")
        }),
        down("a fatal error of PHP", Cause::ApplicationError, |_| {
            says(200, "<br><b>Fatal error</b>:  Uncaught Error: Call to undefined function in /home/x.php")
        }),
        down("Laravel in distress", Cause::ServerError, |_| says(500, "<title>Whoops! There was an error.</title>")),
        down("an installer", Cause::Installer, |_| {
            says(200, "<title>WordPress › Installation</title><h1>Welcome</h1>")
        }),
        down("a list of files", Cause::DirectoryListing, |_| {
            says(200, "<title>Index of /</title><h1>Index of /</h1><a href=a.zip>a.zip</a>")
        }),
        down("nothing at all", Cause::Empty, |_| says(200, "")),
        down("a home page that is gone", Cause::NotFound, |_| says(404, "tidak ditemukan")),
        down("a gateway without a server", Cause::ServerError, |_| says(502, "<h1>502 Bad Gateway</h1>")),
        down("a redirect to itself", Cause::RedirectLoop, |_| redirects(302, "/")),
        down("redirects that do not end", Cause::TooManyRedirects, |request| {
            redirects(302, &format!("{}a/", request.path()))
        }),
        down("a redirect into a private network", Cause::PrivateNetwork, |_| {
            redirects(301, "http://169.254.169.254/latest/")
        }),
        down("a redirect to nowhere", Cause::RedirectToNowhere, |_| {
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec()
        }),
    ];
    for animal in &mut all {
        // Without an answer there is nothing to be read.
        if matches!(animal.reached.1, Some(Cause::PrivateNetwork)) {
            animal.injection = None;
        }
    }
    all.push(unknown("a guard that refuses us", Cause::Blocked, |_| says(403, "<h1>Forbidden</h1>")));
    all.push(unknown("a guard that asks for rest", Cause::TooManyRequests, |_| says(429, "later")));
    all.push(mended("a page that says that it is mended", |_| says(200, "<h1>Situs sedang dalam perbaikan</h1>")));
    all.push(mended("a server that says so", |_| {
        b"HTTP/1.1 503 x\r\nRetry-After: 600\r\nContent-Length: 2\r\n\r\nok".to_vec()
    }));
    all
}

#[actix_web::test]
async fn what_answers_while_nobody_is_at_home_is_told_by_its_cause() {
    judge(not_there()).await;
}

fn packed(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    answer
}

fn bomb() -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let _ = gzip.write_all(b"<title>Dinas</title><p>Selamat datang di dinas kami");
    let _ = gzip.write_all(&vec![b' '; 30 << 20]);
    packed("gzip", &gzip.finish().unwrap_or_default())
}

fn hostile() -> Vec<Animal> {
    vec![
        wild("one that hangs up", Cause::Closed, |_, _| {}),
        wild("one that is no website", Cause::Malformed, |_, stream| {
            drop(stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n"))
        }),
        wild("a flood of headers", Cause::TooManyHeaders, |_, stream| {
            let flood: String = (0..5000).map(|number| format!("X-{number}: {number}\r\n")).collect();
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{flood}\r\n").as_bytes());
        }),
        wild("one endless header", Cause::TooManyHeaders, |_, stream| {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(200_000)).as_bytes());
        }),
        wild("silence", Cause::TooSlow, |_, _| std::thread::sleep(Duration::from_secs(8))),
        Animal {
            injection: Some(Scan::Clean),
            ..wild("a drip", Cause::TooSlow, |_, stream| {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Dinas</title>");
                while stream.write_all(b"a").is_ok() {
                    std::thread::sleep(Duration::from_millis(100));
                }
            })
        },
        Animal {
            injection: Some(Scan::Clean),
            ..wild("a page that breaks off", Cause::BodyBroken, |_, stream| {
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<title>Dinas</title>"));
            })
        },
        Animal {
            injection: Some(Scan::Clean),
            ..down("what calls itself packed and is not", Cause::BodyBroken, |_| {
                packed("gzip", b"<title>Dinas</title>")
            })
        },
        well("a bomb for a feed", Fresh::NoAnswer, |request| match request.path() {
            "/" => says(
                200,
                &page("Dinas", &format!("<link rel=alternate type=application/rss+xml href=/feed/>{WELCOME}")),
            ),
            "/feed/" => bomb(),
            _ => says(404, ""),
        }),
        well("letters that are no letters", Fresh::NoAnswer, |request| match request.path() {
            "/" => {
                let mut answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n<title>Dinas \xff\xfe\x80</title><p>Selamat datang \xc3\x28 di dinas kami".to_vec();
                answer.extend((0_u8..=255).cycle().take(4096).filter(|byte| *byte != b'<'));
                answer
            }
            _ => says(404, ""),
        }),
        well("a server that fails every second time", Fresh::NoAnswer, |request| {
            static TIMES: AtomicUsize = AtomicUsize::new(0);
            match TIMES.fetch_add(1, Ordering::SeqCst) {
                0 => home(request, "Dinas", WELCOME),
                times if times % 2 == 0 => home(request, "Dinas", WELCOME),
                _ => says(500, "x"),
            }
        }),
        well("a storm: after five requests nobody is let in", Fresh::NoAnswer, |request| {
            static TIMES: AtomicUsize = AtomicUsize::new(0);
            match TIMES.fetch_add(1, Ordering::SeqCst) {
                0..=4 => home(request, "Dinas", WELCOME),
                _ => says(429, "later"),
            }
        }),
        well("links to itself without end", Fresh::NoAnswer, |request| {
            let links: String = (0..2_000)
                .map(|number| format!("<a href='{}x{number}/'>Halaman {number}</a>", request.path()))
                .collect();
            says(200, &page("Dinas", &format!("{WELCOME}{links}")))
        }),
    ]
}

#[actix_web::test]
async fn whatever_a_hostile_host_does_ends_as_a_verdict() {
    judge(hostile()).await;
}

fn over_tls() -> Vec<Animal> {
    let distrusted = |name, certified| Animal {
        reached: (Reached::Down, Some(Cause::Certificate)),
        berita: Fresh::Down,
        flaws: &[Flaw::CertificateDistrusted],
        without: &[Flaw::NoHttps],
        ..secured(name, certified, |request| home(request, "Dinas", WELCOME))
    };
    vec![
        Animal {
            without: &[Flaw::NoHttps, Flaw::CertificateDistrusted, Flaw::MixedContent, Flaw::OldProtocols],
            ..secured("HTTPS as it should be", (HOST, true), |request| home(request, "Dinas", WELCOME))
        },
        Animal {
            flaws: &[Flaw::MixedContent, Flaw::NoSecurityTxt],
            ..secured("a page that loads without HTTPS", (HOST, true), |request| {
                home(request, "Dinas", &format!("{WELCOME}<script src='http://cdn.example.go.id/a.js'></script>"))
            })
        },
        Animal {
            injection: Some(Scan::Infected),
            ..distrusted("a broken certificate before a broken page", (HOST, false))
        }
        .says(|request| home(request, "Dinas", &format!("{WELCOME}{SPAM}"))),
        distrusted("a certificate of its own making", (HOST, false)),
        distrusted("a certificate for another name", ("lain.example.go.id", true)),
    ]
}

impl Animal {
    fn says(mut self, answers: Says) -> Self {
        if let Does::Secured(says, ..) = &mut self.does {
            *says = answers;
        }
        self
    }
}

#[actix_web::test]
async fn what_a_certificate_is_worth_is_told_and_the_page_is_seen_nevertheless() {
    judge(over_tls()).await;
}

fn is_google(request: &Request) -> bool {
    request.header("referer").contains("google")
}

fn broken_into() -> Vec<Animal> {
    vec![
        struck("hidden links", Scan::Infected, |request| home(request, "Dinas", &format!("{WELCOME}{SPAM}"))),
        struck("links for those who come from a search", Scan::Infected, |request| {
            home(request, "Dinas", &format!("{WELCOME}{}", if is_google(request) { SPAM } else { "" }))
        }),
        struck("links for telephones", Scan::Infected, |request| {
            let is_phone = request.header("user-agent").contains("Mobile");
            home(request, "Dinas", &format!("{WELCOME}{}", if is_phone { SPAM } else { "" }))
        }),
        struck("links for crawlers, which nobody allowed us to play", Scan::Clean, |request| {
            let is_crawler = request.header("user-agent").contains("Googlebot");
            home(request, "Dinas", &format!("{WELCOME}{}", if is_crawler { SPAM } else { "" }))
        }),
        struck("searchers are sent away by a script", Scan::Infected, |request| {
            let away = "<script>location.href='https://slot-gacor88.example/'</script>";
            home(request, "Dinas", &format!("{WELCOME}{}", if is_google(request) { away } else { "" }))
        }),
        struck("every address is an offer", Scan::Infected, |request| {
            match request.path() {
            "/" => says(200, &page("Dinas", WELCOME)),
            "/robots.txt" | "/sitemap.xml" => says(404, ""),
            _ => says(200, &page("Slot Gacor", &format!("{OFFER}{}", "<p>Kata-kata tentang permainan yang dapat dimainkan siapa saja di rumah masing-masing setiap hari.".repeat(4)))),
        }
        }),
        struck("an offer deep in the sitemap", Scan::Infected, |request| match request.path() {
            "/" => says(200, &page("Dinas", WELCOME)),
            "/sitemap.xml" => {
                says(200, &format!("<urlset><url><loc>http://{HOST}:{}/lama/</loc></url></urlset>", request.port))
            }
            "/lama/" => says(200, &page("Slot Gacor", &format!("{OFFER}{SPAM}"))),
            _ => says(404, ""),
        }),
        struck("another owner's page as its original", Scan::Suspicious, |request| {
            home(request, "Dinas", &format!("<link rel=canonical href='https://lain-sekali.example/'>{WELCOME}"))
        }),
        struck("a home page that was replaced", Scan::Defaced, |_| {
            says(200, "<title>Hacked by R00T</title><h1>Hacked by R00T</h1><p>Security is an illusion. Greetz to all")
        }),
        struck("a shop with ratings, in Japanese", Scan::Infected, |request| {
            home(
                request,
                "激安ブランドコピー通販 送料無料",
                "<script type='application/ld+json'>{\"@type\":\"Product\",\"name\":\"ブランドコピー\",\"aggregateRating\":{\"@type\":\"AggregateRating\",\"ratingValue\":\"4.9\",\"ratingCount\":\"1200\"}}</script><p>スーパーコピー時計 激安通販 送料無料 今すぐ購入 ブランドコピー専門店 正規品 大人気 新作",
            )
        }),
        struck("hidden links in UTF-16", Scan::Infected, |request| match request.path() {
            "/" => {
                let text = page("Dinas", &format!("{WELCOME}{SPAM}"));
                let mut answer =
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\xff\xfe".to_vec();
                answer.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
                answer
            }
            _ => says(404, ""),
        }),
        well("news about gambling", Fresh::Updated, |request| {
            news(
                request,
                "/berita/",
                &format!(
                    "<p>Polisi menangkap pelaku judi online yang menawarkan slot kepada warga; dinas melarang dan memblokir situs judi.</p>{}",
                    list("berita", &[1, 6])
                ),
            )
        }),
        well("a menu that is hidden until it is opened", Fresh::NoAnswer, |request| {
            home(
                request,
                "Dinas",
                &format!(
                    "<nav style='display:none'><a href=/profil>Profil</a><a href=https://www.lapor.go.id/>Lapor</a></nav>{WELCOME}"
                ),
            )
        }),
        well("a guard before searchers", Fresh::NoAnswer, |request| match is_google(request) {
            true => says(403, ""),
            false => home(request, "Dinas", WELCOME),
        }),
    ]
}

#[actix_web::test]
async fn what_somebody_else_wrote_is_found_and_news_of_it_is_not() {
    judge(broken_into()).await;
}

/// What is not as it must be.
async fn judge(animals: Vec<Animal>) {
    let names: BTreeSet<&str> = animals.iter().map(|animal| animal.name).collect();
    assert_eq!(names.len(), animals.len(), "each has a name of its own");
    let wrong: Vec<String> = join_all(animals.into_iter().map(faults)).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

async fn faults(animal: Animal) -> Vec<String> {
    let Animal { name, does, reached, berita, injection, flaws, without } = animal;
    let is_secured = matches!(does, Does::Secured(..));
    let (site, roots) = match does {
        Does::Says(answers) => (Site::open(answers), String::new()),
        Does::Writes(does) => (Site::wild(does), String::new()),
        Does::Secured(answers, certified, is_known) => {
            let (site, root) = Site::secured(certified, answers);
            (site, if is_known { root } else { String::new() })
        }
    };
    let scheme = if is_secured { "https" } else { "http" };
    // Nobody is slow but those who are to be: other tests keep the machine busy.
    let is_slow = reached.1 == Some(Cause::TooSlow);
    let span_max = if is_slow { Duration::from_secs(3) } else { SPAN_MAX };
    let report = look_for(&site, (scheme, &roots), (None, span_max)).await;
    let mut wrong = Vec::new();
    let mut hold = |what: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{name}: {what} is {found}, not {expected}"));
        }
    };
    let there = &report.reachability;
    hold("reachability", format!("{:?}", (there.verdict, there.cause)), format!("{reached:?}"));
    hold("berita", format!("{:?}", report.freshness[&Section::Berita].verdict), format!("{berita:?}"));
    let found = format!("{:?}", report.injection.verdict);
    if found != format!("{injection:?}") {
        hold("injection", format!("{found} {:?}", report.injection.evidence), format!("{injection:?}"));
    }
    let kinds: Vec<Flaw> = report.posture.findings.iter().map(|one| one.kind).collect();
    let flawed = flaws.iter().chain(if is_secured { &[][..] } else { &[Flaw::NoHttps][..] });
    for flaw in flawed.filter(|flaw| report.reachability.status.is_some() && !kinds.contains(flaw)) {
        hold("posture", format!("{kinds:?}"), format!("with {flaw:?}"));
    }
    for flaw in without.iter().filter(|flaw| kinds.contains(flaw)) {
        hold("posture", format!("{kinds:?}"), format!("without {flaw:?}"));
    }
    let is_there = report.reachability.verdict == Reached::Ok;
    hold("what a baseline remembers", report.seen.is_some().to_string(), is_there.to_string());
    wrong
}

const SPAN_MAX: Duration = Duration::from_secs(30);

async fn look_at(site: &Site, way: (&str, &str), mandate: Option<Mandate>) -> Report {
    look_for(site, way, (mandate, SPAN_MAX)).await
}

async fn look_for(
    site: &Site,
    (scheme, roots): (&str, &str),
    (mandate, span_max): (Option<Mandate>, Duration),
) -> Report {
    let pin = Pinned::parse(&format!("{HOST}:{}:127.0.0.1", site.port)).unwrap();
    let prober = HttpProber::new(|_| false, &[pin], (roots.as_bytes(), "+https://lamin.example/")).unwrap();
    let url = Url::parse(&format!("{scheme}://{HOST}:{}/", site.port)).unwrap();
    let asking = Asking::of(url, super::NOW.parse().unwrap());
    look(&prober, &Asking { mandate, span_max, ..asking }).await
}

fn hasty() -> Option<Mandate> {
    Some(Mandate { rest: Duration::from_millis(1), ..Mandate::of("800/12/Kominfo") })
}

#[actix_web::test]
async fn forgotten_files_are_asked_for_under_a_mandate_alone_and_their_content_is_kept_nowhere() {
    let careless: Says = |request| match request.path() {
        "/.env" => says(200, "APP_KEY=base64:rahasia-sekali\nDB_PASSWORD=rahasia-sekali\n"),
        "/.git/HEAD" => says(200, "ref: refs/heads/main\n"),
        "/backup.sql" => says(403, "-- MySQL dump"),
        _ => home(request, "Dinas", WELCOME),
    };
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let site = Site::open(move |request| {
        counted.fetch_add(usize::from(request.path() == "/.env"), Ordering::SeqCst);
        careless(request)
    });
    let without = look_at(&site, ("http", ""), None).await;
    assert_eq!((without.posture.exposed, asked.load(Ordering::SeqCst)), (None, 0), "nobody agreed to it");
    let report = look_at(&site, ("http", ""), hasty()).await;
    let told: Vec<&str> = report
        .posture
        .findings
        .iter()
        .filter(|one| one.kind == Flaw::FileExposed)
        .map(|one| one.detail.as_str())
        .collect();
    assert_eq!(told, ["/.env can be read by everybody", "/.git/HEAD can be read by everybody"]);
    assert_eq!(
        (report.posture.exposed.as_ref().unwrap().mandate.as_str(), asked.load(Ordering::SeqCst)),
        ("800/12/Kominfo", 1)
    );
    let whole = serde_json::to_string(&report).unwrap();
    assert!(whole.contains("\"exposed\":\"yes\"") && !whole.contains("rahasia-sekali"), "{whole}");
}

#[actix_web::test]
async fn of_a_site_that_answers_everything_it_is_said_that_it_cannot_be_told() {
    let site = Site::open(|request| match request.path() {
        "/.git/HEAD" => says(200, "ref: refs/heads/main\n"),
        _ => says(200, &page("Dinas", WELCOME)),
    });
    let exposed = look_at(&site, ("http", ""), hasty()).await.posture;
    let kinds: Vec<Flaw> = exposed.findings.iter().map(|one| one.kind).collect();
    assert!(kinds.contains(&Flaw::ExposureUntold) && kinds.contains(&Flaw::FileExposed), "{kinds:?}");
    assert!(exposed.exposed.is_some_and(|exposed| exposed.answers_all));
}

#[actix_web::test]
async fn a_host_that_asks_for_rest_is_asked_for_no_further_file_and_no_faster_than_one_a_second() {
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let site = Site::open(move |request| match request.path() {
        "/.env" => says(404, ""),
        path if path.starts_with("/.") && path != "/.well-known/security.txt" => {
            counted.fetch_add(1, Ordering::SeqCst);
            says(429, "later")
        }
        _ => home(request, "Dinas", WELCOME),
    });
    let begun = std::time::Instant::now();
    let exposed = look_at(&site, ("http", ""), Some(Mandate::of("1"))).await.posture.exposed.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "two files were asked for");
    assert_eq!((asked.load(Ordering::SeqCst), exposed.asked.len()), (1, 10));
}

#[actix_web::test]
async fn a_server_that_speaks_nothing_newer_than_tls_1_0_is_told() {
    // An alert for whoever offers more, a hello of TLS 1.0 for whoever offers that.
    let site = Site::accepting(|mut stream, _| {
        use std::io::Read as _;
        let mut hello = [0; 1024];
        let read = stream.read(&mut hello).unwrap_or_default();
        let offers = read > 11 && hello[9..11] == [3, 1];
        let answer: &[u8] = if offers { &[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1] } else { &[21, 3, 1, 0, 2, 2, 70] };
        let _ = stream.write_all(answer);
    });
    let report = look_at(&site, ("https", ""), None).await;
    assert_eq!(report.reachability.cause, Some(Cause::Tls));
    let old: Vec<_> = report.posture.findings.iter().filter(|one| one.kind == Flaw::OldProtocols).collect();
    assert_eq!(old.iter().map(|one| one.detail.as_str()).collect::<Vec<_>>(), ["speaks nothing newer than TLS 1.0"]);
}

#[actix_web::test]
async fn old_versions_of_tls_are_told_by_the_first_words_of_an_answer() {
    const HELLO_OF_1_0: &[u8] = &[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    let answers = |bytes: &'static [u8]| {
        Site::accepting(move |mut stream, _| {
            use std::io::Read as _;
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(bytes);
        })
    };
    let (modern, _) = Site::secured(HOST, |request| home(request, "Dinas", WELCOME));
    let prober = HttpProber::new(|address| address.is_loopback(), &[], (b"", "")).unwrap();
    for (site, expected) in [
        (answers(HELLO_OF_1_0), [Some(true), Some(false)]),
        (answers(&[21, 3, 1, 0, 2, 2, 70]), [Some(false), Some(false)]),
        (answers(b""), [Some(false), Some(false)]),
        (answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), [None, None]),
        (answers(b"\x16\x03\x01"), [None, None]),
        (modern, [Some(false), Some(false)]),
    ] {
        let url = Url::parse(&format!("https://127.0.0.1:{}/", site.port)).unwrap();
        let told = [OldTls::V1_0, OldTls::V1_1].map(|version| prober.speaks_old_tls(&url, version));
        assert_eq!(join_all(told).await, expected);
    }
    let closed = HttpProber::new(|_| false, &[], (b"", "")).unwrap();
    let url = Url::parse("https://127.0.0.1:1/").unwrap();
    assert_eq!(closed.speaks_old_tls(&url, OldTls::V1_0).await, None, "no word into a private network");
}
