//! An installation for one test: a temporary folder, its own database, a clock that stands still.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};
use futures_util::future::LocalBoxFuture;
use lamin::adapters::SystemChance;
use lamin::app::App;
use lamin::boot;
use lamin::config::Config;
use lamin::db::{DbSettings, Engine};
use lamin::identity::account::{Appointment, Session, User};
use lamin::identity::{self, Actor, Grant, Role, tokens};
use lamin::kernel::id::{SessionId, SiteId, UserId};
use lamin::kernel::{Digest, Locale, Timestamp};
use lamin::media::derive::document;
use lamin::ports::{Chance as _, Clock};
use lamin::server::Serving;
use lamin::sites::Site;

use crate::migrated;

/// Runs an async test on both engines: `on_both!(the_name_of_the_test);` with
/// `async fn the_name_of_the_test(app: TestApp)` beside it in a module of its own name.
#[macro_export]
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[actix_web::test] async fn $test() {
                super::$test($crate::support::TestApp::new(lamin::db::Engine::Sqlite)).await;
            })*
        }
        mod postgres {
            $(#[actix_web::test] async fn $test() {
                super::$test($crate::support::TestApp::new(lamin::db::Engine::Postgres)).await;
            })*
        }
    };
}

/// The same for tests that make an app of their own: `async fn the_name_of_the_test(engine: Engine)`.
#[macro_export]
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[actix_web::test] async fn $test() { super::$test(lamin::db::Engine::Sqlite).await; })*
        }
        mod postgres {
            $(#[actix_web::test] async fn $test() { super::$test(lamin::db::Engine::Postgres).await; })*
        }
    };
}

/// Whether `make torture` runs, which does more of what takes long.
#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
pub fn in_torture() -> bool {
    std::env::var("LAMIN_TEST_TORTURE").is_ok()
}

/// 2026-11-23 is a Monday; 09.00 WITA is within service hours.
pub const MONDAY_MORNING: &str = "2026-11-23T09:00:00+08:00";

pub struct StandingClock(AtomicI64);

impl StandingClock {
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    pub fn set(&self, text: &str) {
        self.0.store(Timestamp::parse(text).unwrap().micros(), Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub struct TestApp {
    pub app: App,
    pub clock: Arc<StandingClock>,
    pub folder: tempfile::TempDir,
    pub serving: Serving,
    /// Last, so that it goes when nothing holds a connection to it any more.
    _database: Option<Database>,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // While the thread still has what the service needs to end.
        SERVICES.with_borrow_mut(|services| services.remove(self.folder.path()));
    }
}

impl std::ops::Deref for TestApp {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    pub fn new(engine: Engine) -> Self {
        TestApp::with(engine, &[])
    }

    /// With settings of the test's own.
    pub fn with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(StandingClock(AtomicI64::new(0)));
        clock.set(MONDAY_MORNING);
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::fresh()),
        };
        let config = config(database.as_ref(), folder.path(), settings);
        if let DbSettings::Sqlite { file, .. } = config.database() {
            migrated::sqlite(&file);
        }
        let app = boot::open_with(config, clock.clone(), Arc::new(SystemChance)).unwrap();
        let serving = Serving::new(app.clone());
        serving.set_ready();
        TestApp { app, clock, folder, serving, _database: database }
    }
}

/// The settings of a test's installation: its own database, nothing synced to disk.
fn config(database: Option<&Database>, folder: &Path, settings: &[(&str, &str)]) -> Config {
    let mut flags = vec![
        ("durability".to_owned(), "off".to_owned()),
        ("listen".to_owned(), "127.0.0.1:0".to_owned()),
        // This program is no server.
        ("document_reader".to_owned(), env!("CARGO_BIN_EXE_lamin").to_owned()),
    ];
    if let Some(database) = database {
        flags.push(("database_url".into(), format!("{}/{}", database.server, database.name)));
    }
    flags.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::from_parts(&folder.join("data"), &folder.join("public"), &[], &flags).unwrap()
}

/// A database on the server that `LAMIN_TEST_POSTGRES_URL` names, its tables empty at first, gone at the end of its test.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        #[expect(clippy::disallowed_methods, reason = "where the test server is")]
        let server = std::env::var("LAMIN_TEST_POSTGRES_URL").expect(
            "LAMIN_TEST_POSTGRES_URL names a PostgreSQL server: run the tests with `make test`, or see scripts/postgres",
        );
        // Process ids come back; a database of an earlier run must not be in the way.
        let mut chance = [0; 4];
        SystemChance.fill(&mut chance);
        let (run, number) = (u32::from_be_bytes(chance), NUMBER.fetch_add(1, Ordering::SeqCst));
        let name = format!("lamin_{}_{run:08x}_{number}", std::process::id());
        let mut postgres =
            PgConnection::establish(&format!("{server}/postgres")).expect("the PostgreSQL server answers");
        let migrated = migrated::postgres(&server);
        postgres.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {migrated}")).unwrap();
        Database { server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that has gone took the database along.
        let Ok(mut postgres) = PgConnection::establish(&format!("{}/postgres", self.server)) else { return };
        let drop = format!("DROP DATABASE {}", self.name);
        // Without force the server waits for connections that are just ending; with it, they end with a complaint.
        let dropped =
            postgres.batch_execute(&drop).or_else(|_| postgres.batch_execute(&format!("{drop} WITH (FORCE)")));
        if let Err(error) = dropped {
            eprintln!("the database {} stays: {error}", self.name);
        }
    }
}

impl TestApp {
    /// A user with a session and these appointments, in the database, without a password.
    pub fn user(&self, name: &str, roles: &[(Role, Option<SiteId>)]) -> Actor {
        let now = self.now();
        let user = User {
            id: self.id(UserId::new),
            email: format!("{name}@demo.test"),
            name: name.to_owned(),
            locale: Locale::indonesian(),
            disabled: false,
            epoch: 1,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let session = Session {
            id: self.id(SessionId::new),
            user: user.id,
            client: "test".into(),
            created_at: now,
            refreshed_at: now,
            expires_at: tokens::session_end(now),
            ended_at: None,
        };
        let mut scopes: Vec<Option<SiteId>> = roles.iter().map(|(_, site)| *site).collect();
        scopes.sort_unstable();
        scopes.dedup();
        self.db
            .write_blocking(|tx| {
                identity::store::insert_user(tx, &user, "")?;
                identity::store::insert_session(tx, &session, &Digest::of(session.id.as_str()))?;
                for scope in &scopes {
                    let here = roles.iter().filter(|(_, site)| site == scope);
                    let appointments: Vec<_> = here.map(|(role, _)| Appointment::of(*role)).collect();
                    identity::store::replace_appointments(tx, user.id, *scope, &appointments, now)?;
                }
                Ok(())
            })
            .unwrap();
        let grants = roles.iter().map(|(role, site)| Grant { role: *role, site: *site }).collect();
        Actor::person(user.id, session.id, user.name, grants)
    }

    /// A site with Indonesian and English, where the first users are.
    pub fn site(&self, key: &str) -> Site {
        self.site_in(lamin::kernel::time::ZONE_DEFAULT, key)
    }

    /// The same in another zone.
    pub fn site_in(&self, zone: &str, key: &str) -> Site {
        let now = self.now();
        let site = Site {
            id: self.id(SiteId::new),
            key: key.to_owned(),
            name: format!("Situs {key}"),
            hosts: Vec::new(),
            zone: zone.to_owned(),
            locales: vec![Locale::indonesian(), Locale::parse("en").unwrap()],
            default_locale: Locale::indonesian(),
            live_sequence: 0,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.db.write_blocking(|tx| lamin::sites::store::insert(tx, &site)).unwrap();
        site
    }

    /// A valid access token of a user made by [`TestApp::user`], for `Authorization: Bearer`.
    pub fn token(&self, actor: &Actor) -> String {
        let (user, session) = (actor.user().unwrap(), actor.session().unwrap());
        let user = self.db.read_blocking(|c| identity::store::find_user(c, user)).unwrap().unwrap();
        tokens::access(self, user.id, session, user.epoch).unwrap()
    }
}

/// The real binary, serving on a free port.
pub struct Server {
    child: std::process::Child,
    address: String,
    log: PathBuf,
    /// Its own; `None` when it serves the installation of a [`TestApp`].
    folder: Option<tempfile::TempDir>,
}

impl Server {
    pub fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Server::start_in(tempfile::tempdir().unwrap(), arguments, environment)
    }

    /// Returns when `/readyz` says so.
    pub fn start_in(folder: tempfile::TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut server = Server::spawn(folder.path(), arguments, environment);
        server.folder = Some(folder);
        server.wait_until_ready();
        server
    }

    /// One more process on the installation of a test, as the operator of that one would start it.
    pub fn of(app: &TestApp, settings: &[(&str, &str)], environment: &[(&str, &str)]) -> Self {
        let mut arguments = vec!["--set".to_owned(), "durability=off".to_owned()];
        if let DbSettings::Postgres { url, .. } = app.config.database() {
            arguments.extend(["--set".to_owned(), format!("database_url={url}")]);
        }
        arguments.extend(settings.iter().flat_map(|(name, value)| ["--set".to_owned(), format!("{name}={value}")]));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut server = Server::spawn(app.folder.path(), &arguments, environment);
        server.wait_until_ready();
        server
    }

    fn spawn(root: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        use std::io::{BufRead, BufReader};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let log = root.join(format!("log-{}", NUMBER.fetch_add(1, Ordering::SeqCst)));
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lamin"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(root.join("data"))
            .arg("--public")
            .arg(root.join("public"))
            .args(arguments)
            .envs(environment.iter().copied())
            .env_remove("LAMIN_TEST_POSTGRES_URL")
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::from(std::fs::File::create(&log).unwrap()))
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap_or_else(|| panic!("the server says where it listens: {}", told(&log))).unwrap();
        let address = first.split(" on ").nth(1).unwrap().split(',').next().unwrap().to_owned();
        // Somebody has to read on, or the server would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, address, log, folder: None }
    }

    fn wait_until_ready(&mut self) {
        // Three minutes: on a crowded machine the demo is long at work before it is ready.
        for _ in 0..3600 {
            if self.get("/readyz").0 == 200 {
                return;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended with {status}: {}", self.told());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the server did not become ready: {}", self.told());
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Status and body; `(0, …)` when nobody answers.
    pub fn get(&self, path: &str) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        match agent.get(format!("{}{path}", self.url())).call() {
            Ok(mut answer) => (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap_or_default()),
            Err(error) => (0, error.to_string()),
        }
    }

    /// A request with a token that must succeed; `GET` without a body. The answer as JSON.
    pub fn call(&self, token: &str, path: &str, body: Option<&serde_json::Value>) -> serde_json::Value {
        let (url, bearer) = (format!("{}{path}", self.url()), format!("Bearer {token}"));
        let answer = match body {
            Some(body) => ureq::post(url).header("Authorization", bearer).send_json(body),
            None => ureq::get(url).header("Authorization", bearer).call(),
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}: {}", self.told()));
        answer.body_mut().read_json().unwrap()
    }

    /// Asks it to end, waits, and gives its folder back.
    pub fn stop(mut self) -> tempfile::TempDir {
        self.end();
        self.folder.take().unwrap()
    }

    /// Asks it to end, and waits.
    pub fn end(&mut self) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "a server that is asked to end ends well: {status} {}", self.told());
    }

    /// `kill -9`: it ends in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it has written to its log.
    pub fn told(&self) -> String {
        told(&self.log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended after `stop`; the error says nothing then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test's own file")]
fn told(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: actix_web::http::header::HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `code` of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
    }

    #[track_caller]
    pub fn assert_ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self
    }
}

/// A request to the whole service, as the server would serve it: `Call::post("/api/…").json(&body).send(&app)`.
pub struct Call {
    request: actix_web::test::TestRequest,
}

impl Call {
    pub fn new(method: &str, path: &str) -> Self {
        let request = actix_web::test::TestRequest::with_uri(path)
            .method(method.parse().unwrap())
            .peer_addr("127.0.0.1:40000".parse().unwrap());
        Call { request }
    }

    pub fn get(path: &str) -> Self {
        Call::new("GET", path)
    }

    pub fn post(path: &str) -> Self {
        Call::new("POST", path)
    }

    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Call { request: self.request.insert_header((name, value)) }
    }

    /// As if the connection came from that address.
    pub fn from(self, address: &str) -> Self {
        Call { request: self.request.peer_addr(std::net::SocketAddr::new(address.parse().unwrap(), 40000)) }
    }

    /// `If-Match` with the version that was seen.
    pub fn seen(self, version: &serde_json::Value) -> Self {
        self.header("If-Match", &format!("\"{version}\""))
    }

    pub fn json(self, body: &serde_json::Value) -> Self {
        Call { request: self.request.set_json(body) }
    }

    pub fn body(self, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let request = self.request.insert_header(("Content-Type", content_type)).set_payload(bytes.into());
        Call { request }
    }

    /// One file as a multipart form.
    pub fn file(self, name: &str, bytes: &[u8]) -> Self {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let body = [head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat();
        self.body("multipart/form-data; boundary=x", body)
    }

    pub async fn send(self, app: &TestApp) -> Reply {
        let known = SERVICES.with_borrow(|services| services.get(app.folder.path()).cloned());
        let service = match known {
            Some(service) => service,
            None => {
                let made = service(&app.serving).await;
                SERVICES.with_borrow_mut(|services| services.insert(app.folder.path().into(), made.clone()));
                made
            }
        };
        service(self.request.to_request()).await
    }
}

thread_local! {
    /// A service stays on the thread of its test, and goes with the test's installation.
    static SERVICES: RefCell<HashMap<PathBuf, Service>> = RefCell::default();
}

type Service = Rc<dyn Fn(actix_http::Request) -> LocalBoxFuture<'static, Reply>>;

/// The service of one server thread, made once for a test: making it collects the OpenAPI document.
async fn service(serving: &Serving) -> Service {
    use actix_web::body::MessageBody as _;
    let service = Rc::new(actix_web::test::init_service(lamin::server::app(serving)).await);
    Rc::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            let response = actix_web::test::call_service(&*service, request).await;
            let (_, response) = response.into_parts();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.into_body().boxed();
            let bytes = actix_web::body::to_bytes(body).await.unwrap_or_default();
            Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes: bytes.to_vec() }
        })
    })
}

/// Compares with `tests/golden/<name>`; `make bless` writes what is true now instead.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "golden files, and whether to bless them")]
pub fn golden(name: &str, found: &str) {
    let path = Path::new("tests/golden").join(name);
    if std::env::var_os("LAMIN_TEST_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    if agreed == found {
        return;
    }
    let line = agreed.lines().zip(found.lines()).position(|(a, b)| a != b);
    let line = line.unwrap_or_else(|| agreed.lines().count().min(found.lines().count()));
    panic!(
        "{} differs from line {}: agreed {:?}, found {:?}. If the change is meant: make bless, and read the diff.",
        path.display(),
        line + 1,
        agreed.lines().nth(line).unwrap_or_default(),
        found.lines().nth(line).unwrap_or_default()
    );
}

/// The words of a PDF, as this house reads them.
pub fn text_of(pdf: &[u8]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lamin"));
    let mut reader = command.arg("read-document").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, file) = (reader.stdin.take().unwrap(), pdf.to_vec());
    std::thread::spawn(move || stdin.write_all(&file).unwrap());
    let said = reader.wait_with_output().unwrap();
    wrapped(&document::heard(&said.stdout, None).text)
}

/// In lines, so that a difference can be read.
fn wrapped(text: &str) -> String {
    const LETTERS_MAX: usize = 110;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if lines.last().is_some_and(|line| line.chars().count() + word.chars().count() > LETTERS_MAX) {
            lines.push(String::new());
        }
        let line = lines.last_mut().unwrap();
        *line = [line.as_str(), word].join(" ").trim().to_owned();
    }
    lines.join("\n") + "\n"
}
