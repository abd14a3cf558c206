//! A site as it will be: everything that is approved, on a host of its own that only members enter.
#![expect(clippy::disallowed_methods, reason = "the home of staging sites")]

use std::path::{Path, PathBuf};

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::model::{Pass, PassKind};
use super::show::private;
use super::{rules, service, store};
use crate::app::App;
use crate::content;
use crate::db::Tx;
use crate::http::off_the_loop;
use crate::identity::{self, Actor, Permit, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId};
use crate::kernel::time::{HOUR, MINUTE, SECOND};
use crate::kernel::{Code, Context, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::publish::ahead;
use crate::publish::serve::{Signs, content_type};
use crate::publish::served::site_path;
use crate::sites::{self, Site};

const JOB: &str = "preview.stage";
const LINK_SPAN: i64 = 10 * MINUTE;
const COOKIE_SPAN: i64 = 8 * HOUR;
const COOKIE: &str = "lamin_staging";
/// Hidden parts are never pages, so no site has one here.
const ENTRANCE: &str = "/.lamin/enter/";

/// A link into a staging host.
pub struct Entrance {
    pub url: String,
    pub expires_at: Timestamp,
    pub job: JobId,
}

/// Gives a member of the site a link that works once, and has the staging site built.
pub async fn invite(app: &App, actor: &Actor, key: String) -> Result<Entrance> {
    let (now, job, actor) = (app.now(), app.id(JobId::new), actor.clone());
    let (token, hash) = service::token(app);
    let expires_at = now.plus(LINK_SPAN);
    let (job, key) = app
        .db
        .write(move |tx| {
            let site = sites::store::find_visible(tx, &key, &actor)?;
            let _permit: Permit<cases::EnterStaging> = actor.permit(site.id)?;
            let session = actor.session().ok_or_else(|| Refusal::new(Code::Forbidden))?;
            let kind = PassKind::Link;
            let pass = Pass { hash, kind, site: site.id, session, created_at: now, expires_at, used_at: None };
            store::insert_pass(tx, &pass)?;
            let event = Event::new(actor.ledger_name(), "preview.enter_staging", format!("site:{}", site.id));
            ledger::record(tx, &event.site(site.id).detail(json!({ "expires_at": expires_at })), now)?;
            Ok((enqueue(tx, job, site.id, now)?, site.key))
        })
        .await?;
    app.job_waiting.notify_one();
    let host = rules::staging_url(app.config.server_url.as_str(), &key);
    Ok(Entrance { url: format!("{host}{ENTRANCE}{token}"), expires_at, job })
}

fn enqueue(tx: &mut Tx, id: JobId, site: SiteId, now: Timestamp) -> Result<JobId> {
    let unique_key = Some(format!("{JOB}:{site}"));
    jobs::enqueue(tx, id, &NewJob { kind: JOB, payload: json!({ "site": site }), unique_key, run_at: now }, now)
}

/// Does the job `preview.stage` with its payload `{"site"}`.
pub fn job(app: &App, job: &Job) -> Outcome {
    let id = SiteId::parse(job.payload["site"].as_str().unwrap_or_default())?;
    let site = app.db.read_blocking(|c| sites::store::find(c, id))?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let now = app.now();
    let coming = app.db.read_blocking(|c| {
        let waiting = store::approved(c, id)?;
        let of = |entry| {
            let row = content::store::require(c, entry)?;
            service::coming(c, entry, &row.digest, now)
        };
        waiting.into_iter().map(of).collect::<Result<Vec<_>>>()
    })?;
    let home = home(app, &site.key);
    let folder = home.join(job.id.as_str());
    remove(&folder)?;
    std::fs::create_dir_all(&folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let staged = ahead::site(app, id, &coming, &folder)?;
    show(&home, job.id.as_str())?;
    serde_json::to_value(staged).context("report a staging build")
}

/// Outside the public folder, where nothing that serves citizens looks.
fn home(app: &App, key: &str) -> PathBuf {
    app.config.data.join("staging").join(key)
}

/// Has the link lead to a finished folder, and removes the others.
fn show(home: &Path, name: &str) -> Result<()> {
    let doing = || format!("show the staging site in {}", home.display());
    let draft = home.join(".current-new");
    remove(&draft)?;
    std::os::unix::fs::symlink(name, &draft).with_context(doing)?;
    std::fs::rename(&draft, home.join("current")).with_context(doing)?;
    for entry in std::fs::read_dir(home).with_context(doing)? {
        let entry = entry.with_context(doing)?;
        let other = entry.file_name().to_string_lossy().into_owned();
        if other != name && other != "current" {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(_) => Ok(()),
    };
    removed.with_context(|| format!("remove {}", path.display()))
}

/// The key of the site whose staging host is asked; `None` for every other host.
pub fn of_host(app: &App, request: &HttpRequest) -> Option<String> {
    let server = app.config.server_url.as_str().split_once("://").map_or("", |(_, host)| host);
    let server = rules::host_name(server.split('/').next().unwrap_or_default());
    rules::staged_site(request.connection_info().host(), server)
}

/// Answers a request to a staging host.
pub async fn answer(app: &App, key: &str, request: &HttpRequest) -> Result<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::new(Code::MethodNotAllowed).into());
    }
    let key = key.to_owned();
    let site = app.db.read(move |c| sites::store::find_by_key(c, &key)).await?;
    let site = site.ok_or_else(|| Refusal::new(Code::NotFound))?;
    if let Some(token) = request.path().strip_prefix(ENTRANCE) {
        return enter(app, &site, token).await;
    }
    let cookie = request.cookie(COOKIE).ok_or_else(|| Refusal::new(Code::Unauthenticated))?;
    let (hash, id, now) = (Digest::of(cookie.value()), site.id, app.now());
    let known = app.db.read(move |c| store::pass(c, &hash)).await?;
    let pass = known.filter(|pass| pass.kind == PassKind::Cookie && pass.site == id && now < pass.expires_at);
    let pass = pass.ok_or_else(|| Refusal::new(Code::Unauthenticated))?;
    refuse_strangers(app, &pass, now).await?;
    let (home, path) = (home(app, &site.key), site_path(request.path()));
    let found = off_the_loop("read a staging site", move || find(&home, path.as_deref())).await?;
    Ok(match found {
        Found::File { name, status, bytes } => {
            private(&mut HttpResponse::build(status)).content_type(content_type(&name)).body(bytes)
        }
        Found::Moved(to) => private(&mut HttpResponse::Found()).insert_header((header::LOCATION, to)).finish(),
    })
}

/// What a path leads to.
enum Found {
    File { name: String, status: StatusCode, bytes: Vec<u8> },
    Moved(String),
}

/// Whoever was a member when the link was made must still be one.
async fn refuse_strangers(app: &App, pass: &Pass, now: Timestamp) -> Result<()> {
    let (session, site) = (pass.session, pass.site);
    let standing = app.db.read(move |c| identity::store::standing(c, session, now)).await?;
    let standing = standing.filter(|standing| standing.is_open(now)).ok_or_else(|| Refusal::new(Code::SessionEnded))?;
    let _permit: Permit<cases::EnterStaging> = standing.actor().permit(site)?;
    Ok(())
}

/// Takes the link and gives the cookie. The page leads on by itself: a cookie that is strictly of this host does
/// not travel with a redirect that another host began.
async fn enter(app: &App, site: &Site, token: &str) -> Result<HttpResponse> {
    let (hash, id, now) = (Digest::of(token), site.id, app.now());
    let (value, cookie_hash) = service::token(app);
    let link = app.db.read(move |c| store::pass(c, &hash)).await?;
    let fits = |pass: &Pass| pass.kind == PassKind::Link && pass.site == id && now < pass.expires_at;
    let link = link.filter(fits).ok_or_else(|| Refusal::new(Code::BadLink))?;
    refuse_strangers(app, &link, now).await?;
    app.db
        .write(move |tx| {
            if !store::use_pass(tx, &hash, now)? {
                return Err(Refusal::new(Code::BadLink).into());
            }
            let (kind, expires_at) = (PassKind::Cookie, now.plus(COOKIE_SPAN));
            let pass = Pass { hash: cookie_hash, kind, created_at: now, expires_at, used_at: None, ..link };
            store::insert_pass(tx, &pass)
        })
        .await?;
    let cookie = Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(!app.config.server_url.is_local())
        .max_age(Duration::seconds(COOKIE_SPAN / SECOND))
        .finish();
    const PAGE: &str = "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\"><title>Staging</title>\
        <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
        <meta http-equiv=\"refresh\" content=\"0;url=/\"></head><body><main><h1>Staging</h1>\
        <p><a href=\"/\">Lanjut ke situs staging</a> (<span lang=\"en\">go on to the staging site</span>)</p></main></body></html>";
    Ok(private(&mut HttpResponse::Ok()).cookie(cookie).content_type("text/html; charset=utf-8").body(PAGE))
}

fn find(home: &Path, path: Option<&str>) -> Result<Found> {
    let not_built = || Refusal::new(Code::NotFound).detail("the staging site is not built yet");
    let root = std::fs::canonicalize(home.join("current")).map_err(|_| not_built())?;
    let Some(path) = path else { return file(&root, "404.html", StatusCode::NOT_FOUND) };
    let address = format!("/{path}");
    let signs = Signs::of(&root);
    if let Some(redirect) = signs.redirect(&address) {
        return Ok(Found::Moved(redirect.to.clone()));
    }
    let name = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if root.join(&name).is_file() {
        return file(&root, &name, if signs.is_gone(&address) { StatusCode::GONE } else { StatusCode::OK });
    }
    if !path.ends_with('/') && root.join(path).join("index.html").is_file() {
        return Ok(Found::Moved(format!("{address}/")));
    }
    file(&root, "404.html", StatusCode::NOT_FOUND)
}

fn file(root: &Path, name: &str, status: StatusCode) -> Result<Found> {
    let path = root.join(name);
    // Nothing that we write is a link; should somebody place one, it leads nowhere.
    let real = std::fs::canonicalize(&path).map_err(|_| Refusal::new(Code::NotFound))?;
    if !real.starts_with(root) {
        return Err(Refusal::new(Code::NotFound).into());
    }
    let bytes = std::fs::read(&real).with_context(|| format!("read {}", path.display()))?;
    Ok(Found::File { name: name.to_owned(), status, bytes })
}
