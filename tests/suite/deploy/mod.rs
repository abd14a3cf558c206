//! Deploying to real servers: what they hold afterwards, what was sent, and what a cut or a kill leaves.

mod cuts;
mod kills;
mod routes;
pub mod servers;
mod ways;
mod web;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lamin::deploy::model::{Credentials, Deployment, Kind, Outcome};
use lamin::deploy::service::{self, Wanted};
use lamin::identity::Role;
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use self::servers::{BUCKET, Bucket, Sshd, Wire};
use crate::live_rows::{Live, Portal};
use crate::publish::{Tree, build, current, portal, tree};
use crate::support::TestApp;

/// The kinds of servers, and of folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Folder,
    FolderInPlace,
    Ssh,
    Sftp,
    S3,
}

pub const ALL: [On; 5] = [On::Folder, On::FolderInPlace, On::Ssh, On::Sftp, On::S3];

enum Server {
    Folder(tempfile::TempDir),
    Ssh(Sshd),
    S3(Bucket),
}

/// A target with the server behind it, over a wire that can be cut.
pub struct Place {
    on: On,
    server: Server,
    pub wire: Option<Wire>,
}

impl Place {
    pub fn new(on: On) -> Self {
        let server = match on {
            On::Folder | On::FolderInPlace => Server::Folder(tempfile::tempdir().unwrap()),
            On::Ssh => Server::Ssh(Sshd::shell()),
            On::Sftp => Server::Ssh(Sshd::files()),
            On::S3 => Server::S3(Bucket::start()),
        };
        Place::with(on, server)
    }

    fn with(on: On, server: Server) -> Self {
        let wire = match &server {
            Server::Folder(_) => None,
            Server::Ssh(sshd) => Some(Wire::to(sshd.port)),
            Server::S3(bucket) => Some(Wire::to(bucket.port)),
        };
        Place { on, server, wire }
    }

    /// The folder that releases go to.
    pub fn root(&self) -> PathBuf {
        match &self.server {
            Server::Folder(folder) => folder.path().to_owned(),
            Server::Ssh(sshd) => sshd.www(),
            Server::S3(_) => panic!("a bucket is no folder"),
        }
    }

    pub fn wanted(&self) -> Wanted {
        let port = self.wire.as_ref().map_or(0, |wire| wire.port);
        let mut credentials = Credentials::default();
        let (kind, settings) = match (&self.server, self.on) {
            (Server::Folder(folder), on) => {
                (Kind::Directory, json!({"path": folder.path(), "in_place": on == On::FolderInPlace}))
            }
            (Server::Ssh(sshd), on) => {
                credentials.private_key = Some(sshd.private_key.clone());
                let settings =
                    json!({"host": "127.0.0.1", "port": port, "path": sshd.www(), "host_key": sshd.host_key});
                (if on == On::Ssh { Kind::Ssh } else { Kind::Sftp }, settings)
            }
            (Server::S3(_), _) => {
                credentials.access_key_id = Some("kunci".into());
                credentials.secret_access_key = Some("sangat-rahasia".into());
                (Kind::S3, json!({"bucket": BUCKET, "endpoint": format!("http://127.0.0.1:{port}")}))
            }
        };
        let credentials = (!credentials.is_empty()).then_some(credentials);
        Wanted { kind, settings, credentials, url: None, active: true, position: 0 }
    }

    /// What the public sees there: every file but the seal and those of ours.
    pub fn shown(&self) -> Tree {
        let mut files = match (&self.server, self.on) {
            (Server::S3(bucket), _) => {
                let names = bucket.names().into_iter().filter(|name| !name.ends_with("/seal.json"));
                names.map(|name| (name.clone(), bucket.get(&name).0)).collect()
            }
            (_, On::FolderInPlace | On::Sftp) => tree(&self.root()),
            _ if self.root().join("current").exists() => {
                tree(&self.root().join(std::fs::read_link(self.root().join("current")).unwrap()))
            }
            _ => BTreeMap::new(),
        };
        files.retain(|path, _| !path.starts_with(".lamin/"));
        files
    }

    /// A release as this kind of place shows it.
    pub fn expected(&self, release: &Tree) -> Tree {
        let mut release = release.clone();
        if self.on == On::S3 {
            release.retain(|path, _| !path.ends_with(".br") && !path.ends_with(".gz"));
        }
        release
    }

    /// Whether the release takes effect file by file, so that a journal may stand in between.
    pub fn moves(&self) -> bool {
        matches!(self.on, On::FolderInPlace | On::Sftp | On::S3)
    }

    pub fn has_journal(&self) -> bool {
        match &self.server {
            Server::S3(bucket) => bucket.names().iter().any(|name| name == ".lamin/journal.json"),
            _ => self.root().join(".lamin/journal.json").is_file(),
        }
    }

    /// Waits until nothing there is at work any more on what an earlier deploy sent.
    pub fn settle(&self) {
        const PATIENCE: std::time::Duration = std::time::Duration::from_millis(50);
        if let Server::S3(_) = self.server {
            return;
        }
        let files =
            || walkdir::WalkDir::new(self.root()).into_iter().flatten().map(|e| e.into_path()).collect::<Vec<_>>();
        let mut seen = files();
        for _ in 0..1200 {
            std::thread::sleep(PATIENCE);
            let now = files();
            if now == seen && !self.root().join(".lamin/lock").exists() {
                return;
            }
            seen = now;
        }
        panic!("something still is at work on the target");
    }

    /// The folder that the link leads to, known by its inode; `None` where there are no links.
    pub fn live_folder(&self) -> Option<u64> {
        use std::os::unix::fs::MetadataExt as _;
        (!self.moves()).then(|| self.root().join("current").metadata().unwrap().ino())
    }

    /// Nothing of ours is left lying about, but the list of what the last deploy changed.
    pub fn is_tidy(&self) -> bool {
        match &self.server {
            Server::S3(bucket) => !bucket.names().iter().any(|name| name.starts_with(".lamin/")),
            _ => walkdir::WalkDir::new(self.root().join(".lamin"))
                .into_iter()
                .flatten()
                .all(|e| !e.file_type().is_file() || e.file_name() == "turn"),
        }
    }
}

/// An installation with a portal, a web developer and folders to deploy to.
pub struct Stage {
    pub app: TestApp,
    pub portal: Portal,
}

impl Stage {
    pub async fn new() -> Self {
        Stage::on(lamin::db::Engine::Sqlite).await
    }

    pub async fn on(engine: lamin::db::Engine) -> Self {
        let folders = std::env::temp_dir();
        let app = TestApp::with(engine, &[("target_folders", folders.to_str().unwrap())]);
        let portal = portal(&app).await;
        Stage { app, portal }
    }

    /// Makes a target of the site, called by its kind.
    pub async fn target(&self, place: &Place) -> String {
        let key = format!("{:?}", place.on).to_lowercase();
        let developer = self.app.user(&format!("dev-{key}"), &[(Role::WebDeveloper, Some(self.portal.site))]);
        service::create(&self.app, &developer, self.portal.site, key.clone(), place.wanted()).await.unwrap();
        key
    }

    /// Builds a release of what is live now and returns its files with their copies.
    pub fn release(&self) -> Tree {
        build(&self.app, Mode::Changed);
        lamin::publish::service::tidy(&self.app, "portal").unwrap();
        tree(&current(&self.app))
    }

    /// One page more, and so a few others that list it.
    pub async fn news(&self, slug: &str) -> Tree {
        self.portal.show(&self.app, &[Live::new("berita", slug).titled(&format!("Kabar {slug}"))]).await;
        self.release()
    }

    pub fn try_deploy(&self, key: &str) -> Deployment {
        // On a thread of its own, as the worker and the command line do it: a bucket's client waits there.
        let app = &self.app.app;
        let work = || service::deploy_now(app, "portal", Some(key), false).unwrap().remove(0).1;
        std::thread::scope(|scope| scope.spawn(work).join().unwrap())
    }

    #[track_caller]
    pub fn deploy(&self, key: &str) -> Deployment {
        let done = self.try_deploy(key);
        assert_ne!(done.outcome, Outcome::Failed, "{:?}", done.error);
        done
    }
}

/// Says where two trees differ.
#[track_caller]
pub fn assert_same(shown: &Tree, expected: &Tree, when: &str) {
    let paths: std::collections::BTreeSet<&String> = shown.keys().chain(expected.keys()).collect();
    let differing: Vec<_> = paths.into_iter().filter(|path| shown.get(*path) != expected.get(*path)).collect();
    assert!(differing.is_empty(), "{when}: {} of {} files differ: {differing:?}", differing.len(), expected.len());
}

/// A folder with everything in it, as it is.
pub fn copy_folder(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp").arg("-a").arg(format!("{}/.", from.display())).arg(to).status();
    assert!(status.unwrap().success());
}

pub fn empty_folder(folder: &Path) {
    std::fs::remove_dir_all(folder).unwrap();
    std::fs::create_dir_all(folder).unwrap();
}

/// The actions of the ledger that begin so, with their details.
pub fn ledger(app: &TestApp, action: &str) -> Vec<Value> {
    use diesel::prelude::*;
    use lamin::db::schema::ledger;
    let rows: Vec<(String, String)> = app
        .db
        .read_blocking(|c| {
            Ok(ledger::table.order(ledger::sequence).select((ledger::action, ledger::detail)).load(c)?)
        })
        .unwrap();
    let found = rows.into_iter().filter(|(name, _)| name.starts_with(action));
    found.map(|(_, detail)| serde_json::from_str(&detail).unwrap()).collect()
}
