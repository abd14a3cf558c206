//! Readers who never stop asking while one release follows the other.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lamin::adapters::SystemClock;
use lamin::db::Engine;
use lamin::identity::{Actor, Role};
use lamin::kernel::Digest;
use lamin::ports::Clock as _;

use super::{release_by, themes};
use crate::live_rows::{Live, Portal};
use crate::support::{Server, TestApp};

const SWAPS: u32 = 200;
const READERS: usize = 3;
/// Every so many releases an approved theme comes with them.
const THEME_EVERY: u32 = 20;
/// Larger than what a server keeps in memory, so that it is sent in pieces.
const LARGE_BYTES: usize = 600 * 1024;
const PAGES: [&str; 5] = ["/", "/berita/", "/berita/kabar/", "/profil/", "/berita/atom.xml"];
const CODINGS: [&str; 3] = ["identity", "gzip", "br"];

/// Two hundred releases, each with another style sheet and another picture, made by a server that is read from
/// all the time: nobody meets an error, nor a page that belongs together with nothing.
#[test]
fn two_hundred_swaps_show_every_reader_whole_releases_only() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let house = runtime.block_on(House::open());
    let (told, over) = (Told::default(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // Also when this thread fails, or the readers would read on for ever.
        let _over = Over(&over);
        for turn in 0..READERS {
            let reader = Reader::new(&house.server, &told, turn);
            scope.spawn(|| reader.read_until(&over));
        }
        for number in 1..=SWAPS {
            runtime.block_on(house.release(number));
            if told.offence().is_some() {
                break;
            }
        }
    });
    assert_eq!(told.offence(), None, "after {told:?}");
    assert!(house.swaps() >= SWAPS, "{} swaps", house.swaps());
    let [pages, unchanged, files] = told.counts();
    let swaps = u64::from(SWAPS);
    assert!(pages > swaps && unchanged > 0 && files > swaps, "too few were asked for: {told:?}");
    println!("{} swaps, {told:?}", house.swaps());
}

struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What the readers met, and the first thing that none of them may meet.
#[derive(Debug, Default)]
struct Told {
    pages: AtomicU64,
    unchanged: AtomicU64,
    files: AtomicU64,
    offence: Mutex<Option<String>>,
}

impl Told {
    fn offence(&self) -> Option<String> {
        self.offence.lock().unwrap().clone()
    }

    fn counts(&self) -> [u64; 3] {
        [&self.pages, &self.unchanged, &self.files].map(|count| count.load(Ordering::SeqCst))
    }
}

/// An installation with a theme of its own, the server that publishes it, and who asks for releases.
struct House {
    app: TestApp,
    portal: Portal,
    themes: tempfile::TempDir,
    server: Server,
    publisher: Actor,
}

impl House {
    async fn open() -> Self {
        let themes = tempfile::tempdir().unwrap();
        write_theme(themes.path(), 0);
        let settings = [("themes_folder", themes.path().to_str().unwrap())];
        let app = TestApp::with(Engine::Sqlite, &settings);
        // The server's clock is the machine's, and tokens are made with ours.
        app.clock.set(&SystemClock.now().to_string());
        let portal = Portal::open(&app, "portal").await;
        let publisher = app.user("penerbit", &[(Role::Publisher, Some(portal.site))]);
        let profile =
            format!("Tentang kami.\n\n![Kantor](asset:{})", picture(&app, &portal, "kantor", LARGE_BYTES).await);
        let profile = Live::new("halaman", "profil").titled("Profil").long("body", profile);
        portal.show_from_elsewhere(&app, &[profile]).await;
        let server = Server::of(&app, &settings, &[]);
        let house = House { app, portal, themes, server, publisher };
        house.release(0).await;
        house
    }

    /// Changes the style sheet and a picture, sometimes the theme, and waits until that is live.
    async fn release(&self, number: u32) {
        if number > 0 && number.is_multiple_of(THEME_EVERY) {
            write_theme(self.themes.path(), number);
            themes::approve(&self.app, "portal").await;
        }
        let picture = picture(&self.app, &self.portal, &format!("gambar {number};"), 2000).await;
        let body = format!("Ini gambar {number};\n\n![Gambar](asset:{picture})");
        let news = Live::new("berita", "kabar").titled("Kabar").long("body", body);
        // The style sheet's bytes and a text of every page follow from one revision.
        let settings = Live::new("pengaturan", "situs")
            .titled("Portal")
            .field("tagline", format!("warna #{number:06x};"))
            .field("color", format!("#{number:06x}"));
        self.portal.show_from_elsewhere(&self.app, &[news, settings]).await;
        // A token ends after ten minutes, which all rounds together may take.
        self.app.clock.set(&SystemClock.now().to_string());
        release_by(&self.server, &self.app.token(&self.publisher));
    }

    fn swaps(&self) -> u32 {
        let live = super::current(&self.app);
        live.file_name().unwrap().to_str().unwrap().parse::<u32>().unwrap() - 1
    }
}

/// Has a picture of these bytes and some more; its name in the text of an entry.
async fn picture(app: &TestApp, portal: &Portal, bytes: &str, size: usize) -> Digest {
    let mut bytes = bytes.as_bytes().to_vec();
    bytes.resize(size, b'.');
    let digest = Digest::of(&bytes);
    app.storage.put(&digest, &bytes).unwrap();
    portal.store_stored(app, digest, "gambar.jpg", "image/jpeg").await;
    digest
}

/// A theme whose pages and style sheet say which one it is.
#[expect(clippy::disallowed_methods, reason = "a test's own theme")]
fn write_theme(folder: &Path, number: u32) {
    let page = format!(
        "<link rel=\"stylesheet\" href=\"{{{{ theme['gaya.css'] }}}}\"><p>{{{{ site.tagline }}}} tema {number};</p>"
    );
    super::theme(folder, &format!("{page}{{{{ content.body }}}}"));
    let theme = folder.join("lamin");
    for name in ["home", "list", "404"] {
        std::fs::write(theme.join(format!("templates/{name}.html")), &page).unwrap();
    }
    std::fs::create_dir_all(theme.join("assets")).unwrap();
    std::fs::write(theme.join("assets/gaya.css"), format!("p{{content:\"tema {number};\"}}")).unwrap();
}

/// One reader with a connection of their own, who remembers what they have seen.
struct Reader<'r> {
    agent: ureq::Agent,
    server: String,
    told: &'r Told,
    turn: usize,
    tags: HashMap<(String, &'static str), String>,
}

struct Got {
    status: u16,
    bytes: Vec<u8>,
}

impl<'r> Reader<'r> {
    fn new(server: &Server, told: &'r Told, turn: usize) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Reader { agent, server: server.url(), told, turn, tags: HashMap::new() }
    }

    fn read_until(mut self, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            let (page, coding) = (PAGES[self.turn % PAGES.len()], CODINGS[self.turn / 2 % CODINGS.len()]);
            self.turn += 1;
            if let Err(offence) = self.read(page, coding) {
                self.told.offence.lock().unwrap().get_or_insert(offence);
                return;
            }
        }
    }

    /// A page, and everything that it names.
    fn read(&mut self, path: &str, coding: &'static str) -> Result<(), String> {
        let page = self.get(path, coding)?;
        if page.status == 304 {
            self.told.unchanged.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        }
        self.told.pages.fetch_add(1, Ordering::SeqCst);
        let page = String::from_utf8(page.bytes).map_err(|error| format!("{path}: {error}"))?;
        for address in named(&page) {
            self.file(path, &page, address, coding)?;
        }
        Ok(())
    }

    /// A file that a page names is there, is what its name says, and says what the page says.
    fn file(&mut self, path: &str, page: &str, address: &str, coding: &'static str) -> Result<(), String> {
        self.tags.remove(&(address.to_owned(), coding));
        let file = self.get(address, coding)?;
        let digest = Digest::of(&file.bytes).to_string();
        if !address.contains(&digest[..12]) {
            return Err(format!("{path} names {address}, which holds {digest}"));
        }
        let text = String::from_utf8_lossy(&file.bytes);
        // What stands in the large picture stands on no page.
        let marks: &[_] = if address.ends_with(".css") { &["#", "tema "] } else { &["gambar "] };
        for mark in marks.iter().filter(|mark| text.contains(**mark)) {
            let (said, held) = (marked(page, mark), marked(&text, mark));
            if said != held {
                return Err(format!("{path} is of {said:?}, and {address} of {held:?}"));
            }
        }
        self.told.files.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Unpacked. What was got before is asked for with its tag.
    fn get(&mut self, path: &str, coding: &'static str) -> Result<Got, String> {
        let failed = |error: ureq::Error| format!("{path} ({coding}): {error}");
        let mut request = self.agent.get(format!("{}{path}", self.server)).header("Accept-Encoding", coding);
        let known = self.tags.get(&(path.to_owned(), coding));
        if let Some(tag) = known {
            request = request.header("If-None-Match", tag);
        }
        let known = known.is_some();
        let mut answer = request.call().map_err(failed)?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (tag, packed) = (header("etag").to_owned(), header("content-encoding").to_owned());
        let bytes = unpacked(&packed, answer.body_mut().read_to_vec().map_err(failed)?);
        let status = answer.status().as_u16();
        if status != 200 && !(known && status == 304) {
            return Err(format!("{path} ({coding}) was answered with {status}: {}", String::from_utf8_lossy(&bytes)));
        }
        self.tags.insert((path.to_owned(), coding), tag);
        Ok(Got { status, bytes })
    }
}

fn unpacked(coding: &str, bytes: Vec<u8>) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "" => return bytes,
        "gzip" => flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap(),
        "br" => brotli::Decompressor::new(bytes.as_slice(), 4096).read_to_end(&mut plain).unwrap(),
        other => panic!("nobody asked for {other}"),
    };
    plain
}

/// The fingerprinted files that a page names.
fn named(page: &str) -> Vec<&str> {
    let of = |mark: &'static str| page.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap());
    let all = of("href=\"").chain(of("src=\""));
    all.filter(|address| address.starts_with("/theme/") || address.starts_with("/media/")).collect()
}

/// The number behind a mark, up to what ends it.
fn marked<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.split_once(mark)?.1.split([';', '}']).next()
}
