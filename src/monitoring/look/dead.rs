//! Pages that answer as if all were well while nobody is at home: a suspended account, a server that nobody set up, a name
//! that is for sale, a database that is away.

use super::model::Cause;
use crate::monitoring::page::Page;

/// A page with more words than this is a page, whatever stands in it.
const SHORT_TEXT_BYTES: usize = 1_500;
const SHORT_LINKS: usize = 15;
/// What is shorter shows nothing.
const EMPTY_TEXT_BYTES: usize = 3;

/// Words that say it wherever they stand: addresses and phrases of programs that no author writes.
const ANYWHERE: &[(Cause, &[&str])] = &[
    (Cause::HostingSuspended, &["/cgi-sys/suspendedpage.cgi", "suspended.page/"]),
    (Cause::DefaultPage, &["/cgi-sys/defaultwebpage.cgi"]),
    (Cause::Parked, &["sedoparking.com", "parkingcrew.net", "bodis.com/", "parklogic.com", "img.sedoparking"]),
];

/// Words of a title or a first heading.
const IN_THE_TITLE: &[(Cause, &[&str])] = &[
    (
        Cause::HostingSuspended,
        &[
            "account suspended",
            "website suspended",
            "situs ditangguhkan",
            "akun ditangguhkan",
            "hosting ditangguhkan",
            "bandwidth limit exceeded",
        ],
    ),
    (
        Cause::DefaultPage,
        &[
            "apache2 ubuntu default page",
            "apache2 debian default page",
            "welcome to nginx",
            "iis windows",
            "test page for the",
            "http server test page",
            "web server's default page",
            "default web site page",
            "centos-webpanel",
            "centos web panel",
            "welcome to openresty",
            "welcome to caddy",
            "litespeed web server",
            "welcome to xampp",
            "apache http server test",
            "domain default page",
            "openlitespeed",
            "default plesk page",
            "success! the",
            "selamat datang di aapanel",
            "congratulations, the site is created",
        ],
    ),
    (
        Cause::Parked,
        &[
            "domain for sale",
            "domain is for sale",
            "domain parking",
            "parked domain",
            "domain parked",
            "domain dijual",
            "domain ini dijual",
            "this domain",
            "domain telah kedaluwarsa",
            "domain expired",
            "expired domain",
        ],
    ),
    (
        Cause::DatabaseError,
        &[
            "database error",
            "error establishing a database connection",
            "galat database",
            "kesalahan database",
            "kesalahan koneksi database",
            "galat dalam membuat koneksi",
        ],
    ),
    (
        Cause::Installer,
        &[
            "wordpress › installation",
            "wordpress › instalasi",
            "wordpress › setup",
            "joomla! web installer",
            "joomla installer",
            "choose language | drupal",
            "installation wizard",
            "select an installation profile",
        ],
    ),
    (Cause::DirectoryListing, &["index of /", "indeks dari /", "directory listing for /"]),
    (Cause::DefaultPage, &["welcome to codeigniter", "selamat datang di codeigniter"]),
    (
        Cause::ApplicationError,
        &[
            "whoops! there was an error",
            "whoops, looks like something went wrong",
            "an uncaught exception was encountered",
            "fatal error",
            "php error was encountered",
            "application error",
            "internal server error",
            "502 bad gateway",
            "503 service",
            "504 gateway",
            "500 internal",
        ],
    ),
    (
        Cause::UnderConstruction,
        &[
            "under construction",
            "coming soon",
            "segera hadir",
            "sedang dalam perbaikan",
            "dalam pemeliharaan",
            "maintenance mode",
            "under maintenance",
            "site maintenance",
            "situs dalam perbaikan",
            "website dalam perbaikan",
            "sedang dalam pengembangan",
        ],
    ),
];

/// Words of a short page without much else.
const ON_A_SHORT_PAGE: &[(Cause, &[&str])] = &[
    (
        Cause::HostingSuspended,
        &[
            "account has been suspended",
            "akun ini telah ditangguhkan",
            "akun hosting ini",
            "layanan hosting ditangguhkan",
            "contact your hosting provider",
            "hubungi penyedia hosting",
            "suspended due to",
            "masa aktif hosting",
        ],
    ),
    (
        Cause::DefaultPage,
        &[
            "it works!",
            "this is the default web page for this server",
            "this page is used to test the proper operation",
            "the web server software is running but no content has been added",
            "if you see this page, the nginx web server is successfully installed",
        ],
    ),
    (
        Cause::Parked,
        &[
            "buy this domain",
            "domain is parked",
            "domain ini diparkir",
            "beli domain ini",
            "domain ini belum",
            "domain may be for sale",
            "renew your domain",
            "domain has expired",
            "masa aktif domain",
        ],
    ),
    (
        Cause::DatabaseError,
        &[
            "error establishing a database connection",
            "kesalahan saat membuat sambungan ke basis data",
            "galat saat membuat sambungan ke basis data",
            "unable to connect to your database server",
            "sqlstate[",
            "mysqli_connect(",
            "mysql_connect(",
            "mysqli::__construct",
            "could not connect to mysql",
            "could not connect to the database",
            "too many connections",
            "access denied for user",
            "pg_connect(",
            "tidak dapat terhubung ke database",
            "koneksi database gagal",
            "koneksi gagal",
            "database connection failed",
        ],
    ),
    (
        Cause::ApplicationError,
        &[
            "fatal error: uncaught",
            "fatal error: allowed memory",
            "parse error: syntax error",
            "stack trace: #0",
            "there has been a critical error on this website",
            "terjadi kesalahan serius pada situs web",
            "the website encountered an unexpected error",
            "error displaying the error page",
            "something went wrong",
        ],
    ),
    (
        Cause::UnderConstruction,
        &[
            "under construction",
            "coming soon",
            "segera hadir",
            "sedang dalam perbaikan",
            "sedang dalam pemeliharaan",
            "dalam tahap pengembangan",
            "briefly unavailable for scheduled maintenance",
            "tidak tersedia sebentar untuk pemeliharaan",
            "sedang maintenance",
            "under maintenance",
        ],
    ),
];

/// What a page is that was answered with success; `None` when it is a page.
pub fn dead(page: &Page, html: &str) -> Option<Cause> {
    let lower = html.to_lowercase();
    if let Some(cause) = first(ANYWHERE, &lower) {
        return Some(cause);
    }
    let is_short = page.text.len() <= SHORT_TEXT_BYTES && page.links.len() <= SHORT_LINKS;
    let title = page.title.to_lowercase();
    // The front page of a server or of a program's installer is long; what its title says is enough where nobody writes such.
    if let Some(cause) = first(IN_THE_TITLE, &title).filter(|cause| is_short || is_of_programs(*cause)) {
        return Some(cause);
    }
    let heading = page.headings.first().map(|heading| heading.to_lowercase()).unwrap_or_default();
    if is_short
        && let Some(cause) = first(IN_THE_TITLE, &heading)
            .or_else(|| first(ON_A_SHORT_PAGE, &page.text.to_lowercase().replace(" :", ":")))
    {
        return Some(cause);
    }
    // A page that a script or a frame makes has no words of its own.
    let is_made = page.sources.iter().any(|source| !source.address.is_empty()) || page.refresh.is_some();
    (page.text.len() < EMPTY_TEXT_BYTES && page.title.is_empty() && !is_made).then_some(Cause::Empty)
}

fn is_of_programs(cause: Cause) -> bool {
    matches!(cause, Cause::DefaultPage | Cause::Installer | Cause::DirectoryListing)
}

fn first(table: &[(Cause, &[&str])], text: &str) -> Option<Cause> {
    table.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(cause, _)| *cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(html: &str) -> Option<Cause> {
        dead(&Page::read(html), html)
    }

    #[test]
    fn a_server_without_a_site_is_told_from_a_site() {
        let long = "<p>Pemerintah Kota mengumumkan hal yang penting bagi warga. </p>".repeat(60);
        for (html, expected) in [
            ("<title>Account Suspended</title><p>This Account has been suspended.", Some(Cause::HostingSuspended)),
            ("<script>location='/cgi-sys/suspendedpage.cgi'</script>", Some(Cause::HostingSuspended)),
            ("<title>Apache2 Ubuntu Default Page: It works</title>", Some(Cause::DefaultPage)),
            ("<html><body><h1>It works!</h1></body></html>", Some(Cause::DefaultPage)),
            ("<title>dinas.go.id</title><h1>dinas.go.id</h1><p>Buy this domain.", Some(Cause::Parked)),
            ("<h1>Error establishing a database connection</h1>", Some(Cause::DatabaseError)),
            ("<title>Database Error</title><h1>A Database Error Occurred</h1>", Some(Cause::DatabaseError)),
            ("<br><b>Fatal error</b>:  Uncaught Error in /home/x.php", Some(Cause::ApplicationError)),
            ("<title>WordPress › Installation</title><h1>Welcome</h1>", Some(Cause::Installer)),
            ("<title>Index of /</title><a href=a.zip>a.zip</a>", Some(Cause::DirectoryListing)),
            ("<h1>Website sedang dalam perbaikan</h1>", Some(Cause::UnderConstruction)),
            ("", Some(Cause::Empty)),
            ("<div id=app></div><script src=/app.js></script>", None),
            ("<title>Dinas Kominfo</title><p>Selamat datang", None),
        ] {
            assert_eq!(of(html), expected, "{html}");
        }
        assert_eq!(of(&format!("<title>Akun ditangguhkan: 120 akun judi ditutup</title>{long}")), None);
        assert_eq!(
            of(&format!("<title>Dinas</title>{long}<p>It works! Error establishing a database connection")),
            None
        );
        assert_eq!(
            of(&format!("<title>Apache2 Debian Default Page: It works</title>{long}")),
            Some(Cause::DefaultPage)
        );
    }
}
