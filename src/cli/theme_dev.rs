//! `lamin theme dev`: a site with a theme that somebody is making, on a port of this machine. Whatever changes in the
//! theme's folder is on the page a moment later. Nothing of it is ever part of a release.
#![expect(clippy::disallowed_methods, reason = "reads the pages that it has written")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{App as Site, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer, web};
use tokio::sync::watch;

use crate::app::App;
use crate::kernel::id::SiteId;
use crate::kernel::{Code, Context, Digest, Error, Refusal, Result};
use crate::publish::ahead;
use crate::publish::serve::content_type;
use crate::publish::served::site_path;
use crate::sites;
use crate::themes::theme::Theme;

/// Between two looks at the folder.
const LOOK_SPAN: Duration = Duration::from_millis(300);
/// A page asks again after so long.
const WAIT_SPAN: Duration = Duration::from_secs(20);

const SCRIPT_PATH: &str = "_lamin/reload.js";
const WAIT_PATH: &str = "_lamin/wait";
/// As on a published site, and scripts of this server.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; \
                      script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Asks which version is shown, until it is another one.
const SCRIPT: &str = "\
(function () {
  var seen = document.currentScript.dataset.version;
  function ask() {
    fetch('/_lamin/wait?seen=' + seen)
      .then(function (answer) { return answer.text(); })
      .then(function (version) { if (version === seen) { ask(); } else { location.reload(); } })
      .catch(function () { setTimeout(ask, 1000); });
  }
  ask();
})();
";

/// What is shown: the pages, or why there are none.
#[derive(Clone)]
struct Shown {
    version: u64,
    pages: std::result::Result<Arc<tempfile::TempDir>, String>,
}

/// Serves until the process is ended.
pub fn run(app: App, folder: &Path, site: &str, listen: SocketAddr) -> Result<()> {
    let found = app.db.read_blocking(|c| sites::store::find_by_key(c, site))?;
    let site = found.ok_or_else(|| Error::from(Refusal::new(Code::NotFound)))?.id;
    let (tell, shown) = watch::channel(Shown { version: 0, pages: Err("not built yet".into()) });
    let watched = folder.to_owned();
    std::thread::spawn(move || follow(&app, site, &watched, &tell));
    println!("The theme {} on http://{listen}/", folder.display());
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            Site::new().app_data(web::Data::new(shown.clone())).default_service(web::to(answer))
        });
        server.workers(1).bind(listen).context("listen")?.run().await.context("serve the theme")
    })
}

/// Builds the site whenever the theme's files are others than before.
fn follow(app: &App, site: SiteId, folder: &Path, tell: &watch::Sender<Shown>) {
    let mut seen: Option<std::result::Result<Digest, String>> = None;
    let mut version = 0;
    while !tell.is_closed() {
        let found = Theme::digest_at(folder).map_err(|error| error.to_string());
        if seen.as_ref() != Some(&found) {
            version += 1;
            let pages = build(app, site, folder).map_err(|error| super::explain(&error));
            match &pages {
                Ok(_) => println!("version {version}"),
                Err(error) => println!("version {version}: {error}"),
            }
            tell.send_replace(Shown { version, pages });
            seen = Some(found);
        }
        std::thread::sleep(LOOK_SPAN);
    }
}

fn build(app: &App, site: SiteId, folder: &Path) -> Result<Arc<tempfile::TempDir>> {
    let theme = Theme::at(folder)?;
    let pages = tempfile::tempdir().context("make a folder for the pages")?;
    ahead::with_theme(app, site, &theme, pages.path())?;
    Ok(Arc::new(pages))
}

async fn answer(request: HttpRequest, shown: web::Data<watch::Receiver<Shown>>) -> HttpResponse {
    let mut shown = shown.get_ref().clone();
    let Some(path) = site_path(request.path()) else { return not_found() };
    if path == SCRIPT_PATH {
        return fresh(HttpResponse::Ok()).content_type("text/javascript; charset=utf-8").body(SCRIPT);
    }
    if path == WAIT_PATH {
        let seen = request.query_string().strip_prefix("seen=").and_then(|seen| seen.parse::<u64>().ok());
        let other = shown.wait_for(|shown| Some(shown.version) != seen);
        // Nothing new within the span is an answer too.
        let _ = tokio::time::timeout(WAIT_SPAN, other).await;
        let version = shown.borrow().version;
        return fresh(HttpResponse::Ok()).content_type("text/plain").body(version.to_string());
    }
    let now = shown.borrow_and_update().clone();
    match now.pages {
        Ok(pages) => page(pages.path().to_owned(), path, now.version).await,
        Err(error) => {
            let html = format!("<!DOCTYPE html><html lang=\"en\"><title>Theme</title><pre>{}</pre>", escape(&error));
            fresh(HttpResponse::InternalServerError())
                .content_type("text/html; charset=utf-8")
                .body(dressed(html, now.version))
        }
    }
}

async fn page(folder: PathBuf, path: String, version: u64) -> HttpResponse {
    let wanted = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path };
    let read = web::block(move || {
        let found = std::fs::read(folder.join(&wanted)).ok();
        let missing = || std::fs::read(folder.join("404.html")).ok();
        match found {
            Some(bytes) => Some((StatusCode::OK, wanted, bytes)),
            None => Some((StatusCode::NOT_FOUND, "404.html".to_owned(), missing()?)),
        }
    });
    let Ok(Some((status, name, bytes))) = read.await else { return not_found() };
    let kind = content_type(&name);
    let bytes = match name.ends_with(".html") {
        true => dressed(String::from_utf8_lossy(&bytes).into_owned(), version).into_bytes(),
        false => bytes,
    };
    fresh(HttpResponse::build(status)).content_type(kind).body(bytes)
}

/// A page with the script that asks whether it is still the newest.
fn dressed(html: String, version: u64) -> String {
    let script = format!("<script src=\"/{SCRIPT_PATH}\" data-version=\"{version}\"></script>");
    match html.rfind("</body>") {
        Some(at) => format!("{}{script}{}", &html[..at], &html[at..]),
        None => html + &script,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn fresh(mut answer: HttpResponseBuilder) -> HttpResponseBuilder {
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    answer
}

fn not_found() -> HttpResponse {
    fresh(HttpResponse::NotFound()).finish()
}
