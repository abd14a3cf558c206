//! Two publishers at work at once, each with a server process of their own, on one database and one public folder.

use std::collections::BTreeMap;

use diesel::prelude::*;
use lamin::adapters::SystemClock;
use lamin::db::Engine;
use lamin::db::schema::{live_changes, releases};
use lamin::identity::{Actor, Role};
use lamin::kernel::Digest;
use lamin::kernel::id::ReleaseId;
use lamin::ports::Clock as _;
use lamin::publish::back;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{assert_whole, current, release_by, theme};
use crate::deploy::ledger;
use crate::live_rows::{Live, Portal};
use crate::support::{Server, TestApp};

const ROUNDS: u32 = 200;
/// How many entries each of them publishes, one in each round.
const ENTRIES: u32 = 3;
/// Of all releases is known what they hold; so many are made live again.
const ACTIVATED: usize = 8;

/// Both publish one entry after the other, and see each of them live before they go on to the next. Neither waits
/// for the other, so that what the one commits falls into every moment of the other's release.
#[test]
fn two_publishers_on_two_processes_make_one_order_and_lose_nothing() {
    let house = House::open();
    let [mut ani, mut budi] = ["ani", "budi"].map(|name| Publisher::new(&house, name));
    std::thread::scope(|scope| {
        for publisher in [&ani, &budi] {
            scope.spawn(|| (0..ROUNDS).for_each(|round| publisher.publishes(round)));
        }
    });
    assert_whole(&current(&house.app));
    ani.server.end();
    budi.server.end();
    let made = house.releases();
    assert_eq!(made.last().unwrap().live_sequence, i64::from(2 * ROUNDS), "each publication was counted");
    house.assert_one_order(&made);
    house.assert_each_holds_what_was_live(&made);
    house.assert_each_comes_back_whole(&made[made.len() - ACTIVATED..]);
    println!("{} publications, {} releases", 2 * ROUNDS, made.len());
}

struct House {
    app: TestApp,
    portal: Portal,
    themes: tempfile::TempDir,
}

impl House {
    fn open() -> Self {
        let themes = tempfile::tempdir().unwrap();
        theme(themes.path(), "<h1>{{ entry.title }}</h1>");
        let settings = [("themes_folder", themes.path().to_str().unwrap())];
        let app = TestApp::with(Engine::Postgres, &settings);
        // The servers' clock is the machine's, and tokens are made with ours.
        app.clock.set(&SystemClock.now().to_string());
        let portal = runtime().block_on(Portal::open(&app, "portal"));
        House { app, portal, themes }
    }

    fn releases(&self) -> Vec<Release> {
        let rows = releases::table.order(releases::number);
        let rows = rows.select((releases::id, releases::number, releases::live_sequence, releases::state));
        let rows: Vec<(ReleaseId, i32, i64, String)> = self.app.db.read_blocking(|c| Ok(rows.load(c)?)).unwrap();
        let release = |(id, number, live_sequence, state)| Release { id, number, live_sequence, state };
        rows.into_iter().map(release).collect()
    }

    /// Ledger and rows tell of one release after the other, none of which goes back behind the one before it.
    fn assert_one_order(&self, made: &[Release]) {
        let states: Vec<&str> = made.iter().map(|release| release.state.as_str()).collect();
        let (last, others) = states.split_last().unwrap();
        assert!(*last == "active" && others.iter().all(|state| *state == "kept"), "{states:?}");
        let told = ledger(&self.app, "publish.release");
        let told: Vec<_> = told
            .iter()
            .map(|event| (event["number"].as_i64().unwrap(), event["live_sequence"].as_i64().unwrap()))
            .collect();
        assert!(told.is_sorted_by(|before, after| before.0 < after.0 && before.1 <= after.1), "{told:?}");
        let known = made.iter().map(|release| (i64::from(release.number), release.live_sequence));
        assert!(told.iter().copied().eq(known), "every release is told of: {told:?}");
    }

    /// Each entry's page is the one of its last publication until then.
    fn assert_each_holds_what_was_live(&self, made: &[Release]) {
        let changes = live_changes::table.order(live_changes::sequence);
        let changes = changes.select((live_changes::sequence, live_changes::slug));
        let changes: Vec<(i64, String)> = self.app.db.read_blocking(|c| Ok(changes.load(c)?)).unwrap();
        let (mut changes, mut pages) = (changes.into_iter().peekable(), BTreeMap::<String, u32>::new());
        for release in made {
            while let Some((_, slug)) = changes.next_if(|(sequence, _)| *sequence <= release.live_sequence) {
                let first: u32 = slug.rsplit_once('-').unwrap().1.parse().unwrap();
                pages.entry(slug).and_modify(|round| *round += ENTRIES).or_insert(first);
            }
            let pages: BTreeMap<_, _> =
                pages.iter().map(|(slug, round)| (slug.clone(), page_of(slug, *round))).collect();
            assert_eq!(self.pages_of(release), pages, "release {}", release.number);
        }
    }

    /// The pages of entries by slug, as the release's manifest lists them.
    #[expect(clippy::disallowed_methods, reason = "a test reads what was published")]
    fn pages_of(&self, release: &Release) -> BTreeMap<String, String> {
        let manifests = self.app.config.public.join("portal/manifests");
        let manifest = std::fs::read(manifests.join(release.number.to_string()).join("release.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let files = manifest["files"].as_array().unwrap().iter();
        let pages = files.filter_map(|file| {
            let slug = file["path"].as_str()?.strip_prefix("berita/")?.strip_suffix("/index.html")?;
            Some((slug.to_owned(), file["sha256"].as_str()?.to_owned()))
        });
        pages.filter(|(slug, _)| !slug.contains('/')).collect()
    }

    fn assert_each_comes_back_whole(&self, made: &[Release]) {
        let publisher = self.publisher("citra");
        for release in made {
            back::activate(&self.app, &publisher, release.id).unwrap();
            assert_whole(&current(&self.app));
        }
    }

    fn publisher(&self, name: &str) -> Actor {
        self.app.user(name, &[(Role::Publisher, Some(self.portal.site))])
    }
}

struct Release {
    id: ReleaseId,
    number: i32,
    live_sequence: i64,
    state: String,
}

/// Somebody who publishes by a process of their own.
struct Publisher<'h> {
    house: &'h House,
    name: &'static str,
    server: Server,
    actor: Actor,
    runtime: Runtime,
}

impl<'h> Publisher<'h> {
    fn new(house: &'h House, name: &'static str) -> Self {
        let settings = [("themes_folder", house.themes.path().to_str().unwrap()), ("releases_kept", "1000")];
        let server = Server::of(&house.app, &settings, &[]);
        Publisher { house, name, server, actor: house.publisher(name), runtime: runtime() }
    }

    fn publishes(&self, round: u32) {
        let slug = format!("{}-{}", self.name, round % ENTRIES);
        let live = Live::new("berita", &slug).titled(&format!("{slug} {round}"));
        self.runtime.block_on(self.house.portal.show_from_elsewhere(&self.house.app, &[live]));
        // A token ends after ten minutes, which all rounds together may take.
        self.house.app.clock.set(&SystemClock.now().to_string());
        release_by(&self.server, &self.house.app.token(&self.actor));
        let seen = self.server.get(&format!("/berita/{slug}/"));
        assert_eq!((seen.0, Digest::of(seen.1).to_string()), (200, page_of(&slug, round)), "{slug} {round}");
    }
}

/// Digest of an entry's page in its last form.
fn page_of(slug: &str, round: u32) -> String {
    Digest::of(format!("<h1>{slug} {round}</h1>")).to_string()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
