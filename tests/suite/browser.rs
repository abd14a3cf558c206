//! An agency's page in a real browser, from another origin than the portal it reads.

use std::path::{Path, PathBuf};
use std::process::Command;

use actix_web::dev::ServerHandle;
use actix_web::{HttpRequest, HttpResponse, HttpServer, web};
use lamin::db::Engine;
use lamin::delivery::{self, Model};
use utoipa_actix_web::AppExt;

use crate::live_rows::{Live, Portal};
use crate::support::TestApp;

/// Virtual time: the browser ends as soon as nothing is left to happen, not when this has passed.
const BROWSER_BUDGET_MS: u32 = 10_000;

/// A server on a free port of this machine, stopped when it is dropped.
pub struct Served {
    pub origin: String,
    handle: ServerHandle,
}

impl Drop for Served {
    fn drop(&mut self) {
        // Stopping without grace needs no waiting.
        drop(self.handle.stop(false));
    }
}

fn portal(app: &TestApp) -> Served {
    let (app, model) = (web::Data::new(app.app.clone()), web::Data::new(Model::new(1 << 20)));
    let server = HttpServer::new(move || {
        let (service, _) = actix_web::App::new()
            .into_utoipa_app()
            .app_data(app.clone())
            .app_data(model.clone())
            .configure(delivery::routes)
            .split_for_parts();
        service.route("/media/{path:.*}", web::get().to(picture))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", server.addrs()[0]);
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    Served { origin, handle }
}

/// What the portal's published site would serve.
async fn picture() -> HttpResponse {
    let square =
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 9'><path fill='#3a7d5c' d='M0 0h16v9H0z'/></svg>";
    HttpResponse::Ok().content_type("image/svg+xml").body(square)
}

/// The files of a folder, as any web server would serve them, knowing nothing of searching.
pub fn files(folder: PathBuf) -> Served {
    let folder = web::Data::new(folder);
    let server = HttpServer::new(move || actix_web::App::new().app_data(folder.clone()).default_service(web::to(file)));
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", server.addrs()[0]);
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    Served { origin, handle }
}

async fn file(request: HttpRequest, folder: web::Data<PathBuf>) -> HttpResponse {
    let name = request.path().trim_start_matches('/');
    let name = if name.is_empty() || name.ends_with('/') { format!("{name}index.html") } else { name.to_owned() };
    let path = folder.join(name);
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    match std::fs::read(&path) {
        Ok(bytes) => HttpResponse::Ok().content_type(kind.to_string()).body(bytes),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

pub fn chromium() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/chromium");
    let found = Command::new(script).output().expect("scripts/chromium runs");
    let told = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(found.status.success(), "{told}");
    String::from_utf8(found.stdout).unwrap().lines().next().expect("it prints a path").to_owned()
}

/// Opens an address and returns the document as it stands when the page has come to rest.
pub async fn open(address: String, more: &[String]) -> String {
    let more = more.to_vec();
    let run = move || {
        let profile = tempfile::tempdir().unwrap();
        let profile = format!("--user-data-dir={}", profile.path().display());
        let budget = format!("--virtual-time-budget={BROWSER_BUDGET_MS}");
        let fixed = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
        let quiet = ["--no-first-run", "--disable-dev-shm-usage", "--hide-scrollbars", "--dump-dom"];
        let mut browser = Command::new(chromium());
        browser.args(fixed).args(quiet).arg(profile).arg(budget).args(more).arg(address);
        let output = browser.output().expect("the browser runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    actix_web::rt::task::spawn_blocking(run).await.unwrap()
}

/// The address in the `href` of the element with this id.
fn link(document: &str, id: &str) -> String {
    let element = document.split('<').find(|tag| tag.contains(&format!("id=\"{id}\""))).unwrap();
    assert!(!element.contains("hidden"), "{element}");
    let address = element.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    address.replace("&amp;", "&")
}

fn titles(document: &str) -> Vec<String> {
    let links = document.split("data-link=\"\"").skip(1);
    let title = |rest: &str| rest.split_once('>').and_then(|(_, text)| text.split_once('<')).unwrap().0.to_owned();
    // The first is the template's.
    links.map(title).filter(|title| !title.is_empty()).collect()
}

#[actix_web::test]
async fn an_agencys_page_shows_the_portals_news_one_item_and_further_pages() {
    let app = TestApp::new(Engine::Sqlite);
    let site = Portal::open(&app, "portal").await;
    let agency = files(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/opd"));
    let portal = portal(&app);
    let photo = Live::asset(&app, "bus.svg", "image/svg+xml", Some((1600, 900)));
    site.store_asset(&app, &photo).await;
    let settings = Live::new("pengaturan", "situs").field("base_url", portal.origin.as_str());
    let mut entries: Vec<Live> = (1..=8)
        .map(|day| {
            Live::new("berita", &format!("kabar-{day}"))
                .titled(&format!("Kabar hari ke-{day} & <b>penting</b>"))
                .on(&format!("2026-11-0{day}T08:00:00+08:00"))
                .field("summary", "Ringkasan kabar.")
                .field("image", photo.digest.as_str())
                .field("author", "Dinas Perhubungan")
                .long("body", format!("Isi **tebal** hari ke-{day}.\n\n<script>document.title = 'x'</script>\n"))
        })
        .collect();
    entries.push(settings);
    site.show(&app, &entries).await;

    let page = |query: &str| {
        format!("{}/{query}{}api={}", agency.origin, if query.is_empty() { "?" } else { "&" }, portal.origin)
    };
    let escaped = |day: u8| format!("Kabar hari ke-{day} &amp; &lt;b&gt;penting&lt;/b&gt;");
    let list = open(page(""), &[]).await;
    assert!(list.contains("lang=\"id\"") && list.contains("data-ready=\"true\""), "{list}");
    assert_eq!(titles(&list), [8, 7, 6, 5, 4, 3].map(escaped), "the newest six, their markup as text");
    assert!(list.contains("1 November 2026") || list.contains("8 November 2026"), "dates are written in Indonesian");

    let next = link(&list, "next");
    assert!(next.contains("cursor="), "{next}");
    let older = open(format!("{}/{next}", agency.origin), &[]).await;
    assert_eq!(titles(&older), [2, 1].map(escaped));
    assert!(link(&older, "first").contains("api="));

    let item = open(page("?slug=kabar-5"), &[]).await;
    assert!(item.contains("<strong>tebal</strong> hari ke-5") && item.contains(&escaped(5)), "{item}");
    assert!(item.contains("<title>Kabar hari ke-5") && !item.contains("document.title = 'x'"));
    assert_eq!(link(&item, "original"), format!("{}/berita/kabar-5/", portal.origin));

    let absent = open(page("?slug=tidak-ada"), &[]).await;
    assert!(absent.contains("data-ready=\"failed\"") && absent.contains("tidak ditemukan"), "{absent}");

    if let Some(folder) = pictures_folder() {
        for (name, query) in [("list", ""), ("item", "?slug=kabar-5")] {
            for width in [390, 1280] {
                let picture = format!("--screenshot={}", folder.join(format!("opd-{name}-{width}.png")).display());
                open(page(query), &[picture, format!("--window-size={width},1400")]).await;
            }
        }
    }
}

/// Where to leave pictures of the pages, for people to look at.
pub fn pictures_folder() -> Option<PathBuf> {
    std::env::var_os("LAMIN_TEST_PICTURES").map(PathBuf::from)
}
